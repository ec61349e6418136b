//! Charts as SVG: lines over a parameter that doubles, and ranges of ratios. Every series has a
//! shape and a name beside its end, so that no colour is needed to read one.

use maud::{html, Markup};

/// The room that a chart takes, in the units of its own coordinates.
const WIDTH: f64 = 880.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 330.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 46.0;
/// Between the names of two series.
const LINE: f64 = 15.0;
/// The width of a character, at the most: of a bold one in the widest font of the page's list.
const CHARACTER: f64 = 8.4;
/// Ticks of an axis, at the most.
const TICKS: usize = 9;
/// Charts show numbers up to this, and as small as its inverse.
const MOST: f64 = 1e12;

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
    height: f64,
}

impl Axes {
    /// Axes for these points and the lines' names.
    fn new(mut xs: Vec<i64>, (lo, hi): (f64, f64), log: bool, names: usize) -> Self {
        xs.sort_unstable();
        xs.dedup();
        let least = if log { 1.0 / MOST } else { 0.0 };
        Self {
            xs,
            lo: lo.clamp(least, MOST),
            hi: hi.clamp(lo.clamp(least, MOST) + 1.0 / MOST, 2.0 * MOST),
            log,
            height: HEIGHT.max(TOP + BOTTOM + LINE * names as f64),
        }
    }

    fn bottom(&self) -> f64 {
        self.height - BOTTOM
    }

    /// Values of a parameter stand at equal distances, as they double in most studies.
    fn x(&self, value: i64) -> f64 {
        let place = self.xs.iter().position(|&x| x == value).unwrap_or(0) as f64;
        let steps = (self.xs.len().max(2) - 1) as f64;
        LEFT + 12.0 + place / steps * (WIDTH - LEFT - RIGHT - 24.0)
    }

    /// What is no number stands at the bottom.
    fn y(&self, value: f64) -> f64 {
        let value = match value.is_nan() {
            true => self.lo,
            false => value.clamp(self.lo, self.hi),
        };
        let place = match self.log {
            true => (value / self.lo).ln() / (self.hi / self.lo).ln(),
            false => (value - self.lo) / (self.hi - self.lo),
        };
        self.bottom() - place * (self.bottom() - TOP)
    }

    /// Where lines go across: at most [`TICKS`].
    fn ticks(&self) -> Vec<f64> {
        if self.log {
            let doublings = (self.hi / self.lo).log2().round().max(1.0) as usize;
            let every = doublings.div_ceil(TICKS - 1);
            let powers = (0..=doublings).step_by(every);
            return powers
                .map(|power| self.lo * 2f64.powi(power as i32))
                .collect();
        }
        // A step of 1, 2 or 5 times a power of ten.
        let rough = (self.hi - self.lo) / (TICKS - 1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let nice = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = nice.into_iter().find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let first = (self.lo / step).ceil();
        let ticks = (0..TICKS).map(|tick| (first + tick as f64) * step);
        ticks.take_while(|tick| *tick <= self.hi).collect()
    }

    /// The values of the parameter that have a number below, as many as there is room for.
    fn labels(&self) -> impl Iterator<Item = i64> + '_ {
        let widest = self
            .xs
            .iter()
            .map(|x| x.to_string().len())
            .max()
            .unwrap_or(1);
        let room = (WIDTH - LEFT - RIGHT) / (CHARACTER * (widest + 1) as f64);
        let every = self.xs.len().div_ceil(room.max(1.0) as usize).max(1);
        self.xs.iter().copied().step_by(every)
    }

    fn frame(&self, x_name: &str, y_name: &str) -> Markup {
        let bottom = self.bottom();
        html! {
            @for tick in self.ticks() {
                line.grid x1=(LEFT) x2=(WIDTH - RIGHT) y1=(at(self.y(tick))) y2=(at(self.y(tick))) {}
                text.tick x=(LEFT - 8.0) y=(at(self.y(tick) + 4.0)) text-anchor="end" { (number(tick)) }
            }
            line.axis x1=(LEFT) x2=(WIDTH - RIGHT) y1=(bottom) y2=(bottom) {}
            @for x in self.labels() {
                text.tick x=(at(self.x(x))) y=(bottom + 18.0) text-anchor="middle" { (x) }
            }
            text.name x=(at((LEFT + WIDTH - RIGHT) / 2.0)) y=(self.height - 8.0) text-anchor="middle" { (x_name) }
            text.name transform=(format!("translate(14 {}) rotate(-90)", at((TOP + bottom) / 2.0)))
                text-anchor="middle" { (y_name) }
        }
    }
}

/// Coordinates to a tenth.
fn at(coordinate: f64) -> f64 {
    (coordinate * 10.0).round() / 10.0
}

/// In seven characters at the most, for which there is room beside the axis.
fn number(value: f64) -> String {
    let text = match value.abs() {
        0.0 => return "0".to_string(),
        large if large >= 999_999.5 => return format!("{value:.0e}"),
        large if large >= 999.5 => return format!("{value:.0}"),
        usual if usual >= 0.001 => format!("{value:.3}"),
        _ => return format!("{value:.0e}"),
    };
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

/// A name as long as there is room for, without its middle if it is longer.
fn shortened(name: &str) -> String {
    let room = ((RIGHT - 28.0) / CHARACTER) as usize;
    let characters: Vec<char> = name.chars().collect();
    if characters.len() <= room {
        return name.to_string();
    }
    let (head, tail) = (room / 2, room - room / 2 - 1);
    let head: String = characters[..head].iter().collect();
    let tail: String = characters[characters.len() - tail..].iter().collect();
    format!("{head}\u{2026}{tail}")
}

/// Names beside the ends of series, moved apart.
fn names(axes: &Axes, ends: Vec<(usize, f64, String)>) -> Markup {
    let mut ends = ends;
    ends.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut last = f64::NEG_INFINITY;
    for (_, y, _) in &mut ends {
        *y = y.max(last + LINE);
        last = *y;
    }
    // What was pushed below the chart goes up again, and what is in its way.
    let mut most = axes.bottom();
    for (_, y, _) in ends.iter_mut().rev() {
        *y = y.min(most);
        most = *y - LINE;
    }
    html! {
        @for (series, y, name) in ends {
            (mark(series, WIDTH - RIGHT + 14.0, y - 4.0))
            text.{ "label s" (series % 6) } x=(WIDTH - RIGHT + 24.0) y=(at(y)) {
                title { (name) }
                (shortened(&name))
            }
        }
    }
}

/// Growth relative to the first x, both axes doubling; of numbers above zero.
pub fn lines(title: &str, x_name: &str, y_name: &str, series: &[Series]) -> Markup {
    let xs = series.iter().flat_map(|s| s.points.iter().map(|p| p.0));
    let ys = || series.iter().flat_map(|s| s.points.iter().map(|p| p.1));
    let power = |of: f64, up: bool| {
        let log = of.clamp(1.0 / MOST, MOST).log2();
        2f64.powf(if up { log.ceil() } else { log.floor() })
    };
    let lo = power(ys().fold(1.0, f64::min), false);
    let hi = power(ys().fold(2.0, f64::max), true).max(lo * 2.0);
    let axes = Axes::new(xs.collect(), (lo, hi), true, series.len());
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
        axes.height,
        html! {
            (axes.frame(x_name, y_name))
            @for (number, series) in series.iter().enumerate() {
                polyline.line.{ "s" (number % 6) } points=(points(&axes, &series.points)) {}
                @for &(x, y) in &series.points { (mark(number, axes.x(x), axes.y(y))) }
            }
            (names(&axes, ends.collect()))
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
    let xs = series.iter().flat_map(|s| s.points.iter().map(|p| p.0));
    let all = || {
        series
            .iter()
            .flat_map(|s| s.points.iter().flat_map(|p| p.1))
    };
    let lo = (all().fold(1.0, f64::min) - 0.05).max(0.0);
    let hi = all().fold(1.0, f64::max) + 0.05;
    let axes = Axes::new(xs.collect(), (lo, hi), false, series.len());
    let middle = (series.len() as f64 - 1.0) / 2.0;
    let ends = series.iter().enumerate().filter_map(|(number, series)| {
        let &(_, [_, y, _]) = series.points.last()?;
        Some((number, axes.y(y) + 4.0, series.name.clone()))
    });
    figure(
        title,
        axes.height,
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
            (names(&axes, ends.collect()))
        },
    )
}

fn figure(title: &str, height: f64, inside: Markup) -> Markup {
    html! {
        svg.chart viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-label=(title) {
            title { (title) }
            (inside)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the texts of a chart begin, how they are anchored, and what they say.
    fn texts(chart: &str) -> Vec<(f64, f64, String, String)> {
        let each = chart.split("<text").skip(1);
        each.filter_map(|text| {
            let (head, rest) = text.split_once('>')?;
            let attribute = |name: &str| {
                let (_, value) = head.split_once(&format!(" {name}=\""))?;
                Some(value.split('"').next()?.to_string())
            };
            let said = rest
                .split("</text>")
                .next()?
                .rsplit('>')
                .next()?
                .to_string();
            let place = |name| attribute(name)?.parse::<f64>().ok();
            let anchor = attribute("text-anchor").unwrap_or_default();
            Some((place("x")?, place("y")?, anchor, said))
        })
        .collect()
    }

    fn height(chart: &str) -> f64 {
        let (_, view) = chart.split_once("viewBox=\"").unwrap();
        let view = view.split('"').next().unwrap();
        view.split(' ').nth(3).unwrap().parse().unwrap()
    }

    fn is_inside(chart: &str) {
        let texts = texts(chart);
        assert!(texts.len() > 4, "{chart}");
        for (x, y, anchor, said) in texts {
            let width = said.chars().count() as f64 * CHARACTER;
            let left = match anchor.as_str() {
                "end" => x - width,
                "middle" => x - width / 2.0,
                _ => x,
            };
            assert!(left >= 0.0 && left + width <= WIDTH, "{said} at {x}");
            assert!(y >= 10.0 && y <= height(chart), "{said} at {y}");
        }
    }

    fn names(count: usize) -> impl Iterator<Item = String> {
        let name = "bytes, proof scores: * - lookup by head proof table: lookup, standard";
        (0..count).map(move |number| format!("{number} {name}"))
    }

    #[test]
    fn whatever_the_numbers_labels_are_inside_and_ticks_are_few() {
        let numbers = [
            0.0,
            1e-300,
            1e-9,
            0.3,
            1.0,
            2.0,
            77.0,
            1e7,
            1e18,
            1e300,
            f64::INFINITY,
            f64::NAN,
        ];
        for first in numbers {
            for last in numbers {
                let points = vec![(1, first), (1 << 40, last)];
                let all: Vec<Series> = names(30)
                    .map(|name| Series {
                        name,
                        points: points.clone(),
                    })
                    .collect();
                let chart = lines("t", "width", "relative", &all).into_string();
                is_inside(&chart);
                assert!(
                    chart.matches("class=\"grid\"").count() <= TICKS,
                    "{first} {last}"
                );
                let all: Vec<Ranges> = names(30)
                    .map(|name| Ranges {
                        name,
                        points: vec![(3, [first, first, last]), (5, [1.0, last, last])],
                    })
                    .collect();
                let chart = ranges("t", "width", "ratio", &all).into_string();
                is_inside(&chart);
                let ticks = chart.matches("class=\"grid\"").count();
                assert!((1..=TICKS).contains(&ticks), "{first} {last}");
                assert!(!chart.contains("NaN") || first.is_nan() || last.is_nan());
            }
        }
    }

    #[test]
    fn many_values_of_a_parameter_share_the_axis() {
        let points = (0..5000).map(|x| (x * 1_000_003, 1.0 + x as f64)).collect();
        let name = "n".to_string();
        let chart = lines("t", "width", "relative", &[Series { name, points }]).into_string();
        is_inside(&chart);
        let below: Vec<f64> = texts(&chart)
            .into_iter()
            .filter(|(_, y, ..)| *y == HEIGHT - BOTTOM + 18.0)
            .map(|(x, ..)| x)
            .collect();
        let apart = 9.0 * CHARACTER;
        assert!(
            below.len() > 2 && below.windows(2).all(|x| x[1] - x[0] >= apart),
            "{below:?}"
        );
    }
}
