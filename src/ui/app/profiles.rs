//! What the settings tab asks for: profiles into the file, secrets into the vault, the connection check, the sandbox.

use std::sync::Arc;

use egui::Context;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::{
    catalogue,
    deliver::connect::connect,
    dingtalk::{Clock, check},
    store::{
        settings::{Profile, ProfileId, ProfileKind, Settings, secrets_in_file},
        vault::{self, Kept, ProfileKey, Slot, Vault, VaultError},
    },
    ui::{
        background::{Broken, JobLost},
        remote::Remote,
        settings::{CheckRun, Editor, SettingsAction, Storing, Where},
        widgets::{Level, Toast},
    },
};

impl App {
    pub(super) fn apply_settings(&mut self, ctx: &Context, action: SettingsAction) {
        match action {
            SettingsAction::New(kind) => {
                let wanted = crate::ui::settings::kind_label(kind, self.state.lang);
                let name = self.state.settings.free_name(&wanted);
                self.settings_view.editor = Some(Editor::new(Profile::new(name, kind)));
                self.settings_view.held.forget();
            }
            SettingsAction::Edit(id) if self.settings_view.has_changes() => {
                self.settings_view.section = crate::ui::settings::Section::Profiles;
                if self.settings_view.editor.as_ref().is_some_and(|editor| editor.id != Some(id)) {
                    self.settings_view.leaving = Some(Where::Profile(id));
                }
            }
            SettingsAction::Leave(to) if self.settings_view.has_changes() => self.settings_view.leaving = Some(to),
            SettingsAction::Leave(Where::List) => self.apply_settings(ctx, SettingsAction::Discard),
            SettingsAction::Leave(Where::Profile(id)) => self.apply_settings(ctx, SettingsAction::Edit(id)),
            SettingsAction::Edit(id) => {
                if let Some(profile) = self.state.settings.by_id(id) {
                    self.settings_view.section = crate::ui::settings::Section::Profiles;
                    self.settings_view.editor = Some(Editor::of(profile.clone()));
                    self.settings_view.held.forget();
                }
            }
            SettingsAction::Save => self.save_profile(ctx),
            SettingsAction::Discard => {
                if let Some(mut editor) = self.settings_view.editor.take() {
                    editor.secrets.forget(ctx);
                }
            }
            SettingsAction::Delete(id) => self.delete_profile(id),
            SettingsAction::KeepForSession => self.keep_for_session(),
            SettingsAction::RetryVault => {
                self.settings_view.held.forget();
                self.store_secrets();
            }
            SettingsAction::ForgetSecret(id, slot) => self.forget_secret(id, slot),
            SettingsAction::Check(id) => self.check_connection(id),
            SettingsAction::CancelCheck => {
                if let Some(run) = &mut self.settings_view.check {
                    run.cancel.cancel();
                }
            }
            SettingsAction::MoveSecretsFromFile => self.move_secrets_from_file(),
            SettingsAction::Script(script) => {
                if let Some(sandbox) = self.sandbox.running() {
                    sandbox.script(*script);
                    self.toasts.add(Toast::ok(tr!(self.state.lang, "settings.fault_added")));
                }
            }
            SettingsAction::ClearScripts => {
                if let Some(sandbox) = self.sandbox.running() {
                    sandbox.clear_scripts();
                }
            }
            SettingsAction::ExpireTokens => {
                if let Some(sandbox) = self.sandbox.running() {
                    sandbox.expire_tokens();
                    self.toasts.add(Toast::ok(tr!(self.state.lang, "settings.tokens_expired")));
                }
            }
            SettingsAction::SetRules(rules) => {
                if let Some(sandbox) = self.sandbox.running() {
                    sandbox.set_rules(*rules);
                    self.forget_sandbox_access();
                }
            }
            SettingsAction::RestartSandbox(people) => {
                self.env.sandbox.people = people;
                self.sandbox.forget();
                self.forget_sandbox_access();
                if self.state.profile().is_sandbox() {
                    self.connect();
                }
            }
        }
    }

    fn save_profile(&mut self, ctx: &Context) {
        let lang = self.state.lang;
        let Some(editor) = &mut self.settings_view.editor else { return };
        let profile = match editor.finished(lang) {
            Ok(profile) => profile,
            Err(trouble) => {
                editor.trouble = Some(trouble);
                return;
            }
        };
        let others = |one: &&Profile| Some(one.id()) != editor.id;
        let taken = self.state.settings.profiles.iter().filter(others).any(|one| one.name.trim() == profile.name)
            || self.state.settings.refused().contains(&profile.name);
        let too_long = profile.name.chars().count() > Profile::LONGEST_NAME;
        if profile.name.is_empty() || taken || too_long {
            let name = profile.name.clone();
            editor.trouble = Some(tr!(lang, "store.settings.profile_name", name = name).into_owned());
            return;
        }
        let secrets = editor.secrets.take(ctx, profile.kind, self.env.clock.now_unix());
        let (id, key) = (profile.id(), profile.vault_key());
        let before = editor.id.and_then(|id| self.state.settings.by_id(id)).cloned();
        let from = before.as_ref().map(Profile::vault_key).filter(|old| *old != key).map(|old| {
            // Only a new name: the secret belongs to the same app at the same address.
            let renamed = before.as_ref().is_some_and(|before| same_app(before, &profile));
            (old, renamed)
        });
        let was_current = before.as_ref().is_some_and(|before| before.name == self.state.settings.current_profile)
            || self.state.profile().id() == id;
        match self.state.settings.profiles.iter_mut().find(|one| one.id() == id) {
            Some(known) => *known = profile.clone(),
            None => self.state.settings.profiles.push(profile.clone()),
        }
        if was_current {
            self.state.settings.current_profile.clone_from(&profile.name);
        }
        self.settings_view.editor = None;
        self.settings_view.held.forget();
        self.save_settings();
        self.toasts.add(Toast::ok(tr!(lang, "settings.saved", name = profile.name)));
        if secrets.is_empty() && from.is_none() {
            if was_current {
                self.connect();
            }
            return;
        }
        self.settings_view.storing = Some(Storing { profile: id, key, from, secrets, done: Remote::NotAsked });
        self.store_secrets();
    }

    /// Puts the secrets that wait into the vault.
    fn store_secrets(&mut self) {
        let Some(storing) = &mut self.settings_view.storing else { return };
        if storing.done.is_pending() {
            return;
        }
        let (vault, key) = (Arc::clone(&self.env.vault), storing.key.clone());
        let (from, secrets) = (storing.from.clone(), storing.secrets.clone());
        self.background.start_blocking("vault-write", &mut storing.done, move || {
            put_into_vault(vault.as_ref(), &key, from, &secrets).map_err(Broken::Error)
        });
    }

    /// What the keyring did not take is kept in memory.
    fn keep_for_session(&mut self) {
        let edited = self.settings_view.editor.as_ref().and_then(|editor| editor.id);
        let profile = self.settings_view.storing.as_ref().map(|storing| storing.profile).or(edited);
        if let Some(profile) = profile.and_then(|id| self.state.settings.by_id(id)) {
            self.env.vault.keep_for_session_only(&profile.vault_key());
        }
        if let Some(storing) = &mut self.settings_view.storing {
            // The old name's entry is in the keyring that cannot be reached.
            storing.from = None;
            storing.done = Remote::NotAsked;
        }
        self.settings_view.held.forget();
        self.store_secrets();
    }

    fn forget_secret(&mut self, id: ProfileId, slot: Slot) {
        let Some(key) = self.state.settings.by_id(id).map(Profile::vault_key) else { return };
        let vault = Arc::clone(&self.env.vault);
        let mut storing =
            Storing { profile: id, key: key.clone(), from: None, secrets: Vec::new(), done: Remote::NotAsked };
        self.background
            .start_blocking("vault-delete", &mut storing.done, move || vault.delete(&key, slot).map_err(Broken::Error));
        self.settings_view.storing = Some(storing);
    }

    fn delete_profile(&mut self, id: ProfileId) {
        let Some(profile) = self.state.settings.by_id(id).cloned() else { return };
        let was_current = self.state.profile().id() == id;
        self.state.settings.profiles.retain(|one| one.id() != id);
        self.settings_view.editor = None;
        self.settings_view.check = None;
        self.forget_access(&profile);
        self.save_settings();
        self.toasts.add(Toast::new(Level::Info, tr!(self.state.lang, "settings.deleted", name = profile.name)));
        if profile.kind != ProfileKind::Sandbox {
            let (vault, key) = (Arc::clone(&self.env.vault), profile.vault_key());
            let mut storing =
                Storing { profile: id, key: key.clone(), from: None, secrets: Vec::new(), done: Remote::NotAsked };
            self.background.start_blocking("vault-forget", &mut storing.done, move || {
                vault::forget(vault.as_ref(), &key).map_err(Broken::Error)
            });
            self.settings_view.storing = Some(storing);
        }
        if was_current {
            self.state.settings.current_profile = self.state.settings.sandbox().name.clone();
            self.connect();
        }
    }

    fn check_connection(&mut self, id: ProfileId) {
        let Some(profile) = self.state.settings.by_id(id).cloned() else { return };
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        let vault = Arc::clone(&self.env.vault) as Arc<dyn Vault>;
        let clock = Arc::clone(&self.env.clock) as Arc<dyn Clock>;
        let (sandbox, options) = (self.sandbox.clone(), self.env.sandbox);
        let agent_id = if profile.is_sandbox() {
            sandbox.running().map(|running| running.agent_id().to_string()).unwrap_or_default()
        } else {
            profile.agent_id.clone()
        };
        let third_party = profile.kind == ProfileKind::ThirdParty;
        let context = catalogue::Context { pasted_token: profile.kind == ProfileKind::Token, third_party };
        // The connection in use keeps its tokens; another profile gets one for the check only.
        let session = (self.state.profile().id() == id).then(|| self.state.link.session().cloned()).flatten();
        let key = profile.vault_key();
        let mut items = Remote::NotAsked;
        self.background.start(&mut items, async move {
            let session = if let Some(session) = session {
                session
            } else {
                let made =
                    tokio::task::spawn_blocking(move || connect(&profile, &vault, clock, || sandbox.start(options)));
                match made.await {
                    Ok(made) => made.map_err(Broken::Error)?.session,
                    Err(lost) => return Err(Broken::Lost(JobLost(lost.to_string()))),
                }
            };
            Ok(check(&session, &agent_id, &stop).await)
        });
        self.settings_view.section = crate::ui::settings::Section::Profiles;
        self.settings_view.check = Some(CheckRun { profile: id, key, cancel, items, context });
    }

    fn move_secrets_from_file(&mut self) {
        let lang = self.state.lang;
        let path = self.env.home.settings_path();
        let found = match secrets_in_file(&path) {
            Ok(found) => found,
            Err(error) => {
                self.toasts.add(Toast::error(error.message(lang)));
                return;
            }
        };
        let now = self.env.clock.now_unix();
        for one in found {
            let (Some((key, slot)), Some(secret)) = (one.place, one.secret) else { continue };
            if let Err(error) = self.env.vault.set(&key, slot, &Kept { secret, at_unix: now }) {
                // Nothing is taken out of the file that is not safely somewhere else.
                self.toasts.add(Toast::error(error.message(lang)));
                return;
            }
        }
        if let Err(error) = self.state.settings.remove_secrets_from_file(&path) {
            self.toasts.add(Toast::error(error.message(lang)));
            return;
        }
        let loaded = Settings::load(&path);
        self.state.settings = loaded.settings;
        self.settings_view.problems = loaded.problems;
        self.toasts.add(Toast::ok(tr!(lang, "settings.secrets_moved")));
        self.connect();
    }

    /// Takes what the vault and the check answered.
    pub(super) fn poll_settings(&mut self) {
        if let Some(run) = &mut self.settings_view.check {
            let answered = run.items.poll();
            if answered {
                self.note_check();
            }
        }
        let Some(storing) = &mut self.settings_view.storing else { return };
        if storing.done.poll() && storing.done.take_here().is_some() {
            let profile = storing.profile;
            self.settings_view.storing = None;
            self.settings_view.held.forget();
            if self.state.profile().id() == profile {
                self.connect();
            }
        }
    }
}

/// Whether two versions of a profile mean the same app at the same addresses.
fn same_app(before: &Profile, after: &Profile) -> bool {
    let mut renamed = before.clone();
    renamed.name.clone_from(&after.name);
    renamed.vault_key() == after.vault_key()
}

fn put_into_vault(
    vault: &dyn Vault,
    key: &ProfileKey,
    from: Option<(ProfileKey, bool)>,
    secrets: &[(Slot, Kept)],
) -> Result<(), VaultError> {
    match from {
        Some((old, true)) => vault::rename(vault, &old, key)?,
        // Entered for another app or server: it must never travel to this one.
        Some((old, false)) => vault::forget(vault, &old)?,
        None => {}
    }
    secrets.iter().try_for_each(|(slot, kept)| vault.set(key, *slot, kept))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dingtalk::secret::Secret, store::vault::SessionVault};

    fn kept(text: &str) -> Kept {
        Kept { secret: Secret::new(text), at_unix: 1 }
    }

    #[test]
    fn a_renamed_profile_takes_its_secret_along_and_another_app_does_not() {
        let vault = SessionVault::new();
        let mut before = Profile::new("总部", ProfileKind::Internal);
        before.app_key = "ding1".to_owned();
        vault.set(&before.vault_key(), Slot::AppSecret, &kept("s")).unwrap();
        let mut renamed = before.clone();
        renamed.name = "新名".to_owned();
        assert!(same_app(&before, &renamed));
        let from = Some((before.vault_key(), true));
        put_into_vault(&vault, &renamed.vault_key(), from, &[]).unwrap();
        assert_eq!(vault.get(&renamed.vault_key(), Slot::AppSecret).unwrap(), Some(kept("s")));

        let mut other = renamed.clone();
        other.app_key = "ding2".to_owned();
        assert!(!same_app(&renamed, &other));
        put_into_vault(&vault, &other.vault_key(), Some((renamed.vault_key(), false)), &[]).unwrap();
        assert_eq!(vault.get(&other.vault_key(), Slot::AppSecret).unwrap(), None);
        assert_eq!(vault.get(&renamed.vault_key(), Slot::AppSecret).unwrap(), None);
    }
}
