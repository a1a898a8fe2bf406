//! Every call this program can make, as data: where it goes, which permission it needs, whether it sends something.
//!
//! Source: the API dossier A1–A4 and the two seed pages. Knows no request values.

use super::{Method, System};

/// One call of DingTalk's API.
#[derive(PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// Which of the two systems answers it.
    pub system: System,
    /// HTTP method.
    pub method: Method,
    /// Path below the base address, with a leading slash.
    pub path: &'static str,
    /// The permission point (scope) an app needs, by its code; empty when none is needed.
    pub permission: &'static str,
    /// Whether people get something from it. Such a call is never repeated when its outcome is unknown.
    pub sends: bool,
    /// Whether it needs an access token.
    pub needs_token: bool,
}

impl Endpoint {
    /// `POST /v1.0/…`: the form used in the catalogue and in reports.
    pub fn name(&self) -> String {
        format!("{} {}", self.method.name(), self.path)
    }
}

const fn read(system: System, method: Method, path: &'static str, permission: &'static str) -> Endpoint {
    Endpoint { system, method, path, permission, sends: false, needs_token: true }
}

const fn send(system: System, path: &'static str, permission: &'static str) -> Endpoint {
    Endpoint { system, method: Method::Post, path, permission, sends: true, needs_token: true }
}

/// A change of what people got already.
const fn change(path: &'static str, permission: &'static str) -> Endpoint {
    Endpoint { method: Method::Put, ..send(System::Api, path, permission) }
}

/// A call that sends, as a question: made with a body that nothing can come of ([`super::probe`]).
const fn question(of: &Endpoint) -> Endpoint {
    Endpoint {
        system: of.system,
        method: of.method,
        path: of.path,
        permission: of.permission,
        sends: false,
        needs_token: of.needs_token,
    }
}

const fn token(system: System, method: Method, path: &'static str) -> Endpoint {
    Endpoint { system, method, path, permission: "", sends: false, needs_token: false }
}

/// An interactive card into a one-to-one chat (seed 0). Closed to new apps since 2024-12-31; the permission code of
/// "chat相关接口的管理权限" is inferred.
pub static SEND_PRIVATE_CHAT_CARD: Endpoint =
    send(System::Api, "/v1.0/im/privateChat/interactiveCards/send", "qyapi_chat_manage");

/// An interactive card created and put in several places: the call for new apps.
pub static CREATE_AND_DELIVER: Endpoint =
    send(System::Api, "/v1.0/card/instances/createAndDeliver", "Card.Instance.Write");

/// An interactive card into a group or a robot's own chat ("高级版"). Closed like the first.
pub static SEND_INTERACTIVE_CARD: Endpoint = send(System::Api, "/v1.0/im/interactiveCards/send", "qyapi_chat_manage");

/// Other values for a card of [`CREATE_AND_DELIVER`].
pub static UPDATE_CARD: Endpoint = change("/v1.0/card/instances", "Card.Instance.Write");

/// Other values for a card of the two older calls.
pub static UPDATE_INTERACTIVE_CARD: Endpoint = change("/v1.0/im/interactiveCards", "qyapi_chat_manage");

/// A work notice by template (seed 1).
pub static SEND_BY_TEMPLATE: Endpoint =
    send(System::Oapi, "/topapi/message/corpconversation/sendbytemplate", "qyapi_base");

/// A free-form work notice: internal apps, and third-party apps made before 2020-11-27.
pub static ASYNC_SEND_V2: Endpoint = send(System::Oapi, "/topapi/message/corpconversation/asyncsend_v2", "qyapi_base");

/// Another text and colour for the status bar of an OA notice of the last seven days. People see it: it counts as a send.
pub static STATUS_BAR_UPDATE: Endpoint =
    send(System::Oapi, "/topapi/message/corpconversation/status_bar/update", "qyapi_base");

/// A media file becomes a `media_id`. Nobody gets anything from it, and the id may be used again and again.
pub static MEDIA_UPLOAD: Endpoint = read(System::Oapi, Method::Post, "/media/upload", "qyapi_base");

/// The next level of the department tree.
pub static DEPARTMENT_LISTSUB: Endpoint =
    read(System::Oapi, Method::Post, "/topapi/v2/department/listsub", "qyapi_get_department_list");

/// One department, with its number of members.
pub static DEPARTMENT_GET: Endpoint =
    read(System::Oapi, Method::Post, "/topapi/v2/department/get", "qyapi_get_department_list");

/// The direct members of a department, by page of at most 100.
pub static USER_LIST: Endpoint =
    read(System::Oapi, Method::Post, "/topapi/v2/user/list", "qyapi_get_department_member");

/// One person by userid.
pub static USER_GET: Endpoint = read(System::Oapi, Method::Post, "/topapi/v2/user/get", "qyapi_get_member");

/// The userid of a mobile number; internal apps only.
pub static USER_GET_BY_MOBILE: Endpoint =
    read(System::Oapi, Method::Post, "/topapi/v2/user/getbymobile", "qyapi_get_member_by_mobile");

/// What part of the organisation the app may see.
pub static AUTH_SCOPES: Endpoint = read(System::Oapi, Method::Get, "/auth/scopes", "");

/// Search of people by name or pinyin; answers ids only.
pub static CONTACT_USERS_SEARCH: Endpoint =
    read(System::Api, Method::Post, "/v1.0/contact/users/search", "qyapi_addresslist_search");

/// How far a work notice's task is (dossier A2.3).
pub static GET_SEND_PROGRESS: Endpoint =
    read(System::Oapi, Method::Post, "/topapi/message/corpconversation/getsendprogress", "qyapi_base");

/// What became of a work notice for each person: within 24 hours, tasks of at most 100 people (dossier A2.4).
pub static GET_SEND_RESULT: Endpoint =
    read(System::Oapi, Method::Post, "/topapi/message/corpconversation/getsendresult", "qyapi_base");

/// Takes a work notice back: within 24 hours (dossier A2.5). Doing it twice does nothing more.
pub static RECALL_NOTICE: Endpoint =
    read(System::Oapi, Method::Post, "/topapi/message/corpconversation/recall", "qyapi_base");

/// Who has read a card of a one-to-one chat (dossier A1.8).
pub static CARD_READERS: Endpoint =
    read(System::Api, Method::Post, "/v1.0/robot/privateChatMessages/query", "qyapi_robot_sendmsg");

/// Takes cards of a one-to-one chat back (dossier A1.8). Doing it twice does nothing more.
pub static RECALL_CARDS: Endpoint =
    read(System::Api, Method::Post, "/v1.0/robot/privateChatMessages/batchRecall", "qyapi_robot_sendmsg");

/// [`SEND_PRIVATE_CHAT_CARD`] as a question.
pub static ASK_PRIVATE_CHAT_CARD: Endpoint = question(&SEND_PRIVATE_CHAT_CARD);
/// [`CREATE_AND_DELIVER`] as a question.
pub static ASK_CREATE_AND_DELIVER: Endpoint = question(&CREATE_AND_DELIVER);
/// [`SEND_INTERACTIVE_CARD`] as a question.
pub static ASK_INTERACTIVE_CARD: Endpoint = question(&SEND_INTERACTIVE_CARD);
/// [`UPDATE_CARD`] as a question.
pub static ASK_UPDATE_CARD: Endpoint = question(&UPDATE_CARD);
/// [`UPDATE_INTERACTIVE_CARD`] as a question.
pub static ASK_UPDATE_INTERACTIVE_CARD: Endpoint = question(&UPDATE_INTERACTIVE_CARD);
/// [`SEND_BY_TEMPLATE`] as a question.
pub static ASK_BY_TEMPLATE: Endpoint = question(&SEND_BY_TEMPLATE);
/// [`ASYNC_SEND_V2`] as a question.
pub static ASK_ASYNC_SEND_V2: Endpoint = question(&ASYNC_SEND_V2);

/// Whether the person has read a message of the robot's own chat, by its key; 24 hours (dossier A1.8).
pub static ROBOT_READ_STATUS: Endpoint =
    read(System::Api, Method::Get, "/v1.0/robot/oToMessages/readStatus", "qyapi_robot_sendmsg");

/// Takes messages of a robot's own chats back (dossier A1.8). Doing it twice does nothing more.
pub static RECALL_ROBOT: Endpoint =
    read(System::Api, Method::Post, "/v1.0/robot/otoMessages/batchRecall", "qyapi_robot_sendmsg");

/// Token 1: internal app, api.
pub static TOKEN_INTERNAL_API: Endpoint = token(System::Api, Method::Post, "/v1.0/oauth2/accessToken");

/// Token 2: internal app, oapi.
pub static TOKEN_INTERNAL_OAPI: Endpoint = token(System::Oapi, Method::Get, "/gettoken");

/// Token 3: third-party app in a corp, api.
pub static TOKEN_THIRD_PARTY_API: Endpoint = token(System::Api, Method::Post, "/v1.0/oauth2/corpAccessToken");

/// Token 4: third-party app in a corp, oapi; signed.
pub static TOKEN_THIRD_PARTY_OAPI: Endpoint = token(System::Oapi, Method::Post, "/service/get_corp_token");

/// What a corp has authorised a third-party app for, with the app's agent id there; signed.
pub static GET_AUTH_INFO: Endpoint = token(System::Oapi, Method::Post, "/service/get_auth_info");

/// Every call above, without the questions.
pub static ALL: [&Endpoint; 28] = [
    &SEND_PRIVATE_CHAT_CARD,
    &CREATE_AND_DELIVER,
    &SEND_INTERACTIVE_CARD,
    &UPDATE_CARD,
    &UPDATE_INTERACTIVE_CARD,
    &SEND_BY_TEMPLATE,
    &ASYNC_SEND_V2,
    &STATUS_BAR_UPDATE,
    &MEDIA_UPLOAD,
    &DEPARTMENT_LISTSUB,
    &DEPARTMENT_GET,
    &USER_LIST,
    &USER_GET,
    &USER_GET_BY_MOBILE,
    &AUTH_SCOPES,
    &CONTACT_USERS_SEARCH,
    &GET_SEND_PROGRESS,
    &GET_SEND_RESULT,
    &RECALL_NOTICE,
    &CARD_READERS,
    &RECALL_CARDS,
    &ROBOT_READ_STATUS,
    &RECALL_ROBOT,
    &TOKEN_INTERNAL_API,
    &TOKEN_INTERNAL_OAPI,
    &TOKEN_THIRD_PARTY_API,
    &TOKEN_THIRD_PARTY_OAPI,
    &GET_AUTH_INFO,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_and_their_changes_send_and_the_systems_do_not_mix() {
        let sends: Vec<_> = ALL.iter().filter(|e| e.sends).map(|e| e.path).collect();
        assert_eq!(
            sends,
            [
                SEND_PRIVATE_CHAT_CARD.path,
                CREATE_AND_DELIVER.path,
                SEND_INTERACTIVE_CARD.path,
                UPDATE_CARD.path,
                UPDATE_INTERACTIVE_CARD.path,
                SEND_BY_TEMPLATE.path,
                ASYNC_SEND_V2.path,
                STATUS_BAR_UPDATE.path
            ]
        );
        for endpoint in ALL {
            assert!(endpoint.path.starts_with('/'));
            assert_eq!(endpoint.path.starts_with("/v1.0/"), endpoint.system == System::Api, "{}", endpoint.path);
        }
    }
}
