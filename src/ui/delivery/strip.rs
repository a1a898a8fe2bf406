//! What runs, at the bottom of every tab: progress by rung, pace, why a lane stands still, and the buttons.

use egui::{Align, Color32, CornerRadius, Label, Layout, RichText, Sense, Ui, vec2};

use super::{DeliveryAction, running::Live, waiting, words};
use crate::{
    deliver::run::{Progress, Wish},
    lang::Lang,
    store::{
        history::HistoryError,
        journal::{Counts, Delivery, DeliveryState},
    },
    ui::{
        action::{Action, Actions},
        icons::Icon,
        theme::{self, size, tokens},
        widgets::{Dot, PushButton, grouped, split_line, status_dot},
    },
};

/// Width of a progress bar.
const BAR: f32 = 180.0;
/// From this many rows on the strip scrolls.
const ROWS: usize = 3;

/// The strip: what runs, then what waits.
pub fn strip_ui(ui: &mut Ui, reads: &waiting::Reads<'_>, live: &[Live], waits: &[Delivery], actions: &Actions) {
    let send = |action: DeliveryAction| actions.send(Action::Delivery(action));
    let rows = |ui: &mut Ui| {
        for one in live {
            ui.push_id(("live", one.key), |ui| live_ui(ui, reads.lang, one, &send));
        }
        for one in waits {
            ui.push_id(("waiting", one.id), |ui| waiting::row_ui(ui, reads, one, &send));
        }
    };
    if live.len() + waits.len() > ROWS {
        egui::ScrollArea::vertical().id_salt("strip").max_height(ROWS as f32 * 52.0).show(ui, rows);
    } else {
        rows(ui);
    }
}

fn live_ui(ui: &mut Ui, lang: Lang, live: &Live, send: &dyn Fn(DeliveryAction)) {
    let t = tokens(ui.style());
    let progress = live.progress();
    ui.horizontal(|ui| {
        ui.set_min_height(44.0);
        let begin = |ui: &mut Ui| {
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.horizontal(|ui| {
                    let (dot, word) = word_of(live, &progress, lang);
                    status_dot(ui, dot, word);
                    ui.add(Label::new(theme::medium(&live.title)).truncate());
                });
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = size::S;
                    bar_ui(ui, lang, &progress.counts, live);
                    let text = facts(live, &progress, lang);
                    ui.add(Label::new(RichText::new(text).size(size::SMALL).color(t.muted)).truncate());
                });
            });
        };
        split_line(ui, "live", begin, |ui| buttons_ui(ui, lang, live, send));
    });
}

fn word_of(live: &Live, progress: &Progress, lang: Lang) -> (Dot, String) {
    if let Some(error) = live.run.failure() {
        return (Dot::Error, error.message(lang, HistoryError::message));
    }
    if let Some(run) = live.run.value() {
        let word = crate::lang::text(lang, &format!("delivery.state.{}", run.state.name()), &[]);
        let dot = match run.state {
            DeliveryState::Done => Dot::Ok,
            DeliveryState::Cancelled => Dot::Off,
            _ => Dot::Error,
        };
        let why = words::note(&run.note, lang);
        let text = match why {
            Some(why) if run.state == DeliveryState::Stopped => {
                tr!(lang, "deliveries.stopped_why", state = word, why = why).into_owned()
            }
            _ => word,
        };
        return (dot, text);
    }
    match live.wish() {
        Wish::Cancel => (Dot::Off, tr!(lang, "deliveries.cancelling").into_owned()),
        Wish::Pause if progress.counts.begun > 0 => (Dot::Warning, tr!(lang, "deliveries.pausing").into_owned()),
        Wish::Pause => (Dot::Warning, tr!(lang, "deliveries.paused").into_owned()),
        Wish::Go => match live.stands_still(progress) {
            Some((why, left)) => (Dot::Warning, words::stop(why, left, lang)),
            None => (Dot::Busy, tr!(lang, "deliveries.running").into_owned()),
        },
    }
}

/// `12 / 50 次 · 1,200 / 5,000 人已提交 · 被拒绝 2 · 结果未知 1 · 每分钟最多 1,500 人 · 约还需 3 分 5 秒`.
fn facts(live: &Live, progress: &Progress, lang: Lang) -> String {
    let counts = &progress.counts;
    let calls = live.calls.max(counts.ended() + counts.not_begun + counts.begun);
    let mut parts = vec![
        tr!(lang, "deliveries.calls_of", done = grouped(counts.ended()), calls = grouped(calls)).into_owned(),
        tr!(lang, "deliveries.people_of", done = grouped(progress.people_handed_over), people = grouped(live.people))
            .into_owned(),
    ];
    if counts.refused > 0 {
        parts.push(tr!(lang, "deliveries.refused_count", count = grouped(counts.refused)).into_owned());
    }
    if counts.unknown > 0 {
        parts.push(tr!(lang, "deliveries.unknown_count", count = grouped(counts.unknown)).into_owned());
    }
    if progress.errors_in_row > 1 && live.is_running() {
        parts.push(tr!(lang, "deliveries.errors_in_row", count = progress.errors_in_row).into_owned());
    }
    if live.is_running() && live.wish() == Wish::Go {
        if let Some(pace) = live.pace {
            parts.push(tr!(lang, "deliveries.pace", people = grouped(pace.into())).into_owned());
        }
        if let Some(left) = live.left() {
            parts.push(tr!(lang, "deliveries.time_left", left = words::duration(left, lang)).into_owned());
        }
    }
    parts.join(" · ")
}

/// A bar of calls by rung.
fn bar_ui(ui: &mut Ui, lang: Lang, counts: &Counts, live: &Live) {
    let t = tokens(ui.style());
    let all = live.calls.max(counts.ended() + counts.begun + counts.not_begun).max(1);
    let parts: [(u64, Color32); 3] =
        [(counts.handed_over + counts.recalled, t.ok), (counts.refused, t.error), (counts.unknown, t.warning)];
    let response = stacked_bar(ui, BAR, 8.0, all, &parts);
    let name = tr!(lang, "deliveries.progress", title = live.title);
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &name);
        info.value = Some(counts.ended() as f64 * 100.0 / all as f64);
        info
    });
}

/// A bar cut into parts of `all`.
pub fn stacked_bar(ui: &mut Ui, width: f32, height: f32, all: u64, parts: &[(u64, Color32)]) -> egui::Response {
    let t = tokens(ui.style());
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let radius = CornerRadius::same(3);
    ui.painter().rect_filled(rect, radius, t.pressed);
    let mut left = rect.left();
    for (count, colour) in parts {
        let share = rect.width() * (*count as f32 / all.max(1) as f32);
        if share <= 0.0 {
            continue;
        }
        let part = egui::Rect::from_min_max(
            egui::pos2(left, rect.top()),
            egui::pos2((left + share).min(rect.right()), rect.bottom()),
        );
        ui.painter().rect_filled(part, radius, *colour);
        left += share;
    }
    response
}

fn buttons_ui(ui: &mut Ui, lang: Lang, live: &Live, send: &dyn Fn(DeliveryAction)) {
    let named = |text: &str| format!("{text} {}", live.title);
    if !live.is_running() {
        show_button(ui, lang, live, send);
        let close = tr!(lang, "common.close");
        if PushButton::quiet(close.clone()).name(named(&close)).small().show(ui).clicked() {
            send(DeliveryAction::Dismiss(live.key));
        }
        return;
    }
    show_button(ui, lang, live, send);
    let wish = live.wish();
    if wish != Wish::Cancel {
        if wish == Wish::Pause {
            let resume = tr!(lang, "deliveries.resume");
            let button = PushButton::primary(resume.clone()).name(named(&resume)).icon(Icon::Play).small();
            if button.show(ui).clicked() {
                send(DeliveryAction::Resume(live.key));
            }
        } else {
            let pause = tr!(lang, "deliveries.pause");
            let button = PushButton::new(pause.clone()).name(named(&pause)).small();
            if button.tooltip(tr!(lang, "deliveries.pause_tip")).show(ui).clicked() {
                send(DeliveryAction::Pause(live.key));
            }
        }
        let cancel = PushButton::new(tr!(lang, "common.cancel")).name(named(&tr!(lang, "deliveries.cancel_name")));
        if cancel.tooltip(tr!(lang, "deliveries.cancel_tip")).icon(Icon::Close).small().show(ui).clicked() {
            send(DeliveryAction::Cancel(live.key));
        }
    }
}

fn show_button(ui: &mut Ui, lang: Lang, live: &Live, send: &dyn Fn(DeliveryAction)) {
    let Some(id) = live.id() else { return };
    let details = tr!(lang, "deliveries.details");
    let name = format!("{details} {}", live.title);
    if PushButton::quiet(details).name(name).small().show(ui).clicked() {
        send(DeliveryAction::Show(id));
    }
}
