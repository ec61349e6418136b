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
    let one = ["test", "--list", "--filter", "small"];
    house.run(&one).fails(0, &["1 test of 1 file"]);
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
            "FAILED  drawn\n",
            " --show all` shows this draw",
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

/// What cannot be run stops nothing else.
#[test]
fn files_that_are_wrong_are_told_and_the_others_run() {
    let house = house();
    house.write("broken.attn", "circuit broken { y = }");
    std::fs::create_dir(house.path("empty")).unwrap();
    let files = ["test", "nowhere.attn", "broken.attn", "empty", "twice.attn"];
    let said = house.run(&files);
    said.fails(
        2,
        &[
            "cannot read nowhere.attn",
            "error[E003]",
            "no program in the folder empty",
            "4 passed, 0 failed, of 1 file; 3 not run",
        ],
    );
    let said = house.run(&[&files[..], &["--json"]].concat());
    assert_eq!(said.code, 2);
    let object = said.json();
    assert_eq!(
        (&object["passed"], &object["failed"]),
        (&json!(4), &json!(0))
    );
    assert_eq!(object["files"][0]["file"], "nowhere.attn");
    assert!(object["files"][0]["errors"][0]["message"]
        .as_str()
        .unwrap()
        .contains("cannot read"));
    assert_eq!(object["files"][1]["errors"][0]["code"], "E003");
    assert_eq!(
        (&object["files"][3]["errors"], &object["files"][3]["file"]),
        (&json!([]), &json!("twice.attn"))
    );
    house
        .run(&["test", "broken.attn", "twice.attn"])
        .fails(1, &["4 passed"]);
}

#[test]
fn an_error_of_the_program_is_told_once() {
    let house = House::new();
    house.write(
        "c.attn",
        "circuit c { private input x : 0..=9  public output y  y = x / 2 }\n\
         test \"a\" { x = 1 }\ntest \"b\" { x = 2 }\ntest \"c\" { x = 3 }\n",
    );
    let said = house.run(&["test", "c.attn"]);
    said.fails(
        1,
        &["FAILED  b: by what is said above", "0 passed, 3 failed"],
    );
    assert_eq!(
        said.text().matches("error[E026]").count(),
        1,
        "{}",
        said.text()
    );
    let tests = house.run(&["test", "c.attn", "--json"]).json();
    assert_eq!(tests["files"][0]["tests"][2]["errors"][0]["code"], "E026");
}

#[test]
fn what_is_looked_at_nowhere_is_no_success() {
    let house = House::new();
    let circuit = "circuit c(n = 2) { private input x[n] : 0..=9  public output y[n] y[i in n] = 2 * x[i] }\n";
    for (test, why) in [
        (
            "x = 1  expect[i in n where x[i] > 3] y[i] == 8",
            "looked at nowhere",
        ),
        (
            "sample 20  expect[i in n where y[i] > 18] x[i] == 8",
            "in any of 20 draws",
        ),
        ("x = 1  expect[i in n where i > 5] y[i] == 8", ""),
    ] {
        house.write("c.attn", format!("{circuit}test \"t\" {{ {test} }}\n"));
        house.run(&["test", "c.attn"]).fails(1, &[why, "1 failed"]);
    }
    house.write(
        "c.attn",
        format!("{circuit}test \"t\" {{ x = [1, 4]  expect[i in n where x[i] > 3] y[i] == 8 }}\n"),
    );
    house.run(&["test", "c.attn"]).works();
}

#[test]
fn differences_have_their_places() {
    let house = House::new();
    let circuit = "circuit c(n = 20) { private input x[n] : 0..=9  public output y[n] y[i in n] = 2 * x[i] }\n";
    house.write(
        "c.attn",
        format!("{circuit}test \"t\" {{ x = 4  expect y == x }}\n"),
    );
    let said = house.run(&["test", "c.attn"]);
    said.fails(
        1,
        &[
            "`y[0]` is 8, not 4",
            "  y[18]  is 8, expected 4\n  and 1 more\n",
        ],
    );
    assert!(!said.text().contains("got"), "{}", said.text());
}

#[test]
fn what_cannot_be_read_says_what_to_write() {
    let house = House::new();
    let circuit =
        "circuit c(n = 2) { private input x[n] : 0..=9  public output y[n] y[i in n] = x[i] }\n";
    for (test, why) in [
        ("x = 1 seed 7 sample 50", "`sample 50 seed 7`"),
        ("sample 50 x = 1 seed 7", "`sample 50 seed 7`"),
        (
            "x = 1 expect y[i] <= 5 where x[i] > 0",
            "`expect[i in n where x[i] > 0] ...`",
        ),
        ("x = 1 expect 0 <= x[i] <= 5", "`0 <= x[i] and x[i] <= ...`"),
        (
            "x = 1 expect[i in n] 0 <= x[i] <= 5",
            "`0 <= x[i] and x[i] <= ...`",
        ),
    ] {
        house.write("c.attn", format!("{circuit}test \"t\" {{ {test} }}\n"));
        house
            .run(&["check", "c.attn"])
            .fails(1, &["error[E003]", why]);
    }
    house.write(
        "defs.attn",
        "def f(x) -> y { y = x }\ntest \"t\" { x = 1 }\n",
    );
    house.run(&["test", "defs.attn"]).fails(
        1,
        &[
            "defs.attn:2",
            "there is no circuit in this file",
            "a test runs a circuit",
        ],
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
        ("test \"t\" { sample 4  x = 1 }", "E123"),
        (
            "test \"t\" { x = 1  expect[i in n, j in n] y[i] == 1 }",
            "E120",
        ),
        ("test_fails \"t\" E084 (n = 0) { sample 1 }", "E122"),
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
