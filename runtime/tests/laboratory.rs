//! Boundaries as experiments, from the command line: parts, joins, jobs, exploring, studies and
//! their page.
#![cfg(feature = "prove")]
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod house;

use std::path::Path;
use std::process::Command;

use attnc::files::key::{Identity, Key};
use attnc::files::proof::encode;
use attnc::session::prove::prove;
use attnc::session::security::Setting;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::tensor::Tensor;
use house::{example, House, TINY};
use serde_json::{json, Value};

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
/// A plan whose proof has nothing to prove is refused by every verb alike, before any work; what
/// `explore` tries of its own and cannot be is counted, with the reason.
#[test]
fn a_proof_of_nothing_is_refused_by_every_verb() {
    let house = House::new();
    let program = "circuit split(n = 4) {
        private input x[n] : 0..=9
        public output y[n]
        v[i in n] = x[i] + 1
        y[i in n] = x[i] * 2
        PLANS
    }";
    house.write("plain.attn", program.replace("PLANS", ""));
    let plans = "plan whole { proof all: * } plan split { proof a: * - v proof b: v }";
    house.write("split.attn", program.replace("PLANS", plans));
    house.write("in.json", r#"{"x": [1, 2, 3, 4]}"#);
    let why = ["E103", "`b` has nothing to prove", "depends on `v`"];
    let text = "proof a: * - v proof b: v";
    for (file, plan, code) in [("split.attn", "split", 1), ("plain.attn", text, 2)] {
        for line in [
            &["check", file][..],
            &["key", file, "-o", "s.key"],
            &["inspect", file],
            &["emit", "plan", file],
            &["audit", file],
            &["jobs", file, "--input", "in.json"],
            &["prove", file, "--input", "in.json", "-o", "s.proof"],
        ] {
            house.run_with(line, &["--plan", plan]).fails(code, &why);
        }
    }
    house.run(&["check", "split.attn"]).fails(1, &why);
    house.run(&["explore", "split.attn"]).fails(1, &why);
    assert!(!house.path("s.key").exists() && !house.path("s.proof").exists());
    let explore = ["explore", "plain.attn", "--prove", "0", "--json"];
    let explored = house.run(&explore).works().json();
    let impossible = explored["impossible"].as_array().unwrap();
    let told = |impossible: &Value| {
        impossible["why"]
            .as_str()
            .unwrap()
            .contains("nothing to prove")
    };
    assert!(impossible.iter().any(told), "{explored}");

    // Only the layout can tell: a cache's entries stand where they come from.
    let cache = "circuit c(n = 4) { private input x[n] : 0..=9
        state past = empty
        public output y[n]
        step t in n { past <- x[t]
            y[t] = max(j in past) past[j] } }";
    house.write("cache.attn", cache);
    let line = [
        "check",
        "cache.attn",
        "--plan",
        "proof a: * - past proof b: past",
    ];
    house
        .run(&line)
        .fails(2, &["E103", "`b` has nothing to prove", "--plan:1:"]);

    house.write("none.attn", "circuit none { private input x : 0..=1 }");
    house.write("none.json", r#"{"x": 1}"#);
    let run = ["run", "none.attn", "--input", "none.json"];
    house.run(&run).works();
    for line in [
        &["check", "none.attn"][..],
        &["key", "none.attn"],
        &["prove", "none.attn", "--input", "none.json"],
    ] {
        house
            .run(line)
            .fails(1, &["E103", "`none` has nothing to prove"]);
    }
}

/// `check`, `inspect` and `prove` say the same of what open boundaries make public.
#[test]
fn what_a_plan_publishes_is_said() {
    let house = House::new();
    house.write(
        "c.attn",
        "circuit c(n = 4) {
    private input x[n] : 0..8
    private input w[n] : 0..8
    public output y[n]
    public output z[n]
    v[i in n] = max(x[i], 3)
    y[i in n] = v[i] + x[i]
    u[i in n] = w[i] + 1
    z[i in n] = w[i] * v[i]
    plan together { proof all: * }
    plan linked   { proof a: y + v + x + u proof b: z + w }
    plan apart    { proof a: y + v + x + u proof b: z + w open * }
    plan alone    { proof a: y + x proof b: z + w + u + v open * }
}",
    );
    house.write("in.json", r#"{"x": [1, 2, 3, 4], "w": [7, 0, 1, 2]}"#);
    let line = "value v[4] (line 6), in parts a and b";
    let said = house.run(&["check", "c.attn"]).works();
    for words in [
        line,
        "plan apart makes public",
        "private input x[4] (line 2)",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    for words in [
        "plan together makes",
        "plan linked makes",
        "private input w[4] (line",
    ] {
        assert!(!said.out.contains(words), "{words}: {}", said.out);
    }
    let object = house.run(&["check", "c.attn", "--json"]).works().json();
    let apart = &object["publishes"]["apart"];
    let v = serde_json::json!([{
        "name": "v", "what": "value", "line": 6, "shape": [4], "elements": 4, "of": 4,
        "parts": ["a", "b"],
    }]);
    assert_eq!(*apart, v);
    assert_eq!(object["publishes"]["linked"], Value::Null);
    let inspect = ["inspect", "c.attn", "--plan", "apart"];
    assert!(house.run(&inspect).works().out.contains(line));
    let object = house.run_with(&inspect, &["--json"]).works().json();
    assert_eq!(object["publishes"], v);
    let prove = [
        "prove", "c.attn", "--plan", "apart", "--input", "in.json", "-o", "c.proof",
    ];
    assert!(house.run(&prove).works().out.contains(line));
    let object = house.run_with(&prove, &["--json"]).works().json();
    assert_eq!(object["publishes"], v);
    let verify = [
        "verify",
        "c.proof",
        "--program",
        "c.attn",
        "--plan",
        "apart",
    ];
    house.run_with(&verify, &["--whole"]).works();
    let linked = [
        "prove", "c.attn", "--plan", "linked", "--input", "in.json", "-o", "l.proof",
    ];
    let said = house.run(&linked).works();
    assert!(!said.out.contains("makes"), "{}", said.out);
    let object = house.run_with(&linked, &["--json"]).works().json();
    assert_eq!(object["publishes"], serde_json::json!([]));
}

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
    zero.fails(2, &["row 1: `packed_bytes` is 0, no figure of a proof"]);
    let endless = damaged(&|rows| rows[1]["measured"]["packed_bytes"] = u64::MAX.into());
    endless.fails(2, &["row 2: `packed_bytes` is "]);
    let small = damaged(&|rows| rows[0]["measured"]["packed_bytes"] = 1.into());
    small.fails(2, &["row 1: the sections of the proof have more bytes"]);
    let tiny = damaged(&|rows| rows[0]["measured"]["prove_ms"] = (-1.0).into());
    tiny.fails(2, &["row 1: `prove_ms` is "]);
    let none = damaged(&|rows| rows[2]["measured"] = Value::Null);
    none.fails(2, &["row 3: what is done has measured figures"]);
    // What could be is drawn, however odd.
    let odd = damaged(&|rows| {
        rows[1]["measured"]["packed_bytes"] = 999_999_999_999_999_u64.into();
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

/// A program of two outputs, of which the second is made of the first.
const SQUARES: &str = "circuit c(n = 4) {
    private input x[n] : 0..8
    public output score[n]
    public output y[n]
    score[i in n] = x[i] * x[i]
    y[i in n] = score[i] + 1
}";
/// The same over two indices, of which the loop's is the outputs' second.
const ACROSS: &str = "circuit c(n = 2, m = 3) {
    private input x[m, n] : 0..8
    public output score[m, n]
    public output y[m, n]
    for i in n {
        score[j in m, i] = x[j, i] * x[j, i]
    }
    for i in n {
        y[j in m, i] = score[j, i] + 1
    }
}";
const APART: &str = "proof a: score proof b: * - score open a | b";

/// A house with a program, its key for a plan and the proofs of the plan's parts.
fn apart(source: &str, input: &Value, plan: &str, parts: &[&str]) -> House {
    let house = House::new();
    house.write("c.attn", source);
    house.write("in.json", input.to_string());
    let key = ["key", "c.attn", "--plan", plan, "-o", "k.key"];
    house.run(&key).works();
    for part in parts {
        let proof = format!("{part}.proof");
        let line = ["prove", "--key", "k.key", "--input", "in.json"];
        let more = ["--only", part, "-o", &proof];
        house.run_with(&line, &more).works();
    }
    house
}

/// A malicious prover of a part: it is given tensors that no input of the program gives.
fn prove_given(house: &House, part: &str, given: &[i64], output: &str) {
    let key = Key::read(&house.path("k.key")).unwrap();
    let parts = key.compile().unwrap();
    let part = parts.iter().find(|it| it.circuit.part == part).unwrap();
    let graph = part.part.graph();
    let inputs = graph.inputs.iter().map(|input| Tensor {
        shape: input.shape.iter().map(|&size| size as usize).collect(),
        data: given.to_vec(),
    });
    let assignment = Assignment {
        inputs: inputs.collect(),
        tables: vec![],
    };
    let evaluation = evaluate(graph, &assignment).unwrap();
    let claimed = Identity::of(part).claimed(String::new());
    let proved = prove(&part.circuit, &evaluation, Setting::Standard, &claimed);
    let session = proved.ok().unwrap().session;
    let (statement, nonce) = (&session.statement, session.nonce);
    let bytes = encode(statement, &part.circuit, nonce, &session.parts());
    house.write(output, bytes);
}

#[test]
fn nothing_that_a_part_is_given_is_shown_by_it() {
    let house = apart(SQUARES, &json!({ "x": [1, 2, 3, 4] }), APART, &["a", "b"]);
    // No square is 2, 3, 5 or 7: part `a` has no such proof.
    prove_given(&house, "b", &[2, 3, 5, 7], "lie.proof");
    house.write(
        "false.json",
        r#"{"score": [2, 3, 5, 7], "y": [3, 4, 6, 8]}"#,
    );
    house.write("score.json", r#"{"score": [1, 4, 9, 16]}"#);
    house.write("y.json", r#"{"y": [2, 5, 10, 17]}"#);
    house.write("lie.json", r#"{"y": [3, 4, 6, 8]}"#);
    let verify =
        |proof: &str, more: &[&str]| house.run_with(&["verify", proof, "--key", "k.key"], more);
    // The claim of the part alone holds, and says what it is about.
    let said = verify("lie.proof", &[]).works();
    for part in [
        "given: another part shows it, this one does not",
        "The rest of the program: `a`",
    ] {
        assert!(said.out.contains(part), "no `{part}` in {}", said.out);
    }
    let not_shown = [
        "`score` is expected, and not shown here",
        "the proof of `a` shows it",
    ];
    verify("lie.proof", &["--expect", "false.json"]).fails(1, &not_shown);
    verify("b.proof", &["--expect", "score.json"]).fails(1, &not_shown);
    verify("a.proof", &["--expect", "score.json"]).works();
    verify("a.proof", &["--expect", "y.json"]).fails(1, &["`y` is expected", "proof of `b`"]);
    let said = verify("b.proof", &["--expect", "y.json"]).works();
    assert!(
        said.out
            .contains("output y[4], each in 1..=50, as you expect it, if the rest holds, of `a`"),
        "{}",
        said.out
    );
    assert_eq!(said.out.matches("as you expect it").count(), 1);
    // What `--expect` can compare, the outputs of the statement, and what is called shown.
    for (proof, shown) in [("a.proof", "score"), ("b.proof", "y"), ("lie.proof", "y")] {
        let object = verify(proof, &["--json"]).works().json();
        assert_eq!(object["shown"], json!([shown]));
        // An output that is made of what was given holds if that does.
        let relies_on: &[&str] = if shown == "y" { &["a"] } else { &[] };
        assert_eq!(object["relies_on"], json!(relies_on));
        let outputs = object["statement"]["outputs"].as_object().unwrap();
        assert_eq!(outputs.keys().collect::<Vec<_>>(), [shown]);
    }
    let join = |b: &str| house.run(&["join", "--key", "k.key", "a.proof", b, "-o", "whole"]);
    join("lie.proof").fails(1, &["the parts do not fit together"]);
    join("b.proof").works();
    let said = verify("whole", &["--whole", "--expect", "score.json"]).works();
    // Once where it is shown; not where it is given.
    assert_eq!(
        said.out.matches("as you expect it").count(),
        1,
        "{}",
        said.out
    );
    assert!(!said.out.contains("if the rest holds"), "{}", said.out);
    let object = verify("whole", &["--json"]).works().json();
    assert_eq!(object["shown"], json!(["score", "y"]));
    assert_eq!(object["relies_on"], json!([]));
    verify("whole", &["--expect", "lie.json"]).fails(1, &["y[0] is 2 in the statement"]);
}

#[test]
fn expectations_are_compared_in_the_order_of_the_output() {
    let input = json!({ "x": [[1, 2], [3, 4], [5, 6]] });
    let house = apart(ACROSS, &input, APART, &["a", "b"]);
    let join = [
        "join", "--key", "k.key", "a.proof", "b.proof", "-o", "whole",
    ];
    house.run(&join).works();
    house.write("true.json", r#"{"score": [[1, 4], [9, 16], [25, 36]]}"#);
    // The elements in the order of the value, whose first index is the loop's.
    house.write("false.json", r#"{"score": [[1, 9], [25, 4], [16, 36]]}"#);
    house.write("short.json", r#"{"score": [[1, 4], [9, 16]]}"#);
    let verify = |proof: &str, expected: &str| {
        house.run(&["verify", proof, "--key", "k.key", "--expect", expected])
    };
    for proof in ["a.proof", "whole"] {
        verify(proof, "true.json").works();
        verify(proof, "false.json").fails(1, &["score[0, 1] is 4 in the statement, 9"]);
        verify(proof, "short.json").fails(2, &["`score` has length 2, not 3"]);
    }
    // Part `b` is given the tensor, in whatever order.
    verify("b.proof", "true.json").fails(1, &["not shown here"]);
    verify("b.proof", "false.json").fails(1, &["not shown here"]);
}

#[test]
fn a_tensor_in_pieces_is_shown_by_all_of_them() {
    let plan = "proof a: * open by i";
    let pieces = ["a.0", "a.1", "a.2", "a.3"];
    let source = SQUARES.replace("public output score[n]\n", "").replace(
        "score[i in n] = x[i] * x[i]\n    y[i in n] = score[i] + 1",
        "y[i in n] = x[i] * x[i] + 1",
    );
    let house = apart(&source, &json!({ "x": [1, 2, 3, 4] }), plan, &pieces);
    house.write("y.json", r#"{"y": [2, 5, 10, 17]}"#);
    house.write("other.json", r#"{"y": [2, 5, 10, 18]}"#);
    let verify =
        |proof: &str, more: &[&str]| house.run_with(&["verify", proof, "--key", "k.key"], more);
    let others = [
        "`y` is expected, and not shown here",
        "`a.0`, `a.2` and `a.3`",
    ];
    verify("a.1.proof", &["--expect", "y.json"]).fails(1, &others);
    assert_eq!(
        verify("a.1.proof", &["--json"]).works().json()["shown"],
        json!([])
    );
    let proofs = pieces.map(|piece| format!("{piece}.proof"));
    let mut join = vec!["join", "--key", "k.key", "-o", "whole"];
    join.extend(proofs.iter().map(String::as_str));
    house.run(&join).works();
    let said = verify("whole", &["--expect", "y.json"]).works();
    // Each piece is part of what was compared.
    assert_eq!(
        said.out.matches("as you expect it").count(),
        4,
        "{}",
        said.out
    );
    verify("whole", &["--expect", "other.json"]).fails(1, &["y[3] is 17 in the statement"]);
}

#[test]
fn a_public_input_is_what_the_claim_is_about() {
    let plan = "proof a: * - z proof b: z open *";
    let input = json!({ "x": [1, 5, 8], "shift": -3 });
    let house = apart(TINY, &input, plan, &["a", "b"]);
    house.write("shift.json", r#"{"shift": -3}"#);
    house.write("other.json", r#"{"shift": -2}"#);
    let verify = |proof: &str, expected: &str| {
        house.run(&["verify", proof, "--key", "k.key", "--expect", expected])
    };
    // Part `a` reads it; part `b` says nothing of it.
    verify("a.proof", "shift.json").works();
    verify("a.proof", "other.json").fails(1, &["shift[] is -3 in the statement, -2"]);
    verify("b.proof", "shift.json").fails(1, &["`shift` is expected, and not shown here"]);
    // A private output that crosses is no public tensor of the program.
    house.write("z.json", r#"{"z": [0, 2, 4]}"#);
    verify("b.proof", "z.json").fails(2, &["no public tensor `z`"]);
}

#[test]
fn linked_proofs_pay_for_each_other() {
    let source = "circuit c(n = 32) {
        private input x[n] : 0..8
        public output y[n]
        y[i in n] = x[i] * x[i] + 1
    }";
    let input = json!({ "x": vec![3; 32] });
    let house = apart(source, &input, "proof a: * by i", &[]);
    let prove = [
        "prove", "--key", "k.key", "--input", "in.json", "-o", "c.proof",
    ];
    let made = house.run(&prove).works();
    let verify = |more: &[&str]| house.run_with(&["verify", "c.proof", "--key", "k.key"], more);
    let object = verify(&["--json"]).works().json();
    let account = &object["security"];
    let bits = account["proven_bits"].as_f64().unwrap();
    let proofs = account["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), 32);
    let lists: f64 = proofs
        .iter()
        .map(|it| it["list_bits"].as_f64().unwrap())
        .sum();
    let mut least = f64::INFINITY;
    for proof in proofs {
        assert!((proof["session_list_bits"].as_f64().unwrap() - lists).abs() < 1e-9);
        least = least.min(proof["proven_bits"].as_f64().unwrap());
        for term in proof["terms"].as_array().unwrap() {
            let step = term["step"].as_str().unwrap();
            let [conjectured, proven] =
                ["conjectured", "proven"].map(|it| term[it].as_f64().unwrap());
            if step.starts_with("the bus") {
                assert!((conjectured - lists - proven).abs() < 1e-9, "{step}");
            }
            assert!(bits <= proven, "{step}");
        }
    }
    assert_eq!(bits, least);
    // The same rows in one proof are worth more.
    let inspect = |plan: &str| {
        let line = ["inspect", "c.attn", "--plan", plan, "--json"];
        house.run(&line).works().json()["security"]["proven_bits"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(inspect("proof a: * by i"), bits);
    assert!(inspect("proof a: *") > bits + 5.0);
    // What is demanded is held against the session's own bits; and they are never rounded up.
    let floor = (bits * 10.0).floor() / 10.0;
    let shown = format!("96.0 bits conjectured, {floor:.1} proven");
    for said in [made, verify(&[]).works()] {
        assert!(said.out.contains(&shown), "no `{shown}` in {}", said.out);
    }
    verify(&["--min-proven-security", &bits.to_string()]).works();
    let more = (bits + 0.001).to_string();
    verify(&["--min-proven-security", &more])
        .fails(1, &[&format!("worth {floor:.1} bits (proven)")]);
}
