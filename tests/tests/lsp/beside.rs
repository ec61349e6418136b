//! Hints and their settings, lenses and their commands, and files that a program uses.

use serde_json::{json, Value};

use crate::client::{marked, Client};
use crate::{find, opened, DECODE, URI};

#[test]
fn what_stands_beside_the_text_is_switched_by_settings() {
    let can =
        json!({ "workspace": { "configuration": true, "inlayHint": { "refreshSupport": true } } });
    let mut client = Client::with(
        &can,
        &json!({ "attnc": { "inlayHints": { "cost": true } } }),
    );
    client.asked("workspace/configuration", json!([null]));
    client.open(URI, DECODE);
    client.wrong(URI, 1);
    let params = json!({ "textDocument": { "uri": URI }, "range": {
        "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } } });
    let shown = |client: &mut Client| -> Vec<String> {
        let hints = client
            .ask("textDocument/inlayHint", params.clone())
            .unwrap();
        let hints = hints.as_array().unwrap().iter();
        hints
            .map(|hint| hint["label"].as_str().unwrap().to_string())
            .collect()
    };
    // The settings were taken, a check has ended, and costs are there: the client is asked to ask again.
    let mut seen = Vec::new();
    for _ in 0..3 {
        client.asked("workspace/inlayHint/refresh", Value::Null);
        seen = shown(&mut client);
    }
    assert!(seen.contains(&": 0..=8".to_string()), "{seen:?}");
    assert!(
        seen.iter()
            .any(|hint| hint.contains("columns") && hint.contains(" B")),
        "{seen:?}"
    );
    let off = json!({ "attnc": { "inlayHints": { "cost": false, "interval": false } } });
    client.tell(
        "workspace/didChangeConfiguration",
        json!({ "settings": off }),
    );
    assert_eq!(shown(&mut client), [""; 0]);
}

#[test]
fn a_boundary_has_its_price_and_a_circuit_is_proved() {
    let mut client = opened(DECODE);
    let lenses = client.whole("textDocument/codeLens", URI).unwrap();
    let commands: Vec<Value> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|lens| lens["command"].clone())
        .collect();
    assert_eq!(commands.len(), 4, "{commands:?}");
    for command in ["attnc.prove", "attnc.boundaryCost"] {
        assert!(commands.iter().any(|it| it["command"] == command));
    }
    let run = |client: &mut Client, command: &str, given: Value| {
        client.ask(
            "workspace/executeCommand",
            json!({ "command": command, "arguments": [given] }),
        )
    };
    let small = DECODE.replace(
        "heads = 4, width = 64, steps = 64",
        "heads = 1, width = 4, steps = 4",
    );
    client.change(URI, 2, &small);
    let cost = run(
        &mut client,
        "attnc.boundaryCost",
        json!({ "uri": URI, "plan": "sidecar" }),
    )
    .unwrap();
    assert_eq!(cost["than"]["plan"], "fused");
    assert_eq!(cost["plans"][0]["proofs"], 2);
    assert!(
        cost["plans"][0]["predicted"]["bytes"].as_f64()
            > cost["than"]["predicted"]["bytes"].as_f64()
    );
    client.hears("window/showMessage", "sidecar: 2 proofs in 1 part");
    let cost = run(
        &mut client,
        "attnc.boundaryCost",
        json!({ "uri": URI, "region": "lookup" }),
    )
    .unwrap();
    // Linked; what is open would have parts that need each other.
    assert_eq!(cost["plans"].as_array().unwrap().len(), 1);
    assert!(
        cost["message"].as_str().unwrap().contains("cannot be: "),
        "{cost}"
    );
    let proved = run(&mut client, "attnc.prove", json!({ "uri": URI })).unwrap();
    assert!(proved["bytes"].as_u64().unwrap() > 1000, "{proved}");
    client.hears(
        "window/showMessage",
        "`decode` is proved on inputs drawn with seed 0",
    );
    for (command, given, why) in [
        (
            "attnc.boundaryCost",
            json!({ "uri": URI, "plan": "none" }),
            "there is no plan `none`",
        ),
        (
            "attnc.boundaryCost",
            json!({ "uri": URI, "region": "none" }),
            "there is no region `none`",
        ),
        ("attnc.boundaryCost", json!({ "plan": "none" }), "a `uri`"),
        (
            "attnc.prove",
            json!({ "uri": URI, "input": "nowhere.json" }),
            "nowhere.json",
        ),
        ("attnc.prove", json!({ "uri": URI, "seed": "x" }), "`seed`"),
        ("attnc.other", json!({ "uri": URI }), "no command"),
    ] {
        let (_, said) = run(&mut client, command, given).unwrap_err();
        assert!(said.contains(why), "{said}");
    }
    client.change(URI, 3, "circuit c {");
    assert!(run(&mut client, "attnc.prove", json!({ "uri": URI })).is_err());
}

/// What is open counts, before it is saved.
#[test]
fn a_file_that_is_used_is_read_from_the_editor_or_the_disk() {
    let folder = std::env::temp_dir().join(format!("attnc-lsp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let library = "// Doubles.\ndef twice(x) -> y { y = 2 * x }\n";
    std::fs::write(folder.join("a b.attn"), library).unwrap();
    let address = |name: &str| format!("file://{}/{name}", folder.display());
    let (program, used) = (address("p.attn"), address("a%20b.attn"));
    let text =
        "use \"a b.attn\"\ncircuit c { private input x : 0..9 public output y y = twice(x) }\n";
    let mut client = Client::start();
    client.open(&program, text);
    assert_eq!(client.wrong(&program, 1), Vec::<Value>::new());
    let call = find(text, "twice");
    let place = client
        .at("textDocument/definition", &program, call.clone())
        .unwrap();
    assert_eq!(place[0]["uri"], used);
    assert_eq!(marked(library, &place[0]["range"]), "twice");
    let hover = client
        .at("textDocument/hover", &program, call.clone())
        .unwrap();
    assert!(hover["contents"]["value"]
        .as_str()
        .unwrap()
        .contains("Doubles"));
    // The library has another name now, in the editor alone.
    client.told.clear();
    client.open(&used, &library.replace("twice", "thrice"));
    assert_eq!(client.wrong(&used, 1), Vec::<Value>::new());
    let wrong = client.wrong(&program, 1);
    assert_eq!(wrong[0]["code"], "E025");
    client.told.clear();
    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": used } }),
    );
    assert_eq!(client.wrong(&program, 1), Vec::<Value>::new());
    // An error in the library is shown at its use, and leads there.
    client.told.clear();
    client.open(&used, "def twice(x) -> y { y = 2 * gain }\n");
    let wrong = client.wrong(&program, 1);
    let related = &wrong[0]["relatedInformation"];
    assert_eq!(related[0]["location"]["uri"], used, "{wrong:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
