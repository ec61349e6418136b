//! The language server: each of its answers once right and once refused, and what hostile clients get.
//!
//! `client` is an editor in this process; `robust` is no honest one. `beside`: what stands beside a text, what is asked
//! for by name, other files; `around`: names in several files.
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod around;
mod beside;
mod client;
mod robust;

use attnc::lsp::server::Ended;
use client::{marked, position, Client};
use serde_json::{json, Value};

const URI: &str = "file:///somewhere/decode.attn";
const DECODE: &str = include_str!("../../../examples/decode.attn");
const VOTE: &str = include_str!("../../../examples/vote.attn");

const INVALID_PARAMS: i32 = -32602;
const FAILED: i32 = -32803;

fn opened(text: &str) -> Client {
    let client = Client::start();
    client.open(URI, text);
    client
}

fn find(text: &str, what: &str) -> Value {
    position(text, text.find(what).unwrap())
}

#[test]
fn what_is_wrong_is_told_as_one_types() {
    let mut client = opened(VOTE);
    assert_eq!(client.wrong(URI, 1), Vec::<Value>::new());
    // é and an emoji: columns are units of UTF-16.
    let broken = VOTE.replace(
        "round_half_up(sum(i in count) ballot[i] / count)",
        "balot[0] // é😀",
    );
    client.change(URI, 2, &broken);
    let wrong = client.wrong(URI, 2);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0]["code"], "E010");
    assert_eq!(marked(&broken, &wrong[0]["range"]), "balot");
    assert!(wrong[0]["message"]
        .as_str()
        .unwrap()
        .contains("did you mean `ballot`?"));
    // Two errors of syntax, and what can be said of the rest.
    let broken = "circuit c {\n  x = 1 +\n  y = nothing\n  z = 2 *\n}\n";
    client.change(URI, 3, broken);
    let codes: Vec<Value> = client
        .wrong(URI, 3)
        .iter()
        .map(|it| it["code"].clone())
        .collect();
    assert_eq!(codes, ["E003", "E010", "E003"]);
    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": URI } }),
    );
    assert!(client.whole("textDocument/documentSymbol", URI).is_err());
    assert_eq!(client.end(), Ended::Well);
}

#[test]
fn edits_of_ranges_are_made_in_units_of_utf16() {
    let mut client = opened("circuit c { // 😀é\n  public output y\n  y = 1 }\n");
    client.tell(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [
            { "range": { "start": { "line": 0, "character": 17 }, "end": { "line": 0, "character": 18 } }, "text": "ü" },
            { "range": { "start": { "line": 2, "character": 6 }, "end": { "line": 2, "character": 7 } }, "text": "x" },
        ] }),
    );
    let now = "circuit c { // 😀ü\n  public output y\n  y = x }\n";
    let wrong = client.wrong(URI, 2);
    assert_eq!(marked(now, &wrong[0]["range"]), "x");
    // An offer of bytes is taken.
    let offer = json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } });
    let mut client = Client::new();
    let started = client
        .ask("initialize", json!({ "capabilities": offer }))
        .unwrap();
    assert_eq!(started["capabilities"]["positionEncoding"], "utf-8");
    let wide = "use \"é😀\" circuit c { x = 1 + }";
    client.open(URI, wide);
    let at = wide.find('+').unwrap();
    let wrong = client.wrong(URI, 1);
    let mut starts = wrong.iter().map(|it| &it["range"]["start"]["character"]);
    assert!(starts.any(|start| *start == at), "{wrong:?}");
}

#[test]
fn a_name_says_what_it_is_and_what_its_line_costs() {
    let mut client = opened(DECODE);
    let place = find(DECODE, "score[j in keys]  =");
    // Costs come after the errors.
    let hover = (0..600).find_map(|_| {
        let hover = client.at("textDocument/hover", URI, place.clone()).unwrap();
        let text = hover["contents"]["value"].as_str().unwrap().to_string();
        std::thread::sleep(std::time::Duration::from_millis(100));
        text.contains("predicted bytes").then_some((hover, text))
    });
    let (hover, text) = hover.unwrap();
    assert!(
        text.contains("score[t in 64, h in 4, j in keys] : -63488..=65536"),
        "{text}"
    );
    assert!(
        text.contains("Stays with the prover.") && text.contains("columns"),
        "{text}"
    );
    assert_eq!(marked(DECODE, &hover["range"]), "score");
    let nothing = client.at(
        "textDocument/hover",
        URI,
        json!({ "line": 4, "character": 0 }),
    );
    assert_eq!(nothing, Ok(Value::Null));
    let other = client.at("textDocument/hover", "file:///not/open.attn", place);
    assert_eq!(other.unwrap_err().0, INVALID_PARAMS);
}

#[test]
fn comments_of_strangers_are_text() {
    let text = "// [x](https://a.b) <img src=c> `d`\ncircuit c { // ```\n private input x : 0..9 // ```\n public output y y = x }";
    let mut client = opened(text);
    let said = client
        .at("textDocument/hover", URI, find(text, "c {"))
        .unwrap();
    let said = said["contents"]["value"].as_str().unwrap().to_string();
    assert!(
        said.contains("\\[x\\](https:\\/\\/a.b) \\<img src=c\\> \\`d\\`"),
        "{said}"
    );
    let said = client
        .at("textDocument/hover", URI, find(text, "x : "))
        .unwrap();
    assert!(said["contents"]["value"]
        .as_str()
        .unwrap()
        .starts_with("```attn\nprivate input x : 0..9\n```"));
}

#[test]
fn a_name_leads_to_its_definition_and_uses() {
    let mut client = opened(DECODE);
    let read = find(DECODE, "keys[j, h, d]");
    let found = client
        .at("textDocument/definition", URI, read.clone())
        .unwrap();
    assert_eq!(
        found[0]["range"]["start"],
        find(DECODE, "keys   = seed_key")
    );
    let params = |with: bool| json!({ "textDocument": { "uri": URI }, "position": read, "context": { "includeDeclaration": with } });
    let all = client.ask("textDocument/references", params(true)).unwrap();
    let uses = client
        .ask("textDocument/references", params(false))
        .unwrap();
    let count = |found: &Value| found.as_array().unwrap().len();
    assert_eq!((count(&all), count(&uses)), (9, 8), "{all}");
    assert!(all
        .as_array()
        .unwrap()
        .iter()
        .all(|place| marked(DECODE, &place["range"]) == "keys"));
    let nowhere = client.at(
        "textDocument/definition",
        URI,
        json!({ "line": 0, "character": 0 }),
    );
    assert_eq!(nowhere, Ok(json!([])));
}

#[test]
fn a_name_is_renamed_or_it_is_said_why_not() {
    let mut client = opened(DECODE);
    let place = find(DECODE, "peak ");
    let rename =
        |to: &str| json!({ "textDocument": { "uri": URI }, "position": place, "newName": to });
    let prepared = client
        .at("textDocument/prepareRename", URI, place.clone())
        .unwrap();
    assert_eq!(marked(DECODE, &prepared), "peak");
    let edits = client.ask("textDocument/rename", rename("summit")).unwrap();
    let edits = edits["changes"][URI].as_array().unwrap().clone();
    assert_eq!(edits.len(), 2);
    for (to, why) in [
        ("step", "word of the language"),
        ("gap", "taken"),
        ("1x", "no name"),
    ] {
        let (code, said) = client.ask("textDocument/rename", rename(to)).unwrap_err();
        assert!(code == FAILED && said.contains(why), "{to}: {said}");
    }
}

#[test]
fn what_may_follow_and_what_a_call_takes_is_offered() {
    let text = DECODE.replace("clip(peak - score[j], 0, 8)", "clip(peak - sc");
    let snippets = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    for (capabilities, inserted) in [(json!({}), "clip"), (snippets, "clip($1)")] {
        let mut client = Client::with(&capabilities, &json!({}));
        client.open(URI, &text);
        let place = position(&text, text.find("- sc").unwrap() + 4);
        let items = client
            .at("textDocument/completion", URI, place.clone())
            .unwrap()["items"]
            .clone();
        let find = |label: &str| {
            items
                .as_array()
                .unwrap()
                .iter()
                .find(|item| item["label"] == label)
                .cloned()
        };
        let score = find("score").unwrap();
        assert_eq!(marked(&text, &score["textEdit"]["range"]), "sc");
        assert_eq!(find("clip").unwrap()["textEdit"]["newText"], inserted);
        assert_eq!(find("sidecar"), None);
        let help = client.at("textDocument/signatureHelp", URI, place).unwrap();
        assert_eq!(help["signatures"][0]["label"], "clip(x, lo, hi)");
        assert_eq!(help["activeParameter"], 0);
        let none = client.at(
            "textDocument/signatureHelp",
            URI,
            json!({ "line": 0, "character": 3 }),
        );
        assert_eq!(none, Ok(Value::Null));
    }
}

#[test]
fn a_text_has_an_outline_and_colours() {
    let mut client = opened(DECODE);
    let symbols = client.whole("textDocument/documentSymbol", URI).unwrap();
    assert_eq!(symbols[0]["name"], "decode");
    let names: Vec<&str> = symbols[0]["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"context") && names.contains(&"step t") && names.contains(&"sidecar"),
        "{names:?}"
    );
    let data = client
        .whole("textDocument/semanticTokens/full", URI)
        .unwrap()["data"]
        .clone();
    assert_eq!(data.as_array().unwrap().len() % 5, 0);
    assert!(data.as_array().unwrap().len() > 500);
    assert!(client
        .whole("textDocument/semanticTokens/full", "file:///no.attn")
        .is_err());
}

#[test]
fn a_text_is_laid_out_as_all_are() {
    let text = "circuit c {  // é😀\n\n\n\n  public   output y\n  y=1 }\n";
    let mut client = opened(text);
    let params = json!({ "textDocument": { "uri": URI }, "options": { "tabSize": 4, "insertSpaces": true } });
    let edits = client
        .ask("textDocument/formatting", params.clone())
        .unwrap();
    let old = marked(text, &edits[0]["range"]);
    let now = text.replace(old, edits[0]["newText"].as_str().unwrap());
    assert_eq!(now, attnc_compiler::syntax::format::format(text).unwrap());
    client.change(URI, 2, &now);
    assert_eq!(
        client.ask("textDocument/formatting", params.clone()),
        Ok(json!([]))
    );
    client.change(URI, 3, "circuit c { x = }");
    assert_eq!(
        client.ask("textDocument/formatting", params).unwrap_err().0,
        FAILED
    );
}

#[test]
fn what_a_hint_names_can_be_done() {
    let mut client = opened("");
    let mut version = 1;
    for (text, title, mended) in [
        (
            "circuit c(n = 4) { private input ballot[n] : 0..9 public output y y = balot[0] }",
            "write `ballot`",
            "y = ballot[0]",
        ),
        (
            "circuit c { private input x : 0..9 public output y y = x / 2 }",
            "round it by `floor`",
            "y = floor(x / 2)",
        ),
        (
            "circuit c { private input x : 0..9 public output y y == x }",
            "write `=`",
            "y = x",
        ),
        (
            "circuit c { private input x : 0..9 assert x = 2 }",
            "write `==`",
            "assert x == 2",
        ),
        (
            "circuit c { private input x[3] : 0..9 public output y[3] y[i in 3] = softmax(x)[i] }",
            "add `use nn`",
            "use nn\ncircuit",
        ),
        (
            "circuit c { private input x : 0..9 public output y y = x ** 2 }",
            "write `^`",
            "x ^ 2",
        ),
        (
            "circuit c { input x : 0..9 }",
            "write `private input`",
            "private input x",
        ),
        (
            "circuit c { private input x : 0..9; }",
            "leave it out",
            "0..9 }",
        ),
    ] {
        version += 1;
        client.change(URI, version, text);
        let wrong = client.wrong(URI, version);
        assert!(!wrong.is_empty(), "{text}");
        let params = |range: &Value| json!({ "textDocument": { "uri": URI }, "range": range, "context": { "diagnostics": [] } });
        let actions = client
            .ask("textDocument/codeAction", params(&wrong[0]["range"]))
            .unwrap();
        let actions = actions.as_array().unwrap();
        let found = actions.iter().find(|action| action["title"] == title);
        let edits =
            found.unwrap_or_else(|| panic!("{text}: {actions:?}"))["edit"]["changes"][URI].clone();
        let mut now = text.to_string();
        for edit in edits.as_array().unwrap().iter().rev() {
            let old = marked(text, &edit["range"]);
            let start = old.as_ptr() as usize - text.as_ptr() as usize;
            now.replace_range(start..start + old.len(), edit["newText"].as_str().unwrap());
        }
        assert!(now.contains(mended), "{now}");
        let elsewhere =
            json!({ "start": { "line": 7, "character": 0 }, "end": { "line": 7, "character": 0 } });
        assert_eq!(
            client.ask("textDocument/codeAction", params(&elsewhere)),
            Ok(json!([]))
        );
    }
}
