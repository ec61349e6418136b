//! What is meant by what the grammar does not have, from the words around the place where it stopped.

use crate::diagnostic::{Diagnostic, Span, PLAN_TEXT};
use crate::syntax::foreign;
use crate::syntax::scan::{self, Kind, Token};

/// Where the grammar stopped.
pub(super) struct Stop<'t, 's> {
    pub text: &'s str,
    /// Where `text` begins in the source.
    pub base: usize,
    pub tokens: &'t [Token<'s>],
    /// The token that is unexpected; the number of tokens at the end of the text.
    pub at: usize,
    /// What could have stood there.
    pub wanted: &'t str,
}

const COMPARISONS: [&str; 5] = ["<", "<=", ">", ">=", "=="];
/// The longest piece of the program that a hint repeats, in bytes.
const LONGEST: usize = 60;

impl<'s> Stop<'_, 's> {
    fn word(&self, at: Option<usize>) -> &'s str {
        at.and_then(|at| self.tokens.get(at))
            .map_or("", |token| token.text)
    }

    pub(super) fn before(&self, by: usize) -> &'s str {
        self.word(self.at.checked_sub(by))
    }

    /// Where the statement begins that holds the place.
    fn start(&self) -> usize {
        let last = self.at.min(self.tokens.len().saturating_sub(1));
        let mut numbers = (0..=last).rev();
        let found = numbers.find(|&number| {
            let brace = number > 0 && matches!(self.tokens[number - 1].text, "{" | "}");
            brace || scan::starts_item(&self.tokens[number..])
        });
        found.unwrap_or(0)
    }

    /// The words of the program from one token up to another, as they were written.
    pub(super) fn written(&self, from: usize, to: usize) -> Option<&'s str> {
        let (first, last) = (self.tokens.get(from)?, self.tokens.get(to.checked_sub(1)?)?);
        let text = self.text.get(first.start..last.span().end)?;
        (from < to && text.len() <= LONGEST && !text.contains(['\n', '\r'])).then_some(text)
    }

    /// Where what begins at a token ends: with its brackets, its line, or before the next statement.
    pub(super) fn end(&self, from: usize) -> usize {
        let (mut depth, mut reduces) = (0_usize, false);
        let joins = |token: &Token| ["and", "or", "not"].contains(&token.text);
        for (number, token) in self.tokens.iter().enumerate().skip(from) {
            let before = number.checked_sub(1).filter(|before| *before >= from);
            let before = before.map(|before| &self.tokens[before]);
            // An operand after an operand is the next statement's, but for the body of a reduction.
            let operand = before.is_some_and(|before| match before.text {
                ")" => !reduces,
                "]" => true,
                _ => before.kind != Kind::Sign && !joins(before),
            });
            if depth == 0 && operand && token.kind != Kind::Sign && !joins(token) {
                return number;
            }
            match token.text {
                "(" | "[" => {
                    let word = before.map_or("", |before| before.text);
                    let words = ["sum", "max", "min", "argmax", "argmin"];
                    if depth == 0 {
                        reduces = words.contains(&word);
                    }
                    depth += 1;
                }
                ")" | "]" if depth > 0 => depth -= 1,
                ")" | "]" | "}" | "{" | "," if depth == 0 => return number,
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// Whether these tokens are a name, with subscripts or without.
    fn is_element(&self, from: usize, to: usize) -> bool {
        let Some(tokens) = self.tokens.get(from..to) else {
            return false;
        };
        match tokens {
            [name] => name.kind == Kind::Word,
            [name, open, .., close] => {
                name.kind == Kind::Word && (open.text, close.text) == ("[", "]")
            }
            _ => false,
        }
    }

    /// The last of these words in the statement, before the place.
    fn last(&self, words: &[&str]) -> Option<usize> {
        let mut numbers = (self.start()..self.at).rev();
        numbers.find(|&number| words.contains(&self.tokens[number].text))
    }

    /// An error of its own, in place of what the grammar says.
    pub fn instead(&self) -> Option<Diagnostic> {
        self.arrow()
            .or_else(|| self.asserted())
            .or_else(|| self.foreign())
    }

    /// `s <- s + 1`: an expression where a name is wanted.
    fn arrow(&self) -> Option<Diagnostic> {
        let found = self.tokens.get(self.at).or(self.tokens.last())?;
        let arrow = self.last(&["<-"])?;
        let state = self.word(arrow.checked_sub(1));
        let first = arrow + 1;
        let begins = first == self.at || self.is_element(first, self.at);
        let begins = begins || self.word(Some(first)) == "not";
        let negated = self.word(Some(first)) == "not" && first < self.at;
        let goes_on = match found.kind {
            _ if negated => self.end(first) >= self.at,
            Kind::Word => self.word(Some(first)) == "if" && first + 1 == self.at,
            Kind::Number => first == self.at,
            Kind::Sign => {
                found.text.starts_with(|c| "+-*/%^(<>=!&|?.".contains(c)) && found.text != "<-"
            }
        };
        if !begins || !goes_on || (found.first_on_line && found.text == "(") {
            return None;
        }
        let end = self.end(first).max(self.at.min(first + 1));
        let span = self.tokens[first].span().to(self.tokens[end - 1].span());
        let value = self.written(first, end).filter(|text| {
            let is_one = |text: &str| !text.contains(" = ") && !text.contains("<-");
            is_one(text)
        });
        Some(
            Diagnostic::new("E003", "`<-` takes the name of a value, not an expression")
                .at(place(self.base, span), "give it a name first")
                .hint(format!(
                    "`new_{state} = {}`, then `{state} <- new_{state}`; if it has a shape, with its indices: \
                     `new_{state}[i in n] = ...`",
                    value.unwrap_or("...")
                )),
        )
    }

    /// `assert a and b`, `assert not a`: an assertion has one comparison.
    fn asserted(&self) -> Option<Diagnostic> {
        let joined = self.at.checked_sub(1)?;
        let joint = self.tokens.get(joined)?;
        let assert = self.last(&["assert"])?;
        if !["and", "or", "not"].contains(&joint.text) || self.in_brackets(assert, joined) {
            return None;
        }
        let end = self.end(self.at);
        let (left, right) = (
            self.written(assert + 1, joined).unwrap_or("a == b"),
            self.written(self.at, end).unwrap_or("c == d"),
        );
        let whole = self.written(assert + 1, end).unwrap_or("...");
        let hint = match joint.text {
            "and" => format!("write one for each: `assert {left}`, then `assert {right}`"),
            _ => format!("a condition is 1 where it holds: `assert ({whole}) == 1`"),
        };
        let what = format!("an `assert` has one comparison, without `{}`", joint.text);
        let span = place(self.base, joint.span());
        Some(
            Diagnostic::new("E003", what)
                .at(span, "not here")
                .hint(hint),
        )
    }

    fn in_brackets(&self, from: usize, to: usize) -> bool {
        let tokens = &self.tokens[from..to];
        let count = |sign: &str| tokens.iter().filter(|token| token.text == sign).count();
        count("(") > count(")") || count("[") > count("]")
    }

    /// A word of another language, which may have been read as a name: `let y = ...` stops at `y`, and
    /// `x mod n` after `n`.
    fn foreign(&self) -> Option<Diagnostic> {
        let found = self.tokens.get(self.at);
        let goes_on = found
            .is_some_and(|found| found.kind != Kind::Sign || ["(", "{", ":"].contains(&found.text));
        let last = self.at.checked_sub(1)?;
        if goes_on {
            if let Some(error) = no_such_word(&self.tokens[last], self.base) {
                return Some(error);
            }
        }
        let [.., left, word, right] = &self.tokens[..self.at] else {
            return None;
        };
        let inner = right.kind == Kind::Word && !right.first_on_line && !word.first_on_line;
        let infix = left.kind != Kind::Word || !["hint", "private", "public"].contains(&left.text);
        (inner && infix && word.kind == Kind::Word)
            .then(|| no_such_word(word, self.base))
            .flatten()
    }

    /// What to write instead, beside what the grammar says.
    pub fn hint(&self) -> Option<String> {
        // A plan has neither numbers nor conditions.
        if self.base == PLAN_TEXT || self.last(&["plan", "proof"]).is_some() {
            return None;
        }
        let found = self.tokens.get(self.at);
        let sign = found.map_or("", |found| found.text);
        let (previous, after) = (self.before(1), self.word(Some(self.at + 1)));
        self.definition()
            .or_else(|| self.used())
            .or_else(|| self.called(sign, after))
            .or_else(|| misspelt(previous, sign, after))
            .or_else(|| self.chained(sign))
            .or_else(|| self.tested())
            .or_else(|| self.compared(sign))
    }

    /// `def f(x): return x`, `def f(x) { ... }`: how a definition is written.
    fn definition(&self) -> Option<String> {
        let start = self.start();
        let is_head = self.word(Some(start)) == "def" && self.at > start + 1;
        let body = self.tokens[start..self.at].iter().any(|t| t.text == "{");
        if !is_head || body {
            return None;
        }
        let name = self.word(Some(start + 1));
        let shown = format!("a definition is `def {name}(x) -> y {{ y = ... }}`");
        let sign = self.word(Some(self.at));
        if self.in_brackets(start, self.at) {
            return Some(match sign {
                ":" => "a parameter has no range and no type: what it must be is asserted in the body, \
                        `assert x >= 0`"
                    .to_string(),
                _ => format!("{shown}, with a parameter at least; a tensor has its sizes, `x[n]`"),
            });
        }
        let given = self.tokens[start..self.at].iter().any(|t| t.text == "->");
        Some(match (sign, given) {
            (",", true) => "several results stand in brackets: `-> (y, z)`".to_string(),
            (_, true) => format!("{shown}: a name after `->`, which the body defines"),
            _ => format!("{shown}: what it gives has a name, and there is no `return`"),
        })
    }

    /// `use norms.attn`, `use nn as n`.
    fn used(&self) -> Option<String> {
        let start = self.start();
        let library = self.word(Some(start + 1));
        let sign = self.word(Some(self.at));
        let line = self.tokens.iter().skip(self.at).take(4);
        if sign == "from" && line.into_iter().any(|token| token.text == "import") {
            return foreign::word("import").map(str::to_string);
        }
        if self.word(Some(start)) != "use" || !(start + 1..self.tokens.len()).contains(&self.at) {
            return None;
        }
        let end = (self.at..self.tokens.len())
            .find(|number| self.tokens[*number].first_on_line)
            .unwrap_or(self.tokens.len());
        let path = self.written(start + 1, end);
        let path = path.filter(|path| path.ends_with(".attn"));
        match (sign, path) {
            ("'", _) => Some(
                "a file stands in double quotes, `use \"norms.attn\"`, and a library in none, `use nn`"
                    .to_string(),
            ),
            (_, Some(path)) => Some(format!(
                "the path of a file stands in quotes: `use \"{path}\"`"
            )),
            _ if self.at > start + 1
                && !self.tokens[start + 2..=self.at].iter().any(|t| t.first_on_line) =>
            {
                Some(format!("`use {library}` takes in all of it; each file has a `use` of its own"))
            }
            _ => None,
        }
    }

    /// `nn.softmax(x)`.
    fn called(&self, sign: &str, name: &str) -> Option<String> {
        let call = self.word(Some(self.at + 2)) == "(";
        let of = self.tokens.get(self.at.checked_sub(1)?)?;
        let reduces = ["sum", "max", "min"].contains(&name);
        if sign != "." || !call || reduces || of.kind != Kind::Word {
            return None;
        }
        let of = of.text;
        Some(match foreign::is_library(of) {
            true => format!("a definition is called by its name alone, `{name}(...)`; `use {of}` stands above the circuit"),
            false => format!("a definition is called by its name alone, `{name}(...)`: there are no methods and no modules"),
        })
    }

    /// `0 < x < 5`: a second comparison of the same numbers.
    fn chained(&self, sign: &str) -> Option<String> {
        let not_equal = (sign, self.word(Some(self.at + 1))) == ("!", "=");
        if !COMPARISONS.contains(&sign) && !not_equal {
            return None;
        }
        let sign = if not_equal { "!=" } else { sign };
        let (mut first, mut depth) = (self.at, 0_usize);
        let mut compared = None;
        let ends = [
            "and", "or", "not", "where", "assert", "expect", "=", ",", "{", "}",
        ];
        while let Some(before) = first.checked_sub(1) {
            let text = self.tokens[before].text;
            // `a != b` is two signs.
            let unequal = text == "=" && self.word(before.checked_sub(1)) == "!";
            match text {
                _ if depth == 0 && self.is_apart(before, first) => break,
                ")" | "]" => depth += 1,
                "(" | "[" if depth == 0 => break,
                "(" | "[" => depth -= 1,
                _ if depth > 0 => {}
                _ if unequal || COMPARISONS.contains(&text) => compared = Some(before),
                "!" => {}
                _ if ends.contains(&text) => break,
                _ => {}
            }
            first = before;
        }
        let compared = compared.filter(|compared| compared + 1 < self.at)?;
        let middle = self.written(compared + 1, self.at).unwrap_or("b");
        let left = self.written(first, self.at).unwrap_or("a < b");
        let before = first.checked_sub(1);
        let assert = match self.asserts_each(before) {
            true => "assert[...]",
            false => self.word(before),
        };
        Some(match assert.starts_with("assert") {
            true => format!("an `assert` has one comparison: `{assert} {left}`, then `{assert} {middle} {sign} ...`"),
            false => format!("a comparison has two sides: `{left} and {middle} {sign} ...`"),
        })
    }

    /// Whether two tokens that follow each other are of different operands: of two statements, or what is bound
    /// and what is said of it.
    fn is_apart(&self, before: usize, after: usize) -> bool {
        let (Some(before), Some(after)) = (self.tokens.get(before), self.tokens.get(after)) else {
            return false;
        };
        let named = after.kind != Kind::Sign;
        match before.kind {
            Kind::Word => named,
            Kind::Number => named || after.text == "(",
            _ => before.text == "]" && (named || after.text == "("),
        }
    }

    /// Whether a bracket is that of `assert[...]`.
    fn asserts_each(&self, close: Option<usize>) -> bool {
        let Some(close) = close.filter(|close| self.tokens[*close].text == "]") else {
            return false;
        };
        self.last(&["assert"])
            .is_some_and(|assert| assert + 1 < close && !self.in_brackets(assert, close + 1))
    }

    /// `assert x`, `assert (a and b)`, `a && b`, `!a`.
    fn compared(&self, sign: &str) -> Option<String> {
        let assert = self.last(&["assert"]);
        let open = assert.is_some_and(|assert| !self.in_brackets(assert, self.at));
        let after = self.word(Some(self.at + 1));
        Some(match (sign, after) {
            ("!", "=") if open => "two that differ are `assert (a != b) == 1`".to_string(),
            (",", _) if open => "an `assert` has no message: a comment says why".to_string(),
            ("&", _) if open => "an `assert` has one comparison: write one for each".to_string(),
            ("|", _) if open => {
                "a condition is 1 where it holds: `assert (a or b) == 1`".to_string()
            }
            ("!" | "~", _) if open => {
                "a condition is 1 where it holds: `assert (not (...)) == 1`".to_string()
            }
            ("&" | "|", _) => {
                let (word, digits) = match (sign, sign == after) {
                    ("&", true) => ("and", ""),
                    ("|", true) => ("or", ""),
                    ("&", false) => ("and", "; the binary digits of a number are `bits(x, n)[k]`"),
                    _ => ("or", "; the binary digits of a number are `bits(x, n)[k]`"),
                };
                format!("conditions are joined by `{word}`: `a {word} b`{digits}")
            }
            ("!" | "~", _) => "the opposite of a condition is `not (...)`".to_string(),
            _ if open && self.wanted.contains("a comparison") && sign != "=" => {
                let held = assert.and_then(|assert| self.written(assert + 1, self.at));
                let held = held.unwrap_or("a and b");
                let plain = held.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                let held = match plain || held.starts_with('(') && held.ends_with(')') {
                    true => held.to_string(),
                    false => format!("({held})"),
                };
                format!(
                    "an `assert` compares two numbers, and a condition is 1 where it holds: \
                     `assert {held} == 1`"
                )
            }
            _ => return None,
        })
    }
}

/// `<>`, `=<`, `=>`, `===`.
fn misspelt(before: &str, sign: &str, after: &str) -> Option<String> {
    let meant = match (before, sign, after) {
        ("<", ">", _) => "two that differ are `a != b`",
        (_, "=", "<") => "at most is written `<=`",
        (_, "=", ">") => "at least is written `>=`",
        ("==", "=", _) => "equality is written `==`",
        _ => return None,
    };
    Some(meant.to_string())
}

/// A span of a text that begins at `base`.
pub(super) fn place(base: usize, span: Span) -> Span {
    span.moved(base)
}

/// A word of another language.
pub(super) fn no_such_word(token: &Token, base: usize) -> Option<Diagnostic> {
    let hint = foreign::word(token.text)?;
    let message = match token.text {
        // Words of the language, elsewhere.
        word @ ("if" | "and" | "or" | "not") => format!("`{word}` does not stand here"),
        word => format!("there is no `{word}` in the language"),
    };
    let Span { start, end } = token.span();
    let error = Diagnostic::new("E003", message).at(Span::new(base + start, base + end), "here");
    Some(error.hint(hint))
}
