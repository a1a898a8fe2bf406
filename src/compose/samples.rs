//! The first card and the first notice: filled in, so that they can be sent to the sandbox at once.
//!
//! The texts are in `assets/samples/` and use the variables of the sandbox's first card template (任务通知) and first message
//! template (会议通知); whatever names somebody or something of its organisation is put in by the caller.

use std::sync::Arc;

use super::{CardDraft, Draft, NoticeDraft, PersonRef, file, notice::DepartmentRef};

const CARD: &str = include_str!("../../assets/samples/card.json");
const FREE_NOTICE: &str = include_str!("../../assets/samples/notice_free.json");
const NOTICE: &str = include_str!("../../assets/samples/notice.json");

/// What the first card needs from the organisation it goes to.
#[derive(Clone, Debug, Default)]
pub struct CardSample {
    /// `cardTemplateId`.
    pub card_template_id: String,
    /// `openConversationId`.
    pub open_conversation_id: String,
    /// `robotCode`.
    pub robot_code: String,
    /// `outTrackId`, freshly made.
    pub out_track_id: String,
    /// The receivers; the first two get the private values of the sample.
    pub people: Vec<PersonRef>,
}

/// What the first notice needs from the organisation it goes to.
#[derive(Clone, Debug, Default)]
pub struct NoticeSample {
    /// `agent_id`.
    pub agent_id: String,
    /// `template_id`.
    pub template_id: String,
    /// Who gets it.
    pub users: Vec<PersonRef>,
    /// Departments that get it.
    pub departments: Vec<DepartmentRef>,
}

/// The first card: a duty roster that two people confirm, each told their own shift.
pub fn card(sample: &CardSample) -> CardDraft {
    let mut card = match file::read(CARD) {
        Ok(file::DraftFile { draft: Draft::Card(card), .. }) => card,
        // The file is part of the program; a test reads it.
        _ => CardDraft::default(),
    };
    card.card_template_id.clone_from(&sample.card_template_id);
    card.open_conversation_id.clone_from(&sample.open_conversation_id);
    card.robot_code.clone_from(&sample.robot_code);
    card.out_track_id.clone_from(&sample.out_track_id);
    card.receivers = sample.people.clone().into();
    let table = Arc::make_mut(&mut card.private);
    table.rows.truncate(sample.people.len());
    for (row, person) in table.rows.iter_mut().zip(&sample.people) {
        row.person.clone_from(person);
    }
    card
}

/// The first notice: the maintenance of a system is announced.
pub fn notice(sample: &NoticeSample) -> NoticeDraft {
    let mut notice = match file::read(NOTICE) {
        Ok(file::DraftFile { draft: Draft::Notice(notice), .. }) => notice,
        // The file is part of the program; a test reads it.
        _ => NoticeDraft::default(),
    };
    notice.agent_id.clone_from(&sample.agent_id);
    notice.template_id.clone_from(&sample.template_id);
    notice.users.clone_from(&sample.users);
    notice.departments.clone_from(&sample.departments);
    notice
}

/// The first free-form notice: an OA message with a form and a status bar.
pub fn free_notice(sample: &NoticeSample) -> NoticeDraft {
    let mut notice = match file::read(FREE_NOTICE) {
        Ok(file::DraftFile { draft: Draft::Notice(notice), .. }) => notice,
        // The file is part of the program; a test reads it.
        _ => NoticeDraft::default(),
    };
    notice.agent_id.clone_from(&sample.agent_id);
    notice.users.clone_from(&sample.users);
    notice.departments.clone_from(&sample.departments);
    notice
}
