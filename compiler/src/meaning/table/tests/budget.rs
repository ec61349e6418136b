//! All entries of a table at once, and the budget that ends them.

use super::*;

/// What all threads together make of a table is what one makes of its entries in order.
#[test]
fn all_entries_at_once_are_those_one_by_one() {
    let body = f("round", mul(n("500"), f("sin", div(v("x"), n("100")))));
    let table = Entries {
        arguments: vec![("x", -3000..=5000)],
        ..whole(&body)
    };
    let all = entries(&table, &mut Budget::default()).unwrap();
    let one_by_one: Vec<i64> = (-3000..=5000).map(|x| at(&body, x)).collect();
    assert_eq!(all, one_by_one);
    // The first bad entry is told, whoever finds another first.
    let bad = div(
        n("1"),
        mul(
            bin(BinaryOp::Sub, v("x"), n("4000")),
            bin(BinaryOp::Sub, v("x"), n("700")),
        ),
    );
    let bad = f("floor", bad);
    for _ in 0..5 {
        let error = entries(&whole(&bad), &mut Budget::default()).unwrap_err();
        assert_eq!(error.code, "E072");
        assert!(
            error.message.starts_with("at x = 700 "),
            "{}",
            error.message
        );
    }
}

/// The budget ends a table at the same entry every time, and what is left is for the next.
#[test]
fn a_budget_is_spent_alike_every_time() {
    let body = f("round", mul(n("500"), f("exp", div(neg(v("x")), n("100")))));
    let each = weight(&body);
    let table = |last| Entries {
        arguments: vec![("x", 0..=last)],
        ..whole(&body)
    };
    let mut budget = Budget::of(each * 3000);
    assert_eq!(entries(&table(1999), &mut budget).unwrap().len(), 2000);
    assert!(budget.has(u128::from(each * 1000)) && !budget.has(u128::from(each * 1000 + 1)));
    for _ in 0..5 {
        let mut rest = Budget::of(each * 1000);
        let error = entries(&whole(&body), &mut rest).unwrap_err();
        assert_eq!(error.code, "E033");
        assert_eq!(error.primary.unwrap().message, "no more after x = 512");
    }
    assert_eq!(entries(&table(999), &mut budget).unwrap().len(), 1000);
    assert_eq!(entries(&table(0), &mut budget).unwrap_err().code, "E033");
    // A sum has its steps counted, and a close call its bits.
    let steps = make(ExprKind::Reduce {
        name: named("sum"),
        binders: vec![Binder {
            index: named("j"),
            domain: Over::Size(n("900000")),
        }],
        filter: None,
        body: Box::new(v("j")),
    });
    let mut budget = Budget::of(1_000_000);
    assert!(budget.has(u128::from(weight(&steps) * 1000)));
    assert_eq!(
        entries(&whole(&steps), &mut budget).unwrap_err().code,
        "E033"
    );
    let tie = f("floor", mul(f("sqrt", n("2")), f("sqrt", n("2"))));
    let mut budget = Budget::of(100_000);
    assert_eq!(entries(&whole(&tie), &mut budget).unwrap_err().code, "E033");
    let mut budget = Budget::default();
    assert_eq!(entries(&whole(&tie), &mut budget).unwrap_err().code, "E073");
}
