//! The ways a message can go: which call a draft's body belongs to.
//!
//! The way is part of the draft and of its file (`"via"`); `body` is always the body of that way's call. A way that the
//! file does not name is the first one of its kind, so that files of before go on meaning what they meant.

use super::{Kind, ValueKind};
use crate::{
    dingtalk::Probe,
    lang::{Lang, text},
};

/// How values that are no text travel in a `cardParamMap`, which takes strings only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Encoding {
    /// All together in one object, as JSON text under `sys_full_json_obj`: the older calls.
    OneObject,
    /// Each by its own name, as JSON text: the calls under `/v1.0/card/`.
    PerVariable,
}

impl Encoding {
    /// Whether a value of this kind is a member of `sys_full_json_obj`.
    pub const fn in_full_json(self, kind: ValueKind) -> bool {
        matches!(self, Self::OneObject) && kind.in_full_json()
    }
}

/// The calls a card can go by.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default, PartialOrd, Ord)]
pub enum CardVia {
    /// `POST /v1.0/im/privateChat/interactiveCards/send`: a one-to-one chat with a cool app. Closed to apps made after
    /// 2024-12-31.
    #[default]
    PrivateChat,
    /// `POST /v1.0/card/instances/createAndDeliver`: chats, groups, a robot's own chats and the top box, several at once.
    CreateAndDeliver,
    /// `POST /v1.0/im/interactiveCards/send`: a group or a robot's own chat ("高级版"). Closed like the first.
    InteractiveCards,
    /// `PUT /v1.0/card/instances`: other values for a card of [`CardVia::CreateAndDeliver`].
    Update,
    /// `PUT /v1.0/im/interactiveCards`: other values for a card of the two older calls.
    UpdateInteractiveCards,
}

impl CardVia {
    /// Every way that works, in the order they are offered.
    pub const ALL: [Self; 5] =
        [Self::CreateAndDeliver, Self::PrivateChat, Self::InteractiveCards, Self::Update, Self::UpdateInteractiveCards];

    /// The word in a draft file's `via`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PrivateChat => "privateChat",
            Self::CreateAndDeliver => "createAndDeliver",
            Self::InteractiveCards => "interactiveCards",
            Self::Update => "update",
            Self::UpdateInteractiveCards => "updateInteractiveCards",
        }
    }

    /// What a person calls it.
    pub fn label(self, lang: Lang) -> String {
        text(lang, &format!("way.card.{}", self.name()), &[])
    }

    /// What it is for, in one sentence.
    pub fn help(self, lang: Lang) -> String {
        text(lang, &format!("way.card_help.{}", self.name()), &[])
    }

    /// Whether it gives a card that is there other values, instead of sending one.
    pub const fn is_update(self) -> bool {
        matches!(self, Self::Update | Self::UpdateInteractiveCards)
    }

    /// The way that updates a card sent by this one.
    #[must_use]
    pub const fn update(self) -> Self {
        match self {
            Self::CreateAndDeliver | Self::Update => Self::Update,
            Self::PrivateChat | Self::InteractiveCards | Self::UpdateInteractiveCards => Self::UpdateInteractiveCards,
        }
    }

    /// How values that are no text travel.
    pub const fn encoding(self) -> Encoding {
        match self {
            Self::PrivateChat | Self::InteractiveCards | Self::UpdateInteractiveCards => Encoding::OneObject,
            Self::CreateAndDeliver | Self::Update => Encoding::PerVariable,
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

    const fn key(self) -> &'static str {
        match self {
            Self::Template => "free.way.template",
            Self::Free => "free.way.free",
        }
    }

    /// What a person calls it.
    pub fn label(self, lang: Lang) -> String {
        text(lang, self.key(), &[])
    }

    /// What it is for, in one sentence.
    pub fn help(self, lang: Lang) -> String {
        text(lang, &format!("{}_help", self.key()), &[])
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

    /// What a person calls it.
    pub fn label(self, lang: Lang) -> String {
        match self {
            Self::Card(via) => via.label(lang),
            Self::Notice(via) => via.label(lang),
        }
    }

    /// What it is for, in one sentence.
    pub fn help(self, lang: Lang) -> String {
        match self {
            Self::Card(via) => via.help(lang),
            Self::Notice(via) => via.help(lang),
        }
    }

    /// The question that shows whether a token may go this way.
    pub const fn probe(self) -> Probe {
        match self {
            Self::Card(CardVia::CreateAndDeliver) => Probe::CreateAndDeliver,
            Self::Card(CardVia::PrivateChat) => Probe::PrivateChat,
            Self::Card(CardVia::InteractiveCards) => Probe::InteractiveCards,
            Self::Card(CardVia::Update) => Probe::UpdateCard,
            Self::Card(CardVia::UpdateInteractiveCards) => Probe::UpdateInteractive,
            Self::Notice(NoticeVia::Template) => Probe::NoticeByTemplate,
            Self::Notice(NoticeVia::Free) => Probe::FreeNotice,
        }
    }

    /// The way that a question is about.
    pub fn of_probe(probe: Probe) -> Self {
        let all = Self::all(Kind::Card).into_iter().chain(Self::all(Kind::Notice));
        // Every question belongs to a way.
        all.into_iter().find(|via| via.probe() == probe).unwrap_or_default()
    }

    /// The way of a word in a draft file, of either kind: no word belongs to both.
    pub fn of_word(name: &str) -> Option<Self> {
        [Kind::Card, Kind::Notice].into_iter().find_map(|kind| Self::from_name(kind, name))
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

impl Default for Via {
    fn default() -> Self {
        Self::Card(CardVia::default())
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
