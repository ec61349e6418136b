//! One proof of everything against several.

use maud::{html, Markup};

use super::chart::{ranges, Ranges};
use super::content::{short, Page};
use super::findings::{fusing, series, Fusing};

impl Page<'_> {
    pub(super) fn fusing_text(&self) -> Markup {
        let found = fusing(self.study, &self.comparison);
        let Some(fused) = self.comparison.fused().filter(|_| !found.is_empty()) else {
            return html! { p { "The study has no plan with one proof of everything, or no other to compare with it." } };
        };
        html! {
            div.scroll { table.few {
                caption { "Plan " (short(fused)) " over each other plan: below 1, fusing pays. Least to most over all shapes" }
                thead { tr {
                    th.text { "against" } th.text { "security" } th { "shapes" } th { "packed bytes" }
                    th { "JSON bytes" } th { "time to prove" } th { "no smaller" }
                } }
                tbody { @for fusing in &found { (fusing_row(fusing)) } }
            } }
            @for fusing in &found { (no_gain(fused, fusing)) }
        }
    }

    /// Fused over other plans, by a parameter: the range over all else.
    pub(super) fn ratio_chart(&self, parameter: &str) -> Markup {
        let mut drawn = Vec::new();
        for (plan, security) in series(self.study) {
            let mut points = Vec::new();
            for value in self.study.values(parameter) {
                let rows = self.study.rows.iter();
                let rows = rows.filter(|row| {
                    row.plan == plan
                        && row.security == security
                        && row.params.get(parameter) == Some(&value)
                });
                let ratios = rows.map(|row| self.comparison.compare(row).fused_over_this);
                let mut ratios: Vec<f64> =
                    ratios.filter_map(|ratios| ratios.packed_bytes).collect();
                ratios.sort_by(f64::total_cmp);
                if let [least, .., most] = ratios[..] {
                    points.push((value, [least, ratios[ratios.len() / 2], most]));
                } else if let [only] = ratios[..] {
                    points.push((value, [only; 3]));
                }
            }
            if !points.is_empty() {
                let name = format!("{}, {security}", short(plan));
                drawn.push(Ranges { name, points });
            }
        }
        if drawn.is_empty() {
            return html! {};
        }
        let title = format!("Fused bytes over split bytes, by {parameter}");
        html! { figure {
            (ranges(&title, parameter, "fused / split, packed bytes", &drawn))
            figcaption {
                (title) ": least, median and most over all other parameters; above the broken line "
                "fusing does not pay. " (self.source())
            }
        } }
    }
}

fn fusing_row(fusing: &Fusing<'_>) -> Markup {
    html! { tr {
        td.text { (short(fusing.plan)) } td.text { (fusing.security) } td { (fusing.packed_bytes.count) }
        td { (fusing.packed_bytes.shown(3)) } td { (fusing.json_bytes.shown(3)) }
        td { (fusing.prove_ms.shown(2)) } td { (fusing.no_gain.len()) }
    } }
}

/// Says plainly where fusing does not pay.
fn no_gain(fused: &str, fusing: &Fusing<'_>) -> Markup {
    let (plan, security) = (short(fusing.plan), fusing.security);
    let Some(worst) = fusing.no_gain.first() else {
        return html! { p { "At " (security) ", " (short(fused)) " is smaller than " (plan) " at every shape." } };
    };
    let shape: Vec<String> = worst
        .params
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    html! { p {
        "At " (security) ", " (short(fused)) " is no smaller than " (plan) " at "
        (fusing.no_gain.len()) " of " (fusing.packed_bytes.count) " shapes: fusing does not pay there. "
        "The worst is " (shape.join(", ")) "."
    } }
}
