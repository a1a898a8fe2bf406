//! Days and months as DingTalk counts them: in its own time zone, UTC+8.

use jiff::{Timestamp, tz::Offset};

const DAY_MS: i64 = 86_400_000;
const EAST_MS: i64 = 8 * 3_600_000;

/// The day of a moment, counted from 1970 in UTC+8.
pub const fn day_of(at_unix_ms: i64) -> i64 {
    (at_unix_ms.saturating_add(EAST_MS)).div_euclid(DAY_MS)
}

/// When the day after this moment begins in UTC+8, Unix milliseconds.
pub const fn next_day(at_unix_ms: i64) -> i64 {
    (day_of(at_unix_ms) + 1) * DAY_MS - EAST_MS
}

/// The calendar month of a moment in UTC+8: year × 12 + month − 1.
pub fn month_of(at_unix_ms: i64) -> i64 {
    let at = Timestamp::from_millisecond(at_unix_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    let date = Offset::constant(8).to_datetime(at).date();
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

/// When the month after this moment begins in UTC+8, Unix milliseconds.
pub fn next_month(at_unix_ms: i64) -> i64 {
    // At most 31 midnights away.
    let month = month_of(at_unix_ms);
    let mut at = next_day(at_unix_ms);
    for _ in 0..31 {
        if month_of(at) != month {
            break;
        }
        at += DAY_MS;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_turn_at_midnight_in_china() {
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        assert_eq!(day_of(ms("2026-03-31T15:59:59Z")) + 1, day_of(ms("2026-03-31T16:00:00Z")));
        assert_eq!(next_day(ms("2026-03-31T15:59:59Z")), ms("2026-03-31T16:00:00Z"));
        assert_eq!(month_of(ms("2026-03-31T15:59:59Z")) + 1, month_of(ms("2026-03-31T16:00:00Z")));
        assert_eq!(next_month(ms("2026-12-01T00:00:00Z")), ms("2026-12-31T16:00:00Z"));
    }
}
