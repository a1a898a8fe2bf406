use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};

use super::*;
use crate::ui::theme;

const NAME: &str = "正文";

fn harness(text: &str) -> Harness<'static, CodeEditor> {
    let mut editor = CodeEditor::default();
    editor.set_text(text);
    Harness::builder().with_size([420.0, 300.0]).with_context_setup(theme::install).build_ui_state(
        |ui, editor: &mut CodeEditor| {
            let shown = editor.show(ui, NAME, &[]);
            if shown.changed {
                ui.data_mut(|data| *data.get_temp_mut_or_default::<u32>(Id::unique("changes")) += 1);
            }
        },
        editor,
    )
}

fn changes(harness: &Harness<'_, CodeEditor>) -> u32 {
    harness.ctx.data(|data| data.get_temp(Id::unique("changes")).unwrap_or_default())
}

fn focus(harness: &mut Harness<'_, CodeEditor>) {
    harness.get_by_label(NAME).focus();
    harness.run();
}

fn key(harness: &mut Harness<'_, CodeEditor>, modifiers: egui::Modifiers, key: egui::Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run();
}

const NONE: egui::Modifiers = egui::Modifiers::NONE;
const CTRL: egui::Modifiers = egui::Modifiers::COMMAND;

#[test]
fn typing_enter_and_undo_work_as_in_any_editor() {
    let mut harness = harness("{\n}");
    focus(&mut harness);
    key(&mut harness, CTRL, egui::Key::Home);
    key(&mut harness, NONE, egui::Key::End);
    key(&mut harness, NONE, egui::Key::Enter);
    harness.get_by_label(NAME).type_text("\"标题\": 1");
    harness.run();
    assert_eq!(harness.state().text(), "{\n  \"标题\": 1\n}", "a line inside a bracket is indented");
    assert_eq!(harness.get_by_label(NAME).value().as_deref(), Some("{\n  \"标题\": 1\n}"));
    key(&mut harness, CTRL, egui::Key::Z);
    key(&mut harness, CTRL, egui::Key::Z);
    assert_eq!(harness.state().text(), "{\n}");
    key(&mut harness, CTRL | egui::Modifiers::SHIFT, egui::Key::Z);
    assert_eq!(harness.state().text(), "{\n  \n}");
    assert_eq!(changes(&harness), 5);
}

#[test]
fn the_caret_keeps_its_column_over_short_lines() {
    let mut harness = harness("long line\nx\nanother long");
    focus(&mut harness);
    harness.state_mut().go_to(6);
    harness.run();
    key(&mut harness, NONE, egui::Key::ArrowDown);
    assert_eq!(harness.state().caret(), 11, "the end of the short line");
    key(&mut harness, NONE, egui::Key::ArrowDown);
    assert_eq!(harness.state().caret(), 12 + 6);
    key(&mut harness, egui::Modifiers::SHIFT, egui::Key::ArrowUp);
    key(&mut harness, egui::Modifiers::SHIFT, egui::Key::Home);
    key(&mut harness, NONE, egui::Key::Delete);
    assert_eq!(harness.state().text(), "long line\nr long");
}

#[test]
fn what_an_input_method_composes_is_no_change_before_it_is_committed() {
    let mut harness = harness("\"\"");
    focus(&mut harness);
    harness.state_mut().go_to(1);
    harness.run();
    for text in ["m", "ma", "mayi"] {
        harness.event(egui::Event::Ime(egui::ImeEvent::Preedit { text: text.to_owned(), active_range_chars: None }));
        harness.run();
    }
    assert_eq!((harness.state().text(), changes(&harness)), ("\"mayi\"", 0));
    harness.event(egui::Event::Ime(egui::ImeEvent::Commit("蚂蚁".to_owned())));
    harness.run();
    assert_eq!((harness.state().text(), changes(&harness)), ("\"蚂蚁\"", 1));
    key(&mut harness, CTRL, egui::Key::Z);
    assert_eq!(harness.state().text(), "\"\"", "the whole word is one step");
}

#[test]
fn copy_cut_and_paste_reach_the_clipboard() {
    let mut harness = harness("{\"a\": 1}");
    focus(&mut harness);
    key(&mut harness, CTRL, egui::Key::A);
    harness.event(egui::Event::Cut);
    harness.run();
    assert_eq!(harness.state().text(), "");
    harness.event(egui::Event::Paste("[\r\n]".to_owned()));
    harness.run();
    assert_eq!(harness.state().text(), "[\n]");
}

#[test]
fn a_click_puts_the_caret_and_two_select_a_word() {
    let mut harness = harness("{\n  \"蚂蚁分工\": true\n}");
    harness.run();
    let rect = harness.get_by_label(NAME).rect();
    // The second row, far to the right: its end.
    let place = pos2(rect.right() - 30.0, rect.top() + 30.0);
    harness.drag_at(place);
    harness.drop_at(place);
    harness.run();
    assert_eq!(harness.state().caret(), harness.state().text().find("true").unwrap() + 4);
    harness.state_mut().select(0..1);
    harness.run();
    assert_eq!(harness.state().buffer.selected(), "{");
}

#[test]
fn a_megabyte_is_shown_by_its_visible_rows_only() {
    let line = "    \"id\": \"u0001\", \"cardParamMap\": { \"title\": \"放假通知\" },\n";
    let text = line.repeat(20_000);
    assert!(text.len() > 1 << 20);
    let mut harness = harness(&text);
    focus(&mut harness);
    key(&mut harness, CTRL, egui::Key::End);
    assert_eq!(harness.state().caret(), text.len());
    let spoken = harness.get_by_label(NAME).value().unwrap();
    assert!(spoken.len() < 8000, "{} bytes", spoken.len());
    harness.get_by_label(NAME).type_text("x");
    harness.run();
    assert!(harness.state().text().ends_with("\nx"));
}

#[test]
fn one_endless_line_is_broken_into_rows() {
    let text = format!("{{\"t\": \"{}\"}}", "蚂蚁".repeat(50_000));
    let mut harness = harness(&text);
    focus(&mut harness);
    key(&mut harness, CTRL, egui::Key::End);
    key(&mut harness, NONE, egui::Key::ArrowUp);
    assert!(harness.state().rows.len() > 1000 && harness.state().lines() == 1);
    assert!(harness.state().caret() < text.len());
}

#[test]
fn a_screen_reader_hears_what_is_wrong() {
    let mark = Mark { at: 2, level: Level::Error, text: "第 1 行".to_owned() };
    let mut editor = CodeEditor::default();
    editor.set_text("{ x");
    let mut harness = Harness::builder().with_size([300.0, 200.0]).with_context_setup(theme::install).build_ui_state(
        move |ui, editor: &mut CodeEditor| {
            editor.show(ui, NAME, std::slice::from_ref(&mark));
        },
        editor,
    );
    harness.run();
    assert_eq!(harness.get_by_label(NAME).accesskit_node().description().as_deref(), Some("第 1 行"));
}

#[test]
fn what_two_texts_have_in_common_is_whole_characters_and_counted_once() {
    assert_eq!(same_ends("蚂蚁分工", "蚂蚂分工"), (3, 6), "two characters that begin alike");
    assert_eq!(same_ends("aa", "aaa"), (2, 0));
    assert_eq!(same_ends("", "x"), (0, 0));
    let long = "放假通知 ".repeat(100);
    let (a, b) = (format!("{long}1{long}"), format!("{long}22{long}"));
    assert_eq!(same_ends(&a, &b), (long.len(), long.len()));
}

#[test]
fn another_part_from_outside_is_shown_and_the_rest_stays() {
    let mut harness = harness("{\n  \"a\": 1,\n  \"b\": 2\n}");
    harness.run();
    harness.state_mut().set_part(4..11, "\"a\": 10,\n  \"x\": 0,");
    harness.run();
    assert_eq!(harness.state().text(), "{\n  \"a\": 10,\n  \"x\": 0,\n  \"b\": 2\n}");
    assert_eq!(harness.state().lines(), 5);
}
