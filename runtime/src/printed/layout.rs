//! What a program's layouts weigh: as `inspect` prints it, by part, by line and drawn.

use attnc_compiler::choice::cost::TimeTable;
use attnc_compiler::circuit::print::joined;
use attnc_compiler::circuit::{Circuit, Component};
use attnc_compiler::diagnostic::Source;
use serde_json::{json, Value};

use crate::laboratory::attribute::{attribute, Attribution};
use crate::laboratory::by_line::ByLine;
#[cfg(feature = "draw")]
use crate::laboratory::drawing::{draw, Drawing, Section};
use crate::library::error::Error;
use crate::library::figures::{part as part_figures, Figures};
use crate::library::layout::Assembled;
use crate::library::options::Options;
use crate::library::program::Program;
use crate::price::{predicted, predicted_session, price};
use crate::printed::choices::Explained;
use crate::printed::publishes::Publishes;
use crate::printed::security::{in_all, least, security};
use crate::printed::title::titled;
use crate::session::account::CONJECTURE;
use crate::session::security::Setting;
use crate::session::{account, Scheme};

/// A program laid out under a plan, each part at its setting.
pub struct Inspected<'a> {
    program: &'a Program,
    options: &'a Options,
    parts: Vec<(Assembled, Setting)>,
}

impl<'a> Inspected<'a> {
    /// Lays the program out as costs least. Its tables have entries, whatever they are: they change no
    /// figure.
    ///
    /// # Errors
    /// What is wrong with the plan, or does not fit a circuit; a floor that no setting reaches.
    pub fn of(program: &'a Program, options: &'a Options) -> Result<Self, Error> {
        let assembled = program.assemble(options)?.into_iter();
        let settled = assembled.map(|part| {
            let setting = options.settle(&part.compiled)?;
            Ok((part, setting))
        });
        Ok(Self {
            program,
            options,
            parts: settled.collect::<Result<_, Error>>()?,
        })
    }

    fn source(&self) -> &'a dyn Source {
        &self.program.sources
    }

    fn plan(&self) -> &str {
        let first = self.parts.first();
        first.map_or("", |(part, _)| &part.compiled.circuit.plan)
    }

    fn title(&self) -> String {
        let title = titled(&self.program.graph.name, &self.program.params());
        format!("{title}, plan {}", self.plan())
    }

    fn publishes(&self) -> Publishes<'a> {
        let parts = self.parts.iter().map(|(part, _)| &part.compiled.part);
        Publishes::of(&self.program.graph, self.source(), parts)
    }

    fn accounts(&self) -> Vec<Value> {
        let parts = self.parts.iter();
        let each = parts
            .map(|(part, setting)| security(*setting, &account(&part.compiled.circuit, *setting)));
        each.collect()
    }

    /// What `inspect --json` prints (spec 8.5).
    pub fn object(&self) -> Value {
        let objects = self.parts.iter().map(|(part, setting)| {
            let choices = Explained::of(part, self.options, self.source());
            let mut object = part_figures(&part.compiled.circuit, self.source(), *setting);
            object["choices"] = choices.object();
            object
        });
        let mut objects: Vec<Value> = objects.collect();
        let mut all = match objects.len() {
            1 => objects.remove(0),
            _ => summed(&objects),
        };
        all["publishes"] = self.publishes().objects();
        all
    }

    /// The same in words.
    pub fn text(&self) -> String {
        let several = self.parts.len() > 1;
        let mut text = format!("{}\n", self.title());
        if several {
            text += &self.publishes().text(self.plan(), 2);
        }
        for (number, (part, setting)) in self.parts.iter().enumerate() {
            if several {
                let (number, count) = (number + 1, self.parts.len());
                text += &format!(
                    "\npart {number} of {count}: {}\n",
                    part.compiled.circuit.part
                );
            }
            text += &inspected(part, *setting, self.options, self.source());
        }
        if several {
            text += &format!(
                "\nall {} parts: {}\n",
                self.parts.len(),
                in_all(&least(&self.accounts()))
            );
        }
        format!("{text}\n{CONJECTURE}\n")
    }

    /// The security that is asked for, by flags or by the plan's own word.
    fn asked(&self) -> String {
        let part = self.parts.first().map(|(part, _)| &part.compiled.part);
        part.map_or_else(
            || self.options.asked(),
            |part| self.options.of_part(part).asked(),
        )
    }

    fn attribution(&self) -> Result<Attribution, Error> {
        let parts = self.parts.iter();
        let parts: Vec<(&Circuit, Setting)> = parts
            .map(|(part, setting)| (&part.compiled.circuit, *setting))
            .collect();
        attribute(&self.program.graph, self.source(), &parts).ok_or_else(|| self.does_not_fit())
    }

    /// What `inspect --by-line --json` prints (spec 8.5).
    ///
    /// # Errors
    /// A setting that does not fit the rows.
    pub fn by_line(&self) -> Result<Value, Error> {
        let mut object = json!({
            "circuit": self.program.graph.name,
            "plan": self.plan(),
            "setting": self.asked(),
        });
        let costs = serde_json::to_value(self.attribution()?)
            .map_err(|error| Error::refused(format!("cannot write the costs: {error}")))?;
        if let (Some(object), Value::Object(costs)) = (object.as_object_mut(), costs) {
            object.extend(costs);
        }
        Ok(object)
    }

    /// The same in words.
    ///
    /// # Errors
    /// As [`Inspected::by_line`].
    pub fn by_line_text(&self) -> Result<String, Error> {
        let found = self.attribution()?;
        let (title, asked) = (self.title(), self.asked());
        Ok(format!("{title}, at {asked}\n\n{}", ByLine(&found)))
    }

    /// What is computed where, and what crosses.
    ///
    /// # Errors
    /// As [`Inspected::by_line`].
    #[cfg(feature = "draw")]
    pub fn drawing(&self) -> Result<Drawing, Error> {
        let sections = self.parts.iter().map(|(part, setting)| Section {
            part: &part.compiled.part,
            circuit: &part.compiled.circuit,
            setting: *setting,
        });
        let sections: Vec<Section<'_>> = sections.collect();
        draw(&self.program.graph, self.source(), &sections).ok_or_else(|| self.does_not_fit())
    }

    fn does_not_fit(&self) -> Error {
        let security = self.options.security;
        Error::refused(format!(
            "the setting {security} does not fit the rows of a proof"
        ))
        .hint("make the shape larger, or choose another --security")
    }
}

/// What the parts of a plan come to, and each.
fn summed(parts: &[Value]) -> Value {
    let sum = |name: &str| -> Option<f64> { parts.iter().map(|part| part[name].as_f64()).sum() };
    let whole = |name: &str| json!(sum(name).map(|sum| sum as u64));
    let most = |name: &str| json!(parts.iter().filter_map(|part| part[name].as_u64()).max());
    let accounts: Vec<Value> = parts.iter().map(|part| part["security"].clone()).collect();
    json!({
        "circuit": parts[0]["circuit"],
        "plan": parts[0]["plan"],
        "predicted_bytes": whole("predicted_bytes"),
        "predicted_ms": sum("predicted_ms"),
        "predicted_memory_bytes": parts
            .iter()
            .filter_map(|part| part["predicted_memory_bytes"].as_f64())
            .reduce(f64::max),
        "lookup_claims": whole("lookup_claims"),
        "trace_rows": most("trace_rows"),
        "columns": whole("columns"),
        "cells": whole("cells"),
        "security": least(&accounts),
        "parts": parts,
    })
}

/// A part's components, choices, predictions and security.
fn inspected(part: &Assembled, setting: Setting, options: &Options, source: &dyn Source) -> String {
    let circuit = &part.compiled.circuit;
    let choices = Explained::of(part, options, source);
    let mut text = String::new();
    let schemes = Scheme::of(circuit, setting);
    let figures = Figures::of(circuit.components.iter());
    for (proof, name) in circuit.proofs.iter().enumerate() {
        let figures = Figures::of_proof(circuit, proof);
        text += &format!("\nproof {name}\n");
        text += &format!(
            "{:>9} {:>9} {:>6} {:>6} {:>12} {:>6} {:>6} {:>6}  component, lines\n",
            "rows", "padded", "fixed", "main", "interaction", "sends", "rules", "degree"
        );
        for (_, component) in circuit.components_of(proof) {
            text += &row(component, source);
        }
        let bytes = match predicted(&schemes[proof]) {
            Some((bytes, _)) => format!("{bytes} bytes predicted"),
            None => "the setting does not fit its rows".to_string(),
        };
        text += &format!(
            "  {} columns, {} cells, {} lookup claims; {bytes}\n",
            figures.columns, figures.cells, figures.lookup_claims
        );
    }
    text += &format!(
        "\nin all {} columns, {} cells, {} lookup claims, {} trace rows; {} bytes predicted \
         after the statement\n",
        figures.columns,
        figures.cells,
        figures.lookup_claims,
        figures.trace_rows,
        predicted_session(circuit, setting).map_or("no".to_string(), |b| b.to_string())
    );
    text += &format!("\n{choices}\n");
    if let Some(price) = price(circuit, setting.into(), options.objective) {
        let threads = TimeTable::committed().threads;
        text += &format!(
            "predicted with {threads} cores: {:.0} ms to fill and prove, {:.0} MiB of memory\n",
            price.ms,
            price.memory_bytes / f64::from(1 << 20)
        );
    }
    let account = account(circuit, setting);
    text + &format!("\nsecurity {setting}\n{account}\n")
}

fn row(component: &Component, source: &dyn Source) -> String {
    let count = &component.count;
    let lines = match joined(&component.lines(source)) {
        lines if lines.is_empty() => String::new(),
        lines => format!(", lines {lines}"),
    };
    format!(
        "{:>9} {:>9} {:>6} {:>6} {:>12} {:>6} {:>6} {:>6}  {}{}{lines}\n",
        component.rows,
        1u64 << component.log_rows,
        component.fixed.len(),
        count.columns,
        count.interaction_columns(),
        count.sends.len(),
        count.constraints(),
        count.max_degree(),
        component.name,
        component.block(),
    )
}
