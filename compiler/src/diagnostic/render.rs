//! Errors as a terminal shows them; the only file that knows codespan.

use std::borrow::Cow;
use std::ops::Range;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{line_starts, Error, Files};
use codespan_reporting::term::{self, termcolor};

use crate::diagnostic::text::place;
use crate::diagnostic::visible::{is_hidden, line, lines};
use crate::diagnostic::{line_and_column, Diagnostic, Span, Text};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{located, PLAN_TEXT};

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
