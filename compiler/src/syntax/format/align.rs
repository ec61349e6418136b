//! Which adjacent lines have a sign in one column, and which their comments.

use std::ops::Range;

use super::document::WIDTH;
use super::line::{Item, Mark, GAP};

/// How an item is moved into line with its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Blanks before its sign.
    pub pad: usize,
    /// Blanks before its comment.
    pub gap: usize,
}

impl Mark {
    /// By how many columns heads of one run may differ: beyond that the sign stands too far from what is
    /// short. Declarations are read as tables.
    fn spread(self) -> usize {
        match self {
            Self::Tensor => 40,
            _ => 18,
        }
    }
}

/// Lines so far in one run.
#[derive(Clone, Copy, Default)]
struct Run {
    widest: usize,
    narrowest: usize,
    /// The most columns that have to follow what is aligned.
    rest: usize,
}

impl Run {
    fn of(width: usize, rest: usize) -> Self {
        Self {
            widest: width,
            narrowest: width,
            rest,
        }
    }

    fn with(self, other: Self) -> Self {
        Self {
            widest: self.widest.max(other.widest),
            narrowest: self.narrowest.min(other.narrowest),
            rest: self.rest.max(other.rest),
        }
    }

    fn fits(self, indent: usize, spread: usize) -> bool {
        indent + self.widest + self.rest <= WIDTH && self.widest - self.narrowest <= spread
    }
}

/// Where the signs and comments of items stand, that are indented by so much.
pub fn aligned(items: &[Item], indent: usize) -> Vec<Place> {
    let mut places = vec![Place { pad: 0, gap: GAP }; items.len()];
    let head = |at: usize| items[at].head.shape().width;
    let rest = |at: usize| items[at].rest.shape().width;
    let is_line = |at: usize| {
        let plain = items[at].head.shape().is_plain() && items[at].rest.shape().is_plain();
        plain && indent + head(at) + rest(at) <= WIDTH
    };
    let below = |at: usize| items[at].above.is_empty() && !items[at].apart && is_line(at - 1);

    let marks = |at: usize, before: Option<Run>| {
        let mark = items[at].mark.filter(|_| is_line(at))?;
        let own = Run::of(head(at), rest(at));
        match before {
            Some(run) if items[at - 1].mark == Some(mark) && below(at) => {
                Some(run.with(own)).filter(|run| run.fits(indent, mark.spread()))
            }
            Some(_) => None,
            None => Some(own),
        }
    };
    for (run, together) in runs(items.len(), marks) {
        for at in run {
            places[at].pad = together.widest - head(at);
        }
    }

    let ends: Vec<usize> = (0..items.len())
        .map(|at| head(at) + places[at].pad + rest(at))
        .collect();
    let comments = |at: usize, before: Option<Run>| {
        let lines = items[at].after.iter().map(|line| line.chars().count());
        let long = lines.max().filter(|_| is_line(at))?;
        // One that has no room by itself has none in line either.
        let fits = indent + ends[at] + GAP + long <= WIDTH;
        let own = Run::of(ends[at], if fits { GAP + long } else { 0 });
        match before {
            Some(run) if below(at) => Some(run.with(own)).filter(|run| run.fits(indent, WIDTH)),
            Some(_) => None,
            None => Some(own),
        }
    };
    for (run, together) in runs(items.len(), comments) {
        for at in run {
            places[at].gap = GAP + together.widest - ends[at];
        }
    }
    places
}

/// The runs among so many lines: `join` gives what a line is with those before it, or alone.
fn runs(
    count: usize,
    join: impl Fn(usize, Option<Run>) -> Option<Run>,
) -> Vec<(Range<usize>, Run)> {
    let mut found: Vec<(Range<usize>, Run)> = Vec::new();
    for at in 0..count {
        let open = found.last_mut().filter(|(run, _)| run.end == at);
        if let Some((run, before)) = open {
            if let Some(together) = join(at, Some(*before)) {
                run.end = at + 1;
                *before = together;
                continue;
            }
        }
        if let Some(own) = join(at, None) {
            found.push((at..at + 1, own));
        }
    }
    found
}
