//! DingComposer: compose DingTalk interactive cards and work notices, see what goes out and to whom, send it, and be
//! told the truth about what happened.
//!
//! The map, ground floor first. A room may use only what stands above it in this list (`tests/house` keeps that).
//!
//! * [`lang`]: the two languages and how a text is looked up. Knows nothing else.
//! * [`dingtalk`]: the wire: the two systems (api.*, oapi.*), their calls, answers, faults and tokens. No drafts, no screen.
//! * [`catalogue`]: error code → what happened, cause, what to do, per language; its data is in `assets/catalogue/`.
//! * [`compose`]: what is being written: drafts, values, findings. Pure: no network, no clock, no screen.
//! * [`template`]: a card template's export: its variables, its expressions evaluated, its layout solved. Pure as well.
//! * [`directory`]: people and departments: model, search by name and pinyin, loading through `dingtalk`.
//! * [`recipients`]: lists of people as files and pasted cells: encodings, formats, columns, who is meant. Pure as well.
//! * [`store`]: settings, vault (the OS keyring), drafts on disk, history and directory cache in SQLite.
//! * [`sandbox`]: a DingTalk stand-in on loopback that speaks the documented contract.
//! * [`deliver`]: a checked draft becomes calls, and calls become a truthful report.
//! * [`cli`]: the same core without a window.
//! * [`ui`]: the screens: read state, send commands.

rust_i18n::i18n!("assets/locales", fallback = "zh");

#[macro_use]
pub mod lang;
pub mod catalogue;
pub mod cli;
pub mod compose;
pub mod deliver;
pub mod dingtalk;
pub mod directory;
pub mod recipients;
pub mod sandbox;
pub mod store;
pub mod template;
pub mod ui;
