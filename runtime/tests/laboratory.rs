//! Boundaries as experiments, from the command line: parts, joins, jobs, exploring, studies and
//! their page.
#![cfg(feature = "prove")]
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod house;

use std::path::Path;
use std::process::Command;

use house::{example, House};
use serde_json::Value;

const SMALL: [&str; 8] = [
    "-p", "heads=2", "-p", "width=4", "-p", "steps=4", "-p", "bound=4",
];
const HALVES: &str = "proof half: * open steps 0..2 | 2..4";

/// A house with decode's inputs.
fn decode() -> (House, String) {
    let house = House::new();
    let decode = example("decode");
    house
        .run_with(&["sample", &decode, "-o", "in.json"], &SMALL)
        .works();
    (house, decode)
}

#[test]
fn parts_are_proved_apart_verified_apart_and_joined() {
    let (house, decode) = decode();
    let key = ["key", &decode, "--plan", HALVES, "-o", "k.key"];
    house.run_with(&key, &SMALL).works();
    for (part, other) in [("half.0..2", "half.2..4"), ("half.2..4", "half.0..2")] {
        let file = format!("{part}.proof");
        let prove = [
            "prove", "--key", "k.key", "--only", part, "--input", "in.json", "-o", &file,
        ];
        let said = house.run(&prove).works();
        assert!(said.out.contains("only the part"), "{}", said.out);
        let verify = ["verify", &file, "--key", "k.key"];
        let said = house.run(&verify).works();
        for words in [part, &format!("`{other}`"), "not covered"] {
            assert!(said.out.contains(words), "{words}: {}", said.out);
        }
        let object = house.run_with(&verify, &["--json"]).works().json();
        assert_eq!(object["covers"], serde_json::json!([part]));
        assert_eq!(object["missing"], serde_json::json!([other]));
        house
            .run_with(&verify, &["--whole"])
            .fails(1, &["it covers 1 of the plan's 2 parts"]);
    }
    let join = |files: &[&str]| {
        let line = ["join", "--key", "k.key", "-o", "whole.proof"];
        house.run_with(&line, files)
    };
    join(&["half.0..2.proof"]).fails(1, &["no proof of `half.2..4`", "attnc prove --key"]);
    join(&["half.0..2.proof", "half.0..2.proof"]).fails(1, &["is there twice"]);
    join(&["half.0..2.proof", "in.json"]).fails(1, &["in.json", "not a proof file"]);
    join(&["half.0..2.proof", "none.proof"]).fails(2, &["cannot read none.proof"]);
    assert!(!house.path("whole.proof").exists());
    join(&["half.2..4.proof", "half.0..2.proof"]).works();
    let verify = ["verify", "whole.proof", "--key", "k.key", "--whole"];
    let object = house.run_with(&verify, &["--json"]).works().json();
    let run = ["run", &decode, "--input", "in.json", "--json"];
    let outputs = house.run_with(&run, &SMALL).works();
    assert_eq!(object["statement"]["outputs"], outputs.json()["outputs"]);
    house.write("out.json", &outputs.out);
    house.run_with(&verify, &["--expect", "out.json"]).works();
    let context = outputs.out.replacen("[[[", "[[[1", 1);
    house.write("wrong.json", context);
    house
        .run_with(&verify, &["--expect", "wrong.json"])
        .fails(1, &["is expected"]);

    // All at once gives the same, and so does the program in place of its key.
    let prove = [
        "prove",
        &decode,
        "--plan",
        HALVES,
        "--input",
        "in.json",
        "--check",
        "-o",
        "once.proof",
    ];
    house.run_with(&prove, &SMALL).works();
    let verify = [
        "verify",
        "once.proof",
        "--program",
        &decode,
        "--plan",
        HALVES,
        "--whole",
    ];
    house.run_with(&verify, &SMALL).works();
}

#[test]
fn what_cannot_be_proved_alone_says_so() {
    let (house, decode) = decode();
    let only = |plan: &str, name: &str| {
        let line = [
            "prove", &decode, "--input", "in.json", "--plan", plan, "--only", name,
        ];
        house.run_with(&line, &SMALL)
    };
    only("sidecar", "table").fails(2, &["linked to `arithmetic`", "open the boundary"]);
    only(HALVES, "half").fails(2, &["has no proof `half`", "half.0..2"]);
    let cycle = "proof arithmetic: * - lookup proof table: lookup open *";
    only(cycle, "table").fails(2, &["E104", "`gap`", "`weight`", "cycle"]);
    only("proof a: * by hed", "a").fails(2, &["E056"]);
    house.holds_only(&["in.json"]);
}

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
fn explore_prices_plans_and_proves_the_best() {
    let (house, decode) = decode();
    let line = [
        "explore",
        &decode,
        "--input",
        "in.json",
        "--prove",
        "1",
        "--security",
        "seed",
    ];
    let object = house
        .run_with(&[&line[..], &SMALL].concat(), &["--json"])
        .works()
        .json();
    let plans = object["plans"].as_array().unwrap();
    let measured = plans.iter().filter(|plan| plan["measured"].is_object());
    let declared = plans.iter().filter(|plan| plan["declared"] == true).count();
    assert_eq!((declared, measured.count()), (2, 3));
    assert!(plans.iter().any(|plan| plan["parts"].as_u64() > Some(1)));
    assert!(plans.iter().any(|plan| plan["predicted_best"] == true));
    assert!(!object["impossible"].as_array().unwrap().is_empty());
    let said = house.run_with(&line, &SMALL).works();
    assert!(said.out.contains("sidecar (declared)"), "{}", said.out);
    house.holds_only(&["in.json"]);
}

/// A study of two plans of decode at four shapes, with its page.
fn study(house: &House) -> Vec<u8> {
    let decode = example("decode");
    let sweep = [
        "sweep",
        &decode,
        "-p",
        "heads=1,2",
        "-p",
        "steps=4,8",
        "-p",
        "width=4",
        "--plans",
        "fused,sidecar",
        "--security",
        "seed",
        "-o",
        "study",
    ];
    house.run(&sweep).works();
    house.run(&["report", "study", "-o", "report.html"]).works();
    house.read("report.html")
}

#[test]
fn a_report_is_one_page_and_broken_studies_say_so() {
    let house = House::new();
    let page = String::from_utf8(study(&house)).unwrap();
    for elsewhere in ["src=", "@import", "url(", "<link", "http://", "https://"] {
        // A name, and places within the page.
        let allowed = page.replace("http://www.w3.org/2000/svg", "");
        let allowed = allowed.replace("url(#", "");
        assert!(!allowed.contains(elsewhere), "{elsewhere}");
    }
    for inside in [
        "lookup claims",
        "fusing",
        "graph0-title",
        "by component",
        "by region",
    ] {
        assert!(page.contains(inside), "{inside}");
    }
    house
        .run(&["report", "none"])
        .fails(2, &["there is no study", "attnc sweep"]);
    let text = house.read("study/study.json");
    house.write("study/study.json", &text[..text.len() / 2]);
    house
        .run(&["report", "study", "-o", "other.html"])
        .fails(2, &["damaged or cut off"]);
    house.write("study/study.json", "{}");
    house
        .run(&["report", "study", "-o", "other.html"])
        .fails(2, &["not the file of a study"]);
    // Figures that no run has: a first point at 0, from which nothing doubles; a ratio without end;
    // a row that is done and has no figures.
    let damaged = |change: &dyn Fn(&mut Value)| {
        let mut study: Value = serde_json::from_slice(&text).unwrap();
        change(&mut study["rows"]);
        house.write("study/study.json", study.to_string());
        house.run(&["report", "study", "-o", "other.html"])
    };
    let zero = damaged(&|rows| rows[0]["measured"]["packed_bytes"] = 0.into());
    zero.fails(2, &["`packed_bytes` of row 0 is no figure of a run"]);
    let endless = damaged(&|rows| rows[1]["measured"]["packed_bytes"] = u64::MAX.into());
    endless.fails(2, &["`packed_bytes` of row 1 is no figure of a run"]);
    let small = damaged(&|rows| rows[0]["measured"]["packed_bytes"] = 1.into());
    small.fails(2, &["`breakdown` of row 0 is no figure of a run"]);
    let tiny = damaged(&|rows| rows[0]["measured"]["prove_ms"] = (-1.0).into());
    tiny.fails(2, &["`prove_ms` of row 0 is no figure of a run"]);
    let none = damaged(&|rows| rows[2]["measured"] = Value::Null);
    none.fails(2, &["`measured` of row 2 is no figure of a run"]);
    // What could be is drawn, however odd.
    let odd = damaged(&|rows| {
        rows[1]["measured"]["packed_bytes"] = 999_999_999_999_999_999_u64.into();
        rows[2]["structure"]["lookup_claims"] = 0.into();
    });
    odd.works();
    std::fs::remove_file(house.path("other.html")).unwrap();
    assert!(!house.path("other.html").exists());
}

const LISTEN: &str = "<script>window.problems=[];
    addEventListener('error', (event) => problems.push(event.message));
    for (const kind of ['error', 'warn']) {
        const said = console[kind];
        console[kind] = (...words) => { problems.push(words.join(' ')); said(...words); };
    }</script>";

/// Presses heads as a reader would, and leaves what it sees in the page.
const READ: &str = "<script>
    const table = document.querySelector('table.all');
    const heads = [...table.querySelectorAll('th')];
    const rows = () => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent));
    const seen = { names: heads.map((head) => head.dataset.column), rows: rows() };
    const column = seen.names.indexOf('packed_bytes');
    heads[column].querySelector('button').click();
    seen.up = rows().map((row) => row[column]);
    heads[column].querySelector('button').click();
    seen.down = rows().map((row) => row[column]);
    seen.charts = [...document.querySelectorAll('svg.chart')].map((svg) => {
        const box = svg.getBoundingClientRect();
        return [box.width, box.height];
    });
    // What sticks out of its picture; a pixel is left for rounding.
    seen.outside = [...document.querySelectorAll('svg.chart text, svg.attnc-graph text')].filter((text) => {
        const [box, paper] = [text.getBoundingClientRect(), text.ownerSVGElement.getBoundingClientRect()];
        return box.left < paper.left - 1 || box.right > paper.right + 1
            || box.top < paper.top - 1 || box.bottom > paper.bottom + 1;
    }).map((text) => text.textContent);
    seen.graphs = [...document.querySelectorAll('svg.attnc-graph')].map((svg) => svg.getBoundingClientRect().height);
    seen.problems = problems;
    const out = document.createElement('pre');
    out.id = 'seen';
    out.textContent = JSON.stringify(seen);
    document.body.append(out);
    </script>";

/// What headless Chromium makes of a page; `None` where there is no Chromium.
fn browse(page: &Path) -> Option<(String, String)> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let output = names.into_iter().find_map(|name| {
        let mut browser = Command::new(name);
        browser.args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--dump-dom",
        ]);
        browser.args(["--enable-logging=stderr", "--virtual-time-budget=2000"]);
        browser.arg(format!(
            "--user-data-dir={}",
            page.with_extension("profile").display()
        ));
        browser.arg(format!("file://{}", page.display()));
        browser.output().ok()
    })?;
    Some((
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    ))
}

#[test]
fn chromium_renders_the_report_sorts_it_and_finds_the_csvs_numbers() {
    let house = House::new();
    let page = String::from_utf8(study(&house)).unwrap();
    let page = page.replacen("<head>", &format!("<head>{LISTEN}"), 1);
    house.write(
        "read.html",
        page.replace("</body>", &format!("{READ}</body>")),
    );
    let Some((dom, log)) = browse(&house.path("read.html")) else {
        println!("skipped: there is no Chromium to look at the report with");
        return;
    };
    assert!(!log.contains("CONSOLE"), "{log}");
    let (_, seen) = dom
        .split_once("<pre id=\"seen\">")
        .unwrap_or_else(|| panic!("{dom}\n{log}"));
    let (seen, _) = seen.split_once("</pre>").unwrap();
    let plain = seen
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    let seen: Value = serde_json::from_str(&plain.replace("&amp;", "&")).unwrap();
    assert_eq!(seen["problems"], serde_json::json!([]));
    let list = |name: &str| seen[name].as_array().unwrap().clone();
    assert_eq!(seen["outside"], serde_json::json!([]));
    assert!(list("charts").len() >= 4, "{seen}");
    assert!(list("charts")
        .iter()
        .all(|size| size[1].as_f64() > Some(100.0)));
    assert_eq!(list("graphs").len(), 2);
    assert!(list("graphs")
        .iter()
        .all(|height| height.as_f64() > Some(100.0)));

    let csv = house.read("study/study.csv");
    let mut csv = csv::Reader::from_reader(csv.as_slice());
    let heads: Vec<String> = csv.headers().unwrap().iter().map(str::to_string).collect();
    let records: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(list("rows").len(), records.len());
    let names = list("names");
    assert!(names.len() > 15, "{names:?}");
    for (row, record) in list("rows").iter().zip(&records) {
        for (cell, name) in row.as_array().unwrap().iter().zip(&names) {
            let column = heads
                .iter()
                .position(|head| Some(head.as_str()) == name.as_str());
            assert_eq!(cell.as_str(), Some(&record[column.unwrap()]), "{name}");
        }
    }
    let numbers = |name: &str| -> Vec<u64> {
        list(name)
            .iter()
            .map(|cell| cell.as_str().unwrap().parse().unwrap())
            .collect()
    };
    let (up, down) = (numbers("up"), numbers("down"));
    assert!(up.is_sorted() && up[0] < up[up.len() - 1], "{up:?}");
    assert!(down.iter().rev().is_sorted(), "{down:?}");
}
