//! Errors as JSON shows them: with files, lines and columns.

use serde::Serialize;

use crate::diagnostic::text::place;
use crate::diagnostic::{line_and_column, Diagnostic, Label, Span, Text};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_lines_and_columns() {
        let error = Diagnostic::new("X000", "m").at(Span::new(3, 4), "l");
        let errors = [error];
        let json = &located(&errors, &[Text::program("f.attn", "a\nbc")])[0];
        assert_eq!((json.line, json.column), (Some(2), Some(2)));
    }
}
