//! The report as a file: one row a person with outcome, code and explanation, as CSV or as a workbook.

use super::words::explain_code;
use crate::{
    lang::{Lang, text},
    store::journal::{PersonRow, Rung},
};

/// The columns, in order; the last three in the language of the file.
const COLUMNS: [&str; 6] = ["userid", "name", "call", "rung", "code", "explanation"];

/// Their widths in the workbook, in characters.
const WIDTHS: [f64; 6] = [24.0, 16.0, 8.0, 14.0, 18.0, 60.0];

/// The rung for a person.
pub fn rung_label(rung: Rung, lang: Lang) -> String {
    text(lang, &format!("delivery.rung.{}", rung.name()), &[])
}

fn cells(person: &PersonRow, lang: Lang) -> [String; 6] {
    [
        person.userid.clone(),
        plain(&person.name),
        person.call.to_string(),
        person.rung.name().to_owned(),
        person.code.clone(),
        format!("{}{}", rung_label(person.rung, lang), explained(person, lang)),
    ]
}

fn explained(person: &PersonRow, lang: Lang) -> String {
    let why = explain_code(&person.code, lang);
    match (why, lang) {
        (None, _) => String::new(),
        (Some(why), Lang::Zh) => format!("：{why}"),
        (Some(why), Lang::En) => format!(": {why}"),
    }
}

/// A text that no spreadsheet takes for a formula.
fn plain(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// The rows as CSV in UTF-8 with a byte order mark, so that Excel reads Chinese.
pub fn csv(people: &[PersonRow], lang: Lang) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(vec![0xEF, 0xBB, 0xBF]);
    let mut write = |cells: &[String]| {
        if let Err(error) = writer.write_record(cells) {
            // Writing to memory does not fail.
            tracing::error!(%error, "a row of the report could not be written");
        }
    };
    write(&COLUMNS.map(str::to_owned));
    for person in people {
        write(&cells(person, lang));
    }
    writer.into_inner().unwrap_or_default()
}

/// The rows as a workbook: texts as texts, so that long ids keep their digits.
///
/// # Errors
/// The library's words, when there are more rows than a worksheet holds.
pub fn xlsx(people: &[PersonRow], lang: Lang) -> Result<Vec<u8>, String> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    dress(sheet).map_err(|error| error.to_string())?;
    let mut write = |row: usize, cells: &[String]| -> Result<(), rust_xlsxwriter::XlsxError> {
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(row, u16::try_from(column).unwrap_or(u16::MAX), cell)?;
        }
        Ok(())
    };
    let mut all = || -> Result<(), rust_xlsxwriter::XlsxError> {
        write(0, &COLUMNS.map(str::to_owned))?;
        for (at, person) in people.iter().enumerate() {
            write(at + 1, &cells(person, lang))?;
        }
        Ok(())
    };
    all().map_err(|error| error.to_string())?;
    workbook.save_to_buffer().map_err(|error| error.to_string())
}

/// The headings stay on screen, and every column can be read without being dragged wider.
fn dress(sheet: &mut rust_xlsxwriter::Worksheet) -> Result<(), rust_xlsxwriter::XlsxError> {
    sheet.set_row_format(0, &rust_xlsxwriter::Format::new().set_bold())?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<PersonRow> {
        let row = PersonRow::example;
        vec![row("0001", "=cmd|x", Rung::Dropped, "143106"), row("a,\"b", "张三", Rung::Read, "")]
    }

    #[test]
    fn a_row_a_person_with_the_rule_explained_and_no_formula() {
        let text = String::from_utf8(csv(&people(), Lang::Zh)).unwrap();
        let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "userid,name,call,rung,code,explanation");
        assert!(lines[1].starts_with("0001,'=cmd|x,1,dropped,143106,被拦截："), "{}", lines[1]);
        assert_eq!(lines[2], "\"a,\"\"b\",张三,1,read,,已读");
    }

    #[test]
    fn the_workbook_holds_the_same() {
        use calamine::Reader as _;
        let bytes = xlsx(&people(), Lang::En).unwrap();
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        assert_eq!(sheet.get_value((1, 0)).unwrap().to_string(), "0001");
        assert_eq!(sheet.get_value((2, 3)).unwrap().to_string(), "read");
    }
}
