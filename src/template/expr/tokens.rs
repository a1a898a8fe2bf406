//! Design tokens: names of colours and text styles that the client knows.
//!
//! A value measured in the file's own `richTextData` wins over this table. Entries are marked **measured** (seen in an
//! official export's `richTextData`) or **assumed** (the value an official expression uses where tokens are unknown to the
//! client: its author meant the same look).

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::value::from_f64;

/// Name, value in the light theme, value in the dark one.
const TABLE: [(&str, &str, &str); 30] = [
    // Measured.
    ("common_level1_base_color", "#171A1D", "#FFFFFF"),
    ("common_h1_text_style__font_size", "20", "20"),
    ("common_h1_text_style__line_height", "1.4", "1.4"),
    // Assumed: the other branch of `@triple{@dtParserAvailable{'dtDesignTokenParser'}, …}` in official exports.
    ("common_level3_base_color", "#99171A1D", "#99EEF2F8"),
    ("common_level4_base_color", "#66171A1D", "#66EEF2F8"),
    ("common_line_light_color", "#297E868E", "#1A7E868E"),
    ("common_paragraph_text_style__font_size", "14", "14"),
    ("common_description_text_style__font_size", "14", "14"),
    ("common_body_text_style__font_size", "14", "14"),
    ("common_body_text_style__line_height", "1.5", "1.5"),
    ("common_body_text_style__bold", "0", "0"),
    ("common_footnote_text_style__font_size", "12", "12"),
    ("common_footnote_text_style__line_height", "1.5", "1.5"),
    ("common_footnote_text_style__bold", "0", "0"),
    // Assumed: the card's own background, drawn beside it.
    ("common_fg_color", "#FFFFFF", "#1E1E1E"),
    // Assumed: between their neighbours by name, or DingTalk's usual blue, red, orange, green.
    ("common_level2_base_color", "#CC171A1D", "#CCEEF2F8"),
    ("common_bg_color", "#F2F2F6", "#111213"),
    ("common_line_hard_color", "#3D7E868E", "#3D7E868E"),
    ("common_h2_text_style__font_size", "18", "18"),
    ("common_h2_text_style__line_height", "1.4", "1.4"),
    ("common_h3_text_style__font_size", "17", "17"),
    ("common_h3_text_style__line_height", "1.4", "1.4"),
    ("common_h4_text_style__font_size", "15", "15"),
    ("common_h4_text_style__line_height", "1.4", "1.4"),
    ("common_paragraph_text_style__line_height", "1.5", "1.5"),
    ("common_description_text_style__line_height", "1.5", "1.5"),
    ("common_blue1_color", "#007FFF", "#47A9FF"),
    ("common_red1_color", "#FF5219", "#FF5E2B"),
    ("common_orange1_color", "#FF9200", "#FFA93B"),
    ("common_green1_color", "#00B042", "#2ECC71"),
];

/// The tokens of one file: what its own samples measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tokens {
    measured: HashMap<String, (Value, Value)>,
}

impl Tokens {
    /// Collects what `richTextData` says about tokens.
    pub fn measured(rich: &Map<String, Value>) -> Self {
        let mut tokens = Self::default();
        for value in rich.values() {
            tokens.collect(value);
        }
        tokens
    }

    // The depth of JSON is bounded by its reader.
    fn collect(&mut self, value: &Value) {
        match value {
            Value::Array(list) => list.iter().for_each(|element| self.collect(element)),
            Value::Object(map) => {
                for (token, light, dark) in [
                    ("colorTokenV2", "lightColor", "darkColor"),
                    ("sizeToken", "size", "size"),
                    ("lineHeightToken", "lineHeight", "lineHeight"),
                ] {
                    if let (Some(Value::String(name)), Some(light), Some(dark)) =
                        (map.get(token), map.get(light), map.get(dark))
                    {
                        self.measured.entry(name.clone()).or_insert_with(|| (light.clone(), dark.clone()));
                    }
                }
                map.values().for_each(|member| self.collect(member));
            }
            _ => {}
        }
    }

    /// A token's value in a theme.
    pub fn get(&self, name: &str, dark: bool) -> Option<Value> {
        if let Some((light_value, dark_value)) = self.measured.get(name) {
            return Some(if dark { dark_value.clone() } else { light_value.clone() });
        }
        let (_, light_text, dark_text) = TABLE.iter().find(|(known, ..)| *known == name)?;
        let text = if dark { dark_text } else { light_text };
        Some(match text.parse::<f64>() {
            Ok(number) if number.fract() != 0.0 => from_f64(number),
            Ok(_) => Value::from(text.parse::<i64>().unwrap_or_default()),
            Err(_) => Value::String((*text).to_owned()),
        })
    }
}
