//! The folder everything lives in: `--home DIR` or the platform's configuration folder.
//!
//! ```text
//! settings.toml     profiles, language, theme         (store::settings)
//! templates.toml    the library of notice templates   (store::templates)
//! groups.toml       saved groups of people            (store::groups)
//! drafts/           one file a draft, deleted/ below  (store::drafts)
//! history.sqlite    发送记录                          (store::history)
//! journal.sqlite    deliveries and their reports      (store::journal)
//! directory/        one people cache a profile        (store::directory_cache)
//! logs/
//! ways.toml         what each profile may do           (store::access)
//! window.toml       size, folded panels, tab          (store::window)
//! locks/            one file an open window, locked while it lives
//! ```

use std::{
    fs::{File, TryLockError},
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    files::{self, FileError, Trouble},
    platform,
};
use crate::lang::{Lang, text};

/// More windows than anyone opens over one home.
const MOST_WINDOWS: u32 = 64;

/// Why a home could not be opened.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HomeError {
    /// The platform names no configuration folder (no home directory); `--home` is needed.
    #[error("this system names no configuration folder: give one with --home")]
    NoFolder,
    /// The folder or one in it could not be made.
    #[error(transparent)]
    File(#[from] FileError),
}

impl HomeError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::NoFolder => text(lang, "store.home.none", &[]),
            Self::File(error) => error.message(lang),
        }
    }
}

/// An open home. Keep it as long as the program runs: it holds the lock that tells other windows that this one lives.
#[derive(Debug)]
pub struct Home {
    root: PathBuf,
    window: u32,
    crashed_before: bool,
    read_only: Option<FileError>,
    lock: Mutex<Option<File>>,
    history_recovered: AtomicBool,
    /// Only for a home that lasts as long as the program.
    _temporary: Option<tempfile::TempDir>,
}

impl Home {
    /// Opens (and creates where needed) the given folder, or the platform's configuration folder.
    ///
    /// A folder that exists but may not be written is opened all the same: see [`Home::read_only`].
    ///
    /// # Errors
    /// [`HomeError`] when there is no folder to use or it cannot be made.
    pub fn open(folder: Option<PathBuf>) -> Result<Self, HomeError> {
        let root = match folder {
            // A relative one is settled once: the working folder may change.
            Some(folder) => std::path::absolute(&folder).map_err(|error| FileError::new(&folder, &error))?,
            None => directories::ProjectDirs::from("", "", "DingComposer")
                .ok_or(HomeError::NoFolder)?
                .config_dir()
                .to_owned(),
        };
        Self::open_at(root, None)
    }

    /// A home in a temporary folder that goes when the program ends: for a computer where no home can be made.
    ///
    /// # Errors
    /// [`HomeError`] when not even that is possible.
    pub fn for_this_session() -> Result<Self, HomeError> {
        let folder = tempfile::Builder::new()
            .prefix("ding-composer-")
            .tempdir()
            .map_err(|error| FileError::new("(temporary folder)", &error))?;
        Self::open_at(folder.path().to_owned(), Some(folder))
    }

    fn open_at(root: PathBuf, temporary: Option<tempfile::TempDir>) -> Result<Self, HomeError> {
        let existed = root.is_dir();
        let mut read_only = None;
        for folder in [root.clone(), root.join("drafts"), root.join("directory"), root.join("logs"), root.join("locks")]
        {
            if let Err(error) = platform::create_private_folder(&folder) {
                let error = FileError::new(&folder, &error);
                if !(existed && error.trouble == Trouble::NotAllowed) {
                    return Err(error.into());
                }
                read_only = Some(error);
                break;
            }
        }
        let mut home = Self {
            root,
            window: 0,
            crashed_before: false,
            read_only,
            lock: Mutex::new(None),
            history_recovered: AtomicBool::new(false),
            _temporary: temporary,
        };
        if home.read_only.is_none() {
            home.take_window();
        }
        if home.is_first_window() && home.read_only.is_none() {
            files::sweep(&home.root);
            files::sweep(&home.drafts_dir());
        }
        Ok(home)
    }

    /// Takes the first window number that no living window holds.
    fn take_window(&mut self) {
        for number in 1..=MOST_WINDOWS {
            let path = self.lock_path(number);
            let mut file = match platform::open_private_file(&path) {
                Ok(file) => file,
                Err(error) => {
                    self.read_only = Some(FileError::new(path, &error));
                    return;
                }
            };
            match file.try_lock() {
                Ok(()) => {
                    // What stands in it was left by a window that did not end by itself.
                    let mut left = String::new();
                    self.crashed_before = file.read_to_string(&mut left).is_ok() && !left.is_empty();
                    if let Err(error) =
                        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(b"open"))
                    {
                        tracing::warn!(path = %path.display(), %error, "the lock file could not be written");
                    }
                    self.window = number;
                    *self.lock.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(file);
                    return;
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    // A file system without locks: the program works, it only cannot know of other windows.
                    tracing::warn!(path = %path.display(), %error, "this folder cannot be locked");
                    return;
                }
            }
        }
    }

    fn lock_path(&self, window: u32) -> PathBuf {
        self.root.join("locks").join(format!("window-{window}.lock"))
    }

    /// The number of this window over this home, from 1; 0 where the folder cannot be locked.
    pub fn window_number(&self) -> u32 {
        self.window
    }

    /// Whether no other living window had this home open when this one was opened.
    pub fn is_first_window(&self) -> bool {
        self.window <= 1
    }

    /// Whether the window that last had this number ended without closing (a crash, a power cut).
    pub fn crashed_before(&self) -> bool {
        self.crashed_before
    }

    /// Why nothing can be kept, when the folder exists but may not be written.
    pub fn read_only(&self) -> Option<&FileError> {
        self.read_only.as_ref()
    }

    /// Whether a window number belongs to a living window (this one included).
    pub(super) fn is_living(&self, window: u32) -> bool {
        if window == self.window {
            return window != 0;
        }
        let Ok(file) = File::open(self.lock_path(window)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// True once per opened home: the history settles what dead windows left, and must do so before it writes itself.
    pub(super) fn begin_history_recovery(&self) -> bool {
        !self.history_recovered.swap(true, Ordering::SeqCst)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `settings.toml`.
    pub fn settings_path(&self) -> PathBuf {
        self.root.join("settings.toml")
    }

    /// `templates.toml`.
    pub fn templates_path(&self) -> PathBuf {
        self.root.join("templates.toml")
    }

    /// `groups.toml`.
    pub fn groups_path(&self) -> PathBuf {
        self.root.join("groups.toml")
    }

    /// `drafts/`.
    pub fn drafts_dir(&self) -> PathBuf {
        self.root.join("drafts")
    }

    /// `history.sqlite`.
    pub fn history_path(&self) -> PathBuf {
        self.root.join("history.sqlite")
    }

    /// `journal.sqlite`.
    pub fn journal_path(&self) -> PathBuf {
        self.root.join("journal.sqlite")
    }

    /// `directory/`.
    pub fn directory_dir(&self) -> PathBuf {
        self.root.join("directory")
    }

    /// `logs/`.
    pub fn logs_dir(&self) -> PathBuf {
        self.root.join("logs")
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let lock = self.lock.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = lock.take()
            && !std::thread::panicking()
        {
            // An empty lock file says that this window ended by itself.
            let mut file = file;
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)).map(|_| ())).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_made_on_demand_for_its_owner_only() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("a/b");
        let home = Home::open(Some(root.clone())).unwrap();
        for path in [root.clone(), home.drafts_dir(), home.directory_dir(), home.logs_dir()] {
            assert!(path.is_dir(), "{}", path.display());
            assert!(!platform::others_may_read(&path).unwrap(), "{}", path.display());
        }
        assert!(home.read_only().is_none());
        assert!(!home.settings_path().exists(), "nothing is written before there is something to say");
    }

    #[test]
    fn a_second_window_knows_and_its_number_is_free_again_when_it_closes() {
        let outer = tempfile::tempdir().unwrap();
        let open = || Home::open(Some(outer.path().to_owned())).unwrap();
        let first = open();
        assert!(first.is_first_window());
        let second = open();
        assert_eq!((second.window_number(), second.is_first_window()), (2, false));
        assert!(first.is_living(2) && second.is_living(1));
        drop(first);
        assert!(!second.is_living(1));
        let third = open();
        assert_eq!((third.window_number(), third.crashed_before()), (1, false));
    }

    #[test]
    fn a_window_that_did_not_close_is_noticed_by_the_next() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(outer.path().join("locks")).unwrap();
        std::fs::write(outer.path().join("locks/window-1.lock"), "open").unwrap();
        std::fs::create_dir_all(outer.path().join("drafts")).unwrap();
        std::fs::write(outer.path().join("drafts/.saving-x"), "half").unwrap();
        let home = Home::open(Some(outer.path().to_owned())).unwrap();
        assert!(home.crashed_before());
        assert!(!outer.path().join("drafts/.saving-x").exists(), "what was half-written is swept");
        drop(home);
        assert!(!Home::open(Some(outer.path().to_owned())).unwrap().crashed_before());
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let path = outer.path().join("file");
        std::fs::write(&path, "x").unwrap();
        let error = Home::open(Some(path.clone())).unwrap_err();
        assert!(error.message(Lang::Zh).contains(&*path.to_string_lossy()), "{error}");
    }

    #[test]
    fn a_relative_folder_is_settled_and_an_empty_one_refused() {
        let home = Home::open(Some("target/../target/test-home".into())).unwrap();
        assert!(home.root().is_absolute());
        let root = home.root().to_owned();
        drop(home);
        std::fs::remove_dir_all(root).unwrap();
        assert!(Home::open(Some(PathBuf::new())).is_err());
    }

    #[test]
    fn a_home_for_this_session_leaves_nothing_behind() {
        let home = Home::for_this_session().unwrap();
        let root = home.root().to_owned();
        assert!(root.is_dir());
        drop(home);
        assert!(!root.exists());
    }
}
