//! What a screen gets to know while it is drawn, and how it asks for something.

use super::{
    action::{Action, Actions},
    background::Background,
    commands::Command,
    env::Env,
    findings::Findings,
    lab::library::Lab,
    link::Link,
    picker::Contacts,
    state::Tab,
    widgets::{Toast, form::Jump},
};
use crate::{
    compose::Finding,
    lang::Lang,
    store::{access::Access, settings::Profile, templates::Templates},
};

/// The surroundings of a screen: what it may read, and the queue of its wishes.
pub struct Cx<'a> {
    /// The language of the interface.
    pub lang: Lang,
    /// The tab being drawn.
    pub tab: Tab,
    /// The findings of the draft being drawn.
    pub findings: &'a Findings,
    /// The name of the template of the library that the draft is written with.
    pub template: Option<&'a str>,
    /// The person's own library of notice templates.
    pub templates: &'a Templates,
    /// The imported card templates.
    pub lab: &'a Lab,
    /// The people of the organisation, as far as they are loaded.
    pub contacts: &'a Contacts,
    /// The profile in use.
    pub profile: &'a Profile,
    /// What the server showed of each profile's ways of sending.
    pub access: &'a Access,
    /// The connection of the profile in use.
    pub link: &'a Link,
    /// A jump on its way.
    pub jump: &'a Jump,
    /// For jobs of the screen's own.
    pub background: &'a Background,
    /// Wishes.
    pub actions: &'a Actions,
    /// Clock, randomness, folder.
    pub env: &'a Env,
}

impl<'a> Cx<'a> {
    /// Asks the app for something.
    pub fn send(&self, action: Action) {
        self.actions.send(action);
    }

    /// Asks the app to run a command.
    pub fn run(&self, command: Command) {
        self.actions.send(Action::Run(command));
    }

    /// Shows a note.
    pub fn toast(&self, toast: Toast) {
        self.actions.send(Action::Toast(Box::new(toast)));
    }

    /// The findings of exactly this pointer.
    pub fn findings_at(&self, pointer: &str) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.at(pointer)
    }

    /// The findings of this pointer and everything below it.
    pub fn findings_below(&self, pointer: &str) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.below(pointer)
    }

    /// A fresh random identifier, such as an `outTrackId`.
    pub fn fresh_id(&self) -> String {
        (self.env.fresh_id)()
    }

    /// Whether a jump goes to this pointer or below it: a folded group has to open, a list to scroll.
    pub fn jumps_into(&self, pointer: &str) -> bool {
        self.jump.is_into(pointer)
    }
}
