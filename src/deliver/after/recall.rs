//! Taking a delivery back, each call by the way that is documented for it.

use std::sync::Arc;

use super::{CardKind, Desk, Silence, is_old, keys_of, kind_of};
use crate::{
    compose::Kind,
    deliver::run::blocking,
    dingtalk::{Call, answers, calls},
    store::{
        history::HistoryError,
        journal::{CallRow, CallState, Delivery, DeliveryId, PersonRow, Reported, Rung},
    },
};

/// What taking back brought.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recalled {
    /// Calls that were taken back.
    pub calls: usize,
    /// People in them.
    pub people: u64,
    /// Those of them who are known to have read it before.
    pub had_read: Vec<String>,
    /// Calls that could not be: number in the delivery, code or word.
    pub failed: Vec<(u64, String)>,
    /// Calls that nothing takes back any more: see `why_not`.
    pub too_late: usize,
    /// Why, by the call's number in the delivery.
    pub why_not: Vec<(u64, Silence)>,
}

/// One request of a call's recall: a card in several places has a key for each.
struct Step {
    request: Call,
    /// The keys in it, each with its place; none for a notice.
    keys: Vec<(String, String)>,
}

/// The most keys that one call takes back.
const KEYS_AT_ONCE: usize = 20;

fn steps(delivery: &Delivery, call: &CallRow, now_ms: i64) -> Result<Vec<Step>, Silence> {
    let sender = delivery.new.sender.as_str();
    if delivery.new.kind == Kind::Notice {
        return if call.ended.task_id.is_empty() {
            Err(Silence::NoId)
        } else if is_old(call, now_ms) {
            Err(Silence::TooOld)
        } else {
            Ok(vec![Step { request: calls::recall_notice(sender, &call.ended.task_id), keys: Vec::new() }])
        };
    }
    let keys = keys_of(delivery, call, now_ms)?;
    let step = |part: &[(String, String)]| {
        let plain: Vec<&str> = part.iter().map(|(_, key)| key.as_str()).collect();
        let request = if kind_of(call) == CardKind::PrivateChat {
            calls::recall_cards(&delivery.new.conversation, &plain, sender)
        } else {
            calls::recall_robot(sender, &plain)
        };
        Step { request, keys: part.to_vec() }
    };
    Ok(keys.chunks(KEYS_AT_ONCE).map(step).collect())
}

impl Desk {
    /// Takes back every call of a delivery that was handed over. Who had read it is asked before, where that is possible.
    ///
    /// # Errors
    /// [`HistoryError`] when the journal cannot be read or written.
    pub async fn recall(&self, id: DeliveryId, now_ms: i64) -> Result<Recalled, HistoryError> {
        self.ask(id, now_ms).await?;
        let mut recalled = Recalled::default();
        let Some((delivery, calls)) = self.load(id).await? else { return Ok(recalled) };
        let before = {
            let journal = Arc::clone(&self.journal);
            blocking(move || journal.people(id)).await?
        };
        for call in calls.iter().filter(|call| call.state == CallState::HandedOver) {
            let steps = match steps(&delivery, call, now_ms) {
                Ok(steps) => steps,
                Err(why) => {
                    recalled.too_late += 1;
                    recalled.why_not.push((call.number, why));
                    continue;
                }
            };
            let here: Vec<&PersonRow> = before.iter().filter(|person| person.call == call.number).collect();
            let mut gone: Vec<String> = Vec::new();
            let mut failed = None;
            for Step { request, keys } in steps {
                match self.call_anyway(&request).await {
                    Ok(answer) => {
                        for (place, key) in keys {
                            match answers::recall_failed(&answer.value, &key) {
                                Some(code) => failed = Some(code),
                                None => gone.push(place),
                            }
                        }
                    }
                    Err(missed) => failed = Some(missed.code()),
                }
            }
            let (journal, of) = (Arc::clone(&self.journal), call.id);
            let taken = |one: &&&PersonRow| failed.is_none() || gone.contains(&one.userid);
            let people: Vec<&&PersonRow> = here.iter().filter(taken).filter(|one| one.rung != Rung::Recalled).collect();
            recalled.had_read.extend(people.iter().filter(|one| one.rung == Rung::Read).map(|one| one.userid.clone()));
            if let Some(code) = failed {
                recalled.failed.push((call.number, code));
                // Some of its places: said person by person, and the rest can be tried again.
                let part: Vec<Reported> = people.iter().map(|one| back(one)).collect();
                if !part.is_empty() {
                    recalled.people += part.len() as u64;
                    blocking(move || journal.report(of, part, now_ms)).await?;
                }
            } else {
                blocking(move || journal.recalled(of)).await?;
                recalled.calls += 1;
                // Whoever it never reached has nothing taken back.
                let never = |one: &&&PersonRow| matches!(one.rung, Rung::Failed | Rung::Invalid | Rung::Dropped);
                recalled.people += call.people.saturating_sub(here.iter().filter(never).count() as u64);
            }
        }
        if recalled.people > 0 {
            // A moment later than what was asked before, so that both are seen.
            self.keep_tally(id, now_ms + 1).await?;
        }
        Ok(recalled)
    }
}

/// Taken back from one person; whoever had read it keeps that as the code.
fn back(one: &PersonRow) -> Reported {
    let code = if one.rung == Rung::Read { "read".to_owned() } else { String::new() };
    Reported { userid: one.userid.clone(), rung: Rung::Recalled, code }
}
