//! What a screen can ask the program to do. Screens only send; the app decides and does it in `logic`.

use std::{cell::RefCell, rc::Rc};

use super::{
    commands::Command,
    picker::{Picked, PickerRequest},
    state::{DraftId, InspectorTab, Tab},
    theme::ThemeChoice,
    widgets::Toast,
};
use crate::{compose::Draft, lang::Lang};

/// A wish of a screen.
#[derive(Clone, Debug)]
pub enum Action {
    /// Run a command, if it is enabled.
    Run(Command),
    /// Show a tab.
    ShowTab(Tab),
    /// Show a part of the inspector.
    ShowInspector(InspectorTab),
    /// Make a draft the current one of its tab.
    SelectDraft(DraftId),
    /// Give a draft another name; empty: named by its content again.
    RenameDraft(DraftId, String),
    /// Take a draft away (it can be brought back).
    DeleteDraft(DraftId),
    /// Bring back a deleted draft.
    RestoreDraft(DraftId),
    /// A new draft with this content, made the current one. The name may be empty.
    NewDraft {
        /// Its content.
        draft: Box<Draft>,
        /// Its name; empty: named by its content.
        name: String,
    },
    /// Focus the field of a JSON pointer of the current draft.
    Jump(String),
    /// Start an undo step here: the next change of the draft is structural (a row added, moved, taken away).
    UndoStep,
    /// Let the person pick people (and departments) for the current draft; the answer is [`Action::Picked`].
    OpenPicker(Box<PickerRequest>),
    /// Put what was picked into the draft: `None` for a purpose without one.
    Picked(Option<DraftId>, Box<Picked>),
    /// Copy a text.
    Copy(String),
    /// Show a note.
    Toast(Box<Toast>),
    /// Change the language.
    SetLang(Lang),
    /// Change the theme.
    SetTheme(ThemeChoice),
    /// Change the text size, as a factor of `theme::size::ZOOM`.
    SetZoom(f32),
}

/// Where screens put their wishes. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Actions {
    queue: Rc<RefCell<Vec<Action>>>,
    ctx: egui::Context,
}

impl Actions {
    /// An empty queue that wakes this window.
    pub fn new(ctx: egui::Context) -> Self {
        Self { queue: Rc::default(), ctx }
    }

    /// Asks for something; it is done before the next pass.
    pub fn send(&self, action: Action) {
        self.queue.borrow_mut().push(action);
        self.ctx.request_repaint();
    }

    /// Everything asked for since the last call, in order.
    pub fn take(&self) -> Vec<Action> {
        self.queue.take()
    }
}
