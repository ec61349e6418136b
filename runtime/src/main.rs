//! The command line: `attnc VERB ...`, one file a verb.
//!
//! One room, after all of the library's:
//!
//! - `cli`: verbs, what they print, and how they end.

mod cli;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use cli::color::Color;
use cli::commands::*;
use cli::failure::Failure;
use cli::{guard, misuse};

#[cfg(feature = "prove")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Compiles attention circuits to proofs over Stwo, proves and verifies them.
///
/// Exit status: 0 for yes, 1 for no (the program has errors, an assertion fails, the proof is
/// rejected), 2 for misuse (bad arguments, input files or keys), 101 for a bug of attnc.
#[derive(Parser)]
#[command(name = "attnc", version, max_term_width = 100)]
struct Cli {
    /// Print one JSON object on standard output, of the errors too
    #[arg(long, global = true)]
    json: bool,
    /// Whether errors and help have colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a folder with a program, an input and a README that work at once
    New(new::Args),
    /// Check a program and say what it computes
    Check(check::Args),
    /// Lay out programs as all are laid out; meanings and comments stay
    Fmt(fmt::Args),
    /// Say more of an error, with a wrong example and the same mended
    Explain(explain::Args),
    /// Draw random inputs in range
    Sample(sample::Args),
    /// Compute a program's outputs, without proving anything
    Run(run::Args),
    /// Run the tests that stand in programs
    Test(test::Args),
    /// Make the verifying key of a program
    #[cfg(feature = "prove")]
    Key(key::Args),
    /// Prove that a program gives its public outputs
    #[cfg(feature = "prove")]
    Prove(prove::Args),
    /// Verify a proof against a key
    Verify(verify::Args),
    /// Put the proofs of a plan's parts together
    #[cfg(feature = "prove")]
    Join(join::Args),
    /// Print components, predicted bytes and the security account
    Inspect(inspect::Args),
    /// Print a stage of the compiler: ast, graph, plan or circuit
    Emit(emit::Args),
    /// Price the plans that a program could have, and prove the best
    #[cfg(feature = "prove")]
    Explore(explore::Args),
    /// Prove a program at every cell of a grid, as a study that can be interrupted
    #[cfg(feature = "prove")]
    Sweep(sweep::Args),
    /// Hold a program's integers against real numbers, tensor by tensor
    #[cfg(feature = "prove")]
    Fidelity(fidelity::Args),
    /// Make a study into one page
    #[cfg(feature = "prove")]
    Report(cli::commands::report::Args),
    /// Write down the jobs that prove a plan, for a runner: make or JSON
    #[cfg(feature = "prove")]
    Jobs(jobs::Args),
    /// Attack a program's own circuit and proof, and say what gets through
    #[cfg(feature = "prove")]
    Audit(audit::Args),
    /// Measure what the predictions of time are made from
    #[cfg(feature = "prove")]
    Calibrate(calibrate::Args),
    /// Serve an editor: errors, hover, completion, and what each line costs
    #[cfg(feature = "lsp")]
    Lsp(lsp::Args),
    /// Print what a shell needs to complete commands and flags
    Completions(completions::Args),
    /// Print the manual page, or write the pages of all verbs
    Man(man::Args),
}

fn main() -> ExitCode {
    let json = misuse::asks_for_json(std::env::args_os());
    Color::asked(std::env::args_os()).set();
    guard::guard(json, || match Cli::try_parse() {
        Ok(cli) => {
            outlive_limits();
            let ended = run(cli.verb, cli.json);
            ended.map_or_else(|failure| failure.report(json), |()| ExitCode::SUCCESS)
        }
        Err(error) => misuse::tell(&error, json),
    })
}

fn run(verb: Verb, json: bool) -> Result<(), Failure> {
    match verb {
        Verb::New(args) => new::run(&args, json),
        Verb::Check(args) => check::run(&args, json),
        Verb::Fmt(args) => fmt::run(&args, json),
        Verb::Explain(args) => explain::run(&args, json),
        Verb::Sample(args) => sample::run(&args, json),
        Verb::Run(args) => run::run(&args, json),
        Verb::Test(args) => test::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Key(args) => key::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Prove(args) => prove::run(&args, json),
        Verb::Verify(args) => verify::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Join(args) => join::run(&args, json),
        Verb::Inspect(args) => inspect::run(&args, json),
        Verb::Emit(args) => emit::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Explore(args) => explore::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Sweep(args) => sweep::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Fidelity(args) => fidelity::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Report(args) => cli::commands::report::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Jobs(args) => jobs::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Audit(args) => audit::run(&args, json),
        #[cfg(feature = "prove")]
        Verb::Calibrate(args) => calibrate::run(&args, json),
        #[cfg(feature = "lsp")]
        Verb::Lsp(args) => lsp::run(&args, json),
        Verb::Completions(args) => completions::run(&args, Cli::command(), json),
        Verb::Man(args) => man::run(&args, Cli::command(), json),
    }
}

/// A file that grows over the limit that the system sets is an error like a full disk; without
/// this the system ends the process there.
#[cfg(unix)]
fn outlive_limits() {
    let noted = std::sync::Arc::default();
    // Where it cannot be caught, attnc ends; what is written stays whole all the same.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, noted);
}

#[cfg(not(unix))]
fn outlive_limits() {}
