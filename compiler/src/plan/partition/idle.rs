//! Proofs that have nothing to prove: nothing that they hold stands in a column.

use std::collections::{BTreeMap, BTreeSet};

use super::part::Part;
use super::pieces::PieceProof;
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{Assert, Graph, Member, PlanDecl, Visibility};

/// Members that a message names at most.
const NAMED: usize = 3;

impl Part {
    /// The proof that an assertion is laid out in: of the first member that it reads.
    pub fn proof_of_assert(&self, assert: &Assert) -> usize {
        let graph = self.graph();
        let sides = [assert.left, assert.right].into_iter();
        let mut reads = sides.flat_map(|side| graph.reads(side));
        let first = reads.find(|member| !matches!(member, Member::Table(_)));
        first.map_or(0, |member| self.proof_of[&member])
    }

    /// The proofs that something stands in, by position. The layout has the last word: what a
    /// cache's entries are read as may stand in the cache's own proof or in those that read it.
    fn busy(&self) -> BTreeSet<usize> {
        let graph = self.graph();
        let live = graph.live();
        let stands = |member: &Member| match member {
            Member::Input(id) => {
                live.contains(member) || graph.input(*id).visibility == Visibility::Public
            }
            Member::Table(id) => live.contains(member) && self.placed_tables.contains(id),
            Member::State(_) | Member::Value(_) => live.contains(member),
            Member::Static(_) => false,
        };
        let members = self.proof_of.iter();
        let members = members.filter(|(member, _)| stands(member));
        let asserts = graph.asserts.iter();
        let asserts = asserts.map(|assert| self.proof_of_assert(assert));
        members.map(|(_, &proof)| proof).chain(asserts).collect()
    }
}

/// A graph after all cuts, with the proof of every member.
pub(super) struct Placed<'a> {
    pub graph: &'a Graph,
    pub proofs: &'a [PieceProof],
    /// Position in `proofs`.
    pub proof_of: &'a BTreeMap<Member, usize>,
}

/// Finds the proofs of a plan's parts that have nothing to prove. `parts` has what
/// [`super::partition`] made of each part, and the positions of its proofs among those of
/// `placed`.
///
/// # Errors
/// E103 for each that is declared, E108 for each that is a piece of one.
pub(super) fn refuse_idle(
    declared: &PlanDecl,
    placed: &Placed<'_>,
    parts: &[(&Part, &[usize])],
) -> Result<(), Vec<Diagnostic>> {
    let mut idle: Vec<usize> = Vec::new();
    for (part, proofs) in parts {
        let busy = part.busy();
        let numbers = proofs.iter().enumerate();
        idle.extend(numbers.filter(|(n, _)| !busy.contains(n)).map(|(_, &p)| p));
    }
    if idle.is_empty() {
        return Ok(());
    }
    idle.sort_unstable();
    let shown = idle.into_iter().take(NAMED);
    Err(shown
        .map(|proof| nothing(declared, placed, proof))
        .collect())
}

fn nothing(declared: &PlanDecl, placed: &Placed<'_>, proof: usize) -> Diagnostic {
    let (graph, piece) = (placed.graph, &placed.proofs[proof]);
    let whole = placed.proofs.len() == 1;
    let set = &declared.proofs[piece.declared];
    let what = format!("proof `{}` has nothing to prove", piece.name);
    let holds = "nothing that it holds is proved here";
    let mut error = match set.cuts.first() {
        _ if whole => Diagnostic::new("E103", format!("`{}` has nothing to prove", graph.name)).at(
            set.span,
            "there is no output, no assertion and no declared range",
        ),
        Some(cut) => Diagnostic::new("E108", what).at(cut.span, holds),
        None => Diagnostic::new("E103", what).at(set.span, holds),
    };
    if whole {
        return error.hint("declare an output and define it, or assert something");
    }
    let live = graph.live();
    let members = placed.proof_of.iter();
    let held: Vec<Member> = members
        .filter(|(_, &of)| of == proof)
        .map(|(&member, _)| member)
        .collect();
    for &member in held.iter().take(NAMED) {
        let name = graph.member_name(member);
        let (span, why) = match (member, live.contains(&member)) {
            (Member::Value(id), _) => {
                let why = format!("no output, assertion or declared range depends on `{name}`");
                (graph.value(id).span, why)
            }
            (Member::Table(id), false) => {
                let why = format!("nothing that is proved looks up `{name}`");
                (graph.table(id).span, why)
            }
            (Member::Table(id), true) => {
                let why = format!("each part that looks up `{name}` has it itself");
                (graph.table(id).span, why)
            }
            (Member::Input(id), false) => {
                let why = format!("nothing that is proved reads `{name}`");
                (graph.input(id).span, why)
            }
            (Member::Input(id), true) => {
                let why = format!("`{name}` is in each part that reads it");
                (graph.input(id).span, why)
            }
            (Member::Static(id), _) => {
                let why = format!("`{name}` is known to everyone");
                (graph.fixed(id).span, why)
            }
            (Member::State(id), _) => {
                let why = format!("`{name}` is in each part that reads it");
                (graph.state(id).span, why)
            }
        };
        error = error.also(span, why);
    }
    error.hint(match set.cuts.is_empty() {
        true => {
            "leave the proof out and give what it holds to another, or let an output depend on it"
        }
        false => {
            "cut another proof, or elsewhere, or let an output depend on what this piece holds"
        }
    })
}
