//! One failure, explained: the catalogue's words, sharpened by the request at hand.

use super::entry::{Entry, EntryAction, lookup};
use super::{CARD_TEMPLATES_URL, CONSOLE_URL, network};
use crate::dingtalk::endpoint::{self, Endpoint};
use crate::dingtalk::{Credentials, Failure, Fault, Method, Refusal, RefusalShape, System};
use crate::lang::{Lang, text};

/// What is known about the sender, beyond the failure itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Context {
    /// The token was pasted: the program cannot fetch another.
    pub pasted_token: bool,
    /// The app is a third-party enterprise app.
    pub third_party: bool,
}

impl Context {
    /// The context of a session's credentials.
    pub const fn of(credentials: &Credentials) -> Self {
        match credentials {
            Credentials::Internal { .. } => Self { pasted_token: false, third_party: false },
            Credentials::ThirdParty { .. } => Self { pasted_token: false, third_party: true },
            Credentials::Pasted { .. } => Self { pasted_token: true, third_party: false },
        }
    }
}

/// A failure in a person's words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Explanation {
    /// What happened, one sentence.
    pub what: String,
    /// The most likely cause for this request.
    pub cause: String,
    /// What to do.
    pub fix: String,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// The caller's IP address as DingTalk saw it.
    pub ip: Option<String>,
    /// Links in the answer, https and on DingTalk's own domains only.
    pub links: Vec<String>,
    /// What the program can do, the best first; each becomes a button.
    pub action: Vec<FixAction>,
    /// How long to wait before trying again, in seconds, where a limit's length is known.
    pub wait_seconds: Option<u32>,
    /// Whether the catalogue knows the code. An unknown one says so in [`Explanation::what`].
    pub known: bool,
}

/// A fix that the program can do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FixAction {
    /// Fetch a new token.
    NewToken,
    /// Run the connection check.
    CheckConnection,
    /// Make a new outTrackId.
    NewOutTrackId,
    /// Open this page, where permissions are granted.
    OpenPermissions(String),
    /// Open this page, where templates are.
    OpenTemplates(String),
    /// Open the settings of the profile.
    OpenSettings,
    /// Wait until the limit ends.
    Wait,
    /// Go to one of these fields: JSON pointers into the body.
    Jump(Vec<String>),
    /// Go another way that needs no permission that cannot be had: the word of a draft file's `via`.
    UseWay(&'static str),
}

/// Explains a failure.
pub fn explain(failure: &Failure, context: &Context, lang: Lang) -> Explanation {
    let endpoint = failure.exchange.endpoint;
    let mut explanation = match &failure.fault {
        Fault::Refused(refusal) => refused(refusal, failure, *context, lang),
        Fault::NotSent(reason) => network::not_sent(reason, *context, lang),
        Fault::Unknown(doubt) => network::unknown(doubt, endpoint, lang),
    };
    if !endpoint.needs_token && matches!(failure.fault, Fault::Refused(_)) {
        // The call that the person asked for was never made.
        explanation.what = join(lang, &explanation.what, &text(lang, "wire.token_step", &[]));
    }
    explanation
}

fn refused(refusal: &Refusal, failure: &Failure, context: Context, lang: Lang) -> Explanation {
    let endpoint = failure.exchange.endpoint;
    let entry = find(refusal);
    let mut explanation = match entry {
        Some(entry) => from_entry(entry, refusal, endpoint, lang),
        None => network::refused_without_entry(refusal, failure, lang),
    };
    explanation.scopes.clone_from(&refusal.scopes);
    explanation.ip.clone_from(&refusal.ip);
    explanation.links = refusal.links.iter().filter(|link| is_dingtalk(link)).cloned().collect();
    explanation.wait_seconds = wait_seconds(refusal);
    sharpen(&mut explanation, refusal, failure, context, lang);
    explanation
}

/// The entry of a refusal: by code, else by what an answer without a code looks like.
fn find(refusal: &Refusal) -> Option<&'static Entry> {
    match (&refusal.code, &refusal.shape) {
        (Some(code), _) => match &refusal.wrapper {
            Some(wrapper) => lookup(refusal.system, wrapper, Some(code)),
            None => lookup(refusal.system, code, None),
        },
        (None, RefusalShape::IpBan) => lookup(refusal.system, "x5-punish", None),
        (None, RefusalShape::NoCode) => lookup(refusal.system, &format!("HTTP {} (no code)", refusal.http), None),
        (None, _) => None,
    }
}

fn from_entry(entry: &Entry, refusal: &Refusal, endpoint: &Endpoint, lang: Lang) -> Explanation {
    let mut action: Vec<FixAction> = Vec::new();
    match entry.action {
        EntryAction::OpenSettings => action.push(FixAction::OpenSettings),
        EntryAction::Wait => action.push(FixAction::Wait),
        EntryAction::CheckConnection => action.push(FixAction::CheckConnection),
        EntryAction::OpenPermissions => action.push(FixAction::OpenPermissions(permission_page(refusal))),
        EntryAction::OpenTemplates => action.push(FixAction::OpenTemplates(template_page(endpoint))),
        EntryAction::NewToken => action.push(FixAction::NewToken),
        // An update needs the id of the card that is there.
        EntryAction::NewOutTrackId if is_card(endpoint) && endpoint.method == Method::Post => {
            action.push(FixAction::NewOutTrackId);
        }
        EntryAction::None | EntryAction::Jump | EntryAction::NewOutTrackId => {}
    }
    let fields = fields_of(entry, endpoint);
    if !fields.is_empty() {
        action.push(FixAction::Jump(fields));
    }
    let words = entry.words(lang).filter(|words| !words.fix.is_empty());
    if let Some(words) = words {
        let (what, cause, fix) = (words.what.clone(), words.cause.clone(), words.fix.clone());
        return Explanation { what, cause, fix, action, known: true, ..Explanation::default() };
    }
    // A code of another part of DingTalk: its official wording is all there is to say.
    // The official table ends with "无。" where it has no advice.
    let official = entry.official.trim_end_matches("无。").to_owned();
    let args = [("code", entry.code.clone()), ("official", official)];
    let what = match lang {
        Lang::Zh => entry.zh.what.clone(),
        Lang::En => text(lang, "wire.elsewhere.what", &args),
    };
    Explanation {
        what,
        cause: text(lang, "wire.elsewhere.cause", &args),
        fix: text(lang, "wire.elsewhere.fix", &args),
        action: vec![FixAction::CheckConnection],
        known: true,
        ..Explanation::default()
    }
}

/// The entry's fields that the request at hand has.
fn fields_of(entry: &Entry, endpoint: &Endpoint) -> Vec<String> {
    const NOTICE: [&str; 7] =
        ["/agent_id", "/template_id", "/userid_list", "/dept_id_list", "/data", "/msg", "/to_all_user"];
    // What only one of the two calls for notices has.
    let template_only = |field: &str| field.starts_with("/template_id") || field.starts_with("/data");
    let free_only = |field: &str| field.starts_with("/msg") || field.starts_with("/to_all_user");
    let is_notice_field = |field: &str| NOTICE.iter().any(|known| field.starts_with(known));
    let wanted = |field: &&String| {
        if is_card(endpoint) {
            !is_notice_field(field)
        } else if endpoint == &endpoint::SEND_BY_TEMPLATE {
            is_notice_field(field) && !free_only(field)
        } else if endpoint == &endpoint::ASYNC_SEND_V2 {
            is_notice_field(field) && !template_only(field)
        } else {
            false
        }
    };
    entry.fields.iter().filter(wanted).cloned().collect()
}

/// Whether a call sends or changes a card.
fn is_card(endpoint: &Endpoint) -> bool {
    endpoint.sends && endpoint.system == System::Api
}

/// The way to use instead of an older card call, which takes no new app: the word of a draft file's `via`.
fn way_instead(endpoint: &Endpoint) -> Option<&'static str> {
    if endpoint == &endpoint::SEND_PRIVATE_CHAT_CARD || endpoint == &endpoint::SEND_INTERACTIVE_CARD {
        Some("createAndDeliver")
    } else if endpoint == &endpoint::UPDATE_INTERACTIVE_CARD {
        Some("update")
    } else {
        None
    }
}

/// Adds what this very request and answer tell.
fn sharpen(explanation: &mut Explanation, refusal: &Refusal, failure: &Failure, context: Context, lang: Lang) {
    let say = |key: &str, args: &[(&str, String)]| text(lang, key, args);
    let endpoint = failure.exchange.endpoint;
    let instead = way_instead(endpoint);
    if endpoint == &endpoint::CREATE_AND_DELIVER && refusal.code.as_deref() == Some("param.cardAlreadyExist") {
        explanation.action.insert(0, FixAction::NewOutTrackId);
        explanation.action.push(FixAction::UseWay("update"));
    }
    if endpoint == &endpoint::SEND_BY_TEMPLATE && refusal.code.as_deref() == Some("800001") {
        explanation.action.insert(0, FixAction::UseWay("asyncsend_v2"));
    }
    if refusal.is_permission() {
        if let Some(way) = instead {
            let name = [("way", say(&format!("way.card.{way}"), &[]))];
            explanation.cause = say("wire.way_closed.cause", &[]);
            explanation.fix = say("wire.way_closed.fix", &name);
            explanation.action.insert(0, FixAction::UseWay(way));
        } else if endpoint == &endpoint::SEND_BY_TEMPLATE && context == Context::default() {
            explanation.cause = join(lang, &explanation.cause, &say("wire.third_party_only", &[]));
        }
        if explanation.scopes.is_empty()
            && instead.is_none()
            && !endpoint.permission.is_empty()
            && is_scope_code(refusal)
        {
            explanation.scopes.push(endpoint.permission.to_owned());
        }
        if !explanation.action.iter().any(|action| matches!(action, FixAction::OpenPermissions(_))) {
            let first = usize::from(instead.is_some());
            explanation.action.insert(first, FixAction::OpenPermissions(permission_page(refusal)));
        }
    }
    if !explanation.scopes.is_empty() {
        let scopes = explanation.scopes.join(if lang == Lang::Zh { "、" } else { ", " });
        explanation.fix = join(lang, &explanation.fix, &say("wire.scopes", &[("scopes", scopes)]));
    }
    if let Some(ip) = &explanation.ip {
        explanation.what = join(lang, &explanation.what, &say("wire.ip", &[("ip", ip.clone())]));
        if refusal.is_ip_list() && !explanation.action.iter().any(|a| matches!(a, FixAction::OpenPermissions(_))) {
            // The IP list is on the app's own pages in the console.
            explanation.action.insert(0, FixAction::OpenPermissions(permission_page(refusal)));
        }
    }
    if refusal.is_invalid_token() && endpoint.needs_token {
        if context.pasted_token {
            explanation.fix = say("wire.pasted.fix", &[]);
        } else if failure.exchange.attempts > 1 {
            explanation.cause = say("wire.healed_in_vain.cause", &[]);
            explanation.fix = say("wire.healed_in_vain.fix", &[]);
            explanation.action.insert(0, FixAction::OpenSettings);
        }
    }
    if context.pasted_token || !endpoint.needs_token {
        // No button for what the program cannot do, or for what just failed.
        for action in &mut explanation.action {
            if *action == FixAction::NewToken {
                *action = FixAction::OpenSettings;
            }
        }
    }
    explanation.action.dedup();
}

/// Whether the answer is about a permission point, not about which people or departments the app may see.
fn is_scope_code(refusal: &Refusal) -> bool {
    !matches!(refusal.code.as_deref(), Some("50002" | "50004"))
}

fn wait_seconds(refusal: &Refusal) -> Option<u32> {
    if refusal.shape == RefusalShape::IpBan {
        return Some(300);
    }
    let code = refusal.code.as_deref()?;
    match code {
        "90002" | "90018" => Some(1),
        "41047" | "41048" | "143103" | "143104" | "143203" | "143204" => Some(60),
        _ if code.contains("QpsLimit") => Some(1),
        _ if code.contains("QpmLimit") => Some(60),
        _ => None,
    }
}

/// The link in the answer that leads to the permission, else the console.
fn permission_page(refusal: &Refusal) -> String {
    let link = refusal.links.iter().find(|link| is_dingtalk(link) && !link.contains("/document"));
    link.or_else(|| refusal.links.iter().find(|link| is_dingtalk(link)))
        .cloned()
        .unwrap_or_else(|| CONSOLE_URL.to_owned())
}

fn template_page(endpoint: &Endpoint) -> String {
    // Message templates of notices are on the app's robot page; no link leads there without the app's id.
    if endpoint == &endpoint::SEND_BY_TEMPLATE { CONSOLE_URL } else { CARD_TEMPLATES_URL }.to_owned()
}

/// Whether a link may be opened from here: an answer could name any address.
fn is_dingtalk(link: &str) -> bool {
    url::Url::parse(link).is_ok_and(|url| {
        url.scheme() == "https"
            && url.username().is_empty()
            && url.host_str().is_some_and(|host| {
                ["dingtalk.com", "dingtalk.io"].iter().any(|own| host == *own || host.ends_with(&format!(".{own}")))
            })
    })
}

/// Two sentences, one after the other.
pub(super) fn join(lang: Lang, first: &str, second: &str) -> String {
    match (first.is_empty(), lang) {
        (true, _) => second.to_owned(),
        (false, Lang::Zh) => format!("{first}{second}"),
        (false, Lang::En) => format!("{first} {second}"),
    }
}
