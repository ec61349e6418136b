//! A name of a file of definitions in all files around that use it, open or saved.

use std::path::Path;

use serde_json::{json, Value};

use super::client::Client;
use super::find;

const LOW: &str = "def low(x[n]) -> least { least = min(i in n) x[i] }\n";
const MID: &str = "use \"parts/low.attn\"\ndef mid(x[n]) -> y { y = low(x) + 1 }\n";
const TOP: &str = "use \"mid.attn\"\nuse \"parts/low.attn\"\n\
    circuit top { private input x[3] : 0..9  public output y  y = mid(x) * low(x).least }\n";

/// `parts/low.attn`, `mid.attn` and `top.attn` in a folder, and a client that has it open.
fn house(top: &str) -> (tempfile::TempDir, Client) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("parts")).unwrap();
    for (name, text) in [
        ("parts/low.attn", LOW),
        ("mid.attn", MID),
        ("top.attn", top),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut client = Client::new();
    let root = address(folder.path(), "");
    let folders = json!([{ "uri": root.trim_end_matches('/'), "name": "house" }]);
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {}, "workspaceFolders": folders });
    client.ask("initialize", params).unwrap();
    client.tell("initialized", json!({}));
    (folder, client)
}

fn address(folder: &Path, name: &str) -> String {
    format!("file://{}", folder.join(name).to_str().unwrap())
}

fn at(uri: &str, text: &str, what: &str) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": find(text, what), "newName": "lowest",
        "context": { "includeDeclaration": true } })
}

#[test]
fn a_name_is_renamed_in_every_file_that_uses_it() {
    let (folder, mut client) = house(TOP);
    let path = |name: &str| address(folder.path(), name);
    let (low, mid, top) = (path("parts/low.attn"), path("mid.attn"), path("top.attn"));
    // What is not saved yet counts.
    let open = MID.replace("+ 1", "+ low(x = x)");
    client.open(&mid, &open);
    client.open(&top, TOP);
    client.open(&low, LOW);
    for (uri, text, what) in [
        (&low, LOW, "low("),
        (&top, TOP, "low(x).least"),
        (&mid, &open, "low(x) +"),
    ] {
        let question = at(uri, text, what);
        client
            .ask("textDocument/prepareRename", question.clone())
            .unwrap();
        let edits = client.ask("textDocument/rename", question.clone()).unwrap();
        let count = |uri: &str| edits["changes"][uri].as_array().map_or(0, Vec::len);
        assert_eq!(
            (count(&low), count(&mid), count(&top)),
            (1, 2, 1),
            "{edits}"
        );
        let places = client.ask("textDocument/references", question).unwrap();
        assert_eq!(places.as_array().unwrap().len(), 4, "{places}");
    }
    // A result too; what a document has alone stays in it.
    let question = at(&low, LOW, "least");
    let edits = client.ask("textDocument/rename", question).unwrap();
    assert_eq!(edits["changes"].as_object().unwrap().len(), 2, "{edits}");
    let question = at(&low, LOW, "i in n");
    let edits = client.ask("textDocument/rename", question).unwrap();
    assert_eq!(edits["changes"].as_object().unwrap().len(), 1, "{edits}");
}

#[test]
fn a_file_that_cannot_have_the_name_is_named() {
    for (top, why) in [
        (TOP.replace("low.attn\"", "low.attn"), "top.attn: mend"),
        (TOP.replace("y = mid", "y = = mid"), "top.attn: mend"),
        (
            TOP.replace("circuit top", "def lowest(x) -> y { y = x }\ncircuit top"),
            "taken",
        ),
        (
            TOP.replace("least }", "least  region r { low#1.least } }"),
            "top.attn: a region, plan or test names",
        ),
    ] {
        let (folder, mut client) = house(&top);
        let low = address(folder.path(), "parts/low.attn");
        client.open(&low, LOW);
        let (_, said) = client
            .ask("textDocument/rename", at(&low, LOW, "low("))
            .unwrap_err();
        assert!(said.contains(why), "{said}");
    }
}
