//! `src/` is what the generator makes of `grammar.js`.

use std::fs;
use std::path::Path;
use std::process::Command;

use tree_sitter_generate::{generate_parser_in_directory, OptLevel};

use crate::{files, here};

/// The newest form of a parser that every editor reads: Neovim 0.10 and Helix 25.01 know no newer one.
const ABI: usize = 14;

/// With `GENERATE=write` the files are written instead, as `tree-sitter generate --abi 14` would.
#[test]
fn the_parser_is_that_of_the_grammar() {
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(work.join("src")).unwrap();
    fs::copy(here("tree-sitter.json"), work.join("tree-sitter.json")).unwrap();

    // Without Node the grammar is taken as it was when it was last generated.
    let node = Command::new("node").arg("--version").output().is_ok();
    let grammar = if node {
        fs::copy(here("grammar.js"), work.join("grammar.js")).unwrap();
        work.join("grammar.js")
    } else {
        println!("skipped: whether src/grammar.json is that of grammar.js: Node is not here");
        fs::copy(here("src/grammar.json"), work.join("src/grammar.json")).unwrap();
        work.join("src/grammar.json")
    };
    let mut said = Vec::new();
    generate_parser_in_directory(
        &work,
        None::<&str>,
        Some(&grammar),
        ABI,
        None,
        Some("node"),
        true,
        OptLevel::default(),
        &mut said,
    )
    .unwrap();
    assert_eq!(
        said.len(),
        0,
        "the generator warns: see `tree-sitter generate`"
    );

    let made = files(&work.join("src"), "");
    assert!(made.len() >= 6);
    for path in made {
        let place = here("src").join(path.strip_prefix(work.join("src")).unwrap());
        let text = fs::read(&path).unwrap();
        if std::env::var("GENERATE").is_ok_and(|how| how == "write") {
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, text).unwrap();
        } else {
            let same = fs::read(&place).is_ok_and(|there| there == text);
            let how = "GENERATE=write cargo test generated";
            assert!(same, "{} is not that of grammar.js: {how}", place.display());
        }
    }
}
