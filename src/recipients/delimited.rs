//! Text lists: cells between separators, quoted as in RFC 4180.

use super::{
    ListError, Tick,
    encoding::{Decoded, Encoding},
    table::{Odd, Table},
    tick,
};

/// What stands between two cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub enum Separator {
    /// A comma.
    #[default]
    Comma,
    /// A tab: TSV, and cells copied from a spreadsheet.
    Tab,
    /// A semicolon.
    Semicolon,
    /// An upright bar.
    Bar,
}

impl Separator {
    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Tab, Self::Semicolon, Self::Bar];

    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Semicolon => b';',
            Self::Bar => b'|',
        }
    }

    /// The locale key of its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Comma => "list.separator.comma",
            Self::Tab => "list.separator.tab",
            Self::Semicolon => "list.separator.semicolon",
            Self::Bar => "list.separator.bar",
        }
    }
}

/// The separator that cuts the first lines most evenly; a comma where none does.
fn detect(text: &str) -> Separator {
    /// Lines looked at.
    const LINES: usize = 60;
    let mut counts: [Vec<usize>; 4] = Default::default();
    let mut quoted = false;
    let mut row = [0_usize; 4];
    let mut any = false;
    // A sheet without line ends is one line; 1 MB of it is enough to know.
    for byte in text.bytes().take(1 << 20) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                if any {
                    counts.iter_mut().zip(row).for_each(|(counts, count)| counts.push(count));
                }
                (row, any) = ([0; 4], false);
                if counts.iter().all(|counts| counts.len() >= LINES) {
                    break;
                }
            }
            _ => {
                any |= !byte.is_ascii_whitespace() || byte == b'\t';
                if !quoted && let Some(at) = Separator::ALL.iter().position(|one| one.byte() == byte) {
                    row[at] += 1;
                }
            }
        }
    }
    if any {
        counts.iter_mut().zip(row).for_each(|(counts, count)| counts.push(count));
    }
    let even = |counts: &[usize]| {
        let first = counts.iter().copied().find(|count| *count > 0).unwrap_or(0);
        let alike = counts.iter().filter(|count| **count == first && first > 0).count();
        (alike * 4 >= counts.len() * 3, alike, first)
    };
    let best = Separator::ALL.into_iter().zip(&counts).rev().max_by_key(|(_, counts)| even(counts));
    best.filter(|(_, counts)| even(counts).1 > 0).map_or(Separator::Comma, |(separator, _)| separator)
}

/// The separator that a first line `sep=;` names (Excel's own way), with the length of that line.
fn named(text: &str) -> Option<(Separator, usize)> {
    let line = text.split('\n').next()?;
    let sign = line.trim_end_matches('\r').trim_matches('"').strip_prefix("sep=")?;
    let separator = Separator::ALL.into_iter().find(|one| sign.as_bytes() == [one.byte()])?;
    Some((separator, (line.len() + 1).min(text.len())))
}

/// Tables in XML, by a word near their start.
const XML_KINDS: [(&str, &str); 3] = [
    ("progid=\"excel.sheet\"", "XML 2003 (SpreadsheetML)"),
    ("urn:schemas-microsoft-com:office:spreadsheet\"", "XML 2003 (SpreadsheetML)"),
    ("<office:document", "Flat ODS (.fods)"),
];

/// Takes a text apart.
pub(super) fn read(
    decoded: &Decoded<'_>,
    forced: Option<Separator>,
    report: Tick<'_>,
) -> Result<(Table, Separator), ListError> {
    let mut text: std::borrow::Cow<'_, str> = decoded.text.as_ref().into();
    if text.contains('\0') {
        // A few in a text were put there by the program that wrote it: their rows are shown to be corrected.
        if decoded.encoding != Encoding::Utf8 {
            return Err(ListError::NotAList);
        }
        text = text.replace('\0', "\u{fffd}").into();
    }
    // Lines of an old Mac.
    if text.contains('\r') && !text.contains('\n') {
        text = text.replace('\r', "\n").into();
    }
    let head = text.trim_start();
    let lower = head.get(..512.min(head.len())).map_or_else(String::new, str::to_ascii_lowercase);
    if lower.starts_with('<')
        && let Some((_, kind)) = XML_KINDS.into_iter().find(|(sign, _)| lower.contains(sign))
    {
        return Err(ListError::OtherKind(kind));
    }
    if lower.starts_with('<')
        && ["<html", "<table", "<!doctype", "<?xml", "<meta"].iter().any(|tag| lower.contains(tag))
    {
        return Err(ListError::WebPage);
    }
    let (separator, start) = match named(&text) {
        Some((separator, length)) => (forced.unwrap_or(separator), length),
        None => (forced.unwrap_or_else(|| detect(&text)), 0),
    };
    let mut table = Table::default();
    table.ragged_is_bad = true;
    let mut rows = Rows { text: &text, at: start, line: 1 + u32::from(start > 0), table: &mut table, decoded };
    rows.read(separator, report)?;
    Ok((table.finish()?, separator))
}

struct Rows<'a> {
    text: &'a str,
    /// Where the next row starts, and on which line.
    at: usize,
    line: u32,
    table: &'a mut Table,
    decoded: &'a Decoded<'a>,
}

impl Rows<'_> {
    fn read(&mut self, separator: Separator, report: Tick<'_>) -> Result<(), ListError> {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator.byte())
            .buffer_capacity(1 << 16)
            .from_reader(rest.as_bytes());
        let mut record = csv::StringRecord::new();
        let mut count = 0;
        loop {
            let more = reader.read_record(&mut record).map_err(|error| ListError::Io(error.to_string()))?;
            if !more {
                break;
            }
            count += 1;
            tick(report, count, 0)?;
            self.skip_blank_lines();
            let end = start + usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            let raw = self.text.get(self.at..end).unwrap_or_default();
            // Only the last row can hold a quote that never closes: it takes the rest of the text.
            if end >= self.text.len() && raw.matches('"').count() % 2 == 1 && open_quote(raw, separator) {
                return self.read_after_open_quote(separator, report);
            }
            self.push(raw, record.iter())?;
            self.at = end;
        }
        Ok(())
    }

    /// The row with the open quote is taken as its one line, as it stands; what follows is read on its own.
    fn read_after_open_quote(&mut self, separator: Separator, report: Tick<'_>) -> Result<(), ListError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let number = self.line;
        self.push(line, line.trim_end().split(char::from(separator.byte())))?;
        self.table.mark(number, Odd::OpenQuote);
        self.table.keep_raw(number, line.trim_end());
        self.at += line.len();
        if self.at < self.text.len() { self.read(separator, report) } else { Ok(()) }
    }

    fn skip_blank_lines(&mut self) {
        for byte in self.text.as_bytes().get(self.at..).unwrap_or_default() {
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.table.count_empty();
                }
                b'\r' => {}
                _ => break,
            }
            self.at += 1;
        }
    }

    fn push<'c>(&mut self, raw: &str, cells: impl IntoIterator<Item = &'c str>) -> Result<(), ListError> {
        let number = self.line;
        let ends = memchr::memchr_iter(b'\n', raw.as_bytes()).count();
        self.line += u32::try_from(ends).unwrap_or(u32::MAX - self.line);
        let pushed = self.table.push(number, cells)?;
        let last = self.line.max(number + 1);
        let from = self.decoded.other_lines.partition_point(|line| *line < number);
        if pushed && self.decoded.other_lines.get(from).is_some_and(|line| *line < last) {
            self.table.mark(number, Odd::OtherEncoding);
            self.table.keep_raw(number, raw.trim_end());
        }
        Ok(())
    }
}

/// Whether a row ends inside quotes.
fn open_quote(raw: &str, separator: Separator) -> bool {
    let (mut inside, mut at_start) = (false, true);
    let mut bytes = raw.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if inside => {
                if bytes.peek() == Some(&b'"') {
                    bytes.next();
                } else {
                    inside = false;
                }
            }
            b'"' if at_start => inside = true,
            _ => {}
        }
        at_start = !inside && (byte == separator.byte());
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipients::{encoding::decode, no_tick};

    fn table(text: &str) -> (Table, Separator) {
        read(&decode(text.as_bytes(), None).unwrap(), None, &no_tick).unwrap()
    }

    fn cells(table: &Table) -> Vec<(u32, Vec<&str>)> {
        table.rows().map(|row| (row.line(), row.cells().collect())).collect()
    }

    #[test]
    fn the_separator_is_told_from_the_rows() {
        for (text, separator) in [
            ("a,b\n1,2\n", Separator::Comma),
            ("a\tb,c\n1\t2\n", Separator::Tab),
            ("a;b\n1,5;2\n3,5;4\n", Separator::Semicolon),
            ("a|b\n1|2\n", Separator::Bar),
            ("\"a;b\",c\n\"1;2\",3\n", Separator::Comma),
            ("u1\nu2\n", Separator::Comma),
            ("sep=;\na;b\n", Separator::Semicolon),
        ] {
            assert_eq!(table(text).1, separator, "{text}");
        }
    }

    #[test]
    fn lines_are_the_lines_of_the_file_whatever_stands_between() {
        let (found, _) = table("sep=,\nuserid,note\n\n\r\nu1,\"two\nlines\"\nu2,x\n,\n  \nu3,\"say \"\"hi\"\"\"");
        assert_eq!(
            cells(&found),
            [
                (2, vec!["userid", "note"]),
                (5, vec!["u1", "two\nlines"]),
                (7, vec!["u2", "x"]),
                (10, vec!["u3", "say \"hi\""]),
            ]
        );
        assert_eq!(found.empty_rows(), 4);
        assert_eq!(cells(&table("a,b\rc,d\r").0), [(1, vec!["a", "b"]), (2, vec!["c", "d"])]);
    }

    #[test]
    fn a_quote_that_never_closes_takes_one_line_and_not_the_rest() {
        let (found, _) = table("userid,note\nu1,ok\nu2,\"broken\nu3,fine\nu4,fine\n");
        assert_eq!(
            cells(&found),
            [
                (1, vec!["userid", "note"]),
                (2, vec!["u1", "ok"]),
                (3, vec!["u2", "\"broken"]),
                (4, vec!["u3", "fine"]),
                (5, vec!["u4", "fine"]),
            ]
        );
        assert_eq!((found.odd(3), found.raw(3)), (&[Odd::OpenQuote][..], Some("u2,\"broken")));
    }

    #[test]
    fn a_web_page_called_xls_is_named_as_such() {
        let decoded = decode(b"\n<html><table><tr><td>u1</td></tr></table></html>", None).unwrap();
        assert_eq!(read(&decoded, None, &no_tick), Err(ListError::WebPage));
    }
}
