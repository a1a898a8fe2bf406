use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use super::*;
use crate::dingtalk::{
    Call, Doubt, Exchange, Failure, Fault, NotSent, Refusal, RefusalShape, System, calls,
    host::{BaseUrl, Hosts},
};

/// A clock that only moves when someone waits.
#[derive(Default)]
struct Virtual(AtomicU64);

impl Timer for Virtual {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    async fn sleep(&self, length: Duration) {
        self.0.fetch_add(u64::try_from(length.as_millis()).unwrap(), Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
}

fn failure(fault: Fault) -> SourceError {
    let call: Call = calls::department_listsub(1);
    let hosts = Hosts { api: BaseUrl::mainland(System::Api), oapi: BaseUrl::mainland(System::Oapi) };
    let exchange = Exchange::before(&call.address(&hosts), &call, &call.masker(None));
    SourceError::Call(Box::new(Failure { exchange, fault }))
}

fn refused(code: &str) -> SourceError {
    failure(Fault::Refused(Refusal {
        system: System::Oapi,
        code: Some(code.into()),
        wrapper: Some("88".into()),
        message: String::new(),
        http: 200,
        scopes: Vec::new(),
        ip: None,
        app_key: None,
        links: Vec::new(),
        shape: RefusalShape::OapiWrapped,
    }))
}

/// An organisation in memory: a root with `wide` departments of `people` each, and scripted failures.
#[derive(Default)]
struct Company {
    wide: i64,
    people: usize,
    range: Option<Range>,
    /// What a call answers instead, each once, last first.
    script: Mutex<HashMap<String, Vec<SourceError>>>,
    asked: Mutex<Vec<String>>,
}

impl Company {
    fn fail(self, call: &str, times: usize, error: &SourceError) -> Self {
        self.script.lock().unwrap().insert(call.to_owned(), vec![error.clone(); times]);
        self
    }

    fn note(&self, call: String) -> Result<(), SourceError> {
        let scripted = self.script.lock().unwrap().get_mut(&call).and_then(Vec::pop);
        self.asked.lock().unwrap().push(call);
        scripted.map_or(Ok(()), Err)
    }
}

impl Source for Company {
    async fn range(&self) -> Result<Range, SourceError> {
        self.note("range".into())?;
        Ok(self.range.clone().unwrap_or(Range { departments: vec![ROOT], users: Vec::new() }))
    }

    async fn department(&self, id: i64) -> Result<Department, SourceError> {
        self.note(format!("department {id}"))?;
        Ok(Department { id, name: format!("部门{id}"), parent: None, member_count: Some(9) })
    }

    async fn children(&self, id: i64) -> Result<Vec<Department>, SourceError> {
        self.note(format!("children {id}"))?;
        let below = if id == ROOT { self.wide } else { 0 };
        // The circle (a department that names the root as its child) must not make it go round.
        let circle = (id == 10).then(|| Department { id: ROOT, name: "回".into(), ..Department::default() });
        let child =
            |at: i64| Department { id: 10 + at, name: format!("部门{at}"), parent: Some(id), member_count: None };
        Ok((0..below).map(child).chain(circle).collect())
    }

    async fn members(&self, id: i64, cursor: i64) -> Result<Page, SourceError> {
        self.note(format!("members {id} {cursor}"))?;
        let from = usize::try_from(cursor).unwrap();
        let to = (from + 100).min(self.people);
        let person = |at: usize| Person {
            userid: format!("u{id}-{at}"),
            name: format!("员工{at}"),
            departments: vec![id],
            ..Person::default()
        };
        let next = (to < self.people).then(|| i64::try_from(to).unwrap());
        Ok(Page { people: (from..to).map(person).collect(), next })
    }

    async fn person(&self, userid: &str) -> Result<Person, SourceError> {
        self.note(format!("person {userid}"))?;
        Ok(Person { userid: userid.into(), name: "单独".into(), ..Person::default() })
    }
}

fn run(company: Company, options: Options, watch: Watch, cancel: CancellationToken) -> (Loaded, Vec<String>, u64) {
    let (company, timer) = (Arc::new(company), Arc::new(Virtual::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let loaded = runtime.block_on(load(Arc::clone(&company), Arc::clone(&timer), options, watch, cancel));
    let asked = company.asked.lock().unwrap().clone();
    (loaded, asked, timer.now_ms())
}

fn all(company: Company) -> (Loaded, Vec<String>, u64) {
    run(company, Options::default(), Watch::default(), CancellationToken::new())
}

#[test]
fn an_organisation_is_loaded_whole_and_below_the_limit_of_calls() {
    let watch = Watch::default();
    let company = Company { wide: 30, people: 250, ..Company::default() };
    let (loaded, asked, elapsed_ms) = run(company, Options::default(), watch.clone(), CancellationToken::new());
    assert_eq!((loaded.end, loaded.troubles.len()), (End::Done, 0));
    let directory = loaded.directory;
    assert!(directory.is_complete());
    assert_eq!((directory.department_count(), directory.people_count()), (31, 31 * 250));
    assert_eq!(directory.path(directory.by_department_id(12).unwrap()), "部门1 / 部门2");
    let members = asked.iter().filter(|call| call.starts_with("members")).count();
    assert_eq!(members, 31 * 3, "three pages each, none twice");
    assert!(elapsed_ms >= (members as u64 - 1) * 50, "{members} calls in {elapsed_ms} ms");
    let progress = watch.progress();
    assert_eq!((progress.people, progress.departments, progress.departments_done), (31 * 250, 31, 31));
    assert!((progress.share() - 1.0).abs() < f32::EPSILON);
    assert!(watch.take_snapshot().is_some() && watch.take_snapshot().is_none());
}

#[test]
fn too_many_calls_is_waited_for_and_shown() {
    let seen = Arc::new(AtomicU64::new(0));
    let watch_slot: Arc<Mutex<Option<Watch>>> = Arc::default();
    let (slot, most) = (Arc::clone(&watch_slot), Arc::clone(&seen));
    let watch = Watch::new(move || {
        if let Some(watch) = slot.try_lock().ok().and_then(|slot| slot.clone()) {
            most.fetch_max(watch.progress().waiting_seconds, Ordering::SeqCst);
        }
    });
    *watch_slot.lock().unwrap() = Some(watch.clone());
    let company = Company { wide: 2, people: 3, ..Company::default() }.fail("members 11 0", 3, &refused("90018"));
    let (loaded, _, elapsed_ms) = run(company, Options::default(), watch, CancellationToken::new());
    assert_eq!((loaded.end, loaded.troubles.len(), loaded.directory.people_count()), (End::Done, 0, 9));
    assert!(elapsed_ms >= 7000, "1 + 2 + 4 seconds, not {elapsed_ms} ms");
    assert_eq!(seen.load(Ordering::SeqCst), 4);
}

#[test]
fn too_many_calls_for_ever_ends_it_with_what_is_here() {
    let company = Company { wide: 2, people: 3, ..Company::default() }.fail("members 11 0", 99, &refused("90018"));
    let (loaded, ..) = all(company);
    assert!(matches!(&loaded.end, End::Stopped(error) if error.meaning() == Meaning::Wait));
    assert_eq!(loaded.directory.people_count(), 6);
    assert!(!loaded.directory.is_complete());
}

#[test]
fn a_department_out_of_range_is_named_and_the_rest_goes_on() {
    let company = Company { wide: 3, people: 2, ..Company::default() }.fail("members 11 0", 1, &refused("50004")).fail(
        "children 12",
        1,
        &refused("50004"),
    );
    let (loaded, ..) = all(company);
    assert_eq!(loaded.end, End::Done);
    let mut named: Vec<_> = loaded.troubles.iter().map(|one| (one.kind, one.department, one.name.as_str())).collect();
    named.sort_unstable();
    assert_eq!(named, [(CallKind::Children, Some(12), "部门2"), (CallKind::Members, Some(11), "部门1")]);
    assert_eq!(loaded.directory.people_count(), 6);
    assert!(!loaded.directory.is_complete());
}

#[test]
fn a_missing_permission_is_named_once_and_its_calls_left_out() {
    let mut company = Company { wide: 40, people: 2, ..Company::default() };
    for id in std::iter::once(ROOT).chain(10..50) {
        company = company.fail(&format!("members {id} 0"), 1, &refused("60011"));
    }
    let (loaded, asked, _) = all(company);
    assert_eq!((loaded.end, loaded.troubles.len()), (End::Done, 1));
    assert!(loaded.troubles[0].ends_kind);
    assert_eq!((loaded.directory.department_count(), loaded.directory.people_count()), (41, 0));
    assert!(asked.iter().filter(|call| call.starts_with("members")).count() <= AT_ONCE);
}

#[test]
fn an_app_that_sees_only_a_part_begins_there() {
    let range = Range { departments: vec![10, 12], users: vec!["alone".into()] };
    let company = Company { people: 2, range: Some(range), ..Company::default() };
    let (loaded, asked, _) = all(company);
    assert_eq!(loaded.end, End::Done);
    assert!(!asked.contains(&"children 1".to_owned()) || asked.contains(&"children 10".to_owned()));
    assert!(loaded.directory.by_userid("alone").is_some());
    assert!(loaded.directory.by_department_id(12).is_some());
}

#[test]
fn without_the_range_or_a_name_the_whole_organisation_is_tried() {
    let company = Company { wide: 1, people: 1, ..Company::default() }.fail("range", 1, &refused("60011")).fail(
        "department 1",
        1,
        &refused("60011"),
    );
    let options = Options { root_name: "我的公司".into(), ..Options::default() };
    let (loaded, ..) = run(company, options, Watch::default(), CancellationToken::new());
    assert_eq!((loaded.end, loaded.troubles.len()), (End::Done, 2));
    assert_eq!(loaded.directory.people_count(), 2);
    let root = loaded.directory.by_department_id(ROOT).unwrap();
    assert_eq!(loaded.directory.path(root), "我的公司");
}

#[test]
fn a_cut_connection_is_tried_again_and_then_ends_it() {
    let cut = failure(Fault::Unknown(Doubt::Cut { reason: String::new() }));
    let company = Company { wide: 2, people: 1, ..Company::default() }.fail("members 10 0", 2, &cut);
    assert_eq!(all(company).0.end, End::Done);
    let company = Company { wide: 2, people: 1, ..Company::default() }.fail("members 10 0", 3, &cut);
    assert_eq!(all(company).0.end, End::Stopped(Box::new(cut)));
    let no_token = failure(Fault::NotSent(NotSent::NoToken { missing: "appSecret" }));
    let (loaded, asked, _) = all(Company::default().fail("range", 1, &no_token));
    assert_eq!((loaded.end, asked.len()), (End::Stopped(Box::new(no_token)), 1));
}

#[test]
fn cancelling_keeps_what_is_here() {
    let cancel = CancellationToken::new();
    let (token, seen) = (cancel.clone(), Arc::new(AtomicU64::new(0)));
    let count = Arc::clone(&seen);
    let watch = Watch::new(move || {
        if count.fetch_add(1, Ordering::SeqCst) == 20 {
            token.cancel();
        }
    });
    let company = Company { wide: 200, people: 100, ..Company::default() };
    let (loaded, ..) = run(company, Options::default(), watch, cancel);
    assert_eq!(loaded.end, End::Cancelled);
    let people = loaded.directory.people_count();
    assert!(people > 0 && people < 201 * 100, "{people}");
}

#[test]
fn on_request_only_what_is_looked_at_is_loaded() {
    let cancel = CancellationToken::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let company = Arc::new(Company { wide: 50, people: 150, ..Company::default() });
    let watch = Watch::default();
    let options = Options { plan: Plan::OnRequest, ..Options::default() };
    let loaded = runtime.block_on(async {
        let task = tokio::spawn(load(
            Arc::clone(&company),
            Arc::new(Virtual::default()),
            options,
            watch.clone(),
            cancel.clone(),
        ));
        let until = |people: usize| {
            let watch = watch.clone();
            async move {
                while watch.progress().people < people {
                    tokio::task::yield_now().await;
                }
            }
        };
        until(150).await;
        // What came last is shown although no more calls follow.
        let mut first = None;
        while first.as_ref().is_none_or(|one: &Arc<Directory>| one.people_count() < 150) {
            first = watch.take_snapshot().or(first);
            tokio::task::yield_now().await;
        }
        watch.focus(33);
        watch.focus(33);
        until(300).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
        task.await.unwrap()
    });
    assert_eq!((loaded.end, loaded.directory.people_count()), (End::Cancelled, 300));
    assert_eq!(loaded.directory.department_count(), 51);
    let members: Vec<_> =
        company.asked.lock().unwrap().iter().filter(|call| call.starts_with("members")).cloned().collect();
    assert_eq!(members, ["members 1 0", "members 1 100", "members 33 0", "members 33 100"]);
}
