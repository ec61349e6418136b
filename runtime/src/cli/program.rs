//! A program on the command line: its file and its parameters.

use std::path::PathBuf;

use attnc::Program;

use crate::cli::failure::Failure;

/// The program and its parameters.
#[derive(clap::Args)]
pub struct ProgramArgs {
    /// The program
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Set a parameter of the program
    #[arg(short = 'p', long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub params: Vec<(String, i64)>,
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
    /// Reads and checks the program.
    pub fn load(&self) -> Result<Program, Failure> {
        Ok(Program::read(&self.file, &self.params)?)
    }
}
