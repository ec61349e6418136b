//! Names and the blocks that they are visible in (spec 3.1).

use std::collections::BTreeMap;

use super::{Checker, Ended, OutputDefinition};
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::meaning::graph::{IndexId, InputId, StateId, StaticId, TableId, ValueId};
use crate::syntax::ast::{self, Ast, BinaryOp, Item, Name, Statement};
use crate::syntax::words::FUNCTIONS;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Symbol {
    Param(i64),
    Index(IndexId),
    Input(InputId),
    /// A position in the checker's outputs.
    Output(usize),
    /// A cache.
    State(StateId),
    /// A state that is replaced.
    Carried(StateId),
    Table(TableId),
    Value(ValueId),
    /// A fixed input.
    Fixed(StaticId),
    /// A value that is known when the key is made.
    Static(StaticId),
    /// What is defined by parts, by its position in the checker's.
    Parts(usize),
    /// Its definition is wrong, and has been reported.
    Wrong,
}

impl Symbol {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Param(_) => "a parameter",
            Self::Index(_) => "an index",
            Self::Input(_) => "an input",
            Self::Fixed(_) => "a fixed input",
            Self::Output(_) => "an output",
            Self::State(_) => "a cache",
            Self::Carried(_) => "a carried state",
            Self::Table(_) => "a table",
            Self::Value(_) | Self::Static(_) => "a value",
            Self::Parts(_) => "a value that is defined by parts",
            Self::Wrong => "in error",
        }
    }
}

/// One block that is open.
#[derive(Default)]
struct Level {
    names: BTreeMap<String, (Symbol, Span)>,
    /// What loops of this block that have ended define: meant where nothing else has the name.
    ended: BTreeMap<String, Vec<(Symbol, Span)>>,
}

pub(super) struct Scopes {
    levels: Vec<Level>,
}

impl Scopes {
    pub(super) fn new() -> Self {
        Self {
            levels: vec![Level::default()],
        }
    }

    pub(super) fn open(&mut self) {
        self.levels.push(Level::default());
    }

    pub(super) fn close(&mut self) {
        self.levels.pop();
    }

    /// Closes the block of a loop. The block around it keeps what it defines.
    pub(super) fn end_loop(&mut self) {
        let (Some(level), Some(around)) = (self.levels.pop(), self.levels.last_mut()) else {
            unreachable!("a loop stands in a block");
        };
        let own = level.names.iter().filter_map(|(name, &(symbol, span))| {
            let kept = matches!(
                symbol,
                Symbol::Value(_) | Symbol::Static(_) | Symbol::Parts(_)
            );
            kept.then(|| (name, vec![(symbol, span)]))
        });
        let hidden = |name: &&String| !level.names.contains_key(*name);
        let inner = level.ended.iter().filter(|(name, _)| hidden(name));
        let inner = inner.map(|(name, values)| (name, values.clone()));
        for (name, values) in own.chain(inner) {
            around.ended.entry(name.clone()).or_default().extend(values);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<(Symbol, Span)> {
        let mut levels = self.levels.iter().rev();
        levels.find_map(|level| level.names.get(name)).copied()
    }

    /// What loops that have ended define by a name, where it has no other meaning.
    pub(super) fn ended(&self, name: &str) -> &[(Symbol, Span)] {
        let mut levels = self.levels.iter().rev();
        let found = levels.find_map(|level| level.ended.get(name));
        found.map_or(&[], Vec::as_slice)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let levels = self.levels.iter().rev();
        let names = levels.flat_map(|level| level.names.keys().chain(level.ended.keys()));
        names.map(String::as_str)
    }

    /// Gives a name a new meaning where it is visible; for a name that turned out wrong.
    pub(super) fn replace(&mut self, name: &str, symbol: Symbol) {
        let mut levels = self.levels.iter_mut().rev();
        if let Some(entry) = levels.find_map(|level| level.names.get_mut(name)) {
            entry.0 = symbol;
        }
    }

    fn insert(&mut self, name: &Name, symbol: Symbol) {
        if let Some(level) = self.levels.last_mut() {
            level.names.insert(name.text.clone(), (symbol, name.span));
        }
    }
}

impl Checker<'_> {
    /// Defines a name in the innermost block; false (E011) if it is taken.
    pub(super) fn define(&mut self, name: &Name, symbol: Symbol) -> bool {
        let text = &name.text;
        if let Some((taken, span)) = self.scopes.get(text) {
            if taken == Symbol::Wrong {
                return false;
            }
            let what = if matches!(taken, Symbol::Index(_)) && matches!(symbol, Symbol::Index(_)) {
                format!("the index `{text}` is already bound here")
            } else {
                format!("the name `{text}` is already taken")
            };
            let hint = match taken {
                Symbol::Carried(_) => {
                    format!("a state is replaced by `<-`: `new_{text} = ...`, then `{text} <- new_{text}`")
                }
                Symbol::State(_) => {
                    format!("a cache grows by `<-`: `entry = ...`, then `{text} <- entry`")
                }
                _ => "choose another name".to_owned(),
            };
            self.report(
                Diagnostic::new("E011", what)
                    .at(name.span, "defined again")
                    .also(span, "first defined here")
                    .hint(hint),
            );
            return false;
        }
        if FUNCTIONS.contains(&text.as_str()) || text == "sum" {
            self.report(
                Diagnostic::new("E011", format!("`{text}` is a function of the language"))
                    .at(name.span, "this name is taken")
                    .hint("choose another name"),
            );
            return false;
        }
        self.scopes.insert(name, symbol);
        true
    }

    /// What a name stands for; E010 if nothing, E063 if several loops that have ended define it.
    /// `Symbol::Wrong` becomes `None`, in silence.
    pub(super) fn resolve(&mut self, name: &Name) -> Option<(Symbol, Span)> {
        let ended = match self.scopes.ended(&name.text) {
            [] => None,
            [_] if self.wrong.contains(&name.text) => Some((Symbol::Wrong, name.span)),
            [found] => Some(*found),
            [(_, first), (_, second), ..] => {
                let (first, second) = (*first, *second);
                if self.scopes.get(&name.text).is_none() {
                    self.ambiguous(name, first, second);
                    return None;
                }
                None
            }
        };
        match self.scopes.get(&name.text).or(ended) {
            Some((Symbol::Wrong, _)) => None,
            Some((symbol, _)) if self.is_unsure(&name.text, symbol) => None,
            Some(found) => Some(found),
            None => {
                let names: Vec<String> = self.scopes.names().map(str::to_owned).collect();
                self.unknown(name, names.iter().map(String::as_str));
                None
            }
        }
    }

    fn ambiguous(&mut self, name: &Name, first: Span, second: Span) {
        let text = &name.text;
        // One of them may be another loop's that is wrong.
        if self.wrong.contains(text) {
            return;
        }
        self.report(
            Diagnostic::new(
                "E063",
                format!("`{text}` may be what either of two loops defines"),
            )
            .at(name.span, "which one is not clear")
            .also(first, "this loop defines it")
            .also(second, "so does this one")
            .hint("give them different names, or read it in its own loop"),
        );
    }

    /// Whether an item that could not be read may say more of what a name stands for: that it
    /// grows, is defined, or is narrowed.
    fn is_unsure(&self, name: &str, symbol: Symbol) -> bool {
        match symbol {
            Symbol::State(_) | Symbol::Carried(_) => self.lost.names.contains(name),
            Symbol::Output(position) => {
                let open = matches!(
                    self.outputs[position].definition,
                    OutputDefinition::Missing | OutputDefinition::Parts(_)
                );
                let names = &self.lost.names;
                (open && names.contains(name)) || self.lost.asserted.contains(name)
            }
            Symbol::Value(_)
            | Symbol::Input(_)
            | Symbol::Fixed(_)
            | Symbol::Static(_)
            | Symbol::Parts(_) => self.lost.asserted.contains(name),
            _ => false,
        }
    }

    /// Reports that nothing of that name is visible, with what may have been meant.
    pub(super) fn unknown<'n>(&mut self, name: &Name, visible: impl Iterator<Item = &'n str>) {
        let text = &name.text;
        if self.wrong.contains(text) {
            return;
        }
        let diagnostic = if self.defining.as_ref() == Some(text) {
            self.by_itself("E010", text, name.span)
        } else if let Some(ended) = self.ended_before(name) {
            let Ended { reducer, span, .. } = ended;
            let by = ended.by.map_or("operator", sign);
            Diagnostic::new(
                "E010",
                format!("`{text}` means nothing after its `{reducer}`"),
            )
            .at(name.span, "used here")
            .also(
                *span,
                format!("the body of this `{reducer}` ends before the `{by}`"),
            )
            .hint(format!(
                "put all of the body into brackets: `{reducer}({text} in ...) (... {by} ...)`"
            ))
        } else if let Some(&span) = self.defined.get(text) {
            let (message, hint) = if span.start > name.span.start {
                (
                    "is not defined yet",
                    "move the definition before its first use",
                )
            } else {
                (
                    "is not visible here",
                    "a value is visible in the block that defines it",
                )
            };
            Diagnostic::new("E010", format!("`{text}` {message}"))
                .at(name.span, "used here")
                .also(span, "defined here")
                .hint(hint)
        } else {
            let diagnostic = Diagnostic::new("E010", format!("there is no `{text}`"))
                .at(name.span, "unknown name");
            match suggest(text, visible) {
                Some(near) => diagnostic.meant(name.span, near),
                None => diagnostic.hint("define it, or check the spelling"),
            }
        };
        self.report(diagnostic);
    }
}

impl Checker<'_> {
    /// A definition that reads what it defines.
    pub(super) fn by_itself(&self, code: &'static str, name: &str, span: Span) -> Diagnostic {
        Diagnostic::new(code, format!("`{name}` cannot be defined by itself"))
            .at(span, "read in its own definition")
            .hint("give the new value another name")
            .hint(
                "what runs on from step to step is a carried state, `state s : lo..hi = 0`, replaced by \
                 `s <- value`; or a sum, max or min over what came before, in a cache",
            )
    }

    /// The last reduction of this statement that bound a name and has ended before its use.
    fn ended_before(&self, name: &Name) -> Option<&Ended> {
        let mut ended = self.ended.iter().rev();
        ended.find(|ended| ended.index == name.text && ended.span.end <= name.span.start)
    }
}

fn sign(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Pow => "^",
    }
}

/// Collects where each name is first defined, in any scope.
pub(super) fn definitions(ast: &Ast, into: &mut BTreeMap<String, Span>) {
    for item in &ast.items {
        let name = match item {
            Item::Table(table) => &table.name,
            Item::Tensor(tensor) => &tensor.name,
            Item::State(state) => &state.name,
            Item::Region(region) => &region.name,
            Item::Plan(_) => continue,
            Item::Statement(statement) => {
                defined_by(statement, into);
                continue;
            }
        };
        into.entry(name.text.clone()).or_insert(name.span);
    }
}

fn defined_by(statement: &Statement, into: &mut BTreeMap<String, Span>) {
    match statement {
        Statement::Step(ast::Loop { body, .. })
        | Statement::Layer(ast::Loop { body, .. })
        | Statement::For(ast::Loop { body, .. }) => {
            for inner in body {
                defined_by(inner, into);
            }
        }
        Statement::Define(define) => {
            into.entry(define.name.text.clone())
                .or_insert(define.name.span);
        }
        Statement::State(state) => {
            into.entry(state.name.text.clone())
                .or_insert(state.name.span);
        }
        Statement::Append { .. } | Statement::Assert(_) => {}
    }
}
