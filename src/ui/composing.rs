//! The letters of an input method are no content yet: no undo point is made of them.
//!
//! egui's text fields write a composition into their text as it grows, and feed their undo history with it; whoever chooses
//! a word slowly would get its letters back with Ctrl+Z.

use egui::{Context, Event, Id, ImeEvent, TextEdit, text_selection::CCursorRange, util::undoer::Undoer};

/// The composition under way, if there is one, with the undo history its field had before.
#[derive(Default)]
pub struct Composing(Option<(Id, Undoer<(CCursorRange, String)>)>);

impl Composing {
    /// Whether a text field holds letters that are no word yet.
    pub const fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Follows the input. Call it before the fields are shown.
    pub fn step(&mut self, ctx: &Context) {
        let (begins, ends) = ctx.input(|input| {
            let events = input.events.iter();
            events.fold((false, false), |(begins, ends), event| match event {
                Event::Ime(ImeEvent::Preedit { text, .. }) if !text.is_empty() => (true, ends),
                Event::Ime(ImeEvent::Preedit { .. } | ImeEvent::Commit(_)) => (begins, true),
                _ => (begins, ends),
            })
        });
        let focused = ctx.memory(egui::Memory::focused);
        if self.0.as_ref().is_some_and(|(field, _)| Some(*field) != focused) {
            self.0 = None;
        }
        if begins && self.0.is_none() {
            self.0 = focused.and_then(|field| Some((field, TextEdit::load_state(ctx, field)?.undoer())));
        }
        if ends
            && let Some((field, undoer)) = self.0.take()
            && let Some(mut state) = TextEdit::load_state(ctx, field)
        {
            state.set_undoer(undoer);
            TextEdit::store_state(ctx, field, state);
        }
    }
}
