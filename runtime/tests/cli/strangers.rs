//! Text of strangers on the command line: nothing in it reaches a terminal as it is; files of the wrong
//! kind and wrong arguments are told in words and as JSON.

use attnc_compiler::diagnostic::visible::is_hidden;
use serde_json::Value;

use crate::house::{House, Said, TINY};

/// Clears a screen, turns the direction of writing, and the same in one character of C1.
const HOSTILE: &str = "\u{1b}[2J\u{202e}\u{9b}2J\u{2066}";

const SHOWN: &str = "\\u{1b}[2J\\u{202e}\\u{9b}2J\\u{2066}";

pub trait Clean {
    /// What a terminal gets holds nothing but what is seen.
    fn clean(self) -> Self;
}

impl Clean for Said {
    #[track_caller]
    fn clean(self) -> Self {
        for text in [&self.out, &self.err] {
            let hidden = text.chars().find(|&c| c != '\n' && is_hidden(c));
            assert_eq!(hidden, None, "{text:?}");
        }
        self
    }
}

/// The messages of one object with errors.
#[track_caller]
fn messages(said: &Said) -> Vec<String> {
    let object = said.json();
    let errors = object["errors"].as_array().unwrap();
    let message = |error: &Value| error["message"].as_str().unwrap().to_string();
    errors.iter().map(message).collect()
}

#[test]
fn names_and_paths_are_shown_as_escapes() {
    let house = House::tiny();
    let input = format!(r#"{{"ba{HOSTILE}l": [1]}}"#).replace('\u{1b}', "\\u001b");
    house.write("bad.json", input);
    let line = ["run", "tiny.attn", "--input", "bad.json"];
    house
        .run(&line)
        .clean()
        .fails(2, &[&format!("no input `ba{SHOWN}l`")]);
    let said = house.run_with(&line, &["--json"]).clean();
    assert!(messages(&said)[0].contains(HOSTILE), "{}", said.out);

    // Files that are not there, and files that are.
    let name = format!("{HOSTILE}\nrejected: no\n");
    let shown = format!("{SHOWN}\\nrejected: no\\n");
    for verb in ["check", "report", "calibrate"] {
        house.run(&[verb, &name]).clean().fails(2, &[&shown]);
    }
    house.write(&name, TINY.replace("half(x[i])", "hafl(x[i])"));
    house
        .run(&["check", &name])
        .clean()
        .fails(1, &[&format!("{shown}:7:"), "hafl"]);
    let key = house
        .run(&["key", "tiny.attn", "-o", &name])
        .clean()
        .works();
    assert!(
        key.out.starts_with(&format!("{shown}: key of tiny")),
        "{}",
        key.out
    );
    let json = house
        .run(&["key", "tiny.attn", "-o", &name, "--json"])
        .clean()
        .works();
    assert_eq!(json.json()["key"], name.as_str());
    let line = ["verify", "tiny.proof", "--key", &name];
    house.run(&line).clean().works();
    let copy = format!("{HOSTILE}.proof");
    house.write(&copy, house.read("tiny.proof"));
    let said = house
        .run(&["verify", &copy, "--key", "tiny.key"])
        .clean()
        .works();
    assert!(
        said.out
            .starts_with(&format!("{SHOWN}.proof: the proof holds (loaded in ")),
        "{}",
        said.out
    );

    // Arguments that clap repeats, and those that we do.
    for line in [
        vec!["check", "tiny.attn", &copy],
        vec!["check", "tiny.attn", "-p", &copy],
        vec!["check", "tiny.attn", "-p", "n=\u{1b}[2J\n\u{202e}1"],
        vec!["check", "tiny.attn", "-p", "n\u{202e}=1"],
        vec!["check", "tiny.attn", "--plan", &copy],
        vec!["check", "tiny.attn", "--plan", "proof a: * // \u{202e}"],
        vec!["inspect", "tiny.attn", "--security", &copy],
        vec![copy.as_str()],
    ] {
        let text = house.run(&line).clean();
        assert!(text.err.contains("\\u{202e}"), "{line:?}: {}", text.err);
        let json = house.run_with(&line, &["--json"]).clean();
        assert_eq!(messages(&json).len(), 1, "{line:?}: {}", json.out);
    }
}

#[test]
fn a_hostile_proof_or_key_cannot_paint_a_verdict() {
    let house = House::tiny();
    let replaced = |file: &str, from: &[u8], to: &[u8]| {
        let mut bytes = house.read(file);
        let at = bytes
            .windows(from.len())
            .position(|window| window == from)
            .unwrap();
        bytes.splice(at..at + from.len(), to.iter().copied());
        bytes
    };
    // The circuit's name, and the plan's, in a statement.
    for (from, to) in [
        ("tiny", "\u{1b}[2J"),
        ("tiny", "t\n\u{85}"),
        ("fused", "\u{1b}\n\r\u{85}"),
    ] {
        house.write(
            "bad.proof",
            replaced("tiny.proof", from.as_bytes(), to.as_bytes()),
        );
        let line = ["verify", "bad.proof", "--key", "tiny.key"];
        let said = house.run(&line).clean();
        said.fails(1, &["rejected: "]);
        let lines: Vec<&str> = said.out.lines().collect();
        assert!(
            lines.len() == 2 && lines[1].starts_with("  (loaded in "),
            "{}",
            said.out
        );
        let json = house.run_with(&line, &["--json"]).clean();
        assert_eq!(json.json()["verified"], false);
    }
    for (from, to) in [
        ("\"tiny\"", "\"\\u001b[2J\\n\""),
        ("\"fused\"", "\"\u{202e}\""),
    ] {
        house.write(
            "bad.key",
            replaced("tiny.key", from.as_bytes(), to.as_bytes()),
        );
        let said = house
            .run(&["verify", "tiny.proof", "--key", "bad.key"])
            .clean();
        assert_ne!(said.code, 0);
    }
    // A context is the prover's own text.
    let line = ["prove", "tiny.attn", "--input", "in.json", "--context"];
    let context = format!("fine\n\nverified{HOSTILE}");
    house.run_with(&line, &[&context]).clean().works();
    let said = house
        .run(&["verify", "tiny.proof", "--key", "tiny.key"])
        .clean()
        .works();
    assert!(said.out.contains("fine\\n\\nverified"), "{}", said.out);
    let line = ["verify", "tiny.proof", "--key", "tiny.key", "--json"];
    let said = house.run(&line).clean().works();
    assert_eq!(said.json()["statement"]["context"], context.as_str());
}

#[test]
fn what_is_read_of_a_source_is_what_is_seen() {
    let house = House::new();
    let plain = TINY.replace('\n', "\r\n");
    house.write("crlf.attn", &plain);
    house.run(&["check", "crlf.attn"]).works();
    house.write("bad.attn", plain.replace("half(x[i])", "hafl(x[i])"));
    house
        .run(&["check", "bad.attn"])
        .clean()
        .fails(1, &["bad.attn:7:17"]);
    // A comment that hides what follows it from a reader, or from attnc.
    for (hidden, code) in [
        ("\r", "E005"),
        ("\u{202e}", "E005"),
        ("\u{1b}[2J", "E005"),
        ("\u{2028}", "E005"),
    ] {
        let source = TINY.replacen('\n', &format!(" // a{hidden} comment\n"), 1);
        house.write("bad.attn", source);
        let said = house.run(&["check", "bad.attn"]).clean();
        said.fails(1, &[code, "bad.attn:1:"]);
    }
    house.write("bad.attn", TINY.replace('\n', "\r"));
    house
        .run(&["check", "bad.attn"])
        .clean()
        .fails(1, &["E005", "line feed"]);
    house.write("bad.attn", TINY.replace("x[n] :", "x[n]\u{a0}:"));
    let said = house.run(&["check", "bad.attn"]).clean();
    said.fails(1, &["bad.attn:3:23", "a no-break space"]);
}

#[test]
fn wrong_arguments_are_an_object_too() {
    let house = House::tiny();
    for line in [
        &["check", "tiny.attn", "--json", "-p", "count=x"][..],
        &["--json", "check", "tiny.attn", "-p", "count=x"],
        &["check", "--json"],
        &["chekc", "tiny.attn", "--json"],
        &["--json"],
        &["prove", "tiny.attn", "--context", "--json"],
        &["inspect", "tiny.attn", "--nothing", "--json"],
    ] {
        let said = house.run(line);
        assert_eq!((said.code, said.err.as_str()), (2, ""), "{line:?}");
        assert_eq!(messages(&said).len(), 1, "{line:?}");
        assert!(!messages(&said)[0].contains("error:"), "{}", said.out);
    }
    let said = house.run(&["check", "tiny.attn", "--json", "-p", "count=x"]);
    assert!(
        messages(&said)[0].contains("`x` is not an integer"),
        "{}",
        said.out
    );
    let said = house.run(&["inspect", "tiny.attn", "--nothing", "--json"]);
    assert!(said.out.contains("Usage: attnc inspect"), "{}", said.out);
    // A value, and what is no flag any more.
    for line in [
        &["chekc", "--context=--json"][..],
        &["check", "tiny.attn", "--", "--json"],
    ] {
        let said = house.run(line);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{line:?}");
        assert!(said.err.starts_with("error: "), "{}", said.err);
    }
    let help = house.run(&["check", "--help", "--json"]).works();
    assert!(help.out.contains("Usage: attnc check"), "{}", help.out);
    let version = house.run(&["--version"]).works();
    assert!(version.out.starts_with("attnc "), "{}", version.out);
}

#[test]
fn a_closed_pipe_is_no_error() {
    let house = House::tiny();
    for script in [
        "\"$ATTNC\" check tiny.attn | true",
        "\"$ATTNC\" check none.attn 2>&1 | true",
        "\"$ATTNC\" inspect tiny.attn --security seed --json 2>&1 | true",
        "\"$ATTNC\" --help | true",
        "\"$ATTNC\" prove tiny.attn --input in.json --security seed 2>&1 >/dev/null | true",
    ] {
        let said = house.shell(script, &[]).works();
        assert_eq!(
            (said.out, said.err),
            (String::new(), String::new()),
            "{script}"
        );
    }
}

#[test]
fn a_file_of_another_kind_is_named() {
    let house = House::tiny();
    house
        .run(&["jobs", "tiny.attn", "--input", "in.json", "-o", "jobs.json"])
        .works();
    for (line, code, parts) in [
        (
            &["report", "tiny.attn"][..],
            2,
            ["tiny.attn is not the file of a study, but a program"],
        ),
        (
            &["report", "tiny.proof"],
            2,
            ["tiny.proof is not the file of a study, but a proof"],
        ),
        (
            &["check", "tiny.key"],
            1,
            ["tiny.key is a verifying key, not a program"],
        ),
        (
            &["check", "tiny.proof"],
            1,
            ["tiny.proof is a proof, not a program"],
        ),
        (
            &["check", "in.json"],
            1,
            ["in.json is a JSON file, not a program"],
        ),
        (
            &["check", "jobs.json"],
            1,
            ["jobs.json is a list of jobs, not a program"],
        ),
        (
            &["prove", "tiny.proof", "--input", "in.json"],
            1,
            ["is a proof, not a program"],
        ),
        (
            &["verify", "tiny.key", "--key", "tiny.key"],
            1,
            ["this is a verifying key, not a proof file"],
        ),
        (
            &["verify", "tiny.attn", "--key", "tiny.key"],
            1,
            ["this is a program, not a proof file"],
        ),
        (
            &["verify", "tiny.proof", "--key", "tiny.proof"],
            2,
            ["tiny.proof is a proof, not a verifying key"],
        ),
        (
            &["verify", "tiny.proof", "--key", "tiny.attn"],
            2,
            ["tiny.attn is a program, not a verifying key"],
        ),
        (
            &["join", "tiny.key", "--key", "tiny.key"],
            1,
            ["this is a verifying key, not a proof file"],
        ),
        (
            &["run", "tiny.attn", "--input", "tiny.attn"],
            2,
            ["this is a program, not an input file"],
        ),
        (
            &["run", "tiny.attn", "--input", "tiny.key"],
            2,
            ["this is a verifying key, not an input file"],
        ),
        (
            &["prove", "tiny.attn", "--input", "tiny.proof"],
            2,
            ["this is a proof, not an input file"],
        ),
    ] {
        house.run(line).fails(code, &parts);
    }
    let said = house.run(&["verify", "tiny.key", "--key", "tiny.key", "--json"]);
    assert_eq!(
        (said.code, &said.json()["verified"]),
        (1, &Value::Bool(false))
    );
}
