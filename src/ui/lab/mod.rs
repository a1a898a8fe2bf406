//! The card lab: what a template's export draws, in the window and as a picture.
//!
//! Knows the template room ([`crate::template`]) and egui; nothing of sending, and no HTTP: pictures of the web are
//! placeholders.
//!
//! * [`library`]: the imported templates. [`preview`]: the live drawing in the inspector. [`form`]: typed inputs for the
//!   template's variables, [`fields`] for lists and objects. [`cases`]: its acceptance record.
//! * [`paint`]: the drawing's list of shapes as egui shapes, and egui's fonts as the metric of the layout.
//! * [`studio`]: the same without a window, into pixels and PNG; [`raster`]: triangles into pixels.

pub mod cases;
mod fields;
pub mod form;
pub mod library;
pub mod paint;
pub mod preview;
mod raster;
mod record_page;
pub mod studio;
