//! `--fixed`: the tensors that every proof of a key is about, from files of their own.

use serde_json::{json, Value};

use crate::house::{House, Said};

/// Weights, of which one assertion holds.
const LINEAR: &str = "circuit linear(rows = 8, width = 4) {
    fixed input weight[rows, width] : -8..8
    fixed input bias : -8..8
    private input x[width] : 0..16
    public output y[rows]
    assert[r in rows] sum(c in width) abs(weight[r, c]) <= 20
    y[r in rows] = bias + sum(c in width) weight[r, c] * x[c]
}";

fn weights() -> Value {
    let row = |r: i64| json!([r - 4, 1, -2, 3]);
    json!({ "weight": (0..8).map(row).collect::<Vec<_>>(), "bias": 5 })
}

fn house() -> House {
    let house = House::new();
    house.write("linear.attn", LINEAR);
    house.write("w.json", weights().to_string());
    house.write("in.json", r#"{"x": [1, 5, 8, 15]}"#);
    house
}

fn keyed() -> House {
    let house = house();
    let key = ["key", "linear.attn", "--fixed", "w.json"];
    house.run(&key).works();
    house
}

#[test]
fn a_key_has_digests_and_who_verifies_needs_no_weights() {
    let house = house();
    let lacks = "the elements of fixed input `weight`, of the shape [8, 4], are not given";
    let with = ["--fixed", "w.json"];
    let input = ["--input", "in.json"];
    for line in [
        &["key", "linear.attn"][..],
        &["run", "linear.attn", "--input", "in.json"],
        &["prove", "linear.attn", "--input", "in.json"],
        &["jobs", "linear.attn", "--input", "in.json"],
    ] {
        house.run(line).fails(2, &[lacks, "--fixed"]);
    }
    house.holds_only(&["in.json", "linear.attn", "w.json"]);
    let run = house.run(&[&["run", "linear.attn", "--json"], &input[..], &with].concat());
    // -4 * 1 + 5 - 2 * 8 + 3 * 15, and the bias.
    assert_eq!(run.works().json()["outputs"]["y"][0], 35);
    let key = house.run(&[&["key", "linear.attn", "--json"], &with[..]].concat());
    let digests = key.works().json()["fixed"].clone();
    house
        .run(&[&["prove", "linear.attn"], &input[..], &with].concat())
        .works();
    let verify = ["verify", "linear.proof", "--key", "linear.key"];
    let said = house.run(&verify).works();
    let digest = digests["weight"].as_str().unwrap();
    assert!(
        said.out.contains(&format!(
            "fixed       weight, which the key gives the digest {digest}"
        )),
        "{}",
        said.out
    );
    let said = house.run_with(&verify, &["--json"]).works().json();
    assert_eq!(said["statement"]["fixed"], digests);
    assert_eq!(said["statement"]["outputs"]["y"][0], 35);

    // The key proves the same with the weights, and nothing without.
    let prove = [
        "prove",
        "--key",
        "linear.key",
        "--input",
        "in.json",
        "-o",
        "k.proof",
    ];
    house.run(&prove).fails(2, &[lacks]);
    for more in [&with[..], &["--fixed", "w.json", "linear.attn"]] {
        house.run_with(&prove, more).works();
        assert_eq!(house.read("k.proof"), house.read("linear.proof"));
    }

    // Nor has a program its key without them.
    let verify = ["verify", "linear.proof", "--program", "linear.attn"];
    house.run(&verify).fails(2, &[lacks, "--key needs none"]);
    house.run_with(&verify, &with).works();
    house
        .run(&[
            "verify",
            "linear.proof",
            "--key",
            "linear.key",
            "--fixed",
            "w.json",
        ])
        .fails(2, &["--fixed is for --program"]);
}

#[test]
fn other_weights_than_the_key_s_are_told_apart() {
    let house = keyed();
    let mut other = weights();
    other["weight"][7][3] = json!(2);
    house.write("v.json", other.to_string());
    let differs = "fixed input `weight` is not that of the key: its digest is ";
    house
        .run(&[
            "prove",
            "--key",
            "linear.key",
            "--input",
            "in.json",
            "--fixed",
            "v.json",
        ])
        .fails(2, &[differs, "make another key"]);
    house
        .run(&[
            "prove",
            "linear.attn",
            "--input",
            "in.json",
            "--fixed",
            "v.json",
        ])
        .works();
    house
        .run(&["verify", "linear.proof", "--key", "linear.key"])
        .fails(1, &["about a fixed input `weight` with the digest"]);
    house
        .run(&[
            "verify",
            "linear.proof",
            "--program",
            "linear.attn",
            "--fixed",
            "w.json",
        ])
        .fails(
            1,
            &[
                "about a fixed input `weight` with the digest",
                "give the file that has it with --fixed",
            ],
        );
    house
        .run(&[
            "verify",
            "linear.proof",
            "--program",
            "linear.attn",
            "--fixed",
            "v.json",
        ])
        .works();
    // The key with the other weights' digest: neither proof is one of it.
    let key: Value = serde_json::from_slice(&house.read("linear.key")).unwrap();
    let line = ["key", "linear.attn", "--fixed", "v.json", "-o", "v.key"];
    house.run(&line).works();
    let mut edited: Value = serde_json::from_slice(&house.read("v.key")).unwrap();
    edited["parts"][0]["preprocessed"] = key["parts"][0]["preprocessed"].clone();
    house.write("v.key", edited.to_string());
    house
        .run(&["verify", "linear.proof", "--key", "v.key"])
        .fails(1, &["preprocessed roots"]);
    house
        .run(&[
            "prove", "--key", "v.key", "--input", "in.json", "--fixed", "v.json",
        ])
        .fails(2, &["roots are not those of its program"]);
}

#[test]
fn every_fixed_input_stands_in_one_file_and_nothing_else() {
    let house = house();
    let all = weights();
    house.write(
        "both.json",
        json!({ "weight": all["weight"], "bias": 5, "x": [0, 0, 0, 0] }).to_string(),
    );
    house.write(
        "weight.json",
        json!({ "weight": all["weight"] }).to_string(),
    );
    house.write("bias.json", json!({ "bias": 5 }).to_string());
    house.write("array.json", all["weight"].to_string());
    house.write(
        "wide.json",
        json!({ "weight": all["weight"], "bias": 8 }).to_string(),
    );
    house.write(
        "large.json",
        json!({ "weight": vec![[7, 7, 7, 7]; 8], "bias": 0 }).to_string(),
    );
    house.write("w.attn", LINEAR);
    let run = |more: &[&str]| -> Said {
        let line = ["run", "linear.attn", "--input", "in.json"];
        house.run_with(&line, more)
    };
    run(&["--fixed", "weight.json", "--fixed", "bias.json"]).works();
    run(&["--fixed", "bias.json", "--fixed", "weight=array.json"]).works();
    for (files, said) in [
        (
            &["weight.json"][..],
            &["E079", "no file of fixed inputs has `bias`"][..],
        ),
        (
            &["bias.json"],
            &["no file of fixed inputs has `weight`", "[8, 4]"],
        ),
        (
            &["w.json", "bias.json"],
            &["`bias` is given by w.json and by bias.json"],
        ),
        (
            &["both.json"],
            &["`x` is what one proof is about", "with --input"],
        ),
        (&["in.json"], &["`x` is what one proof is about"]),
        (&["wide.json"], &["E081", "`bias` is 8"]),
        (&["bias=array.json"], &["E080"]),
        (&["large.json"], &["E084"]),
        (&["w.attn"], &["this is a program, not an input file"]),
        (&["none.json"], &["none.json"]),
    ] {
        let flags: Vec<&str> = files.iter().flat_map(|file| ["--fixed", file]).collect();
        run(&flags).fails(if said[0] == "E084" { 1 } else { 2 }, said);
    }
    house
        .run(&[
            "run",
            "linear.attn",
            "--input",
            "both.json",
            "--fixed",
            "w.json",
        ])
        .fails(2, &["`bias` is a fixed input", "with --fixed"]);
    // A program that has none.
    house.write(
        "twice.attn",
        "circuit twice { public input x : 0..9 public output y y = 2 * x }",
    );
    house.write("x.json", r#"{"x": 3}"#);
    house
        .run(&[
            "run",
            "twice.attn",
            "--input",
            "x.json",
            "--fixed",
            "w.json",
        ])
        .fails(2, &["E079", "no fixed input `weight`"]);
    house
        .run(&["sample", "twice.attn", "--draw-fixed", "v.npz"])
        .fails(2, &["`twice` has no fixed inputs"]);
}

#[test]
fn a_program_is_laid_out_without_weights_and_holds_those_it_is_given() {
    let house = house();
    house.write(
        "large.json",
        json!({ "weight": vec![[7, 7, 7, 7]; 8], "bias": 0 }).to_string(),
    );
    let check = house.run(&["check", "linear.attn"]).works();
    assert!(
        check.out.contains("fixed input weight[8, 4] : -8..=7"),
        "{}",
        check.out
    );
    for line in [
        &["check", "linear.attn", "--json"][..],
        &["emit", "graph", "linear.attn"],
        &["emit", "circuit", "linear.attn"],
        &["inspect", "linear.attn"],
        &["inspect", "linear.attn", "--by-line"],
    ] {
        let without = house.run(line).works().out;
        let with = house.run_with(line, &["--fixed", "w.json"]).works().out;
        assert_eq!(without, with);
        house
            .run_with(line, &["--fixed", "large.json"])
            .fails(1, &["E084"]);
    }
}

#[test]
fn fixed_inputs_are_drawn_where_none_are_given() {
    let house = house();
    let sample = [
        "sample",
        "linear.attn",
        "--draw-fixed",
        "v.npz",
        "-o",
        "x.json",
    ];
    let said = house.run_with(&sample, &["--json"]).works().json();
    assert_eq!(
        (&said["tensors"], &said["fixed"]),
        (&json!(["x"]), &json!("v.npz"))
    );
    let drawn = house.read("v.npz");
    // Uniform weights break the assertion now and then; these do not, and are the same every time.
    house
        .run(&[
            "run",
            "linear.attn",
            "--input",
            "x.json",
            "--fixed",
            "v.npz",
        ])
        .works();
    house.run(&sample).works();
    assert_eq!(house.read("v.npz"), drawn);
    house.run_with(&sample, &["--seed", "1"]).works();
    assert_ne!(house.read("v.npz"), drawn);
    // What is given is read, not written over.
    house
        .run(&["sample", "linear.attn", "--fixed", "w.json", "-o", "x.json"])
        .works();
    house
        .run(&[
            "sample",
            "linear.attn",
            "--fixed",
            "w.json",
            "--draw-fixed",
            "w.json",
        ])
        .fails(2, &["--draw-fixed"]);

    house
        .run(&["audit", "linear.attn", "--rows", "2", "--security", "seed"])
        .works();
    let audit = [
        "audit",
        "linear.attn",
        "--rows",
        "2",
        "--security",
        "seed",
        "--input",
        "in.json",
    ];
    house.run(&audit).fails(2, &["`weight`", "--fixed"]);
    house.run_with(&audit, &["--fixed", "w.json"]).works();
    let sweep = [
        "sweep",
        "linear.attn",
        "-p",
        "rows=4,8",
        "--security",
        "seed",
    ];
    house.run_with(&sweep, &["-o", "drawn"]).works();
    let cells = house.run_with(&sweep, &["-o", "given", "--fixed", "w.json", "--json"]);
    let cells = cells.json();
    assert_eq!((&cells["done"], &cells["failed"]), (&json!(1), &json!(1)));
    let explored = house.run(&[
        "explore",
        "linear.attn",
        "--security",
        "seed",
        "--prove",
        "0",
        "--json",
    ]);
    let command = &explored.works().json()["plans"][0]["command"];
    assert!(
        command.as_str().unwrap().contains("--draw-fixed fixed.npz"),
        "{command}"
    );
}

#[test]
fn jobs_carry_the_files_of_fixed_inputs() {
    let house = house();
    let jobs = [
        "jobs",
        "linear.attn",
        "--input",
        "in.json",
        "--fixed",
        "w.json",
        "--format",
    ];
    let graph = house.run_with(&jobs, &["json"]).works().json();
    for job in graph["jobs"].as_array().unwrap() {
        let has = |list: &str, word: &str| job[list].as_array().unwrap().contains(&json!(word));
        let makes = job["name"] != "verify";
        assert_eq!(has("inputs", "w.json"), makes, "{job}");
        assert_eq!(has("command", "--fixed"), makes, "{job}");
    }
    house.write("Makefile", house.run_with(&jobs, &["make"]).works().out);
    house.shell("make ATTNC=\"$ATTNC\"", &[]).works();
}
