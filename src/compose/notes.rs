//! What a draft knows beyond its body: names of people, the order and kinds of rows. It travels in the `editor` member of
//! a draft file, and from the draft before to the draft after an edit in the JSON view.
//!
//! Notes never change what is sent: a kind is taken over only where the value then travels exactly as it would without.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::{Map, Value, json};

use super::{
    CardDraft, Draft, NoticeDraft, NoticeVia, PersonRef,
    card::{ParamRow, PrivateRow, PrivateTable, ValueKind},
    encode::{json_text, wire_text},
    json::{self, Data},
    notice::DataField,
    notice_body::DATA,
    via::Encoding,
};

/// A variable as the notes know it.
#[derive(Clone, PartialEq, Debug, Default)]
struct Note {
    key: String,
    kind: ValueKind,
    /// Who has a value that does not fit its kind (`""` for a public row): it stands in the body as a JSON string, and
    /// only this tells it from a string that was meant.
    invalid: HashSet<String>,
}

/// What a draft knows beyond its body.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Notes {
    rows: Vec<Note>,
    columns: Vec<Note>,
    people: HashMap<String, String>,
    departments: HashMap<String, (String, Option<u64>)>,
    /// What does not travel in the draft's way; see [`super::ways::switch`].
    elsewhere: Vec<(String, Value)>,
    /// What a notice holds for the way it does not go, and for the kinds of message it is not.
    notice: Map<String, Value>,
    /// Per-person values of a notice, which no body can hold.
    values: Arc<PrivateTable>,
}

impl Notes {
    /// The notes of a draft.
    pub fn of(draft: &Draft) -> Self {
        let mut notes = Self::default();
        match draft {
            Draft::Card(card) => {
                notes.rows = card
                    .params
                    .iter()
                    .map(|row| Note {
                        key: row.key.clone(),
                        kind: row.kind,
                        invalid: json_text(row.kind, &row.value).err().map(|_| String::new()).into_iter().collect(),
                    })
                    .collect();
                notes.columns = card
                    .private
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(at, column)| Note {
                        key: column.key.clone(),
                        kind: column.kind,
                        invalid: if column.kind.in_full_json() {
                            card.private
                                .rows
                                .iter()
                                .filter(|row| {
                                    row.cells
                                        .get(at)
                                        .and_then(Option::as_ref)
                                        .is_some_and(|cell| json_text(column.kind, cell).is_err())
                                })
                                .map(|row| row.person.id.clone())
                                .collect()
                        } else {
                            HashSet::new()
                        },
                    })
                    .collect();
                let people = card.receivers.iter().chain(card.private.rows.iter().map(|row| &row.person));
                notes.people = named(people.chain(people_of(card)));
                notes.elsewhere = card.elsewhere();
            }
            Draft::Notice(notice) => {
                notes.people = named(notice.users.iter());
                notes.values = Arc::clone(&notice.values);
                notes.departments = notice
                    .departments
                    .iter()
                    .filter(|department| !department.name.is_empty() || department.people.is_some())
                    .map(|department| (department.id.clone(), (department.name.clone(), department.people)))
                    .collect();
                notes.notice = at_rest(notice);
            }
        }
        notes
    }

    /// Puts the notes into a draft that was read from a body.
    pub fn apply(&self, draft: &mut Draft) {
        match draft {
            Draft::Card(card) => self.apply_card(card),
            Draft::Notice(notice) => self.apply_notice(notice),
        }
    }

    fn apply_card(&self, card: &mut CardDraft) {
        card.take_elsewhere(&self.elsewhere);
        name_people(&self.people, card.receivers.iter_mut());
        name_people(&self.people, card.create.spaces.iter_mut().map(|space| &mut space.to));
        for list in [&mut card.create.card_at, &mut card.create.group.recipients, &mut card.create.top_users] {
            name_people(&self.people, list.iter_mut());
        }
        let encoding = card.via.encoding();
        let known = by_occurrence(encoding, &self.rows);
        let mut seen: HashMap<(String, bool), usize> = HashMap::new();
        let mut rows: Vec<(usize, ParamRow)> = std::mem::take(&mut card.params)
            .into_iter()
            .map(|mut row| {
                let full = encoding.in_full_json(row.kind);
                let occurrence = seen.entry((row.key.clone(), full)).or_default();
                let at = known.get(&(row.key.as_str(), full, *occurrence)).copied();
                *occurrence += 1;
                if let Some(note) = at.and_then(|at| self.rows.get(at))
                    && let Some(value) = adopt(encoding, row.kind, &row.value, note, "")
                {
                    row.kind = note.kind;
                    row.value = value;
                }
                (at.unwrap_or(usize::MAX), row)
            })
            .collect();
        rows.sort_by_key(|(at, _)| *at);
        card.params = rows.into_iter().map(|(_, row)| row).collect();
        let table = &card.private;
        let nameable = !self.people.is_empty() && table.rows.iter().any(|row| row.person.name.is_empty());
        if nameable || !self.columns.is_empty() {
            self.apply_table(encoding, Arc::make_mut(&mut card.private));
        }
    }

    fn apply_table(&self, encoding: Encoding, table: &mut PrivateTable) {
        name_people(&self.people, table.rows.iter_mut().map(|row| &mut row.person));
        let known = by_occurrence(encoding, &self.columns);
        let mut seen: HashMap<(String, bool), usize> = HashMap::new();
        let mut order: Vec<(usize, usize)> = Vec::with_capacity(table.columns.len());
        for at in 0..table.columns.len() {
            let Some(column) = table.columns.get_mut(at) else { continue };
            let full = encoding.in_full_json(column.kind);
            let occurrence = seen.entry((column.key.clone(), full)).or_default();
            let place = known.get(&(column.key.as_str(), full, *occurrence)).copied();
            *occurrence += 1;
            order.push((place.unwrap_or(usize::MAX), at));
            let Some(note) = place.and_then(|place| self.columns.get(place)) else { continue };
            // All cells of the column or none.
            let adopted: Option<Vec<(usize, String)>> = table
                .rows
                .iter()
                .enumerate()
                .filter_map(|(row_at, row)| {
                    let cell = row.cells.get(at)?.as_ref()?;
                    Some(adopt(encoding, column.kind, cell, note, &row.person.id).map(|value| (row_at, value)))
                })
                .collect();
            if let Some(adopted) = adopted {
                column.kind = note.kind;
                for (row_at, value) in adopted {
                    if let Some(cell) = table.rows.get_mut(row_at).and_then(|row| row.cells.get_mut(at)) {
                        *cell = Some(value);
                    }
                }
            }
        }
        order.sort_unstable();
        if order.iter().enumerate().any(|(new, (_, old))| new != *old) {
            table.columns = order.iter().filter_map(|(_, at)| table.columns.get(*at).cloned()).collect();
            for row in &mut table.rows {
                row.cells = order.iter().map(|(_, at)| row.cells.get_mut(*at).and_then(Option::take)).collect();
            }
        }
    }

    fn apply_notice(&self, notice: &mut NoticeDraft) {
        self.apply_at_rest(notice);
        name_people(&self.people, notice.users.iter_mut());
        notice.values = Arc::clone(&self.values);
        for department in &mut notice.departments {
            if let Some((name, people)) = self.departments.get(&department.id) {
                if department.name.is_empty() {
                    department.name.clone_from(name);
                }
                department.people = department.people.or(*people);
            }
        }
    }

    /// Puts back what does not travel, where the body said nothing of it.
    fn apply_at_rest(&self, notice: &mut NoticeDraft) {
        let free = notice.via == NoticeVia::Free;
        if let Some(msg) = self.notice.get("msg") {
            let read = free && !notice.kept.0.iter().any(super::msg::is_msg);
            notice.msg.apply_notes(msg, &mut notice.kept, read);
        }
        let truth = |name: &str| self.notice.get(name).and_then(Value::as_bool);
        if !free {
            notice.to_all_user = notice.to_all_user.or(truth("to_all_user"));
            notice.enable_id_trans = notice.enable_id_trans.or(truth("enable_id_trans"));
            return;
        }
        if notice.template_id.is_empty()
            && let Some(id) = self.notice.get("template_id").and_then(Value::as_str)
        {
            id.clone_into(&mut notice.template_id);
        }
        if notice.data.is_empty() {
            let fields = self.notice.get("data").and_then(Value::as_array).into_iter().flatten();
            notice.data = fields
                .filter_map(|field| {
                    let (key, value) = (field.get(0)?.as_str()?, field.get(1)?.as_str()?);
                    Some(DataField { key: key.to_owned(), value: value.to_owned() })
                })
                .collect();
        }
        for member in self.notice.get("kept").and_then(Value::as_object).into_iter().flatten() {
            if !notice.kept.0.iter().any(|known| known.parent == DATA && known.name == *member.0) {
                notice.kept.keep(DATA, member.0, member.1.clone());
            }
        }
    }

    /// The notes as the `editor` member of a draft file.
    pub(super) fn to_json(&self) -> Vec<(String, Value)> {
        let notes = |list: &[Note]| {
            let list = list.iter().map(|note| {
                let mut entry = json!({"key": note.key, "kind": note.kind.name()});
                if !note.invalid.is_empty()
                    && let Some(map) = entry.as_object_mut()
                {
                    let mut who: Vec<_> = note.invalid.iter().map(String::as_str).collect();
                    who.sort_unstable();
                    map.insert("invalid".to_owned(), who.into());
                }
                entry
            });
            Value::Array(list.collect())
        };
        let mut members = Vec::new();
        if !self.rows.is_empty() {
            members.push(("rows".to_owned(), notes(&self.rows)));
        }
        if !self.columns.is_empty() {
            members.push(("columns".to_owned(), notes(&self.columns)));
        }
        if !self.notice.is_empty() {
            members.push(("notice".to_owned(), Value::Object(self.notice.clone())));
        }
        if !self.people.is_empty() {
            let mut people: Vec<_> = self.people.iter().collect();
            people.sort_unstable();
            let map = people.into_iter().map(|(id, name)| (id.clone(), Value::String(name.clone()))).collect();
            members.push(("people".to_owned(), Value::Object(map)));
        }
        if !self.departments.is_empty() {
            let mut departments: Vec<_> = self.departments.iter().collect();
            departments.sort_unstable();
            let map = departments
                .into_iter()
                .map(|(id, (name, people))| (id.clone(), json!({"name": name, "people": people})))
                .collect();
            members.push(("departments".to_owned(), Value::Object(map)));
        }
        if !self.elsewhere.is_empty() {
            let map = self.elsewhere.iter().map(|(at, value)| (at.clone(), value.clone())).collect();
            members.push(("elsewhere".to_owned(), Value::Object(map)));
        }
        if !self.values.columns.is_empty() {
            members.push(("values".to_owned(), values_to_json(&self.values)));
        }
        members
    }

    /// Whether a member of `editor` is one of the notes.
    pub(super) fn knows(name: &str) -> bool {
        matches!(name, "rows" | "columns" | "people" | "departments" | "notice" | "elsewhere" | "values")
    }

    /// Notes from the `editor` member of a draft file; what is broken is left out.
    pub(super) fn from_json(editor: &Value) -> Self {
        let notes = |name: &str| {
            let list = editor.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            list.iter()
                .filter_map(|entry| {
                    Some(Note {
                        key: entry.get("key")?.as_str()?.to_owned(),
                        kind: ValueKind::from_name(entry.get("kind")?.as_str()?)?,
                        invalid: entry
                            .get("invalid")
                            .and_then(Value::as_array)
                            .into_iter()
                            .flatten()
                            .filter_map(|who| Some(who.as_str()?.to_owned()))
                            .collect(),
                    })
                })
                .collect()
        };
        let object = |name: &str| editor.get(name).and_then(Value::as_object).into_iter().flatten();
        Self {
            rows: notes("rows"),
            columns: notes("columns"),
            notice: editor.get("notice").and_then(Value::as_object).cloned().unwrap_or_default(),
            people: object("people").filter_map(|(id, name)| Some((id.clone(), name.as_str()?.to_owned()))).collect(),
            departments: object("departments")
                .filter_map(|(id, entry)| {
                    let name = entry.get("name")?.as_str()?.to_owned();
                    Some((id.clone(), (name, entry.get("people").and_then(Value::as_u64))))
                })
                .collect(),
            elsewhere: object("elsewhere").map(|(at, value)| (at.clone(), value.clone())).collect(),
            values: editor.get("values").and_then(values_from_json).map(Arc::new).unwrap_or_default(),
        }
    }
}

impl Draft {
    /// Takes over from the draft before an edit in the JSON view what a body cannot hold: names, order and kinds of rows,
    /// and how the text of a JSON value was laid out.
    pub fn remember(&mut self, before: &Self) {
        Notes::of(before).apply(self);
        if let (Self::Card(card), Self::Card(before)) = (self, before) {
            // What is the same stays the same in memory: nobody works it out again.
            if card.receivers == before.receivers {
                card.receivers = before.receivers.clone();
            }
            if card.private == before.private {
                card.private = Arc::clone(&before.private);
            }
            for row in &mut card.params {
                let same = before.params.iter().find(|known| {
                    known.key == row.key
                        && known.kind == row.kind
                        && known.value != row.value
                        && json_text(known.kind, &known.value)
                            .is_ok_and(|text| json_text(row.kind, &row.value) == Ok(text))
                });
                if let Some(known) = same {
                    row.value.clone_from(&known.value);
                }
            }
        }
    }
}

/// What a notice holds that its body does not.
fn at_rest(notice: &NoticeDraft) -> Map<String, Value> {
    let free = notice.via == NoticeVia::Free;
    let mut rest = Map::new();
    let read = free && notice.msg.tree(&notice.kept).is_some();
    if let Some(msg) = notice.msg.notes(&notice.kept, read) {
        rest.insert("msg".to_owned(), msg);
    }
    if !free {
        for (name, value) in [("to_all_user", notice.to_all_user), ("enable_id_trans", notice.enable_id_trans)] {
            rest.extend(value.map(|value| (name.to_owned(), Value::Bool(value))));
        }
        return rest;
    }
    if !notice.template_id.is_empty() {
        rest.insert("template_id".to_owned(), notice.template_id.as_str().into());
    }
    if !notice.data.is_empty() {
        let fields = notice.data.iter().map(|field| json!([field.key, field.value])).collect();
        rest.insert("data".to_owned(), Value::Array(fields));
    }
    let kept: Map<String, Value> = notice
        .kept
        .0
        .iter()
        .filter(|member| member.parent == DATA)
        .map(|member| (member.name.clone(), member.value.clone()))
        .collect();
    if !kept.is_empty() {
        rest.insert("kept".to_owned(), Value::Object(kept));
    }
    rest
}

/// `{"variables": ["amount"], "people": [["u1", "陈小明", "5"], …]}`: id, name, then a cell a variable, `null` for none.
fn values_to_json(table: &PrivateTable) -> Value {
    let text = |text: &String| Value::String(text.clone());
    let rows = table.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| cell.as_ref().map_or(Value::Null, text));
        [text(&row.person.id), text(&row.person.name)].into_iter().chain(cells).collect()
    });
    let variables: Vec<Value> = table.columns.iter().map(|column| text(&column.key)).collect();
    json!({"variables": variables, "people": rows.collect::<Vec<Value>>()})
}

fn values_from_json(found: &Value) -> Option<PrivateTable> {
    let mut table = PrivateTable::default();
    for variable in found.get("variables")?.as_array()? {
        table.add_column(variable.as_str()?, ValueKind::Text);
    }
    let width = table.columns.len();
    for row in found.get("people")?.as_array()? {
        let mut cells = row.as_array()?.iter();
        let id = cells.next()?.as_str()?.to_owned();
        let name = cells.next().and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut cells: Vec<Option<String>> = cells.map(|cell| cell.as_str().map(str::to_owned)).collect();
        cells.resize(width, None);
        table.rows.push(PrivateRow { person: PersonRef { id, name }, cells: cells.into() });
    }
    Some(table)
}

/// The value of a row under the kind of its note, where it then travels as it does now.
fn adopt(encoding: Encoding, kind: ValueKind, value: &str, note: &Note, who: &str) -> Option<String> {
    if encoding == Encoding::PerVariable {
        return (wire_text(note.kind, value) == wire_text(kind, value)).then(|| value.to_owned());
    }
    if kind.in_full_json() != note.kind.in_full_json() {
        return None;
    }
    if !kind.in_full_json() {
        return Some(value.to_owned());
    }
    if !note.invalid.contains(who) && json_text(note.kind, value).ok()? == json_text(kind, value).ok()? {
        return Some(value.to_owned());
    }
    // A value that did not fit stands in the body as a JSON string of what was typed.
    let Data::Text(typed) = json::parse_node(value).ok()?.data else { return None };
    json_text(note.kind, &typed).is_err().then_some(typed)
}

/// Where the notes have the first, second, … row of a key among the texts, and apart among the rest: the two travel in
/// different places, so their order among each other is not in a body.
fn by_occurrence(encoding: Encoding, notes: &[Note]) -> HashMap<(&str, bool, usize), usize> {
    let mut seen: HashMap<(&str, bool), usize> = HashMap::new();
    notes
        .iter()
        .enumerate()
        .map(|(at, note)| {
            let (key, full) = (note.key.as_str(), encoding.in_full_json(note.kind));
            let occurrence = seen.entry((key, full)).or_default();
            *occurrence += 1;
            ((key, full, *occurrence - 1), at)
        })
        .collect()
}

/// The people of `createAndDeliver`.
fn people_of(card: &CardDraft) -> impl Iterator<Item = &PersonRef> {
    let create = &card.create;
    let lists = [&create.card_at, &create.group.recipients, &create.top_users];
    create.spaces.iter().map(|space| &space.to).chain(lists.into_iter().flatten())
}

fn named<'p>(people: impl Iterator<Item = &'p PersonRef>) -> HashMap<String, String> {
    people.filter(|person| !person.name.is_empty()).map(|person| (person.id.clone(), person.name.clone())).collect()
}

fn name_people<'p>(names: &HashMap<String, String>, people: impl Iterator<Item = &'p mut PersonRef>) {
    for person in people {
        if person.name.is_empty()
            && let Some(name) = names.get(&person.id)
        {
            person.name.clone_from(name);
        }
    }
}
