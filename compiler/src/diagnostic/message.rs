//! One error as plain data: what is wrong, where, what it conflicts with, and what to do.

use serde::Serialize;

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

/// A piece of the text, and what it becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// A change of the text that may mend an error: what a hint says in words, for an editor to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    pub title: String,
    /// In the text's order, none over another.
    pub edits: Vec<Edit>,
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
    /// What some of the hints come to, as changes.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            hints: Vec::new(),
            fixes: Vec::new(),
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

    /// A change that may mend it.
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        let title = title.into();
        self.fixes.push(Fix { title, edits });
        self
    }

    /// A change of one piece of the text.
    pub fn replace(self, span: Span, text: &str) -> Self {
        let title = match text {
            "" => "leave it out".to_string(),
            _ => format!("write `{text}`"),
        };
        let text = text.to_string();
        self.fix(title, vec![Edit { span, text }])
    }

    /// What a misspelt word most likely is, as a hint and as a change.
    pub fn meant(self, span: Span, near: &str) -> Self {
        self.hint(format!("did you mean `{near}`?"))
            .replace(span, near)
    }

    /// The same of a text that begins at `by`.
    pub fn moved(mut self, by: usize) -> Self {
        for label in self.primary.iter_mut().chain(&mut self.secondary) {
            label.span = label.span.moved(by);
        }
        for edit in self.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = edit.span.moved(by);
        }
        self
    }
}
