//! 结果 of a draft that went out as a delivery: how far it is or how it ended, and the way to everybody's outcome.

use egui::Ui;

use super::Reads;
use crate::{
    lang::text,
    store::journal::DeliveryState,
    ui::{
        action::Action,
        cx::Cx,
        delivery::{DeliveryAction, words},
        history,
        icons::Icon,
        sending::Batch,
        widgets::{Banner, Level, PushButton, fact_row, grouped},
    },
};

pub fn batch_ui(ui: &mut Ui, cx: &Cx<'_>, batch: &Batch, reads: &Reads<'_>) {
    let lang = cx.lang;
    let id = batch.id.get().copied();
    let live = reads.live.iter().find(|live| live.is_of(batch));
    let (level, title, message, counts) = match (live, &batch.end) {
        (Some(live), _) => {
            let counts = live.progress().counts;
            (Level::Info, tr!(lang, "deliveries.running").into_owned(), tr!(lang, "batch.running").into_owned(), counts)
        }
        (None, Some(Ok(run))) => {
            let clean = run.state == DeliveryState::Done && run.counts.refused == 0 && run.counts.unknown == 0;
            let state = text(lang, &format!("delivery.state.{}", run.state.name()), &[]);
            let why = words::note(&run.note, lang).unwrap_or_else(|| {
                if clean { tr!(lang, "batch.clean", calls = grouped(batch.calls)) } else { tr!(lang, "batch.mixed") }
                    .into_owned()
            });
            (if clean { Level::Ok } else { Level::Warning }, state, why, run.counts)
        }
        (None, Some(Err(error))) => {
            let reason = error.as_ref().map(|error| words::failed(error, lang)).unwrap_or_default();
            let title = if id.is_none() { tr!(lang, "batch.not_written") } else { tr!(lang, "batch.broken") };
            (Level::Error, title.into_owned(), reason, <_>::default())
        }
        // It has ended in this very frame.
        (None, None) => return,
    };
    let mut banner = Banner::new(level, title).text(message);
    if id.is_some() {
        banner = banner.button(PushButton::new(tr!(lang, "batch.show")).icon(Icon::History));
    }
    if banner.show(ui).is_some()
        && let Some(id) = id
    {
        cx.send(Action::Delivery(DeliveryAction::Show(id)));
    }
    let done = tr!(lang, "deliveries.calls_of", done = grouped(counts.ended()), calls = grouped(batch.calls));
    let rows = [
        (tr!(lang, "batch.content"), batch.title.clone()),
        (tr!(lang, "batch.people"), words::people(batch.people, lang)),
        (tr!(lang, "batch.calls"), done.into_owned()),
        (tr!(lang, "batch.handed_over"), grouped(counts.handed_over)),
        (tr!(lang, "batch.refused"), grouped(counts.refused)),
        (tr!(lang, "batch.unknown"), grouped(counts.unknown)),
        (tr!(lang, "history.time"), history::time_text(batch.at.as_millisecond())),
        (tr!(lang, "history.profile"), batch.profile.clone()),
    ];
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (name, value) in rows {
            fact_row(ui, &name, value);
        }
    });
}
