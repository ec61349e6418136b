//! Runs of field elements and of narrow integers, least significant bit first.

use stwo::core::fields::m31::{BaseField, P};
use stwo::core::fields::qm31::SecureField;

use crate::session::pack_error::PackError;

const BITS: u32 = 31;

/// Appends elements to bytes.
#[derive(Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    filled: u32,
}

impl BitWriter {
    /// A writer that continues `bytes`.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            pending: 0,
            filled: 0,
        }
    }

    /// Appends a canonical element.
    pub fn element(&mut self, value: BaseField) {
        self.push(value.0.into(), BITS);
    }

    /// Appends the low `width` bits of a value below 2^width; at most 56.
    pub fn push(&mut self, value: u64, width: u32) {
        self.pending |= value << self.filled;
        self.filled += width;
        while self.filled >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.filled -= 8;
        }
    }

    /// Appends the four coordinates of a secure field element.
    pub fn secure(&mut self, value: SecureField) {
        for part in value.to_m31_array() {
            self.element(part);
        }
    }

    /// Pads with zero bits to a whole byte.
    pub fn finish(mut self) -> Vec<u8> {
        if self.filled > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}

/// Reads elements from bytes.
pub struct BitReader<'a> {
    bytes: &'a [u8],
    pending: u64,
    filled: u32,
}

impl<'a> BitReader<'a> {
    /// A reader from the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            pending: 0,
            filled: 0,
        }
    }

    /// Reads `width` bits, at most 56.
    ///
    /// # Errors
    /// [`PackError::Truncated`].
    pub fn pull(&mut self, width: u32) -> Result<u64, PackError> {
        while self.filled < width {
            let (byte, rest) = self.bytes.split_first().ok_or(PackError::Truncated)?;
            self.pending |= u64::from(*byte) << self.filled;
            self.filled += 8;
            self.bytes = rest;
        }
        let value = self.pending & ((1 << width) - 1);
        self.pending >>= width;
        self.filled -= width;
        Ok(value)
    }

    fn element(&mut self) -> Result<BaseField, PackError> {
        let value = self.pull(BITS)? as u32;
        if value == P {
            return Err(PackError::Element);
        }
        Ok(BaseField::from_u32_unchecked(value))
    }

    /// Reads `count` elements.
    ///
    /// # Errors
    /// [`PackError::Truncated`], or [`PackError::Element`] at one that is not canonical.
    pub fn elements(&mut self, count: usize) -> Result<Vec<BaseField>, PackError> {
        (0..count).map(|_| self.element()).collect()
    }

    /// Reads `count` secure field elements; errors as [`BitReader::elements`].
    pub fn secures(&mut self, count: usize) -> Result<Vec<SecureField>, PackError> {
        (0..count)
            .map(|_| {
                let parts = [
                    self.element()?,
                    self.element()?,
                    self.element()?,
                    self.element()?,
                ];
                Ok(SecureField::from_m31_array(parts))
            })
            .collect()
    }

    /// The bytes after the elements.
    ///
    /// # Errors
    /// [`PackError::Padding`] if the last byte's spare bits are not zero.
    pub fn finish(self) -> Result<&'a [u8], PackError> {
        if self.pending != 0 {
            return Err(PackError::Padding);
        }
        Ok(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_back_and_gaps_are_refused() {
        let values = [0, 1, P - 1, 12345].map(BaseField::from_u32_unchecked);
        let mut writer = BitWriter::new(vec![7]);
        values.iter().for_each(|value| writer.element(*value));
        let bytes = writer.finish();
        assert_eq!(bytes.len(), 1 + (4 * 31usize).div_ceil(8));
        let mut reader = BitReader::new(&bytes[1..]);
        assert_eq!(reader.elements(4).unwrap(), values);
        assert_eq!(reader.finish().unwrap(), [0u8; 0]);

        let mut loose = bytes.clone();
        loose[16] |= 0x80;
        let mut reader = BitReader::new(&loose[1..]);
        reader.elements(4).unwrap();
        assert_eq!(reader.finish(), Err(PackError::Padding));
        assert_eq!(
            BitReader::new(&[255; 8]).elements(1),
            Err(PackError::Element)
        );
        assert_eq!(
            BitReader::new(&bytes[1..9]).elements(4),
            Err(PackError::Truncated)
        );
    }
}
