//! Undo and redo of structural edits: rows added, moved, removed, a paste, a JSON view taken over.
//!
//! A step holds the whole state before an edit. That is cheap for drafts, whose big part is shared (see
//! [`super::card::CardDraft::private`]). Text fields have their own undo.

use std::collections::VecDeque;

/// Undo steps of something that can be cloned.
#[derive(Clone, Debug)]
pub struct Undo<T> {
    past: VecDeque<Step<T>>,
    future: Vec<Step<T>>,
    limit: usize,
}

/// A state, and the edit that leads away from it (in the past) or to it (in the future).
#[derive(Clone, Debug)]
struct Step<T> {
    state: T,
    /// Locale key of the edit.
    label: &'static str,
    /// Edits of one group are undone together.
    group: Option<u64>,
}

impl<T> Undo<T> {
    /// Remembers at most `limit` steps; at least one.
    pub fn new(limit: usize) -> Self {
        Self { past: VecDeque::new(), future: Vec::new(), limit: limit.max(1) }
    }

    /// Remembers the state before an edit. `label` is the locale key of what the edit does.
    pub fn record(&mut self, before: T, label: &'static str) {
        self.push(Step { state: before, label, group: None });
    }

    /// Like [`Undo::record`], but edits of the same group that follow each other are one step: the caller gives one
    /// number to what belongs together, such as dragging a row.
    pub fn record_in_group(&mut self, before: T, label: &'static str, group: u64) {
        if self.future.is_empty() && self.past.back().is_some_and(|step| step.group == Some(group)) {
            return;
        }
        self.push(Step { state: before, label, group: Some(group) });
    }

    fn push(&mut self, step: Step<T>) {
        self.future.clear();
        if self.past.len() >= self.limit {
            self.past.pop_front();
        }
        self.past.push_back(step);
    }

    /// Goes back one step: `current` becomes what redo leads to, the state before is given with the label of the edit
    /// that was taken back. Gives `current` back when there is no step.
    ///
    /// # Errors
    /// The current state when there is nothing to undo.
    pub fn undo(&mut self, current: T) -> Result<(T, &'static str), T> {
        let Some(Step { state, label, group }) = self.past.pop_back() else { return Err(current) };
        self.future.push(Step { state: current, label, group });
        Ok((state, label))
    }

    /// Goes forward one step.
    ///
    /// # Errors
    /// The current state when there is nothing to redo.
    pub fn redo(&mut self, current: T) -> Result<(T, &'static str), T> {
        let Some(Step { state, label, group }) = self.future.pop() else { return Err(current) };
        self.past.push_back(Step { state: current, label, group });
        Ok((state, label))
    }

    /// Label of the edit that undo would take back.
    pub fn undo_label(&self) -> Option<&'static str> {
        self.past.back().map(|step| step.label)
    }

    /// Label of the edit that redo would do again.
    pub fn redo_label(&self) -> Option<&'static str> {
        self.future.last().map(|step| step.label)
    }

    /// Forgets everything: another draft was opened.
    pub fn clear(&mut self) {
        self.past.clear();
        self.future.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_undone_can_be_redone_until_something_else_is_done() {
        let mut undo = Undo::new(10);
        undo.record(1, "edit.add");
        undo.record(2, "edit.remove");
        assert_eq!(undo.undo_label(), Some("edit.remove"));
        assert_eq!(undo.undo(3), Ok((2, "edit.remove")));
        assert_eq!(undo.undo(2), Ok((1, "edit.add")));
        assert_eq!(undo.undo(1), Err(1), "the beginning");
        assert_eq!(undo.redo(1), Ok((2, "edit.add")));
        assert_eq!(undo.redo_label(), Some("edit.remove"));
        undo.record(2, "edit.paste");
        assert_eq!(undo.redo(9), Err(9), "another edit ends the future");
        assert_eq!(undo.undo(9), Ok((2, "edit.paste")));
    }

    #[test]
    fn a_group_is_one_step_and_the_oldest_steps_go_first() {
        let mut undo = Undo::new(2);
        undo.record_in_group(1, "edit.move", 7);
        undo.record_in_group(2, "edit.move", 7);
        undo.record_in_group(3, "edit.move", 8);
        assert_eq!(undo.undo(4), Ok((3, "edit.move")));
        assert_eq!(undo.undo(3), Ok((1, "edit.move")), "two moves of one drag");
        for state in 0..5 {
            undo.record(state, "edit.add");
        }
        assert_eq!(undo.undo(5), Ok((4, "edit.add")));
        assert_eq!(undo.undo(4), Ok((3, "edit.add")));
        assert_eq!(undo.undo(3), Err(3));
    }
}
