//! `attnc join`: the proofs of a plan's parts as one file.

use std::path::PathBuf;

use attnc::library::words::listed_names;
use attnc::{verify, Demands, Proof};
use serde_json::json;

use crate::cli::commands::verify::read_key;
use crate::cli::failure::Failure;
use crate::cli::paths::{apart, say_of, unless_printed, write};
use crate::cli::progress::Progress;
use crate::cli::report::{say_json, shown};

#[derive(clap::Args)]
pub struct Args {
    /// Proof files of the parts of one plan, each once, in any order
    #[arg(value_name = "PROOF", required = true)]
    proofs: Vec<PathBuf>,
    /// The verifying key: every proof is verified before it is joined
    #[arg(long, value_name = "KEY")]
    key: PathBuf,
    /// The joined file; <circuit>.proof without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let read = args.proofs.iter().chain([&args.key]).map(PathBuf::as_path);
    apart(read.clone(), args.output.as_deref())?;
    let progress = Progress::start("reading");
    let key = read_key(&args.key)?;
    let default = || PathBuf::from(format!("{}.proof", key.program().name()));
    let output = args.output.clone().unwrap_or_else(default);
    unless_printed(&output, json)?;
    apart(read, [output.as_path()])?;
    Failure::unless_writable(&output)?;
    // What they are worth is for whoever verifies what is joined.
    let demands = Demands::nothing_more();
    let mut files = Vec::new();
    for path in &args.proofs {
        let proof = Proof::read(path)?;
        progress.stage("verifying");
        let verdict = verify(&key, &proof, &demands)
            .map_err(|rejected| Failure::no(format!("{}: {}", path.display(), rejected.reason)))?;
        let parts = verdict.parts().into_iter().map(|part| part.position);
        files.extend(parts.zip(proof.files()));
    }
    // In the plan's order, whatever order they came in.
    files.sort_by_key(|(part, _)| *part);
    let joined = Proof::of_files(files.into_iter().map(|(_, file)| file).collect());
    let verdict =
        verify(&key, &joined, &demands).map_err(|rejected| Failure::no(rejected.reason))?;
    let missing = verdict.missing();
    if !missing.is_empty() {
        let count = verdict.plan_parts();
        return Err(Failure::no(format!(
            "plan `{}` has {count} parts; no proof of {} is given",
            verdict.plan(),
            listed_names(&missing)
        ))
        .hint(format!(
            "prove it: attnc prove --key {} --only {} --input IN",
            args.key.display(),
            missing[0]
        )));
    }
    let joined = joined.bytes();
    write(&output, joined)?;
    drop(progress);
    if json {
        return say_json(
            &json!({
                "proof": output.display().to_string(),
                "circuit": verdict.circuit(),
                "plan": verdict.plan(),
                "parts": verdict.covers(),
                "bytes": joined.len(),
            })
            .to_string(),
        );
    }
    let told = format!(
        "{}: all {} parts of plan {}, {} bytes; they verify and fit together",
        shown(&output),
        verdict.plan_parts(),
        verdict.plan(),
        joined.len()
    );
    say_of(&output, &told)
}
