//! A card for the private-chat call, field by field as on its page.

use std::sync::Arc;

use super::{CardVia, Kept, KeptMember, PersonRef, SharedList};

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

/// What the conversation list shows, one line a language (`sys_lastMessageI18n`, `lastMessageI18n`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LastMessage {
    /// One text per language; an empty one is left out. The first five are those of [`LastMessage::LOCALES`], then
    /// Vietnamese and Thai.
    pub texts: [String; 7],
}

impl LastMessage {
    /// The locale keys of `sys_lastMessageI18n`, as on the page: those of the first texts.
    pub const LOCALES: [&'static str; 5] = ["zh_CN", "zh_TW", "zh_HK", "ja_JP", "en_US"];
    /// The locale keys of `lastMessageI18n` in a space model, with the text each stands for. There is none for Hong Kong.
    pub const MODEL_LOCALES: [(usize, &'static str); 6] =
        [(0, "ZH_CN"), (1, "ZH_TW"), (4, "EN_US"), (3, "JA_JP"), (5, "VI_VN"), (6, "TH_TH")];

    /// The texts that the keys of one API can hold.
    #[must_use]
    pub fn only(&self, slots: impl IntoIterator<Item = usize>) -> Self {
        let mut kept = Self::default();
        for slot in slots {
            if let (Some(to), Some(from)) = (kept.texts.get_mut(slot), self.texts.get(slot)) {
                to.clone_from(from);
            }
        }
        kept
    }

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

impl PrivateTable {
    /// Whether a column of this name has a value for somebody.
    pub fn fills(&self, name: &str) -> bool {
        let Some(column) = self.columns.iter().position(|column| column.key == name && !name.is_empty()) else {
            return false;
        };
        self.rows
            .iter()
            .any(|row| row.cells.get(column).is_some_and(|cell| cell.as_ref().is_some_and(|text| !text.is_empty())))
    }
}

/// Someone @-mentioned by the card.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AtPerson {
    /// userId or unionId, or `@ALL`.
    pub id: String,
    /// The shown name, or `@ALL`.
    pub name: String,
}

/// A text under a name, where an API takes a map of texts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextPair {
    /// The name.
    pub key: String,
    /// The text.
    pub value: String,
}

/// Where a card can be put (`openSpaceId`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default, PartialOrd, Ord)]
pub enum SpaceKind {
    /// A one-to-one chat with a cool app: an openConversationId.
    ImSingle,
    /// A group chat: an openConversationId.
    #[default]
    ImGroup,
    /// The robot's own chat with a person: a userId or unionId.
    ImRobot,
    /// The box on top of a chat: an openConversationId.
    OneBox,
}

impl SpaceKind {
    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::ImGroup, Self::ImRobot, Self::ImSingle, Self::OneBox];

    /// The word in `openSpaceId`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ImSingle => "IM_SINGLE",
            Self::ImGroup => "IM_GROUP",
            Self::ImRobot => "IM_ROBOT",
            Self::OneBox => "ONE_BOX",
        }
    }

    /// The kind of a word in `openSpaceId`; the pages write them in lower case as well.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// One place a card is put.
#[derive(Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct Space {
    /// Which kind of place.
    pub kind: SpaceKind,
    /// The conversation, or the person for [`SpaceKind::ImRobot`].
    pub to: PersonRef,
}

/// The space model and the deliver model of one kind of chat. Which members a kind has, the table of the way says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ChatModel {
    /// `supportForward`.
    pub support_forward: Option<bool>,
    /// `lastMessageI18n`.
    pub last_message: LastMessage,
    /// `searchSupport.searchIcon`, a media id.
    pub search_icon: String,
    /// `searchSupport.searchTypeName`.
    pub search_type_name: String,
    /// `searchSupport.searchDesc`, at most 200 characters.
    pub search_desc: String,
    /// `notification.alertContent`.
    pub alert_content: String,
    /// `notification.notificationOff`.
    pub notification_off: Option<bool>,
    /// `robotCode` of the deliver model.
    pub robot_code: String,
    /// `atUserIds`.
    pub at: Vec<AtPerson>,
    /// `recipients`: who of a group sees the card.
    pub recipients: Vec<PersonRef>,
    /// `extension`.
    pub extension: Vec<TextPair>,
    /// `spaceType` of a robot's deliver model.
    pub space_type: String,
}

/// A source of dynamic data (`dynamicDataSourceConfigs[]`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DynamicSource {
    /// `dynamicDataSourceId`.
    pub id: String,
    /// `constParams`.
    pub const_params: Vec<TextPair>,
    /// `pullConfig.pullStrategy`: `NONE`, `INTERVAL`, `ONCE`.
    pub strategy: String,
    /// `pullConfig.interval`, at least 3 seconds.
    pub interval: Option<i64>,
    /// `pullConfig.timeUnit`: `SECONDS`, `MINUTES`, `HOURS`, `DAYS`.
    pub unit: String,
}

/// What only `createAndDeliver` has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CreateFields {
    /// `openSpaceId`, taken apart.
    pub spaces: Vec<Space>,
    /// `callbackType`: `STREAM` or `HTTP`.
    pub callback_type: String,
    /// `userId`: who the card comes from.
    pub user_id: String,
    /// `cardAtUserIds`.
    pub card_at: Vec<PersonRef>,
    /// `imSingleOpenSpaceModel` and `imSingleOpenDeliverModel`.
    pub single: ChatModel,
    /// `imGroupOpenSpaceModel` and `imGroupOpenDeliverModel`.
    pub group: ChatModel,
    /// `imRobotOpenSpaceModel` and `imRobotOpenDeliverModel`.
    pub robot: ChatModel,
    /// `topOpenSpaceModel.spaceType`.
    pub top_type: String,
    /// `topOpenDeliverModel.expiredTimeMillis`, Unix milliseconds.
    pub top_expires: Option<i64>,
    /// `topOpenDeliverModel.userIds`.
    pub top_users: Vec<PersonRef>,
    /// `topOpenDeliverModel.platforms`.
    pub top_platforms: Vec<PersonRef>,
    /// `openDynamicDataConfig.dynamicDataSourceConfigs`.
    pub sources: Vec<DynamicSource>,
}

/// A card being written. An empty text or `None` is left out of the body.
///
/// It holds the fields of every way; a body has those of [`CardDraft::via`]. See [`super::ways`].
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
    /// `conversationType` of `interactiveCards/send`: 0 a robot's own chat, 1 a group.
    pub conversation_type: Option<i64>,
    /// `chatBotId`.
    pub chat_bot_id: String,
    /// `cardData.cardMediaIdParamMap`: media ids by variable.
    pub media: Vec<TextPair>,
    /// What only `createAndDeliver` has.
    pub create: CreateFields,
    /// `updateCardDataByKey`; left out, an update overwrites all public values.
    pub update_by_key: Option<bool>,
    /// `updatePrivateDataByKey`; left out, an update overwrites all private values.
    pub update_private_by_key: Option<bool>,
    /// Members the form does not know.
    pub kept: Kept,
    /// The same of other ways' bodies: they come back with their way.
    pub parked: Vec<(CardVia, KeptMember)>,
}
