//! Which proof each value, tensor, state and table belongs to (spec 2.6).
//!
//! - `pieces`: cuts. `boundaries`: sessions, and the order of parts. `part`: what comes of it.
//! - `idle`: proofs of nothing, refused. `published`: what open boundaries show.

mod boundaries;
mod idle;
mod part;
mod pieces;
mod published;

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{Graph, Member, PlanDecl, PlanTarget, TableId, ValueId};
use crate::meaning::space::count_points;
use crate::plan::derived::Derived;
use crate::plan::extract::{extract, Extracted};
use idle::{refuse_idle, Placed};
pub use part::{Part, Plan};
use pieces::{cut_all, joined, names, PieceProof};
pub use published::{published, Kind, Published};

/// Partitions a graph as a declared plan says: sets to proofs, proofs cut into pieces, and parts
/// where boundaries are open.
///
/// # Errors
/// E101 if a member is in no proof, E102 if it is in two, E103 if a proof has nothing to prove;
/// E104 if parts depend on each other in a cycle, E109 if an open boundary lies within a session;
/// E105, E107 and E108 for cuts; E115 if a filtered value crosses an open boundary;
/// E116 for a cut through what a loop carries.
pub fn partition(graph: &Graph, declared: &PlanDecl) -> Result<Plan, Vec<Diagnostic>> {
    let (set_of, placed) = assign(graph, declared)?;
    let pieces = cut_all(graph, declared, &set_of)?;
    let cut = &pieces.derived;
    assert_eq!(
        points(graph, |id| !graph.is_known(id)),
        points(&cut.graph, |id| cut.is_own(id)),
        "a cut that loses something"
    );
    let parts = boundaries::parts(declared, &pieces)?;
    let plan = declared.name.clone();
    if parts.len() == 1 {
        let part = Part {
            plan: plan.clone(),
            hiding: declared.hiding,
            name: joined(&pieces.proofs, &parts[0]),
            proofs: names(&pieces.proofs, &parts[0]),
            places: places(declared, &pieces.proofs, &parts[0]),
            proof_of: pieces.proof_of,
            placed_tables: placed,
            derived: pieces.derived,
        };
        let all = Placed {
            graph: part.graph(),
            proofs: &pieces.proofs,
            proof_of: &part.proof_of,
        };
        refuse_idle(declared, &all, &[(&part, &parts[0])])?;
        return Ok(Plan {
            name: plan,
            parts: vec![part],
        });
    }
    let order = boundaries::ordered(declared, &pieces, &parts)?;
    let parts: Vec<Vec<usize>> = order.into_iter().map(|part| parts[part].clone()).collect();
    let mut part_of_proof = vec![0; pieces.proofs.len()];
    for (number, part) in parts.iter().enumerate() {
        part.iter().for_each(|&proof| part_of_proof[proof] = number);
    }
    let part_of = pieces.proof_of.iter();
    let part_of: BTreeMap<Member, usize> = part_of
        .map(|(&member, &proof)| (member, part_of_proof[proof]))
        .collect();
    boundaries::whole(&cut.graph, &part_of)?;
    let extracted = extract(&pieces.derived, &part_of, parts.len());
    let proved = |of: &Derived| {
        let live = of.graph.live();
        let counts = |id| live.contains(&Member::Value(id)) && of.is_own(id);
        points(&of.graph, counts)
    };
    let all = extracted.iter().map(|extracted| proved(&extracted.derived));
    let all = all.fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    assert_eq!(all, proved(cut), "parts that lose something");
    let made = extracted
        .into_iter()
        .zip(&parts)
        .map(|(extracted, proofs)| {
            let proof_of = proofs_of(&extracted, &pieces.proof_of, proofs);
            Part {
                plan: plan.clone(),
                hiding: declared.hiding,
                name: joined(&pieces.proofs, proofs),
                proofs: names(&pieces.proofs, proofs),
                places: places(declared, &pieces.proofs, proofs),
                placed_tables: placed
                    .iter()
                    .copied()
                    .filter(|&table| proofs.contains(&pieces.proof_of[&Member::Table(table)]))
                    .collect(),
                proof_of,
                derived: extracted.derived,
            }
        });
    let made: Vec<Part> = made.collect();
    let all = Placed {
        graph: &pieces.derived.graph,
        proofs: &pieces.proofs,
        proof_of: &pieces.proof_of,
    };
    let each = made.iter().zip(parts.iter().map(Vec::as_slice));
    refuse_idle(declared, &all, &each.collect::<Vec<_>>())?;
    Ok(Plan {
        name: plan,
        parts: made,
    })
}

/// Points of the values that count, and of all assertions.
fn points(graph: &Graph, counts: impl Fn(ValueId) -> bool) -> (u64, u64) {
    let values = (0..).map(ValueId).zip(&graph.values);
    let values = values.filter(|(id, _)| counts(*id));
    let values = values.map(|(_, value)| count_points(graph, &value.space));
    let asserts = graph
        .asserts
        .iter()
        .map(|assert| count_points(graph, &assert.space));
    (values.sum(), asserts.sum())
}

/// Where each proof of a part is declared.
fn places(declared: &PlanDecl, proofs: &[PieceProof], part: &[usize]) -> Vec<Span> {
    let set = |&proof: &usize| &declared.proofs[proofs[proof].declared];
    let places = part.iter().map(set);
    places
        .map(|set| set.cuts.first().map_or(set.span, |cut| cut.span))
        .collect()
}

/// The proof of every member of a part, by its position in `proofs`: the one that the member it
/// stands for has, or, for what crosses into the part, that of what first reads it.
fn proofs_of(
    extracted: &Extracted,
    proof_of: &BTreeMap<Member, usize>,
    proofs: &[usize],
) -> BTreeMap<Member, usize> {
    let graph = &extracted.derived.graph;
    let own = |member: Member| {
        let given = extracted.members.get(&member)?;
        let proof = proof_of.get(given)?;
        proofs.iter().position(|known| known == proof)
    };
    let flow = graph.dataflow();
    let members = graph.members();
    let mut found: BTreeMap<Member, usize> = BTreeMap::new();
    // From the readers back: a value's readers come after it, a state's source before it.
    for (node, &member) in members.iter().enumerate().rev() {
        let readers = flow.neighbors(NodeIndex::new(node));
        let first = readers
            .filter_map(|reader| {
                let reader = flow[reader];
                own(reader).or_else(|| found.get(&reader).copied())
            })
            .min();
        let proof = own(member).or(first).unwrap_or(0);
        found.insert(member, proof);
    }
    found
}

/// The proof, by its position in the plan, whose set every member is in; and the tables that
/// were named.
type Assigned = (BTreeMap<Member, usize>, Vec<TableId>);

fn assign(graph: &Graph, declared: &PlanDecl) -> Result<Assigned, Vec<Diagnostic>> {
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
                // What is known when the key is made is in no proof.
                let proved = |member: &Member| !matches!(member, Member::Static(_));
                set.extend(named.into_iter().filter(proved));
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
                .hint("name a region or a value, or leave the proof out; what is known when the key is made (fixed inputs, static values) is in none"),
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
    Ok((proof_of, placed_tables))
}
