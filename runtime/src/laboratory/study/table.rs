//! A study as a table: every column by name, with its unit and a row's value, and the CSV of all.

use super::compare::{Compared, Comparison, Growth};
use super::{Measured, Predicted, Row, Structure, Study};

/// A column of a study's table.
pub struct Column {
    /// As in the CSV's first line.
    pub name: String,
    value: Value,
}

type Value = Box<dyn Fn(&Row, &Compared) -> Option<String>>;

impl Column {
    fn new(
        name: impl Into<String>,
        value: impl Fn(&Row, &Compared) -> Option<String> + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            value: Box::new(value),
        }
    }

    /// What a row has in it; empty where it has nothing.
    pub fn of(&self, row: &Row, compared: &Compared) -> String {
        (self.value)(row, compared).unwrap_or_default()
    }
}

/// All columns of a study, in the CSV's order.
pub fn columns(study: &Study) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for name in &study.subject.parameters {
        let key = name.clone();
        columns.push(Column::new(name, move |row, _| text(row.params.get(&key)?)));
    }
    columns.extend([
        Column::new("plan", |row, _| Some(row.plan.clone())),
        Column::new("security", |row, _| Some(row.security.clone())),
        Column::new("status", |row, _| text(row.status.name())),
        Column::new("reason", |row, _| row.reason.clone()),
        structure("lookup_claims", |of| of.lookup_claims),
        structure("trace_rows", |of| of.trace_rows),
        structure("columns", |of| of.columns),
        structure("cells", |of| of.cells),
        structure("components", |of| of.components),
        structure("proofs", |of| of.proofs),
        structure("parts", |of| of.parts),
        predicted("predicted_bytes", |of| of.bytes),
        measured("packed_bytes", |of| text(of.packed_bytes)),
        measured("json_bytes", |of| text(of.json_bytes)),
        measured("size_estimate", |of| text(of.size_estimate)),
        measured("statement_bytes", |of| text(of.statement_bytes)),
        measured("file_bytes", |of| text(of.file_bytes)),
        measured("sampled_values_bytes", |of| {
            text(of.breakdown.sampled_values)
        }),
        measured("queried_values_bytes", |of| {
            text(of.breakdown.queried_values)
        }),
        measured("fri_samples_bytes", |of| text(of.breakdown.fri_samples)),
        measured("fri_decommitments_bytes", |of| {
            text(of.breakdown.fri_decommitments)
        }),
        measured("trace_decommitments_bytes", |of| {
            text(of.breakdown.trace_decommitments)
        }),
        measured("other_bytes", |of| text(of.breakdown.other)),
        measured("setup_ms", |of| text(of.stages_ms.setup)),
        measured("fill_ms", |of| text(of.stages_ms.fill)),
        measured("commit_ms", |of| text(of.stages_ms.commit)),
        measured("grind_ms", |of| text(of.stages_ms.grind)),
        measured("bus_ms", |of| text(of.stages_ms.bus)),
        measured("stark_ms", |of| text(of.stages_ms.stark)),
        measured("trace_ms", |of| text(of.trace_ms)),
        measured("prove_ms", |of| text(of.prove_ms)),
        predicted("predicted_ms", |of| of.ms),
        measured("verify_ms", |of| text(of.verify_ms)),
        measured("memory_bytes", |of| text(of.memory_bytes?)),
        predicted("predicted_memory_bytes", |of| of.memory_bytes),
        measured("repeats", |of| text(of.repeats)),
        measured("setting", |of| text(&of.setting)),
        measured("conjectured_bits", |of| text(of.conjectured_bits)),
        measured("proven_bits", |of| text(of.proven_bits)),
        Column::new("fused_over_this_packed_bytes", |_, compared| {
            text(compared.fused_over_this.packed_bytes?)
        }),
        Column::new("fused_over_this_json_bytes", |_, compared| {
            text(compared.fused_over_this.json_bytes?)
        }),
        Column::new("fused_over_this_prove_ms", |_, compared| {
            text(compared.fused_over_this.prove_ms?)
        }),
    ]);
    for name in study.varied() {
        columns.extend([
            growth(name, "from", |of| text(of.from?)),
            growth(name, "lookup_claims", |of| text(of.lookup_claims?)),
            growth(name, "trace_rows", |of| text(of.trace_rows?)),
            growth(name, "packed_bytes", |of| text(of.packed_bytes?)),
            growth(name, "json_bytes", |of| text(of.json_bytes?)),
        ]);
    }
    columns.push(Column::new("command", |row, _| Some(row.command.clone())));
    columns
}

/// The study as CSV: a line of names, then a line for each row.
///
/// # Errors
/// Those of the writer.
pub fn csv(study: &Study) -> Result<Vec<u8>, csv::Error> {
    let comparison = Comparison::of(study);
    let columns = columns(study);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| &column.name))?;
    for row in &study.rows {
        let compared = comparison.compare(row);
        writer.write_record(columns.iter().map(|column| column.of(row, &compared)))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

fn text(value: impl ToString) -> Option<String> {
    Some(value.to_string())
}

fn structure(name: &str, of: fn(Structure) -> u64) -> Column {
    Column::new(name, move |row, _| text(of(row.structure?)))
}

fn predicted(name: &str, of: fn(Predicted) -> Option<f64>) -> Column {
    Column::new(name, move |row, _| text(of(row.predicted?)?))
}

fn measured(name: &str, of: fn(&Measured) -> Option<String>) -> Column {
    Column::new(name, move |row, _| of(row.measured.as_ref()?))
}

fn growth(parameter: &str, figure: &str, of: fn(&Growth) -> Option<String>) -> Column {
    let key = parameter.to_string();
    Column::new(
        format!("growth_{parameter}_{figure}"),
        move |_, compared| of(compared.growth.get(&key)?),
    )
}
