//! The account of one proof, step by step.

use std::fmt;

use attnc_compiler::choice::cost::FriSetting;
use attnc_compiler::circuit::BusDegree;
use serde::Serialize;

use super::bits::Bits;
use super::regime::{conjectured, vanishing, ProofTerms, Regime, FIELD_BITS, HASH_BITS};

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

fn minimum(terms: &[Term], bits: impl Fn(&Term) -> f64) -> f64 {
    // Fewer than no bits are no bits.
    terms.iter().map(bits).fold(HASH_BITS, f64::min).max(0.0)
}

impl ProofTerms<'_> {
    pub(super) fn account(
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
