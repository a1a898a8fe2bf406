//! 100,000 people: searching at every keystroke, building, keeping.

use std::{path::Path, sync::Arc, time::Duration};

use ding_composer::{
    dingtalk::{Client, Credentials, MemoryTokenCache, Session, SystemClock, Timeouts},
    directory::{
        Department, Directory, DirectoryBuilder, Person, SearchIndex,
        fetch::{self, Options, SessionSource, TokioTimer, Watch},
    },
    sandbox::{Organisation, Sandbox, SandboxOptions},
    store::directory_cache,
};
use tokio_util::sync::CancellationToken;

use crate::harness::{Report, resident};

const PEOPLE: usize = 100_000;

/// The sandbox's company as it comes out of a full loading.
pub fn directory(people: usize) -> Directory {
    let company = Organisation::generate(people, 7);
    let mut builder = DirectoryBuilder::new();
    let id = |id: u64| i64::try_from(id).unwrap_or_default();
    for one in company.departments() {
        builder.department(Department {
            id: id(one.id),
            name: one.name.clone(),
            parent: one.parent.map(id),
            member_count: None,
        });
        builder.children_are_complete(id(one.id));
        builder.members_are_complete(id(one.id));
    }
    for one in company.people() {
        let departments: Vec<i64> = company.departments_of(one).into_iter().map(id).collect();
        let person = Person {
            userid: one.userid.to_string(),
            unionid: one.unionid(),
            name: one.name.to_string(),
            title: one.title.to_owned(),
            job_number: one.job_number(),
            departments: departments.clone(),
            active: true,
        };
        for department in departments {
            builder.member(department, &person);
        }
    }
    builder.build()
}

/// What stands in the search field after each keystroke of typing a text.
fn keystrokes(text: &str) -> impl Iterator<Item = String> + '_ {
    text.char_indices().map(|(at, c)| text.get(..at + c.len_utf8()).unwrap_or_default().to_owned())
}

/// How the names of some people are typed, letter by letter.
fn typed(directory: &Directory, way: impl Fn(&str) -> String) -> Vec<String> {
    let every = directory.people_count() / 400 + 1;
    let names: Vec<String> = directory.people().step_by(every).map(|index| way(directory.person(index).name)).collect();
    names.iter().flat_map(|name| keystrokes(name)).collect()
}

fn spelled(name: &str, whole: bool) -> String {
    use pinyin::ToPinyin as _;
    let mut text = String::new();
    for (c, reading) in name.chars().zip(name.to_pinyin()) {
        match reading {
            Some(reading) if whole => text.push_str(reading.plain()),
            Some(reading) => text.push_str(reading.first_letter()),
            None => text.push(c.to_ascii_lowercase()),
        }
    }
    text
}

pub fn search(report: &Report) {
    let directory = directory(PEOPLE);
    let index = SearchIndex::build(&directory);
    let limit = Some(Duration::from_millis(10));
    let ask = |typed: &String| index.search(typed, 50);
    let mut all: Vec<String> = Vec::new();
    for (name, inputs) in [
        ("search 100,000 people by name", typed(&directory, str::to_owned)),
        ("search 100,000 people by pinyin", typed(&directory, |name| spelled(name, true))),
        ("search 100,000 people by initials", typed(&directory, |name| spelled(name, false))),
    ] {
        report.each(name, limit, &inputs, |typed| ask(typed));
        all.extend(inputs);
    }
    report.each("search 100,000 people, all three ways mixed", limit, &all, |typed| ask(typed));
    let ids: Vec<String> = directory
        .people()
        .step_by(1000)
        .flat_map(|one| keystrokes(directory.person(one).userid).collect::<Vec<_>>())
        .collect();
    report.each("search 100,000 people by userid", limit, &ids, |typed| ask(typed));
    let letters: Vec<String> = ('a'..='z').chain('0'..='9').map(String::from).collect();
    report.each("search 100,000 people by a single letter or digit", limit, &letters, |typed| ask(typed));
    let part = ["张san", "zhang三", "李x", "wang伟"].map(str::to_owned);
    report.each("search 100,000 people by characters and letters", limit, &part, |typed| ask(typed));
}

pub fn build(report: &Report) {
    let directory = directory(PEOPLE);
    report.times("build the search index of 100,000 people", Some(Duration::from_secs(1)), 10, || {
        SearchIndex::build(&directory)
    });
    report.memory("search index of 100,000 people", None, SearchIndex::build(&directory).bytes() as u64);
    let root = directory.roots().next();
    report.times("count the people below the root", None, 20, || root.map(|root| directory.count_below(root)));
    let ids: Vec<String> = directory.people().take(5000).map(|one| directory.person(one).userid.to_owned()).collect();
    report.times("look 5,000 pasted ids up", None, 50, || directory.resolve(&ids));
}

pub fn cache(report: &Report, folder: &Path) {
    let path = folder.join("people.sqlite");
    let made = directory(PEOPLE);
    report.times("write the cache of 100,000 people", None, 5, || directory_cache::save(&path, &made, 1));
    report.times("read the cache of 100,000 people", Some(Duration::from_millis(400)), 10, || {
        directory_cache::load(&path)
    });
}

/// Over real HTTP from the sandbox, unpaced; against DingTalk the limit of 20 calls a second and kind of call decides.
pub fn fetch(report: &Report) -> std::io::Result<()> {
    let sandbox = Sandbox::start(SandboxOptions { people: PEOPLE, ..SandboxOptions::default() })?;
    std::hint::black_box(sandbox.organisation().people().len());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = Client::new(Timeouts::default()).map_err(|error| std::io::Error::other(format!("{error:?}")))?;
    let credentials = Credentials::Internal { app_key: sandbox.app_key(), app_secret: sandbox.app_secret() };
    let cache = Arc::new(MemoryTokenCache::default());
    let session = Session::new(client, sandbox.hosts(), credentials, cache, Arc::new(SystemClock));
    report.times("load 100,000 people from the sandbox", None, 2, || {
        let cancel = CancellationToken::new();
        let source = Arc::new(SessionSource::new(session.clone(), cancel.clone()));
        let options = Options { calls_per_second: None, ..Options::default() };
        let timer = Arc::new(TokioTimer::default());
        runtime.block_on(fetch::load(source, timer, options, Watch::default(), cancel)).directory.people_count()
    });
    Ok(())
}

/// In a process of its own, so that what was measured before does not count.
pub fn memory(report: &Report, path: &Path) {
    let before = resident();
    let Ok(Some(cached)) = directory_cache::load(path) else { return };
    let index = SearchIndex::build(&cached.directory);
    let grown = resident().saturating_sub(before);
    report.memory("100,000 people: the directory itself", None, cached.directory.bytes() as u64);
    report.memory("100,000 people with their index: growth of resident memory", Some(100.0), grown);
    std::hint::black_box(index.search("zs", 1));
}
