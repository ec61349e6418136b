//! The texts that spans point into: a program, and a plan that is given apart.

use crate::diagnostic::{Span, PLAN_TEXT};

/// A text that spans point into.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// A file, or what else the text was given as.
    pub name: &'a str,
    pub text: &'a str,
    /// The span that its first byte has: 0, or [`PLAN_TEXT`].
    pub start: usize,
}

impl<'a> Text<'a> {
    pub const fn program(file: &'a str, source: &'a str) -> Self {
        Self {
            name: file,
            text: source,
            start: 0,
        }
    }

    pub const fn plan(text: &'a str) -> Self {
        Self {
            name: "--plan",
            text,
            start: PLAN_TEXT,
        }
    }

    /// What a span is within this text, if it is of it.
    fn local(&self, span: Span) -> Option<Span> {
        let start = span.start.checked_sub(self.start)?;
        let end = span.end.checked_sub(self.start)?;
        self.text.get(start..end)?;
        Some(Span { start, end })
    }
}

pub(super) fn place<'t, 'a>(
    texts: &'t [Text<'a>],
    span: Span,
) -> Option<(usize, &'t Text<'a>, Span)> {
    let mut found = texts.iter().enumerate();
    found.find_map(|(file, text)| Some((file, text, text.local(span)?)))
}

/// Both from 1; the column counts characters. An offset past the end is the end.
pub fn line_and_column(source: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(source.len());
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let before = &source[..end];
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |tail| tail.chars().count())
        + 1;
    (line, column)
}
