//! The fonts: a bundled subset that draws Simplified, Traditional and Japanese text on any machine, extended by the
//! system's own fonts for everything else.

use std::sync::Arc;

use egui::{
    Context, FontData, FontDefinitions, FontFamily,
    epaint::text::{FallbackRequest, FontInsert, FontPriority, FontProvider, InsertFontFamily},
};

/// The family of headings and buttons.
pub const MEDIUM: &str = "medium";

const REGULAR_BYTES: &[u8] = include_bytes!("../../../assets/fonts/NotoSansSC-Subset.otf");
/// Emoji in one colour, for machines without an emoji font.
const EMOJI_BYTES: &[u8] = include_bytes!("../../../assets/fonts/NotoEmoji-Regular.ttf");
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
/// language is; emoji that it has no font for come from the bundled one.
///
/// Not used in tests: what they draw must not depend on the machine.
pub fn extend_with_system_fonts(ctx: &Context) {
    let system = egui_system_font_provider::SystemFontProvider::new().with_locale(Some("zh-CN"));
    ctx.set_font_providers(vec![Arc::new(system), emoji()]);
}

/// Lets the bundled fonts alone draw everything, emoji included: the same on every machine.
pub fn without_system_fonts(ctx: &Context) {
    ctx.set_font_providers(vec![emoji()]);
}

/// Answers for symbols no other font has, so that a system's emoji in colours come first.
fn emoji() -> Arc<dyn FontProvider> {
    Arc::new(|request: &FallbackRequest<'_>| {
        let symbol = request.cluster.chars().next()?;
        // Blocks of pictographs; the font's letters and digits are not wanted.
        matches!(symbol, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}').then(|| FontInsert {
            name: "DingComposer Emoji".to_owned(),
            data: FontData::from_static(EMOJI_BYTES),
            families: vec![InsertFontFamily { family: request.family.clone(), priority: FontPriority::Lowest }],
        })
    })
}

#[cfg(test)]
mod tests {
    use egui::{FontId, RawInput};

    use super::*;

    #[test]
    fn an_emoji_was_a_box_like_a_check_box_on_a_machine_without_an_emoji_font() {
        let ctx = Context::default();
        install(&ctx);
        without_system_fonts(&ctx);
        ctx.run_ui(RawInput::default(), |_| {}).drop_without_applying_deltas();
        for family in [FontFamily::Proportional, medium(), FontFamily::Monospace] {
            let font = FontId::new(14.0, family);
            let has = |symbol: char| ctx.fonts_mut(|fonts| fonts.has_glyph(&font, symbol));
            assert!(has('🙋') && has('🎉') && has('钉'), "{font:?}");
            assert!(!has('한'), "the bundled fonts have no Korean: {font:?}");
        }
    }
}
