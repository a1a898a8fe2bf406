//! The rows of a text as they are drawn: lines, and long lines broken at the width of the view. Only knows where rows
//! begin, so that a text of megabytes is indexed in less than a millisecond; drawing is somebody else's.

use std::ops::Range;

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
    /// letter; a Chinese character takes two.
    pub fn update(&mut self, text: &str, version: u64, cells: usize) {
        let cells = cells.max(8);
        if self.key == Some((version, cells)) {
            return;
        }
        self.key = Some((version, cells));
        self.length = text.len();
        self.starts.clear();
        self.lines = 0;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
            self.line(&text[start..end], start, cells);
            self.lines += 1;
            start = end + 1;
        }
    }

    fn line(&mut self, line: &str, start: usize, cells: usize) {
        let number = self.lines;
        self.starts.push(Row { start, line: number, in_string: false, continued: false });
        // A character is never wider than its bytes.
        if line.len() <= cells {
            return;
        }
        let (mut used, mut in_string, mut escaped) = (0, false, false);
        for (at, c) in line.char_indices() {
            let width = if c == '\t' { 4 } else { 1 + usize::from(c >= '\u{1100}') };
            if used + width > cells && !escaped {
                self.starts.push(Row { start: start + at, line: number, in_string, continued: true });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, cells: usize) -> Rows {
        let mut rows = Rows::default();
        rows.update(text, 1, cells);
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
}
