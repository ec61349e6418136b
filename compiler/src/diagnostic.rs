//! One plain-data diagnostic; the only file that knows codespan.

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term::{self, termcolor};
use serde::Serialize;

/// A half-open byte range of the source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A place in the source and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    pub span: Span,
    pub message: String,
}

/// An error of the user's program: what is wrong, where, what it conflicts
/// with, and what to do. `code` has a paragraph in spec.md, section 9.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub code: &'static str,
    pub message: String,
    pub primary: Option<Label>,
    pub secondary: Vec<Label>,
    pub hints: Vec<String>,
}

impl Diagnostic {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            hints: Vec::new(),
        }
    }

    pub fn at(mut self, span: Span, message: impl Into<String>) -> Self {
        self.primary = Some(Label {
            span,
            message: message.into(),
        });
        self
    }

    pub fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// The text of the errors as a terminal shows them: message, source lines with
/// labels, hints. `color` adds ANSI escapes.
pub fn render(diagnostics: &[Diagnostic], file_name: &str, source: &str, color: bool) -> String {
    let shown: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| render_one(diagnostic, file_name, source, color))
        .collect();
    shown.join("\n")
}

fn render_one(diagnostic: &Diagnostic, file_name: &str, source: &str, color: bool) -> String {
    let mut buffer = if color {
        termcolor::Buffer::ansi()
    } else {
        termcolor::Buffer::no_color()
    };
    let file = SimpleFile::new(file_name, source);
    let drawn = drawing(diagnostic, file_name, source);
    let config = term::Config::default();
    if term::emit_to_write_style(&mut buffer, &config, &file, &drawn).is_err() {
        return format!("error[{}]: {}\n", diagnostic.code, diagnostic.message);
    }
    let text = String::from_utf8_lossy(buffer.as_slice());
    let lines = text.trim_end().lines().map(str::trim_end);
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// No terminal shows a longer line well, and a generated program may be a single one.
const LONGEST_SHOWN_LINE: usize = 400;

fn drawing(diagnostic: &Diagnostic, file_name: &str, source: &str) -> codespan::Diagnostic<()> {
    let mut drawn = codespan::Diagnostic::error()
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message);
    let primary = diagnostic.primary.iter().map(|label| (true, label));
    let secondary = diagnostic.secondary.iter().map(|label| (false, label));
    for (is_primary, label) in primary.chain(secondary) {
        let Span { start, end } = label.span;
        if source.get(start..end).is_none() {
            drawn.notes.push(label.message.clone());
        } else if longest_line(source, label.span) > LONGEST_SHOWN_LINE {
            let (line, column) = line_and_column(source, start);
            let place = format!("{file_name}:{line}:{column}: {}", label.message);
            drawn.notes.push(place);
        } else {
            let shown = if is_primary {
                codespan::Label::primary((), start..end)
            } else {
                codespan::Label::secondary((), start..end)
            };
            drawn.labels.push(shown.with_message(&label.message));
        }
    }
    for hint in &diagnostic.hints {
        drawn.notes.push(format!("hint: {hint}"));
    }
    drawn
}

/// The length in bytes of the longest line that the span touches.
fn longest_line(source: &str, span: Span) -> usize {
    let start = source[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = source[span.end..]
        .find('\n')
        .map_or(source.len(), |at| span.end + at);
    source[start..end].lines().map(str::len).max().unwrap_or(0)
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

/// A diagnostic as JSON shows it: with lines and columns, which editors ask for.
#[derive(Clone, Debug, Serialize)]
pub struct Located<'a> {
    pub file: &'a str,
    /// From 1; absent if the error is of no place in the source.
    pub line: Option<usize>,
    pub column: Option<usize>,
    #[serde(flatten)]
    pub diagnostic: &'a Diagnostic,
}

/// The errors with their places, for `serde_json`.
pub fn located<'a>(diagnostics: &'a [Diagnostic], file: &'a str, source: &str) -> Vec<Located<'a>> {
    let place = |diagnostic: &Diagnostic| {
        let label = diagnostic.primary.as_ref()?;
        Some(line_and_column(source, label.span.start))
    };
    diagnostics
        .iter()
        .map(|diagnostic| Located {
            file,
            line: place(diagnostic).map(|(line, _)| line),
            column: place(diagnostic).map(|(_, column)| column),
            diagnostic,
        })
        .collect()
}

/// The candidate that a misspelt name most likely means, if any is near: at most one edit for
/// every three letters, a swap of neighbours counting as one.
pub fn suggest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= allowed && *edits < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_near_names() {
        let names = ["query", "key", "keys", "value"];
        assert_eq!(suggest("qeury", names.into_iter()), Some("query"));
        assert_eq!(suggest("kyes", names.into_iter()), Some("keys"));
        assert_eq!(suggest("weight", names.into_iter()), None);
        assert_eq!(suggest("x", ["y"].into_iter()), None);
    }

    #[test]
    fn renders_labels_and_hints() {
        let source = "let a\nlet b\n";
        let error = Diagnostic::new("X000", "two names")
            .at(Span::new(10, 11), "this")
            .also(Span::new(4, 5), "and that")
            .hint("keep one");
        let text = render(std::slice::from_ref(&error), "f.attn", source, false);
        for part in [
            "error[X000]: two names",
            "f.attn:2:5",
            "let b",
            "and that",
            "hint: keep one",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(render(&[error], "f.attn", source, true).contains("\u{1b}["));
    }

    #[test]
    fn a_span_outside_the_source_still_gives_the_message() {
        let error = Diagnostic::new("X000", "lost").at(Span::new(90, 99), "nowhere");
        let text = render(&[error], "f.attn", "ab", false);
        assert!(text.contains("lost") && text.contains("nowhere"), "{text}");
    }

    #[test]
    fn a_very_long_line_is_not_shown() {
        let source = "x".repeat(10_000);
        let error = Diagnostic::new("X000", "long").at(Span::new(70, 71), "here");
        let text = render(&[error], "f.attn", &source, false);
        assert!(
            text.len() < 200 && text.contains("f.attn:1:71: here"),
            "{text}"
        );
    }

    #[test]
    fn json_has_lines_and_columns() {
        let error = Diagnostic::new("X000", "m").at(Span::new(3, 4), "l");
        let errors = [error];
        let json = &located(&errors, "f.attn", "a\nbc")[0];
        assert_eq!((json.line, json.column), (Some(2), Some(2)));
    }
}
