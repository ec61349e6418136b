//! Programs, items and statements as the tree has them.

use pest::iterators::Pair;

use super::expression::{binder, expr, list, number, range};
use super::grammar::{name, span, Children, Rule};
use super::plan::plan;
use super::test_block::test;
use crate::syntax::ast::{
    Argument, Assert, Ast, Comparison, Def, Define, Entries, Expr, ExprKind, Item, Library, Loop,
    Outcome, Parameter, Region, State, Statement, Subscript, Table, Tensor, Use, Used, Visibility,
};

pub fn ast(program: Pair<Rule>) -> Ast {
    let mut children = Children::of(program);
    let (mut uses, mut defs, mut items) = (Vec::new(), Vec::new(), Vec::new());
    let mut tests = Vec::new();
    while let Some(pair) = children
        .maybe(Rule::use_of)
        .or_else(|| children.maybe(Rule::def))
        .or_else(|| children.maybe(Rule::test_block))
    {
        match pair.as_rule() {
            Rule::test_block => tests.push(test(pair)),
            _ => beside(pair, &mut uses, &mut defs),
        }
    }
    let name = children.name();
    let params = children.params();
    for pair in children.rest() {
        match pair.as_rule() {
            Rule::use_of | Rule::def => beside(pair, &mut uses, &mut defs),
            Rule::test_block => tests.push(test(pair)),
            _ => items.push(item(pair)),
        }
    }
    Ast {
        name,
        params,
        items,
        uses,
        defs,
        tests,
    }
}

pub fn library(pair: Pair<Rule>) -> Library {
    let mut library = Library {
        uses: Vec::new(),
        defs: Vec::new(),
        tables: Vec::new(),
    };
    for pair in Children::of(pair).rest() {
        match pair.as_rule() {
            Rule::table => library.tables.push(table(pair)),
            _ => beside(pair, &mut library.uses, &mut library.defs),
        }
    }
    library
}

fn beside(pair: Pair<Rule>, uses: &mut Vec<Use>, defs: &mut Vec<Def>) {
    match pair.as_rule() {
        Rule::use_of => uses.push(use_of(pair)),
        _ => defs.push(def(pair)),
    }
}

fn use_of(pair: Pair<Rule>) -> Use {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Use {
        what: match children.maybe(Rule::path) {
            Some(path) => Used::File(path.as_str().trim_matches('"').to_string()),
            None => Used::Library(children.name().text),
        },
        span,
    }
}

fn def(pair: Pair<Rule>) -> Def {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let parameter = |pair: Pair<Rule>| {
        let mut children = Children::of(pair);
        Parameter {
            name: children.name(),
            shape: children.shape(),
            default: children.maybe(Rule::expr).map(expr),
        }
    };
    let outcome = |pair: Pair<Rule>| {
        let mut children = Children::of(pair);
        Outcome {
            name: children.name(),
            shape: children.shape(),
        }
    };
    Def {
        name: children.name(),
        parameters: Children::of(children.take(Rule::parameters)).all(Rule::parameter, parameter),
        results: Children::of(children.take(Rule::results)).all(Rule::result, outcome),
        body: children.rest().map(item).collect(),
        span,
    }
}

fn item(pair: Pair<Rule>) -> Item {
    match pair.as_rule() {
        Rule::table => Item::Table(table(pair)),
        Rule::tensor => Item::Tensor(tensor(pair)),
        Rule::state => Item::State(state(pair)),
        Rule::region => Item::Region(region(pair)),
        Rule::plan => Item::Plan(plan(pair)),
        _ => Item::Statement(statement(pair)),
    }
}

fn table(pair: Pair<Rule>) -> Table {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Table {
        name: children.name(),
        arguments: children.all(Rule::argument, argument),
        range: children.range(),
        entries: children
            .maybe(Rule::table_body)
            .map_or(Entries::FromInput, entries),
        span,
    }
}

fn argument(pair: Pair<Rule>) -> Argument {
    let mut children = Children::of(pair);
    Argument {
        name: children.name(),
        domain: range(children.take(Rule::range)),
    }
}

fn entries(body: Pair<Rule>) -> Entries {
    let mut children = Children::of(body);
    match children.maybe(Rule::list) {
        Some(listed) => Entries::Listed(list(listed)),
        None => Entries::Each(children.expr()),
    }
}

fn tensor(pair: Pair<Rule>) -> Tensor {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let (public, fixed) = (
        children.maybe(Rule::kw_public).is_some(),
        children.maybe(Rule::kw_fixed).is_some(),
    );
    children.maybe(Rule::kw_private);
    let input = children.maybe(Rule::kw_input).is_some();
    children.maybe(Rule::kw_output);
    Tensor {
        visibility: match (public, fixed) {
            (true, _) => Visibility::Public,
            (_, true) => Visibility::Fixed,
            _ => Visibility::Private,
        },
        input,
        name: children.name(),
        shape: children.shape(),
        range: children.range(),
        span,
    }
}

fn state(pair: Pair<Rule>) -> State {
    let span = span(&pair);
    let mut children = Children::of(pair);
    State {
        name: children.name(),
        shape: children.shape(),
        range: children.range(),
        seed: children.maybe(Rule::expr).map(expr),
        span,
    }
}

fn statement(pair: Pair<Rule>) -> Statement {
    match pair.as_rule() {
        Rule::step => Statement::Step(body(pair)),
        Rule::layer => Statement::Layer(body(pair)),
        Rule::for_each => Statement::For(body(pair)),
        Rule::append => append(pair),
        Rule::state => Statement::State(state(pair)),
        Rule::define => Statement::Define(define(pair)),
        Rule::assert => Statement::Assert(assert(pair)),
        rule => unreachable!("{rule:?} is no statement of the grammar"),
    }
}

fn body(pair: Pair<Rule>) -> Loop {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Loop {
        binder: binder(children.take(Rule::binder)),
        body: children.rest().map(statement).collect(),
        span,
    }
}

fn append(pair: Pair<Rule>) -> Statement {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Statement::Append {
        state: children.name(),
        source: children.name(),
        at: children.shape(),
        span,
    }
}

fn define(pair: Pair<Rule>) -> Define {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let subscript = |pair: Pair<Rule>| match pair.as_rule() {
        Rule::binder => Subscript::Binds(binder(pair)),
        _ => match expr(pair) {
            Expr {
                kind: ExprKind::Name(name),
                ..
            } => Subscript::Bound(name),
            constant => Subscript::At(constant),
        },
    };
    let hint = children.maybe(Rule::kw_hint).is_some();
    let name = children.name();
    let (mut subscripts, mut filter) = (Vec::new(), None);
    if let Some(list) = children.maybe(Rule::subscripts) {
        let mut list = Children::of(list);
        while let Some(pair) = list.maybe(Rule::binder).or_else(|| list.maybe(Rule::expr)) {
            subscripts.push(subscript(pair));
        }
        filter = list.filter();
    }
    Define {
        hint,
        name,
        subscripts,
        filter,
        range: children.range(),
        expr: number(children.take(Rule::condition)),
        span,
    }
}

fn assert(pair: Pair<Rule>) -> Assert {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let (binders, filter) = children.over();
    Assert {
        binders,
        filter,
        left: children.expr(),
        comparison: match children.take(Rule::comparison).as_str() {
            ">=" => Comparison::AtLeast,
            "<=" => Comparison::AtMost,
            ">" => Comparison::More,
            "<" => Comparison::Less,
            _ => Comparison::Equal,
        },
        right: children.expr(),
        span,
    }
}

fn region(pair: Pair<Rule>) -> Region {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Region {
        name: name(children.take(Rule::label)),
        members: children.all(Rule::label, name),
        span,
    }
}
