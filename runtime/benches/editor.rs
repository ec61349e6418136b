//! How long the language server takes to answer, on a program of 300 lines with tests: every question it knows, as the
//! first after a keystroke, after others, and when the text rests; and how long until what is wrong is told.
//!
//! `cargo bench -p attnc --bench editor` prints the median and the longest of each. A keystroke stands in the middle of
//! the text: one that breaks it, one that makes it whole again with another meaning. A question whose answer is empty where
//! it should not be ends the bench: nothing would be measured.

use std::time::{Duration, Instant};

use attnc::lsp::server::serve;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{json, Value};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const URI: &str = "file:///bench.attn";
const ROUNDS: usize = 14;
/// The layer that is typed in, and asked about.
const LAYER: usize = 36;

/// All that is asked of a document, but for commands, which take what they run.
const QUESTIONS: [&str; 14] = [
    "completion",
    "signatureHelp",
    "hover",
    "definition",
    "references",
    "documentHighlight",
    "prepareRename",
    "rename",
    "documentSymbol",
    "semanticTokens/full",
    "inlayHint",
    "formatting",
    "codeLens",
    "codeAction",
];

/// Layers of attention, four lines each.
fn program() -> String {
    let mut text = "circuit bench(n = 4, width = 4) {\n    table decay(gap in 0..=15) = round(255 * 2 ^ (-gap / 2))\n    \
        private input x[n, width] : -8..8\n    public output y[n]\n"
        .to_string();
    for layer in 0..72 {
        text += &format!(
            "    score{layer}[t in n, j in n] = sum(d in width) x[t, d] * x[j, d] + {layer}\n    \
             peak{layer}[t in n] = max(j in n) score{layer}[t, j]\n    \
             gap{layer}[t in n, j in n] = clip(peak{layer}[t] - score{layer}[t, j], 0, 15)\n    \
             mass{layer}[t in n] = sum(j in n) decay(gap{layer}[t, j])\n"
        );
    }
    text += "    y[t in n] = mass71[t]\n    region last { mass71 }\n    plan fused { proof all: * }\n}\n";
    text += &format!(
        "test \"least\" {{\n    sample 3\n    expect y[i] >= 255 and mass{LAYER}[i] >= 255\n}}\n"
    );
    text
}

/// An editor, of one document.
struct Editor {
    client: Connection,
    asked: i32,
    version: usize,
}

impl Editor {
    fn tell(&self, method: &str, params: Value) {
        let note = Notification::new(method.to_string(), params);
        let sent = self.client.sender.send(note.into());
        sent.expect("the server listens");
    }

    /// The answer to a question, and how long it took.
    fn ask(&mut self, method: &str, params: Value) -> (Result<Value, String>, Duration) {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let begun = Instant::now();
        let request = Request::new(id.clone(), method.to_string(), params);
        let sent = self.client.sender.send(request.into());
        sent.expect("the server listens");
        loop {
            match self.client.receiver.recv().expect("the server answers") {
                Message::Response(answer) if answer.id == id => {
                    let took = begun.elapsed();
                    let answer = answer.response_result.map_err(|error| error.message);
                    return (answer, took);
                }
                _ => {}
            }
        }
    }

    /// Types in place of so many signs.
    fn types(&mut self, line: usize, column: usize, over: usize, text: &str) {
        self.version += 1;
        let place = |column: usize| json!({ "line": line, "character": column });
        let edit = json!({ "range": { "start": place(column), "end": place(column + over) }, "text": text });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": URI, "version": self.version }, "contentChanges": [edit] }),
        );
    }

    /// Waits until what is wrong with the newest text is told, and how much that is.
    fn told(&self) -> usize {
        loop {
            match self.client.receiver.recv().expect("the server tells") {
                Message::Notification(told) if told.params["version"] == self.version => {
                    return told.params["diagnostics"].as_array().map_or(0, Vec::len);
                }
                _ => {}
            }
        }
    }
}

/// Times, by what they are of.
#[derive(Default)]
struct Times(Vec<(String, Vec<Duration>)>);

impl Times {
    fn note(&mut self, what: &str, time: Duration) {
        match self.0.iter_mut().find(|it| it.0 == what) {
            Some(known) => known.1.push(time),
            None => self.0.push((what.to_string(), vec![time])),
        }
    }

    fn print(self) {
        for (what, mut times) in self.0 {
            times.sort_unstable();
            let ms = |time: Duration| time.as_secs_f64() * 1e3;
            let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
            println!(
                "{what:>45}: median {:7.2} ms, longest {:7.2} ms, of {}",
                ms(median),
                ms(longest),
                times.len()
            );
        }
    }
}

/// Whether an answer says nothing.
fn is_empty(answer: &Value) -> bool {
    let inner = ["items", "data", "signatures", "changes"];
    let mut inner = inner.into_iter().filter_map(|name| answer.get(name));
    match inner.next().unwrap_or(answer) {
        Value::Null => true,
        Value::Array(found) => found.is_empty(),
        Value::Object(found) => found.is_empty(),
        _ => false,
    }
}

/// Asks every question once, the first of them in turn; `whole`: the text can be read, `rests`: and is checked.
fn ask_all(
    editor: &mut Editor,
    times: &mut Times,
    about: &Value,
    round: usize,
    (whole, rests): (bool, bool),
) {
    for turn in 0..QUESTIONS.len() {
        let question = QUESTIONS[(turn + round) % QUESTIONS.len()];
        let (answer, time) = editor.ask(&format!("textDocument/{question}"), about.clone());
        // No quick fix is for what is right, what is laid out already stays, and hints are of what is checked.
        let may_be_empty = match question {
            "codeAction" | "formatting" => true,
            "inlayHint" => !rests,
            _ => false,
        };
        // A broken text is not renamed in and not laid out, and what is said of the rest may be nothing.
        let is_answered = match &answer {
            Ok(found) => !whole || may_be_empty || !is_empty(found),
            Err(_) => !whole && ["rename", "prepareRename", "formatting"].contains(&question),
        };
        assert!(is_answered, "{question}: {answer:?}");
        let when = match (rests, turn) {
            (true, _) => "at rest",
            (false, 0) => "first after a keystroke",
            (false, _) => "after a keystroke",
        };
        times.note(&format!("{question}, {when}"), time);
    }
}

fn main() {
    let (server, client) = Connection::memory();
    let server = std::thread::spawn(move || serve(&server));
    let mut editor = Editor {
        client,
        asked: 0,
        version: 0,
    };
    let (started, _) = editor.ask("initialize", json!({ "capabilities": {} }));
    started.expect("the server starts");
    let text = program();
    println!("{} lines", text.lines().count());
    let document = json!({ "uri": URI, "languageId": "attn", "version": 0, "text": text });
    editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
    assert_eq!(editor.told(), 0, "the program is right");
    // In the call of `clip`, on the name of the peak.
    let line = 4 + 4 * LAYER + 2;
    let written = text.lines().nth(line).expect("the text has the line");
    let column = written.find("clip(").expect("a layer clips") + 7;
    let end = written.len() - 1;
    let about = json!({ "textDocument": { "uri": URI }, "newName": "other",
        "position": { "line": line, "character": column },
        "context": { "includeDeclaration": true, "diagnostics": [] },
        "options": { "tabSize": 4, "insertSpaces": true },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } } });
    let mut times = Times::default();
    for round in 0..ROUNDS {
        // `, 15)` becomes `, 15 +)`, `, 15 + 0)`, and what it was.
        let keystrokes = [(0, " +", false), (0, " 0", true), (4, "", true)];
        let mut at = end;
        for (number, (over, typed, whole)) in keystrokes.into_iter().enumerate() {
            let begun = Instant::now();
            at -= over;
            editor.types(line, at, over, typed);
            at += typed.len();
            let wrong = editor.told();
            times.note("what is wrong is told", begun.elapsed());
            assert_eq!(wrong == 0, whole, "{typed}: {wrong} errors");
            ask_all(&mut editor, &mut times, &about, round, (whole, true));
            // The same again, and asked at once.
            editor.types(line, at, 0, " ");
            at += 1;
            ask_all(
                &mut editor,
                &mut times,
                &about,
                round + number,
                (whole, false),
            );
            at -= 1;
            editor.types(line, at, 1, "");
            editor.told();
        }
    }
    times.print();
    let (ended, _) = editor.ask("shutdown", Value::Null);
    ended.expect("the server ends well");
    editor.tell("exit", Value::Null);
    server.join().expect("the server ends");
}
