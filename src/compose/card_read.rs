//! The body of a card's call as a draft.
//!
//! Nothing is lost: a member the form has no field for, or whose value has another type than the field, is kept with the
//! pointer of its object and travels as it came. What changes on the way through the form, and means the same:
//! the order of members; space inside the JSON texts of `sys_full_json_obj` and `sys_lastMessageI18n`; empty texts,
//! lists and objects, which are left out (`cardData.cardParamMap` is put in where it is missing).

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use super::{
    CardVia, Kept, PersonRef,
    card::{CardDraft, ParamRow, PrivateColumn, PrivateRow, PrivateTable, ValueKind},
    card_write::{PARAMS, PRIVATE},
    encode::{FULL_JSON, LAST_MESSAGE, full_json_members, kind_of_text, last_message_parts},
    json::{Data, Member, Node},
    pointer,
    via::Encoding,
    ways::{self, CardField},
};

impl CardDraft {
    /// A draft from the body of the first way's call. Anything but a JSON object gives an empty draft: check first.
    pub fn from_body(body: &Value) -> Self {
        Self::from_node(CardVia::default(), Node::of(body))
    }

    pub(super) fn from_node(via: CardVia, body: Node) -> Self {
        let mut draft = Self { via, ..Self::default() };
        let Data::Object(members) = body.data else { return draft };
        draft.read_object("", members);
        draft
    }

    /// Takes the members of an object of the body: into the fields of the way, else into what is kept.
    fn read_object(&mut self, parent: &str, members: Vec<Member>) {
        let mut seen = std::collections::HashSet::new();
        for Member { name, node, .. } in members {
            // A second member of one name has no field left.
            let left = if seen.insert(name.clone()) { self.read_member(parent, &name, node) } else { Some(node) };
            if let Some(node) = left {
                self.kept.keep(parent, &name, node.into_value());
            }
        }
    }

    /// Takes a member of the body; gives it back when it has no field or another type.
    pub(super) fn read_member(&mut self, parent: &str, name: &str, node: Node) -> Option<Node> {
        let at = pointer::join(parent, name);
        match (ways::field_at(self.via, &at), node.data) {
            (Some(CardField::Params), Data::Object(members)) => self.read_params(members),
            (Some(CardField::Private), Data::Object(people)) => {
                self.private = Arc::new(read_private(people, self.via.encoding(), &mut self.kept));
            }
            (Some(field), data) => {
                let mut odd = Vec::new();
                let left = self.take(field, Node { data, ..node }, &mut |name, node| {
                    odd.push((name.to_owned(), node.into_value()));
                });
                for (name, value) in odd {
                    self.kept.keep(&at, &name, value);
                }
                return left;
            }
            (None, Data::Object(members)) if ways::has_inside(self.via, &at) => self.read_object(&at, members),
            (None, data) => return Some(Node { data, ..node }),
        }
        None
    }

    fn read_params(&mut self, members: Vec<Member>) {
        let old = self.via.encoding() == Encoding::OneObject;
        let (mut full_read, mut last_read) = (!old, !old);
        for Member { name, node, .. } in members {
            let value = match node.data {
                Data::Text(value) if !name.is_empty() => value,
                data => {
                    self.kept.keep(PARAMS, &name, Node { data, ..node }.into_value());
                    continue;
                }
            };
            if name == FULL_JSON
                && !full_read
                && let Some(rows) = full_json_members(&value)
            {
                full_read = true;
                self.params.extend(rows.into_iter().map(|(key, kind, value)| ParamRow { key, kind, value }));
            } else if name == LAST_MESSAGE
                && !last_read
                && let Some(parts) = last_message_parts(&value)
            {
                last_read = true;
                self.last_message = parts.known;
                let parent = pointer::join(PARAMS, LAST_MESSAGE);
                for (name, value) in parts.others {
                    self.kept.keep(&parent, &name, value);
                }
            } else {
                self.params.push(ParamRow { kind: kind_of_text(self.via.encoding(), &value), key: name, value });
            }
        }
    }
}

/// Columns of the table while it is being read: one for every key, apart for text and for `sys_full_json_obj`, and
/// apart again where one person has a key twice.
struct Wide {
    encoding: Encoding,
    columns: Vec<PrivateColumn>,
    by_key: HashMap<(String, bool, usize), usize>,
}

impl Wide {
    fn at(&mut self, key: &str, kind: ValueKind, occurrence: usize) -> usize {
        let at =
            *self.by_key.entry((key.to_owned(), self.encoding.in_full_json(kind), occurrence)).or_insert_with(|| {
                self.columns.push(PrivateColumn { key: key.to_owned(), kind });
                self.columns.len() - 1
            });
        if let Some(column) = self.columns.get_mut(at)
            && column.kind != kind
        {
            // Both kinds fit: any JSON is JSON, any text fits where several lines do.
            column.kind = if self.encoding.in_full_json(kind) { ValueKind::Json } else { ValueKind::Markdown };
        }
        at
    }
}

fn read_private(people: Vec<Member>, encoding: Encoding, kept: &mut Kept) -> PrivateTable {
    let mut columns = Wide { encoding, columns: Vec::new(), by_key: HashMap::new() };
    let mut rows: Vec<PrivateRow> = Vec::with_capacity(people.len());
    let mut seen = std::collections::HashSet::with_capacity(people.len());
    for Member { name: id, node, .. } in people {
        let again = !seen.insert(id.clone());
        let parts = match node.data {
            // What is kept for a person is found by their id, so a second row of one id can only have values.
            Data::Object(parts) if !again || parts.iter().all(has_only_texts) => parts,
            data => {
                kept.keep(PRIVATE, &id, Node { data, ..node }.into_value());
                continue;
            }
        };
        let parent = pointer::join(PRIVATE, &id);
        let mut cells: Vec<Option<String>> = Vec::with_capacity(columns.columns.len());
        let mut read = false;
        for part in parts {
            match (part.name.as_str(), part.node.data) {
                ("cardParamMap", Data::Object(params)) if !read => {
                    read = true;
                    read_cells(params, &parent, &mut columns, &mut cells, kept);
                }
                (_, data) => kept.keep(&parent, &part.name, Node { data, ..part.node }.into_value()),
            }
        }
        rows.push(PrivateRow { person: PersonRef { id, name: String::new() }, cells: cells.into() });
    }
    let width = columns.columns.len();
    for row in &mut rows {
        row.cells.resize(width, None);
    }
    PrivateTable { columns: columns.columns, rows }
}

/// Whether a part of a person is a `cardParamMap` that fits into cells.
fn has_only_texts(part: &Member) -> bool {
    match &part.node.data {
        Data::Object(params) if part.name == "cardParamMap" => {
            params.iter().all(|param| !param.name.is_empty() && matches!(param.node.data, Data::Text(_)))
        }
        _ => false,
    }
}

fn read_cells(params: Vec<Member>, parent: &str, columns: &mut Wide, cells: &mut Vec<Option<String>>, kept: &mut Kept) {
    let encoding = columns.encoding;
    let mut put = |key: &str, kind: ValueKind, value: String| {
        let mut value = Some(value);
        for occurrence in 0.. {
            let at = columns.at(key, kind, occurrence);
            if cells.len() <= at {
                cells.resize(at + 1, None);
            }
            if let Some(cell) = cells.get_mut(at)
                && cell.is_none()
            {
                *cell = value.take();
                return;
            }
        }
    };
    let mut full_read = encoding != Encoding::OneObject;
    for Member { name, node, .. } in params {
        match node.data {
            Data::Text(value) if !name.is_empty() => {
                if name == FULL_JSON
                    && !full_read
                    && let Some(members) = full_json_members(&value)
                {
                    full_read = true;
                    for (key, kind, value) in members {
                        put(&key, kind, value);
                    }
                } else {
                    put(&name, kind_of_text(encoding, &value), value);
                }
            }
            data => kept.keep(&pointer::join(parent, "cardParamMap"), &name, Node { data, ..node }.into_value()),
        }
    }
}
