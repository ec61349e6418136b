//! `attnc fmt`: what it writes, what it shows, and what it leaves.

use crate::house::House;

const UGLY: &str =
    "circuit c(n=3){private input x[n]:0..9 // what is given\r\n public output y[n]\n y[i in n]=x[i]}";
const LAID: &str = "circuit c(n = 3) {
    private input x[n] : 0..9  // what is given
    public output y[n]
    y[i in n] = x[i]
}
";

#[test]
fn a_file_is_laid_out_once_and_checked() {
    let house = House::new();
    house.write("a.attn", UGLY);
    house.write("b.attn", LAID);
    house.write("c.attn", "circuit c { y = }");
    let checked = house.run(&["fmt", "--check", "a.attn", "b.attn", "--json"]);
    assert_eq!(checked.json()["files"][0]["changed"], true);
    assert_eq!(checked.json()["files"][1]["changed"], false);
    house.run(&["fmt", "--check", "a.attn"]).fails(1, &[]);
    assert_eq!(house.read("a.attn"), UGLY.as_bytes());
    house.run(&["fmt", "a.attn", "b.attn"]).works();
    assert_eq!(house.read("a.attn"), LAID.as_bytes());
    house.run(&["fmt", "--check", "a.attn", "b.attn"]).works();
    house.run(&["fmt"]).fails(1, &["E003"]);
    assert_eq!(house.read("c.attn"), b"circuit c { y = }");
    house.run(&["fmt", "a.attn", "-"]).fails(2, &["alone"]);
}

/// What cannot be read, and a folder that has nothing, stop nothing else.
#[test]
fn files_that_are_wrong_are_told_and_the_others_laid_out() {
    let house = House::new();
    house.write("a.attn", UGLY);
    house.write("c.attn", "circuit c { y = }");
    std::fs::create_dir(house.path("empty")).unwrap();
    let files = ["fmt", "nowhere.attn", "empty", "c.attn", "a.attn"];
    let checked = house.run(&[&files[..], &["--check", "--json"]].concat());
    assert_eq!(checked.code, 2);
    let checked = checked.json();
    let changed: Vec<_> = checked["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["changed"].clone())
        .collect();
    assert_eq!(
        changed,
        [
            serde_json::Value::Null,
            true.into(),
            serde_json::Value::Null,
            serde_json::Value::Null
        ]
    );
    let errors = checked["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 3, "{errors:?}");
    house.run(&files).fails(
        2,
        &[
            "cannot read nowhere.attn",
            "no program in the folder empty",
            "E003",
            "a.attn is laid out",
            "4 files: 1 changed; 1 with errors, not laid out; 2 not read or not written",
        ],
    );
    house.write("d.attn", [b'c', 0xff]);
    house
        .run(&["fmt", "--check", "c.attn", "d.attn"])
        .fails(1, &["d.attn:1:2", "2 files: 2 with errors, not laid out\n"]);
    assert_eq!(house.read("a.attn"), LAID.as_bytes());
    house
        .run(&["fmt", "empty"])
        .fails(2, &["no program in the folder empty", ".attnignore"]);
}

#[test]
fn standard_input_is_laid_out_to_standard_output_alone() {
    let house = House::new();
    let said = house.run(&["fmt", "-", "--json"]);
    said.fails(2, &["leave out --json"]);
    assert!(!said.text().contains("-o"), "{}", said.text());
}

#[test]
fn comments_among_parameters_stand_with_them() {
    let house = House::new();
    for (text, laid) in [
        (
            "circuit c( // sizes\n// rows\nn = 3,\n// columns\nm = 2) { public output y  y = n * m }",
            "circuit c(  // sizes\n    // rows\n    n = 3,\n    // columns\n    m = 2\n) {\n",
        ),
        (
            "circuit c(n = 3, // rows\nm = 2 // columns\n) { public output y  y = n * m }",
            "circuit c(n = 3,  // rows\n          m = 2  // columns\n",
        ),
    ] {
        house.write("c.attn", text);
        house.run(&["fmt", "c.attn"]).works();
        let found = String::from_utf8(house.read("c.attn")).unwrap();
        assert!(found.starts_with(laid), "{found}");
        house.run(&["fmt", "--check", "c.attn"]).works();
    }
}
