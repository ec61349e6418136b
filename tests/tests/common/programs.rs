//! Programs that use every gadget in every case, with inputs at the ends of their ranges.

use attnc::audit::board::Board;
use attnc::session::security::Setting;
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::{contractions, short_sums};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::{diagnostic, Compiled};

use super::contractions::contracted;
use super::gadgets;
use super::random::Random;

/// A compiled program with what it is given.
pub struct Case {
    pub name: String,
    pub compiled: Compiled,
    pub assignment: Assignment,
    /// Whether it is laid out for proofs that hide.
    pub hides: bool,
}

impl Case {
    /// The setting, hiding if the case does.
    pub fn at(&self, setting: Setting) -> Setting {
        match self.hides {
            true => setting.hiding(),
            false => setting,
        }
    }

    /// Its honest trace.
    pub fn board(&self) -> Board {
        self.board_of(self.compiled.circuit.clone())
    }

    /// The honest trace of another circuit for the same program: one that has been weakened.
    pub fn board_of(&self, mut circuit: Circuit) -> Board {
        for component in &mut circuit.components {
            component.count = component.recount(&circuit.ranges);
            component.batches = component.count.batches();
        }
        let graph = &self.compiled.graph;
        let evaluation = evaluate(graph, &self.assignment).unwrap();
        Board::new(&self.name, circuit, graph, &evaluation)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

/// A program to compile: name, source, parameters, plan, and how it is laid out.
#[derive(Clone)]
pub struct Program {
    pub name: String,
    pub source: String,
    pub overrides: Vec<(String, i64)>,
    pub plan: Option<&'static str>,
    /// The lanes in which its contractions are evaluated; unrolled if `None`.
    pub lanes: Option<u32>,
    /// The setting whose masks its components have rows for, if its proofs hide.
    pub hiding: Option<Setting>,
}

impl Program {
    pub fn new(
        name: &str,
        source: &str,
        overrides: &[(&str, i64)],
        plan: Option<&'static str>,
    ) -> Self {
        Self {
            name: name.to_string(),
            source: source.to_string(),
            overrides: overrides.iter().map(|&(n, v)| (n.to_string(), v)).collect(),
            plan,
            lanes: None,
            hiding: None,
        }
    }

    /// The same, laid out for proofs that hide at a setting.
    pub fn hiding(&self, setting: Setting) -> Self {
        Self {
            name: format!("{}, hiding", self.name),
            hiding: Some(setting.hiding()),
            ..self.clone()
        }
    }

    /// As it is, or hiding.
    pub fn mode(&self, setting: Setting, hides: bool) -> Self {
        match hides {
            true => self.hiding(setting),
            false => self.clone(),
        }
    }

    /// As it is, and hiding.
    pub fn modes(&self, setting: Setting) -> [Self; 2] {
        [false, true].map(|hides| self.mode(setting, hides))
    }

    /// The same with its contractions evaluated.
    pub fn evaluated(&self, lanes: u32) -> Self {
        Self {
            name: format!("{}, evaluated in {lanes}", self.name),
            lanes: Some(lanes),
            ..self.clone()
        }
    }

    /// In every way to lay it out.
    pub fn ways(self) -> Vec<Self> {
        let (_, graph) = attnc_compiler::analyse(&self.source, &self.overrides)
            .unwrap_or_else(|errors| panic!("{}: {errors:#?}", self.name));
        if contractions(&graph).is_empty() && short_sums(&graph).is_empty() {
            return vec![self];
        }
        let evaluated = [self.evaluated(1), self.evaluated(2)];
        [self].into_iter().chain(evaluated).collect()
    }

    fn choices(&self, graph: &Graph) -> Choices {
        let choices = Choices {
            pairs: self.lanes.is_some_and(|lanes| lanes > 1),
            rows: match self.lanes {
                Some(_) => (0..short_sums(graph).len() as u32).collect(),
                None => Vec::new(),
            },
            block_bits: self.name.starts_with("blocks").then_some(6),
            tallest_bits: self.name.starts_with("capped").then_some(6),
            least_bits: self.hiding.and_then(Setting::masks).map(|it| it.least_bits),
            ..Choices::default()
        };
        let strategy = match self.lanes {
            Some(lanes) => Strategy::Evaluated { lanes },
            None => Strategy::Unrolled,
        };
        choices.with_all(strategy, contractions(graph).len())
    }

    pub fn compile(&self, seed: u64) -> Result<Case, String> {
        let shown = |found: Vec<_>| diagnostic::render(&found, &self.name, &self.source, false);
        let (ast, mut graph) =
            attnc_compiler::analyse(&self.source, &self.overrides).map_err(shown)?;
        let mut random = Random::new(seed);
        for table in graph.tables.iter_mut().filter(|table| table.from_input) {
            let (lo, hi) = (table.range.lo as i64, table.range.hi as i64);
            table.entries = (0..table.domain.size() as i64)
                .map(|i| (hi - i * 16).max(lo))
                .collect();
        }
        let choices = self.choices(&graph);
        let compiled = attnc_compiler::assemble(ast, graph, self.plan, &choices).map_err(shown)?;
        // An assertion may refuse an assignment; most are fine.
        for _ in 0..50 {
            let assignment = sample(&compiled, &mut random);
            if evaluate(&compiled.graph, &assignment).is_ok() {
                return Ok(Case {
                    name: self.name.clone(),
                    compiled,
                    assignment,
                    hides: self.hiding.is_some(),
                });
            }
        }
        Err(format!("{}: no inputs found", self.name))
    }

    pub fn case(&self, seed: u64) -> Case {
        self.compile(seed).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn sample(compiled: &Compiled, random: &mut Random) -> Assignment {
    let inputs = compiled.graph.inputs.iter().map(|input| {
        let shape: Vec<usize> = input.shape.iter().map(|&n| n as usize).collect();
        let size = shape.iter().product();
        let (lo, hi) = (input.range.lo as i64, input.range.hi as i64);
        let data = (0..size).map(|_| random.within(lo, hi)).collect();
        Tensor { shape, data }
    });
    Assignment {
        inputs: inputs.collect(),
        tables: compiled
            .graph
            .tables
            .iter()
            .map(|t| t.entries.clone())
            .collect(),
    }
}

fn example(
    file: &str,
    name: &str,
    overrides: &[(&str, i64)],
    plan: Option<&'static str>,
) -> Program {
    let path = format!("{}/../examples/{file}.attn", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(path).unwrap();
    Program::new(name, &source, overrides, plan)
}

/// The shipped examples, in small.
pub fn examples() -> Vec<Program> {
    let decode = [("heads", 1), ("width", 8), ("steps", 8)];
    let unseeded = [("heads", 2), ("width", 4), ("steps", 3), ("seeded", 0)];
    let head = [("steps", 6), ("width", 4), ("entries", 12), ("bound", 16)];
    let window = [("steps", 5), ("heads", 4), ("share", 2), ("width", 4)];
    let matmul = [("rows", 3), ("inner", 5), ("columns", 3)];
    let norm = [("rows", 3), ("width", 5)];
    vec![
        example("decode", "decode", &decode, Some("fused")),
        example("decode", "decode, sidecar", &decode, Some("sidecar")),
        example("decode", "decode, not seeded", &unseeded, Some("sidecar")),
        example("head", "head", &head, Some("fused")),
        example("head", "head, sidecar", &head, Some("sidecar")),
        example("window", "window", &window, None),
        example("matmul", "matmul", &matmul, None),
        example("norm", "norm", &norm, None),
    ]
}

/// Two clips of one input, which a clip without its range would let go apart.
pub fn two_clips() -> Program {
    let source = "circuit clip(n = 12) {
        private input x[n] : -30..30
        public output o[n]
        o[i in n] = clip(x[i], 0, 8) - clip(x[i], 0, 9)
    }";
    Program::new("clip", source, &[], None)
}

/// `decode` with one head of width 8 and 8 steps.
pub fn decode(plan: &'static str) -> Program {
    example(
        "decode",
        "decode",
        &[("heads", 1), ("width", 8), ("steps", 8)],
        Some(plan),
    )
}

/// All of them, in every way to lay them out.
pub fn all() -> Vec<Program> {
    let sums = contracted().into_iter().map(|form| form.program);
    let programs = examples().into_iter().chain(gadgets::all());
    let programs = programs.chain(super::filters::programs()).chain(sums);
    let programs = programs.chain(super::carried::programs());
    programs.flat_map(Program::ways).collect()
}

/// The one of [`all`] that has this name.
pub fn named(name: &str) -> Program {
    let mut programs = all().into_iter();
    let found = programs.find(|program| program.name == name);
    found.unwrap_or_else(|| panic!("{name}"))
}
