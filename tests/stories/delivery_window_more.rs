//! Deliveries in the window, the rarer days: a live profile with its guard, limits, errors in a row, two windows, a damaged
//! journal, reports that come by themselves, the desktop's note.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use ding_composer::{
    compose::{Draft, PersonRef},
    deliver::time::{Sleep, Time},
    dingtalk::tokens::Clock as _,
    sandbox::{Effect, SEND_NOTICE, Sandbox, SandboxOptions, Script},
    store::{
        Home,
        journal::{DeliveryState, PersonRow, Rung},
        settings::{Profile, ProfileKind, Settings},
        vault::{Kept, Slot, Vault as _},
    },
    ui::{
        state::Tab,
        testing::{Notes, TestClock},
    },
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::{
    delivery_window::{arrived, last, send, shown_delivery, wait_for_end, window_with},
    support::Window,
};

/// How much faster time passes for deliveries here.
const TIMES: u32 = 40;

/// Time on which a second is over after a fortieth of one.
struct Fast {
    start: Instant,
    clock: Arc<TestClock>,
}

impl Time for Fast {
    fn wall_ms(&self) -> i64 {
        self.clock.now_millis()
    }

    fn passed(&self) -> Duration {
        self.start.elapsed() * TIMES
    }

    fn sleep(&self, time: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(time / TIMES))
    }
}

fn hurry(window: &mut Window) {
    let time = Fast { start: Instant::now(), clock: Arc::clone(&window.clock) };
    window.harness.state_mut().deliveries.time = Arc::new(time);
}

fn sandbox_profile(window: &mut Window) -> &mut Profile {
    &mut window.harness.state_mut().state.settings.profiles[0]
}

fn people(window: &Window) -> Vec<PersonRow> {
    let journal = window.app().state.journal.value().unwrap();
    journal.people(last(window).unwrap().id).unwrap()
}

#[test]
fn on_a_live_profile_the_number_is_typed_and_only_the_listed_people_receive() {
    let organisation = Arc::new(Sandbox::start(SandboxOptions::default()).unwrap());
    let users: Vec<PersonRef> = organisation
        .organisation()
        .people()
        .iter()
        .filter(|one| !one.hidden)
        .take(4)
        .map(|one| PersonRef { id: one.userid.to_string(), name: one.name.to_string() })
        .collect();
    let mut live = Profile::new("总部", ProfileKind::Token);
    let hosts = organisation.hosts();
    (live.api, live.oapi) = (Some(hosts.api), Some(hosts.oapi));
    live.agent_id = organisation.agent_id().to_string();
    live.confirm_above = 2;
    live.limits.people_per_call = Some(2);
    live.only_to = users.iter().take(3).map(|one| one.id.clone()).collect();
    let folder = Arc::new(tempfile::tempdir().unwrap());
    {
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        let mut settings = Settings::default();
        settings.profiles.push(live.clone());
        settings.save(&home.settings_path()).unwrap();
    }
    let mut window = Window::open_with(folder, |env| {
        let at_unix = env.clock.now_unix();
        let token = Kept { secret: organisation.pasted_token(), at_unix };
        env.vault.set(&live.vault_key(), Slot::Token, &token).unwrap();
    });
    // The first drafts come from the sandbox; then the live profile is chosen.
    window.ctrl(Key::Num2);
    window.settle();
    window.harness.get_by_label("配置：Sandbox").click();
    window.harness.run_ok();
    window.harness.get(by().role(Role::Button).label_contains("总部")).click();
    window.harness.run_ok();
    window.settle();
    let agent = organisation.agent_id().to_string();
    let Draft::Notice(notice) = &mut window.harness.state_mut().state.current_mut().unwrap().draft else { panic!() };
    notice.users = users;
    notice.agent_id = agent;
    let template = ding_composer::compose::notice::NoticeTemplate {
        id: notice.template_id.clone(),
        ..organisation.notice_templates()[0].clone()
    };
    organisation.approve_notice_template(template);
    window.settle();

    send(&mut window);
    assert!(window.shows("不在这个配置允许接收的名单里"), "{:?}", window.on_screen());
    window.press("不发给这 1 人");
    window.settle();
    window.harness.run_ok();
    let start = "发给 3 人（2 次调用）";
    let button = window.harness.get_by_role_and_label(Role::Button, start);
    assert!(button.accesskit_node().is_disabled(), "the number is not typed yet");
    window.type_into("请输入数字 3 以确认", "2");
    assert!(window.harness.get_by_role_and_label(Role::Button, start).accesskit_node().is_disabled());
    window.replace("请输入数字 3 以确认", "3");
    window.press(start);
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!((made.state, made.people, made.counts.handed_over), (DeliveryState::Done, 3, 2), "{made:?}");
    assert_eq!(made.new.profile, "总部");
    let got: usize = organisation.arrivals().iter().filter_map(|one| Some(one.notice()?.recipients.len())).sum();
    assert_eq!(got, 3, "who is not on the list got nothing");
}

#[test]
fn two_deliveries_run_at_once_each_with_its_own_buttons() {
    let mut window = window_with(8, 1);
    sandbox_profile(&mut window).limits.calls_per_second = Some(3);
    send(&mut window);
    window.press("发给 8 人（8 次调用）");
    window.step_until("it runs", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.handed_over > 0)
    });
    let title = window.app().deliveries.live[0].title.clone();
    // It stands still while the other is written, however long that takes here.
    window.press(&format!("暂停 {title}"));
    let done = |window: &Window, at: usize| window.app().deliveries.live[at].progress().counts.handed_over;
    let stands = |window: &Window, at: usize| {
        let progress = window.app().deliveries.live[at].progress();
        progress.paused && progress.counts.begun == 0
    };
    window.step_until("the first stands still", |window| stands(window, 0));
    let mut window = window.with_notice_to(12, 1);
    window.replace("place", "五楼大会议室");
    window.settle();
    send(&mut window);
    window.press("发给 12 人（12 次调用）");
    window.step_until("both are written down", |window| {
        window.app().deliveries.live.len() == 2 && window.app().deliveries.live.iter().all(|live| live.id().is_some())
    });
    // One title: each row has its own buttons.
    window.press(&format!("暂停 {title}"));
    window.step_until("the second stands still", |window| stands(window, 1));
    let before = done(&window, 1);
    assert!(before < 12, "it was paused before its end");
    let go_on = || by().role(Role::Button).label_contains("继续 ");
    assert_eq!(window.harness.query_all(go_on()).count(), 2, "{:?}", window.on_screen());
    let first = done(&window, 0);
    window.harness.query_all(go_on()).next().unwrap().click();
    window.step_until("the first goes on", |window| done(window, 0) > first);
    assert_eq!(done(&window, 1), before, "the second does not");
    window.press(&format!("继续 {title}"));
    wait_for_end(&mut window);
    assert_eq!(arrived(&window).len(), 20);
    let fullest = window.sandbox().fullest().calls_per_second;
    assert!(fullest.get(SEND_NOTICE).is_some_and(|most| *most <= 3), "they share the windows: {fullest:?}");
}

#[test]
fn a_rate_limit_answer_stops_the_lane_with_a_countdown_and_it_goes_on_by_itself() {
    let mut window = window_with(4, 2);
    hurry(&mut window);
    window.sandbox().script(Script::once(SEND_NOTICE, Effect::code("41047")));
    send(&mut window);
    window.press("发给 4 人（2 次调用）");
    window.wait_for("钉钉要求放慢，等");
    let title = window.app().deliveries.live[0].title.clone();
    assert!(window.shows(&format!("暂停 {title}")), "it can still be paused or cancelled");
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!((made.state, made.counts.handed_over), (DeliveryState::Done, 2));
    assert_eq!(arrived(&window).len(), 2, "the call that came too soon was made once more");
}

#[test]
fn errors_in_a_row_stop_it_with_the_reason_and_one_click_goes_on() {
    let mut window = window_with(30, 1);
    hurry(&mut window);
    let profile = sandbox_profile(&mut window);
    profile.stop_after_errors = 3;
    profile.limits.calls_per_second = Some(1);
    window.sandbox().script(Script::always(SEND_NOTICE, Effect::code("885006")));
    send(&mut window);
    window.press("发给 30 人（30 次调用）");
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!(made.state, DeliveryState::Stopped, "{made:?}");
    assert!(made.counts.refused >= 3 && made.counts.not_begun > 0, "{made:?}");
    window.wait_for("没有发完");
    assert!(window.shows("这个消息模板现在不能用来发送"), "the reason is on the screen: {:?}", window.on_screen());
    window.sandbox().clear_scripts();
    window.press(&format!("继续未开始的 {} 次", made.counts.not_begun));
    wait_for_end(&mut window);
    let after = last(&window).unwrap();
    assert_eq!((after.state, after.counts.refused), (DeliveryState::Done, made.counts.refused), "{after:?}");
    assert_eq!(after.counts.handed_over, made.counts.not_begun);
}

#[test]
fn results_come_by_themselves_on_their_schedule() {
    let mut window = shown_delivery();
    let reader = people(&window)[0].userid.clone();
    window.sandbox().reads(&reader);
    assert!(people(&window).iter().all(|one| one.rung == Rung::HandedOver), "nothing was asked yet");
    assert!(window.shows("自动查询"), "{:?}", window.on_screen());
    window.sandbox().set_clock_skew(jiff::SignedDuration::from_secs(40));
    window.clock.advance(40);
    window.step_until("the results are here", |window| people(window).iter().any(|one| one.rung == Rung::Read));
    window.wait_for("给未读的");
    assert!(window.shows("已读"), "nobody pressed anything: {:?}", window.on_screen());
}

#[test]
fn those_who_did_not_get_it_become_a_new_list_with_one_click() {
    let mut window = window_with(3, 2);
    let Draft::Notice(notice) = &mut window.harness.state_mut().state.current_mut().unwrap().draft else { panic!() };
    notice.users.push(PersonRef { id: "left_last_year".to_owned(), name: "离职的人".to_owned() });
    window.settle();
    send(&mut window);
    if window.shows("不会收到的人（1）") {
        // The directory is loaded: the plan knows already. The day the directory is old it does not.
        window.harness.state_mut().deliveries.planning.as_mut().unwrap().order.leave_out = false;
    }
    window.press("发给 4 人（2 次调用）");
    wait_for_end(&mut window);
    window.sandbox().set_clock_skew(jiff::SignedDuration::from_secs(3));
    window.ctrl(Key::Num3);
    window.step_until("the list is read", |window| window.app().deliveries.book.total() == Some(1));
    window.harness.run_ok();
    let row = by().role(Role::Button).label_contains(" 已结束");
    window.harness.get(row).click();
    window.wait_for("刷新结果");
    window.harness.run_ok();
    window.press("刷新结果");
    window.settle();
    window.wait_for("给没收到的 1 人写新草稿");
    window.press("给没收到的 1 人写新草稿");
    assert_eq!(window.app().state.tab, Tab::Notice);
    let Draft::Notice(notice) = &window.app().state.current().unwrap().draft else { panic!() };
    assert_eq!(notice.users, [PersonRef { id: "left_last_year".to_owned(), name: "离职的人".to_owned() }]);
}

#[test]
fn a_damaged_journal_is_said_and_put_aside_when_a_person_wants_that() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let path = {
        let home = Home::open(Some(folder.path().to_owned())).unwrap();
        let path = ding_composer::store::journal::Journal::open(&home).unwrap().path().to_owned();
        std::fs::write(&path, b"no database at all, but somebody's shopping list\n".repeat(200)).unwrap();
        path
    };
    let mut window = Window::open_in(folder).with_notice_to(3, 2);
    let off = window.harness.get_by_role_and_label(Role::Button, "发送");
    assert!(off.accesskit_node().is_disabled());
    assert!(off.accesskit_node().description().unwrap().contains("发送日志打不开"));
    window.ctrl(Key::Num3);
    window.harness.get_by_role_and_label(Role::RadioButton, "批次").click();
    window.wait_for("发送日志打不开");
    assert!(window.shows("数据库已损坏"), "{:?}", window.on_screen());
    window.press("存到一边，重新开始");
    window.settle();
    window.wait_for("还没有");
    let aside = std::fs::read_dir(path.parent().unwrap()).unwrap().flatten().any(|entry| {
        entry.path() != path && std::fs::read(entry.path()).is_ok_and(|bytes| bytes.starts_with(b"no database"))
    });
    assert!(aside, "nothing is thrown away");
    window.ctrl(Key::Num2);
    window.settle();
    send(&mut window);
    window.press("发给 3 人（2 次调用）");
    wait_for_end(&mut window);
    assert_eq!(last(&window).unwrap().state, DeliveryState::Done);
}

#[test]
fn limits_and_the_guard_are_set_in_the_settings_and_hold_at_once() {
    let mut window = Window::open().with_notice_to(3, 100);
    sandbox_profile(&mut window).limits.people_per_call = None;
    let users: Vec<String> = {
        let Draft::Notice(notice) = &window.app().state.current().unwrap().draft else { panic!() };
        notice.users.iter().map(|one| one.id.clone()).collect()
    };
    window.ctrl(Key::Num4);
    window.press("编辑");
    window.scroll_to("自己定 每次调用人数");
    window.click("自己定 每次调用人数");
    window.replace("每次调用人数", "2");
    window.key(Key::Enter);
    window.replace("只允许这些人接收", &format!("{}\n{}", users[0], users[1]));
    window.press("保存");
    window.settle();
    let text = std::fs::read_to_string(window.app().env().home.settings_path()).unwrap();
    assert!(text.contains("people_per_call = 2") && text.contains("only_to"), "{text}");

    window.ctrl(Key::Num2);
    window.settle();
    assert!(window.shows("3 人 · 2 次调用"), "{:?}", window.on_screen());
    send(&mut window);
    assert!(window.shows("不在这个配置允许接收的名单里"), "{:?}", window.on_screen());
    window.press("不发给这 1 人");
    window.settle();
    window.harness.run_ok();
    window.press("发给 2 人（1 次调用）");
    wait_for_end(&mut window);
    assert_eq!(arrived(&window).concat(), users[..2]);
}

#[test]
fn the_desktop_tells_the_end_of_a_long_delivery_while_nobody_looks() {
    for looking in [false, true] {
        let notes = Arc::new(Notes::default());
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let kept = Arc::clone(&notes);
        let window = Window::open_with(folder, |env| env.notifier = kept);
        let mut window = window.with_notice_to(90, 1);
        hurry(&mut window);
        sandbox_profile(&mut window).limits.calls_per_second = Some(1);
        send(&mut window);
        window.harness.input_mut().viewports.get_mut(&egui::ViewportId::ROOT).unwrap().focused = Some(looking);
        window.press("发给 90 人（90 次调用）");
        wait_for_end(&mut window);
        let shown = notes.shown();
        if looking {
            assert!(shown.is_empty(), "who looks sees it: {shown:?}");
        } else {
            assert_eq!(shown.len(), 1, "{shown:?}");
            assert_eq!(shown[0].summary, "发送结束");
            assert!(shown[0].body.contains("90"), "{shown:?}");
        }
    }
}

#[test]
fn a_second_window_says_that_the_first_one_is_sending() {
    let mut first = window_with(6, 1);
    sandbox_profile(&mut first).limits.calls_per_second = Some(1);
    let mut second = Window::open_in(Arc::clone(&first.folder)).with_notice_to(3, 2);
    send(&mut first);
    first.press("发给 6 人（6 次调用）");
    first.step_until("it runs", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.handed_over > 0)
    });
    let others = first.sandbox().organisation();
    let others = others.people().iter().filter(|one| !one.hidden).skip(20).take(3);
    let others: Vec<PersonRef> =
        others.map(|one| PersonRef { id: one.userid.to_string(), name: one.name.to_string() }).collect();
    let Draft::Notice(notice) = &mut second.harness.state_mut().state.current_mut().unwrap().draft else { panic!() };
    notice.users = others;
    second.settle();
    send(&mut second);
    second.press("发给 3 人（2 次调用）");
    second.wait_for("另一个窗口或命令行正在用这个配置发送");
    assert!(arrived(&second).is_empty(), "nothing left");

    wait_for_end(&mut first);
    assert_eq!(last(&first).unwrap().counts.handed_over, 6);
    send(&mut second);
    second.press("发给 3 人（2 次调用）");
    wait_for_end(&mut second);
    assert_eq!(last(&second).unwrap().counts.handed_over, 2, "and now it may");
}

/// Presses Tab until what has this in its label has the keyboard.
fn tab_to(window: &mut Window, label: &str) {
    for _ in 0..300 {
        window.key(Key::Tab);
        if window.focused().contains(label) {
            return;
        }
    }
    panic!("Tab never reaches “{label}”: {:#?}", window.on_screen());
}

#[test]
fn the_keyboard_alone_plans_sends_pauses_and_reads_a_delivery() {
    let mut window = window_with(12, 1);
    sandbox_profile(&mut window).limits.calls_per_second = Some(2);
    send(&mut window);
    // Escape puts the plan away, Ctrl+Enter brings it back.
    window.key(Key::Escape);
    assert!(!window.shows("发送计划"));
    send(&mut window);
    tab_to(&mut window, "完整回执");
    window.key(Key::Space);
    window.settle();
    tab_to(&mut window, "发给 12 人（12 次调用）");
    window.key(Key::Enter);
    window.step_until("it runs", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().counts.handed_over > 0)
    });
    let title = window.app().deliveries.live[0].title.clone();
    tab_to(&mut window, &format!("暂停 {title}"));
    window.key(Key::Enter);
    window.step_until("it stands still", |window| {
        window.app().deliveries.live.first().is_some_and(|live| live.progress().paused)
    });
    tab_to(&mut window, &format!("继续 {title}"));
    window.key(Key::Enter);
    wait_for_end(&mut window);
    window.ctrl(Key::Num3);
    window.step_until("the list is read", |window| window.app().deliveries.book.total() == Some(1));
    window.harness.run_ok();
    tab_to(&mut window, " 已结束");
    window.key(Key::Enter);
    window.wait_for("刷新结果");
    tab_to(&mut window, "撤回");
    window.key(Key::Enter);
    window.wait_for("撤回全部");
    window.key(Key::Escape);
    assert!(!window.shows("撤回全部"), "nothing was taken back");
    assert_eq!(last(&window).unwrap().counts.recalled, 0);
}

#[test]
fn a_card_of_another_way_goes_to_a_list_by_the_plan_and_an_unknown_call_of_it_is_asked_again() {
    let mut window = Window::open();
    let sandbox = window.sandbox();
    let known = sandbox.organisation();
    let ids = known.people().iter().filter(|one| !one.hidden).take(25).map(|one| one.userid.to_string());
    let places: Vec<String> = ids.map(|id| format!("IM_ROBOT.{id}")).collect();
    let body = serde_json::json!({
        "cardTemplateId": sandbox.card_template_ids()[0], "outTrackId": "robots-1",
        "openSpaceId": format!("dtv1.card//{}", places.join(";")),
        "cardData": {"cardParamMap": {"title": "迎新会"}},
        "imRobotOpenSpaceModel": {"supportForward": true, "lastMessageI18n": {"ZH_CN": "卡片"}},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": sandbox.robot_code()},
    });
    let via = ding_composer::compose::CardVia::CreateAndDeliver.name();
    let text = serde_json::json!({"kind": "card", "version": 1, "via": via, "body": body}).to_string();
    let path = window.folder.path().join("机器人.json");
    std::fs::write(&path, text).unwrap();
    window.ctrl(Key::O);
    window.type_into("文件路径", path.to_str().unwrap());
    window.press("打开");
    window.step_until("it is open", |window| {
        window.app().state.current().is_some_and(|open| open.draft.via().name() == via)
    });
    window.settle();
    assert!(window.shows("2 次调用"), "{:?}", window.on_screen());
    sandbox.script(Script::once(ding_composer::sandbox::CREATE_AND_DELIVER, Effect::CutBeforeAnswer));
    send(&mut window);
    window.press("发给 25 人（2 次调用）");
    wait_for_end(&mut window);
    let made = last(&window).unwrap();
    assert_eq!((made.calls, made.counts.handed_over, made.counts.unknown), (2, 1, 1), "{made:?}");

    window.press("查看并决定");
    window.wait_for("结果未知的调用（1）");
    window.harness.run_ok();
    window.press("再问一次");
    // While it is on its way again it is neither unknown nor handed over.
    window.step_until("it is known", |window| last(window).unwrap().counts.handed_over == 2);
    assert_eq!(last(&window).unwrap().counts.unknown, 0);
    let cards = sandbox.arrivals().iter().filter(|one| one.card().is_some()).count();
    assert_eq!(cards, 2, "what had arrived was not delivered twice");
}

#[test]
fn a_delivery_whose_window_was_closed_is_asked_about_when_the_next_one_opens() {
    let mut window = window_with(3, 2);
    send(&mut window);
    window.press("发给 3 人（2 次调用）");
    wait_for_end(&mut window);
    let folder = Arc::clone(&window.folder);
    drop(window);
    let mut window = Window::open_with(folder, |env| {
        let moved = ding_composer::ui::testing::TestClock::now();
        moved.advance(3 * 3600);
        env.clock = moved;
    });
    let asked = |window: &Window| {
        let ledger = window.sandbox().ledger();
        ledger.iter().filter(|entry| entry.path.ends_with("getsendprogress")).count()
    };
    window.step_until("both calls were asked about", |window| asked(window) == 2);
}
