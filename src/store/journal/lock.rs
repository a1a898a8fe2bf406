//! Who may send deliveries for a profile: one window at a time, so that one pace keeps the profile's limits.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use super::super::{files::FileError, history::HistoryError, platform};

/// The right to send deliveries for a profile. The operating system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub struct ProfileLock {
    _file: File,
}

impl ProfileLock {
    pub(super) fn take(folder: &Path, profile: &str) -> Result<Self, HistoryError> {
        let mut first = [0; 8];
        first.copy_from_slice(Sha256::digest(profile).get(..8).unwrap_or(&[0; 8]));
        let name = format!("{:016x}", u64::from_be_bytes(first));
        let path = folder.join(format!("sending-{name}.lock"));
        let file = platform::open_private_file(&path).map_err(|error| FileError::new(&path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(HistoryError::InUse(path)),
            // A file system without locks cannot tell, and two at once would pass the limits and repeat calls.
            Err(TryLockError::Error(error)) => Err(FileError::new(&path, &error).into()),
        }
    }
}
