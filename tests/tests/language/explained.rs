//! Every code is explained, and no other; every example of an explanation is what it says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use attnc::files::input;
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::diagnostic::explanation::{explanations, Example, Form, Kind, Side};
use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::plan::partition;
use attnc_compiler::plan::text::choose;
use attnc_compiler::syntax::expand::no_files;
use attnc_compiler::syntax::parse::{decode, parse, MAX_SOURCE};
use attnc_compiler::{analyse, assemble, check_tests, lay_out_part};

type Checked = Result<(), Vec<Diagnostic>>;

/// The bytes that an example stands for.
fn bytes(example: &Example) -> Vec<u8> {
    match example.form {
        Form::Plain | Form::Alone | Form::Tested => example.text.into(),
        Form::Padded => {
            let mut bytes = example.text.as_bytes().to_vec();
            bytes.resize(MAX_SOURCE + 1, b' ');
            bytes
        }
        Form::Escaped => unescaped(example.text),
    }
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split('\\');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let rest = if let Some(rest) = part.strip_prefix('r') {
            bytes.push(b'\r');
            rest
        } else if let Some(hex) = part.strip_prefix('x') {
            bytes.push(u8::from_str_radix(&hex[..2], 16).unwrap());
            &hex[2..]
        } else {
            let (hex, rest) = part.strip_prefix("u{").unwrap().split_once('}').unwrap();
            let c = char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap();
            bytes.extend(c.to_string().bytes());
            rest
        };
        bytes.extend(rest.bytes());
    }
    assert!(bytes != text.as_bytes(), "nothing is escaped in {text}");
    bytes
}

/// What is said of a program as far as its circuits: under this plan, or under all it declares.
fn check(source: &[u8], params: &[(String, i64)], plan: Option<&str>) -> Checked {
    let source = decode(source).map_err(|error| vec![error])?;
    let (ast, mut graph) = analyse(source, params)?;
    let written = parse(source)?;
    check_tests(&written, source, &no_files).map_err(|refused| refused.errors)?;
    assume_tables(&mut graph);
    let declared = graph.plans.iter().map(|plan| plan.name.clone());
    let plans: Vec<String> = match plan {
        Some(plan) => vec![plan.to_string()],
        None => declared.collect(),
    };
    for plan in plans {
        let plan = choose(&ast, &graph, Some(&plan))?;
        for part in partition(&graph, &plan)?.parts {
            lay_out_part(&ast, &graph, part, &Choices::default())?;
        }
    }
    Ok(())
}

/// Gives tables from input some entries: their shape is all that a layout looks at.
fn assume_tables(graph: &mut Graph) {
    for table in graph.tables.iter_mut().filter(|table| table.from_input) {
        table.entries = vec![table.range.lo as i64; table.domain.size() as usize];
    }
}

/// As a caller of the library asks for the one circuit of the program's first plan.
fn assembled(source: &str, choices: &str) -> Checked {
    let (ast, graph) = analyse(source, &[])?;
    assemble(ast, graph, None, &choices.parse().unwrap()).map(drop)
}

fn run(source: &str, given: &[u8]) -> Checked {
    let (_, graph) = analyse(source, &[])?;
    let assignment = input::parse(given, &graph).map_err(|error| vec![error.diagnostic(&graph)])?;
    evaluate(&graph, &assignment).map_err(|error| vec![error.into()])?;
    Ok(())
}

/// `attnc check NAME.attn`, with `-p` and `--plan`: NAME is the circuit's.
fn command(source: &str, line: &str) -> Checked {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("attnc"), "{line}");
    assert_eq!(words.next(), Some("check"), "{line}");
    let name = words.next().and_then(|file| file.strip_suffix(".attn"));
    assert!(
        source.contains(&format!("circuit {}", name.unwrap())),
        "{line}"
    );
    let (mut params, mut plan) = (Vec::new(), None);
    while let Some(flag) = words.next() {
        let value = words.next().unwrap();
        assert!(
            !value.contains('\''),
            "{line}: what is quoted is not read here"
        );
        match flag {
            "-p" => {
                let (name, value) = value.split_once('=').unwrap();
                params.push((name.to_string(), value.parse().unwrap()));
            }
            "--plan" => plan = Some(value),
            _ => panic!("{line}: `{flag}`"),
        }
    }
    check(source.as_bytes(), &params, plan)
}

/// `attnc test` of a program.
fn tested(source: &str) -> Checked {
    let suite = attnc::Suite::parse("explained.attn", source);
    let suite = suite.unwrap_or_else(|error| panic!("{error}"));
    let failed = suite.run().filter_map(|outcome| outcome.failed);
    let errors: Vec<Diagnostic> = failed.flat_map(|it| it.errors.diagnostics).collect();
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

fn said(example: &Example, given: &str) -> Checked {
    match (example.kind, example.form) {
        (Kind::Program, Form::Alone) => assembled(example.text, &Choices::default().to_string()),
        (Kind::Program, Form::Tested) => tested(example.text),
        (Kind::Program, _) => check(&bytes(example), &[], None),
        (Kind::Input, _) => run(given, &bytes(example)),
        (Kind::Command, _) => command(given, example.text),
        (Kind::Choices, _) => assembled(given, example.text.trim()),
    }
}

#[test]
fn a_wrong_example_gives_its_code_alone_and_a_right_one_none() {
    let mut wrong = 0;
    for entry in explanations() {
        let given = entry.examples.iter().find(|it| it.side == Side::Given);
        let given = given.map_or("", |example| example.text);
        for example in &entry.examples {
            let codes = match said(example, given) {
                Ok(()) => Vec::new(),
                Err(errors) => errors.iter().map(|error| error.code).collect(),
            };
            let (code, side) = (entry.code, example.side);
            if side == Side::Wrong {
                wrong += 1;
                assert!(!codes.is_empty(), "{code}: the wrong example has no error");
                assert!(codes.iter().all(|it| *it == code), "{code}: {codes:?}");
            } else {
                assert!(codes.is_empty(), "{code}: {side:?} has {codes:?}");
            }
        }
    }
    assert_eq!(wrong, explanations().len());
}

#[test]
fn escapes_stand_for_what_no_page_can_show() {
    assert_eq!(unescaped("a\\rb"), b"a\rb");
    assert_eq!(unescaped("caf\\xe9s"), b"caf\xe9s");
    assert_eq!(unescaped("\\u{202e}x"), "\u{202e}x".as_bytes());
}

#[test]
fn every_code_is_explained_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut open: Vec<PathBuf> = ["compiler/src", "runtime/src"]
        .map(|it| root.join(it))
        .into();
    let mut used = BTreeSet::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let is_code = |part: &&str| {
                part.len() == 4
                    && part.starts_with('E')
                    && part[1..].bytes().all(|byte| byte.is_ascii_digit())
            };
            used.extend(text.split('"').filter(is_code).map(str::to_string));
        }
    }
    assert!(used.len() > 80);
    let explained = explanations().iter().map(|entry| entry.code.to_string());
    assert_eq!(explained.collect::<BTreeSet<String>>(), used);
}
