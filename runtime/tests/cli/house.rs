//! A folder in which attnc runs, for the tests of the command line.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own for every test, in which attnc runs.
pub struct House(TempDir);

pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// # Panics
    /// If a signal ended it.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        let code = output.status.code();
        Self {
            code: code.unwrap_or_else(|| panic!("{command:?}: {}: {err}", output.status)),
            out: String::from_utf8(output.stdout).unwrap(),
            err,
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {} {}", self.out, self.err))
    }

    /// All that it printed.
    pub fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// Failed with this status, saying all of these.
    #[track_caller]
    pub fn fails(&self, code: i32, parts: &[&str]) {
        let text = self.text();
        assert_eq!(self.code, code, "{text}");
        for part in parts {
            assert!(text.contains(part), "no `{part}` in: {text}");
        }
    }

    #[track_caller]
    pub fn works(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.text());
        self
    }
}

pub fn example(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    root.join(format!("{name}.attn")).display().to_string()
}

pub const SMALL: [&str; 6] = ["-p", "heads=1", "-p", "width=8", "-p", "steps=8"];
pub const TINY: &str = "circuit tiny(n = 3) {
    table half(x in 0..=8) = floor(x / 2)
    private input x[n] : 0..=8
    public input shift : -4..4
    public output y[n]
    private output z[n]
    z[i in n] = half(x[i])
    y[i in n] = z[i] + shift
    assert[i in n] x[i] >= 1
}";

/// An input of it.
pub const INPUT: &str = r#"{"x": [1, 5, 8], "shift": -3}"#;

impl House {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attnc"));
        command.args(line).current_dir(self.0.path());
        command
    }

    pub fn run(&self, line: &[&str]) -> Said {
        Said::of(&mut self.command(line))
    }

    /// Runs a shell's script here, in which attnc is `$ATTNC` and its words are `$@`.
    pub fn shell(&self, script: &str, line: &[&str]) -> Said {
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).args(line);
        shell.env("ATTNC", env!("CARGO_BIN_EXE_attnc"));
        Said::of(shell.current_dir(self.0.path()))
    }

    /// As `run`, with more arguments from a slice.
    pub fn run_with(&self, line: &[&str], more: &[&str]) -> Said {
        self.run(&[line, more].concat())
    }

    /// A house with the tiny program, its input, key and proof.
    pub fn tiny() -> Self {
        let house = Self::new();
        house.write("tiny.attn", TINY);
        house.write("in.json", INPUT);
        house.run(&["key", "tiny.attn"]).works();
        house
            .run(&["prove", "tiny.attn", "--input", "in.json"])
            .works();
        house
    }

    /// The names of what is in a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(folder)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// Nothing but these files.
    #[track_caller]
    pub fn holds_only(&self, names: &[&str]) {
        let found = self.names("");
        let mut names = names.to_vec();
        names.sort_unstable();
        assert_eq!(found, names);
    }
}
