//! Keys, pointer and input methods of the editor, as egui's own text field has them.

use egui::{
    Event, EventFilter, Id, ImeEvent, Key, Modifiers, OutputCommand, PointerButton, Response, Ui,
    accesskit::{Action, ActionData},
};

use super::{CodeEditor, Reveal, Selection, View};

/// What the editor could not do by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wish {
    /// Take something back, but not here.
    Undo,
    /// Do something again, but not here.
    Redo,
}

impl CodeEditor {
    /// Handles everything typed in this pass.
    pub(super) fn keyboard(&mut self, ui: &Ui, id: Id, response: &Response, frame: &View) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let set = ui.input(|input| {
            let requests = input.accesskit_action_requests(id, Action::SetValue);
            requests
                .filter_map(|request| match &request.data {
                    Some(ActionData::Value(value)) => Some(value.to_string()),
                    _ => None,
                })
                .last()
        });
        if let Some(text) = set {
            self.settle();
            self.buffer.replace(0..self.buffer.text().len(), &text);
        }
        if !response.has_focus() {
            self.settle();
            return wishes;
        }
        let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        if response.gained_focus() {
            self.touched_secs = ui.input(|input| input.time);
            // The shell asks egui whether a text field has the keyboard before it takes Ctrl+Z for itself.
            egui::text_edit::TextEditState::default().store(ui.ctx(), id);
        }
        for event in ui.input(|input| input.filtered_events(&filter)) {
            match event {
                Event::Copy => self.copy(ui),
                Event::Cut => {
                    self.copy(ui);
                    if !self.buffer.selection().is_empty() {
                        self.insert("");
                    }
                }
                Event::Paste(text) => {
                    self.buffer.end_step();
                    self.insert(&text.replace("\r\n", "\n"));
                    self.buffer.end_step();
                }
                Event::Text(text) if !matches!(text.as_str(), "" | "\n" | "\r") => self.insert(&text),
                Event::Ime(event) => self.input_method(event),
                Event::Key { key, pressed: true, modifiers, .. } => {
                    if let Some(wish) = self.key(ui, frame, key, modifiers) {
                        wishes.push(wish);
                    }
                }
                _ => {}
            }
        }
        wishes
    }

    fn insert(&mut self, text: &str) {
        self.buffer.type_text(text);
        self.goal = None;
    }

    fn copy(&self, ui: &Ui) {
        if !self.buffer.selection().is_empty() {
            ui.copy_text(self.buffer.selected().to_owned());
        }
    }

    fn key(&mut self, ui: &Ui, frame: &View, key: Key, modifiers: Modifiers) -> Option<Wish> {
        let selection = self.buffer.selection();
        match key {
            Key::Enter if !modifiers.command => {
                let text = format!("\n{}", self.buffer.indent_at(selection.range().start));
                let opens = self.buffer.text()[..selection.range().start].ends_with(['{', '[']);
                self.insert(&if opens { format!("{text}  ") } else { text });
            }
            Key::Backspace => {
                let by_word = by_word(modifiers);
                let before = match selection.head {
                    at if modifiers.mac_cmd => self.buffer.line_at(at).start,
                    at if by_word => self.buffer.word_left_of(at),
                    at => self.buffer.left_of(at),
                };
                self.delete(before);
            }
            Key::Delete if !modifiers.shift => {
                let at = selection.head;
                self.delete(if by_word(modifiers) { self.buffer.word_right_of(at) } else { self.buffer.right_of(at) });
            }
            Key::A if modifiers.command => {
                self.buffer.select(Selection { anchor: 0, head: self.buffer.text().len() });
            }
            Key::Z if modifiers.command && modifiers.shift => return self.redo(),
            Key::Y if modifiers.command => return self.redo(),
            Key::Z if modifiers.command => {
                self.settle();
                if !self.buffer.undo() {
                    return Some(Wish::Undo);
                }
            }
            _ => self.move_caret(ui, frame, key, modifiers),
        }
        None
    }

    fn redo(&mut self) -> Option<Wish> {
        if self.buffer.redo() { None } else { Some(Wish::Redo) }
    }

    /// Takes away the selection, or everything between the caret and `other`.
    fn delete(&mut self, other: usize) {
        let selection = self.buffer.selection();
        let range =
            if selection.is_empty() { selection.head.min(other)..selection.head.max(other) } else { selection.range() };
        self.buffer.replace(range, "");
        self.goal = None;
    }

    fn move_caret(&mut self, ui: &Ui, frame: &View, key: Key, modifiers: Modifiers) {
        let Selection { head, .. } = self.buffer.selection();
        let range = self.buffer.selection().range();
        let by_word = by_word(modifiers);
        let whole = modifiers.ctrl || modifiers.command;
        let row = self.rows.of(head);
        let end = self.buffer.text().len();
        let vertical = |by: isize| row.checked_add_signed(by);
        let page = isize::try_from(frame.rows_per_page()).unwrap_or(1);
        let to = match key {
            Key::ArrowLeft if modifiers.is_none() && !range.is_empty() => range.start,
            Key::ArrowRight if modifiers.is_none() && !range.is_empty() => range.end,
            Key::ArrowLeft if modifiers.mac_cmd => self.rows.range(row).start,
            Key::ArrowRight if modifiers.mac_cmd => self.rows.range(row).end,
            Key::ArrowLeft if by_word => self.buffer.word_left_of(head),
            Key::ArrowRight if by_word => self.buffer.word_right_of(head),
            Key::ArrowLeft => self.buffer.left_of(head),
            Key::ArrowRight => self.buffer.right_of(head),
            Key::Home if whole => 0,
            Key::End if whole => end,
            Key::ArrowUp if modifiers.command => 0,
            Key::ArrowDown if modifiers.command => end,
            Key::Home => self.home(row, head),
            Key::End => self.rows.range(row).end,
            Key::ArrowUp | Key::ArrowDown | Key::PageUp | Key::PageDown => {
                let by = match key {
                    Key::ArrowUp => -1,
                    Key::ArrowDown => 1,
                    Key::PageUp => -page,
                    _ => page,
                };
                let x = self.goal.unwrap_or_else(|| self.x_of(ui, frame, row, head));
                let to = match vertical(by) {
                    Some(target) if target < self.rows.len() => self.at_x(ui, frame, target, x),
                    Some(_) => end,
                    None => 0,
                };
                self.buffer.move_to(to, modifiers.shift);
                self.buffer.end_step();
                self.goal = Some(x);
                return;
            }
            _ => return,
        };
        self.buffer.move_to(to, modifiers.shift);
        self.buffer.end_step();
        self.goal = None;
    }

    /// The first letter of a row, or its beginning when the caret is there already.
    fn home(&self, row: usize, head: usize) -> usize {
        let range = self.rows.range(row);
        let text = &self.buffer.text()[range.clone()];
        let letter = range.start + text.len() - text.trim_start_matches(' ').len();
        if head == letter { range.start } else { letter }
    }

    fn input_method(&mut self, event: ImeEvent) {
        match event {
            ImeEvent::Preedit { text, .. } => {
                if self.composing.is_none() && text.is_empty() {
                    return;
                }
                if text.is_empty() {
                    self.take_composition_out();
                    return;
                }
                let range = self.composing.take().unwrap_or_else(|| {
                    self.buffer.selected().clone_into(&mut self.covered);
                    self.buffer.selection().range()
                });
                let start = range.start;
                // What is being composed is no step of the way back before it is committed.
                self.buffer.patch(range, &text);
                self.composing = Some(start..start + text.len());
            }
            ImeEvent::Commit(text) => {
                if self.composing.is_none() && text.is_empty() {
                    return;
                }
                self.take_composition_out();
                if !text.is_empty() {
                    self.insert(&text);
                    self.buffer.end_step();
                }
            }
            ImeEvent::DeleteSurrounding { before_chars, after_chars } => {
                let head = self.buffer.selection().head;
                let before = (0..before_chars).fold(head, |at, _| self.buffer.left_of(at));
                let after = (0..after_chars).fold(head, |at, _| self.buffer.right_of(at));
                self.buffer.replace(before..after, "");
            }
            #[expect(deprecated, reason = "egui still has the variants; they carry nothing")]
            ImeEvent::Enabled | ImeEvent::Disabled => {}
        }
    }

    /// Ends a composition whose input method was left: what it wrote stays.
    fn settle(&mut self) {
        if let Some(range) = self.composing.clone() {
            let text = self.buffer.text()[range].to_owned();
            self.take_composition_out();
            self.buffer.replace(self.buffer.selection().range(), &text);
        }
    }

    /// Takes out what is being composed; what was selected before is there again, and selected.
    fn take_composition_out(&mut self) {
        if let Some(range) = self.composing.take() {
            let covered = std::mem::take(&mut self.covered);
            let anchor = range.start;
            self.buffer.patch(range, &covered);
            self.buffer.select(Selection { anchor, head: anchor + covered.len() });
        }
    }

    /// Clicks and drags.
    pub(super) fn pointer(&mut self, ui: &Ui, id: Id, response: &Response, frame: &View) {
        if response.hovered() {
            ui.set_cursor_icon(egui::CursorIcon::Text);
            ui.output_mut(|output| output.mutable_text_under_cursor = true);
        }
        let middle = ui.input(|input| {
            input.events.iter().find_map(|event| match event {
                Event::MiddleClickPaste { pos, text } => Some((*pos, text.clone())),
                _ => None,
            })
        });
        if let Some((pos, text)) = middle
            && response.contains_pointer()
        {
            let at = self.at_pos(ui, frame, pos);
            self.buffer.replace(at..at, &text);
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        if response.drag_stopped() && !self.buffer.selection().is_empty() {
            ui.send_cmd(OutputCommand::TextSelectionSettled(self.buffer.selected().to_owned()));
        }
        let Some(pos) = response.interact_pointer_pos() else { return };
        let at = self.at_pos(ui, frame, pos);
        let shift = ui.input(|input| input.modifiers.shift);
        if response.triple_clicked() {
            let line = self.buffer.line_at(at);
            self.buffer.select(Selection { anchor: line.start, head: line.end });
        } else if response.double_clicked() {
            let word = self.buffer.word_at(at);
            self.buffer.select(Selection { anchor: word.start, head: word.end });
        } else if ui.input(|input| input.pointer.button_pressed(PointerButton::Primary))
            && response.is_pointer_button_down_on()
        {
            self.buffer.move_to(at, shift);
        } else if response.dragged_by(PointerButton::Primary) {
            self.buffer.move_to(at, true);
            self.reveal = Some(Reveal::Nearest);
        } else {
            return;
        }
        self.goal = None;
        self.buffer.end_step();
        self.touched_secs = ui.input(|input| input.time);
        ui.memory_mut(|memory| memory.request_focus(id));
    }
}

/// Whether a key goes by words: Ctrl on Windows and Linux, Alt on a Mac.
fn by_word(modifiers: Modifiers) -> bool {
    modifiers.alt || modifiers.ctrl || (modifiers.command && !modifiers.mac_cmd)
}
