//! Every call that arrived, small enough to keep all of them, and sliding windows of the sandbox's own: what a test holds
//! against what a sender says it did.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};

use super::arrival::{Fate, Message};
use super::call::Call;
use crate::dingtalk::System;

/// Entries kept; the oldest go first.
const KEPT: usize = 500_000;

/// A call that arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LedgerEntry {
    /// When, by the sandbox's clock.
    pub at: Timestamp,
    /// The system it was sent to.
    pub system: System,
    /// Path without the query.
    pub path: Arc<str>,
    /// Tells bodies apart.
    pub body: u64,
    /// Everybody whom a message that was taken was for, in its order; empty for other calls.
    pub people: Arc<[String]>,
    /// `outTrackId` of a card that was taken.
    pub out_track_id: Option<String>,
    /// Whether it was carried out.
    pub taken: bool,
    /// The code of a refusal.
    pub code: Option<String>,
}

/// The most that any sliding window has held.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fullest {
    /// Calls of one path within any second; refused ones count.
    pub calls_per_second: IndexMap<String, usize>,
    /// People of notices that were taken within any minute; invalid ones do not count.
    pub people_per_minute: usize,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: VecDeque<LedgerEntry>,
    paths: IndexMap<String, Arc<str>>,
    seconds: IndexMap<String, VecDeque<Timestamp>>,
    minute: VecDeque<(Timestamp, usize)>,
    in_minute: usize,
    fullest: Fullest,
}

impl Ledger {
    /// Writes a call down.
    pub(super) fn note(&mut self, call: &Call, at: Timestamp, message: &Message, taken: bool, code: Option<String>) {
        let path = self.paths.get(&call.path).map_or_else(|| call.path.as_str().into(), Arc::clone);
        // Only so many different paths are counted; what else is asked for is only listed.
        if self.paths.len() < 1_000 && !self.paths.contains_key(&call.path) {
            self.paths.insert(call.path.clone(), Arc::clone(&path));
        }
        let second = at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MIN);
        if self.paths.contains_key(&call.path) {
            let calls = self.seconds.entry(call.path.clone()).or_default();
            calls.retain(|seen| *seen > second && *seen <= at);
            calls.push_back(at);
            let most = self.fullest.calls_per_second.entry(call.path.clone()).or_default();
            *most = (*most).max(calls.len());
        }
        let (mut people, mut out_track_id) = (Vec::new(), None);
        match message {
            Message::None => {}
            Message::Notice(notice) => {
                people = notice.recipients.iter().map(|one| one.userid.clone()).collect();
                let valid = notice.recipients.iter().filter(|one| one.fate != Fate::Invalid).count();
                let minute = at.checked_sub(SignedDuration::from_mins(1)).unwrap_or(Timestamp::MIN);
                while let Some((seen, count)) = self.minute.front().copied()
                    && seen <= minute
                {
                    self.in_minute -= count;
                    self.minute.pop_front();
                }
                self.minute.push_back((at, valid));
                self.in_minute += valid;
                self.fullest.people_per_minute = self.fullest.people_per_minute.max(self.in_minute);
            }
            Message::Card(card) => {
                people = card.recipients.iter().map(|one| one.userid.clone()).collect();
                out_track_id = Some(card.out_track_id.clone());
            }
        }
        let mut hasher = DefaultHasher::new();
        call.body.hash(&mut hasher);
        let body = hasher.finish();
        let people = people.into();
        self.entries.push_back(LedgerEntry { at, system: call.system, path, body, people, out_track_id, taken, code });
        if self.entries.len() > KEPT {
            self.entries.pop_front();
        }
    }

    pub(super) fn entries(&self) -> Vec<LedgerEntry> {
        self.entries.iter().cloned().collect()
    }

    pub(super) fn fullest(&self) -> Fullest {
        self.fullest.clone()
    }
}
