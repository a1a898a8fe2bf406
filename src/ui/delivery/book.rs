//! What the journal holds, as the screens show it: read in pages and in the background, never on the painting thread.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::Failed;
use crate::{
    deliver::after,
    store::{
        history::HistoryError,
        journal::{Asking, CallRow, CallState, Delivery, DeliveryId, DeliveryState, Journal, PersonRow, Rung, Tally},
    },
    ui::{background::Background, remote::Remote},
};

/// Rows are read in pages of this many.
const PAGE: usize = 100;
/// How many pages are kept.
const PAGES: usize = 12;
/// How many of the last deliveries are looked at for what was cut off and what is due.
const RECENT: usize = 60;
/// What was cut off is shown this long, milliseconds.
const CUT_OFF_MS: i64 = 7 * 86_400_000;
/// Into how many steps the picture of a delivery's progress is cut.
pub const STEPS: usize = 120;
const LAST_STEP: i64 = 119;

struct Read {
    page: usize,
    rows: Vec<Delivery>,
    total: u64,
}

/// The list of deliveries, and the last ones.
#[derive(Default)]
pub struct Book {
    total: Option<u64>,
    pages: BTreeMap<usize, Vec<Delivery>>,
    reading: Remote<Read, Failed>,
    wanted: Option<usize>,
    /// The last deliveries, newest first.
    pub recent: Remote<Vec<Delivery>, Failed>,
    recent_stale: bool,
    /// Those that wait for their moment, the soonest first.
    pub waiting: Remote<Vec<Delivery>, Failed>,
    /// Those whose report may tell something new.
    pub asking: Remote<Vec<Asking>, Failed>,
}

impl Book {
    /// Something was written to the journal: everything is read again.
    pub fn changed(&mut self) {
        self.wanted = Some(0);
        self.recent_stale = true;
    }

    /// How many deliveries there are, once that is known.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// A row of the list.
    pub fn row(&self, index: usize) -> Option<&Delivery> {
        self.pages.get(&(index / PAGE))?.get(index % PAGE)
    }

    /// Why the list could not be read.
    pub fn failure(&self) -> Option<&Failed> {
        self.reading.failure()
    }

    /// Has the pages of these rows read.
    pub fn want(&mut self, rows: &Range<usize>) {
        let missing =
            (rows.start / PAGE..=rows.end.saturating_sub(1) / PAGE).find(|page| !self.pages.contains_key(page));
        if missing.is_some() {
            self.wanted = missing;
        }
    }

    /// Takes what was read and asks for what is missing; `true` when the last deliveries are other ones.
    pub fn read(&mut self, journal: &Arc<Journal>, listed: bool, now_ms: i64, background: &Background) -> bool {
        let news = self.recent.poll() | self.waiting.poll() | self.asking.poll();
        if !self.recent.is_pending() && (self.recent.is_not_asked() || self.recent_stale) {
            self.recent_stale = false;
            let (recent, waiting, asking) = (Arc::clone(journal), Arc::clone(journal), Arc::clone(journal));
            background.start_blocking("deliveries", &mut self.recent, move || {
                recent.deliveries(0, RECENT).map_err(Failed::Error)
            });
            background.start_blocking("waiting-deliveries", &mut self.waiting, move || {
                waiting.waiting().map_err(Failed::Error)
            });
            background.start_blocking("asking-deliveries", &mut self.asking, move || {
                asking.asking(now_ms - after::DAY_MS).map_err(Failed::Error)
            });
        }
        if self.reading.poll()
            && let Some(Read { page, rows, total }) = self.reading.take_here()
        {
            if self.total != Some(total) || page == 0 {
                self.pages.clear();
            }
            self.total = Some(total);
            while self.pages.len() >= PAGES {
                let farthest = self.pages.keys().copied().max_by_key(|known| known.abs_diff(page));
                farthest.map(|farthest| self.pages.remove(&farthest));
            }
            self.pages.insert(page, rows);
        }
        let first = self.total.is_none() && self.reading.failure().is_none();
        let wanted = self.wanted.or(first.then_some(0)).filter(|_| listed && !self.reading.is_pending());
        if let Some(page) = wanted {
            self.wanted = None;
            let journal = Arc::clone(journal);
            background.start_blocking("delivery-page", &mut self.reading, move || {
                let read = || {
                    let rows = journal.deliveries(page * PAGE, PAGE)?;
                    Ok(Read { page, rows, total: journal.delivery_count()? })
                };
                read().map_err(Failed::Error)
            });
        }
        news
    }

    /// What may be asked about a delivery; `None`: nothing new.
    pub fn asking(&self, id: DeliveryId) -> Option<&Asking> {
        self.asking.value()?.iter().find(|one| one.delivery == id)
    }

    /// What was cut off or stopped, newest first: calls that can go on, or that nobody knows the end of.
    pub fn cut_off(&self, now_ms: i64, runs: impl Fn(DeliveryId) -> bool) -> Vec<&Delivery> {
        let recent = self.recent.value().map_or(&[][..], Vec::as_slice);
        recent.iter().filter(|one| is_cut_off(one, now_ms) && !runs(one.id)).collect()
    }
}

/// Whether a delivery waits for a person: calls that have not begun, or that nobody knows the end of.
pub fn is_cut_off(one: &Delivery, now_ms: i64) -> bool {
    // Begun and not ended: another living window carries it out, a dead one's are unknown by now.
    let elsewhere = one.counts.begun > 0;
    now_ms - one.new.started_ms < CUT_OFF_MS && !elsewhere && (can_go_on(one) || one.counts.unknown > 0)
}

/// Whether it has calls that can go on.
pub fn can_go_on(one: &Delivery) -> bool {
    let open = matches!(one.state, DeliveryState::Open | DeliveryState::Paused | DeliveryState::Stopped);
    (open || one.state == DeliveryState::Done) && one.counts.not_begun > 0
}

/// One moment of the picture: people so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Moment {
    /// In calls that were handed over (or taken back since).
    pub handed_over: u64,
    /// In calls that were refused.
    pub refused: u64,
    /// In calls whose end nobody knows.
    pub unknown: u64,
}

/// Everything about one delivery.
pub struct Detail {
    /// The delivery with its draft.
    pub delivery: Delivery,
    /// Its calls.
    pub calls: Vec<CallRow>,
    /// Its people.
    pub people: Vec<PersonRow>,
    /// How many people stand on each rung, in the order of [`Rung::ALL`].
    pub tally: [u64; Rung::ALL.len()],
    /// Progress over time, evenly spaced from the first call's beginning to the last one's end.
    pub moments: Vec<Moment>,
    /// On which rungs people stood when that was asked, the earliest first.
    pub tallies: Vec<Tally>,
    /// When the first call began and the last one ended, Unix milliseconds.
    pub span: Option<(i64, i64)>,
    /// When the first and the last call that were handed over (and not taken back) ended: what deadlines are counted from.
    pub handed_over_ms: Option<(i64, i64)>,
    /// Of the notice calls that were handed over: how many DingTalk is through with, and how many it has told about at all.
    pub through: (u64, u64),
}

impl Detail {
    /// Reads it.
    ///
    /// # Errors
    /// [`HistoryError`] when the journal cannot be read.
    pub fn read(journal: &Journal, id: DeliveryId) -> Result<Option<Self>, HistoryError> {
        let Some(delivery) = journal.delivery(id)? else { return Ok(None) };
        let (calls, people) = (journal.calls(id)?, journal.people(id)?);
        Ok(Some(Self { tallies: journal.tallies(id)?, ..Self::of(delivery, calls, people) }))
    }

    /// Adds it up.
    pub fn of(delivery: Delivery, calls: Vec<CallRow>, people: Vec<PersonRow>) -> Self {
        let mut tally = [0; Rung::ALL.len()];
        for person in &people {
            if let Some(slot) = tally.get_mut(place_of(person.rung)) {
                *slot += 1;
            }
        }
        let ended = |call: &CallRow| call.ended_ms.or(call.begun_ms);
        let first = calls.iter().filter_map(|call| call.begun_ms).min();
        let last = calls.iter().filter_map(ended).max();
        let span = first.zip(last);
        let handed_over = || calls.iter().filter(|call| call.state == CallState::HandedOver);
        let ends = || handed_over().filter_map(|call| call.ended_ms);
        let handed_over_ms = ends().min().zip(ends().max());
        let through = handed_over()
            .filter_map(|call| call.progress)
            .fold((0, 0), |(done, told), progress| (done + u64::from(progress == 100), told + 1));
        let moments = span.map(|span| moments(&calls, span)).unwrap_or_default();
        Self { delivery, calls, people, tally, moments, tallies: Vec::new(), span, handed_over_ms, through }
    }

    /// How many people stand on a rung.
    pub fn on(&self, rung: Rung) -> u64 {
        self.tally.get(place_of(rung)).copied().unwrap_or(0)
    }

    /// How many people are in calls that are on their way: their end is not known yet.
    pub fn on_their_way(&self) -> u64 {
        self.calls.iter().filter(|call| call.state == CallState::Begun).map(|call| call.people).sum()
    }

    /// Calls whose end nobody knows.
    pub fn unknown(&self) -> impl Iterator<Item = &CallRow> {
        self.calls.iter().filter(|call| call.state == CallState::Unknown)
    }
}

/// The place of a rung in [`Rung::ALL`].
pub fn place_of(rung: Rung) -> usize {
    Rung::ALL.iter().position(|known| *known == rung).unwrap_or(0)
}

fn moments(calls: &[CallRow], (first, last): (i64, i64)) -> Vec<Moment> {
    let length = (last - first).max(1);
    let mut steps = vec![Moment::default(); STEPS];
    for call in calls {
        let Some(at) = call.ended_ms.or(call.begun_ms) else { continue };
        let place = usize::try_from((at - first).max(0) * LAST_STEP / length).unwrap_or(0).min(STEPS - 1);
        let Some(step) = steps.get_mut(place) else { continue };
        match call.state {
            CallState::HandedOver | CallState::Recalled => step.handed_over += call.people,
            CallState::Refused => step.refused += call.people,
            CallState::Unknown => step.unknown += call.people,
            CallState::NotBegun | CallState::Begun => {}
        }
    }
    let mut sum = Moment::default();
    for step in &mut steps {
        sum.handed_over += step.handed_over;
        sum.refused += step.refused;
        sum.unknown += step.unknown;
        *step = sum;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::{CallId, Ended};

    fn call(number: u64, state: CallState, ended_ms: Option<i64>) -> CallRow {
        CallRow {
            id: CallId(1),
            number,
            path: String::new(),
            people: 10,
            state,
            begun_ms: ended_ms.map(|at| at - 10),
            ended: Ended::default(),
            ended_ms,
            out_track_id: String::new(),
            progress: None,
            told: false,
        }
    }

    #[test]
    fn the_picture_adds_up_to_everybody_at_its_end() {
        let calls = [
            call(1, CallState::HandedOver, Some(1_010)),
            call(2, CallState::Refused, Some(2_000)),
            call(3, CallState::Unknown, Some(9_000)),
            call(4, CallState::NotBegun, None),
        ];
        let steps = moments(&calls, (1_000, 9_000));
        assert_eq!(steps.len(), STEPS);
        assert_eq!(steps.last(), Some(&Moment { handed_over: 10, refused: 10, unknown: 10 }));
        assert_eq!(steps.first(), Some(&Moment { handed_over: 10, refused: 0, unknown: 0 }));
        assert!(steps.windows(2).all(|two| two[0].handed_over <= two[1].handed_over));
        // One moment only: nothing is divided by nought.
        assert_eq!(moments(&calls[..1], (1_000, 1_000)).last(), Some(&Moment { handed_over: 10, ..Moment::default() }));
    }
}
