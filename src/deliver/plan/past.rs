//! What the journal and the history know of today, held against a plan.

use std::collections::{HashMap, HashSet};

use super::{Dropped, Rule, Wanted};
use crate::{
    compose::{
        Kind,
        personal::{Grouped, Personal},
    },
    deliver::limits::Allowances,
    directory::model::Directory,
    store::{
        history::{History, HistoryError},
        journal::{Journal, days},
    },
};

/// Up to so many different contents are looked up whole; with more, person by person.
const WHOLE_CONTENTS: usize = 16;

/// Where it is written what was sent.
#[derive(Clone, Copy, Debug)]
pub struct Past<'p> {
    /// Deliveries.
    pub journal: &'p Journal,
    /// Messages sent one by one.
    pub history: Option<&'p History>,
}

/// What else a plan needs to know.
pub(super) struct Facts {
    /// People reached within the last minute, and how long ago, milliseconds.
    pub minute: Vec<(u64, u64)>,
    /// Calls made this month.
    pub calls_of_month: u64,
}

/// The rows that can get it at all, and who cannot, with the rules that need no journal.
pub(super) fn who(wanted: &Wanted<'_>, personal: &Personal<'_>) -> (Vec<u32>, Vec<Dropped>) {
    let table = &wanted.recipients.table;
    let guard: HashSet<&str> = wanted.profile.only_to.iter().map(String::as_str).collect();
    let complete = wanted.directory.filter(|directory| directory.is_complete());
    let mut seen: HashSet<&str> = HashSet::with_capacity(table.rows.len());
    let mut dropped = Vec::new();
    let mut rows = Vec::with_capacity(table.rows.len());
    for (row, person) in super::rows(table).zip(&table.rows) {
        let id = person.person.id.as_str();
        let rule =
            if id.is_empty() || id.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | '，')) {
                Some(Rule::BadId)
            } else if !seen.insert(id) {
                Some(Rule::Twice)
            } else if !guard.is_empty() && !guard.contains(id) {
                Some(Rule::OnlyTo)
            } else if complete.is_some_and(|directory| !knows(directory, id)) {
                Some(Rule::OutsideScope)
            } else if personal.lacks(row) {
                Some(Rule::NoValue)
            } else {
                None
            };
        dropped.extend(rule.map(|rule| Dropped { row, rule, got: 0, until_ms: None }));
        if !rule.is_some_and(Rule::always_out) {
            rows.push(row);
        }
    }
    (rows, dropped)
}

fn knows(directory: &Directory, id: &str) -> bool {
    directory.by_userid(id).is_some() || directory.by_unionid(id).is_some()
}

/// What was sent one by one today.
#[derive(Default)]
pub(in crate::deliver) struct Singles {
    /// Per person: how many.
    people: indexmap::IndexMap<String, u32>,
    /// Per content and person: how many.
    contents: HashMap<(i64, String), u32>,
    minute: Vec<(u64, u64)>,
}

impl Past<'_> {
    /// Adds to `dropped` whom the rules of the day stop, and says what the windows hold.
    pub(super) fn facts(
        &self,
        wanted: &Wanted<'_>,
        allowed: &Allowances,
        grouped: &Grouped,
        dropped: &mut Vec<Dropped>,
    ) -> Result<Facts, HistoryError> {
        let (profile, now) = (wanted.profile.name.as_str(), wanted.now_ms);
        let table = &wanted.recipients.table;
        let id = |row: u32| table.rows.get(row as usize).map_or("", |row| row.person.id.as_str());
        let singles = self.rules_of_day(profile, now, allowed, grouped, &id, dropped)?;
        let ago = |at: i64| u64::try_from(now.saturating_sub(at)).unwrap_or(0);
        let mut minute = singles.minute;
        for recent in self.journal.recent(profile, now - 60_000)? {
            minute.push((recent.people, ago(recent.ended_ms.unwrap_or(recent.begun_ms))));
        }
        Ok(Facts { minute, calls_of_month: self.journal.calls_of_month(profile, now)? })
    }

    /// Adds to `dropped` whom the rules of the day stop. `id` gives the userid of a row of `grouped`.
    pub(in crate::deliver) fn rules_of_day<'t>(
        &self,
        profile: &str,
        now: i64,
        allowed: &Allowances,
        grouped: &Grouped,
        id: &dyn Fn(u32) -> &'t str,
        dropped: &mut Vec<Dropped>,
    ) -> Result<Singles, HistoryError> {
        let day = days::day_of(now);
        let until_ms = Some(days::next_day(now));
        let singles = self.singles(profile, now)?;
        let mut out: HashSet<u32> = dropped.iter().map(|one| one.row).collect();
        if let Some(limit) = allowed.same_content_per_day.value {
            let had = self.had_content(profile, day, grouped, &singles, id)?;
            for (row, got) in had {
                if got >= limit && out.insert(row) {
                    dropped.push(Dropped { row, rule: Rule::SameContent, got, until_ms });
                }
            }
        }
        if let Some(limit) = allowed.per_person_per_day.value {
            let mut got: HashMap<&str, (u32, u32)> =
                grouped.people.iter().flatten().map(|row| (id(*row), (*row, 0))).collect();
            let mut add = |userid: &str, count: u32| {
                if let Some((_, sum)) = got.get_mut(userid) {
                    *sum = sum.saturating_add(count);
                }
            };
            self.journal.each_of_day(profile, day, &mut add)?;
            for (userid, count) in &singles.people {
                add(userid, *count);
            }
            let mut over: Vec<(u32, u32)> = got.into_values().filter(|(_, sum)| *sum >= limit).collect();
            over.sort_unstable();
            for (row, got) in over {
                if out.insert(row) {
                    dropped.push(Dropped { row, rule: Rule::PerDay, got, until_ms });
                }
            }
        }
        dropped.sort_unstable_by_key(|one| one.row);
        Ok(singles)
    }

    /// Who got their content already today, and how often.
    fn had_content<'t>(
        &self,
        profile: &str,
        day: i64,
        grouped: &Grouped,
        singles: &Singles,
        id: &dyn Fn(u32) -> &'t str,
    ) -> Result<Vec<(u32, u32)>, HistoryError> {
        let mut had: HashMap<u32, u32> = HashMap::new();
        if grouped.contents.len() <= WHOLE_CONTENTS {
            for (content, people) in grouped.contents.iter().zip(&grouped.people) {
                let places: HashMap<&str, u32> = people.iter().map(|row| (id(*row), *row)).collect();
                self.journal.each_of_content(profile, day, content.hash, &mut |userid, count| {
                    if let Some(row) = places.get(userid) {
                        *had.entry(*row).or_default() += count;
                    }
                })?;
            }
        } else {
            let pairs: Vec<(i64, u32)> = grouped
                .contents
                .iter()
                .zip(&grouped.people)
                .flat_map(|(content, people)| people.iter().map(|row| (content.hash, *row)))
                .collect();
            let asked = pairs.iter().map(|(content, row)| (*content, id(*row)));
            self.journal.contents_of(profile, day, asked, &mut |place, count| {
                if let Some((_, row)) = pairs.get(place) {
                    *had.entry(*row).or_default() += count;
                }
            })?;
        }
        if !singles.contents.is_empty() {
            for (content, people) in grouped.contents.iter().zip(&grouped.people) {
                for row in people {
                    if let Some(count) = singles.contents.get(&(content.hash, id(*row).to_owned())) {
                        *had.entry(*row).or_default() += count;
                    }
                }
            }
        }
        let mut had: Vec<(u32, u32)> = had.into_iter().collect();
        had.sort_unstable();
        Ok(had)
    }

    /// Notices sent one by one today: they count for the same rules.
    fn singles(&self, profile: &str, now: i64) -> Result<Singles, HistoryError> {
        let mut singles = Singles::default();
        let Some(history) = self.history else { return Ok(singles) };
        let midnight = days::next_day(now) - 86_400_000;
        for sent in history.sent_since(profile, midnight)? {
            let ago = u64::try_from(now.saturating_sub(sent.at_unix_ms)).unwrap_or(0);
            if sent.kind != Kind::Notice {
                continue;
            }
            singles.minute.push((sent.people, ago));
            let content = u64::from_str_radix(&sent.content_hash, 16).ok().map(u64::cast_signed);
            for userid in sent.users {
                if let Some(content) = content {
                    *singles.contents.entry((content, userid.clone())).or_default() += 1;
                }
                *singles.people.entry(userid).or_default() += 1;
            }
        }
        Ok(singles)
    }
}
