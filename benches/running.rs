//! One frame of the window while a delivery runs: on the notice tab with the strip, and on the delivery's own screen. A frame
//! is everything the processor does for it, next to the calls that are being made; no GPU.

use std::{path::Path, time::Duration};

use ding_composer::{
    compose::{Draft, PersonRef},
    store::settings::Limits,
    ui::{
        action::Action,
        delivery::{DeliveryAction, running::Live},
        state::Tab,
    },
};
use egui::{Event, pos2};

use crate::{card::Headless, harness::Report};

/// People and calls: at 60 calls a second more than enough for all frames.
const PEOPLE: usize = 1_500;

/// The figures.
pub fn frames(report: &Report, home: &Path) {
    let mut window = Headless::new(home);
    window.settle();
    let Some(sandbox) = window.app.state.link.sandbox() else {
        report.skipped("window: a delivery runs", "no sandbox");
        return;
    };
    let known = sandbox.organisation();
    let users: Vec<PersonRef> = (0..PEOPLE)
        .map(|index| {
            let person = known.people().get(index).filter(|one| !one.hidden);
            let id = person.map_or_else(|| format!("user{index:05}"), |one| one.userid.to_string());
            PersonRef { id, name: format!("员工{index}") }
        })
        .collect();
    window.app.state.tab = Tab::Notice;
    for profile in &mut window.app.state.settings.profiles {
        profile.stop_after_errors = 0;
        profile.limits = Limits {
            calls_per_second: Some(60),
            people_per_minute: Some(100_000),
            people_per_call: Some(1),
            ..Limits::default()
        };
    }
    if let Some(Draft::Notice(notice)) = window.app.state.current_mut().map(|open| &mut open.draft) {
        notice.users = users;
    }
    window.settle();
    window.app.wish(Action::Run(ding_composer::ui::commands::Command::Send));
    window.settle();
    window.app.wish(Action::Delivery(DeliveryAction::Start));
    let handed_over =
        |window: &Headless| window.app.deliveries.live.first().map_or(0, |live| live.progress().counts.ended());
    for _ in 0..2_000 {
        window.step(Vec::new());
        if handed_over(&window) > 20 {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let before = handed_over(&window);
    if before == 0 {
        report.skipped("window: a delivery runs", "it never began");
        return;
    }
    let moves = |index: usize| vec![Event::PointerMoved(pos2(300.0 + (index % 200) as f32, 250.0))];
    window.figure(report, "window: a delivery runs, notice tab", moves);
    let shown = window.app.deliveries.live.first().and_then(Live::id);
    if let Some(id) = shown {
        window.app.wish(Action::Delivery(DeliveryAction::Show(id)));
    }
    for _ in 0..40 {
        window.step(Vec::new());
        std::thread::sleep(Duration::from_millis(5));
    }
    window.figure(report, "window: a delivery runs, its own screen", moves);
    let after = handed_over(&window);
    assert!(after > before, "it ran while the frames were painted: {before} → {after}");
    let running = window.app.deliveries.live.first();
    assert!(running.is_some_and(Live::is_running), "it still ran at the end");
}
