//! A key made from a program itself, for the proof that it is held against.

use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::plan::Plan;
use attnc_compiler::{lay_out_part, Compiled};

use crate::files::key as file;
use crate::files::key::{identity, Subject};
use crate::files::proof::{self, Envelope};
use crate::library::error::Error;
use crate::library::key::Key;
use crate::library::options::Options;
use crate::library::program::Program;
use crate::library::proof::Proof;
use crate::library::verdict::Rejected;
use crate::library::words::listed_names;
use crate::session::security::Setting;
use crate::session::statement::program_digest;
use crate::session::verify::Rejection;

/// Cells of fixed columns, extended by the blowup, that are committed to for one proof at most.
const MAX_EXTENDED_CELLS: u64 = 1 << 30;

impl Key {
    /// The key of a program in the layouts of some proofs, for the settings that they claim: any
    /// choices give a sound circuit of the same part, so these may be the prover's. What the proofs
    /// are worth is judged by [`verify`](crate::verify).
    ///
    /// # Errors
    /// What is wrong with the plan, the tables or the fixed inputs; inside, why the proof is refused before it is
    /// verified: it is about something else, or asks for too much work.
    pub fn for_proof(
        program: &Program,
        plan: Option<&str>,
        proof: &Proof,
    ) -> Result<Result<Self, Rejected>, Error> {
        let program = &*program.ready()?;
        let plan = program.partition(plan)?;
        let made = proof.unless_other().and_then(|()| {
            let unusable = |error| Rejection::from(error).to_string();
            let files = proof::files(proof.bytes()).map_err(unusable)?;
            let envelopes = files.into_iter().map(Envelope::open);
            let envelopes: Vec<Envelope<'_>> =
                envelopes.collect::<Result<_, _>>().map_err(unusable)?;
            about(program, &plan, &envelopes)?;
            of_envelopes(program, plan, &envelopes)
        });
        Ok(made.map_err(Rejected::before_reading))
    }
}

fn of_envelopes(program: &Program, plan: Plan, envelopes: &[Envelope<'_>]) -> Result<Key, String> {
    let mut parts = Vec::new();
    let mut settings = Vec::new();
    for part in plan.parts {
        let proof = envelopes
            .iter()
            .find(|envelope| envelope.head.part == part.name);
        let choices = proof.map_or(Choices::default(), |proof| proof.head.choices.clone());
        // A part that is not there is laid out anyhow, so that it can be named.
        if proof.is_none() {
            let assembled = program.assemble_part(part, &Options::default());
            parts.push(assembled.map_err(|error| error.summary())?.compiled);
            settings.push(None);
            continue;
        }
        // Only what the choices are to blame for is a reason to refuse.
        let compiled = lay_out_part(&program.ast, &program.graph, part, &choices);
        let compiled = compiled.map_err(|errors| {
            let errors: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            let errors = errors.join("; ");
            format!("the program has no layout with {choices}: {errors}")
        })?;
        let claimed = proof.and_then(|proof| proof.head.security.parse::<Setting>().ok());
        if let (Some(setting), Some(envelope)) = (claimed, proof) {
            affordable(envelope, &compiled, setting)?;
        }
        settings.push(claimed);
        parts.push(compiled);
    }
    let settings: Vec<&[Setting]> = settings.iter().map(Option::as_slice).collect();
    Ok(Key {
        file: file::Key::make_for(&parts, &settings),
        compiled: parts,
        program: program.clone(),
    })
}

/// What proofs are about is what was given, before anything is laid out as they say.
fn about(program: &Program, plan: &Plan, envelopes: &[Envelope<'_>]) -> Result<(), String> {
    let graph = &program.graph;
    let params = program.params();
    let (tables, fixed) = (identity::tables(graph), identity::fixed(graph));
    let subject = Subject {
        circuit: &graph.name,
        params: &params,
        program: program_digest(&program.ast.to_string(), &params),
        plan: &plan.name,
        tables: &tables,
        fixed: &fixed,
        says: "what is given is",
        hints: [
            ": set them with -p",
            ": give it with --plan",
            ": give the input file that has it with --input",
            ": give the file that has it with --fixed",
        ],
    };
    for envelope in envelopes {
        if let Some(mismatch) = subject.mismatch(&envelope.head) {
            return Err(mismatch);
        }
        let part = &envelope.head.part;
        if !plan.parts.iter().any(|known| known.name == *part) {
            let known = plan.parts.iter().map(|part| part.name.as_str());
            return Err(format!(
                "the proof is about the part `{}`, the plan has {}",
                part.escape_debug(),
                listed_names(&known.collect::<Vec<_>>())
            ));
        }
    }
    Ok(())
}

/// Before the work that a proof asks for is done: its file is whole, and the work is bounded.
fn affordable(
    envelope: &Envelope<'_>,
    compiled: &Compiled,
    setting: Setting,
) -> Result<(), String> {
    let circuit = &compiled.circuit;
    let session = envelope.session(circuit);
    session.map_err(|error| Rejection::from(error).to_string())?;
    let fixed = circuit.components.iter();
    let cells: u64 = fixed.map(|c| (c.fixed.len() as u64) << c.log_rows).sum();
    let extended = cells.saturating_mul(setting.root_blowup().into());
    if extended > MAX_EXTENDED_CELLS {
        return Err(format!(
            "to make its key, {extended} cells of fixed columns would be extended, more than \
             {MAX_EXTENDED_CELLS}: make the key once with `attnc key --security \"{setting}\"`, \
             and verify with --key"
        ));
    }
    Ok(())
}
