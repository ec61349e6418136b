//! `verify` and `join`: what holds, what is expected of it, and why something else is rejected.

use serde_json::{json, Value};

use crate::house::{example, House, Said, SMALL, TINY};

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
        "It does not hide",
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
            &["the parameters n = 3, what is given is n = 4: set them with -p"],
        );
    house
        .run(&["verify", "tiny.proof"])
        .fails(2, &["--key <KEY>"]);
}

/// Of what is not shown a verdict speaks where there is any: a hint, or a private input (above).
#[test]
fn what_was_not_proved_is_of_this_proof() {
    let house = House::new();
    let not_proved = |body: &str| {
        house.write("open.attn", format!("circuit open(n = 2) {{ {body} }}"));
        house.write("open.json", r#"{ "x": [3, 5] }"#);
        let prove = [
            "prove",
            "open.attn",
            "--input",
            "open.json",
            "-o",
            "open.proof",
        ];
        house.run(&prove).works();
        let said = house.run(&["verify", "open.proof", "--program", "open.attn"]);
        let said = said.works().out;
        let at = said.find("What was not proved").unwrap();
        said[at..].to_owned()
    };
    let public = "public input x[n] : 0..=9 public output y[n] y[i in n] = x[i] * x[i]";
    let said = not_proved(public);
    assert!(said.contains("Nothing private was read"), "{said}");
    assert!(!said.contains("hide"), "{said}");
    let hinted =
        "public input x[n] : 0..=9 public output y[n] hint q[i in n] : 0..=4 = floor(x[i] / 2)
                  rest[i in n] : 0..=1 = x[i] - 2 * q[i] y[i in n] = rest[i]";
    let said = not_proved(hinted);
    assert!(!said.contains("Nothing private"), "{said}");
    assert!(said.contains("It does not hide"), "{said}");
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
        let object = said.json();
        assert_eq!((said.code, &object["verified"]), (1, &Value::Bool(false)));
        let reason = object["reason"].as_str().unwrap().to_string();
        // What the protocol refuses is said in other words too; what is not a proof file says it itself.
        let meaning = object["meaning"].as_str().unwrap_or_default();
        if reason.starts_with("proof `") {
            assert!(meaning.contains("was changed"), "{object}");
            let said = house.run(&["verify", "bad.proof", "--key", "tiny.key"]);
            said.fails(1, &[&reason, meaning]);
        }
        if reason.starts_with("the proof file is unusable") {
            assert_eq!(object["meaning"], Value::Null);
        }
        reason
    };
    let mut other = good.clone();
    other[8] = 1;
    let reason = verify(other);
    assert!(
        reason.contains(
            "an older attnc: it has version 1, this attnc reads version 4; prove it again"
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
    let mut reasons = Vec::new();
    for at in (0..good.len()).step_by(good.len() / 64) {
        let mut changed = good.clone();
        changed[at] ^= 1;
        reasons.push(verify(changed));
    }
    let refused = |reason: &String| reason.contains("does not verify");
    assert!(reasons.iter().any(refused), "{reasons:?}");
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
    house.write("new.key", text.replace("\"version\": 4", "\"version\": 7"));
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
fn the_program_of_another_proof_says_which() {
    let house = House::tiny();
    let verify = |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--program"], more);
    // Its layout choices would not fit either: that is not what is said.
    house.write(
        "other.attn",
        "circuit other(m = 2) {\n private input x[m] : 0..4\n public output y[m]\n \
         y[i in m] = sum(j in m) x[j] * x[i]\n}",
    );
    verify(&["other.attn"]).fails(1, &["the circuit `tiny`, what is given is `other`"]);
    verify(&["tiny.attn", "-p", "n=100"]).fails(
        1,
        &["the parameters n = 3, what is given is n = 100: set them with -p"],
    );
    house.write("edited.attn", TINY.replace("x[i] >= 1", "x[i] >= 0"));
    verify(&["edited.attn"]).fails(1, &["a program with the digest"]);
    verify(&["tiny.attn", "--plan", "proof a: *"]).fails(
        1,
        &["the plan `fused`, what is given is `proof a: *`: give it with --plan"],
    );
}

#[test]
fn verify_says_what_loading_took_and_bits_are_the_same_everywhere() {
    let house = House::tiny();
    let verify =
        |more: &[&str]| house.run_with(&["verify", "tiny.proof", "--key", "tiny.key"], more);
    let said = verify(&[]).works();
    assert!(
        said.out
            .starts_with("tiny.proof: the proof holds (loaded in "),
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
