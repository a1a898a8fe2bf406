//! Exports that were damaged in every way somebody or something may damage them: always a result or a named error, soon.
//!
//! A few hundred damages of the repository's fixtures in every run of the tests; `DING_MUTATIONS=600` damages them, and
//! DingTalk's examples where they are at hand, for that many seconds.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use ding_composer::{
    lang::Lang,
    template::{
        Card, Export,
        cases::{fingerprint, made},
        draw::{build::Scene, metric::SimpleMetric, paint::pieces, press::press},
        language::CardLang,
        report::{Look, report},
        values::Values,
    },
};
use serde_json::{Value, json};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides.max(1) as u64)).unwrap()
    }

    /// A place in a text where a character begins.
    fn place(&mut self, text: &str) -> usize {
        let at = self.roll(text.len() + 1);
        (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap()
    }
}

/// What is put in: parts that mean something, where they mean nothing.
const PARTS: [&str; 48] = [
    "@toStr{",
    "@data{data.cardData}",
    "@data{data}",
    "@subdata{}",
    "@parentSubdata{'x'}",
    "@dtArrayAppend{@data{data},@data{data}}",
    "@dtArrayIterator{@data{data.cardData},@dtMapAppend{null,'method','concat','args',@dtArrayAppend{null,'$','$'}}}",
    "@substr{'长',-9,99}",
    "@div{1,0}",
    "@mod{-9223372036854775808,-1}",
    "@linearGradient{'toTop',}",
    "@nothing{}",
    "}",
    "{",
    "'",
    "&#039;",
    "&lt;",
    "&bomb;",
    "&#xD800;",
    "<![CDATA[",
    "<!--",
    "<!DOCTYPE a [",
    "</LinearLayout>",
    "<FrameLayout>",
    "<ListLayout listData='@data{data.cardData}'>",
    "<LinearLayout width='match_content' height='match_content'>",
    "match_parent",
    "match_content",
    "-99999999np",
    "1e38np",
    "NaN",
    "0np",
    "\u{0}",
    "👨\u{200D}👩\u{200D}👧",
    "שלום",
    "\u{202E}",
    "\u{FEFF}",
    "\n",
    "\\",
    "\"",
    "[",
    "]",
    "null",
    "true",
    "1e400",
    ",",
    ":",
    "weight='1e30'",
];

/// One damage: something cut out, put in, doubled, moved or exchanged.
fn damage(text: &mut String, dice: &mut Dice) {
    let (one, other) = (dice.place(text), dice.place(text));
    let (from, to) = (one.min(other), one.max(other));
    // Mostly short pieces: long ones leave nothing to read.
    let near = (from..=to.min(from + 200)).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(from);
    let piece = text[from..near].to_owned();
    match dice.roll(8) {
        0 => text.replace_range(from..near, ""),
        1 => text.insert_str(to, &piece),
        2 => text.replace_range(from..near, PARTS[dice.roll(PARTS.len())]),
        3 => text.insert_str(from, &PARTS[dice.roll(PARTS.len())].repeat(1 + dice.roll(300))),
        4 => text.truncate(to),
        5 => text.replace_range(from..near, &piece.chars().rev().collect::<String>()),
        _ => text.insert_str(from, PARTS[dice.roll(PARTS.len())]),
    }
}

/// Everything that is done with an export; whether there was a card.
fn walk(text: &str, dice: &mut Dice) -> bool {
    let lang = Lang::ALL[dice.roll(2)];
    let export = match Export::read(text) {
        Ok(export) => export,
        Err(error) => {
            assert!(!error.message(lang).contains("%{"), "{error:?}");
            return false;
        }
    };
    let Ok(card) = Card::compile(&export) else { return false };
    let scene = Scene {
        width: [1.0, 40.0, 375.0, 4_000.0][dice.roll(4)],
        dark: dice.roll(2) == 1,
        lang: CardLang::read(["ja", "zh_TW", "ko"][dice.roll(3)]).unwrap(),
        env: ["pc", "ios"][dice.roll(2)].to_owned(),
        now_ms: Some(0),
        ..Scene::default()
    };
    let values = Values::of_sample(&export);
    let look = Look::at(&export, &card, &values, Some("u"), &scene, &SimpleMetric);
    let painted = pieces(&look.drawing, scene.dark, &SimpleMetric);
    assert!(
        painted.iter().all(|piece| piece.shape.bounds().width.is_finite() && piece.shape.bounds().y.is_finite()),
        "a place that is none"
    );
    for _ in 0..3 {
        press(&card, &look.merged, &scene, &look.drawing, dice.roll(60));
    }
    report(&export, &card, &look, lang);
    if dice.roll(20) == 0 {
        for case in made(&export, &card).iter().take(3) {
            fingerprint(&card, &case.merged(&export));
        }
    }
    look.drawing.root.is_some()
}

fn exports() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/fixtures/templates")];
    if seconds().is_some() {
        folders.push(root.join("../shared/card-templates"));
        folders.push(root.join("../../shared/card-templates"));
    }
    let mut found = Vec::new();
    for file in folders.into_iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "json") {
            found.push(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
        }
    }
    found
}

fn seconds() -> Option<u64> {
    std::env::var("DING_MUTATIONS").ok()?.parse().ok()
}

#[test]
fn a_damaged_export_ends_in_a_card_or_a_named_error() {
    let exports = exports();
    let (start, mut dice) =
        (Instant::now(), Dice(seconds().map_or(0x9E37_79B9_7F4A_7C15, |seconds| seconds | 1 << 40)));
    let (mut rounds, mut drawn, mut slowest) = (0_u32, 0_u32, Duration::ZERO);
    while seconds().map_or(rounds < 150, |most| start.elapsed() < Duration::from_secs(most)) {
        let mut export = exports[dice.roll(exports.len())].clone();
        let part = ["widgetInfo", "editorData"][dice.roll(2)];
        let mut text = export[part].as_str().unwrap().to_owned();
        for _ in 0..=dice.roll(4) {
            damage(&mut text, &mut dice);
        }
        export[part] = json!(text);
        let mut whole = export.to_string();
        if dice.roll(10) == 0 {
            damage(&mut whole, &mut dice);
        }
        let begun = Instant::now();
        drawn += u32::from(walk(&whole, &mut dice));
        slowest = slowest.max(begun.elapsed());
        rounds += 1;
    }
    println!("{rounds} damaged exports, {drawn} drawn, the slowest in {slowest:?}");
    assert!(drawn > rounds / 20, "too few were read to their end: {drawn} of {rounds}");
    // Far above what it takes: a machine may be busy.
    assert!(slowest < Duration::from_mins(1), "{slowest:?}");
}
