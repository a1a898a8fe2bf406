//! The JSON view of the whole body, editable both ways.
//!
//! A valid text becomes the draft at once; a text with an error stays as it was typed, its line marked, and the form goes on
//! without it until it is put right or given up. What the form changes is written into the text at once, unless the text
//! holds something that was not taken over yet.

use std::{sync::Arc, time::Duration};

use egui::{Label, RichText, TextEdit, Ui};

use super::code::{CodeEditor, Mark};
use crate::{
    compose::{BodyError, CardDraft, CheckCache, Draft, check::PrettyParts, json},
    ui::{
        action::Action,
        commands::Command,
        cx::Cx,
        icons::Icon,
        remote::Remote,
        theme::{self, size, tokens},
        widgets::{Banner, Level, PushButton, grouped},
    },
};

/// Texts up to this size are read while the key is still down; longer ones on another thread.
const AT_ONCE_BYTES: usize = 96 << 10;

/// What the view remembers.
#[derive(Default)]
pub struct JsonView {
    editor: CodeEditor,
    /// The draft that the text was written from, or that was read from it.
    source: Option<CardDraft>,
    /// The parts that the text was last written from, and the editor's version then.
    written: Option<(u64, PrettyParts)>,
    cache: CheckCache,
    state: State,
    reading: Remote<Read, String>,
    /// Counts edits of the text, so that the result of an older one is not taken.
    edits: u64,
    find: String,
    jumped: Option<String>,
}

/// How text and form stand to each other.
#[derive(Default)]
enum State {
    /// They say the same.
    #[default]
    InStep,
    /// The text is being read.
    Reading,
    /// The text holds an error.
    Broken {
        error: BodyError,
        /// The form was changed meanwhile.
        form_changed: bool,
    },
    /// The text is valid, but the form was changed while it was not: the person decides.
    Apart(Box<CardDraft>),
}

/// A text that was read on another thread.
struct Read {
    edit: u64,
    result: Result<CardDraft, BodyError>,
}

fn read(text: &str, before: &CardDraft) -> Result<CardDraft, BodyError> {
    let mut draft = Draft::from_text(before.via, text)?;
    draft.remember(&Draft::Card(before.clone()));
    match draft {
        Draft::Card(card) => Ok(card),
        // `from_text` gives the kind it was asked for.
        Draft::Notice(_) => Ok(before.clone()),
    }
}

impl JsonView {
    /// Whether the text holds something that the form does not have: sending would send something else than is shown.
    pub fn is_unapplied(&self) -> bool {
        !matches!(self.state, State::InStep)
    }

    /// The sentence about what keeps the text from being taken over, if something does.
    pub fn problem(&self, lang: crate::lang::Lang) -> Option<String> {
        match &self.state {
            State::Broken { error, .. } => Some(error.message(lang)),
            State::InStep | State::Reading | State::Apart(_) => None,
        }
    }

    /// Throws away what was typed in the text; it shows the form again.
    pub fn give_up(&mut self) {
        self.state = State::InStep;
        self.reading.cancel();
        self.source = None;
    }

    /// Notices what the form changed and what another thread has read. Called in every pass, whether the view is shown or
    /// not; the text itself is only written while it is.
    pub fn follow(&mut self, cx: &Cx<'_>, draft: &mut CardDraft) {
        self.reading.poll();
        if let Some(Read { edit, result }) = self.reading.take_here()
            && edit == self.edits
        {
            let form_changed = self.source.as_ref().is_some_and(|source| source != draft);
            self.take(cx, draft, result, form_changed);
        }
        if self.reading.take_failure().is_some() {
            self.apply(cx, draft);
        }
        if let State::Broken { form_changed, .. } = &mut self.state
            && !*form_changed
            && self.source.as_ref() != Some(draft)
        {
            *form_changed = true;
        }
    }

    /// Reads the text.
    fn apply(&mut self, cx: &Cx<'_>, draft: &mut CardDraft) {
        self.edits += 1;
        let form_changed = match &self.state {
            State::Broken { form_changed, .. } => *form_changed,
            State::Apart(_) => true,
            State::InStep | State::Reading => false,
        };
        let text = self.editor.text();
        if text.len() <= AT_ONCE_BYTES {
            let result = read(text, draft);
            self.take(cx, draft, result, form_changed);
            return;
        }
        let (text, before, edit) = (text.to_owned(), draft.clone(), self.edits);
        if form_changed {
            // Remembered by the source, which is not the draft any more.
        } else {
            self.source = Some(before.clone());
        }
        self.state = State::Reading;
        cx.background.start(&mut self.reading, async move {
            // Keys in quick succession are read once.
            tokio::time::sleep(Duration::from_millis(60)).await;
            let read = tokio::task::spawn_blocking(move || read(&text, &before)).await;
            read.map(|result| Read { edit, result }).map_err(|error| error.to_string())
        });
    }

    /// Takes over what was read.
    fn take(&mut self, cx: &Cx<'_>, draft: &mut CardDraft, result: Result<CardDraft, BodyError>, form_changed: bool) {
        match result {
            Ok(read) if form_changed && read != *draft => self.state = State::Apart(Box::new(read)),
            Ok(read) => {
                self.put(draft, read);
            }
            Err(error) => {
                self.state = State::Broken { error, form_changed };
                cx.background.ctx().request_repaint();
            }
        }
    }

    fn put(&mut self, draft: &mut CardDraft, read: CardDraft) {
        *draft = read;
        self.source = Some(draft.clone());
        self.state = State::InStep;
    }

    /// Writes the form's content into the text, where it may.
    fn write(&mut self, draft: &CardDraft) {
        if matches!(self.state, State::InStep) && self.source.as_ref() != Some(draft) {
            let parts = self.cache.pretty_parts(draft);
            match self.written.take() {
                // Thousands of people stay where they are.
                Some((version, old)) if version == self.editor.version() => {
                    let private = old.before.len()..old.before.len() + old.private.len();
                    self.editor.set_part(private.end..private.end + old.after.len(), &parts.after);
                    if !Arc::ptr_eq(&old.private, &parts.private) {
                        self.editor.set_part(private, &parts.private);
                    }
                    self.editor.set_part(0..old.before.len(), &parts.before);
                }
                _ => self.editor.set_text(&format!("{}{}{}", parts.before, parts.private, parts.after)),
            }
            self.written = Some((self.editor.version(), parts));
            self.source = Some(draft.clone());
        }
    }

    /// The view, in all the space there is. `alone` says that no form is beside it: then it is where jumps land.
    pub fn show(&mut self, ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, alone: bool) {
        self.write(draft);
        self.banner_ui(ui, cx, draft);
        self.toolbar_ui(ui, cx, draft);
        self.jump(cx);
        let marks = match &self.state {
            State::Broken { error, .. } => {
                vec![Mark { at: error.place().offset, level: Level::Error, text: error.message(cx.lang) }]
            }
            _ => Vec::new(),
        };
        let name = tr!(cx.lang, "card.json_text");
        let shown = self.editor.show(ui, &name, &marks);
        if let Some(target) = cx.jump.target().filter(|_| alone) {
            cx.jump.offer(target, shown.response.rect, shown.response.id);
            cx.jump.land(ui);
        }
        if shown.changed {
            self.apply(cx, draft);
        }
        if shown.undo {
            cx.run(Command::Undo);
        }
        if shown.redo {
            cx.run(Command::Redo);
        }
    }

    /// Selects the value that a finding is about.
    fn jump(&mut self, cx: &Cx<'_>) {
        let target = cx.jump.target();
        if target == self.jumped.as_deref() {
            return;
        }
        self.jumped = target.map(str::to_owned);
        if let Some(range) = target.and_then(|target| nearest(self.editor.text(), target)) {
            self.editor.select(range);
        }
    }

    fn banner_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
        let lang = cx.lang;
        let give_up = PushButton::new(tr!(lang, "card.json_give_up"));
        match &self.state {
            State::InStep | State::Reading => {}
            State::Broken { error, form_changed } => {
                let title = error.message(lang);
                let text = if *form_changed {
                    tr!(lang, "card.json_broken_form_changed")
                } else {
                    tr!(lang, "card.json_broken")
                };
                let offset = error.place().offset;
                let go = PushButton::new(tr!(lang, "card.json_go"));
                let pressed = Banner::new(Level::Error, title).text(text).button(go).button(give_up).show(ui);
                match pressed {
                    Some(0) => {
                        self.editor.go_to(offset);
                        let id = CodeEditor::id(ui, &tr!(lang, "card.json_text"));
                        ui.memory_mut(|memory| memory.request_focus(id));
                    }
                    Some(_) => self.give_up(),
                    None => {}
                }
            }
            State::Apart(_) => {
                let take = PushButton::primary(tr!(lang, "card.json_take"));
                let banner = Banner::new(Level::Warning, tr!(lang, "card.json_apart"));
                let pressed = banner.text(tr!(lang, "card.json_apart_text")).button(take).button(give_up).show(ui);
                match pressed {
                    Some(0) => {
                        if let State::Apart(read) = std::mem::take(&mut self.state) {
                            cx.send(Action::UndoStep);
                            self.put(draft, *read);
                        }
                    }
                    Some(_) => self.give_up(),
                    None => {}
                }
            }
        }
        self.write(draft);
    }

    fn toolbar_ui(&mut self, ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft) {
        let lang = cx.lang;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = size::S;
            ui.spacing_mut().interact_size.y = size::CONTROL_SMALL;
            let off = match &self.state {
                State::InStep => Ok(()),
                _ => Err(tr!(lang, "card.json_format_off").into_owned()),
            };
            let format = PushButton::new(tr!(lang, "card.json_format")).small().enabled(off);
            if format.tooltip(tr!(lang, "card.json_format_tip")).show(ui).clicked() {
                self.editor.set_text(&self.cache.pretty(draft));
            }
            let copy = PushButton::new(tr!(lang, "common.copy")).name(tr!(lang, "card.json_copy"));
            if copy.icon(Icon::Copy).small().show(ui).clicked() {
                cx.send(Action::Copy(self.editor.text().to_owned()));
            }
            let name = tr!(lang, "card.json_find");
            let field = TextEdit::singleline(&mut self.find).hint_text(name.clone()).desired_width(130.0);
            let response = ui.add(field.margin(egui::Margin::symmetric(8, 3))).accessible_name(name);
            if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
                self.find_next();
                response.request_focus();
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let t = tokens(ui.style());
                let (bytes, lines) = (grouped(self.editor.text().len() as u64), grouped(self.editor.lines() as u64));
                let text = tr!(lang, "card.json_size", bytes = bytes, lines = lines);
                let text = match self.state {
                    State::Reading => tr!(lang, "card.json_reading"),
                    _ => text,
                };
                ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).truncate().selectable(false));
            });
        });
        if !draft.kept.is_empty() {
            let names: Vec<String> = draft.kept.0.iter().take(8).map(crate::compose::KeptMember::pointer).collect();
            let more = if draft.kept.0.len() > names.len() { " …" } else { "" };
            let names = format!("{}{more}", names.join("  "));
            let text = theme::help(ui.style(), tr!(lang, "card.json_kept", names = names));
            ui.add(Label::new(text).wrap());
        }
    }

    /// Selects the next place of what is looked for, from the beginning again behind the last one.
    fn find_next(&mut self) {
        if self.find.is_empty() {
            return;
        }
        let text = self.editor.text();
        let from = self.editor.caret();
        let behind = text.get(from..).and_then(|rest| rest.find(&self.find)).map(|at| at + from);
        if let Some(at) = behind.or_else(|| text.find(&self.find)) {
            self.editor.select(at..at + self.find.len());
        }
    }
}

/// The place of a pointer, or of the nearest thing around it that the text has.
fn nearest(text: &str, pointer: &str) -> Option<std::ops::Range<usize>> {
    let mut pointer = pointer;
    loop {
        if let Some(range) = json::locate(text, pointer) {
            // An object is shown by its first line, not by selecting all of it.
            let end = text[range.clone()].find('\n').map_or(range.end, |at| range.start + at);
            return Some(range.start..end);
        }
        pointer = &pointer[..pointer.rfind('/')?];
    }
}
