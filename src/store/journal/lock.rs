//! Who may send deliveries for a profile: one window at a time, so that one pace keeps the profile's limits.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
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
        for pause in PAUSES_MS {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(pause)),
                // A file system without locks cannot tell, and two at once would pass the limits and repeat calls.
                Err(TryLockError::Error(error)) => return Err(FileError::new(&path, &error).into()),
            }
        }
        Err(HistoryError::InUse(path))
    }
}

/// Pauses between tries, milliseconds. A program that is just being started holds a copy of every open file for a moment,
/// and with it the lock that was given back meanwhile (seen: a delivery right after another said “in use”).
const PAUSES_MS: [u64; 7] = [10, 20, 50, 100, 200, 300, 0];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_is_given_back_a_moment_later_is_taken_and_one_that_is_not_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let held = ProfileLock::take(folder.path(), "总部").unwrap();
        assert!(matches!(ProfileLock::take(folder.path(), "总部"), Err(HistoryError::InUse(_))));
        assert!(ProfileLock::take(folder.path(), "客户").is_ok(), "each profile has its own");
        let later = std::thread::Builder::new().spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            drop(held);
        });
        assert!(ProfileLock::take(folder.path(), "总部").is_ok());
        later.unwrap().join().unwrap();
    }
}
