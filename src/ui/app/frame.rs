//! The frame of the window: edge, bar, tabs, and on the writing tabs the drafts, the form, the inspector, the send bar.

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use super::App;
use crate::{
    compose::Draft,
    ui::{
        card,
        commands::Command,
        cx::Cx,
        drafts_panel, inspector, notice, palette, send_bar,
        state::{State, Tab},
        theme::{self, size, tokens},
        top_bar,
    },
};

impl App {
    pub(super) fn draw(&mut self, ui: &mut Ui) {
        let t = tokens(ui.style());
        let edge = Frame::new().fill(theme::tokens::profile_colour("green"));
        Panel::top("edge").exact_size(size::EDGE).frame(edge).show_separator_line(false).show(ui, |ui| {
            ui.take_available_space();
        });
        let bar = Frame::new().fill(t.base).inner_margin(Margin { left: 16, right: 12, top: 8, bottom: 0 });
        Panel::top("bar").frame(bar).show_separator_line(false).show(ui, |ui| {
            top_bar::top_bar_ui(ui, &self.state, &self.actions, &mut self.toasts);
        });
        let tabs = Frame::new().fill(t.base).inner_margin(Margin { left: 12, right: 12, top: 4, bottom: 0 });
        Panel::top("tabs").frame(tabs).show(ui, |ui| top_bar::tabs_ui(ui, &self.state, &self.actions));

        let page = Frame::new().fill(t.base).inner_margin(Margin::same(16));
        match self.state.tab {
            Tab::Card | Tab::Notice => self.draw_writing(ui),
            Tab::History | Tab::Settings => {
                CentralPanel::default().frame(page).show(ui, |ui| {
                    ui.heading(Command::show(self.state.tab).label(self.state.lang));
                });
            }
        }
        drafts_panel::rename_dialog(ui, self.state.lang, &mut self.renaming, &self.actions);
        palette::palette_ui(ui, &mut self.palette, &self.state, &self.actions);
        if let Some(action) = self.toasts.show(ui.ctx(), self.state.lang) {
            self.actions.send(action);
        }
    }

    fn draw_writing(&mut self, ui: &mut Ui) {
        let t = tokens(ui.style());
        let bar = Frame::new().fill(t.surface).inner_margin(Margin::symmetric(16, 10));
        Panel::bottom("send_bar").frame(bar).show(ui, |ui| send_bar::send_bar_ui(ui, &self.state, &self.actions));

        let side = Frame::new().fill(t.base).inner_margin(Margin::same(8));
        let mut drafts_open = self.state.drafts_open;
        Panel::left("drafts").default_size(208.0).size_range(168.0..=320.0).frame(side).show_collapsible(
            ui,
            &mut drafts_open,
            |ui| {
                drafts_panel::drafts_ui(ui, &self.state, &self.actions, &mut self.renaming);
                ui.take_available_space();
            },
        );
        self.state.drafts_open = drafts_open;

        let Some(kind) = self.state.tab.kind() else { return };
        let State { drafts, inspector: part, inspector_open, lang, tab, .. } = &mut self.state;
        let Some(open) = drafts.current_mut(kind) else {
            CentralPanel::default().frame(Frame::new().fill(t.base)).show(ui, |ui| {
                drafts_panel::no_draft_ui(ui, *lang, kind, &self.actions);
            });
            return;
        };
        let cx = Cx {
            lang: *lang,
            tab: *tab,
            findings: &open.findings,
            jump: &self.jump,
            background: &self.background,
            actions: &self.actions,
        };
        let side = Frame::new().fill(t.surface).inner_margin(Margin { left: 16, right: 12, top: 10, bottom: 8 });
        Panel::right("inspector").default_size(368.0).size_range(280.0..=640.0).frame(side).show_collapsible(
            ui,
            inspector_open,
            |ui| {
                inspector::inspector_ui(ui, &cx, *part, &open.draft, &mut open.card_view, &mut open.notice_view);
                ui.take_available_space();
            },
        );
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
    }
}
