//! Work notices: delivered, dropped in silence, refused.

use super::*;

#[test]
fn a_notice_arrives_once_and_the_rules_drop_the_rest_in_silence() {
    let sandbox = start();
    let token = oapi_token(&sandbox);
    let agent = sandbox.agent_id().to_string();
    let template = sandbox.notice_templates().into_iter().find(|known| known.body.contains("deadline")).expect("one");
    let data = r#"{"title":"盘点","name":"$userName=zengmin$","deadline":"周五","content":"A&B=1+1 100%"}"#;
    let dept = sandbox.organisation().department_named("人力资源部").expect("it exists").id.to_string();
    let fields = [
        ("agent_id", &*agent),
        ("template_id", &*template.id),
        ("userid_list", "zengmin,zhangsan01,nobody"),
        ("dept_id_list", &*dept),
        ("data", data),
    ];
    let answer = post_form(&sandbox, SEND_NOTICE, &token, &fields);
    assert_eq!(errcode(&answer), 0);
    let arrivals = sandbox.arrivals();
    let notice = arrivals.last().and_then(|arrival| arrival.notice()).expect("a notice");
    assert_eq!(answer["task_id"], notice.task_id);
    assert_eq!(notice.text, "**盘点**\n\n曾敏，你有一项待办将于 周五 到期。\n\nA&B=1+1 100%");
    let fate = |userid: &str| notice.recipients.iter().find(|person| person.userid == userid).expect("listed").fate;
    assert_eq!((fate("zengmin"), fate("nobody")), (Fate::Delivered, Fate::Invalid));
    let members = sandbox.organisation().department_named("人力资源部").expect("it exists").member_count;
    assert_eq!(notice.recipients.len(), members + 2, "the department with all below it, 曾敏 once, and the two others");

    // Once more, in the JSON that the official SDK sends.
    let body = json!({"agent_id": agent, "template_id": template.id, "userid_list": "zengmin",
        "data": serde_json::from_str::<Value>(data).expect("JSON")});
    let target = format!("{SEND_NOTICE}?access_token={token}");
    let answer = exchange(&sandbox.hosts().oapi, "POST", &target, &[JSON], body.to_string().as_bytes()).json();
    assert_eq!(errcode(&answer), 0, "the answer says ok");
    let arrivals = sandbox.arrivals();
    let notice = arrivals.last().and_then(|arrival| arrival.notice()).expect("a notice");
    assert_eq!(notice.recipients[0].fate, Fate::Dropped(DropRule::SameContent), "and nothing is delivered");
    sandbox.set_clock_skew(SignedDuration::from_hours(24));
    let token = oapi_token(&sandbox);
    post_form(&sandbox, SEND_NOTICE, &token, &fields);
    let arrivals = sandbox.arrivals();
    assert_eq!(
        arrivals.last().and_then(|arrival| arrival.notice()).expect("a notice").recipients[0].fate,
        Fate::Delivered
    );
}

#[test]
fn a_notice_is_refused_for_each_documented_reason() {
    let sandbox = Sandbox::start(SandboxOptions { people: 1_200, ..SandboxOptions::default() }).expect("it starts");
    let token = oapi_token(&sandbox);
    let agent = sandbox.agent_id().to_string();
    let template = sandbox.notice_templates()[0].id.clone();
    let pending = sandbox.pending_notice_templates()[0].id.clone();
    let many_users = (0..5_001).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    let many_departments = (0..501).map(|at| at.to_string()).collect::<Vec<_>>().join(",");
    // What the documents' own curl really sends.
    let cases: &[(&str, &str, i64)] = &[
        ("agent_id", "123", 400_002),
        ("agent_id", "", 40),
        ("template_id", "", 40),
        ("template_id", "xxxx", 885_001),
        ("template_id", &pending, 885_006),
        ("userid_list", "", 40032),
        ("userid_list", &many_users, 41),
        ("userid_list", "nobody", 33012),
        ("userid_list", "\\\"zengmin,shanxue\\\"", 33012),
        ("userid_list", "zhoushenzhi", 50002),
        ("dept_id_list", &many_departments, 41),
        ("dept_id_list", "\\\"123,456\\\"", 40066),
        ("dept_id_list", "1", 41029),
        ("data", "{\\\"名字\\\":\\\"张三\\\"}", 47001),
        ("data", "{\"title\":5}", 40035),
        ("data", "[1]", 40035),
        ("data", "{\"title\":\"\\u5f20\"}", 40033),
    ];
    for (name, value, code) in cases {
        let mut fields =
            vec![("agent_id", &*agent), ("template_id", &*template), ("userid_list", "zengmin"), ("data", "{}")];
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
        let answer = post_form(&sandbox, SEND_NOTICE, &token, &fields);
        assert_eq!(errcode(&answer), *code, "{name}={value}: {answer}");
        assert!(answer["request_id"].is_string());
    }
    let answer = post_form(
        &sandbox,
        SEND_NOTICE,
        &token,
        &[("agent_id", &agent), ("template_id", &template), ("dept_id_list", "4")],
    );
    assert_eq!(errcode(&answer), 60003);
    // An empty department is no error: nobody gets anything.
    let empty = sandbox.organisation().department_named("创新实验室（筹备）").expect("it exists").id.to_string();
    let fields = [("agent_id", &*agent), ("template_id", &*template), ("dept_id_list", &*empty)];
    assert_eq!(errcode(&post_form(&sandbox, SEND_NOTICE, &token, &fields)), 0);
    assert!(sandbox.arrivals().last().and_then(|a| a.notice().cloned()).expect("a notice").recipients.is_empty());
}
