//! Golden inputs: every error of an input file and of a run, with the source and the file.

use std::fs;
use std::path::Path;

use attnc::files::input;
use attnc_compiler::diagnostic::{render, Diagnostic};
use attnc_compiler::meaning::check::check;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::syntax::parse::parse;

use super::snapshot::assert_golden;

/// What is said of a program that compiles and an input file that does not fit it.
fn complaint(source: &str, bytes: &[u8]) -> Option<Diagnostic> {
    let graph = check(&parse(source).unwrap(), &[]).unwrap();
    let assignment = match input::parse(bytes, &graph) {
        Ok(assignment) => assignment,
        Err(error) => return Some(error.diagnostic(&graph)),
    };
    let error = evaluate(&graph, &assignment).err()?;
    Some(error.into())
}

#[test]
fn inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/inputs");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut sources: Vec<_> = files
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "attn")
        })
        .collect();
    sources.sort();
    assert!(!sources.is_empty());
    for path in sources {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let source = fs::read_to_string(&path).unwrap();
        let given = fs::read_to_string(path.with_extension("json")).unwrap();
        let complaint =
            complaint(&source, given.as_bytes()).unwrap_or_else(|| panic!("{name} runs"));
        assert_eq!(complaint.code, &name[..4], "{name}: {complaint:?}");
        let message = render(&[complaint], &format!("{name}.attn"), &source, false);
        let text = format!("{}\n\n{}\n\n{message}", source.trim_end(), given.trim_end());
        assert_golden(name, &text);
    }
}
