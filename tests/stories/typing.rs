//! Typing with an input method and taking back: in a value, in a search field, in the JSON view, in the table.

use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::{
    card::{card, scroll_form, set_card, sound},
    support::Window,
};

const JSON: &str = "JSON 正文";

fn json_text(window: &Window) -> String {
    window.harness.get_by_role_and_label(Role::MultilineTextInput, JSON).value().unwrap()
}

/// A window with a card that has no error.
fn window() -> Window {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    window
}

/// Selects a cell of the table.
fn cell(window: &mut Window, label: &str) {
    window.scroll_to("粘贴到每人变量");
    scroll_form(window, 200.0);
    window.harness.get(by().label(label).predicate(|node| node.role() != Role::Label)).click();
    window.harness.run_ok();
}

/// A pause, after which the text field makes its undo point.
fn pause(window: &mut Window) {
    for _ in 0..8 {
        window.harness.step();
    }
}

#[test]
fn pinyin_in_a_value_ends_as_the_chosen_word() {
    let mut window = window();
    window.replace("title 的值", "你好");
    pause(&mut window);
    window.compose("shijie", "世界");
    assert_eq!(card(&window).params[0].value, "你好世界");
    assert_eq!(window.focused(), "title 的值", "the word ends the composition, not the typing");
    window.type_text("！");
    assert_eq!(card(&window).params[0].value, "你好世界！");
    pause(&mut window);
    window.ctrl(Key::Z);
    assert!(card(&window).params[0].value.starts_with("你好"), "{}", card(&window).params[0].value);
    assert!(!card(&window).params[0].value.contains("shijie"), "letters of a composition never come back");
}

#[test]
fn a_composition_that_is_given_up_leaves_nothing() {
    let mut window = window();
    window.replace("title 的值", "你好");
    window.compose("shijie", "");
    assert_eq!(card(&window).params[0].value, "你好");
}

#[test]
fn pinyin_in_a_search_field_searches_for_the_word_and_chooses_nobody() {
    let mut window = window();
    window.scroll_to("找人");
    window.harness.get(by().label("找人").role(Role::TextInput)).focus();
    window.harness.run_ok();
    window.compose("yuangong", "员工1");
    assert!(window.shows("找到 1 / 2 人"), "{:#?}", window.on_screen());
    assert_eq!(window.focused(), "找人");

    window.press("选接收人");
    window.settle();
    let search = "搜索姓名、拼音、首字母、userId 或工号";
    window.harness.get(by().role(Role::TextInput).label(search)).focus();
    window.harness.run_ok();
    window.compose("zhangsan", "张三");
    window.step_until("the directory is here", |window| !window.app().is_busy());
    window.harness.run_ok();
    assert_eq!(window.harness.get(by().role(Role::TextInput).label(search)).value().as_deref(), Some("张三"));
    assert!(window.harness.query_by_role_and_label(Role::CheckBox, "张三 zhangsan01").is_some());
    let chosen = window
        .harness
        .query_all(by().role(Role::CheckBox))
        .filter(|node| node.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True));
    assert_eq!(chosen.count(), 0, "the word was typed, not confirmed");
}

/// The JSON view with the keyboard, a word found and selected in it: what is typed takes its place.
fn word_selected_in_the_json() -> Window {
    let mut window = window();
    window.click("JSON");
    window.type_into("在 JSON 里查找", "放假通知");
    window.key(Key::Enter);
    window.harness.get_by_role_and_label(Role::MultilineTextInput, JSON).focus();
    window.harness.run_ok();
    window
}

#[test]
fn pinyin_in_the_json_view_is_read_when_the_word_is_chosen() {
    let mut window = word_selected_in_the_json();
    let lines = json_text(&window).lines().count();
    window.compose("tiaoxiu", "调休通知");
    assert_eq!(card(&window).params[0].value, "调休通知");
    assert_eq!(json_text(&window).lines().count(), lines, "no line break of its own");
    assert!(!json_text(&window).contains("tiaoxiu"));
    assert_eq!(window.focused(), JSON);

    window.ctrl(Key::Z);
    assert_eq!(card(&window).params[0].value, "放假通知", "taken back in one step");
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, Key::Z);
    window.harness.run_ok();
    assert_eq!(card(&window).params[0].value, "调休通知");
}

#[test]
fn while_a_word_is_composed_in_the_json_view_nothing_is_read() {
    let mut window = word_selected_in_the_json();
    let text = "tiao\"".to_owned();
    window.harness.event(egui::Event::Ime(egui::ImeEvent::Preedit { text, active_range_chars: None }));
    window.harness.run_ok();
    assert!(json_text(&window).contains("tiao\""));
    assert_eq!(card(&window).params[0].value, "放假通知");
    assert!(!window.shows("已保留你输入的内容"), "half a word is no error: {:#?}", window.on_screen());
}

#[test]
fn pinyin_in_a_cell_of_the_table_is_one_value() {
    let mut window = window();
    window.unfold("每人变量");
    cell(&mut window, "员工1 的 title");
    window.compose("shijie", "世界");
    assert_eq!(card(&window).private.rows[1].cells[0].as_deref(), Some("世界"));
    assert_eq!(window.focused(), "员工1 的 title");
    window.key(Key::Enter);
    assert_eq!(card(&window).private.rows[1].cells[0].as_deref(), Some("世界"));
}

#[test]
fn a_removed_row_of_people_comes_back_with_its_values() {
    let mut window = window();
    let before = card(&window).private.clone();
    window.unfold("每人变量");
    cell(&mut window, "员工0 的 title");
    window.harness.key_press_modifiers(egui::Modifiers::SHIFT, Key::Delete);
    window.harness.run_ok();
    assert_eq!(card(&window).private.rows.len(), 1);
    window.settle();
    window.press("撤销");
    assert_eq!(card(&window).private, before);
    assert!(
        window.app().state.current().unwrap().has_redo(),
        "{} {:?}",
        window.focused(),
        window.app().state.text_focused
    );
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND | egui::Modifiers::SHIFT, Key::Z);
    window.harness.run_ok();
    assert_eq!(card(&window).private.rows.len(), 1, "and goes again");
}

#[test]
fn a_typed_value_a_moved_row_and_a_removed_receiver_are_three_steps() {
    let mut window = window();
    window.replace("title 的值", "改了");
    pause(&mut window);
    window.press("下移 title（Alt+↓）");
    window.settle();
    window.press("移除 员工1");
    window.settle();
    let keys = |window: &Window| card(window).params.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
    assert_eq!((keys(&window).join(" "), card(&window).receivers.len()), ("amount title".to_owned(), 1));
    window.ctrl(Key::Z);
    assert_eq!((keys(&window).join(" "), card(&window).receivers.len()), ("amount title".to_owned(), 2));
    window.ctrl(Key::Z);
    assert_eq!(keys(&window), ["title", "amount"]);
    assert_eq!(card(&window).params[0].value, "改了");
    window.ctrl(Key::Z);
    assert_eq!(card(&window).params[0].value, "放假通知");
}
