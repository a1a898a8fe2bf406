//! Simple line drawings for the icons of the client's font, by name. The font itself is DingTalk's own; what has no
//! drawing here is a square with its first letter's place kept.

use super::{Rect, paint::arc};

/// The lines of an icon in a square. `name` as written: `::icon_XDS_rightarrow::`.
pub fn strokes(name: &str, rect: Rect) -> Vec<Vec<[f32; 2]>> {
    let plain = name.trim().trim_matches(':').to_ascii_lowercase();
    let lines = drawing(&plain);
    let scale = |[x, y]: [f32; 2]| [rect.x + x * rect.width, rect.y + y * rect.height];
    lines.into_iter().map(|line| line.into_iter().map(scale).collect()).collect()
}

fn circle() -> Vec<[f32; 2]> {
    arc([0.5, 0.5], 0.4, 0.0, 1.0)
}

fn drawing(name: &str) -> Vec<Vec<[f32; 2]>> {
    let has = |word: &str| name.contains(word);
    if has("rightarrow") || has("right_arrow") {
        vec![vec![[0.38, 0.22], [0.66, 0.5], [0.38, 0.78]]]
    } else if has("leftarrow") || has("left_arrow") {
        vec![vec![[0.62, 0.22], [0.34, 0.5], [0.62, 0.78]]]
    } else if has("downarrow") || has("down_arrow") {
        vec![vec![[0.22, 0.38], [0.5, 0.66], [0.78, 0.38]]]
    } else if has("uparrow") || has("up_arrow") {
        vec![vec![[0.22, 0.62], [0.5, 0.34], [0.78, 0.62]]]
    } else if has("close") || has("delete") {
        vec![vec![[0.24, 0.24], [0.76, 0.76]], vec![[0.76, 0.24], [0.24, 0.76]]]
    } else if has("refuse") || has("reject") {
        vec![circle(), vec![[0.36, 0.36], [0.64, 0.64]], vec![[0.64, 0.36], [0.36, 0.64]]]
    } else if has("accept") || has("agree") || has("success") {
        vec![circle(), vec![[0.31, 0.51], [0.45, 0.65], [0.7, 0.37]]]
    } else if has("check") || has("done") {
        vec![vec![[0.18, 0.52], [0.42, 0.74], [0.82, 0.28]]]
    } else if has("copy") {
        vec![
            vec![[0.34, 0.34], [0.86, 0.34], [0.86, 0.86], [0.34, 0.86], [0.34, 0.34]],
            vec![[0.34, 0.66], [0.14, 0.66], [0.14, 0.14], [0.66, 0.14], [0.66, 0.34]],
        ]
    } else if has("calendar") || has("date") {
        vec![
            vec![[0.14, 0.22], [0.86, 0.22], [0.86, 0.86], [0.14, 0.86], [0.14, 0.22]],
            vec![[0.14, 0.42], [0.86, 0.42]],
            vec![[0.34, 0.12], [0.34, 0.3]],
            vec![[0.66, 0.12], [0.66, 0.3]],
        ]
    } else if has("compile") || has("edit") || has("pen") {
        vec![
            vec![[0.2, 0.8], [0.26, 0.58], [0.66, 0.18], [0.82, 0.34], [0.42, 0.74], [0.2, 0.8]],
            vec![[0.56, 0.28], [0.72, 0.44]],
        ]
    } else if has("add") || has("plus") {
        vec![vec![[0.5, 0.2], [0.5, 0.8]], vec![[0.2, 0.5], [0.8, 0.5]]]
    } else if has("search") {
        vec![arc([0.44, 0.44], 0.28, 0.0, 1.0), vec![[0.64, 0.64], [0.86, 0.86]]]
    } else if has("info") || has("tip") || has("warn") || has("help") {
        vec![circle(), vec![[0.5, 0.46], [0.5, 0.7]], vec![[0.5, 0.3], [0.5, 0.34]]]
    } else if has("time") || has("clock") {
        vec![circle(), vec![[0.5, 0.28], [0.5, 0.5], [0.66, 0.6]]]
    } else if has("user") || has("person") || has("people") {
        vec![arc([0.5, 0.34], 0.17, 0.0, 1.0), arc([0.5, 0.88], 0.34, -0.25, 0.25)]
    } else if has("picture") || has("image") {
        vec![
            vec![[0.12, 0.2], [0.88, 0.2], [0.88, 0.8], [0.12, 0.8], [0.12, 0.2]],
            vec![[0.12, 0.7], [0.36, 0.46], [0.56, 0.66], [0.7, 0.54], [0.88, 0.7]],
            arc([0.66, 0.37], 0.06, 0.0, 1.0),
        ]
    } else {
        vec![vec![[0.18, 0.18], [0.82, 0.18], [0.82, 0.82], [0.18, 0.82], [0.18, 0.18]], vec![[0.42, 0.5], [0.58, 0.5]]]
    }
}
