//! The grammars of editors have each word of the language and no other; snippets are programs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use attnc_compiler::syntax::parse::{parse, parse_library};
use serde_json::Value;

type Words = BTreeSet<String>;

/// A file of the repository.
fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(path)).unwrap()
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Words {
    words.into_iter().map(str::to_owned).collect()
}

fn is_word(text: &str) -> bool {
    let mut signs = text.chars();
    signs.all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_')
        && text.starts_with(|sign: char| sign.is_ascii_lowercase())
}

/// What stands between quotes and is a word.
fn quoted(text: &str) -> Words {
    words(text.split('"').skip(1).step_by(2).filter(|s| is_word(s)))
}

/// The body of a rule of `attn.pest`.
fn rule<'a>(grammar: &'a str, name: &str) -> &'a str {
    let head = format!("\n{name} ");
    let body = grammar.split(&head).nth(1).unwrap();
    body.split("\n\n")
        .next()
        .unwrap()
        .split("}\n")
        .next()
        .unwrap()
}

/// The words that have a rule of their own.
fn keywords() -> Words {
    let grammar = read("compiler/grammar/attn.pest");
    let rules = grammar.lines().filter(|line| line.starts_with("kw_"));
    let found: Words = rules.flat_map(quoted).collect();
    assert!(quoted(rule(&grammar, "reserved")).is_subset(&found));
    assert!(found.len() > 25, "{found:?}");
    found
}

fn reducers() -> Words {
    let found = quoted(rule(&read("compiler/grammar/attn.pest"), "reducer"));
    assert!(found.contains("argmax"));
    found
}

/// The functions of the language, the definitions that every program has, and the constant.
fn functions() -> Words {
    let mut found = quoted(&read("compiler/src/syntax/words.rs"));
    let core = read("compiler/library/core.attn");
    let defs = core.split("\ndef ").skip(1);
    found.extend(defs.map(|def| def.split('(').next().unwrap().to_owned()));
    assert!(
        found.contains("round_half_even") && found.contains("sigmoid") && found.contains("bits")
    );
    found.insert("pi".to_owned());
    found
}

fn language() -> Words {
    let mut all = keywords();
    all.extend(reducers());
    all.extend(functions());
    all
}

/// The strings of a grammar for tree-sitter.
fn strings(rule: &Value, found: &mut Words) {
    match rule {
        Value::Object(fields) => {
            if fields.get("type").is_some_and(|kind| kind == "STRING") {
                found.extend(fields["value"].as_str().map(str::to_owned));
            }
            fields.values().for_each(|field| strings(field, found));
        }
        Value::Array(members) => members.iter().for_each(|member| strings(member, found)),
        _ => {}
    }
}

#[test]
fn tree_sitter_has_the_keywords() {
    let grammar = read("editors/tree-sitter-attn/src/grammar.json");
    let grammar: Value = serde_json::from_str(&grammar).unwrap();
    let mut found = Words::new();
    strings(&grammar["rules"], &mut found);
    found.retain(|text| is_word(text));
    let mut expected = keywords();
    expected.extend(reducers());
    assert_eq!(found, expected);
}

#[test]
fn tree_sitter_shows_every_word() {
    let query = read("editors/tree-sitter-attn/queries/highlights.scm");
    let lines: Vec<&str> = query
        .lines()
        .filter(|line| !line.starts_with(';'))
        .collect();
    let mut found = quoted(&lines.join("\n"));
    // Words that are nodes of their own are shown by what the node is called.
    let named = words(["empty", "hiding", "prove", "reducer"]);
    for name in &named {
        assert!(query.contains(&format!("({name}) @")), "{name}");
    }
    let mut expected = language();
    expected.retain(|word| !named.contains(word));
    // They are shown where they are called, too.
    assert!(reducers().is_subset(&found));
    found.retain(|word| !named.contains(word));
    assert_eq!(found, expected);

    let lists: Vec<Words> = ["#any-of?", "#not-any-of?"]
        .iter()
        .map(|test| quoted(query.split(test).nth(1).unwrap().split(')').next().unwrap()))
        .collect();
    assert_eq!(lists[0], lists[1]);
}

/// The words of a regular expression: what is left without escapes and classes of characters.
fn words_of(expression: &str) -> Words {
    let mut plain = String::new();
    let mut signs = expression.chars();
    let mut class = false;
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => {
                signs.next();
                plain.push(' ');
            }
            '[' => class = true,
            ']' => class = false,
            _ if class => {}
            _ => plain.push(sign),
        }
    }
    let parts = plain.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
    words(parts.filter(|part| is_word(part)))
}

/// The words of every expression of a TextMate grammar.
fn expressions(rule: &Value, found: &mut Words) {
    match rule {
        Value::Object(fields) => {
            for key in ["match", "begin", "end"] {
                let text = fields.get(key).and_then(Value::as_str);
                found.extend(text.map(words_of).unwrap_or_default());
            }
            fields.values().for_each(|field| expressions(field, found));
        }
        Value::Array(members) => members.iter().for_each(|member| expressions(member, found)),
        _ => {}
    }
}

#[test]
fn textmate_has_every_word() {
    let grammar = read("editors/vscode/syntaxes/attn.tmLanguage.json");
    let mut found = Words::new();
    expressions(&serde_json::from_str(&grammar).unwrap(), &mut found);
    assert_eq!(found, language());
}

/// A snippet as it is when nothing is typed into it.
fn untouched(snippet: &str) -> String {
    let mut out = String::new();
    let mut parts = snippet.split('$');
    out.push_str(parts.next().unwrap());
    for part in parts {
        let Some(held) = part.strip_prefix('{') else {
            out.push_str(part.trim_start_matches(|sign: char| sign.is_ascii_digit()));
            continue;
        };
        let (held, after) = held.split_once('}').unwrap();
        let held = held.trim_start_matches(|sign: char| sign.is_ascii_digit());
        // `:default`, or `|one,of,these|`.
        let choice = held.trim_matches(['|', ':']);
        out.push_str(
            choice
                .split(if held.starts_with('|') { ',' } else { '\n' })
                .next()
                .unwrap(),
        );
        out.push_str(after);
    }
    out
}

#[test]
fn snippets_are_what_attnc_reads() {
    let snippets = read("editors/vscode/snippets/attn.json");
    let snippets: Value = serde_json::from_str(&snippets).unwrap();
    let snippets = snippets.as_object().unwrap();
    for (name, snippet) in snippets {
        let lines = snippet["body"].as_array().unwrap();
        let lines: Vec<&str> = lines.iter().map(|line| line.as_str().unwrap()).collect();
        let text = untouched(&lines.join("\n"));
        let read = match text.split([' ', '_']).next().unwrap() {
            "circuit" => parse(&text).map(|_| ()),
            "def" => parse_library(&text).map(|_| ()),
            "test" => parse(&format!("circuit c {{}}\n{text}")).map(|_| ()),
            _ => parse(&format!("circuit c {{\n{text}\n}}")).map(|_| ()),
        };
        assert!(read.is_ok(), "{name}:\n{text}\n{read:?}");
    }
    let prefixes: Words = snippets
        .values()
        .map(|s| s["prefix"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(prefixes.len(), snippets.len());
    for word in [
        "circuit", "def", "table", "state", "step", "plan", "region", "test",
    ] {
        assert!(prefixes.contains(word), "{word}");
    }
}
