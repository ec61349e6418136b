//! A name that becomes another, wherever it is meant, and nothing else.

use super::document::Document;
use super::symbols::{Kind, Symbol, Symbols};
use super::words::functions;
use crate::diagnostic::{Edit, Span};
use crate::syntax::expand::Loader;
use crate::syntax::parse::RESERVED;
use crate::syntax::scan;

/// The name at a place, if it can be renamed.
///
/// # Errors
/// Why it cannot.
pub fn renameable(document: &Document, at: usize) -> Result<Span, String> {
    subject(document, at).map(|(span, _)| span)
}

/// The changes that give the name at a place another.
///
/// # Errors
/// Why that cannot be, or would change what the program means.
pub fn rename(
    document: &Document,
    at: usize,
    to: &str,
    load: &Loader<'_>,
) -> Result<Vec<Edit>, String> {
    let (_, number) = subject(document, at)?;
    let symbols = &document.symbols;
    let symbol = &symbols.symbols[number];
    allowed(symbol.kind, to)?;
    if symbol.name == to {
        return Ok(Vec::new());
    }
    let taken = || format!("the name `{to}` is taken here: another name would be meant, or hidden");
    let known = symbols.by_name.get(to).into_iter().flatten();
    if known
        .map(|other| &symbols.symbols[*other])
        .any(|other| clash(symbol, other))
    {
        return Err(taken());
    }
    let places: Vec<Span> = symbols.places(number).map(|found| found.span).collect();
    let edits: Vec<Edit> = places
        .iter()
        .map(|span| Edit {
            span: *span,
            text: to.to_string(),
        })
        .collect();
    let text = applied(&document.text, &edits);
    let renamed = Document::of(&text, load);
    if bound(&renamed.symbols) != bound_after(symbols, &places, to) {
        return Err(taken());
    }
    Ok(edits)
}

/// Whether two names may not be the same: both are read, or called, where both are visible.
fn clash(one: &Symbol, other: &Symbol) -> bool {
    let overlap = one.visible.start < other.visible.end && other.visible.start < one.visible.end;
    let both = |is: &dyn Fn(Kind) -> bool| is(one.kind) && is(other.kind);
    let read = both(&Kind::is_read) && one.def == other.def;
    let called = both(&|kind| matches!(kind, Kind::Def | Kind::Table));
    let label = one.kind == other.kind && one.within == other.within && !one.kind.is_read();
    overlap && (read || called || label)
}

/// What is renamed, and where its name stands.
fn subject(document: &Document, at: usize) -> Result<(Span, usize), String> {
    if !document.lost.is_empty() || document.ast.is_none() {
        return Err(
            "mend the errors of syntax first: what cannot be read may have the name".to_string(),
        );
    }
    let symbols = &document.symbols;
    let found = symbols.at(at).ok_or("no name of the program stands here")?;
    let number = match found.means.as_slice() {
        [] => return Err(format!("`{}` is not defined", found.name)),
        [one] => *one,
        _ => {
            return Err(format!(
                "`{}` names several here: rename each where it is defined",
                found.name
            ))
        }
    };
    let symbol = &symbols.symbols[number];
    let name = &symbol.name;
    if symbol.text > 0 {
        let beside = document.beside.get(symbol.text - 1);
        return Err(match beside.filter(|beside| beside.path.is_some()) {
            Some(beside) => format!(
                "`{name}` is defined in {}, which other programs may use",
                beside.name
            ),
            None => format!("`{name}` ships with attnc"),
        });
    }
    let visible = matches!(symbol.kind, Kind::Def | Kind::Argument | Kind::Outcome);
    if document.is_library && visible {
        return Err(format!(
            "programs that use this file may name `{name}`: they are not seen from here"
        ));
    }
    if in_a_test(document, name) {
        return Err(format!(
            "a test has the word `{name}`: rename it there first"
        ));
    }
    if let Some(made) = made(document, number) {
        return Err(format!(
            "a region or plan names `{made}`, which is called after `{name}`"
        ));
    }
    for place in symbols.places(number) {
        if place.means.len() > 1 && !place.means.iter().all(|it| symbols.same(*it, number)) {
            return Err(format!(
                "a region or plan names `{name}` and means several: rename them there first"
            ));
        }
        if place.name != *name {
            return Err(format!(
                "a plan names `{name}` as `{}`: write it there in full first",
                place.name
            ));
        }
    }
    Ok((found.span, number))
}

/// Whether a test has the word, whatever it means there.
fn in_a_test(document: &Document, word: &str) -> bool {
    let mut tests = document.ast.iter().flat_map(|ast| &ast.tests);
    tests.any(|test| {
        let text = &document.text[test.span.start..test.span.end];
        scan::tokens(text).iter().any(|token| token.text == word)
    })
}

/// A name of what calls make that is made of this one: `norm#1.square`.
fn made(document: &Document, number: usize) -> Option<&str> {
    let symbols = &document.symbols;
    let symbol = &symbols.symbols[number];
    let of = symbol
        .def
        .and_then(|def| document.ast.as_ref()?.defs.get(def));
    let names = symbols.occurrences.iter().map(|found| found.name.as_str());
    names.into_iter().find(|name| {
        let Some((def, own)) = name.split_once('#') else {
            return false;
        };
        let own = own.split_once('.').map(|(_, own)| own);
        match of {
            Some(of) => of.name.text == def && own == Some(&symbol.name),
            None => symbol.kind == Kind::Def && symbol.name == def,
        }
    })
}

/// Whether a name can be one.
fn allowed(kind: Kind, to: &str) -> Result<(), String> {
    let starts = to.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if !starts || !to.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!(
            "`{to}` is no name: a letter or `_`, then letters, digits and `_`"
        ));
    }
    // Regions, plans and proofs are labels, which may be any word.
    let label = matches!(kind, Kind::Region | Kind::Plan | Kind::Proof);
    if RESERVED.contains(&to) && !label {
        return Err(format!("`{to}` is a word of the language"));
    }
    if functions(to).next().is_some() && !label {
        return Err(format!("`{to}` is a function of the language"));
    }
    Ok(())
}

/// A text with changes made, which are in its order.
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut made = String::new();
    let mut at = 0;
    for edit in edits {
        made += text.get(at..edit.span.start).unwrap_or_default();
        made += &edit.text;
        at = edit.span.end;
    }
    made + text.get(at..).unwrap_or_default()
}

/// Every name of a text and what it means, as the order of their definitions has it.
type Bound = Vec<(usize, String, Vec<(usize, usize)>)>;

fn bound(symbols: &Symbols) -> Bound {
    of(symbols, &|at| at, &|_, name| name.to_string())
}

/// The same as it is to be when these places have the name.
fn bound_after(symbols: &Symbols, places: &[Span], to: &str) -> Bound {
    // All of them are as long.
    let old = places.first().map_or(0, |span| span.end - span.start);
    let moved = |at: usize| {
        let before = places.partition_point(|span| span.end <= at);
        at + before * to.len() - before * old
    };
    let renamed = |span: Span| places.binary_search(&span).is_ok();
    of(symbols, &moved, &|span, name| match renamed(span) {
        true => to.to_string(),
        false => name.to_string(),
    })
}

fn of(
    symbols: &Symbols,
    at: &dyn Fn(usize) -> usize,
    name: &dyn Fn(Span, &str) -> String,
) -> Bound {
    let each = symbols.occurrences.iter().map(|found| {
        let means = found.means.iter().map(|number| {
            let symbol = &symbols.symbols[*number];
            let place = match symbol.text {
                0 => at(symbol.span.start),
                _ => symbol.span.start,
            };
            (symbol.text, place)
        });
        let mut means: Vec<(usize, usize)> = means.collect();
        means.sort_unstable();
        (at(found.span.start), name(found.span, &found.name), means)
    });
    each.collect()
}
