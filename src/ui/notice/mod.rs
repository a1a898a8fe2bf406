//! The notice tab (工作通知).

use egui::Ui;

use super::cx::Cx;
use crate::{compose::NoticeDraft, ui::theme};

/// What the tab remembers about a draft while the program runs.
#[derive(Default)]
pub struct View {}

/// The form.
pub fn tab_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    let (_, _) = (draft, view);
    ui.label(theme::heading(tr!(cx.lang, "command.show_notice")));
}

/// The preview in the inspector: the text as the recipient reads it.
pub fn preview_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &NoticeDraft, view: &mut View) {
    let (_, _) = (draft, view);
    ui.label(theme::heading(tr!(cx.lang, "shell.inspector_preview")));
}
