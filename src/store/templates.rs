//! The person's own library of notice templates (`templates.toml`): no call of DingTalk lists them.

use std::path::{Path, PathBuf};

use super::files::{self, FileError};
use crate::{
    compose::notice::NoticeTemplate,
    lang::{Lang, text},
};

/// The file's shape.
#[derive(serde::Serialize, serde::Deserialize, Default)]
struct Document {
    #[serde(default, rename = "template")]
    templates: Vec<NoticeTemplate>,
}

/// The library.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    templates: Vec<NoticeTemplate>,
    /// The text as read or written last, to notice changes by others.
    base: Option<String>,
}

/// Why the library could not be used or written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TemplatesError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is no library; it was set aside and an empty library is used.
    #[error("{}: {reason}; it is now {}", path.display(), set_aside.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Its line, from 1, where one can be told.
        line: Option<usize>,
        /// The parser's words.
        reason: String,
        /// Where it was put.
        set_aside: PathBuf,
    },
    /// Name or id is blank.
    #[error("a template needs a name and an id")]
    Incomplete,
    /// Another template has this name.
    #[error("another template is called “{0}”")]
    NameTaken(String),
    /// Another window or an editor changed the file; it was not overwritten.
    #[error("{} was changed by someone else", .0.display())]
    ChangedOutside(PathBuf),
}

impl TemplatesError {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang) -> String {
        match self {
            Self::File(error) => error.message(lang),
            Self::Broken { path, line, reason, set_aside } => {
                let mut place = path.display().to_string();
                if let Some(line) = line {
                    place.push_str(&text(lang, "store.settings.at_line", &[("line", line.to_string())]));
                }
                let args = [("place", place), ("reason", reason.clone()), ("aside", set_aside.display().to_string())];
                text(lang, "store.templates.broken", &args)
            }
            Self::Incomplete => text(lang, "store.templates.incomplete", &[]),
            Self::NameTaken(name) => text(lang, "store.templates.name_taken", &[("name", name.clone())]),
            Self::ChangedOutside(path) => {
                text(lang, "store.settings.changed_outside", &[("path", path.display().to_string())])
            }
        }
    }
}

impl Templates {
    /// Reads the library; one that is not there is empty. The second part is what has to be said about it.
    pub fn load(path: &Path) -> (Self, Option<TemplatesError>) {
        let text = match files::read_text(path) {
            Ok(None) => return (Self::default(), None),
            Ok(Some(text)) => text,
            Err(error) => return (Self::default(), Some(error.into())),
        };
        match toml::from_str::<Document>(&text) {
            Ok(document) => (Self { templates: document.templates, base: Some(text) }, None),
            Err(error) => {
                let line = error.span().map(|span| text.bytes().take(span.start).filter(|b| *b == b'\n').count() + 1);
                let said = match files::set_aside(path) {
                    Ok(set_aside) => TemplatesError::Broken {
                        path: path.to_owned(),
                        line,
                        reason: error.message().to_owned(),
                        set_aside,
                    },
                    Err(error) => error.into(),
                };
                (Self::default(), Some(said))
            }
        }
    }

    /// All templates, in the person's order.
    pub fn all(&self) -> &[NoticeTemplate] {
        &self.templates
    }

    /// The template of an id.
    pub fn by_id(&self, id: &str) -> Option<&NoticeTemplate> {
        self.templates.iter().find(|template| template.id == id)
    }

    /// Adds a template (`at` is `None`) or replaces the one at a place, and writes the library.
    ///
    /// # Errors
    /// See [`TemplatesError`]; the library is as it was then.
    pub fn put(&mut self, path: &Path, at: Option<usize>, template: NoticeTemplate) -> Result<(), TemplatesError> {
        if template.name.trim().is_empty() || template.id.trim().is_empty() {
            return Err(TemplatesError::Incomplete);
        }
        let taken = |(place, other): (usize, &NoticeTemplate)| Some(place) != at && other.name == template.name;
        if self.templates.iter().enumerate().any(taken) {
            return Err(TemplatesError::NameTaken(template.name));
        }
        let mut changed = self.templates.clone();
        match at.and_then(|at| changed.get_mut(at)) {
            Some(old) => *old = template,
            None => changed.push(template),
        }
        self.write(path, changed)
    }

    /// Removes the template at a place and writes the library. A place beyond the end removes nothing.
    ///
    /// # Errors
    /// See [`TemplatesError`]; the library is as it was then.
    pub fn remove(&mut self, path: &Path, at: usize) -> Result<(), TemplatesError> {
        let mut changed = self.templates.clone();
        if at < changed.len() {
            changed.remove(at);
        }
        self.write(path, changed)
    }

    /// Puts a template back to a place (or the end), such as one that was removed, and writes the library.
    ///
    /// # Errors
    /// See [`TemplatesError`]; the library is as it was then.
    pub fn insert(&mut self, path: &Path, at: usize, template: NoticeTemplate) -> Result<(), TemplatesError> {
        let mut changed = self.templates.clone();
        changed.insert(at.min(changed.len()), template);
        self.write(path, changed)
    }

    fn write(&mut self, path: &Path, templates: Vec<NoticeTemplate>) -> Result<(), TemplatesError> {
        let on_disk = files::read_text(path)?;
        if on_disk.is_some() && on_disk != self.base {
            return Err(TemplatesError::ChangedOutside(path.to_owned()));
        }
        let document = Document { templates };
        let text = toml::to_string_pretty(&document)
            .map_err(|error| FileError::new(path, &std::io::Error::other(error.to_string())))?;
        files::write_atomically(path, text.as_bytes())?;
        self.templates = document.templates;
        self.base = Some(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::notice::TemplateKind;

    fn template(name: &str) -> NoticeTemplate {
        NoticeTemplate {
            name: name.to_owned(),
            id: format!("id-{name}"),
            kind: TemplateKind::ActionCard,
            body: "你好，${name}\n\"引号\" 'x' '''y'''".to_owned(),
        }
    }

    #[test]
    fn templates_are_added_edited_removed_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("templates.toml");
        let (mut library, said) = Templates::load(&path);
        assert!(said.is_none() && library.all().is_empty());
        library.put(&path, None, template("甲")).unwrap();
        library.put(&path, None, template("乙")).unwrap();
        assert_eq!(library.put(&path, None, template("甲")), Err(TemplatesError::NameTaken("甲".into())));
        library.put(&path, Some(0), template("丙")).unwrap();
        assert_eq!(library.put(&path, None, template(" ")), Err(TemplatesError::Incomplete));
        library.remove(&path, 0).unwrap();
        library.insert(&path, 0, template("丙")).unwrap();
        assert_eq!(library.by_id("id-丙"), library.all().first(), "back at its place");
        library.remove(&path, 1).unwrap();
        assert_eq!(Templates::load(&path).0.all(), [template("丙")]);
        assert_eq!(library.by_id("id-丙"), Some(&template("丙")));
    }

    #[test]
    fn a_broken_library_is_set_aside_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("templates.toml");
        std::fs::write(&path, "[[template]]\nname = \"a\"\nid = 5\n").unwrap();
        let (library, said) = Templates::load(&path);
        assert!(library.all().is_empty());
        let said = said.unwrap();
        assert!(matches!(&said, TemplatesError::Broken { line: Some(3), .. }), "{said:?}");
        assert!(folder.path().join("templates.toml.broken-1").exists() && !path.exists());
    }

    #[test]
    fn what_another_window_added_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("templates.toml");
        let (mut one, _) = Templates::load(&path);
        let (mut two, _) = Templates::load(&path);
        one.put(&path, None, template("甲")).unwrap();
        assert_eq!(two.put(&path, None, template("乙")), Err(TemplatesError::ChangedOutside(path.clone())));
        assert_eq!(Templates::load(&path).0.all(), [template("甲")]);
    }
}
