//! What is masked: all of it, but in tests that have to find out what is not.

#[derive(Clone, Copy, Debug)]
pub struct Masking {
    /// The columns of the trace.
    pub columns: bool,
    /// What FRI folds, by R.
    pub fri: bool,
    /// The composition polynomial, by A.
    pub composition: bool,
    /// Linked proofs' totals.
    pub ring: bool,
    /// Coefficients of each column's mask that are left out.
    pub short: usize,
}

impl Masking {
    pub const ALL: Self = Self {
        columns: true,
        fri: true,
        composition: true,
        ring: true,
        short: 0,
    };

    /// Of the coefficients that a column's mask needs, how many it has.
    pub(super) fn coefficients(self, count: usize) -> usize {
        match self.columns {
            true => count - self.short,
            false => 0,
        }
    }

    /// Whether a column of R or A, by its number among both, has its coefficients.
    pub(super) fn blinds(self, column: usize) -> bool {
        match column < 4 {
            true => self.fri,
            false => self.composition,
        }
    }
}
