//! `attnc new`: a folder with a program, an input and a README that work at once.

use std::path::{Path, PathBuf};

use attnc::files::{self, nested, sample, Entry};
use attnc_compiler::analyse;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::report::{say, say_json, shown};
use crate::cli::template::Template;

#[derive(clap::Args)]
pub struct Args {
    /// The folder to make, called as the program will be
    #[arg(value_name = "NAME")]
    path: PathBuf,
    /// The example to begin with
    // A head is the least program that has all that is attention: the README reads it line by line.
    #[arg(long, value_name = "EXAMPLE", value_enum, default_value_t = Template::Head)]
    from: Template,
    /// The same seed draws the same input on every platform
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

const INPUT: &str = "input.json";

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let path = args.path.as_path();
    let name = named(path)?;
    let Some((text, circuit)) = args.from.program(name) else {
        let what = format!("`{name}` is a word of the language, and no name for a program");
        return Err(Failure::misuse(what).hint("choose another name"));
    };
    let graph = match analyse(&text, &[]) {
        Ok((_, graph)) => graph,
        Err(errors) => unreachable!("an example is a program: {errors:?}"),
    };
    let input = sample::sample(&graph, args.seed);
    let input = nested::to_json(&graph, &input).to_string() + "\n";
    let program = format!("{name}.attn");
    let tables = graph.tables.iter().any(|table| table.from_input);
    let commands = commands(&program, &circuit, tables);
    let readme = readme(name, args.from, &commands);

    let entry = |name, text: &'_ str, private| (name, text.to_string(), private);
    let files = [
        entry(program.as_str(), &text, false),
        entry(INPUT, &input, true),
        entry("README.md", &readme, false),
    ];
    let entries: Vec<Entry<'_>> = files
        .iter()
        .map(|(name, text, private)| Entry {
            name,
            bytes: text.as_bytes(),
            private: *private,
        })
        .collect();
    files::write_folder(path, &entries).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::misuse(format!("{} is there already", path.display()))
                .hint("it stays as it is: choose another name")
        }
        _ => Failure::file(path, "make", &error),
    })?;

    let names: Vec<&str> = entries.iter().map(|entry| entry.name).collect();
    if json {
        let typed: Vec<&str> = commands
            .iter()
            .map(|(command, _)| command.as_str())
            .collect();
        let object = json!({
            "folder": path.display().to_string(),
            "from": args.from.name(),
            "circuit": circuit,
            "files": names,
            "commands": typed,
        });
        return say_json(&object.to_string());
    }
    let folder = shown(path);
    let mut text = format!("made {folder}: {}\n\n", names.join(", "));
    text += &format!("go there, and try in this order:\n\n    cd {folder}\n");
    text += &listing(&commands);
    say(&text)
}

/// The last part of the path, if it is a name for a program: letters, digits, `_` and `-`, a letter
/// first.
fn named(path: &Path) -> Result<&str, Failure> {
    let bad = || {
        let message = format!("{} is no name for a program", path.display());
        Failure::misuse(message).hint("take letters, digits, _ and -, with a letter first")
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(bad)?;
    let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let all = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    match letter && all && name.len() <= 64 {
        true => Ok(name),
        false => Err(bad()),
    }
}

/// Commands that work in the folder, in this order, each with what it does.
fn commands(program: &str, circuit: &str, tables: bool) -> [(String, &'static str); 6] {
    let input = format!("--input {INPUT}");
    let (key, what) = match tables {
        true => (
            format!("attnc key {program} {input}"),
            "the key, with the input's table",
        ),
        false => (format!("attnc key {program}"), "the key"),
    };
    [
        (
            format!("attnc check {program}"),
            "errors, or what it computes",
        ),
        (
            format!("attnc test {program}"),
            "the tests that stand in it",
        ),
        (
            format!("attnc run {program} {input}"),
            "outputs, nothing proved",
        ),
        (key, what),
        (format!("attnc prove {program} {input}"), "the proof"),
        (
            format!("attnc verify {circuit}.proof --key {circuit}.key"),
            "whether it holds, and what it then shows",
        ),
    ]
}

/// The commands, a line each, for a shell.
fn listing(commands: &[(String, &'static str)]) -> String {
    let width = commands.iter().map(|(command, _)| command.len());
    let width = width.max().unwrap_or(0);
    let lines = commands
        .iter()
        .map(|(command, what)| format!("    {command:<width$}  # {what}\n"));
    lines.collect()
}

fn readme(name: &str, from: Template, commands: &[(String, &'static str)]) -> String {
    format!(
        "# {name}\n\nBegun from attnc's example `{}`; {INPUT} is random, in range.\n\n{}",
        from.name(),
        listing(commands)
    )
}
