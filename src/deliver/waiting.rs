//! A delivery that waits for its moment ("等到 … 再发"): written down whole by [`super::start::start`] with its `due_ms`, so that it survives
//! the end of the program. Whoever starts next finds it among [`crate::store::journal::Journal::waiting`].
//!
//! When its moment has come ([`moment_of`]) the rules are looked at once more ([`standing`]), because others may have sent
//! meanwhile; then [`super::run::Sender::run`] goes on with it like with any other. A moment that was missed by more than
//! [`LATE_MS`] is a person's decision: what should have gone out at night may be wrong in the morning.
//! [`crate::store::journal::Journal::put_off`] gives it another moment, `set_state(…, Cancelled, …)` ends it. Sends nothing.

use serde_json::{Value, json};

use super::{
    limits::allowances,
    plan::{Doubt, Dropped, Past, Rule, moment, rule_label},
};
use crate::{
    compose::{
        Via,
        personal::{Content, Grouped},
    },
    lang::Lang,
    store::{
        history::HistoryError,
        journal::{Delivery, DeliveryState, days},
        settings::Profile,
    },
};

/// How much later than its moment a delivery still begins by itself, milliseconds.
pub const LATE_MS: i64 = 5 * 60_000;

/// How the moment of a delivery that waits lies to now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// It comes in so many milliseconds.
    Ahead(i64),
    /// It has come.
    Now,
    /// It passed so many milliseconds ago, while nobody could begin: a person decides.
    Missed(i64),
}

/// How the moment of a delivery lies to `now_ms`; `None` when it does not wait.
pub fn moment_of(delivery: &Delivery, now_ms: i64) -> Option<Moment> {
    if delivery.state != DeliveryState::Waiting {
        return None;
    }
    let ahead = delivery.new.due_ms.unwrap_or(now_ms).saturating_sub(now_ms);
    Some(match ahead {
        1.. => Moment::Ahead(ahead),
        late if -late > LATE_MS => Moment::Missed(-late),
        _ => Moment::Now,
    })
}

/// Somebody who would not get it any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InVain {
    /// `userid`.
    pub userid: String,
    /// The name, where known.
    pub name: String,
    /// Why.
    pub rule: Rule,
    /// From when on the rule lets them through, Unix milliseconds; `None` where waiting does not help.
    pub until_ms: Option<i64>,
}

/// What stands against the calls of a delivery that have not begun.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Who would not get it. Their calls are written down with them: a person may send all the same, put it off, or end it
    /// and plan anew.
    pub in_vain: Vec<InVain>,
    /// What concerns all of it: the month's calls.
    pub doubts: Vec<Doubt>,
}

impl Standing {
    /// Whether it may begin by itself.
    pub fn is_clear(&self) -> bool {
        self.in_vain.is_empty() && self.doubts.is_empty()
    }

    /// Whether it must not begin at all: somebody is not on the profile's list, or the month's calls are used up.
    pub fn blocks(&self) -> bool {
        self.in_vain.iter().any(|one| one.rule == Rule::OnlyTo) || self.doubts.iter().any(Doubt::blocks)
    }
}

/// Looks at the rules once more, for the calls of a delivery that have not begun. Blocks; tables of one day are read.
///
/// # Errors
/// [`HistoryError`] when the journal cannot be read: then nobody knows who got what today.
pub fn standing(
    delivery: &Delivery,
    profile: &Profile,
    past: &Past<'_>,
    now_ms: i64,
) -> Result<Standing, HistoryError> {
    let via = Via::from_name(delivery.new.kind, &delivery.new.via).unwrap_or_else(|| delivery.new.kind.into());
    let allowed = allowances(profile, via);
    let mut people: Vec<(String, String)> = Vec::new();
    let mut grouped = Grouped::default();
    past.journal.each_left(delivery.id, &mut |hash, userid, name| {
        let row = u32::try_from(people.len()).unwrap_or(u32::MAX);
        people.push((userid.to_owned(), name.to_owned()));
        // Calls of one content follow each other.
        if grouped.contents.last().is_none_or(|content| content.hash != hash) {
            grouped.contents.push(Content { row, hash });
            grouped.people.push(Vec::new());
        }
        if let Some(last) = grouped.people.last_mut() {
            last.push(row);
        }
    })?;
    let id = |row: u32| people.get(row as usize).map_or("", |person| person.0.as_str());
    let stranger = |userid: &str| !profile.only_to.is_empty() && !profile.only_to.iter().any(|known| known == userid);
    let mut dropped: Vec<Dropped> = (0..u32::try_from(people.len()).unwrap_or(u32::MAX))
        .filter(|row| stranger(id(*row)))
        .map(|row| Dropped { row, rule: Rule::OnlyTo, got: 0, until_ms: None })
        .collect();
    past.rules_of_day(&profile.name, now_ms, &allowed, &grouped, &id, &mut dropped)?;
    let in_vain = dropped
        .into_iter()
        .filter_map(|one| {
            let (userid, name) = people.get(one.row as usize)?.clone();
            Some(InVain { userid, name, rule: one.rule, until_ms: one.until_ms })
        })
        .collect();
    let mut doubts = Vec::new();
    let made = past.journal.calls_of_month(&profile.name, now_ms)?;
    if let Some(most) = allowed.calls_per_month.value {
        let (left, needed) = (u64::from(most).saturating_sub(made), delivery.counts.not_begun);
        if needed > left {
            doubts.push(Doubt::Month { left, needed, until_ms: days::next_month(now_ms) });
        }
    }
    Ok(Standing { in_vain, doubts })
}

/// What stands against it, as the object of `--json`.
pub fn standing_json(standing: &Standing, lang: Lang) -> Value {
    let people = standing.in_vain.iter().map(|one| {
        json!({
            "userid": one.userid, "rule": one.rule.name(), "explanation": rule_label(one.rule, lang),
            "until": one.until_ms.map(moment),
        })
    });
    let doubts = standing
        .doubts
        .iter()
        .map(|doubt| json!({ "doubt": doubt.name(), "blocks": doubt.blocks(), "message": doubt.message(lang) }));
    json!({
        "outcome": "findings",
        "blocked": standing.blocks(),
        "dropped": people.collect::<Vec<_>>(),
        "doubts": doubts.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::Kind,
        store::journal::{Counts, DeliveryId, NewDelivery},
    };

    fn delivery(state: DeliveryState, due_ms: Option<i64>) -> Delivery {
        let text = String::new;
        let new = NewDelivery {
            started_ms: 0,
            profile: text(),
            profile_kind: text(),
            kind: Kind::Notice,
            via: text(),
            title: text(),
            mode: text(),
            sender: text(),
            conversation: text(),
            draft: text(),
            due_ms,
        };
        let counts = Counts::default();
        let (id, note) = (DeliveryId(1), text());
        Delivery { id, new, ended_ms: None, people: 0, calls: 0, state, note, asked_ms: None, counts }
    }

    #[test]
    fn a_moment_comes_is_there_and_is_missed() {
        let waits = delivery(DeliveryState::Waiting, Some(1_000));
        assert_eq!(moment_of(&waits, 400), Some(Moment::Ahead(600)));
        assert_eq!(moment_of(&waits, 1_000), Some(Moment::Now));
        assert_eq!(moment_of(&waits, 1_000 + LATE_MS), Some(Moment::Now));
        assert_eq!(moment_of(&waits, 1_001 + LATE_MS), Some(Moment::Missed(LATE_MS + 1)));
        assert_eq!(moment_of(&delivery(DeliveryState::Open, Some(1_000)), 400), None);
    }
}
