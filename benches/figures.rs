//! Figures that an issue asks for, as a table: `cargo bench --bench figures [-- WORD]`, only groups whose name holds WORD.
//!
//! To add one: a function in a file of its own (as [`people`]) that takes the [`harness::Report`], and a line in `main`.

mod card;
mod delivery;
mod harness;
mod history;
mod notice;
mod people;
mod recipients;
mod running;
mod template;
mod throughput;
mod window;

use harness::Report;

/// Set for the child process that measures memory: the cache to read.
const MEMORY_OF: &str = "FIGURES_MEMORY_OF";

fn main() -> std::io::Result<()> {
    if let Some(path) = std::env::var_os(MEMORY_OF) {
        people::memory(&Report::headless(), path.as_ref());
        return Ok(());
    }
    let report = Report::from_arguments();
    let folder = tempfile::tempdir()?;
    if report.wants("search") {
        people::search(&report);
    }
    if report.wants("build") {
        people::build(&report);
    }
    if report.wants("cache") {
        people::cache(&report, folder.path());
        let path = folder.path().join("people.sqlite");
        std::process::Command::new(std::env::current_exe()?).env(MEMORY_OF, path).status()?;
    }
    if report.wants("fetch") {
        people::fetch(&report)?;
    }
    if report.wants("import") {
        recipients::import_lists(&report);
    }
    if report.wants("window") {
        window::window(&report);
        running::frames(&report, &folder.path().join("running-home"));
    }
    if report.wants("card") {
        card::frames(&report, &folder.path().join("home"));
    }
    if report.wants("template") {
        template::template(&report, &folder.path().join("lab"));
    }
    if report.wants("notice") {
        notice::frames(&report, &folder.path().join("notice-home"));
    }
    if report.wants("history") {
        history::history(&report, folder.path());
    }
    if report.wants("plan") || report.wants("journal") {
        delivery::plans(&report, folder.path());
    }
    if report.wants("throughput") {
        throughput::throughput(&report, folder.path())?;
    }
    Ok(())
}
