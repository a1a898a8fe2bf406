//! The first card and the first notice: filled in for the sandbox and its own templates, so that the first click on 发送
//! shows the whole way (also from a saved file and the command line); and what it has to know of the person's templates.

use crate::{
    compose::{
        CardDraft, NoticeDraft, PersonRef,
        notice::NoticeTemplate,
        samples::{self, CardSample, NoticeSample},
    },
    sandbox::Sandbox,
};

/// Tells the sandbox the templates of the person's library, so that notices written with them are taken.
pub fn prepare(sandbox: &Sandbox, library: &[NoticeTemplate]) {
    for template in library.iter().filter(|template| !template.id.trim().is_empty()) {
        sandbox.approve_notice_template(template.clone());
    }
}

fn people(sandbox: &Sandbox) -> Vec<PersonRef> {
    let organisation = sandbox.organisation();
    let person =
        |person: &crate::sandbox::Person| PersonRef { id: person.userid.to_string(), name: person.name.to_string() };
    organisation.people().iter().filter(|one| !one.hidden).take(2).map(person).collect()
}

/// The first card, of the sandbox's own first template, to the two people of its conversation.
pub fn card(sandbox: &Sandbox, out_track_id: String) -> CardDraft {
    samples::card(&CardSample {
        card_template_id: sandbox.card_template_ids().into_iter().next().unwrap_or_default(),
        open_conversation_id: sandbox.open_conversation_id(),
        robot_code: sandbox.robot_code(),
        out_track_id,
        people: people(sandbox),
    })
}

/// The first notice, to two people, with its template (the sandbox's own first one) for the library.
pub fn notice(sandbox: &Sandbox) -> (NoticeDraft, NoticeTemplate) {
    let template = sandbox.notice_templates().into_iter().next().unwrap_or_default();
    let sample = NoticeSample {
        agent_id: sandbox.agent_id().to_string(),
        template_id: template.id.clone(),
        users: people(sandbox),
        departments: Vec::new(),
    };
    (samples::notice(&sample), template)
}

/// The first free-form notice, to the same two people.
pub fn free_notice(sandbox: &Sandbox) -> NoticeDraft {
    samples::free_notice(&NoticeSample {
        agent_id: sandbox.agent_id().to_string(),
        users: people(sandbox),
        ..NoticeSample::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::{
            Draft,
            check::{CheckContext, check_draft},
        },
        sandbox::SandboxOptions,
    };

    #[test]
    fn the_first_card_and_the_first_notice_can_be_sent_as_they_are() {
        let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
        let (notice, template) = notice(&sandbox);
        prepare(&sandbox, std::slice::from_ref(&template));
        let context = CheckContext { template: Some(&template), ..CheckContext::default() };
        let free = free_notice(&sandbox);
        for draft in [Draft::Card(card(&sandbox, "first".to_owned())), Draft::Notice(notice), Draft::Notice(free)] {
            let checked = check_draft(&draft, &context);
            assert!(checked.ready.is_some(), "{:#?}", checked.findings);
            assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        }
    }
}
