//! `ding-composer upload FILE`: a media file becomes a `media_id`.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Exit, Out, Run, pretty};
use crate::{
    catalogue,
    deliver::{
        connect::{connect, start_sandbox},
        report::fault_word,
        upload::{MediaFile, upload},
    },
    dingtalk::{
        fault::Fault,
        media::MediaType,
        tokens::{Clock, SystemClock},
    },
    lang::text,
    sandbox::SandboxOptions,
    store::vault::{ChosenVault, Vault},
};

/// The words of `upload`.
#[derive(clap::Args, Debug)]
pub struct UploadArgs {
    /// The file.
    pub file: PathBuf,
    /// image, voice, video or file (default: by the file's name).
    #[arg(long = "type", value_name = "TYPE", value_parser = parse_type)]
    pub kind: Option<MediaType>,
    /// The profile to upload with (default: as for send).
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Really upload with a profile that is not the sandbox.
    #[arg(long)]
    pub yes: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

fn parse_type(word: &str) -> Result<MediaType, String> {
    MediaType::from_name(word).ok_or_else(|| "image / voice / video / file".to_owned())
}

impl Run<'_> {
    pub(super) fn upload(&self, args: &UploadArgs, out: &mut Out<'_>) -> Exit {
        let lang = self.lang;
        let profile = match args
            .profile
            .as_deref()
            .map_or_else(|| Ok(self.default_profile()), |name| self.settings.profile(name))
        {
            Ok(profile) => profile,
            Err(error) => {
                out.note(&error.message(lang));
                return Exit::Usage;
            }
        };
        let kind = args.kind.or_else(|| MediaType::of_name(&args.file.to_string_lossy()));
        let Some(kind) = kind else {
            out.note(&text(lang, "cli.upload_type", &[]));
            return Exit::Usage;
        };
        let file = match MediaFile::read(kind, &args.file) {
            Ok(file) => file,
            Err(error) => {
                let reason = error.message(lang);
                if args.json {
                    out.say(&pretty(&json!({ "outcome": "findings", "message": reason })));
                }
                out.note(&text(lang, "cli.upload_failed", &[("reason", reason)]));
                return Exit::Findings;
            }
        };
        if !profile.is_sandbox() && !args.yes {
            let args = [("profile", profile.name.clone()), ("who", file.name.clone())];
            out.note(&text(lang, "cli.needs_yes", &args));
            return Exit::Usage;
        }
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let vault: Arc<dyn Vault> = Arc::new(ChosenVault::default());
        let people = self.sandbox_people;
        let connected =
            connect(profile, &vault, clock, || start_sandbox(SandboxOptions { people, ..SandboxOptions::default() }))
                .map_err(|error| error.message(lang));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let (connection, runtime) = match (connected, runtime) {
            (Ok(connection), Ok(runtime)) => (connection, runtime),
            (Err(reason), _) => {
                out.note(&reason);
                return Exit::Usage;
            }
            (_, Err(error)) => {
                out.note(&error.to_string());
                return Exit::Usage;
            }
        };
        let session = &connection.session;
        match runtime.block_on(upload(session, &file, Arc::<AtomicU64>::default(), &CancellationToken::new())) {
            Ok(note) => {
                if args.json {
                    let said = json!({"outcome": "uploaded", "media_id": note.id, "name": note.name, "bytes": note.bytes, "type": kind.name(), "profile": profile.name});
                    out.say(&pretty(&said));
                } else {
                    out.say(&text(lang, "cli.uploaded", &[("id", note.id)]));
                }
                Exit::HandedOver
            }
            Err(failure) => {
                let explained = catalogue::explain(&failure, &catalogue::Context::of(session.credentials()), lang);
                let code = match &failure.fault {
                    Fault::Refused(refusal) if refusal.code.is_some() => refusal.code.clone(),
                    fault => fault_word(fault).map(str::to_owned),
                };
                let unknown = failure.fault.is_unknown();
                if args.json {
                    let said = json!({
                        "outcome": if unknown { "unknown" } else { "refused" }, "code": code,
                        "request_id": failure.exchange.request_id,
                        "explanation": {"what": explained.what, "cause": explained.cause, "fix": explained.fix},
                    });
                    out.say(&pretty(&said));
                } else {
                    out.say(&format!("  {} [{}]", explained.what, code.unwrap_or_default()));
                    out.say(&format!("  {}: {}", text(lang, "cli.fix", &[]), explained.fix));
                }
                if unknown { Exit::Unknown } else { Exit::Refused }
            }
        }
    }
}
