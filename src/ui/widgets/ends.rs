//! Things at the right end of a line, in reading order.
//!
//! A right-to-left layout would be walked from the right by Tab and by screen readers. Here the width that the end needed
//! in the last pass is remembered, so that it is drawn from left to right at its place; the pass is made again where the
//! width has changed.

use std::{fmt::Debug, hash::Hash};

use egui::{Id, Layout, Rect, Ui, UiBuilder, pos2};

fn key(ui: &Ui, salt: impl Hash + Debug) -> Id {
    ui.scope_id().with(("end of line", salt))
}

fn known_width(ui: &Ui, key: Id) -> Option<f32> {
    ui.data(|data| data.get_temp(key))
}

/// Draws things at the right end of what is left of a horizontal line, as high in it as the line's other things stand. `salt` tells several in one `Ui` apart.
pub fn at_end<R>(ui: &mut Ui, salt: impl Hash + Debug, end: impl FnOnce(&mut Ui) -> R) -> R {
    let key = key(ui, salt);
    let known = known_width(ui, key);
    let whole = ui.available_rect_before_wrap();
    // The first time it stands at the beginning: what reaches over the edge would widen the panel around it.
    let left = known.map_or(whole.left(), |known| (whole.right() - known).max(whole.left()));
    let place = Rect::from_min_max(pos2(left, whole.top()), whole.max);
    let mut builder =
        UiBuilder::new().id_salt(key).max_rect(place).layout(Layout::left_to_right(ui.layout().vertical_align()));
    if known.is_none() {
        builder = builder.sizing_pass().invisible();
    }
    let mut child = ui.new_child(builder);
    let shown = end(&mut child);
    let needed = child.min_rect();
    let mut taken = needed;
    taken.max.x = taken.max.x.min(whole.right());
    ui.advance_cursor_after_rect(taken);
    if known.is_none_or(|known| (known - needed.width()).abs() > 0.5) {
        ui.data_mut(|data| data.insert_temp(key, needed.width()));
        ui.ctx().request_discard("the end of a line has another width");
    }
    shown
}

/// A line with things at its beginning, which get what is left, and things at its right end: both in reading order.
pub fn split_line<B, E>(
    ui: &mut Ui,
    salt: impl Hash + Debug + Copy,
    begin: impl FnOnce(&mut Ui) -> B,
    end: impl FnOnce(&mut Ui) -> E,
) -> (B, E) {
    let known = known_width(ui, key(ui, salt)).unwrap_or(0.0);
    let gap = if known > 0.0 { known + ui.spacing().item_spacing.x } else { 0.0 };
    let mut place = ui.available_rect_before_wrap();
    place.max.x = (place.max.x - gap).max(place.min.x);
    let builder = UiBuilder::new().max_rect(place).layout(Layout::left_to_right(ui.layout().vertical_align()));
    let first = ui.scope_builder(builder, begin).inner;
    (first, at_end(ui, salt, end))
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable as _};

    use super::*;

    #[test]
    fn a_panel_around_it_keeps_its_width() {
        let mut harness = Harness::builder().with_size([600.0, 60.0]).build_ui(|ui| {
            egui::Panel::left("panel").resizable(true).default_size(200.0).show(ui, |ui| {
                ui.horizontal(|ui| at_end(ui, "panel", |ui| ui.button("end").clicked()));
            });
            ui.label("beside");
        });
        harness.run();
        let beside = harness.get_by_label("beside").rect().left();
        assert!(beside < 230.0, "{beside}");
    }

    #[test]
    fn tab_walks_the_end_of_a_line_from_left_to_right_and_it_keeps_to_the_right() {
        let mut texts = ["one", "two", "three"].map(str::to_owned).to_vec();
        let mut harness = Harness::builder().with_size([400.0, 60.0]).build_ui_state(
            |ui, texts: &mut Vec<String>| {
                ui.horizontal(|ui| {
                    split_line(
                        ui,
                        "line",
                        |ui| ui.button("first"),
                        |ui| {
                            for text in texts.iter() {
                                ui.button(text).clicked();
                            }
                        },
                    );
                });
            },
            std::mem::take(&mut texts),
        );
        *harness.state_mut() = vec!["one".to_owned(), "two".to_owned(), "three".to_owned()];
        harness.run();
        let right = harness.get_by_label("three").rect().right();
        assert!((right - harness.ctx.content_rect().right()).abs() < 12.0, "{right}");
        for label in ["first", "one", "two", "three"] {
            harness.key_press(egui::Key::Tab);
            harness.run();
            assert!(harness.get_by_label(label).is_focused(), "{label}");
        }
        // A wider end moves to the left, and is still all there.
        harness.state_mut()[2] = "three three three".to_owned();
        harness.run();
        assert!((harness.get_by_label("three three three").rect().right() - right).abs() < 1.0);
        harness.state_mut().truncate(1);
        harness.run();
        assert!((harness.get_by_label("one").rect().right() - right).abs() < 1.0);
    }
}
