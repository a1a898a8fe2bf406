//! What is written meets the sandbox: the first drafts fit its templates and go out as they are.

use std::process::Command;

use ding_composer::{
    compose::{
        CheckContext, Draft, PersonRef, check_draft,
        file::{self, DraftFile},
        samples,
        template::{fields, fill_text},
    },
    sandbox::{Sandbox, SandboxOptions},
};

/// The drafts a fresh installation shows.
fn first_drafts(sandbox: &Sandbox) -> (Draft, Draft) {
    let organisation = sandbox.organisation();
    let people: Vec<_> = organisation
        .people()
        .iter()
        .take(2)
        .map(|person| PersonRef { id: person.userid.to_string(), name: person.name.to_string() })
        .collect();
    let card = samples::card(&samples::CardSample {
        card_template_id: sandbox.card_template_ids().remove(0),
        open_conversation_id: sandbox.open_conversation_id(),
        robot_code: sandbox.robot_code(),
        out_track_id: "first-card-1".to_owned(),
        people: people.clone(),
    });
    let notice = samples::notice(&samples::NoticeSample {
        agent_id: sandbox.agent_id().to_string(),
        template_id: sandbox.notice_templates().remove(0).id,
        users: people,
        departments: Vec::new(),
    });
    (Draft::Card(card), Draft::Notice(notice))
}

#[test]
fn the_first_drafts_use_exactly_the_variables_of_the_sandboxes_templates() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let (card, notice) = first_drafts(&sandbox);
    let (Draft::Card(card), Draft::Notice(notice)) = (card, notice) else { panic!("two kinds") };
    let template = sandbox.card_templates().remove(0);
    for row in &card.params {
        let variable = template.variables.iter().find(|variable| variable.key == row.key);
        assert_eq!(variable.map(|variable| variable.kind), Some(row.kind), "{}", row.key);
    }
    assert_eq!(card.params.len(), template.variables.len());
    let template = sandbox.notice_templates().remove(0);
    let context = CheckContext { template: Some(&template), ..CheckContext::default() };
    assert_eq!(check_draft(&Draft::Notice(notice.clone()), &context).findings, []);
    assert!(!fill_text(&template.body, &notice.data).contains("${"));
    assert_eq!(fields(&template.body).len(), notice.data.len());
}

#[test]
fn the_first_drafts_go_out_from_their_files() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let (card, notice) = first_drafts(&sandbox);
    for draft in [card, notice] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("draft.json");
        std::fs::write(&path, file::write(&DraftFile::new(draft))).unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_ding-composer"))
            .arg("send")
            .arg(&path)
            .args(["--json", "--home"])
            .arg(home.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&out.stdout);
        let report: serde_json::Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}: {text} {}", String::from_utf8_lossy(&out.stderr)));
        assert_eq!(report["outcome"], "handed_over", "{report:#}");
        assert_eq!(report["findings"], serde_json::json!([]));
    }
}
