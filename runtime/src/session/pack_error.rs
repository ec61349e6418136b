//! Why a proof cannot be packed or opened.

use std::fmt;

use attnc_compiler::choice::cost::ShapeError;

/// Why a proof cannot be packed or opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackError {
    /// The shape cannot be proved.
    Shape(ShapeError),
    /// Stwo refuses the FRI setting for the shape's rows.
    Setting,
    /// The bytes end before the proof does.
    Truncated,
    /// This many bytes follow the proof.
    Trailing(usize),
    /// An element is 2^31 - 1.
    Element,
    /// Padding bits are not zero.
    Padding,
    /// The nonce before the queries does not do its work.
    Grinding,
    /// The out-of-domain point is one that Stwo cannot evaluate at.
    UnluckyPoint,
    /// A column of the interaction trace is opened at other points than it must be (spec 5.5).
    Openings {
        column: &'static str,
        found: usize,
        wanted: u32,
    },
    /// A proof to pack differs from its shape and setting; the text says where.
    Structure(&'static str),
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(error) => write!(f, "the proof's shape is impossible: {error}"),
            Self::Setting => write!(f, "the security setting does not fit the trace's rows"),
            Self::Truncated => write!(f, "the proof is truncated"),
            Self::Trailing(n) => write!(f, "{n} bytes follow the proof"),
            Self::Element => write!(f, "the proof holds a number that is not a field element"),
            Self::Padding => write!(f, "the proof's padding is not zero"),
            Self::Grinding => write!(f, "the proof of work before the queries is wrong"),
            Self::UnluckyPoint => write!(f, "the out-of-domain point is degenerate"),
            Self::Openings {
                column,
                found,
                wanted,
            } => write!(f, "{column} is opened at {found} points, not at {wanted}"),
            Self::Structure(what) => write!(f, "the proof's {what} differ from its shape"),
        }
    }
}

impl std::error::Error for PackError {}
