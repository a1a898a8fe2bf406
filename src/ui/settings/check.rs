//! 检查连接: what works, what is missing, which scope to ask for. Nothing is sent.

use egui::{Label, RichText, Ui};

use super::{CheckRun, Reads, SettingsAction, profiles};
use crate::{
    catalogue::{self, FixAction},
    compose::Via,
    deliver::connect::ConnectError,
    dingtalk::{CheckItem, CheckResult, CheckStep, Failure, System},
    lang::{Lang, text},
    ui::{
        action::Action,
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{Banner, Group, Level, PushButton, copy_row, progress_ui},
    },
};

/// The result of the check, or its progress.
pub fn check_ui(ui: &mut Ui, reads: &Reads<'_>, run: Option<&CheckRun>) {
    let Some(run) = run else { return };
    let lang = reads.state.lang;
    let name = profiles::name_of(reads, run.profile);
    Group::new(tr!(lang, "settings.check_of", name = name)).fixed().show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = size::XS;
        if run.items.is_pending() {
            let what = tr!(lang, "settings.checking");
            if progress_ui(ui, lang, &what, 0, None, true) {
                reads.send(SettingsAction::CancelCheck);
            }
        }
        if let Some(error) = run.items.failure() {
            Banner::new(Level::Error, error.message(lang, ConnectError::message)).show(ui);
        }
        let items = run.items.value().map(Vec::as_slice).unwrap_or_default();
        let (ways, systems): (Vec<&CheckItem>, Vec<&CheckItem>) =
            items.iter().partition(|item| matches!(item.step, CheckStep::Way(_)));
        for item in systems {
            item_ui(ui, reads, run, item);
        }
        if !ways.is_empty() {
            ui.add_space(size::XS);
            ui.add(Label::new(theme::heading(tr!(lang, "settings.check_ways"))).selectable(false));
            ui.add(Label::new(theme::help(ui.style(), tr!(lang, "settings.check_ways_help"))).wrap());
        }
        for item in ways {
            item_ui(ui, reads, run, item);
        }
        if !items.is_empty() && items.iter().all(|item| item.result.is_fine()) {
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
        CheckStep::Way(probe) => {
            let via = Via::of_probe(probe);
            let key = match via {
                Via::Card(_) => "settings.step_card_way",
                Via::Notice(_) => "settings.step_notice_way",
            };
            return text(lang, key, &[("way", via.label(lang))]);
        }
    }
    .into_owned()
}

fn item_ui(ui: &mut Ui, reads: &Reads<'_>, run: &CheckRun, item: &CheckItem) {
    let t = tokens(ui.style());
    let lang = reads.state.lang;
    let (icon, ink, word) = match &item.result {
        CheckResult::Works if matches!(item.step, CheckStep::Way(_)) => {
            (Icon::Check, t.ok, tr!(lang, "way.state.works"))
        }
        CheckResult::Works => (Icon::Check, t.ok, tr!(lang, "settings.check_works")),
        CheckResult::LetThrough { code } => (Icon::Check, t.ok, tr!(lang, "settings.check_let_through", code = code)),
        CheckResult::MissingScopes { scopes, .. } if matches!(item.step, CheckStep::Way(_)) => {
            (Icon::Warning, t.warning, tr!(lang, "way.state.needs", scope = scopes.join(" ")))
        }
        CheckResult::NotForApp(_) => (Icon::Minus, t.warning, tr!(lang, "way.state.never")),
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
            CheckResult::Works | CheckResult::LetThrough { .. } | CheckResult::Skipped => {}
            CheckResult::NotForApp(failure) => {
                let other = match item.step {
                    CheckStep::Way(probe) => Via::of_probe(probe).instead(),
                    _ => None,
                };
                ui.indent("instead", |ui| {
                    let says = other.map_or_else(
                        || catalogue::explain(failure, &run.context, lang).what,
                        |other| tr!(lang, "settings.check_instead", way = other.label(lang)).into_owned(),
                    );
                    ui.add(Label::new(RichText::new(says).size(size::SMALL + 1.0).color(t.muted)).wrap());
                });
            }
            CheckResult::MissingScopes { failure, .. } if matches!(item.step, CheckStep::Way(_)) => {
                way_failure_ui(ui, reads, run, item, failure);
            }
            CheckResult::MissingScopes { scopes, failure } => {
                copy_row(ui, lang, &tr!(lang, "settings.scopes"), &scopes.join(", "));
                failure_ui(ui, reads, run, failure);
            }
            CheckResult::Failed(failure) => failure_ui(ui, reads, run, failure),
        }
    });
}

/// A way whose permission is missing: what to do, in short; the seven of them would bury the list otherwise.
fn way_failure_ui(ui: &mut Ui, reads: &Reads<'_>, run: &CheckRun, item: &CheckItem, failure: &Failure) {
    let t = tokens(ui.style());
    let lang = reads.state.lang;
    let CheckStep::Way(probe) = item.step else { return };
    let explained = catalogue::explain(failure, &run.context, lang);
    ui.indent("why", |ui| {
        let via = Via::of_probe(probe);
        let says = if let Some(other) = via.instead().filter(|_| matches!(via, Via::Card(_))) {
            tr!(lang, "settings.check_closed", way = other.label(lang))
        } else {
            tr!(lang, "settings.check_ask_for")
        };
        ui.horizontal_wrapped(|ui| {
            ui.add(Label::new(RichText::new(says).size(size::SMALL + 1.0).color(t.muted)).wrap());
            for action in explained.action {
                if let FixAction::OpenPermissions(_) = action {
                    let button = PushButton::new(tr!(lang, "fix.open_permissions")).icon(Icon::External);
                    if button.small().show(ui).clicked() {
                        reads.actions.send(Action::Fix(action));
                    }
                }
            }
        });
        copy_row(
            ui,
            lang,
            &tr!(lang, "outcome.request_id"),
            failure.exchange.request_id.as_deref().unwrap_or_default(),
        );
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
