//! Tables of several arguments, tables that are written out, and where a table may be looked up.

use super::*;

const GRID: &str = "table grid(a in -1..=1, b in 2..6) = 10 * a + b";

/// A program with these tables, that reads x in 0..4, u and v in 0..2.
fn with(tables: &str, body: &str) -> String {
    format!(
        "circuit c(n = 3) {{ {tables} private input x[n] : 0..4 private input u[n] : 0..2 \
         private input v[n] : 0..2 public output y[n] y[i in n] = {body} }}"
    )
}

#[test]
fn entries_are_in_row_major_order() {
    let graph = graph(&with(GRID, "grid(u[i], x[i] + 2)"));
    let table = &graph.tables[0];
    assert_eq!(table.entries, [-8, -7, -6, -5, 2, 3, 4, 5, 12, 13, 14, 15]);
    assert_eq!(
        (table.domain, table.shape()),
        (Interval::new(0, 11), vec![3, 4])
    );
    assert_eq!(table.call(7), "grid(0, 5)");
    let text = graph.to_string();
    assert!(
        text.contains("table grid(a in -1..=1, b in 2..=5) : -8..=15, 12 entries"),
        "{text}"
    );
    assert!(
        text.contains("grid[(u[i] + 1) * 4 + x[i] + 2 - 2]"),
        "{text}"
    );
}

/// What is looked up is anywhere in the box of the arguments, not between its corners.
#[test]
fn a_lookup_lies_in_its_box() {
    let y = |body: &str| interval(&graph(&with(GRID, body)), "y");
    assert_eq!(y("grid(u[i], x[i] + 2)"), Interval::new(2, 15));
    assert_eq!(y("grid(u[i], 3)"), Interval::new(3, 13));
    assert_eq!(y("grid(i - 1, 2)"), Interval::new(-8, 12));
    assert_eq!(y("grid(0, 4)"), Interval::point(4));
}

#[test]
fn an_argument_outside_its_own_domain_is_refused() {
    // The position would be one of the table's all the same.
    for body in [
        "grid(0, x[i] + 3)",
        "grid(i, 2)",
        "grid(-1, 6)",
        "grid(0, 1)",
    ] {
        assert_eq!(codes(&with(GRID, body)), ["E031"], "{body}");
    }
    assert_eq!(codes(&with(GRID, "grid(0)")), ["E024"]);
    assert_eq!(codes(&with(GRID, "grid(0, 2, 2)")), ["E024"]);
}

#[test]
fn a_static_lookup_is_a_fixed_column() {
    let text = graph(&with(GRID, "grid(i - 1, 5 - i)")).to_string();
    assert!(
        text.contains("grid[(i - 1 + 1) * 4 + (5 - i - 2)]"),
        "{text}"
    );
    assert!(!text.contains("u[i]"), "{text}");
}

#[test]
fn entries_that_are_written_out_are_the_tables() {
    let lists = "table small(x in 0..4) = [1, n, 2 ^ 5 - 1, -7,] \
                 table rows(a in 0..2, b in 0..3, c in 5..6) : 0..=n + 3 = [[[1], [2], [3]], [[4], [5], [6]]]";
    let graph = graph(&with(lists, "small(x[i]) + rows(u[i], i, 5)"));
    assert_eq!(graph.tables[0].entries, [1, 3, 31, -7]);
    assert_eq!(graph.tables[0].range, Interval::new(-7, 31));
    assert_eq!(graph.tables[1].entries, [1, 2, 3, 4, 5, 6]);
    assert_eq!(graph.tables[1].range, Interval::new(0, 6));
    assert_eq!(interval(&graph, "y"), Interval::new(-7 + 1, 31 + 6));
    assert_eq!(codes("circuit c { table f(x in 0..2) = [x, 1] }"), ["E010"]);
    assert_eq!(
        codes("circuit c { table f(x in 0..2) = [1 / 2, 1] }"),
        ["E014"]
    );
    for list in ["[1]", "[1, 2, 3]", "[[1, 2]]", "[[1], [2]]"] {
        let source = format!("circuit c {{ table f(x in 0..2) = {list} }}");
        assert_eq!(codes(&source), ["E060"], "{list}");
    }
}

#[test]
fn a_large_table_is_for_indices_and_constants() {
    let of = |size: &str, body: &str| {
        codes(&with(
            &format!("table f(a in 0..{size}, b in 0..2) : 0..9 from input"),
            body,
        ))
    };
    assert!(of("2 ^ 15", "f(x[i], u[i])").is_empty());
    assert!(of("2 ^ 23", "f(4 * i + 1, 1) + f(7, i % 2)").is_empty());
    assert_eq!(of("2 ^ 15 + 1", "f(x[i], u[i])"), ["E033"]);
    assert_eq!(of("2 ^ 15 + 1", "f(i, u[i])"), ["E033"]);
    assert!(of("2 ^ 15 + 1", "f(f(i, 0), 1)").is_empty());
    assert_eq!(of("2 ^ 15 + 1", "f(f(x[i], 0), 1)"), ["E033"]);
    assert_eq!(of("2 ^ 23 + 1", "f(0, 0)"), ["E033"]);
    assert_eq!(of("2 ^ 62", "f(0, 0)"), ["E033"]);
}
