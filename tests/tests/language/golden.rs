//! Golden suite: every error with the source that raises it, every example as its stages print it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::diagnostic::{render, render_texts, Diagnostic, Text};
use attnc_compiler::plan::text::is_text;
use attnc_compiler::syntax::expand::no_files;
use attnc_compiler::syntax::parse::{decode, parse};
use attnc_compiler::{analyse, assemble, check_tests};

use super::snapshot::assert_golden;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a directory and those below it, sorted, that end in `.extension`.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let found = files_below(directory, extension);
    assert!(
        !found.is_empty(),
        "no .{extension} in {}",
        directory.display()
    );
    found
}

fn files_below(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// How the first line of a golden source sets it up:
/// `// E001`, `// E012, -p name=value`, `// E100, --plan name or text`,
/// `// E114, --choices text`.
struct Setup<'s> {
    code: &'s str,
    overrides: Vec<(String, i64)>,
    plan: Option<&'s str>,
    choices: Choices,
}

impl<'s> Setup<'s> {
    fn of(source: &'s str) -> Self {
        let first = source.lines().next().unwrap_or_default();
        let mut parts = first.trim_start_matches("// ").split(", ");
        let mut setup = Self {
            code: parts.next().unwrap_or_default(),
            overrides: Vec::new(),
            plan: None,
            choices: Choices::default(),
        };
        assert!(
            is_code(setup.code),
            "the first line must be `// E0xx`: {source}"
        );
        for part in parts {
            if let Some(setting) = part.strip_prefix("-p ") {
                let (name, value) = setting.split_once('=').unwrap();
                setup
                    .overrides
                    .push((name.to_string(), value.parse().unwrap()));
            } else if let Some(plan) = part.strip_prefix("--plan ") {
                setup.plan = Some(plan);
            } else if let Some(choices) = part.strip_prefix("--choices ") {
                setup.choices = choices.parse().unwrap();
            }
        }
        setup
    }
}

/// What the compiler says of a source file: as far as the circuit, under the plan that the first
/// line names or under every plan.
fn compile(bytes: &[u8], setup: &Setup<'_>) -> Result<(), Vec<Diagnostic>> {
    let source = decode(bytes).map_err(|error| vec![error])?;
    let (ast, graph) = analyse(source, &setup.overrides)?;
    let written = parse(source)?;
    check_tests(&written, source, &no_files).map_err(|refused| refused.errors)?;
    let plans: Vec<String> = match setup.plan {
        Some(plan) => vec![plan.to_string()],
        None => graph.plans.iter().map(|plan| plan.name.clone()).collect(),
    };
    for plan in plans {
        assemble(ast.clone(), graph.clone(), Some(&plan), &setup.choices)?;
    }
    Ok(())
}

/// `// E001, padded to 1048577 bytes`: a file need not be large to test that it is too large.
fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    let head = String::from_utf8_lossy(&bytes);
    let first = head.lines().next().unwrap_or_default();
    let size = first
        .split_once("padded to ")
        .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    bytes.resize(size.unwrap_or(bytes.len()), b' ');
    bytes
}

fn is_code(text: &str) -> bool {
    text.len() == 4 && text.starts_with('E') && text[1..].bytes().all(|b| b.is_ascii_digit())
}

#[test]
fn errors() {
    for path in files(&root().join("tests/golden/errors"), "attn") {
        let bytes = fs::read(&path).unwrap();
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let setup = Setup::of(&shown);
        let code = setup.code;
        let bytes = padded(bytes);
        let name = stem(&path);
        assert_eq!(&name[..4], code, "{name} is named for another code");
        let Err(errors) = compile(&bytes, &setup) else {
            panic!("{name} has no error");
        };
        assert!(
            errors.iter().any(|error| error.code == code),
            "{name}: {errors:#?}"
        );
        let source = String::from_utf8_lossy(&bytes);
        let file = format!("{name}.attn");
        let plan = setup.plan.filter(|plan| is_text(plan)).map(Text::plan);
        let program = std::iter::once(Text::program(&file, &source));
        let texts: Vec<Text> = program.chain(plan).collect();
        let message = render_texts(&errors, &texts, false);
        assert_golden(&name, &format!("{}\n\n{message}", shown.trim_end()));
    }
}

#[test]
fn examples() {
    for path in files(&root().join("examples"), "attn") {
        let source = fs::read_to_string(&path).unwrap();
        let (ast, graph) = analyse(&source, &[]).unwrap_or_else(|errors| {
            panic!(
                "{}",
                render(&errors, &path.to_string_lossy(), &source, false)
            )
        });
        assert_golden(&format!("{}.ast", stem(&path)), &ast.to_string());
        assert_golden(&format!("{}.graph", stem(&path)), &graph.to_string());
    }
}

#[test]
fn every_code_has_a_golden_source() {
    let golden: BTreeSet<String> = files(&root().join("tests/golden"), "attn")
        .iter()
        .map(|path| stem(path)[..4].to_string())
        .collect();
    let mut used = BTreeSet::new();
    let code = ["compiler/src", "runtime/src"].map(|folder| root().join(folder));
    for path in code.iter().flat_map(|folder| files(folder, "rs")) {
        let text = fs::read_to_string(path).unwrap();
        used.extend(
            text.split('"')
                .filter(|part| is_code(part))
                .map(str::to_string),
        );
    }
    assert!(!used.is_empty());
    let missing: Vec<&String> = used.difference(&golden).collect();
    assert!(missing.is_empty(), "no golden source for {missing:?}");
}
