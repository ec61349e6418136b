//! A whole trained model: `examples/stories260k.attn` gives exactly the tokens that were published of it, at every
//! position, and proves them. The model's file is beside the project, where it is there at all.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use attnc::{
    verify, Demands, Expectations, Inputs, Key, Options, Program, Progress, Prover, Setting,
    Source, Tensor,
};
use serde_json::{json, Value};

/// The model's folder; `None`, with a line that says so, if it is not there.
fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/models/stories260K-int");
    let there = path.join("model.npz").is_file();
    if !there {
        println!("skipped: no {}", path.display());
    }
    there.then_some(path)
}

/// The program with its model's own file, as it is.
fn program(folder: &Path, steps: usize) -> Program {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/stories260k.attn");
    let mut program = Program::read(&path, &[("steps".to_string(), steps as i64)]).unwrap();
    let model = folder.join("model.npz");
    let source = Source {
        name: None,
        path: &model,
    };
    program.read_fixed(&[source]).unwrap();
    program
}

/// A text's tokens, the next one at every position, and those that the model goes on with.
struct Text {
    ids: Vec<i64>,
    next: Vec<i64>,
    greedy: Vec<i64>,
}

fn texts(folder: &Path) -> Vec<Text> {
    let golden = fs::read_to_string(folder.join("golden.json")).unwrap();
    let golden: Value = serde_json::from_str(&golden).unwrap();
    let texts = golden["texts"].as_object().unwrap().values();
    let texts = texts.map(|text| {
        let tokens = |name: &str| serde_json::from_value(text[name].clone()).unwrap();
        Text {
            ids: tokens("ids"),
            next: tokens("argmax"),
            greedy: tokens("greedy"),
        }
    });
    texts.collect()
}

fn inputs(program: &Program, ids: &[i64]) -> Inputs {
    let token = Tensor {
        shape: vec![ids.len()],
        data: ids.to_vec(),
    };
    Inputs::of(program, [("token", token)]).unwrap()
}

fn next(program: &Program, ids: &[i64]) -> Vec<i64> {
    let inputs = inputs(program, ids);
    let run = program.run(&inputs).unwrap();
    run.output("next").unwrap().data
}

#[test]
fn the_next_token_at_every_position() {
    let Some(folder) = folder() else { return };
    for steps in [1, 17, 64] {
        let program = program(&folder, steps);
        for text in texts(&folder) {
            assert_eq!(next(&program, &text.ids[..steps]), text.next[..steps]);
        }
    }
}

#[test]
fn what_the_model_goes_on_with() {
    let Some(folder) = folder() else { return };
    let program = program(&folder, 128);
    for text in texts(&folder) {
        let found = next(&program, &[&text.ids[..], &text.greedy[..]].concat());
        assert_eq!(found[..64], text.next[..]);
        // Its last token says one more, which was not published.
        assert_eq!(found[63..127], text.greedy[..]);
    }
}

#[test]
fn it_is_proved_and_no_other_token_is() {
    let Some(folder) = folder() else { return };
    let program = program(&folder, 16);
    let going = |_: Progress<'_>| ControlFlow::Continue(());
    for plan in ["fused", "halves", "open_layers"] {
        let options = Options {
            plan: Some(plan.to_string()),
            security: Setting::Standard.into(),
            ..Options::default()
        };
        let layout = program.lay_out(&options).unwrap();
        let (prover, key) = (Prover::new(&layout), Key::make(&layout));
        for text in texts(&folder) {
            let inputs = inputs(&program, &text.ids[..16]);
            let proof = prover.prove(&inputs, "", &going).unwrap();
            let holds = |next: &[i64]| {
                let shown = json!({ "token": &text.ids[..16], "next": next }).to_string();
                let expected = Expectations::parse(&key, shown.as_bytes()).unwrap();
                let demands = Demands {
                    expected,
                    ..Demands::default()
                };
                verify(&key, &proof, &demands).map(drop)
            };
            let mut other = text.next[..16].to_vec();
            holds(&other).unwrap_or_else(|error| panic!("{plan}: {error}"));
            other[7] = (other[7] + 1) % 512;
            assert!(holds(&other).is_err(), "{plan}");
        }
    }
}
