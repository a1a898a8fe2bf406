//! What a message holds beyond the body: texts of the kinds that do not travel, names of uploaded files. It lives in the
//! `editor` member of a draft file.

use serde_json::{Map, Value, json};

use super::{CardButton, FormRow, MediaNote, MsgKind, NoticeMsg, Part, read::MSG};
use crate::compose::{Kept, KeptMember};

impl NoticeMsg {
    /// What the body does not hold; `travels`: whether the body holds the chosen kind at all. `None` when there is nothing.
    pub(in crate::compose) fn notes(&self, kept: &Kept, travels: bool) -> Option<Value> {
        let mut notes = Map::new();
        let texts: Map<String, Value> = Part::ALL
            .into_iter()
            .filter(|part| !(self.text(*part).is_empty() || travels && self.travels(*part)))
            .map(|part| (part.name(), self.text(part).into()))
            .collect();
        if !texts.is_empty() {
            notes.insert("texts".to_owned(), Value::Object(texts));
        }
        if !(self.rows.is_empty() || travels && self.kind == MsgKind::Oa) {
            let rows = self.rows.iter().map(|row| json!([row.key, row.value])).collect();
            notes.insert("rows".to_owned(), Value::Array(rows));
        }
        if !(self.buttons.is_empty() || travels && self.kind == MsgKind::ActionCard && self.several) {
            let buttons = self.buttons.iter().map(|button| json!([button.title, button.url])).collect();
            notes.insert("buttons".to_owned(), Value::Array(buttons));
        }
        if self.several {
            notes.insert("several".to_owned(), true.into());
        }
        if !travels {
            if self.kind != MsgKind::default() {
                notes.insert("kind".to_owned(), self.kind.name().into());
            }
            if self.as_text {
                notes.insert("as_text".to_owned(), true.into());
            }
        }
        let parked: Vec<Value> = kept
            .0
            .iter()
            .filter(|member| inside(member) && !(travels && self.carries(member)))
            .map(|member| json!({"parent": member.parent, "name": member.name, "value": member.value}))
            .collect();
        if !parked.is_empty() {
            notes.insert("kept".to_owned(), Value::Array(parked));
        }
        if !self.media.is_empty() {
            let media = self.media.iter().map(|note| json!({"id": note.id, "name": note.name, "bytes": note.bytes}));
            notes.insert("media".to_owned(), media.collect());
        }
        (!notes.is_empty()).then_some(Value::Object(notes))
    }

    /// Takes notes over, where the body said nothing; `read`: whether the body had a message.
    pub(in crate::compose) fn apply_notes(&mut self, notes: &Value, kept: &mut Kept, read: bool) {
        // First: what travels depends on it.
        let single = [Part::CardSingleTitle, Part::CardSingleUrl].iter().any(|part| !self.text(*part).is_empty());
        if !(read && self.kind == MsgKind::ActionCard && single) {
            self.several |= notes.get("several").and_then(Value::as_bool).unwrap_or_default();
        }
        for (name, text) in notes.get("texts").and_then(Value::as_object).into_iter().flatten() {
            if let (Some(part), Some(text)) = (Part::from_name(name), text.as_str())
                && !(read && self.travels(part))
                && self.text(part).is_empty()
            {
                text.clone_into(self.text_mut(part));
            }
        }
        let pairs = |name: &str| -> Vec<(String, String)> {
            let list = notes.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            list.iter()
                .filter_map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned())))
                .collect()
        };
        if self.rows.is_empty() && !(read && self.kind == MsgKind::Oa) {
            self.rows = pairs("rows").into_iter().map(|(key, value)| FormRow { key, value }).collect();
        }
        if self.buttons.is_empty() && !(read && self.kind == MsgKind::ActionCard && self.several) {
            self.buttons = pairs("buttons").into_iter().map(|(title, url)| CardButton { title, url }).collect();
        }
        if !read {
            let kind = notes.get("kind").and_then(Value::as_str).and_then(MsgKind::from_name);
            self.kind = kind.unwrap_or(self.kind);
            self.as_text |= notes.get("as_text").and_then(Value::as_bool).unwrap_or_default();
        }
        for member in notes.get("kept").and_then(Value::as_array).into_iter().flatten() {
            let (Some(parent), Some(name), Some(value)) = (
                member.get("parent").and_then(Value::as_str),
                member.get("name").and_then(Value::as_str),
                member.get("value"),
            ) else {
                continue;
            };
            let parked = KeptMember { parent: parent.to_owned(), name: name.to_owned(), value: value.clone() };
            // What travels stands in the body; a note must never add to it.
            if inside(&parked) && !(read && self.carries(&parked)) && !kept.0.contains(&parked) {
                kept.0.push(parked);
            }
        }
        for note in notes.get("media").and_then(Value::as_array).into_iter().flatten() {
            if let (Some(id), Some(name)) =
                (note.get("id").and_then(Value::as_str), note.get("name").and_then(Value::as_str))
                && self.media_note(id).is_none()
            {
                let bytes = note.get("bytes").and_then(Value::as_u64).unwrap_or_default();
                self.media.push(MediaNote { id: id.to_owned(), name: name.to_owned(), bytes });
            }
        }
    }
}

/// Whether a kept member belongs to the message.
pub(in crate::compose) fn inside(member: &KeptMember) -> bool {
    member.parent.strip_prefix(MSG).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
