//! The account of what each step of a proof is worth, in bits (spec 9).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

use attnc_compiler::choice::cost::{FriSetting, ProofShape};
use attnc_compiler::circuit::BusDegree;
use serde::Serialize;

/// log2 of |QM31| = (2^31 - 1)^4, less what rounding could add.
pub(crate) const FIELD_BITS: f64 = 123.999_999_99;
/// Collision resistance of Blake2s-256 in bits.
const HASH_BITS: f64 = 128.0;
/// The largest degree of a constraint.
const MAX_DEGREE: f64 = 3.0;
/// The least proximity parameter for which the gaps are proven.
const MIN_PROXIMITY: u32 = 3;
/// The largest proximity parameter tried; beyond it a query gains less than 0.001 bits.
const MAX_PROXIMITY: u32 = 1000;
/// A circle code of N rows has the dimension N + 1.
const MORE_DIMENSIONS: f64 = 1.0;

/// What one step of the protocol is worth: an attack on it succeeds with chance 2^-bits a try.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Term {
    /// The step, in plain words.
    pub step: &'static str,
    /// Bits if no attack on FRI is better than those that are known.
    pub conjectured: f64,
    /// Bits proven.
    pub proven: f64,
}

/// The security of one proof, step by step.
///
/// The terms are round-by-round errors, each the best chance of a prover who may try again and
/// again, so their minimum counts, not their sum. The proven column is that of ethSTARK
/// (eprint 2021/582, theorem 5) and its round-by-round form (eprint 2024/1553, theorem 2), as
/// Winterfell's `air/src/proof/security.rs` computes it. With rate p = 1/blowup, n domain points,
/// N rows, p' = (N + 1)/n, and in the Johnson regime a proximity parameter m >= 3 and
/// L = m / (p - 2m/n) codewords within reach:
/// - queries: grinding - queries * log2((1 + 1/2m) sqrt(p'));
/// - batching and folding: a curve of l + 1 functions keeps its distance except with chance
///   l (m + 1/2)^7 n^2 / (3 p^(3/2) |F|) (Proximity Gaps for Reed-Solomon Codes, eprint 2020/654,
///   theorem 6.2). Stwo batches with the powers of one challenge, so l is the number of quotients
///   less one, and a layer folded by 2^k has l = 2^k - 1; the chances are added up;
/// - constraints, combined with the powers of one challenge: L (constraints - 1) / |F|, conjectured
///   with L = 1;
/// - the out-of-domain point: L^2 (3 (N + 1) + N - 1) / |F|, conjectured with L = 1;
/// - the bus: the product of the L of all proofs of the session, times its degree, over |F| and
///   the grinding (spec 9); conjectured with each L = 1.
///
/// Within unique decoding a query misses with (1 + p')/2, every L is 1, and the gap's chance is
/// l n / |F| (theorem 6.1). Each proof has the regime and the m that make the session's least
/// proven bits most.
///
/// Circle codes are subcodes of Reed-Solomon codes up to a rotation, so their gaps and lists are
/// no worse (Circle STARKs, eprint 2024/278). The conjectured value of batching and folding is
/// log2(|F| / n), and of the queries grinding + queries * log2(blowup): the best attack that is
/// known. The conjecture of ethSTARK that this follows from is refuted (spec 9).
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
    /// log2 of the codewords within reach of this proof: L, at the proximity parameter below.
    pub list_bits: f64,
    /// log2 of the combinations of codewords within reach of all proofs of the session.
    pub session_list_bits: f64,
    /// Every step's worth.
    pub terms: Vec<Term>,
    /// The proximity parameter m of the Johnson regime; none within unique decoding.
    pub proximity: Option<u32>,
    /// The conjectured minimum.
    pub conjectured_bits: f64,
    /// The proven minimum.
    pub proven_bits: f64,
}

/// The least conjectured bits of a proof whose tallest column has 2^`max_log_rows` rows: those of
/// its [`Account`], without the proven ones, which take longer.
pub fn conjectured_bits(
    fri: &FriSetting,
    max_log_rows: u32,
    constraints: usize,
    bus: BusDegree,
    bus_pow_bits: u32,
) -> f64 {
    let bus = vanishing(bus.total(), bus_pow_bits);
    let own = conjectured(fri, max_log_rows, constraints);
    own.into_iter().fold(HASH_BITS.min(bus), f64::min).max(0.0)
}

/// Conjectured bits by step, in the order of the account up to the bus.
fn conjectured(fri: &FriSetting, max_log_rows: u32, constraints: usize) -> [f64; 4] {
    let rows = (1u64 << max_log_rows) as f64;
    [
        f64::from(fri.pow_bits + fri.queries * fri.log_blowup),
        FIELD_BITS - f64::from(fri.log_domain(max_log_rows)),
        FIELD_BITS - (constraints as f64 - 1.0).max(1.0).log2(),
        FIELD_BITS - (MAX_DEGREE * (rows + 1.0) + rows - 1.0).log2(),
    ]
}

/// Bits of the chance that a polynomial of this degree vanishes at challenges ground for.
fn vanishing(degree: u128, pow_bits: u32) -> f64 {
    FIELD_BITS - (degree.max(1) as f64).log2() + f64::from(pow_bits)
}

fn minimum(terms: &[Term], bits: impl Fn(&Term) -> f64) -> f64 {
    // Fewer than no bits are no bits.
    terms.iter().map(bits).fold(HASH_BITS, f64::min).max(0.0)
}

/// What the terms of one proof are computed from.
#[derive(Clone, Copy, Debug)]
pub struct ProofTerms<'a> {
    pub fri: &'a FriSetting,
    pub shape: &'a ProofShape,
    /// Rules of all its components.
    pub constraints: usize,
}

/// How far from a codeword a proof's columns may be taken to be.
#[derive(Clone, Copy, Debug)]
struct Regime {
    proximity: Option<u32>,
    /// log2 of the codewords within reach.
    list: f64,
    /// Proven bits of queries, batching and folding, constraints, and the out-of-domain point.
    own: [f64; 4],
}

impl Regime {
    fn least(&self) -> f64 {
        self.own.into_iter().fold(HASH_BITS, f64::min).max(0.0)
    }
}

impl ProofTerms<'_> {
    /// Within unique decoding, or at a proximity parameter.
    fn regime(&self, proximity: Option<u32>) -> Regime {
        let log_rows = self.shape.max_log_rows();
        let list = proximity.map_or(0.0, |m| self.list_size(m).log2());
        let rows = f64::from(log_rows).exp2();
        let domain = f64::from(self.fri.log_domain(log_rows)).exp2();
        let rate = (rows + MORE_DIMENSIONS) / domain;
        let missed = match proximity {
            None => (1.0 + rate) / 2.0,
            Some(m) => (1.0 + 0.5 / f64::from(m)) * rate.sqrt(),
        };
        let [_, _, constraints, point] = conjectured(self.fri, log_rows, self.constraints);
        Regime {
            proximity,
            list,
            own: [
                f64::from(self.fri.pow_bits) - f64::from(self.fri.queries) * missed.log2(),
                self.folding(proximity),
                constraints - list,
                point - 2.0 * list,
            ],
        }
    }

    /// The regimes worth having: each with more proven bits than those with smaller lists.
    fn regimes(&self) -> Vec<Regime> {
        let mut regimes = vec![self.regime(None)];
        for m in MIN_PROXIMITY..=MAX_PROXIMITY {
            if !self.list_size(m).is_finite() {
                break;
            }
            let regime = self.regime(Some(m));
            if regimes
                .last()
                .is_none_or(|last| regime.least() > last.least())
            {
                regimes.push(regime);
            }
            // Only the queries are worth more at a larger m.
            if regime.own[1..].iter().any(|&bits| bits <= regime.own[0]) {
                break;
            }
        }
        regimes
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

    fn folding(&self, proximity: Option<u32>) -> f64 {
        // A column opened twice has a third quotient, for its period.
        let periods = self.shape.interaction.iter().filter(|c| c.1 == 2).count();
        let quotients = self.shape.sampled_values() as f64 + periods as f64;
        let log_domain = self.shape.max_log_rows() + self.fri.log_blowup;
        // The gap grows with the square of the domain, or within unique decoding with the domain.
        let power = if proximity.is_some() { 2 } else { 1 };
        let mut curves = (quotients - 1.0) * f64::from(power * log_domain).exp2();
        let layers = self.fri.layers(self.shape.max_log_rows());
        for layer in layers.unwrap_or_default() {
            let others = f64::from(layer.fold).exp2() - 1.0;
            curves += others * f64::from(power * layer.log_domain).exp2();
        }
        let gap = proximity.map_or(0.0, |m| {
            7.0 * (f64::from(m) + 0.5).log2() + 1.5 * f64::from(self.fri.log_blowup) - 3f64.log2()
        });
        FIELD_BITS - curves.log2() - gap
    }

    fn account(
        &self,
        regime: &Regime,
        session_list: f64,
        bus: BusDegree,
        bus_pow_bits: u32,
    ) -> Account {
        let own = conjectured(self.fri, self.shape.max_log_rows(), self.constraints);
        let steps = [
            "FRI queries and grinding",
            "FRI batching and folding",
            "combining the constraints",
            "the out-of-domain point",
        ];
        let term = |step, conjectured, proven| Term {
            step,
            conjectured,
            proven,
        };
        let mut terms: Vec<Term> = (steps.into_iter().zip(own))
            .zip(regime.own)
            .map(|((step, conjectured), proven)| term(step, conjectured, proven))
            .collect();
        for (step, degree) in [
            ("the bus, with all its uses", bus.total()),
            ("of it LogUp: poles of lookups, wires and sums", bus.poles()),
            ("of it weighed sums: families and lanes", bus.weights()),
        ] {
            let bits = vanishing(degree, bus_pow_bits);
            terms.push(term(step, bits, bits - session_list));
        }
        terms.push(term("hash collisions", HASH_BITS, HASH_BITS));
        Account {
            fri: *self.fri,
            bus_pow_bits,
            field_bits: FIELD_BITS,
            bus,
            list_bits: regime.list,
            session_list_bits: session_list,
            conjectured_bits: minimum(&terms, |term| term.conjectured),
            proven_bits: minimum(&terms, |term| term.proven),
            terms,
            proximity: regime.proximity,
        }
    }
}

/// For every proof the regime with which the session's least proven bits are most, where the bus
/// is worth `bus` bits before the lists are paid.
///
/// All begin with the smallest list. Only if the proof that is worth least takes a larger list can
/// the session be worth more, so that one goes on, until the bus would be worth less than it.
fn chosen(proofs: &[ProofTerms<'_>], bus: f64) -> Vec<Regime> {
    let regimes: Vec<Vec<Regime>> = proofs.iter().map(ProofTerms::regimes).collect();
    let mut chosen = vec![0; proofs.len()];
    // Bits are not negative: they are ordered as their representations are.
    let ordered = |proof: usize, at: usize| Reverse((regimes[proof][at].least().to_bits(), proof));
    let mut least: BinaryHeap<_> = (0..proofs.len()).map(|proof| ordered(proof, 0)).collect();
    let mut lists: f64 = regimes.iter().map(|of| of[0].list).sum();
    let mut best = 0.0;
    // Steps that have not made the session worth more yet.
    let mut vain = Vec::new();
    while let Some(&Reverse((bits, proof))) = least.peek() {
        let (bits, at) = (f64::from_bits(bits), chosen[proof]);
        if bits.min(bus - lists) > best {
            best = bits.min(bus - lists);
            vain.clear();
        }
        let Some(next) = regimes[proof].get(at + 1) else {
            break;
        };
        lists += next.list - regimes[proof][at].list;
        if bus - lists <= bits {
            break;
        }
        least.pop();
        least.push(ordered(proof, at + 1));
        chosen[proof] += 1;
        vain.push(proof);
    }
    for proof in vain {
        chosen[proof] -= 1;
    }
    let chosen = regimes.iter().zip(chosen);
    chosen.map(|(regimes, at)| regimes[at]).collect()
}

/// Bits as they are shown, everywhere: to a tenth, never rounded up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bits(pub f64);

impl Bits {
    /// The bits to so many decimals, never more than they are.
    pub fn floor(self, decimals: i32) -> f64 {
        let unit = 10f64.powi(decimals);
        let units = (self.0 * unit).floor();
        // The product may have been rounded up.
        let units = if units / unit > self.0 {
            units - 1.0
        } else {
            units
        };
        units / unit
    }
}

/// With the width of the format, if it has one.
impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1}", self.floor(1)))
    }
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
        let up = |bits: f64| (bits * 10.0).ceil() / 10.0;
        write!(
            f,
            "a field of 2^124 elements, {} uses of the bus, ",
            self.bus.uses
        )?;
        match self.session_list_bits > self.list_bits {
            false => writeln!(f, "lists of 2^{:.1} codewords", up(self.list_bits))?,
            true => writeln!(
                f,
                "lists of 2^{:.1} codewords, 2^{:.1} with the session's other proofs",
                up(self.list_bits),
                up(self.session_list_bits)
            )?,
        }
        writeln!(f, "{:>11}  {:>6}", "conjectured", "proven")?;
        for term in &self.terms {
            let (conjectured, proven) = (Bits(term.conjectured), Bits(term.proven));
            writeln!(f, "{conjectured:>11}  {proven:>6}  {}", term.step)?;
        }
        let (conjectured, proven) = (Bits(self.conjectured_bits), Bits(self.proven_bits));
        write!(
            f,
            "{conjectured:>11}  {proven:>6}  the least of these, in bits (proven "
        )?;
        match self.proximity {
            Some(m) => write!(f, "in the Johnson regime, m = {m})"),
            None => write!(f, "within unique decoding)"),
        }
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
    /// The account of a session of proofs, on a bus of this degree in its challenges, before which
    /// `bus_pow_bits` were ground; one without proofs is worth nothing.
    pub fn new(proofs: &[ProofTerms<'_>], bus: BusDegree, bus_pow_bits: u32) -> Self {
        let regimes = chosen(proofs, vanishing(bus.total(), bus_pow_bits));
        let lists = regimes.iter().map(|regime| regime.list).sum();
        let accounts = proofs.iter().zip(&regimes);
        let proofs: Vec<Account> = accounts
            .map(|(proof, regime)| proof.account(regime, lists, bus, bus_pow_bits))
            .collect();
        let least = |bits: fn(&Account) -> f64| proofs.iter().map(bits).reduce(f64::min);
        Self {
            conjectured_bits: least(|proof| proof.conjectured_bits).unwrap_or(0.0),
            proven_bits: least(|proof| proof.proven_bits).unwrap_or(0.0),
            proofs,
        }
    }
}

/// What the conjectured bits rest on (spec 9), in lines.
pub const CONJECTURE: &str = "\
The conjectured bits rest on no attack on FRI being known that is better than to guess, at 1/blowup
a query. They once followed from a conjecture, that Reed-Solomon codes behave up to capacity, which
was refuted in 2025 (eprint 2025/2010, 2025/2046). The proven bits rest on no conjecture.";

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
            "in all: {} bits conjectured, {} proven",
            Bits(self.conjectured_bits),
            Bits(self.proven_bits)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::security::{bus_pow_bits, Setting};

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

    /// A session of so many proofs of 2^`log_rows` rows, of 150 rules each.
    fn session(
        setting: Setting,
        log_rows: u32,
        proofs: usize,
        bus: BusDegree,
        ground: u32,
    ) -> SessionAccount {
        let (fri, shape) = (setting.fri_setting(log_rows), shape(log_rows));
        let proof = ProofTerms {
            fri: &fri,
            shape: &shape,
            constraints: 150,
        };
        SessionAccount::new(&vec![proof; proofs], bus, ground)
    }

    #[test]
    fn grinding_lifts_the_bus_to_the_target() {
        let account = session(Setting::Fast, 16, 1, bus(29.5), 2);
        assert!(account.conjectured_bits >= 96.0, "{account}");
        assert!(session(Setting::Fast, 16, 1, bus(29.5), 0).conjectured_bits < 96.0);
    }

    #[test]
    fn the_account_of_a_decode() {
        let account = session(Setting::Standard, 14, 1, bus(20.0), 0);
        assert_eq!(account.conjectured_bits, 96.0);
        // 20 + 19 (2 - log2(1 + 1/2m)) is below 58, and not far.
        assert!((52.0..58.0).contains(&account.proven_bits), "{account}");
        assert!(account.to_string().ends_with("proven"), "{account}");
        let seed = session(Setting::Seed, 14, 1, bus(20.0), 0);
        assert_eq!(seed.conjectured_bits, 13.0);
        let (fri, shape) = (Setting::Standard.fri_setting(14), shape(14));
        let proofs = [fri, Setting::Seed.fri_setting(14)].map(|fri| (fri, &shape));
        let proofs = proofs.each_ref().map(|(fri, shape)| ProofTerms {
            fri,
            shape,
            constraints: 150,
        });
        let both = SessionAccount::new(&proofs, bus(20.0), 0);
        assert_eq!(both.conjectured_bits, 13.0);
        assert_eq!(SessionAccount::new(&[], bus(20.0), 0).conjectured_bits, 0.0);
    }

    /// The bus's proven term and those of its parts, in every proof's account.
    fn bus_terms(account: &SessionAccount) -> impl Iterator<Item = &Term> {
        let terms = account.proofs.iter().flat_map(|proof| &proof.terms);
        terms.filter(|term| term.step.contains("bus") || term.step.starts_with("of it"))
    }

    #[test]
    fn the_bus_pays_the_lists_of_all_proofs_of_a_session() {
        for proofs in [1, 2, 3, 8] {
            let account = session(Setting::Standard, 14, proofs, bus(24.0), 0);
            let lists: f64 = account.proofs.iter().map(|proof| proof.list_bits).sum();
            // The Johnson regime: no proof has but one codeword within reach.
            assert!(lists > 5.0 * proofs as f64, "{account}");
            for proof in &account.proofs {
                assert_eq!(proof.session_list_bits, lists);
            }
            for term in bus_terms(&account) {
                assert_eq!(term.proven, term.conjectured - lists, "{}", term.step);
            }
        }
        let [one, eight] = [1, 8].map(|n| session(Setting::Standard, 14, n, bus(24.0), 0));
        assert!(eight.proven_bits < one.proven_bits);
        assert!(eight
            .to_string()
            .contains("with the session's other proofs"));
        assert!(!one.to_string().contains("with the session's other proofs"));
    }

    /// 32 lists of at least 2^5 codewords leave nothing of a bus of 100 bits, so most of these
    /// proofs must be taken within unique decoding.
    #[test]
    fn thirty_two_linked_proofs() {
        let account = session(Setting::Standard, 14, 32, bus(24.0), 0);
        let johnson = account.proofs.iter().filter(|p| p.proximity.is_some());
        assert!(johnson.count() < 16, "{account}");
        let unique = session(Setting::Standard, 14, 1, bus(24.0), 0);
        assert!(account.proven_bits < unique.proven_bits - 15.0, "{account}");
        // 19 queries that each miss with (1 + 1/16) / 2, a little less at 2^14 rows.
        let least = 20.0 - 19.0 * f64::log2((1.0 + 1.0 / 16.0) / 2.0);
        assert!(
            (least - 0.01..=least).contains(&account.proven_bits),
            "{account}"
        );
        for term in bus_terms(&account) {
            assert!(term.proven >= account.proven_bits, "{}", term.step);
        }
        assert_eq!(account.conjectured_bits, 96.0);
    }

    /// No other choice of regimes makes a session worth more: every one of two proofs is tried.
    #[test]
    fn the_regimes_are_those_that_make_the_session_worth_most() {
        let settings = [Setting::Seed, Setting::Standard, Setting::Fast];
        for (a, b) in [(14, 14), (4, 20), (22, 9)] {
            for setting in settings {
                let fri = [a, b].map(|log| setting.fri_setting(log));
                let shapes = [a, b].map(shape);
                let proofs = [0, 1].map(|proof| ProofTerms {
                    fri: &fri[proof],
                    shape: &shapes[proof],
                    constraints: 150,
                });
                let all = |proof: &ProofTerms<'_>| {
                    let parameters =
                        (3..=MAX_PROXIMITY).filter(|&m| proof.list_size(m).is_finite());
                    let parameters = [None].into_iter().chain(parameters.map(Some));
                    let each = parameters.map(|m| proof.regime(m));
                    each.map(|it| (it.least(), it.list)).collect::<Vec<_>>()
                };
                let each = proofs.each_ref().map(all);
                for log2_bus in [20.0, 28.0, 40.0] {
                    let bus = bus(log2_bus);
                    let found = SessionAccount::new(&proofs, bus, 0).proven_bits;
                    let worth = vanishing(bus.total(), 0);
                    let mut best: f64 = 0.0;
                    for (a, a_list) in &each[0] {
                        for (b, b_list) in &each[1] {
                            best = best.max(a.min(*b).min(worth - a_list - b_list));
                        }
                    }
                    assert!((found - best).abs() < 1e-9, "{setting}: {found} {best}");
                }
            }
        }
    }

    /// The figures of spec 9: what named settings are proven to be worth, by height.
    #[test]
    fn proven_bits_by_height() {
        let mut found = Vec::new();
        for setting in [Setting::Standard, Setting::Fast, Setting::Compact] {
            let bits = [4, 8, 14, 18, 22].map(|log_rows| {
                let account = session(setting, log_rows, 1, bus(f64::from(log_rows) + 10.0), 0);
                Bits(account.proven_bits).to_string()
            });
            found.push((setting.to_string(), bits.join(" ")));
        }
        let expected = [
            ("standard", "55.2 57.3 56.0 53.7 47.7"),
            ("fast", "49.2 56.9 55.4 53.4 51.5"),
            ("compact", "56.3 57.6 55.9 52.2 44.2"),
        ];
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    /// The figures of spec 9: queries at the rate that eprint 2025/2010 (section 1.5) leaves to be
    /// conjectured, rate + rate log2(e / rate) / log2 |F|.
    #[test]
    fn queries_where_a_conjecture_is_left() {
        let settings = [Setting::Standard, Setting::Fast, Setting::Compact];
        let bits = settings.map(|setting| {
            let fri = setting.fri();
            let rate = (-f64::from(fri.log_blowup)).exp2();
            let missed = rate + rate * (std::f64::consts::E / rate).log2() / FIELD_BITS;
            let bits = f64::from(fri.pow_bits) - f64::from(fri.queries) * missed.log2();
            Bits(bits).to_string()
        });
        assert_eq!(bits, ["94.8", "93.8", "94.9"]);
    }

    #[test]
    fn bits_are_never_shown_rounded_up() {
        for (bits, shown) in [
            (57.399, "57.3"),
            (57.4, "57.4"),
            (95.999_999, "95.9"),
            (96.0, "96.0"),
            (0.05, "0.0"),
            (120.99, "120.9"),
        ] {
            assert_eq!(Bits(bits).to_string(), shown);
        }
        assert_eq!(format!("{:>7}|", Bits(57.399)), "   57.3|");
        assert_eq!(Bits(57.3999).floor(3), 57.399);
        for tenths in 0..1300 {
            let exact = f64::from(tenths) / 10.0;
            assert!(Bits(exact).floor(1) <= exact && Bits(exact).floor(1) > exact - 0.11);
            // The next below a tenth, of which ten times may round up to it.
            if tenths > 0 {
                assert!(Bits(exact.next_down()).floor(1) < exact);
            }
        }
    }

    /// The field bounds what a proof can be worth: a domain of 2^28 points leaves less than 96 bits.
    #[test]
    fn named_settings_hold_their_floor_up_to_a_domain_of_2_to_the_27() {
        for setting in [Setting::Standard, Setting::Fast, Setting::Compact] {
            for log_rows in 4..=24 {
                let fri = setting.fri_setting(log_rows);
                // More rules and a larger bus than any circuit's; grinding lifts the bus.
                let bus = bus(35.9);
                let ground = bus_pow_bits(setting, bus.total());
                let bits = conjectured_bits(&fri, log_rows, 1 << 20, bus, ground);
                let proof = ProofTerms {
                    fri: &fri,
                    shape: &shape(log_rows),
                    constraints: 1 << 20,
                };
                let account = SessionAccount::new(&[proof], bus, ground);
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
                constraints: 150,
            };
            let [query, commit, ..] = proof.regime(Some(theirs.m)).own;
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
            let account = SessionAccount::new(&[proof], bus(20.0), 0);
            let shown = |bits: f64| Bits(bits).to_string();
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
