//! The Markdown that a DingTalk message template can hold, parsed for the preview: quotes, lists, bold, italic, links and
//! line breaks. Pure: makes blocks and runs of text, draws nothing.
//!
//! Source: the page 管理消息模板 of DingTalk's documentation. Headings and inline images are not part of it there (they are
//! shown as typed, and a finding says so); a line break in the text is a line break on screen.

use super::fill::{MISSING_END, MISSING_START};
use crate::compose::message::link;

/// A piece of text in one style.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Run {
    /// The text.
    pub text: String,
    /// `**bold**`.
    pub bold: bool,
    /// `*italic*`.
    pub italic: bool,
    /// Where `[text](address)` leads.
    pub link: Option<String>,
    /// A field without a value (marked by [`super::fill::fill`]): the text is its name.
    pub missing: bool,
}

/// A line of runs.
pub type Line = Vec<Run>;

/// A block of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// Lines of text, each starting on a line of its own.
    Paragraph(Vec<Line>),
    /// `> quoted` lines.
    Quote(Vec<Line>),
    /// `- item` or `* item`.
    Bullets(Vec<Line>),
    /// `1. item`: the numbers as typed, and the items.
    Numbers(Vec<(String, Line)>),
}

/// Parses a whole text.
pub fn parse(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // A blank line ends a block; two blocks of the same kind without one between them are one block.
    let mut open = false;
    for line in text.lines() {
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        let last = if open { blocks.last_mut() } else { None };
        let start = line.trim_start();
        if let Some(rest) = start.strip_prefix('>') {
            let line = inline(rest.trim());
            match last {
                Some(Block::Quote(lines)) => lines.push(line),
                _ => blocks.push(Block::Quote(vec![line])),
            }
        } else if let Some(rest) = bullet(start) {
            let line = inline(rest);
            match last {
                Some(Block::Bullets(lines)) => lines.push(line),
                _ => blocks.push(Block::Bullets(vec![line])),
            }
        } else if let Some((number, rest)) = number(start) {
            let item = (number.to_owned(), inline(rest));
            match last {
                Some(Block::Numbers(items)) => items.push(item),
                _ => blocks.push(Block::Numbers(vec![item])),
            }
        } else {
            let line = inline(line.trim_end());
            match last {
                Some(Block::Paragraph(lines)) => lines.push(line),
                _ => blocks.push(Block::Paragraph(vec![line])),
            }
        }
        open = true;
    }
    blocks
}

fn bullet(line: &str) -> Option<&str> {
    ["- ", "* ", "+ "].into_iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim)
}

fn number(line: &str) -> Option<(&str, &str)> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    let rest = line[digits..].strip_prefix(". ")?;
    Some((&line[..digits], rest.trim()))
}

/// Parses one line.
pub fn inline(line: &str) -> Line {
    let mut parser = Inline { runs: Vec::new(), text: String::new(), bold: false, italic: false };
    parser.line(line);
    parser.flush();
    parser.runs
}

struct Inline {
    runs: Line,
    text: String,
    bold: bool,
    italic: bool,
}

impl Inline {
    fn line(&mut self, line: &str) {
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix('\\')
                && let Some(escaped) = after.chars().next().filter(char::is_ascii_punctuation)
            {
                self.text.push(escaped);
                rest = &after[escaped.len_utf8()..];
            } else if let Some(after) = rest.strip_prefix("**")
                && (self.bold || closes(after, "**"))
            {
                self.flush();
                self.bold = !self.bold;
                rest = after;
            } else if let Some(after) = rest.strip_prefix('*')
                && !after.starts_with('*')
                && (self.italic || closes(after, "*"))
            {
                self.flush();
                self.italic = !self.italic;
                rest = after;
            } else if let Some((text, address, after)) = link(rest) {
                self.flush();
                let mut inner = Self { runs: Vec::new(), text: String::new(), bold: self.bold, italic: self.italic };
                inner.line(text);
                inner.flush();
                self.runs.extend(inner.runs.into_iter().map(|run| Run { link: Some(address.to_owned()), ..run }));
                rest = after;
            } else if let Some((name, after)) = rest.strip_prefix(MISSING_START).and_then(|r| r.split_once(MISSING_END))
            {
                self.flush();
                self.runs.push(Run {
                    text: name.to_owned(),
                    bold: self.bold,
                    italic: self.italic,
                    missing: true,
                    link: None,
                });
                rest = after;
            } else {
                self.text.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.runs.push(Run { text, bold: self.bold, italic: self.italic, link: None, missing: false });
        }
    }
}

/// Whether emphasis that starts before `after` ends in it: something stands between, and not a blank first.
fn closes(after: &str, mark: &str) -> bool {
    !after.starts_with(char::is_whitespace) && after.find(mark).is_some_and(|end| end > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &Line) -> String {
        line.iter().map(|run| run.text.as_str()).collect()
    }

    #[test]
    fn a_notice_is_read_as_dingtalk_reads_it() {
        let blocks = parse(
            "您好 **张三**，\n请在*周五*前阅读[安全须知](https://example.com/a(1))。\n\n> 逾期不再受理\n- 一\n- 二\n1. 甲\n2. 乙",
        );
        let Block::Paragraph(lines) = &blocks[0] else { panic!("{blocks:?}") };
        assert_eq!(lines.len(), 2, "a line break is a line break");
        assert!(lines[0][1].bold && lines[0][1].text == "张三");
        assert!(lines[1][1].italic);
        assert_eq!(lines[1][3].link.as_deref(), Some("https://example.com/a(1)"));
        assert!(matches!(&blocks[1], Block::Quote(lines) if plain(&lines[0]) == "逾期不再受理"));
        assert!(matches!(&blocks[2], Block::Bullets(items) if items.len() == 2));
        assert!(matches!(&blocks[3], Block::Numbers(items) if items[1].0 == "2" && plain(&items[1].1) == "乙"));
    }

    #[test]
    fn what_is_not_markup_stays_text() {
        for text in ["2 * 3 = 6", "a ** b", "[没有地址]", "[x](未完", "${a}", "$ {a}", "价格 100*", "**", "# 标题"]
        {
            assert_eq!(plain(&inline(text)), text, "{text}");
            assert!(inline(text).iter().all(|run| !run.bold && !run.italic && run.link.is_none() && !run.missing));
        }
        assert_eq!(plain(&inline(r"\*不是斜体\*")), "*不是斜体*");
    }

    #[test]
    fn a_variable_nothing_fills_is_marked_wherever_it_stands() {
        let line = inline(&crate::ui::notice::fill::fill("**${name}** 与 [${title}](https://a.b)", &[], |_| None));
        let missing: Vec<&str> = line.iter().filter(|run| run.missing).map(|run| run.text.as_str()).collect();
        assert_eq!(missing, ["name", "title"]);
        assert!(line[0].bold);
        assert!(line[2].link.is_some());
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_or_loses_its_words(text in "[a-c*\\[\\]()>\\-1. \\n${}\\\\字]{0,60}") {
            let blocks = parse(&text);
            let kept: String = blocks
                .iter()
                .flat_map(|block| match block {
                    Block::Paragraph(lines) | Block::Quote(lines) | Block::Bullets(lines) => {
                        lines.iter().map(plain).collect::<Vec<_>>()
                    }
                    Block::Numbers(items) => items.iter().map(|(number, line)| number.clone() + &plain(line)).collect(),
                })
                .collect();
            let count = |text: &str| text.chars().filter(|c| *c == '字').count();
            let linked: usize = blocks.iter().map(|block| match block {
                Block::Paragraph(lines) | Block::Quote(lines) | Block::Bullets(lines) => addresses(lines.iter()),
                Block::Numbers(items) => addresses(items.iter().map(|(_, line)| line)),
            }).sum();
            proptest::prop_assert!(count(&kept) + linked >= count(&text), "{text:?} {blocks:?}");
        }
    }

    fn addresses<'a>(lines: impl Iterator<Item = &'a Line>) -> usize {
        lines
            .flatten()
            .filter_map(|run| run.link.as_deref())
            .map(|address| address.chars().filter(|c| *c == '字').count())
            .sum()
    }
}
