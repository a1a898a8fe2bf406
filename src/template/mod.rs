//! A card template's export file: what it declares, what its values come to, and how its card is laid out.
//!
//! Pure: no egui, no network, no clock; the text metric, the moment and the kind of client come in as parameters. The
//! format is not documented: it was read off official exports (`reference/card-template-format.md` in the shared
//! folder), so every reading that is not certain is stated as an assumption where the code makes it.
//!
//! * [`export`]: the file as a whole; [`variable`]: what it declares; [`xml`]: the widget tree as written.
//! * [`expr`]: its expressions, parsed once, evaluated as often as values change.
//! * [`card`]: the widget tree ready to be drawn; [`draw`]: the tree for one viewer, with rectangles.
//! * [`unbound`]: which texts are not seen, and why; [`report`]: everything as one JSON object.
//! * [`cases`]: the acceptance record. [`of_draft`]: a written card's values; [`changes`]: what a newer export declares otherwise.
//! * [`language`]: the languages of cards.
//! * [`values`]: the values of one viewer, and what is wrong with them. [`learnt`]: variables where there is no export.

pub mod card;
pub mod cases;
pub mod changes;
pub mod draw;
pub mod export;
pub mod expr;
pub mod language;
pub mod learnt;
pub mod of_draft;
pub mod report;
mod text_error;
pub mod unbound;
pub mod values;
pub mod variable;
pub mod xml;

pub use card::Card;
pub use export::{Export, ExportError};

/// The largest export file that is read, in bytes. The largest official one has 0.24 MB.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// How deep widgets may stand in each other. The deepest official one has 15.
pub const MAX_WIDGET_DEPTH: usize = 100;
/// How many widgets a template may have.
pub const MAX_WIDGETS: usize = 20_000;
/// How many attributes one widget may have; more are ignored and listed.
pub const MAX_ATTRIBUTES: usize = 200;
/// How deep variables may nest by their `schema`.
pub const MAX_SCHEMA_DEPTH: usize = 20;
/// How many variables a template may declare, nested ones included; more are ignored and listed.
pub const MAX_VARIABLES: usize = 5_000;
/// How many ignored parts are listed.
pub const MAX_IGNORED: usize = 100;

/// A part of the file that was not understood and left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignored {
    /// Where it stands: `editorData/variableList/3`, or `widgetInfo 2:17` (line and column).
    pub place: String,
    /// What it is: its name or a short description.
    pub what: String,
}

/// Lists an ignored part, up to [`MAX_IGNORED`].
fn ignore(list: &mut Vec<Ignored>, place: impl FnOnce() -> String, what: impl Into<String>) {
    if list.len() < MAX_IGNORED {
        let what: String = what.into();
        list.push(Ignored { place: place(), what: what.chars().take(80).collect() });
    }
}
