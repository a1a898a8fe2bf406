//! Time as deliveries need it: what the calendar says, how much of it passes, and waiting. Tests bring their own.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::dingtalk::tokens::Clock;

/// Waiting, as a boxed future.
pub type Sleep<'t> = Pin<Box<dyn Future<Output = ()> + Send + 't>>;

/// The two clocks of a delivery. Rules that count days go by the wall clock; windows and pauses by one that only runs
/// forward, so that a clock that is set does not make them shorter.
pub trait Time: Send + Sync {
    /// Milliseconds since 1970, UTC.
    fn wall_ms(&self) -> i64;
    /// Time passed since a moment of its own; never runs back.
    fn passed(&self) -> Duration;
    /// Waits so long.
    fn sleep(&self, time: Duration) -> Sleep<'_>;
}

/// The computer's time.
pub struct RealTime {
    start: Instant,
    clock: Arc<dyn Clock>,
}

impl RealTime {
    /// Time from now on, with the program's wall clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { start: Instant::now(), clock }
    }
}

impl Time for RealTime {
    fn wall_ms(&self) -> i64 {
        self.clock.now_millis()
    }

    fn passed(&self) -> Duration {
        self.start.elapsed()
    }

    fn sleep(&self, time: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(time))
    }
}
