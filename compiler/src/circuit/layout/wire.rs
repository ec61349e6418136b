//! Reads: a slot of the row itself, an element over a wire, or a lane of a vector; and what wires are given.

use super::form::{flat, positions, spread, Bind, Env};
use super::layout::{Home, Layout, Result, Wire};
use super::polynomial::UNROLLED;
use crate::circuit::bus::Lane;
use crate::circuit::component::Fixed;
use crate::circuit::names::{Element, Form, Slot, Witness};
use crate::circuit::operation::{Op, Term};
use crate::diagnostic::Span;
use crate::meaning::dims::{max_sizes, product, Dim};
use crate::meaning::graph::{ExprKind, IndexExpr, Member, Source};

impl Layout<'_> {
    /// A slot of `component` that holds `element[at]`.
    pub(super) fn read(
        &mut self,
        component: usize,
        element: &Element,
        at: &[Bind],
        span: Span,
    ) -> Result<Slot> {
        if let Element::Of(Source::Value(id)) = element {
            let graph = self.graph;
            let value = graph.value(*id);
            let env: Env = value
                .space
                .iter()
                .copied()
                .zip(at.iter().cloned())
                .collect();
            if let ExprKind::Reduce { .. } = &graph.expr(value.expr).kind {
                if !self.unrolls(value.expr) {
                    return self.reduction_at(component, value.expr, &env, span);
                }
            }
            let proof = self.part.proof_of[&Member::Value(*id)];
            let homed = self.values.get(id).map(|home| home.component) == Some(component);
            if !homed && proof == self.builders[component].proof && self.is_inlined(*id) {
                let key = (*id, at.to_vec());
                if let Some(&slot) = self.builders[component].inlined.get(&key) {
                    return Ok(slot);
                }
                let slot = self.lower(component, value.expr, &env)?;
                self.builders[component].inlined.insert(key, slot);
                return Ok(slot);
            }
        }
        if !matches!(element, Element::Of(Source::State(_))) {
            let home = match self.homes(element)?.pop() {
                Some(home) => home,
                None => unreachable!("a tensor has a home"),
            };
            let here = home.component == component
                && at.iter().all(|bind| !bind.lane)
                && at.iter().map(|bind| &bind.form).eq(home.at.iter());
            if here {
                return Ok(home.slot);
            }
        }
        let dims = self.element_dims(element);
        let lanes: Vec<usize> = (0..at.len()).filter(|&i| at[i].lane).collect();
        let lane = match self.is_partial(element) {
            // Of a vector every lane is there.
            true => None,
            false => lane_of(&dims, &lanes, at),
        };
        let Some(lane) = lane else {
            // No lanes, or subscripts that mix them with the row's: an element by itself.
            let at: Vec<Form> = at.iter().map(|bind| bind.form.clone()).collect();
            return self.take(component, element, &at, span);
        };
        let others: Vec<Form> = (0..at.len())
            .filter(|i| !lanes.contains(i))
            .map(|i| at[i].form.clone())
            .collect();
        let first = self.take_vector(component, element, &lanes, &others, span)?;
        Ok(Slot(first.0 + lane as u32))
    }

    pub(super) fn wire(&mut self, element: &Element, lanes: &[usize]) -> u32 {
        let key = (element.clone(), lanes.to_vec());
        if let Some(&wire) = self.wire_of.get(&key) {
            return wire;
        }
        let wire = self.wires.len() as u32;
        self.wires.push(Wire {
            element: element.clone(),
            lanes: lanes.to_vec(),
            takers: Vec::new(),
        });
        self.wire_of.insert(key, wire);
        wire
    }

    pub(super) fn take(
        &mut self,
        component: usize,
        element: &Element,
        at: &[Form],
        span: Span,
    ) -> Result<Slot> {
        self.take_vector(component, element, &[], at, span)
    }

    /// All lanes of a vector, in consecutive slots; an element alone has no lane subscripts.
    pub(super) fn take_vector(
        &mut self,
        component: usize,
        element: &Element,
        lanes: &[usize],
        others: &[Form],
        span: Span,
    ) -> Result<Slot> {
        let key = (element.clone(), others.to_vec(), lanes.to_vec());
        if let Some(&slot) = self.builders[component].taken.get(&key) {
            return Ok(slot);
        }
        if !lanes.is_empty() {
            self.vector(element, lanes, span)?;
        }
        let dims = self.element_dims(element);
        let sizes = max_sizes(&dims);
        let kept: Vec<u64> = (0..dims.len())
            .filter(|i| !lanes.contains(i))
            .map(|i| sizes[i])
            .collect();
        let address = flat(others, &kept);
        let wire = self.wire(element, lanes);
        self.wires[wire as usize]
            .takers
            .push((component, address.clone()));
        let (witness, width) = self.vector_witness(element, lanes, others, &sizes);
        let builder = &mut self.builders[component];
        let address = builder.form(&address);
        let slot = builder.push(
            Op::Take {
                wire,
                address,
                witness,
                lanes: width,
            },
            Some(span),
            1,
        );
        builder.taken.insert(key, slot);
        Ok(slot)
    }

    pub(super) fn vector_witness(
        &self,
        element: &Element,
        lanes: &[usize],
        others: &[Form],
        sizes: &[u64],
    ) -> (Witness, u32) {
        let at = spread(sizes.len(), lanes, others);
        let laned: Vec<(usize, u64)> = lanes.iter().map(|&p| (p, sizes[p])).collect();
        let width = laned.iter().map(|&(_, n)| n as u32).product();
        (self.witness(element.clone(), at, laned), width)
    }

    /// The component that holds an element's vectors, one a row, tied to the element's homes by
    /// weighed sums.
    pub(super) fn vector(&mut self, element: &Element, lanes: &[usize], span: Span) -> Result<()> {
        let key = (element.clone(), lanes.to_vec());
        if self.vectors.contains_key(&key) {
            return Ok(());
        }
        let is_carried = match element {
            Element::Of(Source::State(id)) => self.graph.state(*id).is_carried(),
            _ => false,
        };
        if !is_carried {
            self.homes(element)?;
        }
        let dims = self.element_dims(element);
        let sizes = max_sizes(&dims);
        let kept: Vec<usize> = (0..dims.len()).filter(|i| !lanes.contains(i)).collect();
        let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
        let row_dims = self.kept_dims(&dims, lanes);
        let proof = match element {
            Element::Of(source) => self.part.proof_of[&source.member()],
            Element::Reduction { expr, .. } | Element::First { expr, .. } => self.owner[expr],
        };
        let name = self.name_of(element);
        let component = self.component(row_dims, proof, &format!("vectors of {name}"));
        let others = positions(kept.len());
        let (witness, width) = self.vector_witness(element, lanes, &others, &sizes);
        let family = self.family();
        self.lanes = self.lanes.max(width);
        let builder = &mut self.builders[component];
        let first = builder.push(
            Op::Pinned {
                witness,
                lanes: width,
            },
            Some(span),
            1,
        );
        let address = builder.form(&flat(&others, &kept_sizes));
        for lane in 0..width {
            let value = Slot(first.0 + lane);
            builder.weigh(
                address,
                Term {
                    family,
                    negative: false,
                    lane: Lane::Constant(lane),
                    value,
                },
            );
        }
        self.vectors.insert(key, (component, first, width));
        if is_carried {
            self.untied.push((element.clone(), lanes.to_vec(), family));
            return Ok(());
        }
        self.tie_vector(element, lanes, family)
    }

    /// Takes the elements of an element's homes away from its vectors.
    fn tie_vector(&mut self, element: &Element, lanes: &[usize], family: u32) -> Result<()> {
        let homes = self.homes(element)?;
        let sizes = max_sizes(&self.element_dims(element));
        let kept: Vec<usize> = (0..sizes.len()).filter(|i| !lanes.contains(i)).collect();
        let kept_sizes: Vec<u64> = kept.iter().map(|&i| sizes[i]).collect();
        let lane_sizes: Vec<u64> = lanes.iter().map(|&p| sizes[p]).collect();
        let width: u64 = lane_sizes.iter().product();
        for home in homes {
            let lane_at: Vec<Form> = lanes.iter().map(|&p| home.at[p].clone()).collect();
            let lane = self.lane_column(home.component, &flat(&lane_at, &lane_sizes), width);
            let address: Vec<Form> = kept.iter().map(|&p| home.at[p].clone()).collect();
            let builder = &mut self.builders[home.component];
            let address = builder.form(&flat(&address, &kept_sizes));
            builder.weigh(
                address,
                Term {
                    family,
                    negative: true,
                    lane,
                    value: home.slot,
                },
            );
        }
        Ok(())
    }

    /// The dimensions of the subscripts that are no lanes.
    pub(super) fn kept_dims(&self, dims: &[Dim], lanes: &[usize]) -> Vec<Dim> {
        let sizes = max_sizes(dims);
        let kept: Vec<usize> = (0..dims.len()).filter(|i| !lanes.contains(i)).collect();
        let place = |position: usize| kept.iter().position(|&k| k == position);
        let kept = kept.iter().map(|&i| match dims[i] {
            Dim::Growing { base, position } => match place(position) {
                Some(position) => Dim::Growing { base, position },
                None => Dim::Static(sizes[i]),
            },
            dim => dim,
        });
        kept.collect()
    }

    /// Every wire's definers put each element on it as often as it is taken.
    pub(super) fn give(&mut self) -> Result<()> {
        // To lay out a home may take more from wires, new ones among them: count after that.
        let (mut number, mut gathers) = (0, 0);
        while number < self.wires.len() || gathers < self.gathers.len() || !self.untied.is_empty() {
            for (element, lanes, family) in std::mem::take(&mut self.untied) {
                self.tie_vector(&element, &lanes, family)?;
            }
            gathers = self.shelve(gathers)?;
            if number == self.wires.len() {
                continue;
            }
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
                let rows = &self.builders[*component].rows;
                let counts = self.conditions.counts(rows, address, taken.len());
                let all = taken.iter_mut().zip(&*counts);
                all.for_each(|(taken, &count)| *taken += i64::from(count));
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
            // A seed that is a constant stands in no column that says where it is from.
            let span = match element {
                Element::Of(Source::State(id)) if self.graph.state(id).is_carried() => {
                    Some(self.graph.state(id).span)
                }
                _ => None,
            };
            for home in homes {
                let at: Vec<Form> = kept.iter().map(|&p| home.at[p].clone()).collect();
                let address = flat(&at, &kept_sizes);
                let builder = &mut self.builders[home.component];
                let mut counts = Vec::new();
                builder.rows.for_each_value(&address, &mut |address| {
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
                    span,
                    0,
                );
            }
        }
        Ok(())
    }
}

/// Which lane of a vector over the subscripts `lanes` an element is; `None` if it is not one of
/// a vector that a row can hold.
pub(super) fn lane_of(dims: &[Dim], lanes: &[usize], at: &[Bind]) -> Option<u64> {
    let sizes = max_sizes(dims);
    let fits = product(lanes.iter().map(|&p| sizes[p])) <= UNROLLED;
    // Every lane has an element in every row: a step along which others grow is none.
    let is_full = |&lane: &usize| {
        let mut others = dims.iter();
        let grows = |dim: &Dim| matches!(dim, Dim::Growing { position, .. } if *position == lane);
        matches!(dims[lane], Dim::Static(_)) && !others.any(grows)
    };
    if lanes.is_empty() || !fits || !lanes.iter().all(is_full) {
        return None;
    }
    lanes.iter().try_fold(0, |lane, &p| match at[p].form {
        IndexExpr::Constant(constant) => Some(lane * sizes[p] + constant as u64),
        _ => None,
    })
}
