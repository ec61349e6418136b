//! The JSON Schema of the statement, held against the statements of every example, plan and part.

use jsonschema::Validator;
use serde_json::{json, Value};

use crate::house::{example, House, INPUT, TINY};

fn schema(house: &House) -> Validator {
    let said = house.run(&["verify", "--schema"]).works();
    let committed = include_str!("../../schema/statement.schema.json");
    assert_eq!(said.out, committed);
    let schema = said.json();
    let version = &schema["$defs"]["one"]["properties"]["version"]["const"];
    assert_eq!(version, attnc::session::statement::VERSION);
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Proves and verifies a plan; the statement, and those of its parts.
fn statements(house: &House, program: &str, params: &[&str], plan: &str) -> Vec<Value> {
    let sample = ["sample", program, "-o", "in.json"];
    house.run_with(&sample, params).works();
    statements_of(house, program, params, plan, "in.json")
}

fn statements_of(
    house: &House,
    program: &str,
    params: &[&str],
    plan: &str,
    input: &str,
) -> Vec<Value> {
    let prove = ["prove", program, "--plan", plan, "--input", input];
    let seed = ["--security", "seed", "-o", "x.proof"];
    house.run_with(&[&prove, params].concat(), &seed).works();
    let verify = ["verify", "x.proof", "--program", program, "--plan", plan];
    let lenient = ["--input", input, "--min-security", "13", "--json"];
    let said = house.run_with(&[&verify, params].concat(), &lenient);
    let object = said.works().json();
    let proofs = object["proofs"].as_array().unwrap();
    let parts = proofs.iter().map(|proof| proof["statement"].clone());
    parts.chain([object["statement"].clone()]).collect()
}

#[test]
fn the_statements_of_all_examples_fit_the_schema() {
    let house = House::new();
    let schema = schema(&house);
    let decode = [
        "-p", "heads=2", "-p", "width=4", "-p", "steps=4", "-p", "bound=4",
    ];
    let halves = "proof half: * open steps 0..2 | 2..4";
    let head = ["-p", "steps=8"];
    let mut seen = 0;
    for (name, params, plan) in [
        ("decode", &decode[..], "fused"),
        ("decode", &decode, "sidecar"),
        ("decode", &decode, halves),
        ("head", &head, "fused"),
        ("head", &head, "sidecar"),
        ("matmul", &[], "fused"),
        ("norm", &[], "fused"),
        ("window", &["-p", "steps=4"], "fused"),
        ("vote", &[], "fused"),
    ] {
        let program = example(name);
        let found = match name {
            // Not every vote passes its assertions.
            "vote" => {
                let input = example(name).replace(".attn", ".json");
                statements_of(&house, &program, params, plan, &input)
            }
            _ => statements(&house, &program, params, plan),
        };
        let parts = if plan == halves { 2 } else { 1 };
        assert_eq!(found.len(), parts + 1);
        for statement in found {
            if let Err(error) = schema.validate(&statement) {
                panic!("{name}, {plan}: {error} at {}", error.instance_path());
            }
            assert_eq!(statement["circuit"], name);
            seen += 1;
        }
    }
    assert_eq!(seen, 19);
}

#[test]
fn what_is_no_statement_does_not_fit() {
    let house = House::new();
    let schema = schema(&house);
    house.write("tiny.attn", TINY);
    house.write("in.json", INPUT);
    let open = "proof a: * - z proof b: z open *";
    let found = statements_of(&house, "tiny.attn", &[], open, "in.json");
    let [one, _, set] = found.as_slice() else {
        panic!("{found:#?}");
    };
    for whole in [one, set] {
        assert!(schema.is_valid(whole));
        let refused = |change: &str, changed: &Value| {
            assert_ne!(whole, changed, "{change}");
            assert!(!schema.is_valid(changed), "{change}: {changed:#}");
        };
        let fields: Vec<&String> = whole.as_object().unwrap().keys().collect();
        for field in fields {
            let mut changed = whole.clone();
            changed.as_object_mut().unwrap().remove(field);
            refused(&format!("no {field}"), &changed);
            for wrong in [json!(null), json!(true), json!(1.5), json!([[1.5]])] {
                let mut changed = whole.clone();
                changed[field] = wrong;
                refused(&format!("another {field}"), &changed);
            }
        }
        for (field, value) in [
            ("more", json!(1)),
            ("program", json!("ab".repeat(31))),
            ("program", json!("AB".repeat(32))),
            ("program", json!("xy".repeat(32))),
            ("program", json!(format!("{}\n", "ab".repeat(32)))),
            ("params", json!({ "n": "3" })),
            ("params", json!({ "n": 3.5 })),
            ("params", json!([["n", 3]])),
            ("tables", json!({ "half": "ab" })),
            ("plan", json!("")),
            ("context", json!("x".repeat(65537))),
            ("outputs", json!({ "y": ["1"] })),
            ("inputs", json!({ "shift": 0.5 })),
            ("inputs", json!({ "shift": { "a": 1 } })),
        ] {
            let mut changed = whole.clone();
            changed[field] = value.clone();
            refused(&format!("{field} is {value}"), &changed);
        }
    }
    for (field, value) in [
        ("version", json!(attnc::session::statement::VERSION + 1)),
        ("version", json!(0)),
        ("layout", json!("0".repeat(63))),
        ("preprocessed", json!([])),
        ("preprocessed", json!(["ab"])),
        ("choices", json!("pairs=no")),
        ("security", json!("")),
    ] {
        let mut changed = one.clone();
        changed[field] = value.clone();
        assert!(!schema.is_valid(&changed), "{field} is {value}");
    }
    // Nothing to hold it against.
    house.run(&["verify"]).fails(2, &["<PROOF>"]);
    house
        .run(&["verify", "--schema", "x.proof"])
        .fails(2, &["cannot be used with"]);
}
