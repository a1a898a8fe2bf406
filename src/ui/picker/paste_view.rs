//! The field for a pasted list of ids: what is known, and each unknown id with 保留 and 移除.

use egui::{CornerRadius, Frame, Label, Margin, RichText, ScrollArea, Stroke, TextEdit, Ui, vec2};

use super::{
    contacts::Contacts,
    loaded::Loaded,
    paste::{Of, Paste},
    request::IdKind,
    state::Open,
    view::PickerCx,
};
use crate::{
    lang::Lang,
    ui::{
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{PushButton, grouped, segmented},
    },
};

/// Height of a line with an unknown id.
const LINE: f32 = 28.0;

/// The way back, and what the ids are ids of.
pub fn head_ui(ui: &mut Ui, open: &mut Open, lang: Lang) {
    let mut back = false;
    ui.horizontal(|ui| {
        back = PushButton::new(tr!(lang, "picker.back_to_search")).icon(Icon::Search).show(ui).clicked();
        if let Some(paste) = &mut open.paste
            && open.request.departments
        {
            let choices = [
                (Of::People, tr!(lang, "picker.paste_people").into_owned()),
                (Of::Departments, tr!(lang, "picker.paste_departments").into_owned()),
            ];
            segmented(ui, &tr!(lang, "picker.paste_of"), &mut paste.of, choices);
        }
    });
    if back {
        open.paste = None;
        open.focus_search = true;
    }
}

/// The field on the left, what became of it on the right.
pub fn body_ui(
    ui: &mut Ui,
    open: &mut Open,
    contacts: &mut Contacts,
    loaded: Option<&Loaded>,
    cx: &PickerCx<'_>,
    height: f32,
) {
    let lang = cx.lang;
    let kind = open.id_kind();
    let mut take = false;
    let Some(paste) = &mut open.paste else { return };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = size::M;
        let width = (ui.available_width() * 0.42).max(240.0);
        ui.allocate_ui_with_layout(vec2(width, height), egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.set_width(width);
            let label = match (paste.of, kind) {
                (Of::Departments, _) => tr!(lang, "picker.paste_label_departments"),
                (Of::People, IdKind::UserId) => tr!(lang, "picker.paste_label_userid"),
                (Of::People, IdKind::UnionId) => tr!(lang, "picker.paste_label_unionid"),
            };
            let shown = ui.add(Label::new(&*label).selectable(false));
            let area = ScrollArea::vertical().id_salt("paste").max_height(height - 56.0).auto_shrink(false);
            let field = area
                .show(ui, |ui| {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a few dozen lines at most"
                    )]
                    let rows = ((height - 76.0) / ui.text_style_height(&egui::TextStyle::Monospace)).max(3.0) as usize;
                    let edit = TextEdit::multiline(&mut paste.text).desired_rows(rows).desired_width(f32::INFINITY);
                    ui.add(edit.hint_text(tr!(lang, "picker.paste_hint")).font(egui::TextStyle::Monospace))
                })
                .inner
                .labelled_by(shown.id);
            if std::mem::take(&mut open.focus_search) {
                field.request_focus();
            }
            ui.add(Label::new(theme::help(ui.style(), tr!(lang, "picker.paste_help"))).wrap());
        });
        let width = ui.available_width();
        ui.allocate_ui_with_layout(vec2(width, height), egui::Layout::top_down(egui::Align::LEFT), |ui| {
            ui.set_width(width);
            take = sorted_ui(ui, paste, contacts, loaded, kind, lang, height);
        });
    });
    if !paste.sorted().unknown.is_empty() {
        // An id can only be called unknown when everybody is here.
        contacts.need_everything(cx.background);
    }
    if take {
        open.take_paste();
    }
}

fn sorted_ui(
    ui: &mut Ui,
    paste: &mut Paste,
    contacts: &Contacts,
    loaded: Option<&Loaded>,
    kind: IdKind,
    lang: Lang,
    height: f32,
) -> bool {
    let t = tokens(ui.style());
    let sorted = paste.sort(loaded, kind).clone();
    let top = ui.cursor().top();
    let found = match paste.of {
        Of::People => sorted.people.len(),
        Of::Departments => sorted.departments.len(),
    };
    let mut facts = vec![tr!(lang, "picker.paste_found", count = grouped(found as u64)).into_owned()];
    if sorted.repeated > 0 {
        facts.push(tr!(lang, "picker.paste_repeated", count = grouped(sorted.repeated as u64)).into_owned());
    }
    ui.label(facts.join(" · "));
    if loaded.is_none_or(|loaded| !loaded.directory.is_complete()) && !sorted.unknown.is_empty() {
        let text = if contacts.refresh_progress().is_some() {
            tr!(lang, "picker.paste_wait")
        } else {
            tr!(lang, "picker.paste_in_part")
        };
        ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.warning)).wrap());
    }
    if !sorted.unknown.is_empty() {
        ui.horizontal(|ui| {
            let count = grouped(sorted.unknown.len() as u64);
            let text = tr!(lang, "picker.paste_unknown", count = count);
            ui.add(Label::new(theme::medium(&*text).color(t.error)).selectable(false));
            if PushButton::quiet(tr!(lang, "picker.keep_all")).small().show(ui).clicked() {
                paste.leave_all_out(false);
            }
            if PushButton::quiet(tr!(lang, "picker.leave_all_out")).small().show(ui).clicked() {
                paste.leave_all_out(true);
            }
        });
        let left = (height - (ui.cursor().top() - top) - 48.0).max(60.0);
        Frame::new()
            .stroke(Stroke::new(1.0, t.line))
            .corner_radius(CornerRadius::same(size::RADIUS))
            .inner_margin(Margin::symmetric(8, 4))
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let area = ScrollArea::vertical().id_salt("unknown").max_height(left - 10.0).auto_shrink([false, true]);
                area.show_rows(ui, LINE, sorted.unknown.len(), |ui, range| {
                    for id in &sorted.unknown[range] {
                        unknown_ui(ui, paste, id, lang);
                    }
                });
            });
    }
    ui.add_space(size::XS);
    let count = paste.count();
    let off = if count == 0 { Err(tr!(lang, "picker.paste_empty").into_owned()) } else { Ok(()) };
    let text = tr!(lang, "picker.paste_add", count = grouped(count as u64));
    PushButton::new(text).icon(Icon::Plus).enabled(off).show(ui).clicked()
}

fn unknown_ui(ui: &mut Ui, paste: &mut Paste, id: &str, lang: Lang) {
    let t = tokens(ui.style());
    let out = paste.is_left_out(id);
    ui.push_id(("unknown", id), |ui| {
        ui.allocate_ui_with_layout(
            vec2(ui.available_width(), LINE),
            egui::Layout::right_to_left(egui::Align::Center),
            |ui| {
                let button = if out {
                    PushButton::quiet(tr!(lang, "picker.keep")).name(tr!(lang, "picker.keep_named", id = id))
                } else {
                    PushButton::quiet(tr!(lang, "common.remove")).name(tr!(lang, "common.remove_named", name = id))
                };
                if button.small().show(ui).clicked() {
                    paste.leave_out(id, !out);
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let mut text = RichText::new(id).monospace().color(if out { t.faint } else { t.text });
                    if out {
                        text = text.strikethrough();
                    }
                    ui.add(Label::new(text).truncate());
                });
            },
        );
    });
}
