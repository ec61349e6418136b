//! A second evaluator, written against the specification alone: it walks the tree of a program as it was written,
//! in plain loops, with integers of 128 bits. It shares the parser with attnc and nothing else.

mod number;
mod real;
mod state;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use attnc_compiler::syntax::ast::{
    self, Ast, Binder, Comparison, Condition, Entries, ExprKind, Item, List, Listed, Over,
    Statement, Subscript,
};

/// Tensors by name: shape and elements, row-major.
pub type Tensors = BTreeMap<String, (Vec<i128>, Vec<i128>)>;

#[derive(Clone)]
enum Thing {
    /// A parameter or an index.
    Number(i128),
    /// Elements by their own subscripts.
    Value(Elements),
    Tensor(Vec<i128>, Vec<i128>),
    /// Entries by their number, each with its elements by subscripts.
    Cache(Vec<Elements>),
    Carried(state::Carried),
    /// Entries by their arguments.
    Table(Elements),
}

/// What stops a program: an assertion or a declared range that does not hold.
pub type Stop = String;

/// Elements by their subscripts.
type Elements = HashMap<Vec<i128>, i128>;

/// What is done at a point.
type Visit<'a> = &'a mut dyn FnMut(&mut Machine, &[i128]) -> Result<(), Stop>;

struct Machine {
    scopes: Vec<HashMap<String, Thing>>,
    /// For each scope, what loops in it that have ended define, by their indices and its own.
    ended: Vec<HashMap<String, Elements>>,
    outputs: BTreeMap<String, (Vec<i128>, Elements)>,
}

/// The outputs of a program, public and private.
pub fn evaluate(
    ast: &Ast,
    params: &[(String, i64)],
    inputs: &Tensors,
    tables: &BTreeMap<String, Vec<i128>>,
) -> Result<Tensors, Stop> {
    let mut machine = Machine {
        scopes: vec![HashMap::new()],
        ended: vec![HashMap::new()],
        outputs: BTreeMap::new(),
    };
    for param in &ast.params {
        let name = &param.name.text;
        let given = params.iter().find(|(given, _)| given == name);
        let value = match given {
            Some((_, value)) => i128::from(*value),
            None => machine.integer(&param.default)?,
        };
        machine.define(name, Thing::Number(value));
    }
    for item in &ast.items {
        match item {
            Item::Table(table) => {
                let mut points = vec![Vec::new()];
                for argument in &table.arguments {
                    let (lo, hi) = machine.range(&argument.domain)?;
                    let longer = |at: &Vec<i128>| {
                        let at = at.clone();
                        let each = move |x| at.iter().copied().chain([x]).collect();
                        (lo..=hi).map(each).collect::<Vec<Vec<i128>>>()
                    };
                    points = points.iter().flat_map(longer).collect();
                }
                let mut entries = Vec::new();
                match &table.entries {
                    Entries::FromInput => entries.clone_from(&tables[&table.name.text]),
                    Entries::Each(body) => {
                        for at in &points {
                            machine.enter();
                            for (argument, x) in table.arguments.iter().zip(at) {
                                machine.define(&argument.name.text, Thing::Number(*x));
                            }
                            entries.push(machine.entry(body)?);
                            machine.leave();
                        }
                    }
                    Entries::Listed(list) => machine.listed(list, &mut entries)?,
                }
                assert_eq!(points.len(), entries.len());
                let entries = points.into_iter().zip(entries).collect();
                machine.define(&table.name.text, Thing::Table(entries));
            }
            Item::Tensor(tensor) if tensor.input => {
                let (shape, data) = inputs[&tensor.name.text].clone();
                machine.define(&tensor.name.text, Thing::Tensor(shape, data));
            }
            Item::Tensor(tensor) => {
                let shape: Result<Vec<i128>, Stop> = tensor
                    .shape
                    .iter()
                    .map(|size| machine.integer(size))
                    .collect();
                let output = (shape?, HashMap::new());
                machine.outputs.insert(tensor.name.text.clone(), output);
            }
            Item::State(state) => machine.state(state)?,
            Item::Statement(statement) => machine.execute(statement)?,
            Item::Region(_) | Item::Plan(_) => {}
        }
    }
    // Declared ranges of outputs hold.
    for item in &ast.items {
        if let Item::Tensor(tensor) = item {
            if let (false, Some(range)) = (tensor.input, &tensor.range) {
                let (lo, hi) = machine.range(range)?;
                let elements = &machine.outputs[&tensor.name.text].1;
                if elements.values().any(|x| !(lo..=hi).contains(x)) {
                    return Err(format!("output {} leaves its range", tensor.name.text));
                }
            }
        }
    }
    let outputs = machine
        .outputs
        .into_iter()
        .map(|(name, (shape, elements))| {
            let data = points(&shape).iter().map(|at| elements[at]).collect();
            (name, (shape, data))
        });
    Ok(outputs.collect())
}

/// All subscripts of a shape, row-major.
fn points(shape: &[i128]) -> Vec<Vec<i128>> {
    let mut points = vec![Vec::new()];
    for &size in shape {
        let longer = points.iter().flat_map(|at| {
            (0..size).map(move |i| at.iter().copied().chain([i]).collect::<Vec<_>>())
        });
        points = longer.collect();
    }
    points
}

/// The quotient under a policy, by its definition.
fn rounded(policy: &str, n: i128, d: i128) -> i128 {
    assert!(d != 0, "a divisor is 0");
    let (n, d) = if d < 0 { (-n, -d) } else { (n, d) };
    let floor = n.div_euclid(d);
    let above = n - floor * d;
    match policy {
        "floor" => floor,
        "ceil" => floor + i128::from(above > 0),
        "trunc" if n < 0 => floor + i128::from(above > 0),
        "trunc" => floor,
        "round_half_up" => floor + i128::from(2 * above >= d),
        "round" if n < 0 => floor + i128::from(2 * above > d),
        "round" => floor + i128::from(2 * above >= d),
        "round_half_even" => {
            let up = 2 * above > d || (2 * above == d && floor.rem_euclid(2) == 1);
            floor + i128::from(up)
        }
        other => panic!("no policy {other}"),
    }
}

const POLICIES: [&str; 6] = [
    "floor",
    "ceil",
    "trunc",
    "round",
    "round_half_up",
    "round_half_even",
];

impl Machine {
    fn define(&mut self, name: &str, thing: Thing) {
        let scope = self.scopes.last_mut().unwrap();
        scope.insert(name.to_string(), thing);
    }

    fn enter(&mut self) {
        self.scopes.push(HashMap::new());
        self.ended.push(HashMap::new());
    }

    fn leave(&mut self) {
        self.scopes.pop();
        self.ended.pop();
    }

    /// What an iteration has defined, with its number before the subscripts.
    fn keep(&self, i: i128, kept: &mut HashMap<String, Elements>) {
        let (own, inner) = (self.scopes.last().unwrap(), self.ended.last().unwrap());
        let own_values = own.iter().filter_map(|(name, thing)| match thing {
            Thing::Value(elements) => Some((name, elements)),
            _ => None,
        });
        let inner = inner.iter().filter(|(name, _)| !own.contains_key(*name));
        for (name, elements) in own_values.chain(inner) {
            let elements = elements
                .iter()
                .map(|(at, x)| ([&[i], at.as_slice()].concat(), *x));
            kept.entry(name.clone()).or_default().extend(elements);
        }
    }

    /// All elements of an input, an output so far, a value, or what a loop that has ended defines.
    fn elements(&self, name: &str) -> Elements {
        if let Some((_, elements)) = self.outputs.get(name) {
            return elements.clone();
        }
        let found = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        match found {
            Some(Thing::Value(elements)) => elements.clone(),
            Some(Thing::Carried(carried)) => carried.now.clone(),
            Some(Thing::Tensor(shape, data)) => points(shape)
                .into_iter()
                .zip(data.iter().copied())
                .collect(),
            Some(_) => panic!("{name} has no elements"),
            None => {
                let ended = self.ended.iter().rev().find_map(|scope| scope.get(name));
                ended.unwrap_or_else(|| panic!("no {name}")).clone()
            }
        }
    }

    /// The elements behind some subscripts, counted from 0.
    fn behind(&self, name: &str, at: &[i128]) -> Elements {
        let elements = self.elements(name).into_iter();
        let rest = elements.filter_map(|(full, x)| Some((full.strip_prefix(at)?.to_vec(), x)));
        let rest: Elements = rest.collect();
        let least = |k: usize| rest.keys().map(|at| at[k]).min().unwrap_or(0);
        let from_0 = |at: &Vec<i128>| (0..at.len()).map(|k| at[k] - least(k)).collect();
        rest.iter().map(|(at, x)| (from_0(at), *x)).collect()
    }

    /// One element of a thing, without a copy of it all.
    fn element(&self, name: &str, at: &[i128]) -> i128 {
        if let Some((_, elements)) = self.outputs.get(name) {
            return elements[at];
        }
        let found = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        let Some(found) = found else {
            let ended = self.ended.iter().rev().find_map(|scope| scope.get(name));
            return ended.unwrap_or_else(|| panic!("no {name}"))[at];
        };
        match found {
            Thing::Number(value) => *value,
            Thing::Value(elements) => elements[at],
            Thing::Carried(carried) => carried.now[at],
            Thing::Tensor(shape, data) => {
                let flat = at.iter().zip(shape).fold(0, |flat, (i, size)| {
                    assert!((0..*size).contains(i), "{name}{at:?}");
                    flat * size + i
                });
                data[flat as usize]
            }
            Thing::Cache(entries) => entries[at[0] as usize][&at[1..]],
            Thing::Table(entries) => entries[at],
        }
    }

    fn listed(&mut self, list: &List, into: &mut Vec<i128>) -> Result<(), Stop> {
        for entry in &list.entries {
            match entry {
                Listed::One(entry) => into.push(self.integer(entry)?),
                Listed::List(list) => self.listed(list, into)?,
            }
        }
        Ok(())
    }

    fn range(&mut self, range: &ast::Range) -> Result<(i128, i128), Stop> {
        let (lo, hi) = (self.integer(&range.lo)?, self.integer(&range.hi)?);
        Ok((lo, if range.inclusive { hi } else { hi - 1 }))
    }

    /// What a binder runs over: a range, the entries that a cache has now, or a constant.
    fn domain(&mut self, binder: &Binder) -> Result<Range<i128>, Stop> {
        let size = match &binder.domain {
            Over::Range(range) => {
                let (lo, hi) = self.range(range)?;
                return Ok(lo..hi + 1);
            }
            Over::Size(size) => size,
        };
        if let ExprKind::Name(name) = &size.kind {
            let found = self
                .scopes
                .iter()
                .rev()
                .find_map(|scope| scope.get(&name.text));
            if let Some(Thing::Cache(entries)) = found {
                return Ok(0..entries.len() as i128);
            }
        }
        Ok(0..self.integer(size)?)
    }

    /// Runs over the points of some binders, the last fastest.
    fn each(
        &mut self,
        (binders, filter): (&[Binder], Option<&Condition>),
        at: &mut Vec<i128>,
        visit: Visit<'_>,
    ) -> Result<(), Stop> {
        let Some((first, rest)) = binders.split_first() else {
            return match filter {
                Some(filter) if !self.holds(filter)? => Ok(()),
                _ => visit(self, at),
            };
        };
        for i in self.domain(first)? {
            self.enter();
            self.define(&first.index.text, Thing::Number(i));
            at.push(i);
            let done = self.each((rest, filter), at, visit);
            at.pop();
            self.leave();
            done?;
        }
        Ok(())
    }

    fn execute(&mut self, statement: &Statement) -> Result<(), Stop> {
        match statement {
            Statement::Step(repeated) | Statement::Layer(repeated) | Statement::For(repeated) => {
                let binders = std::slice::from_ref(&repeated.binder);
                let mut kept = HashMap::new();
                self.each((binders, None), &mut Vec::new(), &mut |machine, at| {
                    let mut body = repeated.body.iter();
                    body.try_for_each(|inner| machine.execute(inner))?;
                    machine.carry();
                    machine.keep(at[0], &mut kept);
                    Ok(())
                })?;
                self.ended.last_mut().unwrap().extend(kept);
                Ok(())
            }
            Statement::State(state) => self.state(state),
            Statement::Append {
                state, source, at, ..
            } => {
                let at: Result<Vec<i128>, Stop> = at.iter().map(|at| self.subscript(at)).collect();
                let entry = self.behind(&source.text, &at?);
                self.arrow(&state.text, entry)
            }
            Statement::Define(define) => {
                let binders: Vec<Binder> = define
                    .subscripts
                    .iter()
                    .filter_map(|subscript| match subscript {
                        Subscript::Binds(binder) => Some(binder.clone()),
                        Subscript::Bound(_) | Subscript::At(_) => None,
                    })
                    .collect();
                let range = match &define.range {
                    Some(range) => Some(self.range(range)?),
                    None => None,
                };
                let mut whole = HashMap::new();
                let over = (&binders[..], define.filter.as_ref());
                self.each(over, &mut Vec::new(), &mut |machine, _| {
                    let value = machine.integer(&define.expr)?;
                    if range.is_some_and(|(lo, hi)| !(lo..=hi).contains(&value)) {
                        return Err(format!("{} leaves its range", define.name.text));
                    }
                    let mut point = Vec::new();
                    for subscript in &define.subscripts {
                        point.push(match subscript {
                            Subscript::Bound(name) => machine.element(&name.text, &[]),
                            Subscript::Binds(binder) => machine.element(&binder.index.text, &[]),
                            Subscript::At(expr) => machine.integer(expr)?,
                        });
                    }
                    whole.insert(point, value);
                    Ok(())
                })?;
                if let Some(output) = self.outputs.get_mut(&define.name.text) {
                    // It is read by all its positions.
                    output.1.extend(whole);
                    return Ok(());
                }
                // Parts of one definition are what is defined.
                let scope = self.scopes.last_mut().unwrap();
                match scope.get_mut(&define.name.text) {
                    Some(Thing::Value(elements)) => elements.extend(whole),
                    _ => self.define(&define.name.text, Thing::Value(whole)),
                }
                Ok(())
            }
            Statement::Assert(assert) => {
                let over = (&assert.binders[..], assert.filter.as_ref());
                self.each(over, &mut Vec::new(), &mut |machine, at| {
                    let (a, b) = (
                        machine.integer(&assert.left)?,
                        machine.integer(&assert.right)?,
                    );
                    let holds = match assert.comparison {
                        Comparison::AtLeast => a >= b,
                        Comparison::AtMost => a <= b,
                        Comparison::More => a > b,
                        Comparison::Less => a < b,
                        Comparison::Equal => a == b,
                    };
                    if holds {
                        Ok(())
                    } else {
                        Err(format!("an assertion fails at {at:?}"))
                    }
                })
            }
        }
    }
}
