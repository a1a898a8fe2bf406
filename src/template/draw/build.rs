//! From widgets and values to nodes: attributes evaluated, lists unrolled, what is gone left out.

use std::cell::{Cell, RefCell};

use serde_json::{Value, json};

use super::{
    Drawing, Mark, Node, Rect,
    chart::Chart,
    layout, markdown,
    metric::TextMetric,
    style::{Style, Visibility},
};
use crate::template::{
    card::{Card, Kind, Setting, Widget},
    expr::{Env, Fuel, Scope, value::string},
    language::CardLang,
    values::Merged,
};

/// How many nodes one drawing may have.
pub const MAX_NODES: usize = 20_000;
/// How many characters of one text are drawn: more than anybody reads on a card.
pub const MAX_CHARS: usize = 50_000;
/// How many characters all texts of one drawing may have.
const MAX_ALL_CHARS: usize = 2_000_000;
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
    pub lang: CardLang,
    /// The client: `pc`, `ios`, `android`.
    pub env: String,
    /// Where the card stands: `im`, `topbox`, `search`, `WorkBench`, `cooperationV2`.
    pub biz_scene: String,
    /// The moment, in milliseconds since 1970.
    pub now_ms: Option<i64>,
    /// Whether it is a forwarded copy: parts the builder marks so do not answer to presses there.
    pub forwarded: bool,
}

impl Default for Scene {
    /// A chat on a phone of 375 np.
    fn default() -> Self {
        Self {
            width: 375.0,
            dark: false,
            lang: CardLang::default(),
            env: "ios".to_owned(),
            biz_scene: "im".to_owned(),
            now_ms: None,
            forwarded: false,
        }
    }
}

/// The narrowest and the widest card.
const WIDTHS: (f32, f32) = (1.0, 4_000.0);

impl Scene {
    /// Where a template of a kind (the export's `type`) stands: `onebox` and `topbox` at the top of a chat, every other
    /// one in it.
    pub fn biz_scene_of(kind: &str) -> &'static str {
        if matches!(kind, "onebox" | "topbox") { "topbox" } else { "im" }
    }

    fn root(&self, merged: &Merged) -> Value {
        let width = self.width.clamp(WIDTHS.0, WIDTHS.1);
        let mut root = json!({
            // Assumption, from `@substr{@data{width},'0',@sub{@len{@data{width}},2}}`: a number with a unit of two letters.
            "width": format!("{}np", width.round()),
            "env": self.env,
            "data": {
                "cardData": null,
                "cardPrivateData": null,
                "localData": null,
                "cardInstanceId": "preview",
                // Assumption: a forwarded copy says so here; no official widget tree asks for it.
                "renderContext": { "bizScene": self.biz_scene, "isForward": self.forwarded }
            }
        });
        // Cloned, not serialised: a drawing is made at every key.
        for (name, map) in
            [("cardData", &merged.card), ("cardPrivateData", &merged.private), ("localData", &merged.local)]
        {
            if let Some(slot) = root.get_mut("data").and_then(|data| data.get_mut(name)) {
                *slot = Value::Object(map.clone());
            }
        }
        root
    }
}

/// Draws the card of one viewer.
pub fn draw(card: &Card, merged: &Merged, scene: &Scene, metric: &dyn TextMetric) -> Drawing {
    let Some(built) = nodes(card, merged, scene, false, None) else { return Drawing::default() };
    let (mut root, mut truncated) = (built.root, built.truncated);
    if let Some(root) = &mut root {
        truncated |= !layout::solve(root, scene.width.clamp(WIDTHS.0, WIDTHS.1), metric);
    }
    Drawing { root, truncated }
}

/// The texts of all nodes, also of those that are gone: what a hidden part would show.
pub fn texts_with_hidden(card: &Card, merged: &Merged, scene: &Scene) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(root) = nodes(card, merged, scene, true, None).and_then(|built| built.root) {
        root.walk(&mut |node| {
            if !node.text.is_empty() {
                texts.push(node.text.clone());
            }
        });
    }
    texts
}

/// What the `onTap` of a node comes to, its actions as `{"action": …, "args": […]}`; `null` for a node without one.
pub(super) fn tapped(card: &Card, merged: &Merged, scene: &Scene, serial: usize) -> Value {
    nodes(card, merged, scene, false, Some(serial)).map(|built| built.tapped).unwrap_or_default()
}

/// Nodes before layout.
struct Built {
    root: Option<Node>,
    /// Whether a bound was met.
    truncated: bool,
    /// What the press that was asked for comes to.
    tapped: Value,
}

/// The nodes before layout; `None` without a widget tree.
fn nodes(card: &Card, merged: &Merged, scene: &Scene, reveal: bool, tap: Option<usize>) -> Option<Built> {
    let widget = card.root.as_ref()?;
    let (data, fuel) = (scene.root(merged), Fuel::new(MAX_STEPS));
    let env = Env {
        root: &data,
        scope: None,
        dark: scene.dark,
        lang: &scene.lang,
        tokens: &card.tokens,
        now_ms: scene.now_ms,
        fuel: &fuel,
        events: false,
    };
    let build = Build {
        left: Cell::new(MAX_NODES),
        chars: Cell::new(MAX_ALL_CHARS),
        cut: Cell::new(false),
        reveal,
        tap,
        tapped: RefCell::default(),
        rings: RefCell::default(),
        known: RefCell::new(vec![None; card.shared]),
    };
    let mut root = build.node(widget, &env);
    let truncated = build.left.get() == 0 || build.cut.get() || fuel.empty();
    if let Some(root) = &mut root {
        for (target, ring) in build.rings.into_inner() {
            encircle(root, &target, ring);
        }
    }
    Some(Built { root, truncated, tapped: build.tapped.into_inner() })
}

/// Gives the node that a style names (`targetNode` is its `userId`) its ring. Where no node has that id, it may stand in
/// front of `_animation`.
fn encircle(node: &mut Node, target: &str, ring: f32) {
    fn give(node: &mut Node, id: &str, ring: f32) -> bool {
        if node.style.id == id {
            node.style.ring = ring;
            return true;
        }
        node.children.iter_mut().any(|child| give(child, id, ring))
    }
    if !give(node, target, ring)
        && let Some(id) = target.strip_suffix("_animation")
    {
        give(node, id, ring);
    }
}

struct Build {
    left: Cell<usize>,
    /// Characters that may still be drawn.
    chars: Cell<usize>,
    /// Whether some were left out.
    cut: Cell<bool>,
    reveal: bool,
    /// The node whose press is looked at, and what it comes to.
    tap: Option<usize>,
    tapped: RefCell<Value>,
    /// Widths of transparent borders, and whose.
    rings: RefCell<Vec<(String, f32)>>,
    /// Values of shared expressions, as far as they were needed.
    known: RefCell<Vec<Option<Value>>>,
}

impl Build {
    fn node(&self, widget: &Widget, env: &Env<'_>) -> Option<Node> {
        if widget.kind == Kind::Silent {
            self.ring(widget, env);
            return None;
        }
        if self.left.get() == 0 {
            return None;
        }
        let mut style = Style::default();
        // Visibility first: what is gone costs no more.
        if !self.reveal {
            if let Some(setting) = setting(widget, "visibility") {
                self.apply(&mut style, "visibility", setting, env);
            }
            if style.visibility == Visibility::Gone {
                return None;
            }
        }
        let serial = MAX_NODES - self.left.get();
        self.left.set(self.left.get() - 1);
        let (mut text, mut blocks, mut chart) = (String::new(), Vec::new(), None);
        let (mut hint, mut taps, mut data_key) = (None, false, String::new());
        for (name, setting) in &widget.settings {
            match name.as_str() {
                "text" => text = self.look(setting, env, |value| self.bounded(&string(value)).to_owned()),
                "placeholder" | "hint" if widget.kind == Kind::Input => hint = Some(self.text_of(setting, env)),
                "attributedText" => blocks = self.blocks_of(setting, env),
                "dataKey" => data_key = self.text_of(setting, env),
                "onTap" => {
                    taps = true;
                    if self.tap == Some(serial)
                        && let Setting::Expression(expr, _) = setting
                    {
                        *self.tapped.borrow_mut() = Env { events: true, ..*env }.eval(expr).into_owned();
                    }
                }
                "visibility" | "onEvent" | "animation" | "cssStyles" | "tborderJson" | "listData" => {}
                // A chart's values may stand under any name: the first that are some.
                name if widget.kind == Kind::Chart && !Style::knows(name) => {
                    if let (None, Setting::Expression(expr, _)) = (&chart, setting) {
                        chart = Chart::read(&env.eval(expr));
                    }
                }
                name => self.apply(&mut style, name, setting, env),
            }
        }
        if widget.kind == Kind::Rich {
            text = blocks.iter().map(markdown::Block::text).collect::<Vec<_>>().join("\n");
        }
        if widget.kind == Kind::Unknown {
            text.clone_from(&widget.tag);
        }
        // An input without a text shows its hint.
        let hint = hint.filter(|_| text.is_empty());
        let children = match (widget.kind, setting(widget, "listData")) {
            (_, Some(list)) => self.elements(widget, list, env),
            (Kind::List, None) => Vec::new(),
            _ => widget.children.iter().filter_map(|child| self.node(child, env)).collect(),
        };
        Some(Node {
            widget: widget.number,
            serial,
            kind: widget.kind,
            tag: widget.tag.clone(),
            hint: hint.is_some(),
            text: hint.unwrap_or(text),
            lines: Vec::new(),
            blocks,
            rich_lines: Vec::new(),
            chart,
            mark: widget.mark.map(|on| Mark { on, enabled: widget.held }),
            taps,
            data_key,
            style,
            rect: Rect::default(),
            children,
        })
    }

    /// The transparent border of a `DDCSSStyleView`: `border: 2px solid transparent`.
    fn ring(&self, widget: &Widget, env: &Env<'_>) {
        let (Some(target), Some(Setting::Expression(styles, _))) =
            (setting(widget, "targetNode"), setting(widget, "cssStyles"))
        else {
            return;
        };
        let styles = env.eval(styles);
        let border = styles.get("border").and_then(Value::as_str).unwrap_or_default();
        let width = border.split_whitespace().next().and_then(super::style::length);
        if let Some(width) = width.filter(|_| border.ends_with("transparent")) {
            self.rings.borrow_mut().push((self.text_of(target, env), width.clamp(0.0, 20.0)));
        }
    }

    /// Looks at the value of an attribute.
    fn look<T>(&self, setting: &Setting, env: &Env<'_>, look: impl FnOnce(&Value) -> T) -> T {
        match setting {
            Setting::Literal(text) => look(&Value::String(text.clone())),
            Setting::Expression(expr, None) => look(&env.eval(expr)),
            Setting::Expression(expr, Some(number)) => {
                let mut known = self.known.borrow_mut();
                match known.get_mut(*number) {
                    Some(Some(value)) => look(value),
                    Some(slot) => look(slot.insert(env.eval(expr).into_owned())),
                    None => look(&env.eval(expr)),
                }
            }
        }
    }

    fn apply(&self, style: &mut Style, name: &str, setting: &Setting, env: &Env<'_>) {
        self.look(setting, env, |value| style.set(name, value));
    }

    fn text_of(&self, setting: &Setting, env: &Env<'_>) -> String {
        self.look(setting, env, |value| string(value).into_owned())
    }

    fn blocks_of(&self, setting: &Setting, env: &Env<'_>) -> Vec<markdown::Block> {
        self.look(setting, env, |value| match value {
            Value::String(text) => markdown::blocks(&Value::String(self.bounded(text).to_owned())),
            other => markdown::blocks(other),
        })
    }

    /// As much of a text as is drawn.
    fn bounded<'t>(&self, text: &'t str) -> &'t str {
        let most = self.chars.get().min(MAX_CHARS);
        // A text is at least as many bytes as characters.
        let end = if text.len() <= most { None } else { text.char_indices().nth(most).map(|(at, _)| at) };
        if end.is_some() {
            self.cut.set(true);
        }
        let kept = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
        self.chars.set(self.chars.get().saturating_sub(kept.len()));
        kept
    }

    /// The children once per element. Assumption: a list given as its JSON text is read as one.
    fn elements(&self, widget: &Widget, list: &Setting, env: &Env<'_>) -> Vec<Node> {
        let list = match list {
            Setting::Literal(_) => return Vec::new(),
            Setting::Expression(expr, _) => env.eval(expr),
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
