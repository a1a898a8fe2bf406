//! What comes too often: the sandbox's own sliding windows, and the answers of DingTalk's pages when one is full.
//!
//! Off unless a rule switches them on ([`super::Rules`]), so that the sandbox is fast. Which calls count against the month
//! and how long a penalty of 90002 lasts is not on the pages: messages count, and a penalty ends with the next second, as
//! in the answers that were observed.

use std::collections::VecDeque;

use indexmap::IndexMap;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::Rules;
use super::call::Call;
use super::fault::{Dialect, Fault};
use super::script::Effect;
use crate::dingtalk::System;

/// The window of the limit per address.
const ADDRESS_WINDOW: SignedDuration = SignedDuration::from_secs(20);
/// How long an address is banned.
const BAN: SignedDuration = SignedDuration::from_mins(5);
/// DingTalk's own time zone.
const ZONE: Offset = jiff::tz::offset(8);

/// The windows.
#[derive(Debug, Default)]
pub(super) struct Windows {
    /// Per path: when its calls of the last second came.
    seconds: IndexMap<String, VecDeque<Timestamp>>,
    /// The same for the limit over all callers.
    all: IndexMap<String, VecDeque<Timestamp>>,
    /// Per path: until when it is refused to everybody.
    penalties: IndexMap<String, Timestamp>,
    /// Every call of the last twenty seconds.
    address: VecDeque<Timestamp>,
    banned_until: Option<Timestamp>,
    /// Year and month, and the messages of it.
    month: (i16, i8, u32),
}

/// Whether there is room for one more call; it takes its place then.
fn takes(window: &mut VecDeque<Timestamp>, limit: u32, length: SignedDuration, now: Timestamp) -> bool {
    let since = now.checked_sub(length).unwrap_or(Timestamp::MIN);
    window.retain(|at| *at > since && *at <= now);
    let room = window.len() < usize::try_from(limit).unwrap_or(usize::MAX);
    if room {
        window.push_back(now);
    }
    room
}

fn refuse(code: &str, message: Option<String>, call: &Call, app_key: &str) -> Fault {
    let effect = Effect::Code { code: code.to_owned(), message, scopes: Vec::new(), ip: None };
    effect.fault(call.system, &call.path, app_key).unwrap_or_else(|| Fault::oapi(90018))
}

impl Windows {
    /// The gateway in front: too many calls of one address ban it, whatever they are.
    pub(super) fn check_address(&mut self, rules: &Rules, now: Timestamp) -> Result<(), Fault> {
        let Some(limit) = rules.calls_per_address else { return Ok(()) };
        let banned = Fault { dialect: Dialect::Banned, message: String::new(), place: None };
        if self.banned_until.is_some_and(|until| now < until) {
            return Err(banned);
        }
        if takes(&mut self.address, limit, ADDRESS_WINDOW, now) {
            return Ok(());
        }
        self.banned_until = now.checked_add(BAN).ok();
        self.address.clear();
        Err(banned)
    }

    /// The limits of an API: of this app, of all callers, of the month. A refused call does not count.
    pub(super) fn check(
        &mut self,
        rules: &Rules,
        call: &Call,
        is_message: bool,
        app_key: &str,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let api = call.system == System::Api;
        let second = SignedDuration::from_secs(1);
        if let Some(limit) = rules.calls_per_second
            && !takes(self.seconds.entry(call.path.clone()).or_default(), limit, second, now)
        {
            let code = if api { "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi" } else { "88/90018" };
            return Err(refuse(code, None, call, app_key));
        }
        if let Some(limit) = rules.api_calls_per_second {
            let penalty = self.penalties.get(&call.path).copied().filter(|until| now < *until);
            let full = penalty.is_none() && !takes(self.all.entry(call.path.clone()).or_default(), limit, second, now);
            if full || penalty.is_some() {
                let until = penalty.unwrap_or_else(|| next_second(now));
                self.penalties.insert(call.path.clone(), until);
                let code = if api { "Forbidden.AccessDenied.QpsLimitForApi" } else { "88/90002" };
                return Err(refuse(code, Some(penalty_text(call, limit, now, until)), call, app_key));
            }
        }
        if let (Some(limit), true) = (rules.calls_per_month, is_message) {
            let today = ZONE.to_datetime(now).date();
            if (self.month.0, self.month.1) != (today.year(), today.month()) {
                self.month = (today.year(), today.month(), 0);
            }
            if self.month.2 >= limit {
                let code = if api { "Forbidden.AccessDenied.ApiCountLimitForOrg" } else { "88/90020" };
                return Err(refuse(code, None, call, app_key));
            }
            self.month.2 += 1;
        }
        Ok(())
    }
}

/// The whole second after the next one: the texts have whole seconds.
fn next_second(now: Timestamp) -> Timestamp {
    Timestamp::from_second(now.as_second() + 1).unwrap_or(now)
}

/// The text of real answers, with the penalty's end in it.
fn penalty_text(call: &Call, limit: u32, now: Timestamp, until: Timestamp) -> String {
    let shown = |at: Timestamp| ZONE.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let path = call.path.trim_start_matches("/topapi/").replace('/', ".");
    format!(
        "当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, apiPath(dingtalk.oapi.{path}), 从 {now} 到 {now} \
         请求总次数超过 {limit} 次, 限制将在 {until} 结束.",
        now = shown(now),
        until = shown(until),
    )
}
