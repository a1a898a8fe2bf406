//! Deliveries in the window: the plan before anything leaves, what runs, what was cut off, the report afterwards.
//!
//! * [`planning`]: what shall be sent becomes a plan, off the painting thread. [`plan_dialog`] shows it.
//! * [`running`]: deliveries on their way and their buttons. [`strip`] shows them at the bottom of every tab.
//! * [`tasks`]: what is asked and done afterwards, on a schedule and by button. [`book`]: what the journal holds, as read.
//! * [`list`], [`detail`], [`people`], [`chart`]: 发送记录 → 批次. [`cut_off`]: the banner after a crash.
//! * [`waiting`]: what waits for its moment. [`trial`]: 先发给我. [`notify`]: the desktop's note when a long delivery ends.
//!
//! Knows no HTTP and no SQL: plans, runs and reports are `deliver`'s, rows are `store::journal`'s.

pub mod again;
pub mod book;
pub mod chart;
pub mod count;
pub mod cut_off;
pub mod detail;
mod facts;
pub mod list;
pub mod notify;
pub mod people;
pub mod plan_dialog;
pub mod plan_people;
pub mod planning;
pub mod running;
pub mod strip;
pub mod tasks;
pub mod trial;
pub mod waiting;
pub mod words;

use std::sync::Arc;

use super::{
    background::{Background, Broken},
    remote::Remote,
    state::Tab,
};
use crate::{
    compose::PersonRef,
    deliver::plan::Mode,
    store::{
        history::{Filter, History, HistoryError},
        journal::{CallId, DeliveryId, Journal},
    },
};

/// How reading or writing a journal can end badly.
pub type Failed = Broken<HistoryError>;

/// The journal, once it is open.
pub type OpenJournal = Remote<Arc<Journal>, Failed>;

/// Which form a report is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Format {
    /// Comma-separated values, UTF-8 with a byte order mark.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// The ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Whom a new draft is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Whom {
    /// Who did not get it: dropped, failed, invalid.
    Failed,
    /// Who has not read it.
    Unread,
}

/// A wish about deliveries.
#[derive(Clone, Debug)]
pub enum DeliveryAction {
    /// Cut the plan on screen another way.
    Mode(Mode),
    /// Leave out whoever would not get it, or do not.
    LeaveOut(bool),
    /// Carry out the plan on screen.
    Start,
    /// Put the plan on screen away; nothing is sent.
    ClosePlan,
    /// Put the plan on screen away and write it down to begin at this moment, Unix milliseconds.
    StartAt(i64),
    /// Do not wait for the moment of a delivery any longer.
    SendWaiting(DeliveryId),
    /// Begin a delivery that waited, although some would not get it.
    SendAnyway(DeliveryId),
    /// Give a delivery that waits another moment, Unix milliseconds.
    PutOff(DeliveryId, i64),
    /// Begin no more calls for now.
    Pause(u64),
    /// Go on after a pause.
    Resume(u64),
    /// Begin no more calls, ever.
    Cancel(u64),
    /// Put away a row of the strip that has ended.
    Dismiss(u64),
    /// Make the calls of a delivery that have not begun.
    Continue(DeliveryId),
    /// What has not begun of a delivery that does not run never will.
    GiveUp(DeliveryId),
    /// Show a delivery in the history.
    Show(DeliveryId),
    /// Show the list of deliveries in the history.
    ShowList,
    /// Say no more about what was cut off, in this session.
    HideCutOff,
    /// Ask again about the unknown cards of a delivery, where that cannot deliver twice.
    AskUnknown(DeliveryId),
    /// A person decided about an unknown call: it arrived, or it did not.
    Decide(DeliveryId, CallId, bool),
    /// Ask for progress and results now.
    Refresh(DeliveryId),
    /// Take it back.
    Recall(DeliveryId),
    /// Write the report into a file.
    Export(DeliveryId, Format),
    /// A new draft for some of its people.
    Redraft(DeliveryId, Whom),
    /// Open its draft again.
    AsDraft(DeliveryId),
    /// Put a damaged journal aside and begin a new one.
    NewJournal,
    /// Open the dialog of 先发给我.
    AskTrial,
    /// Keep these test people with the draft.
    TrialPeople(Vec<PersonRef>),
    /// Send the draft to its test people with the values of this row of the list (`None`: the draft's own).
    SendTrial(Option<usize>),
}

/// Which part of 发送记录 is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum HistoryPart {
    /// Messages sent one by one.
    #[default]
    Single,
    /// Deliveries.
    Deliveries,
}

/// Everything the window knows of deliveries.
pub struct Deliveries {
    /// The clocks all deliveries run on.
    pub time: Arc<dyn crate::deliver::time::Time>,
    /// The senders in use.
    pub senders: running::Senders,
    /// The plan being made or shown.
    pub planning: Option<planning::Planning>,
    /// What is known of deliveries that wait for their moment.
    pub waits: waiting::Waits,
    /// One that waits, being written down: its moment.
    pub written: Remote<i64, Failed>,
    /// What runs.
    pub live: Vec<running::Live>,
    /// What the journal holds.
    pub book: book::Book,
    /// What the list and the detail remember.
    pub view: list::View,
    /// What is asked and done afterwards.
    pub tasks: tasks::Tasks,
    /// Whether the banner about what was cut off was put away.
    pub cut_off_hidden: bool,
    /// How much of the window the strip takes, points: what floats keeps off it.
    pub strip_height: f32,
    /// 先发给我.
    pub trial: trial::Trial,
    /// Which part of the history is shown.
    pub part: HistoryPart,
    /// How many calls the draft on screen makes.
    pub calls: count::Calls,
    /// What was sent last, of earlier runs.
    newest: Remote<HistoryPart, Failed>,
    next_key: u64,
}

impl Deliveries {
    /// Nothing runs, nothing is known.
    pub fn new(clock: Arc<dyn crate::dingtalk::tokens::Clock>) -> Self {
        Self {
            time: Arc::new(crate::deliver::time::RealTime::new(clock)),
            senders: running::Senders::default(),
            planning: None,
            waits: waiting::Waits::default(),
            written: Remote::NotAsked,
            live: Vec::new(),
            book: book::Book::default(),
            view: list::View::default(),
            tasks: tasks::Tasks::default(),
            cut_off_hidden: false,
            strip_height: 0.0,
            trial: trial::Trial::default(),
            part: HistoryPart::default(),
            calls: count::Calls::default(),
            newest: Remote::NotAsked,
            next_key: 0,
        }
    }

    /// A number that tells a row of the strip from others.
    pub fn key(&mut self) -> u64 {
        self.next_key += 1;
        self.next_key
    }

    /// Whether a delivery runs in this window.
    pub fn runs(&self, id: DeliveryId) -> bool {
        self.live.iter().any(|live| live.id() == Some(id) && live.is_running())
    }

    /// The history opens on what was sent last, unless it is being read.
    pub fn sent_last(&mut self, part: HistoryPart, tab: Tab) {
        self.newest.cancel();
        if tab != Tab::History {
            self.part = part;
        }
    }

    /// Finds out once what was sent last in earlier runs.
    pub fn find_newest(&mut self, journal: &Arc<Journal>, history: &Arc<History>, background: &Background) {
        if self.newest.poll()
            && let Some(part) = self.newest.value()
        {
            self.part = *part;
        }
        if self.newest.is_not_asked() {
            let (journal, history) = (Arc::clone(journal), Arc::clone(history));
            background.start_blocking("newest-sent", &mut self.newest, move || {
                let read = || {
                    let delivery = journal.deliveries(0, 1)?.first().map(|one| one.new.started_ms);
                    let single = history.page(&Filter::default(), 0, 1)?.first().map(|one| one.at_unix_ms);
                    Ok(if delivery > single { HistoryPart::Deliveries } else { HistoryPart::Single })
                };
                read().map_err(Failed::Error)
            });
        }
    }

    /// Something was written to the journal.
    pub fn changed(&mut self) {
        self.book.changed();
        self.view.changed();
    }

    /// Whether something of it is on its way that ends by itself soon (a test waits for it).
    pub fn is_busy(&self) -> bool {
        self.planning.as_ref().is_some_and(|planning| planning.made.is_pending())
            || self.book.recent.is_pending()
            || self.book.waiting.is_pending()
            || self.newest.is_pending()
            || self.written.is_pending()
            || self.waits.is_looking()
            || self.tasks.is_any_busy()
    }
}
