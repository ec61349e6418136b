//! The dimensions of a tensor or a space, of which some grow with a step, and the points of both.

pub use crate::meaning::graph::Dim;
use crate::meaning::graph::{Growing, IndexExpr, Input};

impl Input {
    pub fn dims(&self) -> Vec<Dim> {
        dims(&self.shape, &self.growing)
    }
}

/// The dimensions of a tensor of these largest sizes.
pub fn dims(shape: &[u64], growing: &[Growing]) -> Vec<Dim> {
    let mut dims: Vec<Dim> = shape.iter().map(|&size| Dim::Static(size)).collect();
    for &Growing {
        dimension,
        base,
        position,
    } in growing
    {
        dims[dimension] = Dim::Growing { base, position };
    }
    dims
}

/// The dimensions that grow among `dims`.
pub fn growing(dims: &[Dim]) -> Vec<Growing> {
    let each = dims.iter().enumerate();
    each.filter_map(|(dimension, dim)| match *dim {
        Dim::Growing { base, position } => Some(Growing {
            dimension,
            base,
            position,
        }),
        Dim::Static(_) => None,
    })
    .collect()
}

/// The points of a space in lexicographic order.
pub fn for_each_point(dims: &[Dim], visit: &mut impl FnMut(usize, &[i64])) {
    fn walk(
        dims: &[Dim],
        at: &mut Vec<i64>,
        row: &mut usize,
        visit: &mut impl FnMut(usize, &[i64]),
    ) {
        let Some(dim) = dims.get(at.len()) else {
            visit(*row, at);
            *row += 1;
            return;
        };
        for i in 0..dim_size(*dim, at) {
            at.push(i);
            walk(dims, at, row, visit);
            at.pop();
        }
    }
    walk(dims, &mut Vec::new(), &mut 0, visit);
}

/// How many values an index of a space takes, once those before it are known.
pub fn dim_size(dim: Dim, at: &[i64]) -> i64 {
    match dim {
        Dim::Static(n) => n as i64,
        Dim::Growing { base, position } => base as i64 + at[position],
    }
}

/// The product of sizes; the largest number stands for more.
pub fn product(sizes: impl IntoIterator<Item = u64>) -> u64 {
    sizes.into_iter().fold(1, u64::saturating_mul)
}

/// How many points a space has; the largest number stands for more.
pub fn count_points(dims: &[Dim]) -> u64 {
    // A growing dimension depends on one static dimension: with those that depend on the same one, a
    // sum over its values.
    let each = dims.iter().enumerate().map(|(place, dim)| {
        let Dim::Static(size) = *dim else { return 1 };
        let mut bases = dims.iter().filter_map(|dim| match *dim {
            Dim::Growing { base, position } if position == place => Some(base),
            _ => None,
        });
        match bases.next() {
            None => size,
            Some(first) => {
                let bases: Vec<u64> = std::iter::once(first).chain(bases).collect();
                let at = |t| product(bases.iter().map(|base| base + t));
                (0..size).map(at).fold(0, u64::saturating_add)
            }
        }
    });
    product(each)
}

/// The largest size of each dimension.
pub fn max_sizes(dims: &[Dim]) -> Vec<u64> {
    dims.iter()
        .map(|dim| match *dim {
            Dim::Static(n) => n,
            Dim::Growing { base, position } => match dims[position] {
                Dim::Static(steps) => base + steps.saturating_sub(1),
                Dim::Growing { .. } => unreachable!("a step is a static dimension"),
            },
        })
        .collect()
}

/// An index function at a point.
pub fn eval_form(form: &IndexExpr, at: &[i64]) -> i64 {
    form.value(&|position| at[position.index()])
}

/// `[4, 2 + i0]`: the second dimension has 2 points more than the first one's index.
pub fn dimensions(dims: &[Dim]) -> String {
    let each: Vec<String> = dims
        .iter()
        .map(|dim| match dim {
            Dim::Static(size) => size.to_string(),
            Dim::Growing { base, position } => format!("{base} + i{position}"),
        })
        .collect();
    format!("[{}]", each.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_counted_as_they_are_gone_through() {
        let grows = |base, position| Dim::Growing { base, position };
        for dims in [
            vec![],
            vec![Dim::Static(3), Dim::Static(0)],
            vec![Dim::Static(3), Dim::Static(4), grows(1, 0), grows(2, 1)],
            vec![
                Dim::Static(1),
                Dim::Static(4),
                grows(1, 1),
                grows(1, 0),
                grows(0, 1),
            ],
            vec![Dim::Static(5), grows(1, 0), Dim::Static(2), grows(3, 0)],
        ] {
            let mut points = 0;
            for_each_point(&dims, &mut |_, _| points += 1);
            assert_eq!(count_points(&dims), points, "{dims:?}");
        }
    }
}
