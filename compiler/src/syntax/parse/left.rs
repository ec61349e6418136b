//! What is left of a text without the pieces that cannot be read.

use std::collections::BTreeSet;

use pest::iterators::Pair;
use pest::Parser;

use super::grammar::{Grammar, Rule};
use super::tree::ast;
use crate::diagnostic::Span;
use crate::syntax::ast::Ast;
use crate::syntax::{foreign, scan};

pub(super) type Failure = pest::error::Error<Rule>;

/// The most pieces that are taken out of a text where they do not belong.
const MOST_TAKEN: usize = 20;

/// What the items of a [`super::Broken`] program that cannot be read may have said.
#[derive(Clone, Debug, Default)]
pub struct Lost {
    /// The words in them.
    pub names: BTreeSet<String>,
    /// The words in those that assert something.
    pub asserted: BTreeSet<String>,
    /// Where they stand.
    pub pieces: Vec<Span>,
}

/// Why a piece cannot be read alone.
pub(super) enum Wrong<'s> {
    Grammar(Box<Failure>),
    /// A block begins with a word of another language.
    Head(scan::Token<'s>),
}

pub(super) type Unread<'s> = (scan::Piece, Wrong<'s>);

/// The pieces that cannot be read alone.
pub(super) fn unreadable(source: &str) -> Vec<Unread<'_>> {
    let mut found = Vec::new();
    for piece in scan::pieces(source) {
        let Span { start, end } = piece.span;
        let text = &source[start..end];
        let begins = |word: &&str| text.starts_with(*word);
        let rule = if !piece.is_head && !is_definition(text) {
            Rule::piece
        } else if ["circuit", "def", "step", "layer", "for"]
            .iter()
            .any(begins)
        {
            Rule::head
        } else {
            let first = scan::tokens(text).into_iter().next();
            let foreign = first.filter(|first| foreign::word(first.text).is_some());
            found.extend(foreign.map(|mut token| {
                token.start += start;
                (piece, Wrong::Head(token))
            }));
            continue;
        };
        if let Err(failure) = Grammar::parse(rule, text) {
            found.push((piece, Wrong::Grammar(Box::new(failure))));
        }
    }
    found
}

/// Whether a piece that opens no block was to be a definition: `def` may be a name in the circuit.
fn is_definition(text: &str) -> bool {
    let tokens = scan::tokens(text);
    let mut tokens = tokens.iter();
    tokens.next().is_some_and(|first| first.text == "def")
        && tokens
            .next()
            .is_some_and(|name| name.kind == scan::Kind::Word)
}

/// What can be read of a program without these pieces.
pub(super) fn rest(source: &str, unread: &[Unread<'_>]) -> Option<(Ast, Lost)> {
    let mut lost = Lost::default();
    let ast = without(source, Rule::program, unread, &mut lost, ast)?;
    Some((ast, lost))
}

/// Reads the rule's pair of a text without the pieces that keep it from being one.
pub(super) fn lost_pieces<T>(
    source: &str,
    rule: Rule,
    lost: &mut Lost,
    read: impl Fn(Pair<'_, Rule>) -> T,
) -> Option<T> {
    without(source, rule, &unreadable(source), lost, read)
}

/// As [`lost_pieces`], of a text whose pieces were looked at.
fn without<T>(
    source: &str,
    rule: Rule,
    unread: &[Unread<'_>],
    lost: &mut Lost,
    read: impl Fn(Pair<'_, Rule>) -> T,
) -> Option<T> {
    let mut left = source.as_bytes().to_vec();
    for (piece, _) in unread {
        take_out(&mut left, lost, source, *piece)?;
    }
    for _ in 0..MOST_TAKEN {
        // Whole characters are taken out.
        let text = std::str::from_utf8(&left).ok()?;
        let failure = match Grammar::parse(rule, text) {
            Ok(mut pairs) => return pairs.next().map(read),
            Err(failure) => failure,
        };
        // What is well formed where it does not belong.
        let tokens = scan::tokens(text);
        let found = tokens
            .iter()
            .find(|token| token.span().end > offset(&failure))?;
        let holds =
            |piece: &scan::Piece| piece.span.start <= found.start && found.start < piece.span.end;
        let piece = scan::pieces(text).into_iter().find(holds)?;
        take_out(&mut left, lost, source, piece)?;
    }
    None
}

/// Takes a piece out of the text; the head of a block with its block, but not the circuit's.
fn take_out(left: &mut [u8], lost: &mut Lost, source: &str, piece: scan::Piece) -> Option<()> {
    let Span { start, mut end } = piece.span;
    if piece.is_head {
        if source[start..].starts_with("circuit") {
            return None;
        }
        let mut depth = 1;
        for token in scan::tokens(&source[end..]) {
            match token.text {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                end += token.span().end;
                break;
            }
        }
    }
    lost.pieces.push(Span::new(start, end));
    let tokens = scan::tokens(&source[start..end]);
    let words = tokens.iter().filter(|token| token.kind == scan::Kind::Word);
    let words: BTreeSet<String> = words.map(|token| token.text.to_string()).collect();
    if words.contains("assert") {
        lost.asserted.extend(words.iter().cloned());
    }
    lost.names.extend(words);
    for byte in &mut left[start..end] {
        if !matches!(byte, b'\r' | b'\n') {
            *byte = b' ';
        }
    }
    Some(())
}

/// Where the grammar stopped.
pub(super) fn offset(failure: &Failure) -> usize {
    match failure.location {
        pest::error::InputLocation::Pos(at) => at,
        pest::error::InputLocation::Span((start, _)) => start,
    }
}
