//! Imported card templates: what was asked of their library, and what came of it.

use egui::Ui;

use super::App;
use crate::{
    compose::Draft,
    ui::lab::library::{Lab, Wish},
};

impl App {
    /// Begins to read the imported templates.
    pub(super) fn open_lab(&mut self) {
        self.lab = Lab::open(self.env.home.root(), &self.background, self.state.lang);
    }

    /// The template of the card being written.
    fn template_of_current(&self) -> String {
        match self.state.current().map(|open| &open.draft) {
            Some(Draft::Card(card)) => card.card_template_id.clone(),
            _ => String::new(),
        }
    }

    pub(super) fn apply_lab(&mut self, wish: Wish) {
        let current = self.template_of_current();
        if let Some(toast) = self.lab.apply(wish, &current) {
            self.toasts.add(toast);
        }
    }

    pub(super) fn take_lab(&mut self) {
        for toast in self.lab.poll(self.state.lang) {
            self.toasts.add(toast);
        }
    }

    /// Draws the question for a template's id over the window; an answered one is written into a card that has none.
    pub(super) fn draw_lab(&mut self, ui: &Ui) {
        let Some(id) = self.lab.ui(ui.ctx(), &self.background, self.state.lang) else { return };
        if let Some(open) = self.state.current_mut() {
            let empty = matches!(&open.draft, Draft::Card(card) if card.card_template_id.trim().is_empty());
            if empty {
                open.undo_step();
                if let Draft::Card(card) = &mut open.draft {
                    card.card_template_id = id;
                }
            }
        }
    }
}
