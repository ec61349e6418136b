//! Index spaces: the components over them, and the names and sizes of what they hold.

use super::builder::Builder;
use super::form::{flat, fold, Env, Fold};
use super::layout::{Layout, Result};
use crate::circuit::names::{Element, Form, Witness};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::{product, Dim};
use crate::meaning::graph::{ExprId, ExprKind, IndexExpr, IndexId, Reduction, Source};
use crate::meaning::rows::{Rows, MOST_POINTS};

impl Layout<'_> {
    pub(super) fn element_dims(&self, element: &Element) -> Vec<Dim> {
        match element {
            Element::Of(Source::Input(id)) => self.graph.input(*id).dims(),
            Element::Of(Source::State(id)) => {
                let sizes = self.graph.state_sizes(*id).into_iter();
                sizes.map(Dim::Static).collect()
            }
            Element::Of(Source::Value(id)) => self.graph.dims(&self.graph.value(*id).space),
            Element::Of(Source::Static(id)) => self.graph.fixed(*id).dims.clone(),
            Element::Reduction { space, .. } | Element::First { space, .. } => {
                self.graph.dims(space)
            }
        }
    }

    pub(super) fn component(&mut self, rows: impl Into<Rows>, proof: usize, label: &str) -> usize {
        let rows = rows.into();
        if let Some(&component) = self.component_of.get(&(rows.clone(), proof)) {
            return component;
        }
        let component = self.builders.len();
        self.builders
            .push(Builder::new(label.to_string(), proof, rows.clone()));
        self.component_of.insert((rows, proof), component);
        component
    }

    /// The points of a space at which all the conditions hold.
    pub(super) fn rows(
        &self,
        space: &[IndexId],
        conditions: impl IntoIterator<Item = ExprId>,
        span: Span,
    ) -> Result<Rows> {
        let rows = self.conditions.rows(self.graph, space, conditions);
        rows.ok_or_else(|| {
            Box::new(
                Diagnostic::new("E069", "these conditions go over too many points together")
                    .at(span, format!("over ({})", self.label(space)))
                    .hint(format!(
                        "a condition is asked at most at {MOST_POINTS} points: of all indices that it and those around it depend on"
                    )),
            )
        })
    }

    /// Whether an element is there at some points of its dimensions alone.
    pub(super) fn is_partial(&self, element: &Element) -> bool {
        match element {
            Element::Of(Source::Value(id)) => self.graph.value(*id).filter.is_some(),
            Element::Of(_) | Element::First { .. } => false,
            Element::Reduction { expr, .. } => match self.graph.expr(*expr).kind {
                ExprKind::Reduce { filter, .. } => filter.scope.is_some(),
                _ => unreachable!("a reduction"),
            },
        }
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
        self.graph.free(expr)
    }

    /// The most values that an index takes.
    pub(super) fn extent(&self, index: IndexId) -> u64 {
        self.graph.space_sizes(&[index])[0]
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
