//! `attnc check`: a program's errors, or what it computes.

use attnc::printed::program::Checked;
use attnc::Suite;

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
    if let Some(plan) = &args.plan {
        program.plan(Some(plan))?;
    }
    // Its tests are part of the text, and what is wrong with them is no misuse.
    let suite = Suite::of(&program, &args.program.file);
    let suite = suite.and_then(|suite| suite.check().map(|()| suite));
    let suite = suite.map_err(|error| Failure::from(error).answered())?;
    let checked = Checked::of(&program, args.plan.as_deref(), &suite)?;
    for hint in checked.loose() {
        warn(&hint);
    }
    match json {
        true => say_json(&checked.object().to_string()),
        false => say(&checked.text()),
    }
}
