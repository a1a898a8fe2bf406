//! Each rejected field leads to its finding: every finding that a field of a form can cause is made by writing the wrong
//! thing there, is said beside the field and in 检查, leads back to the field, and keeps 发送 off when it is an error.

use std::sync::Arc;

use ding_composer::{
    compose::{
        CardDraft, Draft, Finding, Kind, NoticeDraft, PersonRef, Severity, ValueKind,
        card::{AtPerson, LastMessage},
        notice::{DataField, DepartmentRef},
    },
    lang::Lang,
    ui::state::InspectorTab,
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::{
    card::{card, param, person, scroll_form, set_card, sound},
    support::Window,
};

/// A finding, how it comes to be, and what has the keyboard after the jump.
pub struct Case {
    code: &'static str,
    write: fn(&mut Window),
    place: &'static str,
}

pub const fn case(code: &'static str, write: fn(&mut Window), place: &'static str) -> Case {
    Case { code, write, place }
}

pub fn findings(window: &Window) -> Vec<Finding> {
    window.app().state.current().unwrap().findings.all().to_vec()
}

/// Looks at one case; what is not as it should be, in one line each.
fn look(window: &mut Window, case: &Case) -> Vec<String> {
    (case.write)(window);
    window.settle();
    let found = findings(window);
    let Some(at) = found.iter().position(|finding| finding.code == case.code) else {
        let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        return vec![format!("{}: not found, but {codes:?}", case.code)];
    };
    let message = found[at].message(Lang::Zh);
    let mut wrong = Vec::new();
    window.harness.state_mut().state.inspector = InspectorTab::Checks;
    window.harness.run_ok();
    // Rows of one message are told apart by their order.
    let before = found[..at].iter().filter(|finding| finding.message(Lang::Zh) == message).count();
    let rows = || by().role(Role::Button).label(&message);
    let Some(row) = window.harness.query_all(rows()).nth(before) else {
        return vec![format!("{}: 检查 does not list “{message}”", case.code)];
    };
    row.scroll_to_me();
    window.harness.run_ok();
    window.harness.query_all(rows()).nth(before).unwrap().click();
    window.harness.run_ok();
    window.settle();
    let focused = window.focused();
    if focused != case.place {
        wrong.push(format!("{}: the jump leads to “{focused}”, not to “{}”", case.code, case.place));
    }
    // Once in the list, once beside the field.
    let said = window.harness.query_all(by().label(&message).predicate(|node| node.role() == Role::Label)).count();
    if said < 2 {
        wrong.push(format!("{}: “{message}” is not said beside the field", case.code));
    }
    let errors: Vec<&Finding> = found.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let send = window.harness.get_by_role_and_label(Role::Button, "发送");
    let off = send.accesskit_node().is_disabled();
    let reason = send.accesskit_node().description().unwrap_or_default();
    match errors.first() {
        Some(first) => {
            if !off {
                wrong.push(format!("{}: 发送 is on", case.code));
            }
            if !reason.contains(&first.message(Lang::Zh)) {
                wrong.push(format!("{}: 发送 says “{reason}”", case.code));
            }
        }
        None if off => wrong.push(format!("{}: 发送 is off: {reason}", case.code)),
        None => {}
    }
    wrong
}

pub fn look_at_all(window: &mut Window, cases: &[Case], begin: impl Fn(&mut Window)) {
    let mut wrong = Vec::new();
    for case in cases {
        begin(window);
        wrong.extend(look(window, case));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Changes the draft where the window itself would need a picker, a menu or a file.
fn change(window: &mut Window, change: impl FnOnce(&mut CardDraft)) {
    let mut draft = card(window).clone();
    change(&mut draft);
    set_card(window, draft);
}

/// Puts members into the body by way of the JSON view.
pub fn by_json(window: &mut Window, pointer: &str, name: &str, value: serde_json::Value) {
    window.click("JSON");
    let text = window.harness.get_by_role_and_label(Role::MultilineTextInput, "JSON 正文").value().unwrap();
    let mut body: serde_json::Value = serde_json::from_str(&text).unwrap();
    body.pointer_mut(pointer).unwrap()[name] = value;
    let text = serde_json::to_string_pretty(&body).unwrap();
    window.harness.get_by_label("JSON 正文").set_text_value_accesskit(&text);
    window.harness.run_ok();
    window.settle();
    window.click("表单");
}

pub fn card_story(cases: &[Case]) {
    let mut window = Window::open();
    let start = sound(&window);
    look_at_all(&mut window, cases, |window| set_card(window, start.clone()));
}

#[test]
fn ids_of_a_card() {
    card_story(&[
        case("card.template_empty", |w| w.replace("卡片模板 ID", ""), "卡片模板 ID"),
        case("card.template_other_api", |w| w.replace("卡片模板 ID", "StandardCard"), "卡片模板 ID"),
        case("card.conversation_empty", |w| w.replace("单聊会话 ID", ""), "单聊会话 ID"),
        case("card.conversation_format", |w| w.replace("单聊会话 ID", "abc"), "单聊会话 ID"),
        case(
            "card.no_addressee",
            |w| {
                w.replace("单聊会话 ID", "");
                w.press("清空接收人");
            },
            "单聊会话 ID",
        ),
        case("card.robot_empty", |w| w.replace("机器人编码", ""), "机器人编码"),
        case("card.id_space", |w| w.replace("机器人编码", "ding robot"), "机器人编码"),
        case("card.out_track_empty", |w| w.replace("卡片的业务 ID", ""), "卡片的业务 ID"),
        case("card.out_track_too_long", |w| w.replace("卡片的业务 ID", &"a".repeat(101)), "卡片的业务 ID"),
        case("card.out_track_long", |w| w.replace("卡片的业务 ID", &"a".repeat(65)), "卡片的业务 ID"),
        case("card.out_track_space", |w| w.replace("卡片的业务 ID", "a b"), "卡片的业务 ID"),
        case("card.out_track_characters", |w| w.replace("卡片的业务 ID", "放假"), "卡片的业务 ID"),
        case(
            "card.receiver_joined",
            |w| by_json(w, "", "receiverUserIdList", "u1,u2".split('/').collect()),
            "选接收人",
        ),
        case("card.receiver_empty", |w| by_json(w, "", "receiverUserIdList", [""].into_iter().collect()), "选接收人"),
        case(
            "card.receiver_bad",
            |w| by_json(w, "", "receiverUserIdList", ["\"u1\""].into_iter().collect()),
            "选接收人",
        ),
        case(
            "card.receiver_duplicate",
            |w| by_json(w, "", "receiverUserIdList", ["u1", "u1"].into_iter().collect()),
            "选接收人",
        ),
        case(
            "card.receivers_many",
            |w| {
                w.press("粘贴接收人");
                w.paste(&(0..21).map(|n| format!("u{n}")).collect::<Vec<_>>().join(" "));
                w.press("填入");
            },
            "选接收人",
        ),
    ]);
}

#[test]
fn options_and_mentions_of_a_card() {
    fn mention(window: &mut Window, id: &str, name: &str) {
        let mention = AtPerson { id: id.to_owned(), name: name.to_owned() };
        change(window, |card| card.at_open_ids.push(mention));
    }
    card_story(&[
        case("card.user_id_type", |w| by_json(w, "", "userIdType", 3.into()), "3"),
        case(
            "card.pull_without_callback",
            |w| {
                w.unfold("更多");
                w.scroll_to("开");
                w.click("开");
            },
            "开",
        ),
        case("card.at_id_empty", |w| mention(w, "", "甲"), "第 1 个 @ 的 ID"),
        case("card.at_id_bad", |w| mention(w, "a b", "甲"), "第 1 个 @ 的 ID"),
        case("card.at_name_empty", |w| mention(w, "u0000", ""), "第 1 个 @ 的 ID"),
        case("card.at_all_half", |w| mention(w, "@ALL", "所有人"), "第 1 个 @ 的 ID"),
        case("card.at_docs_example", |w| mention(w, "key", "{\"a\":\"b\"}"), "第 1 个 @ 的 ID"),
        case(
            "card.at_duplicate",
            |w| {
                mention(w, "u0000", "甲");
                mention(w, "u0000", "甲");
            },
            "第 2 个 @ 的 ID",
        ),
        case("card.member_unknown", |w| by_json(w, "", "nothing", 1.into()), "移除 nothing"),
        case("card.member_close", |w| by_json(w, "", "robot_code", "x".into()), "移除 robot_code"),
        case("card.member_other_api", |w| by_json(w, "", "cardBizId", "x".into()), "移除 cardBizId"),
        case("card.member_mistyped", |w| by_json(w, "", "robotCode", 1.into()), "移除 robotCode"),
        case("card.token_in_body", |w| by_json(w, "", "access_token", "x".into()), "移除 access_token"),
        case("card.config_beside", |w| by_json(w, "/cardData", "config", "x".into()), "移除 config"),
    ]);
}

#[test]
fn variables_of_a_card() {
    fn key(window: &mut Window, key: &str, value: &str) {
        window.replace("变量名 1", key);
        window.replace(&format!("{key} 的值"), value);
    }
    fn kind(window: &mut Window, kind: ValueKind, value: &str) {
        let row = param("more", kind, value);
        change(window, |card| card.params.push(row));
    }
    card_story(&[
        case("card.value_not_number", |w| w.replace("amount 的值", "一"), "amount 的值"),
        case("card.value_empty", |w| w.replace("amount 的值", ""), "amount 的值"),
        case("card.value_not_boolean", |w| kind(w, ValueKind::Boolean, "是"), "more 的值"),
        case("card.value_not_json", |w| kind(w, ValueKind::Json, "{"), "more 的值"),
        case("card.value_json_duplicate", |w| kind(w, ValueKind::Json, "{\"a\":1,\"a\":2}"), "more 的值"),
        case("card.value_looks_like_json", |w| w.replace("title 的值", "{\"a\": 1}"), "title 的值"),
        case("card.value_placeholder", |w| w.replace("title 的值", "你好 ${name}"), "title 的值"),
        case("card.value_long", |w| w.replace("title 的值", &"长".repeat(400)), "title 的值"),
        case("card.key_empty", |w| w.replace("变量名 1", ""), "变量名 1"),
        case("card.key_duplicate", |w| w.replace("变量名 2", "title"), "变量名 2"),
        case("card.key_space", |w| w.replace("变量名 1", "title "), "变量名 1"),
        case("card.key_placeholder", |w| w.replace("变量名 1", "${title}"), "变量名 1"),
        case("card.key_long", |w| w.replace("变量名 1", &"k".repeat(101)), "变量名 1"),
        case("card.key_unknown_reserved", |w| w.replace("变量名 1", "sys_x"), "变量名 1"),
        case("card.key_reserved", |w| w.replace("变量名 2", "sys_full_json_obj"), "变量名 2"),
        case("card.full_json_twice", |w| key(w, "sys_full_json_obj", "{}"), "sys_full_json_obj 的值"),
        case("card.full_json_by_hand", |w| key(w, "sys_full_json_obj", "{}"), "sys_full_json_obj 的值"),
        case("card.full_json_not_object", |w| key(w, "sys_full_json_obj", "[]"), "sys_full_json_obj 的值"),
        case(
            "card.last_message_by_hand",
            |w| key(w, "sys_lastMessageI18n", "{\"ZH_CN\":\"a\"}"),
            "sys_lastMessageI18n 的值",
        ),
        case(
            "card.last_message_not_object",
            |w| key(w, "sys_lastMessageI18n", "{\"ZH_CN\":\"a\"}\""),
            "sys_lastMessageI18n 的值",
        ),
        case(
            "card.last_message_language_twice",
            |w| key(w, "sys_lastMessageI18n", "{\"ZH_CN\":\"a\",\"ZH_CN\":\"b\"}"),
            "sys_lastMessageI18n 的值",
        ),
        case(
            "card.last_message_twice",
            |w| {
                w.unfold("会话列表摘要");
                w.replace("简体中文", "摘要");
                key(w, "sys_lastMessageI18n", "{\"ZH_CN\":\"a\"}");
            },
            "sys_lastMessageI18n 的值",
        ),
        case("card.last_message_partial", |w| w.replace("英文", ""), "简体中文"),
        case("card.value_placeholder", |w| w.replace("简体中文", "${name}"), "简体中文"),
        case("card.last_message_empty", |w| change(w, |card| card.last_message = LastMessage::default()), "简体中文"),
        case("card.data_large", |w| w.replace("title 的值", &"长".repeat(40_000)), "添加变量"),
        case(
            "card.data_empty",
            |w| {
                change(w, |card| {
                    *card = CardDraft { params: Vec::new(), private: Arc::default(), ..card.clone() };
                    card.last_message = LastMessage::default();
                });
            },
            "添加变量",
        ),
    ]);
}

#[test]
fn values_of_single_people() {
    fn cell(window: &mut Window, label: &str, text: &str) {
        window.unfold("每人变量");
        window.scroll_to("粘贴到每人变量");
        scroll_form(window, 200.0);
        window.harness.get(by().label(label).predicate(|node| node.role() != Role::Label)).click();
        window.harness.run_ok();
        window.type_text(text);
        window.key(Key::Enter);
    }
    fn person_id(window: &mut Window, row: usize, id: &str) {
        let id = id.to_owned();
        change(window, |card| Arc::make_mut(&mut card.private).rows[row].person.id = id);
    }
    fn column(window: &mut Window, column: usize, key: &str) {
        let key = key.to_owned();
        change(window, |card| Arc::make_mut(&mut card.private).columns[column].key = key);
    }
    card_story(&[
        case("card.private_column_duplicate", |w| column(w, 1, "title"), "员工0 的 title"),
        case("card.value_not_number", |w| cell(w, "员工1 的 amount", "二"), "员工1 的 amount"),
        case("card.value_placeholder", |w| cell(w, "员工1 的 title", "${x}"), "员工1 的 title"),
        case("card.private_person_empty", |w| person_id(w, 1, ""), "第 2 行的人员 ID"),
        case("card.private_person_bad", |w| person_id(w, 1, "a b"), "第 2 行的人员 ID"),
        case("card.private_person_duplicate", |w| person_id(w, 1, "u0000"), "第 2 行的人员 ID"),
        case("card.private_not_receiver", |w| person_id(w, 1, "u0009"), "第 2 行的人员 ID"),
        case("card.private_last_message", |w| column(w, 0, "sys_lastMessageI18n"), "员工0 的 sys_lastMessageI18n"),
        case(
            "card.private_key_duplicate",
            |w| {
                cell(w, "员工1 的 amount", "2");
                column(w, 1, "title");
            },
            "员工1 的 title",
        ),
        case(
            "card.private_kind_differs",
            |w| change(w, |card| Arc::make_mut(&mut card.private).columns[0].kind = ValueKind::Json),
            "员工0 的 title",
        ),
    ]);
}

pub fn notice(window: &Window) -> NoticeDraft {
    match &window.app().state.drafts.current(Kind::Notice).unwrap().draft {
        Draft::Notice(notice) => notice.clone(),
        Draft::Card(_) => panic!("a notice"),
    }
}

pub fn change_notice(window: &mut Window, change: impl FnOnce(&mut NoticeDraft)) {
    let mut draft = notice(window);
    change(&mut draft);
    window.harness.state_mut().state.drafts.current_mut(Kind::Notice).unwrap().draft = Draft::Notice(draft);
    window.settle();
}

fn department(id: &str, people: Option<u64>) -> DepartmentRef {
    DepartmentRef { id: id.to_owned(), name: format!("部门{id}"), people }
}

#[test]
fn fields_of_a_notice() {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.settle();
    let start = notice(&window);
    let cases = [
        case("notice.agent_empty", |w| w.replace("应用 AgentId", ""), "应用 AgentId"),
        case("notice.agent_not_digits", |w| w.replace("应用 AgentId", "abc"), "应用 AgentId"),
        case("notice.template_empty", |w| w.replace("模板 ID", ""), "模板 ID"),
        case("notice.template_space", |w| w.replace("模板 ID", "a b"), "模板 ID"),
        case("notice.no_receiver", |w| w.press("清空选择"), "选择人员和部门"),
        case("notice.field_empty", |w| w.replace("place", ""), "place"),
        case(
            "notice.field_missing",
            |w| change_notice(w, |notice| notice.data.retain(|one| one.key != "place")),
            "place",
        ),
        case("notice.unicode_escape", |w| w.replace("place", "\\u4e09楼"), "place"),
        case("notice.placeholder", |w| w.replace("place", "${where}"), "place"),
        case("notice.literal_newline", |w| w.replace("place", "一\\n二"), "title"),
        case("notice.text_long", |w| w.replace("place", &"长".repeat(6000)), "title"),
        case(
            "notice.field_unknown",
            |w| change_notice(w, |notice| notice.data.push(DataField { key: "extra".into(), value: "x".into() })),
            "extra",
        ),
        case(
            "notice.field_duplicate",
            |w| change_notice(w, |notice| notice.data.push(DataField { key: "place".into(), value: "x".into() })),
            "place",
        ),
    ];
    let begin = |window: &mut Window| change_notice(window, |notice| *notice = start.clone());
    look_at_all(&mut window, &cases, begin);
}

#[test]
fn free_fields_of_a_notice() {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.settle();
    window.replace("模板 ID", "elsewhere");
    let start = notice(&window);
    let cases = [
        case("notice.field_name_empty", |w| w.replace("第 1 行的名称", ""), "第 1 行的值"),
        case("notice.field_name", |w| w.replace("第 1 行的名称", "地点"), "第 1 行的值"),
        case("notice.field_duplicate", |w| w.replace("第 2 行的名称", "title"), "第 2 行的值"),
        case("notice.placeholder", |w| w.replace("第 1 行的值", "${x}"), "第 1 行的值"),
    ];
    let begin = |window: &mut Window| change_notice(window, |notice| *notice = start.clone());
    look_at_all(&mut window, &cases, begin);
}

#[test]
fn recipients_of_a_notice() {
    fn user(window: &mut Window, id: &str) {
        let user = person(id, "");
        change_notice(window, |notice| notice.users.push(user));
    }
    fn departments(window: &mut Window, list: Vec<DepartmentRef>) {
        change_notice(window, |notice| notice.departments = list);
    }
    const PICK: &str = "选择人员和部门";
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.settle();
    let start = notice(&window);
    let cases = [
        case("notice.user_empty", |w| user(w, ""), PICK),
        case("notice.user_bad", |w| user(w, "a b"), PICK),
        case("notice.user_long", |w| user(w, &"u".repeat(65)), PICK),
        case(
            "notice.user_duplicate",
            |w| {
                let first = notice(w).users[0].id.clone();
                user(w, &first);
            },
            PICK,
        ),
        case(
            "notice.users_too_many",
            |w| {
                let users: Vec<PersonRef> = (0..5001).map(|n| person(&format!("u{n}"), "")).collect();
                change_notice(w, |notice| notice.users = users);
            },
            PICK,
        ),
        case(
            "notice.people_too_many",
            |w| {
                let users: Vec<PersonRef> = (0..1001).map(|n| person(&format!("u{n}"), "")).collect();
                change_notice(w, |notice| notice.users = users);
            },
            PICK,
        ),
        case("notice.department_not_digits", |w| departments(w, vec![department("x", Some(1))]), PICK),
        case("notice.department_root", |w| departments(w, vec![department("1", Some(1))]), PICK),
        case("notice.department_duplicate", |w| departments(w, vec![department("2", Some(1)); 2]), PICK),
        case(
            "notice.departments_too_many",
            |w| departments(w, (2..503).map(|n| department(&n.to_string(), Some(1))).collect()),
            PICK,
        ),
        case(
            "notice.people_maybe_too_many",
            |w| departments(w, vec![department("900001", Some(600)), department("900002", Some(600))]),
            PICK,
        ),
        case("notice.people_unknown", |w| departments(w, vec![department("900001", None)]), PICK),
    ];
    let begin = |window: &mut Window| change_notice(window, |notice| *notice = start.clone());
    look_at_all(&mut window, &cases, begin);
}
