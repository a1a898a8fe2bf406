//! The screens: they read the state, draw it, and send wishes. Knows no HTTP; what waits runs in [`background`].
//!
//! * [`app`]: the application: `logic` (wishes, results of background work), `dispatch`, the window's frame.
//! * [`env`]: folder, vault, clock, randomness, sandbox; [`testing`] makes one for tests.
//! * [`state`], [`drafts`], [`findings`], [`checking`], [`link`], [`sending`]: what is shown.
//! * [`commands`], [`action`]: what a person, and what a screen, can ask for.
//! * [`cx`]: what a screen gets to know while it is drawn.
//! * [`theme`], [`icons`], [`widgets`]: how it looks. [`measured`]: for the bench of the start.
//! * [`remote`], [`background`], [`files`]: values that come from somewhere slow.
//! * one module per screen: [`card`], [`notice`], [`history`], [`settings`], [`top_bar`], [`drafts_panel`], [`inspector`],
//!   [`send_bar`], [`palette`]; [`picker`] and [`import`] are shared by the tabs; [`lab`] draws a card template's export.
//! * [`delivery`]: plans, what runs, reports.

pub mod action;
pub mod app;
pub mod background;
pub mod card;
pub mod checking;
pub mod commands;
mod composing;
pub mod cx;
pub mod delivery;
pub mod drafts;
pub mod drafts_panel;
pub mod env;
pub mod files;
pub mod findings;
pub mod first;
pub mod history;
pub mod icons;
pub mod import;
pub mod inspector;
pub mod lab;
pub mod link;
pub mod measured;
pub mod notice;
pub mod palette;
pub mod picker;
pub mod remote;
pub mod send_bar;
pub mod sending;
pub mod settings;
pub mod state;
pub mod testing;
pub mod theme;
pub mod top_bar;
pub mod ways;
pub mod widgets;

use crate::{lang::Lang, store::window::WindowMemory};

/// How the window is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where settings, drafts and history are; `None`: the platform's own place.
    pub home: Option<std::path::PathBuf>,
    /// The language asked for; `None`: as the settings or the system say.
    pub lang: Option<Lang>,
    /// How many people the sandbox's organisation has; `None`: the usual number.
    pub sandbox_people: Option<usize>,
    /// A draft file to open.
    pub open: Option<std::path::PathBuf>,
}

/// Why no window could be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no display to draw on. The text names the command-line form.
    #[error(
        "no display to open a window on; without one use `ding-composer check FILE` and `ding-composer send FILE` \
         （没有可用的显示器，可改用命令行：ding-composer check 文件、ding-composer send 文件）"
    )]
    NoDisplay,
    /// The window system or OpenGL refused, or no folder could be made, not even a temporary one; with its own words.
    #[error("the window could not be opened: {0}")]
    Window(String),
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// See [`StartError`].
pub fn run(options: &Options) -> Result<(), StartError> {
    if !has_display() {
        return Err(StartError::NoDisplay);
    }
    let lang = options.lang.unwrap_or_else(Lang::of_system);
    let mut env =
        env::Env::real(options.home.clone(), options.lang).map_err(|error| StartError::Window(error.message(lang)))?;
    if let Some(people) = options.sandbox_people {
        env.sandbox.people = people;
    }
    let open = options.open.clone();
    let memory = WindowMemory::load(&WindowMemory::path(env.home.root()));
    let [min_width, min_height] = theme::size::WINDOW_MIN;
    let [width, height] = theme::size::WINDOW;
    let size = [memory.width.unwrap_or(width).max(min_width), memory.height.unwrap_or(height).max(min_height)];
    let mut viewport = egui::ViewportBuilder::default()
        .with_app_id("ding-composer")
        .with_title("DingComposer")
        .with_inner_size(size)
        .with_min_inner_size(theme::size::WINDOW_MIN)
        .with_maximized(memory.maximized)
        .with_clamp_size_to_monitor_size(true);
    match eframe::icon_data::from_png_bytes(icons::APP_PNG) {
        Ok(icon) => viewport = viewport.with_icon(icon),
        Err(error) => tracing::warn!(%error, "the window's icon cannot be read"),
    }
    let native = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        // Ours prefers Simplified Chinese shapes whatever the desktop's language is.
        system_font_fallback: false,
        ..Default::default()
    };
    let begun = std::rc::Rc::new(std::cell::Cell::new(false));
    let has_begun = begun.clone();
    let opened = eframe::run_native(
        "ding-composer",
        native,
        Box::new(move |cc| {
            has_begun.set(true);
            let mut app = app::App::new(&cc.egui_ctx, env);
            theme::fonts::extend_with_system_fonts(&cc.egui_ctx);
            if let Some(path) = open {
                app.open_path(path);
            }
            Ok(measured::wrap(app))
        }),
    );
    opened.map_err(|error| match error {
        // A display is named, and nobody answers there.
        eframe::Error::WinitEventLoop(error) if !begun.get() => {
            tracing::debug!(%error, "no event loop");
            StartError::NoDisplay
        }
        error => StartError::Window(error.to_string()),
    })
}

/// Whether there is something to open a window on. Only on Unix a process can know that beforehand.
fn has_display() -> bool {
    if cfg!(any(target_os = "windows", target_os = "macos")) {
        return true;
    }
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    set("DISPLAY") || set("WAYLAND_DISPLAY") || set("WAYLAND_SOCKET")
}
