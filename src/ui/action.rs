//! What a screen can ask the program to do. Screens only send; the app decides and does it in `logic`.

use std::{cell::RefCell, path::PathBuf, rc::Rc};

use super::{
    commands::Command,
    delivery::DeliveryAction,
    import::Imported,
    lab::library::Wish as LabWish,
    notice::{library::Wish, status_bar::Target},
    picker::{Picked, PickerRequest},
    settings::SettingsAction,
    state::{DraftId, InspectorTab, Tab},
    theme::ThemeChoice,
    widgets::Toast,
};
use crate::{
    catalogue::FixAction,
    compose::{Draft, Finding, fix::Fix, msg::Part},
    lang::Lang,
    store::settings::ProfileId,
};

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
    /// Do what was offered for a finding of the current draft.
    Repair(Box<(Finding, Fix)>),
    /// Start an undo step here: the next change of the draft is structural (a row added, moved, taken away).
    UndoStep,
    /// Let the person pick people (and departments) for the current draft; the answer is [`Action::Picked`].
    OpenPicker(Box<PickerRequest>),
    /// Put what was picked into the draft: `None` for a purpose without one.
    Picked(Option<DraftId>, Box<Picked>),
    /// Let the person choose a list file for the import dialog.
    ChooseList,
    /// Put an imported list into a draft.
    Imported(DraftId, Box<Imported>),
    /// Save a table (CSV) as a file.
    SaveTable {
        /// The suggested name, without ending.
        name: String,
        /// What is in it.
        bytes: Vec<u8>,
    },
    /// Something for the library of notice templates.
    Library(Wish),
    /// Something for the library of imported card templates.
    Lab(LabWish),
    /// Let the person choose a file to upload into a field of the current notice.
    PickMedia(Part),
    /// Ask for another status bar of an OA notice that was handed over.
    ChangeStatusBar(Target),
    /// Copy a text.
    Copy(String),
    /// Show a note.
    Toast(Box<Toast>),
    /// Write and send for another profile.
    SelectProfile(ProfileId),
    /// Use a template of the library for the current draft.
    UseTemplate(Option<String>),
    /// Send the draft: the person answered the question before a live send.
    SendConfirmed(DraftId),
    /// Stop the send on its way.
    CancelSend,
    /// Something about deliveries.
    Delivery(DeliveryAction),
    /// Let drafts with errors go out, on the sandbox.
    SendAnyway(bool),
    /// Do what an explanation offers.
    Fix(FixAction),
    /// Give the current card another `outTrackId`.
    NewOutTrackId,
    /// Open an address of the web in the browser.
    OpenUrl(String),
    /// Show a folder or file in the desktop's file manager.
    ShowFolder(PathBuf),
    /// Try again to keep the drafts that could not be written.
    RetryDrafts,
    /// Close the window although something is not finished.
    CloseAnyway,
    /// Something for the settings tab's own machinery.
    Settings(SettingsAction),
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
