//! Where elements are read, and index arithmetic as numbers.

use super::{pick, Domain, Writer, LARGE, PARAMS};
use crate::common::trees::{Pick, Subscript};

/// From this form on a subscript is known only when the program runs.
const RUNNING: Pick = 224;

impl Writer<'_> {
    /// The indices in scope that a dimension has room for, those of the same domain first.
    fn fitting(&self, dim: &Domain) -> Vec<(String, usize)> {
        let (mut same, mut others) = (Vec::new(), Vec::new());
        for (name, domain) in &self.indices {
            let points = self.points(domain);
            let fits = match (dim, domain) {
                (Domain::Size(_, size), _) => points <= *size,
                (Domain::Cache(to), Domain::Cache(from)) => {
                    let (to, from) = (&self.caches[*to], &self.caches[*from]);
                    from.seeded <= to.seeded && (to.grows || !from.grows)
                }
                (Domain::Cache(cache), Domain::Size(..)) => points <= self.first(*cache),
            };
            match fits {
                true if domain == dim => same.push((name.clone(), points)),
                true => others.push((name.clone(), points)),
                false => {}
            }
        }
        if same.is_empty() {
            return others;
        }
        same
    }

    /// Entries that a cache has at the first step.
    pub(super) fn first(&self, cache: usize) -> usize {
        self.caches[cache].seeded + usize::from(self.caches[cache].grows)
    }

    /// A subscript that is known only when the program runs: an element of something else, clipped.
    fn running(&self, dim: &Domain, form: Subscript) -> Option<String> {
        let last = match dim {
            Domain::Size(_, size) => size - 1,
            Domain::Cache(cache) => self.first(*cache) - 1,
        };
        let plain = |dims: &[Domain]| -> Option<String> {
            let at = dims.iter().map(|dim| match dim {
                Domain::Size(..) => Some(self.subscript(dim, Subscript { form: 0, ..form })),
                Domain::Cache(_) => None,
            });
            at.collect::<Option<Vec<_>>>().map(|at| at.join(", "))
        };
        let (name, dims) = pick(&self.readable, form.index);
        let at = plain(dims)?;
        let element = match at.is_empty() {
            true => name.clone(),
            false => format!("{name}[{at}]"),
        };
        let element = match form.number % 4 {
            0 => format!("{} + {element}", form.number / 16),
            1 => format!("{element} - {}", form.number / 64),
            _ => element,
        };
        Some(match (dim, &self.step) {
            (Domain::Cache(cache), Some(step))
                if self.caches[*cache].grows && form.form.is_multiple_of(2) =>
            {
                let seeded = self.caches[*cache].seeded;
                format!("min(abs({element}), {step} + {seeded})")
            }
            _ => format!("clip({element}, 0, {last})"),
        })
    }

    pub(super) fn subscript(&self, dim: &Domain, form: Subscript) -> String {
        if form.form >= RUNNING && !self.readable.is_empty() {
            if let Some(running) = self.running(dim, form) {
                return running;
            }
        }
        let number = usize::from(form.number);
        let fitting = self.fitting(dim);
        let (size, modulus) = match dim {
            Domain::Size(text, size) => (*size, format!("({text})")),
            Domain::Cache(cache) => (self.first(*cache), self.first(*cache).to_string()),
        };
        let constant = (number % size).to_string();
        let plain = match fitting.is_empty() {
            true => constant.clone(),
            false => pick(&fitting, form.index).0.clone(),
        };
        if let (Domain::Cache(cache), Some(step)) = (dim, &self.step) {
            let cache = &self.caches[*cache];
            match (cache.grows, form.form % 16) {
                (true, 7) => return step.clone(),
                (true, 8) => return format!("{step} + {}", cache.seeded),
                (true, 9) => return format!("{step} / 2"),
                (_, 7..=12) => return format!("({plain}) / 2"),
                _ => {}
            }
        }
        if self.indices.is_empty() {
            return constant;
        }
        let (any, domain) = pick(&self.indices, form.index);
        let points = self.points(domain);
        let other = &pick(&self.indices, form.number).0;
        match form.form % 16 {
            0..=5 => plain,
            6 => constant,
            7 if points <= size => format!("{modulus} - 1 - {any}"),
            8 if points <= size => format!("{any} + {}", number % (size - points + 1)),
            9 => format!("{any} / {}", points.div_ceil(size) + number % 2),
            10 => format!("({any} * {} + {}) % {modulus}", 1 + number % 7, number / 7),
            11 => format!("({any} - {other}) % {modulus}"),
            12 if points <= size => {
                format!("{} - {any}", points - 1 + number % (size - points + 1))
            }
            13 => self.linear(size).unwrap_or(plain),
            14 | 15 if self.random.large => self.large(any, form.number, &modulus),
            15 if form.number < 4 => format!("{any} + 1"),
            15 => format!("({any} + {number}) % {modulus}"),
            _ => plain,
        }
    }

    /// Two indices as one: `i * 3 + j`.
    fn linear(&self, size: usize) -> Option<String> {
        let [.., (outer, over), (inner, within)] = self.indices.as_slice() else {
            return None;
        };
        let within = self.points(within);
        let fits = self.points(over) * within <= size;
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
