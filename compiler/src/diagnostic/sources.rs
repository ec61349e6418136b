//! The texts of a program: its own, those that it uses, and the copies that calls make of definitions.
//!
//! A span of a copy is the copy's own, so that an error in it knows its call.

use crate::diagnostic::{line_and_column, Diagnostic, Edit, Label, Span, Text};

/// Where the spans of the first text that is used begin: past every program and plan.
const USED: usize = 1 << 25;

/// A text that a program uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedText {
    pub name: String,
    pub text: String,
    /// It ships with attnc: what is wrong in it is mended where it is called.
    pub ships: bool,
    /// The span of its first byte.
    pub start: usize,
}

/// A definition, once more for a call of it.
#[derive(Clone, Debug)]
struct Copied {
    start: usize,
    of: Span,
    call: Span,
    name: String,
}

/// The texts of a program.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    program: String,
    used: Vec<UsedText>,
    copies: Vec<Copied>,
}

/// What places of a program are lines of.
pub trait Source {
    /// The program's own text.
    fn text(&self) -> &str;

    /// Where in that text a place is: of what a call made, the call.
    fn home(&self, at: usize) -> usize {
        at
    }

    /// Line and column in the program's own text, from 1.
    fn place(&self, at: usize) -> (usize, usize) {
        line_and_column(self.text(), self.home(at))
    }
}

impl Source for &str {
    fn text(&self) -> &str {
        self
    }
}

impl Source for String {
    fn text(&self) -> &str {
        self
    }
}

impl Source for Sources {
    fn text(&self) -> &str {
        &self.program
    }

    fn home(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(copy) = self.copy(at) {
            at = copy.call.start;
        }
        at
    }
}

impl Sources {
    pub fn of(program: &str) -> Self {
        Self {
            program: program.to_string(),
            ..Self::default()
        }
    }

    /// The program's own text.
    pub fn text(&self) -> &str {
        &self.program
    }

    /// The texts beside the program's own.
    pub fn used(&self) -> &[UsedText] {
        &self.used
    }

    /// All texts, the program's first; `file` is its name.
    pub fn texts<'a>(&'a self, file: &'a str) -> Vec<Text<'a>> {
        texts(file, &self.program, &self.used)
    }

    /// Takes a text in, before the first copy; gives where its spans begin.
    pub(crate) fn add(&mut self, name: &str, text: &str, ships: bool) -> usize {
        let start = self.used.last().map_or(USED, end);
        self.used.push(UsedText {
            name: name.to_string(),
            text: text.to_string(),
            ships,
            start,
        });
        start
    }

    /// Takes a copy in for a call; gives where its spans begin.
    pub(crate) fn add_copy(&mut self, of: Span, call: Span, name: &str) -> usize {
        let start = match self.copies.last() {
            Some(last) => last.start + (last.of.end - last.of.start) + 1,
            None => self.used.last().map_or(USED, end),
        };
        let name = name.to_string();
        self.copies.push(Copied {
            start,
            of,
            call,
            name,
        });
        start
    }

    fn copy(&self, at: usize) -> Option<&Copied> {
        let after = self.copies.partition_point(|copy| copy.start <= at);
        self.copies.get(after.checked_sub(1)?)
    }

    /// A span of a copy as one of the text that it is a copy of.
    pub fn written(&self, span: Span) -> Span {
        let Some(copy) = self.copy(span.start) else {
            return span;
        };
        let at = |place: usize| (copy.of.start + (place - copy.start)).min(copy.of.end);
        let start = at(span.start);
        Span::new(start, at(span.end.max(span.start)).max(start))
    }

    /// Whether a place is in a text that ships.
    fn ships(&self, at: usize) -> bool {
        let held = |used: &&UsedText| used.start <= at && at < end(used);
        self.used.iter().find(held).is_some_and(|used| used.ships)
    }

    /// Errors whose labels are in copies, as errors of what was written: with the calls that led there,
    /// and each once, however many calls meet it. One in a text that ships is an error of the call.
    pub fn resolve(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut met = Vec::new();
        let resolved = diagnostics.into_iter().map(|error| self.resolved(error));
        resolved
            .filter(|error| {
                let place = error.primary.as_ref().map(|label| label.span);
                let inner = error.secondary.first().map(|label| label.span);
                let inner = inner.filter(|span| self.ships(span.start));
                let what = (error.code, place, inner, error.message.clone());
                let first = error.primary.is_none() || !met.contains(&what);
                met.push(what);
                first
            })
            .collect()
    }

    fn resolved(&self, mut error: Diagnostic) -> Diagnostic {
        let mut calls = Vec::new();
        let mut at = error.primary.as_ref().map(|label| label.span.start);
        while let Some(copy) = at.and_then(|at| self.copy(at)) {
            calls.push((
                self.written(copy.call),
                format!("`{}` is called here", copy.name),
            ));
            at = Some(copy.call.start);
        }
        for label in error.primary.iter_mut().chain(&mut error.secondary) {
            label.span = self.written(label.span);
        }
        // What a library that ships has is not to be changed.
        let own = |edit: &Edit| !self.ships(self.written(edit.span).start);
        error.fixes.retain(|fix| fix.edits.iter().all(own));
        for edit in error.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = self.written(edit.span);
        }
        let in_library = error.primary.as_ref().map(|label| label.span.start);
        if in_library.is_some_and(|at| self.ships(at)) {
            if let Some(own) = calls.iter().position(|(call, _)| !self.ships(call.start)) {
                let (span, message) = calls.remove(own);
                let inner = error.primary.replace(Label { span, message });
                error.secondary.splice(0..0, inner);
            }
        }
        calls
            .into_iter()
            .fold(error, |error, (span, what)| error.also(span, what))
    }
}

/// A program's text and those that it uses.
pub fn texts<'a>(file: &'a str, program: &'a str, used: &'a [UsedText]) -> Vec<Text<'a>> {
    let used = used.iter().map(|used| Text {
        name: &used.name,
        text: &used.text,
        start: used.start,
    });
    std::iter::once(Text::program(file, program))
        .chain(used)
        .collect()
}

fn end(text: &UsedText) -> usize {
    text.start + text.text.len() + 1
}
