//! Where the proofs of some inputs go.

use std::path::PathBuf;

use attnc::files::{is_standard_input, is_standard_output};

use crate::cli::failure::Failure;

/// The proof file of every input, or `None` for the circuit's own name.
pub fn outputs(inputs: &[PathBuf], given: &[PathBuf]) -> Result<Option<Vec<PathBuf>>, Failure> {
    let inside = |folder: &PathBuf| {
        let outputs = inputs.iter().map(|input| {
            if is_standard_input(input) {
                let message = "standard input, `-`, has no name for its proof in the folder";
                return Err(Failure::misuse(message).hint("name the proof with -o"));
            }
            let stem = input.file_stem().unwrap_or(input.as_os_str());
            let mut name = stem.to_os_string();
            name.push(".proof");
            Ok(folder.join(name))
        });
        outputs.collect::<Result<Vec<PathBuf>, Failure>>()
    };
    let is_folder = |path: &PathBuf| {
        let bytes = path.as_os_str().as_encoded_bytes();
        bytes
            .last()
            .is_some_and(|&b| std::path::is_separator(b.into()))
    };
    let outputs = match (inputs, given) {
        ([_], []) => return Ok(None),
        (_, [folder]) if folder.is_dir() && !is_standard_output(folder) => inside(folder)?,
        (_, [folder]) if inputs.len() > 1 || is_folder(folder) => {
            let no_folder = match folder.exists() {
                true => format!("{} is not a folder", folder.display()),
                false => format!("there is no folder {}", folder.display()),
            };
            return Err(match inputs.len() {
                1 => Failure::misuse(no_folder).hint("make it first, or name the proof"),
                inputs => Failure::misuse(format!(
                    "there are {inputs} inputs and 1 outputs, and {no_folder}"
                ))
                .hint("make the folder first, or give -o once for every --input"),
            });
        }
        _ if inputs.len() == given.len() => given.to_vec(),
        _ => {
            let (inputs, outputs) = (inputs.len(), given.len());
            return Err(Failure::misuse(format!(
                "there are {inputs} inputs and {outputs} outputs"
            ))
            .hint("give one folder that exists with -o, or -o once for every --input"));
        }
    };
    Ok(Some(outputs))
}
