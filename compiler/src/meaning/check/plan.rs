//! Regions and plans: names resolved to members (spec 3.6).

use std::collections::BTreeMap;

use super::scope::Symbol;
use super::{Checker, OutputDefinition};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{
    Graph, InputId, Member, PlanDecl, PlanTarget, PlanTerm, ProofDecl, Region, RegionId, State,
    StateId, StaticId, TableId, ValueId,
};
use crate::syntax::ast::{self, Ast, Item, Name};

/// A plan as if the program of `graph`, which is `ast`'s, had declared it.
///
/// # Errors
/// As those of [`super::check`] for a declared plan.
pub fn resolve(ast: &Ast, graph: &Graph, plan: &ast::Plan) -> Result<PlanDecl, Vec<Diagnostic>> {
    let mut checker = Checker::after(ast, graph);
    checker.plan(plan);
    match checker.graph.plans.pop() {
        Some(resolved) if checker.diagnostics.is_empty() => Ok(resolved),
        _ => Err(checker.diagnostics),
    }
}

impl<'a> Checker<'a> {
    /// As it is when the plans of a program come, the names of whose items have a meaning.
    fn after(ast: &'a Ast, graph: &Graph) -> Self {
        let mut checker = Self::new(ast);
        checker.well_formed = true;
        let mut symbols: Vec<(&str, Span, Symbol)> = Vec::new();
        for (param, written) in graph.params.iter().zip(&ast.params) {
            symbols.push((&param.name, written.name.span, Symbol::Param(param.value)));
        }
        for (number, input) in graph.inputs.iter().enumerate() {
            let symbol = Symbol::Input(InputId(number as u32));
            symbols.push((&input.name, input.span, symbol));
        }
        for (number, state) in graph.states.iter().enumerate() {
            if !state.tiles.is_empty() || of_a_layer(state) {
                continue;
            }
            let symbol = Symbol::State(StateId(number as u32));
            symbols.push((&state.name, state.span, symbol));
        }
        for (id, fixed) in graph.fixed_inputs() {
            symbols.push((&fixed.name, fixed.span, Symbol::Fixed(id)));
        }
        for (number, table) in graph.tables.iter().enumerate() {
            let symbol = Symbol::Table(TableId(number as u32));
            symbols.push((&table.name, table.span, symbol));
        }
        for (name, span, symbol) in symbols {
            let text = name.to_owned();
            checker.define(&Name { text, span }, symbol);
        }
        for (number, value) in graph.values.iter().enumerate() {
            let id = ValueId(number as u32);
            let named = checker.named.entry(value.name.clone()).or_default();
            named.push(Member::Value(id));
            let is_first = named.len() == 1;
            if is_first && checker.scopes.get(&value.name).is_none() {
                let (text, span) = (value.name.clone(), value.span);
                checker.define(&Name { text, span }, Symbol::Value(id));
            }
        }
        for (number, state) in graph.states.iter().enumerate() {
            if !state.tiles.is_empty() || of_a_layer(state) {
                let named = checker.named.entry(state.name.clone()).or_default();
                named.push(Member::State(StateId(number as u32)));
            }
        }
        for (number, fixed) in graph.statics.iter().enumerate() {
            if fixed.expr.is_some() {
                let named = checker.named.entry(fixed.name.clone()).or_default();
                named.push(Member::Static(StaticId(number as u32)));
            }
        }
        checker.graph = graph.clone();
        checker
    }

    /// Everything that a name means in any scope; `None`, reported, if nothing.
    fn members(&mut self, name: &Name) -> Option<Vec<Member>> {
        let global = match self.scopes.get(&name.text) {
            Some((Symbol::Wrong, _)) => return None,
            Some((symbol, span)) => Some((symbol, span)),
            None => None,
        };
        let mut members: Vec<_> = self
            .named
            .get(&name.text)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        match global {
            Some((Symbol::Input(id), _)) => members.push(Member::Input(id)),
            Some((Symbol::State(id), _))
                if self.growth.is_empty() || self.growth[id.index()].outer.is_empty() =>
            {
                members.push(Member::State(id));
            }
            Some((Symbol::State(_), _)) => {}
            // It is among those that have its name.
            Some((Symbol::Carried(_), _)) => {}
            Some((Symbol::Table(id), _)) => members.push(Member::Table(id)),
            Some((Symbol::Fixed(id), _)) => members.push(Member::Static(id)),
            Some((Symbol::Output(position), _)) => {
                if !matches!(
                    self.outputs[position].definition,
                    OutputDefinition::Is { .. }
                ) {
                    return None;
                }
            }
            Some((symbol @ (Symbol::Param(_) | Symbol::Index(_)), span)) => {
                self.report(
                    Diagnostic::new("E019", format!("`{}` is not part of a proof", name.text))
                        .at(name.span, format!("is {}", symbol.noun()))
                        .also(span, "defined here")
                        .hint("name values, inputs, outputs, caches or tables"),
                );
                return None;
            }
            Some((Symbol::Value(_) | Symbol::Static(_) | Symbol::Parts(_) | Symbol::Wrong, _))
            | None => {}
        }
        // What its limbs are goes where it goes.
        for (number, value) in self.graph.values.iter().enumerate() {
            if value.limb_of() == Some(&name.text) {
                members.push(Member::Value(ValueId(number as u32)));
            }
        }
        if members.is_empty() {
            let visible: Vec<String> = self.defined.keys().cloned().collect();
            self.unknown(name, visible.iter().map(String::as_str));
            return None;
        }
        Some(members)
    }

    pub(super) fn regions(&mut self) {
        let ast = self.ast;
        let regions = ast.items.iter().filter_map(|item| match item {
            Item::Region(region) => Some(region),
            _ => None,
        });
        let mut first = BTreeMap::new();
        for region in regions {
            let name = &region.name;
            let taken = first
                .get(&name.text)
                .copied()
                .or_else(|| self.scopes.get(&name.text).map(|(_, span)| span))
                .or_else(|| {
                    let first = self.named.get(&name.text)?.first()?;
                    Some(self.member_span(*first))
                });
            if let Some(span) = taken {
                self.twice("region", name, span);
                continue;
            }
            first.insert(name.text.clone(), name.span);
            if region.members.is_empty() {
                self.empty(
                    &format!("the region `{}` names nothing", name.text),
                    region.span,
                );
            }
            let mut members: Vec<Member> = Vec::new();
            for member in &region.members {
                for found in self.members(member).unwrap_or_default() {
                    if !members.contains(&found) {
                        members.push(found);
                    }
                }
            }
            self.graph.regions.push(Region {
                name: name.text.clone(),
                span: name.span,
                members,
            });
        }
    }

    pub(super) fn plans(&mut self) {
        let ast = self.ast;
        self.well_formed = self.diagnostics.is_empty() && self.lost.names.is_empty();
        let mut first = BTreeMap::new();
        for item in &ast.items {
            let Item::Plan(plan) = item else {
                continue;
            };
            match first.get(&plan.name.text) {
                Some(&span) => {
                    self.twice("plan", &plan.name, span);
                    continue;
                }
                None => first.insert(plan.name.text.clone(), plan.name.span),
            };
            self.plan(plan);
        }
        if first.is_empty() {
            let all = PlanTerm {
                subtract: false,
                target: PlanTarget::All,
                span: ast.name.span,
            };
            self.graph.plans.push(PlanDecl {
                name: "fused".to_owned(),
                span: ast.name.span,
                proofs: vec![ProofDecl {
                    name: "all".to_owned(),
                    span: ast.name.span,
                    terms: vec![all],
                    cuts: Vec::new(),
                }],
                boundaries: Vec::new(),
                hiding: false,
            });
        }
    }

    pub(super) fn plan(&mut self, plan: &ast::Plan) {
        if plan.proofs.is_empty() {
            self.empty(
                &format!("the plan `{}` has no proofs", plan.name.text),
                plan.span,
            );
        }
        let mut names = BTreeMap::new();
        let mut proofs = Vec::new();
        for proof in &plan.proofs {
            if let Some(&span) = names.get(&proof.name.text) {
                self.twice("proof", &proof.name, span);
                continue;
            }
            names.insert(proof.name.text.clone(), proof.name.span);
            if proof.terms.is_empty() {
                self.empty(
                    &format!("the proof `{}` proves nothing", proof.name.text),
                    proof.span,
                );
            }
            let terms = proof
                .terms
                .iter()
                .flat_map(|term| self.term(term))
                .collect();
            proofs.push(ProofDecl {
                name: proof.name.text.clone(),
                span: proof.name.span,
                terms,
                cuts: proof.cuts.iter().filter_map(|cut| self.cut(cut)).collect(),
            });
        }
        let boundaries = self.boundaries(plan, &proofs);
        self.graph.plans.push(PlanDecl {
            name: plan.name.text.clone(),
            span: plan.name.span,
            proofs,
            boundaries,
            hiding: plan.hiding,
        });
    }

    fn term(&mut self, term: &ast::Term) -> Vec<PlanTerm> {
        let targets = match &term.target {
            None => vec![PlanTarget::All],
            Some(name) => {
                let region = self
                    .graph
                    .regions
                    .iter()
                    .position(|region| region.name == name.text);
                match region {
                    Some(position) => vec![PlanTarget::Region(RegionId(position as u32))],
                    None => {
                        let members = self.members(name).unwrap_or_default();
                        members.into_iter().map(PlanTarget::Member).collect()
                    }
                }
            }
        };
        let (subtract, span) = (term.subtract, term.span);
        let terms = targets.into_iter().map(|target| PlanTerm {
            subtract,
            target,
            span,
        });
        terms.collect()
    }

    fn twice(&mut self, what: &str, name: &Name, first: Span) {
        self.report(
            Diagnostic::new(
                "E053",
                format!("the {what}'s name `{}` is already taken", name.text),
            )
            .at(name.span, "defined again")
            .also(first, "first defined here")
            .hint("choose another name"),
        );
    }

    fn empty(&mut self, message: &str, span: Span) {
        self.report(
            Diagnostic::new("E054", message)
                .at(span, "empty")
                .hint("name what belongs to it, or leave it out"),
        );
    }
}

/// Whether a cache is declared in a layer: its name is not one of the whole program's.
fn of_a_layer(state: &State) -> bool {
    let append = state.append.as_ref();
    append.is_some_and(|append| !append.outer.is_empty())
}
