//! The prover's randomness: of one session, from the operating system.

use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use stwo::core::fields::m31::{BaseField, P};

use super::masking::Masking;

/// Uniform field elements. Neither copied nor shown: what is drawn twice hides nothing.
pub struct Coins {
    generator: ChaCha20Rng,
    masking: Masking,
    #[cfg(feature = "seeded")]
    moved: Option<Moved>,
}

/// By what uniform elements are moved: as many others, each `by` times.
#[cfg(feature = "seeded")]
struct Moved {
    generator: ChaCha20Rng,
    by: BaseField,
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
        Self {
            generator,
            masking,
            #[cfg(feature = "seeded")]
            moved: None,
        }
    }

    /// The same coins for the same seed, and with less masked than hides: for tests of what a proof tells,
    /// whose feature no other one has.
    #[cfg(feature = "seeded")]
    pub fn seeded(number: u64, masking: Masking) -> Self {
        Self::of(seed(number), masking)
    }

    /// The coins of a seed, moved `by` times along a direction, but for those of a ring.
    #[cfg(feature = "seeded")]
    pub fn along(number: u64, direction: u64, by: u32, masking: Masking) -> Self {
        let moved = Moved {
            generator: ChaCha20Rng::from_seed(seed(direction)),
            by: BaseField::from(by),
        };
        Self {
            moved: Some(moved),
            ..Self::seeded(number, masking)
        }
    }

    /// A source of its own, independent of this one's next elements.
    pub fn child(&mut self) -> Self {
        let mut seed = [0; 32];
        self.generator.fill_bytes(&mut seed);
        Self {
            #[cfg(feature = "seeded")]
            moved: self.moved.as_mut().map(|moved| {
                let mut seed = [0; 32];
                moved.generator.fill_bytes(&mut seed);
                let (generator, by) = (ChaCha20Rng::from_seed(seed), moved.by);
                Moved { generator, by }
            }),
            ..Self::of(seed, self.masking)
        }
    }

    fn element(&mut self) -> BaseField {
        element(&mut self.generator)
    }

    fn elements(&mut self, count: usize) -> Vec<BaseField> {
        #[cfg(feature = "seeded")]
        if let Some(moved) = &mut self.moved {
            let mut direction = || element(&mut moved.generator) * moved.by;
            let moved = (0..count).map(|_| element(&mut self.generator) + direction());
            return moved.collect();
        }
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

fn element(generator: &mut ChaCha20Rng) -> BaseField {
    loop {
        let word = generator.next_u32() >> 1;
        if word < P {
            return BaseField::from_u32_unchecked(word);
        }
    }
}

#[cfg(feature = "seeded")]
fn seed(number: u64) -> [u8; 32] {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    seed
}
