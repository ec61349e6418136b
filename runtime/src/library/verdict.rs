//! What a verifier says of a proof: that it is refused, and why, or what it shows.

use std::fmt;
use std::time::Duration;

use attnc_compiler::diagnostic::visible;
use attnc_compiler::meaning::dims::Dim;
use attnc_compiler::meaning::graph::Visibility;
use attnc_compiler::Compiled;

use crate::claim::clock::{monotonic, Clock};
use crate::claim::whole::{self, statements, Publics, Reading, Role};
use crate::library::expectations::Expectations;
use crate::library::key::Key;
use crate::library::proof::Proof;
use crate::library::words::listed_names;
use crate::session::account::SessionAccount;
use crate::session::security::Setting;
use crate::session::statement::{Digest, Public, Statement};

/// What a verifier demands besides what its key says.
#[derive(Clone, Debug)]
pub struct Demands {
    /// Conjectured bits, at least.
    pub min_security: f64,
    /// Proven bits, at least.
    pub min_proven_security: f64,
    /// The context that the statement must have.
    pub context: Option<String>,
    /// That every part of the plan is there. Where one is missing, what is shown may rest on it:
    /// see [`Verdict::relied_on`].
    pub whole: bool,
    /// Public tensors that must be shown.
    pub expected: Expectations,
}

impl Default for Demands {
    /// 96 conjectured bits, and the whole plan.
    fn default() -> Self {
        Self {
            min_security: 96.0,
            min_proven_security: 0.0,
            context: None,
            whole: true,
            expected: Expectations::default(),
        }
    }
}

impl Demands {
    /// Nothing but that it holds: of whatever part, at whatever security.
    #[doc(hidden)]
    pub fn nothing_more() -> Self {
        Self {
            min_security: 0.0,
            whole: false,
            ..Self::default()
        }
    }
}

/// Why a proof is refused.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// A sentence. It may quote what the proof says: text of a stranger.
    pub reason: String,
    /// What that means, in a sentence, where it is said in words of the protocol.
    pub meaning: Option<&'static str>,
    /// What was read of it before; nothing in it is so.
    #[doc(hidden)]
    pub readings: Vec<Reading>,
}

impl Rejected {
    /// Refused before anything was read of it.
    pub(crate) fn before_reading(reason: String) -> Self {
        Self {
            reason,
            meaning: None,
            readings: Vec::new(),
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proof is rejected: {}", visible::line(&self.reason))
    }
}

impl std::error::Error for Rejected {}

/// Verifies a proof, or every proof of a set and that they fit together.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// # let program = attnc::Program::check("twice.attn", source, &[])?;
/// # let layout = program.lay_out(&attnc::Options::default())?;
/// # let inputs = attnc::Inputs::parse(&program, br#"{"x": [1, 2, 8]}"#)?;
/// # use std::ops::ControlFlow;
/// # let proof = attnc::Prover::new(&layout).prove(&inputs, "", &|_| ControlFlow::Continue(()))?;
/// # let key = attnc::Key::make(&layout);
/// let verdict = attnc::verify(&key, &proof, &attnc::Demands::default()).expect("it was just made");
/// assert!(verdict.missing().is_empty());
/// assert_eq!(verdict.shown()[0].elements, [2, 4, 16]);
///
/// let mut bytes = proof.bytes().to_vec();
/// *bytes.last_mut().unwrap() ^= 1;
/// assert!(attnc::verify(&key, &bytes.into(), &attnc::Demands::default()).is_err());
/// # Ok::<(), attnc::Error>(())
/// ```
///
/// # Errors
/// Why the proof is refused.
pub fn verify<'a>(key: &'a Key, proof: &Proof, demands: &Demands) -> Result<Verdict<'a>, Rejected> {
    verify_timed(key, proof, demands, monotonic)
}

/// As [`verify`], where there is another clock than the system's.
#[doc(hidden)]
pub fn verify_timed<'a>(
    key: &'a Key,
    proof: &Proof,
    demands: &Demands,
    clock: Clock,
) -> Result<Verdict<'a>, Rejected> {
    proof.unless_other().map_err(Rejected::before_reading)?;
    let parts = &key.compiled;
    let mut readings = Vec::new();
    let checked = whole::check(
        &key.file,
        parts,
        proof.bytes(),
        &whole::Demands {
            min_security: demands.min_security,
            min_proven_security: demands.min_proven_security,
            context: demands.context.as_deref(),
            clock,
        },
        &mut readings,
    );
    if let Err(refusal) = checked {
        return Err(Rejected {
            reason: refusal.to_string(),
            meaning: refusal.meaning(),
            readings,
        });
    }
    let verdict = Verdict { key, readings };
    let held = match verdict.missing() {
        missing if demands.whole && !missing.is_empty() => Err(format!(
            "it covers {} of the plan's {} parts; {} missing: join it with the others' proofs",
            verdict.readings.len(),
            parts.len(),
            listed_names(&missing)
        )),
        _ => demands.expected.compare(key, &verdict.readings),
    };
    match held {
        Ok(()) => Ok(verdict),
        Err(reason) => Err(Rejected {
            reason,
            meaning: None,
            readings: verdict.readings,
        }),
    }
}

/// A proof that holds, and what it shows of the program of the key that it was held against.
pub struct Verdict<'a> {
    key: &'a Key,
    readings: Vec<Reading>,
}

/// One part of the plan that is proved.
#[derive(Clone, Debug)]
pub struct CoveredPart<'a> {
    pub name: &'a str,
    /// Its position in the plan.
    pub position: usize,
    pub proofs: &'a [String],
    /// The names of the program's values that it covers.
    pub values: Vec<&'a str>,
    /// The tensors of its statement.
    pub tensors: Vec<StatedTensor<'a>>,
    /// The private inputs that its prover knew.
    pub private: Vec<KnownTensor<'a>>,
    /// The hints that its prover chose: what the program computes them from is not proved.
    pub hints: Vec<KnownTensor<'a>>,
    pub setting: Setting,
    pub account: &'a SessionAccount,
    /// What verifying it took.
    pub took: Duration,
}

/// A tensor of a statement.
#[derive(Clone, Debug)]
pub struct StatedTensor<'a> {
    pub name: &'a str,
    /// Else an output.
    pub input: bool,
    pub role: Role,
    /// The program's public tensor that it is, or is a piece of, and shows.
    pub shows: Option<&'a str>,
    pub dims: Vec<Dim>,
    /// The least and the largest integer that an element may be.
    pub range: (i64, i64),
    /// Those that exist, in lexicographic order.
    pub elements: &'a [i64],
}

/// A tensor that a prover knew, and that is not shown.
#[derive(Clone, Debug)]
pub struct KnownTensor<'a> {
    pub name: &'a str,
    pub dims: Vec<Dim>,
    pub range: (i64, i64),
}

impl<'a> Verdict<'a> {
    fn compiled(&self) -> &'a [Compiled] {
        &self.key.compiled
    }

    fn name(&self, part: usize) -> &'a str {
        &self.compiled()[part].circuit.part
    }

    fn head(&self) -> &Statement {
        match statements(&self.readings).first() {
            Some(&(_, statement)) => statement,
            None => unreachable!("a verified proof has a statement"),
        }
    }

    /// The circuit's name.
    pub fn circuit(&self) -> &'a str {
        &self.key.file.circuit
    }

    /// The digest of the program with its parameters.
    pub fn program(&self) -> Digest {
        self.key.file.program
    }

    /// Every parameter with its value.
    pub fn params(&self) -> &'a [(String, i64)] {
        &self.key.file.params
    }

    /// Every table with the digest of its entries.
    pub fn tables(&self) -> &'a [(String, Digest)] {
        &self.key.file.tables
    }

    /// Every fixed input with the digest of its elements.
    pub fn fixed(&self) -> &'a [(String, Digest)] {
        &self.key.file.fixed
    }

    /// The plan's name, or its text.
    pub fn plan(&self) -> &'a str {
        &self.key.file.plan
    }

    /// The number of the plan's parts, here or not.
    pub fn plan_parts(&self) -> usize {
        self.compiled().len()
    }

    /// What the proof is bound to besides: its maker's own text.
    pub fn context(&self) -> &str {
        &self.head().context
    }

    fn covered(&self) -> Vec<usize> {
        let mut covered: Vec<usize> = self.readings.iter().filter_map(|r| r.part).collect();
        covered.sort_unstable();
        covered
    }

    /// The names of the parts that are there, in the plan's order.
    pub fn covers(&self) -> Vec<&'a str> {
        let covered = self.covered().into_iter();
        covered.map(|part| self.name(part)).collect()
    }

    /// The names of the parts that are not there.
    pub fn missing(&self) -> Vec<&'a str> {
        let covered = self.covered();
        let missing = (0..self.compiled().len()).filter(|part| !covered.contains(part));
        missing.map(|part| self.name(part)).collect()
    }

    /// The parts that are not there, if a part that is there is given what they show: its outputs
    /// are the program's if theirs are.
    pub fn relied_on(&self) -> Vec<&'a str> {
        let is_given = |part: &usize| {
            let part = &self.compiled()[*part];
            let mut publics = part.circuit.publics.iter();
            publics.any(|tensor| matches!(Role::of(part, tensor), Role::Given(_)))
        };
        match self.covered().iter().any(is_given) {
            true => self.missing(),
            false => Vec::new(),
        }
    }

    /// The program's public tensors that are shown whole; its outputs, if [`Verdict::relied_on`]
    /// names parts, on the condition that those hold.
    pub fn shown(&self) -> Vec<Public> {
        match Publics::of(self.compiled(), &statements(&self.readings)) {
            Ok(publics) => publics.complete(),
            // They were put together when they were verified.
            Err(_) => Vec::new(),
        }
    }

    /// The parts that are there, as the proof file has them.
    pub fn parts(&self) -> Vec<CoveredPart<'_>> {
        let read = self.readings.iter();
        read.filter_map(|reading| self.part(reading)).collect()
    }

    fn part<'r>(&'r self, reading: &'r Reading) -> Option<CoveredPart<'r>> {
        let position = reading.part?;
        let compiled = &self.compiled()[position];
        let (setting, account) = reading.security.as_ref()?;
        let statement = reading.statement.as_ref()?;
        let graph = compiled.part.graph();
        let both = statement.publics.iter().zip(&compiled.circuit.publics);
        let tensors = both.map(|(public, tensor)| {
            let role = Role::of(compiled, tensor);
            StatedTensor {
                name: &public.name,
                input: public.input,
                role,
                shows: role.public_name(&compiled.graph),
                dims: tensor.dims(),
                range: (tensor.range.lo as i64, tensor.range.hi as i64),
                elements: &public.elements,
            }
        });
        let inputs = graph.inputs.iter();
        let private = inputs.filter(|input| input.visibility == Visibility::Private);
        let private = private.map(|input| KnownTensor {
            name: &input.name,
            dims: input.dims(),
            range: (input.range.lo as i64, input.range.hi as i64),
        });
        let hints = graph.values.iter().filter(|value| value.is_hint(graph));
        let hints = hints.map(|value| KnownTensor {
            name: &value.name,
            dims: graph.dims(&value.space),
            range: (value.interval.lo as i64, value.interval.hi as i64),
        });
        Some(CoveredPart {
            name: &compiled.circuit.part,
            position,
            proofs: &compiled.circuit.proofs,
            values: graph
                .values
                .iter()
                .map(|value| value.name.as_str())
                .collect(),
            tensors: tensors.collect(),
            private: private.collect(),
            hints: hints.collect(),
            setting: *setting,
            account,
            took: reading.took?,
        })
    }

    /// Bits if no attack on FRI is better than those that are known: the least of all parts.
    pub fn conjectured_bits(&self) -> f64 {
        let parts = self.parts();
        let bits = parts.iter().map(|part| part.account.conjectured_bits);
        bits.reduce(f64::min).unwrap_or(0.0)
    }

    /// Bits that are proven: the least of all parts.
    pub fn proven_bits(&self) -> f64 {
        let parts = self.parts();
        let bits = parts.iter().map(|part| part.account.proven_bits);
        bits.reduce(f64::min).unwrap_or(0.0)
    }

    #[doc(hidden)]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }
}
