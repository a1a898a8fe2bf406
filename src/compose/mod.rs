//! What is being written: drafts, values, findings.
//!
//! Pure: no network, no clock, no randomness (they come in as parameters), no screen. The form and the JSON view are two
//! views of one [`Draft`]; `body` is the API's own object, with the field names of the seed page.
//!
//! * [`card`]: a card for `POST /v1.0/im/privateChat/interactiveCards/send`.
//! * [`notice`]: a work notice for `POST /topapi/message/corpconversation/sendbytemplate`.
//! * [`finding`]: what is wrong or doubtful, where, and which limit it breaks.

pub mod card;
pub mod finding;
pub mod notice;

pub use card::CardDraft;
pub use finding::{Finding, Limit, Severity, Unit};
pub use notice::NoticeDraft;

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
pub enum Draft {
    /// An interactive card.
    Card(CardDraft),
    /// A work notice.
    Notice(NoticeDraft),
}

impl Draft {
    /// What it is for.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Card(_) => Kind::Card,
            Self::Notice(_) => Kind::Notice,
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
