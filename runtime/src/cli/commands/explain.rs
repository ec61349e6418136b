//! `attnc explain`: what an error means, with an example that is wrong and one that is right.

use attnc::printed::explanation::{entry, object};
use attnc_compiler::diagnostic::explanation::{explanations, Explanation};
use serde_json::{json, Value};

use crate::cli::failure::Failure;
use crate::cli::report::{say, say_json};

#[derive(clap::Args)]
pub struct Args {
    /// The code of an error: E034, e34 or 34; without any, all of them with their titles
    #[arg(value_name = "CODE")]
    codes: Vec<String>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let asked = args.codes.iter().map(|code| find(code));
    let asked: Vec<&Explanation> = asked.collect::<Result<_, _>>()?;
    if json {
        let shown: Vec<Value> = match asked.is_empty() {
            true => explanations().iter().map(object).collect(),
            false => asked.into_iter().map(object).collect(),
        };
        return say_json(&json!({ "explanations": shown }).to_string());
    }
    if asked.is_empty() {
        return say(&contents());
    }
    let entries: Vec<String> = asked.into_iter().map(entry).collect();
    say(&entries.join("\n"))
}

/// The entry that is meant: `E034`, `e034`, `e34` and `34` are one.
fn find(text: &str) -> Result<&'static Explanation, Failure> {
    let number = |code: &str| {
        let digits = code.strip_prefix(['E', 'e']).unwrap_or(code);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let Some(asked) = number(text) else {
        let what = format!("`{text}` is not the code of an error");
        return Err(Failure::misuse(what)
            .hint("a code is written E034; `attnc explain` lists all, with their titles"));
    };
    let all = explanations();
    let far = |entry: &&Explanation| number(entry.code).map(|it| it.abs_diff(asked));
    if let Some(entry) = all.iter().find(|entry| far(entry) == Some(0)) {
        return Ok(entry);
    }
    let mut near: Vec<&Explanation> = all.iter().collect();
    near.sort_by_key(far);
    near.truncate(NEAR);
    near.sort_by_key(|entry| entry.code);
    let near: Vec<String> = near
        .into_iter()
        .map(|entry| format!("{} ({})", entry.code, entry.title))
        .collect();
    let what = format!("no error has the code E{asked:03}");
    Err(Failure::misuse(what).hint(format!(
        "near it are {}; `attnc explain` lists all",
        near.join(" and ")
    )))
}

/// How many codes are named in place of one that there is not.
const NEAR: usize = 2;

/// All codes with their titles, group by group.
fn contents() -> String {
    let mut text = String::new();
    let mut group = "";
    for entry in explanations() {
        if entry.group != group {
            let apart = if group.is_empty() { "" } else { "\n" };
            group = entry.group;
            text += &format!("{apart}{group}\n");
        }
        text += &format!("  {}  {}\n", entry.code, entry.title);
    }
    text + "\nattnc explain CODE says more, with a wrong example and the same mended\n"
}
