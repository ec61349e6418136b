//! Clients that are broken or hostile: an answer or an error, never a panic or a wait.

use attnc::lsp::server::Ended;
use serde_json::{json, Value};

use crate::client::Client;
use crate::{position, DECODE, URI};

/// Every question about a place or a document.
const QUESTIONS: [&str; 14] = [
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareRename",
    "textDocument/rename",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/inlayHint",
    "textDocument/formatting",
    "textDocument/codeLens",
    "textDocument/codeAction",
];

/// The parameters of any of them.
fn about(uri: &str, place: &Value) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": place, "newName": "other",
        "context": { "includeDeclaration": true, "diagnostics": [] },
        "range": { "start": place, "end": place } })
}

/// No bug of attnc, in whatever words.
fn answered(client: &mut Client, uri: &str, place: &Value) {
    for question in QUESTIONS {
        if let Err((code, why)) = client.ask(question, about(uri, place)) {
            assert!(code != -32603 && !why.contains("bug"), "{question}: {why}");
        }
    }
}

#[test]
fn a_conversation_has_its_order() {
    let mut client = Client::new();
    assert_eq!(
        client.ask("textDocument/hover", json!({})).unwrap_err().0,
        -32002
    );
    client.tell("textDocument/didOpen", json!({ "textDocument": 7 }));
    assert_eq!(client.ask("initialize", json!([])).unwrap_err().0, -32602);
    client
        .ask("initialize", json!({ "capabilities": {} }))
        .unwrap();
    assert_eq!(
        client
            .ask("initialize", json!({ "capabilities": {} }))
            .unwrap_err()
            .0,
        -32600
    );
    assert_eq!(
        client
            .ask("textDocument/nonsense", json!({}))
            .unwrap_err()
            .0,
        -32601
    );
    assert_eq!(
        client.ask("textDocument/hover", json!(3)).unwrap_err().0,
        -32602
    );
    client.tell("$/nonsense", json!({}));
    client.ask("shutdown", Value::Null).unwrap();
    assert_eq!(
        client.ask("textDocument/hover", json!({})).unwrap_err().0,
        -32600
    );
    assert_eq!(client.exit(), Ended::Well);
    assert_eq!(Client::new().exit(), Ended::Abruptly);
    assert_eq!(Client::start().exit(), Ended::Abruptly);
    assert_eq!(Client::start().vanish(), Ended::Lost);
}

#[test]
fn what_is_cancelled_before_its_turn_is_not_done() {
    let mut client = Client::start();
    client.open(URI, &DECODE.repeat(40));
    // Whole in front of it, so that both are there when its turn comes; whichever was first has an answer.
    let first = client.send(
        "textDocument/semanticTokens/full",
        json!({ "textDocument": { "uri": URI } }),
    );
    let second = client.send(
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": URI } }),
    );
    client.tell("$/cancelRequest", json!({ "id": 3 }));
    client.answer(&first).unwrap();
    match client.answer(&second) {
        Ok(_) => {}
        Err((code, _)) => assert_eq!(code, -32800),
    }
    // Of what is unknown, or no number, nothing comes.
    client.tell("$/cancelRequest", json!({ "id": 99 }));
    client.tell("$/cancelRequest", json!({ "id": [] }));
    client.hears("window/showMessage", "bad parameters");
}

#[test]
fn notes_that_mean_nothing_are_told_and_passed_over() {
    let mut client = Client::start();
    client.change("file:///not/open.attn", 1, "x");
    client.hears("window/showMessage", "is not open");
    client.tell(
        "textDocument/didOpen",
        json!({ "textDocument": { "uri": "not an address" } }),
    );
    client.hears("window/showMessage", "didOpen: bad parameters");
    client.tell("workspace/didChangeConfiguration", json!([]));
    client.tell("workspace/didChangeWatchedFiles", json!(null));
    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": "file:///not/open.attn" } }),
    );
    for uri in [
        "untitled:Untitled-1",
        "file:///nowhere/\u{202e}.attn",
        "http://a/b",
    ] {
        client.open(uri, "use \"a.attn\" circuit c { }");
        let place = json!({ "line": 0, "character": 5 });
        answered(&mut client, uri, &place);
    }
    let place = json!({ "line": 4294967295_u32, "character": 4294967295_u32 });
    client.open(URI, DECODE);
    answered(&mut client, URI, &place);
    assert_eq!(client.end(), Ended::Well);
}

#[test]
fn every_prefix_and_edit_is_answered() {
    let mut client = Client::start();
    client.open(URI, "");
    let mut version = 1;
    let mut ask = |text: &str, at: usize| {
        version += 1;
        client.change(URI, version, text);
        answered(&mut client, URI, &position(text, at));
    };
    for at in (0..DECODE.len()).step_by(61) {
        ask(&DECODE[..at], at);
        ask(&DECODE[at..], 0);
        ask(
            &[&DECODE[..at], "(\r\u{202e}é", &DECODE[at + 1..]].concat(),
            at,
        );
    }
    assert!(client
        .told
        .iter()
        .all(|note| !note.params.to_string().contains("bug of attnc")));
}

#[test]
fn a_text_of_a_megabyte_is_answered() {
    let mut client = Client::start();
    let line = format!("    x = 1 + 2 * 3  // {}\n", "and so on, ".repeat(60));
    let many = format!(
        "circuit c {{\n{}}}\n",
        line.repeat((1 << 20) / line.len() - 1)
    );
    let long = format!("circuit c {{ x = {} }}", "9".repeat(1 << 20));
    let deep = "(".repeat(1 << 20);
    for (version, text) in [(1, &many), (2, &long), (3, &deep)] {
        match version {
            1 => client.open(URI, text),
            _ => client.change(URI, version, text),
        }
        answered(&mut client, URI, &json!({ "line": 1, "character": 5 }));
        assert!(!client.wrong(URI, version).is_empty());
    }
}
