//! The acceptance record as one HTML page with its pictures inside, for the ticket of a launch.

use std::{collections::BTreeMap, fmt::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{cases::title, cells::minute, library::Known, pictures::Loaded, studio::Studio};
use crate::{
    lang::Lang,
    template::{
        cases::{Case, fingerprint},
        draw::build::Scene,
    },
};

/// The page; `pictures` are those of the web that were loaded.
///
/// # Errors
/// The picture encoder's words.
pub fn page(
    known: &Known,
    cases: &[Case],
    pictures: BTreeMap<String, Loaded>,
    now: jiff::Timestamp,
    lang: Lang,
) -> Result<String, String> {
    let studio = Studio::new(1.0, true).with_pictures(pictures);
    let heading = tr!(lang, "lab.record_of", name = known.stored.name);
    let (mut rows, mut list) = (String::new(), String::new());
    let mut accepted = 0;
    for (number, case) in cases.iter().enumerate() {
        let merged = case.merged(&known.export);
        let hash = fingerprint(&known.card, &merged);
        let (class, line) = match &case.tick {
            Some(tick) if tick.hash == hash => {
                accepted += 1;
                ("right", tr!(lang, "lab.tick_by", who = tick.who, at = minute(tick.at_ms)))
            }
            Some(tick) => ("changed", tr!(lang, "lab.tick_changed", who = tick.who)),
            None => ("open", tr!(lang, "lab.tick_none")),
        };
        let (name, line) = (escape(&title(lang, &case.origin)), escape(&line));
        write!(list, "<tr class={class}><td><a href=\"#case-{number}\">{name}</a></td><td>{line}</td></tr>").ok();
        write!(rows, "<section id=\"case-{number}\"><h2>{name}</h2><p class={class}>{line} · <code>{hash}</code></p>")
            .ok();
        for dark in [false, true] {
            let scene = Scene { dark, ..Scene::default() };
            let png = studio.picture(&known.card, &merged, &scene).png()?;
            let theme = crate::lang::text(lang, if dark { "lab.dark" } else { "lab.light" }, &[]);
            let png = STANDARD.encode(png);
            write!(rows, "<figure><figcaption>{theme}</figcaption><img alt=\"{name} {theme}\" src=\"data:image/png;base64,{png}\"></figure>")
                .ok();
        }
        let values = serde_json::json!({ "cardData": case.card, "privateData": case.private });
        let values = serde_json::to_string_pretty(&values).unwrap_or_default();
        let label = escape(&tr!(lang, "lab.record_values"));
        write!(rows, "<details><summary>{label}</summary><pre>{}</pre></details></section>", escape(&values)).ok();
    }
    let counted = tr!(lang, "lab.cases_count", accepted = accepted, all = cases.len());
    let note = tr!(lang, "lab.schematic");
    Ok(format!(
        "<!doctype html><html lang=\"{code}\"><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style>\
         <h1>{title}</h1><p>{id} · {at} · {counted}</p><p>{note}</p><table>{list}</table>{rows}</html>\n",
        code = lang.code(),
        title = escape(&heading),
        id = escape(&known.stored.id),
        at = minute(now.as_millisecond()),
        counted = escape(&counted),
        note = escape(&note),
    ))
}

const STYLE: &str = "body{font:14px sans-serif;margin:24px;color:#171a1d;background:#fff}section{margin:32px 0 0;break-inside:avoid}\
    figure{display:inline-block;vertical-align:top;margin:0 12px 8px 0}figcaption{color:#747677;font-size:12px}\
    img{border:1px solid #ccc;max-width:100%}pre{white-space:pre-wrap}table{border-collapse:collapse}\
    td{padding:2px 24px 2px 0;border-bottom:1px solid #eee}code{color:#747677}\
    .right td+td,p.right{color:#1a7f37}.changed td+td,p.changed{color:#b35900}.open td+td,p.open{color:#747677}";

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::exports::StoredExport, template::cases::record};

    #[test]
    fn a_page_holds_every_case_with_two_pictures_and_no_markup_of_a_value() {
        let text = serde_json::json!({
            "editorData": serde_json::json!({ "variableList": [{ "name": "t", "type": "string" }],
                "mockData": { "cardData": { "t": "<script>alert(1)</script>" } } }).to_string(),
            "widgetInfo": "<FastTextView width='@data{width}' height='20np' text='@data{data.cardData.t}'/>"
        });
        let stored =
            StoredExport { id: "a&b".into(), name: "甲".into(), text: text.to_string(), ..StoredExport::default() };
        let known = Known::read(stored, Lang::Zh).unwrap();
        let cases = record(&known.export, &known.card, &serde_json::Value::Null);
        let page = page(&known, &cases[..2], BTreeMap::new(), jiff::Timestamp::UNIX_EPOCH, Lang::Zh).unwrap();
        assert_eq!(page.matches("data:image/png;base64,").count(), 4);
        assert!(!page.contains("<script>") && page.contains("a&amp;b"));
    }
}
