//! A checked draft, as it will travel. The only thing `deliver` accepts.
//!
//! A [`Ready`] is made by [`super::check::check_draft`] when no finding is an error, and by [`force_ready`] for "send
//! anyway" on the sandbox. Nothing outside this room can make one.

use super::{
    CardDraft, CardVia, Draft, Kind, NoticeDraft, NoticeVia, PersonRef, SharedList, card::Space, check::CheckCache,
    msg, notice::DepartmentRef, notice_body::DATA, tree::compact_value,
};

/// A message that can be sent as it is.
#[derive(Clone, PartialEq, Debug)]
pub enum Ready {
    /// A card.
    Card(ReadyCard),
    /// A notice.
    Notice(ReadyNotice),
}

/// A card that can be sent as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadyCard {
    /// Which call it is for.
    pub via: CardVia,
    /// The exact JSON text of the request's body.
    pub body: String,
    /// `outTrackId`; empty only when forced.
    pub out_track_id: String,
    /// `cardTemplateId`.
    pub card_template_id: String,
    /// `openConversationId`; may be empty.
    pub open_conversation_id: String,
    /// `robotCode`; may be empty. Reading the receipts needs it.
    pub robot_code: String,
    /// The people it is for, as far as the way names any, each once: `receiverUserIdList`, people of places.
    pub receivers: SharedList<PersonRef>,
    /// `openSpaceId`, taken apart.
    pub spaces: Vec<Space>,
    /// How many people have private values.
    pub private_people: usize,
    /// [`CardDraft::content_hash`], to be remembered with the outTrackId.
    pub content_hash: String,
    /// Whether errors were overruled.
    pub forced: bool,
    _seal: Seal,
}

/// A notice that can be sent as it is.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadyNotice {
    /// Which call it goes by.
    pub via: NoticeVia,
    /// `agent_id`: digits, unless forced.
    pub agent_id: String,
    /// `template_id`.
    pub template_id: String,
    /// `userid_list`, each person once.
    pub users: Vec<PersonRef>,
    /// `dept_id_list`, each department once.
    pub departments: Vec<DepartmentRef>,
    /// `data`: JSON text in real UTF-8; `None` when there is no field.
    pub data: Option<String>,
    /// `msg` of a free-form notice: JSON text in real UTF-8; `None` for a notice by template.
    pub msg: Option<String>,
    /// `to_all_user` of a free-form notice.
    pub to_all_user: Option<bool>,
    /// `enable_id_trans` of a free-form notice.
    pub enable_id_trans: Option<bool>,
    /// Whether it is an OA notice, whose status bar may be changed later.
    pub has_status_bar: bool,
    /// Members the form does not know: name, and the value as the text of a form field.
    pub others: Vec<(String, String)>,
    /// Whether errors were overruled.
    pub forced: bool,
    _seal: Seal,
}

/// Keeps the two from being made elsewhere.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Seal;

impl Ready {
    /// What kind of message it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Card(_) => Kind::Card,
            Self::Notice(_) => Kind::Notice,
        }
    }

    /// Whether errors were overruled; such a message goes to the sandbox only.
    pub const fn forced(&self) -> bool {
        match self {
            Self::Card(card) => card.forced,
            Self::Notice(notice) => notice.forced,
        }
    }

    pub(super) fn of(draft: &Draft, cache: &mut CheckCache, forced: bool) -> Self {
        match draft {
            Draft::Card(card) => Self::Card(ReadyCard::of(card, cache, forced)),
            Draft::Notice(notice) => Self::Notice(ReadyNotice::of(notice, forced)),
        }
    }
}

impl ReadyCard {
    fn of(card: &CardDraft, cache: &mut CheckCache, forced: bool) -> Self {
        Self {
            via: card.via,
            body: cache.compact(card),
            out_track_id: card.out_track_id.clone(),
            card_template_id: card.card_template_id.clone(),
            open_conversation_id: card.open_conversation_id.clone(),
            robot_code: card.robot().to_owned(),
            receivers: card.each_receiver_once(),
            spaces: match card.via {
                CardVia::CreateAndDeliver => card.create.spaces.clone(),
                _ => Vec::new(),
            },
            private_people: card.private.rows.len(),
            content_hash: card.content_hash_with(cache),
            forced,
            _seal: Seal,
        }
    }
}

impl ReadyNotice {
    fn of(notice: &NoticeDraft, forced: bool) -> Self {
        let mut seen = std::collections::HashSet::new();
        let mut seen_departments = std::collections::HashSet::new();
        let free = notice.via == NoticeVia::Free;
        Self {
            via: notice.via,
            agent_id: notice.agent_id.clone(),
            template_id: if free { String::new() } else { notice.template_id.clone() },
            users: notice.users.iter().filter(|person| seen.insert(person.id.as_str())).cloned().collect(),
            departments: notice
                .departments
                .iter()
                .filter(|department| seen_departments.insert(department.id.as_str()))
                .cloned()
                .collect(),
            data: if free { None } else { notice.data_text() },
            msg: free.then(|| notice.msg.wire_text(&notice.kept)),
            to_all_user: notice.to_all_user.filter(|_| free),
            enable_id_trans: notice.enable_id_trans.filter(|_| free),
            has_status_bar: free && notice.msg.kind == msg::MsgKind::Oa,
            others: notice
                .kept
                .0
                .iter()
                .filter(|member| member.parent != DATA && !msg::inside(member) && !(free && msg::is_msg(member)))
                .map(|member| {
                    let value = match &member.value {
                        serde_json::Value::String(text) => text.clone(),
                        other => compact_value(other),
                    };
                    (member.name.clone(), value)
                })
                .collect(),
            forced,
            _seal: Seal,
        }
    }

    /// The value of `userid_list`; empty when there is nobody.
    pub fn users_text(&self) -> String {
        self.users.iter().map(|person| person.id.as_str()).collect::<Vec<_>>().join(",")
    }

    /// The value of `dept_id_list`; empty when there is none.
    pub fn departments_text(&self) -> String {
        self.departments.iter().map(|department| department.id.as_str()).collect::<Vec<_>>().join(",")
    }

    /// The fields of the form in the order of the page, not yet encoded. Empty ones are left out; a member the form does
    /// not know comes last, unless a field of its name is there.
    pub fn form_fields(&self) -> Vec<(String, String)> {
        let truth = |value: Option<bool>| value.map(|value| value.to_string()).unwrap_or_default();
        let mut fields: Vec<(String, String)> = [
            ("agent_id", self.agent_id.clone()),
            ("template_id", self.template_id.clone()),
            ("userid_list", self.users_text()),
            ("dept_id_list", self.departments_text()),
            ("data", self.data.clone().unwrap_or_default()),
            ("to_all_user", truth(self.to_all_user)),
            ("enable_id_trans", truth(self.enable_id_trans)),
            ("msg", self.msg.clone().unwrap_or_default()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        for (name, value) in &self.others {
            if !fields.iter().any(|(known, _)| known == name) {
                fields.push((name.clone(), value.clone()));
            }
        }
        fields
    }
}

/// "Send anyway", for a tester on the sandbox: what is invalid travels as it stands in the JSON view.
pub fn force_ready(draft: &Draft, cache: &mut CheckCache) -> Ready {
    Ready::of(draft, cache, true)
}
