//! Chips: what is chosen, each with a button that takes it away.

use egui::{CornerRadius, Frame, Margin, RichText, Ui, vec2};

use super::buttons::icon_button_sized;
use crate::{
    lang::Lang,
    ui::{
        icons::Icon,
        theme::{size, tokens},
    },
};

/// One chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    /// What it shows.
    pub text: String,
    /// Shown in grey behind the text, such as an id or a count.
    pub detail: Option<String>,
    /// Drawn in the error colour (an unknown id).
    pub wrong: bool,
}

impl Chip {
    /// An ordinary chip.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), detail: None, wrong: false }
    }

    /// With something in grey behind the text.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into()).filter(|detail: &String| !detail.is_empty());
        self
    }

    /// Drawn as wrong.
    #[must_use]
    pub fn wrong(mut self, wrong: bool) -> Self {
        self.wrong = wrong;
        self
    }
}

/// Shows chips, wrapped; gives the index of the one whose 移除 was pressed.
///
/// Only `shown` are drawn: a list of thousands shows its count instead (the caller says where the rest can be seen).
pub fn chips_ui(ui: &mut Ui, lang: Lang, chips: impl ExactSizeIterator<Item = Chip>, shown: usize) -> Option<usize> {
    let total = chips.len();
    let mut removed = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for (index, chip) in chips.take(shown).enumerate() {
            if chip_ui(ui, lang, index, &chip) {
                removed = Some(index);
            }
        }
        if total > shown {
            let t = tokens(ui.style());
            ui.label(RichText::new(tr!(lang, "common.and_more", count = total - shown)).color(t.muted));
        }
    });
    removed
}

fn chip_ui(ui: &mut Ui, lang: Lang, index: usize, chip: &Chip) -> bool {
    let t = tokens(ui.style());
    let (fill, ink) = if chip.wrong { (t.error_soft, t.error) } else { (t.accent_soft, t.text) };
    ui.push_id(("chip", index), |ui| {
        Frame::new()
            .fill(fill)
            .corner_radius(CornerRadius::same(size::RADIUS))
            .inner_margin(Margin { left: 8, right: 2, top: 1, bottom: 1 })
            .show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 4.0;
                    ui.spacing_mut().interact_size.y = size::CONTROL_SMALL;
                    ui.label(RichText::new(&chip.text).color(ink));
                    if let Some(detail) = &chip.detail {
                        ui.label(RichText::new(detail).size(size::SMALL).color(t.muted));
                    }
                    icon_button_sized(ui, Icon::Close, tr!(lang, "common.remove_named", name = chip.text), 22.0, true)
                        .clicked()
                })
                .inner
            })
            .inner
    })
    .inner
}
