//! The value of a field of a card, whatever its type: what reads, writes, checks and compares fields goes through it.

use super::{CardField, ChatField};
use crate::compose::{
    CardDraft, CardVia, PersonRef,
    card::{AtPerson, ChatModel, DynamicSource, LastMessage, Space, SpaceKind, TextPair},
};

/// A field's value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Slot<'d> {
    /// A text; empty is left out.
    Text(&'d String),
    /// A truth value.
    Truth(&'d Option<bool>),
    /// A whole number.
    Integer(&'d Option<i64>),
    /// A list of ids.
    Ids(&'d Vec<PersonRef>),
    /// People by id with their shown names.
    At(&'d Vec<AtPerson>),
    /// Texts by name.
    Pairs(&'d Vec<TextPair>),
    /// A text per language.
    Languages(&'d LastMessage),
    /// Places.
    Spaces(&'d Vec<Space>),
    /// Sources of data.
    Sources(&'d Vec<DynamicSource>),
    /// Public or private variables, which are read and written by rules of their own.
    Variables,
}

/// The same, to be changed.
#[derive(PartialEq, Debug)]
pub enum SlotMut<'d> {
    /// A text.
    Text(&'d mut String),
    /// A truth value.
    Truth(&'d mut Option<bool>),
    /// A whole number.
    Integer(&'d mut Option<i64>),
    /// A list of ids.
    Ids(&'d mut Vec<PersonRef>),
    /// People by id with their shown names.
    At(&'d mut Vec<AtPerson>),
    /// Texts by name.
    Pairs(&'d mut Vec<TextPair>),
    /// A text per language.
    Languages(&'d mut LastMessage),
    /// Places.
    Spaces(&'d mut Vec<Space>),
    /// Sources of data.
    Sources(&'d mut Vec<DynamicSource>),
    /// Variables.
    Variables,
}

impl Slot<'_> {
    /// Whether nothing would be written.
    pub fn is_empty(self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Truth(truth) => truth.is_none(),
            Self::Integer(number) => number.is_none(),
            Self::Ids(list) => list.is_empty(),
            Self::At(list) => list.is_empty(),
            Self::Pairs(list) => list.is_empty(),
            Self::Languages(texts) => texts.is_empty(),
            Self::Spaces(list) => list.is_empty(),
            Self::Sources(list) => list.is_empty(),
            Self::Variables => true,
        }
    }

    /// The type its member has in a body, as a locale key.
    pub(in crate::compose) const fn type_key(self) -> &'static str {
        match self {
            Self::Text(_) | Self::Spaces(_) => "json_type.text",
            Self::Truth(_) => "json_type.boolean",
            Self::Integer(_) => "json_type.integer",
            Self::Ids(_) => "json_type.text_list",
            Self::At(_) | Self::Pairs(_) | Self::Languages(_) => "json_type.text_object",
            Self::Sources(_) => "json_type.list",
            Self::Variables => "json_type.object",
        }
    }
}

/// The one place that says where a field lives, for reading and for changing.
macro_rules! slot {
    ($draft:expr, $field:expr, $slot:ident, $chat:ident, $($borrow:tt)+) => {{
        let draft = $draft;
        match $field {
            CardField::CardTemplate => $slot::Text($($borrow)+ draft.card_template_id),
            CardField::Conversation => $slot::Text($($borrow)+ draft.open_conversation_id),
            CardField::ConversationType => $slot::Integer($($borrow)+ draft.conversation_type),
            CardField::Receivers => $slot::Ids($($borrow)+ draft.receivers),
            CardField::OutTrack => $slot::Text($($borrow)+ draft.out_track_id),
            CardField::Robot => $slot::Text($($borrow)+ draft.robot_code),
            CardField::ChatBot => $slot::Text($($borrow)+ draft.chat_bot_id),
            CardField::Callback => $slot::Text($($borrow)+ draft.callback_route_key),
            CardField::CallbackType => $slot::Text($($borrow)+ draft.create.callback_type),
            CardField::Spaces => $slot::Spaces($($borrow)+ draft.create.spaces),
            CardField::Params | CardField::Private => $slot::Variables,
            CardField::LastMessage => $slot::Languages($($borrow)+ draft.last_message),
            CardField::Media => $slot::Pairs($($borrow)+ draft.media),
            CardField::UserId => $slot::Text($($borrow)+ draft.create.user_id),
            CardField::UserIdType => $slot::Integer($($borrow)+ draft.user_id_type),
            CardField::At => $slot::At($($borrow)+ draft.at_open_ids),
            CardField::CardAt => $slot::Ids($($borrow)+ draft.create.card_at),
            CardField::SupportForward => $slot::Truth($($borrow)+ draft.support_forward),
            CardField::PullStrategy => $slot::Truth($($borrow)+ draft.pull_strategy),
            CardField::TopType => $slot::Text($($borrow)+ draft.create.top_type),
            CardField::TopExpires => $slot::Integer($($borrow)+ draft.create.top_expires),
            CardField::TopUsers => $slot::Ids($($borrow)+ draft.create.top_users),
            CardField::TopPlatforms => $slot::Ids($($borrow)+ draft.create.top_platforms),
            CardField::Sources => $slot::Sources($($borrow)+ draft.create.sources),
            CardField::UpdateByKey => $slot::Truth($($borrow)+ draft.update_by_key),
            CardField::UpdatePrivateByKey => $slot::Truth($($borrow)+ draft.update_private_by_key),
            CardField::Chat(kind, field) => {
                let chat = draft.$chat(kind);
                match field {
                    ChatField::SupportForward => $slot::Truth($($borrow)+ chat.support_forward),
                    ChatField::LastMessage => $slot::Languages($($borrow)+ chat.last_message),
                    ChatField::SearchIcon => $slot::Text($($borrow)+ chat.search_icon),
                    ChatField::SearchTypeName => $slot::Text($($borrow)+ chat.search_type_name),
                    ChatField::SearchDesc => $slot::Text($($borrow)+ chat.search_desc),
                    ChatField::AlertContent => $slot::Text($($borrow)+ chat.alert_content),
                    ChatField::NotificationOff => $slot::Truth($($borrow)+ chat.notification_off),
                    ChatField::Robot => $slot::Text($($borrow)+ chat.robot_code),
                    ChatField::At => $slot::At($($borrow)+ chat.at),
                    ChatField::Recipients => $slot::Ids($($borrow)+ chat.recipients),
                    ChatField::Extension => $slot::Pairs($($borrow)+ chat.extension),
                    ChatField::SpaceType => $slot::Text($($borrow)+ chat.space_type),
                }
            }
        }
    }};
}

impl CardDraft {
    /// The value of a field.
    pub fn slot(&self, field: CardField) -> Slot<'_> {
        slot!(self, field, Slot, chat, &)
    }

    /// The value of a field, to be changed.
    pub fn slot_mut(&mut self, field: CardField) -> SlotMut<'_> {
        slot!(self, field, SlotMut, chat_mut, &mut)
    }

    /// The models of a kind of chat; the box on top has none of its own and shares the group's.
    pub const fn chat(&self, kind: SpaceKind) -> &ChatModel {
        match kind {
            SpaceKind::ImSingle => &self.create.single,
            SpaceKind::ImGroup | SpaceKind::OneBox => &self.create.group,
            SpaceKind::ImRobot => &self.create.robot,
        }
    }

    /// The models of a kind of chat, to be changed.
    pub const fn chat_mut(&mut self, kind: SpaceKind) -> &mut ChatModel {
        match kind {
            SpaceKind::ImSingle => &mut self.create.single,
            SpaceKind::ImGroup | SpaceKind::OneBox => &mut self.create.group,
            SpaceKind::ImRobot => &mut self.create.robot,
        }
    }

    /// The lines of the conversation list in the draft's way: those of the first kind of place.
    pub fn shown_last_message(&self) -> &LastMessage {
        if self.via != CardVia::CreateAndDeliver {
            return &self.last_message;
        }
        let kinds = SpaceKind::ALL.into_iter().filter(|kind| self.goes_to(*kind));
        let mut lines = kinds.map(|kind| &self.chat(kind).last_message);
        lines.find(|lines| !lines.is_empty()).unwrap_or(&self.create.group.last_message)
    }

    /// Whether the card goes to a place of this kind.
    pub fn goes_to(&self, kind: SpaceKind) -> bool {
        self.create.spaces.iter().any(|space| space.kind == kind)
    }
}
