//! Which plans a program could have, and what each is predicted to cost (spec 8.8).

use std::ops::ControlFlow;

use attnc_compiler::plan::candidates::candidates;
use serde::Serialize;

use crate::library::error::Error;
use crate::library::layout::Assembled;
use crate::library::options::Options;
use crate::library::program::Program;
use crate::price::price;
use crate::session::statement::public_bytes;

/// What a plan costs, predicted or measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Costs {
    /// Of all proofs, after their statements.
    pub bytes: f64,
    /// Of all statements' public tensors; measured, of the statements.
    pub statement_bytes: f64,
    /// Milliseconds to fill and prove one part after the other.
    pub ms: f64,
    /// The most bytes that proving one part has resident.
    pub memory_bytes: f64,
}

impl Costs {
    /// What is to be little: bytes with the statement, time, memory.
    pub fn dimensions(&self) -> [f64; 3] {
        [
            self.bytes + self.statement_bytes,
            self.ms,
            self.memory_bytes,
        ]
    }

    /// Whether another plan need not be looked at for the sake of this.
    pub fn is_beaten_by(&self, other: &Self) -> bool {
        let mut both = self.dimensions().into_iter().zip(other.dimensions());
        both.clone().all(|(own, other)| other <= own) && both.any(|(own, other)| other < own)
    }
}

/// A plan that can be proved.
#[derive(Clone, Debug, Serialize)]
pub struct Explored {
    /// The declared name, or the text that a plan is given by.
    pub plan: String,
    pub what: String,
    pub declared: bool,
    /// Whether its proofs hide.
    pub hiding: bool,
    pub parts: usize,
    pub proofs: usize,
    pub predicted: Costs,
    /// The part that takes longest: what all of them take on enough machines.
    pub predicted_longest_ms: f64,
    /// Whether no other plan is as good in bytes, time and memory and better in one.
    pub predicted_best: bool,
}

/// A plan that cannot be laid out.
#[derive(Clone, Debug, Serialize)]
pub struct Impossible {
    pub plan: String,
    pub why: String,
}

/// Every boundary that a program offers: its plans first, then each region and value apart and the
/// indices of its loops cut; of two that cost the same the first.
#[derive(Clone, Debug, Serialize)]
pub struct Exploration {
    pub plans: Vec<Explored>,
    pub impossible: Vec<Impossible>,
}

impl Program {
    /// Prices every boundary that the program offers; nothing is proved. `options` say all but the plan. What
    /// the program does not declare hides if its first plan does: then its text says so.
    /// `watch` is told of each plan before it is tried: its number from 1, how many there are, and its
    /// text.
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
    /// #     y[i in 3] = 2 * x[i] }";
    /// # let program = attnc::Program::check("twice.attn", source, &[])?;
    /// let all = program.explore(&attnc::Options::default(), &|_, _, _| ControlFlow::Continue(()))?;
    /// assert!(all.plans.iter().any(|plan| plan.declared && plan.predicted_best));
    /// # Ok::<(), attnc::Error>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with a plan that the program declares; that `watch` ended it.
    pub fn explore(
        &self,
        options: &Options,
        watch: &dyn Fn(usize, usize, &str) -> ControlFlow<()>,
    ) -> Result<Exploration, Error> {
        let declared = self
            .plans()
            .map(|name| (name.to_string(), "declared".to_string(), true));
        let offered = candidates(&self.graph).into_iter();
        let first = self.graph.plans.first();
        let says = match first.is_some_and(|plan| plan.hiding) && !options.hides() {
            true => "hiding ",
            false => "",
        };
        let offered = offered.map(|candidate| {
            let text = format!("{says}{}", candidate.text);
            (text, candidate.what, false)
        });
        let all: Vec<(String, String, bool)> = declared.chain(offered).collect();
        let count = all.len();
        let (mut plans, mut impossible): (Vec<Explored>, Vec<Impossible>) = Default::default();
        for (number, (plan, what, declared)) in all.into_iter().enumerate() {
            if watch(number + 1, count, &plan).is_break() {
                return Err(Error::Cancelled);
            }
            let options = Options {
                plan: Some(plan.clone()),
                ..options.clone()
            };
            let parts = match self.assemble(&options) {
                Ok(parts) => parts,
                // What a program declares must work.
                Err(error) if declared => return Err(error),
                Err(error) => {
                    let why = error.summary();
                    impossible.push(Impossible { plan, why });
                    continue;
                }
            };
            let Some((predicted, predicted_longest_ms)) = costs(&parts, &options) else {
                let why = "the setting does not fit its rows".into();
                impossible.push(Impossible { plan, why });
                continue;
            };
            let proofs = parts
                .iter()
                .map(|part| part.compiled.circuit.proofs.len())
                .sum();
            let hiding = hide(&parts);
            let parts = parts.len();
            // Another way to write a plan that is there already costs the same.
            let same = |known: &Explored| {
                known.predicted == predicted
                    && (known.parts, known.proofs, known.hiding) == (parts, proofs, hiding)
            };
            if declared || !plans.iter().any(same) {
                plans.push(Explored {
                    plan,
                    what,
                    declared,
                    hiding,
                    parts,
                    proofs,
                    predicted,
                    predicted_longest_ms,
                    predicted_best: false,
                });
            }
        }
        let all: Vec<Costs> = plans.iter().map(|plan| plan.predicted).collect();
        for plan in &mut plans {
            plan.predicted_best = !all.iter().any(|other| plan.predicted.is_beaten_by(other));
        }
        Ok(Exploration { plans, impossible })
    }
}

#[cfg(feature = "lsp")]
impl Program {
    /// What a plan of this name or text is predicted to cost, until `watch` breaks; nothing if the setting does
    /// not fit its rows.
    pub(crate) fn price_plan(
        &self,
        plan: Option<&str>,
        watch: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Option<Explored>, Error> {
        let options = Options {
            plan: plan.map(str::to_string),
            ..Options::default()
        };
        let parts = self.assemble_watched(&options, watch)?;
        let Some((predicted, predicted_longest_ms)) = costs(&parts, &options) else {
            return Ok(None);
        };
        let circuits = parts.iter().map(|part| &part.compiled.circuit);
        Ok(Some(Explored {
            plan: circuits
                .clone()
                .next()
                .map_or(String::new(), |it| it.plan.clone()),
            what: String::new(),
            declared: self.plans().any(|name| Some(name) == plan),
            hiding: hide(&parts),
            parts: parts.len(),
            proofs: circuits.map(|circuit| circuit.proofs.len()).sum(),
            predicted,
            predicted_longest_ms,
            predicted_best: false,
        }))
    }
}

fn hide(parts: &[Assembled]) -> bool {
    let mut parts = parts.iter();
    parts.all(|part| part.compiled.choices.hides())
}

/// What a plan's parts cost together, and the longest time of one; `None` if the setting does not fit.
fn costs(parts: &[Assembled], options: &Options) -> Option<(Costs, f64)> {
    let mut costs = Costs {
        bytes: 0.0,
        statement_bytes: 0.0,
        ms: 0.0,
        memory_bytes: 0.0,
    };
    let mut longest: f64 = 0.0;
    for part in parts {
        let circuit = &part.compiled.circuit;
        let price = price(
            circuit,
            options.security,
            options.of_part(&part.compiled.part).aim(),
        )?;
        costs.bytes += price.bytes;
        costs.statement_bytes += public_bytes(circuit) as f64;
        costs.ms += price.ms;
        costs.memory_bytes = costs.memory_bytes.max(price.memory_bytes);
        longest = longest.max(price.ms);
    }
    Some((costs, longest))
}
