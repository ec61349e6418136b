//! What is asked of a source text before it is parsed: UTF-8, size, nesting, matching brackets.
//!
//! It also cuts a text into pieces, so that one syntax error does not hide the next.

use crate::diagnostic::visible::{is_control, name};
use crate::diagnostic::{Diagnostic, Span, PLAN_TEXT};
use crate::syntax::foreign;

/// The largest source text, in bytes.
pub const MAX_SOURCE: usize = 1 << 20;
const _: () = assert!(MAX_SOURCE < PLAN_TEXT);
/// How deep brackets and reductions may nest: the parser descends once for each.
pub const MAX_NESTING: usize = 64;
/// The most operators on one path through an expression: later stages descend once for each.
pub const MAX_OPERATORS: usize = 256;

/// The source as text, without a byte-order mark.
///
/// # Errors
/// E004 if it is not UTF-8; the message says where.
pub fn decode(bytes: &[u8]) -> Result<&str, Diagnostic> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let at = error.valid_up_to();
            let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            let message = format!("the source is not UTF-8 text: byte {at}, on line {line}");
            // In the text with a sign for what is none, which is what is shown.
            let error = Diagnostic::new("E004", message).at(Span::new(at, at), "no character");
            Err(error.hint("save the file as UTF-8"))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Number,
    Sign,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'s> {
    pub kind: Kind,
    pub text: &'s str,
    pub start: usize,
    pub first_on_line: bool,
}

impl Token<'_> {
    pub fn span(&self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }
}

const LONG_SIGNS: [&str; 7] = ["..=", "..", "<-", "->", ">=", "<=", "=="];

/// The words, numbers and signs of a text, in order; comments and blanks are left out.
pub(crate) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut first_on_line = true;
    while let Some(next) = source[at..].chars().next() {
        let rest = &source[at..];
        // The grammar's blanks, and no others.
        if matches!(next, ' ' | '\t' | '\r' | '\n') {
            first_on_line |= next == '\n';
            at += next.len_utf8();
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let (kind, length) = if is_part(next) {
            let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            if next.is_ascii_digit() {
                (Kind::Number, length)
            } else {
                (Kind::Word, length + made(&rest[length..]).unwrap_or(0))
            }
        } else if let Some(length) = path(rest) {
            (Kind::Sign, length)
        } else {
            let long = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign));
            (Kind::Sign, long.map_or(next.len_utf8(), |sign| sign.len()))
        };
        found.push(Token {
            kind,
            text: &rest[..length],
            start: at,
            first_on_line,
        });
        first_on_line = false;
        at += length;
    }
    found
}

/// How long the rest of a name is that a call made, `#1.square` (spec 2.8).
fn made(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix('#')?;
    let (number, word) = digits.split_once('.')?;
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) || !word.starts_with(starts)
    {
        return None;
    }
    let length = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    Some(1 + number.len() + 1 + length.unwrap_or(word.len()))
}

/// How long the path of a `use` is, with its quotes; what is in it are no words and brackets.
fn path(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('"')?;
    let end = inner.find(['"', '\r', '\n'])?;
    inner[end..].starts_with('"').then_some(end + 2)
}

/// Refuses what the parser must not be given.
///
/// # Errors
/// E001 for a text over [`MAX_SOURCE`], E002 for nesting or chains of operators over the limits,
/// E003 for a bracket without its partner, E005 for a control character.
pub(crate) fn limits(source: &str) -> Result<(), Diagnostic> {
    if source.len() > MAX_SOURCE {
        let message = format!(
            "the source has {} bytes; {MAX_SOURCE} is the most",
            source.len()
        );
        let error = Diagnostic::new("E001", message).at(Span::default(), "begins here");
        return Err(
            error.hint("what is large is given beside it: fixed inputs, and tables `from input`")
        );
    }
    controls(source)?;
    let mut levels = vec![Level::default()];
    let mut suspect = None;
    for token in tokens(source) {
        let Some(level) = levels.last_mut() else {
            unreachable!("the outermost level is never closed");
        };
        match token.text {
            "(" | "[" | "{" => {
                levels.push(Level {
                    open: Some(token),
                    ..Level::default()
                });
            }
            ")" | "]" | "}" => {
                let inner = levels.pop().unwrap_or_default();
                let open = check_partner(source, inner.open, token)?;
                if token.first_on_line && indentation(source, token) < indentation(source, open) {
                    suspect = suspect.or(Some((open, token)));
                }
                if let Some(outer) = levels.last_mut() {
                    if token.text == "}" {
                        outer.start_expression();
                    } else {
                        outer.inside = outer.inside.max(inner.deepest.max(inner.depth()) + 1);
                    }
                }
            }
            "=" | "==" | "<-" | "<" | ">" | "<=" | ">=" | ":" | "," | ".." | "..=" | "|" => {
                level.start_expression();
            }
            "+" | "/" | "%" => {
                level.operators += 1;
                level.reductions = 0;
            }
            "-" | "*" | "^" => level.operators += 1,
            "sum" | "max" | "min" => {
                level.operators += 1;
                level.reductions += 1;
            }
            _ => {}
        }
        check_depth(&levels, token)?;
    }
    let Some(unclosed) = levels.pop().and_then(|level| level.open) else {
        return Ok(());
    };
    let error = |open: Token| {
        Diagnostic::new("E003", format!("`{}` is never closed", open.text))
            .at(open.span(), "opened here")
    };
    Err(match suspect {
        Some((open, close)) if unclosed.text == "{" => error(open).also(
            close.span(),
            "this stands further left, as if it closed an outer block",
        ),
        _ if divides(source, unclosed) => error(unclosed).hint(foreign::DIVISION),
        _ => error(unclosed),
    })
}

/// Whether a comment on the line of an open bracket has its partner, as in `(a // b)`.
fn divides(source: &str, open: Token) -> bool {
    let line = source[open.start..].lines().next().unwrap_or_default();
    let partner = match open.text {
        "(" => ')',
        "[" => ']',
        _ => return false,
    };
    line.split_once("//")
        .is_some_and(|(_, comment)| comment.contains(partner))
}

/// What is read is what is seen, in comments too: nothing ends a line but a line feed or a carriage
/// return before one, and nothing turns the direction of writing (CVE-2021-42574).
fn controls(source: &str) -> Result<(), Diagnostic> {
    let stray = source.char_indices().find(|&(at, c)| match c {
        '\t' | '\n' => false,
        '\r' => !source[at + 1..].starts_with('\n'),
        c => is_control(c),
    });
    let Some((at, c)) = stray else {
        return Ok(());
    };
    let message = format!("the text holds {}, U+{:04X}", name(c), u32::from(c));
    let span = Span::new(at, at + c.len_utf8());
    Err(Diagnostic::new("E005", message)
        .at(span, "here")
        .hint(match c {
            '\r' => "end every line with a line feed, or with a carriage return and a line feed",
            _ => "take it out: with it the text is shown otherwise than it is read",
        }))
}

/// How far the line of a token is indented, in bytes.
fn indentation(source: &str, token: Token) -> usize {
    let line = source[..token.start].rfind('\n').map_or(0, |at| at + 1);
    source[line..].len() - source[line..].trim_start().len()
}

/// What is open at one level of brackets, with bounds on the tree that it will become.
#[derive(Default)]
struct Level<'s> {
    open: Option<Token<'s>>,
    /// Of the expression that is being read.
    operators: usize,
    reductions: usize,
    /// The deepest bracket in it.
    inside: usize,
    /// The deepest expression before it at this level.
    deepest: usize,
}

impl Level<'_> {
    fn depth(&self) -> usize {
        self.operators + self.inside
    }

    fn start_expression(&mut self) {
        self.deepest = self.deepest.max(self.depth());
        self.operators = 0;
        self.reductions = 0;
        self.inside = 0;
    }
}

fn check_depth(levels: &[Level], token: Token) -> Result<(), Diagnostic> {
    let brackets = levels.len() - 1;
    let reductions: usize = levels.iter().map(|level| level.reductions).sum();
    let operators = levels.last().map_or(0, Level::depth);
    let error = if brackets + reductions > MAX_NESTING {
        let message = format!("brackets and reductions nest deeper than {MAX_NESTING}");
        Diagnostic::new("E002", message).at(token.span(), "one level too deep")
    } else if operators > MAX_OPERATORS {
        let message = format!("an expression chains more than {MAX_OPERATORS} operators");
        Diagnostic::new("E002", message).at(token.span(), "one too many")
    } else {
        return Ok(());
    };
    Err(error.hint("give a part of the expression a name of its own"))
}

fn check_partner<'s>(
    source: &str,
    open: Option<Token<'s>>,
    close: Token<'s>,
) -> Result<Token<'s>, Diagnostic> {
    let Some(open) = open else {
        let message = format!("`{}` closes nothing", close.text);
        return Err(Diagnostic::new("E003", message).at(close.span(), "nothing is open here"));
    };
    if matches!(
        (open.text, close.text),
        ("(", ")") | ("[", "]") | ("{", "}")
    ) {
        return Ok(open);
    }
    let message = format!("`{}` is closed by `{}`", open.text, close.text);
    let error = Diagnostic::new("E003", message)
        .at(open.span(), "opened here")
        .also(close.span(), "closed here");
    Err(match divides(source, open) {
        true => error.hint(foreign::DIVISION),
        false => error,
    })
}

/// A part of the text that can be read alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub span: Span,
    /// The head of a block, up to its `{`.
    pub is_head: bool,
}

const STARTERS: [&str; 14] = [
    "circuit", "table", "private", "public", "fixed", "state", "step", "layer", "for", "assert",
    "region", "plan", "use", "def",
];

/// The text in pieces: heads of blocks, and runs that begin like an item or a statement. Brackets
/// match; closing braces belong to no piece.
pub(crate) fn pieces(source: &str) -> Vec<Piece> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut start = 0;
    let mut depth = 0;
    let mut in_set = false;
    for (at, token) in tokens.iter().enumerate() {
        let mut cut = |end: usize, is_head: bool| {
            if start < end {
                let span = tokens[start].span().to(tokens[end - 1].span());
                found.push(Piece { span, is_head });
            }
        };
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            // The braces of a region or a plan hold no statements.
            "{" if at >= 2 && matches!(tokens[at - 2].text, "region" | "plan") => in_set = true,
            "}" if in_set => {
                in_set = false;
                cut(at + 1, false);
                start = at + 1;
            }
            // Nor do those of a test.
            "{" if is_test(&tokens[start..]) => in_set = true,
            "{" => {
                cut(at + 1, true);
                start = at + 1;
            }
            "}" => {
                cut(at, false);
                start = at + 1;
            }
            _ if depth == 0 && !in_set && starts_item(&tokens[at..]) => {
                cut(at, false);
                start = at;
            }
            _ => {}
        }
    }
    found
}

/// Whether a test begins with these tokens: its words may be names elsewhere.
fn is_test(tokens: &[Token]) -> bool {
    let [first, name, ..] = tokens else {
        return false;
    };
    matches!(first.text, "test" | "test_fails") && name.text.starts_with('"')
}
/// The most tokens of a definition's left side.
const LONGEST_LEFT: usize = 4096;

/// Whether an item or a statement begins with these tokens.
pub(crate) fn starts_item(tokens: &[Token]) -> bool {
    let [first, rest @ ..] = tokens else {
        return false;
    };
    if first.kind != Kind::Word || !first.first_on_line {
        return false;
    }
    if STARTERS.contains(&first.text) || is_test(tokens) {
        return true;
    }
    let opens = |next: &Token| next.kind != Kind::Sign || matches!(next.text, "(" | "{");
    if foreign::word(first.text).is_some() && rest.first().is_some_and(opens) {
        return true;
    }
    let mut depth = 0;
    // Where a bracket has no partner, not to the end of the text.
    for token in rest.iter().take(LONGEST_LEFT) {
        match token.text {
            "[" => depth += 1,
            "]" => depth -= 1,
            "=" | ":" | "<-" if depth == 0 => return true,
            _ if depth == 0 => return false,
            _ => {}
        }
    }
    false
}
