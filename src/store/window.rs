//! What the window remembers of itself: size, folded panels, the tab. Losing it loses nothing that anyone wrote.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::{self, FileError};

/// What the window remembers. `None` and empty texts: as on the first start.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowMemory {
    /// Inner width in points.
    pub width: Option<f32>,
    /// Inner height in points.
    pub height: Option<f32>,
    /// Whether it filled the screen.
    pub maximized: bool,
    /// Width of the list of drafts in points.
    pub drafts_width: Option<f32>,
    /// Width of the inspector in points.
    pub inspector_width: Option<f32>,
    /// Whether the list of drafts was folded.
    pub drafts_folded: bool,
    /// Whether the inspector was folded.
    pub inspector_folded: bool,
    /// The tab, by the window's own word.
    pub tab: String,
    /// Id of the card that was shown.
    pub card: String,
    /// Id of the notice that was shown.
    pub notice: String,
}

impl WindowMemory {
    /// Where it is kept in a home.
    pub fn path(root: &Path) -> PathBuf {
        root.join("window.toml")
    }

    /// Reads it; whatever cannot be read is as on the first start.
    pub fn load(path: &Path) -> Self {
        let text = files::read_text(path).ok().flatten().unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// [`FileError`] when it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        // A struct of plain values always has a TOML form.
        let text = toml::to_string(self).unwrap_or_default();
        files::write_atomically(path, text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was_and_a_broken_file_is_a_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = WindowMemory::path(folder.path());
        assert_eq!(WindowMemory::load(&path), WindowMemory::default());
        let memory = WindowMemory {
            width: Some(1280.5),
            inspector_folded: true,
            tab: "notice".to_owned(),
            ..WindowMemory::default()
        };
        memory.save(&path).unwrap();
        assert_eq!(WindowMemory::load(&path), memory);
        std::fs::write(&path, "width = [").unwrap();
        assert_eq!(WindowMemory::load(&path), WindowMemory::default());
    }
}
