//! The list of sends: only the rows on screen are drawn and read.

use egui::{Label, Ui};
use egui_extras::Column;

use super::{View, outcome_dot};
use crate::{
    compose::Kind,
    lang::Lang,
    store::history::{Outcome, Row},
    ui::{
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{
            Table, status_dot,
            table::{empty_row, name_row},
        },
    },
};

pub fn table_ui(ui: &mut Ui, lang: Lang, view: &mut View) {
    let total = usize::try_from(view.total.unwrap_or(0)).unwrap_or(usize::MAX);
    let mut clicked = None;
    let width = ui.available_width();
    let table = Table {
        salt: "history",
        columns: [
            (tr!(lang, "history.time").into_owned(), Column::exact(118.0)),
            (
                tr!(lang, "history.what").into_owned(),
                Column::initial((width * 0.28).max(140.0)).at_least(100.0).clip(true).resizable(true),
            ),
            (
                tr!(lang, "history.who").into_owned(),
                Column::initial((width * 0.2).max(110.0)).at_least(80.0).clip(true).resizable(true),
            ),
            (tr!(lang, "history.outcome").into_owned(), Column::exact(96.0).clip(true)),
            (tr!(lang, "history.profile").into_owned(), Column::remainder().at_least(70.0).clip(true)),
            (tr!(lang, "history.took").into_owned(), Column::exact(76.0).clip(true)),
        ],
        rows: total,
        pressed: true,
    };
    let seen = table.show(ui, |row| {
        let found = view.row(row.index()).cloned();
        row.set_selected(found.as_ref().is_some_and(|found| Some(found.id) == view.selected));
        cells(row, lang, found.as_ref());
        let response = row.response();
        if let Some(found) = found {
            name_row(&response, &format!("{} {}", found.title, found.outcome.label(lang)));
            if response.clicked() {
                clicked = Some(found.id);
            }
        }
    });
    if let Some(seen) = seen {
        view.want(&seen);
    }
    if clicked.is_some() {
        view.selected = clicked;
    }
}

fn cells(row: &mut egui_extras::TableRow<'_, '_>, lang: Lang, found: Option<&Row>) {
    let Some(found) = found else {
        empty_row(row, 6);
        return;
    };
    let text = |ui: &mut Ui, text: String| {
        ui.add(Label::new(text).truncate().selectable(false));
    };
    row.col(|ui| text(ui, time_text(found.at_unix_ms)));
    row.col(|ui| {
        let t = tokens(ui.style());
        let icon = if found.kind == Kind::Card { Icon::Card } else { Icon::Notice };
        ui.spacing_mut().item_spacing.x = size::S;
        ui.add(icon.sized(t.muted, 14.0).alt_text(""));
        text(ui, found.title.clone());
    });
    row.col(|ui| text(ui, found.who.clone()));
    row.col(|ui| {
        status_dot(ui, outcome_dot(found.outcome), word(found, lang));
    });
    row.col(|ui| text(ui, found.profile.clone()));
    row.col(|ui| {
        if found.outcome != Outcome::Begun {
            let help = theme::help(ui.style(), took(found.elapsed_ms));
            ui.add(Label::new(help).selectable(false));
        }
    });
}

/// The rung of the ladder: 已受理 where the answer gave a task id or a query key.
pub fn word(row: &Row, lang: Lang) -> String {
    let accepted = !row.ids.task_id.is_empty() || !row.ids.process_query_key.is_empty();
    if row.outcome == Outcome::HandedOver && accepted {
        tr!(lang, "outcome.accepted").into_owned()
    } else {
        row.outcome.label(lang)
    }
}

/// A time in this computer's zone: `11-22 09:05`, with the year when it is another one.
pub fn time_text(unix_ms: i64) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(unix_ms) else { return String::new() };
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%m-%d %H:%M:%S").to_string()
}

/// A duration: `85 ms`, `1.2 s`.
pub fn took(elapsed_ms: u64) -> String {
    if elapsed_ms < 1000 {
        format!("{elapsed_ms} ms")
    } else {
        format!("{} s", (elapsed_ms as f64 / 100.0).round() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!([85, 1234, 61_000].map(took), ["85 ms", "1.2 s", "61 s"]);
    }
}
