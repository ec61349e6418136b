//! Drawings: as DOT, as SVG, and that nothing in them lies on anything else.

use attnc::laboratory::attribute::attribute;
use attnc::laboratory::by_line::ByLine;
use attnc::laboratory::drawing::{draw, Section};
use attnc::session::security::Setting;
use attnc_compiler::circuit::crossing::{crossings, By};
use attnc_compiler::Compiled;

use super::snapshot::assert_golden;
use crate::common::programs::{self, Program};

/// Two proofs, with a lookup and a sum between them.
const SMALL: &str = "circuit small(n = 4) {
    table square(x in 0..=8) = x * x
    private input x[n] : 0..=8
    public output total
    y[i in n] = square(x[i])
    total = sum(i in n) y[i]
    region lookup { y }
    plan split { proof sums: * - lookup  proof table: lookup }
}";

fn small() -> (Program, Compiled) {
    let program = Program::new("small", SMALL, &[], Some("split"));
    let compiled = program.case(0).compiled;
    (program, compiled)
}

fn section(compiled: &Compiled) -> Section<'_> {
    Section {
        part: &compiled.part,
        circuit: &compiled.circuit,
        setting: Setting::Standard,
    }
}

fn svg(program: &Program, compiled: &Compiled) -> String {
    let sections = [section(compiled)];
    let drawing = draw(&compiled.graph, &program.source, &sections).unwrap();
    drawing.svg("attnc-graph")
}

#[test]
fn a_small_plan_is_drawn() {
    let (program, compiled) = small();
    let sections = [section(&compiled)];
    let drawing = draw(&compiled.graph, &program.source, &sections).unwrap();
    assert_golden("drawing.dot", &drawing.dot());
    let svg = drawing.svg("attnc-graph");
    let (_, shown) = svg.split_once("</style>").unwrap();
    assert_golden("drawing.svg", shown);
}

#[test]
fn decode_is_shown_by_line() {
    let source = std::fs::read_to_string("../examples/decode.attn").unwrap();
    let program = Program::new("decode", &source, &[], Some("fused"));
    let compiled = program.case(0).compiled;
    let circuit = [(&compiled.circuit, Setting::Standard)];
    let found = attribute(&compiled.graph, &source, &circuit).unwrap();
    assert_golden("decode.by_line", &ByLine(&found).to_string());
}

/// What stands in both parts' statements is drawn between them, and each part has a box.
#[test]
fn parts_are_boxes_and_open_boundaries_stand_out() {
    let (program, compiled) = small();
    let sections = [section(&compiled), section(&compiled)];
    let drawing = draw(&compiled.graph, &program.source, &sections).unwrap();
    let svg = drawing.svg("page-graph");
    assert_eq!(svg.matches("<rect class=\"attnc-part\"").count(), 2);
    assert!(svg.contains("open: in the statement"));
    assert!(svg.contains("id=\"page-graph-title\"") && !svg.contains("attnc-graph-title"));
    let dot = drawing.dot();
    assert!(dot.contains("part sums+table") && dot.contains("style=dotted, penwidth=4"));
}

type Rect = [f64; 4];

/// The rectangles of a class: left, top, right, bottom.
fn rects(svg: &str, class: &str) -> Vec<Rect> {
    let lines = svg
        .lines()
        .filter(|line| line.contains(&format!("<rect class=\"{class}")));
    let number = |line: &str, name: &str| -> f64 {
        let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    lines
        .map(|line| {
            let (x, y) = (number(line, "x"), number(line, "y"));
            [x, y, x + number(line, "width"), y + number(line, "height")]
        })
        .collect()
}

fn meet(a: &Rect, b: &Rect) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn inside(a: &Rect, b: &Rect) -> bool {
    a[0] >= b[0] && a[1] >= b[1] && a[2] <= b[2] && a[3] <= b[3]
}

#[test]
fn nothing_is_drawn_over_anything_else() {
    let mut programs: Vec<Program> = programs::all();
    for plan in ["fused", "sidecar"] {
        let source = std::fs::read_to_string("../examples/decode.attn").unwrap();
        programs.push(Program::new("decode", &source, &[], Some(plan)).evaluated(2));
    }
    for program in programs {
        let compiled = program.case(0).compiled;
        let svg = svg(&program, &compiled);
        let name = &program.name;
        if svg.contains(" L") {
            is_clear(name, &svg);
        }
        let labels = rects(&svg, "attnc-label");
        let solid = [rects(&svg, "attnc-node"), labels].concat();
        let boxes = [rects(&svg, "attnc-proof"), rects(&svg, "attnc-box")].concat();
        assert!(!solid.is_empty() && !boxes.is_empty(), "{name}");
        for (at, a) in solid.iter().enumerate() {
            for b in &solid[at + 1..] {
                assert!(!meet(a, b), "{name}: {a:?} {b:?}");
            }
            for b in &boxes {
                assert!(!meet(a, b) || inside(a, b), "{name}: {a:?} across {b:?}");
            }
        }
        for (at, a) in boxes.iter().enumerate() {
            for b in &boxes[at + 1..] {
                let apart = !meet(a, b) || inside(a, b) || inside(b, a);
                assert!(apart, "{name}: {a:?} across {b:?}");
            }
        }
    }
}

/// A program of fifty lines is a picture that one can read: a whole decoder block with its weights.
#[test]
fn a_decoder_block_fits_a_screen_or_two() {
    let source = include_str!("../../fixtures/decoder_block.attn");
    let mut program = attnc::Program::check("decoder_block.attn", source, &[]).unwrap();
    program.assume_tables();
    let compiled = program
        .assemble(&attnc::Options::default())
        .unwrap()
        .remove(0)
        .compiled;
    let sections = [section(&compiled)];
    let drawing = draw(&compiled.graph, &source, &sections).unwrap();
    let svg = drawing.svg("attnc-graph");
    let (_, view) = svg.split_once("viewBox=\"0 0 ").unwrap();
    let size: Vec<f64> = view
        .split('"')
        .next()
        .unwrap()
        .split(' ')
        .map(|n| n.parse().unwrap())
        .collect();
    assert!(size[0] <= 2200.0 && size[1] <= 2000.0, "{size:?}");
    is_clear("decoder block", &svg);
    // Nothing is left out: every member and every crossing.
    for member in compiled.graph.members() {
        let name = compiled.graph.member_name(member);
        assert!(svg.contains(&format!(">{name}</text>")), "{name}");
    }
    let circuit = &compiled.circuit;
    let labels = rects(&svg, "attnc-label").len();
    let shown = crossings(&compiled.part, circuit)
        .iter()
        .filter(|crossing| !crossing.by.contains(&By::Range))
        .count();
    assert_eq!(labels, shown);
}

/// Every corner of a path.
fn corners(path: &str) -> Vec<(f64, f64)> {
    let words = path.replace(['M', 'L', 'Q'], " ");
    let numbers: Vec<f64> = words
        .split_whitespace()
        .map(|n| n.parse().unwrap())
        .collect();
    numbers
        .chunks(2)
        .map(|point| (point[0], point[1]))
        .collect()
}

/// Text is inside of the picture, arrows begin at a member and end at one or at a label of one, and
/// run through none.
fn is_clear(name: &str, svg: &str) {
    let (nodes, labels) = (rects(svg, "attnc-node"), rects(svg, "attnc-label"));
    let touches = |(x, y): (f64, f64), rect: &Rect| {
        x > rect[0] - 1.0 && x < rect[2] + 1.0 && y > rect[1] - 1.0 && y < rect[3] + 1.0
    };
    let mut arrows = 0;
    for line in svg
        .lines()
        .filter(|line| line.contains("<path class=\"attnc-arrow") && line.contains(" L"))
    {
        arrows += 1;
        let (_, path) = line.split_once(" d=\"").unwrap();
        let points = corners(path.split('"').next().unwrap());
        let (first, last) = (points[0], points[points.len() - 1]);
        assert!(
            nodes.iter().any(|rect| touches(first, rect)),
            "{name}: {line}"
        );
        let ends = nodes.iter().chain(&labels);
        assert!(
            ends.clone().any(|rect| touches(last, rect)),
            "{name}: {line}"
        );
        for step in points.windows(2) {
            let (a, b) = (step[0], step[1]);
            for rect in ends.clone() {
                let line = [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)];
                let smaller = [rect[0] + 1.0, rect[1] + 1.0, rect[2] - 1.0, rect[3] - 1.0];
                assert!(!meet(&line, &smaller), "{name}: {step:?} through {rect:?}");
            }
        }
    }
    assert!(arrows > 0, "{name}");
    let attribute = |line: &str, name: &str| -> Option<f64> {
        let (_, rest) = line.split_once(&format!(" {name}=\""))?;
        rest.split('"').next()?.parse().ok()
    };
    let width = attribute(svg, "width").unwrap();
    let solid = [nodes.clone(), labels.clone()].concat();
    for line in svg.lines().filter(|line| line.starts_with("<text")) {
        let (x, y) = (attribute(line, "x").unwrap(), attribute(line, "y").unwrap());
        let said = line.split('>').nth(1).unwrap().split('<').next().unwrap();
        let size = if line.contains("attnc-name") {
            12.0
        } else {
            10.5
        };
        let right = x + 0.6 * size * said.chars().count() as f64;
        assert!(right <= width, "{name}: {said}");
        if line.contains("attnc-name")
            || line.contains("attnc-kind")
            || line.contains("attnc-words")
        {
            let holds = |r: &&Rect| x >= r[0] && right <= r[2] && y - 8.0 >= r[1] && y <= r[3];
            assert!(solid.iter().find(holds).is_some(), "{name}: {line}");
        }
    }
}

/// What crosses costs no more than the interaction trace has, and every wire is there.
#[test]
fn crossings_are_within_the_interaction_trace() {
    for program in programs::all() {
        let compiled = program.case(0).compiled;
        let circuit = &compiled.circuit;
        let found = crossings(&compiled.part, circuit);
        let sum = |of: fn(&attnc_compiler::circuit::crossing::Crossing) -> f64| -> f64 {
            found.iter().map(of).sum()
        };
        let all: usize = circuit
            .components
            .iter()
            .map(|c| 4 * c.count.logup_columns())
            .sum();
        let sends: usize = circuit.components.iter().map(|c| c.count.sends.len()).sum();
        let (columns, crossed) = (sum(|c| c.columns), sum(|c| c.sends));
        assert!(
            columns <= all as f64 + 1e-6,
            "{}: {columns} of {all}",
            program.name
        );
        assert!(
            crossed <= sends as f64 + 1e-6,
            "{}: {crossed} of {sends}",
            program.name
        );
        let ranges = circuit.components.iter().any(|c| c.name == "ranges");
        let ranged = found
            .iter()
            .any(|crossing| crossing.by.contains(&By::Range));
        assert_eq!(ranges, ranged, "{}", program.name);
    }
}
