//! Components in blocks: powers of two of the rows of one space, so that few are padding (spec 4.8).

use super::layout::Result;
use crate::circuit::choices::Choices;
use crate::circuit::component::{log_rows, Component, Fixed, Kind};
use crate::circuit::gadgets::Gadget;
use crate::circuit::operation::Op;
use crate::diagnostic::Diagnostic;

/// The most blocks of a component. Choices come from keys, and each block is a component.
const MOST_BLOCKS: u64 = 64;

/// log2 of the most rows of a block, if that is decided: no fewer than every component has anyway.
fn most_bits(choices: &Choices) -> Option<u32> {
    let least = choices.least_bits.unwrap_or(0);
    choices.tallest_bits.map(|bits| bits.max(least))
}

/// The rows of each block. None has more than [`most_bits`] say, and of the rest what is padded to
/// 2^block_bits at least, and would be less by a quarter if its first half stood apart from the rest,
/// is divided there.
fn blocks(rows: u64, choices: &Choices) -> Vec<u64> {
    let (mut left, mut blocks) = (rows, Vec::new());
    let log_rows = |rows| log_rows(rows, choices.least_bits);
    if let Some(most) = most_bits(choices).map(|bits| 1u64 << bits) {
        while left > most {
            blocks.push(most);
            left -= most;
        }
    }
    loop {
        let log = log_rows(left);
        let half = 1 << (log - 1);
        let pays = left > half && log_rows(left - half) + 2 <= log;
        if choices.block_bits.is_none_or(|bits| log < bits) || !pays {
            blocks.push(left);
            return blocks;
        }
        blocks.push(half);
        left -= half;
    }
}

/// Whether its rows are what they are wherever they stand: all that a row has to do with others goes
/// over the bus, by addresses that are fixed columns.
fn is_divisible(component: &Component) -> bool {
    let apart = |op: &Op| match op {
        // A fold looks at the row before; a copy's addresses are the row's number.
        Op::Fold { .. } | Op::Product { .. } | Op::Copy { .. } => false,
        // What is served or offered has one component for all its entries.
        Op::Serve { .. } | Op::Gadget(Gadget::Offer(_)) => false,
        Op::Constant(_) | Op::Fixed(_) | Op::Cell(_) | Op::Range { .. } | Op::Gadget(_) => true,
        Op::Add(..) | Op::Sub(..) | Op::Mul(..) | Op::Scale(..) | Op::Dot(_) | Op::Sum(_) => true,
        Op::Private { .. } | Op::Pinned { .. } | Op::Take { .. } | Op::Give { .. } => true,
        Op::Weight(_) | Op::Weigh { .. } => true,
    };
    let anywhere = |fixed: &Fixed| match fixed {
        Fixed::Active | Fixed::Form(_) | Fixed::Static { .. } | Fixed::Values { .. } => true,
        Fixed::Number(_) | Fixed::After | Fixed::End => false,
    };
    matches!(component.kind, Kind::Space(_))
        && component.ops.iter().all(apart)
        && component.fixed.iter().all(anywhere)
}

/// A component, or the blocks that it is laid out in: together they have its rows, each once.
///
/// # Errors
/// E114: more than [`MOST_BLOCKS`].
pub(super) fn in_blocks(component: Component, choices: &Choices) -> Result<Vec<Component>> {
    let cut = most_bits(choices).map_or(0, |bits| component.rows >> bits);
    if cut > MOST_BLOCKS && is_divisible(&component) {
        let (title, rows) = (component.title(), component.rows);
        return Err(Box::new(
            Diagnostic::new("E114", "the layout's choices are not for this program").hint(format!(
                "`{title}` has {rows} rows, in {cut} blocks or more: {MOST_BLOCKS} at most"
            )),
        ));
    }
    let rows = match is_divisible(&component) {
        true => blocks(component.rows, choices),
        false => vec![component.rows],
    };
    let log_rows = |rows| log_rows(rows, choices.least_bits);
    // Without a gate padding might count: there may be no more of it.
    let padded = |rows: &[u64]| rows.iter().map(|&rows| 1u64 << log_rows(rows)).sum::<u64>();
    let is_gated = component.active().is_some();
    if rows.len() == 1 || !is_gated && padded(&rows) > component.rows {
        return Ok(vec![component]);
    }
    let mut from = component.from;
    let blocks = rows.into_iter().map(|rows| {
        let own = from as usize..(from + rows) as usize;
        from += rows;
        let mut block = component.clone();
        (block.from, block.rows, block.log_rows) = (own.start as u64, rows, log_rows(rows));
        for fixed in &mut block.fixed {
            if let Fixed::Values { values, .. } = fixed {
                *values = values[own.clone()].to_vec();
            }
        }
        // Nothing refers to the column but the gates of padding, and it is the last.
        if rows == 1 << block.log_rows && block.fixed.last() == Some(&Fixed::Active) {
            block.fixed.pop();
        }
        block
    });
    Ok(blocks.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [`super::blocks`], of rows that are padded to 16 at least.
    fn blocks(rows: u64, block_bits: Option<u32>, tallest_bits: Option<u32>) -> Vec<u64> {
        let choices = Choices {
            block_bits,
            tallest_bits,
            ..Choices::default()
        };
        super::blocks(rows, &choices)
    }

    fn padded(rows: &[u64], least: Option<u32>) -> u64 {
        let each = rows.iter().map(|&rows| 1u64 << log_rows(rows, least));
        each.sum()
    }

    #[test]
    fn blocks_have_all_rows_and_little_padding() {
        let padded = |rows: &[u64]| padded(rows, None);
        let least = |rows, bits| blocks(rows, Some(bits), None);
        assert_eq!(least(83_200, 17), [65_536, 17_664]);
        assert_eq!(least(83_200, 15), [65_536, 16_384, 1_280]);
        assert_eq!(least(16_640, 15), [16_384, 256]);
        assert_eq!(least(16_640, 16), [16_640]);
        assert_eq!(blocks(55_040, None, Some(15)), [32_768, 22_272]);
        assert_eq!(blocks(65_536, None, Some(15)), [32_768, 32_768]);
        assert_eq!(blocks(65_537, None, Some(15)), [32_768, 32_768, 1]);
        assert_eq!(
            blocks(55_040, Some(13), Some(15)),
            [32_768, 16_384, 4_096, 1_792]
        );
        assert_eq!(blocks(83_200, None, None), [83_200]);
        for bits in [6, 8, 11] {
            for rows in 1..3000 {
                let capped = blocks(rows, None, Some(bits));
                assert_eq!(capped.iter().sum::<u64>(), rows);
                assert!(padded(&capped) <= padded(&[rows]));
                assert!(capped.iter().all(|&block| block <= 1 << bits));
                let blocks = least(rows, bits);
                assert_eq!(blocks.iter().sum::<u64>(), rows);
                assert!(padded(&blocks) <= padded(&[rows]));
                let (last, first) = blocks.split_last().unwrap();
                assert!(first
                    .iter()
                    .all(|block| block.is_power_of_two() && *block >= 1 << (bits - 1)));
                assert!(first.is_sorted_by(|a, b| a > b) && first.last().is_none_or(|b| b > last));
            }
        }
    }

    #[test]
    fn no_block_is_divided_below_the_least_rows() {
        for (block_bits, tallest_bits) in [(Some(6), None), (None, Some(6)), (Some(6), Some(7))] {
            for least in Choices::LEAST_BITS {
                let choices = Choices {
                    block_bits,
                    tallest_bits,
                    least_bits: Some(least),
                    ..Choices::default()
                };
                for rows in 1..3000 {
                    let blocks = super::blocks(rows, &choices);
                    assert_eq!(blocks.iter().sum::<u64>(), rows);
                    let (_, first) = blocks.split_last().unwrap();
                    assert!(first.iter().all(|&block| block >= 1 << least));
                    assert!(first.iter().all(|block| block.is_power_of_two()));
                    let once = padded(&[rows], Some(least));
                    assert!(padded(&blocks, Some(least)) <= once);
                }
            }
        }
    }
}
