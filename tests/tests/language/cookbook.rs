//! The cookbook and its programs agree: `docs/cookbook.md` has a section for each program of
//! `examples/cookbook` and each has a twin; what the page quotes is in the program, and what it
//! changes compiles. `.ci/cookbook` runs the programs against their twins and proves them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::from_source::{compile, graph};
use attnc::files::sample::sample;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of a folder's programs.
fn programs(folder: &str) -> BTreeSet<String> {
    let found: BTreeSet<String> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "attn"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert!(!found.is_empty(), "no programs in {folder}");
    found
}

fn program(recipe: &str) -> String {
    read(&format!("examples/cookbook/{recipe}.attn"))
}

/// A fenced block of a recipe's section: ```` ```attn ```` quotes its program, ```` ```diff ````
/// changes it.
struct Block {
    fence: String,
    lines: Vec<String>,
}

/// The blocks of each recipe: a section is headed by its name, as "### `rope`".
fn recipes() -> BTreeMap<String, Vec<Block>> {
    let mut recipes: BTreeMap<String, Vec<Block>> = BTreeMap::new();
    let mut section: Option<String> = None;
    let mut open: Option<Block> = None;
    for line in read("docs/cookbook.md").lines() {
        if let Some(mut block) = open.take() {
            if line != "```" {
                block.lines.push(line.to_string());
                open = Some(block);
            } else if let Some(name) = &section {
                recipes.get_mut(name).unwrap().push(block);
            }
        } else if let Some(fence) = line.strip_prefix("```") {
            let (fence, lines) = (fence.to_string(), Vec::new());
            open = Some(Block { fence, lines });
        } else if line.starts_with('#') {
            section = line
                .strip_prefix("### `")
                .and_then(|rest| rest.strip_suffix('`'))
                .map(str::to_string);
            if let Some(name) = &section {
                let twice = recipes.insert(name.clone(), Vec::new()).is_some();
                assert!(!twice, "docs/cookbook.md has {name} twice");
            }
        }
    }
    assert!(open.is_none(), "docs/cookbook.md ends within a block");
    recipes
}

/// Lines without the indentation that all of them have.
fn flush_left(lines: &[&str]) -> Vec<String> {
    let indents = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or(0);
    lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or("").to_string())
        .collect()
}

/// Where `wanted` stands in `lines`, one line after the other; the same lines if `same` says so.
fn places(lines: &[&str], wanted: usize, same: impl Fn(&[&str]) -> bool) -> Vec<usize> {
    assert!(wanted > 0, "nothing is looked for");
    lines
        .windows(wanted)
        .enumerate()
        .filter(|(_, window)| same(window))
        .map(|(place, _)| place)
        .collect()
}

/// A program with the hunks of a diff applied. Hunks are divided by `@@`; the old lines of each
/// must stand in the program once, as they are.
fn changed(recipe: &str, diff: &[String]) -> String {
    let mut source = program(recipe);
    for hunk in diff.split(|line| line == "@@") {
        let side = |other: char| -> Vec<&str> {
            let lines = hunk.iter().filter(|line| !line.starts_with(other));
            lines.map(|line| line.get(1..).unwrap_or("")).collect()
        };
        let (old, new) = (side('+'), side('-'));
        let mut lines: Vec<&str> = source.lines().collect();
        let found = places(&lines, old.len(), |window| window == old);
        let [place] = found[..] else {
            panic!("{recipe}: these lines stand at {found:?} of the program, not once:\n{old:#?}");
        };
        lines.splice(place..place + old.len(), new);
        source = lines.join("\n");
    }
    source
}

#[test]
fn every_recipe_has_a_program_and_a_twin() {
    let recipes: BTreeSet<String> = recipes().into_keys().collect();
    assert_eq!(recipes, programs("examples/cookbook"));
    let page = read("docs/cookbook.md");
    for name in &recipes {
        let link = format!("[`{name}`](#{name})");
        assert!(page.contains(&link), "the page's contents have no {link}");
    }
    let twins = read("examples/cookbook/twins.py");
    for name in recipes.iter().map(String::as_str).chain(["block"]) {
        let head = format!("def {name}(inputs");
        let count = twins.lines().filter(|line| line.starts_with(&head)).count();
        assert_eq!(count, 1, "twins.py defines {name} {count} times");
    }
}

/// The circuit is named for its file, so that a key and a proof are called by the recipe.
#[test]
fn circuits_have_the_names_of_their_files() {
    for name in programs("examples/cookbook") {
        let named = format!("circuit {name}(");
        assert!(program(&name).contains(&named), "{name}: no `{named}`");
    }
}

#[test]
fn what_is_quoted_is_in_the_program() {
    for (recipe, blocks) in recipes() {
        let source = program(&recipe);
        let lines: Vec<&str> = source.lines().collect();
        let quotes: Vec<&Block> = blocks.iter().filter(|b| b.fence == "attn").collect();
        assert!(!quotes.is_empty(), "{recipe} quotes nothing");
        for quote in quotes {
            let same = |window: &[&str]| flush_left(window) == quote.lines;
            let found = places(&lines, quote.lines.len(), same).len();
            assert_eq!(found, 1, "{recipe}: {:#?}", quote.lines);
        }
    }
}

#[test]
fn what_is_changed_compiles() {
    let mut changes = 0;
    for (recipe, blocks) in recipes() {
        for block in blocks.iter().filter(|block| block.fence == "diff") {
            let source = changed(&recipe, &block.lines);
            let assignment = sample(&graph(&source, &[]), 1);
            compile(&source, &[], None, &assignment);
            changes += 1;
        }
    }
    assert!(changes > 0);
}

/// A block of another kind would be held against nothing.
#[test]
fn a_recipe_has_only_quotes_and_changes() {
    for (recipe, blocks) in recipes() {
        for block in blocks {
            let known = ["attn", "diff"].contains(&block.fence.as_str());
            assert!(known, "{recipe} has a block of {:?}", block.fence);
        }
    }
}

#[test]
fn every_example_is_listed() {
    let list = read("examples/README.md");
    for name in programs("examples") {
        let link = format!("[{name}.attn]({name}.attn)");
        assert!(list.contains(&link), "examples/README.md has no {link}");
    }
}
