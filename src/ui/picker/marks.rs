//! Which part of a name matches what was typed, for highlighting. Pure; the search itself is `directory::search`.

use std::ops::Range;

use pinyin::ToPinyinMulti as _;

/// The part of a name that what was typed stands for: the characters themselves, or characters spelled in pinyin (in
/// full or by their first letter). `None` when the match is elsewhere, such as in the id.
pub fn in_name(name: &str, typed: &str) -> Option<Range<usize>> {
    let query: Vec<char> = folded(typed).filter(|c| !matches!(c, ' ' | '\'' | '’' | '-')).take(64).collect();
    if query.is_empty() {
        return None;
    }
    let mut starts = name.char_indices().filter(|(_, c)| !c.is_whitespace()).map(|(at, _)| at);
    starts.find_map(|at| follow(&name[at..], &query).map(|length| at..at + length))
}

/// The part of an id (or any plain text) that what was typed stands in.
pub fn in_text(text: &str, typed: &str) -> Option<Range<usize>> {
    let query: Vec<char> = folded(typed.trim()).collect();
    if query.is_empty() {
        return None;
    }
    text.char_indices().find_map(|(at, _)| {
        let mut rest = text[at..].chars();
        let mut length = 0;
        for wanted in &query {
            let c = rest.next()?;
            if !folded(c.encode_utf8(&mut [0; 4])).eq([*wanted]) {
                return None;
            }
            length += c.len_utf8();
        }
        Some(at..at + length)
    })
}

fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        'ü' | 'Ü' => 'v',
        c if c.is_whitespace() => ' ',
        c => c.to_lowercase().next().unwrap_or(c),
    })
}

/// How many bytes of the name a query covers from its beginning.
fn follow(name: &str, query: &[char]) -> Option<usize> {
    if query.is_empty() {
        return Some(0);
    }
    let c = name.chars().next()?;
    let rest = &name[c.len_utf8()..];
    if c.is_whitespace() {
        return follow(rest, query).map(|length| length + c.len_utf8());
    }
    let own = folded(&name[..c.len_utf8()]).next();
    if own == query.first().copied()
        && let Some(length) = follow(rest, &query[1..])
    {
        return Some(length + c.len_utf8());
    }
    for reading in c.to_pinyin_multi()? {
        let reading = reading.plain();
        let common = reading.chars().map(|c| if c == 'ü' { 'v' } else { c }).zip(query).take_while(|(a, b)| a == *b);
        let common = common.count();
        // In full, by its first letter, or begun (at the end of what was typed).
        for taken in [common, 1].into_iter().take(if common > 1 { 2 } else { 1 }) {
            let fits = taken == 1 || taken == reading.chars().count() || taken == query.len();
            if taken > 0
                && taken <= common
                && fits
                && let Some(length) = follow(rest, &query[taken..])
            {
                return Some(length + c.len_utf8());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked<'a>(name: &'a str, typed: &str) -> &'a str {
        in_name(name, typed).map_or("", |range| &name[range])
    }

    #[test]
    fn the_part_that_was_meant_is_marked() {
        assert_eq!(marked("张三", "张"), "张");
        assert_eq!(marked("张三丰", "zhangsan"), "张三");
        assert_eq!(marked("张三丰", "zsf"), "张三丰");
        assert_eq!(marked("张三丰", "sfeng"), "三丰");
        assert_eq!(marked("张三丰", "张sf"), "张三丰");
        assert_eq!(marked("曾敏", "zengm"), "曾敏");
        assert_eq!(marked("曾敏", "cengmin"), "曾敏", "every reading counts");
        assert_eq!(marked("吕布", "lv bu"), "吕布");
        assert_eq!(marked("Emma Wilson", "wil"), "Wil");
        assert_eq!(marked("Emma Wilson", "emmaw"), "Emma W");
        assert_eq!(marked("张三", "李"), "");
        assert_eq!(marked("张三", " "), "");
        assert_eq!(in_text("manager4220", "Ger42").map(|r| &"manager4220"[r]), Some("ger42"));
        assert_eq!(in_text("abc", "abcd"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_name_and_query_give_a_part_of_the_name(name in ".{0,12}", typed in "[a-z张三ü '\\-．Ａ]{0,10}") {
            for range in [in_name(&name, &typed), in_text(&name, &typed)].into_iter().flatten() {
                proptest::prop_assert!(name.get(range).is_some());
            }
        }
    }
}
