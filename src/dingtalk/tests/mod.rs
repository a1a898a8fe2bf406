//! Tests of the wire that need no socket.

mod answers;
mod calls;
mod judge;
mod mask;

use super::{BaseUrl, Hosts};

pub(super) fn hosts() -> Hosts {
    Hosts {
        api: BaseUrl::parse("https://api.dingtalk.com").unwrap(),
        oapi: BaseUrl::parse("https://oapi.dingtalk.io").unwrap(),
    }
}
