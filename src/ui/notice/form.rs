//! Groups of the notice form: which template, which app, and what the form does not know.

use egui::{Label, Response, RichText, TextEdit, Ui};

use super::{library::Wish, template_of};
use crate::{
    compose::{NoticeDraft, notice::NoticeTemplate, template},
    lang::Lang,
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{
            Field, Group, PushButton, combo,
            form::{anchor, finding_line},
            split_line,
        },
    },
};

/// Which template the notice is written with.
pub fn template_group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft) {
    let lang = cx.lang;
    let used = template_of(cx, draft);
    let group = Group::new(tr!(lang, "notice.group_template"))
        .help(tr!(lang, "notice.group_template_help"))
        .force_open(cx.jumps_into("/template_id"));
    group.show(ui, |ui| {
        Field::new(tr!(lang, "notice.template")).help(tr!(lang, "notice.template_help")).show(ui, cx, |ui| {
            let library = Wish::open_for(draft);
            let manage = |ui: &mut Ui| {
                let manage = PushButton::new(tr!(lang, "notice.open_library")).icon(Icon::Template);
                if manage.tooltip(tr!(lang, "notice.open_library_tip")).show(ui).clicked() {
                    cx.send(Action::Library(library));
                }
            };
            // The combo takes what the button leaves.
            let line = |ui: &mut Ui| split_line(ui, "library", |ui| template_combo_ui(ui, cx, draft, used), manage).0;
            ui.horizontal(line).inner
        });
        Field::new(tr!(lang, "notice.template_id_label"))
            .help(tr!(lang, "notice.template_id_help"))
            .pointer("/template_id")
            .required()
            .show(ui, cx, |ui| {
                let edit = id_field(&mut draft.template_id).desired_width(f32::INFINITY);
                // A hint would name the field otherwise.
                let name = tr!(lang, "notice.template_id_label");
                ui.add(edit.hint_text(tr!(lang, "notice.template_id_hint"))).accessible_name(name)
            });
        if used.is_none() && !draft.template_id.trim().is_empty() {
            ui.horizontal_wrapped(|ui| {
                let text = theme::help(ui.style(), tr!(lang, "notice.template_not_in_library"));
                ui.add(Label::new(text));
                if PushButton::new(tr!(lang, "notice.add_to_library")).icon(Icon::Plus).small().show(ui).clicked() {
                    cx.send(Action::Library(Wish::New { id: draft.template_id.trim().to_owned() }));
                }
            });
        }
    });
}

fn template_combo_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, used: Option<&NoticeTemplate>) -> Response {
    let lang = cx.lang;
    let mut chosen: Option<Option<&NoticeTemplate>> = None;
    let shown = match used {
        Some(template) => title(lang, template),
        None => tr!(lang, "notice.no_template").into_owned(),
    };
    let width = ui.available_width().max(120.0);
    let response = combo("notice-template", shown)
        .width(width)
        .truncate()
        .show_ui(ui, |ui| {
            if ui.selectable_label(used.is_none(), tr!(lang, "notice.no_template")).clicked() {
                chosen = Some(None);
            }
            for template in cx.templates.all() {
                let is_used = used.is_some_and(|used| std::ptr::eq(used, template));
                let row = ui.selectable_label(is_used, title(lang, template));
                if row.on_hover_text(&template.id).clicked() {
                    chosen = Some(Some(template));
                }
            }
            if cx.templates.all().is_empty() {
                ui.add(Label::new(theme::help(ui.style(), tr!(lang, "notice.library_empty"))).wrap());
            }
        })
        .response;
    if let Some(template) = chosen {
        use_template(cx, draft, template);
    }
    response
}

/// The name of a template with its kind.
pub fn title(lang: Lang, template: &NoticeTemplate) -> String {
    format!("{} · {}", template.name, super::editor::kind_name(lang, template.kind))
}

fn use_template(cx: &Cx<'_>, draft: &mut NoticeDraft, template: Option<&NoticeTemplate>) {
    cx.send(Action::UndoStep);
    match template {
        Some(template) => write_with(draft, template),
        None => draft.template_id.clear(),
    }
    cx.send(Action::UseTemplate(template.map(|template| template.name.clone())));
}

/// Writes a notice with a template. What was typed stays: fields of the same name keep their texts, the others are shown
/// as not in the template.
pub fn write_with(draft: &mut NoticeDraft, template: &NoticeTemplate) {
    draft.template_id.clone_from(&template.id);
    let wanted = template::fields(&template.body);
    // Empty rows of a notice without a template are of no use any more.
    draft.data.retain(|field| !field.value.is_empty() || wanted.contains(&field.key.as_str()));
}

/// In whose name the notice is handed over.
pub fn app_group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft) {
    let lang = cx.lang;
    let own = own_agent_id(cx);
    let group = Group::new(tr!(lang, "notice.group_app")).force_open(cx.jumps_into("/agent_id"));
    group.show(ui, |ui| {
        Field::new(tr!(lang, "notice.agent_id_label"))
            .help(tr!(lang, "notice.agent_id_help"))
            .pointer("/agent_id")
            .required()
            .show(ui, cx, |ui| {
                ui.horizontal_wrapped(|ui| {
                    let edit = id_field(&mut draft.agent_id).desired_width(240.0);
                    let name = tr!(lang, "notice.agent_id_label");
                    let response = ui.add(edit.hint_text(tr!(lang, "notice.agent_id_hint"))).accessible_name(name);
                    match &own {
                        Some(own) if *own != draft.agent_id => {
                            let text = tr!(lang, "notice.use_own_agent", id = own);
                            if PushButton::new(text).small().show(ui).clicked() {
                                cx.send(Action::UndoStep);
                                draft.agent_id.clone_from(own);
                            }
                        }
                        Some(_) => {
                            let name = &cx.profile.name;
                            let text = tr!(lang, "notice.agent_of_profile", name = name);
                            ui.add(Label::new(theme::help(ui.style(), text)));
                        }
                        None => {}
                    }
                    response
                })
                .inner
            });
    });
}

/// The app's id in the organisation, as the profile (or the sandbox behind it) has it.
pub fn own_agent_id(cx: &Cx<'_>) -> Option<String> {
    let profile = cx.profile.agent_id.trim();
    if profile.is_empty() {
        cx.link.sandbox().map(|sandbox| sandbox.agent_id().to_string())
    } else {
        Some(profile.to_owned())
    }
}

/// Members of the body that the form does not know: they travel as they came, and can be taken out.
pub fn kept_group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft) {
    // What a field of the form has as well says its findings there.
    const FIELDS: [&str; 5] = ["agent_id", "template_id", "userid_list", "dept_id_list", "data"];
    if draft.kept.0.is_empty() {
        return;
    }
    let lang = cx.lang;
    let t = tokens(ui.style());
    let mut removed = None;
    Group::new(tr!(lang, "notice.group_kept")).help(tr!(lang, "notice.group_kept_help")).fixed().show(ui, |ui| {
        for (index, member) in draft.kept.0.iter().enumerate() {
            ui.push_id(("kept", index), |ui| {
                ui.horizontal(|ui| {
                    let name = RichText::new(member.pointer()).monospace();
                    ui.add(Label::new(name));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        let name = tr!(lang, "common.remove_named", name = &member.name);
                        let button = PushButton::quiet(tr!(lang, "common.remove")).name(name).icon(Icon::Close).small();
                        let response = button.show(ui);
                        anchor(ui, cx, &member.pointer(), &response);
                        if response.clicked() {
                            removed = Some(index);
                        }
                        let value: String = member.value.to_string().chars().take(200).collect();
                        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                            let value = RichText::new(value).monospace().size(size::SMALL).color(t.muted);
                            ui.add(Label::new(value).truncate());
                        });
                    });
                });
                if member.parent.is_empty() && !FIELDS.contains(&member.name.as_str()) {
                    for finding in cx.findings_at(&member.pointer()) {
                        finding_line(ui, lang, finding);
                    }
                }
            });
        }
    });
    if let Some(index) = removed {
        cx.send(Action::UndoStep);
        draft.kept.0.remove(index);
    }
}

/// A field for an id or an address.
pub fn id_field(text: &mut String) -> TextEdit<'_> {
    TextEdit::singleline(text).font(egui::TextStyle::Monospace).align(egui::Align2::LEFT_CENTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::notice::DataField;

    #[test]
    fn another_template_keeps_what_was_typed() {
        let field = |key: &str, value: &str| DataField { key: key.into(), value: value.into() };
        let data = vec![field("name", "张三"), field("old", "旧值"), field("", ""), field("day", "")];
        let mut draft = NoticeDraft { data, ..NoticeDraft::default() };
        let template = NoticeTemplate { id: "t1".into(), body: "${name} ${day}".into(), ..NoticeTemplate::default() };
        write_with(&mut draft, &template);
        assert_eq!(draft.template_id, "t1");
        assert_eq!(draft.data, [field("name", "张三"), field("old", "旧值"), field("day", "")]);
    }
}
