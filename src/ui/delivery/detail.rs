//! One delivery: what became of it, deadlines, its picture, what nobody knows, everybody with a rung, and its buttons.

use egui::{Label, RichText, ScrollArea, Ui, vec2};

use super::{
    DeliveryAction, Format, Whom,
    book::{self, Detail},
    chart, facts,
    list::{Reads, View},
    people::{self, Filter},
    words,
};
use crate::{
    compose::{CardVia, Kind},
    deliver::{after, words::explain_code},
    store::{
        history::HistoryError,
        journal::{CallId, CallRow, DeliveryState, PersonRow, Rung},
    },
    ui::{
        action::Action,
        history::time_text,
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{Banner, Dialog, Group, Level, PushButton, dialog::Answer, grouped, icon_button, status_dot},
    },
};

/// Unknown calls are listed up to so many; the rest is in the table of calls.
const UNKNOWN_SHOWN: usize = 6;
/// So many names are told where it is about who had read.
const NAMES_SHOWN: usize = 12;
/// The tables are at least this high.
const TABLE_MIN: f32 = 240.0;

/// Which table is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Part {
    /// Everybody.
    #[default]
    People,
    /// The calls.
    Calls,
}

/// What the screen remembers.
#[derive(Default)]
pub struct Shown {
    /// Which table.
    pub part: Part,
    /// What the people's table is filtered by.
    pub filter: Filter,
    /// The rows that pass, as places.
    pub rows: Vec<u32>,
    rows_of: Option<Filter>,
    /// Whether the question before taking it back is open.
    recalling: bool,
    /// The decision that is asked about once more: it did not arrive.
    deciding: Option<CallId>,
    height: f32,
}

impl Shown {
    /// The people are other ones now.
    pub fn forget_rows(&mut self) {
        self.rows_of = None;
    }

    /// Filters again when something changed.
    pub fn follow(&mut self, people: &[PersonRow]) {
        if self.rows_of.as_ref() != Some(&self.filter) {
            self.rows = self.filter.rows(people);
            self.rows_of = Some(self.filter.clone());
        }
    }
}

/// The screen.
pub fn detail_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    let lang = reads.lang;
    let View { selected, detail, shown, .. } = view;
    let mut back = false;
    if let Some(error) = detail.failure() {
        Banner::new(Level::Error, error.message(lang, HistoryError::message)).show(ui);
    }
    match detail.value() {
        Some(Some(found)) => {
            let whole = ui.available_height();
            ScrollArea::vertical().id_salt(("delivery", found.delivery.id)).auto_shrink(false).show(ui, |ui| {
                let top = ui.cursor().top();
                back = head_ui(ui, reads, found, shown);
                facts::facts_ui(ui, reads, found);
                unknown_ui(ui, reads, found, shown);
                let runs = (reads.runs)(found.delivery.id);
                if let Some(rung) = chart::rungs_ui(ui, lang, found, shown.filter.rung, runs) {
                    shown.filter.rung = (shown.filter.rung != Some(rung)).then_some(rung);
                    shown.part = Part::People;
                }
                ui.add_space(size::XS);
                let rest = (whole - (ui.cursor().top() - top) - size::S).max(TABLE_MIN);
                shown.height = rest;
                ui.allocate_ui(vec2(ui.available_width(), rest), |ui| people::tables_ui(ui, lang, found, shown));
            });
            recall_dialog(ui, reads, found, shown);
            decide_dialog(ui, reads, found, shown);
        }
        Some(None) => {
            back = back_ui(ui, reads);
            ui.label(tr!(lang, "history.gone"));
        }
        None => back = back_ui(ui, reads),
    }
    if back {
        *selected = None;
    }
}

fn back_ui(ui: &mut Ui, reads: &Reads<'_>) -> bool {
    icon_button(ui, Icon::Undo, tr!(reads.lang, "deliveries.back")).clicked()
}

/// Title, state, and the buttons.
fn head_ui(ui: &mut Ui, reads: &Reads<'_>, found: &Detail, shown: &mut Shown) -> bool {
    let lang = reads.lang;
    let one = &found.delivery;
    let runs = (reads.runs)(one.id);
    let mut back = false;
    ui.horizontal(|ui| {
        back = PushButton::quiet(tr!(lang, "deliveries.back")).icon(Icon::Undo).small().show(ui).clicked();
        let (dot, word) = words::state(one, (reads.wish)(one.id), lang);
        status_dot(ui, dot, word);
        ui.add(Label::new(theme::heading(&one.new.title)).truncate());
    });
    if let Some(why) = words::note(&one.note, lang).filter(|_| !runs) {
        Banner::new(Level::Warning, why).show(ui);
    }
    if let Some(recalled) = (reads.recalled)(one.id) {
        recalled_ui(ui, reads, found, &recalled);
    }
    ui.horizontal_wrapped(|ui| buttons_ui(ui, reads, found, shown, runs));
    back
}

fn recalled_ui(ui: &mut Ui, reads: &Reads<'_>, found: &Detail, recalled: &after::Recalled) {
    let lang = reads.lang;
    let level = if recalled.failed.is_empty() && recalled.too_late == 0 { Level::Ok } else { Level::Warning };
    let title =
        tr!(lang, "deliveries.recalled", calls = grouped(recalled.calls as u64), people = grouped(recalled.people));
    let mut lines = Vec::new();
    if recalled.had_read.is_empty() {
        lines.push(tr!(lang, "deliveries.nobody_had_read").into_owned());
    } else {
        let had_read = |one: &&PersonRow| recalled.had_read.contains(&one.userid);
        let names = names(found.people.iter().filter(had_read), lang);
        lines.push(tr!(lang, "deliveries.had_read", count = recalled.had_read.len(), names = names).into_owned());
    }
    if recalled.too_late > 0 {
        lines.push(tr!(lang, "deliveries.too_late", count = recalled.too_late).into_owned());
    }
    for (number, code) in recalled.failed.iter().take(4) {
        let why = explain_code(code, lang).unwrap_or_else(|| code.clone());
        lines.push(tr!(lang, "deliveries.recall_failed", number = number, why = why).into_owned());
    }
    Banner::new(level, title).text(lines.join("\n")).show(ui);
}

fn buttons_ui(ui: &mut Ui, reads: &Reads<'_>, found: &Detail, shown: &mut Shown, runs: bool) {
    let lang = reads.lang;
    let one = &found.delivery;
    let send = |action: DeliveryAction| reads.actions.send(Action::Delivery(action));
    let here = reachable(reads, found, runs);
    if !runs && book::can_go_on(one) {
        let label = tr!(lang, "deliveries.go_on", count = grouped(one.counts.not_begun));
        if PushButton::primary(label).icon(Icon::Play).small().enabled(here.clone()).show(ui).clicked() {
            send(DeliveryAction::Continue(one.id));
        }
        let label = tr!(lang, "deliveries.give_up");
        if PushButton::new(label).tooltip(tr!(lang, "deliveries.give_up_tip")).small().show(ui).clicked() {
            send(DeliveryAction::GiveUp(one.id));
        }
    }
    if !runs && one.state == DeliveryState::Waiting {
        let button = PushButton::primary(tr!(lang, "waiting.send_now")).icon(Icon::Play).small();
        if button.enabled(here.clone()).show(ui).clicked() {
            send(DeliveryAction::SendWaiting(one.id));
        }
        let button = PushButton::new(tr!(lang, "waiting.give_up")).tooltip(tr!(lang, "waiting.give_up_tip"));
        if button.icon(Icon::Close).small().show(ui).clicked() {
            send(DeliveryAction::GiveUp(one.id));
        }
    }
    let ask = if one.counts.handed_over == 0 {
        Err(tr!(lang, "deliveries.nothing_handed_over").into_owned())
    } else {
        here.clone()
    };
    let refresh = PushButton::new(tr!(lang, "deliveries.refresh")).icon(Icon::Refresh).small();
    if refresh.enabled(ask.clone()).show(ui).clicked() {
        send(DeliveryAction::Refresh(one.id));
    }
    let late = found.handed_over_ms.is_some_and(|(_, last)| after::deadlines(last).recall_ms <= reads.now_ms);
    let recall = match ask {
        Ok(()) if late => Err(tr!(lang, "deliveries.recall_over").into_owned()),
        other => other,
    };
    let button = PushButton::new(tr!(lang, "deliveries.recall")).icon(Icon::Undo).small();
    let recall_button = button.enabled(recall).show(ui);
    if recall_button.clicked() {
        shown.recalling = true;
    }
    for format in [Format::Csv, Format::Xlsx] {
        if PushButton::new(words::export(format, lang)).icon(Icon::Save).small().show(ui).clicked() {
            send(DeliveryAction::Export(one.id, format));
        }
    }
    let failed = found.on(Rung::Failed) + found.on(Rung::Dropped) + found.on(Rung::Invalid);
    for (count, whom, label) in [
        (failed, Whom::Failed, tr!(lang, "deliveries.redraft_failed", count = grouped(failed))),
        (
            found.on(Rung::Unread),
            Whom::Unread,
            tr!(lang, "deliveries.redraft_unread", count = grouped(found.on(Rung::Unread))),
        ),
    ] {
        if count > 0 && PushButton::new(label).icon(Icon::Users).small().show(ui).clicked() {
            send(DeliveryAction::Redraft(one.id, whom));
        }
    }
    if PushButton::quiet(tr!(lang, "history.as_draft")).icon(Icon::Copy).small().show(ui).clicked() {
        send(DeliveryAction::AsDraft(one.id));
    }
}

/// Why nothing can be asked of the server for it now.
fn reachable(reads: &Reads<'_>, found: &Detail, runs: bool) -> Result<(), String> {
    let lang = reads.lang;
    let one = &found.delivery;
    if one.new.profile != reads.profile {
        return Err(tr!(lang, "deliveries.other_profile", profile = one.new.profile).into_owned());
    }
    if !reads.connected {
        return Err(tr!(lang, "send.off_connecting").into_owned());
    }
    if runs {
        return Err(tr!(lang, "deliveries.still_runs").into_owned());
    }
    if (reads.busy)(one.id) {
        return Err(tr!(lang, "deliveries.busy").into_owned());
    }
    Ok(())
}

/// Calls whose end nobody knows: the facts, and what a person can do. Nothing is repeated by itself.
fn unknown_ui(ui: &mut Ui, reads: &Reads<'_>, found: &Detail, shown: &mut Shown) {
    let lang = reads.lang;
    let t = tokens(ui.style());
    let count = found.unknown().count();
    if count == 0 || (reads.runs)(found.delivery.id) {
        return;
    }
    let send = |action: DeliveryAction| reads.actions.send(Action::Delivery(action));
    let id = found.delivery.id;
    Group::new(tr!(lang, "deliveries.unknown_title", count = grouped(count as u64))).fixed().show(ui, |ui| {
        // The one call that promises to refuse a second card of the same outTrackId.
        let asks = found.delivery.new.via == CardVia::CreateAndDeliver.name();
        let help = match found.delivery.new.kind {
            Kind::Card if asks => tr!(lang, "deliveries.unknown_card"),
            Kind::Card => tr!(lang, "deliveries.unknown_old_card"),
            Kind::Notice => tr!(lang, "deliveries.unknown_notice"),
        };
        ui.add(Label::new(RichText::new(help).color(t.muted)).wrap());
        if asks {
            let here = reachable(reads, found, false);
            let ask = PushButton::primary(tr!(lang, "deliveries.ask_again")).icon(Icon::Refresh).small();
            if ask.tooltip(tr!(lang, "deliveries.ask_again_tip")).enabled(here).show(ui).clicked() {
                send(DeliveryAction::AskUnknown(id));
            }
        }
        for call in found.unknown().take(UNKNOWN_SHOWN) {
            ui.push_id(("unknown", call.id), |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.add(Icon::Warning.sized(t.warning, size::ICON).alt_text(""));
                    ui.add(Label::new(unknown_facts(reads, found, call)).wrap());
                    let number = call.number;
                    let arrived = PushButton::new(tr!(lang, "deliveries.arrived"));
                    let arrived = arrived.name(tr!(lang, "deliveries.arrived_name", number = number)).small();
                    if arrived.tooltip(tr!(lang, "deliveries.arrived_tip")).show(ui).clicked() {
                        send(DeliveryAction::Decide(id, call.id, true));
                    }
                    let not = PushButton::new(tr!(lang, "deliveries.not_arrived"));
                    let not = not.name(tr!(lang, "deliveries.not_arrived_name", number = number)).small();
                    if not.tooltip(tr!(lang, "deliveries.not_arrived_tip")).show(ui).clicked() {
                        shown.deciding = Some(call.id);
                    }
                });
            });
        }
        if count > UNKNOWN_SHOWN {
            let more = tr!(lang, "deliveries.unknown_more", count = count - UNKNOWN_SHOWN);
            ui.label(RichText::new(more).size(size::SMALL).color(t.muted));
        }
    });
}

/// `第 3 次调用 · 100 人：张三、李四 … · 11-22 09:05:01 开始 · 没有等到回答`.
fn unknown_facts(reads: &Reads<'_>, found: &Detail, call: &CallRow) -> String {
    let lang = reads.lang;
    let people: Vec<&str> = found
        .people
        .iter()
        .filter(|one| one.call == call.number)
        .take(3)
        .map(|one| if one.name.is_empty() { one.userid.as_str() } else { one.name.as_str() })
        .collect();
    let names = people.join(if lang == crate::lang::Lang::Zh { "、" } else { ", " });
    let names = if call.people > 3 { format!("{names} …") } else { names };
    let begun = call.begun_ms.map(time_text).unwrap_or_default();
    let why = explain_code(&call.ended.code, lang).unwrap_or_default();
    let mut text = tr!(
        lang,
        "deliveries.unknown_facts",
        number = call.number,
        people = grouped(call.people),
        names = names,
        begun = begun,
        why = why
    )
    .into_owned();
    if !call.ended.request_id.is_empty() {
        text.push_str(" · request id ");
        text.push_str(&call.ended.request_id);
    }
    text
}

/// The names of the first of some people, `…` behind them where there are more.
fn names<'p>(mut people: impl Iterator<Item = &'p PersonRow>, lang: crate::lang::Lang) -> String {
    let name = |one: &'p PersonRow| if one.name.is_empty() { one.userid.as_str() } else { one.name.as_str() };
    let first: Vec<&str> = people.by_ref().take(NAMES_SHOWN).map(name).collect();
    let more = if people.next().is_some() { " …" } else { "" };
    format!("{}{more}", first.join(if lang == crate::lang::Lang::Zh { "、" } else { ", " }))
}

fn recall_dialog(ui: &Ui, reads: &Reads<'_>, found: &Detail, shown: &mut Shown) {
    let lang = reads.lang;
    if !shown.recalling {
        return;
    }
    let one = &found.delivery;
    let title = tr!(lang, "deliveries.recall_title", calls = grouped(one.counts.handed_over));
    let text = tr!(lang, "deliveries.recall_text", read = grouped(found.on(Rung::Read)));
    let accept = PushButton::danger(tr!(lang, "deliveries.recall_accept"));
    let dialog = Dialog::new("recall", title, tr!(lang, "common.cancel")).text(text).accept(accept);
    let (answer, ()) = dialog.show(ui.ctx(), |ui| {
        if found.on(Rung::Read) > 0 {
            let names = names(found.people.iter().filter(|person| person.rung == Rung::Read), lang);
            ui.add(Label::new(tr!(lang, "deliveries.read_by", names = names)).wrap());
        }
    });
    if answer != Answer::None {
        shown.recalling = false;
    }
    if answer == Answer::Accepted {
        reads.actions.send(Action::Delivery(DeliveryAction::Recall(one.id)));
    }
}

fn decide_dialog(ui: &Ui, reads: &Reads<'_>, found: &Detail, shown: &mut Shown) {
    let lang = reads.lang;
    let Some(id) = shown.deciding else { return };
    let Some(call) = found.calls.iter().find(|call| call.id == id) else {
        shown.deciding = None;
        return;
    };
    let title = tr!(lang, "deliveries.decide_title", number = call.number);
    let text = tr!(lang, "deliveries.decide_text", people = grouped(call.people));
    let accept = PushButton::danger(tr!(lang, "deliveries.decide_accept"));
    let (answer, ()) =
        Dialog::new("decide", title, tr!(lang, "common.cancel")).text(text).accept(accept).show(ui.ctx(), |_| ());
    if answer != Answer::None {
        shown.deciding = None;
    }
    if answer == Answer::Accepted {
        reads.actions.send(Action::Delivery(DeliveryAction::Decide(found.delivery.id, id, false)));
    }
}
