//! Every finding has its sentence in both languages, with every placeholder filled.

use std::collections::BTreeSet;

use super::{card_with, findings, notice_with};
use crate::lang::{Lang, text};

/// Every code named in the source of this room.
fn codes() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/compose");
    let mut found = BTreeSet::new();
    let entries = |folder: &str| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in entries(folder).chain(entries(&format!("{folder}/ways"))) {
        if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let literals = source.split('"').skip(1).step_by(2);
            found.extend(
                literals
                    .filter(|literal| {
                        literal.strip_prefix("card.").or(literal.strip_prefix("notice.")).is_some_and(|rest| {
                            !rest.is_empty()
                                && rest.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                        })
                    })
                    .map(str::to_owned),
            );
        }
    }
    found
}

#[test]
fn every_code_has_a_sentence() {
    let codes = codes();
    assert!(codes.len() > 90, "{}", codes.len());
    for code in codes {
        for lang in Lang::ALL {
            let key = format!("finding.{code}");
            assert_ne!(text(lang, &key, &[]), key);
        }
    }
}

#[test]
fn no_placeholder_is_left_open() {
    let drafts = [
        card_with(
            r#"{"cardTemplateId": 5, "x": 1, "robotcode": 1, "userIdType": 9, "atOpenIds": {"a b": "x", "u": ""},
            "receiverUserIdList": ["a,b", "c", "c"], "outTrackId": "报", "privateData": {"": {"cardParamMap": {"sys_full_json_obj": "x"}}},
            "cardData": {"cardParamMap": {"a": "${b}", "sys_full_json_obj": "{a:1}", "sys_lastMessageI18n": "x", "l": "[1]"}}}"#,
        ),
        notice_with(r#"{"agent_id": "a", "userid_list": "a,a,\"b", "dept_id_list": "x", "data": "{", "y": 1}"#),
        notice_with(r#"{"data": "{\"a\":1,\"名\":\"\\\\u1234 ${x}\"}"}"#),
    ];
    for draft in drafts {
        for finding in findings(&draft) {
            for lang in Lang::ALL {
                let message = finding.message(lang);
                assert!(!message.contains("%{"), "{finding:?}: {message}");
                assert!(!message.contains("json."), "{message}");
                assert!(!message.contains("json_type"), "{message}");
            }
        }
    }
}
