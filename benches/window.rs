//! The real program in a real window: from its start to its first frame, and the memory it holds then.
//!
//! Needs a display (`xvfb-run -a cargo bench --bench figures -- window`); without one it says what it skips.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use ding_composer::store::{
    Home, directory_cache,
    settings::{Profile, ProfileKind},
};

use crate::{harness::Report, people};

const STARTS: usize = 21;

/// Start and memory, with an empty folder.
pub fn window(report: &Report) {
    if std::env::var_os("DISPLAY").is_none() {
        report.skipped("window: start and memory", "no display; run under xvfb-run");
        return;
    }
    let Ok(home) = tempfile::tempdir() else { return };
    let mut samples: Vec<Duration> = (0..STARTS).filter_map(|_| Some(start(home.path(), &[])?.took)).collect();
    report.samples("start of the program to its first frame", Some(Duration::from_millis(250)), &mut samples);
    if let Some(started) = start(home.path(), &[]) {
        report.memory("resident memory after the first frame", Some(160.0), started.settled());
    }
    window_with_people(report);
}

/// Start and memory where 100,000 people are known from before: their cache is read and indexed in the background.
fn window_with_people(report: &Report) {
    let Ok(folder) = tempfile::tempdir() else { return };
    {
        let Ok(home) = Home::open(Some(folder.path().to_owned())) else { return };
        let sandbox = Profile::new(Profile::SANDBOX, ProfileKind::Sandbox);
        if directory_cache::save(&directory_cache::path_of(&home, &sandbox), &people::directory(100_000), 1).is_err() {
            return;
        }
    }
    let mut samples: Vec<Duration> = (0..STARTS).filter_map(|_| Some(start(folder.path(), &[])?.took)).collect();
    report.samples("start with 100,000 people known", Some(Duration::from_millis(250)), &mut samples);
    if let Some(started) = start(folder.path(), &[]) {
        report.memory("resident memory with 100,000 people loaded", Some(260.0), started.settled());
    }
}

struct Started {
    child: Child,
    took: Duration,
}

impl Started {
    /// Resident memory in bytes, once what loads in the background is there.
    fn settled(&self) -> u64 {
        std::thread::sleep(Duration::from_secs(3));
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn start(home: &Path, more: &[&str]) -> Option<Started> {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ding-composer"))
        .args(["--lang", "zh", "--home"])
        .arg(home)
        .args(more)
        .env(ding_composer::ui::measured::VARIABLE, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
    let took = begun.elapsed();
    let started = Started { child, took };
    line.starts_with("first frame").then_some(started)
}
