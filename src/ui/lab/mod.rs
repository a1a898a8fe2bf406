//! The card lab: what a template's export draws, in the window and as a picture.
//!
//! Knows the template room ([`crate::template`]) and egui; of sending only what became of cases, and no HTTP: pictures of the web are
//! placeholders until a person asks for them, and then come as bytes.
//!
//! * [`library`]: the imported templates. [`preview`]: the live drawing in the inspector, `pressed`: what presses in it do. [`form`]: typed inputs for the
//!   template's variables, [`fields`] for lists and objects. [`cases`]: its acceptance record, `cells`: the grid; [`sending`]: its cases as cards.
//! * [`paint`]: the drawing's list of shapes as egui shapes, and egui's fonts as the metric of the layout; `gradient`: its
//!   gradients. [`pictures`]: pictures of the web, as far as they were asked for by `load`.
//! * [`studio`]: the same without a window, into pixels and PNG; [`raster`]: triangles into pixels.

pub mod cases;
mod cells;
mod fields;
pub mod form;
mod gradient;
pub mod library;
mod load;
pub mod paint;
pub mod pictures;
mod pressed;
pub mod preview;
mod raster;
mod record_page;
pub mod sending;
pub mod studio;
