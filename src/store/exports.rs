//! The person's imported card templates (`exports/`): one file per template id, with the export's text as it was, the one
//! before it, and the record of its cases. It knows nothing of what an export says.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::files::{self, FileError};

/// An imported template.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StoredExport {
    /// The template's id.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// The export file's text.
    pub text: String,
    /// The text of the export it replaced.
    pub before: Option<String>,
    /// Whether there was no export: the text was made from cards that use the template.
    pub learnt: bool,
    /// The record of its cases; `null` without one.
    pub cases: Value,
    /// The texts of earlier exports that the record still speaks of, by a short word for each.
    pub earlier: BTreeMap<String, String>,
    /// Whether a person has read what changed against the export before.
    pub changes_read: bool,
    /// How its cases were sent last; `null` when they never were.
    pub sent: Value,
}

/// The folder below a home.
pub fn folder(home: &Path) -> PathBuf {
    home.join("exports")
}

/// A template's file. Ids may hold any character: the name is made from a fingerprint.
fn path(folder: &Path, id: &str) -> PathBuf {
    let hash = Sha256::digest(id.as_bytes());
    let number = hash.iter().take(12).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    folder.join(format!("{number:024x}.json"))
}

/// Every imported template, by name, and what could not be read (it stays where it is). A folder that is not there is
/// empty.
pub fn list(folder: &Path) -> (Vec<StoredExport>, Vec<FileError>) {
    let (mut found, mut failed) = (Vec::new(), Vec::new());
    let Ok(entries) = std::fs::read_dir(folder) else { return (found, failed) };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        match read(&path) {
            Ok(Some(stored)) => found.push(stored),
            Ok(None) => {}
            Err(error) => failed.push(error),
        }
    }
    found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    (found, failed)
}

fn read(path: &Path) -> Result<Option<StoredExport>, FileError> {
    let Some(text) = files::read_text(path)? else { return Ok(None) };
    let broken =
        || FileError::new(path, &std::io::Error::new(std::io::ErrorKind::InvalidData, "not an imported template"));
    let value: Value = serde_json::from_str(&text).map_err(|_error| broken())?;
    let word = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Some(StoredExport {
        id: word("id").ok_or_else(broken)?,
        name: word("name").unwrap_or_default(),
        text: word("text").ok_or_else(broken)?,
        before: word("before"),
        learnt: value.get("learnt").and_then(Value::as_bool).unwrap_or(false),
        cases: value.get("cases").cloned().unwrap_or_default(),
        earlier: value
            .get("earlier")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(word, text)| Some((word.clone(), text.as_str()?.to_owned())))
            .collect(),
        changes_read: value.get("changes_read").and_then(Value::as_bool).unwrap_or(false),
        sent: value.get("sent").cloned().unwrap_or_default(),
    }))
}

/// Keeps an imported template in place of an earlier one of its id.
///
/// # Errors
/// [`FileError`]; what was there before is still there then.
pub fn put(folder: &Path, stored: &StoredExport) -> Result<(), FileError> {
    std::fs::create_dir_all(folder).map_err(|error| FileError::new(folder, &error))?;
    let value = json!({
        "version": 1,
        "id": stored.id,
        "name": stored.name,
        "text": stored.text,
        "before": stored.before,
        "learnt": stored.learnt,
        "cases": stored.cases,
        "earlier": stored.earlier,
        "changes_read": stored.changes_read,
        "sent": stored.sent,
    });
    files::write_atomically(&path(folder, &stored.id), value.to_string().as_bytes())
}

/// Takes an imported template away; one that is not there is no error.
///
/// # Errors
/// [`FileError`].
pub fn remove(folder: &Path, id: &str) -> Result<(), FileError> {
    let path = path(folder, id);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(FileError::new(path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_kept_by_id_whatever_it_holds_and_a_broken_file_is_said() {
        let home = tempfile::tempdir().unwrap();
        let folder = folder(home.path());
        assert_eq!(list(&folder).0, []);
        let stored = |id: &str, name: &str| StoredExport {
            id: id.to_owned(),
            name: name.to_owned(),
            text: "{}".to_owned(),
            ..StoredExport::default()
        };
        put(&folder, &stored("../a/b:c.schema", "乙")).unwrap();
        put(&folder, &stored("x", "甲")).unwrap();
        put(
            &folder,
            &StoredExport {
                before: Some("[]".to_owned()),
                learnt: true,
                cases: json!([1]),
                earlier: BTreeMap::from([("a".to_owned(), "{}".to_owned())]),
                changes_read: true,
                sent: json!({ "delivery": 1 }),
                ..stored("x", "丙")
            },
        )
        .unwrap();
        std::fs::write(folder.join("odd.json"), "{").unwrap();
        std::fs::write(folder.join("note.txt"), "").unwrap();
        let (found, failed) = list(&folder);
        let names: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.before.as_deref())).collect();
        assert_eq!((names, failed.len()), (vec![("丙", Some("[]")), ("乙", None)], 1));
        assert_eq!((&found[0].cases, found[0].learnt, found[1].learnt), (&json!([1]), true, false));
        assert_eq!((found[0].earlier["a"].as_str(), found[0].changes_read), ("{}", true));
        assert_eq!(found[0].sent["delivery"], json!(1));
        remove(&folder, "x").unwrap();
        remove(&folder, "x").unwrap();
        assert_eq!(list(&folder).0.len(), 1);
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1, "nothing outside the folder");
    }
}
