//! `key`: all that a verifier and a prover need besides inputs; plans, tables and choices in it.

use serde_json::{json, Value};

use crate::house::{example, House, TINY};

#[test]
fn keys_and_proofs_of_tables_from_the_input() {
    let house = House::new();
    let head = example("head");
    let few = ["-p", "steps=4", "-p", "width=4", "-p", "entries=16"];
    house
        .run_with(&["sample", &head, "-o", "in.json"], &few)
        .works();
    house
        .run_with(&["key", &head], &few)
        .fails(2, &["table `weight` comes from the input file"]);
    house.holds_only(&["in.json"]);
    // A key needs the tables alone.
    let all: Value = serde_json::from_slice(&house.read("in.json")).unwrap();
    house.write(
        "tables.json",
        json!({ "weight": all["weight"] }).to_string(),
    );
    house
        .run_with(&["key", &head, "--input", "tables.json"], &few)
        .works();
    house
        .run_with(&["prove", &head, "--input", "in.json"], &few)
        .works();
    house
        .run(&["verify", "head.proof", "--key", "head.key"])
        .works();
    let mut tables = json!({ "weight": all["weight"] });
    tables["weight"][16] = json!(tables["weight"][16].as_i64().unwrap() ^ 1);
    house.write("tables.json", tables.to_string());
    house
        .run_with(&["key", &head, "--input", "tables.json"], &few)
        .works();
    house
        .run(&["verify", "head.proof", "--key", "head.key"])
        .fails(1, &["about a table `weight` with the digest"]);
}

#[test]
fn a_key_says_all_but_the_inputs() {
    let house = House::tiny();
    let alone = house.read("tiny.proof");
    house
        .run(&["prove", "--key", "tiny.key", "--input", "in.json"])
        .works();
    // The same statement, so the same proof.
    assert_eq!(house.read("tiny.proof"), alone);
    let prove = |more: &[&str]| {
        let line = ["prove", "--key", "tiny.key", "--input", "in.json"];
        let line = [&line[..], &["-o", "key.proof", "--check"]].concat();
        house.run_with(&line, more)
    };
    let object = prove(&["tiny.attn", "--json"]).works().json();
    assert_eq!(object["proof"], "key.proof");
    assert!(object["stages_ms"]["setup"].as_f64().unwrap() > 0.0);
    assert!(object["verify_ms"].as_f64().unwrap() > 0.0);
    prove(&["--security", "fast"]).works();
    house
        .run(&["verify", "key.proof", "--key", "tiny.key"])
        .works();
    std::fs::remove_file(house.path("key.proof")).unwrap();
    let files = ["tiny.attn", "in.json", "tiny.key", "tiny.proof"];
    house.holds_only(&files);

    // Another circuit, other parameters, another program, another plan.
    house.write("vote.attn", TINY.replace("circuit tiny", "circuit vote"));
    prove(&["vote.attn"]).fails(
        2,
        &["tiny.key is the key of the circuit `tiny`, not of the circuit `vote`"],
    );
    prove(&["tiny.attn", "-p", "n=4"]).fails(2, &["is the key of n = 3, not of n = 4"]);
    house.write("vote.attn", TINY.replace("z[i] + shift", "z[i] - shift"));
    prove(&["vote.attn"]).fails(2, &["is the key of a program with the digest"]);
    prove(&["--plan", "split"]).fails(2, &["the plan `fused`, not of the plan `split`"]);
    prove(&["--plan", "fused"]).works();
    prove(&["-p", "n=3"]).fails(2, &["FILE"]);
    house
        .run(&["prove", "--input", "in.json"])
        .fails(2, &["FILE"]);
    house
        .run(&["prove", "--key", "tiny.key"])
        .fails(2, &["--input"]);
    std::fs::remove_file(house.path("key.proof")).unwrap();

    // Keys that are broken, or lie.
    let text = String::from_utf8(house.read("tiny.key")).unwrap();
    let with = |text: &str| {
        house.write("bad.key", text);
        let line = ["prove", "--key", "bad.key", "--input", "in.json", "-o", "x"];
        house.run(&line)
    };
    with(&text.replace("z[i] + shift", "z[i] - shift"))
        .fails(2, &["bad.key: the key contradicts itself: its program"]);
    with(&text[..99]).fails(2, &["bad.key: the key is not well formed"]);
    let mut roots: Value = serde_json::from_str(&text).unwrap();
    roots["parts"][0]["preprocessed"]["16"][0] = json!("00".repeat(32));
    with(&roots.to_string()).fails(2, &["bad.key: the key's preprocessed roots are not those"]);
    let line = ["prove", "--key", "none.key", "--input", "in.json"];
    house.run(&line).fails(2, &["none.key"]);
    house.holds_only(&[&files[..], &["vote.attn", "bad.key"]].concat());
}

#[test]
fn a_plan_is_given_as_a_text() {
    let house = House::tiny();
    let prove = |more: &[&str]| {
        let line = [
            "prove",
            "tiny.attn",
            "--input",
            "in.json",
            "-o",
            "text.proof",
        ];
        house.run_with(&line, more)
    };
    let text = "proof rest: * - half - z  // what is left\n proof table:half+z";
    let canonical = "proof rest: * - half - z proof table: half + z";
    let said = prove(&["--plan", text, "--json"]).works().json();
    assert_eq!(said["plan"], canonical);
    let verify = |more: &[&str]| house.run_with(&["verify", "text.proof"], more);
    for plan in [text, canonical] {
        verify(&["--program", "tiny.attn", "--plan", plan]).works();
    }
    let other = "proof table: half + z proof rest: * - half - z";
    verify(&["--program", "tiny.attn", "--plan", other]).fails(1, &["about the plan `proof rest"]);
    verify(&["--key", "tiny.key"]).fails(1, &["the key is for `fused`"]);
    let line = [
        "key",
        "tiny.attn",
        "--plan",
        text,
        "-o",
        "text.key",
        "--json",
    ];
    assert_eq!(house.run(&line).works().json()["plan"], canonical);
    verify(&["--key", "text.key"]).works();
    let keyed = |plan: &str| {
        let line = [
            "prove",
            "--key",
            "text.key",
            "--input",
            "in.json",
            "-o",
            "text.proof",
        ];
        house.run_with(&line, &["--plan", plan])
    };
    keyed(text).works();
    keyed(other).fails(2, &["text.key is the key of the plan `proof rest"]);
    keyed("fused").fails(2, &["not of the plan `fused`"]);
    std::fs::remove_file(house.path("text.proof")).unwrap();

    // What is wrong is shown in the text, and what it is about in the program.
    let wrong = "proof a: * - half proof b: half\n  open a | c";
    let said = prove(&["--plan", wrong]);
    said.fails(
        2,
        &["error[E058]", "--plan:2:12", "its proofs are `a`, `b`"],
    );
    let said = prove(&["--plan", "proof a: * i 0..x"]);
    said.fails(2, &["--plan:1:17", "tiny.attn:3:19", "`x` is an input"]);
    let errors = prove(&["--plan", "proof a: * i 0..x", "--json"]).json();
    let error = &errors["errors"][0];
    assert_eq!(
        (&error["file"], &error["column"]),
        (&json!("--plan"), &json!(17))
    );
    assert_eq!(error["primary"]["span"], json!({ "start": 16, "end": 17 }));
    assert_eq!(error["secondary"][0]["file"], "tiny.attn");
    prove(&["--plan", "proof a: half"]).fails(2, &["error[E101]", "--plan:1:1"]);
    prove(&["--plan", "side-car"]).fails(2, &["there is no plan `side-car`"]);
    house.holds_only(&["tiny.attn", "in.json", "tiny.key", "tiny.proof", "text.key"]);
}

#[test]
fn a_key_brings_the_tables_from_the_input() {
    let house = House::new();
    let head = example("head");
    let few = ["-p", "steps=4", "-p", "width=4", "-p", "entries=16"];
    house
        .run_with(&["sample", &head, "-o", "in.json"], &few)
        .works();
    house
        .run_with(&["key", &head, "--input", "in.json"], &few)
        .works();
    let mut all: Value = serde_json::from_slice(&house.read("in.json")).unwrap();
    let weight = all.as_object_mut().unwrap().remove("weight").unwrap();
    house.write("bare.json", all.to_string());
    let prove = |inputs: &[&str]| house.run_with(&["prove", "--key", "head.key"], inputs);
    prove(&["--input", "in.json", "-o", "with.proof"]).works();
    prove(&["--input", "bare.json", "-o", "without.proof"]).works();
    assert_eq!(house.read("with.proof"), house.read("without.proof"));
    house
        .run(&["verify", "without.proof", "--key", "head.key"])
        .works();
    // Without a key they are missing.
    house
        .run_with(&["prove", &head, "--input", "bare.json"], &few)
        .fails(2, &["lacks `weight`"]);
    all["weight"] = weight;
    all["weight"][16] = json!(all["weight"][16].as_i64().unwrap() ^ 1);
    house.write("other.json", all.to_string());
    prove(&["--input", "other.json", "-o", "x.proof"])
        .fails(2, &["table `weight` is not that of the key"]);
    // The first input's tables are the circuit's.
    let line = ["prove", &head, "--input", "in.json", "-o", "a.proof"];
    let more = ["--input", "other.json", "-o", "b.proof"];
    house
        .run_with(&[&line[..], &more].concat(), &few)
        .fails(2, &["other.json: table `weight` is not that of the first"]);
    house.holds_only(&[
        "in.json",
        "bare.json",
        "other.json",
        "head.key",
        "with.proof",
        "without.proof",
        "a.proof",
    ]);
}

#[test]
fn choices_are_bound_and_given_by_the_key_or_the_statement() {
    let house = House::tiny();
    let text = String::from_utf8(house.read("tiny.key")).unwrap();
    let key: Value = serde_json::from_str(&text).unwrap();
    let choices = key["parts"][0]["choices"].as_str().unwrap();
    let verify = |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--json"], more);
    let by_program = ["--program", "tiny.attn"];
    let object = verify(&by_program).works().json();
    assert_eq!(object["statement"]["choices"], choices);

    // A key of another layout is for other proofs; one that contradicts itself for none.
    let other = choices.replace("pairs=no", "pairs=yes");
    assert_ne!(other, choices);
    house.write("other.key", text.replace(choices, &other));
    let refused = verify(&["--key", "other.key"]);
    assert_ne!(refused.code, 0);
    let reason = format!("{}{}", refused.out, refused.err);
    assert!(
        reason.contains("layout") || reason.contains("contradicts itself"),
        "{reason}"
    );
    for bad in ["digits=99", "digits=08", "digits=", "digits=8 "] {
        let other = choices.replace("digits=auto", bad);
        assert_ne!(other, choices);
        house.write("bad.key", text.replace(choices, &other));
        verify(&["--key", "bad.key"]).fails(2, &["does not say how a circuit is laid out"]);
    }

    // In the proof file they are the statement's; the program alone follows them.
    let good = house.read("tiny.proof");
    let at = good
        .windows(choices.len())
        .position(|bytes| bytes == choices.as_bytes())
        .unwrap();
    let write = |choices: &str| {
        let mut bytes = good.clone();
        let length = 12..16;
        let whole = u32::from_le_bytes(bytes[length.clone()].try_into().unwrap());
        let whole =
            whole as usize + choices.len() - key["parts"][0]["choices"].as_str().unwrap().len();
        bytes[length].copy_from_slice(&(whole as u32).to_le_bytes());
        bytes[at - 8..at].copy_from_slice(&(choices.len() as u64).to_le_bytes());
        bytes.splice(
            at..at + key["parts"][0]["choices"].as_str().unwrap().len(),
            choices.bytes(),
        );
        house.write("tiny.proof", bytes);
    };
    write(choices);
    verify(&by_program).works();
    for changed in [
        other.clone(),
        choices.replace("digits=auto", "digits=13"),
        choices.replace("contract=-", "contract=e1"),
    ] {
        write(&changed);
        for with in [&by_program[..], &["--key", "tiny.key"]] {
            let said = verify(with);
            said.fails(1, &[]);
            assert_eq!(said.json()["verified"], false);
        }
        let said = verify(&["--key", "tiny.key"]).json();
        let reason = said["reason"].as_str().unwrap();
        assert!(reason.contains(&changed), "{reason}");
    }
    for bad in [
        "",
        "pairs=no",
        "contract=x columns=- rows=- digits=auto pairs=no",
    ] {
        write(bad);
        for with in [&by_program[..], &["--key", "tiny.key"]] {
            let said = verify(with);
            said.fails(1, &["does not say how a circuit is laid out"]);
            assert_eq!(said.json()["verified"], false);
        }
    }
    house.write("tiny.proof", "no proof");
    verify(&by_program).fails(1, &["not a proof file"]);
}

/// Entries of tables stand in a key only where a circuit looks them up at run time.
#[test]
fn a_key_has_the_tables_that_are_looked_up() {
    let house = House::new();
    house.write(
        "mixed.attn",
        "circuit mixed {
            table weight(i in 0..4) : -8..8 from input
            table squash(v in 0..4) : 0..8 from input
            private input x[4] : 0..4
            public output y
            y = sum(i in 4) weight(i) * squash(x[i])
        }",
    );
    let input = json!({ "x": [0, 1, 2, 3], "weight": [1, -2, 3, 7], "squash": [0, 5, 6, 7] });
    house.write("in.json", input.to_string());
    let mut other = input.clone();
    other["weight"][3] = json!(6);
    house.write("other.json", other.to_string());
    house.write("x.json", json!({ "x": [0, 1, 2, 3] }).to_string());
    house.write(
        "part.json",
        json!({ "x": [0, 1, 2, 3], "weight": [1, -2, 3, 7] }).to_string(),
    );
    house
        .run(&["key", "mixed.attn", "--input", "in.json"])
        .works();
    let key: Value = serde_json::from_slice(&house.read("mixed.key")).unwrap();
    assert_eq!(key["entries"], json!({ "squash": [0, 5, 6, 7] }));
    let prove = |input: &str| house.run(&["prove", "--key", "mixed.key", "--input", input]);
    prove("x.json").fails(2, &["the input file lacks `weight`"]);
    prove("other.json").fails(2, &["table `weight` is not that of the key: its digest is"]);
    prove("in.json").works();
    let proof = house.read("mixed.proof");
    prove("part.json").works();
    assert_eq!(house.read("mixed.proof"), proof);
    house
        .run(&["prove", "mixed.attn", "--input", "in.json"])
        .works();
    assert_eq!(house.read("mixed.proof"), proof);
    house
        .run(&["verify", "mixed.proof", "--key", "mixed.key"])
        .works();
    house
        .run(&["prove", "mixed.attn", "--input", "other.json"])
        .works();
    house
        .run(&["verify", "mixed.proof", "--key", "mixed.key"])
        .fails(1, &["about a table `weight` with the digest"]);
    // An entry more or less than a circuit has is no key.
    for entries in [
        json!({}),
        json!({ "squash": [0, 5, 6, 7], "weight": [1, -2, 3, 7] }),
    ] {
        let mut edited = key.clone();
        edited["entries"] = entries;
        house.write("bad.key", edited.to_string());
        house
            .run(&["verify", "mixed.proof", "--key", "bad.key"])
            .fails(2, &["the key contradicts itself: its entries are"]);
    }
}
