//! Triangles into pixels, as egui's own painter draws them: colours with premultiplied alpha, multiplied by the font
//! texture, blended in gamma space.

use egui::{
    ClippedPrimitive, Color32, ColorImage, Pos2, Rect, TextureId, Vec2,
    epaint::{Mesh, Primitive, Vertex},
};

/// Pixels with premultiplied alpha.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Color32>,
}

impl Canvas {
    /// A canvas of one colour.
    pub(super) fn new(width: usize, height: usize, colour: Color32) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// Draws meshes; `scale` is pixels per point. A mesh whose texture is not known is left out.
    pub(super) fn draw<'t>(
        &mut self,
        primitives: &[ClippedPrimitive],
        scale: f32,
        texture: impl Fn(TextureId) -> Option<&'t ColorImage>,
    ) {
        for ClippedPrimitive { clip_rect, primitive } in primitives {
            if let Primitive::Mesh(mesh) = primitive
                && let Some(texture) = texture(mesh.texture_id)
            {
                self.mesh(mesh, *clip_rect, scale, texture);
            }
        }
    }

    fn mesh(&mut self, mesh: &Mesh, clip: Rect, scale: f32, texture: &ColorImage) {
        for triangle in mesh.indices.chunks_exact(3) {
            let corner = |at: usize| {
                let index = triangle.get(at).and_then(|&index| usize::try_from(index).ok())?;
                mesh.vertices.get(index).copied()
            };
            if let (Some(a), Some(b), Some(c)) = (corner(0), corner(1), corner(2)) {
                self.triangle([a, b, c], clip, scale, texture);
            }
        }
    }

    fn triangle(&mut self, corners: [Vertex; 3], clip: Rect, scale: f32, texture: &ColorImage) {
        let [a, mut b, mut c] = corners;
        for corner in [&mut b, &mut c] {
            corner.pos = Pos2::new(corner.pos.x * scale, corner.pos.y * scale);
        }
        let a = Vertex { pos: Pos2::new(a.pos.x * scale, a.pos.y * scale), ..a };
        let area = edge(a.pos, b.pos, c.pos);
        if !area.is_finite() || area == 0.0 {
            return;
        }
        if area < 0.0 {
            std::mem::swap(&mut b, &mut c);
        }
        let area = area.abs();
        let min = |pick: fn(Pos2) -> f32| pick(a.pos).min(pick(b.pos)).min(pick(c.pos));
        let max = |pick: fn(Pos2) -> f32| pick(a.pos).max(pick(b.pos)).max(pick(c.pos));
        let columns =
            range(min(|pos| pos.x).max(clip.min.x * scale), max(|pos| pos.x).min(clip.max.x * scale), self.width);
        let rows =
            range(min(|pos| pos.y).max(clip.min.y * scale), max(|pos| pos.y).min(clip.max.y * scale), self.height);
        // Pixels on a shared edge belong to one of its two triangles only.
        let (on_a, on_b, on_c) = (top_left(b.pos, c.pos), top_left(c.pos, a.pos), top_left(a.pos, b.pos));
        let plain = a.uv == b.uv && b.uv == c.uv;
        let flat = a.color == b.color && b.color == c.color;
        let whole = if plain { sample(texture, a.uv) } else { [1.0; 4] };
        let step = if plain { Vec2::ZERO } else { step([a, b, c], area) };
        for y in rows {
            for x in columns.clone() {
                let point = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
                let (wa, wb, wc) = (edge(b.pos, c.pos, point), edge(c.pos, a.pos, point), edge(a.pos, b.pos, point));
                let inside = |weight: f32, on: bool| weight > 0.0 || (weight >= 0.0 && on);
                if !(inside(wa, on_a) && inside(wb, on_b) && inside(wc, on_c)) {
                    continue;
                }
                let (wa, wb, wc) = (wa / area, wb / area, wc / area);
                let texel = if plain {
                    whole
                } else {
                    let uv = (a.uv.to_vec2() * wa + b.uv.to_vec2() * wb + c.uv.to_vec2() * wc).to_pos2();
                    mean(texture, uv, step)
                };
                if texel[3] <= 0.0 && texel[0] <= 0.0 {
                    continue;
                }
                let colour = if flat {
                    a.color.to_array().map(f32::from)
                } else {
                    let parts = [a.color, b.color, c.color].map(|colour| colour.to_array().map(f32::from));
                    [0, 1, 2, 3].map(|i| parts[0][i] * wa + parts[1][i] * wb + parts[2][i] * wc)
                };
                if let Some(pixel) = self.pixels.get_mut(y * self.width + x) {
                    let source = [0, 1, 2, 3].map(|i| colour[i] * texel[i]);
                    let keep = 1.0 - source[3] / 255.0;
                    let below = pixel.to_array();
                    *pixel = premultiplied([0, 1, 2, 3].map(|i| byte(source[i] + f32::from(below[i]) * keep)));
                }
            }
        }
    }

    /// Half the size, every pixel the mean of four, as bytes without premultiplied alpha.
    pub(super) fn halved(&self) -> (usize, usize, Vec<u8>) {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut bytes = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            for x in 0..width {
                let mut sums = [0.0_f32; 4];
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    let at = (2 * y + dy) * self.width + 2 * x + dx;
                    let pixel = self.pixels.get(at).copied().unwrap_or(Color32::TRANSPARENT);
                    for (sum, part) in sums.iter_mut().zip(pixel.to_array()) {
                        *sum += f32::from(part) / 4.0;
                    }
                }
                bytes.extend(premultiplied(sums.map(byte)).to_srgba_unmultiplied());
            }
        }
        (width, height, bytes)
    }
}

fn premultiplied([r, g, b, a]: [u8; 4]) -> Color32 {
    Color32::from_rgba_premultiplied(r, g, b, a)
}

fn edge(a: Pos2, b: Pos2, point: Pos2) -> f32 {
    (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
}

fn top_left(from: Pos2, to: Pos2) -> bool {
    to.y < from.y || (to.y <= from.y && to.x > from.x)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is what is wanted")]
fn range(from: f32, to: f32, most: usize) -> std::ops::Range<usize> {
    let from = (from.floor().max(0.0) as usize).min(most);
    let to = (to.ceil().max(0.0) as usize).min(most);
    from..to.max(from)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is what is wanted")]
fn byte(value: f32) -> u8 {
    value.round() as u8
}

/// How far the texture moves from one pixel to the next, in each direction.
fn step(corners: [Vertex; 3], area: f32) -> Vec2 {
    let [a, b, c] = corners.map(|corner| corner.pos);
    let along = |of: fn(Pos2) -> f32| {
        let [first, second, third] = corners.map(|corner| of(corner.uv));
        let across = first * (b.y - c.y) + second * (c.y - a.y) + third * (a.y - b.y);
        let down = first * (c.x - b.x) + second * (a.x - c.x) + third * (b.x - a.x);
        across.abs().max(down.abs()) / area.max(f32::EPSILON)
    };
    Vec2::new(along(|uv| uv.x), along(|uv| uv.y))
}

/// The texture below one pixel: a large picture drawn small is the mean of what the pixel covers.
fn mean(texture: &ColorImage, uv: Pos2, step: Vec2) -> [f32; 4] {
    const MOST: f32 = 12.0;
    let [width, height] = texture.size;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 12")]
    let count = |texels: f32| if texels > 1.5 { texels.ceil().clamp(1.0, MOST) as u8 } else { 1 };
    let (columns, rows) = (count(step.x * width as f32), count(step.y * height as f32));
    if columns == 1 && rows == 1 {
        return sample(texture, uv);
    }
    let mut sums = [0.0; 4];
    for row in 0..rows {
        for column in 0..columns {
            let part = |at: u8, of: u8| (f32::from(at) + 0.5) / f32::from(of) - 0.5;
            let at = uv + Vec2::new(step.x * part(column, columns), step.y * part(row, rows));
            for (sum, part) in sums.iter_mut().zip(sample(texture, at)) {
                *sum += part;
            }
        }
    }
    let count = f32::from(columns) * f32::from(rows);
    sums.map(|sum: f32| sum / count)
}

/// The texture at a place from 0 to 1, between its pixels as a card does it.
fn sample(texture: &ColorImage, uv: Pos2) -> [f32; 4] {
    let [width, height] = texture.size;
    let (x, y) = (uv.x * width as f32 - 0.5, uv.y * height as f32 - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (part_x, part_y) = (x - left, y - top);
    let at = |x: f32, y: f32| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the texture")]
        let (x, y) = (
            x.clamp(0.0, width.saturating_sub(1) as f32) as usize,
            y.clamp(0.0, height.saturating_sub(1) as f32) as usize,
        );
        texture.pixels.get(y * width + x).copied().unwrap_or(Color32::TRANSPARENT).to_array()
    };
    if part_x < 0.01 && part_y < 0.01 {
        return at(left, top).map(|part| f32::from(part) / 255.0);
    }
    let upper = (at(left, top), at(left + 1.0, top));
    let lower = (at(left, top + 1.0), at(left + 1.0, top + 1.0));
    let between =
        |pair: ([u8; 4], [u8; 4]), i: usize| f32::from(pair.0[i]) * (1.0 - part_x) + f32::from(pair.1[i]) * part_x;
    [0, 1, 2, 3].map(|i| (between(upper, i) * (1.0 - part_y) + between(lower, i) * part_y) / 255.0)
}
