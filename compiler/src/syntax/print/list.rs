//! Lists as text.

use std::fmt::{self, Display, Formatter};

/// The elements with commas between them.
pub struct Commas<'a, T>(pub &'a [T]);

impl<T: Display> Display for Commas<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Joined(self.0, ", ").fmt(f)
    }
}

/// The elements with `between` between them.
pub struct Joined<'a, T>(pub &'a [T], pub &'static str);

impl<T: Display> Display for Joined<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (count, element) in self.0.iter().enumerate() {
            if count > 0 {
                f.write_str(self.1)?;
            }
            element.fmt(f)?;
        }
        Ok(())
    }
}

/// The elements in `[...]`; nothing if there are none.
pub struct Bracketed<'a, T>(pub &'a [T]);

impl<T: Display> Display for Bracketed<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, "[{}]", Commas(self.0))
    }
}
