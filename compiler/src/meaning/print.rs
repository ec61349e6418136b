//! A graph in readable form: what `attnc emit graph` prints.
//!
//! - `plan`: the plans of one.

mod plan;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use crate::meaning::dims::dimensions;
use crate::meaning::graph::{
    Append, Axis, Domain, ExprId, ExprKind, Filter, Graph, IndexExpr, IndexId, Member, Place,
    Reduction, Source, State, Table, Visibility,
};
use plan::boundary;

/// How tightly an operator binds; an operand that binds less is put in brackets.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Sum,
    Product,
    Unary,
    Atom,
}

struct Printer<'a> {
    graph: &'a Graph,
    /// How many values there are of each name.
    names: BTreeMap<&'a str, usize>,
}

impl Display for Graph {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut names = BTreeMap::new();
        for value in &self.values {
            *names.entry(value.name.as_str()).or_insert(0) += 1;
        }
        let printer = Printer { graph: self, names };
        let params: Vec<_> = self
            .params
            .iter()
            .map(|p| format!("{} = {}", p.name, p.value))
            .collect();
        writeln!(f, "graph {}({})", self.name, params.join(", "))?;
        for input in &self.inputs {
            let visibility = visibility(input.visibility);
            let shape = match input.shape[..] {
                [] => String::new(),
                _ => dimensions(&input.dims()),
            };
            writeln!(
                f,
                "{visibility} input {}{shape} : {}",
                input.name, input.range
            )?;
        }
        for table in &self.tables {
            write!(
                f,
                "table {}({}) : {}, {} entries",
                table.name,
                arguments(table),
                table.range,
                table.domain.size()
            )?;
            writeln!(f, "{}", if table.from_input { " from input" } else { "" })?;
        }
        for fixed in &self.statics {
            let dims = match fixed.dims[..] {
                [] => String::new(),
                _ => dimensions(&fixed.dims),
            };
            let word = match fixed.expr {
                None => "fixed input",
                Some(_) => "static",
            };
            writeln!(f, "{word} {}{dims} : {}", fixed.name, fixed.interval)?;
        }
        for state in &self.states {
            // A part may count a cache's entries without having them.
            let seeds = state.seeds.iter();
            let mut seeds: Vec<String> = seeds.map(|&seed| printer.source(seed)).collect();
            for (seed, tile) in seeds.iter_mut().zip(&state.tiles) {
                let from = tile.0.iter().map(|dimension| dimension.from.to_string());
                *seed += &format!(" at [{}]", from.collect::<Vec<_>>().join(", "));
            }
            let seed = match (seeds.is_empty(), state.seeded) {
                (false, _) => seeds.join(", "),
                (true, 0) => "empty".to_owned(),
                (true, _) => "counted".to_owned(),
            };
            write!(
                f,
                "state {}[{}]{} : {} = {seed}",
                state.name,
                entries(self, state),
                sizes(&state.element),
                state.range
            )?;
            if let Some(Append {
                source: Some(source),
                at,
                ..
            }) = &state.append
            {
                let (source, at) = (printer.source(*source), printer.subscripts(at));
                write!(f, " <- {source}{at}")?;
            }
            writeln!(f)?;
        }
        for (position, value) in self.values.iter().enumerate() {
            let source = Source::Value(crate::meaning::graph::ValueId(position as u32));
            write!(
                f,
                "value {}{} : {}",
                printer.source(source),
                printer.filtered(&value.space, value.filter),
                value.interval
            )?;
            if let Some(declared) = value.declared {
                write!(f, " (declared {declared})")?;
            }
            writeln!(f, " = {}", printer.expr(value.expr, Binding::Sum))?;
        }
        for assert in &self.asserts {
            let (left, right) = (
                printer.expr(assert.left, Binding::Sum),
                printer.expr(assert.right, Binding::Sum),
            );
            writeln!(
                f,
                "assert{} {left} {} {right}",
                printer.filtered(&assert.space, assert.filter),
                if assert.equal { "==" } else { ">=" },
            )?;
        }
        for output in &self.outputs {
            let (visibility, shape) = (visibility(output.visibility), sizes(&output.shape));
            let source = printer.source(Source::Value(output.value));
            write!(
                f,
                "{visibility} output {}{shape} : {} = {source}",
                output.name, output.range
            )?;
            let value = self.value(output.value);
            let order: Vec<_> = output
                .layout
                .iter()
                .map(|&place| value.space[place])
                .collect();
            writeln!(f, "{}", printer.indices(&order))?;
        }
        for region in &self.regions {
            let members: Vec<_> = region
                .members
                .iter()
                .map(|member| printer.member(*member))
                .collect();
            writeln!(f, "region {} {{ {} }}", region.name, members.join(", "))?;
        }
        for plan in &self.plans {
            let proofs = plan.proofs.iter().map(|proof| printer.proof(proof));
            let boundaries = plan.boundaries.iter().map(|line| boundary(plan, line));
            let hiding = plan.hiding.then(|| "hiding".to_owned()).into_iter();
            let items: Vec<String> = hiding.chain(proofs).chain(boundaries).collect();
            writeln!(f, "plan {} {{ {} }}", plan.name, items.join("   "))?;
        }
        Ok(())
    }
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Private => "private",
    }
}

fn sizes(shape: &[u64]) -> String {
    let sizes: Vec<_> = shape.iter().map(u64::to_string).collect();
    brackets(&sizes)
}

fn brackets(parts: &[String]) -> String {
    if parts.is_empty() {
        String::new()
    } else {
        format!("[{}]", parts.join(", "))
    }
}

fn entries(graph: &Graph, state: &State) -> String {
    let step = |index: IndexId| &graph.index(index).name;
    match &state.append {
        Some(append) if state.is_carried() => format!("after {}", step(append.step)),
        Some(append) => format!("{} + {}", state.seeded + 1, step(append.step)),
        None => state.seeded.to_string(),
    }
}

impl Printer<'_> {
    fn source(&self, source: Source) -> String {
        match source {
            Source::Input(id) => self.graph.input(id).name.clone(),
            Source::State(id) => self.graph.state(id).name.clone(),
            Source::Static(id) => self.graph.fixed(id).name.clone(),
            Source::Value(id) => {
                let name = &self.graph.value(id).name;
                // Values of one name in several scopes are told apart by their number.
                match self.names.get(name.as_str()) {
                    Some(1) => name.clone(),
                    _ => format!("{name}#{}", id.0),
                }
            }
        }
    }

    fn member(&self, member: Member) -> String {
        match member {
            Member::Input(id) => self.source(Source::Input(id)),
            Member::State(id) => self.source(Source::State(id)),
            Member::Value(id) => self.source(Source::Value(id)),
            Member::Table(id) => self.graph.table(id).name.clone(),
            Member::Static(id) => self.graph.fixed(id).name.clone(),
        }
    }

    fn domain(&self, index: IndexId) -> String {
        let index = self.graph.index(index);
        match index.domain {
            Domain::Static(size) => format!("{} in {size}", index.name),
            Domain::Cache { state, .. } => {
                format!("{} in {}", index.name, self.graph.state(state).name)
            }
            Domain::Growing { base, with } => {
                let with = &self.graph.index(with).name;
                match base - 1 {
                    0 => format!("{} in 0..={with}", index.name),
                    more => format!("{} in 0..={with} + {more}", index.name),
                }
            }
        }
    }

    fn filtered(&self, space: &[IndexId], filter: Option<ExprId>) -> String {
        let parts: Vec<_> = space.iter().map(|&index| self.domain(index)).collect();
        match filter {
            Some(filter) => format!("[{}{}]", parts.join(", "), self.condition(" where", filter)),
            None => brackets(&parts),
        }
    }

    /// `within`: there is a value only where this holds. `if`: known when it runs.
    fn filter(&self, filter: Filter) -> String {
        let parts = [
            (" where", filter.rows),
            (" if", filter.gate),
            (" within", filter.scope),
        ];
        let parts = parts.into_iter();
        parts
            .filter_map(|(word, part)| Some(self.condition(word, part?)))
            .collect()
    }

    fn condition(&self, word: &str, condition: ExprId) -> String {
        format!("{word} {}", self.expr(condition, Binding::Sum))
    }

    fn indices(&self, indices: &[IndexId]) -> String {
        let parts: Vec<_> = indices
            .iter()
            .map(|&index| self.graph.index(index).name.clone())
            .collect();
        brackets(&parts)
    }

    fn subscripts(&self, at: &[IndexExpr]) -> String {
        let parts: Vec<_> = at
            .iter()
            .map(|expr| self.subscript(expr, Binding::Sum))
            .collect();
        brackets(&parts)
    }

    fn subscript(&self, expr: &IndexExpr, around: Binding) -> String {
        let (sign, a, b, binding) = match expr {
            IndexExpr::Index(index) => return self.graph.index(*index).name.clone(),
            IndexExpr::Constant(value) => return value.to_string(),
            IndexExpr::Add(a, b) => ("+", a, b, Binding::Sum),
            IndexExpr::Sub(a, b) => ("-", a, b, Binding::Sum),
            IndexExpr::Mul(a, b) => ("*", a, b, Binding::Product),
            IndexExpr::Div(a, b) => ("/", a, b, Binding::Product),
            IndexExpr::Mod(a, b) => ("%", a, b, Binding::Product),
            IndexExpr::Pow(a, b) => ("^", a, b, Binding::Atom),
        };
        let (left, right) = (
            self.subscript(a, binding),
            self.subscript(b, tighter(binding)),
        );
        bracketed(format!("{left} {sign} {right}"), binding, around)
    }

    fn expr(&self, id: ExprId, around: Binding) -> String {
        let infix = |sign: &str, a: ExprId, b: ExprId, binding: Binding| {
            let right = if sign == "+" {
                binding
            } else {
                tighter(binding)
            };
            let (left, right) = (self.expr(a, binding), self.expr(b, right));
            bracketed(format!("{left} {sign} {right}"), binding, around)
        };
        let call = |name: &str, arguments: &[ExprId]| {
            let parts: Vec<_> = arguments
                .iter()
                .map(|&argument| self.expr(argument, Binding::Sum))
                .collect();
            format!("{name}({})", parts.join(", "))
        };
        match &self.graph.expr(id).kind {
            ExprKind::Constant(value) if *value < 0 => {
                bracketed(value.to_string(), Binding::Unary, around)
            }
            ExprKind::Constant(value) => value.to_string(),
            // Division of an index is floored; elsewhere it would have to say so.
            ExprKind::Index(index) => match index {
                IndexExpr::Div(..) => format!("floor({})", self.subscript(index, Binding::Sum)),
                _ => self.subscript(index, around),
            },
            ExprKind::Read { source, at } => {
                format!("{}{}", self.source(*source), self.subscripts(at))
            }
            ExprKind::Pick { source, at } => {
                let parts: Vec<_> = at
                    .iter()
                    .map(|place| match place {
                        Place::Known(subscript) => self.subscript(subscript, Binding::Sum),
                        Place::Run(expr) => self.expr(*expr, Binding::Sum),
                    })
                    .collect();
                format!("{}{}", self.source(*source), brackets(&parts))
            }
            ExprKind::Neg(a) => bracketed(
                format!("-{}", self.expr(*a, Binding::Atom)),
                Binding::Unary,
                around,
            ),
            ExprKind::Add(a, b) => infix("+", *a, *b, Binding::Sum),
            ExprKind::Sub(a, b) => infix("-", *a, *b, Binding::Sum),
            ExprKind::Mul(a, b) => infix("*", *a, *b, Binding::Product),
            ExprKind::Reduce {
                op,
                index,
                body,
                filter,
            } => {
                let name = match op {
                    Reduction::Sum => "sum",
                    Reduction::Max => "max",
                    Reduction::Min => "min",
                };
                let text = format!(
                    "{name}({}{}) {}",
                    self.domain(*index),
                    self.filter(*filter),
                    self.expr(*body, Binding::Product)
                );
                bracketed(text, Binding::Sum, around)
            }
            ExprKind::Clip { arg, lo, hi } => {
                format!("clip({}, {lo}, {hi})", self.expr(*arg, Binding::Sum))
            }
            ExprKind::Max(a, b) => call("max", &[*a, *b]),
            ExprKind::Min(a, b) => call("min", &[*a, *b]),
            ExprKind::Abs(a) => call("abs", &[*a]),
            ExprKind::Zero(a) => format!("({} == 0)", self.expr(*a, Binding::Sum)),
            ExprKind::Hint(a) => call("hint", &[*a]),
            ExprKind::Limbs { whole, limbs } => format!(
                "limbs({}: {})",
                self.expr(*whole, Binding::Sum),
                self.expr(*limbs, Binding::Sum)
            ),
            ExprKind::Root { nearest, arg } => {
                let policy = if *nearest { "round" } else { "floor" };
                format!("{policy}({})", call("sqrt", &[*arg]))
            }
            ExprKind::Lookup { table, arg } => {
                let table = self.graph.table(*table);
                match table.axes.len() {
                    1 => call(&table.name, &[*arg]),
                    // By the position of its entry.
                    _ => format!("{}[{}]", table.name, self.expr(*arg, Binding::Sum)),
                }
            }
            ExprKind::Divide { policy, num, den } => {
                let (num, den) = (
                    self.expr(*num, Binding::Product),
                    self.expr(*den, Binding::Atom),
                );
                format!("{}({num} / {den})", policy.name())
            }
        }
    }
}

fn tighter(binding: Binding) -> Binding {
    match binding {
        Binding::Sum => Binding::Product,
        Binding::Product => Binding::Unary,
        Binding::Unary | Binding::Atom => Binding::Atom,
    }
}

fn bracketed(text: String, binding: Binding, around: Binding) -> String {
    if binding < around {
        format!("({text})")
    } else {
        text
    }
}

/// `0..=8`, or `t in 0..=3, i in 0..=7` if there are several.
fn arguments(table: &Table) -> String {
    let written = |axis: &Axis| format!("{} in {}", axis.name, axis.domain);
    match table.axes.as_slice() {
        [only] => only.domain.to_string(),
        several => several.iter().map(written).collect::<Vec<_>>().join(", "),
    }
}
