//! A checked draft becomes calls, and calls become a truthful report.
//!
//! * [`connect`]: a profile and its secrets become a [`crate::dingtalk::session::Session`]; the sandbox is started where it is needed.
//! * [`send`]: carries out a [`crate::compose::ready::Ready`]: written down first, then sent, once, then its outcome.
//! * [`spaces`]: what became of a card at each place. [`earlier`]: what an earlier card holds now.
//! * [`upload`]: a media file becomes a `media_id`.
//! * [`report`]: what happened, as the object of `--json` and as text.
//!
//! Knows no screen. Everything that may have arrived and was not answered is *unknown* and is never repeated here.

pub mod connect;
pub mod earlier;
pub mod report;
pub mod send;
pub mod spaces;
pub mod upload;

pub use connect::{ConnectError, Connection};
pub use send::{Delivery, Outcome, send};
