//! How a proof is made: what all proofs of a layout share, and one proof.

use std::ops::ControlFlow;
use std::sync::OnceLock;

use attnc_compiler::meaning::eval::evaluate;

use crate::files::key::{Identity, KeyError};
use crate::files::proof::encode;
use crate::library::error::Error;
use crate::library::inputs::Inputs;
use crate::library::layout::Layout;
use crate::library::proof::Proof;
use crate::session;
use crate::session::pack::PackError;
use crate::session::prove::{ProveError, Proved, Stage};
use crate::session::statement::MAX_CONTEXT;

/// What a prover is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    Evaluating,
    /// Committing to the fixed columns, unless an earlier proof of the [`Prover`] has done it.
    Preprocessing,
    Filling,
    Committing,
    /// Grinding, then drawing the challenges.
    Challenges,
    Proving,
}

/// A step, and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    pub step: Step,
    /// The plan's part, if there are several.
    pub part: Option<&'a str>,
}

/// Who is told of a proof's progress, step by step, and may end it by breaking.
pub type Watch<'a> = &'a dyn Fn(Progress<'_>) -> ControlFlow<()>;

/// A prover of one layout: proofs of several inputs share its fixed columns.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// # let program = attnc::Program::check("twice.attn", source, &[])?;
/// # let layout = program.lay_out(&attnc::Options::default())?;
/// use std::ops::ControlFlow;
///
/// let inputs = attnc::Inputs::parse(&program, br#"{"x": [1, 2, 8]}"#)?;
/// let prover = attnc::Prover::new(&layout);
/// let proof = prover.prove(&inputs, "a context of mine", &|progress| {
///     println!("{:?}", progress.step);
///     ControlFlow::Continue(())
/// })?;
/// let cancelled = prover.prove(&inputs, "", &|_| ControlFlow::Break(()));
/// assert!(matches!(cancelled, Err(attnc::Error::Cancelled)));
/// # let _ = proof;
/// # Ok::<(), attnc::Error>(())
/// ```
pub struct Prover<'a> {
    layout: &'a Layout,
    /// By part: what its statements say of the program.
    identities: Vec<OnceLock<Identity>>,
    sessions: Vec<OnceLock<session::prove::Prover<'a>>>,
}

impl<'a> Prover<'a> {
    pub fn new(layout: &'a Layout) -> Self {
        let parts = layout.compiled.iter();
        Self {
            layout,
            identities: parts.clone().map(|_| OnceLock::new()).collect(),
            sessions: parts.map(|_| OnceLock::new()).collect(),
        }
    }

    /// Digests of large tensors are computed once.
    fn identity(&self, part: usize) -> &Identity {
        let compiled = &self.layout.compiled[part];
        self.identities[part].get_or_init(|| {
            let known = self.identities.iter().find_map(OnceLock::get);
            known.map_or_else(|| Identity::of(compiled), |known| known.of_part(compiled))
        })
    }

    /// Proves what the program gives on some inputs: every part of the plan, as one proof file, or
    /// a set of them. The proof is bound to the `context`, which may be empty.
    ///
    /// # Errors
    /// What is wrong with the inputs; [`Error::Cancelled`] if `watch` broke.
    pub fn prove(&self, inputs: &Inputs, context: &str, watch: Watch<'_>) -> Result<Proof, Error> {
        let all: Vec<usize> = (0..self.layout.compiled.len()).collect();
        self.prove_parts(&all, inputs, context, watch)
    }

    /// As [`Prover::prove`], the part of this name alone.
    ///
    /// # Errors
    /// As [`Prover::prove`], and that there is no such part.
    pub fn prove_part(
        &self,
        part: &str,
        inputs: &Inputs,
        context: &str,
        watch: Watch<'_>,
    ) -> Result<Proof, Error> {
        let found = self.layout.parts().iter().position(|name| *name == part);
        let found = found.ok_or_else(|| {
            Error::refused(format!("the plan has no part `{part}`"))
                .hint(format!("it has {}", self.layout.parts().join(", ")))
        })?;
        self.prove_parts(&[found], inputs, context, watch)
    }

    fn prove_parts(
        &self,
        parts: &[usize],
        inputs: &Inputs,
        context: &str,
        watch: Watch<'_>,
    ) -> Result<Proof, Error> {
        let proved = self.sessions(parts, inputs, context, watch)?;
        Ok(Proof::of_files(
            proved.into_iter().map(|it| it.file).collect(),
        ))
    }

    /// A session of each of these parts.
    #[doc(hidden)]
    pub fn sessions(
        &self,
        parts: &[usize],
        inputs: &Inputs,
        context: &str,
        watch: Watch<'_>,
    ) -> Result<Vec<Made>, Error> {
        let layout = self.layout;
        if context.len() > MAX_CONTEXT {
            let bytes = context.len();
            return Err(Error::refused(format!(
                "the context has {bytes} bytes, {MAX_CONTEXT} at most"
            ))
            .hint("give a digest of it"));
        }
        let tell = |part: Option<usize>, step| {
            let part = part.filter(|_| layout.compiled.len() > 1);
            let part = part.map(|part| layout.compiled[part].circuit.part.as_str());
            watch(Progress { step, part })
        };
        let go_on = |flow: ControlFlow<()>| match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        };
        self.same_tables(inputs)?;
        go_on(tell(None, Step::Evaluating))?;
        let run = layout.program.run(inputs)?;
        let evaluation = run.evaluation();
        let mut made = Vec::new();
        for &part in parts {
            let (compiled, setting) = (&layout.compiled[part], layout.settings[part]);
            go_on(tell(Some(part), Step::Preprocessing))?;
            let fresh = self.sessions[part].get().is_none();
            let prover = self.sessions[part]
                .get_or_init(|| session::prove::Prover::new(&compiled.circuit, setting));
            // A key is not recomputed when it is read, but here it can be.
            let keyed = layout.roots.as_ref().map(|roots| &roots[part]);
            if keyed.is_some_and(|roots| *roots != prover.roots()) {
                return Err(KeyError::Roots.into());
            }
            let derived = &compiled.part.derived;
            // A plan that divides nothing proves the evaluation that is there.
            let given = (!derived.is_whole).then(|| derived.assignment(evaluation));
            let own = given.as_ref().map(|given| evaluate(&derived.graph, given));
            let own = own.transpose();
            let own = own.map_err(|error| layout.program.error(vec![error.into()]))?;
            let claimed = self.identity(part).clone().claimed(context.to_string());
            let evaluation = own.as_ref().unwrap_or(evaluation);
            let told = |stage| tell(Some(part), Step::from(stage));
            let mut proved = prover
                .prove_watched(evaluation, &claimed, &told)
                .map_err(refused)?;
            if fresh {
                proved.times.setup = prover.setup();
            }
            let (statement, nonce) = (&proved.session.statement, proved.session.nonce);
            let file = encode(statement, &compiled.circuit, nonce, &proved.session.parts());
            made.push(Made { part, file, proved });
        }
        Ok(made)
    }

    /// The tables are the circuit's, so inputs have those of the layout.
    fn same_tables(&self, inputs: &Inputs) -> Result<(), Error> {
        let tables = &self.layout.program.graph.tables;
        let mut both = tables
            .iter()
            .zip(&inputs.assignment(&self.layout.program)?.tables);
        match both.find(|(table, entries)| table.entries != **entries) {
            Some((table, _)) => {
                let whose = match self.layout.roots {
                    Some(_) => "key",
                    None => "first input",
                };
                let what = format!("table `{}` is not that of the {whose}", table.name);
                let hint = "a circuit has its tables: leave it out, or make another key";
                Err(Error::refused(what).hint(hint))
            }
            None => Ok(()),
        }
    }
}

/// A part's proof file, and what it took.
#[doc(hidden)]
pub struct Made {
    pub part: usize,
    pub file: Vec<u8>,
    pub proved: Proved,
}

impl From<Stage> for Step {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Preprocessing => Self::Preprocessing,
            Stage::Filling => Self::Filling,
            Stage::Committing => Self::Committing,
            Stage::Challenges => Self::Challenges,
            Stage::Proving => Self::Proving,
        }
    }
}

fn refused(error: ProveError) -> Error {
    match error {
        ProveError::Cancelled => Error::Cancelled,
        ProveError::Unlucky | ProveError::Pack(PackError::UnluckyPoint) => Error::Unlucky,
        // The machine's, and not attnc's.
        ProveError::Coins(_) => Error::refused(error.to_string()),
        ProveError::Layout => Error::refused(error.to_string())
            .hint("make the key at this security, and both with --hiding or neither"),
        _ => Error::Bug(error.to_string()),
    }
}
