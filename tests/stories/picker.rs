//! Picking people and departments: by pinyin, by keyboard alone, from the tree, from a pasted list; loading and its
//! troubles.

use std::{sync::Arc, time::Duration};

use ding_composer::{
    compose::{Draft, Kind, NoticeDraft},
    sandbox::{Effect, Script},
};
use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::support::Window;

const SEARCH: &str = "搜索姓名、拼音、首字母、userId、工号或部门";
const MEMBERS: &str = "/topapi/v2/user/list";

fn notice(window: &Window) -> &NoticeDraft {
    match &window.app().state.drafts.current(Kind::Notice).unwrap().draft {
        Draft::Notice(notice) => notice,
        Draft::Card(_) => panic!("a notice"),
    }
}

fn users(window: &Window) -> Vec<&str> {
    notice(window).users.iter().map(|person| person.id.as_str()).collect()
}

fn departments(window: &Window) -> Vec<&str> {
    notice(window).departments.iter().map(|department| department.name.as_str()).collect()
}

/// Opens the picker on the notice tab; nobody is chosen at first.
fn open(window: &mut Window) {
    window.ctrl(Key::Num2);
    window.press("清空选择");
    window.press("选择人员和部门");
    window.wait_for("青禾科技（演练）");
}

fn key(window: &mut Window, key: Key) {
    window.harness.key_press(key);
    window.harness.run_ok();
}

fn type_text(window: &mut Window, text: &str) {
    window.harness.get(by().role(Role::TextInput).label(SEARCH)).focus();
    window.harness.run_ok();
    window.harness.get(by().role(Role::TextInput).label(SEARCH)).type_text(text);
    window.harness.run_ok();
    window.step_until("the directory is here", |window| !window.app().is_busy());
    window.harness.run_ok();
}

fn tick(window: &Window, label: &str) -> bool {
    let row = window.harness.get_by_role_and_label(Role::CheckBox, label);
    row.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
}

#[test]
fn a_notice_goes_to_a_department_found_by_pinyin_without_touching_the_mouse() {
    let mut window = Window::open();
    open(&mut window);
    type_text(&mut window, "shichangbu");
    assert!(window.shows("找到 0 人、1 个部门"), "{:?}", window.on_screen());
    key(&mut window, Key::Enter);
    window.ctrl(Key::Enter);
    assert_eq!(departments(&window), ["市场部"]);
    let people = notice(&window).departments[0].people;
    assert!(people.is_some_and(|people| people > 0), "its size is known: {people:?}");
    assert!(window.shows("部门：市场部"));

    window.settle();
    window.ctrl(Key::Enter);
    window.step_until("it arrived", |window| {
        window.sandbox().arrivals().iter().any(|arrival| arrival.notice().is_some())
    });
    let arrivals = window.sandbox().arrivals();
    let arrived = arrivals.iter().find_map(|arrival| arrival.notice()).unwrap();
    assert_eq!(arrived.recipients.len() as u64, people.unwrap(), "everyone in the department");
}

#[test]
fn people_are_picked_by_keyboard_alone() {
    let mut window = Window::open();
    open(&mut window);
    type_text(&mut window, "zs");
    assert!(window.harness.query_by_role_and_label(Role::CheckBox, "张三 zhangsan01").is_some());
    // The best hit is under the cursor; Enter chooses it, Space the next one after a step down.
    key(&mut window, Key::Enter);
    key(&mut window, Key::ArrowDown);
    key(&mut window, Key::Space);
    assert_eq!(window.harness.get(by().role(Role::TextInput).label(SEARCH)).value().as_deref(), Some("zs"));
    // Esc empties the search and keeps the picker open; a blank inside a name is typed.
    key(&mut window, Key::Escape);
    type_text(&mut window, "Emma W");
    assert!(window.harness.query_by_role_and_label(Role::CheckBox, "Emma Wilson emma.wilson").is_some());
    key(&mut window, Key::Enter);
    window.ctrl(Key::Enter);
    let picked = users(&window);
    assert_eq!(picked.len(), 3, "{picked:?}");
    assert_eq!(picked[2], "emma.wilson");

    // One step back undoes all of it.
    window.ctrl(Key::Z);
    assert!(users(&window).is_empty());
}

#[test]
fn the_tree_is_walked_by_arrow_keys_and_a_department_is_not_its_members() {
    let mut window = Window::open();
    open(&mut window);
    // Levels are read when they are looked at.
    window.harness.get(by().role(Role::Tree).label("部门")).focus();
    window.harness.run_ok();
    key(&mut window, Key::ArrowDown);
    window.wait_for("全选直属");
    let direct = window.harness.get(by().role(Role::Button).label_contains("全选直属")).accesskit_node().label();
    window.press(&direct.unwrap());
    window.press("选择整个部门");
    window.ctrl(Key::Enter);
    assert_eq!(departments(&window), ["总裁办"]);
    assert!(users(&window).contains(&"manager4220"), "{:?}", users(&window));
}

#[test]
fn each_unknown_id_of_a_pasted_list_is_named_and_kept_until_it_is_removed() {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.press("清空选择");
    window.press("粘贴 ID");
    window.type_into("userId 列表", "zhangsan01，nobody\nmanager4220; ghost zhangsan01");
    window.wait_for("2 个不在通讯录里");
    assert!(window.shows("通讯录里有 2 个 · 重复 1 个"), "{:?}", window.on_screen());
    window.press("移除 ghost");
    assert!(window.harness.query_by_role_and_label(Role::Button, "保留 ghost").is_some());
    window.press("加入 3 个");
    window.ctrl(Key::Enter);
    assert_eq!(users(&window), ["zhangsan01", "manager4220", "nobody"]);
    assert_eq!(notice(&window).users[0].name, "张三");
    assert!(window.shows("nobody"), "it stays among the recipients");
}

#[test]
fn giving_up_a_choice_can_be_taken_back() {
    let mut window = Window::open();
    open(&mut window);
    type_text(&mut window, "zhangsan01");
    key(&mut window, Key::Enter);
    window.press("取消");
    assert!(users(&window).is_empty());
    window.press("继续选择");
    window.ctrl(Key::Enter);
    assert_eq!(users(&window), ["zhangsan01"]);
}

#[test]
fn a_refresh_shows_its_progress_can_be_cancelled_and_keeps_what_was_here() {
    let mut window = Window::open();
    open(&mut window);
    type_text(&mut window, "zhang");
    assert!(window.shows("319 人"), "{:?}", window.on_screen());
    key(&mut window, Key::Escape);

    window.sandbox().script(Script::always(MEMBERS, Effect::Slow(Duration::from_secs(30))));
    window.press("刷新");
    window.wait_for("正在读取通讯录");
    // The dialog's own 取消 stands below.
    let cancel = window.harness.get_all_by_role_and_label(Role::Button, "取消").next().unwrap();
    cancel.click();
    window.harness.run_ok();
    window.wait_for("已取消刷新");
    assert!(window.shows("319 人"), "what was here stays");
    window.sandbox().clear_scripts();
    type_text(&mut window, "zhangsan01");
    assert!(window.harness.query_by_role_and_label(Role::CheckBox, "张三 zhangsan01").is_some());
}

#[test]
fn a_missing_permission_is_named_with_its_page_and_the_tree_is_still_there() {
    let mut window = Window::open();
    let effect = Effect::Code {
        code: "88/60011".into(),
        message: None,
        scopes: vec!["qyapi_get_department_member".into()],
        ip: None,
    };
    window.sandbox().script(Script::always(MEMBERS, effect));
    open(&mut window);
    window.press("刷新");
    window.step_until("it ended", |window| !window.app().is_busy());
    window.harness.run_ok();
    window.wait_for("有一部分没读到");
    assert!(window.shows("qyapi_get_department_member"), "{:?}", window.on_screen());
    assert!(window.harness.query_by_role_and_label(Role::Button, "去申请权限").is_some());
    assert!(window.harness.query_all_by_label_contains("市场部").next().is_some());
}

#[test]
fn people_are_here_again_without_a_call_when_the_window_is_opened_next() {
    let mut window = Window::open();
    open(&mut window);
    type_text(&mut window, "zhangsan01");
    window.press("取消");
    window.settle();
    let folder = Arc::clone(&window.folder);
    assert!(window.close());
    drop(window);

    let mut window = Window::open_in(folder);
    let sandbox = window.sandbox();
    sandbox.script(Script::always(MEMBERS, Effect::code("60003")));
    window.ctrl(Key::Num2);
    window.press("选择人员和部门");
    window.wait_for("319 人");
    type_text(&mut window, "zhangsan01");
    assert!(!tick(&window, "张三 zhangsan01"));
}

#[test]
fn the_limit_of_one_send_is_told_while_choosing_and_as_a_finding() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut window = Window::open_with(folder, |env| env.sandbox.people = 1500);
    open(&mut window);
    type_text(&mut window, "qinghekeji");
    window.harness.key_press_modifiers(Modifiers::NONE, Key::Enter);
    window.harness.run_ok();
    assert!(window.shows("1,499 / 1,000 人"), "{:?}", window.on_screen());
    window.ctrl(Key::Enter);
    window.settle();
    let open = window.app().state.drafts.current(Kind::Notice).unwrap();
    let codes: Vec<_> = open.findings.all().iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"notice.people_too_many"), "{codes:?}");
}
