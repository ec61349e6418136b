//! Fixed inputs: a weight that is not the key's is refused wherever it stands, in a prover's fixed columns,
//! in the key's digest, in the file.

use std::ops::ControlFlow;

use attnc::session::security::Setting;
use attnc::session::verify::Rejection;
use attnc::{verify, Demands, Error, Inputs, Key, Options, Program, Proof, Prover, Tensor};
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::meaning::eval::Assignment;

use crate::common::programs::Case;
use crate::common::session::{
    as_tallied, as_they_are, claimed, honest, lie, publics, trace, Lie, Verifier,
};

/// A weight that a row reads, one that a sum of products reads, and a bias by row.
const LINEAR: &str = "circuit linear(rows = 16, width = 4) {
    fixed input scale : 1..8
    fixed input weight[rows, width] : -8..8
    fixed input bias[rows] : -8..8
    private input x[width] : 0..16
    public output y[rows]
    y[r in rows] = scale * bias[r] + sum(c in width) weight[r, c] * x[c]
}";

fn tensor(shape: &[usize], element: impl Fn(i64) -> i64) -> Tensor {
    let data = (0..shape.iter().product::<usize>() as i64).map(element);
    Tensor {
        shape: shape.to_vec(),
        data: data.collect(),
    }
}

fn fixed() -> Vec<(&'static str, Tensor)> {
    vec![
        ("scale", tensor(&[], |_| 3)),
        ("weight", tensor(&[16, 4], |i| i % 15 - 7)),
        ("bias", tensor(&[16], |i| 5 - i % 11)),
    ]
}

/// With one element of one tensor larger or smaller by 1.
fn changed(number: usize, at: usize) -> Vec<(&'static str, Tensor)> {
    let mut fixed = fixed();
    let element = &mut fixed[number].1.data[at];
    *element += if *element < 7 { 1 } else { -1 };
    fixed
}

fn program(fixed: Vec<(&'static str, Tensor)>) -> Program {
    let mut program = Program::check("linear.attn", LINEAR, &[]).unwrap();
    program.take_fixed(fixed).unwrap();
    program
}

const PLACES: [(usize, usize); 5] = [(0, 0), (1, 0), (1, 63), (2, 0), (2, 15)];

fn case(fixed: Vec<(&'static str, Tensor)>) -> Case {
    let (ast, mut graph) = attnc_compiler::analyse(LINEAR, &[]).unwrap();
    graph
        .learn(fixed.into_iter().map(|(_, tensor)| tensor).collect())
        .unwrap();
    Case {
        name: "linear".into(),
        compiled: attnc_compiler::assemble(ast, graph, None, &Choices::default()).unwrap(),
        assignment: Assignment {
            inputs: vec![tensor(&[4], |i| 3 * i + 1)],
            tables: Vec::new(),
        },
        hides: false,
    }
}

/// A liar proves with columns of another weight: what it then shows is true of that weight, and no
/// statement about the key's.
#[test]
fn one_weight_changed_is_refused_wherever_it_is() {
    let right = case(fixed());
    let key = honest(&right, Setting::Fast, "");
    let verifier = Verifier::new(&right, &key);
    assert_eq!(verifier.verify(&key), Ok(()));
    for (number, at) in PLACES {
        let other = case(changed(number, at));
        // The layout is the same: only what stands in fixed columns is another.
        assert_eq!(claimed(&other, "").layout, verifier.layout);
        let said = |session: &_| verifier.verify(session).unwrap_err();
        // It says which weights it has.
        let open = honest(&other, Setting::Fast, "");
        let found = said(&open);
        assert!(
            matches!(
                found,
                Rejection::Statement {
                    field: "fixed inputs",
                    ..
                }
            ),
            "{found:?}"
        );
        // It says that they are the key's.
        let mut named = open.clone();
        named.statement.fixed.clone_from(&key.statement.fixed);
        let found = said(&named);
        assert!(
            matches!(
                found,
                Rejection::Statement {
                    field: "preprocessed roots",
                    ..
                }
            ),
            "{found:?}"
        );
        // And that their columns are: made for this statement from the start.
        let board = other.board();
        let lied = Lie {
            circuit: &board.circuit,
            trace: trace(&board.trace),
            publics: publics(&other),
            named: Some(key.statement.preprocessed.clone()),
            claims: &as_they_are,
            interaction: &as_tallied,
        };
        let session = lie(lied, Setting::Fast, &claimed(&right, "")).unwrap();
        let found = said(&session);
        let refused = matches!(
            found,
            Rejection::Grinding | Rejection::Structure { .. } | Rejection::Stark { .. }
        );
        assert!(refused, "{found:?}");
    }
}

fn prove(layout: &attnc::Layout, program: &Program) -> Result<Proof, Error> {
    let inputs = Inputs::parse(program, br#"{"x": [1, 4, 7, 10]}"#).unwrap();
    Prover::new(layout).prove(&inputs, "", &|_| ControlFlow::Continue(()))
}

/// As whoever has files meets it: a key and a proof that are not of the same weights.
#[test]
fn one_weight_changed_in_key_or_file_is_said() {
    let right = program(fixed());
    let layout = right.lay_out(&Options::default()).unwrap();
    let key = Key::make(&layout);
    let text = key.to_json();
    let proof = prove(&layout, &right).unwrap();
    let refused = |key: &Key, proof: &Proof| {
        let verdict = verify(key, proof, &Demands::default());
        verdict.map(|_| ()).unwrap_err().reason
    };
    // Who verifies has no weights.
    let bare = Key::parse(text.as_bytes()).unwrap();
    assert!(verify(&bare, &proof, &Demands::default()).is_ok());
    for (number, at) in PLACES {
        let name = fixed()[number].0;
        let other = program(changed(number, at));
        let other_layout = other.lay_out(&Options::default()).unwrap();
        let other_key = Key::make(&other_layout);
        let (digest, found) = (key.fixed()[number].1, other_key.fixed()[number].1);
        let differ = format!("`{name}` with the digest {found}, the key is for {digest}");

        // A proof of a file with another weight.
        let others = prove(&other_layout, &other).unwrap();
        let said = refused(&bare, &others);
        assert!(said.contains(&differ), "{said}");

        // The other file beside the key.
        let mut keyed = Key::parse(text.as_bytes()).unwrap();
        let said = keyed
            .take_fixed(changed(number, at))
            .unwrap_err()
            .to_string();
        let expected =
            format!("fixed input `{name}` is not that of the key: its digest is {found}");
        assert!(said.contains(&expected), "{said}");

        // The other weight's digest in the key: its proof has other columns, and so has this one.
        let edited = text.replace(&digest.to_string(), &found.to_string());
        assert_ne!(edited, text);
        let mut edited = Key::parse(edited.as_bytes()).unwrap();
        let said = refused(&edited, &proof);
        assert!(
            said.contains(&format!("`{name}` with the digest {digest}")),
            "{said}"
        );
        let said = refused(&edited, &others);
        assert!(said.contains("preprocessed roots"), "{said}");
        edited.take_fixed(changed(number, at)).unwrap();
        let said = prove(
            &edited.layout(&Options::default()).unwrap(),
            &edited.program(),
        );
        let said = said.unwrap_err().to_string();
        assert!(
            said.contains("roots are not those of its program"),
            "{said}"
        );
    }
    // With the right ones a key proves what the program proves.
    let mut keyed = Key::parse(text.as_bytes()).unwrap();
    let said = keyed.layout(&Options::default()).unwrap_err().to_string();
    assert!(
        said.contains("fixed input `scale`, of the shape [], are not given"),
        "{said}"
    );
    keyed.take_fixed(fixed()).unwrap();
    let again = prove(
        &keyed.layout(&Options::default()).unwrap(),
        &keyed.program(),
    )
    .unwrap();
    assert_eq!(again, proof);
}
