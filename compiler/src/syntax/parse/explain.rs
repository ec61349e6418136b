//! Syntax errors in the user's words, and more than one in a run.

use pest::iterators::Pair;
use pest::Parser;

use super::expected::{expected, BOUNDARY, STATEMENT};
use super::grammar::{span, Grammar, Rule};
use super::hint::{no_such_word, place, Stop};
use super::left::{offset, Failure, Unread, Wrong};
use crate::diagnostic::{suggest, Diagnostic, Span, PLAN_TEXT};
use crate::syntax::{foreign, scan};

/// More than these would bury the first.
const MOST_ERRORS: usize = 20;

/// What is wrong with a program: that there is none, or as [`syntax_errors`].
pub(super) fn program_errors(
    source: &str,
    whole: &Failure,
    unread: Vec<Unread<'_>>,
) -> Vec<Diagnostic> {
    none(source).unwrap_or_else(|| syntax_errors(source, whole, unread))
}

/// That a well-formed text has no circuit.
fn none(source: &str) -> Option<Vec<Diagnostic>> {
    let mut beside = Grammar::parse(Rule::beside, source).ok()?;
    let mut items = beside.next().into_iter().flat_map(Pair::into_inner);
    let test = items.find(|item| item.as_rule() == Rule::test_block);
    let error = Diagnostic::new("E003", "there is no circuit in this file");
    Some(vec![match test {
        Some(test) => error
            .at(span(&test), "a test runs a circuit")
            .hint("a definition is tested by a circuit that calls it: put both into a file that says `use`"),
        None => {
            let first = scan::tokens(source).first().map(scan::Token::span);
            error
                .at(first.unwrap_or_default(), "it has definitions alone")
                .hint("a program is `circuit name { ... }`, and takes these in: `use \"file.attn\"`")
        }
    }])
}

/// One error for each piece that cannot be read alone, after the first one of the whole.
fn syntax_errors(source: &str, whole: &Failure, unread: Vec<Unread<'_>>) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut first = source.len();
    for (piece, wrong) in unread {
        let Span { start, end } = piece.span;
        let text = &source[start..end];
        match wrong {
            Wrong::Head(token) => {
                first = first.min(token.start);
                errors.extend(no_such_word(&token, 0));
            }
            Wrong::Grammar(failure) => {
                let error = explain(text, start, &failure);
                let label = error.primary.as_ref().map(|label| label.span.start);
                first = first
                    .min(label.unwrap_or(start))
                    .min(start + offset(&failure));
                errors.push(error);
            }
        }
    }
    // Past the first bad piece, the whole's error is an echo of it.
    if errors.is_empty() || offset(whole) < first {
        errors.insert(0, explain(source, 0, whole));
    }
    errors.truncate(MOST_ERRORS);
    errors
}

/// As [`syntax_errors`], of a file that a program uses.
pub(super) fn library_errors(
    source: &str,
    whole: &Failure,
    unread: Vec<Unread<'_>>,
) -> Vec<Diagnostic> {
    let mut errors = syntax_errors(source, whole, unread);
    let others = [
        "circuit",
        "private",
        "public",
        "fixed",
        "state",
        "step",
        "layer",
        "region",
        "plan",
        "test",
        "test_fails",
    ];
    for error in &mut errors {
        let Some(label) = &mut error.primary else {
            continue;
        };
        let Some(word) = source.get(label.span.start..label.span.end) else {
            continue;
        };
        if others.contains(&word) {
            error.message = format!("a file that is used has no `{word}`");
            label.message = "stands in the program".to_string();
            error.hints = vec![
                "it has definitions and tables alone: move this into the file that \
                                says `use`, or take it out"
                    .to_string(),
            ];
        }
    }
    errors
}

/// The error of a plan that is given as a text of its own.
pub(super) fn plan_error(text: &str, failure: &Failure) -> Diagnostic {
    let error = explain(text, PLAN_TEXT, failure);
    match scan::tokens(text).first() {
        Some(first) if first.text == "plan" => {
            error.hint("give what stands between the braces: `proof a: * - x proof b: x`")
        }
        Some(_) if scan::tokens(text).iter().any(|token| token.text == "hiding") => error.hint(
            "`hiding` stands beside the proofs of a text, which names no declared plan: `hiding proof all: *`",
        ),
        Some(_) if !text.contains('|') && !scan::tokens(text).iter().any(|t| t.text == "proof") => {
            let text = text.trim();
            error.hint(format!(
                "a cut stands behind the terms of a proof: `proof all: * {text}`"
            ))
        }
        _ => error,
    }
}

/// The error in the user's words; `text` is a part of the source that begins at `base`.
fn explain(text: &str, base: usize, failure: &Failure) -> Diagnostic {
    let tokens = scan::tokens(text);
    let at = tokens.partition_point(|token| token.span().end <= offset(failure));
    let (before, found) = (
        at.checked_sub(1).and_then(|at| tokens.get(at)),
        tokens.get(at),
    );
    let wanted = expected(failure);
    let stop = Stop {
        text,
        base,
        tokens: &tokens,
        at,
        wanted: &wanted,
    };
    let Some(found) = found else {
        let Some(last) = before else {
            return Diagnostic::new("E003", "the source holds no program")
                .at(place(base, Span::default()), "empty")
                .hint("a program is `circuit name { ... }`");
        };
        if let Some(error) = stop.instead() {
            return error;
        }
        let mut error = Diagnostic::new(
            "E003",
            format!("something is missing after `{}`", last.text),
        )
        .at(
            place(base, last.span()),
            format!("expected {wanted} after this"),
        );
        error.hints.extend(stop.hint());
        return error;
    };
    if let Some(error) = stop.instead() {
        return error;
    }
    let mut error = if wanted == "a name" && is_reserved(found.text) {
        let message = format!(
            "`{}` is a word of the language and cannot be a name",
            found.text
        );
        Diagnostic::new("E003", message).at(place(base, found.span()), "choose another name")
    } else {
        Diagnostic::new("E003", format!("unexpected `{}`", found.text))
            .at(place(base, found.span()), format!("expected {wanted}"))
    };
    let previous = before.map_or("", |token| token.text);
    let in_plan = wanted.contains(BOUNDARY);
    let meant = match (found.kind, before) {
        (scan::Kind::Word, _) if in_plan => {
            suggest(found.text, PLAN_WORDS.into_iter()).map(|word| (word, found))
        }
        // Not the word that is there already.
        (scan::Kind::Word, Some(before)) if !is_reserved(previous) => {
            suggest(previous, RESERVED.into_iter())
                .filter(|meant| *meant != found.text)
                .map(|word| (word, before))
        }
        _ => None,
    };
    let after = tokens.get(at + 1).map_or("", |token| token.text);
    if let Some(hint) = elsewhere(previous, found.text, &wanted) {
        error = error.hint(hint);
    } else if let Some(hint) = stop.hint() {
        error = error.hint(hint);
    } else if let Some((word, written)) = meant {
        error = error.meant(place(base, written.span()), word);
    } else if let Some(hint) =
        foreign::form(previous, found.text, after, in_brackets(&tokens[..at]))
    {
        error = error.hint(hint);
    } else if let Some(hint) = foreign::sign(previous, found.text, after) {
        let instead = foreign::instead(previous, found.text, after);
        error = error.hint(hint);
        if let Some((back, text)) = instead {
            let first = tokens[at - usize::from(back)].span();
            error = error.replace(place(base, first.to(found.span())), text);
        }
    } else if matches!(previous, "def" | "use") && !wanted.starts_with("a name") {
        error = error.hint(format!(
            "a `{previous}` stands beside the circuit, above or below it"
        ));
    } else if found.text == "=" && wanted.contains("a comparison") {
        error = error
            .hint("equality is written `==`")
            .replace(place(base, found.span()), "==");
    } else if found.text == "==" && wanted.contains("`=`") {
        error = error
            .hint("a definition is written with one `=`")
            .replace(place(base, found.span()), "=");
    } else if [("<", "<"), (">", ">")].contains(&(found.text, after)) {
        error = error.hint("a shift is a division or a product: `floor(x / 2 ^ n)`, `x * 2 ^ n`");
    } else if found.text == "<-" {
        error = error.hint(
            "`<-` takes in all of a state, by its name: define its elements, `new[i in n] = ...`, then \
             `s <- new`",
        );
    } else if found.text == "(" && previous == "for" {
        error = error.hint("a loop is `for h in n { ... }`, without brackets");
    } else if matches!(found.text, ".." | "..=") {
        let near = &tokens[at.saturating_sub(4)..at];
        error = error.hint(match near.iter().any(|token| token.text == "in") {
            true => "an index runs over a size: `j in n` is 0 to n - 1",
            false => "there are no slices: bind an index, `y[i in n] = x[i]`",
        });
    } else if ["table", "private", "public", "state", "region", "plan"].contains(&found.text) {
        if wanted.contains(STATEMENT) {
            error = error.hint(format!(
                "a `{}` stands outside of every step, loop and definition",
                found.text
            ));
        }
    } else if matches!(found.text, "input" | "output") {
        let word = found.text;
        let at = place(base, found.span());
        error = error
            .hint(format!("say `private {word}` or `public {word}`"))
            .replace(at, &format!("private {word}"))
            .replace(at, &format!("public {word}"));
    }
    error
}

/// Where what stands outside of a circuit, or of a test, belongs.
fn elsewhere(before: &str, found: &str, wanted: &str) -> Option<String> {
    let inside = [
        "table", "private", "public", "fixed", "state", "step", "layer", "for", "assert", "region",
        "plan",
    ];
    if wanted.contains("`circuit`") || wanted.contains("end of the") {
        return match found {
            "circuit" => Some("a file has one circuit".to_string()),
            _ if inside.contains(&found) => Some(format!(
                "a `{found}` stands in the circuit, between its braces"
            )),
            _ => None,
        };
    }
    match (before, found.starts_with('"')) {
        ("test" | "test_fails", true) => {
            Some("a test stands beside the circuit, above or below it".to_string())
        }
        _ if found == "assert" && wanted.contains("a line of a test") => {
            Some("a test says `expect` where a program says `assert`".to_string())
        }
        _ => None,
    }
}

/// Whether what follows these tokens stands within `[...]`.
fn in_brackets(before: &[scan::Token<'_>]) -> bool {
    let mut closed = 0;
    for token in before.iter().rev() {
        match token.text {
            "]" | ")" | "}" => closed += 1,
            sign @ ("[" | "(" | "{") => match closed {
                0 => return sign == "[",
                _ => closed -= 1,
            },
            _ => {}
        }
    }
    false
}

pub const RESERVED: [&str; 16] = [
    "circuit", "table", "private", "public", "input", "output", "state", "step", "for", "in",
    "assert", "region", "plan", "proof", "from", "empty",
];

/// What an item of a plan, or a cut, begins with.
const PLAN_WORDS: [&str; 5] = ["proof", "by", "open", "linked", "hiding"];

fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}
