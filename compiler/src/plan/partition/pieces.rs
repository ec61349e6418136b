//! Cuts: from the proofs of a plan to a proof for every piece (spec 3.7).

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::graph::{CutDecl, Graph, Member, Pieces, PlanDecl};
use crate::plan::cut::{cut, find, is_of_steps};
use crate::plan::derived::Derived;

/// Proofs of a plan at most: as many preprocessed roots as a statement holds.
pub(super) const MAX_PROOFS: usize = 1024;

/// The proof of one piece of a declared proof.
pub(super) struct PieceProof {
    pub name: String,
    /// Position in the plan's proofs.
    pub declared: usize,
    /// Which piece it is of each of the declared proof's cuts.
    pub at: Vec<usize>,
}

/// A graph that is cut, with the proof of every member.
pub(super) struct CutPlan {
    pub derived: Derived,
    pub proofs: Vec<PieceProof>,
    /// Position in `proofs`.
    pub proof_of: BTreeMap<Member, usize>,
}

/// One cut of a proof: the index by its canonical name, and where the pieces end.
struct Cutting {
    over: String,
    /// From 0 to the index's size.
    breaks: Vec<u64>,
    span: Span,
}

/// A member of a graph that is cut: what it is a piece of, and by index, which piece.
type Piece = (Member, BTreeMap<String, usize>);

pub(super) fn cut_all(
    graph: &Graph,
    declared: &PlanDecl,
    set_of: &BTreeMap<Member, usize>,
) -> Result<CutPlan, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let mut cuttings: Vec<Vec<Cutting>> = Vec::new();
    for proof in &declared.proofs {
        let mut of_proof: Vec<Cutting> = Vec::new();
        for declared in &proof.cuts {
            match cutting(graph, declared) {
                Ok(other) => match of_proof.iter().find(|known| known.over == other.over) {
                    Some(first) => diagnostics.push(twice(&other, first.span)),
                    None => of_proof.push(other),
                },
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
        cuttings.push(of_proof);
    }
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let count = |cuttings: &Vec<Cutting>| {
        let counts = cuttings.iter().map(Cutting::count);
        counts.fold(1, usize::saturating_mul)
    };
    let proofs: usize = cuttings.iter().map(count).fold(0, usize::saturating_add);
    if proofs > MAX_PROOFS {
        return Err(vec![too_many(declared, &proofs.to_string())]);
    }
    // Every index once, at all places where some proof is cut.
    let mut all: BTreeMap<&str, (BTreeSet<u64>, Span)> = BTreeMap::new();
    for cutting in cuttings.iter().flatten() {
        let (breaks, _) = all
            .entry(&cutting.over)
            .or_insert_with(|| (BTreeSet::new(), cutting.span));
        breaks.extend(&cutting.breaks);
    }
    let cuts = all.into_iter();
    let cuts: Vec<Along<'_>> = cuts
        .map(|(over, (breaks, span))| (over, breaks.into_iter().collect(), span))
        .collect();
    // What a cut of steps makes of an input for a cache is not cut again: then steps come last.
    let mut made = along(graph, &cuts);
    let again = match &made {
        Ok((derived, _)) => derived.has_boxes(),
        Err(_) => true,
    };
    if again {
        let mut last = cuts.clone();
        last.sort_by_key(|(over, ..)| is_of_steps(graph, over));
        if last != cuts {
            made = along(graph, &last).or(made);
        }
    }
    let (derived, pieces) = made?;
    let cuts = cuts.into_iter();
    let breaks: BTreeMap<&str, Vec<u64>> = cuts.map(|(over, breaks, _)| (over, breaks)).collect();
    let (proofs, proof_of) = place(declared, &cuttings, &breaks, &pieces, set_of)?;
    Ok(CutPlan {
        derived,
        proofs,
        proof_of,
    })
}

/// A cut of one index, at all places where some proof is cut.
type Along<'a> = (&'a str, Vec<u64>, Span);

/// A graph cut along one index after the other.
#[allow(clippy::type_complexity)]
fn along(
    graph: &Graph,
    cuts: &[Along<'_>],
) -> Result<(Derived, BTreeMap<Member, Piece>), Vec<Diagnostic>> {
    let mut derived = Derived::all(graph.clone());
    let members = graph.members().into_iter();
    let mut pieces: BTreeMap<Member, Piece> = members
        .map(|member| (member, (member, BTreeMap::new())))
        .collect();
    for (over, breaks, span) in cuts {
        let made = cut(&derived, over, breaks, *span)?;
        let made_pieces = made.pieces.into_iter();
        pieces = made_pieces
            .map(|(member, (of, piece))| {
                let (whole, mut at) = pieces[&of].clone();
                at.extend(piece.map(|piece| (over.to_string(), piece)));
                (member, (whole, at))
            })
            .collect();
        derived = made.derived;
    }
    Ok((derived, pieces))
}

/// A proof for every combination of the pieces of a declared proof's cuts, and what is in it.
#[allow(clippy::type_complexity)]
fn place(
    declared: &PlanDecl,
    cuttings: &[Vec<Cutting>],
    breaks: &BTreeMap<&str, Vec<u64>>,
    pieces: &BTreeMap<Member, Piece>,
    set_of: &BTreeMap<Member, usize>,
) -> Result<(Vec<PieceProof>, BTreeMap<Member, usize>), Vec<Diagnostic>> {
    let mut proofs = Vec::new();
    let mut first_of = Vec::new();
    for (position, (proof, cuttings)) in declared.proofs.iter().zip(cuttings).enumerate() {
        first_of.push(proofs.len());
        let count: usize = cuttings.iter().map(Cutting::count).product();
        for number in 0..count {
            let mut at = vec![0; cuttings.len()];
            let mut rest = number;
            for (at, cutting) in at.iter_mut().zip(cuttings).rev() {
                (*at, rest) = (rest % cutting.count(), rest / cutting.count());
            }
            let labels = cuttings
                .iter()
                .zip(&at)
                .map(|(cutting, &at)| cutting.label(at));
            let labels: Vec<String> = labels.map(|label| format!(".{label}")).collect();
            proofs.push(PieceProof {
                name: format!("{}{}", proof.name, labels.concat()),
                declared: position,
                at,
            });
        }
    }
    let mut proof_of = BTreeMap::new();
    for (&member, (whole, at)) in pieces {
        let set = set_of[whole];
        let mut number = 0;
        for cutting in &cuttings[set] {
            // What an index does not cut goes to its first piece.
            let at = at.get(&cutting.over).map_or(0, |&piece| {
                cutting.holding(breaks[cutting.over.as_str()][piece])
            });
            number = number * cutting.count() + at;
        }
        proof_of.insert(member, first_of[set] + number);
    }
    let filled: BTreeSet<usize> = proof_of.values().copied().collect();
    if let Some(number) = (0..proofs.len()).find(|number| !filled.contains(number)) {
        let piece: &PieceProof = &proofs[number];
        let what = format!("proof `{}` has nothing to prove", piece.name);
        let cut = declared.proofs[piece.declared].cuts[0].span;
        return Err(vec![Diagnostic::new("E108", what)
            .at(cut, "this cut leaves it empty")
            .hint(
                "a cut divides values that are defined over its index: leave it out where the \
                 proof's set has none",
            )]);
    }
    Ok((proofs, proof_of))
}

impl Cutting {
    fn count(&self) -> usize {
        self.breaks.len() - 1
    }

    /// The piece that holds a value of the index.
    fn holding(&self, value: u64) -> usize {
        self.breaks.partition_point(|&end| end <= value) - 1
    }

    /// `3`, or `0..32`.
    fn label(&self, piece: usize) -> String {
        let (from, to) = (self.breaks[piece], self.breaks[piece + 1]);
        if to == from + 1 {
            from.to_string()
        } else {
            format!("{from}..{to}")
        }
    }
}

/// The names of the proofs of a part.
pub(super) fn names(proofs: &[PieceProof], part: &[usize]) -> Vec<String> {
    let names = part.iter().map(|&proof| proofs[proof].name.clone());
    names.collect()
}

/// A part's name.
pub(super) fn joined(proofs: &[PieceProof], part: &[usize]) -> String {
    names(proofs, part).join("+")
}

fn too_many(declared: &PlanDecl, proofs: &str) -> Diagnostic {
    let cut = declared.proofs.iter().flat_map(|proof| &proof.cuts).next();
    Diagnostic::new(
        "E107",
        format!("the plan would have {proofs} proofs; {MAX_PROOFS} is the most"),
    )
    .at(cut.map_or(declared.span, |cut| cut.span), "so many pieces")
    .hint("make groups, `by 4 heads`, or longer ranges")
}

/// Where a declared cut ends its pieces.
fn cutting(graph: &Graph, declared: &CutDecl) -> Result<Cutting, Box<Diagnostic>> {
    let (over, size) = find(graph, &declared.over, declared.span)?;
    let wrong = |what: String, hint: String| {
        Err(Box::new(
            Diagnostic::new("E107", what)
                .at(declared.span, "the pieces of this cut")
                .hint(hint),
        ))
    };
    let mut breaks = vec![0];
    match &declared.pieces {
        Pieces::By(group) => {
            let count = size.div_ceil(*group.max(&1));
            if count > MAX_PROOFS as u64 {
                return wrong(
                    format!("`{over}` would have {count} pieces; {MAX_PROOFS} is the most"),
                    "make larger groups".into(),
                );
            }
            let mut end = 0;
            while end < size {
                end = (end + group.max(&1)).min(size);
                breaks.push(end);
            }
        }
        Pieces::Ranges(ranges) => {
            for &(from, to) in ranges {
                let end = breaks[breaks.len() - 1];
                if from != i128::from(end) {
                    return wrong(
                        format!(
                            "the pieces of `{over}` skip or repeat: {end} is followed by {from}"
                        ),
                        format!("let each piece begin where the last one ended: `{end}..{to}`"),
                    );
                }
                match u64::try_from(to) {
                    Ok(to) if to <= size && to > end => breaks.push(to),
                    _ => {
                        return wrong(
                            format!(
                                "`{from}..{to}` is no piece of `{over}`, which has {size} values"
                            ),
                            format!("the last piece ends at {size}"),
                        )
                    }
                }
            }
            let end = breaks[breaks.len() - 1];
            if end != size {
                return wrong(
                    format!("the pieces of `{over}` end at {end}, it has {size} values"),
                    format!("add `| {end}..{size}`"),
                );
            }
        }
    }
    Ok(Cutting {
        over,
        breaks,
        span: declared.span,
    })
}

fn twice(cutting: &Cutting, first: Span) -> Diagnostic {
    Diagnostic::new(
        "E107",
        format!("`{}` is cut twice in one proof", cutting.over),
    )
    .at(cutting.span, "cut again")
    .also(first, "cut here already")
    .hint("write all pieces in one cut")
}
