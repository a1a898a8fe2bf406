//! Everything a person can do, once: the list that feeds buttons, shortcuts and the palette.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{
    icons::Icon,
    state::{State, Tab},
};
use crate::lang::Lang;

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers { shift: true, ..Modifiers::COMMAND };

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(CTRL, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(CTRL_SHIFT, key)
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

/// A command. What it takes to run one is in `app::dispatch`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Command {
    /// Hand the current draft over to DingTalk.
    Send,
    /// A new draft of the kind of the tab shown.
    NewDraft,
    /// A new card.
    NewCard,
    /// A new notice.
    NewNotice,
    /// A copy of the current draft.
    DuplicateDraft,
    /// Take the current draft away.
    DeleteDraft,
    /// Open a draft file.
    OpenFile,
    /// Import a card template's export.
    ImportTemplate,
    /// Import a list of people into the current draft.
    ImportList,
    /// Save the current draft as a file.
    SaveFile,
    /// Take back the last change.
    Undo,
    /// Do it again.
    Redo,
    /// Go to the next finding.
    NextFinding,
    /// Go to the previous finding.
    PreviousFinding,
    /// Show the card tab.
    ShowCard,
    /// Show the notice tab.
    ShowNotice,
    /// Show the history.
    ShowHistory,
    /// Show the settings.
    ShowSettings,
    /// Fetch new tokens.
    RefreshToken,
    /// Read all people and departments again.
    RefreshDirectory,
    /// The other language.
    ToggleLanguage,
    /// The other theme.
    ToggleTheme,
    /// Larger text.
    LargerText,
    /// Smaller text.
    SmallerText,
    /// Text of the ordinary size.
    NormalText,
    /// Fold or unfold the list of drafts.
    ToggleDrafts,
    /// Fold or unfold the inspector.
    ToggleInspector,
    /// Search commands.
    Palette,
}

impl Command {
    /// All commands, in the order of the palette.
    pub const ALL: [Self; 28] = [
        Self::Send,
        Self::NewDraft,
        Self::NewCard,
        Self::NewNotice,
        Self::DuplicateDraft,
        Self::DeleteDraft,
        Self::OpenFile,
        Self::ImportTemplate,
        Self::ImportList,
        Self::SaveFile,
        Self::Undo,
        Self::Redo,
        Self::NextFinding,
        Self::PreviousFinding,
        Self::ShowCard,
        Self::ShowNotice,
        Self::ShowHistory,
        Self::ShowSettings,
        Self::RefreshToken,
        Self::RefreshDirectory,
        Self::ToggleLanguage,
        Self::ToggleTheme,
        Self::LargerText,
        Self::SmallerText,
        Self::NormalText,
        Self::ToggleDrafts,
        Self::ToggleInspector,
        Self::Palette,
    ];

    /// What it is called.
    pub fn label(self, lang: Lang) -> String {
        match self {
            Self::Send => tr!(lang, "command.send"),
            Self::NewDraft => tr!(lang, "command.new_draft"),
            Self::NewCard => tr!(lang, "command.new_card"),
            Self::NewNotice => tr!(lang, "command.new_notice"),
            Self::DuplicateDraft => tr!(lang, "command.duplicate_draft"),
            Self::DeleteDraft => tr!(lang, "command.delete_draft"),
            Self::OpenFile => tr!(lang, "command.open_file"),
            Self::ImportTemplate => tr!(lang, "command.import_template"),
            Self::ImportList => tr!(lang, "import.from_list"),
            Self::SaveFile => tr!(lang, "command.save_file"),
            Self::Undo => tr!(lang, "command.undo"),
            Self::Redo => tr!(lang, "command.redo"),
            Self::NextFinding => tr!(lang, "command.next_finding"),
            Self::PreviousFinding => tr!(lang, "command.previous_finding"),
            Self::ShowCard => tr!(lang, "command.show_card"),
            Self::ShowNotice => tr!(lang, "command.show_notice"),
            Self::ShowHistory => tr!(lang, "command.show_history"),
            Self::ShowSettings => tr!(lang, "command.show_settings"),
            Self::RefreshToken => tr!(lang, "command.refresh_token"),
            Self::RefreshDirectory => tr!(lang, "command.refresh_directory"),
            Self::ToggleLanguage => tr!(lang, "command.toggle_language"),
            Self::ToggleTheme => tr!(lang, "command.toggle_theme"),
            Self::LargerText => tr!(lang, "command.larger_text"),
            Self::SmallerText => tr!(lang, "command.smaller_text"),
            Self::NormalText => tr!(lang, "command.normal_text"),
            Self::ToggleDrafts => tr!(lang, "command.toggle_drafts"),
            Self::ToggleInspector => tr!(lang, "command.toggle_inspector"),
            Self::Palette => tr!(lang, "command.palette"),
        }
        .into_owned()
    }

    /// What it does, in one sentence.
    pub fn tooltip(self, lang: Lang) -> String {
        match self {
            Self::Send => tr!(lang, "command.send_tip"),
            Self::NewDraft => tr!(lang, "command.new_draft_tip"),
            Self::NewCard => tr!(lang, "command.new_card_tip"),
            Self::NewNotice => tr!(lang, "command.new_notice_tip"),
            Self::DuplicateDraft => tr!(lang, "command.duplicate_draft_tip"),
            Self::DeleteDraft => tr!(lang, "command.delete_draft_tip"),
            Self::OpenFile => tr!(lang, "command.open_file_tip"),
            Self::ImportTemplate => tr!(lang, "command.import_template_tip"),
            Self::ImportList => tr!(lang, "import.from_list_tip"),
            Self::SaveFile => tr!(lang, "command.save_file_tip"),
            Self::Undo => tr!(lang, "command.undo_tip"),
            Self::Redo => tr!(lang, "command.redo_tip"),
            Self::NextFinding => tr!(lang, "command.next_finding_tip"),
            Self::PreviousFinding => tr!(lang, "command.previous_finding_tip"),
            Self::ShowCard => tr!(lang, "command.show_card_tip"),
            Self::ShowNotice => tr!(lang, "command.show_notice_tip"),
            Self::ShowHistory => tr!(lang, "command.show_history_tip"),
            Self::ShowSettings => tr!(lang, "command.show_settings_tip"),
            Self::RefreshToken => tr!(lang, "command.refresh_token_tip"),
            Self::RefreshDirectory => tr!(lang, "command.refresh_directory_tip"),
            Self::ToggleLanguage => tr!(lang, "command.toggle_language_tip"),
            Self::ToggleTheme => tr!(lang, "command.toggle_theme_tip"),
            Self::LargerText => tr!(lang, "command.larger_text_tip"),
            Self::SmallerText => tr!(lang, "command.smaller_text_tip"),
            Self::NormalText => tr!(lang, "command.normal_text_tip"),
            Self::ToggleDrafts => tr!(lang, "command.toggle_drafts_tip"),
            Self::ToggleInspector => tr!(lang, "command.toggle_inspector_tip"),
            Self::Palette => tr!(lang, "command.palette_tip"),
        }
        .into_owned()
    }

    /// Its shortcuts; the first one is shown.
    pub const fn shortcuts(self) -> &'static [KeyboardShortcut] {
        match self {
            Self::Send => const { &[ctrl(Key::Enter)] },
            Self::NewDraft => const { &[ctrl(Key::N)] },
            Self::DuplicateDraft => const { &[ctrl(Key::D)] },
            Self::OpenFile => const { &[ctrl(Key::O)] },
            Self::SaveFile => const { &[ctrl(Key::S)] },
            Self::Undo => const { &[ctrl(Key::Z)] },
            Self::Redo => const { &[ctrl_shift(Key::Z), ctrl(Key::Y)] },
            Self::NextFinding => const { &[plain(Key::F8)] },
            Self::PreviousFinding => const { &[KeyboardShortcut::new(Modifiers::SHIFT, Key::F8)] },
            Self::ShowCard => const { &[ctrl(Key::Num1)] },
            Self::ShowNotice => const { &[ctrl(Key::Num2)] },
            Self::ShowHistory => const { &[ctrl(Key::Num3)] },
            Self::ShowSettings => const { &[ctrl(Key::Num4)] },
            Self::RefreshDirectory => const { &[plain(Key::F5)] },
            Self::ToggleLanguage => const { &[ctrl(Key::L)] },
            Self::LargerText => const { &[ctrl(Key::Plus), ctrl(Key::Equals)] },
            Self::SmallerText => const { &[ctrl(Key::Minus)] },
            Self::NormalText => const { &[ctrl(Key::Num0)] },
            Self::ToggleDrafts => const { &[ctrl(Key::B)] },
            Self::ToggleInspector => const { &[ctrl(Key::I)] },
            Self::Palette => const { &[ctrl(Key::K)] },
            Self::NewCard
            | Self::NewNotice
            | Self::DeleteDraft
            | Self::ImportTemplate
            | Self::ImportList
            | Self::RefreshToken
            | Self::ToggleTheme => &[],
        }
    }

    /// The shortcut shown, as this system writes it.
    pub fn shortcut_text(self, ctx: &egui::Context) -> Option<String> {
        self.shortcuts().first().map(|shortcut| ctx.format_shortcut(shortcut))
    }

    /// Its icon.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Send => Icon::Send,
            Self::NewCard | Self::ShowCard => Icon::Card,
            Self::NewNotice | Self::ShowNotice => Icon::Notice,
            Self::DuplicateDraft => Icon::Copy,
            Self::DeleteDraft => Icon::Trash,
            Self::OpenFile | Self::ImportList => Icon::FolderOpen,
            Self::SaveFile => Icon::Save,
            Self::Undo => Icon::Undo,
            Self::Redo => Icon::Redo,
            Self::NextFinding => Icon::Down,
            Self::PreviousFinding => Icon::Up,
            Self::ShowHistory => Icon::History,
            Self::ShowSettings => Icon::Settings,
            Self::RefreshToken => Icon::Key,
            Self::RefreshDirectory => Icon::Users,
            Self::ToggleLanguage => Icon::Globe,
            Self::ToggleTheme => Icon::Moon,
            Self::NewDraft | Self::LargerText => Icon::Plus,
            Self::SmallerText => Icon::Minus,
            Self::NormalText => Icon::Check,
            Self::ToggleDrafts | Self::ImportTemplate => Icon::Template,
            Self::ToggleInspector => Icon::Eye,
            Self::Palette => Icon::Search,
        }
    }

    /// Whether it can be run now; if not, why, in the reader's language.
    pub fn enabled(self, state: &State) -> Result<(), String> {
        let lang = state.lang;
        match self {
            Self::NewDraft
            | Self::Send
            | Self::DuplicateDraft
            | Self::DeleteDraft
            | Self::SaveFile
            | Self::ImportList
            | Self::NextFinding
            | Self::PreviousFinding
            | Self::ToggleDrafts
            | Self::ToggleInspector
                if state.tab.kind().is_none() =>
            {
                Err(tr!(lang, "command.off_not_writing").into_owned())
            }
            Self::Send => state.may_send(),
            Self::RefreshToken if state.link.is_refreshing() => Err(tr!(lang, "command.off_refreshing").into_owned()),
            Self::RefreshToken | Self::RefreshDirectory => match state.link.failure(lang) {
                Some(reason) => Err(reason),
                None if state.link.session().is_none() => Err(tr!(lang, "send.off_connecting").into_owned()),
                None => Ok(()),
            },
            Self::DuplicateDraft | Self::DeleteDraft | Self::SaveFile | Self::ImportList
                if state.current().is_none() =>
            {
                Err(tr!(lang, "command.off_no_draft").into_owned())
            }
            Self::NextFinding | Self::PreviousFinding
                if state.current().is_none_or(|open| open.findings.all().is_empty()) =>
            {
                Err(tr!(lang, "command.off_no_finding").into_owned())
            }
            Self::Undo if !state.current().is_some_and(super::state::OpenDraft::has_undo) => {
                Err(tr!(lang, "command.off_no_undo").into_owned())
            }
            Self::Redo if !state.current().is_some_and(super::state::OpenDraft::has_redo) => {
                Err(tr!(lang, "command.off_no_redo").into_owned())
            }
            _ => Ok(()),
        }
    }

    /// The tab it shows, if it shows one.
    pub const fn tab(self) -> Option<Tab> {
        match self {
            Self::ShowCard => Some(Tab::Card),
            Self::ShowNotice => Some(Tab::Notice),
            Self::ShowHistory => Some(Tab::History),
            Self::ShowSettings => Some(Tab::Settings),
            _ => None,
        }
    }

    /// The command that shows a tab.
    pub const fn show(tab: Tab) -> Self {
        match tab {
            Tab::Card => Self::ShowCard,
            Tab::Notice => Self::ShowNotice,
            Tab::History => Self::ShowHistory,
            Tab::Settings => Self::ShowSettings,
        }
    }
}

/// Takes the commands whose shortcuts were pressed out of the input. Undo and redo are left to a text field that has the
/// keyboard.
pub fn pressed(ctx: &egui::Context, text_focused: bool) -> Vec<Command> {
    let mut pressed = Vec::new();
    // egui's logical matching lets Ctrl+Shift+Z match Ctrl+Z: longer shortcuts first.
    let mut all: Vec<(Command, &KeyboardShortcut)> = Command::ALL
        .iter()
        .flat_map(|command| command.shortcuts().iter().map(move |shortcut| (*command, shortcut)))
        .collect();
    all.sort_by_key(|(_, shortcut)| !shortcut.modifiers.shift);
    ctx.input_mut(|input| {
        for (command, shortcut) in all {
            if text_focused && matches!(command, Command::Undo | Command::Redo) {
                continue;
            }
            if input.consume_shortcut(shortcut) {
                pressed.push(command);
            }
        }
    });
    pressed
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn every_command_has_its_own_name_tooltip_and_shortcut() {
        for lang in Lang::ALL {
            let mut names = HashMap::new();
            for command in Command::ALL {
                let label = command.label(lang);
                assert!(!label.is_empty() && !label.starts_with("command."), "{command:?}: {label}");
                assert!(!command.tooltip(lang).starts_with("command."), "{command:?}");
                assert_eq!(names.insert(label, command), None, "two commands share a name");
            }
        }
        let mut shortcuts = HashMap::new();
        for command in Command::ALL {
            for shortcut in command.shortcuts() {
                assert_eq!(shortcuts.insert(shortcut, command), None, "{shortcut:?} stands twice");
            }
        }
    }

    #[test]
    fn what_cannot_be_done_says_why() {
        let mut state = State::new(crate::store::settings::Settings::default(), Lang::Zh);
        assert_eq!(Command::DeleteDraft.enabled(&state), Err("还没有草稿".to_owned()));
        state.tab = Tab::Settings;
        assert!(Command::NewDraft.enabled(&state).is_err());
        assert!(Command::ShowCard.enabled(&state).is_ok());
    }
}
