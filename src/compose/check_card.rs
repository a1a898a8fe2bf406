//! Findings about a card: fields, addressees, members the form does not know.
//!
//! Severities follow what is known (`dingtalk-api.md`): an **error** is what the page forbids or what cannot reach
//! anybody; a **warning** is what only the sibling calls forbid, what an error code hints at, or what is accepted and
//! then does something else than meant; an **info** is a limit of the newer call or an advice. The 100 KB of `cardData`
//! and `privateData` together is documented for the sibling call only, so it warns.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    CardVia, Finding, KeptMember, Severity, Unit,
    card::{AtPerson, CardDraft},
    card_write::{CARD_DATA, PARAMS, PRIVATE, is_private},
    check::{CheckCache, CheckContext, Findings, IdProblem, id_problem},
    check_params::check_params,
    check_private::check_private_with_card,
    kept::has_rows,
    pointer,
    ways::{self, CardField, body::languages, slot::Slot},
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
    ways::check::addressees(card, &mut findings);
    check_out_track(card, context, cache, &mut findings);
    check_params(card, &mut findings);
    let nothing =
        card.params.is_empty() && card.private.rows.is_empty() && card.media.is_empty() && card.kept.is_empty();
    if nothing && card.via.is_update() {
        if card.via == CardVia::Update || card.last_message.is_empty() {
            findings.push(Finding::new(Severity::Error, CARD_DATA, "card.update_nothing"));
        }
    } else if nothing && card.last_message.is_empty() {
        findings.push(Finding::new(Severity::Info, CARD_DATA, "card.data_empty"));
    }
    check_private_with_card(card, &mut findings);
    let bytes = card.card_data_text().len() + cache.private_bytes(card);
    cache.data_bytes = Some(bytes);
    if bytes > DATA_BYTES {
        let (severity, code) = match card.via {
            CardVia::CreateAndDeliver | CardVia::InteractiveCards => (Severity::Error, "card.data_too_large"),
            _ => (Severity::Warning, "card.data_large"),
        };
        findings.push(Finding::new(severity, CARD_DATA, code).limit(DATA_BYTES as u64, bytes as u64, Unit::Bytes));
    }
    if card.via.is_update() {
        ways::erase::check(card, context, &mut findings);
    }
    check_options(card, &mut findings);
    check_kept(card, |member| !is_private(member), &mut findings);
    ways::check::stays_behind(card, &mut findings);
    let mut list = findings.finish("", "card.more");
    list.extend_from_slice(cache.private_findings(card));
    list
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
    if card.via.is_update() {
        return;
    }
    if let Some(earlier) = context.known.earlier_content(id) {
        if card.via == CardVia::CreateAndDeliver {
            findings.push(Finding::new(Severity::Warning, AT, "card.out_track_exists"));
        } else if earlier == card.content_hash_with(cache) {
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
    for (at, field) in ways::table(card.via) {
        if let Slot::At(people) = card.slot(*field) {
            check_at(at, people, findings);
        }
    }
    let pulls = ways::pointer_of(card.via, CardField::PullStrategy).is_some();
    if pulls && card.pull_strategy == Some(true) && card.callback_route_key.trim().is_empty() {
        findings.push(Finding::new(Severity::Warning, "/pullStrategy", "card.pull_without_callback"));
    }
}

/// People mentioned by the card, where a way has them.
fn check_at(parent: &str, people: &[AtPerson], findings: &mut Findings) {
    let mut seen = HashSet::new();
    for person in people {
        let at = pointer::join(parent, &person.id);
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
}

/// The type the page gives a member, as a locale key; `None` for a member the page does not have.
fn expected(card: &CardDraft, parent: &str, name: &str) -> Option<&'static str> {
    let at = pointer::join(parent, name);
    if let Some(field) = ways::field_at(card.via, &at).filter(|field| *field != CardField::LastMessage) {
        return Some(card.slot(field).type_key());
    }
    if ways::has_inside(card.via, &at) && parent != PARAMS {
        return Some("json_type.object");
    }
    match parent {
        PARAMS => return Some("json_type.text"),
        PRIVATE => return Some("json_type.object"),
        _ => {}
    }
    if let Some(rest) = parent.strip_prefix(PRIVATE) {
        return match (rest.matches('/').count(), name) {
            (1, "cardParamMap") => Some("json_type.object"),
            (2, _) if rest.ends_with("/cardParamMap") => Some("json_type.text"),
            _ => None,
        };
    }
    match ways::field_at(card.via, parent).map(|field| (field, card.slot(field))) {
        Some((_, Slot::At(_) | Slot::Pairs(_))) => Some("json_type.text"),
        Some((field, Slot::Languages(_))) => {
            languages(field).iter().any(|(_, key)| *key == name).then_some("json_type.text")
        }
        _ => None,
    }
}

/// Members of calls this program does not make that people bring along.
fn is_of_other_api(parent: &str, name: &str) -> bool {
    let known = ["cardBizId", "callbackUrl", "sendOptions", "singleChatReceiver", "digitalWorkerCode"];
    parent.is_empty() && known.contains(&name)
}

/// The member of the page that an unknown name was probably meant as.
fn close_name(via: CardVia, parent: &str, name: &str) -> Option<&'static str> {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-'], "");
    let inside = |at: &'static str| at.strip_prefix(parent)?.strip_prefix('/')?.split('/').next();
    ways::table(via)
        .iter()
        .filter(|(_, field)| *field != CardField::LastMessage)
        .filter_map(|(at, _)| inside(at))
        .find(|known| plain(known) == plain(name) || close(known, name))
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
        } else if parent.is_empty()
            && name == "openSpaceId"
            && value.is_string()
            && card.via == CardVia::CreateAndDeliver
        {
            findings.push(Finding::new(Severity::Error, &at, "card.spaces_unreadable"));
        } else if let Some(expected) = expected(card, parent, name) {
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
        } else if let Some(way) = ways::other_way_of(card.via, &at) {
            findings.push(
                Finding::new(Severity::Warning, &at, "card.member_other_way")
                    .arg("name", name)
                    .arg("way_key", format!("way.card.{}", way.name())),
            );
        } else if is_of_other_api(parent, name) {
            findings.push(Finding::new(Severity::Warning, &at, "card.member_other_api").arg("name", name));
        } else if let Some(meant) = close_name(card.via, parent, name) {
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
    match parent {
        PRIVATE => return card.private.rows.iter().any(|row| row.person.id == name),
        PARAMS => {
            let encoding = card.via.encoding();
            return card.params.iter().any(|row| row.key == name && !encoding.in_full_json(row.kind));
        }
        _ => {}
    }
    let at = pointer::join(parent, name);
    let filled = |field: CardField| match field {
        CardField::Params => !card.params.is_empty(),
        CardField::Private => !card.private.rows.is_empty(),
        field => !card.slot(field).is_empty(),
    };
    let inside = |known: &str| known.strip_prefix(&at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if ways::table(card.via).iter().any(|(known, field)| inside(known) && filled(*field)) {
        return true;
    }
    match ways::field_at(card.via, parent).map(|field| card.slot(field)) {
        Some(Slot::At(people)) => people.iter().any(|person| person.id == name),
        Some(Slot::Pairs(pairs)) => pairs.iter().any(|pair| pair.key == name),
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
