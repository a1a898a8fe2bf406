//! What goes out, byte for byte, and what is shown of it.

use super::hosts;
use crate::dingtalk::{Body, NoticeForm, Secret, System, calls};

/// Dossier A3.5: the Java SDK and Python agree on it.
#[test]
fn the_signature_of_the_documents_is_reproduced() {
    let (secret, ticket) = (Secret::new("_FPxxxxj3e"), Secret::new("test"));
    let signature = calls::signature(&secret, 1_527_130_370_219, &ticket);
    assert_eq!(signature.open(), "cEq8VpdOEqmNUnsVELp0H+KvWcNzyGWqnPIEeomAWY0=");
    let call = calls::token_third_party_oapi("suite1", &secret, "corp1", &ticket, 1_527_130_370_219);
    assert_eq!(
        call.query_text(None).unwrap(),
        "accessKey=suite1&timestamp=1527130370219&suiteTicket=test&signature=cEq8VpdOEqmNUnsVELp0H%2BKvWcNzyGWqnPIEeomAWY0%3D"
    );
    assert_eq!(call.body, Body::Json(r#"{"auth_corpid":"corp1"}"#.to_owned()));
    let shown = format!("{}\n{call:?}\n{}", call.preview(&hosts()), call.url_masked(&hosts()));
    for hidden in ["_FPxxxxj3e", "suiteTicket=test", "cEq8VpdOEqmNUnsVELp0H"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

#[test]
fn a_notice_is_a_form_encoded_once_with_real_utf_8() {
    let form = NoticeForm {
        agent_id: "948060598".to_owned(),
        template_id: "e27a 9e&=".to_owned(),
        userid_list: vec!["123".to_owned(), "456".to_owned()],
        dept_id_list: Vec::new(),
        data: r#"{"名字":"张三"}"#.to_owned(),
        extra: vec![("enable_id_trans".to_owned(), "true".to_owned())],
    };
    let call = calls::send_by_template(&form);
    assert_eq!(
        call.body.to_text(),
        "agent_id=948060598&template_id=e27a+9e%26%3D&userid_list=123%2C456\
         &data=%7B%22%E5%90%8D%E5%AD%97%22%3A%22%E5%BC%A0%E4%B8%89%22%7D&enable_id_trans=true"
    );
    assert_eq!(call.body.content_type(), Some("application/x-www-form-urlencoded;charset=utf-8"));
    let preview = call.preview(&hosts());
    assert!(
        preview.starts_with(
            "POST /topapi/message/corpconversation/sendbytemplate?access_token=•••• HTTP/1.1\nhost: oapi.dingtalk.io\n"
        ),
        "{preview}"
    );
    assert!(preview.contains(&format!("\ncontent-length: {}\n\nagent_id=", call.body.to_text().len())), "{preview}");
}

#[test]
fn a_card_body_goes_out_exactly_as_written_and_the_preview_masks_the_token() {
    let body = "{\"cardTemplateId\":\"t\",  \"n\":1e400,\"中\":\"\\u4e2d\",\"access_token\":\"a variable\"}";
    let call = calls::send_private_chat_card(body.to_owned());
    assert_eq!(call.body.to_text(), body);
    let preview = call.preview(&hosts());
    assert_eq!(
        preview,
        format!(
            "POST /v1.0/im/privateChat/interactiveCards/send HTTP/1.1\nhost: api.dingtalk.com\n\
             x-acs-dingtalk-access-token: ••••\ncontent-type: application/json; charset=utf-8\naccept: application/json\n\
             user-agent: DingComposer/{}\naccept-encoding: gzip\ncontent-length: {}\n\n{body}",
            env!("CARGO_PKG_VERSION"),
            body.len()
        )
    );
}

#[test]
fn token_calls_never_show_what_they_carry() {
    let secret = Secret::new("s3cr\"t/+=中文&x");
    for call in [
        calls::token_internal_api("dingkey", &secret),
        calls::token_internal_oapi("dingkey", &secret),
        calls::token_third_party_api("suite", &secret, "corp", &Secret::new("t1")),
        calls::token_third_party_oapi("suite", &secret, "corp", &Secret::new("t1"), 1),
        calls::get_auth_info("suite", &secret, "corp", &Secret::new("t1"), 1),
    ] {
        let shown = format!("{}\n{}\n{call:?}", call.preview(&hosts()), call.url_masked(&hosts()));
        assert!(!shown.contains("s3cr"), "{shown}");
        assert!(!shown.contains("suiteTicket=t1") && !shown.contains("suiteTicket\":\"t1"), "{shown}");
        assert!(shown.contains("••••"), "{shown}");
    }
}

#[test]
fn a_query_is_encoded_as_the_sdk_does() {
    let call = calls::token_internal_oapi("a b*c+d/é", &Secret::new("x=y&z~."));
    assert_eq!(call.query_text(None).unwrap(), "appkey=a%20b%2Ac%2Bd%2F%C3%A9&appsecret=x%3Dy%26z%7E.");
    let listing = calls::department_listsub(1);
    assert_eq!(listing.query_text(Some(&Secret::new("a+b/c="))).unwrap(), "access_token=a%2Bb%2Fc%3D");
    assert_eq!(listing.endpoint.system, System::Oapi);
}

#[test]
fn directory_calls_carry_the_documented_fields() {
    assert_eq!(calls::user_list(7, 0, 500).body.to_text(), "dept_id=7&cursor=0&size=100");
    assert_eq!(calls::user_get("zhang san").body.to_text(), "userid=zhang+san");
    assert_eq!(calls::department_get(7).body.to_text(), "dept_id=7");
    assert_eq!(
        calls::contact_users_search("张\"", 0, 20).body.to_text(),
        r#"{"queryWord":"张\"","offset":0,"size":20}"#
    );
    assert_eq!(calls::auth_scopes().body, Body::None);
}
