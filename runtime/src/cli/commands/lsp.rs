//! `attnc lsp`: the language server, over standard input and output.

use std::io::{self, BufReader};

use attnc::lsp::server::{serve, Ended};
use attnc::lsp::transport::connect;

use crate::cli::failure::Failure;

#[derive(clap::Args)]
pub struct Args {
    /// What editors ask for by habit; there is no other way
    #[arg(long)]
    stdio: bool,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let Args { stdio: _ } = args;
    if json {
        let what = "`attnc lsp` speaks the language server protocol, and prints no object";
        return Err(Failure::misuse(what).hint("leave out --json"));
    }
    let lost = |error: io::Error| Failure::no(format!("the connection is lost: {error}"));
    let (connection, threads) = connect(BufReader::new(io::stdin()), io::stdout()).map_err(lost)?;
    let ended = serve(&connection);
    drop(connection);
    threads.join(ended != Ended::Lost).map_err(lost)?;
    match ended {
        Ended::Well => Ok(()),
        Ended::Abruptly | Ended::Lost => Err(Failure::no("the editor ended without `shutdown`")),
    }
}
