//! Mobile numbers of a list looked up by calls, one after the other, at the pace that the organisation allows.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::{
    catalogue,
    dingtalk::{Fault, Session, answers, calls},
    lang::Lang,
    recipients::{Candidate, MobileAnswer},
    ui::{
        background::{Background, JobLost},
        picker::Loaded,
        remote::Remote,
    },
};

/// The errcode for "nobody has this number".
const NOBODY: &str = "60121";

type Answers = BTreeMap<String, MobileAnswer>;

/// What is known about mobile numbers, and the looking up.
#[derive(Default)]
pub struct Mobiles {
    /// What calls answered so far.
    pub answers: Answers,
    /// The numbers that the list needs.
    pub needed: Vec<String>,
    asking: Remote<(Answers, Option<String>), JobLost>,
    done: Arc<AtomicU64>,
    total: u64,
    cancel: CancellationToken,
    /// Why the last looking up ended before its time.
    pub stopped: Option<String>,
}

impl Mobiles {
    /// The numbers that nobody asked about yet, or whose asking failed.
    pub fn open(&self) -> Vec<String> {
        let settled =
            |number: &String| matches!(self.answers.get(number), Some(MobileAnswer::Found(_) | MobileAnswer::Nobody));
        self.needed.iter().filter(|number| !settled(number)).cloned().collect()
    }

    pub fn is_asking(&self) -> bool {
        self.asking.is_pending()
    }

    /// How many of how many were asked.
    pub fn progress(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total)
    }

    /// Stops after the call that is under way; what was answered is kept.
    pub fn cancel(&mut self) {
        self.cancel.cancel();
    }

    /// Takes what came; `true` when there is something new.
    pub fn poll(&mut self) -> bool {
        if !self.asking.poll() {
            return false;
        }
        if let Some(lost) = self.asking.take_failure() {
            self.stopped = Some(lost.to_string());
        }
        let Some((answers, stopped)) = self.asking.take_here() else { return false };
        self.answers.extend(answers);
        self.stopped = stopped;
        true
    }

    /// Asks about all numbers that are open; `calls_per_second` as the organisation allows, `None` for the sandbox.
    pub fn ask(
        &mut self,
        session: Session,
        calls_per_second: Option<u32>,
        people: Option<Arc<Loaded>>,
        lang: Lang,
        background: &Background,
    ) {
        let numbers = self.open();
        if numbers.is_empty() || self.is_asking() {
            return;
        }
        self.done = Arc::default();
        self.total = numbers.len() as u64;
        self.cancel = CancellationToken::new();
        self.stopped = None;
        let (done, cancel, ctx) = (Arc::clone(&self.done), self.cancel.clone(), background.ctx().clone());
        let pause = calls_per_second.map(|calls| Duration::from_secs(1) / calls.max(1));
        background.start(&mut self.asking, async move {
            let mut answers = Answers::new();
            for number in numbers {
                if cancel.is_cancelled() {
                    break;
                }
                match ask_one(&session, &number, people.as_deref(), lang, &cancel).await {
                    Ok(answer) => {
                        answers.insert(number, answer);
                    }
                    Err(why) => {
                        answers.insert(number, MobileAnswer::Failed(why.clone()));
                        return Ok((answers, Some(why)));
                    }
                }
                done.fetch_add(1, Ordering::Relaxed);
                ctx.request_repaint();
                if let Some(pause) = pause {
                    tokio::time::sleep(pause).await;
                }
            }
            Ok((answers, None))
        });
    }
}

/// `Err`: the same would happen to every other number.
async fn ask_one(
    session: &Session,
    number: &str,
    people: Option<&Loaded>,
    lang: Lang,
    cancel: &CancellationToken,
) -> Result<MobileAnswer, String> {
    let failure = match session.call(&calls::user_get_by_mobile(number), cancel).await {
        Ok(answer) => {
            return Ok(match answers::userid(&answer.value) {
                Ok(userid) => MobileAnswer::Found(candidate(userid, people)),
                Err(malformed) => MobileAnswer::Failed(malformed.to_string()),
            });
        }
        Err(failure) => failure,
    };
    if let Fault::Refused(refusal) = &failure.fault
        && refusal.code.as_deref() == Some(NOBODY)
    {
        return Ok(MobileAnswer::Nobody);
    }
    let context = catalogue::Context::of(session.credentials());
    let explained = catalogue::explain(&failure, &context, lang);
    let outside = matches!(&failure.fault, Fault::Refused(refusal)
        if matches!(refusal.code.as_deref(), Some("50002" | "40035" | "400002")));
    // Out of the app's range, or a number that is none: a matter of this number alone.
    if outside { Ok(MobileAnswer::Failed(explained.what)) } else { Err(explained.what) }
}

fn candidate(userid: String, people: Option<&Loaded>) -> Candidate {
    let known = people.and_then(|people| {
        let index = people.directory.by_userid(&userid)?;
        Some(people.directory.person(index).name.to_owned())
    });
    Candidate { userid, name: known.unwrap_or_default(), ..Candidate::default() }
}
