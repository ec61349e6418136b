//! `attnc lsp` over standard input and output: a conversation, and what is none.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{json, Value};

use crate::house::House;

struct Talk {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Talk {
    fn new() -> Self {
        let mut command = House::new().command(&["lsp", "--stdio"]);
        // The house is gone by now: nothing is read or written there.
        command.current_dir(std::env::temp_dir());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            child,
            input,
            output: BufReader::new(output),
        }
    }

    fn raw(&mut self, text: &str) {
        // A server that has ended has closed its input.
        let _ = self.input.write_all(text.as_bytes());
        let _ = self.input.flush();
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(&format!("Content-Length: {}\r\n\r\n{text}", text.len()));
    }

    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the server has ended"
            );
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(given) => length = given.parse().unwrap(),
                None if line == "\r\n" => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn ask(&mut self, id: i32, method: &str, params: Value) -> Value {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let said = self.hear();
            if said["id"] == id {
                return said;
            }
        }
    }

    fn ends(mut self) -> (i32, String) {
        drop(self.input);
        let mut err = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        (self.child.wait().unwrap().code().unwrap(), err)
    }
}

#[test]
fn an_editor_is_served_and_leaves() {
    let mut talk = Talk::new();
    let started = talk.ask(1, "initialize", json!({ "capabilities": {} }));
    assert_eq!(started["result"]["serverInfo"]["name"], "attnc");
    let document = json!({ "uri": "file:///a.attn", "languageId": "attn", "version": 1, "text": "circuit c { x = y }" });
    talk.send(&json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": { "textDocument": document } }));
    let told = talk.hear();
    assert_eq!(told["params"]["diagnostics"][0]["code"], "E010", "{told}");
    assert_eq!(talk.ask(2, "shutdown", Value::Null)["result"], Value::Null);
    talk.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(talk.ends(), (0, String::new()));
}

#[test]
fn what_is_no_message_is_refused_and_the_conversation_goes_on() {
    let mut talk = Talk::new();
    for body in ["{", "[]", "{\"jsonrpc\": \"2.0\"}", "\u{1b}[2J", "nul"] {
        talk.raw(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        let said = talk.hear();
        assert_eq!(said["error"]["code"], -32700, "{said}");
        assert_eq!(said["id"], Value::Null);
    }
    talk.ask(1, "initialize", json!({ "capabilities": {} }));
    talk.ask(2, "shutdown", Value::Null);
    talk.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(talk.ends().0, 0);
}

#[test]
fn half_a_message_or_a_lie_ends_it_with_a_reason() {
    for (text, why) in [
        ("Content-Length: 100\r\n\r\n{", "ends within a message"),
        ("Content-Length: 99999999999999\r\n\r\n", "too large"),
        ("GET / HTTP/1.1\r\n\r\n", "no `:`"),
        ("", "without `shutdown`"),
    ] {
        let mut talk = Talk::new();
        talk.raw(text);
        let (code, err) = talk.ends();
        assert!(code == 1 && err.contains(why), "{text}: {code} {err}");
    }
    let house = House::new();
    house
        .run(&["lsp", "--json"])
        .fails(2, &["leave out --json"]);
    house.run(&["lsp", "file.attn"]).fails(2, &["file.attn"]);
}
