//! Index spaces: the components over them, and the names and sizes of what they hold.

use super::builder::Builder;
use super::form::{flat, fold, Env, Fold};
use super::layout::Layout;
use crate::circuit::names::{Element, Form, Witness};
use crate::meaning::dims::{product, Dim};
use crate::meaning::graph::{
    Domain, ExprId, ExprKind, IndexExpr, IndexId, Reduction, Source, StateId,
};

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
            Element::Of(Source::Static(id)) => self.graph.fixed(*id).dims.clone(),
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

    /// The most values that an index takes.
    pub(super) fn extent(&self, index: IndexId) -> u64 {
        match self.graph.index(index).domain {
            Domain::Static(size) => size,
            Domain::Cache { state, .. } => self.entries_of(state),
        }
    }

    /// The indices of the point of this number.
    pub(super) fn apart(&self, indices: &[IndexId], number: &Form) -> Vec<(IndexId, Form)> {
        let mut each = Vec::new();
        let mut below = 1;
        for (position, &index) in indices.iter().enumerate().rev() {
            let by = |a: Form, b: u64| (Box::new(a), Box::new(IndexExpr::Constant(b as i64)));
            let (a, b) = by(number.clone(), below);
            let mut form = fold(IndexExpr::Div(a, b));
            if position > 0 {
                let (a, b) = by(form, self.extent(index));
                form = fold(IndexExpr::Mod(a, b));
            }
            each.push((index, form));
            below *= self.extent(index);
        }
        each
    }

    pub(super) fn points(&self, indices: &[IndexId]) -> u64 {
        product(indices.iter().map(|&i| self.extent(i)))
    }

    /// The number of a point of `indices` under `env`.
    pub(super) fn number(&self, indices: &[IndexId], env: &Env) -> Form {
        Fold::new(env).bind(&self.inner(indices)).form
    }

    /// The number of a point of `indices`.
    pub(super) fn inner(&self, indices: &[IndexId]) -> IndexExpr {
        let sizes: Vec<u64> = indices.iter().map(|&i| self.extent(i)).collect();
        let at: Vec<Form> = indices.iter().map(|&i| IndexExpr::Index(i)).collect();
        flat(&at, &sizes)
    }
}
