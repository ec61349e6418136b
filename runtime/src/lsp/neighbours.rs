//! The files around a file of definitions in which its names may stand: what an editor has open, and what is saved.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use attnc_compiler::ide::document::Document;
use attnc_compiler::ide::rename::{users, File};
use attnc_compiler::syntax::parse::{decode, MAX_SOURCE};

use crate::files;
use crate::lsp::document::{loader, Open};

/// A file, and what it names.
pub struct Neighbour {
    pub path: PathBuf,
    /// Without links: a file may be reached in several ways.
    real: PathBuf,
    pub document: Document,
}

/// The file that defines a name, and then those that may use it.
pub struct Neighbours {
    pub all: Vec<Neighbour>,
    /// For each text that a file uses the number of the file that has it.
    beside: Vec<Vec<Option<usize>>>,
    open: Arc<Open>,
    /// What is open, once all have their new texts.
    renamed: OnceCell<Open>,
}

impl Neighbours {
    /// Around `home`, for a question that is asked in `asked`, which is `home` or uses it. A `use` leads down, so
    /// they lie in the folders above `home`: up to the folder that the editor has open, or to that of `asked` if
    /// none has `home`; and what is open there.
    ///
    /// # Errors
    /// That one cannot be read; that `home` lies elsewhere, by a link.
    pub fn of(
        home: &Path,
        asked: &Path,
        roots: &[PathBuf],
        open: &Arc<Open>,
    ) -> Result<Self, String> {
        let above = |top: &&Path| home.starts_with(top);
        let roots = roots.iter().map(PathBuf::as_path).filter(above);
        let root = roots.min_by_key(|top| top.as_os_str().len());
        let top = root.or(asked.parent().filter(above));
        let mut all = vec![Neighbour::read(home, open)?];
        if let Some(top) = top.filter(|_| !open.contains_key(home)) {
            if !all[0].real.starts_with(real(top)) {
                return Err(format!("{} is a link to elsewhere", home.display()));
            }
        }
        let folders = home.ancestors().skip(1);
        let folders = folders.take_while(|folder| top.is_some_and(|top| folder.starts_with(top)));
        let mut paths: BTreeSet<PathBuf> = folders.flat_map(programs).collect();
        let is_above = |path: &&PathBuf| path.parent().is_some_and(|it| home.starts_with(it));
        // What is open comes first: a link to it is the same file.
        let mut opened: BTreeSet<PathBuf> = open.keys().filter(is_above).cloned().collect();
        paths.retain(|path| !opened.contains(path));
        opened.remove(home);
        let mut seen = HashSet::from([all[0].real.clone()]);
        for path in opened.into_iter().chain(paths) {
            if seen.insert(real(&path)) {
                all.push(Neighbour::read(&path, open)?);
            }
        }
        let found = Self {
            beside: beside(&all),
            all,
            open: Arc::clone(open),
            renamed: OnceCell::new(),
        };
        found.all_read().map(|()| found)
    }

    /// Whether it can be said of each whether it uses `home`.
    ///
    /// # Errors
    /// One that cannot be read, and names a file that may have led there.
    fn all_read(&self) -> Result<(), String> {
        let users = users(&self.files()).into_iter();
        let used = users.map(|number| &self.all[number].path);
        let names: Vec<&str> = used.filter_map(|path| path.file_name()?.to_str()).collect();
        let is_whole = |it: &&Neighbour| it.document.ast.is_some() && it.document.lost.is_empty();
        for broken in self.all.iter().skip(1).filter(|it| !is_whole(it)) {
            let own = broken.path.file_name().unwrap_or_default();
            let mut others = names.iter().filter(|name| own != **name);
            if let Some(used) = others.find(|name| broken.document.text.contains(**name)) {
                let path = broken.path.display();
                return Err(format!(
                    "{path}: mend its errors of syntax first: it may use {used}"
                ));
            }
        }
        Ok(())
    }

    /// As what is renamed in has them.
    pub fn files(&self) -> Vec<File<'_>> {
        let all = self.all.iter().zip(&self.beside);
        all.map(|(neighbour, beside)| File {
            name: neighbour.path.display().to_string(),
            document: &neighbour.document,
            beside: beside.clone(),
        })
        .collect()
    }

    /// A file once all have their new texts, the same in every call.
    pub fn reread(&self, number: usize, texts: &[String]) -> Document {
        let open = self.renamed.get_or_init(|| {
            let mut open = (*self.open).clone();
            for (neighbour, text) in self.all.iter().zip(texts) {
                open.insert(neighbour.path.clone(), text.as_str().into());
            }
            open
        });
        let load = loader(Some(&self.all[number].path), open);
        Document::of(&texts[number], &*load)
    }
}

/// For each text that a file uses the number of the file that has it.
fn beside(all: &[Neighbour]) -> Vec<Vec<Option<usize>>> {
    let numbers = all.iter().enumerate();
    let numbers: HashMap<&Path, usize> = numbers.map(|(at, it)| (&*it.real, at)).collect();
    let of = |neighbour: &Neighbour| {
        let folder = neighbour.path.parent().unwrap_or(Path::new(""));
        let used = neighbour.document.beside.iter();
        used.map(|it| {
            numbers
                .get(&*real(&folder.join(it.path.as_ref()?)))
                .copied()
        })
        .collect()
    };
    all.iter().map(of).collect()
}

/// A path without links, as far as it is there.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

impl Neighbour {
    fn read(path: &Path, open: &Open) -> Result<Self, String> {
        let text = match open.get(path) {
            Some(text) => text.to_string(),
            None => {
                let cannot = |why: String| format!("{} cannot be read: {why}", path.display());
                let bytes = files::read_start(path, MAX_SOURCE as u64 + 1);
                let bytes = bytes.map_err(|error| cannot(error.to_string()))?;
                let text = decode(&bytes).map_err(|error| cannot(error.message))?;
                text.to_string()
            }
        };
        let load = loader(Some(path), open);
        Ok(Self {
            path: path.to_path_buf(),
            real: real(path),
            document: Document::of(&text, &*load),
        })
    }
}

/// The programs and files of definitions of a folder.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let paths = paths.filter(|path| path.extension().is_some_and(|ending| ending == "attn"));
    paths.filter(|path| path.is_file()).collect()
}
