//! The plans of a graph in readable form.

use std::fmt::Write;

use super::Printer;
use crate::meaning::graph::{BoundaryDecl, Pieces, PlanDecl, PlanTarget, ProofDecl};

pub(super) fn boundary(plan: &PlanDecl, boundary: &BoundaryDecl) -> String {
    let open = if boundary.open { "open" } else { "linked" };
    match boundary.between {
        Some((a, b)) => format!("{open} {} | {}", plan.proofs[a].name, plan.proofs[b].name),
        None => format!("{open} *"),
    }
}

impl Printer<'_> {
    pub(super) fn proof(&self, proof: &ProofDecl) -> String {
        let mut text = format!("proof {}:", proof.name);
        for (position, term) in proof.terms.iter().enumerate() {
            let sign = match (term.subtract, position) {
                (true, _) => " -",
                (false, 0) => "",
                (false, _) => " +",
            };
            let target = match term.target {
                PlanTarget::All => "*".to_owned(),
                PlanTarget::Region(id) => self.graph.regions[id.index()].name.clone(),
                PlanTarget::Member(member) => self.member(member),
            };
            let _ = write!(text, "{sign} {target}");
        }
        for cut in &proof.cuts {
            let open = if cut.open { "open " } else { "" };
            let _ = match &cut.pieces {
                Pieces::By(1) => write!(text, " {open}by {}", cut.over),
                Pieces::By(group) => write!(text, " {open}by {group} {}", cut.over),
                Pieces::Ranges(ranges) => {
                    let ranges: Vec<_> = ranges.iter().map(|(a, b)| format!("{a}..{b}")).collect();
                    write!(text, " {open}{} {}", cut.over, ranges.join(" | "))
                }
            };
        }
        text
    }
}
