//! Writing a free-form notice: an OA notice to a department, a picture dragged in, limits, kinds, everyone.

use std::sync::Arc;

use ding_composer::{
    compose::{Draft, Kind, NoticeDraft, NoticeVia, msg::MsgKind, msg::Part},
    sandbox::{Effect, Script, UPLOAD},
    store::{
        history::{Filter, Outcome},
        settings::{Profile, ProfileKind},
    },
    ui::state::Tab,
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::support::Window;

fn notice(window: &Window) -> &NoticeDraft {
    match &window.app().state.drafts.current(Kind::Notice).unwrap().draft {
        Draft::Notice(notice) => notice,
        Draft::Card(_) => panic!("a notice"),
    }
}

/// A new free-form notice on the notice tab.
fn open() -> Window {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.ctrl(Key::N);
    window.choose_way("自由消息");
    window.settle();
    window
}

fn choose(window: &mut Window, label: &str) {
    window.harness.get_by_role_and_label(Role::RadioButton, label).scroll_to_me();
    window.harness.run_ok();
    window.harness.get_by_role_and_label(Role::RadioButton, label).click();
    window.harness.run_ok();
}

fn type_into(window: &mut Window, label: &str, text: &str) {
    let fields = by().label(label).predicate(|node| matches!(node.role(), Role::TextInput | Role::MultilineTextInput));
    window.harness.get(fields).scroll_to_me();
    window.harness.run_ok();
    window.type_into(label, text);
}

fn findings(window: &Window) -> Vec<String> {
    let open = window.app().state.drafts.current(Kind::Notice).unwrap();
    open.findings.all().iter().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect()
}

fn pick_a_department(window: &mut Window) {
    const SEARCH: &str = "搜索姓名、拼音、首字母、userId、工号或部门";
    window.press("选择人员和部门");
    window.wait_for("青禾科技（演练）");
    window.harness.get(by().role(Role::TextInput).label(SEARCH)).focus();
    window.harness.run_ok();
    window.harness.get(by().role(Role::TextInput).label(SEARCH)).type_text("shichangbu");
    window.harness.run_ok();
    window.step_until("the directory is here", |window| !window.app().is_busy());
    window.harness.run_ok();
    window.harness.key_press(Key::Enter);
    window.harness.run_ok();
    window.ctrl(Key::Enter);
}

#[test]
fn an_oa_notice_with_form_rows_goes_to_a_department() {
    let mut window = open();
    choose(&mut window, "OA");
    window.settle();
    assert!(findings(&window).contains(&"/msg/oa/message_url msg.empty".to_owned()), "{:?}", findings(&window));
    type_into(&mut window, "点击后打开的地址", "https://example.com/a");
    type_into(&mut window, "头部标题", "行政部");
    window.press("用颜色 FF0089FF");
    type_into(&mut window, "正文标题", "办公用品领取");
    for (row, (key, value)) in [("物品：", "笔记本"), ("数量：", "2 本")].into_iter().enumerate() {
        window.press("添加一行表单");
        type_into(&mut window, &format!("名称 {}", row + 1), key);
        type_into(&mut window, &format!("内容 {}", row + 1), value);
    }
    assert!(window.shows("物品：") && window.shows("2 本"), "the preview: {:?}", window.on_screen());
    pick_a_department(&mut window);
    window.settle();
    assert_eq!(findings(&window), [""; 0]);
    window.ctrl(Key::Enter);
    window.step_until("it arrived", |window| window.sandbox().arrivals().iter().any(|one| one.notice().is_some()));
    let arrivals = window.sandbox().arrivals();
    let arrived = arrivals.iter().find_map(|arrival| arrival.notice()).unwrap();
    assert_eq!(arrived.text, "办公用品领取\n物品： 笔记本\n数量： 2 本");
    assert!(arrived.recipients.len() > 3, "everyone in the department");
    assert_eq!(arrived.free.as_ref().unwrap().msg["oa"]["head"]["bgcolor"], "FF0089FF");
    window.settle();

    // Another status later: from the result, by its task.
    window.press("更新状态栏");
    window.type_into("新的状态", "已发放");
    window.press("提交");
    window.step_until("the bar changed", |window| {
        let arrivals = window.sandbox().arrivals();
        let notice = arrivals.iter().find_map(|arrival| arrival.notice()).unwrap().clone();
        notice.free.as_ref().and_then(|free| free.status_bar.as_ref()).is_some_and(|bar| bar.value == "已发放")
    });
    window.settle();
    assert!(window.shows("状态栏的更新已提交：已发放"), "{:?}", window.on_screen());

    // It is a row of the history of its own, with the masked request, and stays one after a restart.
    let folder = Arc::clone(&window.folder);
    assert!(window.close());
    drop(window);
    let mut window = Window::open_in(folder);
    window.harness.state_mut().state.tab = Tab::History;
    window.settle();
    window.wait_for("状态栏改为「已发放」");
    window.harness.get_all_by_label_contains("状态栏改为「已发放」").next().unwrap().click();
    window.harness.run_ok();
    window.wait_for("请求");
    let history = window.app().state.history.value().unwrap();
    let rows = history.page(&Filter::default(), 0, 10).unwrap();
    let record = history.get(rows[0].id).unwrap().unwrap();
    assert_eq!((record.finished.outcome, record.new.who.people), (Outcome::HandedOver, 0));
    assert!(record.new.request.contains("status_bar/update"), "{}", record.new.request);
    assert!(record.new.request.contains("access_token=••••"), "masked: {}", record.new.request);
    assert!(record.finished.answer.contains("\"errcode\":0"), "{}", record.finished.answer);
    // From there it can be changed once more.
    window.press("更新状态栏");
    assert!(window.shows("新的状态"), "{:?}", window.on_screen());
}

#[test]
fn a_status_bar_that_is_refused_is_a_row_with_its_reason() {
    let mut window = open();
    choose(&mut window, "OA");
    type_into(&mut window, "点击后打开的地址", "https://example.com/a");
    type_into(&mut window, "头部标题", "审批");
    window.press("用颜色 FF0089FF");
    type_into(&mut window, "正文标题", "报销单");
    pick_a_department(&mut window);
    window.settle();
    window.ctrl(Key::Enter);
    window.step_until("it arrived", |window| window.sandbox().arrivals().iter().any(|one| one.notice().is_some()));
    window.settle();
    window.sandbox().script(Script::once("/topapi/message/corpconversation/status_bar/update", Effect::code("40035")));
    window.press("更新状态栏");
    window.type_into("新的状态", "已同意");
    window.press("提交");
    window.settle();
    window.step_until("it is refused", |window| window.shows("状态栏没有更新"));
    let history = window.app().state.history.value().unwrap();
    let rows = history.page(&Filter::default(), 0, 10).unwrap();
    let record = history.get(rows[0].id).unwrap().unwrap();
    assert_eq!((record.finished.outcome, record.finished.explanation.as_str()), (Outcome::Refused, "40035"));
}

#[test]
fn ids_are_translated_when_the_person_says_so_and_the_draft_keeps_it() {
    let mut window = open();
    type_into(&mut window, "内容", "请 $userName=zhangsan01$ 来取");
    assert_eq!(notice(&window).enable_id_trans, None);
    choose(&mut window, "是");
    assert_eq!(notice(&window).enable_id_trans, Some(true));
    assert_eq!(notice(&window).to_body()["enable_id_trans"], true);
    pick_a_department(&mut window);
    window.settle();
    window.ctrl(Key::Enter);
    window.step_until("it arrived", |window| window.sandbox().arrivals().iter().any(|one| one.notice().is_some()));
    let arrivals = window.sandbox().arrivals();
    let sent = arrivals.iter().find(|arrival| arrival.notice().is_some()).unwrap();
    assert!(sent.body.contains("enable_id_trans=true"), "{}", sent.body);
}

#[test]
fn a_picture_dragged_in_is_uploaded_and_sent() {
    let mut window = open();
    choose(&mut window, "图片");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("海报.png");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\nPIXELS").unwrap();
    window.drop_file(&path);
    window.step_until("the picture is there", |window| !notice(window).msg.text(Part::ImageMedia).is_empty());
    window.settle();
    let id = window.sandbox().media()[0].media_id.clone();
    assert_eq!(notice(&window).msg.text(Part::ImageMedia), id);
    assert!(window.shows("已上传：海报.png（14 B）"), "{:?}", window.on_screen());
    pick_a_department(&mut window);
    window.settle();
    window.ctrl(Key::Enter);
    window.step_until("it arrived", |window| window.sandbox().arrivals().iter().any(|one| one.notice().is_some()));
    let arrivals = window.sandbox().arrivals();
    let arrived = arrivals.iter().find_map(|arrival| arrival.notice()).unwrap();
    assert_eq!(arrived.free.as_ref().unwrap().media[0].name, "海报.png");
    window.settle();

    // A file of the wrong kind is refused before anything leaves; a lost answer says that nobody knows.
    let uploads = |window: &Window| window.sandbox().arrivals().iter().filter(|one| one.path == UPLOAD).count();
    let text = folder.path().join("说明.pdf");
    std::fs::write(&text, b"%PDF-1.7 text").unwrap();
    window.drop_file(&text);
    window.wait_for("说明.pdf 没有上传");
    assert!(window.shows("PDF"), "{:?}", window.on_screen());
    assert_eq!((uploads(&window), notice(&window).msg.text(Part::ImageMedia)), (1, id.as_str()));
    window.sandbox().script(Script::once(UPLOAD, Effect::CutBeforeAnswer));
    window.drop_file(&path);
    window.wait_for("海报.png 没有上传");
    assert_eq!(notice(&window).msg.text(Part::ImageMedia), id, "the old one stays");
}

#[test]
fn a_markdown_that_is_too_long_is_a_finding_that_names_the_limit() {
    let mut window = open();
    choose(&mut window, "Markdown");
    type_into(&mut window, "标题", "月报");
    type_into(&mut window, "内容", &"字".repeat(701));
    window.settle();
    let found = findings(&window);
    assert!(found.contains(&"/msg msg.too_large".to_owned()), "{found:?}");
    assert!(window.shows("最多 2048 字节"), "beside the field: {:?}", window.on_screen());
    assert!(window.shows("/ 2,048 字节"), "the meter: {:?}", window.on_screen());
}

#[test]
fn switching_kind_and_way_keeps_all_that_was_typed_also_over_a_restart() {
    let mut window = open();
    type_into(&mut window, "内容", "请交日报");
    choose(&mut window, "链接");
    type_into(&mut window, "标题", "规章制度");
    choose(&mut window, "卡片");
    type_into(&mut window, "按钮文字", "去看看");
    choose(&mut window, "多个按钮");
    window.press("添加按钮");
    type_into(&mut window, "按钮文字 1", "同意");
    window.choose_way("模板通知");
    window.settle();
    assert_eq!(notice(&window).via, NoticeVia::Template);
    let folder = Arc::clone(&window.folder);
    assert!(window.close());
    drop(window);
    let mut window = Window::open_in(folder);
    window.ctrl(Key::Num2);
    window.choose_way("自由消息");
    let msg = &notice(&window).msg;
    assert_eq!((msg.kind, msg.several, msg.buttons[0].title.as_str()), (MsgKind::ActionCard, true, "同意"));
    choose(&mut window, "单个按钮");
    choose(&mut window, "链接");
    choose(&mut window, "文本");
    let msg = &notice(&window).msg;
    let texts = [Part::TextContent, Part::LinkTitle, Part::CardSingleTitle].map(|part| msg.text(part));
    assert_eq!(texts, ["请交日报", "规章制度", "去看看"]);
}

#[test]
fn everyone_is_asked_about_twice() {
    let mut window = open();
    type_into(&mut window, "内容", "全体放假一天");
    let everyone = |window: &mut Window| {
        window.harness.get_by_role_and_label(Role::CheckBox, "发给全员").scroll_to_me();
        window.harness.run_ok();
        window.harness.get_by_role_and_label(Role::CheckBox, "发给全员").click();
        window.harness.run_ok();
    };
    everyone(&mut window);
    assert!(!notice(&window).is_to_all(), "the first question is open");
    window.press("选择发给全员");
    assert!(notice(&window).is_to_all());
    window.settle();
    window.ctrl(Key::Enter);
    assert!(window.shows("发给全员的工作通知"), "the second question: {:?}", window.on_screen());
    let button = |window: &Window| {
        let found = window.harness.query_all(by().role(Role::Button).label_contains("全员"));
        found.filter(|node| node.accesskit_node().is_disabled()).count()
    };
    assert_eq!(button(&window), 1, "the word has to be typed first");
    let mut fields = window.harness.query_all(by().role(Role::TextInput));
    let field = fields.find(|node| node.is_focused() && !node.accesskit_node().is_disabled()).unwrap();
    field.type_text("全员");
    drop(fields);
    window.harness.run_ok();
    assert_eq!(button(&window), 0);
    window.harness.query_all(by().role(Role::Button).label_contains("全员")).last().unwrap().click();
    window.step_until("it arrived", |window| window.sandbox().arrivals().iter().any(|one| one.notice().is_some()));
    let arrivals = window.sandbox().arrivals();
    assert!(arrivals.iter().find_map(|arrival| arrival.notice()).unwrap().free.as_ref().unwrap().to_all);
}

#[test]
fn an_app_that_cannot_go_this_way_is_told_and_led_to_the_other() {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    for (kind, shown, switch) in [
        (ProfileKind::Internal, "模板通知", "改用「自由消息」"),
        (ProfileKind::ThirdParty, "自由消息", "改用「模板通知」"),
    ] {
        window.choose_way(shown);
        assert!(!window.shows("不适用于此类应用"), "the sandbox may do both");
        let profile = Profile::new("总部", kind);
        let state = &mut window.harness.state_mut().state;
        let before = state.settings.clone();
        state.settings.profiles.push(profile);
        state.settings.current_profile = "总部".to_owned();
        window.harness.run_ok();
        assert!(window.shows("不适用于此类应用"), "{kind:?}: {:?}", window.on_screen());
        window.press(switch);
        assert!(!window.shows("不适用于此类应用"));
        window.harness.state_mut().state.settings = before;
        window.harness.run_ok();
    }
}
