//! The conversation: what a client says, in its order, and what it is answered.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread;

use attnc_compiler::diagnostic::visible::lines;
use crossbeam_channel::{select, unbounded, Receiver, Sender};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::{
    CancelParams, DidChangeTextDocumentParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, ExecuteCommandParams, InitializeParams, InitializeResult,
    MessageType, NumberOrString, PublishDiagnosticsParams, ServerInfo, ShowMessageParams, Uri,
};
use serde::Serialize;
use serde_json::{json, Value};

use crate::lsp::capabilities::{capabilities, roots, Client};
use crate::lsp::commands::Subject;
use crate::lsp::desk::Desk;
use crate::lsp::document::{Checked, Costed};
use crate::lsp::held::Held;
use crate::lsp::questions::question;
use crate::lsp::refusal::{cancelled, give, read, told_of, Answer, Refusal};
use crate::lsp::work::{caught, check, cost};

/// The stack of a thread that compiles: the deepest program that is allowed fits many times.
const STACK: usize = 64 << 20;
/// The most commands that run at once.
const MOST_COMMANDS: usize = 2;

/// How a conversation has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// By `shutdown` and `exit`.
    Well,
    /// By `exit` without `shutdown`.
    Abruptly,
    /// The client is gone.
    Lost,
}

/// What a thread of its own has found.
enum Done {
    /// Of a document's version.
    Checked(String, i32, Result<Checked, String>),
    Costed(String, Result<Option<Costed>, String>),
    Ran(RequestId, Result<Value, String>),
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// Before `initialize`.
    New,
    Running,
    /// After `shutdown`.
    Ending,
}

/// Talks to a client until one of both ends.
pub fn serve(connection: &Connection) -> Ended {
    let (done, found) = unbounded();
    let mut server = Server {
        desk: Desk::default(),
        out: connection.sender.clone(),
        phase: Phase::New,
        done,
        commands: HashMap::new(),
        held: Held::default(),
        asked: 0,
        settings_asked: None,
    };
    server.start();
    let ended = server.talk(&connection.receiver, &found);
    server.stop();
    ended
}

struct Server {
    desk: Desk,
    out: Sender<Message>,
    phase: Phase,
    done: Sender<Done>,
    /// Commands that run, and what ends them.
    commands: HashMap<RequestId, Arc<AtomicBool>>,
    held: Held,
    /// How many requests the client was sent.
    asked: i32,
    settings_asked: Option<RequestId>,
}

impl Server {
    /// The threads that check and price. They end with the queues, and are not waited for: a search that is
    /// under way ends soon, and says nothing.
    fn start(&self) {
        let (checks, done) = (Arc::clone(&self.desk.checks), self.done.clone());
        spawn("check", move || {
            while let Some(job) = checks.take() {
                let found = check(&job);
                if done.send(Done::Checked(job.uri, job.stamp, found)).is_err() {
                    return;
                }
            }
        });
        let (costs, done) = (Arc::clone(&self.desk.costs), self.done.clone());
        spawn("cost", move || {
            while let Some(job) = costs.take() {
                let found = cost(&job);
                if done.send(Done::Costed(job.uri, found)).is_err() {
                    return;
                }
            }
        });
    }

    fn stop(&self) {
        self.desk.stop();
        for cancelled in self.commands.values() {
            cancelled.store(true, Ordering::Relaxed);
        }
    }

    fn talk(&mut self, messages: &Receiver<Message>, found: &Receiver<Done>) -> Ended {
        let mut waiting: VecDeque<Message> = VecDeque::new();
        loop {
            if waiting.is_empty() {
                select! {
                    recv(messages) -> message => match message {
                        Ok(message) => waiting.push_back(message),
                        Err(_) => return Ended::Lost,
                    },
                    recv(found) -> done => {
                        if let Ok(done) = done {
                            self.take(done);
                        }
                        continue;
                    }
                }
            }
            // What has come meanwhile may cancel what waits.
            waiting.extend(messages.try_iter());
            let Some(message) = waiting.pop_front() else {
                continue;
            };
            match message {
                Message::Request(request) => {
                    let id = request.id.clone();
                    let is_cancelled = waiting.iter().any(|later| cancels(later, &id));
                    let answer = match is_cancelled {
                        true => Some(cancelled()),
                        false => self.request(request),
                    };
                    if let Some(answer) = answer {
                        self.answer(id, answer);
                    }
                }
                Message::Notification(note) if note.method == "exit" => {
                    return match self.phase {
                        Phase::Ending => Ended::Well,
                        _ => Ended::Abruptly,
                    };
                }
                Message::Notification(note) => {
                    let method = note.method.clone();
                    if let Err(why) = caught(|| self.note(note)).and_then(|done| done) {
                        self.say(MessageType::ERROR, &format!("{method}: {why}"));
                    }
                }
                Message::Response(response) => self.response(response),
            }
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // A client that is gone is noticed where it is listened to.
        let _ = self.out.send(message.into());
    }

    fn answer(&self, id: RequestId, answer: Answer) {
        self.send(match answer {
            Ok(value) => Response::new_ok(id, value),
            Err(Refusal(code, why)) => Response::new_err(id, code as i32, lines(&why).into_owned()),
        });
    }

    fn notify(&self, method: &str, params: impl Serialize) {
        if let Ok(params) = serde_json::to_value(params) {
            self.send(Notification::new(method.to_string(), params));
        }
    }

    fn say(&self, typ: MessageType, text: &str) {
        let message = lines(text).into_owned();
        self.notify("window/showMessage", ShowMessageParams { typ, message });
    }

    fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.asked += 1;
        let id = RequestId::from(format!("attnc-{}", self.asked));
        self.send(Request::new(id.clone(), method.to_string(), params));
        id
    }

    /// The answer to a request; nothing if it comes later.
    fn request(&mut self, request: Request) -> Option<Answer> {
        let refuse = |code, why: &str| Some(Err(Refusal(code, why.to_string())));
        match (self.phase, request.method.as_str()) {
            (Phase::New, "initialize") => Some(self.initialize(request.params)),
            (Phase::New, _) => refuse(ErrorCode::ServerNotInitialized, "`initialize` comes first"),
            (_, "initialize") => refuse(ErrorCode::InvalidRequest, "`initialize` comes once"),
            (Phase::Ending, _) => {
                refuse(ErrorCode::InvalidRequest, "nothing comes after `shutdown`")
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Ending;
                self.free(None);
                Some(Ok(Value::Null))
            }
            (Phase::Running, "workspace/executeCommand") => match self.command(request) {
                Ok(()) => None,
                Err(refusal) => Some(Err(refusal)),
            },
            (Phase::Running, "textDocument/inlayHint") if self.holds(&request) => None,
            (Phase::Running, _) => Some(self.question(request)),
        }
    }

    fn question(&self, request: Request) -> Answer {
        let answer = caught(|| question(&self.desk, &request.method, request.params));
        let bug = |why| Err(Refusal(ErrorCode::InternalError, why));
        answer.unwrap_or_else(bug)
    }

    /// Keeps a question of hints whose answer a check will have, if the client cannot be told of that.
    fn holds(&mut self, request: &Request) -> bool {
        let uri = request.params["textDocument"]["uri"].as_str();
        let uri = uri.filter(|uri| !self.desk.client.refreshes_hints && self.desk.waits(uri));
        if let Some(uri) = uri {
            self.held.keep(uri, request.clone());
        }
        uri.is_some()
    }

    /// Answers what was kept, of a document or of all.
    fn free(&mut self, uri: Option<&str>) {
        for request in self.held.free(uri) {
            self.answer(request.id.clone(), self.question(request));
        }
    }

    fn initialize(&mut self, params: Value) -> Answer {
        let params: InitializeParams = read(params)?;
        self.desk.client = Client::of(&params);
        self.desk.roots = roots(&params);
        if let Some(options) = &params.initialization_options {
            self.desk.settings.take(options);
        }
        self.phase = Phase::Running;
        give(InitializeResult {
            capabilities: capabilities(self.desk.client),
            server_info: Some(ServerInfo {
                name: "attnc".to_string(),
                version: Some(env!("CARGO_PKG_VERSION").to_string()),
            }),
        })
    }

    /// Begins a command in a thread of its own.
    fn command(&mut self, request: Request) -> Result<(), Refusal> {
        let given: ExecuteCommandParams = read(request.params)?;
        let invalid = |why: &str| Refusal(ErrorCode::InvalidParams, why.to_string());
        if self.commands.len() >= MOST_COMMANDS {
            let why = "other commands are running: cancel one, or wait".to_string();
            return Err(Refusal(ErrorCode::RequestFailed, why));
        }
        let first = given.arguments.into_iter().next().unwrap_or_default();
        let uri = first["uri"]
            .as_str()
            .ok_or_else(|| invalid("the first argument is an object with a `uri`"))?;
        let uri: Uri = uri.parse().map_err(|_| invalid("`uri` is no address"))?;
        let asked = self.desk.asked(&uri)?;
        let subject = Subject {
            command: given.command,
            path: asked.text.path.clone(),
            text: Arc::clone(&asked.text.text),
            open: Arc::clone(&self.desk.open),
            cancelled: Arc::default(),
            given: first,
        };
        self.commands
            .insert(request.id.clone(), Arc::clone(&subject.cancelled));
        let done = self.done.clone();
        spawn("command", move || {
            let ran = caught(|| subject.run()).and_then(|ran| ran);
            // A server that has ended needs no answer.
            let _ = done.send(Done::Ran(request.id, ran));
        });
        Ok(())
    }

    /// Takes what a thread has found.
    fn take(&mut self, done: Done) {
        match done {
            Done::Checked(uri, _, Ok(checked)) => {
                if self.desk.checked(&uri, checked) {
                    self.publish(&uri);
                    self.refresh();
                    self.free(Some(&uri));
                }
            }
            Done::Checked(uri, stamp, Err(why)) => {
                self.desk.checked(&uri, Checked::none(stamp));
                self.say(MessageType::ERROR, &why);
                self.free(Some(&uri));
            }
            Done::Costed(uri, Ok(Some(costed))) => {
                let wrong = !costed.errors.is_empty();
                if self.desk.costed(&uri, costed) {
                    if wrong {
                        self.publish(&uri);
                    }
                    self.refresh();
                }
            }
            Done::Costed(_, Ok(None)) => {}
            Done::Costed(_, Err(why)) => self.say(MessageType::ERROR, &why),
            Done::Ran(id, ran) => {
                let ended = self.commands.remove(&id);
                let is_cancelled = ended.is_some_and(|it| it.load(Ordering::Relaxed));
                let answer = match ran {
                    Ok(value) => {
                        self.say(
                            MessageType::INFO,
                            value["message"].as_str().unwrap_or_default(),
                        );
                        Ok(value)
                    }
                    Err(_) if is_cancelled => cancelled(),
                    Err(why) => Err(Refusal(ErrorCode::RequestFailed, why)),
                };
                self.answer(id, answer);
            }
        }
    }

    /// Tells the client what is wrong with a document.
    fn publish(&self, uri: &str) {
        if let Some(told) = self.desk.told(uri) {
            self.notify("textDocument/publishDiagnostics", told);
        }
    }

    /// Asks the client to ask again what stands beside the text.
    fn refresh(&mut self) {
        if self.desk.client.refreshes_hints {
            self.ask("workspace/inlayHint/refresh", Value::Null);
        }
    }

    /// What a client tells.
    fn note(&mut self, note: Notification) -> Result<(), String> {
        if self.phase != Phase::Running {
            return Ok(());
        }
        let params = note.params;
        match note.method.as_str() {
            "initialized" => self.ask_settings(),
            "textDocument/didOpen" => {
                let given: DidOpenTextDocumentParams = told_of(params)?;
                self.desk.open(given.text_document);
            }
            "textDocument/didChange" => {
                let given: DidChangeTextDocumentParams = told_of(params)?;
                let found = given.text_document;
                self.desk
                    .change(&found.uri, found.version, given.content_changes)?;
            }
            "textDocument/didClose" => {
                let given: DidCloseTextDocumentParams = told_of(params)?;
                let uri: Uri = given.text_document.uri.clone();
                if self.desk.close(&uri) {
                    let none = PublishDiagnosticsParams::new(uri, Vec::new(), None);
                    self.notify("textDocument/publishDiagnostics", none);
                }
                self.free(Some(given.text_document.uri.as_str()));
            }
            "workspace/didChangeConfiguration" => {
                self.desk.settings.take(&params["settings"]);
                self.ask_settings();
                self.refresh();
            }
            "workspace/didChangeWatchedFiles" => self.desk.all_again(),
            "$/cancelRequest" => {
                let given: CancelParams = told_of(params)?;
                let id = match given.id {
                    NumberOrString::Number(id) => RequestId::from(id),
                    NumberOrString::String(id) => RequestId::from(id),
                };
                if let Some(cancelled) = self.commands.get(&id) {
                    cancelled.store(true, Ordering::Relaxed);
                }
                if self.held.cancel(&id) {
                    self.answer(id, cancelled());
                }
            }
            // What is unknown may be passed over.
            _ => {}
        }
        Ok(())
    }

    fn ask_settings(&mut self) {
        if self.desk.client.settings {
            let params = json!({ "items": [{ "section": "attnc" }] });
            self.settings_asked = Some(self.ask("workspace/configuration", params));
        }
    }

    fn response(&mut self, response: Response) {
        if self.settings_asked.as_ref() != Some(&response.id) {
            return;
        }
        self.settings_asked = None;
        if let Ok(value) = response.response_result {
            self.desk.settings.take(&value[0]);
            self.refresh();
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new()
        .name(name.to_string())
        .stack_size(STACK);
    // Without threads there are no checks; what needs none is answered all the same.
    let _ = thread.spawn(work);
}

fn cancels(message: &Message, id: &RequestId) -> bool {
    let Message::Notification(note) = message else {
        return false;
    };
    let given = || serde_json::from_value::<RequestId>(note.params.get("id")?.clone()).ok();
    note.method == "$/cancelRequest" && given().as_ref() == Some(id)
}
