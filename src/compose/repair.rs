//! Text that was meant as JSON, made JSON: what a person pastes from Python, JavaScript, a Chinese keyboard, a word
//! processor or the inside of somebody's string literal.
//!
//! Only offered, never done by itself; and only what leaves every value as it was meant: quotes, literals, commas,
//! comments, look-alike punctuation. Where a value would have to be guessed there is no repair.

use std::{iter::Peekable, str::CharIndices};

use super::{
    json::{self, Data, full_width, is_word},
    tree::quote,
};

/// The JSON that a text was probably meant as; `None` when it is JSON already or cannot be told.
pub fn repair(text: &str) -> Option<String> {
    if json::parse_node(text).is_ok() {
        return None;
    }
    let trimmed = text.trim();
    // `{\"a\":\"b\"}`: the inside of a string literal, as in the documents' curl.
    if trimmed.starts_with("{\\") || trimmed.starts_with("[\\") {
        let literal = format!("\"{trimmed}\"");
        if let Ok(Data::Text(inner)) = json::parse_node(&literal).map(|node| node.data)
            && json::parse_node(&inner).is_ok()
        {
            return Some(inner);
        }
    }
    // The documents' own example of `sys_lastMessageI18n` ends with a stray quote.
    if let Some(cut) = trimmed.strip_suffix('"')
        && cut.ends_with(['}', ']'])
        && json::parse_node(cut).is_ok()
    {
        return Some(cut.to_owned());
    }
    let mut repair = Repair { text, chars: text.char_indices().peekable(), out: String::new(), comma: None };
    repair.run()?;
    let Repair { out, .. } = repair;
    json::parse_node(&out).is_ok().then_some(out)
}

struct Repair<'t> {
    text: &'t str,
    chars: Peekable<CharIndices<'t>>,
    out: String,
    /// Where a comma goes if something follows it.
    comma: Option<usize>,
}

impl Repair<'_> {
    fn run(&mut self) -> Option<()> {
        while let Some((at, c)) = self.chars.next() {
            let plain = full_width(c).unwrap_or(c);
            match (c, plain) {
                ('\u{feff}', _) => {}
                ('#', _) => self.skip_line(),
                ('/', _) => self.comment()?,
                // A full-width quote closes with its partner.
                ('“' | '”' | '„', _) => self.string(&['”', '“', '"'])?,
                ('‘' | '’', _) => self.string(&['’', '‘', '\''])?,
                ('「', _) => self.string(&['」'])?,
                ('"' | '\'' | '＂' | '＇', _) => self.string(&[c])?,
                (_, ',') => {
                    if self.comma.replace(self.out.len()).is_some() {
                        return None;
                    }
                }
                (_, '}' | ']') => {
                    self.comma = None;
                    self.out.push(plain);
                }
                (_, '{' | '[' | ':') => self.push(plain),
                (';', _) if self.rest(at + 1).trim().is_empty() => {}
                (_, ' ') => self.out.push(' '),
                _ if c.is_whitespace() => self.out.push(if matches!(c, '\n' | '\r' | '\t') { c } else { ' ' }),
                _ if is_word(c) || matches!(c, '+' | '.') => self.word(at)?,
                _ => return None,
            }
        }
        Some(())
    }

    fn rest(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or_default()
    }

    fn push(&mut self, c: char) {
        self.flush();
        self.out.push(c);
    }

    fn flush(&mut self) {
        if let Some(at) = self.comma.take() {
            self.out.insert(at, ',');
        }
    }

    fn skip_line(&mut self) {
        while self.chars.next_if(|(_, c)| *c != '\n').is_some() {}
    }

    fn comment(&mut self) -> Option<()> {
        match self.chars.next()?.1 {
            '/' => self.skip_line(),
            '*' => {
                let mut star = false;
                loop {
                    match self.chars.next()?.1 {
                        '/' if star => break,
                        c => star = c == '*',
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// A string that was opened; `close` are the characters that may close it.
    fn string(&mut self, close: &[char]) -> Option<()> {
        let mut value = String::new();
        loop {
            let (_, c) = self.chars.next()?;
            if close.contains(&c) {
                break;
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            let (at, escaped) = self.chars.next()?;
            match escaped {
                'n' => value.push('\n'),
                'r' => value.push('\r'),
                't' => value.push('\t'),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                '\n' => {}
                '"' | '\'' | '\\' | '/' => value.push(escaped),
                'x' => {
                    let code = u32::from_str_radix(self.text.get(at + 1..at + 3)?, 16).ok()?;
                    value.push(char::from_u32(code)?);
                    self.chars.nth(1);
                }
                'u' => {
                    // The strict reader knows pairs of halves; it gets one or two escapes.
                    let found = [12, 6].into_iter().find_map(|length| {
                        let source = self.text.get(at - 1..at - 1 + length)?;
                        match json::parse_node(&format!("\"{source}\"")).ok()?.data {
                            Data::Text(text) if text.chars().count() == 1 => Some((text, length)),
                            _ => None,
                        }
                    });
                    let (text, length) = found?;
                    value.push_str(&text);
                    self.chars.nth(length - 3);
                }
                _ => return None,
            }
        }
        self.flush();
        quote(&value, &mut self.out);
        Some(())
    }

    /// A bare word: a literal, a number, or the name of a member.
    fn word(&mut self, start: usize) -> Option<()> {
        while self.chars.next_if(|(_, c)| is_word(*c) || matches!(c, '+' | '.')).is_some() {}
        let end = self.chars.peek().map_or(self.text.len(), |(at, _)| *at);
        let word = self.text.get(start..end)?;
        // Python 2's u'…'; bytes and raw strings mean something else.
        if word == "u" && matches!(self.chars.peek(), Some((_, '"' | '\''))) {
            return Some(());
        }
        let is_name = matches!(self.rest(end).trim_start().chars().next(), Some(':' | '：'));
        if is_name {
            self.flush();
            quote(word, &mut self.out);
            return Some(());
        }
        let literal = match word {
            "true" | "True" | "TRUE" => "true".to_owned(),
            "false" | "False" | "FALSE" => "false".to_owned(),
            "null" | "None" | "NULL" | "nil" | "undefined" => "null".to_owned(),
            _ => number(word)?,
        };
        self.flush();
        self.out.push_str(&literal);
        Some(())
    }
}

/// A number as JSON writes it: `+1`, `.5`, `1.` mean one number only; `007` may be an id.
fn number(word: &str) -> Option<String> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", word.strip_prefix('+').unwrap_or(word)),
    };
    let digits = if digits.starts_with('.') { format!("0{digits}") } else { digits.to_owned() };
    let digits = digits.strip_suffix('.').map_or(digits.clone(), str::to_owned);
    let number = format!("{sign}{digits}");
    json::is_number(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> String {
        repair(text).unwrap_or_else(|| panic!("no repair of {text}"))
    }

    #[test]
    fn python_and_javascript_become_json() {
        assert_eq!(
            repaired("{'a': True, 'b': None, 'c': [1, .5, +2,],}"),
            "{\"a\": true, \"b\": null, \"c\": [1, 0.5, 2]}"
        );
        assert_eq!(repaired("{a: 1, $b_c: 'it\\'s \"x\"'}"), "{\"a\": 1, \"$b_c\": \"it's \\\"x\\\"\"}");
        assert_eq!(repaired("{\n  // 说明\n  a: 1, /* b */\n};"), "{\n  \n  \"a\": 1 \n}");
        assert_eq!(repaired("{u'名': u'张三'}"), "{\"名\": \"张三\"}");
        assert_eq!(repaired("{'e': '\\ud83d\\ude00\\x41'}"), "{\"e\": \"😀A\"}");
    }

    #[test]
    fn a_chinese_keyboard_becomes_json() {
        assert_eq!(repaired("｛“标题”：“报销”，“人”：［1，2］｝"), "{\"标题\":\"报销\",\"人\":[1,2]}");
        assert_eq!(
            repaired("{\"说明\"： \"他说：“好”\"}"),
            "{\"说明\": \"他说：“好”\"}",
            "inside a string nothing changes"
        );
    }

    #[test]
    fn the_inside_of_a_string_literal_becomes_json() {
        assert_eq!(repaired(r#"{\"名字\":\"张三\"}"#), "{\"名字\":\"张三\"}");
    }

    #[test]
    fn a_line_break_inside_a_string_becomes_an_escape() {
        assert_eq!(repaired("{\"a\": \"x\ny\"}"), "{\"a\": \"x\\ny\"}");
    }

    #[test]
    fn what_would_have_to_be_guessed_is_left_alone() {
        for text in [
            "{\"a\": 1}",
            "",
            "{a: 报销}",
            "{a: 007}",
            "{\"a\": 1 \"b\": 2}",
            "{\"a\" 1}",
            "{\"a\": \"x",
            "[1,,2]",
            "(1, 2)",
            "a=1",
            "[b'x']",
            "{'a': '\\q'}",
        ] {
            assert_eq!(repair(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends_in_json_or_nothing(text in "[\\[\\]{}\"',:：“” \\\\a-dTuxn0-9./*#+-]{0,40}|\\PC{0,30}") {
            if let Some(json) = repair(&text) {
                proptest::prop_assert!(json::parse(&json).is_ok());
            }
        }
    }
}
