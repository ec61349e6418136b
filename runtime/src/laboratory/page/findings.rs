//! What a study shows, in numbers: growth between two values of a parameter, and one proof of
//! everything against split ones.

use crate::laboratory::study::compare::Comparison;
use crate::laboratory::study::{Row, Study};

/// The least and the most of some ratios, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub least: f64,
    pub most: f64,
    pub count: usize,
}

/// How figures grow from one value of a parameter to the next, over all rows that differ in
/// nothing else.
pub struct Growth {
    pub parameter: String,
    pub from: i64,
    pub to: i64,
    pub plan: String,
    pub security: String,
    pub lookup_claims: Option<Span>,
    pub trace_rows: Option<Span>,
    pub packed_bytes: Option<Span>,
    pub json_bytes: Option<Span>,
}

/// The fused plan's figures over another's, at one security.
pub struct Fusing<'a> {
    pub plan: &'a str,
    pub security: &'a str,
    pub packed_bytes: Span,
    pub json_bytes: Span,
    pub prove_ms: Span,
    /// Rows whose fused proof is no smaller, the worst first.
    pub no_gain: Vec<&'a Row>,
}

impl Span {
    pub fn of(ratios: impl Iterator<Item = f64>) -> Option<Self> {
        ratios.fold(None, |span: Option<Self>, ratio| {
            Some(match span {
                None => Self {
                    least: ratio,
                    most: ratio,
                    count: 1,
                },
                Some(span) => Self {
                    least: span.least.min(ratio),
                    most: span.most.max(ratio),
                    count: span.count + 1,
                },
            })
        })
    }

    /// `1.06 to 1.08`, or one number where both are the same.
    pub fn shown(&self, digits: usize) -> String {
        let (least, most) = (
            format!("{:.digits$}", self.least),
            format!("{:.digits$}", self.most),
        );
        match least == most {
            true => least,
            false => format!("{least} to {most}"),
        }
    }
}

/// The growth over the last step of every varied parameter, for every plan and security.
pub fn growth(study: &Study, comparison: &Comparison<'_>) -> Vec<Growth> {
    let mut found = Vec::new();
    for &parameter in comparison.varied() {
        let values = study.values(parameter);
        let [.., from, to] = values[..] else {
            continue;
        };
        for (plan, security) in series(study) {
            let rows: Vec<_> = study
                .rows
                .iter()
                .filter(|row| row.plan == plan && row.security == security)
                .filter(|row| row.params.get(parameter) == Some(&to))
                .filter_map(|row| comparison.compare(row).growth.remove(parameter))
                .filter(|growth| growth.from == Some(from))
                .collect();
            let growth = Growth {
                parameter: parameter.to_string(),
                from,
                to,
                plan: plan.to_string(),
                security: security.to_string(),
                lookup_claims: Span::of(rows.iter().filter_map(|growth| growth.lookup_claims)),
                trace_rows: Span::of(rows.iter().filter_map(|growth| growth.trace_rows)),
                packed_bytes: Span::of(rows.iter().filter_map(|growth| growth.packed_bytes)),
                json_bytes: Span::of(rows.iter().filter_map(|growth| growth.json_bytes)),
            };
            if growth.lookup_claims.is_some() || growth.packed_bytes.is_some() {
                found.push(growth);
            }
        }
    }
    found
}

/// Every plan and security that a study has rows of, in its order.
pub fn series(study: &Study) -> Vec<(&str, &str)> {
    let mut series: Vec<(&str, &str)> = Vec::new();
    for row in &study.rows {
        let one = (row.plan.as_str(), row.security.as_str());
        if !series.contains(&one) {
            series.push(one);
        }
    }
    series
}

/// What fusing gains over every other plan.
pub fn fusing<'a>(study: &'a Study, comparison: &Comparison<'a>) -> Vec<Fusing<'a>> {
    let mut found = Vec::new();
    for (plan, security) in series(study) {
        let rows = study.rows.iter();
        let rows = rows.filter(|row| row.plan == plan && row.security == security);
        let mut ratios: Vec<_> = rows
            .map(|row| (row, comparison.compare(row).fused_over_this))
            .filter(|(_, ratios)| ratios.packed_bytes.is_some())
            .collect();
        let span = |of: &dyn Fn(usize) -> Option<f64>| Span::of((0..ratios.len()).filter_map(of));
        let (Some(packed_bytes), Some(json_bytes), Some(prove_ms)) = (
            span(&|n| ratios[n].1.packed_bytes),
            span(&|n| ratios[n].1.json_bytes),
            span(&|n| ratios[n].1.prove_ms),
        ) else {
            continue;
        };
        ratios.retain(|(_, ratios)| ratios.packed_bytes.is_some_and(|ratio| ratio >= 1.0));
        ratios.sort_by(|(_, a), (_, b)| {
            b.packed_bytes
                .partial_cmp(&a.packed_bytes)
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        found.push(Fusing {
            plan,
            security,
            packed_bytes,
            json_bytes,
            prove_ms,
            no_gain: ratios.into_iter().map(|(row, _)| row).collect(),
        });
    }
    found
}
