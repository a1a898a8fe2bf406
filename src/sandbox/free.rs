//! `POST /topapi/message/corpconversation/asyncsend_v2` and `…/status_bar/update`: checked as documented, then delivered or
//! silently dropped by the same rules as notices by template.
//!
//! Which errcode answers a bad `msg` is not on the pages of these calls; the codes are those of the global table whose words
//! fit. Whether 100 or 5,000 people may be listed the documents disagree about: the stand-in takes the larger.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::arrival::{ArrivedNotice, Fate, FreeMessage, Message, NoticeRecipient, StatusBar};
use super::call::{Call, Params};
use super::fault::Fault;
use super::notice::{DEPARTMENT_LIST, USER_LIST, list};
use super::token::App;
use super::world::World;
use crate::compose::notice::NoticeTemplate;

/// People one send of an internal app may reach, and of a third-party app (41029).
const PEOPLE: (usize, usize) = (5_000, 1_000);
/// Notices of the app that one person gets in a day: internal, third-party.
const PER_DAY: (u32, u32) = (500, 100);
/// Bytes of `msg`.
const MESSAGE: usize = 2_048;
/// Sends to everyone in a day.
const TO_ALL: u32 = 3;
/// People of a message with a status bar.
const STATUS_BAR_PEOPLE: usize = 5;
/// How long a status bar may be changed.
const STATUS_BAR_DAYS: i64 = 7;

impl World {
    /// Checks a free-form notice and delivers it.
    pub(super) fn send_free(&mut self, call: &Call, app: App, now: Timestamp) -> Result<(Value, Message), Fault> {
        let third_party = app != App::Internal;
        let params = call.oapi_params()?;
        let agent = params.required("agent_id")?;
        if agent.trim() != self.ids.agent_id.to_string() {
            return Err(Fault::oapi(40056).at("/agent_id"));
        }
        let users = list(&params, "userid_list", USER_LIST)?;
        let departments = list(&params, "dept_id_list", DEPARTMENT_LIST)?;
        let to_all = truth(&params, "to_all_user")?;
        let msg = message(&params)?;
        self.check_message(&msg)?;
        let departments: Vec<u64> = departments
            .iter()
            .map(|id| id.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_not_a_number| Fault::oapi(40066).at("/dept_id_list"))?;
        let bar = status_bar(&msg);
        if bar.is_some() && (to_all || !departments.is_empty() || users.len() > STATUS_BAR_PEOPLE) {
            return Err(Fault::oapi(40035).at("/msg/oa/status_bar"));
        }
        let (mut recipients, invalid_departments) = if to_all {
            if third_party {
                return Err(Fault::oapi(41028).at("/to_all_user"));
            }
            if !self.delivered.may_write_to_all(now, TO_ALL) {
                return Err(Fault::oapi(41045).at("/to_all_user"));
            }
            (self.all_people(), Vec::new())
        } else {
            if users.is_empty() && departments.is_empty() {
                return Err(Fault::oapi(40032).at("/userid_list"));
            }
            let found = self.everyone(&users, &departments)?;
            let valid = found.0.iter().filter(|person| person.fate == Fate::Delivered).count();
            if valid > if third_party { PEOPLE.1 } else { PEOPLE.0 } {
                let place = if departments.is_empty() { "/userid_list" } else { "/dept_id_list" };
                return Err(Fault::oapi(41029).at(place));
            }
            found
        };
        let mut hasher = DefaultHasher::new();
        let msg = Value::Object(msg);
        msg.to_string().hash(&mut hasher);
        let Value::Object(msg) = msg else { return Err(Fault::oapi(34014).at("/msg")) };
        let valid = recipients.iter().filter(|person| person.fate == super::Fate::Delivered).count();
        self.check_minute(valid, app, now)?;
        let per_day = if third_party { PER_DAY.1 } else { PER_DAY.0 };
        self.delivered.decide(&mut recipients, hasher.finish(), now, per_day);
        if to_all {
            self.delivered.wrote_to_all();
        }
        let task_id = self.next_task();
        let mut media = Vec::new();
        media_ids(&msg, &mut |id, _| media.extend(self.media.get(id).cloned()));
        let text = visible(&msg);
        let free =
            FreeMessage { kind: kind_of(&msg).to_owned(), msg: Value::Object(msg), to_all, status_bar: bar, media };
        let notice = ArrivedNotice {
            template: NoticeTemplate::default(),
            task_id,
            text,
            missing: Vec::new(),
            unused: Vec::new(),
            recipients,
            invalid_departments,
            free: Some(free),
        };
        Ok((json!({"task_id": task_id}), Message::Notice(Arc::new(notice))))
    }

    fn all_people(&self) -> Vec<NoticeRecipient> {
        self.organisation
            .people()
            .iter()
            .filter(|person| self.may_see(person))
            .map(|person| NoticeRecipient {
                userid: person.userid.to_string(),
                name: person.name.to_string(),
                fate: Fate::Delivered,
            })
            .collect()
    }

    /// Refuses what the page of the messages does not allow.
    fn check_message(&self, msg: &Map<String, Value>) -> Result<(), Fault> {
        let kind = kind_of(msg);
        let empty_code = match kind {
            "text" => 44004,
            "image" => 34008,
            "voice" => 34011,
            "file" => 34010,
            "link" => 34009,
            "oa" | "markdown" | "action_card" => 34014,
            _ => return Err(Fault::oapi(40008).at("/msg/msgtype")),
        };
        let root = format!("/msg/{kind}");
        let Some(Value::Object(inside)) = msg.get(kind) else { return Err(Fault::oapi(34014).at(root)) };
        let text = |name: &str| inside.get(name).and_then(text_of).unwrap_or_default();
        let at = |name: &str| format!("/msg/{kind}/{name}");
        let needed: &[&str] = match kind {
            "text" => &["content"],
            "link" => &["messageUrl", "title", "text"],
            "markdown" => &["title", "text"],
            "action_card" => &["markdown"],
            "oa" => &["message_url"],
            _ => &["media_id"],
        };
        if let Some(name) = needed.iter().find(|name| text(name).trim().is_empty()) {
            return Err(Fault::oapi(empty_code).at(at(name)));
        }
        match kind {
            "voice" if !text("duration").parse::<u32>().is_ok_and(|seconds| (1..60).contains(&seconds)) => {
                return Err(Fault::oapi(45007).at(at("duration")));
            }
            "markdown" if text("text").chars().count() > 5_000 => return Err(Fault::oapi(45002).at(at("text"))),
            "oa" if !matches!(inside.get("head"), Some(Value::Object(_)))
                || !matches!(inside.get("body"), Some(Value::Object(_))) =>
            {
                return Err(Fault::oapi(34014).at(root));
            }
            "action_card" => check_buttons(inside)?,
            _ => {}
        }
        let mut unknown = None;
        media_ids(msg, &mut |id, place| {
            if unknown.is_none() && !self.media.contains_key(id) {
                unknown = Some(place.to_owned());
            }
        });
        unknown.map_or(Ok(()), |place| Err(Fault::oapi(40007).at(place)))
    }

    /// Changes the status bar of an OA notice of the last seven days.
    pub(super) fn update_status_bar(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let params = call.oapi_params()?;
        let agent = params.required("agent_id")?;
        let task = params.required("task_id")?;
        let value = params.required("status_value")?;
        if agent.trim() != self.ids.agent_id.to_string() {
            return Err(Fault::oapi(40056).at("/agent_id"));
        }
        let background = params.text("status_bg").unwrap_or_default();
        let wrong = || Fault::oapi(40035).at("/task_id");
        let task: u64 = task.trim().parse().map_err(|_not_a_number| wrong())?;
        let (sent_at, notice) = self.notice_of_task(task).ok_or_else(wrong)?;
        let late = now.duration_since(sent_at) > SignedDuration::from_hours(24 * STATUS_BAR_DAYS);
        match &mut Arc::make_mut(notice).free {
            Some(free) if free.kind == "oa" && !late => {
                free.status_bar = Some(StatusBar { value, background });
                Ok(json!({}))
            }
            _ => Err(wrong()),
        }
    }
}

fn check_buttons(card: &Map<String, Value>) -> Result<(), Fault> {
    let text = |name: &str| card.get(name).and_then(text_of).unwrap_or_default();
    let at = |name: &str| format!("/msg/action_card/{name}");
    match card.get("btn_json_list") {
        None => {
            for (name, max, errcode) in [("single_title", 20, 45003), ("single_url", 500, 45005)] {
                let characters = text(name).chars().count();
                if characters == 0 {
                    return Err(Fault::oapi(34014).at(at(name)));
                }
                if characters > max {
                    return Err(Fault::oapi(errcode).at(at(name)));
                }
            }
            Ok(())
        }
        Some(list) => {
            let items = match list {
                Value::Array(items) if !items.is_empty() => items,
                _ => return Err(Fault::oapi(34014).at(at("btn_json_list"))),
            };
            if !matches!(text("btn_orientation").as_str(), "0" | "1") {
                return Err(Fault::oapi(34014).at(at("btn_orientation")));
            }
            if list.to_string().chars().count() > 1_000 {
                return Err(Fault::oapi(45002).at(at("btn_json_list")));
            }
            for (index, item) in items.iter().enumerate() {
                for (name, max, errcode) in [("title", 20, 45003), ("action_url", 700, 45005)] {
                    let characters = item.get(name).and_then(text_of).unwrap_or_default().chars().count();
                    let place = format!("/msg/action_card/btn_json_list/{index}/{name}");
                    if characters == 0 {
                        return Err(Fault::oapi(34014).at(place));
                    }
                    if characters > max {
                        return Err(Fault::oapi(errcode).at(place));
                    }
                }
            }
            Ok(())
        }
    }
}

/// `msg`: JSON text as the page's curl has it (without its stray backslashes), or the object that the official SDK sends.
fn message(params: &Params) -> Result<Map<String, Value>, Fault> {
    let (object, bytes) = match params.value("msg") {
        None => {
            let message = "Missing required arguments:msg";
            return Err(Fault::oapi(40).with_message(message).at("/msg"));
        }
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(Value::Object(object)) => (object, text.len()),
            _ => return Err(Fault::oapi(34014).at("/msg")),
        },
        Some(Value::Object(object)) => (object.clone(), Value::Object(object.clone()).to_string().len()),
        Some(_) => return Err(Fault::oapi(34014).at("/msg")),
    };
    if bytes > MESSAGE {
        return Err(Fault::oapi(45002).at("/msg"));
    }
    Ok(object)
}

fn truth(params: &Params, name: &'static str) -> Result<bool, Fault> {
    match params.text(name).as_deref().map(str::trim) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Fault::oapi(40035).at(format!("/{name}"))),
    }
}

fn kind_of(msg: &Map<String, Value>) -> &str {
    msg.get("msgtype").and_then(Value::as_str).unwrap_or_default()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn status_bar(msg: &Map<String, Value>) -> Option<StatusBar> {
    let bar = msg.get("oa")?.get("status_bar")?.as_object()?;
    let text = |name: &str| bar.get(name).and_then(text_of).unwrap_or_default();
    let bar = StatusBar { value: text("status_value"), background: text("status_bg") };
    (!bar.value.is_empty() || !bar.background.is_empty()).then_some(bar)
}

/// Every media id of a message with its place. A picture given by address is none.
fn media_ids(msg: &Map<String, Value>, found: &mut dyn FnMut(&str, &str)) {
    let kind = kind_of(msg);
    let path: &[&str] = match kind {
        "image" | "voice" | "file" => &["media_id"],
        "link" => &["picUrl"],
        "oa" => &["body", "image"],
        _ => return,
    };
    let mut value = msg.get(kind);
    for name in path {
        value = value.and_then(|value| value.get(name));
    }
    if let Some(id) = value.and_then(Value::as_str)
        && !id.is_empty()
        && !id.starts_with("http://")
        && !id.starts_with("https://")
    {
        found(id, &format!("/msg/{kind}/{}", path.join("/")));
    }
}

/// What a reader sees, line by line.
fn visible(msg: &Map<String, Value>) -> String {
    let kind = kind_of(msg);
    let Some(inside) = msg.get(kind) else { return String::new() };
    let mut lines = Vec::new();
    let mut line = |value: Option<&Value>| lines.extend(value.and_then(text_of).filter(|text| !text.is_empty()));
    if kind == "oa" {
        let body = &inside["body"];
        line(body.get("title"));
        for row in body["form"].as_array().map(Vec::as_slice).unwrap_or_default().iter().take(6) {
            let text = |name: &str| row.get(name).and_then(text_of).unwrap_or_default();
            line(Some(&Value::String(format!("{} {}", text("key"), text("value")).trim().to_owned())));
        }
        let rich = |name: &str| body["rich"].get(name).and_then(text_of).unwrap_or_default();
        line(Some(&Value::String(format!("{} {}", rich("num"), rich("unit")).trim().to_owned())));
        line(body.get("content"));
        line(body.get("author"));
    } else {
        for name in ["title", "content", "text", "markdown", "single_title"] {
            line(inside.get(name));
        }
        for button in inside["btn_json_list"].as_array().map(Vec::as_slice).unwrap_or_default() {
            line(button.get("title"));
        }
    }
    lines.join("\n")
}
