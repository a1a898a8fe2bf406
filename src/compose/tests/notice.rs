//! Findings about a notice.

use super::{findings, notice_with, short};
use crate::{
    compose::{
        CheckContext, Draft, Known, Ready, Severity,
        check::{People, people},
        check_draft,
        notice::{NoticeTemplate, TemplateKind},
    },
    lang::Lang,
};

#[test]
fn a_complete_notice_is_ready_as_the_form_it_will_be() {
    let checked = check_draft(&notice_with("{}"), &CheckContext::default());
    assert_eq!(checked.findings, []);
    let Some(Ready::Notice(ready)) = checked.ready else { panic!() };
    let fields: Vec<_> = ready.form_fields();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("agent_id", "948060598"),
            ("template_id", "e27a"),
            ("userid_list", "zhang01,li02"),
            ("data", "{\"name\":\"张三\"}")
        ]
    );
}

#[test]
fn each_mistake_has_its_finding() {
    let list = |count: usize| (0..count).map(|n| format!("u{n}")).collect::<Vec<_>>().join(",");
    let departments = (2..503).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let data = |text: &str| serde_json::json!({"data": text}).to_string();
    let cases: Vec<(String, &[&str])> = vec![
        (r#"{"agent_id": null}"#.into(), &["e notice.agent_empty /agent_id"]),
        (r#"{"agent_id": "12a"}"#.into(), &["e notice.agent_not_digits /agent_id"]),
        (r#"{"agent_id": -1}"#.into(), &["e notice.agent_not_digits /agent_id"]),
        (r#"{"template_id": ""}"#.into(), &["e notice.template_empty /template_id"]),
        (r#"{"template_id": "a b"}"#.into(), &["w notice.template_space /template_id"]),
        (r#"{"userid_list": null}"#.into(), &["e notice.no_receiver /userid_list"]),
        (r#"{"userid_list": ["a"]}"#.into(), &["e notice.member_mistyped /userid_list"]),
        (
            r#"{"userid_list": "a,,b,a"}"#.into(),
            &["e notice.user_empty /userid_list/1", "w notice.user_duplicate /userid_list/3"],
        ),
        // The curl of the page, as it really arrives.
        (
            r#"{"userid_list": "\\\"123,456\\\""}"#.into(),
            &["e notice.user_bad /userid_list/0", "e notice.user_bad /userid_list/1"],
        ),
        (format!("{{\"userid_list\": \"{}\"}}", list(1001)), &["e notice.people_too_many /userid_list"]),
        (
            format!("{{\"userid_list\": \"{}\"}}", list(5001)),
            &["e notice.users_too_many /userid_list", "e notice.people_too_many /userid_list"],
        ),
        (format!("{{\"dept_id_list\": \"{departments}\"}}"), &["e notice.departments_too_many /dept_id_list"]),
        (r#"{"dept_id_list": "1"}"#.into(), &["w notice.department_root /dept_id_list/0"]),
        (
            r#"{"dept_id_list": "研发,7,7"}"#.into(),
            &["e notice.department_not_digits /dept_id_list/0", "w notice.department_duplicate /dept_id_list/2"],
        ),
        (data("{\\\"名字\\\":\\\"张三\\\"}"), &["e notice.data_not_object /data"]),
        (data("[]"), &["e notice.data_not_object /data"]),
        (data("{\"n\":5}"), &["e notice.field_not_text /data/n"]),
        (data("{\"a\":\"1\",\"a\":\"2\"}"), &["e notice.field_duplicate /data/a"]),
        (data("{\"名字\":\"张三\"}"), &["w notice.field_name /data/名字"]),
        (data("{\"\":\"x\"}"), &["e notice.field_name_empty /data/"]),
        (data("{\"a\":\"\\\\u5f20\\\\u4e09\"}"), &["w notice.unicode_escape /data/a"]),
        (data("{\"a\":\"${x}\"}"), &["w notice.placeholder /data/a"]),
        (r#"{"data": {"a": "b"}}"#.into(), &["e notice.member_mistyped /data"]),
        (r#"{"msg": "{}"}"#.into(), &["w notice.member_other_api /msg"]),
        (r#"{"x": 1}"#.into(), &["w notice.member_unknown /x"]),
        (r#"{"access_token": "x"}"#.into(), &["e notice.token_in_body /access_token"]),
    ];
    for (change, expected) in cases {
        assert_eq!(short(&notice_with(&change)), expected, "{change}");
    }
}

#[test]
fn a_thousand_people_are_the_limit_of_one_send() {
    let draft = notice_with(&format!(
        "{{\"userid_list\": \"{}\"}}",
        (0..1001).map(|n| format!("u{n}")).collect::<Vec<_>>().join(",")
    ));
    let found = &findings(&draft)[0];
    let limit = found.limit.unwrap();
    assert_eq!((limit.max, limit.actual), (1000, 1001));
    assert_eq!(found.message(Lang::Zh), "一次最多发给 1000 人，现在至少有 1001 人。");
}

struct Directory(Option<u64>);

impl Known for Directory {
    fn people_reached(&self, _users: &[&str], _departments: &[&str]) -> Option<u64> {
        self.0
    }

    fn department_people(&self, department: &str) -> Option<u64> {
        department.parse().ok()
    }
}

#[test]
fn people_of_departments_are_counted_as_far_as_they_are_known() {
    let draft = notice_with(r#"{"dept_id_list": "600,700,700"}"#);
    let Draft::Notice(notice) = &draft else { panic!() };
    let unknown = CheckContext::default();
    assert_eq!(people(notice, &unknown), People { least: 2, most: None });
    let sizes = Directory(None);
    let sizes = CheckContext { known: &sizes, ..CheckContext::default() };
    assert_eq!(people(notice, &sizes), People { least: 700, most: Some(1302) });
    let exact = Directory(Some(1200));
    let exact = CheckContext { known: &exact, ..CheckContext::default() };
    assert_eq!(people(notice, &exact), People { least: 1200, most: Some(1200) });
    let codes = |context: &CheckContext<'_>| {
        check_draft(&draft, context)
            .findings
            .into_iter()
            .filter(|finding| finding.code.contains("people"))
            .map(|finding| (finding.severity, finding.code))
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(&unknown), [(Severity::Info, "notice.people_unknown")]);
    assert_eq!(codes(&sizes), [(Severity::Warning, "notice.people_maybe_too_many")]);
    assert_eq!(codes(&exact), [(Severity::Error, "notice.people_too_many")]);
}

#[test]
fn the_fields_of_the_template_are_compared_with_the_data() {
    let template = NoticeTemplate {
        name: "入职".to_owned(),
        id: "e27a".to_owned(),
        kind: TemplateKind::Markdown,
        body: "欢迎\n# 新同事\n${name}，请到 ${room}，${day}。![图](http://x)".to_owned(),
    };
    let context = CheckContext { template: Some(&template), third_party: Some(false), ..CheckContext::default() };
    let draft = notice_with(r#"{"data": "{\"name\":\"张三\",\"room\":\" \",\"other\":\"x\"}"}"#);
    let found: Vec<_> = check_draft(&draft, &context).findings.iter().map(super::shown).collect();
    assert_eq!(
        found,
        [
            "w notice.internal_app ",
            "w notice.field_empty /data/room",
            "w notice.field_missing /data/day",
            "w notice.field_unknown /data/other",
            "i notice.markdown_heading /data",
            "i notice.markdown_image /data"
        ]
    );
}
