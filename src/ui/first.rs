//! The first card and the first notice: filled in for the sandbox, so that the first click on 发送 shows the whole way; and
//! what the sandbox has to know of the person's own templates.

use crate::{
    compose::{
        CardDraft, NoticeDraft, PersonRef,
        notice::NoticeTemplate,
        samples::{self, CardSample, NoticeSample},
    },
    sandbox::{CardTemplate, CardVariable, Sandbox},
};

/// `cardTemplateId` of the first card's template on the sandbox.
const CARD_TEMPLATE: &str = "6a7e2c14-90b3-4d58-8f2e-1c35d97a04be.schema";
/// `template_id` of the first notice's template on the sandbox.
const NOTICE_TEMPLATE: &str = "5d0c1f7e9ab84c23b6e1a07f4d92c8e6";

/// Publishes the templates that the person's drafts use: the first card's own, and the whole library of notice templates.
pub fn prepare(sandbox: &Sandbox, library: &[NoticeTemplate]) {
    let sample = samples::card(&CardSample::default());
    let public = sample.params.iter().map(|row| (row.key.clone(), row.kind));
    let private = sample.private.columns.iter().map(|column| (column.key.clone(), column.kind));
    let mut variables: Vec<CardVariable> = Vec::new();
    for (key, kind) in public.chain(private) {
        if !variables.iter().any(|known| known.key == key) {
            variables.push(CardVariable { key, kind });
        }
    }
    let name = "差旅报销审批".to_owned();
    let template = CardTemplate { id: CARD_TEMPLATE.to_owned(), name, published: true, variables };
    sandbox.publish_card_template(template);
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

/// The first card, to the two people of the sandbox's conversation.
pub fn card(sandbox: &Sandbox, out_track_id: String) -> CardDraft {
    samples::card(&CardSample {
        card_template_id: CARD_TEMPLATE.to_owned(),
        open_conversation_id: sandbox.open_conversation_id(),
        robot_code: sandbox.robot_code(),
        out_track_id,
        people: people(sandbox),
    })
}

/// The first notice, to two people, with its template for the library.
pub fn notice(sandbox: &Sandbox) -> (NoticeDraft, NoticeTemplate) {
    let sample = NoticeSample {
        agent_id: sandbox.agent_id().to_string(),
        template_id: NOTICE_TEMPLATE.to_owned(),
        users: people(sandbox),
        departments: Vec::new(),
    };
    (samples::notice(&sample), samples::notice_template(NOTICE_TEMPLATE))
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
        for draft in [Draft::Card(card(&sandbox, "first".to_owned())), Draft::Notice(notice)] {
            let checked = check_draft(&draft, &context);
            assert!(checked.ready.is_some(), "{:#?}", checked.findings);
            assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        }
    }
}
