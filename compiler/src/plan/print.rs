//! A plan in readable form: what `attnc emit plan` prints.

use std::fmt::{self, Display, Formatter};

use crate::meaning::graph::Member;
use crate::plan::{Part, Plan};

/// Every part with its proofs, and every proof with its members.
impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan {}", self.name)?;
        for part in &self.parts {
            if self.parts.len() > 1 {
                writeln!(f, "part {}", part.name)?;
            }
            write_part(f, part)?;
        }
        Ok(())
    }
}

fn write_part(f: &mut Formatter<'_>, part: &Part) -> fmt::Result {
    for (position, proof) in part.proofs.iter().enumerate() {
        writeln!(f, "proof {proof}")?;
        for kind in ["inputs", "states", "tables", "values"] {
            let members = part.proof_of.iter();
            let names: Vec<&str> = members
                .filter(|(member, proof)| **proof == position && kind_of(**member) == kind)
                .map(|(member, _)| part.graph().member_name(*member))
                .collect();
            if !names.is_empty() {
                writeln!(f, "  {kind}: {}", names.join(", "))?;
            }
        }
    }
    Ok(())
}

fn kind_of(member: Member) -> &'static str {
    match member {
        Member::Input(_) => "inputs",
        Member::State(_) => "states",
        Member::Table(_) => "tables",
        Member::Value(_) => "values",
        Member::Static(_) => "statics",
    }
}
