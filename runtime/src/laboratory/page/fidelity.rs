//! How near the integers come to real numbers: a plot of how the error grows, and tables.

use maud::{html, Markup};

use super::content::Page;
use super::framed;
use crate::laboratory::fidelity::{Fidelity, Row, COLUMNS};

const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 46.0;
/// A gap that is drawn is at least so large.
const LEAST: f64 = 1e-9;

/// A page of its own; `command` made it.
pub fn fidelity_page(circuit: &str, of: &Fidelity, command: &str) -> String {
    let title = format!("{circuit}: integers against real numbers");
    framed(
        &title,
        &html! {
            (section(of))
            p.note { "Made by" }
            pre { (command) }
        },
    )
}

impl Page<'_> {
    pub(super) fn fidelity_section(&self) -> Markup {
        html! {
            @if let Some(fidelity) = &self.fidelity {
                h2 { "Integers against real numbers" }
                @if fidelity.program.is_none() {
                    p.note { "The file does not say of which program it is." }
                }
                (section(fidelity))
            }
        }
    }
}

fn section(of: &Fidelity) -> Markup {
    let numeric = |column: usize| if column == 0 { "text" } else { "" };
    html! {
        ul { @for (name, value) in of.said() { li { (name) ": " (value) } } }
        figure {
            (plot(&of.rows))
            figcaption {
                "1 - cosine between real numbers and integers, in the order of computation: a dot is the mean \
                 over positions, a bar reaches to the worst position."
            }
        }
        .scroll { table {
            thead { tr { @for (column, name) in COLUMNS.iter().enumerate() { th class=(numeric(column)) { (name) } } } }
            tbody { @for row in &of.rows { tr {
                @for (column, cell) in row.cells().iter().enumerate() { td class=(numeric(column)) { (cell) } }
            } } }
        } }
        @if !of.differs.is_empty() {
            details {
                summary { (of.differs.len()) " positions differ" }
                table {
                    thead { tr {
                        @for name in ["text", "position", "margin", "real token", "integer token"] { th { (name) } }
                    } }
                    tbody { @for differs in &of.differs { tr {
                        td { (differs.text) } td { (differs.position) } td { (format!("{:.4}", differs.margin)) }
                        td { (differs.real_token) } td { (differs.integer_token) }
                    } } }
                }
            }
        }
    }
}

/// 1 - cosine of every row, on a log axis.
fn plot(rows: &[Row]) -> Markup {
    let gap = |cosine: f64| (1.0 - cosine).max(LEAST).log10();
    let gaps = rows
        .iter()
        .flat_map(|row| [gap(row.cosine), gap(row.least_cosine)]);
    let low = gaps.clone().fold(0.0, f64::min).floor();
    let high = gaps.fold(low, f64::max).ceil().max(low + 1.0);
    let across = |number: usize| {
        LEFT + (number as f64 + 0.5) * (WIDTH - LEFT - RIGHT) / rows.len().max(1) as f64
    };
    let down = |gap: f64| TOP + (high - gap) * (HIGH_TO_LOW) / (high - low);
    let powers = (low as i32)..=(high as i32);
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label="1 - cosine by tensor" {
            @for power in powers {
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(down(power.into()))) y2=(at(down(power.into()))) {}
                text.tick x=(LEFT - 8.0) y=(at(down(power.into()) + 4.0)) text-anchor="end" { "1e" (power) }
            }
            @for (number, row) in rows.iter().enumerate() {
                g {
                    title { (place(row)) ": cosine " (format!("{:.6}", row.cosine)) ", least " (format!("{:.6}", row.least_cosine)) }
                    path.line.s0 d=(format!(
                        "M{x:.1} {:.1}V{:.1}", down(gap(row.least_cosine)), down(gap(row.cosine)), x = across(number)
                    )) {}
                    circle.mark.s0 cx=(at(across(number))) cy=(at(down(gap(row.cosine)))) r="3" {}
                }
            }
            @for (first, last, name) in names(rows) {
                text.name x=(at((across(first) + across(last)) / 2.0)) y=(HEIGHT - 24.0) text-anchor="middle" { (name) }
            }
        }
    }
}

const HIGH_TO_LOW: f64 = HEIGHT - TOP - BOTTOM;

fn at(place: f64) -> String {
    format!("{place:.1}")
}

fn place(row: &Row) -> String {
    match row.layer {
        Some(layer) => format!("{} of layer {layer}", row.tensor),
        None => row.tensor.clone(),
    }
}

/// What stands below the plot: the layers where there are any, else every tensor.
fn names(rows: &[Row]) -> Vec<(usize, usize, String)> {
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    let layered = rows.iter().any(|row| row.layer.is_some());
    for (number, row) in rows.iter().enumerate() {
        let name = match (row.layer, layered) {
            (Some(layer), _) => format!("layer {layer}"),
            (None, false) => row.tensor.clone(),
            (None, true) => continue,
        };
        match found
            .iter_mut()
            .find(|(.., known)| layered && *known == name)
        {
            Some((_, last, _)) => *last = number,
            None => found.push((number, number, name)),
        }
    }
    found
}
