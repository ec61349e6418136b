//! What indices run over, and which numbers they are.

use super::{pick, Writer, LETTERS, PARAMS};
use crate::common::trees::Pick;

/// Which index something goes by: one that is in scope, or that of a dimension before it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum By {
    Index(String),
    Dimension(usize),
}

/// What an index runs over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Domain {
    Size(String, usize),
    /// Numbers between two, whatever else is in scope.
    Range(String, i64, i64),
    /// From a number to `by + plus`, where `by` itself lies between two.
    Growing {
        first: i64,
        by: By,
        plus: i64,
        ends: (i64, i64),
    },
    /// The entries of a cache, by its position.
    Cache(usize),
}

/// Which numbers an index is, or which there are of a dimension.
#[derive(Clone, Debug)]
pub(super) struct Span {
    pub(super) lo: i64,
    /// The largest that there is everywhere.
    pub(super) least: i64,
    /// The largest that there is anywhere.
    pub(super) most: i64,
    /// An index in scope, and what the largest is more than it.
    pub(super) follows: Option<(String, i64)>,
}

impl Span {
    fn of(lo: i64, hi: i64) -> Self {
        Self {
            lo,
            least: hi,
            most: hi,
            follows: None,
        }
    }

    /// How many there are everywhere.
    pub(super) fn size(&self) -> usize {
        (self.least - self.lo + 1) as usize
    }

    /// Whether all of this is within the other.
    pub(super) fn within(&self, other: &Self) -> bool {
        let along = match (&self.follows, &other.follows) {
            (Some((a, more)), Some((b, most))) => a == b && more <= most,
            _ => false,
        };
        self.lo >= other.lo && (self.most <= other.least || along)
    }
}

/// `index + 1`.
pub(super) fn sum(index: &str, plus: i64) -> String {
    match plus {
        0 => index.to_string(),
        1.. => format!("{index} + {plus}"),
        _ => format!("{index} - {}", -plus),
    }
}

impl Domain {
    /// Whether it has more points here than there.
    pub(super) fn grows(&self) -> bool {
        matches!(self, Domain::Growing { .. })
    }

    /// With another index in the place of the one that it grows with.
    pub(super) fn moved(&self, to: impl Fn(&By) -> By) -> Self {
        match self {
            Domain::Growing {
                first,
                by,
                plus,
                ends,
            } => Domain::Growing {
                first: *first,
                by: to(by),
                plus: *plus,
                ends: *ends,
            },
            other => other.clone(),
        }
    }
}

impl Writer<'_> {
    pub(super) fn size(&self, parameter: usize) -> Domain {
        let size = usize::from(self.random.sizes[parameter]);
        Domain::Size(PARAMS[parameter].into(), size)
    }

    /// A domain from 0 to a constant, which a dimension of a tensor has.
    pub(super) fn fixed(&self, which: Pick) -> Domain {
        let n = usize::from(self.random.sizes[0]);
        let mut all: Vec<Domain> = (0..5).map(|parameter| self.size(parameter)).collect();
        all.push(Domain::Size("2".into(), 2));
        if n > 1 {
            all.push(Domain::Size("n - 1".into(), n - 1));
        }
        pick(&all, which).clone()
    }

    /// Between constants.
    fn range(&self, which: Pick) -> Domain {
        let parameter = usize::from(which) % PARAMS.len();
        let name = PARAMS[parameter];
        let size = i64::from(self.random.sizes[parameter]);
        match which / 5 % 5 {
            0 if size > 1 => Domain::Range(format!("1..{name}"), 1, size - 1),
            1 => Domain::Range(format!("1..={name}"), 1, size),
            2 if size > 2 => Domain::Range(format!("1..{name} - 1"), 1, size - 2),
            3 => Domain::Range("1..=2".into(), 1, 2),
            _ => Domain::Range(format!("0..{name}"), 0, size - 1),
        }
    }

    /// From a constant to what grows with an index that stands before it, outside of reductions.
    fn growing(&self, which: Pick) -> Option<Domain> {
        let before = self.unreduced.unwrap_or(self.indices.len());
        let constant = |(name, domain): &(String, Domain)| match domain {
            Domain::Size(_, size) => Some((name.clone(), (0, *size as i64 - 1))),
            Domain::Range(_, lo, hi) => Some((name.clone(), (*lo, *hi))),
            _ => None,
        };
        let before = self.indices[..before].iter().filter_map(constant);
        let before: Vec<(String, (i64, i64))> = before.collect();
        if before.is_empty() {
            return None;
        }
        // The innermost first.
        let place = before.len() - 1 - usize::from(which) % before.len();
        let (index, ends) = before[place].clone();
        let (first, plus) = match which / 4 % 8 {
            0..=3 => (0, 0),
            4 => (0, 1),
            5 => (1, 1),
            6 => (1, 0),
            _ => (0, -1),
        };
        // One at least, everywhere.
        let plus = plus.max(first - ends.0);
        let by = By::Index(index);
        Some(Domain::Growing {
            first,
            by,
            plus,
            ends,
        })
    }

    /// A domain that no cache is needed for.
    pub(super) fn bounded(&self, which: Pick) -> Domain {
        let other = match which % 4 {
            2 => Some(self.range(which / 4)),
            3 => self.growing(which / 4),
            _ => None,
        };
        other.unwrap_or_else(|| self.fixed(which / 4))
    }

    /// A domain, over a cache if one can be read.
    pub(super) fn domain(&self, which: Pick) -> Domain {
        match (which % 8, self.open.is_empty()) {
            (4.., false) => Domain::Cache(*pick(&self.open, which / 8)),
            _ => self.bounded(which),
        }
    }

    /// Which numbers there are of it. A dimension goes by a subscript before it, of those in `at`.
    pub(super) fn span(&self, domain: &Domain, at: &[String]) -> Span {
        match domain {
            Domain::Size(_, size) => Span::of(0, *size as i64 - 1),
            Domain::Range(_, lo, hi) => Span::of(*lo, *hi),
            Domain::Cache(cache) => {
                let cache = &self.caches[*cache];
                let seeded = cache.seeded as i64;
                let (step, steps) = (self.step.clone(), i64::from(self.random.sizes[4]));
                match cache.grows {
                    false => Span::of(0, seeded - 1),
                    true => Span {
                        lo: 0,
                        least: seeded,
                        most: seeded + steps - 1,
                        follows: step.map(|step| (step, seeded)),
                    },
                }
            }
            Domain::Growing {
                first,
                by,
                plus,
                ends,
            } => {
                let text = match by {
                    By::Index(index) => Some(index),
                    By::Dimension(before) => at.get(*before),
                };
                let index =
                    text.and_then(|text| self.indices.iter().find(|(name, _)| name == text));
                let constant = text.and_then(|text| text.parse::<i64>().ok());
                let (ends, follows) = match (constant, index) {
                    (Some(value), _) => ((value, value), None),
                    (None, Some((name, domain))) => {
                        let own = self.span(domain, &[]);
                        ((own.lo, own.most), Some((name.clone(), *plus)))
                    }
                    (None, None) => (*ends, None),
                };
                Span {
                    lo: *first,
                    least: ends.0 + plus,
                    most: ends.1 + plus,
                    follows,
                }
            }
        }
    }

    /// How many points it has at most.
    pub(super) fn points(&self, domain: &Domain) -> usize {
        let span = self.span(domain, &[]);
        (span.most - span.lo + 1) as usize
    }

    pub(super) fn text(&self, domain: &Domain) -> String {
        match domain {
            Domain::Size(text, _) | Domain::Range(text, ..) => text.clone(),
            Domain::Cache(cache) => self.caches[*cache].name.clone(),
            Domain::Growing {
                first, by, plus, ..
            } => {
                let By::Index(index) = by else {
                    panic!("an index grows with one that is in scope");
                };
                // Either way to say where it ends.
                match self.named % 2 {
                    0 => format!("{first}..={}", sum(index, *plus)),
                    _ => format!("{first}..{}", sum(index, plus + 1)),
                }
            }
        }
    }

    pub(super) fn points_in_scope(&self) -> usize {
        self.indices
            .iter()
            .map(|(_, domain)| self.points(domain))
            .product()
    }

    /// Binds an index over a domain and returns its binder.
    pub(super) fn bind(&mut self, domain: Domain) -> String {
        let letter = match &domain {
            Domain::Size(text, _) => match PARAMS.iter().position(|name| name == text) {
                Some(parameter) => LETTERS[parameter],
                None if text == "2" => "e",
                None if text == "n - 1" => "o",
                None => "d",
            },
            Domain::Range(..) => "r",
            Domain::Growing { .. } => "u",
            Domain::Cache(_) => "c",
        };
        let mut name = letter.to_string();
        let mut number = 2;
        while self.indices.iter().any(|(known, _)| *known == name) {
            name = format!("{letter}{number}");
            number += 1;
        }
        let over = self.text(&domain);
        self.indices.push((name.clone(), domain));
        format!("{name} in {over}")
    }

    /// Domains without the indices that have been bound after so many: those go by their dimensions.
    pub(super) fn unbound(&mut self, outer: usize) -> Vec<Domain> {
        let own = self.indices.split_off(outer);
        let place = |by: &By| match by {
            By::Index(name) => match own.iter().position(|(known, _)| known == name) {
                Some(place) => By::Dimension(place),
                None => by.clone(),
            },
            By::Dimension(_) => by.clone(),
        };
        own.iter().map(|(_, domain)| domain.moved(place)).collect()
    }
}
