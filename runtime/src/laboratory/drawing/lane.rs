//! Lines side by side: the least lanes in which no two of them meet.

use std::collections::BTreeMap;

use super::rect::{Points, Rect};

/// Between two lines side by side, and between the outermost and what is beside them.
pub(super) const LANE: f64 = 7.0;
pub(super) const ASIDE: f64 = 12.0;
/// Above and below the middle of a member, where arrows to other cards and to the same one leave.
pub(super) const OFF: f64 = 5.0;

/// A line in the room between two columns: of a member's arrows, from above to below.
pub(super) type Stretch = (f64, f64);

/// The least lanes in which no two ranges meet; what has a key has one lane.
pub(super) fn assign<K: Copy + Ord>(
    ranges: &BTreeMap<K, (f64, f64)>,
    apart: f64,
) -> (BTreeMap<K, usize>, usize) {
    let mut order: Vec<(&K, &(f64, f64))> = ranges.iter().collect();
    order.sort_by(|a, b| a.1 .0.total_cmp(&b.1 .0));
    let mut ends: Vec<f64> = Vec::new();
    let mut lanes = BTreeMap::new();
    for (key, (from, to)) in order {
        let free = ends.iter().position(|end| *end + apart < *from);
        let lane = free.unwrap_or(ends.len());
        match free {
            Some(lane) => ends[lane] = *to,
            None => ends.push(*to),
        }
        lanes.insert(*key, lane);
    }
    (lanes, ends.len())
}

pub(super) fn widen<K: Ord>(ranges: &mut BTreeMap<K, Stretch>, key: K, ends: [f64; 2]) {
    let range = ranges
        .entry(key)
        .or_insert((f64::INFINITY, f64::NEG_INFINITY));
    for end in ends {
        *range = (range.0.min(end), range.1.max(end));
    }
}

/// Ways within a card, at the right of what stands below each other in it; how much room they take.
pub fn within(
    inner: &mut BTreeMap<usize, Points>,
    nodes: &BTreeMap<usize, Rect>,
    arrows: &[(usize, usize, usize)],
    right: f64,
) -> f64 {
    let middle = |node: &usize| {
        let rect = nodes.get(node).copied().unwrap_or_default();
        (rect.right(), rect.y + rect.height / 2.0)
    };
    let mut ranges: BTreeMap<usize, Stretch> = BTreeMap::new();
    for (_, from, to) in arrows {
        widen(&mut ranges, *from, [middle(from).1 + OFF, middle(to).1]);
    }
    let (lanes, count) = assign(&ranges, 2.0);
    for (arrow, from, to) in arrows {
        let (a, b) = (middle(from), middle(to));
        let x = right + ASIDE + LANE * lanes[from] as f64;
        let points = vec![(a.0, a.1 + OFF), (x, a.1 + OFF), (x, b.1), b];
        inner.insert(*arrow, points);
    }
    match count {
        0 => 0.0,
        _ => ASIDE + LANE * (count - 1) as f64,
    }
}
