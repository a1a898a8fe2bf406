//! A checked draft becomes calls, and calls become a truthful report.
//!
//! * [`connect`]: a profile and its secrets become a [`crate::dingtalk::session::Session`]; the sandbox is started where it is needed.
//! * [`send`]: carries out a [`crate::compose::ready::Ready`]: written down first, then sent, once, then its outcome.
//! * [`spaces`]: what became of a card at each place. [`earlier`]: what an earlier card holds now.
//! * [`upload`]: a media file becomes a `media_id`. [`status_bar`]: another status bar for an OA notice.
//! * [`plan`]: a draft and a list of people become calls, with what will happen to whom; [`limits`], [`pace`] and [`time`] keep
//!   the profile's limits.
//! * [`start`]: a plan is written down; [`run`]: it is carried out, behind the [`guard`] of its profile.
//! * [`waiting`]: a delivery that is written down and begins later, also by a program started later.
//! * [`cases`]: the cases of a card template for test people, one call each.
//! * [`after`]: reports and recall; [`export`] and [`list`]: a delivery as a file and as data; [`words`]: its codes explained.
//! * [`report`]: what happened, as the object of `--json` and as text.
//!
//! Knows no screen. Everything that may have arrived and was not answered is *unknown* and is never repeated here.

pub mod after;
pub mod cases;
pub mod connect;
pub mod earlier;
pub mod export;
pub mod guard;
pub mod limits;
pub mod list;
pub mod pace;
pub mod plan;
pub mod report;
pub mod run;
pub mod send;
pub mod spaces;
pub mod start;
pub mod status_bar;
pub mod time;
pub mod upload;
pub mod waiting;
pub mod words;

pub use connect::{ConnectError, Connection};
pub use send::{Delivery, Outcome, send};
