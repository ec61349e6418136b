//! The names that a text defines, where each is meant, and what a name means at a place.

use std::collections::HashMap;

use crate::diagnostic::Span;
use crate::syntax::ast::Visibility;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Circuit,
    /// Of the circuit, with a default.
    Parameter,
    Input(Visibility),
    Output(Visibility),
    Cache,
    Carried,
    Table,
    /// Of a table, a loop, a definition's left side or a reduction.
    Index,
    Value,
    Hint,
    Def,
    /// Of a definition.
    Argument,
    /// A size in the shape of a definition's parameter.
    Size,
    /// What a definition gives.
    Outcome,
    Region,
    Plan,
    Proof,
}

impl Kind {
    pub fn noun(self) -> &'static str {
        match self {
            Self::Circuit => "circuit",
            Self::Parameter => "parameter",
            Self::Input(Visibility::Public) => "public input",
            Self::Input(Visibility::Private) => "private input",
            Self::Input(Visibility::Fixed) => "fixed input",
            Self::Output(Visibility::Public) => "public output",
            Self::Output(_) => "private output",
            Self::Cache => "cache",
            Self::Carried => "carried state",
            Self::Table => "table",
            Self::Index => "index",
            Self::Value => "value",
            Self::Hint => "hint",
            Self::Def => "definition",
            Self::Argument => "argument of the definition",
            Self::Size => "size",
            Self::Outcome => "result",
            Self::Region => "region",
            Self::Plan => "plan",
            Self::Proof => "proof",
        }
    }

    /// Whether a region, or a proof of a plan, may name it.
    pub fn is_member(self) -> bool {
        matches!(
            self,
            Self::Input(_)
                | Self::Output(_)
                | Self::Cache
                | Self::Carried
                | Self::Table
                | Self::Value
                | Self::Hint
        )
    }

    /// Whether an expression may read it.
    pub fn is_read(self) -> bool {
        let other = [
            Self::Circuit,
            Self::Region,
            Self::Plan,
            Self::Proof,
            Self::Def,
        ];
        !other.contains(&self)
    }
}

/// A name that is defined.
#[derive(Clone, Debug)]
pub struct Symbol {
    pub name: String,
    pub kind: Kind,
    /// Where the name stands.
    pub span: Span,
    /// All of its declaration.
    pub whole: Span,
    /// The text that it is in: 0 is the document's own, 1 the first that it uses.
    pub text: usize,
    /// Where it is meant by its name.
    pub visible: Span,
    /// Where it is meant too, if nothing else has its name: after the loop that defines it.
    pub after: Option<Span>,
    /// The definition that it is a part of, by number in its text.
    pub def: Option<usize>,
    /// What it stands in: a plan, a loop's or a table's own.
    pub within: Option<usize>,
}

/// How a name that is read is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// By the rules of blocks.
    Read,
    /// As [`Role::Read`], of what is called.
    Call,
    /// The definition of a name that has one already: an output, a result, another part.
    Write,
    /// Everything that has the name: of a region or a plan.
    Member,
    /// What a plan cuts: an index, or the parameter that it runs over.
    Cut,
    /// A proof of the plan of this number.
    Proof(usize),
    /// A parameter or a result of the definition of this name.
    Of(String),
}

/// A name that stands somewhere.
#[derive(Clone, Debug)]
pub struct Occurrence {
    pub span: Span,
    pub name: String,
    pub role: Role,
    /// What it means, each a number of a symbol; several for one name of a region, none if it is unknown.
    pub means: Vec<usize>,
}

/// The names of a document.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    pub symbols: Vec<Symbol>,
    /// In the text's order, definitions among them.
    pub occurrences: Vec<Occurrence>,
    pub(super) by_name: HashMap<String, Vec<usize>>,
    /// The spans of the text's own definitions.
    pub(super) defs: Vec<Span>,
}

/// Whether a place is in a span, its end included: a cursor stands behind a word too.
pub fn touches(span: Span, at: usize) -> bool {
    span.start <= at && at <= span.end
}

impl Symbols {
    pub(super) fn add(&mut self, symbol: Symbol) -> usize {
        let number = self.symbols.len();
        let known = self.by_name.entry(symbol.name.clone()).or_default();
        known.push(number);
        self.symbols.push(symbol);
        number
    }

    /// The name at a place.
    pub fn at(&self, at: usize) -> Option<&Occurrence> {
        let after = self
            .occurrences
            .partition_point(|found| found.span.start <= at);
        let before = self.occurrences[..after].iter().rev().take(2);
        before.into_iter().find(|found| touches(found.span, at))
    }

    /// The definition of the document's text that a place is in.
    pub fn def_at(&self, at: usize) -> Option<usize> {
        let holds = |span: &Span| span.start <= at && at < span.end;
        self.defs.iter().position(holds)
    }

    /// Whether a symbol may be meant in the same part of the text: the circuit, or one definition.
    fn shares(&self, symbol: &Symbol, at: usize) -> bool {
        let here = self.def_at(at);
        symbol.def == here || (symbol.kind == Kind::Def && symbol.def.is_none())
    }

    /// What a name means at a place.
    pub fn meant(&self, name: &str, at: usize, role: &Role) -> Vec<usize> {
        let all = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let of = |number: &usize| &self.symbols[*number];
        let every = |is: &dyn Fn(&Symbol) -> bool| -> Vec<usize> {
            all.iter().copied().filter(|it| is(of(it))).collect()
        };
        match role {
            Role::Member => every(&|symbol| {
                symbol.def.is_none() && (symbol.kind.is_member() || symbol.kind == Kind::Region)
            }),
            Role::Proof(plan) => {
                every(&|symbol| symbol.kind == Kind::Proof && symbol.within == Some(*plan))
            }
            Role::Cut => self.cut(name),
            Role::Of(def) => {
                let found = self.meant(def, at, &Role::Call);
                let Some(found) = found.first().map(|found| &self.symbols[*found]) else {
                    return Vec::new();
                };
                every(&|symbol| {
                    matches!(symbol.kind, Kind::Argument | Kind::Outcome)
                        && symbol.text == found.text
                        && found.whole.start <= symbol.span.start
                        && symbol.span.end <= found.whole.end
                })
            }
            Role::Read | Role::Call | Role::Write => self.block(all, at, role),
        }
    }

    /// The one of these that is meant at a place by the rules of blocks.
    fn block(&self, all: &[usize], at: usize, role: &Role) -> Vec<usize> {
        let fits = |symbol: &Symbol| match role {
            Role::Call => matches!(symbol.kind, Kind::Def | Kind::Table),
            _ => symbol.kind.is_read(),
        };
        let own: Vec<usize> = all
            .iter()
            .copied()
            .filter(|it| {
                let symbol = &self.symbols[*it];
                fits(symbol) && self.shares(symbol, at)
            })
            .collect();
        let holds = |span: Span| span.start <= at && at < span.end;
        let size = |it: &usize| {
            let Span { start, end } = self.symbols[*it].visible;
            (end - start, *it)
        };
        let visible = own
            .iter()
            .copied()
            .filter(|it| holds(self.symbols[*it].visible));
        if let Some(found) = visible.min_by_key(size) {
            return vec![found];
        }
        let ended = |it: &usize| self.symbols[*it].after.is_some_and(holds);
        let ended: Vec<usize> = own.iter().copied().filter(ended).collect();
        if !ended.is_empty() {
            return ended;
        }
        // Used before it is defined, or where it is not visible: an error, but its reader means it.
        own.into_iter().take(1).collect()
    }

    /// What `by head` or `steps` names: the parameter, or the indices; with an `s` more or less.
    fn cut(&self, name: &str) -> Vec<usize> {
        let other = match name.strip_suffix('s') {
            Some(singular) => singular.to_string(),
            None => format!("{name}s"),
        };
        for name in [name, &other] {
            let all = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
            for kind in [Kind::Parameter, Kind::Index] {
                let of_kind = |it: &&usize| {
                    let symbol = &self.symbols[**it];
                    symbol.kind == kind && symbol.def.is_none()
                };
                let found: Vec<usize> = all.iter().filter(of_kind).copied().collect();
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    /// What may be read or called at a place.
    pub fn visible(&self, at: usize) -> impl Iterator<Item = &Symbol> {
        let holds = move |span: Span| span.start <= at && at <= span.end;
        self.symbols.iter().filter(move |symbol| {
            self.shares(symbol, at) && (holds(symbol.visible) || symbol.after.is_some_and(holds))
        })
    }

    /// Whether two numbers are of one name: a library's table has one for each definition that sees it.
    pub fn same(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.symbols[one], &self.symbols[other]);
        (one.text, one.span) == (other.text, other.span)
    }

    /// Everywhere that a symbol is named, in the text's order.
    pub fn places(&self, symbol: usize) -> impl Iterator<Item = &Occurrence> {
        let means =
            move |found: &&Occurrence| found.means.iter().any(|means| self.same(*means, symbol));
        self.occurrences.iter().filter(means)
    }

    /// Gives every name that stands somewhere its meaning.
    pub(super) fn resolve(&mut self) {
        let mut occurrences = std::mem::take(&mut self.occurrences);
        for found in &mut occurrences {
            if found.means.is_empty() {
                found.means = self.meant(&found.name, found.span.start, &found.role);
            }
        }
        occurrences.sort_by_key(|found| found.span);
        self.occurrences = occurrences;
    }
}
