//! `POST /v1.0/im/privateChat/interactiveCards/send`: checked as its page documents, then kept as what arrived.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Map, Value, json};

use super::arrival::{ArrivedCard, CardNote, CardRecipient, Mention, Message, Variable};
use super::call::Call;
use super::fault::Fault;
use super::organisation::Person;
use super::templates::CardTemplate;
use super::world::World;

/// Longest `outTrackId` in characters (sibling pages).
pub(super) const OUT_TRACK_ID: usize = 100;
/// How many cards are remembered by their `outTrackId`.
pub(super) const REMEMBERED: usize = 200;

const FULL_JSON: &str = "sys_full_json_obj";
const LAST_MESSAGE: &str = "sys_lastMessageI18n";
const PUBLIC: &str = "/cardData/cardParamMap";

impl World {
    /// Checks a card in the order of a server: the shape, the ids, the template, the people; then delivers it.
    pub(super) fn send_card(&mut self, call: &Call) -> Result<(Value, Message), Fault> {
        if self.rules.closed_card_api {
            return Err(Fault::api("Forbidden.AccessDenied.AccessTokenPermissionDenied").needs(&["qyapi_chat_manage"]));
        }
        let body = call.api_object("param.invalid")?;
        if body.is_empty() {
            return Err(Fault::api("param.empty"));
        }
        let fields = Fields(&body);
        fields.text("cardTemplateId")?.ok_or_else(|| fault("card.templateEmpty", "/cardTemplateId"))?;
        out_track_id(&body)?;
        let conversation_id = fields
            .text("openConversationId")?
            .ok_or_else(|| fault("invalidParameter.cid.empty", "/openConversationId"))?;
        self.check_conversation(conversation_id)?;
        self.old_card(&body, false)
    }

    /// The rest of both older calls: template, robot, callback, values, people.
    pub(super) fn old_card(&mut self, body: &Map<String, Value>, group: bool) -> Result<(Value, Message), Fault> {
        let fields = Fields(body);
        let template_id =
            fields.text("cardTemplateId")?.ok_or_else(|| fault("card.templateEmpty", "/cardTemplateId"))?;
        let out_track_id = out_track_id(body)?;
        let conversation_id = fields.text("openConversationId")?.unwrap_or_default();
        let robot_code = fields.text("robotCode")?;
        if robot_code.is_some_and(|code| code != self.ids.robot_code) {
            return Err(fault("chatbot.notFound", "/robotCode"));
        }
        let callback_route_key = fields.text("callbackRouteKey")?;
        let pull = fields.flag("pullStrategy")?;
        // A route that is not registered, or pulling without one: there is no address to call back.
        if callback_route_key.map_or(pull, |key| key != self.ids.callback_route_key) {
            return Err(fault("callbackUrl.empty", "/callbackRouteKey"));
        }
        let support_forward = match body.get("cardOptions") {
            None | Some(Value::Null) => false,
            Some(Value::Object(options)) => {
                Fields(options).flag("supportForward").map_err(|f| f.at("/cardOptions/supportForward"))?
            }
            Some(_) => return Err(fault("param.invalid", "/cardOptions")),
        };
        let by_union = match body.get("userIdType") {
            None | Some(Value::Null) => false,
            Some(value) => match value.as_u64() {
                Some(1) => false,
                Some(2) => true,
                _ => return Err(fault("param.invalid", "/userIdType")),
            },
        };
        let public = card_data(body)?;
        let mut notes = Vec::new();
        let public_variables = variables(public, PUBLIC, &mut notes)?;
        let template = self.usable_template(template_id)?.clone();
        let recipients = self.recipients(body, by_union, group, &mut notes)?;
        let mentions = self.mentions(body, by_union)?;

        let process_query_key = format!("{}=", self.fresh_letters(31));
        let mut card = ArrivedCard {
            template_id: template_id.to_owned(),
            template_name: template.name.clone(),
            out_track_id: out_track_id.to_owned(),
            conversation_id: conversation_id.to_owned(),
            robot_code: robot_code.map(str::to_owned),
            callback_route_key: callback_route_key.map(str::to_owned),
            support_forward,
            pull,
            last_message: last_message(public, &mut notes),
            public: public_variables,
            recipients,
            mentions,
            process_query_key: process_query_key.clone(),
            spaces: Vec::new(),
            notes,
        };
        note_unknown(&mut card, &template);
        let card = Arc::new(self.with_first_content(card));
        Ok((json!({"success": true, "result": {"processQueryKey": process_query_key}}), Message::Card(card)))
    }

    fn check_conversation(&self, id: &str) -> Result<(), Fault> {
        let coded = id.strip_prefix("cid").filter(|rest| rest.len() >= 16);
        let decodes = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).is_ok();
        if !coded.is_some_and(decodes) {
            return Err(fault("cidParse.wrong", "/openConversationId"));
        }
        if id == self.ids.open_conversation_id { Ok(()) } else { Err(fault("org.notOwn.group", "/openConversationId")) }
    }

    fn usable_template(&self, id: &str) -> Result<&CardTemplate, Fault> {
        let template = self
            .card_templates
            .iter()
            .find(|template| template.id == id && template.published)
            .ok_or_else(|| fault("cardInstance.wrong", "/cardTemplateId"))?;
        let mut keys: Vec<&str> = template.variables.iter().map(|variable| variable.key.as_str()).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(fault("duplicateKey", "/cardTemplateId"));
        }
        Ok(template)
    }

    pub(super) fn person_by(&self, id: &str, by_union: bool) -> Option<&Person> {
        if by_union { self.organisation.person_of_union(id) } else { self.organisation.person(id) }
    }

    /// The receivers, or both people of the conversation; then others who have values of their own.
    fn recipients(
        &self,
        body: &Map<String, Value>,
        by_union: bool,
        group: bool,
        notes: &mut Vec<CardNote>,
    ) -> Result<Vec<CardRecipient>, Fault> {
        let mut found: indexmap::IndexMap<String, CardRecipient> = indexmap::IndexMap::new();
        let recipient = |id: &str, place: &str| match self.person_by(id, by_union) {
            Some(person) => Ok(CardRecipient {
                id: id.to_owned(),
                userid: person.userid.to_string(),
                name: person.name.to_string(),
                private: Vec::new(),
            }),
            None => Err(fault("userInfo.convertError", place)),
        };
        match body.get("receiverUserIdList") {
            None | Some(Value::Null) => {}
            Some(Value::Array(ids)) => {
                for (index, id) in ids.iter().enumerate() {
                    let place = format!("/receiverUserIdList/{index}");
                    let id = id.as_str().ok_or_else(|| fault("param.invalid", &place))?;
                    found.insert(id.to_owned(), recipient(id, &place)?);
                }
            }
            Some(_) => return Err(fault("param.invalid", "/receiverUserIdList")),
        }
        if found.is_empty() {
            for person in self.organisation.people().iter().take(if group { 8 } else { 2 }) {
                let id = if by_union { person.unionid() } else { person.userid.to_string() };
                let both = recipient(&id, "/openConversationId")?;
                found.insert(id, both);
            }
        }
        match body.get("privateData") {
            None | Some(Value::Null) => {}
            Some(Value::Object(people)) => {
                for (id, values) in people {
                    let place = format!("/privateData/{}", escape(id));
                    let own = private_variables(values, &place, notes)?;
                    if !found.contains_key(id) {
                        found.insert(id.clone(), recipient(id, &place)?);
                    }
                    if let Some(recipient) = found.get_mut(id) {
                        recipient.private = own;
                    }
                }
            }
            Some(_) => return Err(fault("param.invalid", "/privateData")),
        }
        Ok(found.into_values().collect())
    }

    fn mentions(&self, body: &Map<String, Value>, by_union: bool) -> Result<Vec<Mention>, Fault> {
        let people = match body.get("atOpenIds") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(people)) => people,
            Some(_) => return Err(fault("param.invalid", "/atOpenIds")),
        };
        people
            .iter()
            .map(|(id, name)| {
                let place = format!("/atOpenIds/{}", escape(id));
                let shown = name.as_str().ok_or_else(|| fault("param.invalid", &place))?;
                if id == "@ALL" {
                    // Everyone is mentioned by @ALL as key and value.
                    if shown != "@ALL" {
                        return Err(fault("param.invalid", &place));
                    }
                } else if self.person_by(id, by_union).is_none() {
                    return Err(fault("userInfo.convertError", &place));
                }
                Ok(Mention { id: id.clone(), name: shown.to_owned() })
            })
            .collect()
    }

    /// The same `outTrackId` is the same card: it keeps its first values, whatever is sent later.
    fn with_first_content(&mut self, mut card: ArrivedCard) -> ArrivedCard {
        if let Some(first) = self.cards.get(&card.out_track_id) {
            card.notes.insert(0, CardNote::SameOutTrackId);
            card.public.clone_from(&first.public);
            card.last_message.clone_from(&first.last_message);
            for recipient in &mut card.recipients {
                let known = first.recipients.iter().find(|known| known.userid == recipient.userid);
                recipient.private = known.map(|known| known.private.clone()).unwrap_or_default();
            }
            return card;
        }
        if self.cards.len() >= REMEMBERED {
            self.cards.shift_remove_index(0);
        }
        self.cards.insert(card.out_track_id.clone(), Arc::new(card.clone()));
        card
    }
}

fn fault(code: &str, place: &str) -> Fault {
    Fault::api(code).at(place)
}

/// A JSON pointer's way to write a member's name.
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

pub(super) struct Fields<'b>(pub(super) &'b Map<String, Value>);

impl<'b> Fields<'b> {
    /// A text; `None` when it is missing or blank; `param.invalid` for another type.
    pub(super) fn text(&self, name: &str) -> Result<Option<&'b str>, Fault> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.trim().is_empty())),
            Some(_) => Err(fault("param.invalid", &format!("/{name}"))),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<bool, Fault> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(fault("param.invalid", &format!("/{name}"))),
        }
    }
}

fn out_track_id(body: &Map<String, Value>) -> Result<&str, Fault> {
    const PLACE: &str = "/outTrackId";
    match body.get("outTrackId") {
        None | Some(Value::Null) => Err(fault("card.outTraceIdEmpty", PLACE)),
        Some(Value::String(id)) if id.trim().is_empty() => Err(fault("card.outTraceIdEmpty", PLACE)),
        Some(Value::String(id)) if id.chars().count() > OUT_TRACK_ID => Err(fault("outTrackId.exceed.limit", PLACE)),
        // The allowed characters are not documented; blanks and control characters are what no id has.
        Some(Value::String(id)) if !id.chars().any(|c| c.is_whitespace() || c.is_control()) => Ok(id),
        Some(_) => Err(fault("card.outTraceIdError", PLACE)),
    }
}

pub(super) fn card_data(body: &Map<String, Value>) -> Result<&Map<String, Value>, Fault> {
    static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    match body.get("cardData") {
        None | Some(Value::Null) => Err(fault("param.empty", "/cardData")),
        Some(Value::Object(data)) => match data.get("cardParamMap") {
            None | Some(Value::Null) => Ok(&NOTHING),
            Some(Value::Object(map)) => Ok(map),
            Some(_) => Err(fault("param.invalid", PUBLIC)),
        },
        Some(_) => Err(fault("param.invalid", "/cardData")),
    }
}

/// The variables of a `cardParamMap`: its texts, then the members of `sys_full_json_obj`.
pub(super) fn variables(
    map: &Map<String, Value>,
    place: &str,
    notes: &mut Vec<CardNote>,
) -> Result<Vec<Variable>, Fault> {
    let mut all = Vec::with_capacity(map.len());
    for (key, value) in map {
        if !value.is_string() {
            return Err(fault("param.invalid", &format!("{place}/{}", escape(key))));
        }
        if key != FULL_JSON && key != LAST_MESSAGE {
            all.push(Variable { key: key.clone(), value: value.clone() });
        }
    }
    if let Some(Value::String(text)) = map.get(FULL_JSON) {
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => {
                for (key, value) in members {
                    // The same placeholder given twice, once as text and once as JSON.
                    if map.contains_key(&key) {
                        return Err(fault("duplicateKey", &format!("{place}/{}", escape(&key))));
                    }
                    all.push(Variable { key, value });
                }
            }
            _ => notes.push(CardNote::FullJsonUnreadable(format!("{place}/{FULL_JSON}"))),
        }
    }
    Ok(all)
}

/// The values of one person in `privateData`.
pub(super) fn private_variables(
    values: &Value,
    place: &str,
    notes: &mut Vec<CardNote>,
) -> Result<Vec<Variable>, Fault> {
    let Value::Object(values) = values else { return Err(fault("param.invalid", place)) };
    let mut own = Vec::new();
    match values.get("cardParamMap") {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => own = variables(map, &format!("{place}/cardParamMap"), notes)?,
        Some(_) => return Err(fault("param.invalid", &format!("{place}/cardParamMap"))),
    }
    match values.get("cardMediaIdParamMap") {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => {
            for (key, value) in map {
                let place = format!("{place}/cardMediaIdParamMap/{}", escape(key));
                let media = value.as_str().ok_or_else(|| fault("param.invalid", &place))?;
                // A media id begins with @; the sandbox cannot look one up, only see that it is one.
                if !media.starts_with('@') {
                    return Err(fault("getPictureFailed", &place));
                }
                own.push(Variable { key: key.clone(), value: value.clone() });
            }
        }
        Some(_) => return Err(fault("param.invalid", &format!("{place}/cardMediaIdParamMap"))),
    }
    Ok(own)
}

pub(super) fn last_message(map: &Map<String, Value>, notes: &mut Vec<CardNote>) -> Vec<(String, String)> {
    let Some(Value::String(text)) = map.get(LAST_MESSAGE) else { return Vec::new() };
    let lines = match serde_json::from_str(text) {
        Ok(Value::Object(lines)) => lines
            .into_iter()
            .map(|(locale, line)| match line {
                Value::String(line) => Some((locale, line)),
                _ => None,
            })
            .collect::<Option<Vec<_>>>(),
        _ => None,
    };
    lines.unwrap_or_else(|| {
        notes.push(CardNote::LastMessageUnreadable);
        Vec::new()
    })
}

/// Names variables that the template does not have, each once. Nothing is said of a template with unknown variables.
pub(super) fn note_unknown(card: &mut ArrivedCard, template: &CardTemplate) {
    if template.variables.is_empty() {
        return;
    }
    let sent = card.public.iter().chain(card.recipients.iter().flat_map(|recipient| &recipient.private));
    let mut unknown: Vec<String> = Vec::new();
    for variable in sent {
        // `config` is not a placeholder: it sets the card's layout.
        let known = variable.key == "config" || template.variables.iter().any(|known| known.key == variable.key);
        if !known && !unknown.contains(&variable.key) {
            unknown.push(variable.key.clone());
        }
    }
    card.notes.extend(unknown.into_iter().map(CardNote::UnknownVariable));
}
