//! The window around the tabs: language, theme, palette, profiles, sending, history, closing.

use std::sync::Arc;

use ding_composer::{
    compose::{Draft, Kind},
    lang::Lang,
    sandbox::{Effect, SEND_CARD, Script},
    store::{
        history::Outcome,
        settings::{Profile, ProfileKind},
        vault::{Kept, ProfileKey, Slot, Vault, VaultError},
        window::WindowMemory,
    },
    ui::{
        sending::LastSend,
        state::{InspectorTab, Tab},
        theme::ThemeChoice,
    },
};
use egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use crate::support::Window;

fn outcome(window: &Window) -> Option<Outcome> {
    match &window.app().state.current()?.last_send {
        Some(LastSend::Made(sent)) => Some(sent.delivery.outcome),
        _ => None,
    }
}

#[test]
fn a_first_start_shows_a_card_that_can_be_sent_at_once() {
    let mut window = Window::open();
    assert_eq!(window.app().state.tab, Tab::Card);
    assert!(window.shows("演练"), "the badge says that nothing really goes out");
    assert!(window.shows("2 人"), "{:?}", window.on_screen());
    window.ctrl(Key::Enter);
    window.step_until("the send has ended", |window| outcome(window).is_some());
    assert_eq!(outcome(&window), Some(Outcome::HandedOver));
    window.harness.run_ok();
    assert!(window.shows("已受理"), "{:?}", window.on_screen());
    assert!(window.shows("演练环境收到的内容"), "what arrived is drawn");
    assert!(!window.shows("发送成功"));
}

#[test]
fn the_language_is_switched_while_running_and_kept() {
    let mut window = Window::open();
    assert!(window.harness.query_by_role_and_label(Role::Tab, "互动卡片").is_some());
    window.ctrl(Key::L);
    assert!(window.harness.query_by_role_and_label(Role::Tab, "Cards").is_some());
    assert!(!window.shows("互动卡片"), "nothing is left in the other language");
    window.settle();
    assert!(window.close());
    let folder = Arc::clone(&window.folder);
    drop(window);
    let window = Window::open_with(folder, |env| env.lang = None);
    assert_eq!(window.app().state.lang, Lang::En);
}

#[test]
fn the_theme_is_switched_by_its_button_and_kept() {
    let mut window = Window::open();
    window.click("切换深浅色");
    assert_eq!(window.app().state.theme, ThemeChoice::Dark);
    assert_eq!(window.harness.ctx.theme(), egui::Theme::Dark);
    window.settle();
    let folder = Arc::clone(&window.folder);
    drop(window);
    assert_eq!(Window::open_in(folder).app().state.theme, ThemeChoice::Dark);
}

#[test]
fn the_palette_finds_a_command_by_a_few_letters_of_either_language() {
    let mut window = Window::open();
    window.ctrl(Key::K);
    window.type_into("查找命令或草稿", "history");
    window.harness.key_press(Key::Enter);
    window.harness.run_ok();
    assert_eq!(window.app().state.tab, Tab::History);

    window.ctrl(Key::K);
    window.type_into("查找命令或草稿", "不会有这样的命令");
    assert!(window.shows("没有找到"));
    window.harness.key_press(Key::Escape);
    window.harness.run_ok();
    assert!(!window.shows("没有找到"));
}

#[test]
fn tabs_are_reached_by_keyboard() {
    let mut window = Window::open();
    for (key, tab) in
        [(Key::Num2, Tab::Notice), (Key::Num3, Tab::History), (Key::Num4, Tab::Settings), (Key::Num1, Tab::Card)]
    {
        window.ctrl(key);
        assert_eq!(window.app().state.tab, tab);
    }
}

#[test]
fn a_profile_is_added_with_its_secret_in_the_vault_and_a_personal_app_is_refused() {
    let mut window = Window::open();
    window.ctrl(Key::Num4);
    let personal = window.harness.get_by_role_and_label(Role::Button, "第三方个人应用");
    assert!(personal.accesskit_node().is_disabled());
    assert!(personal.accesskit_node().description().unwrap().contains("暂不支持"));

    window.press("企业内部应用");
    window.type_into("appKey", "dingkey");
    window.type_into("appSecret", "s3cret-of-the-app");
    window.press("保存");
    window.settle();
    window.step_until("the vault has it", |window| {
        let state = &window.app().state;
        let profile = state.settings.profiles.iter().find(|profile| profile.kind == ProfileKind::Internal);
        profile.is_some_and(|profile| {
            let kept = window.app().env().vault.get(&profile.vault_key(), Slot::AppSecret).unwrap();
            kept.is_some_and(|kept| kept.secret.open() == "s3cret-of-the-app")
        })
    });
    let text = std::fs::read_to_string(window.app().env().home.settings_path()).unwrap();
    assert!(text.contains("dingkey") && !text.contains("s3cret"), "{text}");
    for entry in walk(window.folder.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        assert!(!contains(&bytes, b"s3cret-of-the-app"), "{}", entry.display());
    }
}

#[test]
fn going_back_from_a_changed_profile_asks_before_anything_typed_is_lost() {
    let mut window = Window::open();
    window.ctrl(Key::Num4);
    window.press("企业内部应用");
    window.press("返回");
    assert!(!window.shows("没保存的修改"), "nothing was typed yet");
    window.press("企业内部应用");
    window.type_into("appKey", "dingtyped");
    window.press("返回");
    assert!(window.shows("没保存的修改"), "{:?}", window.on_screen());
    window.press("继续编辑");
    assert_eq!(window.app().settings_view().editor.as_ref().unwrap().profile.app_key, "dingtyped");
    window.press("返回");
    window.harness.get_all_by_role_and_label(Role::Button, "放弃修改").last().unwrap().click();
    window.harness.run_ok();
    assert!(window.shows("新建配置"), "{:?}", window.on_screen());
}

/// A computer without a keyring.
struct NoKeyring;

impl Vault for NoKeyring {
    fn get(&self, _: &ProfileKey, _: Slot) -> Result<Option<Kept>, VaultError> {
        self.status().map(|()| None)
    }

    fn set(&self, _: &ProfileKey, _: Slot, _: &Kept) -> Result<(), VaultError> {
        self.status()
    }

    fn delete(&self, _: &ProfileKey, _: Slot) -> Result<(), VaultError> {
        self.status()
    }

    fn status(&self) -> Result<(), VaultError> {
        Err(VaultError::NoService { reason: "org.freedesktop.secrets".to_owned() })
    }
}

#[test]
fn without_a_keyring_it_is_said_plainly_and_this_session_is_offered() {
    let mut window = Window::open_with_vault(Arc::new(NoKeyring));
    window.ctrl(Key::Num4);
    window.press("粘贴的令牌");
    window.type_into("访问令牌", "pasted-token-value");
    window.press("保存");
    window.wait_for("密钥没有存进系统钥匙串");
    window.press("仅本次会话保存");
    window.step_until("memory has it", |window| {
        let profile = window.app().state.settings.profiles.iter().find(|one| one.kind == ProfileKind::Token);
        let key = profile.unwrap().vault_key();
        matches!(window.app().env().vault.get(&key, Slot::Token), Ok(Some(_)))
    });
    window.harness.run_ok();
    assert!(!window.shows("密钥没有存进系统钥匙串"));
}

#[test]
fn the_history_shows_a_send_also_after_a_restart() {
    let mut window = Window::open();
    window.ctrl(Key::Enter);
    window.step_until("the send has ended", |window| outcome(window).is_some());
    window.ctrl(Key::Num3);
    window.wait_for("第一张卡片 已提交");
    let folder = Arc::clone(&window.folder);
    drop(window);

    let mut window = Window::open_in(folder);
    window.ctrl(Key::Num3);
    window.wait_for("第一张卡片 已提交");
    window.press("第一张卡片 已提交");
    window.wait_for("processQueryKey");
    window.press("用作新草稿");
    assert_eq!(window.app().state.tab, Tab::Card);
    let open = window.app().state.current().unwrap();
    assert_eq!(open.title(Lang::Zh), "第一张卡片（副本）");
    let Draft::Card(card) = &open.draft else { panic!("a card") };
    assert!(!card.out_track_id.is_empty() && card.receivers.len() == 2);
}

#[test]
fn a_program_that_is_killed_opens_with_the_tab_and_the_draft_that_were_shown() {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.ctrl(Key::N);
    window.settle();
    let shown = window.app().state.current().unwrap().id.clone();
    let path = WindowMemory::path(window.folder.path());
    window.step_until("it is written down", |_| WindowMemory::load(&path).notice == shown.as_str());
    let folder = Arc::clone(&window.folder);
    // Nothing is closed: nobody is told that it ends.
    drop(window);

    let window = Window::open_in(folder);
    assert_eq!(window.app().state.tab, Tab::Notice);
    assert_eq!(window.app().state.current().unwrap().id, shown);
}

#[test]
fn closing_keeps_what_was_just_typed() {
    let mut window = Window::open();
    {
        let open = window.harness.state_mut().state.current_mut().unwrap();
        let Draft::Card(card) = &mut open.draft else { panic!("a card") };
        card.params[0].value = "刚刚改过的标题".to_owned();
    }
    // No pass in between: the last key and the close button came together.
    assert!(window.close());
    let folder = Arc::clone(&window.folder);
    drop(window);

    let window = Window::open_in(folder);
    let open = window.app().state.drafts.current(Kind::Card).unwrap();
    let Draft::Card(card) = &open.draft else { panic!("a card") };
    assert_eq!(card.params[0].value, "刚刚改过的标题");
    assert_eq!(window.app().state.drafts.all().len(), 3, "and the first drafts are not filled in again");
}

#[test]
fn closing_in_the_middle_of_a_send_asks_first() {
    let mut window = Window::open();
    window.sandbox().script(Script::once(SEND_CARD, Effect::Slow(std::time::Duration::from_secs(30))));
    window.ctrl(Key::Enter);
    window.step_until("it is on its way", |window| window.app().state.running.is_some());
    assert!(!window.close(), "the window stays");
    window.wait_for("还有一次提交没有结束");
    window.press("继续编辑");
    assert!(!window.shows("还有一次提交没有结束"));

    window.step_until("the request has left", |window| !window.sandbox().arrivals().is_empty());
    window.harness.state_mut().state.inspector = InspectorTab::Outcome;
    let cancel = window.app().state.running.as_ref().unwrap().cancel.clone();
    cancel.cancel();
    window.step_until("it has ended", |window| outcome(window).is_some());
    assert_eq!(outcome(&window), Some(Outcome::Unknown), "it may have arrived");
}

#[test]
fn a_deleted_draft_is_brought_back_by_the_note_that_says_so() {
    let mut window = Window::open();
    let id = window.app().state.current().unwrap().id.clone();
    window.ctrl(Key::K);
    window.type_into("查找命令或草稿", "删除草稿");
    window.harness.key_press(Key::Enter);
    window.harness.run_ok();
    assert!(window.app().state.drafts.get(&id).is_none());
    window.wait_for("已删除草稿“第一张卡片”");
    window.press("撤销");
    assert!(window.app().state.drafts.get(&id).is_some());
    assert_eq!(window.app().state.current().unwrap().id, id);
}

#[test]
fn a_scripted_error_is_explained_and_its_button_works() {
    let mut window = Window::open();
    window.sandbox().script(Script::once(SEND_CARD, Effect::code("outTrackId.exceed.limit")));
    window.ctrl(Key::Enter);
    window.step_until("the send has ended", |window| outcome(window).is_some());
    assert_eq!(outcome(&window), Some(Outcome::Refused));
    window.harness.run_ok();
    assert!(window.shows("outTrackId.exceed.limit"), "{:?}", window.on_screen());
    let before = out_track_id(&window);
    window.press("换一个 outTrackId");
    assert_ne!(out_track_id(&window), before);
}

fn out_track_id(window: &Window) -> String {
    let Draft::Card(card) = &window.app().state.current().unwrap().draft else { panic!("a card") };
    card.out_track_id.clone()
}

#[test]
fn an_answered_card_gets_a_new_out_track_id_and_an_unanswered_one_keeps_it() {
    let mut window = Window::open();
    let first = out_track_id(&window);
    window.ctrl(Key::Enter);
    window.step_until("the send has ended", |window| outcome(window).is_some());
    window.settle();
    let second = out_track_id(&window);
    assert_ne!(first, second);

    window.sandbox().script(Script::once(SEND_CARD, Effect::CutBeforeAnswer));
    window.ctrl(Key::Enter);
    window.step_until("the second send has ended", |window| outcome(window) == Some(Outcome::Unknown));
    window.settle();
    assert_eq!(out_track_id(&window), second, "nobody knows whether it was used");
}

#[test]
fn the_bar_tells_how_long_the_token_lasts_and_an_expired_one_heals() {
    let mut window = Window::open();
    assert!(window.shows("令牌未获取"));
    window.click("重新获取令牌");
    window.wait_for("令牌有效 · 2 小时 0 分");
    window.clock.advance(3600);
    window.wait_for("令牌有效 · 1 小时 0 分");
    window.sandbox().expire_tokens();
    window.ctrl(Key::Enter);
    window.step_until("the send has ended", |window| outcome(window).is_some());
    assert_eq!(outcome(&window), Some(Outcome::HandedOver));
    window.harness.run_ok();
    assert!(window.shows("令牌失效，已换新令牌重试一次"), "{:?}", window.on_screen());
}

#[test]
fn a_live_send_asks_with_the_number_of_people_and_above_the_threshold_has_it_typed() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut live = Profile::new("总部", ProfileKind::Token);
    live.confirm_above = 1;
    let home = ding_composer::store::Home::open(Some(folder.path().to_owned())).unwrap();
    let mut settings = ding_composer::store::settings::Settings::default();
    settings.profiles.push(live);
    settings.current_profile = "总部".to_owned();
    settings.save(&home.settings_path()).unwrap();
    drop(home);

    let mut window = Window::open_in(folder);
    assert!(window.shows("正式"), "{:?}", window.on_screen());
    assert!(!window.shows("不会真的发出"));
    window.harness.state_mut().state.drafts.add(ready_card());
    window.settle();
    window.ctrl(Key::Enter);
    window.wait_for("把这张卡片发给 2 人？");
    assert!(window.harness.get_by_role_and_label(Role::Button, "发给 2 人").accesskit_node().is_disabled());
    window.type_into("请输入数字 2 以确认", "2");
    assert!(!window.harness.get_by_role_and_label(Role::Button, "发给 2 人").accesskit_node().is_disabled());
    window.press("取消");
    assert!(window.app().state.running.is_none(), "nothing was sent");
}

fn ready_card() -> ding_composer::ui::state::OpenDraft {
    use ding_composer::{
        compose::{PersonRef, samples},
        ui::state::{DraftId, OpenDraft},
    };
    let person = |id: &str| PersonRef { id: id.to_owned(), name: String::new() };
    let card = samples::card(&samples::CardSample {
        card_template_id: "3f1c8a52-6d0b-4e7a-9c21-5b8e0d47a913.schema".to_owned(),
        open_conversation_id: "cidAAAA".to_owned(),
        robot_code: "robot".to_owned(),
        out_track_id: "fresh".to_owned(),
        people: vec![person("u1"), person("u2")],
    });
    let id = DraftId::new("live").unwrap();
    OpenDraft::new(id, String::new(), Draft::Card(card), jiff::Timestamp::UNIX_EPOCH, false)
}

#[test]
fn a_draft_file_is_opened_by_a_typed_path_and_a_wrong_one_names_the_place() {
    let mut window = Window::open();
    let path = window.folder.path().join("好卡片.json");
    std::fs::write(&path, r#"{"kind":"card","version":1,"body":{"cardTemplateId":"abc"}}"#).unwrap();
    window.ctrl(Key::O);
    window.type_into("文件路径", path.to_str().unwrap());
    window.press("打开");
    window.step_until("it is open", |window| {
        window.app().state.current().is_some_and(|open| open.title(Lang::Zh) == "好卡片")
    });

    std::fs::write(&path, "{\n  \"kind\": \"card\",\n  oops\n}").unwrap();
    window.ctrl(Key::O);
    window.type_into("文件路径", path.to_str().unwrap());
    window.press("打开");
    window.wait_for("好卡片.json");
    assert!(window.shows("3"), "{:?}", window.on_screen());
}

#[test]
fn nothing_repaints_while_nothing_happens() {
    let mut window = Window::open();
    window.settle();
    // Notes and carets have their own time; without them the window sleeps.
    let mut quiet = false;
    for _ in 0..200 {
        window.harness.step();
        let output = &window.harness.output().viewport_output[&egui::ViewportId::ROOT];
        if output.repaint_delay > std::time::Duration::from_hours(1) {
            quiet = true;
            break;
        }
    }
    assert!(quiet, "the window never comes to rest");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Sends the card to a sandbox that refuses it with this code.
fn refused(window: &mut Window, code: &str) {
    window.sandbox().clear_scripts();
    window.sandbox().script(Script::always(SEND_CARD, Effect::code(code)));
    window.harness.state_mut().state.current_mut().unwrap().last_send = None;
    window.ctrl(Key::Enter);
    window.step_until("the send has ended", |window| outcome(window).is_some());
    window.settle();
    assert_eq!(outcome(window), Some(Outcome::Refused));
    assert!(window.shows(code), "{code}: {:?}", window.on_screen());
}

#[test]
fn the_button_of_an_explanation_leads_to_the_field() {
    let mut window = Window::open();
    refused(&mut window, "chatbot.notFound");
    window.press("跳到对应字段");
    window.settle();
    assert_eq!(window.focused(), "机器人编码");
}

#[test]
fn the_button_of_an_explanation_opens_the_page_for_permissions() {
    let mut window = Window::open();
    refused(&mut window, "permission.checkFailed");
    let button = || by().role(Role::Button).label("打开权限页面");
    window.harness.get(button()).scroll_to_me();
    window.harness.run_ok();
    window.harness.get(button()).click();
    let mut opened = None;
    for _ in 0..6 {
        window.harness.step();
        opened = opened.or_else(|| {
            window.harness.output().platform_output.commands.iter().find_map(|command| match command {
                egui::OutputCommand::OpenUrl(open) => Some(open.url.clone()),
                _ => None,
            })
        });
    }
    assert!(opened.as_ref().is_some_and(|url| url.starts_with("https://")), "{opened:?}");
}

#[test]
fn the_button_of_an_explanation_checks_the_connection() {
    let mut window = Window::open();
    refused(&mut window, "param.empty");
    window.press("检查连接");
    assert_eq!(window.app().state.tab, Tab::Settings);
}

#[test]
fn an_explanation_speaks_the_language_of_the_window() {
    let mut window = Window::open();
    refused(&mut window, "chatbot.notFound");
    window.ctrl(Key::L);
    assert!(!window.shows("跳到对应字段"));
    assert!(window.shows("chatbot.notFound"), "the server's own words stay");
    window.press("Go to the field");
    window.settle();
    assert!(window.focused().to_lowercase().contains("robot"), "{}", window.focused());
}

#[test]
fn the_button_of_an_explanation_waits_until_the_limit_ends() {
    let mut window = Window::open();
    refused(&mut window, "Forbidden.AccessDenied.QpsLimitForApi");
    let button = window.harness.get(by().role(Role::Button).label_contains("等待"));
    button.scroll_to_me();
    let label = button.accesskit_node().label().unwrap();
    window.press(&label);
    assert!(window.app().state.wait_until.is_some());
    window.clock.advance(120);
    window.wait_for("可以再次发送了");
}
