//! Loads an organisation through the directory calls: departments level by level, then their members page by page.
//!
//! Paced below DingTalk's limit of calls; waits when told to; a department that cannot be read is named and the rest goes
//! on; whatever is here when it ends or is cancelled is kept. Knows no screen and no file.

mod pace;
mod source;
mod watch;

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

pub use pace::{Timer, TokioTimer};
pub use source::{Below, Meaning, Page, Range, SessionSource, Source, SourceError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
pub use watch::{Progress, Watch};

use self::pace::Pace;
use super::{
    build::DirectoryBuilder,
    model::{Department, Directory, Person},
};

/// `dept_id` of the whole organisation.
pub const ROOT: i64 = 1;

/// Calls under way at once.
const AT_ONCE: usize = 6;

/// How often the same is asked when the server says "too many calls".
const MOST_WAITS: u32 = 8;

/// How often the same is asked when the connection fails.
const MOST_AGAIN: u32 = 2;

/// Pause before that, in milliseconds.
const PAUSE_BEFORE_AGAIN_MS: u64 = 500;

/// Longest pause after "too many calls", in seconds; the first is one second, each further one twice as long.
const LONGEST_WAIT: u64 = 30;

/// How much to load.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Plan {
    /// All departments and people; then it ends.
    #[default]
    Everything,
    /// The first level, then what [`Watch::focus`] asks for, until it is cancelled.
    OnRequest,
}

/// How to load.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// How much.
    pub plan: Plan,
    /// Calls a second and kind of call; DingTalk's standard edition allows 20. `None` is no pace (the sandbox).
    pub calls_per_second: Option<u32>,
    /// What the root is called when the server does not tell its name.
    pub root_name: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { plan: Plan::Everything, calls_per_second: Some(20), root_name: String::new() }
    }
}

/// The kinds of call; each has its own limit and permission.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum CallKind {
    /// What may be read.
    Range,
    /// One department.
    Department,
    /// Sub-departments.
    Children,
    /// Members.
    Members,
    /// One person.
    Person,
}

/// Something that could not be read.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    /// What was asked.
    pub kind: CallKind,
    /// Of which department; `None` when it is not about one.
    pub department: Option<i64>,
    /// The department's name, or the userid asked for; may be empty.
    pub name: String,
    /// Whether all further calls of this kind were left out because of it.
    pub ends_kind: bool,
    /// Why.
    pub error: SourceError,
}

/// How a loading ended.
#[derive(Clone, PartialEq, Debug)]
pub enum End {
    /// Everything asked for was asked; see the troubles for what is missing.
    Done,
    /// It was cancelled.
    Cancelled,
    /// Nothing more could come.
    Stopped(Box<SourceError>),
}

/// What a loading brought.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The people and departments; lay it over an older one with [`Directory::overlaid_by`].
    pub directory: Directory,
    /// How it ended.
    pub end: End,
    /// What could not be read.
    pub troubles: Vec<Trouble>,
}

/// One call to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    Range,
    Department(i64),
    Children(i64),
    Members(i64, i64),
    Person(String),
}

impl Step {
    fn kind(&self) -> CallKind {
        match self {
            Self::Range => CallKind::Range,
            Self::Department(_) => CallKind::Department,
            Self::Children(_) => CallKind::Children,
            Self::Members(..) => CallKind::Members,
            Self::Person(_) => CallKind::Person,
        }
    }

    fn department(&self) -> Option<i64> {
        match self {
            Self::Range | Self::Person(_) => None,
            Self::Department(id) | Self::Children(id) | Self::Members(id, _) => Some(*id),
        }
    }
}

enum Answer {
    Range(Range),
    Department(Department),
    Children(Vec<Department>),
    Members(Page),
    Person(Person),
}

async fn ask<S: Source>(source: &S, step: &Step) -> Result<Answer, SourceError> {
    match step {
        Step::Range => source.range().await.map(Answer::Range),
        Step::Department(id) => source.department(*id).await.map(Answer::Department),
        Step::Children(id) => source.children(*id).await.map(Answer::Children),
        Step::Members(id, cursor) => source.members(*id, *cursor).await.map(Answer::Members),
        Step::Person(userid) => source.person(userid).await.map(Answer::Person),
    }
}

/// Loads an organisation. Run it on a tokio runtime; `cancel` ends it at once and keeps what is here.
///
/// Give the same `cancel` to the [`SessionSource`].
pub async fn load<S: Source, T: Timer>(
    source: Arc<S>,
    timer: Arc<T>,
    options: Options,
    watch: Watch,
    cancel: CancellationToken,
) -> Loaded {
    let mut loading = Loading::new(options, watch);
    let mut under_way = JoinSet::new();
    let end = loop {
        loading.take_focus();
        loading.show(timer.now_ms());
        while under_way.len() < AT_ONCE
            && let Some((step, tries)) = loading.next_step()
        {
            let (source, timer, wait) =
                (Arc::clone(&source), Arc::clone(&timer), loading.wait_for(step.kind(), timer.now_ms()));
            under_way.spawn(async move {
                if !wait.is_zero() {
                    timer.sleep(wait).await;
                }
                let answer = ask(&*source, &step).await;
                (step, tries, answer)
            });
        }
        if under_way.is_empty() {
            if loading.options.plan == Plan::Everything {
                break End::Done;
            }
            // Nothing more comes until someone looks elsewhere: what came last is not held back.
            loading.show_rest(timer.now_ms());
        }
        tokio::select! {
            biased;
            () = cancel.cancelled() => break End::Cancelled,
            Some(done) = under_way.join_next() => {
                // A step that panicked would be lost here; the sources do not, and the directory stays incomplete.
                let Ok((step, tries, answer)) = done else { continue };
                if let Some(error) = loading.answered(step, tries, answer, timer.now_ms()) {
                    break if cancel.is_cancelled() { End::Cancelled } else { End::Stopped(Box::new(error)) };
                }
            }
            () = loading.watch.focused() => {}
        }
    };
    under_way.abort_all();
    loading.finish(end)
}

/// The state of a loading.
struct Loading {
    options: Options,
    watch: Watch,
    builder: DirectoryBuilder,
    /// First what someone looks at, then departments, then members.
    urgent: VecDeque<(Step, u32)>,
    departments: VecDeque<(Step, u32)>,
    members: VecDeque<(Step, u32)>,
    asked: HashSet<(CallKind, i64)>,
    done: HashSet<(CallKind, i64)>,
    ended: BTreeSet<CallKind>,
    paces: [Pace; 5],
    held_until_ms: u64,
    troubles: Vec<Trouble>,
    next_snapshot_ms: u64,
    people_in_snapshot: usize,
    departments_in_snapshot: usize,
    lists_in_snapshot: usize,
}

impl Loading {
    fn new(options: Options, watch: Watch) -> Self {
        let pace = Pace::new(options.calls_per_second);
        Self {
            options,
            watch,
            builder: DirectoryBuilder::new(),
            urgent: VecDeque::from([(Step::Range, 0)]),
            departments: VecDeque::new(),
            members: VecDeque::new(),
            asked: HashSet::new(),
            done: HashSet::new(),
            ended: BTreeSet::new(),
            paces: [pace; 5],
            held_until_ms: 0,
            troubles: Vec::new(),
            next_snapshot_ms: 0,
            people_in_snapshot: 0,
            departments_in_snapshot: 0,
            lists_in_snapshot: 0,
        }
    }

    fn next_step(&mut self) -> Option<(Step, u32)> {
        loop {
            let next = self
                .urgent
                .pop_front()
                .or_else(|| self.departments.pop_front())
                .or_else(|| self.members.pop_front())?;
            if !self.ended.contains(&next.0.kind()) {
                return Some(next);
            }
            self.give_up(&next.0);
        }
    }

    fn wait_for(&mut self, kind: CallKind, now_ms: u64) -> Duration {
        self.paces.get_mut(kind as usize).map_or(Duration::ZERO, |pace| pace.take(now_ms))
    }

    /// Puts what someone looks at in front.
    fn take_focus(&mut self) {
        for id in self.watch.take_focus() {
            self.want(id, true);
            for queue in [&mut self.departments, &mut self.members] {
                let (mut wanted, others): (VecDeque<_>, VecDeque<_>) =
                    std::mem::take(queue).into_iter().partition(|(step, _)| step.department() == Some(id));
                *queue = others;
                self.urgent.append(&mut wanted);
            }
        }
    }

    /// Asks for a department's children and members, once.
    fn want(&mut self, id: i64, urgent: bool) {
        for (kind, step) in [(CallKind::Children, Step::Children(id)), (CallKind::Members, Step::Members(id, 0))] {
            if self.asked.insert((kind, id)) {
                let queue = match (urgent, kind) {
                    (true, _) => &mut self.urgent,
                    (false, CallKind::Children) => &mut self.departments,
                    (false, _) => &mut self.members,
                };
                queue.push_back((step, 0));
            }
        }
    }

    fn give_up(&mut self, step: &Step) {
        if let Some(id) = step.department() {
            self.done.insert((step.kind(), id));
        }
    }

    /// Takes an answer in; an error here ends the loading.
    fn answered(
        &mut self,
        step: Step,
        tries: u32,
        answer: Result<Answer, SourceError>,
        now_ms: u64,
    ) -> Option<SourceError> {
        match answer {
            Ok(answer) => {
                self.take_in(&step, answer);
                None
            }
            Err(error) => self.failed(step, tries, error, now_ms),
        }
    }

    fn take_in(&mut self, step: &Step, answer: Answer) {
        match (step, answer) {
            (_, Answer::Range(range)) => {
                let whole =
                    range.departments.contains(&ROOT) || (range.departments.is_empty() && range.users.is_empty());
                self.begin_at(if whole { vec![ROOT] } else { range.departments });
                self.departments.extend(range.users.into_iter().map(|userid| (Step::Person(userid), 0)));
            }
            (Step::Department(id), Answer::Department(department)) => {
                self.arrived_at(Department { id: *id, ..department });
            }
            (Step::Children(id), Answer::Children(children)) => {
                for child in children {
                    let child = Department { parent: child.parent.or(Some(*id)), ..child };
                    let id = child.id;
                    self.builder.department(child);
                    if self.options.plan == Plan::Everything {
                        self.want(id, false);
                    }
                }
                self.builder.children_are_complete(*id);
                self.done.insert((CallKind::Children, *id));
            }
            (Step::Members(id, cursor), Answer::Members(page)) => {
                for person in &page.people {
                    self.builder.member(*id, person);
                }
                match page.next {
                    // A cursor that does not move on would go round for ever.
                    Some(next) if next > *cursor => self.members.push_front((Step::Members(*id, next), 0)),
                    Some(_) => {
                        self.done.insert((CallKind::Members, *id));
                    }
                    None => {
                        self.builder.members_are_complete(*id);
                        self.done.insert((CallKind::Members, *id));
                    }
                }
            }
            (_, Answer::Person(person)) => {
                self.builder.person_with_claims(&person);
            }
            _ => {}
        }
    }

    fn begin_at(&mut self, departments: Vec<i64>) {
        for id in departments {
            if self.asked.insert((CallKind::Department, id)) {
                self.urgent.push_back((Step::Department(id), 0));
            }
        }
    }

    /// A department where loading begins.
    fn arrived_at(&mut self, department: Department) {
        let id = department.id;
        let name =
            if department.name.is_empty() && id == ROOT { self.options.root_name.clone() } else { department.name };
        self.builder.department(Department { name, ..department });
        self.want(id, false);
    }

    fn failed(&mut self, step: Step, tries: u32, error: SourceError, now_ms: u64) -> Option<SourceError> {
        match error.meaning() {
            Meaning::Wait if tries < MOST_WAITS => {
                let seconds = (1_u64 << tries.min(8)).min(LONGEST_WAIT);
                let until = now_ms.saturating_add(seconds * 1000);
                if let Some(pace) = self.paces.get_mut(step.kind() as usize) {
                    pace.hold_until(until);
                }
                self.held_until_ms = self.held_until_ms.max(until);
                self.urgent.push_front((step, tries + 1));
                return None;
            }
            Meaning::Again if tries < MOST_AGAIN => {
                // A moment for the connection to come back.
                if let Some(pace) = self.paces.get_mut(step.kind() as usize) {
                    pace.hold_until(now_ms.saturating_add(PAUSE_BEFORE_AGAIN_MS));
                }
                self.urgent.push_front((step, tries + 1));
                return None;
            }
            Meaning::Wait | Meaning::Again | Meaning::Stop => return Some(error),
            Meaning::Skip | Meaning::SkipKind => {}
        }
        let ends_kind = error.meaning() == Meaning::SkipKind && step.kind() != CallKind::Range;
        if ends_kind && !self.ended.insert(step.kind()) {
            // Several were under way when the first was refused: named once.
            self.fall_back(&step);
            return None;
        }
        let name = match &step {
            Step::Person(userid) => userid.clone(),
            other => other.department().and_then(|id| self.builder.department_name(id)).unwrap_or_default().to_owned(),
        };
        self.troubles.push(Trouble { kind: step.kind(), department: step.department(), name, ends_kind, error });
        self.fall_back(&step);
        None
    }

    /// What to do instead of a step that cannot be done.
    fn fall_back(&mut self, step: &Step) {
        match step {
            // Without the range the whole organisation is tried.
            Step::Range => self.begin_at(vec![ROOT]),
            // A department's name is not needed to read what is in it.
            Step::Department(id) => {
                self.arrived_at(Department { id: *id, ..Department::default() });
            }
            other => self.give_up(other),
        }
    }

    fn progress(&self, now_ms: u64) -> Progress {
        let done = |(kind, id): &&(CallKind, i64)| {
            *kind == CallKind::Members && self.done.contains(&(CallKind::Children, *id))
        };
        Progress {
            departments: self.builder.department_count(),
            departments_done: self.done.iter().filter(done).count(),
            people: self.builder.people_count(),
            troubles: self.troubles.len(),
            waiting_seconds: self.held_until_ms.saturating_sub(now_ms).div_ceil(1000),
        }
    }

    fn show(&mut self, now_ms: u64) {
        let progress = self.progress(now_ms);
        self.watch.show(progress);
        let news = progress.people != self.people_in_snapshot || progress.departments != self.departments_in_snapshot;
        if news && now_ms >= self.next_snapshot_ms {
            self.show_snapshot(progress, now_ms);
        }
    }

    /// Shows what came since the last snapshot, even if only a list that turned out to be complete.
    fn show_rest(&mut self, now_ms: u64) {
        let progress = self.progress(now_ms);
        let lists = self.done.len();
        if self.lists_in_snapshot != lists {
            self.show_snapshot(progress, now_ms);
        }
    }

    fn show_snapshot(&mut self, progress: Progress, now_ms: u64) {
        (self.people_in_snapshot, self.departments_in_snapshot) = (progress.people, progress.departments);
        self.lists_in_snapshot = self.done.len();
        self.watch.show_snapshot(self.builder.snapshot());
        // A snapshot copies everything: the more there is, the rarer.
        let pause = 500 + progress.people as u64 / 5;
        self.next_snapshot_ms = now_ms.saturating_add(pause);
    }

    fn finish(self, end: End) -> Loaded {
        let mut progress = self.progress(0);
        progress.waiting_seconds = 0;
        self.watch.show(progress);
        Loaded { directory: self.builder.build(), end, troubles: self.troubles }
    }
}

#[cfg(test)]
mod tests;
