//! An editor that talks to the server in this process.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use attnc::lsp::server::{serve, Ended};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{json, Value};

/// No answer takes as long, however busy a machine is.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Client {
    connection: Connection,
    server: Option<JoinHandle<Ended>>,
    asked: i32,
    /// What the server has told, in its order.
    pub told: Vec<Notification>,
    /// The answers that nobody has asked for yet.
    answers: Vec<Response>,
    /// What the server has asked, by method.
    pub questions: Vec<Request>,
}

pub type Answer = Result<Value, (i32, String)>;

impl Client {
    /// Before `initialize`.
    pub fn new() -> Self {
        let (server, connection) = Connection::memory();
        let server = thread::Builder::new()
            .stack_size(8 << 20)
            .spawn(move || serve(&server));
        Self {
            connection,
            server: Some(server.unwrap()),
            asked: 0,
            told: Vec::new(),
            answers: Vec::new(),
            questions: Vec::new(),
        }
    }

    /// With what a client can do.
    pub fn with(capabilities: &Value, options: &Value) -> Self {
        let mut client = Self::new();
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities,
            "initializationOptions": options });
        client.ask("initialize", params).unwrap();
        client.tell("initialized", json!({}));
        client
    }

    pub fn start() -> Self {
        Self::with(&json!({}), &json!({}))
    }

    pub fn tell(&self, method: &str, params: Value) {
        let note = Notification::new(method.to_string(), params);
        self.connection.sender.send(note.into()).unwrap();
    }

    pub fn send(&mut self, method: &str, params: Value) -> RequestId {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let request = Request::new(id.clone(), method.to_string(), params);
        self.connection.sender.send(request.into()).unwrap();
        id
    }

    pub fn ask(&mut self, method: &str, params: Value) -> Answer {
        let id = self.send(method, params);
        self.answer(&id)
    }

    /// The answer to a request, when it comes.
    pub fn answer(&mut self, id: &RequestId) -> Answer {
        self.until(|client| {
            let found = client.answers.iter().position(|answer| answer.id == *id)?;
            let answer = client.answers.remove(found).response_result;
            Some(answer.map_err(|error| (error.code, error.message)))
        })
    }

    /// Listens until what is wanted is there.
    fn until<T>(&mut self, mut wanted: impl FnMut(&mut Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = wanted(self) {
                return found;
            }
            let left = PATIENCE.saturating_sub(begun.elapsed());
            let message = self.connection.receiver.recv_timeout(left);
            match message.unwrap_or_else(|error| panic!("{error}: {:?}", self.told)) {
                Message::Request(request) => self.questions.push(request),
                Message::Response(response) => self.answers.push(response),
                Message::Notification(note) => self.told.push(note),
            }
        }
    }

    pub fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "attn", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// All of the text anew.
    pub fn change(&self, uri: &str, version: i32, text: &str) {
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": uri, "version": version },
                "contentChanges": [{ "text": text }] }),
        );
    }

    /// What is wrong with a version, once that is told.
    pub fn wrong(&mut self, uri: &str, version: i32) -> Vec<Value> {
        self.until(|client| {
            let told = client.told.iter().find(|note| {
                note.method == "textDocument/publishDiagnostics"
                    && note.params["uri"] == uri
                    && note.params["version"] == version
            })?;
            Some(told.params["diagnostics"].as_array().unwrap().clone())
        })
    }

    /// A question of the server's of this method, which is answered.
    pub fn asked(&mut self, method: &str, answer: Value) {
        let id = self.until(|client| {
            let mut questions = client.questions.iter();
            let found = questions.position(|question| question.method == method)?;
            Some(client.questions.remove(found).id)
        });
        self.connection
            .sender
            .send(Response::new_ok(id, answer).into())
            .unwrap();
    }

    /// What is told under a method, and says this.
    pub fn hears(&mut self, method: &str, part: &str) -> Value {
        self.until(|client| {
            let mut told = client.told.iter();
            let note =
                told.find(|it| it.method == method && it.params.to_string().contains(part))?;
            Some(note.params.clone())
        })
    }

    /// Asks about a place: the `number`-th place of a word of the text, from 0, and so many units behind it.
    pub fn at(&mut self, method: &str, uri: &str, place: Value) -> Answer {
        self.ask(
            method,
            json!({ "textDocument": { "uri": uri }, "position": place }),
        )
    }

    pub fn whole(&mut self, method: &str, uri: &str) -> Answer {
        self.ask(method, json!({ "textDocument": { "uri": uri } }))
    }

    pub fn end(mut self) -> Ended {
        self.ask("shutdown", Value::Null).unwrap();
        self.exit()
    }

    pub fn exit(mut self) -> Ended {
        self.tell("exit", Value::Null);
        self.server.take().unwrap().join().unwrap()
    }

    /// Hangs up.
    pub fn vanish(self) -> Ended {
        let Self {
            connection, server, ..
        } = self;
        drop(connection);
        server.unwrap().join().unwrap()
    }
}

/// The place of a text's byte, in UTF-16.
pub fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": before[start..].encode_utf16().count() })
}

/// What is marked in a text by a range.
pub fn marked<'t>(text: &'t str, range: &Value) -> &'t str {
    let at = |place: &Value| {
        let line = place["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units = place["character"].as_u64().unwrap() as usize;
        let mut seen = 0;
        let mut chars = text[start..].char_indices();
        let inner = chars.find(|(_, c)| {
            let here = seen >= units;
            seen += c.len_utf16();
            here
        });
        inner.map_or(text.len(), |(at, _)| start + at)
    };
    &text[at(&range["start"])..at(&range["end"])]
}
