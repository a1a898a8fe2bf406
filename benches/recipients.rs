//! 100,000 rows of a list: as CSV in three encodings and as a workbook, from bytes to people with values.

use std::{fmt::Write as _, time::Duration};

use ding_composer::recipients::{
    DirectoryLookup, Edits, Mapping, NoLookup, ReadOptions, no_tick, people::evaluate, read,
};

use crate::{harness::Report, people::directory};

const ROWS: usize = 100_000;

fn csv(first: &str, row: impl Fn(usize) -> String) -> String {
    let mut text = format!("{first},金额,部门,日期,说明\r\n");
    for at in 0..ROWS {
        write!(
            text,
            "{},{}.50,第{}事业部,2026-06-{:02},\"请于周五前确认, 谢谢\"\r\n",
            row(at),
            at % 10_000,
            at % 97,
            at % 28 + 1
        )
        .ok();
    }
    text
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in (0_u16..).zip(["userid", "金额", "部门", "日期", "说明"]) {
        sheet.write(0, column, title).ok();
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    for row in 1..=u32::try_from(ROWS).unwrap_or(u32::MAX) {
        sheet.write(row, 0, format!("user{row:06}")).ok();
        sheet.write(row, 1, f64::from(row % 10_000) + 0.5).ok();
        sheet.write(row, 2, format!("第{}事业部", row % 97)).ok();
        sheet.write_number_with_format(row, 3, f64::from(46_000 + row % 28), &day).ok();
        sheet.write(row, 4, "请于周五前确认, 谢谢").ok();
    }
    book.save_to_buffer().unwrap_or_default()
}

/// From bytes to people; `None` when not everybody came out of it.
fn import(bytes: &[u8], lookup: &dyn ding_composer::recipients::Lookup) -> Option<usize> {
    let table = read(bytes, "list", &ReadOptions::default(), &no_tick).ok()?.table;
    let mapping = Mapping::detect(&table);
    let found = evaluate(&table, &mapping, &Edits::default(), lookup, &no_tick).ok()?;
    let all = found.people.len() + found.ambiguous.len() + found.duplicates.len();
    (all == ROWS).then_some(found.people.len())
}

pub fn import_lists(report: &Report) {
    let text = csv("userid", |at| format!("user{at:06}"));
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let book = workbook();
    let second = Some(Duration::from_secs(1));
    for (name, bytes, limit) in [
        ("import 100,000 rows of CSV in UTF-8", text.as_bytes(), second),
        ("import 100,000 rows of CSV in GB18030", gb.as_ref(), second),
        ("import 100,000 rows of CSV in UTF-16", utf16.as_slice(), second),
        ("import 100,000 rows of XLSX", book.as_slice(), Some(Duration::from_secs(5))),
    ] {
        assert!(import(bytes, &NoLookup).is_some(), "{name}: not everybody came out");
        report.times(name, limit, 5, || import(bytes, &NoLookup));
    }
    let directory = std::sync::Arc::new(directory(ROWS));
    let names: Vec<String> = directory.people().map(|one| directory.person(one).job_number.to_owned()).collect();
    let by_number = csv("工号", |at| names.get(at).cloned().unwrap_or_default());
    report.times("index 100,000 people for looking lists up", None, 5, || {
        DirectoryLookup::new(std::sync::Arc::clone(&directory))
    });
    let lookup = DirectoryLookup::new(std::sync::Arc::clone(&directory));
    assert!(import(by_number.as_bytes(), &lookup).is_some(), "job numbers: not everybody came out");
    report.times("import 100,000 rows of CSV by job number", second, 5, || import(by_number.as_bytes(), &lookup));
}
