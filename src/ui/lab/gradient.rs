//! Gradients as meshes: cut at every stop, so that colours between are exact.

use egui::{CornerRadius, Mesh, Pos2, Rect, vec2};

use super::paint::colour;
use crate::template::draw::gradient::Gradient;

/// A rounded area with a gradient.
pub(super) fn mesh(area: Rect, radius: CornerRadius, gradient: &Gradient) -> Mesh {
    let mut outline = Vec::new();
    let rounded = egui::epaint::RoundedRect::new(area, radius);
    egui::epaint::tessellator::path::rounded_rectangle(&mut outline, rounded);
    if gradient.conic { conic(area, &outline, gradient) } else { linear(area, &outline, gradient) }
}

/// The angle between two cuts of a conic gradient, in turns.
const STEP: f32 = 1.0 / 72.0;

/// A gradient around the middle: wedges of a few degrees, cut at every stop as well.
fn conic(area: Rect, outline: &[Pos2], gradient: &Gradient) -> Mesh {
    let mut cuts: Vec<f32> = gradient.stops.iter().map(|(place, _)| *place).filter(|place| *place < 1.0).collect();
    cuts.extend((0_u8..72).map(|step| f32::from(step) * STEP));
    cuts.sort_by(f32::total_cmp);
    cuts.dedup_by(|a, b| (*a - *b).abs() < 1e-5);
    cuts.push(1.0);
    let ray = |turn: f32| {
        let angle = (gradient.angle + turn * 360.0).to_radians();
        vec2(angle.sin(), -angle.cos())
    };
    let middle = area.center();
    let mut mesh = Mesh::default();
    for pair in cuts.windows(2) {
        let [from, to] = *pair else { continue };
        let (first, last) = (ray(from), ray(to));
        // What lies clockwise of the first ray and not of the last one.
        let clockwise = |of: egui::Vec2, point: Pos2| of.x * (point - middle).y - of.y * (point - middle).x;
        let wedge = cut(&cut(outline, |point| clockwise(first, point)), |point| -clockwise(last, point));
        let start = u32::try_from(mesh.vertices.len()).unwrap_or(u32::MAX);
        for point in &wedge {
            let away = (*point - middle).length() > 0.01;
            let on_first = away && clockwise(first, *point).abs() < clockwise(last, *point).abs();
            let half = f32::midpoint(from, to);
            let place = if !away {
                half
            } else if on_first {
                from + (half - from) * 0.01
            } else {
                to - (to - half) * 0.01
            };
            mesh.colored_vertex(*point, colour(gradient.at(place)));
        }
        for corner in 2..u32::try_from(wedge.len()).unwrap_or(0) {
            mesh.add_triangle(start, start + corner - 1, start + corner);
        }
    }
    mesh
}

/// A gradient along a direction.
fn linear(area: Rect, outline: &[Pos2], gradient: &Gradient) -> Mesh {
    let angle = gradient.angle.to_radians();
    let direction = vec2(angle.sin(), -angle.cos());
    // CSS: the line through the middle is as long as the area's shadow on it.
    let length = (area.width() * direction.x.abs() + area.height() * direction.y.abs()).max(0.001);
    let along = |point: Pos2| (point - area.center()).dot(direction) / length + 0.5;
    let mut cuts: Vec<f32> = gradient.stops.iter().map(|(place, _)| *place).collect();
    cuts.extend([0.0, 1.0]);
    cuts.sort_by(f32::total_cmp);
    cuts.dedup();
    let mut mesh = Mesh::default();
    let bounds = std::iter::once(f32::NEG_INFINITY).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(f32::INFINITY));
    for (from, to) in bounds.zip(ends) {
        let part = cut(&cut(outline, |point| along(point) - from), |point| to - along(point));
        // Colours at a stop belong to the side they are seen from.
        let middle = if from.is_finite() && to.is_finite() { f32::midpoint(from, to) } else { from.max(to.min(0.0)) };
        let first = u32::try_from(mesh.vertices.len()).unwrap_or(u32::MAX);
        for point in &part {
            let place = along(*point).clamp(0.0, 1.0);
            let place = place + (middle - place).clamp(-1.0, 1.0) * 1e-4;
            mesh.colored_vertex(*point, colour(gradient.at(place)));
        }
        for corner in 2..u32::try_from(part.len()).unwrap_or(0) {
            mesh.add_triangle(first, first + corner - 1, first + corner);
        }
    }
    mesh
}

/// The part of a convex outline where `side` is not negative.
fn cut(outline: &[Pos2], side: impl Fn(Pos2) -> f32) -> Vec<Pos2> {
    let mut found = Vec::with_capacity(outline.len() + 2);
    let distance = |point: Pos2| {
        let distance = side(point);
        if distance.is_nan() { 0.0 } else { distance }
    };
    for (index, &point) in outline.iter().enumerate() {
        let Some(&next) = outline.get((index + 1) % outline.len()) else { continue };
        let (here, there) = (distance(point), distance(next));
        if here >= 0.0 {
            found.push(point);
        }
        if (here < 0.0 && there > 0.0 || here > 0.0 && there < 0.0) && here.is_finite() && there.is_finite() {
            found.push(point + (next - point) * (here / (here - there)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::draw::gradient::layers;

    fn colour_at(mesh: &Mesh, at: Pos2) -> [u8; 4] {
        let nearest = mesh.vertices.iter().min_by(|a, b| a.pos.distance(at).total_cmp(&b.pos.distance(at)));
        nearest.unwrap().color.to_array()
    }

    #[test]
    fn a_conic_gradient_turns_clockwise_from_where_it_begins() {
        let area = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
        let text =
            "conic-gradient(from 0deg, #FF0000 0deg 0, #00FF00 90deg, #0000FF 180deg, #FFFFFF 270deg, #FF0000 360deg)";
        let mesh = mesh(area, CornerRadius::ZERO, &layers(text)[0]);
        let near = |found: [u8; 4], wanted: [u8; 3]| wanted.iter().zip(found).all(|(a, b)| a.abs_diff(b) < 24);
        for (x, y, wanted) in [
            (50.0, 0.0, [255, 0, 0]),
            (100.0, 50.0, [0, 255, 0]),
            (50.0, 100.0, [0, 0, 255]),
            (0.0, 50.0, [255, 255, 255]),
        ] {
            let found = colour_at(&mesh, Pos2::new(x, y));
            assert!(near(found, wanted), "{x} {y}: {found:?}");
        }
        // All of the area once: the triangles' areas come to the square's.
        let covered: f32 = mesh
            .indices
            .chunks_exact(3)
            .map(|corners| {
                let [a, b, c] = [corners[0], corners[1], corners[2]].map(|index| mesh.vertices[index as usize].pos);
                ((b - a).x * (c - a).y - (b - a).y * (c - a).x).abs() / 2.0
            })
            .sum();
        assert!((covered - 10_000.0).abs() < 20.0, "{covered}");
    }
}
