//! Who reads what of a graph that is divided, and what each part has.

use std::collections::{BTreeMap, HashMap};

use super::needs::{Homes, Needs};
use crate::meaning::graph::{Assert, Graph, InputId, Member, ValueId};
use crate::plan::derived::Derived;

/// Who reads what, and what each part has.
pub struct Division<'a> {
    pub given: &'a Derived,
    /// The part that computes each value; none for one that nothing depends on, or that every
    /// reader has.
    home: Vec<Option<usize>>,
    pub needs: Vec<Needs>,
    /// The part of every assertion.
    pub asserts: Vec<usize>,
    /// The parts that have each input, and those that read each value besides its own.
    pub inputs: Vec<Vec<usize>>,
    pub readers: Vec<Vec<usize>>,
    /// What each value is called where it crosses.
    pub names: Vec<String>,
}

impl<'a> Division<'a> {
    pub fn new(given: &'a Derived, part_of: &'a BTreeMap<Member, usize>, count: usize) -> Self {
        let graph = &given.graph;
        let live = graph.live();
        let values = || (0..graph.values.len() as u32).map(ValueId);
        let home = values().map(|id| {
            let member = Member::Value(id);
            let computed = live.contains(&member) && !given.is_everywhere(id);
            computed.then(|| part_of[&member])
        });
        let home: Vec<Option<usize>> = home.collect();
        let mut needs = vec![Needs::default(); count];
        for (id, part) in values().zip(&home) {
            if let Some(part) = *part {
                needs[part].value((graph, &home), id);
            }
        }
        let mut asserts = Vec::new();
        for assert in &graph.asserts {
            let part = part_of_assert((graph, &home), assert, part_of, &needs);
            needs[part].assert((graph, &home), assert);
            asserts.push(part);
        }
        let inputs = (0..graph.inputs.len() as u32).map(InputId).map(|id| {
            let readers: Vec<usize> = (0..count)
                .filter(|&part| needs[part].inputs.contains(&id))
                .collect();
            match readers[..] {
                [] => vec![part_of[&Member::Input(id)]],
                _ => readers,
            }
        });
        let readers = values().zip(&home).map(|(id, &own)| {
            let others = (0..count).filter(|&part| own.is_some_and(|own| own != part));
            others
                .filter(|&part| needs[part].values.contains(&id))
                .collect()
        });
        Self {
            inputs: inputs.collect(),
            readers: readers.collect(),
            names: crossing_names(graph),
            given,
            home,
            needs,
            asserts,
        }
    }

    /// Whether a part computes a value.
    pub fn is_own(&self, part: usize, value: ValueId) -> bool {
        match self.home[value.index()] {
            Some(own) => own == part,
            None => self.needs[part].values.contains(&value),
        }
    }
}

/// The last part whose values an assertion reads; of one that reads inputs alone, the part that
/// reads most of them anyhow.
fn part_of_assert(
    (graph, home): (&Graph, &Homes),
    assert: &Assert,
    part_of: &BTreeMap<Member, usize>,
    needs: &[Needs],
) -> usize {
    let mut reads = Needs::default();
    reads.assert((graph, home), assert);
    let values = reads.values.iter();
    if let Some(last) = values.filter_map(|id| home[id.index()]).max() {
        return last;
    }
    let shared = |part: &usize| reads.inputs.intersection(&needs[*part].inputs).count();
    let most = (0..needs.len()).rev().max_by_key(shared);
    match (most.filter(|part| shared(part) > 0), reads.inputs.first()) {
        (Some(part), _) => part,
        (None, Some(&first)) => part_of[&Member::Input(first)],
        (None, None) => 0,
    }
}

/// Each value's name, with a number where an input, an output or an earlier value has it too.
fn crossing_names(graph: &Graph) -> Vec<String> {
    let inputs = graph.inputs.iter().map(|input| input.name.as_str());
    let outputs = graph.outputs.iter().map(|output| output.name.as_str());
    let mut seen: HashMap<&str, usize> = inputs.chain(outputs).map(|name| (name, 1)).collect();
    let mut names = Vec::new();
    for value in &graph.values {
        names.push(match value.output {
            Some(output) => graph.output(output).name.clone(),
            None => {
                let number = seen.entry(&value.name).or_insert(0);
                *number += 1;
                match number {
                    1 => value.name.clone(),
                    _ => format!("{}#{number}", value.name),
                }
            }
        });
    }
    names
}
