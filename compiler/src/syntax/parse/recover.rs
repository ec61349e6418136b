//! What an editor can be told of a text while it is broken: the tree of all that can be read.

use pest::iterators::Pair;
use pest::Parser;

use super::grammar::{Grammar, Rule};
use super::left::{lost_pieces, Lost};
use super::tree::{ast, library};
use crate::diagnostic::visible::is_control;
use crate::diagnostic::Span;
use crate::syntax::ast::{Ast, Library};
use crate::syntax::scan::{self, Token};

/// What a text is of.
#[derive(Clone, Debug)]
pub enum Written {
    Program(Ast),
    /// Definitions for programs that use the file.
    Library(Library),
}

/// A text as far as it can be read. Spans are those of the text, and may end a little behind it where
/// braces are missing.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// Nothing if its head or most of it cannot be read.
    pub written: Option<Written>,
    /// The pieces that cannot be read, in order.
    pub lost: Vec<Span>,
}

/// Reads what can be read, whatever is wrong: brackets without partners too.
pub fn recover(source: &str) -> Recovered {
    if source.len() > scan::MAX_SOURCE {
        return Recovered {
            written: None,
            lost: Vec::new(),
        };
    }
    let (mended, mut lost) = match scan::limits(source) {
        Ok(()) => (source.to_string(), Vec::new()),
        Err(_) => mend(source),
    };
    let program = is_program(&mended);
    // Only brackets that match, none too deep, may be given to the parser.
    let written = scan::limits(&mended).ok().and_then(|()| {
        let rule = if program {
            Rule::program
        } else {
            Rule::library
        };
        let (written, taken) = readable(&mended, rule, |pair| match program {
            true => Written::Program(ast(pair)),
            false => Written::Library(library(pair)),
        })?;
        lost.extend(taken);
        Some(written)
    });
    lost.sort_unstable();
    Recovered { written, lost }
}

/// Whether a text is of a circuit, well formed or not.
pub fn is_program(source: &str) -> bool {
    scan::tokens(source).iter().any(is_head)
}

fn is_head(token: &Token<'_>) -> bool {
    token.text == "circuit"
}

/// What can be read of a text, and what cannot.
fn readable<T>(
    source: &str,
    rule: Rule,
    read: impl Fn(Pair<'_, Rule>) -> T,
) -> Option<(T, Vec<Span>)> {
    if let Ok(mut pairs) = Grammar::parse(rule, source) {
        return Some((read(pairs.next()?), Vec::new()));
    }
    let found = |source: &str| {
        let mut lost = Lost::default();
        let read = lost_pieces(source, rule, &mut lost, &read)?;
        Some((read, lost.pieces))
    };
    found(source).or_else(|| {
        // The circuit's parameters, if they are to blame.
        let tokens = scan::tokens(source);
        let head = tokens.iter().position(is_head)?;
        let open = head + 2;
        let end = open
            + tokens
                .get(open..)?
                .iter()
                .position(|token| token.text == "{")?;
        let params = tokens.get(open)?.span().to(tokens.get(end - 1)?.span());
        if end == open
            || Grammar::parse(Rule::head, &source[tokens[head].start..=tokens[end].start]).is_ok()
        {
            return None;
        }
        let (read, mut lost) = found(&blanked(source, &[params]))?;
        lost.push(params);
        Some((read, lost))
    })
}

/// The text with blanks in the place of pieces; lines stay where they are.
fn blanked(source: &str, pieces: &[Span]) -> String {
    let mut bytes = source.as_bytes().to_vec();
    for piece in pieces {
        for byte in &mut bytes[piece.start..piece.end] {
            if !matches!(byte, b'\n') {
                *byte = b' ';
            }
        }
    }
    // Whole characters are taken out.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The text with blanks for characters that no program has and for what stands between brackets without
/// partners, and with the braces closed that are open at its end; and what is blank now.
fn mend(source: &str) -> (String, Vec<Span>) {
    let stray = source.char_indices().filter(|&(at, c)| match c {
        '\t' | '\n' => false,
        '\r' => !source[at + 1..].starts_with('\n'),
        c => is_control(c),
    });
    let stray: Vec<Span> = stray
        .map(|(at, c)| Span::new(at, at + c.len_utf8()))
        .collect();
    let text = blanked(source, &stray);
    let tokens = scan::tokens(&text);
    let mut lost = Vec::new();
    let mut open = 0_usize;
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].text {
            "{" => {
                open += 1;
                at += 1;
            }
            "}" => {
                match open {
                    0 => lost.push(tokens[at].span()),
                    _ => open -= 1,
                }
                at += 1;
            }
            _ => {
                let end = whole(&tokens, at).unwrap_or_else(|| {
                    let end = piece(&tokens, at);
                    lost.push(unmatched(&tokens[at..end]));
                    end
                });
                at = end;
            }
        }
    }
    let mut text = blanked(&text, &lost);
    text.extend(std::iter::repeat_n('}', open));
    (text, lost)
}

/// Where the piece that begins at a token ends: before the next brace, item or statement.
fn piece(tokens: &[Token<'_>], from: usize) -> usize {
    let ends =
        |at: &usize| matches!(tokens[*at].text, "{" | "}") || scan::starts_item(&tokens[*at..]);
    (from + 1..tokens.len()).find(ends).unwrap_or(tokens.len())
}

/// The most pieces that brackets are looked for in.
const MOST_PIECES: usize = 64;

/// The end of the pieces from one on in which brackets match; nothing if they do not before a brace.
fn whole(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    let mut end = from;
    let mut open = Vec::new();
    for _ in 0..MOST_PIECES {
        let next = piece(tokens, end);
        for token in &tokens[end..next] {
            match token.text {
                "(" | "[" => open.push(token.text),
                ")" | "]" if open.pop() != Some(partner(token.text)) => return None,
                _ => {}
            }
        }
        end = next;
        let ended = tokens
            .get(end)
            .is_none_or(|next| matches!(next.text, "{" | "}"));
        match open.is_empty() {
            true => return Some(end),
            false if ended => return None,
            false => {}
        }
    }
    None
}

fn partner(close: &str) -> &'static str {
    match close {
        ")" => "(",
        _ => "[",
    }
}

/// The part of a piece to take out: of a circuit's head all behind its name.
fn unmatched(tokens: &[Token<'_>]) -> Span {
    let first = match is_head(&tokens[0]) && tokens.len() > 2 {
        true => 2,
        false => 0,
    };
    tokens[first].span().to(tokens[tokens.len() - 1].span())
}
