//! Words for what has no code: network faults, unreadable answers, codes that the catalogue does not know.

use super::explain::{Context, Explanation, FixAction, join};
use crate::dingtalk::endpoint;
use crate::dingtalk::{Doubt, Endpoint, Failure, NotSent, Refusal, RefusalShape, Unreadable};
use crate::lang::{Lang, text};

type Args<'a> = &'a [(&'a str, String)];

/// What, cause and fix under one key.
fn three(lang: Lang, key: &str, args: Args<'_>, action: Vec<FixAction>) -> Explanation {
    let say = |part: &str| text(lang, &format!("wire.{key}.{part}"), args);
    Explanation {
        what: say("what"),
        cause: say("cause"),
        fix: say("fix"),
        action,
        known: true,
        ..Explanation::default()
    }
}

/// A request that surely did not arrive.
pub(super) fn not_sent(reason: &NotSent, context: Context, lang: Lang) -> Explanation {
    let check = || vec![FixAction::CheckConnection, FixAction::OpenSettings];
    match reason {
        NotSent::Dns { host } => three(lang, "dns", &[("host", host.clone())], check()),
        NotSent::ConnectionRefused { host } => three(lang, "connection_refused", &[("host", host.clone())], check()),
        NotSent::ConnectTimedOut { host } => three(lang, "connect_timed_out", &[("host", host.clone())], check()),
        NotSent::Unreachable { reason } => three(lang, "unreachable", &[("reason", reason.clone())], check()),
        NotSent::Tls { reason } => three(lang, "tls", &[("reason", reason.clone())], check()),
        NotSent::Proxy { reason } => {
            three(lang, "proxy", &[("reason", reason.clone())], vec![FixAction::CheckConnection])
        }
        NotSent::NoCertificates => three(lang, "no_certificates", &[], Vec::new()),
        NotSent::BadRequest { reason } => {
            three(lang, "bad_request", &[("reason", reason.clone())], vec![FixAction::OpenSettings])
        }
        NotSent::NoToken { missing } if context.pasted_token || *missing == "accessToken" => {
            three(lang, "no_token", &[], vec![FixAction::OpenSettings])
        }
        NotSent::NoToken { missing } => {
            three(lang, "no_credential", &[("missing", (*missing).to_owned())], vec![FixAction::OpenSettings])
        }
        NotSent::CannotRenew => three(lang, "cannot_renew", &[], vec![FixAction::OpenSettings]),
        NotSent::TokenUnknown(doubt) => {
            let mut explanation =
                three(lang, "token_unknown", &[], vec![FixAction::NewToken, FixAction::CheckConnection]);
            explanation.cause = cause_of(doubt, lang);
            explanation
        }
        NotSent::Cancelled => three(lang, "cancelled_before", &[], Vec::new()),
        NotSent::Guarded { who } => three(lang, "guarded", &[("who", who.clone())], vec![FixAction::OpenSettings]),
    }
}

/// A request that may have arrived.
pub(super) fn unknown(doubt: &Doubt, endpoint: &Endpoint, lang: Lang) -> Explanation {
    let key = match (endpoint.sends, doubt) {
        (true, Doubt::Cancelled) => "unknown_send_cancelled",
        (true, _) => "unknown_send",
        (false, Doubt::Cancelled) => "unknown_read_cancelled",
        (false, _) => "unknown_read",
    };
    let action = if *doubt == Doubt::Cancelled { Vec::new() } else { vec![FixAction::CheckConnection] };
    let mut explanation = Explanation { cause: cause_of(doubt, lang), ..three(lang, key, &[], action) };
    let repeat = if endpoint == &endpoint::CREATE_AND_DELIVER {
        text(lang, "wire.repeat_create", &[])
    } else if endpoint == &endpoint::UPDATE_CARD || endpoint == &endpoint::UPDATE_INTERACTIVE_CARD {
        text(lang, "wire.repeat_update", &[])
    } else if endpoint == &endpoint::SEND_PRIVATE_CHAT_CARD || endpoint == &endpoint::SEND_INTERACTIVE_CARD {
        text(lang, "wire.repeat_card", &[])
    } else if endpoint == &endpoint::SEND_BY_TEMPLATE {
        text(lang, "wire.repeat_notice", &[])
    } else {
        String::new()
    };
    if !repeat.is_empty() {
        explanation.fix = join(lang, &explanation.fix, &repeat);
    }
    explanation
}

fn cause_of(doubt: &Doubt, lang: Lang) -> String {
    let say = |key: &str, args: Args<'_>| text(lang, &format!("wire.doubt.{key}"), args);
    match doubt {
        Doubt::TimedOut => say("timed_out", &[]),
        Doubt::Cut { reason } => say("cut", &[("reason", reason.clone())]),
        Doubt::Cancelled => say("cancelled", &[]),
        Doubt::ServerError { http, why } => {
            join(lang, &say("server_error", &[("http", http.to_string())]), &why_unreadable(why, lang))
        }
        Doubt::NoReadableAnswer { http, why } => {
            join(lang, &say("no_readable_answer", &[("http", http.to_string())]), &why_unreadable(why, lang))
        }
    }
}

fn why_unreadable(why: &Unreadable, lang: Lang) -> String {
    let say = |key: &str, args: Args<'_>| text(lang, &format!("wire.unreadable.{key}"), args);
    match why {
        Unreadable::Empty => say("empty", &[]),
        Unreadable::CutOff => say("cut_off", &[]),
        Unreadable::TooLarge { limit } => say("too_large", &[("limit", (limit / (1024 * 1024)).to_string())]),
        Unreadable::NotJson { content_type } => say("not_json", &[("type", shown_type(content_type, lang))]),
        Unreadable::NotAnObject => say("not_an_object", &[]),
        Unreadable::NoVerdict => say("no_verdict", &[]),
    }
}

fn shown_type(content_type: &str, lang: Lang) -> String {
    if content_type.trim().is_empty() { text(lang, "wire.no_content_type", &[]) } else { content_type.to_owned() }
}

/// A refusal that the catalogue has no entry for.
pub(super) fn refused_without_entry(refusal: &Refusal, failure: &Failure, lang: Lang) -> Explanation {
    let http = ("http", refusal.http.to_string());
    let check = || vec![FixAction::CheckConnection, FixAction::OpenSettings];
    match (&refusal.code, &refusal.shape) {
        (Some(code), _) => unknown_code(code, refusal, failure, lang),
        (None, RefusalShape::Redirect { location }) => {
            three(lang, "redirect", &[http, ("location", location.clone())], check())
        }
        (None, RefusalShape::WrongContent { content_type }) => {
            let args = [http, ("type", shown_type(content_type, lang)), ("message", refusal.message.clone())];
            three(lang, "wrong_content", &args, vec![FixAction::CheckConnection])
        }
        (None, RefusalShape::NoSuccess) => {
            three(lang, "no_success", &[("message", said(refusal, lang))], vec![FixAction::CheckConnection])
        }
        (None, RefusalShape::IpBan) => three(lang, "ip_ban", &[], vec![FixAction::Wait]),
        (None, _) => three(lang, "no_code", &[http], vec![FixAction::CheckConnection]),
    }
}

/// A code that nobody has explained yet: says so, and what can be told from its looks.
fn unknown_code(code: &str, refusal: &Refusal, failure: &Failure, lang: Lang) -> Explanation {
    let (hint, action) = if refusal.is_rate_limit() {
        ("wire.unknown_code.rate", vec![FixAction::Wait])
    } else if refusal.is_invalid_token() {
        ("wire.unknown_code.token", vec![FixAction::NewToken])
    } else if refusal.is_permission() {
        ("wire.unknown_code.permission", Vec::new())
    } else {
        ("wire.unknown_code.fix", vec![FixAction::CheckConnection])
    };
    let id = failure.exchange.request_id.clone();
    let args = [("code", code.to_owned()), ("http", refusal.http.to_string()), ("message", said(refusal, lang))];
    let say = |key: &str| text(lang, key, &args);
    let fix = match id {
        Some(id) => join(lang, &say(hint), &text(lang, "wire.unknown_code.request_id", &[("id", id)])),
        None => say(hint),
    };
    Explanation {
        what: say("wire.unknown_code.what"),
        cause: say("wire.unknown_code.cause"),
        fix,
        action,
        known: false,
        ..Explanation::default()
    }
}

fn said(refusal: &Refusal, lang: Lang) -> String {
    if refusal.message.trim().is_empty() { text(lang, "wire.no_message", &[]) } else { refusal.message.clone() }
}
