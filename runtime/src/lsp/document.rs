//! A document that is open: its text, what is known of it so far, and what is said of it.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use attnc_compiler::diagnostic::{Diagnostic, UsedText};
use attnc_compiler::ide::document::Document;
use attnc_compiler::ide::facts::Facts;
use attnc_compiler::syntax::expand::{Loaded, Loader};
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use percent_encoding::{percent_decode_str, utf8_percent_encode, AsciiSet, NON_ALPHANUMERIC};

use crate::laboratory::attribute::Attribution;
use crate::library::program::{beside, Program};
use crate::lsp::position::{Encoding, Lines};

/// The texts of documents that are open, by path: what is not saved yet counts.
pub type Open = HashMap<PathBuf, Arc<str>>;

/// A document that is open.
pub struct Text {
    pub uri: Uri,
    pub path: Option<PathBuf>,
    /// The editor's number of it.
    pub version: i32,
    /// The server's own, which never comes again.
    pub stamp: i32,
    pub text: Arc<str>,
    pub lines: Lines,
    names: OnceCell<Arc<Document>>,
    /// What was found out of this version, or of the one before it.
    pub checked: Option<Arc<Checked>>,
    pub costed: Option<Arc<Costed>>,
}

/// What a check says of one version.
pub struct Checked {
    pub stamp: i32,
    pub errors: Vec<Diagnostic>,
    pub used: Vec<UsedText>,
    pub program: Option<Arc<Program>>,
    pub facts: Option<Arc<Facts>>,
}

impl Checked {
    /// Of a version of which nothing was found.
    pub fn none(stamp: i32) -> Self {
        Self {
            stamp,
            errors: Vec::new(),
            used: Vec::new(),
            program: None,
            facts: None,
        }
    }
}

/// What laying out says of one version.
pub struct Costed {
    pub stamp: i32,
    /// What does not fit a circuit, or is wrong with a plan.
    pub errors: Vec<Diagnostic>,
    /// By line, under the first plan.
    pub lines: Option<Attribution>,
}

impl Text {
    pub fn new(uri: Uri, (version, stamp): (i32, i32), text: &str, encoding: Encoding) -> Self {
        Self {
            stamp,
            path: path(&uri),
            uri,
            version,
            lines: Lines::of(text, encoding),
            text: text.into(),
            names: OnceCell::new(),
            checked: None,
            costed: None,
        }
    }

    /// Takes changes in, one after the other.
    pub fn change(
        &mut self,
        (version, stamp): (i32, i32),
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let span = self.lines.span(&self.text, range);
                    [
                        &self.text[..span.start],
                        &change.text,
                        &self.text[span.end..],
                    ]
                    .concat()
                }
            };
            self.lines = Lines::of(&text, encoding);
            self.text = text.into();
        }
        (self.version, self.stamp) = (version, stamp);
        self.names = OnceCell::new();
    }

    /// Forgets what is known of it: a file that it uses has changed.
    pub fn forget(&mut self, stamp: i32) {
        self.stamp = stamp;
        self.names = OnceCell::new();
    }

    /// Its names, found when they are first asked for.
    pub fn names(&self, open: &Open) -> &Document {
        self.names.get_or_init(|| {
            let load = loader(self.path.as_deref(), open);
            Arc::new(Document::of(&self.text, &*load))
        })
    }

    /// What the check of this very version says.
    pub fn current(&self) -> Option<&Checked> {
        let checked = self.checked.as_deref();
        checked.filter(|checked| checked.stamp == self.stamp)
    }

    pub fn facts(&self) -> Option<&Facts> {
        self.current()?.facts.as_deref()
    }

    /// What its lines cost, if that is known of this version.
    pub fn costs(&self) -> Option<&Attribution> {
        let costed = self.costed.as_deref()?;
        costed.lines.as_ref().filter(|_| costed.stamp == self.stamp)
    }
}

/// What stands in a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The path of a document that is a file of this machine.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') || path.contains(['?', '#']) {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // `/C:/folder` begins with a drive.
    let drive = cfg!(windows) && path.get(2..3) == Some(":");
    Some(PathBuf::from(&path[usize::from(drive)..]))
}

/// The address of a file.
pub fn uri(path: &std::path::Path) -> Option<Uri> {
    let path = path.to_str()?;
    let path = if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_string()
    };
    let drive = if path.starts_with('/') { "" } else { "/" };
    let encoded = utf8_percent_encode(&path, PLAIN);
    format!("file://{drive}{encoded}").parse().ok()
}

/// What gives a document the files that it uses: as they stand in an editor, or else as they are saved.
pub fn loader<'a>(path: Option<&'a std::path::Path>, open: &'a Open) -> Box<Loader<'a>> {
    let folder = path.and_then(std::path::Path::parent);
    Box::new(move |used| {
        let Some(folder) = folder else {
            return Err("the document is no file yet: save it first".to_string());
        };
        match open.get(&folder.join(used)) {
            Some(text) => Ok(Loaded {
                name: folder.join(used).display().to_string(),
                bytes: text.as_bytes().to_vec(),
            }),
            None => beside(folder, used),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn addresses_and_paths_go_there_and_back() {
        for text in ["/a b/c.attn", "/é/#?%/x.attn", "/"] {
            let there = uri(std::path::Path::new(text)).unwrap();
            assert_eq!(
                path(&there),
                Some(PathBuf::from(text)),
                "{}",
                there.as_str()
            );
        }
        for none in [
            "untitled:Untitled-1",
            "http://a/b.attn",
            "file:relative",
            "file://host/a",
        ] {
            assert_eq!(
                none.parse().ok().and_then(|uri: Uri| path(&uri)),
                None,
                "{none}"
            );
        }
    }
}
