//! The banner about deliveries that were cut off: what was answered, what has not begun, what nobody knows. Nothing of it
//! goes on by itself.

use egui::Ui;

use super::{DeliveryAction, book, words};
use crate::{
    lang::Lang,
    store::journal::Delivery,
    ui::{
        action::{Action, Actions},
        icons::Icon,
        widgets::{Banner, Level, PushButton, grouped},
    },
};

/// Draws the banner for the newest of them; the others are behind a button.
pub fn cut_off_ui(ui: &mut Ui, lang: Lang, profile: &str, cut_off: &[&Delivery], actions: &Actions) {
    let Some(one) = cut_off.first() else { return };
    let counts = &one.counts;
    let title = tr!(lang, "deliveries.cut_off", title = one.new.title);
    let mut parts = vec![
        tr!(lang, "deliveries.answered", count = grouped(counts.handed_over + counts.refused + counts.recalled))
            .into_owned(),
        tr!(lang, "deliveries.not_begun", count = grouped(counts.not_begun)).into_owned(),
    ];
    if counts.unknown > 0 {
        parts.push(tr!(lang, "deliveries.unknown", count = grouped(counts.unknown)).into_owned());
    }
    let mut text = parts.join(" · ");
    if let Some(why) = words::note(&one.note, lang) {
        text.push('\n');
        text.push_str(&why);
    }
    let mut banner = Banner::new(Level::Warning, title).text(text);
    let mut does: Vec<DeliveryAction> = Vec::new();
    if book::can_go_on(one) {
        let label = tr!(lang, "deliveries.go_on", count = grouped(counts.not_begun));
        let mut button = PushButton::primary(label).icon(Icon::Play);
        if one.new.profile != profile {
            button = button.enabled(Err(tr!(lang, "deliveries.other_profile", profile = one.new.profile).into_owned()));
        }
        banner = banner.button(button);
        does.push(DeliveryAction::Continue(one.id));
    }
    let label = if counts.unknown > 0 { tr!(lang, "deliveries.decide") } else { tr!(lang, "deliveries.details") };
    banner = banner.button(PushButton::new(label));
    does.push(DeliveryAction::Show(one.id));
    if cut_off.len() > 1 {
        banner = banner.button(PushButton::quiet(tr!(lang, "deliveries.more_cut_off", count = cut_off.len() - 1)));
        does.push(DeliveryAction::ShowList);
    }
    banner = banner.button(PushButton::quiet(tr!(lang, "deliveries.later")));
    does.push(DeliveryAction::HideCutOff);
    if let Some(pressed) = banner.show(ui)
        && let Some(action) = does.into_iter().nth(pressed)
    {
        actions.send(Action::Delivery(action));
    }
}
