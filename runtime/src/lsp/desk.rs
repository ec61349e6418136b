//! The documents that are open, and the work that is asked for when they change.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::Arc;

use attnc_compiler::syntax::ast::Used;
use lsp_server::ErrorCode;
use lsp_types::{PublishDiagnosticsParams, TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use crate::lsp::answers::Asked;
use crate::lsp::capabilities::Client;
use crate::lsp::document::{Checked, Costed, Open, Text};
use crate::lsp::newest::Newest;
use crate::lsp::refusal::Refusal;
use crate::lsp::settings::Settings;
use crate::lsp::tell::told;
use crate::lsp::work::{ToCheck, ToCost};

/// What is open, and how it is shown.
#[derive(Default)]
pub struct Desk {
    pub client: Client,
    pub settings: Settings,
    /// The folders that the editor has open.
    pub roots: Vec<PathBuf>,
    /// By address.
    documents: HashMap<String, Text>,
    pub open: Arc<Open>,
    /// Of the newest text of all.
    stamp: i32,
    newest: HashMap<String, Arc<AtomicI32>>,
    pub checks: Arc<Newest<ToCheck>>,
    pub costs: Arc<Newest<ToCost>>,
}

impl Desk {
    /// Ends all work.
    pub fn stop(&self) {
        self.checks.close();
        self.costs.close();
        for newest in self.newest.values() {
            newest.store(-1, Ordering::Relaxed);
        }
    }

    /// The document that a request is about.
    pub fn asked(&self, uri: &Uri) -> Result<Asked<'_>, Refusal> {
        let text = self.documents.get(uri.as_str()).ok_or_else(|| {
            let why = format!("{} is not open", uri.as_str());
            Refusal(ErrorCode::InvalidParams, why)
        })?;
        Ok(Asked {
            text,
            open: &self.open,
            roots: &self.roots,
            encoding: self.client.encoding,
            snippets: self.client.snippets,
        })
    }

    pub fn open(&mut self, found: TextDocumentItem) {
        let both = (found.version, self.next_stamp());
        let text = Text::new(found.uri.clone(), both, &found.text, self.client.encoding);
        self.documents.insert(found.uri.as_str().to_string(), text);
        self.changed(found.uri.as_str());
    }

    pub fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Result<(), String> {
        let both = (version, self.next_stamp());
        let encoding = self.client.encoding;
        let text = self.documents.get_mut(uri.as_str());
        let text = text.ok_or_else(|| format!("{} is not open", uri.as_str()))?;
        text.change(both, changes, encoding);
        self.changed(uri.as_str());
        Ok(())
    }

    /// Files beside the documents have changed.
    pub fn all_again(&mut self) {
        let all: Vec<String> = self.documents.keys().cloned().collect();
        all.iter().for_each(|uri| self.again(uri));
    }

    /// Whether a document's newest text is being checked.
    pub fn waits(&self, uri: &str) -> bool {
        let text = self.documents.get(uri);
        text.is_some_and(|text| text.current().is_none())
    }

    /// Takes what a check has found; whether it is of the newest text. What is well formed is priced.
    pub fn checked(&mut self, uri: &str, checked: Checked) -> bool {
        let Some(text) = self
            .documents
            .get_mut(uri)
            .filter(|it| it.stamp == checked.stamp)
        else {
            return false;
        };
        let (program, stamp) = (checked.program.clone(), checked.stamp);
        text.checked = Some(Arc::new(checked));
        if let (Some(program), Some(newest)) = (program, self.newest.get(uri)) {
            let job = ToCost {
                uri: uri.to_string(),
                stamp,
                newest: Arc::clone(newest),
                program,
            };
            self.costs.put(uri, job);
        }
        true
    }

    /// Takes what laying out has found; whether it is of the newest text.
    pub fn costed(&mut self, uri: &str, costed: Costed) -> bool {
        let text = self.documents.get_mut(uri);
        let Some(text) = text.filter(|text| text.stamp == costed.stamp) else {
            return false;
        };
        text.costed = Some(Arc::new(costed));
        true
    }

    /// What is wrong with a document.
    pub fn told(&self, uri: &str) -> Option<PublishDiagnosticsParams> {
        let text = self.documents.get(uri)?;
        let told = told(text, self.client.encoding).into_iter();
        Some(PublishDiagnosticsParams {
            uri: text.uri.clone(),
            diagnostics: told.map(|told| told.diagnostic).collect(),
            version: Some(text.version),
        })
    }

    fn next_stamp(&mut self) -> i32 {
        self.stamp = self.stamp.wrapping_add(1) & i32::MAX;
        self.stamp
    }

    /// Forgets a document; whether it was open.
    pub fn close(&mut self, uri: &Uri) -> bool {
        let Some(text) = self.documents.remove(uri.as_str()) else {
            return false;
        };
        self.checks.withdraw(uri.as_str());
        self.costs.withdraw(uri.as_str());
        if let Some(newest) = self.newest.remove(uri.as_str()) {
            newest.store(-1, Ordering::Relaxed);
        }
        if let Some(path) = text.path {
            Arc::make_mut(&mut self.open).remove(&path);
            self.users(&path);
        }
        true
    }

    /// A document has a new text.
    fn changed(&mut self, uri: &str) {
        let Some(text) = self.documents.get(uri) else {
            return;
        };
        let path = text.path.clone();
        if let Some(path) = &path {
            let text = Arc::clone(&text.text);
            Arc::make_mut(&mut self.open).insert(path.clone(), text);
        }
        self.check(uri);
        if let Some(path) = path {
            self.users(&path);
        }
    }

    /// Checks again what uses a file.
    fn users(&mut self, path: &Path) {
        let uses = |text: &Text| {
            let Some(folder) = text.path.as_deref().and_then(Path::parent) else {
                return false;
            };
            // Through others too, as far as the last check came; and what it found nothing at.
            let used = text.checked.iter().flat_map(|checked| &checked.used);
            let mut used = used.filter(|used| !used.ships);
            let says = text.names(&self.open).ast.iter().flat_map(|ast| &ast.uses);
            let mut says = says.filter_map(|used| match &used.what {
                Used::File(path) => Some(folder.join(path)),
                Used::Library(_) => None,
            });
            used.any(|used| Path::new(&used.name) == path) || says.any(|used| used == path)
        };
        let found = self.documents.iter();
        let found = found.filter(|(_, text)| text.path.as_deref() != Some(path) && uses(text));
        let found: Vec<String> = found.map(|(uri, _)| uri.clone()).collect();
        found.iter().for_each(|uri| self.again(uri));
    }

    fn again(&mut self, uri: &str) {
        let stamp = self.next_stamp();
        if let Some(text) = self.documents.get_mut(uri) {
            text.forget(stamp);
        }
        self.check(uri);
    }

    fn check(&mut self, uri: &str) {
        let Some(text) = self.documents.get(uri) else {
            return;
        };
        let newest = self.newest.entry(uri.to_string()).or_default();
        newest.store(text.stamp, Ordering::Relaxed);
        self.costs.withdraw(uri);
        let job = ToCheck {
            uri: uri.to_string(),
            path: text.path.clone(),
            stamp: text.stamp,
            text: Arc::clone(&text.text),
            open: Arc::clone(&self.open),
        };
        self.checks.put(uri, job);
    }
}
