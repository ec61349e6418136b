//! A small program whole: its files as they should be, and how a damaged one is read.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use attnc::claim::whole::{check, Demands};
use attnc::files::key::{Identity, Key};
use attnc::files::proof::encode;
use attnc::session::prove::prove;
use attnc::session::security::Setting;
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::plan::partition;
use attnc_compiler::{analyse, lay_out_part, Compiled};

/// What reading one file may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn cases() -> u64 {
    std::env::var("DAMAGED_CASES").map_or(400, |cases| cases.parse().unwrap())
}

const SOURCE: &str = "circuit tiny(n = 3, steps = 2) {
    table weight(i in 0..=7) : 0..=16 from input
    table square(i in -4..=4) = round(i * i)
    private input x[n] : 0..=7
    public input y[n]  : -4..=4
    private input q[steps, n] : -4..=4
    state past = empty
    public output o[n]
    public output most[steps]
    u[i in n] = weight(x[i]) + square(y[i])
    assert[i in n] x[i] + y[i] >= -4
    o[i in n] = round_half_up(u[i] / (1 + x[i]))
    step t in steps {
        past <- q[t]
        most[t] = max(j in past, i in n) past[j, i]
    }
    plan parts {
        proof rest: * - u - most
        proof sums: u
        proof steps: most by steps
        open *
        linked rest | steps
    }
}";

/// The key of a program in several parts, and an honest proof of each.
pub struct Whole {
    pub graph: Graph,
    pub assignment: Assignment,
    pub key: Key,
    pub parts: Vec<Compiled>,
    pub proofs: Vec<Vec<u8>>,
}

pub fn whole() -> &'static Whole {
    static WHOLE: OnceLock<Whole> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let (ast, mut graph) = analyse(SOURCE, &[]).unwrap();
        graph.tables[0].entries = (0..8).map(|i| 16 - 2 * i).collect();
        let assignment = assignment(&graph);
        let plan = partition(&graph, graph.plan(None).unwrap()).unwrap();
        let lay_out = |part| lay_out_part(&ast, &graph, part, &Choices::default()).unwrap();
        let parts: Vec<Compiled> = plan.parts.into_iter().map(lay_out).collect();
        assert_eq!(parts.len(), 2);
        let key = Key::make_for(
            &parts,
            &[&[Setting::Seed, Setting::Fast, Setting::Compact][..]; 2],
        );
        let evaluation = evaluate(&graph, &assignment).unwrap();
        let proofs = parts.iter().map(|part| {
            let own = part.part.derived.assignment(&evaluation);
            let evaluation = evaluate(&part.part.derived.graph, &own).unwrap();
            let claimed = Identity::of(part).claimed("a context".into());
            let proved = prove(&part.circuit, &evaluation, Setting::Seed, &claimed).unwrap();
            let session = proved.session;
            let proofs = session.parts();
            encode(&session.statement, &part.circuit, session.nonce, &proofs)
        });
        let whole = Whole {
            key,
            proofs: proofs.collect(),
            assignment,
            graph,
            parts,
        };
        whole
            .proofs
            .iter()
            .for_each(|proof| assert!(whole.accepts(proof)));
        whole
    })
}

impl Whole {
    pub fn accepts(&self, file: &[u8]) -> bool {
        accepts(&self.key, &self.parts, file)
    }
}

/// What a file makes attnc say is a line that a terminal shows as it is.
pub fn printable(said: &str) {
    assert!(
        !said.is_empty() && said.len() < 20_000,
        "{} bytes",
        said.len()
    );
}

pub fn assignment(graph: &Graph) -> Assignment {
    let inputs = graph.inputs.iter().map(|input| {
        let shape: Vec<usize> = input.shape.iter().map(|&n| n as usize).collect();
        let count: usize = shape.iter().product();
        let data = (0..count as i64).map(|i| i % 4).collect();
        Tensor { shape, data }
    });
    Assignment {
        inputs: inputs.collect(),
        tables: graph.tables.iter().map(|t| t.entries.clone()).collect(),
    }
}

/// Runs something that a damaged file is given to.
pub fn timed<T>(what: &dyn Fn() -> String, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    let took = start.elapsed();
    assert!(took < PATIENCE, "{took:?}: {}", what());
    result
}

pub fn accepts(key: &Key, parts: &[Compiled], file: &[u8]) -> bool {
    match check(key, parts, file, &Demands::default(), &mut Vec::new()) {
        Ok(()) => true,
        Err(refusal) => {
            printable(&refusal.to_string());
            false
        }
    }
}
