//! The inspector on the right: preview, findings, the exact request, and what happened.

mod arrival;
mod batch;
mod checks;
mod outcome;
mod request;
pub(super) mod spaces;

use egui::{ScrollArea, Ui};

pub use request::RequestCache;

use super::{
    action::Action, card, cx::Cx, delivery::running::Live, drafts::OpenDraft, notice, sending::Running,
    state::InspectorTab, theme::size, widgets::segmented,
};
use crate::compose::Draft;

/// What the inspector shows besides the draft.
pub struct Reads<'a> {
    /// The send on its way.
    pub running: Option<&'a Running>,
    /// The deliveries on their way.
    pub live: &'a [Live],
    /// The time, Unix seconds.
    pub now_unix: i64,
    /// Until when a limit has to be waited for, Unix seconds.
    pub wait_until: Option<i64>,
}

/// What the inspector remembers.
#[derive(Default)]
pub struct View {
    /// The request's text, made again only when the draft changed.
    pub request: RequestCache,
    /// The recipient whose variables are shown in the outcome.
    pub recipient: usize,
}

/// The inspector.
pub fn inspector_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    part: InspectorTab,
    open: &mut OpenDraft,
    reads: &Reads<'_>,
    view: &mut View,
) {
    let mut shown = part;
    let name = tr!(cx.lang, "shell.inspector");
    let choices = InspectorTab::ALL.map(|part| (part, part_label(cx, part)));
    if segmented(ui, &name, &mut shown, choices) {
        cx.send(Action::ShowInspector(shown));
    }
    ui.add_space(size::XS);
    match part {
        InspectorTab::Preview => scrolled(ui, part, |ui| match &open.draft {
            Draft::Card(draft) => card::preview_ui(ui, cx, draft, &mut open.card_view),
            Draft::Notice(draft) => notice::preview_ui(ui, cx, draft, &mut open.notice_view),
        }),
        InspectorTab::Checks => checks::checks_ui(ui, cx, &open.draft),
        InspectorTab::Request => request::request_ui(ui, cx, open, &mut view.request),
        InspectorTab::Outcome => scrolled(ui, part, |ui| outcome::outcome_ui(ui, cx, open, reads, &mut view.recipient)),
    }
}

fn scrolled(ui: &mut Ui, part: InspectorTab, content: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical().id_salt(("inspector", part)).auto_shrink(false).show(ui, |ui| {
        content(ui);
        ui.add_space(size::L);
    });
}

fn part_label(cx: &Cx<'_>, part: InspectorTab) -> String {
    match part {
        InspectorTab::Preview => tr!(cx.lang, "shell.inspector_preview").into_owned(),
        InspectorTab::Checks => match cx.findings.all().len() {
            0 => tr!(cx.lang, "shell.inspector_checks").into_owned(),
            count => tr!(cx.lang, "shell.inspector_checks_count", count = count).into_owned(),
        },
        InspectorTab::Request => tr!(cx.lang, "shell.inspector_request").into_owned(),
        InspectorTab::Outcome => tr!(cx.lang, "shell.inspector_outcome").into_owned(),
    }
}
