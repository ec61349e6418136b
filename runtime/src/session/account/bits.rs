//! Bits of security, as they are shown.

use std::fmt;

/// Bits as they are shown, everywhere: to a tenth, never rounded up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bits(pub f64);

impl Bits {
    /// The bits to so many decimals, never more than they are.
    pub fn floor(self, decimals: i32) -> f64 {
        let unit = 10f64.powi(decimals);
        let units = (self.0 * unit).floor();
        // The product may have been rounded up.
        let units = if units / unit > self.0 {
            units - 1.0
        } else {
            units
        };
        units / unit
    }
}

/// With the width of the format, if it has one.
impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1}", self.floor(1)))
    }
}
