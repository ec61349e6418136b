//! What could stand behind a text that is not finished, as the grammar has it.

use std::collections::BTreeSet;

use pest::error::{Error, ErrorVariant, InputLocation};
use pest::Parser;

use super::grammar::{Grammar, Rule};
use super::scan;

/// What an editor may offer at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// These words, as they are written.
    Words(&'static str),
    /// A name that is read, a number, a call: an expression.
    Expression,
    /// A name that stands alone: one that is defined, or read.
    Name,
    /// A member of a region, or a term of a plan.
    Member,
    /// An index or a parameter that a plan cuts.
    Cut,
    /// A parameter's name before its `=`, in a call.
    Named,
    /// The body of a region or a plan is read as a whole: its proofs.
    Proof,
}

/// What could stand behind `before`, the beginning of a program; nothing if `before` itself cannot be read to
/// its end.
pub fn next(before: &str) -> Option<BTreeSet<Next>> {
    if before.len() > scan::MAX_SOURCE || too_deep(before) {
        return None;
    }
    let program = after(before, Rule::program)?;
    Some(program.into_iter().flat_map(offers).copied().collect())
}

fn after(before: &str, rule: Rule) -> Option<Vec<Rule>> {
    let error: Error<Rule> = match Grammar::parse(rule, before) {
        Err(error) => error,
        // What is whole may go on with what stands beside a circuit.
        Ok(_) => return Some(vec![Rule::use_of, Rule::def]),
    };
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    // Nothing is left but blanks and comments.
    if !scan::tokens(&before[at..]).is_empty() {
        return None;
    }
    match error.variant {
        ErrorVariant::ParsingError { positives, .. } => Some(positives),
        ErrorVariant::CustomError { .. } => None,
    }
}

/// Whether the parser would descend too far.
fn too_deep(text: &str) -> bool {
    let (mut open, mut most) = (0_usize, 0);
    let mut reductions = 0;
    for token in scan::tokens(text) {
        match token.text {
            "(" | "[" | "{" => open += 1,
            ")" | "]" | "}" => open = open.saturating_sub(1),
            "sum" | "max" | "min" | "argmax" | "argmin" | "not" | "-" => reductions += 1,
            _ if token.first_on_line => reductions = 0,
            _ => {}
        }
        most = most.max(open + reductions);
    }
    most > 2 * scan::MAX_NESTING
}

fn offers(rule: Rule) -> &'static [Next] {
    use Next::{Cut, Expression, Member, Name, Named, Proof, Words};
    match rule {
        Rule::number
        | Rule::expr
        | Rule::condition
        | Rule::conjunction
        | Rule::product
        | Rule::primary
        | Rule::reduce
        | Rule::reducer
        | Rule::negate => &[Expression],
        Rule::test => &[Expression, Words("not")],
        Rule::given | Rule::named => &[Expression, Named],
        Rule::every => &[Words("..")],
        Rule::subscript | Rule::binder | Rule::argument | Rule::param | Rule::parameter => &[Name],
        Rule::name => &[Name],
        Rule::range => &[Expression],
        Rule::label => &[Member],
        Rule::term | Rule::everything => &[Member],
        Rule::region | Rule::kw_region => &[Words("region")],
        Rule::plan | Rule::kw_plan => &[Words("plan")],
        Rule::proof | Rule::kw_proof => &[Words("proof")],
        Rule::boundary => &[Words("open"), Words("linked")],
        Rule::kw_open => &[Words("open")],
        Rule::kw_hiding => &[Words("hiding")],
        Rule::kw_linked => &[Words("linked")],
        Rule::cut => &[Words("by"), Words("open"), Cut],
        Rule::kw_by => &[Words("by")],
        Rule::cut_over => &[Cut],
        Rule::bar => &[Proof],
        Rule::table | Rule::kw_table => &[Words("table")],
        Rule::tensor => &[
            Words("private input"),
            Words("public input"),
            Words("fixed input"),
            Words("public output"),
            Words("private output"),
        ],
        Rule::kw_private => &[Words("private")],
        Rule::kw_public => &[Words("public")],
        Rule::kw_fixed => &[Words("fixed")],
        Rule::kw_input => &[Words("input")],
        Rule::kw_output => &[Words("output")],
        Rule::state | Rule::kw_state => &[Words("state")],
        Rule::step | Rule::kw_step => &[Words("step")],
        Rule::layer | Rule::kw_layer => &[Words("layer")],
        Rule::for_each | Rule::kw_for => &[Words("for")],
        Rule::assert | Rule::kw_assert => &[Words("assert")],
        Rule::define => &[Name, Words("hint")],
        Rule::append => &[Name],
        Rule::kw_hint => &[Words("hint")],
        Rule::filter | Rule::kw_where => &[Words("where")],
        Rule::kw_and => &[Words("and")],
        Rule::kw_or => &[Words("or")],
        Rule::kw_not => &[Words("not")],
        Rule::kw_in => &[Words("in")],
        Rule::kw_from => &[Words("from input")],
        Rule::kw_empty => &[Words("empty")],
        Rule::kw_circuit | Rule::program => &[Words("circuit")],
        Rule::use_of | Rule::kw_use => &[Words("use")],
        Rule::def | Rule::kw_def => &[Words("def")],
        _ => &[],
    }
}
