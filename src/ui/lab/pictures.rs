//! Pictures of the web in drawings: fetched in the background when a person asks, decoded within bounds, kept while the
//! program runs. It knows no HTTP: [`crate::dingtalk::picture`] fetches.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
    sync::Arc,
};

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions};
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, metadata::Orientation};
use tokio::sync::Semaphore;

use super::paint::{Pictures, Seen};
use crate::{
    dingtalk::picture::{self as web, AT_ONCE, MOST, PictureRules, is_web},
    lang::Lang,
    template::draw::paint::{Piece, sources},
    ui::{background::Background, remote::Remote},
};

/// The most pixels of a picture that is decoded.
const MOST_PIXELS: u64 = 40_000_000;
/// The memory decoding may take, in bytes.
const MOST_MEMORY: u64 = 400 * 1024 * 1024;
/// The longest side that is kept: a card is at most some 600 np wide.
const SIDE: u32 = 1_200;

/// A picture as it is kept.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its pixels, at most [`SIDE`] long.
    pub image: Arc<ColorImage>,
    /// Its own width and height, in pixels.
    pub size: [f32; 2],
}

struct Entry {
    loading: Remote<Loaded>,
    here: Option<(Loaded, TextureHandle)>,
    failed: Option<String>,
}

/// The pictures of this window.
pub struct Album {
    client: web::Pictures,
    known: BTreeMap<String, Entry>,
    lanes: Arc<Semaphore>,
    /// Counts arrivals, so that drawings are made anew.
    generation: u64,
}

impl Default for Album {
    fn default() -> Self {
        Self {
            client: web::Pictures::default(),
            known: BTreeMap::new(),
            lanes: Arc::new(Semaphore::new(AT_ONCE)),
            generation: 0,
        }
    }
}

impl std::fmt::Debug for Album {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Album").field("pictures", &self.known.len()).finish_non_exhaustive()
    }
}

impl Album {
    /// Begins to fetch what is not here yet; what failed is tried again.
    pub fn load(&mut self, addresses: Vec<String>, rules: PictureRules, background: &Background, lang: Lang) {
        for address in addresses {
            let busy = |entry: &Entry| entry.here.is_some() || entry.loading.is_pending();
            if !is_web(&address) || self.known.get(&address).is_some_and(busy) {
                continue;
            }
            let mut entry = Entry { loading: Remote::NotAsked, here: None, failed: None };
            if self.known.len() >= MOST && !self.known.contains_key(&address) {
                entry.failed = Some(tr!(lang, "picture.many").into_owned());
                self.known.insert(address, entry);
                continue;
            }
            let (client, lanes, from) = (self.client.clone(), Arc::clone(&self.lanes), address.clone());
            background.start(&mut entry.loading, async move {
                let permit = lanes.acquire().await;
                let fetched = client.fetch(&from, &rules).await;
                let bytes = fetched.map_err(|fault| fault.message(lang))?;
                let decoded = tokio::task::spawn_blocking(move || decode(&bytes, lang)).await;
                drop(permit);
                decoded.map_err(|lost| lost.to_string())?
            });
            self.known.insert(address, entry);
        }
        self.generation += 1;
    }

    /// Takes what arrived. Call it once a pass.
    pub fn poll(&mut self, ctx: &Context) {
        for (address, entry) in &mut self.known {
            if !entry.loading.poll() {
                continue;
            }
            self.generation += 1;
            entry.failed = entry.loading.take_failure();
            if let Some(loaded) = entry.loading.take_here() {
                // Pictures are drawn much smaller than they are.
                let options =
                    TextureOptions { mipmap_mode: Some(egui::TextureFilter::Linear), ..TextureOptions::LINEAR };
                let texture = ctx.load_texture(address.as_str(), Arc::clone(&loaded.image), options);
                entry.here = Some((loaded, texture));
            }
        }
    }

    /// Changes whenever a picture came or failed.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether something is being fetched.
    pub fn is_busy(&self) -> bool {
        self.known.values().any(|entry| entry.loading.is_pending())
    }

    /// Why a picture did not come.
    pub fn failure(&self, source: &str) -> Option<&str> {
        self.known.get(source)?.failed.as_deref()
    }

    /// Whether a picture is here.
    pub fn has(&self, source: &str) -> bool {
        self.known.get(source).is_some_and(|entry| entry.here.is_some())
    }

    /// What is here, for pictures made without a window.
    pub fn loaded(&self) -> BTreeMap<String, Loaded> {
        let here = |(source, entry): (&String, &Entry)| Some((source.clone(), entry.here.as_ref()?.0.clone()));
        self.known.iter().filter_map(here).collect()
    }
}

impl Pictures for Album {
    fn seen(&self, source: &str) -> Seen {
        match self.known.get(source) {
            Some(Entry { here: Some((loaded, texture)), .. }) => Seen::Here(texture.id(), loaded.size),
            Some(Entry { failed: Some(reason), .. }) => Seen::Failed(reason.clone()),
            _ => Seen::NotHere,
        }
    }
}

/// Loaded pictures by their address, each under its number as a texture: for a painter without a window.
impl Pictures for BTreeMap<String, Loaded> {
    fn seen(&self, source: &str) -> Seen {
        let place = self.keys().position(|known| known == source);
        match place.zip(self.get(source)) {
            Some((place, loaded)) => Seen::Here(TextureId::User(place as u64), loaded.size),
            None => Seen::NotHere,
        }
    }
}

/// The pixels of a texture of theirs.
pub fn picture_of(pictures: &BTreeMap<String, Loaded>, id: TextureId) -> Option<&ColorImage> {
    let TextureId::User(number) = id else { return None };
    Some(&pictures.values().nth(usize::try_from(number).ok()?)?.image)
}

/// The addresses of the web among the pictures of a drawing, each once.
pub fn addresses<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> BTreeSet<String> {
    sources(pieces).filter(|source| is_web(source)).map(str::to_owned).collect()
}

/// The servers of some addresses, for a person who decides.
pub fn hosts(addresses: &BTreeSet<String>) -> String {
    let host = |address: &String| Some(url::Url::parse(address).ok()?.host_str()?.to_owned());
    let all: BTreeSet<String> = addresses.iter().filter_map(host).collect();
    all.into_iter().take(8).collect::<Vec<_>>().join("、")
}

/// A picture file's pixels, turned as the camera says and made no larger than needed.
pub(super) fn decode(bytes: &[u8], lang: Lang) -> Result<Loaded, String> {
    let broken = |reason: String| tr!(lang, "picture.broken", reason = reason).into_owned();
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| broken(error.to_string()))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| broken(error.to_string()))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(tr!(lang, "picture.too_many_pixels", width = width, height = height).into_owned());
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| broken(error.to_string()))?;
    picture.apply_orientation(turned);
    let size = [picture.width() as f32, picture.height() as f32];
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    let pixels = picture.to_rgba8();
    let sides = [pixels.width() as usize, pixels.height() as usize];
    Ok(Loaded { image: Arc::new(ColorImage::from_rgba_unmultiplied(sides, &pixels)), size })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::ImageRgb8(image::RgbImage::from_pixel(width, height, image::Rgb([200, 30, 40])));
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_are_decoded_and_large_ones_made_smaller() {
        for format in
            [image::ImageFormat::Png, image::ImageFormat::Jpeg, image::ImageFormat::Gif, image::ImageFormat::WebP]
        {
            let loaded = decode(&file(2400, 1200, format), Lang::Zh).unwrap();
            assert_eq!((loaded.size, loaded.image.size), ([2400.0, 1200.0], [1200, 600]), "{format:?}");
            let [r, g, b, a] = loaded.image.pixels[0].to_array();
            assert!(r.abs_diff(200) < 12 && g.abs_diff(30) < 12 && b.abs_diff(40) < 12 && a == 255, "{format:?}");
        }
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_or_is_cut_off_is_named_and_not_decoded() {
        // A PNG header that says 60,000 by 60,000.
        let mut bomb = file(1, 1, image::ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let mut crc = !0_u32;
        for byte in &bomb[12..29] {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
            }
        }
        bomb[29..33].copy_from_slice(&(!crc).to_be_bytes());
        let said = decode(&bomb, Lang::Zh).unwrap_err();
        assert!(said.contains("60000") || said.contains("损坏"), "{said}");
        let whole = file(300, 300, image::ImageFormat::Jpeg);
        for cut in [&whole[..40], b"GIF89a", b"RIFF\0\0\0\0WEBP", b"\x89PNG\r\n\x1a\n", b""] {
            assert!(decode(cut, Lang::En).is_err());
        }
    }
}
