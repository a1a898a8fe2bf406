//! From a finding to the field of the form it belongs to.

use super::{
    CardDraft, Draft, Finding, NoticeDraft,
    card::LastMessage,
    encode::{FULL_JSON, LAST_MESSAGE},
    msg::{MsgKind, Part},
    pointer,
    ways::{self, CardField, slot::Slot},
};

/// A field of one of the two forms. Indices count rows of the draft, from 0; `None` is the whole list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Field {
    /// The whole body.
    Body,
    /// `cardTemplateId`.
    CardTemplate,
    /// `openConversationId`.
    Conversation,
    /// `receiverUserIdList`.
    Receivers(Option<usize>),
    /// `outTrackId`.
    OutTrack,
    /// `robotCode`.
    Robot,
    /// `callbackRouteKey`.
    Callback,
    /// The public variables.
    Params(Option<usize>),
    /// The conversation-list lines; the index is that of [`LastMessage::LOCALES`].
    LastMessage(Option<usize>),
    /// The private table.
    Private {
        /// The person's row.
        row: Option<usize>,
        /// The variable's column.
        column: Option<usize>,
    },
    /// `userIdType`.
    UserIdType,
    /// `atOpenIds`.
    At(Option<usize>),
    /// `cardOptions.supportForward`.
    SupportForward,
    /// `pullStrategy`.
    PullStrategy,
    /// A place of `openSpaceId`.
    Spaces(Option<usize>),
    /// Any other field of a card.
    Card(CardField),
    /// `agent_id`.
    Agent,
    /// `template_id`.
    NoticeTemplate,
    /// `data`.
    Data(Option<usize>),
    /// `userid_list`.
    Users(Option<usize>),
    /// `dept_id_list`.
    Departments(Option<usize>),
    /// `to_all_user`.
    ToAll,
    /// A part of the message of a free-form notice; `None`: the message as a whole, or one of its lists.
    Message(Option<Part>),
    /// A member the form does not know: index into [`super::Kept`].
    Kept(usize),
}

/// The field a finding belongs to.
pub fn field_of(draft: &Draft, finding: &Finding) -> Field {
    let number = |name| finding.args.iter().find(|(known, _)| *known == name).and_then(|(_, value)| value.parse().ok());
    let row = number("row").and_then(|row: usize| row.checked_sub(1));
    let found = field_at(draft, &finding.pointer);
    match (found, row, finding.code) {
        (Field::Private { row: person, .. }, Some(column), "card.private_column_duplicate" | "card.key_empty") => {
            Field::Private { row: person, column: Some(column) }
        }
        (Field::Private { .. }, Some(row), _) => Field::Private { row: Some(row), column: None },
        (Field::Params(_), Some(row), _) => Field::Params(Some(row)),
        (Field::Data(_), Some(row), _) => Field::Data(Some(row)),
        _ => found,
    }
}

/// The field a JSON pointer leads to.
pub fn field_at(draft: &Draft, pointer: &str) -> Field {
    let kept = match draft {
        Draft::Card(card) => &card.kept,
        Draft::Notice(notice) => &notice.kept,
    };
    let names: Vec<_> = pointer::names(pointer).collect();
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let field = match draft {
        Draft::Card(card) => card_field(card, &names),
        Draft::Notice(notice) => notice_field(notice, &names),
    };
    // A list of the form is the place only when the entry itself is one of the form's.
    let exact = !matches!(
        field,
        Field::Body
            | Field::Receivers(None)
            | Field::Params(None)
            | Field::LastMessage(None)
            | Field::Private { row: None, .. }
            | Field::Private { column: None, .. }
            | Field::At(None)
            | Field::Spaces(None)
            | Field::Data(None)
            | Field::Users(None)
            | Field::Departments(None)
            | Field::Message(None)
    );
    if !exact && let Some(at) = kept.0.iter().position(|member| member.pointer() == pointer) {
        return Field::Kept(at);
    }
    field
}

fn card_field(card: &CardDraft, names: &[&str]) -> Field {
    let index = |at: &str, length: usize| at.parse().ok().filter(|at| *at < length);
    match names {
        ["cardTemplateId"] => Field::CardTemplate,
        ["openConversationId"] => Field::Conversation,
        ["receiverUserIdList"] => Field::Receivers(None),
        ["receiverUserIdList", at] => Field::Receivers(index(at, card.receivers.len())),
        ["outTrackId"] => Field::OutTrack,
        ["robotCode"] => Field::Robot,
        ["callbackRouteKey"] => Field::Callback,
        ["cardData", "cardParamMap", LAST_MESSAGE] => {
            let by_hand = card.params.iter().position(|row| row.key == LAST_MESSAGE);
            by_hand.map_or(Field::LastMessage(None), |row| Field::Params(Some(row)))
        }
        ["cardData", "cardParamMap", LAST_MESSAGE, locale] => {
            Field::LastMessage(LastMessage::LOCALES.iter().position(|known| known == locale))
        }
        ["cardData", "cardParamMap", FULL_JSON, key] => {
            let encoding = card.via.encoding();
            let row = card.params.iter().position(|row| row.key == *key && encoding.in_full_json(row.kind));
            Field::Params(row)
        }
        ["cardData", "cardParamMap", key] => {
            let encoding = card.via.encoding();
            let row = card.params.iter().position(|row| row.key == *key && !encoding.in_full_json(row.kind));
            Field::Params(row.or_else(|| card.params.iter().position(|row| row.key == *key)))
        }
        ["cardData"] | ["cardData", "cardParamMap"] => Field::Params(None),
        ["privateData"] => Field::Private { row: None, column: None },
        ["privateData", id, rest @ ..] => {
            let row = card.private.rows.iter().position(|row| row.person.id == *id);
            let (key, full) = match rest {
                ["cardParamMap", FULL_JSON, key] => (Some(key), true),
                ["cardParamMap", key] => (Some(key), false),
                _ => (None, false),
            };
            let column = key.and_then(|key| {
                let encoding = card.via.encoding();
                card.private
                    .columns
                    .iter()
                    .position(|column| column.key == *key && encoding.in_full_json(column.kind) == full)
            });
            Field::Private { row, column }
        }
        ["userIdType"] => Field::UserIdType,
        ["atOpenIds"] => Field::At(None),
        ["atOpenIds", id] => Field::At(card.at_open_ids.iter().position(|person| person.id == *id)),
        ["cardOptions", "supportForward"] => Field::SupportForward,
        ["pullStrategy"] => Field::PullStrategy,
        ["openSpaceId"] => Field::Spaces(None),
        ["openSpaceId", at] => Field::Spaces(index(at, card.create.spaces.len())),
        _ => other_field(card, names),
    }
}

/// The field of the way's table that a pointer leads to or into.
fn other_field(card: &CardDraft, names: &[&str]) -> Field {
    let mut pointer = String::new();
    for (depth, name) in names.iter().enumerate() {
        pointer = pointer::join(&pointer, name);
        if let Some(field) = ways::field_at(card.via, &pointer) {
            let inside = names.get(depth + 1);
            // A kept member beside the rows of a map is no row.
            let is_row = match (inside, card.slot(field)) {
                (Some(id), Slot::At(people)) => people.iter().any(|person| person.id == **id),
                (Some(key), Slot::Pairs(pairs)) => pairs.iter().any(|pair| pair.key == **key),
                _ => true,
            };
            return if is_row { Field::Card(field) } else { Field::Body };
        }
    }
    Field::Body
}

fn notice_field(notice: &NoticeDraft, names: &[&str]) -> Field {
    let index = |at: &str, length: usize| at.parse().ok().filter(|at| *at < length);
    match names {
        ["agent_id"] => Field::Agent,
        ["template_id"] => Field::NoticeTemplate,
        ["userid_list"] => Field::Users(None),
        ["userid_list", at] => Field::Users(index(at, notice.users.len())),
        ["dept_id_list"] => Field::Departments(None),
        ["dept_id_list", at] => Field::Departments(index(at, notice.departments.len())),
        ["data"] => Field::Data(None),
        ["to_all_user"] => Field::ToAll,
        ["msg", kind, path @ ..] => Field::Message(MsgKind::from_name(kind).and_then(|kind| Part::at(kind, path))),
        ["msg"] => Field::Message(None),
        ["data", key] => Field::Data(notice.data.iter().position(|field| field.key == *key)),
        _ => Field::Body,
    }
}
