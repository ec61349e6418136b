//! Which dimensions a name has, and what is left of it behind subscripts.

use super::visit;
use crate::diagnostic::Span;
use crate::syntax::ast::{Binder, Expr, ExprKind, Name, Over};

/// A dimension: what its index runs over, and what the index is called where bounds may depend on it.
#[derive(Clone, Debug)]
pub struct Dim {
    pub index: Option<String>,
    pub over: Over,
}

impl Dim {
    pub fn of(binder: &Binder) -> Self {
        Self {
            index: Some(binder.index.text.clone()),
            over: binder.domain.clone(),
        }
    }

    pub fn size(size: &Expr) -> Self {
        Self {
            index: None,
            over: Over::Size(size.clone()),
        }
    }
}

/// What is known of a name.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The loops around its definition, by number.
    pub loops: Vec<usize>,
    /// The indices of the call that made it.
    pub lead: Vec<String>,
    pub dims: Vec<Dim>,
    /// A cache to which nothing has been appended yet: its entries are not known.
    pub pending: bool,
}

/// A subscript that is given, or a dimension that is left.
#[derive(Clone, Debug)]
pub enum Slot {
    At(Expr),
    Open(Dim),
}

/// A tensor, or what is left of one.
#[derive(Clone, Debug)]
pub struct View {
    pub name: String,
    pub slots: Vec<Slot>,
}

impl View {
    /// The dimensions that are left.
    pub fn open(&self) -> impl Iterator<Item = &Dim> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Open(dim) => Some(dim),
            Slot::At(_) => None,
        })
    }

    /// With more subscripts, the first for the first dimension that is left; `None` leaves one. Nothing if
    /// there are too many.
    pub fn at(mut self, at: Vec<Option<Expr>>) -> Option<Self> {
        let mut slots = 0..self.slots.len();
        for subscript in at {
            let slot = slots.find(|slot| matches!(self.slots[*slot], Slot::Open(_)))?;
            if let Some(subscript) = subscript {
                self.give(slot, subscript);
            }
        }
        Some(self)
    }

    fn give(&mut self, slot: usize, subscript: Expr) {
        let given = std::mem::replace(&mut self.slots[slot], Slot::At(subscript.clone()));
        let Slot::Open(Dim {
            index: Some(index), ..
        }) = given
        else {
            return;
        };
        for later in &mut self.slots {
            if let Slot::Open(dim) = later {
                visit::over(&mut dim.over, &mut visit::put(&index, &subscript));
            }
        }
    }

    /// The element, if no dimension is left.
    pub fn read(self, span: Span) -> Expr {
        let at: Vec<Expr> = self
            .slots
            .into_iter()
            .filter_map(|slot| match slot {
                Slot::At(expr) => Some(expr),
                Slot::Open(_) => None,
            })
            .collect();
        let name = Name {
            text: self.name,
            span,
        };
        let kind = match at.is_empty() {
            true => ExprKind::Name(name),
            false => ExprKind::Element { name, at },
        };
        Expr { kind, span }
    }

    /// The same with other indices in the place of a call's.
    pub fn renamed(mut self, from: &[String], to: &[String]) -> Self {
        // At once: a name may stand on both sides.
        let mut each = |part: &mut Expr| {
            let ExprKind::Name(name) = &mut part.kind else {
                return;
            };
            if let Some(place) = from.iter().position(|from| *from == name.text) {
                name.text.clone_from(&to[place]);
            }
        };
        for slot in &mut self.slots {
            match slot {
                Slot::At(expr) => visit::parts(expr, &mut each),
                Slot::Open(dim) => visit::over(&mut dim.over, &mut each),
            }
        }
        self
    }

    /// What tells two of them apart.
    pub fn text(&self) -> String {
        let slots = self.slots.iter().map(|slot| match slot {
            Slot::At(expr) => expr.to_string(),
            Slot::Open(_) => "..".to_string(),
        });
        format!("{}[{}]", self.name, slots.collect::<Vec<_>>().join(", "))
    }

    /// The names that its subscripts and bounds read.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.slots.iter().flat_map(|slot| match slot {
            Slot::At(expr) => visit::names(expr),
            Slot::Open(dim) => visit::names_of_domain(&dim.over),
        })
    }
}
