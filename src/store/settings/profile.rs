//! A profile: which organisation and app a message is sent for. Never holds a secret.

use super::limits::Limits;
use crate::{
    compose::ways::fit::{AppFacts, AppKind, AppMade},
    dingtalk::{
        System,
        host::{BaseUrl, Hosts},
    },
    store::vault::ProfileKey,
};

/// Kinds of profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum ProfileKind {
    /// The DingTalk stand-in inside the program: nothing really goes out.
    #[default]
    Sandbox,
    /// An internal app (企业内部应用): appKey and appSecret.
    Internal,
    /// A third-party enterprise app (第三方企业应用): suiteKey, suiteSecret, authCorpId, suiteTicket.
    ThirdParty,
    /// A pasted access token, valid for two hours.
    Token,
}

impl ProfileKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Sandbox, Self::Internal, Self::ThirdParty, Self::Token];

    /// The word in `settings.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Internal => "internal",
            Self::ThirdParty => "third-party",
            Self::Token => "token",
        }
    }

    /// The kind of a word in `settings.toml`; an underscore is read as a hyphen.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.replace('_', "-");
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The ids (names of keys) without which a profile of this kind cannot fetch a token.
    ///
    /// `agent_id` and `robot_code` are not among them: only some messages need them.
    pub const fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Sandbox | Self::Token => &[],
            Self::Internal => &["app_key"],
            Self::ThirdParty => &["suite_key", "corp_id"],
        }
    }
}

/// The colour that marks a profile along the top edge of the window. What it looks like is the theme's business.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ProfileColour {
    /// Grey.
    Grey,
    /// Green, the sandbox's own.
    Green,
    /// Blue.
    Blue,
    /// Purple.
    Purple,
    /// Orange.
    Orange,
    /// Red.
    Red,
}

impl ProfileColour {
    /// All colours, in the order they are offered.
    pub const ALL: [Self; 6] = [Self::Grey, Self::Green, Self::Blue, Self::Purple, Self::Orange, Self::Red];

    /// The word in `settings.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grey => "grey",
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Orange => "orange",
            Self::Red => "red",
        }
    }

    /// The colour of a word in `settings.toml`.
    pub fn from_name(name: &str) -> Option<Self> {
        if name == "gray" {
            return Some(Self::Grey);
        }
        Self::ALL.into_iter().find(|colour| colour.name() == name)
    }
}

/// Tells the profiles of one running program apart, also while one is being renamed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct ProfileId(pub(super) u64);

/// Where a text key lives in a profile.
type TextField = fn(&mut Profile) -> &mut String;

/// One `[[profile]]` of `settings.toml`. An empty text means "not set".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    pub(super) id: ProfileId,
    /// `name`: unique, not blank, at most [`Profile::LONGEST_NAME`] characters.
    pub name: String,
    /// `kind`.
    pub kind: ProfileKind,
    /// `api`: base address of the new system; `None` is DingTalk's own mainland address (or the built-in sandbox).
    pub api: Option<BaseUrl>,
    /// `oapi`: base address of the old system; `None` as for `api`.
    pub oapi: Option<BaseUrl>,
    /// `agent_id`: digits; the app's id in the organisation, needed by work notices.
    pub agent_id: String,
    /// `app_key`: of an internal app.
    pub app_key: String,
    /// `robot_code`: filled into new cards.
    pub robot_code: String,
    /// `corp_id`: the authorising organisation (`authCorpId`) of a third-party app; shown for the other kinds.
    pub corp_id: String,
    /// `suite_key`: of a third-party app.
    pub suite_key: String,
    /// `callback_route_key`: filled into new cards.
    pub callback_route_key: String,
    /// `open_conversation_id`: filled into new cards.
    pub open_conversation_id: String,
    /// `organisation`: what the send bar calls the organisation; the profile's name where it is empty.
    pub organisation: String,
    /// `test_user_id`: who 先发给我 sends to.
    pub test_user_id: String,
    /// `app_made`: `before` or `after` 2024-12-31, when the older card calls were closed; empty: not said.
    pub app_made: String,
    /// `confirm_above`: from more people than this on, their number has to be typed before sending. Default 100.
    pub confirm_above: u32,
    /// Whether `confirm_above` was set by a person: only then the command line asks for the number as well.
    pub confirm_set: bool,
    /// `timeout_seconds`: how long one call may take, 1 to 600. Default 15.
    pub timeout_seconds: u32,
    /// `only_to`: the userids that alone may receive from this profile; empty: no such guard.
    pub only_to: Vec<String>,
    /// `stop_after_errors`: a delivery stops after so many refused or doubtful calls in a row; 0 never. Default 5.
    pub stop_after_errors: u32,
    /// `[profile.limits]`.
    pub limits: Limits,
    /// `colour`: `None` is the colour of the kind (green for the sandbox, orange for all that is live).
    pub colour: Option<ProfileColour>,
}

impl Profile {
    /// Longest accepted name, in characters: it becomes part of a keyring entry's name, which Windows limits.
    pub const LONGEST_NAME: usize = 64;
    /// Default of `confirm_above`.
    pub const CONFIRM_ABOVE: u32 = 100;
    /// Default of `stop_after_errors`.
    pub const STOP_AFTER_ERRORS: u32 = 5;
    /// Default of `timeout_seconds`.
    pub const TIMEOUT_SECONDS: u32 = 15;
    /// Accepted values of `timeout_seconds`.
    pub const TIMEOUTS: std::ops::RangeInclusive<u32> = 1..=600;
    /// Name of the profile that is always there.
    pub const SANDBOX: &str = "Sandbox";

    /// The text keys of `settings.toml` with where they live in the struct; the one list for reading and writing.
    pub(super) const TEXTS: [(&str, TextField); 10] = [
        ("agent_id", |profile| &mut profile.agent_id),
        ("app_key", |profile| &mut profile.app_key),
        ("robot_code", |profile| &mut profile.robot_code),
        ("corp_id", |profile| &mut profile.corp_id),
        ("suite_key", |profile| &mut profile.suite_key),
        ("callback_route_key", |profile| &mut profile.callback_route_key),
        ("open_conversation_id", |profile| &mut profile.open_conversation_id),
        ("organisation", |profile| &mut profile.organisation),
        ("test_user_id", |profile| &mut profile.test_user_id),
        ("app_made", |profile| &mut profile.app_made),
    ];

    /// A profile of a kind with every default.
    pub fn new(name: impl Into<String>, kind: ProfileKind) -> Self {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            id: ProfileId(NEXT.fetch_add(1, Ordering::Relaxed)),
            name: name.into(),
            kind,
            api: None,
            oapi: None,
            agent_id: String::new(),
            app_key: String::new(),
            robot_code: String::new(),
            corp_id: String::new(),
            suite_key: String::new(),
            callback_route_key: String::new(),
            open_conversation_id: String::new(),
            organisation: String::new(),
            test_user_id: String::new(),
            app_made: String::new(),
            confirm_above: Self::CONFIRM_ABOVE,
            confirm_set: false,
            timeout_seconds: Self::TIMEOUT_SECONDS,
            only_to: Vec::new(),
            stop_after_errors: Self::STOP_AFTER_ERRORS,
            limits: Limits::default(),
            colour: None,
        }
    }

    /// Tells this profile from the others of this run, also while it is being renamed.
    pub fn id(&self) -> ProfileId {
        self.id
    }

    /// What is known of the app, for the ways it may use.
    pub fn app_facts(&self) -> AppFacts {
        AppFacts {
            kind: match self.kind {
                ProfileKind::Internal => AppKind::Internal,
                ProfileKind::ThirdParty => AppKind::ThirdParty,
                ProfileKind::Sandbox | ProfileKind::Token => AppKind::Unknown,
            },
            made: match self.app_made.as_str() {
                "before" => AppMade::Before,
                "after" => AppMade::After,
                _ => AppMade::Unknown,
            },
        }
    }

    /// Whether nothing really goes out.
    pub fn is_sandbox(&self) -> bool {
        self.kind == ProfileKind::Sandbox
    }

    /// The base addresses of both systems: as set, else DingTalk's mainland ones.
    ///
    /// For the sandbox the built-in stand-in's addresses take their place once it runs, unless the profile sets its own.
    pub fn system_hosts(&self) -> Hosts {
        let of = |set: &Option<BaseUrl>, system| set.clone().unwrap_or_else(|| BaseUrl::mainland(system));
        Hosts { api: of(&self.api, System::Api), oapi: of(&self.oapi, System::Oapi) }
    }

    /// What the send bar calls the organisation.
    pub fn organisation_name(&self) -> &str {
        if self.organisation.trim().is_empty() { &self.name } else { self.organisation.trim() }
    }

    /// The colour along the top edge.
    pub fn shown_colour(&self) -> ProfileColour {
        self.colour.unwrap_or(if self.is_sandbox() { ProfileColour::Green } else { ProfileColour::Orange })
    }

    /// The keys that this kind needs and that are still empty.
    pub fn missing(&self) -> Vec<&'static str> {
        let mut copy = self.clone();
        self.kind
            .needs()
            .iter()
            .copied()
            .filter(|needed| Self::TEXTS.iter().any(|(key, field)| key == needed && field(&mut copy).trim().is_empty()))
            .collect()
    }

    /// The id of the app as the token calls name it: `app_key`, or `suite_key` with the organisation.
    fn client(&self) -> String {
        match self.kind {
            ProfileKind::Internal => self.app_key.trim().to_owned(),
            ProfileKind::ThirdParty => format!("{}@{}", self.suite_key.trim(), self.corp_id.trim()),
            ProfileKind::Sandbox | ProfileKind::Token => String::new(),
        }
    }

    /// Under which name this profile's secrets are kept.
    ///
    /// The app's id and the addresses are part of it, so that a secret is never sent for another app or to another
    /// server than it was entered for: after changing one of them it is asked for again.
    pub fn vault_key(&self) -> ProfileKey {
        let hosts = self.system_hosts();
        let own = |url: &BaseUrl, system| (*url != BaseUrl::mainland(system)).then(|| url.as_str().to_owned());
        ProfileKey::new(
            self.kind.name(),
            self.name.trim(),
            &self.client(),
            &[own(&hosts.api, System::Api), own(&hosts.oapi, System::Oapi)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_kind_needs_is_named_until_it_is_there() {
        let mut profile = Profile::new("p", ProfileKind::ThirdParty);
        assert_eq!(profile.missing(), ["suite_key", "corp_id"]);
        profile.suite_key = "suite".into();
        assert_eq!(profile.missing(), ["corp_id"]);
        assert!(Profile::new("s", ProfileKind::Sandbox).missing().is_empty());
    }

    #[test]
    fn the_names_of_keyring_entries_are_stable() {
        let mut internal = Profile::new("总部", ProfileKind::Internal);
        internal.app_key = "dingabc".into();
        assert_eq!(internal.vault_key().as_str(), "internal/总部/dingabc");
        let mut third = Profile::new("客户 A/B", ProfileKind::ThirdParty);
        (third.suite_key, third.corp_id) = ("suite1".into(), "ding2".into());
        assert_eq!(third.vault_key().as_str(), "third-party/客户 A%2FB/suite1@ding2");
        let mut token = Profile::new("t", ProfileKind::Token);
        assert_eq!(token.vault_key().as_str(), "token/t/");
        token.oapi = Some(BaseUrl::parse("https://oapi.dingtalk.io").unwrap());
        assert_eq!(token.vault_key().as_str(), "token/t//https:%2F%2Foapi.dingtalk.io");
        assert_ne!(token.vault_key(), Profile::new("t", ProfileKind::Token).vault_key());
    }
}
