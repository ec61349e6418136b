//! A drawing while it is made: every member in its place, and what crosses.

use std::collections::{BTreeMap, BTreeSet};

use attnc_compiler::circuit::crossing::{crossings, Anchor, By, Crossing};
use attnc_compiler::circuit::{Circuit, Kind};
use attnc_compiler::diagnostic::Source;
use attnc_compiler::meaning::graph::{Graph, InputId, Member};
use attnc_compiler::plan::derived::Origin;
use attnc_compiler::plan::Part;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::figure::{Arrow, Boundary, Depth, Drawing, Frame, Node};
use super::label::{described, labelled, spaced};
use crate::laboratory::attribute::attribute;
use crate::session::security::Setting;
use crate::session::Scheme;

/// A part of a plan, as it will be proved.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    pub part: &'a Part,
    pub circuit: &'a Circuit,
    pub setting: Setting,
}

/// Draws a plan's parts; `graph` is the whole program's and `source` its text.
///
/// `None` if a setting does not fit a proof's rows.
pub fn draw(graph: &Graph, source: &dyn Source, sections: &[Section<'_>]) -> Option<Drawing> {
    let circuits: Vec<(&Circuit, Setting)> =
        sections.iter().map(|s| (s.circuit, s.setting)).collect();
    let costs = attribute(graph, source, &circuits)?;
    let plan = sections.first().map_or("", |s| s.circuit.plan.as_str());
    let mut sketch = Sketch {
        drawing: Drawing {
            title: format!("{}, plan {plan}", graph.name),
            boxes: Vec::new(),
            graph: DiGraph::new(),
        },
        nodes: BTreeMap::new(),
    };
    let mut proofs = costs.proofs.iter();
    for (number, section) in sections.iter().enumerate() {
        let outer = (sections.len() > 1).then(|| {
            let note = "a proof file of its own".into();
            sketch.frame(
                None,
                Depth::Part,
                format!("part {}", section.part.name),
                note,
            )
        });
        let mut frames = Vec::new();
        let mut components = BTreeMap::new();
        for (position, name) in section.circuit.proofs.iter().enumerate() {
            let cost = proofs.next()?;
            let own = cost.bytes - cost.shared.bytes();
            let note = format!(
                "{} bytes, {} of its columns",
                spaced(cost.bytes),
                spaced(own)
            );
            let proof = sketch.frame(outer, Depth::Proof, format!("proof {name}"), note);
            frames.push(proof);
            let numbered = section.circuit.components_of(position);
            for ((at, component), cost) in numbered.zip(&cost.components) {
                let columns = component.columns();
                let note = format!(
                    "{} padded rows, {columns} columns, {} bytes",
                    spaced(cost.padded_rows),
                    spaced(cost.cost.bytes)
                );
                let title = match component.kind {
                    Kind::Ranges => "range tables".into(),
                    _ => component.title(),
                };
                let frame = sketch.frame(Some(proof), Depth::Component, title, note);
                components.insert(at, frame);
            }
        }
        sketch.section(number, section, &frames, &components);
    }
    sketch.open(sections);
    Some(sketch.drawing)
}

/// A drawing while it is made, with the node of every place.
struct Sketch {
    drawing: Drawing,
    /// By section, component and member.
    nodes: BTreeMap<(usize, Option<usize>, Option<Member>), NodeIndex>,
}

impl Sketch {
    fn frame(&mut self, within: Option<usize>, depth: Depth, title: String, note: String) -> usize {
        self.drawing.boxes.push(Frame {
            within,
            depth,
            title,
            note,
        });
        self.drawing.boxes.len() - 1
    }

    fn section(
        &mut self,
        number: usize,
        section: &Section<'_>,
        proofs: &[usize],
        components: &BTreeMap<usize, usize>,
    ) {
        let (graph, circuit) = (section.part.graph(), section.circuit);
        let crossings = crossings(section.part, circuit);
        let mut places: BTreeSet<(usize, Option<Member>)> = BTreeSet::new();
        for (at, component) in circuit.components.iter().enumerate() {
            let held = component.holds.iter();
            places.extend(held.map(|member| (at, Some(*member))));
        }
        let between = |crossing: &&Crossing| {
            let proof = |anchor: &Anchor| circuit.components[anchor.component].proof;
            // Every component looks ranges up: only other proofs' are drawn.
            !crossing.by.contains(&By::Range) || proof(&crossing.from) != proof(&crossing.to)
        };
        for crossing in crossings.iter().filter(between) {
            for anchor in [&crossing.from, &crossing.to] {
                places.insert((anchor.component, anchor.member));
            }
        }
        // States have no rows: they stand with what is appended to them.
        let mut states = BTreeMap::new();
        for member in graph.members() {
            if let Member::State(id) = member {
                let source = graph.sources(id).pop();
                let home = source.and_then(|source| {
                    let holds = |c: &usize| circuit.components[*c].holds.contains(&source.member());
                    (0..circuit.components.len()).find(holds)
                });
                let stands = places.iter().any(|(_, other)| *other == Some(member));
                if let (Some(home), false) = (home, stands) {
                    places.insert((home, Some(member)));
                    states.insert(member, home);
                }
            }
        }
        // No component without a node.
        for at in components.keys() {
            if !places.iter().any(|(component, _)| component == at) {
                places.insert((*at, None));
            }
        }
        for (component, member) in &places {
            let holds = &circuit.components[*component].holds;
            let held = member.is_some_and(|member| {
                holds.contains(&member) || matches!(member, Member::State(_))
            });
            let proof = circuit.components[*component].proof;
            let node = Node {
                within: components[component],
                section: number,
                proof,
                ..described(graph, circuit, *component, *member, held)
            };
            let index = self.drawing.graph.add_node(node);
            self.nodes
                .insert((number, Some(*component), *member), index);
        }
        // Members that no component has to look at.
        for member in graph.members() {
            if !places.iter().any(|(_, other)| *other == Some(member)) {
                let proof = section.part.proof_of.get(&member).copied().unwrap_or(0);
                let mut node = described(graph, circuit, 0, Some(member), true);
                node.within = proofs[proof];
                (node.section, node.proof) = (number, proof);
                node.note += ", not laid out";
                let index = self.drawing.graph.add_node(node);
                self.nodes.insert((number, None, Some(member)), index);
            }
        }
        let lowest = |component: usize| -> Option<NodeIndex> {
            let mut its = self.nodes.range((number, Some(component), None)..);
            its.next().map(|(_, node)| *node)
        };
        let mut reached: BTreeSet<(Member, Member)> = BTreeSet::new();
        let mut arrows = Vec::new();
        let schemes = Scheme::of(circuit, section.setting);
        for crossing in crossings.iter().filter(between) {
            let node = |anchor: &Anchor| {
                let place = (number, Some(anchor.component), anchor.member);
                let known = self.nodes.get(&place).copied();
                known.or_else(|| lowest(anchor.component))
            };
            let mut from = crossing.from;
            // What is read through a state leaves from it.
            if let (Some(source), Some(reader)) = (from.member, crossing.to.member) {
                reached.insert((source, reader));
                let through = states.iter().find(|(state, home)| {
                    **home == from.component
                        && feeds(graph, source, **state)
                        && !reads(graph, reader, source)
                        && reads(graph, reader, **state)
                });
                if let Some((state, _)) = through {
                    from.member = Some(*state);
                }
                let through = states.keys().filter(|state| feeds(graph, source, **state));
                reached.extend(through.map(|state| (*state, reader)));
            }
            let (Some(a), Some(b)) = (node(&from), node(&crossing.to)) else {
                continue;
            };
            let proof = |anchor: &Anchor| circuit.components[anchor.component].proof;
            let boundary = if proof(&crossing.from) == proof(&crossing.to) {
                Boundary::Component
            } else {
                Boundary::Linked
            };
            let label = labelled(crossing, circuit, &schemes, boundary);
            arrows.push((a, b, Arrow { boundary, label }));
        }
        arrows.extend(self.within(number, graph, &reached));
        for (a, b, arrow) in arrows {
            self.drawing.graph.add_edge(a, b, arrow);
        }
    }

    /// The dataflow that no crossing shows: inside of components, and into states.
    fn within(
        &self,
        number: usize,
        graph: &Graph,
        reached: &BTreeSet<(Member, Member)>,
    ) -> Vec<(NodeIndex, NodeIndex, Arrow)> {
        let flow = graph.dataflow();
        let mut arrows = Vec::new();
        let at = |member: Member| {
            let its = self.nodes.iter();
            its.filter(move |((section, _, other), _)| *section == number && *other == Some(member))
        };
        for edge in flow.edge_references() {
            let (source, reader) = (flow[edge.source()], flow[edge.target()]);
            let arrow = || Arrow {
                boundary: Boundary::Inside,
                label: Vec::new(),
            };
            let mut found = false;
            for ((_, component, _), a) in at(source) {
                for ((_, other, _), b) in at(reader) {
                    if component == other {
                        // Unless it comes to the reader through another component.
                        if !reached.contains(&(source, reader)) {
                            arrows.push((*a, *b, arrow()));
                        }
                        found = true;
                    }
                }
            }
            // A seed in a component of its own crosses to who reads the state.
            let crosses = reached.iter().any(|(from, _)| *from == source);
            if let (false, false, Some((_, a)), Some((_, b))) =
                (found, crosses, at(source).next(), at(reader).next())
            {
                arrows.push((*a, *b, arrow()));
            }
        }
        arrows
    }

    /// What two parts have in common is in both statements.
    fn open(&mut self, sections: &[Section<'_>]) {
        let mut arrows = Vec::new();
        for (a, from) in sections.iter().enumerate() {
            for (b, to) in sections.iter().enumerate() {
                for (position, input) in to.part.graph().inputs.iter().enumerate() {
                    let theirs = &to.part.derived.inputs[position];
                    let reader = Member::Input(InputId(position as u32));
                    let outputs = from.part.graph().outputs.iter();
                    let given = outputs.zip(&from.part.derived.outputs);
                    let values =
                        given.map(|(o, origin)| (Member::Value(o.value), &o.shape, origin));
                    let inputs = (0..).zip(&from.part.graph().inputs);
                    let shared = inputs
                        .zip(&from.part.derived.inputs)
                        .map(|((n, i), origin)| {
                            let id = InputId(n);
                            (Member::Input(id), &i.shape, origin)
                        });
                    // Of two that read the same, the first stands for both.
                    let shared = shared.filter(|_| a < b);
                    for (member, shape, origin) in values.chain(shared) {
                        if a != b && meet(origin, shape, theirs, &input.shape) {
                            let (x, y) = (self.first(a, member), self.first(b, reader));
                            arrows.extend(x.zip(y).map(|nodes| (nodes, input.shape.clone())));
                        }
                    }
                }
            }
        }
        for ((a, b), shape) in arrows {
            let elements = spaced(shape.iter().product());
            let label = vec![
                "open: in the statement".into(),
                format!("{elements} elements"),
            ];
            let arrow = Arrow {
                boundary: Boundary::Open,
                label,
            };
            self.drawing.graph.add_edge(a, b, arrow);
        }
    }

    fn first(&self, section: usize, member: Member) -> Option<NodeIndex> {
        let mut nodes = self.nodes.iter();
        let its = nodes.find(|((s, _, m), _)| *s == section && *m == Some(member));
        its.map(|(_, node)| *node)
    }
}

/// Whether two boxes of the same tensor have an element in common.
fn meet(a: &Origin, a_shape: &[u64], b: &Origin, b_shape: &[u64]) -> bool {
    let sides = a.from.iter().zip(a_shape).zip(b.from.iter().zip(b_shape));
    a.whole == b.whole && a.from.len() == b.from.len() && { sides }
        .all(|((a, n), (b, m))| *a < b + m && *b < a + n)
}

fn feeds(graph: &Graph, source: Member, state: Member) -> bool {
    let Member::State(id) = state else {
        return false;
    };
    graph
        .sources(id)
        .into_iter()
        .any(|known| known.member() == source)
}

fn reads(graph: &Graph, reader: Member, member: Member) -> bool {
    match reader {
        Member::Value(id) => graph.reads(graph.value(id).expr).contains(&member),
        _ => false,
    }
}
