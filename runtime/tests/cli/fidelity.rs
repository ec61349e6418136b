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
        .run_with(&LINE, &["--by", "l", "--no-tokens", "--json"])
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
    assert_eq!(found["perplexity_integer"], Value::Null);
    assert_eq!(found["circuit"], "c");
    assert_eq!(found["params"], json!({ "layers": 2, "n": 3 }));
    let said = house
        .run_with(&LINE, &["--by", "l", "--no-tokens", "-o", "page.html"])
        .works();
    assert!(said.out.contains("top-1: 66.67 %"), "{}", said.out);
    let page = String::from_utf8(house.read("page.html")).unwrap();
    for text in [&said.out, &page] {
        assert!(text.contains("circuit: c, layers = 2, n = 3"), "{text}");
    }
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
    assert!(page.contains("circuit: c, layers = 2, n = 3"));
    let object = house
        .run_with(&report, &["f.json", "--json"])
        .works()
        .json();
    assert_eq!(object["fidelity"], "f.json");
    house
        .run_with(&report, &["in.json"])
        .fails(2, &["in.json is no fidelity", "attnc fidelity --json"]);
    house
        .run_with(&report, &["none.json"])
        .fails(2, &["none.json"]);
    house
        .run(&["report", "study", "-o", "r.json"])
        .fails(2, &["-o writes a page, and r.json ends with .json"]);

    let changed = |change: &dyn Fn(&mut Value)| {
        let mut found: Value = serde_json::from_str(&said.out).unwrap();
        change(&mut found);
        house.write("g.json", found.to_string());
        house.run_with(&report, &["g.json"])
    };
    // As Python writes it of what it quantised.
    let of_python = |found: &mut Value| {
        for name in ["circuit", "params", "program"] {
            found.as_object_mut().unwrap().remove(name);
        }
    };
    changed(&of_python).works();
    let page = String::from_utf8(house.read("r.html")).unwrap();
    assert!(page.contains("The file does not say of which program it is."));
    changed(&|found| found["rows"] = json!([]))
        .fails(2, &["g.json is no fidelity: `rows` has no row"]);
    changed(&|found| found["rows"][0]["cosine"] = json!(1.5))
        .fails(2, &["`rows[0].cosine` is 1.5, not from -1 to 1"]);
    changed(&|found| found["top1"] = json!(2.0)).fails(2, &["`top1` is 2.0"]);
    for (text, why) in [
        (
            LAYERS.replace("circuit c(", "circuit d("),
            "f.json is the fidelity of `d`, and the study is of `c`",
        ),
        (
            LAYERS.replace("0..8", "0..9"),
            "f.json is the fidelity of another program than the study's `c`",
        ),
    ] {
        house.write("c.attn", text);
        let other = house.run_with(&LINE, &["--json"]).works();
        house.write("f.json", other.out);
        house.run_with(&report, &["f.json"]).fails(2, &[why]);
    }
}

/// What the layers compute.
fn halves() -> Value {
    json!([[3.0, 2.0, 0.0], [1.0, 1.0, 0.0]])
}

/// The logits of tokens below 2.
fn low() -> Value {
    json!([[-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]])
}

#[test]
fn tokens_have_logits_or_are_refused() {
    let house = house(&json!({ "logit": low() }));
    house.run(&LINE).fails(
        2,
        &[
            "text 0: `token`: the token at position 1 is 4, and there are 2 logits in `logit`",
            "--no-tokens compares without",
        ],
    );
    house
        .run_with(&LINE, &["--tokens", "token", "--no-tokens"])
        .fails(2, &["--no-tokens"]);
    house.write("in.json", r#"{"token": [1, 0, 1]}"#);
    let found = house.run_with(&LINE, &["--json"]).works().json();
    // -ln p is ln(e + 1/e) and 1 more, then 1 less.
    for name in ["perplexity_real", "perplexity_integer"] {
        let perplexity = found[name].as_f64().unwrap();
        assert!((perplexity - 2.0 * 1f64.cosh()).abs() < 1e-12, "{found}");
    }
    assert_eq!(found["notes"], json!([]));
}

#[test]
fn one_logit_a_position_is_none() {
    let house = house(&json!({ "upto": [7.0, 7.0, 4.0, 7.0, 4.0, 1.0] }));
    house
        .run_with(&LINE, &["--logits", "upto"])
        .fails(2, &["one logit a position says nothing"]);
    house.write(
        "c.attn",
        "circuit c(n = 3) {
            public input token[n] : 0..8
            public output logit[n]
            logit[i in n] = 2 * token[i]
        }",
    );
    house.write("real.json", r#"{"logit": [14, 8, 2.5]}"#);
    let found = house.run_with(&LINE, &["--json"]).works().json();
    assert_eq!(found["top1"], Value::Null);
    let note = found["notes"][0].as_str().unwrap();
    assert!(note.contains("no logits are compared"), "{note}");
}

#[test]
fn texts_are_compared_in_the_same_tensors() {
    let house = house(&json!({ "h": halves(), "logit": low() }));
    house.write("two.json", json!({ "h": halves() }).to_string());
    let two = [
        "--no-tokens",
        "--input",
        "in.json",
        "--reference",
        "two.json",
    ];
    house.run_with(&LINE, &two).fails(
        2,
        &["two.json, text 1: it has no `logit`, which text 0 has"],
    );
    house.write("two.json", house.read("real.json"));
    let found = house
        .run_with(&LINE, &[&two[..], &["--json"]].concat())
        .works()
        .json();
    // `h` has two layers, `logit` three positions.
    assert_eq!(
        (&found["texts"], &found["positions"]),
        (&json!(2), &json!(6))
    );
}

#[test]
fn what_the_program_has_nothing_of_may_be_infinite() {
    let house = house(&json!({}));
    let mut upto = [
        7.0,
        f64::NAN,
        f64::NEG_INFINITY,
        7.0,
        4.0,
        f64::NAN,
        7.0,
        4.0,
        1.0,
    ];
    let line = [
        "fidelity",
        "c.attn",
        "--input",
        "in.json",
        "--reference",
        "real.safetensors",
        "--json",
    ];
    let run = |upto: &[f64]| {
        let header = r#"{"upto":{"dtype":"F64","shape":[3,3],"data_offsets":[0,72]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.extend(upto.iter().flat_map(|number| number.to_le_bytes()));
        house.write("real.safetensors", bytes);
        house.run(&line)
    };
    let found = run(&upto).works().json();
    assert_eq!(found["rows"][0]["max_error"], 0.0);
    upto[4] = f64::NAN;
    run(&upto).fails(2, &["`upto`: NaN at [1, 1], which is no finite number"]);
}

#[test]
fn small_numbers_are_no_zeros() {
    let house = house(&json!({
        "h": [[3e-200, 2e-200, 0.0], [1e-200, 1e-200, 0.0]],
        "h.unit": 1e-200,
    }));
    let found = house.run_with(&LINE, &["--json"]).works().json();
    let least = found["rows"][0]["least_cosine"].as_f64().unwrap();
    assert!((least - 1.0).abs() < 1e-12, "{found}");
}

#[test]
fn a_reference_that_is_not_there_is_told_as_an_input_is() {
    let house = house(&json!({ "h": halves() }));
    let without = |input, reference| {
        let files = ["--input", input, "--reference", reference];
        house.run_with(&["fidelity", "c.attn"], &files)
    };
    let (input, reference) = (
        without("none.json", "real.json"),
        without("in.json", "none.json"),
    );
    reference.fails(2, &["E078", "cannot read none.json"]);
    assert_eq!(input.text(), reference.text());
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
        (json!({ "h.unit": 0.5 }), &["`h.unit` is there, and no `h`"]),
        (
            json!({ "h": halves(), "h.unit": [[0.25], [0.0]] }),
            &["`h.unit` is 0.0 at [1, 0], and a unit is above 0"],
        ),
        (
            json!({ "h": halves(), "h.unit": -1 }),
            &["`h.unit` is -1.0 at []"],
        ),
        (
            json!({ "h": halves(), "h.units": 1 }),
            &["did you mean `h.unit`?"],
        ),
        (
            json!({ "logti": [1.0] }),
            &["`c` has no value `logti`", "did you mean `logit`?"],
        ),
        (
            json!({ "h": halves(), "h.unit": 1e308 }),
            &["`h`: 3 at [0, 0], times its unit 1e308, is no finite number"],
        ),
        (
            json!({ "h": [[1e308, 1e308, 1.0], [1.0, 1.0, 1.0]] }),
            &["`h`: the sum of its errors is no finite number"],
        ),
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
        (
            &["--tokens", "token"],
            "--tokens token, and no logits are compared",
        ),
        (&["--logits", "g"], "it has h"),
        (
            &["--by", "l", "--logits", "h"],
            "`h` is divided by --by l, and logits are whole",
        ),
        (
            &["-o", "page.json"],
            "-o writes a page, and page.json ends with .json",
        ),
        (&["-o", "page.NPZ"], "--json prints JSON"),
        (&["-o", "c.attn"], "c.attn"),
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
        .fails(2, &["real.npz: the file is not JSON"]);
}
