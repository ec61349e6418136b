//! The files that a program uses, and which definitions each sees.

use std::collections::BTreeMap;

use super::Loader;
use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::syntax::ast::{Ast, Def, Item, Table, Use, Used};
use crate::syntax::libraries;
use crate::syntax::parse::{decode, parse_library, MAX_SOURCE};
use crate::syntax::words::{FUNCTIONS, REAL_FUNCTIONS};

/// The most files that one program uses.
const MAX_FILES: usize = 64;

/// Which definition: of which file, and the how manieth.
pub type DefId = (usize, usize);

/// A file, the program's first.
pub struct File {
    /// Where its spans begin.
    pub start: usize,
    pub ships: bool,
    pub defs: Vec<Def>,
    pub tables: Vec<Table>,
    sees: BTreeMap<String, DefId>,
}

pub struct House {
    pub files: Vec<File>,
}

impl House {
    /// Reads what a program uses, and what that uses; with what is wrong.
    pub fn open(ast: &Ast, load: &Loader<'_>, sources: &mut Sources) -> (Self, Vec<Diagnostic>) {
        let own = File {
            start: 0,
            ships: false,
            defs: ast.defs.clone(),
            tables: Vec::new(),
            sees: BTreeMap::new(),
        };
        let mut opening = Opening {
            load,
            sources,
            files: vec![own],
            uses: vec![Vec::new()],
            known: BTreeMap::new(),
            chain: Vec::new(),
            errors: Vec::new(),
        };
        opening.uses[0] = opening.all(&ast.uses, 0, "");
        let core = opening.core();
        let Opening {
            mut files,
            uses,
            mut errors,
            ..
        } = opening;
        for file in 0..files.len() {
            let mut sees = visible(&files, file, &uses[file], &mut errors);
            // What is called as it is, the file's own, is meant.
            let own = |name: &str| {
                files[file]
                    .tables
                    .iter()
                    .any(|table| table.name.text == name)
            };
            let is = |item: &Item, name: &str| matches!(item, Item::Table(table) if table.name.text == name);
            let circuit = |name: &str| file == 0 && ast.items.iter().any(|item| is(item, name));
            for (number, def) in files[core].defs.iter().enumerate() {
                let name = &def.name.text;
                if !own(name) && !circuit(name) {
                    sees.entry(name.clone()).or_insert((core, number));
                }
            }
            files[file].sees = sees;
        }
        let house = Self { files };
        house.unlike_tables(ast, &mut errors);
        (house, errors)
    }

    /// The definition that a file means by a name.
    pub fn sees(&self, file: usize, name: &str) -> Option<DefId> {
        self.files[file].sees.get(name).copied()
    }

    pub fn names(&self, file: usize) -> impl Iterator<Item = &str> {
        self.files[file].sees.keys().map(String::as_str)
    }

    pub fn def(&self, (file, def): DefId) -> &Def {
        &self.files[file].defs[def]
    }

    /// A span of a file among those of all.
    pub fn span(&self, file: usize, span: Span) -> Span {
        span.moved(self.files[file].start)
    }

    /// Tables are called as definitions are (E011).
    fn unlike_tables(&self, ast: &Ast, errors: &mut Vec<Diagnostic>) {
        for item in &ast.items {
            let Item::Table(table) = item else {
                continue;
            };
            if let Some(def) = self.sees(0, &table.name.text) {
                let other = self.span(def.0, self.def(def).name.span);
                errors.push(taken(&table.name.text, table.name.span, other));
            }
        }
    }
}

fn taken(name: &str, span: Span, other: Span) -> Diagnostic {
    Diagnostic::new("E011", format!("the name `{name}` is already taken"))
        .at(span, "defined again")
        .also(other, "a definition of this name is visible here")
        .hint("choose another name")
}

/// What a file sees: its own definitions, and those of the files that it uses (E011).
fn visible(
    files: &[File],
    file: usize,
    uses: &[(usize, Span)],
    errors: &mut Vec<Diagnostic>,
) -> BTreeMap<String, DefId> {
    let mut sees: BTreeMap<String, DefId> = BTreeMap::new();
    let span = |(file, def): DefId| files[file].defs[def].name.span.moved(files[file].start);
    let own = std::iter::once((file, None));
    let all = own.chain(uses.iter().map(|(used, at)| (*used, Some(*at))));
    for (of, at) in all {
        for (number, def) in files[of].defs.iter().enumerate() {
            let (name, id) = (&def.name.text, (of, number));
            let language = [FUNCTIONS.as_slice(), &REAL_FUNCTIONS, &["sum", "pi"]].concat();
            if at.is_none() && language.contains(&name.as_str()) {
                let what = format!("`{name}` is a function of the language");
                errors.push(
                    Diagnostic::new("E011", what)
                        .at(span(id), "this name is taken")
                        .hint("choose another name"),
                );
                continue;
            }
            match sees.get(name) {
                Some(&known) if known != id => {
                    let error = match at {
                        None => taken(name, span(id), span(known)),
                        Some(at) => {
                            let what = format!("the name `{name}` is already taken");
                            Diagnostic::new("E011", what)
                                .at(at.moved(files[file].start), "this defines it again")
                                .also(span(known), "a definition of this name is visible already")
                                .hint("choose another name, or use one of them from a file of its own")
                        }
                    };
                    errors.push(error);
                }
                Some(_) => {}
                None => {
                    sees.insert(name.clone(), id);
                }
            }
        }
    }
    sees
}

struct Opening<'o, 'l> {
    load: &'o Loader<'l>,
    sources: &'o mut Sources,
    files: Vec<File>,
    /// By file, those that it uses, and where it says so.
    uses: Vec<Vec<(usize, Span)>>,
    known: BTreeMap<Used, Option<usize>>,
    /// The files that are being opened.
    chain: Vec<Used>,
    errors: Vec<Diagnostic>,
}

impl Opening<'_, '_> {
    fn all(&mut self, uses: &[Use], start: usize, folder: &str) -> Vec<(usize, Span)> {
        let mut found = Vec::new();
        for used in uses {
            match self.one(used, folder) {
                Ok(file) => found.extend(file.map(|file| (file, used.span))),
                Err(what) => {
                    let error = Diagnostic::new("E090", what.message)
                        .at(used.span.moved(start), what.label);
                    self.errors.push(error.hint(what.hint));
                }
            }
        }
        found
    }

    /// The file that is used; nothing if that is wrong inside, and has been reported.
    fn one(&mut self, used: &Use, folder: &str) -> Result<Option<usize>, Unusable> {
        let key = match &used.what {
            Used::File(path) => Used::File(beside(folder, path)?),
            library => library.clone(),
        };
        if self.chain.contains(&key) {
            return Err(Unusable {
                message: format!("`{}` uses itself", shown(&key)),
                label: "it is being read already".to_string(),
                hint: "move what both files need into a third one",
            });
        }
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        self.known.insert(key.clone(), None);
        if self.files.len() > MAX_FILES {
            return Err(Unusable {
                message: "the program uses too many files".to_string(),
                label: format!("more than {MAX_FILES}"),
                hint: "put definitions together",
            });
        }
        let (name, text, folder) = self.text(&key)?;
        let start = self
            .sources
            .add(&name, &text, matches!(key, Used::Library(_)));
        let library = match parse_library(&text) {
            Ok(library) => library,
            Err(errors) => {
                let moved = errors.into_iter().map(|error| error.moved(start));
                self.errors.extend(moved);
                return Ok(None);
            }
        };
        let ships = matches!(key, Used::Library(_));
        let file = self.add(start, ships, library.defs, library.tables);
        self.chain.push(key.clone());
        self.uses[file] = self.all(&library.uses, start, &folder);
        self.chain.pop();
        self.known.insert(key, Some(file));
        Ok(Some(file))
    }

    /// The file that is used by all.
    fn core(&mut self) -> usize {
        let (name, text) = libraries::CORE;
        let Ok(library) = parse_library(text) else {
            unreachable!("a library that ships is well formed");
        };
        let start = self.sources.add(name, text, true);
        self.add(start, true, library.defs, library.tables)
    }

    /// A file that uses none yet.
    fn add(&mut self, start: usize, ships: bool, defs: Vec<Def>, tables: Vec<Table>) -> usize {
        self.files.push(File {
            start,
            ships,
            defs,
            tables,
            sees: BTreeMap::new(),
        });
        self.uses.push(Vec::new());
        self.files.len() - 1
    }

    /// A file's name, text and folder.
    fn text(&self, key: &Used) -> Result<(String, String, String), Unusable> {
        match key {
            Used::Library(name) => {
                let text = libraries::text(name).ok_or_else(|| Unusable {
                    message: format!("attnc ships no library `{name}`"),
                    label: "unknown library".to_string(),
                    hint: "it ships `nn`; a file beside the program is `use \"file.attn\"`",
                })?;
                let shown = format!("{name}.attn, which ships with attnc");
                Ok((shown, text.to_string(), String::new()))
            }
            Used::File(path) => {
                let unreadable = |why: String| Unusable {
                    message: format!("`{path}` cannot be read"),
                    label: why,
                    hint: match libraries::text(path).is_some() {
                        true => "a library that ships with attnc stands without quotes: `use nn`",
                        false => "the path goes from the folder of the file that says `use`",
                    },
                };
                let loaded = (self.load)(path).map_err(unreadable)?;
                if loaded.bytes.len() > MAX_SOURCE {
                    return Err(unreadable(format!("{MAX_SOURCE} bytes are the most")));
                }
                let text = decode(&loaded.bytes).map_err(|error| unreadable(error.message))?;
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                Ok((loaded.name, text.to_string(), folder.to_string()))
            }
        }
    }
}

/// Why a file cannot be used.
struct Unusable {
    message: String,
    label: String,
    hint: &'static str,
}

fn shown(key: &Used) -> &str {
    match key {
        Used::Library(name) | Used::File(name) => name,
    }
}

/// A path from the program's folder, of one that a file in `folder` says (E090 if it may leave it).
fn beside(folder: &str, path: &str) -> Result<String, Unusable> {
    let plain =
        |part: &&str| !part.is_empty() && *part != ".." && !part.contains(['\\', ':', '\0']);
    let parts: Vec<&str> = path.split('/').collect();
    if !parts.iter().all(plain) {
        return Err(Unusable {
            message: format!("`{path}` is no path beside the program"),
            label: "may lie elsewhere".to_string(),
            hint:
                "a path has names of folders and a file alone, with `/` between: `parts/norms.attn`",
        });
    }
    let parts = folder.split('/').chain(parts);
    let named = parts.filter(|part| !matches!(*part, "" | "."));
    Ok(named.collect::<Vec<_>>().join("/"))
}
