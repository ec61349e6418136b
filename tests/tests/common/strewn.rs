//! A source with comments, empty lines and other ends of lines between its tokens.

use super::random::Random;

/// The tokens and comments of a text, in order; not the compiler's own reading of it.
pub fn pieces(source: &str) -> Vec<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = source.trim_start();
    while let Some(first) = rest.chars().next() {
        let words = |text: &str| text.find(|c| !part(c)).unwrap_or(text.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if part(first) {
            let length = words(rest);
            match rest[length..]
                .strip_prefix('#')
                .and_then(|made| made.split_once('.'))
            {
                // The name of a value that a call made.
                Some((number, name)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                    length + 1 + number.len() + 1 + words(name)
                }
                _ => length,
            }
        } else {
            let signs = ["..=", "..", "<-", "->", ">=", "<=", "==", "!="];
            let long = signs.iter().find(|sign| rest.starts_with(**sign));
            long.map_or(first.len_utf8(), |sign| sign.len())
        };
        found.push(rest[..length].trim_end());
        rest = rest[length..].trim_start();
    }
    found
}

/// The same tokens with the same and more comments, and ends of lines of both kinds.
pub fn strewn(source: &str, random: &mut Random) -> String {
    let mut text = String::new();
    let mut end = 0;
    for (number, piece) in pieces(source).into_iter().enumerate() {
        let start = piece.as_ptr() as usize - source.as_ptr() as usize;
        text += &source[end..start];
        end = start + piece.len();
        // Between the parts of `1.5` nothing stands.
        let inside = text.ends_with(|c: char| c.is_ascii_digit()) && piece == ".";
        let after = text.ends_with('.') && piece.starts_with(|c: char| c.is_ascii_digit());
        if !inside && !after {
            text += &match random.below(24) {
                0 => format!(" // note {number} here\n"),
                1 => format!("\n\t// note {number} here\r\n\r\n"),
                2 => format!(" // note {number} here  \n\n\n  // and there\n"),
                3 => "\n\n\n\n".to_string(),
                4 => "\r\n".to_string(),
                5 => " \t ".to_string(),
                _ => String::new(),
            };
        }
        text += piece;
    }
    text + &source[end..]
}
