//! What a file of proofs shows of the program's public tensors, and what it was only given.

use attnc::files::key::{Identity, Key};
use attnc::files::proof::encode;
use attnc::session::prove::prove;
use attnc::session::security::Setting;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::tensor::Tensor;
use serde_json::{json, Value};

use crate::house::{House, TINY};

/// A program of two outputs, of which the second is made of the first.
const SQUARES: &str = "circuit c(n = 4) {
    private input x[n] : 0..8
    public output score[n]
    public output y[n]
    score[i in n] = x[i] * x[i]
    y[i in n] = score[i] + 1
}";

/// The same over two indices, of which the loop's is the outputs' second.
const ACROSS: &str = "circuit c(n = 2, m = 3) {
    private input x[m, n] : 0..8
    public output score[m, n]
    public output y[m, n]
    for i in n {
        score[j in m, i] = x[j, i] * x[j, i]
    }
    for i in n {
        y[j in m, i] = score[j, i] + 1
    }
}";

const APART: &str = "proof a: score proof b: * - score open a | b";

/// A house with a program, its key for a plan and the proofs of the plan's parts.
pub fn apart(source: &str, input: &Value, plan: &str, parts: &[&str]) -> House {
    let house = House::new();
    house.write("c.attn", source);
    house.write("in.json", input.to_string());
    let key = ["key", "c.attn", "--plan", plan, "-o", "k.key"];
    house.run(&key).works();
    for part in parts {
        let proof = format!("{part}.proof");
        let line = ["prove", "--key", "k.key", "--input", "in.json"];
        let more = ["--only", part, "-o", &proof];
        house.run_with(&line, &more).works();
    }
    house
}

/// A malicious prover of a part: it is given tensors that no input of the program gives.
fn prove_given(house: &House, part: &str, given: &[i64], output: &str) {
    let key = Key::read(&house.path("k.key")).unwrap();
    let parts = key.compile().unwrap();
    let part = parts.iter().find(|it| it.circuit.part == part).unwrap();
    let graph = part.part.graph();
    let inputs = graph.inputs.iter().map(|input| Tensor {
        shape: input.shape.iter().map(|&size| size as usize).collect(),
        data: given.to_vec(),
    });
    let assignment = Assignment {
        inputs: inputs.collect(),
        tables: vec![],
    };
    let evaluation = evaluate(graph, &assignment).unwrap();
    let claimed = Identity::of(part).claimed(String::new());
    let proved = prove(&part.circuit, &evaluation, Setting::Standard, &claimed);
    let session = proved.ok().unwrap().session;
    let (statement, nonce) = (&session.statement, session.nonce);
    let bytes = encode(statement, &part.circuit, nonce, &session.parts());
    house.write(output, bytes);
}

#[test]
fn nothing_that_a_part_is_given_is_shown_by_it() {
    let house = apart(SQUARES, &json!({ "x": [1, 2, 3, 4] }), APART, &["a", "b"]);
    // No square is 2, 3, 5 or 7: part `a` has no such proof.
    prove_given(&house, "b", &[2, 3, 5, 7], "lie.proof");
    house.write(
        "false.json",
        r#"{"score": [2, 3, 5, 7], "y": [3, 4, 6, 8]}"#,
    );
    house.write("score.json", r#"{"score": [1, 4, 9, 16]}"#);
    house.write("y.json", r#"{"y": [2, 5, 10, 17]}"#);
    house.write("lie.json", r#"{"y": [3, 4, 6, 8]}"#);
    let verify =
        |proof: &str, more: &[&str]| house.run_with(&["verify", proof, "--key", "k.key"], more);
    // The claim of the part alone holds, and says what it is about.
    let said = verify("lie.proof", &[]).works();
    for part in [
        "given: another part shows it, this one does not",
        "The rest of the program: `a`",
    ] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    let not_shown = [
        "`score` is expected, and not shown here",
        "the proof of `a` shows it",
    ];
    verify("lie.proof", &["--expect", "false.json"]).fails(1, &not_shown);
    verify("b.proof", &["--expect", "score.json"]).fails(1, &not_shown);
    verify("a.proof", &["--expect", "score.json"]).works();
    verify("a.proof", &["--expect", "y.json"]).fails(1, &["`y` is expected", "proof of `b`"]);
    let said = verify("b.proof", &["--expect", "y.json"]).works();
    assert!(
        said.out
            .contains("output y[4], each in 1..=50, as you expect it, if the rest holds, of `a`"),
        "{}",
        said.out
    );
    assert_eq!(said.out.matches("as you expect it").count(), 1);
    // What `--expect` can compare, the outputs of the statement, and what is called shown.
    for (proof, shown) in [("a.proof", "score"), ("b.proof", "y"), ("lie.proof", "y")] {
        let object = verify(proof, &["--json"]).works().json();
        assert_eq!(object["shown"], json!([shown]));
        // An output that is made of what was given holds if that does.
        let relies_on: &[&str] = if shown == "y" { &["a"] } else { &[] };
        assert_eq!(object["relies_on"], json!(relies_on));
        let outputs = object["statement"]["outputs"].as_object().unwrap();
        assert_eq!(outputs.keys().collect::<Vec<_>>(), [shown]);
    }
    let join = |b: &str| house.run(&["join", "--key", "k.key", "a.proof", b, "-o", "whole"]);
    join("lie.proof").fails(1, &["the parts do not fit together"]);
    join("b.proof").works();
    let said = verify("whole", &["--whole", "--expect", "score.json"]).works();
    // Once where it is shown; not where it is given.
    assert_eq!(
        said.out.matches("as you expect it").count(),
        1,
        "{}",
        said.out
    );
    assert!(!said.out.contains("if the rest holds"), "{}", said.out);
    let object = verify("whole", &["--json"]).works().json();
    assert_eq!(object["shown"], json!(["score", "y"]));
    assert_eq!(object["relies_on"], json!([]));
    verify("whole", &["--expect", "lie.json"]).fails(1, &["y[0] is 2 in the statement"]);
}

#[test]
fn expectations_are_compared_in_the_order_of_the_output() {
    let input = json!({ "x": [[1, 2], [3, 4], [5, 6]] });
    let house = apart(ACROSS, &input, APART, &["a", "b"]);
    let join = [
        "join", "--key", "k.key", "a.proof", "b.proof", "-o", "whole",
    ];
    house.run(&join).works();
    house.write("true.json", r#"{"score": [[1, 4], [9, 16], [25, 36]]}"#);
    // The elements in the order of the value, whose first index is the loop's.
    house.write("false.json", r#"{"score": [[1, 9], [25, 4], [16, 36]]}"#);
    house.write("short.json", r#"{"score": [[1, 4], [9, 16]]}"#);
    let verify = |proof: &str, expected: &str| {
        house.run(&["verify", proof, "--key", "k.key", "--expect", expected])
    };
    for proof in ["a.proof", "whole"] {
        verify(proof, "true.json").works();
        verify(proof, "false.json").fails(1, &["score[0, 1] is 4 in the statement, 9"]);
        verify(proof, "short.json").fails(2, &["`score` has length 2, not 3"]);
    }
    // Part `b` is given the tensor, in whatever order.
    verify("b.proof", "true.json").fails(1, &["not shown here"]);
    verify("b.proof", "false.json").fails(1, &["not shown here"]);
}

#[test]
fn a_tensor_in_pieces_is_shown_by_all_of_them() {
    let plan = "proof a: * open by i";
    let pieces = ["a.0", "a.1", "a.2", "a.3"];
    let source = SQUARES.replace("public output score[n]\n", "").replace(
        "score[i in n] = x[i] * x[i]\n    y[i in n] = score[i] + 1",
        "y[i in n] = x[i] * x[i] + 1",
    );
    let house = apart(&source, &json!({ "x": [1, 2, 3, 4] }), plan, &pieces);
    house.write("y.json", r#"{"y": [2, 5, 10, 17]}"#);
    house.write("other.json", r#"{"y": [2, 5, 10, 18]}"#);
    let verify =
        |proof: &str, more: &[&str]| house.run_with(&["verify", proof, "--key", "k.key"], more);
    let others = [
        "`y` is expected, and not shown here",
        "`a.0`, `a.2` and `a.3`",
    ];
    verify("a.1.proof", &["--expect", "y.json"]).fails(1, &others);
    assert_eq!(
        verify("a.1.proof", &["--json"]).works().json()["shown"],
        json!([])
    );
    let proofs = pieces.map(|piece| format!("{piece}.proof"));
    let mut join = vec!["join", "--key", "k.key", "-o", "whole"];
    join.extend(proofs.iter().map(String::as_str));
    house.run(&join).works();
    let said = verify("whole", &["--expect", "y.json"]).works();
    // Each piece is part of what was compared.
    assert_eq!(
        said.out.matches("as you expect it").count(),
        4,
        "{}",
        said.out
    );
    verify("whole", &["--expect", "other.json"]).fails(1, &["y[3] is 17 in the statement"]);
}

#[test]
fn a_public_input_is_what_the_claim_is_about() {
    let plan = "proof a: * - z proof b: z open *";
    let input = json!({ "x": [1, 5, 8], "shift": -3 });
    let house = apart(TINY, &input, plan, &["a", "b"]);
    house.write("shift.json", r#"{"shift": -3}"#);
    house.write("other.json", r#"{"shift": -2}"#);
    let verify = |proof: &str, expected: &str| {
        house.run(&["verify", proof, "--key", "k.key", "--expect", expected])
    };
    // Part `a` reads it; part `b` says nothing of it.
    verify("a.proof", "shift.json").works();
    verify("a.proof", "other.json").fails(1, &["shift is -3 in the statement, -2"]);
    verify("b.proof", "shift.json").fails(1, &["`shift` is expected, and not shown here"]);
    // A private output that crosses is no public tensor of the program.
    house.write("z.json", r#"{"z": [0, 2, 4]}"#);
    verify("b.proof", "z.json").fails(2, &["no public tensor `z`"]);
}
