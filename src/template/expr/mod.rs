//! Expressions of attributes, `@name{arg, arg, …}`: parsed once to a tree, evaluated as often as values change.
//!
//! * [`parse`]: text → [`Expr`]. * [`eval`]: [`Expr`] → value. * [`function`]: what each function does.
//! * [`script`]: the JavaScript-like texts of `expList`. * [`tokens`]: the design tokens.

pub mod eval;
pub mod function;
pub mod parse;
pub mod script;
pub mod tokens;
pub mod value;

#[cfg(test)]
mod tests;

pub use eval::{Env, Fuel, Scope};
pub use function::Function;
pub use parse::{Expr, ParseError, parse};
