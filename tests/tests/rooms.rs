//! The rooms of the house: their order, their maps, and files that a reader can hold.
//!
//! The maps in the first comments of `compiler/src/lib.rs`, `runtime/src/lib.rs` and
//! `runtime/src/main.rs` say what rooms there are, and in which order; nothing here repeats them.
//! `#[cfg(test)]` modules and files called `tests` are exempt: a test may import anything.

mod sources;

use std::collections::{BTreeMap, BTreeSet};

use sources::{root, rust_files, Import, Module, Sources};

/// The most lines of a file.
const LONGEST: usize = 450;

/// The rooms of a crate, in their order: what each bullet of its map begins with.
fn rooms(sources: &Sources, number: usize) -> Vec<String> {
    let map = &sources.files[&(number, Vec::new())].map;
    let bullets = map
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "));
    bullets
        .filter_map(|text| quoted(text).into_iter().next())
        .collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<String> {
    let parts = text.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

fn fail(what: &str, found: &[String]) {
    let found = found.join("\n  ");
    assert!(found.is_empty(), "{what}:\n  {found}\n");
}

fn name((number, names): &Module) -> String {
    let names = [["compiler", "runtime"][*number]]
        .into_iter()
        .chain(names.iter().map(String::as_str));
    names.collect::<Vec<_>>().join("::")
}

fn said(import: &Import) -> String {
    let (place, written) = (&import.place, &import.written);
    format!("{place}: `{written}`")
}

/// Folders that are no room of the map, and rooms of the map that are no folder.
fn unmapped(sources: &Sources) -> Vec<String> {
    let mut wrong = Vec::new();
    for number in [0, 1] {
        let root = name(&(number, Vec::new()));
        let mapped = rooms(sources, number);
        let once: BTreeSet<String> = mapped.iter().cloned().collect();
        if once.len() != mapped.len() {
            wrong.push(format!(
                "{root}: a room stands twice on the map: {mapped:?}"
            ));
        }
        let modules = sources.files.keys().filter(|module| module.0 == number);
        let there: BTreeSet<String> = modules
            .filter_map(|module| module.1.first().cloned())
            .collect();
        let missing = there.difference(&once);
        wrong.extend(missing.map(|room| format!("{root}: `{room}` is no room of the map")));
        let lost = once.difference(&there);
        wrong.extend(lost.map(|room| format!("{root}: there is no `{room}`")));
    }
    wrong
}

/// Imports of a room that comes later, of the root of the crate, and of the runtime in the
/// compiler.
fn against_the_order(sources: &Sources, imports: &[Import]) -> Vec<String> {
    let orders = [0, 1].map(|number| rooms(sources, number));
    let mut wrong = Vec::new();
    for import in imports {
        let (from, to) = (&import.from, &import.to);
        let Some(room) = from.1.first() else {
            continue;
        };
        if from.0 < to.0 {
            wrong.push(format!("{}: the compiler knows no runtime", said(import)));
        }
        if from.0 != to.0 {
            continue;
        }
        let place = |room: &String| orders[from.0].iter().position(|one| one == room);
        let why = match to.1.first() {
            Some(other) if place(other) > place(room) => {
                format!("`{other}` comes after `{room}` on the map")
            }
            Some(_) => continue,
            None => format!("what stands in the root of the crate comes after `{room}`"),
        };
        wrong.push(format!("{}: {why}", said(import)));
    }
    wrong
}

/// Imports that lead back to where they stand, among the files of one folder, each with what is
/// below it: of a room, and of every module inside one. What a room's `mod.rs` only hands on is no
/// import of its own; what it defines is. A module further in and its own parts are one noun.
fn circles(imports: Vec<Import>) -> Vec<String> {
    let mut folders: BTreeMap<Module, BTreeMap<(String, String), Import>> = BTreeMap::new();
    for import in imports {
        let (from, to) = (&import.from.1, &import.to.1);
        let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        if import.from.0 != import.to.0 || shared == 0 || from == to {
            continue;
        }
        let of_both = from.len() > shared && to.len() > shared;
        let of_room = shared == 1 && !(import.shown && from.len() == 1);
        if of_both || of_room {
            let member = |names: &[String]| match names.get(shared) {
                Some(name) => name.clone(),
                None => "mod".to_owned(),
            };
            let edge = (member(from), member(to));
            let folder = (import.from.0, from[..shared].to_vec());
            let edges = folders.entry(folder).or_default();
            edges.entry(edge).or_insert(import);
        }
    }
    let mut wrong = Vec::new();
    for (folder, edges) in &folders {
        let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (from, to) in edges.keys() {
            next.entry(from).or_default().insert(to);
        }
        for ((from, to), import) in edges {
            if reaches(&next, to, from) {
                let (folder, said) = (name(folder), said(import));
                wrong.push(format!(
                    "{said}: `{from}` imports `{to}`, which leads back to it, in `{folder}`"
                ));
            }
        }
    }
    wrong
}

fn reaches<'a>(next: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str, to: &str) -> bool {
    let mut open = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(here) = open.pop() {
        if here == to {
            return true;
        }
        if seen.insert(here) {
            open.extend(next.get(here).into_iter().flatten());
        }
    }
    false
}

/// Files right in a room, and others that more than their parent may see, that are named neither
/// in the first comment of what declares them nor in their room's; and files that do not begin by saying what they hold.
fn unnamed(sources: &Sources) -> Vec<String> {
    let mut missing = Vec::new();
    for file in sources.files.values() {
        if file.map.trim().is_empty() {
            missing.push(format!("{}: no first comment", file.path));
        }
        let depth = file.module.1.len();
        let room = (
            file.module.0,
            file.module.1.iter().take(1).cloned().collect(),
        );
        let room = sources.files.get(&room).map_or("", |room| &room.map);
        let words = [quoted(&file.map), quoted(room)].concat();
        for (declared, public) in &file.declared {
            if declared == "tests" {
                missing.push(format!("{}: `tests` is not for tests alone", file.path));
            }
            let due = depth == 1 || (depth > 1 && *public);
            let named = |word: &String| word.trim_end_matches("()") == declared;
            if due && !words.iter().any(named) {
                let path = &file.path;
                missing.push(format!(
                    "{path}: the first comment does not name `{declared}`"
                ));
            }
        }
    }
    missing
}

#[test]
fn every_folder_is_a_room_of_the_map_and_every_room_a_folder() {
    fail("folders and maps", &unmapped(&Sources::read()));
}

#[test]
fn every_room_imports_from_rooms_before_it_alone() {
    let sources = Sources::read();
    let imports = sources.imports();
    assert!(imports.len() > 1000, "{} imports read", imports.len());
    let wrong = against_the_order(&sources, &imports);
    fail("imports against the order of rooms", &wrong);
}

#[test]
fn no_imports_inside_a_room_go_in_a_circle() {
    fail("imports in a circle", &circles(Sources::read().imports()));
}

#[test]
fn every_file_of_a_room_is_on_its_map() {
    fail("files without a place on a map", &unnamed(&Sources::read()));
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let files = rust_files(&root());
    assert!(files.len() > 200, "{} files", files.len());
    let mut long = Vec::new();
    for (path, text) in &files {
        let lines = text.lines().count();
        if lines > LONGEST {
            let path = path.strip_prefix(root()).unwrap().display();
            long.push(format!("{path}: {lines} lines, of {LONGEST} at most"));
        }
    }
    fail("files to divide by what they are about", &long);
}

/// A house of three files a crate: what is wrong with it.
fn house(low: &str, high: &str) -> Vec<String> {
    let texts = [
        ("compiler", "lib.rs", "//! - [`low`]: first.\n//! - `high`: then.\nmod low;\nmod high;\nfn made() {}\n"),
        ("compiler", "low/mod.rs", "//! `a`, `b`, `c`.\nmod a;\nmod b;\npub mod c;\npub use a::*;\npub use b::{Kind, Left as Right};\n"),
        ("compiler", "low/a.rs", "//! A.\nid!(Name);\npub struct Thing<'a>(&'a str);\n"),
        ("compiler", "low/b.rs", "//! B.\npub enum Kind { One }\npub enum Left { One }\n"),
        ("compiler", "low/c.rs", low),
        ("compiler", "high.rs", high),
        ("runtime", "lib.rs", "//! - `session`: one.\npub mod session;\n"),
        ("runtime", "session.rs", "//! S.\nuse attnc_compiler::low::Thing;\n"),
    ];
    let sources = Sources::of(texts.into_iter());
    let imports = sources.imports();
    let mut wrong = unmapped(&sources);
    wrong.extend(against_the_order(&sources, &imports));
    wrong.extend(circles(imports));
    wrong.extend(unnamed(&sources));
    wrong
}

#[test]
fn what_is_against_the_rules_is_found_and_nothing_else() {
    let fine = [
        "//! C.\nuse super::{Kind, Thing};\nuse crate::low::b::Left as L;\n",
        "//! C.\n// use crate::high::x;\nconst A: &str = \"use crate::high::x;\";\nconst C: char = '\"';\n",
        "//! C.\nconst A: &str = r#\"\" crate::high::x\"#;\n/* /* */ crate::high::x */\n",
        "//! C.\n#[cfg(test)]\nmod tests {\n    use crate::high::{x, y};\n    use crate::made;\n}\n",
        "//! C.\n#[cfg(test)]\nuse crate::{high::x, made};\nstruct High;\n",
        "//! C.\nfn f<'a>(x: &'a str) -> char { if x.is_empty() { 'x' } else { '\\'' } }\n",
    ];
    for low in fine {
        let high = "//! H.\nuse crate::low::c;\nuse crate::low::Right;\n";
        assert_eq!(house(low, high), [""; 0], "{low}");
    }
    let wrong = [
        ("use crate::high::x;", "`high` comes after `low` on the map"),
        (
            "use crate::{low::a, high};",
            "`high` comes after `low` on the map",
        ),
        (
            "pub(crate) use super::super::high::x as y;",
            "`high` comes after `low`",
        ),
        ("fn f() { crate::high::x(); }", "`high` comes after `low`"),
        ("use crate::made;", "root of the crate comes after `low`"),
        ("use attnc::session::x;", "the compiler knows no runtime"),
        ("mod tests;", "`tests` is not for tests alone"),
        ("pub mod d;", "the first comment does not name `d`"),
    ];
    for (line, why) in wrong {
        let found = house(&format!("//! C.\n{line}\n"), "//! H.\n");
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        assert!(found[0].contains(why), "{line}: {found:?}");
        let at = found[0].contains("low/c.rs:2: ") || found[0].contains("low/c.rs: ");
        assert!(at, "{found:?}");
    }
    assert_eq!(
        house("fn f() {}\n", "//! H.\n"),
        ["compiler/src/low/c.rs: no first comment"]
    );
}

/// Through what a face hands on, under another name, and through `*`.
#[test]
fn circles_are_found_through_what_is_handed_on() {
    let back = "//! A.\nuse super::c::Top;\nid!(Name);\npub struct Thing;\n";
    let house = |c: &str, b: &str| {
        let texts = [
            ("compiler", "low/mod.rs", "//! Low.\nmod a;\nmod b;\nmod c;\nuse c::Top;\npub use a::*;\npub use b::Left as Right;\nfn own() {}\n"),
            ("compiler", "low/a.rs", back),
            ("compiler", "low/b.rs", b),
            ("compiler", "low/c.rs", c),
        ];
        circles(Sources::of(texts.into_iter()).imports()).len()
    };
    let b = "//! B.\npub struct Left;\n";
    assert_eq!(house("//! C.\npub struct Top;\n", b), 0);
    assert_eq!(house("//! C.\nuse super::Thing;\npub struct Top;\n", b), 2);
    assert_eq!(house("//! C.\nuse super::Name;\npub struct Top;\n", b), 2);
    assert_eq!(
        house("//! C.\nuse crate::low::Right;\npub struct Top;\n", b),
        0
    );
    assert_eq!(
        house("//! C.\nuse super::*;\npub struct Top(Right);\n", b),
        0
    );
    assert_eq!(
        house("//! C.\nuse super::*;\npub struct Top(Name);\n", b),
        2
    );
    assert_eq!(house("//! C.\nuse super::own;\npub struct Top;\n", b), 2);
    let all = "//! C.\nuse super::*;\npub use super::a::*;\npub struct Top(Thing);\n";
    assert_eq!(house(all, b), 2);
    let b = "//! B.\nuse super::Thing;\npub struct Left;\n";
    assert_eq!(house("//! C.\nuse super::Right;\npub struct Top;\n", b), 3);
}
