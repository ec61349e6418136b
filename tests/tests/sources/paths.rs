//! The paths that a file names: its `use` trees, and those in its code.

use std::collections::BTreeSet;

/// A word, `::`, or a sign, and its line.
pub struct Token {
    text: String,
    line: usize,
}

/// A path as it is written, and where.
#[derive(Clone)]
pub struct Path {
    pub names: Vec<String>,
    pub file: String,
    pub line: usize,
}

/// One leaf of a `use` tree.
pub struct Use {
    pub path: Path,
    /// What it is called here.
    pub name: String,
    pub glob: bool,
    /// Whether others may have it from here.
    pub public: bool,
}

const ROOTS: [&str; 5] = ["crate", "super", "self", "attnc", "attnc_compiler"];

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

pub fn tokens(code: &str) -> Vec<Token> {
    let mut found = Vec::new();
    for (line, row) in (1..).zip(code.lines()) {
        let mut rest = row.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (text, after) = rest.split_at(length);
            let text = text.to_owned();
            found.push(Token { text, line });
            rest = after.trim_start();
        }
    }
    found
}

/// The modules that are declared as files of their own, and whether more than the file sees them.
pub fn declared(tokens: &[Token]) -> Vec<(String, bool)> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    let found = (0..tokens.len()).filter(|&at| is(at, "mod") && is(at + 2, ";"));
    let found = found.map(|at| (tokens[at + 1].text.clone(), is_public(tokens, at)));
    found.collect()
}

pub fn words(tokens: &[Token]) -> BTreeSet<String> {
    let words = tokens.iter().filter(|token| is_word(&token.text));
    words.map(|token| token.text.clone()).collect()
}

/// The names that are defined outside all braces, by a keyword or as `name!(..., Name);`.
pub fn items(tokens: &[Token]) -> BTreeSet<String> {
    const KINDS: [&str; 8] = [
        "fn", "struct", "enum", "trait", "const", "static", "type", "union",
    ];
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut found = BTreeSet::new();
    let mut depth = 0;
    for at in 0..tokens.len() {
        match text(at) {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth > 0 => {}
            kind if KINDS.contains(&kind) => drop(found.insert(text(at + 1).to_owned())),
            name if [text(at + 1), text(at + 2)] == [")", ";"]
                && name.starts_with(char::is_uppercase) =>
            {
                found.insert(name.to_owned());
            }
            _ => {}
        }
    }
    found.remove("fn");
    found
}

/// All `use` leaves, and all other paths that begin at a crate, a module around, or a module that
/// the file declares.
pub fn read(file: &str, tokens: &[Token], declared: &[(String, bool)]) -> (Vec<Use>, Vec<Path>) {
    let (mut uses, mut paths) = (Vec::new(), Vec::new());
    let mut at = 0;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    while at < tokens.len() {
        let before = at.checked_sub(1).map_or("", text);
        if text(at) == "use" {
            let public = is_public(tokens, at);
            let mut tree = Tree {
                file,
                tokens,
                at: at + 1,
                public,
                uses: &mut uses,
            };
            tree.read(&[]);
            at = tree.at;
            continue;
        }
        let starts = ROOTS.contains(&text(at)) || declared.iter().any(|(name, _)| name == text(at));
        if starts && text(at + 1) == "::" && before != "::" && before != "." {
            let line = tokens[at].line;
            let mut names = vec![text(at).to_owned()];
            while text(at + 1) == "::" && is_word(text(at + 2)) {
                names.push(text(at + 2).to_owned());
                at += 2;
            }
            let file = file.to_owned();
            paths.push(Path { names, file, line });
        }
        at += 1;
    }
    (uses, paths)
}

/// Whether `pub` or `pub(...)` stands before.
fn is_public(tokens: &[Token], at: usize) -> bool {
    let mut before = tokens[..at].iter().rev().map(|token| token.text.as_str());
    match before.next() {
        Some("pub") => true,
        Some(")") => before.any(|text| text == "(") && before.next() == Some("pub"),
        _ => false,
    }
}

struct Tree<'a> {
    file: &'a str,
    tokens: &'a [Token],
    at: usize,
    public: bool,
    uses: &'a mut Vec<Use>,
}

impl Tree<'_> {
    fn text(&self) -> &str {
        self.tokens.get(self.at).map_or(";", |token| &token.text)
    }

    fn read(&mut self, before: &[String]) {
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        let mut names = before.to_vec();
        loop {
            match self.text() {
                "::" => self.at += 1,
                "{" => {
                    self.at += 1;
                    while self.text() != "}" && self.text() != ";" {
                        self.read(&names);
                        if self.text() == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return;
                }
                "*" => {
                    self.at += 1;
                    return self.leaf(names, String::new(), true, line);
                }
                "as" => {
                    self.at += 1;
                    let name = self.text().to_owned();
                    self.at += 1;
                    return self.leaf(names, name, false, line);
                }
                "," | "}" | ";" => break,
                // Of `a::{self}`: `a`.
                "self" if !names.is_empty() => self.at += 1,
                _ => {
                    names.push(self.text().to_owned());
                    self.at += 1;
                }
            }
        }
        let name = names.last().cloned().unwrap_or_default();
        self.leaf(names, name, false, line);
    }

    fn leaf(&mut self, names: Vec<String>, name: String, glob: bool, line: usize) {
        let (file, public) = (self.file.to_owned(), self.public);
        self.uses.push(Use {
            path: Path { names, file, line },
            name,
            glob,
            public,
        });
    }
}
