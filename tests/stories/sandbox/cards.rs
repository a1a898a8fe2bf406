//! Cards: what arrives, and every code of the page that input can provoke.

use super::*;

#[test]
fn a_card_arrives_and_each_person_sees_their_own_values() {
    let sandbox = start();
    let token = api_token(&sandbox);
    let before = sandbox.revision();
    let raw = post_api(&sandbox, SEND_CARD, &token, &card(&sandbox));
    assert_eq!(raw.status(), 200);
    assert_eq!(raw.json()["success"], true);
    assert!(raw.head().contains("x-acs-request-id: "));
    assert!(sandbox.revision() > before);

    let arrivals = sandbox.arrivals();
    let arrival = arrivals.last().expect("it arrived");
    let arrived = arrival.card().expect("as a card");
    assert_eq!(raw.json()["result"]["processQueryKey"], arrived.process_query_key.as_str());
    assert_eq!(arrived.last_message[0], ("zh_CN".to_owned(), "蚂蚁分工".to_owned()));
    let names: Vec<&str> = arrived.recipients.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["曾敏", "单雪"]);
    let seen = |id: &str| {
        let person = arrived.recipient(id).expect("a recipient");
        let variables = arrived.variables_for(person);
        variables.iter().map(|variable| format!("{}={}", variable.key, variable.value)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(seen("zengmin"), "title=\"迎新会\" content=\"周五见\" progress=0.50 done=false");
    assert_eq!(seen("shanxue"), "title=\"给单雪\" content=\"周五见\" progress=0.50 done=true");
    assert!(arrived.notes.is_empty());

    // The same id again with other content: accepted, and the old content stays.
    let mut again = card(&sandbox);
    again["cardData"]["cardParamMap"]["title"] = json!("改了");
    assert_eq!(post_api(&sandbox, SEND_CARD, &token, &again).status(), 200);
    let arrivals = sandbox.arrivals();
    let arrived = arrivals.last().and_then(|arrival| arrival.card()).expect("a card");
    assert_eq!(arrived.notes, [CardNote::SameOutTrackId]);
    assert_eq!(arrived.public[0].value, "迎新会");
}

#[test]
fn every_code_of_the_card_page_that_input_can_provoke() {
    let sandbox = start();
    let token = api_token(&sandbox);
    let unpublished = sandbox.card_templates().into_iter().find(|template| !template.published).expect("one").id;
    let repeated =
        sandbox.card_templates().into_iter().find(|template| template.name.contains("重复")).expect("one").id;
    let foreign = format!("cid{}", "A".repeat(40));
    let cases: &[(&str, Value, &str)] = &[
        ("/cardTemplateId", json!(""), "card.templateEmpty"),
        ("/cardTemplateId", json!("nobody.schema"), "cardInstance.wrong"),
        ("/cardTemplateId", json!(unpublished), "cardInstance.wrong"),
        ("/cardTemplateId", json!(repeated), "duplicateKey"),
        ("/outTrackId", Value::Null, "card.outTraceIdEmpty"),
        ("/outTrackId", json!("two words"), "card.outTraceIdError"),
        ("/outTrackId", json!(17), "card.outTraceIdError"),
        ("/outTrackId", json!("x".repeat(101)), "outTrackId.exceed.limit"),
        ("/openConversationId", json!(""), "invalidParameter.cid.empty"),
        ("/openConversationId", json!("12345"), "cidParse.wrong"),
        ("/openConversationId", json!(foreign), "org.notOwn.group"),
        ("/robotCode", json!("dingnobody"), "chatbot.notFound"),
        ("/callbackRouteKey", json!("nowhere"), "callbackUrl.empty"),
        ("/callbackRouteKey", Value::Null, "callbackUrl.empty"),
        ("/receiverUserIdList", json!(["1001,01472825524039877041"]), "userInfo.convertError"),
        ("/receiverUserIdList", json!("zengmin"), "param.invalid"),
        ("/userIdType", json!(2), "userInfo.convertError"),
        ("/userIdType", json!(3), "param.invalid"),
        ("/atOpenIds", json!({"nobody": "谁"}), "userInfo.convertError"),
        ("/atOpenIds", json!({"@ALL": "所有人"}), "param.invalid"),
        ("/cardData", Value::Null, "param.empty"),
        ("/cardData/cardParamMap/title", json!(5), "param.invalid"),
        ("/cardData/cardParamMap/progress", json!("1"), "duplicateKey"),
        ("/privateData/shanxue/cardParamMap/title", json!({"a": 1}), "param.invalid"),
        ("/privateData/shanxue", json!({"cardMediaIdParamMap": {"pic": "http"}}), "getPictureFailed"),
        ("/privateData", json!({"nobody": {}}), "userInfo.convertError"),
        ("/pullStrategy", json!("yes"), "param.invalid"),
        ("", json!({}), "param.empty"),
        ("", json!([]), "param.invalid"),
    ];
    for (place, value, code) in cases {
        let mut body = card(&sandbox);
        match place.rsplit_once('/') {
            None => body = value.clone(),
            Some((parent, name)) => body.pointer_mut(parent).expect("it is there")[name] = value.clone(),
        }
        let raw = post_api(&sandbox, SEND_CARD, &token, &body);
        let answer = raw.json();
        assert_eq!((raw.status(), answer["code"].as_str()), (400, Some(*code)), "{place} = {value}");
        assert!(!answer["message"].as_str().expect("a message").is_empty());
        let arrivals = sandbox.arrivals();
        let arrival = arrivals.last().expect("it arrived");
        assert_eq!(arrival.answer.request_id, answer["requestid"].as_str().expect("a request id"));
        assert!(arrival.card().is_none());
    }
    sandbox.set_rules(Rules { closed_card_api: true, ..Rules::default() });
    let raw = post_api(&sandbox, SEND_CARD, &token, &card(&sandbox));
    assert_eq!(raw.status(), 403);
    assert_eq!(raw.json()["accessdenieddetail"]["requiredScopes"][0], "qyapi_chat_manage");
}

#[test]
fn a_card_addressed_by_unionid_and_one_without_receivers() {
    let sandbox = start();
    let token = api_token(&sandbox);
    let union = sandbox.organisation().person("zengmin").expect("she works here").unionid();
    let body = json!({
        "cardTemplateId": sandbox.card_template_ids()[0], "openConversationId": sandbox.open_conversation_id(),
        "outTrackId": "u", "cardData": {}, "userIdType": 2, "receiverUserIdList": [union],
    });
    assert_eq!(post_api(&sandbox, SEND_CARD, &token, &body).status(), 200);
    assert_eq!(sandbox.arrivals().last().and_then(|a| a.card().cloned()).expect("a card").recipients[0].name, "曾敏");

    let body = json!({
        "cardTemplateId": sandbox.card_template_ids()[0], "openConversationId": sandbox.open_conversation_id(),
        "outTrackId": "v", "cardData": {"cardParamMap": {"sys_full_json_obj": "{a: 1}", "sys_lastMessageI18n": "你好", "nix": ""}},
    });
    assert_eq!(post_api(&sandbox, SEND_CARD, &token, &body).status(), 200);
    let card = sandbox.arrivals().last().and_then(|a| a.card().cloned()).expect("a card");
    assert_eq!(card.recipients.len(), 2, "both people of the conversation");
    assert_eq!(
        card.notes,
        [
            CardNote::FullJsonUnreadable("/cardData/cardParamMap/sys_full_json_obj".to_owned()),
            CardNote::LastMessageUnreadable,
            CardNote::UnknownVariable("nix".to_owned()),
        ]
    );
}
