//! Runs attnc as a process of its own: what it takes is measured alone, and a crash is its own.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::cli::report::typed;
use crate::cli::tuning::Tuning;

/// How often a running process is looked at.
const TICK: Duration = Duration::from_millis(10);

/// A program at some parameters, under a plan, at a setting.
pub struct Cell<'a> {
    /// What commands read.
    pub program: &'a Path,
    pub params: &'a [(String, i64)],
    pub plan: &'a str,
    pub security: String,
    pub tuning: Tuning,
}

/// Why there is nothing to read.
#[derive(Debug)]
pub enum Ended {
    /// It said so, or how it ended.
    Failed(String),
    /// The user stopped attnc.
    Stopped,
}

impl Cell<'_> {
    /// The program with its parameters, as every verb takes them.
    fn subject(&self) -> Vec<String> {
        let mut words = vec![self.program.display().to_string()];
        for (name, value) in self.params {
            words.extend(["-p".to_string(), format!("{name}={value}")]);
        }
        words
    }

    /// With the plan and the flags.
    fn planned(&self, verb: &str) -> Vec<String> {
        let mut words = vec![verb.to_string()];
        words.extend(self.subject());
        words.extend(["--plan".to_string(), self.plan.to_string()]);
        words.extend(self.tuning.flags());
        words.extend([
            "--security".to_string(),
            self.security.clone(),
            "--json".to_string(),
        ]);
        words
    }

    /// What `attnc inspect --json` prints.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn inspect(&self, folder: &Path) -> Result<Value, Ended> {
        run(&self.planned("inspect"), folder)
    }

    /// Draws inputs into a file.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn sample(&self, seed: u64, into: &Path, folder: &Path) -> Result<(), Ended> {
        let mut words = self.sampled(seed);
        words.extend(["-o".to_string(), into.display().to_string()]);
        words.push("--json".to_string());
        run(&words, folder).map(|_| ())
    }

    /// What `attnc prove --check --json` prints. The proof is written into the folder.
    ///
    /// # Errors
    /// [`Ended`].
    pub fn prove(&self, input: &Path, folder: &Path) -> Result<Value, Ended> {
        let mut words = self.proved(input);
        let proof = folder.join("proof").display().to_string();
        words.extend(["-o".to_string(), proof]);
        run(&words, folder)
    }

    fn proved(&self, input: &Path) -> Vec<String> {
        let mut words = self.planned("prove");
        words.extend(["--check".to_string(), "--input".to_string()]);
        words.push(input.display().to_string());
        words
    }

    fn sampled(&self, seed: u64) -> Vec<String> {
        let mut words = vec!["sample".to_string()];
        words.extend(self.subject());
        if seed != 0 {
            words.extend(["--seed".to_string(), seed.to_string()]);
        }
        words
    }

    /// What a person types to see the same: with a file of inputs, or with those of a seed.
    pub fn command(&self, input: Result<&Path, u64>) -> String {
        match input {
            Ok(input) => typed(&self.proved(input)),
            Err(seed) => format!(
                "{} -o in.json && {}",
                typed(&self.sampled(seed)),
                typed(&self.proved(Path::new("in.json")))
            ),
        }
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

/// Runs attnc with these words; the JSON that it prints, null if it prints nothing.
fn run(words: &[String], folder: &Path) -> Result<Value, Ended> {
    let failed = |error: io::Error| Ended::Failed(format!("attnc cannot run itself: {error}"));
    let (out, err) = (folder.join("stdout"), folder.join("stderr"));
    let mut child = Command::new(std::env::current_exe().map_err(failed)?)
        .args(words)
        .stdin(Stdio::null())
        .stdout(File::create(&out).map_err(failed)?)
        .stderr(File::create(&err).map_err(failed)?)
        .spawn()
        .map_err(failed)?;
    offer_first(child.id());
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        if stopped() {
            // It may have ended just now.
            let _ = child.kill();
            child.wait().map_err(failed)?;
            return Err(Ended::Stopped);
        }
        std::thread::sleep(TICK);
    };
    if stopped() || was_interrupted(status) {
        return Err(Ended::Stopped);
    }
    let printed = std::fs::read(&out).map_err(failed)?;
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
