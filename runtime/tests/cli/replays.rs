//! A test, or a draw of one, run by `attnc run`: what it ran on is shown.

use serde_json::json;

use crate::house::House;

const GIVEN: &str = r#"circuit scaled(n = 2) {
    table gain(k in 0..=3) : 0..=3 from input
    fixed input w[n] : 1..=3
    private input x[n] : 0..=3
    private input bias : 0..=9
    public output y[n]
    y[i in n] = w[i] * gain(x[i]) + bias
}
test "it's drawn" (n = 3) { sample 50 seed 9  bias = 5  gain[k] = 3 - k  expect y[i] < 13 }
test "given" { bias = 1  gain[k] = k  w = 2  x = [1, 3]  expect y == [3, 7] }
"#;

/// The command that is printed shows the case that failed, whatever of it the test gives itself.
#[test]
fn the_draw_that_failed_is_run_again() {
    let house = House::new();
    house.write("a b.attn", GIVEN);
    let said = house.run(&["test", "a b.attn"]);
    let start = said.err.find("`attnc run").unwrap() + 1;
    let hint = &said.err[start..start + said.err[start..].find('`').unwrap()];
    assert!(hint.starts_with("attnc run 'a b.attn' --test "), "{hint}");
    let words = shell_words::split(hint).unwrap();
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let again = house.run(&[words.as_slice(), &["--json"]].concat());
    assert_eq!(again.code, 1);
    let shown = again.json();
    assert_eq!(shown["errors"][0]["code"], "E121");
    assert_eq!(shown["shown"]["bias"], 5);
    assert_eq!(shown["shown"]["gain"], json!([3, 2, 1, 0]));
    let y: Vec<i64> = shown["outputs"]["y"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it.as_i64())
        .collect();
    assert_eq!(y.len(), 3);
    let failed = said.err.split("is ").nth(1);
    assert!(y.iter().any(|y| *y >= 13), "{y:?} {failed:?}");
    // Every place and value that the error names is there.
    let (x, w) = (&shown["shown"]["x"], &shown["shown"]["w"]);
    for (at, y) in y.iter().enumerate() {
        let own = w[at].as_i64().unwrap() * (3 - x[at].as_i64().unwrap()) + 5;
        assert_eq!(own, *y);
        if *y >= 13 {
            assert!(
                said.err.contains(&format!("`y[{at}]` is {y}")),
                "{}",
                said.err
            );
        }
    }
    let given = house.run(&["run", "a b.attn", "--test", "given"]).works();
    assert!(given.out.contains("y[2] = [3,7]"), "{}", given.out);
    for (more, why) in [
        (&["--test", "none"][..], "has no test `none`"),
        (&["--test", "given", "--seed", "3"], "draws nothing"),
        (&["--test", "given", "-p", "n=3"], "cannot be used with"),
        (&["--seed", "3"], "--test"),
    ] {
        house
            .run(&[&["run", "a b.attn"], more].concat())
            .fails(2, &[why]);
    }
}

/// As far as it came, whatever its name begins with; and what is expected is held again.
#[test]
fn a_draw_that_does_not_run_is_shown() {
    let house = House::new();
    house.write(
        "c.attn",
        "circuit c(n = 3) {\n    private input x[n] : 0..=9\n    public output y[n]\n    \
         two[i in n] = 2 * x[i]\n    assert[i in n] two[i] >= 6\n    y[i in n] = two[i] + 1\n}\n\
         test \"-x\" { sample 9 }\ntest \"-y\" { sample 9  expect y[i] >= 0 }\n\
         test \"six\" { x = 3  expect y == 6 }\n",
    );
    let said = house.run(&["test", "c.attn"]);
    let again = "`attnc run c.attn --test=-y --seed ";
    said.fails(
        1,
        &[
            "--test=-x --seed ",
            "FAILED  -y: by what is said above; ",
            again,
        ],
    );
    assert_eq!(
        said.text()
            .matches("for more: attnc explain E084 E121\n")
            .count(),
        1
    );
    let run = ["run", "c.attn", "--test=-x", "--show", "all"];
    let said = house.run(&run);
    said.fails(1, &["x[3] = [", "two[3] = [", "error[E084]"]);
    assert!(!said.out.contains("y[3]"), "{}", said.out);
    let six = ["run", "c.attn", "--test", "six", "--show", "two,y"];
    let said = house.run(&six);
    said.fails(1, &["error[E121]", "`y[0]` is 7, not 6"]);
    assert_eq!(said.out, "two[3] = [6,6,6]\ny[3] = [7,7,7]\n");
    // Written or not, and as an object or not, it is said.
    let written = ["run", "c.attn", "--test", "six", "-o", "out.json", "--json"];
    let said = house.run(&written);
    said.fails(1, &["error[E121]"]);
    assert_eq!(said.json()["written"], "out.json");
}

/// A cache has zeros for what is not appended yet, and for a seed that is not there yet.
#[test]
fn a_cache_that_is_not_whole_is_not_shown() {
    let house = House::new();
    let (early, late) = ("    assert x[0] >= 2\n", "    assert y[0] >= 10\n");
    let program = |before: &str, after: &str| {
        format!(
            "circuit c(n = 3) {{
    private input x[n] : 1..=9
    public output y[n]
    seed[i in 2] = 7 + i
    state keys = seed
{before}    step t in n {{
        k = x[t] + 1
        keys <- k
        y[t] = max(j in keys) keys[j]
    }}
{after}}}
test \"t\" {{ x = [1, 2, 3] }}
"
        )
    };
    for (program, whole) in [(program(early, ""), false), (program("", late), true)] {
        house.write("c.attn", program);
        let said = house.run(&["run", "c.attn", "--test", "t", "--show", "all"]);
        said.fails(1, &["x[3] = [1,2,3]", "error[E084]"]);
        assert_eq!(
            said.out.contains("keys[5] = [7,8,2,3,4]"),
            whole,
            "{}",
            said.out
        );
        assert_eq!(said.out.contains("keys"), whole, "{}", said.out);
    }
}

#[test]
fn what_is_looked_at_nowhere_fails_the_run_too() {
    let house = House::new();
    house.write(
        "c.attn",
        "circuit c(n = 2) { private input x[n] : 0..=9  public output y[n]  y[i in n] = x[i] }\n\
         test \"t\" { x = 1  expect[i in n where x[i] > 3] y[i] == 8 }\n\
         test \"guarded\" { x = 4  expect[i in n where x[0] > 3] y[0] == 4 }\n",
    );
    let run = ["run", "c.attn", "--test", "t"];
    house
        .run(&run)
        .fails(1, &["looked at nowhere", "y[2] = [1,1]"]);
    // An index for the condition alone.
    house
        .run(&["test", "c.attn", "--filter", "guarded"])
        .works();
}
