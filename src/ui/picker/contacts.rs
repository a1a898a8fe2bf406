//! The people of the current profile's organisation: read from the cache, loaded from the server (a level at a time while
//! someone looks, or all of it), made searchable off the painting thread, and kept on disk.
//!
//! Polled once a pass; never waits.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::loaded::Loaded;
use crate::{
    catalogue::Context,
    dingtalk::Session,
    directory::{
        DepartmentIndex, Directory,
        fetch::{self, CallKind, End, Options, Plan, Progress, SessionSource, SourceError, TokioTimer, Trouble, Watch},
    },
    store::{directory_cache, history::HistoryError},
    ui::{
        background::{Background, Broken, JobLost},
        remote::Remote,
    },
};

/// Where people come from.
#[derive(Clone)]
pub struct Origin {
    /// Makes the calls.
    pub session: Session,
    /// The cache of the profile.
    pub cache: PathBuf,
    /// Calls a second and kind; `None` for the sandbox.
    pub calls_per_second: Option<u32>,
    /// What the organisation is called when the server does not say it.
    pub root_name: String,
}

/// How the last loading ended, when there is something to say about it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whether all of it was asked for.
    pub whole: bool,
    /// Whether the person cancelled it.
    pub cancelled: bool,
    /// What ended it before its time.
    pub stopped: Option<Broken<Box<SourceError>>>,
    /// What could not be read.
    pub troubles: Vec<Trouble>,
}

impl Outcome {
    /// Whether everything asked for came.
    pub fn is_clean(&self) -> bool {
        !self.cancelled && self.stopped.is_none() && self.troubles.is_empty()
    }
}

/// The organisation of the current profile.
#[derive(Default)]
pub struct Contacts {
    origin: Option<Origin>,
    loaded: Option<Arc<Loaded>>,
    generation: u64,
    cache: Remote<Option<Loaded>, Broken<HistoryError>>,
    run: Option<Run>,
    preparing: Remote<Prepared, Broken<HistoryError>>,
    outcome: Option<Outcome>,
    /// Why the cache could not be read or written.
    cache_problem: Option<HistoryError>,
    /// Departments whose loading failed: not asked again by themselves.
    given_up: HashSet<i64>,
    /// Whether nothing is asked by itself any more, because it could not work.
    stopped: bool,
}

struct Run {
    plan: Plan,
    watch: Watch,
    cancel: CancellationToken,
    job: Remote<fetch::Loaded, JobLost>,
    /// What it is laid over.
    base: Option<Arc<Loaded>>,
    focused: HashSet<i64>,
    /// Whether the person cancelled it (and not the program, to look at its troubles).
    by_person: bool,
}

struct Prepared {
    loaded: Loaded,
    problem: Option<HistoryError>,
}

impl Contacts {
    /// Goes to another organisation; what was here before is let go.
    pub fn connect(&mut self, origin: Origin, background: &Background) {
        self.disconnect();
        let generation = self.next_generation();
        let path = origin.cache.clone();
        self.origin = Some(origin);
        background.start_blocking("people-cache", &mut self.cache, move || {
            let cached = directory_cache::load(&path).map_err(Broken::Error)?;
            Ok(cached.map(|cached| {
                let read_at = Timestamp::from_millisecond(cached.refreshed_at_unix_ms).ok();
                // Parts that were read without ever reading the whole are kept with the time 0.
                Loaded::new(cached.directory, read_at.filter(|at| at.as_millisecond() > 0), generation)
            }))
        });
    }

    /// Lets everything go.
    pub fn disconnect(&mut self) {
        let generation = self.generation;
        *self = Self { generation, ..Self::default() };
    }

    /// Takes what arrived; `true` when the people are others now.
    pub fn poll(&mut self, background: &Background, now: Timestamp) -> bool {
        let mut changed = false;
        if self.cache.poll() {
            if let Some(failure) = self.cache.take_failure() {
                self.cache_problem = problem(failure);
            }
            if let Some(loaded) = self.cache.take_here().flatten()
                && self.loaded.is_none()
            {
                self.loaded = Some(Arc::new(loaded));
                changed = true;
            }
        }
        if self.preparing.poll() {
            if let Some(failure) = self.preparing.take_failure() {
                self.cache_problem = problem(failure);
            }
            if let Some(Prepared { loaded, problem }) = self.preparing.take_here() {
                self.cache_problem = problem;
                self.loaded = Some(Arc::new(loaded));
                changed = true;
            }
        }
        self.poll_run(background, now);
        changed
    }

    fn poll_run(&mut self, background: &Background, now: Timestamp) {
        let Some(run) = &mut self.run else { return };
        if run.job.poll() {
            self.end_run(background, now);
            return;
        }
        if run.plan == Plan::OnRequest && run.watch.progress().troubles > 0 {
            // What went wrong is only told at the end.
            run.cancel.cancel();
        }
        if !self.preparing.is_pending()
            && let Some(snapshot) = run.watch.take_snapshot()
        {
            let base = run.base.clone();
            let generation = self.next_generation();
            background.start_blocking("people", &mut self.preparing, move || {
                let read_at = base.as_ref().and_then(|base| base.read_at);
                Ok(Prepared {
                    loaded: Loaded::new(over(base.as_deref(), &snapshot), read_at, generation),
                    problem: None,
                })
            });
        }
    }

    fn end_run(&mut self, background: &Background, now: Timestamp) {
        let Some(mut run) = self.run.take() else { return };
        let whole = run.plan == Plan::Everything;
        if let Some(lost) = run.job.take_failure() {
            self.stopped = true;
            let stopped = Some(Broken::Lost(lost));
            self.outcome = Some(Outcome { whole, cancelled: false, stopped, troubles: Vec::new() });
            return;
        }
        let Some(fetch::Loaded { directory, end, troubles }) = run.job.take_here() else { return };
        for trouble in &troubles {
            self.given_up.extend(trouble.department);
        }
        self.stopped |= troubles.iter().any(|trouble| trouble.ends_kind && trouble.kind == CallKind::Members);
        let done = matches!(end, End::Done);
        let stopped = match end {
            End::Stopped(error) => Some(Broken::Error(error)),
            End::Done | End::Cancelled => None,
        };
        self.stopped |= stopped.is_some();
        let outcome = Outcome { whole, cancelled: run.by_person, stopped, troubles };
        // Looking around without any trouble is no news.
        if whole || !outcome.is_clean() {
            self.outcome = Some(outcome);
        }
        if directory.is_empty() {
            return;
        }
        let base = run.base.take();
        let read_at = if whole && done { Some(now) } else { base.as_ref().and_then(|base| base.read_at) };
        let generation = self.next_generation();
        let path = self.origin.as_ref().map(|origin| origin.cache.clone());
        background.start_blocking("people", &mut self.preparing, move || {
            let directory = over(base.as_deref(), &directory);
            let told =
                path.map(|path| directory_cache::save(&path, &directory, read_at.map_or(0, Timestamp::as_millisecond)));
            let problem = told.and_then(Result::err);
            Ok(Prepared { loaded: Loaded::new(directory, read_at, generation), problem })
        });
    }

    fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }

    /// The people, as far as they are here.
    pub fn loaded(&self) -> Option<&Arc<Loaded>> {
        self.loaded.as_ref()
    }

    /// Whether something is on its way that ends by itself.
    pub fn is_busy(&self) -> bool {
        self.cache.is_pending() || self.preparing.is_pending() || self.refresh_progress().is_some()
    }

    /// Whether there is an organisation to ask.
    pub fn is_connected(&self) -> bool {
        self.origin.is_some()
    }

    /// Whether the cache is being read.
    pub fn is_reading_cache(&self) -> bool {
        self.cache.is_pending()
    }

    /// How far a loading of all of it is.
    pub fn refresh_progress(&self) -> Option<Progress> {
        self.run.as_ref().filter(|run| run.plan == Plan::Everything).map(|run| run.watch.progress())
    }

    /// Whether parts are being loaded because someone looks at them.
    pub fn is_looking(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.plan == Plan::OnRequest)
    }

    /// Whether something just loaded is being made searchable.
    pub fn is_preparing(&self) -> bool {
        self.preparing.is_pending()
    }

    /// How the last loading ended, when there is something to say about it.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// Puts what was said about the last loading away.
    pub fn forget_outcome(&mut self) {
        self.outcome = None;
    }

    /// Why the cache could not be read or written.
    pub fn cache_problem(&self) -> Option<&HistoryError> {
        self.cache_problem.as_ref()
    }

    /// What explanations of a failure need to know about the app.
    pub fn explaining(&self) -> Context {
        self.origin.as_ref().map(|origin| Context::of(origin.session.credentials())).unwrap_or_default()
    }

    /// Loads all departments and people.
    pub fn refresh(&mut self, background: &Background) {
        self.stopped = false;
        self.given_up.clear();
        self.outcome = None;
        self.start(Plan::Everything, background);
    }

    /// Something needs all of it (a search, the size of a department): loads it unless it is here, on its way, or the
    /// person did not want to wait for it.
    pub fn need_everything(&mut self, background: &Background) {
        let here =
            self.loaded.as_ref().is_some_and(|loaded| loaded.read_at.is_some() || loaded.directory.is_complete());
        let on_its_way = self.cache.is_pending() || self.preparing.is_pending() || self.refresh_progress().is_some();
        if !here && !on_its_way && !self.stopped && self.origin.is_some() {
            self.start(Plan::Everything, background);
        }
    }

    /// Ends the loading of all of it; what came so far is kept beside what was here.
    pub fn cancel(&mut self) {
        // Not begun again by itself.
        self.stopped = true;
        if let Some(run) = &mut self.run {
            run.by_person = true;
            run.cancel.cancel();
        }
    }

    /// Nobody looks any more: parts are no longer loaded.
    pub fn look_away(&mut self) {
        if let Some(run) = &self.run
            && run.plan == Plan::OnRequest
        {
            run.cancel.cancel();
        }
    }

    /// Someone looks: loads the first level when nothing is here, and the parts of a department that are missing.
    pub fn look_at(&mut self, department: Option<DepartmentIndex>, background: &Background) {
        if self.origin.is_none() || self.cache.is_pending() || self.stopped {
            return;
        }
        let Some(loaded) = self.loaded.clone().filter(|loaded| !loaded.directory.is_empty()) else {
            if self.run.is_none() && !self.preparing.is_pending() {
                self.start(Plan::OnRequest, background);
            }
            return;
        };
        let Some(department) = department else { return };
        let coverage = loaded.directory.coverage(department);
        let Some(id) = loaded.directory.department(department).map(|one| one.id) else { return };
        if coverage.children && coverage.members || self.given_up.contains(&id) {
            return;
        }
        if self.run.is_none() {
            if self.preparing.is_pending() {
                return;
            }
            self.start(Plan::OnRequest, background);
        }
        if let Some(run) = &mut self.run
            && run.focused.insert(id)
        {
            run.watch.focus(id);
        }
    }

    /// Whether the missing parts of a department are on their way.
    pub fn is_on_its_way(&self, department: i64) -> bool {
        let asked =
            self.run.as_ref().is_some_and(|run| run.plan == Plan::Everything || run.focused.contains(&department));
        (asked || self.preparing.is_pending()) && !self.given_up.contains(&department)
    }

    fn start(&mut self, plan: Plan, background: &Background) {
        let Some(origin) = &self.origin else { return };
        self.run = None;
        let ctx = background.ctx().clone();
        let watch = Watch::new(move || ctx.request_repaint());
        let cancel = CancellationToken::new();
        let source = Arc::new(SessionSource::new(origin.session.clone(), cancel.clone()));
        let options = Options { plan, calls_per_second: origin.calls_per_second, root_name: origin.root_name.clone() };
        let mut job = Remote::default();
        let (watched, token) = (watch.clone(), cancel.clone());
        background.start(&mut job, async move {
            Ok(fetch::load(source, Arc::new(TokioTimer::default()), options, watched, token).await)
        });
        let base = self.loaded.clone();
        self.run = Some(Run { plan, watch, cancel, job, base, focused: HashSet::new(), by_person: false });
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

fn problem(broken: Broken<HistoryError>) -> Option<HistoryError> {
    match broken {
        Broken::Error(error) => Some(error),
        Broken::Lost(lost) => {
            tracing::error!(%lost, "people could not be prepared");
            None
        }
    }
}

fn over(base: Option<&Loaded>, fresh: &Directory) -> Directory {
    match base {
        Some(base) => base.directory.overlaid_by(fresh),
        None => fresh.clone(),
    }
}
