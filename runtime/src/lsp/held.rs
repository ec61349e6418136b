//! Questions that wait for the check of their text, from a client that cannot be told to ask again.

use lsp_server::{Request, RequestId};

/// Questions, with the documents that they are of.
#[derive(Default)]
pub struct Held(Vec<(String, Request)>);

impl Held {
    pub fn keep(&mut self, uri: &str, request: Request) {
        self.0.push((uri.to_string(), request));
    }

    /// Those of a document; without one all.
    pub fn free(&mut self, uri: Option<&str>) -> Vec<Request> {
        let is_meant = |(own, _): &mut (String, Request)| uri.is_none_or(|uri| own == uri);
        let found = self.0.extract_if(.., is_meant);
        found.map(|(_, request)| request).collect()
    }

    /// Forgets a question; whether it was there.
    pub fn cancel(&mut self, id: &RequestId) -> bool {
        let before = self.0.len();
        self.0.retain(|(_, request)| request.id != *id);
        self.0.len() < before
    }
}
