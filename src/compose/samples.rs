//! The first card and the first notice: filled in, so that they can be sent to the sandbox at once.
//!
//! The texts are in `assets/samples/`; whatever names somebody or something of the sandbox's organisation is put in by the
//! caller.

use std::sync::Arc;

use super::{CardDraft, Draft, NoticeDraft, PersonRef, file, notice::DepartmentRef};

const CARD: &str = include_str!("../../assets/samples/card.json");
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

/// The first card: an expense claim that waits for two people, each with their own step and amount.
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
    card.receivers.clone_from(&sample.people);
    let table = Arc::make_mut(&mut card.private);
    table.rows.truncate(sample.people.len());
    for (row, person) in table.rows.iter_mut().zip(&sample.people) {
        row.person.clone_from(person);
    }
    card
}

/// The first notice: a system maintenance is announced.
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

/// The template the first notice is written with: for the library of templates.
pub fn notice_template(template_id: &str) -> super::notice::NoticeTemplate {
    super::notice::NoticeTemplate {
        name: "系统维护通知".to_owned(),
        id: template_id.to_owned(),
        kind: super::notice::TemplateKind::Markdown,
        body: include_str!("../../assets/samples/notice-template.md").trim_end().to_owned(),
    }
}
