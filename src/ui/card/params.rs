//! The public variables (`cardData.cardParamMap`): rows of name, type and value.
//!
//! Only the rows on screen (and two around them, for the Tab key) are built; the others are empty space of their last
//! known height.

use std::collections::HashMap;

use egui::{Align, Id, Label, Layout, Rect, Response, RichText, Sense, Stroke, TextEdit, Ui, pos2, vec2};

use super::{
    paste::PasteInto,
    value::{alt_arrow, is_block, kind_ui, value_ui},
};
use crate::{
    compose::{
        CardDraft, CardVia, Finding, Unit,
        card::{ParamRow, ValueKind},
        check::DATA_BYTES,
        check_params::value_pointer,
        encode::FULL_JSON,
    },
    lang::Lang,
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{
            Group, Meter, PushButton,
            buttons::icon_button_sized,
            describe,
            form::{finding_line, outline},
            grouped,
        },
    },
};

/// JSON pointer of `cardData`.
const CARD_DATA: &str = "/cardData";
/// JSON pointer of `cardParamMap`.
pub const PARAMS: &str = "/cardData/cardParamMap";

/// Where a variable's findings point to.
pub fn row_pointer(via: CardVia, params: &str, key: &str, kind: ValueKind) -> String {
    value_pointer(via.encoding(), params, key, kind)
}

/// Side of the small buttons of a row.
const BUTTON: f32 = 24.0;
/// Width of the type box.
const KIND: f32 = 124.0;
/// Width from which a row fits one line.
const WIDE: f32 = 560.0;
/// Rows built beyond what is visible, so that Tab always finds the next field.
const OVERSCAN: f32 = 120.0;

/// A part of a row that can have the keyboard.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
enum Part {
    Key,
    Kind,
    Value,
}

/// What the editor remembers.
#[derive(Default)]
pub struct ParamsView {
    /// Bytes of public and private data together, at the last check.
    pub data_bytes: u64,
    /// The way the draft goes, which decides where a value stands.
    via: CardVia,
    /// A name for every row that stays when rows move, so that a text field keeps its own undo.
    ids: Vec<u64>,
    next_id: u64,
    keys: Vec<String>,
    heights: HashMap<u64, f32>,
    /// The row and part that had the keyboard in the last pass.
    focused: Option<(u64, Part)>,
    focus_next: Option<(u64, Part)>,
    why: bool,
    /// The text of `sys_full_json_obj` for the rows it was made from.
    full: Option<(Vec<ParamRow>, String)>,
    /// The row being dragged.
    dragged: Option<u64>,
    /// Of each row: whether the template's own form shows it.
    elsewhere: Vec<bool>,
}

impl ParamsView {
    /// Finds again which row is which after something else changed the rows (undo, JSON view, paste).
    fn follow(&mut self, rows: &[ParamRow]) {
        let same = self.keys.len() == rows.len() && self.keys.iter().zip(rows).all(|(key, row)| *key == row.key);
        if same && self.ids.len() == rows.len() {
            return;
        }
        let changed = self.keys.iter().zip(rows).filter(|(key, row)| **key != row.key).count();
        if self.ids.len() != rows.len() || changed > 1 {
            let mut known: HashMap<&str, Vec<u64>> = HashMap::new();
            for (key, id) in self.keys.iter().zip(&self.ids).rev() {
                known.entry(key).or_default().push(*id);
            }
            let mut ids = Vec::with_capacity(rows.len());
            for row in rows {
                ids.push(known.get_mut(row.key.as_str()).and_then(Vec::pop).unwrap_or_else(|| {
                    self.next_id += 1;
                    self.next_id
                }));
            }
            self.ids = ids;
        }
        self.keys = rows.iter().map(|row| row.key.clone()).collect();
    }

    fn fresh_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

/// What a row asked for.
enum Edit {
    Move { from: usize, to: usize },
    Remove(usize),
}

/// The rows that a form with these variables shows: the first row of each.
fn shown_elsewhere(rows: &[ParamRow], declared: &[&str]) -> Vec<bool> {
    let mut seen = std::collections::HashSet::new();
    rows.iter().map(|row| declared.contains(&row.key.as_str()) && seen.insert(row.key.as_str())).collect()
}

/// The group of the public variables but for the `declared` ones, which the template's form shows. `paste` is opened for
/// 粘贴填入.
pub fn params_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    draft: &mut CardDraft,
    view: &mut ParamsView,
    declared: Option<&[&str]>,
    paste: &mut Option<PasteInto>,
) {
    view.follow(&draft.params);
    view.via = draft.via;
    view.elsewhere = shown_elsewhere(&draft.params, declared.unwrap_or_default());
    let count = view.elsewhere.iter().filter(|elsewhere| !**elsewhere).count();
    let badge = if count == 0 { String::new() } else { grouped(count as u64) };
    let (title, help) = if declared.is_some() {
        (tr!(cx.lang, "lab.params_other"), tr!(cx.lang, "lab.params_other_help"))
    } else {
        (tr!(cx.lang, "card.params"), tr!(cx.lang, "card.params_help"))
    };
    let group = Group::new(title).badge(badge).help(help);
    group.force_open(cx.jumps_into(CARD_DATA)).show(ui, |ui| {
        // What is said of all variables together.
        for finding in cx.findings_at(CARD_DATA) {
            finding_line(ui, cx.lang, finding);
        }
        let wide = ui.available_width() >= WIDE;
        if wide && count > 0 {
            headings_ui(ui, cx.lang);
        }
        rows_ui(ui, cx, draft, view, wide);
        ui.horizontal_wrapped(|ui| {
            let add = PushButton::new(tr!(cx.lang, "card.add_param")).icon(Icon::Plus);
            let add = add.show(ui);
            cx.jump.offer(CARD_DATA, add.rect, add.id);
            if add.clicked() {
                cx.send(Action::UndoStep);
                draft.params.push(ParamRow::default());
                let id = view.fresh_id();
                view.ids.push(id);
                view.keys.push(String::new());
                view.focus_next = Some((id, Part::Key));
            }
            let button = PushButton::new(tr!(cx.lang, "card.paste_params")).icon(Icon::Paste);
            if button.tooltip(tr!(cx.lang, "card.paste_params_tip")).show(ui).clicked() {
                *paste = Some(PasteInto::Params);
            }
        });
        // All that travels as card data, people's own values included.
        ui.horizontal_wrapped(|ui| {
            ui.add(Label::new(theme::help(ui.style(), tr!(cx.lang, "way.data_total"))).selectable(false));
            Meter::new(view.data_bytes, DATA_BYTES as u64, Unit::Bytes).show(ui, cx.lang);
        });
        let chevron = if view.why { Icon::ChevronDown } else { Icon::ChevronRight };
        if PushButton::quiet(tr!(cx.lang, "card.why_full")).icon(chevron).small().show(ui).clicked() {
            view.why = !view.why;
        }
        if view.why {
            why_ui(ui, cx.lang, draft, view);
        }
    });
}

/// Widths of the columns of a row that fits one line: name and value.
fn widths(available: f32, spacing: f32) -> (f32, f32) {
    let key = (available * 0.26).clamp(120.0, 220.0);
    let fixed = BUTTON + KIND + 3.0 * BUTTON + 4.0 * spacing;
    (key, (available - key - fixed).max(120.0))
}

fn headings_ui(ui: &mut Ui, lang: Lang) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = size::XS;
        ui.spacing_mut().interact_size.y = 16.0;
        let (key, value) = widths(ui.available_width(), size::XS);
        let cell = |ui: &mut Ui, width: f32, text: &str| {
            ui.allocate_ui_with_layout(vec2(width, 16.0), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(width);
                let text = theme::help(ui.style(), text);
                ui.add(Label::new(text).selectable(false));
            });
        };
        ui.add_space(BUTTON + size::XS);
        cell(ui, key, &tr!(lang, "card.param_key"));
        cell(ui, KIND, &tr!(lang, "card.param_kind"));
        cell(ui, value, &tr!(lang, "card.param_value"));
    });
}

fn rows_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut ParamsView, wide: bool) {
    let base = ui.make_persistent_id("params");
    let mut edit = None;
    if let Some((id, part)) = view.focused
        && let Some(from) = view.ids.iter().position(|known| *known == id)
        && let Some(by) = alt_arrow(ui)
    {
        view.focus_next = Some((id, part));
        if let Some(to) = from.checked_add_signed(by).filter(|to| *to < draft.params.len()) {
            edit = Some(Edit::Move { from, to });
        }
    }
    let clip = ui.clip_rect().expand(OVERSCAN);
    let spacing = size::S;
    ui.spacing_mut().item_spacing.y = spacing;
    let mut focused = None;
    let mut tops = Vec::with_capacity(draft.params.len());
    let mut hidden = 0.0;
    let pointer_target = cx.jumps_into(PARAMS).then(|| cx.jump.target()).flatten();
    for index in 0..draft.params.len() {
        let id = view.ids[index];
        let estimate = if wide { size::CONTROL } else { 2.0 * size::CONTROL + spacing };
        let height = view.heights.get(&id).copied().unwrap_or(estimate);
        let top = ui.cursor().top() + hidden;
        tops.push(top);
        let via = draft.via;
        let row = &mut draft.params[index];
        let wanted = view.focused.is_some_and(|(focused, _)| focused == id)
            || view.focus_next.is_some_and(|(next, _)| next == id)
            || view.dragged == Some(id)
            || pointer_target.is_some_and(|target| target == row_pointer(via, PARAMS, &row.key, row.kind));
        // While its name is typed, a row does not go away below the keyboard.
        if view.elsewhere.get(index) == Some(&true) && view.focused != Some((id, Part::Key)) {
            continue;
        }
        if !wanted && (top + height < clip.top() || top > clip.bottom()) {
            hidden += height + spacing;
            continue;
        }
        if hidden > 0.0 {
            ui.add_space(hidden);
            hidden = 0.0;
        }
        let response = ui.push_id(("param", id), |ui| row_ui(ui, cx, index, row, id, base, view, wide, &mut focused));
        view.heights.insert(id, response.response.rect.height());
        edit = edit.or(response.inner);
    }
    if hidden > 0.0 {
        ui.add_space(hidden);
    }
    view.focused = focused;
    view.focus_next = None;
    if let Some(moved) = drag_ui(ui, view, &tops) {
        edit = edit.or(Some(moved));
    }
    match edit {
        Some(Edit::Move { from, to }) if from != to => {
            cx.send(Action::UndoStep);
            let row = draft.params.remove(from);
            draft.params.insert(to, row);
            let id = view.ids.remove(from);
            view.ids.insert(to, id);
            view.keys = draft.params.iter().map(|row| row.key.clone()).collect();
            if view.focus_next.is_none() {
                view.focus_next = view.focused.filter(|(focused, _)| *focused == id);
            }
        }
        Some(Edit::Remove(index)) => {
            cx.send(Action::UndoStep);
            draft.params.remove(index);
            view.ids.remove(index);
            view.keys.remove(index);
        }
        _ => {}
    }
}

/// Follows a row that is dragged: draws where it would go, and gives the move when it is let go.
fn drag_ui(ui: &Ui, view: &mut ParamsView, tops: &[f32]) -> Option<Edit> {
    let id = view.dragged?;
    let from = view.ids.iter().position(|known| *known == id)?;
    let pointer = ui.input(|input| input.pointer.interact_pos())?;
    let bottom = ui.cursor().top() - size::S / 2.0;
    // The gap nearest to the pointer.
    let gaps: Vec<f32> = tops.iter().map(|top| top - size::S / 2.0).chain([bottom]).collect();
    let nearest =
        gaps.iter().enumerate().min_by(|(_, a), (_, b)| (*a - pointer.y).abs().total_cmp(&(*b - pointer.y).abs()));
    let (gap, y) = nearest?;
    let line = Stroke::new(2.0, tokens(ui.style()).accent);
    ui.painter().hline(ui.max_rect().x_range(), *y, line);
    if ui.input(|input| input.pointer.any_down()) {
        ui.request_repaint();
        let edge = Rect::from_center_size(pos2(ui.max_rect().center().x, pointer.y), vec2(1.0, 2.0 * size::CONTROL));
        ui.scroll_to_rect(edge, None);
        return None;
    }
    view.dragged = None;
    let to = if gap > from { gap - 1 } else { gap };
    Some(Edit::Move { from, to })
}

#[expect(clippy::too_many_arguments, reason = "the parts of one row, borrowed apart")]
fn row_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    index: usize,
    row: &mut ParamRow,
    id: u64,
    base: Id,
    view: &mut ParamsView,
    wide: bool,
    focused: &mut Option<(u64, Part)>,
) -> Option<Edit> {
    let pointer = row_pointer(view.via, PARAMS, &row.key, row.kind);
    let findings: Vec<&Finding> = cx.findings_at(&pointer).filter(|finding| is_of_row(finding, index)).collect();
    let number = index + 1;
    let shown_key = if row.key.is_empty() { number.to_string() } else { row.key.clone() };
    let mut edit = None;
    let part_id = |part: Part| base.with((id, part));
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing = vec2(size::XS, size::XS);
        let (key_width, value_width) = widths(ui.available_width(), size::XS);
        let mut parts: Vec<(Part, Response)> = Vec::with_capacity(3);
        ui.horizontal_top(|ui| {
            if grip_ui(ui, base.with((id, "grip")), &tr!(cx.lang, "card.drag_param", key = shown_key)) {
                view.dragged = Some(id);
            }
            let key_width =
                if wide { key_width } else { (ui.available_width() - KIND - 3.0 * BUTTON - 5.0 * size::XS).max(90.0) };
            let key = TextEdit::singleline(&mut row.key).id(part_id(Part::Key)).desired_width(key_width);
            let key = ui.add(key.hint_text(tr!(cx.lang, "card.param_key")));
            parts.push((Part::Key, key.accessible_name(tr!(cx.lang, "card.param_key_of", number = number))));
            let kind_name = tr!(cx.lang, "card.param_kind_of", key = shown_key);
            parts.push((Part::Kind, kind_ui(ui, cx.lang, part_id(Part::Kind), &mut row.kind, &kind_name, KIND)));
            if wide {
                ui.allocate_ui_with_layout(vec2(value_width, size::CONTROL), Layout::top_down(Align::Min), |ui| {
                    ui.set_width(value_width);
                    parts.push((Part::Value, param_value_ui(ui, cx.lang, part_id(Part::Value), row, &shown_key)));
                });
            }
            edit = buttons_ui(ui, cx.lang, index, view.ids.len(), &shown_key);
        });
        if !wide {
            ui.horizontal(|ui| {
                ui.add_space(BUTTON + size::XS);
                ui.vertical(|ui| {
                    parts.push((Part::Value, param_value_ui(ui, cx.lang, part_id(Part::Value), row, &shown_key)));
                });
            });
        }
        let worst = findings.iter().max_by_key(|finding| finding.severity);
        let about_key = worst.is_some_and(|finding| finding.code.starts_with("card.key_"));
        for (part, response) in &parts {
            if response.has_focus() {
                *focused = Some((id, *part));
            }
            if view.focus_next == Some((id, *part)) {
                response.request_focus();
                ui.scroll_to_rect(response.rect, None);
            }
            if *part == if about_key { Part::Key } else { Part::Value } {
                if let Some(worst) = worst {
                    outline(ui, response.rect, worst.severity);
                    describe(response, worst.message(cx.lang));
                }
                cx.jump.offer(&pointer, response.rect, response.id);
            }
        }
        for finding in &findings {
            ui.horizontal(|ui| {
                ui.add_space(BUTTON + size::XS);
                finding_line(ui, cx.lang, finding);
            });
        }
    });
    edit
}

/// Whether a finding that names a row names this one. Rows of one key share a pointer.
fn is_of_row(finding: &Finding, index: usize) -> bool {
    finding.args.iter().find(|(name, _)| *name == "row").is_none_or(|(_, row)| *row == (index + 1).to_string())
}

fn param_value_ui(ui: &mut Ui, lang: Lang, id: Id, row: &mut ParamRow, shown_key: &str) -> Response {
    let name = tr!(lang, "card.param_value_of", key = shown_key);
    let hint = if is_block(row.kind) || row.kind == ValueKind::Text {
        tr!(lang, "card.param_value")
    } else {
        tr!(lang, "card.param_number")
    };
    value_ui(ui, lang, id, row.kind, &mut row.value, &name, &hint)
}

/// The place where a row can be taken by the pointer; `true` when it was just taken.
fn grip_ui(ui: &mut Ui, id: Id, name: &str) -> bool {
    let t = tokens(ui.style());
    let (_, rect) = ui.allocate_space(vec2(BUTTON, size::CONTROL));
    let response = ui.interact(rect, id, Sense::DRAG);
    let ink = if response.hovered() || response.dragged() { t.muted } else { t.faint };
    Icon::Drag.sized(ink, 14.0).alt_text("").paint_at(ui, Rect::from_center_size(rect.center(), vec2(14.0, 14.0)));
    let started = response.drag_started();
    response.on_hover_cursor(egui::CursorIcon::Grab).on_hover_text(name);
    started
}

fn buttons_ui(ui: &mut Ui, lang: Lang, index: usize, count: usize, key: &str) -> Option<Edit> {
    let mut edit = None;
    let space = vec2(3.0 * BUTTON, size::CONTROL);
    ui.allocate_ui_with_layout(space, Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let up = tr!(lang, "card.param_up", key = key);
        if icon_button_sized(ui, Icon::Up, up, BUTTON, index > 0).clicked() {
            edit = Some(Edit::Move { from: index, to: index.saturating_sub(1) });
        }
        let down = tr!(lang, "card.param_down", key = key);
        if icon_button_sized(ui, Icon::Down, down, BUTTON, index + 1 < count).clicked() {
            edit = Some(Edit::Move { from: index, to: index + 1 });
        }
        let remove = tr!(lang, "card.param_remove", key = key);
        if icon_button_sized(ui, Icon::Trash, remove, BUTTON, true).clicked() {
            edit = Some(Edit::Remove(index));
        }
    });
    edit
}

/// Shows how values that are no text travel, with the very text that will go out.
fn why_ui(ui: &mut Ui, lang: Lang, draft: &CardDraft, view: &mut ParamsView) {
    let t = tokens(ui.style());
    if view.full.as_ref().is_none_or(|(rows, _)| *rows != draft.params) {
        let only = CardDraft { via: draft.via, params: draft.params.clone(), ..CardDraft::default() };
        let body = only.to_body();
        let text = body.pointer(&format!("{PARAMS}/{FULL_JSON}")).and_then(|value| value.as_str()).unwrap_or_default();
        view.full = Some((draft.params.clone(), text.to_owned()));
    }
    let text = view.full.as_ref().map_or("", |(_, text)| text);
    egui::Frame::new().fill(t.code).corner_radius(size::RADIUS).inner_margin(egui::Margin::symmetric(12, 10)).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = size::XS;
            ui.add(Label::new(theme::help(ui.style(), tr!(lang, "card.why_full_text"))).wrap());
            if text.is_empty() {
                ui.add(Label::new(theme::help(ui.style(), tr!(lang, "card.why_full_none"))).wrap());
            } else {
                ui.add(Label::new(theme::help(ui.style(), tr!(lang, "card.why_full_now"))).wrap());
                let shown: String = text.chars().take(2000).collect();
                ui.add(Label::new(RichText::new(format!("\"{FULL_JSON}\": {}", quoted(&shown))).monospace()).wrap());
            }
        },
    );
}

/// A text as JSON writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(keys: &[&str]) -> Vec<ParamRow> {
        keys.iter().map(|key| ParamRow { key: (*key).to_owned(), ..ParamRow::default() }).collect()
    }

    #[test]
    fn a_row_keeps_its_name_while_it_is_typed_in_moved_or_others_come() {
        let mut view = ParamsView::default();
        view.follow(&rows(&["a", "b", "c"]));
        let ids = view.ids.clone();
        view.follow(&rows(&["a", "bx", "c"]));
        assert_eq!(view.ids, ids, "typing in a name");
        view.follow(&rows(&["c", "a", "bx"]));
        assert_eq!(view.ids, [ids[2], ids[0], ids[1]], "another order, by undo");
        view.follow(&rows(&["c", "new", "a", "bx"]));
        assert_eq!([view.ids[0], view.ids[2], view.ids[3]], [ids[2], ids[0], ids[1]]);
        view.follow(&rows(&["", ""]));
        assert_ne!(view.ids[0], view.ids[1], "rows without a name are still two");
    }

    #[test]
    fn the_first_row_of_a_declared_variable_stands_in_its_form_and_a_second_one_here() {
        assert_eq!(shown_elsewhere(&rows(&["a", "x", "a", ""]), &["a", "b"]), [true, false, false, false]);
        assert_eq!(shown_elsewhere(&rows(&["a"]), &[]), [false]);
    }

    #[test]
    fn a_variable_that_is_no_text_points_into_the_full_object() {
        assert_eq!(row_pointer(CardVia::PrivateChat, PARAMS, "a/b", ValueKind::Text), "/cardData/cardParamMap/a~1b");
        assert_eq!(
            row_pointer(CardVia::PrivateChat, PARAMS, "n", ValueKind::Number),
            "/cardData/cardParamMap/sys_full_json_obj/n"
        );
    }
}
