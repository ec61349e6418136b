//! Where elements are read, and index arithmetic as numbers.

use super::domain::{sum, By, Domain, Span};
use super::{pick, Writer, LARGE, PARAMS};
use crate::common::trees::{Pick, Subscript};

/// From this form on a subscript is known only when the program runs.
pub(super) const RUNNING: Pick = 224;

impl Writer<'_> {
    /// The indices in scope that a dimension has room for, those of the same domain first.
    fn fitting(&self, dim: &Domain, span: &Span) -> Vec<String> {
        let (mut same, mut others) = (Vec::new(), Vec::new());
        for (name, domain) in &self.indices {
            let own = self.span(domain, &[]);
            match own.within(span) {
                true if domain == dim => same.push(name.clone()),
                true if own.follows.is_some() && own.follows == span.follows => {
                    same.push(name.clone());
                }
                true => others.push(name.clone()),
                false => {}
            }
        }
        if same.is_empty() {
            return others;
        }
        same
    }

    /// A subscript that is known only when the program runs: an element of something else, clipped.
    fn running(&self, dim: &Domain, span: &Span, form: Subscript) -> Option<String> {
        let of = pick(&self.readable, form.index);
        if of.only.is_some() {
            return None;
        }
        let mut at: Vec<String> = Vec::new();
        for dim in &of.dims {
            if matches!(dim, Domain::Cache(_)) {
                return None;
            }
            at.push(self.subscript(dim, Subscript { form: 0, ..form }, &at));
        }
        let element = match at.is_empty() {
            true => of.name.clone(),
            false => format!("{}[{}]", of.name, at.join(", ")),
        };
        let element = match form.number % 4 {
            0 => format!("{} + {element}", form.number / 16),
            1 => format!("{element} - {}", form.number / 64),
            _ => element,
        };
        let open = match dim {
            Domain::Cache(_) => true,
            Domain::Growing { by, .. } => matches!(by, By::Index(_)),
            _ => false,
        };
        Some(match &span.follows {
            Some((index, plus)) if open && span.lo == 0 && form.form.is_multiple_of(2) => {
                format!("min(abs({element}), {})", sum(index, *plus))
            }
            _ => format!("clip({element}, {}, {})", span.lo, span.least),
        })
    }

    /// Where an element is read in a dimension, behind the subscripts in `at`.
    pub(super) fn subscript(&self, dim: &Domain, form: Subscript, at: &[String]) -> String {
        let span = self.span(dim, at);
        if form.form >= RUNNING && !self.readable.is_empty() {
            if let Some(running) = self.running(dim, &span, form) {
                return running;
            }
        }
        let number = usize::from(form.number);
        let fitting = self.fitting(dim, &span);
        let (first, size) = (span.lo, span.size());
        let modulus = match dim {
            Domain::Size(text, _) => format!("({text})"),
            _ => size.to_string(),
        };
        // Counted from 0.
        let from = |rest: String| match first {
            0 => rest,
            _ => format!("{first} + {rest}"),
        };
        let constant = (first + (number % size) as i64).to_string();
        let plain = match fitting.is_empty() {
            true => constant.clone(),
            false => pick(&fitting, form.index).clone(),
        };
        if let Some(along) = self.along(&span, form, &plain) {
            return along;
        }
        if self.indices.is_empty() {
            return constant;
        }
        let (any, domain) = pick(&self.indices, form.index);
        let own = self.span(domain, &[]);
        let points = self.points(domain);
        // What can be added.
        let room = size.checked_sub(points);
        let more = room.map(|room| first - own.lo + (number % (room + 1)) as i64);
        let other = &pick(&self.indices, form.number).0;
        match (form.form % 16, more) {
            (0..=5, _) => plain,
            (6, _) => constant,
            (7, _) if first == 0 && own.most < size as i64 => format!("{modulus} - 1 - {any}"),
            (7 | 8, Some(more)) => sum(any, more),
            (9, _) if first == 0 => {
                let points = own.most as usize + 1;
                format!("{any} / {}", points.div_ceil(size) + number % 2)
            }
            (10, _) => from(format!(
                "({any} * {} + {}) % {modulus}",
                1 + number % 7,
                number / 7
            )),
            (11, _) => from(format!("({any} - {other}) % {modulus}")),
            (12, Some(more)) => format!("{} - {any}", own.most + own.lo + more),
            (13, _) if first == 0 => self.linear(size).unwrap_or(plain),
            (14 | 15, _) if self.random.large => from(self.large(any, form.number, &modulus)),
            (15, _) if form.number < 4 => format!("{any} + 1"),
            (15, _) => from(format!("({any} + {number}) % {modulus}")),
            _ => plain,
        }
    }

    /// Where there are as many as an index in scope says: that index, or what is no more than it.
    fn along(&self, span: &Span, form: Subscript, plain: &str) -> Option<String> {
        let which = form.form % 16;
        let Some((index, plus)) = &span.follows else {
            return None;
        };
        let (_, over) = self.indices.iter().find(|(name, _)| name == index)?;
        let own = self.span(over, &[]);
        let down = self.indices.iter().find_map(|(name, domain)| {
            let lower = self.span(domain, &[]);
            let (by, more) = lower.follows?;
            (by == *index).then_some((name, more, lower.lo))
        });
        match (which, down) {
            (7, _) if own.lo >= span.lo && *plus >= 0 => Some(index.clone()),
            (8, _) => Some(sum(index, *plus)),
            (9, _) if span.lo == 0 && *plus >= 0 => Some(format!("{index} / 2")),
            (10, Some((name, more, lo))) if more - lo + span.lo <= *plus => {
                Some(format!("{} - {name}", sum(index, more + span.lo)))
            }
            (10..=12, _) if span.lo == 0 => Some(format!("({plain}) / 2")),
            _ => None,
        }
    }

    /// Two indices as one: `i * 3 + j`.
    fn linear(&self, size: usize) -> Option<String> {
        let [.., (outer, over), (inner, within)] = self.indices.as_slice() else {
            return None;
        };
        let (over, within) = (self.span(over, &[]), self.span(within, &[]));
        let within = within.most as usize + 1;
        let fits = (over.most as usize + 1) * within <= size;
        fits.then(|| format!("{outer} * {within} + {inner}"))
    }

    /// Arithmetic near the ends of machine integers.
    fn large(&self, index: &str, which: Pick, modulus: &str) -> String {
        let (one, other) = (pick(&LARGE, which), pick(&LARGE, which / 8));
        match which / 4 % 10 {
            0 | 1 => format!("({index} * {one}) % {modulus}"),
            2 => format!("({index} * {one} + {other}) % {modulus}"),
            3 => format!("({one} - {index}) % {modulus}"),
            4 => {
                let factors = vec![index; 2 + usize::from(which) % 20];
                format!("({}) % {modulus}", factors.join(" * "))
            }
            5 => format!("(({index} * {one}) / {other}) % {modulus}"),
            6 => format!("({one} + {index}) % {modulus}"),
            7 => format!("(({index} * {one}) % 1000003 * 9223372036854) % {modulus}"),
            8 => format!("(0 - {one} - {index}) % {modulus}"),
            _ => format!("({index} % 2 * {one} - {index} % 2 * {other}) % {modulus}"),
        }
    }

    /// Arithmetic of indices as a number.
    pub(super) fn number(&self, form: Subscript) -> String {
        let number = form.number;
        if self.indices.is_empty() {
            return pick(&PARAMS, form.index).to_string();
        }
        let index = &pick(&self.indices, form.index).0;
        let other = &pick(&self.indices, form.number).0;
        match form.form % 8 {
            0 | 1 => index.clone(),
            2 => format!("({index} * {} - {})", number % 7, number / 16),
            3 => format!("({index} - {other})"),
            4 => format!(
                "(({index} * {} + {other}) % {})",
                number / 8,
                2 + number % 8
            ),
            5 => format!("(({index} - {number}) % {})", 2 + number % 8),
            _ if self.random.large && number.is_multiple_of(2) => {
                format!("({})", self.large(index, number, "7"))
            }
            _ if self.random.large => {
                let (one, other) = (pick(&LARGE, number), pick(&LARGE, number / 8));
                format!("floor(({index} * {one}) / {other})")
            }
            _ => format!("(2 - {index})"),
        }
    }
}
