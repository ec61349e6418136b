//! `attnc completions`: what a shell completes, as a script for it.

use clap::Command;
use clap_complete::{generate, Shell};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::report::{say, say_json};

#[derive(clap::Args)]
// Written out, where the shell reads it.
#[command(after_help = "\
    bash: attnc completions bash > ~/.local/share/bash-completion/completions/attnc\n\
    zsh:  attnc completions zsh > a folder of $fpath/_attnc\n\
    fish: attnc completions fish > ~/.config/fish/completions/attnc.fish")]
pub struct Args {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

pub fn run(args: &Args, mut attnc: Command, json: bool) -> Result<(), Failure> {
    let name = attnc.get_name().to_string();
    let mut script = Vec::new();
    generate(args.shell, &mut attnc, name, &mut script);
    let script = String::from_utf8_lossy(&script);
    match json {
        true => say_json(&json!({ "shell": args.shell.to_string(), "script": script }).to_string()),
        false => say(&script),
    }
}
