//! Deliveries and plans as text, and what a person should know besides.

use super::super::{Out, Run, pretty};
use crate::{
    deliver::{
        after::Silence,
        export, list,
        pace::Standstill,
        plan::{Plan, Recipients, rule_label},
        words::explain_code,
    },
    lang::text,
    store::{
        journal::{Delivery, DeliveryId, Journal, Rung},
        settings::Profile,
    },
};

impl Run<'_> {
    pub(super) fn note_standstill(&self, standstill: Option<Standstill>, out: &mut Out<'_>) {
        if let Some(stop) = standstill {
            let key = format!("delivery.stop.{}", stop.why.name());
            out.note(&text(self.lang, &key, &[("seconds", stop.left.as_secs().to_string())]));
        }
    }

    pub(super) fn note_failed(&self, failed: &[(u64, String)], out: &mut Out<'_>) {
        for (number, code) in failed {
            let why = explain_code(code, self.lang).unwrap_or_default();
            let args = [("number", number.to_string()), ("code", code.clone()), ("why", why)];
            out.note(&text(self.lang, "delivery.cli.call_failed", &args));
        }
    }

    /// Calls of which nothing more can be known or done, with the reasons.
    pub(super) fn note_silent(&self, key: &str, silent: &[(u64, Silence)], out: &mut Out<'_>) {
        for why in Silence::ALL {
            let calls = silent.iter().filter(|(_, found)| *found == why).count();
            if calls > 0 {
                out.note(&text(self.lang, key, &[("why", why.message(calls, self.lang))]));
            }
        }
    }

    pub(super) fn show_plan(&self, plan: &Plan, recipients: &Recipients, profile: &Profile, out: &mut Out<'_>) {
        let lang = self.lang;
        let args = [
            ("people", plan.people().to_string()),
            ("calls", plan.calls.len().to_string()),
            ("contents", plan.contents.len().to_string()),
            ("seconds", (plan.takes_ms / 1_000).to_string()),
            ("profile", profile.name.clone()),
        ];
        out.say(&text(lang, "delivery.cli.plan", &args));
        for (key, allowed) in plan.allowed.all() {
            let Some(value) = allowed.value else { continue };
            let said: Vec<String> = allowed.said.iter().map(|one| format!("{} ({})", one.value, one.source)).collect();
            out.say(&format!("  {key} = {value}  {}", said.join(" · ")));
        }
        for doubt in &plan.doubts {
            out.say(&format!("{}  [{}]", doubt.message(lang), doubt.name()));
        }
        for one in &plan.dropped {
            let person = recipients.table.rows.get(one.row as usize).map_or("", |row| row.person.id.as_str());
            out.say(&format!("  {person}  {}  [{}]", rule_label(one.rule, lang), one.rule.name()));
        }
        self.show_findings(&plan.findings, out);
    }

    pub(super) fn show_row(&self, one: &Delivery, out: &mut Out<'_>) {
        let row = list::row(one, self.lang);
        let word = |name: &str| row.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let state = text(self.lang, &format!("delivery.state.{}", one.state.name()), &[]);
        let args = [
            ("id", one.id.0.to_string()),
            ("started", word("started")),
            ("profile", one.new.profile.clone()),
            ("people", one.people.to_string()),
            ("ended", one.counts.ended().to_string()),
            ("calls", one.calls.to_string()),
            ("state", state),
            ("title", one.new.title.clone()),
        ];
        out.say(&text(self.lang, "delivery.cli.row", &args));
    }

    /// Shows one delivery; `false` when there is none of this number.
    pub(super) fn show_delivery_of(&self, journal: &Journal, id: DeliveryId, json: bool, out: &mut Out<'_>) -> bool {
        let found = journal.delivery(id).and_then(|delivery| match delivery {
            Some(delivery) => Ok(Some((delivery, journal.calls(id)?, journal.people(id)?))),
            None => Ok(None),
        });
        match found {
            Ok(Some((delivery, calls, people))) => {
                if json {
                    out.say(&pretty(&list::whole(&delivery, &calls, &people, self.lang)));
                } else {
                    self.show_row(&delivery, out);
                    for rung in Rung::ALL {
                        let count = people.iter().filter(|person| person.rung == rung).count();
                        if count > 0 {
                            out.say(&format!("  {}: {count}", export::rung_label(rung, self.lang)));
                        }
                    }
                }
                true
            }
            Ok(None) => false,
            Err(error) => {
                out.note(&self.journal_problem(&error));
                false
            }
        }
    }
}
