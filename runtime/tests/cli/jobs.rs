//! `jobs`: a plan proved by make, and nothing but its jobs run.

use std::process::Command;

use serde_json::Value;

use super::parts::{decode, HALVES, SMALL};
use super::strangers::Clean;
use crate::house::{House, Said};

#[test]
fn jobs_prove_a_plan_with_make_and_say_what_they_need() {
    let (house, decode) = decode();
    let line = ["jobs", &decode, "--input", "in.json", "--plan", HALVES];
    let graph = house.run_with(&line, &SMALL).works().json();
    let names: Vec<&str> = graph["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "key",
            "prove half.0..2",
            "prove half.2..4",
            "join",
            "verify"
        ]
    );
    house
        .run_with(
            &line,
            &[&SMALL[..], &["--format", "make", "-o", "jobs.mk"]].concat(),
        )
        .works();
    let text = String::from_utf8(house.read("jobs.mk")).unwrap();
    assert!(text.contains("jobs/decode.half.0..2.proof:"), "{text}");
    if Command::new("make").arg("--version").output().is_err() {
        println!("skipped: there is no make");
        return;
    }
    let made = Command::new("make")
        .args(["-j2", "-f", "jobs.mk"])
        .arg(format!("ATTNC={}", env!("CARGO_BIN_EXE_attnc")))
        .current_dir(house.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    assert!(made.status.success() && said.contains("verified"), "{said}");
    house
        .run_with(&["jobs", &decode, "--input", "none.json"], &SMALL)
        .fails(2, &["none.json"]);
}

#[test]
fn a_makefile_runs_nothing_but_its_jobs() {
    let house = House::tiny();
    let line = [
        "jobs",
        "tiny.attn",
        "--input",
        "in.json",
        "--format",
        "make",
    ];
    for context in ["a\nX != touch PWNED\n#", "a\r\nb", "\u{1b}[2J", "a\u{85}b"] {
        let said = house.run_with(&line, &["--context", context]).clean();
        said.fails(2, &["make has no way to write", "--format json"]);
        let said = house
            .run_with(&line[..4], &["--context", context])
            .clean()
            .works();
        let jobs = said.json();
        let words = jobs["jobs"][1]["command"].as_array().unwrap();
        assert!(words.contains(&Value::from(context)), "{words:?}");
    }
    for name in [
        "a b.json",
        "a:b.json",
        "a%b.json",
        "a#b.json",
        "a=b.json",
        "a$b.json",
        "~in.json",
        "*.json",
        "a\nb.json",
        "a\\",
        "verify",
        ".PHONY",
        "a\u{202e}.json",
    ] {
        house.write(name, house.read("in.json"));
        let said = house
            .run(&["jobs", "tiny.attn", "--input", name, "--format", "make"])
            .clean();
        said.fails(2, &["make has no way to write the file name"]);
    }
    // What make and a shell would act on in a word comes through them as it is.
    let context = "$(touch PWNED) $$ `touch PWNED` ' \" \\ # % : = ; é";
    let plan = "proof a: *\n  - z // the rest\nproof b: z";
    let more = ["--context", context, "--plan", plan, "-o", "jobs.mk"];
    house.run_with(&line, &more).clean().works();
    let make = |arguments: &[&str]| {
        let mut make = Command::new("make");
        make.args(["-f", "jobs.mk"]).args(arguments);
        make.env("ATTNC", env!("CARGO_BIN_EXE_attnc"));
        Said::of(make.current_dir(house.path("")))
    };
    let said = make(&["-n"]).works();
    assert!(
        said.out.contains("proof a: * - z proof b: z"),
        "{}",
        said.out
    );
    make(&[]).works();
    let line = [
        "verify",
        "jobs/tiny.proof",
        "--key",
        "jobs/tiny.key",
        "--context",
        context,
    ];
    house.run(&line).works();
    assert!(!house.path("PWNED").exists());
    // A context that looks like a flag is none.
    let more = ["--context=--json", "-o", "jobs.mk", "--folder=-out"];
    let line = [
        "jobs",
        "tiny.attn",
        "--input",
        "in.json",
        "--format",
        "make",
    ];
    house.run_with(&line, &more).works();
    make(&[]).works();
    house
        .run(&[
            "verify",
            "./-out/tiny.proof",
            "--key",
            "./-out/tiny.key",
            "--context=--json",
        ])
        .works();
}
