//! The rows of a list by what became of them: people, bad rows to correct, names to choose, duplicates, doubts.

use std::ops::Range;

use egui::{Align, Label, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{ImportCx, Open, Part};
use crate::{
    lang::Lang,
    recipients::{Candidate, Import, Reading},
    ui::{
        theme::{self, size, tokens},
        widgets::{PushButton, combo, grouped, split_line},
    },
};

/// Height of a row.
const ROW: f32 = 30.0;

/// What a row's buttons asked for.
enum Did {
    Correct(u32, Vec<String>),
    LeaveOut(u32),
    Choose(u32, String),
}

/// The rows of the chosen part.
pub(super) fn part_ui(ui: &mut Ui, cx: &ImportCx<'_>, open: &mut Open, import: &Import, list: &Reading) {
    let lang = cx.lang;
    if open.part == Part::Bad {
        editor_ui(ui, lang, open, import, list);
    }
    let mut did = None;
    let (rows, none) = match open.part {
        Part::People => (import.people.len(), tr!(lang, "import.none_people")),
        Part::Bad => (import.bad.len(), tr!(lang, "import.none_bad")),
        Part::Ambiguous => (import.ambiguous.len(), tr!(lang, "import.none_ambiguous")),
        Part::Duplicates => (import.duplicates.len(), tr!(lang, "import.none_duplicates")),
        Part::Doubts => (import.doubts.len(), tr!(lang, "import.none_doubts")),
    };
    if rows == 0 {
        ui.label(theme::help(ui.style(), none));
        return;
    }
    let part = open.part;
    ScrollArea::vertical().id_salt(("import rows", part as u8)).auto_shrink(false).show_rows(
        ui,
        ROW,
        rows,
        |ui, range| match part {
            Part::People => people_ui(ui, lang, import, range),
            Part::Bad => did = bad_ui(ui, lang, import, range),
            Part::Ambiguous => did = ambiguous_ui(ui, lang, import, range),
            Part::Duplicates => duplicates_ui(ui, lang, import, range),
            Part::Doubts => {
                for doubt in import.doubts.get(range).unwrap_or_default() {
                    row_ui(ui, |ui| {
                        ui.add(Label::new(doubt.message(lang)).truncate());
                    });
                }
            }
        },
    );
    match did {
        Some(Did::Correct(line, cells)) => open.editing = Some((line, cells)),
        Some(Did::LeaveOut(line)) => {
            open.edits.left_out.insert(line);
            open.stale = true;
        }
        Some(Did::Choose(line, userid)) => {
            open.edits.choices.insert(line, userid);
            open.stale = true;
        }
        None => {}
    }
}

fn row_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let line = vec2(ui.available_width(), ROW - ui.spacing().item_spacing.y);
    ui.allocate_ui_with_layout(line, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(line);
        content(ui);
    });
}

fn line_ui(ui: &mut Ui, lang: Lang, line: u32) {
    let t = tokens(ui.style());
    let text = RichText::new(tr!(lang, "import.line", line = line)).size(size::SMALL).color(t.muted);
    ui.allocate_ui_with_layout(vec2(72.0, ui.available_height()), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_width(72.0);
        ui.add(Label::new(text));
    });
}

fn people_ui(ui: &mut Ui, lang: Lang, import: &Import, range: Range<usize>) {
    for person in import.people.get(range).unwrap_or_default() {
        row_ui(ui, |ui| {
            line_ui(ui, lang, person.line);
            let name = if person.name.is_empty() { person.userid.as_str() } else { person.name.as_str() };
            ui.add(Label::new(theme::medium(name)));
            if !person.name.is_empty() {
                ui.label(theme::help(ui.style(), person.userid.as_str()));
            }
            let values = import.variables.iter().zip(&person.values).filter(|(_, value)| !value.is_empty());
            let values: Vec<String> = values.take(6).map(|(name, value)| format!("{name} = {value}")).collect();
            ui.add(Label::new(theme::help(ui.style(), values.join("   "))).truncate());
        });
    }
}

fn bad_ui(ui: &mut Ui, lang: Lang, import: &Import, range: Range<usize>) -> Option<Did> {
    let t = tokens(ui.style());
    let mut did = None;
    for bad in import.bad.get(range).unwrap_or_default() {
        row_ui(ui, |ui| {
            line_ui(ui, lang, bad.line);
            let begin = |ui: &mut Ui| {
                ui.add(Label::new(RichText::new(bad.reason.message(lang)).color(t.error)).truncate());
                ui.add(Label::new(theme::help(ui.style(), bad.text())).truncate());
            };
            split_line(ui, ("bad", bad.line), begin, |ui| {
                let correct = PushButton::new(tr!(lang, "import.correct")).small();
                if correct.name(tr!(lang, "import.correct_line", line = bad.line)).show(ui).clicked() {
                    did = Some(Did::Correct(bad.line, bad.cells.clone()));
                }
                let leave = PushButton::quiet(tr!(lang, "import.leave_out")).small();
                let name = tr!(lang, "import.leave_out_line", line = bad.line);
                if leave.name(name).show(ui).clicked() {
                    did = Some(Did::LeaveOut(bad.line));
                }
            });
        });
    }
    did
}

fn ambiguous_ui(ui: &mut Ui, lang: Lang, import: &Import, range: Range<usize>) -> Option<Did> {
    let mut did = None;
    for row in import.ambiguous.get(range).unwrap_or_default() {
        row_ui(ui, |ui| {
            line_ui(ui, lang, row.line);
            ui.add(Label::new(theme::medium(row.text.as_str())));
            let count = tr!(lang, "import.who", count = row.candidates.len());
            let response = combo(("import who", row.line), count).width(360.0).truncate().show_ui(ui, |ui| {
                for one in &row.candidates {
                    if ui.selectable_label(false, candidate_text(one)).clicked() {
                        did = Some(Did::Choose(row.line, one.userid.clone()));
                    }
                }
            });
            response.response.accessible_name(tr!(lang, "import.who_line", line = row.line));
            let leave = PushButton::quiet(tr!(lang, "import.leave_out")).small();
            if leave.name(tr!(lang, "import.leave_out_line", line = row.line)).show(ui).clicked() {
                did = Some(Did::LeaveOut(row.line));
            }
        });
    }
    did
}

fn candidate_text(one: &Candidate) -> String {
    let mut parts = vec![one.name.clone()];
    parts.extend(one.departments.first().cloned());
    parts.extend([&one.title, &one.job_number].into_iter().filter(|text| !text.is_empty()).cloned());
    parts.push(one.userid.clone());
    parts.join(" · ")
}

fn duplicates_ui(ui: &mut Ui, lang: Lang, import: &Import, range: Range<usize>) {
    for one in import.duplicates.get(range).unwrap_or_default() {
        row_ui(ui, |ui| {
            line_ui(ui, lang, one.line);
            let who = if one.name.is_empty() { one.userid.clone() } else { format!("{} ({})", one.name, one.userid) };
            let text = if one.same_values {
                tr!(lang, "import.duplicate_same", who = who, line = one.kept_line)
            } else {
                tr!(lang, "import.duplicate_other", who = who, line = one.kept_line)
            };
            ui.add(Label::new(text).truncate());
        });
    }
}

/// The row that is being corrected: a field for each cell.
fn editor_ui(ui: &mut Ui, lang: Lang, open: &mut Open, import: &Import, list: &Reading) {
    let Some((line, cells)) = &mut open.editing else { return };
    let line = *line;
    let t = tokens(ui.style());
    let (mut done, mut given_up) = (false, false);
    egui::Frame::new().fill(t.accent_soft).corner_radius(size::RADIUS).inner_margin(size::S).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = size::XS;
        let reason = import.bad.iter().find(|bad| bad.line == line).map(|bad| bad.reason.message(lang));
        let title = tr!(lang, "import.correcting", line = line).into_owned();
        ui.horizontal_wrapped(|ui| {
            ui.add(Label::new(theme::medium(title)).selectable(false));
            if let Some(reason) = reason {
                ui.add(Label::new(RichText::new(reason).color(t.error)).wrap());
            }
        });
        if let Some(raw) = list.table.raw(line) {
            ui.add(Label::new(theme::help(ui.style(), tr!(lang, "import.as_it_stood", text = raw))).truncate());
        }
        cells.resize(cells.len().max(list.table.width()), String::new());
        ScrollArea::horizontal().id_salt("import editor").show(ui, |ui| {
            ui.horizontal_top(|ui| {
                for (at, cell) in cells.iter_mut().enumerate() {
                    let title = open.mapping.title(&list.table, at);
                    ui.vertical(|ui| {
                        ui.set_width(140.0);
                        ui.add(Label::new(theme::help(ui.style(), title.clone())).truncate().selectable(false));
                        let response = ui.add(TextEdit::singleline(cell).desired_width(140.0));
                        let name = tr!(lang, "import.cell", line = line, column = title);
                        let response = response.accessible_name(name);
                        done |= response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                    });
                }
            });
        });
        ui.horizontal(|ui| {
            done |= PushButton::primary(tr!(lang, "import.correct_done")).small().show(ui).clicked();
            given_up = PushButton::new(tr!(lang, "import.correct_cancel")).small().show(ui).clicked();
            let left = import.bad.len().saturating_sub(1);
            if left > 0 {
                let text = tr!(lang, "import.bad_left", count = grouped(left as u64));
                ui.label(theme::help(ui.style(), text));
            }
        });
    });
    if done {
        if let Some((line, cells)) = open.editing.take() {
            open.edits.cells.insert(line, cells);
            open.stale = true;
        }
    } else if given_up {
        open.editing = None;
    }
}
