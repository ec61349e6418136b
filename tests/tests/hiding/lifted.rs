//! A low component with another trace in each of the copies that Stwo's lifted trees have of it, in a proof
//! that hides: there the sum over all rows reads totals of rows (spec 5.5).

use attnc::session::air::{preprocessed_ids, Air};
use attnc::session::bus::{columns_of, fixed_columns, row_sums, Column};
use attnc::session::challenges::Challenges;
use attnc::session::hiding::{
    extensions, masked, running, uniform, Blind, Masked, Polynomial, Rows, Sum, Term, BLIND_COLUMNS,
};
use attnc::session::pack::{pack, PackError, Proof};
use attnc::session::prove::{twiddles, Claimed, ProofPart, Session};
use attnc::session::security::Setting;
use attnc::session::shape::shape_of;
use attnc::session::statement::{Digest, Public, Statement};
use attnc::session::verify::Rejection;
use attnc::session::{draw, fork, public_terms, session_pow_bits, Scheme};
use attnc_compiler::circuit::Circuit;
use num_traits::Zero;
use stwo::core::air::Component;
use stwo::core::channel::{Blake2sChannel, Channel};
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::pcs::CommitmentSchemeVerifier;
use stwo::core::proof_of_work::GrindOps;
use stwo::core::utils::MaybeOwned;
use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleChannel;
use stwo::core::verifier::{verify, VerificationError};
use stwo::prover::backend::simd::column::BaseColumn;
use stwo::prover::backend::simd::SimdBackend;
use stwo::prover::backend::Column as _;
use stwo::prover::poly::circle::{CircleEvaluation, PolyOps};
use stwo::prover::ComponentProver;
use stwo_constraint_framework::{FrameworkComponent, TraceLocationAllocator};

use crate::common::board::Board;
use crate::common::lift;
use crate::common::mirror::{field, F};
use crate::common::programs::Case;
use crate::common::session::{claimed, honest, publics, Verifier};
use crate::common::steps::Committed;
use crate::programs::Laid;

/// A row of two factors lower than the table of their ranges.
fn product(a: i64, b: i64) -> Case {
    let laid = Laid {
        name: "product",
        source: "circuit product(n = 1) {
            private input a[n] : 0..=40
            private input b[n] : 0..=40
            public output y[n]
            y[i in n] = a[i] * b[i]
        }",
        params: &[],
        plan: None,
        lanes: None,
        least_bits: Some(5),
    };
    laid.case(&[&[a], &[b]])
}

fn setting() -> Setting {
    Setting::Seed.hiding()
}

/// What a proof consists of: the circuit's components, whose heights the verifier takes to be `heights`,
/// and the rest.
struct Components<'a> {
    rows: Vec<Masked<Rows<'a>>>,
    sum: Sum,
    blind: Blind,
}

impl<'a> Components<'a> {
    /// `twice`: whether the totals of low components are opened twice, as they have to be.
    fn new(
        circuit: &'a Circuit,
        heights: &[u32],
        challenges: &'a Challenges,
        total: SecureField,
        twice: bool,
    ) -> Self {
        let masks = setting().masks().unwrap();
        let tallest = heights.iter().copied().max().unwrap();
        let ids = preprocessed_ids(circuit, 0);
        let mut allocator = TraceLocationAllocator::new_with_preprocessed_columns(&ids);
        let (mut rows, mut terms) = (Vec::new(), Vec::new());
        let (mut main, mut interaction) = (0, 0);
        for (number, component) in circuit.components.iter().enumerate() {
            let air = Air {
                number,
                component,
                ranges: &circuit.ranges,
                challenges,
            };
            let low = twice && heights[number] < tallest;
            let made =
                FrameworkComponent::new(&mut allocator, Rows { air, low }, SecureField::zero());
            main = made.trace_locations()[1].col_end;
            interaction = made.trace_locations()[2].col_end;
            terms.push(Term {
                by: tallest - component.log_rows,
                opening: usize::from(low),
                ..Term::new(interaction - 4, tallest, heights[number])
            });
            rows.push(Masked(made));
        }
        Self {
            rows,
            sum: Sum {
                offset: interaction,
                log_rows: tallest,
                terms,
                total,
            },
            blind: Blind {
                offset: main,
                log: tallest + 1,
                log_overflow: masks.mu,
            },
        }
    }

    fn verified(&self) -> Vec<&dyn Component> {
        let rows = self.rows.iter().map(|it| it as &dyn Component);
        let rest: [&dyn Component; 2] = [&self.sum, &self.blind];
        rows.chain(rest).collect()
    }

    fn proved(&self) -> Vec<&dyn ComponentProver<SimdBackend>> {
        let rows = self.rows.iter().map(|it| it as _);
        let rest: [&dyn ComponentProver<SimdBackend>; 2] = [&self.sum, &self.blind];
        rows.chain(rest).collect()
    }
}

fn heights(circuit: &Circuit) -> Vec<u32> {
    let heights = circuit.components.iter();
    heights.map(|component| component.log_rows).collect()
}

/// What is claimed.
struct Lift<'a> {
    circuit: &'a Circuit,
    /// For every component the traces (column, row) that its copies have in turn.
    copies: Vec<Vec<Vec<Vec<F>>>>,
    publics: Vec<Public>,
    /// Whether totals of low components are opened twice.
    twice: bool,
}

/// A proof by Stwo's steps, without its checks.
struct Lifted {
    statement: Statement,
    nonce: u64,
    stark: Proof,
    before: Blake2sChannel,
    twice: bool,
    /// What of the total and of the public terms is left.
    left: SecureField,
}

fn scaled(columns: &[Column], by: BaseField) -> Vec<Column> {
    let columns = columns.iter();
    let columns = columns.map(|column| {
        let values = column.values.to_cpu().into_iter();
        let values = BaseColumn::from_iter(values.map(|value| value * by));
        CircleEvaluation::new(column.domain, values)
    });
    columns.collect()
}

/// Proves with every component as tall as the tallest, and with masks that are 0.
fn prove(lift: Lift<'_>, claimed: &Claimed) -> Lifted {
    let circuit = lift.circuit;
    let scheme = Scheme::of(circuit, setting()).remove(0);
    let tallest = scheme.shape.trace_log_rows();
    let twiddles = twiddles(std::slice::from_ref(&scheme));
    let heights = heights(circuit);
    let mut raised = circuit.clone();
    for component in &mut raised.components {
        component.log_rows = tallest;
    }
    let raise = |copies: Vec<Vec<Column>>| -> Vec<Column> {
        let columns = (0..copies[0].len()).map(|column| {
            let copies: Vec<&Column> = copies.iter().map(|copy| &copy[column]).collect();
            lift::lifted(&copies, tallest)
        });
        columns.collect()
    };
    let components = circuit.components.iter();
    let fixed: Vec<Vec<Column>> = components
        .clone()
        .map(|component| raise(vec![fixed_columns(component, circuit.known.as_deref())]))
        .collect();
    let main: Vec<Vec<Column>> = components
        .zip(lift.copies)
        .map(|(component, copies)| {
            let copies = copies.into_iter();
            raise(copies.map(|copy| columns_of(component, copy)).collect())
        })
        .collect();
    let unmasked = |columns: Vec<Column>| -> Vec<Polynomial> {
        let rows = SimdBackend::interpolate_columns(columns, &twiddles);
        rows.iter().map(|rows| masked(rows, &[])).collect()
    };
    let trees = scheme.shape.trees();
    let tree = |number: usize, polynomials: Vec<Polynomial>| {
        let tree = lift::tree(polynomials, &trees[number], &scheme, &twiddles);
        MaybeOwned::Owned(tree)
    };
    let new = || {
        let mut prover = Committed::new(scheme.pcs, &twiddles);
        prover.set_store_polynomials_coefficients();
        prover
    };
    let flat = |columns: &[Vec<Column>]| columns.iter().flatten().cloned().collect();
    let mut keyed = new();
    let known = tree(0, unmasked(flat(&fixed)));
    keyed.commit_tree(known, &mut Blake2sChannel::default());
    let roots = vec![Digest(keyed.roots()[0].0)];
    let statement = claimed.statement(circuit, setting(), roots, lift.publics);
    let mut channel = statement.channel();
    scheme.pcs.mix_into(&mut channel);
    let mut prover = new();
    prover.commit_tree(tree(0, unmasked(flat(&fixed))), &mut channel);
    let mut base = unmasked(flat(&main));
    let zeros = vec![BaseField::zero(); 2 << tallest];
    base.extend((0..BLIND_COLUMNS).map(|_| uniform(&zeros)));
    prover.commit_tree(tree(1, base), &mut channel);
    let nonce = match session_pow_bits(circuit, setting()) {
        0 => 0,
        bits => SimdBackend::grind(&channel, bits),
    };
    channel.mix_u64(nonce);
    let challenges = draw(&mut channel, circuit, setting()).unwrap();
    let public = public_terms(circuit, &statement.publics, &challenges).unwrap();
    let mut channel = fork(&channel, 0);
    let (mut columns, mut totals, mut total) = (Vec::new(), Vec::new(), SecureField::zero());
    for (number, component) in raised.components.iter().enumerate() {
        let (fixed, main) = (&fixed[number], &main[number]);
        let (made, sum) = row_sums(&raised, component, &challenges, fixed, main);
        let weight = Term::new(0, tallest, heights[number]).weight;
        total += sum * weight;
        totals.push((scaled(&made[made.len() - 4..], weight), tallest));
        columns.extend(made);
    }
    columns.extend(running(&totals, tallest, total));
    prover.commit_tree(tree(2, unmasked(columns)), &mut channel);
    let before = channel.clone();
    let components = Components::new(&raised, &heights, &challenges, total, lift.twice);
    let stark = lift::stark(&components.proved(), &mut channel, prover, &scheme);
    Lifted {
        statement,
        nonce,
        stark,
        before,
        twice: lift.twice,
        left: total + public,
    }
}

impl Lifted {
    /// As a session for attnc's verifier; `None` if two queries meet where copies differ.
    fn session(&self, circuit: &Circuit) -> Option<Session> {
        let scheme = Scheme::of(circuit, setting()).remove(0);
        let packed = pack(&self.stark, &scheme.shape, &scheme.fri, &self.before).ok()?;
        Some(Session {
            statement: self.statement.clone(),
            nonce: self.nonce,
            proofs: vec![ProofPart {
                claims: vec![],
                packed,
            }],
        })
    }

    /// What Stwo's verifier alone says of the proof, for the total that the public tensors leave.
    fn by_stwo(&self, circuit: &Circuit) -> Result<(), VerificationError> {
        let scheme = Scheme::of(circuit, setting()).remove(0);
        let mut channel = self.statement.channel();
        scheme.pcs.mix_into(&mut channel);
        let mut verifier = CommitmentSchemeVerifier::<Blake2sMerkleChannel>::new(scheme.pcs);
        let [fixed, main, interaction, _] = scheme.shape.trees();
        let roots = &self.stark.commitments;
        verifier.commit(roots[0], &fixed, &mut channel);
        verifier.commit(roots[1], &main, &mut channel);
        channel.mix_u64(self.nonce);
        let challenges = draw(&mut channel, circuit, setting()).unwrap();
        let public = public_terms(circuit, &self.statement.publics, &challenges).unwrap();
        let mut channel = fork(&channel, 0);
        verifier.commit(roots[2], &interaction, &mut channel);
        let heights = heights(circuit);
        let components = Components::new(circuit, &heights, &challenges, -public, self.twice);
        let stark = self.stark.clone();
        verify(&components.verified(), &mut channel, &mut verifier, stark)
    }
}

/// A proof in which every second copy of low components has the trace `odd`, all others `even`, and
/// tables have been looked up as often as in both on average.
fn lifted(case: &Case, even: &Board, odd: &Board, y: i64, context: &str, twice: bool) -> Lifted {
    let heights = heights(&even.circuit);
    let tallest = heights.iter().copied().max().unwrap();
    let half = |a: &F, b: &F| (*a + *b) / field(2);
    let traces = even.trace.iter().zip(&odd.trace).zip(heights);
    let copies = traces.map(|((even, odd), height)| {
        if height < tallest {
            return vec![even.clone(), odd.clone()];
        }
        let columns = even.iter().zip(odd);
        vec![columns
            .map(|(a, b)| a.iter().zip(b).map(|(a, b)| half(a, b)).collect())
            .collect()]
    });
    let mut publics = publics(case);
    publics[0].elements = vec![y];
    let lift = Lift {
        circuit: &even.circuit,
        copies: copies.collect(),
        publics,
        twice,
    };
    prove(lift, &claimed(case, context))
}

struct Court {
    case: Case,
    board: Board,
    verifier: Verifier,
}

impl Court {
    fn new(case: Case) -> Self {
        let session = honest(&case, setting(), "");
        let verifier = Verifier::new(&case, &session);
        assert_eq!(verifier.verify(&session), Ok(()));
        Self {
            board: case.board(),
            verifier,
            case,
        }
    }

    /// The verdict on a proof with two copies. Where two queries meet in copies that differ, it cannot be
    /// written: the liar tries again.
    fn verdict(&self, even: &Board, odd: &Board, y: i64) -> Result<(), Rejection> {
        for attempt in 0..200 {
            let lifted = lifted(&self.case, even, odd, y, &attempt.to_string(), true);
            if let Some(session) = lifted.session(&self.board.circuit) {
                return self.verifier.verify(&session);
            }
        }
        panic!("every proof has queries that meet");
    }
}

/// Two honest traces averaged: every rule holds in every copy and the sum over all rows is right, with an
/// output that is neither's. What refuses it is that a row's total is no lift.
#[test]
fn a_low_component_with_a_different_witness_in_each_lifted_copy() {
    let court = Court::new(product(1, 1));
    let circuit = &court.board.circuit;
    let heights = heights(circuit);
    assert!(heights.len() == 2 && heights[0] > heights[1], "{heights:?}");
    let other = product(3, 3).board();
    // 1 and 9: neither is 5, and no a has a^2 = 5 but in the field.
    match court.verdict(&court.board, &other, 5) {
        // Not where the rules are compared with the composition: they hold.
        Err(Rejection::Stark { reason, .. }) => {
            assert!(reason.contains("queries do not resolve"), "{reason}");
        }
        verdict => panic!("{verdict:?}"),
    }

    // Opened once, so that Stwo does not ask that it be a lift, the same lie is a proof.
    let lifted = lifted(&court.case, &court.board, &other, 5, "", false);
    assert!(lifted.left.is_zero());
    let verdict = lifted.by_stwo(circuit);
    assert!(verdict.is_ok(), "{verdict:?}");
    // attnc does not even look at a proof of such a component.
    let masks = setting().masks().unwrap();
    let columns = extensions(circuit, 0, masks);
    let fixed = circuit.components.iter().map(|c| c.fixed.len()).sum();
    let challenges = Challenges::placeholder(circuit);
    let seen = |twice| {
        let total = SecureField::zero();
        let components = Components::new(circuit, &heights, &challenges, total, twice);
        shape_of(&components.verified(), fixed, &columns, true)
    };
    assert_eq!(
        seen(true),
        Ok(Scheme::of(circuit, setting()).remove(0).shape)
    );
    assert_eq!(
        seen(false),
        Err(PackError::Openings {
            column: "a row's total",
            found: 1,
            wanted: 2
        })
    );
}

/// Copies may differ in whatever leaves no trace in a row's fractions: each is then a witness of its own.
#[test]
fn control_lifted_copies_that_are_each_a_witness() {
    let court = Court::new(product(1, 3));
    let board = &court.board;
    assert_eq!(court.verdict(board, board, 3), Ok(()));
    let swapped = product(3, 1).board();
    assert_ne!(swapped.trace, board.trace);
    assert_eq!(court.verdict(board, &swapped, 3), Ok(()));
    assert!(court.verdict(board, &swapped, 4).is_err());
}
