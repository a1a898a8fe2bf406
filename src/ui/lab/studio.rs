//! Pictures of cards without a window: egui lays out and cuts into triangles, [`raster`](super::raster) fills them.

use std::collections::BTreeMap;

use egui::{Color32, Context, Pos2, RawInput, Rect, TextureId, pos2, vec2};

use super::{
    paint::{FontMetric, Stage, shapes},
    pictures::{Loaded, decode, picture_of},
    raster::Canvas,
};
use crate::{
    cli::artist::{Artist, Easel, Made, PictureFiles, Sheet},
    lang::Lang,
    template::{
        Card,
        draw::{
            build::{Scene, draw},
            metric::TextMetric,
            paint::pieces,
        },
        values::Merged,
    },
    ui::theme::fonts,
};

/// A picture: bytes of red, green, blue, alpha, row by row.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Four bytes a pixel, alpha not premultiplied.
    pub rgba: Vec<u8>,
    /// Where the picture ends, in np from the card's top, if the card goes on below.
    pub cut: Option<f32>,
}

/// Free space around the card, in np.
const MARGIN: f32 = 12.0;
/// The longest side of a picture in pixels; a longer card is cut below.
const MAX_SIDE: f32 = 12_000.0;
/// Pixels of a picture at most.
const MAX_PIXELS: f32 = 8_000_000.0;

/// Draws cards into pictures. Fonts are read once; keep it for several pictures.
pub struct Studio {
    ctx: Context,
    /// Pixels of the picture per np.
    scale: f32,
    /// The pictures that are loaded.
    pictures: BTreeMap<String, Loaded>,
}

impl Studio {
    /// A studio for pictures of that many pixels per np (0.5 to 4). `system_fonts`: characters the bundled fonts lack are
    /// taken from the machine's fonts; without it pictures are the same everywhere.
    pub fn new(scale: f32, system_fonts: bool) -> Self {
        let scale = if scale.is_finite() { scale.clamp(0.5, 4.0) } else { 2.0 };
        let ctx = Context::default();
        fonts::install(&ctx);
        if system_fonts {
            fonts::extend_with_system_fonts(&ctx);
        } else {
            fonts::without_system_fonts(&ctx);
        }
        // Twice as fine as the picture: edges without feathering are smooth after halving.
        ctx.set_pixels_per_point(scale * 2.0);
        for _ in 0..2 {
            ctx.run_ui(RawInput::default(), |_| {}).drop_without_applying_deltas();
        }
        Self { ctx, scale, pictures: BTreeMap::new() }
    }

    /// The same studio with pictures of the web, by their address.
    #[must_use]
    pub fn with_pictures(mut self, pictures: BTreeMap<String, Loaded>) -> Self {
        self.pictures = pictures;
        self
    }

    /// The card of a viewer on the ground of its chat.
    pub fn picture(&self, card: &Card, merged: &Merged, scene: &Scene) -> Picture {
        let metric = FontMetric::new(&self.ctx, &self.pictures);
        let drawing = draw(card, merged, scene, &metric);
        let size = drawing
            .root
            .as_ref()
            .map_or([scene.width, 40.0], |root| [root.rect.x + root.rect.width, root.rect.y + root.rect.height]);
        let pieces = pieces(&drawing, scene.dark, &metric);
        let width = (size[0].max(1.0) + 2.0 * MARGIN).min(MAX_SIDE / self.scale);
        let most = (MAX_PIXELS / (width * self.scale * self.scale)).min(MAX_SIDE / self.scale);
        let height = (size[1].max(1.0) + 2.0 * MARGIN).min(most);
        let ground = ground(scene.dark);
        let area = Rect::from_min_size(Pos2::ZERO, vec2(width, height));
        let fine = self.scale * 2.0;
        let input = RawInput { screen_rect: Some(area), ..RawInput::default() };
        let mut output = self.ctx.run_ui(input, |ui| {
            let painter = ui.ctx().layer_painter(egui::LayerId::background());
            let stage = Stage { origin: pos2(MARGIN, MARGIN), zoom: 1.0, dark: scene.dark, pictures: &self.pictures };
            painter.extend(shapes(ui.ctx(), &pieces, &stage, area));
        });
        let primitives = self.ctx.tessellate(std::mem::take(&mut output.shapes), fine);
        output.drop_without_applying_deltas();
        #[expect(clippy::redundant_closure_for_method_calls, reason = "the method alone is not general enough")]
        let texture = self.ctx.fonts(|fonts| fonts.image());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded above")]
        let [columns, rows] = [width, height].map(|side| (side * self.scale).ceil() as usize * 2);
        let mut canvas = Canvas::new(columns, rows, ground);
        canvas.draw(&primitives, fine, |id| {
            if id == TextureId::default() { Some(&texture) } else { picture_of(&self.pictures, id) }
        });
        let (width, height, rgba) = canvas.halved();
        let below = size[1].max(1.0) + MARGIN - area.height();
        Picture { width, height, rgba, cut: (below > 0.5).then_some(area.height() - MARGIN) }
    }
}

impl Picture {
    /// The picture as a PNG file.
    ///
    /// # Errors
    /// The encoder's words.
    pub fn png(&self) -> Result<Vec<u8>, String> {
        let side = |side: usize| u32::try_from(side).map_err(|error| error.to_string());
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width)?, side(self.height)?);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        writer.write_image_data(&self.rgba).map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}

/// The ground of a chat.
#[expect(clippy::disallowed_methods, reason = "the client's colours, not the program's")]
pub(super) const fn ground(dark: bool) -> Color32 {
    if dark { Color32::from_rgb(0x11, 0x12, 0x13) } else { Color32::from_rgb(0xED, 0xEE, 0xF1) }
}

/// What [`crate::cli`] draws and measures with: two pixels per np.
pub const ARTIST: Artist = Artist { easel };

fn easel(files: &PictureFiles, lang: Lang) -> Made {
    let (mut pictures, mut broken) = (BTreeMap::new(), Vec::new());
    for (address, bytes) in files {
        match decode(bytes, lang) {
            Ok(loaded) => {
                pictures.insert(address.clone(), loaded);
            }
            Err(reason) => broken.push((address.clone(), reason)),
        }
    }
    (Box::new(Studio::new(2.0, true).with_pictures(pictures)), broken)
}

impl Easel for Studio {
    fn metric(&self) -> Box<dyn TextMetric + '_> {
        Box::new(FontMetric::new(&self.ctx, &self.pictures))
    }

    fn png(&self, card: &Card, merged: &Merged, scene: &Scene) -> Result<Sheet, String> {
        let picture = self.picture(card, merged, scene);
        Ok(Sheet { bytes: picture.png()?, cut: picture.cut })
    }
}
