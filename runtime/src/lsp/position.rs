//! Places of a text as the protocol has them: lines, and units of one of two encodings.

use attnc_compiler::diagnostic::Span;
use lsp_types::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// What every client has.
    #[default]
    Utf16,
}

impl Encoding {
    /// The one of those that a client offers: bytes if it can.
    pub fn of(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered.is_some_and(|all| all.contains(&PositionEncodingKind::UTF8)) {
            true => Self::Utf8,
            false => Self::Utf16,
        }
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// How long a text is.
    pub fn units(self, text: &str) -> u32 {
        let units = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        };
        u32::try_from(units).unwrap_or(u32::MAX)
    }
}

/// Where the lines of a text begin. A line ends with a line feed, a carriage return, or both.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<usize>,
    encoding: Encoding,
}

impl Lines {
    pub fn of(text: &str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len()).filter(ends).map(|at| at + 1);
        Self {
            starts: std::iter::once(0).chain(starts).collect(),
            encoding,
        }
    }

    /// The line of a byte of the text, from 0.
    pub fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    /// The text of a line without its end.
    pub fn text<'t>(&self, text: &'t str, line: usize) -> Option<&'t str> {
        let start = *self.starts.get(line)?;
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        Some(text.get(start..end)?.trim_end_matches(['\r', '\n']))
    }

    /// The position of a byte; of one past the end, or within a character, the nearest before it.
    pub fn position(&self, text: &str, at: usize) -> Position {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.line(at);
        let before = text.get(self.starts[line]..at).unwrap_or_default();
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Position::new(line, self.encoding.units(before))
    }

    pub fn range(&self, text: &str, span: Span) -> Range {
        let end = span.end.max(span.start);
        Range::new(self.position(text, span.start), self.position(text, end))
    }

    /// The byte of a position; past the end of its line or of the text, that end; within a character, its
    /// beginning.
    pub fn offset(&self, text: &str, position: Position) -> usize {
        let line = position.line as usize;
        let Some(&start) = self.starts.get(line) else {
            return text.len();
        };
        let line = self.text(text, line).unwrap_or_default();
        let mut left = position.character;
        for (at, c) in line.char_indices() {
            let units = match self.encoding {
                Encoding::Utf8 => c.len_utf8(),
                Encoding::Utf16 => c.len_utf16(),
            } as u32;
            if left < units {
                return start + at;
            }
            left -= units;
        }
        start + line.len()
    }

    pub fn span(&self, text: &str, range: Range) -> Span {
        let (start, end) = (self.offset(text, range.start), self.offset(text, range.end));
        Span::new(start.min(end), end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_there_and_back_in_both_encodings() {
        let text = "aé😀b\r\nc\rd\n\n𝔸x";
        for (encoding, columns) in [(Encoding::Utf8, [1, 3, 7]), (Encoding::Utf16, [1, 2, 4])] {
            let lines = Lines::of(text, encoding);
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let position = lines.position(text, at);
                let ends = text[at..].starts_with(['\r', '\n']);
                if !ends {
                    assert_eq!(lines.offset(text, position), at, "{encoding:?} {at}");
                }
            }
            let found: Vec<u32> = ["é", "😀", "b"]
                .map(|c| lines.position(text, text.find(c).unwrap()).character)
                .into();
            assert_eq!(found, columns);
            assert_eq!(
                lines.position(text, text.find('d').unwrap()),
                Position::new(2, 0)
            );
            assert_eq!(lines.position(text, text.find('x').unwrap()).line, 4);
            // Within a character, past a line, past the text.
            assert_eq!(
                lines.offset(text, Position::new(0, columns[1] + 1)),
                text.find('😀').unwrap()
            );
            assert_eq!(
                lines.offset(text, Position::new(0, 99)),
                text.find('\r').unwrap()
            );
            assert_eq!(lines.offset(text, Position::new(99, 0)), text.len());
            assert_eq!(lines.position(text, 9999), lines.position(text, text.len()));
        }
    }
}
