//! One plain-data diagnostic; the only file that knows codespan.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{line_starts, Error, Files};
use codespan_reporting::term::{self, termcolor};
use serde::Serialize;

use crate::diagnostic::visible::{is_hidden, line, lines};

/// Where the spans of a plan that is given as a text begin: past every program.
pub const PLAN_TEXT: usize = 1 << 24;

/// A half-open byte range of the source text, or of another that begins at [`PLAN_TEXT`].
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

    pub const fn moved(self, by: usize) -> Span {
        Span::new(self.start + by, self.end + by)
    }
}

/// A place in the source and what is said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    pub span: Span,
    pub message: String,
}

/// An error of the user's program: what is wrong, where, what it conflicts
/// with, and what to do. `code` has an entry in [`super::explanation`] (spec 10).
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

    /// The same of a text that begins at `by`.
    pub fn moved(mut self, by: usize) -> Self {
        for label in self.primary.iter_mut().chain(&mut self.secondary) {
            label.span = label.span.moved(by);
        }
        self
    }
}

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

fn place<'t, 'a>(texts: &'t [Text<'a>], span: Span) -> Option<(usize, &'t Text<'a>, Span)> {
    let mut found = texts.iter().enumerate();
    found.find_map(|(file, text)| Some((file, text, text.local(span)?)))
}

/// The text of a program's errors as a terminal shows them: message, source lines with
/// labels, hints. `color` adds ANSI escapes; there are no others, whatever the texts hold.
pub fn render(diagnostics: &[Diagnostic], file_name: &str, source: &str, color: bool) -> String {
    render_texts(diagnostics, &[Text::program(file_name, source)], color)
}

/// As [`render`], of errors whose labels point into several texts.
pub fn render_texts(diagnostics: &[Diagnostic], texts: &[Text], color: bool) -> String {
    let shown = ShownTexts(texts.iter().map(Shown::of).collect());
    let rendered: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| render_one(diagnostic, texts, &shown, color))
        .collect();
    rendered.join("\n")
}

/// A text with escapes for what is hidden in it, and where it was.
struct Shown<'a> {
    name: Cow<'a, str>,
    original: &'a str,
    text: Cow<'a, str>,
    starts: Vec<usize>,
    /// Where each escape ends: in the original, and here.
    escapes: Vec<(usize, usize)>,
}

impl<'a> Shown<'a> {
    fn of(text: &Text<'a>) -> Self {
        let original = text.text;
        let mut escapes = Vec::new();
        let mut shown = String::new();
        let mut copied = 0;
        for (at, c) in original.char_indices() {
            let end = at + c.len_utf8();
            let ends_line = c == '\n' || (c == '\r' && original[end..].starts_with('\n'));
            if is_hidden(c) && c != '\t' && !ends_line {
                shown += &original[copied..at];
                shown += &line(&original[at..end]);
                copied = end;
                escapes.push((end, shown.len()));
            }
        }
        let text_shown = match copied {
            0 => Cow::Borrowed(original),
            _ => Cow::Owned(shown + &original[copied..]),
        };
        Self {
            name: line(text.name),
            original,
            starts: line_starts(&text_shown).collect(),
            text: text_shown,
            escapes,
        }
    }

    fn place(&self, original: usize) -> usize {
        let passed = self.escapes.partition_point(|(end, _)| *end <= original);
        let (from, to) = passed.checked_sub(1).map_or((0, 0), |at| self.escapes[at]);
        to + (original - from)
    }

    fn original(&self, place: usize) -> usize {
        let passed = self.escapes.partition_point(|(_, end)| *end <= place);
        let (from, to) = passed.checked_sub(1).map_or((0, 0), |at| self.escapes[at]);
        from + (place - to)
    }
}

struct ShownTexts<'a>(Vec<Shown<'a>>);

impl<'a> Files<'a> for ShownTexts<'a> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, file: usize) -> Result<&'a str, Error> {
        self.0
            .get(file)
            .map(|text| &*text.name)
            .ok_or(Error::FileMissing)
    }

    fn source(&'a self, file: usize) -> Result<&'a str, Error> {
        self.0
            .get(file)
            .map(|text| &*text.text)
            .ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, file: usize, place: usize) -> Result<usize, Error> {
        let text = self.0.get(file).ok_or(Error::FileMissing)?;
        Ok(text.starts.partition_point(|start| *start <= place) - 1)
    }

    fn column_number(&'a self, file: usize, _line: usize, place: usize) -> Result<usize, Error> {
        let text = self.0.get(file).ok_or(Error::FileMissing)?;
        Ok(line_and_column(text.original, text.original(place)).1)
    }

    fn line_range(&'a self, file: usize, line: usize) -> Result<Range<usize>, Error> {
        let text = self.0.get(file).ok_or(Error::FileMissing)?;
        let start = *text.starts.get(line).ok_or(Error::LineTooLarge {
            given: line,
            max: text.starts.len() - 1,
        })?;
        Ok(start
            ..text
                .starts
                .get(line + 1)
                .copied()
                .unwrap_or(text.text.len()))
    }
}

fn render_one(diagnostic: &Diagnostic, texts: &[Text], shown: &ShownTexts, color: bool) -> String {
    let mut buffer = if color {
        termcolor::Buffer::ansi()
    } else {
        termcolor::Buffer::no_color()
    };
    let drawn = drawing(diagnostic, texts, shown);
    let config = term::Config::default();
    if term::emit_to_write_style(&mut buffer, &config, shown, &drawn).is_err() {
        return format!(
            "error[{}]: {}\n",
            diagnostic.code,
            line(&diagnostic.message)
        );
    }
    let text = String::from_utf8_lossy(buffer.as_slice());
    let text = match color {
        true => text,
        false => Cow::Owned(lines(&text).into_owned()),
    };
    let rows = text.trim_end().lines().map(str::trim_end);
    rows.flat_map(|row| [row, "\n"]).collect()
}

/// No terminal shows a longer line well, and a generated program may be a single one.
const LONGEST_SHOWN_LINE: usize = 400;

fn drawing(
    diagnostic: &Diagnostic,
    texts: &[Text],
    shown_texts: &ShownTexts,
) -> codespan::Diagnostic<usize> {
    let mut drawn = codespan::Diagnostic::error()
        .with_code(diagnostic.code)
        .with_message(line(&diagnostic.message));
    let primary = diagnostic.primary.iter().map(|label| (true, label));
    let secondary = diagnostic.secondary.iter().map(|label| (false, label));
    for (is_primary, label) in primary.chain(secondary) {
        let message = line(&label.message);
        let Some((file, text, span)) = place(texts, label.span) else {
            drawn.notes.push(message.into_owned());
            continue;
        };
        let shown = &shown_texts.0[file];
        if longest_line(text.text, span) > LONGEST_SHOWN_LINE {
            let (row, column) = line_and_column(text.text, span.start);
            let place = format!("{}:{row}:{column}: {message}", shown.name);
            drawn.notes.push(place);
        } else {
            let range = shown.place(span.start)..shown.place(span.end);
            let drawn_label = if is_primary {
                codespan::Label::primary(file, range)
            } else {
                codespan::Label::secondary(file, range)
            };
            drawn.labels.push(drawn_label.with_message(message));
        }
    }
    for hint in &diagnostic.hints {
        drawn.notes.push(format!("hint: {}", line(hint)));
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

/// A diagnostic as JSON shows it: with files, lines and columns, which editors ask for.
#[derive(Clone, Debug, Serialize)]
pub struct Located<'a> {
    pub file: &'a str,
    /// From 1; absent if the error is of no place in a text.
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub code: &'static str,
    pub message: &'a str,
    pub primary: Option<LocatedLabel<'a>>,
    pub secondary: Vec<LocatedLabel<'a>>,
    pub hints: &'a [String],
}

#[derive(Clone, Debug, Serialize)]
pub struct LocatedLabel<'a> {
    pub file: &'a str,
    /// Bytes of the file.
    pub span: Span,
    pub message: &'a str,
}

/// The errors with their places, for `serde_json`; an error without a place is of the first text.
pub fn located<'a>(diagnostics: &'a [Diagnostic], texts: &[Text<'a>]) -> Vec<Located<'a>> {
    let first = texts.first().map_or("", |text| text.name);
    let shown = |label: &'a Label| {
        let found = place(texts, label.span);
        let (file, span) = found.map_or((first, label.span), |(_, text, span)| (text.name, span));
        LocatedLabel {
            file,
            span,
            message: &label.message,
        }
    };
    let located = diagnostics.iter().map(|diagnostic| {
        let label = diagnostic.primary.as_ref();
        let at = label.and_then(|label| place(texts, label.span));
        let at = at.map(|(_, text, span)| line_and_column(text.text, span.start));
        let primary = label.map(shown);
        Located {
            file: primary.as_ref().map_or(first, |label| label.file),
            line: at.map(|(line, _)| line),
            column: at.map(|(_, column)| column),
            code: diagnostic.code,
            message: &diagnostic.message,
            primary,
            secondary: diagnostic.secondary.iter().map(shown).collect(),
            hints: &diagnostic.hints,
        }
    });
    located.collect()
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
    fn nothing_in_a_text_moves_the_cursor_and_labels_stay_at_their_place() {
        let source = "a\u{1b}[2J\tb\u{a0}\u{202e}c // \u{9b}\r\nd\u{7f}e\n";
        for (at, shown, column) in [("b", "b", 7), ("c", "c", 10), ("e", "e", 3)] {
            let start = source.find(at).unwrap();
            let error = Diagnostic::new("X000", "\u{1b}m\nn")
                .at(Span::new(start, start + 1), "l\u{2028}")
                .hint("h\u{200f}");
            let file = "\u{202e}f\n.attn";
            for color in [false, true] {
                let text = render(std::slice::from_ref(&error), file, source, color);
                let mut plain = text.clone();
                if color {
                    // Ours begin with `ESC [` and end with `m`.
                    while let Some(from) = plain.find('\u{1b}') {
                        let length = plain[from..].find('m').unwrap();
                        assert!(plain[from + 1..from + length]
                            .bytes()
                            .all(|b| b"[0123456789;".contains(&b)));
                        plain.replace_range(from..=from + length, "");
                    }
                }
                assert!(
                    plain.chars().all(|c| c == '\n' || !is_hidden(c)),
                    "{plain:?}"
                );
                assert!(plain.contains("\\u{202e}f\\n.attn:"), "{plain}");
                assert!(
                    plain.contains(&format!(":{column}\n")),
                    "{column} in {plain}"
                );
                let rows: Vec<&str> = plain.lines().collect();
                let caret = rows.iter().position(|row| row.contains('^')).unwrap();
                let column = rows[caret].find('^').unwrap() - rows[caret].find('│').unwrap();
                let of_row = &rows[caret - 1][rows[caret - 1].find('│').unwrap()..];
                assert!(of_row[column..].starts_with(shown), "{plain}");
            }
        }
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
        let json = &located(&errors, &[Text::program("f.attn", "a\nbc")])[0];
        assert_eq!((json.line, json.column), (Some(2), Some(2)));
    }

    #[test]
    fn labels_point_into_the_text_that_they_are_of() {
        let error = Diagnostic::new("X000", "both")
            .at(Span::new(4, 5).moved(PLAN_TEXT), "here")
            .also(Span::new(2, 3), "and there");
        let errors = [error];
        let texts = [Text::program("f.attn", "a\nbc"), Text::plan("one\ntwo")];
        let text = render_texts(&errors, &texts, false);
        for part in ["--plan:2:1", "two", "f.attn:2:1", "bc", "and there"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let json = &located(&errors, &texts)[0];
        assert_eq!((json.file, json.line), ("--plan", Some(2)));
        assert_eq!(json.secondary[0].file, "f.attn");
        assert_eq!(json.primary.as_ref().unwrap().span, Span::new(4, 5));
    }
}
