//! Errors as JSON shows them: with files, lines and columns.

use serde::Serialize;

use crate::diagnostic::text::place;
use crate::diagnostic::{line_and_column, Diagnostic, Edit, Fix, Label, Span, Text};

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
    /// What some of the hints come to, as changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<LocatedFix<'a>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct LocatedFix<'a> {
    pub title: &'a str,
    pub edits: Vec<LocatedEdit<'a>>,
}

#[derive(Clone, Debug, Serialize)]
pub struct LocatedEdit<'a> {
    pub file: &'a str,
    /// Bytes of the file.
    pub span: Span,
    pub text: &'a str,
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
    let stands = |span: Span| {
        let found = place(texts, span);
        found.map_or((first, span), |(_, text, span)| (text.name, span))
    };
    let shown = |label: &'a Label| {
        let (file, span) = stands(label.span);
        LocatedLabel {
            file,
            span,
            message: &label.message,
        }
    };
    let edit = |edit: &'a Edit| {
        let (file, span) = stands(edit.span);
        LocatedEdit {
            file,
            span,
            text: &edit.text,
        }
    };
    let fix = |fix: &'a Fix| LocatedFix {
        title: &fix.title,
        edits: fix.edits.iter().map(edit).collect(),
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
            fixes: diagnostic.fixes.iter().map(fix).collect(),
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
        let errors = [error.meant(Span::new(3, 4), "d")];
        let json = &located(&errors, &[Text::program("f.attn", "a\nbc")])[0];
        assert_eq!((json.line, json.column), (Some(2), Some(2)));
        let edit = &json.fixes[0].edits[0];
        assert_eq!(
            (edit.file, edit.span, edit.text),
            ("f.attn", Span::new(3, 4), "d")
        );
    }
}
