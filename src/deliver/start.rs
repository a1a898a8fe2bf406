//! A plan becomes a delivery in the journal: every call as it will go out, before anything leaves.

use super::{
    plan::{Plan, Recipients},
    send::{call_of, title_of},
};
use crate::{
    compose::{Draft, DraftFile, PersonRef, Ready, file, personal::Personal, ready::ReadyCard},
    store::{
        history::HistoryError,
        journal::{DeliveryId, Journal, NewCall, NewDelivery, Who},
        settings::Profile,
    },
};

/// A plan that shall be written down.
#[derive(Clone, Copy)]
pub struct Starting<'s> {
    /// The plan; of a delivery that waits, as of its moment (`Wanted::now_ms`).
    pub plan: &'s Plan,
    /// What it was made of.
    pub draft: &'s Draft,
    /// What it was made for.
    pub recipients: &'s Recipients,
    /// Who sends.
    pub profile: &'s Profile,
    /// What the delivery is called wherever it is shown: the draft's name. Empty: made from the content.
    pub title: &'s str,
    /// The first card's; further calls get it with their number behind.
    pub out_track_id: &'s str,
    /// Now, Unix milliseconds.
    pub now_ms: i64,
    /// When it shall begin, Unix milliseconds; `None`: now. It survives the end of the program: see [`super::waiting`].
    pub due_ms: Option<i64>,
}

/// Writes a plan down as a delivery. Nothing leaves by this: [`super::run::Sender::run`] carries it out. Blocks.
///
/// # Errors
/// [`HistoryError`]; then nothing was written, and nothing may be sent.
pub fn start(starting: &Starting<'_>, journal: &Journal) -> Result<DeliveryId, HistoryError> {
    let (new, calls) = written(starting);
    journal.create(new, calls)
}

/// What a plan is in the journal.
fn written(starting: &Starting<'_>) -> (NewDelivery, Vec<NewCall>) {
    let Starting { plan, draft, recipients, profile, title, out_track_id, now_ms, due_ms } = *starting;
    let personal = Personal::new(draft, &recipients.table);
    let mut calls = Vec::with_capacity(plan.calls.len());
    let mut content: Option<(usize, Draft)> = None;
    let (mut sender, mut conversation) = (String::new(), String::new());
    for (number, planned) in plan.calls.iter().enumerate() {
        let Some(of) = plan.contents.get(planned.content) else { continue };
        // Calls of one content follow each other: it is rendered once.
        if content.as_ref().is_none_or(|(known, _)| *known != planned.content) {
            content = Some((planned.content, personal.render(of.row)));
        }
        let Some((_, rendered)) = &content else { continue };
        let rows = plan.order.get(planned.people.clone()).unwrap_or_default();
        let departments = if number == 0 { plan.departments.as_slice() } else { &[] };
        let ready = personal.call(rendered, rows, departments, number, out_track_id);
        let people: &[PersonRef] = match &ready {
            Ready::Card(card) => {
                robot_of(card, profile).clone_into(&mut sender);
                card.open_conversation_id.clone_into(&mut conversation);
                &card.receivers
            }
            Ready::Notice(notice) => {
                notice.agent_id.clone_into(&mut sender);
                &notice.users
            }
        };
        calls.push(NewCall {
            call: call_of(&ready),
            out_track_id: match &ready {
                Ready::Card(card) => card.out_track_id.clone(),
                Ready::Notice(_) => String::new(),
            },
            content: of.hash,
            people: people.iter().map(|one| Who { userid: one.id.clone(), name: one.name.clone() }).collect(),
            in_departments: if number == 0 { plan.in_departments } else { 0 },
        });
    }
    let kept = DraftFile::new(personal.whole());
    let new = NewDelivery {
        started_ms: now_ms,
        profile: profile.name.clone(),
        profile_kind: profile.kind.name().to_owned(),
        kind: draft.kind(),
        via: draft.via().name().to_owned(),
        title: if title.is_empty() { title_of(draft) } else { title.to_owned() },
        mode: plan.mode.name().to_owned(),
        sender,
        conversation,
        draft: file::write(&kept),
        due_ms,
    };
    (new, calls)
}

/// The robot that asks about a card later: the one it is sent by, else the profile's (an internal app's robot normally has
/// the app's key as its code).
fn robot_of<'r>(card: &'r ReadyCard, profile: &'r Profile) -> &'r str {
    let codes = [card.robot_code.as_str(), profile.robot_code.as_str(), profile.app_key.as_str()];
    codes.into_iter().map(str::trim).find(|code| !code.is_empty()).unwrap_or_default()
}
