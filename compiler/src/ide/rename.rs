//! A name that becomes another, wherever it is meant, and nothing else.

use super::document::Document;
use super::symbols::{Kind, Symbol, Symbols};
use super::words::functions;
use crate::diagnostic::{Edit, Span};
use crate::syntax::parse::RESERVED;
use crate::syntax::scan;

/// A document that a name may stand in.
pub struct File<'d> {
    /// What refusals call it.
    pub name: String,
    pub document: &'d Document,
    /// For each text that it uses the number of the file that has it, where it is one of these.
    pub beside: Vec<Option<usize>>,
}

/// A file's document once all files have these texts.
pub type Reread<'r> = dyn Fn(usize, &[String]) -> Document + 'r;

impl<'d> File<'d> {
    /// A document that no other uses.
    pub fn alone(document: &'d Document) -> Self {
        Self {
            name: String::new(),
            document,
            beside: Vec::new(),
        }
    }

    /// The number that a name of the first file has in this one, which is the `own`th.
    fn number(&self, own: usize, home: &Symbol) -> Option<usize> {
        let is_home = |text: usize| match text.checked_sub(1) {
            None => own == 0,
            Some(at) => self.beside.get(at) == Some(&Some(0)),
        };
        let mut symbols = self.document.symbols.symbols.iter();
        symbols.position(|symbol| is_home(symbol.text) && symbol.span == home.span)
    }
}

/// The numbers of the files that use the first one, through others too, and its own.
pub fn users(files: &[File<'_>]) -> Vec<usize> {
    let mut found = vec![0];
    let mut at = 0;
    while let Some(&used) = found.get(at) {
        let uses = |number: &usize| files[*number].beside.contains(&Some(used));
        let new: Vec<usize> = (0..files.len())
            .filter(|number| !found.contains(number) && uses(number))
            .collect();
        found.extend(new);
        at += 1;
    }
    found
}

/// The name at a place, if it can be renamed where it is defined.
///
/// # Errors
/// Why it cannot.
pub fn renameable(document: &Document, at: usize) -> Result<Span, String> {
    let (span, symbol) = named(document, at)?;
    if symbol.text > 0 {
        let beside = document.beside.get(symbol.text - 1);
        return match beside.filter(|beside| beside.path.is_some()) {
            Some(_) => Ok(span),
            None => Err(format!("`{}` ships with attnc", symbol.name)),
        };
    }
    subject(document, at).map(|_| span)
}

/// Everywhere that a name stands which is defined in the first file: by file, in the order of each.
pub fn everywhere(files: &[File<'_>], number: usize) -> Vec<(usize, Vec<Span>)> {
    let Some(home) = files
        .first()
        .and_then(|home| home.document.symbols.symbols.get(number))
    else {
        return Vec::new();
    };
    let each = users(files).into_iter().filter_map(|at| {
        let symbols = &files[at].document.symbols;
        let places = symbols.places(files[at].number(at, home)?);
        Some((at, places.map(|found| found.span).collect()))
    });
    each.collect()
}

/// The changes that give a name another, by file: the name at a place of the first one, which has its
/// definition.
///
/// # Errors
/// Why that cannot be, or would change what a program means.
pub fn rename(
    files: &[File<'_>],
    at: usize,
    to: &str,
    reread: &Reread<'_>,
) -> Result<Vec<Vec<Edit>>, String> {
    let home = files.first().ok_or("there is no file")?.document;
    let symbol = &home.symbols.symbols[subject(home, at)?];
    allowed(symbol.kind, to)?;
    let mut edits = vec![Vec::new(); files.len()];
    if symbol.name == to {
        return Ok(edits);
    }
    let def = def_of(home, symbol);
    let users = users(files);
    for &user in &users {
        let file = &files[user];
        let of_file = |why: String| match user {
            0 => why,
            _ => format!("{}: {why}", file.name),
        };
        let places = places(file, user, (symbol, def), to).map_err(of_file)?;
        let edit = |span: Span| Edit {
            span,
            text: to.to_string(),
        };
        edits[user] = places.into_iter().map(edit).collect();
    }
    let texts: Vec<String> = files
        .iter()
        .zip(&edits)
        .map(|(file, edits)| applied(&file.document.text, edits))
        .collect();
    for user in users {
        let renamed = reread(user, &texts);
        if bound(&renamed.symbols) != bound_after(&files[user], user, &edits, to) {
            return Err(taken(to));
        }
    }
    Ok(edits)
}

/// The definition that a name of the document's own is a part of.
fn def_of<'d>(document: &'d Document, symbol: &Symbol) -> Option<&'d str> {
    let defs = &document.ast.as_ref()?.defs;
    Some(&defs.get(symbol.def?)?.name.text)
}

fn taken(to: &str) -> String {
    format!("the name `{to}` is taken here: another name would be meant, or hidden")
}

/// Where a name of the first file stands in one; `def` is the definition that it is a part of.
fn places(
    file: &File<'_>,
    own: usize,
    (home, def): (&Symbol, Option<&str>),
    to: &str,
) -> Result<Vec<Span>, String> {
    let document = file.document;
    readable(document)?;
    let name = &home.name;
    if in_a_message(document, name) {
        return Err(format!(
            "a test asks for an error that says `{name}`: change that first"
        ));
    }
    if let Some(made) = made(document, home, def) {
        return Err(format!(
            "a region, plan or test names `{made}`, which is called after `{name}`"
        ));
    }
    let symbols = &document.symbols;
    let Some(number) = file.number(own, home) else {
        return Ok(Vec::new());
    };
    let symbol = &symbols.symbols[number];
    let known = symbols.by_name.get(to).into_iter().flatten();
    let mut known = known.map(|other| &symbols.symbols[*other]);
    if known.any(|other| clash(symbol, other)) {
        return Err(taken(to));
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
    Ok(symbols.places(number).map(|found| found.span).collect())
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

fn readable(document: &Document) -> Result<(), String> {
    match document.lost.is_empty() && document.ast.is_some() {
        true => Ok(()),
        false => Err(
            "mend the errors of syntax first: what cannot be read may have the name".to_string(),
        ),
    }
}

/// The one name that stands at a place.
fn named(document: &Document, at: usize) -> Result<(Span, &Symbol), String> {
    readable(document)?;
    let symbols = &document.symbols;
    let found = symbols.at(at).ok_or("no name of the program stands here")?;
    match found.means.as_slice() {
        [] => Err(format!("`{}` is not defined", found.name)),
        [one] => Ok((found.span, &symbols.symbols[*one])),
        [one, rest @ ..] if rest.iter().all(|other| symbols.same(*one, *other)) => {
            Ok((found.span, &symbols.symbols[*one]))
        }
        _ => Err(format!(
            "`{}` names several here: rename each where it is defined",
            found.name
        )),
    }
}

/// The number of what is renamed, which the document defines itself.
fn subject(document: &Document, at: usize) -> Result<usize, String> {
    let (_, symbol) = named(document, at)?;
    if symbol.text > 0 {
        return Err(format!("`{}` is defined in another file", symbol.name));
    }
    let mut all = document.symbols.symbols.iter();
    let number = all.position(|it| (it.text, it.span) == (0, symbol.span));
    let number = number.ok_or("no name of the program stands here")?;
    let def = def_of(document, symbol);
    places(&File::alone(document), 0, (symbol, def), "").map(|_| number)
}

/// Whether the text of an error that a test asks for has the word.
fn in_a_message(document: &Document, word: &str) -> bool {
    let tests = document.ast.iter().flat_map(|ast| &ast.tests);
    let mut parts = tests.filter_map(|test| test.fails.as_ref()?.part.as_ref());
    parts.any(|part| scan::tokens(&part.text).iter().any(|it| it.text == word))
}

/// A name of what calls make that is made of this one, or of the definition that it is a part of:
/// `norm#1.square`.
fn made<'d>(document: &'d Document, symbol: &Symbol, of: Option<&str>) -> Option<&'d str> {
    let names = document.symbols.occurrences.iter();
    names.map(|found| found.name.as_str()).find(|name| {
        let Some((def, own)) = name.split_once('#') else {
            return false;
        };
        let own = own.split_once('.').map(|(_, own)| own);
        match of {
            Some(of) => of == def && own == Some(&symbol.name),
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
    of(symbols, &|_, at| at, &|_, name| name.to_string())
}

/// The same as it is to be once the files are changed.
fn bound_after(file: &File<'_>, own: usize, edits: &[Vec<Edit>], to: &str) -> Bound {
    let moved = |text: usize, at: usize| {
        let file = match text.checked_sub(1) {
            None => Some(own),
            Some(text) => file.beside.get(text).copied().flatten(),
        };
        let edits = file.map_or(&[][..], |file| &edits[file]);
        let before = edits.iter().take_while(|edit| edit.span.end <= at);
        let grows =
            before.map(|edit| to.len() as isize - (edit.span.end - edit.span.start) as isize);
        at.saturating_add_signed(grows.sum())
    };
    let renamed = |span: Span| edits[own].iter().any(|edit| edit.span == span);
    of(
        &file.document.symbols,
        &moved,
        &|span, name| match renamed(span) {
            true => to.to_string(),
            false => name.to_string(),
        },
    )
}

fn of(
    symbols: &Symbols,
    at: &dyn Fn(usize, usize) -> usize,
    name: &dyn Fn(Span, &str) -> String,
) -> Bound {
    let each = symbols.occurrences.iter().map(|found| {
        let means = found.means.iter().map(|number| {
            let symbol = &symbols.symbols[*number];
            (symbol.text, at(symbol.text, symbol.span.start))
        });
        let mut means: Vec<(usize, usize)> = means.collect();
        means.sort_unstable();
        (
            at(0, found.span.start),
            name(found.span, &found.name),
            means,
        )
    });
    each.collect()
}
