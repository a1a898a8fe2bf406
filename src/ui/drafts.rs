//! The drafts that are open: their content, names, undo steps and findings. Knows nothing of how they are drawn or kept.

use egui::util::undoer::{Settings, Undoer};

use super::{
    card,
    delivery::{Failed, running::Live, trial},
    findings::Findings,
    notice,
    sending::LastSend,
};
use crate::{
    compose::{
        Draft, Kind, NoticeVia, PersonRef, check::CheckCache, file::DraftFile, personal::PeopleTable, ready::Ready,
    },
    deliver::run::Run,
    lang::Lang,
};

pub use crate::store::drafts::DraftId;

/// A draft that is open.
pub struct OpenDraft {
    /// Its name in the store.
    pub id: DraftId,
    /// What the person calls it; empty: named by its content.
    pub name: String,
    /// Its content. Change it freely: undo, checks and keeping follow by themselves.
    pub draft: Draft,
    /// What the card tab remembers about it (folded parts, the text of its JSON view).
    pub card_view: card::View,
    /// What the notice tab remembers about it.
    pub notice_view: notice::View,
    /// What is wrong with it, as of the last check.
    pub findings: Findings,
    /// What would be sent, as of the last check; `None` while there is an error.
    pub ready: Option<Ready>,
    /// What a check keeps for the next one.
    pub cache: CheckCache,
    /// The name of the template of the library it is written with.
    pub template: Option<String>,
    /// What its file holds besides, unknown to this program: kept as it is.
    rest: DraftFile,
    /// When it was last changed.
    pub changed_at: jiff::Timestamp,
    seen: Draft,
    /// How its last send of this session ended.
    pub last_send: Option<LastSend>,
    undo: Undoer<Draft>,
    /// Counts changes of content or name.
    revision: u64,
    /// The revision that the store has.
    kept: u64,
    /// The revision the findings belong to.
    checked: Option<u64>,
}

impl OpenDraft {
    /// A draft that was just made. `kept` says whether the store has it.
    pub fn new(id: DraftId, name: String, draft: Draft, changed_at: jiff::Timestamp, kept: bool) -> Self {
        Self::from_file(id, name, DraftFile::new(draft), changed_at, kept)
    }

    /// A draft that was just read. `kept` says whether the store has it.
    pub fn from_file(id: DraftId, name: String, file: DraftFile, changed_at: jiff::Timestamp, kept: bool) -> Self {
        let draft = file.draft.clone();
        let empty = Draft::new(draft.kind());
        let mut undo = Undoer::with_settings(Settings { max_undos: 100, stable_time: 0.8, auto_save_interval: 20.0 });
        undo.feed_state(0.0, &draft);
        Self {
            id,
            name,
            seen: draft.clone(),
            draft,
            card_view: card::View::default(),
            notice_view: notice::View::default(),
            findings: Findings::default(),
            ready: None,
            cache: CheckCache::default(),
            template: file.template.clone(),
            rest: DraftFile { draft: empty, ..file },
            changed_at,
            last_send: None,
            undo,
            revision: 1,
            kept: u64::from(kept),
            checked: None,
        }
    }

    /// The name shown: the person's, or one made from the content.
    pub fn title(&self, lang: Lang) -> String {
        if !self.name.trim().is_empty() {
            return self.name.trim().to_owned();
        }
        let from_content = match &self.draft {
            Draft::Card(card) => card
                .last_message
                .texts
                .iter()
                .chain(card.params.iter().map(|row| &row.value))
                .find(|text| !text.trim().is_empty() && !text.starts_with(['{', '[']))
                .cloned(),
            Draft::Notice(notice) if notice.via == NoticeVia::Free => notice.msg.headline().map(str::to_owned),
            Draft::Notice(notice) => {
                notice.data.iter().map(|field| &field.value).find(|text| !text.trim().is_empty()).cloned()
            }
        };
        let first_line = from_content.as_deref().and_then(|text| text.trim().lines().next()).unwrap_or_default();
        if first_line.is_empty() {
            match self.draft.kind() {
                Kind::Card => tr!(lang, "shell.untitled_card").into_owned(),
                Kind::Notice => tr!(lang, "shell.untitled_notice").into_owned(),
            }
        } else {
            first_line.chars().take(40).collect()
        }
    }

    /// Looks for changes since the last call; `true` when the content is another one. `now_secs` is egui's clock.
    pub fn follow(&mut self, now_secs: f64, now: jiff::Timestamp) -> bool {
        let changed = self.seen != self.draft;
        if changed {
            self.seen = self.draft.clone();
            self.touch(now);
        }
        if changed || self.undo.is_in_flux() {
            self.undo.feed_state(now_secs, &self.draft);
        }
        changed
    }

    /// Makes what was there before this pass, and what is there now, undo points of their own.
    pub fn undo_step(&mut self) {
        self.undo.add_undo(&self.seen);
    }

    /// Whether a change of content waits for its undo point.
    pub fn is_in_flux(&self) -> bool {
        self.undo.is_in_flux()
    }

    /// Whether there is something to undo.
    pub fn has_undo(&self) -> bool {
        self.undo.has_undo(&self.draft)
    }

    /// Whether there is something to redo.
    pub fn has_redo(&self) -> bool {
        self.undo.has_redo(&self.draft)
    }

    /// Goes one step back.
    pub fn undo(&mut self, now: jiff::Timestamp) -> bool {
        let before = self.undo.undo(&self.draft).cloned();
        self.go_to(before, now)
    }

    /// Goes one step forward again.
    pub fn redo(&mut self, now: jiff::Timestamp) -> bool {
        let after = self.undo.redo(&self.draft).cloned();
        self.go_to(after, now)
    }

    fn go_to(&mut self, state: Option<Draft>, now: jiff::Timestamp) -> bool {
        let Some(state) = state else { return false };
        self.seen = state.clone();
        self.draft = state;
        self.touch(now);
        true
    }

    /// Gives it another name.
    pub fn rename(&mut self, name: String, now: jiff::Timestamp) {
        if self.name != name {
            self.name = name;
            self.touch(now);
        }
    }

    fn touch(&mut self, now: jiff::Timestamp) {
        self.revision += 1;
        self.changed_at = now;
    }

    /// The revision that has to be kept, if the store does not have it.
    pub fn to_keep(&self) -> Option<u64> {
        (self.kept < self.revision).then_some(self.revision)
    }

    /// The store has this revision now.
    pub fn was_kept(&mut self, revision: u64) {
        self.kept = self.kept.max(revision);
    }

    /// Whether the store was ever given it.
    pub fn is_in_store(&self) -> bool {
        self.kept > 0
    }

    /// Counts changes of content or name.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether the findings belong to an older content.
    pub fn needs_check(&self) -> bool {
        self.checked != Some(self.revision)
    }

    /// Takes the result of a check; that of an older revision is shown until a newer one comes.
    pub fn set_checked(&mut self, findings: Findings, ready: Option<Ready>, revision: u64) {
        self.findings = findings;
        self.ready = ready;
        self.checked = Some(revision);
    }

    /// The draft as its file holds it.
    pub fn to_file(&self) -> DraftFile {
        DraftFile { draft: self.draft.clone(), template: self.template.clone(), ..self.rest.clone() }
    }

    /// Everybody with values of their own.
    pub fn values(&self) -> Option<&PeopleTable> {
        match &self.draft {
            Draft::Notice(notice) if !notice.values.columns.is_empty() => Some(notice.values.as_ref()),
            Draft::Notice(_) | Draft::Card(_) => None,
        }
    }

    /// The test people kept with it: 先发给我 sends to them.
    pub fn testers(&self) -> Vec<PersonRef> {
        let kept = self.rest.editor_others.iter().find(|(name, _)| name == trial::MEMBER);
        kept.map(|(_, value)| trial::from_json(value)).unwrap_or_default()
    }

    /// Keeps other test people with it.
    pub fn set_testers(&mut self, people: &[PersonRef], now: jiff::Timestamp) {
        self.rest.editor_others.retain(|(name, _)| name != trial::MEMBER);
        if !people.is_empty() {
            self.rest.editor_others.push((trial::MEMBER.to_owned(), trial::to_json(people)));
        }
        self.touch(now);
    }

    /// Chooses the template of the library it is written with.
    pub fn use_template(&mut self, template: Option<String>, now: jiff::Timestamp) {
        if self.template != template {
            self.template = template;
            self.touch(now);
        }
    }

    /// Whether the content is another one than at the last [`Self::follow`].
    pub fn differs(&self) -> bool {
        self.seen != self.draft
    }

    /// Has it checked again (a setting that findings depend on changed).
    pub fn forget_check(&mut self) {
        self.checked = None;
    }
}

/// All open drafts, and which one each tab shows.
#[derive(Default)]
pub struct Drafts {
    open: Vec<OpenDraft>,
    /// Deleted in this session, newest last, so that each can be brought back.
    deleted: Vec<OpenDraft>,
    current_card: Option<DraftId>,
    current_notice: Option<DraftId>,
}

impl Drafts {
    /// Adds a draft without making it current.
    pub fn add(&mut self, draft: OpenDraft) {
        if self.current(draft.draft.kind()).is_none() {
            *self.slot(draft.draft.kind()) = Some(draft.id.clone());
        }
        self.open.push(draft);
    }

    /// All of one kind, newest first.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &OpenDraft> {
        self.open.iter().rev().filter(move |open| open.draft.kind() == kind)
    }

    /// All.
    pub fn all(&self) -> &[OpenDraft] {
        &self.open
    }

    /// All, to change.
    pub fn all_mut(&mut self) -> &mut [OpenDraft] {
        &mut self.open
    }

    /// A delivery ended: the draft that it came from remembers how.
    pub fn delivery_ended(&mut self, live: &Live, end: &Result<Run, Option<Failed>>) {
        for open in &mut self.open {
            if let Some(LastSend::Batch(batch)) = &mut open.last_send
                && live.is_of(batch)
            {
                batch.end = Some(end.clone());
            }
        }
    }

    /// One by its id.
    pub fn get(&self, id: &DraftId) -> Option<&OpenDraft> {
        self.open.iter().find(|open| open.id == *id)
    }

    /// One by its id, to change.
    pub fn get_mut(&mut self, id: &DraftId) -> Option<&mut OpenDraft> {
        self.open.iter_mut().find(|open| open.id == *id)
    }

    /// The one its tab shows.
    pub fn current(&self, kind: Kind) -> Option<&OpenDraft> {
        let id = match kind {
            Kind::Card => self.current_card.as_ref(),
            Kind::Notice => self.current_notice.as_ref(),
        };
        id.and_then(|id| self.get(id))
    }

    /// The one its tab shows, to change.
    pub fn current_mut(&mut self, kind: Kind) -> Option<&mut OpenDraft> {
        let id = self.slot(kind).clone()?;
        self.get_mut(&id)
    }

    /// Shows a draft in its tab; gives its kind.
    pub fn select(&mut self, id: &DraftId) -> Option<Kind> {
        let kind = self.get(id)?.draft.kind();
        *self.slot(kind) = Some(id.clone());
        Some(kind)
    }

    /// Takes a draft away; its neighbour becomes the current one. It can be brought back with [`Self::restore`].
    pub fn delete(&mut self, id: &DraftId) -> bool {
        let Some(index) = self.open.iter().position(|open| open.id == *id) else { return false };
        let kind = self.open[index].draft.kind();
        if self.current(kind).is_some_and(|current| current.id == *id) {
            let same = |open: &&OpenDraft| open.draft.kind() == kind;
            let next = self.open[..index].iter().rev().find(same).or_else(|| self.open[index + 1..].iter().find(same));
            *self.slot(kind) = next.map(|open| open.id.clone());
        }
        let draft = self.open.remove(index);
        self.deleted.push(draft);
        true
    }

    /// Brings back a deleted draft and shows it.
    pub fn restore(&mut self, id: &DraftId) -> Option<Kind> {
        let index = self.deleted.iter().rposition(|open| open.id == *id)?;
        let mut draft = self.deleted.remove(index);
        // The store has forgotten it.
        draft.kept = 0;
        self.open.push(draft);
        self.select(id)
    }

    fn slot(&mut self, kind: Kind) -> &mut Option<DraftId> {
        match kind {
            Kind::Card => &mut self.current_card,
            Kind::Notice => &mut self.current_notice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{CardDraft, NoticeDraft, card::ParamRow};

    fn at(second: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_second(second).unwrap()
    }

    fn card(id: &str) -> OpenDraft {
        OpenDraft::new(DraftId::new(id).unwrap(), String::new(), Draft::Card(CardDraft::default()), at(0), true)
    }

    fn params(open: &mut OpenDraft) -> &mut Vec<ParamRow> {
        let Draft::Card(card) = &mut open.draft else { panic!("a card") };
        &mut card.params
    }

    #[test]
    fn typing_is_one_step_and_a_removed_row_another() {
        let mut open = card("a");
        params(&mut open).push(ParamRow { key: "title".into(), value: "蚂".into(), ..ParamRow::default() });
        assert!(open.follow(1.0, at(1)));
        params(&mut open)[0].value.push('蚁');
        assert!(open.follow(1.2, at(1)));
        open.follow(3.0, at(3));
        open.undo_step();
        params(&mut open).clear();
        open.follow(3.1, at(3));

        assert!(open.undo(at(4)));
        assert_eq!(params(&mut open)[0].value, "蚂蚁", "the row is back with its text");
        assert!(open.undo(at(5)));
        assert!(params(&mut open).is_empty(), "the typing was one step");
        assert!(open.redo(at(6)));
        assert_eq!(params(&mut open)[0].value, "蚂蚁");
    }

    #[test]
    fn a_change_has_to_be_kept_and_checked_once() {
        let mut open = card("a");
        assert_eq!(open.to_keep(), None);
        params(&mut open).push(ParamRow::default());
        open.follow(1.0, at(1));
        let revision = open.to_keep().unwrap();
        open.was_kept(revision);
        open.set_checked(Findings::default(), None, revision);
        assert!(open.to_keep().is_none() && !open.needs_check());
        assert!(!open.follow(2.0, at(2)), "nothing changed");
        assert!(open.to_keep().is_none());
    }

    #[test]
    fn a_deleted_draft_comes_back_and_its_neighbour_takes_its_place() {
        let mut drafts = Drafts::default();
        drafts.add(card("a"));
        drafts.add(card("b"));
        let notice = Draft::Notice(NoticeDraft::default());
        drafts.add(OpenDraft::new(DraftId::new("n").unwrap(), String::new(), notice, at(0), true));
        drafts.select(&DraftId::new("b").unwrap());
        assert!(drafts.delete(&DraftId::new("b").unwrap()));
        assert_eq!(drafts.current(Kind::Card).unwrap().id.as_str(), "a");
        assert_eq!(drafts.restore(&DraftId::new("b").unwrap()), Some(Kind::Card));
        assert_eq!(drafts.current(Kind::Card).unwrap().id.as_str(), "b");
        assert!(drafts.current(Kind::Card).unwrap().to_keep().is_some(), "it has to be kept again");
        assert_eq!(drafts.current(Kind::Notice).unwrap().id.as_str(), "n");
    }

    #[test]
    fn a_draft_without_a_name_is_called_by_its_first_text() {
        let mut open = card("a");
        assert_eq!(open.title(Lang::Zh), "未命名卡片");
        params(&mut open)
            .push(ParamRow { key: "k".into(), value: "放假通知\n第二行".into(), ..ParamRow::default() });
        assert_eq!(open.title(Lang::Zh), "放假通知");
        open.rename("给市场部".into(), at(1));
        assert_eq!(open.title(Lang::En), "给市场部");
    }
}
