//! Calls of definitions as what they stand for: a program without definitions (spec 2.8).
//!
//! What a call makes stands before the statement that calls, as a person would write it by hand: values
//! over the indices that the arguments mention, called `norm#1.square`.
//!
//! - `house`: the files that a program uses, and which definitions each sees.
//! - `view`: which dimensions a name has, and what is left of it behind subscripts; `number`: constants;
//!   `visit`: what stands in an expression.
//! - `expander`: what is known on the way; `statement`, `expression`, `table`: what is written, once
//!   more; `call`, `argument`: what a call is given, and what it makes; `uncalled`: what nothing calls.

mod argument;
mod call;
mod expander;
mod expression;
mod house;
mod number;
mod statement;
mod table;
#[cfg(test)]
mod tests;
mod uncalled;
mod view;
mod visit;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Sources};
use crate::syntax::ast::{Ast, Expr, ExprKind};
use crate::syntax::parse::{self, Lost};
use expander::Expander;
use house::House;

/// A text that a program uses.
pub struct Loaded {
    /// What errors call it.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What gives the texts of `use "path"`: of a path of plain names from the program's folder, or why there is
/// none.
pub type Loader<'l> = dyn Fn(&str) -> Result<Loaded, String> + 'l;

/// The loader of a program that has no files beside it.
pub fn no_files(_path: &str) -> Result<Loaded, String> {
    Err("there are no files beside this program".to_string())
}

/// A program without definitions, as far as nothing is wrong.
#[derive(Debug)]
pub struct Expanded {
    pub ast: Ast,
    /// What its spans point into.
    pub sources: Sources,
    /// What is wrong with files, definitions and calls; not resolved.
    pub errors: Vec<Diagnostic>,
    /// The names that statements left out define.
    pub lost: BTreeSet<String>,
}

/// Expands every call of a definition. `source` is the text of `ast`; the parameters named in `overrides`
/// are set, which decides whether sizes agree, and nothing else.
pub fn expand(
    ast: &Ast,
    source: &str,
    overrides: &[(String, i64)],
    load: &Loader<'_>,
    lost: &Lost,
) -> Expanded {
    let mut sources = Sources::of(source);
    let (house, mut errors) = House::open(ast, load, &mut sources);
    let mut expander = Expander::new(&house, ast, overrides, &mut sources, lost);
    let items = expander.program(ast);
    let (made, lost) = (expander.made(), std::mem::take(&mut expander.left_out));
    expander.uncalled();
    errors.append(&mut expander.errors);
    let expanded = Ast {
        name: ast.name.clone(),
        params: ast.params.clone(),
        items,
        uses: Vec::new(),
        defs: Vec::new(),
        tests: Vec::new(),
    };
    // What a key holds is read again.
    if made && errors.is_empty() {
        if let Err(limit) = parse::limits(&expanded.to_string()) {
            errors.push(
                Diagnostic::new("E096", "with its calls expanded the program is too large")
                    .at(ast.name.span, limit.message)
                    .hint("give parts of expressions names of their own, or call less"),
            );
        }
    }
    Expanded {
        ast: expanded,
        sources,
        errors,
        lost,
    }
}

/// What is wrong with `f(x)[i]`, or with `..`, where no statement computes.
pub(crate) fn misplaced(expr: &Expr) -> Diagnostic {
    match &expr.kind {
        ExprKind::Every => {
            Diagnostic::new("E095", "`..` stands in an argument of a definition alone")
                .at(expr.span, "here it is no subscript")
                .hint("there are no slices: bind an index, `y[i in n] = x[i]`")
        }
        _ => Diagnostic::new("E095", "nothing is called here")
            .at(expr.span, "this must be known when the program is compiled")
            .hint("a definition is called in a value, an output or an assertion"),
    }
}
