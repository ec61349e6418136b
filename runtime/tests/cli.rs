//! The command line: every verb once right and once wrong, and what each does with bad files.
#![cfg(feature = "prove")]
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

use std::io::Write;

use serde_json::{json, Value};

mod house;

use house::{example, House, Said, SMALL, TINY};

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
    house.write("in.json", r#"{"x": [1, 5, 8], "shift": -3}"#);
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

#[test]
fn a_proof_is_made_and_verified() {
    let house = House::tiny();
    house.holds_only(&["tiny.attn", "in.json", "tiny.key", "tiny.proof"]);
    let said = house
        .run(&["verify", "tiny.proof", "--key", "tiny.key"])
        .works();
    for part in [
        "verified in",
        "parameters  n = 3",
        "output y[3]",
        "x[3] in 0..=8",
        "not zero-knowledge",
        "conjectured",
    ] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    let said = house.run(&["verify", "tiny.proof", "--key", "tiny.key", "--json"]);
    let object = said.works().json();
    assert_eq!(object["verified"], true);
    assert_eq!(object["reason"], Value::Null);
    assert!(object["verify_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(object["statement"]["outputs"], json!({ "y": [-3, -1, 1] }));
    assert_eq!(object["statement"]["inputs"], json!({ "shift": -3 }));
    assert!(object["security"]["conjectured_bits"].as_f64().unwrap() >= 96.0);
    // The program can stand for its key, in whatever layout it is written.
    house.write(
        "spaced.attn",
        format!("// The same.\n\n{}", TINY.replace("    ", "  ")),
    );
    house
        .run(&["verify", "tiny.proof", "--program", "spaced.attn"])
        .works();
    house
        .run(&[
            "verify",
            "tiny.proof",
            "--program",
            "tiny.attn",
            "-p",
            "n=4",
        ])
        .fails(
            1,
            &["the parameters n = 3, the key is for n = 4: set them with -p"],
        );
    house
        .run(&["verify", "tiny.proof"])
        .fails(2, &["--key <KEY>"]);
}

#[test]
fn a_verifier_holds_its_expectations_against_the_statement() {
    let house = House::tiny();
    let verify =
        |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--key", "tiny.key"], more);
    house.write("good.json", r#"{"y": [-3, -1, 1], "shift": -3}"#);
    verify(&["--expect", "good.json"]).works();
    // What `run` prints can be expected, if all of it is public.
    house.write("run.json", r#"{"outputs": {"y": [-3, -1, 1]}}"#);
    verify(&["--expect", "run.json"]).works();
    house.write("other.json", r#"{"y": [-3, 0, 2]}"#);
    verify(&["--expect", "other.json"]).fails(1, &["y[1] is -1 in the statement, 0 is expected"]);
    house.write("z.json", r#"{"z": [0, 2, 4]}"#);
    verify(&["--expect", "z.json"]).fails(2, &["no public tensor `z`"]);
    house.write("short.json", r#"{"y": [-3, 0]}"#);
    verify(&["--expect", "short.json"]).fails(2, &["`y` has length 2, not 3"]);
    house.write("real.json", r#"{"y": [-3, 0.5, 1]}"#);
    verify(&["--expect", "real.json"]).fails(2, &["`y[1]` is 0.5, which is not an integer"]);
    verify(&["--expect", "none.json"]).fails(2, &["none.json"]);

    verify(&["--min-security", "97"]).fails(1, &["96.0 bits (conjectured), 97 are demanded"]);
    verify(&["--min-proven-security", "90"]).fails(1, &["(proven), 90 are demanded"]);
    verify(&["--min-security", "lots"]).fails(2, &["number of bits"]);
}

#[test]
fn a_context_is_bound_shown_and_demanded() {
    let house = House::tiny();
    let verify =
        |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--key", "tiny.key"], more);
    let prove = |context: &str| {
        let line = ["prove", "tiny.attn", "--input", "in.json", "--context"];
        house.run_with(&line, &[context])
    };
    // A proof without one has the empty one.
    verify(&["--context", ""]).works();
    verify(&["--context", "mine"]).fails(1, &[r#"context is "", expected "mine""#]);
    prove("mine").works();
    verify(&["--context", "mine"]).works();
    verify(&["--context", ""]).fails(1, &[r#"context is "mine", expected """#]);
    verify(&["--context", "Mine"]).fails(1, &[r#"context is "mine", expected "Mine""#]);
    // Nobody has to ask for it to see it.
    let shows = |said: &Said, context: &str| {
        let line = format!("  {:<11} {context}\n", "context");
        assert!(said.out.contains(&line), "{}", said.out);
    };
    shows(&verify(&[]).works(), r#""mine""#);
    let object = verify(&["--json"]).works().json();
    assert_eq!(object["statement"]["context"], "mine");

    // What a terminal would act on is escaped; all else is the user's own.
    prove("a \"b\"\n\u{1b}[31m\u{e9}").works();
    let shown = "\"a \\\"b\\\"\\n\\u{1b}[31m\u{e9}\"";
    shows(&verify(&[]).works(), shown);
    verify(&["--context", "x"]).fails(1, &[&format!("context is {shown}, expected \"x\"")]);

    // As long as may be, and longer. The error stays short, and says where they part.
    let longest = "\u{e9}".repeat(32 * 1024);
    prove(&longest).works();
    verify(&["--context", &longest]).works();
    let other = format!("{}xx", &longest[..longest.len() - 2]);
    let named = format!("\"{}\"... (65536 bytes)", "\u{e9}".repeat(64));
    let words = format!("context is {named}, expected {named}, which differs from byte 65534 on");
    verify(&["--context", &other]).fails(1, &[&words]);
    let long = longest + "x";
    let wrong = [
        "the context has 65537 bytes, 65536 at most",
        "a digest of it",
    ];
    prove(&long).fails(2, &wrong);
    verify(&["--context", &long]).fails(2, &wrong);
    let jobs = ["jobs", "tiny.attn", "--input", "in.json", "--context"];
    house.run_with(&jobs, &[&long]).fails(2, &wrong);

    // Where it stands in the file it cannot be changed.
    prove("mine").works();
    let mut bytes = house.read("tiny.proof");
    let at = bytes.windows(4).position(|window| window == b"mine");
    bytes[at.unwrap()] = b'w';
    house.write("tiny.proof", bytes);
    verify(&["--context", "wine"]).fails(1, &["rejected: "]);
    verify(&[]).fails(1, &["rejected: "]);
}

#[test]
fn parts_of_one_context_are_joined() {
    let house = House::tiny();
    let plan = "proof a: * - z proof b: z open *";
    let key = ["key", "tiny.attn", "--plan", plan, "-o", "k.key"];
    house.run(&key).works();
    for (part, context, proof) in [("a", "one", "a1"), ("b", "one", "b1"), ("b", "two", "b2")] {
        let line = [
            "prove", "--key", "k.key", "--input", "in.json", "--only", part,
        ];
        house
            .run_with(&line, &["--context", context, "-o", proof])
            .works();
    }
    let join = |b: &str| house.run(&["join", "--key", "k.key", "a1", b, "-o", "whole"]);
    // In the order in which they are proved, `b` is the first.
    join("b2").fails(
        1,
        &[r#"the context of part `a` is "one", the first part's is "two""#],
    );
    assert!(!house.path("whole").exists());
    join("b1").works();
    let verify = |proof: &str, more: &[&str]| {
        house.run_with(&["verify", proof, "--key", "k.key", "--whole"], more)
    };
    verify("whole", &["--context", "one"]).works();
    verify("whole", &["--context", "two"]).fails(1, &[r#"is "one", expected "two""#]);
    let object = verify("whole", &["--json"]).works().json();
    assert_eq!(object["statement"]["context"], "one");
    // A part of the right context is still a part.
    verify("a1", &["--context", "one"]).fails(1, &["it covers 1 of the plan's 2 parts"]);
}

#[test]
fn broken_proof_files_are_rejected_with_a_reason() {
    let house = House::tiny();
    let good = house.read("tiny.proof");
    let verify = |bytes: Vec<u8>| {
        house.write("bad.proof", bytes);
        let said = house.run(&["verify", "bad.proof", "--key", "tiny.key", "--json"]);
        assert_eq!(
            (said.code, said.json()["verified"].as_bool()),
            (1, Some(false))
        );
        said.json()["reason"].as_str().unwrap().to_string()
    };
    let mut other = good.clone();
    other[8] = 1;
    let reason = verify(other);
    assert!(
        reason.contains(
            "an older attnc: it has version 1, this attnc reads version 3; prove it again"
        ),
        "{reason}"
    );
    assert!(verify(vec![]).contains("not a proof file"));
    assert!(verify(b"{}".to_vec()).contains("not a proof file"));
    assert!(verify([&good[..], b"x"].concat()).contains("1 bytes follow"));
    for length in [9, 12, 20, 200, good.len() / 2, good.len() - 1] {
        assert!(
            verify(good[..length].to_vec()).contains("truncated"),
            "{length}"
        );
    }
    // Every part of the file is looked at.
    for at in (0..good.len()).step_by(good.len() / 64) {
        let mut changed = good.clone();
        changed[at] ^= 1;
        verify(changed);
    }
    house
        .run(&["verify", "none.proof", "--key", "tiny.key"])
        .fails(2, &["none.proof"]);
}

#[test]
fn other_keys_and_plans_are_rejected_in_plain_words() {
    let house = House::tiny();
    let decode = example("decode");
    house
        .run_with(&["sample", &decode, "-o", "d.json"], &SMALL)
        .works();
    house.run_with(&["key", &decode], &SMALL).works();
    house
        .run_with(
            &["key", &decode, "--plan", "sidecar", "-o", "side.key"],
            &SMALL,
        )
        .works();
    house
        .run_with(
            &["prove", &decode, "--input", "d.json", "--plan", "sidecar"],
            &SMALL,
        )
        .works();
    house
        .run(&["verify", "decode.proof", "--key", "side.key"])
        .works();
    house
        .run(&["verify", "decode.proof", "--key", "decode.key"])
        .fails(1, &["about the plan `sidecar`, the key is for `fused`"]);
    house
        .run(&["verify", "decode.proof", "--key", "tiny.key"])
        .fails(1, &["about the circuit `decode`, the key is for `tiny`"]);
    let other = TINY.replace("z[i] + shift", "z[i] - shift");
    house.write("other.attn", other);
    house.run(&["key", "other.attn", "-o", "other.key"]).works();
    house
        .run(&["verify", "tiny.proof", "--key", "other.key"])
        .fails(1, &["about a program with the digest"]);

    let verify = |key: &str| house.run(&["verify", "tiny.proof", "--key", key]);
    let text = String::from_utf8(house.read("tiny.key")).unwrap();
    house.write("new.key", text.replace("\"version\": 3", "\"version\": 7"));
    verify("new.key").fails(2, &["was made by a newer attnc"]);
    house.write("changed.key", text.replace("z[i] + shift", "z[i] - shift"));
    verify("changed.key").fails(2, &["the key contradicts itself: its program digest"]);
    let mut roots: Value = serde_json::from_str(&text).unwrap();
    roots["parts"][0]["preprocessed"]["16"][0] = json!("00".repeat(32));
    house.write("roots.key", roots.to_string());
    verify("roots.key").fails(1, &["preprocessed roots"]);
    house.write("cut.key", &text[..text.len() / 2]);
    verify("cut.key").fails(2, &["not well formed"]);
    verify("in.json").fails(2, &["not a verifying key"]);
    verify("none.key").fails(2, &["none.key"]);
}

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

/// An npz archive of one array `x` with this npy header and data.
fn npz(version: u8, header_length: &[u8], header: &str, data: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("x.npy", options).unwrap();
    archive
        .write_all(&[0x93, b'N', b'U', b'M', b'P', b'Y', version, 0])
        .unwrap();
    archive.write_all(header_length).unwrap();
    archive.write_all(header.as_bytes()).unwrap();
    archive.write_all(data).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn bad_inputs_are_explained_and_leave_no_file() {
    let house = House::new();
    house.write("tiny.attn", TINY);
    house.write("in.json", "");
    let prove = |bytes: &[u8]| {
        house.write("in.json", bytes);
        let said = house.run(&["prove", "tiny.attn", "--input", "in.json"]);
        house.holds_only(&["tiny.attn", "in.json"]);
        said
    };
    prove(br#"{"x": [1, 9, 8], "shift": 0}"#).fails(
        2,
        &[
            "in.json: `x[1]` is 9, outside its range 0..=8",
            "tiny.attn:3:",
        ],
    );
    prove(br#"{"x": [1, 2], "shift": 0}"#).fails(2, &["`x` has length 2, not 3"]);
    prove(br#"{"x": [[1], [2], [3]], "shift": 0}"#).fails(2, &["`x[0]` is an array"]);
    prove(br#"{"shift": 0}"#).fails(2, &["lacks `x`", "add it with the shape [3]"]);
    prove(br#"{"xs": [1, 2, 3], "shift": 0}"#).fails(2, &["no input `xs`"]);
    prove(br#"{"x": [1, 2.5, 3], "shift": 0}"#).fails(2, &["2.5, which is not an integer"]);
    prove(b"not json").fails(2, &["not JSON"]);
    // The answer of a well formed question may be no.
    prove(br#"{"x": [1, 0, 3], "shift": 0}"#).fails(1, &["an assertion fails"]);

    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
    let length = (header.len() as u16).to_le_bytes();
    let data = [1.0, f64::NAN, 3.0].map(f64::to_le_bytes).concat();
    prove(&npz(1, &length, header, &data)).fails(2, &["`x[1]` is NaN, which is not an integer"]);
    let huge = u32::MAX.to_le_bytes();
    prove(&npz(2, &huge, header, &data)).fails(2, &["`x`", "header"]);
    let claims = header.replace("(3,)", "(999999999999,)");
    let length = (claims.len() as u16).to_le_bytes();
    prove(&npz(1, &length, &claims, &data)).fails(2, &["`x` has the shape"]);

    house.write("in.json", r#"{"x": [1, 5, 8], "shift": -3}"#);
    let prove = |more: &[&str]| {
        let said = house.run_with(&["prove", "tiny.attn", "--input", "in.json"], more);
        house.holds_only(&["tiny.attn", "in.json"]);
        said
    };
    prove(&["-p", "m=3"]).fails(2, &["no parameter `m`"]);
    prove(&["-p", "n=3", "-p", "n=3"]).fails(2, &["`n` is set twice"]);
    prove(&["-p", "n=4"]).fails(2, &["`x` has length 3, not 4"]);
    prove(&["--plan", "split"]).fails(2, &["there is no plan `split`"]);
    prove(&["--security", "standrad"]).fails(2, &["there are seed, standard"]);
    prove(&["--security", "40"]).fails(2, &["must be 80 to 120, not 40"]);
    prove(&["--security", "120"]).fails(2, &["no setting gives this circuit 120 bits", "at most"]);
    prove(&["--security", "96 bits: blowup 4, 39 queries, grinding 20"])
        .fails(2, &["must be written as", "38 queries"]);
    prove(&["-o", "none/tiny.proof"]).fails(2, &["cannot write none/tiny.proof"]);
    let said = prove(&["-p", "m=3", "--json"]);
    assert_eq!(said.json()["errors"][0]["code"], "E012");
    let said = house.run(&["prove", "tiny.attn", "--input", "none.json", "--json"]);
    said.fails(2, &["none.json"]);
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
fn several_inputs_are_proved_at_once() {
    let house = House::tiny();
    std::fs::remove_file(house.path("tiny.proof")).unwrap();
    house.write("b.json", r#"{"x": [2, 2, 2], "shift": 3}"#);
    house.write("c.json", r#"{"x": [1, 9, 8], "shift": 0}"#);
    house.write("d.json", r#"{"x": [1, 0, 8], "shift": 0}"#);
    std::fs::create_dir(house.path("proofs")).unwrap();
    let files = ["tiny.attn", "tiny.key", "in.json", "b.json", "c.json"];
    let files = [&files[..], &["d.json", "proofs"]].concat();
    let prove = |more: &[&str]| house.run_with(&["prove", "--key", "tiny.key"], more);
    let verify = |proof: &str, outputs: Value| {
        let said = house.run(&["verify", proof, "--key", "tiny.key", "--json"]);
        assert_eq!(said.works().json()["statement"]["outputs"]["y"], outputs);
    };

    let two = ["--input", "in.json", "--input", "b.json"];
    let said = prove(&[&two[..], &["-o", "proofs"]].concat()).works();
    for part in ["proofs/in.proof: tiny", "proofs/b.proof: tiny"] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    verify("proofs/in.proof", json!([-3, -1, 1]));
    verify("proofs/b.proof", json!([4, 4, 4]));
    let line = ["-o", "1.proof", "-o", "2.proof", "--json", "--check"];
    let object = prove(&[&two[..], &line].concat()).works().json();
    let sessions = object["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions[1]["input"], "b.json");
    assert_eq!(sessions[1]["proof"], "2.proof");
    assert_eq!(sessions[1]["stages_ms"]["setup"], 0.0);
    assert_eq!(house.read("1.proof"), house.read("proofs/in.proof"));
    assert_eq!(house.read("2.proof"), house.read("proofs/b.proof"));
    // Without a key.
    let line = ["prove", "tiny.attn", "-o", "1.proof", "-o", "2.proof"];
    house.run_with(&line, &two).works();
    assert_eq!(house.read("2.proof"), house.read("proofs/b.proof"));
    for name in ["1.proof", "2.proof", "proofs/in.proof", "proofs/b.proof"] {
        std::fs::remove_file(house.path(name)).unwrap();
    }

    // Nothing is proved before inputs and outputs fit.
    prove(&two).fails(
        2,
        &["there are 2 inputs and 0 outputs", "-o once for every"],
    );
    let one = [&two[..], &["-o", "1.proof"]].concat();
    prove(&one).fails(
        2,
        &["there are 2 inputs and 1 outputs, and there is no folder 1.proof"],
    );
    let twice = [&two[..], &["-o", "1.proof", "-o", "1.proof"]].concat();
    prove(&twice).fails(2, &["two files would be written to 1.proof"]);
    let same = ["--input", "b.json", "--input", "b.json", "-o", "proofs"];
    prove(&same).fails(2, &["two files would be written to proofs/b.proof"]);
    let more = ["--input", "b.json", "-o", "1.proof", "-o", "2.proof"];
    prove(&more).fails(2, &["there are 1 inputs and 2 outputs"]);
    house.holds_only(&files);

    // The proofs before a broken input stay.
    let third = |input: &str, more: &[&str]| {
        let line = [&two[..], &["--input", input, "-o", "proofs"], more].concat();
        let said = prove(&line);
        assert!(house.path("proofs/in.proof").exists());
        std::fs::remove_file(house.path("proofs/b.proof")).unwrap();
        assert_eq!(house.path("proofs").read_dir().unwrap().count(), 1);
        said
    };
    let written = "the proofs before it are written: proofs/in.proof, proofs/b.proof";
    third("c.json", &[]).fails(2, &["c.json: `x[1]` is 9, outside its range", written]);
    third("d.json", &[]).fails(1, &["d.json: an assertion fails", written]);
    third("none.json", &[]).fails(2, &["none.json", written]);
    let said = third("c.json", &["--json"]);
    assert_eq!(said.code, 2);
    let error = &said.json()["errors"][0];
    assert!(error["message"].as_str().unwrap().starts_with("c.json: "));
    let first = ["--input", "c.json", "--input", "b.json", "-o", "proofs"];
    prove(&first).fails(2, &["c.json: `x[1]` is 9", "no proof is written"]);
    let unwritable = [&two[..], &["-o", "1.proof", "-o", "none/2.proof"]].concat();
    prove(&unwritable).fails(
        2,
        &["b.json: cannot write none/2.proof", "no proof is written"],
    );
    assert!(!house.path("1.proof").exists());
}

#[test]
fn the_counts_of_the_published_shapes() {
    let house = House::new();
    let decode = example("decode");
    for (heads, width, steps, claims, rows) in [
        (4, 64, 64, 8832, 16384),
        (2, 8, 32, 1184, 2048),
        (1, 8, 8, 52, 64),
    ] {
        let [h, w, s] = [("heads", heads), ("width", width), ("steps", steps)]
            .map(|(name, value)| format!("{name}={value}"));
        let params = ["-p", &h, "-p", &w, "-p", &s];
        for plan in ["fused", "sidecar"] {
            let said = house.run_with(&["inspect", &decode, "--plan", plan, "--json"], &params);
            let object = said.works().json();
            let counts = (&object["lookup_claims"], &object["trace_rows"]);
            assert_eq!(
                counts,
                (&json!(claims), &json!(rows)),
                "{heads} {width} {steps} {plan}"
            );
        }
    }
}

#[test]
fn inspect_prints_components_and_the_account() {
    let house = House::new();
    let decode = example("decode");
    let said = house.run_with(&["inspect", &decode], &SMALL).works();
    for part in [
        "table exp2_half, lines 4",
        "bytes predicted",
        "conjectured",
        "52 lookup claims",
    ] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    house
        .run(&["inspect", &decode, "-p", "width=0"])
        .fails(1, &["error"]);
    let seed = house.run_with(&["inspect", &decode, "--security", "seed"], &SMALL);
    assert!(seed
        .works()
        .err
        .contains("reproducing published figures only"));
}

#[test]
fn inspect_says_what_every_line_costs() {
    let (house, decode) = (House::new(), example("decode"));
    let inspect = |more: &[&str]| {
        let line = [&["inspect", &decode][..], &SMALL].concat();
        house.run(&[&line, more].concat())
    };
    let said = inspect(&["--by-line"]).works();
    let source = std::fs::read_to_string(&decode).unwrap();
    for line in source.lines() {
        assert!(said.out.contains(line), "no `{line}` in {}", said.out);
    }
    let plain = inspect(&["--json"]).works().json();
    let object = inspect(&["--by-line", "--json"]).works().json();
    assert_eq!(object["bytes"], plain["predicted_bytes"]);
    assert_eq!(object["setting"], "standard");
    let own = |costs: &Value| -> u64 {
        let costs = costs.as_array().unwrap().iter();
        costs
            .map(|cost| cost["cost"]["bytes"].as_u64().unwrap())
            .sum()
    };
    let shared = object["shared"].as_object().unwrap().values();
    let shared: u64 = shared.map(|bytes| bytes.as_u64().unwrap()).sum();
    let all = own(&object["lines"]) + own(&object["rest"]) + shared;
    assert_eq!(object["bytes"], all);
    assert_eq!(
        object["lines"].as_array().unwrap().len(),
        source.lines().count()
    );
}

#[test]
fn inspect_draws_the_graph() {
    let house = House::new();
    house.write("tiny.attn", TINY);
    for name in ["graph.svg", "graph.dot"] {
        house
            .run(&["inspect", "tiny.attn", "--graph", name])
            .works();
        let drawn = String::from_utf8(house.read(name)).unwrap();
        assert!(
            drawn.contains("shift") && drawn.contains("public input"),
            "{drawn}"
        );
    }
    let object = house
        .run(&["inspect", "tiny.attn", "--graph", "graph.svg", "--json"])
        .json();
    assert_eq!(object["graph"], "graph.svg");
    assert_eq!(object["bytes"], house.read("graph.svg").len());
    for name in ["graph.png", "graph"] {
        let said = house.run(&["inspect", "tiny.attn", "--graph", name]);
        said.fails(2, &[name, ".svg or .dot"]);
        assert!(!house.path(name).exists());
    }
    let said = house.run(&["inspect", "tiny.attn", "--graph", "none/graph.svg"]);
    said.fails(2, &["cannot write none/graph.svg"]);
    let said = house.run(&["inspect", "tiny.attn", "--graph", "a.svg", "--by-line"]);
    said.fails(2, &["cannot be used with"]);
}

#[test]
fn inspect_explains_its_choices() {
    let house = House::new();
    let decode = example("decode");
    let inspect = |more: &[&str]| {
        let line = [&["inspect", &decode][..], &SMALL].concat();
        house.run_with(&line, more)
    };
    let said = inspect(&[]).works();
    for part in [
        "choices contract=",
        "contract auto, optimize balanced",
        "layouts tried",
        "runner-up",
        "digits  ",
    ] {
        assert!(said.out.contains(part), "no `{part}` in: {}", said.out);
    }
    let object = inspect(&["--json"]).works().json();
    let choices = &object["choices"];
    let text = choices["text"].as_str().unwrap();
    assert!(text.starts_with("contract="), "{text}");
    assert!(choices["tried"].as_u64().unwrap() > 1);
    let decisions = choices["decisions"].as_array().unwrap();
    let digits = decisions.iter().find(|d| d["decision"] == "digits");
    let digits = digits.unwrap();
    assert!(text.contains(&format!("digits={}", digits["chosen"].as_str().unwrap())));
    for decision in decisions {
        assert_eq!(decision["bytes"], object["predicted_bytes"]);
        if let Some(bytes) = decision["runner_up_bytes"].as_u64() {
            assert!(bytes >= decision["bytes"].as_u64().unwrap(), "{decision}");
        }
    }
    // The same every time, and for every command.
    assert_eq!(inspect(&["--json"]).works().json(), object);
    for (contract, letter) in [("unrolled", 'e'), ("evaluated", 'u')] {
        let object = inspect(&["--json", "--contract", contract]).works().json();
        assert_eq!(object["choices"]["contract"], contract);
        let text = object["choices"]["text"].as_str().unwrap();
        let strategies = text["contract=".len()..].split(' ').next().unwrap();
        assert!(!strategies.contains(letter), "{text}");
    }
    for optimize in ["bytes", "time", "balanced"] {
        let object = inspect(&["--json", "--optimize", optimize]).works().json();
        assert_eq!(object["choices"]["optimize"], optimize);
    }
    for verb in ["inspect", "key"] {
        let line = [verb, decode.as_str()];
        let wrong = house.run_with(&line, &["--contract", "foo"]);
        wrong.fails(2, &["'foo'", "unrolled, evaluated, auto"]);
        let wrong = house.run_with(&line, &["--optimize", "fun"]);
        wrong.fails(2, &["'fun'", "bytes, time, balanced"]);
    }
    let wrong = house.run(&["emit", "circuit", &decode, "--contract", "foo"]);
    wrong.fails(2, &["'foo'"]);
    house
        .run(&["prove", &decode, "--input", "x.json", "--contract", "foo"])
        .fails(2, &["'foo'"]);
    house.holds_only(&[]);
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
    for bad in ["", "pairs=no", "contract=x columns=- digits=auto pairs=no"] {
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

#[test]
fn prove_measures_what_it_wrote() {
    let house = House::new();
    let lots = [
        ("decode", &SMALL[..]),
        ("matmul", &[]),
        ("norm", &[]),
        ("head", &["-p", "steps=8"]),
    ];
    for (name, params) in lots {
        let program = example(name);
        house
            .run_with(&["sample", &program, "-o", "in.json"], params)
            .works();
        let plans: &[&str] = match name {
            "decode" | "head" => &["fused", "sidecar"],
            _ => &["fused"],
        };
        for (plan, security) in plans
            .iter()
            .flat_map(|p| ["seed", "standard", "fast"].map(|security| (*p, security)))
        {
            let line = [
                "prove", &program, "--input", "in.json", "-o", "x.proof", "--json",
            ];
            let more = ["--check", "--plan", plan, "--security", security];
            let said = house.run_with(&[&line[..], params].concat(), &more).works();
            assert_eq!(said.err.contains("warning"), security == "seed");
            let object = said.json();
            let number = |key: &str| object[key].as_u64().unwrap_or_else(|| panic!("{key}"));
            let file = house.read("x.proof").len() as u64;
            assert_eq!(number("file_bytes"), file);
            assert_eq!(
                number("packed_bytes") + number("statement_bytes") + 16,
                file
            );
            let proofs = object["proofs"].as_array().unwrap();
            let sum = |key: &str| proofs.iter().map(|p| p[key].as_u64().unwrap()).sum::<u64>();
            assert_eq!(number("packed_bytes"), sum("packed_bytes") + 12);
            assert_eq!(number("predicted_bytes"), sum("predicted_bytes") + 12);
            for key in [
                "json_bytes",
                "size_estimate",
                "columns",
                "cells",
                "lookup_claims",
            ] {
                assert_eq!(number(key), sum(key), "{key}");
            }
            let parts = object["breakdown"].as_object().unwrap();
            let parts: u64 = parts.values().map(|bytes| bytes.as_u64().unwrap()).sum();
            let claims = sum("components");
            let lengths = 12 + 8 * proofs.len() as u64 + 16 * claims;
            assert_eq!(number("packed_bytes"), parts + lengths);
            for key in ["trace_ms", "prove_ms", "verify_ms"] {
                assert!(object[key].as_f64().unwrap() > 0.0, "{key}");
            }
            assert_eq!(object["security"]["setting"], security);
            let (packed, estimate) = (number("packed_bytes"), number("size_estimate"));
            assert!(
                packed * 100 <= estimate * 102,
                "{name} {plan} {security}: {packed} bytes, Stwo estimates {estimate}"
            );
        }
    }
}

#[test]
fn a_seed_proof_is_not_enough_unless_asked_for() {
    let house = House::tiny();
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
    let verify =
        |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--key", "tiny.key"], more);
    verify(&[]).fails(1, &["13.0 bits (conjectured), 96 are demanded"]);
    let said = verify(&["--min-security", "13"]).works();
    assert!(said.out.contains("13 bits protect nothing"), "{}", said.out);
}

#[test]
fn a_floor_is_met_and_its_key_is_for_it_alone() {
    let house = House::tiny();
    let prove = ["prove", "tiny.attn", "--input", "in.json", "--security"];
    let said = house.run_with(&prove, &["100", "-o", "a.proof", "--json"]);
    let security = &said.works().json()["security"];
    let setting = security["setting"].as_str().unwrap().to_string();
    assert!(setting.starts_with("100 bits: blowup "), "{setting}");
    assert!(security["conjectured_bits"].as_f64().unwrap() >= 100.0);

    // The number and the setting it led to make the same key, of one blowup.
    let key = |security: &str, path: &str| {
        let line = [
            "key",
            "tiny.attn",
            "--security",
            security,
            "-o",
            path,
            "--json",
        ];
        house.run(&line).works().json()
    };
    let made = key("100", "a.key");
    assert_eq!(made["parts"][0]["blowups"].as_array().unwrap().len(), 1);
    key(&setting, "b.key");
    assert_eq!(house.read("a.key"), house.read("b.key"));
    let verify = |proof: &str, key: &str, more: &[&str]| {
        house.run_with(&["verify", proof, "--key", key], more)
    };
    verify("a.proof", "a.key", &["--min-security", "100"]).works();
    verify("a.proof", "a.key", &["--min-security", "108"]).fails(1, &["108 are demanded"]);
    house
        .run(&["verify", "a.proof", "--program", "tiny.attn"])
        .works();

    // Weak settings are refused as ever, and so are other blowups than the key's.
    let weak = "80 bits: blowup 64, 10 queries, grinding 20";
    house.run_with(&prove, &[weak, "-o", "weak.proof"]).works();
    verify("weak.proof", "tiny.key", &[]).fails(
        1,
        &[
            "no roots for blowup 64",
            "attnc key --security \"80 bits: blowup 64",
        ],
    );
    key(weak, "weak.key");
    verify("weak.proof", "weak.key", &[]).fails(1, &["80.0 bits (conjectured), 96 are demanded"]);
    verify("weak.proof", "weak.key", &["--min-security", "80"]).works();

    // The text is part of the statement, and is read strictly.
    let proof = house.read("weak.proof");
    let at = proof
        .windows(weak.len())
        .position(|window| window == weak.as_bytes())
        .unwrap();
    for other in [
        "80 bits: blowup 64, 11 queries, grinding 20",
        "80 bits: blowup 63, 10 queries, grinding 20",
        "80 bits: blowup 64, 10 queries, grinding 25",
        "81 bits: blowup 64, 11 queries, grinding 20",
    ] {
        let mut changed = proof.clone();
        changed[at..at + weak.len()].copy_from_slice(other.as_bytes());
        house.write("changed.proof", changed);
        verify("changed.proof", "weak.key", &["--min-security", "0"]).fails(1, &["rejected"]);
    }
}

#[test]
fn calibrate_prints_a_table_and_what_it_predicts() {
    let house = House::new();
    let asserts = "assert[i in n] x[i] >= 1";
    house.write("tiny.attn", TINY.replace(asserts, ""));
    house.write("picky.attn", TINY);
    let line = [
        "calibrate",
        "tiny.attn",
        "--at",
        "n=3",
        "--at",
        "n=40",
        "--rounds",
        "1",
    ];
    let said = house.run_with(&line, &["-o", "table.json", "--json"]);
    let object = said.works().json();
    assert_eq!(object["shapes"].as_array().unwrap().len(), 6);
    assert!(
        object["shapes"][0]["predicted_ms"]["stark"]
            .as_f64()
            .unwrap()
            > 0.0
    );
    let table: Value = serde_json::from_slice(&house.read("table.json")).unwrap();
    assert_eq!(table, object["table"]);
    let said = house.run(&line).works();
    assert!(said.out.contains("predicted/measured"), "{}", said.out);

    let wrong = |more: &[&str]| house.run_with(&["calibrate"], more);
    wrong(&["--at", "n=3"]).fails(2, &["<FILE>"]);
    wrong(&["tiny.attn", "--at", "n"]).fails(2, &["name=value"]);
    wrong(&["tiny.attn", "--at", "m=3"]).fails(2, &["no parameter `m`"]);
    wrong(&["tiny.attn", "--once", "3"]).fails(2, &["[2, 8, 32]"]);
    wrong(&["tiny.attn", "--rounds", "0"]).fails(2, &["1..=100"]);
    // Inputs are drawn at random, and must do.
    wrong(&["picky.attn", "--at", "n=400"]).fails(1, &["an assertion fails"]);
    wrong(&["none.attn"]).fails(2, &["none.attn"]);
}

#[test]
fn audit_attacks_and_says_what_it_tried() {
    let house = House::new();
    house.write("tiny.attn", TINY);
    let said = house.run(&["audit", "tiny.attn"]).works();
    assert!(
        said.out.contains("a second witness for a hint"),
        "{}",
        said.out
    );
    assert!(said.out.trim_end().ends_with("no survivor"), "{}", said.out);
    let object = house.run(&["audit", "tiny.attn", "--rows", "4", "--json"]);
    let object = object.works().json();
    assert_eq!(object["survivors"], json!([]));
    assert_eq!(object["undecided"], 0);
    let attacks = object["attacks"].as_array().unwrap();
    let sum = |name: &str| -> u64 { attacks.iter().map(|it| it[name].as_u64().unwrap()).sum() };
    assert_eq!(object["tried"], sum("tried"));
    assert_eq!(sum("tried"), sum("rejected") + sum("harmless"));
    // The same attacks every time.
    let again = house
        .run(&["audit", "tiny.attn", "--rows", "4", "--json"])
        .works();
    assert_eq!(again.json()["attacks"], object["attacks"]);

    house
        .run(&["audit", "tiny.attn", "-p", "m=1"])
        .fails(2, &["no parameter `m`"]);
    house.run(&["audit", "none.attn"]).fails(2, &["none.attn"]);
    house
        .run(&["audit", "tiny.attn", "--rows", "1"])
        .fails(2, &["--rows"]);
    let input = house.run(&["audit", "tiny.attn", "--input", "none.json"]);
    input.fails(2, &["none.json"]);
    let large = house.run(&["audit", "tiny.attn", "-p", "n=20000000"]);
    large.fails(2, &["set smaller parameters"]);
    house.holds_only(&["tiny.attn"]);
}

#[test]
fn the_program_of_another_proof_says_which() {
    let house = House::tiny();
    let verify = |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--program"], more);
    // Its layout choices would not fit either: that is not what is said.
    house.write(
        "other.attn",
        "circuit other(m = 2) {\n private input x[m] : 0..4\n public output y[m]\n \
         y[i in m] = sum(j in m) x[j] * x[i]\n}",
    );
    verify(&["other.attn"]).fails(1, &["the circuit `tiny`, the key is for `other`"]);
    verify(&["tiny.attn", "-p", "n=100"]).fails(
        1,
        &["the parameters n = 3, the key is for n = 100: set them with -p"],
    );
    house.write("edited.attn", TINY.replace("x[i] >= 1", "x[i] >= 0"));
    verify(&["edited.attn"]).fails(1, &["a program with the digest"]);
    verify(&["tiny.attn", "--plan", "proof a: *"]).fails(
        1,
        &["the plan `fused`, the key is for `proof a: *`: give it with --plan"],
    );
}

#[test]
fn a_flag_that_has_no_effect_is_misuse() {
    let house = House::tiny();
    let said = |line: &str| house.run(&line.split(' ').collect::<Vec<_>>());
    let verify = "verify tiny.proof --key tiny.key";
    for (more, what) in [
        (
            "-p n=99",
            "-p is for --program: the key tiny.key has its parameters",
        ),
        (
            "--plan nonsense",
            "--plan is for --program: the key tiny.key has its plan",
        ),
        (
            "--input nofile",
            "--input is for --program: the key tiny.key has its tables",
        ),
        (
            "-p n=99 --plan nonsense --input nofile",
            "-p is for --program",
        ),
    ] {
        said(&format!("{verify} {more}")).fails(2, &[what, "leave out"]);
        let json = said(&format!("{verify} {more} --json"));
        json.fails(2, &[what]);
        assert!(json.json()["errors"][0]["message"].is_string());
    }
    for line in [
        "verify --schema --key tiny.key",
        "verify --schema tiny.proof",
        "verify --schema --expect in.json",
        "verify --schema --whole",
        "verify --schema --min-security 96",
    ] {
        said(line).fails(2, &["--schema"]);
    }
    said("verify --schema --json").works();
    said("--json verify --schema").works();
    let keyed = "prove --key tiny.key --input in.json";
    said(&format!("{keyed} -p n=3")).fails(2, &["-p", "the key tiny.key has them already"]);
    said(&format!("{keyed} --plan none")).fails(2, &["is the key of the plan `fused`"]);
    said(&format!("{keyed} --optimize time")).fails(2, &["--optimize", "--key"]);
    for line in [
        "prove tiny.attn --input in.json --memory 4",
        "key tiny.attn --memory 4",
        "inspect tiny.attn --memory 4 --security compact",
        "jobs tiny.attn --input in.json --memory 4",
        "explore tiny.attn --memory 4",
        "audit tiny.attn --memory 4",
        "emit circuit tiny.attn --memory 4",
    ] {
        said(line).fails(2, &["--memory is for a floor", "--security 96"]);
    }
    for (line, what) in [
        ("emit ast tiny.attn --plan fused", "--plan has no effect"),
        (
            "emit graph tiny.attn --plan fused",
            "the first that it changes is the plan",
        ),
        (
            "emit plan tiny.attn --contract unrolled",
            "--contract has no effect",
        ),
        (
            "emit plan tiny.attn --optimize time",
            "changes is the circuit",
        ),
        (
            "jobs tiny.attn --input in.json --format make --json",
            "--format make",
        ),
    ] {
        said(line).fails(2, &[what, "leave"]);
    }
    said("inspect tiny.attn --memory 4 --security 96").works();
    // An input file is checked, also where no table comes from it.
    house.write("wide.json", r#"{"x": [1, 2, 99]}"#);
    for line in [
        "emit circuit tiny.attn",
        "key tiny.attn -o other.key",
        "verify tiny.proof --program tiny.attn",
    ] {
        said(&format!("{line} --input in.json")).works();
        said(&format!("{line} --input wide.json")).fails(2, &["[E081]", "x[2]"]);
        said(&format!("{line} --input none.json")).fails(2, &["none.json"]);
    }
    std::fs::remove_file(house.path("wide.json")).unwrap();
    std::fs::remove_file(house.path("other.key")).unwrap();
    house.holds_only(&["tiny.attn", "in.json", "tiny.key", "tiny.proof"]);
}

#[test]
fn verify_says_what_loading_took_and_bits_are_the_same_everywhere() {
    let house = House::tiny();
    let verify =
        |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--key", "tiny.key"], more);
    let said = verify(&[]).works();
    assert!(
        said.out.starts_with("tiny.proof: loaded in "),
        "{}",
        said.out
    );
    assert!(said.out.contains(" ms, verified in "), "{}", said.out);
    verify(&["--context", "x"]).fails(1, &["rejected: ", "(loaded in ", " ms)"]);
    let object = verify(&["--json"]).works().json();
    assert!(object["load_ms"].as_f64().unwrap() > 0.0);
    let bits = object["security"]["proven_bits"].as_f64().unwrap();
    let shown = format!(
        "96.0 bits conjectured, {:.1} proven",
        (bits * 10.0).floor() / 10.0
    );
    let proved = house
        .run(&["prove", "tiny.attn", "--input", "in.json"])
        .works();
    let inspected = house.run(&["inspect", "tiny.attn"]).works();
    for text in [&said.out, &proved.out, &inspected.out] {
        assert!(text.contains(&shown), "no `{shown}` in {text}");
    }
    for part in [
        "refuted in 2025",
        "2025/2010, 2025/2046",
        "rest on no attack",
    ] {
        assert!(
            inspected.out.contains(part),
            "no `{part}` in {}",
            inspected.out
        );
    }
    // A plan of several parts: the least of each column.
    let plan = "proof a: * - z proof b: z open *";
    let all = house
        .run(&["inspect", "tiny.attn", "--plan", plan, "--json"])
        .works()
        .json();
    let of = |account: &Value, column: &str| account["security"][column].as_f64().unwrap();
    for column in ["conjectured_bits", "proven_bits"] {
        let parts = all["parts"].as_array().unwrap().iter();
        let least = parts
            .map(|part| of(part, column))
            .fold(f64::INFINITY, f64::min);
        assert_eq!(of(&all, column), least);
    }
    let inspected = house.run(&["inspect", "tiny.attn", "--plan", plan]).works();
    assert!(
        inspected.out.contains("all 2 parts: 96.0 bits conjectured"),
        "{}",
        inspected.out
    );
}
