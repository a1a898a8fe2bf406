//! Writing a notice: its fields follow the template, the preview shows what is read, the library is the person's own.

use std::sync::Arc;

use ding_composer::compose::{Draft, Kind, NoticeDraft};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::support::Window;

fn notice(window: &Window) -> &NoticeDraft {
    match &window.app().state.drafts.current(Kind::Notice).unwrap().draft {
        Draft::Notice(notice) => notice,
        Draft::Card(_) => panic!("a notice"),
    }
}

fn value<'w>(window: &'w Window, key: &str) -> Option<&'w str> {
    notice(window).data.iter().find(|field| field.key == key).map(|field| field.value.as_str())
}

fn open() -> Window {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.settle();
    window
}

#[test]
fn the_fields_follow_the_template_and_the_preview_follows_the_fields() {
    let mut window = open();
    window.replace("place", "三楼会议室");
    assert_eq!(value(&window, "place"), Some("三楼会议室"));
    assert!(window.shows("地点：三楼会议室"), "the preview: {:?}", window.on_screen());

    // An emptied field is marked in the preview, and is a finding that leads back to it.
    window.replace("place", "");
    window.settle();
    assert!(window.shows("1 个字段还没有内容"));
    window.harness.get_by_label("去填写 place").click();
    window.harness.run_ok();
    window.harness.run_steps(4);
    let field = window.harness.get(by().role(Role::MultilineTextInput).label("place"));
    assert!(field.is_focused());

    // Another field in the template's body becomes a field of the form.
    window.press("管理模板库");
    window.replace("消息内容", "${place} 明天维护，${reason}。");
    window.press("保存");
    window.press("关闭");
    window.settle();
    window.type_into("reason", "更换服务器");
    assert_eq!(value(&window, "reason"), Some("更换服务器"));
    let place = |key: &str| notice(&window).data.iter().position(|field| field.key == key).unwrap();
    assert_eq!(place("reason"), place("place") + 1, "in the order of the template");
    assert!(window.shows("模板里没有这 3 个字段"), "what was typed is kept and named: {:?}", window.on_screen());
    assert_eq!(value(&window, "title"), Some("报销系统周末维护"));
}

#[test]
fn a_template_is_entered_used_deleted_and_brought_back() {
    let mut window = open();
    window.press("管理模板库");
    window.press("新建");
    let save =
        |window: &Window| window.harness.get_by_role_and_label(Role::Button, "保存").accesskit_node().is_disabled();
    assert!(save(&window), "a template without name and id is not saved");
    window.type_into("名称", "放假通知");
    // The form behind the dialog has a field of this name as well.
    let field = |window: &Window| {
        let fields = by().label("模板 ID").predicate(|node| node.role() == Role::TextInput);
        window.harness.query_all(fields).last().unwrap().focus();
    };
    field(&window);
    window.harness.run_ok();
    let field = window.harness.query_all(by().label("模板 ID").predicate(|node| node.role() == Role::TextInput)).last();
    field.unwrap().type_text("holiday-1");
    window.harness.run_ok();
    window.type_into("消息内容", "各位同事，${day} 放假。");
    assert!(window.shows("参数：day"));
    assert!(!save(&window));
    window.press("保存");
    window.press("用于当前通知");
    window.settle();
    assert_eq!(notice(&window).template_id, "holiday-1");
    window.type_into("day", "五一");
    assert!(window.shows("各位同事，五一 放假。"), "{:?}", window.on_screen());

    window.press("管理模板库");
    window.press("删除模板 放假通知");
    assert!(window.shows("已删除模板「放假通知」"));
    window.press("撤销");
    assert!(window.harness.query_by_role_and_label(Role::Button, "放假通知").is_some(), "{:?}", window.on_screen());
    window.press("关闭");
    let folder = Arc::clone(&window.folder);
    window.settle();
    assert!(window.close());
    drop(window);
    let mut window = Window::open_in(folder);
    window.ctrl(Key::Num2);
    assert!(window.shows("各位同事，五一 放假。"), "{:?}", window.on_screen());
}

#[test]
fn unsaved_changes_of_a_template_survive_closing_the_library() {
    let mut window = open();
    window.press("管理模板库");
    window.press("新建");
    window.type_into("名称", "写到一半");
    window.press("关闭");
    window.press("管理模板库");
    assert!(window.shows("写到一半"), "{:?}", window.on_screen());
    let row = window.harness.get_by_role_and_label(Role::Button, "写到一半");
    assert_eq!(row.accesskit_node().description().as_deref(), Some("未保存"));
}

#[test]
fn without_a_template_names_and_values_are_written_freely() {
    let mut window = open();
    window.harness.get_by_role_and_label(Role::ComboBox, "模板").click();
    window.harness.run_ok();
    window.harness.get_by_role_and_label(Role::Button, "不使用模板库").click();
    window.harness.run_ok();
    assert!(notice(&window).template_id.is_empty());
    assert_eq!(notice(&window).data.len(), 4, "what was typed stays");
    window.press("添加一行");
    window.type_into("第 5 行的名称", "extra");
    window.type_into("第 5 行的值", "值");
    assert_eq!(value(&window, "extra"), Some("值"));
    window.press("移除第 5 行");
    assert_eq!(value(&window, "extra"), None);
    window.ctrl(Key::Z);
    assert_eq!(value(&window, "extra"), Some("值"), "a removed row comes back");
}

#[test]
fn the_app_of_the_profile_is_offered_where_the_notice_names_another() {
    let mut window = open();
    let own = window.sandbox().agent_id().to_string();
    assert_eq!(notice(&window).agent_id, own);
    window.replace("应用 AgentId", "12");
    assert_eq!(notice(&window).agent_id, "12");
    window.press(&format!("用配置里的 {own}"));
    assert_eq!(notice(&window).agent_id, own);
}
