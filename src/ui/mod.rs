//! The screens: they read the state, draw it, and send wishes. Knows no HTTP; what waits runs in [`background`].
//!
//! * [`app`]: the application: `logic` (wishes, results of background work), `dispatch`, the window's frame.
//! * [`state`], [`drafts`], [`findings`], [`checking`]: what is shown, and what is wrong with it.
//! * [`commands`], [`action`]: what a person, and what a screen, can ask for.
//! * [`cx`]: what a screen gets to know while it is drawn.
//! * [`theme`], [`icons`], [`widgets`]: how it looks.
//! * [`remote`], [`background`]: values that come from somewhere slow.
//! * one module per screen: [`card`], [`notice`], [`top_bar`], [`drafts_panel`], [`inspector`], [`send_bar`], [`palette`];
//!   [`picker`] is shared by the tabs.

pub mod action;
pub mod app;
pub mod background;
pub mod card;
pub mod checking;
pub mod commands;
pub mod cx;
pub mod drafts;
pub mod drafts_panel;
pub mod findings;
pub mod icons;
pub mod inspector;
pub mod notice;
pub mod palette;
pub mod picker;
pub mod remote;
pub mod send_bar;
pub mod state;
pub mod theme;
pub mod top_bar;
pub mod widgets;

/// How the window is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where settings, drafts and history are; `None`: the platform's own place.
    pub home: Option<std::path::PathBuf>,
    /// The language asked for; `None`: as the settings or the system say.
    pub lang: Option<crate::lang::Lang>,
}

/// Why no window could be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no display to draw on.
    #[error("no display: use the command line instead, e.g. `ding-composer check FILE` or `ding-composer send FILE`")]
    NoDisplay,
    /// The window system or OpenGL refused, with its own words.
    #[error("the window could not be opened: {0}")]
    Window(String),
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// See [`StartError`].
pub fn run(options: &Options) -> Result<(), StartError> {
    let viewport = egui::ViewportBuilder::default()
        .with_app_id("ding-composer")
        .with_title("DingComposer")
        .with_inner_size(theme::size::WINDOW)
        .with_min_inner_size(theme::size::WINDOW_MIN);
    let native = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..Default::default() };
    let lang = options.lang;
    eframe::run_native(
        "ding-composer",
        native,
        Box::new(move |cc| {
            let mut app = app::App::new(&cc.egui_ctx, app::Env::real());
            theme::fonts::extend_with_system_fonts(&cc.egui_ctx);
            if let Some(lang) = lang {
                app.state.lang = lang;
            }
            Ok(Box::new(app))
        }),
    )
    .map_err(|error| StartError::Window(error.to_string()))
}
