//! A work notice by template, field by field as on its page.

use super::{Kept, NoticeVia, PersonRef};

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
    /// Members the form does not know.
    pub kept: Kept,
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
