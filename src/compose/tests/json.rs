//! Reading what people paste.

use proptest::prelude::*;

use crate::{
    compose::json::{Places, Problem, parse},
    lang::Lang,
};

fn place(text: &str) -> (usize, usize, Problem) {
    let error = parse(text).unwrap_err();
    (error.line, error.column, error.problem)
}

#[test]
fn what_people_paste_is_answered_with_what_is_meant() {
    let owned = str::to_owned;
    // The first four: https://github.com/DingTalk-Real-AI/dingtalk-workspace-cli/issues/366 and
    // https://github.com/open-dingtalk/dingtalk-stream-sdk-python/issues/21 (dossier F4).
    assert_eq!(place("{a: 1, b:2}"), (1, 2, Problem::UnquotedName(owned("a"))));
    assert_eq!(place("{'标题': '报销'}"), (1, 2, Problem::SingleQuote));
    assert_eq!(place("{\"ok\": True}"), (1, 8, Problem::OtherWord { found: owned("True"), instead: "true" }));
    assert_eq!(place("{\"v\": None}"), (1, 7, Problem::OtherWord { found: owned("None"), instead: "null" }));
    assert_eq!(place("{\"v\": '报销'}"), (1, 7, Problem::SingleQuote));
    assert_eq!(place("{\n  \"标题\": \"报销\",\n}"), (2, 13, Problem::TrailingComma));
    assert_eq!(place("[1, 2, ]"), (1, 6, Problem::TrailingComma));
    assert_eq!(place("{\"a\": 1\n \"b\": 2}"), (2, 2, Problem::MissingComma));
    assert_eq!(place("{“a”: 1}"), (1, 2, Problem::FullWidth('“', '"')));
    assert_eq!(place("{\"a\"：1}"), (1, 5, Problem::FullWidth('：', ':')));
    assert_eq!(place("{\"a\": 1，\"b\": 2}"), (1, 8, Problem::FullWidth('，', ',')));
    assert_eq!(place("{\"a\" 1}"), (1, 6, Problem::MissingColon(owned("a"))));
    assert_eq!(place("{\"a\": }"), (1, 7, Problem::MissingValue(owned("a"))));
    assert_eq!(place("{\"a\": undefined}"), (1, 7, Problem::OtherWord { found: owned("undefined"), instead: "null" }));
    assert_eq!(place("{\"a\": -Infinity}"), (1, 7, Problem::OtherWord { found: owned("-Infinity"), instead: "null" }));
    assert_eq!(place("{\"a\": 报销}"), (1, 7, Problem::UnquotedText(owned("报销"))));
    assert_eq!(place("// 说明\n{}"), (1, 1, Problem::Comment));
    assert_eq!(place("{\"a\": 1 /* x */}"), (1, 9, Problem::Comment));
    assert_eq!(place("{\"a\": 007}"), (1, 7, Problem::BadNumber(owned("007"))));
    assert_eq!(place("[+1]"), (1, 2, Problem::BadNumber(owned("+1"))));
    assert_eq!(place("[.5]"), (1, 2, Problem::BadNumber(owned(".5"))));
    assert_eq!(place("[1.]"), (1, 2, Problem::BadNumber(owned("1."))));
    assert_eq!(place("[0x1F]"), (1, 2, Problem::BadNumber(owned("0x1F"))));
    assert_eq!(place("\"第一行\n第二行\""), (1, 5, Problem::Control('\n')));
    assert_eq!(place(r#""C:\工作""#), (1, 4, Problem::BadEscape(owned("\\工"))));
    assert_eq!(place(r#""\u12""#), (1, 2, Problem::BadEscape(owned("\\u12\""))));
    assert_eq!(place(r#""\ud83d""#), (1, 2, Problem::HalfCharacter(owned("\\ud83d"))));
    assert_eq!(place(r#""\udc00""#), (1, 2, Problem::HalfCharacter(owned("\\udc00"))));
    assert_eq!(place("{\"a\": [1, 2}"), (1, 12, Problem::WrongBracket { open: '[', line: 1, found: '}' }));
    assert_eq!(place("{\n\"a\": {\"b\": 1}"), (2, 14, Problem::Unclosed { bracket: '{', line: 1 }));
    assert_eq!(place("{\"a\": \"b}"), (1, 10, Problem::UnclosedText { line: 1, column: 7 }));
    assert_eq!(place("{} {}"), (1, 4, Problem::Trailing));
    assert_eq!(place("{}}"), (1, 3, Problem::Unexpected('}')));
    assert_eq!(place(""), (1, 1, Problem::Empty));
    assert_eq!(place(" \n "), (2, 2, Problem::Empty));
    assert_eq!(place("{\u{a0}}"), (1, 2, Problem::FullWidth('\u{a0}', ' ')));
}

#[test]
fn the_documents_own_last_message_line_is_refused_at_its_stray_quote() {
    let line = r#"{"zh_CN":"蚂蚁分工","en_US":"Ant division of labor"}""#;
    let error = parse(line).unwrap_err();
    assert_eq!(error.problem, Problem::Trailing);
    assert_eq!(error.column, line.chars().count());
}

#[test]
fn every_message_is_said_in_both_languages() {
    for text in
        ["{'a'", "{\"a\": True}", "[1,]", "{", "\"\t\"", "[01]", "{a:1}", "", "[“x”]", "[\"\\q\"]", "{}x", "[1}"]
    {
        let error = parse(text).unwrap_err();
        for lang in Lang::ALL {
            let message = error.message(lang);
            assert!(!message.contains("%{") && !message.contains("json."), "{text}: {message}");
        }
    }
    let message = parse("{\"ok\": True}").unwrap_err().message(Lang::Zh);
    assert_eq!(message, "第 1 行第 8 列：JSON 里没有 True，应写成 true。");
}

#[test]
fn numbers_stay_as_typed_and_nothing_is_taken_for_a_number() {
    for number in ["1.50", "-0", "1E5", "1e+05", "123456789012345678901234567890", "0.10000000000000000001"] {
        assert_eq!(parse(number).unwrap().value.to_string(), number);
    }
    // serde_json with arbitrary_precision reads this object as the number 7.
    let odd = "{\"$serde_json::private::Number\":\"7\"}";
    assert!(parse(odd).unwrap().value.is_object());
}

#[test]
fn a_member_that_stands_twice_is_named_with_its_place() {
    let parsed = parse("{\"a\": 1,\n \"b\": {\"c/d\": 1, \"c/d\": 2}, \"a\": 3}").unwrap();
    let found: Vec<_> = parsed.duplicates.iter().map(|twice| (twice.pointer.as_str(), twice.place.line)).collect();
    assert_eq!(found, [("/b/c~1d", 2), ("/a", 2)]);
    assert_eq!(parsed.value["a"].to_string(), "3", "the last one, as everywhere");
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let deep = "[".repeat(200_000);
    assert!(matches!(parse(&deep).unwrap_err().problem, Problem::TooDeep(_)));
    let deepest = format!("{}{}", "[".repeat(120), "]".repeat(120));
    assert!(parse(&deepest).is_ok());
    assert!(serde_json::from_str::<serde_json::Value>(&deepest).is_ok(), "the other end reads it too");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    assert!(parse("\u{feff}{\"a\":1}").is_ok());
    assert_eq!(place("\u{feff}{a:1}"), (1, 2, Problem::UnquotedName("a".to_owned())));
}

#[test]
fn a_pointer_finds_its_place_in_the_text_also_inside_a_string() {
    let text = "{\"data\": \"{\\\"名字\\\":\\\"张三\\\"}\", \"list\": [1, {\"x\": true}]}";
    let places = Places::of(text).unwrap();
    let at = |pointer: &str| &text[places.range(pointer).unwrap()];
    assert_eq!(at("/list/1/x"), "true");
    assert_eq!(at("/data/名字"), "\"{\\\"名字\\\":\\\"张三\\\"}\"");
    assert_eq!(at(""), text);
    assert_eq!(places.range("/nowhere"), None);
    assert_eq!(&text[places.nearest("/list/9/x")], "[1, {\"x\": true}]");
    assert_eq!(places.nearest("/nowhere"), 0..text.len());
    assert!(Places::of("{").is_none());
}

/// serde_json writes `1e5` as `1e+5`; this reader leaves it.
fn as_serde_reads(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

proptest! {
    #![proptest_config(super::cases(400))]

    #[test]
    fn any_text_ends_in_a_value_or_a_place_inside_it(text in "\\PC{0,60}|[\\[\\]{}\",:'\\\\ \n\t0-9a-uTN.eE+-]{0,60}") {
        match parse(&text) {
            Ok(parsed) => {
                prop_assert_eq!(as_serde_reads(&parsed.value.to_string()), as_serde_reads(text.trim_start_matches('\u{feff}')));
            }
            Err(error) => {
                prop_assert!(error.offset <= text.len());
                prop_assert!(text.is_char_boundary(error.offset));
                prop_assert!(error.line <= text.lines().count().max(1) + 1);
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_err(), "{}: {}", text, error);
            }
        }
    }

    #[test]
    fn serde_json_and_this_reader_agree(text in super::round_trip::any_json_text()) {
        let here = parse(&text).unwrap().value;
        prop_assert_eq!(as_serde_reads(&here.to_string()), as_serde_reads(&text));
    }
}
