//! What crosses between the components of a circuit: from which member, to which, and what its
//! sends cost (spec 5, 8.10).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::circuit::bus::Lane;
use crate::circuit::circuit::Circuit;
use crate::circuit::component::{Component, Kind};
use crate::circuit::gadgets::Gadget;
use crate::circuit::ledger::{entries, extent, Entry};
use crate::circuit::names::{Element, Slot, Tag};
use crate::circuit::operation::Op;
use crate::diagnostic::Span;
use crate::meaning::graph::{Member, Source};
use crate::plan::Part;

/// How something crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum By {
    /// Tuples of elements, given as often as they are taken.
    Wire,
    /// Terms of a total.
    Sum,
    /// Flags of where a maximum or a minimum is attained.
    Extremum,
    /// Copies, or vectors, tied to what they are copies of.
    Copy,
    /// Elements at an address that is known when the program runs.
    Gather,
    /// Entries of a declared table.
    Table,
    /// Entries of the range tables.
    Range,
}

/// A place of a drawing: a component, and what of it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Anchor {
    pub component: usize,
    pub member: Option<Member>,
}

/// What crosses from one place to another. Where one side serves several, each has an equal part
/// of its cost, so that the sums are those of the components.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Crossing {
    pub from: Anchor,
    pub to: Anchor,
    pub by: BTreeSet<By>,
    /// Sends of a row, on both sides.
    pub sends: f64,
    /// The same times the rows of each side.
    pub tuples: f64,
    /// Base columns of the interaction trace.
    pub columns: f64,
    /// Openings of these columns out of the domain.
    pub openings: f64,
    /// The columns by log2 of their padded rows.
    pub heights: BTreeMap<u32, f64>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Relation {
    Wire(u32),
    Gather(u32),
    Family(u32),
    Table(Tag),
    Ranges,
}

/// One component's side of a relation.
struct Side {
    anchor: Anchor,
    by: By,
    cost: Crossing,
}

#[derive(Default)]
struct Sides {
    sources: Vec<Side>,
    targets: Vec<Side>,
}

impl Crossing {
    fn nothing(anchor: Anchor) -> Self {
        Self {
            from: anchor,
            to: anchor,
            by: BTreeSet::new(),
            sends: 0.0,
            tuples: 0.0,
            columns: 0.0,
            openings: 0.0,
            heights: BTreeMap::new(),
        }
    }

    fn add(&mut self, other: &Self, part: f64) {
        self.by.extend(&other.by);
        self.sends += other.sends * part;
        self.tuples += other.tuples * part;
        self.columns += other.columns * part;
        self.openings += other.openings * part;
        for (height, columns) in &other.heights {
            *self.heights.entry(*height).or_insert(0.0) += columns * part;
        }
    }
}

/// Everything that crosses between the components of a part's circuit, each pair of places once.
pub fn crossings(part: &Part, circuit: &Circuit) -> Vec<Crossing> {
    let members = part.graph().members().into_iter();
    let found = Found {
        part,
        circuit,
        entries: entries(circuit),
        extents: members
            .map(|member| (member, extent(part.graph(), member)))
            .collect(),
        families: families(circuit),
    };
    let mut crossings: BTreeMap<(Anchor, Anchor), Crossing> = BTreeMap::new();
    for (_, sides) in found.relations() {
        let pairs: Vec<(&Side, &Side)> = sides
            .sources
            .iter()
            .flat_map(|source| sides.targets.iter().map(move |target| (source, target)))
            .filter(|(source, target)| source.anchor.component != target.anchor.component)
            .collect();
        for (source, target) in &pairs {
            let is = |a: &Side, b: &Side| std::ptr::eq(a, b);
            let from = pairs.iter().filter(|(s, _)| is(s, source)).count();
            let to = pairs.iter().filter(|(_, t)| is(t, target)).count();
            let entry = crossings.entry((source.anchor, target.anchor));
            let crossing = entry.or_insert_with(|| {
                let mut crossing = Crossing::nothing(source.anchor);
                crossing.to = target.anchor;
                crossing
            });
            crossing.add(&source.cost, 1.0 / from as f64);
            crossing.add(&target.cost, 1.0 / to as f64);
            crossing.by.extend([source.by, target.by]);
        }
    }
    crossings.into_values().collect()
}

struct Found<'a> {
    part: &'a Part,
    circuit: &'a Circuit,
    entries: Vec<Vec<Entry>>,
    extents: Vec<(Member, Vec<Span>)>,
    families: BTreeMap<u32, By>,
}

/// How every family crosses that components have both sides of.
fn families(circuit: &Circuit) -> BTreeMap<u32, By> {
    let (mut kinds, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for component in &circuit.components {
        let makers = makers(component);
        for op in &component.ops {
            match op {
                Op::Weigh { terms, .. } => {
                    for term in terms {
                        let maker = &component.ops[makers[term.value.0 as usize]];
                        let copies = match maker {
                            Op::Copy { tie, .. } => *tie == term.family,
                            // The lanes of a vector.
                            Op::Pinned { .. } => matches!(term.lane, Lane::Constant(_)),
                            _ => false,
                        };
                        if term.negative {
                            taken.insert(term.family);
                        } else if copies {
                            kinds.insert(term.family, By::Copy);
                        } else {
                            kinds.entry(term.family).or_insert(By::Sum);
                        }
                    }
                }
                Op::Product { family, .. } => drop(kinds.insert(*family, By::Sum)),
                Op::Gadget(Gadget::Maximum(maximum)) => {
                    kinds.insert(maximum.family, By::Extremum);
                }
                _ => {}
            }
        }
    }
    kinds.retain(|family, _| taken.contains(family));
    kinds
}

/// The operation that makes each slot.
fn makers(component: &Component) -> Vec<usize> {
    let ops = component.ops.iter().enumerate();
    ops.flat_map(|(at, op)| (0..op.outputs()).map(move |_| at))
        .collect()
}

impl Found<'_> {
    /// The member that an operation is there for: of several, one that stands in the component.
    fn member(&self, number: usize, op: usize) -> Option<Member> {
        let component = &self.circuit.components[number];
        let at = *self.entries[number][op].places.first()?;
        let defines = |(member, spans): &&(Member, Vec<Span>)| {
            self.part.proof_of.get(member) == Some(&component.proof)
                && spans.iter().any(|s| (s.start..s.end).contains(&at))
        };
        let found = self.extents.iter().filter(defines);
        let found: Vec<Member> = found.map(|(member, _)| *member).collect();
        let held = found.iter().find(|member| component.holds.contains(member));
        held.or(found.first()).copied()
    }

    /// The member whose elements a slot holds.
    fn member_of(&self, number: usize, makers: &[usize], slot: Slot) -> Option<Member> {
        let op = makers[slot.0 as usize];
        let component = &self.circuit.components[number];
        let element = match &component.ops[op] {
            Op::Private { witness, .. } | Op::Pinned { witness, .. } => Some(&witness.element),
            _ => None,
        };
        match element {
            Some(Element::Of(source @ (Source::Input(_) | Source::Value(_)))) => {
                Some(source.member())
            }
            Some(Element::Of(Source::State(id))) => Some(Member::State(*id)),
            _ => self.member(number, op),
        }
    }

    fn relations(&self) -> BTreeMap<Relation, Sides> {
        let mut relations: BTreeMap<Relation, Sides> = BTreeMap::new();
        for (number, component) in self.circuit.components.iter().enumerate() {
            let makers = makers(component);
            let mut add = |relation, source: bool, by, member, cost: Crossing| {
                let anchor = Anchor {
                    component: number,
                    member,
                };
                let sides: &mut Sides = relations.entry(relation).or_default();
                let side = if source {
                    &mut sides.sources
                } else {
                    &mut sides.targets
                };
                match side.iter_mut().find(|side| side.anchor == anchor) {
                    Some(side) => side.cost.add(&cost, 1.0),
                    None => side.push(Side { anchor, by, cost }),
                }
            };
            for (at, op) in component.ops.iter().enumerate() {
                if self.entries[number][at].made.sends == 0.0 {
                    continue;
                }
                let all = self.cost(number, at);
                let part = |of: f64| {
                    let mut cost = Crossing::nothing(all.from);
                    cost.add(&all, of);
                    cost
                };
                let ranged = match op {
                    Op::Take { wire, .. } => {
                        let member = self.member(number, at);
                        add(Relation::Wire(*wire), false, By::Wire, member, part(1.0));
                        0.0
                    }
                    Op::Give { wire, elements, .. } => {
                        let member = elements
                            .first()
                            .and_then(|slot| self.member_of(number, &makers, *slot));
                        add(Relation::Wire(*wire), true, By::Wire, member, part(1.0));
                        0.0
                    }
                    Op::Weigh { terms, .. } => {
                        let each = part(1.0 / terms.len().max(1) as f64);
                        for term in terms {
                            // A public tensor's other side is the verifier's.
                            let Some(&by) = self.families.get(&term.family) else {
                                continue;
                            };
                            // Terms flow into their total, and what is copied into its copies.
                            let source = term.negative == (by == By::Copy);
                            let member = self.member_of(number, &makers, term.value);
                            // A constant stands for all that weigh in its family.
                            let member = member.or_else(|| self.member(number, at));
                            let family = Relation::Family(term.family);
                            add(family, source, by, member, each.clone());
                        }
                        0.0
                    }
                    Op::Product { family, .. } => {
                        let member = self.member(number, at);
                        add(Relation::Family(*family), true, By::Sum, member, part(1.0));
                        0.0
                    }
                    Op::Serve { tag, .. } => {
                        let relation = match tag.declared_table() {
                            Some(_) => Relation::Table(*tag),
                            None => Relation::Ranges,
                        };
                        let table = tag.declared_table().map(Member::Table);
                        let by = table.map_or(By::Range, |_| By::Table);
                        add(relation, true, by, table, part(1.0));
                        0.0
                    }
                    Op::Gadget(Gadget::Lookup(lookup)) => {
                        let member = self.member(number, at);
                        let table = Relation::Table(Tag::table(lookup.table));
                        add(table, false, By::Table, member, part(1.0));
                        0.0
                    }
                    Op::Gadget(Gadget::Pick(pick)) => {
                        let member = self.member(number, at);
                        let gather = Relation::Gather(pick.gather);
                        add(gather, false, By::Gather, member, part(1.0));
                        0.0
                    }
                    Op::Gadget(Gadget::Offer(offer)) => {
                        let first = offer.elements.first();
                        let member = first.and_then(|slot| self.member_of(number, &makers, *slot));
                        let gather = Relation::Gather(offer.gather);
                        add(gather, true, By::Gather, member, part(1.0));
                        0.0
                    }
                    Op::Gadget(Gadget::Maximum(maximum)) => {
                        let member = self.member(number, at);
                        let flags = 1.0 / all.sends.max(1.0);
                        let family = Relation::Family(maximum.family);
                        add(family, true, By::Extremum, member, part(flags));
                        1.0 - flags
                    }
                    _ => 1.0,
                };
                if ranged > 0.0 && component.kind != Kind::Ranges {
                    add(Relation::Ranges, false, By::Range, None, part(ranged));
                }
            }
        }
        relations
    }

    /// What an operation's sends cost.
    fn cost(&self, number: usize, op: usize) -> Crossing {
        let component = &self.circuit.components[number];
        let made = &self.entries[number][op].made;
        let mut cost = Crossing::nothing(Anchor {
            component: number,
            member: None,
        });
        cost.sends = made.sends;
        cost.tuples = made.sends * component.rows as f64;
        cost.columns = made.interaction;
        cost.openings = made.openings - made.main;
        if made.interaction > 0.0 {
            cost.heights.insert(component.log_rows, made.interaction);
        }
        cost
    }
}
