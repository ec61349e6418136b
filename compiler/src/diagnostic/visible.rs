//! Text of strangers as it may be shown: what would move a cursor, turn the direction of writing or
//! not be seen at all is written as an escape.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character acts on what stands around it, or cannot be seen: controls, ends of lines,
/// marks of direction and other formats, blanks that are not the plain one.
pub fn is_hidden(c: char) -> bool {
    match c {
        ' '..='~' => false,
        // Letters that are blank, joiners, and selectors and tags that carry text unseen.
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{200c}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => {
            // Std knows what is printable; an accent is, after a letter.
            let mut buffer = [b'a'; 5];
            let length = 1 + c.encode_utf8(&mut buffer[1..]).len();
            let pair = std::str::from_utf8(&buffer[..length]).unwrap_or_default();
            pair.escape_debug().nth(2).is_some()
        }
    }
}

/// Whether a character moves the cursor or turns the direction of writing. A source has none, and
/// a tab or the end of a line only where one belongs.
pub fn is_control(c: char) -> bool {
    let turns = |c| {
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}')
    };
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || turns(c)
}

/// What a reader would call it, where it has a common name.
pub fn name(c: char) -> &'static str {
    match c {
        '\r' => "a carriage return",
        '\u{b}' | '\u{c}' => "a form feed or vertical tab",
        '\u{1b}' => "a terminal's escape",
        '\u{a0}' | '\u{202f}' => "a no-break space",
        '\u{ad}' => "a soft hyphen",
        '\u{200b}' => "a space of no width",
        '\u{feff}' => "a byte-order mark",
        '\u{2028}' | '\u{2029}' => "a line separator",
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a mark that turns the direction of writing"
        }
        c if c.is_control() => "a control character",
        c if c.is_whitespace() => "an unusual space",
        _ => "a character that cannot be seen",
    }
}

fn escaped(text: &str, keep: impl Fn(char) -> bool, escape: fn(&mut String, char)) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && !keep(c);
    let Some(first) = text.find(hidden) else {
        return Cow::Borrowed(text);
    };
    let mut shown = text[..first].to_string();
    for c in text[first..].chars() {
        match hidden(c) {
            true => escape(&mut shown, c),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

fn braced(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c => shown.extend(c.escape_unicode()),
    }
}

/// A name, path or message of one line: `\n`, `\u{1b}` in place of what is hidden.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false, braced)
}

/// Text whose ends of lines and tabs are its writer's own.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'), braced)
}

/// The same JSON, with `\u001b` in place of what is hidden: it stands within strings alone, but for
/// the ends of lines and tabs of its layout.
pub fn json(text: &str) -> Cow<'_, str> {
    let escape = |shown: &mut String, c: char| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // A string takes every write.
            let _ = write!(shown, "\\u{unit:04x}");
        }
    };
    escaped(text, |c| matches!(c, '\n' | '\t'), escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_or_hides_is_escaped_and_what_is_seen_is_not() {
        let acting = (0..0x20).chain(0x7f..=0x9f);
        let acting = acting.chain(0x202a..=0x202e).chain(0x2066..=0x2069);
        let acting = acting.chain([0x2028, 0x2029, 0x200e, 0x200f, 0x61c]);
        for c in acting.filter_map(char::from_u32) {
            assert!(is_hidden(c) && is_control(c), "{c:?}");
        }
        for c in "\u{a0}\u{ad}\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{3164}\u{e0041}".chars() {
            assert!(is_hidden(c) && !is_control(c), "{c:?}");
        }
        let seen = "a b~\\é e\u{301} λ 中 \u{5d0} \u{627} → … ❤\u{fe0f}";
        assert!(matches!(line(seen), Cow::Borrowed(same) if same == seen));
    }

    #[test]
    fn escapes_say_what_they_stand_for() {
        let text = "a\n\tb\u{1b}[2J\u{202e}c\u{9b}";
        assert_eq!(line(text), "a\\n\\tb\\u{1b}[2J\\u{202e}c\\u{9b}");
        assert_eq!(lines(text), "a\n\tb\\u{1b}[2J\\u{202e}c\\u{9b}");
    }

    #[test]
    fn escaped_json_is_the_same_value() {
        let value = serde_json::json!({ "a\u{202e}": "\u{1b}\u{7f}\u{85}\u{e0041}é\n" });
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let shown = json(&pretty);
        assert!(shown.chars().all(|c| c == '\n' || !is_hidden(c)), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
