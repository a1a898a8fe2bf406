//! 发送记录 with 20,000 sends in it.

use std::time::Duration;

use ding_composer::{
    compose::Kind,
    store::{
        Home,
        history::{Filter, Finished, History, NewSend, Outcome, SendIds, Who},
    },
};

use crate::harness::Report;

fn send(number: i64) -> NewSend {
    NewSend {
        at_unix_ms: 1_700_000_000_000 + number * 1000,
        profile: "总部".to_owned(),
        profile_kind: "internal".to_owned(),
        kind: Kind::Card,
        title: format!("第 {number} 张卡片"),
        who: Who { summary: "张三、李四 等 12 人".to_owned(), people: 12, ids_json: "[\"u\"]".repeat(50) },
        ids: SendIds { out_track_id: format!("track-{number}"), ..SendIds::default() },
        request: "POST /v1.0/im/privateChat/interactiveCards/send ".repeat(40),
        draft_body: "{\"cardTemplateId\":\"x.schema\"}".repeat(40),
        content_hash: format!("{number:064x}"),
    }
}

pub fn history(report: &Report, folder: &std::path::Path) {
    let Ok(home) = Home::open(Some(folder.join("home"))) else { return };
    let finished = Finished {
        outcome: Outcome::HandedOver,
        elapsed_ms: 120,
        ids: SendIds { process_query_key: "key".to_owned(), ..SendIds::default() },
        answer: "{\"success\":true}".to_owned(),
        explanation: String::new(),
    };
    let Ok(history) = History::open(&home) else { return };
    let write = |number: &i64| history.begin(&send(*number)).and_then(|id| history.finish(id, &finished));
    report.each("history: write a send before and after its call", None, 0..2_000_i64, write);
    for number in 2_000..20_000 {
        if write(&number).is_err() {
            return;
        }
    }
    let limit = Some(Duration::from_millis(50));
    report.times("history: open with 20,000 sends", limit, 30, || History::open(&home));
    report.times("history: newest page of 100", limit, 100, || history.page(&Filter::default(), 0, 100));
    let text = Filter { text: "第 77".to_owned(), ..Filter::default() };
    report.times("history: search 20,000 sends by text", limit, 50, || {
        (history.page(&text, 0, 100), history.count(&text))
    });
    report.times("history: look an outTrackId up", None, 200, || history.earlier_use("总部", "track-777"));
}
