//! One runtime for everything that waits: two worker threads, started when first needed.
//!
//! A job started here never blocks the window, and always wakes it when it is done.

use std::sync::Arc;
use std::sync::OnceLock;

use tokio::runtime::Runtime;

use super::remote::Remote;
use crate::lang::Lang;

/// The runtime of the program. Cheap to clone; stops when the last clone is dropped.
#[derive(Clone)]
pub struct Background {
    inner: Arc<Inner>,
    ctx: egui::Context,
}

struct Inner {
    runtime: OnceLock<Result<Runtime, String>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(Ok(runtime)) = self.runtime.take() {
            // Waiting for a slow server here would keep the window's last frame on screen.
            runtime.shutdown_background();
        }
    }
}

impl Background {
    /// Nothing is started yet.
    pub fn new(ctx: egui::Context) -> Self {
        Self { inner: Arc::new(Inner { runtime: OnceLock::new() }), ctx }
    }

    /// The window's context, for workers that have to wake it.
    pub fn ctx(&self) -> &egui::Context {
        &self.ctx
    }

    /// The running runtime.
    ///
    /// # Errors
    /// The operating system's text when no thread could be started.
    pub fn runtime(&self) -> Result<&tokio::runtime::Handle, String> {
        self.inner
            .runtime
            .get_or_init(|| {
                tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .thread_name("ding-background")
                    .enable_all()
                    .build()
                    .map_err(|error| error.to_string())
            })
            .as_ref()
            .map(Runtime::handle)
            .map_err(Clone::clone)
    }

    /// Starts a job whose value nobody waits for (it reports through a channel of its own). Dropped when no thread can
    /// be started.
    pub fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        let ctx = self.ctx.clone();
        match self.runtime() {
            Ok(handle) => {
                handle.spawn(async move {
                    let _wake = WakeOnDrop(ctx);
                    job.await;
                });
            }
            Err(error) => tracing::error!(%error, "no background thread"),
        }
    }

    /// Starts a job that gives a value. A panic or a runtime that cannot start becomes `Err`.
    pub fn start<T, E>(&self, remote: &mut Remote<T, E>, job: impl Future<Output = Result<T, E>> + Send + 'static)
    where
        T: Send + 'static,
        E: Send + From<JobLost> + 'static,
    {
        let (sender, promise) = poll_promise::Promise::new();
        let mut sender = AlwaysSends::new(sender, self.ctx.clone());
        match self.runtime() {
            Ok(handle) => {
                let task = handle.spawn(async move {
                    let value = job.await;
                    sender.send(value);
                });
                let abort = task.abort_handle();
                remote.pending(promise, Some(Box::new(move || abort.abort())));
            }
            Err(error) => {
                sender.send(Err(E::from(JobLost(error))));
                remote.pending(promise, None);
            }
        }
    }

    /// Starts a job that blocks (files, keyring) on a named thread of its own.
    pub fn start_blocking<T, E>(
        &self,
        name: &str,
        remote: &mut Remote<T, E>,
        job: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) where
        T: Send + 'static,
        E: Send + From<JobLost> + 'static,
    {
        let (sender, promise) = poll_promise::Promise::new();
        let mut sender = AlwaysSends::new(sender, self.ctx.clone());
        remote.pending(promise, None);
        let started = std::thread::Builder::new().name(format!("ding-{name}")).spawn(move || sender.send(job()));
        if let Err(error) = started {
            // The closure, and with it the sender, was dropped: it has sent `JobLost` itself.
            tracing::error!(%error, name, "no thread");
        }
    }
}

/// A job ended without a value: it panicked, was cancelled, or could not be started. Holds the reason where known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the job ended without a result: {0}")]
pub struct JobLost(pub String);

/// How a job ended badly: with an error of its own, or without any result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken<E> {
    /// Its own error.
    Error(E),
    /// It panicked or was lost.
    Lost(JobLost),
}

impl<E> From<JobLost> for Broken<E> {
    fn from(lost: JobLost) -> Self {
        Self::Lost(lost)
    }
}

impl<E> Broken<E> {
    /// The sentence for a person.
    pub fn message(&self, lang: Lang, of_error: impl FnOnce(&E, Lang) -> String) -> String {
        match self {
            Self::Error(error) => of_error(error, lang),
            Self::Lost(lost) => tr!(lang, "common.job_lost", reason = lost.0).into_owned(),
        }
    }
}

impl From<JobLost> for String {
    fn from(lost: JobLost) -> Self {
        lost.to_string()
    }
}

/// `poll_promise` panics when its sender is dropped unsent; this one sends a [`JobLost`] then, and wakes the window.
struct AlwaysSends<T: Send + 'static, E: Send + From<JobLost> + 'static> {
    sender: Option<poll_promise::Sender<Result<T, E>>>,
    ctx: egui::Context,
}

impl<T: Send + 'static, E: Send + From<JobLost> + 'static> AlwaysSends<T, E> {
    fn new(sender: poll_promise::Sender<Result<T, E>>, ctx: egui::Context) -> Self {
        Self { sender: Some(sender), ctx }
    }

    fn send(&mut self, value: Result<T, E>) {
        if let Some(sender) = self.sender.take() {
            sender.send(value);
            self.ctx.request_repaint();
        }
    }
}

impl<T: Send + 'static, E: Send + From<JobLost> + 'static> Drop for AlwaysSends<T, E> {
    fn drop(&mut self) {
        self.send(Err(E::from(JobLost(String::new()))));
    }
}

struct WakeOnDrop(egui::Context);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        self.0.request_repaint();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::remote::Remote;

    fn settle<T: Send, E: Send>(remote: &mut Remote<T, E>) {
        let started = std::time::Instant::now();
        while remote.is_pending() {
            assert!(started.elapsed().as_secs() < 10, "the job never ended");
            std::thread::sleep(std::time::Duration::from_millis(2));
            remote.poll();
        }
    }

    #[test]
    fn a_job_that_panics_becomes_a_failure_and_keeps_what_was_there() {
        let background = Background::new(egui::Context::default());
        let mut remote: Remote<u32, String> = Remote::here(7);
        background.start(&mut remote, async { panic!("on purpose") });
        assert_eq!(remote.value(), Some(&7), "the previous value stays on screen");
        settle(&mut remote);
        assert!(remote.failure().is_some());
        assert_eq!(remote.value(), Some(&7));
    }

    #[test]
    fn a_cancelled_job_shows_what_was_there_before() {
        let background = Background::new(egui::Context::default());
        let mut remote: Remote<u32, String> = Remote::here(7);
        background.start(&mut remote, async {
            tokio::time::sleep(std::time::Duration::from_mins(1)).await;
            Ok(8)
        });
        remote.cancel();
        assert!(!remote.is_pending());
        assert_eq!(remote.value(), Some(&7));
    }

    #[test]
    fn a_blocking_job_brings_its_value() {
        let background = Background::new(egui::Context::default());
        let mut remote: Remote<u32, String> = Remote::default();
        background.start_blocking("test", &mut remote, || Ok(3));
        settle(&mut remote);
        assert_eq!(remote.value(), Some(&3));
    }
}
