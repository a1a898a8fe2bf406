//! Every function, and what a broken or hostile expression comes to.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Env, Fuel, Function, Scope,
    parse::{ParseError, is_expression, parse},
    tokens::Tokens,
};
use crate::{lang::Lang, template::language::CardLang};

fn root() -> Value {
    json!({
        "width": "375np", "env": "ios",
        "data": {
            "cardData": { "title": "周报", "n": 7, "list": ["a", "b", "a"], "o": { "k": "v" }, "empty": "", "f": false },
            "localData": { "x_status": "loading" }, "cardPrivateData": { "joined": true }
        }
    })
}

fn run(text: &str, dark: bool, lang: Lang) -> Value {
    let (root, tokens, fuel) = (root(), Tokens::default(), Fuel::new(100_000));
    let (outer, inner) = (json!({ "g": "outer" }), json!({ "nick": "Tonic", "deep": { "a": [1, 2] } }));
    let around = Scope { element: &outer, index: 1, parent: None };
    let scope = Scope { element: &inner, index: 2, parent: Some(&around) };
    let expr = parse(text, &mut 10_000).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let now_ms = Some(1_700_000_000_000);
    let lang = &lang.into();
    Env { root: &root, scope: Some(&scope), dark, lang, tokens: &tokens, now_ms, fuel: &fuel, events: false }
        .eval(&expr)
        .into_owned()
}

fn value(text: &str) -> Value {
    run(text, false, Lang::Zh)
}

/// Expression and what it comes to; every function stands at least once (the last test counts).
fn cases() -> Vec<(&'static str, Value)> {
    vec![
        ("@toStr{7}", json!("7")),
        ("@toStr{@div{@toDouble{6},@toDouble{2}}}", json!("3")),
        ("@toStr{null}", json!("")),
        ("@toStr{@data{data.cardData.list}}", json!("[\"a\",\"b\",\"a\"]")),
        ("@toLong{'42'}", json!(42)),
        ("@toLong{'3.9'}", json!(3)),
        ("@toLong{''}", json!(0)),
        ("@toDouble{'1.5'}", json!(1.5)),
        ("@data{data.cardData.title}", json!("周报")),
        ("@data{'width'}", json!("375np")),
        ("@data{data.cardData.list[1]}", json!("b")),
        ("@data{data.cardData.missing.deeper}", json!(null)),
        ("@data{@concat{data.localData.,@toStr{'x'},_status}}", json!("loading")),
        ("@triple{@data{data.cardData.title},'yes','no'}", json!("yes")),
        ("@triple{@data{data.cardData.empty},'yes','no'}", json!("no")),
        ("@triple{@data{data.cardData.f},yes,no}", json!("no")),
        ("@triple{'false',yes,no}", json!("no")),
        ("@triple{'null',yes,no}", json!("no")),
        ("@triple{0,yes,no}", json!("no")),
        ("@triple{'0',yes,no}", json!("yes")),
        ("@triple{null,yes}", json!(null)),
        ("@dtDarkModeAdapter{'#FFFFFF', '#1E1E1E'}", json!("#FFFFFF")),
        ("@dti18NAdapter{'简','繁','English'}", json!("简")),
        ("@dtMapAppend{null,'a',1,'b',@toStr{2}}", json!({ "a": 1, "b": "2" })),
        ("@dtMapAppend{@data{data.cardData.o},'k','w'}", json!({ "k": "w" })),
        ("@dtArrayAppend{null,'a',1}", json!(["a", 1])),
        ("@dtArrayAppend{@data{data.cardData.list},'c'}", json!(["a", "b", "a", "c"])),
        ("@dtArrayJoin{@data{data.cardData.list},'、'}", json!("a、b、a")),
        (
            "@dtArrayIterator{@dtArrayAppend{null,1,0},@dtMapAppend{null,'method','array_get','args',\
             @dtArrayAppend{null,@data{data.cardData.list},'$'}}}",
            json!(["b", "a"]),
        ),
        ("@array_get{@data{data.cardData.list},'1'}", json!("b")),
        ("@array_get{@data{data.cardData.list},-1}", json!(null)),
        ("@dict_get{@data{data.cardData.o},'k'}", json!("v")),
        ("@dict_get{@dtMapAppend{null,'a',1},'a'}", json!(1)),
        ("@index_of{@data{data.cardData.list},'b'}", json!(1)),
        ("@index_of{null,'b'}", json!(null)),
        ("@index_of_value{@data{data.cardData.list},'z'}", json!(null)),
        ("@index_of_value{@dtArrayAppend{null,5,6},'6'}", json!(1)),
        ("@dtFilterList{@data{data.cardData.list},'a'}", json!(["b"])),
        ("@dtListFilter{@data{data.cardData.list},'b'}", json!(["a", "a"])),
        ("@concat{'a',1,null,true,'np'}", json!("a1truenp")),
        ("@substr{'375np','0',@toStr{@sub{@len{'375np'},'2'}}}", json!("375")),
        ("@substr{@subdata{'nick'},@toStr{@sub{@len{@subdata{'nick'}},2}},2}", json!("ic")),
        ("@substr{'周',@toStr{-1},2}", json!("周")),
        ("@substr{'abc',1}", json!("bc")),
        ("@len{'周报'}", json!(2)),
        ("@len{@data{data.cardData.list}}", json!(3)),
        ("@toStr{@len{null}}", json!("")),
        ("@equal{@data{data.cardData.n},'7'}", json!(true)),
        ("@equal{1,@toDouble{1}}", json!(true)),
        ("@equal{null,''}", json!(true)),
        ("@greater{'10','9'}", json!(true)),
        ("@greater{'a',1}", json!(false)),
        ("@less{@toStr{-1},0}", json!(true)),
        ("@less{@data{data.cardData.list},1}", json!(false)),
        ("@not{''}", json!(true)),
        ("@and{true,'x',1}", json!(true)),
        ("@and{true,''}", json!(false)),
        ("@or{'',null,@not{null}}", json!(true)),
        ("@or{'',false}", json!(false)),
        ("@add{@subdataIndex{},1}", json!(3)),
        ("@sub{3,'5'}", json!(-2)),
        ("@mul{'1.5','14'}", json!(21.0)),
        ("@mul{6,7}", json!(42)),
        ("@div{7,2}", json!(3)),
        ("@div{@toDouble{7},2}", json!(3.5)),
        ("@div{1,0}", json!(null)),
        ("@div{@toDouble{1},0}", json!(null)),
        ("@mod{7,4}", json!(3)),
        ("@floor{14.9}", json!(14)),
        ("@floor{'-1.5'}", json!(-2)),
        ("@const{'@lALPDe'}", json!("@lALPDe")),
        ("@subdata{'nick'}", json!("Tonic")),
        ("@subdata{deep.a[1]}", json!(2)),
        ("@subdata{}", json!({ "nick": "Tonic", "deep": { "a": [1, 2] } })),
        ("@parentSubdata{'g'}", json!("outer")),
        ("@subdataIndex{}", json!(2)),
        ("@dtDesignTokenParser{'common_fg_color'}", json!("#FFFFFF")),
        ("@dtDesignTokenParser{'unheard_of', '15'}", json!("15")),
        ("@dtDesignTokenParser{'unheard_of'}", json!(null)),
        ("@dtParserAvailable{'dtListFilter'}", json!(true)),
        ("@dtParserAvailable{'dtTimeMachine'}", json!(false)),
        ("@dtWidgetAvailable{'DDRichTextView'}", json!(true)),
        ("@dtWidgetAvailable{'DDHologram'}", json!(false)),
        ("@dtVersionEqualOrNewerThan{'7.5.0'}", json!(true)),
        ("@linearGradient{'toRight', '#fff', '#000'}", json!("linear-gradient(to right,#fff,#000)")),
        ("@dtTimeFormat{@dtServerTimeStamp{},@toStr{'yyyy-MM-dd HH:mm:ss'}}", json!("2023-11-15 06:13:20")),
        ("@dtServerTimeStamp{}", json!(1_700_000_000_000_i64)),
        ("@dtSendOutData{@dtMapAppend{null,'a',1}}", json!(null)),
        ("@dtConditionalHandler{true,@dtOpenLink{},@dtConfirm{}}", json!(null)),
        ("@dxEventProp{'isPrepareBind'}", json!(null)),
        ("@dxEventHandler{'node_input'}", json!(null)),
        ("@dtUtStat{@dtPreviewImage{},@dtCopyRichText{}}", json!(null)),
    ]
}

#[test]
fn every_function_comes_to_what_the_files_need() {
    for (text, expected) in cases() {
        assert_eq!(value(text), expected, "{text}");
    }
    let all: String = cases().iter().map(|(text, _)| *text).collect();
    for function in Function::ALL {
        assert!(all.contains(&format!("@{}{{", function.name())), "{} has no test", function.name());
        assert_eq!(Function::of(function.name()), Some(*function));
    }
}

#[test]
fn theme_and_language_choose() {
    assert_eq!(run("@dtDarkModeAdapter{'l','d'}", true, Lang::Zh), json!("d"));
    assert_eq!(run("@dtDesignTokenParser{'common_fg_color'}", true, Lang::Zh), json!("#1E1E1E"));
    assert_eq!(run("@dti18NAdapter{'简','繁','English'}", false, Lang::En), json!("English"));
    assert_eq!(run("@dti18NAdapter{'简','繁',''}", false, Lang::En), json!("简"), "empty falls back");
    assert_eq!(value("@dtTimeFormat{1700000000123,'yy/M/d h:m:s.SSS'}"), json!("23/11/15 6:13:20.123"));
    assert_eq!(value("@dtTimeFormat{1704037500000,'yyyy年M月d日 H:mm, hh'}"), json!("2023年12月31日 23:45, 11"));
    assert_eq!(value("@dtTimeFormat{1704039300000,'h'}"), json!("12"), "a quarter past midnight");
}

#[test]
fn measured_tokens_win_over_the_table() {
    let rich = json!({ "cardData": { "m": { "items": [{ "style": {
        "colorTokenV2": "common_fg_color", "lightColor": "#111111", "darkColor": "#222222",
        "sizeToken": "new_size", "size": 31 } }] } } });
    let tokens = Tokens::measured(rich.as_object().unwrap());
    assert_eq!(tokens.get("common_fg_color", true), Some(json!("#222222")));
    assert_eq!(tokens.get("new_size", false), Some(json!(31)));
    assert_eq!(tokens.get("common_h1_text_style__font_size", false), Some(json!(20)));
}

#[test]
fn literals_are_told_from_expressions_and_quotes_may_stand_in_texts() {
    assert!(is_expression(" @data{width}") && !is_expression("@lALPDe7syH8") && !is_expression("a@b{c}"));
    assert_eq!(value("@toStr{'it's, ok'}"), json!("it's, ok"));
    assert_eq!(value("@concat{ 'a' , ''  ,'}' }"), json!("a}"));
    assert_eq!(value("@unknownThing{1}"), json!(null));
    let broken = |text: &str| parse(text, &mut 1000).unwrap_err();
    assert_eq!(broken("@data{width"), ParseError::Unclosed);
    assert_eq!(broken("@toStr{'x}"), ParseError::Unclosed);
    assert_eq!(broken("@data{width}np"), ParseError::Trailing);
    assert_eq!(broken(&"@not{".repeat(100_000)), ParseError::TooDeep);
    assert_eq!(broken(&format!("@and{{{}}}", ",".repeat(5_000))), ParseError::TooMany);
}

#[test]
fn an_event_may_do_several_things_one_after_the_other() {
    let mut budget = 100;
    let parsed = parse("@dtCopyRichText{@data{data.cardData.content}},@dtUtStat{'a'}", &mut budget).unwrap();
    let mut names = Vec::new();
    parsed.calls(&mut |_, name, _| names.push(name.to_owned()));
    assert_eq!(names, ["dtCopyRichText", "data", "dtUtStat"]);
}

#[test]
fn work_is_bounded_whatever_the_expression() {
    let big = json!({ "t": "长".repeat(1_000_000), "l": vec![0; 100_000] });
    let (tokens, fuel) = (Tokens::default(), Fuel::new(200_000));
    let text = format!("@concat{{{}}}", vec!["@toStr{@dtArrayAppend{@data{l},@data{t}}}"; 1_000].join(","));
    let expr = parse(&text, &mut 100_000).unwrap();
    let env = Env {
        root: &big,
        scope: None,
        dark: false,
        lang: &CardLang::default(),
        tokens: &tokens,
        now_ms: None,
        fuel: &fuel,
        events: false,
    };
    assert_eq!(env.eval(&expr).into_owned(), Value::Null);
    assert!(fuel.empty());
}

proptest! {
    #[test]
    fn any_expression_ends(parts in proptest::collection::vec(prop_oneof![
        proptest::sample::select(Function::ALL).prop_map(|function| format!("@{}{{", function.name())),
        Just("}".to_owned()), Just(",".to_owned()), Just("'".to_owned()), Just("data.cardData.list".to_owned()),
        Just("-9223372036854775808".to_owned()), Just("1e999".to_owned()), "[a-z0-9.\\[\\] é]{0,4}",
    ], 0..80)) {
        let mut text = parts.concat();
        for _ in 0..2 {
            if let Ok(expr) = parse(&text, &mut 10_000) {
                let (root, tokens, fuel) = (root(), Tokens::default(), Fuel::new(10_000));
                let env = Env {
                    root: &root, scope: None, dark: true, lang: &Lang::En.into(), tokens: &tokens, now_ms: Some(i64::MAX), fuel: &fuel,
                    events: false,
                };
                env.eval(&expr);
            }
            // The second round closes what is open, so that it parses more often.
            let open = text.matches('{').count().saturating_sub(text.matches('}').count());
            text.push_str(&"}".repeat(open));
        }
    }
}
