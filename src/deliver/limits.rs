//! How much may be sent: what a profile's own table says, else what DingTalk documents, with every figure it gives.
//!
//! Where the documents disagree (dossier C and G) the stricter figure is taken and all are kept, to be shown. A limit
//! that a person set is taken as it is, except that no call takes more people than it can.

use crate::{
    compose::{Kind, Via},
    store::settings::{Limits, Profile, ProfileKind},
};

/// A figure that a document gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Said {
    /// The figure.
    pub value: u32,
    /// Where it stands: the slug of DingTalk's page, an error code's text, or the official SDK.
    pub source: &'static str,
}

const fn said(value: u32, source: &'static str) -> Said {
    Said { value, source }
}

/// One limit, as it is kept here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Allowed {
    /// The figure kept; `None`: nothing is documented and nothing set.
    pub value: Option<u32>,
    /// Whether a person set it in `[profile.limits]`.
    pub set: bool,
    /// What the documents say, the strictest first.
    pub said: &'static [Said],
}

/// Every limit of a profile for one way of sending.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Allowances {
    /// Calls of one address in any second.
    pub calls_per_second: Allowed,
    /// Calls of the organisation in a calendar month.
    pub calls_per_month: Allowed,
    /// People reached in any minute.
    pub people_per_minute: Allowed,
    /// People in one call.
    pub people_per_call: Allowed,
    /// Messages to one person in a day.
    pub per_person_per_day: Allowed,
    /// Messages of the same content to one person in a day.
    pub same_content_per_day: Allowed,
}

impl Allowances {
    /// The limits by their keys in `settings.toml`, in that order.
    pub const fn all(&self) -> [(&'static str, Allowed); 6] {
        [
            ("calls_per_second", self.calls_per_second),
            ("calls_per_month", self.calls_per_month),
            ("people_per_minute", self.people_per_minute),
            ("people_per_call", self.people_per_call),
            ("per_person_per_day", self.per_person_per_day),
            ("same_content_per_day", self.same_content_per_day),
        ]
    }
}

/// The most people for whom `getsendresult` answers.
pub const REPORTED_PEOPLE: u32 = 100;

const SECOND: &[Said] = &[said(20, "how-to-process-api-throttling-on-the-dingtalk-server")];
const MONTH: &[Said] = &[
    said(5_000, "dingtalk-application-development-platform-billing-model"),
    said(10_000, "api-throttling (dingtalk.io)"),
];
const MINUTE_INTERNAL: &[Said] =
    &[said(1_500, "41047"), said(5_000, "asynchronous-sending-of-enterprise-session-messages")];
const MINUTE_THIRD_PARTY: &[Said] =
    &[said(200, "41047"), said(5_000, "asynchronous-sending-of-enterprise-session-messages")];
const MINUTE_SANDBOX: &[Said] = &[said(5_000, "asynchronous-sending-of-enterprise-session-messages")];
const DAY_INTERNAL: &[Said] = &[said(500, "asynchronous-sending-of-enterprise-session-messages")];
const DAY_THIRD_PARTY: &[Said] =
    &[said(50, "143105 / 143205"), said(100, "asynchronous-sending-of-enterprise-session-messages")];
const DAY_SANDBOX: &[Said] = &[said(100, "asynchronous-sending-of-enterprise-session-messages")];
const CONTENT: &[Said] = &[said(1, "asynchronous-sending-of-enterprise-session-messages")];
const CALL_TEMPLATE: &[Said] = &[said(1_000, "41029"), said(5_000, "work-notification-templating")];
const CALL_NOTICE: &[Said] = &[said(100, "asynchronous-sending-of-enterprise-session-messages"), said(5_000, "SDK")];
const CALL_CARD: &[Said] = &[said(20, "send-interactive-dynamic-cards-1")];

/// What one call of a way takes, by the documents, the strictest first.
pub fn people_per_call(via: Via) -> &'static [Said] {
    match (via.kind(), via.name()) {
        (Kind::Notice, "template") => CALL_TEMPLATE,
        (Kind::Notice, _) => CALL_NOTICE,
        (Kind::Card, _) => CALL_CARD,
    }
}

/// The limits of a profile for a way of sending.
///
/// A pasted token does not tell which kind of app it is of: per day the stricter kind counts (it costs nothing), per
/// minute the internal app's figure. Cards have no documented limit per person or minute.
pub fn allowances(profile: &Profile, via: Via) -> Allowances {
    let documented =
        |list: &'static [Said]| Allowed { value: list.first().map(|one| one.value), set: false, said: list };
    let notice = |list: &'static [Said]| if via.kind() == Kind::Notice { documented(list) } else { documented(&[]) };
    let (minute, day, month) = match profile.kind {
        ProfileKind::Sandbox => (MINUTE_SANDBOX, DAY_SANDBOX, &[] as &[Said]),
        ProfileKind::Internal => (MINUTE_INTERNAL, DAY_INTERNAL, MONTH),
        ProfileKind::ThirdParty => (MINUTE_THIRD_PARTY, DAY_THIRD_PARTY, &[] as &[Said]),
        ProfileKind::Token => (MINUTE_INTERNAL, DAY_THIRD_PARTY, MONTH),
    };
    let Limits {
        calls_per_second,
        calls_per_month,
        people_per_minute: people_minute,
        people_per_call: people_call,
        per_person_per_day,
        same_content_per_day,
    } = profile.limits;
    let own = |set: Option<u32>, allowed: Allowed| match set {
        Some(value) => Allowed { value: Some(value), set: true, ..allowed },
        None => allowed,
    };
    let mut per_call = own(people_call, documented(people_per_call(via)));
    // A call cannot take more, whatever is set.
    per_call.value = per_call.value.map(|value| value.min(per_call.said.first().map_or(value, |most| most.value)));
    Allowances {
        calls_per_second: own(calls_per_second, documented(SECOND)),
        calls_per_month: own(calls_per_month, documented(month)),
        people_per_minute: own(people_minute, notice(minute)),
        people_per_call: per_call,
        per_person_per_day: own(per_person_per_day, notice(day)),
        same_content_per_day: own(same_content_per_day, notice(CONTENT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stricter_figure_counts_and_both_are_shown() {
        let third = Profile::new("p", ProfileKind::ThirdParty);
        let limits = allowances(&third, Via::from(Kind::Notice));
        assert_eq!((limits.people_per_minute.value, limits.per_person_per_day.value), (Some(200), Some(50)));
        assert_eq!(limits.people_per_minute.said.iter().map(|one| one.value).collect::<Vec<_>>(), [200, 5_000]);
        for (_, allowed) in limits.all() {
            assert!(allowed.said.windows(2).all(|two| two[0].value <= two[1].value), "the strictest stands first");
        }
        let card = allowances(&third, Via::from(Kind::Card));
        assert_eq!((card.people_per_minute.value, card.people_per_call.value), (None, Some(20)));
    }

    #[test]
    fn a_limit_of_ones_own_counts_but_no_call_takes_more_than_it_can() {
        let mut profile = Profile::new("p", ProfileKind::Internal);
        profile.limits.people_per_minute = Some(9_000);
        profile.limits.people_per_call = Some(9_000);
        let limits = allowances(&profile, Via::from(Kind::Notice));
        assert_eq!((limits.people_per_minute.value, limits.people_per_minute.set), (Some(9_000), true));
        assert_eq!(limits.people_per_call.value, Some(1_000));
    }
}
