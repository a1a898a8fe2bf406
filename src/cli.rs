//! The same core without a window: `ding-composer check FILE` and `ding-composer send FILE`.
//!
//! What is checked and sent is the same code as in the window. Standard output carries the result (with `--json` one
//! object and nothing else), standard error what a person should know besides. Exit codes are in [`Exit`].

pub mod artist;
mod deliver;
mod template;
mod upload;

use std::{
    ffi::OsString,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

pub use artist::Artist;
use clap::{CommandFactory as _, Parser, Subcommand, error::ErrorKind};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    compose::{
        Draft, DraftFile, Finding, Severity,
        check::{CheckContext, Checked, EarlierCard, Known, check_draft},
        file,
        ready::Ready,
    },
    deliver::{
        Delivery, Outcome,
        connect::{connect, start_sandbox},
        report,
        send::{Sending, title_of, who},
    },
    dingtalk::tokens::{Clock, SystemClock},
    lang::{Lang, text},
    sandbox::SandboxOptions,
    store::{
        FileError,
        history::History,
        home::Home,
        open_named,
        settings::{Problem, Profile, ProfileKind, Settings},
        vault::{ChosenVault, Vault},
    },
    template::language::CardLang,
};

/// How the program ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Handed over (or, for `check`, ready).
    HandedOver,
    /// The draft has errors: no call was made.
    Findings,
    /// The command line, a file or the settings cannot be used: no call was made.
    Usage,
    /// The server answered with a fault, or the call surely never left.
    Refused,
    /// The request may have arrived: nobody knows, and it is not repeated.
    Unknown,
}

impl Exit {
    /// The process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::HandedOver => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Unknown => 4,
        }
    }
}

/// Compose, check and send DingTalk interactive cards and work notices. Without a command the window opens.
#[derive(Parser, Debug)]
#[command(name = "ding-composer", version, about)]
pub struct Args {
    /// What to do instead of opening the window.
    #[command(subcommand)]
    pub command: Option<CliCommand>,
    /// Where settings, drafts and history are kept (default: the platform's configuration folder).
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// The program's language: zh or en (default: the settings', else the system's). For template also the card's: any tag,
    /// such as ja_JP or zh_TW.
    #[arg(long, global = true, value_name = "LANG", value_parser = parse_lang)]
    pub lang: Option<CardLang>,
    /// How many people the sandbox's organisation has.
    #[arg(long, value_name = "N", default_value_t = SandboxOptions::default().people)]
    pub sandbox_people: usize,
    /// A draft file to open in the window.
    #[arg(long, value_name = "DRAFT")]
    pub open: Option<PathBuf>,
}

/// Commands without a window.
#[derive(Subcommand, Debug)]
pub enum CliCommand {
    /// Check a draft file and list what is wrong with it. Makes no call.
    Check {
        /// The draft: {"kind":"card"|"notice","version":1,"body":{…}}; - is standard input.
        file: PathBuf,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Check a draft file and send it, once.
    Send {
        /// The draft: {"kind":"card"|"notice","version":1,"body":{…}}; - is standard input.
        file: PathBuf,
        /// The profile to send with (default: the one last chosen in the window, else the only one, else the sandbox).
        #[arg(long, value_name = "NAME")]
        profile: Option<String>,
        /// Really send with a profile that is not the sandbox, also to people who would not get it.
        #[arg(long)]
        yes: bool,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
        /// How it becomes a delivery.
        #[command(flatten)]
        delivery: deliver::DeliveryArgs,
    },
    /// List the deliveries, newest first, or show one with what became of it for every person. Makes no call.
    Deliveries {
        /// The number of a delivery.
        id: Option<i64>,
        /// Print JSON: a list, or one object.
        #[arg(long)]
        json: bool,
    },
    /// Go on with a delivery: only calls that have not begun, never one whose outcome is unknown.
    Resume(deliver::ResumeArgs),
    /// End a delivery that waits, was paused or stopped: what has not begun never will.
    Cancel {
        /// The number of the delivery.
        id: i64,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Take a delivery back: everything that was handed over within 24 hours.
    Recall {
        /// The number of the delivery.
        id: i64,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Ask what became of a delivery for every person.
    Report {
        /// The number of the delivery.
        id: i64,
        /// Write a row a person, as CSV.
        #[arg(long, value_name = "OUT")]
        csv: Option<PathBuf>,
        /// Write a row a person, as a workbook.
        #[arg(long, value_name = "OUT")]
        xlsx: Option<PathBuf>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Upload a media file and print its media_id, for messages and templates.
    Upload(upload::UploadArgs),
    /// Read a card template's export: its variables, findings about its values, and the card as a tree. Makes no call.
    Template(template::TemplateArgs),
}

fn parse_lang(tag: &str) -> Result<CardLang, String> {
    CardLang::read(tag).ok_or_else(|| "zh / en / ja_JP / zh_TW …".to_owned())
}

/// Reads the command line. Ends the process for `--help`, `--version` and wrong usage (exit code 2).
pub fn args(words: impl IntoIterator<Item = OsString>) -> Args {
    let args = Args::parse_from(words);
    // Only a card may be looked at in a language the program does not speak.
    if let (Some(tag), None) = (&args.lang, args.program_lang())
        && !matches!(args.command, Some(CliCommand::Template(_)))
    {
        let reason = format!("invalid value '{}' for '--lang <LANG>': zh / en", tag.tag());
        Args::command().error(ErrorKind::ValueValidation, reason).exit();
    }
    args
}

impl Args {
    /// The language the program was asked to speak, if it speaks it.
    pub fn program_lang(&self) -> Option<Lang> {
        self.lang.as_ref().and_then(|tag| Lang::from_code(tag.tag()))
    }
}

/// Where the command line writes. Tests give buffers.
pub struct Out<'a> {
    /// The result.
    pub out: &'a mut dyn std::io::Write,
    /// What a person should know besides.
    pub err: &'a mut dyn std::io::Write,
}

impl Out<'_> {
    // A closed pipe is no reason to fail: the exit code still tells what happened.
    fn say(&mut self, text: &str) {
        writeln!(self.out, "{text}").ok();
    }

    fn note(&mut self, text: &str) {
        writeln!(self.err, "{text}").ok();
    }
}

/// Runs a command without a window, and without pictures.
pub fn run(command: &CliCommand, args: &Args, out: &mut Out<'_>) -> Exit {
    run_with(command, args, out, None)
}

/// Runs a command without a window.
pub fn run_with(command: &CliCommand, args: &Args, out: &mut Out<'_>, artist: Option<Artist>) -> Exit {
    let home = match Home::open(args.home.clone()) {
        Ok(home) => home,
        Err(error) => {
            let lang = args.program_lang().unwrap_or_else(Lang::of_system);
            out.note(&text(lang, "cli.home_unusable", &[("reason", error.message(lang))]));
            return Exit::Usage;
        }
    };
    let loaded = Settings::load(&home.settings_path());
    let lang = args.program_lang().unwrap_or_else(|| loaded.settings.lang());
    for problem in &loaded.problems {
        out.note(&problem.message(lang));
    }
    let run = Run {
        home: &home,
        settings: &loaded.settings,
        doubtful: loaded.problems.iter().any(Problem::is_error),
        lang,
        sandbox_people: args.sandbox_people,
    };
    match command {
        CliCommand::Template(words) => template::run(words, args.lang.as_ref(), lang, out, artist),
        CliCommand::Upload(args) => run.upload(args, out),
        CliCommand::Check { file, json } => run.check(file, *json, out),
        CliCommand::Send { file, profile, yes, json, delivery } => {
            run.send(file, profile.as_deref(), *yes, *json, delivery, out)
        }
        CliCommand::Deliveries { id, json } => run.deliveries(*id, *json, out),
        CliCommand::Resume(args) => run.resume(args, out),
        CliCommand::Cancel { id, json } => run.cancel(*id, *json, out),
        CliCommand::Recall { id, json } => run.recall(*id, *json, out),
        CliCommand::Report { id, csv, xlsx, json } => {
            run.report(*id, &deliver::ReportFiles { csv: csv.as_deref(), xlsx: xlsx.as_deref() }, *json, out)
        }
    }
}

struct Run<'a> {
    home: &'a Home,
    settings: &'a Settings,
    /// A profile, or all of them, could not be read from the settings.
    doubtful: bool,
    lang: Lang,
    sandbox_people: usize,
}

/// Earlier sends of one profile, for the finding of a reused outTrackId.
struct Earlier<'a> {
    history: Option<&'a History>,
    profile: &'a str,
}

impl Known for Earlier<'_> {
    fn earlier_card(&self, out_track_id: &str) -> Option<EarlierCard> {
        crate::deliver::earlier::earlier_card(self.history?, self.profile, out_track_id).ok().flatten()
    }

    fn earlier_content(&self, out_track_id: &str) -> Option<String> {
        self.history?.earlier_use(self.profile, out_track_id).ok().flatten().map(|earlier| earlier.content_hash)
    }
}

/// A draft that was read, or how to end.
enum Read {
    Draft(Box<Draft>),
    End(Exit),
}

impl Run<'_> {
    fn check(&self, path: &Path, json: bool, out: &mut Out<'_>) -> Exit {
        let draft = match self.read(path, json, out) {
            Read::Draft(draft) => draft,
            Read::End(exit) => return exit,
        };
        // Without a history the reuse of an outTrackId is not seen; that is no reason not to check the rest.
        let history = History::open(self.home).ok();
        let profile = self.profile_name();
        let checked = self.look(&draft, history.as_ref(), &profile);
        self.show_checked(&checked, json, out);
        if checked.ready.is_some() { Exit::HandedOver } else { Exit::Findings }
    }

    fn send(
        &self,
        path: &Path,
        profile: Option<&str>,
        yes: bool,
        json: bool,
        delivery: &deliver::DeliveryArgs,
        out: &mut Out<'_>,
    ) -> Exit {
        let lang = self.lang;
        let file = match self.read_file(path, json, out) {
            Ok(file) => file,
            Err(exit) => return exit,
        };
        let profile = match self.profile_of(profile) {
            Ok(profile) => profile,
            Err(reason) => {
                out.note(&reason);
                return Exit::Usage;
            }
        };
        if delivery.wanted(&file) {
            return self.send_delivery(&deliver::Asked { file: &file, profile, args: delivery, yes, json }, out);
        }
        let draft = file.draft;
        let history = match History::open(self.home) {
            Ok(history) => Arc::new(history),
            Err(error) => {
                out.note(&text(lang, "deliver.journal.begin", &[("reason", error.message(lang))]));
                return Exit::Usage;
            }
        };
        self.note_history(&history, out);
        let checked = self.look(&draft, Some(&history), &profile.name);
        let Some(ready) = &checked.ready else {
            self.show_checked(&checked, json, out);
            return Exit::Findings;
        };
        if !profile.is_sandbox() && !yes {
            out.note(&text(lang, "cli.needs_yes", &[("profile", profile.name.clone()), ("who", self.who(ready))]));
            return Exit::Usage;
        }
        out.note(&self.going_out(profile, ready));
        match self.deliver(profile, &draft, ready, &history) {
            Ok(delivery) => {
                self.show_delivery(&delivery, &checked.findings, profile, json, out);
                match delivery.outcome {
                    Outcome::HandedOver => Exit::HandedOver,
                    Outcome::Refused | Outcome::Partly | Outcome::NotSent => Exit::Refused,
                    Outcome::Begun | Outcome::Unknown => Exit::Unknown,
                }
            }
            Err(reason) => {
                out.note(&reason);
                Exit::Usage
            }
        }
    }

    fn deliver(
        &self,
        profile: &Profile,
        draft: &Draft,
        ready: &Ready,
        history: &Arc<History>,
    ) -> Result<Delivery, String> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let vault: Arc<dyn Vault> = Arc::new(ChosenVault::default());
        let people = self.sandbox_people;
        let connection = connect(profile, &vault, Arc::clone(&clock), || {
            start_sandbox(SandboxOptions { people, ..SandboxOptions::default() })
        })
        .map_err(|error| error.message(self.lang))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let sending =
            Sending { session: &connection.session, history, profile, draft, title: title_of(draft), clock: &clock };
        let sent = runtime.block_on(crate::deliver::send(ready, sending, &CancellationToken::new()));
        sent.map_err(|error| text(self.lang, "deliver.journal.begin", &[("reason", error.message(self.lang))]))
    }

    /// A damaged history was put aside: what was sent today is not all known any more.
    fn note_history(&self, history: &History, out: &mut Out<'_>) {
        if let Some(path) = history.set_aside() {
            out.note(&text(self.lang, "shell.history_set_aside", &[("path", path.display().to_string())]));
        }
    }

    /// The profile of a name. Without one the default, unless errors in the settings make it another than was meant: what
    /// was to go to an organisation must not end in the sandbox as if it had gone out.
    fn profile_of(&self, name: Option<&str>) -> Result<&Profile, String> {
        match name {
            Some(name) => self.settings.profile(name).map_err(|error| error.message(self.lang)),
            None if self.doubtful => Err(text(self.lang, "cli.settings_unusable", &[])),
            None => Ok(self.default_profile()),
        }
    }

    /// The profile a person means without naming one: the one last chosen in the window; else, when there is exactly one
    /// besides the sandbox, that one (which needs `--yes`); else the sandbox.
    fn default_profile(&self) -> &Profile {
        let chosen = self.settings.current();
        if !self.settings.current_profile.is_empty() {
            return chosen;
        }
        let mut live = self.settings.profiles.iter().filter(|profile| !profile.is_sandbox());
        match (live.next(), live.next()) {
            (Some(only), None) => only,
            _ => chosen,
        }
    }

    fn profile_name(&self) -> String {
        self.default_profile().name.clone()
    }

    fn look(&self, draft: &Draft, history: Option<&History>, profile: &str) -> Checked {
        let known = Earlier { history, profile };
        check_draft(draft, &self.context(&known, profile))
    }

    fn context<'c>(&self, known: &'c Earlier<'_>, profile: &str) -> CheckContext<'c> {
        let third_party = self.settings.profile(profile).ok().and_then(|profile| match profile.kind {
            ProfileKind::ThirdParty => Some(true),
            ProfileKind::Internal => Some(false),
            ProfileKind::Sandbox | ProfileKind::Token => None,
        });
        CheckContext { known, template: None, third_party }
    }

    fn read(&self, path: &Path, json: bool, out: &mut Out<'_>) -> Read {
        match self.read_file(path, json, out) {
            Ok(file) => Read::Draft(Box::new(file.draft)),
            Err(exit) => Read::End(exit),
        }
    }

    fn read_file(&self, path: &Path, json: bool, out: &mut Out<'_>) -> Result<DraftFile, Exit> {
        let lang = self.lang;
        let bytes = match read_file(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                out.note(&error.message(lang));
                return Err(Exit::Usage);
            }
        };
        match file::read_bytes(&bytes) {
            Ok(file) => Ok(file),
            Err(error) => {
                // A draft that cannot be read is a finding about the draft: the place is in its message.
                let message = text(lang, "cli.draft_unreadable", &[("reason", error.message(lang))]);
                if json {
                    out.say(&pretty(&report::unreadable(&error, lang)));
                }
                out.note(&message);
                Err(Exit::Findings)
            }
        }
    }

    fn show_checked(&self, checked: &Checked, json: bool, out: &mut Out<'_>) {
        let blocked = checked.ready.is_none();
        if json {
            out.say(&pretty(&report::checked(&checked.findings, blocked, self.lang)));
            return;
        }
        self.show_findings(&checked.findings, out);
        let errors = checked.count(Severity::Error).to_string();
        out.say(&if blocked {
            text(self.lang, "cli.blocked", &[("errors", errors)])
        } else {
            text(self.lang, "cli.ready", &[])
        });
    }

    fn show_findings(&self, findings: &[Finding], out: &mut Out<'_>) {
        for finding in findings {
            self.show_finding(finding, None, out);
        }
    }

    /// `who`: the person whose values bring it about, where not everybody's do.
    fn show_finding(&self, finding: &Finding, who: Option<&str>, out: &mut Out<'_>) {
        let place = if finding.pointer.is_empty() { "/" } else { &finding.pointer };
        let who = who.map(|who| format!("  ({who})")).unwrap_or_default();
        let message = finding.message(self.lang);
        out.say(&format!("{}  {place}  {message}  [{}]{who}", finding.severity.name(), finding.code));
    }

    fn show_delivery(
        &self,
        delivery: &Delivery,
        findings: &[Finding],
        profile: &Profile,
        json: bool,
        out: &mut Out<'_>,
    ) {
        let lang = self.lang;
        if let Some(error) = &delivery.journal_error {
            out.note(&text(lang, "deliver.journal.finish", &[("reason", error.message(lang))]));
        }
        if json {
            out.say(&pretty(&report::delivered(delivery, findings, &profile.name, lang)));
            return;
        }
        self.show_findings(findings, out);
        out.say(&format!("{}  {}", delivery.label(lang), delivery.hint(lang)));
        for (name, value) in [
            ("task_id", &delivery.ids.task_id),
            ("processQueryKey", &delivery.ids.process_query_key),
            ("outTrackId", &delivery.ids.out_track_id),
            ("request_id", &delivery.ids.request_id),
        ] {
            if !value.is_empty() {
                out.say(&format!("  {name}: {value}"));
            }
        }
        for result in &delivery.spaces {
            let word = if result.success { "cli.space_taken" } else { "cli.space_refused" };
            let place = format!("{} {}", result.space_type, result.space_id);
            out.say(format!("  {place}: {} {}", text(lang, word, &[]), result.message).trim_end());
            if let Some(said) = crate::deliver::spaces::explain(result, lang) {
                out.say(&format!("    {}: {}", text(lang, "cli.cause", &[]), said.cause));
                out.say(&format!("    {}: {}", text(lang, "cli.fix", &[]), said.fix));
            }
        }
        if delivery.fault.is_some()
            && let Some(explanation) = delivery.explain(lang)
        {
            let code = delivery.code().unwrap_or_default();
            out.say(&format!("  {} [{code}] {}", explanation.what, delivery.message()));
            out.say(&format!("  {}: {}", text(lang, "cli.cause", &[]), explanation.cause));
            out.say(&format!("  {}: {}", text(lang, "cli.fix", &[]), explanation.fix));
        }
    }

    fn going_out(&self, profile: &Profile, ready: &Ready) -> String {
        let kind = if profile.is_sandbox() { "cli.kind.sandbox" } else { "cli.kind.live" };
        let args = [("profile", profile.name.clone()), ("kind", text(self.lang, kind, &[])), ("who", self.who(ready))];
        text(self.lang, "cli.sending", &args)
    }

    fn who(&self, ready: &Ready) -> String {
        let (people, departments) = match ready {
            Ready::Card(card) => (card.receivers.len(), 0),
            Ready::Notice(notice) if notice.to_all_user == Some(true) => return text(self.lang, "cli.everyone", &[]),
            Ready::Notice(notice) => (notice.users.len(), notice.departments.len()),
        };
        let counted = [("people", people.to_string()), ("departments", departments.to_string())];
        let names = who(ready).summary;
        let counted = text(self.lang, "cli.who", &counted);
        if names.is_empty() { counted } else { format!("{counted} ({names})") }
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

/// Reads a draft file; `-` is standard input. Never more than one byte over what [`file::read_bytes`] accepts.
fn read_file(path: &Path) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    let most = file::MAX_BYTES as u64 + 1;
    let read = if path.as_os_str() == "-" {
        std::io::stdin().take(most).read_to_end(&mut bytes)
    } else {
        open_named(path)?.0.take(most).read_to_end(&mut bytes)
    };
    read.map(|_| bytes).map_err(|error| FileError::new(path, &error))
}

/// Writes one line to standard error.
pub fn complain(line: &str) {
    writeln!(std::io::stderr(), "{line}").ok();
}
