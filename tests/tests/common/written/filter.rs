//! Conditions: on indices alone, which leave points out, and on what is given.

use super::domain::{By, Domain};
use super::{pick, Readable, Writer};
use crate::common::trees::Pick;

/// What a condition says of an index and of another. All but one hold where the index is its first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// It is not its second.
    Other,
    UpTo,
    /// Holds where it is its last.
    From,
    Near,
    Even,
    Table,
}

/// A condition that holds of indices in scope.
#[derive(Clone, Debug)]
pub(super) struct Holding {
    kind: Kind,
    first: i64,
    last: String,
    other: Option<String>,
}

/// A condition that holds of a value's dimensions.
#[derive(Clone, Debug)]
pub(super) struct Only {
    kind: Kind,
    first: i64,
    pub(super) last: usize,
    pub(super) other: Option<By>,
}

impl Only {
    /// After a loop, of which the dimension is the first from now on.
    pub(super) fn after(&self, to: impl Fn(&By) -> By) -> Self {
        Self {
            last: self.last + 1,
            other: self.other.as_ref().map(to),
            ..self.clone()
        }
    }
}

fn condition(kind: Kind, first: i64, last: &str, other: &str) -> String {
    match kind {
        Kind::Other => format!("{last} != {}", first + 1),
        Kind::UpTo if first == 0 => format!("{last} <= {other}"),
        Kind::UpTo => format!("not {last} > {other} + {first}"),
        Kind::From => format!("{last} >= {other}"),
        Kind::Near => format!("{other} - {last} < 2 or {last} == {first}"),
        Kind::Even => format!("{last} == {first} or ({other} + {last}) % 2 == 0"),
        Kind::Table => format!("{last} == {first} or f0(clip({other} - {last}, -3, 4)) >= 7"),
    }
}

impl Writer<'_> {
    /// A condition on indices alone, of the innermost; what is written from here on can count on it.
    pub(super) fn only(&mut self, which: Pick) -> Option<(Kind, String)> {
        let ((last, domain), others) = self.indices.split_last()?;
        let span = self.span(domain, &[]);
        let (last, first) = (last.clone(), span.lo);
        let fixed = !matches!(domain, Domain::Growing { .. } | Domain::Cache(_));
        let (other, kind) = match others.is_empty() {
            true => (None, Kind::Other),
            false => {
                let (other, over) = pick(others, which / 8);
                let reaches = fixed && self.span(over, &[]).most <= span.most;
                let kind = match which % 8 {
                    0 => Kind::Other,
                    3 | 7 if reaches => Kind::From,
                    4 => Kind::Near,
                    5 => Kind::Even,
                    6 if self.tables > 0 => Kind::Table,
                    _ => Kind::UpTo,
                };
                (Some(other.clone()), kind)
            }
        };
        let other = other.filter(|_| kind != Kind::Other);
        let text = condition(kind, first, &last, other.as_deref().unwrap_or_default());
        self.holding.push(Holding {
            kind,
            first,
            last,
            other,
        });
        Some((kind, text))
    }

    /// The index that the innermost condition compares with, and the least that it is.
    pub(super) fn compared(&self) -> Option<(String, i64)> {
        let other = self.holding.last()?.other.as_ref()?;
        let (name, domain) = self.indices.iter().find(|(name, _)| name == other)?;
        Some((name.clone(), self.span(domain, &[]).lo))
    }

    /// The innermost index is no more than another.
    pub(super) fn up_to(&mut self, other: &str) {
        let last = self.indices.last().map(|(name, _)| name.clone());
        self.holding.extend(last.map(|last| Holding {
            kind: Kind::UpTo,
            first: 0,
            last,
            other: Some(other.to_string()),
        }));
    }

    /// What the innermost condition says of the value that is defined under it, whose own indices
    /// come after so many.
    pub(super) fn of_dimensions(&self, outer: usize) -> Option<Only> {
        let holding = self.holding.last()?;
        let place = |name: &String| self.indices.iter().position(|(known, _)| known == name);
        let other = holding.other.as_ref().map(|name| match place(name) {
            Some(place) if place >= outer => By::Dimension(place - outer),
            _ => By::Index(name.clone()),
        });
        Some(Only {
            kind: holding.kind,
            first: holding.first,
            last: place(&holding.last)? - outer,
            other,
        })
    }

    /// A condition on the last of so many indices of a reduction or an assertion; often none.
    pub(super) fn filter(&mut self, which: Pick, binders: usize) -> String {
        let Some(((last, domain), others)) = self.indices.split_last() else {
            return String::new();
        };
        let first = self.span(domain, &[]).lo;
        let (last, other) = (last.clone(), others.first().map(|(name, _)| name.clone()));
        match (which / 3 % 8, other, binders) {
            (_, _, 0) => String::new(),
            (0 | 1 | 4, _, _) => match self.only(which / 24 + which % 3 * 11) {
                Some((_, text)) => format!(" where {text}"),
                None => String::new(),
            },
            (2, _, 1) => {
                let element = self.element(which, &Default::default());
                format!(" where {last} == {first} or {element} >= 1")
            }
            (3, Some(other), 1) => {
                let element = self.element(which, &Default::default());
                format!(
                    " where not {last} == {other} + {} and ({last} == {first} or {element} != 0)",
                    first + 1
                )
            }
            _ => String::new(),
        }
    }

    /// The condition under which a value can be read at these indices, from here on.
    pub(super) fn same(&mut self, of: &Only, at: &[String]) -> String {
        let other = of.other.as_ref().map(|by| match by {
            By::Index(name) => name.clone(),
            By::Dimension(place) => at[*place].clone(),
        });
        let last = at[of.last].clone();
        let text = condition(
            of.kind,
            of.first,
            &last,
            other.as_deref().unwrap_or_default(),
        );
        self.holding.push(Holding {
            kind: of.kind,
            first: of.first,
            last,
            other,
        });
        format!(" where {text}")
    }

    /// A subscript that a value's condition asks for, behind those in `at`: indices that are known to
    /// be right, or a number that always is.
    pub(super) fn asked(&self, of: &Readable, only: &Only, at: &[String]) -> Option<String> {
        let (place, dim) = (at.len(), &of.dims[at.len()]);
        let span = self.span(dim, at);
        let fits = |name: &str| {
            let index = self.indices.iter().find(|(known, _)| known == name);
            index.is_some_and(|(_, domain)| self.span(domain, &[]).within(&span))
        };
        let mut right = self.holding.iter().rev();
        let alike = |holding: &&Holding| holding.kind == only.kind && holding.first == only.first;
        if only.other == Some(By::Dimension(place)) {
            let other = right.filter(alike).filter_map(|it| it.other.as_ref());
            return other.into_iter().find(|other| fits(other)).cloned();
        }
        if only.last != place {
            return None;
        }
        let other = match &only.other {
            None => None,
            Some(By::Index(name)) => Some(name),
            Some(By::Dimension(before)) => Some(&at[*before]),
        };
        let found = right.find(|it| alike(it) && it.other.as_ref() == other && fits(&it.last));
        Some(match (found, only.kind) {
            (Some(holding), _) => holding.last.clone(),
            (None, Kind::From) => span.most.to_string(),
            (None, _) => span.lo.to_string(),
        })
    }
}
