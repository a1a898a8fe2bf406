//! Secrets in the settings tab: the fields they are typed into, and what the vault says it holds. Never their values.

use egui::{Context, Id, Response, TextEdit, Ui};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    dingtalk::secret::Secret,
    lang::Lang,
    store::{
        settings::ProfileKind,
        vault::{Kept, ProfileKey, Slot, Vault as _, VaultError},
    },
    ui::{
        background::{Background, Broken},
        env::Env,
        remote::Remote,
    },
};

/// The slots that a kind of profile needs a person to fill.
pub const fn slots_of(kind: ProfileKind) -> &'static [Slot] {
    match kind {
        ProfileKind::Sandbox => &[],
        ProfileKind::Internal => &[Slot::AppSecret],
        ProfileKind::ThirdParty => &[Slot::SuiteSecret, Slot::SuiteTicket],
        ProfileKind::Token => &[Slot::Token],
    }
}

/// What a slot is called, as DingTalk calls it.
pub fn slot_name(slot: Slot, lang: Lang) -> String {
    match slot {
        Slot::AppSecret => "appSecret".to_owned(),
        Slot::SuiteSecret => "suiteSecret".to_owned(),
        Slot::SuiteTicket => "suiteTicket".to_owned(),
        Slot::Token | Slot::Cached(_) => tr!(lang, "settings.access_token").into_owned(),
    }
}

/// What is being typed. Zeroed when it goes, and after it was saved.
#[derive(Default)]
pub struct SecretFields {
    texts: [Zeroizing<String>; 4],
}

const fn place(slot: Slot) -> usize {
    match slot {
        Slot::AppSecret => 0,
        Slot::SuiteSecret => 1,
        Slot::SuiteTicket => 2,
        Slot::Token | Slot::Cached(_) => 3,
    }
}

fn field_id(slot: Slot) -> Id {
    Id::unique(("secret", slot.name()))
}

impl SecretFields {
    /// The password field of a slot.
    pub fn field_ui(&mut self, ui: &mut Ui, slot: Slot, hint: &str) -> Response {
        let text: &mut String = &mut self.texts[place(slot)];
        ui.add(
            TextEdit::singleline(text).id(field_id(slot)).password(true).hint_text(hint).desired_width(f32::INFINITY),
        )
    }

    /// Whether anything was typed.
    pub fn is_empty(&self) -> bool {
        self.texts.iter().all(|text| text.trim().is_empty())
    }

    /// Takes what was typed for a kind, and forgets it here, the field's undo steps included.
    pub fn take(&mut self, ctx: &Context, kind: ProfileKind, now_unix: i64) -> Vec<(Slot, Kept)> {
        let kept = slots_of(kind)
            .iter()
            .filter_map(|slot| {
                let text = self.texts[place(*slot)].trim();
                (!text.is_empty()).then(|| (*slot, Kept { secret: Secret::new(text), at_unix: now_unix }))
            })
            .collect();
        self.forget(ctx);
        kept
    }

    /// Forgets everything typed, the fields' undo steps included.
    pub fn forget(&mut self, ctx: &Context) {
        for text in &mut self.texts {
            text.zeroize();
        }
        for slot in [Slot::AppSecret, Slot::SuiteSecret, Slot::SuiteTicket, Slot::Token] {
            // egui keeps the undo steps of a password field as plain text in its memory.
            if let Some(mut state) = TextEdit::load_state(ctx, field_id(slot)) {
                state.clear_undoer();
                TextEdit::store_state(ctx, field_id(slot), state);
            }
        }
    }
}

/// What the vault holds for a profile: for each slot when it was entered, or that it is empty.
pub type Held = Vec<(Slot, Option<i64>)>;

/// What the vault holds for the profile that is shown.
#[derive(Default)]
pub struct HeldSecrets {
    key: Option<ProfileKey>,
    held: Remote<Held, Broken<VaultError>>,
}

impl HeldSecrets {
    /// Asks the vault about a profile, once; again after [`Self::forget`].
    pub fn ask(&mut self, key: &ProfileKey, kind: ProfileKind, env: &Env, background: &Background) {
        self.held.poll();
        if self.key.as_ref() == Some(key) {
            return;
        }
        self.key = Some(key.clone());
        self.held = Remote::NotAsked;
        let (vault, key) = (env.vault.clone(), key.clone());
        background.start_blocking("vault-read", &mut self.held, move || {
            let at = |slot: &Slot| vault.get(&key, *slot).map(|kept| (*slot, kept.map(|kept| kept.at_unix)));
            slots_of(kind).iter().map(at).collect::<Result<Held, _>>().map_err(Broken::Error)
        });
    }

    /// Asks again the next time.
    pub fn forget(&mut self) {
        self.key = None;
    }

    /// What is known of a slot: `None` while nothing is known, `Some(None)` when it is empty.
    pub fn of(&self, slot: Slot) -> Option<Option<i64>> {
        self.held.value()?.iter().find(|(held, _)| *held == slot).map(|(_, at)| *at)
    }

    /// Whether the answer is on its way.
    pub fn is_pending(&self) -> bool {
        self.held.is_pending()
    }

    /// Why the vault cannot be read.
    pub fn failure(&self) -> Option<&Broken<VaultError>> {
        self.held.failure()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_forgotten_once_it_was_taken() {
        let ctx = Context::default();
        let mut fields = SecretFields::default();
        fields.texts[place(Slot::AppSecret)].push_str("  s3cret ");
        assert!(!fields.is_empty());
        let taken = fields.take(&ctx, ProfileKind::Internal, 7);
        assert_eq!(taken.len(), 1);
        assert_eq!((taken[0].0, taken[0].1.secret.open(), taken[0].1.at_unix), (Slot::AppSecret, "s3cret", 7));
        assert!(fields.is_empty());
    }

    #[test]
    fn a_kind_takes_only_its_own_secrets() {
        let ctx = Context::default();
        let mut fields = SecretFields::default();
        fields.texts[place(Slot::Token)].push('t');
        fields.texts[place(Slot::AppSecret)].push('a');
        let taken = fields.take(&ctx, ProfileKind::Token, 0);
        assert_eq!(taken.iter().map(|(slot, _)| *slot).collect::<Vec<_>>(), [Slot::Token]);
    }
}
