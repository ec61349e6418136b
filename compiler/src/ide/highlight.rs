//! What each word of a text is, for its colour.

use super::document::Document;
use super::symbols::Kind;
use super::words;
use crate::diagnostic::Span;
use crate::syntax::scan::{self, Kind as Token};

/// What a piece of the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Comment,
    Keyword,
    Number,
    Path,
    Operator,
    /// A function of the language.
    Function,
    Name(Kind),
}

/// A piece of the text that has a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub span: Span,
    pub class: Class,
    /// Whether a name is defined here.
    pub defines: bool,
}

/// The pieces of a text, in its order, none over another; a comment is within its line.
pub fn highlight(document: &Document) -> Vec<Piece> {
    let text = &document.text;
    let tokens = scan::tokens(text);
    let mut pieces = Vec::new();
    let mut end = 0;
    let plain = |span: Span, class: Class| Piece {
        span,
        class,
        defines: false,
    };
    for (number, token) in tokens.iter().enumerate() {
        comments(text, Span::new(end, token.start), &mut pieces);
        end = token.span().end;
        let class = match token.kind {
            Token::Number => Class::Number,
            Token::Sign if token.text.starts_with('"') => Class::Path,
            Token::Sign if token.text.len() > 1 || "+-*/%^<>=|".contains(token.text) => {
                Class::Operator
            }
            Token::Sign => continue,
            Token::Word => {
                let found = document.symbols.at(token.start);
                let found = found.filter(|found| found.span.start == token.start);
                let means = found.and_then(|found| found.means.first());
                if let Some(means) = means {
                    let symbol = &document.symbols.symbols[*means];
                    pieces.push(Piece {
                        span: token.span(),
                        class: Class::Name(symbol.kind),
                        defines: symbol.text == 0 && symbol.span == token.span(),
                    });
                    continue;
                }
                let calls = tokens.get(number + 1).is_some_and(|next| next.text == "(");
                if calls && words::functions(token.text).next().is_some() {
                    Class::Function
                } else if words::word(token.text).is_some() {
                    Class::Keyword
                } else {
                    continue;
                }
            }
        };
        pieces.push(plain(token.span(), class));
    }
    comments(text, Span::new(end, text.len()), &mut pieces);
    pieces
}

/// The comments between two tokens.
fn comments(text: &str, between: Span, pieces: &mut Vec<Piece>) {
    let mut start = between.start;
    for line in text
        .get(between.start..between.end)
        .unwrap_or_default()
        .split_inclusive('\n')
    {
        if let Some(at) = line.find("//") {
            let comment = line[at..].trim_end();
            pieces.push(Piece {
                span: Span::new(start + at, start + at + comment.len()),
                class: Class::Comment,
                defines: false,
            });
        }
        start += line.len();
    }
}
