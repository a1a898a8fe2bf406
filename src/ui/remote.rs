//! A value that comes from somewhere slow: one type for every list, token, file dialog and answer on screen.
//!
//! Knows nothing of what it waits for. A job is started with [`super::background::Background`].

use poll_promise::Promise;

/// Where a value is: not asked for, on its way (with the previous one still shown), here, or failed.
///
/// `poll` it once per pass, in `logic`.
#[derive(Default)]
pub enum Remote<T: Send + 'static, E: Send + 'static = String> {
    /// Nobody asked yet.
    #[default]
    NotAsked,
    /// On its way.
    Pending(Pending<T, E>),
    /// Here.
    Here(T),
    /// It failed.
    Failed {
        /// Why.
        error: E,
        /// What was there before.
        previous: Option<T>,
    },
}

/// Stops a job.
type Cancel = Box<dyn FnOnce() + Send>;

/// A value on its way.
pub struct Pending<T: Send + 'static, E: Send + 'static> {
    promise: Promise<Result<T, E>>,
    previous: Option<T>,
    cancel: Option<Cancel>,
}

impl<T: Send + 'static, E: Send + 'static> Remote<T, E> {
    /// A value that is here already.
    pub fn here(value: T) -> Self {
        Self::Here(value)
    }

    /// Starts to wait for a promise; what was here stays visible. A job already on its way is cancelled.
    pub fn pending(&mut self, promise: Promise<Result<T, E>>, cancel: Option<Box<dyn FnOnce() + Send>>) {
        self.cancel();
        let previous = std::mem::take(self).into_value();
        *self = Self::Pending(Pending { promise, previous, cancel });
    }

    /// Takes what arrived. `true` when this call changed something.
    pub fn poll(&mut self) -> bool {
        let Self::Pending(pending) = self else { return false };
        if pending.promise.ready().is_none() {
            return false;
        }
        let Self::Pending(Pending { promise, previous, .. }) = std::mem::take(self) else { return false };
        *self = match promise.try_take() {
            Ok(Ok(value)) => Self::Here(value),
            Ok(Err(error)) => Self::Failed { error, previous },
            Err(promise) => Self::Pending(Pending { promise, previous, cancel: None }),
        };
        true
    }

    /// Stops a job on its way; what was there before is shown again.
    pub fn cancel(&mut self) {
        if let Self::Pending(_) = self
            && let Self::Pending(Pending { promise, previous, cancel }) = std::mem::take(self)
        {
            if let Some(cancel) = cancel {
                cancel();
            }
            drop(promise);
            *self = previous.map_or(Self::NotAsked, Self::Here);
        }
    }

    /// The value, also an older one while a new one is on its way or after a failure.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::NotAsked => None,
            Self::Pending(pending) => pending.previous.as_ref(),
            Self::Here(value) => Some(value),
            Self::Failed { previous, .. } => previous.as_ref(),
        }
    }

    /// The value to change in place, under the same conditions as [`Self::value`].
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::NotAsked => None,
            Self::Pending(pending) => pending.previous.as_mut(),
            Self::Here(value) => Some(value),
            Self::Failed { previous, .. } => previous.as_mut(),
        }
    }

    /// The value itself, leaving nothing.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::NotAsked => None,
            Self::Pending(pending) => pending.previous,
            Self::Here(value) => Some(value),
            Self::Failed { previous, .. } => previous,
        }
    }

    /// Takes a value that arrived, leaving [`Remote::NotAsked`]; leaves everything else alone.
    pub fn take_here(&mut self) -> Option<T> {
        if matches!(self, Self::Here(_)) { std::mem::take(self).into_value() } else { None }
    }

    /// Takes the error of a failure, showing the previous value again; leaves everything else alone.
    pub fn take_failure(&mut self) -> Option<E> {
        if !matches!(self, Self::Failed { .. }) {
            return None;
        }
        let Self::Failed { error, previous } = std::mem::take(self) else { return None };
        *self = previous.map_or(Self::NotAsked, Self::Here);
        Some(error)
    }

    /// Why it failed.
    pub fn failure(&self) -> Option<&E> {
        if let Self::Failed { error, .. } = self { Some(error) } else { None }
    }

    /// Whether it is on its way.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Pending(_))
    }

    /// Whether nobody asked yet.
    pub fn is_not_asked(&self) -> bool {
        matches!(self, Self::NotAsked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_previous_value_stays_until_the_next_one_is_here() {
        let mut remote: Remote<u32> = Remote::here(1);
        let (sender, promise) = Promise::new();
        remote.pending(promise, None);
        assert_eq!(remote.value(), Some(&1));
        assert!(!remote.poll(), "nothing arrived yet");
        sender.send(Ok(2));
        assert!(remote.poll());
        assert_eq!(remote.value(), Some(&2));
    }

    #[test]
    fn a_failure_keeps_the_previous_value_and_can_be_put_away() {
        let mut remote: Remote<u32> = Remote::here(1);
        let (sender, promise) = Promise::new();
        remote.pending(promise, None);
        sender.send(Err("down".to_owned()));
        assert!(remote.poll());
        assert_eq!((remote.failure().map(String::as_str), remote.value()), (Some("down"), Some(&1)));
        assert_eq!(remote.take_failure().as_deref(), Some("down"));
        assert_eq!(remote.take_here(), Some(1));
        assert!(remote.is_not_asked());
    }

    #[test]
    fn asking_again_cancels_the_job_before() {
        let mut remote: Remote<u32> = Remote::default();
        let cancelled = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = std::sync::Arc::clone(&cancelled);
        let (first, promise) = Promise::new();
        remote.pending(promise, Some(Box::new(move || seen.store(true, std::sync::atomic::Ordering::Relaxed))));
        let (second, promise) = Promise::new();
        remote.pending(promise, None);
        assert!(cancelled.load(std::sync::atomic::Ordering::Relaxed));
        first.send(Ok(1));
        second.send(Ok(2));
        assert!(remote.poll());
        assert_eq!(remote.value(), Some(&2), "an answer to the older question is not shown");
    }
}
