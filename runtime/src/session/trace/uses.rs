//! How often tables are used, and elements picked: their multiplicities.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Kind, Op, Tag};
use attnc_compiler::meaning::eval::Evaluation;

/// How often each entry of each table was used. Every thread counts in a shard of its own, so
/// that entries which all rows use are not fought over.
pub(super) struct Uses {
    tables: Vec<TableUses>,
}

struct TableUses {
    tag: Tag,
    first: i64,
    size: usize,
    /// The shards, one after the other.
    counts: Vec<AtomicU32>,
}

impl Uses {
    pub(super) fn new(circuit: &Circuit, evaluation: &Evaluation<'_>) -> Self {
        let shards = rayon::current_num_threads() + 1;
        let mut tables = Vec::new();
        let mut add = |tag: Tag, first: i64, size: usize| {
            let counts = (0..shards * size).map(|_| AtomicU32::new(0)).collect();
            tables.push(TableUses {
                tag,
                first,
                size,
                counts,
            });
        };
        let mut picked: BTreeMap<Tag, usize> = BTreeMap::new();
        for component in &circuit.components {
            match component.kind {
                Kind::Table(id) => {
                    let first = evaluation.graph().table(id).domain.lo as i64;
                    add(Tag::table(id), first, component.rows as usize);
                }
                Kind::Ranges => {
                    for size in circuit.ranges.sizes() {
                        add(Tag::range(size), 0, size as usize);
                    }
                    if let Some(size) = circuit.ranges.pairs {
                        add(Tag::pair(size), 0, (size * size) as usize);
                    }
                }
                Kind::Space(_) => {
                    for op in &component.ops {
                        if let Op::Gadget(Gadget::Pick(pick)) = op {
                            picked.insert(pick.tag(), pick.entries as usize);
                        }
                    }
                }
            }
        }
        for (tag, entries) in picked {
            add(tag, 0, entries);
        }
        Self { tables }
    }

    fn table(&self, tag: Tag) -> Option<&TableUses> {
        self.tables.iter().find(|table| table.tag == tag)
    }

    /// Counts one use; false if the table has no such entry.
    pub(super) fn count(&self, tag: Tag, argument: i64) -> bool {
        let Some(table) = self.table(tag) else {
            return false;
        };
        let entry = usize::try_from(argument - table.first).ok();
        let Some(entry) = entry.filter(|&entry| entry < table.size) else {
            return false;
        };
        // Outside the pool the last shard serves.
        let shards = table.counts.len() / table.size;
        let shard = rayon::current_thread_index().map_or(shards - 1, |i| i % shards);
        table.counts[shard * table.size + entry].fetch_add(1, Ordering::Relaxed);
        true
    }

    pub(super) fn of_row(&self, tag: Tag, row: usize) -> u32 {
        self.table(tag).map_or(0, |table| {
            let shards = table.counts.chunks(table.size);
            let counts = shards.filter_map(|shard| shard.get(row));
            counts.map(|count| count.load(Ordering::Relaxed)).sum()
        })
    }
}
