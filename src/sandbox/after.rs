//! What can be asked after a send: progress, result and recall of a notice, readers and recall of a card.
//!
//! Which code answers a task that is too old, or one with more than 100 people, is not on the pages (dossier A2.4 says
//! "timeout" and 41052); 41052 is taken for what is not ready or too large, 400002 for what is unknown or too old.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::arrival::{ArrivedCard, ArrivedNotice, ArrivedSpace, CardRecipient, Fate, Message};
use super::call::Call;
use super::codes;
use super::fault::Fault;
use super::world::World;
use crate::dingtalk::System;

/// Sends that are remembered; the oldest go first.
const REMEMBERED: usize = 20_000;
/// People of a task that has a result.
const REPORTED: usize = 100;
/// How long results and recalls are possible, hours.
const HOURS: i64 = 24;
/// How long a task runs.
const RUNS: SignedDuration = SignedDuration::from_millis(500);
/// How long after its arrival half of the people have read a message by themselves.
const READ_AFTER: SignedDuration = SignedDuration::from_secs(10);

const PROGRESS: &str = "/topapi/message/corpconversation/getsendprogress";
const RESULT: &str = "/topapi/message/corpconversation/getsendresult";
const RECALL: &str = "/topapi/message/corpconversation/recall";
const READERS: &str = "/v1.0/robot/privateChatMessages/query";
pub(super) const READ_STATUS: &str = "/v1.0/robot/oToMessages/readStatus";
const RECALL_ROBOT: &str = "/v1.0/robot/otoMessages/batchRecall";
/// Keys that one recall takes.
const KEYS: usize = 20;
const RECALL_CARDS: &str = "/v1.0/robot/privateChatMessages/batchRecall";

/// What was sent.
#[derive(Debug)]
struct Sent<T> {
    what: Arc<T>,
    at: Timestamp,
    third_party: bool,
    recalled: bool,
}

/// Everything that can be asked about.
#[derive(Debug, Default)]
pub(super) struct After {
    notices: IndexMap<u64, Sent<ArrivedNotice>>,
    cards: IndexMap<String, Sent<ArrivedCard>>,
    /// By the key of the place: a card that was put in several.
    places: IndexMap<String, Sent<ArrivedSpace>>,
    /// Who read everything that came, because a test said so.
    readers: HashSet<String>,
}

impl After {
    /// Remembers a message that was taken.
    pub(super) fn remember(&mut self, message: &Message, at: Timestamp, third_party: bool) {
        match message {
            Message::None => {}
            Message::Notice(notice) => {
                let sent = Sent { what: Arc::clone(notice), at, third_party, recalled: false };
                self.notices.insert(notice.task_id, sent);
                if self.notices.len() > REMEMBERED {
                    self.notices.shift_remove_index(0);
                }
            }
            Message::Card(card) => {
                for space in &card.spaces {
                    let Some(carrier) = space.carrier.clone() else { continue };
                    let what = Arc::new(space.clone());
                    self.places.insert(carrier, Sent { what, at, third_party, recalled: false });
                    if self.places.len() > REMEMBERED {
                        self.places.shift_remove_index(0);
                    }
                }
                if card.process_query_key.is_empty() {
                    return;
                }
                let sent = Sent { what: Arc::clone(card), at, third_party, recalled: false };
                self.cards.insert(card.process_query_key.clone(), sent);
                if self.cards.len() > REMEMBERED {
                    self.cards.shift_remove_index(0);
                }
            }
        }
    }

    /// This person reads whatever comes.
    pub(super) fn reads(&mut self, userid: &str) {
        self.readers.insert(userid.to_owned());
    }

    /// Whether somebody has read a message that came at a moment: every second person after a while, the same ones always.
    fn has_read(&self, userid: &str, at: Timestamp, now: Timestamp) -> bool {
        if self.readers.contains(userid) {
            return true;
        }
        let mut hasher = DefaultHasher::new();
        userid.hash(&mut hasher);
        now.duration_since(at) >= READ_AFTER && hasher.finish().is_multiple_of(2)
    }

    /// The task ids that were taken back.
    pub(super) fn recalled(&self) -> Vec<u64> {
        self.notices.iter().filter(|(_, sent)| sent.recalled).map(|(task, _)| *task).collect()
    }

    /// The keys of cards that were taken back.
    pub(super) fn recalled_keys(&self) -> Vec<String> {
        let cards = self.cards.iter().filter(|(_, sent)| sent.recalled).map(|(key, _)| key);
        let places = self.places.iter().filter(|(_, sent)| sent.recalled).map(|(key, _)| key);
        cards.chain(places).cloned().collect()
    }

    /// Who got a card of a robot's chat, when, and whether it was taken back.
    fn robot_message(&self, key: &str) -> Option<(&[CardRecipient], Timestamp, bool)> {
        let place = self.places.get(key).map(|sent| (sent.what.recipients.as_slice(), sent.at, sent.recalled));
        place.or_else(|| self.cards.get(key).map(|sent| (sent.what.recipients.as_slice(), sent.at, sent.recalled)))
    }
}

/// Whether a path is one of these calls.
pub(super) fn knows(system: System, path: &str) -> bool {
    match system {
        System::Oapi => [PROGRESS, RESULT, RECALL].contains(&path),
        System::Api => [READERS, RECALL_CARDS, READ_STATUS, RECALL_ROBOT].contains(&path),
    }
}

impl World {
    /// Answers one of these calls.
    pub(super) fn after_call(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        match call.path.as_str() {
            READERS => self.readers(call, now),
            RECALL_CARDS => self.recall_cards(call, now),
            READ_STATUS => self.read_status(call, now),
            RECALL_ROBOT => self.recall_robot(call, now),
            path => {
                let params = call.oapi_params()?;
                let agent = params.required("agent_id")?;
                if agent.trim() != self.ids.agent_id.to_string() {
                    return Err(Fault::oapi(400_002).with_message("agentId不合法").at("/agent_id"));
                }
                let name = if path == RECALL { "msg_task_id" } else { "task_id" };
                let wrong = || Fault::oapi(400_002).with_message("taskId不合法").at(format!("/{name}"));
                let task = params.required(name)?.trim().parse::<u64>().map_err(|_not_a_number| wrong())?;
                let after = &mut self.after;
                let Some(sent) = after.notices.get_mut(&task) else { return Err(wrong()) };
                let age = now.duration_since(sent.at);
                let hours = if path == PROGRESS { 7 * HOURS } else { HOURS };
                if age > SignedDuration::from_hours(hours) {
                    return Err(wrong().with_message("taskId已过期"));
                }
                match path {
                    RECALL => {
                        sent.recalled = true;
                        Ok(json!({}))
                    }
                    PROGRESS => {
                        let done = age >= RUNS;
                        let percent = if done { 100 } else { age.as_millis().max(0) * 100 / RUNS.as_millis() };
                        let status = if done { 2 } else { i32::from(percent > 0) };
                        let percent = i64::try_from(percent).unwrap_or(0);
                        Ok(json!({"progress": {"progress_in_percent": percent, "status": status}}))
                    }
                    _ => after.result(task, now),
                }
            }
        }
    }

    fn readers(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let body = call.api_object("param.invalid")?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let expired = || {
            let code = "processQueryKey.expireTime";
            Fault::api(code).with_message(codes::known(code).message).at("/processQueryKey")
        };
        let sent = self.after.cards.get(text("processQueryKey")).ok_or_else(expired)?;
        if now.duration_since(sent.at) > SignedDuration::from_hours(HOURS) {
            return Err(expired());
        }
        let from: usize = text("nextToken").parse().unwrap_or(0);
        let size = body.get("maxResults").and_then(Value::as_u64).unwrap_or(20).clamp(1, 200);
        let size = usize::try_from(size).unwrap_or(200);
        let read: Vec<&str> = sent
            .what
            .recipients
            .iter()
            .map(|one| one.userid.as_str())
            .filter(|userid| self.after.has_read(userid, sent.at, now))
            .collect();
        let page: Vec<&str> = read.iter().copied().skip(from).take(size).collect();
        let end = from + page.len();
        let status = if sent.recalled { "RECALLED" } else { "SUCCESS" };
        let mut answer = json!({"sendStatus": status, "readUserIds": page, "hasMore": end < read.len()});
        if end < read.len() {
            answer["nextToken"] = json!(end.to_string());
        }
        Ok(answer)
    }

    fn robot(&self, code: Option<&str>) -> Result<(), Fault> {
        match code.filter(|code| !code.trim().is_empty()) {
            None => Err(Fault::api("param.empty").at("/robotCode")),
            Some(code) if code != self.ids.robot_code => Err(Fault::api("invalid.robotCode").at("/robotCode")),
            Some(_) => Ok(()),
        }
    }

    fn read_status(&self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        self.robot(call.query("robotCode").as_deref())?;
        let key = call.query("processQueryKey").unwrap_or_default();
        let expired = || {
            let code = "processQueryKey.expireTime";
            Fault::api(code).with_message(codes::known(code).message).at("/processQueryKey")
        };
        let (people, at, recalled) = self.after.robot_message(&key).ok_or_else(expired)?;
        if now.duration_since(at) > SignedDuration::from_hours(HOURS) {
            return Err(expired());
        }
        let list: Vec<Value> = people
            .iter()
            .map(|one| {
                let read = if self.after.has_read(&one.userid, at, now) { "READ" } else { "UNREAD" };
                json!({"name": one.name, "userId": one.userid, "readStatus": read})
            })
            .collect();
        let status = if recalled { "RECALLED" } else { "SUCCESS" };
        Ok(json!({"sendStatus": status, "messageReadInfoList": list}))
    }

    fn recall_robot(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let body = call.api_object("param.invalid")?;
        self.robot(body.get("robotCode").and_then(Value::as_str))?;
        let keys = body.get("processQueryKeys").and_then(Value::as_array).cloned().unwrap_or_default();
        if keys.is_empty() || keys.len() > KEYS {
            return Err(Fault::api("param.invalid").at("/processQueryKeys"));
        }
        let day = SignedDuration::from_hours(HOURS);
        let (mut done, mut failed) = (Vec::new(), Map::new());
        for key in keys.iter().filter_map(Value::as_str) {
            let place = self.after.places.get_mut(key).map(|sent| (sent.at, &mut sent.recalled));
            let found = place.or_else(|| self.after.cards.get_mut(key).map(|sent| (sent.at, &mut sent.recalled)));
            match found {
                Some((at, recalled)) if now.duration_since(at) <= day => {
                    *recalled = true;
                    done.push(key);
                }
                _ => {
                    failed.insert(key.to_owned(), json!("processQueryKey.expireTime"));
                }
            }
        }
        Ok(json!({"successResult": done, "failedResult": failed}))
    }

    fn recall_cards(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let body = call.api_object("param.invalid")?;
        let keys = body.get("processQueryKeys").and_then(Value::as_array).cloned().unwrap_or_default();
        if keys.is_empty() {
            return Err(Fault::api("param.empty").at("/processQueryKeys"));
        }
        let (mut done, mut failed) = (Vec::new(), Map::new());
        for key in keys.iter().filter_map(Value::as_str) {
            match self.after.cards.get_mut(key) {
                Some(sent) if now.duration_since(sent.at) <= SignedDuration::from_hours(HOURS) => {
                    sent.recalled = true;
                    done.push(key);
                }
                _ => {
                    failed.insert(key.to_owned(), json!("processQueryKey.expireTime"));
                }
            }
        }
        Ok(json!({"successResult": done, "failedResult": failed}))
    }
}

impl After {
    fn result(&self, task: u64, now: Timestamp) -> Result<Value, Fault> {
        let not_ready = |message: &str| Fault::oapi(41052).with_message(message).at("/task_id");
        let Some(sent) = self.notices.get(&task) else { return Err(not_ready("taskId不合法")) };
        let people = &sent.what.recipients;
        if people.len() > REPORTED {
            return Err(not_ready("调用超时，请减少发送工作通知人员数量"));
        }
        if now.duration_since(sent.at) < RUNS {
            return Err(not_ready("请确认发送进度是否完成"));
        }
        let (mut read, mut unread, mut invalid) = (Vec::new(), Vec::new(), Vec::new());
        let (mut forbidden, mut rules) = (Vec::new(), Vec::new());
        for person in people {
            let userid = person.userid.as_str();
            match person.fate {
                Fate::Delivered if self.has_read(userid, sent.at, now) => read.push(userid),
                Fate::Delivered => unread.push(userid),
                Fate::Invalid => invalid.push(userid),
                Fate::Dropped(rule) => {
                    forbidden.push(userid);
                    rules.push(json!({"code": rule.code(sent.third_party), "count": 1, "userid": userid}));
                }
            }
        }
        let mut result = Map::new();
        // Empty lists are left out, as in the page's own example.
        for (name, list) in [
            ("read_user_id_list", &read),
            ("unread_user_id_list", &unread),
            ("invalid_user_id_list", &invalid),
            ("forbidden_user_id_list", &forbidden),
        ] {
            if !list.is_empty() {
                result.insert(name.to_owned(), json!(list));
            }
        }
        if !rules.is_empty() {
            result.insert("forbidden_list".to_owned(), json!(rules));
        }
        let departments: Vec<u64> = sent.what.invalid_departments.iter().filter_map(|id| id.parse().ok()).collect();
        if !departments.is_empty() {
            result.insert("invalid_dept_id_list".to_owned(), json!(departments));
        }
        Ok(json!({"send_result": result}))
    }
}
