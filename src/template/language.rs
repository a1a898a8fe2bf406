//! The language of the person who looks at a card. The program speaks two; DingTalk's cards know seven, and its clients more.

use serde_json::{Map, Value};

use crate::lang::Lang;

/// A language tag as DingTalk writes it: `zh_CN`, `ja_JP`, `ko_KR`.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct CardLang(String);

impl CardLang {
    /// The languages of official cards, in the order of `@dti18NAdapter`'s arguments.
    pub const KNOWN: [&str; 7] = ["zh_CN", "zh_TW", "en_US", "ja_JP", "vi_VN", "th_TH", "id_ID"];
    /// The place of English among them.
    const ENGLISH: usize = 2;

    /// Reads a tag such as `ja`, `ja_JP`, `zh-Hant`, `en_GB.UTF-8`; `None` for what has not the form of one.
    ///
    /// A language of official cards gets the one region they have for it; Chinese of Taiwan, Hong Kong, Macao or in
    /// traditional characters is `zh_TW`. Every other tag stays as it is.
    pub fn read(tag: &str) -> Option<Self> {
        let tag = tag.trim().split(['.', '@']).next()?;
        let mut parts = tag.split(['-', '_']);
        let language = parts.next()?.to_ascii_lowercase();
        let rest: Vec<&str> = parts.collect();
        let letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
        let whole = |part: &&str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if !(2..=3).contains(&language.len()) || !letters(&language) || rest.len() > 4 || !rest.iter().all(whole) {
            return None;
        }
        let has = |word: &str| rest.iter().any(|part| part.eq_ignore_ascii_case(word));
        if language == "zh" {
            let traditional = !has("Hans") && ["Hant", "TW", "HK", "MO"].into_iter().any(has);
            return Some(Self(Self::KNOWN[usize::from(traditional)].to_owned()));
        }
        let own = |known: &&str| known.split('_').next() == Some(language.as_str());
        if let Some(known) = Self::KNOWN.into_iter().find(|known| own(known)) {
            return Some(Self(known.to_owned()));
        }
        let mut tag = language;
        for part in rest {
            tag.push('_');
            tag.push_str(&if part.len() == 2 { part.to_ascii_uppercase() } else { part.to_owned() });
        }
        Some(Self(tag))
    }

    /// The tag.
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// Which of the [`CardLang::KNOWN`] texts are looked at, the best first.
    ///
    /// Assumptions: who has no text of their own sees English, traditional Chinese sees the simplified one, and the first
    /// text is everybody's last.
    pub fn order(&self) -> impl Iterator<Item = usize> + use<> {
        let own = Self::KNOWN.iter().position(|known| *known == self.0);
        let english = (!self.0.starts_with("zh")).then_some(Self::ENGLISH);
        own.into_iter().chain(english).chain([0])
    }

    /// The text of a map by language: `{"zh_CN": "东", "en_US": "East"}`.
    pub fn of_map<'v>(&self, texts: &'v Map<String, Value>) -> Option<&'v Value> {
        let known = || self.order().filter_map(|index| Self::KNOWN.get(index).copied());
        texts.get(&self.0).or_else(|| known().find_map(|tag| texts.get(tag)))
    }
}

impl From<Lang> for CardLang {
    fn from(lang: Lang) -> Self {
        let index = match lang {
            Lang::Zh => 0,
            Lang::En => Self::ENGLISH,
        };
        Self(Self::KNOWN[index].to_owned())
    }
}

impl Default for CardLang {
    fn default() -> Self {
        Lang::default().into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tags_are_read_as_people_and_systems_write_them() {
        for (written, tag) in [
            ("zh", "zh_CN"),
            ("zh-Hans-HK", "zh_CN"),
            ("zh_TW", "zh_TW"),
            ("zh-Hant", "zh_TW"),
            ("ZH_hk", "zh_TW"),
            ("en_GB.UTF-8", "en_US"),
            ("ja", "ja_JP"),
            ("id-ID", "id_ID"),
            ("ko-kr", "ko_KR"),
            ("fil", "fil"),
        ] {
            assert_eq!(CardLang::read(written).unwrap().tag(), tag, "{written}");
        }
        for odd in ["", "C", "POSIX", "j", "ja__JP", "日本", "ja JP", "ja_JP_a_b_c_d", "en_waytoolongpart"] {
            assert_eq!(CardLang::read(odd), None, "{odd}");
        }
    }

    #[test]
    fn who_has_no_text_sees_english_and_chinese_sees_chinese() {
        let texts = json!({ "zh_CN": "东", "en_US": "East", "ja_JP": "東", "ko_KR": "동" });
        let seen = |tag: &str| CardLang::read(tag).unwrap().of_map(texts.as_object().unwrap()).cloned().unwrap();
        for (tag, text) in
            [("ja", "東"), ("ko_KR", "동"), ("vi", "East"), ("fr", "East"), ("zh_TW", "东"), ("zh", "东")]
        {
            assert_eq!(seen(tag), json!(text), "{tag}");
        }
    }
}
