//! A media file becomes a `media_id`: read, judged by its bytes, uploaded once.
//!
//! Nobody gets anything from an upload, so it is not written into the history. When its outcome is unknown nothing is lost
//! but the id: it may be tried again.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio_util::sync::CancellationToken;

use crate::{
    compose::msg::MediaNote,
    dingtalk::{
        answers, calls,
        exchange::Failure,
        fault::{Doubt, Fault, Unreadable},
        media::{self, Format, MediaProblem, MediaType},
        session::Session,
    },
    lang::{Lang, text},
};

/// A file that passed the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaFile {
    /// As what it is uploaded.
    pub kind: MediaType,
    /// What it is, by its bytes.
    pub format: Format,
    /// Its name, without folders.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// Why a file is not uploaded. Nothing has left this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaError {
    /// It could not be read; the system's own words.
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The type does not take it.
    Problem {
        /// Its name.
        name: String,
        /// As what it was to be uploaded.
        kind: MediaType,
        /// What is wrong.
        problem: MediaProblem,
    },
}

impl MediaError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::Unreadable { path, reason } => {
                text(lang, "media.unreadable", &[("path", path.clone()), ("reason", reason.clone())])
            }
            Self::Problem { name, kind, problem } => problem_text(lang, name, *kind, problem),
        }
    }
}

fn problem_text(lang: Lang, name: &str, kind: MediaType, problem: &MediaProblem) -> String {
    let mut args = vec![
        ("name", name.to_owned()),
        ("kind", text(lang, kind_key(kind), &[])),
        ("endings", kind.endings().join(" ")),
    ];
    let key = match problem {
        MediaProblem::Empty => "media.empty",
        MediaProblem::TooLarge { max, actual } => {
            args.push(("max", (max / 1024 / 1024).to_string()));
            args.push(("actual", size_text(*actual)));
            "media.too_large"
        }
        MediaProblem::WrongFormat { found: Some(found) } => {
            args.push(("found", found.name().to_owned()));
            "media.wrong_format"
        }
        MediaProblem::WrongFormat { found: None } => "media.unknown_format",
        MediaProblem::WrongName { ending } => {
            args.push(("ending", if ending.is_empty() { "–".to_owned() } else { ending.clone() }));
            "media.wrong_name"
        }
    };
    text(lang, key, &args)
}

/// Locale key of a type's name.
pub const fn kind_key(kind: MediaType) -> &'static str {
    match kind {
        MediaType::Image => "media.kind.image",
        MediaType::Voice => "media.kind.voice",
        MediaType::Video => "media.kind.video",
        MediaType::File => "media.kind.file",
    }
}

/// `1.5 MB`, `320 KB`, `12 B`: the same in both languages.
#[expect(clippy::cast_precision_loss, reason = "one decimal of a file's size")]
pub fn size_text(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.0} KB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

impl MediaFile {
    /// Judges bytes that are here already.
    ///
    /// # Errors
    /// [`MediaError::Problem`] when the type does not take them.
    pub fn of(kind: MediaType, name: &str, bytes: Arc<[u8]>) -> Result<Self, MediaError> {
        match media::check(kind, name, &bytes) {
            Ok(format) => Ok(Self { kind, format, name: name.to_owned(), bytes }),
            Err(problem) => Err(MediaError::Problem { name: name.to_owned(), kind, problem }),
        }
    }

    /// Reads a file and judges it. Blocks; a file that is too large is not read.
    ///
    /// # Errors
    /// [`MediaError`] when it cannot be read or the type does not take it.
    pub fn read(kind: MediaType, path: &Path) -> Result<Self, MediaError> {
        let unreadable = |error: std::io::Error| MediaError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(unreadable(std::io::ErrorKind::InvalidInput.into()));
        }
        let (max, actual) = (kind.max_bytes(), metadata.len());
        if actual > max {
            return Err(MediaError::Problem { name, kind, problem: MediaProblem::TooLarge { max, actual } });
        }
        Self::of(kind, &name, std::fs::read(path).map_err(unreadable)?.into())
    }

    /// How long it plays, in whole seconds, where its head tells (WAV).
    pub fn seconds(&self) -> Option<u64> {
        media::wav_seconds(&self.bytes)
    }
}

/// Uploads a file, once. `sent` counts the bytes of the body that left.
///
/// # Errors
/// A [`Failure`], as of every call; an ok without a `media_id` is [`Unreadable::NoVerdict`].
pub async fn upload(
    session: &Session,
    file: &MediaFile,
    sent: Arc<AtomicU64>,
    cancel: &CancellationToken,
) -> Result<MediaNote, Box<Failure>> {
    let call = calls::media_upload(file.kind, file.format, &file.name, Arc::clone(&file.bytes), sent);
    let answer = session.call(&call, cancel).await?;
    if let Some(id) = answers::media_id(&answer.value) {
        return Ok(MediaNote { id, name: file.name.clone(), bytes: file.bytes.len() as u64 });
    }
    let http = answer.exchange.http_status.unwrap_or_default();
    let fault = Fault::Unknown(Doubt::NoReadableAnswer { http, why: Unreadable::NoVerdict });
    Err(Box::new(Failure { exchange: answer.exchange, fault }))
}
