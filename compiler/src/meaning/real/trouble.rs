//! Why an operation on numbers has no result.

/// Why an operation has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The enclosure is too wide to tell; more bits may help.
    Undecided,
    /// The operation is not defined there; says what was asked.
    Undefined(&'static str),
    /// Numbers would grow beyond all use.
    TooLarge,
    /// The work that was granted is done.
    Spent,
}

pub type Result<T> = std::result::Result<T, Trouble>;
