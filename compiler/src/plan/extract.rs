//! Parts: the subgraphs that sessions of their own prove, with what crosses between them made
//! public (spec 3.8).
//!
//! - `needs`: what is read. `division`: who has what. `extraction`: one part's graph.

mod division;
mod extraction;
mod needs;

use std::collections::BTreeMap;

use crate::meaning::graph::Member;
use crate::plan::derived::Derived;
use division::Division;
pub use extraction::Extracted;
use extraction::Extraction;

/// Divides a graph into `count` parts. `part_of` has every member's part, numbered so that each
/// comes after those whose values it reads.
///
/// A value that another part reads becomes a public output of its own part and a public input of
/// the other; an input that several read is public in each, and one that a single part reads goes
/// there. A value that is a box of an input is in every part that reads it. Every part has all
/// tables, and the caches that it reads or whose entries it counts. An assertion goes to the last
/// part whose values it reads, else to one that reads its inputs.
///
/// Values that nothing depends on (`Graph::live`) are in no part: nothing is proved of them, and
/// for what they read nothing becomes public.
pub fn extract(given: &Derived, part_of: &BTreeMap<Member, usize>, count: usize) -> Vec<Extracted> {
    let division = Division::new(given, part_of, count);
    (0..count)
        .map(|part| Extraction::new(&division, part).run())
        .collect()
}
