//! A text with its tree and its names, as far as it can be read.

use super::collect::Collector;
use super::symbols::{Occurrence, Role, Symbols};
use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::syntax::ast::{Ast, Def, Item, Library, Name, Use, Used};
use crate::syntax::expand::{expand, Loader};
use crate::syntax::libraries;
use crate::syntax::parse::{self, decode, is_program, parse_library, recover, Lost, Written};
use crate::syntax::scan::{self, Kind as Token};

/// A text of definitions that a document uses.
#[derive(Clone, Debug)]
pub struct Beside {
    /// What errors call it.
    pub name: String,
    /// The path from the document's folder; nothing for what ships with attnc.
    pub path: Option<String>,
    pub text: String,
    pub library: Library,
}

/// A text, its tree and its names.
#[derive(Clone, Debug)]
pub struct Document {
    pub text: String,
    /// Nothing where most of it cannot be read; of a file of definitions a circuit without a name.
    pub ast: Option<Ast>,
    /// Whether it is a file of definitions, without a circuit.
    pub is_library: bool,
    /// The pieces that cannot be read.
    pub lost: Vec<Span>,
    /// Those that it uses, and last what every program has.
    pub beside: Vec<Beside>,
    pub symbols: Symbols,
}

impl Document {
    /// Reads a text; `load` gives what it uses. Nothing that is wrong with either is said here.
    pub fn of(text: &str, load: &Loader<'_>) -> Self {
        let recovered = recover(text);
        let (ast, is_library) = match recovered.written {
            Some(Written::Program(ast)) => (Some(ast), false),
            Some(Written::Library(library)) => (Some(as_program(library)), true),
            None => (None, false),
        };
        let uses = ast.as_ref().map_or(&[][..], |ast| &ast.uses);
        let beside: Vec<Beside> = uses
            .iter()
            .filter_map(|used| opened(used, load))
            .chain(core())
            .collect();
        let mut symbols = Symbols::default();
        if let Some(ast) = &ast {
            let mut own = Collector::new(&mut symbols, 0, text.len());
            match is_library {
                true => own.library(&as_library(ast), true),
                false => own.program(ast),
            }
        }
        for (number, beside) in beside.iter().enumerate() {
            let mut other = Collector::new(&mut symbols, number + 1, text.len());
            other.library(&beside.library, false);
        }
        for piece in &recovered.lost {
            let words = text
                .get(piece.start..piece.end)
                .map_or(Vec::new(), scan::tokens);
            let words = words.into_iter().filter(|token| token.kind == Token::Word);
            symbols.occurrences.extend(words.map(|token| Occurrence {
                span: token.span().moved(piece.start),
                name: token.text.to_string(),
                role: Role::Read,
                means: Vec::new(),
            }));
        }
        symbols.resolve();
        // A word of a broken piece that means nothing as a value may be called.
        for at in 0..symbols.occurrences.len() {
            let found = &symbols.occurrences[at];
            if found.means.is_empty() && found.role == Role::Read {
                let means = symbols.meant(&found.name, found.span.start, &Role::Call);
                symbols.occurrences[at].means = means;
            }
        }
        Self {
            text: text.to_string(),
            ast,
            is_library,
            lost: recovered.lost,
            beside,
            symbols,
        }
    }

    /// The text that a symbol is in.
    pub fn text_of(&self, text: usize) -> &str {
        match text
            .checked_sub(1)
            .and_then(|number| self.beside.get(number))
        {
            Some(beside) => &beside.text,
            None => &self.text,
        }
    }

    /// The definition that a symbol is.
    pub fn def(&self, text: usize, name: Span) -> Option<&Def> {
        let defs = match text {
            0 => &self.ast.as_ref()?.defs,
            _ => &self.beside.get(text - 1)?.library.defs,
        };
        defs.iter().find(|def| def.name.span == name)
    }
}

/// What is wrong with a file of definitions alone, as far as that can be said without a program that
/// calls them; nothing is said of a program, nor of a text of which nothing can be read.
pub fn wrong(text: &str, load: &Loader<'_>) -> Option<(Vec<Diagnostic>, Sources)> {
    if is_program(text) || scan::tokens(text).is_empty() {
        return None;
    }
    let library = match parse_library(text) {
        Ok(library) => library,
        Err(errors) => {
            recover(text).written?;
            return Some((errors, Sources::of(text)));
        }
    };
    let none = Lost::default();
    let expanded = expand(&as_program(library), text, &[], load, &none);
    let errors = expanded.sources.resolve(expanded.errors);
    Some((errors, expanded.sources))
}

fn as_program(library: Library) -> Ast {
    Ast {
        name: Name {
            text: String::new(),
            span: Span::default(),
        },
        params: Vec::new(),
        items: library.tables.into_iter().map(Item::Table).collect(),
        uses: library.uses,
        defs: library.defs,
        tests: Vec::new(),
    }
}

fn as_library(program: &Ast) -> Library {
    let tables = program.items.iter().filter_map(|item| match item {
        Item::Table(table) => Some(table.clone()),
        _ => None,
    });
    Library {
        uses: program.uses.clone(),
        defs: program.defs.clone(),
        tables: tables.collect(),
    }
}

/// What a `use` takes in, as far as it can be read.
fn opened(used: &Use, load: &Loader<'_>) -> Option<Beside> {
    let (name, path, text) = match &used.what {
        Used::Library(name) => {
            let shown = format!("{name}.attn, which ships with attnc");
            (shown, None, libraries::text(name)?.to_string())
        }
        Used::File(path) => {
            let plain =
                |part: &str| !part.is_empty() && part != ".." && !part.contains(['\\', ':']);
            if !path.split('/').all(plain) {
                return None;
            }
            let loaded = load(path).ok()?;
            let text = decode(&loaded.bytes).ok()?.to_string();
            (loaded.name, Some(path.clone()), text)
        }
    };
    let library = match recover(&text).written? {
        Written::Library(library) => library,
        Written::Program(_) => return None,
    };
    Some(Beside {
        name,
        path,
        text,
        library,
    })
}

fn core() -> Option<Beside> {
    let (name, text) = libraries::CORE;
    Some(Beside {
        name: name.to_string(),
        path: None,
        text: text.to_string(),
        library: parse::parse_library(text).ok()?,
    })
}
