//! Real proofs that were tampered with: a statement, claims, proofs or bytes that are not those that
//! were made are refused with a reason, and nothing panics. Names are those of the defects that
//! published audits found elsewhere.

use attnc::session::prove::Session;
use attnc::session::security::Setting;
use attnc::session::statement::Digest;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::choices::Strategy;

use super::decode::{assert_refused, decode, session, Way, WAYS};
use crate::common::programs::Program;
use crate::common::random::Random;
use crate::common::session::{claimed, honest, Verifier};

/// Change each field of the statement alone; change a public tensor alone.
#[test]
fn model_weights_inputs_or_outputs_not_bound() {
    for way in WAYS {
        let (_, session, verifier) = session(way);
        assert_eq!(verifier.verify(&session), Ok(()));
        let other = Digest::of("test", b"another");
        type Change<'a> = (&'a str, Box<dyn Fn(&mut Session) + 'a>);
        let changes: Vec<Change<'_>> = vec![
            ("version", Box::new(|s| s.statement.version += 1)),
            ("circuit", Box::new(|s| s.statement.circuit.push('x'))),
            ("program", Box::new(|s| s.statement.program = other)),
            ("parameters", Box::new(|s| s.statement.params[0].1 += 1)),
            (
                "parameters",
                Box::new(|s| s.statement.params[0].0.push('x')),
            ),
            ("parameters", Box::new(|s| drop(s.statement.params.pop()))),
            ("plan", Box::new(|s| s.statement.plan.push('x'))),
            ("part", Box::new(|s| s.statement.part.push('x'))),
            ("tables", Box::new(|s| s.statement.tables[0].1 = other)),
            ("tables", Box::new(|s| s.statement.tables[0].0.push('x'))),
            ("tables", Box::new(|s| s.statement.tables.clear())),
            ("layout", Box::new(|s| s.statement.layout = other)),
            (
                "layout choices",
                Box::new(|s| s.statement.choices.pairs ^= true),
            ),
            (
                "layout choices",
                Box::new(|s| s.statement.choices.digit_bits = Some(8)),
            ),
            (
                "layout choices",
                Box::new(|s| s.statement.choices.contract.push(Strategy::Unrolled)),
            ),
            (
                "preprocessed roots",
                Box::new(|s| s.statement.preprocessed[0] = other),
            ),
            (
                "preprocessed roots",
                Box::new(|s| s.statement.preprocessed.clear()),
            ),
            (
                "security setting",
                Box::new(|s| s.statement.security = "none".into()),
            ),
        ];
        for (name, change) in &changes {
            let mut tampered = session.clone();
            change(&mut tampered);
            match verifier.verify(&tampered) {
                Err(Rejection::Statement { field, .. }) => assert_eq!(field, *name),
                found => panic!("{name}: {found:?}"),
            }
        }

        // Both sides agree on another field: then it is the transcript that differs.
        type Agree<'a> = (&'a str, Box<dyn Fn(&mut Session, &mut Verifier) + 'a>);
        let agreed: Vec<Agree<'_>> = vec![
            (
                "circuit",
                Box::new(|s, v| {
                    s.statement.circuit.push('x');
                    v.circuit.name.push('x');
                }),
            ),
            (
                "program",
                Box::new(|s, v| (s.statement.program, v.program) = (other, other)),
            ),
            (
                "parameters",
                Box::new(|s, v| {
                    s.statement.params[0].1 += 1;
                    v.params[0].1 += 1;
                }),
            ),
            (
                "plan",
                Box::new(|s, v| {
                    s.statement.plan.push('x');
                    v.circuit.plan.push('x');
                }),
            ),
            (
                "part",
                Box::new(|s, v| {
                    s.statement.part.push('x');
                    v.circuit.part.push('x');
                }),
            ),
            (
                "tables",
                Box::new(|s, v| {
                    s.statement.tables[0].1 = other;
                    v.tables[0].1 = other;
                }),
            ),
            (
                "layout",
                Box::new(|s, v| (s.statement.layout, v.layout) = (other, other)),
            ),
            (
                "layout choices",
                Box::new(|s, v| {
                    s.statement.choices.pairs ^= true;
                    v.choices.pairs ^= true;
                }),
            ),
            (
                "roots",
                Box::new(|s, v| {
                    s.statement.preprocessed[0] = other;
                    v.preprocessed[0] = other;
                }),
            ),
            ("context", Box::new(|s, _| s.statement.context.push('x'))),
            (
                "the name of a public tensor",
                Box::new(|s, v| {
                    s.statement.publics[0].name.push('x');
                    v.circuit.publics[0].name.push('x');
                }),
            ),
        ];
        for (name, change) in &agreed {
            let (mut tampered, mut other) = (session.clone(), verifier.clone());
            change(&mut tampered, &mut other);
            assert_refused(&other, &tampered, name);
        }

        // Every element of the public tensor, by one; and out of its range.
        let range = verifier.circuit.publics[0].range;
        for position in 0..session.statement.publics[0].elements.len() {
            let mut tampered = session.clone();
            let element = &mut tampered.statement.publics[0].elements[position];
            *element += if i128::from(*element) < range.hi {
                1
            } else {
                -1
            };
            assert_refused(&verifier, &tampered, "a public element");
        }
        let p = (1 << 31) - 1;
        type Tensor<'a> = Box<dyn Fn(&mut attnc::session::statement::Public) + 'a>;
        let wrong: Vec<Tensor<'_>> = vec![
            Box::new(|t| t.elements[0] = range.hi as i64 + 1),
            // The same field element.
            Box::new(|t| t.elements[0] += p),
            Box::new(|t| t.elements[0] -= p),
            Box::new(|t| t.elements.truncate(1)),
            Box::new(|t| t.elements.push(0)),
            Box::new(|t| t.elements.clear()),
            Box::new(|t| t.shape.swap(0, 1)),
            Box::new(|t| t.shape = vec![u64::MAX, u64::MAX, 2]),
            Box::new(|t| t.shape.clear()),
            Box::new(|t| t.name.clear()),
            Box::new(|t| t.input = true),
        ];
        for change in &wrong {
            let mut tampered = session.clone();
            change(&mut tampered.statement.publics[0]);
            let rejection = verifier.verify(&tampered);
            assert!(
                matches!(rejection, Err(Rejection::Public { .. })),
                "{rejection:?}"
            );
        }
        let mut tampered = session.clone();
        tampered.statement.publics.clear();
        assert!(matches!(
            verifier.verify(&tampered),
            Err(Rejection::File(_))
        ));
        let mut tampered = session.clone();
        tampered.nonce ^= 1;
        assert_refused(&verifier, &tampered, "the nonce");
    }
}

/// Replay a proof under another statement: other inputs, other parameters, another plan.
#[test]
fn public_inputs_or_sizes_not_in_the_transcript() {
    for hides in [false, true] {
        let (_, first, verifier) = session(Way("fused", hides));
        let other = decode(Way("fused", hides), 2);
        let again = honest(&other, other.at(Setting::Standard), "");
        assert_eq!(
            verifier.verify(&again),
            Ok(()),
            "another input is another true statement"
        );
        let replayed = Session {
            statement: again.statement.clone(),
            ..first.clone()
        };
        assert_refused(&verifier, &replayed, "a proof of other inputs");

        // A verifier of another size, and of the other plan.
        let source = std::fs::read_to_string(format!(
            "{}/../examples/decode.attn",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap();
        let sizes = [("heads", 1), ("width", 8), ("steps", 9)];
        let taller = Program::new("decode", &source, &sizes, Some("fused"));
        let taller = taller.mode(Setting::Standard, hides).case(1);
        let setting = taller.at(Setting::Standard);
        let key = Verifier::new(&taller, &honest(&taller, setting, ""));
        let rejection = key.verify(&first);
        assert!(
            matches!(
                rejection,
                Err(Rejection::Statement {
                    field: "parameters",
                    ..
                })
            ),
            "{rejection:?}"
        );
        let mut posing = first.clone();
        let claimed = claimed(&taller, "");
        posing.statement.params = claimed.params;
        posing.statement.layout = claimed.layout;
        posing.statement.preprocessed.clone_from(&key.preprocessed);
        let tensor = &mut posing.statement.publics[0];
        tensor.shape[0] = 9;
        tensor.elements.extend([0; 8]);
        assert_refused(&key, &posing, "a proof of another size");

        let (_, parted, other_plan) = session(Way("sidecar", hides));
        for (proof, key) in [(&first, &other_plan), (&parted, &verifier)] {
            let rejection = key.verify(proof);
            assert!(
                matches!(rejection, Err(Rejection::Statement { field: "plan", .. })),
                "{rejection:?}"
            );
            let mut posing = proof.clone();
            posing.statement.plan.clone_from(&key.circuit.plan);
            posing.statement.part.clone_from(&key.circuit.part);
            posing.statement.layout = key.layout;
            posing.statement.preprocessed.clone_from(&key.preprocessed);
            assert!(matches!(key.verify(&posing), Err(Rejection::File(_))));
        }
    }
}

/// Proofs of two sessions mixed; proofs of one session reordered; one left out, one doubled.
#[test]
fn challenges_not_bound_to_what_was_committed() {
    for hides in [false, true] {
        let case = decode(Way("sidecar", hides), 1);
        let one = honest(&case, case.at(Setting::Standard), "one");
        let two = honest(&case, case.at(Setting::Standard), "two");
        let verifier = Verifier::new(&case, &one);
        assert_eq!(verifier.verify(&one), Ok(()));
        assert_eq!(verifier.verify(&two), Ok(()));
        for proof in 0..2 {
            let mut mixed = one.clone();
            mixed.proofs[proof] = two.proofs[proof].clone();
            assert_refused(&verifier, &mixed, "proofs of two sessions");
        }
        let mut reordered = one.clone();
        reordered.proofs.reverse();
        assert!(verifier.verify(&reordered).is_err());
        let mut renamed = one.clone();
        renamed.statement = two.statement.clone();
        assert_refused(&verifier, &renamed, "another context");
        let mut named = verifier.clone();
        named.context = Some("two".into());
        let rejection = named.verify(&one);
        assert!(
            matches!(
                rejection,
                Err(Rejection::Statement {
                    field: "context",
                    ..
                })
            ),
            "{rejection:?}"
        );
        for change in [
            |s: &mut Session| drop(s.proofs.pop()),
            |s: &mut Session| drop(s.proofs.remove(0)),
            |s: &mut Session| s.proofs.clear(),
            |s: &mut Session| s.proofs.push(s.proofs[0].clone()),
            |s: &mut Session| s.proofs.insert(0, s.proofs[1].clone()),
        ] {
            let mut tampered = one.clone();
            change(&mut tampered);
            assert!(matches!(
                verifier.verify(&tampered),
                Err(Rejection::File(_))
            ));
        }
        let mut doubled = one.clone();
        doubled.proofs[1] = doubled.proofs[0].clone();
        assert!(verifier.verify(&doubled).is_err());
        // A key that lacks a root must not leave a proof unread.
        let (mut short, mut posing) = (verifier.clone(), one.clone());
        short.preprocessed.pop();
        posing.statement.preprocessed.pop();
        posing.proofs[1].packed.clear();
        assert!(matches!(short.verify(&posing), Err(Rejection::File(_))));
    }
}

/// Truncated, extended and flipped bytes.
#[test]
fn verifier_loops_over_what_the_proof_contains() {
    let mut random = Random::new(23);
    for way in WAYS {
        let (_, session, verifier) = session(way);
        for proof in 0..session.proofs.len() {
            let whole = session.proofs[proof].packed.clone();
            let offer = |bytes: Vec<u8>| {
                let mut tampered = session.clone();
                tampered.proofs[proof].packed = bytes;
                verifier.verify(&tampered)
            };
            let mut lengths = vec![0, 1, 31, 32, 95, 96, 128, whole.len() / 2, whole.len() - 1];
            lengths.extend((0..20).map(|_| random.below(whole.len())));
            for length in lengths {
                let rejection = offer(whole[..length].to_vec());
                assert!(
                    matches!(rejection, Err(Rejection::Structure { .. })),
                    "{length}: {rejection:?}"
                );
            }
            for more in [1, 32, 4096] {
                let mut longer = whole.clone();
                longer.resize(whole.len() + more, 0);
                assert!(matches!(offer(longer), Err(Rejection::Structure { .. })));
            }
            let mut positions: Vec<usize> = (0..150).map(|_| random.below(whole.len())).collect();
            positions.extend([0, 32, 64, 96, whole.len() - 1]);
            for position in positions {
                let mut flipped = whole.clone();
                flipped[position] ^= 1 << random.below(8);
                let rejection = offer(flipped);
                assert!(
                    matches!(
                        rejection,
                        Err(Rejection::Structure { .. }
                            | Rejection::Stark { .. }
                            | Rejection::Grinding)
                    ),
                    "byte {position}: {rejection:?}"
                );
            }
            for fill in [0, 0xff] {
                assert!(offer(vec![fill; whole.len()]).is_err());
            }
        }
    }
}

/// A proof at the `seed` setting offered to a verifier that wants 96 bits.
#[test]
fn weak_parameters_accepted() {
    let case = decode(Way("fused", false), 1);
    let weak = honest(&case, Setting::Seed, "");
    let mut verifier = Verifier::new(&case, &weak);
    assert_eq!(verifier.verify(&weak), Ok(()));
    verifier.min_security = 96.0;
    let rejection = verifier.verify(&weak);
    assert!(
        matches!(rejection, Err(Rejection::Security { proven: false, .. })),
        "{rejection:?}"
    );
    // It calls itself strong.
    let strong = honest(&case, Setting::Standard, "");
    let mut verifier = Verifier::new(&case, &strong);
    verifier.min_security = 96.0;
    assert_eq!(verifier.verify(&strong), Ok(()));
    let mut posing = weak.clone();
    posing.statement.security = "standard".into();
    assert!(matches!(
        verifier.verify(&posing),
        Err(Rejection::Statement { .. })
    ));
    posing
        .statement
        .preprocessed
        .clone_from(&strong.statement.preprocessed);
    assert_refused(&verifier, &posing, "a weak proof under a strong name");
}
