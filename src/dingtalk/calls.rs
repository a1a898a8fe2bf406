//! Typed makers of every call, and the one place where their field names stand.
//!
//! The old system takes forms as well as JSON (dossier D); forms with real UTF-8, encoded once, follow the documents.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;

use super::call::{Body, Call};
use super::endpoint::{self, Endpoint};
use super::media::{Format, MediaType};
use super::multipart::Multipart;
use super::secret::Secret;

/// The fields of a work notice by template (seed 1), as they travel. Empty ones are left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NoticeForm {
    /// `agent_id`, digits.
    pub agent_id: String,
    /// `template_id`.
    pub template_id: String,
    /// `userid_list`, joined with commas.
    pub userid_list: Vec<String>,
    /// `dept_id_list`, joined with commas.
    pub dept_id_list: Vec<String>,
    /// `data`: JSON text of an object string to string.
    pub data: String,
    /// Fields that the form does not know, as they travel.
    pub extra: Vec<(String, String)>,
}

/// A card into a one-to-one chat; `body` is the JSON text, sent exactly as it stands.
pub fn send_private_chat_card(body: String) -> Call {
    Call::new(&endpoint::SEND_PRIVATE_CHAT_CARD, Vec::new(), Body::Json(body))
}

/// A call of the api system whose body is JSON text, sent exactly as it stands: the calls of cards.
pub fn with_body(endpoint: &'static Endpoint, body: String) -> Call {
    Call::new(endpoint, Vec::new(), Body::Json(body))
}

/// A work notice by template.
pub fn send_by_template(form: &NoticeForm) -> Call {
    let named = [
        ("agent_id", form.agent_id.clone()),
        ("template_id", form.template_id.clone()),
        ("userid_list", form.userid_list.join(",")),
        ("dept_id_list", form.dept_id_list.join(",")),
        ("data", form.data.clone()),
    ];
    notice(&endpoint::SEND_BY_TEMPLATE, named, &form.extra)
}

/// The fields of a free-form work notice, as they travel. Empty ones are left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FreeNoticeForm {
    /// `agent_id`, digits.
    pub agent_id: String,
    /// `userid_list`, joined with commas.
    pub userid_list: Vec<String>,
    /// `dept_id_list`, joined with commas.
    pub dept_id_list: Vec<String>,
    /// `to_all_user`.
    pub to_all_user: Option<bool>,
    /// `enable_id_trans`; only the SDK has it.
    pub enable_id_trans: Option<bool>,
    /// `msg`: JSON text in real UTF-8.
    pub msg: String,
    /// Fields that the form does not know, as they travel.
    pub extra: Vec<(String, String)>,
}

/// A free-form work notice.
pub fn async_send_v2(form: &FreeNoticeForm) -> Call {
    let truth = |value: Option<bool>| value.map(|value| value.to_string()).unwrap_or_default();
    let named = [
        ("agent_id", form.agent_id.clone()),
        ("userid_list", form.userid_list.join(",")),
        ("dept_id_list", form.dept_id_list.join(",")),
        ("to_all_user", truth(form.to_all_user)),
        ("enable_id_trans", truth(form.enable_id_trans)),
        ("msg", form.msg.clone()),
    ];
    notice(&endpoint::ASYNC_SEND_V2, named, &form.extra)
}

/// A form of named fields, empty ones left out, with those after them that the form does not know.
fn notice<const N: usize>(
    endpoint: &'static Endpoint,
    named: [(&'static str, String); N],
    extra: &[(String, String)],
) -> Call {
    let mut fields: Vec<(Cow<'static, str>, String)> = named
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (Cow::Borrowed(name), value))
        .collect();
    fields.extend(extra.iter().map(|(name, value)| (Cow::Owned(name.clone()), value.clone())));
    Call::new(endpoint, Vec::new(), Body::Form(fields))
}

/// Another text and colour for the status bar of an OA notice. `status_bg`: `0xFF` and six digits; empty: left out.
pub fn status_bar_update(agent_id: &str, task_id: &str, status_value: &str, status_bg: &str) -> Call {
    let fields =
        [("agent_id", agent_id), ("task_id", task_id), ("status_value", status_value), ("status_bg", status_bg)];
    let fields = fields.into_iter().filter(|(_, value)| !value.is_empty());
    form(&endpoint::STATUS_BAR_UPDATE, fields.map(|(name, value)| (name, value.to_owned())).collect())
}

/// Uploads a file. `type` goes into the address, where every client's is read (the page: those who get 40004 with it in the
/// body should put it there). `sent` counts the bytes that left.
pub fn media_upload(kind: MediaType, format: Format, file_name: &str, bytes: Arc<[u8]>, sent: Arc<AtomicU64>) -> Call {
    let file = Multipart::of_file("media", file_name, format.content_type(file_name), bytes).counting(sent);
    Call::new(&endpoint::MEDIA_UPLOAD, vec![("type", kind.name().to_owned())], Body::Multipart(file))
}

/// The sub-departments of a department, one level. The root is 1.
pub fn department_listsub(dept_id: i64) -> Call {
    form(&endpoint::DEPARTMENT_LISTSUB, vec![("dept_id", dept_id.to_string())])
}

/// One department, with `member_count` (sub-departments included).
pub fn department_get(dept_id: i64) -> Call {
    form(&endpoint::DEPARTMENT_GET, vec![("dept_id", dept_id.to_string())])
}

/// A page of the direct members of a department: `cursor` starts at 0, `size` is 1 to 100.
pub fn user_list(dept_id: i64, cursor: i64, size: u32) -> Call {
    let fields = vec![
        ("dept_id", dept_id.to_string()),
        ("cursor", cursor.to_string()),
        ("size", size.clamp(1, 100).to_string()),
    ];
    form(&endpoint::USER_LIST, fields)
}

/// One person by userid.
pub fn user_get(userid: &str) -> Call {
    form(&endpoint::USER_GET, vec![("userid", userid.to_owned())])
}

/// The userid of a mobile number (at most 15 characters; with `+` and the country outside China).
pub fn user_get_by_mobile(mobile: &str) -> Call {
    form(&endpoint::USER_GET_BY_MOBILE, vec![("mobile", mobile.to_owned())])
}

/// What part of the organisation the app may see.
pub fn auth_scopes() -> Call {
    Call::new(&endpoint::AUTH_SCOPES, Vec::new(), Body::None)
}

/// People by name, pinyin or English name; answers ids only. `offset` is called a page number in the documents.
pub fn contact_users_search(query_word: &str, offset: u32, size: u32) -> Call {
    let body = json!({ "queryWord": query_word, "offset": offset, "size": size });
    Call::new(&endpoint::CONTACT_USERS_SEARCH, Vec::new(), Body::Json(body.to_string()))
}

/// How far a work notice's task is.
pub fn send_progress(agent_id: &str, task_id: &str) -> Call {
    form(&endpoint::GET_SEND_PROGRESS, vec![("agent_id", agent_id.to_owned()), ("task_id", task_id.to_owned())])
}

/// What became of a work notice for each person.
pub fn send_result(agent_id: &str, task_id: &str) -> Call {
    form(&endpoint::GET_SEND_RESULT, vec![("agent_id", agent_id.to_owned()), ("task_id", task_id.to_owned())])
}

/// Takes a work notice back. The task's id is called `msg_task_id` only here.
pub fn recall_notice(agent_id: &str, task_id: &str) -> Call {
    form(&endpoint::RECALL_NOTICE, vec![("agent_id", agent_id.to_owned()), ("msg_task_id", task_id.to_owned())])
}

/// A page of those who have read a card of a one-to-one chat; at most 200 of them.
pub fn card_readers(process_query_key: &str, conversation: &str, robot_code: &str, next_token: Option<&str>) -> Call {
    let mut body = json!({ "processQueryKey": process_query_key, "maxResults": 200 });
    for (name, value) in
        [("openConversationId", conversation), ("robotCode", robot_code), ("nextToken", next_token.unwrap_or_default())]
    {
        if !value.is_empty() {
            body[name] = json!(value);
        }
    }
    Call::new(&endpoint::CARD_READERS, Vec::new(), Body::Json(body.to_string()))
}

/// Takes cards of a one-to-one chat back.
pub fn recall_cards(conversation: &str, process_query_keys: &[&str], robot_code: &str) -> Call {
    let body = json!({
        "openConversationId": conversation, "processQueryKeys": process_query_keys, "robotCode": robot_code,
    });
    Call::new(&endpoint::RECALL_CARDS, Vec::new(), Body::Json(body.to_string()))
}

/// Who has read a message of a robot's own chat.
pub fn robot_read_status(robot_code: &str, process_query_key: &str) -> Call {
    let query = vec![("robotCode", robot_code.to_owned()), ("processQueryKey", process_query_key.to_owned())];
    Call::new(&endpoint::ROBOT_READ_STATUS, query, Body::None)
}

/// Takes messages of a robot's own chats back.
pub fn recall_robot(robot_code: &str, process_query_keys: &[&str]) -> Call {
    let body = json!({ "robotCode": robot_code, "processQueryKeys": process_query_keys });
    Call::new(&endpoint::RECALL_ROBOT, Vec::new(), Body::Json(body.to_string()))
}

/// Token 1: an internal app's token for api.
pub fn token_internal_api(app_key: &str, app_secret: &Secret) -> Call {
    let body = json!({ "appKey": app_key, "appSecret": app_secret.open() }).to_string();
    with_secrets(Call::new(&endpoint::TOKEN_INTERNAL_API, Vec::new(), Body::Json(body)), [app_secret.clone()])
}

/// Token 2: an internal app's token for oapi.
pub fn token_internal_oapi(app_key: &str, app_secret: &Secret) -> Call {
    let query = vec![("appkey", app_key.to_owned()), ("appsecret", app_secret.open().to_owned())];
    with_secrets(Call::new(&endpoint::TOKEN_INTERNAL_OAPI, query, Body::None), [app_secret.clone()])
}

/// Token 3: a third-party app's token in a corp for api.
pub fn token_third_party_api(
    suite_key: &str,
    suite_secret: &Secret,
    auth_corp_id: &str,
    suite_ticket: &Secret,
) -> Call {
    let body = json!({
        "suiteKey": suite_key,
        "suiteSecret": suite_secret.open(),
        "authCorpId": auth_corp_id,
        "suiteTicket": suite_ticket.open(),
    });
    let call = Call::new(&endpoint::TOKEN_THIRD_PARTY_API, Vec::new(), Body::Json(body.to_string()));
    with_secrets(call, [suite_secret.clone(), suite_ticket.clone()])
}

/// Token 4: a third-party app's token in a corp for oapi, signed for this moment.
pub fn token_third_party_oapi(
    suite_key: &str,
    suite_secret: &Secret,
    auth_corp_id: &str,
    suite_ticket: &Secret,
    timestamp_millis: i64,
) -> Call {
    signed(&endpoint::TOKEN_THIRD_PARTY_OAPI, suite_key, suite_secret, auth_corp_id, suite_ticket, timestamp_millis)
}

/// What a corp has authorised a third-party app for, signed for this moment.
pub fn get_auth_info(
    suite_key: &str,
    suite_secret: &Secret,
    auth_corp_id: &str,
    suite_ticket: &Secret,
    timestamp_millis: i64,
) -> Call {
    signed(&endpoint::GET_AUTH_INFO, suite_key, suite_secret, auth_corp_id, suite_ticket, timestamp_millis)
}

fn signed(
    endpoint: &'static Endpoint,
    suite_key: &str,
    suite_secret: &Secret,
    auth_corp_id: &str,
    suite_ticket: &Secret,
    timestamp_millis: i64,
) -> Call {
    let signature = signature(suite_secret, timestamp_millis, suite_ticket);
    let query = vec![
        ("accessKey", suite_key.to_owned()),
        ("timestamp", timestamp_millis.to_string()),
        ("suiteTicket", suite_ticket.open().to_owned()),
        ("signature", signature.open().to_owned()),
    ];
    let body = json!({ "auth_corpid": auth_corp_id }).to_string();
    with_secrets(Call::new(endpoint, query, Body::Json(body)), [suite_secret.clone(), suite_ticket.clone(), signature])
}

/// `base64(HmacSHA256(key = suiteSecret, timestamp + "\n" + suiteTicket))` (dossier A3.5), not yet percent-encoded.
pub(crate) fn signature(suite_secret: &Secret, timestamp_millis: i64, suite_ticket: &Secret) -> Secret {
    let message = format!("{timestamp_millis}\n{}", suite_ticket.open());
    // HMAC takes keys of any length; the branch exists only in the type.
    let Ok(mut mac) = Hmac::<sha2::Sha256>::new_from_slice(suite_secret.open().as_bytes()) else {
        return Secret::new("");
    };
    mac.update(message.as_bytes());
    Secret::new(base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes()))
}

fn form(endpoint: &'static Endpoint, fields: Vec<(&'static str, String)>) -> Call {
    let fields = fields.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    Call::new(endpoint, Vec::new(), Body::Form(fields))
}

fn with_secrets<const N: usize>(mut call: Call, secrets: [Secret; N]) -> Call {
    call.secrets = secrets.into();
    call
}
