//! 加载图片: the button, and which pictures did not come.

use std::collections::BTreeSet;

use egui::{Label, RichText, Ui};

use super::{
    library::Wish,
    pictures::{addresses, hosts},
};
use crate::{
    store::settings::ProfileKind,
    template::draw::paint::Piece,
    ui::{
        action::Action,
        cx::Cx,
        theme::{size, tokens},
        widgets::PushButton,
    },
};

/// The button that fetches the pictures of the web, and which of them did not come.
pub(super) fn pictures_ui(ui: &mut Ui, cx: &Cx<'_>, pieces: &[Piece]) {
    let (lang, album) = (cx.lang, cx.lab.pictures());
    let all = addresses(pieces);
    load_ui(ui, cx, &all);
    for source in &all {
        if let Some(reason) = album.failure(source) {
            let text = tr!(lang, "picture.failed", source = source, reason = reason);
            ui.add(Label::new(RichText::new(text).size(size::SMALL).color(tokens(ui.style()).warning)).wrap());
        }
    }
}

/// The button that fetches pictures which are not here.
pub(super) fn load_ui(ui: &mut Ui, cx: &Cx<'_>, all: &BTreeSet<String>) {
    let (lang, album) = (cx.lang, cx.lab.pictures());
    let absent: BTreeSet<String> = all.iter().filter(|source| !album.has(source)).cloned().collect();
    if absent.is_empty() {
        return;
    }
    let off = if album.is_busy() { Err(tr!(lang, "picture.loading").into_owned()) } else { Ok(()) };
    let button = PushButton::new(tr!(lang, "picture.load", count = absent.len())).small().enabled(off);
    if button.tooltip(tr!(lang, "picture.load_tip", hosts = hosts(&absent))).show(ui).clicked() {
        // The stand-in's own addresses are this computer's.
        let sandbox = cx.profile.kind == ProfileKind::Sandbox;
        cx.send(Action::Lab(Wish::LoadPictures(absent.into_iter().collect(), sandbox)));
    }
}
