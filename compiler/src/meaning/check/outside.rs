//! What a loop defines, read after it: with the loop's index as a subscript (spec 2.4).

use super::scope::Symbol;
use super::subscript::up_to;
use super::Checker;
use crate::meaning::graph::{Domain, IndexExpr, IndexId, ValueId};
use crate::meaning::index::{last_of, linear};
use crate::syntax::ast::Name;

impl Checker<'_> {
    /// The indices of a value that are implicit here, those of loops around it that are open, and
    /// the others: of loops that have ended, and those bound on its left.
    pub(super) fn apart(&self, id: ValueId) -> (Vec<IndexId>, Vec<IndexId>) {
        let space = &self.graph.value(id).space;
        let around = space[..self.implicit[id.index()]].iter();
        let open = around.zip(&self.frames);
        let open = open.take_while(|(index, frame)| **index == frame.index);
        let (implicit, own) = space.split_at(open.count());
        (implicit.to_vec(), own.to_vec())
    }

    fn value_named(&self, name: &Name) -> Option<ValueId> {
        match (self.scopes.get(&name.text), self.scopes.ended(&name.text)) {
            (Some((Symbol::Value(id), _)), _) | (None, &[(Symbol::Value(id), _)]) => Some(id),
            _ => None,
        }
    }

    /// How a value is read some of whose loops have ended: `total[r]`.
    pub(super) fn after_its_loops(&self, name: &Name) -> Option<String> {
        let id = self.value_named(name)?;
        let (implicit, own) = self.apart(id);
        let own = own
            .iter()
            .map(|&index| self.graph.index(index).name.as_str());
        let read = || format!("{}[{}]", name.text, own.collect::<Vec<_>>().join(", "));
        (implicit.len() < self.implicit[id.index()]).then(read)
    }

    /// Whether a subscript of a value, behind those `before` it, where it runs over a cache, is of
    /// an entry that the cache held at the step that another subscript says.
    pub(super) fn is_held(&self, name: &Name, subscript: &IndexExpr, before: &[IndexExpr]) -> bool {
        let held = || {
            let (_, own) = self.apart(self.value_named(name)?);
            let domain = self.graph.index(*own.get(before.len())?).domain;
            let Domain::Cache { step, .. } = domain else {
                return None;
            };
            let at = own.iter().position(|&index| index == step)?;
            let step_at = linear(before.get(at)?)?;
            let last = last_of(&self.graph, domain).replaced(step, &step_at)?;
            Some(up_to(&self.graph, subscript, &last))
        };
        held().unwrap_or(false)
    }
}
