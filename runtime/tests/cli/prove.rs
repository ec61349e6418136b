//! `prove`: proofs of one input and of several, at settings and floors, measured; inputs that are none.

use std::io::Write;

use serde_json::{json, Value};

use crate::house::{example, House, INPUT, SMALL, TINY};

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

    house.write("in.json", INPUT);
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
