//! How figures grow with a parameter.

use maud::{html, Markup};

use super::chart::{lines, Series};
use super::content::{short, Page};
use super::findings::{growth, series, Growth, Span};
use crate::laboratory::study::Row;

impl Page<'_> {
    pub(super) fn growth_text(&self) -> Markup {
        let found = growth(self.study, &self.comparison);
        html! {
            @if found.is_empty() { p { "No parameter takes two values." } }
            @else {
                div.scroll { table.few {
                    caption { "Growth over the last step of each parameter: least to most over all other parameters" }
                    thead { tr {
                        th.text { "step" } th.text { "plan" } th.text { "security" }
                        th { "lookup claims" } th { "trace rows" } th { "packed bytes" } th { "JSON bytes" }
                    } }
                    tbody { @for growth in &found { (growth_row(growth)) } }
                } }
            }
        }
    }

    /// Growth along a parameter, all others at the base.
    pub(super) fn growth_chart(&self, parameter: &str) -> Markup {
        let along = |plan: &str, security: &str, of: &dyn Fn(&Row) -> Option<f64>| {
            let mut points: Vec<(i64, f64)> = self
                .along(parameter, plan, security)
                .filter_map(|row| Some((*row.params.get(parameter)?, of(row)?)))
                .collect();
            points.sort_by_key(|(x, _)| *x);
            // A count of nothing grows from nothing; no doubling leads away from it.
            points.retain(|(_, y)| *y > 0.0);
            let first = points.first().map_or(1.0, |(_, y)| *y);
            points.iter_mut().for_each(|(_, y)| *y /= first);
            points
        };
        let all = series(self.study);
        let Some(&(plan, security)) = all.first() else {
            return html! {};
        };
        let mut drawn = vec![
            Series {
                name: "lookup claims".into(),
                points: along(plan, security, &|row| {
                    Some(row.structure?.lookup_claims as f64)
                }),
            },
            Series {
                name: "trace rows".into(),
                points: along(plan, security, &|row| {
                    Some(row.structure?.trace_rows as f64)
                }),
            },
        ];
        for (plan, security) in all.into_iter().take(4) {
            let bytes = |row: &Row| Some(row.measured.as_ref()?.packed_bytes as f64);
            drawn.push(Series {
                name: format!("bytes, {}, {security}", short(plan)),
                points: along(plan, security, &bytes),
            });
        }
        drawn.retain(|series| series.points.len() > 1);
        if drawn.is_empty() {
            return html! {};
        }
        let title = format!("Growth with {parameter}");
        let y = "relative to the first (both axes double)";
        html! { figure {
            (lines(&title, parameter, y, &drawn))
            figcaption { (title) ", " (self.others(parameter)) ". " (self.source()) }
        } }
    }
}

fn growth_row(growth: &Growth) -> Markup {
    let shown = |span: Option<Span>| span.map(|span| span.shown(3)).unwrap_or_default();
    html! { tr {
        td.text { (growth.parameter) " " (growth.from) " \u{2192} " (growth.to) }
        td.text { (short(&growth.plan)) } td.text { (growth.security) }
        td { (shown(growth.lookup_claims)) } td { (shown(growth.trace_rows)) }
        td { (shown(growth.packed_bytes)) } td { (shown(growth.json_bytes)) }
    } }
}
