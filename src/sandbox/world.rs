//! The state of the sandbox and the way a call takes through it: script, path, method, token, then the call itself.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::arrival::{Answered, Arrival, ArrivedCard, Message};
use super::call::Call;
use super::dice::Dice;
use super::endpoint::Endpoint;
use super::fault::{Dialect, Fault, Reply, RequestId};
use super::mask::Mask;
use super::organisation::Organisation;
use super::script::{Effect, Script};
use super::templates::{self, CardTemplate};
use super::token::{App, Kind, Tokens, Worth};
use crate::dingtalk::System;
use crate::dingtalk::secret::Secret;

/// Messages kept for the 结果 tab.
const MESSAGES_KEPT: usize = 200;
/// Other calls kept.
const OTHERS_KEPT: usize = 300;
/// Bytes of bodies kept altogether; the oldest go first.
const BYTES_KEPT: usize = 32 * 1024 * 1024;

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Who the sandbox's app and organisation are. The secrets are new with every start.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    pub(super) app_key: String,
    pub(super) app_secret: Secret,
    pub(super) suite_key: String,
    pub(super) suite_secret: Secret,
    pub(super) suite_ticket: Secret,
    pub(super) corp_id: String,
    pub(super) agent_id: u64,
    pub(super) robot_code: String,
    pub(super) open_conversation_id: String,
    pub(super) group_conversation_id: String,
    pub(super) callback_route_key: String,
}

impl Ids {
    fn new(dice: &mut Dice) -> Self {
        const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        // The mark is what `scripts/secret-scan` looks for in everything a test run left behind.
        let secret =
            || Secret::new(format!("sbx-secret-{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple()));
        let app_key = format!("ding{}", dice.letters(16, LOWER));
        Self {
            // An internal robot's code is normally its app's key.
            robot_code: app_key.clone(),
            app_key,
            app_secret: secret(),
            suite_key: format!("suite{}", dice.letters(16, LOWER)),
            suite_secret: secret(),
            suite_ticket: secret(),
            corp_id: format!("ding{}", dice.letters(32, b"0123456789abcdef")),
            agent_id: 900_000_000 + dice.roll() % 100_000_000,
            // 30 bytes of base64 fill the letters without padding.
            open_conversation_id: format!("cid{}", dice.letters(40, ALPHANUMERIC)),
            callback_route_key: "sandbox".to_owned(),
            group_conversation_id: format!("cid{}", dice.letters(40, ALPHANUMERIC)),
        }
    }
}

/// Rules that can be switched, for organisations and apps that differ from the sandbox's usual one.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, off or on in the settings")]
pub struct Rules {
    /// Work notices by template only with a third-party app's token (800001 otherwise), as the documents say. Off, so that
    /// the sandbox's internal app can send both kinds.
    pub third_party_notices_only: bool,
    /// A token only counts on the system it was fetched from, as documented. On.
    pub tokens_apart: bool,
    /// The card call is closed to this app (403, scope `qyapi_chat_manage`), as for every app made since 2025. Off.
    pub closed_card_api: bool,
    /// The app lacks `Card.Instance.Write`: createAndDeliver and its update answer 403. Off.
    pub no_card_instance_write: bool,
    /// Calls of one address per second that are answered; the next ones get the code of the app's own limit (90018,
    /// `…QpsLimitForAppkeyAndApi`). DingTalk's standard edition has 20. `None`, so that the sandbox is fast: no limit.
    pub calls_per_second: Option<u32>,
    /// The same for all callers of an address together (90002, `…QpsLimitForApi`), with the end of the penalty in the text.
    pub api_calls_per_second: Option<u32>,
    /// Calls of one computer in twenty seconds, whatever they are; one more, and its address is banned for five minutes.
    /// DingTalk's figure is 10,000.
    pub calls_per_address: Option<u32>,
    /// Messages of the organisation in a calendar month (90020, `…ApiCountLimitForOrg`). DingTalk's standard edition has
    /// 5,000.
    pub calls_per_month: Option<u32>,
    /// People that notices reach in any minute; a notice to more is refused (41047, third-party apps 41048) instead of
    /// taken and dropped.
    pub people_per_minute: Option<u32>,
    /// The departments the app may see, with all below them; `None`: the whole company.
    pub authed_departments: Option<Vec<u64>>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            third_party_notices_only: false,
            tokens_apart: true,
            closed_card_api: false,
            no_card_instance_write: false,
            calls_per_second: None,
            api_calls_per_second: None,
            calls_per_address: None,
            calls_per_month: None,
            people_per_minute: None,
            authed_departments: None,
        }
    }
}

/// The organisation, made on first use.
#[derive(Debug)]
pub(super) struct LazyOrganisation {
    people: usize,
    seed: u64,
    made: std::sync::OnceLock<Arc<Organisation>>,
}

impl LazyOrganisation {
    pub(super) const fn new(people: usize, seed: u64) -> Self {
        Self { people, seed, made: std::sync::OnceLock::new() }
    }

    pub(super) fn get(&self) -> &Arc<Organisation> {
        self.made.get_or_init(|| Arc::new(Organisation::generate(self.people, self.seed)))
    }
}

impl std::ops::Deref for LazyOrganisation {
    type Target = Organisation;

    fn deref(&self) -> &Organisation {
        self.get()
    }
}

/// Everything that can change while the sandbox runs.
#[derive(Debug)]
pub(super) struct World {
    pub(super) organisation: Arc<LazyOrganisation>,
    pub(super) ids: Ids,
    pub(super) rules: Rules,
    pub(super) card_templates: Vec<CardTemplate>,
    pub(super) notice_templates: Vec<templates::Notice>,
    pub(super) token_lifetime: Duration,
    pub(super) tokens: Tokens,
    pub(super) scripts: Vec<Script>,
    /// Cards by their `outTrackId`, as first sent.
    pub(super) cards: IndexMap<String, Arc<ArrivedCard>>,
    /// While a call is carried out: places whose id has this in it are refused with this message.
    pub(super) refused_space: Option<(String, String)>,
    /// Uploaded files by their `media_id`.
    pub(super) media: IndexMap<String, super::media::StoredMedia>,
    pub(super) delivered: super::notice::Delivered,
    pub(super) after: super::after::After,
    pub(super) ledger: super::ledger::Ledger,
    windows: super::limits::Windows,
    dice: Dice,
    tasks: u64,
    number: u64,
    messages: VecDeque<Arrival>,
    others: VecDeque<Arrival>,
}

/// What goes back over the wire.
pub(super) struct Outcome {
    pub(super) reply: Reply,
    /// What is to happen to the answer.
    pub(super) effect: Option<Effect>,
    pub(super) request_id: String,
}

impl World {
    /// `now`: what is given out for messages (task ids, keys) differs from what an earlier sandbox gave: a program that asks
    /// about a message of that one must not be told about another.
    pub(super) fn new(
        organisation: Arc<LazyOrganisation>,
        token_lifetime: Duration,
        seed: u64,
        now: Timestamp,
    ) -> Self {
        let mut dice = Dice::new(seed ^ 0x1D5);
        let ids = Ids::new(&mut dice);
        let begun = now.as_microsecond().unsigned_abs();
        let dice = Dice::new(dice.roll() ^ begun);
        Self {
            organisation,
            ids,
            rules: Rules::default(),
            card_templates: templates::cards(),
            notice_templates: templates::notices(),
            token_lifetime,
            tokens: Tokens::default(),
            scripts: Vec::new(),
            cards: IndexMap::new(),
            refused_space: None,
            media: IndexMap::new(),
            delivered: super::notice::Delivered::default(),
            after: super::after::After::default(),
            ledger: super::ledger::Ledger::default(),
            windows: super::limits::Windows::default(),
            tasks: begun,
            dice,
            number: 0,
            messages: VecDeque::new(),
            others: VecDeque::new(),
        }
    }

    /// Answers a call and keeps it as an arrival.
    pub(super) fn answer(&mut self, call: &Call, now: Timestamp) -> Outcome {
        let ids = self.request_id();
        let effect = self.take_script(call);
        self.refused_space = match &effect {
            Some(Effect::RefuseSpace { space, message }) => Some((space.clone(), message.clone())),
            _ => None,
        };
        let run = match &effect {
            Some(effect) if !effect.carries_out() => {
                Err(effect.fault(call.system, &call.path, &self.ids.app_key).unwrap_or_else(|| gateway(effect)))
            }
            _ => self.windows.check_address(&self.rules, now).and_then(|()| self.route(call, now)),
        };
        let (mut reply, message, fault) = match run {
            Ok((value, message)) => (success(call.system, value, &ids), message, None),
            Err(fault) => (fault.reply(&ids), Message::None, Some(fault)),
        };
        match &effect {
            Some(Effect::Body { status, content_type, bytes }) => {
                reply = Reply { status: *status, content_type: content_type.clone(), body: bytes.clone() };
            }
            Some(Effect::Html) => reply.status = 200,
            Some(Effect::Empty) => reply.body.clear(),
            _ => {}
        }
        let request_id = if call.system == System::Api { ids.api } else { ids.oapi };
        let cut = matches!(effect, Some(Effect::CutBeforeAnswer | Effect::CutMidAnswer));
        let answer = Answered {
            status: (!cut).then_some(reply.status),
            code: fault.as_ref().and_then(Fault::code),
            place: fault.and_then(|fault| fault.place),
            request_id: request_id.clone(),
            scripted: effect.as_ref().map(Effect::kind),
        };
        let third_party = call.query("access_token").is_some_and(|token| self.tokens.is_third_party(&token));
        self.after.remember(&message, now, third_party);
        let taken = effect.as_ref().is_none_or(Effect::carries_out) && answer.code.is_none();
        self.ledger.note(call, now, &message, taken, answer.code.clone());
        self.keep(call, now, answer, message);
        Outcome { reply, effect, request_id }
    }

    fn route(&mut self, call: &Call, now: Timestamp) -> Result<(Value, Message), Fault> {
        let found = Endpoint::of(call.system, &call.path);
        let endpoint = match (call.system, found) {
            (_, Some((endpoint, method))) if call.method == method => endpoint,
            // The api host answers an unknown address with an errcode body, HTTP 200 and no request id, as observed.
            (System::Api, _) => {
                let dialect = Dialect::Plain { errcode: 404, on_api: true };
                return Err(Fault { dialect, ..Fault::oapi(404) });
            }
            (System::Oapi, Some((_, "GET"))) => return Err(Fault::oapi(43001)),
            (System::Oapi, Some(_)) => return Err(Fault::oapi(43002)),
            (System::Oapi, None) => return Err(Fault::oapi(22)),
        };
        let app = if endpoint.needs_token() { self.authorise(call, now)? } else { App::Internal };
        let is_message = super::MESSAGES.contains(&call.path.as_str());
        self.windows.check(&self.rules, call, is_message, &self.ids.app_key, now)?;
        let plain = |value| (value, Message::None);
        match endpoint {
            Endpoint::AccessToken => self.access_token(call, now).map(plain),
            Endpoint::CorpAccessToken => self.corp_access_token(call, now).map(plain),
            Endpoint::GetToken => self.get_token(call, now).map(plain),
            Endpoint::GetCorpToken => self.get_corp_token(call, now).map(plain),
            Endpoint::GetAuthInfo => self.get_auth_info(call, now).map(plain),
            Endpoint::Scopes => Ok(plain(self.scopes())),
            Endpoint::ListDepartments => self.list_departments(call).map(plain),
            Endpoint::GetDepartment => self.get_department(call).map(plain),
            Endpoint::ListUsers => self.list_users(call).map(plain),
            Endpoint::GetUser => self.get_user(call).map(plain),
            Endpoint::GetUserByMobile => self.get_user_by_mobile(call).map(plain),
            Endpoint::SearchUsers => self.search_users(call).map(plain),
            Endpoint::SendCard => self.send_card(call),
            Endpoint::CreateAndDeliver => self.create_and_deliver(call),
            Endpoint::SendInteractive => self.send_interactive(call),
            Endpoint::UpdateCard => self.update_card(call),
            Endpoint::UpdateInteractive => self.update_interactive(call),
            Endpoint::SendNotice => self.send_notice(call, app, now),
            Endpoint::SendFree => self.send_free(call, app, now),
            Endpoint::UpdateStatusBar => self.update_status_bar(call, now).map(plain),
            Endpoint::UploadMedia => self.upload_media(call, now).map(plain),
            Endpoint::AfterSend => self.after_call(call, now).map(plain),
        }
    }

    /// Finds whose token came, where each system looks for it.
    fn authorise(&self, call: &Call, now: Timestamp) -> Result<App, Fault> {
        let given = match call.system {
            System::Api => call.header("x-acs-dingtalk-access-token").map(str::to_owned),
            // Also read from a form's body, as observed.
            System::Oapi => call.query("access_token").map(std::borrow::Cow::into_owned).or_else(|| {
                let form = call.header("content-type").is_some_and(|kind| kind.contains("form"));
                form.then(|| call.oapi_params().ok()?.text("access_token")).flatten()
            }),
        };
        let Some(given) = given.filter(|token| !token.trim().is_empty()) else {
            return Err(match call.system {
                System::Api => Fault::api("AuthenticationFailed.MissingParameter"),
                System::Oapi => Fault::wrapped("40000", "access_token is blank"),
            });
        };
        match (self.tokens.judge(&given, call.system, self.rules.tokens_apart, now), call.system) {
            (Worth::Good(app), _) => Ok(app),
            (_, System::Api) => Err(Fault::api("InvalidAuthentication")),
            (Worth::Unknown, System::Oapi) => Err(Fault::wrapped("40014", "不合法的access_token")),
            (Worth::Expired, System::Oapi) => Err(Fault::wrapped("42001", "access_token超时")),
        }
    }

    pub(super) fn issue(&mut self, kind: Kind, now: Timestamp) -> String {
        let lifetime = SignedDuration::try_from(self.token_lifetime).unwrap_or(SignedDuration::MAX);
        self.tokens.issue(kind, now, lifetime)
    }

    pub(super) fn fresh_letters(&mut self, count: usize) -> String {
        self.dice.letters(count, ALPHANUMERIC)
    }

    pub(super) fn next_task(&mut self) -> u64 {
        self.tasks += 1 + self.dice.roll() % 1_000;
        self.tasks
    }

    fn request_id(&mut self) -> RequestId {
        RequestId { api: self.dice.uuid(), oapi: self.dice.letters(13, b"0123456789abcdefghijklmnopqrstuvwxyz") }
    }

    /// The effect of the first script that fits, used up by one.
    fn take_script(&mut self, call: &Call) -> Option<Effect> {
        let gives_tokens = Endpoint::of(call.system, &call.path).is_some_and(|(endpoint, _)| endpoint.gives_tokens());
        let at = self.scripts.iter().position(|script| match &script.endpoint {
            Some(path) => *path == call.path,
            None => !gives_tokens && script.effect.system().is_none_or(|system| system == call.system),
        })?;
        let script = &mut self.scripts[at];
        let effect = script.effect.clone();
        if let Some(times) = &mut script.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.scripts.remove(at);
            }
        }
        Some(effect)
    }

    fn keep(&mut self, call: &Call, at: Timestamp, answer: Answered, message: Message) {
        self.number += 1;
        let secrets = [&self.ids.app_secret, &self.ids.suite_secret, &self.ids.suite_ticket];
        let mask = Mask::new(secrets.into_iter().map(Secret::open).chain(self.tokens.texts()));
        let is_message = !matches!(message, Message::None) || super::MESSAGES.contains(&&*call.path);
        let arrival = Arrival {
            number: self.number,
            at,
            system: call.system,
            method: call.method.clone(),
            path: mask.text(&call.path),
            query: mask.query(&call.query).into(),
            headers: mask.headers(&call.headers).into(),
            body: mask.body(call).into(),
            answer,
            message,
        };
        let (kept, most) =
            if is_message { (&mut self.messages, MESSAGES_KEPT) } else { (&mut self.others, OTHERS_KEPT) };
        kept.push_back(arrival);
        if kept.len() > most {
            kept.pop_front();
        }
        // The newest one stays, however large it is.
        let mut bytes: usize = kept.iter().map(|arrival| arrival.body.len()).sum();
        while bytes > BYTES_KEPT && kept.len() > 1 {
            bytes -= kept.pop_front().map_or(0, |arrival| arrival.body.len());
        }
    }

    /// The notice of a task among those that are kept, and when it came.
    pub(super) fn notice_of_task(&mut self, task: u64) -> Option<(Timestamp, &mut Arc<super::ArrivedNotice>)> {
        self.messages.iter_mut().find_map(|arrival| match &mut arrival.message {
            Message::Notice(notice) if notice.task_id == task => Some((arrival.at, notice)),
            _ => None,
        })
    }

    /// What arrived, oldest first.
    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        let mut all: Vec<Arrival> = self.messages.iter().chain(&self.others).cloned().collect();
        all.sort_unstable_by_key(|arrival| arrival.number);
        all
    }

    /// How many calls arrived.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn clear_arrivals(&mut self) {
        self.messages.clear();
        self.others.clear();
        self.number += 1;
    }
}

/// Whether a call will need the organisation, which may take a moment to be made.
pub(super) fn asks_for_people(call: &Call) -> bool {
    Endpoint::of(call.system, &call.path).is_some_and(|(endpoint, _)| endpoint.asks_for_people())
}

/// A success as its system writes it.
fn success(system: System, value: Value, ids: &RequestId) -> Reply {
    match (system, value) {
        (System::Oapi, Value::Object(members)) => {
            let mut body = Map::new();
            body.insert("errcode".to_owned(), json!(0));
            body.insert("errmsg".to_owned(), json!("ok"));
            body.extend(members);
            body.insert("request_id".to_owned(), json!(ids.oapi));
            Reply::json(200, &Value::Object(body))
        }
        (_, value) => Reply::json(200, &value),
    }
}

/// What stands in front of the server answers for it.
fn gateway(effect: &Effect) -> Fault {
    let dialect = if matches!(effect, Effect::IpBan) { Dialect::Banned } else { Dialect::Page { status: 405 } };
    Fault { dialect, message: String::new(), place: None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// JSON of any shape, with the calls' own names where they can hurt.
    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            Just(Value::from("{\"a\":[1,{}]}")),
            Just(Value::from("zengmin,李娜")),
        ];
        let name = prop_oneof![
            Just("cardParamMap".to_owned()),
            Just("cardMediaIdParamMap".to_owned()),
            Just("sys_full_json_obj".to_owned()),
            Just("sys_lastMessageI18n".to_owned()),
            Just("zengmin".to_owned()),
            "\\PC{0,6}",
        ];
        leaf.prop_recursive(3, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((name.clone(), inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_arrives_is_answered(fields in prop::collection::vec((0..22_usize, anything()), 0..10), raw in any::<Vec<u8>>()) {
            const NAMES: [&str; 22] = [
                "cardTemplateId", "openConversationId", "robotCode", "receiverUserIdList", "outTrackId", "cardData",
                "privateData", "atOpenIds", "userIdType", "cardOptions", "agent_id", "template_id", "userid_list",
                "dept_id_list", "data", "dept_id", "cursor", "size", "queryWord", "msg", "to_all_user", "task_id",
            ];
            let now = Timestamp::from_second(1_780_000_000).unwrap();
            let organisation = Arc::new(LazyOrganisation::new(60, 1));
            let mut world = World::new(organisation, Duration::from_hours(2), 1, Timestamp::UNIX_EPOCH);
            let token = world.issue(Kind { app: App::Internal, system: None }, now);
            // A good card and a good notice, then spoiled.
            let mut body = json!({
                "cardTemplateId": world.card_templates[0].id, "openConversationId": world.ids.open_conversation_id,
                "outTrackId": "a", "cardData": {}, "agent_id": world.ids.agent_id,
                "msg": {"msgtype": "text", "text": {"content": "a"}}, "status_value": "b",
                "template_id": world.notice_templates[0].template.id, "userid_list": "zengmin",
                "cursor": 0, "size": 10, "offset": 0, "queryWord": "王", "dept_id": 1, "userid": "zengmin",
            });
            for (name, value) in fields {
                body[NAMES[name]] = value;
            }
            let paths = [
                (System::Api, super::super::SEND_CARD), (System::Oapi, super::super::SEND_NOTICE), (System::Oapi, super::super::SEND_FREE),
                (System::Oapi, super::super::UPDATE_STATUS_BAR), (System::Oapi, super::super::UPLOAD),
                (System::Api, "/v1.0/contact/users/search"), (System::Oapi, "/topapi/v2/user/list"),
                (System::Oapi, "/topapi/v2/department/get"), (System::Oapi, "/service/get_corp_token"),
                (System::Api, "/v1.0/oauth2/accessToken"),
            ];
            for (system, path) in paths {
                for (kind, bytes) in [("application/json", body.to_string().into_bytes()), ("application/json", raw.clone()), ("application/x-www-form-urlencoded", raw.clone())] {
                    let call = Call {
                        system,
                        method: "POST".to_owned(),
                        path: path.to_owned(),
                        query: format!("access_token={token}"),
                        headers: vec![
                            ("content-type".to_owned(), kind.to_owned()),
                            ("x-acs-dingtalk-access-token".to_owned(), token.clone()),
                        ],
                        body: bytes,
                    };
                    let outcome = world.answer(&call, now);
                    let answer: Value = serde_json::from_slice(&outcome.reply.body).expect("JSON");
                    match system {
                        System::Api => prop_assert!((outcome.reply.status == 200) == answer["code"].is_null()),
                        System::Oapi => prop_assert!(outcome.reply.status == 200 && answer["errcode"].is_i64()),
                    }
                }
            }
            let shown = format!("{:?}", world.arrivals());
            prop_assert!(!shown.contains(&token), "a token is shown");
        }
    }

    #[test]
    fn another_sandbox_gives_messages_other_ids_and_keeps_the_apps() {
        let world = |seconds| {
            let organisation = Arc::new(LazyOrganisation::new(3, 1));
            let now = Timestamp::from_second(seconds).unwrap();
            World::new(organisation, Duration::from_hours(2), 1, now)
        };
        let (mut first, mut second) = (world(1_780_000_000), world(1_780_000_060));
        assert_eq!(first.ids.app_key, second.ids.app_key);
        let firsts: Vec<u64> = (0..1_000).map(|_| first.next_task()).collect();
        assert!(!firsts.contains(&second.next_task()), "asking about an old message would be told about a new one");
        assert_ne!(first.fresh_letters(31), second.fresh_letters(31));
    }
}
