//! Going on with what was written down: `resume` and `cancel`.

use std::{sync::Arc, time::Duration};

use super::{
    super::{Exit, Out, Run, pretty},
    exit_of, open_sender,
};
use crate::{
    deliver::{
        plan::{self, Past, rule_label},
        waiting::{self, Moment},
    },
    dingtalk::tokens::{Clock as _, SystemClock},
    lang::text,
    store::{
        history::History,
        journal::{Delivery, DeliveryId, DeliveryState, Journal},
        settings::Profile,
    },
};

/// The words of `resume`.
#[derive(clap::Args, Debug)]
pub struct ResumeArgs {
    /// The number of the delivery.
    pub id: i64,
    /// Really send with a profile that is not the sandbox, also to people who would not get it any more.
    #[arg(long)]
    pub yes: bool,
    /// Begin at once, although its moment has not come.
    #[arg(long)]
    pub now: bool,
    /// The number of people that are left, typed: needed above the profile's confirm_above.
    #[arg(long, value_name = "N")]
    pub confirm: Option<u64>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

impl Run<'_> {
    /// `resume`: goes on with the calls that have not begun; one that waits begins at its moment.
    pub(in crate::cli) fn resume(&self, args: &ResumeArgs, out: &mut Out<'_>) -> Exit {
        self.try_resume(args, out).unwrap_or_else(|exit| exit)
    }

    fn try_resume(&self, args: &ResumeArgs, out: &mut Out<'_>) -> Result<Exit, Exit> {
        let (journal, history, delivery, profile) = self.find(args.id, out)?;
        // Another window or process may be at it right now: what is on its way there is neither unknown nor over.
        let held = journal.lock_profile(&profile.name);
        let held = self.usable(held.map_err(|error| self.sender_problem(&error)), out)?;
        let delivery = self.written(journal.delivery(delivery.id), out)?.unwrap_or(delivery);
        if delivery.state == DeliveryState::Cancelled || delivery.counts.not_begun == 0 {
            // Killed between its last answer and its end: nothing is left to be made.
            if !matches!(delivery.state, DeliveryState::Cancelled | DeliveryState::Done) {
                let ended = Some(SystemClock.now_millis());
                if let Err(error) = journal.set_state(delivery.id, DeliveryState::Done, String::new(), ended) {
                    out.note(&self.journal_problem(&error));
                }
            }
            self.show_delivery_of(&journal, delivery.id, args.json, out);
            return Ok(exit_of(&delivery.counts, delivery.state));
        }
        drop(held);
        let calls = self.written(journal.calls(delivery.id), out)?;
        let left = calls.iter().filter(|call| call.begun_ms.is_none()).map(|call| call.people).sum();
        if let Some(exit) = self.may_send(profile, left, args.yes, args.confirm, out) {
            return Ok(exit);
        }
        if delivery.state == DeliveryState::Waiting {
            let waited = if args.now { Some(delivery.clone()) } else { self.wait_for(&journal, &delivery, out)? };
            let Some(waited) = waited else {
                // Begun or ended elsewhere meanwhile: told as it is.
                self.show_delivery_of(&journal, delivery.id, args.json, out);
                return Ok(Exit::Refused);
            };
            if !self.still_stands(&journal, &history, &waited, profile, args, out)? {
                return Ok(Exit::Findings);
            }
        }
        let read = crate::compose::file::read(&delivery.new.draft).map_err(|error| error.message(self.lang));
        let draft = self.usable(read, out)?.draft;
        let connection = self.usable(self.connect(profile), out)?;
        let opened = open_sender(&connection, profile, &draft, &journal, &history);
        let sender = self.usable(opened.map_err(|error| self.sender_problem(&error)), out)?;
        Ok(self.carry_out(&sender, &journal, delivery.id, args.json, out))
    }

    /// Waits until the moment of a delivery has come; `None` when it does not wait any more.
    fn wait_for(&self, journal: &Journal, delivery: &Delivery, out: &mut Out<'_>) -> Result<Option<Delivery>, Exit> {
        let mut said = None;
        loop {
            // Asked for every second: it may be put off, begun or ended by a window, and the computer may sleep.
            let found = self.written(journal.delivery(delivery.id), out)?;
            let moment = found.as_ref().and_then(|one| waiting::moment_of(one, SystemClock.now_millis()));
            let due = found.as_ref().and_then(|one| one.new.due_ms).unwrap_or_default();
            let tell =
                |key: &str, out: &mut Out<'_>| out.note(&text(self.lang, key, &[("at", plan::local_moment(due))]));
            match moment {
                None => return Ok(None),
                Some(Moment::Now) => return Ok(found),
                Some(Moment::Missed(_)) => {
                    tell("delivery.cli.missed", out);
                    return Ok(found);
                }
                Some(Moment::Ahead(left)) => {
                    if said != Some(due) {
                        tell("delivery.cli.waiting", out);
                        said = Some(due);
                    }
                    std::thread::sleep(Duration::from_millis(u64::try_from(left.min(1_000)).unwrap_or(1_000)));
                }
            }
        }
    }

    /// Whether nothing stands against beginning now, or the person wants it all the same.
    fn still_stands(
        &self,
        journal: &Arc<Journal>,
        history: &Arc<History>,
        delivery: &Delivery,
        profile: &Profile,
        args: &ResumeArgs,
        out: &mut Out<'_>,
    ) -> Result<bool, Exit> {
        let past = Past { journal, history: Some(history) };
        let standing = self.written(waiting::standing(delivery, profile, &past, SystemClock.now_millis()), out)?;
        if standing.is_clear() || args.yes && !standing.blocks() {
            return Ok(true);
        }
        if args.json {
            out.say(&pretty(&waiting::standing_json(&standing, self.lang)));
        } else {
            for doubt in &standing.doubts {
                out.say(&format!("{}  [{}]", doubt.message(self.lang), doubt.name()));
            }
            for one in &standing.in_vain {
                out.say(&format!("  {}  {}  [{}]", one.userid, rule_label(one.rule, self.lang), one.rule.name()));
            }
        }
        out.note(&text(self.lang, "delivery.cli.stands", &[("id", delivery.id.0.to_string())]));
        Ok(false)
    }

    /// `cancel`: what has not begun never will.
    pub(in crate::cli) fn cancel(&self, id: i64, json: bool, out: &mut Out<'_>) -> Exit {
        self.try_cancel(id, json, out).unwrap_or_else(|exit| exit)
    }

    fn try_cancel(&self, id: i64, json: bool, out: &mut Out<'_>) -> Result<Exit, Exit> {
        let found = Journal::open(self.home).and_then(|journal| Ok((journal.delivery(DeliveryId(id))?, journal)));
        let (found, journal) = self.usable(found.map_err(|error| self.journal_problem(&error)), out)?;
        let Some(delivery) = found else {
            out.note(&text(self.lang, "delivery.cli.no_such", &[("id", id.to_string())]));
            return Err(Exit::Usage);
        };
        // A window that is sending it would not notice: it has buttons of its own.
        let held = journal.lock_profile(&delivery.new.profile);
        let _held = self.usable(held.map_err(|error| self.sender_problem(&error)), out)?;
        if delivery.state != DeliveryState::Done {
            let ended = Some(SystemClock.now_millis());
            self.written(journal.set_state(delivery.id, DeliveryState::Cancelled, String::new(), ended), out)?;
        }
        self.show_delivery_of(&journal, delivery.id, json, out);
        Ok(Exit::HandedOver)
    }
}
