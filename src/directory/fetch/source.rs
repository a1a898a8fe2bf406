//! Where departments and people come from, and what an answer that is none means for the loading.

use std::future::Future;

use tokio_util::sync::CancellationToken;

use crate::{
    dingtalk::{
        Call, Exchange, Failure, Fault, Member, NotSent, RefusalShape, Session,
        answers::{self, Malformed},
        calls,
    },
    directory::model::{Department, Person},
};

/// What part of the organisation may be read: where loading begins.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Range {
    /// Departments, with all below them. 1 is the whole organisation.
    pub departments: Vec<i64>,
    /// People authorised one by one.
    pub users: Vec<String>,
}

/// A page of direct members.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// The people.
    pub people: Vec<Person>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<i64>,
}

/// The calls that loading needs, one page or level each.
pub trait Source: Send + Sync + 'static {
    /// What may be read (`/auth/scopes`).
    fn range(&self) -> impl Future<Output = Result<Range, SourceError>> + Send;
    /// One department with its member count (`department/get`).
    fn department(&self, id: i64) -> impl Future<Output = Result<Department, SourceError>> + Send;
    /// The departments directly below one (`department/listsub`).
    fn children(&self, id: i64) -> impl Future<Output = Result<Vec<Department>, SourceError>> + Send;
    /// A page of at most 100 direct members (`user/list`); the first cursor is 0.
    fn members(&self, id: i64, cursor: i64) -> impl Future<Output = Result<Page, SourceError>> + Send;
    /// One person (`user/get`).
    fn person(&self, userid: &str) -> impl Future<Output = Result<Person, SourceError>> + Send;
}

/// Only some departments of a source, with all below them.
#[derive(Clone, Debug)]
pub struct Below<S> {
    source: S,
    departments: Vec<i64>,
}

impl<S> Below<S> {
    /// These departments of a source.
    pub fn new(source: S, departments: Vec<i64>) -> Self {
        Self { source, departments }
    }
}

impl<S: Source> Source for Below<S> {
    async fn range(&self) -> Result<Range, SourceError> {
        Ok(Range { departments: self.departments.clone(), users: Vec::new() })
    }

    fn department(&self, id: i64) -> impl Future<Output = Result<Department, SourceError>> + Send {
        self.source.department(id)
    }

    fn children(&self, id: i64) -> impl Future<Output = Result<Vec<Department>, SourceError>> + Send {
        self.source.children(id)
    }

    fn members(&self, id: i64, cursor: i64) -> impl Future<Output = Result<Page, SourceError>> + Send {
        self.source.members(id, cursor)
    }

    fn person(&self, userid: &str) -> impl Future<Output = Result<Person, SourceError>> + Send {
        self.source.person(userid)
    }
}

/// Why an answer could not be used.
#[derive(Clone, PartialEq, Debug)]
pub enum SourceError {
    /// The call failed; the catalogue explains it.
    Call(Box<Failure>),
    /// It was answered, and the answer cannot be read.
    Malformed {
        /// Which part.
        error: Malformed,
        /// The answer, masked.
        exchange: Box<Exchange>,
    },
}

/// What a failed call means for the rest of the loading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// Too many calls: wait, then ask the same again.
    Wait,
    /// The connection failed: ask again once or twice, then stop.
    Again,
    /// This department or person cannot be read: name it and go on.
    Skip,
    /// This kind of call is not allowed: name it, leave out all others of the kind, and go on.
    SkipKind,
    /// Nothing more can come: stop and keep what is here.
    Stop,
}

impl SourceError {
    /// What it means for the rest.
    pub fn meaning(&self) -> Meaning {
        let fault = match self {
            Self::Malformed { .. } => return Meaning::Skip,
            Self::Call(failure) => &failure.fault,
        };
        match fault {
            Fault::Refused(refusal) => {
                let code = refusal.code.as_deref().unwrap_or_default();
                // A ban of minutes, or a month's calls used up: waiting here would look like hanging.
                let exhausted = code == "90020" || code.contains("ApiCountLimit");
                if refusal.shape == RefusalShape::IpBan || exhausted {
                    Meaning::Stop
                } else if refusal.is_rate_limit() {
                    Meaning::Wait
                } else if refusal.is_invalid_token() || refusal.is_ip_list() {
                    Meaning::Stop
                } else if matches!(code, "50002" | "50004") || !refusal.is_permission() {
                    // Outside of the authorised range: a matter of this department or person.
                    Meaning::Skip
                } else {
                    Meaning::SkipKind
                }
            }
            Fault::NotSent(
                NotSent::Dns { .. }
                | NotSent::ConnectionRefused { .. }
                | NotSent::ConnectTimedOut { .. }
                | NotSent::Unreachable { .. }
                | NotSent::Proxy { .. },
            )
            // Nothing is changed by reading, so it may be asked again.
            | Fault::Unknown(_) => Meaning::Again,
            Fault::NotSent(_) => Meaning::Stop,
        }
    }

    /// What went out and came back, masked.
    pub fn exchange(&self) -> &Exchange {
        match self {
            Self::Call(failure) => &failure.exchange,
            Self::Malformed { exchange, .. } => exchange,
        }
    }
}

/// The directory calls of a real session.
#[derive(Clone, Debug)]
pub struct SessionSource {
    session: Session,
    cancel: CancellationToken,
}

impl SessionSource {
    /// Through a session; `cancel` also ends the call that is under way.
    pub fn new(session: Session, cancel: CancellationToken) -> Self {
        Self { session, cancel }
    }

    async fn ask<T>(
        &self,
        call: Call,
        read: impl FnOnce(&serde_json::Value) -> Result<T, Malformed>,
    ) -> Result<T, SourceError> {
        let answer = self.session.call(&call, &self.cancel).await.map_err(SourceError::Call)?;
        read(&answer.value).map_err(|error| SourceError::Malformed { error, exchange: Box::new(answer.exchange) })
    }
}

fn department_of(told: crate::dingtalk::Department) -> Department {
    Department {
        id: told.id,
        name: told.name,
        parent: told.parent_id,
        member_count: told.member_count.and_then(|count| u32::try_from(count).ok()),
    }
}

fn person_of(told: Member) -> Person {
    Person {
        userid: told.userid,
        unionid: told.unionid.unwrap_or_default(),
        name: told.name,
        title: told.title.unwrap_or_default(),
        job_number: told.job_number.unwrap_or_default(),
        departments: told.departments,
        // Where the answer does not say it, nobody is marked as inactive.
        active: told.active.unwrap_or(true),
    }
}

impl Source for SessionSource {
    async fn range(&self) -> Result<Range, SourceError> {
        let scopes = self.ask(calls::auth_scopes(), answers::scopes).await?;
        Ok(Range { departments: scopes.departments, users: scopes.users })
    }

    async fn department(&self, id: i64) -> Result<Department, SourceError> {
        self.ask(calls::department_get(id), answers::department).await.map(department_of)
    }

    async fn children(&self, id: i64) -> Result<Vec<Department>, SourceError> {
        let told = self.ask(calls::department_listsub(id), answers::departments).await?;
        Ok(told.into_iter().map(department_of).collect())
    }

    async fn members(&self, id: i64, cursor: i64) -> Result<Page, SourceError> {
        let page = self.ask(calls::user_list(id, cursor, 100), answers::members_page).await?;
        Ok(Page { people: page.members.into_iter().map(person_of).collect(), next: page.next_cursor })
    }

    async fn person(&self, userid: &str) -> Result<Person, SourceError> {
        self.ask(calls::user_get(userid), answers::user).await.map(person_of)
    }
}
