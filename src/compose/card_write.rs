//! A card draft as the body of its call.
//!
//! Written in the order of the page. What is left out because it says nothing: empty texts and lists, a public row
//! without key and value, a language without a text, a private cell that falls back. `cardData.cardParamMap` is always
//! there when a card is sent: the API requires it. A person of the private table is always there, with an empty
//! `cardParamMap` where every cell falls back. Two rows of one key are two members in the text and, as a [`Value`] cannot hold both, the last one
//! in the value; either way it is an error finding.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::{
    KeptMember,
    card::{CardDraft, PrivateTable, SpaceKind},
    encode::{FULL_JSON, LAST_MESSAGE, last_message_text, push_member, wire_text},
    kept::{KeptIndex, insert},
    pointer,
    private_text::PrivateText,
    tree::{Members, Tree},
    via::Encoding,
    ways::{self, CardField, ChatField, body::written},
};

/// Pointers of the parts of a card's body.
pub(super) const CARD_DATA: &str = "/cardData";
pub(super) const PARAMS: &str = "/cardData/cardParamMap";
pub(super) const PRIVATE: &str = "/privateData";

/// Whether a kept member stands inside `privateData`.
pub(super) fn is_private(member: &KeptMember) -> bool {
    member.parent.strip_prefix(PRIVATE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl CardDraft {
    pub(super) fn tree(&self) -> Tree<'_> {
        Tree::Object(self.members(self.receivers_tree(), self.private_tree()))
    }

    /// The body of the call, in the order of the page.
    pub fn to_body(&self) -> Value {
        self.tree().into_value()
    }

    /// The body as the text that is sent: compact, real UTF-8, numbers as typed.
    pub fn to_text(&self) -> String {
        self.tree().compact()
    }

    /// The body as the JSON view shows it: indented by two spaces. With thousands of private rows use
    /// [`super::CheckCache::pretty`], which writes the private part only when it changed.
    pub fn to_pretty_text(&self) -> String {
        self.tree().pretty(0)
    }

    /// The body as text around a list of receivers and a private part that are written already.
    pub(super) fn text_around(&self, receivers: Option<Arc<str>>, private: Option<Arc<str>>, pretty: bool) -> String {
        let tree = Tree::Object(self.members(receivers.map(Tree::Raw), private.map(Tree::Raw)));
        if pretty { tree.pretty(0) } else { tree.compact() }
    }

    /// The text of `cardData` alone, for counting its bytes.
    pub(super) fn card_data_text(&self) -> String {
        let data = self.members(None, None).into_iter().find(|(name, _)| name == "cardData");
        data.map(|(_, tree)| tree.compact()).unwrap_or_default()
    }

    pub(super) fn receivers_tree(&self) -> Option<Tree<'_>> {
        let ids = || self.receivers.iter().map(|person| Tree::Text((&person.id).into())).collect();
        (!self.receivers.is_empty()).then(|| Tree::List(ids()))
    }

    pub(super) fn private_tree(&self) -> Option<Tree<'_>> {
        private_tree(&self.private, self.via.encoding(), &mut KeptIndex::new(&self.kept, is_private))
    }

    /// The text of `privateData`, beginning in a line of this level where it is indented; `None` where there is none.
    /// `written` remembers the rows, so that a change of one does not write all of them again.
    pub(super) fn private_text(&self, level: Option<usize>, written: &mut PrivateText) -> Option<Arc<str>> {
        if self.kept.0.iter().any(is_private) {
            let tree = self.private_tree()?;
            return Some(level.map_or_else(|| tree.compact(), |level| tree.pretty(level)).into());
        }
        (!self.private.rows.is_empty()).then(|| written.write(&self.private, self.via.encoding(), level))
    }

    fn members<'d>(&'d self, receivers: Option<Tree<'d>>, private: Option<Tree<'d>>) -> Members<'d> {
        let mut kept = KeptIndex::new(&self.kept, |member| !is_private(member));
        let (mut receivers, mut private) = (receivers, private);
        let mut body = Vec::with_capacity(16);
        for (at, field) in ways::table(self.via) {
            let tree = match field {
                CardField::Params => self.params_tree(&mut kept),
                CardField::Private => private.take(),
                CardField::Receivers => receivers.take(),
                // Part of the variables.
                CardField::LastMessage => None,
                field => written(self.slot(*field), *field).or_else(|| self.needed(*field)),
            };
            if let Some(tree) = tree {
                put(&mut body, at, tree);
            }
        }
        kept.complete_all(&mut body);
        body
    }

    /// What the API wants to be there although nobody chose it: the kind of space of a model that has nothing else.
    fn needed(&self, field: CardField) -> Option<Tree<'_>> {
        let (kind, alone) = match field {
            CardField::Chat(SpaceKind::ImRobot, ChatField::SpaceType) => {
                let robot = &self.create.robot;
                (SpaceKind::ImRobot, robot.robot_code.is_empty() && robot.extension.is_empty())
            }
            CardField::TopType => (SpaceKind::OneBox, true),
            _ => return None,
        };
        (alone && self.goes_to(kind)).then(|| Tree::Text(kind.name().into()))
    }

    /// `cardParamMap`. A send needs it, empty or not; in an update an empty one would erase everything.
    fn params_tree<'d>(&'d self, kept: &mut KeptIndex<'d>) -> Option<Tree<'d>> {
        let encoding = self.via.encoding();
        let mut params = Vec::with_capacity(self.params.len() + 2);
        let mut full = String::new();
        for row in self.params.iter().filter(|row| !(row.key.is_empty() && row.value.is_empty())) {
            if encoding.in_full_json(row.kind) {
                push_member(&mut full, &row.key, row.kind, &row.value);
            } else {
                params.push((Cow::from(&row.key), Tree::Text(wire_text(row.kind, &row.value))));
            }
        }
        if encoding == Encoding::OneObject {
            if !full.is_empty() {
                params.push((FULL_JSON.into(), Tree::Text(format!("{{{full}}}").into())));
            }
            let others = kept.take(&pointer::join(PARAMS, LAST_MESSAGE));
            let others = others.iter().map(|member| (member.name.as_str(), &member.value));
            if let Some(text) = last_message_text(&self.last_message, others) {
                params.push((LAST_MESSAGE.into(), Tree::Text(text.into())));
            }
        }
        kept.complete(PARAMS, &mut params);
        (!params.is_empty() || !self.via.is_update()).then_some(Tree::Object(params))
    }
}

/// Puts a member in at its pointer, making the objects on the way.
fn put<'d>(body: &mut Members<'d>, at: &'static str, tree: Tree<'d>) {
    let mut members = body;
    let mut names = pointer::names(at).peekable();
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            members.push((name, tree));
            return;
        }
        let place = members.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            members.push((name, Tree::Object(Vec::new())));
            members.len() - 1
        });
        let Some((_, Tree::Object(inner))) = members.get_mut(place) else { return };
        members = inner;
    }
}

/// `privateData`; `None` when there is nobody and nothing is kept there.
pub(super) fn private_tree<'d>(
    table: &'d PrivateTable,
    encoding: Encoding,
    kept: &mut KeptIndex<'d>,
) -> Option<Tree<'d>> {
    let mut people = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut params = Vec::with_capacity(table.columns.len() + 1);
        let mut full = String::new();
        for (column, cell) in table.columns.iter().zip(&row.cells) {
            let Some(cell) = cell else { continue };
            if encoding.in_full_json(column.kind) {
                push_member(&mut full, &column.key, column.kind, cell);
            } else {
                params.push((Cow::from(&column.key), Tree::Text(wire_text(column.kind, cell))));
            }
        }
        if !full.is_empty() {
            params.push((FULL_JSON.into(), Tree::Text(format!("{{{full}}}").into())));
        }
        let mut person = Vec::with_capacity(1);
        if kept.is_empty() {
            person.push(("cardParamMap".into(), Tree::Object(params)));
        } else {
            let parent = pointer::join(PRIVATE, &row.person.id);
            kept.complete(&pointer::join(&parent, "cardParamMap"), &mut params);
            person.push(("cardParamMap".into(), Tree::Object(params)));
            kept.complete(&parent, &mut person);
        }
        people.push((Cow::from(&row.person.id), Tree::Object(person)));
    }
    kept.complete(PRIVATE, &mut people);
    // Members kept for people who are not in the table.
    let mut wrapped: Members<'_> = vec![("privateData".into(), Tree::Object(people))];
    for (parent, members) in kept.rest() {
        for member in members {
            insert(&mut wrapped, parent, &member.name, &member.value);
        }
    }
    let (_, tree) = wrapped.swap_remove(0);
    (!tree.is_empty_object()).then_some(tree)
}
