//! Why a card was not taken at one place: the `errorMsg` of a `deliverResults[]` entry. No page lists them, so the words of
//! the server are shown, with the cause that fits the kind of place; a message that is a known code has that code's words.

use super::{
    entry::lookup,
    explain::{Explanation, FixAction},
};
use crate::{
    dingtalk::System,
    lang::{Lang, text},
};

/// What a message names, by the words in it.
fn topic(message: &str) -> &'static str {
    let lower = message.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["robot", "chatbot", "机器人"]) {
        "robot"
    } else if has(&["conversation", "cid", "group", "会话", "群"]) {
        "conversation"
    } else if has(&["user", "staff", "unionid", "员工", "用户"]) {
        "user"
    } else if has(&["permission", "forbidden", "auth", "权限"]) {
        "permission"
    } else if has(&["expire", "过期"]) {
        "expired"
    } else {
        ""
    }
}

/// Explains why one place did not take a card.
pub fn explain_space(space_type: &str, message: &str, lang: Lang) -> Explanation {
    let code = message.trim();
    if let Some(words) = lookup(System::Api, code, None).and_then(|entry| entry.words(lang)) {
        return Explanation {
            what: words.what.clone(),
            cause: words.cause.clone(),
            fix: words.fix.clone(),
            known: true,
            ..Explanation::default()
        };
    }
    let kind = space_type.to_ascii_uppercase();
    let topic = match (topic(message), kind.as_str()) {
        ("", "IM_GROUP" | "IM_SINGLE" | "ONE_BOX") => "conversation",
        ("", "IM_ROBOT") => "user",
        ("", _) => "other",
        (topic, _) => topic,
    };
    let place = match kind.as_str() {
        "IM_GROUP" | "IM_SINGLE" | "IM_ROBOT" | "ONE_BOX" => text(lang, &format!("wire.space.kind.{kind}"), &[]),
        _ => space_type.to_owned(),
    };
    let said = if code.is_empty() { text(lang, "wire.space.silent", &[]) } else { code.to_owned() };
    let say = |part: &str| text(lang, &format!("wire.space.{topic}.{part}"), &[]);
    Explanation {
        what: text(lang, "wire.space.what", &[("place", place), ("said", said)]),
        cause: say("cause"),
        fix: say("fix"),
        action: match topic {
            "permission" => vec![FixAction::CheckConnection],
            "robot" => vec![FixAction::Jump(vec!["/imGroupOpenDeliverModel/robotCode".to_owned()])],
            _ => vec![FixAction::Jump(vec!["/openSpaceId".to_owned()])],
        },
        ..Explanation::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_a_place_is_explained_in_both_languages() {
        let messages = [
            "",
            "param.userIdNotExist",
            "robot not found",
            "会话不存在",
            "user not exist",
            "no permission",
            "expired",
            "??",
        ];
        for lang in Lang::ALL {
            for kind in ["IM_GROUP", "IM_ROBOT", "im_single", "ONE_BOX", "IM_NEW"] {
                for message in messages {
                    let said = explain_space(kind, message, lang);
                    for words in [&said.what, &said.cause, &said.fix] {
                        assert!(!words.is_empty() && !words.contains("wire.") && !words.contains("%{"), "{words}");
                    }
                }
            }
        }
        assert!(explain_space("IM_GROUP", "param.userIdNotExist", Lang::Zh).known);
    }
}
