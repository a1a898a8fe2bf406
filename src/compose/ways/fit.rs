//! Which way an app may use, as far as its kind and its age tell (dossier A1.0, A1.6, A2.1): said before the first refusal.

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
                AppMade::After => {
                    let instead = if old.is_update() { CardVia::Update } else { CardVia::CreateAndDeliver };
                    Fit::Never { instead: Some(instead.into()) }
                }
                AppMade::Before | AppMade::Unknown => Fit::IfGranted { scope: OLD_CARDS },
            },
            Self::Notice(NoticeVia::Template) => match app.kind {
                AppKind::Internal => {
                    Fit::Never { instead: Self::all(self.kind()).into_iter().find(|other| *other != self) }
                }
                AppKind::ThirdParty | AppKind::Unknown => Fit::Works { scope: "qyapi_base" },
            },
            // Third-party apps made after 2020-11-27 have to use templates.
            Self::Notice(NoticeVia::Free) => match app.kind {
                AppKind::ThirdParty => Fit::IfGranted { scope: "qyapi_base" },
                AppKind::Internal | AppKind::Unknown => Fit::Works { scope: "qyapi_base" },
            },
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
}
