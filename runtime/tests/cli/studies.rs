//! `explore` and `report`: plans that are priced and proved, and a study as a page that a browser reads.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::parts::{decode, SMALL};
use crate::house::{example, House};

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
