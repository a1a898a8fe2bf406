//! The token calls 1 to 4 of the dossier and `/service/get_auth_info`.

use base64::Engine as _;
use hmac::{KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::Call;
use super::fault::Fault;
use super::token::{App, Kind};
use super::world::World;
use crate::dingtalk::System;

/// How far the caller's clock may be off, in milliseconds (853002).
const CLOCK_TOLERANCE: u128 = 60_000;

impl World {
    /// 1: `POST api /v1.0/oauth2/accessToken`.
    pub(super) fn access_token(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let body = call.api_object("parameter.error")?;
        let given = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if given("appKey") != self.ids.app_key || given("appSecret") != self.ids.app_secret.open() {
            return Err(Fault::api("invalidClientIdOrSecret"));
        }
        let token = self.issue(Kind { app: App::Internal, system: Some(System::Api) }, now);
        Ok(json!({"accessToken": token, "expireIn": self.token_lifetime.as_secs()}))
    }

    /// 2: `GET oapi /gettoken`; the parameters are read from the address only, as observed.
    pub(super) fn get_token(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let (Some(key), Some(secret)) = (call.query("appkey"), call.query("appsecret")) else {
            return Err(Fault::oapi(40035).with_message("缺少参数 corpid or appkey"));
        };
        if key != self.ids.app_key || secret != self.ids.app_secret.open() {
            return Err(Fault::oapi(40096));
        }
        let token = self.issue(Kind { app: App::Internal, system: Some(System::Oapi) }, now);
        Ok(json!({"access_token": token, "expires_in": self.token_lifetime.as_secs()}))
    }

    /// 3: `POST api /v1.0/oauth2/corpAccessToken`.
    pub(super) fn corp_access_token(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        let body = call.api_object("parameter.error")?;
        let given = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if given("suiteKey") != self.ids.suite_key {
            return Err(Fault::api("invalidSuiteKey"));
        }
        // The page has no code of its own for a wrong secret; the sibling call's is the nearest.
        if given("suiteSecret") != self.ids.suite_secret.open() {
            return Err(Fault::api("invalidClientIdOrSecret"));
        }
        if given("suiteTicket") != self.ids.suite_ticket.open() {
            return Err(Fault::api("invalidSuiteTicket"));
        }
        if given("authCorpId") != self.ids.corp_id {
            return Err(Fault::api("invalidAuthInfo"));
        }
        let token = self.issue(Kind { app: App::ThirdParty, system: Some(System::Api) }, now);
        Ok(json!({"accessToken": token, "expireIn": self.token_lifetime.as_secs()}))
    }

    /// 4: `POST oapi /service/get_corp_token`, signed.
    pub(super) fn get_corp_token(&mut self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        self.check_signature(call, now)?;
        self.check_corp(call)?;
        let token = self.issue(Kind { app: App::ThirdParty, system: Some(System::Oapi) }, now);
        Ok(json!({"access_token": token, "expires_in": self.token_lifetime.as_secs()}))
    }

    /// `POST oapi /service/get_auth_info`, signed: where a third-party app finds its agent id in a corp.
    pub(super) fn get_auth_info(&self, call: &Call, now: Timestamp) -> Result<Value, Fault> {
        self.check_signature(call, now)?;
        self.check_corp(call)?;
        let company = self.organisation.departments().first().map(|company| company.name.clone()).unwrap_or_default();
        let founder = self.organisation.people().first().map(|person| person.userid.to_string()).unwrap_or_default();
        Ok(json!({
            "auth_corp_info": {
                "corpid": self.ids.corp_id,
                "corp_name": company,
                "full_corp_name": company,
                "corp_type": 0,
                "is_authenticated": false,
                "auth_level": 0,
                "corp_logo_url": "",
                "industry": "计算机软件",
                "invite_url": "",
                "invite_code": "",
                "license_code": "",
                "auth_channel": "",
                "auth_channel_type": "",
            },
            "auth_user_info": {"userId": founder},
            "auth_info": {
                "agent": [{
                    "agent_name": "DingComposer 演练应用",
                    "agentid": self.ids.agent_id,
                    "appid": -1,
                    "logo_url": "",
                    "admin_list": [founder],
                }],
            },
            "channel_auth_info": {"channelAgent": []},
        }))
    }

    fn check_signature(&self, call: &Call, now: Timestamp) -> Result<(), Fault> {
        let timestamp = call.query("timestamp").unwrap_or_default();
        let millis: i64 =
            timestamp.parse().ok().filter(|millis| *millis > 1_000_000_000_000).ok_or_else(|| Fault::oapi(853_001))?;
        if u128::from(now.as_millisecond().abs_diff(millis)) > CLOCK_TOLERANCE {
            return Err(Fault::oapi(853_002));
        }
        if call.query("accessKey").as_deref() != Some(self.ids.suite_key.as_str()) {
            return Err(Fault::oapi(853_003));
        }
        let ticket = call.query("suiteTicket").ok_or_else(|| Fault::oapi(41023))?;
        let signed = sign(self.ids.suite_secret.open(), &timestamp, &ticket);
        if call.query("signature").as_deref() != Some(signed.as_str()) {
            return Err(Fault::oapi(853_004));
        }
        if ticket != self.ids.suite_ticket.open() {
            return Err(Fault::oapi(40085));
        }
        Ok(())
    }

    fn check_corp(&self, call: &Call) -> Result<(), Fault> {
        let corp = call.oapi_params()?.text("auth_corpid").ok_or_else(|| Fault::oapi(41027).at("/auth_corpid"))?;
        if corp == self.ids.corp_id { Ok(()) } else { Err(Fault::oapi(41030).at("/auth_corpid")) }
    }
}

/// The signature before it is encoded for the address: base64 of HMAC-SHA256 over `timestamp + "\n" + suiteTicket`.
fn sign(secret: &str, timestamp: &str, ticket: &str) -> String {
    // An HMAC takes a key of any length: the error case does not exist.
    let Ok(mut mac) = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{timestamp}\n{ticket}").as_bytes());
    base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_official_sdk() {
        assert_eq!(sign("_FPxxxxj3e", "1527130370219", "test"), "cEq8VpdOEqmNUnsVELp0H+KvWcNzyGWqnPIEeomAWY0=");
    }
}
