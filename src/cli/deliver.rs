//! Deliveries without a window: `send --people`, `deliveries`, `resume`, `recall` and `report`.
//!
//! The same plan, journal and run as in the window: killing the process and `resume` is one path.

mod after;
mod later;
mod people;
mod show;

use std::{path::PathBuf, sync::Arc, time::Duration};

pub(super) use after::ReportFiles;
pub use later::ResumeArgs;

use super::{Exit, Out, Run, pretty};
use crate::{
    compose::{Draft, DraftFile},
    deliver::{
        connect::{Connection, connect, start_sandbox},
        limits::allowances,
        plan::{self, Mode, Past, Wanted, plan_json},
        run::{AT_ONCE, Control, Parts, Sender, Watch},
        start::{Starting, start},
        time::RealTime,
    },
    dingtalk::tokens::{Clock, SystemClock},
    lang::text,
    sandbox::SandboxOptions,
    store::{
        directory_cache,
        history::{History, HistoryError},
        journal::{Counts, Delivery, DeliveryId, DeliveryState, Journal},
        settings::Profile,
        vault::{ChosenVault, Vault},
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
    /// Write it down to begin at a moment, or (wait) as soon as everybody would get it. An open window begins it then; so
    /// does resume.
    #[arg(long, value_name = "WHEN|wait", value_parser = parse_at)]
    pub at: Option<At>,
}

impl DeliveryArgs {
    /// Whether a draft file is sent as a delivery.
    pub fn wanted(&self, file: &DraftFile) -> bool {
        self.people.is_some()
            || self.mode.is_some()
            || self.plan
            || self.leave_out
            || self.confirm.is_some()
            || self.at.is_some()
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

/// When a delivery shall begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// As soon as everybody would get it.
    Free,
    /// At a moment, Unix milliseconds.
    Moment(i64),
}

/// `wait`, a moment with its offset, or one by this computer's clock.
fn parse_at(word: &str) -> Result<At, String> {
    let word = word.trim();
    if word == "wait" {
        return Ok(At::Free);
    }
    let local = || {
        let at = word.parse::<jiff::civil::DateTime>().ok()?;
        at.to_zoned(jiff::tz::TimeZone::system()).ok().map(|zoned| zoned.timestamp())
    };
    let found = word.parse::<jiff::Timestamp>().ok().or_else(local);
    found
        .map(|at| At::Moment(at.as_millisecond()))
        .ok_or_else(|| "wait / 2026-12-31T08:00 / 2026-12-31T08:00+08:00".to_owned())
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
    /// Plans a delivery, and carries it out (or writes it down for later) unless only the plan was asked for.
    pub(super) fn send_delivery(&self, asked: &Asked<'_>, out: &mut Out<'_>) -> Exit {
        self.try_send(asked, out).unwrap_or_else(|exit| exit)
    }

    fn try_send(&self, asked: &Asked<'_>, out: &mut Out<'_>) -> Result<Exit, Exit> {
        let Asked { file, profile, args, yes, json } = *asked;
        let lang = self.lang;
        let now_ms = SystemClock.now_millis();
        if let Some(At::Moment(at_ms)) = args.at
            && at_ms <= now_ms
        {
            out.note(&text(lang, "delivery.cli.at_passed", &[("at", plan::local_moment(at_ms))]));
            return Err(Exit::Usage);
        }
        let list = match &args.people {
            Some(path) => Some(self.usable(self.read_list(path), out)?),
            None => None,
        };
        if let (Some(path), Some((_, import, source))) = (&args.people, &list) {
            self.note_source(path, source, out);
            self.note_import(import, out);
        }
        let (list, import) = list.map(|(table, import, _)| (table, import)).unzip();
        let bad = import.as_ref().map_or(0, |import| import.bad.len());
        let (journal, history) = self.written(self.open_journal(), out)?;
        self.note_recovered(&journal, &history, out);
        let mode = args.mode.unwrap_or_default();
        let mut connection = None;
        // Without a list of contacts nobody is known to be out of reach; that is no reason not to plan.
        let contacts = directory_cache::load(&directory_cache::path_of(self.home, profile)).ok().flatten();
        let directory = contacts.as_ref().map(|cached| &cached.directory);
        let mut recipients = plan::recipients(&file.draft, list.as_ref(), directory);
        if mode == Mode::Report && !recipients.departments.is_empty() {
            let linked = self.usable(self.connect(profile), out)?;
            recipients = self.expand(&linked, &file.draft, directory, recipients, out)?;
            connection = Some(linked);
        }
        let known = super::Earlier { history: Some(&history), profile: &profile.name };
        let context = self.context(&known, &profile.name);
        let past = Past { journal: &journal, history: Some(&history) };
        let make = |at_ms: i64, out: &mut Out<'_>| {
            let wanted = Wanted {
                draft: &file.draft,
                recipients: &recipients,
                profile,
                mode,
                leave_out: args.leave_out,
                directory,
                context: &context,
                now_ms: at_ms,
            };
            self.written(plan::plan(&wanted, &past), out)
        };
        let due_ms = match args.at {
            None => None,
            Some(At::Moment(at_ms)) => Some(at_ms),
            Some(At::Free) => make(now_ms, out)?.free_ms(),
        };
        let plan = make(due_ms.unwrap_or(now_ms), out)?;
        let unsettled = bad > 0 && !args.leave_out;
        let stands = plan.blocked() || plan.in_vain() > 0 || unsettled;
        if args.plan || plan.blocked() || stands && !yes {
            if json {
                let mut object = plan_json(&plan, &recipients, &profile.name, lang);
                if let Some(members) = object.as_object_mut() {
                    if let Some(import) = &import {
                        members.insert("list".to_owned(), self.import_json(import));
                    }
                    if let Some(due) = due_ms {
                        members.insert("due".to_owned(), plan::moment(due).into());
                    }
                    if !args.plan {
                        members.insert("outcome".to_owned(), "findings".into());
                    }
                }
                out.say(&pretty(&object));
            } else {
                self.show_plan(&plan, &recipients, profile, out);
            }
            if !args.plan {
                let key = if plan.blocked() { "delivery.cli.blocked" } else { "delivery.cli.undecided" };
                out.note(&text(lang, key, &[]));
            }
            return Ok(if stands || !args.plan { Exit::Findings } else { Exit::HandedOver });
        }
        if let Some(exit) = self.may_send(profile, plan.people(), yes, args.confirm, out) {
            return Ok(exit);
        }
        let out_track_id = match &file.draft {
            Draft::Card(card) => card.out_track_id.as_str(),
            Draft::Notice(_) => "",
        };
        let starting = Starting {
            plan: &plan,
            draft: &file.draft,
            recipients: &recipients,
            profile,
            title: "",
            out_track_id,
            now_ms,
            due_ms,
        };
        if let Some(due_ms) = due_ms {
            let id = self.written(start(&starting, &journal), out)?;
            let args = [("id", id.0.to_string()), ("at", plan::local_moment(due_ms))];
            out.note(&text(lang, "delivery.cli.waits", &args));
            self.show_delivery_of(&journal, id, json, out);
            return Ok(Exit::HandedOver);
        }
        let connection = match connection {
            Some(linked) => linked,
            None => self.usable(self.connect(profile), out)?,
        };
        let opened = open_sender(&connection, profile, &file.draft, &journal, &history);
        let sender = self.usable(opened.map_err(|error| self.sender_problem(&error)), out)?;
        let id = self.written(start(&starting, &journal), out)?;
        let (people, calls) = (plan.people().to_string(), plan.calls.len().to_string());
        let args = [("id", id.0.to_string()), ("people", people), ("calls", calls), ("profile", profile.name.clone())];
        out.note(&text(lang, "delivery.cli.begun", &args));
        Ok(self.carry_out(&sender, &journal, id, json, out))
    }

    /// What is needed to go on; without it the reason is said and nothing is sent.
    #[expect(clippy::unused_self, reason = "goes with written")]
    fn usable<T>(&self, found: Result<T, String>, out: &mut Out<'_>) -> Result<T, Exit> {
        found.map_err(|reason| {
            out.note(&reason);
            Exit::Usage
        })
    }

    /// What the journal answered; without it the reason is said and nothing is sent.
    fn written<T>(&self, found: Result<T, HistoryError>, out: &mut Out<'_>) -> Result<T, Exit> {
        self.usable(found.map_err(|error| self.unsent(&error)), out)
    }

    fn open_journal(&self) -> Result<(Arc<Journal>, Arc<History>), HistoryError> {
        Ok((Arc::new(Journal::open(self.home)?), Arc::new(History::open(self.home)?)))
    }

    /// What an earlier run left behind: it changes what is known of today.
    fn note_recovered(&self, journal: &Journal, history: &History, out: &mut Out<'_>) {
        self.note_history(history, out);
        if journal.settled() > 0 {
            out.note(&text(self.lang, "deliveries.settled", &[("count", journal.settled().to_string())]));
        }
    }

    /// What is wrong with the journal, where it was to be read, or where calls may have been made already.
    fn journal_problem(&self, error: &HistoryError) -> String {
        self.journal_text("delivery.cli.journal", error)
    }

    /// The same where nothing has left.
    fn unsent(&self, error: &HistoryError) -> String {
        self.journal_text("deliver.journal.begin", error)
    }

    fn journal_text(&self, key: &str, error: &HistoryError) -> String {
        let mut said = text(self.lang, key, &[("reason", error.message(self.lang))]);
        if matches!(error, HistoryError::Damaged { .. }) {
            said.push('\n');
            said.push_str(&text(self.lang, "delivery.cli.damaged", &[]));
        }
        said
    }

    fn sender_problem(&self, error: &HistoryError) -> String {
        match error {
            HistoryError::InUse(path) if path.extension().is_some_and(|end| end == "lock") => {
                text(self.lang, "delivery.cli.two_at_once", &[])
            }
            other => self.unsent(other),
        }
    }

    /// A delivery with its journal and profile, or how to end.
    #[expect(clippy::type_complexity, reason = "four things that belong together for three callers")]
    fn find(&self, id: i64, out: &mut Out<'_>) -> Result<(Arc<Journal>, Arc<History>, Delivery, &Profile), Exit> {
        let (journal, history) = self.open_journal().map_err(|error| {
            out.note(&self.journal_problem(&error));
            Exit::Usage
        })?;
        self.note_recovered(&journal, &history, out);
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
        let key = match typed {
            _ if !profile.is_sandbox() && !yes => "delivery.cli.needs_yes",
            Some(typed) if typed != people => "delivery.cli.other_number",
            None if must_type => "delivery.cli.needs_confirm",
            _ => return None,
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
                out.note(&self.journal_text("delivery.cli.broken", &error));
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
