//! One draft, different for each person: `${name}` in its texts and a table of people with their values.
//!
//! A column of the table that some text of the draft names as `${column}` goes into that text. Any other column is a
//! value of its own: a field of a notice's `data` (which fills the template's `${column}`), or a private variable of a
//! card. An empty cell falls back to what the draft itself says. People whose content comes out the same share a call.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use sha2::{Digest as _, Sha256};

use super::{
    CardDraft, CardVia, CheckContext, Draft, Finding, NoticeDraft, NoticeVia, PersonRef, Ready, Via,
    card::{PrivateColumn, PrivateRow, PrivateTable, Space, SpaceKind},
    check::{CheckCache, check_draft_with},
    notice::{DataField, DepartmentRef},
};

/// People down, variables across: the same table as a card's `privateData`.
pub type PeopleTable = PrivateTable;

/// What one group of people gets: everybody in it the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Content {
    /// A row of the table that has it: what is rendered for the group.
    pub row: u32,
    /// Tells contents apart, the same in every run of the program: what "the same content today" is compared by.
    pub hash: i64,
}

/// Who gets what.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Grouped {
    /// The different contents, in the order of their first person.
    pub contents: Vec<Content>,
    /// The people of each content, as rows of the table, in its order.
    pub people: Vec<Vec<u32>>,
}

/// A draft and its table, looked through once.
#[derive(Clone, Debug)]
pub struct Personal<'d> {
    draft: &'d Draft,
    table: &'d PeopleTable,
    uses: Vec<Use>,
}

/// What a column is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// Texts name it as `${…}`.
    InTexts,
    /// It is a value of its own.
    Value,
    /// It has no name, stands twice (the first one counts), or nothing in a free-form notice names it.
    Nothing,
}

impl<'d> Personal<'d> {
    /// Looks a draft and its table through.
    pub fn new(draft: &'d Draft, table: &'d PeopleTable) -> Self {
        let mut seen = std::collections::HashSet::new();
        let uses = table
            .columns
            .iter()
            .map(|column| match column.key.as_str() {
                "" => Use::Nothing,
                name if !seen.insert(name) => Use::Nothing,
                name if draft.names_variable(name) => Use::InTexts,
                // A free-form notice has nothing that a value of its own could fill.
                _ if matches!(draft, Draft::Notice(notice) if notice.via == NoticeVia::Free) => Use::Nothing,
                _ => Use::Value,
            })
            .collect();
        Self { draft, table, uses }
    }

    /// What each column is for, in the table's order.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// Whether anything differs from person to person. A card's private values do not count: they travel together.
    pub fn differs(&self) -> bool {
        let values_differ = self.fills_a_template();
        self.uses.iter().any(|used| *used == Use::InTexts || values_differ && *used == Use::Value)
    }

    /// Whether a row has no value for a `${column}` of the texts, which would go out as it stands.
    pub fn lacks(&self, row: u32) -> bool {
        self.uses.iter().enumerate().any(|(at, used)| *used == Use::InTexts && self.cell(row, at).is_none())
    }

    /// Whether values of their own go into a message template's `data`.
    fn fills_a_template(&self) -> bool {
        matches!(self.draft, Draft::Notice(notice) if notice.via == NoticeVia::Template)
    }

    /// Groups the rows by content. `rows` are those that shall get it, in order.
    pub fn group(&self, rows: impl IntoIterator<Item = u32>) -> Grouped {
        let mut grouped = Grouped::default();
        if !self.differs() {
            let people: Vec<u32> = rows.into_iter().collect();
            if let Some(first) = people.first() {
                grouped.contents.push(Content { row: *first, hash: content_hash(&self.render(*first)) });
                grouped.people.push(people);
            }
            return grouped;
        }
        let base = Sha256::new_with_prefix(content_text(&self.bare()));
        // By the cells that matter: rendering is needed only once a group.
        let mut known: HashMap<[u8; 16], usize> = HashMap::new();
        for row in rows {
            let mut hash = base.clone();
            for (at, used) in self.uses.iter().enumerate() {
                let counts = *used == Use::InTexts || *used == Use::Value && self.fills_a_template();
                if let (true, Some(cell)) = (counts, self.cell(row, at)) {
                    hash.update([1]);
                    hash.update((cell.len() as u64).to_le_bytes());
                    hash.update(cell);
                } else {
                    hash.update([0]);
                }
            }
            let mut key = [0; 16];
            key.copy_from_slice(hash.finalize().get(..16).unwrap_or(&[0; 16]));
            let place = *known.entry(key).or_insert_with(|| {
                grouped.contents.push(Content { row, hash: content_hash(&self.render(row)) });
                grouped.people.push(Vec::new());
                grouped.contents.len() - 1
            });
            if let Some(people) = grouped.people.get_mut(place) {
                people.push(row);
            }
        }
        merge(grouped)
    }

    /// The draft as one person gets it, without recipients. Private values of a card are not in it.
    pub fn render(&self, row: u32) -> Draft {
        let mut draft = self.bare();
        if self.uses.contains(&Use::InTexts) {
            draft.map_texts(&mut |text| {
                if text.contains("${") {
                    *text = self.fill(text, row);
                }
            });
        }
        if let Draft::Notice(notice) = &mut draft
            && notice.via == NoticeVia::Template
        {
            for (at, used) in self.uses.iter().enumerate() {
                let (Use::Value, Some(column)) = (used, self.table.columns.get(at)) else { continue };
                let Some(cell) = self.cell(row, at) else { continue };
                match notice.data.iter_mut().rev().find(|field| field.key == column.key) {
                    Some(field) => cell.clone_into(&mut field.value),
                    None => notice.data.push(DataField { key: column.key.clone(), value: cell.to_owned() }),
                }
            }
        }
        draft
    }

    /// The message of one call: the content of `content`, for these people. `number` tells the calls of one delivery
    /// apart (from 0) where each needs an id of its own; `out_track_id` is the first call's.
    pub fn call(
        &self,
        content: &Draft,
        people: &[u32],
        departments: &[DepartmentRef],
        number: usize,
        out_track_id: &str,
    ) -> Ready {
        let person = |row: &u32| self.table.rows.get(*row as usize).map(|row| row.person.clone());
        let everyone: Vec<PersonRef> = people.iter().filter_map(person).collect();
        let mut draft = content.clone();
        match &mut draft {
            Draft::Notice(notice) => {
                notice.users = everyone;
                notice.departments = departments.to_vec();
            }
            Draft::Card(card) => {
                card.set_people(everyone);
                card.out_track_id =
                    if number == 0 { out_track_id.to_owned() } else { format!("{out_track_id}-{}", number + 1) };
                let own = self.private(people, &card.private);
                card.private = Arc::new(own);
            }
        }
        Ready::of(&draft, &mut CheckCache::default(), false)
    }

    /// The draft with everybody of the table and their values, to be opened again: a notice keeps them beside its body, a
    /// card as its private values.
    pub fn whole(&self) -> Draft {
        let everyone = self.table.rows.iter().map(|row| row.person.clone()).collect();
        let mut draft = self.draft.clone();
        match &mut draft {
            Draft::Notice(notice) => {
                notice.users = everyone;
                if !self.table.columns.is_empty() {
                    notice.values = Arc::new(self.table.clone());
                }
            }
            Draft::Card(card) => {
                let rows: Vec<u32> = (0..u32::try_from(self.table.rows.len()).unwrap_or(u32::MAX)).collect();
                card.private = Arc::new(self.private(&rows, &card.private));
                card.set_people(everyone);
            }
        }
        draft
    }

    /// Checks the content of a group as if its first person alone got it: what is wrong with the values shows here.
    pub fn check(&self, row: u32, context: &CheckContext<'_>) -> Vec<Finding> {
        let mut draft = self.render(row);
        let person = self.table.rows.get(row as usize).map(|row| row.person.clone());
        match &mut draft {
            Draft::Notice(notice) => notice.users.extend(person),
            Draft::Card(card) => {
                card.set_people(person.into_iter().collect());
                card.private = Arc::new(self.private(&[row], &card.private));
            }
        }
        check_draft_with(&draft, context, &mut CheckCache::default()).findings
    }

    /// The draft without its own recipients; its other people (mentions) stay.
    fn bare(&self) -> Draft {
        let mut draft = self.draft.clone();
        match &mut draft {
            Draft::Notice(NoticeDraft { users, departments, .. }) => {
                users.clear();
                departments.clear();
            }
            Draft::Card(card) => card.set_people(Vec::new()),
        }
        draft
    }

    /// The private values of some people: the draft's own, overlaid by the table's columns.
    fn private(&self, people: &[u32], own: &PrivateTable) -> PrivateTable {
        let mut table = PrivateTable { columns: own.columns.clone(), rows: Vec::with_capacity(people.len()) };
        let places: Vec<(usize, usize)> = self
            .uses
            .iter()
            .zip(&self.table.columns)
            .enumerate()
            .filter(|(_, (used, _))| **used == Use::Value)
            .map(|(from, (_, column))| {
                let to = table.columns.iter().position(|known| known.key == column.key).unwrap_or_else(|| {
                    table.columns.push(PrivateColumn { key: column.key.clone(), kind: column.kind });
                    table.columns.len() - 1
                });
                (from, to)
            })
            .collect();
        let known: HashMap<&str, usize> =
            own.rows.iter().enumerate().map(|(at, row)| (row.person.id.as_str(), at)).collect();
        for row in people {
            let Some(given) = self.table.rows.get(*row as usize) else { continue };
            let mut cells = known
                .get(given.person.id.as_str())
                .and_then(|at| own.rows.get(*at))
                .map(|row| row.cells.clone())
                .unwrap_or_default();
            cells.resize(table.columns.len(), None);
            for (from, to) in &places {
                if let (Some(cell), Some(slot)) = (self.cell(*row, *from), cells.get_mut(*to)) {
                    *slot = Some(cell.to_owned());
                }
            }
            if cells.iter().any(Option::is_some) {
                table.rows.push(PrivateRow { person: given.person.clone(), cells });
            }
        }
        if table.rows.is_empty() { PrivateTable::default() } else { table }
    }

    /// A cell with something in it.
    fn cell(&self, row: u32, column: usize) -> Option<&str> {
        let cell = self.table.rows.get(row as usize)?.cells.get(column)?.as_deref()?;
        (!cell.is_empty()).then_some(cell)
    }

    /// A text with every `${column}` replaced where this person has a value; the others stay as they are.
    fn fill(&self, text: &str, row: u32) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let (before, from) = rest.split_at(start);
            filled.push_str(before);
            let name = from.get(2..).and_then(|inside| inside.split_once('}')).map(|(name, _)| name);
            let value = name.and_then(|name| {
                let at = self.table.columns.iter().position(|column| column.key == name)?;
                self.cell(row, at)
            });
            let end = if let (Some(name), Some(value)) = (name, value) {
                filled.push_str(value);
                name.len() + 3
            } else {
                filled.push_str("${");
                2
            };
            rest = from.get(end..).unwrap_or_default();
        }
        filled.push_str(rest);
        filled
    }
}

/// Different cells can render to the same content: such groups are one.
fn merge(grouped: Grouped) -> Grouped {
    let mut merged = Grouped::default();
    let mut places: HashMap<i64, usize> = HashMap::with_capacity(grouped.contents.len());
    for (content, people) in grouped.contents.into_iter().zip(grouped.people) {
        let place = *places.entry(content.hash).or_insert(merged.contents.len());
        if let Some(known) = merged.people.get_mut(place) {
            known.extend(people);
        } else {
            merged.contents.push(content);
            merged.people.push(people);
        }
    }
    for people in &mut merged.people {
        people.sort_unstable();
    }
    merged
}

/// A fingerprint of what people read: the body without who gets it, ids of the message or the sender's own ids.
pub fn content_hash(draft: &Draft) -> i64 {
    let hash = Sha256::digest(content_text(draft));
    let mut first = [0; 8];
    first.copy_from_slice(hash.get(..8).unwrap_or(&[0; 8]));
    i64::from_le_bytes(first)
}

fn content_text(draft: &Draft) -> String {
    /// Members that say who gets it or which message it is, of every call.
    const NOT_CONTENT: [&str; 12] = [
        "userid_list",
        "dept_id_list",
        "to_all_user",
        "agent_id",
        "receiverUserIdList",
        "outTrackId",
        "openConversationId",
        "openSpaceId",
        "privateData",
        "robotCode",
        "chatBotId",
        "callbackRouteKey",
    ];
    let mut body = draft.to_body();
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !NOT_CONTENT.contains(&name.as_str()));
        members.sort_keys();
    }
    body.to_string()
}

impl CardDraft {
    /// Puts other people in the place of those the card is for, as its way names them: receivers, a robot's own chats, or
    /// who of a group sees it. An update goes to nobody by itself.
    pub fn set_people(&mut self, people: Vec<PersonRef>) {
        match self.via {
            CardVia::PrivateChat | CardVia::InteractiveCards => self.receivers = people.into(),
            CardVia::CreateAndDeliver if self.goes_to(SpaceKind::ImGroup) => self.create.group.recipients = people,
            CardVia::CreateAndDeliver => {
                self.create.spaces.retain(|space| space.kind != SpaceKind::ImRobot);
                let robots = people.into_iter().map(|to| Space { kind: SpaceKind::ImRobot, to });
                self.create.spaces.extend(robots);
            }
            CardVia::Update | CardVia::UpdateInteractiveCards => {}
        }
    }
}

impl Draft {
    /// Whether it can be sent to people: the update of a card changes what is there and goes to nobody.
    pub fn reaches_people(&self) -> bool {
        !matches!(self.via(), Via::Card(CardVia::Update | CardVia::UpdateInteractiveCards))
    }

    /// The conversations a card goes into, as its body names them (`IM_GROUP`, `conversationType 1`): everybody in one sees
    /// the card, so a list of people makes no sense. None for what goes to each person by themselves.
    pub fn conversations(&self) -> Vec<&'static str> {
        let Self::Card(card) = self else { return Vec::new() };
        match card.via {
            CardVia::InteractiveCards if card.conversation_type == Some(1) => vec!["conversationType 1"],
            CardVia::CreateAndDeliver => SpaceKind::ALL
                .into_iter()
                .filter(|kind| *kind != SpaceKind::ImRobot && card.goes_to(*kind))
                .map(SpaceKind::name)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether some text names this variable as `${name}`.
    pub fn names_variable(&self, name: &str) -> bool {
        let wanted = format!("${{{name}}}");
        let mut found = false;
        let mut copy = Cow::Borrowed(self);
        // Reading goes the same way as changing, so that no text is forgotten in one of them.
        copy.to_mut().map_texts(&mut |text| found |= text.contains(&wanted));
        found
    }

    /// Shows every text that people read to `change`: values, titles, links; no ids, no names of variables.
    pub fn map_texts(&mut self, change: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Notice(notice) => {
                *notice = notice.map_texts(|text| {
                    let mut text = text.to_owned();
                    change(&mut text);
                    text
                });
            }
            Self::Card(card) => {
                card.params.iter_mut().for_each(|row| change(&mut row.value));
                card.last_message.texts.iter_mut().for_each(&mut *change);
                for chat in [&mut card.create.group, &mut card.create.robot, &mut card.create.single] {
                    chat.last_message.texts.iter_mut().for_each(&mut *change);
                    [&mut chat.alert_content, &mut chat.search_type_name, &mut chat.search_desc]
                        .into_iter()
                        .for_each(&mut *change);
                }
            }
        }
    }
}
