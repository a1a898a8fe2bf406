//! Deliveries in the window: the plan, what runs, what was cut off, recall, the report as a file, 先发给我.

use std::sync::Arc;

use ding_composer::{
    compose::{Draft, PersonRef},
    sandbox::{Effect, SEND_NOTICE, Script},
    store::{
        history::Outcome,
        journal::{CallState, Delivery, DeliveryState, Rung},
    },
    ui::{delivery::HistoryPart, sending::LastSend, state::Tab},
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::support::Window;

/// The window on the notice tab, its notice to so many people of the sandbox, so many in a call.
pub fn window_with(people: usize, in_a_call: u32) -> Window {
    Window::open().with_notice_to(people, in_a_call)
}

pub fn send(window: &mut Window) {
    window.ctrl(Key::Enter);
    window.step_until("the plan is made", |window| !window.app().is_busy());
    window.harness.run_ok();
}

/// The notices that arrived, with how many people each.
pub fn arrived(window: &Window) -> Vec<Vec<String>> {
    let sandbox = window.sandbox();
    let people = |notice: &ding_composer::sandbox::ArrivedNotice| {
        notice.recipients.iter().map(|one| one.userid.clone()).collect()
    };
    sandbox.arrivals().iter().filter_map(|arrival| arrival.notice().map(|notice| people(notice))).collect()
}

pub fn last(window: &Window) -> Option<Delivery> {
    let journal = window.app().state.journal.value()?;
    journal.deliveries(0, 1).unwrap().into_iter().next()
}

pub fn wait_for_end(window: &mut Window) {
    window.step_until("the delivery has ended", |window| {
        window.app().deliveries.live.is_empty() && !window.app().is_busy()
    });
    window.harness.run_ok();
}

#[test]
fn a_plain_send_to_two_people_is_as_quick_as_before() {
    let mut window = window_with(2, 100);
    send(&mut window);
    assert!(!window.shows("发送计划"), "{:?}", window.on_screen());
    window.step_until("it was handed over", |window| {
        let open = window.app().state.current().unwrap();
        matches!(&open.last_send, Some(LastSend::Made(sent)) if sent.delivery.outcome == Outcome::HandedOver)
    });
    assert!(last(&window).is_none(), "no delivery was made of it");
}

#[test]
fn the_plan_is_shown_its_mode_is_switched_and_it_is_carried_out() {
    let mut window = window_with(130, 120);
    send(&mut window);
    assert!(window.shows("发送计划"), "{:?}", window.on_screen());
    assert!(window.shows("130 人") && window.shows("2 次调用"), "{:?}", window.on_screen());
    assert!(window.shows("没有人会被拦截"));
    window.harness.get_all_by_label("每次调用（2）").next().unwrap().click();
    window.harness.run_ok();
    assert!(window.shows("120 / 100") || window.shows("120"), "{:?}", window.on_screen());
    window.harness.get_by_role_and_label(Role::RadioButton, "完整回执").click();
    window.harness.run_ok();
    window.settle();
    window.harness.run_ok();
    assert!(window.shows("100"), "{:?}", window.on_screen());
    window.press("发给 130 人（2 次调用）");
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!((made.state, made.calls, made.counts.handed_over), (DeliveryState::Done, 2, 2));
    assert_eq!(made.new.mode, "report");
    assert_eq!(arrived(&window).len(), 2);
    assert!(!window.shows("发送成功"));
}

#[test]
fn each_person_gets_the_values_of_their_own_row() {
    use ding_composer::compose::card::{PrivateColumn, PrivateRow, PrivateTable};
    let mut window = window_with(2, 100);
    let Draft::Notice(notice) = &mut window.harness.state_mut().state.current_mut().unwrap().draft else {
        panic!("the first notice")
    };
    let people = notice.users.clone();
    let row = |person: &PersonRef, place: &str| PrivateRow {
        person: person.clone(),
        cells: vec![Some(place.to_owned())].into(),
    };
    notice.values = Arc::new(PrivateTable {
        columns: vec![PrivateColumn { key: "place".to_owned(), ..PrivateColumn::default() }],
        rows: vec![row(&people[0], "三楼"), row(&people[1], "四楼")],
    });
    window.settle();
    send(&mut window);
    window.press("发给 2 人（2 次调用）");
    wait_for_end(&mut window);
    let sandbox = window.sandbox();
    let arrivals = sandbox.arrivals();
    let notices: Vec<_> = arrivals.iter().filter_map(|arrival| arrival.notice()).collect();
    assert_eq!(notices.len(), 2);
    for (person, place, other) in [(&people[0], "三楼", "四楼"), (&people[1], "四楼", "三楼")] {
        let got = notices.iter().find(|one| one.recipients.iter().any(|to| to.userid == person.id)).unwrap();
        let text = format!("{got:?}");
        assert!(text.contains(place) && !text.contains(other), "{text}");
    }
}

#[test]
fn the_result_pane_of_a_draft_tells_of_its_delivery_and_leads_to_it() {
    let mut window = window_with(3, 2);
    window.ctrl(Key::Num2);
    assert!(window.app().state.current().unwrap().last_send.is_none());
    send(&mut window);
    window.press("发给 3 人（2 次调用）");
    wait_for_end(&mut window);
    window.harness.run_ok();
    let told = window.on_screen();
    assert!(window.shows("2 / 2 次调用") && window.shows("查看批次"), "{told:?}");
    assert!(!window.shows("还没有发送"), "{told:?}");
    window.press("查看批次");
    assert_eq!(window.app().state.tab, Tab::History);
    assert_eq!(window.app().deliveries.part, HistoryPart::Deliveries);
}

#[test]
fn somebody_who_got_the_same_today_is_named_and_left_out() {
    let mut window = window_with(3, 2);
    send(&mut window);
    window.press("发给 3 人（2 次调用）");
    wait_for_end(&mut window);

    // One more person joins; the three others have it already.
    let mut window = window.with_notice_to(4, 2);
    send(&mut window);
    assert!(window.shows("不会收到的人（3）"), "{:?}", window.on_screen());
    let tiles: Vec<_> =
        ["1 人", "3 人", "4 人"].map(|tile| window.harness.query_all_by_label(tile).next().is_some()).into();
    assert_eq!(tiles, [true, true, false], "who would be dropped is not counted among those who get it");
    let first = window.sandbox().organisation().people()[0].clone();
    assert!(window.shows(&first.name) || window.shows(&first.userid), "named: {:?}", window.on_screen());
    let start = "发给 4 人（2 次调用）";
    assert!(window.harness.get_by_role_and_label(Role::Button, start).accesskit_node().is_disabled());
    window.press("不发给这 3 人");
    window.settle();
    window.harness.run_ok();
    window.press("发给 1 人（1 次调用）");
    wait_for_end(&mut window);
    assert_eq!(last(&window).unwrap().people, 1);
    assert_eq!(arrived(&window).last().unwrap().len(), 1, "only who had not got it");
}

#[test]
fn a_delivery_is_paused_goes_on_and_is_cancelled() {
    let mut window = window_with(12, 1);
    for profile in &mut window.harness.state_mut().state.settings.profiles {
        profile.limits.calls_per_second = Some(2);
    }
    send(&mut window);
    window.press("发给 12 人（12 次调用）");
    window.step_until("something was handed over", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.handed_over > 0)
    });
    let title = window.app().deliveries.live[0].title.clone();
    window.press(&format!("暂停 {title}"));
    window.step_until("it stands still", |window| {
        let progress = window.app().deliveries.live[0].progress();
        progress.paused && progress.counts.begun == 0
    });
    window.harness.step();
    assert!(window.shows("已暂停"), "{:?}", window.on_screen());
    // The list says so as well, not that it is being sent.
    window.ctrl(Key::Num3);
    window.step_until("the list says it", |window| {
        window.harness.query_all(by().role(Role::Button).label_contains(" 已暂停")).next().is_some()
    });
    window.ctrl(Key::Num2);
    let before = window.app().deliveries.live[0].progress().counts.handed_over;
    std::thread::sleep(std::time::Duration::from_millis(1200));
    window.harness.step();
    assert_eq!(window.app().deliveries.live[0].progress().counts.handed_over, before, "nothing goes out while paused");

    window.harness.get_by_role_and_label(Role::Button, &format!("继续 {title}")).click();
    window.step_until("it goes on", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.handed_over > before)
    });
    window.harness.get_by_role_and_label(Role::Button, &format!("取消发送 {title}")).click();
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!(made.state, DeliveryState::Cancelled);
    assert!(made.counts.not_begun > 0 && made.counts.handed_over > before);
}

#[test]
fn a_delivery_that_was_cut_off_is_shown_and_goes_on_with_one_click_and_unknown_ones_do_not() {
    let mut window = window_with(6, 1);
    // The second call is carried out and not answered; then the app is refused until it stops.
    let sandbox = window.sandbox();
    for profile in &mut window.harness.state_mut().state.settings.profiles {
        profile.stop_after_errors = 1;
        profile.limits.calls_per_second = Some(1);
    }
    send(&mut window);
    sandbox.script(Script::once(SEND_NOTICE, Effect::CutBeforeAnswer));
    window.press("发给 6 人（6 次调用）");
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!((made.state, made.counts.unknown), (DeliveryState::Stopped, 1), "{made:?}");
    assert!(made.counts.not_begun > 0);
    let folder = Arc::clone(&window.folder);
    assert!(window.close());
    drop(window);

    let mut window = Window::open_in(folder);
    window.wait_for("没有发完");
    assert!(window.shows("结果未知 1 次（不会自动重发）"), "{:?}", window.on_screen());
    let left = made.counts.not_begun;
    window.press(&format!("继续未开始的 {left} 次"));
    wait_for_end(&mut window);
    let after = last(&window).unwrap();
    assert_eq!((after.counts.not_begun, after.counts.unknown), (0, 1), "the unknown one was not repeated");
    assert_eq!(arrived(&window).len() as u64, left, "another sandbox: only what went on");

    // The unknown one is decided by a person, with the facts on the screen.
    window.press("查看并决定");
    window.settle();
    window.wait_for("结果未知的调用（1）");
    window.harness.run_ok();
    window.press(&format!("第 {} 次收到了", unknown_number(&window)));
    window.step_until("it is written down", |window| last(window).unwrap().counts.unknown == 0);
}

fn unknown_number(window: &Window) -> u64 {
    let journal = window.app().state.journal.value().unwrap();
    let calls = journal.calls(last(window).unwrap().id).unwrap();
    calls.iter().find(|call| call.state == CallState::Unknown).unwrap().number
}

pub fn shown_delivery() -> Window {
    let mut window = window_with(4, 2);
    send(&mut window);
    window.press("发给 4 人（2 次调用）");
    wait_for_end(&mut window);
    window.ctrl(Key::Num3);
    window.harness.get_by_role_and_label(Role::RadioButton, "批次").click();
    window.harness.run_ok();
    window.settle();
    window.step_until("the list is read", |window| window.app().deliveries.book.total() == Some(1));
    window.harness.run_ok();
    let title = last(&window).unwrap().new.title;
    window.click(&format!("{title} 已结束"));
    window.step_until("the delivery is read", |window| {
        window.app().deliveries.view.detail.value().is_some_and(Option::is_some)
    });
    window.harness.run_ok();
    window
}

#[test]
fn a_report_names_everybody_and_it_is_taken_back_with_who_had_read_it() {
    let mut window = shown_delivery();
    assert!(window.shows("人（4）") && window.shows("可撤回"), "{:?}", window.on_screen());
    let reader = window.sandbox().organisation().people()[0].userid.to_string();
    window.sandbox().reads(&reader);
    window.sandbox().set_clock_skew(jiff::SignedDuration::from_secs(3));
    window.press("刷新结果");
    window.settle();
    window.harness.run_ok();
    let journal = Arc::clone(window.app().state.journal.value().unwrap());
    let id = last(&window).unwrap().id;
    let people = journal.people(id).unwrap();
    assert!(people.iter().any(|one| one.userid == reader && one.rung == Rung::Read), "{people:?}");
    assert!(people.iter().any(|one| one.rung == Rung::Unread), "{people:?}");
    window.step_until("it is on screen", |window| window.shows("未读"));

    window.press("撤回");
    window.press("撤回全部");
    window.settle();
    window.step_until("it says who had read it", |window| window.shows("撤回前已有 1 人读过"));
    assert_eq!(window.sandbox().recalled_tasks().len(), 2);
    assert_eq!(last(&window).unwrap().counts.recalled, 2);
    assert_eq!(window.app().deliveries.part, HistoryPart::Deliveries);
}

#[test]
fn the_report_is_written_as_a_file_and_the_unread_become_a_draft() {
    let mut window = shown_delivery();
    let path = window.folder.path().join("report.csv");
    window.press("导出 CSV");
    window.harness.get_by_label("文件路径").focus();
    window.harness.run_ok();
    window.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    window.harness.run_ok();
    window.harness.get_by_label("文件路径").type_text(&path.display().to_string());
    window.harness.run_ok();
    window.press("保存");
    window.step_until("the file is there", |_| path.is_file());
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 5, "a row a person: {text}");
    assert!(text.contains("userid,name,call,rung,code"), "{text}");

    // DingTalk needs a moment before it tells who got it.
    window.sandbox().set_clock_skew(jiff::SignedDuration::from_secs(3));
    window.press("刷新结果");
    window.settle();
    window.step_until("somebody is unread", |window| window.shows("给未读的 4 人写新草稿"));
    window.press("给未读的 4 人写新草稿");
    assert_eq!(window.app().state.tab, Tab::Notice);
    let Draft::Notice(notice) = &window.app().state.current().unwrap().draft else { panic!() };
    assert_eq!(notice.users.len(), 4);
}

#[test]
fn a_draft_goes_to_test_people_first_and_they_are_kept_with_it() {
    let mut window = window_with(3, 100);
    let me = window.sandbox().organisation().people()[7].clone();
    let tester = PersonRef { id: me.userid.to_string(), name: me.name.to_string() };
    let at = jiff::Timestamp::now();
    window.harness.state_mut().state.current_mut().unwrap().set_testers(&[tester], at);
    window.settle();
    window.press("先发给我");
    assert!(window.shows(&me.name), "{:?}", window.on_screen());
    window.press("发给 1 位测试人员");
    window.step_until("it arrived", |window| !arrived(window).is_empty());
    wait_for_end(&mut window);
    assert_eq!(arrived(&window), [[me.userid.to_string()]]);
    assert!(last(&window).unwrap().new.title.contains("先发给我") || last(&window).unwrap().people == 1);

    // The same content once more today would be dropped: that is said, and nothing leaves by itself.
    window.press("先发给我");
    window.press("发给 1 位测试人员");
    window.settle();
    window.harness.run_ok();
    assert!(window.shows("不会收到的人（1）"), "{:?}", window.on_screen());
    assert_eq!(arrived(&window).len(), 1);

    let folder = Arc::clone(&window.folder);
    window.harness.key_press(Key::Escape);
    window.harness.run_ok();
    window.settle();
    assert!(window.close());
    drop(window);
    let mut window = Window::open_in(folder);
    window.ctrl(Key::Num2);
    assert_eq!(window.app().state.current().unwrap().testers().len(), 1, "kept with the draft");
}

#[test]
fn a_delivery_is_called_the_same_in_the_strip_and_in_the_history() {
    let mut window = window_with(3, 1);
    window.harness.state_mut().state.current_mut().unwrap().name = "节前提醒".to_owned();
    window.settle();
    send(&mut window);
    window.press("发给 3 人（3 次调用）");
    wait_for_end(&mut window);
    let kept = last(&window).unwrap().new.title;
    assert_eq!(kept, "节前提醒", "the history used the first words of the text instead");
}
