//! What stands in a message template: title, picture, content, rows of a form, buttons; and the limits of each.
//!
//! A template's body is one text, so that it can be pasted, searched and kept as it is. Its first line may be the message's
//! title (`# …`) and then a picture (`![](address)`): neither can stand in the content of a DingTalk template, where both
//! have a field of their own. Rows of a Form are lines `| name | value`. The last lines that are nothing but a link are
//! the buttons of an ActionCard, or where a Form leads on phones and on computers.
//!
//! Source of the limits: the page 管理消息模板 of DingTalk's documentation.

use super::{Finding, Severity, Unit, notice::TemplateKind, pointer};

/// Characters of a Markdown content the page recommends at most.
pub const CONTENT_RECOMMENDED: u64 = 1000;
/// Most characters of an ActionCard's title.
pub const ACTION_CARD_TITLE_MAX: u64 = 64;
/// Most characters of a button's text.
pub const BUTTON_TEXT_MAX: u64 = 20;
/// Most characters of a button's address.
pub const BUTTON_ADDRESS_MAX: u64 = 500;
/// Characters of a Form's title the page recommends at most.
pub const FORM_TITLE_RECOMMENDED: u64 = 50;
/// Rows of a Form that are shown.
pub const FORM_ROWS_MAX: u64 = 6;
/// Lines of a Form's content that are shown.
pub const FORM_LINES_MAX: u64 = 3;

/// A template's body, taken apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Message {
    /// The message's title; no variables in it.
    pub title: String,
    /// Address or media id of the picture on top.
    pub image: String,
    /// The content: Markdown, or plain text of a Form.
    pub content: String,
    /// Rows of a Form: name and value.
    pub rows: Vec<(String, String)>,
    /// Text and address: buttons of an ActionCard; where a Form leads.
    pub links: Vec<(String, String)>,
}

impl Message {
    /// Takes a body apart.
    pub fn of(kind: TemplateKind, body: &str) -> Self {
        let mut parts = Self::default();
        let mut lines: Vec<&str> = body.lines().collect();
        while let Some(last) = lines.last().copied() {
            let line = last.trim();
            if line.is_empty() {
                lines.pop();
            } else if kind != TemplateKind::Markdown
                && let Some((text, address, "")) = link(line)
            {
                parts.links.insert(0, (text.trim().to_owned(), address.to_owned()));
                lines.pop();
            } else {
                break;
            }
        }
        let mut content = Vec::new();
        for line in lines {
            let start = line.trim_start();
            if content.is_empty() && start.is_empty() {
                continue;
            }
            if content.is_empty()
                && parts.title.is_empty()
                && let Some(title) = start.strip_prefix("# ")
            {
                title.trim().clone_into(&mut parts.title);
            } else if content.is_empty()
                && parts.image.is_empty()
                && let Some((_, address, "")) = start.strip_prefix('!').and_then(|rest| image(rest.trim_end()))
            {
                address.clone_into(&mut parts.image);
            } else if kind == TemplateKind::Form
                && let Some((name, value)) = row(start)
            {
                parts.rows.push((name.to_owned(), value.to_owned()));
            } else {
                content.push(line);
            }
        }
        while content.last().is_some_and(|line| line.trim().is_empty()) {
            content.pop();
        }
        parts.content = content.join("\n");
        parts
    }

    /// The body made of these parts. Parts that a kind does not have are left out.
    pub fn to_body(&self, kind: TemplateKind) -> String {
        let mut lines = Vec::new();
        if !self.title.trim().is_empty() {
            lines.push(format!("# {}", one_line(&self.title)));
        }
        if !self.image.trim().is_empty() {
            lines.push(format!("![]({})", one_line(&self.image)));
        }
        if !self.content.trim().is_empty() {
            lines.push(self.content.trim_matches('\n').to_owned());
        }
        if kind == TemplateKind::Form {
            for (name, value) in &self.rows {
                if !(name.trim().is_empty() && value.trim().is_empty()) {
                    lines.push(format!("| {} | {}", one_line(name).replace('|', "｜"), one_line(value)));
                }
            }
        }
        if kind != TemplateKind::Markdown {
            for (text, address) in &self.links {
                let text = one_line(text).replace(['[', ']'], "");
                if !text.is_empty() {
                    lines.push(format!("[{text}]({})", one_line(address)));
                }
            }
        }
        lines.join("\n")
    }

    /// The same with every text filled by a function.
    #[must_use]
    pub fn map(&self, mut fill: impl FnMut(&str) -> String) -> Self {
        Self {
            title: self.title.clone(),
            image: self.image.clone(),
            content: fill(&self.content),
            rows: self.rows.iter().map(|(name, value)| (fill(name), fill(value))).collect(),
            links: self.links.iter().map(|(text, address)| (fill(text), fill(address))).collect(),
        }
    }
}

/// What the page says about each part, as findings whose pointers go into the message: `/title`, `/content`, `/rows`,
/// `/links/0/text`, `/links/0/address`. None is an error: the server does not say what it refuses.
pub fn check(kind: TemplateKind, message: &Message) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut longest = |pointer: String, text: &str, max: u64, code: &'static str| {
        let characters = text.chars().count() as u64;
        if characters > max {
            findings.push(Finding::new(Severity::Info, pointer, code).limit(max, characters, Unit::Characters));
        }
    };
    match kind {
        TemplateKind::Markdown => {}
        TemplateKind::ActionCard => {
            longest("/title".into(), &message.title, ACTION_CARD_TITLE_MAX, "notice.action_card_title");
            for (index, (text, address)) in message.links.iter().enumerate() {
                let at = pointer::element("/links", index);
                longest(pointer::join(&at, "text"), text, BUTTON_TEXT_MAX, "notice.button_text");
                longest(pointer::join(&at, "address"), address, BUTTON_ADDRESS_MAX, "notice.button_address");
            }
        }
        TemplateKind::Form => {
            longest("/title".into(), &message.title, FORM_TITLE_RECOMMENDED, "notice.form_title");
        }
    }
    if kind == TemplateKind::Form {
        let rows = message.rows.len() as u64;
        if rows > FORM_ROWS_MAX {
            let finding = Finding::new(Severity::Info, "/rows", "notice.form_rows");
            findings.push(finding.limit(FORM_ROWS_MAX, rows, Unit::Entries));
        }
        let lines = message.content.lines().filter(|line| !line.trim().is_empty()).count() as u64;
        if lines > FORM_LINES_MAX {
            let finding = Finding::new(Severity::Info, "/content", "notice.form_lines");
            findings.push(finding.limit(FORM_LINES_MAX, lines, Unit::Entries));
        }
        return findings;
    }
    longest("/content".into(), &message.content, CONTENT_RECOMMENDED, "notice.text_long");
    let mut say = |code| findings.push(Finding::new(Severity::Info, "/content", code));
    if message.content.lines().any(is_heading) {
        say("notice.markdown_heading");
    }
    if message.content.match_indices("![").any(|(at, _)| image(&message.content[at + 1..]).is_some()) {
        say("notice.markdown_image");
    }
    if message.content.contains("\\n") {
        say("notice.literal_newline");
    }
    findings
}

fn is_heading(line: &str) -> bool {
    let line = line.trim_start();
    let rest = line.trim_start_matches('#');
    rest.len() < line.len() && rest.starts_with(' ')
}

/// `[text](address)` at the beginning of a text: text, address, what follows.
pub fn link(text: &str) -> Option<(&str, &str, &str)> {
    let after = text.strip_prefix('[')?;
    let (label, after) = after.split_once("](")?;
    if label.trim().is_empty() || label.contains(['[', '\n']) {
        return None;
    }
    // An address may hold pairs of brackets.
    let mut depth = 0_usize;
    for (at, character) in after.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return Some((label, after[..at].trim(), &after[at + 1..])),
            ')' => depth -= 1,
            '\n' => return None,
            _ => {}
        }
    }
    None
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `[…](address)` whose text may be empty.
fn image(text: &str) -> Option<(&str, &str, &str)> {
    let (label, after) = text.strip_prefix('[')?.split_once("](")?;
    let (address, rest) = after.rsplit_once(')')?;
    Some((label, address.trim(), rest))
}

fn row(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.strip_prefix('|')?.split_once('|')?;
    Some((name.trim(), value.trim().trim_end_matches('|').trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_card_is_taken_apart_and_put_together() {
        let body = "# 差旅审批\n![](https://img.example.com/a.png)\n${name}，您好\n[规定](https://a.b) 已更新\n\n[去审批](${url})\n[稍后](https://c.d/x(1))";
        let message = Message::of(TemplateKind::ActionCard, body);
        assert_eq!(message.title, "差旅审批");
        assert_eq!(message.image, "https://img.example.com/a.png");
        assert_eq!(message.content, "${name}，您好\n[规定](https://a.b) 已更新");
        assert_eq!(message.links, [("去审批".into(), "${url}".into()), ("稍后".into(), "https://c.d/x(1)".into())]);
        assert_eq!(Message::of(TemplateKind::ActionCard, &message.to_body(TemplateKind::ActionCard)), message);
    }

    #[test]
    fn a_form_has_rows_and_a_markdown_body_has_neither_rows_nor_buttons() {
        let body = "订单已发货\n| 订单号 | ${order}\n| 金额 | ¥ ${sum} |\n[手机](https://m.a)\n[电脑](https://pc.a)";
        let message = Message::of(TemplateKind::Form, body);
        assert_eq!(message.content, "订单已发货");
        assert_eq!(message.rows, [("订单号".into(), "${order}".into()), ("金额".into(), "¥ ${sum}".into())]);
        assert_eq!(message.links.len(), 2);
        let markdown = Message::of(TemplateKind::Markdown, body);
        assert_eq!(markdown.content, body);
        assert!(markdown.rows.is_empty() && markdown.links.is_empty());
    }

    #[test]
    fn every_limit_of_the_page_is_told_where_it_stands() {
        let codes = |kind, message: &Message| {
            let found = check(kind, message);
            found.iter().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect::<Vec<_>>()
        };
        let long = Message {
            title: "题".repeat(65),
            content: format!("{}\n# 标题\n![](a)\n换行\\n", "字".repeat(1000)),
            rows: vec![("a".into(), "b".into()); 7],
            links: vec![("按".repeat(21), "a".repeat(501))],
            ..Message::default()
        };
        let content = [
            "/content notice.text_long",
            "/content notice.markdown_heading",
            "/content notice.markdown_image",
            "/content notice.literal_newline",
        ];
        assert_eq!(codes(TemplateKind::Markdown, &long), content);
        let mut card = vec![
            "/title notice.action_card_title",
            "/links/0/text notice.button_text",
            "/links/0/address notice.button_address",
        ];
        card.extend(content);
        assert_eq!(codes(TemplateKind::ActionCard, &long), card);
        assert_eq!(
            codes(TemplateKind::Form, &long),
            ["/title notice.form_title", "/rows notice.form_rows", "/content notice.form_lines"]
        );
        let fine = Message { title: "题".into(), content: "字 #1".into(), ..Message::default() };
        assert_eq!(codes(TemplateKind::ActionCard, &fine), [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_taken_apart_and_checked(text in "[#!\\[\\](){}|a ${_\\n字：=]{0,60}", kind in 0..3_usize) {
            let kind = [TemplateKind::Markdown, TemplateKind::ActionCard, TemplateKind::Form][kind];
            let message = Message::of(kind, &text);
            let again = Message::of(kind, &message.to_body(kind));
            proptest::prop_assert_eq!(again.to_body(kind), message.to_body(kind));
            check(kind, &message);
        }
    }
}
