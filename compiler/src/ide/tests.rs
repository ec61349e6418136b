//! What an editor asks, of programs that are whole and of broken ones.

mod renamed;
mod tested;

use super::complete::complete;
use super::document::{wrong, Document};
use super::facts::Facts;
use super::highlight::{highlight, Class};
use super::hints::intervals;
use super::hover::hover;
use super::outline::{outline, Entry};
use super::rename::{rename as renamed_in, File};
use super::signature::signatures;
use super::symbols::Kind;
use crate::analyse_with;
use crate::diagnostic::Edit;
use crate::syntax::expand::no_files;

const DECODE: &str = include_str!("../../../examples/decode.attn");
const LIBRARY: &str = include_str!("../../../examples/cookbook/library.attn");
const OTHERS: [&str; 6] = [
    include_str!("../../../examples/block.attn"),
    include_str!("../../../examples/head.attn"),
    include_str!("../../../examples/layer.attn"),
    include_str!("../../../examples/model.attn"),
    include_str!("../../../examples/vote.attn"),
    include_str!("../../../examples/stories260k.attn"),
];
const DEFS: &str = "use nn
// Twice what is given.
def twice(x[n], k = 2) -> (y[n], low) {
    table t(i in 0..4) = i
    y[i in n] = k * x[i] + t(0)
    low = min(i in n) y[i]
}
circuit c(n = 3) {
    private input x[n] : 0..9
    public output z
    a = twice(x, k = 3).low
    z = a + softmax(x)[0]
    region r { a x }
    plan p { proof one: * - r proof two: r open one | two }
}
";

/// A name's changes in a document that is alone.
fn rename(document: &Document, at: usize, to: &str) -> Result<Vec<Edit>, String> {
    let reread = |_: usize, texts: &[String]| Document::of(&texts[0], &no_files);
    Ok(renamed_in(&[File::alone(document)], at, to, &reread)?.concat())
}

fn document(text: &str) -> Document {
    Document::of(text, &no_files)
}

/// Where the how manieth of a word's places is, from 0.
fn place(text: &str, word: &str, number: usize) -> usize {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut places = text.match_indices(word).filter(|(at, _)| {
        !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    });
    places.nth(number).unwrap().0
}

fn meant(document: &Document, at: usize) -> Vec<(Kind, usize)> {
    let Some(found) = document.symbols.at(at) else {
        return Vec::new();
    };
    let means = found
        .means
        .iter()
        .map(|number| &document.symbols.symbols[*number]);
    means
        .map(|symbol| (symbol.kind, symbol.span.start))
        .collect()
}

fn labels(text: &str, at: usize) -> Vec<String> {
    let (_, all) = complete(&document(text), at);
    all.into_iter().map(|candidate| candidate.label).collect()
}

#[test]
fn names_mean_what_the_language_says() {
    let found = document(DECODE);
    let defined = |word: &str| place(DECODE, word, 0);
    for (word, number, kind, at) in [
        ("keys", 1, Kind::Cache, defined("keys")),
        ("heads", 3, Kind::Parameter, defined("heads")),
        ("score", 1, Kind::Value, defined("score")),
        ("exp2_half", 1, Kind::Table, defined("exp2_half")),
        // The j of the sum of `mass`.
        ("j", 9, Kind::Index, place(DECODE, "j", 8)),
        (
            "context",
            1,
            Kind::Output(crate::syntax::ast::Visibility::Public),
            defined("context"),
        ),
        ("lookup", 1, Kind::Region, defined("lookup")),
    ] {
        let here = place(DECODE, word, number);
        assert_eq!(meant(&found, here), [(kind, at)], "{word} {number}");
        // Behind a word stands a cursor too.
        assert_eq!(
            meant(&found, here + word.len()),
            [(kind, at)],
            "{word} {number}"
        );
    }
    assert_eq!(meant(&found, DECODE.find("circuit").unwrap()), []);
    let found = document(DEFS);
    let x = place(DEFS, "x", 0);
    assert_eq!(meant(&found, place(DEFS, "x", 1)), [(Kind::Argument, x)]);
    let input = DEFS.find("x[n] : 0..9").unwrap();
    assert_eq!(
        meant(&found, DEFS.find("x, k").unwrap()),
        [(Kind::Input(crate::syntax::ast::Visibility::Private), input)]
    );
    assert_eq!(
        meant(&found, DEFS.find("k = 3").unwrap()),
        [(Kind::Argument, DEFS.find("k = 2").unwrap())]
    );
    assert_eq!(
        meant(&found, DEFS.find("low\n    z").unwrap()),
        [(Kind::Outcome, DEFS.find("low)").unwrap())]
    );
    let softmax = found.symbols.at(DEFS.find("softmax").unwrap()).unwrap();
    assert_eq!(found.symbols.symbols[softmax.means[0]].text, 1);
    assert_eq!(
        meant(&found, DEFS.find("one | two").unwrap()),
        [(Kind::Proof, DEFS.find("one:").unwrap())]
    );
}

#[test]
fn a_broken_text_keeps_what_can_be_had() {
    let broken = DECODE.replace(
        "sum(d in width) query[t, h, d] * keys[j, h, d]",
        "sum(d in width query[t, h",
    );
    assert!(crate::analyse(&broken, &[]).is_err());
    let found = document(&broken);
    assert_eq!(found.lost.len(), 1);
    let names: Vec<&str> = found
        .symbols
        .symbols
        .iter()
        .filter(|s| s.text == 0)
        .map(|s| s.name.as_str())
        .collect();
    for known in ["query", "keys", "peak", "context", "sidecar"] {
        assert!(names.contains(&known), "{known}: {names:?}");
    }
    // In the broken line itself.
    let query = broken.find("(d in width query").unwrap() + "(d in width ".len();
    assert_eq!(
        meant(&found, query),
        [(
            Kind::Input(crate::syntax::ast::Visibility::Private),
            place(&broken, "query", 0)
        )]
    );
    assert!(hover(&found, None, query)
        .unwrap()
        .code
        .contains("private input query"));
    let entries = outline(&found);
    assert_eq!(entries[0].name, "decode");
    let inner = |entry: &Entry, name: &str| {
        let found = entry.inner.iter().find(|inner| inner.name == name);
        found.cloned().unwrap()
    };
    let head = inner(&inner(&entries[0], "step t"), "for h");
    assert_eq!((head.kind, head.detail.as_str()), (None, "loop"));
    assert_eq!(inner(&head, "peak").kind, Some(Kind::Value));
    // It is declared elsewhere.
    assert_eq!(inner(&head, "context").detail, "public output");
}

#[test]
fn what_is_hovered_is_said() {
    let analysed = analyse_with(DECODE, &[], &no_files).unwrap();
    let facts = Facts::of(&analysed.ast, &analysed.graph, &analysed.sources);
    let found = document(DECODE);
    let said = |word: &str, number: usize| {
        hover(&found, Some(&facts), place(DECODE, word, number)).unwrap()
    };
    let score = said("score", 1);
    assert_eq!(
        score.code,
        "score[t in 64, h in 4, j in keys] : -63488..=65536"
    );
    assert!(
        score.text.join(" ").contains("Stays with the prover"),
        "{score:?}"
    );
    assert!(said("context", 0)
        .text
        .join(" ")
        .contains("In the statement"));
    assert!(said("heads", 0).text.contains(&"Is 4.".to_string()));
    assert!(said("floor", 0).text[0].contains("minus infinity"));
    assert!(said("step", 1).text[0].contains("loop in time"));
    assert_eq!(
        said("decode", 1).comment.unwrap(),
        "Bounded-softmax decode over a growing key/value cache."
    );
    assert_eq!(
        hover(&found, Some(&facts), DECODE.find("= round").unwrap()),
        None
    );
    let twice = hover(&document(DEFS), None, DEFS.find("twice(x, k").unwrap()).unwrap();
    assert_eq!(twice.code, "def twice(x[n], k = 2) -> (y[n], low)");
    assert_eq!(twice.comment.unwrap(), "Twice what is given.");
    let hints = intervals(&found, &facts);
    let shown = |name: &str| {
        hints
            .iter()
            .find(|hint| DECODE[..hint.at].ends_with(name))
            .unwrap()
            .text
            .clone()
    };
    assert_eq!(shown("gap[j in keys]"), ": 0..=8");
    assert!(hints.iter().all(|hint| !DECODE[..hint.at].ends_with("key")));
}

#[test]
fn what_may_follow_is_offered_and_nothing_else() {
    let at = DECODE.find("    region lookup").unwrap() + 4;
    let begins = labels(DECODE, at);
    assert!(
        begins.contains(&"table".to_string()) && begins.contains(&"plan".to_string()),
        "{begins:?}"
    );
    assert!(!begins.contains(&"exp".to_string()) && !begins.contains(&"circuit".to_string()));
    let score = DECODE.find("query[t, h, d]").unwrap();
    let reads = labels(DECODE, score + 2);
    for known in [
        "query",
        "keys",
        "d",
        "h",
        "t",
        "floor",
        "exp2_half",
        "sum",
        "bits",
    ] {
        assert!(reads.contains(&known.to_string()), "{known}: {reads:?}");
    }
    // Of another value's sum, of a later line, of a table alone.
    for unknown in ["gap", "mass", "exp", "lookup", "sidecar", "plan"] {
        assert!(!reads.contains(&unknown.to_string()), "{unknown}");
    }
    let end = |text: &str| labels(text, text.len());
    let table = end("circuit c(n = 4) {\n table f(x in 0..=n) = ");
    assert!(table.contains(&"exp".to_string()), "{table:?}");
    let over = end("circuit c(n = 4) { private input x[n] : 0..9\n y = sum(i in ");
    assert_eq!(over, ["n"]);
    let plan = DECODE.find("lookup  proof table").unwrap();
    let terms = labels(DECODE, plan);
    assert!(
        terms.contains(&"lookup".to_string()) && terms.contains(&"score".to_string()),
        "{terms:?}"
    );
    assert!(labels(DEFS, DEFS.find("two }\n}").unwrap()).contains(&"one".to_string()));
    let call = DEFS.find("k = 3").unwrap();
    assert!(labels(DEFS, call).contains(&"k =".to_string()));
    assert_eq!(labels(DEFS, DEFS.find("low\n    z").unwrap()), ["y", "low"]);
    assert_eq!(labels("use n", 5), ["nn"]);
    assert_eq!(labels("circuit c { // a comment ", 24), [""; 0]);
}

#[test]
fn calls_show_what_they_take() {
    let found = document(DEFS);
    let of = |at: usize| signatures(&found, at);
    let twice = &of(DEFS.find("k = 3").unwrap())[0];
    assert_eq!(twice.label, "twice(x[n], k = 2) -> (y[n], low)");
    assert_eq!((twice.active, twice.parameters.len()), (1, 2));
    let named = &of(DEFS.find("3).low").unwrap())[0];
    assert_eq!(named.active, 1);
    let min = of(DEFS.find("i in n) y[i]").unwrap());
    assert_eq!(min.len(), 2, "{min:?}");
    assert!(
        of(DEFS.find("x[n], k").unwrap()).is_empty(),
        "a head is no call"
    );
    assert!(of(DEFS.len()).is_empty());
    let text = "circuit c { y = clip(1, 2";
    let clip = &signatures(&document(text), text.len())[0];
    assert_eq!((clip.label.as_str(), clip.active), ("clip(x, lo, hi)", 1));
}

#[test]
fn every_word_has_its_colour() {
    for text in [DECODE, LIBRARY, DEFS].into_iter().chain(OTHERS) {
        let pieces = highlight(&document(text));
        assert!(pieces
            .windows(2)
            .all(|two| two[0].span.end <= two[1].span.start));
        let of = |class: Class| {
            pieces
                .iter()
                .filter(move |piece| piece.class == class)
                .count()
        };
        assert!(of(Class::Keyword) > 3 && of(Class::Number) > 1);
    }
    let text = "circuit c(fixed = 2) { // x\n y = fixed \"a\" }";
    let pieces = highlight(&document(text));
    let class = |word: &str| {
        pieces
            .iter()
            .find(|piece| &text[piece.span.start..piece.span.end] == word)
            .unwrap()
            .class
    };
    // A word of one place alone is a name elsewhere.
    assert_eq!(class("fixed"), Class::Name(Kind::Parameter));
    assert_eq!(class("// x"), Class::Comment);
}

#[test]
fn a_file_of_definitions_is_checked_alone() {
    let told = |text: &str| wrong(text, &no_files).map(|(errors, _)| errors);
    assert_eq!(told("def f(x) -> y { y = x }").unwrap(), []);
    let found = told("def f(x) -> y { y = gain }").unwrap();
    assert_eq!(found[0].code, "E010");
    assert_eq!(told("def f(x) -> y { y = x + }").unwrap()[0].code, "E003");
    assert!(told(DECODE).is_none() && told("").is_none());
}

/// Prefixes and edits: every question has an answer, and no place is outside of the text.
#[test]
fn no_text_is_too_broken_to_ask() {
    let ask = |text: &str, at: usize| {
        let found = document(text);
        let end = text.len();
        let inside = |start: usize| assert!(start <= end, "{text}");
        hover(&found, None, at)
            .into_iter()
            .for_each(|hover| inside(hover.span.end));
        complete(&found, at);
        signatures(&found, at);
        let _ = rename(&found, at, "other");
        highlight(&found)
            .iter()
            .for_each(|piece| inside(piece.span.end));
        outline(&found);
        found
            .symbols
            .occurrences
            .iter()
            .for_each(|it| inside(it.span.end));
    };
    let mut seed = 1_u64;
    let mut draw = |most: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % most.max(1)
    };
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "#",
        "é",
        "\r",
        "\u{202e}",
        " in ",
        "=",
        "sum(",
        "circuit c {",
        "def ",
        "use \"",
        "1",
        "//",
        "\n",
    ];
    for text in [DECODE, DEFS, OTHERS[2]] {
        for at in (0..text.len())
            .step_by(37)
            .filter(|at| text.is_char_boundary(*at))
        {
            ask(&text[..at], at);
            ask(&text[at..], 0);
        }
        for _ in 0..60 {
            let (mut from, mut to) = (draw(text.len()), draw(12));
            while !text.is_char_boundary(from) {
                from -= 1;
            }
            to = (from + to).min(text.len());
            while !text.is_char_boundary(to) {
                to += 1;
            }
            let piece = pieces[draw(pieces.len())];
            let edited = [&text[..from], piece, &text[to..]].concat();
            ask(&edited, from + piece.len());
            ask(&edited, edited.len());
        }
    }
    for text in [
        "",
        "\u{feff}",
        "((((((((",
        "}}}}",
        "circuit",
        "circuit c",
        "circuit c {",
        "\0\0",
        "é",
    ] {
        ask(text, 0);
        ask(text, text.len());
    }
}
