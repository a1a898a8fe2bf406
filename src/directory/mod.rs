//! People and departments of an organisation: the model, search by name and pinyin, loading through `dingtalk`.
//!
//! Knows no files (the cache is `store::directory_cache`) and no screen.
//!
//! * [`model`]: the organisation as loaded so far, compact enough for 100,000 people.
//! * [`build`]: putting one together from listings, and laying a fresh one over an older one.
//! * [`search`]: people and departments by name, full pinyin, initials, userid and job number.
//! * [`ids`]: pasted lists of ids.
//! * [`fetch`]: loading through the directory calls, with progress and cancel.

pub mod build;
pub mod fetch;
pub mod ids;
pub mod model;
mod pinyin;
pub mod search;

pub use build::DirectoryBuilder;
pub use model::{Department, DepartmentIndex, Directory, Person, PersonIndex, PersonView};
pub use search::{Found, SearchIndex};
