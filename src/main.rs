//! Opens the window, or runs the command line.

use std::process::ExitCode;

use ding_composer::{
    cli::{self, Exit, Out},
    lang::{Lang, text},
    ui,
};

fn main() -> ExitCode {
    let args = cli::args(std::env::args_os());
    log_to_stderr();
    let exit = match &args.command {
        Some(command) => {
            let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
            let artist = ui::lab::studio::ARTIST;
            cli::run_with(command, &args, &mut Out { out: &mut out, err: &mut err }, Some(artist))
        }
        None => window(&args),
    };
    ExitCode::from(exit.code())
}

fn window(args: &cli::Args) -> Exit {
    let lang = args.program_lang().unwrap_or_else(Lang::of_system);
    let options = ui::Options {
        home: args.home.clone(),
        lang: args.program_lang(),
        sandbox_people: Some(args.sandbox_people),
        open: args.open.clone(),
    };
    match ui::run(&options) {
        Ok(()) => Exit::HandedOver,
        Err(error) => {
            cli::complain(&match &error {
                ui::StartError::NoDisplay => text(lang, "cli.no_display", &[]),
                ui::StartError::Window(reason) => text(lang, "cli.window_failed", &[("reason", reason.clone())]),
            });
            Exit::Usage
        }
    }
}

/// `DING_COMPOSER_LOG` takes a level (`error` … `trace`) for this program's own events. Other crates stay silent: the HTTP
/// crates would print addresses with tokens in them.
fn log_to_stderr() {
    let level = std::env::var("DING_COMPOSER_LOG").ok();
    let level = level.as_deref().and_then(|text| text.parse::<tracing::Level>().ok()).unwrap_or(tracing::Level::ERROR);
    let filter = tracing_subscriber::EnvFilter::new(format!("off,ding_composer={level}"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
