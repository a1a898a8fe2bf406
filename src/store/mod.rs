//! What lasts: settings, the vault (the OS keyring), drafts, the history, the journal of deliveries, templates and the directory cache.
//!
//! Knows no network and no screen. All of it lives in one folder, the [`home`]; secrets never do (they are in the
//! [`vault`]). Calls touch the disk or the keyring and may block: they belong on a worker thread.

pub mod access;
mod database;
pub mod directory_cache;
pub mod drafts;
pub mod exports;
mod files;
pub mod groups;
pub mod history;
pub mod home;
pub mod journal;
mod platform;
pub mod settings;
pub mod templates;
pub mod vault;
pub mod window;

pub use files::{FileError, Trouble, open_named, write_atomically};
pub use home::{Home, HomeError};
