//! Syntax errors in the user's words, and more than one in a run.

use pest::Parser;

use super::{Grammar, Rule};
use crate::diagnostic::{suggest, Diagnostic, Span, PLAN_TEXT};
use crate::scan;

type Failure = pest::error::Error<Rule>;

/// More than these would bury the first.
const MOST_ERRORS: usize = 20;

/// One error for each piece that cannot be read alone, after the first one of the whole.
pub(super) fn syntax_errors(source: &str, whole: &Failure) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut first = source.len();
    for piece in scan::pieces(source) {
        let Span { start, end } = piece.span;
        let text = &source[start..end];
        let rule = if !piece.is_head {
            Rule::piece
        } else if ["circuit", "step", "for"]
            .iter()
            .any(|word| text.starts_with(word))
        {
            Rule::head
        } else {
            continue;
        };
        if let Err(failure) = Grammar::parse(rule, text) {
            first = first.min(start + offset(&failure));
            errors.push(explain(text, start, &failure));
        }
    }
    // Past the first bad piece, the whole's error is an echo of it.
    if errors.is_empty() || offset(whole) < first {
        errors.insert(0, explain(source, 0, whole));
    }
    errors.truncate(MOST_ERRORS);
    errors
}

/// The error of a plan that is given as a text of its own.
pub(super) fn plan_error(text: &str, failure: &Failure) -> Diagnostic {
    let error = explain(text, PLAN_TEXT, failure);
    match scan::tokens(text).first() {
        Some(first) if first.text == "plan" => {
            error.hint("give what stands between the braces: `proof a: * - x proof b: x`")
        }
        _ => error,
    }
}

fn offset(failure: &Failure) -> usize {
    match failure.location {
        pest::error::InputLocation::Pos(at) => at,
        pest::error::InputLocation::Span((start, _)) => start,
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
    let place = |span: Span| Span::new(base + span.start, base + span.end);
    let Some(found) = found else {
        let Some(last) = before else {
            return Diagnostic::new("E003", "the source holds no program")
                .hint("a program is `circuit name { ... }`");
        };
        return Diagnostic::new(
            "E003",
            format!("something is missing after `{}`", last.text),
        )
        .at(place(last.span()), format!("expected {wanted} after this"));
    };
    let mut error = if wanted == "a name" && is_reserved(found.text) {
        let message = format!(
            "`{}` is a word of the language and cannot be a name",
            found.text
        );
        Diagnostic::new("E003", message).at(place(found.span()), "choose another name")
    } else {
        Diagnostic::new("E003", format!("unexpected `{}`", found.text))
            .at(place(found.span()), format!("expected {wanted}"))
    };
    let previous = before.map_or("", |token| token.text);
    let in_plan = wanted.contains(BOUNDARY);
    let meant = match found.kind {
        scan::Kind::Word if in_plan => suggest(found.text, PLAN_WORDS.into_iter()),
        scan::Kind::Word if !is_reserved(previous) => suggest(previous, RESERVED.into_iter()),
        _ => None,
    };
    if let Some(word) = meant {
        error = error.hint(format!("did you mean `{word}`?"));
    } else if previous == "*" && found.text == "*" {
        error = error.hint("a power is written `^`");
    } else if found.text == "=" && wanted.contains("a comparison") {
        error = error.hint("equality is written `==`");
    } else if found.text == "==" && wanted.contains("`=`") {
        error = error.hint("a definition is written with one `=`");
    } else if found.text == ";" {
        error = error.hint("nothing stands between statements: leave the `;` out");
    } else if ["table", "private", "public", "state", "region", "plan"].contains(&found.text) {
        if wanted.contains(STATEMENT) {
            error = error.hint(format!(
                "a `{}` stands outside of every step and loop",
                found.text
            ));
        }
    } else if matches!(found.text, "input" | "output") {
        let word = found.text;
        error = error.hint(format!("say `private {word}` or `public {word}`"));
    }
    error
}

const RESERVED: [&str; 16] = [
    "circuit", "table", "private", "public", "input", "output", "state", "step", "for", "in",
    "assert", "region", "plan", "proof", "from", "empty",
];

/// What an item of a plan, or a cut, begins with.
const PLAN_WORDS: [&str; 4] = ["proof", "by", "open", "linked"];

fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// What the parser could have gone on with, as a phrase.
fn expected(failure: &Failure) -> String {
    let pest::error::ErrorVariant::ParsingError { positives, .. } = &failure.variant else {
        return "something else".to_string();
    };
    let at_statement = positives.iter().any(|rule| phrase(*rule) == STATEMENT);
    let mut phrases: Vec<&str> = Vec::new();
    for rule in positives {
        let phrase = phrase(*rule);
        // A statement may begin with a name, and the end of a piece is no news.
        let implied = at_statement && matches!(rule, Rule::name | Rule::EOI);
        if !implied && !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    if phrases.contains(&"an operator") {
        // After a name, what it might have been is noise.
        phrases.retain(|phrase| !["`(`", "`[`"].contains(phrase));
    }
    phrases.sort_by_key(|phrase| phrase.starts_with('`'));
    match phrases.as_slice() {
        [] => "something else".to_string(),
        [one] => (*one).to_string(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

const STATEMENT: &str = "a statement";
const BOUNDARY: &str = "a boundary `open a | b`";

fn phrase(rule: Rule) -> &'static str {
    match rule {
        Rule::name | Rule::label => "a name",
        Rule::number
        | Rule::expr
        | Rule::product
        | Rule::primary
        | Rule::negate
        | Rule::reduce
        | Rule::reducer => "an expression",
        Rule::plus | Rule::minus | Rule::times | Rule::divided | Rule::modulo | Rule::power => {
            "an operator"
        }
        Rule::table
        | Rule::tensor
        | Rule::state
        | Rule::region
        | Rule::plan
        | Rule::step
        | Rule::for_each
        | Rule::assert
        | Rule::append
        | Rule::define
        | Rule::piece
        | Rule::kw_table
        | Rule::kw_private
        | Rule::kw_public
        | Rule::kw_state
        | Rule::kw_step
        | Rule::kw_for
        | Rule::kw_assert
        | Rule::kw_region
        | Rule::kw_plan => STATEMENT,
        Rule::range => "a range `lo..hi` or `lo..=hi`",
        Rule::binder => "an index `j in ...`",
        Rule::comparison => "a comparison",
        Rule::term | Rule::everything => "`*` or a name",
        Rule::proof => "`proof`",
        Rule::cut | Rule::kw_by => "a cut `by head` or `steps 0..32 | 32..64`",
        Rule::boundary | Rule::kw_open | Rule::kw_linked => BOUNDARY,
        Rule::bar => "`|`",
        Rule::params => "`(`",
        Rule::param => "a parameter `name = default`",
        Rule::shape | Rule::subscripts | Rule::over | Rule::bracket_open => "`[`",
        Rule::arguments | Rule::paren_open => "`(`",
        Rule::paren_close => "`)`",
        Rule::bracket_close => "`]`",
        Rule::brace_open => "`{`",
        Rule::brace_close => "`}`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals | Rule::table_body => "`=`",
        Rule::arrow => "`<-`",
        Rule::to => "`..`",
        Rule::to_inclusive => "`..=`",
        Rule::kw_circuit | Rule::program | Rule::head => "`circuit`",
        Rule::kw_input => "`input`",
        Rule::kw_output => "`output`",
        Rule::kw_in => "`in`",
        Rule::kw_proof | Rule::plan_text => "`proof`",
        Rule::kw_from => "`from`",
        Rule::kw_empty => "`empty`",
        Rule::EOI => "the end of the text",
        _ => "something else",
    }
}
