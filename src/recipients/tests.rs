//! Lists as people have them, from bytes to people. Workbooks are made here: XLSX by a writer, ODS as a zip, XLS record by
//! record.

use std::{io::Write as _, ops::ControlFlow, sync::Arc};

use proptest::prelude::*;

use super::{
    people::{evaluate, evaluate_row, mobiles_needed},
    *,
};
use crate::directory::{Department, DirectoryBuilder, Person};

fn reading(bytes: &[u8]) -> Reading {
    read(bytes, "", &ReadOptions::default(), &no_tick).unwrap()
}

fn rows(table: &Table) -> Vec<(u32, Vec<&str>)> {
    table.rows().map(|row| (row.line(), row.cells().collect())).collect()
}

fn import(bytes: &[u8], lookup: &dyn Lookup) -> Import {
    let table = reading(bytes).table;
    evaluate(&table, &Mapping::detect(&table), &Edits::default(), lookup, &no_tick).unwrap()
}

fn company() -> DirectoryLookup {
    let mut builder = DirectoryBuilder::new();
    for (id, name, parent) in [(1, "示例公司", None), (2, "研发部", Some(1)), (3, "市场部", Some(1))] {
        builder.department(Department { id, name: name.into(), parent, member_count: None });
        builder.children_are_complete(id);
        builder.members_are_complete(id);
    }
    for (userid, name, job_number, department) in
        [("u1", "陈小明", "A001", 2), ("u2", "王伟", "A002", 2), ("u3", "王伟", "A003", 3), ("u4", "Ann Lee", "", 3)]
    {
        let person = Person {
            userid: userid.into(),
            unionid: format!("union-{userid}"),
            name: name.into(),
            job_number: job_number.into(),
            departments: vec![department],
            active: true,
            ..Person::default()
        };
        builder.member(department, &person);
    }
    DirectoryLookup::new(Arc::new(builder.build()))
}

fn xlsx(build: impl FnOnce(&mut rust_xlsxwriter::Workbook)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    build(&mut book);
    book.save_to_buffer().unwrap()
}

pub(super) fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn ods(tables: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:body><office:spreadsheet>{tables}\
         </office:spreadsheet></office:body></office:document-content>"
    );
    let mime = "application/vnd.oasis.opendocument.spreadsheet";
    zipped(&[("mimetype", mime), ("content.xml", &content), ("META-INF/manifest.xml", "<manifest:manifest/>")])
}

/// An XLS of one sheet: texts and numbers as LABEL and NUMBER records.
fn xls(cells: &[(u16, u16, &str)]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let size = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes(), &size.to_le_bytes(), data].concat()
    };
    let bof = |kind: u16| record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat());
    let end = record(0x000a, &[]);
    let name = "名单".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let sheet_record = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 2, 1], &name].concat());
    let globals = bof(5).len() + sheet_record(0).len() + end.len();
    let mut stream = [bof(5), sheet_record(u32::try_from(globals).unwrap()), end.clone(), bof(16)].concat();
    for (row, column, text) in cells {
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        let found = if let Ok(number) = text.parse::<f64>() {
            record(0x0203, &[&place[..], &number.to_le_bytes()].concat())
        } else {
            let units: Vec<u16> = text.encode_utf16().collect();
            let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
            let head = [&u16::try_from(units.len()).unwrap().to_le_bytes()[..], &[1]].concat();
            record(0x0204, &[&place[..], &head, &bytes].concat())
        };
        stream.extend(found);
    }
    stream.extend(end);
    cfb::container_of(&stream)
}

#[test]
fn a_csv_from_excel_becomes_people_with_values() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("userid,姓名,${amount}\r\nu1,陈小明,100\r\nu2,王伟,\"1,200\"\r\n");
    let found = import(&bytes, &NoLookup);
    assert_eq!(found.variables, ["amount"]);
    let people: Vec<_> = found.people.iter().map(|one| (one.line, &*one.userid, &*one.name, &*one.values[0])).collect();
    assert_eq!(people, [(2, "u1", "陈小明", "100"), (3, "u2", "王伟", "1,200")]);
    assert_eq!(found.value(&found.people[1], "amount"), Some("1,200"));
    assert!(found.bad.is_empty() && found.duplicates.is_empty());
}

#[test]
fn the_command_line_takes_userid_and_makes_variables_of_the_rest() {
    let (found, _) =
        read_for_cli("userid,name,amount\nu1,陈小明,5\nu2,,\n,nobody,7\nu1,again,9\n".as_bytes(), "l.csv").unwrap();
    assert_eq!(found.variables, ["name", "amount"]);
    let people: Vec<_> = found.people.iter().map(|one| (&*one.userid, &*one.name, one.values.join("/"))).collect();
    assert_eq!(people, [("u1", "陈小明", "陈小明/5".to_owned()), ("u2", "", "/".to_owned())]);
    // The name would tell somebody, but nobody is looked up here.
    assert_eq!(found.bad.len(), 1);
    assert_eq!((found.bad[0].line, &found.bad[0].reason), (4, &Reason::NoPerson));
    assert_eq!(
        (found.duplicates[0].line, found.duplicates[0].kept_line, found.duplicates[0].same_values),
        (5, 2, false)
    );
    let error = read_for_cli("name,amount\n陈小明,5\n".as_bytes(), "l.csv").unwrap_err();
    assert_eq!(error, ListError::NoUserId(vec!["name".into(), "amount".into()]));
    let error = read_for_cli(b"userid,a,a\nu1,1,2\n", "l.csv").unwrap_err();
    assert_eq!(error, ListError::TwoColumns("a".into()));
    assert_eq!(read_for_cli(b"", "l.csv").unwrap_err(), ListError::Empty);
}

#[test]
fn people_are_found_by_number_and_name_and_doubtful_ones_are_asked_about() {
    let text =
        "姓名,工号,部门\n陈小明,,\n王伟,,市场部\n王伟,,\n,A002,\n李四,,\n,,\n,,研发部\nann  lee,,\n王小伟,A001,\n";
    let table = reading(text.as_bytes()).table;
    let mapping = Mapping::detect(&table);
    let found = evaluate(&table, &mapping, &Edits::default(), &company(), &no_tick).unwrap();
    let people: Vec<_> = found.people.iter().map(|one| (one.line, &*one.userid)).collect();
    assert_eq!(people, [(2, "u1"), (3, "u3"), (5, "u2"), (9, "u4")]);
    assert_eq!(found.ambiguous.len(), 1);
    let candidates: Vec<_> =
        found.ambiguous[0].candidates.iter().map(|one| (&*one.userid, &*one.departments[0])).collect();
    assert_eq!(
        (found.ambiguous[0].line, candidates),
        (4, vec![("u2", "示例公司 / 研发部"), ("u3", "示例公司 / 市场部")])
    );
    let bad: Vec<_> = found.bad.iter().map(|one| (one.line, one.reason.clone())).collect();
    assert_eq!(bad, [(6, Reason::Unknown(Key::Name, "李四".into())), (8, Reason::NoPerson)]);
    assert_eq!((found.empty_rows, found.duplicates.len()), (1, 1), "A001 is 陈小明 again");
    assert_eq!(found.doubts, [Doubt::OtherName { line: 10, listed: "王小伟".into(), known: "陈小明".into() }]);
    // The person chooses, corrects and leaves out.
    let edits = Edits {
        cells: [(6, vec![String::new(), "A003".into(), String::new()])].into(),
        choices: [(4, "u2".to_owned())].into(),
        left_out: [8].into(),
    };
    let row = evaluate_row(&table, &mapping, &edits, &company(), 6).unwrap().0;
    assert!(matches!(row, people::Outcome::Person(ref one) if one.userid == "u3"), "{row:?}");
    let found = evaluate(&table, &mapping, &edits, &company(), &no_tick).unwrap();
    assert!(found.bad.is_empty() && found.ambiguous.is_empty());
    assert_eq!((found.people.len(), found.left_out), (4, 1));
}

#[test]
fn mobiles_are_looked_up_once_each_and_what_the_call_said_is_kept() {
    let table = reading(
        "userid,手机\nu1,13800138000\n,+86 138 0013 8001\n,13800138001\n,123\n,13800138002\n,13800138003\n".as_bytes(),
    )
    .table;
    let mapping = Mapping::detect(&table);
    let edits = Edits::default();
    assert_eq!(mobiles_needed(&table, &mapping, &edits), ["13800138001", "13800138002", "13800138003"]);
    let mut lookup = company();
    let ann = Candidate { userid: "u4".into(), ..Candidate::default() };
    lookup.set_mobiles(
        [
            ("13800138001".to_owned(), MobileAnswer::Found(ann)),
            ("13800138002".to_owned(), MobileAnswer::Nobody),
            ("13800138003".to_owned(), MobileAnswer::Failed("no permission".into())),
        ]
        .into(),
    );
    let found = evaluate(&table, &mapping, &edits, &lookup, &no_tick).unwrap();
    assert_eq!(found.people.iter().map(|one| &*one.userid).collect::<Vec<_>>(), ["u1", "u4"]);
    let bad: Vec<_> = found.bad.iter().map(|one| one.reason.clone()).collect();
    assert_eq!(
        bad,
        [
            Reason::BadMobile("123".into()),
            Reason::Unknown(Key::Mobile, "13800138002".into()),
            Reason::MobileFailed("13800138003".into(), "no permission".into()),
        ]
    );
    assert_eq!(found.duplicates.len(), 1);
}

#[test]
fn bad_rows_of_a_text_keep_line_reason_and_text_and_come_back_from_a_file() {
    let mut bytes =
        "userid,金额,说明\nu1,1,ok\nu2,2\nu3,3,x,y\n1.23457E+16,4,z\nu5,#N/A,z\nu 6,6,z\n".as_bytes().to_vec();
    bytes.extend(encoding_rs::GB18030.encode("u7,7,财务\n").0.iter());
    bytes.extend("u8,8,\"open\nu9,9,好\n".as_bytes());
    let table = reading(&bytes).table;
    let mapping = Mapping::detect(&table);
    let found = evaluate(&table, &mapping, &Edits::default(), &NoLookup, &no_tick).unwrap();
    assert_eq!(found.people.iter().map(|one| &*one.userid).collect::<Vec<_>>(), ["u1", "u9"]);
    let bad: Vec<_> = found.bad.iter().map(|one| (one.line, one.reason.clone())).collect();
    assert_eq!(
        bad,
        [
            (3, Reason::Ragged { found: 2, expected: 3 }),
            (4, Reason::Ragged { found: 4, expected: 3 }),
            (5, Reason::DigitsLost { column: 0, text: "1.23457E+16".into() }),
            (6, Reason::ErrorValue { column: 1, text: "#N/A".into() }),
            (7, Reason::BadUserId("u 6".into())),
            (8, Reason::OtherEncoding),
            (9, Reason::OpenQuote),
        ]
    );
    assert_eq!(found.bad[5].text(), "u7, 7, 财务", "readable, so that it can be taken over by hand");
    for lang in crate::lang::Lang::ALL {
        assert!(found.bad.iter().all(|row| !row.reason.message(lang).contains("list.reason")));
        let saved = saved::bad_rows(&table, &mapping, &found.bad, lang).unwrap();
        assert!(saved.starts_with(&[0xef, 0xbb, 0xbf]));
        let again = reading(&saved).table;
        let mapping = Mapping::detect(&again);
        assert_eq!(mapping.variables(), ["金额", "说明"], "line and reason are no variables");
        assert_eq!(again.len(), 8);
        assert_eq!(again.row(6).map(|row| row.get(2).to_owned()), Some("财务".into()));
    }
}

#[test]
fn a_workbook_with_formulas_dates_long_numbers_and_merged_cells() {
    let bytes = xlsx(|book| {
        book.add_worksheet().set_name("空").unwrap();
        let sheet = book.add_worksheet().set_name("名单").unwrap();
        sheet.merge_range(0, 0, 0, 3, "六月名单", &rust_xlsxwriter::Format::new()).unwrap();
        for (column, title) in (0_u16..).zip(["userid", "金额", "日期", "小组"]) {
            sheet.write(1, column, title).unwrap();
        }
        let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
        sheet.write(2, 0, "u1").unwrap();
        sheet.write_formula(2, 1, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write_number_with_format(2, 2, 45_000.0, &day).unwrap();
        sheet.merge_range(2, 3, 3, 3, "一组", &rust_xlsxwriter::Format::new()).unwrap();
        sheet.write(3, 0, 20_250_601).unwrap();
        sheet.write(3, 1, 0.1 + 0.2).unwrap();
        sheet.write(5, 0, 12_345_678_901_234_567_i64 as f64).unwrap();
        sheet.write(6, 0, "u4").unwrap();
        sheet.write_formula(6, 1, rust_xlsxwriter::Formula::new("=VLOOKUP(1,A:A,2)").set_result("#N/A")).unwrap();
    });
    let found = reading(&bytes);
    let Source::Workbook { format, ref sheets, sheet } = found.source else { panic!() };
    assert_eq!((format, sheets.len(), sheet), (Format::Xlsx, 2, 1), "the first sheet is empty");
    let mapping = Mapping::detect(&found.table);
    assert_eq!(mapping.header, Some(2));
    let import = evaluate(&found.table, &mapping, &Edits::default(), &NoLookup, &no_tick).unwrap();
    let people: Vec<_> = import.people.iter().map(|one| (one.line, &*one.userid, one.values.join("|"))).collect();
    assert_eq!(people, [(3, "u1", "2|2023-03-15|一组".to_owned()), (4, "20250601", "0.3||".to_owned())]);
    assert_eq!(import.doubts, [Doubt::Merged { line: 4, column: 3 }]);
    let bad: Vec<_> = import.bad.iter().map(|one| (one.line, one.reason.clone())).collect();
    assert_eq!(
        bad,
        [
            (6, Reason::DigitsLost { column: 0, text: "12345678901234568".into() }),
            (7, Reason::ErrorValue { column: 1, text: "#N/A".into() }),
        ]
    );
    let asked = ReadOptions { sheet: Some(0), ..ReadOptions::default() };
    assert_eq!(read(&bytes, "", &asked, &no_tick), Err(ListError::Empty));
    let asked = ReadOptions { sheet: Some(7), ..ReadOptions::default() };
    assert_eq!(read(&bytes, "", &asked, &no_tick), Err(ListError::NoSheet(7)));
}

#[test]
fn an_open_document_sheet() {
    let bytes = ods(
        "<table:table table:name=\"空\"><table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell \
         table:number-columns-repeated=\"16384\"/></table:table-row></table:table>\
         <table:table table:name=\"名单\"><table:table-column/>\
         <table:table-row><table:table-cell office:value-type=\"string\"><text:p>userid</text:p></table:table-cell>\
         <table:table-cell office:value-type=\"string\"><text:p>a &amp; b</text:p></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated=\"3\"><table:table-cell/></table:table-row>\
         <table:table-row><table:table-cell office:value-type=\"string\"><office:annotation><text:p>note</text:p>\
         </office:annotation><text:p>u1</text:p></table:table-cell><table:table-cell office:value-type=\"float\" \
         office:value=\"0.30000000000000004\" table:number-columns-repeated=\"2\"><text:p>0,3</text:p></table:table-cell>\
         <table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row>\
         <table:table-row><table:table-cell office:value-type=\"float\" office:value=\"12345678901234568\"><text:p>1.2E+16\
         </text:p></table:table-cell><table:table-cell office:value-type=\"date\" \
         office:date-value=\"2026-06-01T00:00:00\"><text:p>1.6.</text:p></table:table-cell></table:table-row>\
         <table:table-row><table:table-cell table:number-rows-spanned=\"2\" office:value-type=\"string\"><text:p>u<text:s/>2\
         </text:p><text:p>x</text:p></table:table-cell></table:table-row>\
         <table:table-row><table:covered-table-cell/><table:table-cell office:value-type=\"float\" office:value=\"0\">\
         <text:p>#N/A</text:p></table:table-cell></table:table-row></table:table>",
    );
    let found = reading(&bytes);
    assert_eq!(
        rows(&found.table),
        [
            (1, vec!["userid", "a & b"]),
            (5, vec!["u1", "0.3", "0.3"]),
            (6, vec!["12345678901234568", "2026-06-01"]),
            (7, vec!["u 2\nx"]),
            (8, vec!["", "#N/A"]),
        ]
    );
    let import = import(&bytes, &NoLookup);
    let bad: Vec<_> = import.bad.iter().map(|one| one.reason.clone()).collect();
    assert_eq!(
        bad,
        [
            Reason::DigitsLost { column: 0, text: "12345678901234568".into() },
            Reason::BadUserId("u 2\nx".into()),
            Reason::ErrorValue { column: 1, text: "#N/A".into() },
        ]
    );
    // Every cell of every row repeated: refused, not kept.
    let bomb = ods(
        "<table:table table:name=\"x\"><table:table-row table:number-rows-repeated=\"1048576\"><table:table-cell \
         table:number-columns-repeated=\"200\"><text:p>long long text</text:p></table:table-cell></table:table-row></table:table>",
    );
    let error = read(&bomb, "", &ReadOptions::default(), &no_tick).unwrap_err();
    assert!(matches!(error, ListError::TooManyCells | ListError::UnpacksTooLarge), "{error:?}");
}

#[test]
fn an_old_workbook() {
    let bytes = xls(&[(0, 0, "userid"), (0, 1, "金额"), (1, 0, "u1"), (1, 1, "12.5"), (3, 0, "用户"), (3, 1, "7")]);
    let found = reading(&bytes);
    assert_eq!(rows(&found.table), [(1, vec!["userid", "金额"]), (2, vec!["u1", "12.5"]), (4, vec!["用户", "7"])]);
    assert!(
        matches!(found.source, Source::Workbook { format: Format::Xls, ref sheets, sheet: 0 } if sheets == &["名单"])
    );
    // Two cells at the ends of the sheet: calamine would keep all sixteen million between them.
    let wide = xls(&[(0, 0, "userid"), (65535, 255, "x")]);
    assert_eq!(read(&wide, "", &ReadOptions::default(), &no_tick), Err(ListError::UnpacksTooLarge));
}

#[test]
fn a_workbook_with_a_password_says_so() {
    let mut locked = cfb::container_of(b"whatever");
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = locked
        .windows(16)
        .position(|found| found == "Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
        .unwrap();
    locked[at..at + name.len()].copy_from_slice(&name);
    locked[at + 64..at + 66].copy_from_slice(&34_u16.to_le_bytes());
    assert_eq!(read(&locked, "", &ReadOptions::default(), &no_tick), Err(ListError::Password));
    let ods = zipped(&[("content.xml", "<x/>"), ("META-INF/manifest.xml", "<manifest:encryption-data/>")]);
    assert_eq!(read(&ods, "", &ReadOptions::default(), &no_tick), Err(ListError::Password));
    // An old workbook: its stream says that it is encrypted.
    let locked = cfb::container_of(&[0x2f, 0, 2, 0, 1, 0, 0x0a, 0, 0, 0]);
    assert_eq!(read(&locked, "", &ReadOptions::default(), &no_tick), Err(ListError::Password));
}

#[test]
fn what_unpacks_to_too_much_is_refused_before_it_is_kept() {
    let long = " ".repeat(usize::try_from(MAX_SHARED).unwrap() + 10);
    let bomb = zipped(&[("xl/workbook.xml", "<workbook/>"), ("xl/sharedStrings.xml", &long)]);
    assert!(bomb.len() < 200_000);
    assert_eq!(read(&bomb, "", &ReadOptions::default(), &no_tick), Err(ListError::UnpacksTooLarge));
    let lie = "<sst uniqueCount=\"99999999999\"><si/></sst>";
    let lie = zipped(&[("xl/workbook.xml", "<workbook/>"), ("xl/sharedStrings.xml", lie)]);
    assert!(matches!(read(&lie, "", &ReadOptions::default(), &no_tick), Err(ListError::Damaged(_))));
}

#[test]
fn a_file_of_a_gigabyte_is_refused_without_being_read() {
    struct Endless(u64);
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            buffer.fill(b'a');
            self.0 += buffer.len() as u64;
            Ok(buffer.len())
        }
    }
    let mut source = Endless(0);
    assert_eq!(take_bytes(&mut source, Some(1 << 30)), Err(ListError::TooLarge { bytes: Some(1 << 30) }));
    assert_eq!(source.0, 0);
    assert_eq!(take_bytes(&mut source, None), Err(ListError::TooLarge { bytes: None }));
    assert!(source.0 < 2 * MAX_BYTES);
    assert_eq!(take_bytes(&b"abc"[..], Some(3)).unwrap(), b"abc");
}

#[test]
fn cancelling_ends_it_at_any_stage() {
    let text: String =
        std::iter::once("userid,a\n".to_owned()).chain((0..5000).map(|n| format!("u{n},{n}\n"))).collect();
    let stop = |_: Progress| ControlFlow::Break(());
    assert_eq!(read(text.as_bytes(), "", &ReadOptions::default(), &stop), Err(ListError::Cancelled));
    let table = reading(text.as_bytes()).table;
    let mapping = Mapping::detect(&table);
    assert_eq!(evaluate(&table, &mapping, &Edits::default(), &NoLookup, &stop), Err(ListError::Cancelled));
}

#[test]
fn of_a_person_who_stands_twice_the_last_row_can_count() {
    let table = reading(b"userid,a\nu1,1\nu2,2\nu1,3\nu1,4\n").table;
    let mapping = Mapping { keep: Keep::Last, ..Mapping::detect(&table) };
    let found = evaluate(&table, &mapping, &Edits::default(), &NoLookup, &no_tick).unwrap();
    let people: Vec<_> = found.people.iter().map(|one| (one.line, one.values.join(""))).collect();
    assert_eq!(people, [(5, "4".to_owned()), (3, "2".to_owned())]);
    let twice: Vec<_> = found.duplicates.iter().map(|one| (one.line, one.kept_line)).collect();
    assert_eq!(twice, [(2, 5), (4, 5)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_end_in_a_table_or_a_named_error(bytes in prop::collection::vec(any::<u8>(), 0..2000), encoding in 0_usize..7) {
        let options = ReadOptions { encoding: Encoding::ALL.get(encoding).copied(), ..ReadOptions::default() };
        if let Ok(found) = read(&bytes, "list.csv", &options, &no_tick) {
            let mapping = Mapping::detect(&found.table);
            evaluate(&found.table, &mapping, &Edits::default(), &NoLookup, &no_tick).unwrap();
        }
    }

    #[test]
    fn any_text_keeps_every_line_somewhere(text in "[a-c,;\"\t \n\r|張陈0-9]{0,200}") {
        if let Ok(found) = read(text.as_bytes(), "", &ReadOptions::default(), &no_tick) {
            let mapping = Mapping::detect(&found.table);
            let import = evaluate(&found.table, &mapping, &Edits::default(), &NoLookup, &no_tick).unwrap();
            let skipped = found.table.rows().filter(|row| mapping.header.is_some_and(|line| row.line() <= line)).count();
            let kept = import.people.len() + import.bad.len() + import.duplicates.len() + import.ambiguous.len();
            prop_assert_eq!(kept + skipped, found.table.len());
        }
    }

    #[test]
    fn damaged_workbooks_end_in_a_table_or_a_named_error(
        which in 0_usize..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = match which {
            0 => xlsx(|book| { book.add_worksheet().write(0, 0, "userid").unwrap(); }),
            1 => ods("<table:table table:name=\"x\"><table:table-row><table:table-cell><text:p>u</text:p></table:table-cell></table:table-row></table:table>"),
            _ => xls(&[(0, 0, "userid"), (1, 0, "u1"), (1, 1, "5")]),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut.index(4) == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        drop(read(&bytes, "", &ReadOptions::default(), &no_tick));
    }
}

#[test]
fn a_hundred_thousand_rows_all_come_out_with_progress() {
    let rows = 100_000;
    let text: String = std::iter::once("userid,金额,部门,说明\r\n".to_owned())
        .chain((0..rows).map(|at| format!("user{at:06},{at}.50,第{}事业部,\"请于周五前确认, 谢谢\"\r\n", at % 97)))
        .collect();
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    let ticks = std::cell::Cell::new(0_u64);
    let tick = |progress: Progress| {
        assert!(progress.total == 0 || progress.done <= progress.total);
        ticks.set(ticks.get() + 1);
        ControlFlow::Continue(())
    };
    let table = read(&bytes, "list.csv", &ReadOptions::default(), &tick).unwrap().table;
    let mapping = Mapping::detect(&table);
    let found = evaluate(&table, &mapping, &Edits::default(), &NoLookup, &tick).unwrap();
    assert_eq!((found.people.len(), found.bad.len()), (rows, 0));
    assert_eq!(found.people[99_999].values, ["99999.50", "请于周五前确认, 谢谢"], "the department tells people apart");
    assert!(ticks.get() > 150, "{}", ticks.get());
    assert!(table.bytes() < 3 * text.len());
}

fn refused(bytes: &[u8], name: &str) -> ListError {
    read(bytes, name, &ReadOptions::default(), &no_tick).unwrap_err()
}

#[test]
fn a_file_of_another_kind_is_called_by_its_name() {
    let word = zipped(&[("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>")]);
    let xml = b"<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook/>";
    for (bytes, kind) in [
        (&b"%PDF-1.7\nuserid"[..], "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (&word, "Word (.docx)"),
        (&zipped(&[("list.csv", "userid")]), "ZIP"),
        (xml, "XML 2003 (SpreadsheetML)"),
        (b"<?xml version=\"1.0\"?><office:document><x/></office:document>", "Flat ODS (.fods)"),
    ] {
        assert_eq!(refused(bytes, "list.xlsx"), ListError::OtherKind(kind));
    }
    assert_eq!(refused(b"<table><tr><td>userid</td></tr></table>", "list.xlsx"), ListError::WebPage);
}

#[test]
fn a_line_of_utf_8_in_a_list_of_another_encoding_was_taken_for_chinese_it_is_not() {
    let (head, _, _) = encoding_rs::GB18030.encode("userid,姓名\r\nu1,张三\r\n");
    let (tail, _, _) = encoding_rs::GB18030.encode("u3,王五\r\n");
    let found = import(&[&head[..], "u2,李四\r\n".as_bytes(), &tail[..]].concat(), &NoLookup);
    assert_eq!(found.people.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["张三", "王五"]);
    assert_eq!((found.bad[0].line, &found.bad[0].reason), (3, &Reason::OtherEncoding));
    assert_eq!(found.bad[0].cells, ["u2", "李四"], "its text is kept readable");
}

#[test]
fn a_zero_byte_in_a_text_made_the_whole_list_unreadable() {
    let found = import(b"userid,a\nu1,x\0y\nu2,z\nu3,z\nu4,z\n", &NoLookup);
    assert_eq!((found.people.len(), found.bad.len(), found.bad[0].line), (3, 1, 2));
}

/// A workbook as a program writes it that never calculates: the names of its sheets with their rows as XML.
fn raw_xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    use std::fmt::Write as _;
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OF: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let link = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{OF}/{kind}\" Target=\"{target}\"/>")
    };
    let links = |all: &str| {
        let main = "http://schemas.openxmlformats.org/package/2006/relationships";
        format!("<Relationships xmlns=\"{main}\">{all}</Relationships>")
    };
    let (mut names, mut of_book) = (String::new(), String::new());
    let mut parts = Vec::new();
    for ((name, rows), at) in sheets.iter().zip(1..) {
        write!(names, "<sheet name=\"{name}\" sheetId=\"{at}\" r:id=\"r{at}\"/>").unwrap();
        of_book += &link(&format!("r{at}"), "worksheet", &format!("worksheets/sheet{at}.xml"));
        let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{at}.xml"), sheet));
    }
    let book = format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OF}\"><sheets>{names}</sheets></workbook>");
    parts.push(("xl/workbook.xml".to_owned(), book));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), links(&of_book)));
    parts.push(("_rels/.rels".to_owned(), links(&link("r1", "officeDocument", "xl/workbook.xml"))));
    let all: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (&**name, &**text)).collect();
    zipped(&all)
}

const HEADER: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>userid</t></is></c>\
                      <c r=\"B1\" t=\"inlineStr\"><is><t>sum</t></is></c></row>";

#[test]
fn a_formula_without_its_result_left_the_value_empty_in_silence() {
    let rows = format!(
        "{HEADER}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>u1</t></is></c><c r=\"B2\"><f>1+1</f></c></row>\
         <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>u2</t></is></c><c r=\"B3\"><f>1+1</f><v>2</v></c></row>\
         <row r=\"4\"><c r=\"A4\"><f>C4</f><v></v></c></row>"
    );
    let found = import(&raw_xlsx(&[("list", &rows)]), &NoLookup);
    assert_eq!(found.people.iter().map(|one| (&*one.userid, &*one.values[0])).collect::<Vec<_>>(), [("u2", "2")]);
    let bad: Vec<_> = found.bad.iter().map(|bad| (bad.line, bad.reason.clone())).collect();
    assert_eq!(bad, [(2, Reason::NoResult { column: 1 }), (4, Reason::NoResult { column: 0 })]);
    let cell = |attributes: &str, text: &str| format!("<table:table-cell {attributes}>{text}</table:table-cell>");
    let text = |text: &str| cell("office:value-type=\"string\"", &format!("<text:p>{text}</text:p>"));
    let row = |cells: String| format!("<table:table-row>{cells}</table:table-row>");
    let table = [row(text("userid") + &text("sum")), row(text("u1") + &cell("table:formula=\"of:=1+1\"", ""))].concat();
    let found = import(&ods(&format!("<table:table table:name=\"l\">{table}</table:table>")), &NoLookup);
    assert_eq!(found.bad.first().map(|bad| bad.reason.clone()), Some(Reason::NoResult { column: 1 }));
}

#[test]
fn the_command_line_finds_the_sheet_and_says_what_the_header_lacks() {
    let cover = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>6月名单</t></is></c></row>";
    let rows = format!("{HEADER}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>u1</t></is></c></row>");
    let (found, source) = read_for_cli(&raw_xlsx(&[("cover", cover), ("list", &rows)]), "l.xlsx").unwrap();
    assert_eq!(found.people.len(), 1);
    assert!(matches!(source, Source::Workbook { sheet: 1, .. }), "{source:?}");
    let error = read_for_cli(b"u1,5\nu2,6\n", "l.csv").unwrap_err();
    assert_eq!(error, ListError::NoHeader(vec!["u1".into(), "5".into()]));
    let error = read_for_cli(b"userid,User ID\nu1,u2\n", "l.csv").unwrap_err();
    assert_eq!(error, ListError::TwoUserIds("userid".into(), "User ID".into()));
}
