//! What a press on a part of the card does: changes of the client's own state at once, everything else listed, never sent.

use serde_json::{Map, Value, json};

use super::{
    Drawing, Node,
    build::{Scene, tapped},
};
use crate::template::{
    card::{Card, Purpose},
    expr::value::string,
    language::CardLang,
    values::Merged,
};

/// What is asked for before something changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// A text.
    Text,
    /// A day, `yyyy-MM-dd`.
    Date,
    /// A day and a time, `yyyy-MM-dd HH:mm`.
    DateTime,
}

/// One thing a press does.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Members of the client's own state take these values.
    Local(Map<String, Value>),
    /// The person chooses among options; see [`chosen`] for what is kept then.
    Choose {
        /// The member of the local state that takes the choice.
        key: String,
        /// Text shown, and value.
        options: Vec<(String, Value)>,
        /// Whether several may be chosen.
        many: bool,
    },
    /// The person types something.
    Type {
        /// The member of the local state that takes it.
        key: String,
        /// What.
        ask: Ask,
        /// What stands there now.
        now: String,
    },
    /// What the client would do; nothing happens here.
    Would {
        /// The action's name: `dtSendOutData`, `dtOpenLink`…
        action: String,
        /// What it would be given.
        args: Vec<Value>,
    },
}

/// What the local state keeps of a choice. Assumption, from official samples: `{"index": 1, "value": "b"}`, with lists in
/// both where several may be chosen.
pub fn chosen(options: &[(String, Value)], picked: &[usize], many: bool) -> Value {
    let values: Vec<Value> =
        picked.iter().filter_map(|&index| options.get(index)).map(|(_, value)| value.clone()).collect();
    if many {
        return json!({ "index": picked, "value": values });
    }
    json!({ "index": picked.first(), "value": values.first() })
}

/// What a press on the node of that number does; nothing for a node without `onTap`.
pub fn press(card: &Card, merged: &Merged, scene: &Scene, drawing: &Drawing, serial: usize) -> Vec<Effect> {
    let value = tapped(card, merged, scene, serial);
    let mut found = Vec::new();
    collect(&value, &scene.lang, &mut found);
    // An input's handler names no state: it writes what the part shows as text.
    for effect in &mut found {
        if let Effect::Would { action, .. } = effect
            && action == "dxEventHandler"
            && let Some(key) =
                drawing.root.as_ref().and_then(|root| node(root, serial)).and_then(|node| shown(card, node))
        {
            let now = merged.local.get(&key).map(|value| string(value).into_owned()).unwrap_or_default();
            *effect = Effect::Type { key, ask: Ask::Text, now };
        }
    }
    found
}

fn node(at: &Node, serial: usize) -> Option<&Node> {
    if at.serial == serial {
        return Some(at);
    }
    at.children.iter().find_map(|child| node(child, serial))
}

/// The member of the local state that a text inside a node shows.
fn shown(card: &Card, inside: &Node) -> Option<String> {
    let mut widgets = Vec::new();
    inside.walk(&mut |node| widgets.push(node.widget));
    // Also the widgets that are gone now: those between the first and the one after the last.
    let (first, last) = (widgets.iter().min()?, widgets.iter().max()?);
    let mut used = card.uses.iter().filter(|used| (*first..=*last + 1).contains(&used.widget));
    used.find_map(|used| {
        let path = used.path.strip_prefix("data.localData.")?;
        (used.purpose == Purpose::Text && !used.field).then(|| path.to_owned())
    })
}

// The depth of what an expression comes to is bounded by the expression.
fn collect(value: &Value, lang: &CardLang, found: &mut Vec<Effect>) {
    match value {
        Value::Array(list) => list.iter().for_each(|part| collect(part, lang, found)),
        Value::Object(map) => {
            let Some(action) = map.get("action").and_then(Value::as_str) else { return };
            let args: Vec<Value> = map.get("args").and_then(Value::as_array).cloned().unwrap_or_default();
            action_of(action, args, lang, found);
        }
        _ => {}
    }
}

fn action_of(action: &str, args: Vec<Value>, lang: &CardLang, found: &mut Vec<Effect>) {
    let first = args.first();
    let key = || first.and_then(|map| map.get("dataKey")).map(|key| string(key).into_owned());
    let would = |args| Effect::Would { action: action.to_owned(), args };
    match (action, key()) {
        ("dtSendOutData", _) => {
            let Some(Value::Object(map)) = first else {
                found.push(would(args));
                return;
            };
            let mut map = map.clone();
            let local = map.shift_remove("localData");
            if let Some(Value::Object(local)) = local {
                found.push(Effect::Local(local));
            }
            if !map.is_empty() {
                found.push(would(vec![Value::Object(map)]));
            }
        }
        ("dtSelect" | "dtMultiSelect", Some(key)) => {
            let list = first.and_then(|map| map.get("options")).and_then(Value::as_array);
            let options = list.into_iter().flatten().map(|option| {
                let text = option.get("text").unwrap_or(&Value::Null);
                let text = text.as_object().and_then(|texts| lang.of_map(texts)).unwrap_or(text);
                (string(text).into_owned(), option.get("value").cloned().unwrap_or_default())
            });
            found.push(Effect::Choose { key, options: options.collect(), many: action == "dtMultiSelect" });
        }
        ("dtDatePicker" | "dtDatetimePicker", Some(key)) => {
            let ask = if action == "dtDatePicker" { Ask::Date } else { Ask::DateTime };
            let now = first.and_then(|map| map.get("value")).map(|now| string(now).into_owned()).unwrap_or_default();
            found.push(Effect::Type { key, ask, now });
        }
        // What the builder writes for "otherwise nothing".
        ("dtOpenLink", _) if args.iter().all(|arg| string(arg).is_empty()) => {}
        _ => found.push(would(args)),
    }
}
