//! A card draft as the body of its call.
//!
//! Written in the order of the page. What is left out because it says nothing: empty texts and lists, a public row
//! without key and value, a language without a text, a private cell that falls back. `cardData.cardParamMap` is always
//! there: the API requires it. A person of the private table is always there, with an empty `cardParamMap` where every
//! cell falls back. Two rows of one key are two members in the text and, as a [`Value`] cannot hold both, the last one
//! in the value; either way it is an error finding.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value;

use super::{
    KeptMember,
    card::{CardDraft, PrivateTable},
    encode::{FULL_JSON, LAST_MESSAGE, last_message_text, push_member},
    kept::{KeptIndex, insert},
    pointer,
    tree::{Members, Tree, line_break, quote},
};

/// Pointers of the parts of a card's body.
pub(super) const CARD_DATA: &str = "/cardData";
pub(super) const PARAMS: &str = "/cardData/cardParamMap";
pub(super) const PRIVATE: &str = "/privateData";
pub(super) const AT: &str = "/atOpenIds";
pub(super) const OPTIONS: &str = "/cardOptions";

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
        let mut kept = KeptIndex::new(&self.kept, |member| !is_private(member));
        self.card_data(&mut kept).compact()
    }

    pub(super) fn receivers_tree(&self) -> Option<Tree<'_>> {
        let ids = || self.receivers.iter().map(|person| Tree::Text((&person.id).into())).collect();
        (!self.receivers.is_empty()).then(|| Tree::List(ids()))
    }

    pub(super) fn private_tree(&self) -> Option<Tree<'_>> {
        private_tree(&self.private, &mut KeptIndex::new(&self.kept, is_private))
    }

    /// The text of `privateData`, beginning in a line of this level where it is indented; `None` where there is none.
    pub(super) fn private_text(&self, level: Option<usize>) -> Option<String> {
        if self.kept.0.iter().any(is_private) {
            let tree = self.private_tree()?;
            return Some(level.map_or_else(|| tree.compact(), |level| tree.pretty(level)));
        }
        (!self.private.rows.is_empty()).then(|| plain_private_text(&self.private, level))
    }

    fn members<'d>(&'d self, receivers: Option<Tree<'d>>, private: Option<Tree<'d>>) -> Members<'d> {
        let mut kept = KeptIndex::new(&self.kept, |member| !is_private(member));
        let mut body = Vec::with_capacity(16);
        let text = |body: &mut Members<'d>, name: &'static str, value: &'d str| {
            if !value.is_empty() {
                body.push((name.into(), Tree::Text(value.into())));
            }
        };
        text(&mut body, "cardTemplateId", &self.card_template_id);
        text(&mut body, "openConversationId", &self.open_conversation_id);
        if let Some(receivers) = receivers {
            body.push(("receiverUserIdList".into(), receivers));
        }
        text(&mut body, "outTrackId", &self.out_track_id);
        text(&mut body, "robotCode", &self.robot_code);
        text(&mut body, "callbackRouteKey", &self.callback_route_key);
        body.push(("cardData".into(), self.card_data(&mut kept)));
        if let Some(private) = private {
            body.push(("privateData".into(), private));
        }
        if let Some(kind) = self.user_id_type {
            body.push(("userIdType".into(), Tree::Value(Cow::Owned(kind.into()))));
        }
        let mut at: Members<'_> =
            self.at_open_ids.iter().map(|person| ((&person.id).into(), Tree::Text((&person.name).into()))).collect();
        kept.complete(AT, &mut at);
        if !at.is_empty() {
            body.push(("atOpenIds".into(), Tree::Object(at)));
        }
        let mut options: Members<'_> = self
            .support_forward
            .map(|forward| ("supportForward".into(), Tree::Value(Cow::Owned(forward.into()))))
            .into_iter()
            .collect();
        kept.complete(OPTIONS, &mut options);
        if !options.is_empty() {
            body.push(("cardOptions".into(), Tree::Object(options)));
        }
        if let Some(pull) = self.pull_strategy {
            body.push(("pullStrategy".into(), Tree::Value(Cow::Owned(pull.into()))));
        }
        kept.complete("", &mut body);
        for (parent, members) in kept.rest() {
            for member in members {
                insert(&mut body, parent, &member.name, &member.value);
            }
        }
        body
    }

    fn card_data<'d>(&'d self, kept: &mut KeptIndex<'d>) -> Tree<'d> {
        let mut params = Vec::with_capacity(self.params.len() + 2);
        let mut full = String::new();
        for row in self.params.iter().filter(|row| !(row.key.is_empty() && row.value.is_empty())) {
            if row.kind.in_full_json() {
                push_member(&mut full, &row.key, row.kind, &row.value);
            } else {
                params.push((Cow::from(&row.key), Tree::Text((&row.value).into())));
            }
        }
        if !full.is_empty() {
            params.push((FULL_JSON.into(), Tree::Text(format!("{{{full}}}").into())));
        }
        let others = kept.take(&pointer::join(PARAMS, LAST_MESSAGE));
        let others = others.iter().map(|member| (member.name.as_str(), &member.value));
        if let Some(text) = last_message_text(&self.last_message, others) {
            params.push((LAST_MESSAGE.into(), Tree::Text(text.into())));
        }
        kept.complete(PARAMS, &mut params);
        let mut data = vec![("cardParamMap".into(), Tree::Object(params))];
        kept.complete(CARD_DATA, &mut data);
        Tree::Object(data)
    }
}

/// `privateData` of a table that nothing is kept for: what [`private_tree`] gives, without a tree of thousands of people.
fn plain_private_text(table: &PrivateTable, level: Option<usize>) -> String {
    let quoted = |text: &str| {
        let mut out = String::with_capacity(text.len() + 2);
        quote(text, &mut out);
        out
    };
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.key)).collect();
    let full_name = quoted(FULL_JSON);
    let colon = if level.is_some() { ": " } else { ":" };
    let at = |more: usize| level.map(|level| level + more);
    let mut out = String::with_capacity(table.rows.len() * 64);
    let mut full = String::new();
    out.push('{');
    for (index, row) in table.rows.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        line_break(&mut out, at(1));
        quote(&row.person.id, &mut out);
        out.push_str(colon);
        out.push('{');
        line_break(&mut out, at(2));
        out.push_str("\"cardParamMap\"");
        out.push_str(colon);
        out.push('{');
        let mut empty = true;
        let mut member = |out: &mut String, name: &str, value: &str| {
            if !empty {
                out.push(',');
            }
            empty = false;
            line_break(out, at(3));
            out.push_str(name);
            out.push_str(colon);
            quote(value, out);
        };
        full.clear();
        for ((column, name), cell) in table.columns.iter().zip(&names).zip(&row.cells) {
            let Some(cell) = cell else { continue };
            if column.kind.in_full_json() {
                push_member(&mut full, &column.key, column.kind, cell);
            } else {
                member(&mut out, name, cell);
            }
        }
        if !full.is_empty() {
            full.insert(0, '{');
            full.push('}');
            member(&mut out, &full_name, &full);
        }
        if !empty {
            line_break(&mut out, at(2));
        }
        out.push('}');
        line_break(&mut out, at(1));
        out.push('}');
    }
    line_break(&mut out, at(0));
    out.push('}');
    out
}

/// `privateData`; `None` when there is nobody and nothing is kept there.
pub(super) fn private_tree<'d>(table: &'d PrivateTable, kept: &mut KeptIndex<'d>) -> Option<Tree<'d>> {
    let mut people = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut params = Vec::with_capacity(table.columns.len() + 1);
        let mut full = String::new();
        for (column, cell) in table.columns.iter().zip(&row.cells) {
            let Some(cell) = cell else { continue };
            if column.kind.in_full_json() {
                push_member(&mut full, &column.key, column.kind, cell);
            } else {
                params.push((Cow::from(&column.key), Tree::Text(cell.into())));
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
