//! The range tables of a circuit, and how many digits a range takes in them (spec 4.4).

use serde::Serialize;

use crate::circuit::names::Tag;

/// The range tables of a circuit: tables of `0..N` for the sizes in `exact`, and the digit
/// table of `2^digit_bits` entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RangeTables {
    pub digit_bits: u32,
    pub exact: Vec<i64>,
    /// Whether anything uses the digit table.
    pub digits_used: bool,
    /// The size of the range of which a table of pairs is served.
    pub pairs: Option<i64>,
}

impl RangeTables {
    pub fn has_exact(&self, size: i64) -> bool {
        self.exact.binary_search(&size).is_ok() || size == self.base()
    }

    pub const fn base(&self) -> i64 {
        1 << self.digit_bits
    }

    pub const fn digit_tag(&self) -> Tag {
        Tag::range(1 << self.digit_bits)
    }

    /// Digits for the integers `0..size`, and the size that they reach: 1, or 2 with a bit or a
    /// digit on top, or 3. Whatever they reach is at most 2^30 < P, so no decomposition wraps.
    pub const fn digits(&self, size: i64) -> (u32, i64) {
        let base = self.base();
        if size <= base {
            (1, base)
        } else if size <= 2 * base {
            (2, 2 * base)
        } else if size <= base * base {
            (2, base * base)
        } else {
            (3, base * base * base)
        }
    }

    /// The digit table for traces of 2^`log_rows` rows whose widest range has `size` integers:
    /// no taller than the traces, unless three digits of at most 30 bits, or two, need it.
    pub fn for_trace(log_rows: u32, size: i64) -> Self {
        let needed = 64 - (size - 1).max(1).leading_zeros();
        let mut digit_bits = log_rows.clamp(8, 15);
        while 2 * digit_bits < needed && !(digit_bits <= 10 && needed <= 3 * digit_bits) {
            digit_bits += 1;
        }
        Self {
            digit_bits,
            exact: Vec::new(),
            digits_used: false,
            pairs: None,
        }
    }

    /// All tables that are served, by size.
    pub fn sizes(&self) -> Vec<i64> {
        let mut sizes = self.exact.clone();
        if self.digits_used && !sizes.contains(&self.base()) {
            sizes.push(self.base());
        }
        sizes.sort_unstable();
        sizes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_never_reach_the_field() {
        for bits in 0..=20 {
            for log in 0..=28 {
                for size in [1i64 << log, (1 << log) + 1] {
                    let size = size.min(1 << 30);
                    let ranges = RangeTables::for_trace(bits, size);
                    let (digits, reached) = ranges.digits(size);
                    assert!(size <= reached && reached <= 1 << 30, "{bits} {size}");
                    assert!((1..=3).contains(&digits));
                }
            }
        }
    }
}
