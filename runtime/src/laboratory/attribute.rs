//! Where the predicted bytes are: by proof and component, by source line, member and region (spec 8.10).
//!
//! A column's values at the queries and its openings are bytes of its own: they go to the places
//! of the source that it is there for. Trees, FRI and the composition are shared by all columns
//! of a proof, and are never divided. Own and shared bytes add up to the prediction exactly.

use std::collections::BTreeMap;

use attnc_compiler::choice::cost::{opening_bytes, predict, Expected, COMPOSITION_COLUMNS};
use attnc_compiler::circuit::ledger::{extent, ledger, Made, Place};
use attnc_compiler::circuit::{Circuit, Component, Kind};
use attnc_compiler::diagnostic::{Source, Span};
use attnc_compiler::meaning::graph::Graph;
use serde::Serialize;

use crate::files::proof::{part_bytes, SESSION_BYTES};
use crate::session::security::Setting;
use crate::session::Scheme;

/// The predicted bytes of a plan's proof files after their statements, divided.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attribution {
    /// In the order of the plan's parts and of their proofs.
    pub proofs: Vec<ProofCost>,
    /// Every line of the source, from 1.
    pub lines: Vec<LineCost>,
    /// What has no line. Own costs of `lines` and of `rest` are those of all components.
    pub rest: Vec<Named>,
    /// Inputs, tables, states and values, and the assertions together.
    pub members: Vec<Named>,
    /// Every region, and last what is in none and has a line. A member may be in several regions.
    pub regions: Vec<Named>,
    /// All components' own cost.
    pub own: Cost,
    /// All proofs' shared bytes, by kind, and the bytes of a file that belong to no proof.
    pub shared: Shared,
    /// Own and shared bytes.
    pub bytes: u64,
}

/// What a place, or several, have to themselves. Where several places share a column or a send,
/// each has an equal part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    pub columns: Columns,
    /// Columns times padded rows.
    pub cells: f64,
    /// Sends of a row.
    pub sends: f64,
    /// Uses of declared tables, over all rows.
    pub lookup_claims: f64,
    /// Of openings out of the domain, values at the queries, and claims.
    pub bytes: u64,
}

/// Base field columns by tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Columns {
    pub fixed: f64,
    pub main: f64,
    pub interaction: f64,
}

/// Bytes of a proof that no component has to itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// Openings of the composition, and its values at the queries.
    pub composition: u64,
    pub fri_samples: u64,
    pub fri_decommitments: u64,
    pub trace_decommitments: u64,
    /// Nonces, lengths and padding.
    pub other: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProofCost {
    /// The part of the plan that it belongs to.
    pub part: String,
    pub name: String,
    /// In the circuit's order.
    pub components: Vec<ComponentCost>,
    pub shared: Shared,
    /// Own bytes of its components, and shared ones: the prediction for this proof.
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ComponentCost {
    pub name: String,
    pub padded_rows: u64,
    pub cost: Cost,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineCost {
    pub line: usize,
    pub text: String,
    pub cost: Cost,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Named {
    pub name: String,
    pub cost: Cost,
}

impl Columns {
    pub fn all(&self) -> f64 {
        self.fixed + self.main + self.interaction
    }
}

impl Shared {
    pub fn bytes(&self) -> u64 {
        self.composition
            + self.fri_samples
            + self.fri_decommitments
            + self.trace_decommitments
            + self.other
    }

    fn add(&mut self, other: &Self) {
        self.composition += other.composition;
        self.fri_samples += other.fri_samples;
        self.fri_decommitments += other.fri_decommitments;
        self.trace_decommitments += other.trace_decommitments;
        self.other += other.other;
    }
}

impl Cost {
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, other: &Self) {
        self.columns.fixed += other.columns.fixed;
        self.columns.main += other.columns.main;
        self.columns.interaction += other.columns.interaction;
        self.cells += other.cells;
        self.sends += other.sends;
        self.lookup_claims += other.lookup_claims;
        self.bytes += other.bytes;
    }

    /// Without bytes.
    fn of(made: &Made, component: &Component) -> Self {
        let uses = match component.kind {
            Kind::Space(_) => made.table_uses * component.rows as f64,
            // A table's own component serves, it does not use.
            Kind::Table(_) | Kind::Ranges => 0.0,
        };
        Self {
            columns: Columns {
                fixed: made.fixed,
                main: made.main,
                interaction: made.interaction,
            },
            cells: made.columns() * (1u64 << component.log_rows) as f64,
            sends: made.sends,
            lookup_claims: uses,
            bytes: 0,
        }
    }
}

/// What a place costs in a component; the claim has no place.
struct Item {
    component: usize,
    place: Option<Place>,
    cost: Cost,
}

/// Divides the predicted bytes of a plan's circuits, each with its setting. `graph` is the whole
/// program's, and `source` its text.
///
/// `None` if a setting does not fit a proof's rows.
pub fn attribute(
    graph: &Graph,
    source: &dyn Source,
    circuits: &[(&Circuit, Setting)],
) -> Option<Attribution> {
    let (mut proofs, mut items, mut shared) = (Vec::new(), Vec::new(), Shared::default());
    for (circuit, setting) in circuits {
        let ledger = ledger(circuit);
        for (proof, scheme) in Scheme::of(circuit, *setting).iter().enumerate() {
            let (cost, found) = one(circuit, proof, scheme, &ledger)?;
            shared.add(&cost.shared);
            proofs.push(cost);
            items.extend(found);
        }
        shared.other += SESSION_BYTES as u64;
    }
    let mut own = Cost::default();
    items.iter().for_each(|item| own.add(&item.cost));
    let (lines, rest) = by_line(source, &items);
    let (members, regions) = by_member(graph, &items);
    Some(Attribution {
        proofs,
        lines,
        rest,
        members,
        regions,
        bytes: own.bytes + shared.bytes(),
        own,
        shared,
    })
}

fn one(
    circuit: &Circuit,
    proof: usize,
    scheme: &Scheme,
    ledger: &[BTreeMap<Place, Made>],
) -> Option<(ProofCost, Vec<Item>)> {
    let (shape, fri) = (&scheme.shape, &scheme.fri);
    let breakdown = predict(shape, fri)?.breakdown;
    let expected = Expected::new(fri.queries);
    // The composition first: its columns are as tall as the tallest.
    let composition = COMPOSITION_COLUMNS as f64;
    let mut opened = vec![composition * opening_bytes()];
    let values = |log_rows: u32| expected.column_bytes(fri.log_domain(log_rows));
    let mut queried = vec![composition * values(shape.max_log_rows())];
    let mut items = Vec::new();
    let own = circuit.components_of(proof);
    let numbered: Vec<(usize, &Component)> = own.collect();
    for (number, component) in &numbered {
        for (place, made) in &ledger[*number] {
            opened.push(made.openings * opening_bytes());
            queried.push(made.columns() * values(component.log_rows));
            items.push(Item {
                component: *number,
                place: Some(*place),
                cost: Cost::of(made, component),
            });
        }
    }
    let opened = apportion(breakdown.sampled_values, &opened);
    let queried = apportion(breakdown.queried_values, &queried);
    for (position, item) in items.iter_mut().enumerate() {
        item.cost.bytes = opened[position + 1] + queried[position + 1];
    }
    let lengths = part_bytes(0, 0);
    let mut claims = (part_bytes(scheme.claims, 0) - lengths) as u64;
    if scheme.masks.is_none() {
        // One for each component; of a proof that hides what is stated is of all of them.
        let claim = claims / numbered.len().max(1) as u64;
        claims = 0;
        items.extend(numbered.iter().map(|(number, _)| Item {
            component: *number,
            place: None,
            cost: Cost {
                bytes: claim,
                ..Cost::default()
            },
        }));
    }
    let shared = Shared {
        composition: opened[0] + queried[0],
        fri_samples: breakdown.fri_samples,
        fri_decommitments: breakdown.fri_decommitments,
        trace_decommitments: breakdown.trace_decommitments,
        other: breakdown.other + lengths as u64 + claims,
    };
    let components: Vec<ComponentCost> = numbered
        .iter()
        .map(|(number, component)| {
            let mut cost = Cost::default();
            let its = items.iter().filter(|item| item.component == *number);
            its.for_each(|item| cost.add(&item.cost));
            ComponentCost {
                name: component.name.clone(),
                padded_rows: 1 << component.log_rows,
                cost,
            }
        })
        .collect();
    let own: u64 = components.iter().map(|c| c.cost.bytes).sum();
    let cost = ProofCost {
        part: circuit.part.clone(),
        name: circuit.proofs[proof].clone(),
        components,
        shared,
        bytes: own + shared.bytes(),
    };
    Some((cost, items))
}

/// Whole parts of `total` in proportion to `weights`, by largest remainder: their sum is `total`
/// if any weight is positive.
fn apportion(total: u64, weights: &[f64]) -> Vec<u64> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    let exact: Vec<f64> = weights.iter().map(|w| w / sum * total as f64).collect();
    let mut parts: Vec<u64> = exact.iter().map(|part| part.floor() as u64).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| exact[*b].fract().total_cmp(&exact[*a].fract()));
    let left = total.saturating_sub(parts.iter().sum());
    for position in order.into_iter().cycle().take(left as usize) {
        parts[position] += 1;
    }
    parts
}

fn by_line(source: &dyn Source, items: &[Item]) -> (Vec<LineCost>, Vec<Named>) {
    let texts = source.text().lines().zip(1..);
    let mut lines: Vec<LineCost> = texts
        .map(|(text, line)| LineCost {
            line,
            text: text.to_string(),
            cost: Cost::default(),
        })
        .collect();
    let mut rest: BTreeMap<&str, Cost> = BTreeMap::new();
    for item in items {
        let (at, name) = match item.place {
            Some(Place::Source(at)) => (Some(at), ""),
            Some(Place::Ranges) => (None, "range tables"),
            Some(Place::Padding) => (None, "padding"),
            Some(Place::Nothing) => (None, "fillers"),
            None => (None, "claims"),
        };
        let line = at.map(|at| source.place(at).0);
        match line.and_then(|line| lines.get_mut(line - 1)) {
            Some(line) => line.cost.add(&item.cost),
            None => rest.entry(name).or_default().add(&item.cost),
        }
    }
    let rest = rest.into_iter().map(|(name, cost)| Named {
        name: name.to_string(),
        cost,
    });
    (lines, rest.collect())
}

fn by_member(graph: &Graph, items: &[Item]) -> (Vec<Named>, Vec<Named>) {
    let members = graph.members();
    let extents: Vec<Vec<Span>> = members.iter().map(|m| extent(graph, *m)).collect();
    let mut costs = vec![Cost::default(); members.len()];
    let mut assertions = Cost::default();
    for item in items {
        let Some(Place::Source(at)) = item.place else {
            continue;
        };
        let within = |span: &Span| (span.start..span.end).contains(&at);
        let holds = |of: &Vec<Span>| of.iter().any(within);
        match extents.iter().position(holds) {
            Some(member) => costs[member].add(&item.cost),
            None => assertions.add(&item.cost),
        }
    }
    let mut outside = assertions;
    let mut regions: Vec<Named> = Vec::new();
    for region in &graph.regions {
        let mut cost = Cost::default();
        let inside = members.iter().zip(&costs);
        let inside = inside.filter(|(member, _)| region.members.contains(member));
        inside.for_each(|(_, of)| cost.add(of));
        regions.push(Named {
            name: region.name.clone(),
            cost,
        });
    }
    for (member, cost) in members.iter().zip(&costs) {
        if !graph.regions.iter().any(|r| r.members.contains(member)) {
            outside.add(cost);
        }
    }
    regions.push(Named {
        name: "outside of regions".into(),
        cost: outside,
    });
    let named = members.iter().zip(costs).map(|(member, cost)| Named {
        name: graph.member_name(*member).to_string(),
        cost,
    });
    let mut named: Vec<Named> = named.collect();
    if !assertions.is_nothing() {
        named.push(Named {
            name: "assertions".into(),
            cost: assertions,
        });
    }
    (named, regions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_and_add_up() {
        assert_eq!(apportion(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(apportion(7, &[0.0, 2.5]), [0, 7]);
        assert_eq!(apportion(0, &[1.0, 2.0]), [0, 0]);
        assert_eq!(apportion(5, &[0.0]), [0]);
    }
}
