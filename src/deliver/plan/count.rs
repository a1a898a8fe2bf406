//! How many calls a plan would make: without the past, so that a screen may say it while somebody types.

use std::collections::HashSet;

use super::{Mode, Wanted, cut, past};
use crate::{
    compose::{Kind, personal::Personal},
    deliver::limits::{REPORTED_PEOPLE, allowances},
};

/// The number of calls of [`super::plan`] for the same wishes, if nothing of the past stands against anybody.
pub fn call_count(wanted: &Wanted<'_>) -> usize {
    let recipients = wanted.recipients;
    let allowed = allowances(wanted.profile, wanted.draft.via());
    let personal = Personal::new(wanted.draft, &recipients.table);
    let (rows, dropped) = past::who(wanted, &personal);
    let out: HashSet<u32> = if wanted.leave_out { dropped.iter().map(|one| one.row).collect() } else { HashSet::new() };
    let grouped = personal.group(rows);
    let cut = cut::cut(&grouped.people, &out, most_people(wanted.mode, &allowed), allowed.people_per_minute.value);
    let alone = cut.calls.is_empty() && wanted.mode == Mode::Fewest && !recipients.departments.is_empty();
    cut.calls.len() + usize::from(alone && wanted.draft.kind() == Kind::Notice)
}

/// How many people a call may have in a mode.
pub(super) fn most_people(mode: Mode, allowed: &crate::deliver::limits::Allowances) -> u32 {
    let most = allowed.people_per_call.value.unwrap_or(REPORTED_PEOPLE);
    if mode == Mode::Report { most.min(REPORTED_PEOPLE) } else { most }
}
