//! The group of the per-person variables (`privateData`): people down, variables across.

use std::{collections::BTreeSet, sync::Arc};

use egui::{Label, Popup, PopupCloseBehavior, RichText, TextEdit, Ui};

use super::{
    grid::{Focus, GridEdit, GridView, grid_ui, person_name, place_pointer},
    paste,
    table::{self, PRIVATE, Place},
    value::{VALUE_BYTES, is_block, kind_name, kind_ui, value_ui},
};
use crate::{
    compose::{
        CardDraft,
        card::{PrivateColumn, ValueKind},
        pointer,
    },
    lang::Lang,
    ui::{
        action::Action,
        commands::Command,
        cx::Cx,
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{Group, Level, Meter, PushButton, Toast, form::finding_line, grouped, search_field},
    },
};

/// What the group remembers.
#[derive(Default)]
pub struct PrivateView {
    /// The grid.
    pub grid: GridView,
    new_key: String,
    /// The name of a column while it is changed: only a finished one is written.
    renaming: Option<(usize, String)>,
}

/// What the group asks of the tab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrivateWish {
    /// Open the picker of people.
    Pick,
    /// Open the dialog for pasted text.
    Paste,
}

/// The group.
pub fn private_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut PrivateView) -> Option<PrivateWish> {
    let people = draft.private.rows.len();
    let badge = if people == 0 && draft.private.columns.is_empty() {
        String::new()
    } else {
        let (people, variables) = (grouped(people as u64), draft.private.columns.len());
        tr!(cx.lang, "card.private_badge", people = people, variables = variables).into_owned()
    };
    let group = Group::new(tr!(cx.lang, "card.private")).badge(badge).help(tr!(cx.lang, "card.private_help"));
    let used = people > 0 || !draft.private.columns.is_empty();
    let shown = group.open(used).force_open(cx.jumps_into(PRIVATE)).show(ui, |ui| {
        let wish = toolbar_ui(ui, cx, draft, view);
        // What is said of the table as a whole.
        findings_ui(ui, cx, PRIVATE);
        if draft.private.rows.is_empty() {
            if !draft.private.columns.is_empty() {
                columns_without_people_ui(ui, cx, draft);
            }
        } else {
            let edits = grid_ui(ui, cx, draft, &mut view.grid);
            apply(cx, draft, view, edits);
            cell_ui(ui, cx, draft, view);
        }
        wish
    });
    shown.flatten()
}

fn toolbar_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut PrivateView) -> Option<PrivateWish> {
    let lang = cx.lang;
    let mut wish = None;
    ui.horizontal_wrapped(|ui| {
        let pick = PushButton::new(tr!(lang, "card.pick_people")).name(tr!(lang, "card.add_people"));
        if pick.icon(Icon::Users).show(ui).clicked() {
            wish = Some(PrivateWish::Pick);
        }
        let list = PushButton::new(tr!(lang, "import.from_list")).icon(Icon::FolderOpen);
        let list = list.name(tr!(lang, "import.from_list_rows"));
        if list.tooltip(tr!(lang, "import.from_list_tip")).show(ui).clicked() {
            cx.run(Command::ImportList);
        }
        let paste = PushButton::new(tr!(lang, "card.paste_private")).icon(Icon::Paste);
        let paste = paste.name(tr!(lang, "card.paste_private_title"));
        if paste.tooltip(tr!(lang, "card.paste_private_tip")).show(ui).clicked() {
            wish = Some(PrivateWish::Paste);
        }
        let column = PushButton::new(tr!(lang, "card.add_column")).icon(Icon::Plus).show(ui);
        Popup::menu(&column)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| add_column_ui(ui, cx, draft, view));
        if !view.grid.chosen.is_empty() {
            let count = view.grid.chosen.len();
            let remove = PushButton::new(tr!(lang, "card.remove_chosen", count = count)).icon(Icon::Trash);
            if remove.show(ui).clicked() {
                let rows = std::mem::take(&mut view.grid.chosen);
                remove_rows(cx, draft, &rows);
            }
        }
        if draft.private.rows.len() > 1 {
            let name = tr!(lang, "card.find_person");
            search_field(ui, lang, &mut view.grid.search, &name, 160.0);
            let total = draft.private.rows.len();
            if let Some(rows) = view.grid.rows(draft) {
                let text = tr!(lang, "card.found_people", count = rows.len(), total = total);
                ui.label(theme::help(ui.style(), text));
            }
        }
    });
    wish
}

/// What the button for a new column opens: the public variables that are none yet, and a field for another name.
fn add_column_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut PrivateView) {
    ui.set_width(240.0);
    let lang = cx.lang;
    let mut chosen: Option<PrivateColumn> = None;
    ui.label(theme::help(ui.style(), tr!(lang, "card.add_column_help")));
    let known: BTreeSet<&str> = draft.private.columns.iter().map(|column| column.key.as_str()).collect();
    let offered = draft.params.iter().filter(|row| !row.key.is_empty() && !known.contains(row.key.as_str()));
    egui::ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
        for row in offered.take(200) {
            let button = PushButton::quiet(row.key.as_str()).min_width(ui.available_width());
            if button.show(ui).clicked() {
                chosen = Some(PrivateColumn { key: row.key.clone(), kind: row.kind });
            }
        }
    });
    ui.horizontal(|ui| {
        let field =
            TextEdit::singleline(&mut view.new_key).desired_width(150.0).hint_text(tr!(lang, "card.new_column"));
        let response = ui.add(field).accessible_name(tr!(lang, "card.new_column"));
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let empty = view.new_key.trim().is_empty();
        let off = if empty { Err(tr!(lang, "card.new_column_empty").into_owned()) } else { Ok(()) };
        let add = PushButton::new(tr!(lang, "card.add")).enabled(off).show(ui).clicked();
        if (add || entered) && !empty {
            let key = table::free_key(&draft.private, view.new_key.trim());
            chosen = Some(PrivateColumn { key, kind: ValueKind::Text });
        }
    });
    if let Some(column) = chosen {
        cx.send(Action::UndoStep);
        Arc::make_mut(&mut draft.private).add_column(column.key, column.kind);
        view.new_key.clear();
        ui.close();
    }
}

/// Columns that nobody has a value for yet, while there are no people.
fn columns_without_people_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    let chips: Vec<_> =
        draft.private.columns.iter().map(|column| crate::ui::widgets::Chip::new(column.key.as_str())).collect();
    ui.label(theme::help(ui.style(), tr!(cx.lang, "card.columns_waiting")));
    if let Some(index) = crate::ui::widgets::chips_ui(ui, cx.lang, chips.into_iter(), 60) {
        cx.send(Action::UndoStep);
        Arc::make_mut(&mut draft.private).remove_column(index);
    }
}

fn remove_rows(cx: &Cx<'_>, draft: &mut CardDraft, rows: &BTreeSet<usize>) {
    cx.send(Action::UndoStep);
    draft.remove_private_rows(|index, _| rows.contains(&index));
    let toast = Toast::new(Level::Info, tr!(cx.lang, "card.removed_people", count = rows.len()));
    cx.toast(toast.action(tr!(cx.lang, "command.undo"), Action::Run(Command::Undo)));
}

fn apply(cx: &Cx<'_>, draft: &mut CardDraft, view: &mut PrivateView, edits: Vec<GridEdit>) {
    for edit in edits {
        match edit {
            GridEdit::Write(Place { row, column: Some(column) }, value) => {
                table::set_cell(&mut draft.private, row, column, value);
            }
            GridEdit::Write(Place { row, column: None }, id) => table::set_id(draft, row, &id.unwrap_or_default()),
            GridEdit::Restore(place, person) => {
                draft.change_private_person(place.row, person);
            }
            GridEdit::Paste(place, text) => {
                cx.send(Action::UndoStep);
                let rows = view.grid.rows(draft).map(<[usize]>::to_vec);
                let rows = rows.unwrap_or_else(|| (0..draft.private.rows.len()).collect());
                let done = table::paste_block(draft, place, &rows, &paste::block(&text));
                cx.toast(Toast::ok(pasted_text(cx.lang, done)));
            }
            GridEdit::RemoveRows(rows) => {
                remove_rows(cx, draft, &rows);
                view.grid.chosen.clear();
            }
            GridEdit::Column(index, response) => {
                let popup = Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
                let open = popup.show(|ui| column_menu_ui(ui, cx, draft, view, index)).is_some();
                if !open && view.renaming.as_ref().is_some_and(|(renaming, _)| *renaming == index) {
                    finish_renaming(cx, draft, view);
                }
            }
        }
    }
}

/// What a paste did, in one sentence.
pub fn pasted_text(lang: Lang, done: table::Pasted) -> String {
    tr!(lang, "card.pasted_grid", cells = done.changed, people = done.people, columns = done.columns).into_owned()
}

fn finish_renaming(cx: &Cx<'_>, draft: &mut CardDraft, view: &mut PrivateView) {
    let Some((index, key)) = view.renaming.take() else { return };
    let key = key.trim();
    let same = draft.private.columns.get(index).is_none_or(|column| column.key == key);
    if same || key.is_empty() {
        return;
    }
    cx.send(Action::UndoStep);
    if let Some(column) = Arc::make_mut(&mut draft.private).columns.get_mut(index) {
        key.clone_into(&mut column.key);
    }
}

/// Name, type, place of a column, and the way to be rid of it.
fn column_menu_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut PrivateView, index: usize) {
    ui.set_width(240.0);
    let lang = cx.lang;
    let Some(column) = draft.private.columns.get(index).cloned() else { return };
    if view.renaming.as_ref().is_none_or(|(renaming, _)| *renaming != index) {
        finish_renaming(cx, draft, view);
        view.renaming = Some((index, column.key.clone()));
    }
    if let Some((_, key)) = &mut view.renaming {
        let label = ui.label(theme::help(ui.style(), tr!(lang, "card.column_name")));
        let response = ui.add(TextEdit::singleline(key).desired_width(f32::INFINITY)).labelled_by(label.id);
        if response.lost_focus() {
            finish_renaming(cx, draft, view);
        }
    }
    let label = tr!(lang, "card.column_kind");
    ui.label(theme::help(ui.style(), label.clone()));
    let mut kind = column.kind;
    if kind_ui(ui, lang, ui.make_persistent_id("column kind"), &mut kind, &label, 224.0).changed() {
        cx.send(Action::UndoStep);
        if let Some(column) = Arc::make_mut(&mut draft.private).columns.get_mut(index) {
            column.kind = kind;
        }
    }
    let last = draft.private.columns.len().saturating_sub(1);
    let wide = ui.available_width();
    let right = (index < last).then_some(index + 1);
    for (to, text) in [(index.checked_sub(1), tr!(lang, "card.column_left")), (right, tr!(lang, "card.column_right"))] {
        let off = to.map(|_| ()).ok_or_else(|| tr!(lang, "card.column_edge").into_owned());
        if PushButton::quiet(text).enabled(off).min_width(wide).show(ui).clicked() {
            finish_renaming(cx, draft, view);
            cx.send(Action::UndoStep);
            if let Some(to) = to {
                Arc::make_mut(&mut draft.private).move_column(index, to);
            }
            ui.close();
        }
    }
    let values = draft.private.rows.iter().filter(|row| matches!(row.cells.get(index), Some(Some(_)))).count();
    let remove = PushButton::quiet(tr!(lang, "card.remove_column", count = values)).icon(Icon::Trash);
    if remove.min_width(wide).show(ui).clicked() {
        view.renaming = None;
        cx.send(Action::UndoStep);
        Arc::make_mut(&mut draft.private).remove_column(index);
        ui.close();
    }
}

/// The selected cell below the table: whose, which, its findings, and room for several lines.
fn cell_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut PrivateView) {
    let lang = cx.lang;
    let Some(place) = view.grid.selected else { return };
    let Some(row) = draft.private.rows.get(place.row) else { return };
    let name = person_name(&row.person).to_owned();
    let Some((column, head)) = place.column.and_then(|index| Some((index, draft.private.columns.get(index)?.clone())))
    else {
        findings_ui(ui, cx, &pointer::join(PRIVATE, &row.person.id));
        return;
    };
    let t = tokens(ui.style());
    let public = draft.public_value(&head.key).unwrap_or_default().to_owned();
    let value = table::cell(&draft.private, place.row, column).map(str::to_owned);
    let mut write: Option<Option<String>> = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::medium(tr!(lang, "card.cell_of", person = name, key = head.key)));
        ui.label(theme::help(ui.style(), kind_name(lang, head.kind)));
        if let Some(value) = &value {
            Meter::bytes(value, VALUE_BYTES).show(ui, lang);
            let back = PushButton::quiet(tr!(lang, "card.use_public")).small();
            if back.tooltip(tr!(lang, "card.use_public_tip")).show(ui).clicked() {
                write = Some(None);
            }
        } else {
            let text =
                if public.is_empty() { tr!(lang, "card.falls_back_empty") } else { tr!(lang, "card.falls_back") };
            ui.label(RichText::new(text).size(size::SMALL).color(t.muted));
            if !head.kind.in_full_json() {
                let empty = PushButton::quiet(tr!(lang, "card.set_empty")).small();
                if empty.tooltip(tr!(lang, "card.set_empty_tip")).show(ui).clicked() {
                    write = Some(Some(String::new()));
                }
            }
        }
    });
    if is_block(head.kind) || head.kind == ValueKind::Boolean {
        let mut text = value.clone().unwrap_or_default();
        let id = ui.make_persistent_id("cell in full");
        let label = tr!(lang, "card.cell_in_full", person = name, key = head.key);
        let response = value_ui(ui, lang, id, head.kind, &mut text, &label, &public);
        if view.grid.focus == Some(Focus::InFull) {
            view.grid.focus = None;
            response.request_focus();
        }
        if response.changed() {
            write = Some((!text.is_empty()).then_some(text));
        }
    }
    findings_ui(ui, cx, &place_pointer(draft, place));
    if let Some(value) = write {
        table::set_cell(&mut draft.private, place.row, column, value);
    }
    let text = tr!(lang, "card.grid_keys");
    ui.add(Label::new(theme::help(ui.style(), text)).wrap());
}

fn findings_ui(ui: &mut Ui, cx: &Cx<'_>, at: &str) {
    for finding in cx.findings_at(at) {
        finding_line(ui, cx.lang, finding);
    }
}
