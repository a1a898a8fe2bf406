//! What a token may do for each way of sending, asked by calls that nothing can come of.
//!
//! No call tells an app its permissions, but the gateway refuses a call without permission before it looks at the
//! parameters (observed for the api system's 403; inferred for the cards' and notices' calls). So each way is asked with a
//! body that cannot send: a card call gets `{}` (no template, no id, nowhere to go), a notice names nobody, an empty text or
//! a template that cannot exist. A refusal for the permission names the scope; one for the parameters means that the call
//! was let through.

use serde_json::json;

use super::System;
use super::call::{Body, Call};
use super::endpoint::{self, Endpoint};
use super::fault::{Refusal, RefusalShape};

/// A way of sending whose permission can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Probe {
    /// `createAndDeliver`.
    CreateAndDeliver,
    /// The private-chat card.
    PrivateChat,
    /// `interactiveCards/send`.
    InteractiveCards,
    /// The update of a new card.
    UpdateCard,
    /// The update of an older card.
    UpdateInteractive,
    /// `sendbytemplate`.
    NoticeByTemplate,
    /// `asyncsend_v2`.
    FreeNotice,
}

impl Probe {
    /// All of them, in the order they are asked.
    pub const ALL: [Self; 7] = [
        Self::CreateAndDeliver,
        Self::PrivateChat,
        Self::InteractiveCards,
        Self::UpdateCard,
        Self::UpdateInteractive,
        Self::NoticeByTemplate,
        Self::FreeNotice,
    ];

    /// The call it asks about, as a question.
    pub const fn endpoint(self) -> &'static Endpoint {
        match self {
            Self::CreateAndDeliver => &endpoint::ASK_CREATE_AND_DELIVER,
            Self::PrivateChat => &endpoint::ASK_PRIVATE_CHAT_CARD,
            Self::InteractiveCards => &endpoint::ASK_INTERACTIVE_CARD,
            Self::UpdateCard => &endpoint::ASK_UPDATE_CARD,
            Self::UpdateInteractive => &endpoint::ASK_UPDATE_INTERACTIVE_CARD,
            Self::NoticeByTemplate => &endpoint::ASK_BY_TEMPLATE,
            Self::FreeNotice => &endpoint::ASK_ASYNC_SEND_V2,
        }
    }

    /// The system that answers.
    pub const fn system(self) -> System {
        self.endpoint().system
    }

    /// The question. `agent_id` is the app's, where it is known: without one a notice's call is refused earlier.
    pub fn call(self, agent_id: &str) -> Call {
        let agent = if agent_id.trim().is_empty() { "0" } else { agent_id.trim() }.to_owned();
        let form = |fields: Vec<(&'static str, String)>| {
            Body::Form(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
        };
        let body = match self {
            Self::NoticeByTemplate => form(vec![("agent_id", agent), ("template_id", "0".to_owned())]),
            Self::FreeNotice => form(vec![
                ("agent_id", agent),
                ("to_all_user", "false".to_owned()),
                ("msg", json!({"msgtype": "text", "text": {"content": ""}}).to_string()),
            ]),
            _ => Body::Json("{}".to_owned()),
        };
        Call::new(self.endpoint(), Vec::new(), body)
    }
}

/// What the refusal of a question, or of a real send, says about the app.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The parameters were looked at: the permission is there.
    LetThrough,
    /// The permission is missing.
    Lacks,
    /// This kind of app can never make the call.
    NotForApp,
    /// Neither: a limit, the server's trouble, the address list, the token.
    Nothing,
}

/// Reads a refusal of a way's call.
pub fn judge(refusal: &Refusal) -> Verdict {
    match refusal.code.as_deref() {
        // 仅限ISV调用.
        Some("800001") => return Verdict::NotForApp,
        // About the people and departments named, which the app may not see: the call itself was let through.
        Some("50002" | "50004") => return Verdict::LetThrough,
        _ => {}
    }
    if refusal.is_permission() {
        return Verdict::Lacks;
    }
    let Some(code) = refusal.code.as_deref() else { return Verdict::Nothing };
    let readable = matches!(
        refusal.shape,
        RefusalShape::Api | RefusalShape::Oapi | RefusalShape::OapiWrapped | RefusalShape::NoSuccess
    );
    let lower = code.to_ascii_lowercase();
    // Codes of the gateway and of a server in trouble: nothing about parameters was said.
    let gateway = ["forbidden", "authentication", "invalidauthentication", "unauthorized", "serviceunavailable"];
    let trouble =
        ["-1", "15", "22", "404", "500", "43001", "43002", "90020", "systembusy", "systemerror", "unknownerror"];
    if !readable
        || refusal.http >= 500
        || refusal.is_invalid_token()
        || refusal.is_rate_limit()
        || refusal.is_ip_list()
        || gateway.iter().any(|start| lower.starts_with(start))
        || trouble.contains(&lower.as_str())
    {
        return Verdict::Nothing;
    }
    Verdict::LetThrough
}

#[cfg(test)]
mod tests {
    use RefusalShape::{Api, ApiErrcode, IpBan, NoCode, Oapi};

    use super::*;

    #[test]
    fn nothing_can_come_of_a_question() {
        for probe in Probe::ALL {
            let call = probe.call("123");
            assert!(!call.endpoint.sends, "{probe:?}");
            let text = call.body.to_text();
            match probe.system() {
                System::Api => assert_eq!(text, "{}", "{probe:?}"),
                System::Oapi => {
                    for list in ["userid_list", "dept_id_list", "to_all_user=true"] {
                        assert!(!text.contains(list), "{probe:?}: {text}");
                    }
                    assert!(text.starts_with("agent_id=123"), "{text}");
                }
            }
            // It asks about the very call that sends.
            let sends = endpoint::ALL.iter().find(|known| known.path == call.endpoint.path).unwrap();
            assert!(
                sends.sends && sends.method == call.endpoint.method && sends.permission == call.endpoint.permission
            );
        }
        assert!(Probe::FreeNotice.call(" ").body.to_text().starts_with("agent_id=0&"));
    }

    #[test]
    fn only_a_word_about_the_parameters_means_that_the_call_was_let_through() {
        let refusal = |shape: RefusalShape, http: u16, code: &str| {
            Refusal::example(System::Api, http, Some(code).filter(|code| !code.is_empty()), "", shape)
        };
        for (shape, http, code, verdict) in [
            (Api, 400, "param.empty", Verdict::LetThrough),
            (Api, 400, "param.outTrackIdEmpty", Verdict::LetThrough),
            (Oapi, 200, "40032", Verdict::LetThrough),
            (Oapi, 200, "400002", Verdict::LetThrough),
            (Oapi, 200, "40056", Verdict::LetThrough),
            (Api, 403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", Verdict::Lacks),
            (Api, 400, "permission.checkFailed", Verdict::Lacks),
            (Oapi, 200, "60011", Verdict::Lacks),
            (Oapi, 200, "50002", Verdict::LetThrough),
            (Oapi, 200, "800001", Verdict::NotForApp),
            (Api, 403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", Verdict::Nothing),
            (Api, 403, "Forbidden.AccessDenied.ApiCountLimitForOrg", Verdict::Nothing),
            (Api, 403, "Forbidden.AccessDenied.IpNotInWhiteList", Verdict::Nothing),
            (Api, 400, "InvalidAuthentication", Verdict::Nothing),
            (Api, 500, "systemError", Verdict::Nothing),
            (Oapi, 200, "-1", Verdict::Nothing),
            (Oapi, 200, "22", Verdict::Nothing),
            (Oapi, 200, "90018", Verdict::Nothing),
            (ApiErrcode, 200, "404", Verdict::Nothing),
            (NoCode, 404, "", Verdict::Nothing),
            (IpBan, 200, "", Verdict::Nothing),
        ] {
            assert_eq!(judge(&refusal(shape, http, code)), verdict, "{code}");
        }
    }
}
