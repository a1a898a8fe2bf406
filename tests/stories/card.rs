//! The card tab: writing a card in the form and as JSON, people with values of their own, findings, undo.

use std::sync::Arc;

use ding_composer::{
    compose::{
        CardDraft, Draft, PersonRef, Severity,
        card::{ParamRow, PrivateColumn, PrivateRow, PrivateTable, ValueKind},
    },
    store::history::Outcome,
    ui::sending::LastSend,
};
use egui::{Event, Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::support::Window;

pub fn card(window: &Window) -> &CardDraft {
    match &window.app().state.current().unwrap().draft {
        Draft::Card(card) => card,
        Draft::Notice(_) => panic!("the card tab has a card"),
    }
}

pub fn set_card(window: &mut Window, card: CardDraft) {
    window.harness.state_mut().state.current_mut().unwrap().draft = Draft::Card(card);
    window.settle();
}

pub fn param(key: &str, kind: ValueKind, value: &str) -> ParamRow {
    ParamRow { key: key.to_owned(), kind, value: value.to_owned() }
}

pub fn person(id: &str, name: &str) -> PersonRef {
    PersonRef { id: id.to_owned(), name: name.to_owned() }
}

fn table(people: usize) -> Arc<PrivateTable> {
    let column = |key: &str, kind| PrivateColumn { key: key.to_owned(), kind };
    let rows = (0..people).map(|index| PrivateRow {
        person: person(&format!("u{index:04}"), &format!("员工{index}")),
        cells: vec![Some(format!("你好，员工{index}")), None].into(),
    });
    Arc::new(PrivateTable {
        columns: vec![column("title", ValueKind::Text), column("amount", ValueKind::Number)],
        rows: rows.collect(),
    })
}

/// A card without any error.
pub fn sound(window: &Window) -> CardDraft {
    CardDraft {
        kept: ding_composer::compose::Kept::default(),
        params: vec![param("title", ValueKind::Text, "放假通知"), param("amount", ValueKind::Number, "1")],
        private: table(2),
        receivers: vec![person("u0000", "员工0"), person("u0001", "员工1")].into(),
        ..card(window).clone()
    }
}

fn errors(window: &Window) -> Vec<String> {
    let findings = &window.app().state.current().unwrap().findings;
    let errors = findings.all().iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.code.to_owned()).collect()
}

fn undo(window: &mut Window) {
    window.harness.state_mut().state.current_mut().map(|open| open.undo(jiff::Timestamp::UNIX_EPOCH));
    window.settle();
}

/// Turns the wheel over the form, in points.
pub fn scroll_form(window: &mut Window, points: f32) {
    window.harness.hover_at(egui::pos2(500.0, 300.0));
    window.harness.event(Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -points),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    window.harness.run_ok();
}

#[test]
fn a_card_with_private_data_for_two_people_is_written_and_sent() {
    let mut window = Window::open();
    window.ctrl(Key::N);
    window.settle();
    let template = window.sandbox().card_template_ids().first().unwrap().clone();
    window.type_into("卡片模板 ID", &template);

    window.press("粘贴填入");
    window.paste("title=放假通知\namount=1");
    assert!(window.shows("认出 2 个变量"), "{:#?}", window.on_screen());
    window.press("填入");
    assert_eq!(card(&window).params.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["title", "amount"]);

    let sandbox = window.sandbox();
    let organisation = sandbox.organisation();
    let people: Vec<&str> =
        organisation.people().iter().filter(|one| !one.hidden).take(2).map(|one| &*one.userid).collect();
    window.unfold("每人变量");
    window.press("粘贴到每人变量");
    window.paste(&format!("userId\ttitle\n{}\t张三，你好\n{}\t\n", people[0], people[1]));
    window.press("填入");
    let private = &card(&window).private;
    assert_eq!(*private.rows[0].cells, [Some("张三，你好".to_owned())]);
    assert_eq!(*private.rows[1].cells, [None], "empty: the public value");

    window.press("粘贴接收人");
    window.paste(&people.join(", "));
    window.press("填入");
    window.settle();
    assert_eq!(card(&window).receivers.len(), 2);
    assert_eq!(errors(&window), Vec::<String>::new());

    let before = card(&window).out_track_id.clone();
    window.ctrl(Key::Enter);
    window.step_until("the send has ended", |window| window.app().state.current().unwrap().last_send.is_some());
    let Some(LastSend::Made(sent)) = &window.app().state.current().unwrap().last_send else { panic!("sent") };
    assert_eq!(sent.delivery.outcome, Outcome::HandedOver, "{:?}", sent.delivery);
    window.settle();
    assert!(window.shows("已受理"), "{:#?}", window.on_screen());
    let arrivals = window.sandbox().arrivals();
    let arrived = arrivals.iter().find_map(|arrival| arrival.card()).expect("the sandbox has it");
    let got = |person: &str| {
        let recipient = arrived.recipients.iter().find(|one| one.userid == person).expect("they got it");
        let title = arrived.variables_for(recipient).into_iter().find(|one| one.key == "title").unwrap();
        (title.value.as_str().unwrap_or_default().to_owned(), title.private)
    };
    assert_eq!(got(people[0]), ("张三，你好".to_owned(), true), "their own value");
    assert_eq!(got(people[1]), ("放假通知".to_owned(), false), "the public one");
    // The same is drawn in 结果, person by person.
    let who = || by().role(Role::ComboBox).label("查看对象");
    assert!(window.harness.get(who()).value().unwrap().contains(people[0]), "{:#?}", window.on_screen());
    assert!(window.shows("张三，你好"), "{:#?}", window.on_screen());
    window.harness.get(who()).scroll_to_me();
    window.harness.run_ok();
    window.harness.get(who()).click();
    window.harness.run_ok();
    let second = arrived.recipients.iter().find(|one| one.userid == people[1]).unwrap();
    window.harness.get_by_label(&format!("{} {}", second.name, second.id)).click();
    window.harness.run_ok();
    assert!(window.harness.get(who()).value().unwrap().contains(people[1]));
    assert_ne!(card(&window).out_track_id, before, "another one for the next card");
}

#[test]
fn each_rejected_field_leads_to_its_place_by_the_next_finding_key() {
    let mut window = Window::open();
    let mut draft = sound(&window);
    draft.card_template_id = String::new();
    draft.params[1].value = "一".into();
    draft.out_track_id = String::new();
    draft.user_id_type = Some(3);
    draft.at_open_ids.push(ding_composer::compose::card::AtPerson { id: "a b".into(), name: "甲".into() });
    Arc::make_mut(&mut draft.private).rows[1].cells[1] = Some("二".into());
    set_card(&mut window, draft);
    assert_eq!(errors(&window).len(), 6, "{:?}", errors(&window));
    let mut places = Vec::new();
    for _ in 0..6 {
        window.key(Key::F8);
        window.settle();
        places.push(window.focused());
    }
    assert_eq!(places, ["卡片模板 ID", "卡片的业务 ID", "amount 的值", "3", "第 1 个 @ 的 ID", "员工1 的 amount"]);
}

#[test]
fn a_json_error_keeps_the_text_and_marks_the_line_until_it_is_right() {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    window.click("JSON");
    let text =
        |window: &Window| window.harness.get_by_role_and_label(Role::MultilineTextInput, "JSON 正文").value().unwrap();
    let written = text(&window);
    assert!(written.contains("\"title\": \"放假通知\""), "{written}");

    let broken = written.replace("\"title\": \"放假通知\",", "\"title\": \"改了\" \"x\": 1,");
    window.harness.get_by_label("JSON 正文").set_text_value_accesskit(&broken);
    window.harness.run_ok();
    assert_eq!(text(&window), broken, "nothing typed is lost");
    let line = broken[..broken.find("\"x\"").unwrap()].matches('\n').count() + 1;
    let told = window.harness.get_by_label("JSON 正文").accesskit_node().description().unwrap_or_default();
    assert!(told.contains(&format!("{line} 行")), "{told}");
    assert!(window.shows(&told), "the same is said in the window");
    assert_eq!(card(&window).params[0].value, "放假通知", "the form is as it was");
    assert!(window.app().state.may_send().is_err(), "what is shown would not be what goes out");

    let right = broken.replace(" \"x\": 1,", ", \"unknown\": {\"kept\": 1.50},");
    window.harness.get_by_label("JSON 正文").set_text_value_accesskit(&right);
    window.harness.run_ok();
    window.settle();
    assert_eq!(card(&window).params[0].value, "改了");
    assert_eq!(card(&window).kept.0[0].name, "unknown");
    assert!(window.shows("/cardData/cardParamMap/unknown"), "{:#?}", window.on_screen());
    assert_eq!(card(&window).receivers[0].name, "员工0", "names are not in the body and stay");
}

#[test]
fn form_and_json_follow_each_other_unless_the_text_holds_something_else() {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    window.click("并排");
    scroll_form(&mut window, 400.0);
    window.type_into("title 的值", "甲");
    let text =
        |window: &Window| window.harness.get_by_role_and_label(Role::MultilineTextInput, "JSON 正文").value().unwrap();
    assert!(text(&window).contains("放假通知甲") || text(&window).contains("甲放假通知"), "{}", text(&window));

    let broken = format!("{}x", text(&window));
    window.harness.get_by_label("JSON 正文").set_text_value_accesskit(&broken);
    window.harness.run_ok();
    window.type_into("title 的值", "乙");
    assert_eq!(text(&window), broken, "the text waits");
    assert!(window.shows("表单后来又改过"), "{:#?}", window.on_screen());
    let right = broken.trim_end_matches('x').replace("放假通知", "丙");
    window.harness.get_by_label("JSON 正文").set_text_value_accesskit(&right);
    window.harness.run_ok();
    assert!(card(&window).params[0].value.contains('乙'), "neither is overwritten without a question");
    window.press("应用 JSON");
    assert!(card(&window).params[0].value.contains('丙'));
    window.settle();
    undo(&mut window);
    assert!(card(&window).params[0].value.contains('乙'), "and the form's edits come back");
}

#[test]
fn undo_belongs_to_the_text_field_first_and_to_the_rows_otherwise() {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    window.type_into("title 的值", "！");
    let typed = card(&window).params[0].value.clone();
    assert_ne!(typed, "放假通知");
    // egui's field makes its undo point when typing has paused.
    for _ in 0..8 {
        window.harness.step();
    }
    window.ctrl(Key::Z);
    assert_eq!(card(&window).params[0].value, "放假通知");

    window.press("移除变量 title");
    window.settle();
    assert_eq!(card(&window).params.len(), 1);
    window.ctrl(Key::Z);
    assert_eq!(card(&window).params.len(), 2, "the row is back");
    assert_eq!(card(&window).params[0].key, "title");
}

#[test]
fn rows_are_moved_by_keyboard_and_take_the_keyboard_along() {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    window.harness.get_by_role_and_label(Role::TextInput, "title 的值").focus();
    window.harness.run_ok();
    window.harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    window.harness.run_ok();
    let keys: Vec<&str> = card(&window).params.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["amount", "title"]);
    assert_eq!(window.focused(), "title 的值");
}

#[test]
fn the_table_is_walked_and_filled_by_keyboard() {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    scroll_form(&mut window, 700.0);
    window.harness.get_by_label("员工0 的 amount").click();
    window.harness.run_ok();
    assert_eq!(window.focused(), "员工0 的 amount");
    window.type_text("7");
    window.key(Key::Enter);
    assert_eq!(window.focused(), "员工1 的 amount");
    window.type_text("8");
    window.harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    window.harness.run_ok();
    assert_eq!(window.focused(), "员工1 的 title");
    window.key(Key::Delete);
    let cells = |window: &Window| card(window).private.rows.iter().map(|row| row.cells.to_vec()).collect::<Vec<_>>();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(cells(&window), [[some("你好，员工0"), some("7")], [None, some("8")]]);

    window.key(Key::F2);
    window.type_text("改");
    window.key(Key::Escape);
    assert_eq!(cells(&window)[1][0], None, "Esc takes the edit back");
    window.key(Key::ArrowUp);
    window.paste("甲\t1\n乙\t2\n");
    assert_eq!(cells(&window), [[some("甲"), some("1")], [some("乙"), some("2")]]);
    window.settle();
    window.ctrl(Key::Z);
    assert_eq!(cells(&window), [[some("你好，员工0"), some("7")], [None, some("8")]], "the paste is one step");
    for _ in 0..3 {
        window.key(Key::Tab);
    }
    assert_eq!(window.focused(), "员工1 的 title");
    for _ in 0..2 {
        window.key(Key::Tab);
    }
    assert!(!window.focused().contains("的 amount"), "the table is no trap: {}", window.focused());
}

#[test]
fn five_thousand_people_are_searched_scrolled_and_edited() {
    let mut window = Window::open();
    let draft = CardDraft { private: table(5000), ..sound(&window) };
    set_card(&mut window, draft);
    assert!(window.shows("5,000 人"), "{:#?}", window.on_screen());
    let shown = window.harness.query_all(by().role(Role::Cell)).count();
    assert!(shown < 60, "{shown} cells are built");
    window.type_into("找人", "员工4321");
    assert!(window.shows("找到 1 / 5000 人"));
    scroll_form(&mut window, 600.0);
    window.harness.get_by_label("员工4321 的 amount").click();
    window.harness.run_ok();
    window.type_text("9");
    assert_eq!(card(&window).private.rows[4321].cells[1].as_deref(), Some("9"));
    window.settle();

    window.click("JSON");
    window.settle();
    let text = window.harness.get_by_label("JSON 正文").value().unwrap();
    assert!(text.len() < 20_000, "only the visible part is handed out: {}", text.len());
}

#[test]
fn unknown_members_of_the_body_are_named_and_can_be_dropped() {
    let mut window = Window::open();
    let mut draft = sound(&window);
    draft.kept.keep("", "conversationType", serde_json::json!(1));
    set_card(&mut window, draft);
    assert!(window.shows("表单里没有的字段"), "{:#?}", window.on_screen());
    window.press("移除 conversationType");
    assert!(card(&window).kept.is_empty());
    window.settle();
    undo(&mut window);
    assert_eq!(card(&window).kept.0.len(), 1);
}

#[test]
fn the_preview_shows_what_a_person_gets() {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    window.press("下一个人");
    assert!(window.shows("你好，员工0") && window.shows("私有"), "{:#?}", window.on_screen());
}
