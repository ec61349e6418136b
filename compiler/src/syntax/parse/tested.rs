//! What is meant where the line of a test cannot be read.

use super::hint::Stop;
use crate::syntax::scan::Kind;

impl Stop<'_, '_> {
    /// What to write instead.
    pub(super) fn tested(&self) -> Option<String> {
        self.seeded().or_else(|| self.expected_where())
    }

    /// `seed 7 sample 50`: how often stands first.
    fn seeded(&self) -> Option<String> {
        let seed = self.tokens.get(self.at)?;
        if self.before(1) != "seed" || seed.kind != Kind::Number {
            return None;
        }
        let mut pairs = self.tokens.windows(2);
        let draws = pairs.find(|pair| pair[0].text == "sample" && pair[1].kind == Kind::Number);
        let draws = draws.map_or("100", |pair| pair[1].text);
        Some(format!(
            "a seed stands right behind how often is drawn: `sample {draws} seed {}`",
            seed.text
        ))
    }

    /// `expect y[i] <= 5 where x[i] > 0`: the condition stands with the indices.
    fn expected_where(&self) -> Option<String> {
        let begun = self.at.checked_sub(1)?;
        let mut before = self.tokens[..begun].iter().rev();
        let within = before.find(|token| ["expect", "{", "}"].contains(&token.text))?;
        if self.before(1) != "where" || within.text != "expect" {
            return None;
        }
        let condition = self.written(self.at, self.end(self.at)).unwrap_or("...");
        Some(format!(
            "a condition stands behind the indices that it is about: `expect[i in n where {condition}] ...`"
        ))
    }
}
