//! `--hiding`: proofs that tell nothing of what is private, and what goes with them.

use crate::house::{example, House};

const SMALL: [&str; 4] = ["-p", "count=4", "--security", "standard"];

fn ballots() -> (House, String) {
    let house = House::new();
    house.write("in.json", r#"{"ballot": [3, 9, 0, 7]}"#);
    (house, example("vote"))
}

#[test]
fn a_proof_that_hides_is_made_and_verified() {
    let (house, vote) = ballots();
    let key = ["key", &vote, "-p", "count=4", "--hiding", "-o", "h.key"];
    house.run(&key).works();
    let prove = [
        "prove", &vote, "--input", "in.json", "--hiding", "-o", "h.proof",
    ];
    let said = house.run_with(&prove, &SMALL).works();
    assert!(said.out.contains("standard, hiding") && !said.out.contains("does not hide"));
    let verify = ["verify", "h.proof", "--key", "h.key"];
    let said = house.run(&verify).works();
    for part in [
        "It hides",
        "Fixed inputs and tables are not",
        "standard, hiding",
    ] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    let object = house.run_with(&verify, &["--json"]).works().json();
    assert_eq!(object["security"]["hiding"], true);
    assert_eq!(object["statement"]["outputs"]["mean"], 5);
    // The key says what it is for: nothing is to be repeated.
    let by_key = [
        "prove", "--key", "h.key", "--input", "in.json", "-o", "k.proof",
    ];
    house.run(&by_key).works();
    house.run(&["verify", "k.proof", "--key", "h.key"]).works();
    assert_ne!(house.read("h.proof"), house.read("k.proof"));
    let program = ["verify", "h.proof", "--program", &vote, "-p", "count=4"];
    house.run(&program).works();
    let fast = ["--security", "fast", "-o", "f.proof"];
    house.run_with(&by_key[..5], &fast).works();
    house.run(&["verify", "f.proof", "--key", "h.key"]).works();
}

#[test]
fn a_setting_of_many_queries_has_rows_for_its_masks() {
    let (house, vote) = ballots();
    let many = "96 bits: blowup 2, 96 queries, grinding 0";
    let prove = [
        "prove", &vote, "--input", "in.json", "-p", "count=4", "--hiding",
    ];
    let check = ["--security", many, "--check", "-o", "m.proof"];
    let said = house.run_with(&prove, &check).works();
    assert!(
        said.out.contains(&format!("{many}, hiding")),
        "{}",
        said.out
    );
    let seed = ["--security", "seed, hiding", "-o", "s.proof"];
    let said = house.run_with(&prove[..6], &seed).works();
    assert!(said.err.contains("13 bits"), "{}", said.err);
}

#[test]
fn keys_and_proofs_of_the_two_kinds_do_not_mix() {
    let (house, vote) = ballots();
    let program = [vote.as_str(), "-p", "count=4"];
    for (flag, name) in [(&["--hiding"][..], "h"), (&[], "p")] {
        let key = format!("{name}.key");
        house
            .run_with(&[&["key"], &program[..], flag].concat(), &["-o", &key])
            .works();
        let proof = format!("{name}.proof");
        let prove = ["prove", "--input", "in.json", "-o", &proof];
        house
            .run_with(&[&prove[..], &program, flag].concat(), &[])
            .works();
    }
    for (proof, key, why) in [
        ("h.proof", "p.key", "the key is for proofs that do not hide"),
        ("p.proof", "h.key", "the key is for proofs that hide"),
    ] {
        house.run(&["verify", proof, "--key", key]).fails(1, &[why]);
    }
    let wrong = [
        "prove", "--key", "p.key", "--input", "in.json", "--hiding", "-o", "x.proof",
    ];
    house
        .run(&wrong)
        .fails(2, &["the key is of proofs that do not hide", "--hiding"]);
    let said = house.run(&["verify", "p.proof", "--key", "p.key"]).works();
    assert!(said.out.contains("It does not hide"), "{}", said.out);
    assert!(!house.path("x.proof").exists());
}

#[test]
fn linked_and_open_plans_hide() {
    let house = House::new();
    let decode = example("decode");
    let small = ["-p", "heads=1", "-p", "width=4", "-p", "steps=4"];
    let sample = ["sample", &decode, "-o", "in.json"];
    house.run_with(&sample, &small).works();
    for plan in ["sidecar", "proof half: * open steps 0..2 | 2..4"] {
        let prove = [
            "prove", &decode, "--input", "in.json", "--plan", plan, "--hiding",
        ];
        let seed = ["--security", "seed", "-o", "x.proof", "--check"];
        let said = house
            .run_with(&[&prove[..], &small].concat(), &seed)
            .works();
        assert!(said.out.contains("seed, hiding"), "{}", said.out);
    }
    let inspect = ["inspect", &decode, "--hiding", "--json"];
    let object = house.run_with(&inspect, &small).works().json();
    assert_eq!(object["security"]["setting"], "standard, hiding");
    assert!(object["choices"]["text"]
        .as_str()
        .unwrap()
        .ends_with(" least=8"));
    let floor = [
        "prove",
        &decode,
        "--input",
        "in.json",
        "--hiding",
        "--security",
        "90",
    ];
    let said = house.run_with(
        &[&floor[..], &small].concat(),
        &["--check", "-o", "y.proof"],
    );
    assert!(said.works().out.contains("queries, grinding"));
}

/// A word in a plan, or in the text of one: neither key nor proof needs the flag.
#[test]
fn a_plan_says_that_its_proofs_hide() {
    let house = House::new();
    let program = "circuit cut(n = 2) {
        private input x[n] : 0..8
        public output y
        s[i in n] = x[i] * x[i]
        y = sum(i in n) s[i]
        plan open { proof all: * }
        plan secret { proof a: * - y  hiding  proof b: y }
    }";
    house.write("cut.attn", program);
    house.write("in.json", r#"{"x": [3, 5]}"#);
    let text = "hiding proof all: *";
    for (plan, hides) in [("open", false), ("secret", true), (text, true)] {
        let key = ["key", "cut.attn", "--plan", plan, "-o", "k.key"];
        house.run(&key).works();
        let prove = ["prove", "--key", "k.key", "--input", "in.json", "--check"];
        let object = house
            .run_with(&prove, &["-o", "k.proof", "--json"])
            .works()
            .json();
        assert_eq!(object["security"]["hiding"], hides, "{plan}");
        let verify = ["verify", "k.proof", "--key", "k.key", "--json"];
        let object = house.run(&verify).works().json();
        assert_eq!(object["security"]["hiding"], hides, "{plan}");
        let inspect = ["inspect", "cut.attn", "--plan", plan, "--json"];
        let object = house.run(&inspect).works().json();
        assert_eq!(object["security"]["hiding"], hides, "{plan}");
        let made = ["prove", "cut.attn", "--plan", plan, "--input", "in.json"];
        house.run_with(&made, &["-o", "p.proof"]).works();
        house.run(&["verify", "p.proof", "--key", "k.key"]).works();
    }
    let wrong = ["inspect", "cut.attn", "--plan", "hide proof all: *"];
    house.run(&wrong).fails(2, &["unexpected `hide`"]);
}

#[test]
fn hints_alone_are_to_be_hidden_too() {
    let house = House::new();
    let program = "circuit root(n = 2) {
        public input x[n] : 1..100
        public output y[n]
        hint r[i in n] : 0..=10 = floor(x[i] / 10)
        assert[i in n] 10 * r[i] <= x[i]
        y[i in n] = x[i]
    }";
    house.write("root.attn", program);
    house.write("in.json", r#"{"x": [30, 50]}"#);
    let prove = ["prove", "root.attn", "--input", "in.json", "-o", "r.proof"];
    let said = house.run(&prove).works();
    assert!(said.out.contains("does not hide"), "{}", said.out);
    let said = house.run_with(&prove, &["--hiding"]).works();
    assert!(!said.out.contains("does not hide"), "{}", said.out);
}

#[test]
fn an_audit_attacks_proofs_that_hide() {
    let (house, vote) = ballots();
    let audit = ["audit", &vote, "--input", "in.json", "--hiding", "--json"];
    let object = house.run_with(&audit, &["-p", "count=4"]).works().json();
    assert_eq!(object["survivors"], serde_json::json!([]));
    let plain = &audit[..4];
    house
        .run_with(plain, &["-p", "count=4", "--rows", "2"])
        .works();
}

#[test]
fn what_is_explored_says_that_it_hides() {
    let (house, vote) = ballots();
    let explore = [
        "explore", &vote, "-p", "count=4", "--hiding", "--prove", "0",
    ];
    let said = house.run(&explore).works();
    assert!(said.out.contains("standard, hiding"), "{}", said.out);
}
