//! The card lab in the window, beyond one card: cases sent to the tester, variables learnt without an export, an export
//! dropped on the window, the generic table beside the typed form.

use std::sync::Arc;

use ding_composer::{
    compose::{
        CardDraft, Draft, PersonRef,
        card::{ParamRow, ValueKind},
    },
    sandbox::CardTemplate,
    store::journal::{CallState, DeliveryState},
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::Queryable as _;

use crate::{lab_window as lab, support::Window};

fn row(key: &str, kind: ValueKind, value: &str) -> ParamRow {
    ParamRow { key: key.to_owned(), kind, value: value.to_owned() }
}

/// The template exists in the sandbox, and the card can go out to a tester.
fn ready_to_send(window: &mut Window) {
    let sandbox = window.sandbox();
    sandbox.publish_card_template(CardTemplate {
        id: lab::TEMPLATE.to_owned(),
        name: "来访".to_owned(),
        published: true,
        variables: Vec::new(),
    });
    let conversation = sandbox.open_conversation_id();
    let tester = sandbox.organisation().people()[0].clone();
    let at = jiff::Timestamp::UNIX_EPOCH;
    let tester = PersonRef { id: tester.userid.to_string(), name: tester.name.to_string() };
    window.harness.state_mut().state.current_mut().unwrap().set_testers(&[tester], at);
    lab::edit(window, |card| card.open_conversation_id = conversation);
}

/// A window whose card has a template with ten cases. The emoji case holds characters that only a machine's own fonts have.
pub fn visit() -> Window {
    let window = lab::imported("visit.json");
    window.harness.ctx.set_missing_glyph_policy(egui::epaint::text::MissingGlyphPolicy::Tofu);
    window
}

/// Opens the record of cases and waits until all are drawn.
pub fn open_cases(window: &mut Window) {
    window.press("验收用例…");
    window.harness.run_steps(20);
}

/// Sends every case to a tester and waits for the end.
pub fn send_all(window: &mut Window, cases: usize) {
    ready_to_send(window);
    open_cases(window);
    window.press(&format!("全部发给我（{cases}）"));
    wait_for_end(window);
}

/// Waits until the delivery of the cases has ended.
fn wait_for_end(window: &mut Window) {
    window.step_until("the delivery has ended", |window| {
        let journal = window.app().state.journal.value().unwrap();
        journal.deliveries(0, 1).unwrap().first().is_some_and(|one| one.state == DeliveryState::Done)
            && window.app().deliveries.live.is_empty()
            && !window.app().is_busy()
    });
    window.harness.run_ok();
}

#[test]
fn all_cases_go_to_the_tester_one_card_each_and_each_shows_what_became_of_it() {
    let mut window = visit();
    send_all(&mut window, 10);
    let journal = Arc::clone(window.app().state.journal.value().unwrap());
    let delivery = journal.deliveries(0, 1).unwrap().remove(0);
    assert!(delivery.new.title.contains("验收用例"), "{}", delivery.new.title);
    let calls = journal.calls(delivery.id).unwrap();
    assert_eq!(calls.len(), 10);
    assert!(calls.iter().all(|call| call.state == CallState::HandedOver && call.people == 1), "{calls:#?}");
    let tracks: std::collections::BTreeSet<_> = calls.iter().map(|call| call.out_track_id.as_str()).collect();
    assert_eq!(tracks.len(), 10, "a card of its own each");
    let sandbox = window.sandbox();
    let titles: Vec<String> = sandbox
        .arrivals()
        .iter()
        .filter_map(|arrival| arrival.card().cloned())
        .map(|card| {
            card.public.iter().find(|one| one.key == "title").map(|one| one.value.to_string()).unwrap_or_default()
        })
        .collect();
    assert_eq!(titles.len(), 10);
    assert!(
        titles.iter().any(|title| title.contains("供应商来访")) && titles.iter().any(|title| title.contains("长长长"))
    );
    assert!(window.shows("已提交"), "{:#?}", window.on_screen());
}

#[test]
fn cases_without_a_tester_ask_for_one_and_a_guarded_profile_sends_none() {
    let mut window = visit();
    open_cases(&mut window);
    window.press("全部发给我（10）");
    assert!(window.shows("先选测试人员"), "{:#?}", window.on_screen());
    window.key(Key::Escape);
    window.settle();
    ready_to_send(&mut window);
    for profile in &mut window.harness.state_mut().state.settings.profiles {
        profile.only_to = vec!["somebody_else".to_owned()];
    }
    window.settle();
    if !window.shows("全部发给我（10）") {
        open_cases(&mut window);
    }
    window.press("全部发给我（10）");
    window.harness.run_steps(5);
    assert!(window.shows("没有可以发出的用例") && window.shows("没发：测试人员不在"), "{:#?}", window.on_screen());
    let cards: Vec<_> = window.sandbox().arrivals().iter().filter_map(|arrival| arrival.card().cloned()).collect();
    assert!(cards.iter().all(|card| card.template_id != lab::TEMPLATE));
    assert!(window.app().state.journal.value().unwrap().deliveries(0, 1).unwrap().is_empty());
}

#[test]
fn without_an_export_the_variables_are_learnt_and_a_later_export_takes_their_place() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut window = Window::open_sized(folder, [1500.0, 3000.0], |_| {});
    window.ctrl(Key::N);
    window.settle();
    lab::edit(&mut window, |card| card.card_template_id = lab::TEMPLATE.to_owned());
    window.press("学出变量");
    window.wait_for("学不出来");
    lab::edit(&mut window, |card| {
        card.params = vec![
            row("title", ValueKind::Text, "周报"),
            row("count", ValueKind::Number, "3"),
            row("rows", ValueKind::Json, r#"[{"name":"王芳","n":1}]"#),
        ];
    });
    window.press("学出变量");
    window.wait_for("学到 3 个变量");
    window.settle();
    assert!(window.shows("模板变量（学到的）") && window.shows("就画不出卡片"), "{:#?}", window.on_screen());
    // The typed form: a row of the list has its members.
    window.press("添加一行 rows");
    window.type_into("rows[1].name", "李雷");
    window.settle();
    let value = |window: &Window, name: &str| {
        lab::card(window).params.iter().find(|row| row.key == name).map(|row| row.value.clone()).unwrap_or_default()
    };
    assert!(value(&window, "rows").contains("李雷"), "{}", value(&window, "rows"));
    // A number that is none is found; a variable that was never seen is not.
    lab::edit(&mut window, |card| {
        card.params[1].value = "\"many\"".to_owned();
        card.params.push(row("brand_new", ValueKind::Text, "x"));
    });
    let codes: Vec<_> = window.app().state.current().unwrap().findings.all().iter().map(|one| one.code).collect();
    assert!(codes.contains(&"template.mistyped") && !codes.contains(&"template.unknown"), "{codes:?}");

    window.harness.state_mut().open_path(lab::fixture("visit.json"));
    window.wait_for("导出文件所属的模板 ID");
    window.press("导入");
    window.wait_for("已导入模板");
    window.settle();
    let known = window.app().lab().known(lab::TEMPLATE).unwrap();
    assert!(!known.stored.learnt && known.changes.is_empty() && known.export.variable("guests").is_some());
    assert!(!window.shows("学到的"), "{:#?}", window.on_screen());
}

#[test]
fn variables_are_learnt_from_what_was_sent_before() {
    let mut window = visit();
    send_all(&mut window, 10);
    window.key(Key::Escape);
    window.press("移除导入的模板");
    window.settle();
    assert!(window.app().lab().known(lab::TEMPLATE).is_none());
    lab::edit(&mut window, |card| card.params.clear());
    window.press("学出变量");
    window.wait_for("个变量；导入导出文件后");
    let known = window.app().lab().known(lab::TEMPLATE).unwrap();
    assert!(known.stored.learnt && known.export.variable("title").is_some(), "{:?}", known.export.variables);
    assert!(known.export.variable("room").is_some_and(|room| room.private), "{:?}", known.export.variables);
}

#[test]
fn an_export_dropped_on_the_window_is_imported() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut window = Window::open_sized(folder, [1500.0, 3000.0], |_| {});
    window.ctrl(Key::N);
    window.settle();
    window.drop_file(&lab::fixture("visit.json"));
    window.wait_for("导出文件所属的模板 ID");
    window.type_into("导出文件所属的模板 ID", lab::TEMPLATE);
    window.press("导入");
    window.wait_for("已导入模板");
    assert_eq!(lab::card(&window).card_template_id, lab::TEMPLATE);
}

#[test]
fn the_generic_table_shows_only_what_the_template_does_not_have() {
    let mut window = lab::imported("visit.json");
    window.press("按模板填入");
    lab::edit(&mut window, |card| card.params.push(row("extra", ValueKind::Text, "x")));
    let keys = |window: &Window| -> Vec<String> {
        let rows = window.harness.query_all_by_role(Role::TextInput);
        let label = |node: &egui_kittest::Node<'_>| {
            use egui_kittest::kittest::NodeT as _;
            node.accesskit_node().label().unwrap_or_default()
        };
        rows.map(|node| label(&node)).filter(|label| label.starts_with("变量值 ") || label.contains("的值")).collect()
    };
    assert!(window.shows("模板之外的变量"), "{:#?}", window.on_screen());
    let shown = keys(&window);
    assert!(shown.iter().any(|label| label.contains("extra")), "{shown:?} {:#?}", window.on_screen());
    assert!(!shown.iter().any(|label| label.contains("title")), "{shown:?}");
    // Where the template goes, the table has everything again.
    window.press("移除导入的模板");
    window.settle();
    assert!(keys(&window).iter().any(|label| label.contains("title")), "{:#?}", window.on_screen());
    let names = |card: &CardDraft| card.params.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
    assert!(names(lab::card(&window)).contains(&"title".to_owned()));
    assert!(matches!(window.app().state.current().unwrap().draft, Draft::Card(_)));
}
