//! From widgets and values to nodes: attributes evaluated, lists unrolled, what is gone left out.

use std::cell::Cell;

use serde_json::{Value, json};

use super::{
    Drawing, Node, Rect, layout, markdown,
    metric::TextMetric,
    style::{Style, Visibility},
};
use crate::{
    lang::Lang,
    template::{
        card::{Card, Kind, Setting, Widget},
        expr::{Env, Fuel, Scope, value::string},
        values::Merged,
    },
};

/// How many nodes one drawing may have.
pub const MAX_NODES: usize = 20_000;
/// How much work the expressions of one drawing may take ([`Fuel`]).
pub const MAX_STEPS: u64 = 5_000_000;

/// Who looks, and with what.
#[derive(Clone, PartialEq, Debug)]
pub struct Scene {
    /// The card's width in np.
    pub width: f32,
    /// The dark theme.
    pub dark: bool,
    /// The viewer's language.
    pub lang: Lang,
    /// The client: `pc`, `ios`, `android`.
    pub env: String,
    /// Where the card stands: `im`, `topbox`, `search`, `WorkBench`, `cooperationV2`.
    pub biz_scene: String,
    /// The moment, in milliseconds since 1970.
    pub now_ms: Option<i64>,
}

impl Default for Scene {
    /// A chat on a phone of 375 np.
    fn default() -> Self {
        Self {
            width: 375.0,
            dark: false,
            lang: Lang::Zh,
            env: "ios".to_owned(),
            biz_scene: "im".to_owned(),
            now_ms: None,
        }
    }
}

/// The narrowest and the widest card.
const WIDTHS: (f32, f32) = (1.0, 4_000.0);

impl Scene {
    fn root(&self, merged: &Merged) -> Value {
        let width = self.width.clamp(WIDTHS.0, WIDTHS.1);
        json!({
            // Assumption, from `@substr{@data{width},'0',@sub{@len{@data{width}},2}}`: a number with a unit of two letters.
            "width": format!("{}np", width.round()),
            "env": self.env,
            "data": {
                "cardData": merged.card,
                "cardPrivateData": merged.private,
                "localData": merged.local,
                "cardInstanceId": "preview",
                "renderContext": { "bizScene": self.biz_scene }
            }
        })
    }
}

/// Draws the card of one viewer.
pub fn draw(card: &Card, merged: &Merged, scene: &Scene, metric: &dyn TextMetric) -> Drawing {
    let Some((root, mut truncated)) = nodes(card, merged, scene, false) else { return Drawing::default() };
    let mut root = root;
    if let Some(root) = &mut root {
        truncated |= !layout::solve(root, scene.width.clamp(WIDTHS.0, WIDTHS.1), metric);
    }
    Drawing { root, truncated }
}

/// The texts of all nodes, also of those that are gone: what a hidden part would show.
pub fn texts_with_hidden(card: &Card, merged: &Merged, scene: &Scene) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some((Some(root), _)) = nodes(card, merged, scene, true) {
        root.walk(&mut |node| {
            if !node.text.is_empty() {
                texts.push(node.text.clone());
            }
        });
    }
    texts
}

/// The nodes before layout, and whether a bound was met; `None` without a widget tree.
fn nodes(card: &Card, merged: &Merged, scene: &Scene, reveal: bool) -> Option<(Option<Node>, bool)> {
    let widget = card.root.as_ref()?;
    let (data, fuel) = (scene.root(merged), Fuel::new(MAX_STEPS));
    let env = Env {
        root: &data,
        scope: None,
        dark: scene.dark,
        lang: scene.lang,
        tokens: &card.tokens,
        now_ms: scene.now_ms,
        fuel: &fuel,
    };
    let build = Build { left: Cell::new(MAX_NODES), reveal };
    let root = build.node(widget, &env);
    Some((root, build.left.get() == 0 || fuel.empty()))
}

struct Build {
    left: Cell<usize>,
    reveal: bool,
}

impl Build {
    fn node(&self, widget: &Widget, env: &Env<'_>) -> Option<Node> {
        if widget.kind == Kind::Silent || self.left.get() == 0 {
            return None;
        }
        let mut style = Style::default();
        // Visibility first: what is gone costs no more.
        if !self.reveal {
            if let Some(setting) = setting(widget, "visibility") {
                apply(&mut style, "visibility", setting, env);
            }
            if style.visibility == Visibility::Gone {
                return None;
            }
        }
        self.left.set(self.left.get() - 1);
        let (mut text, mut blocks) = (String::new(), Vec::new());
        for (name, setting) in &widget.settings {
            match name.as_str() {
                "text" => text = text_of(setting, env),
                // An input without a text shows its hint.
                "placeholder" if text.is_empty() => text = text_of(setting, env),
                "attributedText" => blocks = blocks_of(setting, env),
                "visibility" | "onTap" | "onEvent" | "animation" | "cssStyles" | "tborderJson" | "listData" => {}
                name => apply(&mut style, name, setting, env),
            }
        }
        if widget.kind == Kind::Rich {
            text = blocks.iter().map(markdown::Block::text).collect::<Vec<_>>().join("\n");
        }
        if widget.kind == Kind::Unknown {
            text.clone_from(&widget.tag);
        }
        let children = match (widget.kind, setting(widget, "listData")) {
            (_, Some(list)) => self.elements(widget, list, env),
            (Kind::List, None) => Vec::new(),
            _ => widget.children.iter().filter_map(|child| self.node(child, env)).collect(),
        };
        Some(Node {
            widget: widget.number,
            kind: widget.kind,
            tag: widget.tag.clone(),
            text,
            lines: Vec::new(),
            blocks,
            rich_lines: Vec::new(),
            style,
            rect: Rect::default(),
            children,
        })
    }

    /// The children once per element. Assumption: a list given as its JSON text is read as one.
    fn elements(&self, widget: &Widget, list: &Setting, env: &Env<'_>) -> Vec<Node> {
        let list = match list {
            Setting::Literal(_) => return Vec::new(),
            Setting::Expression(expr) => env.eval(expr),
        };
        let read;
        let list = match &*list {
            Value::Array(list) => list.as_slice(),
            Value::String(text) => {
                read = crate::compose::json::parse(text).map(|parsed| parsed.value).unwrap_or_default();
                read.as_array().map(Vec::as_slice).unwrap_or_default()
            }
            _ => &[],
        };
        let mut found = Vec::new();
        for (index, element) in list.iter().enumerate() {
            if self.left.get() == 0 || env.fuel.empty() {
                break;
            }
            let scope = Scope { element, index, parent: env.scope };
            let inner = Env { scope: Some(&scope), ..*env };
            found.extend(widget.children.iter().filter_map(|child| self.node(child, &inner)));
        }
        found
    }
}

fn setting<'w>(widget: &'w Widget, name: &str) -> Option<&'w Setting> {
    widget.settings.iter().find(|(known, _)| known == name).map(|(_, setting)| setting)
}

fn apply(style: &mut Style, name: &str, setting: &Setting, env: &Env<'_>) {
    match setting {
        Setting::Literal(text) => style.set(name, &Value::String(text.clone())),
        Setting::Expression(expr) => style.set(name, &env.eval(expr)),
    }
}

fn text_of(setting: &Setting, env: &Env<'_>) -> String {
    match setting {
        Setting::Literal(text) => text.clone(),
        Setting::Expression(expr) => string(&env.eval(expr)).into_owned(),
    }
}

fn blocks_of(setting: &Setting, env: &Env<'_>) -> Vec<markdown::Block> {
    match setting {
        Setting::Literal(text) => markdown::blocks(&Value::String(text.clone())),
        Setting::Expression(expr) => markdown::blocks(&env.eval(expr)),
    }
}
