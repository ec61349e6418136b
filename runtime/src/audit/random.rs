//! A small deterministic source of numbers for attacks.

use stwo::core::fields::m31::BaseField;

/// A linear congruential generator: the same numbers on every platform.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// 32 bits.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    /// A number below `size`; 0 if that is 0.
    pub fn below(&mut self, size: usize) -> usize {
        (self.next() as usize) % size.max(1)
    }

    /// A field element.
    pub fn field(&mut self) -> BaseField {
        BaseField::from_u32_unchecked((self.next() % ((1 << 31) - 1)) as u32)
    }

    /// An element of `lo..=hi`, often one of the ends, or 0.
    pub fn within(&mut self, lo: i64, hi: i64) -> i64 {
        match self.below(8) {
            0 => lo,
            1 => hi,
            2 if lo <= 0 && 0 <= hi => 0,
            _ => lo + (self.next() as i64) % (hi - lo + 1),
        }
    }
}
