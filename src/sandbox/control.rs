//! The sandbox's own routes, for a test that drives the program from outside. Loopback only, and each start has its own key.
//!
//! * `GET /sandbox`: who the app and the organisation are (no secrets), and the templates.
//! * `POST /sandbox/script` with `{"endpoint"?, "times"?, "effect": {"kind": "code", "code": "400002"}}`; `GET`: what is
//!   waiting; `DELETE`: forget all.
//! * `GET /sandbox/arrivals`; `DELETE`: forget all.
//! * `POST /sandbox/rules` with `{"calls_per_second"?, "api_calls_per_second"?, "calls_per_address"?, "calls_per_month"?,
//!   "people_per_minute"?}`: limits that the sandbox counts by itself; what is left out has none.
//! * `POST /sandbox/expire`: ends the life of every token.
//! * `POST /sandbox/clock` with `{"skew_seconds": 90}`.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::fault::Reply;
use super::script::Script;
use super::{Rules, Shared};

pub(super) fn answer(shared: &Shared, call: &Call) -> Reply {
    if call.header(super::CONTROL_HEADER) != Some(shared.control_key.open()) {
        return refusal(403, &format!("the header {} with this start's key is needed", super::CONTROL_HEADER));
    }
    let done = || Reply::json(200, &json!({"ok": true}));
    match (call.method.as_str(), call.path.as_str()) {
        ("GET", "/sandbox") => Reply::json(200, &identity(shared)),
        ("GET", "/sandbox/arrivals") => {
            let arrivals = shared.world().arrivals();
            Reply::json(200, &json!({"arrivals": arrivals.iter().map(super::Arrival::to_json).collect::<Vec<_>>()}))
        }
        ("DELETE", "/sandbox/arrivals") => {
            shared.world().clear_arrivals();
            shared.tell();
            done()
        }
        ("GET", "/sandbox/script") => {
            let waiting: Vec<Value> = shared
                .world()
                .scripts
                .iter()
                .map(|script| {
                    json!({"endpoint": script.endpoint, "times": script.times, "effect": script.effect.to_json()})
                })
                .collect();
            Reply::json(200, &json!({"scripts": waiting}))
        }
        ("POST", "/sandbox/script") => {
            let read = serde_json::from_slice(&call.body).map_err(|error| error.to_string());
            match read.and_then(|value: Value| Script::from_json(&value)) {
                Ok(script) => {
                    shared.world().scripts.push(script);
                    done()
                }
                Err(problem) => refusal(400, &problem),
            }
        }
        ("DELETE", "/sandbox/script") => {
            shared.clear_scripts();
            done()
        }
        ("POST", "/sandbox/rules") => match serde_json::from_slice::<Value>(&call.body) {
            Ok(Value::Object(given)) => match set_limits(&mut shared.world().rules, &given) {
                Ok(()) => done(),
                Err(problem) => refusal(400, &problem),
            },
            _ => refusal(400, "a JSON object is needed"),
        },
        ("POST", "/sandbox/expire") => {
            let now = shared.now();
            shared.world().tokens.expire(now);
            done()
        }
        ("POST", "/sandbox/clock") => {
            let read: Option<Value> = serde_json::from_slice(&call.body).ok();
            match read.as_ref().and_then(|value| value["skew_seconds"].as_i64()) {
                Some(seconds) => {
                    shared.set_skew(jiff::SignedDuration::from_secs(seconds));
                    done()
                }
                None => refusal(400, "skew_seconds: a whole number is needed"),
            }
        }
        _ => refusal(404, "no such control route"),
    }
}

/// Sets the limits that are named, and takes the others away.
fn set_limits(rules: &mut Rules, given: &Map<String, Value>) -> Result<(), String> {
    let read = |name: &str| match given.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
            number.map(Some).ok_or_else(|| format!("{name}: a whole number from 1 is needed"))
        }
    };
    let known =
        ["calls_per_second", "api_calls_per_second", "calls_per_address", "calls_per_month", "people_per_minute"];
    if let Some(odd) = given.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("{odd} is not known"));
    }
    let [second, api, address, month, minute] = known.map(read);
    *rules = Rules {
        calls_per_second: second?,
        api_calls_per_second: api?,
        calls_per_address: address?,
        calls_per_month: month?,
        people_per_minute: minute?,
        ..rules.clone()
    };
    Ok(())
}

fn refusal(status: u16, problem: &str) -> Reply {
    Reply::json(status, &json!({"error": problem}))
}

fn identity(shared: &Shared) -> Value {
    let world = shared.world();
    let ids = &world.ids;
    let cards: Vec<Value> = world
        .card_templates
        .iter()
        .map(|template| json!({"id": template.id, "name": template.name, "published": template.published}))
        .collect();
    let notices: Vec<Value> = world
        .notice_templates
        .iter()
        .map(|known| json!({"id": known.template.id, "name": known.template.name, "approved": known.approved}))
        .collect();
    json!({
        "app_key": ids.app_key,
        "suite_key": ids.suite_key,
        "corp_id": ids.corp_id,
        "agent_id": ids.agent_id,
        "robot_code": ids.robot_code,
        "open_conversation_id": ids.open_conversation_id,
        "callback_route_key": ids.callback_route_key,
        "card_templates": cards,
        "notice_templates": notices,
    })
}
