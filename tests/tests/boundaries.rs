//! Every kind of boundary: cut graphs and parts mean what the program means, prove, verify, join,
//! and refuse what does not fit together (spec 3.7, 3.8, 6.1).

mod session;

use attnc::claim::whole::{check, statements, Demands, Publics, Reading, Refusal};
use attnc::files::key::{Identity, Key};
use attnc::files::proof::{encode, set};
use attnc::files::sample::sample;
use attnc::session::prove::{prove, Proved};
use attnc::session::security::Setting;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::contractions;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Visibility;
use attnc_compiler::plan::candidates::candidates;
use attnc_compiler::plan::derived::Whole;
use attnc_compiler::plan::text::choose;
use attnc_compiler::plan::{partition, published, Plan};
use attnc_compiler::{analyse, lay_out_part, meaning::validate, Compiled};
use session::example;

/// A program at small parameters, with inputs.
struct Small {
    source: String,
    params: Vec<(String, i64)>,
    assignment: Assignment,
}

impl Small {
    fn new(source: String, params: &[(&str, i64)]) -> Self {
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

    fn plan(&self, text: &str) -> Result<Plan, String> {
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
    fn parts(&self, text: &str, lanes: Option<u32>) -> Vec<Compiled> {
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
    fn prove(&self, parts: &[Compiled], context: &str) -> Vec<(Vec<u8>, Proved)> {
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
    fn holds(&self, text: &str, lanes: Option<u32>) {
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

fn key(parts: &[Compiled]) -> Key {
    Key::make_for(parts, &vec![&[Setting::Seed][..]; parts.len()])
}

fn verify(
    key: &Key,
    parts: &[Compiled],
    file: &[u8],
    readings: &mut Vec<Reading>,
) -> Result<(), Refusal> {
    check(key, parts, file, &Demands::default(), readings)
}

fn decode() -> Small {
    let params = [
        ("heads", 2),
        ("width", 3),
        ("steps", 4),
        ("seeded", 2),
        ("bound", 4),
    ];
    Small::new(example("decode"), &params)
}

fn smalls() -> Vec<Small> {
    vec![
        decode(),
        Small::new(example("head"), &[("steps", 4), ("width", 4)]),
        Small::new(example("norm"), &[]),
        Small::new(example("vote"), &[]),
        Small::new(projection(), &[]),
        source(HALVED),
    ]
}

/// What is appended is read at another step than its own as well.
const HALVED: &str = "circuit ex(T = 4, n = 2) { private input q[T, n] : 0..=9
    state K = empty
    public output y[T]
    step t in T { K <- q[t]
        s[j in K] = sum(d in n) q[t / 2, d] * K[j, d]
        y[t] = max(j in K) s[j] } }";

/// Heads that share keys two by two, a cache of values, and a projection over all heads.
fn projection() -> String {
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

/// The derived graphs of every candidate plan are valid and compute the boxes that they say.
#[test]
fn every_plan_means_what_the_program_means() {
    let (mut plans, mut open) = (0, 0);
    for small in smalls() {
        let (_, graph) = analyse(&small.source, &small.params).unwrap();
        for candidate in candidates(&graph) {
            let Ok(plan) = small.plan(&candidate.text) else {
                continue;
            };
            plans += 1;
            open += usize::from(plan.parts.len() > 1);
            same_meaning(&small, &plan, &candidate.text);
        }
    }
    assert!(plans > 50 && open >= 20, "{plans} {open}");
}

fn same_meaning(small: &Small, plan: &Plan, text: &str) {
    let (_, mut graph) = analyse(&small.source, &small.params).unwrap();
    for (table, entries) in graph.tables.iter_mut().zip(&small.assignment.tables) {
        table.entries.clone_from(entries);
    }
    let whole = evaluate(&graph, &small.assignment).unwrap();
    for part in &plan.parts {
        assert_eq!(validate::validate(part.graph()), Ok(()), "{text}");
        let given = part.derived.assignment(&whole);
        let own = evaluate(part.graph(), &given).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        for (number, origin) in part.derived.values.iter().enumerate() {
            let value = &part.graph().values[number];
            let of = match origin.whole {
                Whole::Value(of) => of,
                // What a cache is given of an input.
                Whole::Input(_) if value.name.starts_with("entries of ") => continue,
                _ => panic!("{text}: a value is a box of a value"),
            };
            let elements = own.value(attnc_compiler::meaning::graph::ValueId(number as u32));
            attnc_compiler::meaning::space::for_each_point(part.graph(), &value.space, |at| {
                let there: Vec<i64> = at
                    .iter()
                    .zip(&origin.from)
                    .map(|(&at, &from)| at + from as i64)
                    .collect();
                let expected = whole.value(of).get(&there);
                assert_eq!(elements.get(at), expected, "{text}: {} {at:?}", value.name);
            });
        }
    }
}

#[test]
fn steps_heads_regions_and_values_prove_linked_and_open() {
    let small = decode();
    for text in [
        "proof all: *",
        "proof arithmetic: * - lookup proof table: lookup",
        "proof half: * steps 0..2 | 2..4",
        "proof half: * open steps 0..1 | 1..4",
        "proof head: * by head",
        "proof head: * open by head",
        "proof piece: * by head steps 0..2 | 2..4",
        "proof piece: * open by head open steps 0..2 | 2..4",
        "proof piece: * open by head steps 0..2 | 2..4",
        "proof scores: score proof rest: * - score open *",
        "proof scores: score + peak proof rest: * - score - peak open scores | rest",
        "proof table: lookup proof rest: * - lookup steps 0..2 | 2..4",
        "proof last: context proof rest: * - context open by head open *",
    ] {
        small.holds(text, None);
        small.holds(text, Some(2));
    }
}

#[test]
fn reductions_over_what_is_cut_prove() {
    let small = Small::new(projection(), &[]);
    for text in [
        "proof head: * by head",
        "proof head: * by 2 heads",
        "proof heads: * - out - most open by 2 heads proof out: out + most open *",
        "proof part: * steps 0..1 | 1..3 | 3..4",
        "proof part: * open steps 0..1 | 1..4",
    ] {
        small.holds(text, None);
        small.holds(text, Some(1));
    }
}

/// A part alone verifies, and says which it is; parts of other runs, other contexts, twice the
/// same, or with another crossing tensor do not make a whole.
#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let small = decode();
    let text = "proof scores: score proof rest: * - score open *";
    let parts = small.parts(text, None);
    let key = key(&parts);
    let honest = small.prove(&parts, "");
    for (position, (file, _)) in honest.iter().enumerate() {
        let mut readings = Vec::new();
        verify(&key, &parts, file, &mut readings).unwrap();
        assert_eq!(readings[0].part, Some(position));
    }
    let refused = |files: &[&[u8]], what: &str| {
        let files: Vec<Vec<u8>> = files.iter().map(|file| file.to_vec()).collect();
        match verify(&key, &parts, &set(&files), &mut Vec::new()) {
            Err(refusal) => refusal,
            Ok(()) => panic!("{what} is accepted"),
        }
    };
    let (scores, rest) = (&honest[0].0, &honest[1].0);
    let twice = refused(&[scores, scores], "a part twice");
    assert!(
        matches!(twice, Refusal::Rejected(Rejection::Set(_))),
        "{twice}"
    );

    let other_context = small.prove(&parts, "another");
    let mixed = refused(&[scores, &other_context[1].0], "two contexts");
    assert!(
        matches!(mixed, Refusal::Rejected(Rejection::Set(_))),
        "{mixed}"
    );

    // Other inputs: each part holds, but of different scores.
    let mut other = decode();
    let (_, graph) = analyse(&other.source, &other.params).unwrap();
    other.assignment = sample(&graph, 2);
    let others = other.prove(&parts, "");
    let crossed = refused(&[scores, &others[1].0], "parts of two runs");
    assert!(
        matches!(crossed, Refusal::Rejected(Rejection::Crossing { .. })),
        "{crossed}"
    );

    // A proof of one part under the other's name, and a changed element on either side.
    for (position, (_, proved)) in honest.iter().enumerate() {
        let session = &proved.session;
        let circuit = &parts[position].circuit;
        for (tensor, public) in circuit.publics.iter().zip(&session.statement.publics) {
            for at in 0..public.elements.len() {
                let mut lie = session.statement.clone();
                let number = lie
                    .publics
                    .iter()
                    .position(|p| p.name == tensor.name)
                    .unwrap();
                let element = &mut lie.publics[number].elements[at];
                *element = match tensor.range.contains((*element + 1).into()) {
                    true => *element + 1,
                    false => *element - 1,
                };
                let file = encode(&lie, circuit, session.nonce, &session.parts());
                let result = verify(&key, &parts, &file, &mut Vec::new());
                assert!(result.is_err(), "{}[{at}] changed", tensor.name);
            }
        }
        let mut renamed = session.statement.clone();
        renamed.part.clone_from(&parts[1 - position].circuit.part);
        let file = encode(&renamed, circuit, session.nonce, &session.parts());
        assert!(verify(&key, &parts, &file, &mut Vec::new()).is_err());
    }
    let mut broken = set(&[scores.clone(), rest.clone()]);
    broken.truncate(broken.len() - 1);
    assert!(verify(&key, &parts, &broken, &mut Vec::new()).is_err());
    broken = set(&[scores.clone(), rest.clone()]);
    for byte in 8..16 {
        let mut changed = broken.clone();
        changed[byte] ^= 0x81;
        assert!(
            verify(&key, &parts, &changed, &mut Vec::new()).is_err(),
            "byte {byte}"
        );
    }
}

/// Private tensors stay out of a linked session's statement, and out of an open one's but for
/// what crosses.
#[test]
fn only_what_crosses_an_open_boundary_is_shown() {
    let small = decode();
    let names = |text: &str| -> Vec<Vec<String>> {
        let parts = small.parts(text, None);
        let of = |part: &Compiled| {
            part.circuit
                .publics
                .iter()
                .map(|t| t.name.clone())
                .collect()
        };
        parts.iter().map(of).collect()
    };
    assert_eq!(
        names("proof arithmetic: * - lookup proof table: lookup"),
        [["context"]]
    );
    let halves = names("proof half: * steps 0..2 | 2..4");
    assert_eq!(halves.len(), 1);
    assert_eq!(halves[0].len(), 2, "{halves:?}");
    let open = names("proof scores: score proof rest: * - score open *");
    assert!(open[0].iter().any(|name| name == "score"), "{open:?}");
    assert!(!open[0].iter().any(|name| name == "value"), "{open:?}");
    let heads = names("proof head: * open by head");
    assert!(
        heads.iter().all(|names| names.len() == 1),
        "heads share nothing: {heads:?}"
    );
}

#[test]
fn plans_that_cannot_be_are_refused() {
    let small = decode();
    for (text, code) in [
        (
            "proof arithmetic: * - lookup proof table: lookup open *",
            "E104",
        ),
        ("proof half: * steps 0..2 | 3..4", "E107"),
        ("proof half: * steps 0..2 | 2..5", "E107"),
        ("proof half: * steps 0..2", "E107"),
        ("proof half: * steps 0..2 | 2..4 steps 0..4", "E107"),
        (
            "proof a: score proof b: peak proof c: * - score - peak open a | b",
            "E109",
        ),
        (
            "proof table: exp2_half by head proof rest: * - exp2_half",
            "E108",
        ),
    ] {
        assert_eq!(small.plan(text).err().as_deref(), Some(code), "{text}");
    }
}

fn source(text: &str) -> Small {
    Small::new(text.to_string(), &[])
}

/// An assertion over another index of the same name is neither cut short nor stretched.
#[test]
fn assertions_are_whole_after_a_cut() {
    let shorter = "circuit c() { private input x[8] : 0..16
        public output y[4]
        for h in 4 { y[h] = x[h] }
        assert[h in 8] x[h] >= 0 }";
    for text in ["proof a: * by h", "proof a: * open by h"] {
        assert_eq!(source(shorter).plan(text).err().as_deref(), Some("E107"));
    }
    let longer = "circuit c(heads = 4, k = 4) { private input x[heads] : 0..16
        public output y[heads]
        public output z[k]
        for h in heads { y[h] = x[h] * x[h] }
        for head in k { z[head] = x[head] + 1 }
        assert[head in 2] x[head] >= 0 }";
    assert_eq!(
        source(longer)
            .plan("proof a: * by k by head")
            .err()
            .as_deref(),
        Some("E107")
    );
    source(longer).holds("proof a: * by heads", None);
}

/// The index that is named is cut, not another over the same parameter.
#[test]
fn a_cut_is_of_the_index_that_is_named() {
    let small = source(
        "circuit c(n = 4) { private input x[n, 2] : 0..4
        private input w[n, 2] : 0..4
        public output y[n, n]
        y[i in n, j in n] = x[i, 0] * w[j, 1] }",
    );
    let parts = small.parts("proof a: * open by j", None);
    for part in &parts {
        let names: Vec<&str> = part
            .circuit
            .publics
            .iter()
            .map(|t| t.name.as_str())
            .collect();
        assert!(names.contains(&"x"), "{names:?}: `x` is shared, `w` is not");
        assert!(!names.iter().any(|name| name.starts_with('w')), "{names:?}");
    }
    small.holds("proof a: * open by j", None);
}

/// What a part is given it does not show, and a private output that crosses keeps its places.
#[test]
fn a_part_shows_what_it_defines() {
    let small = source(
        "circuit c() { private input x[2] : 0..8
        public output y[2]
        public output z[2]
        y[i in 2] = 2 * x[i]
        z[i in 2] = y[i] + 1 }",
    );
    let text = "proof a: y + x proof b: z open *";
    let parts = small.parts(text, None);
    let key = key(&parts);
    let files = small.prove(&parts, "");
    let shown = |file: &[u8]| -> Vec<String> {
        let mut readings = Vec::new();
        verify(&key, &parts, file, &mut readings).unwrap();
        let read = statements(&readings);
        let publics = Publics::of(&parts, &read).unwrap().complete();
        publics.into_iter().map(|public| public.name).collect()
    };
    assert_eq!(shown(&files[0].0), ["y"]);
    assert_eq!(shown(&files[1].0), ["z"]);
    assert_eq!(
        shown(&set(&[files[0].0.clone(), files[1].0.clone()])),
        ["y", "z"]
    );
    source(
        "circuit c(n = 3) { private input x[n, n] : 0..8
        private output u[n, n]
        public output last[n]
        step t in n { for h in n { u[h, t] = 2 * x[t, h] } }
        last[h in n] = max(t in n) u[h, t] }",
    )
    .plan("proof a: u + x proof b: last open *")
    .ok();
}

/// A cache that is read in a row before what is appended to it has a home; an appended value that
/// is cut by heads.
#[test]
fn caches_of_values_prove_whole_and_cut() {
    let small = source(
        "circuit c(steps = 4) { private input x[steps, 2] : -4..5
        state r = empty
        state s = empty
        public output y[steps]
        step t in steps { s <- x[t]
            v = max(x[t, 0], 1)
            r <- v
            y[t] = r[t] + sum(j in s) s[j, 0] } }",
    );
    let by_heads = source(
        "circuit c(steps = 4, heads = 2) { private input x[steps, heads] : -4..5
        state s = empty
        public output y[steps, heads]
        step t in steps {
            v[h in heads] = max(x[t, h], 3)
            s <- v
            y[t, h in heads] = sum(j in s) s[j, h] } }",
    );
    for lanes in [None, Some(1)] {
        small.holds("proof all: *", lanes);
        small.holds("proof half: * steps 0..2 | 2..4", lanes);
        by_heads.holds("proof head: * by heads", lanes);
        by_heads.holds("proof head: * open by heads", lanes);
        by_heads.holds("proof head: * open steps 0..1 | 1..4", lanes);
    }
}

/// What is appended is read at another step than its own as well, or grows several caches.
#[test]
fn steps_are_cut_where_what_is_appended_is_read_elsewhere() {
    let fixed = source(
        "circuit ka(T = 4) { private input q[T] : 0..=9
        state K = empty
        public output y[T]
        step t in T { K <- q[t]
            y[t] = sum(j in K) K[j] + q[0] } }",
    );
    let wide = source(
        "circuit p2d(steps = 4, width = 2) { private input key[steps, width] : -8..8
        state keys = empty
        state more = empty
        public output o[steps, width]
        step t in steps { keys <- key[t]
            more <- key[t]
            o[t, d in width] = sum(j in keys) keys[j, d] - key[0, d] + max(j in more) more[j, 0] } }",
    );
    let halved = source(HALVED);
    for text in [
        "proof a: * by t",
        "proof a: * open by t",
        "proof a: * t 0..1 | 1..4",
        "proof a: * by 2 t",
    ] {
        for small in [&fixed, &wide, &halved] {
            small.holds(text, None);
            small.holds(text, Some(1));
        }
    }
    for text in [
        "proof a: * by width open steps 0..2 | 2..4",
        "proof a: * open by width steps 0..2 | 2..4",
        "proof a: * - o proof b: o by t",
    ] {
        wide.holds(text, None);
    }
    let given: Assignment = Assignment {
        inputs: vec![attnc_compiler::meaning::tensor::Tensor {
            shape: vec![4],
            data: vec![1, 2, 3, 4],
        }],
        tables: Vec::new(),
    };
    let (_, graph) = analyse(&fixed.source, &[]).unwrap();
    let outputs = evaluate(&graph, &given).unwrap();
    let y = outputs.output(attnc_compiler::meaning::graph::OutputId(0));
    assert_eq!(y.data, [2, 4, 7, 11]);
}

/// What is read only for a value that nothing depends on stays private; a declared range, an
/// assertion or an output that depends on it makes the same reads count.
#[test]
fn what_nothing_depends_on_publishes_nothing() {
    let program = |range: &str, more: &str| {
        source(&format!(
            "circuit c(n = 4) {{
            private input x[n] : 0..8
            private input w[n] : 0..8
            public output y[n]
            public output z[n]
            v[i in n] = 3 * x[i]
            y[i in n] = x[i] + 1
            u[i in n] {range} = w[i] + x[i] + v[i]
            again = sum(i in n) u[i]
            z[i in n] = w[i] * 2
            {more} }}"
        ))
    };
    let text = "proof a: y + v + x proof b: * - y - v - x open *";
    let shown = |small: &Small| -> Vec<Vec<String>> {
        let parts = small.parts(text, None);
        let names = |part: &Compiled| -> Vec<String> {
            let publics = part.circuit.publics.iter();
            publics.map(|tensor| tensor.name.clone()).collect()
        };
        parts.iter().map(names).collect()
    };
    let said = |small: &Small| -> Vec<String> {
        let (_, graph) = analyse(&small.source, &[]).unwrap();
        let plan = small.plan(text).unwrap();
        let found = published(&graph, &plan.parts).into_iter();
        let said = found.map(|found| {
            assert_eq!((found.elements, found.of), (4, 4));
            assert_eq!(found.parts.len(), 2);
            format!("{} {}", found.what.name(), found.name)
        });
        said.collect()
    };
    let unread = program("", "");
    assert_eq!(shown(&unread), [["y"], ["z"]]);
    assert_eq!(said(&unread), Vec::<String>::new());
    unread.holds(text, None);
    for (range, more) in [
        (": 0..64", ""),
        ("", "assert again >= 0"),
        ("", "private output all all = again"),
    ] {
        let read = program(range, more);
        assert_eq!(
            said(&read),
            ["private input x", "value v"],
            "{range} {more}"
        );
        read.holds(text, None);
    }
}

/// A value that nothing depends on makes no part depend on another, so that neither could be first.
#[test]
fn what_nothing_depends_on_makes_no_cycle() {
    let small = source(
        "circuit c(n = 4) {
        private input x[n] : 0..8
        public output y[n]
        public output z[n]
        y[i in n] = max(x[i], 2)
        z[i in n] = y[i] + 1
        u[i in n] = max(z[i], 3) }",
    );
    let text = "proof a: y + u + x proof b: z open *";
    small.holds(text, None);
    let (_, graph) = analyse(&small.source, &[]).unwrap();
    let found = published(&graph, &small.plan(text).unwrap().parts);
    assert_eq!(found, []);
}

/// Of what a cut publishes, only the pieces that cross count, each once.
#[test]
fn pieces_that_cross_are_counted() {
    let small = source(
        "circuit c(steps = 4, width = 3) { private input x[steps, width] : 0..8
        state past = empty
        private output top[width, steps]
        public output y[steps]
        step t in steps { past <- x[t]
            for h in width { top[h, t] = max(j in past) past[j, h] }
            y[t] = x[t, 0] }
        }",
    );
    let said = |text: &str| -> Vec<(String, u64, u64, usize)> {
        let (_, graph) = analyse(&small.source, &[]).unwrap();
        let found = published(&graph, &small.plan(text).unwrap().parts);
        let found = found.into_iter();
        found
            .map(|f| (f.name, f.elements, f.of, f.parts.len()))
            .collect()
    };
    // The last steps are read by the last part alone.
    let three = "proof a: * open steps 0..2 | 2..3 | 3..4";
    assert_eq!(said(three), [("x".to_string(), 9, 12, 3)]);
    assert_eq!(said("proof a: * steps 0..2 | 2..4"), []);
    small.holds(three, None);
}

/// A proof that nothing stands in is refused before anything is laid out, wherever it stands in
/// the plan and whatever would keep it company.
#[test]
fn a_proof_of_nothing_is_refused() {
    let unread = source(
        "circuit p1b(n = 4) { private input x[n] : 0..=9
        table f(k in 0..=9) = k * k
        public output y[n]
        v[i in n] = x[i] + 1
        y[i in n] = x[i] * 2 }",
    );
    let pieces = source(
        "circuit n6() { private input x[4] : 0..=3
        public output y
        public output z
        y = x[0]
        for h in 4 { u = x[h] }
        z = x[1] + 1 }",
    );
    let first = source(
        "circuit c(n = 4) { private input x[n] : 0..=9
        public output y
        for h in n { v = max(x[h], 2) * x[0]
            w = max(v, 3) }
        y = x[0] }",
    );
    for (small, text, code) in [
        (&unread, "proof a: * - v proof b: v", "E103"),
        (&unread, "proof b: v proof a: * - v", "E103"),
        (&unread, "proof a: * - v proof b: v open *", "E103"),
        (&unread, "proof a: * - f proof b: f", "E103"),
        (&unread, "proof a: * - f proof b: f open *", "E103"),
        (&unread, "proof a: * - x proof b: x open *", "E103"),
        (&pieces, "proof a: * by h", "E108"),
        (&pieces, "proof a: * open by h", "E108"),
        (&pieces, "proof a: * - u proof b: u by 2 h", "E108"),
        (&first, "proof a: * by n", "E108"),
        (&first, "proof a: * - w - v proof b: w + v", "E103"),
    ] {
        assert_eq!(small.plan(text).err().as_deref(), Some(code), "{text}");
    }
    // An input is proved where it stands, if only it is read.
    unread.holds("proof a: * - x proof b: x", None);
    for nothing in ["private input x : 0..=1", "assert 2 >= 1"] {
        let small = source(&format!("circuit p1a {{ {nothing} }}"));
        let plan = small.plan("proof all: *");
        assert_eq!(plan.err().as_deref(), Some("E103"), "{nothing}");
    }
    // Constants and what is public have something to prove; so has a range that is declared.
    for body in [
        "public output y y = 3",
        "public input x : 0..4",
        "public input x[0] : 0..4",
        "private input x : 0..4 v : 0..4 = x",
        "private input x : 0..4 assert x >= 0",
        "private input x : 0..4 assert 2 >= 1",
    ] {
        source(&format!("circuit c {{ {body} }}")).holds("proof all: *", None);
    }
}

#[test]
fn a_plan_has_so_many_proofs_and_no_more() {
    let many = Small::new(
        "circuit c(n = 2000) { private input x[n] : 0..4
        public output y[n]
        y[i in n] = x[i] * x[i] }"
            .to_string(),
        &[],
    );
    assert_eq!(many.plan("proof a: * by n").err().as_deref(), Some("E107"));
    assert!(many.plan("proof a: * by 2 n").is_ok());
}

/// A cache that is carried from steps to steps over open boundaries: the first or the last of them
/// of another run, with other seeds; steps left out, doubled, or in the place of others.
#[test]
fn a_carried_state_whose_first_or_last_iteration_is_another() {
    let small = decode();
    let parts = small.parts("proof some: * open steps 0..1 | 1..3 | 3..4", None);
    assert_eq!(parts.len(), 3);
    let key = key(&parts);
    let of = |small: &Small| -> Vec<Vec<u8>> {
        let proved = small.prove(&parts, "").into_iter();
        proved.map(|(file, _)| file).collect()
    };
    let honest = of(&small);
    let mut other = decode();
    let (_, graph) = analyse(&other.source, &other.params).unwrap();
    other.assignment = sample(&graph, 2);
    // The same but for one element of what the first step finds in a cache.
    let mut seeded = decode();
    let seed = graph.states[0].seeds[0];
    let attnc_compiler::meaning::graph::Source::Input(seed) = seed else {
        panic!("a cache that begins as an input");
    };
    let range = graph.input(seed).range;
    let element = &mut seeded.assignment.inputs[seed.index()].data[0];
    *element += if range.contains((*element + 1).into()) {
        1
    } else {
        -1
    };
    let verdict = |files: &[&Vec<u8>]| {
        let files: Vec<Vec<u8>> = files.iter().map(|file| file.to_vec()).collect();
        verify(&key, &parts, &set(&files), &mut Vec::new())
    };
    let crossing = |files: &[&Vec<u8>], what: &str| match verdict(files) {
        Err(Refusal::Rejected(Rejection::Crossing { .. })) => {}
        Err(refusal) => panic!("{what}: {refusal}"),
        Ok(()) => panic!("{what} is accepted"),
    };
    let [first, middle, last] = &honest[..] else {
        panic!("three parts");
    };
    assert!(verdict(&[first, middle, last]).is_ok());
    for (run, what) in [(of(&other), "another run"), (of(&seeded), "another seed")] {
        assert!(verdict(&[&run[0], &run[1], &run[2]]).is_ok());
        crossing(&[&run[0], middle, last], what);
        crossing(&[first, &run[1], last], what);
        crossing(&[first, middle, &run[2]], what);
    }
    for files in [
        &[first, middle, last, last][..],
        &[first, first, middle, last],
        &[first, middle, middle],
    ] {
        let refusal = verdict(files).unwrap_err();
        assert!(
            matches!(refusal, Refusal::Rejected(Rejection::Set(_))),
            "{refusal}"
        );
    }
    // Steps in the place of others: their proof under the others' statement.
    let proved = small.prove(&parts, "");
    for (own, place) in [(0, 2), (2, 0), (1, 2)] {
        let (taken, given) = (&proved[own].1.session, &proved[place].1.session);
        let circuit = &parts[place].circuit;
        let mut named = taken.statement.clone();
        named.part.clone_from(&circuit.part);
        for statement in [&named, &given.statement] {
            let file = encode(statement, &parts[own].circuit, taken.nonce, &taken.parts());
            assert!(verify(&key, &parts, &file, &mut Vec::new()).is_err());
        }
    }
}
