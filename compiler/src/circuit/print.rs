//! A circuit in readable form: what `attnc emit circuit` prints.

use std::fmt::{self, Display, Formatter};

use crate::circuit::bus::{Folded, Lane, Pole};
use crate::circuit::circuit::Circuit;
use crate::circuit::component::{Component, Fixed, Kind};
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::{Element, Slot, Tag, Witness};
use crate::circuit::operation::{Op, Ranged, Term};
use crate::diagnostic::Source;
use crate::meaning::dims::dimensions;
use crate::meaning::graph::{IndexExpr, StaticExpr};
use crate::meaning::rows::Rows;

/// A circuit with the source that its operations' lines are those of.
pub struct ShownCircuit<'a> {
    circuit: &'a Circuit,
    source: &'a dyn Source,
}

impl Circuit {
    /// The circuit as it prints itself: every component with its size, columns and operations.
    pub fn show<'a>(&'a self, source: &'a dyn Source) -> ShownCircuit<'a> {
        ShownCircuit {
            circuit: self,
            source,
        }
    }
}

impl Component {
    /// The lines of the source that its operations come from, from 1, each once.
    pub fn lines(&self, source: &dyn Source) -> Vec<usize> {
        let starts = self.spans.iter().flatten().map(|span| span.start);
        let mut lines: Vec<usize> = starts.map(|at| source.place(at).0).collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}

/// Line numbers, neighbours joined: `3-5, 9`.
pub fn joined(lines: &[usize]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = lines;
    while let Some(&first) = rest.first() {
        let run = rest.iter().zip(first..).take_while(|(a, b)| *a == b);
        let length = run.count();
        parts.push(match length {
            1 => first.to_string(),
            _ => format!("{first}-{}", first + length - 1),
        });
        rest = &rest[length..];
    }
    parts.join(", ")
}

impl Display for ShownCircuit<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let circuit = self.circuit;
        writeln!(f, "circuit {}, plan {}", circuit.name, circuit.plan)?;
        let ranges = &circuit.ranges;
        write!(f, "range tables")?;
        for size in ranges.sizes() {
            write!(f, " 0..{size}")?;
        }
        if let Some(size) = ranges.pairs {
            write!(f, " pairs of 0..{size}")?;
        }
        writeln!(f)?;
        for public in &circuit.publics {
            let kind = if public.input { "input" } else { "output" };
            let (shape, family) = (dimensions(&public.dims()), public.family);
            let (name, range) = (&public.name, public.range);
            writeln!(f, "public {kind} {name}{shape} : {range}, family {family}")?;
        }
        for (proof, name) in circuit.proofs.iter().enumerate() {
            writeln!(f, "\nproof {name}")?;
            for (number, component) in circuit.components_of(proof) {
                self.component(f, number, component)?;
            }
        }
        Ok(())
    }
}

impl ShownCircuit<'_> {
    fn component(
        &self,
        f: &mut Formatter<'_>,
        number: usize,
        component: &Component,
    ) -> fmt::Result {
        let count = &component.count;
        write!(f, "\ncomponent {number} `{}`", component.name)?;
        match &component.kind {
            Kind::Space(Rows { dims, filter: None }) => {
                writeln!(f, " over {}", dimensions(dims))?;
            }
            Kind::Space(Rows { dims, .. }) => writeln!(f, " over some of {}", dimensions(dims))?,
            Kind::Table(_) => writeln!(f, " of a table")?,
            Kind::Ranges => writeln!(f, " of range tables")?,
        }
        writeln!(
            f,
            "  rows {} of 2^{}; columns {} fixed, {} main, {} interaction; {} sends, {} rules, \
             degree {}{}",
            component.rows,
            component.log_rows,
            component.fixed.len(),
            count.columns,
            count.interaction_columns(),
            count.sends.len(),
            count.constraints(),
            count.max_degree(),
            component.block()
        )?;
        for (column, fixed) in component.fixed.iter().enumerate() {
            write!(f, "  fixed {column} = ")?;
            match fixed {
                Fixed::Active => writeln!(f, "1 in real rows")?,
                Fixed::Form(form) => writeln!(f, "{}", subscript(form))?,
                Fixed::Static { expr, within: None } => writeln!(f, "{}", known(expr))?,
                Fixed::Static {
                    expr,
                    within: Some((form, size)),
                } => {
                    writeln!(f, "{} where {} < {size}", known(expr), subscript(form))?;
                }
                Fixed::Number(1) => writeln!(f, "the row's number")?,
                Fixed::Number(by) => writeln!(f, "the row's number * {by}")?,
                Fixed::After => writeln!(f, "1 after a segment's first row")?,
                Fixed::End => writeln!(f, "1 in a segment's last row")?,
                Fixed::Values { values, rest } => {
                    let first: Vec<String> = values.iter().take(6).map(i64::to_string).collect();
                    let more = if values.len() > 6 { ", ..." } else { "" };
                    writeln!(f, "{}{more}; then {rest}", first.join(", "))?;
                }
            }
        }
        let mut slot = 0;
        for (op, span) in component.ops.iter().zip(&component.spans) {
            let made = op.outputs();
            let left = match made {
                0 => String::new(),
                1 => format!("%{slot} = "),
                _ => format!("%{slot}..%{} = ", slot + made - 1),
            };
            slot += made;
            let text = format!("  {left}{}", operation(op));
            match span {
                Some(span) => {
                    let (line, _) = self.source.place(span.start);
                    writeln!(f, "{text:<60} line {line}")?;
                }
                None => writeln!(f, "{text}")?,
            }
        }
        Ok(())
    }
}

/// A subscript over the positions of the component's space: `i0` is the first index.
fn subscript(form: &IndexExpr) -> String {
    let infix = |a: &IndexExpr, sign: &str, b: &IndexExpr| {
        format!("({} {sign} {})", subscript(a), subscript(b))
    };
    match form {
        IndexExpr::Index(index) => format!("i{}", index.0),
        IndexExpr::Constant(value) => value.to_string(),
        IndexExpr::Add(a, b) => infix(a, "+", b),
        IndexExpr::Sub(a, b) => infix(a, "-", b),
        IndexExpr::Mul(a, b) => infix(a, "*", b),
        IndexExpr::Div(a, b) => infix(a, "/", b),
        IndexExpr::Mod(a, b) => infix(a, "%", b),
        IndexExpr::Pow(a, b) => infix(a, "^", b),
    }
}

fn witness(witness: &Witness) -> String {
    let at: Vec<String> = witness
        .at
        .iter()
        .enumerate()
        .map(|(position, form)| {
            let lane = witness.lanes.iter().find(|lane| lane.0 == position);
            lane.map_or_else(|| subscript(form), |lane| format!("0..{}", lane.1))
        })
        .collect();
    let first = match witness.element {
        Element::First { .. } => "first of ",
        Element::Of(_) | Element::Reduction { .. } => "",
    };
    format!("{first}{}[{}]", witness.name, at.join(", "))
}

/// A witness whose subscripts are functions of an address.
fn picked(of: &Witness) -> String {
    let lanes: Vec<String> = of
        .lanes
        .iter()
        .map(|lane| format!("0..{}", lane.1))
        .collect();
    match lanes.is_empty() {
        true => of.name.clone(),
        false => format!("{}, lanes {}", of.name, lanes.join(", ")),
    }
}

fn slots(slots: &[Slot]) -> String {
    let each: Vec<String> = slots.iter().map(|slot| format!("%{}", slot.0)).collect();
    // A vector's lanes are neighbours.
    match (slots.first(), slots.last()) {
        (Some(a), Some(b))
            if slots.len() > 2 && slots.iter().zip(a.0..).all(|(slot, k)| slot.0 == k) =>
        {
            format!("%{}..%{}", a.0, b.0)
        }
        _ => each.join(", "),
    }
}

fn tag(tag: Tag) -> String {
    if let Some(size) = tag.pair_size() {
        return format!("pairs of 0..{size}");
    }
    match (tag.range_size(), tag.declared_table()) {
        (Some(size), _) => format!("0..{size}"),
        (None, Some(table)) => format!("table {}", table.0),
        (None, None) => format!("relation {}", tag.0),
    }
}

fn term(term: &Term) -> String {
    let sign = if term.negative { "-" } else { "+" };
    let lane = match term.lane {
        Lane::One => String::new(),
        Lane::Constant(lane) => format!(" lane {lane}"),
        Lane::Column(column) => format!(" weight {column}"),
        Lane::Fold(fold) => format!(" fold {fold}"),
    };
    format!("{sign}%{} family {}{lane}", term.value.0, term.family)
}

fn pole(pole: &Pole<Slot>) -> String {
    match pole {
        Pole::Lane(slot) => format!("lane %{}", slot.0),
        Pole::Address(slot) => format!("address %{}", slot.0),
    }
}

/// An operation of a row, as `attnc emit circuit` prints it.
pub fn operation(op: &Op) -> String {
    match op {
        Op::Constant(value) => value.to_string(),
        Op::Fixed(column) => format!("fixed {column}"),
        Op::Add(a, b) => format!("%{} + %{}", a.0, b.0),
        Op::Sub(a, b) => format!("%{} - %{}", a.0, b.0),
        Op::Mul(a, b) => format!("%{} * %{}", a.0, b.0),
        Op::Scale(a, factor) => format!("%{} * {factor}", a.0),
        Op::Dot(pairs) => {
            let (left, right): (Vec<Slot>, Vec<Slot>) = pairs.iter().copied().unzip();
            format!("dot ({}) ({})", slots(&left), slots(&right))
        }
        Op::Sum(terms) => format!("sum ({})", slots(terms)),
        Op::Cell(a) => format!("cell %{}", a.0),
        Op::Range { x, lo, hi, limit } if limit > hi => {
            format!("range %{} in {lo}..={hi} (at most {limit})", x.0)
        }
        Op::Range { x, lo, hi, .. } => format!("range %{} in {lo}..={hi}", x.0),
        Op::Private {
            witness: w,
            lo,
            hi,
            ranged,
        } => {
            let how = match ranged {
                Ranged::Alone | Ranged::With(None) => String::new(),
                Ranged::Later => " (paired)".into(),
                Ranged::With(Some((other, _))) => format!(" (paired with %{})", other.0),
            };
            format!("private {} in {lo}..={hi}{how}", witness(w))
        }
        Op::Pinned { witness: w, .. } => format!("pinned {}", witness(w)),
        Op::Take {
            wire,
            address,
            witness: w,
            ..
        } => format!("take wire {wire} at %{}: {}", address.0, witness(w)),
        Op::Give {
            wire,
            address,
            elements,
            count,
        } => format!(
            "give wire {wire} at %{}: {} times %{}",
            address.0,
            slots(elements),
            count.0
        ),
        Op::Copy { tie, address, name } => {
            format!("copy of {name}, family {tie} at %{}", address.0)
        }
        Op::Weight(poles) => {
            let each: Vec<String> = poles.iter().map(pole).collect();
            format!("weight of {}", each.join(" and "))
        }
        Op::Fold { keep, stages } => {
            let term = |term: &Folded<Slot>| {
                format!("%{} weight {}.{}", term.value.0, term.weight, term.pole)
            };
            let stage =
                |terms: &Vec<Folded<Slot>>| terms.iter().map(term).collect::<Vec<_>>().join(" + ");
            let stages: Vec<String> = stages.iter().map(stage).collect();
            format!("fold where %{}: {}", keep.0, stages.join("; then "))
        }
        Op::Product {
            family,
            end,
            left,
            right,
        } => format!(
            "product of folds {left} and {right} where %{}, family {family}",
            end.0
        ),
        Op::Weigh { address, terms } => {
            let shown: Vec<String> = terms.iter().take(4).map(term).collect();
            let more = match terms.len() {
                0..=4 => String::new(),
                n => format!(", and {} more", n - 4),
            };
            format!("weigh at %{}: {}{more}", address.0, shown.join(", "))
        }
        Op::Serve {
            tag: t,
            first,
            rest,
        } => {
            let tuple: Vec<Slot> = std::iter::once(*first)
                .chain(rest.iter().copied())
                .collect();
            format!("serve {}: ({})", tag(*t), slots(&tuple))
        }
        Op::Gadget(gadget) => gadget_operation(gadget),
    }
}

/// `static 3[i0, i1 + 1] * 2`: what is known when the key is made, by its number.
fn known(expr: &StaticExpr) -> String {
    let both =
        |sign: &str, a: &StaticExpr, b: &StaticExpr| format!("({} {sign} {})", known(a), known(b));
    let call = |name: &str, arguments: &[&StaticExpr]| {
        let arguments: Vec<String> = arguments.iter().map(|argument| known(argument)).collect();
        format!("{name}({})", arguments.join(", "))
    };
    match expr {
        StaticExpr::Constant(value) => value.to_string(),
        StaticExpr::Form(form) => subscript(form),
        StaticExpr::Read { of, at } => {
            let at: Vec<String> = at.iter().map(subscript).collect();
            format!("static {}[{}]", of.0, at.join(", "))
        }
        StaticExpr::Lookup { table, arg } => call(&format!("table {}", table.0), &[arg]),
        StaticExpr::Neg(a) => format!("-{}", known(a)),
        StaticExpr::Abs(a) => call("abs", &[a]),
        StaticExpr::Zero(a) => format!("({} == 0)", known(a)),
        StaticExpr::Root { nearest, arg } => {
            let policy = if *nearest { "round" } else { "floor" };
            format!("{policy}({})", call("sqrt", &[arg]))
        }
        StaticExpr::Add(a, b) => both("+", a, b),
        StaticExpr::Sub(a, b) => both("-", a, b),
        StaticExpr::Mul(a, b) => both("*", a, b),
        StaticExpr::Max(a, b) => call("max", &[a, b]),
        StaticExpr::Min(a, b) => call("min", &[a, b]),
        StaticExpr::Clip { arg, lo, hi } => format!("clip({}, {lo}, {hi})", known(arg)),
        StaticExpr::Divide { policy, num, den } => {
            format!("{}({} / {})", policy.name(), known(num), known(den))
        }
        StaticExpr::Reduce {
            op,
            extent,
            filter,
            body,
        } => {
            let more = extent
                .more
                .as_ref()
                .map_or(String::new(), |more| format!(" + {}", subscript(more)));
            let filter = filter
                .as_ref()
                .map_or(String::new(), |filter| format!(" where {}", known(filter)));
            format!("{op:?} of {}{more}{filter} ({})", extent.base, known(body))
        }
    }
}

fn gadget_operation(gadget: &Gadget) -> String {
    let name = gadget.name();
    match gadget {
        Gadget::Clip(clip) => format!("{name} %{} to {}", clip.arg.0, clip.bounds),
        Gadget::Divide(divide) => {
            let (policy, num, den) = (divide.policy, divide.num.0, divide.den.0);
            let by = format!("{name} {policy:?} %{num} by %{den}");
            (divide.clipped.as_ref()).map_or(by.clone(), |to| format!("{by}, clipped to {to}"))
        }
        Gadget::Root(root) if root.nearest => format!("{name} %{}, nearest", root.arg.0),
        Gadget::Root(root) => format!("{name} %{}, floor", root.arg.0),
        Gadget::Magnitude(_) | Gadget::Sign(_) | Gadget::Zero(_) => {
            format!("{name} %{}", gadget.operands()[0].0)
        }
        Gadget::Maximum(maximum) => format!("{name} of %{}", maximum.difference.0),
        Gadget::Select(select) => {
            let which = if select.larger { "larger" } else { "smaller" };
            format!(
                "{name} of the {which} of %{} and %{}",
                select.a.0, select.b.0
            )
        }
        Gadget::Pick(pick) => {
            let (gather, address) = (pick.gather, pick.address.0);
            format!(
                "{name} gather {gather} at %{address}: {}",
                picked(&pick.witness)
            )
        }
        Gadget::Offer(offer) => {
            let (gather, address) = (offer.gather, offer.address.0);
            format!(
                "{name} gather {gather} at %{address}: {}",
                slots(&offer.elements)
            )
        }
        Gadget::Lookup(lookup) => format!("{name} {} at %{}", lookup.table.0, lookup.arg.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_lines_are_joined() {
        assert_eq!(joined(&[3, 4, 5, 9]), "3-5, 9");
        assert_eq!(joined(&[1, 2, 4]), "1-2, 4");
        assert_eq!(joined(&[]), "");
    }
}
