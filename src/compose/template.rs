//! The text of a message template: its `${fields}`, and how it reads when they are filled in.

use std::ops::Range;

use super::notice::DataField;

/// A part of a filled template.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// What is shown: fixed text, the value of a field, or `${name}` where a value is missing.
    pub text: String,
    /// The field this part comes from.
    pub field: Option<String>,
    /// Whether the field has no value yet.
    pub missing: bool,
    /// The user or department whose name DingTalk puts here.
    pub translated: Option<Translated>,
}

/// An id that DingTalk replaces by a name: `$userName=zhangsan01$`, `$departmentName=100$`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Translated {
    /// A userId.
    User(String),
    /// A department id.
    Department(String),
}

/// The names of the fields of a template, each once, in the order of the text.
pub fn fields(body: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (_, name) in placeholders(body) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether a name follows the rule of the developer console: `[A-Za-z_][A-Za-z0-9_]*`.
pub fn follows_name_rule(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The template as the recipient reads it. A field that stands twice in `values` takes its last value, as the JSON text
/// would; one without a value, or with an empty one, is shown as `${name}` and marked.
pub fn fill(body: &str, values: &[DataField]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut done = 0;
    let plain = |text: &str| Span { text: text.to_owned(), ..Span::default() };
    for (range, name) in placeholders(body) {
        if let Some(text) = body.get(done..range.start)
            && !text.is_empty()
        {
            spans.push(plain(text));
        }
        let value = values.iter().rev().find(|field| field.key == name).map(|field| field.value.as_str());
        let missing = value.is_none_or(str::is_empty);
        let text = if missing { body.get(range.clone()) } else { value };
        spans.push(Span {
            text: text.unwrap_or_default().to_owned(),
            field: Some(name.to_owned()),
            missing,
            translated: None,
        });
        done = range.end;
    }
    if let Some(text) = body.get(done..)
        && !text.is_empty()
    {
        spans.push(plain(text));
    }
    mark_translated(spans)
}

/// The filled template as one text.
pub fn fill_text(body: &str, values: &[DataField]) -> String {
    fill(body, values).into_iter().map(|span| span.text).collect()
}

/// Every `${name}`: its place with the braces, and the name. `${` without an end is text.
fn placeholders(body: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + body.get(at..)?.find("${")?;
            let inside = body.get(start + 2..)?;
            let Some(end) = inside.find(['}', '{', '\n']) else {
                at = body.len();
                return None;
            };
            let name = inside.get(..end).unwrap_or_default();
            if inside.get(end..)?.starts_with('}') && !name.is_empty() {
                at = start + 3 + end;
                return Some((start..at, name));
            }
            // Another placeholder may begin right behind this opening.
            at = start + 2;
        }
    })
}

/// Where a text has `$userName=…$` or `$departmentName=…$`.
fn translations(text: &str) -> Vec<(Range<usize>, Translated)> {
    type Make = fn(String) -> Translated;
    const KINDS: [(&str, Make); 2] = [("$userName=", Translated::User), ("$departmentName=", Translated::Department)];
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('$')).map(|start| at + start) {
        at = start + 1;
        let rest = text.get(start..).unwrap_or_default();
        for (opening, make) in KINDS {
            let Some(inside) = rest.strip_prefix(opening) else { continue };
            let Some(end) = inside.find(['$', '\n']) else { continue };
            if end > 0 && inside.get(end..).is_some_and(|tail| tail.starts_with('$')) {
                let stop = start + opening.len() + end + 1;
                found.push((start..stop, make(inside.get(..end).unwrap_or_default().to_owned())));
                at = stop;
            }
        }
    }
    found
}

/// Cuts the parts so that every id translation is one part, also when the id came from a field.
fn mark_translated(spans: Vec<Span>) -> Vec<Span> {
    let whole: String = spans.iter().map(|span| span.text.as_str()).collect();
    let marks = translations(&whole);
    if marks.is_empty() {
        return spans;
    }
    let mut out: Vec<Span> = Vec::with_capacity(spans.len() + marks.len() * 2);
    let mut marks = marks.into_iter().peekable();
    let mut start = 0;
    for span in spans {
        let end = start + span.text.len();
        let mut from = start;
        while from < end {
            match marks.peek() {
                Some((range, mark)) if range.start <= from => {
                    // Inside a mark: the first part makes the span, later parts lengthen it.
                    let to = range.end.min(end);
                    let text = whole.get(from..to).unwrap_or_default();
                    if range.start == from {
                        out.push(Span { text: text.to_owned(), translated: Some(mark.clone()), ..span.clone() });
                    } else if let Some(last) = out.last_mut() {
                        last.text.push_str(text);
                        last.missing |= span.missing;
                        if last.field.is_none() {
                            last.field.clone_from(&span.field);
                        }
                    }
                    from = to;
                    if to == range.end {
                        marks.next();
                    }
                }
                next => {
                    let to = next.map_or(end, |(range, _)| range.start.min(end));
                    out.push(Span { text: whole.get(from..to).unwrap_or_default().to_owned(), ..span.clone() });
                    from = to;
                }
            }
        }
        start = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(pairs: &[(&str, &str)]) -> Vec<DataField> {
        pairs.iter().map(|(key, value)| DataField { key: (*key).to_owned(), value: (*value).to_owned() }).collect()
    }

    #[test]
    fn fields_are_found_once_and_in_order() {
        assert_eq!(fields("您好 ${name}，${dept} 的 ${name} ${名字}"), ["name", "dept", "名字"]);
        assert_eq!(fields("${} ${a${b} $c {d} ${e\n} ${"), ["b"]);
        assert_eq!(fields(""), [""; 0]);
    }

    #[test]
    fn a_filled_text_shows_what_is_missing() {
        let spans = fill("您好 ${name}，截止 ${day}。", &data(&[("name", "张三")]));
        let shown: Vec<_> =
            spans.iter().map(|span| (span.text.as_str(), span.field.as_deref(), span.missing)).collect();
        assert_eq!(
            shown,
            [
                ("您好 ", None, false),
                ("张三", Some("name"), false),
                ("，截止 ", None, false),
                ("${day}", Some("day"), true),
                ("。", None, false)
            ]
        );
    }

    #[test]
    fn ids_that_dingtalk_translates_are_marked_also_when_they_come_from_a_field() {
        let spans = fill("请 $userName=${who}$ 到 $departmentName=100$，$5", &data(&[("who", "zhangsan01")]));
        let marked: Vec<_> =
            spans.iter().filter_map(|span| Some((span.text.as_str(), span.translated.clone()?))).collect();
        assert_eq!(
            marked,
            [
                ("$userName=zhangsan01$", Translated::User("zhangsan01".to_owned())),
                ("$departmentName=100$", Translated::Department("100".to_owned()))
            ]
        );
        assert_eq!(spans[1].field.as_deref(), Some("who"));
        assert_eq!(
            spans.iter().map(|span| span.text.as_str()).collect::<String>(),
            "请 $userName=zhangsan01$ 到 $departmentName=100$，$5"
        );
    }

    #[test]
    fn the_name_rule_is_that_of_the_console() {
        assert!(["a", "_1", "Name_2"].iter().all(|name| follows_name_rule(name)));
        assert!(["", "1a", "名字", "a-b", " a"].iter().all(|name| !follows_name_rule(name)));
    }
}
