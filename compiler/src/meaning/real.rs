//! Real numbers for tables: exact rationals and multiples of pi as long as possible, then enclosures.
//!
//! An enclosure is a pair of dyadic rationals with the number between them; an end that the number
//! is known not to be is *open*, so that 255 tanh(50) has floor 254 at any precision. Sums, products
//! and inverses of ends are rounded outwards. There are two kinds of ends: [`Short`] ones of 62 bits,
//! computed by integers in machine words, and [`Dyadic`] ones of any precision, whose `exp`, `ln`,
//! `sin` and their kin are asked of astro-float, with 64 bits to spare, and widened. So a decision
//! that an enclosure allows is the same on every platform.
//!
//! - `ratio`, `ends`: exact numbers, and ends of either kind, `short` and `dyadic`; `trouble`: why an
//!   operation has no result.
//! - `value`: a number as exactly as it is known; `arithmetic`: what is done with such numbers.

mod arithmetic;
mod dyadic;
mod ends;
mod ratio;
mod short;
#[cfg(test)]
mod tests;
mod trouble;
mod value;

pub use arithmetic::Arithmetic;
pub use dyadic::Dyadic;
pub use ends::Number;
pub use ratio::Ratio;
pub use short::Short;
pub use trouble::Trouble;
pub use value::Real;
