use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const LONG: Duration = Duration::from_secs(20);

fn home() -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::open(Some(folder.path().to_owned())).unwrap();
    (folder, home)
}

fn id(name: &str) -> DraftId {
    DraftId::new(name).unwrap()
}

#[test]
fn what_was_typed_last_is_there_after_a_crash() {
    let (folder, home) = home();
    let drafts = Drafts::open(&home, || {}).unwrap();
    for number in 0..500 {
        drafts.save(&id("a"), "周报", format!("{{\"kind\":\"card\",\"n\":{number}}}"));
    }
    drafts.save(&id("b"), "", "no json yet {".to_owned());
    assert!(drafts.flush(LONG));
    assert_eq!(drafts.unsaved(), 0);
    // A crash: nothing is closed, another program opens the folder.
    std::mem::forget(drafts);
    let again = Home::open(Some(folder.path().to_owned())).unwrap();
    let drafts = Drafts::open(&again, || {}).unwrap();
    let mut list = drafts.list().unwrap();
    list.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!((list[0].title.as_str(), list[0].kind.as_str()), ("周报", "card"));
    assert_eq!((list[1].title.as_str(), list[1].kind.as_str()), ("", ""));
    assert_eq!(drafts.load(&id("a")).unwrap(), "{\"kind\":\"card\",\"n\":499}");
    assert_eq!(drafts.load(&id("b")).unwrap(), "no json yet {");
}

#[test]
fn closing_writes_what_is_still_waiting() {
    let (_folder, home) = home();
    let drafts = Drafts::open(&home, || {}).unwrap();
    for number in 0..50 {
        drafts.save(&id(&format!("d{number}")), "", number.to_string());
    }
    drop(drafts);
    assert_eq!(Drafts::open(&home, || {}).unwrap().list().unwrap().len(), 50);
}

#[test]
fn a_deleted_draft_can_be_brought_back() {
    let (_folder, home) = home();
    let drafts = Drafts::open(&home, || {}).unwrap();
    drafts.save(&id("a"), "题", "1".to_owned());
    drafts.flush(LONG);
    drafts.save(&id("a"), "题", "newest".to_owned());
    drafts.delete(&id("a")).unwrap();
    assert!(drafts.list().unwrap().is_empty());
    assert_eq!(drafts.list_deleted().unwrap()[0].title, "题");
    drafts.flush(LONG);
    assert!(drafts.list().unwrap().is_empty(), "the writer does not bring it back");
    drafts.restore(&id("a")).unwrap();
    assert_eq!(drafts.load(&id("a")).unwrap(), "newest");
    assert_eq!(drafts.delete(&id("none")).unwrap_err().trouble, super::super::Trouble::Missing);
}

#[test]
fn a_disk_that_refuses_is_said_and_the_text_is_kept_for_another_try() {
    let (folder, home) = home();
    let woken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&woken);
    let drafts = Drafts::open(&home, move || {
        count.fetch_add(1, Ordering::SeqCst);
    })
    .unwrap();
    let (folder_of, hidden) = (folder.path().join("drafts"), folder.path().join("gone"));
    std::fs::rename(&folder_of, &hidden).unwrap();
    drafts.save(&id("a"), "", "precious".to_owned());
    assert!(!drafts.flush(LONG));
    assert!(matches!(&drafts.events()[..], [DraftEvent::Failed { error, .. }] if error.path.ends_with("a.json")));
    assert_eq!((drafts.unsaved(), drafts.load(&id("a")).unwrap().as_str()), (1, "precious"));
    // The call comes after the text is down, so it may come after `flush`.
    while woken.load(Ordering::SeqCst) == 0 {
        std::thread::yield_now();
    }
    std::fs::rename(&hidden, &folder_of).unwrap();
    drafts.retry();
    assert!(drafts.flush(LONG));
    assert_eq!(drafts.events(), [DraftEvent::Saved(id("a"))]);
    assert_eq!(std::fs::read_to_string(folder_of.join("a.json")).unwrap(), "precious");
}

#[test]
fn what_another_window_typed_into_the_same_draft_is_kept_beside_it() {
    let (_folder, home) = home();
    let (one, two) = (Drafts::open(&home, || {}).unwrap(), Drafts::open(&home, || {}).unwrap());
    one.save(&id("a"), "", "1".to_owned());
    one.flush(LONG);
    assert_eq!(two.load(&id("a")).unwrap(), "1");
    two.save(&id("a"), "", "theirs".to_owned());
    two.flush(LONG);
    one.events();
    one.save(&id("a"), "", "ours".to_owned());
    one.flush(LONG);
    assert_eq!(one.events()[0], DraftEvent::KeptOther { id: id("a"), other: id("a-other-1") });
    assert_eq!(one.load(&id("a")).unwrap(), "ours");
    assert_eq!(one.load(&id("a-other-1")).unwrap(), "theirs");
}

#[test]
fn an_id_cannot_leave_the_folder() {
    for name in ["", "../x", "a/b", "a\\b", ".hidden", "名", &"a".repeat(81)] {
        assert!(DraftId::new(name).is_none(), "{name}");
    }
    assert!(DraftId::new("550e8400-e29b-41d4-a716-446655440000").is_some());
}
