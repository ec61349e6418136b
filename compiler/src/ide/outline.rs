//! What a text has, as a tree.

use super::document::Document;
use super::symbols::Kind;
use crate::diagnostic::Span;
use crate::syntax::ast::{Def, Item, Loop, Name, Statement, Test};

/// Something that a text has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// What it is; nothing for a loop.
    pub kind: Option<Kind>,
    pub detail: String,
    /// All of it, and its name in it.
    pub whole: Span,
    pub span: Span,
    pub inner: Vec<Entry>,
}

/// What a document has.
pub fn outline(document: &Document) -> Vec<Entry> {
    let Some(ast) = &document.ast else {
        return Vec::new();
    };
    let mut entries: Vec<Entry> = ast.defs.iter().map(|def| of_def(document, def)).collect();
    let items = items(document, &ast.items);
    if document.is_library {
        entries.extend(items);
    } else {
        let ends = items.iter().map(|entry| entry.whole.end);
        let end = ends.chain([ast.name.span.end]).max().unwrap_or(0);
        let params = ast.params.iter();
        let params = params.map(|it| entry(document, &it.name, it.name.span.to(it.default.span)));
        entries.push(Entry {
            inner: params.chain(items).collect(),
            ..entry(document, &ast.name, Span::new(ast.name.span.start, end))
        });
    }
    entries.extend(ast.tests.iter().map(of_test));
    entries.sort_by_key(|entry| entry.whole);
    entries
}

fn entry(document: &Document, name: &Name, whole: Span) -> Entry {
    let symbols = &document.symbols;
    let mut defined = symbols.symbols.iter();
    let defined = defined.find(|symbol| symbol.text == 0 && symbol.span == name.span);
    // What an output is defined by stands at another place than its name's own definition.
    let found = symbols.at(name.span.start);
    let meant = found.filter(|found| found.span == name.span);
    let meant = meant.and_then(|found| found.means.first());
    let symbol = defined.or_else(|| meant.map(|number| &symbols.symbols[*number]));
    let kind = symbol.map(|symbol| symbol.kind);
    Entry {
        name: name.text.clone(),
        detail: kind.map_or("", Kind::noun).to_string(),
        kind,
        whole: whole.to(name.span),
        span: name.span,
        inner: Vec::new(),
    }
}

fn of_test(test: &Test) -> Entry {
    let detail = match &test.fails {
        None => Kind::Test.noun().to_string(),
        Some(fails) => format!("test that fails with {}", fails.code.text),
    };
    Entry {
        name: test.name.text.clone(),
        kind: Some(Kind::Test),
        detail,
        whole: test.span,
        span: test.name.span,
        inner: Vec::new(),
    }
}

fn of_def(document: &Document, def: &Def) -> Entry {
    Entry {
        inner: items(document, &def.body),
        ..entry(document, &def.name, def.span)
    }
}

fn items(document: &Document, items: &[Item]) -> Vec<Entry> {
    let each = items.iter().flat_map(|item| match item {
        Item::Table(table) => vec![entry(document, &table.name, table.span)],
        Item::Tensor(tensor) => vec![entry(document, &tensor.name, tensor.span)],
        Item::State(state) => vec![entry(document, &state.name, state.span)],
        Item::Region(region) => vec![entry(document, &region.name, region.span)],
        Item::Plan(plan) => {
            let proofs = plan.proofs.iter();
            vec![Entry {
                inner: proofs
                    .map(|it| entry(document, &it.name, it.span))
                    .collect(),
                ..entry(document, &plan.name, plan.span)
            }]
        }
        Item::Statement(found) => statement(document, found),
    });
    each.collect()
}

fn statement(document: &Document, statement: &Statement) -> Vec<Entry> {
    match statement {
        Statement::Step(block) => vec![repeats(document, "step", block)],
        Statement::Layer(block) => vec![repeats(document, "layer", block)],
        Statement::For(block) => vec![repeats(document, "for", block)],
        Statement::Define(define) => vec![entry(document, &define.name, define.span)],
        Statement::State(state) => vec![entry(document, &state.name, state.span)],
        Statement::Append { .. } | Statement::Assert(_) => Vec::new(),
    }
}

fn repeats(document: &Document, word: &str, block: &Loop) -> Entry {
    let index = &block.binder.index;
    let body = block.body.iter();
    Entry {
        name: format!("{word} {}", index.text),
        kind: None,
        detail: "loop".to_string(),
        whole: block.span,
        span: index.span,
        inner: body.flat_map(|it| statement(document, it)).collect(),
    }
}
