//! One JSON object about a template: what `ding-composer template --json` prints.

use serde_json::{Map, Value, json};

use super::{
    Card, Export, Ignored,
    draw::{
        Drawing, Node,
        build::{Scene, draw},
        metric::TextMetric,
    },
    expr::script,
    unbound::{Unbound, unbound},
    values::{Merged, Values, check, merge},
    variable::Variable,
};
use crate::{
    compose::{Finding, Severity},
    lang::Lang,
};

/// Everything there is to say about a template with some values.
#[derive(Clone, PartialEq, Debug)]
pub struct Look {
    /// What is wrong with the values.
    pub findings: Vec<Finding>,
    /// The values the viewer's card is drawn from.
    pub merged: Merged,
    /// The card.
    pub drawing: Drawing,
    /// Texts that are not seen, and why.
    pub unbound: Vec<Unbound>,
}

impl Look {
    /// Looks at a template as one person sees it.
    pub fn at(
        export: &Export,
        card: &Card,
        values: &Values,
        person: Option<&str>,
        scene: &Scene,
        metric: &dyn TextMetric,
    ) -> Self {
        let mut findings = check(export, values, &card.unused(export));
        findings.extend(values.check_person(person));
        let merged = merge(export, values, person);
        let drawing = draw(card, &merged, scene, metric);
        let unbound = unbound(export, card, values, &merged, scene, &drawing);
        Self { findings, merged, drawing, unbound }
    }

    /// Whether a finding is an error.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

/// The object.
pub fn report(export: &Export, card: &Card, look: &Look, lang: Lang) -> Value {
    let counted = |map: &std::collections::BTreeMap<String, usize>| -> Vec<Value> {
        map.iter().map(|(name, count)| json!({ "name": name, "count": count })).collect()
    };
    json!({
        "type": export.kind,
        "mode": export.mode,
        "schema_version": export.schema_version,
        "variables": export.variables.iter().map(variable).collect::<Vec<_>>(),
        "local": export.local.iter().map(variable).collect::<Vec<_>>(),
        "expressions": expressions(export, &look.merged),
        "findings": look.findings.iter().map(|found| finding(found, lang)).collect::<Vec<_>>(),
        "unknown_widgets": counted(&card.unknown_widgets),
        "unknown_functions": counted(&card.unknown_functions),
        "malformed": card.malformed.iter().map(ignored).collect::<Vec<_>>(),
        "ignored": export.ignored.iter().map(ignored).collect::<Vec<_>>(),
        "not_bound": look.unbound.iter().map(|text| {
            json!({ "pointer": text.pointer, "text": text.text, "reason": text.reason.name() })
        }).collect::<Vec<_>>(),
        "truncated": look.drawing.truncated,
        "tree": look.drawing.root.as_ref().map_or(Value::Null, |root| node(root, true)),
    })
}

fn ignored(part: &Ignored) -> Value {
    json!({ "place": part.place, "what": part.what })
}

fn finding(finding: &Finding, lang: Lang) -> Value {
    let mut map = json!({
        "severity": finding.severity.name(),
        "code": finding.code,
        "pointer": finding.pointer,
        "message": finding.message(lang),
    });
    if let (Some(limit), Value::Object(map)) = (finding.limit, &mut map) {
        let limit = json!({ "max": limit.max, "actual": limit.actual, "unit": limit.unit.name() });
        map.insert("limit".to_owned(), limit);
    }
    map
}

// The depth is bounded by the reader of the variables.
fn variable(variable: &Variable) -> Value {
    let mut map = Map::new();
    map.insert("id".to_owned(), variable.id.clone().into());
    map.insert("name".to_owned(), variable.name.clone().into());
    map.insert("type".to_owned(), variable.kind.name().into());
    map.insert("private".to_owned(), variable.private.into());
    map.insert("description".to_owned(), variable.description.clone().into());
    if !variable.fields.is_empty() {
        map.insert("schema".to_owned(), variable.fields.iter().map(self::variable).collect());
    }
    Value::Object(map)
}

/// `expList`, with what each comes to. Names are looked for among the values, then the local state, then the other
/// expressions; one that (also through others) needs itself is `null`.
fn expressions(export: &Export, merged: &Merged) -> Vec<Value> {
    let parsed: Vec<_> =
        export.expressions.iter().map(|expression| (expression, script::parse(&expression.content))).collect();
    let mut known: Map<String, Value> = Map::new();
    // Each round computes what needs only what is known; every name is visited often enough for the longest chain of
    // eight, which is more than any official file has.
    for _ in 0..8.min(parsed.len()) {
        for (expression, script) in &parsed {
            let Ok(script) = script else { continue };
            let look = |name: &str| {
                let maps = [&merged.card, &merged.local, &known];
                maps.into_iter().find_map(|map| map.get(name)).cloned()
            };
            let value = script.eval(&look, None);
            known.insert(expression.name.clone(), value);
        }
    }
    parsed
        .iter()
        .map(|(expression, script)| {
            let mut map = Map::new();
            map.insert("name".to_owned(), expression.name.clone().into());
            map.insert("type".to_owned(), expression.kind.name().into());
            map.insert("content".to_owned(), expression.content.clone().into());
            match script {
                Ok(_) => map.insert("value".to_owned(), known.get(&expression.name).cloned().unwrap_or_default()),
                Err(error) => map.insert("error_at".to_owned(), error.offset.into()),
            };
            Value::Object(map)
        })
        .collect()
}

/// Hundredths are enough for a reader, and the same on every machine.
fn rounded(length: f32) -> f64 {
    (f64::from(length) * 100.0).round() / 100.0
}

// The depth is bounded by the reader of the tree. `seen` is whether everything around is visible.
fn node(found: &Node, seen: bool) -> Value {
    let seen = seen && found.visible();
    let (rect, style) = (found.rect, &found.style);
    let mut colours = Map::new();
    for (name, colour) in
        [("text", style.text_colour), ("background", style.background), ("border", style.border_colour)]
    {
        if let Some(colour) = colour {
            colours.insert(name.to_owned(), colour.text().into());
        }
    }
    if let Some(gradient) = &style.gradient {
        colours.insert("gradient".to_owned(), gradient.clone().into());
    }
    let mut map = Map::new();
    map.insert("kind".to_owned(), found.kind.name().into());
    map.insert("widget".to_owned(), found.tag.clone().into());
    if !style.id.is_empty() {
        map.insert("id".to_owned(), style.id.clone().into());
    }
    map.insert("text".to_owned(), found.text.clone().into());
    if !found.lines.is_empty() {
        map.insert("lines".to_owned(), found.lines.clone().into());
    }
    if !found.rich_lines.is_empty() {
        let line = |line: &super::draw::RichLine| -> String { line.runs.iter().map(|run| run.text.as_str()).collect() };
        map.insert("lines".to_owned(), found.rich_lines.iter().map(|found| Value::from(line(found))).collect());
    }
    if let Some(image) = &style.image {
        map.insert("image".to_owned(), image.clone().into());
    }
    map.insert(
        "rect".to_owned(),
        json!({ "x": rounded(rect.x), "y": rounded(rect.y), "width": rounded(rect.width), "height": rounded(rect.height) }),
    );
    map.insert("colours".to_owned(), Value::Object(colours));
    map.insert("visible".to_owned(), seen.into());
    map.insert("children".to_owned(), found.children.iter().map(|child| node(child, seen)).collect());
    Value::Object(map)
}
