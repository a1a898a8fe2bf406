//! The ways a message can go: which call a draft's body belongs to.
//!
//! The way is part of the draft and of its file (`"via"`); `body` is always the body of that way's call. A way that the
//! file does not name is the first one of its kind, so that files of before go on meaning what they meant.

use super::Kind;

/// The calls a card can go by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default, PartialOrd, Ord)]
pub enum CardVia {
    /// `POST /v1.0/im/privateChat/interactiveCards/send`: a one-to-one chat with a cool app. Closed to apps made after
    /// 2024-12-31.
    #[default]
    PrivateChat,
}

impl CardVia {
    /// Every way that works, in the order they are offered.
    pub const ALL: [Self; 1] = [Self::PrivateChat];

    /// The word in a draft file's `via`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrivateChat => "privateChat",
        }
    }
}

/// The calls a notice can go by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default, PartialOrd, Ord)]
pub enum NoticeVia {
    /// `POST /topapi/message/corpconversation/sendbytemplate`: third-party apps only.
    #[default]
    Template,
    /// `POST /topapi/message/corpconversation/asyncsend_v2`: a free-form message; internal apps, and third-party apps made
    /// before 2020-11-27.
    Free,
}

impl NoticeVia {
    /// Every way that works, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Template, Self::Free];

    /// The word in a draft file's `via`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Free => "asyncsend_v2",
        }
    }
}

/// The way of a draft of either kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Via {
    /// A card's.
    Card(CardVia),
    /// A notice's.
    Notice(NoticeVia),
}

impl Via {
    /// The kind of message that goes this way.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Card(_) => Kind::Card,
            Self::Notice(_) => Kind::Notice,
        }
    }

    /// The word in a draft file's `via`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card(via) => via.name(),
            Self::Notice(via) => via.name(),
        }
    }

    /// Whether it is the way of a file that names none.
    pub fn is_default(self) -> bool {
        self == Self::from(self.kind())
    }

    /// Every way of a kind, in the order they are offered.
    pub fn all(kind: Kind) -> Vec<Self> {
        match kind {
            Kind::Card => CardVia::ALL.into_iter().map(Self::Card).collect(),
            Kind::Notice => NoticeVia::ALL.into_iter().map(Self::Notice).collect(),
        }
    }

    /// The way of a word in a draft file of this kind.
    pub fn from_name(kind: Kind, name: &str) -> Option<Self> {
        Self::all(kind).into_iter().find(|via| via.name() == name)
    }
}

/// The way of a kind when nothing else is said.
impl From<Kind> for Via {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Card => Self::Card(CardVia::default()),
            Kind::Notice => Self::Notice(NoticeVia::default()),
        }
    }
}

impl From<CardVia> for Via {
    fn from(via: CardVia) -> Self {
        Self::Card(via)
    }
}

impl From<NoticeVia> for Via {
    fn from(via: NoticeVia) -> Self {
        Self::Notice(via)
    }
}
