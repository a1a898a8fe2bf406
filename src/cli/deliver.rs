//! Deliveries without a window: `send --people`, `deliveries`, `resume`, `recall` and `report`.
//!
//! The same plan, journal and run as in the window: killing the process and `resume` is one path.

mod show;

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use super::{Exit, Out, Run, pretty};
use crate::{
    compose::{
        Draft, DraftFile, PersonRef,
        card::{PrivateColumn, PrivateRow},
        personal::PeopleTable,
    },
    deliver::{
        after,
        connect::{Connection, connect, start_sandbox},
        export,
        limits::allowances,
        list,
        plan::{self, Mode, Past, Wanted, plan_json},
        run::{AT_ONCE, Control, Parts, Sender, Watch},
        start::start,
        time::RealTime,
    },
    dingtalk::tokens::{Clock, SystemClock},
    lang::text,
    recipients::{self, Import},
    sandbox::SandboxOptions,
    store::{
        directory_cache,
        history::{History, HistoryError},
        journal::{Counts, Delivery, DeliveryId, DeliveryState, Journal},
        settings::Profile,
        vault::{ChosenVault, Vault},
        write_atomically,
    },
};

/// How `send` becomes a delivery. Without any of these (and without people kept in the draft's file) a draft is sent by
/// one call.
#[derive(clap::Args, Debug, Default)]
pub struct DeliveryArgs {
    /// A list of people (CSV, TSV, XLSX, XLS, ODS): the column userid, the rest variables.
    #[arg(long, value_name = "LIST")]
    pub people: Option<PathBuf>,
    /// How people are cut into calls: fewest calls, or at most 100 people a call so that everybody is reported.
    #[arg(long, value_name = "fewest|report", value_parser = parse_mode)]
    pub mode: Option<Mode>,
    /// Print the plan and send nothing.
    #[arg(long)]
    pub plan: bool,
    /// Leave out rows that cannot be used and people who would not get it.
    #[arg(long)]
    pub leave_out: bool,
    /// The number of people, typed: needed above the profile's confirm_above.
    #[arg(long, value_name = "N")]
    pub confirm: Option<u64>,
}

impl DeliveryArgs {
    /// Whether a draft file is sent as a delivery.
    pub fn wanted(&self, file: &DraftFile) -> bool {
        self.people.is_some()
            || self.mode.is_some()
            || self.plan
            || self.leave_out
            || self.confirm.is_some()
            || matches!(&file.draft, Draft::Notice(notice) if !notice.values.columns.is_empty())
    }
}

fn parse_mode(word: &str) -> Result<Mode, String> {
    Mode::from_name(word).ok_or_else(|| "fewest / report".to_owned())
}

/// How a delivery ends for the caller: what is in doubt weighs most.
fn exit_of(counts: &Counts, state: DeliveryState) -> Exit {
    if counts.unknown + counts.begun > 0 {
        Exit::Unknown
    } else if counts.refused > 0 || counts.not_begun > 0 || state == DeliveryState::Stopped {
        Exit::Refused
    } else {
        Exit::HandedOver
    }
}

/// What `send` was asked besides the draft.
pub(super) struct Asked<'a> {
    pub file: &'a DraftFile,
    pub profile: &'a Profile,
    pub args: &'a DeliveryArgs,
    pub yes: bool,
    pub json: bool,
}

impl Run<'_> {
    /// Plans a delivery, and carries it out unless only the plan was asked for.
    pub(super) fn send_delivery(&self, asked: &Asked<'_>, out: &mut Out<'_>) -> Exit {
        let Asked { file, profile, args, yes, json } = *asked;
        let lang = self.lang;
        let (list, bad) = match &args.people {
            Some(path) => match self.read_list(path) {
                Ok((table, import)) => {
                    self.note_import(&import, out);
                    (Some(table), import.bad.len())
                }
                Err(reason) => {
                    out.note(&reason);
                    return Exit::Usage;
                }
            },
            None => (None, 0),
        };
        let (journal, history) = match self.open_journal() {
            Ok(opened) => opened,
            Err(reason) => {
                out.note(&reason);
                return Exit::Usage;
            }
        };
        // Without a list of contacts nobody is known to be out of reach; that is no reason not to plan.
        let contacts = directory_cache::load(&directory_cache::path_of(self.home, profile)).ok().flatten();
        let directory = contacts.as_ref().map(|cached| &cached.directory);
        let recipients = plan::recipients(&file.draft, list.as_ref(), directory);
        let now_ms = SystemClock.now_millis();
        let known = super::Earlier { history: Some(&history), profile: &profile.name };
        let context = self.context(&known, &profile.name);
        let wanted = Wanted {
            draft: &file.draft,
            recipients: &recipients,
            profile,
            mode: args.mode.unwrap_or_default(),
            leave_out: args.leave_out,
            directory,
            context: &context,
            now_ms,
        };
        let plan = match plan::plan(&wanted, &Past { journal: &journal, history: Some(&history) }) {
            Ok(plan) => plan,
            Err(error) => {
                out.note(&self.journal_problem(&error));
                return Exit::Usage;
            }
        };
        let unsettled = bad > 0 && !args.leave_out;
        if args.plan {
            if json {
                out.say(&pretty(&plan_json(&plan, &recipients, &profile.name, lang)));
            } else {
                self.show_plan(&plan, &recipients, profile, out);
            }
            let blocked = plan.blocked() || plan.in_vain() > 0 || unsettled;
            return if blocked { Exit::Findings } else { Exit::HandedOver };
        }
        if plan.blocked() || (unsettled || plan.in_vain() > 0) && !yes {
            if json {
                let mut object = plan_json(&plan, &recipients, &profile.name, lang);
                if let Some(members) = object.as_object_mut() {
                    members.insert("outcome".to_owned(), "findings".into());
                }
                out.say(&pretty(&object));
            } else {
                self.show_plan(&plan, &recipients, profile, out);
            }
            out.note(&text(lang, "delivery.cli.blocked", &[]));
            return Exit::Findings;
        }
        if let Some(exit) = self.may_send(profile, plan.people(), yes, args.confirm, out) {
            return exit;
        }
        let out_track_id = match &file.draft {
            Draft::Card(card) => card.out_track_id.clone(),
            Draft::Notice(_) => String::new(),
        };
        let connection = match self.connect(profile) {
            Ok(connection) => connection,
            Err(reason) => {
                out.note(&reason);
                return Exit::Usage;
            }
        };
        let sender = match open_sender(&connection, profile, &file.draft, &journal, &history) {
            Ok(sender) => sender,
            Err(error) => {
                out.note(&self.sender_problem(&error));
                return Exit::Usage;
            }
        };
        let id = match start(&plan, &file.draft, &recipients, profile, &journal, &out_track_id, now_ms) {
            Ok(id) => id,
            Err(error) => {
                out.note(&self.journal_problem(&error));
                return Exit::Usage;
            }
        };
        let (people, calls) = (plan.people().to_string(), plan.calls.len().to_string());
        let args = [("id", id.0.to_string()), ("people", people), ("calls", calls), ("profile", profile.name.clone())];
        out.note(&text(lang, "delivery.cli.begun", &args));
        self.carry_out(&sender, &journal, id, json, out)
    }

    /// `resume`: goes on with the calls that have not begun.
    pub(super) fn resume(&self, id: i64, yes: bool, confirm: Option<u64>, json: bool, out: &mut Out<'_>) -> Exit {
        let (journal, history, delivery, profile) = match self.find(id, out) {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        if delivery.state == DeliveryState::Cancelled || delivery.counts.not_begun == 0 {
            // Killed between its last answer and its end: nothing is left to be made.
            if !matches!(delivery.state, DeliveryState::Cancelled | DeliveryState::Done) {
                let ended = Some(SystemClock.now_millis());
                if let Err(error) = journal.set_state(delivery.id, DeliveryState::Done, String::new(), ended) {
                    out.note(&self.journal_problem(&error));
                }
            }
            self.show_delivery_of(&journal, delivery.id, json, out);
            return exit_of(&delivery.counts, delivery.state);
        }
        let calls = journal.calls(delivery.id).unwrap_or_default();
        let left = calls.iter().filter(|call| call.begun_ms.is_none()).map(|call| call.people).sum();
        if let Some(exit) = self.may_send(profile, left, yes, confirm, out) {
            return exit;
        }
        let draft = match crate::compose::file::read(&delivery.new.draft) {
            Ok(file) => file.draft,
            Err(error) => {
                out.note(&error.message(self.lang));
                return Exit::Usage;
            }
        };
        let connection = match self.connect(profile) {
            Ok(connection) => connection,
            Err(reason) => {
                out.note(&reason);
                return Exit::Usage;
            }
        };
        match open_sender(&connection, profile, &draft, &journal, &history) {
            Ok(sender) => self.carry_out(&sender, &journal, delivery.id, json, out),
            Err(error) => {
                out.note(&self.sender_problem(&error));
                Exit::Usage
            }
        }
    }

    /// `recall`: takes everything back that was handed over within 24 hours.
    pub(super) fn recall(&self, id: i64, json: bool, out: &mut Out<'_>) -> Exit {
        let (journal, delivery, connection, runtime) = match self.find_and_connect(id, out) {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        let now = SystemClock.now_millis();
        let cancel = CancellationToken::new();
        let done = runtime.block_on(after::recall(&connection.session, &journal, delivery.id, now, &cancel));
        let recalled = match done {
            Ok(recalled) => recalled,
            Err(error) => {
                out.note(&self.journal_problem(&error));
                return Exit::Usage;
            }
        };
        let args = [
            ("calls", recalled.calls.to_string()),
            ("people", recalled.people.to_string()),
            ("read", recalled.had_read.len().to_string()),
        ];
        out.note(&text(self.lang, "delivery.cli.recalled", &args));
        self.note_failed(&recalled.failed, out);
        if recalled.too_late > 0 {
            out.note(&text(self.lang, "delivery.cli.too_late", &[("calls", recalled.too_late.to_string())]));
        }
        self.show_delivery_of(&journal, delivery.id, json, out);
        if recalled.failed.is_empty() && recalled.too_late == 0 { Exit::HandedOver } else { Exit::Refused }
    }

    /// `report`: asks DingTalk what became of it for every person, and writes it into a file where wanted.
    pub(super) fn report(&self, id: i64, files: &ReportFiles<'_>, json: bool, out: &mut Out<'_>) -> Exit {
        let (journal, delivery, connection, runtime) = match self.find_and_connect(id, out) {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        let cancel = CancellationToken::new();
        let mut asked = after::Asked::default();
        // What is still on its way is asked again for a little while.
        for _ in 0..5 {
            let now = SystemClock.now_millis();
            let done = runtime.block_on(after::ask(&connection.session, &journal, delivery.id, now, &cancel));
            asked = match done {
                Ok(asked) => asked,
                Err(error) => {
                    out.note(&self.journal_problem(&error));
                    return Exit::Usage;
                }
            };
            if asked.running == 0 {
                break;
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        self.note_failed(&asked.failed, out);
        for (calls, key) in [(asked.running, "delivery.cli.running"), (asked.silent, "delivery.cli.silent")] {
            if calls > 0 {
                out.note(&text(self.lang, key, &[("calls", calls.to_string())]));
            }
        }
        let people = match journal.people(delivery.id) {
            Ok(people) => people,
            Err(error) => {
                out.note(&self.journal_problem(&error));
                return Exit::Usage;
            }
        };
        let mut written = vec![(files.csv, Ok(export::csv(&people, self.lang)))];
        if files.xlsx.is_some() {
            written.push((files.xlsx, export::xlsx(&people, self.lang)));
        }
        for (path, bytes) in written {
            let Some(path) = path else { continue };
            let kept = bytes.and_then(|bytes| write_atomically(path, &bytes).map_err(|error| error.message(self.lang)));
            if let Err(reason) = kept {
                out.note(&reason);
                return Exit::Usage;
            }
            out.note(&text(self.lang, "delivery.cli.written", &[("file", path.display().to_string())]));
        }
        self.show_delivery_of(&journal, delivery.id, json, out);
        if asked.failed.is_empty() { Exit::HandedOver } else { Exit::Refused }
    }

    /// `deliveries`: the list, or one of them.
    pub(super) fn deliveries(&self, id: Option<i64>, json: bool, out: &mut Out<'_>) -> Exit {
        let journal = match Journal::open(self.home) {
            Ok(journal) => journal,
            Err(error) => {
                out.note(&self.journal_problem(&error));
                return Exit::Usage;
            }
        };
        if let Some(id) = id {
            return if self.show_delivery_of(&journal, DeliveryId(id), json, out) {
                Exit::HandedOver
            } else {
                out.note(&text(self.lang, "delivery.cli.no_such", &[("id", id.to_string())]));
                Exit::Usage
            };
        }
        match journal.deliveries(0, 1_000) {
            Ok(found) if json => {
                let listed: Vec<_> = found.iter().map(|one| list::row(one, self.lang)).collect();
                out.say(&pretty(&serde_json::Value::Array(listed)));
                Exit::HandedOver
            }
            Ok(found) => {
                for one in &found {
                    self.show_row(one, out);
                }
                Exit::HandedOver
            }
            Err(error) => {
                out.note(&self.journal_problem(&error));
                Exit::Usage
            }
        }
    }

    fn read_list(&self, path: &Path) -> Result<(PeopleTable, Import), String> {
        let unreadable = |reason: String| {
            let args = [("file", path.display().to_string()), ("reason", reason)];
            text(self.lang, "cli.file_unreadable", &args)
        };
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(recipients::MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| unreadable(error.to_string()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let import = recipients::read_for_cli(&bytes, &name).map_err(|error| unreadable(error.message(self.lang)))?;
        let columns = import.variables.iter().map(|key| PrivateColumn { key: key.clone(), ..PrivateColumn::default() });
        let rows = import.people.iter().map(|person| PrivateRow {
            person: PersonRef { id: person.userid.clone(), name: person.name.clone() },
            cells: person.values.iter().map(|cell| (!cell.is_empty()).then(|| cell.clone())).collect(),
        });
        Ok((PeopleTable { columns: columns.collect(), rows: rows.collect() }, import))
    }

    fn note_import(&self, import: &Import, out: &mut Out<'_>) {
        const SHOWN: usize = 20;
        for bad in import.bad.iter().take(SHOWN) {
            let args = [("line", bad.line.to_string()), ("reason", bad.reason.message(self.lang))];
            out.note(&text(self.lang, "delivery.cli.bad_row", &args));
        }
        if import.bad.len() > SHOWN {
            out.note(&text(self.lang, "delivery.cli.bad_rows", &[("count", import.bad.len().to_string())]));
        }
        if !import.duplicates.is_empty() {
            out.note(&text(self.lang, "delivery.cli.duplicates", &[("count", import.duplicates.len().to_string())]));
        }
    }

    fn open_journal(&self) -> Result<(Arc<Journal>, Arc<History>), String> {
        let journal = Journal::open(self.home).map_err(|error| self.journal_problem(&error))?;
        let history = History::open(self.home).map_err(|error| self.journal_problem(&error))?;
        Ok((Arc::new(journal), Arc::new(history)))
    }

    fn journal_problem(&self, error: &HistoryError) -> String {
        text(self.lang, "deliver.journal.begin", &[("reason", error.message(self.lang))])
    }

    fn sender_problem(&self, error: &HistoryError) -> String {
        match error {
            HistoryError::InUse(path) if path.extension().is_some_and(|end| end == "lock") => {
                text(self.lang, "delivery.cli.two_at_once", &[])
            }
            other => self.journal_problem(other),
        }
    }

    /// A delivery with its journal and profile, or how to end.
    #[expect(clippy::type_complexity, reason = "four things that belong together for three callers")]
    fn find(&self, id: i64, out: &mut Out<'_>) -> Result<(Arc<Journal>, Arc<History>, Delivery, &Profile), Exit> {
        let (journal, history) = self.open_journal().map_err(|reason| {
            out.note(&reason);
            Exit::Usage
        })?;
        let delivery = journal.delivery(DeliveryId(id)).map_err(|error| {
            out.note(&self.journal_problem(&error));
            Exit::Usage
        })?;
        let Some(delivery) = delivery else {
            out.note(&text(self.lang, "delivery.cli.no_such", &[("id", id.to_string())]));
            return Err(Exit::Usage);
        };
        match self.settings.profile(&delivery.new.profile) {
            Ok(profile) => Ok((journal, history, delivery, profile)),
            Err(error) => {
                out.note(&error.message(self.lang));
                Err(Exit::Usage)
            }
        }
    }

    /// A delivery and what asks DingTalk about it; else how to end.
    fn find_and_connect(
        &self,
        id: i64,
        out: &mut Out<'_>,
    ) -> Result<(Arc<Journal>, Delivery, Connection, tokio::runtime::Runtime), Exit> {
        let (journal, _history, delivery, profile) = self.find(id, out)?;
        let made = self.connect(profile).and_then(|made| Ok((made, self.runtime()?)));
        let (connection, runtime) = made.map_err(|reason| {
            out.note(&reason);
            Exit::Usage
        })?;
        Ok((journal, delivery, connection, runtime))
    }

    /// Whether the person consented; else how to end.
    fn may_send(
        &self,
        profile: &Profile,
        people: u64,
        yes: bool,
        typed: Option<u64>,
        out: &mut Out<'_>,
    ) -> Option<Exit> {
        let args = [("profile", profile.name.clone()), ("people", people.to_string())];
        let must_type = !profile.is_sandbox() && profile.confirm_set && people > u64::from(profile.confirm_above);
        let key = if !profile.is_sandbox() && !yes {
            "delivery.cli.needs_yes"
        } else if must_type && typed.is_none() || typed.is_some_and(|typed| typed != people) {
            "delivery.cli.needs_confirm"
        } else {
            return None;
        };
        out.note(&text(self.lang, key, &args));
        Some(Exit::Usage)
    }

    fn connect(&self, profile: &Profile) -> Result<Connection, String> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let vault: Arc<dyn Vault> = Arc::new(ChosenVault::default());
        let people = self.sandbox_people;
        let sandbox = || start_sandbox(SandboxOptions { people, ..SandboxOptions::default() });
        connect(profile, &vault, clock, sandbox).map_err(|error| error.message(self.lang))
    }

    #[expect(clippy::unused_self, reason = "goes with connect")]
    fn runtime(&self) -> Result<tokio::runtime::Runtime, String> {
        let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        built.map_err(|error| error.to_string())
    }

    fn carry_out(
        &self,
        sender: &Sender,
        journal: &Arc<Journal>,
        id: DeliveryId,
        json: bool,
        out: &mut Out<'_>,
    ) -> Exit {
        let runtime = match self.runtime() {
            Ok(runtime) => runtime,
            Err(reason) => {
                out.note(&reason);
                return Exit::Usage;
            }
        };
        let (control, watch) = (Control::default(), Watch::default());
        let done = runtime.block_on(async {
            let run = sender.run(id, &control, &watch);
            tokio::pin!(run);
            let mut said = None;
            loop {
                tokio::select! {
                    done = &mut run => break done,
                    () = tokio::time::sleep(Duration::from_secs(1)) => {
                        let now = watch.progress().standstill.map(|stop| stop.why);
                        if now.is_some() && now != said {
                            self.note_standstill(watch.progress().standstill, out);
                        }
                        said = now;
                    }
                }
            }
        });
        let run = match done {
            Ok(run) => run,
            Err(error) => {
                out.note(&self.journal_problem(&error));
                self.show_delivery_of(journal, id, json, out);
                return Exit::Unknown;
            }
        };
        if !run.note.is_empty() {
            let why = crate::deliver::words::explain_code(&run.note, self.lang).unwrap_or_default();
            let args = [("code", run.note.clone()), ("why", why), ("id", id.0.to_string())];
            out.note(&text(self.lang, "delivery.cli.stopped", &args));
        }
        self.show_delivery_of(journal, id, json, out);
        exit_of(&run.counts, run.state)
    }
}

/// Where `report` writes.
pub(super) struct ReportFiles<'a> {
    pub csv: Option<&'a Path>,
    pub xlsx: Option<&'a Path>,
}

/// The right to send deliveries for a profile, with what its windows hold already.
fn open_sender(
    connection: &Connection,
    profile: &Profile,
    draft: &Draft,
    journal: &Arc<Journal>,
    history: &Arc<History>,
) -> Result<Sender, HistoryError> {
    let dice = || f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
    Sender::open(Parts {
        session: connection.session.clone(),
        journal: Arc::clone(journal),
        history: Some(Arc::clone(history)),
        profile: profile.clone(),
        allowances: allowances(profile, draft.via()),
        time: Arc::new(RealTime::new(Arc::new(SystemClock))),
        at_once: AT_ONCE,
        dice: Box::new(dice),
    })
}
