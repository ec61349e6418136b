//! The first hour: a new program whose README works as it is printed, help, colours, completions and
//! the manual.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::house::{House, Said, TINY};

/// Runs a line of a README in a folder.
#[track_caller]
fn typed(folder: &Path, line: &str) -> Said {
    let words = shell_words::split(line.split('#').next().unwrap()).unwrap();
    assert_eq!(words[0], "attnc");
    let mut command = Command::new(env!("CARGO_BIN_EXE_attnc"));
    Said::of(command.args(&words[1..]).current_dir(folder))
}

fn commands(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("    "));
    lines.filter(|line| line.starts_with("attnc ")).collect()
}

#[test]
fn a_new_program_works_as_its_readme_says() {
    for from in ["head", "decode", "matmul", "block"] {
        let house = House::new();
        let said = house.run(&["new", "my-own", "--from", from]).works();
        assert!(said
            .out
            .starts_with("made my-own: my-own.attn, input.json, README.md\n"));
        house.holds_only(&["my-own"]);
        assert_eq!(
            house.names("my-own"),
            ["README.md", "input.json", "my-own.attn"]
        );
        let readme = String::from_utf8(house.read("my-own/README.md")).unwrap();
        let lines = commands(&readme);
        assert_eq!(lines, commands(&said.out));
        assert_eq!(lines.len(), 5);
        let verbs: Vec<&str> = lines
            .iter()
            .map(|line| line.split(' ').nth(1).unwrap())
            .collect();
        assert_eq!(verbs, ["check", "run", "key", "prove", "verify"]);
        let folder = house.path("my-own");
        for line in lines {
            let said = typed(&folder, line).works();
            assert!(!said.out.is_empty(), "{line}");
        }
        let made = [
            "README.md",
            "input.json",
            "my-own.attn",
            "my_own.key",
            "my_own.proof",
        ];
        assert_eq!(house.names("my-own"), made);
        // What is drawn is what `sample` draws.
        let sampled = typed(&folder, "attnc sample my-own.attn --seed 0").works();
        assert_eq!(sampled.out.as_bytes(), house.read("my-own/input.json"));
    }
}

#[test]
fn a_new_program_is_a_head_and_says_so_to_programs() {
    let house = House::new();
    let said = house.run(&["new", "deep/er", "--json"]);
    said.fails(2, &["cannot make deep/er"]);
    std::fs::create_dir(house.path("deep")).unwrap();
    let object = house.run(&["new", "deep/er", "--json", "--seed", "7"]);
    let object = object.works().json();
    assert_eq!(object["folder"], "deep/er");
    assert_eq!(object["from"], "head");
    assert_eq!(object["circuit"], "er");
    assert_eq!(
        object["files"],
        json!(["er.attn", "input.json", "README.md"])
    );
    let commands = object["commands"].as_array().unwrap();
    assert_eq!(commands[4], "attnc verify er.proof --key er.key");
    for command in commands {
        typed(&house.path("deep/er"), command.as_str().unwrap()).works();
    }
    let other = house.run(&["new", "other", "--seed", "8"]);
    other.works();
    assert_ne!(
        house.read("other/input.json"),
        house.read("deep/er/input.json")
    );
}

#[test]
fn a_name_that_is_none_and_a_folder_that_is_there_stay_as_they_are() {
    let house = House::new();
    for name in [
        "1head",
        "a b",
        "",
        ".",
        "..",
        "-x=y",
        "a/",
        "caf\u{e9}",
        "a.attn",
        "x\u{1b}[2J",
    ] {
        // With `--`, since a name may look like a flag.
        let said = house.run(&["new", "--", name]);
        match name {
            // A separator at the end is how a shell completes a folder.
            "a/" => drop(said.works()),
            "" => said.fails(2, &["NAME"]),
            _ => said.fails(2, &["is no name for a program", "with a letter first"]),
        }
        assert!(!format!("{:?}", house.names("")).contains(".part"));
    }
    house.holds_only(&["a"]);
    house.write("a/kept", "mine");
    for there in ["a", "a/kept"] {
        house
            .run(&["new", there])
            .fails(2, &["is there already", "choose another name"]);
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", house.path("link")).unwrap();
        house
            .run(&["new", "link"])
            .fails(2, &["link is there already"]);
    }
    assert_eq!(house.read("a/kept"), b"mine");
    house
        .run(&["new", "b", "--from", "haed"])
        .fails(2, &["head, decode, matmul, block"]);
    house
        .run(&["new", "step"])
        .fails(2, &["`step` is a word of the language", "another name"]);
    assert!(!house.path("step").exists());
}

#[test]
fn help_lists_the_verbs_in_the_order_of_the_way() {
    let house = House::new();
    let help = house.run(&["--help"]).works().out;
    let verbs = help
        .split("Commands:\n")
        .nth(1)
        .unwrap()
        .split("\n\n")
        .next()
        .unwrap();
    let verbs: Vec<&str> = verbs
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let order = [
        "new", "check", "sample", "run", "test", "key", "prove", "verify", "join", "inspect",
    ];
    let order = order
        .into_iter()
        .chain(["emit", "explore", "sweep", "report", "jobs", "audit"]);
    let order = order.chain(["calibrate", "completions", "man"]);
    let places: Vec<usize> = order
        .map(|verb| verbs.iter().position(|there| *there == verb).unwrap())
        .collect();
    assert!(places.is_sorted(), "{verbs:?}");
}

#[test]
fn colours_are_for_terminals_or_for_those_who_ask() {
    let house = House::new();
    house.write("bad.attn", "circuit c() { public output y\n y = z }");
    for line in [
        &["check", "bad.attn"][..],
        &["check", "none.attn"],
        &["chekc"],
        &["run", "--help"],
    ] {
        let has = |more: &[&str]| {
            let said = house.run_with(line, more);
            format!("{}{}", said.out, said.err).contains("\u{1b}[")
        };
        assert!(!has(&[]), "{line:?}");
        assert!(
            !has(&["--color", "auto"]) && !has(&["--color=never"]),
            "{line:?}"
        );
        assert!(
            has(&["--color", "always"]) && has(&["--color=always"]),
            "{line:?}"
        );
        // One object stays one.
        if !line.contains(&"--help") {
            let said = house.run_with(line, &["--json", "--color", "always"]);
            assert!(said.json()["errors"][0]["message"].is_string());
            assert!(!said.out.contains("\u{1b}["));
        }
    }
    let forced = house
        .command(&["check", "bad.attn"])
        .env("CLICOLOR_FORCE", "1")
        .output();
    assert!(!String::from_utf8(forced.unwrap().stderr)
        .unwrap()
        .contains('\u{1b}'));
    house
        .run(&["check", "bad.attn", "--color", "blue"])
        .fails(2, &["auto, always, never"]);
}

#[test]
fn shells_are_told_of_every_verb() {
    let house = House::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = house.run(&["completions", shell]).works();
        for word in ["attnc", "verify", "calibrate", "--min-security", "matmul"] {
            // Elvish and PowerShell complete no values.
            let skipped = word == "matmul" && ["powershell", "elvish"].contains(&shell);
            let word = word.trim_start_matches("--");
            assert!(skipped || said.out.contains(word), "{shell}: {word}");
        }
        let object = house.run(&["completions", shell, "--json"]).works().json();
        assert_eq!(object["script"], said.out);
    }
    let script = "\"$ATTNC\" completions bash > c && bash -n c && . ./c && complete -p attnc";
    let mut bash = Command::new("bash");
    bash.args(["-c", script])
        .env("ATTNC", env!("CARGO_BIN_EXE_attnc"));
    let said = Said::of(bash.current_dir(house.path("."))).works();
    assert!(said.out.contains("_attnc"), "{}", said.out);
    house.run(&["completions"]).fails(2, &["<SHELL>"]);
    house
        .run(&["completions", "csh"])
        .fails(2, &["bash", "zsh", "fish"]);
}

#[test]
fn the_manual_has_a_page_for_every_verb() {
    let house = House::new();
    let page = house.run(&["man"]).works().out;
    assert!(
        page.contains(".TH attnc 1") && page.contains("attnc\\-verify(1)"),
        "{page}"
    );
    let said = house.run(&["man", "-o", "pages"]).works();
    assert!(said.out.starts_with("pages: "), "{}", said.out);
    assert_eq!(house.read("pages/attnc.1"), page.as_bytes());
    let object = house.run(&["man", "-o", "pages", "--json"]).works().json();
    let mut pages = object["pages"].as_array().unwrap().clone();
    pages.sort_by_key(|page| page.to_string());
    assert_eq!(json!(pages), json!(house.names("pages")));
    let verify = String::from_utf8(house.read("pages/attnc-verify.1")).unwrap();
    assert!(verify.contains("min\\-security"), "{verify}");
    house.write("file", "");
    house
        .run(&["man", "-o", "file"])
        .fails(2, &["cannot make file"]);
}

#[test]
fn a_file_that_was_forgotten_can_be_made() {
    let house = House::new();
    house.write("tiny.attn", TINY);
    let tip = "attnc sample FILE -o input.json draws an input";
    for verb in ["run", "prove"] {
        house
            .run(&[verb, "tiny.attn"])
            .fails(2, &["--input <FILE>", &format!("\n  tip: {tip}\n")]);
        let said = house.run(&[verb, "tiny.attn", "--json"]);
        assert!(said.json()["errors"][0]["hints"][0]
            .as_str()
            .unwrap()
            .contains(tip));
    }
    let said = house.run(&["verify", "tiny.proof", "--color", "always"]);
    said.fails(2, &["attnc key FILE makes the key", "\u{1b}["]);
}
