//! The operating system's keyring, for real. These stories need a Secret Service (`scripts/with-secret-service.sh`, which
//! sets nothing; `scripts/check` sets TEST_SECRET_SERVICE); where there is none they say that they were skipped.

use std::{
    process::{Command, Stdio},
    sync::Arc,
};

use ding_composer::{
    dingtalk::{
        System,
        secret::Secret,
        tokens::{CachedToken, TokenCache as _},
    },
    lang::Lang,
    store::{
        settings::{Profile, ProfileKind},
        vault::{self, ChosenVault, Kept, KeyringVault, PastedToken, Slot, Vault, VaultError, VaultTokenCache},
    },
};

/// Set for the child process that is to find no Secret Service.
const CHILD: &str = "TEST_NO_SECRET_SERVICE_CHILD";

fn has_service(story: &str) -> bool {
    let has = std::env::var_os("TEST_SECRET_SERVICE").is_some();
    if !has {
        println!("skipped: {story}: no Secret Service (TEST_SECRET_SERVICE is not set)");
    }
    has
}

fn profile(name: &str, app_key: &str) -> Profile {
    let mut profile = Profile::new(name, ProfileKind::Internal);
    profile.app_key = app_key.to_owned();
    profile
}

fn kept(text: &str) -> Kept {
    Kept { secret: Secret::new(text), at_unix: 1_700_000_000 }
}

/// `secret-tool`, a client that is not ours; `None` where it is not installed.
fn secret_tool(args: &[&str], input: Option<&str>) -> Option<(bool, String)> {
    use std::io::Write as _;
    let mut child = Command::new("secret-tool")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut stdin = child.stdin.take()?;
    stdin.write_all(input.unwrap_or_default().as_bytes()).ok()?;
    drop(stdin);
    let out = child.wait_with_output().ok()?;
    Some((out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned()))
}

#[test]
fn a_secret_survives_the_program_and_is_found_under_its_stable_name() {
    if !has_service("a_secret_survives_the_program") {
        return;
    }
    let profile = profile("故事 1", "dingstory1");
    let key = profile.vault_key();
    let secret = kept("test-secret-pä$$ \"密码\" 🐜");
    KeyringVault::new().status().unwrap();
    KeyringVault::new().set(&key, Slot::AppSecret, &secret).unwrap();
    KeyringVault::new().set(&key, Slot::SuiteTicket, &kept("test-secret-ticket")).unwrap();
    // Another vault object stands for another run of the program.
    assert_eq!(KeyringVault::new().get(&key, Slot::AppSecret).unwrap(), Some(secret));

    match secret_tool(&["lookup", "service", "DingComposer", "username", "internal/故事 1/dingstory1"], None) {
        Some((found, text)) => {
            assert!(found, "another client finds it under the documented name");
            let slots: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(slots["app_secret"]["at"], 1_700_000_000);
            assert_eq!(slots["suite_ticket"]["value"], "test-secret-ticket");
        }
        None => println!("skipped: reading it with another client: secret-tool is not installed"),
    }

    vault::forget(&KeyringVault::new(), &key).unwrap();
    assert_eq!(KeyringVault::new().get(&key, Slot::AppSecret).unwrap(), None);
    if let Some((found, _)) =
        secret_tool(&["lookup", "service", "DingComposer", "username", "internal/故事 1/dingstory1"], None)
    {
        assert!(!found, "an entry without slots is removed");
    }
}

#[test]
fn profiles_apps_and_servers_never_share_a_secret() {
    if !has_service("profiles_apps_and_servers_never_share_a_secret") {
        return;
    }
    let vault = ChosenVault::default();
    let one = profile("同名", "app-one");
    let mut two = profile("同名", "app-two");
    vault.set(&one.vault_key(), Slot::AppSecret, &kept("test-secret-one")).unwrap();
    assert_eq!(vault.get(&two.vault_key(), Slot::AppSecret).unwrap(), None, "another app: asked for again");
    two.app_key = "app-one".to_owned();
    two.oapi = ding_composer::dingtalk::host::BaseUrl::parse("https://oapi.example.com").ok();
    assert_eq!(vault.get(&two.vault_key(), Slot::AppSecret).unwrap(), None, "another server: asked for again");

    let renamed = profile("改名后", "app-one");
    vault::rename(&vault, &one.vault_key(), &renamed.vault_key()).unwrap();
    assert_eq!(vault.get(&one.vault_key(), Slot::AppSecret).unwrap(), None);
    assert_eq!(vault.get(&renamed.vault_key(), Slot::AppSecret).unwrap(), Some(kept("test-secret-one")));
    vault::forget(&vault, &renamed.vault_key()).unwrap();
}

#[test]
fn tokens_outlive_a_session_and_pasted_ones_keep_their_clock() {
    if !has_service("tokens_outlive_a_session") {
        return;
    }
    let vault: Arc<dyn Vault> = Arc::new(KeyringVault::new());
    let key = profile("令牌", "app-token").vault_key();
    let cache = || VaultTokenCache::new(Arc::clone(&vault), key.clone());
    let token = CachedToken { token: Secret::new("test-secret-token"), expires_at_unix: 1_900_000_000 };
    cache().save(System::Oapi, Some(&token));
    assert_eq!((cache().load(System::Oapi), cache().load(System::Api)), (Some(token), None));
    let pasted = PastedToken { token: Secret::new("test-secret-pasted"), pasted_at_unix: 1_000 };
    pasted.save(&*vault, &key).unwrap();
    assert_eq!(PastedToken::load(&*vault, &key).unwrap().unwrap().seconds_left(1_060), 7_140);
    vault::forget(&*vault, &key).unwrap();
}

#[test]
fn an_entry_that_someone_else_wrote_is_left_alone_and_said() {
    if !has_service("an_entry_that_someone_else_wrote") {
        return;
    }
    let key = profile("坏", "app-broken").vault_key();
    let place = ["service", "DingComposer", "username", key.as_str()];
    let mut store = vec!["store", "--label=DingComposer"];
    store.extend(place);
    if secret_tool(&store, Some("test-secret-no-json")).is_none() {
        println!("skipped: an_entry_that_someone_else_wrote: secret-tool is not installed");
        return;
    }
    let vault = KeyringVault::new();
    let error = vault.get(&key, Slot::AppSecret).unwrap_err();
    assert!(matches!(&error, VaultError::Damaged { entry, .. } if entry == key.as_str()), "{error:?}");
    assert!(!format!("{error:?} {error} {}", error.message(Lang::Zh)).contains("test-secret"));
    assert_eq!(vault.set(&key, Slot::AppSecret, &kept("test-secret-new")).unwrap_err(), error);
    let mut lookup = vec!["lookup"];
    lookup.extend(place);
    assert_eq!(secret_tool(&lookup, None).unwrap().1, "test-secret-no-json", "it is as it was");
    let mut clear = vec!["clear"];
    clear.extend(place);
    secret_tool(&clear, None);
    assert_eq!(vault.get(&key, Slot::AppSecret).unwrap(), None);
}

#[test]
fn many_threads_and_two_profiles_at_once_lose_nothing() {
    if !has_service("many_threads_and_two_profiles_at_once") {
        return;
    }
    let vault = Arc::new(KeyringVault::new());
    let keys = [profile("并行一", "k1").vault_key(), profile("并行二", "k2").vault_key()];
    let threads: Vec<_> = Slot::ALL
        .into_iter()
        .flat_map(|slot| keys.clone().map(|key| (slot, key)))
        .map(|(slot, key)| {
            let vault = Arc::clone(&vault);
            std::thread::Builder::new()
                .spawn(move || vault.set(&key, slot, &kept(&format!("test-secret-{}", slot.name()))).unwrap())
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    for key in &keys {
        for slot in Slot::ALL {
            let want = kept(&format!("test-secret-{}", slot.name()));
            assert_eq!(vault.get(key, slot).unwrap(), Some(want), "{}", slot.name());
        }
        vault::forget(&*vault, key).unwrap();
    }
}

/// Runs in a child process, because a process opens the keyring once.
#[test]
fn without_a_service_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let vault = ChosenVault::default();
    let key = profile("无", "app-none").vault_key();
    let error = vault.set(&key, Slot::AppSecret, &kept("test-secret-homeless")).unwrap_err();
    assert!(matches!(error, VaultError::NoService { .. }), "{error:?}");
    assert_eq!(vault.status().unwrap_err(), error);
    assert_eq!(vault.get(&key, Slot::AppSecret).unwrap_err(), error);
    assert!(error.offers_session());
    println!("said: {}", error.message(Lang::Zh));
    // The offer: only for this session.
    vault.keep_for_session_only(&key);
    vault.set(&key, Slot::AppSecret, &kept("test-secret-homeless")).unwrap();
    assert_eq!(vault.get(&key, Slot::AppSecret).unwrap(), Some(kept("test-secret-homeless")));
    // Fetching tokens goes on without a cache.
    let cache = VaultTokenCache::new(Arc::new(KeyringVault::new()), key);
    let token = CachedToken { token: Secret::new("test-secret-token"), expires_at_unix: 1 };
    cache.save(System::Api, Some(&token));
    assert_eq!(cache.load(System::Api), None);
}

#[test]
fn without_a_service_it_is_said_and_no_file_is_written() {
    if !cfg!(target_os = "linux") {
        println!("skipped: without_a_service: only Linux can be without a keyring");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::keyring::without_a_service_child", "--nocapture"])
        .env(CHILD, "1")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .env("HOME", folder.path())
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{said}");
    assert!(said.contains("仅本次使用"), "{said}");
    assert!(!said.contains("test-secret"), "{said}");
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.is_empty(), "{files:?}");
}
