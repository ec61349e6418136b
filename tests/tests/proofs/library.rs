//! The library as a program uses it: what is of another program is refused, floors hold, a proof can be
//! ended at every step.

use std::cell::RefCell;
use std::ops::ControlFlow;

use attnc::{
    verify, Demands, Error, Expectations, Inputs, Key, Layout, Options, Program, Proof, Prover,
    Step, Tensor,
};

const TWICE: &str = "circuit twice(n = 3) { private input x[n] : 0..9  public output y[n]
    y[i in n] = 2 * x[i] }";
/// The same names and shapes.
const THRICE: &str = "circuit twice(n = 3) { private input x[n] : 0..90  public output y[n]
    y[i in n] = 3 * x[i] }";
const LOOKED_UP: &str = "circuit looked { table t(i in 0..3) : 0..5 from input
    private input x : 0..3  public output y  y = t(x) }";

fn program(source: &str) -> Program {
    Program::check("p.attn", source, &[]).unwrap()
}

fn layout(source: &str) -> Layout {
    program(source).lay_out(&Options::default()).unwrap()
}

fn x(program: &Program) -> Inputs {
    Inputs::parse(program, br#"{"x": [1, 2, 8]}"#).unwrap()
}

fn go_on(_: attnc::Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn proved(source: &str) -> (Key, Proof) {
    let layout = layout(source);
    let inputs = x(&program(source));
    let proof = Prover::new(&layout).prove(&inputs, "", &go_on).unwrap();
    (Key::make(&layout), proof)
}

#[test]
fn inputs_are_of_the_program_that_they_were_read_for() {
    let (twice, thrice) = (program(TWICE), program(THRICE));
    let stranger = x(&thrice);
    let said = |error: Error| assert!(error.to_string().contains("another program"), "{error}");
    said(twice.run(&stranger).err().unwrap());
    let twice = layout(TWICE);
    said(
        Prover::new(&twice)
            .prove(&stranger, "", &go_on)
            .err()
            .unwrap(),
    );
    let mut looked_up = program(LOOKED_UP);
    said(looked_up.take_tables(&stranger).unwrap_err());
    // With other parameters a program is another one.
    let four = Program::check("p.attn", TWICE, &[("n".into(), 4)]).unwrap();
    said(four.run(&x(&program(TWICE))).err().unwrap());
}

#[test]
fn tables_from_input_are_there_before_a_layout_is() {
    let mut program = program(LOOKED_UP);
    let error = program.lay_out(&Options::default()).unwrap_err();
    assert!(
        error.to_string().contains("`t` comes from the input file"),
        "{error}"
    );
    let inputs = Inputs::parse(&program, br#"{"x": 1, "t": [4, 0, 2]}"#).unwrap();
    program.take_tables(&inputs).unwrap();
    program.lay_out(&Options::default()).unwrap();
    // The circuit rests on the range that the program declares.
    for entries in [vec![4, 0, 5], vec![4, 0]] {
        let mut bad = program.clone();
        bad.set_tables(&[entries]);
        let error = bad.lay_out(&Options::default()).unwrap_err();
        assert!(
            error.to_string().contains("not what it declares"),
            "{error}"
        );
    }
}

#[test]
fn tensors_from_memory_are_checked_as_those_of_a_file() {
    let program = program(TWICE);
    let tensor = |shape: &[usize], data: &[i64]| Tensor {
        shape: shape.to_vec(),
        data: data.to_vec(),
    };
    let given = |tensor: Tensor| Inputs::of(&program, [("x", tensor)]);
    let run = |inputs: Inputs| program.run(&inputs).unwrap().output("y").unwrap().data;
    assert_eq!(run(given(tensor(&[3], &[1, 2, 8])).unwrap()), [2, 4, 16]);
    for (bad, code) in [
        (tensor(&[3], &[1, 2, 9]), "E081"),
        (tensor(&[3], &[1, 2]), "E080"),
        (tensor(&[4], &[1, 2, 3, 4]), "E080"),
    ] {
        let error = given(bad).unwrap_err();
        assert!(error.to_string().contains(code), "{error}");
    }
    assert!(Inputs::of(&program, []).is_err());
}

#[test]
fn a_floor_that_is_no_number_refuses() {
    let (key, proof) = proved(TWICE);
    let demands = |min_security, min_proven_security| Demands {
        min_security,
        min_proven_security,
        ..Demands::default()
    };
    assert!(verify(&key, &proof, &demands(96.0, 40.0)).is_ok());
    for (conjectured, proven) in [(f64::NAN, 0.0), (96.0, f64::NAN), (97.0, 0.0), (96.0, 90.0)] {
        let refused = verify(&key, &proof, &demands(conjectured, proven));
        assert!(refused.is_err(), "{conjectured} {proven}");
    }
}

#[test]
fn what_is_expected_is_of_the_key() {
    let (key, proof) = proved(TWICE);
    let expected = |key: &Key, y: &str| Demands {
        expected: Expectations::parse(key, y.as_bytes()).unwrap(),
        ..Demands::default()
    };
    let right = r#"{"y": [2, 4, 16]}"#;
    assert!(verify(&key, &proof, &expected(&key, right)).is_ok());
    assert!(verify(&key, &proof, &expected(&key, r#"{"y": [2, 4, 18]}"#)).is_err());
    let other = Key::make(&layout(THRICE));
    let rejected = verify(&key, &proof, &expected(&other, right))
        .err()
        .unwrap();
    assert!(
        rejected.to_string().contains("another program"),
        "{rejected}"
    );
    // Another program's proof is not this one's, whatever it shows.
    assert!(verify(&other, &proof, &Demands::default()).is_err());
}

#[test]
fn a_part_is_not_the_whole_unless_it_is_asked_for() {
    let program = program(
        "circuit two { private input x[3] : 0..9  public output y[3] \
        public output z[3]  y[i in 3] = 2 * x[i]  z[i in 3] = 3 * x[i] }",
    );
    let options = Options {
        plan: Some("proof a: * - z proof b: z open *".into()),
        ..Options::default()
    };
    let layout = program.lay_out(&options).unwrap();
    assert_eq!(layout.parts(), ["a", "b"]);
    let prover = Prover::new(&layout);
    let part = prover.prove_part("a", &x(&program), "", &go_on).unwrap();
    let key = Key::make(&layout);
    let rejected = verify(&key, &part, &Demands::default()).err().unwrap();
    assert!(
        rejected.reason.contains("1 of the plan's 2 parts"),
        "{rejected}"
    );
    let any = Demands {
        whole: false,
        ..Demands::default()
    };
    let verdict = verify(&key, &part, &any).unwrap();
    assert_eq!(
        (verdict.covers(), verdict.missing()),
        (vec!["a"], vec!["b"])
    );
    assert!(prover.prove_part("c", &x(&program), "", &go_on).is_err());
    let whole = prover.prove(&x(&program), "", &go_on).unwrap();
    let verdict = verify(&key, &whole, &Demands::default()).unwrap();
    assert!(verdict.missing().is_empty() && verdict.conjectured_bits() >= 96.0);
}

#[test]
fn a_proof_ends_at_whichever_step_it_is_cancelled() {
    let (layout, inputs) = (layout(TWICE), x(&program(TWICE)));
    let prover = Prover::new(&layout);
    let seen = RefCell::new(Vec::new());
    let watch = |at: attnc::Progress<'_>| {
        seen.borrow_mut().push(at.step);
        ControlFlow::Continue(())
    };
    let proof = prover.prove(&inputs, "", &watch).unwrap();
    let steps: Vec<Step> = seen.take();
    assert_eq!(steps.len(), 6, "{steps:?}");
    for step in steps {
        let stop = |at: attnc::Progress<'_>| match at.step == step {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let ended = prover.prove(&inputs, "", &stop);
        assert!(matches!(ended, Err(Error::Cancelled)), "{step:?}");
    }
    // It is as good as before.
    assert_eq!(prover.prove(&inputs, "", &go_on).unwrap(), proof);
}

#[test]
fn what_a_stranger_wrote_is_shown_with_escapes() {
    let key = Key::make(&layout(TWICE));
    let bytes = b"circuit \x1b[31m".to_vec();
    let rejected = verify(&key, &bytes.into(), &Demands::default())
        .err()
        .unwrap();
    assert!(!rejected.to_string().contains('\u{1b}'), "{rejected}");
    let error = Program::check("a\u{1b}[2J.attn", "circuit", &[]).unwrap_err();
    assert!(!error.to_string().contains('\u{1b}'), "{error}");
}
