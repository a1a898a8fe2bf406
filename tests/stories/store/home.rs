//! The folder with everything in it, and what can go wrong with it.

use std::{path::Path, time::Duration};

use ding_composer::{
    compose::{Kind, notice::NoticeTemplate},
    dingtalk::secret::Secret,
    lang::Lang,
    store::{
        Home, HomeError, Trouble,
        drafts::{DraftEvent, DraftId, Drafts},
        history::{Finished, History, HistoryError, NewSend, Outcome, SendIds, Who},
        settings::{Profile, ProfileKind, Settings, SettingsError, secrets_in_file},
        templates::Templates,
        vault::{Kept, SessionVault, Slot, Vault as _},
    },
};

const LONG: Duration = Duration::from_secs(20);

fn send(profile: &str) -> NewSend {
    NewSend {
        at_unix_ms: 1_700_000_000_000,
        profile: profile.to_owned(),
        profile_kind: "internal".to_owned(),
        kind: Kind::Notice,
        title: "值班通知".to_owned(),
        who: Who { summary: "研发部".to_owned(), people: 32, ids_json: "{}".to_owned() },
        ids: SendIds::default(),
        request: "POST … access_token=***".to_owned(),
        draft_body: "{}".to_owned(),
        content_hash: "h".to_owned(),
    }
}

/// Whether this user is stopped by permissions at all (root is not).
fn permissions_count(folder: &Path) -> bool {
    std::fs::write(folder.join("probe"), "x").is_err()
}

#[cfg(unix)]
fn make_read_only(folder: &Path, read_only: bool) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if read_only { 0o500 } else { 0o700 };
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_first_start_makes_the_folder_and_a_second_finds_everything() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("ding");
    let draft = DraftId::new("d1").unwrap();
    {
        let home = Home::open(Some(folder.clone())).unwrap();
        let mut settings = Settings::load(&home.settings_path()).settings;
        settings.language = Some(Lang::En);
        let mut profile = Profile::new("总部", ProfileKind::Internal);
        profile.agent_id = "948060598".to_owned();
        settings.profiles.push(profile);
        settings.current_profile = "总部".to_owned();
        settings.save(&home.settings_path()).unwrap();
        let (mut templates, _) = Templates::load(&home.templates_path());
        let template = NoticeTemplate { name: "周报".to_owned(), id: "t1".to_owned(), ..NoticeTemplate::default() };
        templates.put(&home.templates_path(), None, template).unwrap();
        let history = History::open(&home).unwrap();
        let id = history.begin(&send("总部")).unwrap();
        let finished = Finished {
            outcome: Outcome::HandedOver,
            elapsed_ms: 80,
            ids: SendIds { task_id: "282632271040".to_owned(), ..SendIds::default() },
            answer: "{\"errcode\":0}".to_owned(),
            explanation: String::new(),
        };
        history.finish(id, &finished).unwrap();
        Drafts::open(&home, || {}).unwrap().save(&draft, "值班", "{\"kind\":\"notice\"}".to_owned());
    }
    let home = Home::open(Some(folder)).unwrap();
    assert!(!home.crashed_before());
    let loaded = Settings::load(&home.settings_path());
    assert!(loaded.problems.is_empty());
    assert_eq!(loaded.settings.current().agent_id, "948060598");
    assert_eq!(loaded.settings.lang(), Lang::En);
    assert_eq!(Templates::load(&home.templates_path()).0.all()[0].name, "周报");
    let history = History::open(&home).unwrap();
    let row = &history.page(&ding_composer::store::history::Filter::default(), 0, 10).unwrap()[0];
    assert_eq!((row.outcome, row.ids.task_id.as_str(), row.people), (Outcome::HandedOver, "282632271040", 32));
    assert_eq!(Drafts::open(&home, || {}).unwrap().list().unwrap()[0].kind, "notice");
}

#[test]
fn after_a_day_of_mishaps_everything_is_said_and_nothing_is_lost() {
    let outer = tempfile::tempdir().unwrap();
    let home = Home::open(Some(outer.path().to_owned())).unwrap();
    let (settings, templates) = ("[[profile]\nname = \"总部\"", "[[template]]\nnome = 1");
    std::fs::write(home.settings_path(), settings).unwrap();
    std::fs::write(home.templates_path(), templates).unwrap();
    let database = "a history that something else wrote over ".repeat(200);
    std::fs::write(home.history_path(), &database).unwrap();
    std::fs::write(home.drafts_dir().join("d1.json"), "{\"kind\": half a dra").unwrap();

    let loaded = Settings::load(&home.settings_path());
    let (_, said_of_templates) = Templates::load(&home.templates_path());
    let history = History::open(&home).unwrap();
    let drafts = Drafts::open(&home, || {}).unwrap();
    for lang in Lang::ALL {
        let said = loaded.problems[0].message(lang);
        assert!(said.contains("settings.toml") && said.contains("broken-1"), "{said}");
        let said = said_of_templates.as_ref().unwrap().message(lang);
        assert!(said.contains("templates.toml") && said.contains("broken-1"), "{said}");
    }
    assert!(history.set_aside().unwrap().ends_with("history.sqlite.broken-1"));
    assert_eq!(drafts.load(&drafts.list().unwrap()[0].id).unwrap(), "{\"kind\": half a dra");
    for (name, text) in [("settings.toml", settings), ("templates.toml", templates), ("history.sqlite", &database)] {
        assert_eq!(std::fs::read_to_string(outer.path().join(format!("{name}.broken-1"))).unwrap(), text);
    }
    // And work goes on.
    history.begin(&send("Sandbox")).unwrap();
    let mut settings = loaded.settings;
    settings.save(&home.settings_path()).unwrap();
    assert!(Settings::load(&home.settings_path()).problems.is_empty());
}

#[cfg(unix)]
#[test]
fn a_read_only_home_opens_and_each_part_says_what_it_cannot_keep() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("home");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("settings.toml"), "theme = \"dark\"\n").unwrap();
    make_read_only(&folder, true);
    if !permissions_count(&folder) {
        println!("skipped: a_read_only_home: this user may write everywhere");
        return;
    }
    let home = Home::open(Some(folder.clone())).unwrap();
    assert_eq!(home.read_only().unwrap().trouble, Trouble::NotAllowed);
    let mut settings = Settings::load(&home.settings_path()).settings;
    assert_eq!(settings.theme.name(), "dark", "reading works");
    settings.language = Some(Lang::Zh);
    let error = settings.save(&home.settings_path()).unwrap_err();
    assert!(matches!(&error, SettingsError::File(file) if file.trouble == Trouble::NotAllowed), "{error:?}");
    assert!(error.message(Lang::Zh).contains("没有权限"));
    let error = History::open(&home).unwrap_err();
    assert!(matches!(&error, HistoryError::File(file) if file.trouble == Trouble::NotAllowed), "{error:?}");
    let drafts = Drafts::open(&home, || {}).unwrap();
    drafts.save(&DraftId::new("a").unwrap(), "", "typed".to_owned());
    assert!(!drafts.flush(LONG));
    assert!(matches!(&drafts.events()[..], [DraftEvent::Failed { .. }]));
    assert_eq!(drafts.load(&DraftId::new("a").unwrap()).unwrap(), "typed");
    assert_eq!(std::fs::read_to_string(folder.join("settings.toml")).unwrap(), "theme = \"dark\"\n");
    make_read_only(&folder, false);

    // A folder that cannot be made at all.
    let inside = folder.join("sub");
    std::fs::create_dir(&inside).unwrap();
    make_read_only(&inside, true);
    let error = Home::open(Some(inside.join("deeper"))).unwrap_err();
    assert!(matches!(&error, HomeError::File(file) if file.trouble == Trouble::NotAllowed), "{error:?}");
    make_read_only(&inside, false);
}

#[test]
fn a_secret_in_the_settings_moves_into_the_vault_on_request_and_is_gone_from_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let home = Home::open(Some(outer.path().to_owned())).unwrap();
    let path = home.settings_path();
    std::fs::write(
        &path,
        "[[profile]]\nname = \"总部\"\nkind = \"internal\"\napp_key = \"ding1\"\napp_secret = \"test-secret-in-file\"\n",
    )
    .unwrap();
    let mut loaded = Settings::load(&path);
    let said = loaded.problems[0].message(Lang::Zh);
    assert!(said.contains("第 5 行") && said.contains("app_secret") && said.contains("钥匙串"), "{said}");
    assert!(loaded.settings.profile("总部").is_err(), "not used as long as it stands there");

    let vault = SessionVault::new();
    for found in secrets_in_file(&path).unwrap() {
        let ((profile, slot), secret) = found.place.zip(found.secret).unwrap();
        vault.set(&profile, slot, &Kept { secret, at_unix: 5 }).unwrap();
    }
    loaded.settings.remove_secrets_from_file(&path).unwrap();
    let settings = Settings::load(&path).settings;
    let key = settings.profile("总部").unwrap().vault_key();
    let kept = vault.get(&key, Slot::AppSecret).unwrap().unwrap();
    assert_eq!(kept.secret, Secret::new("test-secret-in-file"));
    for entry in std::fs::read_dir(home.root()).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_file() {
            let bytes = std::fs::read(&entry).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("test-secret"), "{}", entry.display());
        }
    }
}
