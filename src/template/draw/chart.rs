//! Charts as a simple drawing. The value is the card platform's chart variable:
//! `{"type": "lineChart", "data": [{"x": …, "y": …, "type": …}], "config": {}}`.

use serde_json::Value;

use super::{
    Rect,
    metric::TextMetric,
    paint::{Shape, TextLook, arc},
    style::Colour,
};
use crate::template::expr::value::{number, string};

/// What kind of chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ChartKind {
    /// Lines from point to point.
    #[default]
    Line,
    /// Upright bars.
    Bars,
    /// Lying bars.
    Lying,
    /// Slices of a circle.
    Pie,
}

/// A chart's values.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Chart {
    /// What kind.
    pub kind: ChartKind,
    /// The places along the axis, in the order of the data.
    pub places: Vec<String>,
    /// The series: name, and a value for every place (or none).
    pub series: Vec<(String, Vec<Option<f64>>)>,
}

/// The most places and series that are drawn.
const MOST: (usize, usize) = (200, 12);

impl Chart {
    /// Reads a chart variable; text that holds its JSON as well. `None` for what is no chart.
    ///
    /// Assumption: `pieChart`, `histogram`/`barChart`/`columnChart`, and lying bars where the name says `horizontal`; every
    /// other type is drawn as lines.
    pub fn read(value: &Value) -> Option<Self> {
        let parsed;
        let map = match value {
            Value::Object(map) => map,
            Value::String(text) if text.trim_start().starts_with('{') => {
                parsed = crate::compose::json::parse(text).ok()?.value;
                parsed.as_object()?
            }
            _ => return None,
        };
        let data = map.get("data").and_then(Value::as_array)?;
        let name = map.get("type").map(string).unwrap_or_default().to_ascii_lowercase();
        let kind = if name.contains("pie") || name.contains("ring") || name.contains("donut") {
            ChartKind::Pie
        } else if name.contains("horizontal") || name.contains("stripe") {
            ChartKind::Lying
        } else if name.contains("bar") || name.contains("histogram") || name.contains("column") {
            ChartKind::Bars
        } else {
            ChartKind::Line
        };
        let mut chart = Self { kind, ..Self::default() };
        for entry in data {
            let text = |name: &str| entry.get(name).map(|value| string(value).into_owned()).unwrap_or_default();
            let (place, series) = (text("x"), text("type"));
            let at = match chart.places.iter().position(|known| *known == place) {
                Some(at) => at,
                None if chart.places.len() < MOST.0 => {
                    chart.places.push(place);
                    chart.places.len() - 1
                }
                None => continue,
            };
            let of = match chart.series.iter().position(|(known, _)| *known == series) {
                Some(of) => of,
                None if chart.series.len() < MOST.1 => {
                    chart.series.push((series, Vec::new()));
                    chart.series.len() - 1
                }
                None => continue,
            };
            if let Some((_, values)) = chart.series.get_mut(of) {
                if values.len() <= at {
                    values.resize(at + 1, None);
                }
                if let Some(slot) = values.get_mut(at) {
                    *slot = entry.get("y").and_then(number);
                }
            }
        }
        Some(chart)
    }
}

/// Colours of the series.
const PALETTE: [[u8; 4]; 6] = [
    [0x00, 0x7F, 0xFF, 255],
    [0x00, 0xB0, 0x42, 255],
    [0xFF, 0x92, 0x00, 255],
    [0x8A, 0x5C, 0xE6, 255],
    [0xFF, 0x52, 0x19, 255],
    [0x15, 0xBC, 0xC4, 255],
];

fn colour(index: usize) -> Colour {
    Colour { rgba: PALETTE.get(index % PALETTE.len()).copied().unwrap_or([0, 0, 0, 255]) }
}

const LABEL: f32 = 10.0;

/// The shapes of a chart in a rectangle.
pub(super) fn shapes(chart: &Chart, rect: Rect, ink: Colour, faint: Colour, metric: &dyn TextMetric) -> Vec<Shape> {
    let look = TextLook {
        size: LABEL,
        colour: faint,
        bold: false,
        italic: false,
        strike: false,
        underline: false,
        code: false,
    };
    let mut found = Vec::new();
    if rect.width < 20.0 || rect.height < 20.0 {
        return found;
    }
    let width_of = |text: &str| text.chars().map(|c| metric.advance(c, LABEL, false)).sum::<f32>();
    let label = |found: &mut Vec<Shape>, text: &str, x: f32, y: f32| {
        let rect = Rect { x, y, width: width_of(text), height: LABEL * 1.4 };
        found.push(Shape::Text { rect, text: text.to_owned(), look });
    };
    if chart.series.is_empty() {
        label(&mut found, "—", rect.x + rect.width / 2.0, rect.y + rect.height / 2.0 - LABEL);
        return found;
    }
    // Names of the series in a row at the top.
    let names: Vec<&str> = match chart.kind {
        ChartKind::Pie => chart.places.iter().map(String::as_str).collect(),
        _ => chart.series.iter().map(|(name, _)| name.as_str()).collect(),
    };
    let mut x = rect.x;
    for (index, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let width = width_of(name) + 18.0;
        if x + width > rect.x + rect.width {
            break;
        }
        let square = Rect { x, y: rect.y + 3.0, width: 8.0, height: 8.0 };
        found.push(Shape::Fill { rect: square, radius: [2.0; 4], colour: colour(index) });
        label(&mut found, name, x + 11.0, rect.y);
        x += width;
    }
    let plot = Rect { x: rect.x, y: rect.y + 18.0, width: rect.width, height: rect.height - 18.0 };
    if chart.kind == ChartKind::Pie {
        pie(chart, plot, &mut found);
        return found;
    }
    let values = || chart.series.iter().flat_map(|(_, values)| values.iter().flatten().copied());
    // Nothing, below which there are negative values, always has a place on the axis.
    let (least, most) = (values().fold(0.0_f64, f64::min), values().fold(0.0_f64, f64::max));
    let most = if least < most { most } else { 1.0 };
    // Halves first: the range of the largest numbers is too long for one.
    let part = |value: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
        let part = ((value / 2.0 - least / 2.0) / (most / 2.0 - least / 2.0)).clamp(0.0, 1.0) as f32;
        part
    };
    let zero = part(0.0);
    let places = chart.places.len().max(1) as f32;
    if chart.kind == ChartKind::Lying {
        let left = chart.places.iter().map(|place| width_of(place)).fold(0.0, f32::max).min(plot.width / 3.0) + 6.0;
        let row = plot.height / places;
        let bar = (row * 0.6 / chart.series.len() as f32).min(18.0);
        for (at, place) in chart.places.iter().enumerate() {
            let y = plot.y + row * at as f32;
            label(&mut found, place, plot.x, y + row / 2.0 - LABEL * 0.7);
            for (of, (_, values)) in chart.series.iter().enumerate() {
                let Some(value) = values.get(at).copied().flatten() else { continue };
                let (reach, long) = (part(value), plot.width - left);
                let y = y + row / 2.0 + bar * (of as f32 - chart.series.len() as f32 / 2.0);
                let (x, width) = (plot.x + left + long * reach.min(zero), long * (reach - zero).abs());
                let rect = Rect { x, y, width, height: (bar - 1.0).max(1.0) };
                let radius = if value < 0.0 { [2.0, 0.0, 0.0, 2.0] } else { [0.0, 2.0, 2.0, 0.0] };
                found.push(Shape::Fill { rect, radius, colour: colour(of) });
            }
        }
        return found;
    }
    let ticks = [0.0_f32, 0.5, 1.0].map(|share| {
        let value = least * f64::from(1.0 - share) + most * f64::from(share);
        (share, trimmed(value))
    });
    let widest = ticks.iter().map(|(_, text)| width_of(text)).fold(0.0, f32::max).min(plot.width / 2.0);
    let (left, below) = (widest + 6.0, LABEL * 1.4 + 4.0);
    let area = Rect {
        x: plot.x + left,
        y: plot.y + 4.0,
        width: (plot.width - left).max(1.0),
        height: (plot.height - below - 4.0).max(1.0),
    };
    let [red, green, blue, _] = ink.rgba;
    for (share, text) in &ticks {
        let y = area.y + area.height * (1.0 - share);
        let points = vec![[area.x, y], [area.x + area.width, y]];
        found.push(Shape::Line { points, width: 1.0, colour: Colour { rgba: [red, green, blue, 0x22] } });
        label(&mut found, text, plot.x, y - LABEL * 0.7);
    }
    if least < 0.0 {
        let y = area.y + area.height * (1.0 - zero);
        let points = vec![[area.x, y], [area.x + area.width, y]];
        found.push(Shape::Line { points, width: 1.0, colour: faint });
    }
    let column = area.width / places;
    let mut free_from = f32::NEG_INFINITY;
    for (at, place) in chart.places.iter().enumerate() {
        let width = width_of(place);
        let x = area.x + column * (at as f32 + 0.5) - width / 2.0;
        if x >= free_from {
            label(&mut found, place, x, area.y + area.height + 4.0);
            free_from = x + width + 6.0;
        }
    }
    for (of, (_, values)) in chart.series.iter().enumerate() {
        let mut points = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let (x, reach) = (area.x + column * (at as f32 + 0.5), part(*value));
            if chart.kind == ChartKind::Bars {
                let bar = (column * 0.6 / chart.series.len() as f32).min(28.0);
                let x = x + bar * (of as f32 - chart.series.len() as f32 / 2.0);
                let (y, height) = (area.y + area.height * (1.0 - reach.max(zero)), area.height * (reach - zero).abs());
                let rect = Rect { x, y, width: (bar - 1.0).max(1.0), height };
                let radius = if *value < 0.0 { [0.0, 0.0, 2.0, 2.0] } else { [2.0, 2.0, 0.0, 0.0] };
                found.push(Shape::Fill { rect, radius, colour: colour(of) });
            } else {
                points.push([x, area.y + area.height * (1.0 - reach)]);
            }
        }
        for point in &points {
            let dot = Rect { x: point[0] - 2.0, y: point[1] - 2.0, width: 4.0, height: 4.0 };
            found.push(Shape::Fill { rect: dot, radius: [2.0; 4], colour: colour(of) });
        }
        if points.len() > 1 {
            found.push(Shape::Line { points, width: 1.5, colour: colour(of) });
        }
    }
    found
}

fn pie(chart: &Chart, plot: Rect, found: &mut Vec<Shape>) {
    let values: Vec<f64> = chart
        .series
        .first()
        .map(|(_, values)| values.iter().map(|value| value.unwrap_or(0.0).max(0.0)).collect())
        .unwrap_or_default();
    let all: f64 = values.iter().sum();
    if all <= 0.0 {
        return;
    }
    let centre = [plot.x + plot.width / 2.0, plot.y + plot.height / 2.0];
    let radius = (plot.width.min(plot.height) / 2.0 - 2.0).max(1.0);
    let mut from = 0.0_f32;
    for (index, value) in values.iter().enumerate() {
        #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
        let share = (value / all) as f32;
        // Slices over a third of a turn are drawn in parts: every part is convex then.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 4")]
        let parts = (share * 3.0).ceil().max(1.0) as usize;
        for part in 0..parts {
            let start = from + share * part as f32 / parts as f32;
            let end = from + share * (part + 1) as f32 / parts as f32;
            let mut points = vec![centre];
            points.extend(arc(centre, radius, start, end));
            found.push(Shape::Polygon { points, colour: colour(index) });
        }
        from += share;
    }
}

fn trimmed(value: f64) -> String {
    if value.fract().abs() < 1e-9 { format!("{value:.0}") } else { format!("{value:.1}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::draw::metric::SimpleMetric;

    #[test]
    fn charts_are_read_and_have_shapes() {
        let value = json!({ "type": "lineChart", "data": [
            { "x": "一", "y": 4, "type": "甲" }, { "x": "二", "y": "8", "type": "甲" }, { "x": "二", "y": 2, "type": "乙" } ] });
        let chart = Chart::read(&value).unwrap();
        assert_eq!(chart.places, ["一", "二"]);
        assert_eq!(chart.series[1], ("乙".to_owned(), vec![None, Some(2.0)]));
        assert_eq!(Chart::read(&Value::String(value.to_string())), Some(chart.clone()));
        assert_eq!(Chart::read(&json!({ "a": 1 })), None);
        let rect = Rect { x: 0.0, y: 0.0, width: 200.0, height: 100.0 };
        let ink = Colour { rgba: [0, 0, 0, 255] };
        for kind in [ChartKind::Line, ChartKind::Bars, ChartKind::Lying, ChartKind::Pie] {
            let chart = Chart { kind, ..chart.clone() };
            let found = shapes(&chart, rect, ink, ink, &SimpleMetric);
            assert!(found.len() > 3, "{kind:?}");
            for shape in &found {
                let bounds = shape.bounds();
                assert!(
                    bounds.x.is_finite() && bounds.y >= -1.0 && bounds.y + bounds.height <= 101.0,
                    "{kind:?} {shape:?}"
                );
            }
        }
        shapes(&Chart::default(), rect, ink, ink, &SimpleMetric);
    }

    #[test]
    fn what_is_less_than_nothing_reaches_the_other_way() {
        let bars = |kind: &str| -> Vec<Rect> {
            let value = json!({ "type": kind, "data": [{ "x": "a", "y": 30 }, { "x": "b", "y": -10 }] });
            let chart = Chart::read(&value).unwrap();
            let (rect, ink) = (Rect { x: 0.0, y: 0.0, width: 200.0, height: 98.0 }, Colour { rgba: [0, 0, 0, 255] });
            let fill = |shape: Shape| if let Shape::Fill { rect, .. } = shape { Some(rect) } else { None };
            shapes(&chart, rect, ink, ink, &SimpleMetric).into_iter().filter_map(fill).collect()
        };
        // The plot is 98 - 18 of names - 4 above - 18 of places = 58 high, from 22 on: 40 values, 30 of them above nothing.
        let up = bars("barChart");
        assert!((up[0].y - 22.0).abs() < 0.01 && (up[0].height - 43.5).abs() < 0.01, "{up:?}");
        assert!((up[1].y - 65.5).abs() < 0.01 && (up[1].height - 14.5).abs() < 0.01, "{up:?}");
        // Lying: 5 of the name and 6 leave 189; a quarter of them is below nothing.
        let lying = bars("horizontalBarChart");
        assert!((lying[0].x - (11.0 + 47.25)).abs() < 0.01 && (lying[0].width - 141.75).abs() < 0.01, "{lying:?}");
        assert!((lying[1].x - 11.0).abs() < 0.01 && (lying[1].width - 47.25).abs() < 0.01, "{lying:?}");
        let value = json!({ "data": [{ "x": "c", "y": 1e308 }, { "x": "d", "y": -1e308 }] });
        let ink = Colour { rgba: [0, 0, 0, 255] };
        let rect = Rect { x: 0.0, y: 0.0, width: 200.0, height: 98.0 };
        let found = shapes(&Chart::read(&value).unwrap(), rect, ink, ink, &SimpleMetric);
        assert!(found.iter().all(|shape| shape.bounds().y.is_finite() && shape.bounds().y >= 0.0));
    }
}
