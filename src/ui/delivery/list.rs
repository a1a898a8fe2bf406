//! 发送记录 → 批次: every delivery, newest first. Only the rows on screen are drawn and read.

use std::sync::Arc;

use egui::{CentralPanel, Frame, Label, Margin, Ui};
use egui_extras::Column;

use super::{
    OpenJournal,
    book::{Book, Detail},
    detail, words,
};
use crate::{
    compose::Kind,
    deliver::plan::Mode,
    lang::Lang,
    store::{
        history::HistoryError,
        journal::{Delivery, DeliveryId, Journal},
    },
    ui::{
        action::Actions,
        background::Background,
        history::time_text,
        icons::Icon,
        remote::Remote,
        theme::{size, tokens},
        widgets::{
            Banner, Level, PushButton, Table, empty_state, grouped, status_dot,
            table::{empty_row, name_row},
        },
    },
};

/// What this part of the tab remembers.
#[derive(Default)]
pub struct View {
    /// The delivery shown; `None`: the list.
    pub selected: Option<DeliveryId>,
    /// What is known of it.
    pub detail: Remote<Option<Arc<Detail>>, super::Failed>,
    detail_of: Option<DeliveryId>,
    /// When it is read again while it runs, in seconds of egui's clock.
    pub read_again_at: f64,
    /// What its screen remembers.
    pub shown: detail::Shown,
}

impl View {
    /// Something was written to the journal.
    pub fn changed(&mut self) {
        self.detail_of = None;
    }

    /// Shows one delivery.
    pub fn select(&mut self, id: DeliveryId) {
        if self.selected != Some(id) {
            self.detail = Remote::NotAsked;
            self.shown = detail::Shown::default();
        }
        self.selected = Some(id);
    }

    /// Takes what was read and asks for what is missing.
    pub fn read(&mut self, journal: &Arc<Journal>, background: &Background) {
        if self.detail.poll() {
            self.shown.forget_rows();
        }
        if self.detail_of == self.selected || self.detail.is_pending() {
            return;
        }
        self.detail_of = self.selected;
        let Some(id) = self.selected else {
            self.detail = Remote::NotAsked;
            return;
        };
        let journal = Arc::clone(journal);
        background.start_blocking("delivery", &mut self.detail, move || {
            Detail::read(&journal, id).map(|found| found.map(Arc::new)).map_err(super::Failed::Error)
        });
    }
}

/// What this part of the tab reads.
pub struct Reads<'a> {
    /// The language.
    pub lang: Lang,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
    /// The journal.
    pub journal: &'a OpenJournal,
    /// The name of the profile in use.
    pub profile: &'a str,
    /// Whether its connection is there.
    pub connected: bool,
    /// Whether a delivery runs in this window.
    pub runs: &'a dyn Fn(DeliveryId) -> bool,
    /// What the person wants of one that runs in this window; `None`: it does not run.
    pub wish: &'a dyn Fn(DeliveryId) -> Option<crate::deliver::run::Wish>,
    /// Whether something is being asked or done for it.
    pub busy: &'a dyn Fn(DeliveryId) -> bool,
    /// The last recall of it.
    pub recalled: &'a dyn Fn(DeliveryId) -> Option<crate::deliver::after::Recalled>,
    /// When its report is asked for next by itself, Unix milliseconds.
    pub next_due: &'a dyn Fn(DeliveryId) -> Option<i64>,
    /// Wishes.
    pub actions: &'a Actions,
}

/// This part of the tab.
pub fn list_ui(ui: &mut Ui, reads: &Reads<'_>, book: &mut Book, view: &mut View) {
    let t = tokens(ui.style());
    let lang = reads.lang;
    let page = Frame::new().fill(t.base).inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 12 });
    CentralPanel::default().frame(page).show(ui, |ui| {
        if let Some(error) = reads.journal.failure() {
            journal_trouble_ui(ui, lang, error, reads.actions);
            return;
        }
        if view.selected.is_some() {
            detail::detail_ui(ui, reads, view);
            return;
        }
        if let Some(error) = book.failure() {
            Banner::new(Level::Error, error.message(lang, HistoryError::message)).show(ui);
        }
        match book.total() {
            None => {}
            Some(0) => {
                let text = tr!(lang, "deliveries.empty_text");
                empty_state(ui, Icon::Send, &tr!(lang, "deliveries.empty"), &text, None);
            }
            Some(total) => {
                let frame = Frame::new().fill(t.surface).stroke(egui::Stroke::new(1.0, t.line));
                frame.corner_radius(size::RADIUS_LARGE).inner_margin(Margin::symmetric(8, 4)).show(ui, |ui| {
                    table_ui(ui, reads, book, view, usize::try_from(total).unwrap_or(usize::MAX));
                });
            }
        }
    });
}

/// Says plainly that nothing can be sent without the journal; a damaged one can be put aside, when a person wants that.
pub fn journal_trouble_ui(ui: &mut Ui, lang: Lang, error: &super::Failed, actions: &Actions) {
    let reason = error.message(lang, HistoryError::message);
    let mut banner = Banner::new(Level::Error, tr!(lang, "deliveries.journal_trouble")).text(reason);
    let damaged = matches!(error, super::Failed::Error(HistoryError::Damaged { .. }));
    if damaged {
        let button = PushButton::danger(tr!(lang, "deliveries.new_journal"));
        banner = banner.button(button.tooltip(tr!(lang, "deliveries.new_journal_tip")));
    }
    if banner.show(ui).is_some() {
        actions.send(crate::ui::action::Action::Delivery(super::DeliveryAction::NewJournal));
    }
}

fn table_ui(ui: &mut Ui, reads: &Reads<'_>, book: &mut Book, view: &mut View, total: usize) {
    let lang = reads.lang;
    let mut clicked = None;
    let width = ui.available_width();
    let table = Table {
        salt: "deliveries",
        columns: [
            (tr!(lang, "history.time").into_owned(), Column::exact(118.0)),
            (
                tr!(lang, "history.what").into_owned(),
                Column::initial((width * 0.24).max(160.0)).at_least(100.0).clip(true).resizable(true),
            ),
            (tr!(lang, "deliveries.column_people").into_owned(), Column::exact(84.0).clip(true)),
            (tr!(lang, "deliveries.column_calls").into_owned(), Column::exact(170.0).clip(true)),
            (
                tr!(lang, "history.outcome").into_owned(),
                Column::initial((width * 0.15).max(120.0)).at_least(90.0).clip(true).resizable(true),
            ),
            (tr!(lang, "history.profile").into_owned(), Column::remainder().at_least(70.0).clip(true)),
        ],
        rows: total,
        pressed: true,
    };
    let seen = table.show(ui, |row| {
        let found = book.row(row.index());
        cells(row, reads, found);
        let response = row.response();
        if let Some(found) = found {
            let (_, word) = words::state(found, (reads.wish)(found.id), lang);
            name_row(&response, &format!("{} {word}", found.new.title));
            if response.clicked() {
                clicked = Some(found.id);
            }
        }
    });
    if let Some(seen) = seen {
        book.want(&seen);
    }
    if let Some(id) = clicked {
        view.select(id);
    }
}

fn cells(row: &mut egui_extras::TableRow<'_, '_>, reads: &Reads<'_>, found: Option<&Delivery>) {
    let lang = reads.lang;
    let Some(found) = found else {
        empty_row(row, 6);
        return;
    };
    let text = |ui: &mut Ui, text: String| {
        ui.add(Label::new(text).truncate().selectable(false));
    };
    row.col(|ui| text(ui, time_text(found.new.started_ms)));
    row.col(|ui| {
        let t = tokens(ui.style());
        let icon = if found.new.kind == Kind::Card { Icon::Card } else { Icon::Notice };
        ui.spacing_mut().item_spacing.x = size::S;
        ui.add(icon.sized(t.muted, 14.0).alt_text(""));
        text(ui, found.new.title.clone());
    });
    row.col(|ui| text(ui, grouped(found.people)));
    row.col(|ui| {
        let t = tokens(ui.style());
        let counts = &found.counts;
        let parts =
            [(counts.handed_over + counts.recalled, t.ok), (counts.refused, t.error), (counts.unknown, t.warning)];
        ui.spacing_mut().item_spacing.x = size::S;
        super::strip::stacked_bar(ui, 64.0, 6.0, found.calls, &parts);
        text(ui, format!("{} / {}", grouped(counts.ended()), grouped(found.calls)));
    });
    row.col(|ui| {
        let (dot, word) = words::state(found, (reads.wish)(found.id), lang);
        status_dot(ui, dot, word);
    });
    row.col(|ui| text(ui, found.new.profile.clone()));
}

/// The word of a mode.
pub fn mode_label(mode: &str, lang: Lang) -> String {
    match Mode::from_name(mode) {
        Some(Mode::Fewest) => tr!(lang, "plan.fewest").into_owned(),
        Some(Mode::Report) => tr!(lang, "plan.report").into_owned(),
        None => mode.to_owned(),
    }
}
