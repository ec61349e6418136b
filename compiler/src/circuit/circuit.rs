//! A circuit: the components of every proof of one plan, the public tensors that tie them, and the
//! degree of their bus.

use std::sync::Arc;

use serde::Serialize;

use crate::circuit::bus::Lane;
use crate::circuit::component::Component;
use crate::circuit::operation::Op;
use crate::circuit::ranges::RangeTables;
use crate::meaning::dims::{count_points, dims, for_each_point, Dim};
use crate::meaning::graph::{Growing, Interval, Known};

/// A circuit: the components of every proof of one plan, and what ties them.
#[derive(Clone, Debug, Serialize)]
pub struct Circuit {
    pub name: String,
    pub plan: String,
    /// The part of the plan that it proves.
    pub part: String,
    /// In the order of the session.
    pub proofs: Vec<String>,
    pub components: Vec<Component>,
    pub ranges: RangeTables,
    /// Public tensors: each is tied to the components by a family of weighed sums.
    pub publics: Vec<PublicTensor>,
    pub families: u32,
    /// Lanes of the widest address: 1 / (lambda - lane) is used for lanes below this.
    pub lanes: u32,
    /// What fixed columns of statics are, for who makes them: a prover, or a key. A verifier need
    /// not know it.
    #[serde(skip)]
    pub known: Option<Arc<Known>>,
}

/// A tensor of the statement.
#[derive(Clone, Debug, Serialize)]
pub struct PublicTensor {
    pub name: String,
    pub input: bool,
    /// The largest size of each dimension.
    pub shape: Vec<u64>,
    /// The dimensions of a ragged tensor that grow. Only the elements that exist are stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub growing: Vec<Growing>,
    /// Every element lies in it: the verifier checks.
    pub range: Interval,
    pub family: u32,
    /// Whether the last dimension is weighed by lanes (and the address is that of the leading
    /// ones), or every element has an address.
    pub laned: bool,
    /// The graph's input or output number.
    pub number: usize,
}

impl PublicTensor {
    /// Visits the subscripts of every element, in the order of a statement.
    pub fn for_each_point(&self, mut visit: impl FnMut(&[i64])) {
        for_each_point(&self.dims(), &mut |_, at| visit(at));
    }
}

impl PublicTensor {
    pub fn dims(&self) -> Vec<Dim> {
        dims(&self.shape, &self.growing)
    }

    /// How many elements it has.
    pub fn elements(&self) -> u64 {
        count_points(&self.dims())
    }
}

impl Circuit {
    /// Whether its proofs share a session and its bus, so that each states what it has there.
    pub fn is_linked(&self) -> bool {
        self.proofs.len() > 1
    }

    /// The components of one proof, in order.
    pub fn components_of(&self, proof: usize) -> impl Iterator<Item = (usize, &Component)> {
        self.components
            .iter()
            .enumerate()
            .filter(move |(_, c)| c.proof == proof)
    }

    /// One more than the largest lane that is a constant of some row.
    pub fn constant_lanes(&self) -> usize {
        let ops = self.components.iter().flat_map(|component| &component.ops);
        let lanes = ops.filter_map(|op| match op {
            Op::Weigh { terms, .. } => Some(terms.iter().map(|term| match term.lane {
                Lane::Constant(lane) => lane as usize + 1,
                _ => 0,
            })),
            _ => None,
        });
        lanes.flatten().max().unwrap_or(0)
    }

    /// What the degree of the bus's equation is made of.
    pub fn bus_degree(&self) -> BusDegree {
        let sends: u64 = self
            .components
            .iter()
            .map(|c| ((c.count.sends.len() + c.count.weighed_addresses) as u64) << c.log_rows)
            .sum();
        let publics: u64 = self.publics.iter().map(PublicTensor::elements).sum();
        let longest = self.components.iter().map(|c| c.count.longest_tuple).max();
        BusDegree {
            uses: sends + publics,
            longest: longest.unwrap_or(1) as u64,
            families: self.families,
            lanes: self.lanes,
        }
    }
}

/// What the degree of the bus's equation is made of (spec 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BusDegree {
    /// Sends and poles at addresses, in all rows of all proofs, and public elements.
    pub uses: u64,
    /// Elements of the longest tuple.
    pub longest: u64,
    /// Families of weighed sums.
    pub families: u32,
    /// Lanes of the widest address.
    pub lanes: u32,
}

impl BusDegree {
    /// The degree that comes of the poles of tuples and addresses: their number times the longest
    /// tuple and two.
    pub fn poles(&self) -> u128 {
        u128::from(self.uses) * (u128::from(self.longest) + 2)
    }

    /// The degree that comes of the weights of families and lanes.
    pub fn weights(&self) -> u128 {
        u128::from(self.families) + u128::from(self.lanes)
    }

    /// The whole degree.
    pub fn total(&self) -> u128 {
        self.poles() + self.weights()
    }

    /// log2 of the whole degree.
    pub fn log2(&self) -> f64 {
        (self.total() as f64).log2()
    }
}
