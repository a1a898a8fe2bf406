//! What the journal holds, as plain data: what a screen, the command line and exports look at.

use crate::{compose::Kind, dingtalk::Call};

/// The number of a delivery in this journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct DeliveryId(pub i64);

/// The number of a call in the whole journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct CallId(pub i64);

/// Where a call of a delivery stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum CallState {
    /// Nothing of it has left; it can go on.
    NotBegun,
    /// On its way right now, in this or another living window.
    Begun,
    /// The server took it.
    HandedOver,
    /// The server refused it: nobody got it.
    Refused,
    /// It may have arrived. Never repeated by itself.
    Unknown,
    /// Taken back.
    Recalled,
}

impl CallState {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::NotBegun, Self::Begun, Self::HandedOver, Self::Refused, Self::Unknown, Self::Recalled];

    /// The word in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotBegun => "not_begun",
            Self::Begun => "begun",
            Self::HandedOver => "handed_over",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Recalled => "recalled",
        }
    }

    /// The state of a word; a word of a later version reads as unknown.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(Self::Unknown)
    }

    /// The rung of everybody in such a call of whom no report says more.
    pub const fn rung(self) -> Rung {
        match self {
            Self::NotBegun => Rung::NotBegun,
            Self::HandedOver => Rung::HandedOver,
            Self::Refused => Rung::Failed,
            // On its way: as long as no answer is here, nobody knows.
            Self::Begun | Self::Unknown => Rung::Unknown,
            Self::Recalled => Rung::Recalled,
        }
    }
}

/// How far it came for one person: the ladder of the product.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Rung {
    /// Nothing has left yet.
    NotBegun,
    /// The server took it; nothing more is known.
    HandedOver,
    /// It may have arrived.
    Unknown,
    /// A report says that the person read it.
    Read,
    /// A report says that it is there and not read.
    Unread,
    /// A limit or the duplicate rule stopped it; the code names the rule.
    Dropped,
    /// Refused, or a report says that it failed.
    Failed,
    /// No such person, or outside of what the app may see.
    Invalid,
    /// Taken back.
    Recalled,
}

impl Rung {
    /// All rungs, in the order of the ladder.
    pub const ALL: [Self; 9] = [
        Self::NotBegun,
        Self::HandedOver,
        Self::Unknown,
        Self::Read,
        Self::Unread,
        Self::Dropped,
        Self::Failed,
        Self::Invalid,
        Self::Recalled,
    ];

    /// The word in the database, in `--json` and in exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotBegun => "not_begun",
            Self::HandedOver => "handed_over",
            Self::Unknown => "unknown",
            Self::Read => "read",
            Self::Unread => "unread",
            Self::Dropped => "dropped",
            Self::Failed => "failed",
            Self::Invalid => "invalid",
            Self::Recalled => "recalled",
        }
    }

    /// The rung of a word; a word of a later version reads as unknown.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|rung| rung.name() == name).unwrap_or(Self::Unknown)
    }
}

/// How a delivery as a whole stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum DeliveryState {
    /// Written down whole, to begin at [`NewDelivery::due_ms`]. It survives the end of the program; nothing of it has left.
    Waiting,
    /// Calls are left, and nobody stopped it: it runs, or the window that ran it is gone.
    Open,
    /// A person paused it.
    Paused,
    /// It stopped by itself; the note says why.
    Stopped,
    /// A person ended it: what has not begun never will.
    Cancelled,
    /// Every call has begun and ended.
    Done,
}

impl DeliveryState {
    /// All states.
    pub const ALL: [Self; 6] = [Self::Waiting, Self::Open, Self::Paused, Self::Stopped, Self::Cancelled, Self::Done];

    /// The word in the database and in `--json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }

    /// The state of a word; a word of a later version reads as stopped.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.name() == name).unwrap_or(Self::Stopped)
    }
}

/// A person of a call.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Who {
    /// The id that travels: userid, or what the call uses.
    pub userid: String,
    /// The name, where known.
    pub name: String,
}

/// A call to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewCall {
    /// The request without its token: exactly what will go out. Its query is empty, its secrets none.
    pub call: Call,
    /// `outTrackId` of a card, else empty.
    pub out_track_id: String,
    /// `compose::personal::content_hash` of what its people read.
    pub content: i64,
    /// Who gets it.
    pub people: Vec<Who>,
    /// How many people in departments get it besides, where that is known.
    pub in_departments: u64,
}

/// A delivery to be written down, before anything leaves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDelivery {
    /// When, Unix milliseconds: written down, and for one that waited when it began.
    pub started_ms: i64,
    /// The profile's name.
    pub profile: String,
    /// The profile's kind, as in the settings.
    pub profile_kind: String,
    /// Card or notice.
    pub kind: Kind,
    /// The word of its way.
    pub via: String,
    /// One line that says what it is.
    pub title: String,
    /// `fewest` or `report`.
    pub mode: String,
    /// What later calls about it need: `agent_id` of a notice, `robotCode` of a card.
    pub sender: String,
    /// `openConversationId` of a card, else empty.
    pub conversation: String,
    /// The draft as the text of a file, to be opened again.
    pub draft: String,
    /// When it shall begin, Unix milliseconds, where that lies ahead: it is [`DeliveryState::Waiting`] until then. Kept
    /// afterwards. `None`: at once.
    pub due_ms: Option<i64>,
}

/// How many calls stand where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// [`CallState::NotBegun`].
    pub not_begun: u64,
    /// [`CallState::Begun`].
    pub begun: u64,
    /// [`CallState::HandedOver`].
    pub handed_over: u64,
    /// [`CallState::Refused`].
    pub refused: u64,
    /// [`CallState::Unknown`].
    pub unknown: u64,
    /// [`CallState::Recalled`].
    pub recalled: u64,
}

impl Counts {
    /// The counter of a state.
    pub const fn of(&mut self, state: CallState) -> &mut u64 {
        match state {
            CallState::NotBegun => &mut self.not_begun,
            CallState::Begun => &mut self.begun,
            CallState::HandedOver => &mut self.handed_over,
            CallState::Refused => &mut self.refused,
            CallState::Unknown => &mut self.unknown,
            CallState::Recalled => &mut self.recalled,
        }
    }

    /// Calls that have an end, whatever it is.
    pub const fn ended(&self) -> u64 {
        self.handed_over + self.refused + self.unknown + self.recalled
    }
}

/// A delivery as lists show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Its number.
    pub id: DeliveryId,
    /// What was written down at its beginning. The draft is empty in lists.
    pub new: NewDelivery,
    /// When its last call ended, Unix milliseconds.
    pub ended_ms: Option<i64>,
    /// How many people.
    pub people: u64,
    /// How many calls.
    pub calls: u64,
    /// How it stands.
    pub state: DeliveryState,
    /// Why it stopped: a code or a word of `deliver::report::fault_word`; empty when it did not.
    pub note: String,
    /// When its report was asked for last, Unix milliseconds.
    pub asked_ms: Option<i64>,
    /// Its calls by state.
    pub counts: Counts,
}

/// A call of a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallRow {
    /// Its number in the journal.
    pub id: CallId,
    /// Its number in the delivery, from 1.
    pub number: u64,
    /// The path it goes to.
    pub path: String,
    /// How many people.
    pub people: u64,
    /// Where it stands.
    pub state: CallState,
    /// When it began, Unix milliseconds.
    pub begun_ms: Option<i64>,
    /// What came back.
    pub ended: Ended,
    /// When that was, Unix milliseconds.
    pub ended_ms: Option<i64>,
    /// `outTrackId` of a card, else empty.
    pub out_track_id: String,
    /// How far DingTalk said it is with it, percent; `None`: not asked, or it does not tell.
    pub progress: Option<u8>,
    /// Nothing more can be told about it: everybody stands where they will stay, or nobody is ever named.
    pub told: bool,
}

/// What asking about a call brought, besides rungs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct News {
    /// How far it is, percent, where that was told.
    pub progress: Option<u8>,
    /// Nothing more can be told about it.
    pub told: bool,
    /// Why nobody of it is named, as a code; empty: somebody is, or may be yet.
    pub why: String,
}

/// A call that was handed over and about which something new may be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AskedCall {
    /// When it ended, Unix milliseconds.
    pub ended_ms: i64,
    /// When it was asked about last, Unix milliseconds.
    pub asked_ms: Option<i64>,
}

/// How many people stood on each rung that a report named, at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tally {
    /// When it was asked for, Unix milliseconds.
    pub at_ms: i64,
    /// The rungs with their people.
    pub rungs: Vec<(Rung, u64)>,
}

/// A delivery whose report may tell something new.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asking {
    /// Its number.
    pub delivery: DeliveryId,
    /// Its profile's name.
    pub profile: String,
    /// The word of its way.
    pub via: String,
    /// How many people it has in all.
    pub people: u64,
    /// The calls to ask about.
    pub calls: Vec<AskedCall>,
}

/// What came back of a call; empty texts and `None` where nothing did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ended {
    /// HTTP status.
    pub http: Option<u16>,
    /// DingTalk's code, else a word such as `unknown.cut`; empty for an ok.
    pub code: String,
    /// The server's words, masked.
    pub message: String,
    /// The server's request id.
    pub request_id: String,
    /// `task_id` of a notice.
    pub task_id: String,
    /// `processQueryKey` of a card.
    pub query_key: String,
    /// How often it was made.
    pub attempts: u32,
    /// How long the last one took, milliseconds.
    pub elapsed_ms: u64,
    /// The answer, masked.
    pub answer: String,
}

/// A person of a delivery with their rung.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonRow {
    /// The call they are in, by its number in the delivery.
    pub call: u64,
    /// `userid`.
    pub userid: String,
    /// The name, where known.
    pub name: String,
    /// How far it came.
    pub rung: Rung,
    /// The code that says why; empty where there is none.
    pub code: String,
}

#[cfg(test)]
impl PersonRow {
    /// Somebody of the first call, for tests.
    pub fn example(userid: &str, name: &str, rung: Rung, code: &str) -> Self {
        Self { call: 1, userid: userid.into(), name: name.into(), rung, code: code.into() }
    }
}

/// A rung that a report gave a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reported {
    /// `userid`.
    pub userid: String,
    /// The rung.
    pub rung: Rung,
    /// The code, or empty.
    pub code: String,
}

/// A call of the last moments, for the pace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recent {
    /// The path it went to.
    pub path: String,
    /// When it began, Unix milliseconds.
    pub begun_ms: i64,
    /// When its answer was here; `None`: it has none.
    pub ended_ms: Option<i64>,
    /// How many people.
    pub people: u64,
}
