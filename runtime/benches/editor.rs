//! How long the language server takes to answer, on a program of 300 lines: after each keystroke every question
//! once, and until what is wrong is told.
//!
//! `cargo bench -p attnc --bench editor` prints the median and the longest of each.

use std::time::{Duration, Instant};

use attnc::lsp::server::serve;
use lsp_server::{Connection, Message, Notification, Request, RequestId};
use serde_json::{json, Value};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const URI: &str = "file:///bench.attn";
const KEYSTROKES: usize = 30;

/// Layers of attention, four lines each.
fn program() -> String {
    let mut text = "circuit bench(n = 4, width = 4) {\n    table decay(gap in 0..=15) = round(255 * 2 ^ (-gap / 2))\n    \
        private input x[n, width] : -8..8\n    public output y[n]\n"
        .to_string();
    for layer in 0..73 {
        text += &format!(
            "    score{layer}[t in n, j in n] = sum(d in width) x[t, d] * x[j, d] + {layer}\n    \
             peak{layer}[t in n] = max(j in n) score{layer}[t, j]\n    \
             gap{layer}[t in n, j in n] = clip(peak{layer}[t] - score{layer}[t, j], 0, 15)\n    \
             mass{layer}[t in n] = sum(j in n) decay(gap{layer}[t, j])\n"
        );
    }
    text + "    y[t in n] = mass72[t]\n    region last { mass72 }\n    plan fused { proof all: * }\n}\n"
}

fn main() {
    let (server, client) = Connection::memory();
    let server = std::thread::spawn(move || serve(&server));
    let mut asked = 0;
    let mut ask = |method: &str, params: Value| {
        asked += 1;
        let id = RequestId::from(asked);
        let begun = Instant::now();
        let request = Request::new(id.clone(), method.to_string(), params);
        client
            .sender
            .send(request.into())
            .expect("the server listens");
        loop {
            match client.receiver.recv().expect("the server answers") {
                Message::Response(answer) if answer.id == id => {
                    assert!(answer.response_result.is_ok(), "{method}: {answer:?}");
                    return begun.elapsed();
                }
                _ => {}
            }
        }
    };
    let tell = |method: &str, params: Value| {
        let note = Notification::new(method.to_string(), params);
        client.sender.send(note.into()).expect("the server listens");
    };
    ask("initialize", json!({ "capabilities": {} }));
    let text = program();
    println!("{} lines", text.lines().count());
    let document = json!({ "uri": URI, "languageId": "attn", "version": 0, "text": text });
    tell("textDocument/didOpen", json!({ "textDocument": document }));
    let place = json!({ "line": 150, "character": 40 });
    let about = json!({ "textDocument": { "uri": URI }, "position": place, "newName": "other",
        "context": { "includeDeclaration": true, "diagnostics": [] },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } } });
    let mut times: Vec<(String, Vec<Duration>)> = Vec::new();
    let mut note = |what: &str, time: Duration| match times.iter_mut().find(|it| it.0 == what) {
        Some(known) => known.1.push(time),
        None => times.push((what.to_string(), vec![time])),
    };
    let questions = [
        "completion",
        "signatureHelp",
        "hover",
        "definition",
        "references",
        "prepareRename",
        "rename",
        "documentSymbol",
        "semanticTokens/full",
        "inlayHint",
        "codeLens",
        "codeAction",
    ];
    let end = json!({ "line": 302, "character": 0 });
    for version in 1..=KEYSTROKES {
        // The first question after a keystroke waits for the names of the new text: each is first once.
        let edit = json!({ "range": { "start": end, "end": end }, "text": " " });
        let changed =
            json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [edit] });
        tell("textDocument/didChange", changed);
        for turn in 0..questions.len() {
            let question = questions[(turn + version) % questions.len()];
            let time = ask(&format!("textDocument/{question}"), about.clone());
            note(question, time);
            if turn == 0 {
                note("the first after a keystroke", time);
            }
        }
    }
    for version in KEYSTROKES + 1..=2 * KEYSTROKES {
        let edit = json!({ "range": { "start": end, "end": end }, "text": " " });
        let begun = Instant::now();
        let changed =
            json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [edit] });
        tell("textDocument/didChange", changed);
        loop {
            match client.receiver.recv().expect("the server tells") {
                Message::Notification(told) if told.params["version"] == version => break,
                _ => {}
            }
        }
        note("what is wrong is told", begun.elapsed());
    }
    for (what, mut times) in times {
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
        println!(
            "{what:>28}: median {:7.2} ms, longest {:7.2} ms",
            ms(median),
            ms(longest)
        );
    }
    ask("shutdown", Value::Null);
    tell("exit", Value::Null);
    server.join().expect("the server ends");
}
