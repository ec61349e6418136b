//! What rows tell those that copy from them.

use std::sync::atomic::AtomicI64;

use attnc_compiler::circuit::{Circuit, Op};
use rustc_hash::FxHashMap;

/// What is weighed away in the families whose elements are copied, by address.
pub(super) struct Ties(FxHashMap<u32, Vec<AtomicI64>>);

impl Ties {
    pub(super) fn new(circuit: &Circuit) -> Self {
        let mut sizes: FxHashMap<u32, usize> = FxHashMap::default();
        for component in &circuit.components {
            let mut here: FxHashMap<u32, usize> = FxHashMap::default();
            for op in &component.ops {
                if let Op::Copy { tie, .. } = op {
                    // One address a row and copy.
                    *here.entry(*tie).or_insert(0) += component.rows as usize;
                }
            }
            sizes.extend(here);
        }
        let zeros = |size| (0..size).map(|_| AtomicI64::new(0)).collect();
        let families = sizes.into_iter();
        Self(families.map(|(tie, size)| (tie, zeros(size))).collect())
    }

    pub(super) fn of(&self, tie: u32, address: i64) -> Option<&AtomicI64> {
        self.0.get(&tie)?.get(usize::try_from(address).ok()?)
    }
}
