//! The numbers of a JSON text, as it writes them.

/// The numbers of a text, as they are written: the parser rounds those with a point or an exponent.
/// What it has read is JSON, and every number in it is passed or taken.
pub(super) struct Numbers<'a> {
    rest: &'a [u8],
    passed: usize,
}

impl<'a> Numbers<'a> {
    pub fn new(text: &'a [u8]) -> Self {
        let (rest, passed) = (text, 0);
        Self { rest, passed }
    }

    /// Passes over the next number.
    pub fn pass(&mut self) {
        self.passed += 1;
    }

    /// The next number.
    pub fn take(&mut self) -> &'a str {
        for _ in 0..std::mem::take(&mut self.passed) {
            self.next();
        }
        self.next()
    }

    fn next(&mut self) -> &'a str {
        while let Some((&first, rest)) = self.rest.split_first() {
            if first == b'-' || first.is_ascii_digit() {
                let (number, rest) = self.rest.split_at(number_length(self.rest));
                self.rest = rest;
                return std::str::from_utf8(number).unwrap_or_default();
            }
            self.rest = match first {
                b'"' => after_string(rest),
                _ => rest,
            };
        }
        ""
    }
}

/// How long the number is that begins here. What follows it may be no JSON, and is refused only after
/// the number is read: `12-3`.
fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut end = digits(usize::from(text.first() == Some(&b'-')));
    if text.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let signed = matches!(text.get(end + 1), Some(b'+' | b'-'));
        end = digits(end + 1 + usize::from(signed));
    }
    end
}

/// What follows a string that has begun.
fn after_string(mut text: &[u8]) -> &[u8] {
    while let Some((&first, rest)) = text.split_first() {
        text = match first {
            b'"' => return rest,
            b'\\' => rest.get(1..).unwrap_or_default(),
            _ => rest,
        };
    }
    text
}
