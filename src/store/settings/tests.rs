use proptest::prelude::*;

use super::*;
use crate::dingtalk::host::BaseUrl;

const FULL: &str = r#"# mine
language = "en"
theme = "dark"   # at night
text_scale = 1.25
current_profile = "总部"
future = { a = 1 }

[[profile]]
name = "总部"
kind = "internal"
agent_id = 948060598
app_key = "dingabc"   # from the console
colour = "red"
confirm_above = 20
later = true

# the customer
[[profile]]
name = "客户"
kind = "third-party"
oapi = "https://oapi.dingtalk.io/"
suite_key = "suite1"
corp_id = "ding1"
timeout_seconds = 10
"#;

fn at(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn said(loaded: &Loaded) -> Vec<String> {
    loaded.problems.iter().map(|problem| problem.message(Lang::En)).collect()
}

#[test]
fn without_a_file_there_is_the_sandbox_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    let loaded = Settings::load(&path);
    assert!(loaded.problems.is_empty() && !path.exists());
    assert!(loaded.settings.current().is_sandbox());
    assert_eq!(loaded.settings.profiles.len(), 1);
}

#[test]
fn every_key_is_read() {
    let (_folder, path) = at(FULL);
    let loaded = Settings::load(&path);
    let settings = &loaded.settings;
    assert_eq!((settings.language, settings.theme), (Some(Lang::En), Theme::Dark));
    assert!((settings.text_scale - 1.25).abs() < 1e-6);
    let one = settings.profile("总部").unwrap();
    assert_eq!(settings.current().id(), one.id());
    assert_eq!((one.agent_id.as_str(), one.app_key.as_str(), one.confirm_above), ("948060598", "dingabc", 20));
    assert_eq!(one.colour, Some(ProfileColour::Red));
    let two = settings.profile("客户").unwrap();
    assert_eq!(two.system_hosts().oapi.as_str(), "https://oapi.dingtalk.io");
    assert_eq!(two.system_hosts().api.as_str(), "https://api.dingtalk.com");
    assert_eq!((two.kind, two.timeout_seconds), (ProfileKind::ThirdParty, 10));
    assert!(settings.profile("Sandbox").unwrap().is_sandbox(), "the sandbox is there though the file lacks it");
    // What is not known is kept and named.
    assert_eq!(loaded.problems.len(), 2, "{:?}", said(&loaded));
    assert!(loaded.problems.iter().all(|problem| !problem.is_error()));
    assert_eq!((loaded.problems[0].line, loaded.problems[0].key.as_deref()), (Some(6), Some("future")));
    assert_eq!((loaded.problems[1].line, loaded.problems[1].profile.as_deref()), (Some(15), Some("总部")));
}

#[test]
fn a_change_touches_its_own_line_only() {
    let (_folder, path) = at(FULL);
    let mut settings = Settings::load(&path).settings;
    settings.save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), FULL, "nothing changed, nothing written differently");
    settings.theme = Theme::Light;
    let at = settings.profiles.iter().position(|one| one.name == "客户").unwrap();
    settings.profiles[at].api = Some(BaseUrl::parse("https://api.dingtalk.io").unwrap());
    settings.profiles[at].timeout_seconds = 30;
    settings.save(&path).unwrap();
    let want = FULL
        .replace("\"dark\"   # at", "\"light\"   # at")
        .replace("timeout_seconds = 10\n", "timeout_seconds = 30\napi = \"https://api.dingtalk.io\"\n");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), want);
}

#[test]
fn limits_and_guards_are_read_changed_and_stay_with_their_profile() {
    const TEXT: &str = r#"[[profile]]
name = "A"
kind = "token"
only_to = ["user01", 42]   # my test people

# what the contract says
[profile.limits]
people_per_minute = 300   # asked for in May
calls_per_second = 5

[[profile]]
name = "B"
kind = "token"

[profile.limits]
calls_per_month = 7
"#;
    let (_folder, path) = at(TEXT);
    let mut settings = Settings::load(&path).settings;
    let a = settings.profile("A").unwrap();
    assert_eq!(a.only_to, ["user01", "42"]);
    assert_eq!((a.limits.people_per_minute, a.limits.calls_per_second), (Some(300), Some(5)));
    settings.save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), TEXT, "nothing changed, nothing is touched");

    let place = |settings: &Settings, name: &str| settings.profiles.iter().position(|one| one.name == name).unwrap();
    let (a, b) = (place(&settings, "A"), place(&settings, "B"));
    settings.profiles[a].limits.people_per_minute = Some(400);
    settings.profiles[a].limits.same_content_per_day = Some(2);
    settings.profiles[a].confirm_set = true;
    settings.profiles[b].only_to = vec!["u".to_owned()];
    settings.profiles.swap(a, b);
    settings.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("people_per_minute = 400   # asked for in May"), "{text}");
    assert!(text.contains("# what the contract says") && text.contains("# my test people"), "{text}");
    let again = Settings::load(&path);
    assert!(again.problems.is_empty(), "{text}\n{:?}", said(&again));
    let (a, b) = (again.settings.profile("A").unwrap(), again.settings.profile("B").unwrap());
    assert_eq!((a.limits.people_per_minute, a.limits.same_content_per_day), (Some(400), Some(2)));
    assert!(a.confirm_set && !b.confirm_set);
    assert_eq!((b.limits.calls_per_month, b.only_to.as_slice()), (Some(7), ["u".to_owned()].as_slice()));

    let (_folder, path) = at("[[profile]]\nname = \"A\"\nkind = \"token\"\n[profile.limits]\ncalls_per_second = 0\n");
    let loaded = Settings::load(&path);
    assert!(said(&loaded)[0].contains("calls_per_second"), "{:?}", said(&loaded));
    assert!(loaded.settings.profile("A").is_err(), "a limit that cannot be read is no limit to send by");
}

#[test]
fn profiles_are_added_renamed_and_removed() {
    let (_folder, path) = at(FULL);
    let mut settings = Settings::load(&path).settings;
    settings.profiles.retain(|one| one.name != "总部");
    settings.profiles.iter_mut().find(|one| one.name == "客户").unwrap().name = "客户二".into();
    let mut fresh = Profile::new(settings.free_name("客户二"), ProfileKind::Token);
    fresh.test_user_id = "u\"1\\".into();
    settings.profiles.push(fresh);
    settings.save(&path).unwrap();
    settings.language = None;
    settings.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("# mine\n") || text.starts_with("theme"), "{text}");
    assert!(text.contains("# the customer\n[[profile]]\nname = \"客户二\""), "{text}");
    let loaded = Settings::load(&path);
    let names: Vec<_> = loaded.settings.profiles.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Sandbox", "客户二", "客户二 2"], "{text}");
    assert_eq!(loaded.settings.profile("客户二 2").unwrap().test_user_id, "u\"1\\");
}

#[test]
fn a_changed_sandbox_gets_lines_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    let mut settings = Settings::load(&path).settings;
    settings.save(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    settings.profiles[0].confirm_above = 3;
    settings.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.trim(), "[[profile]]\nname = \"Sandbox\"\nkind = \"sandbox\"\nconfirm_above = 3");
    settings.profiles.clear();
    settings.save(&path).unwrap();
    assert_eq!(Settings::load(&path).settings.profiles.len(), 1);
}

#[test]
fn a_file_that_is_no_toml_is_set_aside_with_its_line() {
    for (text, line) in
        [("language = \"zh\"\n[[profile]\n", Some(2)), ("profile = 5\n", Some(1)), ("a = \"\u{7f}x", Some(1))]
    {
        let (folder, path) = at(text);
        let mut loaded = Settings::load(&path);
        let problem = &loaded.problems[0];
        assert_eq!(problem.line, line, "{:?}", said(&loaded));
        assert!(matches!(problem.kind, ProblemKind::Syntax { set_aside: Some(_), .. }));
        assert!(!path.exists());
        assert_eq!(std::fs::read_to_string(folder.path().join("settings.toml.broken-1")).unwrap(), text);
        loaded.settings.save(&path).unwrap();
    }
}

#[test]
fn a_file_that_is_no_text_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::write(&path, b"\xff\xfe\x00").unwrap();
    let loaded = Settings::load(&path);
    assert!(
        matches!(loaded.problems[0].kind, ProblemKind::Unreadable { set_aside: Some(_), .. }),
        "{:?}",
        said(&loaded)
    );
    assert_eq!(std::fs::read(folder.path().join("settings.toml.broken-1")).unwrap(), b"\xff\xfe\x00");
}

#[test]
fn what_can_neither_be_read_nor_set_aside_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("settings.toml");
    std::fs::create_dir(&path).unwrap();
    let mut loaded = Settings::load(&path);
    assert!(matches!(loaded.problems[0].kind, ProblemKind::Unreadable { set_aside: None, .. }), "{:?}", said(&loaded));
    assert!(loaded.settings.current().is_sandbox());
    assert_eq!(loaded.settings.save(&path).unwrap_err(), SettingsError::LeftAlone(path.clone()));
    assert!(path.is_dir() && std::fs::read_dir(folder.path()).unwrap().count() == 1);
}

#[test]
fn a_mistake_names_line_profile_and_key_and_spares_the_other_profiles() {
    for (lines, key, words) in [
        ("kind = \"internal\"\napp_secret = \"test-secret-hunter2\"", "app_secret", "keyring"),
        ("kind = \"token\"\naccess_token = \"test-secret-hunter2\"", "access_token", "keyring"),
        ("kind = \"third-party-personal\"\n", "kind", "暂不支持"),
        ("kind = \"robot\"\n", "kind", "sandbox | internal"),
        ("kind = \"token\"\napi = \"http://api.dingtalk.com\"", "api", "https"),
        ("kind = \"token\"\napi = \"https://u:p@x.com\"", "api", "user name"),
        ("kind = \"token\"\noapi = 5", "oapi", "https://"),
        ("kind = \"token\"\noapi = \"no address\"", "oapi", "not an address"),
        ("kind = \"sandbox\"\noapi = \"https://oapi.dingtalk.com\"", "oapi", "this computer"),
        ("kind = \"token\"\nconfirm_above = -1", "confirm_above", "0 –"),
        ("kind = \"token\"\ntimeout_seconds = 0", "timeout_seconds", "1 – 600"),
        ("kind = \"token\"\napp_key = [1]", "app_key", "\"…\""),
        ("agent_id = 1", "kind", "missing"),
    ] {
        let (_folder, path) =
            at(&format!("[[profile]]\nname = \"good\"\nkind = \"token\"\n[[profile]]\nname = \"bad\"\n{lines}\n"));
        let loaded = Settings::load(&path);
        let problem = &loaded.problems[0];
        let message = problem.message(Lang::En);
        assert!(problem.is_error(), "{message}");
        assert_eq!((problem.key.as_deref(), problem.profile.as_deref()), (Some(key), Some("bad")), "{message}");
        assert!(
            message.contains(words) && message.contains("settings.toml, line ") && message.contains("\"bad\""),
            "{message}"
        );
        assert!(
            !message.contains("test-secret-hunter2") && !format!("{loaded:?}").contains("test-secret-hunter2"),
            "{message}"
        );
        assert!(loaded.settings.profile("good").is_ok());
        assert_eq!(loaded.settings.profile("bad").unwrap_err(), NoProfile::Refused("bad".into()));
        assert!(matches!(loaded.settings.profile("none").unwrap_err(), NoProfile::Unknown { .. }));
    }
}

#[test]
fn two_profiles_of_one_name_are_told_apart_by_refusing_the_second() {
    let (_folder, path) = at("[[profile]]\nname=\"a\"\nkind=\"token\"\n[[profile]]\nname=\" a \"\nkind=\"internal\"\n");
    let loaded = Settings::load(&path);
    assert_eq!((loaded.problems[0].line, &loaded.problems[0].kind), (Some(5), &ProblemKind::DuplicateName));
    assert_eq!(loaded.settings.profile("a").unwrap().kind, ProfileKind::Token);
}

#[test]
fn a_refused_profile_stays_in_the_file() {
    let (_folder, path) = at("[[profile]]\nname = \"bad\"\nkind = \"robot\" # soon\n");
    let mut settings = Settings::load(&path).settings;
    settings.profiles.push(Profile::new("new", ProfileKind::Token));
    settings.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("kind = \"robot\" # soon") && text.contains("name = \"new\""), "{text}");
    settings.profiles.push(Profile::new("bad", ProfileKind::Token));
    assert_eq!(settings.save(&path).unwrap_err(), SettingsError::ProfileName("bad".into()));
}

#[test]
fn a_secret_moves_from_the_file_into_the_vault_only_when_asked() {
    use crate::store::vault::Slot;
    let text = "token = \"top\"\n[[profile]]\nname = \"a\"\nkind = \"internal\"\napp_key = \"k\"\napp_secret = \"test-secret-hunter2\"\n";
    let (_folder, path) = at(text);
    let mut settings = Settings::load(&path).settings;
    assert!(settings.has_secrets_in_file());
    assert_eq!(settings.save(&path).unwrap_err(), SettingsError::SecretInFile(path.clone()));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);

    let found = secrets_in_file(&path).unwrap();
    assert_eq!((found[0].key.as_str(), &found[0].place), ("token", &None));
    let (key, slot) = found[1].place.clone().unwrap();
    assert_eq!((key.as_str(), slot), ("internal/a/k", Slot::AppSecret));
    assert_eq!(found[1].secret.as_ref().unwrap().open(), "test-secret-hunter2");
    assert!(!format!("{found:?}").contains("test-secret-hunter2"));

    settings.remove_secrets_from_file(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("test-secret-hunter2") && !text.contains("top") && text.contains("app_key"), "{text}");
    let again = Settings::load(&path);
    assert!(again.problems.is_empty());
    assert!(again.settings.profile("a").is_ok());
}

#[test]
fn what_someone_else_wrote_meanwhile_is_not_overwritten() {
    let (_folder, path) = at("theme = \"dark\"\n");
    let mut one = Settings::load(&path).settings;
    let mut two = Settings::load(&path).settings;
    one.theme = Theme::Light;
    one.save(&path).unwrap();
    one.language = Some(Lang::En);
    one.save(&path).unwrap();
    two.theme = Theme::System;
    assert_eq!(two.save(&path).unwrap_err(), SettingsError::ChangedOutside(path.clone()));
    assert!(std::fs::read_to_string(&path).unwrap().contains("light"));
}

proptest! {
    #[test]
    fn no_settings_text_panics_or_is_lost(text in "[a-z_\\[\\]=\"\n #.\\\\0-9{},中\u{0}]{0,120}") {
        let (folder, path) = at(&text);
        let mut loaded = Settings::load(&path);
        prop_assert!(!loaded.settings.profiles.is_empty());
        for problem in &loaded.problems {
            prop_assert!(!problem.message(Lang::Zh).is_empty());
        }
        let aside = folder.path().join("settings.toml.broken-1");
        let kept = std::fs::read_to_string(if aside.exists() { &aside } else { &path }).unwrap();
        prop_assert_eq!(&kept, &text);
        if !loaded.settings.has_secrets_in_file() {
            loaded.settings.save(&path).unwrap();
            let again = Settings::load(&path).problems;
            let broken = again.iter().any(|problem| matches!(problem.kind, ProblemKind::Syntax { .. }));
            prop_assert!(!broken);
        }
    }

    #[test]
    fn whatever_is_typed_into_a_profile_is_read_again(name in "\\PC{1,30}", text in "\\PC{0,40}", colour in 0..6_usize) {
        prop_assume!(!name.trim().is_empty());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let mut settings = Settings::default();
        let mut profile = Profile::new(settings.free_name(name.trim()), ProfileKind::Internal);
        profile.app_key = text.trim().to_owned();
        profile.organisation = text.trim().to_owned();
        profile.colour = Some(ProfileColour::ALL[colour]);
        settings.profiles.push(profile.clone());
        settings.save(&path).unwrap();
        let loaded = Settings::load(&path);
        prop_assert_eq!(said(&loaded), Vec::<String>::new());
        let read = loaded.settings.profile(&profile.name).unwrap();
        prop_assert_eq!(&Profile { id: profile.id, ..read.clone() }, &profile);
    }
}
