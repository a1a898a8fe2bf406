//! A template's text filled for the preview: what is missing is marked, ids become names. Pure: draws nothing.

use crate::compose::{
    notice::DataField,
    template::{self, Translated},
};

/// Begins the name of a field that has no value, in a filled text (a private-use character: never typed).
pub const MISSING_START: char = '\u{E000}';
/// Ends it.
pub const MISSING_END: char = '\u{E001}';

/// Fills a text of a template: fields without a value are marked with [`MISSING_START`] and [`MISSING_END`], ids that
/// DingTalk translates become names where `name` knows them.
pub fn fill(text: &str, values: &[DataField], mut name: impl FnMut(&Translated) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    for span in template::fill(text, values) {
        match (&span.translated, span.field) {
            (Some(id), _) if !span.missing => filled.push_str(&name(id).unwrap_or(span.text)),
            (_, Some(field)) if span.missing => {
                filled.push(MISSING_START);
                filled.push_str(&field);
                filled.push(MISSING_END);
            }
            _ => filled.push_str(&span.text),
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, value: &str) -> DataField {
        DataField { key: key.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn a_value_is_not_filled_again_and_a_missing_one_is_marked() {
        let filled = fill("${a} 与 ${b}，${ ", &[field("a", "值 ${b}"), field("b", "")], |_| None);
        assert_eq!(filled, "值 ${b} 与 \u{E000}b\u{E001}，${ ");
    }

    #[test]
    fn ids_in_values_become_names_where_they_are_known() {
        let names = |id: &Translated| (*id == Translated::User("zhangsan01".into())).then(|| "张三".to_owned());
        let values = [field("who", "$userName=zhangsan01$（$departmentName=100$）")];
        assert_eq!(fill("${who} 付 $5", &values, names), "张三（$departmentName=100$） 付 $5");
    }
}
