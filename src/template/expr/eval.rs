//! Evaluates an expression.
//!
//! Nothing fails: what cannot be computed is `null`, as the client draws an empty text then. Work is counted, so that no
//! file can make it run long.

use std::{borrow::Cow, cell::Cell, cmp::Ordering, fmt::Write as _};

use serde_json::{Map, Value};

use super::{
    function::Function,
    parse::Expr,
    tokens::Tokens,
    value::{at, from_f64, is_whole, number, string, trunc, truth, whole},
};
use crate::template::language::CardLang;

/// How much work one drawing may take: calls, and 32 bytes of text made.
#[derive(Debug)]
pub struct Fuel(Cell<u64>);

impl Fuel {
    /// Fuel for that many steps.
    pub const fn new(steps: u64) -> Self {
        Self(Cell::new(steps))
    }

    /// Whether it was used up: everything after is `null`.
    pub fn empty(&self) -> bool {
        self.0.get() == 0
    }

    /// Takes some; `false` when it is used up.
    pub fn take(&self, steps: u64) -> bool {
        self.0.set(self.0.get().saturating_sub(steps));
        !self.empty()
    }
}

/// The current element of a list, and the one of the list around it.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The element.
    pub element: &'a Value,
    /// Its index, from 0.
    pub index: usize,
    /// The scope of the list around.
    pub parent: Option<&'a Scope<'a>>,
}

/// What an expression is evaluated in.
#[derive(Clone, Copy, Debug)]
pub struct Env<'a> {
    /// The data root: `width`, `env`, `data.cardData`, …
    pub root: &'a Value,
    /// The current list element.
    pub scope: Option<&'a Scope<'a>>,
    /// The dark theme.
    pub dark: bool,
    /// The viewer's language.
    pub lang: &'a CardLang,
    /// Design tokens.
    pub tokens: &'a Tokens,
    /// The moment, in milliseconds since 1970; `None` makes the time functions `null`.
    pub now_ms: Option<i64>,
    /// The work that may still be done.
    pub fuel: &'a Fuel,
    /// Whether actions come to `{"action": name, "args": […]}` instead of nothing: a press is being looked at.
    pub events: bool,
}

/// The widgets of official exports.
pub const WIDGETS: [&str; 16] = [
    "LinearLayout",
    "FastTextView",
    "ImageView",
    "DDIconView",
    "DDLoadingView",
    "View",
    "DDRichTextView",
    "ListLayout",
    "DDChartView",
    "DDTextInput",
    "DDCSSStyleView",
    "DDAnimationView",
    "DDEventView",
    "GridLayout",
    "DDFlowLayout",
    "FrameLayout",
];

/// DingTalk's own time: dates are formatted in UTC+8 (assumption: the client uses the viewer's zone, unknown here).
const ZONE_HOURS: i8 = 8;

type Val<'a> = Cow<'a, Value>;

const fn null<'a>() -> Val<'a> {
    Cow::Owned(Value::Null)
}

const fn bool_of<'a>(truth: bool) -> Val<'a> {
    Cow::Owned(Value::Bool(truth))
}

impl<'a> Env<'a> {
    /// The value of an expression.
    pub fn eval(&self, expr: &'a Expr) -> Val<'a> {
        if !self.fuel.take(1) {
            return null();
        }
        match expr {
            Expr::Literal(value) => Cow::Borrowed(value),
            Expr::Sequence(parts) if self.events => {
                Cow::Owned(Value::Array(parts.iter().map(|part| self.eval(part).into_owned()).collect()))
            }
            Expr::Call { function: None, .. } | Expr::Sequence(_) => null(),
            Expr::Call { function: Some(function), args, .. } => self.call(*function, args),
        }
    }

    fn call(&self, function: Function, args: &'a [Expr]) -> Val<'a> {
        let arg = |index: usize| args.get(index).map_or_else(null, |arg| self.eval(arg));
        // These evaluate only what they need.
        match function {
            Function::Triple => arg(if truth(&arg(0)) { 1 } else { 2 }),
            Function::And => bool_of(args.iter().all(|arg| truth(&self.eval(arg)))),
            Function::Or => bool_of(args.iter().any(|arg| truth(&self.eval(arg)))),
            Function::DarkMode => arg(usize::from(self.dark)),
            Function::ConditionalHandler if self.events => arg(if truth(&arg(0)) { 1 } else { 2 }),
            Function::Language => self.in_language(args),
            _ => self.apply(function, args.iter().map(|arg| self.eval(arg)).collect()),
        }
    }

    /// `@dti18NAdapter`: the text of the viewer's language. Order of the official expressions: zh_CN, zh_TW, en_US,
    /// ja_JP, vi_VN, th_TH, id_ID; an empty text is none.
    fn in_language(&self, args: &'a [Expr]) -> Val<'a> {
        let mut texts = self.lang.order().filter_map(|index| args.get(index)).map(|arg| self.eval(arg));
        texts.find(|text| truth(text)).unwrap_or_else(null)
    }

    fn text(&self, text: String) -> Val<'a> {
        if self.fuel.take(text.len() as u64 / 32) { Cow::Owned(Value::String(text)) } else { null() }
    }

    /// A value to change; a borrowed one is copied and paid for.
    fn own(&self, value: Val<'a>) -> Value {
        if let Cow::Borrowed(value) = &value
            && !self.fuel.take(size(value))
        {
            return Value::Null;
        }
        value.into_owned()
    }

    /// Applies a function to values.
    pub fn apply(&self, function: Function, args: Vec<Val<'a>>) -> Val<'a> {
        use Function as F;
        let mut args = args;
        let missing: &'static Value = &Value::Null;
        let arg = |index: usize| args.get(index).map_or(missing, |value| &**value);
        match function {
            F::ToStr => match arg(0) {
                Value::String(_) => args.swap_remove(0),
                other => self.text(string(other).into_owned()),
            },
            F::Const | F::Language => args.into_iter().next().unwrap_or_else(null),
            F::ToLong => Cow::Owned(Value::from(long(arg(0)))),
            // An empty value counts as 0, as in the official arithmetic on a missing width.
            F::ToDouble => Cow::Owned(from_f64(number(arg(0)).unwrap_or(0.0))),
            F::Data => at(self.root, &string(arg(0))).map_or_else(null, Cow::Borrowed),
            F::Subdata => self.scope.map_or_else(null, |scope| field(scope.element, args.first())),
            F::ParentSubdata => match self.scope.and_then(|scope| scope.parent) {
                Some(parent) => field(parent.element, args.first()),
                None => null(),
            },
            F::SubdataIndex => self.scope.map_or_else(null, |scope| Cow::Owned(Value::from(scope.index))),
            F::Concat => {
                let texts: Vec<Cow<'_, str>> = args.iter().map(|value| string(value)).collect();
                self.text(texts.concat())
            }
            F::Substr => self.text(substr(&string(arg(0)), arg(1), args.get(2).map(|value| &**value))),
            F::Len => length(arg(0)),
            F::Equal => bool_of(same(arg(0), arg(1))),
            F::Greater => bool_of(order(arg(0), arg(1)) == Some(Ordering::Greater)),
            F::Less => bool_of(order(arg(0), arg(1)) == Some(Ordering::Less)),
            F::Not => bool_of(!truth(arg(0))),
            F::Add | F::Sub | F::Mul | F::Div | F::Mod => arithmetic(function, arg(0), arg(1)),
            F::Floor => number(arg(0)).map_or_else(null, |number| Cow::Owned(Value::from(trunc(number.floor())))),
            F::MapAppend => self.map_append(args),
            F::ArrayAppend => self.array_append(args),
            F::ArrayGet => element(arg(0), arg(1)),
            F::DictGet => member(&args),
            F::IndexOf => index(arg(0), |found| found == arg(1)),
            F::IndexOfValue => index(arg(0), |found| same(found, arg(1))),
            F::FilterList | F::ListFilter => match arg(0) {
                Value::Array(list) if self.fuel.take(size(arg(0))) => {
                    Cow::Owned(list.iter().filter(|found| !same(found, arg(1))).cloned().collect())
                }
                _ => null(),
            },
            F::ArrayJoin => match arg(0) {
                Value::Array(list) => {
                    let texts: Vec<Cow<'_, str>> = list.iter().map(string).collect();
                    self.text(texts.join(&*string(arg(1))))
                }
                other => self.text(string(other).into_owned()),
            },
            F::ArrayIterator => self.iterate(&args),
            F::DesignToken => match self.tokens.get(&string(arg(0)), self.dark) {
                Some(value) => Cow::Owned(value),
                None if args.len() > 1 => args.swap_remove(1),
                None => null(),
            },
            F::ParserAvailable => bool_of(Function::of(&string(arg(0))).is_some()),
            F::WidgetAvailable => bool_of(WIDGETS.contains(&&*string(arg(0)))),
            // Assumption: the newest client.
            F::VersionAtLeast => bool_of(true),
            F::LinearGradient => self.text(gradient(&args)),
            F::ServerTime => self.now_ms.map_or_else(null, |now| Cow::Owned(Value::from(now))),
            F::TimeFormat => time_format(arg(0), &string(arg(1))).map_or_else(null, |text| self.text(text)),
            // Only events use these; a drawing has none. The lazy ones never come here with values but through
            // `dtArrayIterator`, which official exports use with `dict_get` and `array_get` only.
            F::SendOutData
            | F::EventHandler
            | F::OpenLink
            | F::UtStat
            | F::PreviewImage
            | F::CopyRichText
            | F::Confirm
                if self.events =>
            {
                let args: Vec<Value> = args.into_iter().map(Cow::into_owned).collect();
                Cow::Owned(serde_json::json!({ "action": function.name(), "args": args }))
            }
            F::SendOutData
            | F::ConditionalHandler
            | F::EventProp
            | F::EventHandler
            | F::OpenLink
            | F::UtStat
            | F::PreviewImage
            | F::CopyRichText
            | F::Confirm => null(),
            F::Triple => {
                let chosen = if truth(arg(0)) { 1 } else { 2 };
                args.into_iter().nth(chosen).unwrap_or_else(null)
            }
            F::And => bool_of(args.iter().all(|value| truth(value))),
            F::Or => bool_of(args.iter().any(|value| truth(value))),
            F::DarkMode => args.into_iter().nth(usize::from(self.dark)).unwrap_or_else(null),
        }
    }

    fn map_append(&self, args: Vec<Val<'a>>) -> Val<'a> {
        let mut args = args.into_iter();
        let mut map = match args.next().map(|first| self.own(first)) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        while let (Some(key), value) = (args.next(), args.next()) {
            let value = value.map_or(Value::Null, |value| self.own(value));
            map.insert(string(&key).into_owned(), value);
        }
        Cow::Owned(Value::Object(map))
    }

    fn array_append(&self, args: Vec<Val<'a>>) -> Val<'a> {
        let mut args = args.into_iter();
        let mut list = match args.next().map(|first| self.own(first)) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        list.extend(args.map(|value| self.own(value)));
        Cow::Owned(Value::Array(list))
    }

    /// `@dtArrayIterator{list, {method, args}}`: the method applied to every element. Assumption, from its one official
    /// use: `'$'` among the arguments is the element, and an argument that is itself `{method, args}` is applied first.
    fn iterate(&self, args: &[Val<'a>]) -> Val<'a> {
        let (Some(Value::Array(list)), Some(method)) =
            (args.first().map(|value| &**value), args.get(1).map(|value| &**value))
        else {
            return null();
        };
        let mut found = Vec::new();
        for element in list {
            if self.fuel.empty() {
                return null();
            }
            found.push(self.method(method, element, 0));
        }
        Cow::Owned(Value::Array(found))
    }

    fn method(&self, method: &Value, element: &Value, depth: usize) -> Value {
        if !self.fuel.take(1) || depth > super::parse::MAX_DEPTH {
            return Value::Null;
        }
        let copy = |value: &Value| if self.fuel.take(size(value)) { value.clone() } else { Value::Null };
        match method {
            Value::String(text) if text == "$" => copy(element),
            Value::Object(map) => {
                let function = map.get("method").and_then(Value::as_str).and_then(Function::of);
                let (Some(function), Some(Value::Array(args))) = (function, map.get("args")) else {
                    return copy(method);
                };
                let args = args.iter().map(|arg| Cow::Owned(self.method(arg, element, depth + 1))).collect();
                self.apply(function, args).into_owned()
            }
            other => copy(other),
        }
    }
}

/// Roughly what copying a value costs, in steps.
fn size(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::String(text) => 1 + text.len() as u64 / 32,
        Value::Array(list) => 1 + list.iter().map(size).sum::<u64>(),
        Value::Object(map) => 1 + map.values().map(|member| 1 + size(member)).sum::<u64>(),
    }
}

fn long(value: &Value) -> i64 {
    whole(value).or_else(|| number(value).map(trunc)).unwrap_or(0)
}

/// A path inside an element: no path is the element itself.
fn field<'a>(element: &'a Value, path: Option<&Val<'_>>) -> Val<'a> {
    match path {
        None => Cow::Borrowed(element),
        Some(path) => at(element, &string(path)).map_or_else(null, Cow::Borrowed),
    }
}

/// Text, start, length. Evidence that the third is a length: `@substr{nick, @sub{@len{nick},2}, 2}` has to give the last
/// two characters. Counted in characters; what lies outside the text is left out.
fn substr(text: &str, start: &Value, length: Option<&Value>) -> String {
    let start = usize::try_from(long(start)).unwrap_or(0);
    let length = length.map_or(usize::MAX, |length| usize::try_from(long(length)).unwrap_or(0));
    text.chars().skip(start).take(length).collect()
}

/// `null` has no length: `@equal{@toStr{@len{x}},''}` is how official expressions ask whether x is there.
fn length<'a>(value: &Value) -> Val<'a> {
    let length = match value {
        Value::Null => return null(),
        Value::Array(list) => list.len(),
        Value::Object(map) => map.len(),
        other => string(other).chars().count(),
    };
    Cow::Owned(Value::from(length))
}

/// Both read the same: as text, and 1 is 1.0.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one == other,
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => string(one) == string(other),
    }
}

/// What is no number is neither greater nor less.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    number(one)?.partial_cmp(&number(other)?)
}

/// Whole numbers give whole ones. Evidence for `div`: official expressions wrap both sides in `toDouble` where they want a
/// fraction. Division by zero is `null`; what is no number counts as 0.
fn arithmetic<'a>(function: Function, one: &Value, other: &Value) -> Val<'a> {
    let is_float = |value: &Value| match value {
        Value::Number(number) => !is_whole(number),
        Value::String(text) => text.contains(['.', 'e', 'E']),
        _ => false,
    };
    if !is_float(one)
        && !is_float(other)
        && let (Some(a), Some(b)) = (whole(one).or_else(|| zero(one)), whole(other).or_else(|| zero(other)))
    {
        let result = match function {
            Function::Add => a.checked_add(b),
            Function::Sub => a.checked_sub(b),
            Function::Mul => a.checked_mul(b),
            Function::Div => a.checked_div(b),
            _ => a.checked_rem(b),
        };
        return Cow::Owned(result.map_or(Value::Null, Value::from));
    }
    let (a, b) = (number(one).unwrap_or(0.0), number(other).unwrap_or(0.0));
    Cow::Owned(from_f64(match function {
        Function::Add => a + b,
        Function::Sub => a - b,
        Function::Mul => a * b,
        Function::Div => a / b,
        _ => a % b,
    }))
}

fn zero(value: &Value) -> Option<i64> {
    number(value).is_none().then_some(0)
}

fn element<'a>(list: &Value, index: &Value) -> Val<'a> {
    let found = match list {
        Value::Array(list) => whole(index).and_then(|index| list.get(usize::try_from(index).ok()?)),
        _ => None,
    };
    found.map_or_else(null, |value| Cow::Owned(value.clone()))
}

fn member<'a>(args: &[Val<'a>]) -> Val<'a> {
    let (Some(map), Some(name)) = (args.first(), args.get(1)) else { return null() };
    match map {
        Cow::Borrowed(Value::Object(map)) => map.get(&*string(name)).map_or_else(null, Cow::Borrowed),
        Cow::Owned(Value::Object(map)) => map.get(&*string(name)).map_or_else(null, |value| Cow::Owned(value.clone())),
        _ => null(),
    }
}

/// What is not there is `null`. Evidence: a list of check boxes draws one as ticked by `@or{@equal{index,0},index}`, which
/// -1 would make true for every box.
fn index<'a>(list: &Value, test: impl Fn(&Value) -> bool) -> Val<'a> {
    let found = list.as_array().and_then(|list| list.iter().position(test));
    found.map_or_else(null, |index| Cow::Owned(Value::from(index)))
}

/// `@linearGradient{'toRight', a, b}` as CSS writes it, which other official attributes use: `linear-gradient(to right,a,b)`.
fn gradient(args: &[Val<'_>]) -> String {
    let mut parts = args.iter().map(|value| string(value));
    let direction = match parts.next().as_deref() {
        Some("toLeft") => "to left",
        Some("toTop") => "to top",
        Some("toBottom") => "to bottom",
        Some("toTopLeft") => "to top left",
        Some("toTopRight") => "to top right",
        Some("toBottomLeft") => "to bottom left",
        Some("toBottomRight") => "to bottom right",
        _ => "to right",
    };
    let colours: Vec<Cow<'_, str>> = parts.collect();
    format!("linear-gradient({direction},{})", colours.join(","))
}

/// Milliseconds in a format of `yyyy`, `yy`, `M`, `d`, `H` (0 to 23), `h` (1 to 12), `m`, `s`, `S` (thousandths); a letter
/// that stands twice has a zero in front. Other letters stay. Assumption: the phones' own patterns, of which official
/// exports use `yyyy`, `MM`, `dd`, `HH`, `mm` and `ss`.
fn time_format(moment: &Value, format: &str) -> Option<String> {
    let timestamp = jiff::Timestamp::from_millisecond(whole(moment)?).ok()?;
    let time = jiff::tz::Offset::constant(ZONE_HOURS).to_datetime(timestamp);
    let mut made = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        let end = rest.find(|c| c != letter).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let value = match letter {
            'y' if run.len() == 2 => i64::from(time.year().rem_euclid(100)),
            'y' => i64::from(time.year()),
            'M' => i64::from(time.month()),
            'd' => i64::from(time.day()),
            'H' => i64::from(time.hour()),
            'h' => i64::from((time.hour() + 11) % 12 + 1),
            'm' => i64::from(time.minute()),
            's' => i64::from(time.second()),
            'S' => i64::from(time.millisecond()),
            _ => {
                made.push_str(run);
                rest = after;
                continue;
            }
        };
        let digits = run.len().min(9);
        write!(made, "{value:0digits$}").ok()?;
        rest = after;
    }
    Some(made)
}
