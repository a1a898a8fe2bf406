//! The exact request, masked: as text, and as a curl line to try it elsewhere.

use std::sync::Arc;

use egui::Ui;

use crate::{
    compose::{check::CheckCache, ready},
    deliver::send::call_of,
    dingtalk::{Call, Hosts},
    ui::{
        action::Action,
        cx::Cx,
        drafts::{DraftId, OpenDraft},
        icons::Icon,
        theme::size,
        widgets::{Banner, Level, PushButton, code_view},
    },
};

/// The request's text, made again only when the draft or the connection changed.
#[derive(Default)]
pub struct RequestCache {
    key: Option<(DraftId, u64, u64, bool)>,
    text: Arc<str>,
    curl: Arc<str>,
}

pub fn request_ui(ui: &mut Ui, cx: &Cx<'_>, open: &OpenDraft, cache: &mut RequestCache) {
    let hosts = match cx.link.session() {
        Some(session) => session.hosts().clone(),
        None => cx.profile.system_hosts(),
    };
    let key = (open.id.clone(), open.revision(), cx.link.generation(), open.ready.is_some());
    if cache.key.as_ref() != Some(&key) {
        let call = match &open.ready {
            Some(ready) => call_of(ready),
            None => call_of(&ready::force_ready(&open.draft, &mut CheckCache::default())),
        };
        cache.text = call.preview(&hosts).into();
        cache.curl = curl_of(&call, &hosts).into();
        cache.key = Some(key);
    }
    if open.ready.is_none() {
        Banner::new(Level::Warning, tr!(cx.lang, "shell.request_blocked")).show(ui);
    }
    ui.horizontal_wrapped(|ui| {
        if PushButton::new(tr!(cx.lang, "common.copy")).icon(Icon::Copy).small().show(ui).clicked() {
            cx.send(Action::Copy(cache.text.to_string()));
        }
        let curl = PushButton::new(tr!(cx.lang, "shell.copy_curl")).icon(Icon::Code).small();
        if curl.tooltip(tr!(cx.lang, "shell.copy_curl_tip")).show(ui).clicked() {
            cx.send(Action::Copy(cache.curl.to_string()));
        }
    });
    let height = ui.available_height() - size::XL;
    code_view(ui, "request", &cache.text, height.max(120.0));
    let help = crate::ui::theme::help(ui.style(), tr!(cx.lang, "shell.request_masked"));
    ui.label(help);
}

/// A curl line that makes the same call, with the token masked: it has to be filled in by whoever tries it.
fn curl_of(call: &Call, hosts: &Hosts) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let preview = call.preview(hosts);
    let (head, body) = preview.split_once("\n\n").unwrap_or((&preview, ""));
    let mut line = format!("curl -X {} {}", call.endpoint.method.name(), quoted(&call.url_masked(hosts)));
    let made_by_curl = ["host:", "content-length:", "user-agent:"];
    for header in head.lines().skip(1).filter(|header| !made_by_curl.iter().any(|name| header.starts_with(name))) {
        line.push_str(" \\\n  -H ");
        line.push_str(&quoted(header));
    }
    if !body.is_empty() {
        line.push_str(" \\\n  --data-raw ");
        line.push_str(&quoted(body));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::{CardDraft, Draft},
        dingtalk::{System, host::BaseUrl},
    };

    #[test]
    fn the_curl_line_is_masked_and_quoted() {
        let card = CardDraft { card_template_id: "it's".to_owned(), ..CardDraft::default() };
        let call = call_of(&ready::force_ready(&Draft::Card(card), &mut CheckCache::default()));
        let hosts = Hosts { api: BaseUrl::mainland(System::Api), oapi: BaseUrl::mainland(System::Oapi) };
        let curl = curl_of(&call, &hosts);
        assert!(curl.starts_with("curl -X POST 'https://api.dingtalk.com/v1.0/im/"), "{curl}");
        assert!(curl.contains(r"it'\''s") && curl.contains("-H 'x-acs-dingtalk-access-token: "), "{curl}");
        assert!(!curl.contains("content-length"), "{curl}");
    }
}
