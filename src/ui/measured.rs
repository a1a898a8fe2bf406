//! For `cargo bench` only: says on standard output when the first frame was on screen.
//!
//! Nothing else of the program knows of it. Without the environment variable the app runs unwrapped.

use std::io::Write as _;

use super::app::App;

/// Set by the bench that measures the start.
pub const VARIABLE: &str = "DING_COMPOSER_TELL_FIRST_FRAME";

/// The app itself, or, when it is being measured, the app with a note when its first frame is on screen.
pub(super) fn wrap(app: App) -> Box<dyn eframe::App> {
    if std::env::var_os(VARIABLE).is_some() { Box::new(Measured { app, frames: 0 }) } else { Box::new(app) }
}

struct Measured {
    app: App,
    frames: u32,
}

impl eframe::App for Measured {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        self.app.logic(ctx, frame);
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        self.frames += 1;
        match self.frames {
            // The first frame is on screen when the second begins.
            1 => ui.request_repaint(),
            2 => {
                let mut out = std::io::stdout();
                writeln!(out, "first frame").and_then(|()| out.flush()).ok();
            }
            _ => {}
        }
        self.app.ui(ui, frame);
    }
}
