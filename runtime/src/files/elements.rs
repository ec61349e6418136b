//! Elements as they are stored: integers, truth values and floats of either byte order.

use std::convert::Infallible;

use crate::files::fault::Fault;
use crate::files::wanted::Wanted;

/// How one element is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// `i`, `u`, `f` or `b`; `g` of a bfloat16, which no integer is read from.
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
    each(bytes, kind, fortran, &wanted.shape, |element, at| {
        number(element, kind, wanted, at)
    })
}

/// As [`elements`], as real numbers.
pub fn reals(bytes: &[u8], kind: Kind, fortran: bool, shape: &[usize]) -> Vec<f64> {
    let real = |element: &[u8], _: &[usize]| Ok::<_, Infallible>(real(element, kind));
    let Ok(reals) = each(bytes, kind, fortran, shape, real);
    reals
}

fn each<T, E>(
    bytes: &[u8],
    kind: Kind,
    fortran: bool,
    shape: &[usize],
    read: impl Fn(&[u8], &[usize]) -> Result<T, E>,
) -> Result<Vec<T>, E> {
    let size = shape.iter().product();
    let mut data = Vec::with_capacity(size);
    let mut at = vec![0; shape.len()];
    for _ in 0..size {
        let offset = match fortran {
            false => data.len(),
            true => at
                .iter()
                .zip(shape)
                .rev()
                .fold(0, |offset, (&at, &size)| offset * size + at),
        };
        let element = &bytes[offset * kind.bytes..][..kind.bytes];
        data.push(read(element, &at)?);
        for (at, &size) in at.iter_mut().zip(shape).rev() {
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
    let word = word(bytes, kind);
    match (kind.letter, kind.bytes) {
        (b'f', 2) => wanted.float(at, half(word as u16), 11),
        (b'f', 4) => wanted.float(at, f32::from_bits(word as u32).into(), 24),
        (b'f', _) => wanted.float(at, f64::from_bits(word), 53),
        (b'i', size) => wanted.integer(at, signed(word, size).into()),
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

fn real(bytes: &[u8], kind: Kind) -> f64 {
    let word = word(bytes, kind);
    match (kind.letter, kind.bytes) {
        (b'f', 2) => half(word as u16),
        (b'g', _) => f32::from_bits((word as u32) << 16).into(),
        (b'f', 4) => f32::from_bits(word as u32).into(),
        (b'f', _) => f64::from_bits(word),
        (b'i', size) => signed(word, size) as f64,
        _ => word as f64,
    }
}

fn word(bytes: &[u8], kind: Kind) -> u64 {
    let join = |word: u64, &byte: &u8| (word << 8) | u64::from(byte);
    match kind.big_endian {
        true => bytes.iter().fold(0, join),
        false => bytes.iter().rev().fold(0, join),
    }
}

fn signed(word: u64, bytes: usize) -> i64 {
    let unused = 64 - 8 * bytes as u32;
    ((word << unused) as i64) >> unused
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
