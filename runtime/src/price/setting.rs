//! What a session of a circuit will cost, and the setting that a security floor is met with (spec 9).

use std::fmt;

use attnc_compiler::choice::cost::{
    predict_memory, Expected, Features, FriSetting, Masks, Objective, StageTimes, TimeTable,
};
use attnc_compiler::choice::search::Cost;
use attnc_compiler::circuit::{BusDegree, Circuit};

use crate::files::proof::{part_bytes, SESSION_BYTES};
use crate::session::account::conjectured_bits;
use crate::session::security::{bus_pow_bits, Custom, Security, Setting};
use crate::session::{air, bus_degree, claims, features, hiding};

/// Bits of grinding that a search may choose unless only bytes count: some 10 ms.
const QUICK_POW_BITS: u32 = 20;
/// How much longer than the quickest a setting may take for `time`, if it has fewer bytes.
const AS_QUICK: f64 = 1.02;
/// Bytes in the unit of [`Aim::memory_gib`].
const GIB: f64 = (1u64 << 30) as f64;

/// What a setting that is searched for is to be good for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    pub objective: Objective,
    /// What it may be predicted to need, in GiB, if any setting needs no more.
    pub memory_gib: f64,
    /// Whether proofs are to hide, whatever the setting that is asked for says.
    pub hiding: bool,
}

impl Aim {
    /// A setting, by proofs that hide if they are to.
    fn of(self, setting: Setting) -> Setting {
        match self.hiding {
            true => setting.hiding(),
            false => setting,
        }
    }
}

impl Default for Aim {
    fn default() -> Self {
        Objective::default().into()
    }
}

impl From<Objective> for Aim {
    fn from(objective: Objective) -> Self {
        Self {
            objective,
            memory_gib: 19.2,
            hiding: false,
        }
    }
}

/// What proving a circuit at a setting is expected to cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// Bytes of the proof file after the statement.
    pub bytes: f64,
    /// Milliseconds to fill and prove with two cores.
    pub ms: f64,
    /// The same by stage.
    pub times: StageTimes,
    /// The most bytes that the prover has resident.
    pub memory_bytes: f64,
    pub setting: Setting,
    /// The FRI parameters of every proof, in plan order.
    pub fri: Vec<FriSetting>,
}

/// What a circuit costs: for a setting its own price, for a floor that of the setting that serves
/// the objective best among those whose every conjectured term reaches the floor.
///
/// Nothing is filled and no row is walked. For a floor, some 60 settings are compared; ties go to
/// fewer bytes, then to the smaller blowup and less grinding. `None` if Stwo refuses the setting
/// at the circuit's rows, or no setting reaches the floor.
pub fn price(circuit: &Circuit, security: Security, aim: impl Into<Aim>) -> Option<Price> {
    let aim = aim.into();
    let (objective, memory_gib) = (aim.objective, aim.memory_gib);
    let floor = match security {
        Security::Setting(setting) => {
            let setting = aim.of(setting);
            return Quote::of(circuit, setting.masks()).price(setting);
        }
        Security::Floor(floor) => floor,
    };
    let quote = Quote::of(circuit, aim.hiding.then(|| Masks::of(Custom::MOST_QUERIES)));
    let mut prices: Vec<Price> = candidates(floor, objective)
        .map(|custom| aim.of(Setting::Custom(custom)))
        .filter_map(|setting| {
            let price = quote.price(setting)?;
            (quote.conjectured_bits(&price) >= f64::from(floor)).then_some(price)
        })
        .collect();
    let smallest = least(&prices, |price| price.memory_bytes);
    prices.retain(|price| price.memory_bytes <= (memory_gib * GIB).max(smallest));
    if objective == Objective::Time {
        let quickest = least(&prices, |price| price.ms);
        prices.retain(|price| price.ms <= AS_QUICK * quickest);
    }
    let score = |price: &Price| match objective {
        Objective::Time => price.bytes,
        _ => objective.score(price.bytes, price.ms),
    };
    prices.into_iter().reduce(|best, other| {
        if (score(&other), other.bytes) < (score(&best), best.bytes) {
            other
        } else {
            best
        }
    })
}

/// What a search for a layout makes least: the objective's score of [`price`].
pub fn cost(circuit: &Circuit, security: Security, aim: Aim) -> Option<Cost> {
    let price = price(circuit, security, aim)?;
    Some(Cost {
        score: aim.objective.score(price.bytes, price.ms),
        bytes: price.bytes,
        ms: Some(price.ms),
    })
}

/// The setting that [`price`] finds.
///
/// # Errors
/// [`Unreachable`] if no setting reaches the floor for this circuit.
pub fn settle(
    circuit: &Circuit,
    security: Security,
    aim: impl Into<Aim>,
) -> Result<Setting, Unreachable> {
    let aim = aim.into();
    let floor = match security {
        Security::Setting(setting) => return Ok(aim.of(setting)),
        Security::Floor(floor) => floor,
    };
    let found = price(circuit, security, aim).map(|price| price.setting);
    found.ok_or_else(|| Unreachable {
        floor,
        possible: Quote::of(circuit, aim.hiding.then(|| Masks::of(Custom::MOST_QUERIES)))
            .most_bits(),
    })
}

/// A floor that no setting reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreachable {
    pub floor: u32,
    /// The highest floor that some setting reaches for the same circuit, if one does.
    pub possible: Option<u32>,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no setting gives this circuit {} bits: over a field of 124 bits, its rows and its \
             bus leave ",
            self.floor
        )?;
        match self.possible {
            Some(bits) => write!(f, "{bits} at most"),
            None => write!(f, "less than {}", Custom::FLOORS.start()),
        }
    }
}

impl std::error::Error for Unreachable {}

/// Settings with the floor, each with the least grinding that saves a query.
fn candidates(floor: u32, objective: Objective) -> impl Iterator<Item = Custom> {
    let most = match objective {
        Objective::Bytes => *Custom::POW_BITS.end(),
        Objective::Time | Objective::Balanced => QUICK_POW_BITS,
    };
    Custom::LOG_BLOWUPS.flat_map(move |log_blowup| {
        let settings = (0..=most).filter_map(move |pow| Custom::new(floor, log_blowup, pow).ok());
        let mut queries = None;
        settings.filter(move |custom| queries.replace(custom.queries()) != Some(custom.queries()))
    })
}

fn least(prices: &[Price], of: impl Fn(&Price) -> f64) -> f64 {
    prices.iter().map(of).fold(f64::INFINITY, f64::min)
}

/// What of a circuit its price depends on.
struct Quote {
    features: Features,
    /// Rules of every proof.
    constraints: Vec<usize>,
    bus: BusDegree,
    /// Bytes of the proof file that no setting changes.
    fixed_bytes: usize,
    hides: bool,
}

impl Quote {
    /// Of proofs that hide, if there are masks: at least those of the settings that are asked for.
    fn of(circuit: &Circuit, masks: Option<Masks>) -> Self {
        let proofs = 0..circuit.proofs.len();
        let hides = masks.is_some();
        let claims = |proof| part_bytes(claims(circuit, proof, hides), 0);
        let more = hiding::constraints(circuit, masks);
        Self {
            features: features(circuit, masks),
            constraints: proofs
                .clone()
                .map(|p| air::constraints(circuit, p) + more)
                .collect(),
            bus: bus_degree(circuit, masks),
            hides,
            fixed_bytes: SESSION_BYTES + proofs.map(claims).sum::<usize>(),
        }
    }

    fn bus_pow_bits(&self, setting: Setting) -> u32 {
        bus_pow_bits(setting, self.bus.total())
    }

    fn price(&self, setting: Setting) -> Option<Price> {
        let expected = Expected::new(setting.fri().queries);
        let proofs = &self.features.proofs;
        let fri: Vec<FriSetting> = proofs
            .iter()
            .map(|proof| setting.fri_setting_of(&expected, proof.profile.max_log_rows))
            .collect();
        let mut bytes = self.fixed_bytes as f64;
        for (proof, fri) in proofs.iter().zip(&fri) {
            bytes += expected.bytes(&proof.profile, fri)?;
        }
        let ground = self.bus_pow_bits(setting);
        let times = TimeTable::committed().predict(&self.features, &fri, ground);
        Some(Price {
            bytes,
            ms: times.total(),
            times,
            memory_bytes: predict_memory(&self.features, &fri),
            setting,
            fri,
        })
    }

    /// The least over all proofs.
    fn conjectured_bits(&self, price: &Price) -> f64 {
        let ground = self.bus_pow_bits(price.setting);
        if ground > *Custom::POW_BITS.end() {
            return 0.0;
        }
        let proofs = self.features.proofs.iter().zip(&self.constraints);
        proofs
            .zip(&price.fri)
            .map(|((proof, &constraints), fri)| {
                let log_rows = proof.profile.max_log_rows;
                conjectured_bits(fri, log_rows, constraints, self.bus, ground)
            })
            .fold(f64::INFINITY, f64::min)
    }

    /// The highest floor that some setting reaches.
    fn most_bits(&self) -> Option<u32> {
        Custom::FLOORS.rev().find(|&floor| {
            candidates(floor, Objective::Bytes).any(|custom| {
                let setting = match self.hides {
                    true => Setting::Custom(custom).hiding(),
                    false => Setting::Custom(custom),
                };
                let price = self.price(setting);
                price.is_some_and(|price| self.conjectured_bits(&price) >= f64::from(floor))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{account, Scheme};
    use attnc_compiler::analyse;
    use attnc_compiler::choice::cost::predict;
    use attnc_compiler::circuit::choices::Choices;

    const SOURCE: &str = include_str!("../../../examples/decode.attn");

    fn circuit(plan: &str, steps: i64) -> Circuit {
        let params = [("steps".to_string(), steps), ("heads".to_string(), 2)];
        let (ast, graph) = analyse(SOURCE, &params).unwrap();
        let choices = Choices::default();
        let compiled = attnc_compiler::assemble(ast, graph, Some(plan), &choices);
        compiled.unwrap().circuit
    }

    #[test]
    fn a_floor_holds_in_the_whole_account() {
        for plan in ["fused", "sidecar"] {
            let circuit = circuit(plan, 32);
            for objective in Objective::ALL {
                for floor in [80, 96, 100, 104] {
                    let price = price(&circuit, Security::Floor(floor), objective).unwrap();
                    assert_eq!(price.setting.target_bits(), floor);
                    let account = account(&circuit, price.setting);
                    assert!(account.conjectured_bits >= f64::from(floor), "{account}");
                    let most = if objective == Objective::Bytes {
                        24
                    } else {
                        20
                    };
                    assert!(price.fri.iter().all(|fri| fri.pow_bits <= most));
                }
            }
        }
    }

    #[test]
    fn each_objective_gets_what_it_asks_for() {
        let circuit = circuit("fused", 32);
        let of = |objective| price(&circuit, Security::Floor(96), objective).unwrap();
        let [bytes, time, balanced] = Objective::ALL.map(of);
        assert!(bytes.bytes <= balanced.bytes && balanced.bytes <= time.bytes);
        assert!(time.ms <= 1.02 * balanced.ms && balanced.ms <= bytes.ms);
        let product = |price: &Price| price.bytes * price.ms;
        assert!(product(&balanced) <= product(&bytes).min(product(&time)));
        // A floor has more to choose from than a name.
        let named = |setting: Setting| price(&circuit, setting.into(), Objective::Bytes).unwrap();
        assert!(bytes.bytes <= named(Setting::Compact).bytes);
        assert!(time.ms <= 1.02 * named(Setting::Fast).ms);
    }

    #[test]
    fn a_price_is_what_the_session_predicts() {
        for plan in ["fused", "sidecar"] {
            let circuit = circuit(plan, 16);
            for setting in Setting::ALL
                .into_iter()
                .chain(Setting::ALL.map(Setting::hiding))
            {
                let price = price(&circuit, setting.into(), Objective::Time).unwrap();
                let mut bytes = SESSION_BYTES;
                for (proof, scheme) in Scheme::of(&circuit, setting).iter().enumerate() {
                    assert_eq!(scheme.fri, price.fri[proof]);
                    let packed = predict(&scheme.shape, &scheme.fri).unwrap().packed_bytes;
                    bytes += part_bytes(scheme.claims, packed as usize);
                }
                assert!(
                    (price.bytes - bytes as f64).abs() < 8.0,
                    "{price:?} {bytes}"
                );
                assert_eq!(price.setting, setting);
            }
        }
    }

    #[test]
    fn a_floor_beyond_the_field_is_refused() {
        let circuit = circuit("fused", 32);
        let error = settle(&circuit, Security::Floor(120), Objective::Bytes).unwrap_err();
        let possible = error.possible.unwrap();
        let reach = |floor| settle(&circuit, Security::Floor(floor), Objective::Bytes);
        assert!(reach(possible).is_ok());
        assert!(reach(possible + 1).is_err());
        assert!(error.to_string().contains(&format!("{possible} at most")));
    }
}
