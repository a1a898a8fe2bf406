//! The notice tab (工作通知): the form, the preview, and the person's own library of templates.
//!
//! * [`form`], [`content`], [`recipients`]: the form's groups. [`fields`]: which fields of `data` it shows.
//! * [`free`]: the message of a free-form notice. [`status_bar`]: changing one later.
//! * [`library`], [`editor`]: the library of templates and how one is written.
//! * [`fill`], [`markdown`], [`bubble`]: the text as the recipient reads it.

pub mod bubble;
pub mod content;
pub mod editor;
pub mod fields;
pub mod fill;
pub mod form;
pub mod free;
pub mod library;
pub mod markdown;
pub mod recipients;
pub mod status_bar;

use egui::{Label, RichText, ScrollArea, Ui};

use super::{
    action::Action,
    cx::Cx,
    icons::Icon,
    picker::IdKind,
    theme::{size, tokens},
    widgets::{PushButton, empty_state},
};
use crate::compose::{
    NoticeDraft, NoticeVia, Via,
    message::Message,
    notice::NoticeTemplate,
    pointer,
    template::{self, Translated},
};
use library::Wish;

/// What the tab remembers about a draft while the program runs.
#[derive(Default)]
pub struct View {
    /// A row of `data` that has to get the keyboard when it is drawn next.
    focus_row: Option<usize>,
    /// Whether the preview is as wide as on a computer.
    wide: bool,
    /// Whether the choice to write to everyone is being asked about.
    asking_all: bool,
    /// Files on their way into the message.
    pub uploads: free::media::Uploads,
}

/// The template that a draft is written with: the one of its name when several have its id.
pub fn template_of<'t>(cx: &Cx<'t>, draft: &NoticeDraft) -> Option<&'t NoticeTemplate> {
    let all = cx.templates.all();
    let named = cx.template.and_then(|name| all.iter().find(|one| one.name == name && one.id == draft.template_id));
    named.or_else(|| cx.templates.by_id(&draft.template_id).filter(|_| !draft.template_id.is_empty()))
}

/// The form.
pub fn tab_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, view: &mut View) {
    ScrollArea::vertical().id_salt("notice-form").auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width().min(size::FORM_MAX));
        ui.spacing_mut().item_spacing.y = size::M;
        if let Some(Via::Notice(chosen)) = super::ways::choice_ui(ui, cx, draft.via.into()) {
            cx.send(Action::UndoStep);
            draft.set_via(chosen);
        }
        match draft.via {
            NoticeVia::Template => {
                form::template_group_ui(ui, cx, draft);
                content::group_ui(ui, cx, draft, view);
            }
            NoticeVia::Free => free::group_ui(ui, cx, draft, view),
        }
        recipients::group_ui(ui, cx, draft, view);
        form::app_group_ui(ui, cx, draft);
        form::kept_group_ui(ui, cx, draft);
        ui.add_space(size::L);
        cx.jump.land(ui);
    });
}

/// The preview in the inspector: the text as the recipient reads it.
pub fn preview_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &NoticeDraft, view: &mut View) {
    let lang = cx.lang;
    if draft.via == NoticeVia::Free {
        free::preview::preview_ui(ui, cx, draft, &sender(cx), view);
        return;
    }
    let Some(template) = template_of(cx, draft) else {
        let button = PushButton::new(tr!(lang, "notice.open_library")).icon(Icon::Template);
        let text = tr!(lang, "notice.preview_none_text");
        if empty_state(ui, Icon::Notice, &tr!(lang, "notice.preview_none"), &text, Some(button)) {
            cx.send(Action::Library(Wish::open_for(draft)));
        }
        return;
    };
    let t = tokens(ui.style());
    let message = filled(cx, template, draft);
    bubble::bubble_ui(ui, lang, template.kind, &message, &sender(cx), bubble::Unfilled::Missing);
    ui.add_space(size::S);
    missing_ui(ui, cx, template, draft);
    let note = RichText::new(tr!(lang, "notice.preview_note")).size(size::SMALL).color(t.faint);
    ui.add(Label::new(note).wrap());
}

/// In whose name a notice is shown.
fn sender(cx: &Cx<'_>) -> String {
    if cx.profile.organisation.is_empty() {
        tr!(cx.lang, "notice.preview_sender").into_owned()
    } else {
        tr!(cx.lang, "notice.preview_sender_of", organisation = &cx.profile.organisation).into_owned()
    }
}

/// A template's message filled with a draft's values.
fn filled(cx: &Cx<'_>, template: &NoticeTemplate, draft: &NoticeDraft) -> Message {
    let loaded = cx.contacts.loaded();
    let name = |id: &Translated| match id {
        Translated::User(id) => loaded?.person_name(IdKind::UserId, id).map(str::to_owned),
        Translated::Department(id) => {
            let loaded = loaded?;
            loaded.department(loaded.department_by_id(id)?).map(|one| one.name.clone())
        }
    };
    Message::of(template.kind, &template.body).map(|text| fill::fill(text, &draft.data, name))
}

/// The fields without a value, each with a way to it.
fn missing_ui(ui: &mut Ui, cx: &Cx<'_>, template: &NoticeTemplate, draft: &NoticeDraft) {
    let missing: Vec<&str> = template::fields(&template.body)
        .into_iter()
        .filter(|name| !draft.data.iter().any(|field| field.key == *name && !field.value.is_empty()))
        .collect();
    if missing.is_empty() {
        return;
    }
    let t = tokens(ui.style());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let text = tr!(cx.lang, "notice.preview_missing", count = missing.len());
        ui.add(Label::new(RichText::new(text).size(size::SMALL + 1.0).color(t.error)));
        for name in missing {
            let tip = tr!(cx.lang, "notice.go_to_field", name = name);
            if PushButton::quiet(name).name(&*tip).tooltip(&*tip).small().show(ui).clicked() {
                cx.send(Action::Jump(pointer::join("/data", name)));
            }
        }
    });
}
