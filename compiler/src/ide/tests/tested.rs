//! The names and the words of tests.

use super::{document, labels, meant, place};
use crate::ide::hover::hover;
use crate::ide::outline::outline;
use crate::ide::rename::{applied, renameable};
use crate::ide::symbols::Kind;
use crate::ide::tests::rename;
use crate::syntax::ast::Visibility;
use crate::syntax::expand::no_files;
use crate::{analyse_with, check_tests};

const TESTED: &str = "test \"before\" (n = 2) { w[i, j] = i - j  x = [1, n]  expect y[i] <= 9 * x[i] }
circuit c(n = 3) {
    fixed input w[n, n] : -9..=9
    private input x[n] : 0..=9
    public output y[n]
    for i in n { row = sum(j in n) w[i, j] * x[j] }
    y[i in n] = row[i]
}
test \"after\" { sample 3 seed 1  x[i] = i  expect[i in n where x[i] > 0] y[i] == row[i]  expect y[0] == row[0] }
test_fails \"ten\" E081 \"x\" { w = 0  x = 10 }
";

#[test]
fn names_in_tests_mean_what_the_circuit_has() {
    let found = document(TESTED);
    let at = |piece: &str| TESTED.find(piece).unwrap();
    let private = Kind::Input(Visibility::Private);
    let x = at("x[n] : 0");
    for (piece, kind, defined) in [
        ("x = [1", private, x),
        ("x[i] }", private, x),
        ("n = 2", Kind::Parameter, at("n = 3")),
        ("n]  expect", Kind::Parameter, at("n = 3")),
        ("w[i, j] = i", Kind::Input(Visibility::Fixed), at("w[n, n]")),
        ("i - j", Kind::Index, at("i, j] = i")),
        // The first place of a free index is its definition.
        ("i] <= 9", Kind::Index, at("i] <= 9")),
        ("i] }\ncircuit", Kind::Index, at("i] <= 9")),
        ("x[i] = i", private, x),
        ("x[i] > 0", private, x),
        ("i] > 0", Kind::Index, at("i in n where")),
        ("row[i]  expect", Kind::Value, at("row = sum")),
        ("row[0]", Kind::Value, at("row = sum")),
        ("x = 10", private, x),
    ] {
        assert_eq!(meant(&found, at(piece)), [(kind, defined)], "{piece}");
    }
}

#[test]
fn a_name_is_renamed_in_tests_too() {
    let checked = |text: &str| {
        let found = analyse_with(text, &[], &no_files).unwrap();
        check_tests(&found.written, text, &no_files).unwrap_or_else(|it| panic!("{:?}", it.errors));
    };
    // Without the test that asks for a message.
    let text = TESTED.replace(" \"x\" {", " {");
    let text = text.as_str();
    checked(text);
    let found = document(text);
    for (word, places) in [("x", 7), ("y", 5), ("row", 4), ("n", 11), ("w", 4)] {
        let at =
            text.find("circuit").unwrap() + place(&text[text.find("circuit").unwrap()..], word, 0);
        let edits = rename(&found, at, "brand_new").unwrap_or_else(|why| panic!("{word}: {why}"));
        assert_eq!(edits.len(), places, "{word}: {edits:?}");
        let new = applied(text, &edits);
        checked(&new);
        let back = rename(&document(&new), new.find("brand_new").unwrap(), word).unwrap();
        assert_eq!(applied(&new, &back), text);
    }
    // From a place in a test, and an index of its own.
    let given = text.find("x = 10").unwrap();
    assert_eq!(rename(&found, given, "other").unwrap().len(), 7);
    let index = text.find("i] <= 9").unwrap();
    let edits = rename(&found, index, "k").unwrap();
    assert_eq!(edits.len(), 2);
    checked(&applied(text, &edits));
    // It would be read as the parameter, and be no index any more.
    assert!(rename(&found, index, "n").unwrap_err().contains("taken"));
    let parameter = text.find("n = 3").unwrap();
    assert!(rename(&found, parameter, "i")
        .unwrap_err()
        .contains("taken"));
    let said = renameable(&document(TESTED), TESTED.find("x[n]").unwrap()).unwrap_err();
    assert!(said.contains("an error that says `x`"), "{said}");
}

#[test]
fn tests_are_in_the_outline_and_their_words_are_said() {
    let found = document(TESTED);
    let outline = outline(&found);
    let names: Vec<(&str, &str)> = outline
        .iter()
        .map(|it| (it.name.as_str(), it.detail.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("before", "test"),
            ("c", "circuit"),
            ("after", "test"),
            ("ten", "test that fails with E081")
        ]
    );
    for (piece, said) in [
        ("test \"before", "given"),
        ("expect y[0]", "when the test has run"),
        ("sample 3", "drawn"),
        ("seed 1", "first draw"),
    ] {
        let hover = hover(&found, None, TESTED.find(piece).unwrap()).unwrap();
        assert!(hover.text[0].contains(said), "{piece}: {:?}", hover.text);
    }
}

#[test]
fn what_may_follow_in_a_test_is_offered() {
    let has = |text: &str, wanted: &[&str], not: &[&str]| {
        let all = labels(text, text.len());
        for word in wanted {
            assert!(
                all.iter().any(|label| label == word),
                "no {word} in {all:?} for {text}"
            );
        }
        for word in not {
            assert!(
                !all.iter().any(|label| label == word),
                "{word} in {all:?} for {text}"
            );
        }
    };
    let head = &TESTED[..TESTED.find("test \"after").unwrap()];
    let then = |more: &str| format!("{head}{more}");
    has(&then(""), &["test", "test_fails", "def"], &["expect"]);
    has(
        &then("test \"t\" { "),
        &["expect", "sample", "prove", "x", "w"],
        &["y", "circuit"],
    );
    has(&then("test \"t\" { sample 3 "), &["seed", "expect"], &[]);
    has(
        &then("test \"t\" { expect "),
        &["x", "y", "row", "n", "sum"],
        &["step"],
    );
    has(&then("test \"t\" ("), &["n"], &["x"]);
}
