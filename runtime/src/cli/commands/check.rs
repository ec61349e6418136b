//! `attnc check`: a program's errors, or what it computes.

use attnc::printed::program::Checked;

use crate::cli::failure::Failure;
use crate::cli::program::ProgramArgs;
use crate::cli::report::{say, say_json, warn};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    program: ProgramArgs,
    /// Check only this plan, a name or a text: 'proof a: * - x proof b: x'; all of them without it
    #[arg(long, value_name = "PLAN")]
    plan: Option<String>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let mut program = args.program.load()?;
    program.assume_tables();
    let checked = Checked::of(&program, args.plan.as_deref())?;
    for hint in checked.loose() {
        warn(&hint);
    }
    match json {
        true => say_json(&checked.object().to_string()),
        false => say(&checked.text()),
    }
}
