//! 检查连接: what works, what is missing, which scope to ask for. Nothing is sent.

use egui::{Label, RichText, Ui};

use super::{CheckRun, Reads, SettingsAction, profiles};
use crate::{
    catalogue::{self, FixAction},
    deliver::connect::ConnectError,
    dingtalk::{CheckItem, CheckResult, CheckStep, Failure, System},
    lang::Lang,
    ui::{
        action::Action,
        icons::Icon,
        theme::{size, tokens},
        widgets::{Banner, Group, Level, PushButton, copy_row, progress_ui},
    },
};

/// The result of the check, or its progress.
pub fn check_ui(ui: &mut Ui, reads: &Reads<'_>, run: Option<&CheckRun>) {
    let Some(run) = run else { return };
    let lang = reads.state.lang;
    let name = profiles::name_of(reads, run.profile);
    Group::new(tr!(lang, "settings.check_of", name = name)).fixed().show(ui, |ui| {
        if run.items.is_pending() {
            let what = tr!(lang, "settings.checking");
            if progress_ui(ui, lang, &what, 0, None, true) {
                reads.send(SettingsAction::CancelCheck);
            }
        }
        if let Some(error) = run.items.failure() {
            Banner::new(Level::Error, error.message(lang, ConnectError::message)).show(ui);
        }
        for item in run.items.value().into_iter().flatten() {
            item_ui(ui, reads, run, item);
        }
        if run.items.value().is_some_and(|items| items.iter().all(|item| item.result == CheckResult::Works)) {
            Banner::new(Level::Ok, tr!(lang, "settings.check_all_right")).show(ui);
        }
    });
}

fn step_label(step: CheckStep, lang: Lang) -> String {
    match step {
        CheckStep::Token(System::Api) => tr!(lang, "settings.step_token_api"),
        CheckStep::Token(System::Oapi) => tr!(lang, "settings.step_token_oapi"),
        CheckStep::Scopes => tr!(lang, "settings.step_scopes"),
        CheckStep::Departments => tr!(lang, "settings.step_departments"),
        CheckStep::Members => tr!(lang, "settings.step_members"),
        CheckStep::Search => tr!(lang, "settings.step_search"),
    }
    .into_owned()
}

fn item_ui(ui: &mut Ui, reads: &Reads<'_>, run: &CheckRun, item: &CheckItem) {
    let t = tokens(ui.style());
    let lang = reads.state.lang;
    let (icon, ink, word) = match &item.result {
        CheckResult::Works => (Icon::Check, t.ok, tr!(lang, "settings.check_works")),
        CheckResult::MissingScopes { .. } => (Icon::Warning, t.warning, tr!(lang, "settings.check_missing")),
        CheckResult::Failed(_) => (Icon::Error, t.error, tr!(lang, "settings.check_failed")),
        CheckResult::Skipped => (Icon::Minus, t.faint, tr!(lang, "settings.check_skipped")),
    };
    ui.push_id(("step", item.step), |ui| {
        ui.horizontal(|ui| {
            ui.add(icon.sized(ink, 16.0).alt_text(""));
            ui.label(step_label(item.step, lang));
            ui.label(RichText::new(word).color(ink));
        });
        match &item.result {
            CheckResult::Works | CheckResult::Skipped => {}
            CheckResult::MissingScopes { scopes, failure } => {
                copy_row(ui, lang, &tr!(lang, "settings.scopes"), &scopes.join(", "));
                failure_ui(ui, reads, run, failure);
            }
            CheckResult::Failed(failure) => failure_ui(ui, reads, run, failure),
        }
    });
}

fn failure_ui(ui: &mut Ui, reads: &Reads<'_>, run: &CheckRun, failure: &Failure) {
    let t = tokens(ui.style());
    let lang = reads.state.lang;
    let explained = catalogue::explain(failure, &run.context, lang);
    ui.indent("why", |ui| {
        ui.add(Label::new(&explained.what).wrap());
        for text in [&explained.cause, &explained.fix].into_iter().filter(|text| !text.is_empty()) {
            ui.add(Label::new(RichText::new(text).size(size::SMALL + 1.0).color(t.muted)).wrap());
        }
        copy_row(
            ui,
            lang,
            &tr!(lang, "outcome.request_id"),
            failure.exchange.request_id.as_deref().unwrap_or_default(),
        );
        ui.horizontal_wrapped(|ui| {
            for action in explained.action {
                // Running the check again and jumping to a field make no sense here.
                let label = match &action {
                    FixAction::OpenPermissions(_) => tr!(lang, "fix.open_permissions"),
                    FixAction::OpenSettings => tr!(lang, "fix.open_settings"),
                    FixAction::NewToken => tr!(lang, "fix.new_token"),
                    _ => continue,
                };
                if PushButton::new(label).small().show(ui).clicked() {
                    match action {
                        FixAction::OpenSettings => reads.send(SettingsAction::Edit(run.profile)),
                        other => reads.actions.send(Action::Fix(other)),
                    }
                }
            }
        });
    });
}
