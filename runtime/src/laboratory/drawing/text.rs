//! What is written in a drawing, and the room that it takes.

use super::figure::{Arrow, Node};

/// Lines of text are this high.
pub const LINE: f64 = 13.0;

/// Pixels that a character takes at most, in text of a pixel's size.
const WIDE: f64 = 0.6;

/// The width of text of so many pixels.
pub fn wide(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * WIDE
}

impl Node {
    /// Where its kind is written, from the left.
    pub(super) fn kind_at(&self) -> f64 {
        8.0 + wide(&self.name, 12.0) + 8.0
    }
}

impl Arrow {
    /// What is written where it arrives, in two lines about as long as each other.
    pub(super) fn lines(&self, from: &str) -> Vec<String> {
        let Some((what, rest)) = self.label.split_first() else {
            return Vec::new();
        };
        let mut words = vec![format!("{what} from {from}")];
        words.extend_from_slice(rest);
        let broken = |at: usize| vec![words[..at].join(", "), words[at..].join(", ")];
        let length = |lines: &Vec<String>| lines.iter().map(|line| line.chars().count()).max();
        let all = (1..words.len()).map(broken);
        all.min_by_key(length).unwrap_or(words.clone())
    }
}
