//! The two languages of the program and the look-up of a text.
//!
//! Texts live in `assets/locales/*.toml` (rust-i18n `_version = 2`: every key holds its Chinese and its English side by
//! side). `tests/house` checks that no key used in the source is missing in either.

/// A language of the interface and of every message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Simplified Chinese, the first language of both kinds of user.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both languages, in the order they are offered.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The locale name used in `assets/locales` and by `--lang`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language of a locale name such as `zh`, `zh-CN`, `en_US.UTF-8`; `None` for any other language.
    pub fn from_code(code: &str) -> Option<Self> {
        let lower = code.to_ascii_lowercase();
        if lower.starts_with("zh") {
            Some(Self::Zh)
        } else if lower.starts_with("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The language of this computer: English where the system says so, Chinese otherwise.
    pub fn of_system() -> Self {
        sys_locale::get_locale().and_then(|code| Self::from_code(&code)).unwrap_or_default()
    }
}

/// The text of a key in a language: `tr!(lang, "card.template_id")`, `tr!(lang, "send.people", count = 3)`.
///
/// Placeholders are written `%{count}` in the locale files.
#[macro_export]
macro_rules! tr {
    ($lang:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        rust_i18n::t!($key, locale = $crate::lang::Lang::code($lang) $(, $name = $value)*)
    };
}

/// The text of a key that is only known at run time, with its placeholders filled in.
///
/// Returns the key itself when it is missing, which `tests/house` prevents for every key of the program.
pub fn text(lang: Lang, key: &str, args: &[(&str, String)]) -> String {
    let mut text = rust_i18n::t!(key, locale = lang.code()).into_owned();
    for (name, value) in args {
        text = text.replace(&format!("%{{{name}}}"), value);
    }
    text
}
