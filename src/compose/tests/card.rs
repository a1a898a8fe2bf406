//! Findings about a card, each by the mistake that leads to it.

use std::sync::Arc;

use super::{Sent, card_with, draft, findings, short, shown};
use crate::{
    compose::{
        CheckCache, CheckContext, Draft, Kind, Ready, Severity, Unit, ValueKind,
        card::{CardDraft, ParamRow, PrivateTable},
        check_draft, check_draft_with, force_ready,
        locate::{Field, field_of},
        values::Source,
    },
    lang::Lang,
};

#[test]
fn a_complete_card_has_nothing_to_say() {
    let checked = check_draft(&card_with("{}"), &CheckContext::default());
    assert_eq!(checked.findings, []);
    let Some(Ready::Card(ready)) = checked.ready else { panic!() };
    assert_eq!(ready.out_track_id, "t-1");
    assert_eq!(ready.receivers.len(), 2);
    assert!(ready.body.starts_with("{\"cardTemplateId\":\"7bd1.schema\",\"openConversationId\":\"cid1234\",\"receiverUserIdList\":[\"zhang01\",\"li02\"],\"outTrackId\":\"t-1\",\"robotCode\":\"dingrobot\",\"cardData\":"));
}

#[test]
fn each_mistake_has_its_finding() {
    let long = "x".repeat(101);
    let key_long = format!("w card.key_long /cardData/cardParamMap/{long}");
    let key_long = [key_long.as_str()];
    let many: Vec<String> = (0..21).map(|n| format!("\"u{n}\"")).collect();
    let params = |params: &str| format!("{{\"cardData\": {{\"cardParamMap\": {params}}}}}");
    let full = |text: &str| params(&serde_json::json!({"sys_full_json_obj": text}).to_string());
    let cases: Vec<(String, &[&str])> = vec![
        (r#"{"cardTemplateId": null}"#.into(), &["e card.template_empty /cardTemplateId"]),
        (r#"{"cardTemplateId": "TuWenCard01"}"#.into(), &["w card.template_other_api /cardTemplateId"]),
        (r#"{"cardTemplateId": " a.schema"}"#.into(), &["w card.id_space /cardTemplateId"]),
        (r#"{"outTrackId": null}"#.into(), &["e card.out_track_empty /outTrackId"]),
        (format!("{{\"outTrackId\": \"{long}\"}}"), &["e card.out_track_too_long /outTrackId"]),
        (format!("{{\"outTrackId\": \"{}\"}}", &long[..65]), &["w card.out_track_long /outTrackId"]),
        (r#"{"outTrackId": "a b"}"#.into(), &["e card.out_track_space /outTrackId"]),
        (r#"{"outTrackId": "报销1"}"#.into(), &["w card.out_track_characters /outTrackId"]),
        (r#"{"openConversationId": null}"#.into(), &["w card.conversation_empty /openConversationId"]),
        (
            r#"{"openConversationId": null, "receiverUserIdList": null}"#.into(),
            &["w card.no_addressee /openConversationId"],
        ),
        (r#"{"openConversationId": "x1"}"#.into(), &["w card.conversation_format /openConversationId"]),
        (r#"{"robotCode": null}"#.into(), &["w card.robot_empty /robotCode"]),
        (
            r#"{"receiverUserIdList": ["1001,01472825524039877041"]}"#.into(),
            &["e card.receiver_joined /receiverUserIdList/0"],
        ),
        (
            r#"{"receiverUserIdList": ["a", "", "a", "\"b\""]}"#.into(),
            &[
                "e card.receiver_empty /receiverUserIdList/1",
                "w card.receiver_duplicate /receiverUserIdList/2",
                "e card.receiver_bad /receiverUserIdList/3",
            ],
        ),
        (format!("{{\"receiverUserIdList\": [{}]}}", many.join(",")), &["w card.receivers_many /receiverUserIdList"]),
        (r#"{"receiverUserIdList": "a"}"#.into(), &["e card.member_mistyped /receiverUserIdList"]),
        (r#"{"userIdType": 3}"#.into(), &["e card.user_id_type /userIdType"]),
        (r#"{"userIdType": "1"}"#.into(), &["e card.member_mistyped /userIdType"]),
        (r#"{"pullStrategy": true}"#.into(), &["w card.pull_without_callback /pullStrategy"]),
        (r#"{"pullStrategy": true, "callbackRouteKey": "k"}"#.into(), &[]),
        (r#"{"atOpenIds": {"@ALL": "所有人"}}"#.into(), &["w card.at_all_half /atOpenIds/@ALL"]),
        (r#"{"atOpenIds": {"@ALL": "@ALL", "u": ""}}"#.into(), &["w card.at_name_empty /atOpenIds/u"]),
        (r#"{"atOpenIds": {"key": "{\"123456\":\"钉三多\"}"}}"#.into(), &["e card.at_docs_example /atOpenIds/key"]),
        (r#"{"atOpenIds": {"": "a"}}"#.into(), &["e card.at_id_empty /atOpenIds/"]),
        (r#"{"conversationType": 1}"#.into(), &["w card.member_other_way /conversationType"]),
        (r#"{"robotcode": "x"}"#.into(), &["w card.member_close /robotcode"]),
        (r#"{"receiverUserIds": []}"#.into(), &["w card.member_unknown /receiverUserIds"]),
        (r#"{"access_token": "x"}"#.into(), &["e card.token_in_body /access_token"]),
        (
            r#"{"cardData": {"config": {"autoLayout": true}, "cardParamMap": {"a": "b"}}}"#.into(),
            &["w card.config_beside /cardData/config"],
        ),
        (r#"{"cardData": "x"}"#.into(), &["e card.member_mistyped /cardData"]),
        (params(r#"{"a": 1}"#), &["e card.member_mistyped /cardData/cardParamMap/a"]),
        (params(r#"{"": "x"}"#), &["e card.member_without_name /cardData/cardParamMap/"]),
        (params(r#"{" a": "x"}"#), &["w card.key_space /cardData/cardParamMap/ a"]),
        (params(r#"{"${a}": "x"}"#), &["w card.key_placeholder /cardData/cardParamMap/${a}"]),
        (params(r#"{"sys_xpnContent": "x"}"#), &["w card.key_unknown_reserved /cardData/cardParamMap/sys_xpnContent"]),
        (params(r#"{"a": "您好 ${name}"}"#), &["w card.value_placeholder /cardData/cardParamMap/a"]),
        (params(&format!("{{\"{long}\": \"x\"}}")), &key_long),
        (full("{a:1}"), &["e card.full_json_not_object /cardData/cardParamMap/sys_full_json_obj"]),
        (full("[1]"), &["e card.full_json_not_object /cardData/cardParamMap/sys_full_json_obj"]),
        (full("{\"a\":1,\"a\":true}"), &["e card.key_duplicate /cardData/cardParamMap/sys_full_json_obj/a"]),
        (
            full("{\"a\":{\"x\":1,\"x\":2}}"),
            &["w card.value_json_duplicate /cardData/cardParamMap/sys_full_json_obj/a"],
        ),
        (
            params(r#"{"a": "1", "sys_full_json_obj": "{\"a\":1}"}"#),
            &["e card.key_duplicate /cardData/cardParamMap/sys_full_json_obj/a"],
        ),
        (
            params(r#"{"sys_lastMessageI18n": "{\"zh_CN\":\"x\"}\""}"#),
            &["e card.last_message_not_object /cardData/cardParamMap/sys_lastMessageI18n"],
        ),
        (
            params(r#"{"sys_lastMessageI18n": "{\"zh_CN\":\"x\",\"zh_CN\":\"y\"}"}"#),
            &["e card.last_message_language_twice /cardData/cardParamMap/sys_lastMessageI18n"],
        ),
        (
            params(r#"{"sys_lastMessageI18n": "{\"zh_CN\":5}"}"#),
            &["e card.member_mistyped /cardData/cardParamMap/sys_lastMessageI18n/zh_CN"],
        ),
        (
            params(r#"{"sys_lastMessageI18n": "{\"vi_VN\":\"x\"}"}"#),
            &["w card.member_unknown /cardData/cardParamMap/sys_lastMessageI18n/vi_VN"],
        ),
        (
            r#"{"privateData": {"wang03": {"cardParamMap": {"a": "1"}}}}"#.into(),
            &["w card.private_not_receiver /privateData/wang03"],
        ),
        (
            r#"{"privateData": {"li02": {"cardParamMap": {"title": "1", "sys_full_json_obj": "{\"title\":2}"}}}}"#
                .into(),
            &[
                "w card.private_kind_differs /privateData/li02/cardParamMap/sys_full_json_obj/title",
                "w card.private_column_duplicate /privateData/li02/cardParamMap/sys_full_json_obj/title",
                "e card.private_key_duplicate /privateData/li02/cardParamMap/sys_full_json_obj/title",
            ],
        ),
        (
            r#"{"privateData": {"li02": {"cardParamMap": {"n": 5}, "other": 1}}}"#.into(),
            &[
                "e card.member_mistyped /privateData/li02/cardParamMap/n",
                "w card.member_unknown /privateData/li02/other",
            ],
        ),
        (
            r#"{"privateData": {"li02": {"cardParamMap": {"sys_full_json_obj": "nope"}}}}"#.into(),
            &["e card.full_json_not_object /privateData/li02/cardParamMap/sys_full_json_obj"],
        ),
        (r#"{"privateData": {"li02": 5}}"#.into(), &["e card.member_mistyped /privateData/li02"]),
        (
            r#"{"privateData": {"": {"cardParamMap": {"a": "1"}}}}"#.into(),
            &["e card.private_person_empty /privateData/"],
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(short(&card_with(&change)), expected, "{change}");
    }
}

#[test]
fn a_limit_says_what_was_found_and_what_is_allowed() {
    let findings = findings(&card_with(&format!("{{\"outTrackId\": \"{}\"}}", "单".repeat(101))));
    let limit = findings[0].limit.unwrap();
    assert_eq!((limit.max, limit.actual, limit.unit), (100, 101, Unit::Characters));
    assert_eq!(findings[0].message(Lang::Zh), "outTrackId 有 101 个字符，最多 100 个。");
    let large = "好".repeat(40_000);
    let draft = card_with(&serde_json::json!({"cardData": {"cardParamMap": {"a": large}}}).to_string());
    assert!(short(&draft).contains(&"w card.data_large /cardData".to_owned()));
}

#[test]
fn a_value_that_does_not_fit_its_type_is_an_error_at_its_own_place_and_is_kept() {
    let row = |key: &str, kind, value: &str| ParamRow { key: key.to_owned(), kind, value: value.to_owned() };
    let Draft::Card(mut card) = card_with("{}") else { panic!() };
    card.params = vec![
        row("n", ValueKind::Number, "1,000"),
        row("b", ValueKind::Boolean, "True"),
        row("j", ValueKind::Json, "{'a': 1}"),
        row("e", ValueKind::Number, " "),
        row("n", ValueKind::Text, ""),
    ];
    let mut draft = Draft::Card(card);
    let at = "/cardData/cardParamMap/sys_full_json_obj";
    let expected = [
        format!("e card.value_not_number {at}/n"),
        format!("e card.value_not_boolean {at}/b"),
        format!("e card.value_not_json {at}/j"),
        format!("e card.value_empty {at}/e"),
        "e card.key_duplicate /cardData/cardParamMap/n".to_owned(),
    ];
    assert_eq!(short(&draft), expected);
    let json = &findings(&draft)[2];
    assert_eq!(
        json.message(Lang::Zh),
        "变量「j」的值不是 JSON：第 1 行第 2 列，JSON 要用双引号，这里是单引号（像是从 Python 或 JavaScript 复制来的）。"
    );
    assert_eq!(field_of(&draft, json), Field::Params(Some(2)));
    assert_eq!(field_of(&draft, &findings(&draft)[4]), Field::Params(Some(4)), "the second of the two");
    // The JSON view keeps what was typed, and gives the same rows back to the form it came from.
    let mut again = Draft::from_text(Kind::Card, &draft.to_pretty_text()).unwrap();
    again.remember(&draft);
    assert_eq!(short(&again), expected);
    assert_eq!(again, draft);
    // On the sandbox a tester may send it anyway.
    assert!(check_draft(&draft, &CheckContext::default()).ready.is_none());
    let Ready::Card(forced) = force_ready(&draft, &mut CheckCache::default()) else { panic!() };
    assert!(forced.forced && forced.body.contains(r#"\"n\":\"1,000\""#), "{}", forced.body);
    let Draft::Card(card) = &mut draft else { panic!() };
    card.params.truncate(0);
    assert_eq!(short(&draft), [""; 0]);
}

#[test]
fn an_out_track_id_used_for_other_content_is_found() {
    let first = card_with("{}");
    let Draft::Card(card) = &first else { panic!() };
    let known = Sent("t-1", card.content_hash());
    let context = CheckContext { known: &known, ..CheckContext::default() };
    let codes = |draft: &Draft| check_draft(draft, &context).findings.iter().map(shown).collect::<Vec<_>>();
    assert_eq!(codes(&first), ["i card.out_track_again /outTrackId"]);
    assert_eq!(codes(&card_with(r#"{"robotCode": "other"}"#)), ["i card.out_track_again /outTrackId"]);
    assert_eq!(codes(&card_with(r#"{"cardTemplateId": "other"}"#)), ["w card.out_track_reused /outTrackId"]);
    let private = r#"{"privateData": {"li02": {"cardParamMap": {"title": "x"}}}}"#;
    assert_eq!(codes(&card_with(private)), ["w card.out_track_reused /outTrackId"]);
    assert_eq!(codes(&card_with(r#"{"outTrackId": "t-2"}"#)), [""; 0]);
}

#[test]
fn the_content_hash_does_not_see_order_but_sees_types() {
    let hash = |text: &str| crate::compose::values::content_hash(&crate::compose::json::parse(text).unwrap().value);
    let a = hash(
        r#"{"cardData":{"cardParamMap":{"a":"1","b":"2"}},"privateData":{"u":{"cardParamMap":{"x":"1"}},"v":{}}}"#,
    );
    let b = hash(
        r#"{"privateData":{"v":{},"u":{"cardParamMap":{"x":"1"}}},"cardData":{"cardParamMap":{"b":"2","a":"1"}}}"#,
    );
    let c = hash(
        r#"{"cardData":{"cardParamMap":{"b":"2","sys_full_json_obj":"{\"a\":1}"}},"privateData":{"u":{"cardParamMap":{"x":"1"}},"v":{}}}"#,
    );
    assert_eq!(a, b);
    assert_ne!(a, c, "the text 1 is not the number 1");
    assert_eq!(a.len(), 64);
}

#[test]
fn each_person_sees_their_own_value_or_the_public_one() {
    let draft = card_with(
        r#"{"cardData": {"cardParamMap": {"title": "报销", "sys_full_json_obj": "{\"n\":1}"}},
            "privateData": {"li02": {"cardParamMap": {"title": "请审批", "hint": "x"}}, "zhang01": {"cardParamMap": {}}}}"#,
    );
    let Draft::Card(card) = draft else { panic!() };
    let seen = |id: &str| card.values_for(id).into_iter().map(|v| (v.key, v.value, v.source)).collect::<Vec<_>>();
    let (public, private, missing) = (Source::Public, Source::Private, Source::Missing);
    assert_eq!(seen("li02"), [("title", "请审批", private), ("n", "1", public), ("hint", "x", private)]);
    assert_eq!(seen("zhang01"), [("title", "报销", public), ("n", "1", public), ("hint", "", missing)]);
    assert_eq!(seen("nobody"), seen("zhang01"));
    assert_eq!(card.people_count(), 2);
    assert_eq!(card.public_value("title"), Some("报销"));
}

#[test]
fn a_thousand_rows_with_the_same_mistake_do_not_flood_the_list() {
    let mut table = PrivateTable::default();
    table.add_column("n", ValueKind::Number);
    table.add_people((0..1000).map(|n| crate::compose::PersonRef { id: format!("u{n}"), name: String::new() }));
    for row in 0..1000 {
        table.set(row, 0, Some("abc".to_owned()));
    }
    let Draft::Card(mut card) = card_with("{}") else { panic!() };
    card.private = Arc::new(table);
    card.receivers.clear();
    let list = findings(&Draft::Card(card));
    let errors: Vec<_> = list.iter().filter(|finding| finding.severity == Severity::Error).collect();
    assert_eq!(errors.len(), 101);
    assert_eq!(errors[100].code, "card.more");
    assert_eq!(errors[100].message(Lang::En), "900 more of the same (card.value_not_number).");
}

#[test]
fn the_cache_notices_every_change_of_the_private_part() {
    let Draft::Card(mut card) = card_with(r#"{"privateData": {"li02": {"cardParamMap": {"a": "1"}}}}"#) else {
        panic!()
    };
    let mut cache = CheckCache::default();
    let fresh = |card: &CardDraft| check_draft(&Draft::Card(card.clone()), &CheckContext::default());
    let mut same = |card: &CardDraft| {
        let cached = check_draft_with(&Draft::Card(card.clone()), &CheckContext::default(), &mut cache);
        let fresh = fresh(card);
        assert_eq!((cached.findings, cached.ready), (fresh.findings, fresh.ready));
        assert_eq!(cache.pretty(card), card.to_pretty_text());
        let parts = cache.pretty_parts(card);
        assert_eq!(format!("{}{}{}", parts.before, parts.private, parts.after), card.to_pretty_text());
    };
    same(&card);
    card.params.clear();
    same(&card);
    Arc::make_mut(&mut card.private).set(0, 0, Some("${x}".to_owned()));
    same(&card);
    card.kept.keep("/privateData/li02", "odd", serde_json::json!(1));
    same(&card);
    card.kept.drop_at("/privateData/li02/odd");
    Arc::make_mut(&mut card.private).rows.clear();
    same(&card);
}

#[test]
fn a_draft_with_twice_the_same_field_is_refused_by_place() {
    let error = Draft::from_text(Kind::Card, "{\"robotCode\": \"a\",\n \"robotCode\": \"b\"}").unwrap_err();
    assert_eq!(error.message(Lang::Zh), "第 2 行第 2 列：/robotCode 出现了两次，只能留一个。");
    assert!(Draft::from_text(Kind::Card, "[]").unwrap_err().message(Lang::En).contains("JSON object"));
    draft(Kind::Card, "{\"cardData\":{\"cardParamMap\":{\"a\":\"1\",\"a\":\"2\"}}}");
}
