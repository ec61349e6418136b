//! What a run shows and writes, in every format, and what may be expected of it.

use std::io::Cursor;

use ndarray::{Array1, ArrayD};
use ndarray_npy::{NpzReader, ReadNpyExt};
use serde_json::json;

use crate::arrays::{house, npz, run};
use crate::house::{example, House};

#[test]
fn a_run_shows_what_is_between() {
    let house = House::new();
    let head = example("head");
    let few = ["-p", "steps=3", "-p", "width=2", "-p", "entries=16"];
    house
        .run_with(&["sample", &head, "-o", "in.npz"], &few)
        .works();
    let show = |more: &[&str]| {
        let line = [&["run", &head, "--input", "in.npz"], more].concat();
        house.run_with(&line, &few)
    };
    let object = show(&["--json", "--show", "score,peak,query,keys,weight,context"])
        .works()
        .json();
    let shown = object["shown"].as_object().unwrap();
    assert_eq!(shown.len(), 6);
    let score = shown["score"].as_array().unwrap();
    let lengths: Vec<usize> = score
        .iter()
        .map(|row| row.as_array().unwrap().len())
        .collect();
    assert_eq!(lengths, [1, 2, 3]);
    let number = |value: &serde_json::Value| value.as_i64().unwrap();
    for (row, peak) in score.iter().zip(shown["peak"].as_array().unwrap()) {
        let most = row.as_array().unwrap().iter().map(number).max();
        assert_eq!(most, Some(number(peak)));
    }
    assert_eq!(shown["context"], object["outputs"]["context"]);
    assert_eq!(shown["weight"].as_array().unwrap().len(), 17);
    // What a cache held is what was appended.
    let keys = show(&["--json", "--show", "key,keys"]).works().json();
    assert_eq!(keys["shown"]["key"], keys["shown"]["keys"]);

    let part = show(&[
        "--json",
        "--show",
        "score[2],score[2,1],score[1.., 0],query[..2, 1]",
    ]);
    let part = part.works().json();
    assert_eq!(part["shown"]["score[2]"], score[2]);
    assert_eq!(part["shown"]["score[2, 1]"], score[2][1]);
    assert_eq!(
        part["shown"]["score[1.., 0]"],
        json!([score[1][0], score[2][0]])
    );
    let query = &object["shown"]["query"];
    assert_eq!(
        part["shown"]["query[0..2, 1]"],
        json!([query[0][1], query[1][1]])
    );
    let text = show(&["--show", "score", "--show", "gap[2]"]).works().out;
    assert!(text.starts_with("score[3, 1 + i0] = [["), "{text}");
    assert!(
        text.contains("\ngap[2] = [") && text.contains("\ncontext[3, 2] = [["),
        "{text}"
    );
    let all = show(&["--json", "--show", "all"]).works().json();
    let mut names: Vec<&String> = all["shown"].as_object().unwrap().keys().collect();
    names.sort();
    let expected = [
        "context", "gap", "key", "keys", "mass", "peak", "query", "score", "share", "value",
        "values", "weight",
    ];
    assert_eq!(names, expected);

    show(&["--show", "scroe"]).fails(2, &["`head` has no value `scroe`", "did you mean `score`?"]);
    show(&["--show", "zzz"]).fails(2, &["it has query, key, value, weight", "--show all"]);
    show(&["--show", "score[0, 1]"]).fails(
        2,
        &["there is no score[0, 1]: score[0] has 1 element, counted from 0"],
    );
    show(&["--show", "score[3]"]).fails(2, &["there is no score[3]: score has 3 elements"]);
    show(&["--show", "peak[0,0]"]).fails(2, &["peak[3] has 1 indices, and 2 are given"]);
    show(&["--show", "score[0:2]"]).fails(2, &["write a range with dots: 0..2"]);
    show(&["--show", ""]).fails(2, &["a name is missing"]);
}

#[test]
fn values_of_one_name_in_several_blocks_are_told_apart() {
    let house = House::new();
    house.write(
        "two.attn",
        "circuit two(n = 2) {
    private input x[n] : 0..=9
    public output a[n]
    public output b[n]
    for i in n { once = x[i] + 1  a[i] = once * 2 }
    for i in n { once = x[i] + 2  b[i] = once * 2 }
}",
    );
    house.write("in.json", r#"{"x": [3, 5]}"#);
    let object = run(&house, "two.attn --input in.json --show once --json")
        .works()
        .json();
    assert_eq!(object["shown"], json!({ "once": [4, 6], "once#2": [5, 7] }));
    let object = run(&house, "two.attn --input in.json --show once#2[1] --json")
        .works()
        .json();
    assert_eq!(object["shown"], json!({ "once#2[1]": 7 }));
}

#[test]
fn a_run_is_written_in_the_format_that_its_name_says() {
    let house = house();
    house.write("four.json", r#"{"x": [1, -8, 7, 0]}"#);
    let echo = "echo.attn --input four.json";
    let said = run(&house, &format!("{echo} -o y.npy")).works();
    assert!(said.out.is_empty(), "{}", said.out);
    let y = Array1::<i64>::read_npy(Cursor::new(house.read("y.npy"))).unwrap();
    assert_eq!(y.to_vec(), [2, -7, 8, 1]);
    // It is an input of the same kind.
    run(&house, "echo.attn --input y.npy").fails(2, &["`x[2]` is 8, outside its range"]);
    let tiny = "tiny.attn --input in.json";
    run(&house, &format!("{tiny} -o two.npy"))
        .fails(2, &["one array without a name, and there are 2", ".npz"]);
    run(&house, &format!("{tiny} -o two.pt")).fails(2, &["format that attnc does not write"]);
    let object = run(&house, &format!("{tiny} --show x,z -o out.npz --json"))
        .works()
        .json();
    let bytes = house.read("out.npz");
    let written = json!({
        "written": "out.npz", "format": "npz", "bytes": bytes.len(), "tensors": ["y", "z", "x"],
    });
    assert_eq!(object, written);
    let mut reader = NpzReader::new(Cursor::new(bytes)).unwrap();
    let mut names = reader.names().unwrap();
    names.sort();
    assert_eq!(names, ["x", "y", "z"]);
    let z: ArrayD<i64> = reader.by_name("z").unwrap();
    assert_eq!(z.into_raw_vec_and_offset().0, [0, 2, 4]);
    // Standard output is the file.
    let printed = run(&house, &format!("{tiny} -o - --json")).works().json();
    assert_eq!(
        printed,
        run(&house, &format!("{tiny} --json")).works().json()
    );

    let head = example("head");
    let few = ["-p", "steps=3", "-p", "width=2", "-p", "entries=16"];
    let sampled = house
        .run_with(&["sample", &head, "-o", "in.npz", "--json"], &few)
        .works()
        .json();
    assert_eq!(
        sampled["tensors"],
        json!(["query", "key", "value", "weight"])
    );
    assert_eq!(sampled["format"], "npz");
    let line = [
        "run", &head, "--input", "in.npz", "--show", "score", "-o", "s.npz",
    ];
    let hint = "show a row of it: --show score[0]";
    house
        .run_with(&line, &few)
        .fails(2, &["rows of several lengths, which s.npz cannot", hint]);
    assert!(!house.path("s.npz").exists());
    let line = [
        "run", &head, "--input", "in.npz", "--show", "score[2]", "-o", "s.npz",
    ];
    house.run_with(&line, &few).works();
    let mut reader = NpzReader::new(Cursor::new(house.read("s.npz"))).unwrap();
    let score: Array1<i64> = reader.by_name("score[2]").unwrap();
    assert_eq!(score.len(), 3);
}

#[test]
fn what_is_written_is_said_to_those_who_ask() {
    let house = house();
    let object = house
        .run(&["sample", "echo.attn", "-o", "x.npy", "--json"])
        .works()
        .json();
    assert_eq!(object["written"], "x.npy");
    assert_eq!(object["tensors"], json!(["x"]));
    run(&house, "echo.attn --input x.npy").works();
    house
        .run(&["sample", "tiny.attn", "-o", "both.npy"])
        .fails(2, &["one array without a name, and there are 2"]);
    for (line, key, value) in [
        (
            &["emit", "graph", "tiny.attn", "-o", "out"][..],
            "stage",
            json!("graph"),
        ),
        (
            &["jobs", "tiny.attn", "--input", "in.json", "-o", "out"],
            "circuit",
            json!("tiny"),
        ),
        (
            &["sample", "tiny.attn", "-o", "out"],
            "format",
            json!("json"),
        ),
        (
            &["run", "tiny.attn", "--input", "in.json", "-o", "out"],
            "format",
            json!("json"),
        ),
    ] {
        let object = house.run_with(line, &["--json"]).works().json();
        assert_eq!(object["written"], "out", "{line:?}");
        assert_eq!(object["bytes"], house.read("out").len(), "{line:?}");
        assert_eq!(object[key], value, "{line:?}");
        assert!(house.run(line).works().out.is_empty(), "{line:?}");
    }
}

#[test]
fn a_file_with_an_equals_sign_is_a_file_where_others_read_it() {
    let house = house();
    house.write("a=b.json", house.read("in.json"));
    run(&house, "tiny.attn --input a=b.json").fails(2, &["cannot read b.json"]);
    run(&house, "tiny.attn --input ./a=b.json").works();
    let jobs = house
        .run(&["jobs", "tiny.attn", "--input", "a=b.json"])
        .works()
        .json();
    let commands = jobs["jobs"][1]["command"].as_array().unwrap();
    assert!(commands.contains(&json!("./a=b.json")), "{commands:?}");
}

#[test]
fn tensors_by_name_are_of_every_proof() {
    let house = house();
    let seed = ["--security", "seed"];
    house.run_with(&["key", "tiny.attn"], &seed).works();
    house.write("a.npz", npz(&[("x", &[1, 5, 8])]));
    house.write("b.json", r#"{"x": [2, 2, 2]}"#);
    std::fs::create_dir(house.path("proofs")).unwrap();
    let line = [
        "prove",
        "tiny.attn",
        "--input",
        "a.npz",
        "--input",
        "shift=shift.npy",
    ];
    let more = ["--input", "b.json", "-o", "proofs", "--security", "seed"];
    house.run_with(&line, &more).works();
    assert_eq!(house.names("proofs"), ["a.proof", "b.proof"]);
    for (proof, y) in [
        ("proofs/a.proof", [-3, -1, 1]),
        ("proofs/b.proof", [-2, -2, -2]),
    ] {
        let line = [
            "verify",
            proof,
            "--key",
            "tiny.key",
            "--min-security",
            "13",
            "--json",
        ];
        let statement = &house.run(&line).works().json()["statement"];
        assert_eq!(statement["outputs"]["y"], json!(y));
        assert_eq!(statement["inputs"]["shift"], json!(-3));
    }
    // Nothing but tensors by name is one proof.
    let line = [
        "prove",
        "tiny.attn",
        "--input",
        "x=x.npy",
        "--input",
        "shift=shift.npy",
    ];
    house.run_with(&line, &seed).works();
    assert!(house.path("tiny.proof").exists());
    let script =
        "\"$ATTNC\" prove tiny.attn --input a.npz --input b.json --input shift=- -o proofs";
    house
        .shell(script, &[])
        .fails(2, &["can be read only once, and is wanted again"]);
}

#[test]
fn expectations_come_in_every_format() {
    let house = house();
    let tiny = "tiny.attn --input in.json";
    run(&house, &format!("{tiny} -o out.json")).works();
    run(&house, &format!("{tiny} -o out.npz")).works();
    run(&house, &format!("{tiny} --show x -o shown.json")).works();
    house.write("y.npz", npz(&[("y", &[-3, -1, 1])]));
    house.write("other.npz", npz(&[("y", &[-3, 0, 2])]));
    house.write("other.json", r#"{"outputs": {"z": [0, 2, 5]}}"#);
    house.write("shift.json", r#"{"shift": 3}"#);
    for good in ["out.json", "out.npz", "shown.json", "y.npz", "in.json"] {
        let said = run(&house, &format!("{tiny} --expect {good}")).works();
        assert!(
            said.out.contains(&format!("as {good} has it: ")),
            "{}",
            said.out
        );
    }
    let object = run(&house, &format!("{tiny} --expect y.npz --json"))
        .works()
        .json();
    assert_eq!(object["expected"], json!(["y"]));
    for (file, parts) in [
        (
            "other.npz",
            &["y[1] is -1, 0 is expected, in other.npz"][..],
        ),
        ("other.json", &["z[2] is 4, 5 is expected, in other.json"]),
        ("shift.json", &["shift is -3, 3 is expected, in shift.json"]),
    ] {
        run(&house, &format!("{tiny} --expect {file}")).fails(1, parts);
        run(&house, &format!("{tiny} --expect {file} -o no.json")).fails(1, parts);
        assert!(!house.path("no.json").exists());
    }
    run(&house, &format!("{tiny} --expect x.npz")).fails(2, &["x.npz: ", "`arr_0`"]);

    // A proof's statement has the public ones.
    house
        .run(&["key", "tiny.attn", "--security", "seed"])
        .works();
    house
        .run(&[
            "prove",
            "tiny.attn",
            "--input",
            "in.json",
            "--security",
            "seed",
        ])
        .works();
    let verify = |file: &str| {
        let line = [
            "verify",
            "tiny.proof",
            "--key",
            "tiny.key",
            "--min-security",
            "13",
        ];
        house.run_with(&line, &["--expect", file])
    };
    verify("y.npz").works();
    house.write(
        "y.json",
        r#"{"outputs": {"y": [-3, -1, 1]}, "shown": {"z": [0, 2, 4]}}"#,
    );
    verify("y.json").works();
    let first = "y[1] is -1 in the statement, 0 is expected, in other.npz";
    verify("other.npz").fails(1, &[first]);
    verify("shift.json").fails(
        1,
        &["shift is -3 in the statement, 3 is expected, in shift.json"],
    );
}

#[test]
fn programs_come_from_standard_input() {
    let house = house();
    for (line, part) in [
        ("check -", "tiny(n = 3) is well formed"),
        ("emit graph -", "value z"),
        ("inspect -", "tiny"),
        ("run - --input in.json", "y[3] = [-3,-1,1]"),
        ("sample -", "\"shift\""),
        ("key - -o -", "attnc-key"),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let said = house
            .shell("exec \"$ATTNC\" \"$@\" < tiny.attn", &words)
            .works();
        assert!(said.out.contains(part), "{line}: {}", said.out);
    }
    let bad = house.shell("echo 'circuit c {' | \"$ATTNC\" check -", &[]);
    bad.fails(1, &["E003", "-:1:"]);
}
