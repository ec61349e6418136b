//! A plan of several parts: one verification of each, and what crosses between them (spec 6.1).

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use attnc_compiler::circuit::PublicTensor;
use attnc_compiler::meaning::graph::{Graph, InputId, OutputId, ValueId, Visibility};
use attnc_compiler::plan::derived::{Origin, Whole};
use attnc_compiler::Compiled;

use crate::claim::clock::{monotonic, Clock};
use crate::files::key::Key;
use crate::files::proof::Envelope;
use crate::session::account;
use crate::session::account::SessionAccount;
use crate::session::security::Setting;
use crate::session::statement::{Public, Statement};
use crate::session::verify::{differing, verify, Rejection};

/// A tensor of the whole program that statements can show: an input, or a value that is an
/// output or crosses an open boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Input(InputId),
    Value(ValueId),
}

/// What the statements of some parts say of one tensor.
struct Seen {
    /// Largest size of each dimension; a value's are those of its space.
    sizes: Vec<u64>,
    /// Row-major.
    elements: Vec<Option<Element>>,
}

#[derive(Clone, Copy)]
struct Element {
    value: i64,
    /// The part that gave it first.
    part: usize,
    /// Whether it is an input's, or a part that defines it gave it.
    shown: bool,
}

/// What a public tensor of a part's statement is to the whole program. There is no other notion of
/// what a proof file shows than this one (spec 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The program's own public input: what the claim is about, in whichever part.
    Input(InputId),
    /// A private input, public for an open boundary.
    OpenedInput(InputId),
    /// A value that another part defines: that part shows it, and this one does not.
    Given(ValueId),
    /// The program's own public output.
    Output(OutputId),
    /// A private output, public for an open boundary.
    OpenedOutput(OutputId),
    /// A value that another part is given.
    Crossing(ValueId),
}

impl Role {
    /// The role of a public tensor of a part.
    pub fn of(part: &Compiled, tensor: &PublicTensor) -> Self {
        let graph = &part.graph;
        let is_public = |visibility| visibility == Visibility::Public;
        match (origin(part, tensor).whole, tensor.input) {
            (Whole::Input(id), _) if is_public(graph.input(id).visibility) => Self::Input(id),
            (Whole::Input(id), _) => Self::OpenedInput(id),
            (Whole::Value(id), true) => Self::Given(id),
            (Whole::Output(id), true) => Self::Given(graph.output(id).value),
            (Whole::Output(id), false) if is_public(graph.output(id).visibility) => {
                Self::Output(id)
            }
            (Whole::Output(id), false) => Self::OpenedOutput(id),
            (Whole::Value(id), false) => Self::Crossing(id),
        }
    }

    /// Whether a statement that has the tensor shows it.
    pub fn shows(self) -> bool {
        !matches!(self, Self::Given(_))
    }

    /// The name of the program's own public tensor that this is, or is a piece of, and shows.
    pub fn public_name(self, graph: &Graph) -> Option<&str> {
        match self {
            Self::Input(id) => Some(&graph.input(id).name),
            Self::Output(id) => Some(&graph.output(id).name),
            _ => None,
        }
    }
}

/// The parts that show the program's own public tensor of this name, or pieces of it.
pub fn showing(parts: &[Compiled], name: &str) -> Vec<usize> {
    let shows = |part: &Compiled| {
        let mut roles = part.circuit.publics.iter().map(|it| Role::of(part, it));
        roles.any(|role| role.public_name(&part.graph) == Some(name))
    };
    let parts = parts.iter().enumerate();
    parts
        .filter(|(_, part)| shows(part))
        .map(|(n, _)| n)
        .collect()
}

/// The public tensors of the whole program, as far as the statements of some parts show them.
pub struct Publics<'a> {
    graph: &'a Graph,
    seen: BTreeMap<Shown, Seen>,
}

impl<'a> Publics<'a> {
    /// Puts the public tensors of parts together. `statements` are those of parts of `parts`, by
    /// position, whose public tensors have the shapes of their circuits.
    ///
    /// # Errors
    /// [`Rejection::Crossing`] if two parts disagree about an element.
    pub fn of(
        parts: &'a [Compiled],
        statements: &[(usize, &Statement)],
    ) -> Result<Self, Rejection> {
        let Some(first) = parts.first() else {
            unreachable!("a plan has a part");
        };
        let graph = &first.graph;
        let mut publics = Self {
            graph,
            seen: BTreeMap::new(),
        };
        for &(part, statement) in statements {
            let tensors = &parts[part].circuit.publics;
            for (tensor, public) in tensors.iter().zip(&statement.publics) {
                publics.add(parts, part, tensor, public)?;
            }
        }
        Ok(publics)
    }

    fn add(
        &mut self,
        parts: &[Compiled],
        part: usize,
        tensor: &PublicTensor,
        public: &Public,
    ) -> Result<(), Rejection> {
        let origin = origin(&parts[part], tensor);
        let (shown, order) = match origin.whole {
            Whole::Input(id) => (Shown::Input(id), None),
            Whole::Value(id) => (Shown::Value(id), None),
            Whole::Output(id) => {
                let output = self.graph.output(id);
                (Shown::Value(output.value), Some(&output.layout))
            }
        };
        let sizes = match shown {
            Shown::Input(id) => self.graph.input(id).shape.clone(),
            Shown::Value(id) => self.graph.space_sizes(&self.graph.value(id).space),
        };
        let seen = self.seen.entry(shown).or_insert_with(|| Seen {
            elements: vec![None; sizes.iter().product::<u64>() as usize],
            sizes,
        });
        // A part shows what it puts out; what it is given another part has to show.
        let defines = Role::of(&parts[part], tensor).shows();
        let mut elements = public.elements.iter();
        let mut difference = None;
        tensor.for_each_point(|at| {
            let Some(&element) = elements.next() else {
                return;
            };
            let mut point = vec![0; at.len()];
            for (dimension, (&at, &from)) in at.iter().zip(&origin.from).enumerate() {
                let place = order.map_or(dimension, |order| order[dimension]);
                point[place] = at as u64 + from;
            }
            let place = &mut seen.elements[flat(&point, &seen.sizes)];
            match *place {
                None => {
                    *place = Some(Element {
                        value: element,
                        part,
                        shown: defines,
                    });
                }
                Some(known) if known.value != element && difference.is_none() => {
                    difference = Some((point, known.value, known.part, element));
                }
                Some(ref mut known) => known.shown |= defines,
            }
        });
        match difference {
            None => Ok(()),
            Some((at, known, by, element)) => Err(Rejection::Crossing {
                tensor: match shown {
                    Shown::Input(id) => self.graph.input(id).name.clone(),
                    Shown::Value(id) => self.graph.value(id).name.clone(),
                },
                at,
                parts: [by, part].map(|part| parts[part].circuit.part.clone()),
                elements: [known, element],
            }),
        }
    }

    /// The program's own public tensors that the statements show whole, in the program's order, each
    /// in its own shape. A public input is what the claim is about: every statement that has it shows
    /// it. An output is shown by the parts that define it, not by those that are given it.
    pub fn complete(&self) -> Vec<Public> {
        let inputs = self.graph.inputs.iter().enumerate();
        let inputs = inputs.filter(|(_, input)| input.visibility == Visibility::Public);
        let inputs = inputs.filter_map(|(number, input)| {
            let seen = self.seen.get(&Shown::Input(InputId(number as u32)))?;
            let elements = seen.elements.iter();
            Some(Public {
                name: input.name.clone(),
                input: true,
                shape: input.shape.clone(),
                growing: Vec::new(),
                elements: elements
                    .map(|element| element.filter(|it| it.shown).map(|it| it.value))
                    .collect::<Option<_>>()?,
            })
        });
        let outputs = self.graph.outputs.iter().enumerate();
        let outputs = outputs.filter(|(_, output)| output.visibility == Visibility::Public);
        let outputs = outputs.filter_map(|(number, _)| self.output(OutputId(number as u32)));
        inputs.chain(outputs).collect()
    }

    /// An output's elements in its own order; `None` if some are not shown.
    fn output(&self, id: OutputId) -> Option<Public> {
        let output = self.graph.output(id);
        let seen = self.seen.get(&Shown::Value(output.value))?;
        let count = output.shape.iter().product::<u64>();
        let mut elements = Vec::with_capacity(count as usize);
        let mut point = vec![0; output.shape.len()];
        for mut number in 0..count {
            for (dimension, &size) in output.shape.iter().enumerate().rev() {
                point[output.layout[dimension]] = number % size;
                number /= size;
            }
            let element = seen.elements[flat(&point, &seen.sizes)]?;
            if !element.shown {
                return None;
            }
            elements.push(element.value);
        }
        Some(Public {
            name: output.name.clone(),
            input: false,
            shape: output.shape.clone(),
            growing: Vec::new(),
            elements,
        })
    }
}

/// Where a public tensor of a part comes from in the whole program.
pub fn origin<'a>(part: &'a Compiled, tensor: &PublicTensor) -> &'a Origin {
    let derived = &part.part.derived;
    match tensor.input {
        true => &derived.inputs[tensor.number],
        false => &derived.outputs[tensor.number],
    }
}

fn flat(at: &[u64], sizes: &[u64]) -> usize {
    let each = at.iter().zip(sizes);
    each.fold(0, |flat, (&at, &size)| flat * size as usize + at as usize)
}

/// What a verifier demands besides what its key says.
#[derive(Clone, Copy, Debug)]
pub struct Demands<'a> {
    /// Conjectured bits, at least.
    pub min_security: f64,
    /// Proven bits, at least.
    pub min_proven_security: f64,
    pub context: Option<&'a str>,
    /// What verifying is timed by.
    pub clock: Clock,
}

impl Default for Demands<'_> {
    /// Nothing.
    fn default() -> Self {
        Self {
            min_security: 0.0,
            min_proven_security: 0.0,
            context: None,
            clock: monotonic,
        }
    }
}

/// A proof file, as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Position in the key's parts.
    pub part: Option<usize>,
    pub statement: Option<Statement>,
    pub security: Option<(Setting, SessionAccount)>,
    /// What verifying took, by the clock that was given.
    pub took: Option<Duration>,
    /// Whether it is a proof of its part: what it shows may still not fit what others show.
    pub holds: bool,
}

/// Verifies one proof file against a key, `parts` being what [`Key::compile`] made of it. What
/// was read goes to `reading`, also if the proof is refused.
///
/// # Errors
/// Why the proof is refused.
pub fn check_file(
    key: &Key,
    parts: &[Compiled],
    bytes: &[u8],
    demands: &Demands<'_>,
    reading: &mut Reading,
) -> Result<(), Refusal> {
    let envelope = Envelope::open(bytes).map_err(Rejection::from)?;
    let part = key.part_of(&envelope.head).map_err(Refusal::Key)?;
    reading.part = Some(part);
    let setting: Setting = envelope
        .head
        .security
        .parse()
        .map_err(|error| Refusal::Key(format!("the proof is not of this attnc: {error}")))?;
    let mut expected = key
        .expected(parts, part, setting)
        .map_err(|error| Refusal::Key(error.to_string()))?;
    expected.min_security = demands.min_security;
    expected.min_proven_security = demands.min_proven_security;
    expected.context = demands.context;
    let circuit = &parts[part].circuit;
    reading.security = Some((setting, account(circuit, setting)));
    let statement = envelope.statement(circuit).map_err(Rejection::from)?;
    let statement = reading.statement.insert(statement);
    let (nonce, proofs) = envelope.session(circuit).map_err(Rejection::from)?;
    let start = (demands.clock)();
    let result = verify(&expected, statement, nonce, &proofs);
    reading.took = Some((demands.clock)().saturating_sub(start));
    result?;
    reading.holds = true;
    Ok(())
}

/// Verifies a proof file, or every proof file of a set and that they fit together.
///
/// # Errors
/// Why it is refused.
pub fn check(
    key: &Key,
    parts: &[Compiled],
    bytes: &[u8],
    demands: &Demands<'_>,
    readings: &mut Vec<Reading>,
) -> Result<(), Refusal> {
    let files = crate::files::proof::files(bytes).map_err(Rejection::from)?;
    check_set(key, parts, &files)?;
    for file in files {
        let mut reading = Reading::default();
        let result = check_file(key, parts, file, demands, &mut reading);
        readings.push(reading);
        result?;
    }
    Publics::of(parts, &statements(readings))?;
    Ok(())
}

/// A set has every part once at most, and one context: seen to before any work is done.
fn check_set(key: &Key, parts: &[Compiled], files: &[&[u8]]) -> Result<(), Refusal> {
    let mut known: Vec<usize> = Vec::new();
    let mut context: Option<String> = None;
    if files.len() < 2 {
        return Ok(());
    }
    for file in files {
        let envelope = Envelope::open(file).map_err(Rejection::from)?;
        let part = key.part_of(&envelope.head).map_err(Refusal::Key)?;
        let name = &parts[part].circuit.part;
        if known.contains(&part) {
            return Err(Rejection::Set(format!("part `{name}` is there twice")).into());
        }
        let first = context.get_or_insert_with(|| envelope.head.context.clone());
        if let Some((this, first)) = differing(&envelope.head.context, first) {
            let what =
                format!("the context of part `{name}` is {this}, the first part's is {first}");
            return Err(Rejection::Set(what).into());
        }
        known.push(part);
    }
    Ok(())
}

/// The statements that were read, with the positions of their parts.
pub fn statements(readings: &[Reading]) -> Vec<(usize, &Statement)> {
    let read = readings.iter();
    read.filter_map(|reading| Some((reading.part?, reading.statement.as_ref()?)))
        .collect()
}

/// Why a file is refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It is not about what the key is for; a sentence.
    Key(String),
    Rejected(Rejection),
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl Refusal {
    /// What it means, where it says that in words of the protocol.
    pub fn meaning(&self) -> Option<&'static str> {
        match self {
            Self::Key(_) => None,
            Self::Rejected(rejection) => rejection.meaning(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(what) => write!(f, "{what}"),
            Self::Rejected(rejection) => rejection.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}
