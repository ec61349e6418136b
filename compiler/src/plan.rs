//! Which proof each value, tensor, state and table belongs to (spec 2.6).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::derived::Derived;
use crate::diagnostic::{suggest, Diagnostic};
use crate::graph::{Graph, Member, PlanDecl, PlanTarget, TableId};

/// What a declared plan makes of a graph: one part, unless a boundary is open.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The declared name, or the text of a plan that has none.
    pub name: String,
    /// In an order in which every part comes after those whose tensors it is given.
    pub parts: Vec<Part>,
}

/// What is proved in one session: a graph, and its members' partition into proofs that share a
/// transcript.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Its plan's.
    pub plan: String,
    /// The names of its proofs, joined by `+`.
    pub name: String,
    pub proofs: Vec<String>,
    /// Position in `proofs`, for every member of the graph.
    #[serde(skip)]
    pub proof_of: BTreeMap<Member, usize>,
    /// Tables that the plan names or that a named region holds; the others go where they are
    /// looked up.
    #[serde(skip)]
    pub placed_tables: Vec<TableId>,
    #[serde(skip)]
    pub derived: Derived,
}

impl Plan {
    /// The only part of a plan without open boundaries.
    ///
    /// # Errors
    /// E106 if there are several.
    pub fn only(mut self) -> Result<Part, Vec<Diagnostic>> {
        match (self.parts.pop(), self.parts.len()) {
            (Some(part), 0) => Ok(part),
            (_, more) => Err(vec![Diagnostic::new(
                "E106",
                format!("plan `{}` has {} parts", self.name, more + 1),
            )
            .hint("open boundaries make a part of each side: ask for one of them")]),
        }
    }
}

impl Part {
    /// What it proves.
    pub fn graph(&self) -> &Graph {
        &self.derived.graph
    }
}

impl Graph {
    /// A member's name as written.
    pub fn member_name(&self, member: Member) -> &str {
        match member {
            Member::Input(id) => &self.input(id).name,
            Member::State(id) => &self.state(id).name,
            Member::Value(id) => &self.value(id).name,
            Member::Table(id) => &self.table(id).name,
        }
    }

    /// The declared plan of this name; the first one for `None`.
    ///
    /// # Errors
    /// E100 if there is none of this name.
    pub fn plan(&self, name: Option<&str>) -> Result<&PlanDecl, Diagnostic> {
        let Some(name) = name else {
            return Ok(&self.plans[0]);
        };
        self.plans
            .iter()
            .find(|plan| plan.name == name)
            .ok_or_else(|| {
                let known: Vec<_> = self
                    .plans
                    .iter()
                    .map(|plan| format!("`{}`", plan.name))
                    .collect();
                let names = self.plans.iter().map(|plan| plan.name.as_str());
                Diagnostic::new("E100", format!("there is no plan `{name}`")).hint(
                    match suggest(name, names) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the program has {}", known.join(", ")),
                    },
                )
            })
    }
}

/// Gives every member the one proof that a declared plan puts it in.
///
/// # Errors
/// E101 if a member is in no proof, E102 if it is in two, E103 if a proof has nothing to prove.
pub fn partition(graph: &Graph, declared: &PlanDecl) -> Result<Plan, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let members = graph.members();
    let mut proof_of: BTreeMap<Member, usize> = BTreeMap::new();
    let mut placed_tables = Vec::new();
    for (position, proof) in declared.proofs.iter().enumerate() {
        let mut set: Vec<Member> = Vec::new();
        for term in &proof.terms {
            let named: Vec<Member> = match term.target {
                PlanTarget::All => members.clone(),
                PlanTarget::Region(id) => graph.regions[id.index()].members.clone(),
                PlanTarget::Member(member) => vec![member],
            };
            if term.subtract {
                set.retain(|member| !named.contains(member));
            } else {
                if !matches!(term.target, PlanTarget::All) {
                    placed_tables.extend(named.iter().filter_map(|member| match member {
                        Member::Table(id) => Some(*id),
                        _ => None,
                    }));
                }
                set.extend(named);
            }
        }
        set.sort_unstable();
        set.dedup();
        if set.is_empty() {
            diagnostics.push(
                Diagnostic::new(
                    "E103",
                    format!("proof `{}` has nothing to prove", proof.name),
                )
                .at(proof.span, "this set is empty")
                .hint("name a region or a value, or leave the proof out"),
            );
        }
        for member in set {
            if let Some(other) = proof_of.insert(member, position) {
                let name = graph.member_name(member);
                diagnostics.push(
                    Diagnostic::new(
                        "E102",
                        format!("`{name}` is in two proofs of plan `{}`", declared.name),
                    )
                    .at(proof.span, format!("`{}` has it", proof.name))
                    .also(
                        declared.proofs[other].span,
                        format!("`{}` has it too", declared.proofs[other].name),
                    )
                    .hint(format!("take it out of one with `- {name}`")),
                );
            }
        }
    }
    let missing: Vec<_> = members
        .iter()
        .filter(|member| !proof_of.contains_key(member))
        .collect();
    if let Some(first) = missing.first() {
        let more = if missing.len() > 1 {
            format!(" and {} more", missing.len() - 1)
        } else {
            String::new()
        };
        diagnostics.push(
            Diagnostic::new("E101", format!("plan `{}` leaves out `{}`{more}", declared.name, graph.member_name(**first)))
                .at(declared.span, "every value must be in one proof")
                .hint("start one proof with `*` and take away what the others have: `proof rest: * - region`"),
        );
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let proofs: Vec<String> = declared.proofs.iter().map(|p| p.name.clone()).collect();
    let part = Part {
        plan: declared.name.clone(),
        name: proofs.join("+"),
        proofs,
        proof_of,
        placed_tables,
        derived: Derived::all(graph.clone()),
    };
    Ok(Plan {
        name: declared.name.clone(),
        parts: vec![part],
    })
}
