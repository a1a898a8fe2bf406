//! What each recipient of a card gets, who they are, and the fingerprint of a card's content.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use super::{
    CardVia, KeptMember, PersonRef, SharedList,
    card::{CardDraft, LastMessage, SpaceKind, ValueKind},
    card_write::{CARD_DATA, is_private},
    check::CheckCache,
    encode::json_text,
    tree::compact_value,
    via::Encoding,
};

/// Where the value a person sees comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Source {
    /// The public `cardParamMap`.
    Public,
    /// The person's own `cardParamMap`.
    Private,
    /// Neither has it: the variable stays empty.
    Missing,
}

/// A variable as one person gets it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EffectiveValue<'c> {
    /// The variable's name.
    pub key: &'c str,
    /// How it is typed.
    pub kind: ValueKind,
    /// Its value; empty when it is missing.
    pub value: &'c str,
    /// Where it comes from.
    pub source: Source,
}

impl CardDraft {
    /// Every variable as a person gets it: the public ones in their order, then those that are only private. Somebody
    /// without a row gets the public values. A variable has to be marked 私有 in the template for a private value to show.
    pub fn values_for(&self, person_id: &str) -> Vec<EffectiveValue<'_>> {
        let row = self.private.rows.iter().find(|row| row.person.id == person_id);
        let mut values: Vec<EffectiveValue<'_>> = self
            .params
            .iter()
            .filter(|row| !row.key.is_empty())
            .map(|row| EffectiveValue { key: &row.key, kind: row.kind, value: &row.value, source: Source::Public })
            .collect();
        for (index, column) in self.private.columns.iter().enumerate() {
            let cell = row.and_then(|row| row.cells.get(index)).and_then(Option::as_deref);
            let value = EffectiveValue {
                key: &column.key,
                kind: column.kind,
                value: cell.unwrap_or_default(),
                source: if cell.is_some() { Source::Private } else { Source::Missing },
            };
            match values.iter_mut().find(|known| known.key == column.key) {
                Some(known) if cell.is_some() => *known = value,
                Some(_) => {}
                None => values.push(value),
            }
        }
        values
    }

    /// The public value a cell of a private column falls back to, shown in grey.
    pub fn public_value(&self, key: &str) -> Option<&str> {
        self.params.iter().rev().find(|row| row.key == key).map(|row| row.value.as_str())
    }

    /// The people the card is for, as far as the way names any, each once.
    pub fn who(&self) -> Vec<&PersonRef> {
        let mut seen = HashSet::with_capacity(self.receivers.len());
        let mut people: Vec<&PersonRef> = Vec::new();
        match self.via {
            CardVia::PrivateChat | CardVia::InteractiveCards => people.extend(&self.receivers),
            CardVia::CreateAndDeliver => {
                let robots = self.create.spaces.iter().filter(|space| space.kind == SpaceKind::ImRobot);
                people.extend(robots.map(|space| &space.to));
                if self.goes_to(SpaceKind::ImGroup) {
                    people.extend(&self.create.group.recipients);
                }
                if self.goes_to(SpaceKind::OneBox) {
                    people.extend(&self.create.top_users);
                }
            }
            CardVia::Update | CardVia::UpdateInteractiveCards => {
                people.extend(self.private.rows.iter().map(|row| &row.person));
            }
        }
        people.retain(|person| !person.id.is_empty() && seen.insert(person.id.as_str()));
        people
    }

    /// The robot code that the draft's way sends with; empty when there is none.
    pub fn robot(&self) -> &str {
        match self.via {
            CardVia::CreateAndDeliver => {
                let codes = [&self.create.group.robot_code, &self.create.robot.robot_code];
                codes.into_iter().find(|code| !code.is_empty()).map_or("", String::as_str)
            }
            CardVia::PrivateChat | CardVia::InteractiveCards => &self.robot_code,
            CardVia::Update | CardVia::UpdateInteractiveCards => "",
        }
    }

    /// The people, each once: the draft's own list where it has nobody twice.
    pub(super) fn each_receiver_once(&self) -> SharedList<PersonRef> {
        let who = self.who();
        let listed = matches!(self.via, CardVia::PrivateChat | CardVia::InteractiveCards);
        if listed && who.len() == self.receivers.len() {
            self.receivers.clone()
        } else {
            who.into_iter().cloned().collect()
        }
    }

    /// How many different receivers there are.
    pub fn people_count(&self) -> usize {
        self.who().len()
    }

    /// A fingerprint of what the card shows (template, public and private values, whatever their order), to tell whether
    /// an outTrackId is used again for other content. 64 hexadecimal digits.
    pub fn content_hash(&self) -> String {
        self.content_hash_with(&mut CheckCache::default())
    }

    pub(super) fn content_hash_with(&self, cache: &mut CheckCache) -> String {
        let mut hash = Sha256::new();
        feed(&mut hash, &self.card_template_id);
        let mut values: Vec<_> = self
            .params
            .iter()
            .filter(|row| !(row.key.is_empty() && row.value.is_empty()))
            .map(|row| value_of(&row.key, row.kind, &row.value))
            .collect();
        values.sort_unstable();
        for (key, value) in values {
            feed(&mut hash, key);
            feed(&mut hash, &value);
        }
        let lines = self.last_message.texts.iter().take(LastMessage::LOCALES.len());
        for text in lines.filter(|_| self.via.encoding() == Encoding::OneObject) {
            feed(&mut hash, text);
        }
        for pair in &self.media {
            feed(&mut hash, &pair.key);
            feed(&mut hash, &pair.value);
        }
        feed_kept(&mut hash, self, |member| member.parent.starts_with(CARD_DATA));
        hash.update(cache.private_hash(self));
        hash.finalize()
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|n| char::from_digit(n.into(), 16))
            .collect()
    }
}

/// The fingerprint of the body of a card, wherever it came from.
pub fn content_hash(body: &serde_json::Value) -> String {
    CardDraft::from_body(body).content_hash()
}

/// The fingerprint of `privateData`.
pub(super) fn hash_private(card: &CardDraft) -> [u8; 32] {
    let table = &*card.private;
    let mut rows: Vec<_> = table.rows.iter().collect();
    rows.sort_by(|a, b| a.person.id.cmp(&b.person.id));
    let mut columns: Vec<_> = table.columns.iter().enumerate().collect();
    columns.sort_by(|(_, a), (_, b)| (&a.key, a.kind.in_full_json()).cmp(&(&b.key, b.kind.in_full_json())));
    let mut hash = Sha256::new();
    for row in rows {
        feed(&mut hash, &row.person.id);
        for (index, column) in &columns {
            if let Some(Some(cell)) = row.cells.get(*index) {
                let (key, value) = value_of(&column.key, column.kind, cell);
                feed(&mut hash, key);
                feed(&mut hash, &value);
            }
        }
        feed(&mut hash, "");
    }
    feed_kept(&mut hash, card, is_private);
    hash.finalize().into()
}

/// A value as it travels: a JSON text, so that the text `1` and the number `1` differ.
fn value_of<'k>(key: &'k str, kind: ValueKind, value: &str) -> (&'k str, String) {
    (key, json_text(kind, value).unwrap_or_else(|_| value.to_owned()))
}

/// What the form does not know but sends on, whatever its order.
fn feed_kept(hash: &mut Sha256, card: &CardDraft, wanted: impl Fn(&KeptMember) -> bool) {
    let wanted = card.kept.0.iter().filter(|member| wanted(member));
    let mut kept: Vec<_> = wanted.map(|member| (member.pointer(), compact_value(&member.value))).collect();
    kept.sort_unstable();
    for (pointer, value) in kept {
        feed(hash, &pointer);
        feed(hash, &value);
    }
}

fn feed(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
}
