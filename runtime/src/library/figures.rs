//! What circuits come to before anything is proved, as `inspect --json` has it.

use attnc_compiler::choice::cost::Objective;
use attnc_compiler::circuit::{Circuit, Component, Kind};
use attnc_compiler::diagnostic::Source;
use attnc_compiler::meaning::dims::Dim;
use serde::Serialize;
use serde_json::{json, Value};

use crate::price::{predicted, predicted_session, price};
use crate::session::account::{account, SessionAccount};
use crate::session::security::Setting;
use crate::session::Scheme;

/// What one proof of a circuit, or all of them, come to before anything is proved.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Figures {
    /// Uses of declared tables.
    pub lookup_claims: u64,
    /// Padded rows of the largest component over a pair space: one with an index that runs over
    /// a growing cache. Where there is none, of the largest over any space.
    pub trace_rows: u64,
    /// Base field columns: preprocessed, main and interaction.
    pub columns: u64,
    /// Columns times padded rows.
    pub cells: u64,
}

impl Figures {
    pub fn of<'a>(components: impl Iterator<Item = &'a Component> + Clone) -> Self {
        let mut figures = Self::default();
        let (mut pairs, mut largest) = (0, 0);
        for component in components {
            let tall = 1 << component.log_rows;
            figures.columns += component.columns() as u64;
            figures.cells += component.cells();
            // A table's own component serves, it does not use.
            if let Kind::Space(rows) = &component.kind {
                figures.lookup_claims += component.count.table_uses as u64 * component.rows;
                largest = tall.max(largest);
                if rows
                    .dims
                    .iter()
                    .any(|dim| matches!(dim, Dim::Growing { .. }))
                {
                    pairs = tall.max(pairs);
                }
            }
        }
        figures.trace_rows = if pairs > 0 { pairs } else { largest };
        figures
    }

    pub fn of_proof(circuit: &Circuit, proof: usize) -> Self {
        let components: Vec<&Component> = circuit.components_of(proof).map(|(_, c)| c).collect();
        Self::of(components.into_iter())
    }
}

/// The security account with the setting's name.
pub fn security(setting: Setting, account: &SessionAccount) -> Value {
    json!({
        "setting": setting.name(),
        "hiding": setting.hides(),
        "conjectured_bits": account.conjectured_bits,
        "proven_bits": account.proven_bits,
        "proofs": account.proofs,
    })
}

/// A part of a plan: its proofs, their components, predictions and security.
pub fn part(circuit: &Circuit, source: &dyn Source, setting: Setting) -> Value {
    let component = |component: &Component| {
        let count = &component.count;
        let kind = match component.kind {
            Kind::Space(_) => "space",
            Kind::Table(_) => "table",
            Kind::Ranges => "ranges",
        };
        json!({
            "name": component.name,
            "kind": kind,
            "from": component.from,
            "rows": component.rows,
            "padded_rows": 1u64 << component.log_rows,
            "columns": {
                "fixed": component.fixed.len(),
                "main": count.columns,
                "interaction": count.interaction_columns(),
                "all": component.columns(),
            },
            "sends": count.sends.len(),
            "rules": count.constraints(),
            "degree": count.max_degree(),
            "table_uses": count.table_uses,
            "lines": component.lines(source),
        })
    };
    let schemes = Scheme::of(circuit, setting);
    let proofs: Vec<Value> = circuit
        .proofs
        .iter()
        .zip(&schemes)
        .enumerate()
        .map(|(proof, (name, scheme))| {
            let components = circuit.components_of(proof);
            let components: Vec<Value> = components.map(|(_, c)| component(c)).collect();
            let figures = Figures::of_proof(circuit, proof);
            let predicted = predicted(scheme);
            json!({
                "name": name,
                "components": components,
                "predicted_bytes": predicted.map(|(bytes, _)| bytes),
                "breakdown": predicted.map(|(_, prediction)| prediction.breakdown),
                "lookup_claims": figures.lookup_claims,
                "trace_rows": figures.trace_rows,
                "columns": figures.columns,
                "cells": figures.cells,
            })
        })
        .collect();
    let figures = Figures::of(circuit.components.iter());
    let price = price(circuit, setting.into(), Objective::default());
    json!({
        "circuit": circuit.name,
        "plan": circuit.plan,
        "part": circuit.part,
        "proofs": proofs,
        "predicted_bytes": predicted_session(circuit, setting),
        "predicted_ms": price.as_ref().map(|price| price.ms),
        "predicted_stages_ms": price.as_ref().map(|price| price.times),
        "predicted_memory_bytes": price.as_ref().map(|price| price.memory_bytes.round()),
        "lookup_claims": figures.lookup_claims,
        "trace_rows": figures.trace_rows,
        "columns": figures.columns,
        "cells": figures.cells,
        "range_tables": circuit.ranges.sizes(),
        "security": security(setting, &account(circuit, setting)),
    })
}
