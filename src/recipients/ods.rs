//! OpenDocument sheets, read as a stream: calamine keeps every repeated cell in memory and leaves merged cells out.
//!
//! Source: OpenDocument 1.3 part 3, 9 (tables), 19.6xx (attributes).

use std::io::{BufReader, Cursor};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    ListError, MAX_COLUMNS, MAX_ROWS, Tick,
    read::{Format, Reading, Source},
    table::{Merged, NO_RESULT, Odd, Table},
    tick,
    workbook::{PRECISE, number_text},
};

fn damaged(error: impl std::fmt::Display) -> ListError {
    ListError::Damaged(error.to_string())
}

fn attribute(start: &BytesStart<'_>, name: &[u8]) -> Option<String> {
    let found = start.attributes().with_checks(false).flatten().find(|one| one.key.as_ref() == name)?;
    let text = String::from_utf8_lossy(&found.value).into_owned();
    Some(quick_xml::escape::unescape(&text).map_or_else(|_| text.clone(), std::borrow::Cow::into_owned))
}

fn number(start: &BytesStart<'_>, name: &[u8]) -> usize {
    attribute(start, name).and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// A sheet as it is being read.
#[derive(Default)]
struct Sheet {
    table: Table,
    /// Lines before the row that is being read.
    lines: u32,
    row_repeats: usize,
    cells: Vec<String>,
    /// Empty cells that only count when a filled one follows.
    blanks: usize,
    lost: Vec<u16>,
    cell: Option<Cell>,
    merged: Vec<(u32, u32, usize, usize)>,
}

struct Cell {
    repeats: usize,
    /// The value of the attributes, where it is better than the text shown.
    value: Option<String>,
    lost: bool,
    text: String,
    paragraphs: usize,
}

impl Sheet {
    fn start_cell(&mut self, start: &BytesStart<'_>) {
        let kind = attribute(start, b"office:value-type").unwrap_or_default();
        let mut lost = false;
        let value = match kind.as_str() {
            "float" | "percentage" | "currency" => attribute(start, b"office:value").map(|text| {
                text.parse::<f64>().map_or(text, |number| {
                    lost = number.abs() >= PRECISE;
                    number_text(number)
                })
            }),
            "date" => attribute(start, b"office:date-value").map(|text| {
                let text = text.replace('T', " ");
                text.strip_suffix(" 00:00:00").map(str::to_owned).unwrap_or(text)
            }),
            "boolean" => attribute(start, b"office:boolean-value").map(|text| text.to_uppercase()),
            "string" => attribute(start, b"office:string-value"),
            _ => None,
        };
        let (wide, high) =
            (number(start, b"table:number-columns-spanned"), number(start, b"table:number-rows-spanned"));
        if wide > 1 || high > 1 {
            let column = u32::try_from(self.cells.len() + self.blanks).unwrap_or(u32::MAX);
            self.merged.push((self.lines + 1, column, wide, high));
        }
        let unknown = kind.is_empty() && attribute(start, b"table:formula").is_some();
        let value = if unknown { Some(NO_RESULT.to_owned()) } else { value };
        let repeats = number(start, b"table:number-columns-repeated").max(1);
        self.cell = Some(Cell { repeats, value, lost, text: String::new(), paragraphs: 0 });
    }

    fn end_cell(&mut self) -> Result<(), ListError> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        // An error value is a formula's number 0 with the error as its text.
        let shown = cell.text.trim();
        let text = match cell.value {
            Some(value) if value == NO_RESULT && !shown.is_empty() => cell.text,
            Some(value) if !super::guess::is_error_value(shown) => value,
            _ => cell.text,
        };
        if text.trim().is_empty() {
            self.blanks = self.blanks.saturating_add(cell.repeats);
            return Ok(());
        }
        let line = self.lines + 1;
        if self.cells.len().saturating_add(self.blanks).saturating_add(cell.repeats) > MAX_COLUMNS {
            return Err(ListError::TooManyColumns { line });
        }
        self.cells.extend(std::iter::repeat_n(String::new(), self.blanks));
        self.blanks = 0;
        for _ in 0..cell.repeats {
            if cell.lost {
                self.lost.push(u16::try_from(self.cells.len()).unwrap_or(u16::MAX));
            }
            self.cells.push(text.clone());
        }
        Ok(())
    }

    fn end_row(&mut self, report: Tick<'_>) -> Result<(), ListError> {
        let repeats = std::mem::take(&mut self.row_repeats).max(1);
        if self.cells.is_empty() {
            self.lines = self.lines.saturating_add(u32::try_from(repeats).unwrap_or(u32::MAX));
        } else {
            if self.table.len().saturating_add(repeats) > MAX_ROWS {
                return Err(ListError::TooManyRows);
            }
            for _ in 0..repeats {
                self.lines = self.lines.saturating_add(1);
                self.table.push(self.lines, self.cells.iter().map(String::as_str))?;
                self.lost.iter().for_each(|column| self.table.mark(self.lines, Odd::DigitsLost(*column)));
                tick(report, u64::from(self.lines), 0)?;
            }
        }
        self.cells.clear();
        self.lost.clear();
        self.blanks = 0;
        Ok(())
    }

    fn finish(mut self) -> Result<Table, ListError> {
        let end = |start: u32, span: usize| start.saturating_add(u32::try_from(span).unwrap_or(u32::MAX)) - 1;
        for (line, column, wide, high) in std::mem::take(&mut self.merged).into_iter().take(4096) {
            self.table.merge(Merged {
                first_line: line,
                last_line: end(line, high.max(1)),
                first_column: column,
                last_column: end(column, wide.max(1)),
            });
        }
        self.table.finish()
    }
}

pub(super) fn read(bytes: &[u8], asked: Option<usize>, report: Tick<'_>) -> Result<Reading, ListError> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let part = zip.by_name("content.xml").map_err(damaged)?;
    let mut xml = Reader::from_reader(BufReader::with_capacity(1 << 16, part));
    xml.config_mut().check_end_names = false;
    let (mut names, mut found) = (Vec::new(), None);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(damaged)? {
            Event::Eof => break,
            Event::Start(start) if start.name().as_ref() == b"table:table" => {
                let at = names.len();
                names.push(attribute(&start, b"table:name").unwrap_or_default());
                let wanted = asked.map_or(found.is_none(), |asked| asked == at);
                let mut sheet = Sheet::default();
                read_sheet(&mut xml, &mut sheet, wanted, report)?;
                if wanted {
                    match sheet.finish() {
                        Ok(table) => found = Some((table, at)),
                        Err(ListError::Empty) if asked.is_none() => {}
                        Err(error) => return Err(error),
                    }
                }
            }
            _ => {}
        }
    }
    match (found, asked) {
        (Some((table, sheet)), _) => {
            Ok(Reading { table, source: Source::Workbook { format: Format::Ods, sheets: names, sheet } })
        }
        (None, Some(asked)) if asked >= names.len() => Err(ListError::NoSheet(asked)),
        _ => Err(ListError::Empty),
    }
}

fn read_sheet<R: std::io::BufRead>(
    xml: &mut Reader<R>,
    sheet: &mut Sheet,
    wanted: bool,
    report: Tick<'_>,
) -> Result<(), ListError> {
    let mut buffer = Vec::new();
    // Inside a comment, whose paragraphs are no part of the cell.
    let mut comment = 0_usize;
    // Tables inside a cell.
    let mut depth = 0_usize;
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer).map_err(damaged)?;
        match &event {
            Event::Eof => return Err(damaged("content.xml")),
            Event::Start(start) if start.name().as_ref() == b"table:table" => depth += 1,
            Event::End(end) if end.name().as_ref() == b"table:table" => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return Ok(()),
            },
            _ if !wanted || depth > 0 => {}
            Event::Start(start) => match start.name().as_ref() {
                b"office:annotation" => comment += 1,
                b"table:table-row" => sheet.row_repeats = number(start, b"table:number-rows-repeated"),
                b"table:table-cell" | b"table:covered-table-cell" if comment == 0 => sheet.start_cell(start),
                b"text:p" | b"text:h" if comment == 0 => {
                    if let Some(cell) = &mut sheet.cell {
                        if cell.paragraphs > 0 {
                            cell.text.push('\n');
                        }
                        cell.paragraphs += 1;
                    }
                }
                name => text_sign(sheet, name, start, comment),
            },
            Event::Empty(start) => match start.name().as_ref() {
                b"table:table-row" => {
                    sheet.row_repeats = number(start, b"table:number-rows-repeated");
                    sheet.end_row(report)?;
                }
                b"table:table-cell" | b"table:covered-table-cell" if comment == 0 => {
                    sheet.start_cell(start);
                    sheet.end_cell()?;
                }
                name => text_sign(sheet, name, start, comment),
            },
            Event::End(end) => match end.name().as_ref() {
                b"office:annotation" => comment = comment.saturating_sub(1),
                b"table:table-cell" | b"table:covered-table-cell" if comment == 0 => sheet.end_cell()?,
                b"table:table-row" => sheet.end_row(report)?,
                _ => {}
            },
            Event::Text(text) if comment == 0 => append(sheet, &String::from_utf8_lossy(text)),
            Event::CData(text) if comment == 0 => append(sheet, &String::from_utf8_lossy(text)),
            Event::GeneralRef(name) if comment == 0 => {
                let reference = format!("&{};", String::from_utf8_lossy(name));
                append(sheet, &quick_xml::escape::unescape(&reference).unwrap_or_default());
            }
            _ => {}
        }
    }
}

fn append(sheet: &mut Sheet, text: &str) {
    if let Some(cell) = sheet.cell.as_mut().filter(|cell| cell.paragraphs > 0) {
        cell.text.push_str(text);
    }
}

/// Blanks, tabs and line ends are elements of their own.
fn text_sign(sheet: &mut Sheet, name: &[u8], start: &BytesStart<'_>, comment: usize) {
    if comment > 0 {
        return;
    }
    match name {
        b"text:s" => append(sheet, &" ".repeat(number(start, b"text:c").min(64))),
        b"text:tab" => append(sheet, "\t"),
        b"text:line-break" => append(sheet, "\n"),
        _ => {}
    }
}
