//! Cards by every way: what goes over the wire, what the sandbox answers, and what the command line tells about it.

use std::process::{Command, Output};

use ding_composer::{
    compose::{CardVia, CheckContext, Draft, check_draft},
    deliver::send::call_of,
    dingtalk::{Secret, call::TOKEN_HEADER},
    sandbox::{CREATE_AND_DELIVER, Effect, Rules, Sandbox, SandboxOptions, Script, UPDATE_CARD},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::raw::{Raw, client, json as answer, run};

/// The command line against a sandbox that goes on living, so that a card can be updated.
struct Desk {
    home: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Desk {
    fn new() -> Self {
        let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
        let home = tempfile::tempdir().unwrap();
        let hosts = sandbox.hosts();
        let settings = format!(
            "[[profile]]\nname = \"org\"\nkind = \"token\"\napi = \"{}\"\noapi = \"{}\"\n",
            hosts.api.as_str(),
            hosts.oapi.as_str()
        );
        std::fs::write(home.path().join("settings.toml"), settings).unwrap();
        Self { home, sandbox }
    }

    fn run(&self, command: &str, via: CardVia, body: &Value, more: &[&str]) -> Output {
        let path = self.home.path().join("draft.json");
        let draft = json!({"kind": "card", "version": 1, "via": via.name(), "body": body});
        std::fs::write(&path, draft.to_string()).unwrap();
        Command::new(env!("CARGO_BIN_EXE_ding-composer"))
            .arg(command)
            .arg(&path)
            .args(more)
            .args(["--lang", "en", "--home"])
            .arg(self.home.path())
            .env("DING_COMPOSER_TOKEN", self.sandbox.pasted_token().open())
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output()
            .unwrap()
    }

    fn send(&self, via: CardVia, body: &Value) -> (i32, Value) {
        let out = self.run("send", via, body, &["--profile", "org", "--yes", "--json"]);
        let text = String::from_utf8(out.stdout).unwrap();
        let error = String::from_utf8_lossy(&out.stderr).into_owned();
        let value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("not one object: {text:?}; {error}"));
        (out.status.code().unwrap(), value)
    }

    fn create(&self, spaces: &str) -> Value {
        json!({
            "cardTemplateId": self.sandbox.card_template_ids()[0],
            "outTrackId": "new-1",
            "openSpaceId": spaces,
            "cardData": {"cardParamMap": {"title": "迎新会", "progress": "0.50", "done": "false", "steps": "[1,2]"}},
            "privateData": {"shanxue": {"cardParamMap": {"title": "给单雪"}}},
            "imGroupOpenSpaceModel": {"supportForward": true, "lastMessageI18n": {"ZH_CN": "迎新", "EN_US": "Welcome"}},
            "imGroupOpenDeliverModel": {"robotCode": self.sandbox.robot_code()},
            "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT"},
        })
    }

    fn group(&self) -> String {
        format!("IM_GROUP.{}", self.sandbox.group_conversation_id())
    }

    /// The title one person sees on the last card that arrived.
    fn title(&self, userid: &str) -> String {
        let arrivals = self.sandbox.arrivals();
        let card = arrivals.iter().rev().find_map(|arrival| arrival.card()).expect("a card");
        let person = card.recipient(userid).expect("a recipient");
        let title = card.variables_for(person).into_iter().find(|variable| variable.key == "title");
        title.map(|title| title.value.as_str().unwrap_or_default().to_owned()).unwrap_or_default()
    }
}

/// What a case does to a body.
type Change = Box<dyn Fn(&mut Value)>;

fn first_call(told: &Value) -> &Value {
    &told["calls"][0]
}

#[test]
fn every_way_goes_out_with_its_own_method_path_and_body() {
    let cases = [
        (
            CardVia::CreateAndDeliver,
            "POST /v1.0/card/instances/createAndDeliver",
            r#"{"cardTemplateId":"t.schema","outTrackId":"o1","openSpaceId":"dtv1.card//IM_ROBOT.u1","cardData":{"cardParamMap":{"n":"1.50","名":"张三"}},"imRobotOpenDeliverModel":{"spaceType":"IM_ROBOT"}}"#,
        ),
        (
            CardVia::InteractiveCards,
            "POST /v1.0/im/interactiveCards/send",
            r#"{"cardTemplateId":"t.schema","receiverUserIdList":["u1"],"outTrackId":"o1","conversationType":0,"cardData":{"cardParamMap":{"sys_full_json_obj":"{\"n\":1.50}"},"cardMediaIdParamMap":{"pic":"@lAL1"}}}"#,
        ),
        (
            CardVia::Update,
            "PUT /v1.0/card/instances",
            r#"{"outTrackId":"o1","cardData":{"cardParamMap":{"n":"2"}},"cardUpdateOptions":{"updateCardDataByKey":true,"updatePrivateDataByKey":false},"userIdType":1}"#,
        ),
        (
            CardVia::UpdateInteractiveCards,
            "PUT /v1.0/im/interactiveCards",
            r#"{"outTrackId":"o1","cardData":{"cardParamMap":{"sys_full_json_obj":"{\"n\":2}"}},"cardOptions":{"updateCardDataByKey":true}}"#,
        ),
    ];
    run(async {
        for (via, line, body) in cases {
            let draft = Draft::from_text(via, body).unwrap();
            let checked = check_draft(&draft, &CheckContext::default());
            let ready = checked.ready.unwrap_or_else(|| panic!("{via:?} {:?}", checked.findings));
            let raw = Raw::always(answer(200, r#"{"success":"true"}"#)).await;
            let token = Secret::new("tok");
            client().call(&raw.hosts(), Some(&token), &call_of(&ready), &CancellationToken::new()).await.unwrap();
            let seen = raw.seen().remove(0);
            assert_eq!(seen.line(), format!("{line} HTTP/1.1"));
            assert_eq!(seen.header(TOKEN_HEADER), Some("tok"));
            assert_eq!(seen.header("content-type"), Some("application/json; charset=utf-8"));
            assert_eq!(seen.body(), body);
        }
    });
}

#[test]
fn a_card_goes_to_a_group_and_a_robot_chat_and_one_place_refuses() {
    let desk = Desk::new();
    let spaces = format!("dtv1.card//{};IM_ROBOT.zengmin;IM_ROBOT.nobody", desk.group());
    let (code, told) = desk.send(CardVia::CreateAndDeliver, &desk.create(&spaces));
    assert_eq!((code, told["outcome"].as_str()), (3, Some("refused")), "{told:#}");
    let call = first_call(&told);
    assert_eq!((call["method"].as_str(), call["path"].as_str()), (Some("POST"), Some(CREATE_AND_DELIVER)));
    assert_eq!(call["http_status"], 200);
    let results = call["deliver_results"].as_array().unwrap();
    let taken: Vec<_> = results.iter().map(|result| result["success"].as_bool().unwrap()).collect();
    assert_eq!(taken, [true, true, false]);
    assert!(results[0]["carrier_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(results[2]["space_id"], "nobody");
    assert_eq!(results[2]["message"], "user not exist");
    assert!(results[2]["explanation"]["fix"].as_str().is_some_and(|fix| !fix.is_empty()));
    assert_eq!(desk.title("zengmin"), "迎新会");
    assert_eq!(desk.title("shanxue"), "给单雪");
    let arrivals = desk.sandbox.arrivals();
    let card = arrivals.last().unwrap().card().unwrap();
    let places: Vec<_> = card.spaces.iter().map(|space| (space.kind.as_str(), space.recipients.len())).collect();
    assert_eq!(places, [("IM_GROUP", 8), ("IM_ROBOT", 1), ("IM_ROBOT", 0)]);
    assert_eq!(card.spaces[0].last_message[0], ("ZH_CN".to_owned(), "迎新".to_owned()));

    // As text for people: each place with its own words.
    let out = desk.run(
        "send",
        CardVia::CreateAndDeliver,
        &{
            let mut again = desk.create(&spaces);
            again["outTrackId"] = json!("new-2");
            again
        },
        &["--profile", "org", "--yes"],
    );
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(text.contains("partly handed over") && text.contains("IM_ROBOT nobody: refused user not exist"), "{text}");

    // The same id again: it exists.
    let (code, told) = desk.send(CardVia::CreateAndDeliver, &desk.create("dtv1.card//IM_ROBOT.zengmin"));
    assert_eq!((code, first_call(&told)["code"].as_str()), (3, Some("param.cardAlreadyExist")));
    assert!(told["findings"].as_array().unwrap().iter().any(|one| one["code"] == "card.out_track_exists"), "{told:#}");
}

#[test]
fn success_on_top_is_no_delivery_and_no_success_is_a_refusal() {
    let desk = Desk::new();
    let (code, told) = desk.send(CardVia::CreateAndDeliver, &desk.create("dtv1.card//IM_GROUP.cidAAAA"));
    assert_eq!((code, told["outcome"].as_str()), (3, Some("refused")));
    assert_eq!(first_call(&told)["deliver_results"][0]["success"], false);
    let order = Effect::RefuseSpace { space: "zeng".to_owned(), message: "robot not found".to_owned() };
    desk.sandbox.script(Script::once(CREATE_AND_DELIVER, order));
    let mut body = desk.create("dtv1.card//IM_ROBOT.zengmin;IM_ROBOT.shanxue");
    body["outTrackId"] = json!("new-3");
    let (_, told) = desk.send(CardVia::CreateAndDeliver, &body);
    assert_eq!(first_call(&told)["deliver_results"][0]["message"], "robot not found");
    let no = br#"{"success":false,"result":{"deliverResults":[{"spaceType":"IM_ROBOT","spaceId":"zengmin","success":false,"errorMsg":"x"}]}}"#;
    let effect = Effect::Body { status: 200, content_type: "application/json".to_owned(), bytes: no.to_vec() };
    desk.sandbox.script(Script::once(CREATE_AND_DELIVER, effect));
    body["outTrackId"] = json!("new-4");
    let (code, told) = desk.send(CardVia::CreateAndDeliver, &body);
    assert_eq!((code, told["outcome"].as_str()), (3, Some("refused")));
    assert_eq!(first_call(&told)["deliver_results"][0]["message"], "x", "{told:#}");
}

#[test]
fn every_code_of_create_and_deliver_that_input_can_provoke() {
    let desk = Desk::new();
    let template = |wanted: fn(&ding_composer::sandbox::CardTemplate) -> bool| {
        desk.sandbox.card_templates().into_iter().find(wanted).expect("one").id
    };
    let unpublished = template(|template| !template.published);
    let spaces = "dtv1.card//IM_ROBOT.zengmin";
    // Straight to the sandbox: most of these the check would hold back.
    let post = |change: &dyn Fn(&mut Value)| {
        let mut body = desk.create(spaces);
        body["outTrackId"] = json!(uuid::Uuid::new_v4().to_string());
        change(&mut body);
        let token = desk.sandbox.pasted_token();
        let call = ding_composer::dingtalk::calls::with_body(
            &ding_composer::dingtalk::endpoint::CREATE_AND_DELIVER,
            body.to_string(),
        );
        let hosts = desk.sandbox.hosts();
        let done = run_blocking(async { client().call(&hosts, Some(&token), &call, &CancellationToken::new()).await });
        match done {
            Ok(_) => "ok".to_owned(),
            Err(failure) => failure.fault.refusal().and_then(|refusal| refusal.code.clone()).unwrap_or_default(),
        }
    };
    assert_eq!(post(&|_| {}), "ok");
    let cases: Vec<(&str, Change)> = vec![
        ("param.cardTemplateIdEmpty", Box::new(|body| body["cardTemplateId"] = json!(""))),
        ("param.templateNotExist", Box::new(|body| body["cardTemplateId"] = json!("nobody.schema"))),
        ("param.templateUnpublished", Box::new(move |body| body["cardTemplateId"] = json!(unpublished))),
        ("param.outTrackIdEmpty", Box::new(|body| body["outTrackId"] = Value::Null)),
        ("param.cardPublicDataEmpty", Box::new(|body| body["cardData"] = Value::Null)),
        ("param.openSpaceIdEmpty", Box::new(|body| body["openSpaceId"] = json!(""))),
        ("param.openSpaceIdInvalid", Box::new(|body| body["openSpaceId"] = json!("cidA"))),
        ("param.openSpaceModelInvalid", Box::new(|body| body["imRobotOpenSpaceModel"] = json!({}))),
        ("param.openDeliverModelError", Box::new(|body| body["imGroupOpenDeliverModel"] = json!({}))),
        ("param.openDeliverModelEmpty", Box::new(|body| body["imRobotOpenDeliverModel"] = Value::Null)),
        ("param.userIdNotExist", Box::new(|body| body["privateData"] = json!({"nobody": {"cardParamMap": {}}}))),
        ("param.invalid", Box::new(|body| body["cardData"]["cardParamMap"]["n"] = json!(1))),
        ("param.invalid", Box::new(|body| body["cardData"]["cardParamMap"]["n"] = json!("x".repeat(1025)))),
        ("param.invalid", Box::new(|body| body["callbackType"] = json!("http"))),
        (
            "param.dynamicSourceIdEmpty",
            Box::new(|body| body["openDynamicDataConfig"] = json!({"dynamicDataSourceConfigs": [{}]})),
        ),
    ];
    for (code, change) in cases {
        assert_eq!(post(&change), code);
        // Each is explained, in both languages.
        let entry = ding_composer::catalogue::lookup(ding_composer::dingtalk::System::Api, code, None);
        for lang in ding_composer::lang::Lang::ALL {
            assert!(entry.and_then(|entry| entry.words(lang)).is_some_and(|words| !words.fix.is_empty()), "{code}");
        }
    }
    desk.sandbox.set_rules(Rules { no_card_instance_write: true, ..Rules::default() });
    let (code, told) = desk.send(CardVia::CreateAndDeliver, &desk.create(spaces));
    assert_eq!((code, first_call(&told)["http_status"].as_u64()), (3, Some(403)));
    assert_eq!(first_call(&told)["explanation"]["scopes"], json!(["Card.Instance.Write"]));
}

fn run_blocking<T>(future: impl std::future::Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn an_update_says_before_what_it_would_erase_and_changes_the_card() {
    let desk = Desk::new();
    let (code, _) = desk.send(CardVia::CreateAndDeliver, &desk.create("dtv1.card//IM_ROBOT.zengmin;IM_ROBOT.shanxue"));
    assert_eq!(code, 0);
    let mut update = json!({"outTrackId": "new-1", "cardData": {"cardParamMap": {"title": "改期了"}},
        "cardUpdateOptions": {"updateCardDataByKey": true}});
    let (code, told) = desk.send(CardVia::Update, &update);
    assert_eq!((code, told["outcome"].as_str()), (0, Some("handed_over")), "{told:#}");
    let call = first_call(&told);
    assert_eq!((call["method"].as_str(), call["path"].as_str()), (Some("PUT"), Some(UPDATE_CARD)));
    assert_eq!(desk.title("zengmin"), "改期了");
    assert_eq!(desk.title("shanxue"), "给单雪", "her own value stays");
    let last = |desk: &Desk| desk.sandbox.arrivals().iter().rev().find_map(|arrival| arrival.card().cloned()).unwrap();
    assert_eq!(last(&desk).public.len(), 4, "by key: the rest stays");

    update["cardUpdateOptions"] = Value::Null;
    update.as_object_mut().unwrap().remove("cardUpdateOptions");
    let (code, told) = desk.send(CardVia::Update, &update);
    assert_eq!(code, 0);
    let findings = told["findings"].as_array().unwrap();
    let erases = findings.iter().find(|one| one["code"] == "card.update_erases").expect("it says what goes");
    let words = erases["message"].as_str().unwrap();
    assert!(words.contains("progress, done, steps"), "{words}");
    assert_eq!(last(&desk).public.len(), 1, "overwritten");

    update["outTrackId"] = json!("never-sent");
    let (code, told) = desk.send(CardVia::Update, &update);
    assert_eq!((code, first_call(&told)["code"].as_str()), (3, Some("param.cardNotExist")));
    assert!(told["findings"].as_array().unwrap().iter().any(|one| one["code"] == "card.update_unknown"));
}

#[test]
fn the_older_call_for_groups_and_its_update() {
    let desk = Desk::new();
    let group = json!({
        "cardTemplateId": desk.sandbox.card_template_ids()[0], "outTrackId": "old-1", "conversationType": 1,
        "openConversationId": desk.sandbox.group_conversation_id(), "robotCode": desk.sandbox.robot_code(),
        "cardData": {"cardParamMap": {"title": "迎新会", "sys_full_json_obj": "{\"done\":false}"}},
    });
    let (code, told) = desk.send(CardVia::InteractiveCards, &group);
    assert_eq!(code, 0, "{told:#}");
    assert_eq!(desk.title("zengmin"), "迎新会");
    let update = json!({"outTrackId": "old-1", "cardData": {"cardParamMap": {"sys_full_json_obj": "{\"done\":true}"}},
        "cardOptions": {"updateCardDataByKey": true}});
    let (code, told) = desk.send(CardVia::UpdateInteractiveCards, &update);
    assert_eq!((code, told["outcome"].as_str()), (0, Some("handed_over")), "success is a text there: {told:#}");
    assert_eq!(desk.title("zengmin"), "迎新会");
    // One person, in the robot's own chat; and the app may be too new for both.
    let single = json!({"cardTemplateId": desk.sandbox.card_template_ids()[0], "outTrackId": "old-2",
        "conversationType": 0, "receiverUserIdList": ["zengmin"], "cardData": {"cardParamMap": {"title": "x"}}});
    assert_eq!(desk.send(CardVia::InteractiveCards, &single).0, 0);
    desk.sandbox.set_rules(Rules { closed_card_api: true, ..Rules::default() });
    let (code, told) = desk.send(CardVia::InteractiveCards, &single);
    assert_eq!((code, first_call(&told)["http_status"].as_u64()), (3, Some(403)));
    let fix = first_call(&told)["explanation"]["fix"].as_str().unwrap();
    assert!(fix.contains("Create and deliver") && fix.contains("Card.Instance.Write"), "{fix}");
}

#[test]
fn a_wrong_id_or_an_over_long_value_is_a_finding_that_names_the_limit() {
    let desk = Desk::new();
    let mut body = desk.create("dtv1.card//IM_ROBOT.zeng min");
    body["cardData"]["cardParamMap"]["title"] = json!("字".repeat(342));
    let out = desk.run("check", CardVia::CreateAndDeliver, &body, &["--json"]);
    assert_eq!(out.status.code(), Some(1));
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    let findings = told["findings"].as_array().unwrap();
    let found = |code: &str| findings.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{told:#}"));
    assert_eq!(found("card.space_id_bad")["pointer"], "/openSpaceId/0");
    let long = found("card.value_too_long");
    assert_eq!(long["limit"], json!({"max": 1024, "actual": 1026, "unit": "bytes"}));
    assert!(desk.sandbox.arrivals().is_empty());
}
