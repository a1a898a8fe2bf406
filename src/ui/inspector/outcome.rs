//! 结果: a send on its way, and what became of it: the word of the ladder, ids, explanation with its buttons, raw answer.

use egui::{CornerRadius, Frame, Label, Margin, RichText, Ui};

use super::{Reads, arrival, batch};
use crate::{
    catalogue::{Explanation, FixAction},
    compose::{Draft, Via, msg::MsgKind},
    dingtalk::endpoint,
    store::history::{HistoryError, Outcome},
    ui::{
        action::Action,
        cx::Cx,
        drafts::OpenDraft,
        history,
        icons::Icon,
        notice::status_bar::Target,
        sending::{LastSend, Running, Sent},
        theme::{self, size, tokens},
        widgets::{Banner, Level, PushButton, code_view, copy_row, empty_state, fact_row, fold},
    },
};

pub fn outcome_ui(ui: &mut Ui, cx: &Cx<'_>, open: &OpenDraft, reads: &Reads<'_>, recipient: &mut usize) {
    if let Some(running) = reads.running.filter(|running| running.draft == open.id) {
        running_ui(ui, cx, running, reads.now_unix);
        return;
    }
    match &open.last_send {
        None => {
            let text = tr!(cx.lang, "outcome.none_text");
            empty_state(ui, Icon::Send, &tr!(cx.lang, "outcome.none"), &text, None);
        }
        Some(LastSend::NotWritten(error)) => {
            let reason = error.message(cx.lang, HistoryError::message);
            Banner::new(Level::Error, tr!(cx.lang, "send.not_written")).text(reason).show(ui);
        }
        Some(LastSend::Batch(batch)) => batch::batch_ui(ui, cx, batch, reads),
        Some(LastSend::Made(sent)) => {
            status_bar_ui(ui, cx, open, sent);
            sent_ui(ui, cx, open, sent, reads, recipient);
        }
    }
}

fn running_ui(ui: &mut Ui, cx: &Cx<'_>, running: &Running, now_unix: i64) {
    let t = tokens(ui.style());
    let lang = cx.lang;
    let title = if running.cancelled { tr!(lang, "send.cancelling") } else { tr!(lang, "send.running") };
    ui.label(theme::heading(title));
    let seconds = (now_unix - running.began.as_second()).max(0);
    let text = tr!(lang, "send.running_text", title = running.title, seconds = seconds);
    ui.add(Label::new(RichText::new(text).color(t.muted)).wrap());
    if !running.cancelled {
        let button = PushButton::new(tr!(lang, "common.cancel")).icon(Icon::Close);
        if button.tooltip(tr!(lang, "send.cancel_tip")).show(ui).clicked() {
            cx.send(Action::CancelSend);
        }
    }
}

/// The draft that updates the card of a send; `None` for a notice and for a card that was not taken.
fn update_of(open: &OpenDraft, sent: &Sent) -> Option<Draft> {
    let Draft::Card(card) = &open.draft else { return None };
    let taken = matches!(sent.delivery.outcome, Outcome::HandedOver | Outcome::Partly);
    (taken && !sent.delivery.ids.out_track_id.is_empty())
        .then(|| Draft::Card(card.update_of(&sent.delivery.ids.out_track_id)))
}

fn sent_ui(ui: &mut Ui, cx: &Cx<'_>, open: &OpenDraft, sent: &Sent, reads: &Reads<'_>, recipient: &mut usize) {
    let lang = cx.lang;
    let delivery = &sent.delivery;
    let (level, word) = (level_of(delivery.outcome), delivery.label(lang));
    let (ink, soft, icon) = level.look(ui);
    Frame::new().fill(soft).corner_radius(CornerRadius::same(size::RADIUS_LARGE)).inner_margin(Margin::same(12)).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                ui.add(icon.sized(ink, 20.0).alt_text(""));
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = size::XS;
                    ui.add(Label::new(theme::heading(&word).color(ink)).wrap());
                    ui.add(Label::new(delivery.hint(lang)).wrap());
                });
            });
        },
    );
    super::spaces::spaces_ui(ui, lang, &delivery.spaces);
    if delivery.fault.is_some()
        && let Some(explanation) = delivery.explain(lang)
    {
        explanation_ui(ui, cx, &explanation, reads);
    }
    ui.add_space(size::XS);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        facts_ui(ui, cx, sent);
    });
    if let Some(update) = update_of(open, sent) {
        ui.add_space(size::XS);
        if PushButton::new(tr!(lang, "way.update_this")).icon(Icon::Refresh).show(ui).clicked() {
            let name = tr!(lang, "way.update_of", name = open.title(lang)).into_owned();
            cx.send(Action::NewDraft { draft: Box::new(update), name });
        }
    }
    for (name, text) in [
        (tr!(lang, "outcome.request"), &delivery.exchange.request_masked),
        (tr!(lang, "outcome.answer"), &delivery.exchange.answer_masked),
    ] {
        if text.is_empty() {
            continue;
        }
        ui.push_id(&name, |ui| {
            fold(ui, &name, |ui| {
                let copy = PushButton::quiet(tr!(lang, "common.copy_named", name = name)).icon(Icon::Copy).small();
                if copy.show(ui).clicked() {
                    cx.send(Action::Copy(text.clone()));
                }
                code_view(ui, "text", text, 280.0);
            });
        });
    }
    if sent.sandbox
        && let Some(sandbox) = cx.link.sandbox()
    {
        arrival::arrival_ui(ui, cx, sandbox, &delivery.ids.request_id, recipient);
    }
}

/// The way to another status bar, for an OA notice that has a task.
fn status_bar_ui(ui: &mut Ui, cx: &Cx<'_>, open: &OpenDraft, sent: &Sent) {
    let Draft::Notice(notice) = &open.draft else { return };
    let delivery = &sent.delivery;
    let is_oa = delivery.exchange.endpoint == &endpoint::ASYNC_SEND_V2 && notice.msg.kind == MsgKind::Oa;
    if !is_oa || delivery.ids.task_id.is_empty() {
        return;
    }
    let button = PushButton::new(tr!(cx.lang, "free.bar.change")).icon(Icon::Refresh);
    if button.tooltip(tr!(cx.lang, "free.bar.change_tip")).show(ui).clicked() {
        let (task_id, draft) = (delivery.ids.task_id.clone(), Box::new(open.draft.clone()));
        cx.send(Action::ChangeStatusBar(Target { task_id, draft }));
    }
}

fn facts_ui(ui: &mut Ui, cx: &Cx<'_>, sent: &Sent) {
    let lang = cx.lang;
    let delivery = &sent.delivery;
    copy_row(ui, lang, "processQueryKey", &delivery.ids.process_query_key);
    copy_row(ui, lang, "task_id", &delivery.ids.task_id);
    copy_row(ui, lang, "outTrackId", &delivery.ids.out_track_id);
    if delivery.fault.is_some() {
        copy_row(ui, lang, &tr!(lang, "outcome.code"), &delivery.code().unwrap_or_default());
        copy_row(ui, lang, &tr!(lang, "outcome.message"), &delivery.message());
    }
    copy_row(ui, lang, &tr!(lang, "outcome.request_id"), &delivery.ids.request_id);
    if let Some(status) = delivery.exchange.http_status {
        fact_row(ui, "HTTP", status.to_string());
    }
    let elapsed = u64::try_from(delivery.exchange.elapsed.as_millis()).unwrap_or(u64::MAX);
    fact_row(ui, &tr!(lang, "history.took"), history::took(elapsed));
    fact_row(ui, &tr!(lang, "history.time"), history::time_text(sent.at.as_millisecond()));
    fact_row(ui, &tr!(lang, "history.profile"), sent.profile.clone());
    if delivery.exchange.attempts > 1 {
        fact_row(ui, &tr!(lang, "outcome.attempts"), tr!(lang, "outcome.healed").into_owned());
    }
}

/// What happened, the likely cause, what to do; and a button for what the program can do.
fn explanation_ui(ui: &mut Ui, cx: &Cx<'_>, explanation: &Explanation, reads: &Reads<'_>) {
    let t = tokens(ui.style());
    let lang = cx.lang;
    ui.add_space(size::XS);
    ui.add(Label::new(theme::medium(&explanation.what)).wrap());
    for (name, text) in [(tr!(lang, "outcome.cause"), &explanation.cause), (tr!(lang, "outcome.fix"), &explanation.fix)]
    {
        if !text.is_empty() {
            ui.add(Label::new(RichText::new(name).size(size::SMALL).color(t.muted)).selectable(false));
            ui.add(Label::new(text).wrap());
        }
    }
    copy_row(ui, lang, &tr!(lang, "settings.scopes"), &explanation.scopes.join(", "));
    copy_row(ui, lang, "IP", explanation.ip.as_deref().unwrap_or_default());
    ui.horizontal_wrapped(|ui| {
        for (at, action) in explanation.action.iter().enumerate() {
            let (label, icon) = fix_label(action, explanation.wait_seconds, cx);
            let mut button = PushButton::new(label).icon(icon);
            if at == 0 {
                button = PushButton::primary(fix_label(action, explanation.wait_seconds, cx).0).icon(icon);
            }
            if *action == FixAction::Wait
                && let Some(left) = reads.wait_until.map(|until| until - reads.now_unix).filter(|left| *left > 0)
            {
                button = button.enabled(Err(tr!(lang, "send.off_waiting", seconds = left).into_owned()));
            }
            if button.small().show(ui).clicked() {
                cx.send(Action::Fix(action.clone()));
            }
        }
        for link in &explanation.links {
            if PushButton::quiet(tr!(lang, "fix.open_link")).icon(Icon::External).small().show(ui).clicked() {
                cx.send(Action::OpenUrl(link.clone()));
            }
        }
    });
}

fn fix_label(action: &FixAction, wait_seconds: Option<u32>, cx: &Cx<'_>) -> (String, Icon) {
    let lang = cx.lang;
    let (label, icon) = match action {
        FixAction::NewToken => (tr!(lang, "fix.new_token"), Icon::Key),
        FixAction::CheckConnection => (tr!(lang, "fix.check_connection"), Icon::Refresh),
        FixAction::NewOutTrackId => (tr!(lang, "fix.new_out_track_id"), Icon::Refresh),
        FixAction::OpenPermissions(_) => (tr!(lang, "fix.open_permissions"), Icon::External),
        FixAction::OpenTemplates(_) => (tr!(lang, "fix.open_templates"), Icon::External),
        FixAction::OpenSettings => (tr!(lang, "fix.open_settings"), Icon::Settings),
        FixAction::Wait => (tr!(lang, "fix.wait", seconds = wait_seconds.unwrap_or(60)), Icon::Clock),
        FixAction::Jump(_) => (tr!(lang, "fix.jump"), Icon::ChevronRight),
        FixAction::UseWay(name) => {
            let way = Via::of_word(name).map_or_else(|| (*name).to_owned(), |via| via.label(lang));
            (tr!(lang, "fix.use_way", way = way), Icon::Send)
        }
    };
    (label.into_owned(), icon)
}

fn level_of(outcome: crate::deliver::Outcome) -> Level {
    use crate::deliver::Outcome;
    match outcome {
        Outcome::HandedOver => Level::Ok,
        Outcome::Refused | Outcome::NotSent => Level::Error,
        Outcome::Begun | Outcome::Unknown | Outcome::Partly => Level::Warning,
    }
}
