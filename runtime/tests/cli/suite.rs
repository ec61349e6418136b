//! `attnc test`: the tests of programs, and what is said of those that fail.

use serde_json::json;

use crate::house::House;

const TWICE: &str = r#"use "parts/more.attn"
circuit twice(n = 3) {
    private input x[n] : 0..=9
    public output y[n]
    y[i in n] = more(x[i])
}
test "small" { x = [1, 2, 3]  expect y == [2, 4, 6] }
test "large" (n = 5) { sample 10 seed 3  expect y[i] == 2 * x[i] }
test "proved" { sample 2  expect y[i] == more(x[i])  prove }
test_fails "ten" E081 { x = 10 }
"#;

fn house() -> House {
    let house = House::new();
    std::fs::create_dir(house.path("parts")).unwrap();
    house.write("parts/more.attn", "def more(x) -> y { y = x + x }\n");
    house.write("twice.attn", TWICE);
    house
}

/// As `fmt` takes them: without what is left out, and each once.
#[test]
fn a_folder_says_which_of_its_programs_are_meant() {
    let house = house();
    house.write("broken.attn", "circuit broken { y = }");
    house.run(&["test"]).fails(1, &["broken.attn"]);
    house.write(".attnignore", "broken.attn\n");
    let said = house.run(&["test", ".", "twice.attn", "--json"]).works();
    assert_eq!(said.json()["passed"], 4);
    house.run(&["test", "broken.attn"]).fails(1, &["E003"]);
    house.run(&["test", "parts/more.attn"]).fails(1, &["E003"]);
}

const WRONG: &str = r#"circuit wrong(n = 2) {
    private input x[n] : 0..=9
    public output y[n]
    y[i in n] = x[i] + 1
}
test "list" { x = [1, 2]  expect y == [2, 4] }
test "drawn" (n = 4) { sample 100 seed 7  expect y[i] <= 9 }
test "right" { x = 0  expect y == 1 }
test_fails "passes" E081 { x = 9 }
"#;

#[test]
fn tests_run() {
    let house = house();
    let said = house.run(&["test", "twice.attn"]).works();
    for part in [
        "twice.attn\n",
        "passed  small\n",
        "passed  large (10 draws)\n",
        "passed  proved (2 draws, 2 proved)\n",
        "passed  ten\n",
        "4 passed, 0 failed, of 1 file\n",
    ] {
        assert!(said.out.contains(part), "{}", said.text());
    }
    // All programs of the folder; what has definitions alone is none.
    let all = house.run(&["test", "--json"]).works().json();
    assert_eq!(all["passed"], 4);
    assert_eq!(all["files"][0]["file"], "twice.attn");
    let proved = &all["files"][0]["tests"][2];
    assert_eq!((&proved["runs"], &proved["proofs"]), (&json!(2), &json!(2)));
    let some = house
        .run(&["test", "--filter", "ar", "--json"])
        .works()
        .json();
    assert_eq!(some["files"][0]["tests"][0]["name"], "large");
    assert_eq!((&some["passed"], &some["failed"]), (&json!(1), &json!(0)));
    let listed = house.run(&["test", "--list", "--json"]).works().json();
    assert_eq!(
        listed["files"][0]["tests"][3],
        json!({ "name": "ten", "line": 10 })
    );
    house
        .run(&["test", "--list"])
        .fails(0, &["  small\n", "4 tests of 1 file"]);
    // Nothing is written.
    house.holds_only(&["parts", "twice.attn"]);
}

#[test]
fn what_fails_is_told() {
    let house = House::new();
    house.write("wrong.attn", WRONG);
    let said = house.run(&["test", "wrong.attn"]);
    said.fails(
        1,
        &[
            "FAILED  list",
            "error[E121]: this is not so at 1 of 2 places",
            "`y[1]` is 3, not 4",
            "got[2], from 2 to 3\n  [2 3]",
            "expected[2], from 2 to 4\n  [2 4]",
            "FAILED  drawn\n",
            "`attnc sample --seed 7 -p n=4` draws the same inputs",
            "passed  right",
            "error[E122]: `passes` is to fail, and does not",
            "1 passed, 3 failed, of 1 file",
        ],
    );
    let said = house.run(&["test", "wrong.attn", "--json"]);
    assert_eq!(said.code, 1);
    let tests = &said.json()["files"][0]["tests"];
    let list = &tests[0];
    assert_eq!(list["passed"], false);
    assert_eq!(
        (&list["errors"][0]["code"], &list["errors"][0]["line"]),
        (&json!("E121"), &json!(6))
    );
    assert_eq!(
        list["unmet"],
        json!([{
            "places": 2, "wrong": 1, "relation": "==",
            "mismatches": [{ "place": "y[1]", "got": 3, "expected": 4 }],
            "got": [2, 3], "expected": [2, 4],
        }])
    );
    // The draw that failed is that of `attnc sample`.
    let seed = tests[1]["seed"].as_u64().unwrap().to_string();
    let sample = ["sample", "wrong.attn", "-p", "n=4", "--seed", &seed];
    let drawn = house.run(&sample).works().json();
    let most = drawn["x"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it.as_i64())
        .max();
    assert_eq!(most, Some(9));
    assert_eq!(
        tests[1]["runs"].as_u64().unwrap() + 6,
        tests[1]["seed"].as_u64().unwrap()
    );
    assert_eq!(
        tests[2],
        json!({
            "name": "right", "line": 8, "fails": null, "passed": true, "runs": 1, "proofs": 0,
            "seed": null, "errors": [], "unmet": [],
        })
    );
}

#[test]
fn tests_are_checked_without_a_run() {
    let house = House::new();
    let circuit =
        "circuit c(n = 2) { private input x[n] : 0..=9  public output y[n] y[i in n] = x[i] }\n";
    for (test, code) in [
        ("test \"t\" { x = [1, 2, 3] }", "E080"),
        ("test \"t\" { x = [1, 10] }", "E081"),
        ("test \"t\" { }", "E079"),
        ("test \"t\" (m = 2) { sample 1 }", "E012"),
        ("test \"t\" { sample 1  expect z == 1 }", "E010"),
        ("test \"t\" { sample 1  expect y == [1] }", "E120"),
        ("test \"t\" { sample 1  expect y[i, i] == 1 }", "E020"),
        ("test_fails \"t\" E999 { sample 1 }", "E123"),
        ("test \"t\" { sample 1  expect }", "E003"),
        ("test \"t\" { sample one }", "E003"),
    ] {
        house.write("c.attn", format!("{circuit}{test}\n"));
        for verb in ["check", "test"] {
            house
                .run(&[verb, "c.attn"])
                .fails(1, &[&format!("error[{code}]"), "c.attn:2"]);
        }
    }
    house.write(
        "c.attn",
        format!("{circuit}test_fails \"t\" E081 {{ x = [1, 10] }}\n"),
    );
    let said = house.run(&["check", "c.attn", "--json"]).works().json();
    assert_eq!(said["tests"], json!(["t"]));
    // What is wrong in a test stops nothing else.
    house.write(
        "c.attn",
        format!("{circuit}test \"t\" {{ x = [1, 2, 3] }}\n"),
    );
    house.run(&["sample", "c.attn", "-o", "in.json"]).works();
    house.run(&["run", "c.attn", "--input", "in.json"]).works();
}

#[test]
fn nothing_to_run_is_no_success() {
    let house = house();
    house
        .run(&["test", "--filter", "none"])
        .fails(2, &["no test has `none`", "--list"]);
    house.run(&["test", "parts/more.attn"]).fails(1, &["E003"]);
    house
        .run(&["test", "nowhere.attn"])
        .fails(2, &["cannot read nowhere.attn"]);
    house.write("twice.attn", "circuit c { public output y  y = 1 }\n");
    house.run(&["test"]).fails(2, &["there are no tests"]);
    // A file that is used has none.
    house.write(
        "parts/more.attn",
        "def more(x) -> y { y = x }\ntest \"t\" { }\n",
    );
    house.write("twice.attn", TWICE);
    house
        .run(&["check", "twice.attn"])
        .fails(1, &["more.attn:2", "a file that is used has no `test`"]);
}

#[test]
fn tests_are_no_part_of_what_is_proved() {
    let house = House::new();
    let circuit = "circuit c { private input x : 0..=9  public output y  y = x + 1 }\n";
    let test = "test \"t\" { x = 1  expect y == 2 }\n";
    house.write("c.attn", circuit);
    house.run(&["key", "c.attn"]).works();
    let plain = house.read("c.key");
    house.write("c.attn", format!("{test}{circuit}"));
    house.run(&["key", "c.attn", "-o", "tested.key"]).works();
    assert_eq!(plain, house.read("tested.key"));
    let ast = house
        .run(&["emit", "ast", "c.attn", "--written"])
        .works()
        .out;
    assert!(!ast.contains("test"), "{ast}");
}

/// Terminals are told nothing by names.
#[test]
fn names_of_tests_are_only_shown() {
    let house = House::new();
    let source = "circuit c { private input x : 0..=9  public output y  y = x }\ntest \"<b>&\u{e9}\" { x = 1 }\n";
    house.write("c.attn", source);
    house.run(&["test"]).fails(0, &["passed  <b>&\u{e9}"]);
    house.write("c.attn", source.replace("<b>", "\u{1b}[31m"));
    let said = house.run(&["test"]);
    said.fails(1, &["E005"]);
    assert!(!said.text().contains('\u{1b}'));
}
