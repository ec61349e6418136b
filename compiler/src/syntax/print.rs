//! A tree as canonical source text: deterministic, complete, and parsed back to the same tree.
//!
//! - `expression`: brackets where they are needed; `plan`; `list`. Here: everything else.

mod expression;
mod list;
mod plan;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt::{self, Display, Formatter};

use crate::syntax::ast::{
    Assert, Ast, Binder, Comparison, Define, Item, Loop, Name, Over, Param, Range, Region, State,
    Statement, Subscript, Table, Tensor,
};
use list::{Bracketed, Commas};
use plan::write_plan;

impl Display for Ast {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "circuit {}", self.name)?;
        if !self.params.is_empty() {
            write!(f, "({})", Commas(&self.params))?;
        }
        f.write_str(" {\n")?;
        for item in &self.items {
            match item {
                Item::Table(table) => writeln!(f, "    {table}")?,
                Item::Tensor(tensor) => writeln!(f, "    {tensor}")?,
                Item::State(state) => writeln!(f, "    {state}")?,
                Item::Statement(statement) => write_statement(f, statement, 1)?,
                Item::Region(region) => writeln!(f, "    {region}")?,
                Item::Plan(plan) => write_plan(f, plan)?,
            }
        }
        f.write_str("}\n")
    }
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
            argument,
            domain,
            range,
            ..
        } = self;
        write!(f, "table {name}({argument} in {domain}){}", Declared(range))?;
        match &self.body {
            Some(body) => write!(f, " = {body}"),
            None => f.write_str(" from input"),
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
        let visibility = if self.public { "public" } else { "private" };
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
        let seed = self.seed.as_ref().map_or("empty", |seed| &seed.text);
        write!(f, "state {} = {seed}", self.name)
    }
}

fn write_statement(f: &mut Formatter<'_>, statement: &Statement, depth: usize) -> fmt::Result {
    indent(f, depth)?;
    match statement {
        Statement::Step(step) => write_loop(f, "step", step, depth),
        Statement::For(each) => write_loop(f, "for", each, depth),
        Statement::Append {
            state, source, at, ..
        } => {
            writeln!(f, "{state} <- {source}{}", Bracketed(at))
        }
        Statement::Define(define) => writeln!(f, "{define}"),
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

impl Display for Define {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let subscripts = Bracketed(&self.subscripts);
        write!(
            f,
            "{}{subscripts}{} = {}",
            self.name,
            Declared(&self.range),
            self.expr
        )
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
        let over = Bracketed(&self.binders);
        write!(
            f,
            "assert{over} {} {} {}",
            self.left, self.comparison, self.right
        )
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
