//! Measures and prints: one line a figure, p50, p99 and largest of its samples, and whether a limit was kept.
//!
//! Figures are looked at by people (`docs/performance.md`), not tested: a loaded machine would fail them for nothing.

use std::{
    hint::black_box,
    io::Write as _,
    time::{Duration, Instant},
};

/// Prints figures as they are measured.
pub struct Report {
    filter: Option<String>,
}

impl Report {
    /// A report of the figures whose name holds the first argument that is no option; of all without one.
    pub fn from_arguments() -> Self {
        let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
        let report = Self { filter };
        report.line(&format!("{}\n", machine()));
        report.line("| figure | samples | p50 | p99 | max | limit (p99) | kept |");
        report.line("| --- | --- | --- | --- | --- | --- | --- |");
        report
    }

    #[expect(clippy::unused_self, reason = "only who has a report may print: the head comes first")]
    fn line(&self, text: &str) {
        // A closed pipe is no reason to stop in the middle of a measurement.
        writeln!(std::io::stdout().lock(), "{text}").ok();
    }

    /// A report that prints its lines without a head.
    pub const fn headless() -> Self {
        Self { filter: None }
    }

    /// Whether a group of figures is wanted; ask before setting a costly scene.
    pub fn wants(&self, group: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| group.contains(filter.as_str()))
    }

    /// Times `action` once for each input.
    pub fn each<I, T>(
        &self,
        name: &str,
        limit: Option<Duration>,
        inputs: impl IntoIterator<Item = I>,
        mut action: impl FnMut(&I) -> T,
    ) {
        let mut samples: Vec<Duration> = inputs
            .into_iter()
            .map(|input| {
                let begun = Instant::now();
                black_box(action(black_box(&input)));
                begun.elapsed()
            })
            .collect();
        self.samples(name, limit, &mut samples);
    }

    /// Times `action` a number of times.
    pub fn times<T>(&self, name: &str, limit: Option<Duration>, count: usize, mut action: impl FnMut() -> T) {
        self.each(name, limit, 0..count, |_| action());
    }

    /// Prints samples that were taken elsewhere.
    pub fn samples(&self, name: &str, limit: Option<Duration>, samples: &mut [Duration]) {
        samples.sort_unstable();
        let at = |percent: usize| {
            let place = (samples.len() * percent).div_ceil(100);
            samples.get(place.saturating_sub(1)).copied().unwrap_or_default()
        };
        let (half, most, max) = (at(50), at(99), at(100));
        let limit_shown = limit.map_or_else(|| "–".to_owned(), shown);
        let kept = limit.map_or("–", |limit| if most <= limit { "yes" } else { "**no**" });
        let (count, half, most, max) = (samples.len(), shown(half), shown(most), shown(max));
        self.line(&format!("| {name} | {count} | {half} | {most} | {max} | {limit_shown} | {kept} |"));
    }

    /// Says what is not measured here, and why.
    pub fn skipped(&self, name: &str, why: &str) {
        self.line(&format!("| {name} | 0 | skipped: {why} | – | – | – | – |"));
    }

    /// Prints how many times as fast something is, its smallest sample last, judged by the one in the middle.
    pub fn factors(&self, name: &str, least: f64, samples: &mut [f64]) {
        samples.sort_unstable_by(f64::total_cmp);
        let (Some(smallest), Some(half)) = (samples.first(), samples.get(samples.len() / 2)) else { return };
        let kept = if *half >= least { "yes" } else { "**no**" };
        let count = samples.len();
        self.line(&format!("| {name} | {count} | {half:.1} × | – | {smallest:.1} × | {least:.0} × | {kept} |"));
    }

    /// Prints an amount of memory.
    pub fn memory(&self, name: &str, limit_mb: Option<f64>, bytes: u64) {
        let mb = bytes as f64 / 1e6;
        let limit_shown = limit_mb.map_or_else(|| "–".to_owned(), |limit| format!("{limit:.0} MB"));
        let kept = limit_mb.map_or("–", |limit| if mb <= limit { "yes" } else { "**no**" });
        self.line(&format!("| {name} | 1 | {mb:.1} MB | – | – | {limit_shown} | {kept} |"));
    }
}

fn shown(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    if micros < 1000.0 { format!("{micros:.0} µs") } else { format!("{:.2} ms", micros / 1000.0) }
}

/// Resident memory of this process in bytes; 0 where the platform does not tell.
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()).and_then(|number| number.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// What the figures were taken on.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let build = if cfg!(debug_assertions) { "debug build: figures mean nothing" } else { "release build" };
    format!("{}, {cores} cores, {}, {build}", model.trim_start_matches([' ', '\t', ':']), std::env::consts::OS)
}
