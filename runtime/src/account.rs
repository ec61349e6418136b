//! The account of what each step of a proof is worth, in bits (spec 9).

use std::fmt;

use attnc_compiler::circuit::BusDegree;
use attnc_compiler::cost::{FriSetting, ProofShape};
use serde::Serialize;

/// log2 of |QM31| = (2^31 - 1)^4, less what rounding could add.
pub(crate) const FIELD_BITS: f64 = 123.999_999_99;
/// Collision resistance of Blake2s-256 in bits.
const HASH_BITS: f64 = 128.0;
/// The largest degree of a constraint.
const MAX_DEGREE: f64 = 3.0;
/// The largest proximity parameter tried; beyond it a query gains less than 0.001 bits.
const MAX_PROXIMITY: u32 = 1000;

/// What one step of the protocol is worth: an attack on it succeeds with chance 2^-bits a try.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// The step, in plain words.
    pub step: &'static str,
    /// Bits if Reed-Solomon codes behave up to capacity as conjectured.
    pub conjectured: f64,
    /// Bits proven, in the Johnson regime.
    pub proven: f64,
}

/// The security of one proof, step by step.
///
/// The terms are round-by-round errors, each the best chance of a prover who may try again and
/// again, so their minimum counts, not their sum. The proven column is that of ethSTARK
/// (eprint 2021/582, theorem 5) and its round-by-round form (eprint 2024/1553, theorem 2), as
/// Winterfell's `air/src/proof/security.rs` computes it. With rate p = 1/blowup, n domain points,
/// N rows, proximity parameter m >= 3, and L = m / (p - 2m/n) codewords within reach:
/// - queries: grinding - queries * log2((1 + 1/2m) sqrt(p));
/// - batching and folding: a curve of l + 1 functions keeps its distance except with chance
///   l (m + 1/2)^7 n^2 / (3 p^(3/2) |F|) (Proximity Gaps for Reed-Solomon Codes, eprint 2020/654,
///   theorem 6.2). Stwo batches with the powers of one challenge, so l is the number of quotients
///   less one, and a layer folded by 2^k has l = 2^k - 1; the chances are added up;
/// - constraints, combined with the powers of one challenge: L (constraints - 1) / |F|, conjectured
///   with L = 1;
/// - the out-of-domain point: L^2 (3 (N + 1) + N - 1) / |F|, conjectured with L = 1.
///
/// Circle codes are subcodes of Reed-Solomon codes up to a rotation, so their gaps and lists are
/// no worse (Circle STARKs, eprint 2024/278). The conjectured value of batching and folding is
/// log2(|F| / n), and of the queries grinding + queries * log2(blowup) (ethSTARK, conjecture 1).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// The parameters.
    pub fri: FriSetting,
    /// Bits ground before the bus challenges.
    pub bus_pow_bits: u32,
    /// log2 of the size of the field that challenges are drawn from.
    pub field_bits: f64,
    /// What the degree of the bus's equation is made of, over all proofs of the session.
    pub bus: BusDegree,
    /// log2 of the codewords within reach: L, at the proximity parameter below.
    pub list_bits: f64,
    /// Every step's worth.
    pub terms: Vec<Term>,
    /// The proximity parameter m that makes the proven minimum largest.
    pub proximity: u32,
    /// The conjectured minimum.
    pub conjectured_bits: f64,
    /// The proven minimum.
    pub proven_bits: f64,
}

impl Account {
    /// The account of a proof of `shape` at `fri` with `constraints` constraints in all, on a bus
    /// of this degree in its challenges, before which `bus_pow_bits` were ground.
    pub fn new(
        fri: &FriSetting,
        shape: &ProofShape,
        constraints: usize,
        bus: BusDegree,
        bus_pow_bits: u32,
    ) -> Self {
        let proof = ProofTerms {
            fri,
            shape,
            constraints: constraints as f64,
            bus,
            bus_pow_bits,
        };
        let mut proximity = 3;
        let mut terms = proof.terms(proximity);
        for m in 4..=MAX_PROXIMITY {
            if !proof.list_size(m).is_finite() {
                break;
            }
            let other = proof.terms(m);
            if minimum(&other, |term| term.proven) > minimum(&terms, |term| term.proven) {
                (proximity, terms) = (m, other);
            }
        }
        Self {
            fri: *fri,
            bus_pow_bits,
            field_bits: FIELD_BITS,
            bus,
            list_bits: proof.list_size(proximity).log2(),
            conjectured_bits: minimum(&terms, |term| term.conjectured),
            proven_bits: minimum(&terms, |term| term.proven),
            terms,
            proximity,
        }
    }
}

/// The least conjectured bits of a proof whose tallest column has 2^`max_log_rows` rows: those of
/// [`Account::new`], without the proven ones, which take longer.
pub fn conjectured_bits(
    fri: &FriSetting,
    max_log_rows: u32,
    constraints: usize,
    log2_bus_degree: f64,
    bus_pow_bits: u32,
) -> f64 {
    let bus = FIELD_BITS - log2_bus_degree + f64::from(bus_pow_bits);
    conjectured(fri, max_log_rows, constraints as f64, bus)
        .into_iter()
        .fold(HASH_BITS, f64::min)
        .max(0.0)
}

/// Conjectured bits by step, in the order of the account but for the hash.
fn conjectured(fri: &FriSetting, max_log_rows: u32, constraints: f64, bus: f64) -> [f64; 5] {
    let rows = (1u64 << max_log_rows) as f64;
    [
        f64::from(fri.pow_bits + fri.queries * fri.log_blowup),
        FIELD_BITS - f64::from(fri.log_domain(max_log_rows)),
        FIELD_BITS - (constraints - 1.0).max(1.0).log2(),
        FIELD_BITS - (MAX_DEGREE * (rows + 1.0) + rows - 1.0).log2(),
        bus,
    ]
}

fn minimum(terms: &[Term], bits: impl Fn(&Term) -> f64) -> f64 {
    // Fewer than no bits are no bits.
    terms.iter().map(bits).fold(HASH_BITS, f64::min).max(0.0)
}

/// What the terms of one proof are computed from.
struct ProofTerms<'a> {
    fri: &'a FriSetting,
    shape: &'a ProofShape,
    constraints: f64,
    bus: BusDegree,
    bus_pow_bits: u32,
}

impl ProofTerms<'_> {
    fn terms(&self, m: u32) -> Vec<Term> {
        let grinding = f64::from(self.fri.pow_bits);
        let queries = f64::from(self.fri.queries);
        let log_blowup = f64::from(self.fri.log_blowup);
        let list = self.list_size(m).log2();
        let per_query = log_blowup / 2.0 - (1.0 + 0.5 / f64::from(m)).log2();

        let log_rows = self.shape.max_log_rows();
        // The chance of a polynomial of this degree to vanish at challenges ground for.
        let vanishing = |log2_degree: f64| FIELD_BITS - log2_degree + f64::from(self.bus_pow_bits);
        let bus = vanishing(self.bus.log2());
        let [query, folding, constraints, point, bus] =
            conjectured(self.fri, log_rows, self.constraints, bus);
        let logup = vanishing(self.bus.poles().log2());
        let weighed = vanishing(self.bus.weights().max(1.0).log2());
        let term = |step, conjectured, proven| Term {
            step,
            conjectured,
            proven,
        };
        vec![
            term(
                "FRI queries and grinding",
                query,
                grinding + queries * per_query,
            ),
            term("FRI batching and folding", folding, self.folding(m)),
            term("combining the constraints", constraints, constraints - list),
            term("the out-of-domain point", point, point - 2.0 * list),
            term("the bus, with all its uses", bus, bus),
            term(
                "of it LogUp: poles of lookups, wires and sums",
                logup,
                logup,
            ),
            term("of it weighed sums: families and lanes", weighed, weighed),
            term("hash collisions", HASH_BITS, HASH_BITS),
        ]
    }

    fn list_size(&self, m: u32) -> f64 {
        let rate = (-f64::from(self.fri.log_blowup)).exp2();
        let domain = f64::from(self.shape.max_log_rows() + self.fri.log_blowup).exp2();
        let slack = rate - 2.0 * f64::from(m) / domain;
        if slack > 0.0 {
            f64::from(m) / slack
        } else {
            f64::INFINITY
        }
    }

    fn folding(&self, m: u32) -> f64 {
        // A column opened twice has a third quotient, for its period.
        let periods = self.shape.interaction.iter().filter(|c| c.1 == 2).count();
        let quotients = self.shape.sampled_values() as f64 + periods as f64;
        let log_domain = self.shape.max_log_rows() + self.fri.log_blowup;
        let mut curves = (quotients - 1.0) * f64::from(2 * log_domain).exp2();
        let layers = self.fri.layers(self.shape.max_log_rows());
        for layer in layers.unwrap_or_default() {
            let others = f64::from(layer.fold).exp2() - 1.0;
            curves += others * f64::from(2 * layer.log_domain).exp2();
        }
        let gap = 7.0 * (f64::from(m) + 0.5).log2() + 1.5 * f64::from(self.fri.log_blowup);
        FIELD_BITS - curves.log2() - gap + 3f64.log2()
    }
}

/// Bits as they are shown: never rounded up.
fn shown(bits: f64) -> f64 {
    (bits * 10.0).floor() / 10.0
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fri = &self.fri;
        writeln!(
            f,
            "blowup {}, {} queries, {} bits ground before them, {} before the bus challenges",
            1u64 << fri.log_blowup,
            fri.queries,
            fri.pow_bits,
            self.bus_pow_bits
        )?;
        writeln!(
            f,
            "a field of 2^124 elements, {} uses of the bus, lists of 2^{:.1} codewords",
            self.bus.uses,
            (self.list_bits * 10.0).ceil() / 10.0
        )?;
        writeln!(f, "{:>11}  {:>6}", "conjectured", "proven")?;
        for term in &self.terms {
            let (conjectured, proven) = (shown(term.conjectured), shown(term.proven));
            writeln!(f, "{conjectured:>11.1}  {proven:>6.1}  {}", term.step)?;
        }
        let (conjectured, proven) = (shown(self.conjectured_bits), shown(self.proven_bits));
        write!(
            f,
            "{conjectured:>11.1}  {proven:>6.1}  the least of these, in bits (proven in the \
             Johnson regime, m = {})",
            self.proximity
        )
    }
}

/// The security of all proofs of a session: the least of each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionAccount {
    /// The proofs' accounts, in plan order.
    pub proofs: Vec<Account>,
    /// The conjectured minimum.
    pub conjectured_bits: f64,
    /// The proven minimum.
    pub proven_bits: f64,
}

impl SessionAccount {
    /// The account of a session of `proofs`; one without proofs is worth nothing.
    pub fn new(proofs: Vec<Account>) -> Self {
        let least = |bits: fn(&Account) -> f64| proofs.iter().map(bits).reduce(f64::min);
        Self {
            conjectured_bits: least(|proof| proof.conjectured_bits).unwrap_or(0.0),
            proven_bits: least(|proof| proof.proven_bits).unwrap_or(0.0),
            proofs,
        }
    }
}

impl fmt::Display for SessionAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, proof) in self.proofs.iter().enumerate() {
            if self.proofs.len() > 1 {
                writeln!(f, "proof {}:", position + 1)?;
            }
            writeln!(f, "{proof}")?;
        }
        write!(
            f,
            "in all: {:.1} bits conjectured, {:.1} proven",
            shown(self.conjectured_bits),
            shown(self.proven_bits)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::security::{bus_pow_bits, Setting};

    fn shape(log_rows: u32) -> ProofShape {
        ProofShape {
            preprocessed: vec![log_rows; 4],
            base: vec![log_rows; 100],
            interaction: vec![(log_rows, 2); 8],
        }
    }

    /// A bus of degree 2^`log2`, roughly: never less.
    fn bus(log2: f64) -> BusDegree {
        BusDegree {
            uses: (log2.exp2() / 4.0).ceil() as u64,
            longest: 2,
            families: 20,
            lanes: 64,
        }
    }

    #[test]
    fn grinding_lifts_the_bus_to_the_target() {
        let fri = Setting::Fast.fri_setting(16);
        let account = Account::new(&fri, &shape(16), 150, bus(29.5), 2);
        assert!(account.conjectured_bits >= 96.0, "{account}");
        assert!(Account::new(&fri, &shape(16), 150, bus(29.5), 0).conjectured_bits < 96.0);
    }

    #[test]
    fn the_account_of_a_decode() {
        let fri = Setting::Standard.fri_setting(14);
        let account = Account::new(&fri, &shape(14), 150, bus(20.0), 0);
        assert_eq!(account.conjectured_bits, 96.0);
        // 20 + 19 (2 - log2(1 + 1/2m)) is below 58, and not far.
        assert!((52.0..58.0).contains(&account.proven_bits), "{account}");
        let seed = Account::new(
            &Setting::Seed.fri_setting(14),
            &shape(14),
            150,
            bus(20.0),
            0,
        );
        assert_eq!(seed.conjectured_bits, 13.0);
        let session = SessionAccount::new(vec![account, seed]);
        assert_eq!(session.conjectured_bits, 13.0);
        assert!(session.to_string().ends_with("proven"), "{session}");
        assert_eq!(SessionAccount::new(vec![]).conjectured_bits, 0.0);
    }

    /// The field bounds what a proof can be worth: a domain of 2^28 points leaves less than 96 bits.
    #[test]
    fn named_settings_hold_their_floor_up_to_a_domain_of_2_to_the_27() {
        for setting in [Setting::Standard, Setting::Fast, Setting::Compact] {
            for log_rows in 4..=24 {
                let fri = setting.fri_setting(log_rows);
                // More rules and a larger bus than any circuit's; grinding lifts the bus.
                let ground = bus_pow_bits(setting, 36.0);
                let bus = bus(35.9);
                let bits = conjectured_bits(&fri, log_rows, 1 << 20, bus.log2(), ground);
                let account = Account::new(&fri, &shape(log_rows), 1 << 20, bus, ground);
                assert_eq!(bits, account.conjectured_bits);
                let holds = fri.log_domain(log_rows) <= 27;
                assert_eq!(bits >= 96.0, holds, "{setting} 2^{log_rows}: {bits}");
            }
        }
    }

    /// What `soundcalc`, the calculator of the Ethereum Foundation for hash-based proof systems
    /// (github.com/ethereum/soundcalc: `proxgaps/johnson_bound.py` at commit 17d8e1e,
    /// `pcs/fri.py` at 0a067f4), gives in its Johnson-bound regime: bits of the query phase and the
    /// least bits of batching and of the rounds of folding. Its gap to the Johnson bound is
    /// max(rate / 20, sqrt(rate) / 100), its proximity gaps are theorem 4.2 of eprint 2025/2055.
    struct Calculator {
        m: u32,
        query: f64,
        commit: f64,
        list: f64,
    }

    fn calculator(fri: &FriSetting, functions: f64, log_rows: u32) -> Calculator {
        let rate = (-f64::from(fri.log_blowup)).exp2();
        let root = rate.sqrt();
        let gap = (rate / 20.0).max(root / 100.0);
        let radius = 1.0 - root - gap;
        let query = f64::from(fri.pow_bits) - f64::from(fri.queries) * (1.0 - radius).log2();
        let m = (root / gap).ceil().max(3.0);
        let error = |log_dimension: f64, functions: f64| {
            let (n, m) = (log_dimension.exp2() / rate, m + 0.5);
            let first = (2.0 * m.powi(5) + 3.0 * m * radius * rate) * n / (3.0 * rate * root);
            (first + m / root).log2() + (functions - 1.0).log2() - FIELD_BITS
        };
        let mut commit = -error(f64::from(log_rows), functions);
        for layer in fri.layers(log_rows).unwrap() {
            // After this fold the code's dimension is so much smaller.
            let log_dimension = layer.log_domain - fri.log_blowup - layer.fold;
            let folded = f64::from(layer.fold).exp2();
            commit = commit.min(-error(f64::from(log_dimension), folded));
        }
        Calculator {
            // theta = 1 - sqrt(rate) (1 + 1 / 2m) in the account's terms.
            m: (root / (2.0 * gap)).floor() as u32,
            query,
            commit,
            list: 1.0 / (2.0 * gap * root),
        }
    }

    /// At the calculator's own radius: the same bits for the queries, and never more for batching,
    /// folding and lists, for which the account takes the older and weaker theorem.
    #[test]
    fn the_fri_part_against_the_published_calculator() {
        let log_rows = 14;
        let shape = shape(log_rows);
        let functions = shape.sampled_values() as f64 + 8.0;
        let mut found = Vec::new();
        for setting in [Setting::Standard, Setting::Fast, Setting::Compact] {
            let fri = setting.fri_setting(log_rows);
            let theirs = calculator(&fri, functions, log_rows);
            let proof = ProofTerms {
                fri: &fri,
                shape: &shape,
                constraints: 150.0,
                bus: bus(20.0),
                bus_pow_bits: 0,
            };
            let terms = proof.terms(theirs.m);
            let (query, commit) = (terms[0].proven, terms[1].proven);
            // m is an integer: a smaller radius, and so fewer bits, but not by much.
            assert!(
                query <= theirs.query + 1e-9,
                "{setting}: {query} {}",
                theirs.query
            );
            assert!(
                query > theirs.query - 0.3,
                "{setting}: {query} {}",
                theirs.query
            );
            assert!(
                commit <= theirs.commit,
                "{setting}: {commit} {}",
                theirs.commit
            );
            let list = proof.list_size(theirs.m).log2() - theirs.list.log2();
            assert!(list.abs() < 0.1, "{setting}: {list}");
            let account = Account::new(&fri, &shape, 150, bus(20.0), 0);
            let shown = |bits: f64| format!("{:.1}", shown(bits));
            found.push([
                setting.to_string(),
                theirs.m.to_string(),
                shown(query),
                shown(theirs.query),
                shown(commit),
                shown(theirs.commit),
                shown(account.proven_bits),
            ]);
        }
        // The table of spec 9.
        let expected = [
            ["standard", "40", "57.6", "57.6", "38.9", "61.8", "56.0"],
            ["fast", "14", "54.1", "54.1", "59.9", "76.5", "55.4"],
            ["compact", "50", "58.2", "58.2", "33.2", "57.7", "55.9"],
        ];
        let found: Vec<[&str; 7]> = found
            .iter()
            .map(|row| row.each_ref().map(String::as_str))
            .collect();
        assert_eq!(found, expected);
    }
}
