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
    // The same figure, whoever is asked.
    for plan in ["fused", "sidecar"] {
        let by_line = [&inspect[..], &["--by-line", "--plan", plan]].concat();
        let all = house.run_with(&by_line, &small).works().json();
        let of_plan = [&inspect[..], &["--plan", plan]].concat();
        let object = house.run_with(&of_plan, &small).works().json();
        let predicted = object["predicted_bytes"].as_f64().unwrap();
        assert_eq!(all["bytes"].as_f64().unwrap(), predicted.round(), "{plan}");
        assert_eq!(all["setting"], "standard, hiding");
    }
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

const CUT: &str = "circuit cut(n = 2) {
    private input x[n] : 0..8
    public output y
    s[i in n] = x[i] * x[i]
    y = sum(i in n) s[i]
    // plans
}";
/// Its plans, in both orders.
const PLANS: [&str; 2] = [
    "plan open { proof all: * }
    plan secret { proof a: * - y  hiding  proof b: y }",
    "plan secret { proof a: * - y  hiding  proof b: y }
    plan open { proof all: * }",
];

/// A word in a plan, or in the text of one: neither key nor proof needs the flag.
#[test]
fn a_plan_says_that_its_proofs_hide() {
    let house = House::new();
    house.write("cut.attn", CUT.replace("// plans", PLANS[0]));
    house.write("in.json", r#"{"x": [3, 5]}"#);
    let text = "hiding proof all: *";
    let apart = "hiding proof a: * - s proof b: s open *";
    for (plan, hides) in [
        ("open", false),
        ("secret", true),
        (text, true),
        (apart, true),
    ] {
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
        let by_line = house.run_with(&inspect, &["--by-line"]).works().json();
        assert_eq!(by_line["setting"], object["security"]["setting"], "{plan}");
        let made = ["prove", "cut.attn", "--plan", plan, "--input", "in.json"];
        house.run_with(&made, &["-o", "p.proof"]).works();
        house.run(&["verify", "p.proof", "--key", "k.key"]).works();
        let program = ["verify", "p.proof", "--program", "cut.attn", "--plan", plan];
        let object = house.run_with(&program, &["--json"]).works().json();
        assert_eq!(object["security"]["hiding"], hides, "{plan}");
    }
    // A part of several alone, and as one of its jobs.
    let only = ["prove", "cut.attn", "--plan", apart, "--input", "in.json"];
    let part = ["--only", "a", "-o", "a.proof", "--json"];
    let object = house.run_with(&only, &part).works().json();
    assert_eq!(object["security"]["hiding"], true);
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
    assert_eq!(object["security"], "standard, hiding");
    let plain = ["-p", "count=4", "--rows", "2"];
    let said = house.run_with(&audit[..4], &plain).works();
    assert!(said.out.contains(", standard: audited"), "{}", said.out);
}

#[test]
fn what_is_explored_says_that_it_hides() {
    let (house, vote) = ballots();
    let explore = [
        "explore", &vote, "-p", "count=4", "--hiding", "--prove", "0",
    ];
    let said = house.run(&explore).works();
    assert!(said.out.contains("standard, hiding"), "{}", said.out);
    let bytes = |flags: &[&str], hides: bool| -> Vec<f64> {
        let run = [&explore[..4], &["--prove", "0", "--json"], flags].concat();
        let object = house.run(&run).works().json();
        let plans = object["plans"].as_array().unwrap();
        assert!(plans.iter().all(|plan| plan["hiding"] == hides), "{object}");
        let plans = plans.iter();
        plans
            .map(|plan| plan["predicted"]["bytes"].as_f64().unwrap())
            .collect()
    };
    let (hidden, plain) = (bytes(&["--hiding"], true), bytes(&[], false));
    assert!(hidden[0] > plain[0], "{hidden:?} {plain:?}");
    // A floor is asked for as it is read.
    let floor = [&explore[..], &["--security", "96", "--json"]].concat();
    assert_eq!(house.run(&floor).works().json()["security"], "96");
}

/// Where the plan that is taken without a flag hides, so do those that are offered beside it.
#[test]
fn what_is_offered_beside_a_plan_that_hides() {
    let house = House::new();
    for (first, hides) in [("open", false), ("secret", true)] {
        let program = CUT.replace("// plans", PLANS[usize::from(hides)]);
        house.write("cut.attn", &program);
        let explore = ["explore", "cut.attn", "--prove", "0"];
        let object = house.run_with(&explore, &["--json"]).works().json();
        let plans = object["plans"].as_array().unwrap();
        assert!(plans.len() > 2, "{object}");
        for plan in plans {
            let text = plan["plan"].as_str().unwrap();
            let expected = match plan["declared"] == true {
                true => text == "secret",
                false => hides,
            };
            assert_eq!(plan["hiding"], expected, "{first}: {text}");
            assert_eq!(text.starts_with("hiding "), expected && text != "secret");
        }
        let said = house.run(&explore).works();
        assert!(
            said.out.contains("secret (declared, hiding)"),
            "{}",
            said.out
        );
        assert!(said.out.contains("open (declared)"), "{}", said.out);
    }
}

#[test]
fn a_key_says_whether_it_is_of_proofs_that_hide() {
    let (house, vote) = ballots();
    for (flags, hides) in [
        (&["--hiding"][..], true),
        (&[], false),
        (&["--plan", "hiding proof all: *"], true),
    ] {
        let said = house
            .run_with(&["key", &vote, "-o", "k.key"], flags)
            .works();
        let words = ["of proofs that hide", "of proofs that do not hide"];
        assert!(
            said.out.contains(words[usize::from(!hides)]),
            "{}",
            said.out
        );
        let key = ["key", &vote, "-o", "k.key", "--json"];
        assert_eq!(house.run_with(&key, flags).works().json()["hiding"], hides);
    }
}

/// What is no plan's name says how a text is written.
#[test]
fn a_plan_that_is_a_word_is_said_to_be_written() {
    let (house, vote) = ballots();
    let text = "`hiding proof all: *`";
    for (plan, why) in [
        ("hiding", text),
        ("fused hiding", text),
        ("hiding fused", text),
        ("open", "`proof a: * - x proof b: x open a | b`"),
        ("proof", "`proof all: *`"),
    ] {
        house
            .run(&["inspect", &vote, "--plan", plan])
            .fails(2, &[why]);
    }
}
