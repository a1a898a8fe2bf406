//! The rules of `createAndDeliver`: places, their models, callback, dynamic data, mentions.

use std::collections::HashSet;

use super::{
    CardField, ChatField,
    check::{has_space, people},
    pointer_of,
};
use crate::compose::{
    CardDraft, CardVia, Finding, Severity, Unit,
    card::{DynamicSource, SpaceKind},
    check::{Findings, IdProblem, id_problem},
    pointer,
};

/// Most characters of `searchDesc`; more are cut.
pub const SEARCH_DESC_MAX: usize = 200;
/// The shortest interval of dynamic data, in seconds.
pub const INTERVAL_MIN_SECONDS: i64 = 3;

const SPACES: &str = "/openSpaceId";
const SOURCES: &str = "/openDynamicDataConfig/dynamicDataSourceConfigs";

pub(super) fn check(card: &CardDraft, findings: &mut Findings) {
    spaces(card, findings);
    callback(card, findings);
    for kind in [SpaceKind::ImGroup, SpaceKind::ImRobot, SpaceKind::ImSingle] {
        chat(card, kind, findings);
    }
    top(card, findings);
    sources(card, findings);
    people("/cardAtUserIds", &card.create.card_at, findings);
    card_at(card, findings);
}

fn spaces(card: &CardDraft, findings: &mut Findings) {
    let spaces = &card.create.spaces;
    if spaces.is_empty() {
        // A text that could not be read has a finding of its own.
        if !card.kept.0.iter().any(|member| member.parent.is_empty() && member.name == "openSpaceId") {
            findings.push(Finding::new(Severity::Error, SPACES, "card.spaces_empty"));
        }
        return;
    }
    let mut seen = HashSet::with_capacity(spaces.len());
    for (index, space) in spaces.iter().enumerate() {
        let at = || pointer::element(SPACES, index);
        let id = space.to.id.as_str();
        let finding = |code| Finding::new(Severity::Error, at(), code).arg("kind", space.kind.name()).arg("id", id);
        match id_problem(id) {
            None => {}
            Some(IdProblem::Empty) => findings.push(finding("card.space_id_empty")),
            Some(_) => findings.push(finding("card.space_id_bad")),
        }
        if space.kind == SpaceKind::ImRobot {
            if id.starts_with("cid") {
                findings.push(Finding::new(Severity::Warning, at(), "card.space_wants_person").arg("id", id));
            }
        } else if !id.is_empty() && !id.starts_with("cid") {
            let code = "card.space_wants_conversation";
            findings.push(Finding::new(Severity::Warning, at(), code).arg("kind", space.kind.name()));
        }
        if !id.is_empty() && !seen.insert((space.kind, id)) {
            findings.push(Finding::new(Severity::Warning, at(), "card.space_twice").arg("id", id));
        }
    }
}

fn callback(card: &CardDraft, findings: &mut Findings) {
    const TYPE: &str = "/callbackType";
    let route = !card.callback_route_key.trim().is_empty();
    match card.create.callback_type.as_str() {
        "HTTP" if !route => findings.push(Finding::new(Severity::Error, "/callbackRouteKey", "card.route_missing")),
        "STREAM" if route => {
            findings.push(Finding::new(Severity::Info, "/callbackRouteKey", "card.route_unused"));
        }
        "" if route => findings.push(Finding::new(Severity::Warning, TYPE, "card.callback_type_missing")),
        "" | "HTTP" | "STREAM" => {}
        other => findings.push(Finding::new(Severity::Error, TYPE, "card.callback_type_odd").arg("found", other)),
    }
}

fn chat(card: &CardDraft, kind: SpaceKind, findings: &mut Findings) {
    let at = |field| pointer_of(CardVia::CreateAndDeliver, CardField::Chat(kind, field)).unwrap_or_default();
    let space: Vec<_> = super::table(CardVia::CreateAndDeliver)
        .iter()
        .filter(|(_, field)| matches!(field, CardField::Chat(of, _) if *of == kind))
        .filter(|(_, field)| !card.slot(*field).is_empty())
        .map(|(at, _)| *at)
        .collect();
    let chat = card.chat(kind);
    let used = |model: &str| space.iter().any(|at| at.contains(model));
    if !space.is_empty() && !card.goes_to(kind) {
        let first = space.first().copied().unwrap_or_default();
        findings.push(Finding::new(Severity::Info, first, "card.model_without_space").arg("kind", kind.name()));
    }
    if kind != SpaceKind::ImSingle && used("OpenSpaceModel") && chat.support_forward.is_none() {
        let finding = Finding::new(Severity::Error, at(ChatField::SupportForward), "card.forward_missing");
        findings.push(finding.arg("kind", kind.name()));
    }
    if kind == SpaceKind::ImGroup {
        let robot = at(ChatField::Robot);
        if chat.robot_code.trim().is_empty() {
            if used("OpenDeliverModel") {
                findings.push(Finding::new(Severity::Error, robot, "card.group_robot_missing"));
            } else if card.goes_to(kind) {
                findings.push(Finding::new(Severity::Warning, robot, "card.group_robot_empty"));
            }
        }
        people(at(ChatField::Recipients), &chat.recipients, findings);
    }
    if kind == SpaceKind::ImRobot && !matches!(chat.space_type.as_str(), "" | "IM_ROBOT") {
        let finding = Finding::new(Severity::Error, at(ChatField::SpaceType), "card.space_type_odd");
        findings.push(finding.arg("found", &chat.space_type).arg("wanted", "IM_ROBOT"));
    }
    if has_space(&chat.robot_code) {
        findings.push(Finding::new(Severity::Warning, at(ChatField::Robot), "card.id_space"));
    }
    let length = chat.search_desc.chars().count();
    if length > SEARCH_DESC_MAX {
        findings.push(Finding::new(Severity::Warning, at(ChatField::SearchDesc), "card.search_desc_long").limit(
            SEARCH_DESC_MAX as u64,
            length as u64,
            Unit::Characters,
        ));
    }
    if card.goes_to(kind) && chat.last_message.is_empty() {
        let finding = Finding::new(Severity::Info, at(ChatField::LastMessage), "card.model_last_message_empty");
        findings.push(finding.arg("kind", kind.name()));
    }
}

fn top(card: &CardDraft, findings: &mut Findings) {
    const TYPE: &str = "/topOpenSpaceModel/spaceType";
    const EXPIRES: &str = "/topOpenDeliverModel/expiredTimeMillis";
    let create = &card.create;
    if !matches!(create.top_type.as_str(), "" | "ONE_BOX") {
        let finding = Finding::new(Severity::Error, TYPE, "card.space_type_odd");
        findings.push(finding.arg("found", &create.top_type).arg("wanted", "ONE_BOX"));
    }
    let used = create.top_expires.is_some() || !create.top_users.is_empty() || !create.top_platforms.is_empty();
    if !card.goes_to(SpaceKind::OneBox) {
        if used {
            findings.push(
                Finding::new(Severity::Info, EXPIRES, "card.model_without_space").arg("kind", SpaceKind::OneBox.name()),
            );
        }
        return;
    }
    match create.top_expires {
        None => findings.push(Finding::new(Severity::Error, EXPIRES, "card.top_expires_missing")),
        // Milliseconds have thirteen digits until the year 2286; ten are seconds.
        Some(time) if time < 1_000_000_000_000 => {
            findings.push(Finding::new(Severity::Warning, EXPIRES, "card.top_expires_seconds").arg("found", time));
        }
        Some(_) => {}
    }
    people("/topOpenDeliverModel/userIds", &create.top_users, findings);
}

fn sources(card: &CardDraft, findings: &mut Findings) {
    for (index, source) in card.create.sources.iter().enumerate() {
        let at = pointer::element(SOURCES, index);
        if source.id.trim().is_empty() {
            findings.push(Finding::new(Severity::Error, &at, "card.source_id_empty"));
        }
        match source.strategy.as_str() {
            "" => findings.push(Finding::new(Severity::Error, &at, "card.source_strategy_empty")),
            "NONE" | "ONCE" => {}
            "INTERVAL" => interval(source, &at, findings),
            other => {
                findings.push(Finding::new(Severity::Error, &at, "card.source_strategy_odd").arg("found", other));
            }
        }
    }
}

fn interval(source: &DynamicSource, at: &str, findings: &mut Findings) {
    let unit = match source.unit.as_str() {
        "SECONDS" => 1,
        "MINUTES" => 60,
        "HOURS" => 3600,
        "DAYS" => 86400,
        other => {
            findings.push(Finding::new(Severity::Error, at, "card.source_unit").arg("found", other));
            return;
        }
    };
    let seconds = source.interval.unwrap_or_default().saturating_mul(unit);
    if seconds < INTERVAL_MIN_SECONDS {
        findings.push(
            Finding::new(Severity::Error, at, "card.source_interval")
                .arg("found", seconds)
                .arg("least", INTERVAL_MIN_SECONDS),
        );
    }
}

/// `cardAtUserIds` only shows where a Markdown variable names the person.
fn card_at(card: &CardDraft, findings: &mut Findings) {
    for (index, person) in card.create.card_at.iter().enumerate() {
        let named = |text: &str| {
            text.contains("<a")
                && [format!("atId={}", person.id), format!("atId=\"{}\"", person.id), format!("atId='{}'", person.id)]
                    .iter()
                    .any(|mark| text.contains(mark))
        };
        let anywhere = card.params.iter().any(|row| named(&row.value))
            || card.private.rows.iter().any(|row| row.cells.iter().flatten().any(|cell| named(cell)));
        if !person.id.is_empty() && !anywhere {
            let at = pointer::element("/cardAtUserIds", index);
            findings.push(Finding::new(Severity::Warning, at, "card.card_at_unnamed").arg("id", &person.id));
        }
    }
}
