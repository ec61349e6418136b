//! The shape of a proof, read from Stwo's components.

use attnc_compiler::choice::cost::{Extension, ProofShape, ShapeError};
use stwo::core::air::{Component, Components};
use stwo::core::circle::SECURE_FIELD_CIRCLE_GEN;
use stwo::core::fields::qm31::SECURE_EXTENSION_DEGREE;

use crate::session::pack_error::PackError;

/// The shape of the proof of `components`, whose preprocessed tree has `preprocessed` columns and
/// whose interaction traces have the `extensions`.
///
/// # Errors
/// [`PackError::Openings`] if a running sum or the last stage of a fold is not opened at exactly two
/// points, or any other interaction column not at exactly one (spec 5.5);
/// [`PackError::Structure`] if a main column is not opened at one point, if there are more than the
/// base and the interaction trace, if there are other interaction columns than `extensions`, or if
/// a constraint's degree is over 3; [`PackError::Shape`] if the columns cannot be proved.
pub fn shape_of(
    components: &[&dyn Component],
    preprocessed: usize,
    extensions: &[Vec<Extension>],
) -> Result<ProofShape, PackError> {
    if components.len() != extensions.len() {
        return Err(PackError::Structure("components"));
    }
    if components.is_empty() {
        return Err(PackError::Shape(ShapeError::EmptyTrace));
    }
    let mut heights = vec![None; preprocessed];
    let mut shape = ProofShape {
        preprocessed: vec![],
        base: vec![],
        interaction: vec![],
        hiding: false,
    };
    for (component, extensions) in components.iter().zip(extensions) {
        let logs = component.trace_log_degree_bounds();
        if logs.len() > 3 {
            return Err(PackError::Structure("interaction phases"));
        }
        for (index, log) in component.preprocessed_column_indices().iter().zip(&logs[0]) {
            match heights.get_mut(*index) {
                Some(height) => *height = Some(*log),
                None => return Err(PackError::Structure("preprocessed columns")),
            }
        }
        // The point does not matter: only the openings are counted.
        let log = logs.iter().flatten().copied().max().unwrap_or(1).max(1);
        let masks = component.mask_points(SECURE_FIELD_CIRCLE_GEN, log);
        let mut traces = logs.iter().zip(masks.iter()).skip(1);
        if let Some((logs, masks)) = traces.next() {
            if masks.iter().any(|points| points.len() != 1) {
                return Err(PackError::Structure("base openings"));
            }
            shape.base.extend(logs);
        }
        let (logs, masks) = match traces.next() {
            Some((logs, masks)) => (&logs[..], &masks[..]),
            None => (&[][..], &[][..]),
        };
        if masks.len() != SECURE_EXTENSION_DEGREE * extensions.len() {
            return Err(PackError::Structure("interaction columns"));
        }
        for (points, column) in masks.chunks(SECURE_EXTENSION_DEGREE).zip(extensions) {
            let wanted = column.openings();
            let odd = points.iter().find(|points| points.len() as u32 != wanted);
            if let Some(points) = odd {
                return Err(PackError::Openings {
                    column: column.name(),
                    found: points.len(),
                    wanted,
                });
            }
        }
        let openings = masks.iter().map(|points| points.len() as u32);
        shape.interaction.extend(logs.iter().copied().zip(openings));
    }
    shape.preprocessed = heights
        .into_iter()
        .collect::<Option<_>>()
        .ok_or(PackError::Structure("preprocessed openings"))?;
    shape.validate().map_err(PackError::Shape)?;
    let bound = Components {
        components: components.to_vec(),
        n_preprocessed_columns: preprocessed,
    }
    .composition_log_degree_bound();
    if bound != shape.max_log_rows() + 1 {
        return Err(PackError::Structure("constraint degrees"));
    }
    Ok(shape)
}
