//! A tree as canonical source text: deterministic, complete, and parsed back to the same tree.
//!
//! - `expression`: brackets where they are needed; `definition`; `plan`; `list`. Here: everything else.

mod definition;
mod expression;
mod list;
mod plan;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt::{self, Display, Formatter};

use crate::syntax::ast::{
    Argument, Assert, Ast, Binder, Comparison, Condition, Define, Entries, Item, List, Listed,
    Loop, Name, Over, Param, Range, Region, State, Statement, Subscript, Table, Tensor, Visibility,
};
use definition::write_beside;
use expression::{Alone, Where};
use list::{Bracketed, Commas};
use plan::write_plan;

impl Display for Ast {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_beside(f, &self.uses, &self.defs)?;
        write!(f, "circuit {}", self.name)?;
        if !self.params.is_empty() {
            write!(f, "({})", Commas(&self.params))?;
        }
        f.write_str(" {\n")?;
        write_items(f, &self.items)?;
        f.write_str("}\n")
    }
}

fn write_items(f: &mut Formatter<'_>, items: &[Item]) -> fmt::Result {
    for item in items {
        match item {
            Item::Table(table) => writeln!(f, "    {table}")?,
            Item::Tensor(tensor) => writeln!(f, "    {tensor}")?,
            Item::State(state) => writeln!(f, "    {state}")?,
            Item::Statement(statement) => write_statement(f, statement, 1)?,
            Item::Region(region) => writeln!(f, "    {region}")?,
            Item::Plan(plan) => write_plan(f, plan)?,
        }
    }
    Ok(())
}

/// ` : lo..hi`, if there is one.
struct Declared<'a>(&'a Option<Range>);

impl Display for Declared<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(range) => write!(f, " : {range}"),
            None => Ok(()),
        }
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Display for Param {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.default)
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Table {
            name,
            arguments,
            range,
            ..
        } = self;
        write!(f, "table {name}({}){}", Commas(arguments), Declared(range))?;
        match &self.entries {
            Entries::FromInput => f.write_str(" from input"),
            Entries::Each(body) => write!(f, " = {body}"),
            Entries::Listed(list) => write!(f, " = {list}"),
        }
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.name, self.domain)
    }
}

impl Display for List {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Bracketed(&self.entries).fmt(f)
    }
}

impl Display for Listed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Listed::One(expr) => expr.fmt(f),
            Listed::List(list) => list.fmt(f),
        }
    }
}

impl Display for Range {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let dots = if self.inclusive { "..=" } else { ".." };
        write!(f, "{}{dots}{}", self.lo, self.hi)
    }
}

impl Display for Tensor {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let visibility = match self.visibility {
            Visibility::Public => "public",
            Visibility::Private => "private",
            Visibility::Fixed => "fixed",
        };
        let direction = if self.input { "input" } else { "output" };
        let shape = Bracketed(&self.shape);
        write!(
            f,
            "{visibility} {direction} {}{shape}{}",
            self.name,
            Declared(&self.range)
        )
    }
}

impl Display for State {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (shape, range) = (Bracketed(&self.shape), Declared(&self.range));
        write!(f, "state {}{shape}{range} = ", self.name)?;
        match &self.seed {
            Some(seed) => seed.fmt(f),
            None => f.write_str("empty"),
        }
    }
}

fn write_statement(f: &mut Formatter<'_>, statement: &Statement, depth: usize) -> fmt::Result {
    indent(f, depth)?;
    match statement {
        Statement::Step(step) => write_loop(f, "step", step, depth),
        Statement::Layer(layer) => write_loop(f, "layer", layer, depth),
        Statement::For(each) => write_loop(f, "for", each, depth),
        Statement::Append {
            state, source, at, ..
        } => {
            writeln!(f, "{state} <- {source}{}", Bracketed(at))
        }
        Statement::Define(define) => writeln!(f, "{define}"),
        Statement::State(state) => writeln!(f, "{state}"),
        Statement::Assert(assert) => writeln!(f, "{assert}"),
    }
}

fn write_loop(f: &mut Formatter<'_>, word: &str, block: &Loop, depth: usize) -> fmt::Result {
    writeln!(f, "{word} {} {{", block.binder)?;
    for statement in &block.body {
        write_statement(f, statement, depth + 1)?;
    }
    indent(f, depth)?;
    f.write_str("}\n")
}

fn indent(f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
    (0..depth).try_for_each(|_| f.write_str("    "))
}

impl Display for Over {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Over::Size(size) => size.fmt(f),
            Over::Range(range) => range.fmt(f),
        }
    }
}

impl Display for Binder {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.index, self.domain)
    }
}

/// `[i in n, j in m where condition]`; nothing for an empty list.
fn write_filtered<T: Display>(
    f: &mut Formatter<'_>,
    list: &[T],
    filter: Option<&Condition>,
) -> fmt::Result {
    match list.is_empty() {
        true => Ok(()),
        false => write!(f, "[{}{}]", Commas(list), Where(filter)),
    }
}

impl Display for Define {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.hint {
            f.write_str("hint ")?;
        }
        self.name.fmt(f)?;
        write_filtered(f, &self.subscripts, self.filter.as_ref())?;
        write!(f, "{} = {}", Declared(&self.range), Alone(&self.expr))
    }
}

impl Display for Subscript {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Subscript::Bound(name) => name.fmt(f),
            Subscript::Binds(binder) => binder.fmt(f),
            Subscript::At(expr) => expr.fmt(f),
        }
    }
}

impl Display for Assert {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("assert")?;
        write_filtered(f, &self.binders, self.filter.as_ref())?;
        write!(f, " {} {} {}", self.left, self.comparison, self.right)
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Comparison::AtLeast => ">=",
            Comparison::AtMost => "<=",
            Comparison::More => ">",
            Comparison::Less => "<",
            Comparison::Equal => "==",
        })
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.members.is_empty() {
            return write!(f, "region {} {{ }}", self.name);
        }
        write!(f, "region {} {{ {} }}", self.name, Commas(&self.members))
    }
}
