//! States: caches that grow, and what an iteration leaves for the next.

use std::collections::BTreeSet;

use attnc_compiler::syntax::ast::{ExprKind, State};

use super::{points, Elements, Machine, Stop, Thing};

/// What an iteration reads, and what it leaves: in the block with so many scopes around it.
#[derive(Clone)]
pub(super) struct Carried {
    pub(super) now: Elements,
    next: Option<(usize, Elements)>,
    range: (i128, i128),
}

impl Carried {
    fn holds(&self, name: &str, elements: &Elements) -> Result<(), Stop> {
        let (lo, hi) = self.range;
        match elements.values().all(|x| (lo..=hi).contains(x)) {
            true => Ok(()),
            false => Err(format!("{name} leaves its range")),
        }
    }
}

impl Machine {
    pub(super) fn state(&mut self, state: &State) -> Result<(), Stop> {
        let name = &state.name.text;
        let thing = match (&state.range, &state.seed) {
            (Some(range), Some(seed)) => {
                let shape: Result<Vec<i128>, Stop> =
                    state.shape.iter().map(|size| self.integer(size)).collect();
                let range = self.range(range)?;
                let scalar = match &seed.kind {
                    ExprKind::Name(name) => self.is_number(&name.text),
                    _ => true,
                };
                let now = match &seed.kind {
                    ExprKind::Name(name) if !scalar => self.behind(&name.text, &[]),
                    _ => {
                        let value = self.integer(seed)?;
                        points(&shape?).into_iter().map(|at| (at, value)).collect()
                    }
                };
                let carried = Carried {
                    now,
                    next: None,
                    range,
                };
                carried.holds(name, &carried.now)?;
                Thing::Carried(carried)
            }
            (_, None) => Thing::Cache(Vec::new()),
            (_, Some(seed)) => {
                let ExprKind::Name(seed) = &seed.kind else {
                    panic!("a cache begins with a tensor");
                };
                let elements = self.elements(&seed.text).into_keys();
                let entries: BTreeSet<i128> = elements.map(|at| at[0]).collect();
                let entry = |k| self.behind(&seed.text, &[k]);
                Thing::Cache(entries.into_iter().map(entry).collect())
            }
        };
        self.define(name, thing);
        Ok(())
    }

    fn is_number(&self, name: &str) -> bool {
        let found = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        matches!(found, Some(Thing::Number(_)))
    }

    /// `state <- entry`.
    pub(super) fn arrow(&mut self, name: &str, entry: Elements) -> Result<(), Stop> {
        let depth = self.scopes.len();
        for scope in self.scopes.iter_mut().rev() {
            match scope.get_mut(name) {
                Some(Thing::Cache(entries)) => entries.push(entry),
                Some(Thing::Carried(carried)) => {
                    carried.holds(name, &entry)?;
                    carried.next = Some((depth, entry));
                }
                _ => continue,
            }
            break;
        }
        Ok(())
    }

    /// At the end of an iteration: what it leaves is what the next one reads.
    pub(super) fn carry(&mut self) {
        let depth = self.scopes.len();
        for thing in self.scopes.iter_mut().flat_map(|scope| scope.values_mut()) {
            let Thing::Carried(carried) = thing else {
                continue;
            };
            if carried.next.as_ref().is_some_and(|(of, _)| *of == depth) {
                carried.now = carried.next.take().unwrap().1;
            }
        }
    }
}
