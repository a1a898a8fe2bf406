//! Findings about a card: fields, addressees, members the form does not know.
//!
//! Severities follow what is known (`dingtalk-api.md`): an **error** is what the page forbids or what cannot reach
//! anybody; a **warning** is what only the sibling calls forbid, what an error code hints at, or what is accepted and
//! then does something else than meant; an **info** is a limit of the newer call or an advice. The 100 KB of `cardData`
//! and `privateData` together is documented for the sibling call only, so it warns.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    Finding, KeptMember, Severity, Unit,
    card::{CardDraft, LastMessage},
    card_write::{AT, CARD_DATA, OPTIONS, PARAMS, PRIVATE, is_private},
    check::{CheckCache, CheckContext, Findings, IdProblem, id_problem},
    check_params::check_params,
    check_private::check_private_with_card,
    encode::LAST_MESSAGE,
    kept::has_rows,
    pointer,
};

/// Longest outTrackId the sibling pages allow, in characters.
pub const OUT_TRACK_MAX: usize = 100;
/// Longest outTrackId the sibling pages recommend, in characters.
pub const OUT_TRACK_RECOMMENDED: usize = 64;
/// Most receivers the sibling page allows in a single chat.
pub const RECEIVERS_MAX: usize = 20;
/// Largest `cardData` and `privateData` together on the sibling page, in bytes.
pub const DATA_BYTES: usize = 100 * 1024;

/// Checks a card from nothing. A screen uses [`super::check::check_draft_with`].
pub fn check_card(card: &CardDraft, context: &CheckContext<'_>) -> Vec<Finding> {
    check_card_with(card, context, &mut CheckCache::default())
}

pub(super) fn check_card_with(card: &CardDraft, context: &CheckContext<'_>, cache: &mut CheckCache) -> Vec<Finding> {
    let mut findings = Findings::default();
    check_ids(card, &mut findings);
    check_receivers(card, &mut findings);
    check_out_track(card, context, cache, &mut findings);
    check_params(card, &mut findings);
    if card.params.is_empty() && card.last_message.is_empty() && card.private.rows.is_empty() && card.kept.is_empty() {
        findings.push(Finding::new(Severity::Info, CARD_DATA, "card.data_empty"));
    }
    check_private_with_card(card, &mut findings);
    let bytes = card.card_data_text().len() + cache.private_bytes(card);
    if bytes > DATA_BYTES {
        findings.push(Finding::new(Severity::Warning, CARD_DATA, "card.data_large").limit(
            DATA_BYTES as u64,
            bytes as u64,
            Unit::Bytes,
        ));
    }
    check_options(card, &mut findings);
    check_kept(card, |member| !is_private(member), &mut findings);
    let mut list = findings.finish("", "card.more");
    list.extend_from_slice(cache.private_findings(card));
    list
}

/// Texts that are names of things, with their pointers.
fn check_ids(card: &CardDraft, findings: &mut Findings) {
    let template = card.card_template_id.as_str();
    if template.trim().is_empty() {
        findings.push(Finding::new(Severity::Error, "/cardTemplateId", "card.template_empty"));
    } else if template == "StandardCard" || template.starts_with("TuWenCard") {
        findings
            .push(Finding::new(Severity::Warning, "/cardTemplateId", "card.template_other_api").arg("id", template));
    }
    let conversation = card.open_conversation_id.as_str();
    if conversation.trim().is_empty() {
        if card.receivers.is_empty() {
            // The page calls both optional, so this is no error, however sure the refusal seems.
            findings.push(Finding::new(Severity::Warning, "/openConversationId", "card.no_addressee"));
        } else {
            findings.push(Finding::new(Severity::Warning, "/openConversationId", "card.conversation_empty"));
        }
    } else if !conversation.trim().starts_with("cid") {
        findings.push(Finding::new(Severity::Warning, "/openConversationId", "card.conversation_format"));
    }
    if card.robot_code.trim().is_empty() {
        findings.push(Finding::new(Severity::Warning, "/robotCode", "card.robot_empty"));
    }
    for (at, value) in [
        ("/cardTemplateId", template),
        ("/openConversationId", conversation),
        ("/robotCode", &card.robot_code),
        ("/callbackRouteKey", &card.callback_route_key),
    ] {
        if !value.trim().is_empty() && value.contains(|c: char| c.is_whitespace() || c.is_control()) {
            findings.push(Finding::new(Severity::Warning, at, "card.id_space"));
        }
    }
}

fn check_receivers(card: &CardDraft, findings: &mut Findings) {
    const LIST: &str = "/receiverUserIdList";
    let mut seen = HashSet::with_capacity(card.receivers.len());
    for (index, person) in card.receivers.iter().enumerate() {
        let at = || pointer::element(LIST, index);
        let id = person.id.as_str();
        match id_problem(id) {
            None => {}
            Some(IdProblem::Empty) => findings.push(Finding::new(Severity::Error, at(), "card.receiver_empty")),
            Some(IdProblem::Joined) => {
                findings.push(Finding::new(Severity::Error, at(), "card.receiver_joined").arg("id", id));
            }
            Some(_) => findings.push(Finding::new(Severity::Error, at(), "card.receiver_bad").arg("id", id)),
        }
        if !id.is_empty() && !seen.insert(id) {
            findings.push(Finding::new(Severity::Warning, at(), "card.receiver_duplicate").arg("id", id));
        }
    }
    if seen.len() > RECEIVERS_MAX {
        findings.push(Finding::new(Severity::Warning, LIST, "card.receivers_many").limit(
            RECEIVERS_MAX as u64,
            seen.len() as u64,
            Unit::People,
        ));
    }
}

fn check_out_track(card: &CardDraft, context: &CheckContext<'_>, cache: &mut CheckCache, findings: &mut Findings) {
    const AT: &str = "/outTrackId";
    let id = card.out_track_id.as_str();
    if id.trim().is_empty() {
        findings.push(Finding::new(Severity::Error, AT, "card.out_track_empty"));
        return;
    }
    let length = id.chars().count();
    if length > OUT_TRACK_MAX {
        findings.push(Finding::new(Severity::Error, AT, "card.out_track_too_long").limit(
            OUT_TRACK_MAX as u64,
            length as u64,
            Unit::Characters,
        ));
    } else if length > OUT_TRACK_RECOMMENDED {
        findings.push(Finding::new(Severity::Warning, AT, "card.out_track_long").limit(
            OUT_TRACK_RECOMMENDED as u64,
            length as u64,
            Unit::Characters,
        ));
    }
    if id.contains(|c: char| c.is_whitespace() || c.is_control()) {
        findings.push(Finding::new(Severity::Error, AT, "card.out_track_space"));
    } else if let Some(odd) = id.chars().find(|c| !(c.is_ascii_alphanumeric() || "-_.:@=+/".contains(*c))) {
        findings.push(Finding::new(Severity::Warning, AT, "card.out_track_characters").arg("found", odd));
    }
    if let Some(earlier) = context.known.earlier_content(id) {
        if earlier == card.content_hash_with(cache) {
            findings.push(Finding::new(Severity::Info, AT, "card.out_track_again"));
        } else {
            findings.push(Finding::new(Severity::Warning, AT, "card.out_track_reused"));
        }
    }
}

fn check_options(card: &CardDraft, findings: &mut Findings) {
    if let Some(kind) = card.user_id_type
        && !matches!(kind, 1 | 2)
    {
        findings.push(Finding::new(Severity::Error, "/userIdType", "card.user_id_type").arg("found", kind));
    }
    let mut seen = HashSet::new();
    for person in &card.at_open_ids {
        let at = pointer::join(AT, &person.id);
        let id = person.id.as_str();
        match id_problem(id) {
            None => {}
            Some(IdProblem::Empty) => findings.push(Finding::new(Severity::Error, &at, "card.at_id_empty")),
            Some(_) => findings.push(Finding::new(Severity::Error, &at, "card.at_id_bad").arg("id", id)),
        }
        if id == "key" && person.name.trim_start().starts_with('{') {
            findings.push(Finding::new(Severity::Error, &at, "card.at_docs_example"));
        } else if (id == "@ALL") != (person.name == "@ALL") {
            findings.push(Finding::new(Severity::Warning, &at, "card.at_all_half"));
        } else if person.name.trim().is_empty() {
            findings.push(Finding::new(Severity::Warning, &at, "card.at_name_empty").arg("id", id));
        }
        if !seen.insert(id) {
            findings.push(Finding::new(Severity::Error, &at, "card.at_duplicate").arg("id", id));
        }
    }
    if card.pull_strategy == Some(true) && card.callback_route_key.trim().is_empty() {
        findings.push(Finding::new(Severity::Warning, "/pullStrategy", "card.pull_without_callback"));
    }
}

/// The type the page gives a member, as a locale key; `None` for a member the page does not have.
fn expected(parent: &str, name: &str) -> Option<&'static str> {
    match (parent, name) {
        ("", "cardTemplateId" | "openConversationId" | "outTrackId" | "robotCode" | "callbackRouteKey") => {
            Some("json_type.text")
        }
        ("", "receiverUserIdList") => Some("json_type.text_list"),
        ("", "cardData" | "privateData" | "cardOptions") | (CARD_DATA, "cardParamMap") => Some("json_type.object"),
        ("", "atOpenIds") => Some("json_type.text_object"),
        ("", "userIdType") => Some("json_type.integer"),
        ("", "pullStrategy") | (OPTIONS, "supportForward") => Some("json_type.boolean"),
        (AT | PARAMS, _) => Some("json_type.text"),
        (PRIVATE, _) => Some("json_type.object"),
        _ => {
            if let Some(rest) = parent.strip_prefix(PRIVATE) {
                return match (rest.matches('/').count(), name) {
                    (1, "cardParamMap") => Some("json_type.object"),
                    (2, _) if rest.ends_with("/cardParamMap") => Some("json_type.text"),
                    _ => None,
                };
            }
            let last_message =
                parent.strip_prefix(PARAMS).is_some_and(|rest| rest.strip_prefix('/') == Some(LAST_MESSAGE));
            (last_message && LastMessage::LOCALES.contains(&name)).then_some("json_type.text")
        }
    }
}

/// Members of the sibling calls that people bring along.
fn is_of_other_api(parent: &str, name: &str) -> bool {
    match parent {
        "" => matches!(
            name,
            "conversationType"
                | "chatBotId"
                | "openSpaceId"
                | "callbackType"
                | "cardBizId"
                | "callbackUrl"
                | "sendOptions"
                | "singleChatReceiver"
                | "imSingleOpenSpaceModel"
                | "imSingleOpenDeliverModel"
                | "imGroupOpenSpaceModel"
                | "imGroupOpenDeliverModel"
                | "imRobotOpenSpaceModel"
                | "imRobotOpenDeliverModel"
                | "openDynamicDataConfig"
                | "cardAtUserIds"
                | "userId"
                | "digitalWorkerCode"
        ),
        CARD_DATA => name == "cardMediaIdParamMap",
        OPTIONS => matches!(name, "updateCardDataByKey" | "updatePrivateDataByKey"),
        _ => false,
    }
}

const BODY: [&str; 12] = [
    "cardTemplateId",
    "openConversationId",
    "receiverUserIdList",
    "outTrackId",
    "robotCode",
    "callbackRouteKey",
    "cardData",
    "privateData",
    "userIdType",
    "atOpenIds",
    "cardOptions",
    "pullStrategy",
];

/// The member of the page that an unknown name was probably meant as.
fn close_name(parent: &str, name: &str) -> Option<&'static str> {
    let known: &[&str] = match parent {
        "" => &BODY,
        CARD_DATA => &["cardParamMap"],
        OPTIONS => &["supportForward"],
        _ => return None,
    };
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    known.iter().copied().find(|known| plain(known) == plain(name) || close(known, name))
}

/// Whether two names differ by at most two letters.
fn close(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 || b.len() < 5 || b.len() > 40 {
        return false;
    }
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for ((y, diagonal), up) in b.iter().zip(&before).zip(before.iter().skip(1)) {
            let left = row.last().copied().unwrap_or_default();
            row.push((diagonal + usize::from(x != y)).min(left + 1).min(up + 1));
        }
        before = row;
    }
    before.last().is_some_and(|distance| *distance <= 2)
}

/// Names everything that is kept, and what is wrong with it.
pub(super) fn check_kept(card: &CardDraft, wanted: impl Fn(&KeptMember) -> bool, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for member in card.kept.0.iter().filter(|member| wanted(member)) {
        let KeptMember { parent, name, value } = member;
        let at = member.pointer();
        if !seen.insert((parent.as_str(), name.as_str())) || has_rows(parent) && has_value(card, parent, name) {
            findings.push(Finding::new(Severity::Error, &at, "card.member_twice").arg("name", name));
        } else if name.is_empty() && (parent == PARAMS || parent.ends_with("/cardParamMap")) {
            findings.push(Finding::new(Severity::Error, &at, "card.member_without_name"));
        } else if is_token(name) {
            findings.push(Finding::new(Severity::Error, &at, "card.token_in_body").arg("name", name));
        } else if let Some(expected) = expected(parent, name) {
            if has_value(card, parent, name) {
                findings.push(Finding::new(Severity::Warning, &at, "card.member_shadowed").arg("name", name));
            } else {
                findings.push(
                    Finding::new(Severity::Error, &at, "card.member_mistyped")
                        .arg("name", name)
                        .arg("expected_key", expected)
                        .arg("found_key", type_key(value)),
                );
            }
        } else if parent == CARD_DATA && name == "config" {
            findings.push(Finding::new(Severity::Warning, &at, "card.config_beside"));
        } else if parent.starts_with(PRIVATE) && name == "cardMediaIdParamMap" {
            findings.push(Finding::new(Severity::Info, &at, "card.private_media"));
        } else if is_of_other_api(parent, name) {
            findings.push(Finding::new(Severity::Warning, &at, "card.member_other_api").arg("name", name));
        } else if let Some(meant) = close_name(parent, name) {
            findings
                .push(Finding::new(Severity::Warning, &at, "card.member_close").arg("name", name).arg("meant", meant));
        } else {
            findings.push(Finding::new(Severity::Warning, &at, "card.member_unknown").arg("name", name));
        }
    }
}

/// Whether a name is that of an access token, which belongs to the header and never into a draft.
pub(super) fn is_token(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().replace(['_', '-'], "").as_str(),
        "accesstoken" | "xacsdingtalkaccesstoken" | "appsecret" | "suitesecret" | "clientsecret"
    )
}

/// Whether the form has a value for a member of the body that is also kept.
fn has_value(card: &CardDraft, parent: &str, name: &str) -> bool {
    match (parent, name) {
        ("", "cardTemplateId") => !card.card_template_id.is_empty(),
        ("", "openConversationId") => !card.open_conversation_id.is_empty(),
        ("", "outTrackId") => !card.out_track_id.is_empty(),
        ("", "robotCode") => !card.robot_code.is_empty(),
        ("", "callbackRouteKey") => !card.callback_route_key.is_empty(),
        ("", "receiverUserIdList") => !card.receivers.is_empty(),
        ("", "userIdType") => card.user_id_type.is_some(),
        ("", "pullStrategy") => card.pull_strategy.is_some(),
        ("", "atOpenIds") => !card.at_open_ids.is_empty(),
        ("", "cardOptions") | (OPTIONS, "supportForward") => card.support_forward.is_some(),
        ("", "privateData") => !card.private.rows.is_empty(),
        ("", "cardData") | (CARD_DATA, "cardParamMap") => !card.params.is_empty() || !card.last_message.is_empty(),
        (AT, id) => card.at_open_ids.iter().any(|person| person.id == id),
        (PRIVATE, id) => card.private.rows.iter().any(|row| row.person.id == id),
        (PARAMS, key) => card.params.iter().any(|row| row.key == key && !row.kind.in_full_json()),
        _ => false,
    }
}

/// The type of a value, as a locale key.
pub(super) fn type_key(value: &Value) -> &'static str {
    match value {
        Value::Null => "json_type.null",
        Value::Bool(_) => "json_type.boolean",
        Value::Number(_) => "json_type.number",
        Value::String(_) => "json_type.text",
        Value::Array(_) => "json_type.list",
        Value::Object(_) => "json_type.object",
    }
}
