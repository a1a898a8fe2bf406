//! The list of profiles, and beside it the one being edited.

use egui::{Button, RichText, Stroke, Ui, vec2};

use super::{
    Reads, SettingsAction, View, Where, check,
    editor::{editor_ui, kind_help, kind_label, vault_banner},
};
use crate::{
    store::settings::{Profile, ProfileId, ProfileKind},
    ui::{
        action::Action,
        icons::Icon,
        theme::{self, fonts, size, tokens, tokens::profile_colour},
        widgets::{Banner, Dialog, Group, Level, PushButton, at_end, describe, dialog::Answer, flat},
    },
};

pub fn section_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    problems_ui(ui, reads, view);
    if let Some(storing) = &view.storing
        && let Some(error) = storing.done.failure()
    {
        vault_banner(ui, reads, error);
    }
    if view.editor.is_some() {
        edited_ui(ui, reads, view);
    } else {
        list_ui(ui, reads, view);
    }
    delete_dialog(ui, reads, view);
    leave_dialog(ui, reads, view);
}

/// What is wrong in the settings file, all of it.
fn problems_ui(ui: &mut Ui, reads: &Reads<'_>, view: &View) {
    let lang = reads.state.lang;
    for problem in &view.problems {
        let level = if problem.is_error() { Level::Error } else { Level::Warning };
        Banner::new(level, problem.message(lang)).show(ui);
    }
    if reads.state.settings.has_secrets_in_file() {
        let banner = Banner::new(Level::Error, tr!(lang, "settings.secrets_in_file"))
            .text(tr!(lang, "settings.secrets_in_file_text"))
            .button(PushButton::primary(tr!(lang, "settings.move_secrets")));
        if banner.show(ui).is_some() {
            reads.send(SettingsAction::MoveSecretsFromFile);
        }
    }
}

fn list_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    let lang = reads.state.lang;
    ui.label(theme::title(tr!(lang, "settings.profiles")));
    let text = theme::help(ui.style(), tr!(lang, "settings.profiles_help"));
    ui.label(text);
    for profile in &reads.state.settings.profiles {
        let checking = |run: &super::CheckRun| run.profile == profile.id() && run.items.is_pending();
        profile_row(ui, reads, profile, view.check.as_ref().is_some_and(checking));
    }
    check::check_ui(ui, reads, view.check.as_ref());
    Group::new(tr!(lang, "settings.new_profile")).fixed().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::S;
        for kind in [ProfileKind::Internal, ProfileKind::ThirdParty, ProfileKind::Token, ProfileKind::Sandbox] {
            if kind_row(ui, &kind_label(kind, lang), &kind_help(kind, lang), true) {
                reads.send(SettingsAction::New(kind));
            }
        }
        let reason = tr!(lang, "settings.kind_personal_help");
        kind_row(ui, &tr!(lang, "settings.kind_personal"), &reason, false);
    });
}

fn kind_row(ui: &mut Ui, label: &str, help: &str, offered: bool) -> bool {
    // Wide enough for the longest of both languages, so that the explanations stand in one column.
    const WIDTH: f32 = 232.0;
    ui.horizontal(|ui| {
        let off = if offered { Ok(()) } else { Err(help.to_owned()) };
        let clicked = PushButton::new(label).icon(Icon::Plus).min_width(WIDTH).enabled(off).show(ui).clicked();
        let text = theme::help(ui.style(), help);
        ui.add(egui::Label::new(text).wrap());
        clicked
    })
    .inner
}

fn profile_row(ui: &mut Ui, reads: &Reads<'_>, profile: &Profile, checking: bool) {
    let t = tokens(ui.style());
    let lang = reads.state.lang;
    let current = reads.state.profile().id() == profile.id();
    ui.push_id(("profile", profile.id()), |ui| {
        egui::Frame::new()
            .fill(t.surface)
            .stroke(Stroke::new(1.0, if current { t.accent } else { t.line }))
            .corner_radius(size::RADIUS_LARGE)
            .inner_margin(egui::Margin::symmetric(14, 10))
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    let (dot, _) = ui.allocate_exact_size(vec2(12.0, 12.0), egui::Sense::hover());
                    ui.painter().circle_filled(dot.center(), 6.0, profile_colour(profile.shown_colour()));
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        ui.label(theme::medium(&profile.name));
                        let missing = profile.missing();
                        let (text, ink) = if missing.is_empty() {
                            (kind_label(profile.kind, lang), t.muted)
                        } else {
                            (tr!(lang, "settings.ids_missing", ids = missing.join(", ")).into_owned(), t.warning)
                        };
                        ui.label(RichText::new(text).size(size::SMALL).color(ink));
                    });
                    at_end(ui, "buttons", |ui| row_buttons(ui, reads, profile, current, checking));
                });
            });
    });
}

fn row_buttons(ui: &mut Ui, reads: &Reads<'_>, profile: &Profile, current: bool, checking: bool) {
    let lang = reads.state.lang;
    if current {
        let t = tokens(ui.style());
        ui.label(RichText::new(tr!(lang, "settings.in_use")).family(fonts::medium()).color(t.accent));
    } else {
        let choose = PushButton::new(tr!(lang, "settings.use")).show(ui);
        describe(&choose, &profile.name);
        if choose.clicked() {
            reads.actions.send(Action::SelectProfile(profile.id()));
        }
    }
    let off = if checking { Err(tr!(lang, "settings.checking").into_owned()) } else { Ok(()) };
    let check = PushButton::new(tr!(lang, "settings.check")).enabled(off);
    let check = check.show(ui);
    describe(&check, &profile.name);
    if check.clicked() {
        reads.send(SettingsAction::Check(profile.id()));
    }
    let edit = PushButton::new(tr!(lang, "settings.edit")).show(ui);
    describe(&edit, &profile.name);
    if edit.clicked() {
        reads.send(SettingsAction::Edit(profile.id()));
    }
}

fn edited_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    let lang = reads.state.lang;
    let View { editor, held, check, .. } = view;
    let Some(editor) = editor else { return };
    ui.horizontal(|ui| {
        back_button(ui, reads, &tr!(lang, "settings.back"));
        let title = match editor.id {
            Some(_) => editor.profile.name.clone(),
            None => tr!(lang, "settings.new_of_kind", kind = kind_label(editor.profile.kind, lang)).into_owned(),
        };
        ui.label(theme::title(title));
    });
    editor_ui(ui, reads, editor, held);
    check::check_ui(ui, reads, check.as_ref().filter(|run| Some(run.profile) == editor.id));
}

/// The bar below the form: save, discard, check, delete. Always in sight.
pub fn editor_bar_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    let lang = reads.state.lang;
    let View { editor, deleting, .. } = view;
    let Some(editor) = editor else { return };
    ui.horizontal(|ui| {
        ui.set_min_height(size::CONTROL);
        let unchanged = tr!(lang, "settings.nothing_changed").into_owned();
        let off = if editor.is_changed() { Ok(()) } else { Err(unchanged) };
        if PushButton::primary(tr!(lang, "settings.save")).icon(Icon::Save).enabled(off).show(ui).clicked() {
            reads.send(SettingsAction::Save);
        }
        // A new profile can always be given up.
        let off = if editor.is_changed() || editor.id.is_none() {
            Ok(())
        } else {
            Err(tr!(lang, "settings.nothing_changed").into_owned())
        };
        if PushButton::new(tr!(lang, "settings.discard")).enabled(off).show(ui).clicked() {
            reads.send(SettingsAction::Discard);
        }
        let Some(id) = editor.id else { return };
        let off = if editor.is_changed() { Err(tr!(lang, "settings.save_first").into_owned()) } else { Ok(()) };
        if PushButton::new(tr!(lang, "settings.check")).enabled(off).show(ui).clicked() {
            reads.send(SettingsAction::Check(id));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let others = |one: &Profile| one.is_sandbox() && one.id() != id;
            let last = editor.profile.is_sandbox() && !reads.state.settings.profiles.iter().any(others);
            let off = if last { Err(tr!(lang, "settings.last_sandbox").into_owned()) } else { Ok(()) };
            let button = PushButton::quiet(tr!(lang, "settings.delete")).icon(Icon::Trash).enabled(off);
            if button.show(ui).clicked() {
                *deleting = Some(id);
            }
        });
    });
}

fn back_button(ui: &mut Ui, reads: &Reads<'_>, label: &str) {
    ui.scope(|ui| {
        flat(ui);
        let t = tokens(ui.style());
        let text = RichText::new(format!("‹ {label}")).color(t.accent);
        if ui.add(Button::new(text)).accessible_name(label).clicked() {
            reads.send(SettingsAction::Leave(Where::List));
        }
    });
}

fn delete_dialog(ui: &Ui, reads: &Reads<'_>, view: &mut View) {
    let Some(id) = view.deleting else { return };
    let lang = reads.state.lang;
    let Some(profile) = reads.state.settings.by_id(id) else {
        view.deleting = None;
        return;
    };
    let accept = PushButton::danger(tr!(lang, "settings.delete"));
    let title = tr!(lang, "settings.delete_title", name = profile.name);
    let dialog = Dialog::new("delete_profile", title, tr!(lang, "common.cancel"));
    let (answer, ()) = dialog.text(tr!(lang, "settings.delete_text")).accept(accept).show(ui.ctx(), |_| ());
    match answer {
        Answer::None => {}
        Answer::Cancelled => view.deleting = None,
        Answer::Accepted => {
            view.deleting = None;
            reads.send(SettingsAction::Delete(id));
        }
    }
}

/// Nothing typed is lost by going back: it is asked about.
fn leave_dialog(ui: &Ui, reads: &Reads<'_>, view: &mut View) {
    let (Some(to), Some(editor)) = (view.leaving, view.editor.as_ref()) else {
        view.leaving = None;
        return;
    };
    let lang = reads.state.lang;
    let title = tr!(lang, "settings.leave_title", name = editor.profile.name);
    let accept = PushButton::danger(tr!(lang, "settings.discard"));
    let dialog = Dialog::new("leave_profile", title, tr!(lang, "settings.leave_stay"));
    let (answer, ()) = dialog.text(tr!(lang, "settings.leave_text")).accept(accept).show(ui.ctx(), |_| ());
    match answer {
        Answer::None => {}
        Answer::Cancelled => view.leaving = None,
        Answer::Accepted => {
            view.leaving = None;
            reads.send(SettingsAction::Discard);
            if let Where::Profile(id) = to {
                reads.send(SettingsAction::Edit(id));
            }
        }
    }
}

/// For callers that only know the id.
pub fn name_of(reads: &Reads<'_>, id: ProfileId) -> String {
    reads.state.settings.by_id(id).map(|profile| profile.name.clone()).unwrap_or_default()
}
