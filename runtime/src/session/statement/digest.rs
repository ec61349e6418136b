//! A digest, and its text.

use std::fmt;

use serde::{Deserialize, Serialize};
use stwo::core::vcs::blake2_hash::Blake2sHasher;

/// A 32-byte digest, shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Blake2s of a domain's name and some bytes.
    pub fn of(domain: &str, bytes: &[u8]) -> Self {
        Self::of_pieces(domain, [bytes])
    }

    /// As [`Digest::of`], of bytes that need not stand in memory at once.
    pub fn of_pieces(domain: &str, pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut hasher = Blake2sHasher::new();
        hasher.update(&(domain.len() as u64).to_le_bytes());
        hasher.update(domain.as_bytes());
        for piece in pieces {
            hasher.update(piece.as_ref());
        }
        Self(hasher.finalize().0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let text = String::deserialize(deserializer)?;
        let digit = |byte: u8| (byte as char).to_digit(16).map(|d| d as u8);
        let bytes: Option<Vec<u8>> = text
            .as_bytes()
            .chunks(2)
            .map(|pair| match *pair {
                [a, b] => Some(digit(a)? << 4 | digit(b)?),
                _ => None,
            })
            .collect();
        let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes
            .map(Digest)
            .ok_or_else(|| D::Error::custom("a digest has 64 hexadecimal digits"))
    }
}
