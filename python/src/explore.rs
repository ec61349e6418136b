//! Every boundary that a program offers, priced.

use attnc::price::{price, Aim};
use attnc::session::statement::public_bytes;
use attnc::{Error, Options, Program};
use attnc_compiler::plan::candidates::candidates;
use serde_json::{json, Value};

/// What a plan is predicted to cost.
struct Costs {
    bytes: f64,
    statement_bytes: f64,
    ms: f64,
    memory_bytes: f64,
}

impl Costs {
    fn all(&self) -> [f64; 3] {
        [
            self.bytes + self.statement_bytes,
            self.ms,
            self.memory_bytes,
        ]
    }

    fn is_beaten_by(&self, other: &Self) -> bool {
        let both = self.all().into_iter().zip(other.all());
        both.clone().all(|(own, other)| other <= own)
            && both.clone().any(|(own, other)| other < own)
    }
}

struct Tried {
    plan: String,
    what: String,
    declared: bool,
    parts: usize,
    proofs: usize,
    costs: Costs,
}

/// The declared plans and those that could be, each with what it costs; of two that cost the same the
/// first.
///
/// # Errors
/// What is wrong with a plan that the program declares.
pub fn explored(program: &Program, options: &Options) -> Result<Value, Error> {
    let declared = program
        .plans()
        .map(|name| (name.to_string(), "declared".to_string(), true));
    let offered = candidates(&program.graph).into_iter();
    let offered = offered.map(|candidate| (candidate.text, candidate.what, false));
    let all: Vec<(String, String, bool)> = declared.chain(offered).collect();
    let (mut tried, mut impossible): (Vec<Tried>, Vec<Value>) = (Vec::new(), Vec::new());
    let aim = Aim {
        objective: options.objective,
        memory_gib: options.memory_gib,
    };
    for (plan, what, declared) in all {
        let options = Options {
            plan: Some(plan.clone()),
            ..options.clone()
        };
        let parts = match program.assemble(&options) {
            Ok(parts) => parts,
            Err(error) if declared => return Err(error),
            Err(error) => {
                impossible.push(json!({ "plan": plan, "why": error.summary() }));
                continue;
            }
        };
        let mut costs = Costs {
            bytes: 0.0,
            statement_bytes: 0.0,
            ms: 0.0,
            memory_bytes: 0.0,
        };
        let mut fits = true;
        for part in &parts {
            let circuit = &part.compiled.circuit;
            let Some(price) = price(circuit, options.security, aim) else {
                fits = false;
                break;
            };
            costs.bytes += price.bytes;
            costs.statement_bytes += public_bytes(circuit) as f64;
            costs.ms += price.ms;
            costs.memory_bytes = costs.memory_bytes.max(price.memory_bytes);
        }
        if !fits {
            impossible.push(json!({ "plan": plan, "why": "the setting does not fit its rows" }));
            continue;
        }
        let proofs = parts
            .iter()
            .map(|part| part.compiled.circuit.proofs.len())
            .sum();
        let same = |known: &Tried| {
            known.costs.all() == costs.all() && (known.parts, known.proofs) == (parts.len(), proofs)
        };
        if declared || !tried.iter().any(same) {
            let parts = parts.len();
            tried.push(Tried {
                plan,
                what,
                declared,
                parts,
                proofs,
                costs,
            });
        }
    }
    let plans = tried.iter().map(|one| {
        let best = !tried
            .iter()
            .any(|other| one.costs.is_beaten_by(&other.costs));
        json!({
            "plan": one.plan,
            "what": one.what,
            "declared": one.declared,
            "parts": one.parts,
            "proofs": one.proofs,
            "bytes": one.costs.bytes,
            "statement_bytes": one.costs.statement_bytes,
            "ms": one.costs.ms,
            "memory_bytes": one.costs.memory_bytes,
            "best": best,
        })
    });
    let plans: Vec<Value> = plans.collect();
    Ok(json!({ "plans": plans, "impossible": impossible }))
}
