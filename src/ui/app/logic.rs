//! What happens before every pass, also while the window is hidden: shortcuts, wishes, results of background work.

use super::App;
use crate::ui::commands;

impl App {
    pub(super) fn run_logic(&mut self, ctx: &egui::Context) {
        self.state.text_focused = ctx.text_edit_focused();
        if ctx.memory(|memory| memory.top_modal_layer().is_none()) && !self.palette.is_open() {
            for command in commands::pressed(ctx, self.state.text_focused) {
                self.run(ctx, command);
            }
        }
        for action in self.actions.take() {
            self.apply(ctx, action);
        }
        self.follow_drafts(ctx);
        self.jump.step(ctx);
    }

    /// Notices what was typed: undo points, checks.
    fn follow_drafts(&mut self, ctx: &egui::Context) {
        let now = self.now();
        let now_secs = ctx.input(|input| input.time);
        self.checker.collect(|id| self.state.drafts.get_mut(id));
        if let Some(open) = self.state.current_mut() {
            open.follow(now_secs, now);
            if open.is_in_flux() {
                // The undo point is made once the typing has paused.
                ctx.request_repaint_after_secs(1.0);
            }
            self.checker.check(open, &self.facts, None, &self.background);
        }
    }
}
