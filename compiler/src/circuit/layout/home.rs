//! Where the elements of inputs, values and states stand, and how public ones are tied.

use super::form::{flat, fold, identity, positions, Bind, Env};
use super::layout::{Home, Layout, Result};
use crate::circuit::bus::Lane;
use crate::circuit::circuit::PublicTensor;
use crate::circuit::names::{Element, Form, Slot, Witness};
use crate::circuit::operation::{Op, Ranged, Term};
use crate::diagnostic::Span;
use crate::meaning::dims::{growing, max_sizes, Dim};
use crate::meaning::graph::{
    Domain, ExprKind, Index, IndexExpr, InputId, Interval, Member, Source, StateId, Tile, ValueId,
    Visibility, REACH,
};

impl Layout<'_> {
    pub(super) fn input_home(&mut self, id: InputId) -> Result<Home> {
        if let Some(home) = self.inputs.get(&id) {
            return Ok(home.clone());
        }
        let input = self.graph.input(id);
        let dims = input.dims();
        let at = positions(dims.len());
        let proof = self.part.proof_of[&Member::Input(id)];
        let component = self.component(dims.clone(), proof, &input.name);
        let witness = self.witness(Element::Of(Source::Input(id)), at.clone(), vec![]);
        let slot = match input.visibility {
            Visibility::Private => {
                let what = format!("input `{}`", input.name);
                self.private(component, (witness, input.range), &what, input.span)?
            }
            Visibility::Public => {
                self.small(input.range, input.span)?;
                let builder = &mut self.builders[component];
                builder.push(Op::Pinned { witness, lanes: 1 }, Some(input.span), 1)
            }
        };
        let home = Home {
            component,
            slot,
            at,
        };
        self.inputs.insert(id, home.clone());
        if input.visibility == Visibility::Public {
            self.publish(&home, &input.name, true, &dims, input.range, id.index());
        }
        Ok(home)
    }

    /// A column that no rule computes, in its range.
    fn private(
        &mut self,
        component: usize,
        (witness, range): (Witness, Interval),
        what: &str,
        span: Span,
    ) -> Result<Slot> {
        let (lo, hi) = self.small(range, span)?;
        if range.hi - range.lo >= REACH {
            return Err(self.too_wide(what, range, span));
        }
        let private = Op::Private {
            witness,
            lo,
            hi,
            ranged: Ranged::Alone,
        };
        Ok(self.builders[component].push(private, Some(span), 1))
    }

    pub(super) fn value_home(&mut self, id: ValueId) -> Result<Home> {
        if let Some(home) = self.values.get(&id) {
            return Ok(home.clone());
        }
        let graph = self.graph;
        let value = graph.value(id);
        if !value.interval.fits() {
            // Its limbs have homes (spec 3.5).
            return Err(self.too_wide(&format!("`{}`", value.name), value.interval, value.span));
        }
        let dims = self.graph.dims(&value.space);
        let proof = self.part.proof_of[&Member::Value(id)];
        let label = self.label(&value.space);
        let rows = self.rows(&value.space, value.filter, value.span)?;
        let component = self.component(rows, proof, &label);
        let at = positions(value.space.len());
        let env: Env = identity(&value.space);
        let public = value
            .output
            .filter(|&output| graph.output(output).visibility == Visibility::Public);
        let slot = match (&graph.expr(value.expr).kind, public) {
            (ExprKind::Divide { policy, num, den }, Some(_)) => {
                self.divide(component, value.expr, *policy, *num, *den, &env, true)?
            }
            (ExprKind::Hint(_), _) => {
                let range = graph.expr(value.expr).interval;
                let witness = self.witness(Element::Of(Source::Value(id)), at.clone(), vec![]);
                self.private(component, (witness, range), &value.name, value.span)?
            }
            _ => self.lower(component, value.expr, &env)?,
        };
        let slot = self.builders[component].column(slot, Some(value.span));
        if public.is_some() {
            self.builders[component].publish_quotient(slot, value.interval);
        }
        let home = Home {
            component,
            slot,
            at: at.clone(),
        };
        self.values.insert(id, home.clone());
        if let Some(declared) = value.declared.filter(|_| !value.is_hint(graph)) {
            let interval = graph.expr(value.expr).interval;
            let all = declared.meet(interval).unwrap_or(declared);
            if public.is_none() && !self.builders[component].range_quotient(slot, all) {
                self.range(component, slot, interval, declared, value.span, &value.name)?;
            }
        }
        if let Some(output) = public {
            let output = graph.output(output);
            let number = value.output.map_or(0, |output| output.index());
            let published = Home {
                component,
                slot,
                at: output.layout.iter().map(|&p| at[p].clone()).collect(),
            };
            let place = |position| output.layout.iter().position(|&p| p == position);
            let dims: Vec<Dim> = output
                .layout
                .iter()
                .map(|&p| match dims[p] {
                    Dim::Growing { base, position } => match place(position) {
                        Some(position) => Dim::Growing { base, position },
                        None => unreachable!("a layout is a permutation"),
                    },
                    dim => dim,
                })
                .collect();
            self.publish(
                &published,
                &output.name,
                false,
                &dims,
                value.interval,
                number,
            );
        }
        Ok(home)
    }

    /// Where a source's elements stand: one home, or those of a state's seeds and append.
    pub(super) fn homes(&mut self, element: &Element) -> Result<Vec<Home>> {
        match element {
            Element::Of(Source::Input(id)) => Ok(vec![self.input_home(*id)?]),
            Element::Of(Source::Value(id)) => Ok(vec![self.value_home(*id)?]),
            Element::Of(Source::Static(_)) => {
                unreachable!("a static is a fixed column where it is read")
            }
            Element::Of(Source::State(id)) => {
                let state = self.graph.state(*id);
                let mut homes = Vec::new();
                let mut entries = 0;
                for (&seed, tile) in state.seeds.iter().zip(&state.tiles) {
                    let home = match seed {
                        Source::Input(input) => self.input_home(input)?,
                        Source::Value(value) => self.value_home(value)?,
                        Source::State(_) | Source::Static(_) => {
                            unreachable!("a part is an input or a value")
                        }
                    };
                    homes.push(tiled(home, tile));
                }
                let seeds = state.seeds.iter().filter(|_| state.tiles.is_empty());
                for &seed in seeds {
                    let (home, count) = match seed {
                        Source::Input(input) => match self.graph.input(input).shape[0] {
                            0 => continue,
                            count => (self.input_home(input)?, count),
                        },
                        Source::Value(value) => {
                            let sizes = self.graph.space_sizes(&self.graph.value(value).space);
                            (self.value_home(value)?, sizes[0])
                        }
                        Source::State(_) | Source::Static(_) => {
                            unreachable!("a state is seeded by inputs and values")
                        }
                    };
                    homes.push(later(home, entries));
                    entries += count;
                }
                if state.append.is_some() {
                    let home = match self.whole_entries(*id) {
                        Some(Source::Input(input)) => self.input_home(input)?,
                        Some(Source::Value(value)) => {
                            let outer = state.append.as_ref().map_or(0, |it| it.outer.len());
                            entries_first(self.value_home(value)?, outer)
                        }
                        _ => self.appended_home(*id)?,
                    };
                    homes.push(later(home, state.seeded));
                }
                Ok(homes)
            }
            Element::Reduction { expr, .. } => Ok(vec![self.reductions[expr].clone()]),
            Element::First { .. } => unreachable!("a flag is not read"),
        }
    }

    /// The tensor whose entries are, one after the other, those that the steps append; `None` if
    /// they are others, in another order, or parts of larger ones.
    fn whole_entries(&self, id: StateId) -> Option<Source> {
        let append = self.graph.state(id).append.as_ref()?;
        let source = append.source?;
        let outer = append.outer.len();
        let entries = match source {
            Source::Input(_) if outer > 0 => return None,
            Source::Input(input) => *self.graph.input(input).shape.first()?,
            Source::Value(value) if !self.graph.value(value).space.starts_with(&append.outer) => {
                return None;
            }
            Source::Value(value) => {
                match self.graph.index(*self.graph.value(value).space.get(outer)?) {
                    Index {
                        domain: Domain::Static(entries),
                        ..
                    } => *entries,
                    _ => return None,
                }
            }
            Source::State(_) | Source::Static(_) => return None,
        };
        let loops = append.outer.iter().chain([&append.step]);
        let plain = loops
            .copied()
            .map(IndexExpr::Index)
            .eq(append.at.iter().cloned());
        (plain && entries == self.extent(append.step)).then_some(source)
    }

    /// Where appended entries stand that are no whole tensor's: a row for each step and element,
    /// as of a value over these that reads what is appended.
    ///
    /// 1. The column is equal to a read at the row's own subscripts, which the layout has as for
    ///    any read of a value: over a wire from the source's home, or the source's polynomial.
    /// 2. A row's address among the entries is its step's number behind the seeds, and its
    ///    element's: each entry is given once, by the one row that has it.
    fn appended_home(&mut self, id: StateId) -> Result<Home> {
        if let Some(home) = self.appended.get(&id) {
            return Ok(home.clone());
        }
        let state = self.graph.state(id);
        let Some(append) = &state.append else {
            unreachable!("a cache that does not grow has no entries but its seeds'");
        };
        let Some(source) = append.source else {
            unreachable!("the entries of a cache that is counted are not read");
        };
        let steps = self.extent(append.step);
        let sizes = [steps].into_iter().chain(state.element.iter().copied());
        let dims: Vec<Dim> = sizes.map(Dim::Static).collect();
        let at = positions(dims.len());
        let proof = self.part.proof_of[&Member::State(id)];
        let component = self.component(dims, proof, &format!("entries of {}", state.name));
        let bind = |form: &Form| Bind {
            form: form.clone(),
            lane: false,
        };
        let loops = [append.step]
            .into_iter()
            .chain(append.outer.iter().copied());
        let env: Env = loops.zip(at.iter().map(bind)).collect();
        let mut subscripts = self.binds(&append.at, &env);
        subscripts.extend(at[1 + append.outer.len()..].iter().map(bind));
        let slot = self.read(component, &Element::Of(source), &subscripts, append.span)?;
        let slot = self.builders[component].column(slot, Some(append.span));
        let home = Home {
            component,
            slot,
            at,
        };
        self.appended.insert(id, home.clone());
        Ok(home)
    }

    /// Ties a public tensor to its home.
    pub(super) fn publish(
        &mut self,
        home: &Home,
        name: &str,
        input: bool,
        dims: &[Dim],
        range: Interval,
        number: usize,
    ) {
        let shape = max_sizes(dims);
        let family = self.family();
        let laned = shape.len() >= 2;
        let sizes = &shape[..shape.len() - usize::from(laned)];
        let address = flat(&home.at[..sizes.len()], sizes);
        let lane = match (laned, home.at.last(), shape.last()) {
            (true, Some(last), Some(&size)) => self.lane_column(home.component, last, size),
            _ => Lane::One,
        };
        let builder = &mut self.builders[home.component];
        let address = builder.form(&address);
        builder.weigh(
            address,
            Term {
                family,
                negative: false,
                lane,
                value: home.slot,
            },
        );
        self.publics.push(PublicTensor {
            name: name.to_string(),
            input,
            shape,
            growing: growing(dims),
            range,
            family,
            laned,
            number,
        });
    }

    pub(super) fn lane_column(&mut self, component: usize, index: &Form, size: u64) -> Lane {
        self.lanes = self.lanes.max(size as u32);
        let builder = &mut self.builders[component];
        let index = builder.form(index);
        builder.lane_weight(index)
    }
}

/// A home of the part of a tensor that a tile says.
fn tiled(home: Home, tile: &Tile) -> Home {
    let at = tile.0.iter().map(|dimension| {
        let from = IndexExpr::Constant(dimension.from as i64);
        match dimension.place {
            Some(place) => fold(IndexExpr::Add(
                Box::new(home.at[place].clone()),
                Box::new(from),
            )),
            None => from,
        }
    });
    Home {
        at: at.collect(),
        ..home
    }
}

/// A home of a value whose entries stand behind the loops around a state, as the state has them.
fn entries_first(home: Home, outer: usize) -> Home {
    let mut at = home.at.clone();
    at[..=outer].rotate_right(1);
    Home { at, ..home }
}

/// A home of entries that stand behind others in a state.
fn later(home: Home, entries: u64) -> Home {
    let mut at = home.at.clone();
    let entries = IndexExpr::Constant(entries as i64);
    at[0] = fold(IndexExpr::Add(Box::new(at[0].clone()), Box::new(entries)));
    Home { at, ..home }
}
