//! The components that serve tables: one for each that is declared, and one for all ranges.

use super::layout::Layout;
use crate::circuit::component::{log_rows, Component, Fixed, Kind};
use crate::circuit::names::{Slot, Tag};
use crate::circuit::operation::Op;
use crate::circuit::ranges::RangeTables;
use crate::meaning::graph::{Member, TableId};

impl Layout<'_> {
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
            from: 0,
            rows: entries.len() as u64,
            log_rows: log_rows(entries.len() as u64, self.choices.least_bits),
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

/// One component serves every range table: a column each, as tall as the largest. The table of
/// pairs has two.
pub(super) fn ranges_component(ranges: &RangeTables, least: Option<u32>) -> Component {
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
        from: 0,
        rows: most as u64,
        log_rows: log_rows(most as u64, least),
        fixed,
        spans: vec![None; ops.len()],
        ops,
        count: Default::default(),
        batches: Vec::new(),
        holds: Vec::new(),
    }
}
