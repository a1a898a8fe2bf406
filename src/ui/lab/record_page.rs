//! The acceptance record as one HTML page with its pictures inside, for the ticket of a launch.

use std::{collections::BTreeMap, fmt::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{cases::title, library::Known, pictures::Loaded, studio::Studio};
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
    let day = |at: jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string();
    let heading = tr!(lang, "lab.record_of", name = known.stored.name);
    let mut rows = String::new();
    let mut accepted = 0;
    for case in cases {
        let merged = case.merged(&known.export);
        let hash = fingerprint(&known.card, &merged);
        let line = match &case.tick {
            Some(tick) if tick.hash == hash => {
                accepted += 1;
                let at = jiff::Timestamp::from_millisecond(tick.at_ms).unwrap_or_default();
                tr!(lang, "lab.tick_by", who = tick.who, at = day(at))
            }
            Some(tick) => tr!(lang, "lab.tick_changed", who = tick.who),
            None => tr!(lang, "lab.tick_none"),
        };
        write!(rows, "<section><h2>{}</h2><p>{} · {hash}</p>", escape(&title(lang, &case.origin)), escape(&line)).ok();
        for dark in [false, true] {
            let scene = Scene { dark, ..Scene::default() };
            let png = studio.picture(&known.card, &merged, &scene).png()?;
            write!(rows, "<img alt=\"\" src=\"data:image/png;base64,{}\">", STANDARD.encode(png)).ok();
        }
        let values = serde_json::json!({ "cardData": case.card, "privateData": case.private });
        let values = serde_json::to_string_pretty(&values).unwrap_or_default();
        let label = escape(&tr!(lang, "lab.record_values"));
        write!(rows, "<details><summary>{label}</summary><pre>{}</pre></details></section>", escape(&values)).ok();
    }
    let counted = tr!(lang, "lab.cases_count", accepted = accepted, all = cases.len());
    let note = tr!(lang, "lab.schematic");
    Ok(format!(
        "<!doctype html><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{font:14px sans-serif;margin:24px}}section{{margin:0 0 32px;break-inside:avoid}}\
         img{{vertical-align:top;margin-right:12px;border:1px solid #ccc}}pre{{white-space:pre-wrap}}</style>\
         <h1>{title}</h1><p>{id} · {at} · {counted}</p><p>{note}</p>{rows}\n",
        title = escape(&heading),
        id = escape(&known.stored.id),
        at = day(now),
        counted = escape(&counted),
        note = escape(&note),
    ))
}

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
