//! Rich text: DingTalk's Markdown, or the builder's parsed form of it, as blocks of plain runs.
//!
//! The subset DingTalk documents: headings, bold, italic, links, pictures, lists, quotes, rules, code, line breaks and
//! `<font>` with a size or colour. One pass over the text: what is not closed is text.

use serde_json::Value;

use super::style::Colour;
use crate::template::expr::{tokens::Tokens, value::string};

/// A part of a line with one look.
#[derive(Clone, PartialEq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "looks that combine freely, as Markdown has them")]
pub struct Run {
    /// Its text.
    pub text: String,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Struck through.
    pub strike: bool,
    /// Underlined.
    pub underline: bool,
    /// Code.
    pub code: bool,
    /// A picture; [`Run::link`] is its address.
    pub image: bool,
    /// Its own character size in np.
    pub size: Option<f32>,
    /// Its own colour.
    pub colour: Option<Colour>,
    /// Its own colour in the dark theme, where it is another one.
    pub dark_colour: Option<Colour>,
    /// Where it leads.
    pub link: Option<String>,
}

/// What a block is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum BlockKind {
    /// Plain lines.
    #[default]
    Paragraph,
    /// A heading, 1 to 6.
    Heading(u8),
    /// An entry of a list.
    Item,
    /// A quotation.
    Quote,
    /// A line of code.
    Code,
    /// A rule.
    Rule,
}

/// One block: a line of the Markdown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its runs.
    pub runs: Vec<Run>,
    /// Character size in np.
    pub size: f32,
    /// How deep an entry of a list stands in others: 0 for the outermost.
    pub depth: u8,
}

impl Block {
    /// Its text without marks.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

/// Size of running text. Measured: the builder's own spans have 15.
const BODY: f32 = 15.0;
/// How far a link's or tag's end is looked for, in bytes, so that a text of openings stays cheap.
const REACH: usize = 2_000;

/// The blocks of an `attributedText`: Markdown, or `{items: [{data: {text}, style}]}`.
pub fn blocks(value: &Value) -> Vec<Block> {
    match value {
        Value::Null => Vec::new(),
        Value::Object(map) if map.get("items").is_some_and(Value::is_array) => items(value),
        other => markdown(&string(other)),
    }
}

fn items(value: &Value) -> Vec<Block> {
    let mut found = vec![Block { size: BODY, ..Block::default() }];
    for item in value.get("items").and_then(Value::as_array).into_iter().flatten() {
        let text = item.pointer("/data/text").map(|text| string(text).into_owned()).unwrap_or_default();
        let style = |name: &str| item.get("style").and_then(|style| style.get(name));
        let on = |name: &str| style(name).is_some_and(|value| matches!(&*string(value), "1" | "true"));
        let colour = |name: &str| style(name).and_then(|value| Colour::read(&string(value)));
        let link = ["/data/href", "/data/url", "/data/link"].iter().find_map(|at| item.pointer(at));
        let size = style("size").and_then(|size| super::style::length(&string(size))).filter(|&size| size > 0.0);
        let run = Run {
            bold: on("bold"),
            italic: on("italic"),
            strike: on("strike") || on("strikethrough"),
            underline: on("underline"),
            size,
            colour: colour("lightColor").or_else(|| colour("color")),
            dark_colour: colour("darkColor"),
            link: link.map(|link| string(link).into_owned()),
            ..Run::default()
        };
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                found.push(Block { size: BODY, ..Block::default() });
            }
            if let Some(block) = found.last_mut().filter(|_| !line.is_empty()) {
                block.size = block.size.max(size.unwrap_or(BODY));
                block.runs.push(Run { text: line.to_owned(), ..run.clone() });
            }
        }
    }
    found.retain(|block| !block.runs.is_empty());
    found
}

fn markdown(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in text.replace("<br/>", "\n").replace("<br>", "\n").lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            let run = Run { text: line.to_owned(), code: true, ..Run::default() };
            found.push(Block { kind: BlockKind::Code, runs: vec![run], size: BODY, depth: 0 });
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        found.push(Block { depth: depth(line), ..block(trimmed) });
    }
    found
}

/// How deep a list's entry stands in others. Assumption: two spaces or a tab are a step.
fn depth(line: &str) -> u8 {
    let space = line.chars().take_while(|c| matches!(c, ' ' | '\t')).map(|c| if c == '\t' { 2 } else { 1 });
    space.take(8).sum::<u8>().min(8) / 2
}

fn block(line: &str) -> Block {
    let made = |kind, size, text: &str| Block { kind, size, runs: inline(text), depth: 0 };
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    if let 1..=6 = hashes
        && let Some(title) = line.get(hashes..).and_then(|rest| rest.strip_prefix(' '))
    {
        // 20 is measured (`common_h1_text_style__font_size`), the others are assumed between it and running text.
        let size = match hashes {
            1 => 20.0,
            2 => 18.0,
            3 => 17.0,
            _ => BODY,
        };
        let mut block = made(BlockKind::Heading(u8::try_from(hashes).unwrap_or(6)), size, title.trim());
        block.runs.iter_mut().for_each(|run| run.bold = true);
        return block;
    }
    if line.len() >= 3
        && ["-", "*", "_"].iter().any(|mark| line.replace(' ', "").trim_matches(|c| mark.contains(c)).is_empty())
    {
        return made(BlockKind::Rule, BODY, "");
    }
    if let Some(quoted) = line.strip_prefix('>') {
        return made(BlockKind::Quote, BODY, quoted.trim());
    }
    for mark in ["- ", "* ", "+ "] {
        if let Some(item) = line.strip_prefix(mark) {
            let mut block = made(BlockKind::Item, BODY, item.trim());
            block.runs.insert(0, Run { text: "• ".to_owned(), ..Run::default() });
            return block;
        }
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (1..=9).contains(&digits) && line.get(digits..).is_some_and(|rest| rest.starts_with(". "));
    made(if numbered { BlockKind::Item } else { BlockKind::Paragraph }, BODY, line)
}

fn inline(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut look = Run::default();
    let mut rest = text;
    let push = |runs: &mut Vec<Run>, run: Run| match runs.last_mut() {
        Some(last) if Run { text: String::new(), ..last.clone() } == Run { text: String::new(), ..run.clone() } => {
            last.text.push_str(&run.text);
        }
        _ => runs.push(run),
    };
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let near = rest.get(..floor(rest, REACH)).unwrap_or(rest);
        let eaten = if let Some(escaped) = rest.strip_prefix('\\').and_then(|after| after.chars().next()) {
            escaped.is_ascii_punctuation().then(|| {
                push(&mut runs, Run { text: escaped.to_string(), ..look.clone() });
                2
            })
        } else if let Some(mark) = MARKS.into_iter().find(|mark| rest.starts_with(mark)) {
            let on = match mark {
                "**" | "__" => &mut look.bold,
                "~~" => &mut look.strike,
                _ => &mut look.italic,
            };
            if if *on { !before.is_whitespace() } else { opens(near, mark, before) } {
                *on = !*on;
            } else {
                push(&mut runs, Run { text: mark.to_owned(), ..look.clone() });
            }
            Some(mark.len())
        } else if c == '`' {
            near.get(1..).and_then(|inside| inside.find('`')).map(|end| {
                let text = near.get(1..=end).unwrap_or_default().to_owned();
                push(&mut runs, Run { text, code: true, ..look.clone() });
                end + 2
            })
        } else if c == '[' || rest.starts_with("![") {
            link(near).map(|(label, address, end)| {
                let image = c == '!';
                push(&mut runs, Run { text: label.to_owned(), link: Some(address.to_owned()), image, ..look.clone() });
                end
            })
        } else if c == '<' {
            tag(near, &mut look)
        } else if c == '&' {
            ENTITIES.into_iter().find(|(name, _)| rest.starts_with(name)).map(|(name, text)| {
                push(&mut runs, Run { text: text.to_owned(), ..look.clone() });
                name.len()
            })
        } else {
            None
        };
        let bytes = eaten.unwrap_or_else(|| {
            push(&mut runs, Run { text: c.to_string(), ..look.clone() });
            c.len_utf8()
        });
        before = rest.get(..bytes).and_then(|eaten| eaten.chars().next_back()).unwrap_or(' ');
        rest = rest.get(bytes..).unwrap_or_default();
    }
    runs
}

/// Marks that switch a look on and off; longer ones before their beginnings.
const MARKS: [&str; 4] = ["**", "__", "~~", "*"];
/// What a text has to write so, where a tag could begin. Assumption: the client reads them as HTML does.
const ENTITIES: [(&str, &str); 5] =
    [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\""), ("&nbsp;", "\u{A0}")];

/// Whether a mark at the start of a text switches its look on: something follows at once, and it is closed; underscores
/// inside a word are its own.
fn opens(text: &str, mark: &str, before: char) -> bool {
    let inside = text.get(mark.len()..).unwrap_or_default();
    let begins = inside.chars().next().is_some_and(|c| !c.is_whitespace());
    begins && !(mark == "__" && before.is_alphanumeric()) && inside.contains(mark)
}

/// The greatest place not above `most` where a character begins.
fn floor(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// `[label](address)` or `![label](address)`: both parts, and how long it is. An address may hold pairs of brackets; a title
/// behind it is left out.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let open = text.find('[')?;
    let middle = text.find("](")?;
    let inside = text.get(middle + 2..)?;
    let mut depth = 0_usize;
    let (end, _) = inside.char_indices().find(|(_, c)| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return true,
            ')' => depth -= 1,
            _ => {}
        }
        false
    })?;
    let label = text.get(open + 1..middle).filter(|label| !label.contains('\n'))?;
    let address = inside.get(..end)?.split_whitespace().next().unwrap_or_default();
    Some((label, address, middle + 2 + end + 1))
}

/// `<font color=#FF0000>`, `<font colorTokenV2=… sizeToken=…>` and `</font>` change the look, `<a atId=…>` mentions somebody;
/// other tags are left out of the text.
fn tag(text: &str, look: &mut Run) -> Option<usize> {
    let end = text.find('>')?;
    let inside = text.get(1..end)?;
    let opened = inside.strip_prefix('/').unwrap_or(inside);
    let name = opened.split(['/', ' ', '\t']).next()?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    if inside.starts_with('/') {
        match name {
            "font" => (look.colour, look.dark_colour, look.size) = (None, None, None),
            "a" => look.link = None,
            _ => {}
        }
    } else if name == "a" {
        // Assumption: a mention is drawn like a link.
        look.link = Some(opened.trim_start_matches('a').trim().to_owned());
    } else if name == "font" {
        let given = |name: &str| {
            let words = inside.split_whitespace().filter_map(|word| word.split_once('='));
            words.filter(|(found, _)| *found == name).map(|(_, value)| value.trim_matches(['"', '\''])).next()
        };
        let tokens = Tokens::default();
        let of_token = |name: Option<&str>, dark: bool| tokens.get(name?, dark);
        let colour = |dark| of_token(given("colorTokenV2"), dark).and_then(|value| Colour::read(&string(&value)));
        look.colour = given("color").and_then(Colour::read).or_else(|| colour(false));
        look.dark_colour = if given("color").is_some() { None } else { colour(true) };
        let size = of_token(given("sizeToken"), false).map(|value| string(&value).into_owned());
        let size = size.or_else(|| given("size").map(str::to_owned));
        look.size = size.and_then(|size| super::style::length(&size)).filter(|&size| (4.0..=100.0).contains(&size));
    }
    Some(end + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(markdown: &str) -> Vec<String> {
        blocks(&json!(markdown)).iter().map(Block::text).collect()
    }

    #[test]
    fn marks_become_looks() {
        let found = blocks(&json!("# Title\n\na **b** *c* ~~d~~ [e](https://x) <font color=#FF0000>f</font> `g*`"));
        assert_eq!(found[0].kind, BlockKind::Heading(1));
        assert!(found[0].runs[0].bold);
        assert_eq!(found[1].text(), "a b c d e f g*");
        let run = |text: &str| found[1].runs.iter().find(|run| run.text == text).unwrap();
        assert!(run("b").bold && run("c").italic && run("d").strike && run("g*").code);
        assert_eq!(run("e").link.as_deref(), Some("https://x"));
        assert_eq!(run("f").colour, Colour::read("#FF0000"));
        let found = blocks(&json!(
            "<font sizeToken=common_h1_text_style__font_size colorTokenV2=common_red1_color>大</font>小"
        ));
        let big = &found[0].runs[0];
        assert_eq!(
            (big.size, big.colour, big.dark_colour),
            (Some(20.0), Colour::read("#FF5219"), Colour::read("#FF5E2B"))
        );
        assert_eq!((found[0].runs[1].size, found[0].runs[1].colour), (None, None));
        let image = &blocks(&json!("![图](https://x/y.png)"))[0].runs[0];
        assert!(image.image && image.link.as_deref() == Some("https://x/y.png"));
    }

    #[test]
    fn blocks_are_told_apart_and_what_is_not_closed_is_text() {
        assert_eq!(
            texts("- one\n2. two\n> three\n---\n```\nx **y**\n```"),
            ["• one", "2. two", "three", "", "x **y**"]
        );
        assert_eq!(texts("a ** b c [d](e < f #g"), ["a ** b c [d](e < f #g"]);
        for same in ["a * b * c", "2**3", "a~~b", "5 < 6 > 4", "snake__case__name", "** no **", "\\n"] {
            assert_eq!(texts(same), [same]);
        }
        assert_eq!(texts("\\*a\\* \\[b\\](c) &lt;d&gt; <b>e</b>"), ["*a* [b](c) <d> e"]);
        let mention = &blocks(&json!("<a atId=u1>@张三</a>你好"))[0].runs;
        assert_eq!(
            (mention[0].text.as_str(), mention[0].link.is_some(), mention[1].link.is_some()),
            ("@张三", true, false)
        );
        let brackets = &blocks(&json!("[a](https://x/(y) \"title\")。"))[0].runs;
        assert_eq!((brackets[0].link.as_deref(), brackets[1].text.as_str()), (Some("https://x/(y)"), "。"));
        let nested = blocks(&json!("- a\n  - b\n\t\t1. c"));
        assert_eq!(nested.iter().map(|block| block.depth).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(texts("3 < 4 <br>new"), ["3 < 4", "new"]);
        assert_eq!(texts("￥![图](@lALP)终"), ["￥图终"]);
        let spans = json!({ "items": [{ "data": { "text": "hi\nthere" }, "style": { "bold": 1, "size": 20, "lightColor": "#111111", "darkColor": "#222222" } }] });
        let found = blocks(&spans);
        assert_eq!(found.iter().map(Block::text).collect::<Vec<_>>(), ["hi", "there"]);
        assert_eq!((found[0].size, found[0].runs[0].dark_colour), (20.0, Colour::read("#222222")));
        for opening in ["[", "**", "<", "`", "*", "![", "~~"] {
            texts(&opening.repeat(20_000));
        }
    }
}
