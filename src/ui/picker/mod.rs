//! The picker: people and departments for a card's or a notice's lists, by search, by department, or by pasted ids.
//!
//! * [`request`]: what a screen asks for and gets back (`Action::OpenPicker`, `Action::Picked`).
//! * [`apply`]: puts the result into the draft.
//! * [`contacts`], [`loaded`]: the organisation's people, loaded and kept; also for screens that show names.
//! * [`state`]: the picker while it is open, made of [`choice`], [`tree`], [`list`], [`paste`], [`facts`].
//! * [`view`]: how it is drawn, with [`panes`], [`rows`], [`paste_view`], [`groups`], [`status`], [`meters`], [`marks`].

pub mod apply;
pub mod choice;
pub mod contacts;
pub mod facts;
pub mod groups;
pub mod list;
pub mod loaded;
pub mod marks;
pub mod meters;
pub mod panes;
pub mod paste;
pub mod paste_view;
pub mod request;
pub mod rows;
pub mod state;
pub mod status;
pub mod tree;
pub mod view;

pub use contacts::{Contacts, Origin};
pub use loaded::Loaded;
pub use request::{Chosen, IdKind, Picked, PickerRequest, Purpose, Start};

use super::drafts::DraftId;

/// The picker, open or not.
#[derive(Default)]
pub struct Picker {
    open: Option<state::Open>,
}

impl Picker {
    /// Opens it. `draft` is where the choice goes.
    pub fn open(&mut self, request: PickerRequest, draft: Option<DraftId>) {
        self.open = Some(state::Open::new(request, draft));
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}
