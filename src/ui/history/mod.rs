//! The history tab (发送记录): every send, filtered, with its request and answer. Reads `store::history`, changes nothing.

mod detail;
mod table;

pub use table::{time_text, took};

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use super::{
    action::{Action, Actions},
    background::{Background, Broken},
    delivery::DeliveryAction,
    icons::Icon,
    remote::Remote,
    theme::{size, tokens},
    widgets::{Banner, Level, PushButton, combo, empty_state, search_field},
};
use crate::{
    lang::Lang,
    store::history::{Filter, History, HistoryError, Outcome, Record, Row, SendId},
};

/// Rows are read in pages of this many.
const PAGE: usize = 200;
/// How many pages are kept; those looked at last stay.
const PAGES: usize = 12;

type Failed = Broken<HistoryError>;

/// What one read of the database gave.
struct ReadPage {
    filter: Filter,
    page: usize,
    rows: Vec<Row>,
    total: u64,
    profiles: Vec<String>,
}

/// What the tab remembers.
#[derive(Default)]
pub struct View {
    filter: Filter,
    total: Option<u64>,
    profiles: Vec<String>,
    pages: BTreeMap<usize, Vec<Row>>,
    reading: Remote<ReadPage, Failed>,
    /// The page wanted while another one is being read.
    wanted: Option<usize>,
    selected: Option<SendId>,
    detail: Remote<Option<Record>, Failed>,
    detail_of: Option<SendId>,
}

impl View {
    /// Something was written to the history: everything is read again.
    pub fn changed(&mut self) {
        self.wanted = Some(0);
        self.detail_of = None;
    }

    /// Shows one send.
    pub fn select(&mut self, id: SendId) {
        self.selected = Some(id);
    }

    fn row(&self, index: usize) -> Option<&Row> {
        self.pages.get(&(index / PAGE))?.get(index % PAGE)
    }

    /// Has the pages of these rows read.
    fn want(&mut self, rows: &Range<usize>) {
        let missing =
            (rows.start / PAGE..=rows.end.saturating_sub(1) / PAGE).find(|page| !self.pages.contains_key(page));
        if let Some(page) = missing {
            self.wanted = Some(page);
        }
    }

    fn read(&mut self, history: &Arc<History>, background: &Background) {
        if self.reading.poll()
            && let Some(ReadPage { filter, page, rows, total, profiles }) = self.reading.take_here()
            && filter == self.filter
        {
            if self.total != Some(total) || page == 0 {
                // Something was added: the rows of all other pages have moved.
                self.pages.clear();
            }
            self.total = Some(total);
            self.profiles = profiles;
            while self.pages.len() >= PAGES {
                let farthest = self.pages.keys().copied().max_by_key(|known| known.abs_diff(page));
                farthest.map(|farthest| self.pages.remove(&farthest));
            }
            self.pages.insert(page, rows);
        }
        if self.reading.is_pending() || (self.reading.failure().is_some() && self.wanted.is_none()) {
            return;
        }
        let page = match self.wanted.take() {
            Some(page) => page,
            None if self.total.is_none() => 0,
            None => return,
        };
        let (history, filter) = (Arc::clone(history), self.filter.clone());
        background.start_blocking("history-page", &mut self.reading, move || {
            let read = || {
                Ok(ReadPage {
                    rows: history.page(&filter, page * PAGE, PAGE)?,
                    total: history.count(&filter)?,
                    profiles: history.profiles()?,
                    filter: filter.clone(),
                    page,
                })
            };
            read().map_err(Broken::Error)
        });
    }

    fn read_detail(&mut self, history: &Arc<History>, background: &Background) {
        self.detail.poll();
        if self.detail_of == self.selected {
            return;
        }
        self.detail_of = self.selected;
        let Some(id) = self.selected else {
            self.detail = Remote::NotAsked;
            return;
        };
        let history = Arc::clone(history);
        background.start_blocking("history-detail", &mut self.detail, move || history.get(id).map_err(Broken::Error));
    }
}

/// What the tab reads.
pub struct Reads<'a> {
    /// The language.
    pub lang: Lang,
    /// The history.
    pub history: &'a Remote<Arc<History>, Failed>,
    /// For reads.
    pub background: &'a Background,
    /// Whether there are deliveries, which stand in a list of their own.
    pub deliveries: bool,
    /// Wishes.
    pub actions: &'a Actions,
}

/// The tab.
pub fn tab_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    let t = tokens(ui.style());
    let lang = reads.lang;
    let page = Frame::new().fill(t.base).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 12 });
    let Some(history) = reads.history.value() else {
        CentralPanel::default().frame(page).show(ui, |ui| {
            if let Some(error) = reads.history.failure() {
                Banner::new(Level::Error, error.message(lang, HistoryError::message)).show(ui);
            }
        });
        return;
    };
    view.read(history, reads.background);
    view.read_detail(history, reads.background);
    let side = Frame::new().fill(t.surface).inner_margin(Margin { left: 16, right: 12, top: 12, bottom: 8 });
    let mut open = view.selected.is_some();
    Panel::right("history_detail").default_size(420.0).size_range(320.0..=720.0).frame(side).show_collapsible(
        ui,
        &mut open,
        |ui| {
            detail::detail_ui(ui, reads, view);
            ui.take_available_space();
        },
    );
    if !open {
        view.selected = None;
    }
    CentralPanel::default().frame(page).show(ui, |ui| {
        filter_ui(ui, lang, view);
        ui.add_space(size::XS);
        if let Some(error) = view.reading.failure() {
            Banner::new(Level::Error, error.message(lang, HistoryError::message)).show(ui);
        }
        match view.total {
            None => {}
            Some(0) if view.filter == Filter::default() => {
                if reads.deliveries {
                    let text = tr!(lang, "history.empty_singles_text");
                    let button = PushButton::new(tr!(lang, "history.show_deliveries"));
                    if empty_state(ui, Icon::History, &tr!(lang, "history.empty_singles"), &text, Some(button)) {
                        reads.actions.send(Action::Delivery(DeliveryAction::ShowList));
                    }
                } else {
                    let text = tr!(lang, "history.empty_text");
                    empty_state(ui, Icon::History, &tr!(lang, "history.empty"), &text, None);
                }
            }
            Some(0) => {
                empty_state(ui, Icon::Search, &tr!(lang, "common.nothing_found"), &tr!(lang, "history.no_match"), None);
            }
            Some(_) => {
                let frame = Frame::new().fill(t.surface).stroke(egui::Stroke::new(1.0, t.line));
                frame.corner_radius(size::RADIUS_LARGE).inner_margin(Margin::symmetric(8, 4)).show(ui, |ui| {
                    table::table_ui(ui, lang, view);
                });
            }
        }
    });
}

fn filter_ui(ui: &mut Ui, lang: Lang, view: &mut View) {
    let before = view.filter.clone();
    ui.horizontal_wrapped(|ui| {
        search_field(ui, lang, &mut view.filter.text, &tr!(lang, "history.search"), 240.0);
        let chosen = view.filter.outcomes.first().copied();
        let label = |outcome: Option<Outcome>| {
            outcome.map_or_else(|| tr!(lang, "history.all_outcomes").into_owned(), |outcome| outcome.label(lang))
        };
        let chooser = combo("outcome", label(chosen)).width(120.0).show_ui(ui, |ui| {
            for outcome in std::iter::once(None).chain(Outcome::ALL.into_iter().map(Some)) {
                if ui.selectable_label(chosen == outcome, label(outcome)).clicked() {
                    view.filter.outcomes = outcome.into_iter().collect();
                }
            }
        });
        chooser.response.accessible_name(tr!(lang, "history.outcome"));
        let all = tr!(lang, "history.all_profiles").into_owned();
        let shown = if view.filter.profile.is_empty() { all.clone() } else { view.filter.profile.clone() };
        let profiles = view.profiles.clone();
        let chooser = combo("profile", shown).width(140.0).show_ui(ui, |ui| {
            ui.selectable_value(&mut view.filter.profile, String::new(), all);
            for profile in profiles {
                let name = profile.clone();
                ui.selectable_value(&mut view.filter.profile, profile, name);
            }
        });
        chooser.response.accessible_name(tr!(lang, "history.profile"));
        if let Some(total) = view.total {
            let t = tokens(ui.style());
            let text = tr!(lang, "history.count", count = super::widgets::grouped(total));
            ui.label(egui::RichText::new(text).size(size::SMALL).color(t.muted));
        }
    });
    if view.filter != before {
        view.pages.clear();
        view.total = None;
        view.wanted = Some(0);
        // A read of the older filter is not waited for.
        view.reading.cancel();
    }
}

/// The colour of an outcome.
pub fn outcome_dot(outcome: Outcome) -> super::widgets::Dot {
    use super::widgets::Dot;
    match outcome {
        Outcome::Begun => Dot::Busy,
        Outcome::HandedOver => Dot::Ok,
        Outcome::Refused | Outcome::NotSent => Dot::Error,
        Outcome::Unknown | Outcome::Partly => Dot::Warning,
    }
}
