//! Files written whole or not at all, files set aside instead of overwritten, and what can go wrong with a file.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::platform;
use crate::lang::{Lang, text};

/// What went wrong with a file, as far as a person can do something about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Trouble {
    /// The disk (or the quota) is full.
    Full,
    /// The program may not read or write there.
    NotAllowed,
    /// It is not there.
    Missing,
    /// It is not UTF-8 text.
    NotText,
    /// It is a folder, a pipe or the like.
    NotAFile,
    /// Anything else; the reason says it.
    Other,
}

/// A file that could not be read or written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct FileError {
    /// Which file or folder.
    pub path: PathBuf,
    /// What went wrong.
    pub trouble: Trouble,
    /// The system's own words, in the system's language.
    pub reason: String,
}

impl FileError {
    /// Puts a path to a system error.
    pub fn new(path: impl Into<PathBuf>, error: &io::Error) -> Self {
        let trouble = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Trouble::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Trouble::NotAllowed,
            io::ErrorKind::NotFound => Trouble::Missing,
            io::ErrorKind::InvalidData => Trouble::NotText,
            io::ErrorKind::IsADirectory => Trouble::NotAFile,
            _ => Trouble::Other,
        };
        Self { path: path.into(), trouble, reason: error.to_string() }
    }

    /// The sentence for a person; it names the file.
    pub fn message(&self, lang: Lang) -> String {
        let key = match self.trouble {
            Trouble::Full => "store.file.full",
            Trouble::NotAllowed => "store.file.not_allowed",
            Trouble::Missing => "store.file.missing",
            Trouble::NotText => "store.file.not_text",
            Trouble::NotAFile => "store.file.not_a_file",
            Trouble::Other => "store.file.other",
        };
        text(lang, key, &[("path", self.path.display().to_string()), ("reason", self.reason.clone())])
    }
}

/// Prefix of the files that are being written; one that is left over belongs to a crash and may be removed.
pub(super) const SAVING_PREFIX: &str = ".saving-";

/// Writes a file whole or not at all: into a file beside it, flushed to the disk, then renamed over it.
///
/// The file is readable by its owner only. A link is followed, so that the file it points to is replaced.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().unwrap_or_else(|| Path::new("."));
    let fail = |error: &io::Error| FileError::new(path, error);
    let mut file = tempfile::Builder::new().prefix(SAVING_PREFIX).tempfile_in(folder).map_err(|error| fail(&error))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(|error| fail(&error))?;
    file.persist(&target).map_err(|error| fail(&error.error))?;
    sync_folder(folder);
    Ok(())
}

/// Makes a rename durable where the file system can. The file is in place already, so failing is no error of its own.
pub(super) fn sync_folder(folder: &Path) {
    if let Err(error) = platform::sync_folder(folder) {
        tracing::debug!(folder = %folder.display(), %error, "the folder could not be flushed");
    }
}

/// Opens a file that a person named, with its size in bytes (0 where the system does not tell).
///
/// # Errors
/// [`FileError`]; [`Trouble::NotAFile`] for a folder, and for a named pipe, which would wait for ever for somebody who
/// writes into it (one that is open already, `/dev/stdin` or a shell's `<(…)`, is read).
pub fn open_named(path: &Path) -> Result<(std::fs::File, u64), FileError> {
    let fail = |error: &io::Error| FileError::new(path, error);
    let told = std::fs::metadata(path).map_err(|error| fail(&error))?;
    if told.is_dir() || platform::is_pipe(&told) && !path.starts_with("/dev") && !path.starts_with("/proc") {
        return Err(fail(&io::ErrorKind::IsADirectory.into()));
    }
    let file = std::fs::File::open(path).map_err(|error| fail(&error))?;
    Ok((file, told.len()))
}

/// Reads a text file; `None` when it is not there.
pub(super) fn read_text(path: &Path) -> Result<Option<String>, FileError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::new(path, &error)),
    }
}

/// Renames a file that cannot be used to `<name>.broken-<n>` with the first free number, so that nothing in it is lost.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, FileError> {
    let fail = |error: &io::Error| FileError::new(path, error);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for number in 1_u32.. {
        let aside = path.with_file_name(format!("{name}.broken-{number}"));
        // Reserving the name first: a rename would silently replace a file of that name.
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&aside) {
            Ok(_reserved) => {
                if let Err(error) = std::fs::rename(path, &aside) {
                    std::fs::remove_file(&aside).ok();
                    return Err(fail(&error));
                }
                return Ok(aside);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(fail(&error)),
        }
    }
    Err(fail(&io::Error::other("no free name")))
}

/// Removes what a crash left half-written in a folder. Best effort: a file that stays does no harm.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(SAVING_PREFIX) {
            std::fs::remove_file(entry.path()).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, "二".as_bytes()).unwrap();
        assert_eq!(read_text(&path).unwrap().as_deref(), Some("二"));
        assert!(!platform::others_may_read(&path).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no half-written file is left");
    }

    #[test]
    fn broken_files_never_replace_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        for number in 1..=3 {
            std::fs::write(&path, number.to_string()).unwrap();
            let aside = set_aside(&path).unwrap();
            assert_eq!(aside.file_name().unwrap().to_str().unwrap(), format!("a.toml.broken-{number}"));
            assert_eq!(std::fs::read_to_string(&aside).unwrap(), number.to_string());
        }
        assert_eq!(set_aside(&path).unwrap_err().trouble, Trouble::Missing);
        assert!(!folder.path().join("a.toml.broken-4").exists(), "the reserved name is given back");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_naming_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/a.toml");
        let error = write_atomically(&path, b"x").unwrap_err();
        assert_eq!((error.trouble, error.path.as_path()), (Trouble::Missing, path.as_path()));
        assert!(error.message(Lang::En).contains("a.toml"), "{}", error.message(Lang::En));
    }
}
