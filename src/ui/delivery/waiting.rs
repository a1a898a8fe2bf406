//! Deliveries that wait for their moment: what the journal says of them, what stands against those whose moment has come,
//! and their row in the strip. They outlive the window: [`crate::deliver::waiting`] says by which rules.

use std::collections::HashMap;

use egui::{Align, Label, Layout, RichText, Ui};

use super::{DeliveryAction, Failed, words};
use crate::{
    deliver::{
        plan::rule_label,
        waiting::{Moment, Standing, moment_of},
    },
    lang::Lang,
    store::{
        history::HistoryError,
        journal::{Delivery, DeliveryId},
    },
    ui::{
        icons::Icon,
        remote::Remote,
        theme::{size, tokens},
        widgets::{Dot, PushButton, grouped, split_line, status_dot},
    },
};

/// What is known of deliveries that wait.
#[derive(Default)]
pub struct Waits {
    /// The delivery whose rules are being looked at once more.
    looking: Option<(DeliveryId, Remote<Standing, Failed>)>,
    /// What stands against those that could not begin by themselves.
    stands: HashMap<DeliveryId, Result<Standing, Failed>>,
}

impl Waits {
    /// Whether the rules are being looked at for one of them.
    pub fn is_looking(&self) -> bool {
        self.looking.is_some()
    }

    /// Looks at the rules for one of them; `start` begins the job.
    pub fn look(&mut self, id: DeliveryId, start: impl FnOnce(&mut Remote<Standing, Failed>)) {
        let mut made = Remote::NotAsked;
        start(&mut made);
        self.looking = Some((id, made));
    }

    /// Takes what came: the delivery that may begin now, if nothing stands against it.
    pub fn poll(&mut self) -> Option<DeliveryId> {
        let (id, made) = self.looking.as_mut()?;
        if !made.poll() {
            return None;
        }
        let id = *id;
        let outcome = match (made.take_failure(), made.take_here()) {
            (Some(error), _) => Err(error),
            (None, Some(standing)) => Ok(standing),
            (None, None) => return None,
        };
        self.looking = None;
        if outcome.as_ref().is_ok_and(Standing::is_clear) {
            self.stands.remove(&id);
            return Some(id);
        }
        self.stands.insert(id, outcome);
        None
    }

    /// What stands against one of them, where that was looked at.
    pub fn stands(&self, id: DeliveryId) -> Option<&Result<Standing, Failed>> {
        self.stands.get(&id)
    }

    /// Another moment or another decision: what stood against it is looked at anew.
    pub fn forget(&mut self, id: DeliveryId) {
        self.stands.remove(&id);
    }
}

/// What stands against a delivery, in words: `3 人：今天收到过相同内容`.
pub fn standing_text(standing: &Standing, lang: Lang) -> String {
    let mut rules = std::collections::BTreeMap::new();
    for one in &standing.in_vain {
        *rules.entry(one.rule).or_insert(0_u64) += 1;
    }
    let people = rules.into_iter().map(|(rule, count)| {
        tr!(lang, "plan.rule", rule = rule_label(rule, lang), count = grouped(count)).into_owned()
    });
    let doubts = standing.doubts.iter().map(|doubt| doubt.message(lang));
    people.chain(doubts).collect::<Vec<_>>().join(if lang == Lang::Zh { "；" } else { "; " })
}

/// What a row of the strip reads.
pub struct Reads<'a> {
    /// The language.
    pub lang: Lang,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
    /// The name of the profile in use.
    pub profile: &'a str,
    /// What is known.
    pub waits: &'a Waits,
}

/// The row of one of them.
pub fn row_ui(ui: &mut Ui, reads: &Reads<'_>, one: &Delivery, send: &dyn Fn(DeliveryAction)) {
    let lang = reads.lang;
    let t = tokens(ui.style());
    let Some(moment) = moment_of(one, reads.now_ms) else { return };
    let due_ms = one.new.due_ms.unwrap_or(reads.now_ms);
    let stands = reads.waits.stands(one.id);
    ui.horizontal(|ui| {
        ui.set_min_height(44.0);
        let begin = |ui: &mut Ui| {
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let at = words::moment(due_ms, reads.now_ms);
                let (dot, text) = match (moment, stands) {
                    (_, Some(_)) => (Dot::Warning, tr!(lang, "waiting.stands", title = one.new.title)),
                    (Moment::Ahead(_), None) => {
                        let left = words::until(due_ms, reads.now_ms, lang);
                        (Dot::Off, tr!(lang, "waiting.ahead", title = one.new.title, at = at, left = left))
                    }
                    (Moment::Now, None) => (Dot::Busy, tr!(lang, "waiting.now", title = one.new.title)),
                    (Moment::Missed(_), None) => {
                        (Dot::Warning, tr!(lang, "waiting.missed", title = one.new.title, at = at))
                    }
                };
                status_dot(ui, dot, text);
                let size_text = format!("{} · {}", words::people(one.people, lang), words::calls(one.calls, lang));
                let note = match stands {
                    Some(Ok(standing)) => standing_text(standing, lang),
                    Some(Err(error)) => error.message(lang, HistoryError::message),
                    None if one.new.profile != reads.profile => {
                        tr!(lang, "waiting.other_profile", profile = one.new.profile).into_owned()
                    }
                    None => tr!(lang, "waiting.open").into_owned(),
                };
                let text = RichText::new(format!("{size_text} · {note}")).size(size::SMALL).color(t.muted);
                ui.add(Label::new(text).truncate());
            });
        };
        split_line(ui, "waiting", begin, |ui| buttons_ui(ui, reads, one, stands, send));
    });
}

fn buttons_ui(
    ui: &mut Ui,
    reads: &Reads<'_>,
    one: &Delivery,
    stands: Option<&Result<Standing, Failed>>,
    send: &dyn Fn(DeliveryAction),
) {
    let lang = reads.lang;
    let named = |text: &str| format!("{text} {}", one.new.title);
    let standing = stands.and_then(|stands| stands.as_ref().ok());
    let (label, action) = if standing.is_some() {
        (tr!(lang, "waiting.send_anyway"), DeliveryAction::SendAnyway(one.id))
    } else {
        (tr!(lang, "waiting.send_now"), DeliveryAction::SendWaiting(one.id))
    };
    let off = if one.new.profile != reads.profile {
        Err(tr!(lang, "deliveries.other_profile", profile = one.new.profile).into_owned())
    } else if let Some(standing) = standing.filter(|standing| standing.blocks()) {
        Err(standing_text(standing, lang))
    } else if reads.waits.is_looking() {
        Err(tr!(lang, "plan.making").into_owned())
    } else {
        Ok(())
    };
    let missed = matches!(moment_of(one, reads.now_ms), Some(Moment::Missed(_)));
    let button = if missed { PushButton::primary(label.clone()) } else { PushButton::new(label.clone()) };
    if button.name(named(&label)).icon(Icon::Play).small().enabled(off).show(ui).clicked() {
        send(action);
    }
    let until = standing.and_then(|standing| standing.in_vain.iter().filter_map(|one| one.until_ms).max());
    if let Some(until) = until.filter(|until| *until > reads.now_ms) {
        let label = tr!(lang, "waiting.put_off", until = words::moment(until, reads.now_ms));
        if PushButton::new(label.clone()).name(named(&label)).icon(Icon::Clock).small().show(ui).clicked() {
            send(DeliveryAction::PutOff(one.id, until));
        }
    }
    let give_up = tr!(lang, "waiting.give_up");
    let button = PushButton::new(give_up.clone()).name(named(&give_up)).icon(Icon::Close).small();
    if button.tooltip(tr!(lang, "waiting.give_up_tip")).show(ui).clicked() {
        send(DeliveryAction::GiveUp(one.id));
    }
}
