//! Sweeps: what a study holds, how it goes on after any end, and what is refused.

use std::ops::Deref;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::house::{House, Said};

const PROGRAM: &str = "circuit tiny(n = 3, top = 8) {
    table half(x in 0..=8) = floor(x / 2)
    private input x[n] : 0..=top
    public output y[n]
    z[i in n] = half(x[i])
    y[i in n] = z[i] + 1
    region looked { z }
    plan fused { proof all: * }
    plan split { proof rest: * - looked  proof lookups: looked }
}";

/// A house in which sweeps run. Their lines are given as one text.
struct Sweeps(House);

impl Deref for Sweeps {
    type Target = House;
    fn deref(&self) -> &House {
        &self.0
    }
}

impl Sweeps {
    fn new() -> Self {
        let house = House::new();
        house.write("tiny.attn", PROGRAM);
        Self(house)
    }

    fn run(&self, line: &str) -> Said {
        self.0.run(&line.split(' ').collect::<Vec<_>>())
    }

    fn start(&self, line: &str) -> Child {
        let mut command = self.command(&line.split(' ').collect::<Vec<_>>());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    fn study(&self, folder: &str) -> Value {
        let bytes = std::fs::read(self.path(folder).join("study.json")).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    fn rows(&self, folder: &str) -> Vec<Value> {
        self.study(folder)["rows"].as_array().unwrap().clone()
    }

    /// Every line of the CSV by column.
    fn csv(&self, folder: &str) -> Vec<std::collections::BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.path(folder).join("study.csv")).unwrap();
        let names = reader.headers().unwrap().clone();
        let lines = reader.records().map(|line| {
            let line = line.unwrap();
            let pairs = names.iter().zip(line.iter());
            pairs
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect()
        });
        lines.collect()
    }

    /// Waits until a study has so many rows.
    fn wait_for(&self, folder: &str, rows: usize) {
        let start = Instant::now();
        while !self.path(folder).join("study.json").exists() || self.rows(folder).len() < rows {
            assert!(start.elapsed() < Duration::from_secs(120), "no {rows} rows");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Without what no two measurements have in common.
fn timeless(mut study: Value) -> Value {
    for row in study["rows"].as_array_mut().unwrap() {
        if let Some(measured) = row["measured"].as_object_mut() {
            measured.retain(|name, _| !name.ends_with("_ms") && name != "memory_bytes");
        }
        row["fused_over_this"]["prove_ms"] = Value::Null;
    }
    study["runs"] = Value::Null;
    study
}

#[test]
fn a_grid_is_measured_in_order_and_compared() {
    let house = Sweeps::new();
    let line = "sweep tiny.attn -p n=4,9 -p top=8,7 --security seed -o study";
    let text = house.run(line).works().text();
    assert!(
        text.contains("8 of 8 cells done, 0 failed, 0 skipped"),
        "{text}"
    );
    let rows = house.rows("study");
    let places = rows.iter().map(|row| {
        let params = &row["params"];
        format!(
            "{} {} {}",
            params["n"],
            params["top"],
            row["plan"].as_str().unwrap()
        )
    });
    let places: Vec<String> = places.collect();
    assert_eq!(
        places,
        [
            "4 8 fused",
            "4 8 split",
            "4 7 fused",
            "4 7 split",
            "9 8 fused",
            "9 8 split",
            "9 7 fused",
            "9 7 split"
        ]
    );
    for (row, line) in rows.iter().zip(house.csv("study")) {
        let (measured, structure) = (&row["measured"], &row["structure"]);
        assert_eq!(row["status"], "done");
        assert_eq!(structure["lookup_claims"], row["params"]["n"]);
        for (name, value) in [
            ("n", &row["params"]["n"]),
            ("lookup_claims", &structure["lookup_claims"]),
            ("proofs", &structure["proofs"]),
            ("packed_bytes", &measured["packed_bytes"]),
            ("fri_samples_bytes", &measured["breakdown"]["fri_samples"]),
            ("prove_ms", &measured["prove_ms"]),
            ("memory_bytes", &measured["memory_bytes"]),
            ("growth_n_packed_bytes", &row["growth"]["n"]["packed_bytes"]),
        ] {
            let shown = match value {
                Value::Null => String::new(),
                _ => value.to_string(),
            };
            let same = match (line[name].parse::<f64>(), value.as_f64()) {
                (Ok(one), Some(other)) => one == other,
                _ => line[name] == shown,
            };
            assert!(same, "{name}: {} {shown}", line[name]);
        }
        // The parts of the bytes are the bytes, but for claims and lengths.
        let parts = measured["breakdown"].as_object().unwrap().values();
        let parts: u64 = parts.map(|part| part.as_u64().unwrap()).sum();
        let packed = measured["packed_bytes"].as_u64().unwrap();
        assert!(parts < packed && packed < parts + 1000, "{parts} {packed}");
    }
    let bytes = |row: usize| rows[row]["measured"]["packed_bytes"].as_f64().unwrap();
    let close = |value: &Value, expected: f64| {
        assert!(
            (value.as_f64().unwrap() - expected).abs() < 1e-6,
            "{value} {expected}"
        );
    };
    close(
        &rows[1]["fused_over_this"]["packed_bytes"],
        bytes(0) / bytes(1),
    );
    assert_eq!(rows[0]["fused_over_this"]["packed_bytes"], Value::Null);
    // The next smaller value, wherever its row stands.
    close(&rows[5]["growth"]["n"]["packed_bytes"], bytes(5) / bytes(1));
    close(&rows[5]["growth"]["n"]["lookup_claims"], 9.0 / 4.0);
    close(
        &rows[4]["growth"]["top"]["packed_bytes"],
        bytes(4) / bytes(6),
    );
    assert_eq!(rows[6]["growth"]["top"]["from"], Value::Null);

    // A row's command gives the row again.
    let command = rows[5]["command"].as_str().unwrap();
    let (sample, prove) = command.split_once(" && ").unwrap();
    assert!(
        sample.starts_with("attnc sample tiny.attn -p n=9 -p top=8 -o in.json"),
        "{sample}"
    );
    house.run(sample.strip_prefix("attnc ").unwrap()).works();
    let printed = house
        .run(prove.strip_prefix("attnc ").unwrap())
        .works()
        .text();
    let printed: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(
        printed["lookup_claims"],
        rows[5]["structure"]["lookup_claims"]
    );
    assert_eq!(printed["plan"], "split");

    // Nothing is proved again, and more is added.
    let printed = house.run(&format!("{line} --json")).works().text();
    assert!(printed.contains("\"kept\":8"), "{printed}");
    assert_eq!(house.rows("study"), rows);
    let more = line.replace("n=4,9", "n=9,16").replace("seed", "seed,fast");
    house.run(&more).works();
    let extended = house.rows("study");
    assert_eq!(extended[1], rows[1]);
    assert_eq!(extended.len(), 8 + 12);
    let runs = house.study("study")["runs"].as_array().unwrap().len();
    assert_eq!(runs, 2);
    let last = &extended[extended.len() - 1];
    assert_eq!(
        (&last["params"]["n"], &last["growth"]["n"]["from"]),
        (&16.into(), &9.into())
    );
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_study() {
    let house = Sweeps::new();
    let whole = "sweep tiny.attn -p n=3,5,7,9,11 --security seed -o";
    house.run(&format!("{whole} whole")).works();
    let line = format!("{whole} cut");
    // Once without warning, once asked to.
    let mut killed = house.start(&line);
    house.wait_for("cut", 2);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let left = house.rows("cut").len();
    assert!((2..10).contains(&left), "{left}");
    assert!(house.csv("cut").len().abs_diff(left) <= 1);
    house.run("report cut -o left.html").works();

    if cfg!(unix) {
        let asked = house.start(&line);
        house.wait_for("cut", left + 1);
        let pid = asked.id().to_string();
        assert!(Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success());
        let ended = asked.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(
            said.contains("of 10 cells") && said.contains("goes on"),
            "{said}"
        );
        assert!(house.rows("cut").len() < 10);
    }
    // As if it had been killed while it wrote.
    std::fs::write(house.path("cut/.study.json.x1y2z3.part"), "{").unwrap();
    house.run(&line).works();
    assert_eq!(timeless(house.study("cut")), timeless(house.study("whole")));
    let mut files: Vec<_> = std::fs::read_dir(house.path("cut"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["study.csv", "study.json"]);
}

#[test]
fn cells_that_cannot_be_proved_say_why() {
    let house = Sweeps::new();
    // Too large for the memory that is allowed, then not.
    let line = "sweep tiny.attn --plans fused --security seed -o study";
    let text = house.run(&format!("{line} --memory 0.0001")).works().text();
    assert!(
        text.contains("0 of 1 cells done, 0 failed, 1 skipped"),
        "{text}"
    );
    let row = &house.rows("study")[0];
    assert_eq!(row["status"], "skipped");
    assert!(row["reason"]
        .as_str()
        .unwrap()
        .contains("--memory allows 0.0 GiB"));
    assert!(row["structure"]["columns"].as_u64().unwrap() > 0 && row["measured"].is_null());
    house.run(line).works();
    assert_eq!(house.rows("study")[0]["status"], "done");

    // A shape that does not compile, and inputs that an assertion refuses: the others are proved.
    house.write(
        "odd.attn",
        PROGRAM.replace("region", "assert[i in n] x[i] <= n + 3\n    region"),
    );
    let said = house.run("sweep odd.attn -p n=0,5,1 --seed 3 --plans fused --security seed -o odd");
    said.fails(
        1,
        &["1 of 3 cells done, 2 failed", "failed: n=0, fused, seed"],
    );
    let rows = house.rows("odd");
    let status: Vec<_> = rows
        .iter()
        .map(|row| row["status"].as_str().unwrap())
        .collect();
    assert_eq!(status, ["failed", "done", "failed"]);
    assert!(rows
        .iter()
        .all(|row| row["reason"].is_null() == (row["status"] == "done")));
    assert!(rows[0]["structure"].is_null() && rows[2]["structure"].is_object());
    assert!(house.csv("odd")[0]["command"].contains("-p n=0"));
}

#[test]
fn wrong_grids_are_refused_and_leave_nothing() {
    let house = Sweeps::new();
    for (line, parts) in [
        ("-p steps=3", &["no parameter `steps`"] as &[&str]),
        ("-p n=", &["`n` has no values"]),
        ("-p n", &["name=value"]),
        ("-p n=3,x", &["`x` is not an integer"]),
        ("-p n=3,4,3", &["the value 3 twice"]),
        ("-p n=3 -p n=4", &["`n` is given twice"]),
        (
            "--plans fused,spilt",
            &["no plan `spilt`", "did you mean `split`"],
        ),
        ("--plans fused,", &["has no name"]),
        ("--security seed,strong", &["strong"]),
        ("--input none.json", &["none.json"]),
        ("--memory 0", &["GiB"]),
        ("--repeat 0", &["0"]),
    ] {
        house
            .run(&format!("sweep tiny.attn {line} -o study"))
            .fails(2, parts);
        assert!(!house.path("study").exists(), "{line}");
    }
    house
        .run("sweep none.attn -o study")
        .fails(2, &["none.attn"]);
    house
        .run("sweep tiny.attn -o tiny.attn")
        .fails(2, &["is not a folder"]);
}

#[test]
fn studies_are_not_mixed() {
    let house = Sweeps::new();
    let line = "sweep tiny.attn --plans fused --security seed";
    house.run(&format!("{line} -o study")).works();
    let before = std::fs::read(house.path("study/study.json")).unwrap();
    let refused = |line: &str, parts: &[&str]| {
        house.run(&format!("{line} -o study")).fails(2, parts);
        assert_eq!(
            std::fs::read(house.path("study/study.json")).unwrap(),
            before
        );
    };
    house.write("other.attn", PROGRAM.replace("+ 1", "+ 2"));
    refused(
        "sweep other.attn --security seed",
        &["of another program, `tiny` from tiny.attn"],
    );
    refused(
        &format!("{line} --contract unrolled"),
        &["no flags", "`--contract unrolled`"],
    );
    refused(
        &format!("{line} --seed 4"),
        &["inputs of seed 0", "inputs of seed 4"],
    );
    // A comment changes no program.
    house.write("tiny.attn", format!("// tiny\n{PROGRAM}"));
    house.run(&format!("{line} -o study")).works();

    // What is no study stays as it is.
    let text = String::from_utf8(before.clone()).unwrap();
    for (text, said) in [
        (text[..text.len() / 2].to_string(), "cut off"),
        (
            text.replace("\"version\": 2", "\"version\": 7"),
            "version 7",
        ),
        ("{}".to_string(), "not the file of a study"),
        (String::new(), "cut off"),
    ] {
        std::fs::create_dir_all(house.path("broken")).unwrap();
        house.write("broken/study.json", &text);
        house
            .run(&format!("{line} -o broken"))
            .fails(2, &[said, "study.json"]);
        house.run("report broken -o page.html").fails(2, &[said]);
        assert_eq!(
            std::fs::read_to_string(house.path("broken/study.json")).unwrap(),
            text
        );
        assert!(!house.path("page.html").exists());
    }
    std::fs::create_dir(house.path("taken")).unwrap();
    house.write("taken/study.csv", "mine");
    house
        .run(&format!("{line} -o taken"))
        .fails(2, &["study.csv is there, but no study.json"]);
    house
        .run("report nowhere")
        .fails(2, &["there is no study at nowhere"]);
}
