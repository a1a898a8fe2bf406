//! What the app may do is said before the first refusal: the connection check asks each way, and both tabs show it.

use ding_composer::{
    compose::{CardVia, Draft, Kind, NoticeVia, Via},
    sandbox::{Effect, Rules, Script},
    store::{access::Access, settings::Profile, settings::ProfileKind},
    ui::state::Tab,
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::Queryable as _;

use crate::{card::card, support::Window};

fn check(window: &mut Window) {
    window.harness.state_mut().state.tab = Tab::Settings;
    window.settle();
    window.harness.get_all_by_role_and_label(Role::Button, "检查连接").next().unwrap().click();
    window.harness.run_ok();
    window.wait_for("通知 · 自由消息");
    window.settle();
}

fn notice_via(window: &Window) -> NoticeVia {
    match &window.app().state.drafts.current(Kind::Notice).unwrap().draft {
        Draft::Notice(notice) => notice.via,
        Draft::Card(_) => panic!("a notice"),
    }
}

#[test]
fn the_check_asks_every_way_sends_nothing_and_both_tabs_tell_the_way_out() {
    let mut window = Window::open();
    let rules = Rules {
        closed_card_api: true,
        no_card_instance_write: true,
        third_party_notices_only: true,
        ..Rules::default()
    };
    window.sandbox().set_rules(rules);
    assert!(!window.shows("需要权限"), "nobody has looked yet, and it is the sandbox");
    check(&mut window);
    let arrivals = window.sandbox().arrivals();
    assert!(arrivals.iter().all(|one| one.card().is_none() && one.notice().is_none()), "nothing was sent");
    for shown in [
        "卡片 · 单聊（旧接口）",
        "需要权限 qyapi_chat_manage",
        "需要权限 Card.Instance.Write",
        "不适用于此类应用",
        "请改用「自由消息」",
    ] {
        assert!(window.shows(shown), "{shown}: {:?}", window.on_screen());
    }
    // A way whose parameters alone were refused counts as usable, and the text says what that rests on.
    assert!(window.shows("可用（服务器只说参数不对："), "{:?}", window.on_screen());

    // The card tab: the permission that is missing, and the way that takes its place.
    window.ctrl(Key::Num1);
    window.settle();
    assert_eq!(card(&window).via, CardVia::PrivateChat);
    assert!(window.shows("需要权限 qyapi_chat_manage"), "{:?}", window.on_screen());
    window.press("改用「创建并投放」");
    assert_eq!(card(&window).via, CardVia::CreateAndDeliver);
    assert!(window.shows("需要权限 Card.Instance.Write"), "{:?}", window.on_screen());
    assert!(window.shows("打开「创建并投放」的权限页面"));

    // The notice tab: by template is not for this app; the other way is.
    window.ctrl(Key::Num2);
    window.settle();
    assert_eq!(notice_via(&window), NoticeVia::Template);
    assert!(window.shows("不适用于此类应用"), "{:?}", window.on_screen());
    window.press("改用「自由消息」");
    assert_eq!(notice_via(&window), NoticeVia::Free);
    assert!(window.shows("可用：服务器放行过"), "{:?}", window.on_screen());
    assert!(!window.shows("不适用于此类应用"));
}

#[test]
fn a_refused_send_teaches_the_way_its_permission_and_the_next_one_that_gets_through_that_it_works() {
    let mut window = Window::open();
    let path = "/v1.0/im/privateChat/interactiveCards/send";
    let code = "Forbidden.AccessDenied.AccessTokenPermissionDenied";
    window.sandbox().script(Script::once(path, Effect::code(code)));
    window.ctrl(Key::Enter);
    window.wait_for("需要权限 qyapi_chat_manage");
    window.settle();
    window.ctrl(Key::Enter);
    window.wait_for("可用：服务器放行过");
}

#[test]
fn what_was_seen_of_a_live_profile_is_still_known_after_a_restart() {
    let window = Window::open();
    let mut profile = Profile::new("总部", ProfileKind::Internal);
    profile.app_key = "ding1".to_owned();
    let key = profile.vault_key().as_str().to_owned();
    let via = Via::from(CardVia::CreateAndDeliver);
    let path = Access::path(window.folder.path());
    let mut access = Access::default();
    access.note(&key, via, 1_780_000_000, ding_composer::compose::ways::fit::Seen::Open);
    access.save(&path, |_| true).unwrap();
    let folder = std::sync::Arc::clone(&window.folder);
    drop(window);

    let mut window = Window::open_in(folder);
    let state = &mut window.harness.state_mut().state;
    state.settings.profiles.push(profile);
    state.settings.current_profile = "总部".to_owned();
    window.harness.run_ok();
    assert!(window.shows("需要权限 qyapi_chat_manage"), "the chosen way was never asked: {:?}", window.on_screen());
    window.harness.get_by_role_and_label(Role::ComboBox, "发送方式").click();
    window.harness.run_ok();
    window.harness.get_by_role_and_label(Role::Button, "创建并投放").click();
    window.harness.run_ok();
    assert!(window.shows("可用：服务器放行过"), "{:?}", window.on_screen());
}
