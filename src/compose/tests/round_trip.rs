//! Nothing is lost between a body, the form and a body again.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::compose::{
    CardDraft, Draft, Kept, KeptMember, Kind, NoticeDraft, PersonRef, Severity, ValueKind,
    card::{AtPerson, LastMessage, ParamRow, PrivateColumn, PrivateRow, PrivateTable},
    encode::{FULL_JSON, LAST_MESSAGE, json_text},
    file::{self, DraftFile},
    fix::{apply, offer},
    json::{self, Data, Node},
    locate::field_of,
    pointer,
};

fn number() -> impl Strategy<Value = Value> {
    prop_oneof!["-?(0|[1-9][0-9]{0,25})", "-?(0|[1-9][0-9]{0,3})\\.[0-9]{1,6}", "[1-9]e[+-]?[0-9]{1,2}"]
        .prop_map(|text| json::parse(&text).unwrap().value)
}

/// Texts that are somebody's JSON, or nearly.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "\\PC{0,12}",
        1 => Just(String::new()),
        1 => "[a-z\n\t\"\\\\{}:]{0,12}",
        2 => small_json().prop_map(|value| value.to_string()),
        1 => Just("{ \"count\" : 1.50, \"ok\":true, \"rows\": [ 1,2 ], \"s\": \"x\", \"count\": 2 }".to_owned()),
        1 => Just("{\"zh_CN\":\"蚂蚁\",\"vi_VN\":\"kiến\",\"en_US\":\"\",\"ja_JP\":5}".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "title", "count", FULL_JSON, LAST_MESSAGE, "cardParamMap", "cardMediaIdParamMap", "config", "a/b", "~", "",
            "u1", "u2", "@ALL", "supportForward", "zh_CN", "vi_VN", "$serde_json::private::Number",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ]
}

fn small_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number(),
        "\\PC{0,8}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name(), inner), 0..5).prop_map(object),
        ]
    })
}

/// Any JSON as text.
pub fn any_json_text() -> impl Strategy<Value = String> {
    // The magic member is the one thing serde_json reads as something else.
    small_json().prop_map(|value| value.to_string()).prop_filter("magic", |text| !text.contains("$serde_json"))
}

fn object(members: Vec<(String, Value)>) -> Value {
    Value::Object(members.into_iter().collect::<Map<_, _>>())
}

fn map_of(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec((name(), value), 0..6).prop_map(object)
}

fn param_map() -> impl Strategy<Value = Value> {
    map_of(prop_oneof![5 => text().prop_map(Value::String), 1 => small_json()])
}

fn holder() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (param_map(), map_of(small_json())).prop_map(|(params, mut others)| {
            others["cardParamMap"] = params;
            others
        }),
        1 => map_of(small_json()),
        1 => small_json(),
    ]
}

fn card_body() -> impl Strategy<Value = Value> {
    let texts = prop::sample::select(vec![
        "cardTemplateId",
        "openConversationId",
        "robotCode",
        "callbackRouteKey",
        "outTrackId",
    ]);
    let member = prop_oneof![
        4 => (texts.prop_map(str::to_owned), text().prop_map(Value::String)),
        2 => (Just("cardData".to_owned()), holder()),
        2 => (Just("privateData".to_owned()), map_of(holder())),
        1 => (Just("atOpenIds".to_owned()), map_of(prop_oneof![text().prop_map(Value::String), small_json()])),
        1 => (Just("receiverUserIdList".to_owned()), prop::collection::vec(text().prop_map(Value::String), 0..4).prop_map(Value::Array)),
        1 => (Just("userIdType".to_owned()), number()),
        1 => (Just("cardOptions".to_owned()), map_of(small_json())),
        1 => (Just("pullStrategy".to_owned()), small_json()),
        1 => (name(), small_json()),
        1 => (prop::sample::select(vec!["cardData", "privateData", "atOpenIds", "userIdType", "receiverUserIdList"]).prop_map(str::to_owned), small_json()),
    ];
    prop::collection::vec(member, 0..9).prop_map(object)
}

fn notice_body() -> impl Strategy<Value = Value> {
    let texts = prop::sample::select(vec!["template_id", "userid_list", "dept_id_list", "data", "agent_id"]);
    let member = prop_oneof![
        4 => (texts.prop_map(str::to_owned), prop_oneof![text(), "[a-z0-9,, ]{0,9}"].prop_map(Value::String)),
        1 => (Just("agent_id".to_owned()), number()),
        1 => (Just("data".to_owned()), map_of(prop_oneof![text().prop_map(Value::String), small_json()]).prop_map(|v| Value::String(v.to_string()))),
        1 => (name(), small_json()),
        1 => (prop::sample::select(vec!["data", "userid_list", "template_id"]).prop_map(str::to_owned), small_json()),
    ];
    prop::collection::vec(member, 0..7).prop_map(object)
}

/// JSON text of an object as the object itself, so that space inside it does not count.
fn unpacked(value: &Value) -> Option<Map<String, Value>> {
    match json::parse(value.as_str()?).ok()?.value {
        Value::Object(map) => Some(map),
        _ => None,
    }
}

/// What the documentation of `card_read` allows to change, taken out.
fn normal_params(value: &mut Value) {
    let Value::Object(params) = value else { return };
    if let Some(full) = params.get(FULL_JSON).and_then(unpacked) {
        params.remove(FULL_JSON);
        if !full.is_empty() {
            params.insert(FULL_JSON.to_owned(), json!({"unpacked": full}));
        }
    }
}

fn normal_card(mut body: Value) -> Value {
    let Value::Object(map) = &mut body else { return body };
    for name in ["cardTemplateId", "openConversationId", "robotCode", "callbackRouteKey", "outTrackId"] {
        if map.get(name) == Some(&json!("")) {
            map.remove(name);
        }
    }
    for (name, empty) in [
        ("receiverUserIdList", json!([])),
        ("atOpenIds", json!({})),
        ("cardOptions", json!({})),
        ("privateData", json!({})),
    ] {
        if map.get(name) == Some(&empty) {
            map.remove(name);
        }
    }
    let data = map.entry("cardData").or_insert_with(|| json!({}));
    if let Value::Object(data) = data {
        let params = data.entry("cardParamMap").or_insert_with(|| json!({}));
        normal_params(params);
        if let Some(mut message) = params.get(LAST_MESSAGE).and_then(unpacked) {
            message.retain(|name, text| !(LastMessage::LOCALES.contains(&name.as_str()) && *text == json!("")));
            params.as_object_mut().unwrap().remove(LAST_MESSAGE);
            if !message.is_empty() {
                params.as_object_mut().unwrap().insert(LAST_MESSAGE.to_owned(), json!({"unpacked": message}));
            }
        }
    }
    if let Some(Value::Object(people)) = map.get_mut("privateData") {
        for person in people.values_mut() {
            if let Value::Object(person) = person {
                normal_params(person.entry("cardParamMap").or_insert_with(|| json!({})));
            }
        }
    }
    body
}

fn normal_notice(mut body: Value) -> Value {
    let Value::Object(map) = &mut body else { return body };
    for name in ["agent_id", "template_id", "userid_list", "dept_id_list", "data"] {
        if map.get(name) == Some(&json!("")) {
            map.remove(name);
        }
    }
    if let Some(Value::String(id)) = map.get("agent_id")
        && let Ok(Value::Number(number)) = json::parse(id).map(|parsed| parsed.value)
        && number.as_str() == id
    {
        map["agent_id"] = Value::Number(number);
    }
    if let Some(data) = map.get("data").and_then(unpacked) {
        map.remove("data");
        if !data.is_empty() {
            map.insert("data".to_owned(), json!({"unpacked": data}));
        }
    }
    body
}

fn same_after(kind: Kind, body: &Value) -> Result<(), TestCaseError> {
    let normal = |body: Value| if kind == Kind::Card { normal_card(body) } else { normal_notice(body) };
    let draft = Draft::from_body(kind, body);
    prop_assert_eq!(normal(draft.to_body()), normal(body.clone()));
    // The JSON view: its text is read back to the same draft but for what a body cannot hold.
    let again =
        Draft::from_text(kind, &draft.to_pretty_text()).map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
    prop_assert_eq!(again.to_body(), draft.to_body());
    let compact = serde_json::to_string(&draft.to_body()).unwrap();
    prop_assert_eq!(json::parse(&compact).unwrap().value, draft.to_body());
    // A file.
    let saved = file::write(&DraftFile::new(draft.clone()));
    let opened = file::read(&saved).map_err(|error| TestCaseError::fail(format!("{error}")))?;
    prop_assert_eq!(opened.draft.to_body(), draft.to_body());
    prop_assert_eq!(file::write(&opened), saved);
    // Checking never panics.
    super::findings(&draft);
    Ok(())
}

proptest! {
    #![proptest_config(super::cases(400))]

    #[test]
    fn no_member_of_a_card_is_lost(body in card_body()) {
        same_after(Kind::Card, &body)?;
    }

    #[test]
    fn no_member_of_a_notice_is_lost(body in notice_body()) {
        same_after(Kind::Notice, &body)?;
    }

    #[test]
    fn any_object_survives_both_forms(body in map_of(small_json())) {
        same_after(Kind::Card, &body)?;
        same_after(Kind::Notice, &body)?;
    }

    #[test]
    fn rows_survive_a_saved_file_whatever_was_typed(
        rows in prop::collection::vec((name(), prop::sample::select(ValueKind::ALL.to_vec()), text()), 0..8),
    ) {
        let params: Vec<_> = rows
            .into_iter()
            .filter(|(key, kind, _)| {
                !key.is_empty() && (kind.in_full_json() || ![FULL_JSON, LAST_MESSAGE].contains(&key.as_str()))
            })
            .map(|(key, kind, value)| ParamRow { key, kind, value })
            .collect();
        let draft = Draft::Card(CardDraft { params: params.clone(), ..CardDraft::default() });
        let Draft::Card(opened) = file::read(&file::write(&DraftFile::new(draft))).unwrap().draft else { panic!() };
        let lines = |rows: &[ParamRow]| -> Vec<_> {
            rows.iter()
                .map(|row| match json_text(row.kind, &row.value) {
                    Ok(text) => (row.key.clone(), row.kind, text),
                    Err(error) => (row.key.clone(), row.kind, format!("{error:?} {}", row.value)),
                })
                .collect()
        };
        prop_assert_eq!(lines(&opened.params), lines(&params));
    }
}

/// Every single value of a body with its place, also those of members that stand twice and those inside JSON texts;
/// without the empty ones that `card_read` allows to vanish.
fn leaves(draft: &Draft) -> Vec<String> {
    fn walk(at: &str, node: &Node, found: &mut Vec<String>) {
        match &node.data {
            Data::Object(members) => {
                for member in members {
                    walk(&pointer::join(at, &member.name), &member.node, found);
                }
            }
            Data::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    walk(&pointer::element(at, n), item, found);
                }
            }
            Data::Text(text) if at.ends_with(FULL_JSON) || at.ends_with(LAST_MESSAGE) => match json::parse_node(text) {
                Ok(inner) if matches!(inner.data, Data::Object(_)) => walk(at, &inner, found),
                _ => found.push(format!("{at}={text:?}")),
            },
            Data::Text(text) if text.is_empty() && (at.matches('/').count() == 1 || at.contains(LAST_MESSAGE)) => {}
            data => found.push(format!("{at}={data:?}")),
        }
    }
    let mut found = Vec::new();
    walk("", &json::parse_node(&draft.to_pretty_text()).unwrap(), &mut found);
    found.sort();
    found
}

/// Anything a person can make in the form, mistakes included.
fn form_made() -> impl Strategy<Value = CardDraft> {
    let kind = || prop::sample::select(ValueKind::ALL.to_vec());
    let id =
        || prop_oneof![prop::sample::select(vec!["u1", "u2", "a/b", "", "@ALL"]).prop_map(str::to_owned), "\\PC{0,4}"];
    let person = move || id().prop_map(|id| PersonRef { id, name: String::new() });
    let params = prop::collection::vec((name(), kind(), text()), 0..6);
    let table = (prop::collection::vec((name(), kind()), 0..4), prop::collection::vec(person(), 0..4)).prop_flat_map(
        |(columns, people)| {
            let cells = prop::collection::vec(prop::option::of(text()), columns.len());
            (Just(columns), Just(people.clone()), prop::collection::vec(cells, people.len()))
        },
    );
    let parents = vec![
        "",
        "/cardData",
        "/cardData/cardParamMap",
        "/cardData/cardParamMap/sys_lastMessageI18n",
        "/privateData",
        "/privateData/u1",
        "/privateData/u1/cardParamMap",
        "/atOpenIds",
        "/cardOptions",
        "/made/up",
    ];
    let kept = prop::collection::vec((prop::sample::select(parents), name(), small_json()), 0..4);
    let at = prop::collection::vec((id(), text()), 0..3);
    (params, table, kept, at, prop::collection::vec(person(), 0..3), text()).prop_map(
        |(params, (columns, people, cells), kept, at, receivers, zh)| {
            let rows = people
                .into_iter()
                .zip(cells)
                .map(|(person, cells)| PrivateRow { person, cells: cells.into() })
                .collect();
            let columns = columns.into_iter().map(|(key, kind)| PrivateColumn { key, kind }).collect();
            let mut last_message = LastMessage::default();
            last_message.texts[0] = zh;
            let kept =
                kept.into_iter().map(|(parent, name, value)| KeptMember { parent: parent.to_owned(), name, value });
            CardDraft {
                receivers: receivers.into(),
                at_open_ids: at.into_iter().map(|(id, name)| AtPerson { id, name }).collect(),
                params: params.into_iter().map(|(key, kind, value)| ParamRow { key, kind, value }).collect(),
                last_message,
                private: std::sync::Arc::new(PrivateTable { columns, rows }),
                kept: Kept(kept.collect()),
                ..CardDraft::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(super::cases(400))]

    #[test]
    fn whatever_the_form_holds_can_be_saved_opened_and_shown_as_json(card in form_made()) {
        let draft = Draft::Card(card);
        let saved = file::write(&DraftFile::new(draft.clone()));
        let opened = file::read(&saved).map_err(|error| TestCaseError::fail(format!("{error}\n{saved}")))?.draft;
        prop_assert_eq!(leaves(&opened), leaves(&draft));
        let again = file::read(&file::write(&DraftFile::new(opened.clone()))).unwrap().draft;
        prop_assert_eq!(leaves(&again), leaves(&draft));
        // What blocks sending still does.
        let errors = |draft: &Draft| super::findings(draft).iter().filter(|f| f.severity == Severity::Error).count();
        prop_assert_eq!(errors(&opened) > 0, errors(&draft) > 0);
        let mut viewed = Draft::from_text(Kind::Card, &opened.to_pretty_text()).unwrap();
        viewed.remember(&opened);
        prop_assert_eq!(leaves(&viewed), leaves(&draft));
        for finding in super::findings(&draft) {
            field_of(&draft, &finding);
            if let Some(fix) = offer(&draft, &finding) {
                let mut draft = draft.clone();
                apply(&mut draft, &finding, &fix, || "fresh".to_owned());
            }
        }
    }
}

#[test]
fn values_that_are_no_text_travel_in_one_object_exactly_as_typed() {
    let row = |key: &str, kind, value: &str| ParamRow { key: key.to_owned(), kind, value: value.to_owned() };
    let card = CardDraft {
        params: vec![
            row("title", ValueKind::Text, "1.50"),
            row("price", ValueKind::Number, " 1.50 "),
            row("big", ValueKind::Number, "123456789012345678901234567890"),
            row("ok", ValueKind::Boolean, "true"),
            row("rows", ValueKind::Json, "[\n  {\"n\": 1.0},\n  \"a b\"\n]"),
            row("intro", ValueKind::Markdown, "第一行\n第二行"),
        ],
        ..CardDraft::default()
    };
    assert_eq!(
        card.to_text(),
        "{\"cardData\":{\"cardParamMap\":{\"title\":\"1.50\",\"intro\":\"第一行\\n第二行\",\"sys_full_json_obj\":\
         \"{\\\"price\\\":1.50,\\\"big\\\":123456789012345678901234567890,\\\"ok\\\":true,\\\"rows\\\":[{\\\"n\\\":1.0},\\\"a b\\\"]}\"}}}"
    );
    let back = CardDraft::from_body(&card.to_body());
    let kinds: Vec<_> = back.params.iter().map(|row| (row.key.as_str(), row.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("title", ValueKind::Text),
            ("intro", ValueKind::Markdown),
            ("price", ValueKind::Number),
            ("big", ValueKind::Number),
            ("ok", ValueKind::Boolean),
            ("rows", ValueKind::Json)
        ]
    );
}

#[test]
fn what_the_form_does_not_know_stays_where_it_stood() {
    let body = json!({
        "cardTemplateId": 5,
        "cardData": {"config": {"autoLayout": true}, "cardParamMap": {"n": 1, "sys_lastMessageI18n": "{\"vi_VN\":\"x\",\"zh_CN\":\"y\"}"}},
        "privateData": {"u1": {"cardMediaIdParamMap": {"pic": "@l"}, "cardParamMap": {"a": "1", "b": null}}, "u2": 7},
        "atOpenIds": {"u1": "名", "u2": ["x"]},
        "cardOptions": {"supportForward": "yes", "other": 1},
        "unknown": [1, 2]
    });
    let mut card = CardDraft::from_body(&body);
    assert_eq!(normal_card(card.to_body()), normal_card(body.clone()));
    let kept: Vec<_> = card.kept.0.iter().map(KeptMember::pointer).collect();
    assert_eq!(
        kept,
        [
            "/cardTemplateId",
            "/cardData/config",
            "/cardData/cardParamMap/n",
            "/cardData/cardParamMap/sys_lastMessageI18n/vi_VN",
            "/privateData/u1/cardMediaIdParamMap",
            "/privateData/u1/cardParamMap/b",
            "/privateData/u2",
            "/atOpenIds/u2",
            "/cardOptions/supportForward",
            "/cardOptions/other",
            "/unknown"
        ]
    );
    // Another id takes along what is kept for the person; removing the person removes it.
    let person = PersonRef { id: "a/b".to_owned(), name: "张三".to_owned() };
    card.change_private_person(0, person);
    assert_eq!(card.to_body()["privateData"]["a/b"], body["privateData"]["u1"]);
    card.remove_private_rows(|_, row| row.person.id == "a/b");
    assert_eq!(card.to_body()["privateData"], json!({"u2": 7}));
    // A field of the form that gets a value wins over what was kept for it.
    card.card_template_id = "t.schema".to_owned();
    assert_eq!(card.to_body()["cardTemplateId"], json!("t.schema"));
}

#[test]
fn variables_that_stand_twice_are_two_rows_and_stay_two_members_of_the_text() {
    let text = r#"{"cardData":{"cardParamMap":{"a":"1","a":"2","sys_full_json_obj":"{\"n\":1,\"n\":2}"}},"privateData":{"u":{"cardParamMap":{"x":"1","x":"2"}},"u":{"cardParamMap":{}}}}"#;
    let draft = super::draft(Kind::Card, text);
    let Draft::Card(card) = &draft else { panic!() };
    assert_eq!(card.params.len(), 4);
    assert_eq!(card.private.rows.len(), 2);
    assert_eq!(card.private.columns.len(), 2);
    assert_eq!(card.to_text(), text);
}

#[test]
fn a_notice_speaks_the_apis_own_names() {
    let body = json!({"agent_id": 948_060_598, "template_id": "e27a", "userid_list": "123,456", "dept_id_list": "421897262", "data": "{\"名字\":\"张三\",\"n\":5}"});
    let notice = NoticeDraft::from_body(&body);
    assert_eq!(notice.users.len(), 2);
    assert_eq!(notice.data[0].value, "张三");
    assert_eq!(notice.to_body(), body);
    assert_eq!(notice.data_text().as_deref(), Some("{\"名字\":\"张三\",\"n\":5}"), "real UTF-8, no escapes");
    let odd = json!({"agent_id": "abc", "userid_list": ["a"], "data": "[1]", "data2": {}});
    assert_eq!(NoticeDraft::from_body(&odd).to_body(), odd);
}
