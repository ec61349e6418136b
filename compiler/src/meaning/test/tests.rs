//! Tests of tests: what they give, and what they expect of a run.

use super::{Giver, Unmet};
use crate::diagnostic::Diagnostic;
use crate::meaning::eval::{evaluate, Assignment};
use crate::syntax::ast::Test;
use crate::syntax::expand::no_files;
use crate::syntax::parse::parse;
use crate::{prepare, Prepared};

const CIRCUIT: &str = "
    def double(a) -> b { b = 2 * a }
    circuit c(n = 3, m = 2) {
        table square(k in -2..=3) = k * k
        table own(k in 1..=n) : -9..=9 from input
        private input x[n, m] : -9..=9
        private input s : 0..=9
        public output y[n, m]
        public output least
        for i in n { row = sum(j in m) x[i, j] }
        lower[i in n, j in 0..=i] = row[i] + j
        later[i in 1..n] = row[i] - row[i - 1]
        y[i in n, j in m] = x[i, j] * s
        least = min(i in n) row[i]
    }";

fn prepared(lines: &str) -> Result<Prepared, Vec<Diagnostic>> {
    let source = format!("{CIRCUIT} test \"t\" {{ {lines} }}");
    let ast = parse(&source)?;
    let test: &Test = &ast.tests[0];
    prepare(&ast, &source, test, &no_files).map_err(|refused| refused.errors)
}

const GIVEN: &str = "x = [[1, 2], [3, -4], [5, 6]]  s = 2  own[k] = -k";

/// What is not so when the test runs on what it gives.
fn unmet(lines: &str) -> Vec<Unmet> {
    let prepared = prepared(&format!("{GIVEN} {lines}"));
    let prepared = prepared.unwrap_or_else(|errors| panic!("{lines}: {errors:#?}"));
    let mut assignment = Assignment {
        inputs: vec![Default::default(); 2],
        tables: vec![Vec::new(); prepared.graph.tables.len()],
    };
    for given in &prepared.given {
        match given.what {
            Giver::Input(place) => assignment.inputs[place] = given.tensor.clone(),
            Giver::Table(place) => assignment.tables[place] = given.tensor.data.clone(),
            Giver::Fixed(_) => panic!("there are no fixed inputs"),
        }
    }
    let run = evaluate(&prepared.graph, &assignment).unwrap();
    let expected = prepared.expected.iter();
    expected.filter_map(|it| it.examine(&run)).collect()
}

fn places(lines: &str) -> Vec<String> {
    let unmet = unmet(lines);
    let all = unmet.iter().flat_map(|it| &it.mismatches);
    all.map(|it| it.place.clone()).collect()
}

#[test]
fn what_is_so_is_so() {
    for lines in [
        "expect y == [[2, 4], [6, -8], [10, 12]]",
        "expect y[0] == [2, 4]",
        "expect y[0, 1] == 4",
        "expect least == -1",
        "expect y[i, j] == 2 * x[i, j]",
        "expect y != x",
        "expect y >= -8",
        "expect row == [3, -1, 11]",
        "expect row[i] == sum(j in m) x[i, j]",
        "expect later == [-4, 12]",
        "expect later[i] >= -4",
        "expect[i in n, j in 0..=i] lower[i, j] == row[i] + j",
        "expect[i in n where i > 0] row[i] != row[i - 1]",
        "expect[i in 1..n] later[i] == row[i] - row[i - 1]",
        "expect own(1) == -1 and own(n) == -3",
        "expect[k in -2..=3] square(k) == k * k",
        "expect square(1)",
        "expect double(s) == 4",
        "expect y[i, 0] == double(x[i, 0])",
        "expect not least > 0",
        "expect s == 3 or least < 0",
        "expect (x[0, 0] + 2 ^ 40) * 2 ^ 20 > 2 ^ 60",
        "expect n * m == 6",
    ] {
        let found = unmet(lines);
        assert!(found.is_empty(), "{lines}: {found:#?}");
    }
}

#[test]
fn what_is_not_so_is_named() {
    for (lines, expected) in [
        (
            "expect y == [[2, 4], [6, 8], [10, 0]]",
            &["y[1, 1]", "y[2, 1]"][..],
        ),
        ("expect y[2] == [10, 11]", &["y[2, 1]"]),
        ("expect least == 0", &["least"]),
        (
            "expect y == x",
            &[
                "y[0, 0]", "y[0, 1]", "y[1, 0]", "y[1, 1]", "y[2, 0]", "y[2, 1]",
            ],
        ),
        ("expect later[i] > 0", &["later[1]"]),
        ("expect[i in 1..n] 1 + i <= 2", &["1 + i at i = 2"]),
        ("expect[i in n where i > 0] row[i] < 0", &["row[2]"]),
        (
            "expect[i in n, j in 0..=i] lower[i, j] <= 11",
            &["lower[2, 1]", "lower[2, 2]"],
        ),
        (
            "expect x[i, 0] < 5 and s == 2",
            &["(x[i, 0] < 5 and s == 2) at i = 2"],
        ),
        (
            "expect least == 0 expect s == 2 expect s > 2",
            &["least", "s"],
        ),
    ] {
        assert_eq!(places(lines), expected, "{lines}");
    }
}

#[test]
fn an_index_runs_over_one_size() {
    for (lines, said) in [
        ("expect x[i, j] >= y[j, j]", "different sizes"),
        ("expect lower[i, j] >= 0", "nothing says what `j` runs over"),
        ("expect y[0] == x", "different shapes"),
    ] {
        let errors = prepared(&format!("{GIVEN} {lines}")).unwrap_err();
        assert_eq!(errors[0].code, "E120", "{lines}");
        assert!(
            errors[0].message.contains(said),
            "{lines}: {}",
            errors[0].message
        );
    }
}

#[test]
fn both_sides_are_told() {
    let unmet = unmet("expect y == [[2, 4], [6, 8], [10, 12]]").remove(0);
    assert_eq!((unmet.places, unmet.wrong), (6, 1));
    let (got, expected) = unmet.tensors.clone().unwrap();
    assert_eq!(
        (got.shape.as_slice(), got.data[3], expected.data[3]),
        (&[3, 2][..], -8, 8)
    );
    let error = Diagnostic::from(&unmet);
    assert_eq!(error.code, "E121");
    assert_eq!(error.message, "this is not so at 1 of 6 places");
    assert_eq!(error.primary.unwrap().message, "`y[1, 1]` is -8, not 8");
}

#[test]
fn what_is_given_is_held_against_the_program() {
    let own = "own = [1, 2, 3]";
    for (lines, code, said) in [
        ("x = 1  s = 1", "E079", "`own` is not given"),
        ("x = 1  own = 1", "E079", "`s` is not given"),
        ("own = 1  s = 1", "E079", "the shape [3, 2]"),
        ("x = 1  s = 1  own = 1  z = 1", "E079", "takes no `z`"),
        ("x = 1  s = 1  own = 1  y = 1", "E079", "computed"),
        ("x = 1  s = 1  own = 1  s = 1", "E079", "twice"),
        ("x = [1, 2, 3]  s = 1", "E080", "must be a list"),
        (
            "x = [[1, 2], [3, 4]]  s = 1",
            "E080",
            "2 entries where there are 3",
        ),
        (
            "x = [[1, 2], [3, 4], [5, [6]]]  s = 1",
            "E080",
            "must be a number",
        ),
        (
            "x = [[1, 2], [3, 4], [5, 66]]  s = 1",
            "E081",
            "`x[2, 1]` is 66",
        ),
        ("x = 1  s = [1]", "E080", "must be a number"),
        ("x[i] = i  s = 1", "E080", "here it has 1 indices"),
        ("x[i, i] = i  s = 1", "E011", "twice"),
        ("x[i, j] = 8 * i  s = 1", "E081", "`x[2, 0]` is 16"),
        ("x = 1  s = n / 2", "E014", "not an integer"),
        ("x = 1  s = least", "E010", ""),
    ] {
        let given = match said.contains("own") || lines.contains("own") {
            true => String::new(),
            false => own.to_string(),
        };
        let errors = prepared(&format!("{lines} {given}")).unwrap_err();
        let error = &errors[0];
        assert_eq!(error.code, code, "{lines}: {errors:#?}");
        assert!(error.message.contains(said), "{lines}: {}", error.message);
        assert!(error.primary.is_some(), "{lines}");
    }
    let errors = prepared("x = 1  s = 1  own = [9, 10, 1]").unwrap_err();
    assert_eq!(errors[0].code, "E083");
    assert!(
        errors[0].message.contains("`own[2]` is 10"),
        "{}",
        errors[0].message
    );
    // What is drawn need not be given.
    assert!(prepared("sample 3").is_ok());
}

#[test]
fn the_words_of_tests_are_names_elsewhere() {
    let source = "circuit test(sample = 2) {
        private input expect[sample] : 0..=9
        private input prove : 0..=9
        public output seed[sample]
        test_fails[i in sample] = expect[i] + prove
        seed[i in sample] = test_fails[i]
    }
    test \"t\" { expect = [1, 2]  prove = 3  expect seed == [4, 5]  expect expect[i] < seed[i] prove }
    test \"u\" { prove = 1  expect[i] = i  expect seed[0] == 1 }";
    let ast = parse(source).unwrap();
    assert_eq!(
        ast.tests
            .iter()
            .map(|test| test.lines.len())
            .collect::<Vec<_>>(),
        [5, 3]
    );
    for test in &ast.tests {
        let errors = prepare(&ast, source, test, &no_files)
            .err()
            .map(|it| it.errors);
        assert!(errors.is_none(), "{errors:#?}");
    }
    // Printed text, and with it digests, have no tests.
    assert!(!ast.to_string().contains("\"t\""));
}
