//! What the formatter makes of texts.

use super::{format, WIDTH};
use crate::syntax::parse::parse;

/// A text, and as it is laid out, which is laid out too.
fn becomes(source: &str, expected: &str) {
    let found = format(source).unwrap();
    assert_eq!(found, expected, "{found}");
    assert_eq!(format(expected).unwrap(), expected);
}

#[test]
fn signs_and_comments_of_adjacent_lines_stand_in_columns() {
    becomes(
        "circuit c ( n=3 ){private input x[n]:0..9 // the first\n public output y[n] \
         // and the last\n\n\n\n private input longer[n,n]:0..9\n a=1\n bcd[i in n]=x[i]\n\n e=2\n \
         assert e>=1\n y[i in n]=a+bcd[i]*e}",
        "circuit c(n = 3) {
    private input x[n] : 0..9  // the first
    public output y[n]         // and the last

    private input longer[n, n] : 0..9
    a           = 1
    bcd[i in n] = x[i]

    e = 2
    assert e >= 1
    y[i in n] = a + bcd[i] * e
}
",
    );
}

#[test]
fn comments_stay_between_their_tokens() {
    becomes(
        "// first\n\n// second\nuse nn // ours\r\n\ndef f(x, // an input\n  // more\n  y) -> z {\r\n\
         \x20 z = x // one\n        // and two\n    + y\n  // last\n}\n\ncircuit c { // head\n\n  \
         // alone\n\n  public output q\n  q = f(1, // a\n 2)\n}\n// end\n\n// of all",
        "// first

// second
use nn  // ours

def f(
    x,  // an input
    // more
    y
) -> z {
    z =
        x  // one
           // and two
            + y
    // last
}

circuit c {  // head

    // alone

    public output q
    q = f(
        1,  // a
        2
    )
}
// end

// of all
",
    );
}

#[test]
fn long_lines_are_broken_at_their_loosest_signs() {
    becomes(
        "circuit c(n = 3) {
    private input x[n] : 0..9
    public output y[n]
    y[i in n] = clip(round_half_up(sum(j in n where j <= i and j % 2 == 0) x[j] * x[i] * (x[j] + 1) / 2 ^ 4), 0, 100)
    aaaaaaaaaaaaaaaaaaaaaaaaaaaa = bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb + cccccccccccccccccccccccccc * ddddddddd - eeeeeeeeeeeeeeeeeeee
}
",
        "circuit c(n = 3) {
    private input x[n] : 0..9
    public output y[n]
    y[i in n] = clip(
        round_half_up(sum(j in n where j <= i and j % 2 == 0) x[j] * x[i] * (x[j] + 1) / 2 ^ 4),
        0,
        100
    )
    aaaaaaaaaaaaaaaaaaaaaaaaaaaa =
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
            + cccccccccccccccccccccccccc * ddddddddd
            - eeeeeeeeeeeeeeeeeeee
}
",
    );
}

#[test]
fn rows_that_were_written_below_each_other_stay_so() {
    becomes(
        "circuit c {\n table a(i in 0..2, j in 0..2) = [[1,2],[3,4]]\n table b(i in 0..2, j in 0..2) \
         = [[1,2],\n[3,4]]\n}",
        "circuit c {
    table a(i in 0..2, j in 0..2) = [[1, 2], [3, 4]]
    table b(i in 0..2, j in 0..2) = [
        [1, 2],
        [3, 4]
    ]
}
",
    );
    let entries = vec!["1234"; 60].join(", ");
    let found = format(&format!("table t(i in 0..60) = [{entries}]")).unwrap();
    assert_eq!(found.lines().count(), 6, "{found}");
    assert!(found.lines().all(|line| line.len() <= WIDTH), "{found}");
}

#[test]
fn plans_are_on_one_line_if_they_fit() {
    becomes(
        "circuit c {\n region a{x,y z}\n plan fused{proof all:*}\n plan b { proof a: *-x by h open by 2 t \
         proof b: x steps 0..2|2..4\n open a|b }\n plan c {\n // why\n proof a : * }\n}",
        "circuit c {
    region a   { x, y z }
    plan fused { proof all: * }
    plan b     { proof a: * - x by h open by 2 t  proof b: x steps 0..2 | 2..4  open a | b }
    plan c {
        // why
        proof a: *
    }
}
",
    );
}

#[test]
fn tests_are_on_one_line_if_they_are_written_so_and_fit() {
    becomes(
        "circuit c(n=2) {\n private input x[n]:0..9\n public output y[n]\n y[i in n]=x[i]}\n\
         test  \"one\"(n=1){x=[3] expect y==[3]\nprove}\n test \"drawn\" { sample 9 seed 1 // a few\n\
         expect[ i in n]y[i]<=9 and y[0]>=0}\n\
         test_fails \"large\" E081 \"outside\"{x=[9,1]}\n\
         test \"rows\" { x[i]=9-i\n xs = [1,2] }",
        "circuit c(n = 2) {
    private input x[n] : 0..9
    public output y[n]
    y[i in n] = x[i]
}
test \"one\" (n = 1) {
    x = [3]
    expect y == [3]
    prove
}
test \"drawn\" {
    sample 9 seed 1  // a few
    expect[i in n] y[i] <= 9 and y[0] >= 0
}
test_fails \"large\" E081 \"outside\" { x = [9, 1] }
test \"rows\" {
    x[i] = 9 - i
    xs   = [1, 2]
}
",
    );
}

/// On the line of a definition it would be refused as a division of Python's.
#[test]
fn a_comment_that_is_a_name_comes_on_no_line_of_a_definition() {
    let source = "circuit c {\n public output y\n y = 3\n + 4 // y\n}\n";
    assert!(parse(source).is_ok());
    becomes(
        source,
        "circuit c {\n    public output y\n    y = 3 + 4\n    // y\n}\n",
    );
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let code = |source| format(source).unwrap_err()[0].code;
    assert_eq!(code("circuit c { y = }"), "E003");
    assert_eq!(code("def f(x) -> y { y = (x }"), "E003");
    assert_eq!(code("circuit c { // \u{202e}\n}"), "E005");
    assert_eq!(format("").unwrap(), "");
}
