//! The prover's randomness: of one session, from the operating system.

use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use stwo::core::fields::m31::{BaseField, P};

/// Uniform field elements. Neither copied nor shown: what is drawn twice hides nothing.
pub struct Coins(ChaCha20Rng);

impl Coins {
    /// # Errors
    /// That the operating system has no randomness to give: then there is no proof, and no weaker source.
    pub fn fresh() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::getrandom(&mut seed)?;
        Ok(Self(ChaCha20Rng::from_seed(seed)))
    }

    /// A source of its own, independent of this one's next elements.
    pub fn child(&mut self) -> Self {
        let mut seed = [0; 32];
        self.0.fill_bytes(&mut seed);
        Self(ChaCha20Rng::from_seed(seed))
    }

    pub fn element(&mut self) -> BaseField {
        loop {
            let word = self.0.next_u32() >> 1;
            if word < P {
                return BaseField::from_u32_unchecked(word);
            }
        }
    }

    pub fn elements(&mut self, count: usize) -> Vec<BaseField> {
        (0..count).map(|_| self.element()).collect()
    }
}
