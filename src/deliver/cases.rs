//! Many contents for the same test people: the cases of a card template, one call each, as one delivery of the journal.
//!
//! Pure until [`start`] writes it down; [`super::run::Sender`] carries it out, at its pace and behind the guard.

use super::{
    guard::guard,
    limits::allowances,
    pace::departures,
    send::{call_of, title_of},
};
use crate::{
    compose::{
        CardDraft, CheckContext, Draft, DraftFile, Finding, Kind, PersonRef, Ready, Severity, Via,
        card::PrivateRow,
        file,
        personal::{PeopleTable, Personal, content_hash},
    },
    dingtalk::NotSent,
    store::{
        history::HistoryError,
        journal::{DeliveryId, Journal, NewCall, NewDelivery, Who},
        settings::Profile,
    },
};

/// Why a case cannot go out.
#[derive(Clone, PartialEq, Debug)]
pub enum Refused {
    /// A finding of severity error.
    Finding(Box<Finding>),
    /// The profile's guard.
    Guard(NotSent),
    /// Its way reaches nobody.
    ReachesNobody,
}

/// Cases as calls.
#[derive(Debug)]
pub struct CasePlan {
    calls: Vec<NewCall>,
    /// Of each call: the place of its case in what was given.
    pub case_of_call: Vec<usize>,
    /// The cases that cannot go out, by their place, with why.
    pub refused: Vec<(usize, Refused)>,
    /// How long it takes at the least, milliseconds from the first departure to the last.
    pub takes_ms: u64,
    via: Via,
    sender: String,
    conversation: String,
    draft: Draft,
}

impl CasePlan {
    /// How many calls it is.
    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The way they go.
    pub const fn via(&self) -> Via {
        self.via
    }
}

/// Makes one call of each case, to all of these people. `out_track_id` is the first card's; further calls get it with their
/// number behind. `None` without cases.
pub fn plan(
    cases: &[CardDraft],
    people: &[PersonRef],
    profile: &Profile,
    context: &CheckContext<'_>,
    out_track_id: &str,
) -> Option<CasePlan> {
    let first = Draft::Card(cases.first()?.clone());
    let rows = people.iter().map(|person| PrivateRow { person: person.clone(), ..PrivateRow::default() }).collect();
    let table = PeopleTable { columns: Vec::new(), rows };
    let everybody: Vec<u32> = super::plan::rows(&table).collect();
    let via = first.via();
    let mut plan = CasePlan {
        calls: Vec::with_capacity(cases.len()),
        case_of_call: Vec::with_capacity(cases.len()),
        refused: Vec::new(),
        takes_ms: 0,
        via,
        sender: String::new(),
        conversation: String::new(),
        draft: Personal::new(&first, &table).whole(),
    };
    for (place, case) in cases.iter().enumerate() {
        let draft = Draft::Card(CardDraft { out_track_id: out_track_id.to_owned(), ..case.clone() });
        if !draft.reaches_people() {
            plan.refused.push((place, Refused::ReachesNobody));
            continue;
        }
        let personal = Personal::new(&draft, &table);
        let found = personal.check(0, context);
        if let Some(error) = found.into_iter().find(|finding| finding.severity == Severity::Error) {
            plan.refused.push((place, Refused::Finding(Box::new(error))));
            continue;
        }
        let rendered = personal.render(0);
        let ready = personal.call(&rendered, &everybody, &[], plan.calls.len(), out_track_id);
        let Ready::Card(card) = &ready else { continue };
        let call = call_of(&ready);
        let ids: Vec<&str> = card.receivers.iter().map(|person| person.id.as_str()).collect();
        if let Err(why) = guard(profile, &call, &ids) {
            plan.refused.push((place, Refused::Guard(why)));
            continue;
        }
        card.robot_code.clone_into(&mut plan.sender);
        card.open_conversation_id.clone_into(&mut plan.conversation);
        plan.case_of_call.push(place);
        plan.calls.push(NewCall {
            call,
            out_track_id: card.out_track_id.clone(),
            content: content_hash(&rendered),
            people: card
                .receivers
                .iter()
                .map(|person| Who { userid: person.id.clone(), name: person.name.clone() })
                .collect(),
            in_departments: 0,
        });
    }
    let sizes = plan.calls.iter().map(|call| call.people.len() as u64);
    plan.takes_ms = departures(sizes, &allowances(profile, via), &[]).last().unwrap_or_default();
    Some(plan)
}

/// Writes the cases down as a delivery. Nothing leaves by this. Blocks. `now_ms` is Unix milliseconds.
///
/// # Errors
/// [`HistoryError`]; then nothing was written, and nothing may be sent.
pub fn start(
    plan: CasePlan,
    title: &str,
    profile: &Profile,
    journal: &Journal,
    now_ms: i64,
) -> Result<DeliveryId, HistoryError> {
    let new = NewDelivery {
        started_ms: now_ms,
        profile: profile.name.clone(),
        profile_kind: profile.kind.name().to_owned(),
        kind: Kind::Card,
        via: plan.via.name().to_owned(),
        title: if title.is_empty() { title_of(&plan.draft) } else { title.to_owned() },
        mode: super::plan::Mode::Report.name().to_owned(),
        sender: plan.sender,
        conversation: plan.conversation,
        draft: file::write(&DraftFile::new(plan.draft)),
        due_ms: None,
    };
    journal.create(new, plan.calls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::card::{ParamRow, ValueKind},
        store::settings::ProfileKind,
    };

    fn case(title: &str) -> CardDraft {
        CardDraft {
            card_template_id: "t.schema".into(),
            robot_code: "ding1".into(),
            open_conversation_id: "cidA==".into(),
            params: vec![ParamRow { key: "title".into(), kind: ValueKind::Text, value: title.into() }],
            ..CardDraft::default()
        }
    }

    #[test]
    fn each_case_is_a_call_of_its_own_and_one_that_cannot_go_out_is_named() {
        let me = [PersonRef { id: "me".into(), name: "我".into() }];
        let mut profile = Profile::new("p", ProfileKind::Internal);
        let broken = CardDraft { card_template_id: String::new(), ..case("x") };
        let cases = [case("甲"), broken, case("乙")];
        let plan = |profile: &Profile| plan(&cases, &me, profile, &CheckContext::default(), "track").unwrap();
        let made = plan(&profile);
        assert_eq!((made.calls(), &made.case_of_call[..]), (2, &[0, 2][..]));
        assert!(matches!(&made.refused[..], [(1, Refused::Finding(_))]), "{:?}", made.refused);
        let ids: Vec<_> = made.calls.iter().map(|call| call.out_track_id.as_str()).collect();
        assert_eq!(ids, ["track", "track-2"]);
        assert_ne!(made.calls[0].content, made.calls[1].content);
        assert_eq!(made.calls[0].people[0].userid, "me");
        profile.only_to = vec!["somebody".into()];
        let guarded = plan(&profile);
        assert_eq!(guarded.calls(), 0);
        assert!(guarded.refused.iter().any(|(_, why)| matches!(why, Refused::Guard(_))));
        assert!(super::plan(&[], &me, &profile, &CheckContext::default(), "x").is_none());
    }
}
