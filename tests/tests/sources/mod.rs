//! The sources of both crates as their rooms are judged by: files, modules, and what each imports.

mod blank;
mod paths;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use paths::{Path as Written, Use};

/// A crate of the repository: its folder, and what other crates call it.
const CRATES: [(&str, &str); 2] = [("compiler", "attnc_compiler"), ("runtime", "attnc")];

/// How many re-exports of re-exports are followed.
const DEEPEST: usize = 6;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below a folder of the repository, but for what is built, with its text.
pub fn rust_files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut open = vec![folder.to_path_buf()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') || path == folder {
                open.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
            }
        } else if name.ends_with(".rs") {
            found.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// A module is its crate's position, and its names from the crate's root.
pub type Module = (usize, Vec<String>);

/// One file: one module, but for `#[cfg(test)]` modules inside it, which are left out.
pub struct File {
    /// From the repository's root.
    pub path: String,
    pub module: Module,
    /// Its first comment.
    pub map: String,
    /// Modules that it declares in files of their own, and whether more than it may see them.
    pub declared: Vec<(String, bool)>,
    uses: Vec<Use>,
    paths: Vec<Written>,
    /// What it defines itself.
    items: BTreeSet<String>,
    words: BTreeSet<String>,
}

/// One import, led to the file that defines what is imported.
pub struct Import {
    pub from: Module,
    pub to: Module,
    /// Whether it only hands on, by a `pub use`.
    pub shown: bool,
    /// File and line.
    pub place: String,
    /// As it is written.
    pub written: String,
}

pub struct Sources {
    pub files: BTreeMap<Module, File>,
}

impl Sources {
    pub fn read() -> Self {
        let mut texts = Vec::new();
        for (folder, _) in CRATES {
            let src = root().join(folder).join("src");
            for (path, text) in rust_files(&src) {
                let path = path.strip_prefix(&src).unwrap().display().to_string();
                texts.push((folder, path, text));
            }
        }
        let texts = texts.iter();
        Self::of(texts.map(|(folder, path, text)| (*folder, path.as_str(), text.as_str())))
    }

    /// Of each file the folder of its crate, its path below that one's `src`, and its text. Files
    /// called `tests` and what is below them are left out: tests may import anything.
    pub fn of<'a>(texts: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> Self {
        let mut files = BTreeMap::new();
        for (folder, path, text) in texts {
            let number = CRATES.iter().position(|(known, _)| *known == folder);
            let inner = path.strip_suffix(".rs").unwrap();
            let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
            if names.iter().any(|name| name == "tests") {
                continue;
            }
            if matches!(names.last().unwrap().as_str(), "mod" | "lib" | "main") {
                names.pop();
            }
            let path = format!("{folder}/src/{path}");
            let file = File::read(path, (number.unwrap(), names), text);
            // The library and the command line are two crates, with one order of rooms.
            match files.get_mut(&file.module) {
                None => drop(files.insert(file.module.clone(), file)),
                Some(root) => File::join(root, file),
            }
        }
        Self { files }
    }

    /// Every import of every file.
    pub fn imports(&self) -> Vec<Import> {
        let mut found = Vec::new();
        for file in self.files.values() {
            let plain = file.uses.iter().filter(|one| one.public || !one.glob);
            let plain = plain.map(|one| (&one.path, one.public));
            let named = file.paths.iter().map(|path| (path, false));
            for (path, shown) in plain.chain(named) {
                if let Some(to) = self.resolve(&file.module, &path.names, 0) {
                    found.push(file.import(path, to, shown, ""));
                }
            }
            for one in file.uses.iter().filter(|one| one.glob && !one.public) {
                if let Some(of) = self.resolve(&file.module, &one.path.names, 0) {
                    self.all_of(&of, one, file, &mut found);
                }
            }
        }
        found
    }

    /// Of all that a module has, what a file then names; the module, if that is nothing.
    fn all_of(&self, of: &Module, one: &Use, file: &File, found: &mut Vec<Import>) {
        let offered = self.offered(of, 0);
        let mut names = offered.intersection(&file.words).peekable();
        if names.peek().is_none() {
            found.push(file.import(&one.path, of.clone(), false, "nothing"));
        }
        for name in names {
            let to = self.definer(of, name, 0);
            found.push(file.import(&one.path, to, false, name));
        }
    }

    /// The names that a module has: its own, and what it imports.
    fn offered(&self, module: &Module, depth: usize) -> BTreeSet<String> {
        let file = &self.files[module];
        let mut names = file.items.clone();
        for one in &file.uses {
            if !one.glob {
                names.insert(one.name.clone());
            } else if let Some(of) = self.resolve(module, &one.path.names, depth) {
                if depth < DEEPEST && of != *module {
                    names.extend(self.offered(&of, depth + 1));
                }
            }
        }
        names
    }

    /// The module whose file defines what a path names; `None` if that is of no crate here.
    fn resolve(&self, from: &Module, names: &[String], depth: usize) -> Option<Module> {
        let (first, rest) = names.split_first()?;
        let known = CRATES.iter().position(|(_, name)| name == first);
        let (mut here, mut rest) = match first.as_str() {
            "crate" => ((from.0, Vec::new()), rest),
            "self" => (from.clone(), rest),
            "super" => (self.parent(from), rest),
            _ if known.is_some() => ((known?, Vec::new()), rest),
            _ if self.files.contains_key(&self.child(from, first)) => (from.clone(), names),
            _ => return None,
        };
        while let Some((name, after)) = rest.split_first() {
            let next = match name.as_str() {
                "super" => self.parent(&here),
                "self" => here.clone(),
                _ => self.child(&here, name),
            };
            if self.files.contains_key(&next) {
                (here, rest) = (next, after);
                continue;
            }
            return Some(self.definer(&here, name, depth));
        }
        Some(here)
    }

    /// Where a name that a module has comes from: the module itself, or what it imports.
    fn definer(&self, module: &Module, name: &str, depth: usize) -> Module {
        let file = &self.files[module];
        let named = file
            .uses
            .iter()
            .find(|one| !one.glob && one.name == name && depth < DEEPEST)
            .and_then(|one| self.resolve(module, &one.path.names, depth + 1));
        if let Some(found) = named {
            return found;
        }
        if file.items.contains(name) {
            return module.clone();
        }
        let globs = file.uses.iter().filter(|one| one.glob);
        let globs = globs.filter_map(|one| self.resolve(module, &one.path.names, depth + 1));
        let mut globs: Vec<Module> = globs.filter(|of| of != module).collect();
        globs.sort();
        globs.dedup();
        // Two modules may have all of each other.
        if depth < DEEPEST {
            for of in &globs {
                let found = self.definer(of, name, depth + 1);
                if found != *of || self.files[of].items.contains(name) {
                    return found;
                }
            }
        }
        module.clone()
    }

    fn parent(&self, module: &Module) -> Module {
        let mut names = module.1.clone();
        names.pop();
        (module.0, names)
    }

    fn child(&self, module: &Module, name: &str) -> Module {
        let mut names = module.1.clone();
        names.push(name.to_owned());
        (module.0, names)
    }
}

impl File {
    fn read(path: String, module: Module, text: &str) -> Self {
        let tokens = paths::tokens(&blank::tests(&blank::code(text)));
        let declared = paths::declared(&tokens);
        let (uses, paths) = paths::read(&path, &tokens, &declared);
        let map = text
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .collect::<Vec<_>>()
            .join("\n");
        Self {
            items: paths::items(&tokens),
            words: paths::words(&tokens),
            path,
            module,
            map,
            declared,
            uses,
            paths,
        }
    }

    /// `part` is what of a `*` is named.
    fn import(&self, path: &Written, to: Module, shown: bool, part: &str) -> Import {
        let written = path.names.join("::");
        Import {
            from: self.module.clone(),
            to,
            shown,
            place: format!("{}:{}", path.file, path.line),
            written: match part {
                "" => written,
                part => format!("{written}::*, of which {part}"),
            },
        }
    }

    fn join(&mut self, other: Self) {
        self.map = [&self.map, "\n", &other.map].concat();
        self.declared.extend(other.declared);
        self.uses.extend(other.uses);
        self.paths.extend(other.paths);
        self.items.extend(other.items);
        self.words.extend(other.words);
    }
}
