//! Keeps calls apart so that DingTalk's limit of calls a second is not passed, and makes all wait when it was.

use std::{
    future::Future,
    time::{Duration, Instant},
};

/// A clock one can wait on; tests bring their own.
pub trait Timer: Send + Sync + 'static {
    /// Milliseconds since some beginning; never goes back.
    fn now_ms(&self) -> u64;
    /// Waits.
    fn sleep(&self, length: Duration) -> impl Future<Output = ()> + Send;
}

/// The computer's clock, waited on through tokio.
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer(Instant);

impl Default for TokioTimer {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Timer for TokioTimer {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// The pace of one kind of call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    gap_ms: u64,
    next_ms: u64,
}

impl Pace {
    /// At most this many calls a second; `None` is as fast as they are answered.
    pub(super) fn new(per_second: Option<u32>) -> Self {
        // Rounded up, so that a second never holds one more.
        Self { gap_ms: per_second.map_or(0, |calls| 1000_u64.div_ceil(u64::from(calls.max(1)))), next_ms: 0 }
    }

    /// Takes the next place; how long the call has to wait for it.
    pub(super) fn take(&mut self, now_ms: u64) -> Duration {
        let at = self.next_ms.max(now_ms);
        self.next_ms = at.saturating_add(self.gap_ms);
        Duration::from_millis(at - now_ms)
    }

    /// No further call before a time.
    pub(super) fn hold_until(&mut self, ms: u64) {
        self.next_ms = self.next_ms.max(ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_calls_a_second_and_a_pause_when_told() {
        let mut pace = Pace::new(Some(20));
        let waits: Vec<_> = (0..4).map(|_| pace.take(1000).as_millis()).collect();
        assert_eq!(waits, [0, 50, 100, 150]);
        assert_eq!(pace.take(5000).as_millis(), 0);
        pace.hold_until(9000);
        assert_eq!(pace.take(5000).as_millis(), 4000);
        assert_eq!(Pace::new(Some(60)).gap_ms, 17);
        let mut free = Pace::new(None);
        assert_eq!((free.take(1).as_millis(), free.take(1).as_millis()), (0, 0));
    }
}
