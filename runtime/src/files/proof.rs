//! The proof file: a versioned header, the statement, and the packed proofs of one session.
//!
//! All numbers are little endian.
//! 1. The 8 bytes `attncprf`, then the version, 4 bytes.
//! 2. The length of the packed statement in bytes, 4 bytes, then the statement
//!    ([`Statement::pack`]).
//! 3. The nonce before the session's challenges, 8 bytes.
//! 4. The number of proofs, 4 bytes; then for each, in plan order:
//!    1. the number of claims, 4 bytes, and each claim, 16 bytes: its four coordinates over M31
//!       (1, i, u, iu), each 4 bytes and below 2^31 - 1; of a proof that hides its total alone, or, if it
//!       stands alone, none;
//!    2. the length of the packed proof in bytes, 4 bytes, then the proof ([`crate::session::pack`]).
//!
//! Nothing follows. The parts of a plan with open boundaries have a proof file each; joined they
//! are a set file: the 8 bytes `attncset`, the version, 4 bytes, the number of parts, 4 bytes, and
//! for each the length of its proof file in bytes, 4 bytes, then that file.
//!
//! The numbers in step 4 must be those of the key's circuit, and a length no more
//! than the bytes that are left, so nothing is allocated on the file's word.

use std::fmt;
use std::path::Path;

use attnc_compiler::circuit::Circuit;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;

use crate::session::claims;
use crate::session::security::Setting;
use crate::session::statement::Statement;
use crate::session::verify::{Part, Rejection};
use crate::session::version::unread;

/// The first bytes of a proof file.
pub const MAGIC: &[u8; 8] = b"attncprf";
/// The first bytes of a set file.
pub const SET_MAGIC: &[u8; 8] = b"attncset";
/// Proof files in a set file at most.
pub const MAX_PARTS: u32 = 4096;
/// The version of the proof file that this attnc writes and reads.
pub const VERSION: u32 = 4;
/// Bytes of a proof file at most.
pub const MAX_BYTES: u64 = 256 << 20;

/// Why bytes are not a proof file of this circuit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    NotAProof,
    /// A proof file, or a set, of another version.
    Version {
        set: bool,
        found: u32,
    },
    Truncated,
    Trailing(usize),
    /// The statement cannot be read; the text says why.
    Statement(String),
    /// The number of proofs or claims is not the circuit's.
    Number {
        what: String,
        found: u32,
        expected: usize,
    },
    /// A set file of no proof files, or too many.
    Parts(u32),
    /// A claim's coordinate is not below 2^31 - 1.
    Claim,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAProof => write!(f, "this is not a proof file"),
            Self::Version { set, found } => {
                let (what, again) = match set {
                    false => ("the proof", "prove it again"),
                    true => ("the set", "prove its parts again, and join them"),
                };
                write!(f, "{}", unread(what, (*found).into(), VERSION, again))
            }
            Self::Truncated => write!(f, "the file is truncated"),
            Self::Trailing(n) => write!(f, "{n} bytes follow the last proof"),
            Self::Statement(what) => write!(f, "{what}"),
            Self::Number {
                what,
                found,
                expected,
            } => write!(f, "it has {found} {what}, not {expected}"),
            Self::Parts(found) => write!(
                f,
                "it is a set of {found} proofs; a set has 1 to {MAX_PARTS}"
            ),
            Self::Claim => write!(f, "a claim is not a field element"),
        }
    }
}

impl std::error::Error for FileError {}

impl From<FileError> for Rejection {
    fn from(error: FileError) -> Self {
        Rejection::File(error.to_string())
    }
}

/// The bytes of a proof file; `-` is standard input.
///
/// # Errors
/// The operating system's, or one that says that the file is too large.
pub fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    crate::files::read(path, MAX_BYTES)?.ok_or_else(|| {
        let what = format!("the file has more than {MAX_BYTES} bytes");
        std::io::Error::other(what)
    })
}

/// The proof files in a file's bytes: itself, or those of a set file.
///
/// # Errors
/// [`FileError`] if it is neither; the proof files are not looked into.
pub fn files(bytes: &[u8]) -> Result<Vec<&[u8]>, FileError> {
    let Some(rest) = bytes.strip_prefix(SET_MAGIC) else {
        return Ok(vec![bytes]);
    };
    let mut reader = Reader(rest);
    let version = reader.u32()?;
    if version != VERSION {
        return Err(FileError::Version {
            set: true,
            found: version,
        });
    }
    let count = reader.u32()?;
    if !(1..=MAX_PARTS).contains(&count) {
        return Err(FileError::Parts(count));
    }
    let mut files = Vec::new();
    for _ in 0..count {
        let length = reader.u32()?;
        files.push(reader.take(length as usize)?);
    }
    match reader.0.len() {
        0 => Ok(files),
        more => Err(FileError::Trailing(more)),
    }
}

/// The bytes of a set file of these proof files.
pub fn set(files: &[Vec<u8>]) -> Vec<u8> {
    let mut out = SET_MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    count(&mut out, files.len());
    for file in files {
        count(&mut out, file.len());
        out.extend(file);
    }
    out
}

/// A proof file of whatever circuit: steps 1 and 2 are read.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// The statement without its public tensors.
    pub head: Statement,
    statement: &'a [u8],
    /// Steps 3 and 4.
    body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads what can be read without a circuit.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn open(bytes: &'a [u8]) -> Result<Self, FileError> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(FileError::NotAProof);
        };
        let mut reader = Reader(rest);
        let version = reader.u32()?;
        if version != VERSION {
            return Err(FileError::Version {
                set: false,
                found: version,
            });
        }
        let length = reader.u32()?;
        let statement = reader.take(length as usize)?;
        let (head, _) = Statement::unpack_head(statement).map_err(FileError::Statement)?;
        Ok(Self {
            head,
            statement,
            body: reader.0,
        })
    }

    /// Bytes of the packed statement.
    pub fn statement_bytes(&self) -> usize {
        self.statement.len()
    }

    /// Bytes after the statement: what `packed_bytes` counts.
    pub fn packed_bytes(&self) -> usize {
        self.body.len()
    }

    /// Reads the public tensors, whose shapes are the circuit's.
    ///
    /// # Errors
    /// [`FileError::Statement`].
    pub fn statement(&self, circuit: &Circuit) -> Result<Statement, FileError> {
        Statement::unpack(self.statement, circuit).map_err(FileError::Statement)
    }

    /// Reads the nonce and the proofs.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn session(&self, circuit: &Circuit) -> Result<(u64, Vec<Part<'a>>), FileError> {
        let mut reader = Reader(self.body);
        let nonce = u64::from_le_bytes(reader.array()?);
        reader.number("proofs".into(), circuit.proofs.len())?;
        let mut parts = Vec::new();
        let hides = self.head.security.parse().is_ok_and(Setting::hides);
        for (proof, name) in circuit.proofs.iter().enumerate() {
            let count = claims(circuit, proof, hides);
            let what = format!("claims in proof `{name}`");
            reader.number(what, count)?;
            let claims = (0..count)
                .map(|_| reader.claim())
                .collect::<Result<_, _>>()?;
            let length = reader.u32()?;
            let packed = reader.take(length as usize)?;
            parts.push(Part { claims, packed });
        }
        match reader.0.len() {
            0 => Ok((nonce, parts)),
            more => Err(FileError::Trailing(more)),
        }
    }
}

/// The bytes of a proof file; `-` is standard input.
pub fn encode(statement: &Statement, circuit: &Circuit, nonce: u64, parts: &[Part<'_>]) -> Vec<u8> {
    let packed = statement.pack(circuit);
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    count(&mut out, packed.len());
    out.extend(packed);
    out.extend(nonce.to_le_bytes());
    count(&mut out, parts.len());
    for part in parts {
        count(&mut out, part.claims.len());
        for coordinate in part.claims.iter().flat_map(|claim| claim.to_m31_array()) {
            out.extend(coordinate.0.to_le_bytes());
        }
        count(&mut out, part.packed.len());
        out.extend(part.packed);
    }
    out
}

/// Bytes that one proof takes in step 4.
pub fn part_bytes(claims: usize, packed: usize) -> usize {
    4 + 16 * claims + 4 + packed
}

/// Bytes after the statement that belong to no proof: the nonce and the number of proofs.
pub const SESSION_BYTES: usize = 12;

fn count(out: &mut Vec<u8>, count: usize) {
    match u32::try_from(count) {
        Ok(count) => out.extend(count.to_le_bytes()),
        Err(_) => unreachable!("a part of a proof file has less than 4 GiB"),
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], FileError> {
        let split = self.0.split_at_checked(count);
        let (taken, rest) = split.ok_or(FileError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FileError> {
        let split = self.0.split_first_chunk();
        let (taken, rest) = split.ok_or(FileError::Truncated)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn u32(&mut self) -> Result<u32, FileError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn number(&mut self, what: String, expected: usize) -> Result<(), FileError> {
        let found = self.u32()?;
        if found as usize == expected {
            return Ok(());
        }
        Err(FileError::Number {
            what,
            found,
            expected,
        })
    }

    fn claim(&mut self) -> Result<SecureField, FileError> {
        let mut coordinates = [BaseField::from(0); 4];
        for coordinate in &mut coordinates {
            let value = self.u32()?;
            if value >= stwo::core::fields::m31::P {
                return Err(FileError::Claim);
            }
            *coordinate = BaseField::from(value);
        }
        Ok(SecureField::from_m31_array(coordinates))
    }
}
