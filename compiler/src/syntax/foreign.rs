//! Words and signs of other languages, and what attnc has in their place.

use std::cell::OnceCell;
use std::collections::HashSet;

use crate::diagnostic::visible::{is_hidden, name};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::libraries;

/// What to write instead of a word that is none of attnc.
pub fn word(word: &str) -> Option<&'static str> {
    Some(match word {
        "let" | "var" | "val" | "mut" | "auto" | "int" | "uint" | "float" | "bool" => {
            "a value is defined by its name alone, once: `y = x + 1`, `y[i in n] = x[i] + 1`"
        }
        "const" | "static" => {
            "a constant is a parameter of the circuit, `circuit name(n = 4) { ... }`"
        }
        "fn" | "func" | "fun" | "function" | "lambda" | "template" | "proc" => {
            "a definition stands beside the circuit: `def f(x[n]) -> y[n] { ... }`; a function of \
             one integer is a table: `table f(x in 0..=15) = ...`"
        }
        "return" | "yield" | "print" => {
            "a result is an output: `public output y[n]`, and `y[i in n] = ...`; that of a definition has \
             a name: `def f(x) -> y { y = ... }`"
        }
        "if" | "else" | "elif" | "elseif" | "then" | "switch" | "match" => {
            "there are no branches: `if(x > 0, x, 0)` is one of two numbers; what must hold is an \
             `assert`, and what does not count is left out by `where`"
        }
        "while" | "loop" | "do" | "foreach" | "repeat" | "until" | "break" | "continue" => {
            "a loop is `for h in n { ... }`, or `step t in n { ... }` over time; a sum is \
             `sum(j in n) x[j]`"
        }
        "import" | "include" | "using" | "module" | "package" | "pragma" => {
            "definitions of another file are taken in above the circuit: `use \"file.attn\"`, those of \
             the library by `use nn`"
        }
        "and" | "or" | "not" => {
            "`and`, `or` and `not` join comparisons, and no operator stands beside them: a condition that \
             is a number stands in brackets, `1 + (not (x < 3))`"
        }
        "mod" | "rem" => "a remainder is `x % n`",
        "div" => "a division that rounds down is `floor(a / b)`",
        "xor" => "of two conditions one alone is `a != b`; the binary digits of a number are `bits(x, n)[k]`",
        "signal" | "component" | "struct" | "class" | "enum" => {
            "a tensor is declared as `private input x[n] : 0..=9` or `public output y[n]`"
        }
        _ => return None,
    })
}

/// What to write instead of a form of Python, of which this is the first sign that is none of attnc,
/// with what stands before and after it. `inside` says whether the sign stands in `[...]`.
pub(super) fn form(before: &str, sign: &str, after: &str, inside: bool) -> Option<&'static str> {
    Some(match (before, sign) {
        ("]", "[") => "one pair of brackets has all indices: `x[i, 0]`",
        (".." | "..=", ".") => "a range is `0..9`, without its end, or `0..=9`, with it",
        ("range", "(") => "an index runs over a size, from 0: `j in n`, without `range`",
        (_, ":") if inside => {
            "there are no slices: bind an index, `y[i in n] = x[i, 0]`, or sum over it, \
             `sum(j in n) x[i, j]`"
        }
        (_, ".") if ["sum", "max", "min"].contains(&after) => {
            "there are no methods: `sum(i in n) x[i]`, `max(i in n) x[i]`, `min(i in n) x[i]`"
        }
        (_, ".") => "there are no methods and no modules: write the formula itself",
        _ => return None,
    })
}

/// What to write instead of a function that others have, with what it is called.
pub(crate) fn function(name: &str) -> Option<&'static str> {
    Some(match name {
        "relu" | "ReLU" => "relu is `max(x, 0)`; `clip(x, 0, 127)` bounds it too",
        "clamp" | "clamp_" => "a value is bounded by `clip(x, lo, hi)`",
        "sum" | "prod" => "a sum has its index: `sum(j in n) x[j]`",
        "softmax" => {
            "softmax is a maximum, a table of weights, a sum and a division: `attnc new NAME --from \
             head` begins with one"
        }
        "mean" | "avg" | "average" => "a mean is `round(sum(i in n) x[i] / n)`",
        "dot" | "matmul" | "einsum" => {
            "a product is a sum: `c[i in n, j in m] = sum(k in d) a[i, k] * b[k, j]`"
        }
        "range" | "arange" => "an index runs over a size, from 0: `j in n`, without `range`",
        "len" | "size" | "shape" => "a size is a parameter of the circuit: use its name",
        "int" | "long" => "everything is an integer; a quotient is rounded: `floor(a / b)`",
        "where" | "select" => "one of two numbers is `if(x > 0, x, 0)`",
        "isqrt" => "a root is rounded: `floor(sqrt(x))`",
        "gelu" | "silu" | "sigmoid" | "tanh" => {
            "write it as a table: `table f(x in -128..=127) = round(127 / (1 + exp(-x / 16)))`"
        }
        "rsqrt" => "write it as a table: `table rsqrt(x in 1..=256) = round(256 / sqrt(x))`",
        _ => return None,
    })
}

/// Whether a library that ships has this name.
pub(super) fn is_library(name: &str) -> bool {
    libraries::text(name).is_some()
}

/// What to write instead of a sign, with the sign before it.
pub fn sign(before: &str, sign: &str, after: &str) -> Option<String> {
    let code = before.strip_prefix('E').filter(|rest| rest.len() == 3);
    let is_code = code.is_some_and(|rest| rest.bytes().all(|c| c.is_ascii_digit()));
    let known = match (before, sign) {
        ("*", "*") => "a power is written `^`",
        ("/", "*") | (_, "#") => "a comment begins with `//` and ends with its line",
        (":", "=") => "a definition is written with `=`",
        (_, "+" | "-" | "*" | "/" | "%") if after == "=" => {
            "a value is defined once: give the new one another name; a state is replaced by it, \
             `new = s + 1`, then `s <- new`"
        }
        (_, "?") => "one of two numbers is `if(x > 0, x, 0)`",
        (_, "@") => "a product of matrices is `c[i in n, j in m] = sum(k in d) a[i, k] * b[k, j]`",
        (_, "\"") if is_code || ["test", "test_fails", "use"].contains(&before) => {
            "the quote is not closed on its line"
        }
        (_, "\"" | "'") => "there are no texts in a program, only integers",
        (_, ";") => "nothing stands between statements: leave the `;` out",
        _ => {
            let c = sign.chars().next().filter(|c| !c.is_ascii())?;
            return Some(match plain(c) {
                Some(plain) => format!("write `{plain}`"),
                None if is_hidden(c) => {
                    format!("U+{:04X} is {}: write a plain space", u32::from(c), name(c))
                }
                None => "names are letters a to z, digits and `_`".to_string(),
            });
        }
    };
    Some(known.to_string())
}

/// What is written in the place of a sign of another language, if that is all of the hint of [`sign`]:
/// whether the sign before it goes too, and the text.
pub fn instead(before: &str, sign: &str, after: &str) -> Option<(bool, &'static str)> {
    match (before, sign) {
        ("*", "*") => Some((true, "^")),
        (":", "=") => Some((true, "=")),
        (_, "+" | "-" | "*" | "/" | "%") if after == "=" => None,
        (_, ";") => Some((false, "")),
        _ => {
            let c = sign.chars().next().filter(|c| !c.is_ascii())?;
            let plain = plain(c).or(is_hidden(c).then_some(" "));
            plain.map(|plain| (false, plain))
        }
    }
}

/// What a sign that a word processor or a formula has is in a program.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{d7}' | '\u{b7}' | '\u{22c5}' | '\u{2217}' => "*",
        '\u{f7}' | '\u{2215}' => "/",
        '\u{2264}' => "<=",
        '\u{2265}' => ">=",
        '\u{2190}' => "<-",
        '\u{2026}' => "..",
        '\u{2211}' => "sum(j in n)",
        '\u{2208}' => "in",
        _ => return None,
    })
}

/// What `//` is not.
pub(super) const DIVISION: &str =
    "`//` begins a comment: a division that rounds down is `floor(a / b)`";

/// The first comment that a reader of Python takes for a divisor: after a definition, and nothing but
/// a number or a name that the program has, with subscripts or without.
pub(super) fn division(source: &str) -> Option<Diagnostic> {
    let mut start = 0;
    // Of the whole text, once, and only where a comment asks.
    let words = OnceCell::new();
    for line in source.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let Some((code, comment)) = line.split_once("//") else {
            continue;
        };
        let divisor = comment.trim();
        let ends = |c: char| c.is_ascii_alphanumeric() || "_])".contains(c);
        let known = |word: &str| words.get_or_init(|| words_of(source)).contains(word);
        if defines(code) && code.trim_end().ends_with(ends) && is_operand(divisor, known) {
            let from = at + code.len();
            let to = from + 2 + comment.trim_end().len();
            let what = format!("`// {divisor}` is a comment: nothing is divided here");
            return Some(
                Diagnostic::new("E003", what)
                    .at(Span::new(from, to), "a comment, to the end of the line")
                    .hint(DIVISION)
                    .hint("a comment that is a number or a name stands on a line of its own"),
            );
        }
    }
    None
}

/// Whether a comment of a text is what [`division`] refuses after a definition.
pub(super) fn divisors(source: &str) -> impl Fn(&str) -> bool + '_ {
    let words = words_of(source);
    move |comment| {
        is_operand(comment.trim_start_matches('/').trim(), |word| {
            words.contains(word)
        })
    }
}

/// Whether a line has the sign of a definition, which `..=`, `<=`, `>=` and `==` are not.
fn defines(code: &str) -> bool {
    code.match_indices('=').any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + 1..].chars().next();
        !before.is_some_and(|c| ".<>=!".contains(c)) && after != Some('=')
    })
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The words of a text outside of its comments.
fn words_of(source: &str) -> HashSet<&str> {
    let code = source.lines().filter_map(|line| line.split("//").next());
    code.flat_map(|code| code.split(|c| !is_of_word(c)))
        .collect()
}

fn is_operand(text: &str, known: impl Fn(&str) -> bool) -> bool {
    let name = match text.split_once('[') {
        Some((name, rest)) => match rest.strip_suffix(']') {
            Some(subscripts) if !subscripts.contains(']') => name,
            _ => return false,
        },
        None => text,
    };
    !name.is_empty()
        && name.chars().all(is_of_word)
        && (name.starts_with(|c: char| c.is_ascii_digit()) || known(name))
}

#[cfg(test)]
mod tests {
    use super::division;

    #[test]
    fn a_division_of_python_is_no_comment() {
        for (line, is) in [
            ("y = x // 2", true),
            ("y[i in n] = x[i] // n", true),
            ("y[i in n] = x[i] // w[i, 0]  ", true),
            ("y = x // the mean", false),
            ("y = x // rounded", false),
            ("y = x + // 2", false),
            ("// y = x // 2", false),
            ("public output y // 2", false),
            ("private input x : 0..=9 // n", false),
            ("assert x <= n // 2", false),
            ("y = x // [2]", false),
            ("y = x // [", false),
            ("y = x // w[", false),
            ("    // n", false),
            ("y = x // w[i] and more", false),
            ("y = x // w[i]]", false),
        ] {
            let source = format!("circuit c(n = 4) {{\n  w\n  {line}\n}}\n");
            let error = division(&source);
            assert_eq!(error.is_some(), is, "{line}");
            if let Some(label) = error.and_then(|error| error.primary) {
                assert!(source[label.span.start..label.span.end].starts_with("//"));
            }
        }
    }
}
