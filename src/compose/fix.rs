//! What the program can do about a finding, for the button beside it.
//!
//! [`offer`] is cheap and asked once for every finding that is shown; [`apply`] does it. No fix guesses: each says what it
//! will do, and what it takes out was named by the finding.

use std::sync::Arc;

use serde_json::Value;

use super::{
    CardDraft, CardVia, Draft, Finding, Kept, KeptMember, NoticeDraft, PersonRef,
    card::{ParamRow, ValueKind},
    card_write::PARAMS,
    encode::text_kind,
    json,
    locate::{Field, field_of},
    notice::DataField,
    notice_body::DATA,
    paste,
    repair::repair,
    tree::compact_value,
    ways::{
        self, CardField,
        slot::{Slot, SlotMut},
    },
};
use crate::lang::Lang;

/// What a button does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fix {
    /// Makes another outTrackId.
    NewOutTrackId,
    /// Makes several entries of one, without quotes and brackets.
    Split(Vec<String>),
    /// Takes the entry out.
    Remove,
    /// Puts another value in its place.
    Replace(String),
    /// Gives the row the type JSON.
    AsJson,
    /// Takes a reserved key apart into the rows and lines of the form.
    TakeApart,
    /// Takes what is kept into the form, with its type.
    TakeOver,
    /// Gives a kept member the name that was meant.
    Rename(String),
    /// Drops a kept member.
    Drop,
    /// Adds the field to `data`.
    AddField,
    /// Goes the way that has the member.
    SwitchWay(CardVia),
    /// Updates by key, so that nothing is erased.
    ByKey,
    /// Sets `callbackType` to `HTTP`, where a route is given.
    HttpCallback,
}

impl Fix {
    /// The text of the button.
    pub fn label(&self, lang: Lang) -> String {
        let text = match self {
            Self::NewOutTrackId => tr!(lang, "fix.new_out_track_id"),
            Self::Split(parts) => match parts.as_slice() {
                [one] => tr!(lang, "fix.replace", value = short(one)),
                parts => tr!(lang, "fix.split", count = parts.len()),
            },
            Self::Remove => tr!(lang, "fix.remove"),
            Self::Replace(value) if value.is_empty() => tr!(lang, "fix.clear"),
            Self::Replace(value) => tr!(lang, "fix.replace", value = short(value)),
            Self::AsJson => tr!(lang, "fix.as_json"),
            Self::TakeApart => tr!(lang, "fix.take_apart"),
            Self::TakeOver => tr!(lang, "fix.take_over"),
            Self::Rename(name) => tr!(lang, "fix.rename", name = name),
            Self::Drop => tr!(lang, "fix.drop"),
            Self::AddField => tr!(lang, "fix.add_field"),
            Self::SwitchWay(way) => tr!(lang, "fix.switch_way", way = way.label(lang)),
            Self::ByKey => tr!(lang, "fix.by_key"),
            Self::HttpCallback => tr!(lang, "fix.http_callback"),
        };
        text.into_owned()
    }
}

fn short(text: &str) -> String {
    let mut shown: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(24).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// What can be done about a finding; `None` when only the person can.
pub fn offer(draft: &Draft, finding: &Finding) -> Option<Fix> {
    let (_, name) = finding.code.split_once('.')?;
    let field = field_of(draft, finding);
    match name {
        "out_track_empty"
        | "out_track_too_long"
        | "out_track_long"
        | "out_track_space"
        | "out_track_characters"
        | "out_track_reused"
        | "out_track_exists"
        | "out_track_again" => Some(Fix::NewOutTrackId),
        "member_other_way" => {
            let Draft::Card(card) = draft else { return None };
            ways::other_way_of(card.via, &finding.pointer).map(Fix::SwitchWay)
        }
        "update_overwrites" | "update_erases" | "update_erases_private" => Some(Fix::ByKey),
        "callback_type_missing" => Some(Fix::HttpCallback),
        "single_without" => Some(Fix::Replace(String::new())),
        "receiver_joined" | "receiver_bad" | "user_bad" => {
            let parts = paste::ids(id_at(draft, field)?);
            (!parts.is_empty()).then_some(Fix::Split(parts))
        }
        "receiver_empty"
        | "receiver_duplicate"
        | "user_empty"
        | "user_duplicate"
        | "department_duplicate"
        | "at_duplicate"
        | "space_twice"
        | "space_id_empty"
        | "at_id_empty" => Some(Fix::Remove),
        "id_space" | "template_space" => Some(Fix::Replace(
            text_at(draft, field)?.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect(),
        )),
        "value_not_number" => plain_number(text_at(draft, field)?).map(Fix::Replace),
        "value_not_boolean" => truth(text_at(draft, field)?).map(|value| Fix::Replace(value.to_owned())),
        "value_not_json" | "full_json_not_object" | "last_message_not_object" => {
            repair(text_at(draft, field)?).map(Fix::Replace)
        }
        "full_json_by_hand" | "last_message_by_hand" if matches!(field, Field::Params(_)) => Some(Fix::TakeApart),
        "value_looks_like_json" => Some(Fix::AsJson),
        "agent_not_digits" => {
            let digits = text_at(draft, field)?.trim();
            (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| Fix::Replace(digits.to_owned()))
        }
        "unicode_escape" => unescaped(text_at(draft, field)?).map(Fix::Replace),
        "field_missing" => Some(Fix::AddField),
        "config_beside" | "field_not_text" | "member_mistyped" | "data_not_object" => {
            let member = kept_at(draft, finding)?;
            let taken = match draft {
                Draft::Card(card) => typed_member(card, member).is_some(),
                Draft::Notice(_) => typed_notice_member(member).is_some(),
            };
            taken.then_some(Fix::TakeOver)
        }
        "member_close" => {
            let (_, meant) = finding.args.iter().find(|(name, _)| *name == "meant")?;
            Some(Fix::Rename(meant.clone()))
        }
        "member_unknown"
        | "member_other_api"
        | "member_twice"
        | "member_shadowed"
        | "member_without_name"
        | "token_in_body" => Some(Fix::Drop),
        _ => None,
    }
}

/// Does what was offered for a finding of this very draft; `false` when there was nothing to do. `new_out_track_id` makes
/// an outTrackId.
pub fn apply(draft: &mut Draft, finding: &Finding, fix: &Fix, new_out_track_id: impl FnOnce() -> String) -> bool {
    let field = field_of(draft, finding);
    match (fix, draft) {
        (Fix::NewOutTrackId, Draft::Card(card)) => {
            card.out_track_id = new_out_track_id();
            true
        }
        (Fix::Split(parts), draft) => split(draft, field, parts),
        (Fix::Remove, draft) => remove(draft, field),
        (Fix::Replace(value), draft) => set_text(draft, field, value.clone()),
        (Fix::AsJson, Draft::Card(card)) => as_json(card, field),
        (Fix::TakeApart, draft) => {
            reread(draft);
            true
        }
        (Fix::TakeOver, Draft::Card(card)) => take_over(card, &finding.pointer),
        (Fix::TakeOver, Draft::Notice(notice)) => take_over_notice(notice, &finding.pointer),
        (Fix::Rename(name), draft) => rename(draft, &finding.pointer, name),
        (Fix::Drop, draft) => kept_mut(draft).drop_last_at(&finding.pointer),
        (Fix::AddField, Draft::Notice(notice)) => {
            let name = finding.args.iter().find(|(name, _)| *name == "key").map(|(_, value)| value.clone());
            notice.data.extend(name.map(|key| DataField { key, value: String::new() }));
            true
        }
        (Fix::SwitchWay(way), Draft::Card(card)) => {
            card.switch(*way);
            true
        }
        (Fix::ByKey, Draft::Card(card)) => {
            if finding.code == "card.update_erases_private" {
                card.update_private_by_key = Some(true);
            } else {
                card.update_by_key = Some(true);
            }
            true
        }
        (Fix::HttpCallback, Draft::Card(card)) => {
            "HTTP".clone_into(&mut card.create.callback_type);
            true
        }
        (Fix::NewOutTrackId | Fix::AsJson | Fix::AddField | Fix::SwitchWay(_) | Fix::ByKey | Fix::HttpCallback, _) => {
            false
        }
    }
}

fn kept(draft: &Draft) -> &Kept {
    match draft {
        Draft::Card(card) => &card.kept,
        Draft::Notice(notice) => &notice.kept,
    }
}

fn kept_mut(draft: &mut Draft) -> &mut Kept {
    match draft {
        Draft::Card(card) => &mut card.kept,
        Draft::Notice(notice) => &mut notice.kept,
    }
}

fn kept_at<'d>(draft: &'d Draft, finding: &Finding) -> Option<&'d KeptMember> {
    kept(draft).0.iter().find(|member| member.pointer() == finding.pointer)
}

/// The id of a person in a list.
fn id_at(draft: &Draft, field: Field) -> Option<&str> {
    let person = match (draft, field) {
        (Draft::Card(card), Field::Receivers(Some(at))) => card.receivers.get(at),
        (Draft::Notice(notice), Field::Users(Some(at))) => notice.users.get(at),
        _ => None,
    };
    Some(person?.id.as_str())
}

/// The text of a field.
fn text_at(draft: &Draft, field: Field) -> Option<&str> {
    match (draft, field) {
        (Draft::Card(card), Field::CardTemplate) => Some(&card.card_template_id),
        (Draft::Card(card), Field::Conversation) => Some(&card.open_conversation_id),
        (Draft::Card(card), Field::Robot) => Some(&card.robot_code),
        (Draft::Card(card), Field::Callback) => Some(&card.callback_route_key),
        (Draft::Card(card), Field::Params(Some(at))) => Some(&card.params.get(at)?.value),
        (Draft::Card(card), Field::Private { row: Some(row), column: Some(column) }) => {
            card.private.rows.get(row)?.cells.get(column)?.as_deref()
        }
        (Draft::Card(card), Field::Spaces(Some(at))) => Some(&card.create.spaces.get(at)?.to.id),
        (Draft::Card(card), Field::Card(field)) => match card.slot(field) {
            Slot::Text(text) => Some(text),
            _ => None,
        },
        (Draft::Notice(notice), Field::Agent) => Some(&notice.agent_id),
        (Draft::Notice(notice), Field::NoticeTemplate) => Some(&notice.template_id),
        (Draft::Notice(notice), Field::Data(Some(at))) => Some(&notice.data.get(at)?.value),
        (Draft::Notice(notice), Field::Message(Some(part))) => Some(notice.msg.text(part)),
        _ => None,
    }
}

fn set_text(draft: &mut Draft, field: Field, value: String) -> bool {
    let slot = match (draft, field) {
        (Draft::Card(card), Field::CardTemplate) => Some(&mut card.card_template_id),
        (Draft::Card(card), Field::Conversation) => Some(&mut card.open_conversation_id),
        (Draft::Card(card), Field::Robot) => Some(&mut card.robot_code),
        (Draft::Card(card), Field::Callback) => Some(&mut card.callback_route_key),
        (Draft::Card(card), Field::Params(Some(at))) => card.params.get_mut(at).map(|row| &mut row.value),
        (Draft::Card(card), Field::Private { row: Some(row), column: Some(column) }) => {
            let table = Arc::make_mut(&mut card.private);
            table.rows.get_mut(row).and_then(|row| row.cells.get_mut(column)).and_then(Option::as_mut)
        }
        (Draft::Card(card), Field::Card(field)) => match card.slot_mut(field) {
            SlotMut::Text(text) => Some(text),
            _ => None,
        },
        (Draft::Notice(notice), Field::Agent) => Some(&mut notice.agent_id),
        (Draft::Notice(notice), Field::NoticeTemplate) => Some(&mut notice.template_id),
        (Draft::Notice(notice), Field::Data(Some(at))) => notice.data.get_mut(at).map(|field| &mut field.value),
        (Draft::Notice(notice), Field::Message(Some(part))) => Some(notice.msg.text_mut(part)),
        _ => None,
    };
    slot.map(|slot| *slot = value).is_some()
}

fn split(draft: &mut Draft, field: Field, parts: &[String]) -> bool {
    let (list, at) = match (draft, field) {
        (Draft::Card(card), Field::Receivers(Some(at))) => (&mut *card.receivers, at),
        (Draft::Notice(notice), Field::Users(Some(at))) => (&mut notice.users, at),
        _ => return false,
    };
    if at >= list.len() {
        return false;
    }
    // Those who are in the list already are not put in again.
    let people: Vec<_> = parts
        .iter()
        .filter(|id| !list.iter().enumerate().any(|(other, person)| other != at && person.id == **id))
        .map(|id| PersonRef { id: id.clone(), name: String::new() })
        .collect();
    list.splice(at..=at, people);
    true
}

fn remove(draft: &mut Draft, field: Field) -> bool {
    fn take<T>(list: &mut Vec<T>, at: usize) -> bool {
        let there = at < list.len();
        if there {
            list.remove(at);
        }
        there
    }
    match (draft, field) {
        (Draft::Card(card), Field::Receivers(Some(at))) => take(&mut card.receivers, at),
        (Draft::Card(card), Field::At(Some(at))) => take(&mut card.at_open_ids, at),
        (Draft::Card(card), Field::Spaces(Some(at))) => take(&mut card.create.spaces, at),
        (Draft::Notice(notice), Field::Users(Some(at))) => take(&mut notice.users, at),
        (Draft::Notice(notice), Field::Departments(Some(at))) => take(&mut notice.departments, at),
        _ => false,
    }
}

fn as_json(card: &mut CardDraft, field: Field) -> bool {
    match field {
        Field::Params(Some(at)) => card.params.get_mut(at).map(|row| row.kind = ValueKind::Json).is_some(),
        Field::Private { column: Some(at), .. } => {
            let table = Arc::make_mut(&mut card.private);
            // A column has one type; cells that are no JSON become JSON texts and stay what they are.
            for cell in table.rows.iter_mut().filter_map(|row| row.cells.get_mut(at)?.as_mut()) {
                if json::parse_inner(cell).is_err() {
                    *cell = compact_value(&Value::String(std::mem::take(cell)));
                }
            }
            table.columns.get_mut(at).map(|column| column.kind = ValueKind::Json).is_some()
        }
        _ => false,
    }
}

/// Reads the draft again from its own text: what was typed by hand under a reserved key becomes rows.
fn reread(draft: &mut Draft) {
    if let Ok(mut again) = Draft::from_text(draft.via(), &draft.to_pretty_text()) {
        again.remember(draft);
        *draft = again;
    }
}

fn rename(draft: &mut Draft, pointer: &str, name: &str) -> bool {
    let Some(member) = kept_mut(draft).0.iter_mut().find(|member| member.pointer() == pointer) else { return false };
    name.clone_into(&mut member.name);
    reread(draft);
    true
}

/// A kept member as a body would have it with the right type.
fn typed_member(card: &CardDraft, member: &KeptMember) -> Option<Value> {
    let KeptMember { parent, name, value } = member;
    if parent == PARAMS || parent == "/cardData" && name == "config" && value.is_object() {
        return Some(value.clone());
    }
    let slot = ways::field_at(card.via, &member.pointer()).map(|field| (field, card.slot(field)));
    match (slot, value) {
        (Some((CardField::UserIdType, _)), Value::String(text)) => {
            matches!(text.trim(), "1" | "2").then(|| json::number(text.trim().to_owned()))
        }
        (Some((_, Slot::Integer(_))), Value::String(text)) => {
            text.trim().parse::<i64>().is_ok().then(|| json::number(text.trim().to_owned()))
        }
        (Some((_, Slot::Ids(_))), Value::String(text)) => Some(paste::ids(text).into()),
        (Some((_, Slot::Ids(_))), Value::Array(items)) => texts_of(items).map(Value::from),
        (Some((_, Slot::Truth(_))), Value::String(text)) => truth(text).map(|truth| Value::Bool(truth == "true")),
        (Some((_, Slot::Text(_))), Value::Number(number)) => Some(Value::String(number.to_string())),
        (None, Value::Number(number)) => {
            let inside = ways::field_at(card.via, parent).map(|field| card.slot(field));
            matches!(inside, Some(Slot::At(_) | Slot::Pairs(_))).then(|| Value::String(number.to_string()))
        }
        _ => None,
    }
}

fn take_over(card: &mut CardDraft, pointer: &str) -> bool {
    let Some(at) = card.kept.0.iter().position(|member| member.pointer() == pointer) else { return false };
    let Some(value) = card.kept.0.get(at).and_then(|member| typed_member(card, member)) else { return false };
    let mut member = card.kept.0.remove(at);
    if matches!(member.parent.as_str(), "/cardData" | PARAMS) {
        let (kind, value) = match value {
            Value::String(text) => (text_kind(&text), text),
            Value::Number(number) => (ValueKind::Number, number.to_string()),
            Value::Bool(truth) => (ValueKind::Boolean, truth.to_string()),
            other => (ValueKind::Json, compact_value(&other)),
        };
        card.params.push(ParamRow { key: member.name, kind, value });
        return true;
    }
    member.value = value;
    card.kept.0.insert(at, member);
    let mut draft = Draft::Card(std::mem::take(card));
    reread(&mut draft);
    if let Draft::Card(again) = draft {
        *card = again;
    }
    true
}

fn texts_of(items: &[Value]) -> Option<Vec<String>> {
    items
        .iter()
        .map(|item| match item {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
        .collect()
}

/// A kept member of a notice as its body would have it.
fn typed_notice_member(member: &KeptMember) -> Option<String> {
    match (member.parent.as_str(), member.name.as_str(), &member.value) {
        (DATA, _, Value::Null) => Some(String::new()),
        (DATA, _, value) => Some(value.as_str().map_or_else(|| compact_value(value), str::to_owned)),
        ("", "data", Value::Object(_)) => Some(compact_value(&member.value)),
        ("", "data", Value::String(text)) => repair(text),
        ("", "userid_list" | "dept_id_list", Value::Array(items)) => Some(texts_of(items)?.join(",")),
        ("", "dept_id_list" | "template_id" | "userid_list", Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

fn take_over_notice(notice: &mut NoticeDraft, pointer: &str) -> bool {
    let Some(at) = notice.kept.0.iter().position(|member| member.pointer() == pointer) else { return false };
    let Some(value) = notice.kept.0.get(at).and_then(typed_notice_member) else { return false };
    let mut member = notice.kept.0.remove(at);
    if member.parent == DATA {
        notice.data.push(DataField { key: member.name, value });
        return true;
    }
    member.value = Value::String(value);
    notice.kept.0.insert(at, member);
    let mut draft = Draft::Notice(std::mem::take(notice));
    reread(&mut draft);
    if let Draft::Notice(again) = draft {
        *notice = again;
    }
    true
}

/// The number that a text with separators or full-width digits writes.
fn plain_number(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，' | '_' | '\''))
        .map(|c| match c {
            '０'..='９' | '．' | '－' | '＋' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .collect();
    let plain = plain.strip_prefix('+').unwrap_or(&plain);
    json::is_number(plain).then(|| plain.to_owned())
}

/// `true` or `false`, however it was written.
fn truth(text: &str) -> Option<&'static str> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "是" | "真" | "1" => Some("true"),
        "false" | "no" | "否" | "假" | "0" => Some("false"),
        _ => None,
    }
}

/// A text with its `\uXXXX` read.
fn unescaped(text: &str) -> Option<String> {
    let mut literal = String::from("\"");
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let (plain, tail) = rest.split_at(at);
        push_literal(&mut literal, plain);
        let digits = tail.get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let taken = if digits.is_some() { 6 } else { 2 };
        let (escape, tail) = tail.split_at(taken);
        literal.push_str(if digits.is_some() { escape } else { "\\\\u" });
        rest = tail;
    }
    push_literal(&mut literal, rest);
    literal.push('"');
    match json::parse_node(&literal).ok()?.data {
        json::Data::Text(text) => Some(text),
        _ => None,
    }
}

fn push_literal(literal: &mut String, plain: &str) {
    let quoted = compact_value(&Value::String(plain.to_owned()));
    literal.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
}
