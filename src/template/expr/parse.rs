//! From the text of an attribute to a tree.

use serde_json::Value;

use super::function::Function;

/// How deep calls may stand in each other. The deepest official expression has 17.
pub const MAX_DEPTH: usize = 64;

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// A quoted text, a number, `true`, `false`, `null`, or a bare word (a path or a plain text).
    Literal(Value),
    /// `@name{…}`.
    Call {
        /// Which function; `None` for a name this program does not know.
        function: Option<Function>,
        /// The name as written.
        name: String,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// Several expressions with commas between: what an event does, one after the other (seen in an official `onTap`).
    /// It has no value.
    Sequence(Vec<Expr>),
}

/// Why a text is no expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseError {
    /// The text ends inside a call or a quoted text.
    Unclosed,
    /// Something follows the expression.
    Trailing,
    /// Deeper than [`MAX_DEPTH`].
    TooDeep,
    /// More parts than the budget allows.
    TooMany,
}

impl ParseError {
    /// A short name for lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unclosed => "unclosed expression",
            Self::Trailing => "text behind the expression",
            Self::TooDeep => "expression nested too deep",
            Self::TooMany => "expression with too many parts",
        }
    }
}

/// Whether an attribute's text is an expression: `@`, a name, `{`. Everything else is literal, also a media id such as
/// `@lALPDe…`.
pub fn is_expression(text: &str) -> bool {
    text.trim_start().strip_prefix('@').and_then(|rest| rest.split_once('{')).is_some_and(|(name, _)| is_name(name))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Parses an attribute's text. `budget` is lowered by one for every part.
///
/// # Errors
/// [`ParseError`].
pub fn parse(text: &str, budget: &mut usize) -> Result<Expr, ParseError> {
    let mut parser = Parser { text, at: 0, budget };
    let mut first = parser.expr(0)?;
    parser.space();
    let mut more = Vec::new();
    while parser.rest().starts_with(',') {
        parser.at += 1;
        more.push(parser.expr(0)?);
        parser.space();
    }
    if parser.at < text.len() {
        return Err(ParseError::Trailing);
    }
    if !more.is_empty() {
        more.insert(0, first);
        first = Expr::Sequence(more);
    }
    Ok(first)
}

struct Parser<'t, 'b> {
    text: &'t str,
    at: usize,
    budget: &'b mut usize,
}

impl<'t> Parser<'t, '_> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn expr(&mut self, depth: usize) -> Result<Expr, ParseError> {
        if depth > MAX_DEPTH {
            return Err(ParseError::TooDeep);
        }
        *self.budget = self.budget.checked_sub(1).ok_or(ParseError::TooMany)?;
        self.space();
        let rest = self.rest();
        if rest.starts_with('\'') {
            return self.quoted();
        }
        if is_expression_start(rest) {
            return self.call(depth);
        }
        // A bare word goes up to the next comma or closing brace.
        let end = rest.find([',', '}']).unwrap_or(rest.len());
        self.at += end;
        Ok(Expr::Literal(bare(rest.get(..end).unwrap_or_default().trim())))
    }

    fn call(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let rest = self.rest();
        let open = rest.find('{').ok_or(ParseError::Unclosed)?;
        let name = rest.get(1..open).unwrap_or_default();
        self.at += open + 1;
        let mut args = Vec::new();
        self.space();
        if self.rest().starts_with('}') {
            self.at += 1;
        } else {
            loop {
                args.push(self.expr(depth + 1)?);
                self.space();
                match self.rest().bytes().next() {
                    Some(b',') => self.at += 1,
                    Some(b'}') => {
                        self.at += 1;
                        break;
                    }
                    Some(_) => return Err(ParseError::Trailing),
                    None => return Err(ParseError::Unclosed),
                }
            }
        }
        Ok(Expr::Call { function: Function::of(name), name: name.to_owned(), args })
    }

    /// A quoted text. Nothing escapes a quote in the official files; assumption: a quote ends the text only where a
    /// comma, a closing brace or the end follows, so that `'it's'` is one text.
    fn quoted(&mut self) -> Result<Expr, ParseError> {
        let inside = self.rest().get(1..).unwrap_or_default();
        for (quote, _) in inside.match_indices('\'') {
            let after = inside.get(quote + 1..).unwrap_or_default().trim_start();
            if after.is_empty() || after.starts_with([',', '}']) {
                self.at += quote + 2;
                return Ok(Expr::Literal(Value::String(inside.get(..quote).unwrap_or_default().to_owned())));
            }
        }
        Err(ParseError::Unclosed)
    }
}

fn is_expression_start(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix('@') else { return false };
    let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    name > 0 && rest.as_bytes().get(name) == Some(&b'{')
}

/// A bare word: `null`, `true`, `false`, a number, else its own text (`7np`, `visible`, `data.cardData.title`).
fn bare(word: &str) -> Value {
    match word {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            serde_json::from_str::<serde_json::Number>(word)
                .map_or_else(|_not_a_number| Value::String(word.to_owned()), Value::Number)
        }
        _ => Value::String(word.to_owned()),
    }
}

impl Expr {
    /// Whether its value is the same for every element of a list.
    pub fn is_free_of_elements(&self) -> bool {
        let mut free = true;
        self.calls(&mut |function, _, _| {
            free &= !matches!(function, Some(Function::Subdata | Function::ParentSubdata | Function::SubdataIndex));
        });
        free
    }

    /// The value, where it depends on no data: literals, and `concat`, `toStr`, `const` of such.
    pub fn constant(&self) -> Option<String> {
        match self {
            Self::Literal(value) => Some(super::value::string(value).into_owned()),
            Self::Call { function: Some(Function::Concat | Function::ToStr | Function::Const), args, .. } => {
                args.iter().map(Self::constant).collect()
            }
            Self::Call { .. } | Self::Sequence(_) => None,
        }
    }

    /// The arguments, where it is a call of that function.
    pub fn arguments(&self, wanted: Function) -> Option<&[Self]> {
        match self {
            Self::Call { function: Some(function), args, .. } if *function == wanted => Some(args),
            _ => None,
        }
    }

    /// Calls `visit` with this call and every call inside it.
    pub fn calls<'e>(&'e self, visit: &mut dyn FnMut(Option<Function>, &'e str, &'e [Self])) {
        match self {
            Self::Literal(_) => {}
            Self::Call { function, name, args } => {
                visit(*function, name, args);
                for arg in args {
                    arg.calls(visit);
                }
            }
            Self::Sequence(parts) => {
                for part in parts {
                    part.calls(visit);
                }
            }
        }
    }
}
