//! Runs attnc as a process of its own: what it takes is measured alone, and a crash is its own.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

/// How often a running process is looked at.
const TICK: Duration = Duration::from_millis(10);

/// Why there is nothing to read.
#[derive(Debug)]
pub enum Ended {
    /// It said so, or how it ended.
    Failed(String),
    /// The user stopped attnc.
    Stopped,
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        Self::Failed(format!("attnc cannot run itself: {error}"))
    }
}

static STOPPED: AtomicBool = AtomicBool::new(false);

/// From now on, being asked to end ends the process that runs, and not attnc at once.
pub fn catch_stop() {
    static CAUGHT: OnceLock<()> = OnceLock::new();
    // Where it cannot be caught, attnc ends at once; what is written stays whole all the same.
    CAUGHT.get_or_init(|| {
        let _ = ctrlc::set_handler(|| STOPPED.store(true, Ordering::SeqCst));
    });
}

/// Whether attnc was asked to end.
pub fn stopped() -> bool {
    STOPPED.load(Ordering::SeqCst)
}

/// Runs attnc, which is at a path, with these words; the JSON that it prints, null if it prints
/// nothing.
///
/// # Errors
/// [`Ended`].
pub fn run(attnc: &Path, words: &[String], folder: &Path) -> Result<Value, Ended> {
    let (out, err) = (folder.join("stdout"), folder.join("stderr"));
    let mut child = Command::new(attnc)
        .args(words)
        .stdin(Stdio::null())
        .stdout(File::create(&out)?)
        .stderr(File::create(&err)?)
        .spawn()?;
    offer_first(child.id());
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if stopped() {
            // It may have ended just now.
            let _ = child.kill();
            child.wait()?;
            return Err(Ended::Stopped);
        }
        std::thread::sleep(TICK);
    };
    if stopped() || was_interrupted(status) {
        return Err(Ended::Stopped);
    }
    let printed = std::fs::read(&out)?;
    let value: Value = attnc_compiler::diagnostic::json::read(&printed).unwrap_or_default();
    if status.success() {
        return Ok(value);
    }
    let said = value["errors"][0]["message"].as_str().map(str::to_string);
    let said = said.unwrap_or_else(|| {
        let text = std::fs::read(&err).unwrap_or_default();
        ending(status, &String::from_utf8_lossy(&text))
    });
    Err(Ended::Failed(said))
}

/// Lets the system end this process first when memory runs out. It may not, where it cannot.
fn offer_first(process: u32) {
    if cfg!(target_os = "linux") {
        let _ = std::fs::write(format!("/proc/{process}/oom_score_adj"), "800");
    }
}

/// How a process ended that does not say why itself.
fn ending(status: ExitStatus, said: &str) -> String {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(9) {
        return "it was killed, as a process is that needs more memory than there is".into();
    }
    let last = said.lines().map(str::trim).find(|line| !line.is_empty());
    match last {
        Some(line) => format!("{status}: {line}"),
        None => status.to_string(),
    }
}

/// Whether it got the signal that a terminal sends to all of its processes.
#[cfg(unix)]
fn was_interrupted(status: ExitStatus) -> bool {
    std::os::unix::process::ExitStatusExt::signal(&status) == Some(2)
}

#[cfg(not(unix))]
fn was_interrupted(_: ExitStatus) -> bool {
    false
}
