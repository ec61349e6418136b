//! What a loop defines, read after it: with the loop's index as a subscript (spec 2.4).

use super::scope::Symbol;
use super::subscript::up_to;
use super::Checker;
use crate::meaning::graph::{IndexId, Place};
use crate::meaning::index::last_at;
use crate::syntax::ast::Name;

impl Checker<'_> {
    /// The indices of a value or static value, and how many of them are loops around it.
    fn space_of(&self, of: Symbol) -> (&[IndexId], usize) {
        match of {
            Symbol::Value(id) => (&self.graph.value(id).space, self.implicit[id.index()]),
            Symbol::Static(id) => {
                let (space, loops) = &self.spaces[id.index()];
                (space, *loops)
            }
            _ => (&[], 0),
        }
    }

    /// The indices of a value that are implicit here, those of loops around it that are open, and
    /// the others: of loops that have ended, and those bound on its left.
    pub(super) fn apart(&self, of: Symbol) -> (Vec<IndexId>, Vec<IndexId>) {
        let (space, loops) = self.space_of(of);
        let around = space[..loops].iter();
        let open = around.zip(&self.frames);
        let open = open.take_while(|(index, frame)| **index == frame.index);
        let (implicit, own) = space.split_at(open.count());
        (implicit.to_vec(), own.to_vec())
    }

    fn value_named(&self, name: &Name) -> Option<Symbol> {
        match (self.scopes.get(&name.text), self.scopes.ended(&name.text)) {
            (Some((symbol @ (Symbol::Value(_) | Symbol::Static(_)), _)), _) => Some(symbol),
            (None, &[(symbol, _)]) => Some(symbol),
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
        (implicit.len() < self.space_of(id).1).then(read)
    }

    /// Whether a subscript of a value, behind those `before` it, is of a point that its index has where
    /// another subscript says: of an entry that the cache held at that step.
    pub(super) fn is_held(&self, name: &Name, subscript: &Place, before: &[Place]) -> bool {
        let held = || {
            let subscript = subscript.known()?;
            let (_, own) = self.apart(self.value_named(name)?);
            let domain = self.graph.index(*own.get(before.len())?).domain;
            let with = domain.follows()?;
            let at = own.iter().position(|&index| index == with)?;
            let stands = [(with, before.get(at)?.known()?.clone())];
            let last = last_at(&self.graph, domain, &stands)?;
            Some(up_to(&self.graph, subscript, &last) || self.lies_within(subscript, &last))
        };
        held().unwrap_or(false)
    }
}
