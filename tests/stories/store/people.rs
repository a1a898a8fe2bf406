//! The people of an organisation: loaded over HTTP, found by pinyin, kept on disk.

use std::{sync::Arc, time::Instant};

use ding_composer::{
    dingtalk::{
        client::{Client, Timeouts},
        session::Session,
        tokens::{Credentials, MemoryTokenCache, SystemClock},
    },
    directory::{
        Directory, SearchIndex,
        fetch::{self, CallKind, End, Loaded, Options, SessionSource, TokioTimer, Watch},
        ids::split_ids,
    },
    sandbox::{Effect, Rules, Sandbox, SandboxOptions, Script},
    store::{
        Home, directory_cache,
        history::HistoryError,
        settings::{Profile, ProfileKind},
    },
};
use tokio_util::sync::CancellationToken;

const LISTSUB: &str = "/topapi/v2/department/listsub";
const USER_LIST: &str = "/topapi/v2/user/list";

fn session(sandbox: &Sandbox) -> Session {
    let credentials = Credentials::Internal { app_key: sandbox.app_key(), app_secret: sandbox.app_secret() };
    let client = Client::new(Timeouts::default()).unwrap();
    Session::new(client, sandbox.hosts(), credentials, Arc::new(MemoryTokenCache::default()), Arc::new(SystemClock))
}

fn load_with(sandbox: &Sandbox, watch: Watch, cancel: &CancellationToken) -> Loaded {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = Arc::new(SessionSource::new(session(sandbox), cancel.clone()));
    let options = Options { calls_per_second: None, ..Options::default() };
    runtime.block_on(fetch::load(source, Arc::new(TokioTimer::default()), options, watch, cancel.clone()))
}

fn load(sandbox: &Sandbox) -> Loaded {
    load_with(sandbox, Watch::default(), &CancellationToken::new())
}

fn found(directory: &Directory, typed: &str) -> Vec<String> {
    let index = SearchIndex::build(directory);
    let found = index.search(typed, 50);
    found.people.iter().map(|hit| directory.person(hit.what).userid.to_owned()).collect()
}

#[test]
fn an_organisation_is_loaded_searched_kept_and_found_again_without_the_network() {
    let outer = tempfile::tempdir().unwrap();
    let home = Home::open(Some(outer.path().to_owned())).unwrap();
    let profile = Profile::new("演练", ProfileKind::Sandbox);
    let path = directory_cache::path_of(&home, &profile);
    let (people, departments) = {
        let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
        let loaded = load(&sandbox);
        assert_eq!((loaded.end, loaded.troubles), (End::Done, Vec::new()));
        let directory = loaded.directory;
        assert!(directory.is_complete());
        let organisation = sandbox.organisation();
        assert_eq!(directory.department_count(), organisation.departments().len());
        let visible = organisation.people().iter().filter(|one| !one.hidden).count();
        assert_eq!(directory.people_count(), visible);
        let root = directory.roots().next().unwrap();
        assert_eq!(directory.count_below(root), (visible, true));
        directory_cache::save(&path, &directory, 1_700_000_000_000).unwrap();
        (directory.people_count(), directory.department_count())
    };

    let cached = directory_cache::load(&path).unwrap().unwrap();
    assert_eq!(cached.refreshed_at_unix_ms, 1_700_000_000_000);
    let directory = cached.directory;
    assert_eq!((directory.people_count(), directory.department_count()), (people, departments));
    for (typed, userid) in [
        ("zengmin", "zengmin"),
        ("曾敏", "zengmin"),
        ("shanx", "shanxue"),
        ("xsq", "xiesiqi"),
        ("qiujg", "qiujianguo"),
        ("zhawj", "zhawenjing"),
        ("oyjy", "ouyangjingyi"),
        ("zhang三", "zhangsan01"),
        ("emma", "emma.wilson"),
        ("ewilson", "emma.wilson"),
        ("01472825524", "01472825524039877041"),
        ("QH000001", "manager4220"),
        ("chenjh", "chenjiahao"),
    ] {
        let found = found(&directory, typed);
        assert!(found.iter().take(3).any(|one| one == userid), "{typed}: {found:?}");
    }
    let found = SearchIndex::build(&directory).search("houduan", 10);
    let department = found.departments[0].what;
    assert_eq!(directory.department(department).unwrap().name, "后端组");
    assert!(directory.path(department).contains(" / "), "{}", directory.path(department));
    let resolved = directory.resolve(&split_ids("zengmin，nobody1\nlina01 nobody2"));
    assert_eq!((resolved.known.len(), resolved.unknown), (2, vec!["nobody1".to_owned(), "nobody2".to_owned()]));
}

#[test]
fn an_app_that_sees_two_departments_gets_those_and_all_below() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let organisation = sandbox.organisation();
    let top = organisation.departments().iter().find(|one| !one.children.is_empty() && one.parent.is_some()).unwrap();
    sandbox.set_rules(Rules { authed_departments: Some(vec![top.id]), ..Rules::default() });
    let loaded = load(&sandbox);
    assert_eq!((loaded.end, loaded.troubles), (End::Done, Vec::new()));
    assert_eq!(loaded.directory.department_count(), organisation.with_below(top.id).len());
    let root = loaded.directory.roots().next().unwrap();
    assert_eq!(loaded.directory.department(root).unwrap().name, top.name);
    assert_eq!(loaded.directory.reach(root), Some(u64::try_from(top.member_count).unwrap()));
}

#[test]
fn a_refusal_costs_its_own_department_only() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    sandbox.script(Script::once(USER_LIST, Effect::code("88/50004")));
    sandbox.script(Script::once(LISTSUB, Effect::code("90018")));
    let loaded = load(&sandbox);
    assert_eq!((loaded.end, loaded.troubles.len()), (End::Done, 1), "{:?}", loaded.troubles);
    assert_eq!(loaded.troubles[0].kind, CallKind::Members);
    assert!(!loaded.troubles[0].name.is_empty() && !loaded.troubles[0].ends_kind);
    assert!(!loaded.directory.is_complete() && loaded.directory.people_count() > 0);
    let organisation = sandbox.organisation();
    assert_eq!(loaded.directory.department_count(), organisation.departments().len());
    // Refreshing repairs it, and what is fresh lies over what was there.
    let whole = loaded.directory.overlaid_by(&load(&sandbox).directory);
    assert!(whole.is_complete());
}

#[test]
fn a_missing_permission_is_named_with_its_scope_and_the_tree_is_still_there() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    let scopes = vec!["qyapi_get_department_member".to_owned()];
    let effect = Effect::Code { code: "88/60011".to_owned(), message: None, scopes: scopes.clone(), ip: None };
    sandbox.script(Script::always(USER_LIST, effect));
    let loaded = load(&sandbox);
    assert_eq!((loaded.end, loaded.troubles.len()), (End::Done, 1));
    let fetch::SourceError::Call(failure) = &loaded.troubles[0].error else { panic!("{:?}", loaded.troubles) };
    assert_eq!(failure.fault.refusal().unwrap().scopes, scopes);
    assert_eq!(loaded.directory.department_count(), sandbox.organisation().departments().len());
    assert_eq!(loaded.directory.people_count(), 0);
}

#[test]
fn a_cut_connection_or_a_ban_ends_it_and_keeps_what_came() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    sandbox.script(Script { endpoint: Some(USER_LIST.to_owned()), times: Some(2), effect: Effect::CutBeforeAnswer });
    assert_eq!(load(&sandbox).end, End::Done, "asked again");
    sandbox.script(Script::always(USER_LIST, Effect::IpBan));
    let loaded = load(&sandbox);
    assert!(matches!(loaded.end, End::Stopped(_)), "{:?}", loaded.end);
    assert!(loaded.directory.department_count() > 0);
}

#[test]
fn cancelling_answers_at_once_even_in_the_middle_of_a_slow_call() {
    let sandbox = Sandbox::start(SandboxOptions::default()).unwrap();
    sandbox.script(Script::always(USER_LIST, Effect::Slow(std::time::Duration::from_secs(30))));
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    let watch = Watch::default();
    let seen = watch.clone();
    let canceller = std::thread::Builder::new()
        .spawn(move || {
            while seen.progress().departments < 5 {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            token.cancel();
            Instant::now()
        })
        .unwrap();
    let loaded = load_with(&sandbox, watch, &cancel);
    let ended = Instant::now();
    let cancelled_at = canceller.join().unwrap();
    assert_eq!(loaded.end, End::Cancelled);
    assert!(ended.duration_since(cancelled_at).as_secs() < 10);
    assert!(loaded.directory.department_count() >= 5);
}

#[test]
fn a_damaged_cache_is_said_and_replaced_by_the_next_refresh() {
    let outer = tempfile::tempdir().unwrap();
    let home = Home::open(Some(outer.path().to_owned())).unwrap();
    let path = directory_cache::path_of(&home, &Profile::new("演练", ProfileKind::Sandbox));
    std::fs::write(&path, "no people in here ".repeat(500)).unwrap();
    assert!(matches!(directory_cache::load(&path), Err(HistoryError::Damaged { .. })));
    let sandbox = Sandbox::start(SandboxOptions { people: 20, ..SandboxOptions::default() }).unwrap();
    directory_cache::save(&path, &load(&sandbox).directory, 7).unwrap();
    assert_eq!(directory_cache::load(&path).unwrap().unwrap().refreshed_at_unix_ms, 7);
}
