//! The extension columns of an interaction trace: what each holds, and how often it is opened.

use super::masks::Masks;
use crate::circuit::{Component, Op};

/// What an extension column of the interaction trace holds; four base columns each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extension {
    Weight,
    /// A stage of a fold that the next row does not read.
    Stage,
    /// The last stage of a fold.
    Fold,
    /// The fractions of a row so far.
    Fractions,
    /// The fractions of all rows so far: the last logup column.
    RunningSum,
    /// All fractions of a row, in a proof that hides: the last logup column of a component as tall
    /// as the tallest.
    Total,
    /// The same of a component that is lower.
    LowTotal,
}

impl Extension {
    /// At how many points it must be opened. At two if the row before is read, and these two make
    /// Stwo force the column to be a lift: without that the bus is not sound (spec 5.5). The total
    /// of a low component is opened twice at the row itself, for the lift alone.
    pub const fn openings(self) -> u32 {
        match self {
            Self::Weight | Self::Stage | Self::Fractions | Self::Total => 1,
            Self::Fold | Self::RunningSum | Self::LowTotal => 2,
        }
    }

    /// The random coefficients that hide it: more where the row before is read. What is opened twice
    /// at the row itself tells what it would tell at one opening.
    pub const fn mask(self, masks: &Masks) -> u32 {
        match self {
            Self::Weight | Self::Stage | Self::Fractions => masks.once,
            Self::Total | Self::LowTotal => masks.once,
            Self::Fold | Self::RunningSum => masks.twice,
        }
    }

    /// Its name in errors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weight => "a weight",
            Self::Stage => "a stage of a fold",
            Self::Fold => "the last stage of a fold",
            Self::Fractions => "a sum of fractions in a row",
            Self::RunningSum => "the running sum",
            Self::Total | Self::LowTotal => "a row's total",
        }
    }

    /// The kind of a row's total in a component of 2^`log_rows` rows; the tallest has 2^`tallest`.
    pub const fn total(log_rows: u32, tallest: u32) -> Self {
        match log_rows < tallest {
            true => Self::LowTotal,
            false => Self::Total,
        }
    }
}

/// The extension columns of a component's interaction trace, in order, from its operations.
pub fn extensions(component: &Component) -> Vec<Extension> {
    columns(component, Extension::RunningSum)
}

/// The same in a proof that hides, whose tallest component has 2^`tallest` rows: the last is the
/// row's total.
pub fn hiding_extensions(component: &Component, tallest: u32) -> Vec<Extension> {
    columns(component, Extension::total(component.log_rows, tallest))
}

fn columns(component: &Component, last_sum: Extension) -> Vec<Extension> {
    let mut columns = Vec::new();
    for op in &component.ops {
        match op {
            Op::Weight(_) => columns.push(Extension::Weight),
            Op::Fold { stages, .. } => {
                // The last stage is read first, at this row and at the one before.
                columns.push(Extension::Fold);
                columns.extend((1..stages.len()).map(|_| Extension::Stage));
            }
            _ => {}
        }
    }
    let last = component.batches.iter().copied().max().unwrap_or(0);
    columns.extend((0..last).map(|_| Extension::Fractions));
    columns.push(last_sum);
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read at the row before has the larger mask, and nothing else: not what is merely
    /// opened at two points.
    #[test]
    fn masks_are_by_what_is_read() {
        let masks = Masks::of(19);
        for (extension, openings, mask) in [
            (Extension::Weight, 1, 26),
            (Extension::Stage, 1, 26),
            (Extension::Fold, 2, 48),
            (Extension::Fractions, 1, 26),
            (Extension::RunningSum, 2, 48),
            (Extension::Total, 1, 26),
            (Extension::LowTotal, 2, 26),
        ] {
            assert_eq!(extension.openings(), openings, "{extension:?}");
            assert_eq!(extension.mask(&masks), mask, "{extension:?}");
        }
        assert_eq!(Extension::total(8, 9), Extension::LowTotal);
        assert_eq!(Extension::total(9, 9), Extension::Total);
    }
}
