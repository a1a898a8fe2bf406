//! A work notice, field by field as on the pages of its two calls.

use std::sync::Arc;

use super::{Kept, KeptMember, NoticeVia, PersonRef, card::PrivateTable, json::Node, msg::NoticeMsg};

/// A department as a draft knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct DepartmentRef {
    /// `dept_id` as digits; kept as typed.
    pub id: String,
    /// The name the directory gave; empty when unknown.
    pub name: String,
    /// `member_count` with sub-departments, where the directory told it.
    pub people: Option<u64>,
}

/// A field of `data`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DataField {
    /// The name in the template's `${…}`.
    pub key: String,
    /// The text.
    pub value: String,
}

/// A notice being written. An empty text is left out of the body.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct NoticeDraft {
    /// Which call the body belongs to.
    pub via: NoticeVia,
    /// `agent_id`, digits; kept as typed.
    pub agent_id: String,
    /// `template_id`.
    pub template_id: String,
    /// `data`, string to string.
    pub data: Vec<DataField>,
    /// `userid_list`.
    pub users: Vec<PersonRef>,
    /// `dept_id_list`.
    pub departments: Vec<DepartmentRef>,
    /// `to_all_user` of a free-form notice; `None` is left out.
    pub to_all_user: Option<bool>,
    /// `enable_id_trans` of a free-form notice; `None` is left out.
    pub enable_id_trans: Option<bool>,
    /// `msg` of a free-form notice.
    pub msg: NoticeMsg,
    /// What differs from person to person: people down, variables across. No part of the body: each content is a call of
    /// its own ([`super::file`] keeps it in `editor`).
    pub values: Arc<PrivateTable>,
    /// Members the form does not know.
    pub kept: Kept,
}

impl NoticeDraft {
    /// Chooses the way it goes. Everything typed stays; what only the other way has does not travel any more. A member
    /// that was kept because the way before did not know it is taken into the form.
    pub fn set_via(&mut self, via: NoticeVia) {
        if self.via == via {
            return;
        }
        self.via = via;
        for KeptMember { parent, name, value } in std::mem::take(&mut self.kept.0) {
            let left = if parent.is_empty() && !self.has_member(&name) {
                self.read_member(&name, Node::of(&value)).map(Node::into_value)
            } else {
                Some(value)
            };
            if let Some(value) = left {
                self.kept.keep(&parent, &name, value);
            }
        }
    }

    /// Whether the form holds something for a member of the body.
    fn has_member(&self, name: &str) -> bool {
        match name {
            "agent_id" => !self.agent_id.is_empty(),
            "template_id" => !self.template_id.is_empty(),
            "data" => !self.data.is_empty(),
            "userid_list" => !self.users.is_empty(),
            "dept_id_list" => !self.departments.is_empty(),
            "to_all_user" => self.to_all_user.is_some(),
            "enable_id_trans" => self.enable_id_trans.is_some(),
            "msg" => !self.msg.is_untouched(),
            _ => false,
        }
    }

    /// Whether it goes to everyone of the company.
    pub fn is_to_all(&self) -> bool {
        self.via == NoticeVia::Free && self.to_all_user == Some(true)
    }

    /// The same notice with every text a reader sees passed through a function: `data` of a template, or the message of a
    /// free-form notice. How a person's own values get into it.
    #[must_use]
    pub fn map_texts(&self, mut fill: impl FnMut(&str) -> String) -> Self {
        let mut mapped = self.clone();
        match self.via {
            NoticeVia::Template => {
                for field in &mut mapped.data {
                    field.value = fill(&field.value);
                }
            }
            NoticeVia::Free => mapped.msg = self.msg.map(fill),
        }
        mapped
    }
}

/// Kinds of message template in the developer console.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TemplateKind {
    /// Markdown.
    #[default]
    Markdown,
    /// ActionCard.
    ActionCard,
    /// Form.
    Form,
}

/// A message template of the person's own library (no call lists them).
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct NoticeTemplate {
    /// What the person calls it.
    pub name: String,
    /// `template_id` in the developer console.
    pub id: String,
    /// Its kind.
    pub kind: TemplateKind,
    /// The text with `${name}` where a field of `data` goes.
    pub body: String,
}
