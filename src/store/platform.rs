//! What differs between operating systems in this room: owner-only files and folders, and making a rename durable.
//!
//! Everything `cfg(unix)` of the room stands here and nowhere else.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Creates a folder (and the folders above it) that only its owner may enter, where the platform has such a thing.
///
/// A folder that exists already is left as it is: it may have been opened to others on purpose.
pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Opens a file for reading and writing, creating it readable by its owner only, where the platform has such a thing.
pub(super) fn open_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Whether a file is a pipe with a name: opening it waits until somebody writes into it.
pub(super) fn is_pipe(told: &std::fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        told.file_type().is_fifo()
    }
    #[cfg(not(unix))]
    {
        let _told = told;
        false
    }
}

/// Makes a rename inside a folder survive a power cut. Windows cannot open folders and does without.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _folder = path;
    Ok(())
}

/// Whether others than the owner may read a file or enter a folder; `false` where the platform does not tell.
#[cfg(test)]
pub(super) fn others_may_read(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    std::fs::metadata(path).map(|_| false)
}
