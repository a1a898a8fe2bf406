//! Who a userid, number or name is.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::directory::{Directory, PersonIndex};

/// Somebody who may be meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Candidate {
    /// `userid`.
    pub userid: String,
    /// Name.
    pub name: String,
    /// Departments, each with its path from the top.
    pub departments: Vec<String>,
    /// Title; empty when there is none.
    pub title: String,
    /// Job number; empty when there is none.
    pub job_number: String,
}

/// What is known about a mobile number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MobileAnswer {
    /// It is this person's.
    Found(Candidate),
    /// The organisation has nobody with it.
    Nobody,
    /// Nobody asked yet.
    NotAsked,
    /// Asking failed; the words for a person.
    Failed(String),
}

/// Who a userid, number or name is.
pub trait Lookup {
    /// The person of a userid.
    fn by_userid(&self, userid: &str) -> Option<Candidate>;
    /// The person of a unionid.
    fn by_unionid(&self, unionid: &str) -> Option<Candidate>;
    /// The person of a mobile number (digits, with `+` and the country outside China).
    fn by_mobile(&self, mobile: &str) -> MobileAnswer;
    /// The people of a job number.
    fn by_job_number(&self, job_number: &str) -> Vec<Candidate>;
    /// The people of a name.
    fn by_name(&self, name: &str) -> Vec<Candidate>;
    /// Whether anybody can be looked up here at all: without, only a userid tells who is meant.
    fn looks_up(&self) -> bool {
        true
    }
    /// Whether everybody is known here, so that a userid it does not know is doubtful.
    fn is_complete(&self) -> bool;
}

/// Knows nobody: userids are taken as they are.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLookup;

impl Lookup for NoLookup {
    fn by_userid(&self, _userid: &str) -> Option<Candidate> {
        None
    }

    fn by_unionid(&self, _unionid: &str) -> Option<Candidate> {
        None
    }

    fn by_mobile(&self, _mobile: &str) -> MobileAnswer {
        MobileAnswer::NotAsked
    }

    fn by_job_number(&self, _job_number: &str) -> Vec<Candidate> {
        Vec::new()
    }

    fn by_name(&self, _name: &str) -> Vec<Candidate> {
        Vec::new()
    }

    fn looks_up(&self) -> bool {
        false
    }

    fn is_complete(&self) -> bool {
        false
    }
}

/// Looks people up in the directory in memory (or in what holds one); mobile numbers in what calls answered.
#[derive(Debug)]
pub struct DirectoryLookup<D = Directory> {
    directory: Arc<D>,
    names: Arc<HashMap<String, Vec<u32>>>,
    job_numbers: Arc<HashMap<String, Vec<u32>>>,
    mobiles: BTreeMap<String, MobileAnswer>,
}

// Not derived: `D` itself need not be clonable. The indexes are shared.
impl<D> Clone for DirectoryLookup<D> {
    fn clone(&self) -> Self {
        let Self { directory, names, job_numbers, mobiles } = self;
        Self {
            directory: Arc::clone(directory),
            names: Arc::clone(names),
            job_numbers: Arc::clone(job_numbers),
            mobiles: mobiles.clone(),
        }
    }
}

/// Names and numbers are compared without blanks and in lower case; full-width letters count as plain ones.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(plain).filter(|c| !c.is_whitespace() && !c.is_control()).flat_map(char::to_lowercase).collect()
}

impl<D: Borrow<Directory>> DirectoryLookup<D> {
    /// Builds the indexes; 100,000 people take some tens of milliseconds, so not on the painting thread.
    pub fn new(holder: Arc<D>) -> Self {
        let directory: &Directory = (*holder).borrow();
        let mut names: HashMap<String, Vec<u32>> = HashMap::new();
        let mut job_numbers: HashMap<String, Vec<u32>> = HashMap::new();
        for index in directory.people() {
            let person = directory.person(index);
            names.entry(fold(person.name)).or_default().push(index.0);
            if !person.job_number.is_empty() {
                job_numbers.entry(fold(person.job_number)).or_default().push(index.0);
            }
        }
        let (names, job_numbers) = (Arc::new(names), Arc::new(job_numbers));
        Self { directory: holder, names, job_numbers, mobiles: BTreeMap::new() }
    }

    fn directory(&self) -> &Directory {
        (*self.directory).borrow()
    }

    /// What calls answered about mobile numbers so far.
    pub fn mobiles(&self) -> &BTreeMap<String, MobileAnswer> {
        &self.mobiles
    }

    /// Takes over what calls answered about mobile numbers.
    pub fn set_mobiles(&mut self, answers: BTreeMap<String, MobileAnswer>) {
        self.mobiles = answers;
    }

    /// A person of the directory as a candidate.
    pub fn candidate(&self, index: PersonIndex) -> Candidate {
        let person = self.directory().person(index);
        Candidate {
            userid: person.userid.to_owned(),
            name: person.name.to_owned(),
            departments: self.directory().departments_of(index).map(|one| self.directory().path(one)).collect(),
            title: person.title.to_owned(),
            job_number: person.job_number.to_owned(),
        }
    }

    /// Without the departments, which cost most and are needed only to tell people apart.
    fn brief(&self, index: PersonIndex) -> Candidate {
        let person = self.directory().person(index);
        Candidate { userid: person.userid.to_owned(), name: person.name.to_owned(), ..Candidate::default() }
    }

    fn all(&self, found: Option<&Vec<u32>>) -> Vec<Candidate> {
        /// More are of no help to anybody choosing one.
        const MOST: usize = 50;
        if let Some([only]) = found.map(Vec::as_slice) {
            return vec![self.brief(PersonIndex(*only))];
        }
        found.into_iter().flatten().take(MOST).map(|index| self.candidate(PersonIndex(*index))).collect()
    }
}

impl<D: Borrow<Directory>> Lookup for DirectoryLookup<D> {
    fn by_userid(&self, userid: &str) -> Option<Candidate> {
        self.directory().by_userid(userid).map(|index| self.brief(index))
    }

    fn by_unionid(&self, unionid: &str) -> Option<Candidate> {
        self.directory().by_unionid(unionid).map(|index| self.brief(index))
    }

    fn by_mobile(&self, mobile: &str) -> MobileAnswer {
        self.mobiles.get(mobile).cloned().unwrap_or(MobileAnswer::NotAsked)
    }

    fn by_job_number(&self, job_number: &str) -> Vec<Candidate> {
        self.all(self.job_numbers.get(&fold(job_number)))
    }

    fn by_name(&self, name: &str) -> Vec<Candidate> {
        self.all(self.names.get(&fold(name)))
    }

    fn is_complete(&self) -> bool {
        self.directory().is_complete()
    }
}
