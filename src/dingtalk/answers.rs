//! Lenient readers of answers: numbers as strings, `"true"`, one object where a list is documented, missing members.
//!
//! The documents' own examples show all of these. A part that cannot be read is named in the error, never a panic.

use serde_json::{Map, Value};

use super::said::{self, member};

/// A part of an answer that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the answer's `{part}` is missing or malformed")]
pub struct Malformed {
    /// Which part, as a path: `result.list[3].userid`.
    pub part: String,
}

fn malformed(part: impl Into<String>) -> Malformed {
    Malformed { part: part.into() }
}

/// What a send answered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SendAnswer {
    /// Of a card: the key that later asks for its readers.
    pub process_query_key: Option<String>,
    /// Of a notice: the task that later tells progress and result.
    pub task_id: Option<String>,
}

/// The ids of a send's answer, of either system. Their absence is no fault: the send was accepted all the same.
pub fn send_answer(value: &Value) -> SendAnswer {
    let Some(object) = value.as_object() else { return SendAnswer::default() };
    let id = |name: &str| said::find(object, name).and_then(said::text).filter(|id| !id.trim().is_empty());
    SendAnswer { process_query_key: id("processQueryKey"), task_id: id("task_id") }
}

/// What became of a card at one place (`deliverResults[]` of createAndDeliver).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeliverResult {
    /// `spaceType`.
    pub space_type: String,
    /// `spaceId`: a conversation or a person.
    pub space_id: String,
    /// `success`; a missing one counts as a failure when there is a message.
    pub success: bool,
    /// `carrierId`: the processQueryKey in chats.
    pub carrier_id: Option<String>,
    /// `errorMsg`; empty when it says none.
    pub message: String,
}

/// The places of a createAndDeliver answer; none where it names none.
pub fn deliver_results(value: &Value) -> Vec<DeliverResult> {
    let list = value.as_object().and_then(|object| said::find(object, "deliverResults"));
    let read = |object: &Map<String, Value>| {
        let text = |name: &str| member(object, name).and_then(said::text).unwrap_or_default();
        let message = text("errorMsg");
        DeliverResult {
            space_type: text("spaceType"),
            space_id: text("spaceId"),
            success: member(object, "success").and_then(said::truth).unwrap_or(message.is_empty()),
            carrier_id: member(object, "carrierId").and_then(said::text).filter(|id| !id.trim().is_empty()),
            message,
        }
    };
    // What is no object says nothing about any place.
    list.map(|list| objects(list, "deliverResults").unwrap_or_default().into_iter().map(read).collect())
        .unwrap_or_default()
}

/// The `media_id` that an upload answered; `None` when there is none to be read.
pub fn media_id(value: &Value) -> Option<String> {
    said::find(value.as_object()?, "media_id").and_then(said::text).filter(|id| !id.trim().is_empty())
}

/// How far a work notice's task is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SendProgress {
    /// `progress_in_percent`, 0 to 100.
    pub percent: u8,
    /// Whether the task is done (`status` 2, or 100 percent).
    pub done: bool,
}

/// Someone a limit stopped.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Forbidden {
    /// `userid`.
    pub userid: String,
    /// `code`: the rule, `143103` … `143206`, `1430000` …; empty where the answer does not say.
    pub code: String,
}

/// What became of a work notice. Any list may be missing in an answer; it is empty then.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SendResult {
    /// `read_user_id_list`.
    pub read: Vec<String>,
    /// `unread_user_id_list`.
    pub unread: Vec<String>,
    /// `failed_user_id_list`.
    pub failed: Vec<String>,
    /// `invalid_user_id_list`.
    pub invalid: Vec<String>,
    /// `forbidden_list` and whoever stands only in `forbidden_user_id_list`.
    pub forbidden: Vec<Forbidden>,
    /// `invalid_dept_id_list`.
    pub invalid_departments: Vec<String>,
}

/// Who has read a card.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CardReaders {
    /// Whether the card was taken back (`sendStatus` RECALLED).
    pub recalled: bool,
    /// `readUserIds` of this page.
    pub read: Vec<String>,
    /// Where the next page begins; `None` at the end.
    pub next_token: Option<String>,
}

/// `getsendprogress`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn send_progress(value: &Value) -> Result<SendProgress, Malformed> {
    let object = value.as_object().ok_or_else(|| malformed("progress"))?;
    let progress = said::find(object, "progress").and_then(Value::as_object).unwrap_or(object);
    let percent = member(progress, "progress_in_percent").and_then(said::number);
    let status = member(progress, "status").and_then(said::number);
    if percent.is_none() && status.is_none() {
        return Err(malformed("progress"));
    }
    let percent = percent.and_then(|percent| u8::try_from(percent.clamp(0, 100)).ok());
    let done = status.map_or(percent == Some(100), |status| status == 2);
    Ok(SendProgress { percent: percent.unwrap_or(if done { 100 } else { 0 }), done })
}

/// `getsendresult`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn send_result(value: &Value) -> Result<SendResult, Malformed> {
    let object = value.as_object().ok_or_else(|| malformed("send_result"))?;
    let result =
        said::find(object, "send_result").and_then(Value::as_object).ok_or_else(|| malformed("send_result"))?;
    let list = |name: &str| member(result, name).map(texts).unwrap_or_default();
    let mut forbidden = Vec::new();
    if let Some(entries) = member(result, "forbidden_list") {
        for entry in objects(entries, "send_result.forbidden_list")? {
            let text = |name: &str| member(entry, name).and_then(said::text).unwrap_or_default();
            let code = text("code");
            forbidden.extend(
                member(entry, "userid")
                    .map(texts)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|userid| Forbidden { userid, code: code.clone() }),
            );
        }
    }
    for userid in list("forbidden_user_id_list") {
        if !forbidden.iter().any(|known: &Forbidden| known.userid == userid) {
            forbidden.push(Forbidden { userid, code: String::new() });
        }
    }
    Ok(SendResult {
        read: list("read_user_id_list"),
        unread: list("unread_user_id_list"),
        failed: list("failed_user_id_list"),
        invalid: list("invalid_user_id_list"),
        forbidden,
        invalid_departments: list("invalid_dept_id_list"),
    })
}

/// Why a card was not taken back, of the answer of `batchRecall`; `None` when it was, or when the answer names nobody.
pub fn recall_failed(value: &Value, process_query_key: &str) -> Option<String> {
    let failed = said::find(value.as_object()?, "failedResult")?.as_object()?;
    failed.get(process_query_key).and_then(said::text)
}

/// `privateChatMessages/query`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn card_readers(value: &Value) -> Result<CardReaders, Malformed> {
    let object = value.as_object().ok_or_else(|| malformed("readUserIds"))?;
    let status = said::find(object, "sendStatus").and_then(said::text).unwrap_or_default();
    let more = said::find(object, "hasMore").and_then(said::truth).unwrap_or(false);
    let next = said::find(object, "nextToken").and_then(said::text).filter(|token| !token.is_empty());
    Ok(CardReaders {
        recalled: status.eq_ignore_ascii_case("RECALLED"),
        read: said::find(object, "readUserIds").map(texts).unwrap_or_default(),
        next_token: next.filter(|_| more),
    })
}

/// `oToMessages/readStatus`: everybody it names, and whether they have read it.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn robot_read_status(value: &Value) -> Result<Vec<(String, bool)>, Malformed> {
    let object = value.as_object().ok_or_else(|| malformed("messageReadInfoList"))?;
    let list = match said::find(object, "messageReadInfoList") {
        Some(list) => objects(list, "messageReadInfoList")?,
        // While it is on its way nobody is named yet.
        None if said::find(object, "sendStatus").is_some() => Vec::new(),
        None => return Err(malformed("messageReadInfoList")),
    };
    Ok(list
        .into_iter()
        .filter_map(|one| {
            let read = member(one, "readStatus").and_then(said::text)?;
            Some((member(one, "userId").and_then(said::text)?, read.eq_ignore_ascii_case("READ")))
        })
        .collect())
}

/// A department.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Department {
    /// `dept_id`; the root is 1.
    pub id: i64,
    /// `name`.
    pub name: String,
    /// `parent_id`; `None` for the root.
    pub parent_id: Option<i64>,
    /// `member_count`, sub-departments included; only `department/get` tells it.
    pub member_count: Option<u64>,
}

/// A person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Member {
    /// `userid`.
    pub userid: String,
    /// `unionid`, where the answer has it.
    pub unionid: Option<String>,
    /// `name`.
    pub name: String,
    /// `title`.
    pub title: Option<String>,
    /// `job_number`.
    pub job_number: Option<String>,
    /// `dept_id_list`.
    pub departments: Vec<i64>,
    /// `active`: whether the account is activated; `None` where the answer does not say.
    pub active: Option<bool>,
}

/// A page of people.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MembersPage {
    /// The people.
    pub members: Vec<Member>,
    /// The cursor of the next page; `None` at the end.
    pub next_cursor: Option<i64>,
}

/// What part of the organisation an app may see.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scopes {
    /// Departments, sub-departments included. The root 1 means everyone.
    pub departments: Vec<i64>,
    /// People authorised one by one.
    pub users: Vec<String>,
    /// The fields of a person that may be read.
    pub user_fields: Vec<String>,
}

/// The ids of a search.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UsersFound {
    /// `list`: userids.
    pub userids: Vec<String>,
    /// `totalCount`.
    pub total: Option<u64>,
    /// `hasMore`.
    pub has_more: bool,
}

/// An app of a corp's authorisation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Agent {
    /// `agentid`: what notices are sent with.
    pub agent_id: String,
    /// `agent_name`.
    pub name: String,
}

/// What a corp has authorised a third-party app for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuthInfo {
    /// `auth_corp_info.corp_name`.
    pub corp_name: Option<String>,
    /// `auth_info.agent`.
    pub agents: Vec<Agent>,
}

/// `department/listsub`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn departments(value: &Value) -> Result<Vec<Department>, Malformed> {
    let result = value.as_object().and_then(|object| member(object, "result")).ok_or_else(|| malformed("result"))?;
    objects(result, "result")?
        .into_iter()
        .enumerate()
        .map(|(i, item)| department_at(item, &format!("result[{i}]")))
        .collect()
}

/// `department/get`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn department(value: &Value) -> Result<Department, Malformed> {
    department_at(result_object(value)?, "result")
}

/// `user/list`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn members_page(value: &Value) -> Result<MembersPage, Malformed> {
    let result = result_object(value)?;
    let members = match member(result, "list") {
        None => Vec::new(),
        Some(list) => objects(list, "result.list")?
            .into_iter()
            .enumerate()
            .map(|(i, item)| member_at(item, &format!("result.list[{i}]")))
            .collect::<Result<_, _>>()?,
    };
    let has_more = member(result, "has_more").and_then(said::truth).unwrap_or(false);
    let next_cursor = match member(result, "next_cursor").and_then(said::number) {
        Some(cursor) if has_more => Some(cursor),
        None if has_more => return Err(malformed("result.next_cursor")),
        _ => None,
    };
    Ok(MembersPage { members, next_cursor })
}

/// `user/get`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn user(value: &Value) -> Result<Member, Malformed> {
    member_at(result_object(value)?, "result")
}

/// `user/getbymobile`: the userid.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn userid(value: &Value) -> Result<String, Malformed> {
    let found = member(result_object(value)?, "userid").and_then(said::text).filter(|id| !id.trim().is_empty());
    found.ok_or_else(|| malformed("result.userid"))
}

/// `/auth/scopes`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn scopes(value: &Value) -> Result<Scopes, Malformed> {
    let object = value.as_object().ok_or_else(|| malformed("auth_org_scopes"))?;
    let org =
        member(object, "auth_org_scopes").and_then(Value::as_object).ok_or_else(|| malformed("auth_org_scopes"))?;
    Ok(Scopes {
        departments: member(org, "authed_dept").map(numbers).unwrap_or_default(),
        users: member(org, "authed_user").map(texts).unwrap_or_default(),
        user_fields: member(object, "auth_user_field").map(texts).unwrap_or_default(),
    })
}

/// `contact/users/search`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn users_found(value: &Value) -> Result<UsersFound, Malformed> {
    let object = value.as_object().ok_or_else(|| malformed("list"))?;
    let total = said::find(object, "totalCount").and_then(said::number).and_then(|total| u64::try_from(total).ok());
    // Nothing found may come without a list.
    let userids = match said::find(object, "list") {
        Some(list) => texts(list),
        None if total == Some(0) => Vec::new(),
        None => return Err(malformed("list")),
    };
    let has_more = said::find(object, "hasMore").and_then(said::truth).unwrap_or(false);
    Ok(UsersFound { userids, total, has_more })
}

/// `get_auth_info`.
///
/// # Errors
/// Names the part that is missing or malformed.
pub fn auth_info(value: &Value) -> Result<AuthInfo, Malformed> {
    let object = value.as_object().ok_or_else(|| malformed("auth_info"))?;
    let info = member(object, "auth_info").and_then(Value::as_object).ok_or_else(|| malformed("auth_info"))?;
    let agents = member(info, "agent").map(|list| objects(list, "auth_info.agent")).transpose()?.unwrap_or_default();
    let agents = agents
        .into_iter()
        .enumerate()
        .map(|(i, agent)| {
            let agent_id = member(agent, "agentid").and_then(said::text).filter(|id| !id.trim().is_empty());
            Ok(Agent {
                agent_id: agent_id.ok_or_else(|| malformed(format!("auth_info.agent[{i}].agentid")))?,
                name: member(agent, "agent_name").and_then(said::text).unwrap_or_default(),
            })
        })
        .collect::<Result<_, _>>()?;
    let corp = member(object, "auth_corp_info").and_then(Value::as_object);
    Ok(AuthInfo { corp_name: corp.and_then(|corp| member(corp, "corp_name")).and_then(said::text), agents })
}

fn result_object(value: &Value) -> Result<&Map<String, Value>, Malformed> {
    let result = value.as_object().and_then(|object| member(object, "result"));
    result.and_then(Value::as_object).ok_or_else(|| malformed("result"))
}

fn department_at(object: &Map<String, Value>, part: &str) -> Result<Department, Malformed> {
    Ok(Department {
        id: member(object, "dept_id").and_then(said::number).ok_or_else(|| malformed(format!("{part}.dept_id")))?,
        name: member(object, "name").and_then(said::text).ok_or_else(|| malformed(format!("{part}.name")))?,
        parent_id: member(object, "parent_id").and_then(said::number),
        member_count: member(object, "member_count").and_then(said::number).and_then(|count| u64::try_from(count).ok()),
    })
}

fn member_at(object: &Map<String, Value>, part: &str) -> Result<Member, Malformed> {
    let text = |name: &str| member(object, name).and_then(said::text).filter(|text| !text.is_empty());
    Ok(Member {
        userid: text("userid").ok_or_else(|| malformed(format!("{part}.userid")))?,
        unionid: text("unionid"),
        name: text("name").unwrap_or_default(),
        title: text("title"),
        job_number: text("job_number"),
        departments: member(object, "dept_id_list").map(numbers).unwrap_or_default(),
        active: member(object, "active").and_then(said::truth),
    })
}

/// A list of objects; a lone object counts as a list of one, as in the documents' examples.
fn objects<'a>(value: &'a Value, part: &str) -> Result<Vec<&'a Map<String, Value>>, Malformed> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, item)| item.as_object().ok_or_else(|| malformed(format!("{part}[{i}]"))))
            .collect(),
        Value::Object(one) => Ok(vec![one]),
        _ => Err(malformed(part)),
    }
}

/// Ids of a list, of one value, of comma-joined text, or of a JSON list inside a text (`"[2,3,4]"`).
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(said::text).collect(),
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(list @ Value::Array(_)) => texts(&list),
            _ => text.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        },
        other => said::text(other).into_iter().collect(),
    }
}

fn numbers(value: &Value) -> Vec<i64> {
    texts(value).iter().filter_map(|id| id.trim().parse().ok()).collect()
}
