//! What became of deliveries: `deliveries`, `report` and `recall`.

use std::{path::Path, sync::Arc, time::Duration};

use super::super::{Exit, Out, Run, pretty};
use crate::{
    deliver::{
        after::{self, Desk},
        export, list,
        time::RealTime,
    },
    dingtalk::tokens::{Clock as _, SystemClock},
    lang::text,
    sandbox::Sandbox,
    store::{
        journal::{Delivery, DeliveryId, Journal},
        write_atomically,
    },
};

/// Where `report` writes.
pub(in crate::cli) struct ReportFiles<'a> {
    pub csv: Option<&'a Path>,
    pub xlsx: Option<&'a Path>,
}

/// A delivery with what asks about it.
struct Found {
    journal: Arc<Journal>,
    delivery: Delivery,
    desk: Desk,
    runtime: tokio::runtime::Runtime,
    /// Lives as long as it is asked.
    _sandbox: Option<Arc<Sandbox>>,
}

impl Run<'_> {
    /// `recall`: takes everything back that was handed over within 24 hours.
    pub(in crate::cli) fn recall(&self, id: i64, json: bool, out: &mut Out<'_>) -> Exit {
        let Found { journal, delivery, desk, runtime, _sandbox } = match self.find_and_connect(id, out) {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        let now = SystemClock.now_millis();
        let done = runtime.block_on(desk.recall(delivery.id, now));
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
        self.note_silent("delivery.cli.too_late", &recalled.why_not, out);
        self.show_delivery_of(&journal, delivery.id, json, out);
        if recalled.failed.is_empty() && recalled.too_late == 0 { Exit::HandedOver } else { Exit::Refused }
    }

    /// `report`: asks DingTalk what became of it for every person, and writes it into a file where wanted.
    pub(in crate::cli) fn report(&self, id: i64, files: &ReportFiles<'_>, json: bool, out: &mut Out<'_>) -> Exit {
        let Found { journal, delivery, desk, runtime, _sandbox } = match self.find_and_connect(id, out) {
            Ok(found) => found,
            Err(exit) => return exit,
        };
        let mut asked = after::Asked::default();
        // What is still on its way is asked again for a little while.
        for _ in 0..5 {
            let now = SystemClock.now_millis();
            let done = runtime.block_on(desk.ask(delivery.id, now));
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
        if asked.running > 0 {
            out.note(&text(self.lang, "delivery.cli.running", &[("calls", asked.running.to_string())]));
        }
        self.note_silent("delivery.cli.silent", &asked.why_silent, out);
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
    pub(in crate::cli) fn deliveries(&self, id: Option<i64>, json: bool, out: &mut Out<'_>) -> Exit {
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
        // All of them: a list that ends without a word would be taken for the whole.
        match journal.deliveries(0, usize::MAX >> 1) {
            Ok(found) if json => {
                let listed: Vec<_> = found.iter().map(|one| list::row(one, self.lang)).collect();
                out.say(&pretty(&serde_json::Value::Array(listed)));
                Exit::HandedOver
            }
            Ok(found) => {
                if found.is_empty() {
                    out.note(&text(self.lang, "delivery.cli.none", &[]));
                }
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

    /// A delivery and the desk that asks DingTalk about it; else how to end.
    fn find_and_connect(&self, id: i64, out: &mut Out<'_>) -> Result<Found, Exit> {
        let (journal, _history, delivery, profile) = self.find(id, out)?;
        let limits = profile.clone();
        let made = self.connect(profile).and_then(|made| Ok((made, self.runtime()?)));
        let (connection, runtime) = self.usable(made, out)?;
        if connection.sandbox.is_some() && delivery.counts.handed_over > 0 {
            out.note(&text(self.lang, "delivery.cli.sandbox_forgot", &[]));
        }
        let time = Arc::new(RealTime::new(Arc::new(SystemClock)));
        let desk = Desk::new(connection.session, Arc::clone(&journal), &limits, time, None);
        Ok(Found { journal, delivery, desk, runtime, _sandbox: connection.sandbox })
    }
}
