//! Findings about `privateData`, and the cache of everything that depends on it alone (and of the list of receivers, the
//! other part with thousands of people).

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Weak},
};

use super::{
    Finding, KeptMember, PersonRef, Severity,
    card::{CardDraft, PrivateTable},
    card_write::{PRIVATE, is_private},
    check::{Findings, IdProblem, id_problem},
    check_card::check_kept,
    check_params::{check_key, check_object_text, check_value, value_pointer},
    encode::{FULL_JSON, LAST_MESSAGE},
    pointer,
    private_text::PrivateText,
    values::hash_private,
    via::{CardVia, Encoding},
};

/// What was worked out about a card's `privateData` the last time; see [`super::check`].
#[derive(Debug, Default)]
pub struct CheckCache {
    /// Bytes of `cardData` and `privateData` together, at the last check.
    pub(super) data_bytes: Option<usize>,
    private: Option<PrivateSection>,
    /// The rows as they were written last, indented and compact: they outlive the table they come from.
    written: [PrivateText; 2],
    receivers: Option<Receivers>,
}

/// The texts of `receiverUserIdList`, each written when it is first asked for.
#[derive(Debug)]
struct Receivers {
    list: Weak<Vec<PersonRef>>,
    compact: Option<Arc<str>>,
    pretty: Option<Arc<str>>,
}

/// Everything that depends on `privateData` alone, each worked out when it is first asked for.
#[derive(Debug)]
struct PrivateSection {
    table: Weak<PrivateTable>,
    via: CardVia,
    kept: Vec<KeptMember>,
    findings: Option<Vec<Finding>>,
    /// The section as it is sent; empty when there is none.
    compact: Option<Arc<str>>,
    /// The section as the JSON view shows it; empty when there is none.
    pretty: Option<Arc<str>>,
    hash: Option<[u8; 32]>,
}

impl PrivateSection {
    fn of(card: &CardDraft) -> Self {
        Self {
            table: Arc::downgrade(&card.private),
            via: card.via,
            kept: card.kept.0.iter().filter(|member| is_private(member)).cloned().collect(),
            findings: None,
            compact: None,
            pretty: None,
            hash: None,
        }
    }

    /// Whether it belongs to what a card holds now.
    fn fits(&self, card: &CardDraft) -> bool {
        self.via == card.via
            && std::ptr::eq(self.table.as_ptr(), Arc::as_ptr(&card.private))
            && self.kept.iter().eq(card.kept.0.iter().filter(|member| is_private(member)))
    }
}

/// The text of the JSON view in three parts; see [`CheckCache::pretty_parts`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrettyParts {
    /// Everything before the value of `privateData`.
    pub before: String,
    /// The value of `privateData`.
    pub private: Arc<str>,
    /// Everything behind it.
    pub after: String,
}

impl CheckCache {
    /// Bytes of a card's `cardData` and `privateData` together, as they were at the last check; `None` before the first and
    /// while one runs elsewhere.
    pub const fn data_bytes(&self) -> Option<usize> {
        self.data_bytes
    }

    /// The body as the JSON view shows it, the private part taken from the cache where the table is the same.
    pub fn pretty(&mut self, card: &CardDraft) -> String {
        let private = self.pretty_private(card);
        let receivers = self.receivers(card, true);
        card.text_around(receivers, private, true)
    }

    fn pretty_private(&mut self, card: &CardDraft) -> Option<Arc<str>> {
        let mut written = std::mem::take(&mut self.written[0]);
        let write = || card.private_text(Some(1), &mut written).unwrap_or_else(|| "".into());
        let text = self.private(card).pretty.get_or_insert_with(write).clone();
        self.written[0] = written;
        Some(text).filter(|text| !text.is_empty())
    }

    fn compact_private(&mut self, card: &CardDraft) -> Option<Arc<str>> {
        let mut written = std::mem::take(&mut self.written[1]);
        let write = || card.private_text(None, &mut written).unwrap_or_else(|| "".into());
        let text = self.private(card).compact.get_or_insert_with(write).clone();
        self.written[1] = written;
        Some(text).filter(|text| !text.is_empty())
    }

    /// How many bytes `privateData` has as it is sent.
    pub(super) fn private_bytes(&mut self, card: &CardDraft) -> usize {
        self.compact_private(card).map_or(0, |text| text.len())
    }

    pub(super) fn private_findings(&mut self, card: &CardDraft) -> &[Finding] {
        self.private(card).findings.get_or_insert_with(|| check_private(card))
    }

    pub(super) fn private_hash(&mut self, card: &CardDraft) -> [u8; 32] {
        *self.private(card).hash.get_or_insert_with(|| hash_private(card))
    }

    /// The same in three parts, so that a view of thousands of lines need not put them together: the private part is
    /// shared and stays the same [`Arc`] while the table does. Empty where there is no private part.
    pub fn pretty_parts(&mut self, card: &CardDraft) -> PrettyParts {
        // A control character stands nowhere in JSON text, so it can mark the place.
        let receivers = self.receivers(card, true);
        let around = |private| card.text_around(receivers.clone(), private, true);
        let text = self.pretty_private(card).map(|private| (around(Some("\u{1}".into())), private));
        match text {
            Some((text, private)) => {
                let (before, after) = text.split_once('\u{1}').unwrap_or((&text, ""));
                PrettyParts { before: before.to_owned(), private, after: after.to_owned() }
            }
            None => PrettyParts { before: around(None), private: "".into(), after: String::new() },
        }
    }

    /// The body as it is sent.
    pub(super) fn compact(&mut self, card: &CardDraft) -> String {
        let private = self.compact_private(card);
        let receivers = self.receivers(card, false);
        card.text_around(receivers, private, false)
    }

    /// The text of the receivers; `None` when there are none.
    fn receivers(&mut self, card: &CardDraft, pretty: bool) -> Option<Arc<str>> {
        let known = self.receivers.take().filter(|known| card.receivers.is(&known.list));
        let fresh = || Receivers { list: card.receivers.mark(), compact: None, pretty: None };
        let known = self.receivers.insert(known.unwrap_or_else(fresh));
        let slot = if pretty { &mut known.pretty } else { &mut known.compact };
        let tree = card.receivers_tree()?;
        let write = || if pretty { tree.pretty(1) } else { tree.compact() }.into();
        Some(slot.get_or_insert_with(write).clone())
    }

    /// The section of a card's table; an empty one when it is not that of the last call.
    fn private(&mut self, card: &CardDraft) -> &mut PrivateSection {
        let known = self.private.take().filter(|section| section.fits(card));
        self.private.insert(known.unwrap_or_else(|| PrivateSection::of(card)))
    }
}

/// Findings that depend on the table and on what is kept inside `privateData` alone.
fn check_private(card: &CardDraft) -> Vec<Finding> {
    let mut findings = Findings::default();
    let table = &*card.private;
    let via = card.via;
    let encoding = via.encoding();
    check_columns(card, &mut findings);
    let mut people: HashMap<&str, usize> = HashMap::with_capacity(table.rows.len());
    for (index, row) in table.rows.iter().enumerate() {
        let id = row.person.id.as_str();
        let at = pointer::join(PRIVATE, id);
        match id_problem(id) {
            None => {}
            Some(IdProblem::Empty) => {
                findings.push(Finding::new(Severity::Error, &at, "card.private_person_empty").arg("row", index + 1));
            }
            Some(_) => {
                findings.push(Finding::new(Severity::Error, &at, "card.private_person_bad").arg("id", id));
            }
        }
        if let Some(first) = people.get(id) {
            findings.push(
                Finding::new(Severity::Error, &at, "card.private_person_duplicate")
                    .arg("id", id)
                    .arg("first", first + 1)
                    .arg("row", index + 1),
            );
        } else {
            people.insert(id, index);
        }
        let params = pointer::join(&at, "cardParamMap");
        for (column, cell) in table.columns.iter().zip(&row.cells) {
            let Some(cell) = cell else { continue };
            if column.key == FULL_JSON && encoding == Encoding::OneObject && !column.kind.in_full_json() {
                let at = pointer::join(&params, FULL_JSON);
                if check_object_text(cell, &at, "card.full_json_not_object", &mut findings) {
                    let typed =
                        table.columns.iter().zip(&row.cells).any(|(c, cell)| c.kind.in_full_json() && cell.is_some());
                    findings.push(if typed {
                        Finding::new(Severity::Error, &at, "card.full_json_twice")
                    } else {
                        Finding::new(Severity::Warning, &at, "card.full_json_by_hand")
                    });
                }
                continue;
            }
            // Most cells are plain and short; the pointer is only built for those that need a look.
            if column.kind.in_full_json() || cell.len() > 1000 || cell.contains("${") || cell.starts_with(['{', '[']) {
                let at = value_pointer(encoding, &params, &column.key, column.kind);
                check_value(via, &column.key, column.kind, cell, &at, &mut findings);
            }
        }
    }
    check_double_cells(card, &mut findings);
    check_kept(card, is_private, &mut findings);
    findings.finish(PRIVATE, "card.more")
}

/// Where a column can be pointed at: its first value, or the table.
fn column_pointer(card: &CardDraft, column: usize) -> String {
    let table = &*card.private;
    let row = table.rows.iter().find(|row| matches!(row.cells.get(column), Some(Some(_))));
    match (row, table.columns.get(column)) {
        (Some(row), Some(column)) => {
            let params = pointer::join(&pointer::join(PRIVATE, &row.person.id), "cardParamMap");
            value_pointer(card.via.encoding(), &params, &column.key, column.kind)
        }
        _ => PRIVATE.to_owned(),
    }
}

fn check_columns(card: &CardDraft, findings: &mut Findings) {
    let table = &*card.private;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (index, column) in table.columns.iter().enumerate() {
        let at = column_pointer(card, index);
        check_key(card.via, &column.key, &at, index + 1, findings);
        let reserved = column.key == FULL_JSON || column.key == LAST_MESSAGE;
        if reserved && card.via.encoding() == Encoding::PerVariable {
            let finding = Finding::new(Severity::Warning, &at, "card.reserved_of_old_calls");
            findings.push(finding.arg("key", &column.key));
        } else if reserved && column.kind.in_full_json() {
            findings.push(Finding::new(Severity::Error, &at, "card.key_reserved").arg("key", &column.key));
        } else if column.key == LAST_MESSAGE {
            findings.push(Finding::new(Severity::Warning, &at, "card.private_last_message"));
        }
        if let Some(first) = seen.get(column.key.as_str()) {
            findings.push(
                Finding::new(Severity::Warning, &at, "card.private_column_duplicate")
                    .arg("key", &column.key)
                    .arg("first", first + 1)
                    .arg("row", index + 1),
            );
        } else {
            seen.insert(&column.key, index);
        }
    }
}

/// People who have two values for one variable because two columns have the same key.
fn check_double_cells(card: &CardDraft, findings: &mut Findings) {
    let table = &*card.private;
    let keys: HashSet<&str> = table.columns.iter().map(|column| column.key.as_str()).collect();
    if keys.len() == table.columns.len() {
        return;
    }
    for row in &table.rows {
        let mut seen = HashSet::new();
        for (column, cell) in table.columns.iter().zip(&row.cells) {
            if cell.is_some() && !seen.insert(column.key.as_str()) {
                let params = pointer::join(&pointer::join(PRIVATE, &row.person.id), "cardParamMap");
                let at = value_pointer(card.via.encoding(), &params, &column.key, column.kind);
                findings.push(
                    Finding::new(Severity::Error, at, "card.private_key_duplicate")
                        .arg("key", &column.key)
                        .arg("id", &row.person.id),
                );
            }
        }
    }
}

/// Findings about the table together with the rest of the card.
pub(super) fn check_private_with_card(card: &CardDraft, findings: &mut Findings) {
    let table = &*card.private;
    let names_receivers = matches!(card.via, CardVia::PrivateChat | CardVia::InteractiveCards);
    if names_receivers && !card.receivers.is_empty() {
        let receivers: HashSet<&str> = card.receivers.iter().map(|person| person.id.as_str()).collect();
        for row in &table.rows {
            let id = row.person.id.as_str();
            if !id.is_empty() && !receivers.contains(id) {
                let shown = if row.person.name.is_empty() { id } else { &row.person.name };
                findings.push(
                    Finding::new(Severity::Warning, pointer::join(PRIVATE, id), "card.private_not_receiver")
                        .arg("id", shown),
                );
            }
        }
    }
    for (index, column) in table.columns.iter().enumerate() {
        let public = card.params.iter().find(|row| row.key == column.key);
        if let Some(public) = public
            && public.kind != column.kind
            && (public.kind.in_full_json() || column.kind.in_full_json())
        {
            findings.push(
                Finding::new(Severity::Warning, column_pointer(card, index), "card.private_kind_differs")
                    .arg("key", &column.key),
            );
        }
    }
}
