//! The card lab: import, a changed value until the preview is drawn, the grid of cases. The largest official export where
//! it is at hand, and a made one of 1 MB with 500 widgets and a list of 200 rows.

use std::{
    fmt::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use ding_composer::{
    compose::{
        CardDraft,
        card::{ParamRow, ValueKind},
    },
    lang::Lang,
    store::exports::{self, StoredExport},
    template::{
        draw::{
            build::{Scene, draw},
            paint::pieces,
        },
        of_draft::values_of,
        values::merge,
    },
    ui::{
        lab::{
            form::fill_from,
            library::Known,
            paint::{FontMetric, NoPictures, Stage, shapes},
        },
        theme,
    },
};
use egui::{Pos2, RawInput, Rect, pos2, vec2};
use serde_json::{Value, json};

use crate::{
    card::{Headless, wheel},
    harness::Report,
};

const LARGEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/card-templates/interactive-components.json");
const SAMPLES: usize = 200;

/// 1 MB of widgets: 500 of them, expressions as the builder writes them, and a list of 200 rows of four parts.
fn made() -> String {
    let mut widgets = "<LinearLayout width='@data{width}' height='match_content' orientation='vertical'>".to_owned();
    widgets.push_str(
        "<ListLayout width='match_parent' height='match_content' orientation='vertical' listData='@data{data.cardData.rows}'>
         <LinearLayout width='match_parent' height='28np' childGravity='leftCenter'>
         <FastTextView width='24np' height='match_content' textSize='13np' text='@toStr{@add{@subdataIndex{},1}}'/>
         <FastTextView width='match_content' weight='1' height='match_content' textSize='14np' lineBreakMode='end' text=\"@toStr{@subdata{'name'}}\"/>
         <FastTextView width='match_content' height='match_content' textSize='12np' textColor=\"@dtDarkModeAdapter{'#66171A1D','#66EEF2F8'}\" text=\"@toStr{@subdata{'at'}}\"/>
         </LinearLayout></ListLayout>",
    );
    let private = |name: &str| {
        format!(
            "@triple{{@greater{{@toLong{{@len{{@toStr{{@data{{data.cardPrivateData.{name}}}}}}}}}}},0}},@data{{data.cardPrivateData.{name}}},@data{{data.cardData.{name}}}}}"
        )
    };
    for index in 0..494 {
        let name = format!("v{}", index % 40);
        // Long conditions, as in the largest official export: some 2 KB a widget.
        let mut shown = private(&name);
        while shown.len() < 1800 {
            shown = format!("@triple{{@equal{{{},'off'}},'',{shown}}}", private(&name));
        }
        write!(
            widgets,
            "<FastTextView width='match_parent' height='match_content' textSize='14np' lineHeight='22np' maxLines='2' lineBreakMode='end' \
             textColor=\"@dtDarkModeAdapter{{'#171A1D','#EEF2F8'}}\" marginTop='2np' text=\"@toStr{{{shown}}}\"/>"
        )
        .ok();
    }
    widgets.push_str("</LinearLayout>");
    let row = |index: usize| json!({ "name": format!("员工{index}"), "at": "2026-01-01 10:00" });
    let mut sample = json!({ "rows": (0..200).map(row).collect::<Vec<_>>() });
    let mut list = vec![
        json!({ "name": "rows", "type": "loopArray", "schema": [{ "name": "name", "type": "string" }, { "name": "at", "type": "string" }] }),
    ];
    for index in 0..40 {
        list.push(json!({ "name": format!("v{index}"), "type": "string" }));
        sample[format!("v{index}")] = Value::from(format!("第 {index} 项的内容，放假安排如下"));
    }
    let editor = json!({ "variableList": list, "mockData": { "cardData": sample } });
    json!({ "editorData": editor.to_string(), "widgetInfo": widgets, "type": "im", "mode": "card" }).to_string()
}

fn known(text: &str) -> Known {
    let stored = StoredExport {
        id: "bench.schema".to_owned(),
        name: "bench".to_owned(),
        text: text.to_owned(),
        ..StoredExport::default()
    };
    Known::read(stored, Lang::Zh).unwrap_or_else(|error| panic!("the export cannot be read: {error}"))
}

/// The figures.
pub fn template(report: &Report, home: &Path) {
    let made = made();
    assert!(made.len() > 1_000_000, "{} bytes", made.len());
    let mut files = vec![("1 MB, 500 widgets, 200 rows", made.clone())];
    if let Ok(largest) = std::fs::read_to_string(LARGEST) {
        files.push(("the largest official export", largest));
    }
    for (name, text) in &files {
        let limit = Some(Duration::from_millis(150));
        report.times(&format!("template: import of {name}"), limit, 30, || known(text));
        value_change(report, name, &known(text));
    }
    grid(report, &made, home);
}

/// A value changes, the card is evaluated, laid out, made into shapes and triangles.
fn value_change(report: &Report, name: &str, known: &Known) {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    let mut draft = CardDraft::default();
    fill_from(&mut draft, &known.export.variables, &known.export.sample);
    draft.params.push(ParamRow { key: "title".to_owned(), kind: ValueKind::Text, value: String::new() });
    let area = Rect::from_min_size(Pos2::ZERO, vec2(400.0, 800.0));
    let scene = Scene::default();
    let metric = FontMetric::new(&ctx, &NoPictures);
    let mut samples = Vec::new();
    for index in 0..SAMPLES + 5 {
        let text = draft.params.iter_mut().rev().find(|row| row.kind == ValueKind::Text);
        if let Some(row) = text {
            row.value = format!("第 {index} 次改动");
        }
        let input = RawInput { screen_rect: Some(area), ..RawInput::default() };
        let mut took = Duration::ZERO;
        let mut output = ctx.run_ui(input, |ui| {
            let begun = Instant::now();
            let merged = merge(&known.export, &values_of(&draft, None), None);
            let drawing = draw(&known.card, &merged, &scene, &metric);
            let pieces = pieces(&drawing, false, &metric);
            let stage = Stage { origin: pos2(10.0, 10.0), zoom: 0.9, dark: false, pictures: &NoPictures };
            ui.painter().extend(shapes(ui.ctx(), &pieces, &stage, area));
            took = begun.elapsed();
        });
        let begun = Instant::now();
        std::hint::black_box(ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point));
        output.drop_without_applying_deltas();
        // The first ones fill the font's texture.
        if index >= 5 {
            samples.push(took + begun.elapsed());
        }
    }
    report.samples(&format!("template: a value changes, {name}"), Some(Duration::from_millis(4)), &mut samples);
}

/// The window with the grid of cases open, scrolling.
fn grid(report: &Report, text: &str, home: &Path) {
    let stored = StoredExport {
        id: "bench.schema".to_owned(),
        name: "bench".to_owned(),
        text: text.to_owned(),
        ..StoredExport::default()
    };
    let cases: Vec<Value> = (0..50)
        .map(|index| json!({ "case": format!("hand:{index}"), "cardData": { "v0": format!("用例 {index}") }, "privateData": {}, "tick": null }))
        .collect();
    if let Err(error) = exports::put(&exports::folder(home), &StoredExport { cases: cases.into(), ..stored }) {
        panic!("no folder: {error}");
    }
    let mut window = Headless::new(home);
    window.settle();
    "bench.schema".clone_into(&mut window.card().card_template_id);
    if let Some(open) = window.app.state.current_mut() {
        open.card_view.show_cases();
    }
    window.settle();
    // Every case is drawn once before: scrolling through the whole grid.
    for _ in 0..200 {
        window.step(wheel(pos2(640.0, 500.0), -120.0));
    }
    window.figure(report, "template: the grid of 50 cases scrolls", |index| {
        wheel(pos2(640.0, 500.0), if index % 150 < 75 { 40.0 } else { -40.0 })
    });
}
