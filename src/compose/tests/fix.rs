//! A fix does away with its finding, and touches nothing else.

use super::{card_with, findings, notice_with, shown};
use crate::{
    compose::{
        CheckContext, Draft, ValueKind,
        card::ParamRow,
        check_draft,
        fix::{Fix, apply, offer},
        notice::{NoticeTemplate, TemplateKind},
    },
    lang::Lang,
};

/// Applies what is offered for the first finding of a code; what is left, and the body.
fn fixed(mut draft: Draft, code: &str) -> (Draft, Vec<String>) {
    let finding =
        findings(&draft).into_iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("no {code}"));
    let fix = offer(&draft, &finding).unwrap_or_else(|| panic!("nothing offered for {finding:?}"));
    for lang in Lang::ALL {
        assert!(!fix.label(lang).contains("fix."), "{fix:?}");
    }
    assert!(apply(&mut draft, &finding, &fix, || "fresh-1".to_owned()), "{finding:?} {fix:?}");
    let left = findings(&draft).iter().map(shown).collect();
    (draft, left)
}

#[test]
fn each_offer_for_a_card_does_away_with_its_finding() {
    let params = |params: &str| card_with(&format!("{{\"cardData\": {{\"cardParamMap\": {params}}}}}"));
    let cases: Vec<(Draft, &str, &str, &str)> = vec![
        (card_with(r#"{"outTrackId": "a b"}"#), "card.out_track_space", "/outTrackId", "\"fresh-1\""),
        (
            card_with(r#"{"receiverUserIdList": ["x", "1001,\"x\",1002"]}"#),
            "card.receiver_joined",
            "/receiverUserIdList",
            r#"["x","1001","1002"]"#,
        ),
        (card_with(r#"{"receiverUserIdList": ["“x”"]}"#), "card.receiver_bad", "/receiverUserIdList", r#"["x"]"#),
        (
            card_with(r#"{"receiverUserIdList": ["x", "", "y"]}"#),
            "card.receiver_empty",
            "/receiverUserIdList",
            r#"["x","y"]"#,
        ),
        (
            card_with(r#"{"receiverUserIdList": ["x", "y", "x"]}"#),
            "card.receiver_duplicate",
            "/receiverUserIdList",
            r#"["x","y"]"#,
        ),
        (card_with(r#"{"receiverUserIdList": "x, y"}"#), "card.member_mistyped", "/receiverUserIdList", r#"["x","y"]"#),
        (
            card_with(r#"{"receiverUserIdList": [1, "y"]}"#),
            "card.member_mistyped",
            "/receiverUserIdList",
            r#"["1","y"]"#,
        ),
        (card_with(r#"{"cardTemplateId": " a.schema\n"}"#), "card.id_space", "/cardTemplateId", "\"a.schema\""),
        (card_with(r#"{"userIdType": "2"}"#), "card.member_mistyped", "/userIdType", "2"),
        (
            card_with(r#"{"cardOptions": {"supportForward": "True"}}"#),
            "card.member_mistyped",
            "/cardOptions/supportForward",
            "true",
        ),
        (card_with(r#"{"robotCode": null, "robot_code": "r"}"#), "card.member_close", "/robotCode", "\"r\""),
        (card_with(r#"{"x": 1}"#), "card.member_unknown", "/x", ""),
        (card_with(r#"{"access_token": "t"}"#), "card.token_in_body", "/access_token", ""),
        (
            params(r#"{"n": 1.50}"#),
            "card.member_mistyped",
            "/cardData/cardParamMap/sys_full_json_obj",
            r#""{\"n\":1.50}""#,
        ),
        (
            params(r#"{"sys_full_json_obj": "{'n': True}"}"#),
            "card.full_json_not_object",
            "/cardData/cardParamMap/sys_full_json_obj",
            r#""{\"n\": true}""#,
        ),
        (
            card_with(r#"{"cardData": {"config": {"autoLayout": true}, "cardParamMap": {}}}"#),
            "card.config_beside",
            "/cardData",
            r#"{"cardParamMap":{"sys_full_json_obj":"{\"config\":{\"autoLayout\":true}}"}}"#,
        ),
    ];
    for (draft, code, pointer, expected) in cases {
        let (draft, left) = fixed(draft, code);
        assert!(!left.iter().any(|line| line.contains(code)), "{code}: {left:?}");
        let value = draft.to_body().pointer(pointer).map(ToString::to_string).unwrap_or_default();
        assert_eq!(value, expected, "{code}");
    }
}

#[test]
fn a_value_typed_in_the_form_is_corrected_in_its_row_or_cell() {
    let row = |kind, value: &str| ParamRow { key: "k".to_owned(), kind, value: value.to_owned() };
    let cases = [
        (row(ValueKind::Number, "1,234.50"), "card.value_not_number", row(ValueKind::Number, "1234.50")),
        (row(ValueKind::Number, "１２"), "card.value_not_number", row(ValueKind::Number, "12")),
        (row(ValueKind::Boolean, "是"), "card.value_not_boolean", row(ValueKind::Boolean, "true")),
        (row(ValueKind::Json, "{a: 1,}"), "card.value_not_json", row(ValueKind::Json, "{\"a\": 1}")),
        (row(ValueKind::Text, "[1]"), "card.value_looks_like_json", row(ValueKind::Json, "[1]")),
    ];
    for (before, code, after) in cases {
        let Draft::Card(mut card) = card_with("{}") else { panic!() };
        card.params = vec![before.clone()];
        let (Draft::Card(card), _) = fixed(Draft::Card(card), code) else { panic!() };
        assert_eq!(card.params, std::slice::from_ref(&after));
        // The same in a cell of the private table.
        let Draft::Card(mut card) = card_with("{}") else { panic!() };
        let table = std::sync::Arc::make_mut(&mut card.private);
        table.add_column("k", before.kind);
        table.add_people(card.receivers.iter().cloned());
        table.set(1, 0, Some(before.value));
        let (Draft::Card(card), _) = fixed(Draft::Card(card), code) else { panic!() };
        assert_eq!((card.private.columns[0].kind, &card.private.rows[1].cells[0]), (after.kind, &Some(after.value)));
    }
    let Draft::Card(mut card) = card_with("{}") else { panic!() };
    card.params = vec![row(ValueKind::Number, "十二")];
    let draft = Draft::Card(card);
    let finding = findings(&draft).remove(0);
    assert_eq!(offer(&draft, &finding), None, "only the person knows");
}

#[test]
fn the_documents_own_last_message_line_becomes_the_lines_of_the_form() {
    let Draft::Card(mut card) = card_with(r#"{"cardData": {"cardParamMap": {}}}"#) else { panic!() };
    let value = "{\"zh_CN\":\"蚂蚁分工\",\"en_US\":\"Ant division of labor\"}\"".to_owned();
    card.params = vec![ParamRow { key: "sys_lastMessageI18n".to_owned(), kind: ValueKind::Text, value }];
    let (draft, left) = fixed(Draft::Card(card), "card.last_message_not_object");
    assert_eq!(left, ["w card.last_message_by_hand /cardData/cardParamMap/sys_lastMessageI18n"]);
    let (Draft::Card(card), _) = fixed(draft, "card.last_message_by_hand") else { panic!() };
    assert_eq!(card.last_message.texts[0], "蚂蚁分工");
    assert!(card.params.is_empty());
}

#[test]
fn each_offer_for_a_notice_does_away_with_its_finding() {
    let data = |text: &str| notice_with(&serde_json::json!({"data": text}).to_string());
    let cases: Vec<(Draft, &str, &str, &str)> = vec![
        (notice_with(r#"{"userid_list": "a,\\\"b\\\""}"#), "notice.user_bad", "/userid_list", "\"a,b\""),
        (notice_with(r#"{"userid_list": "a,,b"}"#), "notice.user_empty", "/userid_list", "\"a,b\""),
        (notice_with(r#"{"userid_list": ["a", 5]}"#), "notice.member_mistyped", "/userid_list", "\"a,5\""),
        (notice_with(r#"{"dept_id_list": 7}"#), "notice.member_mistyped", "/dept_id_list", "\"7\""),
        (notice_with(r#"{"dept_id_list": "7,8,7"}"#), "notice.department_duplicate", "/dept_id_list", "\"7,8\""),
        (notice_with(r#"{"agent_id": " 12 "}"#), "notice.agent_not_digits", "/agent_id", "12"),
        (notice_with(r#"{"data": {"a": "b"}}"#), "notice.member_mistyped", "/data", r#""{\"a\":\"b\"}""#),
        // The page's curl, as it really arrives.
        (data("{\\\"a\\\":\\\"张三\\\"}"), "notice.data_not_object", "/data", r#""{\"a\":\"张三\"}""#),
        (data("{\"a\":5}"), "notice.field_not_text", "/data", r#""{\"a\":\"5\"}""#),
        (data("{\"a\":\"x\\\\u5f20\\\\u4e09\\\\q\"}"), "notice.unicode_escape", "/data", r#""{\"a\":\"x张三\\\\q\"}""#),
    ];
    for (draft, code, pointer, expected) in cases {
        let (draft, left) = fixed(draft, code);
        assert!(!left.iter().any(|line| line.contains(code)), "{code}: {left:?}");
        assert_eq!(draft.to_body().pointer(pointer).unwrap().to_string(), expected, "{code}");
    }
}

#[test]
fn a_missing_field_of_the_template_is_added() {
    let template = NoticeTemplate {
        name: "n".to_owned(),
        id: "t".to_owned(),
        kind: TemplateKind::Markdown,
        body: "${name} ${day}".to_owned(),
    };
    let context = CheckContext { template: Some(&template), ..CheckContext::default() };
    let mut draft = notice_with("{}");
    let finding = check_draft(&draft, &context).findings.remove(0);
    assert_eq!(finding.code, "notice.field_missing");
    assert_eq!(offer(&draft, &finding), Some(Fix::AddField));
    assert!(apply(&mut draft, &finding, &Fix::AddField, String::new));
    assert_eq!(check_draft(&draft, &context).findings[0].code, "notice.field_empty");
}
