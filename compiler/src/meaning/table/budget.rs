//! All entries of a table at once, and what the tables of a program may cost together.
//!
//! Work is counted in units of about a nanosecond, by what is done and never by a clock: a program
//! is refused on every platform or on none.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;

use super::entries::Entries;
use super::evaluator::Evaluator;
use crate::diagnostic::Diagnostic;

/// The units of work that all tables of a program may take.
const UNITS: u64 = 1 << 31;
/// Entries that a thread takes at a time.
const CHUNK: u64 = 512;

/// What is left of the work that a program's tables may take.
pub struct Budget {
    left: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: UNITS }
    }
}

impl Budget {
    #[cfg(test)]
    pub fn of(left: u64) -> Self {
        Self { left }
    }

    /// Whether this much is left.
    pub fn has(&self, units: u128) -> bool {
        units <= self.left.into()
    }
}

/// What came of some entries in a row.
struct Chunk {
    entries: Vec<i64>,
    spent: u64,
    /// What is wrong with the entry after these; nothing of it, if the budget is spent there.
    stopped: Option<Option<Diagnostic>>,
}

impl Chunk {
    /// Evaluates entries until one is wrong, or takes more than `granted` with those before it.
    fn evaluate(table: &Entries<'_>, points: Range<u64>, granted: u64) -> Self {
        let mut chunk = Self {
            entries: Vec::new(),
            spent: 0,
            stopped: None,
        };
        let mut evaluator = match Evaluator::new(table) {
            Ok(evaluator) => evaluator,
            Err(diagnostic) => {
                chunk.stopped = Some(Some(diagnostic));
                return chunk;
            }
        };
        for at in points {
            let (entry, spent) = evaluator.entry(table, &table.at(at), granted - chunk.spent);
            chunk.spent += spent;
            match entry {
                Some(Ok(entry)) if chunk.spent <= granted => chunk.entries.push(entry),
                Some(Err(diagnostic)) if chunk.spent <= granted => {
                    chunk.stopped = Some(Some(diagnostic));
                    break;
                }
                _ => {
                    chunk.stopped = Some(None);
                    break;
                }
            }
        }
        chunk
    }
}

/// All entries of a table, in order, on as many threads as there are cores.
///
/// # Errors
/// What is wrong with the first entry that is wrong: E070 not an integer, E071 outside
/// -(2^31 - 2)..=2^31 - 2, E072 undefined (such as a division by zero), E073 a tie that no precision
/// decides, E074 too large or too deep, E075 an unknown name, E076 a wrong number of arguments, E077
/// not a constant expression. E033 if the budget is spent before that.
pub fn entries(table: &Entries<'_>, budget: &mut Budget) -> Result<Vec<i64>, Diagnostic> {
    let count = table.count();
    let chunks = count.div_ceil(CHUNK) as usize;
    let results: Mutex<Vec<Option<Chunk>>> = Mutex::new((0..chunks).map(|_| None).collect());
    let (next, spent, over) = (
        AtomicUsize::new(0),
        AtomicU64::new(0),
        AtomicBool::new(false),
    );
    // Chunks are taken in order, and finished once taken: when a thread finds that too much is
    // spent, the chunks until then have an error, and it is the same one however they were shared.
    let work = || loop {
        let taken = next.fetch_add(1, Ordering::Relaxed);
        if taken >= chunks || over.load(Ordering::Relaxed) {
            break;
        }
        let from = taken as u64 * CHUNK;
        let points = from..count.min(from + CHUNK);
        let chunk = Chunk::evaluate(table, points, budget.left);
        let total = spent.fetch_add(chunk.spent, Ordering::Relaxed) + chunk.spent;
        if chunk.stopped.is_some() || total > budget.left {
            over.store(true, Ordering::Relaxed);
        }
        if let Ok(mut results) = results.lock() {
            results[taken] = Some(chunk);
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..cores.min(chunks) {
            // Without another thread, this one does the work.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    let mut entries = Vec::with_capacity(count as usize);
    for chunk in results.into_inner().unwrap_or_default() {
        let Some(chunk) = chunk else {
            break;
        };
        let before = budget.left;
        budget.left = before.saturating_sub(chunk.spent);
        match chunk.stopped {
            _ if chunk.spent > before => return Err(spent_at(table, &entries)),
            Some(None) => return Err(spent_at(table, &entries)),
            Some(Some(diagnostic)) => return Err(diagnostic),
            None => entries.extend(chunk.entries),
        }
    }
    Ok(entries)
}

fn spent_at(table: &Entries<'_>, entries: &[i64]) -> Diagnostic {
    let place = format!("no more after {}", table.place(entries.len() as u64));
    too_much().at(table.body.span, place)
}

/// E033 without a place.
pub fn too_much() -> Diagnostic {
    Diagnostic::new("E033", "the tables take too much work to evaluate").hint(
        "make them smaller or simpler; or compute the entries elsewhere, and declare tables \
         `from input`",
    )
}
