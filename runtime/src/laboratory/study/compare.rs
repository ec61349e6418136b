//! How a row of a study compares with others of it: with one proof of everything, and with the
//! next smaller value of each parameter.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Place, Row, Status, Study};

/// A study's rows by their place, to look others up.
pub struct Comparison<'a> {
    study: &'a Study,
    rows: BTreeMap<Place<'a>, &'a Row>,
    /// The plan with one proof of everything, if a row has one.
    fused: Option<&'a str>,
    varied: Vec<&'a str>,
}

/// What compares a row with others.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Compared {
    pub fused_over_this: Ratios,
    /// By parameter, of those that take several values.
    pub growth: BTreeMap<String, Growth>,
}

/// The fused plan's figure divided by this row's: below 1, fusing pays. Null for the fused plan
/// itself, and where it was not measured at the same parameters and security.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Ratios {
    pub packed_bytes: Option<f64>,
    pub json_bytes: Option<f64>,
    pub prove_ms: Option<f64>,
}

/// This row's figures divided by those of the row that differs from it only in that one
/// parameter has the next smaller value of the study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Growth {
    /// That value; null where there is none smaller, or no such row.
    pub from: Option<i64>,
    pub lookup_claims: Option<f64>,
    pub trace_rows: Option<f64>,
    pub packed_bytes: Option<f64>,
    pub json_bytes: Option<f64>,
}

impl<'a> Comparison<'a> {
    pub fn of(study: &'a Study) -> Self {
        let whole = |row: &&Row| row.structure.is_some_and(|s| (s.proofs, s.parts) == (1, 1));
        Self {
            study,
            rows: study.rows.iter().map(|row| (row.place(), row)).collect(),
            fused: study.rows.iter().find(whole).map(|row| row.plan.as_str()),
            varied: study.varied(),
        }
    }

    pub fn fused(&self) -> Option<&'a str> {
        self.fused
    }

    pub fn varied(&self) -> &[&'a str] {
        &self.varied
    }

    /// The row at a place.
    pub fn row(&self, place: Place<'_>) -> Option<&'a Row> {
        self.rows.get(&place).copied()
    }

    /// The fused plan's row with the same parameters and security as a row of another plan.
    pub fn fused_row(&self, row: &Row) -> Option<&'a Row> {
        let fused = self.fused.filter(|fused| *fused != row.plan)?;
        self.row((&row.params, fused, &row.security))
    }

    /// The row that a row is one step along a parameter from.
    pub fn previous(&self, row: &Row, name: &str) -> Option<&'a Row> {
        let own = row.params.get(name)?;
        let smaller = self.study.values(name).into_iter().rev();
        let value = smaller.into_iter().find(|value| value < own)?;
        let mut params = row.params.clone();
        params.insert(name.to_string(), value);
        self.row((&params, &row.plan, &row.security))
    }

    pub fn compare(&self, row: &Row) -> Compared {
        Compared {
            fused_over_this: self.ratios(row),
            growth: self
                .varied
                .iter()
                .map(|name| (name.to_string(), self.growth(row, name)))
                .collect(),
        }
    }

    fn ratios(&self, row: &Row) -> Ratios {
        let both = |row: &'a Row| row.measured.as_ref();
        let fused = self.fused_row(row).and_then(both);
        let (Some(fused), Some(own)) = (fused, row.measured.as_ref()) else {
            return Ratios::default();
        };
        Ratios {
            packed_bytes: ratio(fused.packed_bytes as f64, own.packed_bytes as f64),
            json_bytes: ratio(fused.json_bytes as f64, own.json_bytes as f64),
            prove_ms: ratio(fused.prove_ms, own.prove_ms),
        }
    }

    fn growth(&self, row: &Row, name: &str) -> Growth {
        let Some(previous) = self.previous(row, name) else {
            return Growth::default();
        };
        let of = |figure: &dyn Fn(&Row) -> Option<u64>| {
            ratio(figure(row)? as f64, figure(previous)? as f64)
        };
        Growth {
            from: previous.params.get(name).copied(),
            lookup_claims: of(&|row| Some(row.structure?.lookup_claims)),
            trace_rows: of(&|row| Some(row.structure?.trace_rows)),
            packed_bytes: of(&|row| Some(row.measured.as_ref()?.packed_bytes)),
            json_bytes: of(&|row| Some(row.measured.as_ref()?.json_bytes)),
        }
    }

    /// Rows that are done, in the study's order.
    pub fn done(&self) -> impl Iterator<Item = &'a Row> + '_ {
        let rows = self.study.rows.iter();
        rows.filter(|row| row.status == Status::Done)
    }
}

/// To six decimals.
fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| (a / b * 1e6).round() / 1e6)
}
