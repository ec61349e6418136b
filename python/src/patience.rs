//! Work that an interrupt need not wait for: it goes on a thread of its own, and Python's signals are
//! looked at meanwhile.

use std::sync::mpsc::{channel, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

use crate::error::raised;

/// How often Python's signals are looked at.
const PATIENCE: Duration = Duration::from_millis(50);
/// As much as a main thread has.
const STACK: usize = 8 << 20;

/// What work under way says.
enum Said<E, T> {
    Event(E),
    Done(T),
}

/// Where work tells what it is at.
pub struct Telling<'a, E, T>(&'a Sender<Said<E, T>>);

impl<E, T> Telling<'_, E, T> {
    /// False if nobody listens any more: the work is to end.
    pub fn tell(&self, event: E) -> bool {
        self.0.send(Said::Event(event)).is_ok()
    }
}

/// What `work` gives. The interpreter's lock is not held. `hear` is called on this thread with what the
/// work tells; where it raises, or a signal's handler does (as Ctrl-C does), this returns at once, and
/// the work, whose result nobody wants, goes on until it is done or tells something.
///
/// # Errors
/// What `hear` or the handler raises.
pub fn watched<E: Send + 'static, T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Telling<'_, E, T>) -> T + Send + 'static,
    mut hear: impl FnMut(E) -> PyResult<()>,
) -> PyResult<T> {
    let (say, heard) = channel();
    // Another thread may hold the interpreter while this one waits.
    let heard = Mutex::new(heard);
    let next = || {
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.recv_timeout(PATIENCE)
    };
    let thread = thread::Builder::new()
        .name("attnc".into())
        .stack_size(STACK);
    thread.spawn(move || {
        let done = work(&Telling(&say));
        let _ = say.send(Said::Done(done));
    })?;
    loop {
        match py.detach(next) {
            Ok(Said::Done(done)) => return Ok(done),
            Ok(Said::Event(event)) => hear(event)?,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(raised(attnc::Error::Bug("attnc panicked".into())))
            }
        }
        py.check_signals()?;
    }
}

/// As [`watched`], of work that tells nothing.
///
/// # Errors
/// What the handler of a signal raises; the work's own error.
pub fn interruptible<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, attnc::Error> + Send + 'static,
) -> PyResult<T> {
    let done = watched(py, |_: &Telling<'_, (), _>| work(), |()| Ok(()))?;
    done.map_err(raised)
}
