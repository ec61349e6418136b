//! The files around a file of definitions in which its names may stand: what an editor has open, and what is saved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use attnc_compiler::ide::document::Document;
use attnc_compiler::ide::rename::File;
use attnc_compiler::syntax::parse::{decode, MAX_SOURCE};

use crate::files;
use crate::lsp::document::{loader, Open};

/// A file, and what it names.
pub struct Neighbour {
    pub path: PathBuf,
    pub document: Document,
}

/// The file that defines a name, and then those that may use it.
pub struct Neighbours {
    pub all: Vec<Neighbour>,
    open: Arc<Open>,
}

impl Neighbours {
    /// Around `home`, for a question that is asked in `asked`, which is `home` or uses it. A `use` leads down, so
    /// they lie in the folders above `home`: up to those that the editor has open, or to that of `asked`.
    ///
    /// # Errors
    /// That `home` or one that names it cannot be read.
    pub fn of(
        home: &Path,
        asked: &Path,
        roots: &[PathBuf],
        open: &Arc<Open>,
    ) -> Result<Self, String> {
        let above = |top: &&Path| home.starts_with(top);
        let tops = roots.iter().map(PathBuf::as_path).chain(asked.parent());
        let top = tops.filter(above).min_by_key(|top| top.as_os_str().len());
        let folders = home.ancestors().skip(1);
        let folders = folders.take_while(|folder| top.is_some_and(|top| folder.starts_with(top)));
        let mut paths: BTreeSet<PathBuf> = folders.flat_map(programs).collect();
        let is_above = |path: &&PathBuf| path.parent().is_some_and(|it| home.starts_with(it));
        paths.extend(open.keys().filter(is_above).cloned());
        paths.remove(home);
        let name = home.file_name().unwrap_or_default().to_string_lossy();
        let mut all = vec![Neighbour::read(home, open)?];
        for path in paths {
            let Ok(found) = Neighbour::read(&path, open) else {
                continue;
            };
            if found.document.ast.is_some() {
                all.push(found);
            } else if found.document.text.contains(&*name) {
                return Err(format!(
                    "{}: mend its errors of syntax first: it may use {name}",
                    path.display()
                ));
            }
        }
        Ok(Self {
            all,
            open: Arc::clone(open),
        })
    }

    /// As what is renamed in has them.
    pub fn files(&self) -> Vec<File<'_>> {
        let number = |path: PathBuf| self.all.iter().position(|it| it.path == path);
        let file = |neighbour: &'_ Neighbour| -> Vec<Option<usize>> {
            let folder = neighbour.path.parent().unwrap_or(Path::new(""));
            let beside = neighbour.document.beside.iter();
            beside
                .map(|beside| number(folder.join(beside.path.as_ref()?)))
                .collect()
        };
        let all = self.all.iter();
        all.map(|neighbour| File {
            name: neighbour.path.display().to_string(),
            document: &neighbour.document,
            beside: file(neighbour),
        })
        .collect()
    }

    /// A file once all have these texts.
    pub fn reread(&self, number: usize, texts: &[String]) -> Document {
        let mut open = (*self.open).clone();
        for (neighbour, text) in self.all.iter().zip(texts) {
            open.insert(neighbour.path.clone(), text.as_str().into());
        }
        let load = loader(Some(&self.all[number].path), &open);
        Document::of(&texts[number], &*load)
    }
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
            document: Document::of(&text, &*load),
        })
    }
}

/// The programs and files of definitions of a folder.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let paths = files.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "attn"))
        .collect()
}
