//! Draft files: `{"kind":"card"|"notice","version":1,"via":…,"body":{…}}`, and an `editor` member for what a body cannot
//! hold.
//!
//! `via` names the call the body belongs to ([`Via`]); absent it is the first of its kind, and it is only written where it
//! is another.
//!
//! `editor` is ours and optional: names of people, order and kinds of rows, the template used. Absent or broken it is
//! ignored. Members nobody knows, beside `body` and inside `editor`, are kept and written back.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::{
    BodyError, Draft, JsonError, Kind, Via,
    json::{self, Data, Member, Node, Place},
    notes::Notes,
    personal::{self, PeopleTable},
    tree::{Members, Tree},
};
use crate::lang::Lang;

/// The version this program writes and the newest it reads.
pub const VERSION: u64 = 1;
/// The largest file that is read, in bytes: 5,000 people with long private texts fit many times over.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A draft as a file holds it.
#[derive(Clone, PartialEq, Debug)]
pub struct DraftFile {
    /// The draft.
    pub draft: Draft,
    /// The name of the template of the person's library it was written with.
    pub template: Option<String>,
    /// The people it is for, with their values (`editor.personal`); `None`: the recipients stand in the draft itself.
    pub people: Option<Arc<PeopleTable>>,
    /// Unknown members beside `body`.
    pub others: Vec<(String, Value)>,
    /// Unknown members inside `editor`.
    pub editor_others: Vec<(String, Value)>,
}

impl DraftFile {
    /// A file of a draft, with nothing else in it.
    pub const fn new(draft: Draft) -> Self {
        Self { draft, template: None, people: None, others: Vec::new(), editor_others: Vec::new() }
    }
}

/// Why a text is no draft file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileError {
    /// Larger than [`MAX_BYTES`].
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// Not UTF-8: another encoding, or no text at all.
    NotUtf8 {
        /// The first line that is none.
        line: usize,
    },
    /// No JSON.
    Json(JsonError),
    /// JSON, but no object.
    NotAnObject(Place),
    /// A member that has to be there is not.
    Missing {
        /// Its pointer.
        pointer: &'static str,
        /// What the object looks like when it is a bare body.
        looks_like: Option<Kind>,
    },
    /// `kind` is neither `"card"` nor `"notice"`.
    Kind {
        /// What stands there, as JSON.
        found: String,
        /// Where.
        place: Place,
    },
    /// `version` is no whole number from 1.
    Version {
        /// What stands there, as JSON.
        found: String,
        /// Where.
        place: Place,
    },
    /// `via` is no way of this kind.
    Via {
        /// What stands there, as JSON.
        found: String,
        /// Where.
        place: Place,
        /// The kind of the file.
        kind: Kind,
    },
    /// Written by a newer program.
    Newer {
        /// Its version.
        found: String,
    },
    /// `body` cannot be read; places are those of the file.
    Body(BodyError),
}

impl FileError {
    /// Where it is wrong, when it has a place.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Json(error) => Some(Place { line: error.line, column: error.column, offset: error.offset }),
            Self::NotAnObject(place)
            | Self::Kind { place, .. }
            | Self::Version { place, .. }
            | Self::Via { place, .. } => Some(*place),
            Self::Body(error) => Some(error.place()),
            Self::TooLarge { .. } | Self::NotUtf8 { .. } | Self::Missing { .. } | Self::Newer { .. } => None,
        }
    }

    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        let text = match self {
            Self::TooLarge { bytes } => {
                let (size, max) = (bytes.div_ceil(1024 * 1024), MAX_BYTES / 1024 / 1024);
                tr!(lang, "draft_file.too_large", size = size, max = max)
            }
            Self::NotUtf8 { line } => tr!(lang, "draft_file.not_utf8", line = line),
            Self::Json(error) => return error.message(lang),
            Self::NotAnObject(place) => tr!(lang, "draft_file.not_an_object", line = place.line, column = place.column),
            Self::Missing { pointer, looks_like: None } => tr!(lang, "draft_file.missing", pointer = pointer),
            Self::Missing { pointer, looks_like: Some(kind) } => {
                tr!(lang, "draft_file.bare_body", pointer = pointer, kind = kind.name())
            }
            Self::Kind { found, place } => tr!(lang, "draft_file.kind", found = found, line = place.line),
            Self::Version { found, place } => tr!(lang, "draft_file.version", found = found, line = place.line),
            Self::Via { found, place, kind } => {
                let known: Vec<_> = Via::all(*kind).into_iter().map(|via| format!("\"{}\"", via.name())).collect();
                let (line, kind, known) = (place.line, kind.name(), known.join(", "));
                tr!(lang, "draft_file.via", found = found, line = line, kind = kind, known = known)
            }
            Self::Newer { found } => tr!(lang, "draft_file.newer", found = found, known = VERSION),
            Self::Body(error) => return error.message(lang),
        };
        text.into_owned()
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for FileError {}

/// Reads a draft file from its bytes.
///
/// # Errors
/// [`FileError`] names the place and what is wrong there.
pub fn read_bytes(bytes: &[u8]) -> Result<DraftFile, FileError> {
    if bytes.len() > MAX_BYTES {
        return Err(FileError::TooLarge { bytes: bytes.len() });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            Err(FileError::NotUtf8 { line: good.split(|&b| b == b'\n').count() })
        }
    }
}

/// Reads a draft file.
///
/// # Errors
/// [`FileError`] names the place and what is wrong there.
pub fn read(text: &str) -> Result<DraftFile, FileError> {
    if text.len() > MAX_BYTES {
        return Err(FileError::TooLarge { bytes: text.len() });
    }
    let root = json::parse_node(text).map_err(FileError::Json)?;
    let Data::Object(members) = root.data else {
        return Err(FileError::NotAnObject(Place::of(text, root.start)));
    };
    let looks_like = guess_kind(members.iter().map(|member| member.name.as_str()));
    let missing = |pointer| FileError::Missing { pointer, looks_like };
    let (mut kind, mut version, mut via, mut body, mut editor) = (None, None, None, None, None);
    let mut others = Vec::new();
    for Member { name, at, node } in members {
        let slot = match name.as_str() {
            "kind" => &mut kind,
            "version" => &mut version,
            "via" => &mut via,
            "body" => &mut body,
            "editor" => &mut editor,
            _ => {
                others.push((name, node.into_value()));
                continue;
            }
        };
        if slot.is_some() {
            let place = Place::of(text, at);
            return Err(FileError::Body(BodyError::Twice(json::Duplicate { pointer: format!("/{name}"), place })));
        }
        *slot = Some(node);
    }
    let kind = read_kind(text, kind.ok_or_else(|| missing("/kind"))?)?;
    read_version(text, version.ok_or_else(|| missing("/version"))?)?;
    let body = body.ok_or_else(|| missing("/body"))?;
    let via = via.map_or_else(|| Ok(Via::from(kind)), |node| read_via(text, kind, node))?;
    let mut draft = Draft::from_node(via, text, body).map_err(FileError::Body)?;
    let editor = editor.map(Node::into_value).unwrap_or_default();
    Notes::from_json(&editor).apply(&mut draft);
    let template = editor.get("template").and_then(Value::as_str).map(str::to_owned);
    let people = editor.get(personal::MEMBER).and_then(personal::from_json).map(Arc::new);
    let ours = |name: &str, value: &Value| {
        Notes::knows(name) || name == "template" && value.is_string() || name == personal::MEMBER && people.is_some()
    };
    let editor_others = match editor {
        Value::Object(map) => map.into_iter().filter(|(name, value)| !ours(name, value)).collect(),
        _ => Vec::new(),
    };
    Ok(DraftFile { draft, template, people, others, editor_others })
}

fn read_kind(text: &str, node: Node) -> Result<Kind, FileError> {
    let place = Place::of(text, node.start);
    match node.data {
        Data::Text(name) if name == Kind::Card.name() => Ok(Kind::Card),
        Data::Text(name) if name == Kind::Notice.name() => Ok(Kind::Notice),
        data => Err(FileError::Kind { found: shown(text, &Node { data, ..node }), place }),
    }
}

fn read_via(text: &str, kind: Kind, node: Node) -> Result<Via, FileError> {
    let place = Place::of(text, node.start);
    let found = shown(text, &node);
    let known = match node.data {
        Data::Text(name) => Via::from_name(kind, &name),
        _ => None,
    };
    known.ok_or(FileError::Via { found, place, kind })
}

fn read_version(text: &str, node: Node) -> Result<(), FileError> {
    let place = Place::of(text, node.start);
    let found = shown(text, &node);
    match node.data {
        Data::Number(number) => match number.parse::<u64>() {
            Ok(VERSION) => Ok(()),
            Ok(0) => Err(FileError::Version { found, place }),
            Ok(_) => Err(FileError::Newer { found }),
            Err(_) if number.bytes().all(|b| b.is_ascii_digit()) => Err(FileError::Newer { found }),
            Err(_) => Err(FileError::Version { found, place }),
        },
        _ => Err(FileError::Version { found, place }),
    }
}

/// What stands at a place, at most forty characters.
fn shown(text: &str, node: &Node) -> String {
    let found = text.get(node.start..node.end).unwrap_or_default();
    let mut shown: String = found.chars().take(40).collect();
    if shown.len() < found.len() {
        shown.push('…');
    }
    shown
}

/// What a body with these members is for; `None` when it could be anything.
pub fn guess_kind<'n>(names: impl Iterator<Item = &'n str>) -> Option<Kind> {
    for name in names {
        match name {
            "cardTemplateId" | "cardData" | "outTrackId" | "privateData" | "openConversationId" => {
                return Some(Kind::Card);
            }
            "template_id" | "agent_id" | "userid_list" | "dept_id_list" | "to_all_user" => return Some(Kind::Notice),
            _ => {}
        }
    }
    None
}

/// The text of a draft file.
pub fn write(file: &DraftFile) -> String {
    let mut text = tree(file).pretty(0);
    text.push('\n');
    text
}

/// A draft as the text of a file, without any space: as the history keeps it.
pub fn write_compact(draft: &Draft) -> String {
    tree(&DraftFile::new(draft.clone())).compact()
}

/// The draft the history kept: the text of a file, or, of sends before ways could be chosen, the bare body.
///
/// # Errors
/// [`FileError`] when it is neither.
pub fn read_kept(kind: Kind, text: &str) -> Result<Draft, FileError> {
    match read(text) {
        Ok(file) => Ok(file.draft),
        Err(FileError::Missing { pointer: "/kind", .. }) => Draft::from_text(kind, text).map_err(FileError::Body),
        Err(error) => Err(error),
    }
}

fn tree(file: &DraftFile) -> Tree<'_> {
    let mut members: Members<'_> = vec![
        ("kind".into(), Tree::Text(file.draft.kind().name().into())),
        ("version".into(), Tree::Value(Cow::Owned(VERSION.into()))),
    ];
    let via = file.draft.via();
    if !via.is_default() {
        members.push(("via".into(), Tree::Text(via.name().into())));
    }
    members.push(("body".into(), file.draft.tree()));
    let mut editor: Members<'_> = Notes::of(&file.draft)
        .to_json()
        .into_iter()
        .map(|(name, value)| (name.into(), Tree::Value(Cow::Owned(value))))
        .collect();
    if let Some(template) = &file.template {
        editor.push(("template".into(), Tree::Text(template.into())));
    }
    if let Some(people) = &file.people {
        editor.push((personal::MEMBER.into(), Tree::Value(Cow::Owned(personal::to_json(people)))));
    }
    editor.extend(file.editor_others.iter().map(|(name, value)| (name.into(), Tree::Value(Cow::Borrowed(value)))));
    if !editor.is_empty() {
        members.push(("editor".into(), Tree::Object(editor)));
    }
    members.extend(file.others.iter().map(|(name, value)| (name.into(), Tree::Value(Cow::Borrowed(value)))));
    Tree::Object(members)
}
