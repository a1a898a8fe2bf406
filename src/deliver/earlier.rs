//! What an earlier card of an outTrackId holds now, out of the history: what an update would erase.

use crate::{
    compose::{Draft, Kind, check::EarlierCard, file},
    store::history::{History, HistoryError},
};

/// What the card of an outTrackId holds after everything this profile sent and updated; `None` when the history has no
/// such card. Blocks for as long as reading its drafts takes.
///
/// # Errors
/// [`HistoryError`].
pub fn earlier_card(history: &History, profile: &str, out_track_id: &str) -> Result<Option<EarlierCard>, HistoryError> {
    let mut found: Option<EarlierCard> = None;
    for text in history.drafts_of(profile, out_track_id)? {
        let Ok(Draft::Card(card)) = file::read_kept(Kind::Card, &text) else { continue };
        match &mut found {
            Some(known) if card.via.is_update() => known.updated(&card),
            // The old calls keep the first content, and the new one takes an id only once.
            Some(_) => {}
            None if card.via.is_update() => {}
            None => found = Some(EarlierCard::of(&card)),
        }
    }
    Ok(found)
}
