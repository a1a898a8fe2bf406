//! Access tokens of the sandbox: who may use which, and until when.

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};

use crate::dingtalk::System;

/// Whose token it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum App {
    /// The organisation's own app.
    Internal,
    /// A third-party enterprise app acting in this organisation.
    ThirdParty,
}

/// Where a token comes from, and so where it counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    pub(super) app: App,
    /// The system it was fetched from; `None`: made to be pasted, valid on both.
    pub(super) system: Option<System>,
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    until: Timestamp,
}

/// What a presented token is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Worth {
    Good(App),
    Expired,
    Unknown,
}

/// All tokens that were handed out.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    all: IndexMap<String, Token>,
}

impl Tokens {
    /// A token for an app: an internal app asking again gets the same one, prolonged; a third-party app a new one.
    pub(super) fn issue(&mut self, kind: Kind, now: Timestamp, lifetime: SignedDuration) -> String {
        let until = now.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        if kind.app == App::Internal
            && let Some((text, token)) = self.all.iter_mut().find(|(_, token)| token.kind == kind && token.until > now)
        {
            token.until = until;
            return text.clone();
        }
        let day = SignedDuration::from_hours(24);
        self.all.retain(|_, token| now.duration_since(token.until) < day);
        let text = format!("sbx-token-{}", uuid::Uuid::new_v4().simple());
        self.all.insert(text.clone(), Token { kind, until });
        text
    }

    /// Judges a token on a call of this system. With `apart`, one fetched from the other system is unknown.
    pub(super) fn judge(&self, text: &str, system: System, apart: bool, now: Timestamp) -> Worth {
        match self.all.get(text) {
            Some(token) if apart && token.kind.system.is_some_and(|from| from != system) => Worth::Unknown,
            Some(token) if token.until <= now => Worth::Expired,
            Some(token) => Worth::Good(token.kind.app),
            None => Worth::Unknown,
        }
    }

    /// Whether a token, still valid or not, is a third-party app's.
    pub(super) fn is_third_party(&self, text: &str) -> bool {
        self.all.get(text).is_some_and(|token| token.kind.app == App::ThirdParty)
    }

    /// Ends the life of every token now.
    pub(super) fn expire(&mut self, now: Timestamp) {
        for token in self.all.values_mut() {
            token.until = token.until.min(now);
        }
    }

    /// The texts, to keep them out of what is shown.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_renewed_told_apart_and_expire() {
        let mut tokens = Tokens::default();
        let start = Timestamp::from_second(1_000_000).unwrap();
        let two_hours = SignedDuration::from_hours(2);
        let later = start + SignedDuration::from_hours(1);
        let internal = Kind { app: App::Internal, system: Some(System::Api) };
        let first = tokens.issue(internal, start, two_hours);
        assert_eq!(tokens.issue(internal, later, two_hours), first, "the same token, prolonged");
        let end = later + two_hours;
        assert_eq!(
            tokens.judge(&first, System::Api, true, end - SignedDuration::from_secs(1)),
            Worth::Good(App::Internal)
        );
        assert_eq!(tokens.judge(&first, System::Api, true, end), Worth::Expired);
        assert_eq!(tokens.judge(&first, System::Oapi, true, later), Worth::Unknown);
        assert_eq!(tokens.judge(&first, System::Oapi, false, later), Worth::Good(App::Internal));
        assert_ne!(tokens.issue(internal, end, two_hours), first, "an expired one is replaced");

        let corp = Kind { app: App::ThirdParty, system: Some(System::Oapi) };
        let one = tokens.issue(corp, start, two_hours);
        assert_ne!(tokens.issue(corp, start, two_hours), one);
        tokens.expire(start);
        assert_eq!(tokens.judge(&one, System::Oapi, true, start), Worth::Expired);
    }
}
