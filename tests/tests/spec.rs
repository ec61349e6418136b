//! The written house and the code agree: every section that is cited stands once, every code is explained,
//! the contents are those of the pages, links lead somewhere, and the files and tests that are named exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A text of the repository: its path from the root, with `/`, and what it says.
struct Text {
    path: String,
    text: String,
}

/// Every file below `folder` with one of these endings, in the order of their paths.
fn below(folder: &str, endings: &[&str]) -> Vec<Text> {
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

fn read(path: &str) -> Text {
    let text = fs::read_to_string(root().join(path)).unwrap();
    Text {
        path: path.to_owned(),
        text,
    }
}

/// `spec.md` and every page of `docs/`.
fn pages() -> Vec<Text> {
    let mut pages = vec![read("spec.md")];
    pages.extend(below("docs", &[".md"]));
    assert!(pages.len() > 5);
    pages
}

/// All that is written for people in Markdown: the root's files, `docs/` and the examples'.
fn writings() -> Vec<Text> {
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

/// Every source of the crates, tests, fuzz targets, grammar and schema.
fn sources() -> Vec<Text> {
    let found: Vec<Text> = ["compiler", "runtime", "tests", "fuzz", "grammar", "schema"]
        .iter()
        .flat_map(|folder| below(folder, &[".rs", ".pest", ".schema.json"]))
        .collect();
    assert!(found.len() > 20);
    found
}

/// A Markdown text without its fenced blocks.
fn unfenced(text: &str) -> String {
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

/// What stands outside of backquotes, and what inside, paragraph by paragraph.
fn prose_and_code(text: &str) -> (String, Vec<String>) {
    let mut prose = String::new();
    let mut code = Vec::new();
    for paragraph in unfenced(text).split("\n\n") {
        for (place, part) in paragraph.split('`').enumerate() {
            if place % 2 == 0 {
                prose.push_str(part);
            } else {
                code.push(part.to_owned());
            }
        }
        prose.push_str("\n\n");
    }
    (prose, code)
}

/// The headings of a Markdown text, without their signs.
fn headings(text: &str) -> Vec<String> {
    unfenced(text)
        .lines()
        .filter(|line| line.starts_with('#') && line.trim_start_matches('#').starts_with(' '))
        .map(|line| line.trim_start_matches('#').trim().to_owned())
        .collect()
}

/// The anchors that GitHub gives to these headings.
fn anchors(headings: &[String]) -> Vec<String> {
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

/// The number at the front of a text, as `5.4`, and what follows it.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number = text[..end].trim_end_matches('.');
    let sound = !number.is_empty() && number.split('.').all(|part| !part.is_empty());
    sound.then(|| (number, &text[number.len()..]))
}

/// A section: its number, its heading as it stands, and the link to it from `spec.md`.
#[derive(Debug, PartialEq)]
struct Section {
    number: Vec<usize>,
    heading: String,
    link: String,
}

fn in_order(number: &str) -> Vec<usize> {
    number
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect()
}

/// The numbered sections of a page.
fn sections(page: &Text) -> Vec<Section> {
    let headings = headings(&page.text);
    let anchors = anchors(&headings);
    let file = match page.path.as_str() {
        "spec.md" => "",
        path => path,
    };
    let numbered = headings.into_iter().zip(anchors);
    numbered
        .filter_map(|(heading, anchor)| {
            let (number, after) = number(&heading)?;
            let section = after.starts_with(' ') || after.starts_with(". ");
            section.then(|| Section {
                number: in_order(number),
                link: format!("{file}#{anchor}"),
                heading: heading.clone(),
            })
        })
        .collect()
}

/// All numbered sections of all pages, by number.
fn specification() -> Vec<Section> {
    let mut found: Vec<Section> = pages().iter().flat_map(sections).collect();
    found.sort_by(|a, b| a.number.cmp(&b.number));
    found
}

/// The sections that a text cites: `spec 4.9 and 5.7`, `[spec.md](spec.md) 9`, and on a page of the
/// specification `(5.3)`.
fn cited(text: &str, is_specification: bool) -> Vec<String> {
    let mut found = Vec::new();
    for before in ["spec ", "spec.md ", "spec.md) ", "spec.md), section "] {
        for part in text.split(before).skip(1) {
            let mut rest = number(part);
            while let Some((cited, after)) = rest {
                found.push(cited.to_owned());
                rest = [", ", " and "]
                    .iter()
                    .find_map(|and| number(after.strip_prefix(and)?))
                    .filter(|(next, _)| next.contains('.'));
            }
        }
    }
    if is_specification {
        for part in text.split('(').skip(1) {
            let alone = number(part).filter(|(cited, after)| {
                cited.contains('.') && after.starts_with([')', ',', ':', ';'])
            });
            found.extend(alone.map(|(cited, _)| cited.to_owned()));
        }
    }
    found
}

#[test]
fn every_number_stands_once_and_none_is_left_out() {
    let sections = specification();
    for pair in sections.windows(2) {
        assert!(
            pair[0].number < pair[1].number,
            "{} and {}: a heading that begins with a number is a section of the specification",
            pair[0].link,
            pair[1].link
        );
    }
    let numbers: BTreeSet<&[usize]> = sections.iter().map(|s| s.number.as_slice()).collect();
    assert!(numbers.contains(&[5, 4][..]));
    for section in &sections {
        let (last, above) = section.number.split_last().unwrap();
        assert!(
            above.is_empty() || numbers.contains(above),
            "{} has no {above:?}",
            section.link
        );
        let before = [above, &[last - 1]].concat();
        assert!(
            *last == 1 || numbers.contains(before.as_slice()),
            "{}: {before:?} is left out",
            section.link
        );
    }
}

#[test]
fn the_contents_are_those_of_the_pages() {
    let spec = read("spec.md").text;
    let contents = spec.split("## Contents\n").nth(1).unwrap();
    let contents = contents.split("\n## ").next().unwrap();
    let listed: Vec<Section> = contents
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("- ["))
        .map(|line| {
            let (heading, rest) = line.split_once("](").unwrap();
            Section {
                number: in_order(number(heading).unwrap().0),
                heading: heading.to_owned(),
                link: rest.split_once(')').unwrap().0.to_owned(),
            }
        })
        .collect();
    for (listed, stands) in listed.iter().zip(&specification()) {
        assert_eq!(listed, stands);
    }
    assert_eq!(listed.len(), specification().len());
}

#[test]
fn every_cited_section_exists() {
    let sections: BTreeSet<Vec<usize>> = specification().into_iter().map(|s| s.number).collect();
    let pages: BTreeSet<String> = pages()
        .iter()
        .filter(|page| !self::sections(page).is_empty())
        .map(|page| page.path.clone())
        .collect();
    let mut times = 0;
    for Text { path, text } in sources().into_iter().chain(writings()) {
        for cited in cited(&text, pages.contains(&path)) {
            assert!(
                sections.contains(&in_order(&cited)),
                "{path}: spec {cited} does not exist"
            );
            times += 1;
        }
    }
    assert!(times > 200, "{times}");
}

#[test]
fn citations_are_found_as_they_are_written() {
    let text = "(spec 4.9 and 5.7), spec 5, 8.10; spec 9, 96 bits; [spec.md](spec.md) 6.1 (3.5)";
    assert_eq!(cited(text, false), ["4.9", "5.7", "5", "8.10", "9", "6.1"]);
    assert_eq!(
        cited("as (5.3) and (8.4: bytes), (1.38 s)", true),
        ["5.3", "8.4"]
    );
    let heads = [
        "8. Bytes",
        "7. The statement, the key's `x`",
        "Bytes",
        "Bytes",
    ];
    assert_eq!(
        anchors(&heads.map(str::to_owned)),
        ["8-bytes", "7-the-statement-the-keys-x", "bytes", "bytes-1"]
    );
}

/// Whether this is a code of an error, as `E034`.
fn is_code(word: &str) -> bool {
    word.len() == 4 && word.starts_with('E') && word[1..].bytes().all(|b| b.is_ascii_digit())
}

#[test]
fn every_code_is_explained_once() {
    let errors = read("docs/errors.md").text;
    let headings = headings(&errors);
    let heads = headings
        .iter()
        .filter_map(|heading| heading.split([' ', ':', '.']).next());
    let bold = errors.split("**").skip(1).step_by(2);
    let explained: Vec<&str> = heads.chain(bold).filter(|word| is_code(word)).collect();
    let once: BTreeSet<&str> = explained.iter().copied().collect();
    assert_eq!(once.len(), explained.len(), "a code is explained twice");

    let sources: Vec<Text> = ["compiler/src", "runtime/src"]
        .iter()
        .flat_map(|folder| below(folder, &[".rs"]))
        .collect();
    let used: BTreeSet<&str> = sources
        .iter()
        .flat_map(|source| source.text.split('"'))
        .filter(|word| is_code(word))
        .collect();
    assert!(!used.is_empty());
    assert_eq!(once, used);
}

/// The targets of a Markdown text's links.
fn links(text: &str) -> Vec<String> {
    let (prose, _) = prose_and_code(text);
    let targets = prose.split("](").skip(1);
    targets
        .map(|part| part.split([')', ' ']).next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let writings = writings();
    let mut reached = BTreeSet::new();
    let mut times = 0;
    for Text { path, text } in &writings {
        let folder = Path::new(path).parent().unwrap();
        for link in links(text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => root().join(path),
                file => root().join(folder).join(file),
            };
            assert!(target.exists(), "{path}: {link} does not exist");
            if !anchor.is_empty() {
                let there = headings(&fs::read_to_string(&target).unwrap());
                assert!(
                    anchors(&there).iter().any(|known| known == anchor),
                    "{path}: {link}: there is no such heading"
                );
            }
            if path == "README.md" || path == "spec.md" {
                reached.insert(target.canonicalize().unwrap());
            }
            times += 1;
        }
    }
    assert!(times > 60, "{times}");
    for page in pages() {
        let place = root().join(&page.path).canonicalize().unwrap();
        assert!(
            reached.contains(&place),
            "neither README.md nor spec.md leads to {}",
            page.path
        );
    }
}

/// What a text names in backquotes: files of Rust, and tests as `file::test`.
#[test]
fn every_file_and_test_that_is_named_exists() {
    let sources = sources();
    let (mut files, mut tests) = (0, 0);
    for Text { path, text } in writings() {
        // What the changelog tells of a version was so then.
        if path == "CHANGELOG.md" {
            continue;
        }
        for code in prose_and_code(&text).1 {
            if code.ends_with(".rs") && !code.contains([' ', '*']) {
                let end = format!("/{code}");
                let stands = sources
                    .iter()
                    .any(|s| format!("/{}", s.path).ends_with(&end));
                assert!(stands, "{path}: there is no {code}");
                files += 1;
            }
            let Some((file, test)) = code.split_once("::") else {
                continue;
            };
            let file = format!("tests/{file}.rs");
            if let Some(source) = sources.iter().find(|s| s.path.ends_with(&file)) {
                let stands = source.text.contains(&format!("fn {test}("));
                assert!(stands, "{path}: there is no test {code}");
                tests += 1;
            }
        }
    }
    assert!(files > 40 && tests > 20, "{files} {tests}");
}

/// A program that README.md shows has the lines of one of `examples/`, which are checked, run and proved.
#[test]
fn the_programs_of_the_readme_are_the_examples() {
    let examples = below("examples", &[".attn"]);
    let readme = read("README.md").text;
    let shown: Vec<&str> = readme.split("```attn\n").skip(1).collect();
    assert!(shown.len() >= 2);
    for program in shown {
        let program = program.split("```").next().unwrap();
        let stands = examples.iter().any(|example| {
            let mut lines = example.text.lines();
            let mut shown = program.lines().filter(|line| !line.is_empty());
            shown.all(|line| lines.any(|known| known == line))
        });
        assert!(stands, "README.md: no example has these lines:\n{program}");
    }
}
