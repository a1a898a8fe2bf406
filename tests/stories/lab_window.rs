//! The card lab in the window: an export is imported, its form is filled in, the card is seen and pressed.

use ding_composer::compose::{
    CardDraft, Draft, PersonRef,
    card::{ParamRow, PrivateColumn, PrivateRow, PrivateTable, ValueKind},
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::support::Window;

pub const TEMPLATE: &str = "7c1e-hike.schema";

pub fn fixture(name: &str) -> std::path::PathBuf {
    format!("{}/tests/fixtures/templates/{name}", env!("CARGO_MANIFEST_DIR")).into()
}

pub fn card(window: &Window) -> &CardDraft {
    match &window.app().state.current().unwrap().draft {
        Draft::Card(card) => card,
        Draft::Notice(_) => panic!("the card tab has a card"),
    }
}

pub fn edit(window: &mut Window, change: impl FnOnce(&mut CardDraft)) {
    if let Draft::Card(card) = &mut window.harness.state_mut().state.current_mut().unwrap().draft {
        change(card);
    }
    window.settle();
}

/// What the drawing says, as a screen reader hears it.
fn drawing(window: &Window) -> String {
    let node = window.harness.get(by().label_contains("卡片示意: "));
    node.accesskit_node().label().unwrap_or_default()
}

/// A tall window with a new card whose template was imported from a file.
pub fn imported(name: &str) -> Window {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let mut window = Window::open_sized(folder, [1500.0, 3000.0], |_| {});
    import(&mut window, fixture(name));
    window
}

/// A new card, and the export in a file for its template.
pub fn import(window: &mut Window, file: std::path::PathBuf) {
    window.ctrl(Key::N);
    window.settle();
    window.harness.state_mut().open_path(file);
    window.wait_for("导出文件所属的模板 ID");
    window.type_into("导出文件所属的模板 ID", TEMPLATE);
    window.press("导入");
    window.wait_for("已导入模板");
    window.settle();
}

#[test]
fn an_export_becomes_a_form_and_a_drawing_that_follows_what_is_typed() {
    let mut window = imported("everything.json");
    assert_eq!(card(&window).card_template_id, TEMPLATE, "a card without a template takes the imported one");
    window.press("按模板填入");
    window.settle();
    let row = |name: &str| card(&window).params.iter().find(|row| row.key == name).cloned().unwrap();
    assert_eq!((row("price").kind, row("price").value.as_str()), (ValueKind::Number, "88"));
    assert_eq!(row("rows").kind, ValueKind::Json);
    assert_eq!(card(&window).private.columns[0].key, "secret");
    assert!(drawing(&window).contains("秋季徒步报名") && drawing(&window).contains("领队"), "{}", drawing(&window));
    assert!(window.shows("示意：按导出文件画的"));

    edit(&mut window, |card| card.params.iter_mut().find(|row| row.key == "title").unwrap().value.clear());
    window.type_into("变量 title", "春游报名");
    window.settle();
    assert!(drawing(&window).contains("春游报名"));
    window.press("添加一行 rows");
    window.settle();
    assert!(row_text(&window, "rows").contains("{\"name\":\"\",\"tags\":[]}"), "{}", row_text(&window, "rows"));
    window.type_into("rows[3].name", "新来的");
    window.settle();
    assert!(drawing(&window).contains("新来的"));

    // What the template finds stands among the checks.
    edit(&mut window, |card| card.params.push(ParamRow { key: "nowhere".to_owned(), ..ParamRow::default() }));
    let codes: Vec<_> = window.app().state.current().unwrap().findings.all().iter().map(|one| one.code).collect();
    assert!(codes.contains(&"template.unknown") && codes.contains(&"template.unused"), "{codes:?}");
}

fn row_text(window: &Window, name: &str) -> String {
    card(window).params.iter().find(|row| row.key == name).map(|row| row.value.clone()).unwrap_or_default()
}

#[test]
fn the_drawing_speaks_the_language_that_is_chosen_for_the_card() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let file = folder.path().join("card.json");
    let widgets = "<LinearLayout><FastTextView userId='t' text=\"@dti18NAdapter{'提交','遞交','Submit','送信','Gửi','ส่ง','Kirim'}\"/></LinearLayout>";
    let export = serde_json::json!({ "editorData": "{}", "widgetInfo": widgets });
    std::fs::write(&file, export.to_string()).unwrap();
    let mut window = Window::open_sized(folder, [1500.0, 1200.0], |_| {});
    import(&mut window, file);
    assert!(drawing(&window).contains("提交"), "the program's own to begin with");
    for (tag, expected) in [("zh_TW", "遞交"), ("en_US", "Submit"), ("ja_JP", "送信")] {
        window.harness.get_by_role_and_label(Role::ComboBox, "卡片语言").click();
        window.harness.run_ok();
        window.harness.get_by_role_and_label(Role::Button, tag).click();
        window.settle();
        assert!(drawing(&window).contains(expected), "{tag}: {}", drawing(&window));
    }
}

#[test]
fn presses_change_the_local_state_or_are_listed_and_nothing_is_sent() {
    let mut window = imported("everything.json");
    window.press("按模板填入");
    window.press("按下 已阅读并同意");
    assert!(window.shows("本地状态改过：agree"), "{:#?}", window.on_screen());
    window.press("按下 提交");
    assert!(window.shows("客户端会执行 dtSendOutData（这里没有执行）") && window.shows("submit"));
    window.press("按下 选会议室");
    window.press("东厅");
    assert!(drawing(&window).contains("会议室 e"), "{}", drawing(&window));
    window.press("按下 写点备注");
    window.type_into("卡片请你填（remark）", "早到");
    window.press("好了");
    assert!(drawing(&window).contains("早到"));
    window.press("还原");
    assert!(!drawing(&window).contains("早到"));
    assert!(window.app().state.running.is_none() && window.app().state.current().unwrap().last_send.is_none());
}

#[test]
fn each_persons_own_values_are_seen_and_what_differs_is_counted() {
    let mut window = imported("everything.json");
    assert!(drawing(&window).contains("A-017"), "at first as the builder shows it, with the sample's private values");
    edit(&mut window, |card| {
        assert!(card.params.iter().all(|row| row.key != "secret"), "a private sample is not for everybody");
        card.params.push(ParamRow { key: "secret".to_owned(), kind: ValueKind::Text, value: "公用".to_owned() });
    });
    let person = PersonRef { id: "u1".to_owned(), name: "王芳".to_owned() };
    edit(&mut window, |card| {
        card.private = PrivateTable {
            columns: vec![PrivateColumn { key: "secret".to_owned(), kind: ValueKind::Text }],
            rows: vec![PrivateRow { person, cells: vec![Some("B-204".to_owned())].into() }],
        }
        .into();
    });
    assert!(drawing(&window).contains("公用"), "everybody sees the public value");
    window.harness.get_by_role_and_label(Role::ComboBox, "看看谁看到什么").click();
    window.harness.run_ok();
    window.press("王芳");
    assert!(drawing(&window).contains("B-204"), "{}", drawing(&window));
    assert!(window.shows("处与别人不同"));
}

#[test]
fn a_newer_export_says_what_changed_and_a_restart_knows_the_template() {
    let mut window = imported("visit.json");
    window.press("按模板填入");
    let mut newer = std::fs::read_to_string(fixture("visit.json")).unwrap();
    newer = newer.replace("\\\"name\\\": \\\"vip\\\"", "\\\"name\\\": \\\"important\\\"");
    let path = window.folder.path().join("newer.json");
    std::fs::write(&path, newer).unwrap();
    window.harness.state_mut().open_path(path);
    window.wait_for("这个 ID 导入过");
    window.press("导入");
    window.wait_for("处变化，填好的值保留");
    window.settle();
    assert!(window.shows("新增变量 important") && window.shows("去掉了变量 vip"), "{:#?}", window.on_screen());
    assert!(card(&window).params.iter().any(|row| row.key == "title" && row.value == "供应商来访"));
    let folder = std::sync::Arc::clone(&window.folder);
    drop(window);
    let mut again = Window::open_sized(folder, [1500.0, 3000.0], |_| {});
    again.settle();
    assert!(again.app().lab().known(TEMPLATE).is_some());
}

#[test]
fn cases_are_made_drawn_ticked_and_a_changed_drawing_opens_them_again() {
    let mut window = imported("visit.json");
    // The emoji case holds characters that only a machine's own fonts have.
    window.harness.ctx.set_missing_glyph_policy(egui::epaint::text::MissingGlyphPolicy::Tofu);
    window.press("验收用例…");
    window.step_until("the cases are drawn", |window| window.shows("0 / "));
    window.harness.run_steps(20);
    window.harness.get_by_role_and_label(Role::CheckBox, "示例值").click();
    window.harness.run_ok();
    assert!(window.shows("1 / "), "{:#?}", window.on_screen());
    window.type_into("用例名称", "雨天");
    window.press("用表单里的值新建");
    assert!(window.shows("1 / 11"), "{:#?}", window.on_screen());
    window.press("关闭");
    window.settle();
    let kept = &window.app().lab().known(TEMPLATE).unwrap().stored.cases;
    assert_eq!((kept[0]["case"].as_str(), kept[1]["case"].as_str()), (Some("sample"), Some("hand:雨天")));
    assert_eq!(kept[0]["tick"]["hash"].as_str().unwrap().len(), 16);

    // The same export with another title size: the ticked case is open again.
    let newer = std::fs::read_to_string(fixture("visit.json")).unwrap().replace("textSize='16np'", "textSize='22np'");
    let path = window.folder.path().join("newer.json");
    std::fs::write(&path, newer).unwrap();
    window.harness.state_mut().open_path(path);
    window.wait_for("这个 ID 导入过");
    window.press("导入");
    window.wait_for("处变化");
    window.press("验收用例…");
    window.harness.run_steps(20);
    assert!(window.shows("确认过，之后画面变了") && window.shows("因为画面变了需要重看"), "{:#?}", window.on_screen());
}

#[test]
fn clicking_a_part_jumps_to_its_variable_and_pointing_at_a_variable_lights_its_parts() {
    let mut window = imported("visit.json");
    window.press("按模板填入");
    window.settle();
    let canvas = window.harness.get(by().label_contains("卡片示意: ")).rect();
    let zoom = ((canvas.width() - 20.0) / 375.0).clamp(0.2, 1.0);
    let origin = egui::pos2(canvas.center().x - 375.0 * zoom / 2.0, canvas.top() + 10.0);
    // The title stands at 12, 10 and is 24 high.
    let title = origin + egui::vec2(60.0, 22.0) * zoom;
    window.harness.hover_at(title);
    window.harness.run_steps(10);
    assert!(window.shows("变量：title"), "{:#?}", window.on_screen());
    window.harness.drag_at(title);
    window.harness.drop_at(title);
    window.harness.run_ok();
    assert_eq!(window.focused(), "变量 title");

    let lit = |window: &Window| {
        let inside = |shape: &egui::epaint::ClippedShape| match &shape.shape {
            egui::Shape::Rect(rect) => (rect.stroke.width - 2.0).abs() < 0.01 && canvas.contains_rect(rect.rect),
            _ => false,
        };
        window.harness.output().shapes.iter().filter(|shape| inside(shape)).count()
    };
    assert_eq!(lit(&window), 0);
    let field = window.harness.get(by().label("变量 title").role(Role::TextInput)).rect();
    window.harness.hover_at(field.center());
    window.harness.run_steps(4);
    assert!(lit(&window) > 0, "the title is lit");
}
