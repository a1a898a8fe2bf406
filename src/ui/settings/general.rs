//! Appearance, shortcuts, and where files are.

use egui::{Grid, RichText, Ui};

use super::Reads;
use crate::{
    lang::Lang,
    ui::{
        action::Action,
        commands::Command,
        icons::Icon,
        theme::{self, ThemeChoice, size, tokens},
        widgets::{Group, PushButton, copy_row, segmented},
    },
};

pub fn appearance_ui(ui: &mut Ui, reads: &Reads<'_>) {
    let lang = reads.state.lang;
    ui.label(theme::title(tr!(lang, "settings.appearance")));
    Group::new(tr!(lang, "settings.language")).fixed().show(ui, |ui| {
        let mut chosen = lang;
        let name = tr!(lang, "settings.language");
        let choices = [(Lang::Zh, "中文".to_owned()), (Lang::En, "English".to_owned())];
        if segmented(ui, &name, &mut chosen, choices) {
            reads.actions.send(Action::SetLang(chosen));
        }
    });
    Group::new(tr!(lang, "settings.theme")).fixed().show(ui, |ui| {
        let mut chosen = reads.state.theme;
        let label = |choice| match choice {
            ThemeChoice::System => tr!(lang, "settings.theme_system").into_owned(),
            ThemeChoice::Light => tr!(lang, "settings.theme_light").into_owned(),
            ThemeChoice::Dark => tr!(lang, "settings.theme_dark").into_owned(),
        };
        let choices = ThemeChoice::ALL.map(|choice| (choice, label(choice)));
        if segmented(ui, &tr!(lang, "settings.theme"), &mut chosen, choices) {
            reads.actions.send(Action::SetTheme(chosen));
        }
    });
    Group::new(tr!(lang, "settings.text_size")).help(tr!(lang, "settings.text_size_help")).fixed().show(ui, |ui| {
        let near = |zoom: &f32| (zoom - reads.state.zoom).abs() < 0.01;
        let mut chosen = size::ZOOM.iter().position(near);
        let choices = (0..size::ZOOM.len()).map(|at| (Some(at), format!("{:.0} %", size::ZOOM[at] * 100.0)));
        if segmented(ui, &tr!(lang, "settings.text_size"), &mut chosen, choices)
            && let Some(zoom) = chosen.and_then(|at| size::ZOOM.get(at))
        {
            reads.actions.send(Action::SetZoom(*zoom));
        }
    });
}

pub fn shortcuts_ui(ui: &mut Ui, lang: Lang) {
    let t = tokens(ui.style());
    ui.label(theme::title(tr!(lang, "settings.shortcuts")));
    Group::new(tr!(lang, "settings.all_shortcuts")).fixed().show(ui, |ui| {
        Grid::new("shortcuts").num_columns(3).min_row_height(24.0).spacing([size::XL, size::S]).show(ui, |ui| {
            for command in Command::ALL.into_iter().filter(|command| !command.shortcuts().is_empty()) {
                ui.label(command.label(lang));
                let texts: Vec<_> =
                    command.shortcuts().iter().map(|shortcut| ui.ctx().format_shortcut(shortcut)).collect();
                ui.label(RichText::new(texts.join("  ")).monospace());
                ui.label(RichText::new(command.tooltip(lang)).size(size::SMALL).color(t.muted));
                ui.end_row();
            }
        });
    });
}

pub fn files_ui(ui: &mut Ui, reads: &Reads<'_>) {
    let lang = reads.state.lang;
    let home = &reads.env.home;
    ui.label(theme::title(tr!(lang, "settings.files")));
    Group::new(tr!(lang, "settings.where")).fixed().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::XS;
        for (name, path) in [
            (tr!(lang, "settings.file_folder"), home.root().to_path_buf()),
            (tr!(lang, "settings.file_settings"), home.settings_path()),
            (tr!(lang, "settings.file_drafts"), home.drafts_dir()),
            (tr!(lang, "settings.file_history"), home.history_path()),
            (tr!(lang, "settings.file_journal"), home.journal_path()),
            (tr!(lang, "settings.file_templates"), home.templates_path()),
            (tr!(lang, "settings.file_groups"), home.groups_path()),
            (tr!(lang, "settings.file_contacts"), home.directory_dir()),
            (tr!(lang, "settings.file_logs"), home.logs_dir()),
        ] {
            copy_row(ui, lang, &name, &path.display().to_string());
        }
        ui.add_space(size::S);
        if PushButton::new(tr!(lang, "settings.open_folder")).icon(Icon::FolderOpen).show(ui).clicked() {
            reads.actions.send(Action::ShowFolder(home.root().to_path_buf()));
        }
        let text = theme::help(ui.style(), tr!(lang, "settings.secrets_where"));
        ui.label(text);
    });
    Group::new(tr!(lang, "settings.about")).fixed().show(ui, |ui| {
        ui.label(format!("DingComposer {}", env!("CARGO_PKG_VERSION")));
        let text = theme::help(ui.style(), tr!(lang, "settings.about_text"));
        ui.label(text);
    });
}
