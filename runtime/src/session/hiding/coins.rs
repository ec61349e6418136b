//! The prover's randomness: of one session, from the operating system.

use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use stwo::core::fields::m31::{BaseField, P};

use super::masking::Masking;

/// Uniform field elements. Neither copied nor shown: what is drawn twice hides nothing.
pub struct Coins {
    generator: ChaCha20Rng,
    masking: Masking,
}

impl Coins {
    /// # Errors
    /// That the operating system has no randomness to give: then there is no proof, and no weaker source.
    pub fn fresh() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::getrandom(&mut seed)?;
        Ok(Self::of(seed, Masking::ALL))
    }

    fn of(seed: [u8; 32], masking: Masking) -> Self {
        let generator = ChaCha20Rng::from_seed(seed);
        Self { generator, masking }
    }

    /// The same coins for the same seed, and with less masked than hides: for tests of what a proof tells,
    /// whose feature no other one has.
    #[cfg(feature = "seeded")]
    pub fn seeded(number: u64, masking: Masking) -> Self {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        Self::of(seed, masking)
    }

    /// A source of its own, independent of this one's next elements.
    pub fn child(&mut self) -> Self {
        let mut seed = [0; 32];
        self.generator.fill_bytes(&mut seed);
        Self::of(seed, self.masking)
    }

    fn element(&mut self) -> BaseField {
        loop {
            let word = self.generator.next_u32() >> 1;
            if word < P {
                return BaseField::from_u32_unchecked(word);
            }
        }
    }

    fn elements(&mut self, count: usize) -> Vec<BaseField> {
        (0..count).map(|_| self.element()).collect()
    }

    /// The mask of a column that needs so many coefficients.
    pub fn mask(&mut self, count: usize) -> Vec<BaseField> {
        let count = self.masking.coefficients(count);
        self.elements(count)
    }

    /// An element of a ring's tuple.
    pub fn tuple_element(&mut self) -> BaseField {
        match self.masking.ring {
            true => self.element(),
            false => BaseField::from(1),
        }
    }

    /// A column of R or of A, by its number among both.
    pub fn blind(&mut self, column: usize, coefficients: usize) -> Vec<BaseField> {
        match self.masking.blinds(column) {
            true => self.elements(coefficients),
            false => vec![BaseField::from(0); coefficients],
        }
    }
}
