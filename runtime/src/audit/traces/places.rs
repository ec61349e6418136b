//! What is attacked, and its places: all of them, or those that are drawn.

use std::collections::{BTreeMap, BTreeSet};

use attnc_compiler::circuit::{Circuit, Kind as Space};
use attnc_compiler::meaning::eval::{Assignment, Evaluation};
use attnc_compiler::meaning::graph::Graph;
use rayon::prelude::*;

use crate::audit::attack::Attacker;
use crate::audit::board::{Board, Place};
use crate::audit::findings::Findings;
use crate::audit::kind::{Kind, Options};
use crate::audit::mirror::F;
use crate::audit::random::Random;

/// What is attacked: a circuit, and an evaluation of the graph that it is of.
pub struct Subject<'a> {
    pub name: &'a str,
    pub circuit: &'a Circuit,
    pub graph: &'a Graph,
    pub assignment: &'a Assignment,
    pub evaluation: &'a Evaluation<'a>,
}

pub(super) struct Traces<'a> {
    pub(super) subject: &'a Subject<'a>,
    pub(super) board: &'a Board,
    pub(super) attacker: Attacker<'a>,
    pub(super) options: Options,
}

/// Cells that are not the honest ones.
pub(super) type Changed = BTreeMap<Place, F>;

impl Traces<'_> {
    /// The same numbers for the same place, whatever else is attacked.
    pub(super) fn random(&self, kind: Kind, c: usize, row: usize) -> Random {
        let place = ((kind as u64) << 56) ^ ((c as u64) << 32) ^ row as u64;
        Random::new(self.options.seed ^ place.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    pub(super) fn spaces(&self) -> impl Iterator<Item = usize> + '_ {
        let components = self.board.circuit.components.iter().enumerate();
        let spaces = components.filter(|(_, it)| matches!(it.kind, Space::Space(_)));
        spaces.map(|(c, _)| c)
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = usize> + '_ {
        let components = self.board.circuit.components.iter().enumerate();
        let tables = components.filter(|(_, it)| !matches!(it.kind, Space::Space(_)));
        tables.map(|(c, _)| c)
    }

    /// Real rows: all if there are few, else the ends and some others.
    pub(super) fn real(&self, kind: Kind, c: usize) -> Vec<usize> {
        let rows = self.board.circuit.components[c].rows as usize;
        self.sample(kind, c, rows)
    }

    pub(super) fn sample(&self, kind: Kind, c: usize, rows: usize) -> Vec<usize> {
        let wanted = self.options.rows.max(2);
        if rows <= wanted {
            return (0..rows).collect();
        }
        let mut random = self.random(kind, c, rows);
        let mut sample = BTreeSet::from([0, rows - 1]);
        while sample.len() < wanted {
            sample.insert(random.below(rows));
        }
        sample.into_iter().collect()
    }

    pub(super) fn columns(&self, c: usize) -> std::ops::Range<usize> {
        0..self.board.trace[c].len()
    }

    /// Every row that is attacked, at once.
    pub(super) fn every(
        &self,
        rows: impl Iterator<Item = (usize, usize)>,
        attack: impl Fn(&mut Findings, usize, usize) + Sync,
    ) -> Findings {
        let rows: Vec<(usize, usize)> = rows.collect();
        let found: Vec<Findings> = rows
            .into_par_iter()
            .map(|(c, row)| {
                let mut findings = Findings::default();
                attack(&mut findings, c, row);
                findings
            })
            .collect();
        let mut all = Findings::default();
        found.into_iter().for_each(|found| all.merge(found));
        all
    }

    pub(super) fn in_spaces(&self, kind: Kind) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.spaces()
            .flat_map(move |c| self.real(kind, c).into_iter().map(move |row| (c, row)))
    }
}

/// Keeps the values that differ from the honest one and from each other.
pub(super) fn distinct(values: &mut Vec<F>, honest: F) {
    values.sort_unstable_by_key(|value| value.0);
    values.dedup();
    values.retain(|&value| value != honest);
}
