//! Which call a notice goes by, and whether this profile's app may make it.

use egui::Ui;

use super::View;
use crate::{
    compose::{NoticeDraft, NoticeVia},
    lang::{Lang, text},
    store::settings::ProfileKind,
    ui::{
        action::Action,
        cx::Cx,
        icons::Icon,
        theme::size,
        widgets::{Banner, Field, Group, Level, PushButton, segmented_field},
    },
};

/// Locale key of a way's name; with `_help` behind it, of its help.
const fn key(via: NoticeVia) -> &'static str {
    match via {
        NoticeVia::Template => "free.way.template",
        NoticeVia::Free => "free.way.free",
    }
}

/// What a way is called.
pub fn name(lang: Lang, via: NoticeVia) -> String {
    text(lang, key(via), &[])
}

/// Whether the profile's app can never make this call: internal apps have no templates, third-party apps made after
/// 2020-11-27 have no free messages. The sandbox and pasted tokens may be either.
pub const fn is_closed(via: NoticeVia, kind: ProfileKind) -> bool {
    matches!((via, kind), (NoticeVia::Template, ProfileKind::Internal) | (NoticeVia::Free, ProfileKind::ThirdParty))
}

/// The choice, and the way out where the chosen one is closed.
pub fn group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft, _view: &mut View) {
    let lang = cx.lang;
    let closed = is_closed(draft.via, cx.profile.kind);
    Group::new(tr!(lang, "free.way.group")).fixed().show(ui, |ui| {
        let mut via = draft.via;
        let field = Field::new(tr!(lang, "free.way.label")).help(text(lang, &format!("{}_help", key(via)), &[]));
        let choices = NoticeVia::ALL.map(|via| (via, name(lang, via)));
        field.show(ui, cx, |ui| segmented_field(ui, &tr!(lang, "free.way.label"), &mut via, choices));
        if closed {
            ui.add_space(size::XS);
            let other = if draft.via == NoticeVia::Free { NoticeVia::Template } else { NoticeVia::Free };
            let (level, reason) = match draft.via {
                NoticeVia::Template => (Level::Error, tr!(lang, "free.way.template_closed")),
                NoticeVia::Free => (Level::Warning, tr!(lang, "free.way.free_closed")),
            };
            let button = PushButton::new(tr!(lang, "free.way.switch", way = name(lang, other))).icon(Icon::Send);
            let banner = Banner::new(level, tr!(lang, "free.way.closed")).text(reason).button(button);
            if banner.show(ui).is_some() {
                via = other;
            }
        }
        if via != draft.via {
            cx.send(Action::UndoStep);
            draft.set_via(via);
        }
    });
}
