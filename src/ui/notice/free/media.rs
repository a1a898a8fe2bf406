//! Files that are uploaded into a field of the message: chosen, dropped on the window, on their way, refused.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use egui::Ui;
use tokio_util::sync::CancellationToken;

use super::super::form::id_field;
use crate::{
    catalogue,
    compose::{
        NoticeDraft, NoticeVia,
        msg::{MediaNote, MsgKind, NoticeMsg, Part},
    },
    deliver::upload::{MediaError, MediaFile, size_text, upload},
    dingtalk::{Failure, MediaType, Session, media::Format},
    lang::Lang,
    ui::{
        action::Action,
        background::{Background, JobLost},
        cx::Cx,
        icons::Icon,
        remote::Remote,
        widgets::{Banner, Field, Level, PushButton, progress_ui, split_line},
    },
};

/// Why a file did not become a media id.
enum UploadError {
    File(MediaError),
    Call(Box<Failure>, catalogue::Context),
    Lost(JobLost),
}

impl From<JobLost> for UploadError {
    fn from(lost: JobLost) -> Self {
        Self::Lost(lost)
    }
}

impl UploadError {
    fn message(&self, lang: Lang) -> String {
        match self {
            Self::File(error) => error.message(lang),
            Self::Call(failure, context) => {
                let explained = catalogue::explain(failure, context, lang);
                tr!(lang, "free.upload_refused", what = explained.what, fix = explained.fix).into_owned()
            }
            Self::Lost(lost) => tr!(lang, "common.job_lost", reason = lost.0).into_owned(),
        }
    }
}

/// What an upload gave: the id with the file's name, and how long a recording plays where that is known.
struct Uploaded {
    note: MediaNote,
    seconds: Option<u64>,
}

struct Upload {
    part: Part,
    name: String,
    sent: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
    cancel: CancellationToken,
    remote: Remote<Uploaded, UploadError>,
}

/// The uploads of one draft; at most one of each field.
#[derive(Default)]
pub struct Uploads(Vec<Upload>);

impl Uploads {
    /// Reads a file, judges it and uploads it into a field. Another upload of that field is given up.
    pub fn start(&mut self, background: &Background, session: Session, part: Part, path: PathBuf) {
        self.drop_part(part);
        let (sent, total) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let cancel = CancellationToken::new();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut remote = Remote::NotAsked;
        let (count, size, stop) = (Arc::clone(&sent), Arc::clone(&total), cancel.clone());
        let kind = media_type(part);
        background.start(&mut remote, async move {
            let read = tokio::task::spawn_blocking(move || MediaFile::read(kind, &path)).await;
            let file = match read {
                Ok(read) => read.map_err(UploadError::File)?,
                Err(lost) => return Err(UploadError::Lost(JobLost(lost.to_string()))),
            };
            size.store(file.bytes.len() as u64, Ordering::Relaxed);
            let context = catalogue::Context::of(session.credentials());
            let done = upload(&session, &file, count, &stop).await;
            let note = done.map_err(|failure| UploadError::Call(failure, context))?;
            Ok(Uploaded { note, seconds: file.seconds() })
        });
        self.0.push(Upload { part, name, sent, total, cancel, remote });
    }

    /// Puts what arrived into the message. Call it once a pass, also while the form is not drawn.
    pub fn poll(&mut self, msg: &mut NoticeMsg) {
        for upload in &mut self.0 {
            upload.remote.poll();
            if let Some(Uploaded { note, seconds }) = upload.remote.take_here() {
                note.id.clone_into(msg.text_mut(upload.part));
                if upload.part == Part::VoiceMedia
                    && let Some(seconds) = seconds
                {
                    *msg.text_mut(Part::VoiceDuration) = seconds.to_string();
                }
                msg.remember_media(note);
            }
        }
        self.0.retain(|upload| !upload.remote.is_not_asked());
    }

    /// Whether a file is on its way.
    pub fn is_busy(&self) -> bool {
        self.0.iter().any(|upload| upload.remote.is_pending())
    }

    fn drop_part(&mut self, part: Part) {
        for upload in self.0.iter_mut().filter(|upload| upload.part == part) {
            upload.cancel.cancel();
            upload.remote.cancel();
        }
        self.0.retain(|upload| upload.part != part);
    }
}

/// As what a field's file is uploaded.
pub fn media_type(part: Part) -> MediaType {
    match part {
        Part::VoiceMedia => MediaType::Voice,
        Part::FileMedia => MediaType::File,
        _ => MediaType::Image,
    }
}

/// The field that a file dropped on the window goes into; `None` when the message has none for files.
pub fn drop_target(draft: &NoticeDraft) -> Option<Part> {
    if draft.via != NoticeVia::Free {
        return None;
    }
    match draft.msg.kind {
        MsgKind::Image => Some(Part::ImageMedia),
        MsgKind::Voice => Some(Part::VoiceMedia),
        MsgKind::File => Some(Part::FileMedia),
        MsgKind::Link => Some(Part::LinkPicture),
        MsgKind::Oa => Some(Part::OaImage),
        MsgKind::Text | MsgKind::Markdown | MsgKind::ActionCard => None,
    }
}

/// Whether a dropped file is meant for a message: anything but a draft file.
pub fn is_media(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    MediaType::of_name(&name).is_some() || head_of(path).is_some_and(|head| Format::of(&head).is_some())
}

/// The first bytes of a file.
fn head_of(path: &Path) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let mut head = Vec::with_capacity(64);
    std::fs::File::open(path).ok()?.take(64).read_to_end(&mut head).ok()?;
    Some(head)
}

/// A field for a media id: the id itself, the button that uploads, and what became of the upload.
pub(super) fn part_ui(
    ui: &mut Ui,
    cx: &Cx<'_>,
    draft: &mut NoticeDraft,
    uploads: &mut Uploads,
    part: Part,
    field: Field,
) {
    let lang = cx.lang;
    let label = crate::lang::text(lang, part.spec().key, &[]);
    let hovered = drop_target(draft) == Some(part) && ui.input(|input| !input.raw.hovered_files.is_empty());
    let response = field.show(ui, cx, |ui| {
        let edit = |ui: &mut Ui| {
            let edit = id_field(draft.msg.text_mut(part)).hint_text("@lAD…").desired_width(f32::INFINITY);
            ui.add(edit).accessible_name(label.clone())
        };
        let upload = |ui: &mut Ui| {
            let session = cx.link.session().ok_or_else(|| tr!(lang, "send.off_connecting").into_owned());
            let button = PushButton::new(tr!(lang, "free.upload"))
                .name(tr!(lang, "free.upload_named", field = &label))
                .icon(Icon::Upload)
                .tooltip(tr!(lang, "free.upload_tip", endings = media_type(part).endings().join(" ")))
                .enabled(session.map(|_| ()));
            if button.show(ui).clicked() {
                cx.send(Action::PickMedia(part));
            }
        };
        ui.horizontal(|ui| split_line(ui, part, edit, upload).0).inner
    });
    if hovered {
        crate::ui::widgets::form::outline(ui, response.rect.expand(2.0), crate::compose::Severity::Warning);
        super::faint(ui, tr!(lang, "free.drop_here"));
    }
    let id = draft.msg.text(part);
    if let Some(note) = draft.msg.media_note(id) {
        super::faint(ui, tr!(lang, "free.uploaded", name = &note.name, size = size_text(note.bytes)));
    }
    let Some(upload) = uploads.0.iter().find(|upload| upload.part == part) else { return };
    let mut given_up = false;
    if let Some(error) = upload.remote.failure() {
        let title = tr!(lang, "free.upload_failed", name = &upload.name);
        let close = PushButton::new(tr!(lang, "common.close"));
        given_up = Banner::new(Level::Error, title).text(error.message(lang)).button(close).show(ui).is_some();
    } else if upload.remote.is_pending() {
        let total = upload.total.load(Ordering::Relaxed);
        let sent = upload.sent.load(Ordering::Relaxed);
        let what = tr!(lang, "free.uploading", name = &upload.name);
        let (done, of) = (sent.min(total).div_ceil(1024), (total > 0).then(|| total.div_ceil(1024)));
        given_up = progress_ui(ui, lang, &what, done, of, true);
        // Bytes leave without waking the window.
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
    }
    if given_up {
        uploads.drop_part(part);
    }
}
