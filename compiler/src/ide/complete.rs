//! What could be written at a place.

use std::collections::BTreeSet;

use super::document::Document;
use super::symbols::{Kind, Role, Symbol};
use super::words::{self, FUNCTIONS};
use crate::diagnostic::Span;
use crate::syntax::ast::Def;
use crate::syntax::parse::{next, Next};
use crate::syntax::scan;

/// Something that could be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub label: String,
    /// What is put in place of the word at the cursor; `${1:...}` are places to fill in.
    pub snippet: String,
    /// The same without such places.
    pub plain: String,
    /// What it is of the document's, if it is a name.
    pub kind: Option<Kind>,
    pub is_function: bool,
    /// In few words.
    pub detail: String,
    pub text: String,
}

/// What could be written at a place, and the word that stands there so far.
pub fn complete(document: &Document, at: usize) -> (Span, Vec<Candidate>) {
    let text = &document.text;
    let at = at.min(text.len());
    let before = text.get(..at).unwrap_or_default();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = before.rfind(|c| !is_part(c)).map_or(0, |last| {
        last + before[last..].chars().next().map_or(1, char::len_utf8)
    });
    let word = Span::new(start, at);
    if in_comment(before) || before[start..].starts_with(|c: char| c.is_ascii_digit()) {
        return (word, Vec::new());
    }
    let mut before = readable(document, start, true);
    let mut wanted = next(&before);
    if wanted.is_none() {
        // What stands before the place is broken further back.
        before = readable(document, start, false);
        wanted = next(&before);
    }
    let mut found = Found {
        document,
        at: start,
        all: Vec::new(),
    };
    if let Some((name, _)) = result_of(&before) {
        found.results(&name);
        return (word, found.all);
    }
    let wanted = wanted.unwrap_or_else(|| BTreeSet::from([Next::Expression]));
    let tokens = scan::tokens(&before);
    if tokens.last().is_some_and(|last| last.text == "use") {
        found.word("nn", "the library that ships with attnc");
        return (word, found.all);
    }
    for wanted in wanted {
        found.offer(wanted, &tokens);
    }
    let mut known = BTreeSet::new();
    found
        .all
        .retain(|candidate| known.insert(candidate.label.clone()));
    (word, found.all)
}

fn in_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.contains("//")
}

/// The text before a place, with blanks for pieces before it that cannot be read; `keep` the one that the place is
/// in, or right behind.
fn readable(document: &Document, at: usize, keep: bool) -> String {
    let mut bytes = document.text.as_bytes()[..at].to_vec();
    for piece in &document.lost {
        let between = document.text.get(piece.end..at);
        let behind = between.is_none_or(|text| scan::tokens(text).is_empty());
        if piece.start < at && !(keep && behind) {
            for byte in &mut bytes[piece.start..piece.end.min(at)] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// The definition whose result is to be named: `norm(x).`.
fn result_of(before: &str) -> Option<(String, usize)> {
    let tokens = scan::tokens(before);
    let [.., close, dot] = tokens.as_slice() else {
        return None;
    };
    if (close.text, dot.text) != (")", ".") {
        return None;
    }
    let mut depth = 0_usize;
    for (number, token) in tokens[..tokens.len() - 1].iter().enumerate().rev() {
        match token.text {
            ")" => depth += 1,
            "(" if depth == 1 => {
                let name = tokens.get(number.checked_sub(1)?)?;
                return Some((name.text.to_string(), name.start));
            }
            "(" => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

struct Found<'d> {
    document: &'d Document,
    at: usize,
    all: Vec<Candidate>,
}

impl<'d> Found<'d> {
    fn offer(&mut self, wanted: Next, tokens: &[scan::Token<'_>]) {
        let last = tokens.last().map_or("", |token| token.text);
        match wanted {
            Next::Words(words) => {
                let text = words::word(words.split(' ').next().unwrap_or_default());
                self.word(words, text.unwrap_or_default());
            }
            Next::Expression => self.expression(last),
            Next::Name => self.names(last),
            Next::Member => self.members(tokens),
            Next::Cut => self.cuts(),
            Next::Named => self.named(tokens),
            Next::Proof => {}
        }
    }

    fn word(&mut self, word: &str, text: &str) {
        self.all.push(Candidate {
            label: word.to_string(),
            snippet: word.to_string(),
            plain: word.to_string(),
            kind: None,
            is_function: false,
            detail: "word of the language".to_string(),
            text: text.to_string(),
        });
    }

    fn symbol(&mut self, symbol: &Symbol) {
        let calls = matches!(symbol.kind, Kind::Def | Kind::Table);
        let name = &symbol.name;
        let snippet = if calls {
            format!("{name}($1)")
        } else {
            name.clone()
        };
        self.all.push(Candidate {
            label: name.clone(),
            snippet,
            plain: name.clone(),
            kind: Some(symbol.kind),
            is_function: false,
            detail: symbol.kind.noun().to_string(),
            text: String::new(),
        });
    }

    /// What an expression reads and calls here.
    fn expression(&mut self, last: &str) {
        let document = self.document;
        let domain = last == "in";
        let names = document
            .symbols
            .visible(self.at)
            .filter(|symbol| match domain {
                true => matches!(
                    symbol.kind,
                    Kind::Parameter | Kind::Cache | Kind::Size | Kind::Index | Kind::Argument
                ),
                false => symbol.kind.is_read() || symbol.kind == Kind::Def,
            });
        let names: Vec<&Symbol> = names.collect();
        names.into_iter().for_each(|symbol| self.symbol(symbol));
        if domain {
            return;
        }
        let in_table = self.in_table();
        for function in FUNCTIONS.iter().filter(|it| in_table || !it.real) {
            let name = function.name;
            let snippet = match function.reduces {
                true => format!("{name}(${{1:j}} in ${{2:n}}) $0"),
                false => format!("{name}($1)"),
            };
            self.all.push(Candidate {
                label: name.to_string(),
                snippet,
                plain: name.to_string(),
                kind: None,
                is_function: true,
                detail: function.head(),
                text: function.text.to_string(),
            });
        }
        if in_table {
            self.word("pi", words::word("pi").unwrap_or_default());
        }
    }

    /// Whether the statement here is a table.
    fn in_table(&self) -> bool {
        let tokens = scan::tokens(&self.document.text[..self.at]);
        let mut firsts = (0..tokens.len()).rev();
        let begun = firsts.find(|at| scan::starts_item(&tokens[*at..]));
        begun.is_some_and(|at| tokens[at].text == "table")
    }

    /// Names that stand alone: what a statement begins with, or an arrow reads.
    fn names(&mut self, last: &str) {
        let arrow = last == "<-";
        let declares = [
            "circuit", "def", "step", "layer", "for", "table", "input", "output",
        ];
        if declares.contains(&last) || ["state", "region", "plan", "(", "["].contains(&last) {
            return;
        }
        let document = self.document;
        let names = document
            .symbols
            .visible(self.at)
            .filter(|symbol| match arrow {
                true => symbol.kind.is_member() && symbol.kind != Kind::Table,
                false => matches!(
                    symbol.kind,
                    Kind::Output(_) | Kind::Outcome | Kind::Cache | Kind::Carried
                ),
            });
        let names: Vec<&Symbol> = names.collect();
        names.into_iter().for_each(|symbol| self.symbol(symbol));
    }

    /// What a region has, a proof adds and subtracts, or a boundary lies between.
    fn members(&mut self, tokens: &[scan::Token<'_>]) {
        let symbols = &self.document.symbols;
        let last = tokens.last().map_or("", |token| token.text);
        if ["region", "plan", "proof"].contains(&last) {
            return;
        }
        if ["open", "linked", "|"].contains(&last) {
            let plan = symbols.symbols.iter().position(|symbol| {
                symbol.kind == Kind::Plan
                    && symbol.whole.start <= self.at
                    && self.at <= symbol.whole.end
            });
            let proofs = symbols.symbols.iter().filter(|symbol| {
                symbol.kind == Kind::Proof && (plan.is_none() || symbol.within == plan)
            });
            let proofs: Vec<&Symbol> = proofs.collect();
            proofs.into_iter().for_each(|symbol| self.symbol(symbol));
            self.word("*", "All boundaries that no other line is about.");
            return;
        }
        if last == "by" {
            return self.cuts();
        }
        let in_plan = matches!(last, ":" | "+" | "-");
        let members = symbols.symbols.iter().filter(|symbol| {
            symbol.def.is_none()
                && (symbol.kind.is_member() || (in_plan && symbol.kind == Kind::Region))
        });
        let members: Vec<&Symbol> = members.collect();
        members.into_iter().for_each(|symbol| {
            self.symbol(symbol);
            // A table is named here, not called.
            if let Some(last) = self.all.last_mut() {
                last.snippet.clone_from(&last.label);
            }
        });
        if in_plan {
            self.word("*", "Every member.");
        }
    }

    fn cuts(&mut self) {
        let symbols = self.document.symbols.symbols.iter();
        let indices = symbols.filter(|symbol| {
            symbol.kind == Kind::Index && symbol.def.is_none() && symbol.after.is_none()
        });
        let indices: Vec<&Symbol> = indices.collect();
        indices.into_iter().for_each(|symbol| self.symbol(symbol));
    }

    /// The parameters that a call may name.
    fn named(&mut self, tokens: &[scan::Token<'_>]) {
        let mut depth = 0_usize;
        let mut called = None;
        for (number, token) in tokens.iter().enumerate().rev() {
            match token.text {
                ")" | "]" => depth += 1,
                "(" if depth == 0 => {
                    called = number.checked_sub(1);
                    break;
                }
                "(" | "[" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let Some(name) = called.map(|number| tokens[number].text) else {
            return;
        };
        for parameter in self
            .called(name)
            .into_iter()
            .flat_map(|def| &def.parameters)
        {
            let name = &parameter.name.text;
            self.all.push(Candidate {
                label: format!("{name} ="),
                snippet: format!("{name} = $1"),
                plain: format!("{name} = "),
                kind: Some(Kind::Argument),
                is_function: false,
                detail: "argument by name".to_string(),
                text: String::new(),
            });
        }
    }

    /// The definition that a call of this name is of.
    fn called(&self, name: &str) -> Option<&'d Def> {
        let document = self.document;
        let meant = document.symbols.meant(name, self.at, &Role::Call);
        let symbol = &document.symbols.symbols[*meant.first()?];
        document.def(symbol.text, symbol.span)
    }

    /// The results of a definition.
    fn results(&mut self, name: &str) {
        for outcome in self.called(name).into_iter().flat_map(|def| &def.results) {
            self.all.push(Candidate {
                label: outcome.name.text.clone(),
                snippet: outcome.name.text.clone(),
                plain: outcome.name.text.clone(),
                kind: Some(Kind::Outcome),
                is_function: false,
                detail: Kind::Outcome.noun().to_string(),
                text: String::new(),
            });
        }
    }
}
