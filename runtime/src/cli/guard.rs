//! A panic is a bug of attnc: it is caught, told like any other failure, and ends with status 101.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{catch_unwind, set_hook, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use crate::cli::failure::Failure;

/// What the first panic said, in whatever thread, and where.
static FIRST: Mutex<Option<Noted>> = Mutex::new(None);

struct Noted {
    message: String,
    /// If `RUST_BACKTRACE` asks for it.
    backtrace: Option<String>,
}

/// Runs a command. What panics in it says nothing of its own, and leaves nothing half said.
pub fn guard(json: bool, command: impl FnOnce() -> ExitCode) -> ExitCode {
    set_hook(Box::new(note));
    catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|_| {
        let noted = FIRST.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (message, backtrace) = match noted {
            Some(noted) => (noted.message, noted.backtrace),
            None => ("a panic".to_string(), None),
        };
        if let Some(backtrace) = backtrace.filter(|_| !json) {
            crate::cli::report::complain(&backtrace);
        }
        Failure::bug(&message).report(json)
    })
}

fn note(panic: &PanicHookInfo<'_>) {
    let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
    if first.is_some() {
        return;
    }
    let place = panic
        .location()
        .map(|at| format!(", at {}:{}", at.file(), at.line()));
    let message = format!("{}{}", said(panic.payload()), place.unwrap_or_default());
    let backtrace = Backtrace::capture();
    let captured = backtrace.status() == BacktraceStatus::Captured;
    *first = Some(Noted {
        message,
        backtrace: captured.then(|| backtrace.to_string()),
    });
}

fn said(payload: &dyn Any) -> &str {
    match (
        payload.downcast_ref::<&str>(),
        payload.downcast_ref::<String>(),
    ) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "a panic",
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::Value;

    use super::*;

    /// Panics in several threads at once, and ends the process.
    fn panics(json: bool) {
        let work = || -> ExitCode {
            #[cfg(feature = "prove")]
            {
                use rayon::prelude::*;
                (0..1000)
                    .into_par_iter()
                    .for_each(|_| panic!("lost \u{1b}[2J\u{202e} count"));
            }
            panic!("lost \u{1b}[2J\u{202e} count")
        };
        let status = guard(json, work);
        // `ExitCode` tells what it is to nobody but the system.
        std::process::exit(i32::from(status != ExitCode::from(101)));
    }

    #[test]
    #[ignore = "ends its process: run by the test below in one of its own"]
    fn panics_with_json() {
        panics(true);
    }

    #[test]
    #[ignore = "ends its process: run by the test below in one of its own"]
    fn panics_with_text() {
        panics(false);
    }

    #[test]
    fn a_panic_anywhere_is_one_failure() {
        let run = |how: &str| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            let test = format!("cli::guard::tests::panics_with_{how}");
            command.args(["--exact", &test, "--ignored", "--nocapture"]);
            let output = command.env_remove("RUST_BACKTRACE").output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            (text(&output.stdout), text(&output.stderr))
        };
        let (out, err) = run("json");
        let object = out.lines().find(|line| line.starts_with('{')).unwrap();
        let object: Value = serde_json::from_str(object).unwrap();
        assert_eq!(out.matches("errors").count(), 1, "{out}");
        let message = object["errors"][0]["message"].as_str().unwrap();
        assert!(
            message.starts_with("this is a bug of attnc: lost \u{1b}[2J"),
            "{message}"
        );
        assert!(err.is_empty(), "{err}");

        let (out, err) = run("text");
        assert!(!out.contains("bug"), "{out}");
        assert_eq!(err.matches("error:").count(), 1, "{err}");
        for part in [
            "this is a bug of attnc: lost \\u{1b}[2J\\u{202e} count, at ",
            "please report it",
        ] {
            assert!(err.contains(part), "{part} in {err}");
        }
    }
}
