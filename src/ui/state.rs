//! What the program shows: which tab, which draft, profile, connection, a send on its way. Read by the screens, changed by
//! the app only.

use std::sync::Arc;

pub use super::drafts::{DraftId, Drafts, OpenDraft};
use super::{
    background::Broken,
    checking::Facts,
    delivery::OpenJournal,
    link::Link,
    remote::Remote,
    sending::{Reach, Running},
    theme::ThemeChoice,
};
use crate::{
    compose::{Draft, Kind, Severity},
    lang::Lang,
    store::{
        access::Access,
        history::{History, HistoryError},
        settings::{Profile, Settings},
    },
};

/// The tabs, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum Tab {
    /// 互动卡片.
    #[default]
    Card,
    /// 工作通知.
    Notice,
    /// 发送记录.
    History,
    /// 设置.
    Settings,
}

impl Tab {
    /// All tabs.
    pub const ALL: [Self; 4] = [Self::Card, Self::Notice, Self::History, Self::Settings];

    /// What is written on the tab, if something is.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::Card => Some(Kind::Card),
            Self::Notice => Some(Kind::Notice),
            Self::History | Self::Settings => None,
        }
    }

    /// The tab that a kind of draft is written on.
    pub const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Card => Self::Card,
            Kind::Notice => Self::Notice,
        }
    }
}

/// The parts of the inspector, in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub enum InspectorTab {
    /// 预览: what a recipient gets.
    #[default]
    Preview,
    /// 检查: the findings.
    Checks,
    /// 请求: the exact request, masked.
    Request,
    /// 结果: what happened.
    Outcome,
}

impl InspectorTab {
    /// All parts.
    pub const ALL: [Self; 4] = [Self::Preview, Self::Checks, Self::Request, Self::Outcome];
}

/// What the program shows.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on screen")]
pub struct State {
    /// The language of the interface.
    pub lang: Lang,
    /// The theme a person chose.
    pub theme: ThemeChoice,
    /// The text size, as a factor.
    pub zoom: f32,
    /// The tab shown.
    pub tab: Tab,
    /// The part of the inspector shown.
    pub inspector: InspectorTab,
    /// Whether the list of drafts is unfolded.
    pub drafts_open: bool,
    /// Whether the inspector is unfolded.
    pub inspector_open: bool,
    /// Everything being written.
    pub drafts: Drafts,
    /// Whether a text field has the keyboard: undo belongs to it then.
    pub text_focused: bool,
    /// Profiles and appearance, as last saved or being saved.
    pub settings: Settings,
    /// What the server showed of each profile's ways of sending.
    pub access: Access,
    /// The connection of the current profile.
    pub link: Link,
    /// The history, once it is open.
    pub history: Remote<Arc<History>, Broken<HistoryError>>,
    /// The journal of deliveries, once it is open.
    pub journal: OpenJournal,
    /// Whether the plan of a send is being made.
    pub planning: bool,
    /// How many calls the current draft makes, once that is counted.
    pub calls: Option<usize>,
    /// A send on its way. One at a time.
    pub running: Option<Running>,
    /// What is known beyond the drafts.
    pub facts: Facts,
    /// Whether a draft with errors may be sent, on the sandbox only.
    pub send_anyway: bool,
    /// Until when a limit has to be waited for, Unix seconds.
    pub wait_until: Option<i64>,
    /// The time of this pass, Unix seconds.
    pub now_unix: i64,
}

impl State {
    /// A state without drafts.
    pub fn new(settings: Settings, lang: Lang) -> Self {
        Self {
            lang,
            theme: settings.theme,
            zoom: settings.text_scale,
            tab: Tab::Card,
            inspector: InspectorTab::Preview,
            drafts_open: true,
            inspector_open: true,
            drafts: Drafts::default(),
            text_focused: false,
            settings,
            access: Access::default(),
            link: Link::default(),
            history: Remote::NotAsked,
            journal: Remote::NotAsked,
            planning: false,
            calls: None,
            running: None,
            facts: Facts::default(),
            send_anyway: false,
            wait_until: None,
            now_unix: 0,
        }
    }

    /// The profile in use.
    pub fn profile(&self) -> &Profile {
        self.settings.current()
    }

    /// The draft being written on the tab shown.
    pub fn current(&self) -> Option<&OpenDraft> {
        self.tab.kind().and_then(|kind| self.drafts.current(kind))
    }

    /// The same, to change.
    pub fn current_mut(&mut self) -> Option<&mut OpenDraft> {
        self.tab.kind().and_then(|kind| self.drafts.current_mut(kind))
    }

    /// Whether the current draft may go out although it has errors.
    pub fn overrules_errors(&self) -> bool {
        self.send_anyway && self.profile().is_sandbox()
    }

    /// Whom the current draft reaches, once it is checked and has no error.
    pub fn reach(&self) -> Option<Reach> {
        let open = self.current()?;
        if let Some(ready) = &open.ready {
            return Some(Reach::of(ready, self.facts.people.as_deref()));
        }
        // More people than one call takes: the plan cuts them.
        if open.needs_check() || open.findings.first_error().is_some() {
            return None;
        }
        match &open.draft {
            Draft::Notice(notice) => {
                Some(Reach::of_notice(&notice.users, &notice.departments, self.facts.people.as_deref()))
            }
            Draft::Card(_) => None,
        }
    }

    /// Why nothing can go out now, whatever the draft holds.
    ///
    /// # Errors
    /// The reason.
    pub fn may_go_out(&self) -> Result<(), String> {
        let lang = self.lang;
        let Some(open) = self.current() else { return Err(tr!(lang, "command.off_no_draft").into_owned()) };
        if self.running.is_some() {
            return Err(tr!(lang, "send.off_running").into_owned());
        }
        if let Some(error) = self.history.failure() {
            let reason = error.message(lang, HistoryError::message);
            return Err(tr!(lang, "send.off_history", reason = reason).into_owned());
        }
        if let Some(error) = self.journal.failure() {
            let reason = error.message(lang, HistoryError::message);
            return Err(tr!(lang, "deliveries.off_journal", reason = reason).into_owned());
        }
        if self.planning {
            return Err(tr!(lang, "plan.making").into_owned());
        }
        if self.history.value().is_none() || self.journal.value().is_none() {
            return Err(tr!(lang, "send.off_opening").into_owned());
        }
        if let Some(reason) = self.link.failure(lang) {
            return Err(reason);
        }
        if self.link.connection().is_none() {
            return Err(tr!(lang, "send.off_connecting").into_owned());
        }
        if open.needs_check() {
            return Err(tr!(lang, "send.off_checking").into_owned());
        }
        // What the JSON view holds and the form does not have yet would not go out.
        open.card_view.may_send(lang)?;
        if let Some(until) = self.wait_until.filter(|until| *until > self.now_unix) {
            return Err(tr!(lang, "send.off_waiting", seconds = until - self.now_unix).into_owned());
        }
        Ok(())
    }

    /// Why the current draft cannot be sent to test people now: who gets it does not matter for that.
    ///
    /// # Errors
    /// The reason.
    pub fn may_test(&self) -> Result<(), String> {
        const PEOPLE: [&str; 3] = ["/userid_list", "/dept_id_list", "/receiverUserIdList"];
        self.may_go_out()?;
        let Some(open) = self.current() else { return Ok(()) };
        let about_people = |pointer: &str| PEOPLE.iter().any(|list| pointer.starts_with(list));
        let error = open
            .findings
            .all()
            .iter()
            .find(|finding| finding.severity == Severity::Error && !about_people(&finding.pointer));
        error.map_or(Ok(()), |finding| Err(finding.message(self.lang)))
    }

    /// Why the current draft cannot be sent now, in the reader's language.
    ///
    /// # Errors
    /// The reason.
    pub fn may_send(&self) -> Result<(), String> {
        let lang = self.lang;
        self.may_go_out()?;
        let Some(open) = self.current() else { return Ok(()) };
        if let Some(first) = open.findings.first_error()
            && !self.overrules_errors()
        {
            let (count, first) = (open.findings.count(Severity::Error), first.message(lang));
            return Err(if count == 1 {
                first
            } else {
                tr!(lang, "send.off_errors", count = count, first = first).into_owned()
            });
        }
        Ok(())
    }
}
