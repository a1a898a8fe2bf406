//! The card tab (互动卡片): every field of the private-chat card call, as a form and as JSON.
//!
//! Knows the draft ([`crate::compose`]) and the window's kit; nothing of sending. Structural edits announce themselves with
//! [`Action::UndoStep`](super::action::Action::UndoStep); everything else is noticed by the shell, which keeps, checks and
//! undoes.
//!
//! * [`template`], [`params`], [`last_message`], [`private`] (with [`grid`]), [`people`], [`options`]: the groups of the form.
//! * [`table`], [`paste`]: edits and readings without a screen.
//! * [`json`], [`code`]: the JSON view and its editor. [`preview`]: what the inspector shows.

pub mod code;
mod grid;
mod json;
mod last_message;
mod options;
mod params;
mod paste;
mod paste_dialog;
mod people;
mod preview;
mod private;
mod table;
mod template;
mod value;
mod ways;

use egui::{Id, Ui, UiBuilder, pos2};

use super::{
    action::Action,
    cx::Cx,
    icons::Icon,
    lab,
    picker::Purpose,
    state::Drafts,
    theme::size,
    widgets::{Group, PushButton, form::form_scroll, segmented},
};
use crate::{
    compose::{CardDraft, CardVia, Draft, Kind, via::Encoding},
    lang::Lang,
};

use self::{
    json::JsonView, params::ParamsView, paste_dialog::PasteDialog, preview::PreviewView, private::PrivateView,
    private::PrivateWish, template::Offers,
};

/// The templates that the drafts use: id and the name of a draft that has it, newest first, each once.
pub fn used_templates(drafts: &Drafts, lang: Lang) -> Vec<(String, String)> {
    let mut used: Vec<(String, String)> = Vec::new();
    for open in drafts.of(Kind::Card) {
        if let Draft::Card(card) = &open.draft
            && !card.card_template_id.is_empty()
            && !used.iter().any(|(id, _)| *id == card.card_template_id)
        {
            used.push((card.card_template_id.clone(), open.title(lang)));
        }
    }
    used
}

/// How the body is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
enum Mode {
    #[default]
    Form,
    Json,
    Both,
}

/// What the tab remembers about a draft while the program runs.
#[derive(Default)]
pub struct View {
    /// Templates used before ([`used_templates`]); the app sets it.
    pub used_templates: Vec<(String, String)>,
    /// Bytes of public and private data together, at the last check; the app sets it.
    pub data_bytes: u64,
    mode: Mode,
    params: ParamsView,
    private: PrivateView,
    receivers: people::ReceiversView,
    json: JsonView,
    preview: PreviewView,
    paste: Option<PasteDialog>,
    /// What is remembered of the imported template's form and preview.
    lab: lab::preview::LabView,
    /// The widget that had the keyboard in the last pass.
    focused: Option<Id>,
}

impl View {
    /// Shows form and JSON together.
    pub const fn show_json_beside(&mut self) {
        self.mode = Mode::Both;
    }

    /// Shows the acceptance cases of the imported template.
    pub const fn show_cases(&mut self) {
        self.lab.cases.show();
    }

    /// Why the draft should not be sent although it has no error finding: the JSON view holds something that was not taken
    /// over, so that what is shown is not what would go out.
    ///
    /// # Errors
    /// The reason, in the reader's language.
    pub fn may_send(&self, lang: Lang) -> Result<(), String> {
        if !self.json.is_unapplied() {
            return Ok(());
        }
        let reason = self.json.problem(lang);
        Err(reason.map_or_else(
            || tr!(lang, "card.json_unapplied").into_owned(),
            |reason| tr!(lang, "card.json_unapplied_because", reason = reason).into_owned(),
        ))
    }
}

/// Width from which form and JSON stand side by side instead of one above the other.
const SIDE_BY_SIDE: f32 = 760.0;

/// The form.
pub fn tab_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut View) {
    view.json.follow(cx, draft);
    header_ui(ui, cx, view);
    match view.mode {
        Mode::Form => form_ui(ui, cx, draft, view),
        Mode::Json => view.json.show(ui, cx, draft, true),
        Mode::Both => both_ui(ui, cx, draft, view),
    }
    if let Some(dialog) = &mut view.paste
        && !paste_dialog::paste_ui(ui, cx, dialog, draft)
    {
        view.paste = None;
    }
}

fn header_ui(ui: &mut Ui, cx: &Cx<'_>, view: &mut View) {
    let lang = cx.lang;
    ui.horizontal(|ui| {
        let choices = [
            (Mode::Form, tr!(lang, "card.mode_form").into_owned()),
            (Mode::Json, tr!(lang, "card.mode_json").into_owned()),
            (Mode::Both, tr!(lang, "card.mode_both").into_owned()),
        ];
        segmented(ui, &tr!(lang, "card.mode"), &mut view.mode, choices);
        if view.mode == Mode::Form && view.json.is_unapplied() {
            let button = PushButton::quiet(tr!(lang, "card.json_unapplied_short")).icon(Icon::Warning).small();
            if button.tooltip(tr!(lang, "card.json_unapplied")).show(ui).clicked() {
                view.mode = Mode::Both;
            }
            if PushButton::quiet(tr!(lang, "card.json_give_up")).small().show(ui).clicked() {
                view.json.give_up();
            }
        }
    });
    ui.add_space(size::XS);
}

fn both_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut View) {
    let space = ui.available_rect_before_wrap();
    let gap = size::S;
    let (first, second) = if space.width() >= SIDE_BY_SIDE {
        let middle = space.center().x;
        (
            egui::Rect::from_min_max(space.min, pos2(middle - gap / 2.0, space.bottom())),
            egui::Rect::from_min_max(pos2(middle + gap / 2.0, space.top()), space.max),
        )
    } else {
        let middle = space.center().y;
        (
            egui::Rect::from_min_max(space.min, pos2(space.right(), middle - gap / 2.0)),
            egui::Rect::from_min_max(pos2(space.left(), middle + gap / 2.0), space.max),
        )
    };
    ui.scope_builder(UiBuilder::new().id_salt("form half").max_rect(first), |ui| form_ui(ui, cx, draft, view));
    ui.scope_builder(UiBuilder::new().id_salt("json half").max_rect(second), |ui| {
        view.json.show(ui, cx, draft, false);
    });
    ui.advance_cursor_after_rect(space);
}

fn form_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut CardDraft, view: &mut View) {
    let mut paste = None;
    form_scroll(ui, cx, "card form", |ui| {
        let View { used_templates, data_bytes, params, private, receivers, focused, lab: lab_view, .. } = view;
        let offers =
            Offers { profile: cx.profile, sandbox: cx.link.sandbox().map(AsRef::as_ref), used: used_templates };
        ways::way_ui(ui, cx, draft);
        let via = draft.via;
        match via {
            CardVia::PrivateChat | CardVia::InteractiveCards => template::template_ui(ui, cx, draft, &offers),
            CardVia::CreateAndDeliver => {
                template::template_ui(ui, cx, draft, &offers);
                ways::spaces_ui(ui, cx, draft, &offers);
            }
            CardVia::Update | CardVia::UpdateInteractiveCards => ways::update_ui(ui, cx, draft),
        }
        let known = cx.lab.known(&draft.card_template_id);
        if let Some(known) = known {
            lab::form::form_ui(ui, cx, draft, lab_view, known);
        }
        let declared = known.map(|known| lab::form::declared(known));
        params.data_bytes = *data_bytes;
        params::params_ui(ui, cx, draft, params, declared.as_deref(), &mut paste);
        if via.encoding() == Encoding::OneObject {
            last_message::last_message_ui(ui, cx, draft);
        }
        if matches!(via, CardVia::InteractiveCards | CardVia::UpdateInteractiveCards) {
            ways::media_ui(ui, cx, draft);
        }
        match private::private_ui(ui, cx, draft, private) {
            Some(PrivateWish::Pick) => {
                cx.send(Action::OpenPicker(Box::new(people::request(draft, Purpose::CardPrivateRows))));
            }
            Some(PrivateWish::Paste) => paste = Some(paste::PasteInto::Private),
            None => {}
        }
        if matches!(via, CardVia::PrivateChat | CardVia::InteractiveCards) {
            people::receivers_ui(ui, cx, draft, receivers, &mut paste);
        }
        if !via.is_update() {
            Group::new(tr!(cx.lang, "card.options"))
                .force_open(cx.jumps_into("/outTrackId"))
                .show(ui, |ui| options::out_track_ui(ui, cx, draft));
        }
        match via {
            CardVia::CreateAndDeliver => ways::create_more_ui(ui, cx, draft, &offers),
            CardVia::PrivateChat | CardVia::InteractiveCards => {
                options::more_ui(ui, cx, draft, &offers, &mut paste);
            }
            CardVia::Update | CardVia::UpdateInteractiveCards => {}
        }
        options::kept_ui(ui, cx, draft);
        follow_focus(ui, focused);
    });
    if let Some(into) = paste {
        view.paste = Some(PasteDialog::new(into));
    }
}

/// Scrolls to a field that got the keyboard by Tab.
fn follow_focus(ui: &Ui, before: &mut Option<Id>) {
    let focused = ui.memory(egui::Memory::focused);
    if focused == *before {
        return;
    }
    *before = focused;
    if ui.input(|input| input.pointer.any_down() || input.pointer.any_released()) {
        return;
    }
    let response = focused.and_then(|id| ui.ctx().read_response(id));
    if let Some(response) = response
        && response.layer_id == ui.layer_id()
        && ui.max_rect().x_range().contains(response.rect.center().x)
    {
        ui.scroll_to_rect(response.rect.expand(size::S), None);
    }
}

/// The preview in the inspector: the conversation list's line, and the variables as a chosen person gets them.
pub fn preview_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &CardDraft, view: &mut View) {
    lab::preview::pane_ui(ui, cx, draft, &mut view.lab);
    preview::preview_ui(ui, cx, draft, &mut view.preview);
}
