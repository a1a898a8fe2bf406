//! What is being written: drafts, values, findings.
//!
//! Pure: no network, no clock, no randomness (they come in as parameters), no screen. The form and the JSON view are two
//! views of one [`Draft`]; `body` is the API's own object, with the field names of the seed page.
//!
//! * [`json`]: reading what a person typed or pasted. [`encode`]: values as they travel.
//! * [`card`]: a card for `POST /v1.0/im/privateChat/interactiveCards/send`.
//! * [`notice`]: a work notice for `POST /topapi/message/corpconversation/sendbytemplate`.
//! * [`msg`]: the message of a free-form notice, `POST /topapi/message/corpconversation/asyncsend_v2`.
//! * [`via`]: the call a draft's body belongs to. [`ways`]: the calls of cards, as tables.
//! * [`check`]: a draft becomes [`Ready`] or a list of findings. [`finding`]: what is wrong or doubtful, where, which limit.
//! * [`values`]: what each recipient gets. [`template`]: the text of a message template. [`message`]: its parts and
//!   their limits.
//! * [`personal`]: one draft with other values for each person: who shares a call.
//! * [`file`]: draft files. [`paste`]: ids, variables and tables from the clipboard. [`samples`]: the first drafts. [`shared`]: lists that copies share.
//! * [`locate`]: from a finding to the field of the form. [`fix`]: what can be done about it.

pub mod card;
mod card_read;
mod card_write;
pub mod check;
mod check_card;
pub mod check_notice;
pub mod check_params;
mod check_private;
pub mod encode;
pub mod file;
pub mod finding;
pub mod fix;
pub mod json;
mod json_error;
mod kept;
pub mod locate;
pub mod message;
pub mod msg;
mod notes;
pub mod notice;
mod notice_body;
pub mod paste;
pub mod personal;
pub mod pointer;
mod private_text;
pub mod ready;
pub mod repair;
pub mod samples;
pub mod shared;
mod table;
pub mod template;
mod tree;
pub mod values;
pub mod via;
pub mod ways;

use crate::lang::Lang;

pub use card::{CardDraft, ValueKind};
pub use check::{CheckCache, CheckContext, Checked, Known, NothingKnown, check_draft, check_draft_with};
pub use file::DraftFile;
pub use finding::{Finding, Limit, Severity, Unit};
pub use json::JsonError;
pub use notice::NoticeDraft;
pub use ready::{Ready, ReadyCard, ReadyNotice, force_ready};
pub use shared::SharedList;
pub use via::{CardVia, NoticeVia, Via};

/// What a draft is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// An interactive card (互动卡片).
    Card,
    /// A work notice by template (工作通知).
    Notice,
}

impl Kind {
    /// The word in a draft file's `kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Notice => "notice",
        }
    }
}

/// A message being written.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "a window holds one or two; the large part of a card is shared already")]
pub enum Draft {
    /// An interactive card.
    Card(CardDraft),
    /// A work notice.
    Notice(NoticeDraft),
}

impl Draft {
    /// An empty draft.
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Card => Self::Card(CardDraft::default()),
            Kind::Notice => Self::Notice(NoticeDraft::default()),
        }
    }

    /// What it is for.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Card(_) => Kind::Card,
            Self::Notice(_) => Kind::Notice,
        }
    }

    /// Which call its body belongs to.
    pub const fn via(&self) -> Via {
        match self {
            Self::Card(card) => Via::Card(card.via),
            Self::Notice(notice) => Via::Notice(notice.via),
        }
    }

    /// A draft from the API's own object; a [`Kind`] means its first way. Anything but a JSON object gives an empty draft:
    /// use [`Draft::from_text`] for what a person typed.
    pub fn from_body(via: impl Into<Via>, body: &serde_json::Value) -> Self {
        Self::of_node(via.into(), json::Node::of(body))
    }

    fn of_node(via: Via, node: json::Node) -> Self {
        match via {
            Via::Card(via) => Self::Card(CardDraft::from_node(via, node)),
            Via::Notice(via) => Self::Notice(NoticeDraft::from_node(via, node)),
        }
    }

    /// The API's own object.
    pub fn to_body(&self) -> serde_json::Value {
        match self {
            Self::Card(card) => card.to_body(),
            Self::Notice(notice) => notice.to_body(),
        }
    }

    /// The body as the JSON view shows it. With thousands of private rows use [`CheckCache::pretty`].
    pub fn to_pretty_text(&self) -> String {
        match self {
            Self::Card(card) => card.to_pretty_text(),
            Self::Notice(notice) => notice.to_pretty_text(),
        }
    }

    /// A draft from the text of the JSON view: the body of its way. A [`Kind`] means the first way of that kind.
    ///
    /// Variables and people that stand twice become rows of their own with an error finding; any other member that stands
    /// twice is refused, as the form could only hold one of the two.
    ///
    /// # Errors
    /// [`BodyError`] names the place. The text is the caller's to keep.
    pub fn from_text(via: impl Into<Via>, text: &str) -> Result<Self, BodyError> {
        let node = json::parse_node(text).map_err(BodyError::Json)?;
        Self::from_node(via.into(), text, node)
    }

    fn from_node(via: Via, text: &str, node: json::Node) -> Result<Self, BodyError> {
        if !matches!(node.data, json::Data::Object(_)) {
            return Err(BodyError::NotAnObject(json::Place::of(text, node.start)));
        }
        let mut twice = None;
        node.duplicates("", &mut |pointer, offset| {
            if twice.is_none()
                && !(via.kind() == Kind::Card
                    && pointer.rsplit_once('/').is_some_and(|(parent, _)| kept::has_rows(parent)))
            {
                twice = Some(json::Duplicate { pointer: pointer.to_owned(), place: json::Place::of(text, offset) });
            }
        });
        match twice {
            Some(duplicate) => Err(BodyError::Twice(duplicate)),
            None => Ok(Self::of_node(via, node)),
        }
    }

    /// The body as a tree, to be written as part of something else.
    fn tree(&self) -> tree::Tree<'_> {
        match self {
            Self::Card(card) => card.tree(),
            Self::Notice(notice) => notice.tree(),
        }
    }
}

/// Why the text of the JSON view is no body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BodyError {
    /// No JSON.
    Json(JsonError),
    /// JSON, but no object.
    NotAnObject(json::Place),
    /// A member stands twice in one object.
    Twice(json::Duplicate),
}

impl BodyError {
    /// Where it is wrong.
    pub fn place(&self) -> json::Place {
        match self {
            Self::Json(error) => json::Place { line: error.line, column: error.column, offset: error.offset },
            Self::NotAnObject(place) => *place,
            Self::Twice(duplicate) => duplicate.place,
        }
    }

    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Json(error) => error.message(lang),
            Self::NotAnObject(place) => {
                tr!(lang, "body.not_an_object", line = place.line, column = place.column).into_owned()
            }
            Self::Twice(duplicate) => tr!(
                lang,
                "body.twice",
                pointer = duplicate.pointer,
                line = duplicate.place.line,
                column = duplicate.place.column
            )
            .into_owned(),
        }
    }
}

/// Members of a JSON object that the form does not know, or whose value has another type than the form's field.
///
/// They are kept with their parent's JSON pointer and travel exactly as they came (a field of the form that gets a value
/// wins over a mistyped member of the same name). Each is named by a finding.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Kept(pub Vec<KeptMember>);

/// One kept member: where it stands and what it holds.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptMember {
    /// JSON pointer of the object it stands in: `""` for the body itself, `"/cardData"`, …
    pub parent: String,
    /// Its name.
    pub name: String,
    /// Its value, untouched.
    pub value: serde_json::Value,
}

/// A person as a draft knows them: the id travels, the name is for people.
#[derive(Clone, PartialEq, Eq, Debug, Default, Hash)]
pub struct PersonRef {
    /// userId or unionId, as `userIdType` says.
    pub id: String,
    /// The name the directory gave; empty when unknown.
    pub name: String,
}

#[cfg(test)]
mod tests;
