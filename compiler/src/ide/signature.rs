//! What the call at a place takes.

use super::document::Document;
use super::hover::hover;
use super::symbols::{Kind, Role};
use super::words;
use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, Item};
use crate::syntax::scan::{self, Kind as Token};

/// How something is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub label: String,
    /// Bytes of the label.
    pub parameters: Vec<(usize, usize)>,
    pub text: String,
    /// The parameter that stands at the place.
    pub active: usize,
}

/// The ways to call what is called around a place; none where nothing is.
pub fn signatures(document: &Document, at: usize) -> Vec<Signature> {
    let Some((name, place, given, named)) = call(&document.text, at) else {
        return Vec::new();
    };
    let meant = document.symbols.meant(&name, place, &Role::Call);
    let symbol = meant
        .first()
        .map(|number| &document.symbols.symbols[*number]);
    let said = |at| {
        hover(document, None, at)
            .and_then(|found| found.comment)
            .unwrap_or_default()
    };
    match symbol.map(|symbol| (symbol.kind, symbol)) {
        Some((Kind::Def, symbol)) => {
            let Some(def) = document.def(symbol.text, symbol.span) else {
                return Vec::new();
            };
            let parameters = def.parameters.iter().map(|parameter| {
                let shape = shape(&parameter.shape);
                match &parameter.default {
                    Some(default) => format!("{} = {default}", parameter.name.text),
                    None => format!("{}{shape}", parameter.name.text),
                }
            });
            let own = def.parameters.iter().map(|it| it.name.text.as_str());
            let named = named.and_then(|named| own.clone().position(|name| name == named));
            let results: Vec<String> = def
                .results
                .iter()
                .map(|it| format!("{}{}", it.name.text, shape(&it.shape)))
                .collect();
            let results = match results.as_slice() {
                [one] => one.clone(),
                _ => format!("({})", results.join(", ")),
            };
            let active = named.unwrap_or(given);
            let text = said(place);
            vec![signature(
                &name,
                parameters.collect(),
                &format!(" -> {results}"),
                text,
                active,
            )]
        }
        Some((Kind::Table, symbol)) => {
            let items = document.ast.iter().flat_map(|ast| &ast.items);
            let tables = items.filter_map(|item| match item {
                Item::Table(table) => Some(table),
                _ => None,
            });
            let mut tables = tables.filter(|table| table.name.span == symbol.span);
            let parameters = tables.next().map_or(Vec::new(), |table| {
                let each = table.arguments.iter();
                let text = |span: Span| document.text.get(span.start..span.end).unwrap_or_default();
                each.map(|it| format!("{} in {}", it.name.text, text(it.domain.span)))
                    .collect()
            });
            vec![signature(&name, parameters, "", said(place), given)]
        }
        _ => words::functions(&name)
            .map(|function| {
                let mut parameters: Vec<String> = function
                    .parameters
                    .iter()
                    .map(|it| it.to_string())
                    .collect();
                if function.more {
                    parameters.push("...".to_string());
                }
                let active = match function.reduces {
                    true => 0,
                    false => given.min(parameters.len().saturating_sub(1)),
                };
                let behind = if function.reduces { " body" } else { "" };
                signature(&name, parameters, behind, function.text.to_string(), active)
            })
            .collect(),
    }
}

fn shape(sizes: &[Expr]) -> String {
    let sizes: Vec<String> = sizes.iter().map(Expr::to_string).collect();
    match sizes.is_empty() {
        true => String::new(),
        false => format!("[{}]", sizes.join(", ")),
    }
}

fn signature(
    name: &str,
    parameters: Vec<String>,
    behind: &str,
    text: String,
    active: usize,
) -> Signature {
    let mut label = format!("{name}(");
    let mut spans = Vec::new();
    for (number, parameter) in parameters.iter().enumerate() {
        if number > 0 {
            label += ", ";
        }
        spans.push((label.len(), label.len() + parameter.len()));
        label += parameter;
    }
    label += ")";
    label += behind;
    Signature {
        label,
        parameters: spans,
        text,
        active,
    }
}

/// What is called around a place: its name and where that stands, how many arguments are before, and the name of
/// this one.
fn call(text: &str, at: usize) -> Option<(String, usize, usize, Option<String>)> {
    let before = text.get(..at)?;
    let tokens = scan::tokens(before);
    let (mut closed, mut given) = (0_usize, 0);
    let mut named = None;
    for (number, token) in tokens.iter().enumerate().rev() {
        match token.text {
            ")" | "]" => closed += 1,
            "(" if closed == 0 => {
                let name = tokens.get(number.checked_sub(1)?)?;
                if name.kind != Token::Word {
                    return None;
                }
                // `circuit c(`, `def f(`, `table f(`: declared, not called.
                let declares = number.checked_sub(2).map(|at| tokens[at].text);
                if declares.is_some_and(|word| ["circuit", "def", "table"].contains(&word)) {
                    return None;
                }
                return Some((name.text.to_string(), name.start, given, named));
            }
            // Subscripts within the call.
            "[" if closed == 0 => {
                given = 0;
                named = None;
            }
            "(" | "[" => closed -= 1,
            "{" | "}" => return None,
            "," if closed == 0 => given += 1,
            "=" if closed == 0 && given == 0 => {
                let name = number.checked_sub(1).map(|at| tokens[at].text.to_string());
                named = named.or(name);
            }
            _ => {}
        }
    }
    None
}
