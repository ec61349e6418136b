use crate::derived::Derived;
use crate::graph::{InputId, Member, OutputId};
use std::collections::BTreeMap;
pub struct Extracted {
    pub derived: Derived,
    pub members: BTreeMap<Member, Member>,
    pub crossing_in: Vec<InputId>,
    pub crossing_out: Vec<OutputId>,
}
pub fn extract(
    _given: &Derived,
    _part_of: &BTreeMap<Member, usize>,
    _count: usize,
) -> Vec<Extracted> {
    todo!()
}
