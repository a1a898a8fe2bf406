//! People, the picker and the template library: what the app does for them.

use egui::Ui;

use super::App;
use crate::{
    compose::Draft,
    store::directory_cache,
    ui::{
        checking,
        cx::Cx,
        findings::Findings,
        notice::{self, library::Wish},
        picker::{Origin, view::PickerCx},
        widgets::form::Jump,
    },
};

/// Calls a second and kind of call when people are read: DingTalk's standard edition allows 20.
pub(super) const CALLS_PER_SECOND: u32 = 18;

impl App {
    /// Goes to the people of the organisation that was just connected.
    pub(super) fn connect_people(&mut self) {
        let profile = self.state.profile();
        let Some(session) = self.state.link.session().cloned() else {
            self.forget_people();
            return;
        };
        let origin = Origin {
            session,
            cache: directory_cache::path_of(&self.env.home, profile),
            calls_per_second: (!profile.is_sandbox()).then_some(CALLS_PER_SECOND),
            root_name: if profile.organisation.is_empty() {
                profile.name.clone()
            } else {
                profile.organisation.clone()
            },
        };
        self.contacts.connect(origin, &self.background);
        self.show_people_to_checks();
    }

    /// Lets the people of another organisation go.
    pub(super) fn forget_people(&mut self) {
        self.contacts.disconnect();
        self.show_people_to_checks();
    }

    /// Takes people that arrived.
    pub(super) fn take_people(&mut self) {
        if self.contacts.poll(&self.background, self.env.now()) {
            self.show_people_to_checks();
        }
    }

    fn show_people_to_checks(&mut self) {
        let people = self.contacts.loaded().cloned();
        self.state.facts.people = people.map(|people| people as std::sync::Arc<dyn checking::People>);
        for open in self.state.drafts.all_mut() {
            open.forget_check();
        }
    }

    /// Does what was asked of the library of templates.
    pub(super) fn apply_library(&mut self, wish: Wish) {
        if let Wish::Use { at } = wish {
            self.write_with_template(at);
            return;
        }
        let path = self.env.home.templates_path();
        if self.library.apply(wish, &mut self.templates, &path) {
            // Findings depend on the template's text, and the sandbox reviews templates at once.
            self.prepare_sandbox();
            for open in self.state.drafts.all_mut() {
                open.forget_check();
            }
        }
    }

    fn write_with_template(&mut self, at: usize) {
        let now = self.now();
        let Some(template) = self.templates.all().get(at) else { return };
        let Some(open) = self.state.current_mut() else { return };
        if !matches!(open.draft, Draft::Notice(_)) {
            return;
        }
        open.undo_step();
        if let Draft::Notice(notice) = &mut open.draft {
            notice::form::write_with(notice, template);
        }
        open.use_template(Some(template.name.clone()), now);
    }

    /// Draws the picker and the library over the window, when they are open.
    pub(super) fn draw_people(&mut self, ui: &Ui) {
        let groups = self.env.home.groups_path();
        let cx = PickerCx {
            lang: self.state.lang,
            actions: &self.actions,
            background: &self.background,
            now: self.env.now(),
            groups: &groups,
        };
        self.picker.show(ui.ctx(), &mut self.contacts, &cx);
        if !self.library.is_open() {
            return;
        }
        let (findings, jump) = (Findings::default(), Jump::default());
        let cx = Cx {
            lang: self.state.lang,
            tab: self.state.tab,
            findings: &findings,
            template: None,
            templates: &self.templates,
            lab: &self.lab,
            contacts: &self.contacts,
            profile: self.state.settings.current(),
            access: &self.state.access,
            link: &self.state.link,
            jump: &jump,
            background: &self.background,
            actions: &self.actions,
            env: &self.env,
        };
        let draft = self.state.tab.kind().and_then(|kind| self.state.drafts.current(kind)).map(|open| &open.draft);
        self.library.dialog_ui(ui.ctx(), &cx, draft);
    }
}
