//! The card lab used hard: broken and newer exports, undo across an import, a restart, ticks that outlive what changed
//! elsewhere.

use std::{path::PathBuf, sync::Arc};

use ding_composer::{compose::Draft, lang::Lang};
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use crate::{
    lab_cases::{open_cases, send_all, visit},
    lab_window as lab,
    support::Window,
};

/// The fixture with something in it replaced, as a file of its own.
fn changed(window: &Window, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(lab::fixture("visit.json")).unwrap();
    assert!(text.contains(from), "{from}");
    let path = window.folder.path().join("changed.json");
    std::fs::write(&path, text.replace(from, to)).unwrap();
    path
}

/// The program started again, with the card of the template chosen.
fn again(window: Window) -> Window {
    let folder = Arc::clone(&window.folder);
    drop(window);
    let mut window = Window::open_sized(folder, [1500.0, 3000.0], |_| {});
    window.harness.ctx.set_missing_glyph_policy(egui::epaint::text::MissingGlyphPolicy::Tofu);
    window.step_until("the templates are read", |window| window.app().lab().known(lab::TEMPLATE).is_some());
    let drafts = &mut window.harness.state_mut().state.drafts;
    let ours = |draft: &Draft| matches!(draft, Draft::Card(card) if card.card_template_id == lab::TEMPLATE);
    let id = drafts.all().iter().find(|open| ours(&open.draft)).unwrap().id.clone();
    drafts.select(&id);
    window.settle();
    window
}

fn import_newer(window: &mut Window, file: PathBuf) {
    window.harness.state_mut().open_path(file);
    window.wait_for("这个 ID 导入过");
    window.press("导入");
    window.wait_for("填好的值保留");
    window.settle();
}

fn value(window: &Window, name: &str) -> Option<String> {
    lab::card(window).params.iter().find(|row| row.key == name).map(|row| row.value.clone())
}

fn tick_sample(window: &mut Window) {
    window.harness.get_by_role_and_label(Role::CheckBox, "示例值").click();
    window.harness.run_ok();
}

#[test]
fn an_import_fills_in_the_samples_keeps_private_ones_private_and_is_undone_in_one_step() {
    let mut window = lab::imported("visit.json");
    assert_eq!(value(&window, "title").as_deref(), Some("供应商来访"));
    assert_eq!(value(&window, "room"), None, "a private sample is not for everybody");
    assert_eq!(lab::card(&window).private.columns[0].key, "room");
    window.ctrl(egui::Key::Z);
    window.settle();
    let card = lab::card(&window);
    assert!(card.params.is_empty() && card.private.columns.is_empty() && card.card_template_id.is_empty(), "{card:?}");
}

#[test]
fn a_broken_export_is_said_before_anything_is_asked_and_leaves_the_card_alone() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut window = Window::open_sized(folder, [1500.0, 2000.0], |_| {});
    window.ctrl(egui::Key::N);
    window.settle();
    let path = window.folder.path().join("broken.json");
    std::fs::write(&path, r#"{"editorData": "{\"variableList\": [", "widgetInfo": "<LinearLayout"}"#).unwrap();
    window.harness.state_mut().open_path(path);
    window.wait_for("没有导入“broken”");
    window.settle();
    assert!(!window.shows("导出文件所属的模板 ID"), "{:#?}", window.on_screen());
    assert!(lab::card(&window).card_template_id.is_empty());
}

#[test]
fn what_changed_is_shown_until_it_was_read_and_again_with_the_next_export() {
    let mut window = lab::imported("visit.json");
    let file = changed(&window, "\\\"name\\\": \\\"vip\\\"", "\\\"name\\\": \\\"important\\\"");
    import_newer(&mut window, file);
    assert!(window.shows("去掉了变量 vip；填过的值还在"), "{:#?}", window.on_screen());
    window.press("知道了");
    window.settle();
    assert!(!window.shows("去掉了变量 vip"));
    let mut window = again(window);
    assert!(!window.shows("去掉了变量 vip"), "read once is read: {:#?}", window.on_screen());
    import_newer(&mut window, lab::fixture("visit.json"));
    assert!(window.shows("新增变量 vip"), "{:#?}", window.on_screen());
}

#[test]
fn a_tick_outlives_an_export_that_draws_the_same_and_a_changed_one_is_shown_as_it_was_ticked() {
    let mut window = visit();
    open_cases(&mut window);
    tick_sample(&mut window);
    window.press("关闭");
    // Another sample of a variable that nothing draws: other values, the same drawing.
    let file = changed(&window, "\\\"spare\\\": 3", "\\\"spare\\\": 4");
    import_newer(&mut window, file);
    open_cases(&mut window);
    assert!(window.shows("1 / 10") && !window.shows("需要重看"), "{:#?}", window.on_screen());
    window.press("关闭");
    // Another drawing, then yet another export: before is what was ticked, not the export before the last.
    for size in ["22np", "26np"] {
        let file = changed(&window, "textSize='16np'", &format!("textSize='{size}'"));
        import_newer(&mut window, file);
    }
    let stored = &window.app().lab().known(lab::TEMPLATE).unwrap().stored;
    assert!(stored.earlier.values().any(|text| text.contains("textSize='16np'")), "{:?}", stored.earlier.keys());
    open_cases(&mut window);
    assert!(window.shows("1 个因为画面变了需要重看") && window.shows("0 / 10"), "{:#?}", window.on_screen());
    window.press("放大看 示例值");
    window.settle();
    assert!(window.shows("确认时") && window.shows("现在"), "{:#?}", window.on_screen());
    window.press("没问题，看下一个");
    window.settle();
    window.press("返回全部");
    window.settle();
    assert!(window.shows("1 / 10"), "{:#?}", window.on_screen());
}

#[test]
fn a_case_by_hand_is_renamed_put_into_the_form_and_no_two_have_one_name() {
    let mut window = visit();
    open_cases(&mut window);
    for name in ["雨天", "晴天"] {
        window.type_into("用例名称", name);
        window.press("用表单里的值新建");
    }
    window.press("放大看 晴天");
    window.settle();
    window.replace("用例名称", "雨天");
    window.settle();
    assert!(window.shows("已有同名的用例"), "{:#?}", window.on_screen());
    window.replace("用例名称", "多云");
    window.press("改名");
    window.settle();
    let kept = window.app().lab().known(lab::TEMPLATE).unwrap().stored.cases.to_string();
    assert!(kept.contains("hand:多云") && kept.contains("hand:雨天") && !kept.contains("hand:晴天"), "{kept}");
    window.press("返回全部");
    window.settle();
    window.press("放大看 全部为空");
    window.settle();
    window.press("填入表单");
    window.settle();
    assert_eq!(value(&window, "title").as_deref(), Some(""));
    window.ctrl(egui::Key::Z);
    window.settle();
    assert_eq!(value(&window, "title").as_deref(), Some("供应商来访"));
}

#[test]
fn after_a_restart_the_grid_still_says_what_was_handed_over_and_leads_to_its_delivery() {
    let mut window = visit();
    send_all(&mut window, 10);
    let mut window = again(window);
    open_cases(&mut window);
    window.wait_for("看结果");
    assert!(window.shows("上次交给") && window.shows("已提交"), "{:#?}", window.on_screen());
    window.press("看结果");
    window.wait_for("验收用例 visit");
}

#[test]
fn a_case_that_was_renamed_lost_what_became_of_it() {
    let mut window = visit();
    open_cases(&mut window);
    window.type_into("用例名称", "雨天");
    window.press("用表单里的值新建");
    window.press("关闭");
    send_all(&mut window, 11);
    let result = |window: &Window, key: &str| window.app().lab().sent(lab::TEMPLATE)?.result(key, Lang::Zh);
    window.step_until("its result is here", |window| result(window, "hand:雨天").is_some());
    window.press("放大看 雨天");
    window.settle();
    window.replace("用例名称", "多云");
    window.press("改名");
    window.settle();
    assert!(result(&window, "hand:多云").is_some() && result(&window, "hand:雨天").is_none());
    window.press("返回全部");
    let mut window = again(window);
    open_cases(&mut window);
    window.step_until("after a restart as well", |window| result(window, "hand:多云").is_some());
}

#[test]
fn a_template_taken_away_by_mistake_is_brought_back_with_its_record() {
    let mut window = visit();
    open_cases(&mut window);
    tick_sample(&mut window);
    window.press("关闭");
    window.press("移除导入的模板");
    window.settle();
    assert!(window.app().lab().known(lab::TEMPLATE).is_none());
    window.press("放回");
    window.settle();
    let stored = &window.app().lab().known(lab::TEMPLATE).unwrap().stored;
    assert_eq!(stored.cases[0]["case"].as_str(), Some("sample"));
    open_cases(&mut window);
    assert!(window.shows("1 / 10"), "{:#?}", window.on_screen());
}
