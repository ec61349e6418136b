//! The layouts that a search tries first.

use super::decision::Contract;
use crate::circuit::choices::{Choices, Strategy};

/// With at most this many contractions all combinations of their strategies are tried.
const COMBINED: usize = 3;

/// Those that are tried for all contractions together: one that stays tall keeps the others so.
const START_LANES: [u32; 3] = [1, 2, 4];

/// Groups of candidates for so many contractions, all with the same least rows: a descent starts at
/// the cheapest of each.
pub(super) fn starts(
    contract: Contract,
    least: Option<u32>,
    contractions: usize,
) -> Vec<Vec<Choices>> {
    let all = |strategy| {
        let choices = Choices {
            least_bits: least,
            ..Choices::default()
        };
        choices.with_all(strategy, contractions)
    };
    let evaluated = || START_LANES.map(|lanes| Strategy::Evaluated { lanes });
    match contract {
        Contract::Unrolled => vec![vec![all(Strategy::Unrolled)]],
        Contract::Evaluated => vec![evaluated().map(all).to_vec()],
        Contract::Auto if contractions > COMBINED => {
            vec![evaluated().map(all).to_vec(), vec![all(Strategy::Unrolled)]]
        }
        Contract::Auto => {
            let combined = (0..1usize << contractions).flat_map(|chosen| {
                let lanes = if chosen == 0 { 1 } else { START_LANES.len() };
                evaluated().into_iter().take(lanes).map(move |strategy| {
                    let mut choices = all(Strategy::Unrolled);
                    for (position, own) in choices.contract.iter_mut().enumerate() {
                        if chosen >> position & 1 == 1 {
                            *own = strategy;
                        }
                    }
                    choices
                })
            });
            vec![combined.collect()]
        }
    }
}
