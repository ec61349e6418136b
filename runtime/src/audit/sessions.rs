//! Attacks on a finished proof: its claims, its statement and its bytes, before the real verifier.

use std::collections::BTreeSet;

use attnc_compiler::circuit::row::P;
use attnc_compiler::circuit::Circuit;
use num_traits::{One, Zero};
use rayon::prelude::*;
use stwo::core::fields::qm31::SecureField;

use super::findings::{Fate, Findings, Survivor};
use super::kind::{Kind, Options};
use super::random::Random;
use crate::files::proof::encode;
use crate::session::prove::Session;
use crate::session::statement::{Digest, Public};

/// A verifier, as an attacker sees it.
pub struct Verifier<'a> {
    /// Whether it accepts a session.
    pub session: &'a (dyn Fn(&Session) -> bool + Sync),
    /// Whether it accepts the bytes of a proof file.
    pub file: &'a (dyn Fn(&[u8]) -> bool + Sync),
}

/// Bytes of a file that are flipped, for every row that [`Options`] asks for.
const FLIPS: usize = 32;

/// Tampers with a session that the verifier accepts; `watch` is told of every kind.
pub fn attack(
    circuit: &Circuit,
    session: &Session,
    verifier: &Verifier<'_>,
    options: Options,
    watch: &dyn Fn(Kind),
) -> Findings {
    let mut findings = Findings::default();
    let offer = |kind: Kind, edits: Vec<Edit<'_>>| -> Findings {
        watch(kind);
        let fates: Vec<Fate> = edits
            .into_par_iter()
            .filter_map(|(what, edit)| {
                let mut edited = session.clone();
                edit(&mut edited);
                // What was empty before is no attack when it is emptied.
                (edited != *session).then(|| fate(kind, what, (verifier.session)(&edited)))
            })
            .collect();
        tallied(kind, fates)
    };
    findings.merge(offer(Kind::Claims, claims(session)));
    findings.merge(offer(Kind::Statement, statement(circuit, session, options)));
    findings.merge(offer(Kind::File, proofs(session)));
    findings.merge(files(circuit, session, verifier, options));
    findings
}

/// What is changed, and how.
type Edit<'a> = (String, Box<dyn Fn(&mut Session) + Send + Sync + 'a>);

fn edit<'a>(what: impl Into<String>, change: impl Fn(&mut Session) + Send + Sync + 'a) -> Edit<'a> {
    (what.into(), Box::new(change))
}

fn fate(kind: Kind, what: String, accepted: bool) -> Fate {
    if !accepted {
        return Fate::Rejected;
    }
    Fate::Survived(Box::new(Survivor {
        kind,
        what,
        cells: Vec::new(),
        differing: 0,
        outputs: Vec::new(),
    }))
}

fn tallied(kind: Kind, fates: Vec<Fate>) -> Findings {
    let mut findings = Findings::default();
    fates
        .into_iter()
        .for_each(|fate| findings.count(kind, fate));
    findings
}

/// Pairs of claims that something is moved between, in every proof and between proofs.
const PAIRS: usize = 64;

fn claims(session: &Session) -> Vec<Edit<'_>> {
    let places: Vec<(usize, usize)> = (0..)
        .zip(&session.proofs)
        .flat_map(|(proof, part)| (0..part.claims.len()).map(move |claim| (proof, claim)))
        .collect();
    let claim = |&(proof, claim): &(usize, usize)| session.proofs[proof].claims[claim];
    let mut edits = Vec::new();
    for at @ &(proof, number) in &places {
        let named = format!("claim {number} of proof {proof}");
        edits.push(edit(format!("{named} is larger by 1"), move |s| {
            s.proofs[proof].claims[number] += SecureField::one();
        }));
        if !claim(at).is_zero() {
            edits.push(edit(format!("{named} is 0"), move |s| {
                s.proofs[proof].claims[number] = SecureField::zero();
            }));
        }
        edits.push(edit(format!("{named} is left out"), move |s| {
            s.proofs[proof].claims.remove(number);
        }));
        edits.push(edit(format!("{named} is there twice"), move |s| {
            let doubled = s.proofs[proof].claims[number];
            s.proofs[proof].claims.insert(number, doubled);
        }));
    }
    let pairs = (0..places.len()).flat_map(|a| (a + 1..places.len()).map(move |b| (a, b)));
    for (a, b) in pairs.take(PAIRS) {
        let (a, b) = (places[a], places[b]);
        let between = format!(
            "from claim {} of proof {} to claim {} of proof {}",
            a.1, a.0, b.1, b.0
        );
        edits.push(edit(format!("1 was moved {between}"), move |s| {
            s.proofs[a.0].claims[a.1] -= SecureField::one();
            s.proofs[b.0].claims[b.1] += SecureField::one();
        }));
        let (x, y) = (claim(&a), claim(&b));
        if x != y {
            edits.push(edit(format!("all was exchanged {between}"), move |s| {
                s.proofs[a.0].claims[a.1] = y;
                s.proofs[b.0].claims[b.1] = x;
            }));
        }
    }
    edits
}

fn statement<'a>(circuit: &'a Circuit, session: &'a Session, options: Options) -> Vec<Edit<'a>> {
    let other = Digest::of("audit", b"another");
    let head = &session.statement;
    let mut edits: Vec<Edit<'a>> = vec![
        edit("the version", |s| s.statement.version += 1),
        edit("the circuit's name", |s| s.statement.circuit.push('x')),
        edit("the program's digest", move |s| s.statement.program = other),
        edit("the plan", |s| s.statement.plan.push('x')),
        edit("the part", |s| s.statement.part.push('x')),
        edit("the layout choices: pairs", |s| {
            s.statement.choices.pairs ^= true
        }),
        edit("the layout's digest", move |s| s.statement.layout = other),
        edit("the roots: none", |s| s.statement.preprocessed.clear()),
        edit("the setting", |s| s.statement.security = "none".into()),
        edit("the context", |s| s.statement.context.push('x')),
        edit("no public tensors", |s| s.statement.publics.clear()),
        edit("another parameter", |s| {
            s.statement.params.push(("x".into(), 1))
        }),
        edit("another table", move |s| {
            s.statement.tables.push(("x".into(), other))
        }),
        edit("another fixed input", move |s| {
            s.statement.fixed.push(("x".into(), other))
        }),
        edit("the nonce", |s| s.nonce ^= 1),
    ];
    for name in ["seed", "standard", "fast", "compact"] {
        if name != head.security {
            edits.push(edit(format!("the setting is called `{name}`"), move |s| {
                s.statement.security = name.into();
            }));
        }
    }
    for number in 0..head.params.len() {
        let name = &head.params[number].0;
        edits.push(edit(
            format!("parameter `{name}` is larger by 1"),
            move |s| {
                s.statement.params[number].1 += 1;
            },
        ));
        edits.push(edit(
            format!("parameter `{name}` has another name"),
            move |s| {
                s.statement.params[number].0.push('x');
            },
        ));
        edits.push(edit(format!("parameter `{name}` is left out"), move |s| {
            s.statement.params.remove(number);
        }));
    }
    for number in 0..head.tables.len() {
        let name = &head.tables[number].0;
        edits.push(edit(
            format!("table `{name}` has another digest"),
            move |s| {
                s.statement.tables[number].1 = other;
            },
        ));
        edits.push(edit(format!("table `{name}` has another name"), move |s| {
            s.statement.tables[number].0.push('x');
        }));
    }
    for number in 0..head.fixed.len() {
        let name = &head.fixed[number].0;
        edits.push(edit(
            format!("fixed input `{name}` has another digest"),
            move |s| {
                s.statement.fixed[number].1 = other;
            },
        ));
        edits.push(edit(
            format!("fixed input `{name}` has another name"),
            move |s| {
                s.statement.fixed[number].0.push('x');
            },
        ));
    }
    for number in 0..head.preprocessed.len() {
        edits.push(edit(
            format!("the preprocessed root of proof {number}"),
            move |s| {
                s.statement.preprocessed[number] = other;
            },
        ));
    }
    for (number, public) in head.publics.iter().enumerate() {
        let name = &public.name;
        let change = |what: &str, change: fn(&mut Public)| {
            edit(format!("public tensor `{name}`: {what}"), move |s| {
                change(&mut s.statement.publics[number]);
            })
        };
        edits.extend([
            change("another name", |tensor| tensor.name.push('x')),
            change("input and output confused", |tensor| tensor.input ^= true),
            change("no shape", |tensor| tensor.shape = vec![u64::MAX, u64::MAX]),
            change("an element more", |tensor| tensor.elements.push(0)),
            change("no elements", |tensor| tensor.elements.clear()),
        ]);
        let (range, p) = (circuit.publics[number].range, P as i64);
        let mut random = Random::new(options.seed ^ number as u64);
        let positions: BTreeSet<usize> = match public.elements.len() {
            few if few <= 4 * options.rows => (0..few).collect(),
            many => (0..4 * options.rows).map(|_| random.below(many)).collect(),
        };
        for position in positions {
            let honest = public.elements[position];
            let values = [
                honest + 1,
                honest - 1,
                honest + p,
                honest - p,
                -honest,
                range.hi as i64,
            ];
            let values: BTreeSet<i64> = values.into_iter().filter(|&x| x != honest).collect();
            for value in values {
                let what = format!("element {position} of `{name}` is {value}, not {honest}");
                edits.push(edit(what, move |s| {
                    s.statement.publics[number].elements[position] = value;
                }));
            }
        }
    }
    edits
}

/// Proofs left out, doubled, exchanged, emptied.
fn proofs(session: &Session) -> Vec<Edit<'_>> {
    let mut edits: Vec<Edit<'_>> = vec![edit("no proofs", |s| s.proofs.clear())];
    for number in 0..session.proofs.len() {
        edits.push(edit(format!("proof {number} is left out"), move |s| {
            s.proofs.remove(number);
        }));
        edits.push(edit(format!("proof {number} is there twice"), move |s| {
            let doubled = s.proofs[number].clone();
            s.proofs.insert(number, doubled);
        }));
        edits.push(edit(format!("proof {number} is empty"), move |s| {
            s.proofs[number].packed.clear();
        }));
        for other in number + 1..session.proofs.len() {
            edits.push(edit(
                format!("proofs {number} and {other} change places"),
                move |s| {
                    s.proofs.swap(number, other);
                },
            ));
        }
    }
    edits
}

fn files(
    circuit: &Circuit,
    session: &Session,
    verifier: &Verifier<'_>,
    options: Options,
) -> Findings {
    let whole = encode(&session.statement, circuit, session.nonce, &session.parts());
    let mut random = Random::new(options.seed ^ 0xf11e);
    let rows = options.rows.max(2);
    // One flip in every region of the file.
    let regions = (FLIPS * rows).min(whole.len());
    let flips: BTreeSet<(usize, u8)> = (0..regions)
        .map(|region| {
            let (from, to) = (
                region * whole.len() / regions,
                (region + 1) * whole.len() / regions,
            );
            (from + random.below(to - from), 1 << random.below(8))
        })
        .collect();
    let lengths: BTreeSet<usize> = (0..4 * rows)
        .map(|_| random.below(whole.len()))
        .chain([0, 1, whole.len() - 1])
        .collect();
    let flipped = flips.into_iter().map(|(position, bit)| {
        let mut bytes = whole.clone();
        bytes[position] ^= bit;
        (
            format!("byte {position} of the file, bits {bit:#04x}"),
            bytes,
        )
    });
    let cut = lengths.into_iter().map(|length| {
        let what = format!("only the first {length} bytes of the file");
        (what, whole[..length].to_vec())
    });
    let longer = [1, 32, 4096].into_iter().map(|more| {
        let mut bytes = whole.clone();
        bytes.resize(whole.len() + more, 0);
        (format!("{more} bytes after the file's end"), bytes)
    });
    let files: Vec<(String, Vec<u8>)> = flipped.chain(cut).chain(longer).collect();
    let fates: Vec<Fate> = files
        .into_par_iter()
        .map(|(what, bytes)| fate(Kind::File, what, (verifier.file)(&bytes)))
        .collect();
    tallied(Kind::File, fates)
}
