//! A statement's bytes, written and read: numbers in little endian, texts with their length.

use super::digest::Digest;

#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn count(&mut self, count: usize) {
        self.0.extend((count as u64).to_le_bytes());
    }
    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend(text.as_bytes());
    }
}

pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or("the statement is truncated")?;
        self.0 = rest;
        Ok(taken)
    }
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self
            .0
            .split_first_chunk()
            .ok_or("the statement is truncated")?;
        self.0 = rest;
        Ok(*taken)
    }
    pub(super) fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }
    pub(super) fn i64(&mut self) -> Result<i64, String> {
        Ok(i64::from_le_bytes(self.array()?))
    }
    pub(super) fn digest(&mut self) -> Result<Digest, String> {
        Ok(Digest(self.array()?))
    }
    pub(super) fn count(&mut self, what: &str, most: usize) -> Result<usize, String> {
        let count = u64::from_le_bytes(self.array()?);
        if count > most as u64 {
            return Err(format!(
                "{what}: {count}, of which there are {most} at most"
            ));
        }
        Ok(count as usize)
    }
    pub(super) fn text(&mut self, what: &str, most: usize) -> Result<String, String> {
        let length = self.count(what, most)?;
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| format!("{what} is not UTF-8"))
    }
}
