//! Sending the current draft: how many people it reaches, the question before a live send, the send on its way, its outcome.

use std::sync::{Arc, OnceLock};

use egui::{RichText, TextEdit};
use tokio_util::sync::CancellationToken;

use super::{
    action::{Action, Actions},
    background::Broken,
    drafts::DraftId,
    remote::Remote,
    theme::tokens,
    widgets::{Dialog, PushButton, dialog::Answer, grouped},
};
use crate::{
    compose::{Kind, PersonRef, card::SpaceKind, notice::DepartmentRef, ready::Ready},
    deliver::{Delivery, run::Run},
    lang::Lang,
    store::{
        history::HistoryError,
        journal::DeliveryId,
        settings::{Profile, ProfileKind},
    },
};

/// Up to so many people are looked up one by one, each once.
const COUNTED_ONE_BY_ONE: usize = 1_000;

/// Whom a checked draft reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reach {
    /// People known by number.
    pub people: u64,
    /// Departments whose number of people is not known.
    pub uncounted: usize,
    /// Whether it goes to a conversation without naming people.
    pub conversation: bool,
    /// Conversations it goes to besides these people, whose members are not known.
    pub chats: usize,
    /// Whether it goes to everyone of the company.
    pub everyone: bool,
}

impl Reach {
    /// The reach of what would be sent.
    pub fn of(ready: &Ready, people: Option<&dyn super::checking::People>) -> Self {
        match ready {
            Ready::Card(card) if card.via.is_update() => Self {
                // Whoever has the card: nobody knows how many.
                conversation: true,
                ..Self::default()
            },
            Ready::Card(card) => {
                let rooms = card.spaces.iter().filter(|space| space.kind != SpaceKind::ImRobot).count();
                let nobody = card.receivers.is_empty();
                Self {
                    people: card.receivers.len() as u64,
                    uncounted: 0,
                    everyone: false,
                    conversation: nobody
                        && (rooms > 0 || card.spaces.is_empty() && !card.open_conversation_id.is_empty()),
                    chats: rooms,
                }
            }
            Ready::Notice(notice) if notice.to_all_user == Some(true) => Self { everyone: true, ..Self::default() },
            Ready::Notice(notice) => Self::of_notice(&notice.users, &notice.departments, people),
        }
    }

    /// The reach of a notice to people and departments.
    pub fn of_notice(
        users: &[PersonRef],
        departments: &[DepartmentRef],
        people: Option<&dyn super::checking::People>,
    ) -> Self {
        // Asked in every pass: of a long list without departments its length says enough.
        if departments.is_empty() && users.len() > COUNTED_ONE_BY_ONE {
            return Self { people: users.len() as u64, ..Self::default() };
        }
        let ids: Vec<&str> = users.iter().map(|person| person.id.as_str()).collect();
        let of: Vec<&str> = departments.iter().map(|one| one.id.as_str()).collect();
        if let Some(people) = people.and_then(|people| people.reached(&ids, &of)) {
            return Self { people, ..Self::default() };
        }
        let count = |id: &str, known: Option<u64>| known.or_else(|| people?.in_department(id));
        let counts: Vec<_> = departments.iter().map(|one| count(&one.id, one.people)).collect();
        Self {
            people: ids.len() as u64 + counts.iter().flatten().sum::<u64>(),
            uncounted: counts.iter().filter(|count| count.is_none()).count(),
            conversation: false,
            chats: 0,
            everyone: false,
        }
    }

    /// `2 人`, `至少 12 人`, `会话中的人`.
    pub fn text(&self, lang: Lang) -> String {
        if self.everyone {
            return tr!(lang, "free.everyone").into_owned();
        }
        if self.conversation {
            return tr!(lang, "send.conversation").into_owned();
        }
        let people = grouped(self.people);
        if self.chats > 0 {
            return tr!(lang, "way.people_and_chats", count = people, chats = self.chats).into_owned();
        }
        match (self.uncounted, self.people) {
            (0, 1) => tr!(lang, "send.one_person").into_owned(),
            (0, _) => tr!(lang, "send.people", count = people).into_owned(),
            (departments, 0) => tr!(lang, "send.departments", count = departments).into_owned(),
            (departments, _) => {
                tr!(lang, "send.people_and_departments", count = people, departments = departments).into_owned()
            }
        }
    }
}

/// A send on its way.
pub struct Running {
    /// Of which draft.
    pub draft: DraftId,
    /// Its title when it was sent.
    pub title: String,
    /// When it began.
    pub began: jiff::Timestamp,
    /// Stops it: before it left it is not sent, after that its outcome is unknown.
    pub cancel: CancellationToken,
    /// Whether that was asked for.
    pub cancelled: bool,
    /// The profile it goes to.
    pub profile: String,
    /// How it ends.
    pub outcome: Remote<Delivery, Broken<HistoryError>>,
}

/// What became of a send.
#[derive(Clone)]
pub struct Sent {
    /// The facts.
    pub delivery: Arc<Delivery>,
    /// The profile it went to.
    pub profile: String,
    /// When it began.
    pub at: jiff::Timestamp,
    /// Whether it went to the sandbox.
    pub sandbox: bool,
}

/// How a send ended that could not even be written down: nothing was sent.
#[derive(Clone)]
pub enum LastSend {
    /// It was made; here is what became of it.
    Made(Sent),
    /// Nothing was sent, because it could not be written down first.
    NotWritten(Broken<HistoryError>),
    /// It went out as a delivery.
    Batch(Batch),
}

/// A delivery that was begun from a draft.
#[derive(Clone)]
pub struct Batch {
    /// Its number, once it is written down; shared with its row in the strip.
    pub id: Arc<OnceLock<DeliveryId>>,
    /// What it is called.
    pub title: String,
    /// The name of the profile it goes out under.
    pub profile: String,
    /// When it was begun.
    pub at: jiff::Timestamp,
    /// How many people in all.
    pub people: u64,
    /// How many calls in all.
    pub calls: u64,
    /// How it ended, or why it could not go on (`None`: nobody knows); not there while it runs.
    pub end: Option<Result<Run, Option<Broken<HistoryError>>>>,
}

/// The question before a live send.
pub struct Confirm {
    /// Of which draft.
    pub draft: DraftId,
    /// Card or notice.
    pub kind: Kind,
    /// Whom it reaches.
    pub reach: Reach,
    /// For which organisation.
    pub organisation: String,
    /// Whether the number has to be typed.
    pub type_number: bool,
    /// What was typed.
    pub typed: String,
}

impl Confirm {
    /// The question for a draft and a profile; `None` where nothing has to be asked: on the sandbox, but for a notice to
    /// everyone, which is practised there as it is for real.
    pub fn needed(draft: DraftId, kind: Kind, reach: Reach, profile: &Profile) -> Option<Self> {
        (profile.kind != ProfileKind::Sandbox || reach.everyone).then(|| Self {
            draft,
            kind,
            reach,
            organisation: profile.organisation_name().to_owned(),
            // A department of unknown size may hold everyone.
            type_number: reach.people > u64::from(profile.confirm_above) || reach.uncounted > 0 || reach.everyone,
            typed: String::new(),
        })
    }

    fn is_answered(&self) -> bool {
        if self.reach.everyone {
            let typed = self.typed.trim();
            return Lang::ALL.iter().any(|lang| typed.eq_ignore_ascii_case(&tr!(*lang, "free.everyone")));
        }
        !self.type_number || self.typed.trim().replace([',', '，'], "") == self.expected()
    }

    /// The number that has to be typed: of people, or of departments where no person is known by number.
    fn expected(&self) -> String {
        if self.reach.people == 0 { self.reach.uncounted.to_string() } else { self.reach.people.to_string() }
    }
}

/// Draws the question; its answer goes to the app.
pub fn confirm_ui(ctx: &egui::Context, lang: Lang, confirm: &mut Option<Confirm>, actions: &Actions) {
    let Some(asked) = confirm else { return };
    let reach = asked.reach.text(lang);
    let title = match asked.kind {
        _ if asked.reach.everyone => tr!(lang, "free.confirm_all"),
        Kind::Card => tr!(lang, "send.confirm_card", reach = reach),
        Kind::Notice => tr!(lang, "send.confirm_notice", reach = reach),
    };
    let text = tr!(lang, "send.confirm_text", organisation = asked.organisation);
    let off = if asked.is_answered() { Ok(()) } else { Err(tr!(lang, "send.type_number_first").into_owned()) };
    let accept = PushButton::danger(tr!(lang, "send.confirm_button", reach = reach)).enabled(off);
    let (answer, ()) =
        Dialog::new("confirm_send", title, tr!(lang, "common.cancel")).text(text).accept(accept).show(ctx, |ui| {
            if asked.type_number {
                let t = tokens(ui.style());
                let label = if asked.reach.everyone {
                    tr!(lang, "free.type_word", word = reach)
                } else {
                    tr!(lang, "send.type_number", number = asked.expected())
                };
                let label = ui.label(RichText::new(label).color(t.text));
                let field = ui.add(TextEdit::singleline(&mut asked.typed).desired_width(160.0)).labelled_by(label.id);
                if ui.memory(|memory| memory.focused().is_none()) {
                    field.request_focus();
                }
            }
        });
    match answer {
        Answer::None => {}
        Answer::Accepted => {
            actions.send(Action::SendConfirmed(asked.draft.clone()));
            *confirm = None;
        }
        Answer::Cancelled => *confirm = None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> DraftId {
        DraftId::new("a").unwrap()
    }

    #[test]
    fn the_sandbox_is_not_asked_for_and_a_live_profile_is() {
        let reach = Reach { people: 2, ..Reach::default() };
        let sandbox = Profile::new("Sandbox", ProfileKind::Sandbox);
        assert!(Confirm::needed(id(), Kind::Card, reach, &sandbox).is_none());
        let live = Profile::new("总部", ProfileKind::Internal);
        let asked = Confirm::needed(id(), Kind::Card, reach, &live).unwrap();
        assert!(!asked.type_number && asked.is_answered());
    }

    #[test]
    fn above_the_threshold_the_number_has_to_be_typed() {
        let mut live = Profile::new("总部", ProfileKind::Internal);
        live.confirm_above = 100;
        let reach = Reach { people: 1200, ..Reach::default() };
        let mut asked = Confirm::needed(id(), Kind::Notice, reach, &live).unwrap();
        assert!(!asked.is_answered());
        asked.typed = "120".into();
        assert!(!asked.is_answered());
        asked.typed = " 1,200 ".into();
        assert!(asked.is_answered());

        let unknown = Reach { uncounted: 3, ..Reach::default() };
        let mut asked = Confirm::needed(id(), Kind::Notice, unknown, &live).unwrap();
        assert!(asked.type_number, "a department of unknown size may hold everyone");
        asked.typed = "3".into();
        assert!(asked.is_answered());
    }

    #[test]
    fn the_reach_says_what_is_not_known() {
        let zh = |reach: Reach| reach.text(Lang::Zh);
        assert_eq!(zh(Reach { people: 1200, ..Reach::default() }), "1,200 人");
        assert_eq!(zh(Reach { people: 2, uncounted: 1, ..Reach::default() }), "2 人和 1 个部门（人数未知）");
        assert_eq!(zh(Reach { conversation: true, ..Reach::default() }), "会话中的人");
    }
}
