//! What the check of the draft says once the values of the people stand in it.

use std::collections::HashSet;

use super::{Plan, Wanted};
use crate::compose::{
    Finding,
    personal::{Personal, Use},
};

/// So many different contents are checked one by one, in the order of the calls, and besides them those with the longest
/// values: the rest differs in shorter values of the same columns.
const CHECKED_CONTENTS: usize = 200;

/// Findings that are the plan's business: who gets it, departments included.
const ABOUT_PEOPLE: [&str; 2] = ["notice.no_receiver", "msg.no_receiver"];

/// The findings, each once, and for each the row whose values bring it about (`None`: everybody's do).
pub(super) fn check(plan: &Plan, personal: &Personal<'_>, wanted: &Wanted<'_>) -> (Vec<Finding>, Vec<Option<u32>>) {
    let mut seen = HashSet::new();
    let contents = plan.calls.iter().filter_map(|call| plan.contents.get(call.content)).map(|one| one.row);
    let mut checked: Vec<u32> = contents.filter(|row| seen.insert(*row)).take(CHECKED_CONTENTS).collect();
    if plan.contents.len() > checked.len() {
        checked.extend(longest(plan, wanted).into_iter().filter(|row| seen.insert(*row)));
    }
    // Nobody is left: what is wrong with the draft shall be known all the same.
    let nobody = plan.calls.is_empty();
    if nobody {
        checked.push(0);
    }
    let not_about_people = nobody || !plan.departments.is_empty();
    // Each with the first row that has it, and how many have.
    let mut found: Vec<(Finding, u32, usize)> = Vec::new();
    for row in &checked {
        for finding in personal.check(*row, wanted.context) {
            if not_about_people && ABOUT_PEOPLE.contains(&finding.code) {
                continue;
            }
            match found.iter_mut().find(|(known, ..)| *known == finding) {
                Some((_, _, times)) => *times += 1,
                None => found.push((finding, *row, 1)),
            }
        }
    }
    let everybody = |times: usize| times >= checked.len();
    found.into_iter().map(|(finding, row, times)| (finding, (!everybody(times)).then_some(row))).unzip()
}

/// For each column that counts the row of the plan with the longest value, and the one with the longest values in all.
fn longest(plan: &Plan, wanted: &Wanted<'_>) -> Vec<u32> {
    let rows = &wanted.recipients.table.rows;
    let length = |row: u32, column: usize| {
        rows.get(row as usize).and_then(|row| row.cells.get(column)?.as_deref()).map_or(0, str::len)
    };
    let columns: Vec<usize> =
        plan.columns.iter().enumerate().filter(|(_, (_, used))| *used != Use::Nothing).map(|(at, _)| at).collect();
    let of_column = |column: &usize| plan.order.iter().copied().max_by_key(|row| length(*row, *column));
    let whole = |row: &u32| columns.iter().map(|column| length(*row, *column)).sum::<usize>();
    let in_all = plan.order.iter().copied().max_by_key(whole);
    columns.iter().filter_map(of_column).chain(in_all).collect()
}
