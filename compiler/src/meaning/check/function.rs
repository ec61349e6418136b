//! What is wrong with what is called, or with what it is given (E024, E025).

use super::scope::Symbol;
use super::Checker;
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::syntax::ast::{Expr, ExprKind as Written, Name};
use crate::syntax::words::{FUNCTIONS, REAL_FUNCTIONS};
use crate::syntax::{foreign, libraries};

impl Checker<'_> {
    /// Whether a function has a permitted number of arguments (E024). `[2, MAX]`: two or more.
    pub(super) fn arity(&mut self, name: &str, found: usize, takes: &[usize], span: Span) -> bool {
        let right = match takes {
            [least, usize::MAX] => found >= *least,
            _ => takes.contains(&found),
        };
        if !right {
            let expected = match takes {
                [least, usize::MAX] => format!("{least} arguments or more"),
                [1] => "1 argument".to_owned(),
                [n, ..] => format!("{n} arguments"),
                [] => "no arguments".to_owned(),
            };
            let error = Diagnostic::new("E024", format!("`{name}` takes {expected}"))
                .at(span, format!("has {found}"));
            self.report(match name {
                "if" => error.hint("a condition and two numbers: `if(x > 0, x, 0)`"),
                "clip" => error.hint("what is clipped, and its bounds: `clip(x, lo, hi)`"),
                _ => error,
            });
        }
        right
    }

    pub(super) fn not_a_function(&mut self, name: &Name, found: Option<(Symbol, Span)>) {
        let text = name.text.as_str();
        let diagnostic = match found {
            Some((Symbol::Wrong, _)) => return,
            Some((symbol, declared)) => {
                Diagnostic::new("E025", format!("`{text}` is not a function"))
                    .at(name.span, format!("is {}", symbol.noun()))
                    .also(declared, "defined here")
                    .hint(format!("an element is written `{text}[...]`"))
            }
            None if self.wrong.contains(text) => return,
            None if ["and", "or", "not"].contains(&text) => {
                Diagnostic::new("E025", format!("`{text}` is no function"))
                    .at(name.span, "does not stand after an operator")
                    .hint(foreign::word(text).unwrap_or_default())
            }
            None if text == "sqrt" => Diagnostic::new("E025", "this root is not rounded")
                .at(name.span, "its result is no integer")
                .hint("stand it alone inside a rounding, or below the line: `round(sqrt(x))`, `round(c * x / sqrt(n))`"),
            None if REAL_FUNCTIONS.contains(&text) => {
                Diagnostic::new("E025", format!("`{text}` can be used only in a table"))
                    .at(name.span, "its results are not integers")
                    .hint(format!(
                "write a table, for instance `table f(x in 0..=15) = round(256 * {text}(x / 16))`"
            ))
            }
            None => {
                let tables = self.graph.tables.iter().map(|table| table.name.as_str());
                let near = suggest(text, tables.chain(FUNCTIONS));
                let diagnostic = Diagnostic::new("E025", format!("there is no function `{text}`"))
                    .at(name.span, "unknown function");
                let diagnostic = match libraries::missing(diagnostic, text, name.span) {
                    Ok(known) => return self.report(known),
                    Err(unknown) => unknown,
                };
                match (foreign::function(text), near) {
                    (Some(hint), _) => diagnostic.hint(hint),
                    (None, Some(near)) => diagnostic.meant(name.span, near),
                    (None, None) => {
                        diagnostic.hint("declare a table of that name, or check the spelling")
                    }
                }
            }
        };
        self.report(diagnostic);
    }

    /// `max(x)`, `argmax(x)`: what is of a tensor has an index (E024).
    pub(super) fn not_reduced(&mut self, name: &Name, arguments: &[Expr]) {
        let word = &name.text;
        let tensor = match arguments {
            [Expr {
                kind: Written::Name(tensor),
                ..
            }] => Some(tensor),
            _ => None,
        };
        let shape =
            tensor.and_then(|tensor| self.scopes.get(&tensor.text).map(|found| (tensor, found)));
        let sizes = shape.and_then(|(tensor, (symbol, _))| match symbol {
            Symbol::Input(id) => Some((tensor, self.graph.input(id).shape.clone())),
            Symbol::Value(_) => {
                let space = self.apart(symbol).1;
                Some((tensor, self.graph.space_sizes(&space)))
            }
            _ => None,
        });
        let most = if word.starts_with("arg") { 1 } else { 3 };
        let shown = match &sizes {
            Some((tensor, sizes)) if (1..=most).contains(&sizes.len()) => {
                let letters = ["i", "j", "k"];
                let each = sizes.iter().zip(letters);
                let binders: Vec<String> = each
                    .map(|(size, letter)| format!("{letter} in {size}"))
                    .collect();
                let at = letters[..sizes.len()].join(", ");
                format!("`{word}({}) {}[{at}]`", binders.join(", "), tensor.text)
            }
            _ => format!("`{word}(j in n) x[j]`"),
        };
        let several = match word.as_str() {
            "min" | "max" => format!("; of two numbers or more it is `{word}(a, b)`"),
            _ => String::new(),
        };
        self.report(
            Diagnostic::new("E024", format!("`{word}` has no index"))
                .at(name.span, "over what it goes is not said")
                .hint(format!(
                    "it has an index, and what it is of stands behind it: {shown}{several}"
                )),
        );
    }
}
