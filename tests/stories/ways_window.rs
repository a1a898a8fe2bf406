//! The ways of a card in the window: chosen, sent to several places, updated from what was sent.

use ding_composer::{
    compose::{
        CardDraft, CardVia, Draft,
        card::{Space, SpaceKind},
    },
    store::history::Outcome,
    ui::{sending::LastSend, state::Tab},
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{Queryable as _, by};

use crate::{
    card::{card, person, set_card},
    support::Window,
};

fn choose(window: &mut Window, way: &str) {
    window.choose_way(way);
    window.settle();
}

fn send(window: &mut Window) -> Outcome {
    window.ctrl(Key::Enter);
    let ended = |window: &Window| match &window.app().state.current().unwrap().last_send {
        Some(LastSend::Made(sent)) if window.app().state.running.is_none() => Some(sent.delivery.outcome),
        _ => None,
    };
    window.step_until("the send has ended", |window| ended(window).is_some());
    window.settle();
    ended(window).unwrap()
}

#[test]
fn switching_the_way_and_back_keeps_everything() {
    let mut window = Window::open();
    let before = card(&window).clone();
    choose(&mut window, "创建并投放");
    assert_eq!(card(&window).via, CardVia::CreateAndDeliver);
    assert!(window.shows("投放位置") && window.shows("添加群聊"), "{:?}", window.on_screen());
    window.scroll_to("公共和每人变量合计");
    assert!(window.shows("/ 102,400 字节"), "the meter of the whole: {:?}", window.on_screen());
    assert_eq!(card(&window).create.spaces[0].to.id, before.open_conversation_id);
    choose(&mut window, "单聊（旧接口）");
    assert_eq!(card(&window).to_body(), before.to_body());
}

#[test]
fn a_group_and_a_robot_chat_get_it_one_place_refuses_and_the_card_is_updated_from_the_history() {
    let mut window = Window::open();
    let mut draft = card(&window).clone();
    draft.switch(CardVia::CreateAndDeliver);
    let space = |kind, id: &str| Space { kind, to: person(id, "") };
    draft.create.spaces = vec![
        space(SpaceKind::ImGroup, &window.sandbox().group_conversation_id()),
        space(SpaceKind::ImRobot, "zengmin"),
        space(SpaceKind::ImRobot, "nobody"),
    ];
    draft.support_forward = Some(true);
    draft.fill_chat(SpaceKind::ImGroup);
    draft.fill_chat(SpaceKind::ImRobot);
    let sent_as = draft.out_track_id.clone();
    set_card(&mut window, draft);
    assert_eq!(send(&mut window), Outcome::Partly, "{:?}", window.on_screen());
    // One row a place with its own outcome, and what arrived there: eight people of the group, one in the robot's chat.
    for shown in [
        "部分已提交",
        "3 处中 2 处已提交",
        "nobody",
        "user not exist",
        "群聊 · 8 人收到",
        "机器人单聊 · 1 人收到",
        "机器人单聊 · 没有到达",
    ] {
        assert!(window.shows(shown), "{shown}: {:?}", window.on_screen());
    }

    // From the row of the history: the same card, other values.
    window.harness.state_mut().state.tab = Tab::History;
    window.settle();
    window.step_until("the list is read", |window| window.shows("部分已提交"));
    window.harness.get_all_by_label_contains("部分已提交").next().unwrap().click();
    window.harness.run_ok();
    window.wait_for("更新这张卡片");
    window.press("更新这张卡片");
    window.settle();
    let update: CardDraft = card(&window).clone();
    assert_eq!((update.via, update.out_track_id.as_str()), (CardVia::Update, sent_as.as_str()));
    assert!(window.shows("要更新的卡片"), "{:?}", window.on_screen());
    let mut change = update;
    change.params.truncate(1);
    change.params[0].value = "改期了".to_owned();
    set_card(&mut window, change);
    window.wait_for("这次更新会清空这些公共变量");
    assert_eq!(send(&mut window), Outcome::HandedOver);
    assert_eq!(card(&window).out_track_id, sent_as, "an update leaves the card its id");
    let arrivals = window.sandbox().arrivals();
    let arrived = arrivals.iter().rev().find_map(|arrival| arrival.card()).unwrap();
    assert_eq!(arrived.public.len(), 1);
    assert!(matches!(window.app().state.current().unwrap().draft, Draft::Card(_)));
}

#[test]
fn who_sees_a_card_in_a_group_and_who_is_mentioned_there_are_picked_by_name() {
    let mut window = Window::open();
    let mut draft = card(&window).clone();
    draft.switch(CardVia::CreateAndDeliver);
    let group = window.sandbox().group_conversation_id();
    draft.create.spaces = vec![Space { kind: SpaceKind::ImGroup, to: person(&group, "") }];
    draft.fill_chat(SpaceKind::ImGroup);
    set_card(&mut window, draft);
    for label in ["为「@ 的人」选人", "为「可见的人（recipients）」选人"] {
        window.press(label);
        window.wait_for("青禾科技（演练）");
        window.harness.get(by().role(Role::TextInput).label_contains("搜索姓名")).focus();
        window.harness.run_ok();
        window.harness.get(by().role(Role::TextInput).label_contains("搜索姓名")).type_text("zs");
        window.harness.run_ok();
        window.step_until("the directory is here", |window| !window.app().is_busy());
        window.harness.run_ok();
        window.key(Key::Enter);
        window.ctrl(Key::Enter);
    }
    let chat = &card(&window).create.group;
    assert_eq!((chat.at.len(), chat.recipients.len()), (1, 1));
    assert_eq!((chat.at[0].id.as_str(), chat.at[0].name.as_str()), ("zhangsan01", "张三"));
    assert_eq!(chat.recipients[0], person("zhangsan01", "张三"));
    assert!(window.shows("张三 zhangsan01") || window.shows("张三"), "a chip with the name: {:?}", window.on_screen());
}
