//! What the server showed of each profile's ways of sending (`ways.toml`), so that it is known after a restart.
//!
//! Kept under the name that secrets are kept under, which has the app's id and the addresses in it: another app begins
//! anew. Losing the file loses nothing that anyone wrote; the connection check finds it out again.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::files::{self, FileError};
use crate::compose::{Via, ways::fit::Seen};

/// What was seen of one way, and when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sighting {
    /// When, Unix seconds.
    pub at_unix: i64,
    /// What.
    pub seen: Seen,
}

/// What was seen, by profile (its name in the vault) and way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Access {
    seen: BTreeMap<String, BTreeMap<Via, Sighting>>,
}

/// An entry of the file.
#[derive(Serialize, Deserialize)]
struct Entry {
    at: i64,
    state: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
}

impl Access {
    /// Where it is kept in a home.
    pub fn path(root: &Path) -> PathBuf {
        root.join("ways.toml")
    }

    /// Reads it; whatever cannot be read was never seen.
    pub fn load(path: &Path) -> Self {
        let text = files::read_text(path).ok().flatten().unwrap_or_default();
        let read: BTreeMap<String, BTreeMap<String, Entry>> = toml::from_str(&text).unwrap_or_default();
        let sighting = |(name, entry): (String, Entry)| {
            let seen = match entry.state.as_str() {
                "open" => Seen::Open,
                "closed" => Seen::Closed,
                "lacks" => Seen::Lacks(entry.scopes),
                _ => return None,
            };
            Some((Via::of_word(&name)?, Sighting { at_unix: entry.at, seen }))
        };
        let of = |ways: BTreeMap<String, Entry>| ways.into_iter().filter_map(sighting).collect();
        Self { seen: read.into_iter().map(|(profile, ways)| (profile, of(ways))).collect() }
    }

    /// Writes it, whole or not at all; profiles that `keep` refuses (the sandbox, which begins anew) are left out.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written.
    pub fn save(&self, path: &Path, keep: impl Fn(&str) -> bool) -> Result<(), FileError> {
        let entry = |sighting: &Sighting| {
            let (state, scopes) = match &sighting.seen {
                Seen::Open => ("open", Vec::new()),
                Seen::Closed => ("closed", Vec::new()),
                Seen::Lacks(scopes) => ("lacks", scopes.clone()),
            };
            Entry { at: sighting.at_unix, state: state.to_owned(), scopes }
        };
        let of = |ways: &BTreeMap<Via, Sighting>| -> BTreeMap<&'static str, Entry> {
            ways.iter().map(|(via, sighting)| (via.name(), entry(sighting))).collect()
        };
        let kept = self.seen.iter().filter(|(profile, ways)| keep(profile) && !ways.is_empty());
        let document: BTreeMap<&str, _> = kept.map(|(profile, ways)| (profile.as_str(), of(ways))).collect();
        // Maps of plain values always have a TOML form.
        let text = toml::to_string(&document).unwrap_or_default();
        files::write_atomically(path, text.as_bytes())
    }

    /// What was seen of a profile's way.
    pub fn of(&self, profile: &str, via: Via) -> Option<&Sighting> {
        self.seen.get(profile)?.get(&via)
    }

    /// Notes what was seen; whether that is news.
    pub fn note(&mut self, profile: &str, via: Via, at_unix: i64, seen: Seen) -> bool {
        let ways = self.seen.entry(profile.to_owned()).or_default();
        let news = ways.get(&via).is_none_or(|known| known.seen != seen);
        ways.insert(via, Sighting { at_unix, seen });
        news
    }

    /// Forgets what was seen of a profile.
    pub fn forget(&mut self, profile: &str) {
        self.seen.remove(profile);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{CardVia, NoticeVia};

    #[test]
    fn what_was_seen_comes_back_without_the_sandbox_and_a_broken_file_is_a_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = Access::path(folder.path());
        assert_eq!(Access::load(&path), Access::default());
        let mut access = Access::default();
        let lacks = Seen::Lacks(vec!["Card.Instance.Write".to_owned()]);
        let (create, template) = (CardVia::CreateAndDeliver.into(), NoticeVia::Template.into());
        assert!(access.note("internal/总部/ding1", create, 7, lacks.clone()));
        assert!(!access.note("internal/总部/ding1", create, 8, lacks.clone()), "no news");
        access.note("internal/总部/ding1", template, 9, Seen::Closed);
        access.note("sandbox/Sandbox/", create, 9, Seen::Open);
        access.save(&path, |profile| !profile.starts_with("sandbox/")).unwrap();
        let read = Access::load(&path);
        assert_eq!(read.of("internal/总部/ding1", create), Some(&Sighting { at_unix: 8, seen: lacks }));
        assert_eq!(read.of("internal/总部/ding1", template).map(|one| &one.seen), Some(&Seen::Closed));
        assert_eq!(read.of("sandbox/Sandbox/", create), None);
        access.forget("internal/总部/ding1");
        assert_eq!(access.of("internal/总部/ding1", create), None);
        std::fs::write(&path, "x = [").unwrap();
        assert_eq!(Access::load(&path), Access::default());
    }
}
