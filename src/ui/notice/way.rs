//! Which call a notice goes by, and whether this profile's app may make it.

use egui::Ui;

use crate::{
    compose::{NoticeDraft, NoticeVia, Via, ways::fit::Fit},
    lang::{Lang, text},
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

/// The choice, and the way out where the chosen one is closed.
pub fn group_ui(ui: &mut Ui, cx: &Cx<'_>, draft: &mut NoticeDraft) {
    let lang = cx.lang;
    // The sandbox and pasted tokens may be either kind of app.
    let closed = match Via::Notice(draft.via).fit(cx.profile.app_facts()) {
        Fit::Works { .. } => None,
        Fit::IfGranted { .. } => Some((Level::Warning, tr!(lang, "free.way.free_closed"))),
        Fit::Never { .. } => Some((Level::Error, tr!(lang, "free.way.template_closed"))),
    };
    Group::new(tr!(lang, "free.way.group")).fixed().show(ui, |ui| {
        let mut via = draft.via;
        let field = Field::new(tr!(lang, "free.way.label")).help(text(lang, &format!("{}_help", key(via)), &[]));
        let choices = NoticeVia::ALL.map(|via| (via, name(lang, via)));
        field.show(ui, cx, |ui| segmented_field(ui, &tr!(lang, "free.way.label"), &mut via, choices));
        if let Some((level, reason)) = closed {
            ui.add_space(size::XS);
            let other = if draft.via == NoticeVia::Free { NoticeVia::Template } else { NoticeVia::Free };
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
