//! The rows of a text as they are drawn: lines, and long lines broken at the width of the view. Only knows where rows
//! begin, and after an edit only looks at the lines it touched, so that megabytes stay fluid; drawing is somebody else's.

use std::ops::Range;

use super::buffer::Dirty;

/// Where a drawn row begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// First byte.
    pub start: usize,
    /// The line it belongs to, from 0.
    pub line: usize,
    /// Whether the row begins inside a JSON string (a broken long line).
    pub in_string: bool,
    /// Whether the row goes on with the line before.
    pub continued: bool,
}

/// The rows of one version of a text at one width.
#[derive(Default)]
pub struct Rows {
    starts: Vec<Row>,
    lines: usize,
    length: usize,
    key: Option<(u64, usize)>,
}

impl Rows {
    /// Finds the rows again if the text or the width changed. `cells` is the width of a row, in widths of a Latin
    /// letter; a Chinese character takes two. `dirty` is all that changed since the last call; `None`: nobody knows.
    pub fn update(&mut self, text: &str, version: u64, cells: usize, dirty: Option<&Dirty>) {
        let cells = cells.max(8);
        if self.key == Some((version, cells)) {
            return;
        }
        let same_width = self.key.is_some_and(|(_, before)| before == cells);
        self.key = Some((version, cells));
        if let Some(dirty) = dirty.filter(|_| same_width && !self.starts.is_empty()) {
            self.edit(text, cells, dirty);
        } else {
            self.starts.clear();
            self.lines = lines(text, 0..text.len(), 0, cells, &mut self.starts);
        }
        self.length = text.len();
    }

    /// Finds the rows of the lines that an edit touched; those behind only move.
    fn edit(&mut self, text: &str, cells: usize, dirty: &Dirty) {
        let mut first = self.of(dirty.start);
        while first > 0 && self.row(first).continued {
            first -= 1;
        }
        let mut behind = self.starts.partition_point(|row| row.start <= dirty.old_end);
        while self.starts.get(behind).is_some_and(|row| row.continued) {
            behind += 1;
        }
        let moved = |at: usize| at - dirty.old_end + dirty.new_end;
        let from = self.row(first);
        let (end, old_lines) = match self.starts.get(behind) {
            Some(next) => (moved(next.start) - 1, next.line - from.line),
            None => (text.len(), self.lines - from.line),
        };
        let mut fresh = Vec::new();
        let new_lines = lines(text, from.start..end, from.line, cells, &mut fresh);
        let count = fresh.len();
        self.starts.splice(first..behind, fresh);
        for row in &mut self.starts[first + count..] {
            row.start = moved(row.start);
            row.line = row.line - old_lines + new_lines;
        }
        self.lines = self.lines - old_lines + new_lines;
    }

    /// How many rows there are: at least one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// How many lines there are: at least one.
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// A row; the last one for an index behind the end.
    pub fn row(&self, index: usize) -> Row {
        let first = Row { start: 0, line: 0, in_string: false, continued: false };
        self.starts.get(index).or(self.starts.last()).copied().unwrap_or(first)
    }

    /// The bytes of a row, without its line break.
    pub fn range(&self, index: usize) -> Range<usize> {
        let start = self.row(index).start;
        let end = match self.starts.get(index + 1) {
            Some(next) if next.continued => next.start,
            Some(next) => next.start - 1,
            None => self.length,
        };
        start..end.max(start)
    }

    /// The row that a byte stands in.
    pub fn of(&self, at: usize) -> usize {
        self.starts.partition_point(|row| row.start <= at).saturating_sub(1)
    }
}

/// Finds the rows of the lines in a range, which is the first line's number `number`; gives how many lines there are.
fn lines(text: &str, range: Range<usize>, number: usize, cells: usize, rows: &mut Vec<Row>) -> usize {
    let bytes = text.get(range.clone()).unwrap_or_default().as_bytes();
    let mut start = range.start;
    let mut count = 0;
    for end in memchr::memchr_iter(b'\n', bytes).map(|at| range.start + at).chain([range.end]) {
        line(&text[start..end], start, number + count, cells, rows);
        count += 1;
        start = end + 1;
    }
    count
}

fn line(line: &str, start: usize, number: usize, cells: usize, rows: &mut Vec<Row>) {
    rows.push(Row { start, line: number, in_string: false, continued: false });
    // A character is never wider than its bytes.
    if line.len() <= cells {
        return;
    }
    let (mut used, mut in_string, mut escaped) = (0, false, false);
    for (at, c) in line.char_indices() {
        let width = if c == '\t' { 4 } else { 1 + usize::from(c >= '\u{1100}') };
        if used + width > cells && !escaped {
            rows.push(Row { start: start + at, line: number, in_string, continued: true });
            used = 0;
        }
        used += width;
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, cells: usize) -> Rows {
        let mut rows = Rows::default();
        rows.update(text, 1, cells, None);
        rows
    }

    fn texts<'t>(text: &'t str, rows: &Rows) -> Vec<&'t str> {
        (0..rows.len()).map(|index| &text[rows.range(index)]).collect()
    }

    #[test]
    fn lines_are_rows_and_the_empty_last_one_counts() {
        for (text, expected) in
            [("", vec![""]), ("a", vec!["a"]), ("a\n", vec!["a", ""]), ("a\n\nb", vec!["a", "", "b"])]
        {
            let rows = rows(text, 80);
            assert_eq!(texts(text, &rows), expected, "{text:?}");
            assert_eq!(rows.lines(), expected.len());
        }
    }

    #[test]
    fn a_long_line_is_broken_by_width_and_remembers_that_it_is_inside_a_string() {
        let text = "{\n  \"k\": \"蚂蚁分工，蚂蚁分工\\\"\", 1}\nend";
        let rows = rows(text, 12);
        assert_eq!(texts(text, &rows), ["{", "  \"k\": \"蚂蚁", "分工，蚂蚁分", "工\\\"\", 1}", "end"]);
        let found: Vec<_> = (0..rows.len()).map(|index| rows.row(index)).collect();
        assert_eq!(found.iter().map(|row| row.line).collect::<Vec<_>>(), [0, 1, 1, 1, 2]);
        assert!(found[2].in_string && found[3].in_string && found[2].continued && !found[4].continued);
    }

    #[test]
    fn a_byte_finds_its_row() {
        let text = "ab\ncdefghijklmnop\nq";
        let rows = rows(text, 8);
        assert_eq!(texts(text, &rows), ["ab", "cdefghij", "klmnop", "q"]);
        assert_eq!(
            (0..=text.len()).map(|at| rows.of(at)).collect::<Vec<_>>(),
            [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3]
        );
    }

    #[test]
    fn every_byte_of_any_text_is_in_exactly_one_row() {
        for text in ["\u{1F468}\u{200D}\u{1F469} 蚂蚁\t\t\\\\\"\n\n\"\\", "a\r\nb", "\\\\\\\\\\\\\\\\\\\\\\\\\\\\"] {
            let rows = rows(text, 8);
            let joined: usize = texts(text, &rows).iter().map(|row| row.len()).sum();
            assert_eq!(joined + text.matches('\n').count(), text.len(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_edit_gives_the_rows_that_a_fresh_look_gives(
            before in "[a\"蚂\n]{0,60}",
            edits in proptest::collection::vec((0..70_usize, 0..9_usize, "[a\"蚁\n]{0,20}"), 1..6),
            together in proptest::prelude::any::<bool>(),
        ) {
            let mut buffer = super::super::buffer::Buffer::default();
            buffer.set_text(&before);
            let mut rows = Rows::default();
            let _ = buffer.take_dirty();
            rows.update(buffer.text(), buffer.version(), 8, None);
            for (at, length, text) in edits {
                buffer.set_part(buffer.place(at)..buffer.place(at + length), &text);
                if !together {
                    let dirty = buffer.take_dirty();
                    rows.update(buffer.text(), buffer.version(), 8, dirty.as_ref());
                }
            }
            let dirty = buffer.take_dirty();
                    rows.update(buffer.text(), buffer.version(), 8, dirty.as_ref());
            let fresh = self::rows(buffer.text(), 8);
            proptest::prop_assert_eq!(&rows.starts, &fresh.starts);
            proptest::prop_assert_eq!((rows.lines, rows.length), (fresh.lines, fresh.length));
        }
    }
}
