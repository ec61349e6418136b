//! How much work statics are: counted by what is done, never by a clock.

use crate::meaning::dims::count_points;
use crate::meaning::graph::{Dim, StaticExpr};
use crate::meaning::index::bounds;

/// Units of work that statics take while a program is checked; what is more waits until their elements
/// are asked for. A unit is an operation at a point.
pub const CHECKED_WORK: u64 = 1 << 28;

/// Units of work that all statics of a program may take.
pub const MAX_WORK: u64 = 1 << 36;

/// How many operations an expression takes at all points of a space; the largest number stands for
/// more.
pub fn work(expr: &StaticExpr, dims: &[Dim]) -> u64 {
    fn each(expr: &StaticExpr, dims: &mut Vec<Dim>) -> u64 {
        let StaticExpr::Reduce { extent, .. } = expr else {
            let children = expr.children().into_iter();
            return children.fold(1, |sum, child| sum.saturating_add(each(child, dims)));
        };
        let more = extent.more.as_ref().map_or(0, |more| {
            let most = bounds(&dims[..], more).map_or(i128::MAX, |more| more.hi.max(0));
            u64::try_from(most).unwrap_or(u64::MAX)
        });
        let size = extent.base.saturating_add(more);
        dims.push(Dim::Static(size));
        let children = expr.children().into_iter();
        let inside = children.fold(1, |sum: u64, child| sum.saturating_add(each(child, dims)));
        dims.pop();
        inside.saturating_mul(size.max(1))
    }
    each(expr, &mut dims.to_vec()).saturating_mul(count_points(dims).max(1))
}
