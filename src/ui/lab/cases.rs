//! The acceptance record of a template: named value sets, drawn side by side and ticked.

use std::sync::Arc;

use egui::Ui;

use super::library::Known;
use crate::{compose::CardDraft, ui::cx::Cx};

/// What the cases remember.
#[derive(Default)]
pub struct CasesView {}

/// The cases below the preview.
pub fn cases_ui(_ui: &mut Ui, _cx: &Cx<'_>, _draft: &CardDraft, _view: &mut CasesView, _known: &Arc<Known>) {}
