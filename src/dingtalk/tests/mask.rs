//! No spelling of a secret survives masking, and nothing else is touched.

use proptest::prelude::*;

use crate::dingtalk::Secret;
use crate::dingtalk::mask::{MASK, Masker, SECRET_KEYS};

fn masker(secret: &str) -> Masker {
    Masker::new([&Secret::new(secret)])
}

#[test]
fn what_stands_under_any_secret_name_is_masked_without_being_known() {
    for key in SECRET_KEYS {
        for name in [key.to_owned(), key.to_ascii_uppercase()] {
            let text = Masker::default().with_keys(&format!(r#"{{"{name}":"v4lue-1"}}"#));
            assert_eq!(text, format!(r#"{{"{name}":"{MASK}"}}"#));
        }
    }
}

#[test]
fn every_spelling_of_a_secret_is_masked() {
    let secret = "ab+/=\"\\& 中";
    let html = "ab&#43;&#x2F;=&quot;\\&amp; 中";
    for spelled in [
        "ab+/=\"\\& 中",
        "ab%2B%2F%3D%22%5C%26%20%E4%B8%AD",
        "ab%2b%2f%3d%22%5c%26+%e4%b8%ad",
        "ab%252B%252F%253D%2522%255C%2526%2520%25E4%25B8%25AD",
        "ab+\\/\\u003d\\\"\\\\\\u0026 \\u4e2d",
        "ab+/\\u003D\\\"\\\\& 中",
        html,
    ] {
        let text = format!("before {spelled} after");
        assert_eq!(masker(secret).text(&text), format!("before {MASK} after"), "{spelled}");
    }
}

#[test]
fn a_secret_at_a_cut_is_masked_from_its_beginning() {
    assert_eq!(masker("0123456789abcdef").text("token 01234567"), format!("token {MASK}"));
    assert_eq!(masker("0123456789abcdef").text("token 0123"), "token 0123");
}

#[test]
fn longer_secrets_go_first_and_short_ones_are_left_to_their_names() {
    let masker = Masker::new([&Secret::new("abcd"), &Secret::new("abcdefgh"), &Secret::new("x"), &Secret::new("  ")]);
    assert_eq!(masker.text("abcdefgh abcd x"), format!("{MASK} {MASK} x"));
    assert_eq!(format!("{masker:?}"), "Masker(2 secrets)");
}

#[test]
fn answers_are_masked_by_key_in_every_form() {
    let masker = Masker::default();
    for (text, wanted) in [
        (r#"{"access_token":"abc","expires_in":7200}"#, r#"{"access_token":"••••","expires_in":7200}"#),
        (r#"{ "accessToken" : "abc" }"#, r#"{ "accessToken" : "••••" }"#),
        (r#"{"a":"{\"accessToken\":\"abc\"}"}"#, r#"{"a":"{\"accessToken\":\"••••\"}"}"#),
        (r#"{"accessToken":"cut off he"#, r#"{"accessToken":"•••• off he"#),
        ("at /x?access_token=abc&y=1", "at /x?access_token=••••&y=1"),
        (r#"{"sub_msg":"不合法的access_token"}"#, r#"{"sub_msg":"不合法的access_token"}"#),
        (r#"{"errmsg":"access_token is blank"}"#, r#"{"errmsg":"access_token is blank"}"#),
        (r#"{"access_token":null,"x":1}"#, r#"{"access_token":null,"x":1}"#),
    ] {
        assert_eq!(masker.with_keys(text), wanted);
    }
}

proptest! {
    #[test]
    fn any_secret_is_masked_wherever_it_stands(secret in "[ -~]{4,40}", before in ".{0,30}", after in ".{0,30}") {
        prop_assume!(!secret.trim().is_empty());
        let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let json = serde_json::to_string(&secret).unwrap();
        for spelled in [secret.clone(), encoded, json.trim_matches('"').to_owned()] {
            let masked = masker(&secret).text(&format!("{before}{spelled}{after}"));
            prop_assert!(!masked.contains(&secret), "{masked}");
        }
    }

    #[test]
    fn no_text_around_a_key_panics(text in "(access_token|ACCESSTOKEN|appSecret|\"|'|\\\\|=|:| |&|null|\u{4e2d}|\u{130}|x|\\}){0,25}") {
        drop(Masker::default().with_keys(&text));
    }

    #[test]
    fn no_text_panics(secret in ".{0,20}", text in ".{0,200}") {
        let masked = masker(&secret).with_keys(&text);
        prop_assert!(secret.len() < 4 || secret.trim().is_empty() || MASK.contains(&secret) || !masked.contains(&secret));
    }
}
