//! 投放位置: the places of `createAndDeliver`, and the settings of each kind of place.

use egui::{Align, Label, Layout, RichText, TextEdit, Ui, vec2};

use super::{count, field_ui, part};
use crate::{
    compose::{
        CardDraft, PersonRef,
        card::{ChatModel, Space, SpaceKind},
        pointer,
        ways::{CardField, ChatField},
    },
    lang::{Lang, text},
    ui::{
        action::Action,
        card::{people, template::Offers},
        cx::Cx,
        icons::Icon,
        picker::Purpose,
        theme::{self, size, tokens},
        widgets::{
            Group, PushButton,
            buttons::icon_button_sized,
            fold,
            form::{anchor, finding_line},
        },
    },
};

/// JSON pointer of the places.
const SPACES: &str = "/openSpaceId";

/// What a kind of place is called.
pub fn kind_name(lang: Lang, kind: SpaceKind) -> String {
    text(lang, &format!("way.space.{}", kind.name()), &[])
}

/// The group of the places and one group of settings for each kind of place there is.
pub fn spaces_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) {
    let lang = cx.lang;
    let group = Group::new(tr!(lang, "way.spaces")).badge(count(draft.create.spaces.len()));
    group.help(tr!(lang, "way.spaces_help")).force_open(cx.jumps_into(SPACES)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::S;
        let mut removed = None;
        for (index, space) in draft.create.spaces.iter_mut().enumerate() {
            if row_ui(ui, cx, index, space) {
                removed = Some(index);
            }
        }
        if let Some(index) = removed {
            cx.send(Action::UndoStep);
            draft.create.spaces.remove(index);
        }
        let first = add_ui(ui, cx, draft, offers);
        cx.jump.offer(SPACES, first.rect, first.id);
        for finding in cx.findings_at(SPACES) {
            finding_line(ui, lang, finding);
        }
    });
    for kind in [SpaceKind::ImGroup, SpaceKind::ImRobot, SpaceKind::ImSingle] {
        if draft.goes_to(kind) || *draft.chat(kind) != ChatModel::default() {
            chat_ui(ui, cx, draft, kind, offers);
        }
    }
    if draft.goes_to(SpaceKind::OneBox) || draft.create.top_expires.is_some() {
        top_ui(ui, cx, draft);
    }
}

/// One place; whether it is to be taken away.
fn row_ui(ui: &mut Ui, cx: &Cx<'_>, index: usize, space: &mut Space) -> bool {
    let lang = cx.lang;
    let t = tokens(ui.style());
    let at = pointer::element(SPACES, index);
    let mut removed = false;
    ui.push_id(("space", index), |ui| {
        ui.horizontal(|ui| {
            ui.allocate_ui_with_layout(vec2(96.0, size::CONTROL), Layout::left_to_right(Align::Center), |ui| {
                ui.set_min_width(96.0);
                ui.add(Label::new(kind_name(lang, space.kind)).truncate().selectable(false));
            });
            let shown = !space.to.name.is_empty();
            let room = 32.0 + if shown { 96.0 } else { 0.0 };
            let hint = if space.kind == SpaceKind::ImRobot { "userId / unionId" } else { "cid…" };
            let edit = TextEdit::singleline(&mut space.to.id).hint_text(hint);
            let id = ui.add(edit.desired_width(ui.available_width() - room - size::S));
            let id = id.accessible_name(format!("{} {}", kind_name(lang, space.kind), index + 1));
            if id.changed() {
                space.to.name.clear();
            }
            anchor(ui, cx, &at, &id);
            if shown {
                ui.add_sized(
                    vec2(88.0, size::CONTROL),
                    Label::new(RichText::new(&space.to.name).color(t.muted)).truncate(),
                );
            }
            let name = if space.to.name.is_empty() { &space.to.id } else { &space.to.name };
            let remove = tr!(lang, "common.remove_named", name = name);
            removed = icon_button_sized(ui, Icon::Trash, remove, 24.0, true).clicked();
        });
        for finding in cx.findings_at(&at) {
            finding_line(ui, lang, finding);
        }
    });
    removed
}

/// Buttons that add a place of each kind; the response of the first.
fn add_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, offers: &Offers<'_>) -> egui::Response {
    let lang = cx.lang;
    let mut first = None;
    ui.horizontal_wrapped(|ui| {
        for kind in SpaceKind::ALL {
            let label = tr!(lang, "way.add_space", kind = kind_name(lang, kind));
            let button = PushButton::new(label).icon(if kind == SpaceKind::ImRobot { Icon::Users } else { Icon::Plus });
            let response = button.small().show(ui);
            if response.clicked() {
                if kind == SpaceKind::ImRobot {
                    cx.send(Action::OpenPicker(Box::new(people::request(draft, Purpose::CardRobotSpaces))));
                } else {
                    cx.send(Action::UndoStep);
                    let id = match kind {
                        SpaceKind::ImSingle => offers.conversation(),
                        _ => offers.group(),
                    };
                    let taken = draft.create.spaces.iter().any(|space| space.kind == kind && space.to.id == id);
                    let to = PersonRef { id: if taken { String::new() } else { id }, name: String::new() };
                    draft.create.spaces.push(Space { kind, to });
                    draft.fill_chat(kind);
                }
            }
            first.get_or_insert(response);
        }
    });
    first.unwrap_or_else(|| ui.label(""))
}

/// The settings of one kind of chat: how it shows, who is mentioned, which robot delivers.
fn chat_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, kind: SpaceKind, offers: &Offers<'_>) {
    let lang = cx.lang;
    let name = match kind {
        SpaceKind::ImGroup => "/imGroupOpen",
        SpaceKind::ImRobot => "/imRobotOpen",
        _ => "/imSingleOpen",
    };
    let jumped = ["SpaceModel", "DeliverModel"].iter().any(|model| cx.jumps_into(&format!("{name}{model}")));
    let title = tr!(lang, "way.space_settings", kind = kind_name(lang, kind));
    Group::new(title).badge(summary(lang, draft.chat(kind))).open(draft.goes_to(kind)).force_open(jumped).show(
        ui,
        |ui| {
            let mut field = |ui: &mut Ui, field: ChatField, label: &str, help: &str| {
                field_ui(ui, cx, draft, CardField::Chat(kind, field), label, help);
            };
            field(ui, ChatField::LastMessage, &tr!(lang, "card.last_message"), "");
            field(ui, ChatField::SupportForward, &tr!(lang, "card.forward"), &tr!(lang, "way.forward_help"));
            if kind != SpaceKind::ImSingle {
                field(ui, ChatField::Robot, &tr!(lang, "card.robot"), &tr!(lang, "way.robot_help"));
            }
            field(ui, ChatField::At, &tr!(lang, "card.mentions"), "");
            field(ui, ChatField::Recipients, &tr!(lang, "way.recipients"), &tr!(lang, "way.recipients_help"));
            let mut rare = |ui: &mut Ui| {
                field(ui, ChatField::AlertContent, &tr!(lang, "way.alert"), &tr!(lang, "way.alert_help"));
                field(ui, ChatField::NotificationOff, &tr!(lang, "way.silent"), "");
                part(ui, &tr!(lang, "way.search"));
                field(ui, ChatField::SearchDesc, &tr!(lang, "way.search_desc"), &tr!(lang, "way.search_desc_help"));
                field(ui, ChatField::SearchTypeName, &tr!(lang, "way.search_type"), "");
                field(ui, ChatField::SearchIcon, &tr!(lang, "way.search_icon"), "");
                field(ui, ChatField::Extension, &tr!(lang, "way.extension"), &tr!(lang, "way.extension_help"));
            };
            // A jump must not end at something that is folded away.
            if jumped {
                rare(ui);
            } else {
                // The same part stands in the group of every kind of place.
                ui.push_id(("rare", kind.name()), |ui| fold(ui, &tr!(lang, "way.notification"), rare));
            }
            let robot = offers.robot();
            let chat = draft.chat_mut(kind);
            if kind == SpaceKind::ImGroup && chat.robot_code.is_empty() && !robot.is_empty() {
                let button = PushButton::quiet(tr!(lang, "way.robot_from_profile")).small();
                if button.tooltip(robot.clone()).show(ui).clicked() {
                    cx.send(Action::UndoStep);
                    chat.robot_code = robot;
                }
            }
        },
    );
}

/// What is set, in a few words.
fn summary(lang: Lang, chat: &ChatModel) -> String {
    let line = chat.last_message.texts.iter().find(|line| !line.is_empty()).cloned().unwrap_or_default();
    let mut parts: Vec<String> = vec![line.chars().take(16).collect()];
    if chat.support_forward == Some(true) {
        parts.push(tr!(lang, "card.more_forward").into_owned());
    }
    if !chat.at.is_empty() {
        parts.push(tr!(lang, "card.more_mentions", count = chat.at.len()).into_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// The box on top of a chat: until when, for whom, where.
fn top_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft) {
    let lang = cx.lang;
    let jumped = cx.jumps_into("/topOpenDeliverModel") || cx.jumps_into("/topOpenSpaceModel");
    let title = tr!(lang, "way.space_settings", kind = kind_name(lang, SpaceKind::OneBox));
    Group::new(title).force_open(jumped).show(ui, |ui| {
        field_ui(
            ui,
            cx,
            draft,
            CardField::TopExpires,
            &tr!(lang, "way.top_expires"),
            &tr!(lang, "way.top_expires_help"),
        );
        ui.horizontal_wrapped(|ui| {
            for (hours, key) in [(1, "way.in_an_hour"), (24, "way.in_a_day"), (168, "way.in_a_week")] {
                if PushButton::quiet(text(lang, key, &[])).small().show(ui).clicked() {
                    cx.send(Action::UndoStep);
                    draft.create.top_expires = Some(cx.env.clock.now_millis() + hours * 3_600_000);
                }
            }
            if let Some(time) = draft.create.top_expires {
                ui.label(theme::help(ui.style(), crate::ui::history::time_text(time)));
            }
        });
        field_ui(ui, cx, draft, CardField::TopUsers, &tr!(lang, "way.top_users"), &tr!(lang, "way.top_users_help"));
        field_ui(ui, cx, draft, CardField::TopPlatforms, &tr!(lang, "way.top_platforms"), "");
    });
}
