//! When reports are asked for, and until when something can be asked or taken back. Pure.

use crate::{
    compose::CardVia,
    store::journal::{AskedCall, Asking},
};

/// The last asking, milliseconds after a call ended: half an hour before results end, for a computer that sleeps or is slow.
pub const LAST_MS: i64 = 23 * 3_600_000 + 30 * 60_000;
/// When a report is asked for, milliseconds after the last call ended: soon and often at first, the last time before results end.
pub const SCHEDULE_MS: [i64; 8] =
    [5_000, 30_000, 2 * 60_000, 10 * 60_000, 3_600_000, 4 * 3_600_000, 12 * 3_600_000, LAST_MS];
/// The same where many calls are to be asked about: each asking is a call of the month.
pub const SELDOM_MS: [i64; 3] = [2 * 60_000, 3_600_000, LAST_MS];
/// More calls than this are asked about seldom.
const MANY_CALLS: usize = 10;
/// A call that was asked about so late, milliseconds after it ended, needs no last asking of its own: the calls of a long
/// delivery are asked about together.
const LATE_ENOUGH_MS: i64 = 23 * 3_600_000;
/// How long DingTalk keeps results, and how long a message can be taken back, milliseconds.
pub const DAY_MS: i64 = 24 * 3_600_000;
/// How long DingTalk tells progress and lets a status bar be changed, milliseconds (one page says 24 hours as well).
pub const WEEK_MS: i64 = 7 * DAY_MS;

/// When the report of a delivery is due next, Unix milliseconds, by its calls about which something new may be told;
/// `None`: never again. A moment that has passed is due at once (the program was closed).
pub fn next_due(calls: &[AskedCall]) -> Option<i64> {
    let last = calls.iter().map(|call| call.ended_ms).max()?;
    let asked = calls.iter().filter_map(|call| call.asked_ms).max();
    let schedule: &[i64] = if calls.len() > MANY_CALLS { &SELDOM_MS } else { &SCHEDULE_MS };
    let due = schedule.iter().map(|after| last + after).find(|due| asked.is_none_or(|asked| asked < *due));
    due.into_iter().chain(last_due(calls)).min()
}

/// The same for one that still runs: only before the results of its first calls end.
pub fn last_due(calls: &[AskedCall]) -> Option<i64> {
    let early = |call: &&AskedCall| call.asked_ms.is_none_or(|asked| asked < call.ended_ms + LATE_ENOUGH_MS);
    calls.iter().filter(early).map(|call| call.ended_ms + LAST_MS).min()
}

/// Up to so many people a delivery whose readers cost a call each is asked about by itself.
const ASKED_ONE_BY_ONE: u64 = 20;

/// Whether its report may be asked for on the schedule. Robots' own chats by createAndDeliver have a key, and so a call, for
/// each person, and calls count against the month: with more than a handful only a person asks.
pub fn asks_by_itself(asking: &Asking) -> bool {
    asking.via != CardVia::CreateAndDeliver.name() || asking.people <= ASKED_ONE_BY_ONE
}

/// Until when things are possible, Unix milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Deadlines {
    /// Taking it back.
    pub recall_ms: i64,
    /// Asking for results.
    pub result_ms: i64,
    /// Asking for progress, changing a status bar.
    pub progress_ms: i64,
}

/// The deadlines of a call that ended at a moment.
pub const fn deadlines(ended_ms: i64) -> Deadlines {
    Deadlines { recall_ms: ended_ms + DAY_MS, result_ms: ended_ms + DAY_MS, progress_ms: ended_ms + WEEK_MS }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn call(ended_ms: i64, asked_ms: Option<i64>) -> AskedCall {
        AskedCall { ended_ms, asked_ms }
    }

    #[test]
    fn reports_are_asked_for_until_just_before_the_day_ends() {
        assert_eq!(next_due(&[]), None);
        assert_eq!(next_due(&[call(0, None)]), Some(5_000));
        assert_eq!(next_due(&[call(0, Some(5_000))]), Some(30_000));
        assert_eq!(next_due(&[call(0, Some(3_600_001))]), Some(4 * 3_600_000));
        assert_eq!(next_due(&[call(0, Some(DAY_MS - 1))]), None);
        assert!(SCHEDULE_MS.iter().chain(&SELDOM_MS).all(|after| *after < DAY_MS));
    }

    #[test]
    fn the_first_calls_of_a_long_delivery_are_asked_about_before_their_own_day_ends() {
        // The last call ended three hours after the first: its last asking would come too late for the first.
        let calls = [call(0, Some(15 * 3_600_000)), call(3 * 3_600_000, Some(15 * 3_600_000))];
        assert_eq!(next_due(&calls), Some(LAST_MS));
        assert_eq!(last_due(&calls), Some(LAST_MS));
        let calls = [call(0, Some(LAST_MS)), call(3 * 3_600_000, Some(LAST_MS))];
        assert_eq!(next_due(&calls), Some(3 * 3_600_000 + LAST_MS));
        // Calls within half an hour of each other share their last asking.
        assert_eq!(last_due(&[call(0, Some(LAST_MS)), call(1_800_000, Some(LAST_MS))]), None);
    }

    #[test]
    fn many_calls_are_asked_about_seldom() {
        let calls: Vec<AskedCall> = (0..50).map(|at| call(at, None)).collect();
        assert_eq!(next_due(&calls), Some(49 + SELDOM_MS[0]));
    }
}
