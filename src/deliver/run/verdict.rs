//! What became of one call of a delivery, and what may be done next. Pure: the answer in, the verdict out.

use std::time::Duration;

use jiff::{civil::DateTime, tz::Offset};

use crate::{
    deliver::{pace::Stop, report::fault_code, spaces},
    dingtalk::{
        Answer, Failure, Fault, NotSent, Refusal, RefusalShape, answers, endpoint::Endpoint, exchange::Exchange,
    },
    store::{
        history::Outcome,
        journal::{Ended, Reported, Rung},
    },
};

/// What may be done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// The server took it.
    HandedOver,
    /// The server refused it: nobody got it.
    Refused,
    /// It may have arrived: never again by itself.
    Unknown,
    /// It came too soon and was not carried out: again after this time.
    TooSoon(Duration, Stop),
    /// It surely did not arrive, and may soon: again after a pause.
    Again,
    /// It surely did not arrive, and never will like this.
    Halt,
}

/// The verdict on one call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Verdict {
    pub next: Next,
    pub ended: Ended,
    /// People of a call that was taken, whose own place refused it.
    pub partly: Vec<Reported>,
    /// The server asks for a pause besides (a 503 with `Retry-After`): it holds for the calls that follow.
    pub rest: Option<Duration>,
}

/// An IP ban lasts five minutes (dossier C).
const IP_BAN: Duration = Duration::from_mins(5);
/// Nothing that an answer says makes a lane stand longer than this.
const LONGEST: Duration = Duration::from_hours(24);

/// Judges what a call brought. `sends` is the endpoint of the call itself: a failed token call names another.
pub(super) fn verdict(outcome: Result<Answer, Box<Failure>>, sends: &'static Endpoint, wall_ms: i64) -> Verdict {
    match outcome {
        Ok(answer) => {
            let said = answers::send_answer(&answer.value);
            let places = answers::deliver_results(&answer.value);
            let carrier = || places.iter().find_map(|place| place.carrier_id.clone()).unwrap_or_default();
            let mut ended = Ended {
                task_id: said.task_id.unwrap_or_default(),
                query_key: said.process_query_key.unwrap_or_else(carrier),
                ..ended(&answer.exchange)
            };
            // An ok on top is not delivery: each place says for itself.
            let refused = places.iter().filter(|place| !place.success);
            if spaces::outcome_of(&places) == Some(Outcome::Refused) {
                let first = refused.into_iter().next();
                ended.code = first.map(spaces::code_of).unwrap_or_default();
                ended.message = first.map(|place| place.message.clone()).unwrap_or_default();
                return Verdict { next: Next::Refused, ended, partly: Vec::new(), rest: None };
            }
            let failed = |place: &answers::DeliverResult| Reported {
                userid: place.space_id.clone(),
                rung: Rung::Failed,
                code: spaces::code_of(place),
            };
            let partly = refused.map(failed).collect();
            Verdict { next: Next::HandedOver, ended, partly, rest: None }
        }
        Err(failure) => {
            let Failure { exchange, fault } = *failure;
            let mut ended = ended(&exchange);
            ended.code = fault_code(&fault);
            if let Fault::Refused(refusal) = &fault {
                ended.message.clone_from(&refusal.message);
            }
            let own = exchange.endpoint == sends;
            let next = match &fault {
                Fault::Refused(refusal) => {
                    match too_soon(refusal, exchange.retry_after.as_deref(), wall_ms) {
                        Some((wait, why)) => Next::TooSoon(wait, why),
                        // Refused was the token call: the message itself never left, and no other will.
                        None if !own => Next::Halt,
                        // The month's calls are used up; or no token will do any more.
                        None if is_quota(refusal) || refusal.is_invalid_token() => Next::Halt,
                        None => Next::Refused,
                    }
                }
                Fault::NotSent(not_sent) if is_transient(not_sent) => Next::Again,
                Fault::NotSent(_) => Next::Halt,
                Fault::Unknown(_) => Next::Unknown,
            };
            let named = exchange.retry_after.as_deref().and_then(|text| header(text, wall_ms));
            let rest = named.filter(|_| next == Next::Unknown).map(|rest| rest.min(LONGEST));
            Verdict { next, ended, partly: Vec::new(), rest }
        }
    }
}

fn ended(exchange: &Exchange) -> Ended {
    Ended {
        http: exchange.http_status,
        request_id: exchange.request_id.clone().unwrap_or_default(),
        attempts: exchange.attempts,
        elapsed_ms: u64::try_from(exchange.elapsed.as_millis()).unwrap_or(u64::MAX),
        answer: exchange.answer_masked.clone(),
        ..Ended::default()
    }
}

/// Whether the same call may go through in a moment: the network, not the request, was the reason.
const fn is_transient(not_sent: &NotSent) -> bool {
    match not_sent {
        NotSent::Dns { .. }
        | NotSent::ConnectionRefused { .. }
        | NotSent::ConnectTimedOut { .. }
        | NotSent::Unreachable { .. }
        | NotSent::Tls { .. }
        | NotSent::Proxy { .. }
        | NotSent::TokenUnknown(_) => true,
        NotSent::NoCertificates
        | NotSent::BadRequest { .. }
        | NotSent::NoToken { .. }
        | NotSent::CannotRenew
        | NotSent::Cancelled
        | NotSent::Guarded { .. } => false,
    }
}

/// The organisation's calls of this month are used up: waiting a moment does not help.
fn is_quota(refusal: &Refusal) -> bool {
    refusal.code.as_deref().is_some_and(|code| code == "90020" || code.contains("ApiCountLimit"))
}

/// How long a call that came too soon has to wait; `None`: it did not come too soon.
pub(in crate::deliver) fn too_soon(
    refusal: &Refusal,
    retry_after: Option<&str>,
    wall_ms: i64,
) -> Option<(Duration, Stop)> {
    if refusal.shape == RefusalShape::IpBan {
        return Some((IP_BAN, Stop::IpBan));
    }
    let code = refusal.code.as_deref().unwrap_or_default();
    if is_quota(refusal) || !(refusal.is_rate_limit() || matches!(code, "41047" | "41048")) {
        return None;
    }
    let said = retry_after.and_then(|text| header(text, wall_ms)).or_else(|| penalty(&refusal.message, wall_ms));
    let usual = || match code {
        "90002" | "90018" => 1,
        _ if code.to_ascii_lowercase().contains("qps") => 1,
        "" => 5,
        _ => 60,
    };
    let wait = said.unwrap_or_else(|| Duration::from_secs(usual()));
    Some((wait.clamp(Duration::from_millis(100), LONGEST), Stop::RateLimit))
}

/// `retry-after`: seconds, or a date.
fn header(text: &str, wall_ms: i64) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond();
    Some(Duration::from_millis(u64::try_from(at.saturating_sub(wall_ms)).unwrap_or(0)))
}

/// The end of a penalty inside a text, in DingTalk's own time zone: `从 2026-09-03 00:01:02 到 2026-09-03 00:01:02
/// 请求总次数超过 1200 次, 限制将在 2026-09-03 00:01:03 结束.` (real answers of 2018, 2019 and 2026).
///
/// The text also tells the server's own time (`到 …`): when this computer's clock disagrees with it by more than a
/// minute, the server's counts.
fn penalty(text: &str, wall_ms: i64) -> Option<Duration> {
    let moments: Vec<i64> = moments(text);
    let (end, earlier) = moments.split_last()?;
    let by_wall = end.saturating_sub(wall_ms);
    let by_server = earlier.last().map(|seen| end.saturating_sub(*seen));
    let wait = match by_server {
        Some(by_server) if (by_wall - by_server).abs() > 60_000 => by_server,
        _ => by_wall,
    };
    // The text has whole seconds: the end is at most one later.
    Some(Duration::from_millis(u64::try_from(wait.saturating_add(1_000)).unwrap_or(0)))
}

/// Every `YYYY-MM-DD hh:mm:ss` of a text, as Unix milliseconds.
fn moments(text: &str) -> Vec<i64> {
    const LENGTH: usize = "2026-09-03 00:01:03".len();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(part) = text.get(at..) {
        let Some(start) = part.find(|c: char| c.is_ascii_digit()) else { break };
        at += start;
        let read = text.get(at..at + LENGTH).and_then(|part| part.replacen(' ', "T", 1).parse::<DateTime>().ok());
        if let Some(moment) = read.and_then(|read| Offset::constant(8).to_timestamp(read).ok()) {
            found.push(moment.as_millisecond());
            at += LENGTH;
        } else {
            // Past this run of digits.
            let digits = text.get(at..).unwrap_or_default();
            at += digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dingtalk::System;

    const TEXT: &str = "当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, \
        apiPath(dingtalk.oapi.v2.department.listsub), 从 2026-09-03 00:01:02 到 2026-09-03 00:01:02 请求总次数超过 1200 次, \
        限制将在 2026-09-03 00:01:07 结束.";

    fn refusal(code: Option<&str>, message: &str) -> Refusal {
        Refusal {
            system: System::Oapi,
            code: code.map(str::to_owned),
            wrapper: None,
            message: message.to_owned(),
            http: 200,
            scopes: Vec::new(),
            ip: None,
            app_key: None,
            links: Vec::new(),
            shape: RefusalShape::Oapi,
        }
    }

    fn wait(code: &str, message: &str, header: Option<&str>, wall: &str) -> Option<u64> {
        let wall = wall.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let found = too_soon(&refusal(Some(code), message), header, wall)?;
        Some(u64::try_from(found.0.as_millis()).unwrap())
    }

    #[test]
    fn the_end_of_a_penalty_is_read_from_the_text() {
        assert_eq!(wait("90002", TEXT, None, "2026-09-02T16:01:02.500Z"), Some(5_500));
        assert_eq!(
            wait("90002", TEXT, None, "2026-09-02T18:00:00Z"),
            Some(6_000),
            "a clock that is wrong does not count"
        );
        assert_eq!(wait("90002", "请求被暂时禁用了", None, "2026-09-02T16:01:02Z"), Some(1_000));
        assert_eq!(wait("90002", "处罚将在 2026-09-03 00:01:03 结束", None, "2026-09-02T16:01:02Z"), Some(2_000));
        assert_eq!(wait("90002", "2026-13-40 99:99:99 12 2026-1", None, "2026-09-02T16:01:02Z"), Some(1_000));
    }

    #[test]
    fn each_limit_has_its_own_time() {
        let now = "2026-09-02T16:01:02Z";
        assert_eq!(wait("90018", "", None, now), Some(1_000));
        assert_eq!(wait("Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "", None, now), Some(1_000));
        assert_eq!(wait("Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "", None, now), Some(60_000));
        assert_eq!(wait("41047", "", None, now), Some(60_000));
        assert_eq!(wait("90018", "", Some("7"), now), Some(7_000));
        assert_eq!(wait("90018", "", Some("Wed, 02 Sep 2026 16:01:05 GMT"), now), Some(3_000));
        assert_eq!(wait("90020", "", None, now), None, "a month is not waited for");
        assert_eq!(wait("Forbidden.AccessDenied.ApiCountLimitForOrg", "", None, now), None);
        assert_eq!(wait("400002", "", None, now), None);
        let ban = Refusal { shape: RefusalShape::IpBan, ..refusal(None, "") };
        assert_eq!(too_soon(&ban, None, 0), Some((IP_BAN, Stop::IpBan)));
    }
}
