//! The search over a real layout, and over choices that are priced as they stand.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::analyse;
use crate::circuit::layout::contractions;
use crate::meaning::graph::ValueId;
use crate::plan::partition;

const SOURCE: &str = "circuit c(n = 40) {
    private input x[n, 4] : -100..100
    private input w[4] : 0..2000
    public output y[n]
    y[i in n] = round_half_up(sum(k in 4) x[i, k] * w[k] / 1000)
}";

fn run(
    contract: Contract,
    price: &(dyn Fn(&Circuit) -> Option<Cost> + Sync),
) -> Result<Searched, Vec<Diagnostic>> {
    let (_, graph) = analyse(SOURCE, &[]).unwrap();
    let plan = partition(&graph, &graph.plans[0]).unwrap();
    search(&plan.only().unwrap(), contract, None, price)
}

fn cost(score: f64) -> Option<Cost> {
    Some(Cost {
        score,
        bytes: score,
        ms: None,
    })
}

fn cells(circuit: &Circuit) -> Option<Cost> {
    cost(circuit.components.iter().map(|c| c.cells() as f64).sum())
}

#[test]
fn the_cheapest_is_found_and_the_same_every_time() {
    let found = run(Contract::Auto, &cells).unwrap();
    let again = run(Contract::Auto, &cells).unwrap();
    assert_eq!(found.choices, again.choices);
    assert_eq!(found.explored, again.explored);
    assert_eq!(found.decisions, again.decisions);
    assert_eq!(cells(&found.circuit), found.cost);
    let score = found.cost.unwrap().score;
    for tried in found.explored.iter().filter_map(|tried| tried.cost) {
        assert!(score <= tried.score * (1.0 + TOLERANCE));
    }
    // Each candidate once.
    for (position, tried) in found.explored.iter().enumerate() {
        let mut others = found.explored[..position].iter();
        assert!(others.all(|other| other.choices != tried.choices));
    }
    // Cells are fewest with the smallest digit table, bytes by taste with another.
    let digits = found.circuit.ranges.digit_bits;
    let taste = |c: &Circuit| cost(f64::from(c.ranges.digit_bits.abs_diff(digits + 2) + 1));
    let other = run(Contract::Auto, &taste).unwrap();
    assert_eq!(other.circuit.ranges.digit_bits, digits + 2);
    assert_eq!(other.choices.digit_bits, Some(digits + 2));
}

#[test]
fn a_runner_up_differs_and_costs_no_less() {
    let found = run(Contract::Auto, &cells).unwrap();
    let decided = |knob| found.decisions.iter().find(|d| d.knob == knob).unwrap();
    let digits = decided(Knob::Digits);
    let next = digits.runner_up.as_ref().unwrap();
    assert_ne!(next.value, digits.chosen);
    assert!(next.cost.score > found.cost.unwrap().score);
    assert_eq!(decided(Knob::Pairs).chosen, "no");
}

/// Searches over some contractions with a cost of the choices themselves.
fn over(
    contractions: usize,
    contract: Contract,
    price: fn(&Choices) -> Option<f64>,
) -> Result<Searched, Vec<Diagnostic>> {
    let any = run(Contract::Auto, &cells).unwrap().circuit;
    let lay_out = |choices: &Choices| {
        price(choices).ok_or_else(|| vec![Diagnostic::new("E113", choices.to_string())])?;
        let name = choices.to_string();
        let circuit = any.clone();
        Ok(Circuit { name, ..circuit })
    };
    let price = |c: &Circuit| cost(price(&c.name.parse().unwrap()).unwrap());
    search_over(
        Asked::one_by_one(contractions, vec![], 0),
        &lay_out,
        contract,
        None,
        &price,
    )
}

/// Evaluated is worth it only for the last two contractions, and only if both are.
fn together(choices: &Choices) -> Option<f64> {
    let is = |strategy: &Strategy| matches!(strategy, Strategy::Evaluated { .. });
    let evaluated = |position| is(&choices.strategy(position));
    let count = choices.contract.len();
    let last = [evaluated(count - 1), evaluated(count - 2)];
    let others = (0..count - 2).filter(|&position| evaluated(position));
    let pair = match last {
        [true, true] => 50.0,
        [false, false] => 100.0,
        _ => 150.0,
    };
    let two = Strategy::Evaluated { lanes: 2 };
    let mut used = choices.contract.iter().filter(|strategy| is(strategy));
    let lanes = if used.clone().count() > 0 && used.all(|s| *s == two) {
        -5.0
    } else {
        0.0
    };
    Some(pair + 10.0 * others.count() as f64 + lanes)
}

#[test]
fn strategies_are_chosen_together_whether_few_or_many() {
    for (count, text) in [
        (2, "contract=e2,e2 columns=- rows=- digits=auto pairs=no"),
        (3, "contract=u,e2,e2 columns=- rows=- digits=auto pairs=no"),
        (
            6,
            "contract=u,u,u,u,e2,e2 columns=- rows=- digits=auto pairs=no",
        ),
    ] {
        let found = over(count, Contract::Auto, together).unwrap();
        assert_eq!(found.choices.to_string(), text);
        assert_eq!(found.circuit.name, text);
        // Pairs, digits, blocks, the tallest.
        assert_eq!(found.decisions.len(), count + 4);
        let last = &found.decisions[count - 1];
        assert_eq!(last.chosen, "evaluated, 2 lanes");
        let next = last.runner_up.as_ref().unwrap();
        // Other lanes for one of the two.
        assert_eq!(
            (next.value.as_str(), next.cost.score),
            ("evaluated, 1 lane", 50.0)
        );
    }
    let found = over(3, Contract::Unrolled, together).unwrap();
    let text = "contract=u,u,u columns=- rows=- digits=auto pairs=no";
    assert_eq!(found.choices.to_string(), text);
    let unrolled = |tried: &Tried| tried.choices.contract == [Strategy::Unrolled; 3];
    assert!(found.explored.iter().all(unrolled));
    let found = over(3, Contract::Evaluated, together).unwrap();
    let text = "contract=e2,e2,e2 columns=- rows=- digits=auto pairs=no";
    assert_eq!(found.choices.to_string(), text);
    let next = found.decisions[0].runner_up.as_ref().unwrap();
    assert_eq!(next.value, "evaluated, 1 lane");
}

#[test]
fn what_does_not_lay_out_is_passed_over() {
    let found = over(2, Contract::Auto, |choices| {
        let one = Strategy::Evaluated { lanes: 1 };
        (choices.strategy(0) == one && !choices.pairs).then_some(1.0)
    })
    .unwrap();
    let text = "contract=e1,u columns=- rows=- digits=auto pairs=no";
    assert_eq!(found.choices.to_string(), text);
    assert_eq!(found.explored[0].cost, None);
    assert_eq!(found.decisions[0].runner_up, None);
    let errors = over(5, Contract::Auto, |_| None).unwrap_err();
    let last = "contract=u,u,u,u,u columns=- rows=- digits=";
    assert!(errors[0].message.starts_with(last), "{}", errors[0].message);
}

#[test]
fn equal_costs_are_decided_by_the_order() {
    // A difference that another platform may round away.
    let noise = |c: &Circuit| cost(100.0 - 1e-9 * f64::from(c.ranges.digit_bits));
    let found = run(Contract::Auto, &noise).unwrap();
    assert_eq!(found.choices, found.explored[0].choices);
}

#[test]
fn a_demanded_strategy_is_used_everywhere() {
    for (contract, unrolled) in [(Contract::Unrolled, true), (Contract::Evaluated, false)] {
        let found = run(contract, &cells).unwrap();
        let (_, graph) = analyse(SOURCE, &[]).unwrap();
        for tried in &found.explored {
            let contract = &tried.choices.contract;
            assert_eq!(contract.len(), contractions(&graph).len());
            assert!(!contract.is_empty());
            assert!(contract
                .iter()
                .all(|s| (*s == Strategy::Unrolled) == unrolled));
        }
    }
}

#[test]
fn without_a_price_the_first_layout_is_taken_and_without_a_layout_its_error() {
    let found = run(Contract::Auto, &|_| None).unwrap();
    assert_eq!(found.cost, None);
    assert_eq!(found.choices, found.explored[0].choices);
    assert!(found.decisions.iter().all(|d| d.runner_up.is_none()));

    let wide = "circuit c(n = 9000000) { private input x[n] : 0..2
        public output y[n]
        y[i in n] = floor(x[i] / 2) }";
    let (_, graph) = analyse(wide, &[]).unwrap();
    let plan = partition(&graph, &graph.plans[0]).unwrap();
    let error = search(&plan.only().unwrap(), Contract::Auto, None, &cells).unwrap_err();
    assert_eq!(error[0].code, "E113");
}

#[test]
fn where_a_layout_is_all_that_is_asked_for_one_is_made() {
    let any_circuit = run(Contract::Auto, &cells).unwrap().circuit;
    let made = AtomicUsize::new(0);
    let laid_out = |refused: fn(&Choices) -> bool| {
        made.store(0, Ordering::Relaxed);
        let lay_out = |choices: &Choices| {
            made.fetch_add(1, Ordering::Relaxed);
            match refused(choices) {
                true => Err(vec![Diagnostic::new("E113", choices.to_string())]),
                false => Ok(any_circuit.clone()),
            }
        };
        let values = (0..1000).map(ValueId).collect();
        any_over(
            Asked::one_by_one(2, values, 0),
            &lay_out,
            Contract::Auto,
            None,
        )
    };
    assert!(laid_out(|_| false).is_ok());
    assert_eq!(made.load(Ordering::Relaxed), 1);
    // One that only a step from a start shows.
    assert!(laid_out(|choices| choices.columns != [7]).is_ok());
    assert_eq!(laid_out(|_| true).unwrap_err()[0].code, "E113");
}

#[test]
fn the_least_rows_are_given_and_never_decided() {
    let (_, graph) = analyse(SOURCE, &[]).unwrap();
    let part = partition(&graph, &graph.plans[0]).unwrap().only().unwrap();
    let is_high = |circuit: &Circuit| circuit.components.iter().all(|c| c.log_rows >= 8);
    for contract in [Contract::Auto, Contract::Unrolled, Contract::Evaluated] {
        let found = search(&part, contract, Some(8), &cells).unwrap();
        let tried = found.explored.iter().map(|tried| tried.choices.least_bits);
        assert!(found.explored.len() > 3 && tried.eq(vec![Some(8); found.explored.len()]));
        assert_eq!(found.choices.least_bits, Some(8));
        assert!(is_high(&found.circuit));
        assert!(found.choices.to_string().ends_with(" least=8"));
        assert!(is_high(&any(&part, contract, Some(8)).unwrap()));
        assert!(!is_high(&any(&part, contract, None).unwrap()));
    }
}

#[test]
fn a_descent_over_very_many_decisions_ends() {
    let any_circuit = run(Contract::Auto, &cells).unwrap().circuit;
    let lay_out = |_: &Choices| Ok(any_circuit.clone());
    let count = 8000;
    let values = (0..count).map(ValueId).collect();
    let found = search_over(
        Asked::one_by_one(0, values, 0),
        &lay_out,
        Contract::Auto,
        None,
        &cells,
    )
    .unwrap();
    let tried = found.explored.len();
    assert!(
        tried > 100 && tried * count as usize <= 2 * MOST_WORK,
        "{tried}"
    );
    assert!(found.cost.is_some());
}

/// Two layers of a model, and one that is wider.
#[test]
fn what_is_alike_is_decided_together() {
    let layer = |name: &str, of: &str, width: usize| {
        let sums = ["q", "k", "v", "o", "g", "u", "d"].map(|w| {
            format!(
                "private input w{w}{name}[4, {width}] : -9..=9
                 {w}{name}[i in n, j in {width}] = sum(k in 4) {of}[i, k] * w{w}{name}[k, j]
                 y{w}{name}[i in n, j in {width}] = clip({w}{name}[i, j], -50, 50)
                 public output z{w}{name}[n, {width}]
                 z{w}{name}[i in n, j in {width}] = y{w}{name}[i, j]"
            )
        });
        sums.join("\n")
    };
    let source = format!(
        "circuit c(n = 4) {{ private input x[n, 4] : -9..=9\n{}\n{}\n{} }}",
        layer("0", "x", 3),
        layer("1", "x", 3),
        layer("2", "x", 5)
    );
    let (_, graph) = analyse(&source, &[]).unwrap_or_else(|e| panic!("{e:#?}"));
    let asked = Asked::of(&graph);
    assert_eq!(asked.count(), 21);
    let groups: Vec<Vec<usize>> = vec![(0..14).collect(), (14..21).collect()];
    assert_eq!(asked.contractions, groups);
    let plan = partition(&graph, &graph.plans[0]).unwrap();
    let found = search(&plan.only().unwrap(), Contract::Auto, None, &cells).unwrap();
    let decided: Vec<_> = found.decisions.iter().map(|d| (d.knob, d.alike)).collect();
    assert_eq!(decided[0], (Knob::Contract(0), 14));
    for group in &groups {
        let strategies = group.iter().map(|&at| found.choices.strategy(at));
        let strategies: Vec<_> = strategies.collect();
        assert!(strategies.iter().all(|strategy| *strategy == strategies[0]));
    }
}
