//! The formatter: what it must not change, on random programs and on all sources of the project, which are
//! laid out by it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use attnc_compiler::analyse;
use attnc_compiler::syntax::format::{format, WIDTH};
use attnc_compiler::syntax::parse::parse;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::common::random::Random;
use crate::common::strewn::{pieces, strewn};
use crate::common::trees;
use crate::texts::below;

/// Laid out, which is done again, and has the same tokens and comments in the same order.
fn laid_out(source: &str) -> String {
    let text = format(source).unwrap_or_else(|errors| panic!("{errors:?}\n{source}"));
    assert_eq!(
        format(&text).unwrap(),
        text,
        "not what it is again:\n{text}"
    );
    assert_eq!(pieces(&text), pieces(source), "{text}");
    assert!(!text.contains("\n\n\n") && !text.contains('\r'), "{text}");
    assert!(text.lines().all(|line| line.trim_end() == line), "{text}");
    text
}

/// A line that is too long has nothing in it that could be broken: a comment, or no blank but around `^`.
fn is_narrow(line: &str) -> bool {
    let whole = |part: &str| !part.contains([' ', ',']);
    let code = line.trim_start();
    line.chars().count() <= WIDTH || code.contains("//") || whole(&code.replace(" ^ ", "^"))
}

#[test]
fn random_programs_keep_their_meaning_and_their_comments() {
    let usual = Config::default();
    let config = Config {
        rng_seed: match usual.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            fixed => fixed,
        },
        cases: std::env::var("PROPTEST_CASES").map_or(300, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        ..usual
    };
    let commented = RefCell::new(0);
    let ran = TestRunner::new(config).run(&trees::programs(), |random| {
        let source = random.written().source;
        let plain = laid_out(&source);
        let strewn = strewn(&source, &mut Random::new(random.seed));
        let text = laid_out(&strewn);
        // Programs that the check refuses are programs of the grammar all the same.
        let printed = |source: &str| parse(source).unwrap().to_string();
        assert_eq!(printed(&text), printed(&source));
        assert_eq!(printed(&plain), printed(&source));
        if let Ok((ast, _)) = analyse(&source, &[]) {
            assert_eq!(analyse(&text, &[]).unwrap().0.to_string(), ast.to_string());
        }
        *commented.borrow_mut() += usize::from(text.contains("// note"));
        Ok(())
    });
    ran.unwrap();
    assert!(commented.into_inner() > 0);
}

/// `attnc fmt --check` of the project: golden programs are as they were written, since what is wrong with
/// them has its place; the corpus of the fuzzers is made from them.
#[test]
fn all_sources_of_the_project_are_laid_out() {
    let folders = [
        "benches",
        "compiler/library",
        "examples",
        "fuzz/seeds",
        "python",
        "tests/fixtures",
    ];
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for source in folders.iter().flat_map(|folder| below(folder, &[".attn"])) {
        let text = laid_out(&source.text);
        if text != source.text {
            wrong.push(source.path.clone());
        }
        let wide: Vec<&str> = text.lines().filter(|line| !is_narrow(line)).collect();
        assert!(wide.is_empty(), "{}: {wide:#?}", source.path);
        seen.insert(source.path);
    }
    assert!(seen.len() > 60, "{seen:?}");
    assert!(wrong.is_empty(), "attnc fmt {}", wrong.join(" "));
}

/// Comments between any two tokens of everything that the language has.
#[test]
fn comments_anywhere_in_a_source_of_the_project_stay_where_they_are() {
    let mut random = Random::new(7);
    for source in ["examples", "compiler/library", "tests/fixtures"]
        .iter()
        .flat_map(|folder| below(folder, &[".attn"]))
    {
        let text = laid_out(&strewn(&source.text, &mut random));
        assert!(
            text.contains("// note") || source.text.len() < 200,
            "{}",
            source.path
        );
    }
}
