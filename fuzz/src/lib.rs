//! What the fuzzers run: every reader of bytes that attnc is handed. Each returns for any bytes; a
//! panic, a hang or memory without bound is a finding. An ordinary test runs the same on the corpora.

use std::sync::OnceLock;

use attnc::claim::whole::{check, Demands};
use attnc::files::input;
use attnc::files::key::Key;
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::diagnostic::render;
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::syntax::expand::no_files;
use attnc_compiler::syntax::parse::{decode, parse};
use attnc_compiler::{analyse, assemble, check_tests, Compiled};

/// The program of the seeds.
pub const PROGRAM: &str = include_str!("../seeds/tiny.attn");

/// A key of the program, and an honest proof.
pub struct Seed {
    pub key: &'static [u8],
    pub proof: &'static [u8],
    verifier: OnceLock<(Key, Vec<Compiled>)>,
}

/// Of a proof that does not hide.
pub static OPEN: Seed = Seed {
    key: include_bytes!("../seeds/tiny.key"),
    proof: include_bytes!("../seeds/tiny.proof"),
    verifier: OnceLock::new(),
};
/// Of one that does.
pub static HIDING: Seed = Seed {
    key: include_bytes!("../seeds/hiding.key"),
    proof: include_bytes!("../seeds/hiding.proof"),
    verifier: OnceLock::new(),
};

/// Points of a space above which a program is not laid out here: its rows are within the limits of
/// spec 8.11, and would still make a slow fuzzer.
const POINTS: u64 = 1 << 12;

fn is_small(graph: &Graph) -> bool {
    let inputs = graph
        .inputs
        .iter()
        .map(|input| input.shape.iter().product());
    let values = graph.values.iter();
    let values = values.map(|value| graph.space_sizes(&value.space).iter().product());
    inputs.chain(values).all(|points: u64| points <= POINTS)
}

/// A program's text: it is parsed, printed and parsed again, checked with its tests, and laid out if
/// it is small.
pub fn source(bytes: &[u8]) {
    let Ok(text) = decode(bytes) else {
        return;
    };
    let ast = match parse(text) {
        Ok(ast) => ast,
        Err(errors) => {
            render(&errors, "fuzz.attn", text, false);
            // What can be read of it is checked all the same.
            if let Err(errors) = analyse(text, &[]) {
                render(&errors, "fuzz.attn", text, false);
            }
            return;
        }
    };
    let printed = ast.to_string();
    match parse(&printed) {
        Ok(again) => assert_eq!(again.to_string(), printed),
        Err(errors) => panic!("{}", render(&errors, "printed.attn", &printed, false)),
    }
    match analyse(text, &[]) {
        Ok((expanded, mut graph)) if is_small(&graph) => {
            // A test may ask for larger sizes.
            if ast.tests.iter().all(|test| test.settings.is_empty()) {
                if let Err(refused) = check_tests(&ast, text, &no_files) {
                    render(&refused.errors, "fuzz.attn", text, false);
                }
            }
            for table in graph.tables.iter_mut().filter(|table| table.from_input) {
                table.entries = vec![table.range.lo as i64; table.domain.size() as usize];
            }
            if let Err(errors) = assemble(expanded, graph, None, &Choices::default()) {
                render(&errors, "fuzz.attn", text, false);
            }
        }
        Ok(_) => {}
        Err(errors) => {
            render(&errors, "fuzz.attn", text, false);
        }
    }
}

fn graph() -> &'static Graph {
    static GRAPH: OnceLock<Graph> = OnceLock::new();
    GRAPH.get_or_init(|| match analyse(PROGRAM, &[]) {
        Ok((_, graph)) => graph,
        Err(errors) => panic!("{errors:?}"),
    })
}

/// An input file, in any format.
pub fn input(bytes: &[u8]) {
    if let Err(error) = input::parse(bytes, graph()) {
        let _ = error.diagnostic(graph()).message;
    }
}

/// A key file; its program is compiled if it is small.
pub fn key(bytes: &[u8]) {
    let key = match Key::parse(bytes) {
        Ok(key) => key,
        Err(error) => {
            let _ = error.to_string();
            return;
        }
    };
    let small = analyse(&key.source, &key.params).is_ok_and(|(_, graph)| is_small(&graph));
    if small {
        if let Err(error) = key.compile() {
            let _ = error.to_string();
        }
    }
}

impl Seed {
    /// The key and its program, compiled.
    pub fn verifier(&self) -> &(Key, Vec<Compiled>) {
        self.verifier.get_or_init(|| {
            let key =
                Key::parse(self.key).unwrap_or_else(|error| panic!("run fuzz/seeds.sh: {error}"));
            match key.compile() {
                Ok(parts) => (key, parts),
                Err(error) => panic!("run fuzz/seeds.sh: {error}"),
            }
        })
    }

    /// Whether a proof file is accepted.
    pub fn accepts(&self, bytes: &[u8]) -> bool {
        let (key, parts) = self.verifier();
        match check(key, parts, bytes, &Demands::default(), &mut Vec::new()) {
            Ok(()) => true,
            Err(refusal) => {
                let _ = refusal.to_string();
                false
            }
        }
    }
}

/// A proof file: as it stands after a first byte that is even; else edits of the honest file, each
/// three bytes of a place and one of what is added there, and at last perhaps another length. The byte's
/// third bit says which key and honest file.
pub fn proof(bytes: &[u8]) {
    let Some((&mode, rest)) = bytes.split_first() else {
        return;
    };
    let seed = if mode & 4 == 0 { &OPEN } else { &HIDING };
    let file = match mode % 4 {
        0 | 2 => rest.to_vec(),
        odd => {
            let mut file = seed.proof.to_vec();
            for edit in rest.chunks_exact(4) {
                let place = u32::from_le_bytes([edit[0], edit[1], edit[2], 0]) as usize;
                let place = place % file.len();
                file[place] = file[place].wrapping_add(edit[3]);
            }
            if odd == 3 {
                let length = rest.iter().fold(0usize, |sum, &x| {
                    sum.wrapping_mul(31).wrapping_add(usize::from(x))
                });
                file.resize(length % (2 * seed.proof.len()), 0);
            }
            file
        }
    };
    assert!(!seed.accepts(&file) || file == seed.proof, "a second proof");
}
