//! A free-form notice: what is typed, what travels, what is wrong.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{CardButton, FormRow, MsgKind, Part, Shape};
use crate::{
    compose::{
        Draft, Finding, Kind, NoticeDraft, NoticeVia, Severity, Unit,
        check::{CheckContext, check_draft},
        file::{self, DraftFile},
        notice::{DataField, DepartmentRef},
        ready::Ready,
    },
    lang::Lang,
};

fn read(body: &Value) -> NoticeDraft {
    match Draft::from_body(NoticeVia::Free, body) {
        Draft::Notice(notice) => notice,
        Draft::Card(_) => panic!("a notice"),
    }
}

fn findings(notice: &NoticeDraft) -> Vec<Finding> {
    check_draft(&Draft::Notice(notice.clone()), &CheckContext::default()).findings
}

/// `error /msg/oa/body msg.body_empty` of everything found.
fn found(notice: &NoticeDraft) -> Vec<String> {
    findings(notice)
        .iter()
        .map(|finding| format!("{} {} {}", finding.severity.name(), finding.pointer, finding.code))
        .collect()
}

/// The page's own OA message, with everything in it.
fn oa() -> Value {
    json!({
        "agent_id": 123, "userid_list": "a,b",
        "msg": {"msgtype": "oa", "oa": {
            "message_url": "http://dingtalk.com", "pc_message_url": "https://dingtalk.com",
            "head": {"bgcolor": "FFBBBBBB", "text": "头部标题"},
            "status_bar": {"status_value": "进行中", "status_bg": "0xFFF65E5E"},
            "body": {
                "title": "正文标题",
                "form": [{"key": "姓名:", "value": "张三"}, {"key": "年龄:", "value": "20"}],
                "rich": {"num": "15.6", "unit": "元"}, "content": "大段文本", "image": "@lADOADmaWMzazQKA",
                "file_count": "3", "author": "李四"
            }
        }}
    })
}

#[test]
fn the_page_s_own_messages_come_back_as_they_were() {
    let messages = [
        json!({"msgtype": "text", "text": {"content": "月会通知"}}),
        json!({"msgtype": "image", "image": {"media_id": "@lADOADmaWMzazQKA"}}),
        json!({"msgtype": "voice", "voice": {"media_id": "@lADOADmaWMzazQKA", "duration": "10"}}),
        json!({"msgtype": "file", "file": {"media_id": "@lADOADmaWMzazQKA"}}),
        json!({"msgtype": "link", "link": {"messageUrl": "http://a.b", "picUrl": "@lALO", "title": "测试", "text": "t"}}),
        oa()["msg"].clone(),
        json!({"msgtype": "markdown", "markdown": {"title": "首屏", "text": "# 标题\n* 列表"}}),
        json!({"msgtype": "action_card", "action_card": {"title": "t", "markdown": "m", "single_title": "查看", "single_url": "https://a.b"}}),
        json!({"msgtype": "action_card", "action_card": {"title": "t", "markdown": "m", "btn_orientation": "1",
            "btn_json_list": [{"title": "一", "action_url": "https://a.b"}, {"title": "二", "action_url": "https://c.d"}]}}),
    ];
    for msg in messages {
        let body = json!({"agent_id": 123, "userid_list": "a", "to_all_user": false, "msg": msg});
        let notice = read(&body);
        assert!(notice.kept.0.is_empty(), "{:?}", notice.kept);
        assert_eq!(notice.to_body(), body);
        assert_eq!(found(&notice), [""; 0], "{msg}");
        // As JSON text, as the official SDKs write it, it stays JSON text.
        let text = msg.to_string();
        let mut as_text = body.clone();
        as_text["msg"] = Value::String(text.clone());
        let notice = read(&as_text);
        assert_eq!(
            notice.to_body()["msg"].as_str().map(|text| serde_json::from_str::<Value>(text).unwrap()),
            Some(msg)
        );
        assert_eq!(found(&notice), [""; 0]);
    }
}

#[test]
fn what_the_form_does_not_know_is_kept_named_and_travels() {
    let mut body = oa();
    body["debug"] = json!(1);
    body["msg"]["extra"] = json!({"a": [1]});
    body["msg"]["oa"]["body"]["colour"] = json!("red");
    body["msg"]["oa"]["head"]["text"] = json!({"zh": "头"});
    body["msg"]["oa"]["body"]["form"][0]["size"] = json!(2);
    let notice = read(&body);
    assert_eq!(notice.to_body(), body);
    assert_eq!(
        found(&notice),
        [
            "error /msg/oa/head/text notice.member_mistyped",
            "warning /msg/oa/body/form msg.list_kept",
            "warning /msg/oa/body/colour notice.member_unknown",
            "warning /msg/extra notice.member_unknown",
            "warning /debug notice.member_unknown",
        ]
    );
}

#[test]
fn a_message_that_is_none_is_kept_and_said() {
    for (msg, code) in [
        (json!([1]), "error /msg msg.not_object"),
        (json!("hello"), "error /msg msg.not_object"),
        (json!({"text": {}}), "error /msg msg.kind_missing"),
        (json!({"msgtype": "news"}), "error /msg/msgtype msg.kind_unknown"),
    ] {
        let body = json!({"agent_id": 1, "userid_list": "a", "msg": msg});
        let notice = read(&body);
        assert_eq!(notice.to_body(), body);
        assert_eq!(found(&notice), [code]);
    }
}

#[test]
fn every_limit_is_named_with_both_numbers() {
    let limit = |notice: &NoticeDraft, code: &str| {
        let all = findings(notice);
        let finding = all.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{code} in {all:#?}"));
        let limit = finding.limit.unwrap();
        (finding.severity, limit.max, limit.actual, limit.unit)
    };
    let mut notice = read(&json!({"agent_id": 1, "userid_list": "a", "msg": {"msgtype": "markdown"}}));
    *notice.msg.text_mut(Part::MarkdownTitle) = "t".into();
    *notice.msg.text_mut(Part::MarkdownText) = "字".repeat(5001);
    assert_eq!(limit(&notice, "msg.too_long"), (Severity::Error, 5000, 5001, Unit::Characters));
    let bytes = notice.msg.wire_text(&notice.kept).len() as u64;
    assert_eq!(limit(&notice, "msg.too_large"), (Severity::Error, 2048, bytes, Unit::Bytes));
    notice.msg.kind = MsgKind::Text;
    *notice.msg.text_mut(Part::TextContent) = "a".repeat(501);
    assert_eq!(limit(&notice, "msg.long"), (Severity::Warning, 500, 501, Unit::Characters));
    notice.users = (0..101).map(|at| crate::compose::PersonRef { id: format!("u{at}"), name: String::new() }).collect();
    assert_eq!(limit(&notice, "msg.users_disagree"), (Severity::Warning, 100, 101, Unit::People));
    notice.departments = (2..23).map(|at| DepartmentRef { id: at.to_string(), ..DepartmentRef::default() }).collect();
    assert_eq!(limit(&notice, "msg.departments_disagree"), (Severity::Warning, 20, 21, Unit::Departments));
    notice.users.resize_with(5001, Default::default);
    assert_eq!(limit(&notice, "notice.users_too_many"), (Severity::Error, 5000, 5001, Unit::Entries));

    let mut notice = read(&oa());
    notice.msg.rows = vec![FormRow { key: "a".into(), value: "b".into() }; 7];
    assert_eq!(limit(&notice, "msg.rows_hidden"), (Severity::Warning, 6, 7, Unit::Entries));
    notice.users.resize_with(6, Default::default);
    assert_eq!(limit(&notice, "msg.status_bar_people"), (Severity::Error, 5, 6, Unit::People));

    notice.msg.kind = MsgKind::ActionCard;
    notice.msg.several = true;
    notice.msg.buttons = vec![CardButton { title: "按".repeat(21), url: format!("https://{}", "a".repeat(693)) }; 2];
    assert_eq!(limit(&notice, "msg.too_long"), (Severity::Error, 20, 21, Unit::Characters));
    let list = notice.msg.button_list_text().chars().count() as u64;
    assert_eq!(limit(&notice, "msg.button_list_long"), (Severity::Error, 1000, list, Unit::Characters));
}

#[test]
fn shapes_are_checked_and_a_placeholder_is_not_judged() {
    let mut notice = read(&oa());
    let mut say = |part: Part, text: &str| {
        let before = notice.msg.text(part).to_owned();
        text.clone_into(notice.msg.text_mut(part));
        let found: Vec<_> = findings(&notice).iter().map(|finding| finding.code).collect();
        *notice.msg.text_mut(part) = before;
        found
    };
    assert_eq!(say(Part::OaUrl, "dingtalk://dingtalkclient/page/link?url=x"), [""; 0]);
    assert_eq!(say(Part::OaUrl, "www.a.b"), ["msg.url"]);
    assert_eq!(say(Part::OaUrl, "ftp://a.b"), ["msg.url_scheme"]);
    assert_eq!(say(Part::OaUrl, "https://a b"), ["msg.url_space"]);
    assert_eq!(say(Part::OaUrl, "${link}"), ["msg.placeholder"]);
    assert_eq!(say(Part::OaUrl, "https://a.b/${link}?${x}"), ["msg.placeholder"]);
    assert_eq!(say(Part::OaHeadColour, "#BBBBBB"), ["msg.colour"]);
    assert_eq!(say(Part::OaStatusColour, "FFF65E5E"), ["msg.bar_colour_plain"]);
    assert_eq!(say(Part::OaStatusColour, "red"), ["msg.bar_colour"]);
    assert_eq!(say(Part::OaImage, "https://a.b/c.png"), ["msg.picture_url"]);
    assert_eq!(say(Part::OaImage, "a.png"), ["msg.media_shape"]);
    assert_eq!(say(Part::OaContent, "一\n二\n三\n四"), ["msg.lines_hidden"]);
    notice.msg.kind = MsgKind::Voice;
    assert_eq!(found(&notice), ["error /msg/voice/media_id msg.empty", "error /msg/voice/duration msg.empty"]);
    *notice.msg.text_mut(Part::VoiceMedia) = "https://a.b/c.amr".into();
    *notice.msg.text_mut(Part::VoiceDuration) = "60".into();
    assert_eq!(found(&notice), ["error /msg/voice/media_id msg.media_url", "error /msg/voice/duration msg.duration"]);
}

#[test]
fn a_name_that_people_have_values_for_is_no_placeholder_left_over() {
    use crate::compose::card::{PrivateColumn, PrivateRow, PrivateTable};
    let mut notice = read(&oa());
    "${名字}，请在 ${日期} 前提交".clone_into(notice.msg.text_mut(Part::OaContent));
    let column = |key: &str| PrivateColumn { key: key.to_owned(), ..PrivateColumn::default() };
    let cells = |values: [Option<&str>; 2]| values.map(|value| value.map(str::to_owned)).to_vec().into();
    let row = |values| PrivateRow { cells: cells(values), ..PrivateRow::default() };
    let table = |rows| std::sync::Arc::new(PrivateTable { columns: vec![column("名字"), column("日期")], rows });
    let left = |notice: &NoticeDraft| -> Vec<String> {
        let all = findings(notice);
        let one = |finding: &Finding| finding.args.iter().find(|(name, _)| *name == "found").unwrap().1.clone();
        all.iter().filter(|finding| finding.code == "msg.placeholder").map(one).collect()
    };
    assert_eq!(left(&notice), ["${名字}"]);
    notice.values = table(vec![row([Some("张三"), None]), row([Some("李四"), Some("")])]);
    assert_eq!(left(&notice), ["${日期}"], "nobody has a date");
    notice.values = table(vec![row([Some("张三"), Some("周五")]), row([None, None])]);
    assert_eq!(left(&notice), [""; 0]);
    // The same in a row of the form and in the data of a template.
    notice.msg.rows[0].value = "${名字} ${工号}".to_owned();
    assert_eq!(left(&notice), ["${工号}"]);
}

#[test]
fn everyone_is_written_to_three_times_a_day_and_never_by_a_third_party() {
    let body = json!({"agent_id": 1, "to_all_user": true, "msg": {"msgtype": "text", "text": {"content": "hi"}}});
    let mut notice = read(&body);
    assert_eq!(found(&notice), ["info /to_all_user msg.to_all_daily"]);
    let context = CheckContext { third_party: Some(true), ..CheckContext::default() };
    let codes: Vec<_> =
        check_draft(&Draft::Notice(notice.clone()), &context).findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["msg.third_party", "msg.to_all_third_party", "msg.to_all_daily"]);
    notice.to_all_user = Some(false);
    assert_eq!(found(&notice), ["error /userid_list msg.no_receiver"]);
}

/// Texts in every part of every kind, rows, buttons, both switches, and something kept for several kinds.
fn full() -> NoticeDraft {
    let mut notice = read(&json!({
        "agent_id": 5, "userid_list": "a", "to_all_user": true, "enable_id_trans": false,
        "msg": {"msgtype": "text", "text": {"content": "x", "own": 1}, "oa": {"body": {"own": [2]}}}
    }));
    for part in Part::ALL {
        *notice.msg.text_mut(part) = match part.spec().shape {
            Shape::Orientation => "1".to_owned(),
            _ => format!("{} ${{name}}", part.name()),
        };
    }
    notice.msg.rows = vec![FormRow { key: "k".into(), value: "v".into() }];
    notice.msg.buttons = vec![CardButton { title: "t".into(), url: "u".into() }; 2];
    notice.msg.remember_media(super::MediaNote { id: "@a".into(), name: "a.png".into(), bytes: 7 });
    notice.template_id = "tpl".into();
    notice.data = vec![DataField { key: "k".into(), value: "v".into() }];
    notice
}

#[test]
fn nothing_typed_is_lost_however_way_and_kind_are_switched_and_saved() {
    let before = full();
    for via in [NoticeVia::Template, NoticeVia::Free] {
        for kind in MsgKind::ALL {
            for several in [false, true] {
                let mut notice = before.clone();
                notice.msg.kind = kind;
                notice.msg.several = several;
                notice.set_via(via);
                let text = file::write(&DraftFile::new(Draft::Notice(notice.clone())));
                let Draft::Notice(mut again) = file::read(&text).unwrap().draft else { panic!("a notice") };
                let order = |notice: &mut NoticeDraft| notice.kept.0.sort_by_key(super::super::KeptMember::pointer);
                order(&mut again);
                order(&mut notice);
                assert_eq!(again, notice, "{via:?} {kind:?} {several}\n{text}");
                // Back again: as before.
                again.set_via(NoticeVia::Free);
                again.msg.kind = before.msg.kind;
                again.msg.several = before.msg.several;
                assert_eq!(again.msg, before.msg);
                // Only the chosen kind travels.
                if via == NoticeVia::Free {
                    let msg = &notice.to_body()["msg"];
                    for other in MsgKind::ALL {
                        assert_eq!(msg.get(other.name()).is_some(), other == kind);
                    }
                } else {
                    assert!(notice.to_body().get("msg").is_none());
                }
            }
        }
    }
}

#[test]
fn a_body_of_the_other_way_is_taken_over_when_the_way_is_switched() {
    let body = json!({"agent_id": 1, "userid_list": "a", "msg": {"msgtype": "text", "text": {"content": "你好"}}, "to_all_user": false});
    let mut notice = NoticeDraft::from_body(&body);
    assert_eq!(notice.via, NoticeVia::Template);
    assert_eq!(notice.kept.0.len(), 2);
    notice.set_via(NoticeVia::Free);
    assert!(notice.kept.0.is_empty());
    assert_eq!(notice.msg.text(Part::TextContent), "你好");
    assert_eq!(found(&notice), [""; 0]);
}

#[test]
fn the_form_of_the_call_has_the_message_as_text_and_only_its_own_fields() {
    let mut notice = full();
    *notice.msg.text_mut(Part::TextContent) = "请提交“日报”\n谢谢".into();
    notice.kept.0.clear();
    let Some(Ready::Notice(ready)) = check_draft(&Draft::Notice(notice), &CheckContext::default()).ready else {
        panic!("ready")
    };
    let fields = ready.form_fields();
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["agent_id", "userid_list", "to_all_user", "enable_id_trans", "msg"]);
    assert_eq!(fields[4].1, r#"{"msgtype":"text","text":{"content":"请提交“日报”\n谢谢"}}"#);
    assert_eq!(fields[2].1, "true");
}

#[test]
fn a_person_s_values_get_into_every_text_and_not_into_ids() {
    let notice = full().map_texts(|text| text.replace("${name}", "张三"));
    assert_eq!(notice.msg.text(Part::OaTitle), "oa.body.title 张三");
    assert_eq!(notice.msg.text(Part::CardSingleUrl), "action_card.single_url 张三");
    assert_eq!(notice.msg.text(Part::ImageMedia), "image.media_id ${name}");
}

#[test]
fn every_finding_and_every_part_has_its_texts() {
    for lang in Lang::ALL {
        for part in Part::ALL {
            let key = part.spec().key;
            for key in [key.to_owned(), format!("{key}_help")] {
                let text = crate::lang::text(lang, &key, &[]);
                assert!(text != key && !text.is_empty(), "{key}");
            }
        }
        for source in [include_str!("check.rs")] {
            for code in source.split('"').filter(|text| text.starts_with("msg.") && !text.starts_with("msg.part")) {
                let key = if code == "msg.rows" { code.to_owned() } else { format!("finding.{code}") };
                assert_ne!(crate::lang::text(lang, &key, &[]), key);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_message_comes_back_as_it_was(texts in prop::collection::vec("\\PC{0,12}", Part::COUNT), rows in prop::collection::vec(("\\PC{1,6}", "\\PC{0,6}"), 0..8), kind in 0..8_usize, several: bool, as_text: bool) {
        let mut notice = NoticeDraft { via: NoticeVia::Free, ..NoticeDraft::default() };
        notice.msg.kind = MsgKind::ALL[kind];
        notice.msg.several = several;
        notice.msg.as_text = as_text;
        for (part, text) in Part::ALL.into_iter().zip(&texts) {
            text.clone_into(notice.msg.text_mut(part));
        }
        notice.msg.rows = rows.iter().map(|(key, value)| FormRow { key: key.clone(), value: value.clone() }).collect();
        notice.msg.buttons = rows.iter().map(|(title, url)| CardButton { title: title.clone(), url: url.clone() }).collect();
        let text = file::write(&DraftFile::new(Draft::Notice(notice.clone())));
        let Draft::Notice(again) = file::read(&text).unwrap().draft else { panic!("a notice") };
        prop_assert_eq!(&again, &notice, "{}", text);
        check_draft(&Draft::Notice(notice), &CheckContext::default());
    }

    #[test]
    fn any_json_is_kept_as_it_came(msg in any_json()) {
        let body = json!({"agent_id": 1, "msg": msg});
        let Ok(Draft::Notice(notice)) = Draft::from_text(NoticeVia::Free, &body.to_string()) else { return Ok(()) };
        // A second reading of what was written is the same: nothing is lost on the way.
        let Draft::Notice(again) = Draft::from_body(NoticeVia::Free, &notice.to_body()) else { panic!("a notice") };
        prop_assert_eq!(again.to_body(), notice.to_body());
        check_draft(&Draft::Notice(notice), &CheckContext::default());
    }
}

/// JSON with the names of messages where they can hurt.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        Just(Value::from("oa")),
    ];
    let name = prop_oneof![
        Just("msgtype".to_owned()),
        Just("oa".to_owned()),
        Just("body".to_owned()),
        Just("form".to_owned()),
        Just("head".to_owned()),
        Just("text".to_owned()),
        Just("action_card".to_owned()),
        Just("btn_json_list".to_owned()),
        "\\PC{0,4}",
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn a_draft_file_names_the_way() {
    let text = file::write(&DraftFile::new(Draft::Notice(read(&oa()))));
    assert!(text.contains("\"via\": \"asyncsend_v2\""), "{text}");
    let read = file::read(r#"{"kind":"notice","version":1,"via":"asyncsend_v2","body":{}}"#).unwrap().draft;
    assert_eq!(read.via().name(), "asyncsend_v2");
    assert_eq!(Draft::new(Kind::Notice).via().name(), "template");
}
