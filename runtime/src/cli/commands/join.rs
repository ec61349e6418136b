//! `attnc join`: the proofs of a plan's parts as one file.

use std::path::PathBuf;

use attnc::claim::whole::{check, Demands};
use attnc::files::proof::{self, set};
use serde_json::json;

use crate::cli::commands::verify::read_key;
use crate::cli::failure::Failure;
use crate::cli::mistaken::no_proof;
use crate::cli::paths::{apart, say_of, unless_printed, write};
use crate::cli::progress::Progress;
use crate::cli::report::{say_json, shown};
use crate::cli::verdict::{listed_names, Verdict};

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
    let (key, parts) = read_key(&args.key)?;
    let default = || PathBuf::from(format!("{}.proof", key.circuit));
    let output = args.output.clone().unwrap_or_else(default);
    unless_printed(&output, json)?;
    apart(read, [output.as_path()])?;
    Failure::unless_writable(&output)?;
    let mut files = Vec::new();
    for path in &args.proofs {
        let bytes = proof::read(path).map_err(|error| Failure::file(path, "read", &error))?;
        progress.stage("verifying");
        if let Some(reason) = no_proof(&bytes) {
            return Err(Failure::no(format!("{}: {reason}", path.display())));
        }
        let mut readings = Vec::new();
        check(&key, &parts, &bytes, &Demands::default(), &mut readings)
            .map_err(|refusal| Failure::no(format!("{}: {refusal}", path.display())))?;
        let inside = proof::files(&bytes).unwrap_or_default();
        let inside = inside.into_iter().map(<[u8]>::to_vec);
        files.extend(readings.into_iter().map(|reading| reading.part).zip(inside));
    }
    // In the plan's order, whatever order they came in.
    files.sort_by_key(|(part, _)| *part);
    let files: Vec<Vec<u8>> = files.into_iter().map(|(_, file)| file).collect();
    let joined = match files.as_slice() {
        [only] => only.clone(),
        _ => set(&files),
    };
    let mut readings = Vec::new();
    check(&key, &parts, &joined, &Demands::default(), &mut readings)
        .map_err(|refusal| Failure::no(refusal.to_string()))?;
    let missing = Verdict::of(&key, &parts, &readings).missing();
    if !missing.is_empty() {
        let count = parts.len();
        return Err(Failure::no(format!(
            "plan `{}` has {count} parts; no proof of {} is given",
            key.plan,
            listed_names(&missing)
        ))
        .hint(format!(
            "prove it: attnc prove --key {} --only {} --input IN",
            args.key.display(),
            missing[0]
        )));
    }
    write(&output, &joined)?;
    drop(progress);
    if json {
        return say_json(
            &json!({
                "proof": output.display().to_string(),
                "circuit": key.circuit,
                "plan": key.plan,
                "parts": key.parts.iter().map(|part| &part.name).collect::<Vec<_>>(),
                "bytes": joined.len(),
            })
            .to_string(),
        );
    }
    let told = format!(
        "{}: all {} parts of plan {}, {} bytes; they verify and fit together",
        shown(&output),
        parts.len(),
        key.plan,
        joined.len()
    );
    say_of(&output, &told)
}
