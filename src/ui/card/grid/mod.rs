//! The cells of the per-person table: drawn row by row as they come into view, walked with arrows, Tab and Enter, edited
//! in place. One cell holds a text field; all others are painted text, so that thousands of rows cost what is visible.
//!
//! Changes the table only through [`super::table`].

use std::{collections::BTreeSet, sync::Weak};

use egui::{
    Align, CornerRadius, EventFilter, Id, Label, Rect, Response, RichText, Sense, Stroke, StrokeKind, TextEdit, Ui,
    WidgetInfo, text::CCursorRange, vec2,
};
use egui_extras::{Column, TableBuilder};

mod keys;

use self::keys::{begin_editing, keys};
use super::{
    params::row_pointer,
    table::{self, PRIVATE, Place},
    value::kind_name,
};
use crate::{
    compose::{
        CardDraft, PersonRef, Severity,
        card::{PrivateTable, ValueKind},
        pointer,
    },
    ui::{
        cx::Cx,
        icons::Icon,
        theme::{fonts, size, tokens},
        widgets::form::{outline, severity_look},
    },
};

/// Height of a row.
const ROW: f32 = 30.0;
/// The most that is shown before the table scrolls by itself.
const HEIGHT: f32 = 12.0 * ROW;

/// What the grid remembers.
#[derive(Default)]
pub struct GridView {
    /// The cell that holds the text field.
    pub selected: Option<Place>,
    /// Rows chosen to be taken away together.
    pub chosen: BTreeSet<usize>,
    /// What is looked for.
    pub search: String,
    /// The rows that the search leaves, for which table and search.
    found: Option<(Weak<PrivateTable>, String, Vec<usize>)>,
    /// Whether arrows move the caret (typing, F2, Enter) instead of the selection.
    editing: bool,
    /// What the text field holds.
    text: String,
    /// What the cell held when editing began, for Esc.
    original: Option<Original>,
    scroll_to: Option<usize>,
    /// What takes the keyboard next.
    pub focus: Option<Focus>,
    /// An input method is in the middle of a word.
    composing: bool,
    jumped: Option<String>,
}

/// A text field of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The one in the selected cell.
    Cell,
    /// The one below the table, for values of several lines.
    InFull,
}

#[derive(Clone)]
enum Original {
    Person(PersonRef),
    Cell(Option<String>),
}

/// What the grid wants done, in the order it came.
pub enum GridEdit {
    /// Write a cell; in the column of people, an id.
    Write(Place, Option<String>),
    /// Write back what stood there before editing.
    Restore(Place, PersonRef),
    /// Fill from a place with a pasted grid.
    Paste(Place, String),
    /// Take rows away.
    RemoveRows(BTreeSet<usize>),
    /// Open the menu of a column.
    Column(usize, Response),
}

impl GridView {
    /// The rows shown, in order; `None` when all are.
    pub fn rows(&mut self, draft: &CardDraft) -> Option<&[usize]> {
        if self.search.trim().is_empty() {
            self.found = None;
            return None;
        }
        let same = self.found.as_ref().is_some_and(|(table, search, _)| {
            std::ptr::eq(table.as_ptr(), std::sync::Arc::as_ptr(&draft.private)) && *search == self.search
        });
        if !same {
            let rows = table::matching_rows(&draft.private, &self.search);
            self.found = Some((std::sync::Arc::downgrade(&draft.private), self.search.clone(), rows));
        }
        self.found.as_ref().map(|(_, _, rows)| rows.as_slice())
    }

    /// Selects a place and gives it the keyboard.
    pub fn go_to(&mut self, place: Place) {
        self.selected = Some(place);
        self.editing = false;
        self.original = None;
        self.focus = Some(Focus::Cell);
        self.scroll_to = Some(place.row);
    }

    /// Keeps the selection inside the table, and the text field equal to the cell.
    fn follow(&mut self, draft: &CardDraft) {
        let table = &*draft.private;
        self.chosen.retain(|row| *row < table.rows.len());
        if table.rows.is_empty() {
            self.selected = None;
            return;
        }
        let first = Place { row: 0, column: (!table.columns.is_empty()).then_some(0) };
        let place = self.selected.get_or_insert(first);
        place.row = place.row.min(table.rows.len() - 1);
        place.column = match place.column {
            Some(_) if table.columns.is_empty() => None,
            Some(column) => Some(column.min(table.columns.len() - 1)),
            None => None,
        };
        let place = *place;
        let text = text_at(table, place);
        if self.text != text && !self.composing {
            text.clone_into(&mut self.text);
            self.original = None;
        }
    }

    /// Goes to the place of a finding.
    fn jump(&mut self, cx: &Cx<'_>, draft: &CardDraft) {
        if !cx.jumps_into(PRIVATE) {
            self.jumped = None;
            return;
        }
        let Some(target) = cx.jump.target() else { return };
        if self.jumped.as_deref() == Some(target) {
            return;
        }
        self.jumped = Some(target.to_owned());
        let names: Vec<_> = pointer::names(target).collect();
        let Some(id) = names.get(1) else { return };
        // Of two rows of one person the later one is too many.
        let Some(row) = draft.private.rows.iter().rposition(|row| row.person.id == *id) else { return };
        let key = names.last().filter(|_| names.len() > 3);
        let column = key.and_then(|key| draft.private.columns.iter().position(|column| column.key == **key));
        self.search.clear();
        self.go_to(Place { row, column });
    }
}

/// The text of a place.
fn text_at(table: &PrivateTable, place: Place) -> &str {
    match place.column {
        None => table.rows.get(place.row).map_or("", |row| row.person.id.as_str()),
        Some(column) => table::cell(table, place.row, column).unwrap_or_default(),
    }
}

/// Where the findings of a place point to.
pub fn place_pointer(draft: &CardDraft, place: Place) -> String {
    let table = &*draft.private;
    let id = table.rows.get(place.row).map_or("", |row| row.person.id.as_str());
    let person = pointer::join(PRIVATE, id);
    match place.column.and_then(|column| table.columns.get(column)) {
        Some(column) => row_pointer(draft.via, &pointer::join(&person, "cardParamMap"), &column.key, column.kind),
        None => person,
    }
}

/// What a person is called: the name, or the id where there is none.
pub fn person_name(person: &PersonRef) -> &str {
    if person.name.is_empty() { &person.id } else { &person.name }
}

/// The grid; gives what is to be done.
pub fn grid_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut GridView) -> Vec<GridEdit> {
    let base = ui.make_persistent_id("private");
    let editor = base.with("cell");
    view.jump(cx, draft);
    view.follow(draft);
    let mut edits = Vec::new();
    if ui.memory(|memory| memory.has_focus(editor)) {
        keys(ui, cx, draft, view, editor, &mut edits);
    }
    let rows: Option<Vec<usize>> = view.rows(draft).map(<[usize]>::to_vec);
    let count = rows.as_ref().map_or(draft.private.rows.len(), Vec::len);
    let row_at = |index: usize| rows.as_ref().map_or(index, |rows| rows[index]);
    let scroll_to = view.scroll_to.take().and_then(|row| match &rows {
        Some(rows) => rows.iter().position(|known| *known == row),
        None => Some(row),
    });
    let columns = &draft.private.columns;
    let public: Vec<Option<&str>> = columns.iter().map(|column| draft.public_value(&column.key)).collect();
    let scroll = egui::ScrollArea::horizontal().id_salt("private columns").auto_shrink([false, true]);
    let shown = scroll.show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let mut builder = TableBuilder::new(ui)
            .id_salt("private table")
            .striped(true)
            .auto_shrink([false, true])
            .min_scrolled_height(HEIGHT)
            .animate_scrolling(false)
            .max_scroll_height(HEIGHT)
            .cell_layout(egui::Layout::left_to_right(Align::Center))
            .column(Column::initial(180.0).at_least(96.0).clip(true).resizable(true))
            .columns(Column::initial(150.0).at_least(72.0).clip(true).resizable(true), columns.len());
        if let Some(index) = scroll_to {
            builder = builder.scroll_to_row(index, None);
        }
        builder
            .header(ROW, |mut header| {
                header.col(|ui| heading_ui(ui, &tr!(cx.lang, "card.person"), None));
                for (index, column) in columns.iter().enumerate() {
                    header.col(|ui| {
                        let response = column_heading_ui(ui, cx, &column.key, column.kind, base.with(("head", index)));
                        edits.push(GridEdit::Column(index, response));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, count, |mut line| {
                    let row = row_at(line.index());
                    let mut grid = Line { cx, draft, view: &mut *view, base, editor, edits: &mut edits, row };
                    line.set_selected(grid.view.chosen.contains(&row));
                    line.col(|ui| grid.person_ui(ui));
                    for (column, public) in public.iter().enumerate() {
                        line.col(|ui| grid.cell_ui(ui, column, *public));
                    }
                });
            })
    });
    if let Some(index) = scroll_to {
        // The table scrolls by itself; the form around it has to follow.
        let body = &shown.inner;
        let top = body.inner_rect.top() + index as f32 * ROW - body.state.clamped_offset().y;
        let line = Rect::from_x_y_ranges(body.inner_rect.x_range(), top - ROW..=top + 2.0 * ROW);
        ui.scroll_to_rect(line, None);
    }
    // A table that is scrolled out of view draws no cell: the jump brings it into view first.
    cx.jump.offer(PRIVATE, shown.inner_rect, editor);
    edits
}

fn heading_ui(ui: &mut Ui, text: &str, detail: Option<&str>) {
    let t = tokens(ui.style());
    ui.add_space(size::S);
    ui.spacing_mut().item_spacing.x = 6.0;
    ui.add(Label::new(RichText::new(text).family(fonts::medium())).truncate().selectable(false));
    if let Some(detail) = detail {
        ui.add(Label::new(RichText::new(detail).size(size::SMALL).color(t.muted)).truncate().selectable(false));
    }
}

fn column_heading_ui(ui: &mut Ui, cx: &Cx<'_>, key: &str, kind: ValueKind, id: Id) -> Response {
    let rect = ui.max_rect();
    let response = ui.interact(rect, id, Sense::click());
    let t = tokens(ui.style());
    let ring = rect.shrink(2.0);
    if response.hovered() {
        ui.painter().rect_filled(ring, CornerRadius::same(size::RADIUS), t.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(
            ring,
            CornerRadius::same(size::RADIUS),
            ui.visuals().selection.stroke,
            StrokeKind::Inside,
        );
    }
    let shown = if key.is_empty() { tr!(cx.lang, "card.unnamed").into_owned() } else { key.to_owned() };
    heading_ui(ui, &shown, Some(&kind_name(cx.lang, kind)));
    response
        .widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, tr!(cx.lang, "card.column_menu", key = shown)));
    response.on_hover_text(tr!(cx.lang, "card.column_menu", key = shown))
}

/// One row while it is drawn.
struct Line<'a, 'c> {
    cx: &'a Cx<'c>,
    draft: &'a CardDraft,
    view: &'a mut GridView,
    base: Id,
    editor: Id,
    edits: &'a mut Vec<GridEdit>,
    row: usize,
}

impl Line<'_, '_> {
    fn person_ui(&mut self, ui: &mut Ui) {
        let place = Place { row: self.row, column: None };
        let Some(line) = self.draft.private.rows.get(self.row) else { return };
        let person = &line.person;
        if self.view.selected == Some(place) {
            let name = tr!(self.cx.lang, "card.person_id_of", number = self.row + 1);
            self.editor_ui(ui, place, &name, "");
            return;
        }
        let response = self.place_ui(ui, place);
        if response.contains_pointer() || self.view.selected.is_some_and(|selected| selected.row == self.row) {
            self.remove_ui(ui);
        }
        let t = tokens(ui.style());
        ui.add_space(size::S);
        ui.spacing_mut().item_spacing.x = 6.0;
        let at = pointer::join(PRIVATE, &person.id);
        if let Some(worst) = self.cx.findings_below(&at).map(|finding| finding.severity).max()
            && worst > Severity::Info
        {
            let (ink, icon) = severity_look(ui, worst);
            ui.add(icon.sized(ink, 14.0).alt_text(""));
        }
        if person.name.is_empty() {
            ui.add(Label::new(person.id.as_str()).truncate().selectable(false));
        } else {
            ui.add(Label::new(person.name.as_str()).truncate().selectable(false));
            let id = RichText::new(&person.id).size(size::SMALL).color(t.muted);
            ui.add(Label::new(id).truncate().selectable(false));
        }
        response.widget_info(|| WidgetInfo::labeled(egui::Role::RowHeader, true, person_name(person)));
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            if modifiers.command || modifiers.shift {
                self.choose(modifiers.shift);
            } else {
                self.view.chosen.clear();
                self.view.go_to(place);
            }
        }
    }

    /// Adds the row to the chosen ones; with Shift everything between the last chosen one and it.
    fn choose(&mut self, range: bool) {
        let last = self.view.chosen.last().copied().or(self.view.selected.map(|place| place.row));
        if let Some(last) = last
            && range
        {
            self.view.chosen.extend(last.min(self.row)..=last.max(self.row));
        } else if !self.view.chosen.remove(&self.row) {
            self.view.chosen.insert(self.row);
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, column: usize, public: Option<&str>) {
        let place = Place { row: self.row, column: Some(column) };
        let (Some(line), Some(head)) = (self.draft.private.rows.get(self.row), self.draft.private.columns.get(column))
        else {
            return;
        };
        let lang = self.cx.lang;
        let name = || tr!(lang, "card.cell_of", person = person_name(&line.person), key = head.key);
        if self.view.selected == Some(place) {
            self.editor_ui(ui, place, &name(), public.unwrap_or_default());
            return;
        }
        let response = self.place_ui(ui, place);
        let t = tokens(ui.style());
        let cell = line.cells.get(column).and_then(Option::as_deref);
        let shown = cell.or(public).and_then(|text| text.lines().next()).unwrap_or_default();
        ui.add_space(size::S);
        match cell {
            Some("") => {
                let empty = RichText::new(tr!(lang, "card.empty_text")).size(size::SMALL).color(t.muted);
                ui.add(Label::new(empty).truncate().selectable(false));
            }
            Some(_) => {
                ui.add(Label::new(first_part(shown)).truncate().selectable(false));
            }
            None if !shown.is_empty() => {
                ui.add(Label::new(RichText::new(first_part(shown)).color(t.faint)).truncate().selectable(false));
            }
            None => {}
        }
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(egui::Role::Cell, true, name());
            info.current_text_value = Some(cell.unwrap_or_default().to_owned());
            info
        });
        if response.clicked() {
            self.view.chosen.clear();
            self.view.go_to(place);
        }
    }

    /// The ground of a cell without the text field: it can be clicked, but Tab does not stop there.
    fn place_ui(&self, ui: &mut Ui, place: Place) -> Response {
        let rect = ui.max_rect();
        let response = ui.interact(rect, self.base.with((place.row, place.column)), Sense::CLICK);
        let worst = match place.column {
            Some(_) => {
                let at = place_pointer(self.draft, place);
                self.cx.findings_at(&at).map(|finding| finding.severity).max()
            }
            None => None,
        };
        if let Some(worst) = worst {
            outline(ui, rect.shrink(1.0), worst);
        }
        response
    }

    fn editor_ui(&mut self, ui: &mut Ui, place: Place, name: &str, hint: &str) {
        let rect = ui.max_rect();
        let id = self.editor;
        if self.view.focus == Some(Focus::Cell) {
            self.view.focus = None;
            ui.memory_mut(|memory| memory.request_focus(id));
            select_all(ui, id, &self.view.text);
        }
        let t = tokens(ui.style());
        let editing = self.view.editing;
        let filter = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape: editing };
        let frame =
            egui::Frame::new().fill(t.field).inner_margin(egui::Margin { left: 8, right: 8, top: 5, bottom: 5 });
        let field = TextEdit::singleline(&mut self.view.text)
            .id(id)
            .hint_text(first_part(hint.lines().next().unwrap_or_default()))
            .event_filter(filter)
            .frame(frame)
            .desired_width(rect.width());
        let response = ui.put(rect, field).accessible_name(name);
        if response.gained_focus() && !editing {
            select_all(ui, id, &self.view.text);
        }
        let focused = response.has_focus();
        let stroke = if focused { Stroke::new(2.0, t.accent) } else { Stroke::new(1.0, t.outline_hover) };
        ui.painter().rect_stroke(rect.shrink(1.0), CornerRadius::same(3), stroke, StrokeKind::Inside);
        self.view.composing = self.view.composing && focused;
        let at = place_pointer(self.draft, place);
        self.cx.jump.offer(&at, rect, id);
        if response.changed() && !self.view.composing {
            self.begin_editing(place);
            let text = self.view.text.clone();
            let value = (!text.is_empty() || place.column.is_none()).then_some(text);
            self.edits.push(GridEdit::Write(place, value));
        }
        if response.double_clicked() {
            self.begin_editing(place);
        }
        if response.lost_focus() {
            self.view.editing = false;
            self.view.original = None;
        }
    }

    fn begin_editing(&mut self, place: Place) {
        begin_editing(self.view, &self.draft.private, place);
    }

    /// The way to be rid of a row, at the right end of the person's cell.
    fn remove_ui(&mut self, ui: &mut Ui) {
        let Some(line) = self.draft.private.rows.get(self.row) else { return };
        let cell = ui.max_rect();
        let rect = Rect::from_min_max(egui::pos2(cell.right() - ROW, cell.top()), cell.max);
        let response = ui.interact(rect, self.base.with((self.row, "remove")), Sense::CLICK);
        let name = tr!(self.cx.lang, "common.remove_named", name = person_name(&line.person));
        let t = tokens(ui.style());
        let ink = if response.hovered() { t.error } else { t.muted };
        Icon::Trash.sized(ink, 14.0).alt_text("").paint_at(ui, Rect::from_center_size(rect.center(), vec2(14.0, 14.0)));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name.clone()));
        if response.on_hover_text(name).clicked() {
            self.edits.push(GridEdit::RemoveRows(BTreeSet::from([self.row])));
        }
        ui.set_max_width(cell.width() - ROW);
    }
}

/// As much of a line as a cell can show.
fn first_part(line: &str) -> &str {
    line.char_indices().nth(120).map_or(line, |(at, _)| &line[..at])
}

fn select_all(ui: &Ui, id: Id, text: &str) {
    // A fresh state: the text field's own undo must not bring back the text of another cell.
    let mut state = egui::text_edit::TextEditState::default();
    state.cursor.set_char_range(Some(CCursorRange::select_all_str(text)));
    state.store(ui.ctx(), id);
}
