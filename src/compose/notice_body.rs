//! A notice draft as the body of its call, and back.
//!
//! The body has the API's own names. Both calls are forms: `agent_id` is a number (text that is none is kept as a string),
//! the two lists are comma-joined strings, `data` is JSON text, `msg` a JSON object or JSON text of one. What changes on
//! the way through the form and means the same: the order of members; space inside JSON text; `agent_id` given as a string
//! of digits becomes a number; empty texts and lists are left out.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    NoticeVia, PersonRef,
    card::ValueKind,
    encode::push_member,
    json::{self, Data, Member, Node},
    kept::{KeptIndex, insert},
    msg::inside as inside_msg,
    notice::{DataField, DepartmentRef, NoticeDraft},
    tree::{Members, Tree, compact_value, quote},
};

pub(super) const DATA: &str = "/data";

impl NoticeDraft {
    /// A draft from the body of the first way's call. Anything but a JSON object gives an empty draft: check first.
    pub fn from_body(body: &Value) -> Self {
        Self::from_node(NoticeVia::default(), Node::of(body))
    }

    pub(super) fn from_node(via: NoticeVia, body: Node) -> Self {
        let mut draft = Self { via, ..Self::default() };
        let Data::Object(members) = body.data else { return draft };
        let mut seen = std::collections::HashSet::new();
        for Member { name, node, .. } in members {
            let left = if seen.insert(name.clone()) { draft.read_member(&name, node) } else { Some(node) };
            if let Some(node) = left {
                draft.kept.keep("", &name, node.into_value());
            }
        }
        draft
    }

    /// Takes a member of the way's body; gives it back when the form cannot.
    pub(super) fn read_member(&mut self, name: &str, node: Node) -> Option<Node> {
        match (self.via, name) {
            (NoticeVia::Template, "msg" | "to_all_user" | "enable_id_trans")
            | (NoticeVia::Free, "template_id" | "data") => return Some(node),
            (NoticeVia::Free, "msg") => return self.msg.read(node, &mut self.kept).err(),
            _ => {}
        }
        match (name, node.data) {
            ("agent_id", Data::Number(text) | Data::Text(text)) => self.agent_id = text,
            ("template_id", Data::Text(text)) => self.template_id = text,
            ("userid_list", Data::Text(text)) => {
                self.users = split(&text).map(|id| PersonRef { id, name: String::new() }).collect();
            }
            ("dept_id_list", Data::Text(text)) => {
                self.departments = split(&text).map(|id| DepartmentRef { id, ..DepartmentRef::default() }).collect();
            }
            ("data", Data::Text(text)) => {
                if !text.is_empty() && !self.read_data(&text) {
                    return Some(Node { data: Data::Text(text), ..node });
                }
            }
            ("to_all_user", Data::Bool(value)) => self.to_all_user = Some(value),
            ("enable_id_trans", Data::Bool(value)) => self.enable_id_trans = Some(value),
            (_, data) => return Some(Node { data, ..node }),
        }
        None
    }

    /// Takes the JSON text of `data` apart; `false` when it is no JSON object.
    fn read_data(&mut self, text: &str) -> bool {
        let Ok(Node { data: Data::Object(members), .. }) = json::parse_node(text) else { return false };
        for Member { name, node, .. } in members {
            match node.data {
                Data::Text(value) if !(name.is_empty() && value.is_empty()) => {
                    self.data.push(DataField { key: name, value });
                }
                data => self.kept.keep(DATA, &name, Node { data, ..node }.into_value()),
            }
        }
        true
    }

    /// The body with the API's own names.
    pub fn to_body(&self) -> Value {
        self.tree().into_value()
    }

    /// The body as the JSON view shows it: indented by two spaces.
    pub fn to_pretty_text(&self) -> String {
        self.tree().pretty(0)
    }

    /// The JSON text of `data` as it travels: compact, real UTF-8. `None` when there is no field.
    pub fn data_text(&self) -> Option<String> {
        self.data_with(&mut KeptIndex::new(&self.kept, |member| member.parent == DATA))
    }

    /// The value of `userid_list`.
    pub fn users_text(&self) -> String {
        join(self.users.iter().map(|person| person.id.as_str()))
    }

    /// The value of `dept_id_list`.
    pub fn departments_text(&self) -> String {
        join(self.departments.iter().map(|department| department.id.as_str()))
    }

    fn data_with(&self, kept: &mut KeptIndex<'_>) -> Option<String> {
        let mut inside = String::new();
        for field in self.data.iter().filter(|field| !(field.key.is_empty() && field.value.is_empty())) {
            push_member(&mut inside, &field.key, ValueKind::Text, &field.value);
        }
        for member in kept.take(DATA) {
            if !inside.is_empty() {
                inside.push(',');
            }
            quote(&member.name, &mut inside);
            inside.push(':');
            inside.push_str(&compact_value(&member.value));
        }
        (!inside.is_empty()).then(|| format!("{{{inside}}}"))
    }

    pub(super) fn tree(&self) -> Tree<'_> {
        // What is kept inside a part that the way does not have stays here. The message takes its own.
        let mut kept = KeptIndex::new(&self.kept, |member| match self.via {
            NoticeVia::Template => !inside_msg(member),
            NoticeVia::Free => !inside_msg(member) && member.parent != DATA,
        });
        let mut body: Members<'_> = Vec::with_capacity(8);
        if json::is_number(&self.agent_id) {
            body.push(("agent_id".into(), Tree::Value(Cow::Owned(json::number(self.agent_id.clone())))));
        } else if !self.agent_id.is_empty() {
            body.push(("agent_id".into(), Tree::Text((&self.agent_id).into())));
        }
        let mut text = |name: &'static str, value: String| {
            if !value.is_empty() {
                body.push((name.into(), Tree::Text(value.into())));
            }
        };
        match self.via {
            NoticeVia::Template => {
                text("template_id", self.template_id.clone());
                text("userid_list", self.users_text());
                text("dept_id_list", self.departments_text());
                text("data", self.data_with(&mut kept).unwrap_or_default());
            }
            NoticeVia::Free => {
                text("userid_list", self.users_text());
                text("dept_id_list", self.departments_text());
                for (name, value) in [("to_all_user", self.to_all_user), ("enable_id_trans", self.enable_id_trans)] {
                    body.extend(value.map(|value| (name.into(), Tree::Value(Cow::Owned(Value::Bool(value))))));
                }
                body.extend(self.msg.tree(&self.kept).map(|msg| ("msg".into(), msg)));
            }
        }
        kept.complete("", &mut body);
        for (parent, members) in kept.rest() {
            for member in members {
                insert(&mut body, parent, &member.name, &member.value);
            }
        }
        Tree::Object(body)
    }
}

/// The parts between commas, untouched; none for an empty text.
fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(',').filter(|_| !text.is_empty()).map(str::to_owned)
}

fn join<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    ids.collect::<Vec<_>>().join(",")
}
