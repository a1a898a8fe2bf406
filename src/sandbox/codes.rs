//! HTTP status and official wording of any code that can be asked for.

/// What is known of a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Known {
    pub(super) status: u16,
    pub(super) message: String,
}

/// Looks a code up: `param.empty`, `400002`, `88/60011`. An unknown one answers 400 with its own name as the message, as
/// DingTalk does for some (`param.templateUnpublished`).
pub(super) fn known(code: &str) -> Known {
    let status = match code {
        "systemBusy" | "systemError" | "system.busy" | "server.error" | "unknownError" => 500,
        "unauthorized.client" => 401,
        _ if code.starts_with("Forbidden") => 403,
        _ => 400,
    };
    Known { status, message: code.to_owned() }
}
