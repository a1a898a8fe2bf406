//! What an update would erase: an update that is not by key replaces everything that is there.

use crate::compose::{
    CardDraft, Finding, Severity,
    check::{CheckContext, Findings},
    pointer,
};

const PARAMS: &str = "/cardData/cardParamMap";
const PRIVATE: &str = "/privateData";

/// What a card of an earlier send held, as far as the history knows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EarlierCard {
    /// Names of its public variables.
    pub public: Vec<String>,
    /// People who had values of their own, with the names of these.
    pub private: Vec<(String, Vec<String>)>,
}

impl EarlierCard {
    /// What a sent draft held.
    pub fn of(card: &CardDraft) -> Self {
        let named = card.params.iter().filter(|row| !row.key.is_empty());
        let columns = &card.private.columns;
        let own = |cells: &[Option<String>]| {
            let filled = columns.iter().zip(cells).filter(|(_, cell)| cell.is_some());
            filled.map(|(column, _)| column.key.clone()).collect::<Vec<_>>()
        };
        let private = card.private.rows.iter().map(|row| (row.person.id.clone(), own(&row.cells)));
        Self {
            public: named.map(|row| row.key.clone()).collect(),
            private: private.filter(|(_, keys)| !keys.is_empty()).collect(),
        }
    }

    /// What the card holds after an update.
    pub fn updated(&mut self, update: &CardDraft) {
        let change = Self::of(update);
        if update.update_by_key != Some(true) && !change.public.is_empty() {
            self.public.clear();
        }
        for key in change.public {
            if !self.public.contains(&key) {
                self.public.push(key);
            }
        }
        for (id, keys) in change.private {
            match self.private.iter_mut().find(|(known, _)| *known == id) {
                Some((_, known)) => {
                    if update.update_private_by_key != Some(true) {
                        known.clear();
                    }
                    known.extend(keys.into_iter().filter(|key| !known.contains(key)).collect::<Vec<_>>());
                }
                None => self.private.push((id, keys)),
            }
        }
    }
}

/// What a draft of an update would erase of a card.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Erased {
    /// Public variables.
    pub public: Vec<String>,
    /// Private values of people who get others: id and names.
    pub private: Vec<(String, Vec<String>)>,
}

/// What a draft of an update would erase of an earlier card. An update without public values leaves those as they are, and
/// so with each person's.
pub fn erased(card: &CardDraft, earlier: &EarlierCard) -> Erased {
    let mut erased = Erased::default();
    let now = EarlierCard::of(card);
    if card.update_by_key != Some(true) && !now.public.is_empty() {
        erased.public = earlier.public.iter().filter(|key| !now.public.contains(key)).cloned().collect();
    }
    if card.update_private_by_key != Some(true) {
        for row in &card.private.rows {
            let id = &row.person.id;
            let Some((_, before)) = earlier.private.iter().find(|(known, _)| known == id) else { continue };
            let keys = now.private.iter().find(|(known, _)| known == id).map(|(_, keys)| keys.as_slice());
            let gone: Vec<_> = before.iter().filter(|key| !keys.unwrap_or_default().contains(key)).cloned().collect();
            if !gone.is_empty() {
                erased.private.push((id.clone(), gone));
            }
        }
    }
    erased
}

/// Says before the send what would be erased.
pub(in crate::compose) fn check(card: &CardDraft, context: &CheckContext<'_>, findings: &mut Findings) {
    let Some(earlier) = context.known.earlier_card(&card.out_track_id) else {
        if !card.out_track_id.trim().is_empty() {
            findings.push(Finding::new(Severity::Info, "/outTrackId", "card.update_unknown"));
        }
        if card.update_by_key != Some(true) && !card.params.is_empty() {
            findings.push(Finding::new(Severity::Warning, PARAMS, "card.update_overwrites"));
        }
        return;
    };
    let erased = erased(card, &earlier);
    if !erased.public.is_empty() {
        findings
            .push(Finding::new(Severity::Warning, PARAMS, "card.update_erases").arg("keys", erased.public.join(", ")));
    }
    for (id, keys) in erased.private {
        findings.push(
            Finding::new(Severity::Warning, pointer::join(PRIVATE, &id), "card.update_erases_private")
                .arg("id", &id)
                .arg("keys", keys.join(", ")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{CardVia, Draft};

    fn card(via: CardVia, body: &str) -> CardDraft {
        match Draft::from_text(via, body).unwrap() {
            Draft::Card(card) => card,
            Draft::Notice(_) => unreachable!("a card was asked for"),
        }
    }

    #[test]
    fn an_update_erases_what_it_does_not_name_unless_it_goes_by_key() {
        let sent = card(
            CardVia::CreateAndDeliver,
            r#"{"cardData":{"cardParamMap":{"title":"a","count":"1"}},
                "privateData":{"u1":{"cardParamMap":{"shift":"早","seat":"1"}},"u2":{"cardParamMap":{"shift":"晚"}}}}"#,
        );
        let mut known = EarlierCard::of(&sent);
        let update = r#"{"outTrackId":"t","cardData":{"cardParamMap":{"title":"b"}},
            "privateData":{"u1":{"cardParamMap":{"seat":"2"}}}}"#;
        let mut change = card(CardVia::Update, update);
        let gone = erased(&change, &known);
        assert_eq!(gone.public, ["count"]);
        assert_eq!(gone.private, [("u1".to_owned(), vec!["shift".to_owned()])], "nobody else is touched");
        change.update_by_key = Some(true);
        change.update_private_by_key = Some(true);
        assert_eq!(erased(&change, &known), Erased::default());
        change.update_private_by_key = None;
        known.updated(&change);
        assert_eq!(known.public, ["title", "count"]);
        assert_eq!(known.private.iter().map(|(_, keys)| keys.len()).collect::<Vec<_>>(), [1, 1]);
        let only_private =
            card(CardVia::Update, r#"{"outTrackId":"t","privateData":{"u9":{"cardParamMap":{"a":"1"}}}}"#);
        assert_eq!(erased(&only_private, &known), Erased::default(), "public values that are not named stay");
    }
}
