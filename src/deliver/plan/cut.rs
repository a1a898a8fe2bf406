//! People into calls, and when each may depart.

use std::{collections::HashSet, ops::Range};

use super::PlannedCall;
use crate::deliver::{limits::Allowances, pace::departures};

/// Calls and their people.
pub(super) struct Cut {
    pub order: Vec<u32>,
    pub calls: Vec<PlannedCall>,
}

/// Cuts groups of people into calls of at most `most`.
///
/// Where people per minute are limited, calls are cut so that they fill the minutes exactly: a last part of a minute that
/// is too small for a whole call would be lost, and the delivery take longer than it must.
pub(super) fn cut(groups: &[Vec<u32>], out: &HashSet<u32>, most: u32, per_minute: Option<u32>) -> Cut {
    let most = most.max(1) as usize;
    let minute = per_minute.map_or(usize::MAX, |limit| limit.max(1) as usize);
    let total: usize = groups.iter().map(Vec::len).sum();
    let mut order: Vec<u32> = Vec::with_capacity(total);
    let mut calls = Vec::new();
    // Everybody within one minute: nothing has to be filled.
    let fill = total > minute;
    let mut left = minute;
    for (content, people) in groups.iter().enumerate() {
        let first = order.len();
        order.extend(people.iter().copied().filter(|row| !out.contains(row)));
        let mut at = first;
        while at < order.len() {
            let mut size = most.min(order.len() - at).min(minute);
            if fill {
                size = size.min(left);
                left = if left == size { minute } else { left - size };
            }
            let people: Range<usize> = at..at + size;
            calls.push(PlannedCall { content, people, at_ms: 0 });
            at += size;
        }
    }
    Cut { order, calls }
}

/// Says of each call when it may depart at the earliest, and gives the last of these.
pub(super) fn schedule(calls: &mut [PlannedCall], allowed: &Allowances, taken: &[(u64, u64)]) -> u64 {
    let sizes: Vec<u64> = calls.iter().map(|call| call.people.len() as u64).collect();
    let mut last = 0;
    for (call, at) in calls.iter_mut().zip(departures(sizes.into_iter(), allowed, taken)) {
        call.at_ms = at;
        last = at;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(people: u32, most: u32, minute: Option<u32>) -> Vec<usize> {
        let cut = cut(&[(0..people).collect()], &HashSet::new(), most, minute);
        assert_eq!(cut.order, (0..people).collect::<Vec<_>>(), "everybody once");
        cut.calls.iter().map(|call| call.people.len()).collect()
    }

    #[test]
    fn calls_fill_the_minutes() {
        assert_eq!(sizes(2_500, 1_000, None), [1_000, 1_000, 500]);
        assert_eq!(sizes(1_400, 1_000, Some(1_500)), [1_000, 400]);
        assert_eq!(sizes(3_000, 1_000, Some(1_500)), [1_000, 500, 1_000, 500]);
        assert_eq!(sizes(500, 1_000, Some(200)), [200, 200, 100]);
        assert!(sizes(0, 10, None).is_empty());
    }

    #[test]
    fn contents_do_not_share_a_call_and_those_left_out_are_in_none() {
        let out = HashSet::from([1]);
        let cut = cut(&[vec![0, 1, 2], vec![3]], &out, 10, None);
        assert_eq!(cut.order, [0, 2, 3]);
        assert_eq!(
            cut.calls.iter().map(|call| (call.content, call.people.clone())).collect::<Vec<_>>(),
            [(0, 0..2), (1, 2..3)]
        );
    }
}
