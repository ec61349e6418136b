//! What is to be said of the name at a place.

use super::document::Document;
use super::facts::{Fact, Facts, Seen};
use super::symbols::{Kind, Symbol};
use super::words;
use crate::diagnostic::Span;
use crate::syntax::scan::{self, Kind as Token};

/// The most characters of a declaration that are shown.
const LONGEST: usize = 400;

/// What is said of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is said of.
    pub span: Span,
    /// As it is written in the language.
    pub code: String,
    /// Sentences of Markdown. What they quote of the program stands in `code`.
    pub text: Vec<String>,
    /// What its writer says of it: not Markdown, and a stranger's.
    pub comment: Option<String>,
    /// The place of its definition in the document's own text.
    pub defined: Option<Span>,
}

/// What is to be said of a place; `facts` are those of the text where nothing is wrong.
pub fn hover(document: &Document, facts: Option<&Facts>, at: usize) -> Option<Hover> {
    if let Some(found) = document.symbols.at(at) {
        if let Some(number) = found.means.first() {
            let symbol = &document.symbols.symbols[*number];
            return Some(of_symbol(document, facts, symbol, found.span));
        }
    }
    let tokens = scan::tokens(&document.text);
    let after = tokens.partition_point(|token| token.start <= at);
    let token = tokens[..after].last()?;
    if token.kind != Token::Word || token.span().end < at {
        return None;
    }
    let mut functions = words::functions(token.text).peekable();
    if functions.peek().is_some() {
        let all: Vec<_> = functions.collect();
        let heads: Vec<String> = all.iter().map(|function| function.head()).collect();
        return Some(Hover {
            span: token.span(),
            code: heads.join("\n"),
            text: all
                .iter()
                .map(|function| function.text.to_string())
                .collect(),
            comment: None,
            defined: None,
        });
    }
    words::word(token.text).map(|text| Hover {
        span: token.span(),
        code: token.text.to_string(),
        text: vec![text.to_string()],
        comment: None,
        defined: None,
    })
}

fn of_symbol(document: &Document, facts: Option<&Facts>, symbol: &Symbol, span: Span) -> Hover {
    let own = symbol.text == 0;
    let fact = facts
        .filter(|_| own)
        .and_then(|facts| facts.at(symbol.span));
    let mut text = vec![what(document, symbol)];
    text.extend(
        fact.map(|fact| known(symbol.kind, fact))
            .into_iter()
            .flatten(),
    );
    Hover {
        span,
        code: declaration(document, symbol, fact),
        text,
        comment: said(document, symbol),
        defined: own.then_some(symbol.span),
    }
}

/// What it is, in a sentence.
fn what(document: &Document, symbol: &Symbol) -> String {
    let noun = symbol.kind.noun();
    match symbol.text {
        0 => format!("{}.", capital(noun)),
        text => match document.beside.get(text - 1) {
            Some(beside) if beside.path.is_some() => {
                format!("{} of a file that this one uses.", capital(noun))
            }
            _ => format!("{} that ships with attnc.", capital(noun)),
        },
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// What the checked program knows.
fn known(kind: Kind, fact: &Fact) -> Vec<String> {
    let interval = fact.interval;
    let mut known = Vec::new();
    match kind {
        Kind::Parameter => known.push(format!("Is {}.", interval.lo)),
        Kind::Index => known.push(format!("From {} to {}.", interval.lo, interval.hi)),
        Kind::Table => known.push(format!("{} entries, in {interval}.", fact.elements)),
        _ => {
            let each = if fact.shape.is_empty() {
                "Is"
            } else {
                "Each element is"
            };
            known.push(format!(
                "{each} in {interval}, which the circuit holds it to."
            ));
        }
    }
    match (kind, fact.seen) {
        (Kind::Parameter | Kind::Index | Kind::Table, _) => {}
        (Kind::Cache | Kind::Carried, _) => {}
        (Kind::Value, Seen::Known) => {
            known.push(
                "Known when the key is made: a fixed column wherever it is read.".to_string(),
            );
        }
        (_, Seen::Known) => {}
        (_, Seen::Public) => known.push("In the statement that a proof is about.".to_string()),
        (_, Seen::Private) => known.push("Stays with the prover.".to_string()),
    }
    if fact.count > 1 {
        known.push(format!("{} values: one for each call.", fact.count));
    }
    known
}

/// The comment right above a declaration.
fn said(document: &Document, symbol: &Symbol) -> Option<String> {
    let text = document.text_of(symbol.text);
    let line = text[..symbol.whole.start.min(text.len())]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let lines: Vec<&str> = text[..line].lines().collect();
    let comment = |line: &&&str| line.trim_start().starts_with("//");
    let mut said: Vec<&str> = lines.iter().rev().take_while(comment).copied().collect();
    said.reverse();
    let said = said
        .iter()
        .map(|line| line.trim_start().trim_start_matches('/').trim());
    let said = said.collect::<Vec<_>>().join(" ");
    (!said.is_empty()).then_some(said)
}

/// How it is declared; of a value its name with what its indices run over, and its interval.
fn declaration(document: &Document, symbol: &Symbol, fact: Option<&Fact>) -> String {
    let text = document.text_of(symbol.text);
    let written = |span: Span| {
        text.get(span.start..span.end.min(text.len()))
            .unwrap_or(&symbol.name)
    };
    match (symbol.kind, fact) {
        (Kind::Value | Kind::Hint | Kind::Outcome, Some(fact)) => {
            let shape = match fact.shape.is_empty() {
                true => String::new(),
                false => format!("[{}]", fact.shape.join(", ")),
            };
            format!("{}{shape} : {}", symbol.name, fact.interval)
        }
        (Kind::Def, _) => head(written(symbol.whole)),
        (Kind::Circuit, _) => {
            let rest = text.get(symbol.span.start..).unwrap_or_default();
            format!("circuit {}", head(rest))
        }
        (Kind::Argument | Kind::Size | Kind::Outcome | Kind::Proof, _) => {
            short(written(symbol.whole))
        }
        _ => short(written(symbol.whole)),
    }
}

/// A head without its block.
fn head(text: &str) -> String {
    let head = text.split('{').next().unwrap_or_default();
    let words: Vec<&str> = head.split_whitespace().collect();
    short(&words.join(" "))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text.to_string(),
    }
}
