//! The acceptance record of a template: named value sets, some made from the declared types, and who saw which drawing of
//! them and found it right.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    Card, Export,
    card::{Setting, Widget},
    draw::{
        build::{Scene, draw},
        metric::SimpleMetric,
        paint::pieces,
    },
    expr::{Expr, Function},
    values::{Given, Merged, Values, merge},
    variable::{VarKind, Variable},
};

/// How a case came to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// The author's sample values.
    Sample,
    /// Every text, list and number empty.
    Empty,
    /// Texts as long as the documents allow, fifty elements a list.
    Longest,
    /// Emoji in every text.
    Emoji,
    /// Right-to-left and Chinese in every text.
    Mixed,
    /// A variable has a value: a truth value, or one that a condition tests for.
    Value(String, String),
    /// A list has that many elements.
    Elements(String, usize),
    /// Made by hand, with its name.
    Hand(String),
}

impl Origin {
    /// A word that tells it from all others, for the record.
    pub fn key(&self) -> String {
        match self {
            Self::Sample => "sample".to_owned(),
            Self::Empty => "empty".to_owned(),
            Self::Longest => "longest".to_owned(),
            Self::Emoji => "emoji".to_owned(),
            Self::Mixed => "mixed".to_owned(),
            Self::Value(name, value) => format!("value:{name}={value}"),
            Self::Elements(name, count) => format!("elements:{name}={count}"),
            Self::Hand(name) => format!("hand:{name}"),
        }
    }

    /// Whether a person made it.
    pub const fn is_by_hand(&self) -> bool {
        matches!(self, Self::Hand(_))
    }

    fn of_key(key: &str) -> Option<Self> {
        Some(match key {
            "sample" => Self::Sample,
            "empty" => Self::Empty,
            "longest" => Self::Longest,
            "emoji" => Self::Emoji,
            "mixed" => Self::Mixed,
            _ => {
                let (kind, rest) = key.split_once(':')?;
                match kind {
                    "hand" => Self::Hand(rest.to_owned()),
                    "value" => rest.split_once('=').map(|(name, value)| Self::Value(name.into(), value.into()))?,
                    "elements" => {
                        let (name, count) = rest.split_once('=')?;
                        Self::Elements(name.to_owned(), count.parse().ok()?)
                    }
                    _ => return None,
                }
            }
        })
    }
}

/// Somebody found a case's drawing right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tick {
    /// The drawing's fingerprint ([`fingerprint`]).
    pub hash: String,
    /// Who.
    pub who: String,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// The public values that were looked at.
    pub card: Map<String, Value>,
    /// The private values that were looked at.
    pub private: Map<String, Value>,
    /// The export that was looked at ([`text_hash`]); empty where an older program kept the tick.
    pub export: String,
}

/// A short word for an export's text: another word, another text.
pub fn text_hash(text: &str) -> String {
    first_64_bits(Sha256::digest(text.as_bytes()))
}

fn first_64_bits(digest: impl IntoIterator<Item = u8>) -> String {
    let number = digest.into_iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(byte));
    format!("{number:016x}")
}

/// The exports that the ticks of a kept record were made for, by [`text_hash`].
pub fn looked_at(kept: &Value) -> BTreeSet<String> {
    let export = |case: &Value| case.get("tick")?.get("export")?.as_str().map(str::to_owned);
    kept.as_array().into_iter().flatten().filter_map(export).collect()
}

/// A named value set.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// How it came to be, which is its name.
    pub origin: Origin,
    /// Public values.
    pub card: Map<String, Value>,
    /// Private values of whoever looks.
    pub private: Map<String, Value>,
    /// Who found it right.
    pub tick: Option<Tick>,
}

/// How many states of conditions become cases.
const MOST_STATES: usize = 60;
/// What "many elements" means.
const MANY: usize = 50;
/// Characters of the longest text: a value may have 1 KB, a Chinese character takes three bytes of it.
const LONGEST: usize = 341;

/// The cases a template's types and conditions ask for, without ticks.
pub fn made(export: &Export, card: &Card) -> Vec<Case> {
    let sample = &export.sample;
    let base = |origin: Origin| Case { origin, card: sample.card.clone(), private: sample.private.clone(), tick: None };
    let all = |origin: Origin, value: &dyn Fn(&Variable, usize) -> Value| {
        let mut case = base(origin);
        for variable in given(export) {
            case.card.insert(variable.name.clone(), value(variable, 0));
            if variable.private {
                case.private.insert(variable.name.clone(), value(variable, 0));
            }
        }
        case
    };
    let mut found = vec![
        base(Origin::Sample),
        all(Origin::Empty, &|variable, _| of_type(variable, "", 0, 0)),
        all(Origin::Longest, &|variable, _| of_type(variable, &"长".repeat(LONGEST), MANY, 0)),
        all(Origin::Emoji, &|variable, _| of_type(variable, "🎉好👍🏽，收到🙏", 2, 0)),
        all(Origin::Mixed, &|variable, _| of_type(variable, "مرحبا 你好 שלום ABC", 2, 0)),
    ];
    let with = |name: &str, value: Value, origin: Origin| {
        let mut case = base(origin);
        if export.variable(name).is_some_and(|variable| variable.private) {
            case.private.insert(name.to_owned(), value.clone());
        }
        case.card.insert(name.to_owned(), value);
        case
    };
    for variable in given(export) {
        match variable.kind {
            VarKind::Boolean => {
                for truth in [true, false] {
                    let origin = Origin::Value(variable.name.clone(), truth.to_string());
                    found.push(with(&variable.name, Value::Bool(truth), origin));
                }
            }
            VarKind::List | VarKind::Texts | VarKind::Numbers | VarKind::Options => {
                let first = sample.card.get(&variable.name).and_then(|list| list.get(0)).cloned();
                for count in [0, 1, MANY] {
                    let element = first.clone().unwrap_or_else(|| element(variable, "示例", 1));
                    let origin = Origin::Elements(variable.name.clone(), count);
                    found.push(with(&variable.name, Value::Array(vec![element; count]), origin));
                }
            }
            _ => {}
        }
    }
    for (name, value) in states(card).into_iter().take(MOST_STATES) {
        let Some(variable) = export.variable(&name) else { continue };
        if matches!(variable.kind, VarKind::Boolean | VarKind::List) {
            continue;
        }
        let typed = match variable.kind {
            VarKind::Number => value.parse::<serde_json::Number>().map_or(Value::Null, Value::Number),
            _ => Value::String(value.clone()),
        };
        let case = with(&name, typed, Origin::Value(name.clone(), value));
        if !found.iter().any(|known| known.origin == case.origin) {
            found.push(case);
        }
    }
    found
}

/// The variables that are the author's to give.
fn given(export: &Export) -> impl Iterator<Item = &Variable> {
    export.variables.iter().filter(|variable| variable.visible || !variable.disabled)
}

// The depth is bounded by the reader of the variables, the size by the elements of inner lists: two.
fn of_type(variable: &Variable, text: &str, count: usize, depth: usize) -> Value {
    match variable.kind {
        VarKind::Text | VarKind::Markdown | VarKind::Other(_) => Value::String(text.to_owned()),
        VarKind::Number if text.is_empty() => Value::Null,
        VarKind::Number => json!(999_999_999),
        VarKind::Boolean => Value::Bool(!text.is_empty()),
        VarKind::Object => {
            let members = variable.fields.iter();
            members.map(|field| (field.name.clone(), of_type(field, text, count, depth + 1))).collect()
        }
        VarKind::List | VarKind::Numbers | VarKind::Texts | VarKind::Booleans | VarKind::Options => {
            let count = if depth == 0 { count } else { count.min(2) };
            Value::Array(vec![element(variable, text, depth + 1); count])
        }
        VarKind::Chart => {
            json!({ "type": "lineChart", "data": vec![json!({ "x": text, "y": 1, "type": text }); count.min(5)], "config": {} })
        }
        VarKind::Table | VarKind::Form | VarKind::Event => Value::Null,
    }
}

fn element(variable: &Variable, text: &str, depth: usize) -> Value {
    match variable.kind {
        VarKind::Numbers => json!(999_999_999),
        VarKind::Booleans => Value::Bool(true),
        VarKind::Texts => Value::String(text.to_owned()),
        VarKind::Options if variable.fields.is_empty() => json!({ "value": "1", "text": text }),
        _ => {
            let members = variable.fields.iter();
            members.map(|field| (field.name.clone(), of_type(field, text, 2, depth))).collect()
        }
    }
}

/// What conditions compare variables with: name and value, in the order of the file.
fn states(card: &Card) -> Vec<(String, String)> {
    fn walk(widget: &Widget, found: &mut Vec<(String, String)>) {
        for (_, setting) in &widget.settings {
            let Setting::Expression(expr, _) = setting else { continue };
            expr.calls(&mut |function, _, args| {
                if let (Some(Function::Equal), [one, other]) = (function, args) {
                    for (path, value) in [(one, other), (other, one)] {
                        let Some(value) = value.constant().filter(|value| !value.is_empty()) else { continue };
                        for name in variables(path) {
                            let state = (name, value.clone());
                            if !found.contains(&state) {
                                found.push(state);
                            }
                        }
                    }
                }
            });
        }
        for child in &widget.children {
            walk(child, found);
        }
    }
    let mut found = Vec::new();
    if let Some(root) = &card.root {
        walk(root, &mut found);
    }
    found
}

/// The variables whose plain value an expression reads.
fn variables(expr: &Expr) -> Vec<String> {
    let mut found = Vec::new();
    expr.calls(&mut |function, _, args| {
        if function == Some(Function::Data)
            && let Some(path) = args.first().and_then(Expr::constant)
            && let Some(name) =
                path.strip_prefix("data.cardData.").or_else(|| path.strip_prefix("data.cardPrivateData."))
            && !name.contains(['.', '['])
            && !found.iter().any(|known| known == name)
        {
            found.push(name.to_owned());
        }
    });
    found
}

impl Case {
    /// The tick of somebody who finds its drawing right.
    pub fn ticked(&self, hash: String, who: String, at_ms: i64, export: String) -> Tick {
        Tick { hash, who, at_ms, card: self.card.clone(), private: self.private.clone(), export }
    }

    /// The case as it was when it was ticked; `None` when nobody ticked it.
    pub fn when_ticked(&self) -> Option<Self> {
        let tick = self.tick.as_ref()?;
        let (card, private) = (tick.card.clone(), tick.private.clone());
        Some(Self { origin: self.origin.clone(), card, private, tick: None })
    }

    /// What its card is drawn from.
    pub fn merged(&self, export: &Export) -> Merged {
        let given = |map: &Map<String, Value>| -> Vec<Given> {
            let given = |(name, value): (&String, &Value)| Given {
                name: name.clone(),
                value: value.clone(),
                pointer: String::new(),
            };
            map.iter().map(given).collect()
        };
        let values = Values {
            card: given(&self.card),
            private: vec![(String::new(), given(&self.private))],
            local: given(&export.sample.local),
            problems: Vec::new(),
        };
        merge(export, &values, None)
    }
}

/// How a card looks in both themes, as one short word: another word, another drawing. It does not depend on fonts.
pub fn fingerprint(card: &Card, merged: &Merged) -> String {
    let mut hash = Sha256::new();
    for dark in [false, true] {
        let scene = Scene { dark, ..Scene::default() };
        let drawing = draw(card, merged, &scene, &SimpleMetric);
        for piece in pieces(&drawing, dark, &SimpleMetric) {
            hash.update(format!("{:?}\n", piece.shape).as_bytes());
        }
    }
    first_64_bits(hash.finalize())
}

/// The record of all cases: those made from the types, then those made by hand. Ticks, and cases by hand, come from what was
/// kept. A tick stays with its case whatever the values are now: whether it still holds is told by the drawing alone.
pub fn record(export: &Export, card: &Card, kept: &Value) -> Vec<Case> {
    let old: Vec<Case> = kept.as_array().into_iter().flatten().filter_map(read).collect();
    let mut found = made(export, card);
    for case in &mut found {
        case.tick = old.iter().find(|old| old.origin == case.origin).and_then(|old| old.tick.clone());
    }
    found.extend(old.into_iter().filter(|case| matches!(case.origin, Origin::Hand(_))));
    found
}

/// The record as it is kept.
pub fn write(cases: &[Case]) -> Value {
    let worth = |case: &&Case| case.tick.is_some() || matches!(case.origin, Origin::Hand(_));
    let one = |case: &Case| {
        let tick = case.tick.as_ref().map(|tick| {
            let mut kept = json!({ "hash": tick.hash, "who": tick.who, "at_ms": tick.at_ms, "export": tick.export });
            // The values are written once where they are still those of the case.
            if let Value::Object(kept) = &mut kept
                && (tick.card != case.card || tick.private != case.private)
            {
                kept.insert("cardData".to_owned(), Value::Object(tick.card.clone()));
                kept.insert("privateData".to_owned(), Value::Object(tick.private.clone()));
            }
            kept
        });
        json!({ "case": case.origin.key(), "cardData": case.card, "privateData": case.private, "tick": tick })
    };
    cases.iter().filter(worth).map(one).collect()
}

fn read(value: &Value) -> Option<Case> {
    let of = |value: &Value, name: &str| value.get(name).and_then(Value::as_object).cloned();
    let card = of(value, "cardData").unwrap_or_default();
    let private = of(value, "privateData").unwrap_or_default();
    let tick = value.get("tick").and_then(|tick| {
        Some(Tick {
            hash: tick.get("hash")?.as_str()?.to_owned(),
            who: tick.get("who")?.as_str()?.to_owned(),
            at_ms: tick.get("at_ms")?.as_i64()?,
            card: of(tick, "cardData").unwrap_or_else(|| card.clone()),
            private: of(tick, "privateData").unwrap_or_else(|| private.clone()),
            export: tick.get("export").and_then(Value::as_str).unwrap_or_default().to_owned(),
        })
    });
    let origin = Origin::of_key(value.get("case")?.as_str()?)?;
    Some(Case { origin, card, private, tick })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(widgets: &str) -> (Export, Card) {
        let editor = json!({ "variableList": [
            { "name": "title", "type": "string" }, { "name": "done", "type": "boolean" }, { "name": "state", "type": "string" },
            { "name": "own", "type": "string", "private": true },
            { "name": "rows", "type": "loopArray", "schema": [{ "name": "n", "type": "string" }, { "name": "tags", "type": "stringArray" }] } ],
            "mockData": { "cardData": { "title": "样例", "rows": [{ "n": "a" }] }, "cardPrivateData": { "own": "me" } } });
        let text = json!({ "editorData": editor.to_string(), "widgetInfo": widgets }).to_string();
        let export = Export::read(&text).unwrap();
        let card = Card::compile(&export).unwrap();
        (export, card)
    }

    const WIDGETS: &str = "<LinearLayout orientation='vertical'><FastTextView text='@data{data.cardData.title}' maxLines='0' width='match_parent'/>
        <FastTextView text='x' visibility=\"@triple{@equal{@toStr{@data{data.cardData.state}},'open'},'visible','gone'}\"/></LinearLayout>";

    #[test]
    fn types_and_conditions_make_cases() {
        let (export, card) = template(WIDGETS);
        let keys: Vec<String> = made(&export, &card).iter().map(|case| case.origin.key()).collect();
        assert_eq!(
            keys,
            [
                "sample",
                "empty",
                "longest",
                "emoji",
                "mixed",
                "value:done=true",
                "value:done=false",
                "elements:rows=0",
                "elements:rows=1",
                "elements:rows=50",
                "value:state=open"
            ]
        );
        let cases = made(&export, &card);
        assert_eq!(cases[1].merged(&export).card["title"], json!(""));
        assert_eq!(cases[2].card["rows"].as_array().unwrap().len(), MANY);
        assert_eq!(cases[2].card["rows"][0]["tags"].as_array().unwrap().len(), 2);
        assert!(cases[3].private["own"].as_str().unwrap().contains('🎉'));
        assert_eq!(cases[9].card["rows"][49], json!({ "n": "a" }));
        for key in keys {
            assert_eq!(Origin::of_key(&key).map(|origin| origin.key()), Some(key));
        }
    }

    #[test]
    fn a_tick_is_kept_with_its_values_and_a_changed_drawing_has_another_fingerprint() {
        let (export, card) = template(WIDGETS);
        let mut cases = record(&export, &card, &Value::Null);
        let hash = fingerprint(&card, &cases[0].merged(&export));
        assert_eq!(hash, fingerprint(&card, &cases[0].merged(&export)));
        assert_ne!(hash, fingerprint(&card, &cases[1].merged(&export)));
        let tick = cases[0].ticked(hash.clone(), "王芳".to_owned(), 1, text_hash("x"));
        cases[0].tick = Some(tick.clone());
        let hand = Case { origin: Origin::Hand("雨天".to_owned()), tick: None, ..cases[1].clone() };
        cases.push(hand.clone());
        let kept = write(&cases);
        let again = record(&export, &card, &kept);
        assert_eq!((again[0].tick.as_ref(), again.last()), (Some(&tick), Some(&hand)));
        assert_eq!(looked_at(&kept), BTreeSet::from([text_hash("x")]));

        // Another sample: the tick keeps the values that were looked at, through another writing too.
        let other = {
            let mut other = export.clone();
            other.sample.card.insert("title".to_owned(), json!("另一个"));
            other
        };
        let again = record(&other, &card, &write(&record(&other, &card, &kept)));
        assert_eq!((again[0].card["title"].as_str(), again[0].tick.as_ref()), (Some("另一个"), Some(&tick)));
        assert_eq!(fingerprint(&card, &again[0].when_ticked().unwrap().merged(&export)), hash);

        // A newer export with the same look keeps the fingerprint, one with another look does not.
        let (_, same) = template(&WIDGETS.replace("<FastTextView text='x'", "<FastTextView userId='new' text='x'"));
        assert_eq!(fingerprint(&same, &cases[0].merged(&export)), hash);
        let (_, other) = template(&WIDGETS.replace("width='match_parent'", "width='match_parent' isBold='true'"));
        assert_ne!(fingerprint(&other, &cases[0].merged(&export)), hash);
        assert!(
            record(&export, &card, &json!([{ "case": "odd" }, 7, { "case": "value:x" }]))
                .iter()
                .all(|case| case.tick.is_none())
        );
    }
}
