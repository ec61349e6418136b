//! Exact linear algebra over the base field.

use stwo::core::fields::m31::P;

/// The field's order.
pub const M: u64 = P as u64;

/// The canonical residue of what is below 2^63.
pub fn residue(x: u64) -> u64 {
    let x = fold(fold(x));
    match x >= M {
        true => x - M,
        false => x,
    }
}

/// A smaller number with the same residue.
fn fold(x: u64) -> u64 {
    (x & M).wrapping_add(x >> 31)
}

pub fn inverse(x: u64) -> u64 {
    let (mut base, mut exponent, mut power) = (x, M - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = residue(power * base);
        }
        base = residue(base * base);
        exponent >>= 1;
    }
    power
}

/// A space of vectors, by a basis in echelon form.
#[derive(Default)]
pub struct Span {
    /// Each has 1 at its pivot, and 0 before it; 0 at the pivots of those that came earlier.
    rows: Vec<(usize, Vec<u64>)>,
}

impl Span {
    pub fn of(vectors: impl IntoIterator<Item = Vec<u64>>) -> Self {
        let mut span = Self::default();
        for vector in vectors {
            span.add(vector);
        }
        span
    }

    /// What of a vector the space does not have: 0 if it has it.
    fn rest(&self, mut vector: Vec<u64>) -> Vec<u64> {
        for (pivot, row) in &self.rows {
            let factor = M - residue(vector[*pivot]);
            if factor == M {
                continue;
            }
            // Below 2^33, and 2^62 more: one fold brings it back below 2^33.
            let pairs = vector[*pivot..].iter_mut().zip(&row[*pivot..]);
            for (x, &y) in pairs {
                *x = fold(x.wrapping_add(factor.wrapping_mul(y)));
            }
        }
        vector.iter_mut().for_each(|x| *x = residue(*x));
        vector
    }

    /// Whether the vector was new to it.
    pub fn add(&mut self, vector: Vec<u64>) -> bool {
        let mut rest = self.rest(vector);
        let Some(pivot) = rest.iter().position(|&x| x != 0) else {
            return false;
        };
        let by = inverse(rest[pivot]);
        rest.iter_mut().for_each(|x| *x = residue(*x * by));
        self.rows.push((pivot, rest));
        true
    }

    pub fn holds(&self, vector: Vec<u64>) -> bool {
        self.rest(vector).iter().all(|&x| x == 0)
    }

    pub fn dimension(&self) -> usize {
        self.rows.len()
    }
}

/// The least affine space that has some points.
pub struct Hull {
    origin: Vec<u64>,
    span: Span,
    /// How many points, the last ones, were in the space of those before.
    pub idle: usize,
}

impl Hull {
    pub fn of(points: &[Vec<u64>]) -> Self {
        let mut hull = Self {
            origin: points[0].clone(),
            span: Span::default(),
            idle: 0,
        };
        for point in &points[1..] {
            let difference = hull.difference(point);
            match hull.span.add(difference) {
                true => hull.idle = 0,
                false => hull.idle += 1,
            }
        }
        hull
    }

    fn difference(&self, point: &[u64]) -> Vec<u64> {
        let pairs = point.iter().zip(&self.origin);
        pairs.map(|(&x, &y)| residue(x + M - y)).collect()
    }

    pub fn holds(&self, point: &[u64]) -> bool {
        self.span.holds(self.difference(point))
    }

    pub fn dimension(&self) -> usize {
        self.span.dimension()
    }
}

/// Solves equations, each with its right side last, for all unknowns; `None` if one of them is left open.
///
/// # Panics
/// If the equations contradict each other.
pub fn solve(equations: Vec<Vec<u64>>, unknowns: usize) -> Option<Vec<u64>> {
    if equations.len() < unknowns {
        return None;
    }
    let span = Span::of(equations);
    let pivots = span.rows.iter().map(|(pivot, _)| *pivot);
    assert!(pivots.clone().all(|pivot| pivot < unknowns), "contradicted");
    if span.dimension() < unknowns {
        return None;
    }
    let mut rows = span.rows;
    rows.sort_by_key(|(pivot, _)| *pivot);
    let mut found = vec![0; unknowns];
    for (pivot, row) in rows.iter().rev() {
        let known = found[pivot + 1..].iter().zip(&row[pivot + 1..unknowns]);
        let sum = known.fold(0, |sum, (&x, &y)| residue(sum + x * y));
        found[*pivot] = residue(row[unknowns] + M - sum);
    }
    Some(found)
}

#[test]
fn equations_are_solved() {
    let equations = vec![vec![2, 1, 7], vec![1, M - 1, 2], vec![4, 2, 14]];
    assert_eq!(solve(equations, 2), Some(vec![3, 1]));
    assert_eq!(solve(vec![vec![2, 1, 7], vec![4, 2, 14]], 2), None);
    for x in [0, 1, M - 1, M, M + 1, M * M, (1 << 63) - 1] {
        assert_eq!(residue(x), x % M);
    }
    assert_eq!(residue(7 * inverse(7)), 1);
}

#[test]
fn a_hull_is_what_is_affine() {
    let points = [vec![1, 1, 5], vec![2, 1, 6], vec![9, 1, 13], vec![0, 1, 4]];
    let hull = Hull::of(&points);
    assert_eq!((hull.dimension(), hull.idle), (1, 2));
    assert!(hull.holds(&[M - 1, 1, 3]));
    assert!(!hull.holds(&[1, 2, 5]) && !hull.holds(&[1, 1, 6]));
}
