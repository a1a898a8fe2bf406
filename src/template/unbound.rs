//! Which given texts are seen on the card, and why the others are not.

use serde_json::Value;

use super::{
    Export,
    card::{Card, Purpose},
    draw::{
        Drawing,
        build::{Scene, texts_with_hidden},
        markdown,
    },
    values::{Given, Merged, Values, typed},
    variable::VarKind,
};
use crate::compose::pointer;

/// Why a text is not seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Reason {
    /// The file has no widgets.
    NothingDrawn,
    /// No widget uses the variable, or this member of it.
    Unused,
    /// Only events use it.
    EventOnly,
    /// It decides the look (a colour, a picture, whether something is shown), but is no text.
    NotText,
    /// It is the private value of somebody else.
    OtherViewer,
    /// The part that would show it is gone with these values.
    Hidden,
    /// Another value stands where it could be shown: a private one over a public one, the client's own state, one branch
    /// of a condition; or only a part of it is shown.
    Replaced,
}

impl Reason {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NothingDrawn => "nothing_drawn",
            Self::Unused => "unused",
            Self::EventOnly => "event_only",
            Self::NotText => "not_text",
            Self::OtherViewer => "other_viewer",
            Self::Hidden => "hidden",
            Self::Replaced => "replaced",
        }
    }
}

/// A text that is not seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unbound {
    /// JSON pointer into the data.
    pub pointer: String,
    /// The text.
    pub text: String,
    /// Why.
    pub reason: Reason,
}

/// How many texts are looked for; more are not.
const MOST: usize = 2_000;

/// Every non-empty text among the values that no visible node shows, with the reason.
pub fn unbound(
    export: &Export,
    card: &Card,
    values: &Values,
    merged: &Merged,
    scene: &Scene,
    drawing: &Drawing,
) -> Vec<Unbound> {
    let mut seen = Vec::new();
    if let Some(root) = &drawing.root {
        root.walk(&mut |node| {
            if node.visible() && !node.text.is_empty() {
                seen.push(node.text.clone());
            }
        });
    }
    let all = texts_with_hidden(card, merged, scene);
    let mut found = Vec::new();
    let public = |given| (given, false);
    let private = values.private.iter().flat_map(|(_, given)| given).map(|given| (given, true));
    let mut left = MOST;
    for (given, private) in values.card.iter().map(public).chain(private).chain(values.local.iter().map(public)) {
        let variable = export.variable(&given.name);
        let markdown = variable.is_some_and(|variable| variable.kind == VarKind::Markdown);
        let value = typed(variable, &given.value);
        let others = private && merged.private.get(&given.name) != Some(&*value);
        texts(&value, &given.pointer, &mut |at, text| {
            if text.trim().is_empty() || left == 0 {
                return;
            }
            left -= 1;
            let shown = if markdown {
                markdown::blocks(&Value::String(text.to_owned()))
                    .iter()
                    .map(markdown::Block::text)
                    .collect::<Vec<_>>()
                    .join("\n")
            } else {
                text.to_owned()
            };
            if seen.iter().any(|seen| seen.contains(&shown)) {
                return;
            }
            let hidden = all.iter().any(|all| all.contains(&shown));
            found.push(Unbound {
                pointer: at.to_owned(),
                text: text.to_owned(),
                reason: if others { Reason::OtherViewer } else { reason(card, given, at, hidden) },
            });
        });
    }
    found
}

// The depth of JSON is bounded by its reader.
fn texts(value: &Value, at: &str, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(at, text),
        Value::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                texts(element, &pointer::element(at, index), visit);
            }
        }
        Value::Object(map) => {
            for (name, member) in map {
                texts(member, &pointer::join(at, name), visit);
            }
        }
        _ => {}
    }
}

fn reason(card: &Card, given: &Given, at: &str, hidden: bool) -> Reason {
    if card.root.is_none() {
        return Reason::NothingDrawn;
    }
    if hidden {
        return Reason::Hidden;
    }
    let mut purposes: Vec<Purpose> = card.uses_of(&given.name).map(|used| used.purpose).collect();
    if purposes.is_empty() && !card.dynamic {
        return Reason::Unused;
    }
    if purposes.contains(&Purpose::List) {
        // A member of an element: what its field is used for decides.
        let member = pointer::names(at).last().unwrap_or_default().into_owned();
        let fields = card.uses.iter().filter(|used| used.field && (used.path == member || used.path.is_empty()));
        let fields: Vec<Purpose> = fields.map(|used| used.purpose).collect();
        if fields.is_empty() {
            return Reason::Unused;
        }
        purposes = fields;
    }
    if purposes.contains(&Purpose::Text) {
        Reason::Replaced
    } else if purposes.contains(&Purpose::Look) || purposes.contains(&Purpose::List) {
        Reason::NotText
    } else {
        Reason::EventOnly
    }
}
