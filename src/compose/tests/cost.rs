//! A large draft; figures of time are in `benches/`, here only that the cache does its work.

use std::sync::Arc;

use crate::compose::{
    CardDraft, CheckCache, CheckContext, Draft, PersonRef, Ready, ValueKind,
    card::{ParamRow, PrivateTable},
    check_draft_with, force_ready,
};

/// 200 public variables, 5,000 people × 5 columns.
fn large() -> CardDraft {
    let mut table = PrivateTable::default();
    for column in 0..5 {
        table.add_column(format!("column{column}"), if column == 4 { ValueKind::Number } else { ValueKind::Text });
    }
    table.add_people((0..5000).map(|n| PersonRef { id: format!("user{n:05}"), name: format!("员工{n}") }));
    for row in 0..5000 {
        for column in 0..5 {
            table.set(row, column, Some(format!("{row}")));
        }
    }
    CardDraft {
        card_template_id: "t.schema".to_owned(),
        open_conversation_id: "cid1".to_owned(),
        out_track_id: "track".to_owned(),
        robot_code: "robot".to_owned(),
        params: (0..200)
            .map(|n| ParamRow {
                key: format!("key{n}"), kind: ValueKind::Text, value: "一段不长的文字".to_owned()
            })
            .collect(),
        private: Arc::new(table),
        ..CardDraft::default()
    }
}

#[test]
fn a_keystroke_elsewhere_does_not_work_out_the_table_again() {
    let mut draft = Draft::Card(large());
    let mut cache = CheckCache::default();
    let context = CheckContext::default();
    let whole = std::time::Instant::now();
    assert!(check_draft_with(&draft, &context, &mut cache).ready.is_some());
    let whole = whole.elapsed();
    let mut fastest = whole;
    for n in 0..10 {
        if let Draft::Card(card) = &mut draft {
            card.params[0].value = n.to_string();
        }
        let one = std::time::Instant::now();
        assert!(check_draft_with(&draft, &context, &mut cache).ready.is_some());
        fastest = fastest.min(one.elapsed());
    }
    println!("whole {whole:?}, keystroke {fastest:?}");
    if let Draft::Card(card) = &draft {
        let mut cache = CheckCache::default();
        let written = std::time::Instant::now();
        let text = cache.pretty(card);
        println!("JSON view: {} bytes in {:?}", text.len(), written.elapsed());
        let read = std::time::Instant::now();
        assert!(Draft::from_text(draft.kind(), &text).is_ok());
        println!("read again in {:?}", read.elapsed());
    }
    assert!(fastest * 3 < whole, "whole {whole:?}, keystroke {fastest:?}");
    // The cache does not make an edit copy the table.
    if let Draft::Card(card) = &mut draft {
        let before = Arc::as_ptr(&card.private);
        assert_eq!(Arc::strong_count(&card.private), 1, "{before:?}");
    }
}

#[test]
fn the_table_written_by_itself_is_what_the_body_says() {
    let mut card = large();
    Arc::make_mut(&mut card.private).rows.truncate(20);
    let table = Arc::make_mut(&mut card.private);
    table.rows[3].cells = vec![None; 5].into();
    table.rows[4].cells[4] = None;
    table.rows[5].cells[0] = Some("他说 \"好\"\\\n\u{1}".to_owned());
    table.rows[6].cells[4] = Some("no number".to_owned());
    table.rows[7].person.id = "a\"b".to_owned();
    let mut cache = CheckCache::default();
    assert_eq!(cache.pretty(&card), card.to_pretty_text());
    let parts = cache.pretty_parts(&card);
    assert_eq!(format!("{}{}{}", parts.before, parts.private, parts.after), card.to_pretty_text());
    let Some(crate::compose::Ready::Card(ready)) =
        Some(crate::compose::force_ready(&Draft::Card(card.clone()), &mut cache))
    else {
        panic!("a card")
    };
    assert_eq!(ready.body, card.to_text());
    card.private = Arc::default();
    assert_eq!(cache.pretty(&card), card.to_pretty_text());
}

#[test]
fn a_change_of_one_row_copies_the_values_of_no_other() {
    let mut card = large();
    let before = card.clone();
    Arc::make_mut(&mut card.private).set(7, 0, Some("x".to_owned()));
    let same = |row: usize| card.private.rows[row].cells.as_ptr() == before.private.rows[row].cells.as_ptr();
    assert!((0..5000).all(|row| same(row) == (row != 7)));
    assert_eq!(before.private.rows[7].cells[0].as_deref(), Some("7"));
}

#[test]
fn a_table_written_after_any_edit_is_what_the_body_says() {
    let mut card = large();
    Arc::make_mut(&mut card.private).rows.truncate(100);
    let mut cache = CheckCache::default();
    let edits: [fn(&mut crate::compose::card::PrivateTable); 8] = [
        |_| {},
        |table| table.set(40, 0, Some("改".to_owned())),
        |table| table.rows[40].person.id = "other".to_owned(),
        |table| drop(table.rows.remove(3)),
        |table| table.rows.swap(0, 99 - 1),
        |table| table.columns[1].key = "renamed".to_owned(),
        |table| table.rows.truncate(32),
        |table| table.rows.truncate(1),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        edit(Arc::make_mut(&mut card.private));
        assert_eq!(cache.pretty(&card), card.to_pretty_text(), "edit {number}");
        let parts = cache.pretty_parts(&card);
        assert_eq!(format!("{}{}{}", parts.before, parts.private, parts.after), card.to_pretty_text(), "edit {number}");
        let Ready::Card(ready) = force_ready(&Draft::Card(card.clone()), &mut cache) else { panic!("a card") };
        assert_eq!(ready.body, card.to_text(), "edit {number}");
    }
}
