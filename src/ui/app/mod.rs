//! The application: owns the state, runs what screens asked for (`logic`, `dispatch`) and draws the frame (`frame`).

mod dispatch;
mod frame;
mod logic;

use std::sync::Arc;

use super::{
    action::Actions,
    background::Background,
    checking::{Checker, Facts},
    palette::Palette,
    picker::Picker,
    state::{DraftId, OpenDraft, State},
    theme,
    widgets::{Toasts, form::Jump},
};
use crate::{
    compose::{CardDraft, Draft, NoticeDraft},
    lang::Lang,
};

/// What the program takes from its surroundings; tests give their own.
#[derive(Clone)]
pub struct Env {
    /// The time.
    pub now: Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>,
    /// A fresh random identifier.
    pub fresh_id: Arc<dyn Fn() -> String + Send + Sync>,
}

impl Env {
    /// The real surroundings.
    pub fn real() -> Self {
        Self { now: Arc::new(jiff::Timestamp::now), fresh_id: Arc::new(|| uuid::Uuid::new_v4().simple().to_string()) }
    }
}

/// The program's window.
pub struct App {
    env: Env,
    /// What the screens show.
    pub state: State,
    background: Background,
    checker: Checker,
    facts: Facts,
    actions: Actions,
    jump: Jump,
    toasts: Toasts,
    palette: Palette,
    picker: Picker,
    renaming: Option<(DraftId, String)>,
    /// The finding jumped to last, of which draft.
    finding_at: Option<(DraftId, usize)>,
}

impl App {
    /// Starts with the theme installed on `ctx`.
    pub fn new(ctx: &egui::Context, env: Env) -> Self {
        theme::install(ctx);
        let mut state = State::new(Lang::of_system());
        state.theme.apply(ctx);
        for draft in [Draft::Card(CardDraft::default()), Draft::Notice(NoticeDraft::default())] {
            let id = DraftId((env.fresh_id)());
            state.drafts.add(OpenDraft::new(id, String::new(), draft, (env.now)(), false));
        }
        Self {
            env,
            state,
            background: Background::new(ctx.clone()),
            checker: Checker::default(),
            facts: Facts::default(),
            actions: Actions::new(ctx.clone()),
            jump: Jump::default(),
            toasts: Toasts::default(),
            palette: Palette::default(),
            picker: Picker::default(),
            renaming: None,
            finding_at: None,
        }
    }

    fn now(&self) -> jiff::Timestamp {
        (self.env.now)()
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.run_logic(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }
}
