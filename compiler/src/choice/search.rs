//! The search for the choices of a layout that cost least (spec 4.8).
//!
//! - `alike`: what is decided together. `candidate`: a layout that is tried; `starts`: the first.
//! - `decision`: what is decided, and what a search says of it. Here: the search.

mod alike;
mod candidate;
mod decision;
mod starts;
#[cfg(test)]
mod tests;

use std::thread;

use rustc_hash::FxHashMap;

use crate::circuit::choices::{Choices, Strategy};
use crate::circuit::layout::lay_out_under;
use crate::circuit::{Circuit, Kind};
use crate::diagnostic::Diagnostic;
use crate::meaning::rows::Conditions;
use crate::plan::Part;
use alike::Asked;
use candidate::{each, Candidate, Made, Outcome, TOLERANCE};
use decision::{blocks_around, others, tallest_around};
pub use decision::{Contract, Cost, Decision, Knob, RunnerUp, Searched, Tried};
use starts::starts;

/// A start that costs so many times what a descent has found is not descended from.
const FAR: f64 = 2.0;
/// The lanes that are tried for an evaluated contraction.
const LANES: [u32; 6] = [1, 2, 4, 8, 16, 32];
/// How far the digit table's log2 is tried below the tallest component's, and above.
const DIGITS_AROUND: (u32, u32) = (4, 2);

/// Candidates times decisions at most: each candidate is laid out, in time that grows with them.
const MOST_WORK: usize = 1 << 22;

/// Finds the choices with which the circuit of a part costs least: strategies first, all
/// combinations or all alike, then one decision after the other until none is worth changing.
/// `price` is `None` for a circuit that cannot be proved. Every component has 2^least rows at the
/// least. The same program and prices give the same choices.
///
/// # Errors
/// Those of [`lay_out_under`] for the last candidate, if none can be laid out.
pub fn search(
    part: &Part,
    contract: Contract,
    least: Option<u32>,
    price: &(dyn Fn(&Circuit) -> Option<Cost> + Sync),
) -> Result<Searched, Vec<Diagnostic>> {
    let conditions = Conditions::of(part.graph());
    let lay_out = |choices: &Choices| lay_out_under(part, choices, &conditions);
    search_over(Asked::of(part.graph()), &lay_out, contract, least, price)
}

/// The circuit of a part in the first layout of a search that there is, whatever it costs: what is
/// asked where it is only to be known that there is one.
///
/// # Errors
/// As those of [`search`].
pub fn any(
    part: &Part,
    contract: Contract,
    least: Option<u32>,
) -> Result<Circuit, Vec<Diagnostic>> {
    let conditions = Conditions::of(part.graph());
    let lay_out = |choices: &Choices| lay_out_under(part, choices, &conditions);
    any_over(Asked::of(part.graph()), &lay_out, contract, least)
}

fn any_over(
    asked: Asked,
    lay_out: LayOut<'_>,
    contract: Contract,
    least: Option<u32>,
) -> Result<Circuit, Vec<Diagnostic>> {
    let starts = starts(contract, least, asked.count()).into_iter();
    let mut starts = starts.flatten();
    match starts.find_map(|choices| lay_out(&choices).ok()) {
        Some(found) => Ok(found),
        // What no start shows, a step from one may.
        None => search_over(asked, lay_out, contract, least, &|_| None).map(|found| found.circuit),
    }
}

/// What a layout makes of choices.
type LayOut<'a> = &'a (dyn Fn(&Choices) -> Result<Circuit, Vec<Diagnostic>> + Sync);

fn search_over(
    asked: Asked,
    lay_out: LayOut<'_>,
    contract: Contract,
    least: Option<u32>,
    price: &(dyn Fn(&Circuit) -> Option<Cost> + Sync),
) -> Result<Searched, Vec<Diagnostic>> {
    let starts = starts(contract, least, asked.count());
    let mut search = Search::new(asked, lay_out, contract, price);
    let mut ends = Vec::new();
    for starts in starts {
        let starts = starts.into_iter().map(|choices| (choices, "start".into()));
        let tried = search.attempt(starts.collect());
        let Some(start) = search.cheapest(&tried) else {
            continue;
        };
        let score = |position: usize| Some(search.candidates[position].outcome.cost()?.score);
        let found = search.cheapest(&ends).and_then(score);
        let is_far = found.zip(score(start)).is_some_and(|(a, b)| b > FAR * a);
        ends.push(match is_far {
            true => start,
            false => search.descend(start),
        });
    }
    let Some(found) = search.cheapest(&ends) else {
        unreachable!("every search has a start");
    };
    search.finish(found)
}

struct Search<'a> {
    lay_out: LayOut<'a>,
    contract: Contract,
    price: &'a (dyn Fn(&Circuit) -> Option<Cost> + Sync),
    asked: Asked,
    candidates: Vec<Candidate>,
    position_of: FxHashMap<Choices, usize>,
    /// The cheapest circuit so far; circuits are large, so the others are dropped.
    best: Option<(usize, Circuit)>,
    /// Of the candidate refused last.
    error: Vec<Diagnostic>,
}

impl<'a> Search<'a> {
    fn new(
        asked: Asked,
        lay_out: LayOut<'a>,
        contract: Contract,
        price: &'a (dyn Fn(&Circuit) -> Option<Cost> + Sync),
    ) -> Self {
        Self {
            lay_out,
            contract,
            price,
            asked,
            candidates: Vec::new(),
            position_of: FxHashMap::default(),
            best: None,
            error: Vec::new(),
        }
    }

    /// Lays candidates out and prices them, where that was not done yet; their positions. They are
    /// made on as many threads as there are cores, and taken up in order: what is found does not
    /// depend on the threads.
    fn attempt(&mut self, wanted: Vec<(Choices, String)>) -> Vec<usize> {
        let mut new: Vec<(Choices, String)> = Vec::new();
        for (choices, what) in &wanted {
            let known = self.position_of.contains_key(choices)
                || new.iter().any(|(other, _)| other == choices);
            if !known {
                new.push((choices.clone(), what.clone()));
            }
        }
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let mut new = new.into_iter().peekable();
        while new.peek().is_some() {
            // Circuits are large: no more of them at a time than there are threads.
            let batch: Vec<(Choices, String)> = new.by_ref().take(cores).collect();
            let (lay_out, price) = (self.lay_out, self.price);
            let make = |choices: &Choices| {
                let circuit = lay_out(choices)?;
                let cost = price(&circuit);
                Ok((circuit, cost))
            };
            let made = each(batch.iter().map(|(choices, _)| choices).collect(), &make);
            for ((choices, what), made) in batch.into_iter().zip(made) {
                self.record(choices, what, made);
            }
        }
        let positions = wanted.iter().map(|(choices, _)| self.position_of[choices]);
        positions.collect()
    }

    fn record(&mut self, choices: Choices, what: String, made: Made) {
        let position = self.candidates.len();
        let (mut outcome, mut tallest, mut digit_bits) = (Outcome::Refused, 0, 0);
        match made {
            Ok((circuit, cost)) => {
                outcome = cost.map_or(Outcome::Priceless, Outcome::Costs);
                let spaces = circuit.components.iter();
                let spaces = spaces.filter(|c| matches!(c.kind, Kind::Space(_)));
                tallest = spaces.map(|c| c.log_rows).max().unwrap_or(0);
                digit_bits = circuit.ranges.digit_bits;
                let best = self.best.as_ref().map(|(best, _)| *best);
                if best.is_none_or(|best| outcome.beats(self.candidates[best].outcome)) {
                    self.best = Some((position, circuit));
                }
            }
            Err(error) => self.error = error,
        }
        self.position_of.insert(choices.clone(), position);
        self.candidates.push(Candidate {
            choices,
            what,
            outcome,
            tallest,
            digit_bits,
        });
    }

    /// The first of the cheapest.
    fn cheapest(&self, positions: &[usize]) -> Option<usize> {
        positions.iter().copied().reduce(|best, other| {
            let outcome = |position: usize| self.candidates[position].outcome;
            if outcome(other).beats(outcome(best)) {
                other
            } else {
                best
            }
        })
    }

    /// Whether so much was tried that a layout of so many decisions takes too long to go on.
    fn is_spent(&self) -> bool {
        self.candidates.len() * self.asked.decisions() > MOST_WORK
    }

    /// Changes one decision after the other while that makes it cheaper. In the end everything
    /// next to where it stands was tried, but for what is more than [`MOST_WORK`].
    fn descend(&mut self, start: usize) -> usize {
        let mut here = start;
        loop {
            let before = here;
            for knob in self.knobs() {
                if self.is_spent() {
                    return here;
                }
                let alternatives = self.alternatives(here, knob).into_iter();
                let alternatives = alternatives.map(|choices| {
                    let what = format!("{knob}: {}", knob.value(&choices));
                    (choices, what)
                });
                let mut positions = vec![here];
                positions.extend(self.attempt(alternatives.collect()));
                here = self.cheapest(&positions).unwrap_or(here);
            }
            if here == before {
                return here;
            }
        }
    }

    /// What can be decided otherwise, in the order in which it is tried.
    fn knobs(&self) -> Vec<Knob> {
        let contract = self.asked.contractions.iter();
        let contract = contract.map(|alike| Knob::Contract(alike[0]));
        let rows = self.asked.rows.iter();
        let rows = rows.map(|alike| Knob::Rows(alike[0]));
        let columns = self.asked.columns.iter();
        let columns = columns.map(|alike| Knob::Column(alike[0].0));
        let rest =
            rows.chain(columns)
                .chain([Knob::Pairs, Knob::Digits, Knob::Blocks, Knob::Tallest]);
        contract.chain(rest).collect()
    }

    /// What is decided together with what a knob names: positions, or the numbers of values.
    fn alike(&self, knob: Knob) -> Vec<usize> {
        match knob {
            Knob::Contract(first) => {
                let mut groups = self.asked.contractions.iter();
                let found = groups.find(|alike| alike[0] == first);
                found.cloned().unwrap_or_default()
            }
            Knob::Rows(first) => {
                let mut groups = self.asked.rows.iter();
                let found = groups.find(|alike| alike[0] == first).into_iter();
                found.flatten().map(|&sum| sum as usize).collect()
            }
            Knob::Column(first) => {
                let mut groups = self.asked.columns.iter();
                let found = groups.find(|alike| alike[0].0 == first).into_iter();
                found.flatten().map(|value| value.index()).collect()
            }
            Knob::Pairs | Knob::Digits | Knob::Blocks | Knob::Tallest => Vec::new(),
        }
    }

    /// The candidates that differ from one in one decision.
    fn alternatives(&self, position: usize, knob: Knob) -> Vec<Choices> {
        let Candidate {
            choices, tallest, ..
        } = &self.candidates[position];
        let with = |change: &dyn Fn(&mut Choices)| {
            let mut choices = choices.clone();
            change(&mut choices);
            choices
        };
        match knob {
            Knob::Contract(contraction) => {
                let unrolled: &[Strategy] = match self.contract {
                    Contract::Auto => &[Strategy::Unrolled, Strategy::Rows],
                    Contract::Unrolled => &[Strategy::Unrolled],
                    Contract::Evaluated => &[],
                };
                let unrolled = unrolled.iter().copied();
                let evaluated = LANES.map(|lanes| Strategy::Evaluated { lanes });
                let evaluated = evaluated
                    .into_iter()
                    .filter(|_| self.contract != Contract::Unrolled);
                unrolled
                    .chain(evaluated)
                    .filter(|&strategy| strategy != choices.strategy(contraction))
                    .map(|strategy| {
                        with(&|choices| {
                            for position in self.alike(knob) {
                                choices.contract[position] = strategy;
                            }
                        })
                    })
                    .collect()
            }
            Knob::Column(first) | Knob::Rows(first) => vec![with(&|choices| {
                let chosen = match knob {
                    Knob::Rows(_) => &mut choices.rows,
                    _ => &mut choices.columns,
                };
                let had = chosen.contains(&first);
                for number in self.alike(knob) {
                    let number = number as u32;
                    match chosen.binary_search(&number) {
                        Ok(at) if had => drop(chosen.remove(at)),
                        Err(at) if !had => chosen.insert(at, number),
                        _ => {}
                    }
                }
            })],
            Knob::Pairs => vec![with(&|choices| choices.pairs = !choices.pairs)],
            Knob::Digits => {
                let (below, above) = DIGITS_AROUND;
                // A table that is much taller serves no range.
                let tallest = (*tallest).min(Choices::USUAL_DIGITS);
                let around = tallest.saturating_sub(below)..=tallest + above;
                let bits = Choices::DIGIT_BITS.filter(|bits| around.contains(bits));
                others(choices, &mut bits.into_iter(), |it| &mut it.digit_bits)
            }
            Knob::Blocks => others(choices, &mut blocks_around(*tallest), |it| {
                &mut it.block_bits
            }),
            Knob::Tallest => others(choices, &mut tallest_around(*tallest), |it| {
                &mut it.tallest_bits
            }),
        }
    }

    fn digit_bits(&self, position: usize) -> u32 {
        self.candidates[position].digit_bits
    }

    fn finish(mut self, found: usize) -> Result<Searched, Vec<Diagnostic>> {
        let found_outcome = self.candidates[found].outcome;
        if matches!(found_outcome, Outcome::Refused) {
            return Err(self.error);
        }
        let choices = self.candidates[found].choices.clone();
        let circuit = match self.best.take() {
            Some((best, circuit)) if best == found => circuit,
            _ => (self.lay_out)(&choices)?,
        };
        // Several settings may come to the same digit table.
        let digit_bits = self.digit_bits(found);
        let decide = |knob: Knob| {
            let alternatives = self.alternatives(found, knob);
            let tried = alternatives
                .iter()
                .filter_map(|other| self.position_of.get(other).copied())
                .filter(|&other| knob != Knob::Digits || self.digit_bits(other) != digit_bits);
            let next = self.cheapest(&tried.collect::<Vec<_>>());
            let runner_up = next.and_then(|next| {
                let next = &self.candidates[next];
                Some(RunnerUp {
                    value: knob.value(&next.choices),
                    cost: next.outcome.cost()?,
                })
            });
            Decision {
                knob,
                alike: self.alike(knob).len().max(1),
                chosen: knob.value(&choices),
                runner_up,
            }
        };
        // A value whose sum is evaluated has a column anyway.
        let idle = |decision: &Decision| {
            let next = decision.runner_up.as_ref().map(|next| next.cost.score);
            let here = found_outcome.cost().map(|cost| cost.score);
            matches!(decision.knob, Knob::Column(_))
                && next
                    .zip(here)
                    .is_none_or(|(a, b)| (a - b).abs() <= TOLERANCE * b)
        };
        let decisions = self.knobs().into_iter().map(decide);
        let decisions = decisions.filter(|decision| !idle(decision)).collect();
        let explored = self.candidates.into_iter().map(|candidate| Tried {
            choices: candidate.choices,
            what: candidate.what,
            cost: candidate.outcome.cost(),
        });
        Ok(Searched {
            cost: found_outcome.cost(),
            circuit,
            explored: explored.collect(),
            decisions,
            choices,
        })
    }
}
