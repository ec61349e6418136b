//! How much randomness hides what a proof opens, by its queries (spec 9).

use crate::circuit::Circuit;

/// Elements of a tuple of the ring that linked proofs have: a row has two.
pub const RING_TUPLE: usize = 4;

/// The random coefficients that a proof which hides has in its columns.
///
/// A column of N rows is committed to as a polynomial of 2N coefficients: those of its rows, then
/// `once` or `twice` random ones, then zeros. Random coefficients in an even number t make the
/// polynomial's values at any t - 1 points off the rows uniform, whatever the rows say. All numbers
/// are for Q queries, each of which opens one point of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masks {
    /// Random coefficients of a column that is opened at the row alone, even. Q + 5 <= `once` - 1: of
    /// such a column the queries are seen, the four conjugates of the point out of the domain, and one
    /// leaf that is not opened.
    pub once: u32,
    /// Of a column that is opened at the row before too, even. 2Q + 9 <= `twice` - 1: at a query the
    /// row before is known from the composition, and at the point out of the domain it is opened.
    pub twice: u32,
    /// log2 of the least rows N of a component. 3 `twice` / 2 < N: rules of degree 3 then still have a
    /// quotient of at most 4N coefficients, and N + `twice` < 2N: a column that is opened twice has no
    /// highest coefficient, so that its quotients are of the degree that FRI's mask hides.
    pub least_bits: u32,
    /// log2 of the rows over which the rule of the composition's mask vanishes. Q + 5 <= 2^`mu` - 1:
    /// the mask's 2^`mu` highest coefficients hide the composition's right half at the queries, at the
    /// conjugates of the point out of the domain and in one leaf. As `mu` <= `least_bits`, the mask has
    /// at least Q + 6 others, which hide its own values.
    pub mu: u32,
}

impl Masks {
    /// The masks of a proof with this many queries, before equal ones are merged.
    pub const fn of(queries: u32) -> Self {
        let once = (queries + 6).next_multiple_of(2);
        let twice = 2 * queries + 10;
        Self {
            once,
            twice,
            least_bits: (3 * twice / 2 + 1).next_power_of_two().ilog2(),
            mu: (queries + 6).next_power_of_two().ilog2(),
        }
    }

    /// log2 of the rows of the ring that each of a circuit's proofs has, if they are linked.
    pub fn ring(&self, circuit: &Circuit) -> Option<u32> {
        circuit.is_linked().then_some(self.least_bits)
    }

    /// log2 of the rows of a proof's tallest component, its ring among them.
    pub fn tallest(&self, circuit: &Circuit, proof: usize) -> u32 {
        let own = circuit.components_of(proof);
        let own = own.map(|(_, component)| component.log_rows);
        let all = own.chain(self.ring(circuit));
        all.max().unwrap_or(self.least_bits)
    }

    /// Whether a component of 2^`log_rows` rows has room for them.
    pub const fn fit(&self, log_rows: u32) -> bool {
        log_rows >= self.least_bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::choices::Choices;

    #[test]
    fn the_settings_masks() {
        for (queries, once, twice, least_bits, mu) in [
            (3, 10, 16, 5, 4),
            (15, 22, 40, 6, 5),
            (19, 26, 48, 7, 5),
            (76, 82, 162, 8, 7),
            (120, 126, 250, 9, 7),
        ] {
            let masks = Masks {
                once,
                twice,
                least_bits,
                mu,
            };
            assert_eq!(Masks::of(queries), masks, "{queries} queries");
        }
    }

    #[test]
    fn all_that_the_argument_asks_for_holds() {
        for queries in 1..=120 {
            let masks = Masks::of(queries);
            let Masks {
                once, twice, mu, ..
            } = masks;
            assert!(once % 2 == 0 && twice % 2 == 0, "{masks:?}");
            assert!(queries + 5 < once && once < queries + 8, "{masks:?}");
            assert!(2 * queries + 9 < twice, "{masks:?}");
            assert!(Choices::LEAST_BITS.contains(&masks.least_bits));
            assert!(!masks.fit(masks.least_bits - 1));
            // No fewer rows would do, and no smaller V.
            assert!(3 * twice / 2 >= 1 << (masks.least_bits - 1), "{masks:?}");
            assert!(queries + 6 > 1 << (mu - 1) && queries + 6 <= 1 << mu);
            for log_rows in masks.least_bits..=23 {
                assert!(masks.fit(log_rows));
                let rows = 1u32 << log_rows;
                // Of the tallest component: the coefficients of its columns, of R and of A.
                let most = 2 * rows;
                assert!(once <= twice && twice <= rows, "{masks:?}");
                assert!(3 * twice / 2 < rows && rows + twice < most, "{masks:?}");
                // A rule of degree 3 over the rows, divided by what vanishes there.
                assert!(rows + 3 * twice / 2 < 2 * rows, "{masks:?}");
                assert!(most - (1 << mu) >= queries + 6, "{masks:?}");
                assert!(mu <= log_rows);
            }
        }
    }
}
