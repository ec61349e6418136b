//! Work for a thread of its own, of which only the newest of each document is done.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};

/// Jobs by key, in the order in which their keys came.
pub struct Newest<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
}

struct State<J> {
    jobs: VecDeque<(String, J)>,
    closed: bool,
}

impl<J> Default for Newest<J> {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                jobs: VecDeque::new(),
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<J> Newest<J> {
    /// Puts a job in the place of an older one of its key, or behind all others.
    pub fn put(&self, key: &str, job: J) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match state.jobs.iter_mut().find(|(known, _)| known == key) {
            Some(known) => known.1 = job,
            None => state.jobs.push_back((key.to_string(), job)),
        }
        self.changed.notify_one();
    }

    /// Takes a job back that nobody has taken.
    pub fn withdraw(&self, key: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.jobs.retain(|(known, _)| known != key);
    }

    /// The next job, when there is one; nothing once it is closed.
    pub fn take(&self) -> Option<J> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.closed {
                return None;
            }
            if let Some((_, job)) = state.jobs.pop_front() {
                return Some(job);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends whoever waits.
    pub fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_of_a_key_is_done() {
        let jobs = Newest::default();
        jobs.put("a", 1);
        jobs.put("b", 2);
        jobs.put("a", 3);
        assert_eq!((jobs.take(), jobs.take()), (Some(3), Some(2)));
        jobs.put("a", 4);
        jobs.withdraw("a");
        jobs.close();
        assert_eq!(jobs.take(), None);
    }
}
