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
            let kinds: [(&str, fn(&Member) -> bool); 4] = [
                ("inputs", |member| matches!(member, Member::Input(_))),
                ("states", |member| matches!(member, Member::State(_))),
                ("tables", |member| matches!(member, Member::Table(_))),
                ("values", |member| matches!(member, Member::Value(_))),
            ];
            for (kind, is_kind) in kinds {
                let members = self.plan.proof_of.iter();
                let names: Vec<&str> = members
                    .filter(|(member, proof)| **proof == position && is_kind(member))
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
