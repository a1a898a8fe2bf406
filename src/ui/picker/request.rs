//! What a screen asks the picker for, and what comes back. Knows nothing of the window.
//!
//! A screen sends `Action::OpenPicker(PickerRequest { … })`; when the person is done the app gets
//! `Action::Picked(Picked { … })` with the same [`Purpose`] and the complete new choice (not a difference).

use crate::compose::{PersonRef, notice::DepartmentRef, ways::CardField};

/// What the picked people are for. It comes back with the answer, so that the app knows which list to fill.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Purpose {
    /// `receiverUserIdList` of a card.
    CardReceivers,
    /// `atOpenIds` of a card.
    CardMentions,
    /// Robot chats (`IM_ROBOT`) of a card's `openSpaceId`.
    CardRobotSpaces,
    /// A field of a card that holds people: those of the places' models, the top box's, those mentioned in a text.
    CardField(CardField),
    /// Rows of a card's `privateData`.
    CardPrivateRows,
    /// `userid_list` and `dept_id_list` of a notice.
    NoticeRecipients,
    /// The one person that 先发给我 sends to.
    Myself,
}

/// Which id of a person the receiving field takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum IdKind {
    /// userId (`userIdType` 1, work notices).
    #[default]
    UserId,
    /// unionId (`userIdType` 2).
    UnionId,
}

impl IdKind {
    /// The kind that a card's `userIdType` asks for; anything but 2 is userId.
    pub const fn of_user_id_type(user_id_type: Option<i64>) -> Self {
        match user_id_type {
            Some(2) => Self::UnionId,
            _ => Self::UserId,
        }
    }
}

/// What the picker shows first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Start {
    /// The search and the department tree.
    #[default]
    Search,
    /// The field for a pasted list of ids.
    Paste,
}

/// People and departments, in the order they were chosen. No id stands twice.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chosen {
    /// The people; an id that the directory does not know has an empty name.
    pub people: Vec<PersonRef>,
    /// The departments.
    pub departments: Vec<DepartmentRef>,
}

/// A wish to pick people, or people and departments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PickerRequest {
    /// What for.
    pub purpose: Purpose,
    /// Which id of a person goes into [`PersonRef::id`].
    pub id_kind: IdKind,
    /// Whether more than one can be chosen; otherwise choosing another one replaces the first.
    pub multiple: bool,
    /// Whether departments themselves (`dept_id`) can be chosen, besides people.
    pub departments: bool,
    /// What is chosen already.
    pub chosen: Chosen,
    /// What is shown first.
    pub start: Start,
}

impl PickerRequest {
    /// A request for several people by userId, with nobody chosen yet.
    pub fn people(purpose: Purpose) -> Self {
        Self {
            purpose,
            id_kind: IdKind::UserId,
            multiple: true,
            departments: false,
            chosen: Chosen::default(),
            start: Start::Search,
        }
    }

    /// With another kind of id.
    #[must_use]
    pub fn id_kind(mut self, id_kind: IdKind) -> Self {
        self.id_kind = id_kind;
        self
    }

    /// Begins with the field for a pasted list of ids.
    #[must_use]
    pub fn pasting(mut self) -> Self {
        self.start = Start::Paste;
        self
    }

    /// With people who are chosen already.
    #[must_use]
    pub fn chosen_people(mut self, people: Vec<PersonRef>) -> Self {
        self.chosen.people = people;
        self
    }
}

/// What was picked: the complete new choice for the request's purpose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picked {
    /// What for, as in the request.
    pub purpose: Purpose,
    /// The choice.
    pub chosen: Chosen,
}
