//! A lookup in a declared table.

use std::sync::Arc;

use serde::Serialize;

use crate::circuit::names::{Slot, Tag};
use crate::circuit::reading::Reading;
use crate::circuit::row::Row;
use crate::meaning::graph::TableId;

/// Makes y = table\[x\].
///
/// One column, y, and one use of the tuple (table, x, y). The table's component serves only the
/// table's entries, from preprocessed columns, so the bus balances only if (x, y) is an entry:
/// a tuple that is none would be a pole that no other term cancels, because it is used fewer
/// than P times. So x is in the domain and y is its entry.
#[derive(Clone, Debug, Serialize)]
pub struct Lookup {
    pub table: TableId,
    pub arg: Slot,
    pub first: i64,
    #[serde(skip)]
    pub entries: Arc<[i64]>,
}

impl Lookup {
    pub(crate) fn row<R: Reading>(&self, row: &mut Row<'_, R>, x: &R::Value) -> R::Value {
        let (first, entries) = (self.first, self.entries.clone());
        row.entry(Tag::table(self.table), x, &move |of| {
            let position = usize::try_from(of[0] - first).ok();
            position.and_then(|i| entries.get(i).copied()).unwrap_or(0)
        })
    }
}
