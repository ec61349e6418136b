//! What is wrong with a document, as the protocol has it, and the changes that may mend it.

use std::path::Path;

use attnc_compiler::diagnostic::visible::lines;
use attnc_compiler::diagnostic::{Diagnostic, Fix, Label, Span, UsedText};
use lsp_types::{
    CodeAction, CodeActionKind, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Range, TextEdit, Uri, WorkspaceEdit,
};
use std::collections::HashMap;

use crate::lsp::document::{uri, Text};
use crate::lsp::position::{Encoding, Lines};

/// An error in the document's own text, and what may mend it.
pub struct Told {
    pub diagnostic: lsp_types::Diagnostic,
    pub fixes: Vec<Fix>,
}

/// What is known to be wrong with a document's version.
pub fn told(text: &Text, encoding: Encoding) -> Vec<Told> {
    let Some(checked) = text.current() else {
        return Vec::new();
    };
    let costed = text.costed.as_deref();
    let costed = costed.filter(|costed| costed.stamp == text.stamp);
    let errors = checked
        .errors
        .iter()
        .chain(costed.into_iter().flat_map(|it| &it.errors));
    let shown = errors.clone().take(MOST_TOLD);
    let mut told: Vec<Told> = shown
        .map(|error| Told {
            diagnostic: diagnostic(text, &checked.used, error, encoding),
            fixes: error.fixes.clone(),
        })
        .collect();
    let more = errors.count() - told.len();
    if more > 0 {
        told.push(Told {
            diagnostic: lsp_types::Diagnostic {
                severity: Some(DiagnosticSeverity::ERROR),
                source: Some("attnc".to_string()),
                message: format!("{more} more errors are not shown"),
                ..lsp_types::Diagnostic::default()
            },
            fixes: Vec::new(),
        });
    }
    told
}

/// The most errors of a document that are told at once.
const MOST_TOLD: usize = 200;

fn diagnostic(
    text: &Text,
    used: &[UsedText],
    error: &Diagnostic,
    encoding: Encoding,
) -> lsp_types::Diagnostic {
    let labels: Vec<&Label> = error.primary.iter().chain(&error.secondary).collect();
    let own = |span: Span| span.end <= text.text.len() + 1;
    // What is wrong in another file is shown where that is used, or called.
    let place = labels.iter().find(|label| own(label.span));
    let range = place.map_or(Range::default(), |label| {
        text.lines
            .range(&text.text, widened(&text.text, label.span))
    });
    let mut message = error.message.clone();
    if let Some(primary) = error.primary.as_ref().filter(|label| own(label.span)) {
        if !primary.message.is_empty() {
            message += &format!("\n{}", primary.message);
        }
    }
    for hint in &error.hints {
        message += &format!("\nhint: {hint}");
    }
    let related = labels.iter().filter(|label| {
        !label.message.is_empty() && place.is_none_or(|place| place.span != label.span)
    });
    let related: Vec<DiagnosticRelatedInformation> = related
        .filter_map(|label| {
            Some(DiagnosticRelatedInformation {
                location: location(text, used, label.span, encoding)?,
                message: lines(&label.message).into_owned(),
            })
        })
        .collect();
    lsp_types::Diagnostic {
        range,
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(error.code.to_string())),
        source: Some("attnc".to_string()),
        message: lines(&message).into_owned(),
        related_information: (!related.is_empty()).then_some(related),
        ..lsp_types::Diagnostic::default()
    }
}

/// A place of no width is shown as the character at it.
fn widened(text: &str, span: Span) -> Span {
    if span.end > span.start {
        return span;
    }
    let next = text.get(span.start..).and_then(|rest| rest.chars().next());
    let width = next.filter(|c| *c != '\n').map_or(0, char::len_utf8);
    Span::new(span.start, span.start + width)
}

/// Where a span is: in the document, or in a file that it uses.
fn location(text: &Text, used: &[UsedText], span: Span, encoding: Encoding) -> Option<Location> {
    if span.end <= text.text.len() + 1 {
        let range = text.lines.range(&text.text, span);
        return Some(Location::new(text.uri.clone(), range));
    }
    let holds =
        |used: &&UsedText| used.start <= span.start && span.end <= used.start + used.text.len();
    let found = used.iter().find(holds).filter(|used| !used.ships)?;
    let lines = Lines::of(&found.text, encoding);
    let local = Span::new(span.start - found.start, span.end - found.start);
    let range = lines.range(&found.text, local);
    Some(Location::new(uri(Path::new(&found.name))?, range))
}

/// The changes that may mend what is wrong in a range.
pub fn actions(text: &Text, range: Range, encoding: Encoding) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    for told in told(text, encoding) {
        let own = told.diagnostic.range;
        if own.end < range.start || range.end < own.start {
            continue;
        }
        let many = told.fixes.len() > 1;
        for fix in &told.fixes {
            let edits: Option<Vec<TextEdit>> = fix
                .edits
                .iter()
                .map(|edit| {
                    let inside = text.text.get(edit.span.start..edit.span.end).is_some();
                    inside.then(|| TextEdit {
                        range: text.lines.range(&text.text, edit.span),
                        new_text: edit.text.clone(),
                    })
                })
                .collect();
            let Some(edits) = edits else {
                continue;
            };
            actions.push(CodeAction {
                title: lines(&fix.title).into_owned(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![told.diagnostic.clone()]),
                edit: Some(changes([(text.uri.clone(), edits)])),
                is_preferred: (!many).then_some(true),
                ..CodeAction::default()
            });
        }
    }
    actions
}

/// Changes by document.
// The type is the protocol's: an address is compared as it is written.
#[allow(clippy::mutable_key_type)]
pub fn changes(edits: impl IntoIterator<Item = (Uri, Vec<TextEdit>)>) -> WorkspaceEdit {
    WorkspaceEdit {
        changes: Some(HashMap::from_iter(edits)),
        ..WorkspaceEdit::default()
    }
}
