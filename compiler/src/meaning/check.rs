//! From what was written to what it means: names, shapes, intervals (spec 3).
//!
//! One `Checker` walks the tree once, in source order, and builds the graph as it goes. A
//! part that is wrong is reported and yields `None`; whatever reads it stays silent, so that
//! one mistake is one diagnostic.
//!
//! - `scope`, `constant`, `subscript`, `binder`: names, what is known without any input, and what
//!   indices run over.
//! - `declare`, `table`, `append`, `define`, `statement`: what a program is written of; `carry`: states
//!   that are replaced.
//! - `statics`: what is known when the key is made; `norms`: what its assertions say of sums.
//! - `outside`: what a loop defines, after it. `parts`, `join`: definitions by parts.
//! - `condition`, `reach`: which points there are, and which of them a place is reached at.
//! - `expression`, `element`, `lookup`, `operation`, `reduction`, `quotient`: expressions with their
//!   intervals; `function`: what is wrong with what is called; `order`,
//!   `same`: what structure tells about those.
//! - `fits`: whether integers fit. `split`, `wide`, `limbs`, `forms`, `digits`: what does not, in limbs.
//!   `plan`, `boundary`: regions, plans, cuts.

mod append;
mod argument;
mod binder;
mod boundary;
mod carry;
mod condition;
mod constant;
mod declare;
mod define;
mod digits;
mod dimension;
mod element;
mod expression;
mod fits;
mod forms;
mod function;
mod hint;
mod join;
mod limbs;
mod lookup;
mod norms;
mod operation;
mod order;
mod outside;
mod over_root;
mod parts;
mod plan;
mod quotient;
mod ratio;
mod reach;
mod reduction;
mod root;
mod same;
mod scope;
mod split;
mod statement;
mod statics;
mod subscript;
mod table;
mod weights;
mod wide;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    ExprId, Graph, IndexId, Interval, Known, Member, Output, OutputId, Param, Source, StateId,
    TableId, ValueId, Visibility,
};
use crate::meaning::rows::Conditions;
use crate::meaning::statics::CHECKED_WORK;
use crate::syntax::ast::{self, Ast, BinaryOp};
use crate::syntax::parse::Lost;
use norms::Norm;
use parts::Parts;
pub use plan::resolve;
use scope::{Scopes, Symbol};
use wide::Wide;

/// The most elements of a tensor, and the most points of an index.
const MAX_SIZE: i128 = 1 << 28;

/// The most entries of a table, and of one that is looked up at what only a run knows.
const MAX_ENTRIES: i128 = 1 << 24;
const MAX_LOOKED_UP: i128 = 1 << 16;

/// How deeply an expression may be nested, a chain of additions included.
const MAX_DEPTH: usize = 400;

/// Gives every name of `ast` its meaning, with the parameters named in `overrides` set.
///
/// # Errors
/// Everything that is wrong with the program, in source order; codes E010 to E069, and of its
/// tables' entries E070 to E077.
pub fn check(ast: &Ast, overrides: &[(String, i64)]) -> Result<Graph, Vec<Diagnostic>> {
    let mut checker = Checker::new(ast);
    checker.walk(overrides);
    checker.finish()
}

/// What is wrong with a program of which some items could not be read, as far as that can be said
/// without them.
pub fn check_rest(ast: &Ast, overrides: &[(String, i64)], lost: Lost) -> Vec<Diagnostic> {
    let mut checker = Checker::new(ast);
    checker.wrong.clone_from(&lost.names);
    checker.lost = lost;
    checker.walk(overrides);
    checker.diagnostics
}

/// Every parameter of a program with its value.
pub(crate) fn valued(graph: &Graph) -> Vec<(String, i64)> {
    let params = graph.params.iter();
    params
        .map(|param| (param.name.clone(), param.value))
        .collect()
}

/// The values of the parameters as their defaults say.
///
/// # Errors
/// A default that is no constant integer.
pub fn parameters(ast: &Ast) -> Result<Vec<(String, i64)>, Vec<Diagnostic>> {
    let mut checker = Checker::new(ast);
    checker.parameters(&[]);
    match checker.diagnostics.is_empty() {
        true => Ok(valued(&checker.graph)),
        false => Err(checker.diagnostics),
    }
}

/// What these expressions are of the parameters, those in `overrides` set.
///
/// # Errors
/// Those that are no constant integers.
pub fn constants(
    ast: &Ast,
    overrides: &[(String, i64)],
    exprs: &[&ast::Expr],
) -> Result<Vec<i64>, Vec<Diagnostic>> {
    let mut checker = Checker::new(ast);
    checker.parameters(overrides);
    let found: Vec<Option<i64>> = exprs.iter().map(|expr| checker.integer(expr)).collect();
    let found: Option<Vec<i64>> = found.into_iter().collect();
    found
        .filter(|_| checker.diagnostics.is_empty())
        .ok_or(checker.diagnostics)
}

/// A declared output, until its value is known.
struct PendingOutput {
    name: String,
    span: Span,
    visibility: Visibility,
    shape: Vec<u64>,
    range: Option<Interval>,
    definition: OutputDefinition,
}

enum OutputDefinition {
    Missing,
    /// Tried, and reported.
    Wrong(Span),
    /// Some of the parts of this number in the checker's are defined.
    Parts(usize),
    Is {
        value: ValueId,
        layout: Vec<usize>,
    },
}

/// What is known of a state beyond its declaration.
struct Growth {
    /// The loop that appends to it or replaces it, by where it stands in the text, and where it does.
    by: Option<(usize, Span)>,
    /// That has been passed: a cache holds this step's entry.
    appended: bool,
    /// The loops around its declaration.
    outer: Vec<IndexId>,
}

/// An enclosing loop.
#[derive(Clone, Copy)]
struct Frame {
    index: IndexId,
    kind: Repeats,
    /// Where it stands in the text.
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeats {
    For,
    Step,
    Layer,
}

struct Checker<'a> {
    ast: &'a Ast,
    graph: Graph,
    diagnostics: Vec<Diagnostic>,
    scopes: Scopes,
    outputs: Vec<PendingOutput>,
    growth: Vec<Growth>,
    frames: Vec<Frame>,
    /// For each value, how many of its indices are enclosing loops.
    implicit: Vec<usize>,
    /// For each static, its indices and how many of them are enclosing loops; none for a fixed input.
    spaces: Vec<(Vec<IndexId>, usize)>,
    /// The elements of statics, as far as they are known by now.
    known: Known,
    /// Work that statics may still take while the program is checked, and what they take in all.
    static_work: u64,
    static_total: u64,
    /// What static assertions say of the sums of statics' magnitudes.
    norms: Vec<Norm>,
    /// What assertions say of values and statics, in the blocks that are open.
    narrowed: Vec<(Source, Interval)>,
    /// Every value, static and tensor that is defined by parts by name, whatever its scope.
    named: BTreeMap<String, Vec<Member>>,
    parts: Vec<Parts>,
    /// For each block that is open, what it defines by parts, and by how many.
    by_parts: Vec<BTreeMap<String, usize>>,
    /// Names whose definition was wrong.
    wrong: BTreeSet<String>,
    /// Where each name is first defined, whatever its scope.
    defined: BTreeMap<String, Span>,
    /// Caches that this statement has been told it cannot read.
    told: Vec<StateId>,
    depth: usize,
    wide: Wide,
    /// For each expression, how many operations it stands for.
    sizes: Vec<usize>,
    /// For each expression, its shape: what tells most of two apart at once.
    shapes: Vec<u64>,
    /// How many reductions are open.
    reductions: usize,
    /// How many of the bound indices are none of theirs.
    outside: usize,
    /// The indices that this statement has bound, reductions included.
    bound: Vec<IndexId>,
    /// The static conditions that hold here, those of enclosing loops first.
    filters: Vec<ExprId>,
    /// What conditions are evaluated with, for so many statics.
    known_conditions: RefCell<Option<(usize, Arc<Conditions>)>>,
    /// Nothing was wrong before the plans.
    well_formed: bool,
    /// What items that could not be read may have said.
    lost: Lost,
    /// The name that is being defined.
    defining: Option<String>,
    /// The reductions of this statement whose bodies have ended.
    ended: Vec<Ended>,
    /// What the entries of tables lie in, by where they are looked up.
    reached: HashMap<(TableId, Vec<Interval>), Interval>,
}

/// A reduction's body, past which its index means nothing.
struct Ended {
    index: String,
    reducer: String,
    span: Span,
    /// The operator that ended it.
    by: Option<BinaryOp>,
}

impl<'a> Checker<'a> {
    fn new(ast: &'a Ast) -> Self {
        let mut defined = BTreeMap::new();
        scope::definitions(ast, &mut defined);
        Self {
            ast,
            graph: Graph {
                name: ast.name.text.clone(),
                ..Graph::default()
            },
            diagnostics: Vec::new(),
            scopes: Scopes::new(),
            outputs: Vec::new(),
            growth: Vec::new(),
            frames: Vec::new(),
            implicit: Vec::new(),
            spaces: Vec::new(),
            known: Known::default(),
            static_work: CHECKED_WORK,
            static_total: 0,
            norms: Vec::new(),
            narrowed: Vec::new(),
            named: BTreeMap::new(),
            parts: Vec::new(),
            by_parts: Vec::new(),
            wrong: BTreeSet::new(),
            defined,
            told: Vec::new(),
            depth: 0,
            wide: Wide::default(),
            sizes: Vec::new(),
            shapes: Vec::new(),
            reductions: 0,
            outside: 0,
            bound: Vec::new(),
            filters: Vec::new(),
            known_conditions: RefCell::new(None),
            well_formed: false,
            lost: Lost::default(),
            defining: None,
            ended: Vec::new(),
            reached: HashMap::new(),
        }
    }

    fn walk(&mut self, overrides: &[(String, i64)]) {
        let ast = self.ast;
        self.parameters(overrides);
        self.tables();
        self.known = Known::of_tables(&self.graph);
        let statements = ast.items.iter().filter_map(|item| match item {
            ast::Item::Statement(statement) => Some(statement),
            _ => None,
        });
        self.by_parts
            .push(parts::by_parts(statements, &self.lost.names));
        for item in &ast.items {
            match item {
                ast::Item::Tensor(tensor) => self.tensor(tensor),
                ast::Item::State(state) => self.state(state),
                ast::Item::Statement(statement) => self.statement(statement),
                ast::Item::Table(_) | ast::Item::Region(_) | ast::Item::Plan(_) => {}
            }
        }
        self.outputs();
        self.regions();
        self.plans();
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn parameters(&mut self, overrides: &[(String, i64)]) {
        let ast = self.ast;
        for (position, (name, _)) in overrides.iter().enumerate() {
            if overrides[..position]
                .iter()
                .any(|(earlier, _)| earlier == name)
            {
                self.report(
                    Diagnostic::new("E012", format!("the parameter `{name}` is set twice"))
                        .hint("set it once"),
                );
            } else if !ast.params.iter().any(|param| param.name.text == *name) {
                let names = ast.params.iter().map(|param| param.name.text.as_str());
                let all: Vec<_> = names.clone().map(|name| format!("`{name}`")).collect();
                let mut diagnostic = Diagnostic::new(
                    "E012",
                    format!("`{}` has no parameter `{name}`", ast.name.text),
                );
                diagnostic = match crate::diagnostic::suggest(name, names) {
                    Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                    None if all.is_empty() => diagnostic.hint("it has no parameters"),
                    None => diagnostic.hint(format!("its parameters are {}", all.join(", "))),
                };
                self.report(diagnostic);
            }
        }
        for param in &ast.params {
            let set = overrides.iter().find(|(name, _)| *name == param.name.text);
            let value = match set {
                Some((_, value)) => Some(*value),
                None => self.integer(&param.default),
            };
            let symbol = value.map_or(Symbol::Wrong, Symbol::Param);
            if self.define(&param.name, symbol) {
                if let Some(value) = value {
                    self.graph.params.push(Param {
                        name: param.name.text.clone(),
                        value,
                    });
                }
            }
        }
    }

    /// Moves the outputs into the graph, now that their values are known.
    fn outputs(&mut self) {
        for position in 0..self.outputs.len() {
            let output = &self.outputs[position];
            let (name, span) = (output.name.clone(), output.span);
            match &output.definition {
                OutputDefinition::Missing if self.lost.names.contains(&name) => {}
                OutputDefinition::Missing => self.report(
                    Diagnostic::new("E037", format!("the output `{name}` is never defined"))
                        .at(span, "declared here")
                        .hint(format!("define it: `{name}[...] = ...`")),
                ),
                OutputDefinition::Wrong(_) | OutputDefinition::Parts(_) => {}
                OutputDefinition::Is { value, layout } => {
                    let id = OutputId(self.graph.outputs.len() as u32);
                    let interval = self.graph.value(*value).interval;
                    self.graph.outputs.push(Output {
                        name,
                        span,
                        visibility: output.visibility,
                        shape: output.shape.clone(),
                        range: output.range.unwrap_or(interval),
                        value: *value,
                        layout: layout.clone(),
                    });
                    self.graph.values[value.index()].output = Some(id);
                }
            }
        }
    }

    fn finish(mut self) -> Result<Graph, Vec<Diagnostic>> {
        if self.diagnostics.is_empty() {
            self.settle();
            if cfg!(debug_assertions) {
                if let Err(reason) = crate::meaning::validate::validate(&self.graph) {
                    unreachable!("check built a graph that is not valid: {reason}");
                }
            }
            return Ok(self.graph);
        }
        self.diagnostics
            .sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
        Err(self.diagnostics)
    }
}
