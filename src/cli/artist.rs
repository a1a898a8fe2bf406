//! What the command line draws and measures cards with. It needs fonts and triangles, which are the window's business: the
//! program hands it in.

use std::collections::BTreeMap;

use crate::{
    lang::Lang,
    template::{
        Card,
        draw::{build::Scene, metric::TextMetric},
        values::Merged,
    },
};

/// The bytes of picture files, by their address.
pub type PictureFiles = BTreeMap<String, Vec<u8>>;

/// Addresses of files that are no pictures, and why.
pub type Broken = Vec<(String, String)>;

/// An easel, and what it could not take.
pub type Made = (Box<dyn Easel>, Broken);

/// Makes easels.
#[derive(Clone, Copy, Debug)]
pub struct Artist {
    /// An easel with these pictures of the web, and those that are none, in a person's language.
    pub easel: fn(&PictureFiles, Lang) -> Made,
}

/// Draws and measures cards with one set of fonts and pictures.
pub trait Easel {
    /// The metric that pictures are laid out with.
    fn metric(&self) -> Box<dyn TextMetric + '_>;

    /// A card as a PNG file, two pixels per np.
    ///
    /// # Errors
    /// The encoder's words.
    fn png(&self, card: &Card, merged: &Merged, scene: &Scene) -> Result<Sheet, String>;
}

/// A drawn card.
#[derive(Clone, PartialEq, Debug)]
pub struct Sheet {
    /// The PNG file.
    pub bytes: Vec<u8>,
    /// Where the picture ends, in np from the card's top, if the card goes on below.
    pub cut: Option<f32>,
}
