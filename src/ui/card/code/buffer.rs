//! A text being edited: its characters, the caret, and the way back. Knows nothing of fonts or windows.
//!
//! Places are byte offsets that always stand between two characters.

use std::ops::Range;

/// How many bytes of taken-back text are kept before the oldest steps are forgotten.
const UNDO_BYTES: usize = 32 << 20;

/// Caret and selection: `anchor` stays, `head` moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// Where the selection began.
    pub anchor: usize,
    /// Where the caret is.
    pub head: usize,
}

impl Selection {
    /// A caret without a selection.
    pub const fn caret(at: usize) -> Self {
        Self { anchor: at, head: at }
    }

    /// The selected bytes.
    pub fn range(self) -> Range<usize> {
        self.anchor.min(self.head)..self.anchor.max(self.head)
    }

    /// Whether nothing is selected.
    pub const fn is_empty(self) -> bool {
        self.anchor == self.head
    }
}

/// What was replaced since somebody last asked: these bytes of the text as it was, by those of the text as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dirty {
    /// Where both begin.
    pub start: usize,
    /// The end in the text as it was.
    pub old_end: usize,
    /// The end in the text as it is.
    pub new_end: usize,
}

impl Dirty {
    /// One more replacement: `range` of the text as it was just now, by `length` bytes.
    fn add(&mut self, range: &Range<usize>, length: usize) {
        // What lies behind the window of before is as it was, only elsewhere.
        let behind = range.end.saturating_sub(self.new_end);
        self.new_end =
            if behind > 0 { range.start + length } else { self.new_end - (range.end - range.start) + length };
        self.old_end += behind;
        self.start = self.start.min(range.start);
    }
}

/// One step of the way back.
struct Step {
    at: usize,
    removed: String,
    inserted: String,
    before: Selection,
    /// Typing that follows directly is the same step.
    open: bool,
}

/// A text with caret and undo.
#[derive(Default)]
pub struct Buffer {
    text: String,
    selection: Selection,
    version: u64,
    dirty: Option<Dirty>,
    undo: Vec<Step>,
    redo: Vec<Step>,
}

impl Buffer {
    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Counts changes of the text.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Caret and selection.
    pub fn selection(&self) -> Selection {
        self.selection
    }

    /// The selected text.
    pub fn selected(&self) -> &str {
        self.text.get(self.selection.range()).unwrap_or_default()
    }

    /// Another text from outside: there is no way back over it. The caret stays where it was, as far as it can.
    pub fn set_text(&mut self, text: &str) {
        if text == self.text.as_str() {
            return;
        }
        self.put(0..self.text.len(), text);
        self.undo.clear();
        self.redo.clear();
        self.select(self.selection);
    }

    /// Replaces a part from outside: there is no way back over it. Caret and selection stay at their letters.
    pub fn set_part(&mut self, range: Range<usize>, text: &str) {
        let moved = |at: usize| match at {
            at if at <= range.start => at,
            at if at >= range.end => at - (range.end - range.start) + text.len(),
            at => at.min(range.start + text.len()),
        };
        let Selection { anchor, head } = self.selection;
        let selection = Selection { anchor: moved(anchor), head: moved(head) };
        self.put(range, text);
        self.undo.clear();
        self.redo.clear();
        self.select(selection);
    }

    /// What changed since the last call; `None` when nothing did.
    pub fn take_dirty(&mut self) -> Option<Dirty> {
        self.dirty.take()
    }

    /// Every change of the text goes through here. `range` stands between characters.
    fn put(&mut self, range: Range<usize>, text: &str) {
        match &mut self.dirty {
            Some(dirty) => dirty.add(&range, text.len()),
            None => {
                self.dirty = Some(Dirty { start: range.start, old_end: range.end, new_end: range.start + text.len() });
            }
        }
        self.text.replace_range(range, text);
        self.version += 1;
    }

    /// Moves caret and selection; a place inside a character or behind the end is moved to the next one before it.
    pub fn select(&mut self, selection: Selection) {
        self.selection = Selection { anchor: self.place(selection.anchor), head: self.place(selection.head) };
    }

    /// Moves the caret; `keep_anchor` extends the selection.
    pub fn move_to(&mut self, at: usize, keep_anchor: bool) {
        let anchor = if keep_anchor { self.selection.anchor } else { at };
        self.select(Selection { anchor, head: at });
    }

    /// The nearest place between two characters, not behind `at`.
    pub fn place(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// Replaces a range; the caret stands behind what was inserted.
    pub fn replace(&mut self, range: Range<usize>, inserted: &str) {
        self.change(range, inserted, false);
    }

    /// Replaces the selection by typed text: several keys in a row are one step of the way back.
    pub fn type_text(&mut self, inserted: &str) {
        let open = self.selection.is_empty() && !inserted.contains('\n');
        self.change(self.selection.range(), inserted, open);
    }

    /// Replaces a range outside the way back: what an input method is still writing. Whoever uses this takes it out again
    /// before anything else is changed.
    pub fn patch(&mut self, range: Range<usize>, inserted: &str) {
        let range = self.place(range.start)..self.place(range.end.max(range.start));
        let start = range.start;
        self.put(range, inserted);
        self.selection = Selection::caret(start + inserted.len());
    }

    fn change(&mut self, range: Range<usize>, inserted: &str, typing: bool) {
        let range = self.place(range.start)..self.place(range.end.max(range.start));
        if range.is_empty() && inserted.is_empty() {
            return;
        }
        let before = self.selection;
        let removed = self.text[range.clone()].to_owned();
        self.put(range.clone(), inserted);
        self.redo.clear();
        self.selection = Selection::caret(range.start + inserted.len());
        if typing
            && let Some(last) = self.undo.last_mut()
            && last.open
            && last.at + last.inserted.len() == range.start
            && last.inserted.len() < 200
        {
            last.inserted.push_str(inserted);
            return;
        }
        self.undo.push(Step { at: range.start, removed, inserted: inserted.to_owned(), before, open: typing });
        self.forget_old();
    }

    fn forget_old(&mut self) {
        let mut bytes = 0;
        let kept = self
            .undo
            .iter()
            .rev()
            .take_while(|step| {
                bytes += step.removed.len() + step.inserted.len();
                bytes <= UNDO_BYTES
            })
            .count();
        self.undo.drain(..self.undo.len() - kept.max(1));
    }

    /// Ends the step that typing belongs to, so that what is typed next can be taken back by itself.
    pub fn end_step(&mut self) {
        if let Some(last) = self.undo.last_mut() {
            last.open = false;
        }
    }

    /// Takes the last step back; `false` when there is none.
    pub fn undo(&mut self) -> bool {
        let Some(mut step) = self.undo.pop() else { return false };
        self.put(step.at..step.at + step.inserted.len(), &step.removed);
        step.open = false;
        self.selection = step.before;
        self.redo.push(step);
        true
    }

    /// Does the step taken back last again; `false` when there is none.
    pub fn redo(&mut self) -> bool {
        let Some(step) = self.redo.pop() else { return false };
        self.put(step.at..step.at + step.removed.len(), &step.inserted);
        self.selection = Selection::caret(step.at + step.inserted.len());
        self.undo.push(step);
        true
    }

    /// The place one character before.
    pub fn left_of(&self, at: usize) -> usize {
        self.text[..at].char_indices().next_back().map_or(0, |(before, _)| before)
    }

    /// The place one character behind.
    pub fn right_of(&self, at: usize) -> usize {
        self.text[at..].chars().next().map_or(at, |c| at + c.len_utf8())
    }

    /// The beginning of the word before.
    pub fn word_left_of(&self, at: usize) -> usize {
        let before = &self.text[..at];
        let trimmed = before.trim_end_matches(|c: char| !is_word(c));
        if trimmed.is_empty() {
            return 0;
        }
        trimmed.trim_end_matches(is_word).len()
    }

    /// The end of the word behind.
    pub fn word_right_of(&self, at: usize) -> usize {
        let behind = &self.text[at..];
        let word = behind.trim_start_matches(|c: char| !is_word(c));
        self.text.len() - word.trim_start_matches(is_word).len()
    }

    /// The word (or the run of other characters) at a place.
    pub fn word_at(&self, at: usize) -> Range<usize> {
        let here = self.text[at..].chars().next().filter(|c| *c != '\n');
        let Some(here) = here.or_else(|| self.text[..at].chars().next_back()) else { return at..at };
        let same = |c: char| c != '\n' && is_word(c) == is_word(here) && c.is_whitespace() == here.is_whitespace();
        let start = self.text[..at].trim_end_matches(same).len();
        let end = self.text.len() - self.text[at..].trim_start_matches(same).len();
        start..end
    }

    /// The line at a place, without its line break.
    pub fn line_at(&self, at: usize) -> Range<usize> {
        let start = self.text[..at].rfind('\n').map_or(0, |found| found + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |found| at + found);
        start..end
    }

    /// The spaces that the line of a place begins with.
    pub fn indent_at(&self, at: usize) -> &str {
        let line = &self.text[self.line_at(at).start..at];
        &line[..line.len() - line.trim_start_matches(' ').len()]
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(text: &str, caret: usize) -> Buffer {
        let mut buffer = Buffer::default();
        buffer.set_text(text);
        buffer.move_to(caret, false);
        buffer
    }

    #[test]
    fn typing_is_taken_back_in_one_step_and_a_deletion_in_another() {
        let mut buffer = buffer("{}", 1);
        for typed in ["\"", "蚂", "蚁", "\""] {
            buffer.type_text(typed);
        }
        assert_eq!(buffer.text(), "{\"蚂蚁\"}");
        buffer.select(Selection { anchor: 1, head: 9 });
        buffer.type_text("");
        assert_eq!(buffer.text(), "{}");
        assert!(buffer.undo());
        assert_eq!((buffer.text(), buffer.selected()), ("{\"蚂蚁\"}", "\"蚂蚁\""));
        assert!(buffer.undo());
        assert_eq!(buffer.text(), "{}");
        assert!(!buffer.undo());
        assert!(buffer.redo() && buffer.redo() && !buffer.redo());
        assert_eq!(buffer.text(), "{}");
    }

    #[test]
    fn a_place_inside_a_character_moves_before_it() {
        let mut buffer = buffer("蚂蚁", 4);
        assert_eq!(buffer.selection().head, 3);
        buffer.replace(1..5, "x");
        assert_eq!(buffer.text(), "x蚁");
        buffer.move_to(999, false);
        assert_eq!(buffer.selection().head, 4);
    }

    #[test]
    fn a_text_from_outside_keeps_the_caret_and_has_no_way_back() {
        let mut buffer = buffer("one two", 5);
        buffer.type_text("x");
        buffer.set_text("one");
        assert_eq!(buffer.selection(), Selection::caret(3));
        assert!(!buffer.undo() && buffer.text() == "one");
    }

    #[test]
    fn a_part_from_outside_leaves_the_caret_at_its_letter() {
        let mut buffer = buffer("one two three", 9);
        buffer.set_part(4..7, "2");
        assert_eq!((buffer.text(), buffer.selection()), ("one 2 three", Selection::caret(7)));
        buffer.set_part(4..11, "");
        assert_eq!((buffer.text(), buffer.selection()), ("one ", Selection::caret(4)));
    }

    #[test]
    fn words_and_lines_are_found() {
        let buffer = buffer("  \"title\": \"放假通知 2026\",\n  x", 0);
        assert_eq!(&buffer.text()[buffer.word_at(4)], "title");
        assert_eq!(&buffer.text()[buffer.word_at(12)], "放假通知");
        assert_eq!(buffer.word_right_of(0), 8);
        assert_eq!(buffer.word_left_of(8), 3);
        assert_eq!(buffer.word_left_of(2), 0);
        assert_eq!(buffer.indent_at(10), "  ");
        assert_eq!(buffer.line_at(1).start, 0);
        assert_eq!(&buffer.text()[buffer.line_at(buffer.text().len())], "  x");
        assert_eq!(buffer.right_of(buffer.text().len()), buffer.text().len());
        assert_eq!(buffer.left_of(0), 0);
    }

    #[test]
    fn a_huge_paste_does_not_keep_every_older_step() {
        let mut buffer = buffer("", 0);
        let large = "x".repeat(UNDO_BYTES / 2 + 1);
        for _ in 0..4 {
            buffer.replace(0..0, &large);
        }
        assert_eq!(buffer.undo.len(), 1, "the newest step always stays");
    }
}
