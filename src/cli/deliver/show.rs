//! Deliveries and plans as text, and what a person should know besides.

use super::super::{Out, Run, pretty};
use crate::{
    deliver::{
        after::Silence,
        export, list,
        pace::Standstill,
        plan::{self, Dropped, Offer, Plan, Recipients, rule_label},
        words::{explain_code, state},
    },
    lang::text,
    store::{
        journal::{Delivery, DeliveryId, Journal, Rung},
        settings::Profile,
    },
};

/// How people are cut into calls: `100 × 49、20`.
fn sizes(plan: &Plan) -> String {
    /// More differ only in a list that nobody reads; `--json` has them all.
    const SHOWN: usize = 12;
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for call in &plan.calls {
        match runs.last_mut() {
            Some((size, times)) if *size == call.people.len() => *times += 1,
            _ => runs.push((call.people.len(), 1)),
        }
    }
    let more = runs.len() > SHOWN;
    let shown = runs.into_iter().take(SHOWN);
    let mut said: Vec<String> =
        shown.map(|(size, times)| if times > 1 { format!("{size} × {times}") } else { size.to_string() }).collect();
    said.extend(more.then(|| "…".to_owned()));
    said.join("、")
}

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
        let sizes = [("mode", plan.mode.name().to_owned()), ("sizes", sizes(plan))];
        if !plan.calls.is_empty() {
            out.say(&text(lang, "delivery.cli.cut", &sizes));
        }
        for (key, allowed) in plan.allowed.all() {
            let Some(value) = allowed.value else { continue };
            let said: Vec<String> = allowed.said.iter().map(|one| format!("{} ({})", one.value, one.source)).collect();
            out.say(&format!("  {key} = {value}  {}", said.join(" · ")));
        }
        for doubt in &plan.doubts {
            out.say(&format!("{}  [{}]", doubt.message(lang), doubt.name()));
        }
        for one in &plan.dropped {
            self.show_dropped(one, recipients, out);
        }
        self.note_offers(plan, out);
        for (finding, row) in plan.findings.iter().zip(&plan.found_at) {
            let who = row.and_then(|row| recipients.person(row)).map(|person| person.id.as_str());
            self.show_finding(finding, who, out);
        }
    }

    fn show_dropped(&self, one: &Dropped, recipients: &Recipients, out: &mut Out<'_>) {
        let userid = recipients.person(one.row).map_or_else(String::new, |person| person.id.clone());
        let why = rule_label(one.rule, self.lang);
        let mut args = vec![("userid", userid), ("why", why), ("rule", one.rule.name().to_owned())];
        let key = match one.until_ms {
            Some(until) => {
                args.push(("until", plan::local_moment(until)));
                "delivery.cli.dropped_until"
            }
            None => "delivery.cli.dropped",
        };
        out.say(&text(self.lang, key, &args));
    }

    /// What can be done about those who would not get it.
    fn note_offers(&self, plan: &Plan, out: &mut Out<'_>) {
        let offered = |offer: &Offer| plan.dropped.iter().any(|one| one.rule.offers().contains(offer));
        let until = plan.free_ms().map(plan::local_moment).unwrap_or_default();
        let say = |offer: Offer| {
            text(self.lang, &format!("delivery.cli.offer.{}", offer.name()), &[("until", until.clone())])
        };
        if plan.in_vain() > 0 {
            let all = [Offer::LeaveOut, Offer::ChangeText, Offer::Wait];
            let offers: Vec<String> = all.into_iter().filter(offered).map(say).collect();
            out.say(&text(self.lang, "delivery.cli.offers", &[("offers", offers.join("；"))]));
        }
    }

    pub(super) fn show_row(&self, one: &Delivery, out: &mut Out<'_>) {
        let args = [
            ("id", one.id.0.to_string()),
            ("started", plan::local_moment(one.new.started_ms)),
            ("profile", one.new.profile.clone()),
            ("people", one.people.to_string()),
            ("ended", one.counts.ended().to_string()),
            ("calls", one.calls.to_string()),
            ("state", state(one, self.lang)),
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
