//! The rules of each way about its own fields: who gets the card, which ids are needed, what stays behind.

use std::collections::HashSet;

use super::{CardField, check_create, pointer_of, slot::Slot};
use crate::compose::{
    CardDraft, CardVia, Finding, PersonRef, Severity, Unit,
    card::SpaceKind,
    check::{Findings, IdProblem, id_problem},
    check_card::RECEIVERS_MAX,
    pointer,
};

/// Findings about the fields that name something or somebody.
pub(in crate::compose) fn addressees(card: &CardDraft, findings: &mut Findings) {
    if !card.via.is_update() {
        template(card, findings);
    }
    match card.via {
        CardVia::PrivateChat => private_chat(card, findings),
        CardVia::InteractiveCards => interactive(card, findings),
        CardVia::CreateAndDeliver => check_create::check(card, findings),
        CardVia::Update | CardVia::UpdateInteractiveCards => {}
    }
    media(card, findings);
    let names =
        [CardField::CardTemplate, CardField::Conversation, CardField::Robot, CardField::Callback, CardField::ChatBot];
    for field in names {
        if let (Some(at), Slot::Text(value)) = (pointer_of(card.via, field), card.slot(field))
            && has_space(value)
        {
            findings.push(Finding::new(Severity::Warning, at, "card.id_space"));
        }
    }
}

/// Whether an id that is not empty has space in it.
pub(super) fn has_space(value: &str) -> bool {
    !value.trim().is_empty() && value.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn template(card: &CardDraft, findings: &mut Findings) {
    let template = card.card_template_id.as_str();
    if template.trim().is_empty() {
        findings.push(Finding::new(Severity::Error, "/cardTemplateId", "card.template_empty"));
    } else if template == "StandardCard" || template.starts_with("TuWenCard") {
        findings
            .push(Finding::new(Severity::Warning, "/cardTemplateId", "card.template_other_api").arg("id", template));
    }
}

fn private_chat(card: &CardDraft, findings: &mut Findings) {
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
    let count = people("/receiverUserIdList", &card.receivers, findings);
    if count > RECEIVERS_MAX {
        findings.push(Finding::new(Severity::Warning, "/receiverUserIdList", "card.receivers_many").limit(
            RECEIVERS_MAX as u64,
            count as u64,
            Unit::People,
        ));
    }
}

fn interactive(card: &CardDraft, findings: &mut Findings) {
    const TYPE: &str = "/conversationType";
    let count = people("/receiverUserIdList", &card.receivers, findings);
    match card.conversation_type {
        None => findings.push(Finding::new(Severity::Error, TYPE, "card.conversation_type_empty")),
        Some(0) => {
            for (at, value) in [
                ("/openConversationId", &card.open_conversation_id),
                ("/robotCode", &card.robot_code),
                ("/chatBotId", &card.chat_bot_id),
            ] {
                if !value.trim().is_empty() {
                    let name = at.trim_start_matches('/');
                    findings.push(Finding::new(Severity::Error, at, "card.single_without").arg("name", name));
                }
            }
            if count == 0 {
                findings.push(Finding::new(Severity::Error, "/receiverUserIdList", "card.single_nobody"));
            }
            if count > RECEIVERS_MAX {
                findings.push(Finding::new(Severity::Error, "/receiverUserIdList", "card.single_many").limit(
                    RECEIVERS_MAX as u64,
                    count as u64,
                    Unit::People,
                ));
            }
        }
        Some(1) => {
            let conversation = card.open_conversation_id.trim();
            if conversation.is_empty() {
                findings.push(Finding::new(Severity::Error, "/openConversationId", "card.group_empty"));
            } else if !conversation.starts_with("cid") {
                findings.push(Finding::new(Severity::Warning, "/openConversationId", "card.conversation_format"));
            }
            if card.robot_code.trim().is_empty() && card.chat_bot_id.trim().is_empty() {
                findings.push(Finding::new(Severity::Warning, "/robotCode", "card.robot_empty"));
            }
        }
        Some(other) => {
            findings.push(Finding::new(Severity::Error, TYPE, "card.conversation_type_odd").arg("found", other));
        }
    }
}

/// A list of ids; how many different ones there are.
pub(super) fn people(list: &str, people: &[PersonRef], findings: &mut Findings) -> usize {
    let mut seen = HashSet::with_capacity(people.len());
    for (index, person) in people.iter().enumerate() {
        let at = || pointer::element(list, index);
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
    seen.len()
}

fn media(card: &CardDraft, findings: &mut Findings) {
    let Some(at) = pointer_of(card.via, CardField::Media) else { return };
    let mut seen = HashSet::new();
    for (index, pair) in card.media.iter().enumerate() {
        let place = pointer::join(at, &pair.key);
        if pair.key.trim().is_empty() {
            findings.push(Finding::new(Severity::Error, &place, "card.key_empty").arg("row", index + 1));
        } else if !seen.insert(pair.key.as_str()) {
            findings.push(Finding::new(Severity::Error, &place, "card.media_twice").arg("key", &pair.key));
        }
        if !pair.value.starts_with('@') {
            findings.push(Finding::new(Severity::Warning, &place, "card.media_id").arg("key", &pair.key));
        }
    }
}

/// The words for a field that stays behind, as a locale key.
const fn field_key(field: CardField) -> &'static str {
    match field {
        CardField::CardTemplate => "way.field.template",
        CardField::Conversation => "way.field.conversation",
        CardField::ConversationType => "way.field.conversation_type",
        CardField::Receivers => "way.field.receivers",
        CardField::OutTrack => "way.field.out_track",
        CardField::Robot | CardField::ChatBot => "way.field.robot",
        CardField::Callback | CardField::CallbackType => "way.field.callback",
        CardField::Params | CardField::Private => "way.field.values",
        CardField::LastMessage => "way.field.last_message",
        CardField::Media => "way.field.media",
        CardField::UserId => "way.field.user_id",
        CardField::UserIdType => "way.field.user_id_type",
        CardField::At | CardField::CardAt => "way.field.at",
        CardField::SupportForward => "way.field.forward",
        CardField::PullStrategy | CardField::Sources => "way.field.pull",
        CardField::Spaces => "way.field.spaces",
        CardField::Chat(..) => "way.field.models",
        CardField::TopType | CardField::TopExpires | CardField::TopUsers | CardField::TopPlatforms => "way.field.top",
        CardField::UpdateByKey | CardField::UpdatePrivateByKey => "way.field.by_key",
    }
}

/// Whether what a field says is said by another field of this way as well.
fn is_covered(card: &CardDraft, field: CardField) -> bool {
    let create = &card.create;
    let chats = || SpaceKind::ALL.into_iter().filter(|kind| card.goes_to(*kind)).map(|kind| card.chat(kind));
    match card.via {
        CardVia::CreateAndDeliver => match field {
            CardField::Conversation => create.spaces.iter().any(|space| space.to.id == card.open_conversation_id),
            CardField::Receivers => card.receivers.iter().all(|person| {
                create
                    .group
                    .recipients
                    .iter()
                    .chain(create.spaces.iter().map(|space| &space.to))
                    .any(|to| to.id == person.id)
            }),
            CardField::SupportForward => chats().any(|chat| chat.support_forward == card.support_forward),
            CardField::At => chats().any(|chat| chat.at == card.at_open_ids),
            CardField::Robot => chats().any(|chat| chat.robot_code == card.robot_code),
            CardField::LastMessage => {
                let lines = card.last_message.only(crate::compose::card::LastMessage::MODEL_LOCALES.map(|(at, _)| at));
                chats().any(|chat| chat.last_message.only(0..5) == lines) && lines == card.last_message
            }
            CardField::PullStrategy => card.pull_strategy == Some(false) || !create.sources.is_empty(),
            CardField::ConversationType => true,
            _ => false,
        },
        CardVia::PrivateChat | CardVia::InteractiveCards => match field {
            CardField::Spaces => create.spaces.iter().all(|space| {
                space.to.id == card.open_conversation_id || card.receivers.iter().any(|to| to.id == space.to.id)
            }),
            CardField::Chat(kind, inner) => chat_covered(card, kind, inner),
            CardField::CallbackType | CardField::TopType => true,
            CardField::Sources => card.pull_strategy == Some(true),
            _ => false,
        },
        CardVia::Update | CardVia::UpdateInteractiveCards => false,
    }
}

fn chat_covered(card: &CardDraft, kind: SpaceKind, field: super::ChatField) -> bool {
    use super::ChatField as C;
    let chat = card.chat(kind);
    match field {
        C::SupportForward => chat.support_forward == card.support_forward,
        C::LastMessage => {
            chat.last_message.only(0..5) == card.last_message.only([0, 1, 3, 4]) && {
                chat.last_message == chat.last_message.only(0..5)
            }
        }
        C::Robot => chat.robot_code == card.robot_code,
        C::At => chat.at == card.at_open_ids,
        C::Recipients => chat.recipients.iter().all(|person| card.receivers.iter().any(|to| to.id == person.id)),
        C::SpaceType => true,
        _ => false,
    }
}

/// Fields that hold something and do not travel in the draft's way.
pub fn left_behind(card: &CardDraft) -> Vec<CardField> {
    super::all_fields()
        .map(|(_, field)| field)
        .filter(|field| pointer_of(card.via, *field).is_none() && !card.slot(*field).is_empty())
        .filter(|field| !is_covered(card, *field))
        .collect()
}

/// Says what was typed for another way and does not travel in this one. It stays in the draft and in its file.
pub(in crate::compose) fn stays_behind(card: &CardDraft, findings: &mut Findings) {
    let mut keys: Vec<&'static str> = Vec::new();
    let mut reaches = false;
    for field in left_behind(card) {
        reaches |= matches!(field, CardField::Conversation | CardField::Receivers | CardField::Spaces | CardField::At);
        let key = field_key(field);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if card.parked.iter().any(|(via, _)| *via != card.via) {
        keys.push("way.field.unknown");
    }
    if keys.is_empty() {
        return;
    }
    let severity = if reaches && !card.via.is_update() { Severity::Warning } else { Severity::Info };
    findings.push(
        Finding::new(severity, "", "card.stays_behind")
            .arg("way_key", format!("way.card.{}", card.via.name()))
            .arg("fields_keys", keys.join(",")),
    );
}
