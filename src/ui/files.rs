//! Draft files: chosen in the desktop's own dialog, by a typed path where there is none, or dropped on the window.
//!
//! Dialogs and disks wait on threads of their own. Knows the draft file format only through `compose::file`.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use egui::TextEdit;

use super::{
    background::Background,
    drafts::DraftId,
    import::ENDINGS,
    notice::free::media::media_type,
    remote::Remote,
    theme,
    widgets::{Dialog, PushButton, dialog::Answer},
};
use crate::{
    compose::{
        file::{self, DraftFile},
        msg::Part,
    },
    lang::Lang,
    store::{FileError, write_atomically},
};

/// A dialog that is gone faster than this was never there: without a portal rfd answers "cancelled" after 2 ms.
const NO_DIALOG: Duration = Duration::from_millis(250);

/// What is to be done with the path.
#[derive(Clone)]
enum Purpose {
    Open,
    OpenExport,
    Save {
        file: Box<DraftFile>,
        name: String,
    },
    /// A list of people, read elsewhere.
    List,
    /// A table as CSV.
    Table {
        bytes: Vec<u8>,
        name: String,
    },
    /// A file to upload into a field of a notice.
    Media {
        draft: DraftId,
        part: Part,
    },
    /// A report: its content is made where it is written.
    Report {
        make: Make,
        name: String,
        ending: &'static str,
    },
}

/// Makes the content of a file, on a thread of its own.
pub type Make = std::sync::Arc<dyn Fn() -> Result<Vec<u8>, String> + Send + Sync>;

impl Purpose {
    fn title(&self, lang: Lang) -> String {
        match self {
            Self::Open => tr!(lang, "files.open_title"),
            Self::OpenExport => tr!(lang, "lab.import_title"),
            Self::Save { .. } => tr!(lang, "files.save_title"),
            Self::List => tr!(lang, "import.file_title"),
            Self::Table { .. } => tr!(lang, "import.save_title"),
            Self::Media { .. } => tr!(lang, "files.media_title"),
            Self::Report { .. } => tr!(lang, "deliveries.save_title"),
        }
        .into_owned()
    }

    /// The name suggested for a file that is to be written; `None` for one that is to be read.
    fn name(&self) -> Option<&str> {
        match self {
            Self::Open | Self::OpenExport | Self::List | Self::Media { .. } => None,
            Self::Save { name, .. } | Self::Table { name, .. } | Self::Report { name, .. } => Some(name),
        }
    }
}

/// What a file dialog gave.
enum Chosen {
    Path(PathBuf),
    Cancelled,
    NoDialog,
}

/// Typing a path, where the desktop has no dialog.
struct Typing {
    purpose: Purpose,
    path: String,
    /// Why the last path could not be used.
    trouble: Option<String>,
}

/// What came of it.
pub enum FileEvent {
    /// A draft file was read: its name without ending, and what is in it.
    Opened(String, Box<DraftFile>),
    /// A card template's export was read: its name without ending, and its text.
    Export(String, String),
    /// The draft was written here.
    Saved(PathBuf),
    /// A list of people was chosen.
    List(PathBuf),
    /// A file was chosen to be uploaded into a field of a notice.
    Media(DraftId, Part, PathBuf),
    /// It could not be read or written: the sentence for a person.
    Failed(String),
}

/// What stood in a file.
enum Content {
    Draft(Box<DraftFile>),
    Export(String),
}

/// Opening and saving draft files. One dialog at a time.
#[derive(Default)]
pub struct Files {
    dialog: Remote<Chosen>,
    purpose: Option<Purpose>,
    typing: Option<Typing>,
    reading: Remote<Vec<(String, Content)>>,
    writing: Remote<PathBuf>,
    /// A list whose path was typed.
    typed_list: Option<PathBuf>,
    /// A file to upload whose path was typed.
    typed_media: Option<(DraftId, Part, PathBuf)>,
}

impl Files {
    /// Lets the person choose a file to open.
    pub fn open(&mut self, background: &Background, lang: Lang, native: bool) {
        self.ask(background, lang, native, Purpose::Open);
    }

    /// Lets the person choose a card template's export.
    pub fn open_export(&mut self, background: &Background, lang: Lang, native: bool) {
        self.ask(background, lang, native, Purpose::OpenExport);
    }

    /// Lets the person choose where to save a draft; `name` is suggested.
    pub fn save(&mut self, background: &Background, lang: Lang, native: bool, file: DraftFile, name: &str) {
        let name = format!("{}.json", plain_name(name));
        self.ask(background, lang, native, Purpose::Save { file: Box::new(file), name });
    }

    /// Lets the person choose a list of people.
    pub fn open_list(&mut self, background: &Background, lang: Lang, native: bool) {
        self.ask(background, lang, native, Purpose::List);
    }

    /// Lets the person choose where to save a table; `name` is suggested.
    pub fn save_table(&mut self, background: &Background, lang: Lang, native: bool, bytes: Vec<u8>, name: &str) {
        let name = format!("{}.csv", plain_name(name));
        self.ask(background, lang, native, Purpose::Table { bytes, name });
    }

    /// Lets the person choose a file to upload into a field of a notice.
    pub fn pick_media(&mut self, background: &Background, lang: Lang, native: bool, draft: DraftId, part: Part) {
        self.ask(background, lang, native, Purpose::Media { draft, part });
    }

    /// Lets the person choose where to save a report; `name` is suggested, `ending` is of its format.
    pub fn save_report(
        &mut self,
        background: &Background,
        lang: Lang,
        native: bool,
        make: Make,
        (name, ending): (&str, &'static str),
    ) {
        let name = format!("{}.{ending}", plain_name(name));
        self.ask(background, lang, native, Purpose::Report { make, name, ending });
    }

    /// Whether a dialog is open or a file on its way.
    pub fn is_busy(&self) -> bool {
        self.dialog.is_pending() || self.typing.is_some() || self.reading.is_pending() || self.writing.is_pending()
    }

    fn ask(&mut self, background: &Background, lang: Lang, native: bool, purpose: Purpose) {
        if self.is_busy() {
            return;
        }
        if !native {
            self.type_path(purpose);
            return;
        }
        let title = purpose.title(lang);
        let (filter, endings): (_, &[&str]) = match &purpose {
            Purpose::Open | Purpose::OpenExport | Purpose::Save { .. } => {
                (tr!(lang, "files.filter").into_owned(), &["json"])
            }
            Purpose::List => (tr!(lang, "import.file_filter").into_owned(), &ENDINGS),
            Purpose::Media { part, .. } => (tr!(lang, "files.media_filter").into_owned(), media_type(*part).endings()),
            Purpose::Table { .. } | Purpose::Report { ending: "csv", .. } => {
                (tr!(lang, "import.table_filter").into_owned(), &["csv"])
            }
            Purpose::Report { .. } => ("XLSX".to_owned(), &["xlsx"]),
        };
        let name = purpose.name().map(str::to_owned);
        self.purpose = Some(purpose);
        background.start_blocking("file-dialog", &mut self.dialog, move || {
            let began = Instant::now();
            let dialog = rfd::FileDialog::new().set_title(title).add_filter(filter, endings);
            let path = match name {
                Some(name) => dialog.set_file_name(name).save_file(),
                None => dialog.pick_file(),
            };
            Ok(match path {
                Some(path) => Chosen::Path(path),
                None if began.elapsed() < NO_DIALOG => Chosen::NoDialog,
                None => Chosen::Cancelled,
            })
        });
    }

    fn type_path(&mut self, purpose: Purpose) {
        let path = purpose.name().map_or_else(String::new, |name| {
            directories::UserDirs::new()
                .and_then(|dirs| dirs.document_dir().map(|folder| folder.join(name).display().to_string()))
                .unwrap_or_else(|| name.to_owned())
        });
        self.typing = Some(Typing { purpose, path, trouble: None });
    }

    /// Reads files, as when they were dropped on the window.
    pub fn read(&mut self, background: &Background, lang: Lang, paths: Vec<PathBuf>) {
        background.start_blocking("read-file", &mut self.reading, move || {
            paths.iter().map(|path| read_one(path, lang)).collect()
        });
    }

    fn write(&mut self, background: &Background, lang: Lang, path: PathBuf, file: Box<DraftFile>) {
        background.start_blocking("write-file", &mut self.writing, move || {
            let text = file::write(&file);
            write_atomically(&path, text.as_bytes()).map_err(|error| error.message(lang))?;
            Ok(path)
        });
    }

    /// Takes what came; call it once a pass.
    pub fn poll(&mut self, background: &Background, lang: Lang) -> Vec<FileEvent> {
        let mut events = Vec::new();
        if self.dialog.poll() {
            let purpose = self.purpose.take();
            self.dialog.take_failure();
            match (self.dialog.take_here(), purpose) {
                (Some(Chosen::Path(path)), Some(Purpose::List)) => events.push(FileEvent::List(path)),
                (Some(Chosen::Path(path)), Some(Purpose::Media { draft, part })) => {
                    events.push(FileEvent::Media(draft, part, path));
                }
                (Some(Chosen::Path(path)), Some(purpose)) => self.go(background, lang, path, purpose),
                (Some(Chosen::NoDialog), Some(purpose)) => self.type_path(purpose),
                _ => {}
            }
        }
        events.extend(self.typed_list.take().map(FileEvent::List));
        events.extend(self.typed_media.take().map(|(draft, part, path)| FileEvent::Media(draft, part, path)));
        self.reading.poll();
        if let Some(error) = self.reading.take_failure() {
            events.push(FileEvent::Failed(error));
        }
        if let Some(read) = self.reading.take_here() {
            events.extend(read.into_iter().map(|(name, content)| match content {
                Content::Draft(file) => FileEvent::Opened(name, file),
                Content::Export(text) => FileEvent::Export(name, text),
            }));
        }
        self.writing.poll();
        if let Some(error) = self.writing.take_failure() {
            events.push(FileEvent::Failed(error));
        }
        if let Some(path) = self.writing.take_here() {
            events.push(FileEvent::Saved(path));
        }
        events
    }

    fn go(&mut self, background: &Background, lang: Lang, path: PathBuf, purpose: Purpose) {
        match purpose {
            Purpose::Open | Purpose::OpenExport => self.read(background, lang, vec![path]),
            Purpose::List => {
                self.typed_list = Some(path);
                background.ctx().request_repaint();
            }
            Purpose::Media { draft, part } => {
                self.typed_media = Some((draft, part, path));
                background.ctx().request_repaint();
            }
            Purpose::Report { make, ending, .. } => {
                let path = if path.extension().is_some() { path } else { path.with_extension(ending) };
                background.start_blocking("write-report", &mut self.writing, move || {
                    write_atomically(&path, &make()?).map_err(|error| error.message(lang))?;
                    Ok(path)
                });
            }
            Purpose::Table { bytes, .. } => {
                let path = if path.extension().is_some() { path } else { path.with_extension("csv") };
                background.start_blocking("write-file", &mut self.writing, move || {
                    write_atomically(&path, &bytes).map_err(|error| error.message(lang))?;
                    Ok(path)
                });
            }
            Purpose::Save { file, .. } => {
                let path = if path.extension().is_some() { path } else { path.with_extension("json") };
                self.write(background, lang, path, file);
            }
        }
    }

    /// The dialog that takes a typed path, when it is open.
    pub fn ui(&mut self, ctx: &egui::Context, background: &Background, lang: Lang) {
        let Some(typing) = &mut self.typing else { return };
        let title = typing.purpose.title(lang);
        let button = match typing.purpose {
            Purpose::Open | Purpose::OpenExport | Purpose::List => tr!(lang, "files.open"),
            Purpose::Save { .. } | Purpose::Table { .. } | Purpose::Report { .. } => tr!(lang, "files.save"),
            Purpose::Media { .. } => tr!(lang, "files.media"),
        };
        let off =
            if typing.path.trim().is_empty() { Err(tr!(lang, "files.path_missing").into_owned()) } else { Ok(()) };
        let accept = PushButton::primary(button).enabled(off.clone());
        let dialog = Dialog::new("path", title, tr!(lang, "common.cancel"))
            .text(tr!(lang, "files.no_dialog"))
            .accept(accept)
            .width(560.0);
        let (answer, entered) = dialog.show(ctx, |ui| {
            let field = TextEdit::singleline(&mut typing.path)
                .hint_text(tr!(lang, "files.path_hint"))
                .desired_width(f32::INFINITY);
            let response = ui.add(field).accessible_name(tr!(lang, "files.path"));
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if ui.memory(|memory| memory.focused().is_none()) && !entered {
                response.request_focus();
            }
            if let Some(trouble) = &typing.trouble {
                let t = theme::tokens(ui.style());
                ui.label(egui::RichText::new(trouble).color(t.error));
            }
            entered
        });
        if answer == Answer::Cancelled {
            self.typing = None;
            return;
        }
        if (answer == Answer::Accepted || entered) && off.is_ok() {
            let path = expand_home(typing.path.trim());
            if typing.purpose.name().is_none() && !path.is_file() {
                typing.trouble = Some(tr!(lang, "files.no_such_file", path = path.display()).into_owned());
                return;
            }
            if let Some(typing) = self.typing.take() {
                self.go(background, lang, path, typing.purpose);
            }
        }
    }
}

/// A name without signs that no file may have.
fn plain_name(name: &str) -> String {
    let plain = |c: char| if c.is_control() || r#"\/:*?"<>|"#.contains(c) { '_' } else { c };
    name.chars().map(plain).take(60).collect()
}

/// `~/x` as people type it.
fn expand_home(path: &str) -> PathBuf {
    match path.strip_prefix("~/").zip(directories::UserDirs::new()) {
        Some((rest, dirs)) => dirs.home_dir().join(rest),
        None => PathBuf::from(path.trim_matches(['"', '\''])),
    }
}

fn read_one(path: &Path, lang: Lang) -> Result<(String, Content), String> {
    let shown = path.display().to_string();
    let fail = |reason: String| tr!(lang, "files.unreadable", path = shown, reason = reason).into_owned();
    let length = std::fs::metadata(path).map_err(|error| FileError::new(path, &error).message(lang))?.len();
    if length > file::MAX_BYTES as u64 {
        let bytes = usize::try_from(length).unwrap_or(usize::MAX);
        return Err(fail(file::FileError::TooLarge { bytes }.message(lang)));
    }
    let bytes = std::fs::read(path).map_err(|error| FileError::new(path, &error).message(lang))?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    // An export says what it is by its members; whether it can be used is found out when it is imported.
    if let Ok(text) = std::str::from_utf8(&bytes)
        && text.contains("\"editorData\"")
        && let Ok(parsed) = crate::compose::json::parse(text)
        && (parsed.value.get("editorData").is_some() || parsed.value.get("widgetInfo").is_some())
    {
        return Ok((name, Content::Export(text.to_owned())));
    }
    let file = file::read_bytes(&bytes).map_err(|error| fail(error.message(lang)))?;
    Ok((name, Content::Draft(Box::new(file))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{Draft, Kind};

    fn settle(files: &mut Files, background: &Background) -> Vec<FileEvent> {
        let began = Instant::now();
        loop {
            let events = files.poll(background, Lang::Zh);
            if !events.is_empty() {
                return events;
            }
            assert!(began.elapsed().as_secs() < 10, "nothing came");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    #[test]
    fn a_draft_is_written_and_read_back_and_a_wrong_file_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let background = Background::new(egui::Context::default());
        let mut files = Files::default();
        let file = Box::new(DraftFile::new(Draft::new(Kind::Card)));
        let path = folder.path().join("卡片.json");
        files.write(&background, Lang::Zh, path.clone(), file.clone());
        assert!(matches!(&settle(&mut files, &background)[..], [FileEvent::Saved(saved)] if *saved == path));
        files.read(&background, Lang::Zh, vec![path.clone()]);
        let events = settle(&mut files, &background);
        assert!(matches!(&events[..], [FileEvent::Opened(name, read)] if name == "卡片" && **read == *file));

        std::fs::write(&path, "{\"kind\":\"card\",\n\"version\":1,\n\"body\":{]}").unwrap();
        files.read(&background, Lang::Zh, vec![path]);
        let events = settle(&mut files, &background);
        let [FileEvent::Failed(reason)] = &events[..] else { panic!("a broken file") };
        assert!(reason.contains("卡片.json") && reason.contains('3'), "{reason}");
    }

    #[test]
    fn a_name_with_signs_that_no_file_may_have_is_made_fit() {
        let background = Background::new(egui::Context::default());
        let mut files = Files::default();
        files.save(&background, Lang::Zh, false, DraftFile::new(Draft::new(Kind::Card)), "a/b:c");
        let path = files.typing.unwrap().path;
        assert!(path.ends_with("a_b_c.json"), "{path}");
    }
}
