//! `check`, `emit`, `run`, `sample`: a program before anything is proved.

use serde_json::json;

use crate::house::{example, House, INPUT, SMALL, TINY};

#[test]
fn check_says_what_a_program_computes_or_what_is_wrong() {
    let house = House::new();
    house.write("tiny.attn", TINY);
    let said = house.run(&["check", "tiny.attn"]).works();
    assert!(
        said.out.contains("public output y[3] : -4..=7"),
        "{}",
        said.out
    );
    let object = house.run(&["check", "tiny.attn", "-p", "n=5", "--json"]);
    let object = object.works().json();
    assert_eq!(object["params"], json!({ "n": 5 }));
    assert_eq!(object["inputs"][0]["shape"], json!([5]));

    house.write("bad.attn", TINY.replace("half(x[i])", "hafl(x[i])"));
    let said = house.run(&["check", "bad.attn"]);
    said.fails(1, &["bad.attn:7:", "did you mean `half`?"]);
    assert!(said.out.is_empty() && !said.err.contains('\u{1b}'));
    let errors = house.run(&["check", "bad.attn", "--json"]);
    errors.fails(1, &[]);
    assert_eq!(errors.json()["errors"][0]["line"], 7);

    let unknown = house.run(&["check", "tiny.attn", "-p", "m=1"]);
    unknown.fails(2, &["`tiny` has no parameter `m`"]);
    let value = house.run(&["check", "tiny.attn", "-p", "n=many"]);
    value.fails(2, &["`many` is not an integer that `n` can be set to"]);
    house.run(&["check", "none.attn"]).fails(2, &["none.attn"]);
    house.run(&["chekc", "tiny.attn"]).fails(2, &["'check'"]);
    let plan = house.run(&["check", "tiny.attn", "--plan", "fuse"]);
    plan.fails(2, &["there is no plan `fuse`", "did you mean `fused`?"]);
}

#[test]
fn sources_that_are_no_programs_are_refused() {
    let house = House::new();
    house.write("utf.attn", b"circuit c() { // \xff\n }");
    house.run(&["check", "utf.attn"]).fails(1, &["not UTF-8"]);
    let nested = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
    house.write(
        "deep.attn",
        format!("circuit c() {{ public output y\n y = {nested} }}"),
    );
    let said = house.run(&["prove", "deep.attn", "--input", "in.json", "--json"]);
    said.fails(1, &["nest deeper"]);
    house.holds_only(&["utf.attn", "deep.attn"]);
}

#[test]
fn emit_prints_every_stage() {
    let house = House::new();
    let decode = example("decode");
    for (stage, part) in [
        ("ast", "state keys = seed_key"),
        ("graph", "value peak"),
        ("plan", "proof all"),
        ("circuit", "table exp2_half"),
    ] {
        let said = house.run_with(&["emit", stage, &decode], &SMALL).works();
        assert!(said.out.contains(part), "{stage}: {}", said.out);
        let said = house.run_with(&["emit", stage, &decode, "--json"], &SMALL);
        assert!(said.works().json().is_object());
    }
    let said = house
        .run_with(&["emit", "circuit", &decode], &SMALL)
        .works();
    for part in ["line 23", "52 of 2^6", "clip", "give wire", "weigh at"] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    // What `emit ast` prints is the program.
    let said = house.run(&["emit", "ast", &decode, "-o", "same.attn"]);
    assert!(said.works().out.is_empty());
    house.run(&["check", "same.attn"]).works();
    house.run(&["emit", "trees", &decode]).fails(2, &["trees"]);
}

#[test]
fn run_prints_all_outputs_and_knows_its_inputs() {
    let house = House::new();
    house.write("tiny.attn", TINY);
    house.write("in.json", INPUT);
    let said = house.run(&["run", "tiny.attn", "--input", "in.json", "--json"]);
    let expected = json!({ "outputs": { "y": [-3, -1, 1], "z": [0, 2, 4] } });
    assert_eq!(said.works().json(), expected);
    let said = house
        .run(&["run", "tiny.attn", "--input", "in.json"])
        .works();
    assert!(said.out.contains("y[3] = [-3,-1,1]"), "{}", said.out);

    house.write("bad.json", r#"{"x": [1, 0, 8], "shift": -3}"#);
    let said = house.run(&["run", "tiny.attn", "--input", "bad.json"]);
    said.fails(1, &["an assertion fails at i = 1"]);
    house.run(&["run", "tiny.attn"]).fails(2, &["--input"]);
}

#[test]
fn sample_draws_inputs_in_range() {
    let house = House::new();
    let head = example("head");
    let few = ["-p", "steps=4", "-p", "width=4", "-p", "entries=16"];
    let sample = |seed| {
        house
            .run_with(&["sample", &head, "--seed", seed], &few)
            .works()
    };
    let drawn = sample("1");
    assert_eq!(drawn.out, sample("1").out);
    assert_ne!(drawn.out, sample("2").out);
    assert_eq!(drawn.json()["weight"].as_array().unwrap().len(), 17);
    house.write("in.json", &drawn.out);
    house
        .run_with(&["run", &head, "--input", "in.json"], &few)
        .works();
    house
        .run(&["sample", &head, "-o", "none/in.json"])
        .fails(2, &["cannot write none/in.json"]);
    house
        .run(&["sample", &head, "--seed", "x"])
        .fails(2, &["'x'"]);
    house.holds_only(&["in.json"]);
}
