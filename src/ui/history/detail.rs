//! One send of the history: what became of it, its ids, the masked request and answer, and its draft again.

use egui::{Label, RichText, ScrollArea, Ui};

use super::{Reads, View, outcome_dot, table};
use crate::{
    catalogue,
    compose::{Draft, Kind, file},
    dingtalk::System,
    store::history::{HistoryError, Outcome, Record},
    ui::{
        action::Action,
        icons::Icon,
        inspector::spaces::spaces_ui,
        notice::status_bar::Target,
        theme::{self, size, tokens},
        widgets::{Banner, Level, PushButton, code_view, copy_row, fact_row, fold, icon_button, status_dot},
    },
};

pub fn detail_ui(ui: &mut Ui, reads: &Reads<'_>, view: &mut View) {
    let lang = reads.lang;
    ui.horizontal(|ui| {
        ui.label(theme::heading(tr!(lang, "history.detail")));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if icon_button(ui, Icon::Close, tr!(lang, "common.close")).clicked() {
                view.selected = None;
            }
        });
    });
    if let Some(error) = view.detail.failure() {
        Banner::new(Level::Error, error.message(lang, HistoryError::message)).show(ui);
    }
    let Some(record) = view.detail.value() else { return };
    let Some(record) = record else {
        ui.label(tr!(lang, "history.gone"));
        return;
    };
    ScrollArea::vertical().id_salt(("record", record.id)).auto_shrink(false).show(ui, |ui| {
        record_ui(ui, reads, record);
    });
}

fn record_ui(ui: &mut Ui, reads: &Reads<'_>, record: &Record) {
    let lang = reads.lang;
    let Record { new, finished, .. } = record;
    ui.add(Label::new(theme::medium(&new.title)).wrap());
    let accepted = !finished.ids.task_id.is_empty() || !finished.ids.process_query_key.is_empty();
    let word = if finished.outcome == Outcome::HandedOver && accepted {
        tr!(lang, "outcome.accepted").into_owned()
    } else {
        finished.outcome.label(lang)
    };
    status_dot(ui, outcome_dot(finished.outcome), word);
    explanation_ui(ui, reads, record);
    ui.separator();
    ui.spacing_mut().item_spacing.y = size::XS;
    fact_row(ui, &tr!(lang, "history.time"), table::time_text(new.at_unix_ms));
    fact_row(ui, &tr!(lang, "history.profile"), new.profile.clone());
    fact_row(ui, &tr!(lang, "history.who"), new.who.summary.clone());
    fact_row(ui, &tr!(lang, "history.took"), table::took(finished.elapsed_ms));
    copy_row(ui, lang, "outTrackId", &finished.ids.out_track_id);
    copy_row(ui, lang, "processQueryKey", &finished.ids.process_query_key);
    copy_row(ui, lang, "task_id", &finished.ids.task_id);
    copy_row(ui, lang, &tr!(lang, "outcome.request_id"), &finished.ids.request_id);
    spaces_ui(ui, lang, &crate::deliver::spaces::of_answer(&finished.answer));
    ui.add_space(size::XS);
    ui.horizontal_wrapped(|ui| {
        if new.kind == Kind::Card
            && !finished.ids.out_track_id.is_empty()
            && matches!(finished.outcome, Outcome::HandedOver | Outcome::Partly)
            && PushButton::new(tr!(lang, "way.update_this")).icon(Icon::Refresh).show(ui).clicked()
        {
            update_card(reads, record);
        }
        if PushButton::new(tr!(lang, "history.as_draft")).icon(Icon::Copy).show(ui).clicked() {
            use_as_draft(reads, record);
        }
        status_bar_ui(ui, reads, record);
    });
    ui.add_space(size::XS);
    for (name, text) in [(tr!(lang, "outcome.request"), &new.request), (tr!(lang, "outcome.answer"), &finished.answer)]
    {
        if text.is_empty() {
            continue;
        }
        ui.push_id(&name, |ui| {
            fold(ui, &name, |ui| {
                let copy = tr!(lang, "common.copy_named", name = name);
                if PushButton::quiet(copy).icon(Icon::Copy).small().show(ui).clicked() {
                    reads.actions.send(Action::Copy(text.clone()));
                }
                code_view(ui, "text", text, 320.0);
            });
        });
    }
}

fn explanation_ui(ui: &mut Ui, reads: &Reads<'_>, record: &Record) {
    let lang = reads.lang;
    let t = tokens(ui.style());
    let code = &record.finished.explanation;
    if code.is_empty() || code == "0" {
        return;
    }
    let system = if record.new.kind == Kind::Card { System::Api } else { System::Oapi };
    let words = catalogue::lookup(system, code, None).and_then(|entry| entry.words(lang));
    match words {
        Some(words) => {
            for text in [&words.what, &words.cause, &words.fix].into_iter().filter(|text| !text.is_empty()) {
                ui.add(Label::new(RichText::new(text).color(t.muted)).wrap());
            }
        }
        None => {
            ui.add(Label::new(RichText::new(code).monospace().color(t.muted)).wrap());
        }
    }
}

/// Opens a draft that updates the card of a send, with the values it was sent with.
fn update_card(reads: &Reads<'_>, record: &Record) {
    let Ok(Draft::Card(card)) = file::read_kept(record.new.kind, &record.new.draft_body) else { return };
    let draft = Draft::Card(card.update_of(&record.finished.ids.out_track_id));
    let name = tr!(reads.lang, "way.update_of", name = record.new.title).into_owned();
    reads.actions.send(Action::NewDraft { draft: Box::new(draft), name });
}

/// The way to another status bar, for an OA notice that has a task.
fn status_bar_ui(ui: &mut Ui, reads: &Reads<'_>, record: &Record) {
    // Also from the row of an earlier change.
    let changed = crate::deliver::status_bar::task_of(&record.new.who);
    let task = changed.unwrap_or_else(|| record.finished.ids.task_id.clone());
    // Cheap to ask in every frame; what was sent is only read when the button is pressed.
    if task.is_empty() || !record.new.draft_body.contains("\"msgtype\":\"oa\"") {
        return;
    }
    let button = PushButton::new(tr!(reads.lang, "free.bar.change")).icon(Icon::Refresh);
    if button.tooltip(tr!(reads.lang, "free.bar.change_tip")).show(ui).clicked()
        && let Ok(draft) = file::read_kept(record.new.kind, &record.new.draft_body)
    {
        reads.actions.send(Action::ChangeStatusBar(Target { task_id: task, draft: Box::new(draft) }));
    }
}

/// Opens what was sent as a new draft; a card gets another `outTrackId`, as it is another card.
fn use_as_draft(reads: &Reads<'_>, record: &Record) {
    let Ok(mut draft) = file::read_kept(record.new.kind, &record.new.draft_body) else { return };
    if let Draft::Card(card) = &mut draft {
        card.out_track_id.clear();
    }
    let name = tr!(reads.lang, "shell.copy_of", name = record.new.title).into_owned();
    reads.actions.send(Action::NewDraft { draft: Box::new(draft), name });
}
