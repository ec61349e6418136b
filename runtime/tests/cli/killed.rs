//! A run that is killed leaves whole files or none.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::halves::{halves, SEED};
use crate::house::{House, TINY};

/// Every run is killed so many times, at moments spread over what it takes.
const KILLS: u32 = 12;

/// Starts attnc and kills it after a while, if it has not ended by then.
fn killed_after(house: &House, line: &[&str], time: Duration) {
    let mut command = house.command(line);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Runs a line whole, then kills it at moments spread over the time that it took; `after` sees to
/// what each has left.
fn killed_all_over(house: &House, line: &[&str], mut after: impl FnMut(u32)) {
    let start = Instant::now();
    house.run(line).works();
    let whole = start.elapsed();
    for kill in 0..KILLS {
        killed_after(house, line, whole * (2 * kill + 1) / (2 * KILLS));
        after(kill);
    }
}

/// Whether a name is one that a file has until it is whole.
fn is_unfinished(name: &str, of: &str) -> bool {
    name.starts_with(&format!(".{of}.")) && name.ends_with(".part")
}

#[test]
fn a_killed_prove_leaves_a_whole_proof_or_none() {
    let house = House::tiny();
    let before = house.names("");
    let line = ["prove", "tiny.attn", "--input", "in.json", "-o", "x.proof"];
    let verify = ["verify", "x.proof", "--key", "tiny.key"];
    killed_all_over(&house, &line, |kill| {
        for name in house.names("") {
            let known = before.contains(&name) || name == "x.proof";
            assert!(known || is_unfinished(&name, "x.proof"), "{kill}: {name}");
        }
        // Those with an even number find an older proof, the others none.
        if house.path("x.proof").exists() {
            house.run(&verify).works();
        }
        match kill % 2 {
            0 => std::fs::remove_file(house.path("x.proof")).unwrap_or_default(),
            _ => {
                house.run(&line).works();
                house.run(&verify).works();
            }
        }
    });
}

#[test]
fn a_killed_join_leaves_a_whole_set_or_none() {
    let house = halves();
    let before = house.names("");
    let line = [
        "join", "--key", "k.key", "a.proof", "b.proof", "-o", "x.proof",
    ];
    let verify = || {
        house
            .run_with(&["verify", "x.proof", "--whole"], &SEED)
            .works()
    };
    killed_all_over(&house, &line, |kill| {
        for name in house.names("") {
            let known = before.contains(&name) || name == "x.proof";
            assert!(known || is_unfinished(&name, "x.proof"), "{kill}: {name}");
        }
        if house.path("x.proof").exists() {
            verify();
            std::fs::remove_file(house.path("x.proof")).unwrap();
        }
    });
    house.run(&line).works();
    verify();
}

#[test]
fn a_killed_sweep_leaves_a_whole_study_and_goes_on() {
    let house = House::new();
    house.write("tiny.attn", TINY.replace("assert[i in n] x[i] >= 1", ""));
    let line = [
        "sweep",
        "tiny.attn",
        "-p",
        "n=3,5,7",
        "--security",
        "seed",
        "-o",
    ];
    let study = |folder: &str| -> serde_json::Value {
        let bytes = house.read(&format!("{folder}/study.json"));
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{folder}: {error}"))
    };
    let rows = |folder: &str| study(folder)["rows"].as_array().unwrap().clone();
    let start = Instant::now();
    house.run_with(&line, &["whole"]).works();
    let whole = start.elapsed();
    assert_eq!(rows("whole").len(), 3);
    for kill in 0..KILLS {
        let folder = format!("cut{kill}");
        let line = [&line[..], &[&folder]].concat();
        killed_after(&house, &line, whole * (2 * kill + 1) / (2 * KILLS));
        let mut left = Vec::new();
        if house.path(&folder).join("study.json").exists() {
            // What is there is a study: rows of cells that are done, and a page can be made.
            left = rows(&folder);
            let report = ["report", &folder, "-o", "page.html"];
            match left.len() {
                0 => house.run(&report).fails(2, &["has no rows yet"]),
                _ => house.run(&report).works().fails(0, &["page.html"]),
            }
        }
        // As if it had been killed while it wrote, which takes no time.
        if house.path(&folder).is_dir() {
            for name in [".study.json.k1l2m3.part", ".study.csv.k1l2m3.part"] {
                house.write(&format!("{folder}/{name}"), "{");
            }
        }
        house.run(&line).works();
        let all = rows(&folder);
        for (kept, row) in left.iter().zip(&all) {
            assert_eq!(
                [&kept["params"], &kept["measured"]],
                [&row["params"], &row["measured"]]
            );
        }
        assert!(all.len() == 3 && all.iter().all(|row| row["status"] == "done"));
        assert_eq!(house.names(&folder), ["study.csv", "study.json"]);
    }
}
