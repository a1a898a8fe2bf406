//! Free-form notices and uploads without a window.

use serde_json::json;

use crate::cli::Cli;

fn body(content: &str) -> serde_json::Value {
    json!({"agent_id": 123, "userid_list": "a", "msg": {"msgtype": "text", "text": {"content": content}}})
}

fn file(cli: &Cli, body: &serde_json::Value) -> String {
    let text = json!({"kind": "notice", "version": 1, "via": "asyncsend_v2", "body": body}).to_string();
    cli.write("notice.json", &text)
}

#[test]
fn a_free_notice_is_checked_with_its_limits() {
    let cli = Cli::new();
    let (code, said) = cli.json(&["check", &file(&cli, &body("请交日报"))]);
    assert_eq!((code, &said["outcome"], &said["findings"]), (0, &json!("ready"), &json!([])));
    let (code, said) = cli.json(&["check", &file(&cli, &body(&"字".repeat(700)))]);
    assert_eq!(code, 1);
    let found: Vec<_> = said["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(found, ["msg.long", "msg.too_large"]);
    assert_eq!(said["findings"][1]["limit"], json!({"max": 2048, "actual": 2140, "unit": "bytes"}));
    assert_eq!(said["findings"][1]["pointer"], "/msg");
    // The message as text, with a member nobody knows: kept, named, not in the way.
    let mut body = body("hi");
    body["msg"] = json!("{\"msgtype\":\"text\",\"text\":{\"content\":\"hi\"},\"x\":1}");
    let (code, said) = cli.json(&["check", &file(&cli, &body)]);
    assert_eq!((code, said["findings"][0]["pointer"].as_str()), (0, Some("/msg/x")));
}

#[test]
fn a_free_notice_goes_to_its_own_call_as_a_form_encoded_once() {
    let cli = Cli::new();
    let (port, requests) =
        crate::cli::server(vec![crate::cli::answer("200 OK", r#"{"errcode":0,"task_id":256271667526}"#)]);
    cli.profile(port);
    let mut body = body("周五 A&B“盘点”");
    body["to_all_user"] = json!(false);
    let (code, said) = cli.json(&["send", &file(&cli, &body), "--profile", "org", "--yes"]);
    assert_eq!((code, said["outcome"].as_str()), (0, Some("handed_over")), "{said}");
    assert_eq!(said["calls"][0]["task_id"], "256271667526");
    let request = requests.recv().unwrap();
    assert!(request.starts_with("POST /topapi/message/corpconversation/asyncsend_v2?access_token="), "{request}");
    let (_, sent) = request.split_once("\r\n\r\n").unwrap();
    let fields: Vec<(String, String)> = form_urlencoded::parse(sent.as_bytes()).into_owned().collect();
    let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["agent_id", "userid_list", "to_all_user", "msg"]);
    assert_eq!(fields[3].1, r#"{"msgtype":"text","text":{"content":"周五 A&B“盘点”"}}"#);
}

#[test]
fn a_refused_free_notice_names_the_field() {
    let cli = Cli::new();
    let refusal = r#"{"errcode":40007,"errmsg":"不合法的媒体文件id","request_id":"r1"}"#;
    let (port, _requests) = crate::cli::server(vec![crate::cli::answer("200 OK", refusal)]);
    cli.profile(port);
    let body = json!({"agent_id": 1, "userid_list": "a", "msg": {"msgtype": "image", "image": {"media_id": "@lAD"}}});
    let (code, said) = cli.json(&["send", &file(&cli, &body), "--profile", "org", "--yes"]);
    assert_eq!((code, said["calls"][0]["code"].as_str()), (3, Some("40007")));
    assert!(said["calls"][0]["explanation"]["what"].as_str().unwrap().contains("media_id"), "{said}");
}

#[test]
fn a_file_is_uploaded_to_the_sandbox_and_a_wrong_one_is_not() {
    let cli = Cli::new();
    let path = cli.home.path().join("a.png");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\nAAAA").unwrap();
    let path = path.to_string_lossy().into_owned();
    let (code, said) = cli.json(&["upload", &path]);
    assert_eq!((code, said["outcome"].as_str(), said["type"].as_str()), (0, Some("uploaded"), Some("image")), "{said}");
    assert!(said["media_id"].as_str().unwrap().starts_with("@lA"));
    let (code, said) = cli.json(&["upload", &path, "--type", "voice"]);
    assert_eq!((code, said["outcome"].as_str()), (1, Some("findings")));
    assert!(said["message"].as_str().unwrap().contains("PNG"), "{said}");
    let out = cli.run(&["upload", &cli.home.path().join("none.pdf").to_string_lossy()]);
    assert_eq!(out.status.code(), Some(1));
}

#[test]
fn an_upload_to_a_live_profile_needs_yes_and_a_lost_answer_is_unknown() {
    let cli = Cli::new();
    let path = cli.home.path().join("a.png");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\nAAAA").unwrap();
    let path = path.to_string_lossy().into_owned();
    let (port, requests) = crate::cli::server(vec![crate::cli::answer("502 Bad Gateway", "")]);
    cli.profile(port);
    let out = cli.run(&["upload", &path, "--profile", "org"]);
    assert_eq!(out.status.code(), Some(2));
    let (code, said) = cli.json(&["upload", &path, "--profile", "org", "--yes"]);
    assert_eq!((code, said["outcome"].as_str()), (4, Some("unknown")), "{said}");
    let request = requests.recv().unwrap();
    assert!(request.starts_with("POST /media/upload?access_token="), "{request}");
    assert!(request.contains("&type=image HTTP/1.1") && request.contains("filename=\"a.png\""), "{request}");
}
