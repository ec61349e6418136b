//! The end of a layout: wires are given, ranges decided, tables served.

use super::*;
use crate::circuit::bus::{Folded, Pole};
use crate::meaning::index::bounds;

/// log2 of the rows of a component at most.
const MAX_LOG_ROWS: u32 = 23;

impl Layout<'_> {
    pub(super) fn finish(mut self) -> Result<Circuit> {
        self.finish_rows()?;
        self.give()?;
        for builder in &mut self.builders {
            builder.finish_sums();
        }
        let tallest = self
            .builders
            .iter()
            .map(|b| log_rows(count_points(&b.dims)));
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
            let rows = count_points(&builder.dims);
            let component = builder.into_component(rows);
            addresses_fit(&component)?;
            components.push(component);
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
            components.push(ranges_component(&ranges));
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

    /// Looks private elements of the same narrow range up two at a time: the size of the range
    /// that saves the most lookups, if any does and its pairs fit 2^`digit_bits` rows.
    fn pair_private(&mut self, digit_bits: u32) -> Option<i64> {
        // By builder and size: the private elements' operations and slots.
        let private: Vec<BTreeMap<i64, Vec<(usize, Slot)>>> = self
            .builders
            .iter()
            .map(|builder| {
                let mut sized: BTreeMap<i64, Vec<(usize, Slot)>> = BTreeMap::new();
                let slots = first_slots(&builder.ops);
                for ((at, op), slot) in builder.ops.iter().enumerate().zip(slots) {
                    if let Op::Private { lo, hi, .. } = op {
                        sized.entry(hi - lo + 1).or_default().push((at, slot));
                    }
                }
                sized
            })
            .collect();
        let mut saved: BTreeMap<i64, usize> = BTreeMap::new();
        for (&size, elements) in private.iter().flatten() {
            *saved.entry(size).or_insert(0) += elements.len() / 2;
        }
        let fits = |size: i64| size > 2 && size * size <= 1 << digit_bits;
        let (&size, _) = saved
            .iter()
            .rev()
            .filter(|(&size, &saved)| fits(size) && saved > 0)
            .max_by_key(|(_, &saved)| saved)?;
        for (builder, sized) in self.builders.iter_mut().zip(&private) {
            for pair in sized.get(&size).map_or(&[][..], Vec::as_slice).chunks(2) {
                let mut set = |(at, _): (usize, Slot), how: Ranged| match &mut builder.ops[at] {
                    Op::Private { ranged, lo, .. } => {
                        *ranged = how;
                        *lo
                    }
                    _ => unreachable!("a private element"),
                };
                match *pair {
                    [first, last] => {
                        let lo = set(first, Ranged::Later);
                        set(last, Ranged::With(Some((first.1, lo))));
                    }
                    [only] => drop(set(only, Ranged::With(None))),
                    _ => unreachable!("chunks of two"),
                }
            }
        }
        Some(size)
    }

    /// Before anything walks the rows: there are not too many, and their maxima are written.
    fn finish_rows(&mut self) -> Result<()> {
        for builder in &self.builders {
            let rows = count_points(&builder.dims);
            if rows > 1 << MAX_LOG_ROWS {
                return Err(self.too_many_rows(&builder.name, rows));
            }
        }
        let mut builders = self.builders.iter_mut();
        builders.try_for_each(Builder::finish_maxima)
    }

    /// Every wire's definers put each element on it as often as it is taken.
    pub(super) fn give(&mut self) -> Result<()> {
        // To lay out a home may take more from wires, new ones among them: count after that.
        let mut number = 0;
        while number < self.wires.len() {
            let (element, lanes) = (
                self.wires[number].element.clone(),
                self.wires[number].lanes.is_empty(),
            );
            if lanes {
                self.homes(&element)?;
            }
            number += 1;
        }
        // A value that is read as a cache's entry alone is laid out only now.
        self.finish_rows()?;
        for number in 0..self.wires.len() {
            let (element, lanes) = (
                self.wires[number].element.clone(),
                self.wires[number].lanes.clone(),
            );
            let dims = self.element_dims(&element);
            let sizes = max_sizes(&dims);
            let kept: Vec<usize> = (0..dims.len()).filter(|i| !lanes.contains(i)).collect();
            let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
            // By address, the row-major number of the subscripts.
            let mut taken = vec![0i64; product(kept_sizes.iter().copied()) as usize];
            for (component, address) in &self.wires[number].takers {
                self.builders[*component].for_each(|at| {
                    taken[crate::meaning::dims::eval_form(address, at) as usize] += 1;
                });
            }
            let homes: Vec<Home> = if lanes.is_empty() {
                self.homes(&element)?
            } else {
                let (component, slot, _) = self.vectors[&(element.clone(), lanes.clone())];
                let at = spread(dims.len(), &lanes, &positions(kept.len()));
                vec![Home {
                    component,
                    slot,
                    at,
                }]
            };
            let width = lanes.iter().map(|&p| sizes[p] as u32).product::<u32>();
            for home in homes {
                let at: Vec<Form> = kept.iter().map(|&p| home.at[p].clone()).collect();
                let address = flat(&at, &kept_sizes);
                let builder = &mut self.builders[home.component];
                let mut counts = Vec::new();
                builder.for_each(|at| {
                    let address = crate::meaning::dims::eval_form(&address, at);
                    counts.push(taken[address as usize]);
                });
                if counts.iter().all(|&count| count == 0) {
                    continue;
                }
                let elements: Vec<Slot> = (0..width)
                    .map(|lane| builder.column(Slot(home.slot.0 + lane), None))
                    .collect();
                let address = builder.form(&address);
                let count = builder.fixed(Fixed::Values {
                    values: counts,
                    rest: 0,
                });
                builder.push(
                    Op::Give {
                        wire: number as u32,
                        address,
                        elements,
                        count,
                    },
                    None,
                    0,
                );
            }
        }
        Ok(())
    }

    pub(super) fn table_component(&self, id: TableId, proof: usize) -> Component {
        let table = self.graph.table(id);
        let entries = &self.entries[id.index()];
        let arguments: Vec<i64> = (0..entries.len() as i64)
            .map(|i| table.domain.lo as i64 + i)
            .collect();
        let last = |values: &[i64]| values.last().copied().unwrap_or(0);
        let mut component = Component {
            name: format!("table {}", table.name),
            proof,
            kind: Kind::Table(id),
            rows: entries.len() as u64,
            log_rows: log_rows(entries.len() as u64),
            fixed: vec![
                Fixed::Values {
                    rest: last(&arguments),
                    values: arguments,
                },
                Fixed::Values {
                    rest: last(entries),
                    values: entries.to_vec(),
                },
            ],
            ops: Vec::new(),
            spans: Vec::new(),
            count: Default::default(),
            batches: Vec::new(),
            holds: vec![Member::Table(id)],
        };
        component.ops = vec![
            Op::Fixed(0),
            Op::Fixed(1),
            Op::Serve {
                tag: Tag::table(id),
                first: Slot(0),
                rest: vec![Slot(1)],
            },
        ];
        component.spans = vec![Some(table.span); 3];
        component
    }
}

/// What the layout has made of index expressions, and its own numbers of points, fit 64 bits.
fn addresses_fit(component: &Component) -> Result<()> {
    let Kind::Space(dims) = &component.kind else {
        return Ok(());
    };
    let forms = component.fixed.iter().filter_map(|fixed| match fixed {
        Fixed::Form(form) => Some(form),
        _ => None,
    });
    match forms
        .filter_map(|form| bounds(&dims[..], form).err())
        .next()
    {
        None => Ok(()),
        Some(beyond) => Err(Box::new(
            Diagnostic::new(
                "E113",
                format!(
                    "numbers of the component over ({}) leave 64 bits",
                    component.name
                ),
            )
            .hint(format!(
                "one goes over {}: make the shape smaller",
                beyond.range
            )),
        )),
    }
}

/// Whether every copy is tied, in every row, where it is taken from; every private element that
/// leaves its range to another is ranged by one; and folds are multiplied rows by columns.
fn check_pins(component: &Component) {
    let slots = first_slots(&component.ops);
    let mut poles: Vec<&[Pole<Slot>]> = Vec::new();
    let mut lanes_only = Vec::new();
    for (op, &slot) in component.ops.iter().zip(&slots) {
        match op {
            Op::Copy { tie, address, .. } => {
                let weighed = component.ops.iter().filter_map(|other| match other {
                    Op::Weigh { address: at, terms } if at == address => Some(terms),
                    _ => None,
                });
                let pins = weighed.flatten().filter(|term| {
                    let pin = (term.family, term.negative, term.lane);
                    pin == (*tie, false, Lane::One) && term.value == slot
                });
                assert_eq!(
                    (pins.count(), component.active()),
                    (1, None),
                    "a loose copy"
                );
            }
            Op::Private { ranged, lo, hi, .. } if *ranged == Ranged::Later => {
                let with = component.ops.iter().filter(|other| match other {
                    Op::Private {
                        ranged: Ranged::With(Some((first, least))),
                        lo: a,
                        hi: b,
                        ..
                    } => *first == slot && least == lo && b - a == hi - lo,
                    _ => false,
                });
                assert_eq!(with.count(), 1, "an element that nothing ranges");
            }
            Op::Weight(of) => poles.push(of),
            Op::Fold { stages, .. } => {
                for terms in stages {
                    let lane = |term: &Folded<Slot>| {
                        matches!(poles[term.weight][term.pole], Pole::Lane(_))
                    };
                    let lanes = terms.iter().filter(|term| lane(term)).count();
                    assert!(
                        lanes == 0 || lanes == terms.len(),
                        "a fold of both kinds of poles"
                    );
                    lanes_only.push(lanes > 0);
                }
            }
            Op::Product { left, right, .. } => {
                let kinds = (lanes_only[*left], lanes_only[*right]);
                assert_eq!(kinds, (false, true), "a product of two folds of a kind");
            }
            _ => {}
        }
    }
}

/// One component serves every range table: a column each, as tall as the largest. The table of
/// pairs has two.
fn ranges_component(ranges: &RangeTables) -> Component {
    let sizes = ranges.sizes();
    let pairs = ranges.pairs.map(|size| (size, size * size));
    let most = sizes.last().copied().unwrap_or(1);
    let most = most.max(pairs.map_or(1, |(_, pairs)| pairs));
    let mut fixed: Vec<Fixed> = sizes
        .iter()
        .map(|&size| Fixed::Values {
            values: (0..size).collect(),
            rest: size - 1,
        })
        .collect();
    if let Some((size, pairs)) = pairs {
        let of = |part: fn(i64, i64) -> i64| Fixed::Values {
            values: (0..pairs).map(|pair| part(pair, size)).collect(),
            rest: size - 1,
        };
        fixed.extend([of(|pair, size| pair / size), of(|pair, size| pair % size)]);
    }
    let mut ops: Vec<Op> = (0..fixed.len()).map(Op::Fixed).collect();
    for (position, &size) in sizes.iter().enumerate() {
        ops.push(Op::Serve {
            tag: Tag::range(size),
            first: Slot(position as u32),
            rest: vec![],
        });
    }
    if let Some((size, _)) = pairs {
        let first = sizes.len() as u32;
        ops.push(Op::Serve {
            tag: Tag::pair(size),
            first: Slot(first),
            rest: vec![Slot(first + 1)],
        });
    }
    Component {
        name: "ranges".into(),
        proof: 0,
        kind: Kind::Ranges,
        rows: most as u64,
        log_rows: log_rows(most as u64),
        fixed,
        spans: vec![None; ops.len()],
        ops,
        count: Default::default(),
        batches: Vec::new(),
        holds: Vec::new(),
    }
}
