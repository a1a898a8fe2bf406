//! Saved groups of people (`groups.toml`): saved, renamed, deleted, used again.
//!
//! Written whole or not at all; a damaged file is set aside, never overwritten; what another window wrote meanwhile is
//! read again before a change, so that two windows do not undo each other's groups.

use std::path::{Path, PathBuf};

use super::files::{self, FileError};
use crate::{
    compose::PersonRef,
    lang::{Lang, text},
    recipients::group::Group,
};

/// Longest name of a group, in characters.
pub const MAX_NAME: usize = 60;

/// The file's shape: ids and names side by side, because 100,000 tables of TOML would be slow.
#[derive(serde::Serialize, serde::Deserialize, Default)]
struct Document {
    #[serde(default, rename = "group")]
    groups: Vec<Entry>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Entry {
    name: String,
    ids: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
}

impl From<&Group> for Entry {
    fn from(group: &Group) -> Self {
        let (ids, names) = group.people.iter().map(|one| (one.id.clone(), one.name.clone())).unzip();
        Self { name: group.name.clone(), ids, names }
    }
}

impl From<Entry> for Group {
    fn from(entry: Entry) -> Self {
        let mut names = entry.names.into_iter();
        let people = entry.ids.into_iter().map(|id| PersonRef { id, name: names.next().unwrap_or_default() });
        Self { name: entry.name, people: people.collect() }
    }
}

/// Why groups could not be read or changed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GroupsError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is damaged; it was set aside.
    #[error("{}: {reason}; it is now {}", path.display(), set_aside.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The parser's words.
        reason: String,
        /// Where it was put.
        set_aside: PathBuf,
    },
    /// The name is blank or longer than [`MAX_NAME`].
    #[error("a group needs a name of 1 to {MAX_NAME} characters")]
    BadName,
    /// Another group has this name.
    #[error("another group is called “{0}”")]
    NameTaken(String),
    /// There is no group of this name (any more).
    #[error("there is no group “{0}”")]
    Missing(String),
}

impl GroupsError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::File(error) => error.message(lang),
            Self::Broken { path, reason, set_aside } => {
                let args = [
                    ("path", path.display().to_string()),
                    ("reason", reason.clone()),
                    ("aside", set_aside.display().to_string()),
                ];
                text(lang, "list.groups.broken", &args)
            }
            Self::BadName => text(lang, "list.groups.bad_name", &[("most", MAX_NAME.to_string())]),
            Self::NameTaken(name) => text(lang, "list.groups.name_taken", &[("name", name.clone())]),
            Self::Missing(name) => text(lang, "list.groups.missing", &[("name", name.clone())]),
        }
    }
}

/// All groups, in the order they were saved.
///
/// # Errors
/// [`GroupsError::File`]; [`GroupsError::Broken`] when the file was damaged and set aside (the next load gives none).
pub fn load(path: &Path) -> Result<Vec<Group>, GroupsError> {
    let Some(text) = files::read_text(path)? else { return Ok(Vec::new()) };
    match toml::from_str::<Document>(&text) {
        Ok(document) => Ok(document.groups.into_iter().map(Group::from).collect()),
        Err(error) => {
            let reason = error.message().to_owned();
            let set_aside = files::set_aside(path)?;
            Err(GroupsError::Broken { path: path.to_owned(), reason, set_aside })
        }
    }
}

/// Saves a group; one of the same name is replaced only with `replace`. Gives all groups.
///
/// # Errors
/// [`GroupsError`]; nothing is changed then.
pub fn save(path: &Path, group: Group, replace: bool) -> Result<Vec<Group>, GroupsError> {
    let name = checked(&group.name)?;
    let group = Group { name, ..group };
    let mut groups = load(path)?;
    match groups.iter_mut().find(|one| one.name == group.name) {
        Some(_) if !replace => return Err(GroupsError::NameTaken(group.name)),
        Some(old) => *old = group,
        None => groups.push(group),
    }
    write(path, groups)
}

/// Gives a group another name. Gives all groups.
///
/// # Errors
/// [`GroupsError`]; nothing is changed then.
pub fn rename(path: &Path, name: &str, new: &str) -> Result<Vec<Group>, GroupsError> {
    let new = checked(new)?;
    let mut groups = load(path)?;
    if new != name && groups.iter().any(|one| one.name == new) {
        return Err(GroupsError::NameTaken(new));
    }
    let found = groups.iter_mut().find(|one| one.name == name);
    found.ok_or_else(|| GroupsError::Missing(name.to_owned()))?.name = new;
    write(path, groups)
}

/// Deletes a group. Gives all groups, and the one deleted with its place (to bring it back with [`insert`]).
///
/// # Errors
/// [`GroupsError`]; nothing is changed then.
pub fn delete(path: &Path, name: &str) -> Result<(Vec<Group>, usize, Group), GroupsError> {
    let mut groups = load(path)?;
    let at = groups.iter().position(|one| one.name == name).ok_or_else(|| GroupsError::Missing(name.to_owned()))?;
    let deleted = groups.remove(at);
    Ok((write(path, groups)?, at, deleted))
}

/// Puts a group to a place, such as one that was deleted. Gives all groups.
///
/// # Errors
/// [`GroupsError`]; nothing is changed then.
pub fn insert(path: &Path, at: usize, group: Group) -> Result<Vec<Group>, GroupsError> {
    let mut groups = load(path)?;
    if groups.iter().any(|one| one.name == group.name) {
        return Err(GroupsError::NameTaken(group.name));
    }
    groups.insert(at.min(groups.len()), group);
    write(path, groups)
}

fn checked(name: &str) -> Result<String, GroupsError> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(GroupsError::BadName) }
}

fn write(path: &Path, groups: Vec<Group>) -> Result<Vec<Group>, GroupsError> {
    let document = Document { groups: groups.iter().map(Entry::from).collect() };
    let text =
        toml::to_string(&document).map_err(|error| FileError::new(path, &std::io::Error::other(error.to_string())))?;
    files::write_atomically(path, text.as_bytes())?;
    Ok(groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, ids: &[&str]) -> Group {
        let person = |id: &&str| PersonRef { id: (*id).to_owned(), name: format!("名{id}") };
        Group { name: name.to_owned(), people: ids.iter().map(person).collect() }
    }

    #[test]
    fn groups_are_saved_renamed_deleted_and_brought_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("groups.toml");
        assert_eq!(load(&path).unwrap(), []);
        save(&path, group(" 党员 ", &["u1", "u2"]), false).unwrap();
        save(&path, group("新人", &["u3"]), false).unwrap();
        assert_eq!(save(&path, group("新人", &["u4"]), false), Err(GroupsError::NameTaken("新人".into())));
        save(&path, group("新人", &["u4"]), true).unwrap();
        assert_eq!(rename(&path, "新人", "党员"), Err(GroupsError::NameTaken("党员".into())));
        assert_eq!(rename(&path, "无", "x"), Err(GroupsError::Missing("无".into())));
        assert_eq!(rename(&path, "新人", "  "), Err(GroupsError::BadName));
        rename(&path, "新人", "六月新人").unwrap();
        assert_eq!(load(&path).unwrap(), [group("党员", &["u1", "u2"]), group("六月新人", &["u4"])]);
        let (left, at, deleted) = delete(&path, "党员").unwrap();
        assert_eq!((left.len(), at), (1, 0));
        assert_eq!(insert(&path, at, deleted).unwrap()[0].name, "党员");
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("groups.toml");
        std::fs::write(&path, "[[group]]\nname = 5").unwrap();
        let error = load(&path).unwrap_err();
        assert!(matches!(error, GroupsError::Broken { .. }));
        assert!(Lang::ALL.iter().all(|lang| error.message(*lang).contains("groups.toml.broken-1")));
        assert_eq!(load(&path).unwrap(), []);
        assert!(folder.path().join("groups.toml.broken-1").exists());
    }
}
