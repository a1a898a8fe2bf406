//! Every colour and every size of the program, light and dark. Nothing else in `ui` writes a colour or a size down.

use egui::Color32;

use crate::store::settings::ProfileColour;

/// A colour from `0xRRGGBB`.
#[expect(clippy::disallowed_methods, reason = "the one place where colours are made")]
const fn hex(rgb: u32) -> Color32 {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

/// The colours of one theme.
#[derive(Debug, PartialEq)]
pub struct Tokens {
    /// Behind everything: side panels, bars.
    pub base: Color32,
    /// Where one reads and writes: the form, tables.
    pub surface: Color32,
    /// Cards and groups on the surface.
    pub raised: Color32,
    /// Inside text fields.
    pub field: Color32,
    /// Behind code and masked requests.
    pub code: Color32,
    /// A row or button under the pointer.
    pub hover: Color32,
    /// A row or button that is pressed.
    pub pressed: Color32,
    /// Every second row of a table.
    pub stripe: Color32,
    /// Lines between areas.
    pub line: Color32,
    /// The outline of fields and buttons.
    pub outline: Color32,
    /// The outline under the pointer.
    pub outline_hover: Color32,
    /// Text.
    pub text: Color32,
    /// Help texts, secondary columns.
    pub muted: Color32,
    /// Hints inside empty fields, disabled text.
    pub faint: Color32,
    /// The one accent: links, focus, the selected tab.
    pub accent: Color32,
    /// A primary button.
    pub primary: Color32,
    /// A primary button under the pointer.
    pub primary_hover: Color32,
    /// Text on a primary, danger or profile colour.
    pub on_primary: Color32,
    /// A selected row, a chip.
    pub accent_soft: Color32,
    /// It worked.
    pub ok: Color32,
    /// Behind a note that it worked.
    pub ok_soft: Color32,
    /// Doubtful.
    pub warning: Color32,
    /// Behind a warning.
    pub warning_soft: Color32,
    /// Wrong.
    pub error: Color32,
    /// Behind an error.
    pub error_soft: Color32,
    /// A button that destroys or goes out to everyone.
    pub danger: Color32,
    /// The same under the pointer.
    pub danger_hover: Color32,
    /// Behind a dialog.
    pub backdrop: Color32,
    /// Shadow of popups and dialogs.
    pub shadow: Color32,
}

/// The light theme.
pub static LIGHT: Tokens = Tokens {
    base: hex(0xF3_F4F6),
    surface: hex(0xFF_FFFF),
    raised: hex(0xF8_F9FB),
    field: hex(0xFF_FFFF),
    code: hex(0xF5_F6F8),
    hover: hex(0xEA_ECF0),
    pressed: hex(0xDD_E0E6),
    stripe: hex(0xF8_F9FB),
    line: hex(0xE3_E5E9),
    outline: hex(0xCB_CFD6),
    outline_hover: hex(0x9A_A1AC),
    text: hex(0x1D_2129),
    muted: hex(0x5A_6270),
    faint: hex(0x80_8794),
    accent: hex(0x1A_5FE0),
    primary: hex(0x1F_66EA),
    primary_hover: hex(0x16_55CC),
    on_primary: hex(0xFF_FFFF),
    accent_soft: hex(0xE5_EEFD),
    ok: hex(0x17_7433),
    ok_soft: hex(0xE4_F5E9),
    warning: hex(0x96_5A00),
    warning_soft: hex(0xFF_F4DC),
    error: hex(0xC8_2A22),
    error_soft: hex(0xFD_EBEA),
    danger: hex(0xCF_2F27),
    danger_hover: hex(0xB0_241D),
    backdrop: Color32::from_black_alpha(96),
    shadow: Color32::from_black_alpha(28),
};

/// The dark theme.
pub static DARK: Tokens = Tokens {
    base: hex(0x15_171B),
    surface: hex(0x1C_1F24),
    raised: hex(0x22_262C),
    field: hex(0x16_191D),
    code: hex(0x17_1A1E),
    hover: hex(0x2C_3139),
    pressed: hex(0x38_3E48),
    stripe: hex(0x20_2329),
    line: hex(0x2E_333B),
    outline: hex(0x43_4A55),
    outline_hover: hex(0x69_7280),
    text: hex(0xE7_E9ED),
    muted: hex(0xA4_ABB7),
    faint: hex(0x84_8C99),
    accent: hex(0x6B_A2FF),
    primary: hex(0x2F_6FE8),
    primary_hover: hex(0x44_80F0),
    on_primary: hex(0xFF_FFFF),
    accent_soft: hex(0x1F_3357),
    ok: hex(0x5F_CB83),
    ok_soft: hex(0x1B_3325),
    warning: hex(0xF0_B04E),
    warning_soft: hex(0x3A_2D14),
    error: hex(0xFF_7D73),
    error_soft: hex(0x40_2220),
    danger: hex(0xCF_3B33),
    danger_hover: hex(0xE0_4B42),
    backdrop: Color32::from_black_alpha(140),
    shadow: Color32::from_black_alpha(110),
};

/// What marks a profile: the same in both themes, so that it is known again. White text on each has a contrast of at least
/// 4.5 : 1.
pub const fn profile_colour(colour: ProfileColour) -> Color32 {
    match colour {
        ProfileColour::Grey => hex(0x5B_6470),
        ProfileColour::Green => hex(0x0F_7B5F),
        ProfileColour::Blue => hex(0x1F_5FD0),
        ProfileColour::Purple => hex(0x7A_3FC0),
        ProfileColour::Orange => hex(0xB8_4A05),
        ProfileColour::Red => hex(0xC4_2B1C),
    }
}

/// Distances and sizes, in points, on a grid of four.
pub mod size {
    /// Between an icon and its text.
    pub const XS: f32 = 4.0;
    /// Between controls of one row.
    pub const S: f32 = 8.0;
    /// Between a label and what follows.
    pub const M: f32 = 12.0;
    /// Inside groups and panels.
    pub const L: f32 = 16.0;
    /// Between groups.
    pub const XL: f32 = 24.0;
    /// Body text.
    pub const TEXT: f32 = 14.0;
    /// Help texts and meters.
    pub const SMALL: f32 = 12.0;
    /// Headings of groups.
    pub const HEADING: f32 = 16.0;
    /// Headings of dialogs and empty states.
    pub const TITLE: f32 = 20.0;
    /// Code and ids.
    pub const MONO: f32 = 13.0;
    /// Height of buttons and fields.
    pub const CONTROL: f32 = 32.0;
    /// Height of small buttons inside rows.
    pub const CONTROL_SMALL: f32 = 24.0;
    /// Height of a table row.
    pub const ROW: f32 = 32.0;
    /// Height of a table's heading.
    pub const ROW_HEADING: f32 = 32.0;
    /// Icons.
    pub const ICON: f32 = 16.0;
    /// Icons of empty states.
    pub const ICON_LARGE: f32 = 40.0;
    /// Corners of controls.
    pub const RADIUS: u8 = 6;
    /// Corners of groups, popups and dialogs.
    pub const RADIUS_LARGE: u8 = 8;
    /// The profile's edge on the very top.
    pub const EDGE: f32 = 4.0;
    /// Width of the longest line of a form that still reads well.
    pub const FORM_MAX: f32 = 880.0;
    /// Width of a dialog.
    pub const DIALOG: f32 = 480.0;
    /// Smallest window.
    pub const WINDOW_MIN: [f32; 2] = [1000.0, 640.0];
    /// Window on first start.
    pub const WINDOW: [f32; 2] = [1280.0, 800.0];
    /// Text sizes a person can choose, as factors.
    pub const ZOOM: [f32; 5] = [0.9, 1.0, 1.1, 1.25, 1.5];
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two opaque colours by WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |colour: Color32| {
            let linear = egui::Rgba::from(colour);
            0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
        };
        let (light, dark) = (luminance(a).max(luminance(b)), luminance(a).min(luminance(b)));
        (light + 0.05) / (dark + 0.05)
    }

    #[test]
    fn every_text_colour_can_be_read_on_what_it_stands_on() {
        for (theme, t) in [("light", &LIGHT), ("dark", &DARK)] {
            for (name, text, behind, least) in [
                ("text", t.text, t.surface, 7.0),
                ("text on base", t.text, t.base, 7.0),
                ("muted", t.muted, t.surface, 4.5),
                ("muted on base", t.muted, t.base, 4.5),
                ("faint", t.faint, t.field, 3.0),
                ("accent", t.accent, t.surface, 4.5),
                ("accent on soft", t.accent, t.accent_soft, 4.5),
                ("ok on soft", t.ok, t.ok_soft, 4.5),
                ("warning on soft", t.warning, t.warning_soft, 4.5),
                ("error on soft", t.error, t.error_soft, 4.5),
                ("error", t.error, t.surface, 4.5),
                ("warning", t.warning, t.surface, 4.5),
                ("primary button", t.on_primary, t.primary, 4.5),
                ("danger button", t.on_primary, t.danger, 4.5),
            ] {
                let found = contrast(text, behind);
                assert!(found >= least, "{theme} {name}: {found:.2} < {least}");
            }
        }
        for colour in ProfileColour::ALL {
            assert!(contrast(Color32::WHITE, profile_colour(colour)) >= 4.5, "{colour:?}");
        }
    }
}
