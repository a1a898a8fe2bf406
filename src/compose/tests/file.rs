//! Draft files: what opens, what is refused and where.

use crate::{
    compose::{
        Draft, Kind, PersonRef, ValueKind,
        check::{CheckContext, check_draft},
        file::{self, DraftFile, FileError},
        samples,
    },
    lang::Lang,
};

fn refused(text: &str) -> String {
    file::read(text).unwrap_err().message(Lang::En)
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_where() {
    assert!(refused("{\"kind\":\"card\",\n'version'").starts_with("Line 2, column 1"));
    assert!(refused("[]").contains("a draft file is"));
    assert!(refused("{\"version\":1,\"body\":{}}").contains("no /kind"));
    assert!(refused("{\"cardTemplateId\":\"x\"}").contains("bare body"));
    assert!(refused("{\"kind\":\"Card\",\"version\":1,\"body\":{}}").contains("kind is \"Card\""));
    let odd = refused("{\"kind\":\"card\",\"version\":1,\n\"via\":\"template\",\"body\":{}}");
    assert!(odd.starts_with("Line 2: via is \"template\"") && odd.contains("\"privateChat\""), "{odd}");
    assert!(refused("{\"kind\":\"notice\",\"version\":1,\"via\":1,\"body\":{}}").contains("via is 1"));
    assert!(refused("{\"kind\":\"card\",\"body\":{}}").contains("no /version"));
    assert!(refused("{\"kind\":\"card\",\"version\":\"1\",\"body\":{}}").contains("version is \"1\""));
    assert!(refused("{\"kind\":\"card\",\"version\":2,\"body\":{}}").contains("newer program"));
    assert!(refused("{\"kind\":\"card\",\"version\":99999999999999999999,\"body\":{}}").contains("newer program"));
    assert!(refused("{\"kind\":\"card\",\"version\":1}").contains("no /body"));
    assert!(refused("{\"kind\":\"card\",\"version\":1,\n\"body\":7}").starts_with("Line 2, column 8"));
    assert!(
        refused("{\"kind\":\"card\",\"kind\":\"notice\",\"version\":1,\"body\":{}}").contains("/kind stands twice")
    );
    assert!(
        refused("{\"kind\":\"card\",\"version\":1,\n\"body\":{\"robotCode\":1,\"robotCode\":2}}")
            .contains("/robotCode stands twice")
    );
    assert_eq!(file::read_bytes(b"{\n\xff\xfe}"), Err(FileError::NotUtf8 { line: 2 }));
    let big = " ".repeat(file::MAX_BYTES + 1);
    assert!(matches!(file::read(&big), Err(FileError::TooLarge { .. })));
    assert!(file::read_bytes(big.as_bytes()).unwrap_err().message(Lang::Zh).contains("33 MiB"));
}

#[test]
fn what_a_body_cannot_hold_comes_back_with_the_file() {
    let card = samples::card(&sample());
    let file = DraftFile {
        people: None,
        draft: Draft::Card(card),
        template: Some("差旅".to_owned()),
        others: vec![("author".to_owned(), serde_json::json!({"n": [1.50]}))],
        editor_others: vec![("zoom".to_owned(), serde_json::json!(2))],
    };
    assert_eq!(file::read(&file::write(&file)).unwrap(), file);
}

#[test]
fn a_broken_editor_part_is_ignored() {
    let body = "{\"kind\":\"card\",\"version\":1,\"body\":{\"receiverUserIdList\":[\"u\"],\"cardData\":{\"cardParamMap\":{\"a\":\"x\"}}},\"editor\":";
    for editor in [
        "5",
        "null",
        "[]",
        "{\"rows\":7,\"people\":[1],\"columns\":[{\"key\":1}]}",
        "{\"rows\":[{\"key\":\"a\",\"kind\":\"number\"}]}",
    ] {
        let file = file::read(&format!("{body}{editor}}}")).unwrap();
        let Draft::Card(card) = file.draft else { panic!() };
        assert_eq!((card.params[0].kind, card.params[0].value.as_str()), (ValueKind::Text, "x"), "{editor}");
    }
}

#[test]
fn a_value_that_did_not_fit_is_still_wrong_after_saving_and_opening() {
    let Draft::Card(mut card) = Draft::new(Kind::Card) else { panic!() };
    let typed = [("j", ValueKind::Json, "{a:1}"), ("n", ValueKind::Number, "十"), ("s", ValueKind::Json, "\"ok\"")];
    for (key, kind, value) in typed {
        card.params.push(crate::compose::card::ParamRow { key: key.to_owned(), kind, value: value.to_owned() });
    }
    let table = std::sync::Arc::make_mut(&mut card.private);
    table.add_column("j", ValueKind::Json);
    table.add_people(["a", "b"].map(|id| PersonRef { id: id.to_owned(), name: String::new() }));
    table.set(0, 0, Some("{b:1}".to_owned()));
    table.set(1, 0, Some("\"text\"".to_owned()));
    let draft = Draft::Card(card);
    let opened = file::read(&file::write(&DraftFile::new(draft.clone()))).unwrap().draft;
    assert_eq!(opened, draft);
    let errors = super::short(&opened).into_iter().filter(|line| line.contains("value_not")).count();
    assert_eq!(errors, 3);
}

fn sample() -> samples::CardSample {
    let person = |id: &str, name: &str| PersonRef { id: id.to_owned(), name: name.to_owned() };
    samples::CardSample {
        card_template_id: "demo.schema".to_owned(),
        open_conversation_id: "cidDemo".to_owned(),
        robot_code: "dingdemo".to_owned(),
        out_track_id: "track-1".to_owned(),
        people: vec![person("zhang01", "张伟"), person("li02", "李娜")],
    }
}

#[test]
fn the_first_drafts_can_be_sent_at_once() {
    let card = Draft::Card(samples::card(&sample()));
    let checked = check_draft(&card, &CheckContext::default());
    assert_eq!(checked.findings, []);
    assert!(checked.ready.is_some());
    let Draft::Card(card) = card else { panic!() };
    assert_eq!(card.params.len(), 9, "{:?}", card.params);
    assert_eq!((card.params[4].key.as_str(), card.params[4].value.as_str()), ("progress", "37.50"));
    assert_eq!(card.private.rows.len(), 2);
    assert!(card.last_message.texts.iter().take(5).all(|text| !text.is_empty()));
    let notice = Draft::Notice(samples::notice(&samples::NoticeSample {
        agent_id: "1001".to_owned(),
        template_id: "tpl-1".to_owned(),
        users: sample().people,
        departments: Vec::new(),
    }));
    let checked = check_draft(&notice, &CheckContext::default());
    assert_eq!(checked.findings, []);
    assert!(checked.ready.is_some());
}

#[test]
fn the_history_reopens_a_draft_with_its_way_and_bodies_of_before() {
    let draft = Draft::Card(samples::card(&sample()));
    let kept = file::write_compact(&draft);
    assert!(!kept.contains('\n'));
    assert_eq!(file::read_kept(Kind::Card, &kept).unwrap(), draft);
    let before = file::read_kept(Kind::Card, &draft.to_body().to_string()).unwrap();
    assert_eq!((before.via(), before.to_body()), (Kind::Card.into(), draft.to_body()));
    assert!(file::read_kept(Kind::Card, "{").is_err());
}

#[test]
fn the_values_of_each_person_travel_with_a_notice_and_survive_its_json_view() {
    let mut notice = crate::compose::NoticeDraft { template_id: "t".into(), ..Default::default() };
    let table = std::sync::Arc::make_mut(&mut notice.values);
    table.add_column("amount", ValueKind::Text);
    table.add_people([PersonRef { id: "u1".into(), name: "陈小明".into() }]);
    table.add_people([PersonRef { id: "u2".into(), name: String::new() }]);
    table.set(0, 0, Some("5".into()));
    let draft = Draft::Notice(notice);
    assert!(!draft.to_pretty_text().contains("陈小明"), "no part of the body");
    let text = file::write(&file::DraftFile::new(draft.clone()));
    let read = file::read(&text).unwrap();
    assert_eq!(read.draft, draft);
    assert!(read.editor_others.is_empty());
    let mut edited = Draft::from_text(Kind::Notice, &draft.to_pretty_text()).unwrap();
    edited.remember(&draft);
    assert_eq!(edited, draft);
    // Broken values are left out, the rest is read.
    let broken = text.replace("\"u1\"", "5");
    assert_ne!(broken, text);
    let Draft::Notice(read) = file::read(&broken).unwrap().draft else { panic!() };
    assert!(read.values.columns.is_empty() && read.template_id == "t");
}
