//! The directory, walked as a picker does it.

use super::*;

#[test]
fn the_directory_is_walked_from_the_root_and_everyone_is_found_once() {
    let sandbox = start();
    let token = oapi_token(&sandbox);
    let post = |path: &str, fields: &[(&str, &str)]| post_form(&sandbox, path, &token, fields);
    let (mut open, mut seen, mut departments) = (vec![1_u64], std::collections::BTreeSet::new(), 0);
    while let Some(id) = open.pop() {
        departments += 1;
        let id = id.to_string();
        let below = post("/topapi/v2/department/listsub", &[("dept_id", &id)]);
        open.extend(below["result"].as_array().expect("a list").iter().filter_map(|child| child["dept_id"].as_u64()));
        let mut cursor = 0_u64;
        loop {
            let page =
                post("/topapi/v2/user/list", &[("dept_id", &id), ("cursor", &cursor.to_string()), ("size", "7")]);
            let list = page["result"]["list"].as_array().expect("a list");
            seen.extend(list.iter().filter_map(|person| person["userid"].as_str().map(str::to_owned)));
            if page["result"]["has_more"] == false {
                break;
            }
            cursor = page["result"]["next_cursor"].as_u64().expect("where to go on");
        }
    }
    let organisation = sandbox.organisation();
    assert_eq!(departments, organisation.departments().len());
    assert_eq!(seen.len(), organisation.people().len() - 1, "all but the hidden person");
    let root = post("/topapi/v2/department/get", &[("dept_id", "1")]);
    assert_eq!(root["result"]["member_count"], seen.len());

    let zeng = post("/topapi/v2/user/get", &[("userid", "zengmin")]);
    assert_eq!(zeng["result"]["name"], "曾敏");
    assert_eq!(errcode(&post("/topapi/v2/user/get", &[("userid", "nobody")])), 33012);
    assert_eq!(errcode(&post("/topapi/v2/user/get", &[("userid", "zhoushenzhi")])), 50002);
    assert_eq!(errcode(&post("/topapi/v2/user/get", &[])), 40);
    assert_eq!(errcode(&post("/topapi/v2/department/listsub", &[("dept_id", "77")])), 60003);
    assert_eq!(errcode(&post("/topapi/v2/user/list", &[("dept_id", "1"), ("cursor", "0"), ("size", "101")])), 40035);
    assert_eq!(errcode(&post("/topapi/v2/user/listt", &[])), 22);
    let target = format!("/topapi/v2/user/get?access_token={token}");
    assert_eq!(errcode(&exchange(&sandbox.hosts().oapi, "GET", &target, &[], b"").json()), 43002);

    let api = api_token(&sandbox);
    let search = |word: &str, size: u64| {
        post_api(&sandbox, "/v1.0/contact/users/search", &api, &json!({"queryWord": word, "offset": 0, "size": size}))
            .json()
    };
    assert_eq!(search("zm", 100)["list"].as_array().expect("a list").iter().filter(|id| **id == "zengmin").count(), 1);
    let namesakes = search("李娜", 1);
    assert_eq!((namesakes["hasMore"].as_bool(), namesakes["list"].as_array().map(Vec::len)), (Some(true), Some(1)));
    assert_eq!(search("", 10)["code"], "parameter.error");

    let part = organisation.department_named("市场部").expect("it exists").id;
    sandbox.set_rules(Rules { authed_departments: Some(vec![part]), ..Rules::default() });
    assert_eq!(errcode(&post("/topapi/v2/department/listsub", &[("dept_id", "1")])), 50004);
    assert_eq!(errcode(&post("/topapi/v2/user/get", &[("userid", "zengmin")])), 50002);
    let target = format!("/auth/scopes?access_token={token}");
    let scopes = exchange(&sandbox.hosts().oapi, "GET", &target, &[], b"").json();
    assert_eq!(scopes["auth_org_scopes"]["authed_dept"], json!([part]));
}
