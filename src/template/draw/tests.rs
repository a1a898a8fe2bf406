//! Layout rules with rectangles computed by hand. With [`SimpleMetric`] a CJK character is as wide as the text size, any
//! other half of it, and a line is 1.4 times as high.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Drawing,
    build::{Scene, draw},
    metric::SimpleMetric,
    style::Colour,
};
use crate::template::{
    Card, Export,
    values::{Values, merge},
};

fn drawing(widgets: &str, data: &Value, scene: &Scene) -> Drawing {
    let export = Export::read(&json!({ "editorData": "{}", "widgetInfo": widgets }).to_string()).unwrap();
    let card = Card::compile(&export).unwrap();
    let merged = merge(&export, &Values::read(&data.to_string()).unwrap(), None);
    draw(&card, &merged, scene, &SimpleMetric)
}

/// Every node with an id: `id x,y widthxheight`, in the order of drawing. The card is 200 np wide.
fn rects(widgets: &str, data: &Value) -> Vec<String> {
    let scene = Scene { width: 200.0, ..Scene::default() };
    let mut found = Vec::new();
    drawing(widgets, data, &scene).root.expect("a root").walk(&mut |node| {
        if !node.style.id.is_empty() {
            let rect = node.rect;
            found.push(format!("{} {},{} {}x{}", node.style.id, rect.x, rect.y, rect.width, rect.height));
        }
    });
    found
}

fn check(widgets: &str, expected: &[&str]) {
    assert_eq!(rects(widgets, &json!({})), expected, "{widgets}");
}

#[test]
fn a_row_gives_what_is_left_by_weight() {
    // 200 - 20 (padding) = 180; fixed 30 + margins 5 + 5 leave 140, shared 1 : 3.
    check(
        "<LinearLayout userId='r' width='@data{width}' height='50np' paddingLeft='10np' paddingRight='10np' paddingTop='4np'>
           <View userId='a' width='30np' height='10np' marginLeft='5np' marginRight='5np'/>
           <View userId='b' width='match_content' height='10np' weight='1'/>
           <View userId='c' width='match_parent' height='match_parent' weight='3'/>
         </LinearLayout>",
        &["r 0,0 200x50", "a 15,4 30x10", "b 50,4 35x10", "c 85,4 105x46"],
    );
    // Without weights `match_parent` takes what is left, wherever it stands.
    check(
        "<LinearLayout width='match_parent' height='match_content'>
           <View userId='a' width='match_parent' height='10np'/><View userId='b' width='20np' height='10np'/>
         </LinearLayout>",
        &["a 0,0 180x10", "b 180,0 20x10"],
    );
}

#[test]
fn a_column_is_as_high_as_its_content_and_stretches_across() {
    // Text of 10: 钉钉 is 20 wide, abc 15; lines are 14 high.
    check(
        "<LinearLayout userId='r' width='match_content' height='match_content' orientation='vertical' paddingTop='3np' paddingBottom='2np'>
           <FastTextView userId='a' text='钉钉' textSize='10np' marginTop='1np' marginLeft='4np'/>
           <FastTextView userId='b' text='abc' textSize='10np' width='match_parent'/>
         </LinearLayout>",
        &["r 0,0 24x34", "a 4,4 20x14", "b 0,18 24x14"],
    );
    // Weights in a column of known height: 100 - 40 = 60, halved.
    check(
        "<LinearLayout width='match_parent' height='100np' orientation='vertical'>
           <View userId='a' width='10np' height='0np' weight='1'/><View userId='b' width='10np' height='40np'/>
           <View userId='c' width='10np' height='match_parent' weight='1'/>
         </LinearLayout>",
        &["a 0,0 10x30", "b 0,30 10x40", "c 0,70 10x30"],
    );
    // In a row as long as its content a weight means nothing.
    check(
        "<LinearLayout userId='r' width='match_content' height='match_content'>
           <FastTextView userId='a' text='ab' textSize='10np' weight='1'/><View userId='b' width='7np' height='match_parent'/>
         </LinearLayout>",
        &["r 0,0 17x14", "a 0,0 10x14", "b 10,0 7x14"],
    );
}

#[test]
fn gravity_moves_children() {
    check(
        "<LinearLayout width='match_parent' height='40np' childGravity='center'>
           <View userId='a' width='20np' height='10np'/><View userId='b' width='20np' height='10np' gravity='rightBottom'/>
         </LinearLayout>",
        &["a 80,15 20x10", "b 100,30 20x10"],
    );
    check(
        "<LinearLayout width='match_parent' height='40np' childGravity='rightCenter' orientation='vertical'>
           <View userId='a' width='20np' height='10np' marginRight='3np'/>
         </LinearLayout>",
        &["a 177,15 20x10"],
    );
    check(
        "<FrameLayout userId='f' width='match_parent' height='60np' paddingLeft='10np'>
           <View userId='a' width='match_parent' height='match_parent'/>
           <View userId='b' width='20np' height='10np' gravity='rightBottom' marginRight='6np' marginBottom='5np'/>
           <View userId='c' width='20np' height='10np' gravity='center'/>
         </FrameLayout>",
        &["f 0,0 200x60", "a 10,0 190x60", "b 174,45 20x10", "c 95,25 20x10"],
    );
}

#[test]
fn bounds_and_visibility_are_kept() {
    check(
        "<LinearLayout width='match_parent' height='match_content' orientation='vertical'>
           <View userId='a' width='match_content' height='5np' minWidth='88np'/>
           <FastTextView userId='b' text='钉钉卡片' textSize='10np' maxWidth='30np' lineHeight='16np' maxLines='2'/>
           <View userId='gone' width='10np' height='10np' visibility='gone'/>
           <View userId='c' width='10np' height='9np' visibility='invisible'/>
           <View userId='d' width='10np' height='1px' marginTop='-1np'/>
         </LinearLayout>",
        &["a 0,0 88x5", "b 0,5 30x32", "c 0,37 10x9", "d 0,45 10x1"],
    );
}

#[test]
fn a_greatest_and_a_least_size_bound_what_the_parent_gives() {
    // Across: stretched, but no further than 120. Along: halves of 200, the first no longer than 40; what is left stays free.
    check(
        "<LinearLayout width='match_parent' height='match_content' orientation='vertical'>
           <View userId='a' width='match_parent' height='10np' maxWidth='120np'/>
           <LinearLayout width='match_parent' height='match_content'>
             <View userId='b' width='match_parent' height='10np' weight='1' maxWidth='40np'/>
             <View userId='c' width='match_parent' height='10np' weight='1'/></LinearLayout>
           <FrameLayout width='match_parent' height='20np'><View userId='d' width='match_parent' height='match_parent' minHeight='30np'/></FrameLayout>
         </LinearLayout>",
        &["a 0,0 120x10", "b 0,10 40x10", "c 40,10 100x10", "d 0,20 200x30"],
    );
}

#[test]
fn a_card_of_a_width_of_its_own_keeps_it() {
    check(
        "<LinearLayout userId='r' width='150np' height='80np' marginLeft='5np'><View userId='a' width='match_parent' height='10np'/></LinearLayout>",
        &["r 5,0 150x80", "a 5,0 150x10"],
    );
}

#[test]
fn a_list_inside_a_list_is_indented_and_a_quotation_is_one_block() {
    let drawn = drawing("<DDRichTextView attributedText='- a\n  - b\n&gt; c\n&gt; d'/>", &json!({}), &Scene::default());
    let root = drawn.root.unwrap();
    let indents: Vec<f32> = root.rich_lines.iter().map(|line| line.indent).collect();
    let spaces: Vec<f32> = root.rich_lines.iter().map(|line| line.before).collect();
    assert_eq!((indents, spaces), (vec![0.0, 15.0, 12.0, 12.0], vec![0.0, 4.0, 4.0, 0.0]));
}

#[test]
fn grids_and_flows_place_their_children() {
    // (200 - 2 * 10) / 3 = 60.
    check(
        "<GridLayout userId='g' width='match_parent' height='match_content' columnCount='3' columnSpacing='10np' rowSpacing='4np' paddingTop='2np'>
           <View userId='a' height='10np'/><View userId='b' height='20np'/><View userId='c' height='5np'/><View userId='d' height='7np'/>
         </GridLayout>",
        &["g 0,0 200x33", "a 0,2 60x10", "b 70,2 60x20", "c 140,2 60x5", "d 0,26 60x7"],
    );
    check(
        "<GridLayout userId='g' width='match_content' height='match_content' columnCount='2' itemWidth='30np' itemHeight='12np'>
           <View userId='a'/><View userId='b'/><View userId='c'/>
         </GridLayout>",
        &["g 0,0 60x24", "a 0,0 30x12", "b 30,0 30x12", "c 0,12 30x12"],
    );
    // 90 + 5 + 90 fits in 200, a third does not.
    check(
        "<DDFlowLayout userId='f' width='match_parent' height='match_content' columnSpacing='5np' rowSpacing='3np'>
           <View userId='a' width='90np' height='10np'/><View userId='b' width='90np' height='14np'/><View userId='c' width='90np' height='10np'/>
         </DDFlowLayout>",
        &["f 0,0 200x27", "a 0,0 90x10", "b 95,0 90x14", "c 0,17 90x10"],
    );
}

#[test]
fn a_list_draws_its_children_once_per_element() {
    let widgets = "<ListLayout userId='l' width='match_parent' height='match_content' orientation='vertical' listData='@data{data.cardData.rows}'>
        <LinearLayout width='match_parent' height='match_content'>
          <FastTextView userId='i' text='@toStr{@add{@subdataIndex{},1}}' textSize='10np'/>
          <FastTextView userId='n' text=\"@subdata{'n'}\" textSize='10np'/>
          <ListLayout listData=\"@subdata{'tags'}\"><FastTextView userId='t' text=\"@concat{@parentSubdata{'n'},@subdata{}}\" textSize='10np'/></ListLayout>
        </LinearLayout></ListLayout>";
    let data = json!({ "cardData": { "rows": [{ "n": "甲", "tags": ["x", "y"] }, { "n": "b" }] } });
    assert_eq!(
        rects(widgets, &data),
        ["l 0,0 200x28", "i 0,0 5x14", "n 5,0 10x14", "t 15,0 15x14", "t 30,0 15x14", "i 0,14 5x14", "n 5,14 5x14"]
    );
    assert_eq!(rects(widgets, &json!({})), ["l 0,0 200x0"]);
}

#[test]
fn icons_circles_charts_inputs_and_rich_text_have_sizes() {
    let widgets = "<LinearLayout width='match_parent' height='match_content' orientation='vertical'>
        <DDIconView userId='icon' text='::icon_x::' textSize='12np'/><DDLoadingView userId='circle' size='18np'/>
        <DDChartView userId='chart' width='match_parent' height='50np'/><ImageView userId='image' width='16np' height='16np' imageUrl='@lALP'/>
        <DDTextInput userId='input' placeholder='写' textSize='10np'/>
        <DDRichTextView userId='rich' width='match_parent' attributedText='@data{data.cardData.m}'/>
        <DDEventView userId='event' width='9np' height='9np'/></LinearLayout>";
    // The heading: 20 * 1.4 = 28; the paragraph of 14 characters of 15 = 210 takes two lines of 21.
    let data = json!({ "cardData": { "m": "# 标题\n一二三四五六七八**九十一二三四**" } });
    assert_eq!(
        rects(widgets, &data),
        [
            "icon 0,0 12x16.8",
            "circle 0,16.8 18x18",
            "chart 0,34.8 200x50",
            "image 0,84.8 16x16",
            "input 0,100.8 10x14",
            "rich 0,114.8 200x74"
        ]
    );
    let drawn = drawing(widgets, &data, &Scene { width: 200.0, ..Scene::default() });
    let root = drawn.root.unwrap();
    let rich = &root.children[5];
    assert_eq!(rich.text, "标题\n一二三四五六七八九十一二三四");
    let runs: Vec<_> = rich.rich_lines[1].runs.iter().map(|run| (run.text.as_str(), run.bold)).collect();
    assert_eq!(runs, [("一二三四五六七八", false), ("九十一二三", true)]);
    assert_eq!(root.children[3].style.image.as_deref(), Some("@lALP"));
}

#[test]
fn an_unknown_widget_is_a_labelled_placeholder_around_its_children() {
    let widgets = "<LinearLayout width='match_parent' height='match_content' orientation='vertical'>
        <DDHologram userId='h' width='match_parent'><FastTextView userId='t' text='ab' textSize='10np'/></DDHologram></LinearLayout>";
    // Its label has 14: 19.6 high.
    let found = rects(widgets, &json!({}));
    assert_eq!(found, ["h 0,0 200x33.6", "t 0,19.6 10x14"]);
    let export = Export::read(&json!({ "editorData": "{}", "widgetInfo": widgets }).to_string()).unwrap();
    let card = Card::compile(&export).unwrap();
    assert_eq!(card.unknown_widgets.iter().collect::<Vec<_>>(), [(&"DDHologram".to_owned(), &1)]);
}

#[test]
fn themes_change_colours_only() {
    let widgets = "<LinearLayout width='match_parent' height='9np' backgroundColor=\"@dtDarkModeAdapter{'#FFFFFF','#1E1E1E'}\" borderColor='#66171a1d'/>";
    for (dark, background) in [(false, "#FFFFFF"), (true, "#1E1E1E")] {
        let root = drawing(widgets, &json!({}), &Scene { dark, ..Scene::default() }).root.unwrap();
        assert_eq!(root.style.background.map(Colour::text).as_deref(), Some(background));
        assert_eq!(root.style.border_colour.map(Colour::text).as_deref(), Some("#66171A1D"));
    }
    assert_eq!(Colour::read("#fA0").map(Colour::text).as_deref(), Some("#FFAA00"));
    assert!(["", "#12345", "red", "#GGGGGG", "#+12345"].iter().all(|text| Colour::read(text).is_none()));
}

#[test]
fn hostile_trees_and_data_end_and_say_so() {
    // Stretching in every level, 90 deep, would measure 2^90 times.
    let mut deep = String::new();
    for _ in 0..90 {
        write!(deep, "<LinearLayout width='match_parent' height='match_content'><View width='1np' height='3np'/>")
            .unwrap();
    }
    let deep = deep + &"</LinearLayout>".repeat(90);
    drawing(&deep.replace("match_content", "match_parent"), &json!({}), &Scene::default());
    let drawn = drawing(&deep.replace("width='match_parent'", "width='match_content'"), &json!({}), &Scene::default());
    assert!(drawn.root.is_some());
    // Lists in lists: 400^3 elements.
    let list = |inside: &str| format!("<ListLayout listData='@data{{data.cardData.l}}'>{inside}</ListLayout>");
    let nested = list(&list(&list("<FastTextView text='x'/>")));
    let drawn = drawing(&nested, &json!({ "cardData": { "l": vec![1; 400] } }), &Scene::default());
    assert!(drawn.truncated);
    // A long text in a narrow place.
    let text = json!({ "cardData": { "t": "长".repeat(300_000) } });
    let widgets = "<LinearLayout width='match_parent' height='match_content'><FastTextView maxLines='0' text='@data{data.cardData.t}'/></LinearLayout>";
    assert!(drawing(widgets, &text, &Scene::default()).root.is_some());
}

#[test]
fn ten_megabytes_of_text_and_of_markdown_are_drawn_as_far_as_anybody_reads() {
    let long = "长文 **a** ".repeat(10 * 1024 * 1024 / 12);
    let data = json!({ "cardData": { "t": long, "rows": vec![json!({ "t": "字".repeat(30_000) }); 200] } });
    let widgets = "<LinearLayout width='match_parent' orientation='vertical'>
        <FastTextView width='match_parent' maxLines='0' text='@data{data.cardData.t}'/>
        <DDRichTextView width='match_parent' attributedText='@data{data.cardData.t}'/>
        <ListLayout width='match_parent' orientation='vertical' listData='@data{data.cardData.rows}'>
          <FastTextView width='match_parent' text=\"@subdata{'t'}\"/></ListLayout></LinearLayout>";
    let drawn = drawing(widgets, &data, &Scene::default());
    assert!(drawn.truncated, "what is left out is said");
    let root = drawn.root.unwrap();
    let mut all = 0;
    root.walk(&mut |node| all += node.text.chars().count());
    assert_eq!(root.children[0].text.chars().count(), super::build::MAX_CHARS);
    assert!(all <= 2_000_000 && all > 100_000, "{all}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_json_as_data_is_read_and_drawn_or_named(text in any::<String>(), depth in 0_usize..300, wide in 0_usize..40) {
        // Lists in lists in lists, as deep as is asked for: what stands for a cycle in JSON.
        let nested = format!("{}{}{}", "[".repeat(depth), vec!["{\"n\":[{\"n\":1}]}"; wide].join(","), "]".repeat(depth));
        let quoted = serde_json::to_string(&text).unwrap();
        let data = format!("{{\"cardData\":{{\"t\":{quoted},\"l\":{nested}}},\"privateData\":{{\"u\":{{\"t\":{quoted}}}}}}}");
        Values::read(&text).ok();
        let Ok(values) = Values::read(&data) else { return Ok(()) };
        let widgets = "<ListLayout listData='@data{data.cardData.l}'><FastTextView text='@data{data.cardData.t}'/>
            <ListLayout listData=\"@subdata{'n'}\"><FastTextView text=\"@subdata{'n'}\"/></ListLayout></ListLayout>";
        let export = Export::read(&json!({ "editorData": "{}", "widgetInfo": widgets }).to_string()).unwrap();
        let card = Card::compile(&export).unwrap();
        draw(&card, &merge(&export, &values, Some("u")), &Scene::default(), &SimpleMetric);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_tree_of_known_parts_is_drawn(parts in proptest::collection::vec((0_usize..12, 0_usize..10, any::<bool>()), 1..60)) {
        let tags = ["LinearLayout", "FrameLayout", "ListLayout", "GridLayout", "DDFlowLayout", "FastTextView",
            "DDRichTextView", "ImageView", "View", "DDChartView", "DDIconView", "Strange"];
        let looks = ["width='match_parent'", "height='match_parent'", "width='-5np'", "weight='1e30'", "width='NaNnp'",
            "listData='@data{data.cardData.l}' columnCount='0'", "text='@subdata{}' textSize='0.001np' maxLines='0'",
            "attributedText='@data{data.cardData.t}'", "minWidth='9999999np' maxWidth='1np'", "orientation='vertical' childGravity='center'"];
        let (mut text, mut open) = ("<LinearLayout>".to_owned(), Vec::new());
        for (tag, look, leaf) in parts {
            if leaf || open.len() > 20 {
                write!(text, "<{} {}/>", tags[tag], looks[look]).unwrap();
            } else {
                write!(text, "<{} {}>", tags[tag], looks[look]).unwrap();
                open.push(tags[tag]);
            }
            if look == 0 && let Some(tag) = open.pop() {
                write!(text, "</{tag}>").unwrap();
            }
        }
        while let Some(tag) = open.pop() {
            write!(text, "</{tag}>").unwrap();
        }
        let data = json!({ "cardData": { "l": [1, "b", { "c": [] }], "t": "# a\n**b" } });
        let drawn = drawing(&(text + "</LinearLayout>"), &data, &Scene::default());
        if let Some(root) = drawn.root {
            root.walk(&mut |node| {
                let rect = node.rect;
                assert!([rect.x, rect.y, rect.width, rect.height].iter().all(|length| length.is_finite()), "{rect:?}");
            });
        }
    }
}
