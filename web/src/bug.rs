//! What a panic said: it ends the instance, and its message outlives it.

use std::panic::{set_hook, PanicHookInfo};
use std::sync::{Mutex, Once, PoisonError};

use serde_json::Value;

static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// From now on panics are noted.
pub fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| set_hook(Box::new(note)));
}

fn note(panic: &PanicHookInfo<'_>) {
    let said = panic.payload_as_str().unwrap_or("a panic");
    let place = panic.location();
    let place = place.map(|at| format!(", at {}:{}", at.file(), at.line()));
    let message = format!("{said}{}", place.unwrap_or_default());
    let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    first.get_or_insert(message);
}

/// The first panic, as an error; where there was none, what ended the instance is not known here.
pub fn said() -> Value {
    let first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    match first.as_ref() {
        Some(what) => attnc::printed::errors::message(
            &format!("this is a bug of attnc: {what}"),
            Some("please report it, with what you asked and the files that it read"),
        ),
        None => Value::Null,
    }
}
