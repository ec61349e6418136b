//! The directory of a zip archive: where its members are, read once and within limits.
//!
//! The `zip` crate looks for a directory again and again where one does not fit, and keeps the last
//! of two members with one name. Here the end of the file is the end of the directory, or the file
//! is refused. Members are unpacked by the crate.

use std::io::{Chain, Cursor, Read};

use zip::read::{read_zipfile_from_stream, ZipFile};

pub const MAX_MEMBERS: usize = 4096;
/// What a directory ends with, and what each of its entries begins with.
const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const END_BYTES: usize = 22;
const ENTRY_BYTES: usize = 46;
/// What stands before a member's name.
const HEAD_BYTES: usize = 30;
/// A member's flag: its checksum and lengths follow it, and its head has none.
const LENGTHS_FOLLOW: u8 = 1 << 3;
/// A number that stands elsewhere in the larger form of the format.
const ELSEWHERE: u32 = u32::MAX;

/// Where the members of an archive are.
pub struct Directory<'a> {
    pub entries: Vec<Entry<'a>>,
    /// What is before the directory.
    members: &'a [u8],
}

/// A member's head, and the bytes that follow it.
pub type Source<'a> = Chain<Cursor<Vec<u8>>, &'a [u8]>;
pub type Member<'c, 'a> = ZipFile<'c, Source<'a>>;

/// What the directory says of a member.
pub struct Entry<'a> {
    pub name: &'a str,
    pub offset: usize,
    checksum: u32,
    packed: u32,
    unpacked: u32,
}

impl<'a> Directory<'a> {
    /// # Errors
    /// Why it is no archive, or none that an npz can be.
    pub fn read(bytes: &'a [u8]) -> Result<Self, String> {
        let start = end_of_directory(bytes).ok_or("it has no directory, or is cut off")?;
        let end = &bytes[start..];
        let (count, size, offset) = (u16_at(end, 10), u32_at(end, 12), u32_at(end, 16));
        if usize::from(count) > MAX_MEMBERS {
            return Err(format!(
                "it has {count} members; at most {MAX_MEMBERS} are read"
            ));
        }
        let (size, offset) = (size as usize, offset as usize);
        if u16_at(end, 4) != 0 || u16_at(end, 6) != 0 || u16_at(end, 8) != count {
            return Err("it is one of several volumes".into());
        }
        if offset.checked_add(size) != Some(start) {
            return Err("its directory is not where it says".into());
        }
        let mut rest = &bytes[offset..start];
        let mut entries = Vec::new();
        for _ in 0..count {
            let (entry, after) = entry(rest)?;
            entries.push(entry);
            rest = after;
        }
        match rest {
            [] => Ok(Self {
                entries,
                members: &bytes[..offset],
            }),
            _ => Err("its directory has more members than it says".into()),
        }
    }

    /// The bytes from a member on. What was written to a pipe, as `numpy.savez` can, has lengths in
    /// the directory alone: they are put where they belong.
    pub fn from(&self, entry: &Entry<'_>) -> Source<'a> {
        let rest = self.members.get(entry.offset..).unwrap_or_default();
        let (head, rest) = rest.split_at(rest.len().min(HEAD_BYTES));
        let mut head = head.to_vec();
        if head.len() == HEAD_BYTES && head[6] & LENGTHS_FOLLOW != 0 {
            head[6] &= !LENGTHS_FOLLOW;
            let lengths = [entry.checksum, entry.packed, entry.unpacked];
            let lengths = lengths.map(u32::to_le_bytes);
            head[14..26].copy_from_slice(lengths.as_flattened());
        }
        Cursor::new(head).chain(rest)
    }

    /// Where a member ends that was read from here.
    pub fn end_before(&self, source: &Source<'_>) -> usize {
        self.members.len() - source.get_ref().1.len()
    }
}

impl Entry<'_> {
    /// The member, which begins here.
    ///
    /// # Errors
    /// Why it is none, or not the one of the directory.
    pub fn open<'b, 'c>(&self, source: &'c mut Source<'b>) -> Result<Member<'c, 'b>, String> {
        let member = read_zipfile_from_stream(source).map_err(|error| error.to_string())?;
        let member = member.ok_or("a member is not where its directory says")?;
        let same = |own: u32, there: u64| own == ELSEWHERE || u64::from(own) == there;
        let agrees = member.name_raw() == self.name.as_bytes()
            && member.crc32() == self.checksum
            && same(self.packed, member.compressed_size())
            && same(self.unpacked, member.size());
        match agrees {
            true => Ok(member),
            false => Err(format!(
                "its member {:?} is not what its directory says",
                self.name
            )),
        }
    }
}

/// Where the end of the directory begins: a comment may follow it, to the end of the file.
fn end_of_directory(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_BYTES)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let ends = |at: &usize| {
        let end = &bytes[*at..];
        end.starts_with(END) && usize::from(u16_at(end, 20)) == end.len() - END_BYTES
    };
    (first..=last).rev().find(ends)
}

/// An entry, and what follows it.
fn entry(bytes: &[u8]) -> Result<(Entry<'_>, &[u8]), String> {
    let cut = "its directory is cut off";
    if bytes.len() < ENTRY_BYTES || !bytes.starts_with(ENTRY) {
        return Err(cut.into());
    }
    let length = |at| usize::from(u16_at(bytes, at));
    let name = &bytes[ENTRY_BYTES..];
    let name = name.get(..length(28)).ok_or(cut)?;
    let after = ENTRY_BYTES + name.len() + length(30) + length(32);
    let offset = u32_at(bytes, 42);
    if offset == ELSEWHERE {
        return Err("it has a member beyond 4 GiB".into());
    }
    let entry = Entry {
        name: std::str::from_utf8(name).map_err(|_| "a member's name is not UTF-8")?,
        offset: offset as usize,
        checksum: u32_at(bytes, 16),
        packed: u32_at(bytes, 20),
        unpacked: u32_at(bytes, 24),
    };
    Ok((entry, bytes.get(after..).ok_or(cut)?))
}

/// Little endian; 0 beyond the end, which callers have ruled out.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    let two = bytes.get(at..at + 2).and_then(|two| two.try_into().ok());
    two.map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map_or(0, u32::from_le_bytes)
}
