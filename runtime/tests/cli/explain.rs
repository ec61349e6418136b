//! `attnc explain` on the command line, and the line under errors that names it.

use attnc_compiler::diagnostic::explanation::explanations;
use serde_json::json;

use crate::house::House;

#[test]
fn a_code_is_explained_however_it_is_written() {
    let house = House::new();
    let said = house.run(&["explain", "E034"]).works();
    assert_eq!(said.err, "");
    let begin =
        "E034: Numbers that are too large to be told apart\n\nProofs are made in a field of";
    assert!(said.out.starts_with(begin), "{}", said.out);
    let (_, examples) = said.out.split_once("\nWrong:\n\n    circuit ").unwrap();
    assert!(
        examples.contains("\n    }\n\nRight:\n\n    circuit "),
        "{}",
        said.out
    );
    assert!(said.out.ends_with("\n    }\n"), "{}", said.out);
    for other in ["e034", "E34", "e34", "34", "034"] {
        assert_eq!(house.run(&["explain", other]).works().out, said.out);
    }
}

#[test]
fn every_code_can_be_asked_for_and_fits_a_terminal() {
    let house = House::new();
    let all = house.run(&["explain"]).works().out;
    let mut line = vec!["explain"];
    for entry in explanations() {
        let row = format!("\n  {}  {}\n", entry.code, entry.title);
        assert!(all.contains(&row), "{row}");
        line.push(entry.code);
    }
    assert!(all.starts_with("Text\n  E001  "), "{all}");
    let said = house.run(&line).works().out;
    assert_eq!(said.matches("\nRight").count(), explanations().len());
    for text in said.lines().chain(all.lines()) {
        assert!(
            text.chars().count() <= 100 && !text.contains("```"),
            "{text}"
        );
    }
    // What is about a program that is given shows it.
    let said = house.run(&["explain", "E081"]).works().out;
    for part in [
        "\nA program:\n",
        "\nWrong, as its input file:\n\n    {\"x\": [",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[test]
fn explanations_are_objects_with_json() {
    let house = House::new();
    let said = house.run(&["explain", "100", "E005", "--json"]).works();
    let found = &said.json()["explanations"];
    assert_eq!(found.as_array().unwrap().len(), 2);
    let mut keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["code", "examples", "group", "text", "title"]);
    assert_eq!(found[0]["code"], "E100");
    let command = json!({
        "kind": "console", "side": "wrong", "form": null,
        "text": "attnc check next.attn --plan split\n",
    });
    assert_eq!(found[0]["examples"][1], command);
    assert_eq!(found[1]["examples"][0]["form"], "escaped");
    let all = house.run(&["explain", "--json"]).works().json();
    let count = all["explanations"].as_array().unwrap().len();
    assert_eq!(count, explanations().len());
}

#[test]
fn what_is_no_code_is_told_with_those_that_are_near() {
    let house = House::new();
    let near = "near it are E111 (A gadget that may wrap around the field) and E113 (";
    let said = house.run(&["explain", "e112"]);
    said.fails(2, &["error: no error has the code E112\n", near]);
    assert_eq!(said.out, "");
    house
        .run(&["explain", "E999"])
        .fails(2, &["no error has the code E999", "E122 (", "E123 ("]);
    for odd in ["flor", "E", "", "+34", "E-34", "99999999999"] {
        let said = house.run(&["explain", "E034", odd]);
        said.fails(
            2,
            &[
                &format!("`{odd}` is not the code of an error"),
                "attnc explain",
            ],
        );
        assert_eq!(said.out, "");
    }
    let said = house.run(&["explain", "E112", "--json"]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.json()["errors"][0]["message"],
        "no error has the code E112"
    );
}

#[test]
fn errors_name_the_explanations_of_their_codes() {
    let house = House::new();
    let circuit = |body: &str| format!("circuit c {{\n public output y\n{body}\n}}\n");
    house.write("one.attn", circuit("y = 1 + a\nz = b"));
    let said = house.run(&["check", "one.attn"]);
    said.fails(1, &["error[E010]"]);
    assert!(
        said.err.ends_with("\n\nfor more: attnc explain E010\n"),
        "{}",
        said.err
    );
    let last = said.err.lines().last().unwrap();
    let line: Vec<&str> = last.split_whitespace().skip(3).collect();
    house.run(&line).works();

    // All of several.
    house.write(
        "more.attn",
        circuit("y = a\nz = flor(3)\nw = 5 / 0\n v = 7 / 2"),
    );
    let said = house.run(&["check", "more.attn"]);
    let last = said.err.lines().last().unwrap();
    for code in ["E010", "E025", "E014", "E027"] {
        assert!(
            last.starts_with("for more: attnc explain ") && last.contains(code),
            "{last}"
        );
    }
    house.run(&["explain", "E010", "E025"]).works();

    // Not in an object, and not where an error has no code.
    let said = house.run(&["check", "one.attn", "--json"]);
    assert!(
        said.err.is_empty() && !said.out.contains("for more"),
        "{}",
        said.out
    );
    let said = house.run(&["check", "absent.attn"]);
    assert!(!said.err.contains("for more"), "{}", said.err);
}
