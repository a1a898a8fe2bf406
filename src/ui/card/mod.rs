//! The card tab (互动卡片).

use egui::Ui;

use super::cx::Cx;
use crate::{compose::CardDraft, ui::theme};

/// What the tab remembers about a draft while the program runs.
#[derive(Default)]
pub struct View {}

/// The form.
pub fn tab_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut View) {
    let (_, _) = (draft, view);
    ui.label(theme::heading(tr!(cx.lang, "command.show_card")));
}

/// The preview in the inspector: the conversation list's line, and the variables as a chosen person gets them.
pub fn preview_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut View) {
    let (_, _) = (draft, view);
    ui.label(theme::heading(tr!(cx.lang, "shell.inspector_preview")));
}
