//! Elements as they are stored: integers, truth values and floats of either byte order.

use crate::files::fault::Fault;
use crate::files::wanted::Wanted;

/// How one element is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// `i`, `u`, `f` or `b`.
    pub letter: u8,
    pub bytes: usize,
    pub big_endian: bool,
}

/// The elements of a tensor, row-major, from as many bytes as it has: the first index the fastest in
/// them if they are in Fortran's order.
///
/// # Errors
/// What is no element of the tensor.
pub fn elements(
    bytes: &[u8],
    kind: Kind,
    fortran: bool,
    wanted: &Wanted,
) -> Result<Vec<i64>, Fault> {
    let mut data = Vec::with_capacity(wanted.size());
    let mut at = vec![0; wanted.shape.len()];
    for _ in 0..wanted.size() {
        let offset = match fortran {
            false => data.len(),
            true => at
                .iter()
                .zip(&wanted.shape)
                .rev()
                .fold(0, |offset, (&at, &size)| offset * size + at),
        };
        let element = &bytes[offset * kind.bytes..][..kind.bytes];
        data.push(number(element, kind, wanted, &at)?);
        for (at, &size) in at.iter_mut().zip(&wanted.shape).rev() {
            *at += 1;
            if *at < size {
                break;
            }
            *at = 0;
        }
    }
    Ok(data)
}

fn number(bytes: &[u8], kind: Kind, wanted: &Wanted, at: &[usize]) -> Result<i64, Fault> {
    let join = |word: u64, &byte: &u8| (word << 8) | u64::from(byte);
    let word = match kind.big_endian {
        true => bytes.iter().fold(0, join),
        false => bytes.iter().rev().fold(0, join),
    };
    match (kind.letter, kind.bytes) {
        (b'f', 2) => wanted.float(at, half(word as u16), 11),
        (b'f', 4) => wanted.float(at, f32::from_bits(word as u32).into(), 24),
        (b'f', _) => wanted.float(at, f64::from_bits(word), 53),
        (b'i', size) => {
            let unused = 64 - 8 * size as u32;
            wanted.integer(at, (((word << unused) as i64) >> unused).into())
        }
        (b'b', _) if word > 1 => Err(Fault::Kind {
            name: wanted.name.clone(),
            at: at.to_vec(),
            expected: "a truth value",
            found: "neither 0 nor 1",
            shape: wanted.shape.clone(),
        }),
        _ => wanted.integer(at, word.into()),
    }
}

/// A float of 16 bits: sign, 5 of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match i32::from((bits >> 10) & 0x1f) {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    match bits >> 15 {
        0 => magnitude,
        _ => -magnitude,
    }
}
