//! Each rejected field leads to its finding, the rarer ones: ids that were used before, members of the body that no field
//! shows, draft files written by hand, and what a message template of the library makes doubtful.

use egui::{Key, accesskit::Role};
use egui_kittest::kittest::Queryable as _;
use serde_json::{Value, json};

use crate::{
    card::{card, set_card, sound},
    rejected::{by_json, card_story, case, change_notice, look_at_all, notice},
    support::Window,
};

/// Sends the card and types the id it had into the field again.
fn used_before(window: &mut Window) {
    let used = card(window).out_track_id.clone();
    window.ctrl(Key::Enter);
    window.step_until("the send is answered", |window| card(window).out_track_id != used);
    window.settle();
    window.replace("卡片的业务 ID", &used);
    window.settle();
}

#[test]
fn an_out_track_id_that_was_used_before() {
    card_story(&[
        case("card.out_track_again", used_before, "卡片的业务 ID"),
        case(
            "card.out_track_reused",
            |w| {
                used_before(w);
                by_json(w, "/cardData/cardParamMap", "title", "改过的标题".into());
            },
            "卡片的业务 ID",
        ),
    ]);
}

#[test]
fn members_of_a_cards_body_that_no_field_shows() {
    card_story(&[
        case("card.member_other_way", |w| by_json(w, "", "callbackType", "STREAM".into()), "移除 callbackType"),
        case(
            "card.member_shadowed",
            |w| {
                by_json(w, "", "robotCode", 1.into());
                w.replace("机器人编码", "dingrobot");
            },
            "移除 robotCode",
        ),
        case("card.member_without_name", |w| by_json(w, "/cardData/cardParamMap", "", json!({"a": 1})), "移除 "),
        case(
            "card.private_media",
            |w| by_json(w, "/privateData/u0000", "cardMediaIdParamMap", json!({"pic": "@x"})),
            "移除 cardMediaIdParamMap",
        ),
    ]);
}

/// Opens a notice's draft file with this body by its typed path.
fn open_file(window: &mut Window, change: fn(&mut Value)) {
    let mut body = json!({
        "agent_id": "123456", "template_id": "elsewhere", "data": "{\"title\":\"标题\"}", "userid_list": "zhangsan01",
    });
    change(&mut body);
    let path = window.folder.path().join("手写.json");
    let text = json!({"kind": "notice", "version": 1, "body": body}).to_string();
    std::fs::write(&path, text).unwrap();
    window.ctrl(Key::O);
    window.type_into("文件路径", path.to_str().unwrap());
    let before = window.app().state.current().unwrap().id.clone();
    window.press("打开");
    window.step_until("it is open", |window| window.app().state.current().unwrap().id != before);
    window.settle();
}

#[test]
fn a_notices_file_written_by_hand() {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.settle();
    let cases = [
        case("notice.member_unknown", |w| open_file(w, |body| body["nothing"] = 1.into()), "移除 nothing"),
        case("notice.member_mistyped", |w| open_file(w, |body| body["agent_id"] = json!([1])), "移除 agent_id"),
        case("notice.member_other_api", |w| open_file(w, |body| body["msg"] = json!({"msgtype": "text"})), "移除 msg"),
        case("notice.token_in_body", |w| open_file(w, |body| body["access_token"] = "x".into()), "移除 access_token"),
        case("notice.data_not_object", |w| open_file(w, |body| body["data"] = "[]".into()), "移除 data"),
        case("notice.field_not_text", |w| open_file(w, |body| body["data"] = "{\"n\":5}".into()), "移除 n"),
    ];
    look_at_all(&mut window, &cases, |_| {});
}

/// Writes the template of the notice anew: its kind, and one of its parts.
fn template(window: &mut Window, kind: &str, part: &str, text: &str) {
    window.press("管理模板库");
    window.harness.get_by_role_and_label(Role::RadioButton, kind).click();
    window.harness.run_ok();
    window.replace(part, text);
    window.press("保存");
    window.press("关闭");
    window.settle();
}

#[test]
fn what_a_template_of_the_library_makes_doubtful() {
    let mut window = Window::open();
    window.ctrl(Key::Num2);
    window.settle();
    let start = notice(&window);
    let cases = [
        case(
            "notice.fields_many",
            |w| template(w, "Markdown", "消息内容", "${title}${a}${b}${c}${d}${e}${f}"),
            "title",
        ),
        case("notice.markdown_heading", |w| template(w, "Markdown", "消息内容", "${title}\n# 小标题"), "title"),
        case("notice.markdown_image", |w| template(w, "Markdown", "消息内容", "${title} ![](@x)"), "title"),
        case(
            "notice.action_card_title",
            |w| template(w, "ActionCard", "消息标题", &format!("{}${{title}}", "长".repeat(65))),
            "title",
        ),
        case(
            "notice.form_title",
            |w| template(w, "Form", "消息标题", &format!("{}${{title}}", "长".repeat(51))),
            "title",
        ),
        case("notice.form_lines", |w| template(w, "Form", "消息内容", "一\n二\n三\n四 ${title}"), "title"),
    ];
    let begin = |window: &mut Window| change_notice(window, |notice| *notice = start.clone());
    look_at_all(&mut window, &cases, begin);
}

#[test]
fn an_internal_app_and_message_templates() {
    let mut window = Window::open();
    let draft = sound(&window);
    set_card(&mut window, draft);
    window.ctrl(Key::Num4);
    window.press("企业内部应用");
    window.type_into("appKey", "dingkey");
    window.press("保存");
    window.settle();
    window.press("使用");
    window.settle();
    window.ctrl(Key::Num2);
    window.settle();
    let found = &window.app().state.current().unwrap().findings;
    assert!(found.all().iter().any(|finding| finding.code == "notice.internal_app"));
    let message = found.all().iter().find(|finding| finding.code == "notice.internal_app").unwrap();
    let message = message.message(ding_composer::lang::Lang::Zh);
    window.harness.state_mut().state.inspector = ding_composer::ui::state::InspectorTab::Checks;
    window.harness.run_ok();
    assert!(window.shows(&message), "{:?}", window.on_screen());
}
