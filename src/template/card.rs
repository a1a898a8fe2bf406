//! The widget tree with its expressions parsed: made once per export, drawn as often as values change.

use std::collections::{BTreeMap, HashMap};

use super::{
    Export, ExportError, Ignored,
    expr::{
        Expr, Function,
        eval::WIDGETS,
        parse::{is_expression, parse},
        tokens::Tokens,
    },
    ignore,
    xml::Element,
};

/// How many parts all expressions of a template may have together. The largest official file has some 20,000.
pub const MAX_EXPRESSION_PARTS: usize = 500_000;

/// What kind of thing a widget is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Kind {
    /// Children in a row or a column.
    Linear,
    /// Children on top of each other.
    Frame,
    /// Its children once per element of a list, in a row or a column.
    List,
    /// Children in cells.
    Grid,
    /// Children in rows that wrap.
    Flow,
    /// Plain text.
    Text,
    /// Markdown.
    Rich,
    /// A picture.
    Image,
    /// An icon of the client's font.
    Icon,
    /// A turning circle.
    Loading,
    /// A plain area.
    View,
    /// A chart.
    Chart,
    /// An input.
    Input,
    /// Draws nothing: styles, animations, events.
    Silent,
    /// A widget this program does not know: drawn as a labelled placeholder around its children.
    Unknown,
}

impl Kind {
    /// The kind of a widget's name.
    pub fn of(tag: &str) -> Self {
        match tag {
            "LinearLayout" => Self::Linear,
            "FrameLayout" => Self::Frame,
            "ListLayout" => Self::List,
            "GridLayout" => Self::Grid,
            "DDFlowLayout" => Self::Flow,
            "FastTextView" => Self::Text,
            "DDRichTextView" => Self::Rich,
            "ImageView" => Self::Image,
            "DDIconView" => Self::Icon,
            "DDLoadingView" => Self::Loading,
            "View" => Self::View,
            "DDChartView" => Self::Chart,
            "DDTextInput" => Self::Input,
            "DDCSSStyleView" | "DDAnimationView" | "DDEventView" => Self::Silent,
            _ => Self::Unknown,
        }
    }

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Frame => "frame",
            Self::List => "list",
            Self::Grid => "grid",
            Self::Flow => "flow",
            Self::Text => "text",
            Self::Rich => "rich_text",
            Self::Image => "image",
            Self::Icon => "icon",
            Self::Loading => "loading",
            Self::View => "view",
            Self::Chart => "chart",
            Self::Input => "input",
            Self::Silent => "silent",
            Self::Unknown => "placeholder",
        }
    }
}

/// An attribute's value.
#[derive(Clone, PartialEq, Debug)]
pub enum Setting {
    /// As written.
    Literal(String),
    /// To be evaluated; with the number it shares with every attribute of the same text, where its value does not depend on
    /// the element of a list: files repeat the same long conditions, and a drawing evaluates each once.
    Expression(Expr, Option<usize>),
}

/// A widget ready to be drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Widget {
    /// Its number in the order of the file, from 0: [`super::draw::Node::widget`] refers to it.
    pub number: usize,
    /// Its name as written.
    pub tag: String,
    /// What it is.
    pub kind: Kind,
    /// Its attributes.
    pub settings: Vec<(String, Setting)>,
    /// For a picture that stands for a state: whether it is the one for "on".
    ///
    /// Assumption: two pictures of the client's own beside each other, of which a condition shows the one or the other
    /// (`@triple{c,'visible','gone'}`, `@triple{c,'gone','visible'}`), are a check box; the builder makes it of such pairs,
    /// and has no widget for it.
    pub mark: Option<bool>,
    /// For such a picture, whether it can be changed: not where it answers to no press while a variant beside it does.
    pub held: bool,
    /// The widgets inside.
    pub children: Vec<Widget>,
}

/// What a use of a variable is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Purpose {
    /// It is shown as text.
    Text,
    /// It feeds a list.
    List,
    /// It decides the look: a colour, a picture, whether something is shown.
    Look,
    /// Only an event uses it.
    Event,
}

/// One use of a path of the data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Use {
    /// `data.cardData.title`; for a list's field its name alone, with [`Use::field`].
    pub path: String,
    /// Whether it is a field of a list element (`@subdata`).
    pub field: bool,
    /// What for.
    pub purpose: Purpose,
    /// The widget's number.
    pub widget: usize,
}

/// A template ready to be drawn.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Card {
    /// The outermost widget.
    pub root: Option<Widget>,
    /// Functions this program does not know, and how often they stand in the file.
    pub unknown_functions: BTreeMap<String, usize>,
    /// Widgets this program does not know, and how often they stand in the file.
    pub unknown_widgets: BTreeMap<String, usize>,
    /// Attributes that begin like an expression and are none: they count as empty.
    pub malformed: Vec<Ignored>,
    /// Every use of data whose path is known without data.
    pub uses: Vec<Use>,
    /// Whether a path under `cardData` is put together from data, so that any variable may be used.
    pub dynamic: bool,
    /// Design tokens the file's samples measured.
    pub tokens: Tokens,
    /// How many different expressions there are that do not depend on a list's element.
    pub shared: usize,
}

impl Card {
    /// Parses every expression of an export.
    ///
    /// # Errors
    /// [`ExportError::TooMany`] over [`MAX_EXPRESSION_PARTS`].
    pub fn compile(export: &Export) -> Result<Self, ExportError> {
        let mut card = Self { tokens: Tokens::measured(&export.sample.rich), ..Self::default() };
        let mut budget = MAX_EXPRESSION_PARTS;
        let (mut number, mut known) = (0, HashMap::new());
        if let Some(root) = &export.root {
            card.root = Some(card.widget(root, &mut number, &mut budget, &mut known)?);
        }
        card.shared = known.len();
        Ok(card)
    }

    // The depth is bounded by the reader of the tree.
    fn widget<'e>(
        &mut self,
        element: &'e Element,
        number: &mut usize,
        budget: &mut usize,
        known: &mut HashMap<&'e str, usize>,
    ) -> Result<Widget, ExportError> {
        let own = *number;
        *number += 1;
        if !WIDGETS.contains(&element.tag.as_str()) {
            *self.unknown_widgets.entry(element.tag.clone()).or_default() += 1;
        }
        let mut settings = Vec::with_capacity(element.attributes.len());
        for (name, text) in &element.attributes {
            let setting = if is_expression(text) {
                match parse(text.trim(), budget) {
                    Ok(expr) => {
                        self.note_uses(&expr, purpose(name), own);
                        let memo = expr.is_free_of_elements().then(|| {
                            let next = known.len();
                            *known.entry(text.as_str()).or_insert(next)
                        });
                        Setting::Expression(expr, memo)
                    }
                    Err(super::expr::ParseError::TooMany) => {
                        return Err(ExportError::TooMany { part: "expressions", max: MAX_EXPRESSION_PARTS });
                    }
                    Err(error) => {
                        let place = || format!("widgetInfo <{}> {own} {name}", element.tag);
                        ignore(&mut self.malformed, place, error.name());
                        Setting::Literal(String::new())
                    }
                }
            } else {
                Setting::Literal(text.clone())
            };
            settings.push((name.clone(), setting));
        }
        let mut children = element
            .children
            .iter()
            .map(|child| self.widget(child, number, budget, known))
            .collect::<Result<Vec<_>, ExportError>>()?;
        marks(&mut children);
        hold(&mut children);
        let (tag, kind) = (element.tag.clone(), Kind::of(&element.tag));
        Ok(Widget { number: own, tag, kind, settings, mark: None, held: true, children })
    }

    fn note_uses(&mut self, expr: &Expr, purpose: Purpose, widget: usize) {
        expr.calls(&mut |function, name, args| match function {
            None => *self.unknown_functions.entry(name.to_owned()).or_default() += 1,
            Some(Function::Data) => match args.first().map(Expr::constant) {
                Some(Some(path)) => self.uses.push(Use { path, field: false, purpose, widget }),
                _ => self.dynamic = true,
            },
            Some(Function::Subdata | Function::ParentSubdata) => {
                let path = args.first().and_then(Expr::constant).unwrap_or_default();
                self.uses.push(Use { path, field: true, purpose, widget });
            }
            Some(_) => {}
        });
    }

    /// What a variable is used for, in the order of the file.
    pub fn uses_of(&self, variable: &str) -> impl Iterator<Item = &Use> {
        self.uses.iter().filter(move |used| {
            !used.field
                && ["data.cardData.", "data.cardPrivateData.", "data.localData."].iter().any(|root| {
                    used.path
                        .strip_prefix(root)
                        .and_then(|rest| rest.strip_prefix(variable))
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                })
        })
    }

    /// The declared variables that no widget uses; none where a path is put together from data, or a widget takes all.
    pub fn unused(&self, export: &Export) -> Vec<String> {
        let whole = |used: &Use| !used.field && matches!(used.path.as_str(), "data.cardData" | "data");
        if self.root.is_none() || self.dynamic || self.uses.iter().any(whole) {
            return Vec::new();
        }
        let names = export.variables.iter().map(|variable| &variable.name);
        names.filter(|name| self.uses_of(name).next().is_none()).cloned().collect()
    }
}

/// Finds the pictures among siblings that stand for the two states of something.
fn marks(children: &mut [Widget]) {
    let mut found = Vec::new();
    for (at, pair) in children.windows(2).enumerate() {
        if let [one, other] = pair
            && let (Some((condition, on)), Some((same, off))) = (state(one), state(other))
            && on != off
            && condition == same
        {
            found.extend([(at, on), (at + 1, off)]);
        }
    }
    for (at, on) in found {
        if let Some(child) = children.get_mut(at) {
            child.mark = Some(on);
        }
    }
}

/// Among siblings that hold check boxes: where one answers to presses, those that do not are the ones that cannot be
/// changed.
fn hold(siblings: &mut [Widget]) {
    let taps = |widget: &Widget| widget.settings.iter().any(|(name, _)| name == "onTap");
    let marked = |widget: &Widget| widget.children.iter().any(|inner| inner.mark.is_some());
    if !siblings.iter().any(|one| taps(one) && marked(one)) {
        return;
    }
    for one in siblings {
        let own = taps(one);
        for inner in one.children.iter_mut().filter(|inner| inner.mark.is_some()) {
            inner.held = own;
        }
    }
}

/// The condition that shows a picture of the client's own, and whether it shows it when it holds.
fn state(widget: &Widget) -> Option<(&Expr, bool)> {
    let setting = |wanted: &str| widget.settings.iter().find(|(name, _)| name == wanted).map(|(_, setting)| setting);
    if widget.kind != Kind::Image {
        return None;
    }
    let source = match setting("imageUrl")? {
        Setting::Literal(text) => text.clone(),
        Setting::Expression(expr, _) => expr.constant()?,
    };
    if !source.starts_with(['@', '$']) {
        return None;
    }
    let Setting::Expression(visible, _) = setting("visibility")? else { return None };
    let [condition, then, otherwise] = visible.arguments(Function::Triple)? else { return None };
    match (then.constant()?.as_str(), otherwise.constant()?.as_str()) {
        ("visible", "gone") => Some((condition, true)),
        ("gone", "visible") => Some((condition, false)),
        _ => None,
    }
}

fn purpose(attribute: &str) -> Purpose {
    match attribute {
        "text" | "attributedText" | "placeholder" | "title" => Purpose::Text,
        "listData" => Purpose::List,
        "onTap" | "onEvent" | "onChange" | "animation" | "cssStyles" => Purpose::Event,
        _ => Purpose::Look,
    }
}
