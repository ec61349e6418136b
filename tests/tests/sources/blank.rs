//! Source text without what is no code: comments, texts, and `#[cfg(test)]` items, as blanks.

/// Blanks for comments, and for what stands in texts and characters; lines stay.
pub fn code(text: &str) -> String {
    let given: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < given.len() {
        let end = match given[at] {
            '/' if given.get(at + 1) == Some(&'/') => line_end(&given, at),
            '/' if given.get(at + 1) == Some(&'*') => comment_end(&given, at),
            '"' => text_end(&given, at),
            'r' if !is_word(&given, at) => raw_end(&given, at).unwrap_or(at),
            '\'' => character_end(&given, at).unwrap_or(at),
            _ => at,
        };
        if end == at {
            out.push(given[at]);
            at += 1;
        } else {
            blank(&given[at..end], &mut out);
            at = end;
        }
    }
    out
}

fn blank(given: &[char], out: &mut String) {
    out.extend(given.iter().map(|&c| if c == '\n' { c } else { ' ' }));
}

/// Whether the character before is of the same word.
fn is_word(given: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| given[before]);
    before.is_some_and(|c| (c.is_alphanumeric() && c != 'b') || c == '_')
}

fn line_end(given: &[char], at: usize) -> usize {
    let rest = given[at..].iter().position(|&c| c == '\n');
    rest.map_or(given.len(), |length| at + length)
}

fn comment_end(given: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    loop {
        match given.get(at..at + 2) {
            Some(['/', '*']) => (depth, at) = (depth + 1, at + 2),
            Some(['*', '/']) => (depth, at) = (depth - 1, at + 2),
            Some(_) => at += 1,
            None => return given.len(),
        }
        if depth == 0 {
            return at;
        }
    }
}

fn text_end(given: &[char], mut at: usize) -> usize {
    at += 1;
    while at < given.len() && given[at] != '"' {
        at += if given[at] == '\\' { 2 } else { 1 };
    }
    given.len().min(at + 1)
}

/// The end of `r"..."` or `r#"..."#`; none if it is no text.
fn raw_end(given: &[char], at: usize) -> Option<usize> {
    let marks = given[at + 1..].iter().take_while(|&&c| c == '#').count();
    let open = at + 1 + marks;
    if given.get(open) != Some(&'"') {
        return None;
    }
    let closing: Vec<char> = std::iter::once('"')
        .chain(std::iter::repeat_n('#', marks))
        .collect();
    let length = given[open + 1..]
        .windows(closing.len())
        .position(|here| here == closing)?;
    Some(open + 1 + length + closing.len())
}

/// The end of a character; none if it is a lifetime.
fn character_end(given: &[char], at: usize) -> Option<usize> {
    match given.get(at + 1)? {
        '\\' => {
            let length = given[at + 3..].iter().position(|&c| c == '\'')?;
            Some(at + 3 + length + 1)
        }
        _ => (given.get(at + 2) == Some(&'\'')).then_some(at + 3),
    }
}

/// Blanks for what is compiled for tests alone.
pub fn tests(code: &str) -> String {
    let mut out = code.to_owned();
    for mark in ["#[cfg(test)]", "#[cfg(all(test,"] {
        while let Some(start) = out.find(mark) {
            let end = item_end(&out, start);
            let mut blanked = String::new();
            blank(&out[start..end].chars().collect::<Vec<_>>(), &mut blanked);
            out.replace_range(start..end, &blanked);
        }
    }
    out
}

/// Where the item after an attribute ends: at its `;`, or with its braces.
fn item_end(code: &str, start: usize) -> usize {
    let mut depth = 0;
    let mut is_use = false;
    for (at, c) in code[start..].char_indices() {
        let at = start + at;
        is_use |= depth == 0 && code[at..].starts_with(" use ") || code[at..].starts_with("\nuse ");
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth -= 1;
                if c == '}' && depth == 0 && !is_use {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}
