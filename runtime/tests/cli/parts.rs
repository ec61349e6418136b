//! Parts of a plan: proved apart, verified apart, joined, and what they publish.

use serde_json::{json, Value};

use super::shown::apart;
use crate::house::{example, House};

pub const SMALL: [&str; 8] = [
    "-p", "heads=2", "-p", "width=4", "-p", "steps=4", "-p", "bound=4",
];

pub const HALVES: &str = "proof half: * open steps 0..2 | 2..4";

/// A house with decode's inputs.
pub fn decode() -> (House, String) {
    let house = House::new();
    let decode = example("decode");
    house
        .run_with(&["sample", &decode, "-o", "in.json"], &SMALL)
        .works();
    (house, decode)
}

#[test]
fn parts_are_proved_apart_verified_apart_and_joined() {
    let (house, decode) = decode();
    let key = ["key", &decode, "--plan", HALVES, "-o", "k.key"];
    house.run_with(&key, &SMALL).works();
    for (part, other) in [("half.0..2", "half.2..4"), ("half.2..4", "half.0..2")] {
        let file = format!("{part}.proof");
        let prove = [
            "prove", "--key", "k.key", "--only", part, "--input", "in.json", "-o", &file,
        ];
        let said = house.run(&prove).works();
        assert!(said.out.contains("only the part"), "{}", said.out);
        let verify = ["verify", &file, "--key", "k.key"];
        let said = house.run(&verify).works();
        let alone = format!("the proof holds, of `{part}` alone, without `{other}` (loaded");
        for words in [&alone, part, &format!("`{other}`"), "not covered"] {
            assert!(said.out.contains(words), "{words}: {}", said.out);
        }
        let object = house.run_with(&verify, &["--json"]).works().json();
        assert_eq!(object["covers"], serde_json::json!([part]));
        assert_eq!(object["missing"], serde_json::json!([other]));
        house
            .run_with(&verify, &["--whole"])
            .fails(1, &["it covers 1 of the plan's 2 parts"]);
    }
    let join = |files: &[&str]| {
        let line = ["join", "--key", "k.key", "-o", "whole.proof"];
        house.run_with(&line, files)
    };
    join(&["half.0..2.proof"]).fails(1, &["no proof of `half.2..4`", "attnc prove --key"]);
    join(&["half.0..2.proof", "half.0..2.proof"]).fails(1, &["is there twice"]);
    join(&["half.0..2.proof", "in.json"]).fails(1, &["in.json", "not a proof file"]);
    join(&["half.0..2.proof", "none.proof"]).fails(2, &["cannot read none.proof"]);
    assert!(!house.path("whole.proof").exists());
    join(&["half.2..4.proof", "half.0..2.proof"]).works();
    let verify = ["verify", "whole.proof", "--key", "k.key", "--whole"];
    let object = house.run_with(&verify, &["--json"]).works().json();
    let run = ["run", &decode, "--input", "in.json", "--json"];
    let outputs = house.run_with(&run, &SMALL).works();
    assert_eq!(object["statement"]["outputs"], outputs.json()["outputs"]);
    house.write("out.json", &outputs.out);
    house.run_with(&verify, &["--expect", "out.json"]).works();
    let context = outputs.out.replacen("[[[", "[[[1", 1);
    house.write("wrong.json", context);
    house
        .run_with(&verify, &["--expect", "wrong.json"])
        .fails(1, &["is expected"]);

    // All at once gives the same, and so does the program in place of its key.
    let prove = [
        "prove",
        &decode,
        "--plan",
        HALVES,
        "--input",
        "in.json",
        "--check",
        "-o",
        "once.proof",
    ];
    house.run_with(&prove, &SMALL).works();
    let verify = [
        "verify",
        "once.proof",
        "--program",
        &decode,
        "--plan",
        HALVES,
        "--whole",
    ];
    house.run_with(&verify, &SMALL).works();
}

#[test]
fn what_cannot_be_proved_alone_says_so() {
    let (house, decode) = decode();
    let only = |plan: &str, name: &str| {
        let line = [
            "prove", &decode, "--input", "in.json", "--plan", plan, "--only", name,
        ];
        house.run_with(&line, &SMALL)
    };
    only("sidecar", "table").fails(2, &["linked to `arithmetic`", "open the boundary"]);
    only(HALVES, "half").fails(2, &["has no proof `half`", "half.0..2"]);
    let cycle = "proof arithmetic: * - lookup proof table: lookup open *";
    only(cycle, "table").fails(2, &["E104", "`gap`", "`weight`", "cycle"]);
    only("proof a: * by hed", "a").fails(2, &["E056"]);
    house.holds_only(&["in.json"]);
}

/// A study of two plans of decode at four shapes, with its page.
/// A plan whose proof has nothing to prove is refused by every verb alike, before any work; what
/// `explore` tries of its own and cannot be is counted, with the reason.
#[test]
fn a_proof_of_nothing_is_refused_by_every_verb() {
    let house = House::new();
    let program = "circuit split(n = 4) {
        private input x[n] : 0..=9
        public output y[n]
        v[i in n] = x[i] + 1
        y[i in n] = x[i] * 2
        PLANS
    }";
    house.write("plain.attn", program.replace("PLANS", ""));
    let plans = "plan whole { proof all: * } plan split { proof a: * - v proof b: v }";
    house.write("split.attn", program.replace("PLANS", plans));
    house.write("in.json", r#"{"x": [1, 2, 3, 4]}"#);
    let why = ["E103", "`b` has nothing to prove", "depends on `v`"];
    let text = "proof a: * - v proof b: v";
    for (file, plan, code) in [("split.attn", "split", 1), ("plain.attn", text, 2)] {
        for line in [
            &["check", file][..],
            &["key", file, "-o", "s.key"],
            &["inspect", file],
            &["emit", "plan", file],
            &["audit", file],
            &["jobs", file, "--input", "in.json"],
            &["prove", file, "--input", "in.json", "-o", "s.proof"],
        ] {
            house.run_with(line, &["--plan", plan]).fails(code, &why);
        }
    }
    house.run(&["check", "split.attn"]).fails(1, &why);
    house.run(&["explore", "split.attn"]).fails(1, &why);
    assert!(!house.path("s.key").exists() && !house.path("s.proof").exists());
    let explore = ["explore", "plain.attn", "--prove", "0", "--json"];
    let explored = house.run(&explore).works().json();
    let impossible = explored["impossible"].as_array().unwrap();
    let told = |impossible: &Value| {
        impossible["why"]
            .as_str()
            .unwrap()
            .contains("nothing to prove")
    };
    assert!(impossible.iter().any(told), "{explored}");

    // Only the layout can tell: a cache's entries stand where they come from.
    let cache = "circuit c(n = 4) { private input x[n] : 0..=9
        state past = empty
        public output y[n]
        step t in n { past <- x[t]
            y[t] = max(j in past) past[j] } }";
    house.write("cache.attn", cache);
    let line = [
        "check",
        "cache.attn",
        "--plan",
        "proof a: * - past proof b: past",
    ];
    house
        .run(&line)
        .fails(2, &["E103", "`b` has nothing to prove", "--plan:1:"]);

    house.write("none.attn", "circuit none { private input x : 0..=1 }");
    house.write("none.json", r#"{"x": 1}"#);
    let run = ["run", "none.attn", "--input", "none.json"];
    house.run(&run).works();
    for line in [
        &["check", "none.attn"][..],
        &["key", "none.attn"],
        &["prove", "none.attn", "--input", "none.json"],
    ] {
        house
            .run(line)
            .fails(1, &["E103", "`none` has nothing to prove"]);
    }
}

/// `check`, `inspect` and `prove` say the same of what open boundaries make public.
#[test]
fn what_a_plan_publishes_is_said() {
    let house = House::new();
    house.write(
        "c.attn",
        "circuit c(n = 4) {
    private input x[n] : 0..8
    private input w[n] : 0..8
    public output y[n]
    public output z[n]
    v[i in n] = max(x[i], 3)
    y[i in n] = v[i] + x[i]
    u[i in n] = w[i] + 1
    z[i in n] = w[i] * v[i]
    plan together { proof all: * }
    plan linked   { proof a: y + v + x + u proof b: z + w }
    plan apart    { proof a: y + v + x + u proof b: z + w open * }
    plan alone    { proof a: y + x proof b: z + w + u + v open * }
}",
    );
    house.write("in.json", r#"{"x": [1, 2, 3, 4], "w": [7, 0, 1, 2]}"#);
    let line = "value v[4] (line 6), in parts a and b";
    let said = house.run(&["check", "c.attn"]).works();
    for words in [
        line,
        "plan apart makes public",
        "private input x[4] (line 2)",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    for words in [
        "plan together makes",
        "plan linked makes",
        "private input w[4] (line",
    ] {
        assert!(!said.out.contains(words), "{words}: {}", said.out);
    }
    let object = house.run(&["check", "c.attn", "--json"]).works().json();
    let apart = &object["publishes"]["apart"];
    let v = serde_json::json!([{
        "name": "v", "what": "value", "line": 6, "shape": [4], "elements": 4, "of": 4,
        "parts": ["a", "b"],
    }]);
    assert_eq!(*apart, v);
    assert_eq!(object["publishes"]["linked"], Value::Null);
    let inspect = ["inspect", "c.attn", "--plan", "apart"];
    assert!(house.run(&inspect).works().out.contains(line));
    let object = house.run_with(&inspect, &["--json"]).works().json();
    assert_eq!(object["publishes"], v);
    let prove = [
        "prove", "c.attn", "--plan", "apart", "--input", "in.json", "-o", "c.proof",
    ];
    assert!(house.run(&prove).works().out.contains(line));
    let object = house.run_with(&prove, &["--json"]).works().json();
    assert_eq!(object["publishes"], v);
    let verify = [
        "verify",
        "c.proof",
        "--program",
        "c.attn",
        "--plan",
        "apart",
    ];
    house.run_with(&verify, &["--whole"]).works();
    let linked = [
        "prove", "c.attn", "--plan", "linked", "--input", "in.json", "-o", "l.proof",
    ];
    let said = house.run(&linked).works();
    assert!(!said.out.contains("makes"), "{}", said.out);
    let object = house.run_with(&linked, &["--json"]).works().json();
    assert_eq!(object["publishes"], serde_json::json!([]));
}

#[test]
fn linked_proofs_pay_for_each_other() {
    let source = "circuit c(n = 32) {
        private input x[n] : 0..8
        public output y[n]
        y[i in n] = x[i] * x[i] + 1
    }";
    let input = json!({ "x": vec![3; 32] });
    let house = apart(source, &input, "proof a: * by i", &[]);
    let prove = [
        "prove", "--key", "k.key", "--input", "in.json", "-o", "c.proof",
    ];
    let made = house.run(&prove).works();
    let verify = |more: &[&str]| house.run_with(&["verify", "c.proof", "--key", "k.key"], more);
    let object = verify(&["--json"]).works().json();
    let account = &object["security"];
    let bits = account["proven_bits"].as_f64().unwrap();
    let proofs = account["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), 32);
    let lists: f64 = proofs
        .iter()
        .map(|it| it["list_bits"].as_f64().unwrap())
        .sum();
    let mut least = f64::INFINITY;
    for proof in proofs {
        assert!((proof["session_list_bits"].as_f64().unwrap() - lists).abs() < 1e-9);
        least = least.min(proof["proven_bits"].as_f64().unwrap());
        for term in proof["terms"].as_array().unwrap() {
            let step = term["step"].as_str().unwrap();
            let [conjectured, proven] =
                ["conjectured", "proven"].map(|it| term[it].as_f64().unwrap());
            if step.starts_with("the bus") {
                assert!((conjectured - lists - proven).abs() < 1e-9, "{step}");
            }
            assert!(bits <= proven, "{step}");
        }
    }
    assert_eq!(bits, least);
    // The same rows in one proof are worth more.
    let inspect = |plan: &str| {
        let line = ["inspect", "c.attn", "--plan", plan, "--json"];
        house.run(&line).works().json()["security"]["proven_bits"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(inspect("proof a: * by i"), bits);
    assert!(inspect("proof a: *") > bits + 5.0);
    // What is demanded is held against the session's own bits; and they are never rounded up.
    let floor = (bits * 10.0).floor() / 10.0;
    let shown = format!("96.0 bits conjectured, {floor:.1} proven");
    for said in [made, verify(&[]).works()] {
        assert!(said.out.contains(&shown), "no `{shown}` in {}", said.out);
    }
    verify(&["--min-proven-security", &bits.to_string()]).works();
    let more = (bits + 0.001).to_string();
    verify(&["--min-proven-security", &more])
        .fails(1, &[&format!("worth {floor:.1} bits (proven)")]);
}
