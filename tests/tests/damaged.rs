//! Damaged files, each in its own structure: keys, proofs, sets, inputs as JSON and npz. Every one is
//! refused with an error, or means what the whole one means; nothing panics, hangs, or takes memory.
//!
//! 400 of each, or `DAMAGED_CASES`.

mod common;

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use attnc::claim::whole::{check, Demands};
use attnc::files::input;
use attnc::files::key::{Identity, Key};
use attnc::files::proof::{encode, set, Envelope, MAGIC, SET_MAGIC, VERSION};
use attnc::session::prove::prove;
use attnc::session::security::Setting;
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::plan::partition;
use attnc_compiler::{analyse, lay_out_part, Compiled};
use common::damage::{garbled, Json};
use common::fields::{proof_file, set_file, Field};
use common::npz::{Archive, Member};
use common::random::Random;

/// What reading one file may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn cases() -> u64 {
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
struct Whole {
    graph: Graph,
    assignment: Assignment,
    key: Key,
    parts: Vec<Compiled>,
    proofs: Vec<Vec<u8>>,
}

fn whole() -> &'static Whole {
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
    fn accepts(&self, file: &[u8]) -> bool {
        accepts(&self.key, &self.parts, file)
    }
}

fn accepts(key: &Key, parts: &[Compiled], file: &[u8]) -> bool {
    match check(key, parts, file, &Demands::default(), &mut Vec::new()) {
        Ok(()) => true,
        Err(refusal) => {
            printable(&refusal.to_string());
            false
        }
    }
}

/// What a file makes attnc say is a line that a terminal shows as it is.
fn printable(said: &str) {
    assert!(
        !said.is_empty() && said.len() < 20_000,
        "{} bytes",
        said.len()
    );
}

fn assignment(graph: &Graph) -> Assignment {
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
fn timed<T>(what: &dyn Fn() -> String, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = run();
    let took = start.elapsed();
    assert!(took < PATIENCE, "{took:?}: {}", what());
    result
}

#[test]
fn damaged_keys() {
    let whole = whole();
    let honest = Json::parse(whole.key.to_json().as_bytes());
    let (mut compiled, mut verified) = (0, 0);
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = honest.clone();
        for _ in 0..1 + random.below(2) {
            damaged.damage(random);
        }
        let text = damaged.text();
        let (parsed, parts) = timed(&|| text.clone(), || {
            let parsed = Key::parse(text.as_bytes());
            let parts = parsed.as_ref().ok().map(|key| key.compile());
            (parsed, parts)
        });
        let (Ok(key), Some(parts)) = (&parsed, parts) else {
            printable(&parsed.unwrap_err().to_string());
            continue;
        };
        assert!(!damaged.doubled(), "a name twice: {text}");
        let parts = match parts {
            Ok(parts) => parts,
            Err(error) => {
                printable(&error.to_string());
                continue;
            }
        };
        compiled += 1;
        // It is another program's key, or the roots are others.
        let mut same = key.clone();
        for (part, own) in same.parts.iter_mut().zip(&whole.key.parts) {
            part.preprocessed.clone_from(&own.preprocessed);
        }
        let accepted = whole
            .proofs
            .iter()
            .filter(|file| accepts(key, &parts, file))
            .count();
        if accepted > 0 {
            assert_eq!(same, whole.key, "{text}");
            verified += 1;
        }
    }
    println!("{compiled} compiled, {verified} verified");
}

#[test]
fn damaged_proofs() {
    let whole = whole();
    let fields: Vec<Field> = whole.proofs.iter().map(|file| proof_file(file)).collect();
    for (fields, file) in fields.iter().zip(&whole.proofs) {
        assert_eq!(fields.bytes(), *file);
    }
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let number = random.below(fields.len());
        let honest = &whole.proofs[number];
        let damaged = match random.below(6) {
            0 => garbled(honest, random),
            _ => {
                let mut field = fields[number].clone();
                for _ in 0..1 + random.below(2) {
                    field.damage(random);
                }
                field.bytes()
            }
        };
        let accepted = timed(&|| format!("proof {seed}"), || {
            if let Err(error) = Envelope::open(&damaged) {
                printable(&error.to_string());
            }
            whole.accepts(&damaged)
        });
        assert_eq!(accepted, damaged == *honest, "{seed}");
    }
}

#[test]
fn damaged_sets() {
    let whole = whole();
    let honest = set_file(&whole.proofs, SET_MAGIC, VERSION);
    assert_eq!(honest.bytes(), set(&whole.proofs));
    let mut orders = Vec::new();
    for files in [&[0, 1][..], &[1, 0], &[0], &[1]] {
        let files: Vec<Vec<u8>> = files.iter().map(|&f| whole.proofs[f].clone()).collect();
        let bytes = set(&files);
        assert!(whole.accepts(&bytes));
        orders.push(bytes);
    }
    let nested = set(&[honest.bytes(), whole.proofs[0].clone()]);
    let other = [MAGIC.as_slice(), &honest.bytes()].concat();
    let empty = set(&[]);
    for file in [nested, set(&[set(&whole.proofs)]), other, empty] {
        assert!(!whole.accepts(&file));
    }
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = honest.clone();
        for _ in 0..1 + random.below(3) {
            damaged.damage(random);
        }
        let bytes = damaged.bytes();
        let accepted = timed(&|| format!("set {seed}"), || whole.accepts(&bytes));
        assert_eq!(accepted, orders.contains(&bytes), "{seed}");
    }
}

/// A number in JSON, if it is an integer exactly.
fn exact(word: &str) -> Option<i128> {
    let (mantissa, power) = match word.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
        None => (word, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, digits.as_str()),
    };
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let kept = digits.trim_end_matches('0');
    let power = power - part.len() as i64 + (digits.len() - kept.len()) as i64;
    let scale = 10i128.checked_pow(u32::try_from(power).ok()?)?;
    kept.parse::<i128>().ok()?.checked_mul(sign * scale)
}

/// The integers of nested lists, in order; `None` if something in them is none.
fn flat(json: &Json, into: &mut Vec<i64>) -> Option<()> {
    match json {
        Json::List(list) => list.iter().try_for_each(|inner| flat(inner, into)),
        Json::Word(word) => {
            into.push(i64::try_from(exact(word)?).ok()?);
            Some(())
        }
        _ => None,
    }
}

fn nested(shape: &[usize], data: &[i64]) -> Json {
    match shape.split_first() {
        None => Json::Word(data[0].to_string()),
        Some((&size, inner)) => {
            let each = data.chunks((data.len() / size).max(1));
            Json::List(each.map(|part| nested(inner, part)).collect())
        }
    }
}

/// Every tensor and table from input of the whole program: name, shape, elements.
fn tensors(whole: &Whole) -> Vec<(&str, Vec<usize>, &[i64])> {
    let inputs = whole.graph.inputs.iter().zip(&whole.assignment.inputs);
    let inputs = inputs.map(|(input, tensor)| {
        (
            input.name.as_str(),
            tensor.shape.clone(),
            tensor.data.as_slice(),
        )
    });
    let table = &whole.graph.tables[0];
    let entries = table.entries.as_slice();
    inputs
        .chain([(table.name.as_str(), vec![entries.len()], entries)])
        .collect()
}

/// The graph before its table has entries.
fn without_entries(whole: &Whole) -> Graph {
    let mut graph = whole.graph.clone();
    graph.tables[0].entries.clear();
    graph
}

/// Every tensor as an assignment has it.
fn given(graph: &Graph, assignment: &Assignment) -> Vec<(String, Vec<i64>)> {
    let inputs = graph.inputs.iter().zip(&assignment.inputs);
    let inputs = inputs.map(|(input, tensor)| (input.name.clone(), tensor.data.clone()));
    let table = (graph.tables[0].name.clone(), assignment.tables[0].clone());
    inputs.chain([table]).collect()
}

#[test]
fn damaged_inputs_as_json() {
    let whole = whole();
    let graph = without_entries(whole);
    let fields = tensors(whole).into_iter();
    let fields = fields.map(|(name, shape, data)| (name.to_string(), nested(&shape, data)));
    let honest = Json::Object(fields.collect());
    let read = input::parse(honest.text().as_bytes(), &graph).unwrap();
    assert_eq!(read, whole.assignment);
    let mut accepted = 0;
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = honest.clone();
        damaged.damage(random);
        let text = damaged.text();
        match timed(&|| text.clone(), || input::parse(text.as_bytes(), &graph)) {
            Err(error) => printable(&error.diagnostic(&graph).message),
            Ok(read) => {
                assert!(!damaged.doubled(), "a name twice: {text}");
                let Json::Object(fields) = &damaged else {
                    panic!("no object: {text}");
                };
                for (name, data) in given(&graph, &read) {
                    let mut own = Vec::new();
                    let field = fields.iter().find(|(field, _)| *field == name);
                    let field = field.and_then(|(_, field)| flat(field, &mut own));
                    assert!(field.is_some() && own == data, "{name}: {text}");
                }
                accepted += 1;
            }
        }
    }
    println!("{accepted} accepted");
}

/// One thing that is wrong with an archive.
fn damage(archive: &mut Archive, random: &mut Random) {
    const SHAPES: [&str; 14] = [
        "()",
        "(0,)",
        "(3)",
        "(1, 3)",
        "(3, 1)",
        "(-1,)",
        "(4,)",
        "(18446744073709551615,)",
        "(18446744073709551616,)",
        "(4294967296, 4294967296)",
        "(9223372036854775807, 2)",
        "(3, 0)",
        "3",
        "(((((",
    ];
    const DESCRS: [&str; 16] = [
        "'<i4'",
        "'>i8'",
        "'<u8'",
        "'<f8'",
        "'<f2'",
        "'|b1'",
        "'|i1'",
        "'<U8'",
        "'|O'",
        "'<c16'",
        "'<i16'",
        "'<i'",
        "''",
        "'é'",
        "[('a', '<i8')]",
        "i8",
    ];
    let lies = [
        1,
        u32::MAX,
        7,
        1 << 16,
        1 << 31,
        u32::MAX >> 1,
        u32::MAX - 20,
    ];
    let lie = lies[random.below(lies.len())];
    let at = random.below(archive.members.len());
    let copy = archive.members[at].clone();
    let member = &mut archive.members[at];
    match random.below(18) {
        0 => member.shape = SHAPES[random.below(SHAPES.len())].into(),
        1 => member.descr = DESCRS[random.below(DESCRS.len())].into(),
        2 => member.fortran = ["True", "0", "true", ""][random.below(4)].into(),
        3 => member.data.truncate(random.below(member.data.len())),
        4 => member.data.extend([0; 8]),
        5 => member.data = vec![0; 1 << 20],
        6 => member.header_lie = lie,
        7 => member.crc_lie = lie,
        8 => member.size_lie = lie,
        9 => member.packed_lie = lie,
        10 => member.start[random.below(8)] ^= 1 << random.below(8),
        11 => {
            let names = [
                "",
                ".npy",
                "x",
                "x.npy.npy",
                "../x.npy",
                "\u{1b}[2J.npy",
                "u.npy",
                "/",
            ];
            member.name = names[random.below(names.len())].into();
        }
        12 => archive.members.push(copy),
        13 => drop(archive.members.remove(at)),
        14 => archive.members.reverse(),
        15 => archive.count_lie = lie as u16,
        16 => archive.offset_lie = lie,
        _ => archive.members = vec![copy; 5000],
    }
}

#[test]
fn damaged_inputs_as_npz() {
    let whole = whole();
    let graph = without_entries(whole);
    let expected = given(&graph, &whole.assignment);
    let archive = |deflated| Archive {
        members: tensors(whole)
            .iter()
            .map(|(name, shape, data)| Member {
                deflated,
                ..Member::new(name, shape, data)
            })
            .collect(),
        ..Archive::default()
    };
    for deflated in [false, true] {
        let read = input::parse(&archive(deflated).bytes(), &graph).unwrap();
        assert_eq!(read, whole.assignment);
    }
    let mut accepted = 0;
    for seed in 0..cases() {
        let random = &mut Random::new(seed);
        let mut damaged = archive(random.below(2) == 0);
        for _ in 0..1 + random.below(2) {
            if !damaged.members.is_empty() {
                damage(&mut damaged, random);
            }
        }
        let mut bytes = damaged.bytes();
        if random.below(8) == 0 {
            bytes = garbled(&bytes, random);
        }
        match timed(&|| format!("npz {seed}"), || input::parse(&bytes, &graph)) {
            Err(error) => printable(&error.diagnostic(&graph).message),
            Ok(read) => {
                for (found, honest) in given(&graph, &read).iter().zip(&expected) {
                    // The other order of a matrix is another matrix.
                    let turned = damaged
                        .members
                        .iter()
                        .any(|member| member.fortran == "True");
                    assert!(
                        found == honest || turned && found.0 == "q",
                        "{seed}: {damaged:?}"
                    );
                }
                let names: BTreeSet<&str> =
                    damaged.members.iter().map(|m| m.name.as_str()).collect();
                assert_eq!(names.len(), damaged.members.len(), "{seed}: {damaged:?}");
                accepted += 1;
            }
        }
    }
    println!("{accepted} accepted");
}
