//! `fidelity`: integers against real numbers, in every format, and what is no reference.

use serde_json::{json, Value};

use crate::house::House;

/// Halves, of which a layer's come after another's; and a sum that grows.
const LAYERS: &str = "circuit c(layers = 2, n = 3) {
    public input token[n] : 0..8
    public output logit[n, 2]
    state x[n] : 0..=64 = token
    layer l in layers {
        h[i in n] = floor(x[i] / 2)
        x <- h
    }
    state seen = empty
    step t in n {
        seen <- token[t]
        upto[j in seen] = seen[j]
    }
    logit[i in n, k in 2] = (1 - 2 * k) * (x[i] - 1)
}";

fn house(reference: &Value) -> House {
    let house = House::new();
    house.write("c.attn", LAYERS);
    house.write("in.json", r#"{"token": [7, 4, 1]}"#);
    house.write("real.json", reference.to_string());
    house
}

const LINE: [&str; 6] = [
    "fidelity",
    "c.attn",
    "--input",
    "in.json",
    "--reference",
    "real.json",
];

#[test]
fn rows_are_of_tensors_and_layers() {
    // h is 3, 2, 0 and then 1, 1, 0; its unit is a quarter in the first layer, a half in the second.
    let house = house(&json!({
        "h": [[0.75, 0.5, 0.25], [0.5, 0.5, 0.0]],
        "h.unit": [[0.25], [0.5]],
        "logit": [[1.0, 0.0], [0.0, 1.0], [0.0, 2.0]],
    }));
    let found = house
        .run_with(&LINE, &["--by", "l", "--json"])
        .works()
        .json();
    let rows = found["rows"].as_array().unwrap();
    let names: Vec<(&Value, &Value)> = rows
        .iter()
        .map(|row| (&row["tensor"], &row["layer"]))
        .collect();
    assert_eq!(
        names,
        [
            (&json!("h"), &json!(0)),
            (&json!("h"), &json!(1)),
            (&json!("logit"), &json!(null))
        ]
    );
    assert_eq!(rows[0]["max_error"], 0.25);
    assert_eq!(rows[0]["mean_size"], 0.5);
    assert_eq!(rows[0]["least_cosine"], 0.0);
    assert_eq!(
        (&rows[1]["max_error"], &rows[1]["cosine"]),
        (&json!(0.0), &json!(1.0))
    );
    // Integer logits are 0 and 0, 0 and 0, -1 and 1: the first of equal ones counts.
    assert_eq!(
        (&found["texts"], &found["positions"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(found["differs"].as_array().unwrap().len(), 1);
    assert_eq!(found["differs"][0]["position"], 1);
    assert!((found["top1"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-12);
    // Tokens 4 and 1 follow, of which the logits have the second alone.
    assert!(found["perplexity_integer"].as_f64().unwrap() > 1.0);
    let said = house
        .run_with(&LINE, &["--by", "l", "-o", "page.html"])
        .works();
    assert!(said.out.contains("top-1: 66.67 %"), "{}", said.out);
    let page = String::from_utf8(house.read("page.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("layer 1") && !page.contains("<script"));
}

#[test]
fn what_grows_may_be_whole_or_in_a_row() {
    for upto in [
        json!([[7.0, 9.0, 9.0], [7.0, 4.0, 9.0], [7.0, 4.0, 1.0]]),
        json!([7.0, 7.0, 4.0, 7.0, 4.0, 1.0]),
    ] {
        let house = house(&json!({ "upto": upto }));
        let found = house.run_with(&LINE, &["--json"]).works().json();
        assert_eq!(found["rows"][0]["max_error"], 0.0);
        assert_eq!(found["positions"], 3);
    }
}

#[test]
fn a_study_has_it_beside_its_proofs() {
    let house = house(&json!({ "h": [[3.0, 2.0, 0.5], [1.0, 1.0, 0.0]] }));
    let said = house.run_with(&LINE, &["--json"]).works();
    house.write("f.json", &said.out);
    let sweep = [
        "sweep",
        "c.attn",
        "-p",
        "n=3",
        "--security",
        "seed",
        "-o",
        "study",
    ];
    house.run(&sweep).works();
    let report = ["report", "study", "-o", "r.html", "--fidelity"];
    house.run_with(&report, &["f.json"]).works();
    let page = String::from_utf8(house.read("r.html")).unwrap();
    assert!(page.contains("Integers against real numbers") && page.contains("--fidelity f.json"));
    house
        .run_with(&report, &["in.json"])
        .fails(2, &["in.json is no fidelity", "attnc fidelity --json"]);
    house
        .run_with(&report, &["none.json"])
        .fails(2, &["none.json"]);
}

#[test]
fn what_is_no_reference_is_refused() {
    for (reference, said) in [
        (json!({ "g": [1.0] }), &["`c` has no value `g`"][..]),
        (json!({}), &["no tensor of the program"]),
        (
            json!({ "h": [[1.0, 2.0]] }),
            &["it has the shape [1, 2], and the tensor [2, 3]"],
        ),
        (
            json!({ "h.unit": [0.5, 0.5] }),
            &["which does not stretch over [2, 3]"],
        ),
        (json!({ "h.unit": 0.5 }), &["no tensor of the program"]),
        (
            json!({ "h": [[1.0, "a", 2.0], [1.0, 2.0, 3.0]] }),
            &["not an array [2, 3] of numbers"],
        ),
        (json!([1]), &["does not hold an object"]),
    ] {
        house(&reference).run(&LINE).fails(2, said);
    }
    let house = house(&json!({ "h": [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]] }));
    for (more, said) in [
        (&["--by", "j"][..], "`j` is the first index of no tensor"),
        (&["--logits", "h2"], "the reference has no `h2`"),
        (
            &["--logits", "h", "--tokens", "tokens"],
            "`tokens` is no input of 2 tokens",
        ),
        (&["--input", "in.json"], "2 inputs and 1 references"),
        (&["-o", "real.json"], "real.json"),
    ] {
        house.run_with(&LINE, more).fails(2, &[said]);
    }
    let before = house.read("real.json");
    house.write("real.npz", &before[..4]);
    let npz = [
        "fidelity",
        "c.attn",
        "--input",
        "in.json",
        "--reference",
        "real.npz",
    ];
    house
        .run(&npz)
        .fails(2, &["real.npz: the input file is not JSON"]);
}
