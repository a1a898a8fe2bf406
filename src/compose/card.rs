//! A card for the private-chat call, field by field as on its page.

use std::sync::Arc;

use super::{CardVia, Kept, PersonRef, SharedList};

/// How the value of a variable is typed and therefore encoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum ValueKind {
    /// One line of text: a string in `cardParamMap`.
    #[default]
    Text,
    /// Markdown, several lines: a string in `cardParamMap`.
    Markdown,
    /// A number as JSON text: a member of `sys_full_json_obj`.
    Number,
    /// `true` or `false`: a member of `sys_full_json_obj`.
    Boolean,
    /// Any JSON: a member of `sys_full_json_obj`.
    Json,
}

impl ValueKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 5] = [Self::Text, Self::Markdown, Self::Number, Self::Boolean, Self::Json];

    /// The word in a draft file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Json => "json",
        }
    }

    /// The kind of a word in a draft file.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the value travels inside `sys_full_json_obj` instead of as a string of its own.
    pub const fn in_full_json(self) -> bool {
        matches!(self, Self::Number | Self::Boolean | Self::Json)
    }
}

/// A row of the `cardParamMap` editor.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ParamRow {
    /// The variable's name in the template.
    pub key: String,
    /// How the value is typed.
    pub kind: ValueKind,
    /// What was typed, untouched.
    pub value: String,
}

/// What the conversation list shows, one line a language (`sys_lastMessageI18n`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LastMessage {
    /// One text per entry of [`LastMessage::LOCALES`], same order; an empty one is left out.
    pub texts: [String; 5],
}

impl LastMessage {
    /// The locale keys of `sys_lastMessageI18n`, as on the page.
    pub const LOCALES: [&'static str; 5] = ["zh_CN", "zh_TW", "zh_HK", "ja_JP", "en_US"];

    /// Whether no language has a text.
    pub fn is_empty(&self) -> bool {
        self.texts.iter().all(String::is_empty)
    }
}

/// A column of the per-person table: one private variable.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PrivateColumn {
    /// The variable's name.
    pub key: String,
    /// How its values are typed.
    pub kind: ValueKind,
}

/// A row of the per-person table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PrivateRow {
    /// Whose values these are.
    pub person: PersonRef,
    /// One cell a column; `None` falls back to the public value. Shared, so that a change of one row copies no other's.
    pub cells: SharedList<Option<String>>,
}

/// `privateData`: people down, variables across.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PrivateTable {
    /// The variables.
    pub columns: Vec<PrivateColumn>,
    /// The people. Every row has as many cells as there are columns.
    pub rows: Vec<PrivateRow>,
}

/// Someone @-mentioned by the card.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AtPerson {
    /// userId or unionId, or `@ALL`.
    pub id: String,
    /// The shown name, or `@ALL`.
    pub name: String,
}

/// A card being written. An empty text or `None` is left out of the body.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CardDraft {
    /// Which call the body belongs to.
    pub via: CardVia,
    /// `cardTemplateId`, required.
    pub card_template_id: String,
    /// `openConversationId`, `cid…` of the one-to-one chat.
    pub open_conversation_id: String,
    /// `robotCode`.
    pub robot_code: String,
    /// `callbackRouteKey`.
    pub callback_route_key: String,
    /// `receiverUserIdList`. Shared for the same reason as `private`.
    pub receivers: SharedList<PersonRef>,
    /// `outTrackId`, required; made by the program.
    pub out_track_id: String,
    /// `userIdType`: 1 userId (default), 2 unionId; any other number is kept and found.
    pub user_id_type: Option<i64>,
    /// `atOpenIds`.
    pub at_open_ids: Vec<AtPerson>,
    /// `cardOptions.supportForward`.
    pub support_forward: Option<bool>,
    /// `pullStrategy`.
    pub pull_strategy: Option<bool>,
    /// `cardData.cardParamMap` without the reserved keys.
    pub params: Vec<ParamRow>,
    /// `sys_lastMessageI18n`.
    pub last_message: LastMessage,
    /// `privateData`. Shared, so that undo steps and background checks do not copy thousands of rows.
    pub private: Arc<PrivateTable>,
    /// Members the form does not know.
    pub kept: Kept,
}
