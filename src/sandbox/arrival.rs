//! What arrived at the sandbox, as the 结果 tab and tests look at it. Plain data, no screen, no secret in it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::media::StoredMedia;
use crate::compose::notice::NoticeTemplate;
use crate::dingtalk::System;
use crate::lang::{Lang, text};

/// A call that arrived, and how it was answered. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Counts the calls since the sandbox started, from 1.
    pub number: u64,
    /// When, by the sandbox's clock.
    pub at: Timestamp,
    /// The system it was sent to.
    pub system: System,
    /// HTTP method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// The query, secrets masked.
    pub query: Arc<str>,
    /// The headers in the order they came, names in lower case, secrets masked.
    pub headers: Arc<[(String, String)]>,
    /// The body as it came, secrets masked. Bytes that are not UTF-8 show as U+FFFD.
    pub body: Arc<str>,
    /// How it was answered.
    pub answer: Answered,
    /// What it carried, when it was a message that was taken.
    pub message: Message,
}

/// How a call was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// HTTP status; `None` when the connection was cut instead.
    pub status: Option<u16>,
    /// The code of a refusal: `param.empty`, `400002`, `88/40014`.
    pub code: Option<String>,
    /// JSON pointer or name of the field at fault, where one is; the real server does not tell.
    pub place: Option<String>,
    /// The request id that the answer carries.
    pub request_id: String,
    /// The word of the [`super::Effect`] that a script had on it.
    pub scripted: Option<&'static str>,
}

/// What a call carried.
#[derive(Clone, Debug)]
pub enum Message {
    /// Not a message, or one that was refused.
    None,
    /// A card that was taken.
    Card(Arc<ArrivedCard>),
    /// A work notice that was taken.
    Notice(Arc<ArrivedNotice>),
}

/// A variable as the card gets it.
#[derive(Clone, PartialEq, Debug)]
pub struct Variable {
    /// Its name.
    pub key: String,
    /// A text, or, out of `sys_full_json_obj`, any JSON.
    pub value: Value,
}

/// A variable as one person sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct MergedVariable<'c> {
    /// Its name.
    pub key: &'c str,
    /// Its value for this person.
    pub value: &'c Value,
    /// Whether it is this person's own value.
    pub private: bool,
}

/// Someone who gets a card.
#[derive(Clone, PartialEq, Debug)]
pub struct CardRecipient {
    /// The id as it was sent (userId or unionId).
    pub id: String,
    /// `userid`.
    pub userid: String,
    /// The person's name.
    pub name: String,
    /// The person's own values, out of `privateData`.
    pub private: Vec<Variable>,
}

/// Someone a card mentions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mention {
    /// userId, unionId or `@ALL`, as sent.
    pub id: String,
    /// The shown name, as sent.
    pub name: String,
}

/// A card that was taken.
#[derive(Clone, PartialEq, Debug)]
pub struct ArrivedCard {
    /// `cardTemplateId`.
    pub template_id: String,
    /// The template's name in the sandbox.
    pub template_name: String,
    /// `outTrackId`.
    pub out_track_id: String,
    /// `openConversationId`.
    pub conversation_id: String,
    /// `robotCode`, where one was sent.
    pub robot_code: Option<String>,
    /// `callbackRouteKey`, where one was sent.
    pub callback_route_key: Option<String>,
    /// `cardOptions.supportForward`.
    pub support_forward: bool,
    /// `pullStrategy`.
    pub pull: bool,
    /// The conversation list's line per language, in the order sent: locale key and text.
    pub last_message: Vec<(String, String)>,
    /// The values for everyone, `sys_full_json_obj` unpacked, reserved keys left out.
    pub public: Vec<Variable>,
    /// Who gets it: the receivers, or both people of the conversation; then others who have values of their own.
    pub recipients: Vec<CardRecipient>,
    /// Who is mentioned.
    pub mentions: Vec<Mention>,
    /// The answer's `processQueryKey`.
    pub process_query_key: String,
    /// The places of `createAndDeliver`; empty for the older calls.
    pub spaces: Vec<ArrivedSpace>,
    /// What a tester should know about it.
    pub notes: Vec<CardNote>,
}

/// A place a card was put, or was not.
#[derive(Clone, PartialEq, Debug)]
pub struct ArrivedSpace {
    /// `IM_GROUP`, `IM_SINGLE`, `IM_ROBOT`, `ONE_BOX`.
    pub kind: String,
    /// The conversation or the person.
    pub id: String,
    /// Why it was not taken (`errorMsg`).
    pub refused: Option<String>,
    /// The answer's `carrierId`, where it was taken.
    pub carrier: Option<String>,
    /// Who gets it there.
    pub recipients: Vec<CardRecipient>,
    /// The conversation list's line per language there.
    pub last_message: Vec<(String, String)>,
}

/// Something the server accepts in silence although it hardly does what was meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CardNote {
    /// An update: this is the card after it.
    Updated,
    /// The `outTrackId` was used before: the card keeps its first content.
    SameOutTrackId,
    /// `sys_full_json_obj` at this pointer is not a JSON object: none of its variables shows.
    FullJsonUnreadable(String),
    /// `sys_lastMessageI18n` is not a JSON object of texts: the conversation list shows no line of it.
    LastMessageUnreadable,
    /// The template has no variable of this name.
    UnknownVariable(String),
}

impl CardNote {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Updated => text(lang, "sandbox.note.updated", &[]),
            Self::SameOutTrackId => text(lang, "sandbox.note.same_out_track_id", &[]),
            Self::FullJsonUnreadable(place) => text(lang, "sandbox.note.full_json", &[("place", place.clone())]),
            Self::LastMessageUnreadable => text(lang, "sandbox.note.last_message", &[]),
            Self::UnknownVariable(key) => text(lang, "sandbox.note.unknown_variable", &[("key", key.clone())]),
        }
    }
}

impl ArrivedCard {
    /// All variables as one recipient sees them: the public ones in their order, overlaid by the person's own, then those
    /// that only this person has.
    pub fn variables_for<'c>(&'c self, recipient: &'c CardRecipient) -> Vec<MergedVariable<'c>> {
        let own = |key: &str| recipient.private.iter().find(|variable| variable.key == key);
        let public = self.public.iter().map(|variable| match own(&variable.key) {
            Some(own) => MergedVariable { key: &own.key, value: &own.value, private: true },
            None => MergedVariable { key: &variable.key, value: &variable.value, private: false },
        });
        let added = recipient
            .private
            .iter()
            .filter(|variable| !self.public.iter().any(|public| public.key == variable.key))
            .map(|variable| MergedVariable { key: &variable.key, value: &variable.value, private: true });
        public.chain(added).collect()
    }

    /// The recipient of this userid or sent id.
    pub fn recipient(&self, id: &str) -> Option<&CardRecipient> {
        self.recipients.iter().find(|recipient| recipient.userid == id || recipient.id == id)
    }
}

/// A work notice that was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArrivedNotice {
    /// The template it was made from.
    pub template: NoticeTemplate,
    /// The answer's `task_id`.
    pub task_id: u64,
    /// The filled text as recipients read it, ids translated to names. A notice is the same for everyone.
    pub text: String,
    /// Placeholders that no value was sent for; they show as `${…}`.
    pub missing: Vec<String>,
    /// Keys of `data` that the template does not have.
    pub unused: Vec<String>,
    /// Everyone it was for, each once, department members included.
    pub recipients: Vec<NoticeRecipient>,
    /// Departments that do not exist or are out of range.
    pub invalid_departments: Vec<String>,
    /// What a free-form notice carried; `None` for one by template. `template` is empty then, and `text` the lines a reader
    /// sees.
    pub free: Option<FreeMessage>,
}

/// What a free-form notice carried.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FreeMessage {
    /// `msgtype`.
    pub kind: String,
    /// `msg`, as it came.
    pub msg: Value,
    /// Whether it went to everyone.
    pub to_all: bool,
    /// The status bar of an OA message, as it is now.
    pub status_bar: Option<StatusBar>,
    /// The uploaded files it names.
    pub media: Vec<StoredMedia>,
}

/// The status bar of an OA message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusBar {
    /// `status_value`.
    pub value: String,
    /// `status_bg`, as sent.
    pub background: String,
}

/// Someone a notice was for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoticeRecipient {
    /// `userid`, as sent or as the department's member has it.
    pub userid: String,
    /// The person's name; empty for an unknown userid.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a notice for one person. The server's answer tells none of this: it is "ok" in every case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Delivered.
    Delivered,
    /// Not delivered, because of a rule.
    Dropped(DropRule),
    /// The userid is unknown or outside of what the app may see.
    Invalid,
}

impl Fate {
    /// The words for a person.
    pub fn label(self, lang: Lang) -> String {
        let key = match self {
            Self::Delivered => "sandbox.fate.delivered",
            Self::Invalid => "sandbox.fate.invalid",
            Self::Dropped(DropRule::SameContent) => "sandbox.fate.same_content",
            Self::Dropped(DropRule::PerDay) => "sandbox.fate.per_day",
            Self::Dropped(DropRule::PerMinute) => "sandbox.fate.per_minute",
        };
        text(lang, key, &[])
    }
}

/// The documented rules under which a notice is accepted and not delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DropRule {
    /// The same content was delivered to this person today.
    SameContent,
    /// This person got 100 notices of the app today.
    PerDay,
    /// 5,000 people were reached within the last minute.
    PerMinute,
}

impl DropRule {
    /// The code of `forbidden_list` in a send result, for an internal or a third-party app.
    pub const fn code(self, third_party: bool) -> &'static str {
        match (self, third_party) {
            (Self::PerMinute, false) => "143103",
            (Self::PerDay, false) => "143105",
            (Self::SameContent, false) => "143106",
            (Self::PerMinute, true) => "143203",
            (Self::PerDay, true) => "143205",
            (Self::SameContent, true) => "143206",
        }
    }

    /// A stable name for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameContent => "same_content",
            Self::PerDay => "per_day",
            Self::PerMinute => "per_minute",
        }
    }
}

impl Arrival {
    /// The card it carried.
    pub fn card(&self) -> Option<&Arc<ArrivedCard>> {
        if let Message::Card(card) = &self.message { Some(card) } else { None }
    }

    /// The notice it carried.
    pub fn notice(&self) -> Option<&Arc<ArrivedNotice>> {
        if let Message::Notice(notice) = &self.message { Some(notice) } else { None }
    }

    /// As the control route shows it.
    pub(super) fn to_json(&self) -> Value {
        let headers: serde_json::Map<String, Value> =
            self.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let message = match &self.message {
            Message::None => Value::Null,
            Message::Card(card) => card_json(card),
            Message::Notice(notice) => notice_json(notice),
        };
        json!({
            "number": self.number,
            "at": self.at.to_string(),
            "system": self.system.name(),
            "method": self.method,
            "path": self.path,
            "query": &*self.query,
            "headers": headers,
            "body": &*self.body,
            "answer": {
                "status": self.answer.status,
                "code": self.answer.code,
                "place": self.answer.place,
                "request_id": self.answer.request_id,
                "scripted": self.answer.scripted,
            },
            "message": message,
        })
    }
}

fn card_json(card: &ArrivedCard) -> Value {
    let last: serde_json::Map<String, Value> =
        card.last_message.iter().map(|(locale, text)| (locale.clone(), json!(text))).collect();
    let recipients: Vec<Value> = card
        .recipients
        .iter()
        .map(|recipient| {
            let variables: serde_json::Map<String, Value> = card
                .variables_for(recipient)
                .into_iter()
                .map(|variable| (variable.key.to_owned(), variable.value.clone()))
                .collect();
            json!({"id": recipient.id, "userid": recipient.userid, "name": recipient.name, "variables": variables})
        })
        .collect();
    json!({
        "kind": "card",
        "template_id": card.template_id,
        "out_track_id": card.out_track_id,
        "process_query_key": card.process_query_key,
        "last_message": last,
        "recipients": recipients,
        "spaces": card.spaces.iter().map(space_json).collect::<Vec<_>>(),
        "notes": card.notes.iter().map(|note| note.message(Lang::En)).collect::<Vec<_>>(),
    })
}

fn space_json(space: &ArrivedSpace) -> Value {
    let people: Vec<&str> = space.recipients.iter().map(|person| person.userid.as_str()).collect();
    json!({"kind": space.kind, "id": space.id, "refused": space.refused, "recipients": people})
}

fn notice_json(notice: &ArrivedNotice) -> Value {
    let recipients: Vec<Value> = notice
        .recipients
        .iter()
        .map(|recipient| {
            let (fate, rule) = match recipient.fate {
                Fate::Delivered => ("delivered", None),
                Fate::Dropped(rule) => ("dropped", Some(rule.name())),
                Fate::Invalid => ("invalid", None),
            };
            json!({"userid": recipient.userid, "name": recipient.name, "fate": fate, "rule": rule})
        })
        .collect();
    json!({
        "kind": "notice",
        "template_id": notice.template.id,
        "task_id": notice.task_id,
        "text": notice.text,
        "missing": notice.missing,
        "unused": notice.unused,
        "msg": notice.free.as_ref().map(|free| &free.msg),
        "to_all": notice.free.as_ref().is_some_and(|free| free.to_all),
        "status_bar": notice.free.as_ref().and_then(|free| free.status_bar.as_ref()).map(|bar| {
            json!({"status_value": bar.value, "status_bg": bar.background})
        }),
        "recipients": recipients,
        "invalid_departments": notice.invalid_departments,
    })
}
