//! `POST /topapi/message/corpconversation/sendbytemplate`: checked as documented, then delivered or silently dropped by the
//! rules under which DingTalk answers "ok" and delivers nothing.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::arrival::{ArrivedNotice, DropRule, Fate, Message, NoticeRecipient};
use super::call::{Call, Params};
use super::fault::Fault;
use super::templates::{fill, placeholders, translate_ids};
use super::token::App;
use super::world::World;

/// People one send may reach, department members included (41029).
const PEOPLE: usize = 1_000;
/// Entries of `userid_list`.
pub(super) const USER_LIST: usize = 5_000;
/// Entries of `dept_id_list`.
pub(super) const DEPARTMENT_LIST: usize = 500;
/// Notices of the app that one person gets in a day.
const PER_DAY: u32 = 100;
/// People reached within a minute.
const PER_MINUTE: usize = 5_000;
/// Days are those of DingTalk's own time zone, UTC+8.
const DAY_ZONE: Offset = jiff::tz::offset(8);

/// What was delivered lately, for the rules.
#[derive(Debug, Default)]
pub(super) struct Delivered {
    day: Option<Date>,
    today: HashMap<String, PersonToday>,
    minute: VecDeque<(Timestamp, usize)>,
    /// Sends to everyone today.
    to_all: u32,
}

#[derive(Debug, Default)]
struct PersonToday {
    count: u32,
    contents: HashSet<u64>,
}

impl Delivered {
    /// Decides for each valid person, and remembers what was delivered.
    pub(super) fn decide(&mut self, people: &mut [NoticeRecipient], content: u64, now: Timestamp, per_day: u32) {
        self.turn_day(now);
        let minute_ago = now.checked_sub(SignedDuration::from_mins(1)).unwrap_or(Timestamp::MIN);
        self.minute.retain(|(at, _)| *at > minute_ago && *at <= now);
        let mut reached: usize = self.minute.iter().map(|(_, people)| people).sum();
        let before = reached;
        for person in people.iter_mut().filter(|person| person.fate == Fate::Delivered) {
            let today = self.today.entry(person.userid.clone()).or_default();
            let rule = if today.contents.contains(&content) {
                Some(DropRule::SameContent)
            } else if today.count >= per_day {
                Some(DropRule::PerDay)
            } else if reached >= PER_MINUTE {
                Some(DropRule::PerMinute)
            } else {
                None
            };
            if let Some(rule) = rule {
                person.fate = Fate::Dropped(rule);
            } else {
                today.count += 1;
                today.contents.insert(content);
                reached += 1;
            }
        }
        if reached > before {
            self.minute.push_back((now, reached - before));
        }
    }

    fn turn_day(&mut self, now: Timestamp) {
        let day = DAY_ZONE.to_datetime(now).date();
        if self.day != Some(day) {
            self.day = Some(day);
            self.today.clear();
            self.to_all = 0;
        }
    }

    /// Whether everyone may be written to once more today.
    pub(super) fn may_write_to_all(&mut self, now: Timestamp, most: u32) -> bool {
        self.turn_day(now);
        self.to_all < most
    }

    /// Everyone was written to.
    pub(super) fn wrote_to_all(&mut self) {
        self.to_all += 1;
    }
}

impl World {
    /// Checks a notice and delivers it.
    pub(super) fn send_notice(&mut self, call: &Call, app: App, now: Timestamp) -> Result<(Value, Message), Fault> {
        if self.rules.third_party_notices_only && app == App::Internal {
            return Err(Fault::oapi(800_001));
        }
        let params = call.oapi_params()?;
        let agent = params.required("agent_id")?;
        let template_id = params.required("template_id")?;
        if agent.trim() != self.ids.agent_id.to_string() {
            return Err(Fault::oapi(400_002).with_message("agentId不合法").at("/agent_id"));
        }
        let users = list(&params, "userid_list", USER_LIST)?;
        let departments = list(&params, "dept_id_list", DEPARTMENT_LIST)?;
        if users.is_empty() && departments.is_empty() {
            return Err(Fault::oapi(40032).at("/userid_list"));
        }
        let departments: Vec<u64> = departments
            .iter()
            .map(|id| id.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_not_a_number| Fault::oapi(40066).at("/dept_id_list"))?;
        let template = self
            .notice_templates
            .iter()
            .find(|known| known.template.id == template_id)
            .ok_or_else(|| Fault::oapi(885_001).at("/template_id"))?;
        if !template.approved {
            return Err(Fault::oapi(885_006).at("/template_id"));
        }
        let template = template.template.clone();
        let data = data(&params)?;
        let (mut recipients, invalid_departments) = self.everyone(&users, &departments)?;
        let valid = recipients.iter().filter(|person| person.fate == Fate::Delivered).count();
        if valid > PEOPLE {
            let place = if departments.is_empty() { "/userid_list" } else { "/dept_id_list" };
            return Err(Fault::oapi(41029).at(place));
        }

        self.check_minute(valid, app, now)?;
        let (filled, missing) = fill(&template.body, |name| data.get(name).and_then(Value::as_str));
        let text = translate_ids(&filled, |kind, id| match kind {
            "userName" => self.organisation.person(id).map(|person| person.name.to_string()),
            "departmentName" => id
                .parse()
                .ok()
                .and_then(|id| self.organisation.department(id))
                .map(|department| department.name.clone()),
            _ => None,
        });
        let known = placeholders(&template.body);
        let unused = data.keys().filter(|key| !known.contains(key)).cloned().collect();
        let mut hasher = DefaultHasher::new();
        (&template.id, &text).hash(&mut hasher);
        self.delivered.decide(&mut recipients, hasher.finish(), now, PER_DAY);
        let task_id = self.next_task();
        let notice =
            ArrivedNotice { template, task_id, text, missing, unused, recipients, invalid_departments, free: None };
        Ok((json!({"task_id": task_id}), Message::Notice(Arc::new(notice))))
    }

    /// People per minute, where they are limited by a refusal.
    pub(super) fn check_minute(&self, people: usize, app: App, now: Timestamp) -> Result<(), Fault> {
        let Some(limit) = self.rules.people_per_minute else { return Ok(()) };
        let minute_ago = now.checked_sub(SignedDuration::from_mins(1)).unwrap_or(Timestamp::MIN);
        let lately = self.delivered.minute.iter().filter(|(at, _)| *at > minute_ago && *at <= now);
        let reached: usize = lately.map(|(_, people)| people).sum();
        if reached + people > usize::try_from(limit).unwrap_or(usize::MAX) {
            let code = if app == App::Internal { 41_047 } else { 41_048 };
            return Err(Fault::oapi(code).with_message(super::codes::known(&code.to_string()).message));
        }
        Ok(())
    }

    /// Everyone the two lists name, each once, and the departments that are not valid.
    ///
    /// Invalid entries among valid ones are accepted (a send result lists them); when nobody is left because all entries are
    /// invalid, the call is refused.
    pub(super) fn everyone(
        &self,
        users: &[String],
        departments: &[u64],
    ) -> Result<(Vec<NoticeRecipient>, Vec<String>), Fault> {
        let mut people: indexmap::IndexMap<String, NoticeRecipient> = indexmap::IndexMap::new();
        let mut invisible = false;
        for userid in users {
            let person = self.organisation.person(userid);
            let seen = person.is_some_and(|person| self.may_see(person));
            invisible |= person.is_some() && !seen;
            people.entry(userid.clone()).or_insert_with(|| NoticeRecipient {
                userid: userid.clone(),
                name: person.map(|person| person.name.to_string()).unwrap_or_default(),
                fate: if seen { Fate::Delivered } else { Fate::Invalid },
            });
        }
        let mut invalid = Vec::new();
        for id in departments {
            if self.organisation.department(*id).is_none() || !self.in_range(*id) {
                invalid.push(id.to_string());
                continue;
            }
            for below in self.organisation.with_below(*id) {
                let Some(department) = self.organisation.department(below) else { continue };
                for person in self.members(department) {
                    people.entry(person.userid.to_string()).or_insert_with(|| NoticeRecipient {
                        userid: person.userid.to_string(),
                        name: person.name.to_string(),
                        fate: Fate::Delivered,
                    });
                }
            }
        }
        let nobody = people.values().all(|person| person.fate == Fate::Invalid);
        if nobody && invalid.len() == departments.len() {
            return Err(match (users.is_empty(), invisible) {
                (true, _) => Fault::oapi(60003).at("/dept_id_list"),
                (false, true) => Fault::oapi(50002).at("/userid_list"),
                (false, false) => Fault::oapi(33012).at("/userid_list"),
            });
        }
        Ok((people.into_values().collect(), invalid))
    }
}

/// A comma-joined list, empty entries left out.
pub(super) fn list(params: &Params, name: &'static str, max: usize) -> Result<Vec<String>, Fault> {
    let text = match params.value(name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(_) | Value::Object(_) | Value::Bool(_)) => {
            return Err(Fault::oapi(40035).at(format!("/{name}")));
        }
        Some(_) => params.text(name).unwrap_or_default(),
    };
    let entries: Vec<String> = text.split(',').filter(|entry| !entry.is_empty()).map(str::to_owned).collect();
    if entries.len() > max {
        let message = format!("Invalid arguments:the list size({name}) must be less than {max}");
        return Err(Fault::oapi(41).with_message(message).at(format!("/{name}")));
    }
    Ok(entries)
}

/// `data`: JSON text as the page says, or the object that the official SDK sends; text values only.
fn data(params: &Params) -> Result<Map<String, Value>, Fault> {
    let object = match params.value("data") {
        None => return Ok(Map::new()),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(Map::new()),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(Fault::oapi(40035).at("/data")),
            Err(_) => return Err(Fault::oapi(47001).at("/data")),
        },
        Some(Value::Object(object)) => object.clone(),
        Some(_) => return Err(Fault::oapi(40035).at("/data")),
    };
    match object.iter().find(|(_, value)| !value.is_string()) {
        Some((key, _)) => Err(Fault::oapi(40035).at(format!("/data/{key}"))),
        None => Ok(object),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(userid: &str) -> Vec<NoticeRecipient> {
        vec![NoticeRecipient { userid: userid.to_owned(), name: String::new(), fate: Fate::Delivered }]
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let mut delivered = Delivered::default();
        let fate = |delivered: &mut Delivered, at: &str| {
            let mut people = person("a");
            delivered.decide(&mut people, 1, at.parse().unwrap(), PER_DAY);
            people[0].fate
        };
        assert_eq!(fate(&mut delivered, "2026-03-01T15:59:00Z"), Fate::Delivered);
        assert_eq!(fate(&mut delivered, "2026-03-01T15:59:30Z"), Fate::Dropped(DropRule::SameContent));
        assert_eq!(fate(&mut delivered, "2026-03-01T16:00:00Z"), Fate::Delivered, "23:59 and 00:00 there");
    }

    #[test]
    fn a_hundred_a_day_and_five_thousand_a_minute() {
        let mut delivered = Delivered::default();
        let start: Timestamp = "2026-03-01T02:00:00Z".parse().unwrap();
        for content in 0..100 {
            let mut people = person("a");
            delivered.decide(&mut people, content, start, PER_DAY);
            assert_eq!(people[0].fate, Fate::Delivered);
        }
        let mut people = person("a");
        delivered.decide(&mut people, 100, start, PER_DAY);
        assert_eq!(people[0].fate, Fate::Dropped(DropRule::PerDay));

        let later = start + SignedDuration::from_mins(2);
        let mut crowd: Vec<NoticeRecipient> = (0..5_001).flat_map(|at| person(&format!("p{at}"))).collect();
        delivered.decide(&mut crowd, 7, later, PER_DAY);
        assert_eq!(crowd[4_999].fate, Fate::Delivered);
        assert_eq!(crowd[5_000].fate, Fate::Dropped(DropRule::PerMinute));
        let mut people = person("p5000");
        delivered.decide(&mut people, 7, later + SignedDuration::from_secs(61), PER_DAY);
        assert_eq!(people[0].fate, Fate::Delivered, "a minute later it goes through");
    }
}
