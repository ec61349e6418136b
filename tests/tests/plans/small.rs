//! Programs at small parameters, and every step from a plan's text to a set of proofs.

use attnc::claim::whole::{check, statements, Demands, Publics, Reading, Refusal};
use attnc::files::key::{Identity, Key};
use attnc::files::proof::{encode, set};
use attnc::files::sample::sample;
use attnc::session::prove::{prove, Proved};
use attnc::session::security::Setting;
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::contractions;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Visibility;
use attnc_compiler::plan::text::choose;
use attnc_compiler::plan::{partition, Plan};
use attnc_compiler::{analyse, lay_out_part, Compiled};

use crate::common::from_source::example;

/// A program at small parameters, with inputs.
pub struct Small {
    pub source: String,
    pub params: Vec<(String, i64)>,
    pub assignment: Assignment,
}

impl Small {
    pub fn new(source: String, params: &[(&str, i64)]) -> Self {
        let params: Vec<(String, i64)> = params
            .iter()
            .map(|&(name, value)| (name.to_string(), value))
            .collect();
        let (_, graph) = analyse(&source, &params).unwrap();
        Self {
            source,
            params,
            assignment: sample(&graph, 1),
        }
    }

    pub fn plan(&self, text: &str) -> Result<Plan, String> {
        let (ast, mut graph) = analyse(&self.source, &self.params).unwrap();
        for (table, entries) in graph.tables.iter_mut().zip(&self.assignment.tables) {
            if table.from_input {
                table.entries.clone_from(entries);
            }
        }
        let declared = choose(&ast, &graph, Some(text)).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        partition(&graph, &declared).map_err(|errors| errors[0].code.to_string())
    }

    /// The parts of a plan, every contraction evaluated in so many lanes, or unrolled.
    pub fn parts(&self, text: &str, lanes: Option<u32>) -> Vec<Compiled> {
        let (ast, mut graph) = analyse(&self.source, &self.params).unwrap();
        for (table, entries) in graph.tables.iter_mut().zip(&self.assignment.tables) {
            if table.from_input {
                table.entries.clone_from(entries);
            }
        }
        let strategy = lanes.map_or(Strategy::Unrolled, |lanes| Strategy::Evaluated { lanes });
        let plan = self
            .plan(text)
            .unwrap_or_else(|code| panic!("{text}: {code}"));
        let parts = plan.parts.into_iter().map(|part| {
            let count = contractions(part.graph()).len();
            let choices = Choices::default().with_all(strategy, count);
            lay_out_part(&ast, &graph, part, &choices)
                .unwrap_or_else(|errors| panic!("{text}: {errors:#?}"))
        });
        parts.collect()
    }

    /// A proof file of every part.
    pub fn prove(&self, parts: &[Compiled], context: &str) -> Vec<(Vec<u8>, Proved)> {
        let evaluation = evaluate(&parts[0].graph, &self.assignment).unwrap();
        let files = parts.iter().map(|part| {
            let given = part.part.derived.assignment(&evaluation);
            let own = evaluate(part.part.graph(), &given).unwrap();
            let claimed = Identity::of(part).claimed(context.to_string());
            let proved = prove(&part.circuit, &own, Setting::Seed, &claimed).unwrap();
            let session = &proved.session;
            let file = encode(
                &session.statement,
                &part.circuit,
                session.nonce,
                &session.parts(),
            );
            (file, proved)
        });
        files.collect()
    }

    /// Proves a plan and verifies it whole; the outputs are those of the program.
    pub fn holds(&self, text: &str, lanes: Option<u32>) {
        let parts = self.parts(text, lanes);
        let key = key(&parts);
        let files: Vec<Vec<u8>> = self
            .prove(&parts, "")
            .into_iter()
            .map(|(file, _)| file)
            .collect();
        let mut readings = Vec::new();
        verify(&key, &parts, &set(&files), &mut readings)
            .unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        let read = statements(&readings);
        let shown = Publics::of(&parts, &read).unwrap().complete();
        let evaluation = evaluate(&parts[0].graph, &self.assignment).unwrap();
        let graph = &parts[0].graph;
        let public = graph
            .outputs
            .iter()
            .filter(|o| o.visibility == Visibility::Public);
        for output in public {
            let number = graph
                .outputs
                .iter()
                .position(|o| o.name == output.name)
                .unwrap();
            let id = attnc_compiler::meaning::graph::OutputId(number as u32);
            let found = shown
                .iter()
                .find(|public| public.name == output.name)
                .unwrap();
            assert_eq!(
                found.elements,
                evaluation.output(id).data,
                "{text}: {}",
                output.name
            );
        }
    }
}

pub fn key(parts: &[Compiled]) -> Key {
    Key::make_for(parts, &vec![&[Setting::Seed][..]; parts.len()])
}

pub fn verify(
    key: &Key,
    parts: &[Compiled],
    file: &[u8],
    readings: &mut Vec<Reading>,
) -> Result<(), Refusal> {
    check(key, parts, file, &Demands::default(), readings)
}

pub fn decode() -> Small {
    let params = [
        ("heads", 2),
        ("width", 3),
        ("steps", 4),
        ("seeded", 2),
        ("bound", 4),
    ];
    Small::new(example("decode"), &params)
}

/// What is appended is read at another step than its own as well.
pub const HALVED: &str = "circuit ex(T = 4, n = 2) { private input q[T, n] : 0..=9
    state K = empty
    public output y[T]
    step t in T { K <- q[t]
        s[j in K] = sum(d in n) q[t / 2, d] * K[j, d]
        y[t] = max(j in K) s[j] } }";

/// Heads that share keys two by two, a cache of values, and a projection over all heads.
pub fn projection() -> String {
    "circuit grouped(steps = 4, heads = 4, width = 2) {
        private input query[steps, heads, width] : -4..4
        private input key[steps, heads / 2, width] : -4..4
        private input matrix[heads, width, 3] : -3..3
        state keys = empty
        public output out[steps, 3]
        public output most[steps]
        step t in steps {
            keys <- key[t]
            score[h in heads, j in keys] = sum(d in width) query[t, h, d] * keys[j, h / 2, d]
            best[h in heads] = max(j in keys) score[h, j]
            mixed[h in heads, d in width] =
                sum(j in keys) clip(score[h, j], -8, 7) * keys[j, h / 2, d]
            out[t, o in 3] = sum(h in heads, d in width) mixed[h, d] * matrix[h, d, o]
            most[t] = max(h in heads) best[h]
        }
    }"
    .to_string()
}

pub fn source(text: &str) -> Small {
    Small::new(text.to_string(), &[])
}
