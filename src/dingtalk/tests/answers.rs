//! Answers are read leniently, and what cannot be read is named.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::dingtalk::answers::*;

#[test]
fn send_answers_give_their_ids_as_text() {
    let card = json!({ "success": true, "result": { "processQueryKey": "KEY=" } });
    assert_eq!(send_answer(&card).process_query_key.as_deref(), Some("KEY="));
    let notice = json!({ "errcode": 0, "task_id": 282_632_271_040_u64 });
    assert_eq!(send_answer(&notice).task_id.as_deref(), Some("282632271040"));
    assert_eq!(send_answer(&json!({ "task_id": "7" })).task_id.as_deref(), Some("7"));
    assert_eq!(send_answer(&json!([])), SendAnswer::default());
}

#[test]
fn a_send_result_may_lack_any_list() {
    assert_eq!(send_result(&json!({ "errcode": 0, "send_result": {} })).unwrap(), SendResult::default());
    assert_eq!(send_result(&json!({ "errcode": 0 })).unwrap_err().part, "send_result");
    let result = send_result(&json!({ "send_result": {
        "read_user_id_list": ["a", 7], "unread_user_id_list": "b,c", "invalid_dept_id_list": [3],
        "forbidden_user_id_list": ["d", "e"], "forbidden_list": [{ "code": 143_106, "count": 1, "userid": "d" }] } }))
    .unwrap();
    assert_eq!((result.read, result.unread), (vec!["a".to_owned(), "7".into()], vec!["b".to_owned(), "c".into()]));
    let forbidden = |userid: &str, code: &str| Forbidden { userid: userid.into(), code: code.into() };
    assert_eq!(result.forbidden, [forbidden("d", "143106"), forbidden("e", "")]);
    assert_eq!(result.invalid_departments, ["3"]);
}

#[test]
fn progress_and_readers_come_in_every_spelling() {
    let running = json!({ "progress": { "progress_in_percent": "40", "status": 1 } });
    assert_eq!(send_progress(&running).unwrap(), SendProgress { percent: 40, done: false });
    assert_eq!(
        send_progress(&json!({ "progress": { "status": "2" } })).unwrap(),
        SendProgress { percent: 100, done: true }
    );
    assert!(send_progress(&json!({ "errcode": 0 })).is_err());
    let page = json!({ "sendStatus": "SUCCESS", "readUserIds": ["a"], "hasMore": true, "nextToken": "t" });
    let page = card_readers(&page).unwrap();
    assert_eq!((page.read, page.next_token.as_deref(), page.recalled), (vec!["a".to_owned()], Some("t"), false));
    assert!(card_readers(&json!({ "sendStatus": "RECALLED" })).unwrap().recalled);
}

#[test]
fn departments_come_as_numbers_or_strings_or_alone() {
    let many = json!({ "errcode": "0", "result": [
        { "dept_id": 37, "name": "研发部", "parent_id": 1, "create_dept_group": true },
        { "dept_id": "38", "name": "市场部", "parent_id": "1" },
    ]});
    let found = departments(&many).unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[1].id, found[1].parent_id), (38, Some(1)));
    assert_eq!(departments(&json!({ "result": { "dept_id": 1, "name": "x" } })).unwrap().len(), 1);
    assert_eq!(departments(&json!({ "result": [] })).unwrap(), []);
    let one = json!({ "result": { "dept_id": "9", "name": "行政", "member_count": "120" } });
    assert_eq!(department(&one).unwrap().member_count, Some(120));

    let broken = json!({ "result": [{ "dept_id": 1, "name": "a" }, { "name": "b" }] });
    assert_eq!(departments(&broken).unwrap_err().part, "result[1].dept_id");
    assert_eq!(departments(&json!({})).unwrap_err().part, "result");
    assert_eq!(departments(&json!({ "result": [3] })).unwrap_err().part, "result[0]");
}

#[test]
fn a_page_of_people_tells_whether_there_is_another() {
    let page = json!({ "result": { "has_more": "true", "next_cursor": "10", "list": [{
        "userid": "u1", "unionid": "n1", "name": "张三", "title": "", "dept_id_list": "[2,3]", "active": "true" }] } });
    let page = members_page(&page).unwrap();
    assert_eq!(page.next_cursor, Some(10));
    assert_eq!(page.members[0].departments, [2, 3]);
    assert_eq!((page.members[0].active, page.members[0].title.as_deref()), (Some(true), None));
    let last = json!({ "result": { "has_more": false, "next_cursor": 0, "list": { "userid": 12, "name": "李四" } } });
    let last = members_page(&last).unwrap();
    assert_eq!((last.next_cursor, last.members[0].userid.as_str()), (None, "12"));
    assert_eq!(members_page(&json!({ "result": { "has_more": false } })).unwrap(), MembersPage::default());
    // Following a cursor that is not there would read the first page for ever.
    assert_eq!(
        members_page(&json!({ "result": { "has_more": true, "list": [] } })).unwrap_err().part,
        "result.next_cursor"
    );
    let broken = json!({ "result": { "list": [{ "name": "nobody" }] } });
    assert_eq!(members_page(&broken).unwrap_err().part, "result.list[0].userid");
}

#[test]
fn scopes_search_and_authorisation_are_read() {
    let found = scopes(&json!({ "auth_org_scopes": { "authed_user": ["u1"], "authed_dept": [1, "2"] },
        "auth_user_field": ["name"] }));
    assert_eq!(
        found.unwrap(),
        Scopes { departments: vec![1, 2], users: vec!["u1".into()], user_fields: vec!["name".into()] }
    );
    let found = users_found(&json!({ "hasMore": "false", "totalCount": "2", "list": ["a", 5] })).unwrap();
    assert_eq!((found.userids, found.total, found.has_more), (vec!["a".to_owned(), "5".to_owned()], Some(2), false));
    assert_eq!(
        users_found(&json!({ "totalCount": 0 })).unwrap(),
        UsersFound { total: Some(0), ..UsersFound::default() }
    );
    let info = json!({ "auth_info": { "agent": { "agentid": 948, "agent_name": "app" } }, "auth_corp_info": { "corp_name": "甲" } });
    let info = auth_info(&info).unwrap();
    assert_eq!((info.agents[0].agent_id.as_str(), info.corp_name.as_deref()), ("948", Some("甲")));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[\\[\\]{},0-9a-z\"]{0,8}".prop_map(Value::from),
    ];
    let key =
        "(result|list|dept_id|name|userid|has_more|next_cursor|auth_org_scopes|authed_dept|agent|auth_info|task_id)";
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_panics(value in any_json()) {
        drop((send_answer(&value), departments(&value), department(&value), members_page(&value)));
        drop((user(&value), scopes(&value), users_found(&value), auth_info(&value)));
    }
}
