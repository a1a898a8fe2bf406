//! What is painted, and what presses do.

use serde_json::{Value, json};

use super::{
    build::{Scene, draw},
    metric::SimpleMetric,
    paint::{Piece, Shape, pieces},
    press::{Ask, Effect, chosen, press},
    stand_in::stand_in,
};
use crate::template::{
    Card, Export,
    values::{Merged, Values, merge},
};

fn card(widgets: &str) -> (Export, Card) {
    let export = Export::read(&json!({ "editorData": "{}", "widgetInfo": widgets }).to_string()).unwrap();
    let card = Card::compile(&export).unwrap();
    (export, card)
}

fn painted(widgets: &str, dark: bool) -> Vec<Piece> {
    let (_, card) = card(widgets);
    let scene = Scene { width: 200.0, dark, ..Scene::default() };
    pieces(&draw(&card, &Merged::default(), &scene, &SimpleMetric), dark, &SimpleMetric)
}

/// Kind, rectangle and what tells it apart.
fn words(found: &[Piece]) -> Vec<String> {
    let line = |piece: &Piece| {
        let r = piece.shape.bounds();
        let at = format!("{},{} {}x{}", r.x, r.y, r.width, r.height);
        match &piece.shape {
            Shape::Fill { radius, colour, .. } => format!("fill {at} {radius:?} {}", colour.text()),
            Shape::Gradient { gradient, .. } => format!("gradient {at} {} stops", gradient.stops.len()),
            Shape::Border { width, colour, .. } => format!("border {at} {width} {}", colour.text()),
            Shape::Text { text, look, .. } => format!("text {at} {text} {}", look.colour.text()),
            Shape::Line { width, .. } => format!("line {at} {width}"),
            Shape::Polygon { .. } => format!("polygon {at}"),
            Shape::Image { source, .. } => format!("image {at} {source}"),
        }
    };
    found.iter().map(line).collect()
}

#[test]
fn areas_are_cut_at_the_rounded_corners_around_them_and_borders_lie_on_top() {
    let found = painted(
        "<LinearLayout width='match_parent' height='40np' cornerRadius='8np' orientation='vertical' borderWidth='1np' borderColor='#111111'>
           <View width='match_parent' height='20np' backgroundColor='#FF0000'/>
           <View width='50np' height='10np' backgroundColor='#00FF00' cornerRadius='2np' visibility='invisible'/>
         </LinearLayout>",
        false,
    );
    assert_eq!(words(&found), ["fill 0,0 200x20 [8.0, 8.0, 0.0, 0.0] #FF0000", "border 0,0 200x40 1 #111111"]);
}

#[test]
fn text_stands_in_its_box_by_gravity_and_fits_its_lines() {
    // 钉钉 is 20 wide; the line is 14 high in a box of 30 with padding 2.
    let found = painted(
        "<LinearLayout width='match_parent' height='match_content' orientation='vertical'>
           <FastTextView width='100np' height='30np' textSize='10np' text='钉钉' textGravity='center' paddingTop='2np' textColor='#123456'/>
           <FastTextView width='100np' height='30np' textSize='10np' text='钉钉' textGravity='rightTop' paddingRight='5np'/>
           <FastTextView width='30np' height='match_content' textSize='10np' text='钉钉卡片示例好' maxLines='2' lineHeight='20np' lineBreakMode='end'/>
         </LinearLayout>",
        false,
    );
    assert_eq!(
        words(&found),
        [
            "text 40,9 20x14 钉钉 #123456",
            "text 75,30 20x14 钉钉 #171A1D",
            "text 0,60 30x20 钉钉卡 #171A1D",
            "text 0,80 25x20 片示… #171A1D",
        ]
    );
}

#[test]
fn a_ring_shows_the_second_gradient_around_the_first() {
    let found = painted(
        "<LinearLayout userId='a' width='match_parent' height='40np' backgroundGradient='linear-gradient(to right,#fff,#fff), conic-gradient(from 180deg, #f00 0, #0f0 90deg, #00f 360deg)'>
           <DDCSSStyleView targetNode='a' cssStyles=\"@dtMapAppend{null,'border','2px solid transparent'}\"/></LinearLayout>",
        false,
    );
    assert_eq!(words(&found), ["gradient 0,0 200x40 3 stops", "gradient 2,2 196x36 2 stops"]);
}

#[test]
fn rich_text_icons_circles_pictures_hints_and_placeholders_are_painted() {
    let found = painted(
        "<LinearLayout width='match_parent' height='match_content' orientation='vertical'>
           <DDRichTextView width='match_parent' attributedText='&gt; a\n---\n`b`[c](https://x)'/>
           <DDIconView text='::icon_close::' textSize='10np' textColor='#FF0000'/><DDLoadingView size='18np' color='#007FFF'/>
           <ImageView width='10np' height='10np' imageUrl='https://x/y.png'/><DDTextInput placeholder='写' textSize='10np'/>
           <DDHologram width='match_parent' textSize='10np'/>
         </LinearLayout>",
        true,
    );
    let found = words(&found);
    let has = |start: &str| found.iter().any(|word| word.starts_with(start));
    // Quote: bar and text after the indent; rule; code with its ground; link in the accent.
    assert!(has("fill 0,0 2x21") && has("text 12,0 7.5x21 a #98EEF2F8"), "{found:#?}");
    assert!(has("line 0,31 200x0 1") && has("fill 0,43 7.5x17") && has("text 7.5,41 7.5x21 c #47A9FF"), "{found:#?}");
    assert!(has("image ") && has("text 0,104 10x14 写 #66EEF2F8"), "{found:#?}");
    assert!(found.iter().any(|word| word.contains("DDHologram #FF9200")), "{found:#?}");
    let rect = super::Rect { x: 0.0, y: 0.0, width: 16.0, height: 16.0 };
    assert!(stand_in(rect, [0.0; 4], "https://x/y.png", false).len() > 1);
    let large = super::Rect { width: 120.0, height: 80.0, ..rect };
    let named = stand_in(large, [0.0; 4], "@lALPDfYH6hnANq1AQA", false);
    assert!(matches!(named.last(), Some(Shape::Text { text, .. }) if text == "@lALPDfYH6hnANq1AQA"), "{named:?}");
}

#[test]
fn two_pictures_that_a_condition_swaps_are_a_check_box_whatever_their_ids_are() {
    let pair = |condition: &str| {
        let picture = |source: &str, then: &str, other: &str| {
            format!(
                "<ImageView width='16np' height='16np' imageUrl=\"@const{{'{source}'}}\" visibility=\"@triple{{{condition},'{then}','{other}'}}\"/>"
            )
        };
        picture("@aaa", "gone", "visible") + &picture("$bbb", "visible", "gone")
    };
    // Two variants, as the builder writes them: one that answers to presses, one that is shown when it must not.
    let boxes = |on: &str, off: &str, tap: &str| {
        let pair = pair(on);
        let (one, other) = (format!("@triple{{{off},'gone','visible'}}"), format!("@triple{{{off},'visible','gone'}}"));
        words(&painted(
            &format!(
                "<FrameLayout><LinearLayout visibility=\"{one}\" {tap}>{pair}</LinearLayout><LinearLayout visibility=\"{other}\">{pair}</LinearLayout></FrameLayout>"
            ),
            false,
        ))
    };
    let tap = "onTap=\"@dtOpenLink{'x'}\"";
    let empty = boxes("false", "false", tap);
    assert!(empty.len() == 1 && empty[0].starts_with("border 1.28"), "{empty:?}");
    let full = boxes("true", "false", tap);
    assert!(full.len() == 2 && full[0].ends_with(" #007FFF") && full[1].starts_with("line"), "{full:?}");
    let off = boxes("true", "true", tap);
    assert!(off[0].ends_with("#55007FFF"), "the other variant could be pressed: {off:?}");
    let none = boxes("true", "true", "");
    assert!(none[0].ends_with(" #007FFF"), "no variant answers to presses: nothing is told apart: {none:?}");
    // One picture alone, pictures of the web and unlike conditions are pictures.
    let alone = "<LinearLayout><ImageView width='9np' height='9np' imageUrl='@aaa' visibility=\"@triple{true,'visible','gone'}\"/></LinearLayout>";
    assert_eq!(words(&painted(alone, false)), ["image 0,0 9x9 @aaa"]);
    let web = "<LinearLayout><ImageView width='9np' height='9np' imageUrl='https://a/b.png' visibility=\"@triple{true,'visible','gone'}\"/>
        <ImageView width='9np' height='9np' imageUrl='https://a/c.png' visibility=\"@triple{true,'gone','visible'}\"/></LinearLayout>";
    assert_eq!(words(&painted(web, false)), ["image 0,0 9x9 https://a/b.png"]);
}

#[test]
fn words_from_right_to_left_stand_in_their_order() {
    // Hebrew letters are 5 wide. 200 wide: in its box the text begins at the left, as `left` says.
    let text = "<FastTextView width='200np' height='14np' textSize='10np' text='שלום עולם (a)'/>";
    assert_eq!(
        words(&painted(text, false)),
        [
            "text 0,0 5x14 ( #171A1D",
            "text 5,0 5x14 a #171A1D",
            "text 10,0 5x14 ) #171A1D",
            "text 20,0 20x14 עולם #171A1D",
            "text 45,0 20x14 שלום #171A1D"
        ]
    );
    let right = text.replace("textSize", "textGravity='right' textSize");
    assert!(words(&painted(&right, false))[4].starts_with("text 180,0 20x14 שלום"));
    let rich = painted("<DDRichTextView width='200np' attributedText='abc **שלום** עולם'/>", false);
    let shown: Vec<String> = rich
        .iter()
        .filter_map(|piece| match &piece.shape {
            Shape::Text { text, .. } => Some(text.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(shown, ["abc ", "עולם", "שלום"]);
}

#[test]
fn a_loaded_picture_keeps_its_proportions_where_the_template_leaves_them_open() {
    struct Knows;
    impl super::metric::TextMetric for Knows {
        fn advance(&self, c: char, size: f32, bold: bool) -> f32 {
            SimpleMetric.advance(c, size, bold)
        }
        fn picture(&self, source: &str) -> Option<[f32; 2]> {
            (source == "https://x/y.png").then_some([400.0, 100.0])
        }
    }
    let size = |look: &str, metric: &dyn super::metric::TextMetric| {
        let (_, card) = card(&format!("<LinearLayout><ImageView imageUrl='https://x/y.png' {look}/></LinearLayout>"));
        let scene = Scene { width: 200.0, ..Scene::default() };
        let drawing = draw(&card, &Merged::default(), &scene, metric);
        let rect = drawing.root.unwrap().children[0].rect;
        format!("{}x{}", rect.width, rect.height)
    };
    assert_eq!(size("width='match_parent' height='match_content'", &Knows), "200x50");
    assert_eq!(size("width='match_content' height='20np'", &Knows), "80x20");
    assert_eq!(size("width='match_content' height='match_content'", &Knows), "200x50");
    assert_eq!(size("width='40np' height='30np'", &Knows), "40x30");
    assert_eq!(size("width='match_content' height='45np'", &SimpleMetric), "80x45");
    assert_eq!(size("width='match_content' height='match_content'", &SimpleMetric), "160x90");
    assert_eq!(
        size("width='match_parent' height='match_content'", &SimpleMetric),
        "160x90",
        "not loaded: a stand-in's size"
    );
}

fn effects(widgets: &str, data: &Value, serial: usize) -> Vec<Effect> {
    let (export, card) = card(widgets);
    let merged = merge(&export, &Values::read(&data.to_string()).unwrap(), None);
    let scene = Scene::default();
    let drawing = draw(&card, &merged, &scene, &SimpleMetric);
    press(&card, &merged, &scene, &drawing, serial)
}

#[test]
fn a_press_changes_local_state_asks_or_is_only_listed() {
    let tick = "<LinearLayout onTap=\"@dtSendOutData{@dtMapAppend{null,'localData',@dtMapAppend{@data{data.localData},'on',@not{@data{data.localData.on}}}}}\"/>";
    let found = effects(tick, &json!({ "localData": { "kept": 1, "on": true } }), 0);
    assert_eq!(found, [Effect::Local(json!({ "kept": 1, "on": false }).as_object().unwrap().clone())]);

    let list = "<ListLayout listData='@data{data.cardData.l}'><LinearLayout onTap=\"@dtSendOutData{@dtMapAppend{null,'actionId',@subdata{'id'}}},@dtUtStat{}\"/></ListLayout>";
    let data = json!({ "cardData": { "l": [{ "id": "a" }, { "id": "b" }] } });
    let would = |action: &str, args: Vec<Value>| Effect::Would { action: action.to_owned(), args };
    assert_eq!(
        effects(list, &data, 2),
        [would("dtSendOutData", vec![json!({ "actionId": "b" })]), would("dtUtStat", vec![])]
    );
    assert_eq!(effects(list, &data, 0), []);
    assert_eq!(effects(list, &data, 99), []);

    let choice = "<LinearLayout onTap=\"@dtConditionalHandler{@data{data.cardData.open},@dtMapAppend{null,'action','dtMultiSelect','args',@dtArrayAppend{null,@dtMapAppend{null,'dataKey',k,'options',@dtArrayAppend{null,@dtMapAppend{null,'text',@dtMapAppend{null,'zh_CN','东','en_US','E'},'value','e'}}}}},@dtOpenLink{''}}\"/>";
    let options = vec![("东".to_owned(), json!("e"))];
    assert_eq!(
        effects(choice, &json!({ "cardData": { "open": true } }), 0),
        [Effect::Choose { key: "k".to_owned(), options: options.clone(), many: true }]
    );
    assert_eq!(effects(choice, &json!({}), 0), [], "the other branch does nothing");
    assert_eq!(chosen(&options, &[0], true), json!({ "index": [0], "value": ["e"] }));
    assert_eq!(chosen(&options, &[0], false), json!({ "index": 0, "value": "e" }));

    let day = "<LinearLayout onTap=\"@dtMapAppend{null,'action','dtDatePicker','args',@dtArrayAppend{null,@dtMapAppend{null,'dataKey',d,'value','2026-01-02'}}}\"/>";
    let ask = |key: &str, ask, now: &str| Effect::Type { key: key.to_owned(), ask, now: now.to_owned() };
    assert_eq!(effects(day, &json!({}), 0), [ask("d", Ask::Date, "2026-01-02")]);

    let field = "<LinearLayout onTap=\"@dxEventHandler{'n_input'}\"><FastTextView visibility='gone'/><FastTextView text='@toStr{@data{data.localData.typed}}'/></LinearLayout>";
    assert_eq!(effects(field, &json!({ "localData": { "typed": "x" } }), 0), [ask("typed", Ask::Text, "x")]);
}
