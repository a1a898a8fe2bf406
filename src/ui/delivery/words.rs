//! Words of deliveries: rungs, states, durations, deadlines.

use std::time::Duration;

use super::Format;
use crate::{
    deliver::{after::Asked, pace::Stop, run::Wish, words::explain_code, words::is_being_sent},
    lang::{Lang, text},
    store::{
        history::HistoryError,
        journal::{CallState, Delivery, DeliveryState, PersonRow, Rung},
    },
    ui::widgets::{Dot, grouped},
};

/// A rung as a word.
pub fn rung(rung: Rung, lang: Lang) -> String {
    crate::deliver::export::rung_label(rung, lang)
}

/// The colour of a rung.
const fn rung_dot(rung: Rung) -> Dot {
    match rung {
        Rung::NotBegun | Rung::Recalled => Dot::Off,
        Rung::HandedOver | Rung::Unread => Dot::Busy,
        Rung::Read => Dot::Ok,
        Rung::Unknown => Dot::Warning,
        Rung::Dropped | Rung::Failed | Rung::Invalid => Dot::Error,
    }
}

/// How a person stands, with its colour. Who has no answer and no reason is in a call on its way: every unknown end has a
/// code.
pub fn person(one: &PersonRow, lang: Lang) -> (Dot, String) {
    if one.rung == Rung::Unknown && one.code.is_empty() {
        let state = CallState::Begun;
        return (call_dot(state), call_state(state, lang));
    }
    (rung_dot(one.rung), rung(one.rung, lang))
}

/// The colour of a call's state.
pub const fn call_dot(state: CallState) -> Dot {
    match state {
        CallState::NotBegun | CallState::Recalled => Dot::Off,
        CallState::Begun => Dot::Busy,
        CallState::HandedOver => Dot::Ok,
        CallState::Unknown => Dot::Warning,
        CallState::Refused => Dot::Error,
    }
}

/// The state of a call as a word.
pub fn call_state(state: CallState, lang: Lang) -> String {
    match state {
        CallState::Begun => tr!(lang, "deliveries.on_its_way").into_owned(),
        CallState::Refused => tr!(lang, "deliveries.refused").into_owned(),
        other => rung(other.rung(), lang),
    }
}

/// How a delivery stands, in words, with its colour.
///
/// `wish`: what the person wants of it where it runs in this window.
pub fn state(one: &Delivery, wish: Option<Wish>, lang: Lang) -> (Dot, String) {
    match wish {
        Some(Wish::Go) => return (Dot::Busy, tr!(lang, "deliveries.running").into_owned()),
        Some(Wish::Pause) => return (Dot::Warning, tr!(lang, "deliveries.paused").into_owned()),
        Some(Wish::Cancel) => return (Dot::Off, tr!(lang, "deliveries.cancelling").into_owned()),
        None => {}
    }
    let dot = match one.state {
        _ if is_being_sent(one) => Dot::Busy,
        DeliveryState::Done if one.counts.unknown > 0 => Dot::Warning,
        DeliveryState::Done if one.counts.refused > 0 => Dot::Error,
        DeliveryState::Done => Dot::Ok,
        DeliveryState::Open | DeliveryState::Paused => Dot::Warning,
        DeliveryState::Stopped => Dot::Error,
        DeliveryState::Cancelled | DeliveryState::Waiting => Dot::Off,
    };
    (dot, crate::deliver::words::state(one, lang))
}

/// Why a delivery stopped; `None` where nothing says it.
pub fn note(note: &str, lang: Lang) -> Option<String> {
    (!note.is_empty()).then(|| explain_code(note, lang).unwrap_or_else(|| note.to_owned()))
}

/// Why a delivery could not begin or go on.
pub fn failed(error: &super::Failed, lang: Lang) -> String {
    match error {
        // The lock of the profile, held as long as somebody sends for it.
        super::Failed::Error(HistoryError::InUse(_)) => tr!(lang, "deliveries.in_use").into_owned(),
        other => other.message(lang, HistoryError::message),
    }
}

/// Why a lane stands still, with the countdown.
pub fn stop(why: Stop, left: Duration, lang: Lang) -> String {
    let key = match why {
        Stop::RateLimit => "delivery.stop.rate_limit",
        Stop::IpBan => "delivery.stop.ip_ban",
        Stop::Network => "delivery.stop.network",
    };
    text(lang, key, &[("seconds", left.as_millis().div_ceil(1000).to_string())])
}

/// A duration to be waited: `8 秒`, `3 分 20 秒`, `2 小时 5 分`, `6 天 3 小时`.
pub fn duration(time: Duration, lang: Lang) -> String {
    let seconds = time.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    if days > 0 {
        tr!(lang, "deliveries.days", days = days, hours = hours).into_owned()
    } else if hours > 0 {
        tr!(lang, "deliveries.hours", hours = hours, minutes = minutes).into_owned()
    } else if minutes > 0 {
        tr!(lang, "deliveries.minutes", minutes = minutes, seconds = seconds % 60).into_owned()
    } else {
        tr!(lang, "deliveries.seconds", seconds = seconds).into_owned()
    }
}

/// Why DingTalk tells nothing about some calls, a line each reason.
pub fn silences(asked: &Asked, lang: Lang) -> Vec<String> {
    let mut counts = std::collections::BTreeMap::new();
    for (_, why) in &asked.why_silent {
        *counts.entry(*why).or_insert(0_usize) += 1;
    }
    counts.into_iter().map(|(why, count)| why.message(count, lang)).collect()
}

/// So many people: `1 人`, `203 人`.
pub fn people(count: u64, lang: Lang) -> String {
    match count {
        1 => tr!(lang, "send.one_person").into_owned(),
        _ => tr!(lang, "plan.people", count = grouped(count)).into_owned(),
    }
}

/// So many calls.
pub fn calls(count: u64, lang: Lang) -> String {
    match count {
        1 => tr!(lang, "send.one_call").into_owned(),
        _ => tr!(lang, "plan.call_count", count = grouped(count)).into_owned(),
    }
}

/// How long the calls of a plan take.
pub fn takes(ms: u64, lang: Lang) -> String {
    if ms < 1000 { tr!(lang, "deliveries.at_once").into_owned() } else { duration(Duration::from_millis(ms), lang) }
}

/// A countdown to a moment: what is left, or that it is over.
pub fn until(at_ms: i64, now_ms: i64, lang: Lang) -> String {
    match u64::try_from(at_ms - now_ms) {
        Ok(left) if left > 0 => {
            let left = duration(Duration::from_millis(left), lang);
            tr!(lang, "deliveries.left", left = left).into_owned()
        }
        _ => tr!(lang, "deliveries.over").into_owned(),
    }
}

/// A moment of this or another day in this computer's zone: `00:00` today or tomorrow, else with the date.
pub fn moment(at_ms: i64, now_ms: i64) -> String {
    let zone = jiff::tz::TimeZone::system();
    let Ok(at) = jiff::Timestamp::from_millisecond(at_ms) else { return String::new() };
    let near = (at_ms - now_ms).abs() < 20 * 3_600_000;
    let form = if near { "%H:%M" } else { "%m-%d %H:%M" };
    at.to_zoned(zone).strftime(form).to_string()
}

/// The words of the button that exports.
pub fn export(format: Format, lang: Lang) -> String {
    match format {
        Format::Csv => tr!(lang, "deliveries.export_csv"),
        Format::Xlsx => tr!(lang, "deliveries.export_xlsx"),
    }
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_in_a_call_on_its_way_is_not_called_unknown() {
        let word = |code| person(&PersonRow::example("u", "", Rung::Unknown, code), Lang::Zh);
        assert_eq!(word(""), (Dot::Busy, call_state(CallState::Begun, Lang::Zh)));
        assert_eq!(word("unknown.timed_out"), (Dot::Warning, rung(Rung::Unknown, Lang::Zh)));
    }

    #[test]
    fn durations_name_two_units() {
        let zh = |seconds| duration(Duration::from_secs(seconds), Lang::Zh);
        assert_eq!([zh(8), zh(200), zh(7500), zh(529_300)], ["8 秒", "3 分 20 秒", "2 小时 5 分", "6 天 3 小时"]);
        assert_eq!(until(1_000, 2_000, Lang::Zh), "已过");
    }
}
