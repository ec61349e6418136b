//! Calls: what a definition makes of what it is given, once for equal calls.

use std::rc::Rc;

use super::argument::Argument;
use super::expander::{Expander, Local, Made, Place};
use super::house::DefId;
use super::view::View;
use super::{misplaced, number, visit};
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::syntax::ast::{
    Binder, Condition, Def, Define, Expr, ExprKind, Given, Name, Outcome, Over, Parameter,
    Statement, Subscript,
};
use crate::syntax::words::FUNCTIONS;
use crate::syntax::{foreign, libraries};

/// How deep calls of definitions by definitions go.
const MAX_CALLS: usize = 64;

impl Expander<'_> {
    /// What a call gives, behind its subscripts.
    pub fn called(&mut self, place: &mut Place, expr: &Expr) -> Option<View> {
        let span = place.span(expr.span);
        let (name, given, result, at): (_, _, _, &[Expr]) = match &expr.kind {
            ExprKind::Apply(apply) => (
                &apply.name,
                apply.given.clone(),
                apply.result.as_ref(),
                &apply.at,
            ),
            ExprKind::Call { name, arguments } => {
                let given = arguments.iter().cloned();
                let given = given.map(|value| Given { name: None, value });
                (name, given.collect(), None, &[])
            }
            _ => unreachable!("this is no call"),
        };
        if place.in_table {
            let mut wrong = misplaced(expr);
            wrong.primary.iter_mut().for_each(|label| label.span = span);
            self.report(wrong);
            return None;
        }
        let Some(id) = self.house.sees(place.file, &name.text) else {
            self.no_definition(place, name, &given);
            return None;
        };
        let made = self.call(place, id, name, &given, span)?;
        let view = self.result(place, &made, name, result)?;
        let at = self.subscripts_of(place, at)?;
        self.behind(view, at, &name.text, span)
    }

    pub fn no_definition(&mut self, place: &Place, name: &Name, given: &[Given]) {
        let text = &name.text;
        if self.lost.names.contains(text) {
            return;
        }
        let error = if FUNCTIONS.contains(&text.as_str()) || self.circuit_tables.contains(text) {
            let error = Diagnostic::new("E025", format!("`{text}` is no definition"));
            match given.iter().find_map(|given| given.name.as_ref()) {
                Some(named) => error
                    .at(place.span(named.span), "its arguments have no names")
                    .hint(format!("equality is written `==`: `{} == ...`", named.text)),
                None => error
                    .at(place.span(name.span), "gives one number")
                    .hint("nothing stands behind its brackets"),
            }
        } else {
            let error = Diagnostic::new("E025", format!("there is no definition `{text}`"))
                .at(place.span(name.span), "unknown definition");
            let near = suggest(text, self.house.names(place.file));
            match (libraries::missing(error, text, place.span(name.span)), near) {
                (Ok(error), _) => error,
                (Err(error), Some(near)) => error.meant(place.span(name.span), near),
                (Err(error), None) => error.hint(foreign::function(text).unwrap_or(
                    "write it beside the circuit, `def f(x[n]) -> y[n] { ... }`, or `use` its file",
                )),
            }
        };
        self.report(error);
    }

    fn result(
        &mut self,
        place: &Place,
        made: &(Rc<Made>, Vec<String>),
        name: &Name,
        wanted: Option<&Name>,
    ) -> Option<View> {
        let (made, lead) = made;
        let names = made.results.iter().map(|(name, _)| name.as_str());
        let all: Vec<String> = names.clone().map(|name| format!("`.{name}`")).collect();
        let found = match (wanted, made.results.as_slice()) {
            (None, [(_, only)]) => Some(only),
            (None, _) => {
                self.report(
                    Diagnostic::new("E094", format!("`{}` has several results", name.text))
                        .at(place.span(name.span), "which one is not said")
                        .hint(format!("say one behind the brackets: {}", all.join(", "))),
                );
                return None;
            }
            (Some(wanted), results) => {
                let mut results = results.iter();
                results
                    .find(|(name, _)| *name == wanted.text)
                    .map(|(_, view)| view)
            }
        };
        let Some(found) = found else {
            let wanted = wanted.unwrap_or(name);
            let what = format!("`{}` has no result `{}`", name.text, wanted.text);
            let error = Diagnostic::new("E094", what).at(place.span(wanted.span), "no such result");
            let error = match suggest(&wanted.text, names) {
                Some(near) => error.meant(place.span(wanted.span), near),
                None => error.hint(format!("it has {}", all.join(", "))),
            };
            self.report(error);
            return None;
        };
        Some(found.clone().renamed(&made.lead, lead))
    }

    /// What a call makes, and its indices here.
    fn call(
        &mut self,
        place: &mut Place,
        id: DefId,
        name: &Name,
        given: &[Given],
        span: Span,
    ) -> Option<(Rc<Made>, Vec<String>)> {
        self.met.insert(id);
        self.unless_endless(place, id, name)?;
        let arguments = self.arguments(place, id, name, given, span)?;
        let (lead, conditions) = self.lead(place, &arguments);
        let indices = visit::indices(&lead);
        let key = key(id, &arguments, &lead, &conditions);
        let mut blocks = self.blocks.iter().rev();
        if let Some(known) = blocks.find_map(|block| block.calls.get(&key)) {
            return known.clone().map(|made| (made, indices));
        }
        self.stack.push(id);
        let made = self.make(id, name, arguments, (lead, conditions), span);
        self.stack.pop();
        let made = made.map(Rc::new);
        self.block().calls.insert(key, made.clone());
        made.map(|made| (made, indices))
    }

    /// E091 for a definition that calls itself, E096 for calls that nest too deep.
    fn unless_endless(&mut self, place: &Place, id: DefId, name: &Name) -> Option<()> {
        let text = &name.text;
        if let Some(first) = self.stack.iter().position(|open| *open == id) {
            let through = self.stack[first + 1..].iter();
            let through = through.map(|id| format!("`{}`", self.house.def(*id).name.text));
            let through: Vec<String> = through.collect();
            let what = match through.as_slice() {
                [] => format!("`{text}` calls itself"),
                through => format!("`{text}` calls itself through {}", through.join(", ")),
            };
            self.report(
                Diagnostic::new("E091", what)
                    .at(place.span(name.span), "called while it is expanded")
                    .hint("a definition is its text, once more for each call: repeat by a `for`"),
            );
            return None;
        }
        if self.stack.len() >= MAX_CALLS {
            self.report(
                Diagnostic::new("E096", "calls nest too deep")
                    .at(place.span(name.span), format!("more than {MAX_CALLS}"))
                    .hint("let definitions do more themselves"),
            );
            return None;
        }
        Some(())
    }

    /// The indices that a call's arguments mention, and those that the domains of these do; and what holds
    /// of them.
    fn lead(&self, place: &Place, arguments: &[(Argument, Span)]) -> (Vec<Binder>, Vec<Condition>) {
        let mut names: std::collections::BTreeSet<String> = arguments
            .iter()
            .flat_map(|(argument, _)| argument.names())
            .collect();
        for binder in place.binders.iter().rev() {
            if names.contains(&binder.index.text) {
                names.extend(visit::names_of_domain(&binder.domain));
            }
        }
        let lead = place.binders.iter();
        let lead: Vec<Binder> = lead
            .filter(|binder| names.contains(&binder.index.text))
            .cloned()
            .collect();
        let indices = visit::indices(&lead);
        let conditions = place.conditions.iter().filter(|condition| {
            let read = visit::names_of_condition(condition);
            let loops = self
                .open
                .iter()
                .map(|number| &self.loops[*number].index.text);
            let loops: Vec<&String> = loops.collect();
            let is_known = |name: &String| {
                indices.contains(name) || self.params.contains(name) || loops.contains(&name)
            };
            read.iter().all(is_known) && read.iter().any(|name| indices.contains(name))
        });
        let conditions = conditions.cloned().collect();
        (lead, conditions)
    }

    fn make(
        &mut self,
        id: DefId,
        name: &Name,
        arguments: Vec<(Argument, Span)>,
        (lead, conditions): (Vec<Binder>, Vec<Condition>),
        span: Span,
    ) -> Option<Made> {
        let def: &Def = self.house.def(id);
        let made = self.fresh(&def.name.text);
        let written = self.house.span(id.0, def.span);
        let mut place = Place {
            file: id.0,
            made: Some(made.clone()),
            from: def.span.start,
            to: self.sources.add_copy(written, span, &name.text),
            locals: std::collections::BTreeMap::new(),
            lead: lead.len(),
            binders: lead.clone(),
            conditions: conditions.clone(),
            in_table: false,
        };
        for (parameter, (argument, at)) in def.parameters.iter().zip(arguments) {
            self.give(&mut place, parameter, argument, at)?;
        }
        self.body(&mut place, &def.body)?;
        let mut results = Vec::new();
        for outcome in &def.results {
            let view = self.outcome(&mut place, outcome)?;
            results.push((outcome.name.text.clone(), view));
        }
        Some(Made {
            lead: visit::indices(&lead),
            results,
        })
    }

    /// Gives a parameter what the call gives it.
    fn give(
        &mut self,
        place: &mut Place,
        parameter: &Parameter,
        argument: Argument,
        at: Span,
    ) -> Option<()> {
        let name = &parameter.name;
        match argument {
            Argument::Tensor(view) => {
                self.sizes(place, parameter, &view, at)?;
                self.local(place, name, Local::Tensor(view))
            }
            Argument::Known(expr) => self.local(place, name, Local::Value(expr)),
            Argument::Computed(expr) => {
                let made = place.made.as_deref().unwrap_or_default();
                let value = Name {
                    text: format!("{made}.{}", name.text),
                    span: place.span(name.span),
                };
                self.local(place, name, Local::Own(value.text.clone()))?;
                let lead = visit::indices(&place.binders);
                self.note_made(&value.text, lead, Vec::new(), false);
                let binders = place.binders.iter().cloned();
                self.emit(Statement::Define(Define {
                    hint: false,
                    name: value,
                    subscripts: binders.map(Subscript::Binds).collect(),
                    filter: visit::joined(place.conditions.iter().cloned()),
                    range: None,
                    span: expr.span,
                    expr,
                }));
                Some(())
            }
            Argument::Default => {
                let Some(default) = &parameter.default else {
                    unreachable!("what has no default is given");
                };
                let value = self.expr(place, default)?;
                self.local(place, name, Local::Value(value))
            }
        }
    }

    /// A result, which the body has defined as the head says (E094).
    pub fn outcome(&mut self, place: &mut Place, outcome: &Outcome) -> Option<View> {
        let (name, span) = (&outcome.name, place.span(outcome.name.span));
        let Some(Local::Own(own)) = place.locals.get(&name.text).cloned() else {
            // What could not be read may have defined it.
            if !self.lost.names.contains(&name.text) {
                let each = outcome.shape.iter().zip(('i'..='z').cycle());
                let each: Vec<String> = each
                    .map(|(size, index)| format!("{index} in {size}"))
                    .collect();
                let over = match each.is_empty() {
                    true => String::new(),
                    false => format!("[{}]", each.join(", ")),
                };
                self.report(
                    Diagnostic::new(
                        "E094",
                        format!("the result `{}` is never defined", name.text),
                    )
                    .at(span, "declared here")
                    .hint(format!("define it: `{}{over} = ...`", name.text)),
                );
            }
            return None;
        };
        let view = self.own(&own);
        let dims: Vec<Over> = view.open().map(|dim| dim.over.clone()).collect();
        let mut wanted = Vec::new();
        for size in &outcome.shape {
            wanted.push(self.domain(place, &Over::Size(size.clone()))?);
        }
        let mut both = wanted.iter().zip(&dims);
        let agree = both.all(|(wanted, has)| number::agree(wanted, has, &self.known));
        if !agree || dims.len() != wanted.len() {
            let dims: Vec<String> = dims.iter().map(Over::to_string).collect();
            let what = format!("the result `{}` has another shape", name.text);
            self.report(
                Diagnostic::new("E094", what)
                    .at(span, format!("is declared as `{outcome}`"))
                    .hint(format!("it is defined over [{}]", dims.join(", "))),
            );
            return None;
        }
        Some(view)
    }
}

/// What tells two calls apart, whatever their indices are called.
fn key(
    id: DefId,
    arguments: &[(Argument, Span)],
    lead: &[Binder],
    conditions: &[Condition],
) -> String {
    let from = visit::indices(lead);
    let to: Vec<String> = (0..from.len()).map(|number| format!("${number}")).collect();
    let mut renamed = |part: &mut Expr| {
        if let ExprKind::Name(name) = &mut part.kind {
            if let Some(place) = from.iter().position(|from| *from == name.text) {
                name.text.clone_from(&to[place]);
            }
        }
    };
    let mut key = format!("{id:?}");
    for (argument, _) in arguments {
        key += &format!("; {}", argument.text(&from, &to));
    }
    for binder in lead {
        let mut domain = binder.domain.clone();
        visit::over(&mut domain, &mut renamed);
        key += &format!("; in {domain}");
    }
    for condition in conditions {
        let mut condition = condition.clone();
        visit::condition(&mut condition, &mut renamed);
        key += &format!("; where {condition}");
    }
    key
}
