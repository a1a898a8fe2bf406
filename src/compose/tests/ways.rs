//! Every way of a card: its body, its rules, and that nothing typed is lost when the way changes.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::shown;
use crate::compose::{
    CardDraft, CardVia, CheckContext, Draft, Kind, Severity, ValueKind, Via,
    card::ParamRow,
    check_draft,
    encode::{json_text, wire_text},
    file::{self, DraftFile},
    fix::{self, Fix},
    json,
    ways::{self, CardField, slot::Slot},
};

fn card(via: CardVia, body: &Value) -> CardDraft {
    match Draft::from_body(via, body) {
        Draft::Card(card) => card,
        Draft::Notice(_) => unreachable!("a card was asked for"),
    }
}

/// A value of the right type for every member of a way, each with a text that is found again.
fn full_body(via: CardVia) -> Value {
    let mut body = json!({});
    for (number, (at, field)) in ways::table(via).iter().enumerate() {
        let mark = format!("m{number}{}", via.name());
        let empty = CardDraft::default();
        let value = match empty.slot(*field) {
            Slot::Text(_) => json!(mark),
            Slot::Truth(_) => json!(number % 2 == 0),
            Slot::Integer(_) => json!(number + 1),
            Slot::Ids(_) => json!([mark, format!("{mark}b")]),
            Slot::At(_) | Slot::Pairs(_) => json!({ mark.clone(): mark }),
            Slot::Languages(_) => match field {
                ways::CardField::LastMessage => continue,
                field => json!({ ways::body::languages(*field)[1].1: mark }),
            },
            Slot::Spaces(_) => json!(format!("dtv1.card//IM_GROUP.cid{mark};IM_ROBOT.{mark};ONE_BOX.cid{mark}")),
            Slot::Sources(_) => json!([{ "dynamicDataSourceId": mark, "constParams": {"a": mark},
                "pullConfig": {"pullStrategy": "INTERVAL", "interval": 5, "timeUnit": "SECONDS"} }]),
            Slot::Variables => match field {
                ways::CardField::Params => match via.encoding() {
                    crate::compose::via::Encoding::OneObject => {
                        json!({"title": mark, "sys_full_json_obj": "{\"n\":1.50}",
                        "sys_lastMessageI18n": "{\"zh_CN\":\"报销\",\"zh_HK\":\"報銷\"}"})
                    }
                    crate::compose::via::Encoding::PerVariable => json!({"title": mark, "n": "1.50", "rows": "[1,2]"}),
                },
                _ => json!({"u1": {"cardParamMap": {"seat": mark}}}),
            },
        };
        let mut place = &mut body;
        for name in at.split('/').skip(1) {
            place = &mut place[name];
        }
        *place = value;
    }
    body["unknownOf"] = json!({ via.name(): [1] });
    body
}

#[test]
fn every_member_of_every_way_has_its_field() {
    for via in CardVia::ALL {
        let body = full_body(via);
        let draft = card(via, &body);
        assert_eq!(draft.to_body(), body, "{via:?}");
        let kept: Vec<_> = draft.kept.0.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(kept, ["unknownOf"], "{via:?}");
        let Ok(Draft::Card(again)) = Draft::from_text(via, &draft.to_pretty_text()) else { panic!("{via:?}") };
        assert_eq!(again, draft);
    }
}

#[test]
fn a_switch_there_and_back_keeps_everything_also_through_a_file() {
    for from in CardVia::ALL {
        let body = full_body(from);
        for to in CardVia::ALL {
            let mut draft = card(from, &body);
            draft.switch(to);
            assert_eq!(draft.via, to);
            let saved = file::write(&DraftFile::new(Draft::Card(draft.clone())));
            let opened = file::read(&saved).unwrap_or_else(|error| panic!("{from:?} {to:?} {error}"));
            let Draft::Card(mut opened) = opened.draft else { panic!("a card") };
            assert_eq!(file::write(&DraftFile::new(Draft::Card(opened.clone()))), saved, "{from:?} {to:?}");
            draft.switch(from);
            opened.switch(from);
            for back in [&draft, &opened] {
                let back = back.to_body();
                for (name, value) in body.as_object().unwrap() {
                    assert_eq!(&back[name], value, "{from:?} to {to:?} and back: {name}");
                }
            }
        }
    }
}

#[test]
fn what_was_typed_in_every_way_is_there_in_every_way() {
    // One draft that has been everything, one after the other.
    let mut draft = CardDraft::default();
    for via in CardVia::ALL {
        draft.switch(via);
        let typed = card(via, &full_body(via));
        for (_, field) in ways::table(via) {
            match (typed.slot(*field), draft.slot_mut(*field)) {
                (Slot::Text(from), ways::slot::SlotMut::Text(to)) => to.clone_from(from),
                (Slot::Ids(from), ways::slot::SlotMut::Ids(to)) => to.clone_from(from),
                (Slot::At(from), ways::slot::SlotMut::At(to)) => to.clone_from(from),
                (Slot::Pairs(from), ways::slot::SlotMut::Pairs(to)) => to.clone_from(from),
                (Slot::Truth(from), ways::slot::SlotMut::Truth(to)) => *to = *from,
                (Slot::Integer(from), ways::slot::SlotMut::Integer(to)) => *to = *from,
                (Slot::Languages(from), ways::slot::SlotMut::Languages(to)) => to.clone_from(from),
                (Slot::Spaces(from), ways::slot::SlotMut::Spaces(to)) => to.clone_from(from),
                (Slot::Sources(from), ways::slot::SlotMut::Sources(to)) => to.clone_from(from),
                _ => {}
            }
        }
    }
    let before = draft.clone();
    for via in CardVia::ALL {
        draft.switch(via);
        let mut same = draft.clone();
        same.via = before.via;
        assert_eq!(same, before, "{via:?}");
        let saved = file::write(&DraftFile::new(Draft::Card(draft.clone())));
        assert_eq!(file::read(&saved).unwrap().draft, Draft::Card(draft.clone()), "{via:?}");
        let left = ways::check::left_behind(&draft);
        for field in left {
            assert!(ways::pointer_of(via, field).is_none());
        }
    }
}

#[test]
fn the_private_chat_card_is_carried_over_by_the_documented_mapping() {
    let old = json!({
        "cardTemplateId": "a.schema", "openConversationId": "cidA", "outTrackId": "t", "robotCode": "ding1",
        "receiverUserIdList": ["u1"], "callbackRouteKey": "route",
        "cardData": {"cardParamMap": {"title": "报销", "sys_full_json_obj": "{\"count\": 1.50,\"rows\":[1, 2]}",
            "sys_lastMessageI18n": "{\"zh_CN\":\"甲\",\"zh_HK\":\"乙\",\"ja_JP\":\"丙\",\"en_US\":\"d\"}"}},
        "privateData": {"u1": {"cardParamMap": {"sys_full_json_obj": "{\"ok\":true}"}}},
        "atOpenIds": {"u1": "张三"}, "cardOptions": {"supportForward": true}, "pullStrategy": true,
    });
    let mut draft = card(CardVia::PrivateChat, &old);
    draft.switch(CardVia::CreateAndDeliver);
    let body = draft.to_body();
    assert_eq!(
        body,
        json!({
            "cardTemplateId": "a.schema", "outTrackId": "t", "openSpaceId": "dtv1.card//IM_SINGLE.cidA",
            "callbackType": "HTTP", "callbackRouteKey": "route",
            "cardData": {"cardParamMap": {"title": "报销", "count": "1.50", "rows": "[1,2]"}},
            "privateData": {"u1": {"cardParamMap": {"ok": "true"}}},
            "imSingleOpenSpaceModel": {"supportForward": true,
                "lastMessageI18n": {"ZH_CN": "甲", "EN_US": "d", "JA_JP": "丙"}},
            "imSingleOpenDeliverModel": {"atUserIds": {"u1": "张三"}},
            "openDynamicDataConfig": {"dynamicDataSourceConfigs": [
                {"dynamicDataSourceId": "", "pullConfig": {"pullStrategy": "ONCE"}}]},
        })
    );
    let left: Vec<_> = ways::check::left_behind(&draft);
    assert_eq!(
        left,
        [CardField::Receivers, CardField::Robot, CardField::LastMessage],
        "no counterpart: receivers, robot code, Hong Kong"
    );
    let found = check_draft(&Draft::Card(draft.clone()), &CheckContext::default()).findings;
    let behind = found.iter().find(|finding| finding.code == "card.stays_behind").unwrap();
    assert_eq!(behind.severity, Severity::Warning);
    let words = behind.message(crate::lang::Lang::Zh);
    assert!(words.contains("接收人") && words.contains("会话列表文案"), "{words}");
    draft.switch(CardVia::PrivateChat);
    assert_eq!(draft.to_body(), card(CardVia::PrivateChat, &old).to_body());
}

#[test]
fn a_body_pasted_into_the_wrong_way_goes_over_with_one_press() {
    let body = json!({"cardTemplateId": "a.schema", "outTrackId": "t", "openSpaceId": "dtv1.card//IM_ROBOT.u1",
        "imRobotOpenSpaceModel": {"supportForward": false, "lastMessageI18n": {"ZH_CN": "甲"}},
        "cardData": {"cardParamMap": {"title": "x"}}});
    let mut draft = Draft::from_body(Kind::Card, &body);
    let found = check_draft(&draft, &CheckContext::default()).findings;
    let finding = found.iter().find(|finding| finding.code == "card.member_other_way").unwrap().clone();
    let offered = fix::offer(&draft, &finding).unwrap();
    assert_eq!(offered, Fix::SwitchWay(CardVia::CreateAndDeliver));
    assert!(fix::apply(&mut draft, &finding, &offered, String::new));
    let Draft::Card(card) = &draft else { panic!("a card") };
    assert!(card.kept.is_empty() && card.parked.is_empty(), "{card:?}");
    let mut wanted = body;
    wanted["imRobotOpenDeliverModel"] = json!({"spaceType": "IM_ROBOT"});
    assert_eq!(draft.to_body(), wanted);
}

/// What is found in a body, without the infos.
fn found(via: CardVia, body: &Value) -> Vec<String> {
    let draft = Draft::Card(card(via, body));
    let found = check_draft(&draft, &CheckContext::default()).findings;
    for finding in &found {
        for lang in crate::lang::Lang::ALL {
            let message = finding.message(lang);
            assert!(!message.contains("%{") && !message.contains("finding."), "{message}");
        }
    }
    found.iter().filter(|finding| finding.severity > Severity::Info).map(shown).collect()
}

fn create(change: Value) -> Vec<String> {
    let mut body = json!({"cardTemplateId": "a.schema", "outTrackId": "t", "openSpaceId": "dtv1.card//IM_ROBOT.u1",
        "cardData": {"cardParamMap": {"title": "x"}}});
    let Value::Object(change) = change else { panic!("an object") };
    for (name, value) in change {
        body[name] = value;
    }
    found(CardVia::CreateAndDeliver, &body)
}

#[test]
fn create_and_deliver_has_its_own_rules() {
    let nothing: [&str; 0] = [];
    assert_eq!(create(json!({})), nothing);
    assert_eq!(create(json!({"openSpaceId": ""})), ["e card.spaces_empty /openSpaceId"]);
    assert_eq!(create(json!({"openSpaceId": "IM_GROUP.cid"})), ["e card.spaces_unreadable /openSpaceId"]);
    assert_eq!(
        create(json!({"openSpaceId": "dtv1.card//im_group.x;IM_ROBOT.cidA;IM_ROBOT.;im_single.cidB",
            "imGroupOpenDeliverModel": {"recipients": ["u1"]},
            "imGroupOpenSpaceModel": {"searchSupport": {"searchDesc": "字".repeat(201)}}})),
        [
            "w card.space_wants_conversation /openSpaceId/0",
            "w card.space_wants_person /openSpaceId/1",
            "e card.space_id_empty /openSpaceId/2",
            "e card.forward_missing /imGroupOpenSpaceModel/supportForward",
            "e card.group_robot_missing /imGroupOpenDeliverModel/robotCode",
            "w card.search_desc_long /imGroupOpenSpaceModel/searchSupport/searchDesc",
        ]
    );
    assert_eq!(create(json!({"callbackType": "HTTP"})), ["e card.route_missing /callbackRouteKey"]);
    assert_eq!(create(json!({"callbackType": "http"})), ["e card.callback_type_odd /callbackType"]);
    assert_eq!(create(json!({"callbackRouteKey": "r"})), ["w card.callback_type_missing /callbackType"]);
    assert_eq!(
        create(json!({"openSpaceId": "dtv1.card//ONE_BOX.cidA"})),
        ["e card.top_expires_missing /topOpenDeliverModel/expiredTimeMillis"]
    );
    let source = |config: Value| {
        create(json!({"openDynamicDataConfig": {"dynamicDataSourceConfigs": [
            {"dynamicDataSourceId": "s", "pullConfig": config}]}}))
    };
    let at = "/openDynamicDataConfig/dynamicDataSourceConfigs/0";
    assert_eq!(source(json!({"pullStrategy": "ONCE"})), nothing);
    assert_eq!(source(json!({"pullStrategy": "X"})), [format!("e card.source_strategy_odd {at}")]);
    let short = source(json!({"pullStrategy": "INTERVAL", "interval": 2, "timeUnit": "SECONDS"}));
    assert_eq!(short, [format!("e card.source_interval {at}")]);
    assert_eq!(create(json!({"cardAtUserIds": ["u9"]})), ["w card.card_at_unnamed /cardAtUserIds/0"]);
    let named = json!({"cardAtUserIds": ["u9"], "cardData": {"cardParamMap": {"md": "<a atId=u9>张三</a>"}}});
    assert_eq!(create(named), nothing);
    let key = "k".repeat(101);
    let long = json!({"cardData": {"cardParamMap": {key.clone(): "x", "v": "字".repeat(342)}}});
    assert_eq!(
        create(long),
        [
            format!("e card.key_too_long /cardData/cardParamMap/{key}"),
            "e card.value_too_long /cardData/cardParamMap/v".to_owned()
        ]
    );
}

#[test]
fn the_older_call_and_the_updates_have_theirs() {
    let body = |change: Value| {
        let mut body = json!({"cardTemplateId": "a.schema", "outTrackId": "t", "conversationType": 0,
            "receiverUserIdList": ["u1"], "cardData": {"cardParamMap": {"title": "x"}}});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        found(CardVia::InteractiveCards, &body)
    };
    let nothing: [&str; 0] = [];
    assert_eq!(body(json!({})), nothing);
    assert_eq!(
        body(json!({"openConversationId": "cidA", "robotCode": "r", "chatBotId": "c"})),
        [
            "e card.single_without /openConversationId",
            "e card.single_without /robotCode",
            "e card.single_without /chatBotId"
        ]
    );
    let many: Vec<_> = (0..21).map(|n| format!("u{n}")).collect();
    assert_eq!(body(json!({"receiverUserIdList": many})), ["e card.single_many /receiverUserIdList"]);
    assert_eq!(
        body(json!({"conversationType": 1})),
        ["e card.group_empty /openConversationId", "w card.robot_empty /robotCode"]
    );
    assert_eq!(body(json!({"conversationType": 2})), ["e card.conversation_type_odd /conversationType"]);
    assert_eq!(
        found(CardVia::Update, &json!({"cardUpdateOptions": {}})),
        ["e card.out_track_empty /outTrackId", "e card.update_nothing /cardData"]
    );
    let update = json!({"outTrackId": "t", "cardData": {"cardParamMap": {"title": "x"}}});
    assert_eq!(found(CardVia::Update, &update), ["w card.update_overwrites /cardData/cardParamMap"]);
    let only_private = json!({"outTrackId": "t", "privateData": {"u": {"cardParamMap": {"a": "1"}}}});
    assert_eq!(card(CardVia::UpdateInteractiveCards, &only_private).to_body(), only_private, "no empty cardData");
}

#[test]
fn a_draft_file_names_its_way() {
    for via in CardVia::ALL {
        let draft = Draft::Card(card(via, &full_body(via)));
        let text = file::write(&DraftFile::new(draft.clone()));
        assert_eq!(text.contains("\"via\""), via != CardVia::PrivateChat);
        let opened = file::read(&text).unwrap();
        assert_eq!(opened.draft.via(), Via::Card(via));
        assert_eq!(opened.draft, draft);
    }
    let odd = r#"{"kind":"card","version":1,"via":"createAndDelivr","body":{}}"#;
    let why = file::read(odd).unwrap_err().message(crate::lang::Lang::En);
    assert!(why.contains("\"createAndDeliver\"") && why.contains("\"updateInteractiveCards\""), "{why}");
}

fn any_value() -> impl Strategy<Value = (ValueKind, String)> {
    prop_oneof![
        "\\PC{0,20}".prop_map(|text| (ValueKind::Text, text)),
        "[\\PC\n]{0,20}".prop_map(|text| (ValueKind::Markdown, text)),
        "-?(0|[1-9][0-9]{0,12})(\\.[0-9]{1,4})?".prop_map(|text| (ValueKind::Number, text)),
        any::<bool>().prop_map(|truth| (ValueKind::Boolean, truth.to_string())),
        super::round_trip::any_json_text().prop_map(|text| (ValueKind::Json, text)),
        // Typed and wrong: it must come back all the same.
        ("[a-z0-9{,\\[]{0,6}").prop_map(|text| (ValueKind::Number, text)),
    ]
}

proptest! {
    #![proptest_config(super::cases(300))]

    #[test]
    fn an_encoded_value_decodes_to_itself((kind, value) in any_value()) {
        for via in CardVia::ALL {
            let row = ParamRow { key: "k".to_owned(), kind, value: value.clone() };
            let draft = Draft::Card(CardDraft { via, params: vec![row], ..CardDraft::default() });
            let saved = file::write(&DraftFile::new(draft.clone()));
            let Draft::Card(opened) = file::read(&saved).unwrap().draft else { panic!("a card") };
            let Some(row) = opened.params.first() else {
                prop_assert!(false, "{:?} lost {:?}", via, value);
                continue;
            };
            prop_assert_eq!(row.kind, kind, "{:?}", via);
            prop_assert_eq!(json_text(kind, &row.value).ok(), json_text(kind, &value).ok());
            prop_assert_eq!(wire_text(kind, &row.value), wire_text(kind, &value));
            prop_assert_eq!(opened.to_body(), draft.to_body());
        }
    }

}

proptest! {
    #![proptest_config(super::cases(12))]

    #[test]
    fn any_object_survives_every_way(text in super::round_trip::any_json_text()) {
        let Ok(parsed) = json::parse(&text) else { return Ok(()) };
        for via in CardVia::ALL {
            // Whatever stands under the way's own names, it comes back.
            for (at, _) in ways::table(via) {
                let mut body = json!({});
                let mut place = &mut body;
                for name in at.split('/').skip(1) {
                    place = &mut place[name];
                }
                *place = parsed.value.clone();
                let draft = card(via, &body);
                let again = card(via, &draft.to_body());
                prop_assert_eq!(again.to_body(), draft.to_body(), "{:?} {}", via, at);
                let saved = file::write(&DraftFile::new(Draft::Card(draft.clone())));
                let opened = file::read(&saved).map_err(|error| TestCaseError::fail(format!("{error}")))?;
                prop_assert_eq!(opened.draft.to_body(), draft.to_body());
                check_draft(&opened.draft, &CheckContext::default());
                let mut switched = draft.clone();
                for to in CardVia::ALL {
                    switched.switch(to);
                    check_draft(&Draft::Card(switched.clone()), &CheckContext::default());
                }
            }
        }
    }
}
