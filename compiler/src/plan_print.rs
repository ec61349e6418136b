//! A plan in readable form: what `attnc emit plan` prints.

use std::fmt::{self, Display, Formatter};

use crate::graph::{Graph, Member};
use crate::plan::Plan;

/// A plan with the names of its graph's members.
pub struct ShownPlan<'a> {
    plan: &'a Plan,
    graph: &'a Graph,
}

impl Plan {
    /// The plan as it prints itself: every proof with its members.
    pub fn show<'a>(&'a self, graph: &'a Graph) -> ShownPlan<'a> {
        ShownPlan { plan: self, graph }
    }
}

impl Display for ShownPlan<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan {}", self.plan.name)?;
        for (position, proof) in self.plan.proofs.iter().enumerate() {
            writeln!(f, "proof {proof}")?;
            for kind in ["inputs", "states", "tables", "values"] {
                let members = self.plan.proof_of.iter();
                let names: Vec<&str> = members
                    .filter(|(member, proof)| **proof == position && kind_of(**member) == kind)
                    .map(|(member, _)| self.graph.member_name(*member))
                    .collect();
                if !names.is_empty() {
                    writeln!(f, "  {kind}: {}", names.join(", "))?;
                }
            }
        }
        Ok(())
    }
}

fn kind_of(member: Member) -> &'static str {
    match member {
        Member::Input(_) => "inputs",
        Member::State(_) => "states",
        Member::Table(_) => "tables",
        Member::Value(_) => "values",
    }
}
