//! The list of drafts on the left: new, pick, rename, duplicate, delete.

use egui::{Button, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{
    action::{Action, Actions},
    commands::Command,
    icons::Icon,
    state::{DraftId, OpenDraft, State},
    theme::{self, fonts, size, tokens},
    widgets::{Dialog, PushButton, at_end, dialog::Answer, empty_state, icon_button, row_look},
};
use crate::{
    compose::{Kind, Severity},
    lang::Lang,
};

/// The list.
pub fn drafts_ui(ui: &mut Ui, state: &State, actions: &Actions, renaming: &mut Option<(DraftId, String)>) {
    let Some(kind) = state.tab.kind() else { return };
    let lang = state.lang;
    ui.horizontal(|ui| {
        ui.add_space(size::S);
        ui.label(theme::medium(tr!(lang, "shell.drafts")));
        at_end(ui, "drafts", |ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            for command in [Command::OpenFile, Command::NewDraft] {
                if icon_button(ui, command.icon(), with_shortcut(ui, lang, command)).clicked() {
                    actions.send(Action::Run(command));
                }
            }
        });
    });
    let current = state.current().map(|open| &open.id);
    let drafts: Vec<&OpenDraft> = state.drafts.of(kind).collect();
    let row_height = 50.0;
    ScrollArea::vertical().id_salt(("drafts", kind)).auto_shrink(false).show_rows(
        ui,
        row_height,
        drafts.len(),
        |ui, rows| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for open in &drafts[rows] {
                draft_row(ui, lang, open, current == Some(&open.id), row_height - 2.0, actions, renaming);
            }
        },
    );
}

fn with_shortcut(ui: &Ui, lang: Lang, command: Command) -> String {
    match command.shortcut_text(ui.ctx()) {
        Some(shortcut) => format!("{} ({shortcut})", command.label(lang)),
        None => command.label(lang),
    }
}

fn draft_row(
    ui: &mut Ui,
    lang: Lang,
    open: &OpenDraft,
    chosen: bool,
    height: f32,
    actions: &Actions,
    renaming: &mut Option<(DraftId, String)>,
) {
    let t = tokens(ui.style());
    let title = open.title(lang);
    ui.push_id(("draft", &open.id), |ui| {
        ui.scope(|ui| {
            row_look(ui, chosen);
            let button = Button::new("").min_size(vec2(ui.available_width(), height));
            let response = ui.add(button).accessible_name(title.clone());
            response.ctx.accesskit_node_builder(response.id, |node| node.set_selected(chosen));
            let text_rect = response.rect.shrink2(vec2(size::S, 4.0));
            ui.scope_builder(egui::UiBuilder::new().max_rect(text_rect), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let mut name = RichText::new(&title);
                if chosen {
                    name = name.family(fonts::medium());
                }
                ui.add(egui::Label::new(name).truncate().selectable(false));
                let errors = open.findings.count(Severity::Error);
                let (note, ink) = match errors {
                    0 => {
                        let time = open.changed_at.to_zoned(jiff::tz::TimeZone::system());
                        (time.strftime("%m-%d %H:%M").to_string(), t.muted)
                    }
                    1 => (tr!(lang, "shell.one_error").into_owned(), t.error),
                    _ => (tr!(lang, "shell.errors", count = errors).into_owned(), t.error),
                };
                let note = RichText::new(note).size(size::SMALL).color(ink);
                ui.add(egui::Label::new(note).truncate().selectable(false));
            });
            if response.clicked() {
                actions.send(Action::SelectDraft(open.id.clone()));
            }
            if response.double_clicked() {
                *renaming = Some((open.id.clone(), title.clone()));
            }
            response.context_menu(|ui| {
                ui.set_min_width(160.0);
                if PushButton::quiet(tr!(lang, "shell.rename")).show(ui).clicked() {
                    *renaming = Some((open.id.clone(), title.clone()));
                    ui.close();
                }
                for command in [Command::DuplicateDraft, Command::SaveFile, Command::DeleteDraft] {
                    let button = PushButton::quiet(command.label(lang)).icon(command.icon());
                    if button.show(ui).clicked() {
                        actions.send(Action::SelectDraft(open.id.clone()));
                        actions.send(Action::Run(command));
                        ui.close();
                    }
                }
            });
        });
    });
}

/// What stands where the form would be when there is no draft.
pub fn no_draft_ui(ui: &mut Ui, lang: Lang, kind: Kind, actions: &Actions) {
    let (icon, text, command) = match kind {
        Kind::Card => (Icon::Card, tr!(lang, "shell.no_card"), Command::NewCard),
        Kind::Notice => (Icon::Notice, tr!(lang, "shell.no_notice"), Command::NewNotice),
    };
    let button = PushButton::primary(command.label(lang)).icon(Icon::Plus);
    if empty_state(ui, icon, &tr!(lang, "shell.no_draft"), &text, Some(button)) {
        actions.send(Action::Run(command));
    }
}

/// The dialog that gives a draft a name.
pub fn rename_dialog(ui: &Ui, lang: Lang, renaming: &mut Option<(DraftId, String)>, actions: &Actions) {
    let Some((id, name)) = renaming else { return };
    let accept = PushButton::primary(tr!(lang, "shell.rename"));
    let dialog = Dialog::new("rename", tr!(lang, "shell.rename_title"), tr!(lang, "common.cancel")).accept(accept);
    let (answer, entered) = dialog.show(ui.ctx(), |ui| {
        let field = TextEdit::singleline(name).desired_width(f32::INFINITY).char_limit(80);
        let response = ui.add(field).accessible_name(tr!(lang, "shell.draft_name"));
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        if !response.has_focus() && !entered {
            response.request_focus();
        }
        entered
    });
    if answer == Answer::Accepted || entered {
        actions.send(Action::RenameDraft(id.clone(), name.trim().to_owned()));
        *renaming = None;
    } else if answer == Answer::Cancelled {
        *renaming = None;
    }
}
