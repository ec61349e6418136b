//! The end of a layout: wires are given, ranges decided, tables served.

use std::collections::BTreeMap;

use super::blocks::in_blocks;
use super::builder::Builder;
use super::layout::{Layout, Result};
use super::pins::{addresses_fit, check_gathers, check_pins};
use super::served::ranges_component;
use crate::circuit::choices::Choices;
use crate::circuit::circuit::Circuit;
use crate::circuit::component::{log_rows, Component};
use crate::circuit::field::P;
use crate::circuit::gadgets::Gadget;
use crate::circuit::names::Slot;
use crate::circuit::operation::Op;
use crate::circuit::ranges::RangeTables;
use crate::diagnostic::Diagnostic;
use crate::meaning::graph::{Member, TableId, ValueId};

/// log2 of the rows of a component at most.
const MAX_LOG_ROWS: u32 = 23;

impl Layout<'_> {
    pub(super) fn finish(mut self) -> Result<Circuit> {
        self.finish_rows()?;
        self.give()?;
        self.offer()?;
        for builder in &mut self.builders {
            builder.finish_sums();
        }
        let least = self.choices.least_bits;
        let builders = self.builders.iter();
        let tallest = builders.map(|b| log_rows(b.rows.count(), least));
        let widest = tallest.max().unwrap_or(8);
        let digit_bits = self
            .choices
            .digit_bits
            .unwrap_or(widest.min(Choices::USUAL_DIGITS));
        let pairs = if self.choices.pairs {
            self.pair_private(digit_bits)
        } else {
            None
        };
        self.name_holders();
        let mut components: Vec<Component> = Vec::new();
        for builder in std::mem::take(&mut self.builders) {
            if builder.ops.is_empty() {
                continue;
            }
            let rows = builder.rows.count();
            let component = builder.into_component(rows, least);
            addresses_fit(&component)?;
            components.extend(in_blocks(component, self.choices)?);
        }
        let any = RangeTables::for_trace(digit_bits, 1);
        let size = components
            .iter()
            .map(|c| c.recount(&any).widest_range)
            .max()
            .unwrap_or(1);
        let mut ranges = RangeTables::for_trace(digit_bits, size);
        ranges.pairs = pairs;
        let mut wanted: BTreeMap<i64, usize> = BTreeMap::new();
        for component in &components {
            for (size, uses) in component.recount(&ranges).exact_ranges {
                *wanted.entry(size).or_insert(0) += uses;
            }
        }
        // A table of its own costs about three second lookups.
        ranges.exact = wanted
            .into_iter()
            .filter(|&(size, uses)| uses >= 3 && size < ranges.base())
            .map(|(size, _)| size)
            .collect();
        let mut used: Vec<i64> = Vec::new();
        let mut tables: BTreeMap<TableId, usize> = BTreeMap::new();
        for component in &components {
            used.extend(component.recount(&ranges).range_uses.into_keys());
            for op in &component.ops {
                if let Op::Gadget(Gadget::Lookup(lookup)) = op {
                    tables.entry(lookup.table).or_insert(component.proof);
                }
            }
        }
        ranges.digits_used = used.contains(&ranges.base());
        ranges.exact.retain(|size| used.contains(size));
        for (table, proof) in tables {
            let proof = if self.part.placed_tables.contains(&table) {
                self.part.proof_of[&Member::Table(table)]
            } else {
                proof
            };
            components.push(self.table_component(table, proof));
        }
        if !ranges.sizes().is_empty() || ranges.pairs.is_some() {
            components.push(ranges_component(&ranges, least));
        }
        if let Some(proof) = self.empty_proof(&components) {
            return Err(proof);
        }
        for component in &mut components {
            component.count = component.recount(&ranges);
            if component.count.sends.is_empty() {
                // Every component has a running sum: here, of nothing.
                let address = Slot(component.ops.iter().map(Op::outputs).sum());
                let terms = Vec::new();
                component.ops.push(Op::Constant(0));
                component.ops.push(Op::Weigh { address, terms });
                component.spans.extend([None, None]);
                component.count = component.recount(&ranges);
            }
            component.batches = component.count.batches();
        }
        // A tuple that is used a multiple of P times would need no entry to serve it.
        let sends: u64 = components
            .iter()
            .map(|c| c.count.sends.len() as u64 * (1 << c.log_rows))
            .sum();
        if i128::from(sends) >= P {
            return Err(Box::new(
                Diagnostic::new("E113", format!("the bus would carry {sends} tuples"))
                    .hint("fewer than 2^31 - 1 are supported: make the shape smaller"),
            ));
        }
        components.iter().for_each(check_pins);
        check_gathers(&components);
        // Within a proof the tallest come first; the order is part of the circuit.
        components.sort_by_key(|c| (c.proof, std::cmp::Reverse(c.log_rows)));
        Ok(Circuit {
            name: self.graph.name.clone(),
            plan: self.part.plan.clone(),
            part: self.part.name.clone(),
            proofs: self.part.proofs.clone(),
            components,
            ranges,
            publics: self.publics,
            families: self.families,
            lanes: self.lanes,
            known: self.graph.known.clone(),
        })
    }

    /// A proof that no component is in: there is nothing to commit to.
    fn empty_proof(&self, components: &[Component]) -> Option<Box<Diagnostic>> {
        let stands = |proof: usize| components.iter().any(|c| c.proof == proof);
        let mut proofs = self.part.proofs.iter().enumerate();
        let (number, name) = proofs.find(|(number, _)| !stands(*number))?;
        let what = format!("proof `{name}` has nothing to prove");
        let hint = "the entries of a cache are proved where they come from, or where they are \
                    read: give what this proof holds to another";
        let mut error = Diagnostic::new("E103", what).hint(hint);
        if let Some(&place) = self.part.places.get(number) {
            error = error.at(place, "what it holds is proved elsewhere");
        }
        Some(Box::new(error))
    }

    /// Tells every component whose elements stand in its rows.
    fn name_holders(&mut self) {
        let inputs = self
            .inputs
            .iter()
            .map(|(id, home)| (Member::Input(*id), home));
        let values = self
            .values
            .iter()
            .map(|(id, home)| (Member::Value(*id), home));
        let homed: Vec<(Member, usize)> = inputs
            .chain(values)
            .map(|(member, home)| (member, home.component))
            .collect();
        // A value that is a reduction stands where its total does.
        let values = (0..).map(ValueId).zip(&self.graph.values);
        let totals = values.filter_map(|(id, value)| {
            let home = self.reductions.get(&value.expr)?;
            Some((Member::Value(id), home.component))
        });
        let homed: Vec<(Member, usize)> = homed.into_iter().chain(totals).collect();
        for (member, component) in homed {
            self.builders[component].holds.push(member);
        }
        for builder in &mut self.builders {
            let inlined = builder.inlined.keys().map(|(id, _)| Member::Value(*id));
            builder.holds.extend(inlined);
            builder.holds.sort_unstable();
            builder.holds.dedup();
        }
    }

    pub(super) fn too_many_rows(&self, name: &str, rows: u64) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::new(
                "E113",
                format!("the component over ({name}) would have {rows} rows"),
            )
            .hint(format!(
                "at most {} rows are supported: make the shape smaller",
                1 << MAX_LOG_ROWS
            )),
        )
    }

    /// Before anything walks the rows: there are not too many, and their maxima are written.
    pub(super) fn finish_rows(&mut self) -> Result<()> {
        for builder in &self.builders {
            let rows = builder.rows.count();
            if rows > 1 << MAX_LOG_ROWS {
                return Err(self.too_many_rows(&builder.name, rows));
            }
        }
        let mut builders = self.builders.iter_mut();
        builders.try_for_each(Builder::finish_maxima)
    }
}
