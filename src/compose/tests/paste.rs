//! What people paste.

use proptest::prelude::*;

use crate::{
    compose::{
        PersonRef, ValueKind,
        card::PrivateTable,
        paste::{GridProblem, PasteError, ids, params, private_grid},
    },
    lang::Lang,
};

#[test]
fn ids_come_out_of_any_list() {
    let expected = ["zhang01", "li-02", "1001"];
    for text in [
        "zhang01,li-02,1001",
        "zhang01， li-02、1001；",
        "[\"zhang01\", \"li-02\", '1001']",
        "zhang01\r\nli-02\r\n\r\n1001\r\n",
        "\u{feff}“zhang01” 【li-02】\t(1001)",
        "userid_list=\\\"zhang01,li-02,1001\\\"".trim_start_matches("userid_list="),
    ] {
        assert_eq!(ids(text), expected, "{text}");
    }
    assert_eq!(ids(" ,,\n"), [""; 0]);
    assert_eq!(ids("a a"), ["a", "a"], "the caller says what stands twice");
}

#[test]
fn variables_come_from_an_object_with_their_kinds() {
    let pasted = params(
        r#"{"title": "报销", "intro": "a\nb", "price": 1.50, "ok": true, "rows": [ {"a": 1} ], "none": null,
            "sys_full_json_obj": "{\"n\": 2}", "sys_lastMessageI18n": "{\"zh_CN\":\"报销\"}"}"#,
    )
    .unwrap();
    let rows: Vec<_> = pasted.rows.iter().map(|row| (row.key.as_str(), row.kind, row.value.as_str())).collect();
    assert_eq!(
        rows,
        [
            ("title", ValueKind::Text, "报销"),
            ("intro", ValueKind::Markdown, "a\nb"),
            ("price", ValueKind::Number, "1.50"),
            ("ok", ValueKind::Boolean, "true"),
            ("rows", ValueKind::Json, "[{\"a\":1}]"),
            ("none", ValueKind::Json, "null"),
            ("n", ValueKind::Number, "2"),
        ]
    );
    assert_eq!(pasted.last_message.unwrap().texts[0], "报销");
    let body = params(r#"{"cardTemplateId": "x", "cardData": {"cardParamMap": {"a": "1"}}}"#).unwrap();
    assert_eq!(body.rows.len(), 1);
    assert_eq!(params("[1]"), Err(PasteError::NotAnObject));
    assert_eq!(params(" \n"), Err(PasteError::Empty));
    assert!(params("{'a': 1}").unwrap_err().message(Lang::Zh).contains("单引号"));
}

#[test]
fn variables_come_from_lines() {
    let pasted = params("title=报销 = 差旅\nurl\thttps://x?a=b\n\ncount=007\nrows={\"a\": [1]}\nq=\"带引号\"").unwrap();
    let rows: Vec<_> = pasted.rows.iter().map(|row| (row.key.as_str(), row.kind, row.value.as_str())).collect();
    assert_eq!(
        rows,
        [
            ("title", ValueKind::Text, "报销 = 差旅"),
            ("url", ValueKind::Text, "https://x?a=b"),
            ("count", ValueKind::Text, "007"),
            ("rows", ValueKind::Json, "{\"a\": [1]}"),
            ("q", ValueKind::Text, "带引号"),
        ]
    );
    let error = params("a=1\n没有等号").unwrap_err();
    assert_eq!(error, PasteError::NoSeparator { line: 2, found: "没有等号".to_owned() });
    assert!(error.message(Lang::Zh).starts_with("第 2 行"));
}

#[test]
fn a_table_comes_from_a_spreadsheet() {
    let grid =
        private_grid("工号\t状态\t备注\r\nzhang01\t待审批\t\"第一行\n第二行 \"\"引\"\"\"\r\n\r\nli02\t\t\r\n").unwrap();
    assert_eq!(grid.columns, ["状态", "备注"]);
    assert_eq!(grid.rows[0].cells, [Some("待审批".to_owned()), Some("第一行\n第二行 \"引\"".to_owned())]);
    assert_eq!((grid.rows[1].id.as_str(), grid.rows[1].line), ("li02", 5));
    assert_eq!(grid.rows[1].cells, [None, None]);
    assert_eq!(grid.problems, []);
}

#[test]
fn a_table_names_every_row_it_leaves_out() {
    let grid = private_grid("id,a,,a\nu1,1,2,3\n,x\nu1,9\nu2,1,,,5\n,,,").unwrap();
    assert_eq!(grid.columns, ["a"]);
    let ids: Vec<_> = grid.rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["u1", "u2"]);
    assert_eq!(
        grid.problems,
        [
            GridProblem::NoName { column: 3 },
            GridProblem::NameTwice { name: "a".to_owned() },
            GridProblem::NoId { line: 3 },
            GridProblem::IdTwice { line: 4, id: "u1".to_owned() },
            GridProblem::TooManyCells { line: 5, cells: 5, columns: 4 },
        ]
    );
    for problem in &grid.problems {
        for lang in Lang::ALL {
            assert!(!problem.message(lang).contains("%{"), "{problem:?}");
        }
    }
    assert_eq!(private_grid("u1\nu2"), Err(PasteError::NoHeader));
    assert_eq!(private_grid(""), Err(PasteError::Empty));
    assert_eq!(private_grid("a\tb\nu\t\"x"), Err(PasteError::OpenQuote { line: 2 }));
}

#[test]
fn a_pasted_table_joins_the_one_that_is_there() {
    let mut table = PrivateTable::default();
    table.add_column("a", ValueKind::Number);
    table.add_people([PersonRef { id: "u1".to_owned(), name: "张".to_owned() }]);
    table.set(0, 0, Some("1".to_owned()));
    let grid = private_grid("id\tb\ta\nu1\tx\t\nu2\t\t5").unwrap();
    assert_eq!(table.merge(&grid, |id| (id == "u2").then(|| "李".to_owned())), (1, 2));
    assert_eq!(table.columns.iter().map(|column| column.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(*table.rows[0].cells, [Some("1".to_owned()), Some("x".to_owned())], "an empty cell leaves the value");
    assert_eq!(*table.rows[1].cells, [Some("5".to_owned()), None]);
    assert_eq!(table.rows[1].person.name, "李");
    table.move_column(0, 1);
    assert_eq!(*table.rows[1].cells, [None, Some("5".to_owned())]);
    table.remove_column(0);
    assert_eq!(*table.rows[1].cells, [Some("5".to_owned())]);
}

proptest! {
    #![proptest_config(super::cases(400))]

    #[test]
    fn any_paste_ends_in_rows_or_a_named_error(text in "[\\PC\n\t\r\",;=\\[\\]{}0-9a-c]{0,80}") {
        for id in ids(&text) {
            prop_assert!(text.contains(&id));
        }
        if let Err(error) = params(&text) {
            prop_assert!(!error.message(Lang::Zh).is_empty());
        }
        match private_grid(&text) {
            Ok(grid) => {
                for row in &grid.rows {
                    prop_assert_eq!(row.cells.len(), grid.columns.len());
                    prop_assert!(row.line <= text.split('\n').count());
                }
            }
            Err(error) => prop_assert!(!error.message(Lang::En).is_empty()),
        }
    }

    #[test]
    fn a_table_written_by_a_spreadsheet_is_read_back(cells in prop::collection::vec(prop::collection::vec("[a-z \"\n,\t报]{1,6}", 3), 1..5)) {
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let mut text = "id\tb\tc\td\n".to_owned();
        for (row, cells) in cells.iter().enumerate() {
            let line: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
            text.extend([format!("u{row}\t{}\n", line.join("\t"))]);
        }
        let grid = private_grid(&text).unwrap();
        let read: Vec<Vec<String>> =
            grid.rows.into_iter().map(|row| row.cells.into_iter().map(Option::unwrap_or_default).collect()).collect();
        prop_assert_eq!(read, cells);
    }
}
