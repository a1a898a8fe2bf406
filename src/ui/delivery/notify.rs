//! The desktop's note when a long delivery ends while nobody looks: numbers only, no names, no secret.

use std::time::Duration;

use crate::lang::Lang;

/// From this long on an end is told by the desktop.
pub const LONG: Duration = Duration::from_mins(1);

/// What is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// The heading.
    pub summary: String,
    /// The numbers.
    pub body: String,
}

impl Note {
    /// Of a delivery that ended: how many calls were handed over, refused, and are unknown.
    pub fn of(counts: &crate::store::journal::Counts, finished: bool, lang: Lang) -> Self {
        let summary = if finished { tr!(lang, "deliveries.note_done") } else { tr!(lang, "deliveries.note_stopped") };
        let body = tr!(
            lang,
            "deliveries.note_body",
            handed_over = counts.handed_over,
            refused = counts.refused,
            unknown = counts.unknown,
            not_begun = counts.not_begun
        );
        Self { summary: summary.into_owned(), body: body.into_owned() }
    }
}

/// Where notes are shown.
pub trait Notifier: Send + Sync {
    /// Shows one. Must not block.
    fn show(&self, note: Note);
}

/// The desktop.
pub struct Desktop;

impl Notifier for Desktop {
    fn show(&self, note: Note) {
        show(note);
    }
}

/// Shows a note, on a thread of its own. A desktop that takes none is no fault of the delivery: it is only logged.
fn show(note: Note) {
    let shown = std::thread::Builder::new().name("ding-notify".to_owned()).spawn(move || {
        let mut desktop = notify_rust::Notification::new();
        if let Err(error) = desktop.appname("DingComposer").summary(&note.summary).body(&note.body).show() {
            tracing::warn!(%error, "the desktop took no notification");
        }
    });
    if let Err(error) = shown {
        tracing::warn!(%error, "no thread for a notification");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::Counts;

    #[test]
    fn a_note_holds_numbers_only() {
        let counts = Counts { handed_over: 48, refused: 1, unknown: 1, ..Counts::default() };
        let note = Note::of(&counts, true, Lang::Zh);
        assert!(note.body.contains("48"), "{}", note.body);
        assert!(!note.summary.is_empty());
    }
}
