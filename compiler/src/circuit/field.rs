//! The field, and the degree that its proofs have room for.

/// The modulus of the field M31.
pub const P: i128 = (1 << 31) - 1;

/// The largest degree of a rule: the composition polynomial is committed at twice the trace's
/// length, which leaves room for degree 3.
pub const MAX_DEGREE: u32 = 3;
