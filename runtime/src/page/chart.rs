//! Charts as SVG: lines over a parameter that doubles, and ranges of ratios. Every series has a
//! shape and a name beside its end, so that no colour is needed to read one.

use maud::{html, Markup};

/// The room that a chart takes, in the units of its own coordinates.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 250.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 46.0;
/// Between the names of two series.
const LINE: f64 = 15.0;

/// A series: a name, and a y for some of the chart's xs.
pub struct Series {
    pub name: String,
    pub points: Vec<(i64, f64)>,
}

/// A series of ranges: for some xs the least, the middle and the most.
pub struct Ranges {
    pub name: String,
    pub points: Vec<(i64, [f64; 3])>,
}

/// Places of numbers on the paper.
struct Axes {
    xs: Vec<i64>,
    lo: f64,
    hi: f64,
    log: bool,
}

impl Axes {
    /// Values of a parameter stand at equal distances, as they double in most studies.
    fn x(&self, value: i64) -> f64 {
        let place = self.xs.iter().position(|&x| x == value).unwrap_or(0) as f64;
        let steps = (self.xs.len().max(2) - 1) as f64;
        LEFT + 12.0 + place / steps * (WIDTH - LEFT - RIGHT - 24.0)
    }

    fn y(&self, value: f64) -> f64 {
        let place = match self.log {
            true => (value / self.lo).ln() / (self.hi / self.lo).ln(),
            false => (value - self.lo) / (self.hi - self.lo),
        };
        HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM)
    }

    fn ticks(&self) -> Vec<f64> {
        if self.log {
            let powers = std::iter::successors(Some(self.lo), |tick| Some(tick * 2.0));
            let all: Vec<f64> = powers.take_while(|tick| *tick <= self.hi * 1.001).collect();
            let every = all.len().div_ceil(8);
            return all.into_iter().step_by(every).collect();
        }
        let steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];
        let step = steps
            .into_iter()
            .find(|step| (self.hi - self.lo) / step <= 8.0);
        let step = step.unwrap_or(10.0);
        let first = (self.lo / step).ceil() as i64;
        let last = (self.hi / step).floor() as i64;
        (first..=last).map(|tick| tick as f64 * step).collect()
    }

    fn frame(&self, x_name: &str, y_name: &str) -> Markup {
        let bottom = HEIGHT - BOTTOM;
        html! {
            @for tick in self.ticks() {
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(self.y(tick))) y2=(at(self.y(tick))) {}
                text.tick x=(LEFT - 8.0) y=(at(self.y(tick) + 4.0)) text-anchor="end" { (number(tick)) }
            }
            line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(bottom) y2=(bottom) {}
            @for x in &self.xs {
                text.tick x=(at(self.x(*x))) y=(bottom + 18.0) text-anchor="middle" { (x) }
            }
            text.name x=(at((LEFT + WIDTH - RIGHT) / 2.0)) y=(HEIGHT - 8.0) text-anchor="middle" { (x_name) }
            text.name transform=(format!("translate(14 {}) rotate(-90)", at((TOP + bottom) / 2.0)))
                text-anchor="middle" { (y_name) }
        }
    }
}

/// Coordinates to a tenth.
fn at(coordinate: f64) -> f64 {
    (coordinate * 10.0).round() / 10.0
}

fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The mark of a series.
fn mark(series: usize, x: f64, y: f64) -> Markup {
    let (x, y) = (at(x), at(y));
    let path = match series % 6 {
        0 => format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4.0),
        1 => format!("M{} {}h7.4v7.4h-7.4z", x - 3.7, y - 3.7),
        2 => format!("M{x} {}l4.6 8h-9.2z", y - 5.0),
        3 => format!("M{x} {}l5 5l-5 5l-5 -5z", y - 5.0),
        4 => format!("M{x} {}l4.6 -8h-9.2z", y + 5.0),
        _ => format!("M{} {}l8 8m0 -8l-8 8", x - 4.0, y - 4.0),
    };
    html! { path.mark.{ "s" (series % 6) } d=(path) {} }
}

/// Names beside the ends of series, moved apart.
fn names(ends: Vec<(usize, f64, String)>) -> Markup {
    let mut ends = ends;
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut last = f64::NEG_INFINITY;
    for (_, y, _) in &mut ends {
        *y = y.max(last + LINE);
        last = *y;
    }
    // What was pushed below the chart goes up again, and what is in its way.
    let mut most = HEIGHT - BOTTOM;
    for (_, y, _) in ends.iter_mut().rev() {
        *y = y.min(most);
        most = *y - LINE;
    }
    html! {
        @for (series, y, name) in ends {
            (mark(series, WIDTH - RIGHT + 14.0, y - 4.0))
            text.{ "label s" (series % 6) } x=(WIDTH - RIGHT + 24.0) y=(at(y)) { (name) }
        }
    }
}

/// Growth relative to the first x, both axes doubling.
pub fn lines(title: &str, x_name: &str, y_name: &str, series: &[Series]) -> Markup {
    let mut xs: Vec<i64> = series
        .iter()
        .flat_map(|s| s.points.iter().map(|p| p.0))
        .collect();
    xs.sort_unstable();
    xs.dedup();
    let ys = || series.iter().flat_map(|s| s.points.iter().map(|p| p.1));
    let power = |of: f64, up: bool| {
        2f64.powf(if up {
            of.log2().ceil()
        } else {
            of.log2().floor()
        })
    };
    let lo = power(ys().fold(1.0, f64::min), false);
    let hi = power(ys().fold(2.0, f64::max), true).max(lo * 2.0);
    let axes = Axes {
        xs,
        lo,
        hi,
        log: true,
    };
    let ends = series.iter().enumerate().filter_map(|(number, series)| {
        let &(_, y) = series.points.last()?;
        Some((
            number,
            axes.y(y) + 4.0,
            format!("{} \u{d7}{y:.2}", series.name),
        ))
    });
    figure(
        title,
        html! {
            (axes.frame(x_name, y_name))
            @for (number, series) in series.iter().enumerate() {
                polyline.line.{ "s" (number % 6) } points=(points(&axes, &series.points)) {}
                @for &(x, y) in &series.points { (mark(number, axes.x(x), axes.y(y))) }
            }
            (names(ends.collect()))
        },
    )
}

fn points(axes: &Axes, points: &[(i64, f64)]) -> String {
    let each = points
        .iter()
        .map(|&(x, y)| format!("{},{}", at(axes.x(x)), at(axes.y(y))));
    each.collect::<Vec<_>>().join(" ")
}

/// Ranges of ratios, with a line at 1.
pub fn ranges(title: &str, x_name: &str, y_name: &str, series: &[Ranges]) -> Markup {
    let mut xs: Vec<i64> = series
        .iter()
        .flat_map(|s| s.points.iter().map(|p| p.0))
        .collect();
    xs.sort_unstable();
    xs.dedup();
    let all = || {
        series
            .iter()
            .flat_map(|s| s.points.iter().flat_map(|p| p.1))
    };
    let axes = Axes {
        xs,
        lo: (all().fold(1.0, f64::min) - 0.05).max(0.0),
        hi: all().fold(1.0, f64::max) + 0.05,
        log: false,
    };
    let middle = (series.len() as f64 - 1.0) / 2.0;
    let ends = series.iter().enumerate().filter_map(|(number, series)| {
        let &(_, [_, y, _]) = series.points.last()?;
        Some((number, axes.y(y) + 4.0, series.name.clone()))
    });
    figure(
        title,
        html! {
            (axes.frame(x_name, y_name))
            line.one x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(axes.y(1.0))) y2=(at(axes.y(1.0))) {}
            @for (number, series) in series.iter().enumerate() {
                @for &(x, [least, median, most]) in &series.points {
                    @let x = axes.x(x) + (number as f64 - middle) * 11.0;
                    line.line.{ "s" (number % 6) } x1=(at(x)) x2=(at(x))
                        y1=(at(axes.y(least))) y2=(at(axes.y(most))) {}
                    (mark(number, x, axes.y(median)))
                }
            }
            (names(ends.collect()))
        },
    )
}

fn figure(title: &str, inside: Markup) -> Markup {
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(title) {
            title { (title) }
            (inside)
        }
    }
}
