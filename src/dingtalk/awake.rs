//! Whether the computer slept: then connections that seem to be in use are long closed by the other side.

use std::time::{Duration, Instant, SystemTime};

/// Compares two clocks: `Instant` stands still while the computer sleeps (Linux, macOS), the wall clock does not.
#[derive(Debug)]
pub(super) struct Awake {
    seen: (Instant, SystemTime),
    /// Until when nothing that was open before may be used.
    closed_until: Option<Instant>,
}

impl Awake {
    /// Both clocks as they are now.
    pub(super) fn new(now: Instant, wall: SystemTime) -> Self {
        Self { seen: (now, wall), closed_until: None }
    }

    /// Whether connections that were used within `idle` may still be open. `false` from a sleep of more than a second on,
    /// for as long as such connections are kept. A wall clock that is set forward looks like a sleep, which harms nobody.
    pub(super) fn trusts(&mut self, now: Instant, wall: SystemTime, idle: Duration) -> bool {
        let passed = now.saturating_duration_since(self.seen.0);
        // Set back: nobody slept.
        let by_wall = wall.duration_since(self.seen.1).unwrap_or_default();
        self.seen = (now, wall);
        if by_wall > passed + Duration::from_secs(1) {
            self.closed_until = Some(now + idle);
        }
        self.closed_until.is_none_or(|until| now >= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_sleep_nothing_that_was_open_is_used_until_it_is_gone() {
        let (start, wall) = (Instant::now(), SystemTime::now());
        let mut awake = Awake::new(start, wall);
        let idle = Duration::from_secs(1);
        let mut at = |millis: u64, slept: u64| {
            let passed = Duration::from_millis(millis);
            awake.trusts(start + passed, wall + passed + Duration::from_secs(slept), idle)
        };
        assert!(at(0, 0) && at(900, 0) && at(60_000, 0), "it only ran");
        assert!(!at(60_200, 3_600), "slept for an hour");
        assert!(!at(60_700, 3_600), "they are still kept");
        assert!(at(61_200, 3_600), "they are gone");
        assert!(at(61_300, 0), "the clock was set back");
        assert!(!at(61_400, 9_000));
    }
}
