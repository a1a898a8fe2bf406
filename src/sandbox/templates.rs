//! The templates that exist in the sandbox: card templates of the card platform, message templates of the console.

use crate::compose::card::ValueKind;
use crate::compose::notice::{NoticeTemplate, TemplateKind};

/// A card template of the sandbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardTemplate {
    /// `cardTemplateId`: `<uuid>.schema`.
    pub id: String,
    /// Its name on the card platform.
    pub name: String,
    /// Whether it was published; an unpublished one is refused with `cardInstance.wrong`.
    pub published: bool,
    /// Its variables; empty when they are not known (a template that was added by id).
    pub variables: Vec<CardVariable>,
}

/// A variable of a card template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardVariable {
    /// The name in `${…}`. One name twice makes the template answer `duplicateKey`.
    pub key: String,
    /// How its value is typed.
    pub kind: ValueKind,
}

fn card(id: &str, name: &str, published: bool, variables: &[(&str, ValueKind)]) -> CardTemplate {
    CardTemplate {
        id: id.to_owned(),
        name: name.to_owned(),
        published,
        variables: variables.iter().map(|(key, kind)| CardVariable { key: (*key).to_owned(), kind: *kind }).collect(),
    }
}

/// The card templates a sandbox starts with: three published ones, one that is not, one with a placeholder twice.
pub(super) fn cards() -> Vec<CardTemplate> {
    use ValueKind::{Boolean, Json, Markdown, Number, Text};
    vec![
        card(
            "3f1c8a52-6d0b-4e7a-9c21-5b8e0d47a913.schema",
            "任务通知",
            true,
            &[
                ("title", Text),
                ("content", Markdown),
                ("owner", Text),
                ("deadline", Text),
                ("progress", Number),
                ("done", Boolean),
                ("steps", Json),
                ("remark", Text),
                ("url", Text),
            ],
        ),
        card(
            "8b94e2d7-13a5-4cf0-b6e8-27c1f05a6d38.schema",
            "活动报名",
            true,
            &[
                ("title", Text),
                ("content", Markdown),
                ("time", Text),
                ("place", Text),
                ("count", Number),
                ("signed", Boolean),
                ("members", Json),
            ],
        ),
        card(
            "c05d7f31-9e48-4b26-8a1d-e36f92b70c54.schema",
            "审批提醒",
            true,
            &[
                ("title", Text),
                ("content", Markdown),
                ("applicant", Text),
                ("amount", Number),
                ("status", Text),
                ("form", Json),
            ],
        ),
        card(
            "51e6b0a9-7c3f-42d8-9f05-a84d1c6e2b77.schema",
            "周报（未发布）",
            false,
            &[("title", Text), ("content", Markdown)],
        ),
        card(
            "d27a4c96-58e1-4f3b-a0c7-6b19e5f8d342.schema",
            "占位符重复的模板",
            true,
            &[("title", Text), ("title", Text), ("content", Markdown)],
        ),
    ]
}

/// A message template and whether it passed review.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Notice {
    pub(super) template: NoticeTemplate,
    pub(super) approved: bool,
}

fn notice(id: &str, name: &str, kind: TemplateKind, approved: bool, body: &str) -> Notice {
    Notice {
        template: NoticeTemplate { name: name.to_owned(), id: id.to_owned(), kind, body: body.to_owned() },
        approved,
    }
}

/// The message templates a sandbox starts with: three approved ones of the three kinds, one waiting for review.
pub(super) fn notices() -> Vec<Notice> {
    vec![
        notice(
            "e27a9eed42b34a14a2c6f1d0958b7e31",
            "会议通知",
            TemplateKind::Markdown,
            true,
            "**${title}**\n\n时间：${time}\n\n地点：${place}\n\n${content}",
        ),
        notice(
            "9c40b7f85d1e4a63b8f27a0e6c3d5194",
            "待办提醒",
            TemplateKind::ActionCard,
            true,
            "**${title}**\n\n${name}，你有一项待办将于 ${deadline} 到期。\n\n${content}",
        ),
        notice(
            "0b6d3e92f7a84c15946e8d2b71fc5a08",
            "报销结果",
            TemplateKind::Form,
            true,
            "报销结果\n申请人：${applicant}\n金额：${amount}\n结果：${result}",
        ),
        notice(
            "47f1d8c05b2e49a7a3906ec8b1d57f24",
            "生日祝福（待审核）",
            TemplateKind::Markdown,
            false,
            "${name}，生日快乐！",
        ),
    ]
}

/// Fills `${name}` from the values; also gives the names that no value was found for, each once, in order.
///
/// A placeholder without a value stays as it is, as the recipient would see it.
pub(super) fn fill<'v>(body: &str, value: impl Fn(&str) -> Option<&'v str>) -> (String, Vec<String>) {
    let mut filled = String::with_capacity(body.len());
    let mut missing: Vec<String> = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find("${") {
        filled.push_str(&rest[..at]);
        let tail = &rest[at + 2..];
        let Some(end) = tail.find('}') else {
            rest = &rest[at..];
            break;
        };
        let name = &tail[..end];
        if let Some(text) = value(name.trim()) {
            filled.push_str(text);
        } else {
            filled.push_str(&rest[at..at + 3 + end]);
            if !missing.iter().any(|known| known == name.trim()) {
                missing.push(name.trim().to_owned());
            }
        }
        rest = &tail[end + 1..];
    }
    filled.push_str(rest);
    (filled, missing)
}

/// The names of a body's placeholders, each once, in order.
pub(super) fn placeholders(body: &str) -> Vec<String> {
    fill(body, |_| None).1
}

/// Puts names in the place of `$userName=<userid>$` and `$departmentName=<dept_id>$`; an unknown id stays as it is.
pub(super) fn translate_ids(text: &str, name_of: impl Fn(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let found = tail.find('$').and_then(|end| {
            let (kind, id) = tail[..end].split_once('=')?;
            Some((name_of(kind, id)?, end))
        });
        if let Some((name, end)) = found {
            out.push_str(&name);
            rest = &tail[end + 1..];
        } else {
            out.push('$');
            rest = tail;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_the_missing_named() {
        let value = |name: &str| (name == "a").then_some("甲 ${b}");
        assert_eq!(
            fill("x ${a} ${ b } ${b} $c ${", value),
            ("x 甲 ${b} ${ b } ${b} $c ${".to_owned(), vec!["b".to_owned()])
        );
        assert_eq!(placeholders("${a}${b}${a}"), ["a", "b"]);
    }

    #[test]
    fn ids_become_names() {
        let name = |kind: &str, id: &str| (kind == "userName" && id == "zengmin").then(|| "曾敏".to_owned());
        assert_eq!(translate_ids("请 $userName=zengmin$ 与 $userName=x$ 付 $5", name), "请 曾敏 与 $userName=x$ 付 $5");
    }

    #[test]
    fn every_template_has_an_id_of_its_own() {
        let mut ids: Vec<String> = cards().into_iter().map(|card| card.id).collect();
        ids.extend(notices().into_iter().map(|notice| notice.template.id));
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
