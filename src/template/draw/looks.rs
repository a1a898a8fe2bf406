//! What is painted, and what presses do.

use serde_json::{Value, json};

use super::{
    build::{Scene, draw},
    metric::SimpleMetric,
    paint::{Piece, Shape, pieces, stand_in},
    press::{Ask, Effect, chosen, press},
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
    assert!(has("image ") && has("text 0,100 10x14 写 #66EEF2F8"), "{found:#?}");
    assert!(found.iter().any(|word| word.contains("DDHologram #FF9200")), "{found:#?}");
    let rect = super::Rect { x: 0.0, y: 0.0, width: 16.0, height: 16.0 };
    assert_eq!(stand_in(rect, [0.0; 4], "@lALPDfYH6hnANq1AQA", false).len(), 1, "an empty check box");
    assert!(stand_in(rect, [0.0; 4], "https://x/y.png", false).len() > 1);
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
