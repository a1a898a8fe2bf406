//! The other calls of cards: `createAndDeliver`, `interactiveCards/send` and the two updates, by their pages.
//!
//! What no page says and is chosen here: a card that no place took exists all the same; an update takes any card that is
//! there; the words of `errorMsg`.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Map, Value, json};

use super::arrival::{ArrivedCard, ArrivedSpace, CardNote, CardRecipient, Message, Variable};
use super::call::Call;
use super::card::{Fields, OUT_TRACK_ID, card_data, escape, last_message, note_unknown, private_variables, variables};
use super::codes;
use super::fault::{Dialect, Fault};
use super::templates::CardTemplate;
use super::world::World;
use crate::compose::card::ValueKind;

/// The most people a robot's own chat takes at once.
const RECEIVERS: usize = 20;
/// Bytes of a variable's name, of its value, and of all together.
const LIMITS: (usize, usize, usize) = (100, 1024, 100 * 1024);
/// How many people the sandbox's group has.
const GROUP: usize = 8;
const SCOPE: &str = "Card.Instance.Write";

fn fault(code: &str, place: &str) -> Fault {
    let known = codes::known(code);
    let dialect = Dialect::Api { status: known.status, code: code.to_owned(), scopes: Vec::new() };
    Fault { dialect, message: known.message, place: Some(place.to_owned()) }
}

/// A place as `openSpaceId` names it.
struct Place {
    kind: String,
    id: String,
}

fn places(text: &str) -> Result<Vec<Place>, Fault> {
    const AT: &str = "/openSpaceId";
    let odd = || fault("param.openSpaceIdInvalid", AT);
    let rest = text.strip_prefix("dtv1.card//").ok_or_else(odd)?;
    rest.split(';')
        .map(|part| {
            let part = part.strip_prefix("dtv1.card//").unwrap_or(part);
            let (kind, id) = part.split_once('.').ok_or_else(odd)?;
            let kind = kind.to_ascii_uppercase();
            let known = ["IM_GROUP", "IM_SINGLE", "IM_ROBOT", "ONE_BOX"].contains(&kind.as_str());
            if known && !id.trim().is_empty() { Ok(Place { kind, id: id.to_owned() }) } else { Err(odd()) }
        })
        .collect()
}

/// A member object; empty where it is missing.
fn object<'b>(body: &'b Map<String, Value>, name: &str) -> Result<Option<&'b Map<String, Value>>, Fault> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(fault("param.invalid", &format!("/{name}"))),
    }
}

/// Every text of a map of texts, within the documented bytes.
fn within_limits(map: &Map<String, Value>, at: &str, sum: &mut usize) -> Result<(), Fault> {
    for (key, value) in map {
        let place = format!("{at}/{}", escape(key));
        let Value::String(text) = value else { return Err(fault("param.invalid", &place)) };
        *sum += key.len() + text.len();
        if key.len() > LIMITS.0 || text.len() > LIMITS.1 || *sum > LIMITS.2 {
            return Err(fault("param.invalid", &place));
        }
    }
    Ok(())
}

impl World {
    fn needs_scope(&self) -> Result<(), Fault> {
        if self.rules.no_card_instance_write {
            return Err(Fault::api("Forbidden.AccessDenied.AccessTokenPermissionDenied").needs(&[SCOPE]));
        }
        Ok(())
    }

    /// `POST /v1.0/card/instances/createAndDeliver`.
    pub(super) fn create_and_deliver(&mut self, call: &Call) -> Result<(Value, Message), Fault> {
        self.needs_scope()?;
        let body = call.api_object("param.invalid")?;
        if body.is_empty() {
            return Err(fault("param.empty", ""));
        }
        let fields = Fields(&body);
        let needed = |name: &str, code: &str| {
            let text = fields.text(name)?;
            text.ok_or_else(|| fault(code, &format!("/{name}")))
        };
        let template_id = needed("cardTemplateId", "param.cardTemplateIdEmpty")?;
        let out_track_id = needed("outTrackId", "param.outTrackIdEmpty")?;
        if out_track_id.chars().count() > OUT_TRACK_ID {
            return Err(fault("param.invalid", "/outTrackId"));
        }
        let data = object(&body, "cardData")?.ok_or_else(|| fault("param.cardPublicDataEmpty", "/cardData"))?;
        let empty = Map::new();
        let public = match data.get("cardParamMap") {
            None | Some(Value::Null) => &empty,
            Some(Value::Object(map)) => map,
            Some(_) => return Err(fault("param.invalid", "/cardData/cardParamMap")),
        };
        let places = places(needed("openSpaceId", "param.openSpaceIdEmpty")?)?;
        let by_union = Self::by_union(&body)?;
        let mut sum = 0;
        within_limits(public, "/cardData/cardParamMap", &mut sum)?;
        let template = self.new_template(template_id)?;
        let private = self.private_people(&body, by_union, &template, &mut sum)?;
        Self::check_models(&body, &places)?;
        check_sources(&body)?;
        if fields.text("callbackType")?.is_some_and(|kind| !["STREAM", "HTTP"].contains(&kind)) {
            return Err(fault("param.invalid", "/callbackType"));
        }
        if self.cards.contains_key(out_track_id) {
            return Err(fault("param.cardAlreadyExist", "/outTrackId"));
        }

        let mut results = Vec::with_capacity(places.len());
        let mut spaces = Vec::with_capacity(places.len());
        for place in &places {
            let mut space = self.deliver_to(place, &body, by_union);
            let carrier = space.refused.is_none().then(|| format!("{}=", self.fresh_letters(31)));
            space.carrier.clone_from(&carrier);
            let mut result = json!({"spaceType": place.kind, "spaceId": place.id, "success": space.refused.is_none()});
            if let Some(carrier) = carrier {
                result["carrierId"] = carrier.into();
            }
            if let Some(message) = &space.refused {
                result["errorMsg"] = message.as_str().into();
            }
            results.push(result);
            spaces.push(space);
        }
        let mut recipients: indexmap::IndexMap<String, CardRecipient> = indexmap::IndexMap::new();
        for recipient in spaces.iter().flat_map(|space| &space.recipients).cloned().chain(private) {
            match recipients.get_mut(&recipient.userid) {
                Some(known) => {
                    if !recipient.private.is_empty() {
                        known.private = recipient.private;
                    }
                }
                None => {
                    recipients.insert(recipient.userid.clone(), recipient);
                }
            }
        }
        let robot = ["imGroupOpenDeliverModel", "imRobotOpenDeliverModel"]
            .iter()
            .find_map(|name| body.get(*name)?.get("robotCode")?.as_str());
        let mut card = ArrivedCard {
            template_id: template_id.to_owned(),
            template_name: template.name.clone(),
            out_track_id: out_track_id.to_owned(),
            conversation_id: String::new(),
            robot_code: robot.map(str::to_owned),
            callback_route_key: fields.text("callbackRouteKey")?.map(str::to_owned),
            support_forward: false,
            pull: false,
            last_message: spaces
                .iter()
                .map(|space| &space.last_message)
                .find(|lines| !lines.is_empty())
                .cloned()
                .unwrap_or_default(),
            public: typed(public, &template),
            recipients: recipients.into_values().collect(),
            mentions: Vec::new(),
            process_query_key: String::new(),
            spaces,
            notes: Vec::new(),
        };
        note_unknown(&mut card, &template);
        let card = Arc::new(card);
        self.remember(&card);
        Ok((
            json!({"success": true, "result": {"outTrackId": out_track_id, "deliverResults": results}}),
            Message::Card(card),
        ))
    }

    /// A template of the new calls: missing and unpublished ones have codes of their own.
    fn new_template(&self, id: &str) -> Result<CardTemplate, Fault> {
        const AT: &str = "/cardTemplateId";
        let found = self.card_templates.iter().find(|template| template.id == id);
        match found {
            None => Err(fault("param.templateNotExist", AT)),
            Some(template) if !template.published => Err(fault("param.templateUnpublished", AT)),
            Some(template) => Ok(template.clone()),
        }
    }

    fn by_union(body: &Map<String, Value>) -> Result<bool, Fault> {
        match body.get("userIdType") {
            None | Some(Value::Null) => Ok(false),
            Some(value) => match value.as_u64() {
                Some(kind @ 1..=2) => Ok(kind == 2),
                _ => Err(fault("param.invalid", "/userIdType")),
            },
        }
    }

    /// Everybody with values of their own.
    fn private_people(
        &self,
        body: &Map<String, Value>,
        by_union: bool,
        template: &CardTemplate,
        sum: &mut usize,
    ) -> Result<Vec<CardRecipient>, Fault> {
        let mut all = Vec::new();
        for (id, values) in object(body, "privateData")?.into_iter().flatten() {
            let at = format!("/privateData/{}", escape(id));
            let Some(Value::Object(map)) = values.get("cardParamMap") else { return Err(fault("param.invalid", &at)) };
            within_limits(map, &format!("{at}/cardParamMap"), sum)?;
            let mut recipient = self.person(id, by_union).ok_or_else(|| fault("param.userIdNotExist", &at))?;
            recipient.private = typed(map, template);
            all.push(recipient);
        }
        Ok(all)
    }

    fn person(&self, id: &str, by_union: bool) -> Option<CardRecipient> {
        let person = self.person_by(id, by_union)?;
        Some(CardRecipient {
            id: id.to_owned(),
            userid: person.userid.to_string(),
            name: person.name.to_string(),
            private: Vec::new(),
        })
    }

    /// What the models need when they are used.
    fn check_models(body: &Map<String, Value>, places: &[Place]) -> Result<(), Fault> {
        for name in ["imGroupOpenSpaceModel", "imRobotOpenSpaceModel"] {
            if let Some(model) = object(body, name)?
                && !model.get("supportForward").is_some_and(Value::is_boolean)
            {
                return Err(fault("param.openSpaceModelInvalid", &format!("/{name}/supportForward")));
            }
        }
        if let Some(model) = object(body, "imGroupOpenDeliverModel")?
            && Fields(model).text("robotCode")?.is_none()
        {
            return Err(fault("param.openDeliverModelError", "/imGroupOpenDeliverModel/robotCode"));
        }
        let goes_to = |kind: &str| places.iter().any(|place| place.kind == kind);
        if goes_to("IM_ROBOT") && object(body, "imRobotOpenDeliverModel")?.is_none() {
            return Err(fault("param.openDeliverModelEmpty", "/imRobotOpenDeliverModel"));
        }
        if goes_to("ONE_BOX") {
            let model = object(body, "topOpenDeliverModel")?
                .ok_or_else(|| fault("param.openDeliverModelEmpty", "/topOpenDeliverModel"))?;
            if model.get("expiredTimeMillis").and_then(Value::as_i64).is_none() {
                return Err(fault("param.openDeliverModelError", "/topOpenDeliverModel/expiredTimeMillis"));
            }
        }
        Ok(())
    }

    /// Puts a card at one place: who gets it there, or why not.
    fn deliver_to(&self, place: &Place, body: &Map<String, Value>, by_union: bool) -> ArrivedSpace {
        let refused = |message: &str| Some(message.to_owned());
        let (prefix, ours) = match place.kind.as_str() {
            "IM_GROUP" => ("imGroup", Some(&self.ids.group_conversation_id)),
            "IM_SINGLE" => ("imSingle", Some(&self.ids.open_conversation_id)),
            "IM_ROBOT" => ("imRobot", None),
            _ => ("top", None),
        };
        let model = |suffix: &str| body.get(&format!("{prefix}{suffix}"));
        let robot = model("OpenDeliverModel").and_then(|model| model.get("robotCode")?.as_str());
        let mut space = ArrivedSpace {
            kind: place.kind.clone(),
            id: place.id.clone(),
            refused: None,
            carrier: None,
            recipients: Vec::new(),
            last_message: model("OpenSpaceModel")
                .and_then(|model| model.get("lastMessageI18n")?.as_object())
                .into_iter()
                .flatten()
                .filter_map(|(locale, line)| Some((locale.clone(), line.as_str()?.to_owned())))
                .collect(),
        };
        let listed = |name: &str| {
            let list = model("OpenDeliverModel").and_then(|model| model.get(name)?.as_array());
            let people = list.into_iter().flatten().filter_map(|id| self.person(id.as_str()?, by_union));
            people.collect::<Vec<_>>()
        };
        if let Some((wanted, message)) = &self.refused_space
            && place.id.contains(wanted.as_str())
        {
            space.refused = Some(message.clone());
        } else if robot.is_some_and(|code| code != self.ids.robot_code) {
            space.refused = refused("robot not found");
        } else if place.kind == "IM_ROBOT" {
            match self.person(&place.id, by_union) {
                Some(person) => space.recipients.push(person),
                None => space.refused = refused("user not exist"),
            }
        } else {
            let known = match ours {
                Some(ours) => *ours == place.id,
                None => [&self.ids.group_conversation_id, &self.ids.open_conversation_id].contains(&&place.id),
            };
            if !known {
                space.refused = refused("conversation not exist");
            } else if place.kind == "IM_GROUP" && robot.is_none() {
                space.refused = refused("robotCode is blank");
            } else {
                let count = if place.kind == "IM_SINGLE" { 2 } else { GROUP };
                let named = listed(if place.kind == "ONE_BOX" { "userIds" } else { "recipients" });
                let all = self.organisation.people().iter().take(count);
                space.recipients = if named.is_empty() {
                    all.filter_map(|person| self.person(&person.userid, false)).collect()
                } else {
                    named
                };
            }
        }
        space
    }

    fn remember(&mut self, card: &Arc<ArrivedCard>) {
        if self.cards.len() >= super::card::REMEMBERED {
            self.cards.shift_remove_index(0);
        }
        self.cards.insert(card.out_track_id.clone(), Arc::clone(card));
    }

    /// `POST /v1.0/im/interactiveCards/send`: what it has besides the private-chat call is checked here; then it goes the
    /// same way.
    pub(super) fn send_interactive(&mut self, call: &Call) -> Result<(Value, Message), Fault> {
        if self.rules.closed_card_api {
            return Err(Fault::api("Forbidden.AccessDenied.AccessTokenPermissionDenied").needs(&["qyapi_chat_manage"]));
        }
        let body = call.api_object("param.invalid")?;
        let fields = Fields(&body);
        match body.get("conversationType").and_then(Value::as_u64) {
            Some(0) => {
                for name in ["openConversationId", "robotCode", "chatBotId"] {
                    if fields.text(name)?.is_some() {
                        return Err(fault("param.invalid", &format!("/{name}")));
                    }
                }
                let count = body.get("receiverUserIdList").and_then(Value::as_array).map_or(0, Vec::len);
                if !(1..=RECEIVERS).contains(&count) {
                    return Err(fault("param.invalid", "/receiverUserIdList"));
                }
            }
            Some(1) => {
                const AT: &str = "/openConversationId";
                let id = fields.text("openConversationId")?.ok_or_else(|| fault("invalidParameter.cid.empty", AT))?;
                let decodes = |text: &str| base64::engine::general_purpose::STANDARD.decode(text).is_ok();
                if !id.strip_prefix("cid").is_some_and(decodes) {
                    return Err(fault("cidParse.wrong", AT));
                }
                if id != self.ids.group_conversation_id {
                    return Err(fault("sceneGroupNotFound", AT));
                }
                if let Some(bot) = fields.text("chatBotId")?
                    && bot != self.ids.app_key
                {
                    return Err(fault("queryChatbot.wrong", "/chatBotId"));
                }
            }
            _ => return Err(fault("param.invalid", "/conversationType")),
        }
        media(&body)?;
        self.old_card(&body, body.get("conversationType").and_then(Value::as_u64) == Some(1))
    }

    /// `PUT /v1.0/card/instances`.
    pub(super) fn update_card(&mut self, call: &Call) -> Result<(Value, Message), Fault> {
        self.needs_scope()?;
        let body = call.api_object("param.invalid")?;
        let id = Fields(&body).text("outTrackId")?.ok_or_else(|| fault("param.outTrackIdEmpty", "/outTrackId"))?;
        let known = self.cards.get(id).cloned().ok_or_else(|| fault("param.cardNotExist", "/outTrackId"))?;
        if object(&body, "cardData")?.is_none() && object(&body, "privateData")?.is_none() {
            return Err(fault("param.cardDataAndPrivateDataBothEmpty", "/cardData"));
        }
        let by_union = Self::by_union(&body)?;
        let template = self.card_templates.iter().find(|template| template.id == known.template_id).cloned();
        let template = template.unwrap_or_else(|| CardTemplate {
            id: known.template_id.clone(),
            name: known.template_name.clone(),
            published: true,
            variables: Vec::new(),
        });
        let mut sum = 0;
        let empty = Map::new();
        let map = object(&body, "cardData")?.and_then(|data| data.get("cardParamMap")?.as_object());
        within_limits(map.unwrap_or(&empty), "/cardData/cardParamMap", &mut sum)?;
        let public = map.map(|map| typed(map, &template));
        let private = self.private_people(&body, by_union, &template, &mut sum)?;
        let card = self.changed(&known, &body, "cardUpdateOptions", public, private)?;
        Ok((json!({"success": true, "result": true}), Message::Card(card)))
    }

    /// `PUT /v1.0/im/interactiveCards`; its answer's `success` is a text.
    pub(super) fn update_interactive(&mut self, call: &Call) -> Result<(Value, Message), Fault> {
        if self.rules.closed_card_api {
            return Err(Fault::api("Forbidden.AccessDenied.AccessTokenPermissionDenied").needs(&["qyapi_chat_manage"]));
        }
        let body = call.api_object("param.invalid")?;
        let id = Fields(&body).text("outTrackId")?.ok_or_else(|| fault("card.outTraceIdEmpty", "/outTrackId"))?;
        let known = self.cards.get(id).cloned().ok_or_else(|| fault("cardInstance.notExist", "/outTrackId"))?;
        media(&body)?;
        let by_union = Self::by_union(&body)?;
        let mut notes = Vec::new();
        let public = match body.get("cardData") {
            None | Some(Value::Null) => None,
            Some(_) => Some(variables(card_data(&body)?, "/cardData/cardParamMap", &mut notes)?),
        };
        let mut private = Vec::new();
        for (id, values) in object(&body, "privateData")?.into_iter().flatten() {
            let at = format!("/privateData/{}", escape(id));
            let mut person = self.person(id, by_union).ok_or_else(|| fault("userInfo.convertError", &at))?;
            person.private = private_variables(values, &at, &mut notes)?;
            private.push(person);
        }
        if public.is_none() && private.is_empty() {
            return Err(fault("param.empty", "/cardData"));
        }
        let mut card = self.changed(&known, &body, "cardOptions", public, private)?;
        if let Some(Value::Object(map)) = body.get("cardData").and_then(|data| data.get("cardParamMap")) {
            let lines = last_message(map, &mut notes);
            if !lines.is_empty() {
                let mut with_lines = (*card).clone();
                with_lines.last_message = lines;
                card = Arc::new(with_lines);
                self.cards.insert(card.out_track_id.clone(), Arc::clone(&card));
            }
        }
        Ok((json!({"success": "true"}), Message::Card(card)))
    }

    /// The card after an update: by key, or overwritten, each for the public values and for those of each person named.
    fn changed(
        &mut self,
        known: &ArrivedCard,
        body: &Map<String, Value>,
        options: &str,
        public: Option<Vec<Variable>>,
        private: Vec<CardRecipient>,
    ) -> Result<Arc<ArrivedCard>, Fault> {
        let options = object(body, options)?;
        let by_key = |name: &str| options.map_or(Ok(false), |options| Fields(options).flag(name));
        let (public_by_key, private_by_key) = (by_key("updateCardDataByKey")?, by_key("updatePrivateDataByKey")?);
        let mut card = known.clone();
        if let Some(public) = public {
            merge(&mut card.public, public, public_by_key);
        }
        for person in private {
            match card.recipients.iter_mut().find(|recipient| recipient.userid == person.userid) {
                Some(recipient) => merge(&mut recipient.private, person.private, private_by_key),
                None => card.recipients.push(person),
            }
        }
        card.notes = vec![CardNote::Updated];
        let card = Arc::new(card);
        self.cards.insert(card.out_track_id.clone(), Arc::clone(&card));
        Ok(card)
    }
}

fn merge(values: &mut Vec<Variable>, fresh: Vec<Variable>, by_key: bool) {
    if !by_key {
        *values = fresh;
        return;
    }
    for variable in fresh {
        match values.iter_mut().find(|known| known.key == variable.key) {
            Some(known) => known.value = variable.value,
            None => values.push(variable),
        }
    }
}

/// Media ids begin with @; the sandbox cannot look one up, only see that it is one.
fn media(body: &Map<String, Value>) -> Result<(), Fault> {
    let map = body.get("cardData").and_then(|data| data.get("cardMediaIdParamMap")?.as_object());
    for (key, value) in map.into_iter().flatten() {
        if !value.as_str().is_some_and(|id| id.starts_with('@')) {
            let at = format!("/cardData/cardMediaIdParamMap/{}", escape(key));
            return Err(fault("getPictureFailed", &at));
        }
    }
    Ok(())
}

/// Variables of the new calls: texts that are read as the template types them.
fn typed(map: &Map<String, Value>, template: &CardTemplate) -> Vec<Variable> {
    let value = |key: &str, text: &Value| {
        let kind = template.variables.iter().find(|variable| variable.key == key).map(|variable| variable.kind);
        let json = matches!(kind, Some(ValueKind::Number | ValueKind::Boolean | ValueKind::Json));
        let parsed = text.as_str().filter(|_| json).and_then(|text| serde_json::from_str(text).ok());
        parsed.unwrap_or_else(|| text.clone())
    };
    map.iter().map(|(key, text)| Variable { key: key.clone(), value: value(key, text) }).collect()
}

fn check_sources(body: &Map<String, Value>) -> Result<(), Fault> {
    const AT: &str = "/openDynamicDataConfig/dynamicDataSourceConfigs";
    let Some(config) = object(body, "openDynamicDataConfig")? else { return Ok(()) };
    for (index, source) in
        config.get("dynamicDataSourceConfigs").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        let at = format!("{AT}/{index}");
        if source["dynamicDataSourceId"].as_str().is_none_or(|id| id.trim().is_empty()) {
            return Err(fault("param.dynamicSourceIdEmpty", &at));
        }
        let pull = source["pullConfig"].as_object().ok_or_else(|| fault("param.dynamicDataPullConfigEmpty", &at))?;
        match pull.get("pullStrategy").and_then(Value::as_str) {
            Some("NONE" | "ONCE") => {}
            Some("INTERVAL") => {
                let unit = match pull.get("timeUnit").and_then(Value::as_str) {
                    Some("SECONDS") => 1,
                    Some("MINUTES") => 60,
                    Some("HOURS") => 3600,
                    Some("DAYS") => 86400,
                    _ => return Err(fault("param.dynamicDataPullIntervalTimeUnitInvalid", &at)),
                };
                let seconds = pull.get("interval").and_then(Value::as_i64).unwrap_or(0).saturating_mul(unit);
                if seconds < 3 {
                    return Err(fault("param.dynamicDataPullIntervalInvalid", &at));
                }
            }
            _ => return Err(fault("param.dynamicDataSourcePullStrategyEmpty", &at)),
        }
    }
    Ok(())
}
