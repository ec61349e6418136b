//! The specification and the code agree: every section that is cited stands once, every code is
//! explained, the contents are those of the pages.

#[path = "common/texts.rs"]
mod texts;

use std::collections::BTreeSet;

use texts::{anchors, below, headings, pages, read, sources, writings, Text};

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
