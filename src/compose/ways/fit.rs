//! Which way an app may use: as far as its kind and its age tell (dossier A1.0, A1.6, A2.1), and as the server showed it when
//! it was asked or when something was sent. Said before the first refusal.

use crate::compose::{CardVia, NoticeVia, Via};

/// What kind of app sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum AppKind {
    /// Nobody said, or it does not matter (the sandbox).
    #[default]
    Unknown,
    /// An internal enterprise app.
    Internal,
    /// A third-party enterprise app.
    ThirdParty,
}

/// When the app was made, seen from 2024-12-31: since then the older card calls take no new app.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum AppMade {
    /// Nobody said.
    #[default]
    Unknown,
    /// Until then: the older calls go on working where they were granted.
    Before,
    /// After.
    After,
}

/// What is known of an app.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct AppFacts {
    /// Its kind.
    pub kind: AppKind,
    /// When it was made.
    pub made: AppMade,
}

/// Whether an app may use a way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Fit {
    /// It may, once this permission point is granted (an empty text: without any).
    Works {
        /// The permission point's code.
        scope: &'static str,
    },
    /// It may if this permission was granted while it still could be.
    IfGranted {
        /// The permission point's code.
        scope: &'static str,
    },
    /// This kind of app can never use it; the other way does the same job.
    Never {
        /// The way that works, when the program has one.
        instead: Option<Via>,
    },
}

/// What the server showed of a way: the connection check asked it, or a message went that way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Seen {
    /// The call was let through.
    Open,
    /// It was refused: the app lacks these permission points.
    Lacks(Vec<String>),
    /// It was refused: this kind of app can never make it.
    Closed,
}

/// How a way stands for an app.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// 可用: the server let the call through.
    Works,
    /// 需要权限: nobody has looked yet whether it is granted.
    Unasked {
        /// The permission point's code.
        scope: &'static str,
    },
    /// 需要权限: it is known to be missing, or cannot be asked for any more.
    Needs {
        /// The codes of the permission points.
        scopes: Vec<String>,
        /// The way to take when it cannot be had any more.
        instead: Option<Via>,
    },
    /// 需要权限, which this app has only if it was granted while it still could be.
    IfGranted {
        /// The permission point's code.
        scope: &'static str,
    },
    /// 不适用于此类应用.
    Never {
        /// The way that works, when the program has one.
        instead: Option<Via>,
    },
}

/// The permission point of the older card calls; its code is inferred.
const OLD_CARDS: &str = "qyapi_chat_manage";
/// The permission point of the calls under `/v1.0/card/`.
const NEW_CARDS: &str = "Card.Instance.Write";

impl Via {
    /// Whether an app may use this way.
    pub fn fit(self, app: AppFacts) -> Fit {
        match self {
            Self::Card(CardVia::CreateAndDeliver | CardVia::Update) => Fit::Works { scope: NEW_CARDS },
            Self::Card(old) => match app.made {
                AppMade::After => Fit::Never { instead: Self::Card(old).instead() },
                AppMade::Before | AppMade::Unknown => Fit::IfGranted { scope: OLD_CARDS },
            },
            Self::Notice(NoticeVia::Template) => match app.kind {
                AppKind::Internal => Fit::Never { instead: self.instead() },
                AppKind::ThirdParty | AppKind::Unknown => Fit::Works { scope: "qyapi_base" },
            },
            // Third-party apps made after 2020-11-27 have to use templates.
            Self::Notice(NoticeVia::Free) => match app.kind {
                AppKind::ThirdParty => Fit::IfGranted { scope: "qyapi_base" },
                AppKind::Internal | AppKind::Unknown => Fit::Works { scope: "qyapi_base" },
            },
        }
    }

    /// How this way stands: what the server showed counts more than what the app's kind and age tell.
    pub fn standing(self, app: AppFacts, seen: Option<&Seen>) -> Standing {
        match (seen, self.fit(app)) {
            (Some(Seen::Open), _) => Standing::Works,
            (Some(Seen::Closed), _) => Standing::Never { instead: self.instead() },
            (Some(Seen::Lacks(scopes)), Fit::IfGranted { .. }) => {
                Standing::Needs { scopes: scopes.clone(), instead: self.instead() }
            }
            (Some(Seen::Lacks(scopes)), Fit::Works { .. }) => Standing::Needs { scopes: scopes.clone(), instead: None },
            (None, Fit::Works { scope }) => Standing::Unasked { scope },
            (None, Fit::IfGranted { scope }) => Standing::IfGranted { scope },
            (_, Fit::Never { instead }) => Standing::Never { instead },
        }
    }

    /// The way that does the same job for apps that this one is closed to.
    pub fn instead(self) -> Option<Self> {
        match self {
            Self::Card(CardVia::PrivateChat | CardVia::InteractiveCards) => Some(CardVia::CreateAndDeliver.into()),
            Self::Card(CardVia::UpdateInteractiveCards) => Some(CardVia::Update.into()),
            Self::Card(CardVia::CreateAndDeliver | CardVia::Update) => None,
            Self::Notice(NoticeVia::Template) => Some(NoticeVia::Free.into()),
            Self::Notice(NoticeVia::Free) => Some(NoticeVia::Template.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_of_this_year_is_sent_to_the_new_call() {
        let app = AppFacts { kind: AppKind::Internal, made: AppMade::After };
        let fit = |via: CardVia| Via::from(via).fit(app);
        assert_eq!(fit(CardVia::PrivateChat), Fit::Never { instead: Some(CardVia::CreateAndDeliver.into()) });
        assert_eq!(fit(CardVia::UpdateInteractiveCards), Fit::Never { instead: Some(CardVia::Update.into()) });
        assert_eq!(fit(CardVia::CreateAndDeliver), Fit::Works { scope: NEW_CARDS });
        let unknown = AppFacts::default();
        assert_eq!(Via::from(CardVia::PrivateChat).fit(unknown), Fit::IfGranted { scope: OLD_CARDS });
    }

    #[test]
    fn what_the_server_showed_counts_more_than_what_the_app_is_said_to_be() {
        let new = AppFacts { kind: AppKind::Internal, made: AppMade::After };
        let old = AppFacts { kind: AppKind::Internal, made: AppMade::Before };
        let lacks = Seen::Lacks(vec!["qyapi_chat_manage".to_owned()]);
        let scopes = || vec!["qyapi_chat_manage".to_owned()];
        let private = Via::from(CardVia::PrivateChat);
        let create = Some(Via::from(CardVia::CreateAndDeliver));
        assert_eq!(private.standing(new, None), Standing::Never { instead: create });
        assert_eq!(private.standing(new, Some(&Seen::Open)), Standing::Works);
        assert_eq!(private.standing(new, Some(&lacks)), Standing::Never { instead: create });
        assert_eq!(private.standing(old, Some(&lacks)), Standing::Needs { scopes: scopes(), instead: create });
        let deliver = Via::from(CardVia::CreateAndDeliver);
        assert_eq!(deliver.standing(new, None), Standing::Unasked { scope: NEW_CARDS });
        assert_eq!(deliver.standing(new, Some(&lacks)), Standing::Needs { scopes: scopes(), instead: None });
        let by_template = Via::from(NoticeVia::Template);
        let free = Some(Via::from(NoticeVia::Free));
        assert_eq!(by_template.standing(AppFacts::default(), Some(&Seen::Closed)), Standing::Never { instead: free });
    }

    #[test]
    fn every_way_has_its_question_and_its_word() {
        for via in Via::all(crate::compose::Kind::Card).into_iter().chain(Via::all(crate::compose::Kind::Notice)) {
            assert_eq!(Via::of_probe(via.probe()), via);
            assert_eq!(Via::of_word(via.name()), Some(via));
        }
    }
}
