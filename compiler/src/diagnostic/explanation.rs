//! What is to be said of each code: the entries of `docs/errors.md`, which is compiled in (spec 10).

use std::sync::LazyLock;

const PAGE: &str = include_str!("errors.md");

static ENTRIES: LazyLock<Vec<Explanation>> = LazyLock::new(|| match parse(PAGE) {
    Ok(entries) => entries,
    Err(why) => unreachable!("docs/errors.md is read by a test: {why}"),
});

/// An entry: what is wrong in the user's words, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// `E034`.
    pub code: &'static str,
    pub title: &'static str,
    /// The title of the codes that it stands among.
    pub group: &'static str,
    /// Paragraphs, with an empty line between two. Names and code stand in backticks.
    pub text: &'static str,
    /// One that is wrong and one that is right, after the program that both are about if there is one.
    pub examples: Vec<Example>,
}

/// A block of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    pub kind: Kind,
    pub side: Side,
    pub form: Form,
    /// Whole lines, as they stand on the page.
    pub text: &'static str,
}

/// What an example is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole program, under every plan that it declares.
    Program,
    /// One command, for the program that is given.
    Command,
    /// An input file, for the program that is given.
    Input,
    /// The choices of a layout, for the program that is given.
    Choices,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What both of the others are about.
    Given,
    Wrong,
    Right,
}

/// How an example's text is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    /// `\r`, `\xe9` and `\u{202e}` stand for the byte or character that no page can show.
    Escaped,
    /// The file goes on, to one byte more than a program may have.
    Padded,
    /// The plan is asked for as one part.
    Alone,
    /// Its tests are run.
    Tested,
}

impl Kind {
    /// The word of its blocks on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Program => "attn",
            Self::Command => "console",
            Self::Input => "json",
            Self::Choices => "choices",
        }
    }
}

impl Side {
    /// The word of its blocks on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Wrong => "wrong",
            Self::Right => "right",
        }
    }
}

impl Form {
    /// The word of its blocks on the page, if they have one.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Escaped => Some("escaped"),
            Self::Padded => Some("padded"),
            Self::Alone => Some("alone"),
            Self::Tested => Some("tested"),
        }
    }
}

/// The entry of a code such as `E034`.
pub fn explanation(code: &str) -> Option<&'static Explanation> {
    explanations().iter().find(|entry| entry.code == code)
}

/// All entries, as they stand on the page: group by group.
pub fn explanations() -> &'static [Explanation] {
    &ENTRIES
}

/// Reads the page; an error says what is not of its form.
fn parse(page: &'static str) -> Result<Vec<Explanation>, String> {
    let mut entries = Vec::new();
    let mut group = "";
    let mut rest = page;
    // What stands before the first group says how the page is made.
    while let Some((at, heading)) = headings(rest).next() {
        rest = &rest[at + heading.len()..];
        let end = headings(rest).next().map_or(rest.len(), |(at, _)| at);
        let body = &rest[..end];
        if let Some(numbered) = heading.strip_prefix("## ") {
            group = numbered.split_once(' ').map_or("", |(_, title)| title);
        } else if let Some(entry) = heading.strip_prefix("### ") {
            let read = read(entry, group, body).map_err(|why| format!("{heading}: {why}"))?;
            entries.push(read);
        }
    }
    Ok(entries)
}

/// The headings outside of blocks, with where they are.
fn headings(text: &'static str) -> impl Iterator<Item = (usize, &'static str)> {
    let mut at = 0;
    let mut inside = false;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        inside ^= line.starts_with("```");
        (!inside && line.starts_with('#')).then_some((start, line.trim_end()))
    })
}

fn read(
    heading: &'static str,
    group: &'static str,
    body: &'static str,
) -> Result<Explanation, String> {
    let (code, title) = heading.split_once(": ").ok_or("no `CODE: title`")?;
    let (text, mut rest) = body.split_at(body.find("```").ok_or("no example")?);
    let mut examples = Vec::new();
    while let Some(block) = rest.strip_prefix("```") {
        let (info, block) = block.split_once('\n').ok_or("a block without an end")?;
        let (text, after) = block
            .split_once("```\n")
            .ok_or_else(|| format!("`{info}` has no end"))?;
        examples.push(example(info, text).ok_or_else(|| format!("`{info}` is no block"))?);
        rest = after.trim_start();
    }
    match rest {
        "" => Ok(Explanation {
            code,
            title,
            group,
            text: text.trim(),
            examples,
        }),
        _ => Err(format!("text after its examples: {rest}")),
    }
}

fn example(info: &str, text: &'static str) -> Option<Example> {
    let mut words = info.split(' ');
    let kind = words.next()?;
    let kinds = [Kind::Program, Kind::Command, Kind::Input, Kind::Choices];
    let kind = kinds.into_iter().find(|it| it.name() == kind)?;
    let side = words.next()?;
    let sides = [Side::Given, Side::Wrong, Side::Right];
    let side = sides.into_iter().find(|it| it.name() == side)?;
    let form = words.next();
    let forms = [
        Form::Plain,
        Form::Escaped,
        Form::Padded,
        Form::Alone,
        Form::Tested,
    ];
    let form = forms.into_iter().find(|it| it.name() == form)?;
    words.next().is_none().then_some(Example {
        kind,
        side,
        form,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_read_to_its_last_block() {
        let entries = parse(PAGE).unwrap();
        let blocks: usize = entries.iter().map(|entry| entry.examples.len()).sum();
        assert_eq!(PAGE.matches("\n### ").count(), entries.len());
        assert_eq!(PAGE.matches("\n```").count(), 2 * blocks);
        let first = explanation("E001").unwrap();
        assert_eq!((first.code, first.group), ("E001", "Text"));
        assert!(first.text.starts_with("A program") && first.text.ends_with('.'));
        assert!(explanation("E52").is_none() && explanation("e034").is_none());
    }

    #[test]
    fn each_entry_has_one_wrong_and_one_right() {
        for entry in explanations() {
            let (code, examples) = (entry.code, &entry.examples);
            let sides: Vec<Side> = examples.iter().map(|example| example.side).collect();
            let kind = examples[examples.len() - 1].kind;
            let wanted: &[Side] = match kind {
                Kind::Program => &[Side::Wrong, Side::Right],
                _ => &[Side::Given, Side::Wrong, Side::Right],
            };
            assert_eq!(sides, wanted, "{code}");
            for example in examples {
                let is_given = example.side == Side::Given;
                let expected = if is_given { Kind::Program } else { kind };
                assert_eq!(example.kind, expected, "{code}");
                assert!(example.text.lines().count() <= 16, "{code}");
                assert!(example.text.lines().all(|line| line.len() <= 96), "{code}");
            }
            assert!(!entry.group.is_empty() && !entry.text.is_empty(), "{code}");
            assert!(entry.text.lines().all(|line| line.len() <= 100), "{code}");
            // A terminal shows no links, and no list or table of Markdown is read here.
            let plain =
                |line: &str| !line.contains("](") && !line.starts_with(['|', '-', '*', ' ']);
            assert!(entry.text.lines().all(plain), "{code}");
            assert!(!entry.title.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn codes_stand_once_and_in_order_within_their_group() {
        for pair in explanations().windows(2) {
            let [before, after] = pair else { continue };
            assert!(
                before.group != after.group || before.code < after.code,
                "{} before {}",
                before.code,
                after.code
            );
        }
        let mut codes: Vec<&str> = explanations().iter().map(|entry| entry.code).collect();
        codes.sort_unstable();
        let count = codes.len();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }

    #[test]
    fn what_is_not_of_the_form_is_an_error() {
        for (page, why) in [
            ("## 10.1 A\n### E001: t\n\np\n", "no example"),
            ("### E001 t\n", "no `CODE: title`"),
            ("### E001: t\n```attn wrong\nx\n", "`attn wrong` has no end"),
            (
                "### E001: t\n```rust wrong\nx\n```\n",
                "`rust wrong` is no block",
            ),
            (
                "### E001: t\n```attn wrong odd\n```\n",
                "`attn wrong odd` is no block",
            ),
            (
                "### E001: t\n```attn wrong\nx\n```\nmore\n",
                "text after its examples",
            ),
        ] {
            let error = parse(page).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }
}
