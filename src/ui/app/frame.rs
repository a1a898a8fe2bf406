//! The frame of the window: edge, bar, tabs, and on the writing tabs the drafts, the form, the inspector, the send bar.

use std::sync::Arc;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use super::App;
use crate::{
    compose::{Draft, Kind},
    dingtalk::Clock,
    ui::{
        card,
        cx::Cx,
        drafts_panel, inspector,
        notice::{self, status_bar::Means},
        palette, send_bar, sending, settings,
        state::{State, Tab},
        theme::{self, size, tokens},
        top_bar,
    },
};

impl App {
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let t = tokens(ui.style());
        let colour = theme::tokens::profile_colour(self.state.profile().shown_colour());
        let edge = Frame::new().fill(colour);
        Panel::top("edge").exact_size(size::EDGE).frame(edge).show_separator_line(false).show(ui, |ui| {
            ui.take_available_space();
        });
        let bar = Frame::new().fill(t.base).inner_margin(Margin { left: 12, right: 12, top: 8, bottom: 0 });
        Panel::top("bar").frame(bar).show_separator_line(false).show(ui, |ui| {
            top_bar::top_bar_ui(ui, &self.state, &self.actions, &mut self.toasts);
        });
        let tabs = Frame::new().fill(t.base).inner_margin(Margin { left: 12, right: 12, top: 4, bottom: 0 });
        Panel::top("tabs").frame(tabs).show(ui, |ui| top_bar::tabs_ui(ui, &self.state, &self.actions));

        self.draw_strip(ui);
        self.draw_cut_off(ui);
        match self.state.tab {
            Tab::Card | Tab::Notice => self.draw_writing(ui),
            Tab::History => self.draw_history(ui),
            Tab::Settings => {
                let reads = settings::Reads {
                    state: &self.state,
                    env: &self.env,
                    sandbox: &self.sandbox,
                    background: &self.background,
                    actions: &self.actions,
                };
                settings::tab_ui(ui, &reads, &mut self.settings_view);
            }
        }
        self.draw_dialogs(ui);
        self.note_window(ui);
    }

    fn draw_dialogs(&mut self, ui: &mut Ui) {
        let lang = self.state.lang;
        drafts_panel::rename_dialog(ui, lang, &mut self.renaming, &self.actions);
        sending::confirm_ui(ui.ctx(), lang, &mut self.confirm, &self.actions);
        self.files.ui(ui.ctx(), &self.background, lang);
        let means = Means {
            session: self.state.link.session(),
            history: self.state.history.value(),
            profile: self.state.settings.current(),
            clock: Arc::clone(&self.env.clock) as Arc<dyn Clock>,
            background: &self.background,
        };
        self.status_bar.ui(ui.ctx(), lang, &means);
        self.draw_delivery_dialogs(ui);
        self.draw_people(ui);
        self.draw_lab(ui);
        self.draw_import(ui);
        self.closing_dialog(ui.ctx());
        palette::palette_ui(ui, &mut self.palette, &self.state, &self.actions);
        if let Some(action) = self.toasts.show(ui.ctx(), lang, self.deliveries.strip_height) {
            self.actions.send(action);
        }
    }

    /// Notes size and state of the window, to open it again like this.
    fn note_window(&mut self, ui: &Ui) {
        let (inner, maximized) = ui.input(|input| {
            let viewport = input.viewport();
            (viewport.inner_rect.map(|rect| rect.size()), viewport.maximized.unwrap_or(false))
        });
        self.memory.maximized = maximized;
        if let Some(inner) = inner.filter(|inner| !maximized && inner.x > 1.0 && inner.y > 1.0) {
            // In points of zoom 1, as the window is opened before a zoom is set.
            let zoom = ui.ctx().zoom_factor();
            self.memory.width = Some(inner.x * zoom);
            self.memory.height = Some(inner.y * zoom);
        }
    }

    fn draw_writing(&mut self, ui: &mut Ui) {
        let t = tokens(ui.style());
        let bar = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 10));
        Panel::bottom("send_bar").frame(bar).show(ui, |ui| send_bar::send_bar_ui(ui, &self.state, &self.actions));

        let side = Frame::new().fill(t.base).inner_margin(Margin::same(8));
        let mut drafts_open = self.state.drafts_open;
        let width = self.memory.drafts_width.unwrap_or(208.0);
        let shown = Panel::left("drafts").default_size(width).size_range(168.0..=320.0).frame(side).show_collapsible(
            ui,
            &mut drafts_open,
            |ui| {
                drafts_panel::drafts_ui(ui, &self.state, &self.actions, &mut self.renaming);
                ui.take_available_space();
            },
        );
        self.state.drafts_open = drafts_open;
        if let Some(shown) = shown.filter(|_| drafts_open) {
            self.memory.drafts_width = Some(shown.response.rect.width());
        }

        let Some(kind) = self.state.tab.kind() else { return };
        let reading = self.reading.is_pending();
        let State {
            drafts,
            inspector: part,
            inspector_open,
            lang,
            tab,
            settings,
            access,
            link,
            running,
            now_unix,
            wait_until,
            ..
        } = &mut self.state;
        let used_templates = if kind == Kind::Card { card::used_templates(drafts, *lang) } else { Vec::new() };
        let Some(open) = drafts.current_mut(kind) else {
            CentralPanel::default().frame(Frame::new().fill(t.base)).show(ui, |ui| {
                // While the last drafts are being read there is nothing to say yet.
                if !reading && !self.first_run {
                    drafts_panel::no_draft_ui(ui, *lang, kind, &self.actions);
                }
            });
            return;
        };
        open.card_view.used_templates = used_templates;
        if let Some(bytes) = open.cache.data_bytes() {
            open.card_view.data_bytes = bytes as u64;
        }
        let findings = std::mem::take(&mut open.findings);
        let template = open.template.clone();
        let cx = Cx {
            lang: *lang,
            tab: *tab,
            findings: &findings,
            template: template.as_deref(),
            templates: &self.templates,
            lab: &self.lab,
            contacts: &self.contacts,
            profile: settings.current(),
            access,
            link,
            jump: &self.jump,
            background: &self.background,
            actions: &self.actions,
            env: &self.env,
        };
        let reads = inspector::Reads {
            running: running.as_ref(),
            live: &self.deliveries.live,
            now_unix: *now_unix,
            wait_until: *wait_until,
        };
        let side = Frame::new().fill(t.surface).inner_margin(Margin { left: 16, right: 12, top: 10, bottom: 8 });
        let width = self.memory.inspector_width.unwrap_or(368.0);
        let shown = Panel::right("inspector")
            .default_size(width)
            .size_range(296.0..=640.0)
            .frame(side)
            .show_collapsible(ui, inspector_open, |ui| {
                inspector::inspector_ui(ui, &cx, *part, open, &reads, &mut self.inspector_view);
                ui.take_available_space();
            });
        if let Some(shown) = shown.filter(|_| *inspector_open) {
            self.memory.inspector_width = Some(shown.response.rect.width());
        }
        let form = Frame::new().fill(t.base).inner_margin(Margin { left: 16, right: 8, top: 12, bottom: 0 });
        CentralPanel::default().frame(form).show(ui, |ui| {
            ui.push_id(("form", &open.id), |ui| match &mut open.draft {
                Draft::Card(draft) => card::tab_ui(ui, &cx, draft, &mut open.card_view),
                Draft::Notice(draft) => notice::tab_ui(ui, &cx, draft, &mut open.notice_view),
            });
        });
        if open.differs() {
            // Its undo point and its findings are made in `logic`, which runs before the next pass.
            ui.request_repaint();
        }
        open.findings = findings;
    }
}
