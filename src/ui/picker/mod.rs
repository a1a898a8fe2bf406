//! The picker: people and departments for a card's or a notice's lists, by search, by department, or by pasted ids.
//!
//! * [`request`]: what a screen asks for and gets back (`Action::OpenPicker`, `Action::Picked`).
//! * [`choice`]: what is chosen while it is open.
//! * [`apply`]: puts the result into the draft.

pub mod apply;
pub mod choice;
pub mod request;

pub use request::{Chosen, IdKind, Picked, PickerRequest, Purpose};

use choice::Choice;

use super::drafts::DraftId;

/// The picker, open or not.
#[derive(Default)]
pub struct Picker {
    open: Option<Open>,
}

struct Open {
    request: PickerRequest,
    /// The draft that gets the choice.
    draft: Option<DraftId>,
    choice: Choice,
}

impl Picker {
    /// Opens it. `draft` is where the choice goes.
    pub fn open(&mut self, request: PickerRequest, draft: Option<DraftId>) {
        let choice = Choice::of(&request);
        self.open = Some(Open { request, draft, choice });
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Closes it and gives what it was open for: the draft, and the choice as it stands.
    pub fn take(&mut self) -> Option<(Option<DraftId>, Picked)> {
        let Open { request, draft, choice } = self.open.take()?;
        Some((draft, Picked { purpose: request.purpose, chosen: choice.chosen() }))
    }
}
