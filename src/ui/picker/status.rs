//! What is known of the directory, in one line: when it was read, how much it is, its refreshing with progress and cancel;
//! and what could not be read, with what helps.

use egui::{Label, RichText, Ui};
use jiff::Timestamp;

use super::{
    contacts::{Contacts, Outcome},
    loaded::Loaded,
    state::Open,
    view::PickerCx,
};
use crate::{
    catalogue::{self, FixAction},
    directory::fetch::{CallKind, SourceError, Trouble},
    lang::Lang,
    ui::{
        background::Broken,
        icons::Icon,
        theme::{size, tokens},
        widgets::{Banner, Level, PushButton, grouped, progress_ui},
    },
};

/// How many troubles are named; the rest is counted.
const NAMED: usize = 4;

/// Shows the line, and below it what could not be read.
pub fn strip_ui(ui: &mut Ui, _open: &Open, contacts: &mut Contacts, loaded: Option<&Loaded>, cx: &PickerCx<'_>) {
    let lang = cx.lang;
    let t = tokens(ui.style());
    if let Some(progress) = contacts.refresh_progress() {
        let text = if progress.waiting_seconds > 0 {
            tr!(lang, "picker.waiting", seconds = progress.waiting_seconds)
        } else {
            tr!(lang, "picker.refreshing", people = grouped(progress.people as u64))
        };
        let (done, total) = (progress.departments_done as u64, progress.departments as u64);
        if progress_ui(ui, lang, &text, done, (total > 0).then_some(total), true) {
            contacts.cancel();
        }
    } else {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = size::CONTROL_SMALL;
            let text = match loaded {
                Some(loaded) => {
                    let people = grouped(loaded.directory.people_count() as u64);
                    let departments = grouped(loaded.directory.department_count() as u64);
                    let time = if let Some(at) = loaded.read_at {
                        tr!(lang, "picker.read_at", time = ago(lang, at, cx.now))
                    } else {
                        tr!(lang, "picker.read_in_part")
                    };
                    tr!(lang, "picker.known", time = time, people = people, departments = departments)
                }
                None if contacts.is_reading_cache() => tr!(lang, "picker.reading_cache"),
                None => tr!(lang, "picker.nothing_read"),
            };
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).selectable(false));
            let off =
                if contacts.is_connected() { Ok(()) } else { Err(tr!(lang, "picker.off_not_connected").into_owned()) };
            let button = PushButton::quiet(tr!(lang, "picker.refresh")).icon(Icon::Refresh).small().enabled(off);
            if button.tooltip(tr!(lang, "picker.refresh_tip")).show(ui).clicked() {
                contacts.refresh(cx.background);
            }
        });
    }
    outcome_ui(ui, contacts, cx);
}

fn outcome_ui(ui: &mut Ui, contacts: &mut Contacts, cx: &PickerCx<'_>) {
    let lang = cx.lang;
    if let Some(problem) = contacts.cache_problem() {
        Banner::new(Level::Warning, tr!(lang, "picker.cache_problem")).text(problem.message(lang)).show(ui);
    }
    let Some(outcome) = contacts.outcome() else { return };
    if outcome.is_clean() {
        return;
    }
    let told = tell(outcome, contacts, lang);
    let mut banner = Banner::new(told.level, told.title);
    if !told.text.is_empty() {
        banner = banner.text(told.text);
    }
    for (label, _) in &told.pages {
        banner = banner.button(PushButton::new(label).icon(Icon::External));
    }
    let again = told.pages.len();
    banner = banner
        .button(PushButton::new(tr!(lang, "picker.again")).icon(Icon::Refresh))
        .button(PushButton::quiet(tr!(lang, "common.close")));
    match banner.show(ui) {
        Some(index) if index < again => {
            if let Some((_, address)) = told.pages.get(index) {
                ui.open_url(egui::OpenUrl::new_tab(address));
            }
        }
        Some(index) if index == again => contacts.refresh(cx.background),
        Some(_) => contacts.forget_outcome(),
        None => {}
    }
}

/// What is said about a loading that did not bring everything.
struct Told {
    level: Level,
    title: String,
    text: String,
    /// Pages that help: the button's text and the address.
    pages: Vec<(String, String)>,
}

fn tell(outcome: &Outcome, contacts: &Contacts, lang: Lang) -> Told {
    let mut lines: Vec<String> = Vec::new();
    let mut pages: Vec<(String, String)> = Vec::new();
    let mut explain = |error: &SourceError| -> String {
        let SourceError::Call(failure) = error else {
            return tr!(lang, "picker.answer_unreadable").into_owned();
        };
        let explained = catalogue::explain(failure, &contacts.explaining(), lang);
        for action in &explained.action {
            if let FixAction::OpenPermissions(address) = action
                && !pages.iter().any(|(_, known)| known == address)
            {
                pages.push((tr!(lang, "picker.open_permissions").into_owned(), address.clone()));
            }
        }
        let scopes = if explained.scopes.is_empty() {
            String::new()
        } else {
            tr!(lang, "picker.scopes", scopes = explained.scopes.join(", ")).into_owned()
        };
        [explained.what, scopes, explained.fix]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let (level, title) = match &outcome.stopped {
        Some(Broken::Error(error)) => {
            lines.push(explain(error));
            (Level::Error, tr!(lang, "picker.stopped"))
        }
        Some(Broken::Lost(lost)) => {
            lines.push(lost.to_string());
            (Level::Error, tr!(lang, "picker.stopped"))
        }
        None if outcome.cancelled => (Level::Info, tr!(lang, "picker.cancelled")),
        None => (Level::Warning, tr!(lang, "picker.in_part")),
    };
    for trouble in outcome.troubles.iter().take(NAMED) {
        lines.push(format!("{} {}", what_is_missing(trouble, lang), explain(&trouble.error)));
    }
    let more = outcome.troubles.len().saturating_sub(NAMED);
    if more > 0 {
        lines.push(tr!(lang, "picker.more_troubles", count = more).into_owned());
    }
    Told { level, title: title.into_owned(), text: lines.join("\n"), pages }
}

fn what_is_missing(trouble: &Trouble, lang: Lang) -> String {
    let name = match (trouble.name.as_str(), trouble.department) {
        ("", Some(id)) => id.to_string(),
        (name, _) => name.to_owned(),
    };
    match (trouble.kind, trouble.ends_kind) {
        (CallKind::Range, _) => tr!(lang, "picker.missing_range"),
        (CallKind::Department, true) => tr!(lang, "picker.missing_all_departments"),
        (CallKind::Children, true) => tr!(lang, "picker.missing_all_children"),
        (CallKind::Members, true) => tr!(lang, "picker.missing_all_members"),
        (CallKind::Person, true) => tr!(lang, "picker.missing_all_people"),
        (CallKind::Department, false) => tr!(lang, "picker.missing_department", name = name),
        (CallKind::Children, false) => tr!(lang, "picker.missing_children", name = name),
        (CallKind::Members, false) => tr!(lang, "picker.missing_members", name = name),
        (CallKind::Person, false) => tr!(lang, "picker.missing_person", name = name),
    }
    .into_owned()
}

/// How long ago something was, roughly.
pub fn ago(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(at).as_secs().max(0) / 60;
    match minutes {
        0 => tr!(lang, "picker.just_now").into_owned(),
        1..60 => tr!(lang, "picker.minutes_ago", count = minutes).into_owned(),
        60..1440 => tr!(lang, "picker.hours_ago", count = minutes / 60).into_owned(),
        _ => tr!(lang, "picker.days_ago", count = minutes / 1440).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_what_was_read_is_told_roughly() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        assert_eq!(ago(Lang::Zh, at(0), at(59)), "刚刚");
        assert_eq!(ago(Lang::Zh, at(0), at(61)), " 1 分钟前", "set off from 更新于 by a blank, as numbers are");
        assert_eq!(ago(Lang::En, at(0), at(7200)), "2 h ago");
        assert_eq!(ago(Lang::Zh, at(0), at(86400 * 3)), " 3 天前");
        assert_eq!(ago(Lang::Zh, at(100), at(0)), "刚刚", "another clock");
    }
}
