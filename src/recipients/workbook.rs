//! Workbooks through calamine, which trusts what a file says about itself: sizes are checked before it sees one.

use std::{
    io::{Cursor, Read as _},
    panic::{AssertUnwindSafe, catch_unwind},
};

use calamine::{
    Data, DataRef, DataType as _, Dimensions, Reader as _, SheetType, SheetVisible, Xls, XlsError, Xlsx, XlsxError,
};

use super::{
    ListError, MAX_COLUMNS, MAX_SHARED, MAX_UNPACKED, Tick,
    cfb::{self, Container},
    read::{Format, Reading, Source},
    table::{Merged, NO_RESULT, Odd, Table},
    tick,
};

/// Workbooks in a zip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Xlsx,
    Ods,
}

fn damaged(error: impl std::fmt::Display) -> ListError {
    ListError::Damaged(error.to_string())
}

/// Which workbook a zip is, after making sure that none of its parts unpacks to more than the limits. What a zip says
/// about the size of its parts is not believed: they are unpacked once, into nothing.
pub(super) fn kind_of_zip(bytes: &[u8]) -> Result<Kind, ListError> {
    /// Far more than a workbook with many sheets has.
    const MOST_PARTS: usize = 20_000;
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if zip.len() > MOST_PARTS {
        return Err(ListError::UnpacksTooLarge);
    }
    let mut left = MAX_UNPACKED;
    let (mut ods, mut xlsx, mut other) = (false, false, None);
    for at in 0..zip.len() {
        let mut part = zip.by_index(at).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => ListError::Password,
            error => damaged(error),
        })?;
        let name = part.name().to_ascii_lowercase();
        ods |= name == "content.xml";
        xlsx |= name.ends_with("workbook.xml");
        other = other.or_else(|| other_kind(&name));
        // Pictures and the like are never unpacked by the readers.
        let ending = name.rsplit('.').next().unwrap_or_default();
        if !matches!(ending, "xml" | "rels" | "mimetype") {
            continue;
        }
        let shared = name.ends_with("sharedstrings.xml");
        let limit = if shared { left.min(MAX_SHARED) } else { left };
        let unpacked = if shared {
            let mut texts = Vec::new();
            let unpacked = (&mut part).take(limit + 1).read_to_end(&mut texts).map_err(damaged)? as u64;
            check_count(&texts)?;
            unpacked
        } else if name == "meta-inf/manifest.xml" {
            let mut manifest = Vec::new();
            let unpacked = (&mut part).take((1 << 20).min(limit + 1)).read_to_end(&mut manifest).map_err(damaged)?;
            if memchr::memmem::find(&manifest, b"encryption-data").is_some() {
                return Err(ListError::Password);
            }
            unpacked as u64
        } else {
            std::io::copy(&mut (&mut part).take(limit + 1), &mut std::io::sink()).map_err(damaged)?
        };
        left = left.checked_sub(unpacked).filter(|_| unpacked <= limit).ok_or(ListError::UnpacksTooLarge)?;
    }
    match (xlsx, ods) {
        (true, _) => Ok(Kind::Xlsx),
        (false, true) => Ok(Kind::Ods),
        _ => Err(ListError::OtherKind(other.unwrap_or("ZIP"))),
    }
}

/// What a zip without a workbook in it is, by the name (in lower case) of one of its parts.
fn other_kind(part: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 5] = [
        ("word/document.xml", "Word (.docx)"),
        ("ppt/presentation.xml", "PowerPoint (.pptx)"),
        ("xl/workbook.bin", "Excel (.xlsb)"),
        ("index/document.iwa", "Numbers / Pages / Keynote"),
        ("index.zip", "Numbers / Pages / Keynote"),
    ];
    KNOWN.into_iter().find(|(name, _)| *name == part).map(|(_, kind)| kind)
}

/// calamine makes room for as many shared texts as the part says it has.
fn check_count(part: &[u8]) -> Result<(), ListError> {
    const NAME: &[u8] = b"uniqueCount";
    for at in memchr::memmem::find_iter(part, NAME).take(1000) {
        let rest = part.get(at + NAME.len()..).unwrap_or_default();
        let signs =
            rest.iter().take(16).take_while(|byte| byte.is_ascii_whitespace() || b"=\"'+".contains(byte)).count();
        let digits = rest.iter().skip(signs).take_while(|byte| byte.is_ascii_digit());
        let count = digits.fold(0_u64, |count, digit| count.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        // A text takes five bytes of the part at least: `<si/>`.
        if count > part.len() as u64 / 5 + 1024 {
            return Err(damaged("uniqueCount"));
        }
    }
    Ok(())
}

/// A damaged file must not end the program, whatever calamine makes of it.
fn guarded<T>(work: impl FnOnce() -> Result<T, ListError>) -> Result<T, ListError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(damaged("unreadable")))
}

/// The sheets to try: the one asked for, or else those that are shown, in order.
fn choice(sheets: &[calamine::Sheet], asked: Option<usize>) -> Result<Vec<usize>, ListError> {
    if let Some(asked) = asked {
        return if asked < sheets.len() { Ok(vec![asked]) } else { Err(ListError::NoSheet(asked)) };
    }
    let table = |at: &usize| sheets.get(*at).is_some_and(|sheet| sheet.typ == SheetType::WorkSheet);
    let shown = |at: &usize| sheets.get(*at).is_some_and(|sheet| sheet.visible == SheetVisible::Visible);
    let mut found: Vec<usize> = (0..sheets.len()).filter(table).filter(shown).collect();
    if found.is_empty() {
        found = (0..sheets.len()).filter(table).collect();
    }
    Ok(found)
}

/// Reads the first sheet that has anything in it.
fn first_filled(
    sheets: &[calamine::Sheet],
    format: Format,
    asked: Option<usize>,
    mut read: impl FnMut(&str) -> Result<Table, ListError>,
) -> Result<Reading, ListError> {
    for sheet in choice(sheets, asked)? {
        let name = sheets.get(sheet).map_or("", |sheet| sheet.name.as_str());
        match read(name) {
            Err(ListError::Empty) => {}
            Err(error) => return Err(error),
            Ok(table) => {
                let sheets = sheets.iter().map(|sheet| sheet.name.clone()).collect();
                return Ok(Reading { table, source: Source::Workbook { format, sheets, sheet } });
            }
        }
    }
    Err(ListError::Empty)
}

pub(super) fn read_xlsx(bytes: &[u8], asked: Option<usize>, report: Tick<'_>) -> Result<Reading, ListError> {
    let fail = |error: XlsxError| match error {
        XlsxError::Password => ListError::Password,
        error => damaged(error),
    };
    guarded(|| {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(fail)?;
        let sheets = book.sheets_metadata().to_vec();
        first_filled(&sheets, Format::Xlsx, asked, |name| {
            let mut rows = SheetRows::default();
            {
                let mut reader = book.worksheet_cells_reader(name).map_err(fail)?;
                let total = u64::from(reader.dimensions().end.0) + 1;
                while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(fail)? {
                    let (row, column) = cell.pos;
                    let value = match cell.value {
                        DataRef::Empty if cell.formula.is_some() => DataRef::SharedString(NO_RESULT),
                        value => value,
                    };
                    rows.cell(row, column, &value, |row| tick(report, u64::from(row), total))?;
                }
            }
            let merged = book.merge_cells_by_sheet_name(name).unwrap_or_default();
            rows.finish(&merged)
        })
    })
}

pub(super) fn read_xls(bytes: &[u8], asked: Option<usize>, report: Tick<'_>) -> Result<Reading, ListError> {
    let container = Container::open(bytes)?;
    if container.has("EncryptedPackage") {
        return Err(ListError::Password);
    }
    let stream = match container.stream("Workbook")? {
        Some(stream) => stream,
        None => container.stream("Book")?.ok_or_else(|| other_container(&container))?,
    };
    cfb::check_records(&stream)?;
    let clean = cfb::container_of(&stream);
    drop(stream);
    guarded(|| {
        let mut book: Xls<_> = Xls::new(Cursor::new(clean)).map_err(|error| match error {
            XlsError::Password => ListError::Password,
            error => damaged(error),
        })?;
        let sheets = book.sheets_metadata().to_vec();
        first_filled(&sheets, Format::Xls, asked, |name| {
            let range = book.worksheet_range(name).map_err(damaged)?;
            let (top, left) = range.start().unwrap_or_default();
            let total = range.height() as u64;
            let mut rows = SheetRows::default();
            for (row, column, value) in range.used_cells() {
                let at = |base: u32, offset: usize| base.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
                rows.cell(at(top, row), at(left, column), &borrowed(value), |row| {
                    tick(report, u64::from(row - top), total)
                })?;
            }
            rows.finish(&book.merge_cells_by_sheet_name(name).unwrap_or_default())
        })
    })
}

/// What a compound file without a workbook in it is.
fn other_container(container: &Container<'_>) -> ListError {
    const KNOWN: [(&str, &str); 3] = [
        ("WordDocument", "Word (.doc)"),
        ("PowerPoint Document", "PowerPoint (.ppt)"),
        ("__properties_version1.0", "Outlook (.msg)"),
    ];
    let known = KNOWN.into_iter().find(|(stream, _)| container.has(stream));
    known.map_or(ListError::NotAList, |(_, kind)| ListError::OtherKind(kind))
}

/// Cells in the order of a sheet become rows.
#[derive(Default)]
struct SheetRows {
    table: Table,
    row: u32,
    cells: Vec<String>,
    used: usize,
    lost: Vec<u16>,
}

impl SheetRows {
    fn cell(
        &mut self,
        row: u32,
        column: u32,
        value: &DataRef<'_>,
        new_row: impl FnOnce(u32) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        if row < self.row {
            return Err(damaged("rows out of order"));
        }
        if row > self.row {
            self.flush()?;
            new_row(row)?;
            self.row = row;
        }
        if value.is_empty() {
            return Ok(());
        }
        let at = column as usize;
        if at >= MAX_COLUMNS {
            return Err(ListError::TooManyColumns { line: row.saturating_add(1) });
        }
        if self.cells.len() <= at {
            self.cells.resize_with(at + 1, String::new);
        }
        self.used = self.used.max(at + 1);
        if let Some(cell) = self.cells.get_mut(at) {
            cell.clear();
            if write(value, cell) {
                self.lost.push(u16::try_from(at).unwrap_or(u16::MAX));
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ListError> {
        if self.used > 0 {
            let line = self.row.saturating_add(1);
            self.table.push(line, self.cells.iter().take(self.used).map(String::as_str))?;
            self.lost.drain(..).for_each(|column| self.table.mark(line, Odd::DigitsLost(column)));
        }
        self.cells.iter_mut().for_each(String::clear);
        self.used = 0;
        Ok(())
    }

    fn finish(mut self, merged: &[Dimensions]) -> Result<Table, ListError> {
        self.flush()?;
        for one in merged {
            self.table.merge(Merged {
                first_line: one.start.0.saturating_add(1),
                last_line: one.end.0.saturating_add(1),
                first_column: one.start.1,
                last_column: one.end.1,
            });
        }
        self.table.finish()
    }
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Empty => DataRef::Empty,
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => DataRef::SharedString(text),
        Data::Bool(truth) => DataRef::Bool(*truth),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::Error(error) => DataRef::Error(error.clone()),
    }
}

/// Writes a cell's text; `true` when it is a number whose last digits are lost.
fn write(value: &DataRef<'_>, out: &mut String) -> bool {
    match value {
        DataRef::Empty => {}
        DataRef::Int(number) => out.push_str(&number.to_string()),
        DataRef::Float(number) => {
            out.push_str(&number_text(*number));
            return number.abs() >= PRECISE;
        }
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => out.push_str(text),
        DataRef::SharedString(text) => out.push_str(text),
        DataRef::Bool(truth) => out.push_str(if *truth { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(moment) => out.push_str(&date_text(moment)),
        DataRef::Error(error) => out.push_str(&Data::Error(error.clone()).to_string()),
    }
    false
}

/// Spreadsheets keep 15 digits of a number.
pub(super) const PRECISE: f64 = 1e15;

/// A number as a spreadsheet shows it in a cell without a format: at most 15 digits.
pub(super) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e21 {
        return format!("{number:.0}");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

fn date_text(moment: &calamine::ExcelDateTime) -> String {
    if moment.is_duration() {
        let seconds = (moment.as_f64() * 86_400.0).round().abs();
        let whole = |seconds: f64| format!("{seconds:.0}");
        let (hours, rest) = ((seconds / 3600.0).floor(), seconds % 3600.0);
        let sign = if moment.as_f64() < 0.0 { "-" } else { "" };
        return format!("{sign}{}:{:02.0}:{:02.0}", whole(hours), (rest / 60.0).floor(), rest % 60.0);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = match (hour, minute, second) {
        (0, 0, 0) => String::new(),
        (hour, minute, 0) => format!("{hour:02}:{minute:02}"),
        (hour, minute, second) => format!("{hour:02}:{minute:02}:{second:02}"),
    };
    // A number below one is a time of the day without a date.
    match (moment.as_f64() < 1.0, time.is_empty()) {
        (true, false) => time,
        (_, true) => format!("{year:04}-{month:02}-{day:02}"),
        (false, false) => format!("{year:04}-{month:02}-{day:02} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_they_are_shown() {
        for (number, text) in
            [(1.0, "1"), (0.1 + 0.2, "0.3"), (-2.5, "-2.5"), (13_800_138_000.0, "13800138000"), (1e300, "1000")]
        {
            assert!(number_text(number).starts_with(text), "{number}");
        }
        assert_eq!(number_text(12_345_678_901_234_567.0), "12345678901234568");
    }
}
