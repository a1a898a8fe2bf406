//! The kit: the few controls that every screen is made of. Knows the theme and the two languages, nothing of drafts'
//! meaning, profiles or the wire.

pub mod banner;
pub mod buttons;
pub mod chips;
pub mod code_view;
pub mod combo;
pub mod dialog;
pub mod ends;
pub mod form;
pub mod group;
pub mod progress;
pub mod rows;
pub mod search;
pub mod segmented;
pub mod status;
pub mod table;
pub mod toasts;

pub use banner::{Banner, Level};
pub use buttons::{Look, PushButton, flat, icon_button};
pub use chips::{Chip, chips_ui};
pub use code_view::code_view;
pub use combo::{close_on_key, combo};
pub use dialog::Dialog;
pub use ends::{at_end, split_line};
pub use form::{Field, Meter};
pub use group::{Group, fold};
pub use progress::progress_ui;
pub use rows::{copy_row, fact_row, row_look};
pub use search::search_field;
pub use segmented::{segmented, segmented_field};
pub use status::{Dot, empty_state, status_dot};
pub use table::Table;
pub use toasts::{Toast, Toasts};

use egui::Response;

/// Gives a control a description for screen readers (why it is off, what is wrong with it).
pub fn describe(response: &Response, text: impl Into<String>) {
    let text = text.into();
    response.ctx.accesskit_node_builder(response.id, |node| node.set_description(text));
}

/// A count with thousands separators, as both languages write it: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn large_numbers_are_grouped() {
        let texts: Vec<_> = [0, 999, 1000, 100_000, 1_234_567].into_iter().map(super::grouped).collect();
        assert_eq!(texts, ["0", "999", "1,000", "100,000", "1,234,567"]);
    }
}
