//! What is written: sources, and Markdown with its headings and the anchors that they get.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A text of the repository: its path from the root, with `/`, and what it says.
pub struct Text {
    pub path: String,
    pub text: String,
}

/// Every file below `folder` with one of these endings, in the order of their paths.
pub fn below(folder: &str, endings: &[&str]) -> Vec<Text> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        let place = root().join(&path);
        if place.is_dir() {
            for entry in fs::read_dir(&place).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                if name != "target" {
                    open.push(format!("{path}/{name}"));
                }
            }
        } else if endings.iter().any(|ending| path.ends_with(ending)) {
            let text = fs::read_to_string(&place).unwrap();
            found.push(Text { path, text });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

pub fn read(path: &str) -> Text {
    let text = fs::read_to_string(root().join(path)).unwrap();
    Text {
        path: path.to_owned(),
        text,
    }
}

/// `spec.md` and every page of `docs/`.
pub fn pages() -> Vec<Text> {
    let mut pages = vec![read("spec.md")];
    pages.extend(below("docs", &[".md"]));
    assert!(pages.len() > 5);
    pages
}

/// All that is written for people in Markdown: the root's files, `docs/` and the examples'.
pub fn writings() -> Vec<Text> {
    let mut found: Vec<Text> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md"))
        .map(|name| read(&name))
        .collect();
    found.extend(below("docs", &[".md"]));
    found.extend(below("examples", &[".md"]));
    assert!(found.len() > 10);
    found
}

/// Every source of the crates, with grammar and schema, of tests and fuzz targets.
pub fn sources() -> Vec<Text> {
    let found: Vec<Text> = ["compiler", "runtime", "tests", "fuzz"]
        .iter()
        .flat_map(|folder| below(folder, &[".rs", ".pest", ".schema.json"]))
        .collect();
    assert!(found.len() > 20);
    found
}

/// A Markdown text without its fenced blocks.
pub fn unfenced(text: &str) -> String {
    let mut fenced = false;
    let mut out = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            out.push_str(line);
            out.push('\n');
        }
    }
    assert!(!fenced, "a fence is not closed");
    out
}

/// The headings of a Markdown text, without their signs.
pub fn headings(text: &str) -> Vec<String> {
    unfenced(text)
        .lines()
        .filter(|line| line.starts_with('#') && line.trim_start_matches('#').starts_with(' '))
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect()
}

/// The anchors that GitHub gives to these headings.
pub fn anchors(headings: &[String]) -> Vec<String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    headings
        .iter()
        .map(|heading| {
            let anchor: String = heading
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect();
            let before = times.entry(anchor.clone()).or_default();
            *before += 1;
            match *before {
                1 => anchor,
                more => format!("{anchor}-{}", more - 1),
            }
        })
        .collect()
}
