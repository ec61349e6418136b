//! Index spaces: the components over them, and the names and sizes of what they hold.

use super::*;

impl Layout<'_> {
    pub(super) fn element_dims(&self, element: &Element) -> Vec<Dim> {
        match element {
            Element::Of(Source::Input(id)) => self.graph.input(*id).dims(),
            Element::Of(Source::State(id)) => {
                let state = self.graph.state(*id);
                let mut dims = vec![Dim::Static(self.entries_of(*id))];
                dims.extend(state.element.iter().map(|&n| Dim::Static(n)));
                dims
            }
            Element::Of(Source::Value(id)) => self.graph.dims(&self.graph.value(*id).space),
            Element::Reduction { space, .. } | Element::First { space, .. } => {
                self.graph.dims(space)
            }
        }
    }

    /// Entries that a state holds in the end.
    pub(super) fn entries_of(&self, state: StateId) -> u64 {
        let state = self.graph.state(state);
        let appended =
            state
                .append
                .as_ref()
                .map_or(0, |append| match self.graph.index(append.step).domain {
                    Domain::Static(steps) => steps,
                    Domain::Cache { .. } => unreachable!("a step runs over a static domain"),
                });
        state.seeded + appended
    }

    pub(super) fn component(&mut self, dims: Vec<Dim>, proof: usize, label: &str) -> usize {
        if let Some(&component) = self.component_of.get(&(dims.clone(), proof)) {
            return component;
        }
        let component = self.builders.len();
        self.builders
            .push(Builder::new(label.to_string(), proof, dims.clone()));
        self.component_of.insert((dims, proof), component);
        component
    }

    pub(super) fn label(&self, space: &[IndexId]) -> String {
        let names: Vec<_> = space
            .iter()
            .map(|&index| self.graph.index(index).name.as_str())
            .collect();
        names.join(",")
    }

    pub(super) fn family(&mut self) -> u32 {
        self.families += 1;
        self.families - 1
    }

    pub(super) fn name_of(&self, element: &Element) -> String {
        match element {
            Element::Of(source) => self.graph.member_name(source.member()).to_string(),
            Element::Reduction { expr, .. } | Element::First { expr, .. } => {
                match &self.graph.expr(*expr).kind {
                    ExprKind::Reduce {
                        op: Reduction::Sum, ..
                    } => "sum".into(),
                    ExprKind::Reduce {
                        op: Reduction::Max, ..
                    } => "max".into(),
                    _ => "min".into(),
                }
            }
        }
    }

    pub(super) fn witness(
        &self,
        element: Element,
        at: Vec<Form>,
        lanes: Vec<(usize, u64)>,
    ) -> Witness {
        let name = self.name_of(&element);
        Witness {
            element,
            at,
            lanes,
            name,
        }
    }

    /// The free indices of an expression, and the steps that its caches depend on, in order.
    pub(super) fn free(&self, expr: ExprId) -> Vec<IndexId> {
        let mut free = Vec::new();
        self.graph.free_indices(expr, &mut Vec::new(), &mut free);
        free.sort_unstable();
        free.dedup();
        free
    }
}

/// log2 of the padded row count: at least 16 rows.
pub(crate) fn log_rows(rows: u64) -> u32 {
    rows.max(16).next_power_of_two().trailing_zeros()
}
/// The index functions that are a row's own subscripts.
pub(super) fn positions(rank: usize) -> Vec<Form> {
    (0..rank)
        .map(|i| IndexExpr::Index(IndexId(i as u32)))
        .collect()
}

pub(super) fn identity(space: &[IndexId]) -> Env {
    space
        .iter()
        .zip(positions(space.len()))
        .map(|(&index, form)| (index, Bind { form, lane: false }))
        .collect()
}

/// The row-major number of a point.
pub(super) fn flat(at: &[Form], sizes: &[u64]) -> Form {
    let mut address = IndexExpr::Constant(0);
    for (form, &size) in at.iter().zip(sizes) {
        let scaled = IndexExpr::Mul(
            Box::new(address),
            Box::new(IndexExpr::Constant(size as i64)),
        );
        address = fold(IndexExpr::Add(
            Box::new(fold(scaled)),
            Box::new(form.clone()),
        ));
    }
    address
}

/// The subscripts of a vector: 0 at its lanes, the others in order.
pub(super) fn spread(rank: usize, lanes: &[usize], others: &[Form]) -> Vec<Form> {
    let mut others = others.iter().cloned();
    let zero = IndexExpr::Constant(0);
    (0..rank)
        .map(|i| {
            let other = (!lanes.contains(&i)).then(|| others.next()).flatten();
            other.unwrap_or_else(|| zero.clone())
        })
        .collect()
}
