//! What came of a test.

use attnc_compiler::meaning::test::Unmet;

use super::TestInfo;
use crate::library::error::Errors;

/// What came of a test.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<'s> {
    pub test: TestInfo<'s>,
    /// How often it ran: once, or for each draw until one failed.
    pub runs: u64,
    /// How many of these were proved and verified.
    pub proofs: u64,
    /// None: it passed.
    pub failed: Option<Failed>,
}

impl Outcome<'_> {
    pub fn passed(&self) -> bool {
        self.failed.is_none()
    }
}

/// Why a test failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failed {
    /// At least one, each at its place.
    pub errors: Errors,
    /// That of the draw that failed, if it drew: [`Suite::given`](super::Suite::given) has what it ran on.
    pub seed: Option<u64>,
    /// What is expected and is not so.
    pub unmet: Vec<Unmet>,
}
