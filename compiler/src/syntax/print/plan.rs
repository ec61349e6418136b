//! Plans as text.

use std::fmt::{self, Display, Formatter, Write};

use super::list::Joined;
use crate::syntax::ast::{Boundary, Cut, ExprKind, Pieces, Plan, Proof, Term};

pub fn write_plan(f: &mut Formatter<'_>, plan: &Plan) -> fmt::Result {
    writeln!(f, "    plan {} {{", plan.name)?;
    if plan.hiding {
        writeln!(f, "        hiding")?;
    }
    for proof in &plan.proofs {
        writeln!(f, "        {proof}")?;
    }
    for boundary in &plan.boundaries {
        writeln!(f, "        {boundary}")?;
    }
    f.write_str("    }\n")
}

impl Plan {
    /// What stands between its braces, on one line: as it can be given without a name.
    pub fn body(&self) -> String {
        let hiding = self.hiding.then(|| "hiding".to_owned()).into_iter();
        let proofs = self.proofs.iter().map(Proof::to_string);
        let boundaries = self.boundaries.iter().map(Boundary::to_string);
        hiding
            .chain(proofs)
            .chain(boundaries)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Display for Proof {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "proof {}:", self.name)?;
        for (count, term) in self.terms.iter().enumerate() {
            match (count, term.subtract) {
                (0, _) => write!(f, " {term}")?,
                (_, true) => write!(f, " - {term}")?,
                (_, false) => write!(f, " + {term}")?,
            }
        }
        for (position, cut) in self.cuts.iter().enumerate() {
            match (&cut.pieces, self.cuts.get(position + 1)) {
                // `by a b c 0..2` would be `by a`.
                (Pieces::By(Some(group)), Some(next))
                    if matches!(group.kind, ExprKind::Name(_)) && next.starts_with_name() =>
                {
                    let open = if cut.open { "open " } else { "" };
                    write!(f, " {open}by ({group}) {}", cut.over)?;
                }
                _ => write!(f, " {cut}")?,
            }
        }
        Ok(())
    }
}

impl Cut {
    fn starts_with_name(&self) -> bool {
        !self.open && matches!(self.pieces, Pieces::Ranges(_))
    }
}

impl Display for Cut {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.open {
            f.write_str("open ")?;
        }
        match &self.pieces {
            Pieces::By(None) => write!(f, "by {}", self.over),
            Pieces::By(Some(group)) => write!(f, "by {group} {}", self.over),
            Pieces::Ranges(ranges) => write!(f, "{} {}", self.over, Joined(ranges, " | ")),
        }
    }
}

impl Display for Boundary {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.open { "open" } else { "linked" })?;
        match &self.between {
            Some((a, b)) => write!(f, " {a} | {b}"),
            None => f.write_str(" *"),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.target {
            Some(target) => target.fmt(f),
            None => f.write_char('*'),
        }
    }
}
