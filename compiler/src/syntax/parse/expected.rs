//! What the grammar could have gone on with, in the user's words.

use super::grammar::Rule;

/// What the parser could have gone on with, as a phrase.
pub(super) fn expected(failure: &pest::error::Error<Rule>) -> String {
    let pest::error::ErrorVariant::ParsingError { positives, .. } = &failure.variant else {
        return "something else".to_string();
    };
    let at_statement = positives.iter().any(|rule| phrase(*rule) == STATEMENT);
    let mut phrases: Vec<&str> = Vec::new();
    for rule in positives {
        let phrase = phrase(*rule);
        // A statement may begin with a name; the end of a piece, and what may follow, is no news.
        let implied = at_statement
            && matches!(
                rule,
                Rule::name
                    | Rule::EOI
                    | Rule::use_of
                    | Rule::kw_use
                    | Rule::test_block
                    | Rule::kw_test
                    | Rule::kw_test_fails
            );
        if !implied && !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    if phrases.contains(&"an operator") {
        // After a name, what it might have been is noise.
        phrases.retain(|phrase| !["`(`", "`[`", "`.`"].contains(phrase));
    }
    phrases.sort_by_key(|phrase| phrase.starts_with('`'));
    match phrases.as_slice() {
        [] => "something else".to_string(),
        [one] => (*one).to_string(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

pub(super) const STATEMENT: &str = "a statement";
const TEST: &str = "`test`";
const TEST_LINE: &str = "a line of a test";
pub(super) const BOUNDARY: &str = "a boundary `open a | b`";

fn phrase(rule: Rule) -> &'static str {
    match rule {
        Rule::name | Rule::label => "a name",
        Rule::number
        | Rule::expr
        | Rule::condition
        | Rule::conjunction
        | Rule::test
        | Rule::product
        | Rule::primary
        | Rule::negate
        | Rule::reduce
        | Rule::reducer
        | Rule::given
        | Rule::named
        | Rule::every => "an expression",
        Rule::plus | Rule::minus | Rule::times | Rule::divided | Rule::modulo | Rule::power => {
            "an operator"
        }
        Rule::table
        | Rule::tensor
        | Rule::state
        | Rule::region
        | Rule::plan
        | Rule::step
        | Rule::layer
        | Rule::for_each
        | Rule::assert
        | Rule::append
        | Rule::define
        | Rule::piece
        | Rule::kw_table
        | Rule::kw_private
        | Rule::kw_public
        | Rule::kw_fixed
        | Rule::kw_state
        | Rule::kw_step
        | Rule::kw_layer
        | Rule::kw_for
        | Rule::kw_assert
        | Rule::kw_region
        | Rule::kw_plan => STATEMENT,
        Rule::range => "a range `lo..hi` or `lo..=hi`",
        Rule::binder => "an index `j in ...`",
        Rule::argument => "an argument `x in lo..=hi`",
        Rule::list => "a list `[...]`",
        Rule::comparison | Rule::relation => "a comparison",
        Rule::filter | Rule::kw_where => "`where`",
        Rule::kw_and => "`and`",
        Rule::kw_or => "`or`",
        Rule::kw_not => "`not`",
        Rule::term | Rule::everything => "`*` or a name",
        Rule::proof => "`proof`",
        Rule::cut | Rule::kw_by => "a cut `by head` or `steps 0..32 | 32..64`",
        Rule::boundary | Rule::kw_open | Rule::kw_linked => BOUNDARY,
        Rule::kw_hiding => "`hiding`",
        Rule::bar => "`|`",
        Rule::params => "`(`",
        Rule::param => "a parameter `name = default`",
        Rule::shape | Rule::slice | Rule::subscripts | Rule::over | Rule::bracket_open => "`[`",
        Rule::arguments | Rule::parameters | Rule::paren_open => "`(`",
        Rule::paren_close => "`)`",
        Rule::bracket_close => "`]`",
        Rule::brace_open => "`{`",
        Rule::brace_close => "`}`",
        Rule::comma => "`,`",
        Rule::colon => "`:`",
        Rule::equals | Rule::table_body => "`=`",
        Rule::arrow => "`<-`",
        Rule::gives => "`->`",
        Rule::dot => "`.`",
        Rule::use_of | Rule::kw_use => "`use`",
        Rule::def | Rule::kw_def => "`def`",
        Rule::test_block | Rule::kw_test | Rule::kw_test_fails => TEST,
        Rule::sample
        | Rule::prove
        | Rule::expect
        | Rule::give
        | Rule::kw_sample
        | Rule::kw_prove
        | Rule::kw_expect => TEST_LINE,
        Rule::kw_seed => "`seed`",
        Rule::is_list => "an expression",
        Rule::equality => "a comparison",
        Rule::quoted => "a name in quotes",
        Rule::code => "a code such as `E081`",
        Rule::count => "a number",
        Rule::path => "a path `\"file.attn\"`",
        Rule::parameter => "a parameter `x[n]`",
        Rule::results | Rule::result => "a result `y[n]`",
        Rule::to => "`..`",
        Rule::to_inclusive => "`..=`",
        Rule::kw_circuit | Rule::program | Rule::library | Rule::head => "`circuit`",
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
