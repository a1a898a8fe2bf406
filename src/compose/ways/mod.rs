//! The calls a card can go by, as data: which member of a body holds which field of the draft.
//!
//! A draft holds the fields of all ways ([`CardField`]); a way is a table of JSON pointers, in the order of its page. The
//! table alone decides how a body is read and written, which member has which type, which name belongs to another way and
//! what does not travel. [`slot`]: a field's value, whatever its type. [`body`]: values as JSON and back. [`switch`]:
//! changing the way without losing anything. [`check`]: the rules of each way. [`erase`]: what an update would erase.
//! [`fit`]: which way an app may use. Knows no screen and makes no call.

pub mod body;
pub(super) mod check;
mod check_create;
pub mod erase;
pub mod fit;
pub mod slot;
pub mod switch;

use super::{CardVia, card::SpaceKind};

/// A field of a card, of any way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum CardField {
    /// `cardTemplateId`.
    CardTemplate,
    /// `openConversationId`.
    Conversation,
    /// `conversationType`.
    ConversationType,
    /// `receiverUserIdList`.
    Receivers,
    /// `outTrackId`.
    OutTrack,
    /// `robotCode`.
    Robot,
    /// `chatBotId`.
    ChatBot,
    /// `callbackRouteKey`.
    Callback,
    /// `callbackType`.
    CallbackType,
    /// `openSpaceId`.
    Spaces,
    /// `cardData.cardParamMap`.
    Params,
    /// `sys_lastMessageI18n` inside it.
    LastMessage,
    /// `cardData.cardMediaIdParamMap`.
    Media,
    /// `privateData`.
    Private,
    /// `userId`.
    UserId,
    /// `userIdType`.
    UserIdType,
    /// `atOpenIds`.
    At,
    /// `cardAtUserIds`.
    CardAt,
    /// `cardOptions.supportForward`.
    SupportForward,
    /// `pullStrategy`.
    PullStrategy,
    /// A member of the space or deliver model of a kind of chat.
    Chat(SpaceKind, ChatField),
    /// `topOpenSpaceModel.spaceType`.
    TopType,
    /// `topOpenDeliverModel.expiredTimeMillis`.
    TopExpires,
    /// `topOpenDeliverModel.userIds`.
    TopUsers,
    /// `topOpenDeliverModel.platforms`.
    TopPlatforms,
    /// `openDynamicDataConfig.dynamicDataSourceConfigs`.
    Sources,
    /// `updateCardDataByKey`.
    UpdateByKey,
    /// `updatePrivateDataByKey`.
    UpdatePrivateByKey,
}

/// A member of the models of a kind of chat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ChatField {
    /// `supportForward`.
    SupportForward,
    /// `lastMessageI18n`.
    LastMessage,
    /// `searchSupport.searchIcon`.
    SearchIcon,
    /// `searchSupport.searchTypeName`.
    SearchTypeName,
    /// `searchSupport.searchDesc`.
    SearchDesc,
    /// `notification.alertContent`.
    AlertContent,
    /// `notification.notificationOff`.
    NotificationOff,
    /// `robotCode`.
    Robot,
    /// `atUserIds`.
    At,
    /// `recipients`.
    Recipients,
    /// `extension`.
    Extension,
    /// `spaceType`.
    SpaceType,
}

impl CardField {
    /// Whether its ids are people's.
    pub const fn names_people(self) -> bool {
        matches!(
            self,
            Self::Receivers
                | Self::At
                | Self::CardAt
                | Self::TopUsers
                | Self::Chat(_, ChatField::At | ChatField::Recipients)
        )
    }
}

/// A way's members: JSON pointer and field, in the order of the page.
type Table = &'static [(&'static str, CardField)];

const PRIVATE_CHAT: Table = &[
    ("/cardTemplateId", CardField::CardTemplate),
    ("/openConversationId", CardField::Conversation),
    ("/receiverUserIdList", CardField::Receivers),
    ("/outTrackId", CardField::OutTrack),
    ("/robotCode", CardField::Robot),
    ("/callbackRouteKey", CardField::Callback),
    ("/cardData/cardParamMap", CardField::Params),
    ("/cardData/cardParamMap/sys_lastMessageI18n", CardField::LastMessage),
    ("/privateData", CardField::Private),
    ("/userIdType", CardField::UserIdType),
    ("/atOpenIds", CardField::At),
    ("/cardOptions/supportForward", CardField::SupportForward),
    ("/pullStrategy", CardField::PullStrategy),
];

const INTERACTIVE_CARDS: Table = &[
    ("/cardTemplateId", CardField::CardTemplate),
    ("/openConversationId", CardField::Conversation),
    ("/receiverUserIdList", CardField::Receivers),
    ("/outTrackId", CardField::OutTrack),
    ("/robotCode", CardField::Robot),
    ("/conversationType", CardField::ConversationType),
    ("/callbackRouteKey", CardField::Callback),
    ("/cardData/cardParamMap", CardField::Params),
    ("/cardData/cardParamMap/sys_lastMessageI18n", CardField::LastMessage),
    ("/cardData/cardMediaIdParamMap", CardField::Media),
    ("/privateData", CardField::Private),
    ("/chatBotId", CardField::ChatBot),
    ("/userIdType", CardField::UserIdType),
    ("/atOpenIds", CardField::At),
    ("/cardOptions/supportForward", CardField::SupportForward),
    ("/pullStrategy", CardField::PullStrategy),
];

const UPDATE: Table = &[
    ("/outTrackId", CardField::OutTrack),
    ("/cardData/cardParamMap", CardField::Params),
    ("/privateData", CardField::Private),
    ("/cardUpdateOptions/updateCardDataByKey", CardField::UpdateByKey),
    ("/cardUpdateOptions/updatePrivateDataByKey", CardField::UpdatePrivateByKey),
    ("/userIdType", CardField::UserIdType),
];

const UPDATE_INTERACTIVE: Table = &[
    ("/outTrackId", CardField::OutTrack),
    ("/cardData/cardParamMap", CardField::Params),
    ("/cardData/cardParamMap/sys_lastMessageI18n", CardField::LastMessage),
    ("/cardData/cardMediaIdParamMap", CardField::Media),
    ("/privateData", CardField::Private),
    ("/userIdType", CardField::UserIdType),
    ("/cardOptions/updateCardDataByKey", CardField::UpdateByKey),
    ("/cardOptions/updatePrivateDataByKey", CardField::UpdatePrivateByKey),
];

const CREATE: Table = {
    use ChatField as C;
    use SpaceKind::{ImGroup, ImRobot, ImSingle};
    &[
        ("/cardTemplateId", CardField::CardTemplate),
        ("/outTrackId", CardField::OutTrack),
        ("/openSpaceId", CardField::Spaces),
        ("/callbackType", CardField::CallbackType),
        ("/callbackRouteKey", CardField::Callback),
        ("/cardData/cardParamMap", CardField::Params),
        ("/privateData", CardField::Private),
        ("/userId", CardField::UserId),
        ("/userIdType", CardField::UserIdType),
        ("/cardAtUserIds", CardField::CardAt),
        ("/imGroupOpenSpaceModel/supportForward", CardField::Chat(ImGroup, C::SupportForward)),
        ("/imGroupOpenSpaceModel/lastMessageI18n", CardField::Chat(ImGroup, C::LastMessage)),
        ("/imGroupOpenSpaceModel/searchSupport/searchIcon", CardField::Chat(ImGroup, C::SearchIcon)),
        ("/imGroupOpenSpaceModel/searchSupport/searchTypeName", CardField::Chat(ImGroup, C::SearchTypeName)),
        ("/imGroupOpenSpaceModel/searchSupport/searchDesc", CardField::Chat(ImGroup, C::SearchDesc)),
        ("/imGroupOpenSpaceModel/notification/alertContent", CardField::Chat(ImGroup, C::AlertContent)),
        ("/imGroupOpenSpaceModel/notification/notificationOff", CardField::Chat(ImGroup, C::NotificationOff)),
        ("/imGroupOpenDeliverModel/robotCode", CardField::Chat(ImGroup, C::Robot)),
        ("/imGroupOpenDeliverModel/atUserIds", CardField::Chat(ImGroup, C::At)),
        ("/imGroupOpenDeliverModel/recipients", CardField::Chat(ImGroup, C::Recipients)),
        ("/imGroupOpenDeliverModel/extension", CardField::Chat(ImGroup, C::Extension)),
        ("/imRobotOpenSpaceModel/supportForward", CardField::Chat(ImRobot, C::SupportForward)),
        ("/imRobotOpenSpaceModel/lastMessageI18n", CardField::Chat(ImRobot, C::LastMessage)),
        ("/imRobotOpenSpaceModel/searchSupport/searchIcon", CardField::Chat(ImRobot, C::SearchIcon)),
        ("/imRobotOpenSpaceModel/searchSupport/searchTypeName", CardField::Chat(ImRobot, C::SearchTypeName)),
        ("/imRobotOpenSpaceModel/searchSupport/searchDesc", CardField::Chat(ImRobot, C::SearchDesc)),
        ("/imRobotOpenSpaceModel/notification/alertContent", CardField::Chat(ImRobot, C::AlertContent)),
        ("/imRobotOpenSpaceModel/notification/notificationOff", CardField::Chat(ImRobot, C::NotificationOff)),
        ("/imRobotOpenDeliverModel/spaceType", CardField::Chat(ImRobot, C::SpaceType)),
        ("/imRobotOpenDeliverModel/robotCode", CardField::Chat(ImRobot, C::Robot)),
        ("/imRobotOpenDeliverModel/extension", CardField::Chat(ImRobot, C::Extension)),
        ("/imSingleOpenSpaceModel/supportForward", CardField::Chat(ImSingle, C::SupportForward)),
        ("/imSingleOpenSpaceModel/lastMessageI18n", CardField::Chat(ImSingle, C::LastMessage)),
        ("/imSingleOpenSpaceModel/searchSupport/searchIcon", CardField::Chat(ImSingle, C::SearchIcon)),
        ("/imSingleOpenSpaceModel/searchSupport/searchTypeName", CardField::Chat(ImSingle, C::SearchTypeName)),
        ("/imSingleOpenSpaceModel/searchSupport/searchDesc", CardField::Chat(ImSingle, C::SearchDesc)),
        ("/imSingleOpenSpaceModel/notification/alertContent", CardField::Chat(ImSingle, C::AlertContent)),
        ("/imSingleOpenSpaceModel/notification/notificationOff", CardField::Chat(ImSingle, C::NotificationOff)),
        ("/imSingleOpenDeliverModel/atUserIds", CardField::Chat(ImSingle, C::At)),
        ("/imSingleOpenDeliverModel/extension", CardField::Chat(ImSingle, C::Extension)),
        ("/topOpenSpaceModel/spaceType", CardField::TopType),
        ("/topOpenDeliverModel/expiredTimeMillis", CardField::TopExpires),
        ("/topOpenDeliverModel/userIds", CardField::TopUsers),
        ("/topOpenDeliverModel/platforms", CardField::TopPlatforms),
        ("/openDynamicDataConfig/dynamicDataSourceConfigs", CardField::Sources),
    ]
};

/// The members of a way's body, in the order of its page.
pub const fn table(via: CardVia) -> &'static [(&'static str, CardField)] {
    match via {
        CardVia::PrivateChat => PRIVATE_CHAT,
        CardVia::CreateAndDeliver => CREATE,
        CardVia::InteractiveCards => INTERACTIVE_CARDS,
        CardVia::Update => UPDATE,
        CardVia::UpdateInteractiveCards => UPDATE_INTERACTIVE,
    }
}

/// The field of a member of a way's body.
pub fn field_at(via: CardVia, pointer: &str) -> Option<CardField> {
    table(via).iter().find(|(at, _)| *at == pointer).map(|(_, field)| *field)
}

/// Where a field stands in a way's body; `None` when the way does not have it.
pub fn pointer_of(via: CardVia, field: CardField) -> Option<&'static str> {
    table(via).iter().find(|(_, known)| *known == field).map(|(at, _)| *at)
}

/// Whether a way's body has members inside the object at a pointer.
pub(super) fn has_inside(via: CardVia, pointer: &str) -> bool {
    table(via).iter().any(|(at, _)| at.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/')))
}

/// Every field of every way once, with the pointer of the first way that has it.
pub(super) fn all_fields() -> impl Iterator<Item = (&'static str, CardField)> {
    let order = [
        CardVia::PrivateChat,
        CardVia::InteractiveCards,
        CardVia::CreateAndDeliver,
        CardVia::Update,
        CardVia::UpdateInteractiveCards,
    ];
    order.into_iter().enumerate().flat_map(move |(index, via)| {
        table(via)
            .iter()
            .copied()
            .filter(move |(_, field)| !order.iter().take(index).any(|earlier| pointer_of(*earlier, *field).is_some()))
    })
}

/// Another way whose body has this member.
pub fn other_way_of(via: CardVia, pointer: &str) -> Option<CardVia> {
    CardVia::ALL
        .into_iter()
        .find(|other| *other != via && (field_at(*other, pointer).is_some() || has_inside(*other, pointer)))
}
