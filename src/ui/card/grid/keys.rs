//! The keys of the grid: walking, editing, emptying, pasting. Handled before its text field sees them.

use std::collections::BTreeSet;

use egui::{Event, FocusDirection, Id, ImeEvent, Key, Modifiers, Ui};

use super::{Focus, GridEdit, GridView, Original, text_at};
use crate::{
    compose::{
        CardDraft,
        card::{PrivateTable, ValueKind},
    },
    ui::{
        card::{paste, table::Place, value::is_block},
        commands::Command,
        cx::Cx,
    },
};

/// Lets arrows move the caret, and remembers what stands there for Esc.
pub(super) fn begin_editing(view: &mut GridView, table: &PrivateTable, place: Place) {
    view.editing = true;
    if view.original.is_none() {
        view.original = match place.column {
            None => table.rows.get(place.row).map(|row| Original::Person(row.person.clone())),
            Some(column) => {
                table.rows.get(place.row).and_then(|row| row.cells.get(column)).cloned().map(Original::Cell)
            }
        };
    }
}

/// Handles the keys of the grid before its text field sees them.
pub(super) fn keys(
    ui: &Ui,
    cx: &Cx<'_>,
    draft: &CardDraft,
    view: &mut GridView,
    editor: Id,
    edits: &mut Vec<GridEdit>,
) {
    let Some(place) = view.selected else { return };
    ui.input(|input| {
        for event in &input.events {
            match event {
                Event::Ime(ImeEvent::Preedit { text, .. }) => view.composing = !text.is_empty(),
                Event::Ime(ImeEvent::Commit(_)) => view.composing = false,
                _ => {}
            }
        }
    });
    if view.composing {
        return;
    }
    let key = |modifiers: Modifiers, key: Key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let none = Modifiers::NONE;
    let pasted = ui.input_mut(|input| {
        let at = input.events.iter().position(|event| matches!(event, Event::Paste(text) if paste::is_block(text)))?;
        match input.events.remove(at) {
            Event::Paste(text) => Some(text),
            _ => None,
        }
    });
    if let Some(text) = pasted {
        edits.push(GridEdit::Paste(place, text));
        view.editing = false;
        return;
    }
    let kind = place.column.and_then(|column| draft.private.columns.get(column)).map(|column| column.kind);
    if view.editing {
        if key(none, Key::Escape) {
            view.editing = false;
            match view.original.take() {
                Some(Original::Cell(value)) => edits.push(GridEdit::Write(place, value)),
                Some(Original::Person(person)) => edits.push(GridEdit::Restore(place, person)),
                None => {}
            }
            view.focus = Some(Focus::Cell);
            return;
        }
    } else {
        if key(none, Key::F2) || key(none, Key::Enter) {
            if kind.is_some_and(is_block) {
                view.focus = Some(Focus::InFull);
            } else {
                begin_editing(view, &draft.private, place);
            }
            return;
        }
        // First: without Shift the key would match as well.
        if key(Modifiers::SHIFT, Key::Delete) {
            let rows = if view.chosen.is_empty() { BTreeSet::from([place.row]) } else { view.chosen.clone() };
            edits.push(GridEdit::RemoveRows(rows));
        }
        let delete = key(none, Key::Delete) || key(none, Key::Backspace);
        if delete && place.column.is_some() {
            edits.push(GridEdit::Write(place, None));
        }
        if kind == Some(ValueKind::Boolean) && key(none, Key::Space) {
            ui.input_mut(|input| input.events.retain(|event| !matches!(event, Event::Text(text) if text == " ")));
            let next = match text_at(&draft.private, place) {
                "true" => Some("false".to_owned()),
                "false" => None,
                _ => Some("true".to_owned()),
            };
            edits.push(GridEdit::Write(place, next));
        }
        for (modifiers, pressed, command) in [
            (Modifiers::COMMAND | Modifiers::SHIFT, Key::Z, Command::Redo),
            (Modifiers::COMMAND, Key::Y, Command::Redo),
            (Modifiers::COMMAND, Key::Z, Command::Undo),
        ] {
            if key(modifiers, pressed) {
                cx.run(command);
            }
        }
    }
    let width = draft.private.columns.len();
    let horizontal = if view.editing {
        None
    } else if key(none, Key::ArrowLeft) {
        Some(-1)
    } else if key(none, Key::ArrowRight) {
        Some(1)
    } else {
        None
    };
    // Shift first: a key without modifiers would match it too.
    let tab = if key(Modifiers::SHIFT, Key::Tab) {
        Some(-1)
    } else if key(none, Key::Tab) {
        Some(1)
    } else {
        None
    };
    let vertical = if key(none, Key::ArrowUp) {
        Some(-1)
    } else if key(none, Key::ArrowDown) || key(none, Key::Enter) {
        Some(1)
    } else if key(none, Key::PageUp) {
        Some(-10)
    } else if key(none, Key::PageDown) {
        Some(10)
    } else {
        None
    };
    let shown: Option<Vec<usize>> = view.rows(draft).map(<[usize]>::to_vec);
    let count = shown.as_ref().map_or(draft.private.rows.len(), Vec::len);
    let index = shown.as_ref().map_or(Some(place.row), |rows| rows.iter().position(|row| *row == place.row));
    let Some(index) = index else { return };
    let cells = width + 1;
    let at = index * cells + place.column.map_or(0, |column| column + 1);
    let to = if let Some(by) = tab {
        let to = at.checked_add_signed(by).filter(|to| *to < count * cells);
        if to.is_none() {
            // The way out: the grid is no trap for the keyboard.
            let direction = if by > 0 { FocusDirection::Next } else { FocusDirection::Previous };
            ui.memory_mut(|memory| {
                memory.surrender_focus(editor);
                memory.move_focus(direction);
            });
        }
        to
    } else if let Some(by) = horizontal {
        (at % cells).checked_add_signed(by).filter(|column| *column < cells).map(|column| index * cells + column)
    } else if let Some(by) = vertical {
        let to = index.saturating_add_signed(by).min(count.saturating_sub(1));
        (to != index || view.editing).then_some(to * cells + at % cells)
    } else {
        None
    };
    if let Some(to) = to {
        let row = to / cells;
        let row = shown.as_ref().map_or(row, |rows| rows[row]);
        view.go_to(Place { row, column: (to % cells).checked_sub(1) });
    }
}
