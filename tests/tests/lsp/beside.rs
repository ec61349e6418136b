//! Hints and their settings, lenses and their commands, and files that a program uses.

use serde_json::{json, Value};

use super::client::{marked, Client};
use super::{find, opened, DECODE, URI};

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

/// Who cannot be told to ask again has hints with the first question.
#[test]
fn hints_wait_for_the_check_where_they_must() {
    let mut client = Client::start();
    let params = json!({ "textDocument": { "uri": URI }, "range": {
        "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } } });
    client.open(URI, DECODE);
    let hints = client
        .ask("textDocument/inlayHint", params.clone())
        .unwrap();
    assert!(hints.to_string().contains(": 0..=8"), "{hints}");
    // Whatever becomes of the text, each question has one answer.
    for version in 2..6 {
        client.change(URI, version, DECODE);
        let first = client.send("textDocument/inlayHint", params.clone());
        let second = client.send("textDocument/inlayHint", params.clone());
        client.tell("$/cancelRequest", json!({ "id": 0 }));
        client.change(URI, version + 10, DECODE);
        for id in [first, second] {
            assert!(client.answer(&id).unwrap().to_string().contains(": 0..=8"));
        }
    }
    client.change(URI, 20, DECODE);
    let last = client.send("textDocument/inlayHint", params);
    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": URI } }),
    );
    // Before or after it is closed.
    match client.answer(&last) {
        Ok(hints) => assert!(hints.to_string().contains(": 0..=8")),
        Err((_, why)) => assert!(why.contains("not open"), "{why}"),
    }
}

const TESTED: &str = "circuit c(n = 2) {
    private input x[n] : 0..=9
    public output y[n]
    y[i in n] = 2 * x[i]
}
test \"right\" { x = [1, 2]  expect y == [2, 4] }
test \"wrong\" (n = 3) { sample 20 seed 5  expect y[i] < 12 }
";

#[test]
fn a_test_is_run_as_the_command_runs_it() {
    let mut client = opened(TESTED);
    let lenses = client.whole("textDocument/codeLens", URI).unwrap();
    let lenses = lenses.as_array().unwrap();
    let tests = lenses
        .iter()
        .filter(|lens| lens["command"]["command"] == "attnc.runTest");
    let tests: Vec<&Value> = tests.collect();
    assert_eq!(tests.len(), 2, "{lenses:?}");
    assert_eq!(marked(TESTED, &tests[1]["range"]), "wrong");
    let given = tests[1]["command"]["arguments"][0].clone();
    let run = |client: &mut Client, given: Value| {
        let params = json!({ "command": "attnc.runTest", "arguments": [given] });
        client.ask("workspace/executeCommand", params)
    };
    let ran = run(&mut client, given).unwrap();
    assert_eq!((&ran["passed"], &ran["failed"]), (&json!(0), &json!(1)));
    let suite = attnc::Suite::parse("", TESTED).unwrap();
    let outcome = suite.run_one(1);
    let failed = outcome.failed.unwrap();
    assert_eq!(ran["tests"][0]["seed"], json!(failed.seed));
    assert_eq!(ran["tests"][0]["runs"], json!(outcome.runs));
    assert_eq!(ran["tests"][0]["errors"][0]["code"], "E121");
    client.hears("window/showMessage", "`wrong` FAILED: this is not so");
    let all = run(&mut client, json!({ "uri": URI })).unwrap();
    assert_eq!((&all["passed"], &all["failed"]), (&json!(1), &json!(1)));
    client.hears("window/showMessage", "`right` passed.");
    let (_, why) = run(&mut client, json!({ "uri": URI, "test": "none" })).unwrap_err();
    assert!(why.contains("there is no test `none`"), "{why}");
    // What stands in the editor is run, not what is on the disk.
    client.change(URI, 2, &TESTED.replace("2 * x", "3 * x"));
    let changed = run(&mut client, json!({ "uri": URI, "test": "right" })).unwrap();
    assert_eq!(changed["tests"][0]["unmet"][0]["mismatches"][0]["got"], 3);
    client.change(URI, 3, &TESTED.replace("{ x = [1, 2]", "{ x = [1, 2"));
    let (_, why) = run(&mut client, json!({ "uri": URI })).unwrap_err();
    assert!(!why.is_empty());
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
    for (command, count) in [
        ("attnc.prove", 1),
        ("attnc.boundaryCost", 3),
        ("attnc.runTest", 2),
    ] {
        let found = commands.iter().filter(|it| it["command"] == command);
        assert_eq!(found.count(), count, "{command}: {commands:?}");
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
        cost["message"]
            .as_str()
            .unwrap()
            .starts_with("`lookup` apart, linked: 2 proofs in 1 part, ")
            && cost["message"]
                .as_str()
                .unwrap()
                .contains("`lookup` apart, open cannot be: "),
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
