//! Error code → what happened, the likely cause for this request, what to do. In Chinese and English.
//!
//! The texts for DingTalk's own codes are data in `assets/catalogue/{api,oapi}.json`; those for what happens on the network
//! are in `assets/locales/wire.toml`. [`explain`] puts them together for one failure. Knows no screen: a fix that the
//! program can do is a [`FixAction`], which the screens turn into a button.

mod entry;
mod explain;
mod network;
mod space;

#[cfg(test)]
mod tests;

pub use entry::{Entry, EntryAction, Words, all, lookup};
pub use explain::{Context, Explanation, FixAction, explain};
pub use space::explain_space;

/// The developer console: apps and their permission, security and version pages.
pub const CONSOLE_URL: &str = "https://open-dev.dingtalk.com/fe/app#/corp/app";

/// The card platform: the list of card templates.
pub const CARD_TEMPLATES_URL: &str = "https://open-dev.dingtalk.com/fe/card";
