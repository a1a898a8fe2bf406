//! The fonts: a bundled subset that draws Simplified, Traditional and Japanese text on any machine, extended by the
//! system's own fonts for everything else.

use std::sync::Arc;

use egui::{Context, FontData, FontDefinitions, FontFamily};

/// The family of headings and buttons.
pub const MEDIUM: &str = "medium";

const REGULAR_BYTES: &[u8] = include_bytes!("../../../assets/fonts/NotoSansSC-Subset.otf");
const MEDIUM_BYTES: &[u8] = include_bytes!("../../../assets/fonts/NotoSansSC-Medium-Subset.otf");

/// The family of headings and buttons.
pub fn medium() -> FontFamily {
    FontFamily::Name(MEDIUM.into())
}

/// Puts the bundled fonts first in every family (so that Latin and Chinese match), egui's own behind them.
///
/// Must run before the first pass; it does not touch the system's fonts (see [`extend_with_system_fonts`]).
pub fn install(ctx: &Context) {
    let mut fonts = FontDefinitions::default();
    let regular = "DingComposer Sans";
    let bold = "DingComposer Sans Medium";
    fonts.font_data.insert(regular.to_owned(), Arc::new(FontData::from_static(REGULAR_BYTES)));
    fonts.font_data.insert(bold.to_owned(), Arc::new(FontData::from_static(MEDIUM_BYTES)));
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, regular.to_owned());
    fonts.families.entry(FontFamily::Monospace).or_default().push(regular.to_owned());
    let mut family = vec![bold.to_owned()];
    family.extend(fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default());
    fonts.families.insert(medium(), family);
    ctx.set_fonts(fonts);
}

/// Lets the system's fonts draw what the bundled ones cannot, Simplified Chinese shapes first whatever the desktop's
/// language is.
///
/// Not used in tests: what they draw must not depend on the machine.
pub fn extend_with_system_fonts(ctx: &Context) {
    ctx.add_font_provider(Arc::new(egui_system_font_provider::SystemFontProvider::new().with_locale(Some("zh-CN"))));
}
