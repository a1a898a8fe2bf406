//! What a person reads when an export cannot be used.

use super::export::ExportError;
use crate::lang::{Lang, text};

impl ExportError {
    /// The sentence for a person; it names the place.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::TooLarge { actual, max } => {
                text(lang, "template.too_large", &[("actual", actual.to_string()), ("max", max.to_string())])
            }
            Self::Json { part, error } => {
                text(lang, "template.json", &[("part", (*part).to_owned()), ("reason", error.message(lang))])
            }
            Self::NotObject { part } => text(lang, "template.not_object", &[("part", (*part).to_owned())]),
            Self::NotAnExport => text(lang, "template.not_an_export", &[]),
            Self::Xml { place, reason } => {
                let args = [
                    ("line", place.line.to_string()),
                    ("column", place.column.to_string()),
                    ("reason", reason.clone()),
                ];
                text(lang, "template.xml", &args)
            }
            Self::Doctype { place } => text(
                lang,
                "template.doctype",
                &[("line", place.line.to_string()), ("column", place.column.to_string())],
            ),
            Self::TooDeep { part, max } => {
                text(lang, "template.too_deep", &[("part", (*part).to_owned()), ("max", max.to_string())])
            }
            Self::TooMany { part, max } => {
                text(lang, "template.too_many", &[("part", (*part).to_owned()), ("max", max.to_string())])
            }
        }
    }
}
