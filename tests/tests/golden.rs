//! Golden suite: every error with the source that raises it, every example as its stages print it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use attnc_compiler::check::check;
use attnc_compiler::diagnostic::{render, Diagnostic};
use attnc_compiler::parse::{decode, parse};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a directory and those below it, sorted, that end in `.extension`.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found.sort();
    assert!(
        !found.is_empty(),
        "no .{extension} in {}",
        directory.display()
    );
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn assert_golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What the compiler's front says of a source file.
fn front(bytes: &[u8]) -> Result<(), Vec<Diagnostic>> {
    let source = decode(bytes).map_err(|error| vec![error])?;
    let ast = parse(source)?;
    check(&ast, &overrides(source)).map(|_| ())
}

/// `// E012, with widht = 8`: the parameters that a source is checked with.
fn overrides(source: &str) -> Vec<(String, i64)> {
    let first = source.lines().next().unwrap_or_default();
    let set = first.split_once(", with ").map(|(_, set)| set.split(','));
    set.into_iter()
        .flatten()
        .filter_map(|one| one.split_once('='))
        .map(|(name, value)| (name.trim().to_string(), value.trim().parse().unwrap()))
        .collect()
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

/// The code that the first line of a golden source names.
fn promised_code(source: &str) -> &str {
    let code = source.get(3..7).unwrap_or_default();
    assert!(is_code(code), "the first line must be `// E0xx`: {source}");
    code
}

fn is_code(text: &str) -> bool {
    text.len() == 4 && text.starts_with('E') && text[1..].bytes().all(|b| b.is_ascii_digit())
}

#[test]
fn errors() {
    for path in files(&root().join("tests/golden/errors"), "attn") {
        let bytes = fs::read(&path).unwrap();
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let code = promised_code(&shown);
        let bytes = padded(bytes);
        let name = stem(&path);
        let Err(errors) = front(&bytes) else {
            panic!("{name} has no error");
        };
        assert!(
            errors.iter().any(|error| error.code == code),
            "{name}: {errors:#?}"
        );
        let source = String::from_utf8_lossy(&bytes);
        let message = render(&errors, &format!("{name}.attn"), &source, false);
        assert_golden(&name, &format!("{}\n\n{message}", shown.trim_end()));
    }
}

#[test]
fn examples() {
    for path in files(&root().join("examples"), "attn") {
        let source = fs::read_to_string(&path).unwrap();
        let ast = parse(&source).unwrap_or_else(|errors| {
            panic!(
                "{}",
                render(&errors, &path.to_string_lossy(), &source, false)
            )
        });
        assert_golden(&format!("{}.ast", stem(&path)), &ast.to_string());
        let graph = check(&ast, &[]).unwrap_or_else(|errors| {
            panic!(
                "{}",
                render(&errors, &path.to_string_lossy(), &source, false)
            )
        });
        assert_golden(&format!("{}.graph", stem(&path)), &graph.to_string());
    }
}

#[test]
fn every_code_has_a_golden_source() {
    let folders = ["errors", "inputs"].map(|folder| root().join("tests/golden").join(folder));
    let golden: BTreeSet<String> = folders
        .iter()
        .flat_map(|folder| files(folder, "attn"))
        .map(|path| stem(&path)[..4].to_string())
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
