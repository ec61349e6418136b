//! A program on the command line: its file, its parameters and its fixed inputs.

use std::path::{Path, PathBuf};

use attnc::Program;

use crate::cli::failure::Failure;
use crate::cli::fixed::Fixed;

/// The program and its parameters.
#[derive(clap::Args)]
pub struct ProgramArgs {
    /// The program
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set a parameter of the program
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub params: Vec<(String, i64)>,
    #[command(flatten)]
    pub fixed: Fixed,
}

/// `name=value`.
pub fn parameter(text: &str) -> Result<(String, i64), String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("write it as name=value, for example -p steps=32")?;
    let number = value
        .trim()
        .parse()
        .map_err(|_| format!("`{value}` is not an integer that `{name}` can be set to"))?;
    Ok((name.trim().to_string(), number))
}

impl ProgramArgs {
    /// Reads and checks the program, and its fixed inputs where they are given.
    pub fn load(&self) -> Result<Program, Failure> {
        let mut program = Program::read(&self.file, &self.params)?;
        self.fixed.read(&mut program)?;
        Ok(program)
    }

    /// The files that it reads.
    pub fn paths(&self) -> impl Iterator<Item = &Path> + Clone {
        std::iter::once(self.file.as_path()).chain(self.fixed.paths())
    }
}
