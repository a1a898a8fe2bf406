//! Everybody of a delivery with their rung, and its calls: tables of which only the rows on screen are drawn.

use egui::{Label, RichText, Ui};
use egui_extras::Column;

use super::{
    book::Detail,
    detail::{Part, Shown},
    words,
};
use crate::{
    deliver::words::explain_code,
    lang::Lang,
    store::journal::{PersonRow, Rung},
    ui::{
        history::{time_text, took},
        theme::{size, tokens},
        widgets::{Table, combo, grouped, search_field, segmented, status_dot},
    },
};

/// What the people's table is filtered by.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Filter {
    /// Only this rung.
    pub rung: Option<Rung>,
    /// Part of a name or id.
    pub text: String,
}

impl Filter {
    /// The rows that are shown, as places in the list.
    pub fn rows(&self, people: &[PersonRow]) -> Vec<u32> {
        let wanted = self.text.trim().to_lowercase();
        let fits = |one: &PersonRow| {
            self.rung.is_none_or(|rung| rung == one.rung)
                && (wanted.is_empty()
                    || one.userid.to_lowercase().contains(&wanted)
                    || one.name.to_lowercase().contains(&wanted)
                    || one.code == wanted)
        };
        (0_u32..).zip(people).filter(|(_, one)| fits(one)).map(|(at, _)| at).collect()
    }
}

/// The tables with their switches.
pub fn tables_ui(ui: &mut Ui, lang: Lang, detail: &Detail, shown: &mut Shown) {
    let t = tokens(ui.style());
    ui.horizontal_wrapped(|ui| {
        let choices = [
            (
                Part::People,
                tr!(lang, "deliveries.part_people", count = grouped(detail.people.len() as u64)).into_owned(),
            ),
            (Part::Calls, tr!(lang, "deliveries.part_calls", count = grouped(detail.calls.len() as u64)).into_owned()),
        ];
        segmented(ui, &tr!(lang, "deliveries.part"), &mut shown.part, choices);
        if shown.part == Part::People {
            search_field(ui, lang, &mut shown.filter.text, &tr!(lang, "deliveries.search"), 180.0);
            let label = |rung: Option<Rung>| {
                rung.map_or_else(|| tr!(lang, "deliveries.all_rungs").into_owned(), |rung| words::rung(rung, lang))
            };
            let chosen = shown.filter.rung;
            let chooser = combo("rung", label(chosen)).width(120.0).show_ui(ui, |ui| {
                for rung in std::iter::once(None).chain(Rung::ALL.into_iter().map(Some)) {
                    if ui.selectable_label(chosen == rung, label(rung)).clicked() {
                        shown.filter.rung = rung;
                    }
                }
            });
            chooser.response.accessible_name(tr!(lang, "deliveries.rung"));
            shown.follow(&detail.people);
            if shown.rows.len() != detail.people.len() {
                let text = tr!(lang, "deliveries.shown", count = grouped(shown.rows.len() as u64));
                ui.label(RichText::new(text).size(size::SMALL).color(t.muted));
            }
        }
    });
    match shown.part {
        Part::People => people_ui(ui, lang, detail, shown),
        Part::Calls => calls_ui(ui, lang, detail),
    }
}

fn people_ui(ui: &mut Ui, lang: Lang, detail: &Detail, shown: &Shown) {
    let table = Table {
        salt: "people",
        columns: [
            (
                tr!(lang, "plan.column_name").into_owned(),
                Column::initial(120.0).at_least(70.0).clip(true).resizable(true),
            ),
            (
                tr!(lang, "plan.column_id").into_owned(),
                Column::initial(150.0).at_least(70.0).clip(true).resizable(true),
            ),
            (tr!(lang, "deliveries.rung").into_owned(), Column::exact(96.0).clip(true)),
            (tr!(lang, "plan.column_call").into_owned(), Column::exact(52.0)),
            (tr!(lang, "deliveries.explanation").into_owned(), Column::remainder().clip(true)),
        ],
        rows: shown.rows.len(),
        pressed: false,
    };
    table.show(ui, |row| {
        let place = shown.rows.get(row.index()).copied().unwrap_or(u32::MAX);
        let Some(one) = detail.people.get(place as usize) else { return };
        row.col(|ui| {
            ui.add(Label::new(if one.name.is_empty() { "—" } else { &one.name }).truncate());
        });
        row.col(|ui| {
            ui.add(Label::new(RichText::new(&one.userid).monospace().size(size::SMALL)).truncate());
        });
        row.col(|ui| {
            let (dot, word) = words::person(one, lang);
            status_dot(ui, dot, word);
        });
        row.col(|ui| {
            ui.label(one.call.to_string());
        });
        row.col(|ui| why_ui(ui, lang, &one.code));
    });
}

fn why_ui(ui: &mut Ui, lang: Lang, code: &str) {
    let t = tokens(ui.style());
    if code.is_empty() {
        return;
    }
    let text = match explain_code(code, lang) {
        Some(why) if code.starts_with(|c: char| c.is_ascii_digit()) => format!("{code} {why}"),
        Some(why) => why,
        None => code.to_owned(),
    };
    ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).truncate());
}

fn calls_ui(ui: &mut Ui, lang: Lang, detail: &Detail) {
    let table = Table {
        salt: "calls",
        columns: [
            (tr!(lang, "plan.column_call").into_owned(), Column::exact(52.0)),
            (tr!(lang, "deliveries.column_people").into_owned(), Column::exact(64.0)),
            (tr!(lang, "deliveries.rung").into_owned(), Column::exact(96.0).clip(true)),
            (tr!(lang, "deliveries.begun").into_owned(), Column::exact(118.0).clip(true)),
            (tr!(lang, "history.took").into_owned(), Column::exact(70.0).clip(true)),
            (tr!(lang, "deliveries.progress_asked").into_owned(), Column::exact(84.0).clip(true)),
            (tr!(lang, "deliveries.explanation").into_owned(), Column::remainder().clip(true)),
        ],
        rows: detail.calls.len(),
        pressed: false,
    };
    table.show(ui, |row| {
        let Some(call) = detail.calls.get(row.index()) else { return };
        row.col(|ui| {
            ui.label(call.number.to_string());
        });
        row.col(|ui| {
            ui.label(grouped(call.people));
        });
        row.col(|ui| {
            status_dot(ui, words::call_dot(call.state), words::call_state(call.state, lang));
        });
        row.col(|ui| {
            if let Some(begun) = call.begun_ms {
                ui.add(Label::new(time_text(begun)).truncate());
            }
        });
        row.col(|ui| {
            if call.ended_ms.is_some() {
                ui.label(took(call.ended.elapsed_ms));
            }
        });
        row.col(|ui| {
            if let Some(progress) = call.progress {
                ui.label(format!("{progress} %"));
            }
        });
        row.col(|ui| {
            if call.ended.code.is_empty() {
                let id = [&call.ended.task_id, &call.ended.query_key, &call.out_track_id];
                let id = id.into_iter().find(|id| !id.is_empty()).cloned().unwrap_or_default();
                ui.add(Label::new(RichText::new(id).monospace().size(size::SMALL)).truncate());
            } else {
                why_ui(ui, lang, &call.ended.code);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_found_by_name_id_code_and_rung() {
        let row = PersonRow::example;
        let people = [
            row("manager01", "陈小明", Rung::Read, ""),
            row("u2", "李", Rung::Dropped, "143106"),
            row("u3", "", Rung::Read, ""),
        ];
        let rows = |rung, text: &str| Filter { rung, text: text.into() }.rows(&people);
        assert_eq!(rows(None, ""), [0, 1, 2]);
        assert_eq!(rows(Some(Rung::Read), ""), [0, 2]);
        assert_eq!(rows(None, "陈"), [0]);
        assert_eq!(rows(None, " MANAGER"), [0]);
        assert_eq!(rows(None, "143106"), [1]);
        assert!(rows(Some(Rung::Read), "143106").is_empty());
    }
}
