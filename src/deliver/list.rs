//! Deliveries as data: the objects of `deliveries --json`.

use serde_json::{Map, Value, json};

use super::{plan::moment, words::explain_code};
use crate::{
    lang::Lang,
    store::journal::{CallRow, Delivery, PersonRow},
};

/// A delivery as the list has it.
pub fn row(delivery: &Delivery, lang: Lang) -> Value {
    let new = &delivery.new;
    let counts = &delivery.counts;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    put("id", json!(delivery.id.0));
    put("started", json!(moment(new.started_ms)));
    if let Some(due) = new.due_ms {
        put("due", json!(moment(due)));
    }
    if let Some(ended) = delivery.ended_ms {
        put("ended", json!(moment(ended)));
    }
    put("profile", json!(new.profile));
    put("profile_kind", json!(new.profile_kind));
    put("kind", json!(new.kind.name()));
    put("via", json!(new.via));
    put("title", json!(new.title));
    put("mode", json!(new.mode));
    put("state", json!(delivery.state.name()));
    if !delivery.note.is_empty() {
        put("note", json!(delivery.note));
        if let Some(why) = explain_code(&delivery.note, lang) {
            put("explanation", json!(why));
        }
    }
    put("people", json!(delivery.people));
    put("calls", json!(delivery.calls));
    put(
        "counts",
        json!({
            "not_begun": counts.not_begun, "begun": counts.begun, "handed_over": counts.handed_over,
            "failed": counts.refused, "unknown": counts.unknown, "recalled": counts.recalled,
        }),
    );
    Value::Object(object)
}

fn person(person: &PersonRow, lang: Lang) -> Value {
    let mut object = Map::new();
    object.insert("userid".to_owned(), json!(person.userid));
    if !person.name.is_empty() {
        object.insert("name".to_owned(), json!(person.name));
    }
    object.insert("rung".to_owned(), json!(person.rung.name()));
    if !person.code.is_empty() {
        object.insert("code".to_owned(), json!(person.code));
        if let Some(why) = explain_code(&person.code, lang) {
            object.insert("explanation".to_owned(), json!(why));
        }
    }
    Value::Object(object)
}

fn call(call: &CallRow, people: Vec<Value>, lang: Lang) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    put("number", json!(call.number));
    put("rung", json!(call.state.rung().name()));
    put("path", json!(call.path));
    for (name, at) in [("begun", call.begun_ms), ("ended", call.ended_ms)] {
        if let Some(at) = at {
            put(name, json!(moment(at)));
        }
    }
    if let Some(http) = call.ended.http {
        put("http_status", json!(http));
    }
    for (name, text) in [
        ("code", &call.ended.code),
        ("message", &call.ended.message),
        ("request_id", &call.ended.request_id),
        ("task_id", &call.ended.task_id),
        ("process_query_key", &call.ended.query_key),
        ("out_track_id", &call.out_track_id),
    ] {
        if !text.is_empty() {
            put(name, json!(text));
        }
    }
    if let Some(why) = explain_code(&call.ended.code, lang) {
        put("explanation", json!(why));
    }
    put("attempts", json!(call.ended.attempts));
    put("elapsed_ms", json!(call.ended.elapsed_ms));
    put("people", Value::Array(people));
    Value::Object(object)
}

/// One delivery whole: `people` has everybody with a rung, `calls` every call with its rung and its own people.
pub fn whole(delivery: &Delivery, calls: &[CallRow], people: &[PersonRow], lang: Lang) -> Value {
    let mut object = row(delivery, lang);
    let mut of_calls: Vec<Vec<Value>> = vec![Vec::new(); calls.len()];
    let mut everybody = Vec::with_capacity(people.len());
    for one in people {
        let shown = person(one, lang);
        let place = calls.binary_search_by_key(&one.call, |call| call.number);
        if let Some(list) = place.ok().and_then(|place| of_calls.get_mut(place)) {
            list.push(shown.clone());
        }
        everybody.push(shown);
    }
    let calls: Vec<Value> = calls.iter().zip(of_calls).map(|(one, people)| call(one, people, lang)).collect();
    if let Some(members) = object.as_object_mut() {
        members.insert("people".to_owned(), Value::Array(everybody));
        members.insert("calls".to_owned(), Value::Array(calls));
        members.insert("people_count".to_owned(), json!(delivery.people));
        members.insert("calls_count".to_owned(), json!(delivery.calls));
    }
    object
}
