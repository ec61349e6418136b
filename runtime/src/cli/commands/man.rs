//! `attnc man`: the manual, a page for attnc and one for each verb.

use std::path::PathBuf;

use attnc::files::is_standard_output;
use clap::Command;
use clap_mangen::Man;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::paths::write;
use crate::cli::report::{say, say_json, shown};

#[derive(clap::Args)]
pub struct Args {
    /// Write all pages into a folder, which is made if it is not there; without it the first is
    /// printed: attnc man | man -l -
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// A page's file name and its text.
type Page = (String, Vec<u8>);

fn page(command: Command) -> Page {
    let man = Man::new(command);
    let mut text = Vec::new();
    match man.render(&mut text) {
        Ok(()) => (man.get_filename(), text),
        Err(error) => unreachable!("a page is written to memory: {error}"),
    }
}

pub fn run(args: &Args, attnc: Command, json: bool) -> Result<(), Failure> {
    let mut attnc = attnc.disable_help_subcommand(true);
    attnc.build();
    let Some(folder) = &args.output else {
        let (name, text) = page(attnc);
        let text = String::from_utf8_lossy(&text);
        return match json {
            true => say_json(&json!({ "page": name, "text": text }).to_string()),
            false => say(&text),
        };
    };
    if is_standard_output(folder) {
        let message = "the pages of all verbs go into a folder, not to standard output";
        return Err(Failure::misuse(message).hint("leave out -o to print the first"));
    }
    let verbs: Vec<Command> = attnc.get_subcommands().cloned().collect();
    let pages: Vec<Page> = std::iter::once(attnc).chain(verbs).map(page).collect();
    let made = std::fs::create_dir_all(folder);
    made.map_err(|error| Failure::file(folder, "make", &error))?;
    for (name, text) in &pages {
        write(&folder.join(name), text)?;
    }
    let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
    let path = folder.display().to_string();
    match json {
        true => say_json(&json!({ "folder": path, "pages": names }).to_string()),
        false => say(&format!(
            "{}: {} pages; man -l {} shows the first\n",
            shown(folder),
            names.len(),
            shown(&folder.join(names[0]))
        )),
    }
}
