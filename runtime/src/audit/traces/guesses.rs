//! Another number for a hint: what the program's assertions let pass.

use attnc_compiler::meaning::eval::{evaluate_with, Guess};
use attnc_compiler::meaning::graph::{Value, ValueId};

use super::places::{Changed, Traces};
use super::survivor::survivor;
use crate::audit::findings::{Fate, Findings};
use crate::audit::kind::Kind;
use crate::session::prove::public_tensors;
use crate::session::trace::fill;

impl Traces<'_> {
    /// Gives elements of every hint other numbers of its range, with all that follows from them:
    /// where every assertion and declared range still holds, nothing pins the hint.
    pub(super) fn guesses(&self) -> Findings {
        let mut findings = Findings::default();
        let values = (0..).map(ValueId).zip(&self.subject.graph.values);
        for (id, value) in values.filter(|(_, value)| value.is_hint(self.subject.graph)) {
            self.guess(id, value, &mut findings);
        }
        findings
    }

    /// Until one is accepted.
    fn guess(&self, id: ValueId, value: &Value, findings: &mut Findings) {
        let elements = &self.subject.evaluation.value(id).data;
        let (lo, hi) = (value.interval.lo as i64, value.interval.hi as i64);
        for offset in self.sample(Kind::Guess, id.index(), elements.len()) {
            let honest = elements[offset];
            let mut random = self.random(Kind::Guess, id.index(), offset);
            let mut others = vec![
                honest - 1,
                honest + 1,
                honest - 2,
                honest + 2,
                -honest,
                lo,
                hi,
            ];
            others.extend((0..3).map(|_| random.within(lo, hi)));
            others.retain(|&other| other != honest && (lo..=hi).contains(&other));
            others.sort_unstable();
            others.dedup();
            for element in others {
                let guess = Guess {
                    hint: id,
                    offset,
                    element,
                };
                let fate = self.fate(value, honest, guess);
                let survived = matches!(fate, Fate::Survived(_));
                findings.count(Kind::Guess, fate);
                if survived {
                    return;
                }
            }
        }
    }

    fn fate(&self, value: &Value, honest: i64, guess: Guess) -> Fate {
        let Guess {
            offset, element, ..
        } = guess;
        let (graph, assignment) = (self.subject.graph, self.subject.assignment);
        let Ok(evaluation) = evaluate_with(graph, assignment, Some(guess)) else {
            return Fate::Rejected;
        };
        let Ok(trace) = fill(&self.board.circuit, &evaluation) else {
            return Fate::Rejected;
        };
        let mut changed = Changed::new();
        for c in self.spaces() {
            for column in self.columns(c) {
                let both = self.board.trace[c][column].iter();
                let both = both.zip(&trace.columns[c][column]).enumerate();
                let differing = both.filter(|(_, (own, other))| own != other);
                changed.extend(differing.map(|(row, (_, &other))| ((c, row, column), other)));
            }
        }
        let mut forged = Vec::new();
        let publics = public_tensors(&self.board.circuit, &evaluation).into_iter();
        for (tensor, (own, other)) in self.board.publics.iter().zip(publics).enumerate() {
            let both = own.iter().zip(other.elements).enumerate();
            let differing = both.filter(|(_, (own, other))| *own != other);
            forged.extend(differing.map(|(at, (&own, other))| (tensor, at, own, other)));
        }
        // A point that a condition leaves out has no element.
        if changed.is_empty() && forged.is_empty() {
            return Fate::Harmless;
        }
        let what = format!(
            "the hint `{}` has {element} in the place of {honest}, its element {offset}: no \
             assertion and no range forbids it",
            value.name
        );
        survivor(self.board, Kind::Guess, what, &changed, &forged)
    }
}
