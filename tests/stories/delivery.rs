//! Deliveries: planned, explained, carried out, interrupted, reported and taken back, against the sandbox over real HTTP.

mod after;
mod cli;
mod departments;
mod every;
mod faults;
mod guards;
mod kill;
mod later;
mod limits;
mod plan;
mod rate;
mod run;
mod ways;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use ding_composer::{
    compose::{
        CheckContext, Draft, Kind, PersonRef,
        card::{PrivateColumn, PrivateRow},
        personal::PeopleTable,
    },
    deliver::{
        after::Desk,
        limits::allowances,
        plan::{Mode, Past, Plan, Recipients, Wanted, plan},
        run::{Control, Parts, Run, Sender, Watch},
        start::{Starting, start},
        time::{Sleep, Time},
    },
    dingtalk::{Client, Credentials, MemoryTokenCache, Session, SystemClock, Timeouts},
    sandbox::{SEND_NOTICE, Sandbox, SandboxOptions},
    store::{
        Home,
        history::History,
        journal::{DeliveryId, Journal, PersonRow},
        settings::{Limits, Profile, ProfileKind},
    },
};
use serde_json::json;

/// A clock on which waiting takes no time: whoever sleeps moves it, and the sandbox's clock with it. Right as long as
/// nobody sleeps while a call is on its way, so with one call at a time.
pub struct VirtualTime {
    now: Mutex<Duration>,
    start_ms: i64,
    sandbox: Arc<Sandbox>,
}

impl VirtualTime {
    fn new(sandbox: &Arc<Sandbox>, start_ms: i64) -> Arc<Self> {
        let time = Self { now: Mutex::new(Duration::ZERO), start_ms, sandbox: Arc::clone(sandbox) };
        time.advance(Duration::ZERO);
        Arc::new(time)
    }

    pub fn advance(&self, by: Duration) {
        let mut now = self.now.lock().unwrap();
        *now += by;
        let at = self.start_ms + i64::try_from(now.as_millis()).unwrap();
        self.sandbox.stop_clock(Some(jiff::Timestamp::from_millisecond(at).unwrap()));
    }
}

impl Time for VirtualTime {
    fn wall_ms(&self) -> i64 {
        self.start_ms + i64::try_from(self.passed().as_millis()).unwrap()
    }

    fn passed(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, time: Duration) -> Sleep<'_> {
        Box::pin(async move {
            self.advance(time);
            tokio::task::yield_now().await;
        })
    }
}

/// 10:00 in China, far from midnight.
pub const MORNING_MS: i64 = 1_780_279_200_000;

/// A home, a sandbox and a profile of it.
pub struct Scene {
    pub folder: tempfile::TempDir,
    /// Holds the window's lock.
    pub home: Home,
    pub sandbox: Arc<Sandbox>,
    pub journal: Arc<Journal>,
    pub history: Arc<History>,
    pub profile: Profile,
    pub time: Arc<VirtualTime>,
    pub runtime: tokio::runtime::Runtime,
}

impl Scene {
    pub fn new() -> Self {
        Self::with_people(320)
    }

    pub fn with_people(people: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        let sandbox = Arc::new(Sandbox::start(SandboxOptions { people, ..SandboxOptions::default() }).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let time = VirtualTime::new(&sandbox, MORNING_MS);
        let mut profile = Profile::new("org", ProfileKind::Token);
        profile.stop_after_errors = 0;
        Self {
            journal: Arc::new(Journal::open(&home).unwrap()),
            history: Arc::new(History::open(&home).unwrap()),
            folder,
            home,
            sandbox,
            profile,
            time,
            runtime,
        }
    }

    /// Limits that stop nothing.
    pub fn free(mut self) -> Self {
        let much = Some(1_000_000);
        self.profile.limits = Limits {
            calls_per_second: much,
            calls_per_month: much,
            people_per_minute: much,
            per_person_per_day: much,
            same_content_per_day: much,
            people_per_call: None,
        };
        self
    }

    /// Visible people of the organisation.
    pub fn people(&self, count: usize) -> Vec<String> {
        let organisation = self.sandbox.organisation();
        let visible = organisation.people().iter().filter(|person| !person.hidden);
        let ids: Vec<String> = visible.map(|person| person.userid.to_string()).take(count).collect();
        assert_eq!(ids.len(), count);
        ids
    }

    /// A notice by the sandbox's first template; every field holds this text.
    pub fn notice(&self, text: &str) -> Draft {
        let template = &self.sandbox.notice_templates()[0];
        let fields: serde_json::Map<String, serde_json::Value> =
            ding_composer::compose::template::fields(&template.body)
                .into_iter()
                .map(|name| (name.to_owned(), json!(text)))
                .collect();
        let body = json!({
            "agent_id": self.sandbox.agent_id(), "template_id": template.id,
            "data": serde_json::Value::Object(fields).to_string(),
        });
        Draft::from_body(Kind::Notice, &body)
    }

    pub fn plan(&self, draft: &Draft, recipients: &Recipients, mode: Mode, leave_out: bool) -> Plan {
        let context = CheckContext::default();
        let wanted = Wanted {
            draft,
            recipients,
            profile: &self.profile,
            mode,
            leave_out,
            directory: None,
            context: &context,
            now_ms: self.time.wall_ms(),
        };
        plan(&wanted, &Past { journal: &self.journal, history: Some(&self.history) }).unwrap()
    }

    /// Plans it and writes it down.
    pub fn delivery(&self, draft: &Draft, recipients: &Recipients, mode: Mode) -> DeliveryId {
        let plan = self.plan(draft, recipients, mode, false);
        assert!(!plan.blocked(), "{:?} {:?}", plan.doubts, plan.findings);
        self.write(&plan, draft, recipients, "track", None)
    }

    /// Writes a plan down, to begin now or at a moment.
    pub fn write(
        &self,
        plan: &Plan,
        draft: &Draft,
        recipients: &Recipients,
        out_track_id: &str,
        due_ms: Option<i64>,
    ) -> DeliveryId {
        let (profile, now_ms) = (&self.profile, self.time.wall_ms());
        let starting = Starting { plan, draft, recipients, profile, title: "", out_track_id, now_ms, due_ms };
        start(&starting, &self.journal).unwrap()
    }

    /// What asks about deliveries and takes them back.
    pub fn desk(&self, session: &Session) -> Desk {
        let time = Arc::clone(&self.time) as Arc<dyn Time>;
        Desk::new(session.clone(), Arc::clone(&self.journal), &self.profile, time, None)
    }

    pub fn session(&self) -> Session {
        self.session_within(Duration::from_secs(10))
    }

    pub fn session_within(&self, total: Duration) -> Session {
        let client = Client::new(Timeouts { connect: Duration::from_secs(2), total }).unwrap();
        let credentials = Credentials::Pasted { token: self.sandbox.pasted_token(), pasted_at_unix: None };
        let cache = Arc::new(MemoryTokenCache::default());
        Session::new(client, self.sandbox.hosts(), credentials, cache, Arc::new(SystemClock))
    }

    pub fn parts(&self, draft: &Draft) -> Parts {
        Parts {
            session: self.session(),
            journal: Arc::clone(&self.journal),
            history: Some(Arc::clone(&self.history)),
            profile: self.profile.clone(),
            allowances: allowances(&self.profile, draft.via()),
            time: Arc::clone(&self.time) as Arc<dyn Time>,
            at_once: 1,
            dice: Box::new(|| 0.0),
        }
    }

    pub fn sender(&self, draft: &Draft) -> Sender {
        Sender::open(self.parts(draft)).unwrap()
    }

    /// Virtual time passed since a moment.
    pub fn since(&self, before: Duration) -> Duration {
        self.time.passed().saturating_sub(before)
    }

    /// Carries it out to its end.
    pub fn run(&self, sender: &Sender, id: DeliveryId) -> Run {
        self.runtime.block_on(sender.run(id, &Control::default(), &Watch::default())).unwrap()
    }

    /// The rung of everybody, in order.
    pub fn rungs(&self, id: DeliveryId) -> Vec<&'static str> {
        self.persons(id).iter().map(|person| person.rung.name()).collect()
    }

    pub fn persons(&self, id: DeliveryId) -> Vec<PersonRow> {
        self.journal.people(id).unwrap()
    }

    /// The people of every notice that the sandbox took, in the order they came.
    pub fn arrived(&self) -> Vec<Vec<String>> {
        let ledger = self.sandbox.ledger();
        ledger
            .iter()
            .filter(|entry| &*entry.path == SEND_NOTICE && entry.taken)
            .map(|entry| entry.people.to_vec())
            .collect()
    }
}

/// People without values.
pub fn people(ids: &[String]) -> Recipients {
    valued(&[], ids.iter().map(|id| (id.as_str(), Vec::new())))
}

/// People with values.
pub fn valued<'i>(columns: &[&str], rows: impl Iterator<Item = (&'i str, Vec<String>)>) -> Recipients {
    let table = PeopleTable {
        columns: columns
            .iter()
            .map(|key| PrivateColumn { key: (*key).to_owned(), ..PrivateColumn::default() })
            .collect(),
        rows: rows
            .map(|(id, cells)| PrivateRow {
                person: PersonRef { id: id.to_owned(), name: String::new() },
                cells: cells.into_iter().map(Some).collect(),
            })
            .collect(),
    };
    Recipients { table, departments: Vec::new() }
}
