//! One draft, other values for each person.

use crate::compose::{
    CheckContext, Draft, Kind, PersonRef, Ready,
    card::{PrivateColumn, PrivateRow},
    file::{self, DraftFile},
    personal::{PeopleTable, Personal, Use},
};
use serde_json::json;

fn table(columns: &[&str], rows: &[(&str, &[&str])]) -> PeopleTable {
    PeopleTable {
        columns: columns
            .iter()
            .map(|key| PrivateColumn { key: (*key).to_owned(), ..PrivateColumn::default() })
            .collect(),
        rows: rows
            .iter()
            .map(|(id, cells)| PrivateRow {
                person: PersonRef { id: (*id).to_owned(), name: String::new() },
                cells: cells.iter().map(|cell| (!cell.is_empty()).then(|| (*cell).to_owned())).collect(),
            })
            .collect(),
    }
}

fn notice(data: &serde_json::Value) -> Draft {
    Draft::from_body(
        Kind::Notice,
        &json!({"agent_id": 1, "template_id": "t", "userid_list": "someone,else", "data": data.to_string()}),
    )
}

#[test]
fn people_with_equal_content_share_a_call_and_names_go_where_the_text_wants_them() {
    let draft = notice(&json!({"title": "亲爱的${name}", "city": "杭州", "rest": "${unknown}"}));
    let people = table(
        &["name", "city", "extra"],
        &[("a", &["张", "北京", "x"]), ("b", &["张", "北京", "x"]), ("c", &["李", "", ""])],
    );
    let personal = Personal::new(&draft, &people);
    assert_eq!(personal.uses(), [Use::InTexts, Use::Value, Use::Value]);
    let grouped = personal.group(0..3);
    assert_eq!(grouped.people, [vec![0, 1], vec![2]]);
    let Ready::Notice(call) = personal.call(&personal.render(0), &grouped.people[0], &[], 0, "") else { panic!() };
    assert_eq!(call.users_text(), "a,b", "the draft's own recipients are replaced");
    let data = r#"{"title":"亲爱的张","city":"北京","rest":"${unknown}","extra":"x"}"#;
    assert_eq!(call.data.as_deref(), Some(data));
    let Ready::Notice(call) = personal.call(&personal.render(2), &grouped.people[1], &[], 1, "") else { panic!() };
    assert_eq!(
        call.data.as_deref(),
        Some(r#"{"title":"亲爱的李","city":"杭州","rest":"${unknown}"}"#),
        "an empty cell falls back"
    );
    let found = personal.check(0, &CheckContext::default());
    assert!(found.iter().any(|finding| finding.code == "notice.placeholder"), "{found:?}");
}

#[test]
fn different_cells_that_read_the_same_are_one_content() {
    let draft = notice(&json!({"title": "${a}${b}"}));
    let people = table(&["a", "b"], &[("1", &["xy", "z"]), ("2", &["x", "yz"]), ("3", &["x", "y"])]);
    let grouped = Personal::new(&draft, &people).group(0..3);
    assert_eq!(grouped.people, [vec![0, 1], vec![2]]);
}

#[test]
fn the_same_text_has_the_same_fingerprint_whoever_gets_it() {
    let people = table(&[], &[("1", &[]), ("2", &[])]);
    let (one, other) = (notice(&json!({"t": "x"})), notice(&json!({"t": "y"})));
    let hash = |draft: &Draft, row| Personal::new(draft, &people).group([row]).contents[0].hash;
    assert_eq!(hash(&one, 0), hash(&one, 1));
    assert_ne!(hash(&one, 0), hash(&other, 0));
    assert_eq!(hash(&one, 0), crate::compose::personal::content_hash(&one), "a single send's is the same");
}

#[test]
fn values_of_a_card_become_private_rows_and_each_call_has_an_id_of_its_own() {
    let body = json!({"cardTemplateId": "x.schema", "outTrackId": "first", "openConversationId": "cidAAAABBBBCCCCDDDD==",
        "cardData": {"cardParamMap": {"title": "t"}},
        "privateData": {"a": {"cardParamMap": {"seat": "1", "hall": "A"}}}});
    let draft = Draft::from_body(Kind::Card, &body);
    let people = table(&["seat"], &[("a", &["9"]), ("b", &["8"]), ("c", &[""])]);
    let personal = Personal::new(&draft, &people);
    let grouped = personal.group(0..3);
    assert_eq!(grouped.people, [vec![0, 1, 2]], "private values travel together");
    let Ready::Card(call) = personal.call(&personal.render(0), &[0, 1], &[], 1, "track") else { panic!() };
    assert_eq!(call.out_track_id, "track-2");
    let sent: serde_json::Value = serde_json::from_str(&call.body).unwrap();
    assert_eq!(sent["receiverUserIdList"], json!(["a", "b"]));
    assert_eq!(
        sent["privateData"],
        json!({"a": {"cardParamMap": {"seat": "9", "hall": "A"}}, "b": {"cardParamMap": {"seat": "8"}}})
    );
}

#[test]
fn the_people_are_kept_with_the_draft() {
    let people = table(&["name"], &[("a", &["张"]), ("b", &[""])]);
    let mut kept = DraftFile::new(notice(&json!({"t": "${name}"})));
    kept.people = Some(std::sync::Arc::new(people));
    let again = file::read(&file::write(&kept)).unwrap();
    assert_eq!(again.people, kept.people);
    let broken = file::write(&kept).replace("\"columns\"", "\"cols\"");
    let again = file::read(&broken).unwrap();
    assert_eq!(again.people, None);
    assert_eq!(again.editor_others.len(), 1, "what cannot be read is not lost");
}
