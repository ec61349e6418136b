//! `inspect`, `calibrate`, `audit`: what a circuit is, costs and withstands.

use serde_json::{json, Value};

use crate::house::{example, House, SMALL, TINY};

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
